/* SPDX-License-Identifier: Apache-2.0 */
/* The order's own state: locking it and moving it, for every verb and for settlement. */
#include "work_order/work_order.h"

#include "event/event.h"

enum err
work_order_lock(struct ctx *ctx, struct id id, const char *pointer, struct work_order *wo)
{
	struct rows *rows;
	enum err err = db_read(ctx, work_order_lock, &rows, ARG(id, id));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, pointer);
	*wo = (struct work_order){
		.id = id,
		.store = row_id(rows, 0, "store_id"),
		.customer = row_id(rows, 0, "customer_id"),
		.vehicle = row_id(rows, 0, "vehicle_id"),
		.status = (enum work_order_status)row_enum(rows, 0, "status", &work_order_status_enum),
		.version = row_int(rows, 0, "version"),
		.paid = row_bool(rows, 0, "paid"),
	};
	return OK;
}

void
work_order_move(struct ctx *ctx, const struct work_order *wo, enum work_order_status to, const char *event,
                const char *reason)
{
	db_write(ctx, work_order_move, ARG(id, wo->id), ENUM_ARG(status, work_order_status, to),
	         ARG(reason, reason));
	db_write(ctx, work_order_stage_add, ARG(stage_id, id_new()), ARG(store_id, wo->store), ARG(id, wo->id),
	         ENUM_ARG(status, work_order_status, to), ARG(reason, reason));
	event_add(ctx, event, wo->store, wo->id);
}

static enum err
not_from_here(struct ctx *ctx, const struct work_order *wo)
{
	return fail_with(ctx, ERR_ILLEGAL_TRANSITION, NULL, enum_code(&work_order_status_enum, (int)wo->status),
	                 NULL);
}

enum err
work_order_settle(struct ctx *ctx, const struct work_order *wo)
{
	if (wo->status == WORK_ORDER_STATUS_SETTLED)
		return OK;
	if (wo->status != WORK_ORDER_STATUS_COMPLETED)
		return not_from_here(ctx, wo);
	work_order_move(ctx, wo, WORK_ORDER_STATUS_SETTLED, "work_order.settled", NULL);
	return OK;
}

enum err
work_order_unsettle(struct ctx *ctx, const struct work_order *wo)
{
	if (wo->status == WORK_ORDER_STATUS_COMPLETED)
		return OK;
	if (wo->status != WORK_ORDER_STATUS_SETTLED)
		return not_from_here(ctx, wo);
	work_order_move(ctx, wo, WORK_ORDER_STATUS_COMPLETED, "work_order.unsettled", NULL);
	return OK;
}

enum err
work_order_set_paid(struct ctx *ctx, const struct work_order *wo, bool paid)
{
	if (wo->paid != paid)
		db_write(ctx, work_order_set_paid, ARG(id, wo->id), ARG(paid, paid));
	if (paid && wo->status == WORK_ORDER_STATUS_DELIVERED)
		work_order_move(ctx, wo, WORK_ORDER_STATUS_CLOSED, "work_order.closed", NULL);
	return OK;
}
