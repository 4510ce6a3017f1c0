/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder of bodies: walks a shape over a JSON value. */
#include "decode.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "decode_place.h"

#define KEY_LENGTH_MAX 64 /* characters of a map's key */

/* Thousandths of a number.  The parser keeps fractions as binary; fifteen digits bring back every
 * decimal of up to 10^9 with three places, and what is finer shows more of them and is refused. */
static enum err
milli_of(const json_t *value, int64_t *milli)
{
	char text[40];
	struct qty qty;
	const char *exponent;

	if (json_typeof(value) == JSON_INTEGER)
		return __builtin_mul_overflow((int64_t)json_integer_value(value), INT64_C(1000),
		                              milli)
		               ? (json_integer_value(value) < 0 ? ERR_TOO_SMALL : ERR_TOO_LARGE)
		               : OK;
	snprintf(text, sizeof(text), "%.15g", json_real_value(value));
	exponent = strchr(text, 'e');
	if (exponent)
		return exponent[1] == '-' ? ERR_NOT_MULTIPLE
		       : text[0] == '-'   ? ERR_TOO_SMALL
		                          : ERR_TOO_LARGE;
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

	if (!is_qty && json_typeof(value) == JSON_INTEGER) {
		*(int64_t *)at = json_integer_value(value);
		place_check_range(place, m, *(int64_t *)at, false);
		return;
	}
	err = milli_of(value, &milli);
	if (err == ERR_NOT_MULTIPLE) {
		place_wrong(place, is_qty ? err : ERR_WRONG_TYPE, is_qty ? "0.001" : "an integer");
	} else if (err) {
		place_wrong(place, err,
		            is_qty ? place_quantity(place, err == ERR_TOO_LARGE ? m->max : m->min)
		                   : place_number(place, err == ERR_TOO_LARGE ? m->max : m->min));
	} else if (is_qty) {
		*(struct qty *)at = (struct qty){ milli };
		place_check_range(place, m, milli, true);
	} else if (milli % 1000 != 0) {
		place_wrong(place, ERR_WRONG_TYPE, "an integer");
	} else {
		*(int64_t *)at = milli / 1000;
		place_check_range(place, m, *(int64_t *)at, false);
	}
}

static void take_object(struct place *place, const struct shape *shape, json_t *value, void *out);

