/* SPDX-License-Identifier: Apache-2.0 */
/* What customers are told before an appointment, who comes late, and who does not come.  What is to
 * be told are events: whoever sends messages reads them. */
#ifndef APPOINTMENT_NOTICE_H
#define APPOINTMENT_NOTICE_H

#include "db/db.h"

/* The event appointment.arrived_late, if it is now later than the start and the store's grace. */
MUSTCHECK enum err appointment_tell_late(struct ctx *ctx, struct id store, struct id id,
                                         struct utc starts_at);

/* The jobs: plan what is to be told of appointments that were confirmed or moved; tell what is due
 * (appointment.confirmation_due, appointment.reminder_due), each once and none of one that was
 * cancelled or moved; and mark who has not come within the grace, where the store's policy says so. */
MUSTCHECK enum err appointment_notices_plan(struct ctx *ctx, bool *more);
MUSTCHECK enum err appointment_notices_tell(struct ctx *ctx, bool *more);
MUSTCHECK enum err appointments_miss_due(struct ctx *ctx, bool *more);

#endif
