/* SPDX-License-Identifier: Apache-2.0 */
/* Appointments: a bay and a technician of a store for a while. */
#ifndef APPOINTMENT_APPOINTMENT_H
#define APPOINTMENT_APPOINTMENT_H

#include "db/machine.h"

extern const struct machine appointment_machine;

/* Still to come. */
#define APPOINTMENT_OPEN (FROM(APPOINTMENT_STATUS_PENDING) | FROM(APPOINTMENT_STATUS_CONFIRMED))

/* What a reception takes from its appointment. */
struct appointment {
	struct id id, store, customer, vehicle;
	size_t concerns; /* how many */
	enum appointment_status status;
	struct utc starts_at;
};

/* Book: pending.  Bay and technician are those of the hold, those asked for or the first that are
 * free; the hold is used up.  ERR_BAD_VALUE at /starts_at (in the past), ERR_NOT_FOUND,
 * ERR_STORE_CLOSED, ERR_SLOT_TAKEN, and what hold_take() may say. */
MUSTCHECK enum err appointment_book(struct ctx *ctx, const struct create_appointment *in);
/* The same with a hold that somebody else has. */
MUSTCHECK enum err appointment_book_held(struct ctx *ctx, const struct create_appointment *in,
                                         struct id holder);

/* Another time, bay or technician, with the same operations; the state stays.  What hangs on the visit
 * moves along (visit_shift()).  Errors as for booking, and of visit_shift(). */
MUSTCHECK enum err appointment_reschedule(struct ctx *ctx, struct id id,
                                          const struct reschedule_appointment *in);

/* The other moves, with their reason: confirm, decline, cancel, arrive, mark no-show, leave.  reason and
 * note may be NULL.  ERR_NOT_FOUND, ERR_ILLEGAL_TRANSITION, ERR_TOO_EARLY (no-show before the
 * store's grace is over). */
MUSTCHECK enum err appointment_move(struct ctx *ctx, enum op op, struct id id, const char *reason,
                                    const char *note);

/* For a reception: lock the appointment of the body's /appointment_id.  ERR_NOT_FOUND,
 * ERR_ILLEGAL_TRANSITION (declined, cancelled, or received before). */
MUSTCHECK enum err appointment_lock(struct ctx *ctx, struct id id, struct appointment *appointment);
/* It became this reception. */
void appointment_convert(struct ctx *ctx, const struct appointment *appointment,
                         struct id reception);

/* Change what was written of it, whatever its state; only the members that are sent. */
MUSTCHECK enum err appointment_update(struct ctx *ctx, struct id id,
                                      const struct update_appointment *in);

#endif
