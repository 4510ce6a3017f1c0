/* SPDX-License-Identifier: Apache-2.0 */
/* Rescues and jobs on site: somebody is sent to where the car is. */
#ifndef RESCUE_RESCUE_H
#define RESCUE_RESCUE_H

#include "db/machine.h"

extern const struct machine rescue_machine;

/* Each sets ctx->subject to the rescue. */

/* ERR_NOT_FOUND at /store_id, /customer_id or /vehicle_id, ERR_REQUIRED (half a position),
 * ERR_BAD_VALUE at /promised_at (in the past). */
MUSTCHECK enum err rescue_report(struct ctx *ctx, const struct report_rescue *in);
/* Of two dispatchers the second learns that it was done: op is dispatch, or reassign for one that is
 * under way.  ERR_NOT_FOUND at /technician_id, ERR_BAD_VALUE at /eta_at, ERR_TECHNICIAN_OUT. */
MUSTCHECK enum err rescue_dispatch(struct ctx *ctx, enum op op, struct id id,
                                   const struct dispatch_rescue *in);
/* By its technician or who dispatches: ERR_FORBIDDEN. */
MUSTCHECK enum err rescue_arrive(struct ctx *ctx, struct id id);
/* The car is here: a reception.  ERR_REQUIRED at /plate, ERR_ONE_OF at /customer, and what the
 * counter may say of customer and vehicle. */
MUSTCHECK enum err rescue_tow_in(struct ctx *ctx, struct id id, const struct receive_rescue *in);
/* It was mended there: a reception and an order. */
MUSTCHECK enum err rescue_repair(struct ctx *ctx, struct id id, const struct receive_rescue *in);
MUSTCHECK enum err rescue_cancel(struct ctx *ctx, struct id id, const struct cancel_rescue *in);

#endif
