/* SPDX-License-Identifier: Apache-2.0 */
/* One transaction for each store, so that the worker that folds events waits for none for long. */
#include "recount.h"

#include <string.h>

#include "db/conn.h"
#include "kpi/kpi.h"

#define STORE_US INT64_C(600000000)

struct run {
	const char *code;
	struct date first, last;
	struct id store;
	size_t stores, changed;
};

/* The first store behind the last one. */
static enum err
next_tx(struct ctx *ctx, void *arg)
{
	struct run *run = arg;
	struct rows *rows;
	enum err err = db_read(ctx, kpi_recount_next, &rows, ARG(code, run->code),
	                       ARG(store_id, run->store));

	if (err)
		return err;
	run->stores = rows_count(rows);
	run->store = run->stores ? row_id(rows, 0, "id") : (struct id){ { 0 } };
	return OK;
}

static enum err
recount_tx(struct ctx *ctx, void *arg)
{
	struct run *run = arg;

	return kpi_recount(ctx, run->store, run->first, run->last, &run->changed);
}

static enum err
in_transaction(struct conn *conn, enum err (*fn)(struct ctx *ctx, void *arg), struct run *run)
{
	struct arena arena;
	struct ctx ctx = {
		.arena = &arena, .now = utc_now(), .scope = &system_scope, .if_match = -1
	};
	enum err err;

	arena_init(&arena);
	conn_set_deadline(conn, clock_monotonic_us() + STORE_US);
	err = conn_run(conn, &ctx, fn, run);
	arena_clear(&arena);
	return err;
}

bool
recount(const char *url, const char *store, const char *first, const char *last, FILE *out,
        char *error, size_t size)
{
	struct run run = { .code = store };
	struct conn *conn;
	size_t done = 0;
	enum err err;

	if (!date_parse(first, strlen(first), &run.first) ||
	    !date_parse(last, strlen(last), &run.last) || run.last.days < run.first.days) {
		snprintf(error, size, "the first and the last day are wanted, as YYYY-MM-DD");
		return false;
	}
	conn = conn_open(url);
	while (!(err = in_transaction(conn, next_tx, &run)) && run.stores > 0) {
		err = in_transaction(conn, recount_tx, &run);
		if (err)
			break;
		if (run.changed > 0) {
			char id[ID_TEXT];

			fprintf(out, "store %s: %zu values changed\n", id_format(run.store, id),
			        run.changed);
		}
		done++;
	}
	conn_close(conn);
	if (err)
		snprintf(error, size, "KPIs could not be counted: %s", err_infos[err].code);
	else if (done == 0)
		snprintf(error, size, "no store has this code");
	return !err && done > 0;
}
