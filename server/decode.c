/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder: walks a shape over a JSON value or a list of parameters. */
#include "decode.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "format.h"

/* Where the decoder is: pointer into the body, or name of the parameter. */
struct place {
	struct ctx *ctx;
	bool is_parameter;
	char pointer[512];
	size_t len;
};

static const char *
where(struct place *place)
{
	return arena_copy(place->ctx->arena, place->pointer, place->len);
}

static void
wrong(struct place *place, enum err err, const char *arg)
{
	struct ctx *ctx = place->ctx;
	size_t n = ctx->failures_count;

	note_failure(ctx, err, where(place), arg, NULL);
	if (place->is_parameter && ctx->failures_count > n) {
		ctx->failures[n].parameter = ctx->failures[n].pointer;
		ctx->failures[n].pointer = NULL;
	}
}

static const char *
number(struct place *place, int64_t value)
{
	return arena_printf(place->ctx->arena, "%lld", (long long)value);
}

static const char *
quantity(struct place *place, int64_t milli)
{
	char text[QTY_TEXT];

	return arena_text(place->ctx->arena, qty_format((struct qty){ milli }, text));
}

/* Step into a member or an element; RFC 6901 escapes ~ and /. */
static size_t
enter(struct place *place, const char *name)
{
	size_t before = place->len;
	size_t max = sizeof(place->pointer) - 3;

	if (place->is_parameter) {
		place->len = strlen(name) < max ? strlen(name) : max;
		memcpy(place->pointer, name, place->len);
		return before;
	}
	place->pointer[place->len++] = '/';
	for (; *name && place->len < max; name++) {
		if (*name == '~' || *name == '/') {
			place->pointer[place->len++] = '~';
			place->pointer[place->len++] = *name == '~' ? '0' : '1';
		} else {
			place->pointer[place->len++] = *name;
		}
	}
	return before;
}

static size_t
enter_index(struct place *place, size_t index)
{
	char text[24];

	snprintf(text, sizeof(text), "%zu", index);
	return place->is_parameter ? place->len : enter(place, text);
}

static void
leave(struct place *place, size_t before)
{
	place->len = before;
}

static const char *
codes(struct place *place, const struct enumeration *e)
{
	struct buf buf;
	const char *text;

	buf_init(&buf, 8192);
	for (size_t i = 1; i < e->count; i++) {
		if (i > 1)
			buf_puts(&buf, ", ");
		buf_puts(&buf, e->values[i].code);
	}
	text = arena_copy(place->ctx->arena, buf.data ? buf.data : "", buf.len);
	buf_clear(&buf);
	return text;
}

static void
check_range(struct place *place, const struct member *m, int64_t value, bool is_qty)
{
	if (value < m->min)
		wrong(place, ERR_TOO_SMALL, is_qty ? quantity(place, m->min) : number(place, m->min));
	else if (value > m->max)
		wrong(place, ERR_TOO_LARGE, is_qty ? quantity(place, m->max) : number(place, m->max));
	else if (m->multiple > 1 && value % m->multiple != 0)
		wrong(place, ERR_NOT_MULTIPLE,
		      is_qty ? quantity(place, m->multiple) : number(place, m->multiple));
}

static void
take_text(struct place *place, const struct member *m, const char *text, size_t size, void *at)
{
	struct arena *arena = place->ctx->arena;
	int64_t length = (int64_t)utf8_length(text, size);
	const char *copy;

	if (length < m->min || (m->min > 0 && text_is_blank(text))) {
		wrong(place, ERR_TOO_SHORT, number(place, m->min));
		return;
	}
	if (length > m->max) {
		wrong(place, ERR_TOO_LONG, number(place, m->max));
		return;
	}
	copy = format_normalise(arena, m->format, arena_copy(arena, text, size));
	if (!copy)
		wrong(place, ERR_BAD_FORMAT, format_name(m->format, place->ctx->language));
	*(const char **)at = copy;
}

