/* SPDX-License-Identifier: Apache-2.0 */
/* A lane's connection, which is made, watched and made again without waiting for it. */
#include <string.h>
#include <sys/epoll.h>

#include "core/log.h"
#include "db/connect.h"
#include "db/lane_private.h"

#define BACKOFF_FIRST_US 50000
#define BACKOFF_LAST_US  1000000

/* One snapshot for all that is asked between two Syncs; answers are small, so no parallel
 * workers. */
#define SETTINGS                                                                        \
	"-c default_transaction_isolation=repeatable\\ read -c statement_timeout=2000 " \
	"-c max_parallel_workers_per_gather=0"

void
lane_watch(struct lane *lane, uint32_t events)
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

void
lane_connect(struct lane *lane)
{
	lane->retry_us = clock_monotonic_us() + 5000000; /* give up on this attempt then */
	lane->pg = connect_start(lane->lanes->url, SETTINGS);
	if (!lane->pg || PQstatus(lane->pg) == CONNECTION_BAD) {
		lane_fail(lane, "connect");
		return;
	}
	lane->state = LANE_CONNECTING;
	lane_watch(lane, EPOLLOUT);
}

void
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
		query_resubmit(lane->lanes, lost);
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
	lane_expect(lane, EXPECT_SESSION, SQL_session_read_only, NULL, 0);
	lane_sync(lane);
}

static void
lane_poll_connect(struct lane *lane)
{
	switch (PQconnectPoll(lane->pg)) {
	case PGRES_POLLING_READING:
		lane_watch(lane, EPOLLIN);
		break;
	case PGRES_POLLING_WRITING:
		lane_watch(lane, EPOLLOUT);
		break;
	case PGRES_POLLING_OK:
		lane_up(lane);
		break;
	default:
		lane_fail(lane, "connect");
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
		lane_watch(lane, left ? EPOLLIN | EPOLLOUT : EPOLLIN);
	}
	if (!PQconsumeInput(lane->pg)) {
		lane_fail(lane, "input");
		return;
	}
	lane_read(lane);
}

void
lane_open(struct lane *lane, struct lanes *lanes)
{
	lane->lanes = lanes;
	lane->watch = (struct watch){ lane_ready, lane };
	lane->fd = -1;
	lane->backoff_us = BACKOFF_FIRST_US;
	lane_connect(lane);
}
