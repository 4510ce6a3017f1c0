/* SPDX-License-Identifier: Apache-2.0 */
/* Reading transfers under lock, and writing them back. */
#include "stock/transfer_state.h"

#include "event/event.h"

/* Both stores are told. */
void
transfer_tell(struct ctx *ctx, const struct transfer *t, const char *event)
{
	event_add(ctx, event, t->store, t->id);
	if (!id_equal(t->store, t->from_store))
		event_add(ctx, event, t->from_store, t->id);
}

static struct transfer_line
line_read(const struct rows *rows, size_t row)
{
	return (struct transfer_line){
		.id = row_id(rows, row, "id"),
		.part = row_id(rows, row, "part_id"),
		.demand = row_id(rows, row, "demand_id"),
		.quantity = row_qty(rows, row, "quantity"),
		.approved = row_qty(rows, row, "approved_quantity"),
		.shipped = row_qty(rows, row, "shipped_quantity"),
		.received = row_qty(rows, row, "received_quantity"),
		.returned = row_qty(rows, row, "returned_quantity"),
		.disputed = row_qty(rows, row, "disputed_quantity"),
		.lost = row_qty(rows, row, "lost_quantity"),
		.value = row_int(rows, row, "transit_value"),
		.dispute_reason = row_text(rows, row, "dispute_reason"),
	};
}

enum err
transfer_lock(struct ctx *ctx, struct id id, enum op op, struct transfer *t)
{
	struct rows *rows, *lines = NULL;
	enum err err = db_lock(ctx, transfer_lock, id, &rows);

	if (!err)
		err = db_read(ctx, transfer_lines_now, &lines, ARG(id, id));
	if (err)
		return err;
	*t = (struct transfer){
		.id = id,
		.store = row_id(rows, 0, "store_id"),
		.warehouse = row_id(rows, 0, "warehouse_id"),
		.from_store = row_id(rows, 0, "from_store_id"),
		.from_warehouse = row_id(rows, 0, "from_warehouse_id"),
		.requested_by = row_id(rows, 0, "requested_by"),
		.disputed_by = row_id(rows, 0, "disputed_by"),
		.number = row_text(rows, 0, "number"),
		.status = row_enum(rows, 0, "status", &transfer_status_enum),
		.count = rows_count(lines),
	};
	t->line = arena_array(ctx->arena, t->count, sizeof(*t->line));
	for (size_t i = 0; i < t->count; i++)
		t->line[i] = line_read(lines, i);
	return machine_check(ctx, &transfer_machine, op, t->status, &t->to);
}

/* The command is this store's. */
enum err
transfer_check_side(struct ctx *ctx, struct id store)
{
	return !GUARDED || scope_covers(ctx->scope, store) ? OK : fail(ctx, ERR_OTHER_STORE, NULL);
}

enum err
transfer_lock_of(struct ctx *ctx, struct id id, enum op op, bool giving, struct transfer *t)
{
	enum err err = transfer_lock(ctx, id, op, t);

	return err ? err : transfer_check_side(ctx, giving ? t->from_store : t->store);
}

/* Levels of one side's warehouse, in which something is to move. */
enum err
transfer_lock_levels(struct ctx *ctx, const struct transfer *t, struct id store,
                     struct id warehouse, bool move, struct levels *levels)
{
	struct id *parts = arena_array(ctx->arena, t->count, sizeof(*parts));
	enum err err;

	for (size_t i = 0; i < t->count; i++)
		parts[i] = t->line[i].part;
	err = levels_lock(ctx, store, warehouse, parts, t->count, levels);
	return err || !move ? err : levels_movable(ctx, levels);
}

struct qty
transfer_unsent(const struct transfer_line *line)
{
	return (struct qty){ line->approved.milli - line->shipped.milli };
}

/* On its way, in question apart. */
struct qty
transfer_under_way(const struct transfer_line *line)
{
	return (struct qty){ line->shipped.milli - line->received.milli - line->returned.milli -
		             line->disputed.milli - line->lost.milli };
}

void
transfer_save(struct ctx *ctx, const struct transfer *t, int status, const char *reason,
              bool disputed, const char *event)
{
	size_t n = t->count;
	struct id *ids = arena_array(ctx->arena, n, sizeof(*ids));
	struct qty *column[6];
	int64_t *value = arena_array(ctx->arena, n, sizeof(*value));
	const char **reasons = arena_array(ctx->arena, n, sizeof(*reasons));

	for (size_t c = 0; c < COUNT_OF(column); c++)
		column[c] = arena_array(ctx->arena, n, sizeof(*column[c]));
	for (size_t i = 0; i < n; i++) {
		const struct transfer_line *line = &t->line[i];

		ids[i] = line->id;
		column[0][i] = line->approved;
		column[1][i] = line->shipped;
		column[2][i] = line->received;
		column[3][i] = line->returned;
		column[4][i] = line->disputed;
		column[5][i] = line->lost;
		value[i] = line->value;
		reasons[i] = line->dispute_reason;
	}
	db_write(ctx, transfer_lines_save, IDS_ARG(transfer_line_ids, ids, n),
	         QTYS_ARG(approved, column[0], n), QTYS_ARG(shipped, column[1], n),
	         QTYS_ARG(received, column[2], n), QTYS_ARG(returned, column[3], n),
	         QTYS_ARG(disputed_quantities, column[4], n), QTYS_ARG(lost, column[5], n),
	         INTS_ARG(value, value, n), TEXTS_ARG(reasons, reasons, n));
	db_write(ctx, transfer_set, ARG(id, t->id), ENUM_ARG(status, transfer_status, status),
	         ARG(reason, reason), ARG(warehouse_id, t->from_warehouse),
	         ARG(disputed, disputed));
	if (status != TRANSFER_STATUS_APPROVED && status != TRANSFER_STATUS_IN_TRANSIT &&
	    status != TRANSFER_STATUS_DISPUTED)
		db_write(ctx, transfer_demands_wait, ARG(id, t->id));
	transfer_tell(ctx, t, event);
}

