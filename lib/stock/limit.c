/* SPDX-License-Identifier: Apache-2.0 */
/* Limits, and the levels that carry them. */
#include "stock/limit.h"

#include "event/event.h"
#include "org/org.h"
#include "stock/bin.h"
#include "stock/level.h"

/* One limit of the three, which may not be said. */
struct said {
	bool is;
	struct qty quantity;
	const char *pointer;
};

static enum err
check(struct ctx *ctx, const struct said *limits, size_t count)
{
	const struct said *before = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!limits[i].is)
			continue;
		if (before && before->quantity.milli > limits[i].quantity.milli)
			return fail_with(ctx, ERR_BAD_VALUE, limits[i].pointer,
			                 arena_printf(ctx->arena, "must not be less than %s",
			                              before->pointer + 1),
			                 NULL);
		before = &limits[i];
	}
	return before ? OK : fail(ctx, ERR_REQUIRED, limits[0].pointer);
}

/* Of both bodies, whose members are called the same. */
#define SAID(in)                                                                            \
	{                                                                                   \
		{ (in)->has_minimum, (in)->minimum, "/minimum" },                           \
			{ (in)->has_reorder_point, (in)->reorder_point, "/reorder_point" }, \
			{ (in)->has_maximum, (in)->maximum, "/maximum" },                   \
	}

/* The part's level there, made if need be, and locked: whoever moves it waits. */
static enum err
lock_level(struct ctx *ctx, struct id store, struct id warehouse, struct id part)
{
	struct levels levels;
	struct rows *rows;
	enum err err = db_read(ctx, stock_limit_part, &rows, ARG(part_id, part));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/part_id");
	err = levels_lock(ctx, store, warehouse, &part, 1, &levels);
	if (!err) /* after the lock: who held it may have been setting one */
		err = db_read(ctx, stock_limit_of, &rows, ARG(store_id, store),
		              ARG(warehouse_id, warehouse), ARG(part_id, part));
	if (err)
		return err;
	return rows_count(rows) > 0
	               ? fail_existing(ctx, "/part_id", "stock_limit", row_id(rows, 0, "id"))
	               : OK;
}

enum err
stock_limit_create(struct ctx *ctx, const struct create_stock_limit *in)
{
	const struct said limits[] = SAID(in);
	struct id store, warehouse;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (!err)
		err = check(ctx, limits, COUNT_OF(limits));
	if (!err)
		err = warehouse_find(ctx, store, in->warehouse_id, &warehouse);
	if (!err)
		err = lock_level(ctx, store, warehouse, in->part_id);
	if (err)
		return err;
	db_write(ctx, stock_limit_add, BODY_ARG(create_stock_limit, in),
	         ARG(limit_id, ctx->subject), ARG(store_id, store), ARG(warehouse_id, warehouse));
	db_write(ctx, stock_level_limit, ARG(limit_id, ctx->subject));
	event_add_new(ctx, "stock_limit.created", store, ctx->subject);
	return OK;
}

enum err
stock_limit_set(struct ctx *ctx, struct id id, const struct set_stock_limit *in)
{
	const struct said limits[] = SAID(in);
	struct rows *rows;
	enum err err = db_lock(ctx, stock_limit_lock, id, &rows);

	if (!err)
		err = check(ctx, limits, COUNT_OF(limits));
	if (err)
		return err;
	db_write(ctx, stock_limit_set, ARG(id, id), BODY_ARG(set_stock_limit, in));
	db_write(ctx, stock_level_limit, ARG(limit_id, id));
	event_add(ctx, "stock_limit.updated", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
stock_limit_delete(struct ctx *ctx, struct id id, const char *reason)
{
	struct rows *rows;
	enum err err = db_lock(ctx, stock_limit_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, stock_limit_delete, ARG(id, id), ARG(reason, reason));
	db_write(ctx, stock_level_unlimit, ARG(limit_id, id));
	event_add(ctx, "stock_limit.deleted", row_id(rows, 0, "store_id"), id);
	return OK;
}
