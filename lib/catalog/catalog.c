/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to the catalogue of labour. */
#include "catalog/catalog.h"

#include "catalog/requirement.h"
#include "core/pinyin.h"
#include "event/event.h"
#include "event/search.h"
#include "org/org.h"

static const struct id chain;

static const char *
initials_of(struct ctx *ctx, const char *name)
{
	char *full, *initials;

	pinyin_of(ctx->arena, name, false, &full, &initials);
	return initials;
}

static void
write_keys(struct ctx *ctx, struct id id, const char *code, const char *name)
{
	search_add(ctx, "number", code, "operation", id, chain);
	search_add_name(ctx, name, false, "operation", id, chain);
}

enum err
operation_create(struct ctx *ctx, const struct create_operation *in)
{
	const struct requirement requirement = REQUIREMENT_OF(create_operation, in);
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (!err)
		err = requirement_check(ctx, &requirement);
	if (err)
		return err;
	db_write(ctx, operation_add, ARG(operation_id, ctx->subject),
	         ARG(initials, initials_of(ctx, in->name)), BODY_ARG(create_operation, in));
	if (in->has_evidence || in->has_checklist)
		requirement_revise(ctx, ctx->subject, 0, &requirement);
	write_keys(ctx, ctx->subject, in->code, in->name);
	event_add(ctx, "operation.created", chain, ctx->subject);
	return OK;
}

enum err
operation_update(struct ctx *ctx, struct id id, const struct update_operation *in)
{
	const struct requirement requirement = REQUIREMENT_OF(update_operation, in);
	struct rows *rows;
	enum err err = db_lock(ctx, operation_lock, id, &rows);

	if (!err)
		err = requirement_check(ctx, &requirement);
	if (err)
		return err;
	if (in->has_unit_price)
		db_write(ctx, operation_price_changed, ARG(change_id, id_new()), ARG(id, id),
		         ARG(unit_price, in->unit_price));
	db_write(ctx, operation_update, ARG(id, id), ARG(initials, initials_of(ctx, in->name)),
	         BODY_ARG(update_operation, in));
	if (in->has_evidence || in->has_checklist)
		requirement_revise(ctx, id, row_int(rows, 0, "requirement_revision"), &requirement);
	if (in->has_name) {
		search_clear(ctx, id, NULL);
		write_keys(ctx, id, row_text(rows, 0, "code"), in->name);
	}
	event_add(ctx, "operation.updated", chain, id);
	return OK;
}
