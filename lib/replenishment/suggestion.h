/* SPDX-License-Identifier: Apache-2.0 */
/* What a store should buy: forecasts of all that was asked for, held against what is there and what comes. */
#ifndef REPLENISHMENT_SUGGESTION_H
#define REPLENISHMENT_SUGGESTION_H

#include "db/db.h"

/* Each sets ctx->subject to the run. */
MUSTCHECK enum err replenishment_run_create(struct ctx *ctx,
                                            const struct create_replenishment_run *in);

/* Purchase orders, drafted one for each supplier and class.  ERR_NOT_FOUND at /line_ids/<n> for a line that cannot
 * be ordered, ERR_NOTHING_TO_ORDER, and what purchase_order_create() fails with. */
MUSTCHECK enum err replenishment_run_order(struct ctx *ctx, struct id id,
                                           const struct order_replenishment_run *in);

#endif
