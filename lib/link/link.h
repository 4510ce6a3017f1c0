/* SPDX-License-Identifier: Apache-2.0 */
/* Links: what a customer does without an account.  One is of a store, for a purpose and a subject, until it ends;
 * server/link.h makes its token, and the link is the principal of whoever comes by it. */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include "db/db.h"

/* Make one, until then; its id. */
struct id link_add(struct ctx *ctx, enum link_purpose purpose, struct id store, struct id subject,
                   struct utc expires_at);
/* The links of a subject open nothing any more, if there are any. */
void link_end(struct ctx *ctx, enum link_purpose purpose, struct id subject);
/* The same.  ERR_NOT_SHARED when none opened anything. */
MUSTCHECK enum err link_stop(struct ctx *ctx, enum link_purpose purpose, struct id subject);
/* The link of a subject, if there is one, ends then. */
void link_until(struct ctx *ctx, enum link_purpose purpose, struct id subject,
                struct utc expires_at);

/* For a link that is the principal: its subject.  ERR_NOT_FOUND when it is for something else. */
MUSTCHECK enum err link_subject(struct ctx *ctx, enum link_purpose purpose, struct id *subject);
/* Once its subject is locked: it may have been taken away while the lock was waited for.  ERR_NOT_FOUND. */
MUSTCHECK enum err link_check_open(struct ctx *ctx);

#endif
