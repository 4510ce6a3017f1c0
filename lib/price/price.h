/* SPDX-License-Identifier: Apache-2.0 */
/* Prices of headquarters: lists by class of store and day, packages
 * and mark-ups.  What a line costs is looked up where
 * lines are made (work_order/line.h). */
#ifndef PRICE_PRICE_H
#define PRICE_PRICE_H

#include "db/db.h"

/* All set ctx->subject to the list.  ERR_PRICE_DAYS_TAKEN when another list of the class holds on one
 * of its days, ERR_BAD_VALUE at /valid_to for an end before the beginning; of prices ERR_ONE_OF,
 * ERR_NOT_UNIQUE, ERR_BAD_VALUE (basis) and ERR_NOT_FOUND at /prices/0/... */
MUSTCHECK enum err price_list_create(struct ctx *ctx, const struct create_price_list *in);
MUSTCHECK enum err price_list_update(struct ctx *ctx, struct id id,
                                     const struct update_price_list *in);
/* Leaves a tombstone with the reason (may be NULL). */
MUSTCHECK enum err price_list_delete(struct ctx *ctx, struct id id, const char *reason);
MUSTCHECK enum err price_list_set_prices(struct ctx *ctx, struct id id,
                                         const struct set_listed_prices *in);

/* Packages; both set ctx->subject.  What is wrong with an item stands at /items/0/...; ERR_BAD_VALUE at
 * /price for a fixed one of parts alone. */
MUSTCHECK enum err package_create(struct ctx *ctx, const struct create_package *in);
/* Another price or other items make a new revision. */
MUSTCHECK enum err package_update(struct ctx *ctx, struct id id, const struct update_package *in);

/* Mark-up matrices.  All set ctx->subject; ERR_BAD_VALUE at /bands/0/cost_from for bands that do not begin
 * at 0 or do not go up, ERR_DUPLICATE for a second one of a class. */
MUSTCHECK enum err markup_matrix_create(struct ctx *ctx, const struct create_markup_matrix *in);
MUSTCHECK enum err markup_matrix_update(struct ctx *ctx, struct id id,
                                        const struct update_markup_matrix *in);
MUSTCHECK enum err markup_matrix_delete(struct ctx *ctx, struct id id, const char *reason);

#endif
