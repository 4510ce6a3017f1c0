/* SPDX-License-Identifier: Apache-2.0 */
/* How a reception opens and moves on. */
#include "reception/reception.h"

#include "appointment/appointment.h"
#include "appointment/notice.h"
#include "customer/customer.h"
#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "vehicle/vehicle.h"
#include "visit/visit.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_greetReception,      FROM(RECEPTION_STATUS_WAITING),  RECEPTION_STATUS_GREETED },
	{ OP_startCheckReception, FROM(RECEPTION_STATUS_GREETED),  RECEPTION_STATUS_CHECKING },
	{ OP_handOverReception,   FROM(RECEPTION_STATUS_CHECKING), RECEPTION_STATUS_HANDED_OVER },
	{ OP_leaveReception,
	  FROM(RECEPTION_STATUS_WAITING) | FROM(RECEPTION_STATUS_GREETED) |
	  FROM(RECEPTION_STATUS_CHECKING) | FROM(RECEPTION_STATUS_HANDED_OVER),
	  RECEPTION_STATUS_LEFT_WITHOUT_SERVICE },
};
/* clang-format on */

const struct machine reception_machine = MACHINE("status", reception_status, moves);

/* Store, customer and vehicle of what is being opened, and its appointment if any. */
struct opening {
	struct id store, customer, vehicle;
	struct appointment appointment;
};

static enum err
check_parties(struct ctx *ctx, struct opening *opening)
{
	enum err err;

	if (id_is_none(opening->customer))
		note_failure(ctx, ERR_REQUIRED, "/customer_id", NULL, NULL);
	if (id_is_none(opening->vehicle))
		note_failure(ctx, ERR_REQUIRED, "/vehicle_id", NULL, NULL);
	if (ctx->failures_count)
		return ERR_REQUIRED;
	err = customer_resolve(ctx, &opening->customer, "/customer_id");
	return err ? err : vehicle_check_visible(ctx, opening->vehicle, "/vehicle_id");
}

/* store: none, or the one it must belong to. */
static enum err
lock_booked(struct ctx *ctx, struct id id, struct id store, struct appointment *booked)
{
	enum err err = appointment_lock(ctx, id, booked);

	if (!err && !id_is_none(store) && !id_equal(store, booked->store))
		err = fail(ctx, ERR_NOT_FOUND, "/appointment_id");
	return err;
}

/* Who was booked comes with what was booked; a body that says otherwise is wrong. */
static enum err
from_appointment(struct ctx *ctx, const struct create_reception *in, struct opening *opening)
{
	const struct appointment *booked = &opening->appointment;
	enum err err = lock_booked(ctx, in->appointment_id, in->store_id, &opening->appointment);

	if (err)
		return err;
	if (in->has_customer_id && !id_equal(in->customer_id, booked->customer))
		return fail_with(ctx, ERR_BAD_VALUE, "/customer_id", "is not the appointment's",
		                 NULL);
	if (in->has_vehicle_id && !id_equal(in->vehicle_id, booked->vehicle))
		return fail_with(ctx, ERR_BAD_VALUE, "/vehicle_id", "is not the appointment's",
		                 NULL);
	opening->store = booked->store;
	opening->customer = booked->customer;
	opening->vehicle = booked->vehicle;
	return OK;
}

static void
add_concerns(struct ctx *ctx, struct id store, const struct create_reception *in)
{
	struct id *ids = arena_array(ctx->arena, in->concerns_count + 1, sizeof(*ids));

	for (size_t i = 0; i < in->concerns_count; i++)
		ids[i] = id_new();
	db_write(ctx, reception_add_concerns, ARG(store_id, store), ARG(reception_id, ctx->subject),
	         IDS_ARG(concern_ids, ids, in->concerns_count), BODY_ARG(create_reception, in));
}

/* What was said at the booking, where nothing is said now. */
static void
take_concerns(struct ctx *ctx, const struct appointment *booked)
{
	struct id *ids = arena_array(ctx->arena, booked->concerns, sizeof(*ids));

	for (size_t i = 0; i < booked->concerns; i++)
		ids[i] = id_new();
	db_write(ctx, reception_take_concerns, ARG(reception_id, ctx->subject),
	         ARG(appointment_id, booked->id), IDS_ARG(concern_ids, ids, booked->concerns));
}

static void
add(struct ctx *ctx, const struct create_reception *in, const struct opening *opening,
    const char *number)
{
	customer_link(ctx, opening->customer, opening->store, "document");
	vehicle_link(ctx, opening->vehicle, opening->store, "document");
	odometer_record(ctx, opening->vehicle, in->odometer_km, "reception");
	db_write(ctx, reception_add, ARG(reception_id, ctx->subject), ARG(store_id, opening->store),
	         ARG(customer_id, opening->customer), ARG(vehicle_id, opening->vehicle),
	         ARG(number, number), BODY_ARG(create_reception, in));
	if (in->concerns_count)
		add_concerns(ctx, opening->store, in);
	else if (!in->has_concerns && opening->appointment.concerns)
		take_concerns(ctx, &opening->appointment);
	if (in->has_appointment_id)
		appointment_convert(ctx, &opening->appointment, ctx->subject);
	search_add(ctx, "number", number, "reception", ctx->subject, opening->store);
	event_add(ctx, "reception.opened", opening->store, ctx->subject);
}

