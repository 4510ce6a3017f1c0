/* SPDX-License-Identifier: Apache-2.0 */
/* Stocktakes: a warehouse, or some parts of it, is frozen, counted by people who do not see what is expected,
 * counted again where it differs, and put right by documents that another person lets through. */
#ifndef STOCK_STOCKTAKE_H
#define STOCK_STOCKTAKE_H

#include "db/machine.h"

extern const struct machine stocktake_machine;

/* Sets ctx->subject. */
MUSTCHECK enum err stocktake_create(struct ctx *ctx, const struct create_stocktake *in);

/* Nothing of it moves from now on (levels_movable).  ERR_STOCK_FROZEN where another counts it. */
MUSTCHECK enum err stocktake_freeze(struct ctx *ctx, struct id id);

/* ERR_SAME_COUNTER for who counted the round before. */
MUSTCHECK enum err stocktake_count(struct ctx *ctx, struct id id, const struct count_stocktake *in);

/* ERR_NOT_COUNTED while some of it is not. */
MUSTCHECK enum err stocktake_submit(struct ctx *ctx, struct id id);
MUSTCHECK enum err stocktake_recount(struct ctx *ctx, struct id id,
                                     const struct recount_stocktake *in);

/* Post the differences.  ERR_OWN_COUNT for who counted any of it, ERR_DIFFERENCE_UNEXPLAINED. */
MUSTCHECK enum err stocktake_audit(struct ctx *ctx, struct id id, const struct audit_stocktake *in);
MUSTCHECK enum err stocktake_cancel(struct ctx *ctx, struct id id,
                                    const struct cancel_stocktake *in);

#endif
