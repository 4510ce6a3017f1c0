/* SPDX-License-Identifier: Apache-2.0 */
/* What tells one content of a document from another, and whether the caller has it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <xxhash.h>

#include "reply.h"

/* Version of the document: the digits behind "version": where the row has it, written by the row
 * writer before any text a user can choose. */
static const char *
version_of(const struct request *req, char text[24])
{
	const struct buf *body = &req->reply.body;
	static const char key[] = "\"version\":";
	const char *at = body->len > sizeof(key)
	                         ? memmem(body->data, body->len < 120 ? body->len : 120, key,
	                                  sizeof(key) - 1)
	                         : NULL;
	size_t n = 0;

	if (at)
		for (at += sizeof(key) - 1;
		     n < 20 && at < body->data + body->len && *at >= '0' && *at <= '9'; at++)
			text[n++] = *at;
	text[n] = '\0';
	return n ? text : "0";
}

static bool
tag_matches(const char *list, const char *tag)
{
	if (strcmp(list, "*") == 0)
		return true;
	for (const char *at = strstr(list, tag); at; at = strstr(at + 1, tag))
		if (at == list || at[-1] == ' ' || at[-1] == ',' || at[-1] == '/')
			return true;
	return false;
}

void
reply_etag(struct request *req)
{
	const char *sent = request_header(req, "If-None-Match");
	const void *data = req->reply.fixed ? req->reply.fixed : req->reply.body.data;
	size_t len = req->reply.fixed ? req->reply.size : req->reply.body.len;
	char version[24], tag[48];
	const char *kept;

	if (!data)
		return;
	snprintf(tag, sizeof(tag), "\"%s.%016" PRIx64 "\"", version_of(req, version),
	         XXH64(data, len, 0));
	kept = arena_text(&req->arena, tag);
	reply_header(req, "ETag", kept);
	/* the body stays: its size is told, it is not sent */
	if (sent && req->reply.status == 200 && strcmp(req->operation->method, "GET") == 0 &&
	    tag_matches(sent, kept))
		req->reply.status = 304;
}
