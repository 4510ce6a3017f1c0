/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on a visit, booked or begun, and goes with it. */
#ifndef VISIT_VISIT_H
#define VISIT_VISIT_H

#include "db/db.h"

/* The visit is off: cancel what was agreed about the way and the loan that was promised, unless the
 * car is on the way or here.  One of the two ids is none; reason may be NULL. */
MUSTCHECK enum err visit_off(struct ctx *ctx, struct id appointment, struct id order,
                             const char *reason);

#endif
