/* SPDX-License-Identifier: Apache-2.0 */
/* Prices of the catalogue, told by the parts' numbers: a price list. */
#ifndef PART_PART_PRICE_H
#define PART_PART_PRICE_H

#include "db/db.h"

/* Sets ctx->subject to the part.  ERR_NOT_FOUND at /number, ERR_PRICE_AUDITED at /sale_price. */
MUSTCHECK enum err part_set_price(struct ctx *ctx, const struct set_part_price *in);

/* Several in a few statements; of one part the last holds.  parts become theirs; wrong[i].err says what
 * part_set_price() would of the i-th, which then is none, and the others are changed all the same. */
MUSTCHECK enum err parts_set_prices(struct ctx *ctx, const struct set_part_price *in, size_t count,
                                    struct id *parts, struct failure *wrong);

#endif
