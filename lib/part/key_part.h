/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of key parts, on which safety or emissions depend (domain-facts 7.2). */
#ifndef PART_KEY_PART_H
#define PART_KEY_PART_H

#include "db/db.h"

/* Both set ctx->subject.  ERR_DUPLICATE at /name. */
MUSTCHECK enum err key_part_kind_create(struct ctx *ctx, const struct create_key_part_kind *in);
MUSTCHECK enum err key_part_kind_update(struct ctx *ctx, struct id id,
                                        const struct update_key_part_kind *in);

/* The class of a kind, 0 for none.  ERR_NOT_FOUND at /key_part_kind_id; with chosen, who makes a part
 * of it now, ERR_BAD_VALUE there when it is not used any more.  told: the class that the body tells, INT_NULL
 * for none, -1 when it does not; ERR_BAD_VALUE at /key_class when it is another. */
MUSTCHECK enum err key_part_class(struct ctx *ctx, struct id kind, bool chosen, int64_t told,
                                  int64_t *class_of_kind);

#endif
