/* SPDX-License-Identifier: Apache-2.0 */
/* Purchase orders. */
#include "purchase/purchase_order.h"
#include "reply.h"
#include "routes/routes.h"

static enum err
create_purchase_order(struct request *req)
{
	return purchase_order_create(&req->ctx, req->body);
}

static enum err
update_purchase_order(struct request *req)
{
	return purchase_order_update(&req->ctx, req->id, req->body);
}

static enum err
submit_purchase_order(struct request *req)
{
	return purchase_order_submit(&req->ctx, req->id);
}

static enum err
approve_purchase_order(struct request *req)
{
	return purchase_order_approve(&req->ctx, req->id);
}

static enum err
reject_purchase_order(struct request *req)
{
	return purchase_order_reject(&req->ctx, req->id, req->body);
}

static enum err
send_purchase_order(struct request *req)
{
	return purchase_order_send(&req->ctx, req->id);
}

static enum err
promise_purchase_order(struct request *req)
{
	return purchase_order_promise(&req->ctx, req->id, req->body);
}

static enum err
receive_purchase_order(struct request *req)
{
	return purchase_order_receive(&req->ctx, req->id, req->body);
}

static enum err
close_purchase_order(struct request *req)
{
	return purchase_order_close(&req->ctx, req->id, req->body);
}

static enum err
cancel_purchase_order(struct request *req)
{
	return purchase_order_cancel(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route purchase_order_routes[] = {
	READ_ACTIONS(OP_listPurchaseOrders, &purchase_order_machine, PAGE(purchase_order_list)),
	READ_ACTIONS(OP_getPurchaseOrder,   &purchase_order_machine, ONE(purchase_order_get), MANY(lines, purchase_order_lines)),
	READ(OP_listPartOnOrder,            UNDER(part_visible), PAGE(part_on_order)),
	COMMAND(OP_createPurchaseOrder,  create_purchase_order,  THEN(OP_getPurchaseOrder)),
	COMMAND(OP_updatePurchaseOrder,  update_purchase_order,  THEN(OP_getPurchaseOrder)),
	COMMAND(OP_submitPurchaseOrder,  submit_purchase_order,  THEN(OP_getPurchaseOrder)),
	COMMAND(OP_approvePurchaseOrder, approve_purchase_order, THEN(OP_getPurchaseOrder)),
	COMMAND(OP_rejectPurchaseOrder,  reject_purchase_order,  THEN(OP_getPurchaseOrder)),
	COMMAND(OP_sendPurchaseOrder,    send_purchase_order,    THEN(OP_getPurchaseOrder)),
	COMMAND(OP_promisePurchaseOrder, promise_purchase_order, THEN(OP_getPurchaseOrder)),
	COMMAND(OP_receivePurchaseOrder, receive_purchase_order, THEN(OP_getStockDocument)),
	COMMAND(OP_closePurchaseOrder,   close_purchase_order,   THEN(OP_getPurchaseOrder)),
	COMMAND(OP_cancelPurchaseOrder,  cancel_purchase_order,  THEN(OP_getPurchaseOrder)),
	ROUTES_END
};
/* clang-format on */
