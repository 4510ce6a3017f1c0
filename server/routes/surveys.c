/* SPDX-License-Identifier: Apache-2.0 */
/* Surveys, and the links through which they are answered. */
#include "survey/survey.h"

#include "auth.h"
#include "link.h"
#include "reply.h"
#include "routes/routes.h"

static enum err
suppress(struct request *req)
{
	return survey_suppress(&req->ctx, req->id, req->body);
}

static enum err
open_link(struct request *req)
{
	survey_opened(&req->ctx);
	return OK;
}

static enum err
answer(struct request *req)
{
	return survey_answer(&req->ctx, req->body);
}

/* The customer's link, for senders only: whoever has it can answer in their place. */
static void
write_token(struct buf *out, const struct rows *rows, size_t row, void *arg)
{
	struct request *req = arg;
	char token[LINK_TEXT];

	if (principal_holds(req->who, PERMISSION_SURVEY_TOKEN, row_id(rows, row, "store_id")))
		buf_printf(out, ",\"token\":\"%s\"",
		           link_token(row_id(rows, row, "_link_id"), token));
	else
		buf_puts(out, ",\"token\":null");
	reply_actions(out, rows, row, req, &survey_machine);
}

/* clang-format off */
const struct route survey_routes[] = {
	READ(OP_listSurveyTemplates,    PAGE(survey_template_list)),
	READ_EXTRA(OP_listSurveys,      write_token, PAGE(survey_list)),
	READ_EXTRA(OP_getSurvey,        write_token, ONE(survey_get),
	  MANY(answers, survey_answers)),
	COMMAND(OP_suppressSurvey,      suppress,  THEN(OP_getSurvey)),
	READ_AFTER(OP_getPublicLink,    open_link, ONE(public_link_get)),
	COMMAND(OP_answerSurvey,        answer,    THEN(OP_getPublicLink)),
	ROUTES_END
};
/* clang-format on */
