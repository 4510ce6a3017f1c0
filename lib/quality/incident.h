/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents in the workshop: somebody in danger or hurt, a customer's car or the shop damaged. */
#ifndef QUALITY_INCIDENT_H
#define QUALITY_INCIDENT_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine incident_machine;

/* Each sets ctx->subject to the incident. */

/* ERR_NOT_FOUND at /store_id, /reception_id or /work_order_id, ERR_BAD_VALUE at /happened_at (in the
 * future) or /reception_id (not that of the order). */
MUSTCHECK enum err incident_report(struct ctx *ctx, const struct report_incident *in);

/* Change what was reported; only the members that are sent.  ERR_NOT_FOUND, ERR_STALE_VERSION,
 * ERR_ILLEGAL_TRANSITION (closed). */
MUSTCHECK enum err incident_update(struct ctx *ctx, struct id id, const struct update_incident *in);
/* ERR_NOT_FOUND, ERR_ILLEGAL_TRANSITION (it is closed), ERR_BAD_VALUE at /at (in the future). */
MUSTCHECK enum err incident_tell_owner(struct ctx *ctx, struct id id,
                                       const struct tell_incident_owner *in);
MUSTCHECK enum err incident_tell_insurer(struct ctx *ctx, struct id id,
                                         const struct tell_incident_insurer *in);

/* ERR_UNTOLD: the owner of the car, or of a serious one the insurer, does not know yet. */
MUSTCHECK enum err incident_close(struct ctx *ctx, struct id id, const struct close_incident *in);

#endif
