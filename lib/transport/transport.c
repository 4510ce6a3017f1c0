/* SPDX-License-Identifier: Apache-2.0 */
/* What is agreed about the way to the store and back becomes drives. */
#include "transport/transport.h"

#include "appointment/appointment.h"
#include "event/event.h"
#include "org/org.h"
#include "staff/staff.h"
#include "work_order/work_order.h"

/* clang-format off */
static const struct machine_move transport_moves[] = {
	{ OP_replanTransport, FROM(TRANSPORT_STATUS_PLANNED), TRANSPORT_STATUS_PLANNED },
	{ OP_cancelTransport, FROM(TRANSPORT_STATUS_PLANNED), TRANSPORT_STATUS_CANCELLED },
};

static const struct machine_move drive_moves[] = {
	{ OP_assignDrive, FROM(DRIVE_STATUS_PLANNED) | FROM(DRIVE_STATUS_ASSIGNED), DRIVE_STATUS_ASSIGNED },
	{ OP_startDrive,  FROM(DRIVE_STATUS_ASSIGNED), DRIVE_STATUS_STARTED },
	{ OP_finishDrive, FROM(DRIVE_STATUS_STARTED),  DRIVE_STATUS_DONE },
	{ OP_abortDrive,  FROM(DRIVE_STATUS_STARTED),  DRIVE_STATUS_CANCELLED },
	{ OP_cancelDrive, FROM(DRIVE_STATUS_PLANNED) | FROM(DRIVE_STATUS_ASSIGNED), DRIVE_STATUS_CANCELLED },
};
/* clang-format on */

const struct machine transport_machine = MACHINE("status", transport_status, transport_moves);
const struct machine drive_machine = MACHINE("status", drive_status, drive_moves);

/* ------------------------------------------------------------ the visit */

static enum err
of_order(struct ctx *ctx, struct id id, struct visit *visit)
{
	const unsigned over = FROM(WORK_ORDER_STATUS_DELIVERED) | FROM(WORK_ORDER_STATUS_CLOSED) |
	                      FROM(WORK_ORDER_STATUS_CANCELLED);
	struct work_order wo = { 0 };
	struct rows *booked;
	enum err err = work_order_lock(ctx, id, "/work_order_id", &wo);

	if (!err && FROM(wo.status) & over)
		err = fail_with(ctx, ERR_ILLEGAL_TRANSITION, "/work_order_id",
		                enum_code(&work_order_status_enum, (int)wo.status), NULL);
	if (!err)
		err = db_read(ctx, transport_booked, &booked, ARG(work_order_id, id));
	if (err)
		return err;
	*visit = (struct visit){ .store = wo.store,
		                 .customer = wo.customer,
		                 .vehicle = wo.vehicle,
		                 .appointment = row_id(booked, 0, "appointment_id"),
		                 .order = id };
	return OK;
}

enum err
visit_find(struct ctx *ctx, struct id appointment, struct id order, struct visit *visit)
{
	struct appointment booked = { 0 };
	enum err err;

	if (id_is_none(appointment) == id_is_none(order))
		return fail_with(ctx, ERR_ONE_OF, "/appointment_id",
		                 "appointment_id, work_order_id", NULL);
	if (!id_is_none(order))
		return of_order(ctx, order, visit);
	err = appointment_lock(ctx, appointment, &booked);
	if (err)
		return err;
	*visit = (struct visit){ .store = booked.store,
		                 .customer = booked.customer,
		                 .vehicle = booked.vehicle,
		                 .appointment = appointment };
	return OK;
}

/* ------------------------------------------------------------ its drives */

/* One part of the way: what is wanted of it, what the body says, and the drive that stands. */
struct part {
	enum drive_kind kind;
	bool wanted;
	const struct drive_leg *leg; /* or NULL */
	struct id drive;             /* or none */
	enum drive_status status;
};

static void
add_drive(struct ctx *ctx, struct id store, struct id transport, const struct part *part)
{
	struct id id = id_new();

	db_write(ctx, drive_add, ARG(drive_id, id), ARG(store_id, store),
	         ARG(transport_id, transport), ENUM_ARG(kind, drive_kind, part->kind),
	         BODY_ARG(drive_leg, part->leg));
	event_add_new(ctx, "drive.planned", store, id);
}

static enum err
check_leg(struct ctx *ctx, const struct part *part)
{
	const char *at = part->kind == DRIVE_KIND_PICK_UP ? "/pick_up" : "/delivery";

	if (!part->leg)
		return part->wanted && id_is_none(part->drive) ? fail(ctx, ERR_REQUIRED, at) : OK;
	if (!part->wanted)
		return fail_with(ctx, ERR_BAD_VALUE, at, "does not go with this mode", NULL);
	if (part->leg->at.us < ctx->now.us)
		return fail_with(ctx, ERR_BAD_VALUE, arena_printf(ctx->arena, "%s/at", at),
		                 "must not be in the past", NULL);
	return OK;
}

