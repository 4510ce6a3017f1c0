/* SPDX-License-Identifier: Apache-2.0 */
/* Warehouses and their bins. */
#include "stock/bin.h"

#include "event/event.h"
#include "org/org.h"

enum err
warehouse_find(struct ctx *ctx, struct id store, struct id sent, struct id *warehouse)
{
	struct rows *rows;
	enum err err =
		db_read(ctx, warehouse_find, &rows, ARG(store_id, store), ARG(warehouse_id, sent));

	if (err)
		return err;
	if (rows_count(rows) == 0) /* every store has a default one */
		return fail(ctx, ERR_NOT_FOUND, "/warehouse_id");
	*warehouse = row_id(rows, 0, "id");
	return OK;
}

enum err
warehouse_check_usable(struct ctx *ctx, struct id warehouse)
{
	struct rows *rows;
	enum err err = db_read(ctx, warehouse_purpose, &rows, ARG(warehouse_id, warehouse));

	if (err || row_enum(rows, 0, "purpose", &warehouse_purpose_enum) == WAREHOUSE_PURPOSE_STOCK)
		return err;
	return fail_with(ctx, ERR_BAD_VALUE, "/warehouse_id",
	                 "is held back or damaged, and goes to no other store", NULL);
}

enum err
warehouse_create(struct ctx *ctx, const struct create_warehouse *in)
{
	struct id store;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (err)
		return err;
	db_write(ctx, warehouse_add, ARG(warehouse_id, ctx->subject), ARG(store_id, store),
	         BODY_ARG(create_warehouse, in));
	event_add(ctx, "warehouse.created", store, ctx->subject);
	return OK;
}

enum err
bin_create(struct ctx *ctx, const struct create_bin *in)
{
	struct id store, warehouse;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (!err)
		err = warehouse_find(ctx, store, in->warehouse_id, &warehouse);
	if (err)
		return err;
	db_write(ctx, bin_add, ARG(bin_id, ctx->subject), ARG(store_id, store),
	         ARG(warehouse_id, warehouse), ARG(code, in->code));
	event_add(ctx, "bin.created", store, ctx->subject);
	return OK;
}
