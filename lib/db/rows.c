/* SPDX-License-Identifier: Apache-2.0 */
/* Typed access to rows, and from SQLSTATE and constraint names to problems. */
#include "db/rows.h"

#include <stdlib.h>
#include <string.h>

#include "core/log.h"

static void
clear_result(void *result)
{
	PQclear(result);
}

struct rows *
rows_take(struct arena *arena, PGresult *result, enum sql sql)
{
	struct rows *rows = arena_alloc(arena, sizeof(*rows));

	rows->result = result;
	rows->sql = sql;
	arena_defer(arena, clear_result, result);
	return rows;
}

struct shared_result {
	PGresult *result;
	size_t users;
};

struct shared_result *
shared_result_new(PGresult *result)
{
	struct shared_result *shared = malloc(sizeof(*shared));

	if (!shared)
		die("out of memory: shared result");
	*shared = (struct shared_result){ .result = result };
	return shared;
}

static void
leave_shared(void *arg)
{
	struct shared_result *shared = arg;

	if (--shared->users > 0)
		return;
	PQclear(shared->result);
	free(shared);
}

struct rows *
rows_share(struct arena *arena, struct shared_result *shared, enum sql sql)
{
	struct rows *rows = arena_alloc(arena, sizeof(*rows));

	rows->result = shared->result;
	rows->sql = sql;
	shared->users++;
	arena_defer(arena, leave_shared, shared);
	return rows;
}

size_t
rows_count(const struct rows *rows)
{
	return (size_t)PQntuples(rows->result);
}

static int
column_number(const struct rows *rows, const char *column)
{
	/* compare by hand: PQfnumber folds case and copies the name */
	for (int i = 0; i < PQnfields(rows->result); i++)
		if (strcmp(PQfname(rows->result, i), column) == 0)
			return i;
	die("statement %s has no column %s", statements[rows->sql].name, column);
}

static const char *
value(const struct rows *rows, size_t row, const char *column)
{
	int c = column_number(rows, column);

	if (row >= rows_count(rows))
		die("statement %s has no row %zu", statements[rows->sql].name, row);
	return PQgetisnull(rows->result, (int)row, c) ? NULL
	                                              : PQgetvalue(rows->result, (int)row, c);
}

bool
row_is_null(const struct rows *rows, size_t row, const char *column)
{
	return value(rows, row, column) == NULL;
}

const char *
row_text(const struct rows *rows, size_t row, const char *column)
{
	return value(rows, row, column);
}

struct id
row_id(const struct rows *rows, size_t row, const char *column)
{
	const char *text = value(rows, row, column);
	struct id id = { 0 };

	if (text && !id_parse(text, strlen(text), &id))
		die("column %s is no id", column);
	return id;
}

int64_t
row_int(const struct rows *rows, size_t row, const char *column)
{
	const char *text = value(rows, row, column);

	return text ? strtoll(text, NULL, 10) : 0;
}

struct qty
row_qty(const struct rows *rows, size_t row, const char *column)
{
	const char *text = value(rows, row, column);
	struct qty qty = { 0 };

	if (text && !qty_parse(text, strlen(text), &qty))
		die("column %s is no quantity", column);
	return qty;
}

bool
row_bool(const struct rows *rows, size_t row, const char *column)
{
	const char *text = value(rows, row, column);

	return text && text[0] == 't';
}

struct utc
row_utc(const struct rows *rows, size_t row, const char *column)
{
	const char *text = value(rows, row, column);
	struct utc utc = { 0 };
	char rfc[40];
	size_t n;

	if (!text)
		return utc;
	/* 2026-11-21 08:00:00.5+00 -> 2026-11-21T08:00:00.5Z; sessions run in UTC */
	n = strlen(text);
	if (n < 22 || n >= sizeof(rfc))
		die("column %s is no instant", column);
	memcpy(rfc, text, n + 1);
	rfc[10] = 'T';
	rfc[n - 3] = 'Z';
	if (!utc_parse(rfc, n - 2, &utc))
		die("column %s is no instant", column);
	return utc;
}

struct date
row_date(const struct rows *rows, size_t row, const char *column)
{
	const char *text = value(rows, row, column);
	struct date date = { 0 };

	if (text && !date_parse(text, strlen(text), &date))
		die("column %s is no date", column);
	return date;
}

int
row_enum(const struct rows *rows, size_t row, const char *column, const struct enumeration *e)
{
	const char *text = value(rows, row, column);
	int code = enum_value(e, text);

	if (text && !code)
		die("column %s: %s does not know %s", column, e->name, text);
	return code;
}

static const struct constraint_info *
find_constraint(const char *name)
{
	size_t low = 0, high = constraint_infos_count;

	while (name && low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(constraint_infos[middle].name, name);

		if (order == 0)
			return &constraint_infos[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool
has_suffix(const char *text, const char *suffix)
{
	size_t n = strlen(text), m = strlen(suffix);

	return n >= m && strcmp(text + n - m, suffix) == 0;
}

enum err
result_error(const PGresult *result, struct ctx *ctx)
{
	static struct log_cap cap;
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *name = result ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;
	const struct constraint_info *constraint;
	char quoted[512];

	if (!state)
		return ERR_CONNECTION_LOST;
	/* 26000: an error came between the statement's preparation and this */
	if (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0 ||
	    strcmp(state, "26000") == 0)
		return ERR_RETRY;
	/* 25P03: this process stood still for longer than a transaction may idle; the session is ended */
	if (strncmp(state, "08", 2) == 0 || strncmp(state, "57P", 3) == 0 ||
	    strcmp(state, "25P03") == 0)
		return ERR_CONNECTION_LOST;
	/* timeouts, no more resources, disk full, a standby that may not write */
	if (strcmp(state, "57014") == 0 || strcmp(state, "55P03") == 0 ||
	    strncmp(state, "53", 2) == 0 || strcmp(state, "25006") == 0) {
		if (log_allow(&cap))
			log_line(LOG_LEVEL_WARN, "unavailable", "state=%s", state);
		return ERR_UNAVAILABLE;
	}
	constraint = find_constraint(name);
	if (constraint) {
		if (ctx)
			return fail(ctx, constraint->err, constraint->pointer);
		return constraint->err;
	}
	/* the client chose an id that is taken */
	if (ctx && strcmp(state, "23505") == 0 && name && has_suffix(name, "_pkey"))
		return fail(ctx, ERR_DUPLICATE, "/id");
	if (log_allow(&cap))
		log_line(LOG_LEVEL_ERROR, "sql", "state=%s constraint=%s message=%s", state,
		         name ? name : "-",
		         log_quote(quoted, sizeof(quoted),
		                   PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)));
	/* 42501: row security refused a row of a store that is not ours: as if it were not there */
	return strcmp(state, "42501") == 0 ? ERR_NOT_FOUND : ERR_INTERNAL;
}
