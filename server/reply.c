/* SPDX-License-Identifier: Apache-2.0 */
/* From a route's sections to statements, and from rows to the reply. */
#include "reply.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "auth.h"
#include "core/text.h"
#include "cursor.h"
#include "link.h"

#define BODY_MAX      (64u << 20)
#define BODY_USUAL    ((size_t)6 * 1024) /* what most documents fit into */
#define BODY_LONG     ((size_t)256 * 1024)
#define LIMIT_DEFAULT 50
#define LIMIT_MAX     200 /* of ordinary lists */
#define COUNT_CAP     1000
#define SECTION_ARGS  (16 + CURSOR_KEYS + REQUEST_ARGS_MAX)

const char *
request_header(const struct request *req, const char *name)
{
	for (size_t i = 0; i < req->headers_count; i++)
		if (strcasecmp(req->headers[i].name, name) == 0)
			return req->headers[i].value;
	return NULL;
}

void
reply_header(struct request *req, const char *name, const char *value)
{
	struct reply *reply = &req->reply;
	size_t i = 0;

	while (i < reply->headers_count && strcmp(reply->headers[i].name, name) != 0)
		i++;
	if (!value) {
		if (i < reply->headers_count)
			reply->headers[i] = reply->headers[--reply->headers_count];
		return;
	}
	if (i == REPLY_HEADERS_MAX)
		die("too many headers in a reply");
	reply->headers[i].name = name;
	reply->headers[i].value = value;
	if (i == reply->headers_count)
		reply->headers_count++;
}

const void *
request_parameter(const struct request *req, const char *name)
{
	const struct shape *shape = req->operation->params;

	for (size_t i = 0; req->params && i < shape->count; i++) {
		const struct member *m = &shape->members[i];
		const char *base = req->params;

		if (strcmp(m->name, name) == 0)
			return m->has_offset && !*(const bool *)(base + m->has_offset)
			               ? NULL
			               : base + m->offset;
	}
	return NULL;
}

static bool
has_parameter(const struct request *req, const char *name)
{
	for (size_t i = 0; i < req->operation->params->count; i++)
		if (strcmp(req->operation->params->members[i].name, name) == 0)
			return true;
	return false;
}

/* A list that may be had whole, as its limit's maximum says, is told whole unless a limit is
 * sent. */
static int64_t
limit_of(const struct request *req)
{
	const int64_t *limit = request_parameter(req, "limit");
	const struct shape *shape = req->operation->params;

	if (limit)
		return *limit;
	for (size_t i = 0; i < shape->count; i++)
		if (strcmp(shape->members[i].name, "limit") == 0 &&
		    shape->members[i].max > LIMIT_MAX)
			return shape->members[i].max;
	return LIMIT_DEFAULT;
}

static bool
count_wanted(const struct request *req)
{
	const bool *count = request_parameter(req, "count");

	return count && *count;
}

/* Whether what `:holds_<permission>` asks for is held in every store of this request's scope. */
static bool
scope_holds(struct request *req, const char *code)
{
	enum permission permission = PERMISSION_NONE;
	struct scope with;

	for (size_t i = 1; i < PERMISSION_COUNT && permission == PERMISSION_NONE; i++) {
		const char *known = permission_enum.values[i].code;
		size_t dot = strcspn(known, ".");

		/* cost_read is cost.read: a parameter's name has no dot of its own */
		if (strlen(known) == strlen(code) && strncmp(known, code, dot) == 0 &&
		    strcmp(known + dot + 1, code + dot + 1) == 0)
			permission = (enum permission)i;
	}
	if (permission == PERMISSION_NONE)
		die("no permission is called %s", code);
	if (!req->who)
		return false;
	if (!id_is_none(req->scope.store))
		return principal_holds(req->who, permission, req->scope.store);
	return principal_scope(req->who, req->operation, &permission, 1, &req->arena, &with) &&
	       with.hq == req->scope.hq && text_equal(with.stores, req->scope.stores);
}

