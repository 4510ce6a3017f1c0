/* SPDX-License-Identifier: Apache-2.0 */
/* Booking. */
#include <string.h>

#include "appointment/appointment.h"
#include "routes/routes.h"

static enum err
book(struct request *req)
{
	return appointment_book(&req->ctx, req->body);
}

static enum err
move(struct request *req)
{
	return appointment_move(&req->ctx, req->op, req->id, NULL, NULL);
}

/* Decline and cancel. */
static enum err
give_up(struct request *req)
{
	const struct appointment_reason_given *in = req->body;

	return appointment_move(&req->ctx, req->op, req->id,
	                        enum_code(&appointment_reason_enum, (int)in->reason), in->note);
}

static enum err
mark_no_show(struct request *req)
{
	const struct mark_no_show *in = req->body;

	return appointment_move(&req->ctx, req->op, req->id,
	                        enum_code(&no_show_reason_enum, (int)in->reason), in->note);
}

static enum err
leave(struct request *req)
{
	const struct leave_reception *in = req->body;

	return appointment_move(&req->ctx, req->op, req->id,
	                        enum_code(&leave_reason_enum, (int)in->reason), in->note);
}

static enum err
reschedule(struct request *req)
{
	return appointment_reschedule(&req->ctx, req->id, req->body);
}

static enum err
update(struct request *req)
{
	return appointment_update(&req->ctx, req->id, req->body);
}

/* Of two instants or two days; an instant and a day are compared by the store's clock alone. */
static bool
is_before(const char *a, const char *b)
{
	struct utc t, u;

	if (strlen(a) != 10 && strlen(b) != 10)
		return utc_parse(a, strlen(a), &t) && utc_parse(b, strlen(b), &u) && t.us < u.us;
	return strlen(a) == strlen(b) && strcmp(a, b) < 0;
}

/* A quantity without its part is a mistake. */
static enum err
check_quantities(struct request *req, size_t quantities, size_t parts)
{
	if (quantities > parts)
		return fail_parameter(&req->ctx, ERR_BAD_VALUE, "quantity",
		                      "there are more than parts");
	return OK;
}

static enum err
check_stretch(struct request *req)
{
	const struct list_availability_params *in = req->params;

	if (is_before(in->to, in->from))
		return fail_parameter(&req->ctx, ERR_BAD_VALUE, "to", "must not be before from");
	return check_quantities(req, in->quantity_count, in->part_id_count);
}

static enum err
check_days(struct request *req)
{
	const struct list_available_days_params *in = req->params;

	if (in->to.days < in->from.days)
		return fail_parameter(&req->ctx, ERR_BAD_VALUE, "to", "must not be before from");
	return check_quantities(req, in->quantity_count, in->part_id_count);
}

static enum err
check_earliest(struct request *req)
{
	const struct list_earliest_slots_params *in = req->params;

	if (in->to.us < in->from.us)
		return fail_parameter(&req->ctx, ERR_BAD_VALUE, "to", "must not be before from");
	return check_quantities(req, in->quantity_count, in->part_id_count);
}

/* clang-format off */
const struct route appointment_routes[] = {
	READ_PREPARED(OP_listAvailability,  check_stretch, NULL,
	              NAMED_BY(operation_id, availability_operations), NAMED_BY(part_id, promise_parts_named),
	              NAMED_BY(package_id, availability_packages), NAMED_BY(technician_id, availability_technician),
	              NAMED_BY(appointment_id, availability_appointment), PAGE(availability_list)),
	READ_PREPARED(OP_listAvailableDays, check_days, NULL,
	              NAMED_BY(operation_id, availability_operations), NAMED_BY(part_id, promise_parts_named),
	              NAMED_BY(package_id, availability_packages), NAMED_BY(technician_id, availability_technician),
	              NAMED_BY(appointment_id, availability_appointment), PAGE(availability_days)),
	READ_PREPARED(OP_listEarliestSlots, check_earliest, NULL,
	              NAMED_BY(operation_id, availability_operations), NAMED_BY(part_id, promise_parts_named),
	              NAMED_BY(package_id, availability_packages), PAGE(availability_earliest)),
	READ(OP_listAppointmentHistory,     UNDER(appointment_visible), PAGE(appointment_history)),
	READ_ACTIONS(OP_listAppointments,   &appointment_machine, PAGE(appointment_list)),
	READ_ACTIONS(OP_getAppointment,     &appointment_machine, ONE(appointment_get)),
	COMMAND(OP_createAppointment,       book,         THEN(OP_getAppointment)),
	COMMAND(OP_confirmAppointment,      move,         THEN(OP_getAppointment)),
	COMMAND(OP_declineAppointment,      give_up,      THEN(OP_getAppointment)),
	COMMAND(OP_rescheduleAppointment,   reschedule,   THEN(OP_getAppointment)),
	COMMAND(OP_cancelAppointment,       give_up,      THEN(OP_getAppointment)),
	COMMAND(OP_arriveAppointment,       move,         THEN(OP_getAppointment)),
	COMMAND(OP_leaveAppointment,        leave,        THEN(OP_getAppointment)),
	COMMAND(OP_markNoShowAppointment,   mark_no_show, THEN(OP_getAppointment)),
	COMMAND(OP_updateAppointment, update, THEN(OP_getAppointment)),
	ROUTES_END
};
/* clang-format on */
