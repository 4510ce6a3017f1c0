/* SPDX-License-Identifier: Apache-2.0 */
/* The link by which a customer follows an order, and what it opens. */
#include "work_order/progress.h"

#include "reply.h"
#include "routes/routes.h"

static enum err
share(struct request *req)
{
	return work_order_share_progress(&req->ctx, req->id);
}

static enum err
stop_sharing(struct request *req)
{
	return work_order_stop_sharing(&req->ctx, req->id);
}

/* clang-format off */
const struct route progress_routes[] = {
	READ_EXTRA(OP_getProgressLink,     reply_token,  ONE(progress_link_get)),
	COMMAND(OP_shareWorkOrderProgress, share,        THEN(OP_getProgressLink)),
	COMMAND(OP_stopSharingProgress,    stop_sharing, THEN(OP_getWorkOrder)),
	READ(OP_getPublicProgress,         ONE(public_progress_get)),
	ROUTES_END
};
/* clang-format on */
