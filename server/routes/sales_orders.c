/* SPDX-License-Identifier: Apache-2.0 */
/* Sales orders. */
#include "reply.h"
#include "routes/routes.h"
#include "sale/sales_order.h"

static enum err
create_sales_order(struct request *req)
{
	return sales_order_create(&req->ctx, req->body);
}

static enum err
update_sales_order(struct request *req)
{
	return sales_order_update(&req->ctx, req->id, req->body);
}

static enum err
confirm_sales_order(struct request *req)
{
	return sales_order_confirm(&req->ctx, req->id);
}

static enum err
ship_sales_order(struct request *req)
{
	return sales_order_ship(&req->ctx, req->id, req->body);
}

static enum err
accept_sales_order(struct request *req)
{
	return sales_order_accept(&req->ctx, req->id, req->body);
}

static enum err
return_sales_order(struct request *req)
{
	return sales_order_return(&req->ctx, req->id, req->body);
}

static enum err
cancel_sales_order(struct request *req)
{
	return sales_order_cancel(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route sales_order_routes[] = {
	READ_ACTIONS(OP_listSalesOrders, &sales_order_machine, PAGE(sales_order_list)),
	READ_ACTIONS(OP_getSalesOrder,   &sales_order_machine, ONE(sales_order_get), MANY(lines, sales_order_lines)),
	COMMAND(OP_createSalesOrder,  create_sales_order,  THEN(OP_getSalesOrder)),
	COMMAND(OP_updateSalesOrder,  update_sales_order,  THEN(OP_getSalesOrder)),
	COMMAND(OP_confirmSalesOrder, confirm_sales_order, THEN(OP_getSalesOrder)),
	COMMAND(OP_shipSalesOrder,    ship_sales_order,    THEN(OP_getSalesOrder)),
	COMMAND(OP_acceptSalesOrder,  accept_sales_order,  THEN(OP_getSalesOrder)),
	COMMAND(OP_returnSalesOrder,  return_sales_order,  THEN(OP_getSalesOrder)),
	COMMAND(OP_cancelSalesOrder,  cancel_sales_order,  THEN(OP_getSalesOrder)),
	ROUTES_END
};
/* clang-format on */
