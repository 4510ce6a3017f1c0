/* SPDX-License-Identifier: Apache-2.0 */
/* Organisation: regions, stores with hours, holidays, bays and house rules. */
#ifndef ORG_ORG_H
#define ORG_ORG_H

#include "db/db.h"

/* All set ctx->subject to the object they made or changed. */
MUSTCHECK enum err region_create(struct ctx *ctx, const struct create_region *in);
MUSTCHECK enum err region_update(struct ctx *ctx, struct id id, const struct update_region *in);
/* Leaves a tombstone with the reason (may be NULL).  ERR_IN_USE when it has stores. */
MUSTCHECK enum err region_delete(struct ctx *ctx, struct id id, const char *reason);

/* A new store opens with the house rules' defaults, a warehouse MAIN and 08:30 to 18:00 every
 * day. */
MUSTCHECK enum err store_create(struct ctx *ctx, const struct create_store *in);
MUSTCHECK enum err store_update(struct ctx *ctx, struct id id, const struct update_store *in);
MUSTCHECK enum err store_set_hours(struct ctx *ctx, struct id id, const struct set_store_hours *in);
MUSTCHECK enum err store_add_holiday(struct ctx *ctx, struct id id,
                                     const struct add_store_holiday *in);
MUSTCHECK enum err store_remove_holiday(struct ctx *ctx, struct id id, struct date date);
MUSTCHECK enum err store_update_policies(struct ctx *ctx, struct id id,
                                         const struct update_store_policies *in);
MUSTCHECK enum err bay_create(struct ctx *ctx, struct id store, const struct create_bay *in);
MUSTCHECK enum err bay_update(struct ctx *ctx, struct id id, const struct update_bay *in);
/* ERR_IN_USE names an appointment that is still to come to it, or an order that stands in it. */
MUSTCHECK enum err bay_delete(struct ctx *ctx, struct id id, const char *reason);

/* The next readable number of a kind ("WO") in a store: SH01-WO-261121-0007, by the store's own
 * day. Takes the counter's lock: call it last. */
MUSTCHECK enum err document_number(struct ctx *ctx, struct id store, const char *kind,
                                   const char **number);

/* The id a client sent for a new object when it is a UUIDv7, a fresh one when it sent none;
 * ERR_BAD_VALUE at /id else. */
MUSTCHECK enum err new_id(struct ctx *ctx, struct id sent, struct id *id);

#endif
