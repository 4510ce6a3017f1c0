/* SPDX-License-Identifier: Apache-2.0 */
/* Sharing an order's progress with its customer, and no longer. */
#include "work_order/progress.h"

#include "event/event.h"
#include "link/link.h"

#define LINK_MS (INT64_C(60) * 24 * 3600 * 1000)

#define OVER                                                                  \
	(FROM(WORK_ORDER_STATUS_DELIVERED) | FROM(WORK_ORDER_STATUS_CLOSED) | \
	 FROM(WORK_ORDER_STATUS_CANCELLED))

/* The order's lock lets two who share it at once do so one after the other. */
static enum err
begin(struct ctx *ctx, struct id id, struct work_order *wo)
{
	enum err err = work_order_lock(ctx, id, NULL, wo);

	ctx->subject = id;
	return err ? err : ctx_check_version(ctx, wo->version);
}

enum err
work_order_share_progress(struct ctx *ctx, struct id id)
{
	struct work_order wo = { 0 };
	enum err err = begin(ctx, id, &wo);

	if (!err && (OVER & FROM(wo.status)))
		err = work_order_refuse(ctx, &wo);
	if (err)
		return err;
	link_end(ctx, LINK_PURPOSE_PROGRESS, id);
	link_add(ctx, LINK_PURPOSE_PROGRESS, wo.store, id, utc_add_ms(ctx->now, LINK_MS));
	event_add(ctx, "work_order.progress_shared", wo.store, id);
	return OK;
}

enum err
work_order_stop_sharing(struct ctx *ctx, struct id id)
{
	struct work_order wo = { 0 };
	enum err err = begin(ctx, id, &wo);

	if (!err)
		err = link_stop(ctx, LINK_PURPOSE_PROGRESS, id);
	if (err)
		return err;
	event_add(ctx, "work_order.progress_hidden", wo.store, id);
	return OK;
}
