/* SPDX-License-Identifier: Apache-2.0 */
/* Deposits: what a customer puts down for an order, until its bill is issued. */
#ifndef SETTLEMENT_DEPOSIT_H
#define SETTLEMENT_DEPOSIT_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine deposit_machine;

/* Sets ctx->subject.  ERR_ONE_OF, ERR_NOT_FOUND at /line_id for one that is not of the order or has no part,
 * ERR_ILLEGAL_TRANSITION of an order that was given up, ERR_ALREADY_BILLED. */
MUSTCHECK enum err deposit_take(struct ctx *ctx, const struct create_deposit *in);

/* ERR_REFUND_TOO_LARGE beyond what is held. */
MUSTCHECK enum err deposit_refund(struct ctx *ctx, struct id id, const struct refund_payment *in);

/* ------------------------------------------------------------ for bills */

/* What is held for an order (one of the two, locked) pays so much of its bill, the oldest first; *paid of `due`
 * fen. */
MUSTCHECK enum err deposits_apply(struct ctx *ctx, struct id store, struct id work_order,
                                  struct id sales_order, struct id settlement, int64_t due,
                                  int64_t *paid);
/* A payment by a deposit, or part of it, is undone: that is held again. */
MUSTCHECK enum err deposit_hold_again(struct ctx *ctx, struct id id, int64_t amount);

#endif
