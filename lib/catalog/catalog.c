/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to the catalogue of labour. */
#include "catalog/catalog.h"

#include "core/pinyin.h"
#include "event/event.h"
#include "org/org.h"

static const struct id chain;

static const char *
initials_of(struct ctx *ctx, const char *name)
{
	char *full, *initials;

	pinyin_of(ctx->arena, name, false, &full, &initials);
	return initials;
}

enum err
operation_create(struct ctx *ctx, const struct create_operation *in)
{
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (err)
		return err;
	db_write(ctx, operation_add, ARG(operation_id, ctx->subject),
	         ARG(initials, initials_of(ctx, in->name)), BODY_ARG(create_operation, in));
	event_add(ctx, "operation.created", chain, ctx->subject);
	return OK;
}

enum err
operation_update(struct ctx *ctx, struct id id, const struct update_operation *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, operation_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, operation_update, ARG(id, id), ARG(initials, initials_of(ctx, in->name)),
	         BODY_ARG(update_operation, in));
	event_add(ctx, "operation.updated", chain, id);
	return OK;
}
