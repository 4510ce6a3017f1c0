/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at work, as they say themselves, and as it is corrected. */
#ifndef STAFF_ATTENDANCE_H
#define STAFF_ATTENDANCE_H

#include "db/db.h"

/* Each sets ctx->subject to the attendance.  ERR_AT_WORK where somebody would be at work twice. */

/* By a staff member, of themselves: ERR_FORBIDDEN for keys.  in may be NULL.  ERR_REQUIRED or
 * ERR_NOT_FOUND at /store_id. */
MUSTCHECK enum err attendance_begin(struct ctx *ctx, const struct clock_in *in);
/* ERR_NOT_AT_WORK. */
MUSTCHECK enum err attendance_end(struct ctx *ctx);

/* By somebody else, with a reason.  ERR_NOT_FOUND, ERR_BAD_VALUE at /started_at or /ended_at (in the
 * future, not after the beginning, more than a day). */
MUSTCHECK enum err attendance_add(struct ctx *ctx, struct id staff,
                                  const struct add_attendance *in);
/* The same; of one that is open only the beginning, unless its end is told:
 * then *left is who has gone by it; else it stays as it is. */
MUSTCHECK enum err attendance_correct(struct ctx *ctx, struct id id,
                                      const struct correct_attendance *in, struct id *left);

#endif
