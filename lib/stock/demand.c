/* SPDX-License-Identifier: Apache-2.0 */
/* Demands and reservations: who gets what is on the shelf, and who waits for what is not. */
#include "stock/stock.h"

#include "event/event.h"
#include "part/part.h"
#include "task/task.h"

/* Some of it is missing, whether or not something was done about that. */
#define WAITING \
	(FROM(DEMAND_STATUS_OPEN) | FROM(DEMAND_STATUS_ON_ORDER) | FROM(DEMAND_STATUS_IN_TRANSFER))

/* clang-format off */
static const struct machine_move demand_moves[] = {
	{ OP_cancelDemand, WAITING | FROM(DEMAND_STATUS_RESERVED), DEMAND_STATUS_CANCELLED },
	{ OP_loseDemand, WAITING | FROM(DEMAND_STATUS_RESERVED), DEMAND_STATUS_LOST },
	{ OP_reserveDemand, WAITING, 0 },
};
/* clang-format on */
/* the wish of a line of a sales order ends with it */
static const struct machine_guard demand_guards[] = {
	{ OP_cancelDemand, 0, "_of_sale", NULL },
	{ OP_loseDemand, 0, "_of_sale", NULL },
	{ OP_NONE, 0, NULL, NULL },
};
const struct machine demand_machine =
	MACHINE_GUARDED("status", demand_status, demand_moves, demand_guards);
/* all but the last */
const struct machine demand_for_stock_machine = {
	"status", &demand_status_enum, demand_moves, COUNT_OF(demand_moves) - 1, NULL, NULL, false
};

/* Demands to be written together, as columns of the statement that writes them. */
struct demands {
	struct id batch, work_order, sales_order, customer, vehicle;
	const char *kind;
	size_t count;
	struct id *ids, *parts, *lines, *reservations;
	struct qty *wanted, *picked, *held;
};

static void
demands_init(struct ctx *ctx, struct demands *d, const char *kind, size_t count)
{
	*d = (struct demands){ .batch = id_new(), .kind = kind, .count = count };
	d->ids = arena_array(ctx->arena, count, sizeof(*d->ids));
	d->parts = arena_array(ctx->arena, count, sizeof(*d->parts));
	d->lines = arena_array(ctx->arena, count, sizeof(*d->lines));
	d->reservations = arena_array(ctx->arena, count, sizeof(*d->reservations));
	d->wanted = arena_array(ctx->arena, count, sizeof(*d->wanted));
	d->picked = arena_array(ctx->arena, count, sizeof(*d->picked));
	d->held = arena_array(ctx->arena, count, sizeof(*d->held));
}

/* What of a want is there, taken into the level's reserved part when it is to be held. */
static void
pick(struct demands *d, size_t i, const struct levels *levels, bool hold)
{
	struct level *level = level_of(levels, d->parts[i]);
	int64_t free_milli = level_available(level).milli;

	d->ids[i] = id_new();
	d->reservations[i] = id_new();
	d->picked[i].milli = d->wanted[i].milli < free_milli ? d->wanted[i].milli : free_milli;
	if (!hold)
		return;
	d->held[i] = d->picked[i];
	level->reserved.milli += d->held[i].milli;
}

static void
demands_save(struct ctx *ctx, const struct demands *d, const struct levels *levels)
{
	size_t n = d->count;

	levels_save(ctx, levels);
	db_write(ctx, demand_add, ARG(store_id, levels->store), ARG(batch_id, d->batch),
	         ARG(kind, d->kind), ARG(work_order_id, d->work_order),
	         ARG(sales_order_id, d->sales_order), ARG(customer_id, d->customer),
	         ARG(vehicle_id, d->vehicle), IDS_ARG(demand_ids, d->ids, n),
	         IDS_ARG(part_ids, d->parts, n), IDS_ARG(line_ids, d->lines, n),
	         QTYS_ARG(quantity, d->wanted, n), QTYS_ARG(first_pick_quantity, d->picked, n));
	db_write(ctx, reservation_add, ARG(store_id, levels->store),
	         ARG(warehouse_id, levels->warehouse), IDS_ARG(reservation_ids, d->reservations, n),
	         IDS_ARG(demand_ids, d->ids, n), IDS_ARG(part_ids, d->parts, n),
	         IDS_ARG(line_ids, d->lines, n), QTYS_ARG(quantity, d->held, n));
	for (size_t i = 0; i < n; i++)
		event_add_new(ctx, "demand.opened", levels->store, d->ids[i]);
}

