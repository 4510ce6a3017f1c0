/* SPDX-License-Identifier: Apache-2.0 */
/* What the documents share. */
#include "form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FACTS_MAX 24

/* --- Data ------------------------------------------------------------------------------------- */

static const json_t *
find(const json_t *object, const char *path)
{
	size_t n = strcspn(path, ".");

	while (path[n] == '.') {
		object = json_object_getn(object, path, n);
		path += n + 1;
		n = strcspn(path, ".");
	}
	return json_object_getn(object, path, n);
}

const char *
form_text(const json_t *object, const char *path)
{
	return json_string_value(find(object, path));
}

int64_t
form_int(const json_t *object, const char *path)
{
	return json_integer_value(find(object, path));
}

bool
form_has(const json_t *object, const char *path)
{
	const json_t *member = find(object, path);

	return member && !json_is_null(member);
}

/* --- Words ------------------------------------------------------------------------------------ */

const char *
form_word(const struct form *form, const char *en, const char *zh)
{
	return form->language ? zh : en;
}

const char *
form_label(const struct form *form, const struct enumeration *e, const char *code)
{
	for (size_t i = 1; code && i < e->count; i++)
		if (strcmp(e->values[i].code, code) == 0)
			return form_word(form, e->values[i].en, e->values[i].zh);
	return code;
}

/* Digits in groups of three. */
static const char *
grouped(const struct form *form, uint64_t n)
{
	char digits[24], text[32];
	size_t used = 0,
	       len = (size_t)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			text[used++] = ',';
		text[used++] = digits[i];
	}
	return arena_copy(form->arena, text, used);
}

const char *
form_money(const struct form *form, int64_t fen)
{
	uint64_t n = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;

	return arena_printf(form->arena, "%s%s.%02u", fen < 0 ? "-" : "", grouped(form, n / 100),
	                    (unsigned)(n % 100));
}

const char *
form_number(const struct form *form, const json_t *object, const char *path)
{
	const json_t *n = find(object, path);
	char text[64], *end;

	if (!json_is_number(n))
		return NULL;
	if (json_is_integer(n) && json_integer_value(n) >= 0)
		return grouped(form, (uint64_t)json_integer_value(n));
	(void)snprintf(text, sizeof(text), "%.3f", json_number_value(n));
	end = text + strlen(text);
	while (end[-1] == '0')
		*--end = '\0';
	if (end[-1] == '.')
		*--end = '\0';
	return arena_text(form->arena, text);
}

const char *
form_km(const struct form *form, const char *path)
{
	const char *n = form_number(form, form->data, path);

	return n ? arena_printf(form->arena, "%s km", n) : NULL;
}

const char *
form_model(const struct form *form)
{
	const char *make = form_text(form->data, "vehicle.make"),
		   *model = form_text(form->data, "vehicle.model");

	return arena_printf(form->arena, "%s%s%s", make ? make : "", make && model ? " " : "",
	                    model ? model : "");
}

const char *
form_capital(struct arena *arena, int64_t fen)
{
	static const char *const digits[] = { "零", "壹", "贰", "叁", "肆",
		                              "伍", "陆", "柒", "捌", "玖" };
	static const char *const places[] = { "", "拾", "佰", "仟" };
	static const char *const groups[] = { "", "万", "亿", "万亿", "亿亿" };
	int64_t yuan = fen / 100, part = 1;
	const char *text = "";
	bool gap = false;
	int place = 0;

	while (place < 16 && part <= yuan / 10) {
		part *= 10;
		place++;
	}
	/* from the first digit down; a run of zeros is one, and none at the end of a group */
	for (bool group = false; yuan && place >= 0; place--, part /= 10) {
		int digit = (int)(yuan / part % 10);

		if (digit) {
			text = arena_printf(arena, "%s%s%s%s", text, gap ? "零" : "", digits[digit],
			                    places[place % 4]);
			group = true;
		}
		gap = !digit;
		if (place % 4 == 0 && group) {
			text = arena_printf(arena, "%s%s", text, groups[place / 4]);
			group = false;
		}
	}
	if (yuan || fen == 0)
		text = arena_printf(arena, "%s元", yuan ? text : "零");
	if (fen % 100 == 0)
		return arena_printf(arena, "%s整", text);
	if (fen % 100 >= 10)
		text = arena_printf(arena, "%s%s角", text, digits[fen % 100 / 10]);
	else if (yuan)
		text = arena_printf(arena, "%s零", text);
	if (fen % 10)
		return arena_printf(arena, "%s%s分", text, digits[fen % 10]);
	return arena_printf(arena, "%s整", text);
}

