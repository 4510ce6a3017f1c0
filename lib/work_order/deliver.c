/* SPDX-License-Identifier: Apache-2.0 */
/* Promises, and how an order ends: delivered and closed. */
#include "event/event.h"
#include "reception/reception.h"
#include "task/task.h"
#include "vehicle/vehicle.h"
#include "work_order/delivery.h"

enum err
work_order_promise(struct ctx *ctx, struct id id, const struct promise_work_order *in)
{
	const struct customer_told *told = in->has_customer_told ? in->customer_told : NULL;
	struct work_order wo;
	enum work_order_status same;
	enum err err = work_order_begin(ctx, id, OP_NONE, &wo, &same);

	if (!err)
		err = work_order_check_promise(ctx, in->promised_at);
	if (err)
		return err;
	work_order_set_promise(ctx, &wo, in->promised_at, in->reason, told);
	return OK;
}

/* ------------------------------------------------------------ deliver and close */

enum err
work_order_deliver(struct ctx *ctx, struct id id, const struct deliver_work_order *in)
{
	struct work_order wo;
	struct rows *data;
	enum work_order_status to;
	enum err err = work_order_begin(ctx, id, OP_deliverWorkOrder, &wo, &to);

	if (!err && !wo.paid)
		err = fail(ctx, ERR_UNPAID, NULL);
	if (!err && in->has_odometer_out_km && in->odometer_out_km < wo.odometer_in_km)
		err = fail_with(ctx, ERR_TOO_SMALL, "/odometer_out_km",
		                arena_printf(ctx->arena, "%lld", (long long)wo.odometer_in_km),
		                NULL);
	if (!err)
		err = delivery_check(ctx, &wo, in);
	if (!err)
		err = task_order_over(ctx, id, TASK_CANCEL_CAUSE_ORDER_DELIVERED);
	if (!err)
		err = db_read(ctx, work_order_delivery_data, &data, ARG(id, id));
	if (err)
		return err;
	db_write(ctx, work_order_set_delivery, ARG(id, id), BODY_ARG(deliver_work_order, in));
	err = delivery_save(ctx, &wo, in);
	if (err)
		return err;
	db_write(ctx, bay_occupancy_end, ARG(id, id));
	if (in->has_odometer_out_km)
		odometer_record(ctx, wo.vehicle, in->odometer_out_km, "delivery");
	db_write(ctx, work_order_move, ARG(id, id), ENUM_ARG(status, work_order_status, to),
	         NULL_ARG(reason));
	work_order_stage(ctx, &wo, to, NULL, NULL);
	reception_depart(ctx, wo.reception);
	event_add_data(ctx, "work_order.delivered", wo.store, id, row_text(data, 0, "data"));
	return OK;
}

enum err
work_order_close(struct ctx *ctx, struct id id)
{
	struct work_order wo;
	int to;
	enum err err = work_order_lock(ctx, id, NULL, &wo);

	if (err)
		return err;
	ctx->subject = id;
	if (wo.status == WORK_ORDER_STATUS_CLOSED)
		return OK;
	err = machine_check(ctx, &work_order_machine, OP_closeWorkOrder, (int)wo.status, &to);
	if (err)
		return err;
	if (!wo.paid)
		return fail(ctx, ERR_UNPAID, NULL);
	work_order_move(ctx, &wo, (enum work_order_status)to, "work_order.closed", NULL, NULL);
	return OK;
}

enum err
work_orders_close_paid(struct ctx *ctx, bool *more)
{
	struct rows *rows;
	enum err err = db_read(ctx, work_order_lock_to_close, &rows, NO_ARGS);

	if (err)
		return err;
	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct work_order wo = {
			.id = row_id(rows, i, "id"),
			.store = row_id(rows, i, "store_id"),
		};

		work_order_move(ctx, &wo, WORK_ORDER_STATUS_CLOSED, "work_order.closed", NULL,
		                NULL);
	}
	*more = rows_count(rows) == 100;
	return OK;
}
