/* SPDX-License-Identifier: Apache-2.0 */
/* Price adjustments: documents that change the catalogue's prices of parts from a day on
 * (domain-facts 2.2). */
#ifndef PART_PRICE_ADJUSTMENT_H
#define PART_PRICE_ADJUSTMENT_H

#include "db/machine.h"

extern const struct machine price_adjustment_machine;

/* Both set ctx->subject.  ERR_BAD_VALUE at /effective_on for a day that is over, ERR_NOT_UNIQUE and
 * ERR_NOT_FOUND at /lines/<n>/part_id; the second ERR_ILLEGAL_TRANSITION when it is no draft. */
MUSTCHECK enum err price_adjustment_create(struct ctx *ctx,
                                           const struct create_price_adjustment *in);
MUSTCHECK enum err price_adjustment_update(struct ctx *ctx, struct id id,
                                           const struct update_price_adjustment *in);

/* ERR_OWN_ADJUSTMENT, ERR_EFFECTIVE_DAY_OVER.  price_adjustments_begin() does what it schedules. */
MUSTCHECK enum err price_adjustment_audit(struct ctx *ctx, struct id id);
/* Void a draft, or cancel one that is scheduled for a reason (else NULL). */
MUSTCHECK enum err price_adjustment_end(struct ctx *ctx, enum op op, struct id id,
                                        const char *reason);

/* A job: the first adjustment whose day has begun comes into force. */
MUSTCHECK enum err price_adjustments_begin(struct ctx *ctx, bool *more);

/* Prices of parts, which are locked, are about to change: what was in force for them is no longer. */
MUSTCHECK enum err price_adjustments_supersede(struct ctx *ctx, const struct id *parts,
                                               size_t count);

#endif
