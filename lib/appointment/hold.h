/* SPDX-License-Identifier: Apache-2.0 */
/* Holds: a slot kept for some minutes, for whoever is just booking it (domain-facts 2.2). */
#ifndef APPOINTMENT_HOLD_H
#define APPOINTMENT_HOLD_H

#include "appointment/slot.h"
#include "db/machine.h"

extern const struct machine slot_hold_machine;

/* Hold bay, technician and time for the minutes of the store's policy.  Errors as for booking. */
MUSTCHECK enum err slot_hold_create(struct ctx *ctx, const struct create_slot_hold *in);

/* Let it go before its time.  ERR_NOT_FOUND, ERR_ILLEGAL_TRANSITION. */
MUSTCHECK enum err slot_hold_release(struct ctx *ctx, struct id id);
/* The same of what is offered to a locked entry of the waiting list. */
MUSTCHECK enum err hold_let_go(struct ctx *ctx, struct id id);

/* Write a hold of what is taken: held by its holder, and for the minutes of an offer or of a hold. */
void hold_add(struct ctx *ctx, struct id id, const struct slot *slot, struct arg operation_ids,
              struct id holder, bool for_offer);

/* For a booking with the hold_id of this holder: lock it and take its bay and technician for the
 * slot, which has store, time and wishes.  ERR_NOT_FOUND, ERR_HOLD_OF_ANOTHER and ERR_HOLD_ENDED at /hold_id;
 * ERR_BAD_VALUE at /starts_at, /bay_id or /technician_id, which are not the hold's. */
MUSTCHECK enum err hold_take(struct ctx *ctx, struct id hold, struct id holder, struct slot *slot);

/* What was offered to who waits is booked for them only.  ERR_HOLD_OF_ANOTHER at /hold_id. */
MUSTCHECK enum err hold_check_customer(struct ctx *ctx, const struct slot *slot,
                                       struct id customer);

/* The hold gives its place up before the appointment takes it, and names it afterwards; who waited
 * for it and was offered it waits no longer. */
void hold_give_way(struct ctx *ctx, struct id hold);
void hold_used(struct ctx *ctx, struct id hold, const struct slot *slot, struct id appointment);

/* The job: holds whose time has passed. */
MUSTCHECK enum err slot_holds_expire_due(struct ctx *ctx, bool *more);

#endif
