/* SPDX-License-Identifier: Apache-2.0 */
/* Hazardous waste: what a store keeps of it, in grams or millilitres, until a licensed collector takes
 * it.  A ledger: nothing is changed, what is wrong is taken back. */
#ifndef WASTE_WASTE_H
#define WASTE_WASTE_H

#include "db/db.h"

/* Both set ctx->subject.  ERR_DUPLICATE at /name. */
MUSTCHECK enum err waste_kind_create(struct ctx *ctx, const struct create_waste_kind *in);
MUSTCHECK enum err waste_kind_update(struct ctx *ctx, struct id id,
                                     const struct update_waste_kind *in);

/* All set ctx->subject to the new entry.  ERR_NOT_FOUND at /kind_id, ERR_BAD_VALUE there for a kind that
 * is not used any more; ERR_BAD_VALUE at /licence_valid_to for one that has run out;
 * ERR_WASTE_NOT_THERE; ERR_WASTE_REVERSED. */
MUSTCHECK enum err waste_store(struct ctx *ctx, const struct store_waste *in);
MUSTCHECK enum err waste_collect(struct ctx *ctx, const struct collect_waste *in);
MUSTCHECK enum err waste_entry_reverse(struct ctx *ctx, struct id id, const char *reason);

#endif
