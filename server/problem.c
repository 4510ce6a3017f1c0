/* SPDX-License-Identifier: Apache-2.0 */
/* From an error and its failures to a problem document; no text of the database ever gets here. */
#include "problem.h"

#include <string.h>
#include <unistd.h>

#include "reply.h"

/* Text with {0} and {1} filled in. */
static void
put_text(struct buf *out, const char *text, const char *const args[2])
{
	struct buf filled;

	buf_init(&filled, 16384);
	for (const char *p = text; *p; p++) {
		if (p[0] == '{' && (p[1] == '0' || p[1] == '1') && p[2] == '}') {
			if (args && args[p[1] - '0'])
				buf_puts(&filled, args[p[1] - '0']);
			p += 2;
		} else {
			buf_char(&filled, *p);
		}
	}
	buf_json(out, filled.data ? filled.data : "", filled.len);
	buf_clear(&filled);
}

static void
put_member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	buf_json(out, value, strlen(value));
}

/* The problem that stands for all the failures. */
static enum err
leading(const struct request *req, enum err err)
{
	if (!err_infos[err].is_field)
		return err;
	return req->ctx.failures_count && req->ctx.failures[0].parameter ? ERR_BAD_PARAMETER
	                                                                 : ERR_VALIDATION_FAILED;
}

static void
put_errors(struct buf *out, const struct request *req)
{
	const struct ctx *ctx = &req->ctx;
	bool first = true;

	for (size_t i = 0; i < ctx->failures_count; i++) {
		const struct failure *f = &ctx->failures[i];
		const char *text = err_infos[f->err].detail[req->language];

		if (!f->pointer && !f->parameter)
			continue;
		buf_puts(out, first ? ",\"errors\":[{" : ",{");
		first = false;
		buf_printf(out, "\"%s\":", f->parameter ? "parameter" : "pointer");
		buf_json(out, f->parameter ? f->parameter : f->pointer,
		         strlen(f->parameter ? f->parameter : f->pointer));
		put_member(out, "code", err_infos[f->err].code);
		buf_puts(out, ",\"message\":");
		put_text(out, text ? text : err_infos[f->err].title[req->language], f->args);
		buf_char(out, '}');
	}
	if (!first)
		buf_char(out, ']');
}

static void
put_allowed(struct buf *out, const char *allowed)
{
	buf_puts(out, ",\"allowed\":[");
	while (*allowed) {
		size_t n = strcspn(allowed, ",");

		buf_json(out, allowed, n);
		allowed += n;
		if (*allowed == ',') {
			buf_char(out, ',');
			allowed++;
		}
	}
	buf_char(out, ']');
}

/* A file that was ready to be sent when its transaction could not be committed, or that could not be made. */
static void
drop_file(struct request *req, enum err err)
{
	if (req->reply.file < 0 && !req->unmade)
		return;
	if (req->reply.file >= 0)
		close(req->reply.file);
	req->reply.file = -1;
	req->unmade = NULL;
	reply_header(req, "ETag", NULL);
	reply_header(req, "Cache-Control", "no-store");
	reply_header(req, "Accept-Ranges", NULL);
	reply_header(req, "Content-Disposition", NULL);
	if (err != ERR_RANGE_NOT_SATISFIABLE) /* which tells the size */
		reply_header(req, "Content-Range", NULL);
}

void
problem_reply(struct request *req, enum err err, const struct buf *current)
{
	enum err lead = leading(req, err);
	const struct err_info *info = &err_infos[lead];
	const struct ctx *ctx = &req->ctx;
	const struct failure *f = ctx->failures_count ? &ctx->failures[0] : NULL;
	struct buf *out = &req->reply.body;
	char id[ID_TEXT];

	buf_clear(out);
	drop_file(req, lead);
	req->reply.status = info->status;
	/* the same answer for an id in body or query that refers to nothing or to another's */
	if (lead == ERR_NOT_FOUND && f && (f->pointer || f->parameter))
		req->reply.status = 422;
	req->reply.content_type = "application/problem+json";
	buf_printf(out, "{\"type\":\"/problems/%s\",\"title\":", info->code);
	put_text(out, info->title[req->language], NULL);
	buf_printf(out, ",\"status\":%d", req->reply.status);
	put_member(out, "code", info->code);
	if (info->detail[req->language]) {
		buf_puts(out, ",\"detail\":");
		put_text(out, info->detail[req->language], f && f->err == lead ? f->args : NULL);
	}
	if (info->hint[req->language]) {
		buf_puts(out, ",\"hint\":");
		put_text(out, info->hint[req->language], NULL);
	}
	if (ctx->request_id)
		put_member(out, "request_id", ctx->request_id);
	if (lead == ERR_ILLEGAL_TRANSITION && f && f->args[0]) {
		put_member(out, "state", f->args[0]);
		put_allowed(out, ctx->allowed ? ctx->allowed : "");
	}
	if (!id_is_none(ctx->existing)) {
		buf_puts(out, ",\"existing\":{\"type\":");
		buf_json(out, ctx->existing_type, strlen(ctx->existing_type));
		put_member(out, "id", id_format(ctx->existing, id));
		buf_char(out, '}');
	}
	if (current && current->len) {
		buf_puts(out, ",\"current\":");
		buf_put(out, current->data, current->len);
	}
	put_errors(out, req);
	buf_char(out, '}');
	if (info->status == 503 || info->status == 429)
		reply_header(req, "Retry-After",
		             arena_printf(&req->arena, "%u",
		                          info->status == 429 && req->retry_s ? req->retry_s : 1));
	if (info->status == 401)
		reply_header(req, "WWW-Authenticate", "Bearer");
}

void
problem_write(struct buf *out, const struct failure *failure, int language)
{
	const struct err_info *info = &err_infos[failure->err];
	const char *text = info->detail[language] ? info->detail[language] : info->title[language];

	buf_puts(out, "{\"pointer\":");
	buf_json(out, failure->pointer, failure->pointer ? strlen(failure->pointer) : 0);
	put_member(out, "code", info->code);
	buf_puts(out, ",\"message\":");
	put_text(out, text, failure->args);
	buf_char(out, '}');
}
