/* SPDX-License-Identifier: Apache-2.0 */
/* The front desk: the day to come, and the queue. */
#include "appointment/parts.h"
#include "reception/queue.h"
#include "routes/routes.h"

static enum err
set_parts(struct request *req)
{
	return appointment_set_parts(&req->ctx, req->id, req->body);
}

static enum err
take_ticket(struct request *req)
{
	return queue_ticket_take(&req->ctx, req->body);
}

static enum err
call_next(struct request *req)
{
	return queue_call_next(&req->ctx, req->body);
}

static enum err
call_ticket(struct request *req)
{
	return queue_ticket_call(&req->ctx, req->id, req->body);
}

static enum err
serve_ticket(struct request *req)
{
	return queue_ticket_serve(&req->ctx, req->id, req->body);
}

static enum err
move_ticket(struct request *req)
{
	return queue_ticket_move(&req->ctx, req->op, req->id);
}

/* clang-format off */
const struct route front_desk_routes[] = {
	READ(OP_getAppointmentParts,    ONE(appointment_parts_get), MANY(parts, appointment_parts_of)),
	COMMAND(OP_setAppointmentParts, set_parts, THEN(OP_getAppointmentParts)),
	READ(OP_getPickList,            NAMED_BY(store_id, store_named), ONE(pick_list), MANY(appointments, pick_list_appointments),
	  MANY(appointments.parts, pick_list_parts)),
	READ(OP_getBriefing,            NAMED_BY(store_id, store_named), ONE(briefing), MANY(appointments, briefing_appointments),
	  MANY(appointments.deferred, briefing_deferred),
	  MANY(appointments.comebacks, briefing_comebacks)),
	READ(OP_getAppointmentBriefing, ONE(visit_briefing), MANY(visits, visit_briefing_visits),
	  MANY(recommendations, visit_briefing_recommendations), MANY(guarantees, visit_briefing_guarantees),
	  MANY(complaints, visit_briefing_complaints), MANY(incidents, visit_briefing_incidents),
	  MANY(parts, appointment_parts_of), MANY(unpaid, visit_briefing_unpaid),
	  MANY(files, visit_briefing_files)),
	READ_ACTIONS(OP_listQueueTickets, &queue_ticket_machine, PAGE(queue_ticket_list)),
	READ_ACTIONS(OP_getQueueTicket,   &queue_ticket_machine, ONE(queue_ticket_get)),
	COMMAND(OP_createQueueTicket,     take_ticket,  THEN(OP_getQueueTicket)),
	COMMAND(OP_callNextQueueTicket,   call_next,    THEN(OP_getQueueTicket)),
	COMMAND(OP_callQueueTicket,       call_ticket,  THEN(OP_getQueueTicket)),
	COMMAND(OP_skipQueueTicket,       move_ticket,  THEN(OP_getQueueTicket)),
	COMMAND(OP_markNoShowQueueTicket, move_ticket,  THEN(OP_getQueueTicket)),
	COMMAND(OP_serveQueueTicket,      serve_ticket, THEN(OP_getQueueTicket)),
	COMMAND(OP_leaveQueueTicket,      move_ticket,  THEN(OP_getQueueTicket)),
	READ(OP_getQueueBoard,            NAMED_BY(store_id, store_named), ONE(queue_board), MANY(called, queue_board_called),
	  MANY(waiting, queue_board_waiting)),
	ROUTES_END
};
/* clang-format on */
