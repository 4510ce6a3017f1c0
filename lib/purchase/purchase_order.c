/* SPDX-License-Identifier: Apache-2.0 */
/* From what a store wants to buy to what it sent for. */
#include "purchase/purchase_order.h"

#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "purchase/draft.h"
#include "stock/bin.h"
#include "stock/receipt.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_submitPurchaseOrder, FROM(PURCHASE_ORDER_STATUS_DRAFT), PURCHASE_ORDER_STATUS_SUBMITTED },
	{ OP_approvePurchaseOrder, FROM(PURCHASE_ORDER_STATUS_SUBMITTED), PURCHASE_ORDER_STATUS_APPROVED },
	{ OP_rejectPurchaseOrder, FROM(PURCHASE_ORDER_STATUS_SUBMITTED), PURCHASE_ORDER_STATUS_DRAFT },
	{ OP_sendPurchaseOrder, FROM(PURCHASE_ORDER_STATUS_APPROVED), PURCHASE_ORDER_STATUS_SENT },
	{ OP_promisePurchaseOrder, FROM(PURCHASE_ORDER_STATUS_SENT) | FROM(PURCHASE_ORDER_STATUS_PARTLY_RECEIVED), 0 },
	{ OP_receivePurchaseOrder, FROM(PURCHASE_ORDER_STATUS_SENT) | FROM(PURCHASE_ORDER_STATUS_PARTLY_RECEIVED), 0 },
	{ OP_closePurchaseOrder, FROM(PURCHASE_ORDER_STATUS_SENT) | FROM(PURCHASE_ORDER_STATUS_PARTLY_RECEIVED) |
	  FROM(PURCHASE_ORDER_STATUS_RECEIVED), PURCHASE_ORDER_STATUS_CLOSED },
	{ OP_cancelPurchaseOrder, FROM(PURCHASE_ORDER_STATUS_DRAFT) | FROM(PURCHASE_ORDER_STATUS_SUBMITTED) |
	  FROM(PURCHASE_ORDER_STATUS_APPROVED) | FROM(PURCHASE_ORDER_STATUS_SENT), PURCHASE_ORDER_STATUS_CANCELLED },
};
/* clang-format on */

const struct machine purchase_order_machine = MACHINE("status", purchase_order_status, moves);

struct order {
	struct id id, store, warehouse, supplier, central, created_by, submitted_by;
	enum order_class order_class;
	int64_t amount; /* fen */
	int status, to;
};

static enum err
lock(struct ctx *ctx, struct id id, enum op op, struct order *o)
{
	struct rows *rows;
	enum err err = db_lock(ctx, purchase_order_lock, id, &rows);

	if (err)
		return err;
	*o = (struct order){
		.id = id,
		.store = row_id(rows, 0, "store_id"),
		.warehouse = row_id(rows, 0, "warehouse_id"),
		.supplier = row_id(rows, 0, "supplier_id"),
		.central = row_id(rows, 0, "central_purchase_id"),
		.created_by = row_id(rows, 0, "created_by"),
		.submitted_by = row_id(rows, 0, "submitted_by"),
		.order_class =
			(enum order_class)row_enum(rows, 0, "order_class", &order_class_enum),
		.amount = row_int(rows, 0, "amount"),
		.status = row_enum(rows, 0, "status", &purchase_order_status_enum),
	};
	return machine_check(ctx, &purchase_order_machine, op, o->status, &o->to);
}

static void
save(struct ctx *ctx, const struct order *o, const char *reason, const char *event)
{
	db_write(ctx, purchase_order_set, ARG(order_id, o->id),
	         ENUM_ARG(status, purchase_order_status, o->to ? o->to : o->status),
	         ARG(reason, reason));
	event_add(ctx, event, o->store, o->id);
}

/* ------------------------------------------------------------ drafts */

/* What the supplier sells only so many of. */
static enum err
check_offered(struct ctx *ctx, const struct purchase_draft *d, const struct rows *facts, size_t i)
{
	int64_t wanted = d->lines[i].quantity.milli, pack, least;
	const char *what = NULL;

	if (row_is_null(facts, i, "price"))
		return failf(ctx, ERR_REQUIRED, "/lines/%zu/unit_price", i);
	pack = row_is_null(facts, i, "pack_quantity") ? 1
	                                              : row_qty(facts, i, "pack_quantity").milli;
	least = row_is_null(facts, i, "minimum_quantity")
	                ? 0
	                : row_qty(facts, i, "minimum_quantity").milli;
	if (wanted % pack != 0)
		what = arena_printf(ctx->arena, "must be in packs of %s",
		                    row_text(facts, i, "pack_quantity"));
	else if (wanted < least)
		what = arena_printf(ctx->arena, "must be at least %s",
		                    row_text(facts, i, "minimum_quantity"));
	return what ? fail_with(ctx, ERR_BAD_VALUE,
	                        arena_printf(ctx->arena, "/lines/%zu/quantity", i), what, NULL)
	            : OK;
}

