/* SPDX-License-Identifier: Apache-2.0 */
/* What the customer wants done and what not: authorise, decline, defer, revive, withdraw. */
#include "work_order/consent.h"

#include "event/event.h"
#include "inspection/diagnosis.h"
#include "price/approval.h"
#include "stock/stock.h"

static enum err
decide(struct ctx *ctx, const struct lines *lines, struct id id, enum work_order_line_status to,
       const char *reason, const char *pointer, struct consent *consent)
{
	struct line *line = line_of(lines, id);

	if (!line)
		return fail(ctx, ERR_NOT_FOUND, pointer);
	if (line->status != WORK_ORDER_LINE_STATUS_PROPOSED)
		return fail_with(ctx, ERR_LINE_STATUS, pointer,
		                 enum_code(&work_order_line_status_enum, (int)line->status), NULL);
	if (to == WORK_ORDER_LINE_STATUS_AUTHORISED && line->unapproved)
		return fail(ctx, ERR_APPROVAL_REQUIRED, pointer);
	line->status = to;
	line->reason = reason;
	consent->decided[consent->decided_count++] = line;
	if (to != WORK_ORDER_LINE_STATUS_AUTHORISED)
		return OK;
	consent->authorised++;
	return OK;
}

/* What the customer agrees to pay for, with discounts as far as they reach. */
static void
sum(const struct lines *lines, struct consent *consent)
{
	lines_fit_discounts(lines, false);
	for (size_t i = 0; i < consent->decided_count; i++) {
		const struct line *l = consent->decided[i];

		if (l->status == WORK_ORDER_LINE_STATUS_AUTHORISED)
			consent->amount +=
				l->kind == WORK_ORDER_LINE_KIND_DISCOUNT ? -l->amount : l->amount;
	}
}

/* A line is consented to or declined, and that once. */
static enum err
check_once(struct ctx *ctx, const struct authorise_work_order *in, size_t i, const char *pointer)
{
	struct id line = in->declined[i].line_id;
	bool again = false;

	for (size_t k = 0; k < in->lines_count; k++)
		again = again || id_equal(in->lines[k], line);
	for (size_t k = 0; k < i; k++)
		again = again || id_equal(in->declined[k].line_id, line);
	return again ? fail(ctx, ERR_NOT_UNIQUE, pointer) : OK;
}

enum err
consent_take(struct ctx *ctx, const struct lines *lines, const struct authorise_work_order *in,
             const char *at, struct consent *consent)
{
	size_t most = in->lines_count + in->declined_count;
	enum err err = OK;

	*consent = (struct consent){
		.in = in,
		.decided = arena_array(ctx->arena, most + 1, sizeof(struct line *)),
		.refuse = in->has_on_shortage && in->on_shortage == ON_SHORTAGE_REFUSE,
	};
	for (size_t i = 0; !err && i < in->lines_count; i++)
		err = decide(ctx, lines, in->lines[i], WORK_ORDER_LINE_STATUS_AUTHORISED, NULL,
		             arena_printf(ctx->arena, "%s/lines/%zu", at, i), consent);
	for (size_t i = 0; !err && i < in->declined_count; i++) {
		const char *pointer = arena_printf(ctx->arena, "%s/declined/%zu/line_id", at, i);

		err = check_once(ctx, in, i, pointer);
		if (!err)
			err = decide(ctx, lines, in->declined[i].line_id,
			             WORK_ORDER_LINE_STATUS_DECLINED, in->declined[i].reason,
			             pointer, consent);
		if (!err)
			consent->decided[consent->decided_count - 1]->reason_code =
				line_reason_code(in->declined[i].has_reason_code,
			                         in->declined[i].reason_code,
			                         in->declined[i].reason);
	}
	if (err)
		return err;
	if (consent->decided_count == 0)
		return fail_with(ctx, ERR_TOO_FEW, arena_printf(ctx->arena, "%s/lines", at), "1",
		                 NULL);
	sum(lines, consent);
	if (in->has_amount_limit && consent->amount > in->amount_limit)
		return fail_with(
			ctx, ERR_TOO_SMALL, arena_printf(ctx->arena, "%s/amount_limit", at),
			arena_printf(ctx->arena, "%lld", (long long)consent->amount), NULL);
	if (consent->authorised > 0)
		consent->id = id_new();
	return OK;
}

