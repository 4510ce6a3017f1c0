/* SPDX-License-Identifier: Apache-2.0 */
/* A car is put on a bay, moved to another, and taken off. */
#include "event/event.h"
#include "work_order/work_order.h"

/* In use, and nobody else's car on it; whoever wants it too waits here. */
static enum err
check_free(struct ctx *ctx, const struct work_order *wo, struct id bay)
{
	struct rows *rows = NULL;
	struct rows *standing = NULL;
	enum err err =
		db_read(ctx, bay_place_lock, &rows, ARG(bay_id, bay), ARG(store_id, wo->store));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/bay_id");
	if (!row_bool(rows, 0, "active"))
		return fail_with(ctx, ERR_BAY_INACTIVE, "/bay_id", row_text(rows, 0, "code"), NULL);
	err = db_read(ctx, bay_standing, &standing, ARG(bay_id, bay), ARG(store_id, wo->store),
	              ARG(id, wo->id));
	if (!err && rows_count(standing) > 0)
		err = fail_with(ctx, ERR_BAY_OCCUPIED, NULL, row_text(rows, 0, "code"),
		                row_text(standing, 0, "number"));
	return err;
}

enum err
work_order_enter_bay(struct ctx *ctx, struct id id, const struct enter_bay *in)
{
	struct work_order wo = { 0 };
	enum work_order_status same = WORK_ORDER_STATUS_NONE;
	struct rows *here = NULL;
	enum err err = work_order_begin(ctx, id, OP_enterBayWorkOrder, &wo, &same);

	if (!err)
		err = check_free(ctx, &wo, in->bay_id);
	if (!err)
		err = db_read(ctx, bay_occupancy_of_order, &here, ARG(id, id));
	if (err)
		return err;
	/* it stands there already: said twice */
	if (rows_count(here) > 0 && row_bool(here, 0, "standing") &&
	    id_equal(row_id(here, 0, "bay_id"), in->bay_id))
		return OK;
	if (rows_count(here) > 0 && ctx->happened_at.us &&
	    ctx->happened_at.us < row_utc(here, 0, "changed_at").us)
		return fail_with(ctx, ERR_BAD_VALUE, "/occurred_at",
		                 "must not lie before the car last came to a bay or left one",
		                 NULL);
	db_write(ctx, bay_occupancy_end, ARG(id, id));
	db_write(ctx, bay_occupancy_begin, ARG(occupancy_id, id_new()), ARG(store_id, wo.store),
	         ARG(bay_id, in->bay_id), ARG(id, id));
	db_write(ctx, work_order_set_bay, ARG(id, id), ARG(bay_id, in->bay_id));
	work_order_changed(ctx, &wo, "work_order.bay_entered");
	return OK;
}

enum err
work_order_leave_bay(struct ctx *ctx, struct id id)
{
	struct work_order wo = { 0 };
	enum work_order_status same = WORK_ORDER_STATUS_NONE;
	struct rows *here = NULL;
	enum err err = work_order_begin(ctx, id, OP_leaveBayWorkOrder, &wo, &same);

	if (!err)
		err = db_read(ctx, bay_occupancy_of_order, &here, ARG(id, id));
	if (err)
		return err;
	if (rows_count(here) == 0 || !row_bool(here, 0, "standing"))
		return fail(ctx, ERR_NOT_ON_BAY, NULL);
	db_write(ctx, bay_occupancy_end, ARG(id, id));
	db_write(ctx, work_order_set_bay, ARG(id, id), NULL_ARG(bay_id));
	work_order_changed(ctx, &wo, "work_order.bay_left");
	return OK;
}
