/* SPDX-License-Identifier: Apache-2.0 */
/* A small picture is a file of the store, named by its photo's content and its size. */
#include "thumbnail.h"

#include <string.h>
#include <unistd.h>

#include "contract.h"
#include "file_store.h"
#include "printer.h"
#include "routes/routes.h"

static const unsigned sides[] = {
	[THUMBNAIL_SIZE_SMALL] = 160,
	[THUMBNAIL_SIZE_MEDIUM] = 480,
	[THUMBNAIL_SIZE_LARGE] = 1280,
};

/* What is made of a photo, as its name in the store says it behind the content's. */
static enum thumbnail_size
wanted(const struct request *req)
{
	const int *size = request_parameter(req, "size");

	return size ? (enum thumbnail_size) * size : THUMBNAIL_SIZE_MEDIUM;
}

static const char *
kept_as(struct request *req)
{
	return arena_printf(&req->arena, "%s.jpg",
	                    enum_code(&thumbnail_size_enum, (int)wanted(req)));
}

/* Of what phones make otherwise no small picture is drawn. */
static bool
is_drawn(const char *type)
{
	return strcmp(type, "image/jpeg") == 0 || strcmp(type, "image/png") == 0 ||
	       strcmp(type, "image/webp") == 0;
}

enum err
thumbnail_find(struct request *req, const struct rows *rows, int seconds)
{
	const char *have = request_header(req, "If-None-Match"), *type, *sha256, *tag;
	struct reply *reply = &req->reply;

	/* a transaction that is run again starts from nothing */
	if (reply->file >= 0)
		close(reply->file);
	reply->file = -1;
	req->unmade = NULL;
	if (!rows_count(rows))
		return fail(&req->ctx, ERR_NOT_FOUND, NULL);
	type = row_text(rows, 0, "media_type");
	sha256 = row_text(rows, 0, "sha256");
	if (!is_drawn(type))
		return fail_with(&req->ctx, ERR_NOT_A_PICTURE, NULL, type, NULL);
	/* weak: another version of the libraries may draw it otherwise */
	tag = arena_printf(&req->arena, "\"%s.%s\"", sha256,
	                   enum_code(&thumbnail_size_enum, (int)wanted(req)));
	reply->status = have && (strcmp(have, "*") == 0 || strstr(have, tag)) ? 304 : 200;
	reply->content_type = "image/jpeg";
	reply->offset = 0;
	reply->file = file_store_made(sha256, kept_as(req), &reply->size);
	reply_header(req, "ETag", arena_printf(&req->arena, "W/%s", tag));
	reply_header(req, "Cache-Control",
	             arena_printf(&req->arena, "private, max-age=%d, immutable", seconds));
	if (reply->file < 0)
		req->unmade = arena_printf(&req->arena, "%s.%u", sha256, sides[wanted(req)]);
	return OK;
}

enum err
thumbnail_make(struct request *req)
{
	const char *sha256 = arena_copy(&req->arena, req->unmade, SHA256_TEXT - 1),
		   *as = kept_as(req);
	struct reply *reply = &req->reply;
	enum err err;
	int photo;

	/* another may have made it since we looked */
	reply->file = file_store_made(sha256, as, &reply->size);
	if (reply->file >= 0)
		return OK;
	photo = file_store_get(sha256);
	if (photo < 0)
		return ERR_INTERNAL;
	err = printer_thumbnail(photo, sides[wanted(req)], &reply->file, &reply->size);
	close(photo);
	if (!err)
		file_store_keep_made(sha256, as, reply->file, reply->size);
	return err;
}
