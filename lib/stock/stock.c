/* SPDX-License-Identifier: Apache-2.0 */
/* What work orders take out of stock, and what they give back unused. */
#include "stock/stock.h"

#include "event/event.h"
#include "event/search.h"
#include "org/org.h"

enum err
stock_release(struct ctx *ctx, struct id store, const struct id *lines, size_t count)
{
	struct rows *rows;
	/* the level first: a receipt that holds it may be about to serve these very demands */
	enum err err = db_read(ctx, stock_levels_lock_of_lines, &rows, ARG(store_id, store),
	                       IDS_ARG(line_ids, lines, count));
	if (err)
		return err;
	db_write(ctx, reservation_release_lines, IDS_ARG(line_ids, lines, count));
	db_write(ctx, demand_cancel_lines, IDS_ARG(line_ids, lines, count));
	return OK;
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
	demands = arena_array(ctx->arena, rows_count(rows), sizeof(*demands));
	for (size_t i = 0; i < rows_count(rows); i++)
		demands[i] = row_id(rows, i, "id");
	db_write(ctx, reservation_release_demands, IDS_ARG(demand_ids, demands, rows_count(rows)));
	return OK;
}

/* ------------------------------------------------------------ issue */

/* Columns of an issue: what leaves for each line, all that it wants. */
struct issue {
	struct id document;
	struct posting *postings;
	struct id *parts, *lines, *document_lines;
	struct qty *quantity;
};

static void
issue_init(struct ctx *ctx, struct issue *issue, const struct stock_want *wants, size_t count)
{
	issue->document = id_new();
	issue->postings = arena_array(ctx->arena, count, sizeof(*issue->postings));
	issue->parts = arena_array(ctx->arena, count, sizeof(*issue->parts));
	issue->lines = arena_array(ctx->arena, count, sizeof(*issue->lines));
	issue->document_lines = arena_array(ctx->arena, count, sizeof(*issue->document_lines));
	issue->quantity = arena_array(ctx->arena, count, sizeof(*issue->quantity));
	for (size_t i = 0; i < count; i++) {
		issue->parts[i] = wants[i].part;
		issue->lines[i] = wants[i].line;
		issue->quantity[i] = wants[i].quantity;
		issue->document_lines[i] = id_new();
	}
}

static struct qty
held_for(const struct rows *held, struct id line)
{
	for (size_t i = 0; i < rows_count(held); i++)
		if (id_equal(row_id(held, i, "work_order_line_id"), line))
			return row_qty(held, i, "quantity");
	return (struct qty){ 0 };
}

/* Take each line's parts: first what is held for it, then what nobody holds. */
static enum err
issue_take(struct ctx *ctx, struct issue *issue, const struct levels *levels,
           const struct rows *held, size_t count, int64_t cost[])
{
	for (size_t i = 0; i < count; i++) {
		struct level *level = level_of(levels, issue->parts[i]);

		level->reserved.milli -= held_for(held, issue->lines[i]).milli;
		if (!level_take(level, issue->quantity[i], &cost[i]))
			return fail(ctx, ERR_INSUFFICIENT_STOCK, NULL);
		issue->postings[i] = (struct posting){
			.line = issue->document_lines[i],
			.part = issue->parts[i],
			.quantity = { -issue->quantity[i].milli },
			.value = -cost[i],
		};
		level_post(level, &issue->postings[i]);
	}
	return OK;
}

static void
issue_save(struct ctx *ctx, const struct issue *issue, const struct levels *levels,
           const char *number, struct id work_order, struct id received_by, size_t n,
           const int64_t cost[])
{
	db_write(ctx, stock_document_add_posted, ARG(document_id, issue->document),
	         ARG(store_id, levels->store), ARG(warehouse_id, levels->warehouse),
	         ARG(number, number), ARG(kind, "issue"), ARG(reason, "order_fit"),
	         ARG(work_order_id, work_order), ARG(received_by, received_by),
	         NULL_ARG(reverses_id), NULL_ARG(note));
	db_write(ctx, stock_document_lines_add_posted, ARG(document_id, issue->document),
	         ARG(store_id, levels->store), IDS_ARG(document_line_ids, issue->document_lines, n),
	         IDS_ARG(part_ids, issue->parts, n), QTYS_ARG(quantity, issue->quantity, n),
	         INTS_ARG(cost, cost, n), IDS_ARG(line_ids, issue->lines, n));
	postings_save(ctx, levels, issue->document, "issue", "order_fit", issue->postings, n);
	levels_save(ctx, levels);
	db_write(ctx, demand_issue_lines, IDS_ARG(line_ids, issue->lines, n),
	         IDS_ARG(part_ids, issue->parts, n));
	db_write(ctx, reservation_consume_lines, ARG(warehouse_id, levels->warehouse),
	         IDS_ARG(line_ids, issue->lines, n), IDS_ARG(part_ids, issue->parts, n));
	search_add(ctx, "number", number, "stock_document", issue->document, levels->store);
	event_add(ctx, "stock_document.posted", levels->store, issue->document);
}

enum err
stock_issue(struct ctx *ctx, struct id store, struct id work_order, struct id received_by,
            const struct stock_want *wants, size_t count, struct id *document, int64_t cost[])
{
	struct levels levels;
	struct issue issue;
	struct rows *held;
	const char *number;
	enum err err;

	issue_init(ctx, &issue, wants, count);
	err = levels_lock(ctx, store, (struct id){ { 0 } }, issue.parts, count, &levels);
	if (!err)
		err = db_read(ctx, reservation_held_for_lines, &held,
		              ARG(warehouse_id, levels.warehouse),
		              IDS_ARG(line_ids, issue.lines, count),
		              IDS_ARG(part_ids, issue.parts, count));
	if (!err)
		err = issue_take(ctx, &issue, &levels, held, count, cost);
	if (!err)
		err = document_number(ctx, store, "SD", &number);
	if (err)
		return err;
	issue_save(ctx, &issue, &levels, number, work_order, received_by, count, cost);
	*document = issue.document;
	return OK;
}
