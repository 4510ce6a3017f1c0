/* SPDX-License-Identifier: Apache-2.0 */
/* Folding events into days. */
#include "kpi/kpi.h"

#include <string.h>

static void
fold_day(struct ctx *ctx, struct id store, struct date day, bool stock)
{
	if (stock)
		db_write(ctx, kpi_fold_stock, ARG(store_id, store), ARG(day, day));
	else
		db_write(ctx, kpi_fold_day, ARG(store_id, store), ARG(day, day));
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
kpi_differences(struct ctx *ctx, struct rows **days)
{
	return db_read(ctx, kpi_difference_list, days, NO_ARGS);
}

void
kpi_rebuild(struct ctx *ctx, const struct rows *days)
{
	for (size_t i = 0; i < rows_count(days); i++)
		fold_day(ctx, row_id(days, i, "store_id"), row_date(days, i, "day"),
		         strcmp(row_text(days, i, "kpi"), "stock_value") == 0);
}
