/* SPDX-License-Identifier: Apache-2.0 */
/* Rescues and jobs on site. */
#include "rescue/rescue.h"

#include "routes/routes.h"

static enum err
report(struct request *req)
{
	return rescue_report(&req->ctx, req->body);
}

static enum err
dispatch_one(struct request *req)
{
	return rescue_dispatch(&req->ctx, OP_dispatchRescue, req->id, req->body);
}

static enum err
reassign(struct request *req)
{
	return rescue_dispatch(&req->ctx, OP_reassignRescue, req->id, req->body);
}

static enum err
arrive(struct request *req)
{
	return rescue_arrive(&req->ctx, req->id);
}

static enum err
tow_in(struct request *req)
{
	return rescue_tow_in(&req->ctx, req->id, req->body);
}

static enum err
repair(struct request *req)
{
	return rescue_repair(&req->ctx, req->id, req->body);
}

static enum err
cancel(struct request *req)
{
	return rescue_cancel(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route rescue_routes[] = {
	READ_ACTIONS(OP_listRescues, &rescue_machine, PAGE(rescue_list)),
	READ_ACTIONS(OP_getRescue,   &rescue_machine, ONE(rescue_get)),
	READ(OP_getRescuePhone,      ONE(rescue_phone_get)),
	COMMAND(OP_reportRescue,     report,       THEN(OP_getRescue)),
	COMMAND(OP_dispatchRescue,   dispatch_one, THEN(OP_getRescue)),
	COMMAND(OP_reassignRescue,   reassign,     THEN(OP_getRescue)),
	COMMAND(OP_arriveRescue,     arrive,       THEN(OP_getRescue)),
	COMMAND(OP_towInRescue,      tow_in,       THEN(OP_getRescue)),
	COMMAND(OP_repairRescue,     repair,       THEN(OP_getRescue)),
	COMMAND(OP_cancelRescue,     cancel,       THEN(OP_getRescue)),
	ROUTES_END
};
/* clang-format on */