static enum err
price_line(struct ctx *ctx, struct purchase_draft *d, const struct rows *facts, size_t i)
{
	int64_t amount;
	enum err err;

	if (!row_bool(facts, i, "part"))
		return failf(ctx, ERR_NOT_FOUND, "/lines/%zu/part_id", i);
	if (!row_bool(facts, i, "demand"))
		return failf(ctx, ERR_NOT_FOUND, "/lines/%zu/demand_id", i);
	for (size_t k = 0; d->lines[i].has_demand_id && k < i; k++)
		if (id_equal(d->lines[k].demand_id, d->lines[i].demand_id))
			return failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/demand_id", i);
	d->ids[i] = id_new();
	d->numbers[i] = row_is_null(facts, i, "supplier_number")
	                        ? NULL
	                        : row_text(facts, i, "supplier_number");
	d->prices[i] = d->lines[i].unit_price;
	if (!d->lines[i].has_unit_price) {
		err = check_offered(ctx, d, facts, i);
		if (err)
			return err;
		d->prices[i] = row_int(facts, i, "price");
	}
	if (!money_mul_qty(d->prices[i], d->lines[i].quantity, &amount) ||
	    !money_add(d->amount, amount, &d->amount))
		return fail_with(ctx, ERR_BAD_VALUE,
		                 arena_printf(ctx->arena, "/lines/%zu/quantity", i),
		                 "makes more than can be counted", NULL);
	return OK;
}

enum err
purchase_price_lines(struct ctx *ctx, struct purchase_draft *d)
{
	struct rows *facts;
	enum err err = db_read(ctx, purchase_lines_facts, &facts, ARG(store_id, d->store),
	                       ARG(supplier_id, d->supplier), d->body);

	d->ids = arena_array(ctx->arena, d->count, sizeof(*d->ids));
	d->numbers = arena_array(ctx->arena, d->count, sizeof(*d->numbers));
	d->prices = arena_array(ctx->arena, d->count, sizeof(*d->prices));
	for (size_t i = 0; !err && i < d->count; i++)
		err = price_line(ctx, d, facts, i);
	return err;
}

static void
write_lines(struct ctx *ctx, const struct purchase_draft *d, struct id order)
{
	db_write(ctx, purchase_lines_add, ARG(order_id, order), ARG(store_id, d->store),
	         IDS_ARG(purchase_line_ids, d->ids, d->count),
	         TEXTS_ARG(supplier_numbers, d->numbers, d->count),
	         INTS_ARG(unit_prices, d->prices, d->count), d->body);
}

