/* SPDX-License-Identifier: Apache-2.0 */
/* Commands: the handler decides, everything around it is the same for all of them. */
#include "command.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "auth.h"
#include "core/text.h"
#include "db/conn.h"
#include "decode.h"
#include "decode_place.h"
#include "problem.h"
#include "reply.h"

#define WHEN_MAX 8
#define KEY_MAX  255

/* What a command's transaction leaves for its reply. */
struct run {
	struct request *req;
	unsigned tries;
	struct rows *locked, *found; /* of the idempotency look-up */
	/* what the first request was about; handlers may go on and set ctx->subject */
	struct id replayed;
	const struct route *then; /* the read that answers; NULL: nothing is told */
	size_t count;
	struct rows *rows[LANE_STATEMENTS_MAX];
};

/* ------------------------------------------------------------ before the transaction */

/* Whether the member was sent, with this code where one is asked for. */
static bool
member_is(const struct member *m, const char *body, const char *equals)
{
	if (m->has_offset && !*(const bool *)(body + m->has_offset))
		return false;
	return !equals ||
	       strcmp(enum_code(m->enumeration, *(const int *)(body + m->offset)), equals) == 0;
}

/* Permissions that this body needs beside the operation's own: the scope shrinks to where all are
 * held. */
static enum err
check_permission_when(struct request *req)
{
	const struct permission_when *w = req->operation->when;
	enum permission also[WHEN_MAX];
	size_t n = 0;

	for (; w && w->member; w++) {
		assert(n < WHEN_MAX);
		if (member_is(shape_member(req->operation->body, w->member), req->body, w->equals))
			also[n++] = w->permission;
	}
	if (n == 0 || principal_scope(req->who, req->operation, also, n, &req->arena, &req->scope))
		return OK;
	return fail_with(&req->ctx, ERR_FORBIDDEN, NULL, enum_code(&permission_enum, (int)also[0]),
	                 NULL);
}

/* Where the caller may go further than the operation itself asks for. */
static void
take_beyond(struct request *req)
{
	enum permission beyond = req->operation->beyond;
	struct scope *scope;

	if (beyond == PERMISSION_NONE)
		return;
	scope = arena_alloc(&req->arena, sizeof(*scope));
	if (principal_scope(req->who, req->operation, &beyond, 1, &req->arena, scope))
		req->ctx.beyond = scope;
}

