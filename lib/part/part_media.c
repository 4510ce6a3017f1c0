/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of a part that are written as a whole: files that show it, and where catalogues do. */
#include "part/part_media.h"

#include "event/event.h"

static const struct id chain;

static void
touch(struct ctx *ctx, struct id id)
{
	db_write(ctx, part_touch, ARG(id, id));
	event_add(ctx, "part.updated", chain, id);
}

static enum err
check_files(struct ctx *ctx, const struct set_part_files *in)
{
	struct rows *rows;
	enum err err;

	for (size_t i = 0; i < in->files_count; i++)
		for (size_t k = 0; k < i; k++)
			if (id_equal(in->files[i].file_id, in->files[k].file_id))
				return failf(ctx, ERR_NOT_UNIQUE, "/files/%zu/file_id", i);
	err = db_read(ctx, part_files_check, &rows, BODY_ARG(set_part_files, in));
	for (size_t i = 0; !err && i < rows_count(rows); i++) {
		const char *pointer = arena_printf(ctx->arena, "/files/%zu/file_id", i);

		if (!row_bool(rows, i, "found"))
			note_failure(ctx, ERR_NOT_FOUND, pointer, NULL, NULL);
		else if (!row_bool(rows, i, "fits"))
			note_failure(ctx, ERR_BAD_VALUE, pointer, "must be a picture or a PDF",
			             NULL);
	}
	if (err)
		return err;
	return ctx->failures_count > 0 ? ERR_VALIDATION_FAILED : OK;
}

enum err
part_files_replace(struct ctx *ctx, struct id id, const struct set_part_files *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, part_lock, id, &rows);

	if (!err)
		err = check_files(ctx, in);
	if (err)
		return err;
	db_write(ctx, part_files_clear, ARG(id, id));
	db_write(ctx, part_files_set, ARG(id, id), BODY_ARG(set_part_files, in));
	touch(ctx, id);
	return OK;
}

enum err
part_epc_references_replace(struct ctx *ctx, struct id id, const struct set_part_epc_references *in)
{
	struct rows *rows;
	struct id *ids;
	enum err err = db_lock(ctx, part_lock, id, &rows);

	if (err)
		return err;
	ids = arena_array(ctx->arena, in->references_count + 1, sizeof(*ids));
	for (size_t i = 0; i < in->references_count; i++)
		ids[i] = id_new();
	db_write(ctx, part_epc_references_clear, ARG(id, id));
	db_write(ctx, part_epc_references_set, ARG(id, id),
	         IDS_ARG(reference_ids, ids, in->references_count),
	         BODY_ARG(set_part_epc_references, in));
	touch(ctx, id);
	return OK;
}
