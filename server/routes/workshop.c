/* SPDX-License-Identifier: Apache-2.0 */
/* The workshop as a whole: its board, bays and pauses, who is credited with what, outside work. */
#include "routes/routes.h"
#include "work_order/sublet.h"
#include "work_order/work_order.h"

static enum err
enter_bay(struct request *req)
{
	return work_order_enter_bay(&req->ctx, req->id, req->body);
}

static enum err
leave_bay(struct request *req)
{
	return work_order_leave_bay(&req->ctx, req->id);
}

static enum err
create_sublet(struct request *req)
{
	return sublet_create(&req->ctx, req->body);
}

static enum err
update_sublet(struct request *req)
{
	return sublet_update(&req->ctx, req->id, req->body);
}

static enum err
send_sublet(struct request *req)
{
	return sublet_send(&req->ctx, req->id);
}

static enum err
return_sublet(struct request *req)
{
	return sublet_return(&req->ctx, req->id);
}

static enum err
bill_sublet(struct request *req)
{
	return sublet_bill(&req->ctx, req->id, req->body);
}

static enum err
cancel_sublet(struct request *req)
{
	return sublet_cancel(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route workshop_routes[] = {
	READ(OP_getBoard,              ONE(board)),
	READ(OP_listWorkOrderPauses,   PAGE(work_order_pause_list)),
	READ(OP_listBayOccupancies,    PAGE(bay_occupancy_list)),
	READ(OP_listLabourCredits,     PAGE(labour_credit_list)),
	COMMAND(OP_enterBayWorkOrder,  enter_bay,     THEN(OP_getWorkOrder)),
	COMMAND(OP_leaveBayWorkOrder,  leave_bay,     THEN(OP_getWorkOrder)),
	READ_ACTIONS(OP_listSublets,   &sublet_machine, PAGE(sublet_list)),
	READ_ACTIONS(OP_getSublet,     &sublet_machine, ONE(sublet_get)),
	COMMAND(OP_createSublet,       create_sublet, THEN(OP_getSublet)),
	COMMAND(OP_updateSublet,       update_sublet, THEN(OP_getSublet)),
	COMMAND(OP_sendSublet,         send_sublet,   THEN(OP_getSublet)),
	COMMAND(OP_returnSublet,       return_sublet, THEN(OP_getSublet)),
	COMMAND(OP_billSublet,         bill_sublet,   THEN(OP_getSublet)),
	COMMAND(OP_cancelSublet,       cancel_sublet, THEN(OP_getSublet)),
	ROUTES_END
};
/* clang-format on */
