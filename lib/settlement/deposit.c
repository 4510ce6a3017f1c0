/* SPDX-License-Identifier: Apache-2.0 */
/* Money that is held for an order.  The order is locked first, then its bill, then the deposit. */
#include "settlement/deposit.h"

#include "event/event.h"
#include "org/org.h"
#include "sale/sales_order.h"
#include "work_order/work_order.h"

static const struct machine_move moves[] = {
	{ OP_refundDeposit, FROM(DEPOSIT_STATUS_HELD), 0 },
};
const struct machine deposit_machine = MACHINE("status", deposit_status, moves);

struct deposit {
	struct id id, store;
	int64_t amount, applied, refunded; /* fen */
};

static int64_t
held(const struct deposit *d)
{
	return d->amount - d->applied - d->refunded;
}

static struct deposit
deposit_of(const struct rows *rows, size_t row)
{
	return (struct deposit){
		.id = row_id(rows, row, "id"),
		.store = row_id(rows, row, "store_id"),
		.amount = row_int(rows, row, "amount"),
		.applied = row_int(rows, row, "applied"),
		.refunded = row_int(rows, row, "refunded"),
	};
}

static void
save(struct ctx *ctx, const struct deposit *d, const char *event)
{
	enum deposit_status status = held(d) > 0      ? DEPOSIT_STATUS_HELD
	                             : d->applied > 0 ? DEPOSIT_STATUS_APPLIED
	                                              : DEPOSIT_STATUS_REFUNDED;

	db_write(ctx, deposit_set, ARG(id, d->id), ARG(applied, d->applied),
	         ARG(refunded, d->refunded), ENUM_ARG(status, deposit_status, status));
	event_add(ctx, event, d->store, d->id);
}

/* ------------------------------------------------------------ taking */

/* The order that it is for; an order that was given up takes none. */
static enum err
lock_order(struct ctx *ctx, const struct create_deposit *in, struct id *store, struct id *customer)
{
	const char *state = NULL;
	struct sales_order so;
	struct work_order wo;
	enum err err;

	if (in->has_work_order_id == in->has_sales_order_id)
		return fail_with(ctx, ERR_ONE_OF, "/work_order_id", "work_order_id, sales_order_id",
		                 NULL);
	if (in->has_sales_order_id) {
		err = sales_order_lock(ctx, in->sales_order_id, "/sales_order_id", &so);
		if (err)
			return err;
		*store = so.store;
		*customer = so.customer;
		if (so.status == SALES_ORDER_STATUS_CANCELLED ||
		    so.status == SALES_ORDER_STATUS_RETURNED)
			state = enum_code(&sales_order_status_enum, (int)so.status);
	} else {
		err = work_order_lock(ctx, in->work_order_id, "/work_order_id", &wo);
		if (err)
			return err;
		*store = wo.store;
		*customer = wo.customer;
		if (wo.status == WORK_ORDER_STATUS_CANCELLED)
			state = enum_code(&work_order_status_enum, (int)wo.status);
	}
	return state ? fail_with(ctx, ERR_ILLEGAL_TRANSITION, NULL, state, NULL) : OK;
}

static enum err
check_order(struct ctx *ctx, const struct create_deposit *in)
{
	struct rows *rows;
	enum err err = db_read(ctx, deposit_facts, &rows, ARG(work_order_id, in->work_order_id),
	                       ARG(sales_order_id, in->sales_order_id), ARG(line_id, in->line_id));

	if (err)
		return err;
	if (in->has_line_id && row_is_null(rows, 0, "line_id"))
		return fail(ctx, ERR_NOT_FOUND, "/line_id");
	if (!row_is_null(rows, 0, "bill"))
		return fail_with(ctx, ERR_ALREADY_BILLED, NULL, row_text(rows, 0, "bill"), NULL);
	return OK;
}

