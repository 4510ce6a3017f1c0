/* SPDX-License-Identifier: Apache-2.0 */
/* What an appointment wants in parts.  They are named, not reserved: a reservation begins with the
 * line of an order. */
#ifndef APPOINTMENT_PARTS_H
#define APPOINTMENT_PARTS_H

#include "db/db.h"

/* Lines of parts, column by column; packages are taken apart into theirs. */
struct booked_parts {
	size_t count;
	struct id *ids, *parts, *packages;
	struct qty *quantities;
};

/* Look them up before anything is written.  ERR_NOT_FOUND at /parts/N/part_id or /package_ids/N (not
 * there, or not sold), ERR_NOT_UNIQUE at /parts/N/part_id. */
MUSTCHECK enum err booked_parts_ask(struct ctx *ctx, const struct wanted_part *parts, size_t count,
                                    const struct id *packages, size_t packages_count,
                                    struct booked_parts *found);
/* Write them for an appointment that has none. */
void booked_parts_add(struct ctx *ctx, struct id store, struct id appointment,
                      const struct booked_parts *found);

/* The parts of an appointment that is still to come are now these.  ERR_NOT_FOUND,
 * ERR_ILLEGAL_TRANSITION, and as above. */
MUSTCHECK enum err appointment_set_parts(struct ctx *ctx, struct id id,
                                         const struct set_appointment_parts *in);

#endif
