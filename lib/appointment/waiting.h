/* SPDX-License-Identifier: Apache-2.0 */
/* The waiting list: who would come if something fitting became free (domain-facts 2.2). */
#ifndef APPOINTMENT_WAITING_H
#define APPOINTMENT_WAITING_H

#include "db/machine.h"

extern const struct machine waiting_entry_machine;

/* Put somebody on the list.  ERR_NOT_FOUND, ERR_BAD_VALUE at /starts_to (in the past, or not after
 * starts_from). */
MUSTCHECK enum err waiting_add(struct ctx *ctx, const struct create_waiting_entry *in);

/* Hold a slot for them, as long as offer_minutes of the store's policies: the one named, or the first
 * that fits.  ERR_SLOT_TAKEN, ERR_BAD_VALUE at /starts_at, and what booking may say. */
MUSTCHECK enum err waiting_offer(struct ctx *ctx, struct id id,
                                 const struct offer_waiting_entry *in);

/* Book what is offered.  ERR_ILLEGAL_TRANSITION (nothing is, or not any more). */
MUSTCHECK enum err waiting_accept(struct ctx *ctx, struct id id);

/* They do not wait any longer; what is offered is free. */
MUSTCHECK enum err waiting_leave(struct ctx *ctx, struct id id,
                                 const struct leave_waiting_entry *in);

/* The jobs: offers whose time has passed, and offers of what has become free. */
MUSTCHECK enum err waiting_lapse_due(struct ctx *ctx, bool *more);
MUSTCHECK enum err waiting_offer_freed(struct ctx *ctx, bool *more);

#endif
