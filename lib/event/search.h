/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the one search box: what an object can be found by, kept by the commands that change
 * it. */
#ifndef EVENT_SEARCH_H
#define EVENT_SEARCH_H

#include "db/db.h"

/* Make an object findable.  kind: "name" (from every word and every Chinese character on),
 * "pinyin", "initials", "part_number", "plate" (with and without province), "phone_tail",
 * "vin_tail", "number" (from either end); the table of subjects in search.c tells which has which.
 * store is none for what belongs to the chain; every store that knows a customer or a vehicle
 * finds it by the same keys (migrations/repeatable/040_search.sql).  A blank key adds nothing. */
void search_add(struct ctx *ctx, const char *kind, const char *key, const char *subject,
                struct id subject_id, struct id store);

/* A name as it is written, in full pinyin and in its initials. */
void search_add_name(struct ctx *ctx, const char *name, bool is_person, const char *subject,
                     struct id subject_id, struct id store);

/* Forget keys of one kind, or all with NULL. */
void search_clear(struct ctx *ctx, struct id subject_id, const char *kind);

/* For one who makes many objects in a transaction: from here on keys are gathered in ctx->search,
 * until search_write() sends them together or search_drop() forgets them. */
void search_gather(struct ctx *ctx);
void search_write(struct ctx *ctx);
/* The same, and quicker, where all of them are of objects made in this transaction. */
void search_write_new(struct ctx *ctx);
void search_drop(struct ctx *ctx);

#define SEARCH_TERMS_MAX 135

/* What somebody typed, as ranges of keys: of each subject and each kind it has, from the key on and
 * before its end; in the order in which kinds are worth showing. */
struct search_terms {
	size_t count;
	const char *subjects[SEARCH_TERMS_MAX], *kinds[SEARCH_TERMS_MAX];
	const char *keys[SEARCH_TERMS_MAX], *ends[SEARCH_TERMS_MAX];
};

void search_terms(struct arena *arena, const char *typed, const char *const *subjects, size_t count,
                  struct search_terms *terms);

#endif
