/* SPDX-License-Identifier: Apache-2.0 */
/* Folding events into days. */
#include "kpi/kpi.h"

enum err
kpi_fold(struct ctx *ctx, const struct id *events, size_t count)
{
	struct rows *days;
	enum err err;

	if (count == 0)
		return OK;
	err = db_read(ctx, kpi_touched, &days, IDS_ARG(events, events, count));
	for (size_t i = 0; !err && i < rows_count(days); i++) {
		const struct arg args[] = { ARG(store_id, row_id(days, i, "store_id")),
			                    ARG(day, row_date(days, i, "day")) };

		db_write_args(ctx,
		              row_bool(days, i, "stock") ? SQL_kpi_fold_stock : SQL_kpi_fold_day,
		              args, COUNT_OF(args));
	}
	return err;
}

enum err
kpi_recount(struct ctx *ctx, struct id store, struct date first, struct date last, size_t *changed)
{
	struct rows *rows;
	enum err err;

	db_write(ctx, kpi_recount_lock, NO_ARGS);
	err = db_read(ctx, kpi_recount, &rows, ARG(store_id, store), ARG(first, first),
	              ARG(last, last));
	if (err)
		return err;
	*changed = (size_t)row_int(rows, 0, "changed");
	return OK;
}
