/* SPDX-License-Identifier: Apache-2.0 */
/* Outside work: planned, sent, returned, billed.  Only planning it locks the order: what is out can
 * only come back, so that whoever finishes the work sees too much of it at worst. */
#include "work_order/sublet.h"

#include "event/event.h"
#include "org/org.h"
#include "work_order/line.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_sendSublet,   FROM(SUBLET_STATUS_PLANNED),  SUBLET_STATUS_SENT },
	{ OP_returnSublet, FROM(SUBLET_STATUS_SENT),     SUBLET_STATUS_RETURNED },
	{ OP_billSublet,   FROM(SUBLET_STATUS_RETURNED), SUBLET_STATUS_BILLED },
	{ OP_cancelSublet, FROM(SUBLET_STATUS_PLANNED) | FROM(SUBLET_STATUS_SENT),
	  SUBLET_STATUS_CANCELLED },
};
/* clang-format on */

const struct machine sublet_machine = MACHINE("status", sublet_status, moves);

/* Authorised work for a vendor, of an order that is not completed. */
static enum err
check_line(struct ctx *ctx, struct id id, struct work_order *wo)
{
	struct lines lines = { 0 };
	const struct line *line;
	enum err err = work_order_lock_by_line(ctx, id, "/line_id", wo);

	if (!err)
		err = work_order_check_open(ctx, wo);
	if (!err)
		err = lines_read(ctx, wo->id, &lines);
	if (err)
		return err;
	line = line_of(&lines, id);
	if (!line || line->kind != WORK_ORDER_LINE_KIND_SUBLET)
		return fail_with(ctx, ERR_BAD_VALUE, "/line_id", "is no line of outside work",
		                 NULL);
	if (line->status != WORK_ORDER_LINE_STATUS_AUTHORISED)
		return fail_with(ctx, ERR_LINE_STATUS, "/line_id",
		                 enum_code(&work_order_line_status_enum, (int)line->status), NULL);
	return OK;
}

/* A vendor promises what lies ahead. */
static enum err
check_due(struct ctx *ctx, bool told, struct utc due_at)
{
	return told && due_at.us < ctx->now.us
	               ? fail_with(ctx, ERR_BAD_VALUE, "/due_at", "must not be in the past", NULL)
	               : OK;
}

enum err
sublet_create(struct ctx *ctx, const struct create_sublet *in)
{
	struct work_order wo = { 0 };
	struct id id = { 0 };
	enum err err = new_id(ctx, in->id, &id);

	if (!err)
		err = check_due(ctx, in->has_due_at, in->due_at);
	if (!err)
		err = check_line(ctx, in->line_id, &wo);
	if (err)
		return err;
	db_write(ctx, sublet_add, ARG(sublet_id, id), ARG(store_id, wo.store),
	         ARG(work_order_id, wo.id), BODY_ARG(create_sublet, in));
	event_add_new(ctx, "sublet.planned", wo.store, id);
	ctx->subject = id;
	return OK;
}

/* Lock it and see that its state has the verb. */
static enum err
begin(struct ctx *ctx, enum op op, struct id id, struct rows **rows, int *to)
{
	enum err err = db_lock(ctx, sublet_lock, id, rows);

	return err ? err
	           : machine_check(ctx, &sublet_machine, op,
	                           row_enum(*rows, 0, "status", &sublet_status_enum), to);
}

static enum err
advance(struct ctx *ctx, enum op op, struct id id, const struct reason_given *why,
        const char *event)
{
	struct rows *rows = NULL;
	int to = 0;
	enum err err = begin(ctx, op, id, &rows, &to);

	if (err)
		return err;
	db_write(ctx, sublet_move, ARG(id, id), ENUM_ARG(status, sublet_status, to),
	         ARG(reason, why ? why->reason : NULL), ARG(note, why ? why->note : NULL));
	event_add(ctx, event, row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
sublet_update(struct ctx *ctx, struct id id, const struct update_sublet *in)
{
	struct rows *rows = NULL;
	int status = 0, to = 0;
	enum err err = db_lock(ctx, sublet_lock, id, &rows);

	if (!err)
		err = check_due(ctx, in->has_due_at, in->due_at);
	if (err)
		return err;
	/* no verb of the machine's, so this tells state and verbs */
	status = row_enum(rows, 0, "status", &sublet_status_enum);
	if (status == SUBLET_STATUS_BILLED || status == SUBLET_STATUS_CANCELLED)
		err = machine_check(ctx, &sublet_machine, OP_updateSublet, status, &to);
	if (err)
		return err;
	db_write(ctx, sublet_update, ARG(id, id), BODY_ARG(update_sublet, in));
	event_add(ctx, "sublet.updated", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
sublet_send(struct ctx *ctx, struct id id)
{
	return advance(ctx, OP_sendSublet, id, NULL, "sublet.sent");
}

enum err
sublet_return(struct ctx *ctx, struct id id)
{
	return advance(ctx, OP_returnSublet, id, NULL, "sublet.returned");
}

enum err
sublet_bill(struct ctx *ctx, struct id id, const struct bill_sublet *in)
{
	struct rows *rows = NULL;
	int to = 0;
	enum err err = begin(ctx, OP_billSublet, id, &rows, &to);

	if (err)
		return err;
	if (!in->has_cost && row_is_null(rows, 0, "cost"))
		return fail(ctx, ERR_REQUIRED, "/cost");
	db_write(ctx, sublet_bill, ARG(id, id), ENUM_ARG(status, sublet_status, to),
	         BODY_ARG(bill_sublet, in));
	event_add(ctx, "sublet.billed", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
sublet_cancel(struct ctx *ctx, struct id id, const struct reason_given *in)
{
	return advance(ctx, OP_cancelSublet, id, in, "sublet.cancelled");
}

enum err
sublets_fail(struct ctx *ctx, const struct work_order *wo, const struct id *lines, size_t count)
{
	struct id *ids = arena_array(ctx->arena, count + 1, sizeof(*ids));
	struct rows *rows = NULL;
	enum err err;

	for (size_t i = 0; i < count; i++)
		ids[i] = id_new();
	err = db_read(ctx, sublets_fail, &rows, ARG(id, wo->id), IDS_ARG(line_ids, lines, count),
	              IDS_ARG(sublet_ids, ids, count));
	for (size_t i = 0; !err && i < rows_count(rows); i++) {
		event_add(ctx, "sublet.failed", wo->store, row_id(rows, i, "was"));
		event_add_new(ctx, "sublet.planned", wo->store, row_id(rows, i, "id"));
	}
	return err;
}
