/* SPDX-License-Identifier: Apache-2.0 */
/* From what a customer wants to what was handed over. */
#include "sale/sales_order.h"

#include "customer/customer.h"
#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "stock/stock.h"
#include "vehicle/vehicle.h"

#define AMOUNT_MAX INT64_C(1000000000000) /* fen, of a line and of an order */

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_confirmSalesOrder, FROM(SALES_ORDER_STATUS_DRAFT), SALES_ORDER_STATUS_CONFIRMED },
	{ OP_shipSalesOrder, FROM(SALES_ORDER_STATUS_CONFIRMED) | FROM(SALES_ORDER_STATUS_PARTLY_SHIPPED), 0 },
	{ OP_acceptSalesOrder, FROM(SALES_ORDER_STATUS_SHIPPED), SALES_ORDER_STATUS_ACCEPTED },
	{ OP_returnSalesOrder, FROM(SALES_ORDER_STATUS_PARTLY_SHIPPED) | FROM(SALES_ORDER_STATUS_SHIPPED) |
	  FROM(SALES_ORDER_STATUS_ACCEPTED), 0 },
	{ OP_cancelSalesOrder, FROM(SALES_ORDER_STATUS_DRAFT) | FROM(SALES_ORDER_STATUS_CONFIRMED) |
	  FROM(SALES_ORDER_STATUS_PARTLY_SHIPPED), 0 },
};
/* what stands on a bill does not come back */
static const struct machine_guard guards[] = {
	{ OP_returnSalesOrder, 0, "_billed", NULL },
	{ OP_NONE, 0, NULL, NULL },
};
/* clang-format on */

const struct machine sales_order_machine =
	MACHINE_GUARDED("status", sales_order_status, moves, guards);

/* ------------------------------------------------------------ the order */

static enum err
read_order(struct ctx *ctx, const struct rows *rows, const char *pointer, struct sales_order *o)
{
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, pointer);
	*o = (struct sales_order){
		.id = row_id(rows, 0, "id"),
		.store = row_id(rows, 0, "store_id"),
		.customer = row_id(rows, 0, "customer_id"),
		.vehicle = row_id(rows, 0, "vehicle_id"),
		.status = (enum sales_order_status)row_enum(rows, 0, "status",
		                                            &sales_order_status_enum),
	};
	return OK;
}

enum err
sales_order_lock(struct ctx *ctx, struct id id, const char *pointer, struct sales_order *order)
{
	struct rows *rows;
	enum err err = db_read(ctx, sales_order_lock, &rows, ARG(id, id));

	return err ? err : read_order(ctx, rows, pointer, order);
}

/* The order of the path, and whether op may be done to it. */
static enum err
begin(struct ctx *ctx, struct id id, enum op op, struct sales_order *o)
{
	struct rows *rows;
	int to = 0;
	enum err err;

	*o = (struct sales_order){ 0 };
	err = db_lock(ctx, sales_order_lock, id, &rows);

	if (!err)
		err = read_order(ctx, rows, NULL, o);
	return err ? err : machine_check(ctx, &sales_order_machine, op, (int)o->status, &to);
}

static void
save(struct ctx *ctx, const struct sales_order *o, enum sales_order_status to, const char *reason,
     const char *event)
{
	db_write(ctx, sales_order_set, ARG(order_id, o->id),
	         ENUM_ARG(status, sales_order_status, to), ARG(reason, reason));
	event_add(ctx, event, o->store, o->id);
}

void
sales_order_billed(struct ctx *ctx, const struct sales_order *order, const char *event)
{
	db_write(ctx, sales_order_touch, ARG(order_id, order->id));
	event_add(ctx, event, order->store, order->id);
}

static struct stock_sale
sale_of(const struct sales_order *o)
{
	return (struct stock_sale){
		.store = o->store, .order = o->id, .customer = o->customer, .vehicle = o->vehicle
	};
}

/* ------------------------------------------------------------ drafts */

