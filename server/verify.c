/* SPDX-License-Identifier: Apache-2.0 */
/* Each check is a statement of its own that recomputes what commands keep up to date, and returns
 * only where the two differ: store_code, subject, what, expected, found. */
#include "verify.h"

#include <time.h>

#include "db/conn.h"

static const struct check {
	const char *name;
	enum sql sql;
	bool books; /* what moves with goods and money */
} checks[] = {
	{ "stock levels", SQL_verify_stock_levels, true },
	{ "stock ledger", SQL_verify_stock_ledger, true },
	{ "stock documents", SQL_verify_stock_documents, true },
	{ "issued parts", SQL_verify_stock_issued, true },
	{ "transfers", SQL_verify_transfers, true },
	{ "purchases", SQL_verify_purchases, true },
	{ "sales orders", SQL_verify_sales_orders, true },
	{ "deposits", SQL_verify_deposits, true },
	{ "batches", SQL_verify_batches, true },
	{ "supplier invoices", SQL_verify_supplier_invoices, true },
	{ "stocktakes", SQL_verify_stocktakes, true },
	{ "bins", SQL_verify_bin_stock, true },
	{ "cores", SQL_verify_core_deposits, true },
	{ "hazardous waste", SQL_verify_waste, false },
	{ "tasks", SQL_verify_tasks, false },
	{ "part prices", SQL_verify_part_prices, false },
	{ "stock limits", SQL_verify_stock_limits, true },
	{ "settlement totals", SQL_verify_settlement_totals, true },
	{ "settlements paid", SQL_verify_settlement_paid, true },
	{ "refunds", SQL_verify_payment_refunds, true },
	{ "orders paid", SQL_verify_order_paid, true },
	{ "lines", SQL_verify_lines, true },
	{ "numbers", SQL_verify_numbers, false },
	{ "dates", SQL_verify_dates, false },
	{ "dates", SQL_verify_goods_dates, false },
	{ "quality", SQL_verify_quality, false },
	{ "evidence", SQL_verify_evidence, false },
	{ "deliveries", SQL_verify_deliveries, false },
	{ "guarantees", SQL_verify_guarantees, false },
	{ "histories", SQL_verify_histories, false },
	{ "moves", SQL_verify_moves, false },
	{ "departments", SQL_verify_departments, false },
	{ "work", SQL_verify_work, false },
	{ "links", SQL_verify_links, false },
	{ "links", SQL_verify_progress_links, false },
	{ "links", SQL_verify_appointment_links, false },
	{ "search keys", SQL_verify_search_keys, false },
	{ "slots", SQL_verify_slots, false },
	{ "bookings", SQL_verify_appointment_steps, false },
	{ "transport", SQL_verify_transport, false },
	{ "notices", SQL_verify_notices, false },
	{ "queue", SQL_verify_queue, false },
	{ "references", SQL_verify_references, false },
	{ "versions", SQL_verify_versions, false },
	{ "KPIs", SQL_verify_kpis, false },
};

struct look {
	bool books; /* only those */
	struct rows *found[COUNT_OF(checks)];
};

/* They go out together, with the COMMIT. */
static enum err
run_checks(struct ctx *ctx, void *arg)
{
	struct look *look = arg;

	for (size_t i = 0; i < COUNT_OF(checks); i++)
		if (checks[i].books || !look->books)
			db_read_later_args(ctx, checks[i].sql, &look->found[i], NULL);
	return OK;
}

static const char *
text_or_none(const struct rows *rows, size_t i, const char *column)
{
	const char *text = row_text(rows, i, column);

	return text ? text : "none";
}

static void
print(FILE *out, const char *check, const struct rows *rows)
{
	for (size_t i = 0; i < rows_count(rows); i++)
		fprintf(out, "%s: %s %s: %s is %s, should be %s\n", check,
		        row_text(rows, i, "store_code"), row_text(rows, i, "subject"),
		        row_text(rows, i, "what"), text_or_none(rows, i, "found"),
		        text_or_none(rows, i, "expected"));
}

/* One snapshot: its differences are printed, and added to the count. */
static enum err
look_once(struct conn *conn, bool books, FILE *out, size_t *differences)
{
	struct arena arena;
	struct ctx ctx = {
		.arena = &arena, .now = utc_now(), .scope = &system_scope, .if_match = -1
	};
	struct look look = { .books = books };
	enum err err;

	arena_init(&arena);
	err = conn_run(conn, &ctx, run_checks, &look);
	for (size_t i = 0; !err && i < COUNT_OF(checks); i++) {
		if (!look.found[i])
			continue;
		print(out, checks[i].name, look.found[i]);
		*differences += rows_count(look.found[i]);
	}
	arena_clear(&arena);
	return err;
}

static void
wait_until(int64_t at_us)
{
	int64_t left = at_us - clock_monotonic_us();
	struct timespec pause = { .tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000 };

	if (left > 0)
		nanosleep(&pause, NULL);
}

bool
verify(const char *url, const struct verify_plan *plan, FILE *out, size_t *differences, char *error,
       size_t size)
{
	struct conn *conn = conn_open_for_reports(url);
	int64_t times = plan->times ? plan->times : 1;
	enum err err = OK;

	*differences = 0;
	for (int64_t i = 0; i < times && !err && *differences == 0; i++) {
		int64_t began = clock_monotonic_us();

		err = look_once(conn, plan->books, out, differences);
		if (!err && i + 1 < times && *differences == 0)
			wait_until(began + plan->every_ms * 1000);
	}
	conn_close(conn);
	if (err)
		snprintf(error, size, "the books could not be read: %s", err_infos[err].code);
	return err == OK;
}