/* Every parameter a section's statement may name. */
static size_t
section_args(struct request *req, const struct route *route, const struct id *ids, size_t ids_count,
             const struct cursor *cursor, enum sql sql, struct arg args[SECTION_ARGS])
{
	const struct statement *s = &statements[sql];
	bool own = route->op == req->op;
	size_t n = 0;

	args[n++] = ARG(scope_store, req->scope.store);
	args[n++] = ARG(language, req->language ? "zh-CN" : "en");
	if (ids) {
		args[n++] = IDS_ARG(ids, ids, ids_count);
		args[n++] = ARG(id, ids[0]);
	}
	if (route->sections[0].kind == SECTION_PAGE || (own && req->operation->list))
		args[n++] = ARG(limit, limit_of(req) + 1);
	for (uint16_t i = 0; i < s->params_count; i++) {
		const char *name = param_infos[s->params[i]].name;
		const char *value = NULL;

		if (strncmp(name, "holds_", 6) == 0 && n < 16 + CURSOR_KEYS - 1)
			args[n++] = arg_bool(s->params[i], scope_holds(req, name + 6));
		if (strncmp(name, "after_", 6) != 0 || strcmp(name, "after_position") == 0)
			continue;
		for (size_t k = 0; cursor && k < cursor->count; k++)
			if (strcmp(cursor->names[k], name) == 0)
				value = cursor->values[k];
		if (n < SECTION_ARGS - REQUEST_ARGS_MAX - 1)
			args[n++] = arg_text(s->params[i], value);
	}
	for (size_t i = 0; own && i < req->args_count; i++)
		args[n++] = req->args[i];
	if (own && req->params)
		args[n++] = (struct arg){
			.kind = ARG_KIND_STRUCT,
			.value.pointer = req->params,
			.shape = req->operation->params,
		};
	return n;
}

/* The statement of a page in the order that is asked for. */
static enum sql
section_sql(const struct request *req, const struct route *route, const struct section *s)
{
	const struct statement_order *orders = statements[s->sql].orders;
	const int *sort = orders && route->op == req->op ? request_parameter(req, "sort") : NULL;

	return sort ? (enum sql)orders[*sort - 1].sql : s->sql;
}

/* Whether a cursor has all that its page goes on from: one of an older release may not. */
static bool
cursor_fits(const struct cursor *cursor, const struct statement *s)
{
	for (uint16_t i = 0; i < s->params_count; i++) {
		const char *name = param_infos[s->params[i]].name;
		size_t k = 0;

		if (strncmp(name, "after_", 6) != 0 || strcmp(name, "after_position") == 0)
			continue;
		while (k < cursor->count && strcmp(cursor->names[k], name) != 0)
			k++;
		if (k == cursor->count)
			return false;
	}
	return true;
}

enum err
reply_statements(struct request *req, const struct route *route, const struct id *ids,
                 size_t ids_count, enum sql sql[], const char **values[], size_t *count)
{
	const char *const *text = request_parameter(req, "cursor");
	struct arg args[SECTION_ARGS];
	struct cursor cursor = { 0 };
	size_t n = 0;

	if (text && route->op == req->op) {
		enum err err = cursor_decode(req, *text, &cursor);

		if (err)
			return err;
	}
	for (const struct section *s = route->sections; s->kind != SECTION_NONE; s++) {
		enum sql chosen = section_sql(req, route, s);
		size_t used = section_args(req, route, ids, ids_count, &cursor, chosen, args);

		if (s->kind == SECTION_PAGE && cursor.count > 0 &&
		    !cursor_fits(&cursor, &statements[chosen]))
			return fail(&req->ctx, ERR_BAD_CURSOR, NULL);
		sql[n] = chosen;
		values[n++] = bind_args(&req->arena, &statements[chosen], &req->ctx, args, used);
		if (s->kind == SECTION_PAGE && statements[s->sql].count && count_wanted(req)) {
			enum sql counter = (enum sql)statements[s->sql].count;

			used = section_args(req, route, ids, ids_count, NULL, counter, args);
			sql[n] = counter;
			values[n++] =
				bind_args(&req->arena, &statements[counter], &req->ctx, args, used);
		}
		if (s->kind == SECTION_PAGE && has_parameter(req, "after_position")) {
			sql[n] = SQL_list_position;
			values[n++] = bind_args(&req->arena, &statements[SQL_list_position],
			                        &req->ctx, NULL, 0);
		}
	}
	*count = n;
	return OK;
}

