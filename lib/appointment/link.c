/* SPDX-License-Identifier: Apache-2.0 */
/* Sharing an appointment with its customer, and what the customer does by the link. */
#include "appointment/link.h"

#include <string.h>

#include "appointment/appointment.h"
#include "event/event.h"
#include "link/link.h"

#define CONCERNS_MAX 50 /* of a booking */
#define PHOTOS_MAX   20

static const struct machine_move moves[] = {
	{ OP_confirmAppointmentByLink, APPOINTMENT_OPEN, 0 },
	{ OP_rescheduleAppointmentByLink, APPOINTMENT_OPEN, 0 },
	{ OP_cancelAppointmentByLink, APPOINTMENT_OPEN, APPOINTMENT_STATUS_CANCELLED },
	{ OP_addAppointmentFactsByLink, APPOINTMENT_OPEN, 0 },
	{ OP_addAppointmentPhotoByLink, APPOINTMENT_OPEN, 0 },
};

const struct machine appointment_link_machine = MACHINE("status", appointment_status, moves);

/* ------------------------------------------------------------ the store's side */

enum err
appointment_share(struct ctx *ctx, struct id id)
{
	struct rows *rows = NULL;
	struct id store;
	enum err err = db_lock(ctx, appointment_lock, id, &rows);

	if (err)
		return err;
	if (!(APPOINTMENT_OPEN & FROM(row_enum(rows, 0, "status", &appointment_status_enum))) ||
	    row_utc(rows, 0, "ends_at").us <= ctx->now.us)
		return fail_with(ctx, ERR_ILLEGAL_TRANSITION, NULL, row_text(rows, 0, "status"),
		                 NULL);
	store = row_id(rows, 0, "store_id");
	link_end(ctx, LINK_PURPOSE_APPOINTMENT, id);
	link_add(ctx, LINK_PURPOSE_APPOINTMENT, store, id, row_utc(rows, 0, "ends_at"));
	event_add(ctx, "appointment.shared", store, id);
	return OK;
}

enum err
appointment_stop_sharing(struct ctx *ctx, struct id id)
{
	struct rows *rows = NULL;
	enum err err = db_lock(ctx, appointment_lock, id, &rows);

	if (!err)
		err = link_stop(ctx, LINK_PURPOSE_APPOINTMENT, id);
	if (!err)
		event_add(ctx, "appointment.hidden", row_id(rows, 0, "store_id"), id);
	return err;
}

/* ------------------------------------------------------------ the customer's side */

/* The link's appointment, locked; its link may have ended while the lock was waited for. */
static enum err
begin(struct ctx *ctx, enum op op, struct id *id, struct rows **rows)
{
	int status = 0;
	enum err err = link_subject(ctx, LINK_PURPOSE_APPOINTMENT, id);

	if (!err)
		err = db_lock(ctx, appointment_lock, *id, rows);
	if (!err)
		err = link_check_open(ctx);
	if (err)
		return err;
	return machine_check(ctx, &appointment_link_machine, op,
	                     row_enum(*rows, 0, "status", &appointment_status_enum), &status);
}

/* What moves nothing; moves are noted by the moves themselves. */
static void
note_act(struct ctx *ctx, struct id id, enum customer_act_kind what)
{
	db_write(ctx, appointment_step_add, ARG(step_id, id_new()), ARG(id, id),
	         ENUM_ARG(what, customer_act_kind, what), NULL_ARG(reason), NULL_ARG(note));
}

enum err
appointment_confirm_by_link(struct ctx *ctx)
{
	struct rows *rows = NULL;
	struct id id = { { 0 } };
	enum err err = begin(ctx, OP_confirmAppointmentByLink, &id, &rows);

	if (err || !row_is_null(rows, 0, "customer_confirmed_at"))
		return err;
	db_write(ctx, appointment_customer_comes, ARG(id, id));
	note_act(ctx, id, CUSTOMER_ACT_KIND_CUSTOMER_CONFIRMED);
	event_add(ctx, "appointment.customer_confirmed", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
appointment_reschedule_by_link(struct ctx *ctx, const struct customer_reschedule *in)
{
	const struct reschedule_appointment wanted = {
		.starts_at = in->starts_at,
		.reason = APPOINTMENT_REASON_CUSTOMER_TIME,
		.note = in->note,
		.has_note = in->has_note,
	};
	struct rows *rows = NULL;
	struct id id = { { 0 } };
	enum err err = begin(ctx, OP_rescheduleAppointmentByLink, &id, &rows);

	if (!err)
		err = appointment_reschedule(ctx, id, &wanted);
	if (!err)
		db_write(ctx, appointment_customer_comes, ARG(id, id));
	return err;
}

enum err
appointment_cancel_by_link(struct ctx *ctx, const struct customer_cancel *in)
{
	const char *reason = enum_code(&appointment_reason_enum, (int)in->reason);
	struct rows *rows = NULL;
	struct id id = { { 0 } };
	enum err err = begin(ctx, OP_cancelAppointmentByLink, &id, &rows);

	if (!err && strncmp(reason, "store_", strlen("store_")) == 0)
		err = fail_with(ctx, ERR_BAD_VALUE, "/reason", "is a reason of the store's", NULL);
	return err ? err : appointment_move(ctx, OP_cancelAppointment, id, reason, in->note);
}

enum err
appointment_add_facts_by_link(struct ctx *ctx, const struct customer_facts *in)
{
	struct rows *rows = NULL;
	struct id id = { { 0 } };
	enum err err = begin(ctx, OP_addAppointmentFactsByLink, &id, &rows);

	if (!err && !in->has_concerns && !in->has_odometer_km)
		err = fail(ctx, ERR_REQUIRED, "/concerns");
	if (!err && row_int(rows, 0, "concerns") + (int64_t)in->concerns_count > CONCERNS_MAX)
		err = fail_with(ctx, ERR_TOO_MANY, "/concerns",
		                arena_printf(ctx->arena, "%d", CONCERNS_MAX), NULL);
	if (err)
		return err;
	db_write(ctx, appointment_add_facts, ARG(id, id), BODY_ARG(customer_facts, in));
	note_act(ctx, id, CUSTOMER_ACT_KIND_TOLD_MORE);
	event_add(ctx, "appointment.told_more", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
appointment_photo_begin(struct ctx *ctx, struct file *file)
{
	struct rows *rows = NULL, *sent = NULL;
	enum err err = begin(ctx, OP_addAppointmentPhotoByLink, &file->subject, &rows);

	if (!err)
		err = db_read(ctx, appointment_photos_sent, &sent, ARG(id, file->subject));
	if (err)
		return err;
	if (row_int(sent, 0, "sent") >= PHOTOS_MAX)
		return fail_with(ctx, ERR_TOO_MANY_PHOTOS, NULL,
		                 arena_printf(ctx->arena, "%d", PHOTOS_MAX), NULL);
	file->subject_type = FILE_SUBJECT_APPOINTMENT;
	file->store = row_id(rows, 0, "store_id");
	return OK;
}

void
appointment_photo_added(struct ctx *ctx, const struct file *file)
{
	db_write(ctx, appointment_touch, ARG(id, file->subject));
	note_act(ctx, file->subject, CUSTOMER_ACT_KIND_TOLD_MORE);
	event_add(ctx, "appointment.told_more", file->store, file->subject);
	ctx->subject = file->subject;
}
