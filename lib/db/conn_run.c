/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions over a pipelined connection: queue, send, read the answers in order. */
#include <string.h>
#include <time.h>

#include "core/log.h"
#include "db/conn_private.h"
#include "db/principal.h"
#include "db/rows.h"

static void
set_broken(struct conn *conn, enum err err)
{
	if (conn->broken == OK)
		conn->broken = err;
}

static void
answer(struct conn *conn, const struct entry *entry, PGresult *result)
{
	static struct log_cap cap;
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
		if (log_allow(&cap))
			log_line(LOG_LEVEL_ERROR, "sql", "statement=%s hit=0",
			         statements[entry->sql].name);
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
	if (!conn->pg || !PQpipelineSync(conn->pg) || conn_flush_out(conn) != OK)
		lost = true;
	for (size_t i = 0; i < conn->entries_count && !lost; i++) {
		PGresult *result = conn_next_result(conn, &lost);

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
		else if (conn_next_result(conn, &lost) != NULL)
			die("a statement had two results");
	}
	if (!lost) {
		PGresult *result = conn_next_result(conn, &lost);

		if (!lost && PQresultStatus(result) != PGRES_PIPELINE_SYNC)
			lost = true;
		PQclear(result);
	}
	conn->entries_count = 0;
	conn->bytes = 0;
	conn->must_hit_queued = false;
	if (lost) {
		conn_disconnect(conn);
		conn->broken = ERR_CONNECTION_LOST;
	}
	/* The guard speaks first: a repeated key is a repeat, whatever the repeated writes ran
	 * into. */
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
queue(struct conn *conn, enum entry_kind kind, enum sql sql, const char *const *values,
      struct rows **rows)
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
		sent = PQsendQueryParams(conn->pg, s->sql, s->params_count, NULL, values, NULL,
		                         NULL, 0);
	else
		sent = PQsendQueryPrepared(conn->pg, s->name, s->params_count, values, NULL, NULL,
		                           0);
	if (!sent)
		goto lost;
	push(conn, kind, sql, rows);
	conn->bytes += bytes;
	if (s->must_hit)
		conn->must_hit_queued = true;
	return;
lost:
	conn_disconnect(conn);
	conn->broken = ERR_CONNECTION_LOST;
}

enum err
db_read_args(struct ctx *ctx, enum sql sql, struct rows **rows, const struct arg *args,
             size_t count)
{
	*rows = NULL;
	if (ctx->conn->broken == OK)
		queue(ctx->conn, ENTRY_READ, sql,
		      bind_args(ctx->arena, &statements[sql], ctx, args, count), rows);
	if (drain(ctx->conn) != OK)
		return ctx->conn->broken;
	return *rows ? OK : ERR_INTERNAL;
}

enum err
db_lock_row(struct ctx *ctx, enum sql sql, struct id id, struct rows **rows)
{
	const struct arg by_id = ARG(id, id);
	enum err err = db_read_args(ctx, sql, rows, &by_id, 1);

	if (err)
		return err;
	if (rows_count(*rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	ctx->subject = id;
	return ctx_check_version(ctx, row_int(*rows, 0, "version"));
}

void
db_read_later_args(struct ctx *ctx, enum sql sql, struct rows **rows, const char *const *values)
{
	*rows = NULL;
	if (ctx->conn->broken == OK)
		queue(ctx->conn, ENTRY_READ, sql, values, rows);
}

struct later *
db_later(struct ctx *ctx, enum sql sql, const char *const *values)
{
	struct later *later = arena_alloc(ctx->arena, sizeof(*later));

	db_read_later_args(ctx, sql, &later->rows, values);
	return later;
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
		queue(ctx->conn, ENTRY_WRITE, sql,
		      bind_args(ctx->arena, &statements[sql], ctx, args, count), NULL);
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
	    !PQpipelineSync(conn->pg) || conn_flush_out(conn) != OK) {
		conn_disconnect(conn);
		return;
	}
	for (int ends = 0; ends < 2;) { /* ROLLBACK, its end, the Sync */
		result = conn_next_result(conn, &lost);
		if (lost) {
			conn_disconnect(conn);
			return;
		}
		if (!result || PQresultStatus(result) == PGRES_PIPELINE_SYNC)
			ends++;
		PQclear(result);
	}
	if (PQtransactionStatus(conn->pg) != PQTRANS_IDLE)
		conn_disconnect(conn);
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
	err = conn_ensure(conn);
	if (err)
		return err;
	if (PQpipelineStatus(conn->pg) == PQ_PIPELINE_OFF && !PQenterPipelineMode(conn->pg))
		return ERR_CONNECTION_LOST;
	queue(conn, ENTRY_CONTROL, conn->begin, NULL, NULL);
	queue(conn, ENTRY_CONTROL, SQL_principal_set,
	      principal_values(ctx->arena, ctx->scope, ctx->request_id), NULL);
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
	static struct log_cap cap;
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
		ctx->search = NULL;
		ctx->events = NULL;
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
	if (err != ERR_CONNECTION_LOST && err != ERR_RETRY)
		return err;
	if (log_allow(&cap))
		log_line(LOG_LEVEL_WARN, "given_up", "code=%s", err_infos[err].code);
	return ERR_UNAVAILABLE;
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

void
conn_release_savepoint(struct ctx *ctx)
{
	queue(ctx->conn, ENTRY_CONTROL, SQL_transaction_release, NULL, NULL);
}
