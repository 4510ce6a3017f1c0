/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions over a pipelined connection: queue, send, read the answers in order. */
#include "db/conn.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "db/connect.h"
#include "db/principal.h"
#include "db/rows.h"

#define TRIP_BYTES 49152 /* a trip stays below the 64 KiB that the server may not have read yet */
#define TRIP_ENTRIES 512
#define TRIES 5

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
	PGconn *pg;
	int64_t deadline_us;
	size_t entries_count, bytes;
	struct entry entries[TRIP_ENTRIES];
	unsigned char prepared[SQL_COUNT];
	struct ctx *ctx;   /* of the running transaction */
	enum err broken;   /* first error of the running transaction; everything after it is void */
	bool commit_sent;
	bool must_hit_queued;
	enum err (*guard)(struct ctx *ctx, void *arg); /* called once, after the first trip */
	void *guard_arg;
};

static void
ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

struct conn *
conn_open(const char *url)
{
	struct conn *conn = calloc(1, sizeof(*conn));

	if (!conn)
		die("out of memory");
	conn->url = url;
	conn->settings = "";
	conn->deadline_us = INT64_MAX;
	return conn;
}

struct conn *
conn_open_for_commands(const char *url)
{
	struct conn *conn = conn_open(url);

	conn->settings = "-c statement_timeout=5000 -c lock_timeout=4000 -c idle_in_transaction_session_timeout=10000";
	return conn;
}

struct conn *
conn_open_for_reports(const char *url)
{
	struct conn *conn = conn_open(url);

	conn->settings = "-c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on";
	return conn;
}

static void
disconnect(struct conn *conn)
{
	PQfinish(conn->pg);
	conn->pg = NULL;
	memset(conn->prepared, PREPARED_NO, sizeof(conn->prepared));
	conn->entries_count = 0;
	conn->bytes = 0;
}

void
conn_close(struct conn *conn)
{
	if (!conn)
		return;
	disconnect(conn);
	free(conn);
}

void
conn_set_deadline(struct conn *conn, int64_t deadline_us)
{
	conn->deadline_us = deadline_us;
}

/* Wait for the socket; false when the deadline has passed. */
static bool
wait_socket(struct conn *conn, short events)
{
	struct pollfd pfd = { .fd = PQsocket(conn->pg), .events = events };
	int64_t left = -1;
	int n;

	do {
		if (conn->deadline_us != INT64_MAX) {
			left = (conn->deadline_us - clock_monotonic_us() + 999) / 1000;
			if (left <= 0)
				return false;
		}
		n = poll(&pfd, 1, left > 60000 ? 60000 : (int)left);
	} while (n == 0 || (n < 0 && errno == EINTR));
	return n > 0;
}

static enum err
connect_now(struct conn *conn)
{
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	conn->pg = connect_start(conn->url, conn->settings);
	if (!conn->pg || PQstatus(conn->pg) == CONNECTION_BAD)
		goto lost;
	while (status != PGRES_POLLING_OK) {
		if (!wait_socket(conn, status == PGRES_POLLING_READING ? POLLIN : POLLOUT))
			goto lost;
		status = PQconnectPoll(conn->pg);
		if (status == PGRES_POLLING_FAILED)
			goto lost;
	}
	PQsetNoticeReceiver(conn->pg, ignore_notice, NULL);
	if (PQsetnonblocking(conn->pg, 1) != 0)
		goto lost;
	return OK;
lost:
	disconnect(conn);
	return ERR_CONNECTION_LOST;
}

static enum err
ensure_connected(struct conn *conn)
{
	if (conn->pg && PQstatus(conn->pg) == CONNECTION_OK)
		return OK;
	disconnect(conn);
	return connect_now(conn);
}

static enum err
flush_out(struct conn *conn)
{
	int n;

	while ((n = PQflush(conn->pg)) == 1) {
		if (!wait_socket(conn, POLLIN | POLLOUT))
			return ERR_CONNECTION_LOST;
		if (!PQconsumeInput(conn->pg))
			return ERR_CONNECTION_LOST;
	}
	return n == 0 ? OK : ERR_CONNECTION_LOST;
}

/* The next result, NULL for an end of results; sets lost when the connection is gone. */
static PGresult *
next_result(struct conn *conn, bool *lost)
{
	*lost = false;
	while (PQisBusy(conn->pg)) {
		if (!wait_socket(conn, POLLIN) || !PQconsumeInput(conn->pg)) {
			*lost = true;
			return NULL;
		}
	}
	return PQgetResult(conn->pg);
}

static void
set_broken(struct conn *conn, enum err err)
{
	if (conn->broken == OK)
		conn->broken = err;
}