/* What the row itself has against a verb, or NULL. */
static const char *
guarded(const struct machine *machine, enum op op, const struct rows *rows, size_t row)
{
	const char *why = NULL;

	for (const struct machine_guard *g = machine->guards; g && g->column && !why; g++) {
		if (g->op != op)
			continue;
		if (!g->states)
			why = row_text(rows, row, g->column);
		else if (!(g->in & FROM(row_enum(rows, row, g->column, g->states))))
			why = "illegal_transition";
	}
	return why;
}

/* The verbs, and of each whether it fits the state, is held, and the row has nothing against it. */
static void
put_verbs(struct buf *out, const struct machine *machine, const struct rows *rows, size_t row,
          const struct permission_set *held)
{
	int state = row_enum(rows, row, machine->column, machine->states);

	for (size_t i = 0; i < machine->count; i++) {
		const struct machine_move *move = &machine->moves[i];
		const enum permission *p = operations[move->op].permissions;
		/* what asks for no permission is for everyone who gets here */
		bool permitted = *p == PERMISSION_NONE, fits = (move->from & FROM(state)) != 0;
		const char *why = fits ? guarded(machine, move->op, rows, row) : NULL;

		for (; *p != PERMISSION_NONE && !permitted; p++)
			permitted = permission_in(held, *p);
		/* no printf: this is a tenth of a document's cost */
		buf_puts(out, i ? ",{\"verb\":\"" : "{\"verb\":\"");
		buf_puts(out, machine_verb(move->op));
		if (why && permitted) {
			buf_puts(out, "\",\"enabled\":false,\"why\":\"");
			buf_puts(out, why);
			buf_puts(out, "\"}");
			continue;
		}
		buf_puts(out, fits && permitted ? "\",\"enabled\":true,\"why\":null}"
		              : fits            ? "\",\"enabled\":false,\"why\":\"forbidden\"}"
		                     : "\",\"enabled\":false,\"why\":\"illegal_transition\"}");
	}
}

static void
put_actions(struct buf *out, const struct machine *machine, const struct rows *rows, size_t row,
            const struct permission_set *held)
{
	buf_puts(out, ",\"actions\":[");
	for (const struct machine *m = machine; m; m = m->beside) {
		if (m != machine)
			buf_char(out, ',');
		put_verbs(out, m, rows, row, held);
	}
	buf_char(out, ']');
}

/* Most rows of a list are of the state and store of the row before them: what is written is written
 * again then, instead of being found out. */
void
reply_actions(struct buf *out, const struct rows *rows, size_t row, struct request *req,
              const struct machine *machine)
{
	struct reply_actions *last = &req->reply.actions;
	const char *state = row_text(rows, row, machine->column),
		   *store = machine->of_chain ? NULL : row_text(rows, row, "store_id");
	struct permission_set held = { 0 };
	size_t at = out->len;

	if (last->machine == machine && !machine->beside && !machine->guards &&
	    text_equal(last->state, state) && text_equal(last->store, store)) {
		buf_expect(out, out->len + last->len + 1); /* it does not move while it is read */
		buf_put(out, out->data + last->at, last->len);
		return;
	}
	if (req->who)
		held = machine->of_chain
		               ? req->who->chain
		               : principal_permissions(req->who, row_id(rows, row, "store_id"));
	put_actions(out, machine, rows, row, &held);
	*last = (struct reply_actions){ machine, state, store, at, out->len - at };
}

void
reply_actions_between(struct buf *out, const struct rows *rows, size_t row, struct request *req,
                      const struct machine *machine, const char *other)
{
	struct permission_set held = { 0 }, there = { 0 };

	if (req->who) {
		held = principal_permissions(req->who, row_id(rows, row, "store_id"));
		there = principal_permissions(req->who, row_id(rows, row, other));
	}
	permissions_unite(&held, &there);
	put_actions(out, machine, rows, row, &held);
}

void
reply_token(struct buf *out, const struct rows *rows, size_t row, void *req)
{
	char token[LINK_TEXT];

	(void)req;
	buf_printf(out, ",\"token\":\"%s\"", link_token(row_id(rows, row, "id"), token));
}

