/* SPDX-License-Identifier: Apache-2.0 */
/* The front desk: the day to come. */
#include "appointment/parts.h"
#include "routes/routes.h"

static enum err
set_parts(struct request *req)
{
	return appointment_set_parts(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route front_desk_routes[] = {
	READ(OP_getAppointmentParts,    ONE(appointment_parts_get), MANY(parts, appointment_parts_of)),
	COMMAND(OP_setAppointmentParts, set_parts, THEN(OP_getAppointmentParts)),
	READ(OP_getPickList,            ONE(pick_list), MANY(appointments, pick_list_appointments),
	  MANY(appointments.parts, pick_list_parts)),
	READ(OP_getBriefing,            ONE(briefing), MANY(appointments, briefing_appointments),
	  MANY(appointments.deferred, briefing_deferred),
	  MANY(appointments.comebacks, briefing_comebacks)),
	ROUTES_END
};
/* clang-format on */
