/* SPDX-License-Identifier: Apache-2.0 */
/* How customer and car get to the store and back, and the drives it takes. */
#ifndef TRANSPORT_TRANSPORT_H
#define TRANSPORT_TRANSPORT_H

#include "db/machine.h"

extern const struct machine transport_machine, drive_machine;

/* Each sets ctx->subject to what it made or changed.  Drives are locked after what they are of. */

/* ERR_ONE_OF (appointment or order), ERR_NOT_FOUND, ERR_ILLEGAL_TRANSITION (the visit is over or
 * off), ERR_DUPLICATE, ERR_REQUIRED and ERR_BAD_VALUE at /pick_up and /delivery. */
MUSTCHECK enum err transport_create(struct ctx *ctx, const struct create_transport *in);
/* The same of what stands; ERR_DRIVE_BEGUN where a drive that has begun would have to change. */
MUSTCHECK enum err transport_replan(struct ctx *ctx, struct id id,
                                    const struct replan_transport *in);
/* ERR_DRIVE_BEGUN. */
MUSTCHECK enum err transport_cancel(struct ctx *ctx, struct id id, const struct reason_given *in);

/* ERR_NOT_FOUND at /driver_id: nobody who works in the store. */
MUSTCHECK enum err drive_assign(struct ctx *ctx, struct id id, const struct assign_drive *in);
/* By its driver or who plans drives: ERR_FORBIDDEN.  ERR_DRIVER_BUSY; in may be NULL. */
MUSTCHECK enum err drive_start(struct ctx *ctx, struct id id, const struct start_drive *in);
/* ERR_FORBIDDEN, ERR_TOO_SMALL at /odometer_km. */
MUSTCHECK enum err drive_finish(struct ctx *ctx, struct id id, const struct finish_drive *in);
/* On the way, and not to its end; ERR_FORBIDDEN. */
MUSTCHECK enum err drive_abort(struct ctx *ctx, struct id id, const struct reason_given *in);
MUSTCHECK enum err drive_cancel(struct ctx *ctx, struct id id, const struct reason_given *in);

/* ------------------------------------------------------------ for the module's own files */

/* Whose visit it is: of an appointment, or of an order and the appointment it came from. */
struct visit {
	struct id store, customer, vehicle, appointment, order;
};

/* Lock the visit that a body names by one of the two members.  ERR_ONE_OF, ERR_NOT_FOUND,
 * ERR_ILLEGAL_TRANSITION. */
MUSTCHECK enum err visit_find(struct ctx *ctx, struct id appointment, struct id order,
                              struct visit *visit);

#endif
