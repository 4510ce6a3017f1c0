/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for prices that are below what somebody may give, and deciding about them. */
#include "price/approval.h"

#include "event/event.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_approveApproval, FROM(APPROVAL_STATUS_PENDING), APPROVAL_STATUS_APPROVED },
	{ OP_rejectApproval,  FROM(APPROVAL_STATUS_PENDING), APPROVAL_STATUS_REJECTED },
};
/* clang-format on */

const struct machine approval_machine = MACHINE("status", approval_status, moves);

void
approvals_ask(struct ctx *ctx, struct id store, struct id order, struct id estimate,
              const struct approval_wanted *wanted, size_t count)
{
	struct id *ids = arena_array(ctx->arena, count + 1, sizeof(*ids));
	const char **texts = arena_array(ctx->arena, count + 1, sizeof(*texts));
	int64_t *lists = arena_array(ctx->arena, count + 1, sizeof(*lists));
	int64_t *amounts = arena_array(ctx->arena, count + 1, sizeof(*amounts));

	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		ids[i] = wanted[i].id;
		texts[i] = wanted[i].description;
		lists[i] = wanted[i].list_amount;
		amounts[i] = wanted[i].amount;
	}
	db_write(ctx, approvals_add, ARG(store_id, store), ARG(order_id, order),
	         ARG(estimate_id, estimate), IDS_ARG(approval_ids, ids, count),
	         TEXTS_ARG(descriptions, texts, count), INTS_ARG(list_amounts, lists, count),
	         INTS_ARG(amounts, amounts, count));
	for (size_t i = 0; i < count; i++)
		event_add_new(ctx, "approval.asked", store, ids[i]);
}

static void
tell(struct ctx *ctx, const char *event, const struct rows *rows)
{
	for (size_t i = 0; i < rows_count(rows); i++)
		event_add(ctx, event, row_id(rows, i, "store_id"), row_id(rows, i, "id"));
}

enum err
approvals_withdraw(struct ctx *ctx, struct id order, struct id estimate, struct id approval)
{
	struct rows *rows;
	enum err err = db_read(ctx, approvals_withdraw, &rows, ARG(order_id, order),
	                       ARG(estimate_id, estimate), ARG(approval_id, approval));

	if (!err)
		tell(ctx, "approval.withdrawn", rows);
	return err;
}

enum err
approval_decide(struct ctx *ctx, enum op op, struct id id, const char *reason, const char *note)
{
	struct rows *rows;
	int to = 0;
	enum err err = db_lock(ctx, approval_lock, id, &rows);

	if (!err)
		err = machine_check(
			ctx, &approval_machine, op,
			/* the job may not have come to it yet */
			row_bool(rows, 0, "lapsed") &&
					row_enum(rows, 0, "status", &approval_status_enum) ==
						APPROVAL_STATUS_PENDING
				? APPROVAL_STATUS_EXPIRED
				: row_enum(rows, 0, "status", &approval_status_enum),
			&to);
	if (!err && id_equal(row_id(rows, 0, "asked_by"), ctx->scope->actor))
		err = fail(ctx, ERR_OWN_APPROVAL, NULL);
	if (err)
		return err;
	db_write(ctx, approval_decide, ARG(id, id), ENUM_ARG(status, approval_status, to),
	         ARG(reason, reason), ARG(note, note));
	event_add(ctx, to == APPROVAL_STATUS_APPROVED ? "approval.approved" : "approval.rejected",
	          row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
approvals_expire_due(struct ctx *ctx, bool *more)
{
	struct rows *rows;
	enum err err = db_read(ctx, approvals_expire_due, &rows, NO_ARGS);

	if (!err)
		tell(ctx, "approval.expired", rows);
	*more = !err && rows_count(rows) > 0;
	return err;
}
