/* SPDX-License-Identifier: Apache-2.0 */
/* Receptions: a vehicle arrives, is greeted, checked, and handed over with its keys. */
#ifndef RECEPTION_RECEPTION_H
#define RECEPTION_RECEPTION_H

#include "db/machine.h"

extern const struct machine reception_machine;

/* A vehicle has arrived: waiting.  With an appointment, that gives customer and vehicle and becomes
 * converted.  ERR_REQUIRED (neither appointment nor customer and vehicle), ERR_NOT_FOUND. */
MUSTCHECK enum err reception_open(struct ctx *ctx, const struct create_reception *in);

/* The counter's one call: finds or makes customer and vehicle, then as above; with an appointment
 * the customer may be left to it.  ERR_REQUIRED (plate or vin), ERR_ONE_OF (customer or
 * customer_id). */
MUSTCHECK enum err reception_check_in(struct ctx *ctx, const struct check_in *in);

/* The moves without a reason: greet, start check, hand over.  ERR_NOT_FOUND,
 * ERR_ILLEGAL_TRANSITION. */
MUSTCHECK enum err reception_advance(struct ctx *ctx, enum op op, struct id id);

/* Take the keys, with the tag and the place they hang and stand at; in may be NULL.
 * ERR_KEY_TAG_TAKEN. */
MUSTCHECK enum err reception_hand_over(struct ctx *ctx, struct id id,
                                       const struct hand_over_reception *in);

/* An order of it is over: the car is not with us any more when one was delivered and none is open. */
void reception_depart(struct ctx *ctx, struct id id);

/* The customer leaves without service; ERR_WORK_ORDER_OPEN while an order of it is not
 * cancelled. */
MUSTCHECK enum err reception_leave(struct ctx *ctx, struct id id, const struct leave_reception *in);

/* What a work order takes from its reception (it locks nothing) is the statement
 * reception_for_order: store_id, customer_id, vehicle_id, status, odometer_km, old_parts. */

/* Change what was written of it, whatever its state; only the members that are sent. */
MUSTCHECK enum err reception_update(struct ctx *ctx, struct id id,
                                    const struct update_reception *in);

#endif
