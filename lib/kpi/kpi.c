/* SPDX-License-Identifier: Apache-2.0 */
/* Folding events into days, and days into months. */
#include "kpi/kpi.h"

/* What stood at the end of a day is no sum, so months have no part in it. */
static void
fold_day(struct ctx *ctx, struct id store, struct date day, bool stock)
{
	if (stock) {
		db_write(ctx, kpi_fold_stock, ARG(store_id, store), ARG(day, day));
		return;
	}
	db_write(ctx, kpi_fold_day, ARG(store_id, store), ARG(day, day));
	db_write(ctx, kpi_fold_months, ARG(store_id, store), ARG(first, day), ARG(last, day));
}

enum err
kpi_fold(struct ctx *ctx, const struct id *events, size_t count)
{
	struct rows *days;
	enum err err;

	if (count == 0)
		return OK;
	err = db_read(ctx, kpi_touched, &days, IDS_ARG(events, events, count));
	for (size_t i = 0; !err && i < rows_count(days); i++)
		fold_day(ctx, row_id(days, i, "store_id"), row_date(days, i, "day"),
		         row_bool(days, i, "stock"));
	return err;
}

enum err
kpi_recount(struct ctx *ctx, struct id store, struct date first, struct date last, size_t *changed)
{
	struct rows *days, *months;
	enum err err;

	db_write(ctx, kpi_recount_lock, NO_ARGS);
	err = db_read(ctx, kpi_recount, &days, ARG(store_id, store), ARG(first, first),
	              ARG(last, last));
	if (err)
		return err;
	err = db_read(ctx, kpi_fold_months, &months, ARG(store_id, store), ARG(first, first),
	              ARG(last, last));
	if (err)
		return err;
	*changed = (size_t)(row_int(days, 0, "changed") + row_int(months, 0, "changed"));
	return OK;
}
