/* SPDX-License-Identifier: Apache-2.0 */
/* The books follow a stocktake. */
#ifndef STOCK_STOCKTAKE_BOOKS_H
#define STOCK_STOCKTAKE_BOOKS_H

#include "db/db.h"

struct stocktake_books {
	struct id stocktake, store, warehouse;
	const struct rows *differences; /* lines that differ, of stocktake_differences */
};

/* Post what is over and what is missing, of a part that was counted by batch batch by batch; *value is by
 * how many fen the stock became worth more. */
MUSTCHECK enum err stocktake_correct(struct ctx *ctx, const struct stocktake_books *books,
                                     int64_t *value);

#endif