static bool
is_short(const struct demands *d, size_t i)
{
	return d->picked[i].milli < d->wanted[i].milli;
}

struct stock_held {
	struct demands demands;
	struct levels levels;
};

enum err
stock_pick(struct ctx *ctx, struct id store, struct id work_order, const struct stock_want *wants,
           size_t count, bool refuse, bool is_short_of[], struct stock_held **held)
{
	struct stock_held *h = arena_alloc(ctx->arena, sizeof(*h));
	struct demands *d = &h->demands;
	enum err err;

	demands_init(ctx, d, "repair", count);
	d->work_order = work_order;
	for (size_t i = 0; i < count; i++) {
		d->parts[i] = wants[i].part;
		d->lines[i] = wants[i].line;
		d->wanted[i] = wants[i].quantity;
	}
	err = levels_lock(ctx, store, (struct id){ { 0 } }, d->parts, count, &h->levels);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		pick(d, i, &h->levels, true);
		is_short_of[i] = is_short(d, i);
		if (refuse && is_short_of[i])
			return fail(ctx, ERR_INSUFFICIENT_STOCK, NULL);
	}
	*held = h;
	return OK;
}

void
stock_hold(struct ctx *ctx, const struct stock_held *held)
{
	demands_save(ctx, &held->demands, &held->levels);
}

enum err
stock_hold_for_sale(struct ctx *ctx, const struct stock_sale *sale, struct stock_want *wants,
                    size_t count)
{
	struct levels levels;
	struct demands d;
	enum err err;

	demands_init(ctx, &d, "sale", count);
	d.sales_order = sale->order;
	d.customer = sale->customer;
	d.vehicle = sale->vehicle;
	for (size_t i = 0; i < count; i++) {
		d.parts[i] = wants[i].part;
		d.wanted[i] = wants[i].quantity;
	}
	err = levels_lock(ctx, sale->store, (struct id){ { 0 } }, d.parts, count, &levels);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		pick(&d, i, &levels, true);
		wants[i].demand = d.ids[i];
	}
	demands_save(ctx, &d, &levels);
	return OK;
}

/* Whom a body refers to must be visible: foreign keys see more than the caller does. */
static enum err
references_check(struct ctx *ctx, const struct create_demand *in)
{
	struct rows *rows;
	enum err err = db_read(ctx, demand_references, &rows, ARG(customer_id, in->customer_id),
	                       ARG(vehicle_id, in->vehicle_id));

	if (err)
		return err;
	if (!row_bool(rows, 0, "customer"))
		return fail(ctx, ERR_NOT_FOUND, "/customer_id");
	return row_bool(rows, 0, "vehicle") ? OK : fail(ctx, ERR_NOT_FOUND, "/vehicle_id");
}

#define ORDER_OPEN                                                                  \
	(FROM(WORK_ORDER_STATUS_OPENED) | FROM(WORK_ORDER_STATUS_READY) |           \
	 FROM(WORK_ORDER_STATUS_DISPATCHED) | FROM(WORK_ORDER_STATUS_IN_PROGRESS) | \
	 FROM(WORK_ORDER_STATUS_PAUSED) | FROM(WORK_ORDER_STATUS_AWAITING_QC))

/* A named line is one of the order, of that part, consented to, and has nobody else who gets its
 * parts: what is held for it, leaves with it. */
