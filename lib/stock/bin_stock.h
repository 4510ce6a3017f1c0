/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a warehouse the pieces of a part lie: bins that it has a place in, its home, and what is laid
 * from one into another.  What moves on the level moves in the bins with it
 * (migrations/repeatable/054_bin_stock.sql). */
#ifndef STOCK_BIN_STOCK_H
#define STOCK_BIN_STOCK_H

#include "db/db.h"

/* All set ctx->subject.  ERR_NOT_FOUND at /bin_id, /part_id; ERR_DUPLICATE at /part_id with the place that
 * the part has there already; ERR_BAD_VALUE at /maximum below the minimum. */
MUSTCHECK enum err bin_stock_create(struct ctx *ctx, const struct create_bin_stock *in);
MUSTCHECK enum err bin_stock_set(struct ctx *ctx, struct id id, const struct set_bin_stock *in);

/* ERR_SOME_OF at /from_bin_id where neither is said, ERR_NOT_FOUND at either, ERR_BAD_VALUE at /to_bin_id
 * for the same bin or one of another warehouse; ERR_INSUFFICIENT_STOCK at /quantity. */
MUSTCHECK enum err bin_move(struct ctx *ctx, const struct move_bin_stock *in);

#endif
