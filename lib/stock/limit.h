/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of stock: how much of a part a warehouse should have free.  The level that crosses one is an
 * event, which the database writes with whatever moved it (migrations/repeatable/050_stock_limit.sql). */
#ifndef STOCK_LIMIT_H
#define STOCK_LIMIT_H

#include "db/db.h"

/* Both set ctx->subject.  ERR_REQUIRED (none of the three), ERR_BAD_VALUE where one is more than the
 * next; ERR_DUPLICATE with the one that the part has there already. */
MUSTCHECK enum err stock_limit_create(struct ctx *ctx, const struct create_stock_limit *in);
MUSTCHECK enum err stock_limit_set(struct ctx *ctx, struct id id, const struct set_stock_limit *in);
/* Leaves a tombstone with the reason (may be NULL). */
MUSTCHECK enum err stock_limit_delete(struct ctx *ctx, struct id id, const char *reason);

#endif
