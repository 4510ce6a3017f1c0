/* SPDX-License-Identifier: Apache-2.0 */
/* Vehicles: the VIN identifies one, plates are dated history (domain-facts 5, 6). */
#ifndef VEHICLE_VEHICLE_H
#define VEHICLE_VEHICLE_H

#include "db/db.h"

/* Let a store see a vehicle from now on.  why: "created", "document", "found". */
void vehicle_link(struct ctx *ctx, struct id vehicle, struct id store, const char *why);

/* ERR_NOT_FOUND at pointer unless the caller may see the vehicle. */
MUSTCHECK enum err vehicle_check_visible(struct ctx *ctx, struct id vehicle, const char *pointer);
/* The same around a trip that asks for more: queued by the one, judged by the other. */
struct later *vehicle_ask(struct ctx *ctx, struct id vehicle);
MUSTCHECK enum err vehicle_told(struct ctx *ctx, const struct rows *rows, const char *pointer);

/* The counter's one call: the vehicle of this VIN, else the one that carries this plate (linked to
 * the store, with an access-log row), else a new one owned by the customer.  What is new of a found
 * one is written down: its VIN, or that it carries this plate now.  Errors point at /vin and
 * /plate. */
MUSTCHECK enum err vehicle_find_or_create(struct ctx *ctx, struct id store, const char *plate,
                                          const char *vin, struct id customer, struct id *id);

/* A reading of now; below the last one it is kept and marked as rollback, never refused.
 * source: "appointment", "reception", "delivery", "manual", "import". */
void odometer_record(struct ctx *ctx, struct id vehicle, int64_t km, const char *source);

/* A VIN as somebody wrote it in its normal form; ERR_VIN_MALFORMED or, with a suggestion,
 * ERR_VIN_MISREAD at pointer (NULL: the caller says where). */
MUSTCHECK enum err vin_take(struct ctx *ctx, const char *sent, const char *pointer,
                            const char **vin);

/* Arguments of the statement vin_decode for a normalised VIN. */
#define VIN_ARGS 3
void vin_args(const struct ctx *ctx, const char *vin, struct arg args[VIN_ARGS]);

/* "ok", "failed" or "absent". */
const char *vin_verdict(const char *vin);

/* All below set ctx->subject to what they made or changed. */
MUSTCHECK enum err vehicle_create(struct ctx *ctx, const struct create_vehicle *in);
MUSTCHECK enum err vehicle_update(struct ctx *ctx, struct id id, const struct update_vehicle *in);

/* By exact VIN or plate, chain-wide: links and logs.  With no such vehicle *found is false, and the
 * look-up is logged all the same. */
MUSTCHECK enum err vehicle_lookup(struct ctx *ctx, const struct lookup_vehicle *in, bool *found);

MUSTCHECK enum err vehicle_change_plate(struct ctx *ctx, struct id id,
                                        const struct change_plate *in);
MUSTCHECK enum err vehicle_add_owner(struct ctx *ctx, struct id id, const struct add_owner *in);

/* Below an earlier reading only with a reason: ERR_ODOMETER_ROLLBACK. */
MUSTCHECK enum err odometer_add(struct ctx *ctx, struct id vehicle,
                                const struct add_odometer_reading *in);

#endif
