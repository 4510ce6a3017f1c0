/* SPDX-License-Identifier: Apache-2.0 */
/* Parts: what the chain buys, keeps and sells; the same list for every store. */
#ifndef PART_PART_H
#define PART_PART_H

#include "db/db.h"

/* All set ctx->subject.  ERR_DUPLICATE with the part that has the number and brand already. */
MUSTCHECK enum err part_create(struct ctx *ctx, const struct create_part *in);
MUSTCHECK enum err part_update(struct ctx *ctx, struct id id, const struct update_part *in);

/* ERR_NOT_FOUND at /lines/<n>/part_id for each that is not in the list. */
MUSTCHECK enum err parts_check(struct ctx *ctx, const struct id *parts, size_t count);

#endif
