/* SPDX-License-Identifier: Apache-2.0 */
/* A blocking connection for commands and jobs: one transaction at a time, few round trips. */
#ifndef DB_CONN_H
#define DB_CONN_H

#include "db/db.h"

/* Never fails: connects when it is first used, and again after a loss.  url is borrowed. */
struct conn *conn_open(const char *url);
/* The same with the server's own limits on statements, locks and idle transactions. */
struct conn *conn_open_for_commands(const char *url);
/* The same for long reads: one snapshot for a whole transaction, and nothing can be written. */
struct conn *conn_open_for_reports(const char *url);
/* The same without waiting for the disk at COMMIT: for data that nobody would miss after a
 * crash. */
struct conn *conn_open_for_demo(const char *url);
void conn_close(struct conn *conn);

/* Deadline (monotonic microseconds) of everything until it is set again. */
void conn_set_deadline(struct conn *conn, int64_t deadline_us);

/* Run fn in a transaction under ctx->scope: BEGIN and the principal go out with its first
 * statements, COMMIT with its last.  Run again after a serialization failure or deadlock (five
 * times, with jitter) and after a connection lost before COMMIT; ctx's results are reset before
 * each try and its arena is rewound.  ERR_OUTCOME_UNKNOWN: the connection was lost in COMMIT.
 * What fn made in the arena in the last try stays. */
MUSTCHECK enum err conn_run(struct conn *conn, struct ctx *ctx,
                            enum err (*fn)(struct ctx *ctx, void *arg), void *arg);

/* Inside conn_run: a savepoint for one of many (a row of an import), by number. */
void conn_savepoint(struct ctx *ctx);
void conn_rollback_to_savepoint(struct ctx *ctx);
/* Forget the newest one, rolled back to or not; one around it is the newest then. */
void conn_release_savepoint(struct ctx *ctx);

/* Outside conn_run, for migrations, COPY and start-up checks.  Text is SQL without parameters. */
MUSTCHECK enum err conn_exec(struct conn *conn, struct arena *arena, const char *text,
                             struct rows **rows, char *message, size_t message_size);

/* COPY ... FROM STDIN, inside or outside a transaction made with conn_exec. */
MUSTCHECK enum err conn_copy_begin(struct conn *conn, const char *text);
MUSTCHECK enum err conn_copy_data(struct conn *conn, const char *data, size_t size);
MUSTCHECK enum err conn_copy_end(struct conn *conn, char *message, size_t message_size);

#endif
