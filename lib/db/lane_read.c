/* SPDX-License-Identifier: Apache-2.0 */
/* From the answers, in the order in which they were asked for, to who waits for them. */
#include "db/lane_private.h"
#include "db/lane_share.h"
#include "db/rows.h"

/* Answers to a query and its riders.  Whose document is not there under the id that was asked for is
 * asked again on its own: an id that was merged leads to another. */
static void
give_rows(struct lane *lane, struct lane_query *query)
{
	struct lane_query *riders = query->riders, *next;

	if (query->err || !riders) {
		query_finish(query, query->err);
		return;
	}
	query->riders = NULL;
	query->next = riders;
	for (riders = query; riders; riders = next) {
		next = riders->next;
		if (rider_find_row(riders)) {
			query_finish(riders, OK);
		} else {
			riders->alone = true;
			query_resubmit(lane->lanes, riders);
		}
	}
}

static void
query_answered(struct lane *lane, struct lane_query *query)
{
	if (++query->answered < query->count)
		return;
	lane->queries--;
	lane->oldest_us = clock_monotonic_us();
	if (query->err == ERR_RETRY) {
		query->err = OK;
		query->alone = true;
		query_resubmit(lane->lanes, query);
		return;
	}
	give_rows(lane, query);
}

/* err: what a failed result means. */
static void
take_rows(struct lane *lane, const struct expect *e, PGresult *result, enum err err)
{
	struct lane_query *query = e->query;
	ExecStatusType status = PQresultStatus(result);

	if (!query) { /* gave up waiting */
		if (e->index == 0)
			lane->queries--;
		PQclear(result);
		return;
	}
	if (status == PGRES_TUPLES_OK) {
		riders_take(query, e->index, result);
		query_answered(lane, query);
		return;
	}
	if (status == PGRES_PIPELINE_ABORTED) {
		/* another's error, or an earlier one of its own */
		if (query->err == OK)
			query->err = ERR_RETRY;
	} else {
		query->err = err;
	}
	PQclear(result);
	query_answered(lane, query);
}

/* A variant by its serial: another one may have its slot by now, and be prepared. */
static void
forget_prepared(struct lane *lane, const struct expect *e)
{
	if (!statements[e->sql].unnamed) {
		lane->prepared[e->sql] = false;
		return;
	}
	for (size_t i = 0; i < VARIANTS_MAX; i++)
		if (lane->variants[i] == e->index)
			lane->variants[i] = 0;
}

void
lane_read(struct lane *lane)
{
	while (lane->state == LANE_UP && lane->head != lane->tail && !PQisBusy(lane->pg)) {
		struct expect *e = &lane->fifo[lane->head % LANE_FIFO];
		PGresult *result = PQgetResult(lane->pg);
		ExecStatusType status = PQresultStatus(result);
		enum err err;

		if (PQstatus(lane->pg) == CONNECTION_BAD) {
			PQclear(result);
			lane_fail(lane, "read");
			return;
		}
		if (!result)
			continue; /* the end of a statement's results */
		if ((status == PGRES_PIPELINE_SYNC) != (e->kind == EXPECT_SYNC)) {
			PQclear(result);
			lane_fail(lane, "order");
			return;
		}
		err = status == PGRES_FATAL_ERROR ? result_error(result, NULL) : OK;
		if (err == ERR_CONNECTION_LOST) {
			PQclear(result);
			lane_fail(lane, "server");
			return;
		}
		lane->head++;
		if (e->kind == EXPECT_SYNC)
			lane->syncs--;
		if (e->kind == EXPECT_ROWS) {
			take_rows(lane, e, result, err);
			continue;
		}
		if (e->kind == EXPECT_SESSION && status != PGRES_COMMAND_OK) {
			PQclear(result);
			lane_fail(lane, "session");
			return;
		}
		if (e->kind == EXPECT_PREPARE && status != PGRES_COMMAND_OK)
			forget_prepared(lane, e);
		PQclear(result);
	}
}
