/* SPDX-License-Identifier: Apache-2.0 */
/* Warehouses, and bins: the places of one. */
#ifndef STOCK_BIN_H
#define STOCK_BIN_H

#include "db/db.h"

/* Each sets ctx->subject. */
MUSTCHECK enum err warehouse_create(struct ctx *ctx, const struct create_warehouse *in);
MUSTCHECK enum err bin_create(struct ctx *ctx, const struct create_bin *in);

/* The warehouse somebody named, or the store's default one; ERR_NOT_FOUND at /warehouse_id. */
MUSTCHECK enum err warehouse_find(struct ctx *ctx, struct id store, struct id sent,
                                  struct id *warehouse);

/* ERR_BAD_VALUE at /warehouse_id: what it has is not for use. */
MUSTCHECK enum err warehouse_check_usable(struct ctx *ctx, struct id warehouse);

#endif
