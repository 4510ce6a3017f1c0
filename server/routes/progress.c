/* SPDX-License-Identifier: Apache-2.0 */
/* The link by which a customer follows an order, and what it opens. */
#include "work_order/progress.h"

#include "link.h"
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

/* Whoever may share it hands it out. */
static void
write_token(struct buf *out, const struct rows *rows, size_t row, void *arg)
{
	char token[LINK_TEXT];

	(void)arg;
	buf_printf(out, ",\"token\":\"%s\"", link_token(row_id(rows, row, "id"), token));
}

/* clang-format off */
const struct route progress_routes[] = {
	READ_EXTRA(OP_getProgressLink,     write_token,  ONE(progress_link_get)),
	COMMAND(OP_shareWorkOrderProgress, share,        THEN(OP_getProgressLink)),
	COMMAND(OP_stopSharingProgress,    stop_sharing, THEN(OP_getWorkOrder)),
	READ(OP_getPublicProgress,         ONE(public_progress_get)),
	ROUTES_END
};
/* clang-format on */