/* Whom nothing can be ordered from. */
enum err
purchase_check_supplier(struct ctx *ctx, struct id supplier, struct rows **rows)
{
	enum err err = db_read(ctx, purchase_supplier, rows, ARG(supplier_id, supplier));

	if (err)
		return err;
	if (rows_count(*rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/supplier_id");
	return row_bool(*rows, 0, "active") ? OK
	                                    : fail_with(ctx, ERR_SUPPLIER_INACTIVE, NULL,
	                                                row_text(*rows, 0, "name"), NULL);
}

enum err
purchase_order_create(struct ctx *ctx, const struct create_purchase_order *in)
{
	return purchase_order_draft(ctx, in, (struct id){ { 0 } });
}

enum err
purchase_order_draft(struct ctx *ctx, const struct create_purchase_order *in, struct id central)
{
	struct purchase_draft d = {
		.supplier = in->supplier_id,
		.lines = in->lines,
		.count = in->lines_count,
		.body = BODY_ARG(create_purchase_order, in),
	};
	struct rows *supplier;
	struct id warehouse;
	const char *number;
	enum err err = ctx_store(ctx, in->store_id, &d.store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (!err)
		err = warehouse_find(ctx, d.store, in->warehouse_id, &warehouse);
	if (!err)
		err = purchase_check_supplier(ctx, d.supplier, &supplier);
	if (!err)
		err = purchase_price_lines(ctx, &d);
	if (!err)
		err = document_number(ctx, d.store, "PO", &number);
	if (err)
		return err;
	db_write(ctx, purchase_order_add, ARG(order_id, ctx->subject), ARG(store_id, d.store),
	         ARG(warehouse_id, warehouse), ARG(number, number), ARG(amount, d.amount),
	         ARG(central_purchase_id, central), d.body);
	write_lines(ctx, &d, ctx->subject);
	search_add(ctx, "number", number, "purchase_order", ctx->subject, d.store);
	event_add(ctx, "purchase_order.created", d.store, ctx->subject);
	return OK;
}

enum err
purchase_order_update(struct ctx *ctx, struct id id, const struct update_purchase_order *in)
{
	struct order o;
	struct purchase_draft d = {
		.lines = in->lines,
		.count = in->lines_count,
		.body = BODY_ARG(update_purchase_order, in),
	};
	/* it may be changed for as long as it may be submitted */
	enum err err = lock(ctx, id, OP_submitPurchaseOrder, &o);

	d.store = o.store;
	d.supplier = o.supplier;
	if (!err && in->has_lines)
		err = purchase_price_lines(ctx, &d);
	if (err)
		return err;
	if (in->has_lines) {
		db_write(ctx, purchase_lines_clear, ARG(order_id, id));
		write_lines(ctx, &d, id);
	}
	db_write(ctx, purchase_order_update, ARG(order_id, id), ARG(amount, d.amount), d.body);
	event_add(ctx, "purchase_order.updated", o.store, id);
	return OK;
}

/* ------------------------------------------------------------ approval */

static bool
is_urgent(const struct order *o)
{
	return o->order_class == ORDER_CLASS_EMERGENCY ||
	       o->order_class == ORDER_CLASS_VEHICLE_OFF_ROAD;
}

/* What the supplier gets at once: of a central purchase the orders of all stores. */
static enum err
amount_together(struct ctx *ctx, const struct order *o, int64_t *amount)
{
	struct rows *rows;
	enum err err;

	*amount = o->amount;
	if (id_is_none(o->central))
		return OK;
	err = db_read(ctx, purchase_amount_together, &rows, ARG(central_purchase_id, o->central));
	if (!err)
		*amount = row_int(rows, 0, "amount");
	return err;
}

enum err
purchase_order_submit(struct ctx *ctx, struct id id)
{
	struct rows *supplier;
	int64_t amount = 0;
	struct order o;
	enum err err = lock(ctx, id, OP_submitPurchaseOrder, &o);

	if (!err)
		err = purchase_check_supplier(ctx, o.supplier, &supplier);
	if (!err)
		err = amount_together(ctx, &o, &amount);
	if (err)
		return err;
	if (!is_urgent(&o) && amount < row_int(supplier, 0, "minimum_amount"))
		return fail_with(ctx, ERR_BELOW_MINIMUM_ORDER, NULL,
		                 arena_printf(ctx->arena, "%lld", (long long)amount),
		                 row_text(supplier, 0, "minimum_amount"));
	save(ctx, &o, NULL, "purchase_order.submitted");
	return OK;
}

enum err
purchase_order_approve(struct ctx *ctx, struct id id)
{
	struct rows *rows;
	struct order o;
	enum err err = lock(ctx, id, OP_approvePurchaseOrder, &o);

	if (!err && (id_equal(o.created_by, ctx->scope->actor) ||
	             id_equal(o.submitted_by, ctx->scope->actor)))
		err = fail(ctx, ERR_OWN_DOCUMENT, NULL);
	if (!err)
		err = db_read(ctx, purchase_limit_of_actor, &rows, ARG(store_id, o.store));
	if (err)
		return err;
	if (row_bool(rows, 0, "limited") && o.amount > row_int(rows, 0, "limit_amount"))
		return fail_with(ctx, ERR_PURCHASE_LIMIT, NULL,
		                 arena_printf(ctx->arena, "%lld", (long long)o.amount),
		                 row_text(rows, 0, "limit_amount"));
	save(ctx, &o, NULL, "purchase_order.approved");
	return OK;
}

enum err
purchase_order_reject(struct ctx *ctx, struct id id, const struct purchase_reason *in)
{
	struct order o;
	enum err err = lock(ctx, id, OP_rejectPurchaseOrder, &o);

	if (err)
		return err;
	save(ctx, &o, in->reason, "purchase_order.rejected");
	return OK;
}

/* ------------------------------------------------------------ on order */

/* Who waits for its lines, is told for when, and whoever promised a customer an earlier day. */
static enum err
tell_demands(struct ctx *ctx, const struct order *o)
{
	struct rows *rows;
	struct id *demands;
	enum err err = db_read(ctx, purchase_demands_lock, &rows, ARG(order_id, o->id));

	if (!err)
		err = db_read(ctx, purchase_demands_ordered, &rows, ARG(order_id, o->id));
	if (err || rows_count(rows) == 0)
		return err;
	demands = arena_array(ctx->arena, rows_count(rows), sizeof(*demands));
	for (size_t i = 0; i < rows_count(rows); i++) {
		demands[i] = row_id(rows, i, "id");
		event_add(ctx, "demand.promised", o->store, demands[i]);
	}
	err = db_read(ctx, purchase_orders_late, &rows,
	              IDS_ARG(demand_ids, demands, rows_count(rows)));
	for (size_t i = 0; !err && i < rows_count(rows); i++)
		event_add(ctx, "work_order.parts_late", o->store, row_id(rows, i, "id"));
	return err;
}

enum err
purchase_order_send(struct ctx *ctx, struct id id)
{
	struct rows *supplier;
	struct order o;
	enum err err = lock(ctx, id, OP_sendPurchaseOrder, &o);

	if (!err)
		err = purchase_check_supplier(ctx, o.supplier, &supplier);
	if (err)
		return err;
	if (!row_is_null(supplier, 0, "lacks"))
		return fail_with(ctx, ERR_SUPPLIER_UNQUALIFIED, NULL,
		                 row_text(supplier, 0, "lacks"), NULL);
	db_write(ctx, purchase_lines_ordered, ARG(order_id, id));
	err = tell_demands(ctx, &o);
	if (err)
		return err;
	save(ctx, &o, NULL, "purchase_order.sent");
	return OK;
}

enum err
purchase_order_promise(struct ctx *ctx, struct id id, const struct promise_purchase_order *in)
{
	struct rows *rows = NULL;
	struct order o;
	enum err err = lock(ctx, id, OP_promisePurchaseOrder, &o);

	for (size_t i = 0; !err && i < in->lines_count; i++)
		for (size_t k = 0; !err && k < i; k++)
			if (id_equal(in->lines[k].line_id, in->lines[i].line_id))
				err = failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/line_id", i);
	if (!err)
		err = db_read(ctx, purchase_lines_promised, &rows, ARG(order_id, id),
		              BODY_ARG(promise_purchase_order, in));
	for (size_t i = 0, row; !err && i < in->lines_count; i++) {
		for (row = 0; row < rows_count(rows) &&
		              !id_equal(row_id(rows, row, "id"), in->lines[i].line_id);
		     row++)
			;
		if (row == rows_count(rows))
			err = failf(ctx, ERR_NOT_FOUND, "/lines/%zu/line_id", i);
	}
	if (!err)
		err = tell_demands(ctx, &o);
	if (err)
		return err;
	save(ctx, &o, NULL, "purchase_order.promised");
	return OK;
}

enum err
purchase_order_receive(struct ctx *ctx, struct id id, const struct receive_purchase_order *in)
{
	struct order o;
	enum err err = lock(ctx, id, OP_receivePurchaseOrder, &o);

	if (!err)
		err = receipt_create(ctx,
		                     &(struct receipt_order){
					     .id = o.id,
					     .store = o.store,
					     .warehouse = o.warehouse,
					     .supplier = o.supplier,
				     },
		                     in);
	if (err)
		return err;
	save(ctx, &o, NULL, "purchase_order.checked_in");
	return OK;
}

/* ------------------------------------------------------------ over */

/* What still waits to be audited, and what has not come. */
static enum err
end(struct ctx *ctx, const struct order *o, const char *reason, bool whole, const char *event)
{
	struct rows *lines;
	bool open = false;
	enum err err = db_read(ctx, purchase_lines_now, &lines, ARG(order_id, o->id));

	if (err)
		return err;
	for (size_t i = 0; i < rows_count(lines); i++) {
		if (row_qty(lines, i, "pending_quantity").milli > 0)
			return fail(ctx, ERR_RECEIPT_PENDING, NULL);
		open = open || row_qty(lines, i, "received_quantity").milli <
		                       row_qty(lines, i, "quantity").milli;
	}
	if (whole && open && !reason)
		return fail(ctx, ERR_REQUIRED, "/reason");
	err = db_read(ctx, purchase_demands_lock, &lines, ARG(order_id, o->id));
	if (err)
		return err;
	db_write(ctx, purchase_lines_given_up, ARG(order_id, o->id));
	db_write(ctx, purchase_demands_wait, ARG(order_id, o->id));
	save(ctx, o, reason, event);
	return OK;
}

enum err
purchase_order_close(struct ctx *ctx, struct id id, const struct close_purchase_order *in)
{
	struct order o;
	enum err err = lock(ctx, id, OP_closePurchaseOrder, &o);

	return err ? err : end(ctx, &o, in->reason, true, "purchase_order.closed");
}

enum err
purchase_order_cancel(struct ctx *ctx, struct id id, const struct purchase_reason *in)
{
	struct order o;
	enum err err = lock(ctx, id, OP_cancelPurchaseOrder, &o);

	return err ? err : end(ctx, &o, in->reason, false, "purchase_order.cancelled");
}