static bool
is_type(const char *type, const char *wanted)
{
	size_t n = strlen(wanted);

	return type && strncasecmp(type, wanted, n) == 0 &&
	       (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

/* JSON is UTF-8 (RFC 8259 8.1), and what is packed is not unpacked. */
static bool
is_plain(const struct request *req, const char *type)
{
	const char *encoding = request_header(req, "Content-Encoding"),
		   *charset = strcasestr(type, "charset=");

	if (charset) {
		charset += strlen("charset=");
		charset += *charset == '"';
	}
	return (!encoding || !*encoding || strcasecmp(encoding, "identity") == 0) &&
	       (!charset || strncasecmp(charset, "utf-8", 5) == 0 ||
	        strncasecmp(charset, "utf8", 4) == 0 || strncasecmp(charset, "us-ascii", 8) == 0);
}

/* Bodies are JSON; a PATCH is a merge patch (RFC 7396) and may say so. */
static enum err
check_body_type(struct request *req)
{
	const char *type = request_header(req, "Content-Type"), *wanted = "application/json";

	if (is_type(type, wanted) && is_plain(req, type))
		return OK;
	if (strcmp(req->operation->method, "PATCH") == 0) {
		if (is_type(type, MERGE_PATCH) && is_plain(req, type))
			return OK;
		reply_header(req, "Accept-Patch", ACCEPT_PATCH);
		wanted = ACCEPT_PATCH;
	}
	return fail_with(&req->ctx, ERR_UNSUPPORTED_MEDIA_TYPE, NULL, wanted, NULL);
}

static enum err
take_body(struct request *req)
{
	static const struct shape nothing = { "nothing", 1, 0, NULL };
	const struct shape *shape = req->operation->body ? req->operation->body : &nothing;
	void *ignored;
	enum err err;

	if (req->spool || strcmp(req->operation->method, "GET") == 0)
		return OK;
	if (req->body_size == 0) {
		if (!req->operation->body || req->operation->body_optional) {
			req->body = arena_alloc(&req->arena, shape->size);
			return OK;
		}
		return fail_with(&req->ctx, ERR_MALFORMED_JSON, NULL, "there is no body", NULL);
	}
	err = check_body_type(req);
	if (err)
		return err;
	return decode_body(&req->ctx, shape, req->body_text, req->body_size,
	                   req->operation->body ? &req->body : &ignored);
}

int64_t
version_of_tag(const char *tag)
{
	const char *digits;
	long long version;
	bool quoted;
	char *end;

	if (strncmp(tag, "W/", 2) == 0)
		tag += 2;
	quoted = *tag == '"';
	digits = tag + quoted;
	errno = 0;
	version = strtoll(digits, &end, 10);
	if (*end == '.')
		end += strcspn(end, "\"");
	if (errno || *digits < '0' || *digits > '9' || strcmp(end, quoted ? "\"" : "") != 0)
		return INT64_MAX;
	return version;
}

/* The version the caller read: from If-Match or the body. */
static enum err
take_version(struct request *req)
{
	const char *tag = request_header(req, "If-Match");

	req->ctx.if_match = -1;
	if (!req->operation->if_match)
		return OK;
	if (!tag) {
		const struct shape *shape = req->operation->body;

		/* PATCH and PUT must say it, a verb and DELETE may */
		if (strcmp(req->operation->method, "PATCH") != 0 &&
		    strcmp(req->operation->method, "PUT") != 0)
			return OK;
		for (size_t i = 0; i < shape->count; i++) {
			const struct member *m = &shape->members[i];
			const char *base = req->body;

			if (strcmp(m->name, "version") == 0 &&
			    *(const bool *)(base + m->has_offset)) {
				req->ctx.if_match = *(const int64_t *)(base + m->offset);
				return OK;
			}
		}
		return fail(&req->ctx, ERR_VERSION_REQUIRED, NULL);
	}
	req->ctx.if_match = version_of_tag(tag);
	return OK;
}

/* When it happened, where the body may say so. */
static void
take_happened(struct request *req)
{
	const struct shape *shape = req->operation->body;
	const char *base = req->body;

	for (size_t i = 0; shape && i < shape->count; i++) {
		const struct member *m = &shape->members[i];

		if (strcmp(m->name, "occurred_at") == 0 && *(const bool *)(base + m->has_offset))
			req->ctx.happened_at = *(const struct utc *)(base + m->offset);
	}
}

/* What makes a repeat the same request: method, path and body. */
static void
hash_request(struct request *req)
{
	crypto_generichash_state state;
	unsigned char hash[16];
	void *map = NULL;

	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	crypto_generichash_update(&state, (const unsigned char *)req->operation->name,
	                          strlen(req->operation->name));
	crypto_generichash_update(&state, (const unsigned char *)req->path, strlen(req->path) + 1);
	if (req->spool && req->body_size > 0) {
		map = mmap(NULL, req->body_size, PROT_READ, MAP_PRIVATE, req->body_file, 0);
		if (map == MAP_FAILED)
			die("out of memory: body of %llu octets",
			    (unsigned long long)req->body_size);
		crypto_generichash_update(&state, map, req->body_size);
		munmap(map, req->body_size);
	} else if (req->body_size > 0) {
		crypto_generichash_update(&state, (const unsigned char *)req->body_text,
		                          req->body_size);
	}
	crypto_generichash_final(&state, hash, sizeof(hash));
	memcpy(&req->request_hash, hash, sizeof(req->request_hash));
}

static enum err
take_key(struct request *req)
{
	const char *key = request_header(req, "Idempotency-Key");

	if (!key || !req->operation->idempotent)
		return OK;
	if (key[0] == '\0' || strlen(key) > KEY_MAX || !utf8_valid(key, strlen(key)))
		return fail_parameter(&req->ctx, ERR_BAD_FORMAT, "Idempotency-Key",
		                      "1 to 255 octets of UTF-8");
	req->idempotency_key = key;
	hash_request(req);
	return OK;
}

/* ------------------------------------------------------------ in the transaction */

static const char *
hash_text(const struct request *req)
{
	return arena_printf(req->ctx.arena, "%016llx", (unsigned long long)req->request_hash);
}

static enum err
key_guard(struct ctx *ctx, void *arg)
{
	struct run *run = arg;

	if (!run->found) /* the look-up itself failed, or the lock before it; that error stands */
		return OK;
	/* a try that was lost may hold the key until the server has noticed */
	if (!row_bool(run->locked, 0, "locked"))
		return run->tries > 1 ? ERR_RETRY : fail(ctx, ERR_IDEMPOTENCY_IN_PROGRESS, NULL);
	if (row_is_null(run->found, 0, "request_hash"))
		return OK;
	if (strcmp(row_text(run->found, 0, "request_hash"), hash_text(run->req)) != 0)
		return fail(ctx, ERR_IDEMPOTENCY_KEY_REUSED, NULL);
	run->replayed = row_id(run->found, 0, "subject_id");
	run->req->reply.status = (int)row_int(run->found, 0, "status");
	return ERR_REPLAY;
}

static void
look_for_key(struct ctx *ctx, struct run *run)
{
	const struct arg args[] = { ARG(idempotency_key, run->req->idempotency_key) };

	run->locked = run->found = NULL;
	db_read_later_args(ctx, SQL_idempotency_lock, &run->locked,
	                   bind_args(ctx->arena, &statements[SQL_idempotency_lock], ctx, args, 1));
	db_read_later_args(ctx, SQL_idempotency_find, &run->found,
	                   bind_args(ctx->arena, &statements[SQL_idempotency_find], ctx, args, 1));
	db_guard(ctx, key_guard, run);
}

static void
keep_key(struct ctx *ctx, struct request *req)
{
	db_write(ctx, idempotency_keep, ARG(idempotency_key, req->idempotency_key),
	         ARG(request_hash, hash_text(req)), ARG(operation, req->operation->name),
	         ARG(status, req->operation->status), ARG(subject_id, ctx->subject));
}

/* Queue the statements of a read; their rows arrive with the next trip. */
static enum err
queue_read(struct ctx *ctx, struct run *run, const struct route *route, struct id subject)
{
	enum sql sql[LANE_STATEMENTS_MAX];
	const char **values[LANE_STATEMENTS_MAX];
	enum err err = reply_statements(run->req, route, id_is_none(subject) ? NULL : &subject, 1,
	                                sql, values, &run->count);

	for (size_t i = 0; err == OK && i < run->count; i++)
		db_read_later_args(ctx, sql[i], &run->rows[i], (const char *const *)values[i]);
	return err;
}

static const struct route *
reply_route(const struct request *req)
{
	if (req->route->kind == ROUTE_READ)
		return req->route;
	return req->route->then ? route_of(req->route->then) : NULL;
}

static enum err
command_tx(struct ctx *ctx, void *arg)
{
	struct run *run = arg;
	struct request *req = run->req;
	enum err err = OK;

	run->tries++;
	/* what a try before this one, that was lost, has left */
	buf_clear(&req->reply.body);
	req->err = OK;
	if (req->idempotency_key)
		look_for_key(ctx, run);
	err = ctx_check_happened(ctx);
	if (!err && req->route->run)
		err = req->route->run(req);
	if (err)
		return err;
	if (req->operation->access_log)
		db_write(ctx, access_log_add, ARG(log_id, id_new()),
		         ARG(log_store_id, req->scope.store), ARG(operation, req->operation->name),
		         ARG(subject_type, (const char *)NULL), ARG(subject_id, req->id));
	if (req->err) /* decided, and its writes are kept; there is nothing to read or to repeat */
		return OK;
	if (req->idempotency_key)
		keep_key(ctx, req);
	if (!run->then)
		return OK;
	return queue_read(ctx, run, run->then,
	                  req->route->kind == ROUTE_READ ? req->id : ctx->subject);
}

/* Read only: the object a replay or a stale version answers with. */
static enum err
read_tx(struct ctx *ctx, void *arg)
{
	struct run *run = arg;
	struct id subject = ctx->subject;

	return queue_read(ctx, run, run->then, subject);
}

/* ------------------------------------------------------------ the reply */

static const char *
location_of(struct request *req, enum op op, struct id id)
{
	const char *path = operations[op].path, *brace = strchr(path, '{');
	char text[ID_TEXT];

	assert(brace);
	return arena_printf(&req->arena, "%.*s%s", (int)(brace - path), path, id_format(id, text));
}

static void
reply_done(struct request *req, struct run *run)
{
	const struct route *then = run->then;
	int status = req->reply.status;
	enum err err;

	if (req->err) { /* decided, and saved all the same: a wrong password is counted */
		problem_reply(req, req->err, NULL);
		return;
	}
	if (!then) {
		if (req->reply.status == 0)
			req->reply.status = req->operation->status;
		if (req->location)
			reply_header(req, "Location", req->location);
		return;
	}
	err = reply_rows(req, then, run->rows, 0);
	if (err) {
		problem_reply(req, err, NULL);
		return;
	}
	req->reply.status = status ? status : req->operation->status;
	if (req->reply.status == 201 || req->reply.status == 202)
		reply_header(req, "Location", location_of(req, then->op, req->ctx.subject));
	reply_etag(req);
}

/* subject survives the reset of conn_run when it is set again by the transaction itself */
struct reread {
	struct run *run;
	struct id subject;
};

static enum err
reread_tx(struct ctx *ctx, void *arg)
{
	struct reread *reread = arg;

	ctx->subject = reread->subject;
	return read_tx(ctx, reread->run);
}

static void
reply_replay(struct request *req, struct conn *conn, struct run *run)
{
	struct reread reread = { run, run->replayed };
	enum err err = conn_run(conn, &req->ctx, reread_tx, &reread);

	if (err) {
		problem_reply(req, err, NULL);
		return;
	}
	reply_done(req, run);
	reply_header(req, "Idempotent-Replayed", "true");
}

/* What a GET of the same path answers with; NULL when there is none. */
static const struct route *
read_route(const struct request *req)
{
	for (enum op op = OP_NONE + 1; op < OP_COUNT; op++)
		if (strcmp(operations[op].method, "GET") == 0 &&
		    strcmp(operations[op].path, req->operation->path) == 0)
			return route_of(op);
	return NULL;
}

/* A stale version is told with the object as it is. */
static void
reply_stale(struct request *req, struct conn *conn, struct run *run)
{
	struct reread reread = { run, req->id };
	struct failure failure = req->ctx.failures[0];
	struct buf current;

	buf_init(&current, 1u << 20);
	if (!run->then)
		run->then = read_route(req);
	if (run->then && conn_run(conn, &req->ctx, reread_tx, &reread) == OK &&
	    reply_rows(req, run->then, run->rows, 0) == OK) {
		buf_put(&current, req->reply.body.data, req->reply.body.len);
		reply_etag(req);
	}
	req->ctx.failures[0] = failure;
	req->ctx.failures_count = 1;
	problem_reply(req, ERR_STALE_VERSION, &current);
	buf_clear(&current);
}

void
command_run(struct request *req, struct conn *conn, int64_t deadline_us)
{
	struct run run = { .req = req, .then = reply_route(req) };
	enum err err = take_body(req);

	if (!err)
		err = check_permission_when(req);
	if (!err)
		err = take_key(req);
	if (!err)
		err = take_version(req);
	if (err) {
		problem_reply(req, err, NULL);
		return;
	}
	take_happened(req);
	take_beyond(req);
	conn_set_deadline(conn, deadline_us);
	err = conn_run(conn, &req->ctx, command_tx, &run);
	/* the key tells whether it was saved */
	if (err == ERR_OUTCOME_UNKNOWN && req->idempotency_key)
		err = conn_run(conn, &req->ctx, command_tx, &run);
	if (err == OK)
		reply_done(req, &run);
	else if (err == ERR_REPLAY)
		reply_replay(req, conn, &run);
	else if (err == ERR_STALE_VERSION)
		reply_stale(req, conn, &run);
	else
		problem_reply(req, err, NULL);
}