/* A scalar that is a string in JSON, and every parameter. */
static void
take_string(struct place *place, const struct member *m, const char *text, size_t size, void *at)
{
	switch ((enum member_kind)m->kind) {
	case MEMBER_TEXT:
		take_text(place, m, text, size, at);
		return;
	case MEMBER_ENUM:
		*(int *)at = enum_value(m->enumeration, text);
		if (*(int *)at == 0)
			wrong(place, ERR_BAD_CODE, codes(place, m->enumeration));
		return;
	case MEMBER_ID:
		if (!id_parse(text, size, at) || id_is_none(*(struct id *)at))
			wrong(place, ERR_BAD_FORMAT, "a UUID");
		return;
	case MEMBER_UTC:
		if (!utc_parse(text, size, at))
			wrong(place, ERR_BAD_FORMAT, "an RFC 3339 instant such as 2026-11-21T08:00:00Z");
		return;
	case MEMBER_DATE:
		if (!date_parse(text, size, at))
			wrong(place, ERR_BAD_FORMAT, "a date as YYYY-MM-DD");
		return;
	default:
		wrong(place, ERR_WRONG_TYPE,
		      m->kind == MEMBER_INT    ? "an integer"
		      : m->kind == MEMBER_QTY  ? "a number"
		      : m->kind == MEMBER_BOOL ? "true or false"
		                               : "an object");
	}
}

/* Thousandths of a number.  The parser keeps fractions as binary; fifteen digits bring back every
 * decimal of up to 10^9 with three places, and what is finer shows more of them and is refused. */
static enum err
milli_of(const json_t *value, int64_t *milli)
{
	char text[40];
	struct qty qty;
	const char *exponent;

	if (json_is_integer(value))
		return __builtin_mul_overflow((int64_t)json_integer_value(value), INT64_C(1000), milli)
		               ? (json_integer_value(value) < 0 ? ERR_TOO_SMALL : ERR_TOO_LARGE)
		               : OK;
	snprintf(text, sizeof(text), "%.15g", json_real_value(value));
	exponent = strchr(text, 'e');
	if (exponent)
		return exponent[1] == '-' ? ERR_NOT_MULTIPLE : text[0] == '-' ? ERR_TOO_SMALL : ERR_TOO_LARGE;
	if (!qty_parse(text, strlen(text), &qty))
		return ERR_NOT_MULTIPLE;
	*milli = qty.milli;
	return OK;
}

static void
take_number(struct place *place, const struct member *m, const json_t *value, void *at)
{
	bool is_qty = m->kind == MEMBER_QTY;
	int64_t milli = 0;
	enum err err;

	if (!is_qty && json_is_integer(value)) {
		*(int64_t *)at = json_integer_value(value);
		check_range(place, m, *(int64_t *)at, false);
		return;
	}
	err = milli_of(value, &milli);
	if (err == ERR_NOT_MULTIPLE) {
		wrong(place, is_qty ? err : ERR_WRONG_TYPE, is_qty ? "0.001" : "an integer");
	} else if (err) {
		wrong(place, err, is_qty ? quantity(place, err == ERR_TOO_LARGE ? m->max : m->min)
		                         : number(place, err == ERR_TOO_LARGE ? m->max : m->min));
	} else if (is_qty) {
		*(struct qty *)at = (struct qty){ milli };
		check_range(place, m, milli, true);
	} else if (milli % 1000 != 0) {
		wrong(place, ERR_WRONG_TYPE, "an integer");
	} else {
		*(int64_t *)at = milli / 1000;
		check_range(place, m, *(int64_t *)at, false);
	}
}

static void take_object(struct place *place, const struct shape *shape, const json_t *value, void *out);

static void
take_map(struct place *place, const struct member *m, json_t *value, struct map *map)
{
	struct arena *arena = place->ctx->arena;
	const char *key;
	json_t *item;

	if (json_object_size(value) > m->max_items) {
		wrong(place, ERR_TOO_MANY, number(place, m->max_items));
		return;
	}
	map->keys = arena_array(arena, json_object_size(value) + 1, sizeof(char *));
	map->values = arena_array(arena, json_object_size(value) + 1, sizeof(char *));
	json_object_foreach (value, key, item) {
		size_t before = enter(place, key);

		if (strlen(key) == 0 || utf8_length(key, strlen(key)) > 64)
			wrong(place, ERR_TOO_LONG, "64");
		else if (!json_is_string(item))
			wrong(place, ERR_WRONG_TYPE, "a text");
		else if ((int64_t)utf8_length(json_string_value(item), json_string_length(item)) > m->max)
			wrong(place, ERR_TOO_LONG, number(place, m->max));
		else {
			map->keys[map->count] = arena_text(arena, key);
			map->values[map->count++] =
			        arena_copy(arena, json_string_value(item), json_string_length(item));
		}
		leave(place, before);
	}
}