static enum err
check_line(struct ctx *ctx, const struct create_demand_line *want, const struct rows *lines,
           size_t i)
{
	const char *at = arena_printf(ctx->arena, "/lines/%zu/work_order_line_id", i);
	size_t row = 0;

	while (row < rows_count(lines) &&
	       !id_equal(row_id(lines, row, "id"), want->work_order_line_id))
		row++;
	if (row == rows_count(lines))
		return fail(ctx, ERR_NOT_FOUND, at);
	if (!id_equal(row_id(lines, row, "part_id"), want->part_id))
		return fail_with(ctx, ERR_BAD_VALUE, at, "is a line of another part", NULL);
	if (row_enum(lines, row, "status", &work_order_line_status_enum) !=
	    WORK_ORDER_LINE_STATUS_AUTHORISED)
		return fail_with(ctx, ERR_LINE_STATUS, at, row_text(lines, row, "status"), NULL);
	if (!row_is_null(lines, row, "demand_id"))
		return fail_existing(ctx, at, "demand", row_id(lines, row, "demand_id"));
	if (row_enum(lines, row, "supply", &line_supply_enum) == LINE_SUPPLY_ISSUED)
		return fail_with(ctx, ERR_LINE_STATUS, at, row_text(lines, row, "supply"), NULL);
	if (row_qty(lines, row, "quantity").milli != want->quantity.milli)
		return fail_with(
			ctx, ERR_BAD_VALUE, arena_printf(ctx->arena, "/lines/%zu/quantity", i),
			arena_printf(ctx->arena, "must be %s, as the line of the work order wants",
		                     row_text(lines, row, "quantity")),
			NULL);
	return OK;
}

/* Lines that are named without a doubt; whether there is any. */
static enum err
check_named(struct ctx *ctx, const struct create_demand *in, bool *any)
{
	*any = false;
	for (size_t i = 0; i < in->lines_count; i++) {
		if (!in->lines[i].has_work_order_line_id)
			continue;
		*any = true;
		for (size_t k = 0; k < i; k++)
			if (id_equal(in->lines[k].work_order_line_id,
			             in->lines[i].work_order_line_id))
				return failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/work_order_line_id",
				             i);
	}
	if (*any && !in->has_work_order_id)
		return fail(ctx, ERR_REQUIRED, "/work_order_id");
	if (*any && in->kind != DEMAND_KIND_REPAIR)
		return fail_with(ctx, ERR_BAD_VALUE, "/kind",
		                 "must be repair for lines of a work order", NULL);
	return OK;
}

/* Lock the order that is named, before any level, and look at the lines that are: a cancelled one
 * wants nothing, and lines want something until the work is done. */
static enum err
lock_order(struct ctx *ctx, struct id store, const struct create_demand *in,
           const struct demands *d, bool lines)
{
	uint32_t wanting = lines ? ORDER_OPEN : ~FROM(WORK_ORDER_STATUS_CANCELLED);
	struct rows *rows;
	int status;
	enum err err = db_read(ctx, demand_order_lock, &rows, ARG(store_id, store),
	                       ARG(work_order_id, in->work_order_id));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/work_order_id");
	status = row_enum(rows, 0, "status", &work_order_status_enum);
	if (!(wanting & FROM(status)))
		return fail_with(ctx, ERR_ILLEGAL_TRANSITION, "/work_order_id",
		                 enum_code(&work_order_status_enum, status), NULL);
	if (!lines)
		return OK;
	err = db_read(ctx, demand_order_lines, &rows, ARG(work_order_id, in->work_order_id),
	              IDS_ARG(line_ids, d->lines, d->count));
	for (size_t i = 0; !err && i < d->count; i++)
		if (in->lines[i].has_work_order_line_id)
			err = check_line(ctx, &in->lines[i], rows, i);
	return err;
}

