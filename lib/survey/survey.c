/* SPDX-License-Identifier: Apache-2.0 */
/* Sending surveys and taking their answers. */
#include "survey/survey.h"

#include <string.h>

#include "complaint/complaint.h"
#include "event/event.h"
#include "link/link.h"

#define OPEN_MS (INT64_C(30) * 24 * 3600 * 1000) /* a link may be answered for 30 days */

static const struct machine_move moves[] = {
	{ OP_suppressSurvey,
	  FROM(SURVEY_STATUS_SCHEDULED) | FROM(SURVEY_STATUS_SENT) | FROM(SURVEY_STATUS_OPENED),
	  SURVEY_STATUS_SUPPRESSED },
};

const struct machine survey_machine = MACHINE("status", survey_status, moves);

static void
send_one(struct ctx *ctx, const struct rows *due, size_t i)
{
	struct id survey = id_new(), store = row_id(due, i, "store_id"), link;
	bool opted_out = row_bool(due, i, "opted_out");

	link = link_add(ctx, LINK_PURPOSE_SURVEY, store, survey,
	                opted_out ? ctx->now : utc_add_ms(ctx->now, OPEN_MS));
	db_write(ctx, survey_add, ARG(survey_id, survey), ARG(store_id, store), ARG(link_id, link),
	         ARG(work_order_id, row_id(due, i, "work_order_id")),
	         ARG(customer_id, row_id(due, i, "customer_id")),
	         ARG(vehicle_id, row_id(due, i, "vehicle_id")),
	         ARG(template_id, row_id(due, i, "template_id")),
	         ENUM_ARG(status, survey_status,
	                  opted_out ? SURVEY_STATUS_SUPPRESSED : SURVEY_STATUS_SENT),
	         ENUM_ARG(reason, survey_suppression,
	                  opted_out ? SURVEY_SUPPRESSION_OPTED_OUT : SURVEY_SUPPRESSION_NONE));
	event_add(ctx, opted_out ? "survey.suppressed" : "survey.sent", store, survey);
}

enum err
survey_send(struct ctx *ctx, const struct id *work_orders, size_t count)
{
	struct rows *due;
	enum err err;

	if (count == 0)
		return OK;
	err = db_read(ctx, survey_due, &due, IDS_ARG(work_orders, work_orders, count));
	for (size_t i = 0; !err && i < rows_count(due); i++)
		send_one(ctx, due, i);
	return err;
}

void
survey_expire(struct ctx *ctx)
{
	db_write(ctx, survey_expire, ARG(sent_before, utc_add_ms(ctx->now, -OPEN_MS)));
}

enum err
survey_suppress(struct ctx *ctx, struct id id, const struct suppress_survey *in)
{
	struct rows *rows;
	int to;
	enum err err = db_lock(ctx, survey_lock, id, &rows);

	if (err)
		return err;
	err = machine_check(ctx, &survey_machine, OP_suppressSurvey,
	                    row_enum(rows, 0, "status", &survey_status_enum), &to);
	if (err)
		return err;
	db_write(ctx, survey_suppress, ARG(id, id), BODY_ARG(suppress_survey, in));
	link_end(ctx, LINK_PURPOSE_SURVEY, id);
	event_add(ctx, "survey.suppressed", row_id(rows, 0, "store_id"), id);
	return OK;
}

void
survey_opened(struct ctx *ctx)
{
	db_write(ctx, survey_opened, NO_ARGS);
}

/* ------------------------------------------------------------ answers */

static const char *
pointer_to(struct ctx *ctx, size_t answer, const char *member)
{
	return arena_printf(ctx->arena, "/answers/%zu/%s", answer, member);
}

static void
check_score(struct ctx *ctx, const struct rows *questions, size_t q,
            const struct survey_answer *answer, size_t i)
{
	int64_t min = row_int(questions, q, "min"), max = row_int(questions, q, "max");

	if (answer->score < min)
		note_failure(ctx, ERR_TOO_SMALL, pointer_to(ctx, i, "score"),
		             row_text(questions, q, "min"), NULL);
	else if (answer->score > max)
		note_failure(ctx, ERR_TOO_LARGE, pointer_to(ctx, i, "score"),
		             row_text(questions, q, "max"), NULL);
}

