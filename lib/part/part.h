/* SPDX-License-Identifier: Apache-2.0 */
/* Parts: what the chain buys, keeps and sells; the same list for every store. */
#ifndef PART_PART_H
#define PART_PART_H

#include "db/db.h"

/* All set ctx->subject.  ERR_DUPLICATE with the part that has the number and brand already; of a price
 * ERR_PRICE_AUDITED; of a kind and its class see key_part_class(). */
MUSTCHECK enum err part_create(struct ctx *ctx, const struct create_part *in);
/* Several in a few statements; ids become theirs.  wrong[i].err is ERR_DUPLICATE for one whose number the
 * brand has already, and ids[i] none; anything else that is wrong with one fails them all. */
MUSTCHECK enum err parts_create(struct ctx *ctx, const struct create_part *in, size_t count,
                                struct id *ids, struct failure *wrong);
MUSTCHECK enum err part_update(struct ctx *ctx, struct id id, const struct update_part *in);

/*
 * What succeeds a part, or can stand in for it.  ERR_NOT_FOUND or ERR_BAD_VALUE at /part_id,
 * ERR_REPLACEMENT_CIRCLE, ERR_HAS_SUCCESSOR.
 */
MUSTCHECK enum err part_replacement_create(struct ctx *ctx, struct id id,
                                           const struct add_part_replacement *in);
/* ERR_BAD_VALUE at /valid_to: it has ended before. */
MUSTCHECK enum err part_replacement_end(struct ctx *ctx, struct id id,
                                        const struct end_part_replacement *in);
/* The vehicles it fits, all anew.  ERR_BAD_VALUE at /fitments/<n>/year_to. */
MUSTCHECK enum err part_fitments_replace(struct ctx *ctx, struct id id,
                                         const struct set_part_fitments *in);

/* ERR_NOT_FOUND at /lines/<n>/part_id for each that is not in the list. */
MUSTCHECK enum err parts_check(struct ctx *ctx, const struct id *parts, size_t count);

#endif