/* What the named lines have from now on. */
static void
supply_lines(struct ctx *ctx, const struct demands *d)
{
	bool *is_short_of = arena_array(ctx->arena, d->count, sizeof(*is_short_of));

	for (size_t i = 0; i < d->count; i++)
		is_short_of[i] = is_short(d, i);
	db_write(ctx, demand_lines_set_supply, IDS_ARG(line_ids, d->lines, d->count),
	         BOOLS_ARG(short_of, is_short_of, d->count));
	db_write(ctx, stock_order_changed, ARG(work_order_id, d->work_order));
}

enum err
demand_create(struct ctx *ctx, const struct create_demand *in)
{
	bool hold = in->kind != DEMAND_KIND_STOCK, named = false;
	struct levels levels;
	struct demands d;
	struct id store;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (err)
		return err;
	demands_init(ctx, &d, enum_code(&demand_kind_enum, (int)in->kind), in->lines_count);
	d.work_order = in->work_order_id;
	d.customer = in->customer_id;
	d.vehicle = in->vehicle_id;
	for (size_t i = 0; i < d.count; i++) {
		d.parts[i] = in->lines[i].part_id;
		d.lines[i] = in->lines[i].work_order_line_id;
		d.wanted[i] = in->lines[i].quantity;
	}
	err = references_check(ctx, in);
	if (!err)
		err = check_named(ctx, in, &named);
	if (!err && in->has_work_order_id)
		err = lock_order(ctx, store, in, &d, named);
	if (!err)
		err = parts_check(ctx, d.parts, d.count);
	if (!err)
		err = levels_lock(ctx, store, (struct id){ { 0 } }, d.parts, d.count, &levels);
	if (err)
		return err;
	for (size_t i = 0; i < d.count; i++)
		pick(&d, i, &levels, hold);
	event_gather(ctx);
	demands_save(ctx, &d, &levels);
	event_write(ctx);
	if (named)
		supply_lines(ctx, &d);
	ctx->subject = d.ids[0];
	return OK;
}

/* ------------------------------------------------------------ arrivals */

/* What one waiting demand gets now; whether that is all that it wants. */
static bool
serve(struct ctx *ctx, struct levels *levels, const struct rows *waiting, size_t row)
{
	struct level *level = level_of(levels, row_id(waiting, row, "part_id"));
	struct id demand = row_id(waiting, row, "id"),
		  line = row_id(waiting, row, "work_order_line_id");
	struct qty wanted = row_qty(waiting, row, "short_quantity"), got = level_available(level);

	if (got.milli <= 0)
		return false;
	if (got.milli > wanted.milli)
		got = wanted;
	level->reserved.milli += got.milli;
	db_write(ctx, demand_serve, ARG(demand_id, demand), ARG(quantity, got));
	db_write(ctx, reservation_add_one, ARG(reservation_id, id_new()),
	         ARG(store_id, levels->store), ARG(warehouse_id, levels->warehouse),
	         ARG(demand_id, demand), ARG(part_id, level->part), ARG(line_id, line),
	         ARG(quantity, got));
	if (got.milli < wanted.milli)
		return false;
	db_write(ctx, demand_line_supplied, ARG(line_id, line));
	event_add_data(ctx, "part.arrived", levels->store, level->part,
	               row_text(waiting, row, "data"));
	return true;
}

enum err
stock_serve_waiting(struct ctx *ctx, struct levels *levels)
{
	return stock_serve_first(ctx, levels, NULL, 0);
}

enum err
stock_serve_first(struct ctx *ctx, struct levels *levels, const struct id *demands, size_t count)
{
	struct id *parts = arena_array(ctx->arena, levels->count, sizeof(*parts)), *served;
	struct rows *waiting;
	size_t served_count = 0;
	enum err err;

	for (size_t i = 0; i < levels->count; i++)
		parts[i] = levels->level[i].part;
	err = db_read(ctx, demand_waiting, &waiting, ARG(store_id, levels->store),
	              ARG(warehouse_id, levels->warehouse), IDS_ARG(part_ids, parts, levels->count),
	              IDS_ARG(demand_ids, demands, count));
	if (err)
		return err;
	served = arena_array(ctx->arena, rows_count(waiting) + 1, sizeof(*served));
	for (size_t i = 0; i < rows_count(waiting); i++)
		if (serve(ctx, levels, waiting, i))
			served[served_count++] = row_id(waiting, i, "id");
	return task_parts_changed(ctx, levels->store, served, served_count);
}

