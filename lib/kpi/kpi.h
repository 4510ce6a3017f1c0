/* SPDX-License-Identifier: Apache-2.0 */
/* KPIs: parts by store and business day, kept in step with the documents they count. */
#ifndef KPI_KPI_H
#define KPI_KPI_H

#include "db/db.h"

/* Count again the days that these events have touched.  A day is always made anew from its
 * documents, so that an event may come twice or late. */
MUSTCHECK enum err kpi_fold(struct ctx *ctx, const struct id *events, size_t count);

#endif
