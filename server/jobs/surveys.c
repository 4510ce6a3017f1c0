/* SPDX-License-Identifier: Apache-2.0 */
/* Surveys go out when vehicles are delivered, and end when nobody answers. */
#include "survey/survey.h"

#include <string.h>

#include "event/event.h"
#include "jobs/jobs.h"

#define EVENTS_MAX 200

enum err
job_send_surveys(struct ctx *ctx, bool *more)
{
	struct id delivered[EVENTS_MAX];
	size_t n = 0;
	struct rows *events;
	enum err err = event_take(ctx, "surveys", EVENTS_MAX, &events);

	if (err)
		return err;
	*more = rows_count(events) == EVENTS_MAX;
	for (size_t i = 0; i < rows_count(events); i++)
		if (strcmp(row_text(events, i, "type"), "work_order.delivered") == 0)
			delivered[n++] = row_id(events, i, "subject_id");
	return survey_send(ctx, delivered, n);
}

enum err
job_expire_surveys(struct ctx *ctx, bool *more)
{
	*more = false;
	survey_expire(ctx);
	return OK;
}
