/* SPDX-License-Identifier: Apache-2.0 */
/* Files: taken from a spooled body, given back as an open file. */
#include "appointment/link.h"
#include "file/file.h"

#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/text.h"
#include "file_store.h"
#include "link.h"
#include "multipart.h"
#include "range.h"
#include "routes/routes.h"
#include "thumbnail.h"

#define NAME_MAX_BYTES 200

/* The body in memory; it goes with the request. */
struct body_map {
	void *data;
	size_t size;
};

static void
unmap(void *p)
{
	struct body_map *map = p;

	munmap(map->data, map->size);
}

static enum err
map_body(struct request *req, const char **data)
{
	struct body_map *map = arena_alloc(&req->arena, sizeof(*map));

	*data = "";
	if (req->body_size == 0)
		return OK;
	map->size = (size_t)req->body_size;
	map->data = mmap(NULL, map->size, PROT_READ, MAP_PRIVATE, req->body_file, 0);
	if (map->data == MAP_FAILED)
		return ERR_UNAVAILABLE;
	arena_defer(&req->arena, unmap, map);
	*data = map->data;
	return OK;
}

/* Without the folders some browsers send, control characters, and what is too long for a file
 * name. */
static const char *
clean_name(struct arena *arena, const char *name)
{
	char *text, *slash;
	size_t n;

	if (!name || !utf8_valid(name, strlen(name)))
		return NULL;
	text = arena_text(arena, name);
	while ((slash = strpbrk(text, "/\\")) != NULL)
		text = slash + 1;
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '_';
	n = strlen(text);
	if (n > NAME_MAX_BYTES)
		for (n = NAME_MAX_BYTES; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
			;
	text[n] = '\0';
	return text_is_blank(text) ? NULL : text;
}

/* The file of a body: all of it, or its only part. */
static enum err
find_file(struct request *req, const char *name, struct multipart_part *file)
{
	const char *type = request_header(req, "Content-Type"), *body;
	struct multipart multipart;
	struct multipart_part none;
	enum err err = map_body(req, &body);

	if (err)
		return err;
	if (strncasecmp(type, "multipart/", 10) != 0) {
		*file = (struct multipart_part){
			.filename = name,
			.data = body,
			.size = (size_t)req->body_size,
		};
		return OK;
	}
	if (!multipart_open(&multipart, type, body, (size_t)req->body_size) ||
	    multipart_next(&multipart, &req->arena, file) != MULTIPART_PART || !file->filename ||
	    multipart_next(&multipart, &req->arena, &none) != MULTIPART_END)
		return fail(&req->ctx, ERR_MALFORMED_MULTIPART, NULL);
	return OK;
}

/* What it is, is seen from the content: a label proves nothing. */
static enum err
check_type(struct request *req, const struct multipart_part *file, const char **type)
{
	const char *const *allowed = req->operation->media_types;

	*type = file_store_sniff(&req->arena, file->data, file->size);
	for (; *allowed; allowed++)
		if (strcmp(*allowed, *type) == 0)
			return OK;
	return fail_with(&req->ctx, ERR_UNSUPPORTED_MEDIA_TYPE, NULL,
	                 req->operation->auth == AUTH_LINK
	                         ? "JPEG, PNG, WebP"
	                         : "JPEG, PNG, WebP, HEIC, PDF, MP4, MOV, 3GP",
	                 NULL);
}

/* What was sent is the content of a file whose owner is known. */
static enum err
keep(struct request *req, const char *name, struct file *file)
{
	struct multipart_part content = { 0 };
	char sha256[SHA256_TEXT];
	enum err err = find_file(req, name, &content);

	if (!err)
		err = check_type(req, &content, &file->media_type);
	if (err)
		return err;
	file_store_name(content.data, content.size, sha256);
	err = file_content_lock(&req->ctx, sha256);
	if (!err)
		err = file_store_keep(content.data, content.size, sha256);
	if (err)
		return err;
	file->sha256 = arena_text(&req->arena, sha256);
	file->size = (int64_t)content.size;
	file->name = clean_name(&req->arena, content.filename);
	file_add(&req->ctx, file);
	return OK;
}

static enum err
upload(struct request *req)
{
	const struct upload_file_params *in = req->params;
	struct file file = { .subject_type = in->subject_type, .subject = in->subject_id };
	enum err err = file_owner(&req->ctx, in->store_id, &file);

	return err ? err : keep(req, in->name, &file);
}

/* The customer's, by the link of an appointment. */
static enum err
upload_by_link(struct request *req)
{
	struct file file = { 0 };
	enum err err = appointment_photo_begin(&req->ctx, &file);

	if (!err)
		err = keep(req, NULL, &file);
	if (!err)
		appointment_photo_added(&req->ctx, &file);
	return err;
}

/* filename for old clients, filename* for the rest (RFC 6266, RFC 8187). */
static const char *
disposition(struct request *req, const char *name)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
	struct buf buf;
	const char *text;

	buf_init(&buf, 4096);
	buf_puts(&buf, "attachment; filename=\"");
	for (const char *p = name; *p; p++)
		buf_char(&buf, strchr(plain, *p) ? *p : '_');
	buf_puts(&buf, "\"; filename*=UTF-8''");
	for (const char *p = name; *p; p++) {
		if (strchr(plain, *p))
			buf_char(&buf, *p);
		else
			buf_printf(&buf, "%%%02X", (unsigned char)*p);
	}
	text = arena_copy(&req->arena, buf.data, buf.len);
	buf_clear(&buf);
	return text;
}

