/* SPDX-License-Identifier: Apache-2.0 */
/* From method and path to operation: the contract's paths, matched segment by segment. */
#include "route.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/log.h"
#include "routes/routes.h"

static const struct route *by_op[OP_COUNT];
static enum op sorted[OP_COUNT]; /* by path, a literal segment before a parameter */
static size_t sorted_count;

static int
compare_paths(const void *a, const void *b)
{
	const struct operation *x = &operations[*(const enum op *)a];
	const struct operation *y = &operations[*(const enum op *)b];

	/* '{' sorts behind every letter, so literals are tried first */
	return strcmp(x->path, y->path);
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
		}
	}
	for (int op = OP_NONE + 1; op < OP_COUNT; op++) {
		if (!by_op[op])
			die("operation %s has no route", operations[op].name);
		if (by_op[op]->kind == ROUTE_COMMAND && by_op[op]->then != OP_NONE &&
		    !by_op[by_op[op]->then])
			die("operation %s answers with no read", operations[op].name);
		sorted[sorted_count++] = (enum op)op;
	}
	qsort(sorted, sorted_count, sizeof(sorted[0]), compare_paths);
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

enum op
route_match(struct arena *arena, const char *method, const char *path, const char *segments[4],
            const char **allow)
{
	struct buf methods;
	const char *best = NULL;
	enum op found = OP_NONE;

	*allow = NULL;
	buf_init(&methods, 256);
	for (size_t i = 0; i < sorted_count && found == OP_NONE; i++) {
		const struct operation *o = &operations[sorted[i]];
		const char *at[4] = { NULL };
		size_t sizes[4];

		if (best ? strcmp(o->path, best) != 0 : !fits(o->path, path, at, sizes))
			continue;
		if (!best) {
			best = o->path;
			for (size_t k = 0; k < 4; k++)
				segments[k] = at[k] ? arena_copy(arena, at[k], sizes[k]) : NULL;
		}
		if (methods.len)
			buf_puts(&methods, ", ");
		buf_puts(&methods, o->method);
		if (strcmp(o->method, "GET") == 0)
			buf_puts(&methods, ", HEAD");
		if (strcmp(o->method, method) == 0)
			found = sorted[i];
	}
	if (best && found == OP_NONE)
		*allow = arena_copy(arena, methods.data, methods.len);
	buf_clear(&methods);
	return found;
}