static enum err
plan_part(struct ctx *ctx, struct id store, struct id transport, const struct part *part)
{
	bool stands = !id_is_none(part->drive);
	enum err err = check_leg(ctx, part);

	if (err)
		return err;
	/* what is done stays with any way home, what is on the way with none but its own */
	if (stands && (part->leg || !part->wanted)) {
		if (part->status == DRIVE_STATUS_DONE && !part->leg)
			return OK;
		if (part->status == DRIVE_STATUS_STARTED || part->status == DRIVE_STATUS_DONE)
			return fail(ctx, ERR_DRIVE_BEGUN, NULL);
	}
	if (!stands && part->wanted) {
		add_drive(ctx, store, transport, part);
	} else if (stands && !part->wanted) {
		db_write(ctx, drive_cancel, ARG(id, part->drive), NULL_ARG(reason), NULL_ARG(note));
		event_add(ctx, "drive.cancelled", store, part->drive);
	} else if (stands && part->leg) {
		db_write(ctx, drive_change, ARG(id, part->drive), BODY_ARG(drive_leg, part->leg));
		event_add(ctx, "drive.changed", store, part->drive);
	}
	return OK;
}

/* Drives for a mode; stands: rows of drives_lock, or NULL where nothing stands yet. */
static enum err
plan(struct ctx *ctx, struct id store, struct id transport, enum transport_mode mode,
     const struct drive_leg *pick_up, const struct drive_leg *delivery, const struct rows *stands)
{
	bool back = mode == TRANSPORT_MODE_PICK_UP_AND_DELIVERY;
	struct part parts[] = {
		{ .kind = DRIVE_KIND_PICK_UP,
		  .wanted = back || mode == TRANSPORT_MODE_PICK_UP,
		  .leg = pick_up },
		{ .kind = DRIVE_KIND_DELIVERY, .wanted = back, .leg = delivery },
	};
	enum err err = OK;

	for (size_t i = 0; !err && i < COUNT_OF(parts); i++) {
		for (size_t k = 0; stands && k < rows_count(stands); k++) {
			if (row_enum(stands, k, "kind", &drive_kind_enum) != (int)parts[i].kind)
				continue;
			parts[i].drive = row_id(stands, k, "id");
			parts[i].status = (enum drive_status)row_enum(stands, k, "status",
			                                              &drive_status_enum);
		}
		err = plan_part(ctx, store, transport, &parts[i]);
	}
	return err;
}

/* ------------------------------------------------------------ what is agreed */

enum err
transport_create(struct ctx *ctx, const struct create_transport *in)
{
	struct visit visit = { 0 };
	struct rows *standing;
	struct id id = { 0 };
	enum err err = new_id(ctx, in->id, &id);

	if (!err)
		err = visit_find(ctx, in->appointment_id, in->work_order_id, &visit);
	if (!err)
		err = db_read(ctx, transport_standing, &standing,
		              ARG(appointment_id, visit.appointment),
		              ARG(work_order_id, visit.order));
	if (!err && rows_count(standing) > 0)
		err = fail_existing(ctx,
		                    in->has_work_order_id ? "/work_order_id" : "/appointment_id",
		                    "transport", row_id(standing, 0, "id"));
	if (err)
		return err;
	db_write(ctx, transport_add, ARG(transport_id, id), ARG(store_id, visit.store),
	         ENUM_ARG(mode, transport_mode, in->mode), ARG(appointment_id, visit.appointment),
	         ARG(work_order_id, visit.order), ARG(customer_id, visit.customer),
	         ARG(vehicle_id, visit.vehicle), ARG(note, in->note));
	event_add_new(ctx, "transport.planned", visit.store, id);
	ctx->subject = id;
	return plan(ctx, visit.store, id, in->mode, in->pick_up, in->delivery, NULL);
}

/* Lock it and the drives that stand, and see that its state has the verb. */
static enum err
begin(struct ctx *ctx, enum op op, struct id id, struct id *store, struct rows **drives)
{
	struct rows *rows;
	int to = 0;
	enum err err = db_lock(ctx, transport_lock, id, &rows);

	if (!err)
		err = machine_check(ctx, &transport_machine, op,
		                    row_enum(rows, 0, "status", &transport_status_enum), &to);
	if (err)
		return err;
	*store = row_id(rows, 0, "store_id");
	return db_read(ctx, drives_lock, drives, ARG(id, id));
}

enum err
transport_replan(struct ctx *ctx, struct id id, const struct replan_transport *in)
{
	struct rows *drives = NULL;
	struct id store = { 0 };
	enum err err = begin(ctx, OP_replanTransport, id, &store, &drives);

	if (!err)
		err = plan(ctx, store, id, in->mode, in->pick_up, in->delivery, drives);
	if (err)
		return err;
	db_write(ctx, transport_replan, ARG(id, id), ENUM_ARG(mode, transport_mode, in->mode),
	         ARG(note, in->note));
	event_add(ctx, "transport.replanned", store, id);
	return OK;
}

