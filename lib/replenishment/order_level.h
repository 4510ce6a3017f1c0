/* SPDX-License-Identifier: Apache-2.0 */
/* How much stock covers a forecast with the service that is wanted. */
#ifndef REPLENISHMENT_ORDER_LEVEL_H
#define REPLENISHMENT_ORDER_LEVEL_H

#include "core/qty.h"

#define ORDER_LEVEL_SERVICE_MIN_BP 5000
#define ORDER_LEVEL_SERVICE_MAX_BP 9990

/*
 * The fewest whole pieces that demand does not exceed with this probability: the cycle service, in
 * hundredths of a per cent.  `mean` and `deviation` are those of the demand until what is ordered at the
 * *next* review will have come: lead time and time between reviews together, as in
 * the (R, S) system (Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains, 2017).
 *
 * Up to 30 pieces demand is taken as negative binomial with this mean and variance, which fits spare
 * parts (Syntetos, Babai and Altay, On the demand distributions of spare parts, International Journal of
 * Production Research 50, 2012, 2101-2117), its terms by the recurrence
 * P(k+1) = P(k) (m^2 + k (v - m)) / (v (k + 1)); Poisson where the variance is no more than the mean.
 * Above, or where the variance is more than 256 times the mean, it is normal: m + z s.
 *
 * mean: 0 to QTY_MAX_MILLI / 1000; deviation: 0 to 2^32 thousandths.
 */
struct qty order_level_cover(struct qty mean, struct qty deviation, unsigned service_bp);

/* When to order and how much: at a review, when what is on hand and on order less what is owed is below
 * the reorder point, as much as is missing to the level. */
struct order_level {
	struct qty reorder_point;
	struct qty order_up_to;
	bool at_point; /* it is ordered at the reorder point, too, not only below it */
};

/* What a store wants of a part whatever is expected; below zero: not said. */
struct order_limits {
	struct qty minimum, reorder_point, maximum;
};

/* The level within these: ordered below the minimum and at the reorder point, though less is expected to be
 * asked for; up to the maximum where one of them is said, and never beyond it.  Without a maximum one piece more than
 * the point at least. */
void order_level_limit(struct order_level *level, const struct order_limits *limits);

/* The reorder point covers lead time and review; the level lies `cycle` above it, the demand to be expected
 * of the time between two orders, in whole pieces rounded up: 0 orders at each review what has gone. */
struct order_level order_level_of(struct qty mean, struct qty deviation, struct qty cycle,
                                  unsigned service_bp);

/* What to order at a `position` (on hand and on order less what is owed; may be below zero). */
struct qty order_level_missing(const struct order_level *level, struct qty position);

#endif
