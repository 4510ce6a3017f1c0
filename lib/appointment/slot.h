/* SPDX-License-Identifier: Apache-2.0 */
/* A slot on its way: what is wanted, then the bay and technician that are had. */
#ifndef APPOINTMENT_SLOT_H
#define APPOINTMENT_SLOT_H

#include "db/db.h"

/* Bay and technician may be none before slot_take(). */
struct slot {
	struct id store, bay, technician;
	struct utc starts_at, ends_at;
	struct id but_for[2]; /* what gives its own place up for it: an appointment, a hold */
	size_t but_for_count;
	struct id entry, wanted_by; /* of the waiting list, to whom it was offered; may be none */
	const char *priority, *channel; /* whose share of the day it takes; may be NULL */
	bool numbered;                  /* a new appointment wants a number */
	const char *number;             /* the one it got */
};

/* Wait for our turn and ask what is free, with whatever is queued already.  ERR_BAD_VALUE at
 * /starts_at (in the past). */
MUSTCHECK enum err slot_ask(struct ctx *ctx, const struct slot *slot, struct arg operation_ids,
                            struct rows **rows);

/* Take what was found free; the exclusion constraints guarantee what this decides.  known: how many
 * of the operations must still be in the catalogue.  ERR_NOT_FOUND, ERR_STORE_CLOSED, ERR_TOO_LONG_FOR_A_DAY,
 * ERR_BAY_KIND_MISSING,
 * ERR_EQUIPMENT_OUT, ERR_SLOT_TAKEN, ERR_EQUIPMENT_TAKEN; by the store's policies ERR_DAY_LIMIT, ERR_HOUR_LIMIT, ERR_CAPACITY_KEPT. */
MUSTCHECK enum err slot_take(struct ctx *ctx, struct slot *slot, const struct rows *rows,
                             size_t known);

#endif