/* choices: one on a line. */
static bool
is_choice(const char *choices, const char *choice)
{
	size_t n = strlen(choice);

	for (const char *at = choices; at && *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (strcspn(at, "\n") == n && memcmp(at, choice, n) == 0)
			return true;
	return false;
}

/* An answer has the one member that its question's kind asks for, within bounds. */
static void
check_answer(struct ctx *ctx, const struct rows *questions, size_t q,
             const struct survey_answer *answer, size_t i)
{
	int kind = row_enum(questions, q, "kind", &survey_question_kind_enum);
	const char *wanted = kind == SURVEY_QUESTION_KIND_TEXT     ? "text"
	                     : kind == SURVEY_QUESTION_KIND_CHOICE ? "choice"
	                                                           : "score";
	const struct {
		const char *name;
		bool sent;
	} members[] = { { "score", answer->has_score },
		        { "choice", answer->has_choice },
		        { "text", answer->has_text } };

	for (size_t m = 0; m < COUNT_OF(members); m++)
		if (members[m].sent != (strcmp(members[m].name, wanted) == 0))
			note_failure(ctx, members[m].sent ? ERR_UNKNOWN_FIELD : ERR_REQUIRED,
			             pointer_to(ctx, i, members[m].name), NULL, NULL);
	if (answer->has_score && *wanted == 's')
		check_score(ctx, questions, q, answer, i);
	if (answer->has_choice && *wanted == 'c' &&
	    !is_choice(row_text(questions, q, "choices"), answer->choice))
		note_failure(ctx, ERR_BAD_VALUE, pointer_to(ctx, i, "choice"),
		             "is not one of the choices", NULL);
}

/* Index of the answer to a question; in->answers_count when there is none. */
static size_t
answer_of(const struct survey_response *in, struct id question)
{
	size_t i = 0;

	while (i < in->answers_count && !id_equal(in->answers[i].question_id, question))
		i++;
	return i;
}

static enum err
check_answers(struct ctx *ctx, const struct rows *questions, const struct survey_response *in)
{
	for (size_t i = 0; i < in->answers_count; i++) {
		size_t q = 0;

		while (q < rows_count(questions) &&
		       !id_equal(row_id(questions, q, "question_id"), in->answers[i].question_id))
			q++;
		if (q == rows_count(questions))
			note_failure(ctx, ERR_NOT_FOUND, pointer_to(ctx, i, "question_id"), NULL,
			             NULL);
		else if (answer_of(in, in->answers[i].question_id) < i)
			note_failure(ctx, ERR_NOT_UNIQUE, pointer_to(ctx, i, "question_id"), NULL,
			             NULL);
		else
			check_answer(ctx, questions, q, &in->answers[i], i);
	}
	for (size_t q = 0; q < rows_count(questions); q++)
		if (row_bool(questions, q, "required") &&
		    answer_of(in, row_id(questions, q, "question_id")) == in->answers_count)
			note_failure(ctx, ERR_REQUIRED, "/answers", NULL, NULL);
	return ctx->failures_count ? ERR_VALIDATION_FAILED : OK;
}

/* The lowest answer to a score question, INT64_MAX when there is none. */
static int64_t
lowest_score(const struct rows *questions, const struct survey_response *in)
{
	int64_t lowest = INT64_MAX;

	for (size_t q = 0; q < rows_count(questions); q++) {
		size_t i = answer_of(in, row_id(questions, q, "question_id"));

		if (i < in->answers_count && in->answers[i].score < lowest &&
		    row_enum(questions, q, "kind", &survey_question_kind_enum) ==
		            SURVEY_QUESTION_KIND_SCORE)
			lowest = in->answers[i].score;
	}
	return lowest;
}

/* What the customer wrote is the complaint; the score stands before it. */
static enum err
complain(struct ctx *ctx, const struct rows *survey, const struct survey_response *in,
         int64_t score)
{
	const char *words = "";
	struct create_complaint complaint = {
		.customer_id = row_id(survey, 0, "customer_id"),
		.has_customer_id = true,
		.vehicle_id = row_id(survey, 0, "vehicle_id"),
		.has_vehicle_id = true,
		.work_order_id = row_id(survey, 0, "work_order_id"),
		.has_work_order_id = true,
		.channel = COMPLAINT_CHANNEL_SURVEY,
		.category = COMPLAINT_CATEGORY_OTHER,
	};

	for (size_t i = 0; i < in->answers_count; i++)
		if (in->answers[i].has_text)
			words = in->answers[i].text;
	complaint.description = arena_printf(
		ctx->arena, ctx->language ? "问卷评分 %lld%s%s" : "Survey score %lld%s%s",
		(long long)score, *words ? ": " : "", words);
	return complaint_from_survey(ctx, row_id(survey, 0, "store_id"), row_id(survey, 0, "id"),
	                             &complaint);
}

enum err
survey_answer(struct ctx *ctx, const struct survey_response *in)
{
	struct rows *rows;
	struct id survey, store;
	int64_t score;
	int status;
	enum err err = db_read(ctx, survey_questions_lock, &rows, NO_ARGS);

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	status = row_enum(rows, 0, "status", &survey_status_enum);
	if (status == SURVEY_STATUS_COMPLETED)
		return fail(ctx, ERR_ALREADY_ANSWERED, NULL);
	/* its link still worked when this began, and was taken away while the lock was waited for */
	if (status == SURVEY_STATUS_SUPPRESSED)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	err = check_answers(ctx, rows, in);
	if (err)
		return err;
	survey = row_id(rows, 0, "id");
	store = row_id(rows, 0, "store_id");
	db_write(ctx, survey_answers_add, ARG(survey_id, survey), ARG(store_id, store),
	         BODY_ARG(survey_response, in));
	db_write(ctx, survey_complete, ARG(survey_id, survey));
	event_add(ctx, "survey.completed", store, survey);
	score = lowest_score(rows, in);
	if (score <= row_int(rows, 0, "survey_low_score"))
		err = complain(ctx, rows, in, score);
	ctx->subject = survey;
	return err;
}
