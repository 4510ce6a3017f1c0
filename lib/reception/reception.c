/* SPDX-License-Identifier: Apache-2.0 */
/* How a reception opens and moves on. */
#include "reception/reception.h"

#include "event/event.h"
#include "org/org.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_greetReception,      FROM(RECEPTION_STATUS_WAITING),  RECEPTION_STATUS_GREETED },
	{ OP_startCheckReception, FROM(RECEPTION_STATUS_GREETED),  RECEPTION_STATUS_CHECKING },
	{ OP_handOverReception,   FROM(RECEPTION_STATUS_CHECKING), RECEPTION_STATUS_HANDED_OVER },
	{ OP_leaveReception,      FROM(RECEPTION_STATUS_WAITING) | FROM(RECEPTION_STATUS_GREETED) |
	                          FROM(RECEPTION_STATUS_CHECKING) | FROM(RECEPTION_STATUS_HANDED_OVER),
	                          RECEPTION_STATUS_LEFT_WITHOUT_SERVICE },
};
/* clang-format on */

const struct machine reception_machine = { "status", &reception_status_enum, moves, COUNT_OF(moves) };

static enum err
check_parties(struct ctx *ctx, const struct create_reception *in)
{
	if (id_is_none(in->customer_id))
		note_failure(ctx, ERR_REQUIRED, "/customer_id", NULL, NULL);
	if (id_is_none(in->vehicle_id))
		note_failure(ctx, ERR_REQUIRED, "/vehicle_id", NULL, NULL);
	return ctx->failures_count ? ERR_REQUIRED : OK;
}

static void
add_concerns(struct ctx *ctx, struct id store, const struct create_reception *in)
{
	struct id *ids = arena_array(ctx->arena, in->concerns_count + 1, sizeof(*ids));

	for (size_t i = 0; i < in->concerns_count; i++)
		ids[i] = id_new();
	db_write(ctx, reception_add_concerns, ARG(store_id, store), ARG(reception_id, ctx->subject),
	         IDS_ARG(concern_ids, ids, in->concerns_count), BODY_ARG(create_reception, in));
}

enum err
reception_open(struct ctx *ctx, const struct create_reception *in)
{
	const char *number;
	struct id store;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = check_parties(ctx, in);
	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (!err)
		err = document_number(ctx, store, "RC", &number);
	if (err)
		return err;
	db_write(ctx, reception_add, ARG(reception_id, ctx->subject), ARG(store_id, store), ARG(number, number),
	         BODY_ARG(create_reception, in));
	add_concerns(ctx, store, in);
	event_add(ctx, "reception.opened", store, ctx->subject);
	return OK;
}

/* Lock, ask the machine, write the new state. */
static enum err
move(struct ctx *ctx, enum op op, struct id id, const char *reason, const char *note, const char *event)
{
	struct rows *rows;
	int status = 0;
	enum err err = db_read(ctx, reception_lock, &rows, ARG(id, id));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	err = machine_check(ctx, &reception_machine, op, row_enum(rows, 0, "status", &reception_status_enum), &status);
	if (err)
		return err;
	if (status == RECEPTION_STATUS_LEFT_WITHOUT_SERVICE && row_bool(rows, 0, "has_order"))
		return fail(ctx, ERR_WORK_ORDER_OPEN, NULL);
	db_write(ctx, reception_set_status, ARG(id, id), ENUM_ARG(status, reception_status, status), ARG(reason, reason),
	         ARG(note, note));
	event_add(ctx, event, row_id(rows, 0, "store_id"), id);
	ctx->subject = id;
	return OK;
}

enum err
reception_advance(struct ctx *ctx, enum op op, struct id id)
{
	const char *event = op == OP_greetReception        ? "reception.greeted"
	                    : op == OP_startCheckReception ? "reception.checking"
	                                                   : "reception.handed_over";

	return move(ctx, op, id, NULL, NULL, event);
}

enum err
reception_leave(struct ctx *ctx, struct id id, const struct leave_reception *in)
{
	return move(ctx, OP_leaveReception, id, enum_code(&leave_reason_enum, (int)in->reason), in->note,
	            "reception.left");
}
