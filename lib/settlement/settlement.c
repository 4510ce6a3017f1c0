/* SPDX-License-Identifier: Apache-2.0 */
/* Billing an order and taking the money.  Everything locks the order first, then the settlement,
 * then the payment, so that two cashiers of one order stand in line. */
#include "settlement/settlement.h"

#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "sale/sales_order.h"
#include "settlement/deposit.h"
#include "work_order/work_order.h"

#define OPEN_STATES                                                             \
	(FROM(SETTLEMENT_STATUS_ISSUED) | FROM(SETTLEMENT_STATUS_PARTLY_PAID) | \
	 FROM(SETTLEMENT_STATUS_PAID))

static const struct machine_move settlement_moves[] = {
	{ OP_issueSettlement, FROM(SETTLEMENT_STATUS_DRAFT), SETTLEMENT_STATUS_ISSUED },
	{ OP_voidSettlement, FROM(SETTLEMENT_STATUS_ISSUED), SETTLEMENT_STATUS_VOID },
};
const struct machine settlement_machine = MACHINE("status", settlement_status, settlement_moves);

static const struct machine_move payment_moves[] = {
	{ OP_refundPayment, FROM(PAYMENT_STATUS_SUCCEEDED) | FROM(PAYMENT_STATUS_PARTLY_REFUNDED),
	  0 },
};
const struct machine payment_machine = MACHINE("status", payment_status, payment_moves);

/* A settlement and its order, both locked. */
struct bill {
	struct id id, store;
	struct work_order wo;
	struct sales_order so; /* its id is none where the bill is of a work order */
	enum payer payer;
	enum settlement_status status;
	int64_t version, total, paid;
	bool others_billed, has_customer;
};

/* ------------------------------------------------------------ drafting */

bool
settlement_sum(struct settlement_sums *sums, int64_t tax_bp, int64_t rounding_fen)
{
	const int64_t parts[] = { sums->labour, sums->part, sums->sublet, sums->fee,
		                  -sums->discount };
	int64_t gross = 0, taxed, base = 10000 + tax_bp;

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (!money_add(gross, parts[i], &gross))
			return false;
	/* a negative gross keeps its sign here and is refused by whoever asked */
	sums->rounding = gross > 0 ? -(gross % rounding_fen) : 0;
	sums->total = gross + sums->rounding;
	if (__builtin_mul_overflow(sums->total, 2 * tax_bp, &taxed) ||
	    !money_add(taxed, base, &taxed))
		return false;
	sums->tax = taxed / (2 * base);
	sums->net = sums->total - sums->tax;
	return true;
}

static bool
is_sale(const struct bill *bill)
{
	return !id_is_none(bill->so.id);
}

/* What an order comes to for a payer, who has no other bill of it. */
static enum err
read_facts(struct ctx *ctx, const struct bill *bill, struct rows **facts,
           struct settlement_sums *sums)
{
	enum err err = is_sale(bill) ? db_read(ctx, settlement_sale_facts, facts,
	                                       ARG(sales_order_id, bill->so.id))
	                             : db_read(ctx, settlement_facts, facts,
	                                       ARG(work_order_id, bill->wo.id),
	                                       ENUM_ARG(payer, payer, bill->payer));

	if (err)
		return err;
	if (!row_is_null(*facts, 0, "existing"))
		return fail_existing(ctx, NULL, "settlement", row_id(*facts, 0, "existing"));
	if (row_int(*facts, 0, "lines") == 0)
		return fail(ctx, ERR_NOTHING_TO_BILL, NULL);
	*sums = (struct settlement_sums){
		.labour = row_int(*facts, 0, "labour_total"),
		.part = row_int(*facts, 0, "part_total"),
		.sublet = row_int(*facts, 0, "sublet_total"),
		.fee = row_int(*facts, 0, "fee_total"),
		.discount = row_int(*facts, 0, "discount_total"),
	};
	if (!settlement_sum(sums, row_int(*facts, 0, "tax_bp"), row_int(*facts, 0, "rounding_fen")))
		return fail_with(ctx, ERR_BAD_VALUE,
		                 is_sale(bill) ? "/sales_order_id" : "/work_order_id",
		                 "comes to more than can be counted", NULL);
	return OK;
}

