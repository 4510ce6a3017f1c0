/* SPDX-License-Identifier: Apache-2.0 */
/* Workshop tablets, as their managers have them; server/routes/tablets.c pairs them and logs people in. */
#ifndef STAFF_TABLET_H
#define STAFF_TABLET_H

#include "db/machine.h"

extern const struct machine tablet_machine;

/* Register a tablet whose pairing code (its hash, a bytea literal) opens for ten minutes.  Sets ctx->subject. */
MUSTCHECK enum err tablet_create(struct ctx *ctx, const struct create_tablet *in, const char *hash);

/* What it opened ends, within a second. */
MUSTCHECK enum err tablet_revoke(struct ctx *ctx, struct id id);

/* Forget wrong PINs: of a tablet, or of a person in a store (in may be NULL).  ERR_NOT_FOUND at /store_id for who
 * does not work there. */
MUSTCHECK enum err tablet_unlock(struct ctx *ctx, struct id id);
MUSTCHECK enum err staff_unlock_pin(struct ctx *ctx, struct id staff,
                                    const struct unlock_staff_pin *in);

/* Four to eight digits (ERR_BAD_FORMAT at /pin) that are neither one repeated nor a run (ERR_WEAK_PIN). */
MUSTCHECK enum err pin_check(struct ctx *ctx, const char *pin);

#endif
