/* SPDX-License-Identifier: Apache-2.0 */
/* From method and path to operation: the contract's paths, matched segment by segment. */
#include "route.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "decode_place.h"
#include "routes/routes.h"

static const struct route *by_op[OP_COUNT];
static enum op sorted[OP_COUNT]; /* by path, a literal segment before a parameter */
static size_t sorted_count;
static size_t starts[UINT8_MAX + 2]; /* of sorted: the first path of each letter, and its end */

static int
compare_paths(const void *a, const void *b)
{
	const struct operation *x = &operations[*(const enum op *)a];
	const struct operation *y = &operations[*(const enum op *)b];

	/* '{' sorts behind every letter, so literals are tried first */
	return strcmp(x->path, y->path);
}

/* What most paths differ in first: the letter behind the base path. */
static uint8_t
letter(const char *path)
{
	return strncmp(path, "/v1/", 4) == 0 ? (uint8_t)path[4] : 0;
}

/* What the contract lists under `sort` and what the page's statements are made for, one by one. */
static void
check_orders(const struct route *r)
{
	const struct member *sort = shape_member(operations[r->op].params, "sort");
	const struct section *s = r->sections;
	const struct statement_order *order;

	while (s->kind != SECTION_PAGE && s->kind != SECTION_NONE)
		s++;
	order = s->kind == SECTION_PAGE ? statements[s->sql].orders : NULL;
	for (size_t i = 1; sort && i < sort->enumeration->count; i++, order++)
		if (!order || !order->code ||
		    strcmp(order->code, sort->enumeration->values[i].code) != 0)
			die("operation %s has no page in the order %s", operations[r->op].name,
			    sort->enumeration->values[i].code);
	if (order && order->code)
		die("operation %s does not offer the order %s", operations[r->op].name,
		    order->code);
}

void
routes_init(void)
{
	if (sorted_count > 0)
		return; /* the demo needed them before the daemon */
	for (size_t t = 0; t < route_tables_count; t++) {
		for (const struct route *r = route_tables[t]; r->kind != ROUTE_NONE; r++) {
			if (by_op[r->op])
				die("operation %s has two routes", operations[r->op].name);
			by_op[r->op] = r;
			check_orders(r);
		}
	}
	for (int op = OP_NONE + 1; op < OP_COUNT; op++) {
		if (!by_op[op])
			die("operation %s has no route", operations[op].name);
		if (by_op[op]->kind == ROUTE_COMMAND && by_op[op]->then != OP_NONE &&
		    !by_op[by_op[op]->then])
			die("operation %s answers with no read", operations[op].name);
		if (operations[op].idempotent && by_op[op]->then == OP_NONE)
			die("operation %s has no read to answer a repeat with",
			    operations[op].name);
		sorted[sorted_count++] = (enum op)op;
	}
	qsort(sorted, sorted_count, sizeof(sorted[0]), compare_paths);
	for (size_t i = 0; i < sorted_count; i++)
		starts[letter(operations[sorted[i]].path) + 1] = i + 1;
	for (size_t c = 1; c < COUNT_OF(starts); c++)
		if (starts[c] < starts[c - 1])
			starts[c] = starts[c - 1];
}

const struct route *
route_of(enum op op)
{
	return by_op[op];
}

/* Whether a path fits a pattern; the text of each {parameter} goes to segments. */
static bool
fits(const char *pattern, const char *path, const char *segments[4], size_t sizes[4])
{
	size_t n = 0;

	for (;;) {
		if (*pattern == '{') {
			size_t len = strcspn(path, "/");

			if (len == 0 || n == 4)
				return false;
			segments[n] = path;
			sizes[n++] = len;
			path += len;
			pattern += strcspn(pattern, "}") + 1;
			continue;
		}
		if (*pattern != *path)
			return false;
		if (*pattern == '\0')
			return true;
		pattern++;
		path++;
	}
}

/* What Allow says of the path at `first`. */
static const char *
methods_of(struct arena *arena, size_t first)
{
	const char *path = operations[sorted[first]].path, *allow = "";

	for (size_t i = first; i < sorted_count; i++) {
		const struct operation *o = &operations[sorted[i]];

		if (strcmp(o->path, path) != 0)
			break;
		allow = arena_printf(arena, "%s%s%s%s", allow, *allow ? ", " : "", o->method,
		                     strcmp(o->method, "GET") == 0 ? ", HEAD" : "");
	}
	return allow;
}

enum op
route_match(struct arena *arena, const char *method, const char *path, const char *segments[4],
            const char **allow)
{
	const char *at[4] = { NULL };
	size_t sizes[4], i = starts[letter(path)], end = starts[letter(path) + 1];
	const char *found;

	*allow = NULL;
	while (i < end && !fits(operations[sorted[i]].path, path, at, sizes)) {
		memset(at, 0, sizeof(at));
		i++;
	}
	if (i == end)
		return OP_NONE;
	for (size_t k = 0; k < COUNT_OF(at); k++)
		segments[k] = at[k] ? arena_copy(arena, at[k], sizes[k]) : NULL;
	found = operations[sorted[i]].path;
	for (size_t k = i; k < end && strcmp(operations[sorted[k]].path, found) == 0; k++)
		if (strcmp(operations[sorted[k]].method, method) == 0)
			return sorted[k];
	*allow = methods_of(arena, i);
	return OP_NONE;
}
