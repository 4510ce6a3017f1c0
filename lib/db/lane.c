/* SPDX-License-Identifier: Apache-2.0 */
/* Read lanes: pipelined connections that are written and read by the loop and never waited for. */
#include "db/lane.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "core/log.h"
#include "core/watch.h"
#include "db/connect.h"
#include "db/lane_share.h"
#include "db/principal.h"
#include "db/rows.h"
#include "db/variant.h"

#define LANE_FIFO        4096 /* answers that may be outstanding on one lane; a power of two */
#define LANE_BATCH       16   /* queries behind one Sync */
#define LANE_SYNCS       2    /* outstanding: one at work, one behind it */
#define BACKOFF_FIRST_US 50000
#define BACKOFF_LAST_US  1000000
#define QUERY_TRIES      3

/* One snapshot for all that is asked between two Syncs; answers are small, so no parallel
 * workers. */
#define SETTINGS                                                                        \
	"-c default_transaction_isolation=repeatable\\ read -c statement_timeout=2000 " \
	"-c max_parallel_workers_per_gather=0"

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

static void lane_fail(struct lane *lane, const char *why);

/* Answer a query and its riders. */
static void
finish(struct lane_query *query, enum err err)
{
	struct lane_query *riders = query->riders, *next;

	query->riders = NULL;
	query->err = err;
	query->done(query); /* it is gone after this */
	for (; riders; riders = next) {
		next = riders->next;
		riders->err = err;
		riders->done(riders);
	}
}

static void
enqueue(struct lanes *lanes, struct lane_query *query)
{
	struct queue *queue = query->urgent ? &lanes->urgent : &lanes->waiting;

	query->next = NULL;
	*queue->last = query;
	queue->last = &query->next;
}

static void
watch(struct lane *lane, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = &lane->watch };
	int fd = PQsocket(lane->pg);

	if (fd < 0)
		return;
	/* connecting to the next host of a list opens a new socket, perhaps of the same number */
	if (lane->state == LANE_UP && lane->fd == fd && lane->events == events)
		return;
	lane->fd = fd;
	if (epoll_ctl(lane->lanes->epoll, EPOLL_CTL_MOD, fd, &ev) != 0 &&
	    epoll_ctl(lane->lanes->epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		log_line(LOG_LEVEL_ERROR, "epoll", "fd=%d", fd);
	lane->events = events;
}

static void
lane_connect(struct lane *lane)
{
	lane->retry_us = clock_monotonic_us() + 5000000; /* give up on this attempt then */
	lane->pg = connect_start(lane->lanes->url, SETTINGS);
	if (!lane->pg || PQstatus(lane->pg) == CONNECTION_BAD) {
		lane_fail(lane, "connect");
		return;
	}
	lane->state = LANE_CONNECTING;
	watch(lane, EPOLLOUT);
}

/* Send a query again, or give it up when it has been tried too often; its riders on their own. */
static void
resubmit(struct lane *lane, struct lane_query *query)
{
	struct lane_query *riders = query->riders, *next;
	bool alone = query->alone;

	query->riders = NULL;
	query->answered = 0;
	query->err = OK;
	if (++query->tries >= QUERY_TRIES)
		finish(query, ERR_UNAVAILABLE);
	else
		enqueue(lane->lanes, query);
	for (; riders; riders = next) {
		next = riders->next;
		riders->err = OK;
		riders->alone = alone;
		resubmit(lane, riders);
	}
}

/* The connection is gone: what was in flight is asked again elsewhere, reads change nothing. */
static void
lane_fail(struct lane *lane, const char *why)
{
	static struct log_cap cap;
	struct lane_query *lost = NULL, *next;

	if (log_allow(&cap))
		log_line(LOG_LEVEL_WARN, "lane_lost", "while=%s", why);
	if (lane->fd >= 0)
		epoll_ctl(lane->lanes->epoll, EPOLL_CTL_DEL, lane->fd, NULL);
	lane->fd = -1;
	lane->events = 0;
	PQfinish(lane->pg);
	lane->pg = NULL;
	lane->state = LANE_DOWN;
	lane->retry_us = clock_monotonic_us() + lane->backoff_us;
	lane->backoff_us =
		lane->backoff_us * 2 > BACKOFF_LAST_US ? BACKOFF_LAST_US : lane->backoff_us * 2;
	for (; lane->head != lane->tail; lane->head++) {
		struct expect *e = &lane->fifo[lane->head % LANE_FIFO];

		/* the last answer of a query stands for it, once */
		if (e->kind == EXPECT_ROWS && e->query && e->index + 1 == e->query->count) {
			e->query->next = lost;
			lost = e->query;
		}
	}
	lane->queries = 0;
	for (; lost; lost = next) {
		next = lost->next;
		resubmit(lane, lost);
	}
}

static void lane_ready(void *arg, uint32_t events);

struct lanes *
lanes_open(const char *url, unsigned count, unsigned others, int epoll)
{
	struct lanes *lanes = calloc(1, sizeof(*lanes) + count * sizeof(struct lane));

	if (!lanes)
		die("out of memory");
	lanes->url = url;
	lanes->count = count;
	lanes->others = others;
	lanes->urgent.last = &lanes->urgent.first;
	lanes->waiting.last = &lanes->waiting.first;
	lanes->variants = variants_new();
	lanes->epoll = epoll;
	for (unsigned i = 0; i < count; i++) {
		lanes->lane[i].lanes = lanes;
		lanes->lane[i].watch = (struct watch){ lane_ready, &lanes->lane[i] };
		lanes->lane[i].fd = -1;
		lanes->lane[i].backoff_us = BACKOFF_FIRST_US;
		lane_connect(&lanes->lane[i]);
	}
	return lanes;
}

static void
expect(struct lane *lane, enum expect_kind kind, enum sql sql, struct lane_query *query,
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
		expect(lane, EXPECT_SETTING, SQL_NONE, NULL, 0);
	}
	if (!PQsendPrepare(lane->pg, name, variant->text, 0, NULL))
		return false;
	expect(lane, EXPECT_PREPARE, sql, NULL, variant->serial);
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
		expect(lane, EXPECT_PREPARE, sql, NULL, 0);
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
	expect(lane, EXPECT_SETTING, sql, NULL, 0);
	return true;
}

