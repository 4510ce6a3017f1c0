/* SPDX-License-Identifier: Apache-2.0 */
/* Read lanes: what waits for one, which takes it, and until when an answer is waited for. */
#include <stdlib.h>

#include "core/log.h"
#include "db/lane_private.h"
#include "db/lane_share.h"

#define LANE_BATCH  16 /* queries behind one Sync */
#define LANE_SYNCS  2  /* outstanding: one at work, one behind it */
#define QUERY_TRIES 3

void
query_finish(struct lane_query *query, enum err err)
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

void
query_resubmit(struct lanes *lanes, struct lane_query *query)
{
	struct lane_query *riders = query->riders, *next;
	bool alone = query->alone;

	query->riders = NULL;
	query->answered = 0;
	query->err = OK;
	if (++query->tries >= QUERY_TRIES)
		query_finish(query, ERR_UNAVAILABLE);
	else
		enqueue(lanes, query);
	for (; riders; riders = next) {
		next = riders->next;
		riders->err = OK;
		riders->alone = alone;
		query_resubmit(lanes, riders);
	}
}

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
	for (unsigned i = 0; i < count; i++)
		lane_open(&lanes->lane[i], lanes);
	return lanes;
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
			query_resubmit(lanes, query);
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
		query_finish(query, ERR_UNAVAILABLE);
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
			query_finish(query, ERR_UNAVAILABLE);
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
