/* SPDX-License-Identifier: Apache-2.0 */
/* Surveys go out when vehicles are delivered, and end when nobody answers. */
#include "survey/survey.h"

#include "event/event.h"
#include "jobs/jobs.h"

#define EVENTS_MAX 200

enum err
job_send_surveys(struct ctx *ctx, bool *more)
{
	static const char *const types[] = { "work_order.delivered" };
	static const struct event_wish wish = { "surveys", types, COUNT_OF(types), EVENTS_MAX };
	struct id delivered[EVENTS_MAX];
	size_t n;
	struct rows *events;
	enum err err = event_take(ctx, &wish, &events, &n, more);

	if (err || n == 0)
		return err;
	for (size_t i = 0; i < n; i++)
		delivered[i] = row_id(events, i, "subject_id");
	return survey_send(ctx, delivered, n);
}

enum err
job_expire_surveys(struct ctx *ctx, bool *more)
{
	*more = false;
	survey_expire(ctx);
	return OK;
}
