/* SPDX-License-Identifier: Apache-2.0 */
/* Parts between stores: asked for, and held where they are. */
#include "stock/transfer.h"

#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "stock/bin.h"
#include "stock/transfer_state.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_approveTransfer, FROM(TRANSFER_STATUS_REQUESTED), TRANSFER_STATUS_APPROVED },
	{ OP_rejectTransfer, FROM(TRANSFER_STATUS_REQUESTED), TRANSFER_STATUS_REJECTED },
	{ OP_cancelTransfer, FROM(TRANSFER_STATUS_REQUESTED) | FROM(TRANSFER_STATUS_APPROVED),
	  TRANSFER_STATUS_CANCELLED },
	{ OP_shipTransfer, FROM(TRANSFER_STATUS_APPROVED) | FROM(TRANSFER_STATUS_IN_TRANSIT), 0 },
	{ OP_receiveTransfer, FROM(TRANSFER_STATUS_IN_TRANSIT), 0 },
	{ OP_returnTransfer, FROM(TRANSFER_STATUS_IN_TRANSIT), TRANSFER_STATUS_RETURNING },
	{ OP_receiveBackTransfer, FROM(TRANSFER_STATUS_RETURNING), 0 },
	{ OP_settleTransfer, FROM(TRANSFER_STATUS_DISPUTED), 0 },
};

/* Whose command it is. */
static const struct machine_guard guards[] = {
	{ OP_approveTransfer, 0, "_not_giving", NULL },
	{ OP_rejectTransfer, 0, "_not_giving", NULL },
	{ OP_shipTransfer, 0, "_not_giving", NULL },
	{ OP_receiveBackTransfer, 0, "_not_giving", NULL },
	{ OP_receiveTransfer, 0, "_not_getting", NULL },
	{ OP_cancelTransfer, 0, "_not_cancelling", NULL },
	{ OP_NONE, 0, NULL, NULL },
};
/* clang-format on */

const struct machine transfer_machine = MACHINE_GUARDED("status", transfer_status, moves, guards);

/* ------------------------------------------------------------ asking */

static enum err
check_lines(struct ctx *ctx, struct id store, const struct create_transfer *in)
{
	struct rows *wrong;
	enum err err = db_read(ctx, transfer_check, &wrong, ARG(store_id, store),
	                       BODY_ARG(create_transfer, in));

	if (err || rows_count(wrong) == 0)
		return err;
	return failf(ctx, ERR_NOT_FOUND, "/lines/%lld/%s", (long long)row_int(wrong, 0, "position"),
	             row_bool(wrong, 0, "part") ? "part_id" : "demand_id");
}

/* Wishes that the transfer is for: each waits, and once only for it. */
static enum err
send_for(struct ctx *ctx, const struct create_transfer *in)
{
	struct id *demands = arena_array(ctx->arena, in->lines_count, sizeof(*demands));
	struct rows *rows;
	size_t n = 0;
	enum err err;

	for (size_t i = 0; i < in->lines_count; i++) {
		if (!in->lines[i].has_demand_id)
			continue;
		for (size_t k = 0; k < n; k++)
			if (id_equal(demands[k], in->lines[i].demand_id))
				return failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/demand_id", i);
		demands[n++] = in->lines[i].demand_id;
	}
	if (n == 0)
		return OK;
	err = db_read(ctx, transfer_demands_lock, &rows, IDS_ARG(demand_ids, demands, n));
	for (size_t i = 0; !err && i < rows_count(rows); i++) {
		int status = row_enum(rows, i, "status", &demand_status_enum);

		if (status != DEMAND_STATUS_OPEN && status != DEMAND_STATUS_ON_ORDER &&
		    status != DEMAND_STATUS_IN_TRANSFER)
			err = fail_with(ctx, ERR_ILLEGAL_TRANSITION, "/lines",
			                row_text(rows, i, "status"), NULL);
	}
	if (err)
		return err;
	db_write(ctx, transfer_demands_sent_for, IDS_ARG(demand_ids, demands, n));
	return OK;
}

enum err
transfer_create(struct ctx *ctx, const struct create_transfer *in)
{
	struct transfer t = { .from_store = in->from_store_id };
	struct id *ids = arena_array(ctx->arena, in->lines_count, sizeof(*ids));
	const char *number;
	enum err err = ctx_store(ctx, in->store_id, &t.store);

	if (!err)
		err = new_id(ctx, in->id, &t.id);
	if (!err)
		err = warehouse_find(ctx, t.store, in->warehouse_id, &t.warehouse);
	if (!err)
		err = check_lines(ctx, t.store, in);
	if (!err)
		err = send_for(ctx, in);
	if (!err)
		err = document_number(ctx, t.store, "TR", &number);
	if (err)
		return err;
	for (size_t i = 0; i < in->lines_count; i++)
		ids[i] = id_new();
	db_write(ctx, transfer_add, ARG(transfer_id, t.id), ARG(store_id, t.store),
	         ARG(warehouse_id, t.warehouse), ARG(from_store_id, t.from_store),
	         ARG(number, number), ARG(note, in->note));
	db_write(ctx, transfer_lines_add, ARG(transfer_id, t.id), ARG(store_id, t.store),
	         ARG(from_store_id, t.from_store), IDS_ARG(transfer_line_ids, ids, in->lines_count),
	         BODY_ARG(create_transfer, in));
	search_add(ctx, "number", number, "transfer", t.id, t.store);
	transfer_tell(ctx, &t, "transfer.requested");
	ctx->subject = t.id;
	return OK;
}

