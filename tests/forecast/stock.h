/* SPDX-License-Identifier: Apache-2.0 */
/* A store that orders each month up to a level, month by month through a series. */
#ifndef FORECAST_STOCK_H
#define FORECAST_STOCK_H

#include "method.h"
#include "series.h"

#define LEADS 2 /* months from an order to its delivery: 1 to this */

/* How a method is used: its setting, the weight of its squared errors, the lead time in months and the
 * cycle service that is wanted. */
struct policy {
	const struct method *method;
	struct setting setting;
	unsigned error_bp;
	int lead;
	unsigned service_bp;
};

/* Sums over parts and months; quantities in thousandths. */
struct service {
	int64_t demanded;
	int64_t served; /* from the shelf, in the month that asked */
	int64_t held;   /* on the shelf at the ends of the months */
	size_t cycles;  /* months, one delivery in each */
	size_t short_cycles;
};

/*
 * At the beginning of a month what was ordered `lead` months ago comes and is given to who waits; then the
 * position (on hand, on order, less owed) is filled up to the level for lead time and review; then the
 * month asks.  What is not there is owed, not lost.  The shop opens in month `opens` with its level on the
 * shelf; months from `from` to before `to` are added to *service.
 */
void stock_simulate(const struct policy *policy, const struct series *series, int opens, int from,
                    int to, struct service *service);

#endif
