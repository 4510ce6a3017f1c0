/* SPDX-License-Identifier: Apache-2.0 */
/* What to buy. */
#include "replenishment/suggestion.h"
#include "routes/routes.h"

static enum err
create_replenishment_run(struct request *req)
{
	return replenishment_run_create(&req->ctx, req->body);
}

static enum err
order_replenishment_run(struct request *req)
{
	return replenishment_run_order(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route replenishment_routes[] = {
	READ(OP_listReplenishmentRuns,  PAGE(replenishment_run_list)),
	READ(OP_getReplenishmentRun,    ONE(replenishment_run_get)),
	READ(OP_listReplenishmentLines, UNDER(replenishment_run_visible), PAGE(replenishment_lines)),
	COMMAND(OP_createReplenishmentRun, create_replenishment_run, THEN(OP_getReplenishmentRun)),
	COMMAND(OP_orderReplenishmentRun,  order_replenishment_run,  THEN(OP_getReplenishmentRun)),
	ROUTES_END
};
/* clang-format on */
