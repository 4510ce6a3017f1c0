/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a connection, shared by the files that make one up: conn.c opens it and waits on
 * its socket, conn_run.c runs transactions over it, conn_exec.c plain SQL and COPY. */
#ifndef DB_CONN_PRIVATE_H
#define DB_CONN_PRIVATE_H

#include <libpq-fe.h>

#include "db/conn.h"

#define TRIP_BYTES   49152 /* a trip stays below the 64 KiB that the server may not have read yet */
#define TRIP_ENTRIES 512
#define TRIES        5

enum entry_kind {
	ENTRY_PREPARE,
	ENTRY_CONTROL, /* BEGIN, COMMIT, principal: no rows wanted */
	ENTRY_WRITE,
	ENTRY_READ
};

struct entry {
	enum entry_kind kind;
	enum sql sql;
	struct rows **rows;
};

enum prepared {
	PREPARED_NO,
	PREPARED_SENT,
	PREPARED_YES
};

struct conn {
	const char *url, *settings;
	enum sql begin; /* how its transactions begin */
	PGconn *pg;
	int64_t deadline_us;
	size_t entries_count, bytes;
	struct entry entries[TRIP_ENTRIES];
	unsigned char prepared[SQL_COUNT];
	struct ctx *ctx; /* of the running transaction */
	enum err broken; /* first error of the running transaction; everything after it is void */
	bool commit_sent;
	bool must_hit_queued;
	enum err (*guard)(struct ctx *ctx, void *arg); /* called once, after the first trip */
	void *guard_arg;
};

void conn_disconnect(struct conn *conn);
/* Connected, or ERR_CONNECTION_LOST by the deadline. */
MUSTCHECK enum err conn_ensure(struct conn *conn);
/* Wait for the socket; false when the deadline has passed. */
bool conn_wait(struct conn *conn, short events);
MUSTCHECK enum err conn_flush_out(struct conn *conn);
/* The next result, NULL for an end of results; sets *lost when the connection is gone. */
PGresult *conn_next_result(struct conn *conn, bool *lost);

#endif
