/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue of labour: operations with standard hours and price, the same for every store. */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include "db/db.h"

/* Set ctx->subject.  Lines of labour read statement operation_for_lines (:ids). */
MUSTCHECK enum err operation_create(struct ctx *ctx, const struct create_operation *in);
MUSTCHECK enum err operation_update(struct ctx *ctx, struct id id,
                                    const struct update_operation *in);

#endif
