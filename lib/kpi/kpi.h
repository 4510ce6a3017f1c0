/* SPDX-License-Identifier: Apache-2.0 */
/* KPIs: parts by store and business day, and by month, kept in step with the documents they count. */
#ifndef KPI_KPI_H
#define KPI_KPI_H

#include "db/db.h"

/* Count again the days that these events have touched, and their months.  A day is always made anew
 * from its documents, a month from its days, so that an event may come twice or late. */
MUSTCHECK enum err kpi_fold(struct ctx *ctx, const struct id *events, size_t count);

/* Count all days of a store from first to last anew, and their months; *changed: how many values
 * of days and months were different.
 * Waits for the worker that folds, and keeps it out until the transaction ends. */
MUSTCHECK enum err kpi_recount(struct ctx *ctx, struct id store, struct date first,
                               struct date last, size_t *changed);

#endif
