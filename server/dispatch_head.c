/* SPDX-License-Identifier: Apache-2.0 */
/* What a request's head decides: the operation, what its body may be, and the headers that every reply
 * has. */
#include <string.h>

#include "dispatch_private.h"
#include "command.h"
#include "negotiate.h"
#include "problem.h"
#include "reply.h"

/* The caller's request id when it is harmless, else one of ours. */
static const char *
request_id(struct request *req)
{
	const char *sent = request_header(req, "Request-Id");
	char text[ID_TEXT];

	if (sent && *sent && strlen(sent) <= 64) {
		const char *p = sent;

		while ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') ||
		       (*p >= 'A' && *p <= 'Z') || *p == '-' || *p == '_' || *p == '.')
			p++;
		if (*p == '\0')
			return sent;
	}
	return arena_text(&req->arena, id_format(id_new(), text));
}

static bool
origin_allowed(const char *origin)
{
	return config_list_has(&dispatcher.config->cors_origins, origin) ||
	       config_list_has(&dispatcher.config->cors_origins, "*");
}

static void
add_common_headers(struct request *req)
{
	const char *origin = request_header(req, "Origin"),
		   *trace = request_header(req, "traceparent");

	reply_header(req, "Request-Id", req->ctx.request_id);
	reply_header(req, "Cache-Control", "no-store");
	reply_header(req, "X-Content-Type-Options", "nosniff");
	if (trace && strlen(trace) <= 64)
		reply_header(req, "traceparent", trace);
	reply_header(req, "Vary",
	             dispatcher.config->cors_origins.count > 0
	                     ? "Authorization, Accept-Language, Origin"
	                     : "Authorization, Accept-Language");
	if (origin && origin_allowed(origin)) {
		reply_header(req, "Access-Control-Allow-Origin", origin);
		reply_header(req, "Access-Control-Expose-Headers",
		             "ETag, Link, Location, Request-Id, Retry-After, Idempotent-Replayed");
	}
}

static void
begin(struct request *req)
{
	req->ctx.arena = &req->arena;
	req->ctx.now = utc_now();
	req->ctx.scope = &req->scope;
	req->ctx.if_match = -1;
	req->language = req->ctx.language =
		negotiate_chinese(request_header(req, "Accept-Language"));
	req->ctx.request_id = request_id(req);
	buf_init(&req->reply.body, 64u << 20);
	add_common_headers(req);
}

static void
preflight(struct request *req, const char *allow)
{
	req->reply.status = 204;
	reply_header(req, "Allow", allow ? allow : "GET, HEAD, OPTIONS");
	if (allow && strstr(allow, "PATCH"))
		reply_header(req, "Accept-Patch", ACCEPT_PATCH);
	if (request_header(req, "Origin") && origin_allowed(request_header(req, "Origin"))) {
		reply_header(req, "Access-Control-Allow-Methods", allow ? allow : "GET");
		reply_header(
			req, "Access-Control-Allow-Headers",
			"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
			"Request-Id, traceparent, "
			"X-HTTP-Method-Override, Accept-Language");
		reply_header(req, "Access-Control-Max-Age", "600");
	}
}

static bool
media_type_fits(struct request *req)
{
	const char *type = request_header(req, "Content-Type");
	struct buf list;

	if (!req->operation->spool)
		return true;
	buf_init(&list, 1024);
	for (const char *const *t = req->operation->media_types; *t; t++) {
		size_t n = strlen(*t);

		if (type && strncasecmp(type, *t, n) == 0 &&
		    (type[n] == '\0' || type[n] == ';' || type[n] == ' ')) {
			buf_clear(&list);
			return true;
		}
		buf_printf(&list, "%s%s", list.len ? ", " : "", *t);
	}
	note_failure(&req->ctx, ERR_UNSUPPORTED_MEDIA_TYPE, NULL,
	             arena_copy(&req->arena, list.data, list.len), NULL);
	buf_clear(&list);
	return false;
}

bool
dispatch_head(struct request *req)
{
	const char *override = request_header(req, "X-HTTP-Method-Override");
	const char *method = req->method, *allow;

	begin(req);
	if (strcmp(method, "POST") == 0 && override && strcmp(override, "PATCH") == 0)
		method = "PATCH";
	req->op = route_match(&req->arena, method, req->path, req->segments, &allow);
	req->operation = &operations[req->op];
	if (strcmp(method, "OPTIONS") == 0 && (allow || strcmp(req->path, "*") == 0)) {
		preflight(req, allow ? arena_printf(&req->arena, "%s, OPTIONS", allow) : NULL);
		return false;
	}
	if (req->op == OP_NONE) {
		if (allow)
			reply_header(req, "Allow", allow);
		note_failure(&req->ctx, allow ? ERR_METHOD_NOT_ALLOWED : ERR_NOT_FOUND, NULL,
		             method, NULL);
		problem_reply(req, allow ? ERR_METHOD_NOT_ALLOWED : ERR_NOT_FOUND, NULL);
		return false;
	}
	req->route = route_of(req->op);
	req->max_body = req->operation->max_body;
	req->spool = req->operation->spool;
	if (!media_type_fits(req)) {
		problem_reply(req, ERR_UNSUPPORTED_MEDIA_TYPE, NULL);
		return false;
	}
	return true;
}

void
dispatch_refused(struct request *req, int status)
{
	static const struct {
		int status;
		enum err err;
	} table[] = {
		{ 400, ERR_BAD_REQUEST },           { 413, ERR_TOO_LARGE_BODY },
		{ 414, ERR_URI_TOO_LONG },          { 431, ERR_TOO_MANY_HEADERS },
		{ 501, ERR_NOT_IMPLEMENTED },       { 503, ERR_UNAVAILABLE },
		{ 505, ERR_VERSION_NOT_SUPPORTED },
	};
	enum err err = ERR_BAD_REQUEST;

	if (!req->ctx.request_id)
		begin(req);
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (table[i].status == status)
			err = table[i].err;
	note_failure(&req->ctx, err, NULL,
	             arena_printf(&req->arena, "%llu", (unsigned long long)req->max_body), NULL);
	problem_reply(req, err, NULL);
}
