/* SPDX-License-Identifier: Apache-2.0 */
/* Headquarters' templates of inspections, revision by revision. */
#include "event/event.h"
#include "inspection/inspection.h"
#include "org/org.h"

static const struct id chain;

static struct id *
new_ids(struct ctx *ctx, size_t count)
{
	struct id *ids = arena_array(ctx->arena, count + 1, sizeof(*ids));

	for (size_t i = 0; i < count; i++)
		ids[i] = id_new();
	return ids;
}

enum err
inspection_template_create(struct ctx *ctx, const struct create_inspection_template *in)
{
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (err)
		return err;
	db_write(ctx, inspection_template_add, ARG(template_id, ctx->subject),
	         BODY_ARG(create_inspection_template, in));
	db_write(ctx, inspection_template_items_add, ARG(template_id, ctx->subject),
	         IDS_ARG(item_ids, new_ids(ctx, in->items_count), in->items_count),
	         BODY_ARG(create_inspection_template, in));
	event_add(ctx, "inspection_template.created", chain, ctx->subject);
	return OK;
}

enum err
inspection_template_update(struct ctx *ctx, struct id id,
                           const struct update_inspection_template *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, inspection_template_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, inspection_template_update, ARG(id, id),
	         BODY_ARG(update_inspection_template, in));
	event_add(ctx, "inspection_template.updated", chain, id);
	return OK;
}

enum err
inspection_template_revise(struct ctx *ctx, struct id id,
                           const struct revise_inspection_template *in)
{
	struct id next = { { 0 } };
	struct rows *rows;
	enum err err = db_lock(ctx, inspection_template_lock, id, &rows);

	if (!err && row_int(rows, 0, "revision") != row_int(rows, 0, "latest"))
		err = fail_with(ctx, ERR_NOT_LATEST, NULL, row_text(rows, 0, "latest"), NULL);
	if (!err)
		err = new_id(ctx, in->id, &next);
	if (err)
		return err;
	db_write(ctx, inspection_template_retire, ARG(id, id));
	db_write(ctx, inspection_template_add_revision, ARG(id, id), ARG(template_id, next),
	         ARG(name, in->name));
	db_write(ctx, inspection_template_items_add, ARG(template_id, next),
	         IDS_ARG(item_ids, new_ids(ctx, in->items_count), in->items_count),
	         BODY_ARG(revise_inspection_template, in));
	event_add(ctx, "inspection_template.revised", chain, next);
	ctx->subject = next;
	return OK;
}
