/* SPDX-License-Identifier: Apache-2.0 */
/* Suppliers: who may sell to the chain, on what terms, and what they ask for which part.  They belong to the chain. */
#ifndef PURCHASE_SUPPLIER_H
#define PURCHASE_SUPPLIER_H

#include "db/db.h"

/* All set ctx->subject.  ERR_BAD_VALUE at /qualifications/<n>/valid_to for one that ends before it begins. */
MUSTCHECK enum err supplier_create(struct ctx *ctx, const struct create_supplier *in);
MUSTCHECK enum err supplier_update(struct ctx *ctx, struct id id, const struct update_supplier *in);

/* From a day on a supplier asks this; what held until then ends.  ERR_OFFER_IN_THE_WAY when one begins
 * that day or later. */
MUSTCHECK enum err supplier_offer_create(struct ctx *ctx, struct id id,
                                         const struct create_supplier_offer *in);
/* ERR_BAD_VALUE at /valid_to: it has ended before, or begins only later. */
MUSTCHECK enum err supplier_offer_end(struct ctx *ctx, struct id id,
                                      const struct end_supplier_offer *in);

#endif
