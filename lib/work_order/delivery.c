/* SPDX-License-Identifier: Apache-2.0 */
/* What is said and given at a delivery, beside the order's own columns. */
#include "work_order/delivery.h"

#include <string.h>

#include "core_deposit/core_deposit.h"
#include "event/event.h"

/* One answer: a code, or as before whether it is solved. */
static enum concern_answer
answer_of(const struct accepted_concern *in)
{
	if (in->has_answer)
		return in->answer;
	return in->solved ? CONCERN_ANSWER_SOLVED : CONCERN_ANSWER_NOT_SOLVED;
}

static bool
is_answered(const struct deliver_work_order *in, struct id concern)
{
	for (size_t i = 0; i < in->acceptance_count; i++)
		if (id_equal(in->acceptance[i].concern_id, concern))
			return true;
	return false;
}

static bool
is_concern(const struct rows *concerns, struct id id)
{
	for (size_t i = 0; i < rows_count(concerns); i++)
		if (id_equal(row_id(concerns, i, "id"), id))
			return true;
	return false;
}

static enum err
check_acceptance(struct ctx *ctx, const struct work_order *wo, const struct deliver_work_order *in)
{
	const char *rule = enum_code(&acceptance_rule_enum, ACCEPTANCE_RULE_REQUIRED);
	struct rows *concerns = NULL;
	enum err err = db_read(ctx, delivery_concerns, &concerns, ARG(id, wo->id));

	for (size_t i = 0; !err && i < in->acceptance_count; i++)
		if (!is_concern(concerns, in->acceptance[i].concern_id))
			err = failf(ctx, ERR_NOT_FOUND, "/acceptance/%zu/concern_id", i);
		else if (in->acceptance[i].has_solved == in->acceptance[i].has_answer)
			err = fail_with(ctx, ERR_ONE_OF,
			                arena_printf(ctx->arena, "/acceptance/%zu/answer", i),
			                "solved, answer", NULL);
	for (size_t i = 0; !err && i < rows_count(concerns); i++)
		if (strcmp(row_text(concerns, i, "acceptance_rule"), rule) == 0 &&
		    !is_answered(in, row_id(concerns, i, "id")))
			note_failure(ctx, ERR_NOT_ASKED, "/acceptance",
			             row_text(concerns, i, "text"), NULL);
	if (!err && ctx->failures_count > 0)
		err = ERR_VALIDATION_FAILED;
	return err;
}

/* Only a part that went in has left an old one. */
static enum err
check_parts(struct ctx *ctx, const struct lines *lines, const struct deliver_work_order *in)
{
	for (size_t i = 0; i < in->replaced_parts_count; i++) {
		const struct line *l = line_of(lines, in->replaced_parts[i].line_id);

		if (!l || l->kind != WORK_ORDER_LINE_KIND_PART || l->issued.milli <= 0)
			return failf(ctx, ERR_NOT_FOUND, "/replaced_parts/%zu/line_id", i);
		for (size_t k = 0; k < i; k++)
			if (id_equal(in->replaced_parts[k].line_id, l->id))
				return failf(ctx, ERR_NOT_UNIQUE, "/replaced_parts/%zu/line_id", i);
	}
	return OK;
}

enum err
delivery_check(struct ctx *ctx, const struct work_order *wo, const struct deliver_work_order *in)
{
	struct lines lines = { 0 };
	enum err err = check_acceptance(ctx, wo, in);

	if (!err && in->explained_items_count > 0 && !in->explained)
		err = fail_with(ctx, ERR_BAD_VALUE, "/explained_items",
		                "explained says that nothing was", NULL);
	if (!err && in->replaced_parts_count > 0)
		err = lines_read(ctx, wo->id, &lines);
	return err ? err : check_parts(ctx, &lines, in);
}

enum err
delivery_save(struct ctx *ctx, const struct work_order *wo, const struct deliver_work_order *in)
{
	const char **answers = arena_array(ctx->arena, in->acceptance_count + 1, sizeof(*answers));
	struct rows *unsolved = NULL;
	bool all_well = true;
	enum err err;

	for (size_t i = 0; i < in->acceptance_count; i++) {
		enum concern_answer answer = answer_of(&in->acceptance[i]);

		all_well = all_well && answer != CONCERN_ANSWER_NOT_SOLVED;
		answers[i] = enum_code(&concern_answer_enum, (int)answer);
	}
	db_write(ctx, delivery_add, ARG(id, wo->id), ARG(store_id, wo->store),
	         BODY_ARG(deliver_work_order, in));
	if (in->replaced_parts_count > 0)
		db_write(ctx, delivery_parts_add, ARG(id, wo->id), ARG(store_id, wo->store),
		         BODY_ARG(deliver_work_order, in));
	if (in->acceptance_count > 0)
		db_write(ctx, acceptance_add, ARG(id, wo->id), ARG(store_id, wo->store),
		         TEXTS_ARG(answers, answers, in->acceptance_count),
		         BODY_ARG(deliver_work_order, in));
	err = core_deposits_delivered(ctx, wo->store, wo->id);
	if (err || all_well)
		return err;
	err = db_read(ctx, acceptance_unsolved, &unsolved, ARG(id, wo->id));
	if (!err)
		event_add_data(ctx, "work_order.concern_not_solved", wo->store, wo->id,
		               row_text(unsolved, 0, "data"));
	return err;
}