static enum err
open_numbered(struct ctx *ctx, const struct create_reception *in, const struct opening *opening)
{
	const struct appointment *booked = &opening->appointment;
	const char *number;
	enum err err = OK;

	/* who is received without having been marked as arrived arrives now */
	if (in->has_appointment_id && booked->status != APPOINTMENT_STATUS_ARRIVED)
		err = appointment_tell_late(ctx, booked->store, booked->id, booked->starts_at);
	if (!err)
		err = document_number(ctx, opening->store, "RC", &number);
	if (!err)
		add(ctx, in, opening, number);
	return err;
}

enum err
reception_open(struct ctx *ctx, const struct create_reception *in)
{
	struct opening opening = { .customer = in->customer_id, .vehicle = in->vehicle_id };
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (!err)
		err = in->has_appointment_id ? from_appointment(ctx, in, &opening)
		                             : ctx_store(ctx, in->store_id, &opening.store);
	if (!err)
		err = check_parties(ctx, &opening);
	return err ? err : open_numbered(ctx, in, &opening);
}

/* The counter knows the person, or a name and a phone, or it is who booked. */
static enum err
find_customer(struct ctx *ctx, const struct check_in *in, struct opening *opening)
{
	opening->customer = in->has_customer_id ? in->customer_id : opening->appointment.customer;
	if (in->has_customer && !in->has_customer_id)
		return customer_find_or_create(ctx, opening->store, in->customer->name,
		                               in->customer->phone, &opening->customer);
	if (in->has_customer || id_is_none(opening->customer))
		return fail_with(ctx, ERR_ONE_OF, "/customer", "customer, customer_id", NULL);
	return customer_resolve(ctx, &opening->customer, "/customer_id");
}

enum err
reception_check_in(struct ctx *ctx, const struct check_in *in)
{
	const struct create_reception reception = {
		.appointment_id = in->appointment_id,
		.has_appointment_id = in->has_appointment_id,
		.contact = in->contact,
		.has_contact = in->has_contact,
		.odometer_km = in->odometer_km,
		.concerns = in->concerns,
		.concerns_count = in->concerns_count,
		.has_concerns = in->has_concerns,
		.old_parts = in->old_parts,
		.has_old_parts = in->has_old_parts,
		.priority = in->priority,
		.has_priority = in->has_priority,
		.occurred_at = in->occurred_at,
		.has_occurred_at = in->has_occurred_at,
	};
	struct opening opening = { 0 };
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (!err && !in->plate && !in->vin)
		err = fail(ctx, ERR_REQUIRED, "/plate");
	if (!err)
		err = ctx_store(ctx, in->store_id, &opening.store);
	if (!err && in->has_appointment_id)
		err = lock_booked(ctx, in->appointment_id, opening.store, &opening.appointment);
	if (!err)
		err = find_customer(ctx, in, &opening);
	if (!err)
		err = vehicle_find_or_create(ctx, opening.store, in->plate, in->vin,
		                             opening.customer, &opening.vehicle);
	return err ? err : open_numbered(ctx, &reception, &opening);
}

/* Lock, ask the machine, write the new state. */
static enum err
move(struct ctx *ctx, enum op op, struct id id, const char *reason, const char *note,
     const char *event)
{
	struct rows *rows, *orders;
	int status = 0;
	enum err err = db_lock(ctx, reception_lock, id, &rows);

	if (err)
		return err;
	err = machine_check(ctx, &reception_machine, op,
	                    row_enum(rows, 0, "status", &reception_status_enum), &status);
	if (err)
		return err;
	if (status == RECEPTION_STATUS_LEFT_WITHOUT_SERVICE) {
		/* a statement of its own: it sees the order that was opened while the lock was
		 * waited for */
		err = db_read(ctx, reception_open_order, &orders, ARG(id, id));
		if (err)
			return err;
		if (rows_count(orders) > 0)
			return fail(ctx, ERR_WORK_ORDER_OPEN, NULL);
	}
	db_write(ctx, reception_set_status, ARG(id, id), ENUM_ARG(status, reception_status, status),
	         ARG(reason, reason), ARG(note, note));
	event_add(ctx, event, row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
reception_advance(struct ctx *ctx, enum op op, struct id id)
{
	const char *event = op == OP_greetReception        ? "reception.greeted"
	                    : op == OP_startCheckReception ? "reception.checking"
	                                                   : "reception.handed_over";

	return move(ctx, op, id, NULL, NULL, event);
}

enum err
reception_hand_over(struct ctx *ctx, struct id id, const struct hand_over_reception *in)
{
	enum err err = reception_advance(ctx, OP_handOverReception, id);

	if (!err && in)
		db_write(ctx, reception_set_place, ARG(id, id), BODY_ARG(hand_over_reception, in));
	return err;
}

void
reception_depart(struct ctx *ctx, struct id id)
{
	db_write(ctx, reception_depart_lock, ARG(reception_id, id));
	db_write(ctx, reception_depart, ARG(reception_id, id));
}

enum err
reception_leave(struct ctx *ctx, struct id id, const struct leave_reception *in)
{
	const char *reason = enum_code(&leave_reason_enum, (int)in->reason);
	enum err err = move(ctx, OP_leaveReception, id, reason, in->note, "reception.left");

	return err ? err : visit_end(ctx, id, (struct id){ { 0 } }, false, reason);
}

enum err
reception_update(struct ctx *ctx, struct id id, const struct update_reception *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, reception_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, reception_update, ARG(id, id), BODY_ARG(update_reception, in));
	event_add(ctx, "reception.updated", row_id(rows, 0, "store_id"), id);
	return OK;
}
