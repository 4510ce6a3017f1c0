/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of work orders: what becomes of them, and the work on them. */
#include "routes/routes.h"
#include "warranty/warranty.h"
#include "work_order/evidence.h"
#include "work_order/work_order.h"

static enum err
decide(struct request *req)
{
	const struct decline_work_order_line *said = req->body;
	struct defer_work_order_line in = { 0 };
	enum err err;

	if (req->op == OP_deferWorkOrderLine)
		in = *(const struct defer_work_order_line *)req->body;
	else if (req->op != OP_reviveWorkOrderLine)
		in = (struct defer_work_order_line){
			.reason = said->reason,
			.reason_code = said->reason_code,
			.has_reason_code = said->has_reason_code,
			.note = said->note,
			.method = said->method,
			.has_method = said->has_method,
			.by = said->by,
		};
	err = work_order_line_decide(&req->ctx, req->op, req->id, &in);

	if (err || req->op != OP_withdrawWorkOrderLine)
		return err;
	return warranty_drop(&req->ctx, req->id);
}

static enum err
work(struct request *req)
{
	return work_order_line_work(&req->ctx, req->op, req->id,
	                            req->op == OP_pauseWorkOrderLine ? req->body : NULL);
}

static enum err
tick(struct request *req)
{
	return line_tick(&req->ctx, req->id, req->body);
}

static enum err
attach_photos(struct request *req)
{
	return line_attach_photos(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route work_order_line_routes[] = {
	READ_ACTIONS(OP_listWorkOrderLines, &line_work_machine, PAGE(work_order_line_list)),
	READ_ACTIONS(OP_getWorkOrderLine,   &line_work_machine, ONE(work_order_line_get)),
	COMMAND(OP_declineWorkOrderLine,  decide, THEN(OP_getWorkOrderLine)),
	COMMAND(OP_deferWorkOrderLine,    decide, THEN(OP_getWorkOrderLine)),
	COMMAND(OP_reviveWorkOrderLine,   decide, THEN(OP_getWorkOrderLine)),
	COMMAND(OP_withdrawWorkOrderLine, decide, THEN(OP_getWorkOrderLine)),
	COMMAND(OP_clockOnWorkOrderLine,  work,   THEN(OP_getWorkOrderLine)),
	COMMAND(OP_pauseWorkOrderLine,    work,   THEN(OP_getWorkOrderLine)),
	COMMAND(OP_resumeWorkOrderLine,   work,   THEN(OP_getWorkOrderLine)),
	COMMAND(OP_finishWorkOrderLine,   work,   THEN(OP_getWorkOrderLine)),
	COMMAND(OP_reworkWorkOrderLine,   work,   THEN(OP_getWorkOrderLine)),
	READ(OP_getWorkOrderLineRequirements, ONE(line_requirements),
	  MANY(evidence, line_requirement_evidence), MANY(checklist, line_requirement_checklist)),
	COMMAND(OP_tickWorkOrderLine,         tick,          THEN(OP_getWorkOrderLineRequirements)),
	COMMAND(OP_attachWorkOrderLinePhotos, attach_photos, THEN(OP_getWorkOrderLineRequirements)),
	ROUTES_END
};
/* clang-format on */
