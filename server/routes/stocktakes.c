/* SPDX-License-Identifier: Apache-2.0 */
/* Stocktakes. */
#include "reply.h"
#include "routes/routes.h"
#include "stock/stocktake.h"

static enum err
create_stocktake(struct request *req)
{
	return stocktake_create(&req->ctx, req->body);
}

static enum err
freeze_stocktake(struct request *req)
{
	return stocktake_freeze(&req->ctx, req->id);
}

static enum err
count_stocktake(struct request *req)
{
	return stocktake_count(&req->ctx, req->id, req->body);
}

static enum err
submit_stocktake(struct request *req)
{
	return stocktake_submit(&req->ctx, req->id);
}

static enum err
recount_stocktake(struct request *req)
{
	return stocktake_recount(&req->ctx, req->id, req->body);
}

static enum err
audit_stocktake(struct request *req)
{
	return stocktake_audit(&req->ctx, req->id, req->body);
}

static enum err
cancel_stocktake(struct request *req)
{
	return stocktake_cancel(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route stocktake_routes[] = {
	READ_ACTIONS(OP_listStocktakes, &stocktake_machine, PAGE(stocktake_list)),
	READ_ACTIONS(OP_getStocktake,   &stocktake_machine, ONE(stocktake_get)),
	READ(OP_listStocktakeLines,     UNDER(stocktake_visible), PAGE(stocktake_lines)),
	COMMAND(OP_createStocktake,     create_stocktake,  THEN(OP_getStocktake)),
	COMMAND(OP_freezeStocktake,     freeze_stocktake,  THEN(OP_getStocktake)),
	COMMAND(OP_countStocktake,      count_stocktake,   THEN(OP_getStocktake)),
	COMMAND(OP_submitStocktake,     submit_stocktake,  THEN(OP_getStocktake)),
	COMMAND(OP_recountStocktake,    recount_stocktake, THEN(OP_getStocktake)),
	COMMAND(OP_auditStocktake,      audit_stocktake,   THEN(OP_getStocktake)),
	COMMAND(OP_cancelStocktake,     cancel_stocktake,  THEN(OP_getStocktake)),
	ROUTES_END
};
/* clang-format on */