void
consent_save(struct ctx *ctx, const struct work_order *wo, const struct consent *consent)
{
	const struct authorise_work_order *in = consent->in;
	struct arg limit = NULL_ARG(amount_limit);

	if (consent->authorised == 0)
		return;
	if (in->has_amount_limit)
		limit = ARG(amount_limit, in->amount_limit);
	db_write(ctx, authorisation_add, ARG(authorisation_id, consent->id),
	         ARG(store_id, wo->store), ARG(id, wo->id),
	         ENUM_ARG(method, consent_method, in->method), ARG(by_name, in->by->name),
	         ARG(by_phone, in->by->phone), ARG(amount, consent->amount), limit);
}

enum err
work_order_hold_limit(struct ctx *ctx, const struct work_order *wo)
{
	struct rows *rows;
	enum err err = db_read(ctx, agreement_pass, &rows, ARG(id, wo->id));

	if (!err && rows_count(rows) > 0)
		event_add(ctx, "agreement.limit_passed", wo->store, row_id(rows, 0, "id"));
	return err;
}

enum err
consent_move(struct ctx *ctx, const struct work_order *wo, const struct consent *consent)
{
	if (consent->authorised == 0)
		work_order_changed(ctx, wo, "work_order.declined");
	else if (wo->status == WORK_ORDER_STATUS_OPENED)
		work_order_move(ctx, wo, WORK_ORDER_STATUS_READY, "work_order.authorised", NULL,
		                NULL);
	else if (wo->status == WORK_ORDER_STATUS_AWAITING_QC)
		work_order_move(ctx, wo, WORK_ORDER_STATUS_IN_PROGRESS, "work_order.authorised",
		                NULL, NULL);
	else
		work_order_changed(ctx, wo, "work_order.authorised");
	return consent->authorised > 0 ? work_order_hold_limit(ctx, wo) : OK;
}

enum err
work_order_authorise(struct ctx *ctx, struct id id, const struct authorise_work_order *in)
{
	struct consent consent = { 0 };
	struct stock_held *held;
	struct lines lines;
	struct work_order wo;
	enum work_order_status same;
	enum err err = work_order_begin(ctx, id, OP_authoriseWorkOrder, &wo, &same);

	if (!err)
		err = lines_read(ctx, id, &lines);
	if (!err)
		err = consent_take(ctx, &lines, in, "", &consent);
	if (!err && consent.authorised > 0)
		err = diagnosis_check_agreed(ctx, wo.store, wo.reception, id, NULL);
	/* stock is locked before lines are written: a receipt does it in this order too */
	if (!err)
		err = lines_reserve(ctx, wo.store, id, consent.decided, consent.decided_count,
		                    consent.refuse, &held);
	if (err)
		return err;
	consent_save(ctx, &wo, &consent);
	if (held)
		stock_hold(ctx, held);
	lines_decide(ctx, id, consent.decided, consent.decided_count, consent.id);
	lines_record(ctx, wo.store, id, consent.decided, consent.decided_count, in->method, in->by);
	lines_save_discounts(ctx, id, &lines);
	return consent_move(ctx, &wo, &consent);
}

/* What becomes of a line by a verb of its own. */
/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_declineWorkOrderLine,
	  FROM(WORK_ORDER_LINE_STATUS_PROPOSED) | FROM(WORK_ORDER_LINE_STATUS_DEFERRED),
	                            WORK_ORDER_LINE_STATUS_DECLINED },
	{ OP_deferWorkOrderLine,    FROM(WORK_ORDER_LINE_STATUS_PROPOSED),
	  WORK_ORDER_LINE_STATUS_DEFERRED },
	{ OP_reviveWorkOrderLine,
	  FROM(WORK_ORDER_LINE_STATUS_DECLINED) | FROM(WORK_ORDER_LINE_STATUS_DEFERRED),
	                            WORK_ORDER_LINE_STATUS_PROPOSED },
	{ OP_withdrawWorkOrderLine,
	  FROM(WORK_ORDER_LINE_STATUS_PROPOSED) | FROM(WORK_ORDER_LINE_STATUS_AUTHORISED),
	                            WORK_ORDER_LINE_STATUS_WITHDRAWN },
};

