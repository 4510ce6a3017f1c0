/* SPDX-License-Identifier: Apache-2.0 */
/* Customers: people, companies and fleets.  They belong to the chain; a store sees those it has a
 * link to. */
#ifndef CUSTOMER_CUSTOMER_H
#define CUSTOMER_CUSTOMER_H

#include "db/db.h"

/* Let a store see a customer from now on.  why: "created", "document", "found". */
void customer_link(struct ctx *ctx, struct id customer, struct id store, const char *why);

/* For a customer_id in a body: it must be visible; one that was merged away becomes the one that
 * stayed. ERR_NOT_FOUND at pointer. */
MUSTCHECK enum err customer_resolve(struct ctx *ctx, struct id *id, const char *pointer);
/* The same around a trip that asks for more: queued by the one, judged by the other. */
struct later *customer_ask(struct ctx *ctx, struct id id);
MUSTCHECK enum err customer_told(struct ctx *ctx, struct rows *rows, struct id *id,
                                 const char *pointer);

/* The counter's one call: who has exactly this phone number anywhere in the chain (linked to the
 * store, with an access-log row), or a new person.  phone NULL: always a new person. */
MUSTCHECK enum err customer_find_or_create(struct ctx *ctx, struct id store, const char *name,
                                           const char *phone, struct id *id);

/* All below set ctx->subject to what they made or changed. */
MUSTCHECK enum err customer_create(struct ctx *ctx, const struct create_customer *in);
MUSTCHECK enum err customer_update(struct ctx *ctx, struct id id, const struct update_customer *in);
/* Leaves a tombstone with the reason (may be NULL).  ERR_IN_USE names an order, a reception, a
 * booking or a complaint of theirs that is still open. */
MUSTCHECK enum err customer_delete(struct ctx *ctx, struct id id, const char *reason);

/* By exact phone number, chain-wide: links and logs.  With nobody of that number *found is false,
 * and the look-up is logged all the same. */
MUSTCHECK enum err customer_lookup(struct ctx *ctx, const struct lookup_customer *in, bool *found);

/* keep_id gets all that merge_id has: vehicles, contacts, consents, stores, documents. */
MUSTCHECK enum err customer_merge(struct ctx *ctx, const struct merge_customers *in);

MUSTCHECK enum err contact_add(struct ctx *ctx, struct id customer, const struct add_contact *in);
MUSTCHECK enum err contact_delete(struct ctx *ctx, struct id contact);
MUSTCHECK enum err consent_grant(struct ctx *ctx, struct id customer,
                                 const struct grant_consent *in);
MUSTCHECK enum err consent_withdraw(struct ctx *ctx, struct id consent);

#endif
