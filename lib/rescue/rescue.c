/* SPDX-License-Identifier: Apache-2.0 */
/* From the call for help to the reception or the order it becomes. */
#include "rescue/rescue.h"

#include "customer/customer.h"
#include "event/event.h"
#include "org/org.h"
#include "reception/reception.h"
#include "staff/staff.h"
#include "vehicle/vehicle.h"
#include "work_order/work_order.h"

#include <string.h>

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_dispatchRescue, FROM(RESCUE_STATUS_REPORTED),   RESCUE_STATUS_DISPATCHED },
	{ OP_reassignRescue, FROM(RESCUE_STATUS_DISPATCHED), RESCUE_STATUS_DISPATCHED },
	{ OP_arriveRescue,   FROM(RESCUE_STATUS_DISPATCHED), RESCUE_STATUS_ON_SITE },
	{ OP_towInRescue,    FROM(RESCUE_STATUS_ON_SITE),    RESCUE_STATUS_TOWED_IN },
	{ OP_repairRescue,   FROM(RESCUE_STATUS_ON_SITE),    RESCUE_STATUS_REPAIRED },
	{ OP_cancelRescue,
	  FROM(RESCUE_STATUS_REPORTED) | FROM(RESCUE_STATUS_DISPATCHED) | FROM(RESCUE_STATUS_ON_SITE),
	                     RESCUE_STATUS_CANCELLED },
};
/* clang-format on */

const struct machine rescue_machine = MACHINE("status", rescue_status, moves);

/* What is promised lies ahead. */
static enum err
check_ahead(struct ctx *ctx, bool told, struct utc at, const char *pointer)
{
	return told && at.us < ctx->now.us
	               ? fail_with(ctx, ERR_BAD_VALUE, pointer, "must not be in the past", NULL)
	               : OK;
}

/* ------------------------------------------------------------ the call */

/* Who and what is told must be known to the store. */
static enum err
check_parties(struct ctx *ctx, const struct report_rescue *in, struct id *customer)
{
	enum err err = OK;

	if (in->has_latitude_microdegrees != in->has_longitude_microdegrees)
		err = fail(ctx, ERR_REQUIRED,
		           in->has_latitude_microdegrees ? "/longitude_microdegrees"
		                                         : "/latitude_microdegrees");
	*customer = in->customer_id;
	if (!err && in->has_customer_id)
		err = customer_resolve(ctx, customer, "/customer_id");
	if (!err && in->has_vehicle_id)
		err = vehicle_check_visible(ctx, in->vehicle_id, "/vehicle_id");
	return err;
}

enum err
rescue_report(struct ctx *ctx, const struct report_rescue *in)
{
	const char *number = NULL;
	struct id id = { 0 }, store = { 0 }, customer = { 0 };
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &id);
	if (!err)
		err = check_ahead(ctx, in->has_promised_at, in->promised_at, "/promised_at");
	if (!err)
		err = check_parties(ctx, in, &customer);
	if (!err)
		err = document_number(ctx, store, "RS", &number);
	if (err)
		return err;
	if (in->has_customer_id)
		customer_link(ctx, customer, store, "document");
	if (in->has_vehicle_id)
		vehicle_link(ctx, in->vehicle_id, store, "document");
	db_write(ctx, rescue_add, ARG(rescue_id, id), ARG(store_id, store), ARG(number, number),
	         ARG(customer_id, customer), BODY_ARG(report_rescue, in));
	event_add_new(ctx, "rescue.reported", store, id);
	ctx->subject = id;
	return OK;
}

/* ------------------------------------------------------------ the way there */

static enum err
begin(struct ctx *ctx, enum op op, struct id id, struct rows **rows, int *to)
{
	enum err err = db_lock(ctx, rescue_lock, id, rows);

	return err ? err
	           : machine_check(ctx, &rescue_machine, op,
	                           row_enum(*rows, 0, "status", &rescue_status_enum), to);
}

