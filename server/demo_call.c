/* SPDX-License-Identifier: Apache-2.0 */
/* Commands as a client would send them, without the network. */
#include "demo_call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "auth.h"
#include "decode.h"
#include "route.h"

struct id
demo_person(const struct demo_store *store, const char *role)
{
	for (size_t i = 0; i < COUNT_OF(store->people); i++)
		if (strcmp(store->people[i].role, role) == 0)
			return store->people[i].id;
	die("the demo has no %s", role);
}

struct call {
	struct request req;
	const char *json;
};

static enum err
run_command(struct ctx *ctx, void *arg)
{
	struct call *call = arg;
	struct request *req = &call->req;
	enum err err;

	if (req->operation->body) {
		err = decode_body(ctx, req->operation->body, call->json, strlen(call->json),
		                  &req->body);
		if (err)
			return err;
	}
	return req->route->run(req);
}

static void
explain(struct demo *demo, const struct call *call, enum err err)
{
	const struct ctx *ctx = &call->req.ctx;

	snprintf(demo->error, demo->error_size, "demo: %s: %s %s %s: %s", call->req.operation->name,
	         err_infos[err].code,
	         ctx->failures_count && ctx->failures[0].pointer ? ctx->failures[0].pointer : "",
	         ctx->failures_count && ctx->failures[0].args[0] ? ctx->failures[0].args[0] : "",
	         call->json);
	demo->failed = true;
}

struct id
demo_run(struct demo *demo, const struct scope *scope, enum op op, struct id id, const char *json)
{
	struct call *call;
	enum err err;

	arena_clear(&demo->arena);
	call = arena_alloc(&demo->arena, sizeof(*call));
	call->json = json;
	call->req = (struct request){
		.op = op,
		.operation = &operations[op],
		.route = route_of(op),
		.id = id,
		.scope = *scope,
	};
	call->req.ctx = (struct ctx){
		.arena = &demo->arena,
		.now = demo->now,
		.scope = &call->req.scope,
		.beyond = &call->req.scope,
		.if_match = -1,
	};
	buf_init(&call->req.reply.body, 1u << 20);
	err = conn_run(demo->conn, &call->req.ctx, run_command, call);
	buf_clear(&call->req.reply.body);
	if (err)
		explain(demo, call, err);
	demo->now = utc_add_ms(demo->now, MINUTE);
	return call->req.ctx.subject;
}

struct id
demo_act(struct demo *demo, struct id actor, struct id store, enum op op, struct id id,
         const char *format, ...)
{
	const struct scope scope = {
		.kind = ACTOR_STAFF, .actor = actor, .store = store, .hq = id_is_none(store)
	};
	va_list args;
	char json[4096];

	if (demo->failed)
		return (struct id){ { 0 } };
	va_start(args, format);
	vsnprintf(json, sizeof(json), format, args);
	va_end(args);
	return demo_run(demo, &scope, op, id, json);
}

static enum err
ask_tx(struct ctx *ctx, void *arg)
{
	struct question *q = arg;
	const struct arg args[] = { ARG(id, q->id), ARG(kind, q->kind) };
	struct rows *rows;
	enum err err = db_read_args(ctx, q->sql, &rows, args, COUNT_OF(args));

	if (err)
		return err;
	q->count = rows_count(rows) < COUNT_OF(q->ids) ? rows_count(rows) : COUNT_OF(q->ids);
	for (size_t i = 0; i < q->count; i++) {
		q->ids[i] = row_id(rows, i, "id");
		q->others[i] = row_id(rows, i, "other");
		q->numbers[i] = row_int(rows, i, "number");
	}
	return OK;
}

struct question
demo_ask(struct demo *demo, enum sql sql, struct id id, const char *kind)
{
	struct question q = { .sql = sql, .id = id, .kind = kind };
	struct arena arena;
	struct ctx ctx = {
		.arena = &arena, .now = demo->now, .scope = &system_scope, .if_match = -1
	};

	arena_init(&arena);
	if (!demo->failed && conn_run(demo->conn, &ctx, ask_tx, &q) != OK)
		demo->failed = true;
	arena_clear(&arena);
	return q;
}
