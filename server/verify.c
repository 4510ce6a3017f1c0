/* SPDX-License-Identifier: Apache-2.0 */
/* Each check is a statement of its own that recomputes what commands keep up to date, and returns
 * only where the two differ: store_code, subject, what, expected, found. */
#include "verify.h"

#include "db/conn.h"

static const struct check {
	const char *name;
	enum sql sql;
} checks[] = {
	{ "stock levels", SQL_verify_stock_levels },
	{ "stock ledger", SQL_verify_stock_ledger },
	{ "stock documents", SQL_verify_stock_documents },
	{ "issued parts", SQL_verify_stock_issued },
	{ "settlement totals", SQL_verify_settlement_totals },
	{ "settlements paid", SQL_verify_settlement_paid },
	{ "refunds", SQL_verify_payment_refunds },
	{ "orders paid", SQL_verify_order_paid },
	{ "lines", SQL_verify_lines },
	{ "numbers", SQL_verify_numbers },
	{ "dates", SQL_verify_dates },
	{ "histories", SQL_verify_histories },
	{ "links", SQL_verify_links },
	{ "search keys", SQL_verify_search_keys },
	{ "references", SQL_verify_references },
	{ "versions", SQL_verify_versions },
	{ "KPIs", SQL_verify_kpis },
};

static enum err
run_checks(struct ctx *ctx, void *arg)
{
	struct rows **found = arg;
	enum err err = OK;

	for (size_t i = 0; !err && i < COUNT_OF(checks); i++)
		err = db_read_args(ctx, checks[i].sql, &found[i], NULL, 0);
	return err;
}

static void
print(FILE *out, const char *check, const struct rows *rows)
{
	for (size_t i = 0; i < rows_count(rows); i++)
		fprintf(out, "%s: %s %s: %s is %s, should be %s\n", check,
		        row_text(rows, i, "store_code"), row_text(rows, i, "subject"),
		        row_text(rows, i, "what"), row_text(rows, i, "found"),
		        row_text(rows, i, "expected"));
}

bool
verify(const char *url, FILE *out, size_t *differences, char *error, size_t size)
{
	struct arena arena;
	struct ctx ctx = {
		.arena = &arena, .now = utc_now(), .scope = &system_scope, .if_match = -1
	};
	struct rows *found[COUNT_OF(checks)];
	struct conn *conn = conn_open_for_reports(url);
	enum err err;

	arena_init(&arena);
	err = conn_run(conn, &ctx, run_checks, found);
	if (err)
		snprintf(error, size, "the books could not be read: %s", err_infos[err].code);
	*differences = 0;
	for (size_t i = 0; !err && i < COUNT_OF(checks); i++) {
		print(out, checks[i].name, found[i]);
		*differences += rows_count(found[i]);
	}
	conn_close(conn);
	arena_clear(&arena);
	return err == OK;
}