/* Lines to be written, and what they come to. */
struct draft {
	struct id store;
	const struct new_sales_order_line *lines;
	size_t count;
	struct id *ids, *parts;
	int64_t *lists, *prices, *amounts, amount;
	int64_t limit_bp; /* how far below list the caller may go; -1: not looked up */
};

static enum err
look_up_limit(struct ctx *ctx, struct draft *d, const struct rows *facts)
{
	int64_t override_bp = row_int(facts, 0, "discount_limit_bp");
	struct rows *rows;
	enum err err = db_read(ctx, discount_limit_of_actor, &rows, ARG(store_id, d->store));

	if (err)
		return err;
	d->limit_bp = row_int(rows, 0, "limit_bp");
	if (scope_covers(ctx->beyond, d->store) && override_bp > d->limit_bp)
		d->limit_bp = override_bp;
	return OK;
}

static enum err
price_line(struct ctx *ctx, struct draft *d, const struct rows *facts, size_t i)
{
	const struct new_sales_order_line *line = &d->lines[i];
	int64_t list;

	if (row_is_null(facts, i, "list_price"))
		return failf(ctx, ERR_NOT_FOUND, "/lines/%zu/part_id", i);
	list = row_int(facts, i, "list_price");
	d->ids[i] = id_new();
	d->lists[i] = list;
	d->prices[i] = line->has_unit_price ? line->unit_price : list;
	if (d->prices[i] < list && d->limit_bp < 0) {
		enum err err = look_up_limit(ctx, d, facts);

		if (err)
			return err;
	}
	if (d->prices[i] < list && (list - d->prices[i]) * 10000 > list * d->limit_bp)
		return fail_with(ctx, ERR_DISCOUNT_TOO_LARGE,
		                 arena_printf(ctx->arena, "/lines/%zu/unit_price", i),
		                 arena_printf(ctx->arena, "%lld", (long long)d->limit_bp), NULL);
	if (!money_mul_qty(d->prices[i], line->quantity, &d->amounts[i]) ||
	    !money_add(d->amount, d->amounts[i], &d->amount) || d->amount > AMOUNT_MAX)
		return fail_with(ctx, ERR_BAD_VALUE,
		                 arena_printf(ctx->arena, "/lines/%zu/quantity", i),
		                 "makes an amount above 10000000000.00", NULL);
	return OK;
}

static enum err
price_lines(struct ctx *ctx, struct draft *d)
{
	struct rows *facts;
	enum err err;

	d->limit_bp = -1;
	d->ids = arena_array(ctx->arena, d->count, sizeof(*d->ids));
	d->parts = arena_array(ctx->arena, d->count, sizeof(*d->parts));
	d->lists = arena_array(ctx->arena, d->count, sizeof(*d->lists));
	d->prices = arena_array(ctx->arena, d->count, sizeof(*d->prices));
	d->amounts = arena_array(ctx->arena, d->count, sizeof(*d->amounts));
	for (size_t i = 0; i < d->count; i++)
		d->parts[i] = d->lines[i].part_id;
	err = db_read(ctx, sales_lines_facts, &facts, ARG(store_id, d->store),
	              IDS_ARG(part_ids, d->parts, d->count));
	if (!err && rows_count(facts) == 0) /* row security hides the store */
		err = fail(ctx, ERR_NOT_FOUND, "/store_id");
	for (size_t i = 0; !err && i < d->count; i++)
		err = price_line(ctx, d, facts, i);
	return err;
}

static void
write_lines(struct ctx *ctx, const struct draft *d, struct id order)
{
	struct qty *quantity = arena_array(ctx->arena, d->count, sizeof(*quantity));

	for (size_t i = 0; i < d->count; i++)
		quantity[i] = d->lines[i].quantity;
	db_write(ctx, sales_lines_add, ARG(order_id, order), ARG(store_id, d->store),
	         IDS_ARG(sale_line_ids, d->ids, d->count), IDS_ARG(part_ids, d->parts, d->count),
	         QTYS_ARG(quantity, quantity, d->count), INTS_ARG(list_prices, d->lists, d->count),
	         INTS_ARG(unit_prices, d->prices, d->count),
	         INTS_ARG(amounts, d->amounts, d->count));
}