/* What has begun cannot be taken back. */
#define UNTOUCHED (FROM(LINE_WORK_STATUS_NONE) | FROM(LINE_WORK_STATUS_ASSIGNED))

#define IN_ORDER(op) { op, WORK_ORDER_OPEN, "work_order_status", &work_order_status_enum }
static const struct machine_guard guards[] = {
	IN_ORDER(OP_declineWorkOrderLine),
	IN_ORDER(OP_deferWorkOrderLine),
	IN_ORDER(OP_reviveWorkOrderLine),
	IN_ORDER(OP_withdrawWorkOrderLine),
	{ OP_withdrawWorkOrderLine, UNTOUCHED, "work_status", &line_work_status_enum },
	{ OP_NONE, 0, NULL, NULL },
};
/* clang-format on */

const struct machine line_consent_machine =
	MACHINE_GUARDED("status", work_order_line_status, moves, guards);

/* Nor can parts that are out, and what a vendor has or has done. */
static enum err
check_untouched(struct ctx *ctx, const struct line *line)
{
	if (line->sublet_out)
		return fail(ctx, ERR_SUBLET_OUT, NULL);
	if (line->sublet_back)
		return fail(ctx, ERR_SUBLET_BACK, NULL);
	if (line->issued.milli > 0)
		return fail(ctx, ERR_PARTS_ISSUED, NULL);
	if (!(UNTOUCHED & FROM(line->work_status)))
		return fail_with(ctx, ERR_ILLEGAL_TRANSITION, NULL,
		                 enum_code(&line_work_status_enum, (int)line->work_status), NULL);
	return OK;
}

enum err
work_order_line_decide(struct ctx *ctx, enum op op, struct id id,
                       const struct defer_work_order_line *in)
{
	struct lines lines;
	struct work_order wo;
	struct line *line;
	int to;
	enum err err = work_order_lock_by_line(ctx, id, NULL, &wo);

	if (!err)
		err = work_order_check_open(ctx, &wo);
	if (!err)
		err = lines_read(ctx, wo.id, &lines);
	if (err)
		return err;
	line = line_of(&lines, id);
	err = machine_check(ctx, &line_consent_machine, op, (int)line->status, &to);
	if (!err && op == OP_reviveWorkOrderLine)
		err = line_check_waits(ctx, id);
	if (!err && op == OP_withdrawWorkOrderLine)
		err = check_untouched(ctx, line);
	if (!err && op == OP_withdrawWorkOrderLine)
		err = lines_release(ctx, wo.store, (const struct line *const[]){ line }, 1);
	if (!err && op == OP_withdrawWorkOrderLine && line->unapproved)
		err = approvals_withdraw(ctx, wo.id, (struct id){ { 0 } }, line->approval);
	if (!err && in->has_deferred_until)
		err = line_defer_until(ctx, wo.store, in->deferred_until, "/deferred_until", line);
	if (err)
		return err;
	line->status = (enum work_order_line_status)to;
	line->reason = in->reason;
	line->reason_code = line_reason_code(in->has_reason_code, in->reason_code, in->reason);
	line->note = in->note;
	line->deferred_km = in->deferred_until_km;
	line->has_deferred_km = in->has_deferred_until_km;
	lines_decide(ctx, wo.id, &line, 1, (struct id){ { 0 } });
	lines_record(ctx, wo.store, wo.id, &line, 1,
	             in->has_method ? in->method : CONSENT_METHOD_NONE, in->by);
	lines_fit_discounts(&lines, false);
	lines_save_discounts(ctx, wo.id, &lines);
	work_order_changed(ctx, &wo, "work_order.line_decided");
	ctx->subject = id;
	return OK;
}
