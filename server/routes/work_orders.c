/* SPDX-License-Identifier: Apache-2.0 */
/* Work orders and what stands below them. */
#include "routes/routes.h"
#include "warranty/warranty.h"
#include "work_order/move.h"
#include "work_order/work_order.h"

static enum err
create(struct request *req)
{
	return work_order_open(&req->ctx, req->body);
}

static enum err
update(struct request *req)
{
	return work_order_update(&req->ctx, req->id, req->body);
}

static enum err
add_line(struct request *req)
{
	return work_order_add_line(&req->ctx, req->id, req->body);
}

static enum err
authorise(struct request *req)
{
	return work_order_authorise(&req->ctx, req->id, req->body);
}

static enum err
dispatch(struct request *req)
{
	return work_order_dispatch(&req->ctx, req->id, req->body);
}

static enum err
assign(struct request *req)
{
	return work_order_assign(&req->ctx, req->id, req->body);
}

static enum err
advance(struct request *req)
{
	return work_order_advance(&req->ctx, req->op, req->id);
}

static enum err
pause_order(struct request *req)
{
	return work_order_pause(&req->ctx, req->id, req->body);
}

static enum err
finish(struct request *req)
{
	return work_order_finish(&req->ctx, req->id);
}

static enum err
issue_parts(struct request *req)
{
	return work_order_issue_parts(&req->ctx, req->id, req->body);
}

static enum err
wash(struct request *req)
{
	return work_order_wash(&req->ctx, req->id);
}

static enum err
contact(struct request *req)
{
	return work_order_contact(&req->ctx, req->id, req->body);
}

static enum err
promise(struct request *req)
{
	return work_order_promise(&req->ctx, req->id, req->body);
}

static enum err
cancel(struct request *req)
{
	enum err err = work_order_cancel(&req->ctx, req->op, req->id, req->body);

	return err ? err : warranty_drop(&req->ctx, req->id);
}

static enum err
move_away(struct request *req)
{
	enum err err = work_order_move_away(&req->ctx, req->id, req->body);

	return err ? err : warranty_move(&req->ctx, req->id);
}

static enum err
deliver(struct request *req)
{
	enum err err = work_order_deliver(&req->ctx, req->id, req->body);

	return err ? err : warranty_deliver(&req->ctx, req->id);
}

static enum err
close_order(struct request *req)
{
	return work_order_close(&req->ctx, req->id);
}

static enum err
add_package(struct request *req)
{
	return work_order_add_package(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route work_order_routes[] = {
	READ_ACTIONS(OP_listWorkOrders,    &work_order_machine, PAGE(work_order_list)),
	READ_ACTIONS(OP_getWorkOrder,      &work_order_machine, ONE(work_order_get),
	  MANY(lines, work_order_lines)),
	COMMAND(OP_createWorkOrder,        create,      THEN(OP_getWorkOrder)),
	COMMAND(OP_updateWorkOrder,        update,      THEN(OP_getWorkOrder)),
	READ(OP_listWorkOrderLinesOfOrder, UNDER(work_order_visible),
	  PAGE(work_order_line_of_order)),
	COMMAND(OP_addWorkOrderLine,       add_line,    THEN(OP_getWorkOrderLine)),
	COMMAND(OP_authoriseWorkOrder,     authorise,   THEN(OP_getWorkOrder)),
	COMMAND(OP_dispatchWorkOrder,      dispatch,    THEN(OP_getWorkOrder)),
	COMMAND(OP_assignWorkOrderLines,   assign,      THEN(OP_getWorkOrder)),
	COMMAND(OP_startWorkOrder,         advance,     THEN(OP_getWorkOrder)),
	COMMAND(OP_pauseWorkOrder,         pause_order, THEN(OP_getWorkOrder)),
	COMMAND(OP_resumeWorkOrder,        advance,     THEN(OP_getWorkOrder)),
	COMMAND(OP_finishWorkOrder,        finish,      THEN(OP_getWorkOrder)),
	COMMAND(OP_issueWorkOrderParts,    issue_parts, THEN(OP_getStockDocument)),
	COMMAND(OP_washWorkOrder,          wash,        THEN(OP_getWorkOrder)),
	COMMAND(OP_addWorkOrderContact,    contact,     THEN(OP_getWorkOrder)),
	COMMAND(OP_cancelWorkOrder,        cancel,      THEN(OP_getWorkOrder)),
	COMMAND(OP_moveWorkOrder,          move_away,   THEN(OP_getWorkOrder)),
	READ(OP_listWorkOrderMoves,        PAGE(work_order_move_list)),
	COMMAND(OP_voidWorkOrder,          cancel,      THEN(OP_getWorkOrder)),
	COMMAND(OP_deliverWorkOrder,       deliver,     THEN(OP_getWorkOrder)),
	COMMAND(OP_closeWorkOrder,         close_order, THEN(OP_getWorkOrder)),
	COMMAND(OP_promiseWorkOrder,       promise,     THEN(OP_getWorkOrder)),
	READ(OP_listWorkOrderPromises,       UNDER(work_order_visible),
	  PAGE(work_order_promise_list)),
	READ(OP_listWorkOrderStages,         UNDER(work_order_visible),
	  PAGE(work_order_stage_list)),
	READ(OP_getWorkOrderDurations,       ONE(work_order_durations)),
	READ(OP_getWorkOrderDelivery,        ONE(work_order_delivery),
	  MANY(concerns, work_order_delivery_concerns), MANY(parts, work_order_delivery_parts)),
	READ(OP_listAcceptances,             PAGE(acceptance_list)),
	READ(OP_listWorkOrderContacts,       UNDER(work_order_visible),
	  PAGE(work_order_contact_list)),
	READ(OP_listWorkOrderAuthorisations, UNDER(work_order_visible), PAGE(authorisation_list)),
	READ(OP_listWorkOrderClockEntries,   UNDER(work_order_visible), PAGE(clock_entry_list)),
	READ(OP_listWorkOrderHistory,        UNDER(work_order_visible), PAGE(work_order_history)),
	READ(OP_listDispatchSuggestions,     NAMED_BY(work_order_id, work_order_named),
	  PAGE(dispatch_suggestions)),
	COMMAND(OP_addWorkOrderPackage, add_package, THEN(OP_getWorkOrder)),
	ROUTES_END
};
/* clang-format on */