static void
add_lines(struct ctx *ctx, const struct bill *bill, size_t count)
{
	struct id *ids = arena_array(ctx->arena, count, sizeof(*ids));

	for (size_t i = 0; i < count; i++)
		ids[i] = id_new();
	if (is_sale(bill))
		db_write(ctx, settlement_sale_lines_add, ARG(id, bill->id),
		         ARG(sales_order_id, bill->so.id), IDS_ARG(line_ids, ids, count));
	else
		db_write(ctx, settlement_lines_add, ARG(id, bill->id),
		         ARG(work_order_id, bill->wo.id), ENUM_ARG(payer, payer, bill->payer),
		         IDS_ARG(line_ids, ids, count));
}

/* A work order whose work is done, or a sales order all of which was shipped; its customer pays for that. */
static enum err
lock_to_bill(struct ctx *ctx, const struct create_settlement *in, struct bill *bill)
{
	const char *state = NULL;
	enum err err;

	if (in->has_work_order_id == in->has_sales_order_id)
		return fail_with(ctx, ERR_ONE_OF, "/work_order_id", "work_order_id, sales_order_id",
		                 NULL);
	if (in->has_sales_order_id && bill->payer != PAYER_CUSTOMER)
		return fail_with(ctx, ERR_BAD_VALUE, "/payer", "must be customer for a sales order",
		                 NULL);
	err = in->has_sales_order_id
	              ? sales_order_lock(ctx, in->sales_order_id, "/sales_order_id", &bill->so)
	              : work_order_lock(ctx, in->work_order_id, "/work_order_id", &bill->wo);
	if (err)
		return err;
	bill->store = is_sale(bill) ? bill->so.store : bill->wo.store;
	if (is_sale(bill) && bill->so.status != SALES_ORDER_STATUS_SHIPPED &&
	    bill->so.status != SALES_ORDER_STATUS_ACCEPTED)
		state = enum_code(&sales_order_status_enum, (int)bill->so.status);
	else if (!is_sale(bill) && bill->wo.status != WORK_ORDER_STATUS_COMPLETED &&
	         bill->wo.status != WORK_ORDER_STATUS_SETTLED)
		state = enum_code(&work_order_status_enum, (int)bill->wo.status);
	return state ? fail_with(ctx, ERR_ILLEGAL_TRANSITION, NULL, state, NULL) : OK;
}

enum err
settlement_create(struct ctx *ctx, const struct create_settlement *in)
{
	struct bill bill = { .payer = in->has_payer ? in->payer : PAYER_CUSTOMER };
	struct settlement_sums sums = { 0 };
	struct rows *facts;
	bool fitted = false;
	enum err err = new_id(ctx, in->id, &bill.id);

	if (!err)
		err = lock_to_bill(ctx, in, &bill);
	if (!err)
		err = read_facts(ctx, &bill, &facts, &sums);
	if (!err && sums.discount > 0)
		err = work_order_fit_discounts(ctx, &bill.wo, bill.payer, &fitted);
	if (!err && fitted)
		err = read_facts(ctx, &bill, &facts, &sums);
	if (!err && sums.total < 0)
		err = fail(ctx, ERR_NEGATIVE_TOTAL, NULL);
	if (err)
		return err;
	db_write(ctx, settlement_add, ARG(id, bill.id), ARG(store_id, bill.store),
	         ARG(work_order_id, bill.wo.id), ARG(sales_order_id, bill.so.id),
	         ENUM_ARG(payer, payer, bill.payer),
	         ARG(customer_id, is_sale(&bill) ? bill.so.customer : bill.wo.customer),
	         ARG(labour_total, sums.labour), ARG(part_total, sums.part),
	         ARG(sublet_total, sums.sublet), ARG(fee_total, sums.fee),
	         ARG(discount_total, sums.discount), ARG(rounding, sums.rounding),
	         ARG(tax_bp, row_int(facts, 0, "tax_bp")), ARG(tax_total, sums.tax),
	         ARG(net_total, sums.net), ARG(total, sums.total));
	add_lines(ctx, &bill, (size_t)row_int(facts, 0, "lines"));
	event_add(ctx, "settlement.drafted", bill.store, bill.id);
	if (is_sale(&bill))
		sales_order_billed(ctx, &bill.so, "sales_order.bill_drafted");
	ctx->subject = bill.id;
	return OK;
}

