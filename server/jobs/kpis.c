/* SPDX-License-Identifier: Apache-2.0 */
/* KPIs follow the events. */
#include "kpi/kpi.h"

#include "event/event.h"
#include "jobs/jobs.h"

#define EVENTS_MAX 300

enum err
job_fold_kpis(struct ctx *ctx, bool *more)
{
	static const struct event_wish wish = { .consumer = "kpis", .limit = EVENTS_MAX };
	struct id ids[EVENTS_MAX];
	size_t n;
	struct rows *events;
	enum err err = event_take(ctx, &wish, &events, &n, more);

	if (err || n == 0)
		return err;
	for (size_t i = 0; i < n; i++)
		ids[i] = row_id(events, i, "id");
	return kpi_fold(ctx, ids, n);
}