enum err
sales_order_create(struct ctx *ctx, const struct create_sales_order *in)
{
	struct draft d = { .lines = in->lines, .count = in->lines_count };
	struct id customer = in->customer_id;
	const char *number;
	enum err err = ctx_store(ctx, in->store_id, &d.store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (!err)
		err = customer_resolve(ctx, &customer, "/customer_id");
	if (!err && in->has_vehicle_id)
		err = vehicle_check_visible(ctx, in->vehicle_id, "/vehicle_id");
	if (!err)
		err = price_lines(ctx, &d);
	if (!err)
		err = document_number(ctx, d.store, "SO", &number);
	if (err)
		return err;
	db_write(ctx, sales_order_add, ARG(order_id, ctx->subject), ARG(store_id, d.store),
	         ARG(number, number), ARG(amount, d.amount), ARG(customer_id, customer),
	         BODY_ARG(create_sales_order, in));
	write_lines(ctx, &d, ctx->subject);
	customer_link(ctx, customer, d.store, "document");
	search_add(ctx, "number", number, "sales_order", ctx->subject, d.store);
	event_add(ctx, "sales_order.created", d.store, ctx->subject);
	return OK;
}

enum err
sales_order_update(struct ctx *ctx, struct id id, const struct update_sales_order *in)
{
	struct draft d = { .lines = in->lines, .count = in->lines_count };
	struct sales_order o;
	/* it may be changed for as long as it may be confirmed */
	enum err err = begin(ctx, id, OP_confirmSalesOrder, &o);

	d.store = o.store;
	if (!err && in->has_vehicle_id && !id_is_none(in->vehicle_id))
		err = vehicle_check_visible(ctx, in->vehicle_id, "/vehicle_id");
	if (!err && in->has_lines)
		err = price_lines(ctx, &d);
	if (err)
		return err;
	if (in->has_lines) {
		db_write(ctx, sales_lines_clear, ARG(order_id, id));
		write_lines(ctx, &d, id);
	}
	db_write(ctx, sales_order_update, ARG(order_id, id), ARG(amount, d.amount),
	         BODY_ARG(update_sales_order, in));
	event_add(ctx, "sales_order.updated", o.store, id);
	return OK;
}

/* ------------------------------------------------------------ wanted, and no longer */

static enum err
read_wants(struct ctx *ctx, const struct sales_order *o, struct rows **lines,
           struct stock_want **wants)
{
	enum err err = db_read(ctx, sales_lines_now, lines, ARG(order_id, o->id));

	if (err)
		return err;
	*wants = arena_array(ctx->arena, rows_count(*lines), sizeof(**wants));
	for (size_t i = 0; i < rows_count(*lines); i++)
		(*wants)[i] = (struct stock_want){
			.line = row_id(*lines, i, "id"),
			.part = row_id(*lines, i, "part_id"),
			.demand = row_id(*lines, i, "demand_id"),
			.quantity = row_qty(*lines, i, "open_quantity"),
			.open = row_qty(*lines, i, "open_quantity"),
		};
	return OK;
}

enum err
sales_order_confirm(struct ctx *ctx, struct id id)
{
	struct stock_want *wants;
	struct stock_sale sale;
	struct sales_order o;
	struct rows *lines;
	struct id *ids, *demands;
	size_t n;
	enum err err = begin(ctx, id, OP_confirmSalesOrder, &o);

	if (!err)
		err = read_wants(ctx, &o, &lines, &wants);
	if (err)
		return err;
	n = rows_count(lines);
	sale = sale_of(&o);
	err = stock_hold_for_sale(ctx, &sale, wants, n);
	if (err)
		return err;
	ids = arena_array(ctx->arena, n, sizeof(*ids));
	demands = arena_array(ctx->arena, n, sizeof(*demands));
	for (size_t i = 0; i < n; i++) {
		ids[i] = wants[i].line;
		demands[i] = wants[i].demand;
	}
	db_write(ctx, sales_lines_wanted, IDS_ARG(sale_line_ids, ids, n),
	         IDS_ARG(demand_ids, demands, n));
	save(ctx, &o, SALES_ORDER_STATUS_CONFIRMED, NULL, "sales_order.confirmed");
	return OK;
}

static struct qty
sum_of(const struct rows *lines, const char *column)
{
	struct qty sum = { 0 };

	for (size_t i = 0; i < rows_count(lines); i++)
		sum.milli += row_qty(lines, i, column).milli;
	return sum;
}

enum err
sales_order_cancel(struct ctx *ctx, struct id id, const struct cancel_sales_order *in)
{
	enum sales_order_status to = SALES_ORDER_STATUS_CANCELLED;
	struct rows *lines = NULL;
	struct stock_sale sale;
	struct sales_order o;
	enum err err = begin(ctx, id, OP_cancelSalesOrder, &o);

	if (!err)
		err = db_read(ctx, sales_lines_out, &lines, ARG(order_id, id));
	if (err)
		return err;
	if (o.status == SALES_ORDER_STATUS_PARTLY_SHIPPED)
		to = sum_of(lines, "out_quantity").milli > 0 ? SALES_ORDER_STATUS_SHIPPED
		                                             : SALES_ORDER_STATUS_RETURNED;
	sale = sale_of(&o);
	err = stock_release_sale(ctx, &sale);
	if (err)
		return err;
	db_write(ctx, sales_lines_cancelled, ARG(order_id, id));
	save(ctx, &o, to, in->reason, "sales_order.cancelled");
	return OK;
}

/* ------------------------------------------------------------ shipping and returns */

static bool
row_of(const struct rows *lines, struct id line, size_t *row)
{
	for (*row = 0; *row < rows_count(lines); ++*row)
		if (id_equal(row_id(lines, *row, "id"), line))
			return true;
	return false;
}

/* The i-th line of a body: once, of this order, and no more than `column` says. */
static enum err
check_line(struct ctx *ctx, const struct rows *lines, const struct stock_want *said, size_t i,
           const char *column, size_t *row)
{
	for (size_t k = 0; k < i; k++)
		if (id_equal(said[k].line, said[i].line))
			return failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/line_id", i);
	if (!row_of(lines, said[i].line, row))
		return failf(ctx, ERR_NOT_FOUND, "/lines/%zu/line_id", i);
	if (said[i].quantity.milli > row_qty(lines, *row, column).milli)
		return fail_with(ctx, ERR_BAD_VALUE,
		                 arena_printf(ctx->arena, "/lines/%zu/quantity", i),
		                 arena_printf(ctx->arena, "must be at most %s",
		                              row_text(lines, *row, column)),
		                 NULL);
	return OK;
}

/* What of the order is to be shipped now: what is said, else all that is held for it. */
static enum err
read_shipment(struct ctx *ctx, const struct sales_order *o, const struct ship_sales_order *in,
              struct rows **lines, struct stock_want **wants, size_t *count)
{
	struct stock_want *said = arena_array(ctx->arena, in->lines_count, sizeof(*said));
	enum err err = read_wants(ctx, o, lines, wants);

	if (err || !in->has_lines) {
		*count = err ? 0 : rows_count(*lines);
		return err;
	}
	for (size_t i = 0, row; !err && i < in->lines_count; i++) {
		said[i].line = in->lines[i].line_id;
		said[i].quantity = in->lines[i].quantity;
		err = check_line(ctx, *lines, said, i, "open_quantity", &row);
		if (err)
			return err;
		said[i] = (*wants)[row];
		said[i].quantity = in->lines[i].quantity;
		said[i].batch = in->lines[i].batch_number;
	}
	*wants = said;
	*count = in->lines_count;
	return OK;
}

enum err
sales_order_ship(struct ctx *ctx, struct id id, const struct ship_sales_order *in)
{
	struct stock_want *wants;
	struct stock_sale sale;
	struct sales_order o;
	struct rows *lines;
	struct qty open;
	struct id *ids;
	struct qty *shipped;
	size_t n;
	enum err err = begin(ctx, id, OP_shipSalesOrder, &o);

	if (!err)
		err = read_shipment(ctx, &o, in, &lines, &wants, &n);
	if (err)
		return err;
	sale = sale_of(&o);
	err = stock_ship_sale(ctx, &sale, wants, n, !in->has_lines);
	if (err)
		return err;
	ids = arena_array(ctx->arena, n, sizeof(*ids));
	shipped = arena_array(ctx->arena, n, sizeof(*shipped));
	open = sum_of(lines, "open_quantity");
	for (size_t i = 0; i < n; i++) {
		ids[i] = wants[i].line;
		shipped[i] = wants[i].quantity;
		open.milli -= wants[i].quantity.milli;
	}
	db_write(ctx, sales_lines_shipped, IDS_ARG(sale_line_ids, ids, n),
	         QTYS_ARG(quantity, shipped, n));
	save(ctx, &o,
	     open.milli > 0 ? SALES_ORDER_STATUS_PARTLY_SHIPPED : SALES_ORDER_STATUS_SHIPPED, NULL,
	     "sales_order.shipped");
	return OK;
}

enum err
sales_order_accept(struct ctx *ctx, struct id id, const struct accept_sales_order *in)
{
	struct sales_order o;
	enum err err = begin(ctx, id, OP_acceptSalesOrder, &o);

	if (err)
		return err;
	db_write(ctx, sales_order_accept, ARG(order_id, id), ARG(accepted_by, in->accepted_by));
	save(ctx, &o, SALES_ORDER_STATUS_ACCEPTED, NULL, "sales_order.accepted");
	return OK;
}

static enum err
check_billed(struct ctx *ctx, struct id order)
{
	struct rows *rows;
	enum err err = db_read(ctx, sales_order_bill, &rows, ARG(order_id, order));

	if (err || rows_count(rows) == 0)
		return err;
	return fail_with(ctx, ERR_ALREADY_BILLED, NULL, row_text(rows, 0, "bill"), NULL);
}

enum err
sales_order_return(struct ctx *ctx, struct id id, const struct return_sales_order *in)
{
	size_t n = in->lines_count, row;
	struct stock_want *back = arena_array(ctx->arena, n, sizeof(*back));
	struct id *ids = arena_array(ctx->arena, n, sizeof(*ids));
	struct qty *quantity = arena_array(ctx->arena, n, sizeof(*quantity)), left;
	int64_t *cost = arena_array(ctx->arena, n, sizeof(*cost));
	struct rows *lines = NULL;
	struct stock_sale sale;
	struct sales_order o;
	enum err err = begin(ctx, id, OP_returnSalesOrder, &o);

	if (!err)
		err = check_billed(ctx, id);
	if (!err)
		err = db_read(ctx, sales_lines_out, &lines, ARG(order_id, id));
	if (err)
		return err;
	left = sum_of(lines, "out_quantity");
	for (size_t i = 0; i < n; i++) {
		back[i].line = ids[i] = in->lines[i].line_id;
		back[i].quantity = quantity[i] = in->lines[i].quantity;
		err = check_line(ctx, lines, back, i, "out_quantity", &row);
		if (err)
			return err;
		back[i].part = row_id(lines, row, "part_id");
		cost[i] = money_share(row_int(lines, row, "cost"), quantity[i],
		                      row_qty(lines, row, "out_quantity"));
		left.milli -= quantity[i].milli;
	}
	sale = sale_of(&o);
	err = stock_return_sale(ctx, &sale, back, cost, n, in->reason);
	if (err)
		return err;
	db_write(ctx, sales_lines_returned, IDS_ARG(sale_line_ids, ids, n),
	         QTYS_ARG(quantity, quantity, n));
	save(ctx, &o,
	     left.milli == 0 && o.status != SALES_ORDER_STATUS_PARTLY_SHIPPED
	             ? SALES_ORDER_STATUS_RETURNED
	             : o.status,
	     NULL, "sales_order.returned");
	return OK;
}
