/* SPDX-License-Identifier: Apache-2.0 */
/* The queue at the counter: who has come takes a ticket and is called (到店排队). */
#ifndef RECEPTION_QUEUE_H
#define RECEPTION_QUEUE_H

#include "db/machine.h"

extern const struct machine queue_ticket_machine;

/* The next number of its kind and of the store's day.  ERR_NOT_FOUND (/appointment_id). */
MUSTCHECK enum err queue_ticket_take(struct ctx *ctx, const struct create_queue_ticket *in);

/* Call who waits longest; no two callers ever call the same.  ERR_QUEUE_EMPTY. */
MUSTCHECK enum err queue_call_next(struct ctx *ctx, const struct call_next_queue_ticket *in);

/* Call one out of turn, or again; in may be NULL. */
MUSTCHECK enum err queue_ticket_call(struct ctx *ctx, struct id id,
                                     const struct call_queue_ticket *in);
/* Served, by this reception if one is named (in may be NULL).  ERR_NOT_FOUND (/reception_id). */
MUSTCHECK enum err queue_ticket_serve(struct ctx *ctx, struct id id,
                                      const struct serve_queue_ticket *in);
/* The moves without anything more: skip, mark no-show, leave. */
MUSTCHECK enum err queue_ticket_move(struct ctx *ctx, enum op op, struct id id);

/* The job: tickets whose day is over. */
MUSTCHECK enum err queue_tickets_lapse_due(struct ctx *ctx, bool *more);

#endif