/* The place of the line that a body names; each once. */
enum err
transfer_line_named(struct ctx *ctx, const struct transfer *t, struct id id, bool named[], size_t i,
                    size_t *place)
{
	for (*place = 0; *place < t->count; ++*place) {
		if (!id_equal(t->line[*place].id, id))
			continue;
		if (named[*place])
			return failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/line_id", i);
		named[*place] = true;
		return OK;
	}
	return failf(ctx, ERR_NOT_FOUND, "/lines/%zu/line_id", i);
}

enum err
transfer_too_much(struct ctx *ctx, size_t i, struct qty most)
{
	char text[QTY_TEXT];

	return fail_with(ctx, ERR_BAD_VALUE, arena_printf(ctx->arena, "/lines/%zu/quantity", i),
	                 arena_printf(ctx->arena, "must be at most %s", qty_format(most, text)),
	                 NULL);
}

/* What of each line the command is about: all that most() tells where the body names none. */
enum err
transfer_take_amounts(struct ctx *ctx, struct transfer *t, const struct transfer_amount *lines,
                      size_t count, struct qty (*most)(const struct transfer_line *))
{
	bool *named = arena_array(ctx->arena, t->count, sizeof(*named));

	for (size_t i = 0; count == 0 && i < t->count; i++)
		t->line[i].amount = most(&t->line[i]);
	for (size_t i = 0; i < count; i++) {
		struct transfer_line *line;
		size_t place;
		enum err err = transfer_line_named(ctx, t, lines[i].line_id, named, i, &place);

		if (err)
			return err;
		line = &t->line[place];
		if (lines[i].quantity.milli > most(line).milli)
			return transfer_too_much(ctx, i, most(line));
		line->amount = lines[i].quantity;
	}
	return OK;
}

bool
transfer_any(const struct transfer *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->line[i].amount.milli > 0 || t->line[i].in_question.milli > 0)
			return true;
	return false;
}

enum err
transfer_nothing(struct ctx *ctx)
{
	return fail_with(ctx, ERR_BAD_VALUE, "/lines", "must be of some quantity", NULL);
}

/* What has not left, will not. */
void
transfer_drop_unsent(struct transfer *t, const struct levels *levels)
{
	for (size_t i = 0; i < t->count; i++) {
		struct transfer_line *line = &t->line[i];

		level_of(levels, line->part)->reserved.milli -= transfer_unsent(line).milli;
		line->approved = line->shipped;
	}
}

/* Holds as the lines now are: what of each has just left is used up, what is to leave is held on. */
void
transfer_unhold(struct ctx *ctx, const struct transfer *t, bool leaving)
{
	size_t n = 0;
	struct id *lines = arena_array(ctx->arena, t->count, sizeof(*lines)),
		  *ids = arena_array(ctx->arena, t->count, sizeof(*ids)),
		  *parts = arena_array(ctx->arena, t->count, sizeof(*parts));
	struct qty *left = arena_array(ctx->arena, t->count, sizeof(*left)),
		   *rest = arena_array(ctx->arena, t->count, sizeof(*rest));

	for (size_t i = 0; i < t->count; i++) {
		const struct transfer_line *line = &t->line[i];

		left[n] = leaving ? line->amount : (struct qty){ 0 };
		rest[n] = transfer_unsent(line);
		if (left[n].milli == 0 && rest[n].milli > 0)
			continue;
		lines[n] = line->id;
		parts[n] = line->part;
		ids[n++] = id_new();
	}
	db_write(ctx, transfer_unhold, IDS_ARG(line_ids, lines, n), QTYS_ARG(quantity, left, n));
	db_write(ctx, transfer_hold, ARG(store_id, t->from_store),
	         ARG(warehouse_id, t->from_warehouse), IDS_ARG(reservation_ids, ids, n),
	         IDS_ARG(part_ids, parts, n), IDS_ARG(line_ids, lines, n),
	         QTYS_ARG(quantity, rest, n));
}

/* Where a transfer stands by its lines. */
int
transfer_status_of(const struct transfer *t, bool returning)
{
	int64_t under_way = 0, to_send = 0, disputed = 0, received = 0, returned = 0;

	for (size_t i = 0; i < t->count; i++) {
		under_way += transfer_under_way(&t->line[i]).milli;
		to_send += transfer_unsent(&t->line[i]).milli;
		disputed += t->line[i].disputed.milli;
		received += t->line[i].received.milli;
		returned += t->line[i].returned.milli;
	}
	if (under_way + to_send > 0)
		return returning ? TRANSFER_STATUS_RETURNING : TRANSFER_STATUS_IN_TRANSIT;
	if (disputed > 0)
		return TRANSFER_STATUS_DISPUTED;
	return returned > 0 && received == 0 ? TRANSFER_STATUS_RETURNED : TRANSFER_STATUS_RECEIVED;
}
