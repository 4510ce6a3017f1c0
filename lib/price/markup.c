/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to mark-up matrices; SQL's markup_price() says what they make of a cost. */
#include "event/event.h"
#include "org/org.h"
#include "price/price.h"

static const struct id chain;

/* Every cost is in a band: they begin at 0 and go up. */
static enum err
check_bands(struct ctx *ctx, const struct markup_band *bands, size_t count)
{
	if (count > 0 && bands[0].cost_from != 0)
		return fail_with(ctx, ERR_BAD_VALUE, "/bands/0/cost_from", "must be 0", NULL);
	for (size_t i = 1; i < count; i++)
		if (bands[i].cost_from <= bands[i - 1].cost_from)
			return fail_with(ctx, ERR_BAD_VALUE,
			                 arena_printf(ctx->arena, "/bands/%zu/cost_from", i),
			                 "must be above that of the band before", NULL);
	return OK;
}

enum err
markup_matrix_create(struct ctx *ctx, const struct create_markup_matrix *in)
{
	struct id id;
	enum err err = new_id(ctx, in->id, &id);

	if (!err)
		err = check_bands(ctx, in->bands, in->bands_count);
	if (err)
		return err;
	db_write(ctx, markup_matrix_add, ARG(matrix_id, id), BODY_ARG(create_markup_matrix, in));
	db_write(ctx, markup_bands_add, ARG(matrix_id, id), BODY_ARG(create_markup_matrix, in));
	event_add(ctx, "markup_matrix.created", chain, id);
	ctx->subject = id;
	return OK;
}

enum err
markup_matrix_update(struct ctx *ctx, struct id id, const struct update_markup_matrix *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, markup_matrix_lock, id, &rows);

	if (!err)
		err = check_bands(ctx, in->bands, in->bands_count);
	if (err)
		return err;
	if (in->has_bands) {
		db_write(ctx, markup_bands_remove, ARG(matrix_id, id));
		db_write(ctx, markup_bands_add, ARG(matrix_id, id),
		         BODY_ARG(update_markup_matrix, in));
	}
	db_write(ctx, markup_matrix_update, ARG(id, id), BODY_ARG(update_markup_matrix, in));
	event_add(ctx, "markup_matrix.updated", chain, id);
	return OK;
}

enum err
markup_matrix_delete(struct ctx *ctx, struct id id, const char *reason)
{
	struct rows *rows;
	enum err err = db_lock(ctx, markup_matrix_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, markup_matrix_delete, ARG(id, id), ARG(reason, reason));
	event_add(ctx, "markup_matrix.deleted", chain, id);
	return OK;
}
