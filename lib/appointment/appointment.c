/* SPDX-License-Identifier: Apache-2.0 */
/* Booking a slot, and how an appointment moves on. */
#include "appointment/appointment.h"

#include "appointment/hold.h"
#include "appointment/notice.h"
#include "appointment/parts.h"
#include "customer/customer.h"
#include "event/event.h"
#include "event/search.h"
#include "link/link.h"
#include "org/org.h"
#include "vehicle/vehicle.h"
#include "visit/visit.h"

/* clang-format off */
/* Nobody comes, and the slot is free; who comes after all takes no other. */
#define GONE                                                                           \
	(FROM(APPOINTMENT_STATUS_DECLINED) | FROM(APPOINTMENT_STATUS_CANCELLED) | \
	 FROM(APPOINTMENT_STATUS_NO_SHOW))

static const struct machine_move moves[] = {
	{ OP_confirmAppointment,    FROM(APPOINTMENT_STATUS_PENDING),
	  APPOINTMENT_STATUS_CONFIRMED },
	{ OP_declineAppointment,    FROM(APPOINTMENT_STATUS_PENDING), APPOINTMENT_STATUS_DECLINED },
	{ OP_rescheduleAppointment, APPOINTMENT_OPEN, 0 },
	{ OP_cancelAppointment,     APPOINTMENT_OPEN, APPOINTMENT_STATUS_CANCELLED },
	{ OP_arriveAppointment,
	  FROM(APPOINTMENT_STATUS_CONFIRMED) | FROM(APPOINTMENT_STATUS_NO_SHOW),
	                            APPOINTMENT_STATUS_ARRIVED },
	{ OP_markNoShowAppointment, FROM(APPOINTMENT_STATUS_CONFIRMED),
	  APPOINTMENT_STATUS_NO_SHOW },
	{ OP_leaveAppointment,      FROM(APPOINTMENT_STATUS_ARRIVED), APPOINTMENT_STATUS_CANCELLED },
};
/* clang-format on */

/* Who was booked may still come. */
static const struct machine_guard guards[] = {
	{ OP_markNoShowAppointment, 0, "_no_show_why", NULL },
	{ OP_NONE, 0, NULL, NULL },
};

const struct machine appointment_machine =
	MACHINE_GUARDED("status", appointment_status, moves, guards);

/* As it is left by what is queued before. */
static void
note_step(struct ctx *ctx, struct id id, enum appointment_step_kind what, const char *reason,
          const char *note)
{
	db_write(ctx, appointment_step_add, ARG(step_id, id_new()), ARG(id, id),
	         ENUM_ARG(what, appointment_step_kind, what), ARG(reason, reason), ARG(note, note));
}

static void
add(struct ctx *ctx, const struct create_appointment *in, const struct slot *slot,
    struct id customer, const struct booked_parts *parts)
{
	if (in->has_hold_id)
		hold_give_way(ctx, in->hold_id);
	db_write(ctx, occupation_add, ARG(appointment_id, ctx->subject), ARG(store_id, slot->store),
	         ARG(starts_at, slot->starts_at), ARG(ends_at, slot->ends_at),
	         ARG(bay_id, slot->bay), ARG(technician_id, slot->technician),
	         ARG(priority, slot->priority), ARG(channel, slot->channel),
	         IDS_ARG(operation_ids, in->operation_ids, in->operation_ids_count));
	db_write(ctx, appointment_add, ARG(appointment_id, ctx->subject),
	         ARG(store_id, slot->store), ARG(number, slot->number), ARG(customer_id, customer),
	         ARG(ends_at, slot->ends_at), ARG(bay_id, slot->bay),
	         ARG(technician_id, slot->technician), BODY_ARG(create_appointment, in));
	note_step(ctx, ctx->subject, APPOINTMENT_STEP_KIND_BOOKED, NULL, NULL);
	booked_parts_add(ctx, slot->store, ctx->subject, parts);
	if (in->has_hold_id)
		hold_used(ctx, in->hold_id, slot, ctx->subject);
	customer_link(ctx, customer, slot->store, "document");
	vehicle_link(ctx, in->vehicle_id, slot->store, "document");
	if (in->has_odometer_km)
		odometer_record(ctx, in->vehicle_id, in->odometer_km, "appointment");
	search_add(ctx, "number", slot->number, "appointment", ctx->subject, slot->store);
	event_add_new(ctx, "appointment.booked", slot->store, ctx->subject);
}

