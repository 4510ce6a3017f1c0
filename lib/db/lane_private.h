/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the lanes, shared by the files that make them up: lane.c has what waits and until when,
 * lane_link.c the connections, lane_send.c what is asked over one, lane_read.c what comes back. */
#ifndef DB_LANE_PRIVATE_H
#define DB_LANE_PRIVATE_H

#include <libpq-fe.h>

#include "core/watch.h"
#include "db/lane.h"
#include "db/variant.h"

#define LANE_FIFO 4096 /* answers that may be outstanding on one lane; a power of two */

enum expect_kind {
	EXPECT_SETTING, /* BEGIN-like statements whose rows nobody wants */
	EXPECT_SESSION, /* what the lane is not used without */
	EXPECT_PREPARE,
	EXPECT_ROWS,
	EXPECT_SYNC
};

struct expect {
	enum expect_kind kind;
	enum sql sql;
	struct lane_query *query; /* NULL when it gave up waiting */
	size_t index;             /* of the query's statement, or the variant's serial */
};

enum lane_state {
	LANE_DOWN,
	LANE_CONNECTING,
	LANE_UP
};

struct lane {
	struct lanes *lanes;
	struct watch watch;
	enum lane_state state;
	PGconn *pg;
	int fd; /* registered with the epoll, -1 when none */
	uint32_t events;
	int64_t retry_us, backoff_us, oldest_us;
	const char *const *principal; /* set since the last Sync; NULL: none */
	bool prepared[SQL_COUNT];
	uint32_t variants[VARIANTS_MAX]; /* by slot: the serial of what is prepared, 0: nothing */
	size_t head, tail;               /* of fifo; tail - head answers are outstanding */
	size_t queries;                  /* in flight */
	size_t batch;                    /* of them, sent since the last Sync */
	size_t syncs;                    /* outstanding */
	struct expect fifo[LANE_FIFO];
};

/* Submitted, not yet sent. */
struct queue {
	struct lane_query *first, **last;
};

struct lanes {
	const char *url;
	int epoll;
	unsigned count, others;
	struct queue urgent, waiting;
	struct variants *variants;
	struct lane lane[];
};

/* Begin to connect; the lane takes queries once it is up. */
void lane_open(struct lane *lane, struct lanes *lanes);
void lane_connect(struct lane *lane); /* again */
/* Wait for these events of the lane's socket, and no others. */
void lane_watch(struct lane *lane, uint32_t events);
/* The connection is gone: what was in flight is asked again elsewhere, reads change nothing. */
void lane_fail(struct lane *lane, const char *why);

/* One more answer is to come. */
void lane_expect(struct lane *lane, enum expect_kind kind, enum sql sql, struct lane_query *query,
                 size_t index);
/* Queue one query on a lane; false when the lane broke (the query is then to be asked again
 * elsewhere). */
MUSTCHECK bool lane_send(struct lane *lane, struct lane_query *query);
/* End the batch: what is queued goes out. */
void lane_sync(struct lane *lane);

/* Take every result that has arrived. */
void lane_read(struct lane *lane);

/* Answer a query and its riders. */
void query_finish(struct lane_query *query, enum err err);
/* Send a query again, or give it up when it has been tried too often; its riders on their own. */
void query_resubmit(struct lanes *lanes, struct lane_query *query);

#endif
