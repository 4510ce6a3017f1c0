/* SPDX-License-Identifier: Apache-2.0 */
/* Why a bill is not what was first agreed to. */
#include "event/event.h"
#include "settlement/settlement.h"
#include "work_order/work_order.h"

static enum err
check_lines(struct ctx *ctx, struct id order, const struct explain_variance *in)
{
	struct rows *unknown;
	enum err err = db_read(ctx, variance_lines_unknown, &unknown, ARG(order_id, order),
	                       BODY_ARG(explain_variance, in));

	if (err)
		return err;
	for (size_t i = 0; i < rows_count(unknown); i++)
		note_failure(ctx, ERR_NOT_FOUND,
		             arena_printf(ctx->arena, "/lines/%lld/line_id",
		                          (long long)row_int(unknown, i, "position")),
		             NULL, NULL);
	return rows_count(unknown) ? ERR_NOT_FOUND : OK;
}

enum err
variance_explain(struct ctx *ctx, struct id id, const struct explain_variance *in)
{
	struct work_order wo = { 0 };
	enum err err = work_order_lock(ctx, id, NULL, &wo);

	ctx->subject = id;
	if (!err)
		err = ctx_check_version(ctx, wo.version);
	if (!err && !in->has_reason && (in->has_note || !in->has_lines))
		err = fail(ctx, ERR_REQUIRED, "/reason");
	if (!err && in->has_lines)
		err = check_lines(ctx, id, in);
	if (err)
		return err;
	if (in->has_reason)
		db_write(ctx, variance_explain, ARG(reason_id, id_new()), ARG(store_id, wo.store),
		         ARG(order_id, id), BODY_ARG(explain_variance, in));
	if (in->has_lines) {
		struct id *ids = arena_array(ctx->arena, in->lines_count, sizeof(*ids));

		for (size_t i = 0; i < in->lines_count; i++)
			ids[i] = id_new();
		db_write(ctx, variance_explain_lines, IDS_ARG(reason_ids, ids, in->lines_count),
		         ARG(store_id, wo.store), ARG(order_id, id),
		         BODY_ARG(explain_variance, in));
	}
	event_add(ctx, "work_order.variance_explained", wo.store, id);
	return OK;
}

enum err
variance_check(struct ctx *ctx, const struct work_order *wo)
{
	struct rows *rows;
	enum err err = db_read(ctx, variance_get, &rows, IDS_ARG(ids, &wo->id, 1));

	if (err)
		return err;
	if (!row_bool(rows, 0, "reason_needed"))
		return OK;
	return fail_with(ctx, ERR_VARIANCE_UNEXPLAINED, NULL, row_text(rows, 0, "difference"),
	                 NULL);
}
