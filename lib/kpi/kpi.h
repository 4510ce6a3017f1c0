/* SPDX-License-Identifier: Apache-2.0 */
/* KPIs: parts by store and business day, kept in step with the documents they count. */
#ifndef KPI_KPI_H
#define KPI_KPI_H

#include "db/db.h"

/* Count again the days that these events have touched.  A day is always made anew from its documents,
 * so that an event may come twice or late. */
MUSTCHECK enum err kpi_fold(struct ctx *ctx, const struct id *events, size_t count);

/* Days (at most 1000) whose parts are not what the documents say: store_id, kpi, day. */
MUSTCHECK enum err kpi_differences(struct ctx *ctx, struct rows **days);

/* Count such days again. */
void kpi_rebuild(struct ctx *ctx, const struct rows *days);

#endif
