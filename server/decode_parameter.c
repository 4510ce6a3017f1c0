/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder of path and query parameters. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "decode_place.h"

char *
percent_decode(struct arena *arena, const char *text, size_t size, bool plus_is_space)
{
	char *out = arena_alloc(arena, size + 1);
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '%') {
			int high = i + 2 < size ? hex_digit(text[i + 1]) : -1,
			    low = i + 2 < size ? hex_digit(text[i + 2]) : -1;

			if (high < 0 || low < 0 || high + low == 0)
				return NULL;
			out[n++] = (char)(high * 16 + low);
			i += 2;
		} else {
			out[n++] = text[i] == '+' && plus_is_space ? ' ' : text[i];
		}
	}
	out[n] = '\0';
	return utf8_valid(out, n) ? out : NULL;
}

bool
collect_parameters(struct arena *arena, const char *path, const char *const segments[4],
                   const char *query, struct parameter list[PARAMETERS_MAX], size_t *count)
{
	size_t n = 0;

	for (; (path = strchr(path, '{')) != NULL; path++) {
		list[n].name = arena_copy(arena, path + 1, strcspn(path + 1, "}"));
		list[n].value = percent_decode(arena, segments[n], strlen(segments[n]), false);
		if (!list[n++].value)
			return false;
	}
	while (query && *query) {
		size_t len = strcspn(query, "&"), name = strcspn(query, "=&");

		if (len > 0) {
			size_t value = name < len ? name + 1 : name;

			if (n == PARAMETERS_MAX)
				return false;
			list[n].name = percent_decode(arena, query, name, true);
			list[n].value = percent_decode(arena, query + value, len - value, true);
			if (!list[n].name || !list[n].value)
				return false;
			n++;
		}
		query += len + (query[len] == '&');
	}
	*count = n;
	return true;
}

/* The known name that differs least, when it is near: "; did you mean status?". */
static const char *
nearest(struct place *place, const struct shape *shape, const char *name)
{
	const char *best = NULL;
	size_t best_distance = 3;

	for (size_t i = 0; i < shape->count; i++) {
		size_t distance = text_distance(name, shape->members[i].name);

		if (distance < best_distance) {
			best_distance = distance;
			best = shape->members[i].name;
		}
	}
	return best ? arena_printf(place->ctx->arena, "; did you mean %s?", best) : "";
}

/* An integer as JSON writes it. */
static void
take_integer(struct place *place, const struct member *m, const char *text, int64_t *out)
{
	const char *digits = text + (*text == '-');
	size_t n = strspn(digits, "0123456789");

	errno = 0;
	*out = strtoll(text, NULL, 10);
	if (n == 0 || digits[n] != '\0' || (n > 1 && *digits == '0'))
		place_wrong(place, ERR_WRONG_TYPE, "an integer");
	else if (errno == ERANGE && *out > 0)
		place_wrong(place, ERR_TOO_LARGE, place_number(place, m->max));
	else if (errno == ERANGE)
		place_wrong(place, ERR_TOO_SMALL, place_number(place, m->min));
	else
		place_check_range(place, m, *out, false);
}

/* A parameter's text into its place; numbers and booleans are texts there. */
static void
take_parameter(struct place *place, const struct member *m, const char *text, void *at)
{
	size_t size = strlen(text);

	switch ((enum member_kind)m->kind) {
	case MEMBER_INT:
		take_integer(place, m, text, at);
		return;
	case MEMBER_QTY:
		if (!qty_parse(text, size, at)) {
			place_wrong(place, ERR_WRONG_TYPE, "a number");
			return;
		}
		place_check_range(place, m, ((struct qty *)at)->milli, true);
		return;
	case MEMBER_BOOL:
		if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
			place_wrong(place, ERR_WRONG_TYPE, "true or false");
		*(bool *)at = text[0] == 't';
		return;
	default:
		place_take_string(place, m, text, size, at);
	}
}

static void
take_parameter_array(struct place *place, const struct member *m,
                     const struct parameter *parameters, size_t count, char *out)
{
	struct arena *arena = place->ctx->arena;
	char *items = arena_array(arena, (size_t)m->max_items + 1, member_size(m));
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		char *text, *save = NULL;

		if (strcmp(parameters[i].name, m->name) != 0)
			continue;
		text = arena_text(arena, parameters[i].value);
		for (char *p = strtok_r(text, ",", &save); p; p = strtok_r(NULL, ",", &save)) {
			if (n < m->max_items)
				take_parameter(place, m, p, items + n * member_size(m));
			n++;
		}
	}
	if (place_count_is_right(place, m, n)) {
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
		if (!shape_member(shape, parameters[i].name)) {
			place_enter(&place, parameters[i].name);
			place_wrong(&place, ERR_UNKNOWN_PARAMETER,
			            nearest(&place, shape, parameters[i].name));
		}
	}
	for (size_t i = 0; i < shape->count; i++) {
		const struct member *m = &shape->members[i];
		size_t first = 0, n = count_named(parameters, count, m->name, &first);

		place_enter(&place, m->name);
		if (n == 0) {
			if (m->flags & MEMBER_REQUIRED)
				place_wrong(&place, ERR_REQUIRED, NULL);
			continue;
		}
		if (m->has_offset)
			*(bool *)(base + m->has_offset) = true;
		if (m->flags & MEMBER_ARRAY)
			take_parameter_array(&place, m, parameters, count, base);
		else if (n > 1)
			place_wrong(&place, ERR_NOT_UNIQUE, NULL);
		else
			take_parameter(&place, m, parameters[first].value, base + m->offset);
	}
	return ctx->failures_count ? ERR_BAD_PARAMETER : OK;
}