static void
write_actions(struct buf *out, const struct rows *rows, size_t row, void *arg)
{
	struct request *req = arg;

	reply_actions(out, rows, row, req, req->reply.machine);
}

static size_t
collect_children(const struct route *route, struct rows *const rows[], size_t first,
                 struct json_children children[SECTIONS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; route->sections[i].kind != SECTION_NONE; i++)
		if (route->sections[i].kind == SECTION_MANY)
			children[n++] =
				(struct json_children){ route->sections[i].key, rows[first + i] };
	return n;
}

static void
write_page(struct request *req, const struct json_document *doc, struct rows *const rows[],
           size_t next)
{
	struct buf *out = &req->reply.body;
	size_t limit = (size_t)limit_of(req), n = rows_count(doc->rows);
	const char *const *cursor = request_parameter(req, "cursor");
	const char *position = NULL, *after = NULL;
	struct cursor sent;

	buf_puts(out, "{\"data\":[");
	for (size_t i = 0; i < n && i < limit; i++) {
		if (i)
			buf_char(out, ',');
		json_write_row(out, doc, i);
	}
	if (statements[req->route->sections[next - 1].sql].count && count_wanted(req)) {
		int64_t count = row_int(rows[next++], 0, "n");

		buf_printf(out, "],\"count\":{\"value\":%lld,\"capped\":%s}",
		           (long long)(count > COUNT_CAP ? COUNT_CAP : count),
		           count > COUNT_CAP ? "true" : "false");
	} else {
		buf_char(out, ']');
	}
	if (has_parameter(req, "after_position"))
		position = row_text(rows[next], 0, "position");
	/* what changed behind pages already sent is told after the first page's position, not the
	 * last's */
	if (cursor && cursor_decode(req, *cursor, &sent) == OK && sent.position[0])
		position = sent.position;
	if (n > limit) {
		struct buf key;

		buf_init(&key, 4096);
		json_write_key(&key, doc->rows, limit - 1);
		after = cursor_encode(req, key.data, key.len, position ? position : "");
		buf_clear(&key);
	}
	buf_puts(out, ",\"next_cursor\":");
	buf_json(out, after, after ? strlen(after) : 0);
	buf_puts(out, ",\"position\":");
	buf_json(out, position, position ? strlen(position) : 0);
	buf_char(out, '}');
}

/* How long each operation's last reply was: the next is likely to be as long. */
static _Atomic size_t lengths[OP_COUNT];

static size_t
expected_length(enum op op)
{
	size_t last = atomic_load_explicit(&lengths[op], memory_order_relaxed);

	if (last < BODY_USUAL)
		return BODY_USUAL;
	return last > BODY_LONG ? BODY_LONG : last + last / 8;
}

enum err
reply_rows(struct request *req, const struct route *route, struct rows *const rows[], size_t row)
{
	struct json_children children[SECTIONS_MAX];
	struct json_document doc = { .children = children };
	size_t first = 0;

	buf_clear(&req->reply.body);
	buf_init(&req->reply.body, BODY_MAX);
	buf_expect(&req->reply.body, expected_length(route->op));
	req->reply.actions = (struct reply_actions){ 0 };
	for (; route->sections[first].kind == SECTION_PARENT; first++) {
		const char *parameter = route->sections[first].key;

		if (rows_count(rows[first]) == 0)
			return parameter ? fail_parameter(&req->ctx, ERR_NOT_FOUND, parameter, NULL)
			                 : ERR_NOT_FOUND;
	}
	doc.rows = rows[first];
	req->reply.machine = route->machine;
	doc.extra = route->machine ? write_actions : route->extra;
	doc.arg = req;
	req->reply.status = req->operation->status;
	if (route->sections[first].kind == SECTION_PAGE) {
		write_page(req, &doc, rows, first + 1);
	} else {
		if (rows_count(doc.rows) == 0)
			return ERR_NOT_FOUND;
		doc.children_count = collect_children(route, rows, 0, children);
		json_write_row(&req->reply.body, &doc, row);
	}
	atomic_store_explicit(&lengths[route->op], req->reply.body.len, memory_order_relaxed);
	return req->reply.body.full ? ERR_INTERNAL : OK;
}