enum err
deposit_take(struct ctx *ctx, const struct create_deposit *in)
{
	struct id store, customer;
	const char *number;
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (!err)
		err = lock_order(ctx, in, &store, &customer);
	if (!err)
		err = check_order(ctx, in);
	if (!err)
		err = document_number(ctx, store, "DJ", &number);
	if (err)
		return err;
	db_write(ctx, deposit_add, ARG(deposit_id, ctx->subject), ARG(store_id, store),
	         ARG(number, number), ARG(customer_id, customer), BODY_ARG(create_deposit, in));
	event_add(ctx, "deposit.taken", store, ctx->subject);
	return OK;
}

/* ------------------------------------------------------------ giving back */

/* The order first: its bill may be about to be issued. */
static enum err
lock(struct ctx *ctx, struct id id, struct rows **rows)
{
	struct sales_order so;
	struct work_order wo;
	enum err err = db_read(ctx, deposit_order, rows, ARG(id, id));

	if (err)
		return err;
	if (rows_count(*rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	err = row_is_null(*rows, 0, "sales_order_id")
	              ? work_order_lock(ctx, row_id(*rows, 0, "work_order_id"), NULL, &wo)
	              : sales_order_lock(ctx, row_id(*rows, 0, "sales_order_id"), NULL, &so);
	return err ? err : db_lock(ctx, deposit_lock, id, rows);
}

enum err
deposit_refund(struct ctx *ctx, struct id id, const struct refund_payment *in)
{
	struct rows *rows = NULL;
	struct deposit d;
	int to;
	enum err err = lock(ctx, id, &rows);

	if (!err)
		err = machine_check(ctx, &deposit_machine, OP_refundDeposit,
		                    row_enum(rows, 0, "status", &deposit_status_enum), &to);
	if (err)
		return err;
	d = deposit_of(rows, 0);
	if (in->amount > held(&d))
		return fail_with(ctx, ERR_REFUND_TOO_LARGE, "/amount",
		                 arena_printf(ctx->arena, "%lld", (long long)held(&d)), NULL);
	d.refunded += in->amount;
	db_write(ctx, deposit_refund_add, ARG(refund_id, id_new()), ARG(store_id, d.store),
	         ARG(id, id), ARG(reason_code, reason_code(&refund_reason_enum, in->reason)),
	         BODY_ARG(refund_payment, in));
	save(ctx, &d, "deposit.refunded");
	return OK;
}

enum err
deposit_hold_again(struct ctx *ctx, struct id id, int64_t amount)
{
	struct rows *rows;
	struct deposit d;
	enum err err = db_read(ctx, deposit_lock, &rows, ARG(id, id));

	if (err)
		return err;
	d = deposit_of(rows, 0);
	d.applied -= amount;
	save(ctx, &d, "deposit.held_again");
	return OK;
}

/* ------------------------------------------------------------ paying the bill */

enum err
deposits_apply(struct ctx *ctx, struct id store, struct id work_order, struct id sales_order,
               struct id settlement, int64_t due, int64_t *paid)
{
	struct rows *rows;
	enum err err = db_read(ctx, deposits_held, &rows, ARG(work_order_id, work_order),
	                       ARG(sales_order_id, sales_order));

	*paid = 0;
	for (size_t i = 0; !err && *paid < due && i < rows_count(rows); i++) {
		struct deposit d = deposit_of(rows, i);
		int64_t part = held(&d) < due - *paid ? held(&d) : due - *paid;
		struct id payment = id_new();
		const char *number;

		err = document_number(ctx, store, "PY", &number);
		if (err)
			return err;
		d.applied += part;
		*paid += part;
		db_write(ctx, deposit_payment_add, ARG(payment_id, payment), ARG(store_id, store),
		         ARG(number, number), ARG(settlement_id, settlement), ARG(amount, part),
		         ARG(deposit_id, d.id));
		event_add(ctx, "payment.taken", store, payment);
		save(ctx, &d, "deposit.applied");
	}
	return err;
}
