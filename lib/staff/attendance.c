/* SPDX-License-Identifier: Apache-2.0 */
/* Attendance: clocking in and out, and corrections of it. */
#include "staff/attendance.h"

#include "event/event.h"
#include "org/org.h"
#include "staff/staff.h"

#define ATTENDANCE_US_MAX (INT64_C(24) * 3600 * 1000000)

/* Keys and links are never at work. */
static enum err
check_self(struct ctx *ctx)
{
	return ctx->scope->kind == ACTOR_STAFF
	               ? OK
	               : fail_with(ctx, ERR_FORBIDDEN, NULL,
	                           enum_code(&permission_enum, PERMISSION_ATTENDANCE_CLOCK), NULL);
}

enum err
attendance_begin(struct ctx *ctx, const struct clock_in *in)
{
	static const struct clock_in unsaid;
	struct id store = { 0 };
	enum err err = check_self(ctx);

	if (!in)
		in = &unsaid;
	if (!err)
		err = ctx_store(ctx, in->store_id, &store);
	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (err)
		return err;
	db_write(ctx, attendance_begin, ARG(attendance_id, ctx->subject), ARG(store_id, store));
	event_add_new(ctx, "attendance.begun", store, ctx->subject);
	return OK;
}

enum err
attendance_end(struct ctx *ctx)
{
	struct rows *rows;
	enum err err = check_self(ctx);

	if (!err)
		err = db_read(ctx, attendance_open, &rows, ARG(staff_id, ctx->scope->actor));
	if (!err && rows_count(rows) == 0)
		err = fail(ctx, ERR_NOT_AT_WORK, NULL);
	if (err)
		return err;
	ctx->subject = row_id(rows, 0, "id");
	err = ctx_check_version(ctx, row_int(rows, 0, "version"));
	if (err)
		return err;
	db_write(ctx, attendance_end, ARG(id, ctx->subject));
	event_add(ctx, "attendance.ended", row_id(rows, 0, "store_id"), ctx->subject);
	return OK;
}

/* ended_at: none while it is open. */
static enum err
check_period(struct ctx *ctx, struct utc started_at, struct utc ended_at)
{
	const char *wrong;

	if (started_at.us > ctx->now.us)
		return fail_with(ctx, ERR_BAD_VALUE, "/started_at", "must not be in the future",
		                 NULL);
	if (!ended_at.us)
		return OK;
	wrong = ended_at.us > ctx->now.us      ? "must not be in the future"
	        : ended_at.us <= started_at.us ? "must be after started_at"
	        : ended_at.us - started_at.us > ATTENDANCE_US_MAX
	                ? "must be within a day of started_at"
	                : NULL;
	return wrong ? fail_with(ctx, ERR_BAD_VALUE, "/ended_at", wrong, NULL) : OK;
}

enum err
attendance_add(struct ctx *ctx, struct id staff, const struct add_attendance *in)
{
	struct id store = { 0 }, id = { 0 };
	struct rows *known;
	enum err err = db_read(ctx, staff_visible, &known, ARG(id, staff));

	if (!err && rows_count(known) == 0)
		err = fail(ctx, ERR_NOT_FOUND, NULL);
	if (!err)
		err = ctx_store(ctx, in->store_id, &store);
	if (!err)
		err = staff_check_worker(ctx, staff, store, "/store_id");
	if (!err)
		err = new_id(ctx, in->id, &id);
	if (!err)
		err = check_period(ctx, in->started_at, in->ended_at);
	if (err)
		return err;
	db_write(ctx, attendance_add, ARG(attendance_id, id), ARG(store_id, store),
	         ARG(staff_id, staff), BODY_ARG(add_attendance, in));
	event_add_new(ctx, "attendance.added", store, id);
	ctx->subject = id;
	return OK;
}

enum err
attendance_correct(struct ctx *ctx, struct id id, const struct correct_attendance *in,
                   struct id *left)
{
	struct rows *rows;
	enum err err = db_lock(ctx, attendance_lock, id, &rows);

	if (!err)
		err = check_period(
			ctx, in->has_started_at ? in->started_at : row_utc(rows, 0, "started_at"),
			in->has_ended_at ? in->ended_at : row_utc(rows, 0, "ended_at"));
	if (err)
		return err;
	db_write(ctx, attendance_correct, ARG(id, id), BODY_ARG(correct_attendance, in));
	event_add(ctx, "attendance.corrected", row_id(rows, 0, "store_id"), id);
	if (in->has_ended_at && row_is_null(rows, 0, "ended_at"))
		*left = row_id(rows, 0, "staff_id");
	return OK;
}
