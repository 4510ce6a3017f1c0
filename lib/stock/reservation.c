/* SPDX-License-Identifier: Apache-2.0 */
/* Holds that end without being used: given back by hand, or because there is less than is held. */
#include "stock/stock.h"

#include "event/event.h"
#include "task/task.h"

static const struct machine_move reservation_moves[] = {
	{ OP_releaseReservation, FROM(RESERVATION_STATUS_ACTIVE), RESERVATION_STATUS_RELEASED },
};
const struct machine reservation_machine = MACHINE("status", reservation_status, reservation_moves);

/* One hold of a level, a row of it: its demand waits again. */
static void
give_back(struct ctx *ctx, struct level *level, const struct rows *rows, size_t row, struct id id)
{
	struct qty quantity = row_qty(rows, row, "quantity");

	level->reserved.milli -= quantity.milli;
	db_write(ctx, reservation_end, ARG(id, id));
	db_write(ctx, demand_unserve, ARG(demand_id, row_id(rows, row, "demand_id")),
	         ARG(quantity, quantity));
	db_write(ctx, demand_line_unsupplied,
	         ARG(line_id, row_id(rows, row, "work_order_line_id")));
}

enum err
stock_hold_at_most(struct ctx *ctx, struct levels *levels, struct level *level, struct qty most)
{
	struct rows *rows;
	struct id *short_of;
	size_t n = 0;
	enum err err;

	if (level->reserved.milli <= most.milli)
		return OK;
	err = db_read(ctx, reservations_of_level, &rows, ARG(store_id, levels->store),
	              ARG(warehouse_id, levels->warehouse), ARG(part_id, level->part));
	if (err)
		return err;
	short_of = arena_array(ctx->arena, rows_count(rows) + 1, sizeof(*short_of));
	for (size_t i = 0; level->reserved.milli > most.milli && i < rows_count(rows); i++) {
		struct id id = row_id(rows, i, "id");

		give_back(ctx, level, rows, i, id);
		if (!row_is_null(rows, i, "demand_id"))
			short_of[n++] = row_id(rows, i, "demand_id");
		db_write(ctx, transfer_line_dropped,
		         ARG(transfer_line_id, row_id(rows, i, "transfer_line_id")));
		event_add(ctx, "reservation.released", levels->store, id);
	}
	return task_parts_changed(ctx, levels->store, short_of, n);
}

enum err
reservation_release(struct ctx *ctx, struct id id)
{
	struct levels levels;
	struct rows *rows;
	struct id part, demand;
	int to;
	enum err err = db_read(ctx, reservation_find, &rows, ARG(id, id));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	part = row_id(rows, 0, "part_id");
	err = levels_lock(ctx, row_id(rows, 0, "store_id"), row_id(rows, 0, "warehouse_id"), &part,
	                  1, &levels);
	if (!err)
		err = db_read(ctx, reservation_find, &rows, ARG(id, id));
	if (!err)
		err = machine_check(ctx, &reservation_machine, OP_releaseReservation,
		                    row_enum(rows, 0, "status", &reservation_status_enum), &to);
	if (!err && !row_is_null(rows, 0, "transfer_line_id"))
		err = fail(ctx, ERR_HELD_FOR_TRANSFER, NULL);
	if (err)
		return err;
	give_back(ctx, level_of(&levels, part), rows, 0, id);
	levels_save(ctx, &levels);
	event_add(ctx, "reservation.released", levels.store, id);
	ctx->subject = id;
	demand = row_id(rows, 0, "demand_id");
	return task_parts_changed(ctx, levels.store, &demand, 1);
}
