/* SPDX-License-Identifier: Apache-2.0 */
/* Attendance; the clocks of who goes home stop. */
#include "staff/attendance.h"

#include "routes/routes.h"
#include "work_order/clock.h"

static enum err
come(struct request *req)
{
	return attendance_begin(&req->ctx, req->body);
}

static enum err
go(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	enum err err = attendance_end(ctx);

	return err ? err
	           : clocks_leave(ctx, ctx->scope->actor,
	                          ctx->happened_at.us ? ctx->happened_at : ctx->now);
}

static enum err
add(struct request *req)
{
	return attendance_add(&req->ctx, req->id, req->body);
}

static enum err
correct(struct request *req)
{
	const struct correct_attendance *in = req->body;
	struct id left = { 0 };
	enum err err = attendance_correct(&req->ctx, req->id, in, &left);

	return err || id_is_none(left) ? err : clocks_leave(&req->ctx, left, in->ended_at);
}

static enum err
check_days(struct request *req)
{
	const struct list_utilisation_params *in = req->params;

	if (in->to.days < in->from.days)
		return fail_parameter(&req->ctx, ERR_BAD_VALUE, "to", "must not be before from");
	return OK;
}

/* clang-format off */
const struct route attendance_routes[] = {
	READ(OP_listAttendance,        PAGE(attendance_list)),
	READ_PREPARED(OP_listStaffAttendance, route_of_person,  NULL, UNDER(staff_visible),
	  PAGE(attendance_list)),
	READ(OP_getAttendance,         ONE(attendance_get)),
	READ(OP_listAttendanceDay,     PAGE(attendance_day)),
	READ_PREPARED(OP_listUtilisation,     check_days, NULL, PAGE(attendance_utilisation)),
	COMMAND(OP_clockIn,            come,    THEN(OP_getAttendance)),
	COMMAND(OP_clockOut,           go,      THEN(OP_getAttendance)),
	COMMAND(OP_addAttendance,      add,     THEN(OP_getAttendance)),
	COMMAND(OP_correctAttendance,  correct, THEN(OP_getAttendance)),
	ROUTES_END
};
/* clang-format on */
