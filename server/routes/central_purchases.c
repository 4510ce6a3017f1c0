/* SPDX-License-Identifier: Apache-2.0 */
/* Central purchases. */
#include "purchase/central_purchase.h"
#include "routes/routes.h"

static enum err
create_central_purchase(struct request *req)
{
	return central_purchase_create(&req->ctx, req->body);
}

/* clang-format off */
const struct route central_purchase_routes[] = {
	READ(OP_listCentralPurchases,     PAGE(central_purchase_list)),
	READ(OP_getCentralPurchase,       ONE(central_purchase_get), MANY(orders, central_purchase_orders)),
	COMMAND(OP_createCentralPurchase, create_central_purchase, THEN(OP_getCentralPurchase)),
	ROUTES_END
};
/* clang-format on */
