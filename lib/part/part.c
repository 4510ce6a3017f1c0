/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to the list of parts, and the keys it is searched by. */
#include "part/part.h"

#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "part/part_number.h"

static const struct id chain;

static void
add_keys(struct ctx *ctx, struct id part, const char *number_norm, const char *name)
{
	search_add(ctx, "part_number", number_norm, "part", part, chain);
	search_add_name(ctx, name, false, "part", part, chain);
}

/* The part that stands in the way of a number and brand. */
static enum err
refuse_duplicate(struct ctx *ctx, const char *number_norm, const char *brand)
{
	struct rows *rows;
	enum err err = db_read(ctx, part_by_number, &rows, ARG(number_norm, number_norm),
	                       ARG(brand, brand));

	if (err)
		return err;
	return rows_count(rows) ? fail_existing(ctx, "/number", "part", row_id(rows, 0, "id"))
	                        : fail(ctx, ERR_DUPLICATE, "/number");
}

enum err
part_create(struct ctx *ctx, const struct create_part *in)
{
	const char *norm = part_number_normalise(ctx->arena, in->number);
	struct rows *rows;
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (!err)
		err = db_read(ctx, part_add, &rows, ARG(part_id, ctx->subject),
		              ARG(number_norm, norm), BODY_ARG(create_part, in));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return refuse_duplicate(ctx, norm, in->brand);
	add_keys(ctx, ctx->subject, norm, in->name);
	event_add(ctx, "part.created", chain, ctx->subject);
	return OK;
}

enum err
part_update(struct ctx *ctx, struct id id, const struct update_part *in)
{
	const char *norm = in->has_number ? part_number_normalise(ctx->arena, in->number) : NULL;
	struct rows *rows;
	enum err err = db_lock(ctx, part_lock, id, &rows);

	if (err)
		return err;
	if (in->has_sale_price)
		db_write(ctx, part_price_changed, ARG(change_id, id_new()), ARG(id, id),
		         ARG(sale_price, in->sale_price));
	db_write(ctx, part_update, ARG(id, id), ARG(number_norm, norm), BODY_ARG(update_part, in));
	if (in->has_number || in->has_name) {
		search_clear(ctx, id, NULL);
		add_keys(ctx, id, norm ? norm : row_text(rows, 0, "number_norm"),
		         in->has_name ? in->name : row_text(rows, 0, "name"));
	}
	event_add(ctx, "part.updated", chain, id);
	return OK;
}

enum err
parts_check(struct ctx *ctx, const struct id *parts, size_t count)
{
	struct rows *unknown;
	enum err err = db_read(ctx, part_unknown, &unknown, IDS_ARG(part_ids, parts, count));

	for (size_t i = 0; !err && i < rows_count(unknown); i++)
		note_failure(ctx, ERR_NOT_FOUND,
		             arena_printf(ctx->arena, "/lines/%lld/part_id",
		                          (long long)row_int(unknown, i, "position")),
		             NULL, NULL);
	if (err)
		return err;
	return rows_count(unknown) ? ERR_NOT_FOUND : OK;
}