/* ------------------------------------------------------------ holding */

static struct qty
asked_for(const struct transfer_line *line)
{
	return line->quantity;
}

/* Reserve what is approved of each line. */
static enum err
hold(struct ctx *ctx, struct transfer *t, const struct levels *levels)
{
	size_t n = t->count;
	struct id *lines = arena_array(ctx->arena, n, sizeof(*lines)),
		  *ids = arena_array(ctx->arena, n, sizeof(*ids)),
		  *parts = arena_array(ctx->arena, n, sizeof(*parts));
	struct qty *quantity = arena_array(ctx->arena, n, sizeof(*quantity));

	for (size_t i = 0; i < n; i++) {
		struct transfer_line *line = &t->line[i];
		struct level *level = level_of(levels, line->part);

		if (line->amount.milli > level_available(level).milli)
			return failf(ctx, ERR_INSUFFICIENT_STOCK, "/lines/%zu/quantity", i);
		level->reserved.milli += line->amount.milli;
		line->approved = line->amount;
		lines[i] = line->id;
		ids[i] = id_new();
		parts[i] = line->part;
		quantity[i] = line->amount;
	}
	db_write(ctx, transfer_hold, ARG(store_id, t->from_store),
	         ARG(warehouse_id, t->from_warehouse), IDS_ARG(reservation_ids, ids, n),
	         IDS_ARG(part_ids, parts, n), IDS_ARG(line_ids, lines, n),
	         QTYS_ARG(quantity, quantity, n));
	return OK;
}

enum err
transfer_approve(struct ctx *ctx, struct id id, const struct approve_transfer *in)
{
	struct levels levels;
	struct transfer t;
	enum err err = transfer_lock_of(ctx, id, OP_approveTransfer, true, &t);

	if (err)
		return err;
	if (id_equal(t.requested_by, ctx->scope->actor))
		return fail(ctx, ERR_OWN_DOCUMENT, NULL);
	err = warehouse_find(ctx, t.from_store, in->warehouse_id, &t.from_warehouse);
	if (!err && id_equal(t.from_warehouse, t.warehouse))
		err = fail_with(ctx, ERR_BAD_VALUE, "/warehouse_id", "is where they are to go",
		                NULL);
	if (!err && !id_equal(t.from_store, t.store))
		err = warehouse_check_usable(ctx, t.from_warehouse);
	if (!err)
		err = transfer_take_amounts(ctx, &t, in->lines, in->lines_count, asked_for);
	if (!err && !transfer_any(&t))
		err = transfer_nothing(ctx);
	if (!err)
		err = transfer_lock_levels(ctx, &t, t.from_store, t.from_warehouse, false, &levels);
	if (!err)
		err = hold(ctx, &t, &levels);
	if (err)
		return err;
	levels_save(ctx, &levels);
	/* keys of a store are written by who sees it */
	search_add(ctx, "number", t.number, "transfer", t.id, t.from_store);
	transfer_save(ctx, &t, t.to, NULL, false, "transfer.approved");
	return OK;
}

enum err
transfer_reject(struct ctx *ctx, struct id id, const struct end_transfer *in)
{
	struct transfer t;
	enum err err = transfer_lock_of(ctx, id, OP_rejectTransfer, true, &t);

	if (err)
		return err;
	transfer_save(ctx, &t, t.to, in->reason, false, "transfer.rejected");
	return OK;
}

enum err
transfer_cancel(struct ctx *ctx, struct id id, const struct end_transfer *in)
{
	struct levels levels;
	struct transfer t;
	enum err err = transfer_lock(ctx, id, OP_cancelTransfer, &t);
	bool held = !err && t.status == TRANSFER_STATUS_APPROVED;

	if (!err)
		err = transfer_check_side(ctx, held ? t.from_store : t.store);
	if (!err && held)
		err = transfer_lock_levels(ctx, &t, t.from_store, t.from_warehouse, false, &levels);
	if (err)
		return err;
	if (held) {
		transfer_drop_unsent(&t, &levels);
		transfer_unhold(ctx, &t, false);
		levels_save(ctx, &levels);
	}
	transfer_save(ctx, &t, t.to, in->reason, false, "transfer.cancelled");
	return OK;
}
