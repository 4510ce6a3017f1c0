/* SPDX-License-Identifier: Apache-2.0 */
/* Migrations: numbered ones once and for ever, repeatable ones whenever their text changes. */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include "db/conn.h"

struct migration {
	/* "0001_foundation.sql", "repeatable/020_policies.sql"; run in this order */
	const char *name;
	const char *sql;
};

/* One reference table that is loaded from CSV whenever the file changes. */
struct reference_data {
	const char *table;
	const char *csv;
	size_t size;
};

/* Bring the database up to date, as its owner, under an advisory lock, each file in a transaction
 * of its own.  Numbered migrations keep their checksum: one that was changed afterwards is refused.
 * When anything ran, every repeatable one runs again, in order.  Tells of each on stderr.
 * False with a sentence in error. */
MUSTCHECK bool migrate(struct conn *conn, const struct migration *migrations, size_t count,
                       const struct reference_data *data, size_t data_count, char *error,
                       size_t error_size);

/* How many of the migrations the database lacks (repeatable ones and data count too); -1 when it
 * cannot be asked or has one that this program does not know. */
int migrations_missing(struct conn *conn, const struct migration *migrations, size_t count);

/* How far the server's clock may be from this machine's. */
#define CLOCK_OFF_MAX_US INT64_C(1000000)

/* What makes a database unfit to serve: an old server, an app role with too many rights, settings
 * that lose data, a clock that is off by more than a second.  NULL when it is fit, else a
 * sentence. */
const char *server_unfit(struct conn *conn, struct arena *arena);

/* Whether positions in feeds lie ahead of the server's transactions, as after a restore into another
 * cluster: what changes then would be sorted before what consumers have seen, and skipped. */
bool positions_ahead(struct conn *conn);

#endif
