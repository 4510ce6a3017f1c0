/* SPDX-License-Identifier: Apache-2.0 */
/* The way of every request, the same for all operations. */
#include "dispatch_private.h"

#include <stdio.h>
#include <string.h>

#include "address.h"
#include "auth.h"
#include "caller.h"
#include "clock.h"
#include "command.h"
#include "core/log.h"
#include "decode_place.h"
#include "key_use.h"
#include "link.h"
#include "making.h"
#include "metrics.h"
#include "negotiate.h"
#include "problem.h"
#include "ratelimit.h"
#include "reply.h"

struct dispatch dispatcher;

void
dispatch_init(const struct dispatch *dispatch)
{
	dispatcher = *dispatch;
	routes_init();
}

void
dispatch_drain(void)
{
	dispatcher.draining = true;
}

/* ------------------------------------------------------------ who asks */

static void authorised(struct request *req);

static void
answer_problem(struct request *req, enum err err)
{
	problem_reply(req, err, NULL);
	http_reply(req);
}

/* The client's address; behind a proxy we trust, the one it names last. */
static struct address_block
client_address(const struct request *req)
{
	const char *forwarded = request_header(req, "X-Forwarded-For"), *last;
	struct address_block block = { 0 };

	if (forwarded && config_list_has(&dispatcher.config->trusted_proxy, req->peer)) {
		last = strrchr(forwarded, ',');
		last = last ? last + 1 : forwarded;
		block = address_block(last + strspn(last, " "));
	}
	return block.size ? block : address_block(req->peer);
}

/* The reply tells of the last bucket that was asked: the one that refused, or the caller's own. */
static bool
take_token(struct request *req, const char *policy, const void *name, size_t size, int64_t limit)
{
	struct rate rate;
	bool ok = ratelimit_take(name, size, (unsigned)limit, clock_monotonic_us(), &rate);

	if (limit && strncmp(req->path, "/v1/", 4) == 0) {
		reply_header(req, "RateLimit-Policy",
		             arena_printf(&req->arena, "\"%s\";q=%u;w=60", policy, rate.limit));
		reply_header(req, "RateLimit",
		             arena_printf(&req->arena, "\"%s\";r=%u;t=%u", policy, rate.left,
		                          rate.full_s));
	}
	req->retry_s = rate.wait_s;
	return ok;
}

static bool
within_limit(struct request *req, const void *name, size_t size, int64_t limit)
{
	if (take_token(req, "minute", name, size, limit))
		return true;
	metrics_refused(REFUSED_RATE);
	note_failure(&req->ctx, ERR_RATE_LIMITED, NULL,
	             arena_printf(&req->arena, "%u", (unsigned)limit), NULL);
	answer_problem(req, ERR_RATE_LIMITED);
	return false;
}

/* Passwords are guessed by who is not known yet; the account's own limit slows down those who
 * are. */
static bool
may_guess(struct request *req)
{
	struct {
		char kind[8]; /* its bucket is another than that of all calls */
		struct address_block address;
	} name = { "login", client_address(req) };

	if (!req->operation->on_hasher || req->who)
		return true;
	return take_token(req, "login", &name, sizeof(name), dispatcher.config->rate_login);
}

static void
found_principal(struct lane_query *query)
{
	struct request *req = query->owner;

	if (query->err) {
		answer_problem(req, query->err);
		return;
	}
	if (req->operation->auth == AUTH_LINK) {
		req->who = principal_from_rows(query->rows[0], NULL);
		if (!req->who) {
			answer_problem(req, ERR_NOT_FOUND);
			return;
		}
	} else {
		req->who = principal_from_rows(query->rows[0],
		                               request_header(req, "Authorization") + 7);
		if (!req->who) {
			answer_problem(req, ERR_UNAUTHENTICATED);
			return;
		}
		if (req->who->kind == ACTOR_KEY)
			key_use_note(req->who->session, req->ctx.now);
	}
	authorised(req);
}

static void
look_up(struct request *req, enum sql sql, const struct arg *arg)
{
	static const struct scope nobody;

	req->lane = (struct lane_query){
		.scope = &nobody,
		.arena = &req->arena,
		.count = 1,
		.sql = { sql },
		.urgent = req->operation->critical,
		.owner = req,
		.values = { bind_args(&req->arena, &statements[sql], &req->ctx, arg, 1) },
		.deadline_us =
			req->started_us + INT64_C(1000) * dispatcher.config->read_deadline_ms,
		.done = found_principal,
	};
	lanes_submit(dispatcher.lanes, &req->lane);
}