/* ------------------------------------------------------------ issuing and voiding */

/* The order first: a work order, or else a sales order. */
static enum err
lock_bill(struct ctx *ctx, struct id id, struct id work_order, struct id sales_order,
          const char *pointer, struct bill *bill)
{
	struct rows *rows;
	enum err err;

	*bill = (struct bill){ .id = id };
	err = id_is_none(sales_order) ? work_order_lock(ctx, work_order, pointer, &bill->wo)
	                              : sales_order_lock(ctx, sales_order, pointer, &bill->so);
	if (!err)
		err = db_read(ctx, settlement_lock, &rows, ARG(id, id));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, pointer);
	bill->version = row_int(rows, 0, "version");
	bill->store = row_id(rows, 0, "store_id");
	bill->payer = (enum payer)row_enum(rows, 0, "payer", &payer_enum);
	bill->status = (enum settlement_status)row_enum(rows, 0, "status", &settlement_status_enum);
	bill->total = row_int(rows, 0, "total");
	bill->paid = row_int(rows, 0, "paid");
	bill->others_billed = row_bool(rows, 0, "others_billed");
	bill->has_customer = row_bool(rows, 0, "has_customer");
	return OK;
}

/* A settlement never changes its order, so that it may be looked up before both are locked. */
static enum err
lock_by_id(struct ctx *ctx, struct id id, const char *pointer, struct bill *bill)
{
	struct rows *rows;
	enum err err = db_read(ctx, settlement_order, &rows, ARG(id, id));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, pointer);
	return lock_bill(ctx, id, row_id(rows, 0, "work_order_id"),
	                 row_id(rows, 0, "sales_order_id"), pointer, bill);
}

/* The settlement of the path, and what op makes of it. */
static enum err
begin(struct ctx *ctx, struct id id, enum op op, struct bill *bill, int *to)
{
	enum err err = lock_by_id(ctx, id, NULL, bill);

	ctx->subject = id;
	if (!err)
		err = ctx_check_version(ctx, bill->version);
	if (!err && op == OP_discardSettlement && bill->status == SETTLEMENT_STATUS_DRAFT)
		return OK;
	return err ? err : machine_check(ctx, &settlement_machine, op, (int)bill->status, to);
}

/* What is paid of a bill from now on, and with it whether the order is. */
static void
set_paid(struct ctx *ctx, const struct bill *bill, int64_t paid)
{
	enum settlement_status status = paid == bill->total ? SETTLEMENT_STATUS_PAID
	                                : paid > 0          ? SETTLEMENT_STATUS_PARTLY_PAID
	                                                    : SETTLEMENT_STATUS_ISSUED;

	db_write(ctx, settlement_set_paid, ARG(id, bill->id), ARG(paid, paid),
	         ENUM_ARG(status, settlement_status, status));
	if (is_sale(bill))
		sales_order_billed(ctx, &bill->so, "sales_order.paid");
	else if (bill->payer == PAYER_CUSTOMER)
		work_order_set_paid(ctx, &bill->wo, paid == bill->total);
}

