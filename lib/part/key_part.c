/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of key parts, and the class that they make of a part. */
#include "part/key_part.h"

#include "event/event.h"
#include "org/org.h"

static const struct id chain;

enum err
key_part_kind_create(struct ctx *ctx, const struct create_key_part_kind *in)
{
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (err)
		return err;
	db_write(ctx, key_part_kind_add, ARG(kind_id, ctx->subject),
	         BODY_ARG(create_key_part_kind, in));
	event_add_new(ctx, "key_part_kind.created", chain, ctx->subject);
	return OK;
}

enum err
key_part_kind_update(struct ctx *ctx, struct id id, const struct update_key_part_kind *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, key_part_kind_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, key_part_kind_update, ARG(id, id), BODY_ARG(update_key_part_kind, in));
	event_add(ctx, "key_part_kind.updated", chain, id);
	return OK;
}

enum err
key_part_class(struct ctx *ctx, struct id kind, bool chosen, int64_t told, int64_t *class_of_kind)
{
	struct rows *rows;
	enum err err;

	*class_of_kind = 0;
	if (id_is_none(kind))
		return OK;
	err = db_read(ctx, key_part_kind_find, &rows, ARG(key_part_kind_id, kind));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/key_part_kind_id");
	if (chosen && !row_bool(rows, 0, "active"))
		return fail_with(ctx, ERR_BAD_VALUE, "/key_part_kind_id", "is not used any more",
		                 NULL);
	*class_of_kind = row_int(rows, 0, "key_class");
	if (told != -1 && told != *class_of_kind)
		return fail_with(ctx, ERR_BAD_VALUE, "/key_class", "must be that of its kind",
		                 NULL);
	return OK;
}