static void
identify_by_token(struct request *req)
{
	const char *header = request_header(req, "Authorization");
	unsigned char hash[TOKEN_HASH];
	char hex[2 * TOKEN_HASH + 3] = "\\x";
	struct arg arg;

	if (!header || strncasecmp(header, "Bearer ", 7) != 0 || header[7] == '\0') {
		answer_problem(req, ERR_UNAUTHENTICATED);
		return;
	}
	req->who = principal_cached(header + 7);
	if (req->who) {
		authorised(req);
		return;
	}
	token_hash(header + 7, hash);
	for (size_t i = 0; i < TOKEN_HASH; i++)
		snprintf(hex + 2 + 2 * i, 3, "%02x", hash[i]);
	arg = ARG(token_hash, arena_text(&req->arena, hex));
	look_up(req, SQL_session_find, &arg);
}

static void
identify_by_link(struct request *req)
{
	struct id link;
	struct arg arg;

	if (!link_open(req->segments[0], &link)) {
		answer_problem(req, ERR_NOT_FOUND);
		return;
	}
	arg = ARG(link_id, link);
	look_up(req, SQL_link_find, &arg);
}

void
dispatch_request(struct request *req)
{
	struct address_block address;

	/* how long a client takes to send a file is not counted against the command */
	if (req->spool)
		req->started_us = clock_monotonic_us();
	/* before anything is looked up: a token or link that is none must cost its sender too */
	address = client_address(req);
	if (!within_limit(req, address.b, address.size, dispatcher.config->rate_address))
		return;
	switch (req->operation->auth) {
	case AUTH_TOKEN:
		identify_by_token(req);
		break;
	case AUTH_LINK:
		identify_by_link(req);
		break;
	case AUTH_NONE:
		authorised(req);
		break;
	}
}

/* ------------------------------------------------------------ what is asked */

/* An {id} of the path that is no UUID, or a {date} that is no day, names nothing: 404, like one that
 * is unknown. */
static bool
path_names_nothing(struct request *req)
{
	const struct shape *shape = req->operation->params;

	for (size_t i = 0; i < req->ctx.failures_count; i++) {
		const char *name = req->ctx.failures[i].parameter;
		const struct member *m = name ? shape_member(shape, name) : NULL;

		if (!m || (m->kind != MEMBER_ID && m->kind != MEMBER_DATE))
			continue;
		if (strstr(req->operation->path, arena_printf(&req->arena, "{%s}", name)))
			return true;
	}
	return false;
}

/* `me` is who asks: so a statement compares ids alone, which row security lets an index do. */
static void
name_me(struct request *req, const char **id)
{
	char text[ID_TEXT];

	if (*id && strcmp(*id, "me") == 0)
		*id = arena_text(&req->arena, id_format(req->scope.actor, text));
}

static enum err
take_parameters(struct request *req)
{
	struct parameter list[PARAMETERS_MAX];
	const struct shape *shape = req->operation->params;
	size_t count = 0;
	enum err err;

	if (!collect_parameters(&req->arena, req->operation->path, req->segments, req->query, list,
	                        &count))
		return fail(&req->ctx, ERR_BAD_PARAMETER, NULL);
	err = decode_parameters(&req->ctx, shape, list, count, &req->params);
	if (err && path_names_nothing(req)) {
		req->ctx.failures_count = 0;
		return ERR_NOT_FOUND;
	}
	for (size_t i = 0; !err && i < shape->count; i++) {
		const struct member *m = &shape->members[i];
		char *at = (char *)req->params + m->offset;

		if (m->kind == MEMBER_TEXT && m->format == FORMAT_ME_OR_ID)
			name_me(req, (const char **)at);
		if (strcmp(m->name, "id") == 0 && m->kind == MEMBER_ID)
			req->id = *(const struct id *)at;
		if (strcmp(m->name, "store_id") == 0 && m->kind == MEMBER_ID &&
		    !(m->flags & MEMBER_ARRAY) && !id_is_none(*(const struct id *)at) &&
		    !scope_narrow(&req->scope, *(const struct id *)at))
			err = fail_parameter(&req->ctx, ERR_NOT_FOUND, "store_id", NULL);
	}
	return err;
}

static bool
accepts_json(const struct request *req)
{
	const char *accept = request_header(req, "Accept");

	return strncmp(req->path, "/v1/", 4) != 0 || req->operation->spool ||
	       req->route->kind != ROUTE_READ || req->route->finish || negotiate_json(accept);
}

static void
read_done(struct lane_query *query)
{
	struct request *req = query->owner;
	enum err err = query->err;

	if (!err)
		err = reply_rows(req, req->route, query->rows, query->row);
	if (err)
		problem_reply(req, err, NULL);
	else
		reply_etag(req);
	http_reply(req);
}

