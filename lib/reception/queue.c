/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets: taken, called, and what became of them. */
#include "reception/queue.h"

#include "event/event.h"
#include "org/org.h"

/* clang-format off */
static const struct machine_move moves[] = {
	/* a call can be repeated; who comes after all is called after all */
	{ OP_callQueueTicket,
	  FROM(QUEUE_TICKET_STATUS_WAITING) | FROM(QUEUE_TICKET_STATUS_CALLED) |
	  FROM(QUEUE_TICKET_STATUS_NO_SHOW), QUEUE_TICKET_STATUS_CALLED },
	{ OP_skipQueueTicket,       FROM(QUEUE_TICKET_STATUS_CALLED), QUEUE_TICKET_STATUS_WAITING },
	{ OP_markNoShowQueueTicket, FROM(QUEUE_TICKET_STATUS_CALLED), QUEUE_TICKET_STATUS_NO_SHOW },
	{ OP_serveQueueTicket,      FROM(QUEUE_TICKET_STATUS_CALLED), QUEUE_TICKET_STATUS_SERVED },
	{ OP_leaveQueueTicket,
	  FROM(QUEUE_TICKET_STATUS_WAITING) | FROM(QUEUE_TICKET_STATUS_CALLED),
	  QUEUE_TICKET_STATUS_LEFT },
};
/* clang-format on */

const struct machine queue_ticket_machine = MACHINE("status", queue_ticket_status, moves);

enum err
queue_ticket_take(struct ctx *ctx, const struct create_queue_ticket *in)
{
	struct id store, id;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &id);
	if (err)
		return err;
	ctx->subject = id;
	db_write(ctx, queue_ticket_add, ARG(ticket_id, id), ARG(store_id, store),
	         BODY_ARG(create_queue_ticket, in));
	event_add_new(ctx, "queue_ticket.taken", store, id);
	return OK;
}

static enum err
nobody_waits(struct ctx *ctx, struct id store)
{
	struct rows *known;
	enum err err = db_read(ctx, store_named, &known, ARG(store_id, store));

	if (err)
		return err;
	return rows_count(known) ? fail(ctx, ERR_QUEUE_EMPTY, NULL)
	                         : fail(ctx, ERR_NOT_FOUND, "/store_id");
}

enum err
queue_call_next(struct ctx *ctx, const struct call_next_queue_ticket *in)
{
	struct rows *rows;
	struct id store;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = db_read(ctx, queue_ticket_next, &rows, ARG(store_id, store),
		              BODY_ARG(call_next_queue_ticket, in));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return nobody_waits(ctx, store);
	ctx->subject = row_id(rows, 0, "id");
	event_add(ctx, "queue_ticket.called", store, ctx->subject);
	return OK;
}

/* Lock, ask the machine, write the new state. */
static enum err
move(struct ctx *ctx, enum op op, struct id id, const char *counter, struct id reception,
     const char *event)
{
	struct rows *rows;
	int status = 0;
	enum err err = db_lock(ctx, queue_ticket_lock, id, &rows);

	if (!err)
		err = machine_check(ctx, &queue_ticket_machine, op,
		                    row_enum(rows, 0, "status", &queue_ticket_status_enum),
		                    &status);
	if (err)
		return err;
	db_write(ctx, queue_ticket_move, ARG(id, id), ENUM_ARG(status, queue_ticket_status, status),
	         ARG(counter, counter), ARG(reception_id, reception));
	event_add(ctx, event, row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
queue_ticket_call(struct ctx *ctx, struct id id, const struct call_queue_ticket *in)
{
	return move(ctx, OP_callQueueTicket, id, in ? in->counter : NULL, (struct id){ { 0 } },
	            "queue_ticket.called");
}

enum err
queue_ticket_serve(struct ctx *ctx, struct id id, const struct serve_queue_ticket *in)
{
	struct id reception = in ? in->reception_id : (struct id){ { 0 } };
	enum err err = move(ctx, OP_serveQueueTicket, id, NULL, reception, "queue_ticket.served");

	if (!err && !id_is_none(reception))
		db_write(ctx, queue_ticket_arrival, ARG(id, id), ARG(reception_id, reception));
	return err;
}

enum err
queue_ticket_move(struct ctx *ctx, enum op op, struct id id)
{
	const char *event = op == OP_skipQueueTicket         ? "queue_ticket.skipped"
	                    : op == OP_markNoShowQueueTicket ? "queue_ticket.no_show"
	                                                     : "queue_ticket.left";

	return move(ctx, op, id, NULL, (struct id){ { 0 } }, event);
}

enum err
queue_tickets_lapse_due(struct ctx *ctx, bool *more)
{
	struct rows *rows;
	enum err err = db_read(ctx, queue_tickets_lapse, &rows, NO_ARGS);

	for (size_t i = 0; !err && i < rows_count(rows); i++)
		event_add(ctx, "queue_ticket.lapsed", row_id(rows, i, "store_id"),
		          row_id(rows, i, "id"));
	*more = !err && rows_count(rows) > 0;
	return err;
}