static const char *
type_name(const struct member *m)
{
	switch ((enum member_kind)m->kind) {
	case MEMBER_INT:
		return "an integer";
	case MEMBER_QTY:
		return "a number";
	case MEMBER_BOOL:
		return "true or false";
	case MEMBER_MAP:
	case MEMBER_OBJECT:
		return "an object";
	default:
		return "a text";
	}
}

/* One value, array elements included. */
static void
take_value(struct place *place, const struct member *m, json_t *value, void *at)
{
	if (m->kind == MEMBER_OBJECT && json_is_object(value)) {
		take_object(place, m->object, value, at);
	} else if (m->kind == MEMBER_MAP && json_is_object(value)) {
		take_map(place, m, value, at);
	} else if (m->kind == MEMBER_BOOL && json_is_boolean(value)) {
		*(bool *)at = json_is_true(value);
	} else if ((m->kind == MEMBER_INT || m->kind == MEMBER_QTY) && json_is_number(value)) {
		take_number(place, m, value, at);
	} else if (json_is_string(value) && m->kind != MEMBER_INT && m->kind != MEMBER_QTY &&
	           m->kind != MEMBER_BOOL && m->kind != MEMBER_MAP && m->kind != MEMBER_OBJECT) {
		take_string(place, m, json_string_value(value), json_string_length(value), at);
	} else {
		wrong(place, ERR_WRONG_TYPE, type_name(m));
	}
}

static size_t
size_of(const struct member *m)
{
	static const size_t sizes[] = {
		[MEMBER_TEXT] = sizeof(char *),    [MEMBER_ENUM] = sizeof(int),
		[MEMBER_ID] = sizeof(struct id),   [MEMBER_INT] = sizeof(int64_t),
		[MEMBER_QTY] = sizeof(struct qty), [MEMBER_BOOL] = sizeof(bool),
		[MEMBER_UTC] = sizeof(struct utc), [MEMBER_DATE] = sizeof(struct date),
		[MEMBER_MAP] = sizeof(struct map), [MEMBER_OBJECT] = 0,
	};

	return m->kind == MEMBER_OBJECT ? m->object->size : sizes[m->kind];
}

static bool
count_is_right(struct place *place, const struct member *m, size_t count)
{
	if (count < m->min_items)
		wrong(place, ERR_TOO_FEW, number(place, m->min_items));
	else if (count > m->max_items)
		wrong(place, ERR_TOO_MANY, number(place, m->max_items));
	else
		return true;
	return false;
}

static void
take_array(struct place *place, const struct member *m, json_t *value, char *out)
{
	size_t size = size_of(m), count = json_array_size(value), i;
	char *items;
	json_t *item;

	if (!json_is_array(value)) {
		wrong(place, ERR_WRONG_TYPE, "an array");
		return;
	}
	if (!count_is_right(place, m, count))
		return;
	items = arena_array(place->ctx->arena, count + 1, size);
	json_array_foreach (value, i, item) {
		size_t before = enter_index(place, i);

		take_value(place, m, item, items + i * size);
		for (size_t k = 0; (m->flags & MEMBER_UNIQUE) && k < i; k++) {
			if (json_equal(json_array_get(value, k), item)) {
				wrong(place, ERR_NOT_UNIQUE, NULL);
				break;
			}
		}
		leave(place, before);
	}
	*(void **)(out + m->offset) = items;
	*(size_t *)(out + m->count_offset) = count;
}

static void
take_member(struct place *place, const struct member *m, json_t *value, char *out)
{
	if (json_is_null(value) && (m->flags & MEMBER_NULLABLE)) {
		if (m->has_offset)
			*(bool *)(out + m->has_offset) = true;
		return;
	}
	if (m->has_offset)
		*(bool *)(out + m->has_offset) = true;
	if (m->flags & MEMBER_ARRAY) {
		take_array(place, m, value, out);
	} else if (m->kind == MEMBER_OBJECT) {
		void *object = arena_alloc(place->ctx->arena, m->object->size);

		*(void **)(out + m->offset) = object;
		take_value(place, m, value, object);
	} else {
		take_value(place, m, value, out + m->offset);
	}
}

