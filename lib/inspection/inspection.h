/* SPDX-License-Identifier: Apache-2.0 */
/* Inspections: what was seen of a vehicle at reception, by headquarters' templates and around the
 * body, signed by both sides. */
#ifndef INSPECTION_INSPECTION_H
#define INSPECTION_INSPECTION_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine inspection_machine;

/* Templates are the chain's.  All set ctx->subject to the revision they made or changed. */
MUSTCHECK enum err inspection_template_create(struct ctx *ctx,
                                              const struct create_inspection_template *in);
MUSTCHECK enum err inspection_template_update(struct ctx *ctx, struct id id,
                                              const struct update_inspection_template *in);
/* A new revision, active in place of this one.  ERR_NOT_LATEST. */
MUSTCHECK enum err inspection_template_revise(struct ctx *ctx, struct id id,
                                              const struct revise_inspection_template *in);

/* A draft of a reception.  ERR_NOT_FOUND at /reception_id, /template_id, /findings/0/item_id,
 * /findings/0/file_ids/0; ERR_NOT_UNIQUE for a second finding of a point; ERR_REQUIRED for one of
 * neither point nor place; ERR_CUSTOMER_LEFT. */
MUSTCHECK enum err inspection_create(struct ctx *ctx, const struct create_inspection *in);
/* Only the members that are sent, only of a draft. */
MUSTCHECK enum err inspection_update(struct ctx *ctx, struct id id,
                                     const struct update_inspection *in);
/* ERR_INSPECTION_INCOMPLETE names the required points without a finding. */
MUSTCHECK enum err inspection_submit(struct ctx *ctx, struct id id);
MUSTCHECK enum err inspection_sign(struct ctx *ctx, struct id id, const struct sign_inspection *in);

/* ------------------------------------------------------------ for the module's own files */

/* store_id and vehicle_id of a reception that does not end before this command does; ERR_NOT_FOUND
 * at /reception_id, ERR_CUSTOMER_LEFT. */
MUSTCHECK enum err inspection_read_reception(struct ctx *ctx, struct id reception,
                                             struct rows **rows);

#endif
