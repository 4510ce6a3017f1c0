/* SPDX-License-Identifier: Apache-2.0 */
/* Read lanes: a few pipelined, non-blocking, read-only connections for declared reads.
 *
 * Everything runs on the loop's thread and never blocks.  A query is some statements that see one
 * snapshot, with the principal sent in front of them.  Queries submitted in one turn share a
 * Sync. */
#ifndef DB_LANE_H
#define DB_LANE_H

#include "db/db.h"

#define LANE_STATEMENTS_MAX 12

struct lane_query {
	/* In */
	const struct scope *scope;
	struct arena *arena; /* rows live here */
	size_t count;
	enum sql sql[LANE_STATEMENTS_MAX];
	const char **values[LANE_STATEMENTS_MAX]; /* from bind_args() */
	int64_t deadline_us;                      /* monotonic */
	/* When this is a document asked for as `:ids`, its id (the row's `id`): those that wait for
	 * the same statements under the same principal are then asked in one. */
	struct id id;
	bool urgent; /* sent before all that are not, and on any lane */
	/* called once, from a watch, lanes_flush or lanes_tick */
	void (*done)(struct lane_query *query);
	void *owner;
	/* Out */
	enum err err;
	struct rows *rows[LANE_STATEMENTS_MAX];
	size_t row; /* of rows[0]: the document asked for, if it is there */
	/* The lanes' own */
	struct lane_query *next, *riders; /* riders: answered with this one */
	size_t answered;
	unsigned tries;
	bool alone;
};

struct lanes;

/* url is a libpq connection string.  Connects in the background.  Of `count` lanes the first `others`
 * are for queries that are not urgent.  The loop's epoll tells of the lanes' sockets (core/watch.h). */
struct lanes *lanes_open(const char *url, unsigned count, unsigned others, int epoll);
void lanes_submit(struct lanes *lanes, struct lane_query *query);
void lanes_flush(struct lanes *lanes); /* end of a turn: one Sync for each lane that was used */
void lanes_tick(struct lanes *lanes);  /* about every 100 ms: deadlines, reconnects */
bool lanes_up(const struct lanes *lanes);
size_t lanes_in_flight(const struct lanes *lanes);            /* sent, not answered */
size_t lanes_waiting(const struct lanes *lanes, bool urgent); /* not sent yet */
void lanes_close(struct lanes *lanes);

#endif