/* Queue one query on a lane; false when the lane broke (the query is then asked again
 * elsewhere). */
static bool
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
		expect(lane, EXPECT_ROWS, query->sql[i], query, i);
	}
	lane->queries++;
	lane->batch++;
	return true;
}

static void
lane_sync(struct lane *lane)
{
	lane->batch = 0;
	lane->syncs++;
	lane->principal = NULL;
	if (!PQpipelineSync(lane->pg)) {
		lane_fail(lane, "sync");
		return;
	}
	expect(lane, EXPECT_SYNC, SQL_NONE, NULL, 0);
	switch (PQflush(lane->pg)) {
	case 0:
		watch(lane, EPOLLIN);
		break;
	case 1:
		watch(lane, EPOLLIN | EPOLLOUT);
		break;
	default:
		lane_fail(lane, "flush");
	}
}

static void
lane_up(struct lane *lane)
{
	if (PQsetnonblocking(lane->pg, 1) != 0 || !PQenterPipelineMode(lane->pg)) {
		lane_fail(lane, "pipeline");
		return;
	}
	lane->state = LANE_UP;
	lane->backoff_us = BACKOFF_FIRST_US;
	lane->head = lane->tail = 0;
	lane->queries = lane->batch = lane->syncs = 0;
	lane->principal = NULL;
	memset(lane->prepared, 0, sizeof(lane->prepared));
	memset(lane->variants, 0, sizeof(lane->variants));
	/* Only now: a session that is read only from its start is none that a URL's
	 * target_session_attrs=read-write takes. */
	if (!PQsendQueryParams(lane->pg, statements[SQL_session_read_only].sql, 0, NULL, NULL, NULL,
	                       NULL, 0)) {
		lane_fail(lane, "session");
		return;
	}
	expect(lane, EXPECT_SESSION, SQL_session_read_only, NULL, 0);
	lane_sync(lane);
}

static void
lane_poll_connect(struct lane *lane)
{
	switch (PQconnectPoll(lane->pg)) {
	case PGRES_POLLING_READING:
		watch(lane, EPOLLIN);
		break;
	case PGRES_POLLING_WRITING:
		watch(lane, EPOLLOUT);
		break;
	case PGRES_POLLING_OK:
		lane_up(lane);
		break;
	default:
		lane_fail(lane, "connect");
	}
}

/* A lane has one Sync at work and one behind it.  What comes meanwhile waits here, where the lane that
 * is done first takes it, and the more of it, behind one Sync, the busier the server is. */
static struct lane *
least_loaded(struct lanes *lanes, const struct lane_query *query)
{
	const unsigned count = query->urgent ? lanes->count : lanes->others;
	struct lane *best = NULL;

	for (unsigned i = 0; i < count; i++) {
		struct lane *lane = &lanes->lane[i];

		if (lane->state != LANE_UP || lane->syncs >= LANE_SYNCS ||
		    lane->batch >= LANE_BATCH ||
		    lane->tail - lane->head + 4 * (query->count + 2) > LANE_FIFO)
			continue;
		/* prefer a lane that has a batch open this turn: one Sync serves it all */
		if (!best || lane->queries < best->queries)
			best = lane;
	}
	return best;
}

void
lanes_submit(struct lanes *lanes, struct lane_query *query)
{
	query->err = OK;
	query->tries = 0;
	query->alone = false;
	query->answered = 0;
	query->riders = NULL;
	query->row = 0;
	enqueue(lanes, query);
}