static void
answer(struct conn *conn, const struct entry *entry, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_PIPELINE_ABORTED) {
		if (entry->kind == ENTRY_PREPARE)
			conn->prepared[entry->sql] = PREPARED_NO;
	} else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		set_broken(conn, result_error(result, conn->ctx));
		if (entry->kind == ENTRY_PREPARE)
			conn->prepared[entry->sql] = PREPARED_NO;
	} else if (entry->kind == ENTRY_PREPARE) {
		conn->prepared[entry->sql] = PREPARED_YES;
	} else if (entry->kind == ENTRY_READ) {
		*entry->rows = rows_take(conn->ctx->arena, result, entry->sql);
		return;
	} else if (statements[entry->sql].must_hit && strcmp(PQcmdTuples(result), "0") == 0) {
		log_line(LOG_LEVEL_ERROR, "sql", "statement=%s hit=0", statements[entry->sql].name);
		set_broken(conn, ERR_INTERNAL);
	}
	PQclear(result);
}

/* One round trip: everything queued goes out, every answer is read. */
static enum err
drain(struct conn *conn)
{
	bool lost = false;

	if (conn->entries_count == 0)
		return conn->broken;
	if (!conn->pg || !PQpipelineSync(conn->pg) || flush_out(conn) != OK)
		lost = true;
	for (size_t i = 0; i < conn->entries_count && !lost; i++) {
		PGresult *result = next_result(conn, &lost);

		if (lost)
			break;
		if (!result || PQstatus(conn->pg) == CONNECTION_BAD) {
			PQclear(result);
			lost = true;
			break;
		}
		answer(conn, &conn->entries[i], result);
		if (conn->broken == ERR_CONNECTION_LOST)
			lost = true;
		else if (next_result(conn, &lost) != NULL)
			die("a statement had two results");
	}
	if (!lost) {
		PGresult *result = next_result(conn, &lost);

		if (!lost && PQresultStatus(result) != PGRES_PIPELINE_SYNC)
			lost = true;
		PQclear(result);
	}
	conn->entries_count = 0;
	conn->bytes = 0;
	conn->must_hit_queued = false;
	if (lost) {
		disconnect(conn);
		conn->broken = ERR_CONNECTION_LOST;
	}
	/* The guard speaks first: a repeated key is a repeat, whatever the repeated writes ran into. */
	if (conn->guard && !lost) {
		enum err (*guard)(struct ctx *, void *) = conn->guard;
		size_t failures = conn->ctx->failures_count;
		enum err err;

		conn->guard = NULL;
		conn->ctx->failures_count = 0;
		err = guard(conn->ctx, conn->guard_arg);
		if (err)
			conn->broken = err;
		else
			conn->ctx->failures_count = failures;
	}
	return conn->broken;
}

static void
push(struct conn *conn, enum entry_kind kind, enum sql sql, struct rows **rows)
{
	conn->entries[conn->entries_count++] = (struct entry){ kind, sql, rows };
}

static void
queue(struct conn *conn, enum entry_kind kind, enum sql sql, const char *const *values, struct rows **rows)
{
	const struct statement *s = &statements[sql];
	size_t bytes = 64;
	int sent;

	for (int i = 0; values && i < s->params_count; i++)
		bytes += values[i] ? strlen(values[i]) : 0;
	if (conn->prepared[sql] == PREPARED_NO)
		bytes += strlen(s->sql);
	if (conn->entries_count > 0 &&
	    (conn->bytes + bytes > TRIP_BYTES || conn->entries_count + 2 > TRIP_ENTRIES))
		(void)drain(conn); /* its error stays in broken */
	if (conn->broken != OK)
		return;
	if (!s->unnamed && conn->prepared[sql] == PREPARED_NO) {
		if (!PQsendPrepare(conn->pg, s->name, s->sql, 0, NULL))
			goto lost;
		conn->prepared[sql] = PREPARED_SENT;
		push(conn, ENTRY_PREPARE, sql, NULL);
	}
	if (s->unnamed)
		sent = PQsendQueryParams(conn->pg, s->sql, s->params_count, NULL, values, NULL, NULL, 0);
	else
		sent = PQsendQueryPrepared(conn->pg, s->name, s->params_count, values, NULL, NULL, 0);
	if (!sent)
		goto lost;
	push(conn, kind, sql, rows);
	conn->bytes += bytes;
	if (s->must_hit)
		conn->must_hit_queued = true;
	return;
lost:
	disconnect(conn);
	conn->broken = ERR_CONNECTION_LOST;
}

