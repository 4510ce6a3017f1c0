/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as the lanes, the connections and the JSON writer hold them. */
#ifndef DB_ROWS_H
#define DB_ROWS_H

#include <libpq-fe.h>

#include "db/db.h"

struct rows {
	PGresult *result;
	enum sql sql; /* which statement they answer: its column plan is made once */
};

/* Take a result into the arena. */
struct rows *rows_take(struct arena *arena, PGresult *result, enum sql sql);

/* The same result for several arenas; it goes with the last of them. */
struct shared_result;
struct shared_result *shared_result_new(PGresult *result);
struct rows *rows_share(struct arena *arena, struct shared_result *shared, enum sql sql);

/* The problem that a failed result or a lost connection is; failure details go to ctx when
 * given. */
enum err result_error(const PGresult *result, struct ctx *ctx);

#endif
