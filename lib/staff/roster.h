/* SPDX-License-Identifier: Apache-2.0 */
/* Who works when, can do what and may do it.
 *
 * Shifts and absences change in line with bookings of the person, whose lock they take first.  What
 * is over stays as it was: ERR_ROSTER_OVER.  Each sets ctx->subject to what it made or changed. */
#ifndef STAFF_ROSTER_H
#define STAFF_ROSTER_H

#include "db/machine.h"

extern const struct machine shift_machine, absence_machine;

/* ERR_NOT_FOUND (at /store_id: they do not work there), ERR_BAD_VALUE at /date (in the past) or /to
 * (not after from), ERR_SHIFT_OVERLAP. */
MUSTCHECK enum err shift_create(struct ctx *ctx, struct id staff, const struct create_shift *in);
MUSTCHECK enum err shift_update(struct ctx *ctx, struct id id, const struct update_shift *in);
/* reason may be NULL */
MUSTCHECK enum err shift_cancel(struct ctx *ctx, struct id id, const char *reason);

/* ERR_BAD_VALUE at /ends_at (over, not after starts_at, longer than a year), ERR_NO_HOME_STORE,
 * ERR_ABSENCE_OVERLAP. */
MUSTCHECK enum err absence_create(struct ctx *ctx, struct id staff,
                                  const struct create_absence *in);
MUSTCHECK enum err absence_update(struct ctx *ctx, struct id id, const struct update_absence *in);
MUSTCHECK enum err absence_cancel(struct ctx *ctx, struct id id);

/* What they can do from now on.  ERR_NOT_UNIQUE, ERR_NO_HOME_STORE. */
MUSTCHECK enum err staff_set_skills(struct ctx *ctx, struct id staff,
                                    const struct set_staff_skills *in);

/* ERR_BAD_VALUE at /expires_on (before valid_from), ERR_DUPLICATE at /number. */
MUSTCHECK enum err certificate_create(struct ctx *ctx, struct id staff,
                                      const struct create_certificate *in);
MUSTCHECK enum err certificate_update(struct ctx *ctx, struct id id,
                                      const struct update_certificate *in);
MUSTCHECK enum err certificate_delete(struct ctx *ctx, struct id id, const char *reason);

#endif
