/* SPDX-License-Identifier: Apache-2.0 */
/* Equipment of stores: in service or not, and what of it is due. */
#ifndef ORG_EQUIPMENT_H
#define ORG_EQUIPMENT_H

#include "db/machine.h"

extern const struct machine equipment_machine;

/* All set ctx->subject.  ERR_DUPLICATE at /code. */
MUSTCHECK enum err equipment_create(struct ctx *ctx, const struct create_equipment *in);
MUSTCHECK enum err equipment_update(struct ctx *ctx, struct id id,
                                    const struct update_equipment *in);
/* Leaves a tombstone with the reason (may be NULL). */
MUSTCHECK enum err equipment_delete(struct ctx *ctx, struct id id, const char *reason);

MUSTCHECK enum err equipment_take_out(struct ctx *ctx, struct id id,
                                      const struct take_equipment_out *in);
MUSTCHECK enum err equipment_put_back(struct ctx *ctx, struct id id);
/* ERR_BAD_VALUE at /date (after the store's today) or /next_due (not after date). */
MUSTCHECK enum err equipment_service(struct ctx *ctx, struct id id,
                                     const struct service_equipment *in);

#endif
