/* SPDX-License-Identifier: Apache-2.0 */
/* The guarantee on repairs (domain-facts 8.1) and the work that comes back under it, in whichever
 * store of the chain. */
#ifndef WARRANTY_WARRANTY_H
#define WARRANTY_WARRANTY_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine comeback_machine;

/* What the chain promises from a day on, for a kind of vehicle and a legal category; deliveries take the
 * newest rule that holds.  Sets ctx->subject.  ERR_TOO_SMALL at /days, /km (less than the law of that
 * day), ERR_BAD_VALUE at /valid_from (past); a second rule of one day is a conflict. */
MUSTCHECK enum err guarantee_rule_add(struct ctx *ctx, const struct create_guarantee_rule *in);
/* It holds until a day, or never did (none said).  ERR_GUARANTEE_RULE_OVER, ERR_GUARANTEE_RULE_USED,
 * ERR_BAD_VALUE at /until. */
MUSTCHECK enum err guarantee_rule_end(struct ctx *ctx, struct id id,
                                      const struct end_guarantee_rule *in);

/* An order is being delivered: each of its lines has its guarantee from today on, by the rule of the
 * vehicle's kind and the line's legal category (outside work without one has none); what its comebacks
 * did again ends the guarantee they came back for. */
MUSTCHECK enum err warranty_deliver(struct ctx *ctx, struct id order);

/* Comebacks of an order that was cancelled, or of a line (its id) that was withdrawn, are over. */
MUSTCHECK enum err warranty_drop(struct ctx *ctx, struct id order_or_line);

/* An order has moved to another store: its comebacks are over here, and go on there. */
MUSTCHECK enum err warranty_move(struct ctx *ctx, struct id order);

/* Take a delivered line up again: a proposed line of the same work, paid for by the guarantee unless
 * the customer pays.  Sets ctx->subject to the comeback.  ERR_NOT_FOUND at /guarantee_id (none of the
 * order's vehicle), ERR_GUARANTEE_ENDED (by days, km, or because it was done again already),
 * ERR_COMEBACK_OPEN, and those of a new line. */
MUSTCHECK enum err comeback_open(struct ctx *ctx, struct id order, const struct open_comeback *in);

/* Why it came back.  ERR_NOT_FOUND. */
MUSTCHECK enum err comeback_classify(struct ctx *ctx, struct id id,
                                     const struct classify_comeback *in);

/* The charged store, which does not see the comeback itself, objects to owing for it.  ERR_NOT_FOUND,
 * ERR_COMEBACK_NOT_OWED (nothing is owed, or it was objected to). */
MUSTCHECK enum err comeback_object(struct ctx *ctx, struct id id,
                                   const struct object_to_comeback *in);

/* Headquarters decides; upheld, nothing is owed.  ERR_NOT_FOUND, ERR_NO_OBJECTION. */
MUSTCHECK enum err comeback_decide_objection(struct ctx *ctx, struct id id,
                                             const struct decide_comeback_objection *in);

#endif
