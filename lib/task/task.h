/* SPDX-License-Identifier: Apache-2.0 */
/* Follow-up tasks: whom somebody of a store has to call, and how often that was tried (domain-facts,
 * follow-up task). */
#ifndef TASK_TASK_H
#define TASK_TASK_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine task_machine;

/* The first five set ctx->subject to the task. */

/* ERR_REQUIRED at /customer_id when it is about nobody and nothing, ERR_NOT_FOUND at what it names,
 * ERR_BAD_VALUE at what is not of the order or the wish, or at /due_at (past),
 * ERR_ILLEGAL_TRANSITION at /work_order_id to call somebody in for an order that is over, ERR_DUPLICATE
 * there when somebody already is to. */
MUSTCHECK enum err task_create(struct ctx *ctx, const struct create_task *in);

/* Only the members that are sent, while it is open.  ERR_NOT_FOUND at /assignee_id, ERR_BAD_VALUE at
 * /due_at. */
MUSTCHECK enum err task_update(struct ctx *ctx, struct id id, const struct update_task *in);

/* A call, due again at next_at or after the store's call_in_minutes; unreachable once nobody has answered
 * the store's call_attempts in a row.  ERR_BAD_VALUE at /next_at (past). */
MUSTCHECK enum err task_attempt(struct ctx *ctx, struct id id, const struct attempt_task *in);
MUSTCHECK enum err task_done(struct ctx *ctx, struct id id, const struct finish_task *in);
MUSTCHECK enum err task_cancel(struct ctx *ctx, struct id id, const char *reason);

/* Parts came for these wishes of a store, were taken from them, or they are over: who has everything that
 * was waited for is called in, once; who has not any more, is not.  After the levels, and after
 * all that is written of the wishes. */
MUSTCHECK enum err task_parts_changed(struct ctx *ctx, struct id store, const struct id *demands,
                                      size_t count);

/* The wishes of an order whose customer is to be called in, after the next trip: none of all others. */
struct later *task_call_in_ask(struct ctx *ctx, struct id work_order);

/* An order has come to its end: nobody is called in for it.  After the levels. */
MUSTCHECK enum err task_order_over(struct ctx *ctx, struct id work_order,
                                   enum task_cancel_cause cause);

#endif
