/* SPDX-License-Identifier: Apache-2.0 */
/* Sharing an order's progress with its customer, and no longer. */
#include "work_order/progress.h"

#include "event/event.h"

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
	struct rows *before = NULL;
	enum err err = begin(ctx, id, &wo);

	if (!err && (OVER & FROM(wo.status)))
		err = work_order_refuse(ctx, &wo);
	if (!err)
		err = db_read(ctx, progress_link_revoke, &before, ARG(id, id));
	if (err)
		return err;
	db_write(ctx, progress_link_add, ARG(link_id, id_new()), ARG(store_id, wo.store),
	         ARG(id, id), ARG(expires_at, utc_add_ms(ctx->now, LINK_MS)));
	event_add(ctx, "work_order.progress_shared", wo.store, id);
	return OK;
}

enum err
work_order_stop_sharing(struct ctx *ctx, struct id id)
{
	struct work_order wo = { 0 };
	struct rows *before = NULL;
	enum err err = begin(ctx, id, &wo);

	if (!err)
		err = db_read(ctx, progress_link_revoke, &before, ARG(id, id));
	if (!err && (rows_count(before) == 0 || !row_bool(before, 0, "live")))
		err = fail(ctx, ERR_NOT_SHARED, NULL);
	if (err)
		return err;
	event_add(ctx, "work_order.progress_hidden", wo.store, id);
	return OK;
}
