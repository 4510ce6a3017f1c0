/* SPDX-License-Identifier: Apache-2.0 */
/* The row of a file, and whose it is. */
#include "file/file.h"

#include "event/event.h"

enum err
file_owner(struct ctx *ctx, struct id sent, struct file *file)
{
	struct rows *rows;
	enum err err;

	if (id_is_none(file->subject) != (file->subject_type == FILE_SUBJECT_NONE))
		return fail_parameter(ctx, ERR_REQUIRED,
		                      id_is_none(file->subject) ? "subject_id" : "subject_type",
		                      NULL);
	if (id_is_none(file->subject)) {
		file->store = id_is_none(sent) ? ctx->scope->store : sent;
		return id_is_none(file->store) ? fail_parameter(ctx, ERR_REQUIRED, "store_id", NULL)
		                               : OK;
	}
	err = db_read(ctx, file_subject_store, &rows,
	              ENUM_ARG(subject_type, file_subject, file->subject_type),
	              ARG(subject_id, file->subject));
	if (err)
		return err;
	if (rows_count(rows) == 0 ||
	    (!id_is_none(sent) && !id_equal(sent, row_id(rows, 0, "store_id"))))
		return fail_parameter(ctx, ERR_NOT_FOUND, "subject_id", NULL);
	file->store = row_id(rows, 0, "store_id");
	return OK;
}

static enum err
note_missing(struct ctx *ctx, const struct rows *rows, const char *const *pointers)
{
	for (size_t i = 0; i < rows_count(rows); i++)
		if (!row_bool(rows, i, "found"))
			note_failure(ctx, ERR_NOT_FOUND, pointers[i], NULL, NULL);
	return ctx->failures_count > 0 ? ERR_VALIDATION_FAILED : OK;
}

enum err
files_check(struct ctx *ctx, struct id store, const struct id *ids, const char *const *pointers,
            size_t count)
{
	struct rows *rows;
	enum err err = db_read(ctx, files_of_store, &rows, ARG(store_id, store),
	                       IDS_ARG(file_ids, ids, count));

	return err ? err : note_missing(ctx, rows, pointers);
}

enum err
files_check_visit(struct ctx *ctx, struct id store, struct id reception, const struct id *ids,
                  const char *const *pointers, size_t count)
{
	struct rows *rows;
	enum err err = db_read(ctx, files_of_visit, &rows, ARG(store_id, store),
	                       ARG(reception_id, reception), IDS_ARG(file_ids, ids, count));

	return err ? err : note_missing(ctx, rows, pointers);
}

enum err
file_content_lock(struct ctx *ctx, const char *sha256)
{
	struct rows *rows;

	return db_read(ctx, file_content_lock, &rows, ARG(sha256, sha256));
}

static size_t
take_hashes(const struct rows *rows, const char **hashes)
{
	for (size_t i = 0; i < rows_count(rows); i++)
		hashes[i] = row_text(rows, i, "sha256");
	return rows_count(rows);
}

enum err
file_contents_unnamed(struct ctx *ctx, const char *const *hashes, size_t count,
                      const char **unnamed, size_t *unnamed_count)
{
	struct rows *rows;
	size_t n = 0;
	enum err err = db_read(ctx, file_contents_unnamed, &rows, TEXTS_ARG(hashes, hashes, count));

	*unnamed_count = 0;
	if (!err)
		n = take_hashes(rows, unnamed);
	if (err || n == 0)
		return err;
	err = db_read(ctx, file_contents_try_lock, &rows, TEXTS_ARG(hashes, unnamed, n));
	if (!err)
		n = take_hashes(rows, unnamed);
	if (err || n == 0)
		return err;
	/* a statement of its own: it sees what was committed before the locks were had */
	err = db_read(ctx, file_contents_unnamed, &rows, TEXTS_ARG(hashes, unnamed, n));
	if (!err)
		*unnamed_count = take_hashes(rows, unnamed);
	return err;
}

void
file_add(struct ctx *ctx, const struct file *file)
{
	ctx->subject = id_new();
	db_write(ctx, file_add, ARG(file_id, ctx->subject), ARG(store_id, file->store),
	         ARG(sha256, file->sha256), ARG(media_type, file->media_type),
	         ARG(size, file->size), ARG(name, file->name),
	         ENUM_ARG(subject_type, file_subject, file->subject_type),
	         ARG(subject_id, file->subject));
	event_add(ctx, "file.added", file->store, ctx->subject);
}