enum err
db_read_args(struct ctx *ctx, enum sql sql, struct rows **rows, const struct arg *args, size_t count)
{
	*rows = NULL;
	if (ctx->conn->broken == OK)
		queue(ctx->conn, ENTRY_READ, sql, bind_args(ctx->arena, &statements[sql], ctx, args, count), rows);
	if (drain(ctx->conn) != OK)
		return ctx->conn->broken;
	return *rows ? OK : ERR_INTERNAL;
}

void
db_read_later_args(struct ctx *ctx, enum sql sql, struct rows **rows, const char *const *values)
{
	*rows = NULL;
	if (ctx->conn->broken == OK)
		queue(ctx->conn, ENTRY_READ, sql, values, rows);
}

void
db_guard(struct ctx *ctx, enum err (*guard)(struct ctx *ctx, void *arg), void *arg)
{
	ctx->conn->guard = guard;
	ctx->conn->guard_arg = arg;
}

void
db_write_args(struct ctx *ctx, enum sql sql, const struct arg *args, size_t count)
{
	if (ctx->conn->broken == OK)
		queue(ctx->conn, ENTRY_WRITE, sql, bind_args(ctx->arena, &statements[sql], ctx, args, count), NULL);
}

enum err
db_flush(struct ctx *ctx)
{
	return drain(ctx->conn);
}

/* ROLLBACK without looking at errors; a connection that cannot do it is closed. */
static void
rollback(struct conn *conn)
{
	PGresult *result;
	bool lost;

	conn->entries_count = 0;
	if (!conn->pg)
		return;
	if (PQtransactionStatus(conn->pg) == PQTRANS_IDLE)
		return;
	if (!PQsendQueryParams(conn->pg, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 0) ||
	    !PQpipelineSync(conn->pg) || flush_out(conn) != OK) {
		disconnect(conn);
		return;
	}
	for (int ends = 0; ends < 2;) { /* ROLLBACK, its end, the Sync */
		result = next_result(conn, &lost);
		if (lost) {
			disconnect(conn);
			return;
		}
		if (!result || PQresultStatus(result) == PGRES_PIPELINE_SYNC)
			ends++;
		PQclear(result);
	}
	if (PQtransactionStatus(conn->pg) != PQTRANS_IDLE)
		disconnect(conn);
}

static enum err
run_once(struct conn *conn, struct ctx *ctx, enum err (*fn)(struct ctx *, void *), void *arg)
{
	enum err err;

	conn->broken = OK;
	conn->commit_sent = false;
	conn->entries_count = 0;
	conn->bytes = 0;
	conn->guard = NULL;
	err = ensure_connected(conn);
	if (err)
		return err;
	if (PQpipelineStatus(conn->pg) == PQ_PIPELINE_OFF && !PQenterPipelineMode(conn->pg))
		return ERR_CONNECTION_LOST;
	queue(conn, ENTRY_CONTROL, SQL_transaction_begin, NULL, NULL);
	queue(conn, ENTRY_CONTROL, SQL_principal_set,
	      principal_values(ctx->arena, ctx->scope, ctx->request_id, PLAN_GENERIC), NULL);
	err = fn(ctx, arg);
	if (conn->broken != OK)
		err = conn->broken;
	/* what may still forbid the commit must be known before it is sent */
	if (err == OK && (conn->must_hit_queued || conn->guard))
		err = drain(conn);
	if (err) {
		/* what is queued and not sent must not be: drop it, and read what was */
		if (conn->entries_count > 0)
			(void)drain(conn);
		rollback(conn);
		return err;
	}
	queue(conn, ENTRY_CONTROL, SQL_transaction_commit, NULL, NULL);
	if (conn->broken == OK)
		conn->commit_sent = true;
	err = drain(conn);
	if (err)
		rollback(conn);
	return err;
}

static void
pause_before_retry(unsigned attempt)
{
	struct timespec pause = { 0 };

	/* ids are as random as jitter needs to be */
	pause.tv_nsec = (long)(1000000u << attempt) * (1 + id_new().b[15] % 4) / 2;
	nanosleep(&pause, NULL);
}

