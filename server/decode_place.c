/* SPDX-License-Identifier: Apache-2.0 */
/* One value at one place: its range, its length, its format. */
#include "decode_place.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "format.h"

static const char *
where(struct place *place)
{
	return arena_copy(place->ctx->arena, place->pointer, place->len);
}

void
place_wrong(struct place *place, enum err err, const char *arg)
{
	struct ctx *ctx = place->ctx;
	size_t n = ctx->failures_count;

	note_failure(ctx, err, where(place), arg, NULL);
	if (place->is_parameter && ctx->failures_count > n) {
		ctx->failures[n].parameter = ctx->failures[n].pointer;
		ctx->failures[n].pointer = NULL;
	}
}

const char *
place_number(struct place *place, int64_t value)
{
	return arena_printf(place->ctx->arena, "%lld", (long long)value);
}

const char *
place_quantity(struct place *place, int64_t milli)
{
	char text[QTY_TEXT];

	return arena_text(place->ctx->arena, qty_format((struct qty){ milli }, text));
}

/* Append `n` octets; false when they do not fit. */
static bool
put(struct place *place, const char *s, size_t n)
{
	if (n > sizeof(place->pointer) - place->len)
		return false;
	memcpy(place->pointer + place->len, s, n);
	place->len += n;
	return true;
}

/* Step into a member or an element; RFC 6901 escapes ~ and /.  A name from outside may be of any
 * length: it is cut behind a whole character. */
size_t
place_enter(struct place *place, const char *name)
{
	const char *end = name + strlen(name), *c;
	size_t before = place->len;
	bool escaped = !place->is_parameter, fits = true;

	if (place->is_parameter)
		place->len = 0;
	else
		fits = put(place, "/", 1);
	while (fits && name < end) {
		c = name;
		utf8_next(&name, end);
		if (escaped && (*c == '~' || *c == '/'))
			fits = put(place, *c == '~' ? "~0" : "~1", 2);
		else
			fits = put(place, c, (size_t)(name - c));
	}
	return before;
}

size_t
place_enter_index(struct place *place, size_t index)
{
	char text[24];

	snprintf(text, sizeof(text), "%zu", index);
	return place_enter(place, text);
}

void
place_leave(struct place *place, size_t before)
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
	text = arena_copy(place->ctx->arena, buf.data, buf.len);
	buf_clear(&buf);
	return text;
}

void
place_check_range(struct place *place, const struct member *m, int64_t value, bool is_qty)
{
	if (value < m->min)
		place_wrong(place, ERR_TOO_SMALL,
		            is_qty ? place_quantity(place, m->min) : place_number(place, m->min));
	else if (value > m->max)
		place_wrong(place, ERR_TOO_LARGE,
		            is_qty ? place_quantity(place, m->max) : place_number(place, m->max));
	else if (m->multiple > 1 && value % m->multiple != 0)
		place_wrong(place, ERR_NOT_MULTIPLE,
		            is_qty ? place_quantity(place, m->multiple)
		                   : place_number(place, m->multiple));
}

static void
take_text(struct place *place, const struct member *m, const char *text, size_t size, void *at)
{
	struct arena *arena = place->ctx->arena;
	int64_t length = (int64_t)utf8_length(text, size);
	const char *copy;

	if (length < m->min || (m->min > 0 && text_is_blank(text))) {
		place_wrong(place, ERR_TOO_SHORT, place_number(place, m->min));
		return;
	}
	if (length > m->max) {
		place_wrong(place, ERR_TOO_LONG, place_number(place, m->max));
		return;
	}
	copy = format_normalise(arena, m->format, arena_copy(arena, text, size));
	if (!copy)
		place_wrong(place, ERR_BAD_FORMAT, format_name(m->format, place->ctx->language));
	*(const char **)at = copy;
}

/* A scalar that is a string in JSON, and every parameter. */
void
place_take_string(struct place *place, const struct member *m, const char *text, size_t size,
                  void *at)
{
	switch ((enum member_kind)m->kind) {
	case MEMBER_TEXT:
		take_text(place, m, text, size, at);
		return;
	case MEMBER_ENUM:
		*(int *)at = enum_value(m->enumeration, text);
		if (*(int *)at == 0)
			place_wrong(place, ERR_BAD_CODE, codes(place, m->enumeration));
		return;
	case MEMBER_ID:
		if (!id_parse(text, size, at) || id_is_none(*(struct id *)at))
			place_wrong(place, ERR_BAD_FORMAT, "a UUID");
		return;
	case MEMBER_UTC:
		if (!utc_parse(text, size, at))
			place_wrong(place, ERR_BAD_FORMAT,
			            "an RFC 3339 instant such as 2026-11-21T08:00:00Z");
		return;
	default:
		assert(m->kind == MEMBER_DATE);
		if (!date_parse(text, size, at))
			place_wrong(place, ERR_BAD_FORMAT, "a date as YYYY-MM-DD");
	}
}

size_t
member_size(const struct member *m)
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

bool
place_count_is_right(struct place *place, const struct member *m, size_t count)
{
	if (count < m->min_items)
		place_wrong(place, ERR_TOO_FEW, place_number(place, m->min_items));
	else if (count > m->max_items)
		place_wrong(place, ERR_TOO_MANY, place_number(place, m->max_items));
	else
		return true;
	return false;
}

const struct member *
shape_member(const struct shape *shape, const char *name)
{
	for (size_t i = 0; i < shape->count; i++)
		if (strcmp(shape->members[i].name, name) == 0)
			return &shape->members[i];
	return NULL;
}
