/* SPDX-License-Identifier: Apache-2.0 */
/* Staff: who works here, what they may do where, and the keys of other programs.
 *
 * Nobody gives, takes or takes over what they may not do themselves: a change to a person, their
 * password or a grant needs staff.write, and every permission of the grants concerned, where those
 * hold; roles of headquarters need it for the whole chain.  ERR_FORBIDDEN else.
 *
 * Somebody stays who administers the chain: whatever would end the last active hq_admin of the chain
 * is ERR_LAST_ADMIN. */
#ifndef STAFF_STAFF_H
#define STAFF_STAFF_H

#include "db/db.h"

/* Makes the stored form of a password.  It takes long on purpose, so it is called once all else is
 * known to be right. */
typedef const char *staff_hash(struct arena *arena, const char *password);

/* Without store_id: headquarters makes people of the chain, a store its own.  Sets ctx->subject. */
MUSTCHECK enum err staff_create(struct ctx *ctx, const struct create_staff *in, staff_hash *hash);

/* Who becomes inactive loses sessions and keys.  Sets ctx->subject. */
MUSTCHECK enum err staff_update(struct ctx *ctx, struct id id, const struct update_staff *in);

/* Leaves a tombstone with the reason (may be NULL). */
MUSTCHECK enum err staff_delete(struct ctx *ctx, struct id id, const char *reason);

/* Ends all sessions.  ERR_BAD_VALUE when there is no username to log in with. */
MUSTCHECK enum err staff_set_password(struct ctx *ctx, struct id id,
                                      const struct set_staff_password *in, staff_hash *hash);

/* Sets ctx->subject to the person. */
MUSTCHECK enum err staff_grant(struct ctx *ctx, struct id id, const struct create_staff_grant *in);

/* Losing the right to make keys ends the keys that person made. */
MUSTCHECK enum err staff_revoke(struct ctx *ctx, struct id id, struct id grant);

/* Lock somebody's row and tell their home store.  ERR_NOT_FOUND, ERR_NO_HOME_STORE. */
MUSTCHECK enum err staff_home(struct ctx *ctx, struct id id, struct id *store);

/* hash: of the token, as a bytea literal; hint: what may be shown of it.  Only people make keys.
 * Sets ctx->subject.  The caller has checked that the key gets no more than its maker holds. */
MUSTCHECK enum err api_key_create(struct ctx *ctx, const struct create_api_key *in,
                                  const char *hash, const char *hint);
MUSTCHECK enum err api_key_revoke(struct ctx *ctx, struct id id);

/* Whether somebody can be given work in a store: active, and at home there or with a grant that
 * reaches it.  ERR_NOT_FOUND at pointer. */
MUSTCHECK enum err staff_check_worker(struct ctx *ctx, struct id staff, struct id store,
                                      const char *pointer);

#endif
