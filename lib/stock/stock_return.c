/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a work order that come back unused: a document that is posted at once. */
#include "stock/stock_return.h"

#include "event/event.h"
#include "stock/posted.h"
#include "stock/stock.h"

/* What comes back, for which lines of one order. */
struct back {
	struct id work_order;
	size_t count;
	struct id *lines;
	struct posted posted;
};

static enum err
back_init(struct ctx *ctx, const struct create_stock_document *in, struct back *back)
{
	*back = (struct back){ .count = in->lines_count };
	back->lines = arena_array(ctx->arena, back->count, sizeof(*back->lines));
	if (!in->has_received_by)
		return fail(ctx, ERR_REQUIRED, "/received_by");
	for (size_t i = 0; i < back->count; i++) {
		if (!in->lines[i].has_work_order_line_id)
			return failf(ctx, ERR_REQUIRED, "/lines/%zu/work_order_line_id", i);
		if (in->lines[i].quantity.milli <= 0)
			return fail_with(ctx, ERR_BAD_VALUE,
			                 arena_printf(ctx->arena, "/lines/%zu/quantity", i),
			                 "must be positive", NULL);
		for (size_t k = 0; k < i; k++)
			if (id_equal(back->lines[k], in->lines[i].work_order_line_id))
				return failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/work_order_line_id",
				             i);
		back->lines[i] = in->lines[i].work_order_line_id;
	}
	posted_init(ctx, &back->posted, "return", enum_code(&stock_reason_enum, (int)in->reason),
	            back->count);
	back->posted.received_by = in->received_by;
	back->posted.note = in->note;
	return OK;
}

static bool
row_of(const struct rows *rows, struct id line, size_t *row)
{
	for (*row = 0; *row < rows_count(rows); ++*row)
		if (id_equal(row_id(rows, *row, "id"), line))
			return true;
	return false;
}

/* Parts of the lines, for the locks; which line is unknown is told when they are looked at
 * again. */
static enum err
lock_levels_of_lines(struct ctx *ctx, const struct back *back, struct id store, struct id warehouse,
                     struct levels *levels)
{
	struct rows *rows;
	struct id *parts;
	enum err err = db_read(ctx, stock_line_parts, &rows, ARG(store_id, store),
	                       IDS_ARG(line_ids, back->lines, back->count));

	if (err)
		return err;
	parts = arena_array(ctx->arena, rows_count(rows), sizeof(*parts));
	for (size_t i = 0; i < rows_count(rows); i++)
		parts[i] = row_id(rows, i, "part_id");
	return levels_lock(ctx, store, warehouse, parts, rows_count(rows), levels);
}

/* Whether a line can give parts back: it is of the document's order, and nobody was billed for it. */
static enum err
check_back(struct ctx *ctx, const struct back *back, const struct rows *issued, size_t i,
           size_t *row)
{
	const char *at = arena_printf(ctx->arena, "/lines/%zu/work_order_line_id", i);

	if (!row_of(issued, back->lines[i], row))
		return fail(ctx, ERR_NOT_FOUND, at);
	if (!id_equal(row_id(issued, *row, "work_order_id"), back->work_order))
		return fail_with(ctx, ERR_BAD_VALUE, at, "is of another work order than the first",
		                 NULL);
	if (!row_is_null(issued, *row, "bill"))
		return fail_with(ctx, ERR_ALREADY_BILLED, at, row_text(issued, *row, "bill"), NULL);
	return OK;
}

/* Put each line's parts back at what they cost on their way out. */
static enum err
put_back(struct ctx *ctx, const struct create_stock_document *in, struct back *back,
         const struct levels *levels, const struct rows *issued)
{
	for (size_t i = 0; i < back->count; i++) {
		struct qty quantity = in->lines[i].quantity;
		struct level *level;
		int64_t cost;
		size_t row;
		enum err err = check_back(ctx, back, issued, i, &row);

		if (err)
			return err;
		if (quantity.milli > row_qty(issued, row, "quantity").milli)
			return fail_with(ctx, ERR_BAD_VALUE,
			                 arena_printf(ctx->arena, "/lines/%zu/quantity", i),
			                 "is more than was issued and not yet returned", NULL);
		cost = money_share(row_int(issued, row, "cost"), quantity,
		                   row_qty(issued, row, "quantity"));
		level = level_of(levels, row_id(issued, row, "part_id"));
		if (!level_put(level, quantity, cost))
			return level_uncountable(ctx, i);
		posted_add(&back->posted, level,
		           &(struct posted_line){
				   .quantity = quantity,
				   .moved = quantity,
				   .value = cost,
				   .order_line = back->lines[i],
			   });
	}
	return OK;
}

static enum err
return_save(struct ctx *ctx, struct back *back, const struct levels *levels)
{
	enum err err;

	back->posted.work_order = back->work_order;
	err = posted_save(ctx, &back->posted, levels);
	if (err)
		return err;
	db_write(ctx, stock_line_returned, IDS_ARG(line_ids, back->lines, back->count),
	         QTYS_ARG(quantity, back->posted.quantity, back->count));
	db_write(ctx, stock_order_changed, ARG(work_order_id, back->work_order));
	levels_save(ctx, levels);
	event_add(ctx, "work_order.parts_returned", levels->store, back->work_order);
	return OK;
}

/* The order before the levels, as everybody does who moves parts of one. */
static enum err
lock_order(struct ctx *ctx, struct id store, struct back *back)
{
	struct rows *rows;
	enum err err = db_read(ctx, stock_return_order, &rows, ARG(store_id, store),
	                       ARG(line_id, back->lines[0]));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/lines/0/work_order_line_id");
	back->work_order = row_id(rows, 0, "id");
	return OK;
}

enum err
stock_return_create(struct ctx *ctx, const struct create_stock_document *in, struct id store,
                    struct id warehouse)
{
	struct back back;
	struct levels levels;
	struct rows *issued, *staff;
	enum err err = back_init(ctx, in, &back);

	/* the caller may know the document by an id of its own */
	back.posted.document = ctx->subject;

	if (!err)
		err = db_read(ctx, stock_staff_visible, &staff, ARG(staff_id, in->received_by));
	if (!err && rows_count(staff) == 0)
		err = fail(ctx, ERR_NOT_FOUND, "/received_by");
	if (!err)
		err = lock_order(ctx, store, &back);
	if (!err)
		err = lock_levels_of_lines(ctx, &back, store, warehouse, &levels);
	if (!err)
		err = db_read(ctx, stock_return_lines, &issued, ARG(store_id, store),
		              IDS_ARG(line_ids, back.lines, back.count));
	if (!err)
		err = levels_movable(ctx, &levels);
	if (!err)
		err = put_back(ctx, in, &back, &levels, issued);
	if (!err)
		err = stock_serve_waiting(ctx, &levels);
	return err ? err : return_save(ctx, &back, &levels);
}