enum err
conn_run(struct conn *conn, struct ctx *ctx, enum err (*fn)(struct ctx *ctx, void *arg), void *arg)
{
	struct arena_mark mark = arena_mark(ctx->arena);
	enum err err = ERR_UNAVAILABLE;

	conn->ctx = ctx;
	ctx->conn = conn;
	for (unsigned attempt = 0; attempt < TRIES; attempt++) {
		if (attempt > 0) {
			pause_before_retry(attempt);
			arena_rewind(ctx->arena, mark);
		}
		ctx->failures_count = 0;
		ctx->subject = (struct id){ 0 };
		ctx->existing = (struct id){ 0 };
		err = run_once(conn, ctx, fn, arg);
		if (err == ERR_CONNECTION_LOST && conn->commit_sent) {
			err = ERR_OUTCOME_UNKNOWN;
			break;
		}
		if (err != ERR_RETRY && err != ERR_CONNECTION_LOST)
			break;
		if (clock_monotonic_us() >= conn->deadline_us)
			break;
	}
	conn->ctx = NULL;
	return err == ERR_CONNECTION_LOST || err == ERR_RETRY ? ERR_UNAVAILABLE : err;
}

void
conn_savepoint(struct ctx *ctx)
{
	queue(ctx->conn, ENTRY_CONTROL, SQL_transaction_savepoint, NULL, NULL);
}

void
conn_rollback_to_savepoint(struct ctx *ctx)
{
	struct conn *conn = ctx->conn;

	(void)drain(conn);
	if (conn->broken == ERR_CONNECTION_LOST || conn->broken == ERR_RETRY)
		return;
	conn->broken = OK;
	queue(conn, ENTRY_CONTROL, SQL_transaction_rollback_to, NULL, NULL);
}

static void
say(char *message, size_t size, const char *text)
{
	size_t n;

	if (!message || size == 0)
		return;
	snprintf(message, size, "%s", text ? text : "");
	for (n = strlen(message); n > 0 && message[n - 1] == '\n'; n--)
		message[n - 1] = '\0';
}

enum err
conn_exec(struct conn *conn, struct arena *arena, const char *text, struct rows **rows, char *message,
          size_t message_size)
{
	PGresult *result, *last = NULL;
	enum err err = ensure_connected(conn);
	bool lost = false;

	if (rows)
		*rows = NULL;
	if (err) {
		say(message, message_size, "no connection to the database");
		return err;
	}
	if (PQpipelineStatus(conn->pg) == PQ_PIPELINE_ON && !PQexitPipelineMode(conn->pg))
		return ERR_INTERNAL;
	if (!PQsendQuery(conn->pg, text) || flush_out(conn) != OK)
		lost = true;
	while (!lost && (result = next_result(conn, &lost)) != NULL) {
		ExecStatusType status = PQresultStatus(result);

		PQclear(last);
		last = result;
		if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
			say(message, message_size, PQresultErrorMessage(result));
			err = result_error(result, NULL);
		}
		if (PQstatus(conn->pg) == CONNECTION_BAD)
			lost = true;
	}
	if (lost) {
		PQclear(last);
		disconnect(conn);
		say(message, message_size, "the connection to the database was lost");
		return ERR_CONNECTION_LOST;
	}
	if (err == OK && rows && last)
		*rows = rows_take(arena, last, SQL_NONE);
	else
		PQclear(last);
	return err;
}

enum err
conn_copy_begin(struct conn *conn, const char *text)
{
	PGresult *result;
	enum err err = OK;
	bool lost;

	if (!conn->pg || !PQsendQuery(conn->pg, text) || flush_out(conn) != OK)
		return ERR_CONNECTION_LOST;
	result = next_result(conn, &lost);
	if (lost)
		return ERR_CONNECTION_LOST;
	if (PQresultStatus(result) != PGRES_COPY_IN) {
		err = result_error(result, NULL);
		while (!lost && result) {
			PQclear(result);
			result = next_result(conn, &lost);
		}
	}
	PQclear(result);
	return err;
}

enum err
conn_copy_data(struct conn *conn, const char *data, size_t size)
{
	int n;

	while ((n = PQputCopyData(conn->pg, data, (int)size)) == 0)
		if (!wait_socket(conn, POLLOUT))
			return ERR_CONNECTION_LOST;
	return n == 1 ? OK : ERR_CONNECTION_LOST;
}

enum err
conn_copy_end(struct conn *conn, char *message, size_t message_size)
{
	PGresult *result;
	enum err err = OK;
	bool lost = false;
	int n;

	while ((n = PQputCopyEnd(conn->pg, NULL)) == 0)
		if (!wait_socket(conn, POLLOUT))
			return ERR_CONNECTION_LOST;
	if (n != 1 || flush_out(conn) != OK)
		return ERR_CONNECTION_LOST;
	while ((result = next_result(conn, &lost)) != NULL) {
		if (PQresultStatus(result) != PGRES_COMMAND_OK) {
			say(message, message_size, PQresultErrorMessage(result));
			err = result_error(result, NULL);
		}
		PQclear(result);
	}
	return lost ? ERR_CONNECTION_LOST : err;
}
