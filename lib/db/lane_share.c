/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering riders, asking for all of them, and giving each its rows. */
#include "db/lane_share.h"

#include <string.h>

#include "core/buf.h"
#include "core/text.h"

#define RIDERS_MAX 31

static bool
same_scope(const struct scope *a, const struct scope *b)
{
	return id_equal(a->store, b->store) && a->hq == b->hq && id_equal(a->actor, b->actor) &&
	       id_equal(a->customer, b->customer) && text_equal(a->stores, b->stores);
}

static bool
takes_ids(enum sql sql)
{
	for (uint16_t p = 0; p < statements[sql].params_count; p++)
		if (statements[sql].params[p] == PARAM_ids)
			return true;
	return false;
}

/* The same statements, and of their parameters all but :ids. */
static bool
may_ride(const struct lane_query *query, const struct lane_query *other)
{
	if (id_is_none(other->id) || other->alone || other->count != query->count ||
	    memcmp(other->sql, query->sql, query->count * sizeof(query->sql[0])) != 0 ||
	    !same_scope(query->scope, other->scope))
		return false;
	for (size_t i = 0; i < query->count; i++) {
		const struct statement *s = &statements[query->sql[i]];

		for (uint16_t p = 0; p < s->params_count; p++)
			if (s->params[p] != PARAM_ids &&
			    !text_equal(query->values[i][p], other->values[i][p]))
				return false;
	}
	return true;
}

struct lane_query **
riders_gather(struct lane_query *query, struct lane_query **waiting)
{
	const bool may_share = !id_is_none(query->id) && !query->alone && takes_ids(query->sql[0]);
	struct lane_query **last = &query->riders;
	size_t n = 0;

	query->riders = NULL;
	while (*waiting) {
		struct lane_query *other = *waiting;

		if (!may_share || n == RIDERS_MAX || !may_ride(query, other)) {
			waiting = &other->next;
			continue;
		}
		*waiting = other->next;
		other->next = NULL;
		*last = other;
		last = &other->next;
		n++;
	}
	return waiting;
}

const char *const *
riders_values(const struct lane_query *query, size_t statement)
{
	const struct statement *s = &statements[query->sql[statement]];
	const char **values, *ids;
	char text[ID_TEXT];
	struct buf list;

	if (!query->riders)
		return query->values[statement];
	buf_init(&list, (RIDERS_MAX + 1) * ID_TEXT + 2);
	buf_char(&list, '{');
	buf_puts(&list, id_format(query->id, text));
	for (const struct lane_query *r = query->riders; r; r = r->next) {
		buf_char(&list, ',');
		buf_puts(&list, id_format(r->id, text));
	}
	buf_char(&list, '}');
	ids = arena_copy(query->arena, list.data, list.len);
	buf_clear(&list);
	values = arena_array(query->arena, s->params_count, sizeof(*values));
	for (uint16_t p = 0; p < s->params_count; p++)
		values[p] = s->params[p] == PARAM_ids ? ids : query->values[statement][p];
	return values;
}

void
riders_take(struct lane_query *query, size_t statement, PGresult *result)
{
	enum sql sql = query->sql[statement];
	struct shared_result *shared;

	if (!query->riders) {
		query->rows[statement] = rows_take(query->arena, result, sql);
		return;
	}
	shared = shared_result_new(result);
	query->rows[statement] = rows_share(query->arena, shared, sql);
	for (struct lane_query *r = query->riders; r; r = r->next)
		r->rows[statement] = rows_share(r->arena, shared, sql);
}

bool
rider_find_row(struct lane_query *query)
{
	char text[ID_TEXT];

	id_format(query->id, text);
	for (size_t i = 0; i < rows_count(query->rows[0]); i++) {
		if (strcmp(row_text(query->rows[0], i, "id"), text) == 0) {
			query->row = i;
			return true;
		}
	}
	return false;
}
