/* SPDX-License-Identifier: Apache-2.0 */
/* How an order comes to nothing: cancelled while it is open, void once it was completed. */
#include "event/event.h"
#include "price/approval.h"
#include "reception/reception.h"
#include "stock/stock.h"
#include "task/task.h"
#include "visit/visit.h"
#include "work_order/line.h"

/* Each part that is out, and each work at a vendor, by the line's place in the order. */
static enum err
check_out(struct ctx *ctx, const struct lines *lines)
{
	enum err err = OK;

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *l = &lines->line[i];
		bool issued = l->supply == LINE_SUPPLY_ISSUED;
		enum err why = issued ? ERR_PARTS_ISSUED : ERR_SUBLET_OUT;

		if (!issued && !l->sublet_out)
			continue;
		note_failure(ctx, why, arena_printf(ctx->arena, "/lines/%zu", i), NULL, NULL);
		if (!err)
			err = why;
	}
	return err;
}

static enum err
check_billed(struct ctx *ctx, struct id order)
{
	struct rows *bills;
	enum err err = db_read(ctx, order_billed, &bills, ARG(id, order));

	if (err)
		return err;
	return rows_count(bills) ? fail(ctx, ERR_BILLED, NULL) : OK;
}

/* The car leaves the bay, if not the yard. */
enum err
work_order_let_go(struct ctx *ctx, struct id id, const char *reason, const char *note)
{
	struct rows *checks = NULL;
	enum err err = approvals_withdraw(ctx, id, (struct id){ { 0 } }, (struct id){ { 0 } });

	if (!err)
		err = task_order_over(ctx, id, TASK_CANCEL_CAUSE_ORDER_CANCELLED);
	if (!err)
		err = db_read(ctx, order_checks_drop, &checks, ARG(id, id));
	if (err)
		return err;
	for (size_t i = 0; i < rows_count(checks); i++)
		event_add(ctx, "quality_check.dropped", row_id(checks, i, "store_id"),
		          row_id(checks, i, "id"));
	db_write(ctx, clock_entries_end, ARG(id, id), ARG(reason, reason), ARG(note, note));
	db_write(ctx, work_order_pauses_end_all, ARG(id, id));
	db_write(ctx, bay_occupancy_end, ARG(id, id));
	return OK;
}

enum err
work_order_cancel(struct ctx *ctx, enum op op, struct id id, const struct reason_given *in)
{
	struct work_order wo = { 0 };
	struct lines lines = { 0 };
	enum work_order_status to = WORK_ORDER_STATUS_NONE;
	enum err err = work_order_begin(ctx, id, op, &wo, &to);

	if (!err && op == OP_voidWorkOrder)
		err = check_billed(ctx, id);
	if (!err)
		err = lines_read(ctx, id, &lines);
	if (!err)
		err = check_out(ctx, &lines);
	if (!err)
		err = stock_release_order(ctx, wo.store, id);
	if (!err)
		err = work_order_let_go(ctx, id, in->reason, in->note);
	if (err)
		return err;
	db_write(ctx, work_order_lines_cancel, ARG(id, id));
	work_order_move(ctx, &wo, to,
	                op == OP_voidWorkOrder ? "work_order.voided" : "work_order.cancelled",
	                in->reason, in->note);
	reception_depart(ctx, wo.reception);
	return visit_end(ctx, wo.reception, id, false, in->reason);
}
