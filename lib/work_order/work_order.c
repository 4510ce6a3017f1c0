/* SPDX-License-Identifier: Apache-2.0 */
/* The order's own state: locking it and moving it, for every verb and for settlement. */
#include "work_order/work_order.h"

#include "event/event.h"

#define BEFORE_START                                                      \
	(FROM(WORK_ORDER_STATUS_OPENED) | FROM(WORK_ORDER_STATUS_READY) | \
	 FROM(WORK_ORDER_STATUS_DISPATCHED))
#define AT_WORK (FROM(WORK_ORDER_STATUS_IN_PROGRESS) | FROM(WORK_ORDER_STATUS_PAUSED))
#define OPEN    WORK_ORDER_OPEN
#define IN_YARD (OPEN | FROM(WORK_ORDER_STATUS_COMPLETED) | FROM(WORK_ORDER_STATUS_SETTLED))

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_authoriseWorkOrder,   OPEN, 0 },
	{ OP_dispatchWorkOrder,    FROM(WORK_ORDER_STATUS_READY),
	  WORK_ORDER_STATUS_DISPATCHED },
	{ OP_assignWorkOrderLines, FROM(WORK_ORDER_STATUS_DISPATCHED) | AT_WORK, 0 },
	{ OP_issueWorkOrderParts,
	  FROM(WORK_ORDER_STATUS_READY) | FROM(WORK_ORDER_STATUS_DISPATCHED) | AT_WORK, 0 },
	{ OP_enterBayWorkOrder,    IN_YARD, 0 },
	{ OP_leaveBayWorkOrder,    IN_YARD, 0 },
	{ OP_startWorkOrder,       FROM(WORK_ORDER_STATUS_DISPATCHED),
	  WORK_ORDER_STATUS_IN_PROGRESS },
	{ OP_pauseWorkOrder,       FROM(WORK_ORDER_STATUS_IN_PROGRESS),  WORK_ORDER_STATUS_PAUSED },
	{ OP_resumeWorkOrder,      FROM(WORK_ORDER_STATUS_PAUSED),
	  WORK_ORDER_STATUS_IN_PROGRESS },
	{ OP_finishWorkOrder,      FROM(WORK_ORDER_STATUS_IN_PROGRESS),
	  WORK_ORDER_STATUS_AWAITING_QC },
	{ OP_washWorkOrder,
	  FROM(WORK_ORDER_STATUS_COMPLETED) | FROM(WORK_ORDER_STATUS_SETTLED), 0 },
	{ OP_deliverWorkOrder,     FROM(WORK_ORDER_STATUS_SETTLED),
	  WORK_ORDER_STATUS_DELIVERED },
	{ OP_closeWorkOrder,       FROM(WORK_ORDER_STATUS_DELIVERED),    WORK_ORDER_STATUS_CLOSED },
	{ OP_cancelWorkOrder,      OPEN,
	  WORK_ORDER_STATUS_CANCELLED },
	{ OP_moveWorkOrder,        BEFORE_START | AT_WORK,
	  WORK_ORDER_STATUS_CANCELLED },
	{ OP_voidWorkOrder,        FROM(WORK_ORDER_STATUS_COMPLETED),    WORK_ORDER_STATUS_CANCELLED },
};
/* clang-format on */

const struct machine work_order_machine = MACHINE("status", work_order_status, moves);

static enum err
take(struct ctx *ctx, enum err err, const struct rows *rows, const char *pointer,
     struct work_order *wo)
{
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, pointer);
	*wo = (struct work_order){
		.id = row_id(rows, 0, "id"),
		.store = row_id(rows, 0, "store_id"),
		.customer = row_id(rows, 0, "customer_id"),
		.vehicle = row_id(rows, 0, "vehicle_id"),
		.reception = row_id(rows, 0, "reception_id"),
		.status = (enum work_order_status)row_enum(rows, 0, "status",
		                                           &work_order_status_enum),
		.version = row_int(rows, 0, "version"),
		.odometer_in_km = row_int(rows, 0, "odometer_in_km"),
		.paid = row_bool(rows, 0, "paid"),
	};
	return OK;
}

enum err
work_order_lock(struct ctx *ctx, struct id id, const char *pointer, struct work_order *wo)
{
	struct rows *rows;
	enum err err = db_read(ctx, work_order_lock, &rows, ARG(id, id));

	return take(ctx, err, rows, pointer, wo);
}

enum err
work_order_lock_by_line(struct ctx *ctx, struct id line, const char *pointer, struct work_order *wo)
{
	struct rows *rows;
	enum err err = db_read(ctx, work_order_lock_by_line, &rows, ARG(line_id, line));

	return take(ctx, err, rows, pointer, wo);
}

