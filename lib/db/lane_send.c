/* SPDX-License-Identifier: Apache-2.0 */
/* From a query to the messages that ask it, each with the answer that is to come. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/epoll.h>

#include "core/log.h"
#include "db/lane_private.h"
#include "db/lane_share.h"
#include "db/principal.h"

void
lane_expect(struct lane *lane, enum expect_kind kind, enum sql sql, struct lane_query *query,
            size_t index)
{
	lane->fifo[lane->tail++ % LANE_FIFO] = (struct expect){ kind, sql, query, index };
}

static bool
prepare_variant(struct lane *lane, enum sql sql, const struct variant *variant, const char *name)
{
	uint32_t *prepared = &lane->variants[variant->slot];
	char text[64];

	if (*prepared == variant->serial)
		return true;
	if (*prepared) {
		snprintf(text, sizeof(text), "DEALLOCATE v%" PRIu32, *prepared);
		if (!PQsendQueryParams(lane->pg, text, 0, NULL, NULL, NULL, NULL, 0))
			return false;
		lane_expect(lane, EXPECT_SETTING, SQL_NONE, NULL, 0);
	}
	if (!PQsendPrepare(lane->pg, name, variant->text, 0, NULL))
		return false;
	lane_expect(lane, EXPECT_PREPARE, sql, NULL, variant->serial);
	*prepared = variant->serial;
	return true;
}

static bool
send_variant(struct lane *lane, struct arena *arena, enum sql sql, const char *const *values)
{
	const struct variant *variant = variant_for(lane->lanes->variants, sql, values);
	const char **own = arena_array(arena, variant->count, sizeof(*own));
	char name[16];

	snprintf(name, sizeof(name), "v%" PRIu32, variant->serial);
	for (uint16_t i = 0; i < variant->count; i++)
		own[i] = values[variant->params[i]];
	return prepare_variant(lane, sql, variant, name) &&
	       PQsendQueryPrepared(lane->pg, name, variant->count, own, NULL, NULL, 0);
}

static bool
send_statement(struct lane *lane, struct arena *arena, enum sql sql, const char *const *values)
{
	const struct statement *s = &statements[sql];

	if (s->unnamed)
		return send_variant(lane, arena, sql, values);
	if (!lane->prepared[sql]) {
		if (!PQsendPrepare(lane->pg, s->name, s->sql, 0, NULL))
			return false;
		lane_expect(lane, EXPECT_PREPARE, sql, NULL, 0);
		lane->prepared[sql] = true;
	}
	return PQsendQueryPrepared(lane->pg, s->name, s->params_count, values, NULL, NULL, 0);
}

/* The principal in front of a query.  What an earlier query of the same Sync has set need not be set
 * again: they succeed together, or none of them is answered. */
static bool
send_principal(struct lane *lane, const struct lane_query *query)
{
	enum sql sql = SQL_principal_set;
	const char **wanted = principal_values(query->arena, query->scope, NULL), **values = wanted;

	if (lane->principal)
		sql = principal_next(query->arena, lane->principal, wanted, &values);
	lane->principal = wanted;
	if (sql == SQL_NONE)
		return true;
	if (!send_statement(lane, query->arena, sql, values))
		return false;
	lane_expect(lane, EXPECT_SETTING, sql, NULL, 0);
	return true;
}

bool
lane_send(struct lane *lane, struct lane_query *query)
{
	if (lane->queries == 0)
		lane->oldest_us = clock_monotonic_us();
	query->answered = 0;
	if (!send_principal(lane, query))
		return false;
	for (size_t i = 0; i < query->count; i++) {
		if (!send_statement(lane, query->arena, query->sql[i], riders_values(query, i)))
			return false;
		lane_expect(lane, EXPECT_ROWS, query->sql[i], query, i);
	}
	lane->queries++;
	lane->batch++;
	return true;
}

void
lane_sync(struct lane *lane)
{
	lane->batch = 0;
	lane->syncs++;
	lane->principal = NULL;
	if (!PQpipelineSync(lane->pg)) {
		lane_fail(lane, "sync");
		return;
	}
	lane_expect(lane, EXPECT_SYNC, SQL_NONE, NULL, 0);
	switch (PQflush(lane->pg)) {
	case 0:
		lane_watch(lane, EPOLLIN);
		break;
	case 1:
		lane_watch(lane, EPOLLIN | EPOLLOUT);
		break;
	default:
		lane_fail(lane, "flush");
	}
}
