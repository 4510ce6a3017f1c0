/* SPDX-License-Identifier: Apache-2.0 */
/* Places of parts in bins.  The level is locked before them, as by everything that moves stock. */
#include "stock/bin_stock.h"

#include "event/event.h"
#include "org/org.h"
#include "stock/level.h"

/* A bin, and whose it is. */
struct place {
	struct id store, warehouse;
};

static enum err
find_bin(struct ctx *ctx, struct id bin, const char *pointer, struct place *place)
{
	struct rows *rows;
	enum err err = db_read(ctx, bin_stock_bin, &rows, ARG(bin_id, bin));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, pointer);
	*place = (struct place){ row_id(rows, 0, "store_id"), row_id(rows, 0, "warehouse_id") };
	return OK;
}

static enum err
lock_level(struct ctx *ctx, const struct place *place, struct id part)
{
	struct levels levels;
	struct rows *rows;
	enum err err = db_read(ctx, stock_limit_part, &rows, ARG(part_id, part));

	if (!err && rows_count(rows) == 0)
		err = fail(ctx, ERR_NOT_FOUND, "/part_id");
	return err ? err : levels_lock(ctx, place->store, place->warehouse, &part, 1, &levels);
}

static enum err
check_limits(struct ctx *ctx, bool both, struct qty minimum, struct qty maximum)
{
	return both && minimum.milli > maximum.milli
	               ? fail_with(ctx, ERR_BAD_VALUE, "/maximum", "must not be less than minimum",
	                           NULL)
	               : OK;
}

static void
leave_home(struct ctx *ctx, const struct place *place, struct id part)
{
	db_write(ctx, bin_stock_leave_home, ARG(store_id, place->store),
	         ARG(warehouse_id, place->warehouse), ARG(part_id, part));
}

enum err
bin_stock_create(struct ctx *ctx, const struct create_bin_stock *in)
{
	struct place place;
	struct rows *rows;
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (!err)
		err = check_limits(ctx, in->has_minimum && in->has_maximum, in->minimum,
		                   in->maximum);
	if (!err)
		err = find_bin(ctx, in->bin_id, "/bin_id", &place);
	if (!err)
		err = lock_level(ctx, &place, in->part_id);
	if (!err) /* after the lock: some may have been put there meanwhile */
		err = db_read(ctx, bin_stock_of, &rows, ARG(store_id, place.store),
		              ARG(warehouse_id, place.warehouse), ARG(part_id, in->part_id),
		              ARG(bin_id, in->bin_id));
	if (!err && rows_count(rows) > 0)
		err = fail_existing(ctx, "/part_id", "bin_stock", row_id(rows, 0, "id"));
	if (err)
		return err;
	if (in->home)
		leave_home(ctx, &place, in->part_id);
	db_write(ctx, bin_stock_add, ARG(bin_stock_id, ctx->subject), ARG(store_id, place.store),
	         ARG(warehouse_id, place.warehouse), BODY_ARG(create_bin_stock, in));
	event_add_new(ctx, "bin_stock.created", place.store, ctx->subject);
	return OK;
}

/* Its level first, then the row. */
static enum err
lock(struct ctx *ctx, struct id id, struct place *place, struct rows **rows)
{
	enum err err = db_read(ctx, bin_stock_find, rows, ARG(id, id));

	if (err)
		return err;
	if (rows_count(*rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	*place = (struct place){ row_id(*rows, 0, "store_id"), row_id(*rows, 0, "warehouse_id") };
	err = lock_level(ctx, place, row_id(*rows, 0, "part_id"));
	return err ? err : db_lock(ctx, bin_stock_lock, id, rows);
}

enum err
bin_stock_set(struct ctx *ctx, struct id id, const struct set_bin_stock *in)
{
	struct place place;
	struct rows *rows;
	enum err err =
		check_limits(ctx, in->has_minimum && in->has_maximum, in->minimum, in->maximum);

	if (!err)
		err = lock(ctx, id, &place, &rows);
	if (err)
		return err;
	if (in->home)
		leave_home(ctx, &place, row_id(rows, 0, "part_id"));
	db_write(ctx, bin_stock_set, ARG(id, id), BODY_ARG(set_bin_stock, in));
	event_add(ctx, "bin_stock.updated", place.store, id);
	return OK;
}

/* ------------------------------------------------------------ from one into another */

/* The warehouse of both bins, or of the one that is said. */
static enum err
find_bins(struct ctx *ctx, const struct move_bin_stock *in, struct place *place)
{
	struct place to;
	enum err err = OK;

	if (!in->has_from_bin_id && !in->has_to_bin_id)
		return fail_with(ctx, ERR_SOME_OF, "/from_bin_id", "from_bin_id, to_bin_id", NULL);
	if (id_equal(in->from_bin_id, in->to_bin_id))
		return fail_with(ctx, ERR_BAD_VALUE, "/to_bin_id", "must be another bin", NULL);
	if (in->has_from_bin_id)
		err = find_bin(ctx, in->from_bin_id, "/from_bin_id", place);
	if (err || !in->has_to_bin_id)
		return err;
	err = find_bin(ctx, in->to_bin_id, "/to_bin_id", &to);
	if (!err && in->has_from_bin_id && !id_equal(to.warehouse, place->warehouse))
		err = fail_with(ctx, ERR_BAD_VALUE, "/to_bin_id", "is in another warehouse", NULL);
	*place = to;
	return err;
}

static void
put(struct ctx *ctx, const struct place *place, const struct move_bin_stock *in, struct id bin,
    int64_t milli)
{
	db_write(ctx, bin_stock_put, ARG(bin_stock_id, id_new()), ARG(movement_id, ctx->subject),
	         ARG(store_id, place->store), ARG(warehouse_id, place->warehouse),
	         ARG(part_id, in->part_id), ARG(bin_id, bin),
	         ARG(delta_quantity, ((struct qty){ milli })));
}

enum err
bin_move(struct ctx *ctx, const struct move_bin_stock *in)
{
	struct place place;
	struct rows *there;
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (!err)
		err = find_bins(ctx, in, &place);
	if (!err)
		err = lock_level(ctx, &place, in->part_id);
	if (!err)
		err = db_read(ctx, bin_stock_there, &there, ARG(store_id, place.store),
		              ARG(warehouse_id, place.warehouse), ARG(part_id, in->part_id),
		              ARG(bin_id, in->from_bin_id));
	if (!err && row_qty(there, 0, "quantity").milli < in->quantity.milli)
		err = fail(ctx, ERR_INSUFFICIENT_STOCK, "/quantity");
	if (err)
		return err;
	db_write(ctx, bin_move_add, ARG(move_id, ctx->subject), ARG(store_id, place.store),
	         ARG(warehouse_id, place.warehouse), BODY_ARG(move_bin_stock, in));
	if (in->has_from_bin_id)
		put(ctx, &place, in, in->from_bin_id, -in->quantity.milli);
	if (in->has_to_bin_id)
		put(ctx, &place, in, in->to_bin_id, in->quantity.milli);
	event_add_new(ctx, "bin_move.created", place.store, ctx->subject);
	return OK;
}
