/* SPDX-License-Identifier: Apache-2.0 */
/* What is over comes in by one document, what is missing goes out by another. */
#include "stock/stocktake_books.h"

#include "stock/posted.h"
#include "stock/stock.h"

/* By how much a part, or one batch of it, differs; in is positive. */
struct change {
	size_t row;        /* of the differences */
	const char *batch; /* NULL: of none that is known, or not counted by batch */
	int64_t milli;
};

struct changes {
	size_t count;
	struct change *change;
};

static void
add(struct changes *c, size_t row, const char *batch, int64_t milli)
{
	if (milli != 0)
		c->change[c->count++] = (struct change){ row, batch, milli };
}

static int64_t
difference(const struct rows *rows, size_t row)
{
	return row_qty(rows, row, "counted_quantity").milli -
	       row_qty(rows, row, "expected_quantity").milli;
}

/* Each part's batches first, then what is left of its difference: of no known batch. */
static enum err
find_changes(struct ctx *ctx, const struct rows *rows, struct changes *c)
{
	size_t n = rows_count(rows);
	struct id *lines = arena_array(ctx->arena, n, sizeof(*lines));
	struct rows *batches;
	enum err err;

	for (size_t i = 0; i < n; i++)
		lines[i] = row_id(rows, i, "id");
	err = db_read(ctx, stocktake_batches_of, &batches, IDS_ARG(stocktake_line_ids, lines, n));
	if (err)
		return err;
	*c = (struct changes){ .change = arena_array(ctx->arena, n + rows_count(batches),
		                                     sizeof(*c->change)) };
	for (size_t i = 0; i < n; i++) {
		int64_t rest = difference(rows, i);

		for (size_t k = 0; k < rows_count(batches); k++) {
			int64_t milli = row_qty(batches, k, "difference").milli;

			if (!id_equal(row_id(batches, k, "line_id"), lines[i]))
				continue;
			add(c, i, row_text(batches, k, "number"), milli);
			rest -= milli;
		}
		add(c, i, NULL, rest);
	}
	return OK;
}

/* What was found comes in at the average of what is there. */
static enum err
put(struct ctx *ctx, const struct change *change, struct level *level, struct posted *over)
{
	struct qty moved = { change->milli };
	int64_t value = 0;

	if ((level->on_hand.milli > 0 &&
	     !money_scale(level->value, moved, level->on_hand, &value)) ||
	    !level_put(level, moved, value))
		return level_uncountable(ctx, change->row);
	posted_add(over, level,
	           &(struct posted_line){
			   .quantity = moved,
			   .moved = moved,
			   .value = value,
			   .batch = change->batch,
		   });
	return OK;
}

/* What is missing goes out, and nobody holds more than is there. */
static enum err
take(struct ctx *ctx, const struct stocktake_books *books, const struct change *change,
     struct levels *levels, struct level *level, struct posted *missing)
{
	struct qty moved = { -change->milli };
	int64_t cost;
	enum err err = stock_hold_at_most(
		ctx, levels, level, row_qty(books->differences, change->row, "counted_quantity"));

	if (err)
		return err;
	if (!level_take(level, moved, &cost))
		return fail(ctx, ERR_INSUFFICIENT_STOCK, NULL);
	posted_add(missing, level,
	           &(struct posted_line){
			   .quantity = moved,
			   .moved = { change->milli },
			   .value = -cost,
			   .batch = change->batch,
		   });
	return OK;
}

/* All that is over, or all that is missing, as one document; what it is worth. */
static enum err
post(struct ctx *ctx, const struct stocktake_books *books, const struct changes *c, bool over,
     struct levels *levels, int64_t *worth)
{
	struct posted posted;
	enum err err = OK;

	posted_init(ctx, &posted, "stocktake", over ? "surplus" : "count_loss", c->count);
	posted.stocktake = books->stocktake;
	for (size_t i = 0; !err && i < c->count; i++) {
		const struct change *change = &c->change[i];
		struct level *level =
			level_of(levels, row_id(books->differences, change->row, "part_id"));

		if ((change->milli > 0) != over)
			continue;
		err = over ? put(ctx, change, level, &posted)
		           : take(ctx, books, change, levels, level, &posted);
	}
	if (!err && posted.count > 0)
		err = posted_save(ctx, &posted, levels);
	*worth = 0;
	for (size_t i = 0; !err && i < posted.count; i++)
		*worth += posted.cost[i];
	return err;
}

enum err
stocktake_correct(struct ctx *ctx, const struct stocktake_books *books, int64_t *value)
{
	size_t n = rows_count(books->differences);
	struct id *parts = arena_array(ctx->arena, n, sizeof(*parts));
	int64_t over = 0, missing = 0;
	struct levels levels;
	struct changes c;
	enum err err;

	for (size_t i = 0; i < n; i++)
		parts[i] = row_id(books->differences, i, "part_id");
	err = levels_lock(ctx, books->store, books->warehouse, parts, n, &levels);
	if (!err)
		err = find_changes(ctx, books->differences, &c);
	/* first what is over: where a piece is of another batch than was thought, one was held all along */
	if (!err)
		err = post(ctx, books, &c, true, &levels, &over);
	if (!err)
		err = post(ctx, books, &c, false, &levels, &missing);
	if (!err)
		err = stock_serve_waiting(ctx, &levels);
	if (err)
		return err;
	levels_save(ctx, &levels);
	*value = over - missing;
	return OK;
}