enum err
rescue_dispatch(struct ctx *ctx, enum op op, struct id id, const struct dispatch_rescue *in)
{
	struct rows *rows = NULL;
	int to = 0;
	enum err err = begin(ctx, op, id, &rows, &to);

	if (!err)
		err = check_ahead(ctx, true, in->eta_at, "/eta_at");
	if (!err)
		err = staff_check_worker(ctx, in->technician_id, row_id(rows, 0, "store_id"),
		                         "/technician_id");
	if (err)
		return err;
	db_write(ctx, rescue_dispatch, ARG(id, id), BODY_ARG(dispatch_rescue, in));
	event_add(ctx, op == OP_dispatchRescue ? "rescue.dispatched" : "rescue.reassigned",
	          row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
rescue_arrive(struct ctx *ctx, struct id id)
{
	struct rows *rows = NULL;
	int to = 0;
	enum err err = begin(ctx, OP_arriveRescue, id, &rows, &to);

	if (err)
		return err;
	if (!id_equal(row_id(rows, 0, "technician_id"), ctx->scope->actor) &&
	    !scope_covers(ctx->beyond, row_id(rows, 0, "store_id")))
		return fail_with(ctx, ERR_FORBIDDEN, NULL,
		                 enum_code(&permission_enum, PERMISSION_RESCUE_WRITE), NULL);
	db_write(ctx, rescue_arrive, ARG(id, id));
	event_add(ctx, "rescue.on_site", row_id(rows, 0, "store_id"), id);
	return OK;
}

/* ------------------------------------------------------------ what it becomes */

/* A visit made of a rescue. */
struct received {
	struct id store, customer, vehicle, reception;
};

/* Who is told now, who was told then, or whoever called. */
static enum err
find_customer(struct ctx *ctx, const struct rows *rows, const struct receive_rescue *in,
              struct received *made)
{
	if (in->has_customer && in->has_customer_id)
		return fail_with(ctx, ERR_ONE_OF, "/customer", "customer, customer_id", NULL);
	if (in->has_customer)
		return customer_find_or_create(ctx, made->store, in->customer->name,
		                               in->customer->phone, &made->customer);
	made->customer = in->has_customer_id ? in->customer_id : row_id(rows, 0, "customer_id");
	if (!id_is_none(made->customer))
		return customer_resolve(ctx, &made->customer, "/customer_id");
	return customer_find_or_create(ctx, made->store, row_text(rows, 0, "caller_name"),
	                               row_text(rows, 0, "caller_phone"), &made->customer);
}

/* A car that is known is not another one because of what is told at the end. */
static enum err
check_same(struct ctx *ctx, const char *told, const char *known, const char *pointer)
{
	return told && (!known || strcmp(told, known) != 0)
	               ? fail_with(ctx, ERR_BAD_VALUE, pointer,
	                           "is not that of the rescue's vehicle", NULL)
	               : OK;
}

static enum err
find_vehicle(struct ctx *ctx, const struct rows *rows, const struct receive_rescue *in,
             struct received *made)
{
	const char *plate = in->plate ? in->plate : row_text(rows, 0, "plate");

	enum err err = OK;

	made->vehicle = row_id(rows, 0, "vehicle_id");
	if (!id_is_none(made->vehicle)) {
		err = check_same(ctx, in->plate, row_text(rows, 0, "vehicle_plate"), "/plate");
		return err ? err
		           : check_same(ctx, in->vin, row_text(rows, 0, "vehicle_vin"), "/vin");
	}
	if (!plate && !in->vin)
		return fail(ctx, ERR_REQUIRED, "/plate");
	return vehicle_find_or_create(ctx, made->store, plate, in->vin, made->customer,
	                              &made->vehicle);
}

/* A reception as the counter opens it; what the caller said is the concern where none is told. */
static enum err
receive(struct ctx *ctx, const struct rows *rows, const struct receive_rescue *in,
        struct received *made)
{
	const char *said = row_text(rows, 0, "description");
	struct contact contact = { .name = row_text(rows, 0, "caller_name"),
		                   .phone = row_text(rows, 0, "caller_phone"),
		                   .has_name = true,
		                   .has_phone = true };
	struct create_reception reception = { 0 };
	enum err err = find_customer(ctx, rows, in, made);

	if (!err)
		err = find_vehicle(ctx, rows, in, made);
	if (err)
		return err;
	reception.store_id = made->store;
	reception.customer_id = made->customer;
	reception.vehicle_id = made->vehicle;
	reception.odometer_km = in->odometer_km;
	reception.contact = &contact;
	reception.has_contact = true;
	reception.concerns = in->has_concerns ? in->concerns : &said;
	reception.concerns_count = in->has_concerns ? in->concerns_count : said != NULL;
	reception.has_concerns = true;
	err = reception_open(ctx, &reception);
	made->reception = ctx->subject;
	return err;
}

/* An order for what was done where the car stood. */
static enum err
open_order(struct ctx *ctx, const struct receive_rescue *in, const struct received *made)
{
	const struct create_work_order order = {
		.reception_id = made->reception,
		.service_class = SERVICE_CLASS_REPAIR,
		.has_service_class = true,
		.note = in->note,
		.has_note = in->has_note,
	};
	enum err err = reception_advance(ctx, OP_greetReception, made->reception);

	return err ? err : work_order_open(ctx, &order);
}

static enum err
end(struct ctx *ctx, enum op op, struct id id, const struct receive_rescue *in)
{
	struct received made = { 0 };
	struct rows *rows = NULL;
	int to = 0;
	enum err err = begin(ctx, op, id, &rows, &to);

	if (err)
		return err;
	made.store = row_id(rows, 0, "store_id");
	/* the version that was asked for is the rescue's, and has been seen */
	ctx->if_match = -1;
	err = receive(ctx, rows, in, &made);
	if (!err && to == RESCUE_STATUS_REPAIRED)
		err = open_order(ctx, in, &made);
	ctx->subject = id;
	if (err)
		return err;
	db_write(ctx, rescue_receive, ARG(id, id), ENUM_ARG(status, rescue_status, to),
	         ARG(reception_id, made.reception), ARG(customer_id, made.customer),
	         ARG(vehicle_id, made.vehicle), ARG(note, in->note));
	event_add(ctx, to == RESCUE_STATUS_REPAIRED ? "rescue.repaired" : "rescue.towed_in",
	          made.store, id);
	return OK;
}

enum err
rescue_tow_in(struct ctx *ctx, struct id id, const struct receive_rescue *in)
{
	return end(ctx, OP_towInRescue, id, in);
}

enum err
rescue_repair(struct ctx *ctx, struct id id, const struct receive_rescue *in)
{
	return end(ctx, OP_repairRescue, id, in);
}

enum err
rescue_cancel(struct ctx *ctx, struct id id, const struct cancel_rescue *in)
{
	struct rows *rows = NULL;
	int to = 0;
	enum err err = begin(ctx, OP_cancelRescue, id, &rows, &to);

	if (err)
		return err;
	db_write(ctx, rescue_cancel, ARG(id, id), ENUM_ARG(reason, rescue_reason, in->reason),
	         ARG(note, in->note));
	event_add(ctx, "rescue.cancelled", row_id(rows, 0, "store_id"), id);
	return OK;
}