enum err
work_order_lock_by_clock(struct ctx *ctx, struct id entry, struct work_order *wo)
{
	struct rows *rows;
	enum err err = db_read(ctx, work_order_lock_by_clock, &rows, ARG(entry_id, entry));

	return take(ctx, err, rows, NULL, wo);
}

enum err
work_order_lock_by_check(struct ctx *ctx, struct id check, struct work_order *wo)
{
	struct rows *rows;
	enum err err = db_read(ctx, work_order_lock_by_check, &rows, ARG(check_id, check));

	return take(ctx, err, rows, NULL, wo);
}

void
work_order_stage(struct ctx *ctx, const struct work_order *wo, enum work_order_status status,
                 const char *reason, const char *note)
{
	work_order_stages(ctx, wo, &status, 1, reason, note);
}

void
work_order_stages(struct ctx *ctx, const struct work_order *wo,
                  const enum work_order_status *statuses, size_t count, const char *reason,
                  const char *note)
{
	struct id *ids = arena_array(ctx->arena, count, sizeof(*ids));
	const char **codes = arena_array(ctx->arena, count, sizeof(*codes));

	for (size_t i = 0; i < count; i++) {
		ids[i] = id_new();
		codes[i] = enum_code(&work_order_status_enum, (int)statuses[i]);
	}
	db_write(ctx, work_order_stages_add, IDS_ARG(stage_ids, ids, count),
	         TEXTS_ARG(statuses, codes, count), ARG(store_id, wo->store), ARG(id, wo->id),
	         ARG(reason, reason), ARG(note, note));
}

void
work_order_move(struct ctx *ctx, const struct work_order *wo, enum work_order_status to,
                const char *event, const char *reason, const char *note)
{
	db_write(ctx, work_order_move, ARG(id, wo->id), ENUM_ARG(status, work_order_status, to),
	         ARG(reason, reason));
	work_order_stage(ctx, wo, to, reason, note);
	event_add(ctx, event, wo->store, wo->id);
}

void
work_order_changed(struct ctx *ctx, const struct work_order *wo, const char *event)
{
	db_write(ctx, work_order_touch, ARG(id, wo->id));
	event_add(ctx, event, wo->store, wo->id);
}

enum err
work_order_refuse(struct ctx *ctx, const struct work_order *wo)
{
	int to;

	/* no operation is none of the machine's, so this tells state and verbs */
	return machine_check(ctx, &work_order_machine, OP_NONE, (int)wo->status, &to);
}

enum err
work_order_check_promise(struct ctx *ctx, struct utc promised_at)
{
	struct utc given = ctx->happened_at.us ? ctx->happened_at : ctx->now;

	return promised_at.us >= given.us
	               ? OK
	               : fail_with(ctx, ERR_BAD_VALUE, "/promised_at",
	                           "must not lie before the promise is given", NULL);
}

enum err
work_order_check_open(struct ctx *ctx, const struct work_order *wo)
{
	return OPEN & FROM(wo->status) ? OK : work_order_refuse(ctx, wo);
}

enum err
work_order_begin(struct ctx *ctx, struct id id, enum op op, struct work_order *wo,
                 enum work_order_status *to)
{
	int next = 0;
	enum err err = work_order_lock(ctx, id, NULL, wo);

	ctx->subject = id;
	if (!err)
		err = ctx_check_version(ctx, wo->version);
	if (err)
		return err;
	err = op == OP_NONE ? work_order_check_open(ctx, wo)
	                    : machine_check(ctx, &work_order_machine, op, (int)wo->status, &next);
	*to = (enum work_order_status)next;
	return err;
}

enum err
work_order_settle(struct ctx *ctx, const struct work_order *wo)
{
	if (wo->status == WORK_ORDER_STATUS_SETTLED)
		return OK;
	if (wo->status != WORK_ORDER_STATUS_COMPLETED)
		return work_order_refuse(ctx, wo);
	work_order_move(ctx, wo, WORK_ORDER_STATUS_SETTLED, "work_order.settled", NULL, NULL);
	return OK;
}

enum err
work_order_unsettle(struct ctx *ctx, const struct work_order *wo)
{
	if (wo->status == WORK_ORDER_STATUS_COMPLETED)
		return OK;
	if (wo->status != WORK_ORDER_STATUS_SETTLED)
		return work_order_refuse(ctx, wo);
	work_order_move(ctx, wo, WORK_ORDER_STATUS_COMPLETED, "work_order.unsettled", NULL, NULL);
	return OK;
}

void
work_order_set_paid(struct ctx *ctx, const struct work_order *wo, bool paid)
{
	if (wo->paid != paid)
		db_write(ctx, work_order_set_paid, ARG(id, wo->id), ARG(paid, paid));
	if (paid && wo->status == WORK_ORDER_STATUS_DELIVERED)
		work_order_move(ctx, wo, WORK_ORDER_STATUS_CLOSED, "work_order.closed", NULL, NULL);
}
