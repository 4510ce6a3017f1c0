/* SPDX-License-Identifier: Apache-2.0 */
/* What sales orders take out of stock, and what customers bring back. */
#include "stock/posted.h"
#include "stock/stock.h"
#include "task/task.h"

static enum err
lock_levels(struct ctx *ctx, const struct stock_sale *sale, const struct stock_want *wants,
            size_t count, struct levels *levels)
{
	struct id *parts = arena_array(ctx->arena, count, sizeof(*parts));
	enum err err;

	for (size_t i = 0; i < count; i++)
		parts[i] = wants[i].part;
	err = levels_lock(ctx, sale->store, (struct id){ { 0 } }, parts, count, levels);
	return err ? err : levels_movable(ctx, levels);
}

/* ------------------------------------------------------------ shipping */

/* What leaves for one line, and what is held on for the rest of it. */
struct leaving {
	size_t count;
	struct id *demands, *reservations;
	struct qty *rest, *held;
};

static void
leaving_init(struct ctx *ctx, struct leaving *l, size_t most)
{
	*l = (struct leaving){ 0 };
	l->demands = arena_array(ctx->arena, most, sizeof(*l->demands));
	l->reservations = arena_array(ctx->arena, most, sizeof(*l->reservations));
	l->rest = arena_array(ctx->arena, most, sizeof(*l->rest));
	l->held = arena_array(ctx->arena, most, sizeof(*l->held));
}

static enum err
take(struct ctx *ctx, struct posted *posted, struct leaving *l, const struct levels *levels,
     const struct stock_want *want, struct qty held)
{
	struct level *level = level_of(levels, want->part);
	int64_t left = held.milli - want->quantity.milli, cost;
	size_t i = l->count++;

	l->demands[i] = want->demand;
	l->reservations[i] = id_new();
	l->rest[i].milli = want->open.milli - want->quantity.milli;
	l->held[i].milli = left > 0 ? left : 0;
	level->reserved.milli -= held.milli;
	if (!level_take(level, want->quantity, &cost))
		return failf(ctx, ERR_INSUFFICIENT_STOCK, "/lines/%zu/quantity", i);
	level->reserved.milli += l->held[i].milli;
	posted_add(posted, level,
	           &(struct posted_line){
			   .quantity = want->quantity,
			   .moved = { -want->quantity.milli },
			   .value = -cost,
			   .sale_line = want->line,
			   .batch = want->batch,
		   });
	return OK;
}

static enum err
leave(struct ctx *ctx, const struct posted *posted, const struct leaving *l,
      const struct levels *levels)
{
	size_t n = l->count;
	enum err err = posted_save(ctx, posted, levels);

	if (err)
		return err;
	levels_save(ctx, levels);
	db_write(ctx, reservation_hold_on, ARG(store_id, levels->store),
	         ARG(warehouse_id, levels->warehouse), IDS_ARG(reservation_ids, l->reservations, n),
	         IDS_ARG(demand_ids, l->demands, n), IDS_ARG(part_ids, posted->parts, n),
	         QTYS_ARG(quantity, l->held, n));
	db_write(ctx, reservation_consume_demands, ARG(warehouse_id, levels->warehouse),
	         IDS_ARG(reservation_ids, l->reservations, n), IDS_ARG(demand_ids, l->demands, n));
	db_write(ctx, demand_shipped, IDS_ARG(demand_ids, l->demands, n),
	         QTYS_ARG(rest, l->rest, n), QTYS_ARG(held, l->held, n));
	return task_parts_changed(ctx, levels->store, l->demands, n);
}

enum err
stock_ship_sale(struct ctx *ctx, const struct stock_sale *sale, struct stock_want *wants,
                size_t count, bool held_only)
{
	struct id *demands = arena_array(ctx->arena, count, sizeof(*demands));
	struct rows *held = NULL;
	struct leaving leaving;
	struct levels levels;
	struct posted posted;
	enum err err = lock_levels(ctx, sale, wants, count, &levels);

	for (size_t i = 0; i < count; i++)
		demands[i] = wants[i].demand;
	leaving_init(ctx, &leaving, count);
	posted_init(ctx, &posted, "sale", "sale", count);
	posted.sales_order = sale->order;
	if (!err)
		err = db_read(ctx, reservation_held_for_demands, &held,
		              ARG(warehouse_id, levels.warehouse),
		              IDS_ARG(demand_ids, demands, count));
	for (size_t i = 0; !err && i < count; i++) {
		struct qty there = level_held_for(held, demands[i]);

		if (held_only && there.milli < wants[i].quantity.milli)
			wants[i].quantity = there;
		if (wants[i].quantity.milli > 0)
			err = take(ctx, &posted, &leaving, &levels, &wants[i], there);
	}
	if (!err && leaving.count == 0)
		err = fail(ctx, ERR_INSUFFICIENT_STOCK, NULL);
	return err ? err : leave(ctx, &posted, &leaving, &levels);
}

/* ------------------------------------------------------------ back */

enum err
stock_return_sale(struct ctx *ctx, const struct stock_sale *sale, const struct stock_want *wants,
                  const int64_t cost[], size_t count, const char *note)
{
	struct levels levels;
	struct posted posted;
	enum err err = lock_levels(ctx, sale, wants, count, &levels);

	posted_init(ctx, &posted, "return", "sale_return", count);
	posted.sales_order = sale->order;
	posted.note = note;
	for (size_t i = 0; !err && i < count; i++) {
		struct level *level = level_of(&levels, wants[i].part);

		if (!level_put(level, wants[i].quantity, cost[i]))
			return level_uncountable(ctx, i);
		posted_add(&posted, level,
		           &(struct posted_line){
				   .quantity = wants[i].quantity,
				   .moved = wants[i].quantity,
				   .value = cost[i],
				   .sale_line = wants[i].line,
			   });
	}
	if (!err)
		err = stock_serve_waiting(ctx, &levels);
	if (!err)
		err = posted_save(ctx, &posted, &levels);
	if (err)
		return err;
	levels_save(ctx, &levels);
	return OK;
}

enum err
stock_release_sale(struct ctx *ctx, const struct stock_sale *sale)
{
	struct rows *rows;
	struct id *demands;
	enum err err = db_read(ctx, stock_levels_lock_of_sale, &rows, ARG(store_id, sale->store),
	                       ARG(sales_order_id, sale->order));

	if (!err)
		err = db_read(ctx, demand_end_sale, &rows, ARG(sales_order_id, sale->order));
	if (err || rows_count(rows) == 0)
		return err;
	demands = arena_array(ctx->arena, rows_count(rows), sizeof(*demands));
	for (size_t i = 0; i < rows_count(rows); i++)
		demands[i] = row_id(rows, i, "id");
	db_write(ctx, reservation_release_demands, IDS_ARG(demand_ids, demands, rows_count(rows)));
	return task_parts_changed(ctx, sale->store, demands, rows_count(rows));
}