/* What the customer put down for the order pays its bill. */
static enum err
apply_deposits(struct ctx *ctx, const struct bill *bill)
{
	int64_t paid = 0;
	enum err err;

	if (bill->payer != PAYER_CUSTOMER || bill->total == 0)
		return OK;
	err = deposits_apply(ctx, bill->store, bill->wo.id, bill->so.id, bill->id, bill->total,
	                     &paid);
	if (!err && paid > 0)
		set_paid(ctx, bill, paid);
	return err;
}

enum err
settlement_issue(struct ctx *ctx, struct id id)
{
	const char *number = NULL;
	struct bill bill = { 0 };
	int to;
	enum err err = begin(ctx, id, OP_issueSettlement, &bill, &to);

	if (!err && !is_sale(&bill) && bill.payer == PAYER_CUSTOMER)
		err = variance_check(ctx, &bill.wo);
	if (!err && !is_sale(&bill) && bill.others_billed)
		err = work_order_settle(ctx, &bill.wo);
	/* nothing to pay: the customer owes nothing, or has no lines at all */
	if (!err && !is_sale(&bill) &&
	    (bill.payer == PAYER_CUSTOMER ? bill.total == 0
	                                  : bill.others_billed && !bill.has_customer))
		work_order_set_paid(ctx, &bill.wo, true);
	if (!err)
		err = document_number(ctx, bill.store, "ST", &number);
	if (err)
		return err;
	db_write(ctx, settlement_issue, ARG(id, id), ARG(number, number));
	search_add(ctx, "number", number, "settlement", id, bill.store);
	event_add(ctx, "settlement.issued", bill.store, id);
	if (is_sale(&bill))
		sales_order_billed(ctx, &bill.so, "sales_order.billed");
	return apply_deposits(ctx, &bill);
}

enum err
settlement_discard(struct ctx *ctx, struct id id)
{
	struct bill bill = { 0 };
	int same;
	enum err err = begin(ctx, id, OP_discardSettlement, &bill, &same);

	if (err)
		return err;
	db_write(ctx, settlement_discard, ARG(id, id));
	event_add(ctx, "settlement.discarded", bill.store, id);
	if (is_sale(&bill))
		sales_order_billed(ctx, &bill.so, "sales_order.unbilled");
	return OK;
}

enum err
settlement_void(struct ctx *ctx, struct id id, const struct void_settlement *in)
{
	struct bill bill = { 0 };
	int to;
	enum err err = begin(ctx, id, OP_voidSettlement, &bill, &to);

	if (!err && !is_sale(&bill))
		err = work_order_unsettle(ctx, &bill.wo);
	if (err)
		return err;
	if (!is_sale(&bill) && (bill.payer == PAYER_CUSTOMER || !bill.has_customer))
		work_order_set_paid(ctx, &bill.wo, false);
	db_write(ctx, settlement_void, ARG(id, id),
	         ARG(reason_code, reason_code(&void_reason_enum, in->reason)),
	         BODY_ARG(void_settlement, in));
	event_add(ctx, "settlement.voided", bill.store, id);
	if (is_sale(&bill))
		sales_order_billed(ctx, &bill.so, "sales_order.unbilled");
	return OK;
}

/* ------------------------------------------------------------ money */

static enum err
lock_to_pay(struct ctx *ctx, const struct create_payment *in, struct bill *bill)
{
	struct rows *rows;
	enum err err;

	if (in->has_settlement_id == in->has_work_order_id)
		return fail_with(ctx, ERR_ONE_OF, "/settlement_id", "settlement_id, work_order_id",
		                 NULL);
	if (in->has_settlement_id)
		return lock_by_id(ctx, in->settlement_id, "/settlement_id", bill);
	err = work_order_lock(ctx, in->work_order_id, "/work_order_id", &bill->wo);
	if (!err)
		err = db_read(ctx, settlement_of_customer, &rows,
		              ARG(work_order_id, in->work_order_id));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_BILLED, NULL);
	return lock_bill(ctx, row_id(rows, 0, "id"), in->work_order_id, (struct id){ { 0 } },
	                 "/work_order_id", bill);
}

