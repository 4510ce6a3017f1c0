/* SPDX-License-Identifier: Apache-2.0 */
/* What the demo is made with: commands of the contract and small questions, under its own clock. */
#ifndef DEMO_CALL_H
#define DEMO_CALL_H

#include "db/conn.h"
#include "demo_data.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define CHINA  (8 * HOUR) /* the stores' clock is ahead of UTC */

#define DEMO_DAYS 15 /* of visits behind it */

struct person {
	const char *role;
	struct id id;
};

struct demo_store {
	struct id id, bays[3];
	struct person people[COUNT_OF(demo_people)];
};

struct demo {
	struct conn *conn;
	struct arena arena;
	struct utc now; /* the clock of the next command */
	bool failed;
	char *error;
	size_t error_size;
	const char *password;
	struct id admin;
	struct demo_store stores[COUNT_OF(demo_stores)];
	struct id operations[COUNT_OF(demo_operations)], parts[COUNT_OF(demo_parts)];
	struct id inspection_template;
	unsigned cars;
};

/* Who has this role there; the demo must have one. */
struct id demo_person(const struct demo_store *store, const char *role);

/* One command of the contract under a scope, on the object id; a minute passes.  The id of what it
 * made or changed.  A refusal is told in demo->error and sets demo->failed. */
struct id demo_run(struct demo *demo, const struct scope *scope, enum op op, struct id id,
                   const char *json);

/* The same as this person of this store (none: headquarters), the body formatted; nothing is done
 * after a failure. */
struct id demo_act(struct demo *demo, struct id actor, struct id store, enum op op, struct id id,
                   const char *format, ...) PRINTF_LIKE(6, 7);

/* A small question to the database: ids (and perhaps a number) by a statement of demo.sql. */
struct question {
	enum sql sql;
	struct id id;
	const char *kind;
	size_t count;
	struct id ids[16], others[16];
	int64_t numbers[16];
};

struct question demo_ask(struct demo *demo, enum sql sql, struct id id, const char *kind);

/* What is on the shelves before the first visit; what is bought, sent and sold after the last
 * (demo_parts.c). */
void demo_shelves(struct demo *demo);
void demo_trade(struct demo *demo);

/* The visits themselves, until today (demo_visit.c). */
void demo_visits(struct demo *demo, struct utc today);

/* Who works in the workshop the next two weeks, can do what and may do it (demo_desk.c). */
void demo_roster(struct demo *demo, const struct demo_store *store);

/* Departments, with people and rules, before there is work (demo_desk.c). */
void demo_departments(struct demo *demo, struct demo_store *store);

/* What happens around the visits: cars are fetched and lent (demo_desk.c). */
void demo_desk(struct demo *demo, struct demo_store *store, const struct question *cars,
               const struct id *appointments, struct utc tomorrow);

/* What does not go as planned, and what a store has beside its people (demo_turns.c). */
void demo_turns(struct demo *demo, struct demo_store *store, struct utc today);

/* Headquarters' prices of next month (demo_turns.c). */
void demo_prices(struct demo *demo, struct utc today);

#endif
