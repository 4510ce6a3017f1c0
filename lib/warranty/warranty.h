/* SPDX-License-Identifier: Apache-2.0 */
/* The guarantee on repairs (domain-facts 8.1) and the work that comes back under it, in whichever
 * store of the chain. */
#ifndef WARRANTY_WARRANTY_H
#define WARRANTY_WARRANTY_H

#include "db/db.h"

/* An order is being delivered: each of its lines has its guarantee from today on, by the rule of the
 * vehicle's kind and the line's legal category; what its comebacks did again ends the guarantee they
 * came back for. */
MUSTCHECK enum err warranty_deliver(struct ctx *ctx, struct id order);

/* Comebacks of an order that was cancelled, or of a line (its id) that was withdrawn, are over. */
MUSTCHECK enum err warranty_drop(struct ctx *ctx, struct id order_or_line);

/* An order has moved to another store: its comebacks are over here, and go on there. */
MUSTCHECK enum err warranty_move(struct ctx *ctx, struct id order);

/* Take a delivered line up again: a proposed line of the same work, paid for by the guarantee unless
 * the customer pays.  Sets ctx->subject to the comeback.  ERR_NOT_FOUND at /guarantee_id (none of the
 * order's vehicle), ERR_GUARANTEE_ENDED (by days, km, or because it was done again already),
 * ERR_COMEBACK_OPEN, and those of a new line. */
MUSTCHECK enum err comeback_open(struct ctx *ctx, struct id order, const struct open_comeback *in);

/* Why it came back.  ERR_NOT_FOUND. */
MUSTCHECK enum err comeback_classify(struct ctx *ctx, struct id id,
                                     const struct classify_comeback *in);

#endif
