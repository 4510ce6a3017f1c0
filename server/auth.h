/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks: principals from tokens, cached for a second at most, and what they may do where. */
#ifndef SERVER_AUTH_H
#define SERVER_AUTH_H

#include "request.h"
#include "staff/permission.h"

#define TOKEN_HASH       32
#define PRINCIPAL_TTL_US 1000000

struct store_grant {
	struct id store;
	struct permission_set set;
	bool apart; /* what is held for the chain is in set, as far as it reaches into this store */
};

/* A principal is shared by the requests that use it and by the cache; loop thread only. */
struct principal {
	unsigned references;
	int64_t until_us; /* monotonic: look again after it */
	enum actor_kind kind;
	struct id actor;
	struct id session;           /* the session or key itself */
	struct permission_set chain; /* held for the whole chain */
	bool has_chain;              /* any role there at all */
	size_t stores_count;
	struct store_grant stores[];
};

/* SHA-256 of a token as it stands in the header: what the database knows of it. */
void token_hash(const char *token, unsigned char out[static TOKEN_HASH]);

/* The same as a bytea literal. */
const char *token_literal(struct arena *arena, const char *token);

/* A fresh token with a prefix, and its hash as a bytea literal. */
const char *token_new(struct arena *arena, const char *prefix, const char **hash_literal);

/* Cached principal of a token with a reference for the caller, or NULL. */
struct principal *principal_cached(const char *token);

/* Make a principal from the rows of session_find or link_find, and cache it under its token (may be
 * NULL); NULL when there are none. */
struct principal *principal_from_rows(const struct rows *rows, const char *token);

void principal_release(const struct principal *who);
void principals_clear(void);

/* What the principal holds for the store, or anywhere when store is none. */
struct permission_set principal_permissions(const struct principal *who, struct id store);

/* Whether the principal holds the permission for the store, or anywhere when store is none. */
bool principal_holds(const struct principal *who, enum permission permission, struct id store);

/* The scope of one operation: the stores where one of its permissions, and every one of `also`, is
 * held.  False when there are none: 403. */
bool principal_scope(const struct principal *who, const struct operation *operation,
                     const enum permission *also, size_t also_count, struct arena *arena,
                     struct scope *scope);

/* Narrow a scope to one store; false when it is not in it. */
bool scope_narrow(struct scope *scope, struct id store);

#endif
