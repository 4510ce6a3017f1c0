/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: what answers each operation of the contract. */
#ifndef SERVER_ROUTE_H
#define SERVER_ROUTE_H

#include "db/machine.h"
#include "request.h"

#define SECTIONS_MAX 10

enum section_kind {
	SECTION_NONE,
	SECTION_ONE,   /* the object itself, by :ids or by the path's parameters */
	SECTION_PAGE,  /* a list, by key */
	SECTION_MANY,  /* children under a key */
	SECTION_PARENT /* first of a list below {id}: no row means 404 */
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
	enum op then; /* a command answers with this read of ctx->subject; 0: 204, or what run wrote */
	const struct machine *machine; /* adds `actions` to every object */
	struct section sections[SECTIONS_MAX];
	/* Writes further members of an object, each with a leading comma; instead of a machine's actions. */
	void (*extra)(struct buf *out, const struct rows *rows, size_t row, void *req);
	/* Before a read: works out arguments of its statements that are no parameters (req->args). */
	enum err (*prepare)(struct request *req);
};

/* clang-format off */
#define ONE(name) { SECTION_ONE, SQL_##name, NULL }
#define PAGE(name) { SECTION_PAGE, SQL_##name, NULL }
#define UNDER(name) { SECTION_PARENT, SQL_##name, NULL }
#define MANY(key, name) { SECTION_MANY, SQL_##name, #key }
#define READ(op, ...) { (op), ROUTE_READ, NULL, OP_NONE, NULL, { __VA_ARGS__ }, NULL, NULL }
/* A read whose objects have states: READ_ACTIONS(OP_getWorkOrder, &work_order_machine, ONE(...)). */
#define READ_ACTIONS(op, machine, ...) { (op), ROUTE_READ, NULL, OP_NONE, (machine), { __VA_ARGS__ }, NULL, NULL }
#define READ_EXTRA(op, extra, ...) { (op), ROUTE_READ, NULL, OP_NONE, NULL, { __VA_ARGS__ }, (extra), NULL }
#define READ_PREPARED(op, prepare, extra, ...) { (op), ROUTE_READ, NULL, OP_NONE, NULL, { __VA_ARGS__ }, (extra), (prepare) }
/* A read that leaves a trace first; its operation is x-worker. */
#define READ_AFTER(op, run, ...) { (op), ROUTE_READ, (run), OP_NONE, NULL, { __VA_ARGS__ }, NULL, NULL }
#define THEN(op) (op)
#define COMMAND(op, run, then) { (op), ROUTE_COMMAND, (run), (then), NULL, { { SECTION_NONE, SQL_NONE, NULL } }, NULL, NULL }
#define CODE(op, run) { (op), ROUTE_CODE, (run), OP_NONE, NULL, { { SECTION_NONE, SQL_NONE, NULL } }, NULL, NULL }
#define ROUTES_END { OP_NONE, ROUTE_NONE, NULL, OP_NONE, NULL, { { SECTION_NONE, SQL_NONE, NULL } }, NULL, NULL }
/* clang-format on */

/* Every operation's route, once; ends the process when one is missing or there twice. */
void routes_init(void);
const struct route *route_of(enum op op);

/* Operation of a method and a path; OP_NONE with *allow set (a comma separated list) when only the
 * method is wrong, NULL when the path is unknown.  segments receives the path's parameters. */
enum op route_match(struct arena *arena, const char *method, const char *path,
                    const char *segments[4], const char **allow);

#endif