/* Whole, one range of it, or (304: the library tells its size alone) nothing because the caller has
 * it. */
static enum err
choose_range(struct request *req, const char *tag, uint64_t size)
{
	const char *have = request_header(req, "If-None-Match"),
		   *only_if = request_header(req, "If-Range");
	const char *range = request_header(req, "Range");
	struct reply *reply = &req->reply;

	reply->status = 200;
	reply->offset = 0;
	reply->size = size;
	if (have && (strcmp(have, "*") == 0 || strstr(have, tag))) {
		reply->status = 304;
		return OK;
	}
	if (!range || (only_if && strcmp(only_if, tag) != 0))
		return OK;
	switch (range_parse(range, size, &reply->offset, &reply->size)) {
	case RANGE_NONE:
		break;
	case RANGE_PART:
		reply->status = 206;
		reply_header(req, "Content-Range",
		             arena_printf(&req->arena, "bytes %llu-%llu/%llu",
		                          (unsigned long long)reply->offset,
		                          (unsigned long long)(reply->offset + reply->size - 1),
		                          (unsigned long long)size));
		break;
	case RANGE_OUTSIDE:
		reply_header(req, "Content-Range",
		             arena_printf(&req->arena, "bytes */%llu", (unsigned long long)size));
		return fail(&req->ctx, ERR_RANGE_NOT_SATISFIABLE, NULL);
	}
	return OK;
}

static enum err
open_content(struct request *req, const struct rows *rows)
{
	uint64_t size = (uint64_t)row_int(rows, 0, "size");
	const char *name = row_text(rows, 0, "name"), *tag;
	enum err err;

	req->reply.file = file_store_get(row_text(rows, 0, "sha256"));
	if (req->reply.file < 0)
		return ERR_INTERNAL;
	tag = arena_printf(&req->arena, "\"%s\"", row_text(rows, 0, "sha256"));
	err = choose_range(req, tag, size);
	if (err)
		return err;
	reply_header(req, "ETag", tag);
	reply_header(req, "Accept-Ranges", "bytes");
	reply_header(req, "Content-Disposition",
	             disposition(req, name ? name : row_text(rows, 0, "id")));
	req->reply.content_type = row_text(rows, 0, "media_type");
	return OK;
}