static void
take_map(struct place *place, const struct member *m, json_t *value, struct map *map)
{
	struct arena *arena = place->ctx->arena;
	if (json_object_size(value) > m->max_items) {
		place_wrong(place, ERR_TOO_MANY, place_number(place, m->max_items));
		return;
	}
	map->keys = arena_array(arena, json_object_size(value) + 1, sizeof(char *));
	map->values = arena_array(arena, json_object_size(value) + 1, sizeof(char *));
	for (void *at = json_object_iter(value); at; at = json_object_iter_next(value, at)) {
		const char *key = json_object_iter_key(at);
		json_t *item = json_object_iter_value(at);
		size_t before = place_enter(place, key);

		if (!*key)
			place_wrong(place, ERR_TOO_SHORT, "1");
		else if (utf8_length(key, strlen(key)) > KEY_LENGTH_MAX)
			place_wrong(place, ERR_TOO_LONG, place_number(place, KEY_LENGTH_MAX));
		else if (json_typeof(item) != JSON_STRING)
			place_wrong(place, ERR_WRONG_TYPE, "a text");
		else if ((int64_t)utf8_length(json_string_value(item), json_string_length(item)) >
		         m->max)
			place_wrong(place, ERR_TOO_LONG, place_number(place, m->max));
		else {
			map->keys[map->count] = arena_text(arena, key);
			map->values[map->count++] = arena_copy(arena, json_string_value(item),
			                                       json_string_length(item));
		}
		place_leave(place, before);
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

/* What JSON has as a string. */
static bool
is_text(const struct member *m)
{
	switch ((enum member_kind)m->kind) {
	case MEMBER_TEXT:
	case MEMBER_ENUM:
	case MEMBER_ID:
	case MEMBER_UTC:
	case MEMBER_DATE:
		return true;
	default:
		return false;
	}
}

/* One value, array elements included. */
static void
take_value(struct place *place, const struct member *m, json_t *value, void *at)
{
	json_type type = json_typeof(value);
	bool is_number = m->kind == MEMBER_INT || m->kind == MEMBER_QTY;

	if (m->kind == MEMBER_OBJECT && type == JSON_OBJECT)
		take_object(place, m->object, value, at);
	else if (m->kind == MEMBER_MAP && type == JSON_OBJECT)
		take_map(place, m, value, at);
	else if (m->kind == MEMBER_BOOL && (type == JSON_TRUE || type == JSON_FALSE))
		*(bool *)at = type == JSON_TRUE;
	else if (is_number && (type == JSON_INTEGER || type == JSON_REAL))
		take_number(place, m, value, at);
	else if (is_text(m) && type == JSON_STRING)
		place_take_string(place, m, json_string_value(value), json_string_length(value),
		                  at);
	else
		place_wrong(place, ERR_WRONG_TYPE, type_name(m));
}

static void
take_array(struct place *place, const struct member *m, json_t *value, char *out)
{
	size_t size = member_size(m), count = json_array_size(value);
	char *items;

	if (json_typeof(value) != JSON_ARRAY) {
		place_wrong(place, ERR_WRONG_TYPE, "an array");
		return;
	}
	if (!place_count_is_right(place, m, count))
		return;
	items = arena_array(place->ctx->arena, count + 1, size);
	for (size_t i = 0; i < count; i++) {
		json_t *item = json_array_get(value, i);
		size_t before = place_enter_index(place, i);

		take_value(place, m, item, items + i * size);
		for (size_t k = 0; (m->flags & MEMBER_UNIQUE) && k < i; k++) {
			if (json_equal(json_array_get(value, k), item)) {
				place_wrong(place, ERR_NOT_UNIQUE, NULL);
				break;
			}
		}
		place_leave(place, before);
	}
	*(void **)(out + m->offset) = items;
	*(size_t *)(out + m->count_offset) = count;
}

static void
take_member(struct place *place, const struct member *m, json_t *value, char *out)
{
	if (m->has_offset)
		*(bool *)(out + m->has_offset) = true;
	if ((m->flags & MEMBER_NULLABLE) && json_typeof(value) == JSON_NULL) {
		if (m->kind == MEMBER_INT)
			*(int64_t *)(out + m->offset) = INT_NULL;
		return;
	}
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

static void
take_object(struct place *place, const struct shape *shape, json_t *value, void *out)
{
	for (void *at = json_object_iter(value); at; at = json_object_iter_next(value, at)) {
		const char *key = json_object_iter_key(at);
		json_t *item = json_object_iter_value(at);
		const struct member *m = shape_member(shape, key);
		size_t before = place_enter(place, key);

		if (m)
			take_member(place, m, item, out);
		else
			place_wrong(place, ERR_UNKNOWN_FIELD, NULL);
		place_leave(place, before);
	}
	for (size_t i = 0; i < shape->count; i++) {
		const struct member *m = &shape->members[i];

		if ((m->flags & MEMBER_REQUIRED) && !json_object_get(value, m->name)) {
			size_t before = place_enter(place, m->name);

			place_wrong(place, ERR_REQUIRED, NULL);
			place_leave(place, before);
		}
	}
}

/*
 * What is wrong with a text before it is parsed, or NULL.  Nesting and values are counted here, so
 * that they are one limit for known and unknown members, and since the parser needs a hundred times
 * the memory of small values.  It also passes over a NUL behind a number.
 */
static const char *
too_much(struct ctx *ctx, const char *text, size_t size)
{
	int depth = 0, values = 1;
	bool in_string = false;

	if (memchr(text, '\0', size))
		return "it holds NUL";
	for (size_t i = 0; i < size; i++) {
		if (in_string) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				in_string = false;
		} else if (text[i] == '"') {
			in_string = true;
		} else if (text[i] == '{' || text[i] == '[') {
			depth++;
			values++;
		} else if (text[i] == '}' || text[i] == ']') {
			depth--;
		} else if (text[i] == ',') {
			values++;
		}
		if (depth > DECODE_DEPTH_MAX)
			return arena_printf(ctx->arena, "nested deeper than %d", DECODE_DEPTH_MAX);
		if (values > DECODE_VALUES_MAX)
			return arena_printf(ctx->arena, "more than %d values", DECODE_VALUES_MAX);
	}
	return NULL;
}

enum err
decode_body(struct ctx *ctx, const struct shape *shape, const char *text, size_t size, void **out)
{
	struct place place = { .ctx = ctx };
	json_error_t error;
	json_t *value;
	const char *said = too_much(ctx, text, size);

	*out = arena_alloc(ctx->arena, shape->size);
	if (said)
		return fail_with(ctx, ERR_MALFORMED_JSON, NULL, said, NULL);
	value = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!value) {
		said = arena_printf(ctx->arena, "line %d, column %d: %s", error.line, error.column,
		                    error.text);

		/* the parser quotes what stands near and may cut a character in two, which must
		 * not come back */
		if (!utf8_valid(said, strlen(said)))
			said = "it is not UTF-8";
		return fail_with(ctx, ERR_MALFORMED_JSON, NULL, said, NULL);
	}
	if (json_typeof(value) == JSON_OBJECT)
		take_object(&place, shape, value, *out);
	else
		place_wrong(&place, ERR_WRONG_TYPE, "an object");
	json_decref(value);
	return ctx->failures_count ? ERR_VALIDATION_FAILED : OK;
}
