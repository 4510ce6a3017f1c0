/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on a visit, booked or begun, and goes with it. */
#ifndef VISIT_VISIT_H
#define VISIT_VISIT_H

#include "db/db.h"

/* A booking comes to nothing: cancel what was agreed about the way and the loan that was promised, unless
 * the car is on the way or here.  reason may be NULL. */
MUSTCHECK enum err visit_off(struct ctx *ctx, struct id appointment, const char *reason);

/* A visit that began comes to nothing, or one of its orders (none: all of it) does: the same of the order,
 * and with the last order of the visit of its booking, which gives up the rest of its slot too.  The
 * caller has locked the reception and ended the order.  elsewhere: the car is at another store now, so
 * nobody drives it from here. */
MUSTCHECK enum err visit_end(struct ctx *ctx, struct id reception, struct id order, bool elsewhere,
                             const char *reason);

/* A booking begins at another time: its drives that have not begun and its promised loan move by as much.
 * ERR_LOANER_UNFIT, ERR_LOANER_TAKEN (promised to somebody else then). */
MUSTCHECK enum err visit_shift(struct ctx *ctx, struct id appointment, struct utc from,
                               struct utc to);

#endif