/* --- Looks ------------------------------------------------------------------------------------ */

void
form_title(struct form *form, const char *en, const char *zh)
{
	const json_t *data = form->data;
	const char *number = form_text(data, "number"), *address = form_text(data, "store.address"),
		   *phone = form_text(data, "store.phone");

	form->sheet->name = form_text(data, "store.name");
	form->sheet->title = form_word(form, en, zh);
	form->sheet->number = number ? number : form_word(form, "Draft: not valid", "草稿：无效");
	form->sheet->address = arena_printf(form->arena, "%s%s%s", address ? address : "",
	                                    address && phone ? "  " : "", phone ? phone : "");
	form->sheet->page_word = form_word(form, "Page", "页");
}

static const char *
licence(const struct form *form)
{
	const char *class = form_text(form->data, "store.licence_class"),
		   *number = form_text(form->data, "store.licence_number");

	return arena_printf(form->arena, "%s%s%s", class ? class : "", class && number ? "  " : "",
	                    number ? number : "");
}

void
form_head(struct form *form, const struct fact more[], size_t count)
{
	const json_t *data = form->data;
	struct fact facts[FACTS_MAX] = {
		{ form_word(form, "Customer", "托修方"), form_text(data, "customer.name") },
		{ form_word(form, "Workshop", "承修方"), form_text(data, "store.name") },
		{ form_word(form, "Customer's telephone", "托修方电话"),
		  form_text(data, "customer.phone") },
		{ form_word(form, "Workshop's telephone", "承修方电话"),
		  form_text(data, "store.phone") },
		{ form_word(form, "Plate", "号牌号码"), form_text(data, "vehicle.plate") },
		{ form_word(form, "Licence", "经营备案"), licence(form) },
		{ form_word(form, "Vehicle", "车型"), form_model(form) },
		{ form_word(form, "VIN", "车辆识别代号"), form_text(data, "vehicle.vin") },
	};
	size_t n = 8;

	for (size_t i = 0; i < count && n < FACTS_MAX; i++)
		facts[n++] = more[i];
	sheet_head(form->sheet, form_text(data, "link"), form->code_says);
	sheet_facts(form->sheet, facts, n);
}

void
form_concerns(struct form *form)
{
	const json_t *concerns = json_object_get(form->data, "concerns"), *concern;
	size_t i;

	if (json_array_size(concerns) == 0)
		return;
	sheet_heading(form->sheet, form_word(form, "What the customer said", "客户描述"));
	for (i = 0; (concern = json_array_get(concerns, i)) != NULL; i++)
		sheet_text(form->sheet, PLAIN,
		           arena_printf(form->arena, "%zu. %s", i + 1, form_text(concern, "text")));
}

void
form_old_parts(struct form *form, const char *code)
{
	const char *text = form_word(form, "Replaced parts:", "旧件处理：");

	for (size_t i = 1; i < old_parts_enum.count; i++) {
		const struct enumerator *choice = &old_parts_enum.values[i];

		text = arena_printf(form->arena, "%s   %s %s", text,
		                    code && strcmp(code, choice->code) == 0 ? "■" : "□",
		                    form_word(form, choice->en, choice->zh));
	}
	sheet_space(form->sheet, 6);
	sheet_text(form->sheet, PLAIN, text);
}
