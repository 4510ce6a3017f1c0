/* SPDX-License-Identifier: Apache-2.0 */
/* Central purchases: headquarters buys for several stores at once, each of which gets an order of its own. */
#ifndef PURCHASE_CENTRAL_PURCHASE_H
#define PURCHASE_CENTRAL_PURCHASE_H

#include "db/db.h"

/* Sets ctx->subject.  ERR_NOT_FOUND and ERR_NOT_UNIQUE at /lines/<n>/stores/<m>/store_id, and what lines of an order
 * fail with, for what all stores get together. */
MUSTCHECK enum err central_purchase_create(struct ctx *ctx,
                                           const struct create_central_purchase *in);

#endif