/* What was read of the file, or nothing. */
static enum err
give(struct request *req, const struct rows *rows)
{
	/* a transaction that is run again starts from nothing */
	if (req->reply.file >= 0)
		close(req->reply.file);
	req->reply.file = -1;
	return rows_count(rows) ? open_content(req, rows) : fail(&req->ctx, ERR_NOT_FOUND, NULL);
}

#define URL_SECONDS 600 /* that a signed address holds */
#define KEPT_SECONDS \
	86400 /* that a browser may keep a small picture: as long as its user may have lost the right to it */

/* Which file is meant, by who may see it. */
static enum err
find_own(struct request *req, struct rows **rows)
{
	return db_read(&req->ctx, file_get, rows, IDS_ARG(ids, &req->id, 1));
}

static enum err
find_of_link(struct request *req, struct rows **rows)
{
	return db_read(&req->ctx, file_of_link, rows, ARG(id, req->id));
}

static enum err
find_signed(struct request *req, struct rows **rows)
{
	const char *const *token = request_parameter(req, "token");
	struct id file;
	int64_t until_s;

	if (!file_token_open(*token, &file, &until_s) || until_s <= req->ctx.now.us / 1000000)
		return fail(&req->ctx, ERR_NOT_FOUND, NULL);
	return db_read(&req->ctx, file_signed, rows, ARG(file_id, file));
}

static enum err
content(struct request *req)
{
	struct rows *rows = NULL;
	enum err err = find_own(req, &rows);

	return err ? err : give(req, rows);
}

static enum err
public_content(struct request *req)
{
	struct rows *rows = NULL;
	enum err err = find_of_link(req, &rows);

	return err ? err : give(req, rows);
}

static enum err
thumbnail(struct request *req)
{
	struct rows *rows = NULL;
	enum err err = find_own(req, &rows);

	return err ? err : thumbnail_find(req, rows, KEPT_SECONDS);
}

static enum err
public_thumbnail(struct request *req)
{
	struct rows *rows = NULL;
	enum err err = find_of_link(req, &rows);

	return err ? err : thumbnail_find(req, rows, KEPT_SECONDS);
}

static enum err
signed_thumbnail(struct request *req)
{
	struct rows *rows = NULL;
	enum err err = find_signed(req, &rows);

	return err ? err : thumbnail_find(req, rows, URL_SECONDS);
}

void
file_write_url(struct buf *out, const struct rows *rows, size_t row, void *arg)
{
	const struct request *req = arg;
	int64_t until_s = req->ctx.now.us / 1000000 + URL_SECONDS;
	char token[FILE_TOKEN_TEXT], until[UTC_TEXT];

	buf_printf(out, ",\"url\":\"/v1/file-contents/%s\",\"expires_at\":\"%s\"",
	           file_token(row_id(rows, row, "id"), until_s, token),
	           utc_format((struct utc){ until_s * 1000000 }, until));
}

static enum err
signed_content(struct request *req)
{
	struct rows *rows = NULL;
	enum err err = find_signed(req, &rows);

	return err ? err : give(req, rows);
}

/* clang-format off */
const struct route file_routes[] = {
	READ(OP_listFiles,         PAGE(file_list)),
	READ(OP_getFile,           ONE(file_get)),
	COMMAND(OP_uploadFile,     upload,  THEN(OP_getFile)),
	COMMAND(OP_getFileContent, content, OP_NONE),
	COMMAND(OP_getPublicFile,  public_content, OP_NONE),
	COMMAND(OP_addAppointmentPhotoByLink, upload_by_link, THEN(OP_getPublicAppointment)),
	READ_EXTRA(OP_getFileUrl,  file_write_url, ONE(file_url)),
	COMMAND(OP_getSignedFile,  signed_content, OP_NONE),
	COMMAND_MAKE(OP_getFileThumbnail,   thumbnail,        thumbnail_make),
	COMMAND_MAKE(OP_getSignedThumbnail, signed_thumbnail, thumbnail_make),
	COMMAND_MAKE(OP_getPublicThumbnail, public_thumbnail, thumbnail_make),
	ROUTES_END
};
/* clang-format on */
