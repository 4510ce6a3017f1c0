/* SPDX-License-Identifier: Apache-2.0 */
/* Approvals: prices further below list than whoever wrote the line may go.  A line with one that is not
 * approved cannot be authorised, an estimate with such a line not be sent. */
#ifndef PRICE_APPROVAL_H
#define PRICE_APPROVAL_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine approval_machine;

/* A price that is asked for: what it would be by list, and what it is; fen. */
struct approval_wanted {
	struct id id;
	const char *description;
	int64_t list_amount, amount;
};

/* Ask for prices of lines of an order or (estimate not none) of its estimate; before the lines. */
void approvals_ask(struct ctx *ctx, struct id store, struct id order, struct id estimate,
                   const struct approval_wanted *wanted, size_t count);

/* What is pending of an order, or (not none) only of an estimate or one of a line, is withdrawn. */
MUSTCHECK enum err approvals_withdraw(struct ctx *ctx, struct id order, struct id estimate,
                                      struct id approval);

/* Approve, reject (op).  ERR_NOT_FOUND, ERR_STALE_VERSION, ERR_ILLEGAL_TRANSITION (also what has expired),
 * ERR_OWN_APPROVAL for who asked. */
MUSTCHECK enum err approval_decide(struct ctx *ctx, enum op op, struct id id, const char *reason,
                                   const char *note);

/* A job: what nobody has decided in time. */
MUSTCHECK enum err approvals_expire_due(struct ctx *ctx, bool *more);

#endif