enum err
appointment_book(struct ctx *ctx, const struct create_appointment *in)
{
	return appointment_book_held(ctx, in, ctx->scope->actor);
}

enum err
appointment_book_held(struct ctx *ctx, const struct create_appointment *in, struct id holder)
{
	struct slot slot = {
		.bay = in->bay_id,
		.technician = in->technician_id,
		.starts_at = in->starts_at,
		.numbered = true,
		.priority = in->priority,
		.channel = enum_code(&appointment_channel_enum, (int)in->channel),
	};
	struct booked_parts parts = { 0 };
	struct later *customers, *vehicles;
	struct rows *choice;
	struct id customer = in->customer_id;
	enum err err = ctx_store(ctx, in->store_id, &slot.store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (err)
		return err;
	customers = customer_ask(ctx, customer);
	vehicles = vehicle_ask(ctx, in->vehicle_id);
	if (in->has_hold_id)
		err = hold_take(ctx, in->hold_id, holder, &slot);
	if (!err)
		err = hold_check_customer(ctx, &slot, customer);
	if (!err)
		err = slot_ask(ctx, &slot,
		               IDS_ARG(operation_ids, in->operation_ids, in->operation_ids_count),
		               &choice);
	if (!err)
		err = customer_told(ctx, customers->rows, &customer, "/customer_id");
	if (!err)
		err = vehicle_told(ctx, vehicles->rows, "/vehicle_id");
	if (!err && (in->has_parts || in->has_package_ids))
		err = booked_parts_ask(ctx, in->parts, in->parts_count, in->package_ids,
		                       in->package_ids_count, &parts);
	if (!err)
		err = slot_take(ctx, &slot, choice, in->operation_ids_count);
	if (!err)
		add(ctx, in, &slot, customer, &parts);
	return err;
}

/* Lock the row; the next state, or ERR_ILLEGAL_TRANSITION. */
static enum err
lock(struct ctx *ctx, enum op op, struct id id, struct rows **rows, int *status)
{
	enum err err = db_lock(ctx, appointment_lock, id, rows);

	if (err)
		return err;
	*status = row_enum(*rows, 0, "status", &appointment_status_enum);
	return machine_check(ctx, &appointment_machine, op, *status, status);
}

enum err
appointment_reschedule(struct ctx *ctx, struct id id, const struct reschedule_appointment *in)
{
	struct slot slot = {
		.bay = in->bay_id,
		.technician = in->technician_id,
		.starts_at = in->starts_at,
		.but_for = { id },
		.but_for_count = 1,
	};
	struct arg work = IDS_ARG(operation_ids, in->operation_ids, in->operation_ids_count);
	struct rows *rows, *choice;
	int status = 0;
	enum err err = lock(ctx, OP_rescheduleAppointment, id, &rows, &status);

	if (err)
		return err;
	if (!in->has_operation_ids)
		work = ARG(operation_ids, row_text(rows, 0, "operation_ids"));
	slot.store = row_id(rows, 0, "store_id");
	slot.priority = row_text(rows, 0, "priority");
	slot.channel = row_text(rows, 0, "channel");
	if (in->has_hold_id)
		err = hold_take(ctx, in->hold_id, ctx->scope->actor, &slot);
	if (!err)
		err = hold_check_customer(ctx, &slot, row_id(rows, 0, "customer_id"));
	if (!err)
		err = slot_ask(ctx, &slot, work, &choice);
	if (!err)
		err = slot_take(ctx, &slot, choice, in->operation_ids_count);
	if (!err)
		err = visit_shift(ctx, id, row_utc(rows, 0, "starts_at"), slot.starts_at);
	if (err)
		return err;
	if (in->has_hold_id)
		hold_give_way(ctx, in->hold_id);
	db_write(ctx, occupation_move, ARG(id, id), ARG(starts_at, slot.starts_at),
	         ARG(ends_at, slot.ends_at), ARG(bay_id, slot.bay),
	         ARG(technician_id, slot.technician), work);
	if (in->has_hold_id)
		hold_used(ctx, in->hold_id, &slot, id);
	db_write(ctx, appointment_reschedule, ARG(id, id), ARG(starts_at, slot.starts_at),
	         ARG(ends_at, slot.ends_at), ARG(bay_id, slot.bay),
	         ARG(technician_id, slot.technician), BODY_ARG(reschedule_appointment, in));
	link_until(ctx, LINK_PURPOSE_APPOINTMENT, id, slot.ends_at);
	note_step(ctx, id, APPOINTMENT_STEP_KIND_RESCHEDULED,
	          enum_code(&appointment_reason_enum, (int)in->reason), in->note);
	event_add(ctx, "appointment.rescheduled", slot.store, id);
	return OK;
}

static const enum appointment_step_kind step_of[] = {
	[APPOINTMENT_STATUS_CONFIRMED] = APPOINTMENT_STEP_KIND_CONFIRMED,
	[APPOINTMENT_STATUS_DECLINED] = APPOINTMENT_STEP_KIND_DECLINED,
	[APPOINTMENT_STATUS_CANCELLED] = APPOINTMENT_STEP_KIND_CANCELLED,
	[APPOINTMENT_STATUS_ARRIVED] = APPOINTMENT_STEP_KIND_ARRIVED,
	[APPOINTMENT_STATUS_NO_SHOW] = APPOINTMENT_STEP_KIND_NO_SHOW,
};

enum err
appointment_move(struct ctx *ctx, enum op op, struct id id, const char *reason, const char *note)
{
	struct rows *rows;
	const char *code;
	int status = 0;
	enum err err = lock(ctx, op, id, &rows, &status);

	if (err)
		return err;
	if (status == APPOINTMENT_STATUS_NO_SHOW && row_utc(rows, 0, "missed_at").us >= ctx->now.us)
		return fail(ctx, ERR_TOO_EARLY, NULL);
	code = enum_code(&appointment_status_enum, status);
	if (FROM(status) & GONE)
		db_write(ctx, occupation_free, ARG(id, id));
	db_write(ctx, appointment_set_status, ARG(id, id), ARG(status, code), ARG(reason, reason),
	         ARG(note, note));
	if (!(FROM(status) & APPOINTMENT_OPEN))
		link_end(ctx, LINK_PURPOSE_APPOINTMENT, id);
	note_step(ctx, id, step_of[status], reason, note);
	if (FROM(status) & GONE)
		err = visit_off(ctx, id, reason);
	event_add(ctx,
	          op == OP_leaveAppointment ? "appointment.left"
	                                    : arena_printf(ctx->arena, "appointment.%s", code),
	          row_id(rows, 0, "store_id"), id);
	if (!err && status == APPOINTMENT_STATUS_ARRIVED)
		err = appointment_tell_late(ctx, row_id(rows, 0, "store_id"), id,
		                            row_utc(rows, 0, "starts_at"));
	return err;
}

enum err
appointment_lock(struct ctx *ctx, struct id id, struct appointment *appointment)
{
	const uint64_t receivable = APPOINTMENT_OPEN | FROM(APPOINTMENT_STATUS_ARRIVED) |
	                            FROM(APPOINTMENT_STATUS_NO_SHOW);
	struct rows *rows;
	enum err err = db_read(ctx, appointment_lock, &rows, ARG(id, id));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/appointment_id");
	*appointment = (struct appointment){
		.id = id,
		.store = row_id(rows, 0, "store_id"),
		.customer = row_id(rows, 0, "customer_id"),
		.vehicle = row_id(rows, 0, "vehicle_id"),
		.concerns = (size_t)row_int(rows, 0, "concerns"),
		.status = (enum appointment_status)row_enum(rows, 0, "status",
		                                            &appointment_status_enum),
		.starts_at = row_utc(rows, 0, "starts_at"),
	};
	if (!(receivable & FROM(appointment->status)))
		return fail_with(ctx, ERR_ILLEGAL_TRANSITION, "/appointment_id",
		                 row_text(rows, 0, "status"), NULL);
	return OK;
}

void
appointment_convert(struct ctx *ctx, const struct appointment *appointment, struct id reception)
{
	db_write(ctx, appointment_convert, ARG(id, appointment->id), ARG(reception_id, reception));
	link_end(ctx, LINK_PURPOSE_APPOINTMENT, appointment->id);
	note_step(ctx, appointment->id, APPOINTMENT_STEP_KIND_CONVERTED, NULL, NULL);
	event_add(ctx, "appointment.converted", appointment->store, appointment->id);
}

enum err
appointment_update(struct ctx *ctx, struct id id, const struct update_appointment *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, appointment_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, appointment_update, ARG(id, id), BODY_ARG(update_appointment, in));
	if (in->has_priority)
		db_write(ctx, occupation_share, ARG(id, id));
	event_add(ctx, "appointment.updated", row_id(rows, 0, "store_id"), id);
	return OK;
}