static void
submit_read(struct request *req)
{
	enum err err;

	req->lane = (struct lane_query){
		.scope = &req->scope,
		.arena = &req->arena,
		.urgent = req->operation->critical,
		.owner = req,
		.done = read_done,
		.deadline_us =
			req->started_us + INT64_C(1000) * dispatcher.config->read_deadline_ms,
	};
	if (req->route->sections[0].kind == SECTION_ONE)
		req->lane.id = req->id;
	err = reply_statements(req, req->route, id_is_none(req->id) ? NULL : &req->id, 1,
	                       req->lane.sql, req->lane.values, &req->lane.count);
	if (err) {
		answer_problem(req, err);
		return;
	}
	lanes_submit(dispatcher.lanes, &req->lane);
}

static struct workers *
workers_for(const struct request *req)
{
	if (req->operation->on_hasher)
		return dispatcher.hashers;
	return req->route->finish ? dispatcher.printers : dispatcher.workers;
}

/* To a lane or a worker, when its caller has not too much there already. */
static void
submit(struct request *req)
{
	const bool reads = req->route->kind == ROUTE_READ && !req->operation->on_worker;

	if (!caller_begins(req, dispatcher.config, reads)) {
		metrics_refused(REFUSED_AT_ONCE);
		answer_problem(req, ERR_TOO_MANY_AT_ONCE);
		return;
	}
	if (reads) {
		submit_read(req);
		return;
	}
	if (!workers_submit(workers_for(req), req)) {
		metrics_refused(REFUSED_QUEUE);
		answer_problem(req, ERR_UNAVAILABLE);
	}
}

/* Everything that needs to be known is: permission, parameters, then off to a lane or a worker. */
static void
authorised(struct request *req)
{
	enum err err = OK;

	if (req->who &&
	    !within_limit(req, req->who->actor.b, sizeof(req->who->actor.b),
	                  req->who->kind == ACTOR_LINK ? dispatcher.config->rate_link
	                                               : dispatcher.config->rate_principal))
		return;
	if (!may_guess(req)) {
		metrics_refused(REFUSED_RATE);
		answer_problem(req, ERR_TOO_MANY_ATTEMPTS);
		return;
	}
	if (req->who &&
	    !principal_scope(req->who, req->operation, NULL, 0, &req->arena, &req->scope))
		err = fail_with(&req->ctx, ERR_FORBIDDEN, NULL,
		                enum_code(&permission_enum, (int)req->operation->permissions[0]),
		                NULL);
	if (!err)
		err = take_parameters(req);
	if (!err && !accepts_json(req))
		err = fail_with(&req->ctx, ERR_NOT_ACCEPTABLE, NULL, "application/json", NULL);
	if (!err && req->route->prepare)
		err = req->route->prepare(req);
	if (!err && req->route->kind == ROUTE_CODE) {
		err = req->route->run(req);
		if (!err) {
			reply_etag(req);
			http_reply(req);
			return;
		}
	}
	if (err) {
		answer_problem(req, err);
		return;
	}
	if (!clock_agrees()) {
		answer_problem(req, ERR_UNAVAILABLE);
		return;
	}
	submit(req);
}

void
dispatch_run(struct request *req, struct conn *conn)
{
	int64_t deadline = req->started_us + INT64_C(1000) * dispatcher.config->command_deadline_ms;
	const bool late = clock_monotonic_us() >= deadline;

	if (req->leads) {
		req->err = late ? ERR_UNAVAILABLE : req->route->make(req);
		return;
	}
	/* what waited too long in the queue is not begun: its caller has gone */
	if (late) {
		problem_reply(req, ERR_UNAVAILABLE, NULL);
		return;
	}
	command_run(req, conn, deadline);
	if (req->route->finish && (req->reply.status == 200 || req->reply.status == 304)) {
		enum err err = req->route->finish(req);

		if (err)
			problem_reply(req, err, NULL);
	}
}

void
dispatch_ran(struct request *req)
{
	if (req->leads) {
		making_end(req);
	} else if (!req->unmade) {
		http_reply(req);
	} else if (!making_begin(dispatcher.printers, req)) {
		metrics_refused(REFUSED_QUEUE);
		answer_problem(req, ERR_UNAVAILABLE);
	}
}

void
dispatch_done(struct request *req, bool sent)
{
	int64_t took = clock_monotonic_us() - req->started_us;
	char store[ID_TEXT], actor[ID_TEXT];

	caller_ends(req);
	metrics_count(req->op, req->reply.status, took);
	log_line(LOG_LEVEL_INFO, "request",
	         "id=%s op=%s status=%d us=%lld store=%s principal=%s%s%s",
	         req->ctx.request_id ? req->ctx.request_id : "-",
	         req->operation && req->operation->name ? req->operation->name : "-",
	         req->reply.status, (long long)took,
	         id_is_none(req->scope.store) ? "-" : id_format(req->scope.store, store),
	         id_is_none(req->scope.actor) ? "-" : id_format(req->scope.actor, actor),
	         req->reply.status == 0 ? " aborted=1" : "", sent ? "" : " sent=0");
	principal_release(req->who);
	req->who = NULL;
}