static const struct member *
find_member(const struct shape *shape, const char *name)
{
	for (size_t i = 0; i < shape->count; i++)
		if (strcmp(shape->members[i].name, name) == 0)
			return &shape->members[i];
	return NULL;
}

static void
take_object(struct place *place, const struct shape *shape, const json_t *value, void *out)
{
	const char *key;
	json_t *item;

	json_object_foreach ((json_t *)(uintptr_t)value, key, item) {
		const struct member *m = find_member(shape, key);
		size_t before = enter(place, key);

		if (m)
			take_member(place, m, item, out);
		else
			wrong(place, ERR_UNKNOWN_FIELD, NULL);
		leave(place, before);
	}
	for (size_t i = 0; i < shape->count; i++) {
		const struct member *m = &shape->members[i];

		if ((m->flags & MEMBER_REQUIRED) && !json_object_get(value, m->name)) {
			size_t before = enter(place, m->name);

			wrong(place, ERR_REQUIRED, NULL);
			leave(place, before);
		}
	}
}

/* Nesting is counted before parsing, so that it is one limit for known and unknown members. */
static bool
is_too_deep(const char *text, size_t size)
{
	int depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < size; i++) {
		if (in_string) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				in_string = false;
		} else if (text[i] == '"') {
			in_string = true;
		} else if ((text[i] == '{' || text[i] == '[') && ++depth > DECODE_DEPTH_MAX) {
			return true;
		} else if (text[i] == '}' || text[i] == ']') {
			depth--;
		}
	}
	return false;
}

enum err
decode_body(struct ctx *ctx, const struct shape *shape, const char *text, size_t size, void **out)
{
	struct place place = { .ctx = ctx };
	json_error_t error;
	json_t *value;

	*out = arena_alloc(ctx->arena, shape->size);
	if (is_too_deep(text, size))
		return fail_with(ctx, ERR_MALFORMED_JSON, NULL, "nested deeper than 32", NULL);
	value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (!value) {
		const char *said = arena_printf(ctx->arena, "line %d, column %d: %s", error.line, error.column,
		                                error.text);

		/* the parser quotes what stands near; bytes that are no UTF-8 must not come back */
		if (!utf8_valid(said, strlen(said)))
			said = "it is not UTF-8";
		return fail_with(ctx, ERR_MALFORMED_JSON, NULL, said, NULL);
	}
	if (json_is_object(value))
		take_object(&place, shape, value, *out);
	else
		wrong(&place, ERR_WRONG_TYPE, "an object");
	json_decref(value);
	return ctx->failures_count ? ERR_VALIDATION_FAILED : OK;
}

char *
percent_decode(struct arena *arena, const char *text, size_t size, bool plus_is_space)
{
	char *out = arena_alloc(arena, size + 1);
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '%') {
			int value = 0;

			if (i + 2 >= size)
				return NULL;
			for (int k = 1; k <= 2; k++) {
				char c = text[i + (size_t)k];

				value = value * 16 + (c >= '0' && c <= '9'   ? c - '0'
				                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
				                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
				                                             : 1000);
			}
			if (value <= 0 || value > 255)
				return NULL;
			out[n++] = (char)value;
			i += 2;
		} else {
			out[n++] = text[i] == '+' && plus_is_space ? ' ' : text[i];
		}
	}
	out[n] = '\0';
	return utf8_valid(out, n) ? out : NULL;
}

