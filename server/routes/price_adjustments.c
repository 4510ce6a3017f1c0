/* SPDX-License-Identifier: Apache-2.0 */
/* Price adjustments. */
#include "part/price_adjustment.h"
#include "routes/routes.h"

static enum err
create_adjustment(struct request *req)
{
	return price_adjustment_create(&req->ctx, req->body);
}

static enum err
update_adjustment(struct request *req)
{
	return price_adjustment_update(&req->ctx, req->id, req->body);
}

static enum err
audit_adjustment(struct request *req)
{
	return price_adjustment_audit(&req->ctx, req->id);
}

static enum err
void_adjustment(struct request *req)
{
	return price_adjustment_end(&req->ctx, OP_voidPriceAdjustment, req->id, NULL);
}

static enum err
cancel_adjustment(struct request *req)
{
	const struct cancel_price_adjustment *in = req->body;

	return price_adjustment_end(&req->ctx, OP_cancelPriceAdjustment, req->id, in->reason);
}

/* clang-format off */
const struct route price_adjustment_routes[] = {
	READ_ACTIONS(OP_listPriceAdjustments, &price_adjustment_machine, PAGE(price_adjustment_list)),
	READ_ACTIONS(OP_getPriceAdjustment,   &price_adjustment_machine, ONE(price_adjustment_get)),
	READ(OP_listPriceAdjustmentLines,     UNDER(price_adjustment_visible), PAGE(price_adjustment_lines)),
	COMMAND(OP_createPriceAdjustment,     create_adjustment, THEN(OP_getPriceAdjustment)),
	COMMAND(OP_updatePriceAdjustment,     update_adjustment, THEN(OP_getPriceAdjustment)),
	COMMAND(OP_auditPriceAdjustment,      audit_adjustment,  THEN(OP_getPriceAdjustment)),
	COMMAND(OP_voidPriceAdjustment,       void_adjustment,   THEN(OP_getPriceAdjustment)),
	COMMAND(OP_cancelPriceAdjustment,     cancel_adjustment, THEN(OP_getPriceAdjustment)),
	ROUTES_END
};
/* clang-format on */
