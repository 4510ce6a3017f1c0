/* SPDX-License-Identifier: Apache-2.0 */
/* What work orders take out of stock, and what they give back unused. */
#include "stock/stock.h"

#include <string.h>

#include "stock/posted.h"
#include "task/task.h"

static struct id *
ids_of(struct ctx *ctx, const struct rows *rows)
{
	struct id *ids = arena_array(ctx->arena, rows_count(rows) + 1, sizeof(*ids));

	for (size_t i = 0; i < rows_count(rows); i++)
		ids[i] = row_id(rows, i, "id");
	return ids;
}

enum err
stock_release(struct ctx *ctx, struct id store, const struct id *lines, size_t count)
{
	struct rows *rows;
	struct id *demands;
	/* the level first: a receipt that holds it may be about to serve these very demands */
	enum err err = db_read(ctx, stock_levels_lock_of_lines, &rows, ARG(store_id, store),
	                       IDS_ARG(line_ids, lines, count));
	if (err)
		return err;
	db_write(ctx, reservation_release_lines, IDS_ARG(line_ids, lines, count));
	err = db_read(ctx, demand_cancel_lines, &rows, IDS_ARG(line_ids, lines, count));
	if (err)
		return err;
	demands = ids_of(ctx, rows);
	return task_parts_changed(ctx, store, demands, rows_count(rows));
}

enum err
stock_release_order(struct ctx *ctx, struct id store, struct id work_order)
{
	struct rows *rows;
	struct id *demands;
	enum err err = db_read(ctx, stock_levels_lock_of_order, &rows, ARG(store_id, store),
	                       ARG(work_order_id, work_order));

	if (!err)
		err = db_read(ctx, demand_cancel_order, &rows, ARG(work_order_id, work_order));
	if (err || rows_count(rows) == 0)
		return err;
	demands = ids_of(ctx, rows);
	db_write(ctx, reservation_release_demands, IDS_ARG(demand_ids, demands, rows_count(rows)));
	return OK;
}

/* ------------------------------------------------------------ issue */

/* Take each line's parts: first what is held for it, then what nobody holds. */
static enum err
issue_take(struct ctx *ctx, struct posted *issue, const struct levels *levels,
           const struct rows *held, const struct stock_want *wants, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct level *level = level_of(levels, wants[i].part);
		int64_t cost;

		level->reserved.milli -= level_held_for(held, wants[i].line).milli;
		if (!level_take(level, wants[i].quantity, &cost))
			return fail(ctx, ERR_INSUFFICIENT_STOCK, NULL);
		posted_add(issue, level,
		           &(struct posted_line){
				   .quantity = wants[i].quantity,
				   .moved = { -wants[i].quantity.milli },
				   .value = -cost,
				   .order_line = wants[i].line,
				   .batch = wants[i].batch,
			   });
	}
	return OK;
}

static enum err
issue_save(struct ctx *ctx, const struct posted *issue, const struct levels *levels)
{
	size_t n = issue->count;
	enum err err = posted_save(ctx, issue, levels);

	if (err)
		return err;
	levels_save(ctx, levels);
	db_write(ctx, demand_issue_lines, IDS_ARG(line_ids, issue->order_lines, n),
	         IDS_ARG(part_ids, issue->parts, n));
	db_write(ctx, reservation_consume_lines, ARG(warehouse_id, levels->warehouse),
	         IDS_ARG(line_ids, issue->order_lines, n), IDS_ARG(part_ids, issue->parts, n));
	return OK;
}

enum err
stock_issue(struct ctx *ctx, struct id store, struct id work_order, struct id received_by,
            const struct stock_want *wants, size_t count, struct id *document, int64_t cost[])
{
	struct id *parts = arena_array(ctx->arena, count, sizeof(*parts)),
		  *lines = arena_array(ctx->arena, count, sizeof(*lines));
	struct levels levels;
	struct posted issue;
	struct rows *held;
	struct later *called_in = NULL;
	enum err err;

	for (size_t i = 0; i < count; i++) {
		parts[i] = wants[i].part;
		lines[i] = wants[i].line;
	}
	posted_init(ctx, &issue, "issue", "order_fit", count);
	issue.work_order = work_order;
	issue.received_by = received_by;
	err = levels_lock(ctx, store, (struct id){ { 0 } }, parts, count, &levels);
	if (!err) {
		called_in = task_call_in_ask(ctx, work_order);
		err = db_read(ctx, reservation_held_for_lines, &held,
		              ARG(warehouse_id, levels.warehouse), IDS_ARG(line_ids, lines, count),
		              IDS_ARG(part_ids, parts, count));
	}
	if (!err)
		err = levels_movable(ctx, &levels);
	if (!err)
		err = issue_take(ctx, &issue, &levels, held, wants, count);
	if (!err)
		err = issue_save(ctx, &issue, &levels);
	if (!err)
		err = task_parts_changed(ctx, store, ids_of(ctx, called_in->rows),
		                         rows_count(called_in->rows));
	if (err)
		return err;
	*document = issue.document;
	memcpy(cost, issue.cost, count * sizeof(*cost));
	return OK;
}
