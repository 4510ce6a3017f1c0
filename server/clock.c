/* SPDX-License-Identifier: Apache-2.0 */
/* Asking PostgreSQL what time it is, and comparing: the answer lies between asking and hearing. */
#include "clock.h"

#include "core/log.h"
#include "db/migrate.h"
#include "db/principal.h"

#define SECOND     INT64_C(1000000)
#define ASK_EVERY  (5 * SECOND)
#define ASK_WITHIN (2 * SECOND)

static struct {
	struct lane_query query;
	struct arena arena;
	struct utc asked;
	int64_t due_us;
	bool asking, off;
} watch;

bool
clock_agrees(void)
{
	return !watch.off;
}

static void
judge(struct utc server)
{
	struct utc heard = utc_now();
	int64_t ahead = server.us < watch.asked.us ? server.us - watch.asked.us
	                : server.us > heard.us     ? server.us - heard.us
	                                           : 0;
	bool off = ahead > CLOCK_OFF_MAX_US || ahead < -CLOCK_OFF_MAX_US;

	if (off != watch.off)
		log_line(off ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "clocks", "server_ahead_ms=%lld",
		         (long long)(ahead / 1000));
	watch.off = off;
}

static void
answered(struct lane_query *query)
{
	int64_t every = query->err || watch.off ? SECOND : ASK_EVERY;

	if (!query->err)
		judge((struct utc){ row_int(query->rows[0], 0, "clock") });
	watch.due_us = clock_monotonic_us() + every;
	watch.asking = false;
	arena_clear(&watch.arena);
}

void
clock_watch(struct lanes *lanes)
{
	int64_t now = clock_monotonic_us();

	if (watch.asking || now < watch.due_us)
		return;
	arena_init(&watch.arena);
	watch.asking = true;
	watch.asked = utc_now();
	watch.query = (struct lane_query){
		.scope = &system_scope,
		.arena = &watch.arena,
		.count = 1,
		.sql = { SQL_server_clock },
		.deadline_us = now + ASK_WITHIN,
		.done = answered,
	};
	lanes_submit(lanes, &watch.query);
}
