/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a work order that come back unused. */
#ifndef STOCK_STOCK_RETURN_H
#define STOCK_STOCK_RETURN_H

#include "db/db.h"

/* Post a return as a body asks for it, into a warehouse of the store, as ctx->subject: for lines of one
 * order, at the cost that the parts left with.  ERR_ALREADY_BILLED: a bill has them; ERR_CORE_SENT. */
MUSTCHECK enum err stock_return_create(struct ctx *ctx, const struct create_stock_document *in,
                                       struct id store, struct id warehouse);

#endif
