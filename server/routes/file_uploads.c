/* SPDX-License-Identifier: Apache-2.0 */
/* Files that come in parts: each part is on disk before it is told as received. */
#include "file/upload.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "file_store.h"
#include "routes/routes.h"

static enum err
create(struct request *req)
{
	return upload_create(&req->ctx, req->body);
}

static bool
is_allowed(const char *type)
{
	for (const char *const *allowed = operations[OP_uploadFile].media_types; *allowed;
	     allowed++)
		if (strcmp(*allowed, type) == 0)
			return true;
	return false;
}

static enum err
check_type(struct request *req, const char *type)
{
	return is_allowed(type) ? OK
	                        : fail_with(&req->ctx, ERR_UNSUPPORTED_MEDIA_TYPE, NULL,
	                                    "JPEG, PNG, WebP, HEIC, PDF, MP4, MOV, 3GP", NULL);
}

/* Nobody sends all of a file over a slow line that is not kept. */
static enum err
check_beginning(struct request *req, int64_t whole)
{
	char first[FILE_STORE_SNIFF];
	ssize_t n;

	if (req->body_size < sizeof(first) && (int64_t)req->body_size < whole)
		return OK;
	n = pread(req->body_file, first, sizeof(first), 0);
	return n < 0 ? ERR_UNAVAILABLE
	             : check_type(req, file_store_sniff(&req->arena, first, (size_t)n));
}

static enum err
send_part(struct request *req)
{
	const struct send_file_upload_part_params *in = req->params;
	struct upload upload = { 0 };
	int64_t size = (int64_t)req->body_size;
	enum err err = upload_begin(&req->ctx, req->id, req->op, &upload);

	if (err)
		return err;
	if (in->offset != upload.received)
		return fail_with(&req->ctx, ERR_WRONG_OFFSET, NULL,
		                 arena_printf(&req->arena, "%lld", (long long)upload.received),
		                 NULL);
	if (size == 0 || size > upload.file.size - upload.received)
		return fail_with(&req->ctx, ERR_WRONG_PART, NULL,
		                 arena_printf(&req->arena, "%lld",
		                              (long long)(upload.file.size - upload.received)),
		                 NULL);
	err = in->offset == 0 ? check_beginning(req, upload.file.size) : OK;
	if (err)
		return err;
	err = file_store_part_write(upload.id, (uint64_t)in->offset, req->body_file,
	                            req->body_size);
	if (err == ERR_NOT_FOUND)
		return fail(&req->ctx, ERR_UPLOAD_EXPIRED, NULL);
	if (!err)
		upload_received(&req->ctx, &upload, upload.received + size);
	return err;
}

/* What has come is what was meant to come, and something that is kept. */
static enum err
check_content(struct request *req, const char *sha256, const char *type)
{
	const struct finish_file_upload *in = req->body;

	if (in && in->has_sha256 && strcasecmp(in->sha256, sha256) != 0)
		return fail_with(&req->ctx, ERR_BAD_VALUE, "/sha256", "is not what was received",
		                 NULL);
	return check_type(req, type);
}

static enum err
finish(struct request *req)
{
	struct upload upload = { 0 };
	char sha256[SHA256_TEXT];
	enum err err = upload_begin(&req->ctx, req->id, req->op, &upload);

	if (!err && upload.received < upload.file.size)
		err = fail_with(&req->ctx, ERR_UPLOAD_INCOMPLETE, NULL,
		                arena_printf(&req->arena, "%lld", (long long)upload.received),
		                NULL);
	if (err)
		return err;
	err = file_store_part_name(&req->arena, upload.id, (uint64_t)upload.file.size, sha256,
	                           &upload.file.media_type);
	if (err == ERR_NOT_FOUND)
		return fail(&req->ctx, ERR_UPLOAD_EXPIRED, NULL);
	if (!err)
		err = check_content(req, sha256, upload.file.media_type);
	if (!err)
		err = file_content_lock(&req->ctx, sha256);
	if (!err)
		err = file_store_part_keep(upload.id, sha256);
	if (err)
		return err;
	upload.file.sha256 = sha256;
	upload_finish(&req->ctx, &upload);
	return OK;
}

/* clang-format off */
const struct route file_upload_routes[] = {
	READ_ACTIONS(OP_getFileUpload, &file_upload_machine, ONE(file_upload_get)),
	COMMAND(OP_createFileUpload,   create,    THEN(OP_getFileUpload)),
	COMMAND(OP_sendFileUploadPart, send_part, THEN(OP_getFileUpload)),
	COMMAND(OP_finishFileUpload,   finish,    THEN(OP_getFileUpload)),
	ROUTES_END
};
/* clang-format on */