/* The known name that differs least, when it is near: "; did you mean status?". */
static const char *
nearest(struct place *place, const struct shape *shape, const char *name)
{
	const char *best = NULL;
	size_t best_distance = 3, row[66];

	for (size_t i = 0; i < shape->count; i++) {
		const char *other = shape->members[i].name;
		size_t n = strlen(other);

		if (n > 64 || strlen(name) > 64)
			continue;
		for (size_t k = 0; k <= n; k++)
			row[k] = k;
		for (const char *p = name; *p; p++) {
			size_t diagonal = row[0]++;

			for (size_t k = 1; k <= n; k++) {
				size_t cost = diagonal + (other[k - 1] != *p);

				diagonal = row[k];
				if (row[k] + 1 < cost)
					cost = row[k] + 1;
				if (row[k - 1] + 1 < cost)
					cost = row[k - 1] + 1;
				row[k] = cost;
			}
		}
		if (row[n] < best_distance) {
			best_distance = row[n];
			best = other;
		}
	}
	return best ? arena_printf(place->ctx->arena, "; did you mean %s?", best) : "";
}

/* A parameter's text into its place; numbers and booleans are texts there. */
static void
take_parameter(struct place *place, const struct member *m, const char *text, void *at)
{
	size_t size = strlen(text);
	struct qty qty;

	switch ((enum member_kind)m->kind) {
	case MEMBER_INT:
		if (!qty_parse(text, size, &qty) || qty.milli % 1000 != 0 || strchr(text, '.')) {
			wrong(place, ERR_WRONG_TYPE, "an integer");
			return;
		}
		*(int64_t *)at = qty.milli / 1000;
		check_range(place, m, *(int64_t *)at, false);
		return;
	case MEMBER_QTY:
		if (!qty_parse(text, size, at)) {
			wrong(place, ERR_WRONG_TYPE, "a number");
			return;
		}
		check_range(place, m, ((struct qty *)at)->milli, true);
		return;
	case MEMBER_BOOL:
		if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
			wrong(place, ERR_WRONG_TYPE, "true or false");
		*(bool *)at = text[0] == 't';
		return;
	default:
		take_string(place, m, text, size, at);
	}
}

static void
take_parameter_array(struct place *place, const struct member *m, const struct parameter *parameters,
                     size_t count, char *out)
{
	struct arena *arena = place->ctx->arena;
	char *items = arena_array(arena, (size_t)m->max_items + 1, size_of(m));
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		char *text, *save = NULL;

		if (strcmp(parameters[i].name, m->name) != 0)
			continue;
		text = arena_text(arena, parameters[i].value);
		for (char *p = strtok_r(text, ",", &save); p; p = strtok_r(NULL, ",", &save)) {
			if (n < m->max_items)
				take_parameter(place, m, p, items + n * size_of(m));
			n++;
		}
	}
	if (count_is_right(place, m, n)) {
		*(void **)(out + m->offset) = items;
		*(size_t *)(out + m->count_offset) = n;
	}
}

static size_t
count_named(const struct parameter *parameters, size_t count, const char *name, size_t *first)
{
	size_t n = 0;

	for (size_t i = count; i-- > 0;) {
		if (strcmp(parameters[i].name, name) == 0) {
			*first = i;
			n++;
		}
	}
	return n;
}

enum err
decode_parameters(struct ctx *ctx, const struct shape *shape, const struct parameter *parameters,
                  size_t count, void **out)
{
	struct place place = { .ctx = ctx, .is_parameter = true };
	char *base = arena_alloc(ctx->arena, shape->size);

	*out = base;
	for (size_t i = 0; i < count; i++) {
		if (!find_member(shape, parameters[i].name)) {
			enter(&place, parameters[i].name);
			wrong(&place, ERR_UNKNOWN_PARAMETER, nearest(&place, shape, parameters[i].name));
		}
	}
	for (size_t i = 0; i < shape->count; i++) {
		const struct member *m = &shape->members[i];
		size_t first = 0, n = count_named(parameters, count, m->name, &first);

		enter(&place, m->name);
		if (n == 0) {
			if (m->flags & MEMBER_REQUIRED)
				wrong(&place, ERR_REQUIRED, NULL);
			continue;
		}
		if (m->has_offset)
			*(bool *)(base + m->has_offset) = true;
		if (m->flags & MEMBER_ARRAY)
			take_parameter_array(&place, m, parameters, count, base);
		else if (n > 1)
			wrong(&place, ERR_NOT_UNIQUE, NULL);
		else
			take_parameter(&place, m, parameters[first].value, base + m->offset);
	}
	return ctx->failures_count ? ERR_BAD_PARAMETER : OK;
}
