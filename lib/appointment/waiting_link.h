/* SPDX-License-Identifier: Apache-2.0 */
/* The link by which somebody who waits for a slot sees what is offered, and what they say to it: what the store
 * may do for them, under the same rules and locks. */
#ifndef APPOINTMENT_WAITING_LINK_H
#define APPOINTMENT_WAITING_LINK_H

#include "db/machine.h"

/* What the customer may do. */
extern const struct machine waiting_link_machine;

/* Make the link, until the time that was wished for is over; one that was made before opens nothing any more.
 * ERR_ILLEGAL_TRANSITION of who waits no longer.  The subject is the entry. */
MUSTCHECK enum err waiting_share(struct ctx *ctx, struct id id);
/* The link opens nothing any more.  ERR_NOT_SHARED. */
MUSTCHECK enum err waiting_stop_sharing(struct ctx *ctx, struct id id);

/* By the link, which is the principal.  ERR_NOT_FOUND when it is none of the waiting list, or was taken away
 * meanwhile; ERR_ILLEGAL_TRANSITION when nothing is offered.  The subject is the entry. */

/* Errors as of waiting_accept(). */
MUSTCHECK enum err waiting_accept_by_link(struct ctx *ctx);
MUSTCHECK enum err waiting_decline_by_link(struct ctx *ctx);
/* ERR_BAD_VALUE at /reason: it is the store's. */
MUSTCHECK enum err waiting_leave_by_link(struct ctx *ctx, const struct customer_cancel *in);

#endif
