/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnoses: complaint, cause and correction with fault codes; complex ones are agreed by a second
 * person (domain-facts 2.2). */
#ifndef INSPECTION_DIAGNOSIS_H
#define INSPECTION_DIAGNOSIS_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine diagnosis_machine;

/* A draft of a reception.  ERR_NOT_FOUND at /reception_id or /concern_id, ERR_CUSTOMER_LEFT. */
MUSTCHECK enum err diagnosis_create(struct ctx *ctx, const struct create_diagnosis *in);
/* Only the members that are sent, only of a draft.  ERR_STAYS_COMPLEX once a review was asked for. */
MUSTCHECK enum err diagnosis_update(struct ctx *ctx, struct id id,
                                    const struct update_diagnosis *in);
/* submit, sign and request-review.  ERR_DIAGNOSIS_INCOMPLETE (submit), ERR_REVIEW_NEEDED (sign). */
MUSTCHECK enum err diagnosis_advance(struct ctx *ctx, enum op op, struct id id);
/* By somebody who has neither written of it nor submitted it: ERR_OWN_DIAGNOSIS.  in may be NULL. */
MUSTCHECK enum err diagnosis_agree(struct ctx *ctx, struct id id, const struct agree_diagnosis *in);
MUSTCHECK enum err diagnosis_object(struct ctx *ctx, struct id id,
                                    const struct object_diagnosis *in);

/* For who promises work: ERR_DIAGNOSIS_REQUIRED at pointer if the order is a complex one and its
 * reception has no agreed diagnosis, where the store's `diagnosis_required` asks for it.  No order:
 * one that is known to be complex. */
MUSTCHECK enum err diagnosis_check_agreed(struct ctx *ctx, struct id store, struct id reception,
                                          struct id work_order, const char *pointer);

#endif