/* ------------------------------------------------------------ no longer wanted */

/* The level before the demand, as everybody who moves stock does. */
static enum err
lock_demand(struct ctx *ctx, struct id id, struct levels *levels, struct rows **rows)
{
	struct id part;
	enum err err = db_read(ctx, demand_find, rows, ARG(id, id));

	if (err)
		return err;
	if (rows_count(*rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	part = row_id(*rows, 0, "part_id");
	err = levels_lock(ctx, row_id(*rows, 0, "store_id"), (struct id){ { 0 } }, &part, 1,
	                  levels);
	return err ? err : db_lock(ctx, demand_lock, id, rows);
}

static enum err
demand_end(struct ctx *ctx, struct id id, enum op op, const char *reason, const char *cause)
{
	struct levels levels;
	struct rows *rows;
	int status = 0;
	enum err err = lock_demand(ctx, id, &levels, &rows);

	if (!err)
		err = machine_check(ctx, &demand_machine, op,
		                    row_enum(rows, 0, "status", &demand_status_enum), &status);
	if (!err && !row_is_null(rows, 0, "sales_order_id"))
		err = fail_with(ctx, ERR_OF_SALES_ORDER, NULL, row_text(rows, 0, "sales_order_id"),
		                NULL);
	if (err)
		return err;
	db_write(ctx, reservation_release_demands, IDS_ARG(demand_ids, &id, 1));
	db_write(ctx, demand_end, ARG(id, id), ENUM_ARG(status, demand_status, status),
	         ARG(reason, reason), ARG(cause, cause));
	db_write(ctx, demand_line_unsupplied, ARG(line_id, row_id(rows, 0, "work_order_line_id")));
	event_add(ctx, status == DEMAND_STATUS_LOST ? "demand.lost" : "demand.cancelled",
	          row_id(rows, 0, "store_id"), id);
	return task_parts_changed(ctx, levels.store, &id, 1);
}

enum err
demand_cancel(struct ctx *ctx, struct id id, const struct end_demand *in)
{
	return demand_end(ctx, id, OP_cancelDemand, in->reason, NULL);
}

enum err
demand_lose(struct ctx *ctx, struct id id, const struct lose_demand *in)
{
	enum lost_sale_cause cause = in->has_cause ? in->cause : LOST_SALE_CAUSE_NO_STOCK;

	return demand_end(ctx, id, OP_loseDemand, in->reason,
	                  enum_code(&lost_sale_cause_enum, (int)cause));
}

enum err
demand_reserve(struct ctx *ctx, struct id id)
{
	struct levels levels = { 0 };
	struct rows *rows;
	int same;
	bool all;
	enum err err = lock_demand(ctx, id, &levels, &rows);

	if (!err)
		err = machine_check(ctx, &demand_machine, OP_reserveDemand,
		                    row_enum(rows, 0, "status", &demand_status_enum), &same);
	if (err)
		return err;
	if (row_enum(rows, 0, "kind", &demand_kind_enum) == DEMAND_KIND_STOCK)
		return fail(ctx, ERR_HOLDS_NOTHING, NULL);
	if (level_available(level_of(&levels, row_id(rows, 0, "part_id"))).milli <= 0)
		return fail(ctx, ERR_INSUFFICIENT_STOCK, NULL);
	all = serve(ctx, &levels, rows, 0);
	levels_save(ctx, &levels);
	event_add(ctx, "demand.reserved", levels.store, id);
	return task_parts_changed(ctx, levels.store, &id, all ? 1 : 0);
}
