/* SPDX-License-Identifier: Apache-2.0 */
/* Estimates: what the work of an order would cost, in one or more ways, and what the customer made
 * of it. */
#ifndef ESTIMATE_ESTIMATE_H
#define ESTIMATE_ESTIMATE_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine estimate_machine;

/* Each verb locks the order before the estimate, and sets ctx->subject to the estimate. */

/* Draft one for an order that is not over.  ERR_NOT_FOUND at /work_order_id, ERR_ILLEGAL_TRANSITION,
 * what is wrong with a line at /options/0/lines/0/..., ERR_BAD_VALUE at /valid_until for the past. */
MUSTCHECK enum err estimate_create(struct ctx *ctx, const struct create_estimate *in);
/* Only the members that are sent, only of a draft. */
MUSTCHECK enum err estimate_update(struct ctx *ctx, struct id id, const struct update_estimate *in);
/* From draft to sent, with a link for the customer.  ERR_ESTIMATE_LAPSED, ERR_APPROVAL_REQUIRED,
 * ERR_DIAGNOSIS_REQUIRED. */
MUSTCHECK enum err estimate_send(struct ctx *ctx, struct id id);
/* A draft that takes the place of this one, with the same number; in may be NULL. */
MUSTCHECK enum err estimate_revise(struct ctx *ctx, struct id id, const struct revise_estimate *in);
MUSTCHECK enum err estimate_expire(struct ctx *ctx, struct id id);

/* The lines of the chosen option become lines of the order, with consent to those that are
 * authorised.  ERR_NOT_FOUND, ERR_NOT_UNIQUE, ERR_REQUIRED (a reason), ERR_ESTIMATE_LAPSED,
 * ERR_INSUFFICIENT_STOCK, ERR_DIAGNOSIS_REQUIRED. */
MUSTCHECK enum err estimate_decide(struct ctx *ctx, struct id id, const struct decide_estimate *in);
/* The same by the customer, whose link is the principal. */
MUSTCHECK enum err estimate_decide_by_link(struct ctx *ctx, const struct estimate_decision *in);

/* A job: what was sent and no longer holds, or whose order is over, expires. */
MUSTCHECK enum err estimates_expire_due(struct ctx *ctx, bool *more);

/* ------------------------------------------------------------ for the module's own files */

struct lines;
struct work_order;

struct estimate {
	struct id id, store;
	const char *number, *valid_until; /* valid_until: a day as text, or NULL */
	enum estimate_status status;
	struct utc link_until; /* of a link that is made now */
	bool lapsed;           /* its last day is over in the store */
};

/* Lock the order and the estimate, see the version and that its state has the verb. */
MUSTCHECK enum err estimate_begin(struct ctx *ctx, struct id id, enum op op, struct work_order *wo,
                                  struct estimate *estimate, int *to);
/* Rows of estimate_option_lines as new lines of an order, authorised. */
void estimate_lines_of(struct ctx *ctx, const struct rows *rows, struct lines *lines);
/* ERR_ESTIMATE_LAPSED for one that no longer holds. */
MUSTCHECK enum err estimate_check_holds(struct ctx *ctx, const struct estimate *estimate);

#endif
