/* SPDX-License-Identifier: Apache-2.0 */
/* Approvals of prices. */
#include "price/approval.h"
#include "routes/routes.h"

static enum err
approve(struct request *req)
{
	return approval_decide(&req->ctx, OP_approveApproval, req->id, NULL, NULL);
}

static enum err
reject(struct request *req)
{
	const struct reason_given *in = req->body;

	return approval_decide(&req->ctx, OP_rejectApproval, req->id, in->reason, in->note);
}

/* clang-format off */
const struct route approval_routes[] = {
	READ_ACTIONS(OP_listApprovals, &approval_machine, PAGE(approval_list)),
	READ_ACTIONS(OP_getApproval,   &approval_machine, ONE(approval_get)),
	COMMAND(OP_approveApproval,    approve, THEN(OP_getApproval)),
	COMMAND(OP_rejectApproval,     reject,  THEN(OP_getApproval)),
	ROUTES_END
};
/* clang-format on */