static void
send_queue(struct lanes *lanes, struct queue *queue)
{
	struct lane_query *query;
	struct lane *lane;

	while ((query = queue->first) != NULL && (lane = least_loaded(lanes, query)) != NULL) {
		queue->first = query->next;
		queue->last = riders_gather(query, &queue->first);
		/* one that failed in company is asked again behind a Sync of its own */
		if (query->alone && lane->batch > 0)
			lane_sync(lane);
		if (lane->state != LANE_UP || !lane_send(lane, query)) {
			resubmit(lane, query);
			if (lane->state == LANE_UP)
				lane_fail(lane, "send");
		} else if (query->alone) {
			lane_sync(lane);
		}
	}
}

void
lanes_flush(struct lanes *lanes)
{
	send_queue(lanes, &lanes->urgent);
	send_queue(lanes, &lanes->waiting);
	for (unsigned i = 0; i < lanes->count; i++)
		if (lanes->lane[i].batch > 0 && lanes->lane[i].state == LANE_UP)
			lane_sync(&lanes->lane[i]);
}

/* Answers to a query and its riders.  Whose document is not there under the id that was asked for is
 * asked again on its own: an id that was merged leads to another. */
static void
give_rows(struct lane *lane, struct lane_query *query)
{
	struct lane_query *riders = query->riders, *next;

	if (query->err || !riders) {
		finish(query, query->err);
		return;
	}
	query->riders = NULL;
	query->next = riders;
	for (riders = query; riders; riders = next) {
		next = riders->next;
		if (rider_find_row(riders)) {
			finish(riders, OK);
		} else {
			riders->alone = true;
			resubmit(lane, riders);
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
		resubmit(lane, query);
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

/* Take every result that has arrived. */
static void
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

static void
lane_ready(void *arg, uint32_t events)
{
	struct lane *lane = arg;

	if (lane->state == LANE_CONNECTING) {
		lane_poll_connect(lane);
		return;
	}
	if (lane->state != LANE_UP)
		return;
	if (events & EPOLLOUT) {
		int left = PQflush(lane->pg);

		if (left < 0) {
			lane_fail(lane, "flush");
			return;
		}
		watch(lane, left ? EPOLLIN | EPOLLOUT : EPOLLIN);
	}
	if (!PQconsumeInput(lane->pg)) {
		lane_fail(lane, "input");
		return;
	}
	lane_read(lane);
}

/* Queries in flight whose time is up: tell their owner, drop the answer when it comes. */
static void
expire_in_flight(struct lane *lane, int64_t now)
{
	for (size_t i = lane->head; i != lane->tail; i++) {
		struct lane_query *query = lane->fifo[i % LANE_FIFO].query;

		if (!query || now < query->deadline_us)
			continue;
		for (size_t k = i; k != lane->tail; k++)
			if (lane->fifo[k % LANE_FIFO].query == query)
				lane->fifo[k % LANE_FIFO].query = NULL;
		if (query->answered > 0)
			lane->queries--; /* its first answer has gone by already */
		finish(query, ERR_UNAVAILABLE);
	}
}

static void
expire_waiting(struct lanes *lanes, struct queue *queue, int64_t now, bool up)
{
	struct lane_query *query = queue->first, *next;

	queue->first = NULL;
	queue->last = &queue->first;
	for (; query; query = next) {
		next = query->next;
		if (!up || now >= query->deadline_us)
			finish(query, ERR_UNAVAILABLE);
		else
			enqueue(lanes, query);
	}
}

void
lanes_tick(struct lanes *lanes)
{
	int64_t now = clock_monotonic_us();

	for (unsigned i = 0; i < lanes->count; i++) {
		struct lane *lane = &lanes->lane[i];

		if (lane->state == LANE_UP) {
			expire_in_flight(lane, now);
			/* nothing came for 5 s although statements end after 2: the server hangs */
			if (lane->queries > 0 && now - lane->oldest_us > 5000000)
				lane_fail(lane, "silence");
		} else if (now >= lane->retry_us) {
			if (lane->state == LANE_CONNECTING)
				lane_fail(lane, "connect");
			else
				lane_connect(lane);
		}
	}
	expire_waiting(lanes, &lanes->urgent, now, lanes_up(lanes));
	expire_waiting(lanes, &lanes->waiting, now, lanes_up(lanes));
}

bool
lanes_up(const struct lanes *lanes)
{
	for (unsigned i = 0; i < lanes->count; i++)
		if (lanes->lane[i].state == LANE_UP)
			return true;
	return false;
}

size_t
lanes_in_flight(const struct lanes *lanes)
{
	size_t n = 0;

	for (unsigned i = 0; i < lanes->count; i++)
		n += lanes->lane[i].queries;
	return n;
}

static size_t
length(const struct queue *queue)
{
	size_t n = 0;

	for (const struct lane_query *q = queue->first; q; q = q->next)
		n++;
	return n;
}

size_t
lanes_waiting(const struct lanes *lanes, bool urgent)
{
	return length(urgent ? &lanes->urgent : &lanes->waiting);
}

void
lanes_close(struct lanes *lanes)
{
	if (!lanes)
		return;
	for (unsigned i = 0; i < lanes->count; i++)
		PQfinish(lanes->lane[i].pg);
	variants_free(lanes->variants);
	free(lanes);
}
