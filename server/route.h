/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: what answers each operation of the contract. */
#ifndef SERVER_ROUTE_H
#define SERVER_ROUTE_H

#include "db/machine.h"
#include "request.h"

#define SECTIONS_MAX 10

enum section_kind {
	SECTION_NONE,
	SECTION_ONE,  /* the object itself, by :ids or by the path's parameters */
	SECTION_PAGE, /* a list, by key */
	SECTION_MANY, /* children under a key */
	/* before a list: no row means that there is no object {id}, or that the query's parameter
	 * `key` names nothing */
	SECTION_PARENT
};

struct section {
	enum section_kind kind;
	enum sql sql;
	const char *key;
};

enum route_kind {
	ROUTE_NONE,
	ROUTE_READ,
	ROUTE_COMMAND,
	ROUTE_CODE /* run on the loop; fills req->reply and never blocks */
};

struct route {
	enum op op;
	enum route_kind kind;
	enum err (*run)(struct request *req);
	/* a command answers with this read of ctx->subject; 0: 204, or what run wrote */
	enum op then;
	const struct machine *machine; /* adds `actions` to every object */
	struct section sections[SECTIONS_MAX];
	/* Writes further members of an object, each with a leading comma; instead of a machine's
	 * actions. */
	void (*extra)(struct buf *out, const struct rows *rows, size_t row, void *req);
	/* Before a read: works out arguments of its statements that are no parameters
	 * (req->args). */
	enum err (*prepare)(struct request *req);
	/* Behind a read of an x-worker operation, and outside its transaction: makes the reply (200 or
	 * 304) of the JSON in its body, on a printer's thread. */
	enum err (*finish)(struct request *req);
	/* Behind a command that left req->unmade, and outside its transaction: makes reply.file and reply.size,
	 * on a printer's thread. */
	enum err (*make)(struct request *req);
};

/* clang-format off */
#define ONE(name) { SECTION_ONE, SQL_##name, NULL }
#define PAGE(name) { SECTION_PAGE, SQL_##name, NULL }
#define UNDER(name) { SECTION_PARENT, SQL_##name, NULL }
#define NAMED_BY(parameter, name) { SECTION_PARENT, SQL_##name, #parameter }
#define MANY(key, name) { SECTION_MANY, SQL_##name, #key }
#define READ(o, ...) { .op = (o), .kind = ROUTE_READ, .sections = { __VA_ARGS__ } }
/* One whose objects have states: READ_ACTIONS(OP_getWorkOrder, &work_order_machine, ONE(...)). */
#define READ_ACTIONS(o, m, ...) \
	{ .op = (o), .kind = ROUTE_READ, .machine = (m), .sections = { __VA_ARGS__ } }
#define READ_EXTRA(o, e, ...) \
	{ .op = (o), .kind = ROUTE_READ, .extra = (e), .sections = { __VA_ARGS__ } }
#define READ_PREPARED(o, p, e, ...) \
	{ .op = (o), .kind = ROUTE_READ, .prepare = (p), .extra = (e), .sections = { __VA_ARGS__ } }
/* One that leaves a trace first; its operation is x-worker. */
#define READ_AFTER(o, r, ...) \
	{ .op = (o), .kind = ROUTE_READ, .run = (r), .sections = { __VA_ARGS__ } }
#define THEN(o) (o)
#define COMMAND(o, r, t) { .op = (o), .kind = ROUTE_COMMAND, .run = (r), .then = (t) }
/* One whose reply may lack what `m` makes. */
#define COMMAND_MAKE(o, r, m) { .op = (o), .kind = ROUTE_COMMAND, .run = (r), .make = (m) }
#define CODE(o, r) { .op = (o), .kind = ROUTE_CODE, .run = (r) }
#define ROUTES_END { .op = OP_NONE }
/* clang-format on */

/* Every operation's route, once; ends the process when one is missing or there twice. */
void routes_init(void);
const struct route *route_of(enum op op);

/* Operation of a method and a path; OP_NONE with *allow set (a comma separated list) when only the
 * method is wrong, NULL when the path is unknown.  segments receives the path's parameters. */
enum op route_match(struct arena *arena, const char *method, const char *path,
                    const char *segments[4], const char **allow);

#endif