enum err
transport_cancel(struct ctx *ctx, struct id id, const struct reason_given *in)
{
	struct rows *drives = NULL;
	struct id store = { 0 };
	enum err err = begin(ctx, OP_cancelTransport, id, &store, &drives);

	for (size_t i = 0; !err && i < rows_count(drives); i++) {
		int status = row_enum(drives, i, "status", &drive_status_enum);
		struct id drive = row_id(drives, i, "id");

		if (status == DRIVE_STATUS_STARTED || status == DRIVE_STATUS_DONE)
			return fail(ctx, ERR_DRIVE_BEGUN, NULL);
		db_write(ctx, drive_cancel, ARG(id, drive), ARG(reason, in->reason),
		         NULL_ARG(note));
		event_add(ctx, "drive.cancelled", store, drive);
	}
	if (err)
		return err;
	db_write(ctx, transport_cancel, ARG(id, id), ARG(reason, in->reason), ARG(note, in->note));
	event_add(ctx, "transport.cancelled", store, id);
	return OK;
}

/* ------------------------------------------------------------ drives */

static enum err
drive_begin(struct ctx *ctx, enum op op, struct id id, struct rows **rows)
{
	int to = 0;
	enum err err = db_lock(ctx, drive_lock, id, rows);

	return err ? err
	           : machine_check(ctx, &drive_machine, op,
	                           row_enum(*rows, 0, "status", &drive_status_enum), &to);
}

enum err
drive_assign(struct ctx *ctx, struct id id, const struct assign_drive *in)
{
	struct rows *rows = NULL;
	enum err err = drive_begin(ctx, OP_assignDrive, id, &rows);

	if (!err)
		err = staff_check_worker(ctx, in->driver_id, row_id(rows, 0, "store_id"),
		                         "/driver_id");
	if (err)
		return err;
	db_write(ctx, drive_assign, ARG(id, id), ARG(driver_id, in->driver_id));
	event_add(ctx, "drive.assigned", row_id(rows, 0, "store_id"), id);
	return OK;
}

/* By its driver, or by who plans drives. */
static enum err
check_driver(struct ctx *ctx, const struct rows *rows)
{
	if (id_equal(row_id(rows, 0, "driver_id"), ctx->scope->actor) ||
	    scope_covers(ctx->beyond, row_id(rows, 0, "store_id")))
		return OK;
	return fail_with(ctx, ERR_FORBIDDEN, NULL,
	                 enum_code(&permission_enum, PERMISSION_TRANSPORT_WRITE), NULL);
}

enum err
drive_start(struct ctx *ctx, struct id id, const struct start_drive *in)
{
	static const struct start_drive untold;
	struct rows *rows = NULL;
	enum err err = drive_begin(ctx, OP_startDrive, id, &rows);

	if (!err)
		err = check_driver(ctx, rows);
	if (err)
		return err;
	db_write(ctx, drive_start, ARG(id, id), BODY_ARG(start_drive, in ? in : &untold));
	event_add(ctx, "drive.started", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
drive_finish(struct ctx *ctx, struct id id, const struct finish_drive *in)
{
	struct rows *rows = NULL;
	int64_t before;
	enum err err = drive_begin(ctx, OP_finishDrive, id, &rows);

	if (!err)
		err = check_driver(ctx, rows);
	if (err)
		return err;
	before = row_int(rows, 0, "odometer_start_km");
	if (in->odometer_km < before)
		return fail_with(ctx, ERR_TOO_SMALL, "/odometer_km",
		                 arena_printf(ctx->arena, "%lld", (long long)before), NULL);
	db_write(ctx, drive_finish, ARG(id, id), BODY_ARG(finish_drive, in));
	event_add(ctx, "drive.done", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
drive_cancel(struct ctx *ctx, struct id id, const struct reason_given *in)
{
	struct rows *rows = NULL;
	enum err err = drive_begin(ctx, OP_cancelDrive, id, &rows);

	if (err)
		return err;
	db_write(ctx, drive_cancel, ARG(id, id), ARG(reason, in->reason), ARG(note, in->note));
	event_add(ctx, "drive.cancelled", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
drive_abort(struct ctx *ctx, struct id id, const struct reason_given *in)
{
	struct rows *rows = NULL;
	enum err err = drive_begin(ctx, OP_abortDrive, id, &rows);

	if (!err)
		err = check_driver(ctx, rows);
	if (err)
		return err;
	db_write(ctx, drive_cancel, ARG(id, id), ARG(reason, in->reason), ARG(note, in->note));
	event_add(ctx, "drive.aborted", row_id(rows, 0, "store_id"), id);
	return OK;
}
