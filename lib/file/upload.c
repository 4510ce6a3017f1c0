/* SPDX-License-Identifier: Apache-2.0 */
/* The row of an upload, part by part. */
#include "file/upload.h"

#include "event/event.h"
#include "org/org.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_sendFileUploadPart, FROM(FILE_UPLOAD_STATUS_RECEIVING), 0 },
	{ OP_finishFileUpload,   FROM(FILE_UPLOAD_STATUS_RECEIVING), FILE_UPLOAD_STATUS_FINISHED },
};
/* clang-format on */

const struct machine file_upload_machine = MACHINE("status", file_upload_status, moves);

/* The store of the subject, or else the one that was sent. */
static enum err
find_store(struct ctx *ctx, const struct create_file_upload *in, struct id *store)
{
	struct rows *rows;
	enum err err;

	if (in->has_subject_type != in->has_subject_id)
		return fail(ctx, ERR_REQUIRED,
		            in->has_subject_id ? "/subject_type" : "/subject_id");
	if (!in->has_subject_id)
		return ctx_store(ctx, in->store_id, store);
	err = db_read(ctx, file_subject_store, &rows,
	              ENUM_ARG(subject_type, file_subject, in->subject_type),
	              ARG(subject_id, in->subject_id));
	if (err)
		return err;
	if (rows_count(rows) == 0 ||
	    (in->has_store_id && !id_equal(in->store_id, row_id(rows, 0, "store_id"))))
		return fail(ctx, ERR_NOT_FOUND, "/subject_id");
	*store = row_id(rows, 0, "store_id");
	return OK;
}

enum err
upload_create(struct ctx *ctx, const struct create_file_upload *in)
{
	struct id store = { { 0 } };
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (!err)
		err = find_store(ctx, in, &store);
	if (err)
		return err;
	db_write(ctx, file_upload_add, ARG(upload_id, ctx->subject), ARG(store_id, store),
	         BODY_ARG(create_file_upload, in));
	event_add(ctx, "file_upload.opened", store, ctx->subject);
	return OK;
}

enum err
upload_begin(struct ctx *ctx, struct id id, enum op op, struct upload *upload)
{
	struct rows *rows = NULL;
	int to;
	enum err err = db_lock(ctx, file_upload_lock, id, &rows);

	if (err)
		return err;
	err = machine_check(ctx, &file_upload_machine, op,
	                    row_enum(rows, 0, "status", &file_upload_status_enum), &to);
	if (err)
		return err;
	if (row_bool(rows, 0, "expired"))
		return fail(ctx, ERR_UPLOAD_EXPIRED, NULL);
	*upload = (struct upload){
		.id = id,
		.received = row_int(rows, 0, "received"),
		.file = {
			.store = row_id(rows, 0, "store_id"),
			.subject_type = (enum file_subject)row_enum(rows, 0, "subject_type",
			                                            &file_subject_enum),
			.subject = row_id(rows, 0, "subject_id"),
			.name = row_text(rows, 0, "name"),
			.size = row_int(rows, 0, "size"),
		},
	};
	return OK;
}

void
upload_received(struct ctx *ctx, const struct upload *upload, int64_t received)
{
	db_write(ctx, file_upload_received, ARG(id, upload->id), ARG(received, received));
	event_add(ctx, "file_upload.part_received", upload->file.store, upload->id);
}

void
upload_finish(struct ctx *ctx, const struct upload *upload)
{
	file_add(ctx, &upload->file);
	db_write(ctx, file_upload_finish, ARG(id, upload->id), ARG(file_id, ctx->subject));
	event_add(ctx, "file_upload.finished", upload->file.store, upload->id);
	ctx->subject = upload->id;
}
