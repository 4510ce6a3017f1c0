/* SPDX-License-Identifier: Apache-2.0 */
/* Transfers: asked for by the store that gets the parts, approved and shipped by the one that has them.
 *
 * What has left is in nobody's stock; each line tells how much of it came, went back, is on its way, is in
 * question or was lost, and what that is worth, so that a chain's total never changes by a transfer.
 * Each command is one of the two stores': ERR_OTHER_STORE for the other. */
#ifndef STOCK_TRANSFER_H
#define STOCK_TRANSFER_H

#include "db/machine.h"

extern const struct machine transfer_machine;

/* Sets ctx->subject. */
MUSTCHECK enum err transfer_create(struct ctx *ctx, const struct create_transfer *in);

/* Hold what was asked for where it is.  ERR_OWN_DOCUMENT for who asked, ERR_INSUFFICIENT_STOCK. */
MUSTCHECK enum err transfer_approve(struct ctx *ctx, struct id id,
                                    const struct approve_transfer *in);
MUSTCHECK enum err transfer_reject(struct ctx *ctx, struct id id, const struct end_transfer *in);
MUSTCHECK enum err transfer_cancel(struct ctx *ctx, struct id id, const struct end_transfer *in);

MUSTCHECK enum err transfer_ship(struct ctx *ctx, struct id id, const struct ship_transfer *in);
MUSTCHECK enum err transfer_receive(struct ctx *ctx, struct id id,
                                    const struct receive_transfer *in);
MUSTCHECK enum err transfer_return(struct ctx *ctx, struct id id, const struct end_transfer *in);
MUSTCHECK enum err transfer_receive_back(struct ctx *ctx, struct id id,
                                         const struct receive_transfer *in);

/* What became of pieces in question, at the cost of the store that is named.  ERR_OWN_DOCUMENT for who
 * put them in question. */
MUSTCHECK enum err transfer_settle(struct ctx *ctx, struct id id, const struct settle_transfer *in);

#endif