static const char *
fen(struct ctx *ctx, int64_t amount)
{
	return arena_printf(ctx->arena, "%lld", (long long)amount);
}

enum err
payment_take(struct ctx *ctx, const struct create_payment *in)
{
	const char *number = NULL;
	struct bill bill = { 0 };
	struct id id;
	enum err err = new_id(ctx, in->id, &id);

	if (!err && in->method == PAYMENT_METHOD_DEPOSIT)
		err = fail_with(ctx, ERR_BAD_VALUE, "/method",
		                "is of deposits, which pay the bill when it is issued", NULL);
	if (!err)
		err = lock_to_pay(ctx, in, &bill);
	if (err)
		return err;
	if (!(FROM(bill.status) & OPEN_STATES))
		return fail_with(ctx, ERR_ILLEGAL_TRANSITION, NULL,
		                 enum_code(&settlement_status_enum, (int)bill.status), NULL);
	if (in->amount > bill.total - bill.paid)
		return fail_with(ctx, ERR_OVERPAID, "/amount", fen(ctx, bill.total - bill.paid),
		                 NULL);
	err = document_number(ctx, bill.store, "PY", &number);
	if (err)
		return err;
	set_paid(ctx, &bill, bill.paid + in->amount);
	db_write(ctx, payment_add, ARG(id, id), ARG(store_id, bill.store), ARG(number, number),
	         ARG(settlement_id, bill.id), BODY_ARG(create_payment, in));
	event_add(ctx, "payment.taken", bill.store, id);
	ctx->subject = id;
	return OK;
}

static enum err
lock_payment(struct ctx *ctx, struct id id, struct bill *bill, struct rows **payment)
{
	struct rows *rows;
	enum err err = db_read(ctx, payment_settlement, &rows, ARG(id, id));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	err = lock_bill(ctx, row_id(rows, 0, "settlement_id"), row_id(rows, 0, "work_order_id"),
	                row_id(rows, 0, "sales_order_id"), NULL, bill);
	return err ? err : db_lock(ctx, payment_lock, id, payment);
}

enum err
payment_refund(struct ctx *ctx, struct id id, const struct refund_payment *in)
{
	struct rows *payment = NULL;
	struct bill bill = { 0 };
	int64_t left;
	int to;
	enum err err = lock_payment(ctx, id, &bill, &payment);

	if (!err)
		err = machine_check(ctx, &payment_machine, OP_refundPayment,
		                    row_enum(payment, 0, "status", &payment_status_enum), &to);
	if (err)
		return err;
	left = row_int(payment, 0, "amount") - row_int(payment, 0, "refunded");
	if (in->amount > left)
		return fail_with(ctx, ERR_REFUND_TOO_LARGE, "/amount", fen(ctx, left), NULL);
	if (!row_is_null(payment, 0, "deposit_id"))
		err = deposit_hold_again(ctx, row_id(payment, 0, "deposit_id"), in->amount);
	if (err)
		return err;
	set_paid(ctx, &bill, bill.paid - in->amount);
	db_write(ctx, payment_refund, ARG(id, id), ARG(amount, in->amount),
	         ENUM_ARG(status, payment_status,
	                  in->amount == left ? PAYMENT_STATUS_REFUNDED
	                                     : PAYMENT_STATUS_PARTLY_REFUNDED));
	db_write(ctx, payment_refund_add, ARG(refund_id, id_new()), ARG(store_id, bill.store),
	         ARG(id, id), ARG(reason_code, reason_code(&refund_reason_enum, in->reason)),
	         BODY_ARG(refund_payment, in));
	event_add(ctx, "payment.refunded", bill.store, id);
	return OK;
}
