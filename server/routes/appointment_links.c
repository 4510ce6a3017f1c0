/* SPDX-License-Identifier: Apache-2.0 */
/* The customer's link of an appointment: sharing it, and what it opens. */
#include "appointment/link.h"

#include "reply.h"
#include "routes/routes.h"

static enum err
share(struct request *req)
{
	return appointment_share(&req->ctx, req->id);
}

static enum err
stop_sharing(struct request *req)
{
	return appointment_stop_sharing(&req->ctx, req->id);
}

static enum err
confirm(struct request *req)
{
	return appointment_confirm_by_link(&req->ctx);
}

static enum err
reschedule(struct request *req)
{
	return appointment_reschedule_by_link(&req->ctx, req->body);
}

static enum err
cancel(struct request *req)
{
	return appointment_cancel_by_link(&req->ctx, req->body);
}

static enum err
add_facts(struct request *req)
{
	return appointment_add_facts_by_link(&req->ctx, req->body);
}

static enum err
check_days(struct request *req)
{
	const struct list_public_slots_params *in = req->params;

	if (in->to.days < in->from.days)
		return fail_parameter(&req->ctx, ERR_BAD_VALUE, "to", "must not be before from");
	return OK;
}

/* clang-format off */
const struct route appointment_link_routes[] = {
	READ_EXTRA(OP_getAppointmentLink,       reply_token,  ONE(appointment_link_get)),
	COMMAND(OP_shareAppointment,            share,        THEN(OP_getAppointmentLink)),
	COMMAND(OP_stopSharingAppointment,      stop_sharing, THEN(OP_getAppointment)),
	READ(OP_listCustomerActs,               UNDER(appointment_visible), PAGE(customer_act_list)),
	READ_ACTIONS(OP_getPublicAppointment,   &appointment_link_machine, ONE(public_appointment_get)),
	READ_PREPARED(OP_listPublicSlots,       check_days, NULL, UNDER(public_appointment_open),
	              PAGE(public_slots)),
	COMMAND(OP_confirmAppointmentByLink,    confirm,      THEN(OP_getPublicAppointment)),
	COMMAND(OP_rescheduleAppointmentByLink, reschedule,   THEN(OP_getPublicAppointment)),
	COMMAND(OP_cancelAppointmentByLink,     cancel,       THEN(OP_getPublicAppointment)),
	COMMAND(OP_addAppointmentFactsByLink,   add_facts,    THEN(OP_getPublicAppointment)),
	ROUTES_END
};
/* clang-format on */
