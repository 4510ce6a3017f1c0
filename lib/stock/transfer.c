/* SPDX-License-Identifier: Apache-2.0 */
/* Parts between stores: held where they are, on their way, and there or accounted for. */
#include "stock/transfer.h"

#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "stock/bin.h"
#include "stock/posted.h"
#include "stock/stock.h"

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

struct line {
	struct id id, part, demand;
	struct qty quantity, approved, shipped, received, returned, disputed, lost;
	int64_t value; /* fen, of what is on its way or disputed */
	const char *dispute_reason;
	/* of the present command */
	struct qty amount, in_question;
};

struct transfer {
	struct id id, store, warehouse, from_store, from_warehouse, requested_by, disputed_by;
	const char *number;
	int status, to; /* now, and what op leads to: 0 where that depends on the lines */
	size_t count;
	struct line *line;
};

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

/* Both stores are told. */
static void
tell(struct ctx *ctx, const struct transfer *t, const char *event)
{
	event_add(ctx, event, t->store, t->id);
	if (!id_equal(t->store, t->from_store))
		event_add(ctx, event, t->from_store, t->id);
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
	tell(ctx, &t, "transfer.requested");
	ctx->subject = t.id;
	return OK;
}

/* ------------------------------------------------------------ under lock */

static struct line
line_read(const struct rows *rows, size_t row)
{
	return (struct line){
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

static enum err
lock(struct ctx *ctx, struct id id, enum op op, struct transfer *t)
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
static enum err
check_side(struct ctx *ctx, struct id store)
{
	return !GUARDED || scope_covers(ctx->scope, store) ? OK : fail(ctx, ERR_OTHER_STORE, NULL);
}

static enum err
lock_of(struct ctx *ctx, struct id id, enum op op, bool giving, struct transfer *t)
{
	enum err err = lock(ctx, id, op, t);

	return err ? err : check_side(ctx, giving ? t->from_store : t->store);
}

/* Levels of one side's warehouse, in which something is to move. */
static enum err
lock_levels(struct ctx *ctx, const struct transfer *t, struct id store, struct id warehouse,
            bool move, struct levels *levels)
{
	struct id *parts = arena_array(ctx->arena, t->count, sizeof(*parts));
	enum err err;

	for (size_t i = 0; i < t->count; i++)
		parts[i] = t->line[i].part;
	err = levels_lock(ctx, store, warehouse, parts, t->count, levels);
	return err || !move ? err : levels_movable(ctx, levels);
}

static struct qty
unsent(const struct line *line)
{
	return (struct qty){ line->approved.milli - line->shipped.milli };
}

/* On its way, in question apart. */
static struct qty
in_transit(const struct line *line)
{
	return (struct qty){ line->shipped.milli - line->received.milli - line->returned.milli -
		             line->disputed.milli - line->lost.milli };
}

static void
save(struct ctx *ctx, const struct transfer *t, int status, const char *reason, bool disputed,
     const char *event)
{
	size_t n = t->count;
	struct id *ids = arena_array(ctx->arena, n, sizeof(*ids));
	struct qty *column[6];
	int64_t *value = arena_array(ctx->arena, n, sizeof(*value));
	const char **reasons = arena_array(ctx->arena, n, sizeof(*reasons));

	for (size_t c = 0; c < COUNT_OF(column); c++)
		column[c] = arena_array(ctx->arena, n, sizeof(*column[c]));
	for (size_t i = 0; i < n; i++) {
		const struct line *line = &t->line[i];

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
	tell(ctx, t, event);
}

/* The place of the line that a body names; each once. */
static enum err
line_named(struct ctx *ctx, const struct transfer *t, struct id id, bool named[], size_t i,
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

static enum err
too_much(struct ctx *ctx, size_t i, struct qty most)
{
	char text[QTY_TEXT];

	return fail_with(ctx, ERR_BAD_VALUE, arena_printf(ctx->arena, "/lines/%zu/quantity", i),
	                 arena_printf(ctx->arena, "must be at most %s", qty_format(most, text)),
	                 NULL);
}

/* What of each line the command is about: all that most() tells where the body names none. */
static enum err
take_amounts(struct ctx *ctx, struct transfer *t, const struct transfer_amount *lines, size_t count,
             struct qty (*most)(const struct line *))
{
	bool *named = arena_array(ctx->arena, t->count, sizeof(*named));

	for (size_t i = 0; count == 0 && i < t->count; i++)
		t->line[i].amount = most(&t->line[i]);
	for (size_t i = 0; i < count; i++) {
		struct line *line;
		size_t place;
		enum err err = line_named(ctx, t, lines[i].line_id, named, i, &place);

		if (err)
			return err;
		line = &t->line[place];
		if (lines[i].quantity.milli > most(line).milli)
			return too_much(ctx, i, most(line));
		line->amount = lines[i].quantity;
	}
	return OK;
}

static bool
any(const struct transfer *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->line[i].amount.milli > 0 || t->line[i].in_question.milli > 0)
			return true;
	return false;
}

static enum err
nothing(struct ctx *ctx)
{
	return fail_with(ctx, ERR_BAD_VALUE, "/lines", "must be of some quantity", NULL);
}

/* ------------------------------------------------------------ holding */

/* What has not left, will not. */
static void
drop_unsent(struct transfer *t, const struct levels *levels)
{
	for (size_t i = 0; i < t->count; i++) {
		struct line *line = &t->line[i];

		level_of(levels, line->part)->reserved.milli -= unsent(line).milli;
		line->approved = line->shipped;
	}
}

/* Holds as the lines now are: what of each has just left is used up, what is to leave is held on. */
static void
unhold(struct ctx *ctx, const struct transfer *t, bool leaving)
{
	size_t n = 0;
	struct id *lines = arena_array(ctx->arena, t->count, sizeof(*lines)),
		  *ids = arena_array(ctx->arena, t->count, sizeof(*ids)),
		  *parts = arena_array(ctx->arena, t->count, sizeof(*parts));
	struct qty *left = arena_array(ctx->arena, t->count, sizeof(*left)),
		   *rest = arena_array(ctx->arena, t->count, sizeof(*rest));

	for (size_t i = 0; i < t->count; i++) {
		const struct line *line = &t->line[i];

		left[n] = leaving ? line->amount : (struct qty){ 0 };
		rest[n] = unsent(line);
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

static struct qty
asked_for(const struct line *line)
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
		struct line *line = &t->line[i];
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
	enum err err = lock_of(ctx, id, OP_approveTransfer, true, &t);

	if (err)
		return err;
	if (id_equal(t.requested_by, ctx->scope->actor))
		return fail(ctx, ERR_OWN_DOCUMENT, NULL);
	err = warehouse_find(ctx, t.from_store, in->warehouse_id, &t.from_warehouse);
	if (!err && id_equal(t.from_warehouse, t.warehouse))
		err = fail_with(ctx, ERR_BAD_VALUE, "/warehouse_id", "is where they are to go",
		                NULL);
	if (!err)
		err = take_amounts(ctx, &t, in->lines, in->lines_count, asked_for);
	if (!err && !any(&t))
		err = nothing(ctx);
	if (!err)
		err = lock_levels(ctx, &t, t.from_store, t.from_warehouse, false, &levels);
	if (!err)
		err = hold(ctx, &t, &levels);
	if (err)
		return err;
	levels_save(ctx, &levels);
	/* keys of a store are written by who sees it */
	search_add(ctx, "number", t.number, "transfer", t.id, t.from_store);
	save(ctx, &t, t.to, NULL, false, "transfer.approved");
	return OK;
}

enum err
transfer_reject(struct ctx *ctx, struct id id, const struct end_transfer *in)
{
	struct transfer t;
	enum err err = lock_of(ctx, id, OP_rejectTransfer, true, &t);

	if (err)
		return err;
	save(ctx, &t, t.to, in->reason, false, "transfer.rejected");
	return OK;
}

enum err
transfer_cancel(struct ctx *ctx, struct id id, const struct end_transfer *in)
{
	struct levels levels;
	struct transfer t;
	enum err err = lock(ctx, id, OP_cancelTransfer, &t);
	bool held = !err && t.status == TRANSFER_STATUS_APPROVED;

	if (!err)
		err = check_side(ctx, held ? t.from_store : t.store);
	if (!err && held)
		err = lock_levels(ctx, &t, t.from_store, t.from_warehouse, false, &levels);
	if (err)
		return err;
	if (held) {
		drop_unsent(&t, &levels);
		unhold(ctx, &t, false);
		levels_save(ctx, &levels);
	}
	save(ctx, &t, t.to, in->reason, false, "transfer.cancelled");
	return OK;
}

/* ------------------------------------------------------------ on the way */

/* Where a transfer stands by its lines. */
static int
status_of(const struct transfer *t, bool returning)
{
	int64_t under_way = 0, to_send = 0, disputed = 0, received = 0, returned = 0;

	for (size_t i = 0; i < t->count; i++) {
		under_way += in_transit(&t->line[i]).milli;
		to_send += unsent(&t->line[i]).milli;
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

static enum err
take_out(struct ctx *ctx, struct transfer *t, const struct levels *levels, struct posted *out)
{
	for (size_t i = 0; i < t->count; i++) {
		struct line *line = &t->line[i];
		struct level *level = level_of(levels, line->part);
		int64_t cost;

		if (line->amount.milli == 0)
			continue;
		level->reserved.milli -= line->amount.milli;
		if (!level_take(level, line->amount, &cost))
			return fail(ctx, ERR_INSUFFICIENT_STOCK, NULL);
		if (!money_add(line->value, cost, &line->value))
			return level_uncountable(ctx, i);
		line->shipped.milli += line->amount.milli;
		posted_add(out, level,
		           &(struct posted_line){
				   .quantity = line->amount,
				   .moved = { -line->amount.milli },
				   .value = -cost,
				   .transfer_line = line->id,
			   });
	}
	return OK;
}

enum err
transfer_ship(struct ctx *ctx, struct id id, const struct ship_transfer *in)
{
	struct levels levels;
	struct posted out;
	struct transfer t;
	enum err err = lock_of(ctx, id, OP_shipTransfer, true, &t);

	if (!err)
		err = take_amounts(ctx, &t, in->lines, in->lines_count, unsent);
	/* what is final may be that nothing more goes, once something went */
	if (!err && !any(&t) && !(in->final && t.status == TRANSFER_STATUS_IN_TRANSIT))
		err = nothing(ctx);
	if (!err)
		err = lock_levels(ctx, &t, t.from_store, t.from_warehouse, true, &levels);
	if (err)
		return err;
	posted_init(ctx, &out, "transfer_out", "transfer", t.count);
	out.transfer = t.id;
	err = take_out(ctx, &t, &levels, &out);
	if (!err && out.count > 0)
		err = posted_save(ctx, &out, &levels);
	if (err)
		return err;
	if (in->final)
		drop_unsent(&t, &levels);
	unhold(ctx, &t, true);
	levels_save(ctx, &levels);
	save(ctx, &t, status_of(&t, false), NULL, false, "transfer.shipped");
	return OK;
}

/* ------------------------------------------------------------ arrival */

/* What came whole, and what is in question, of each line. */
static enum err
take_arrivals(struct ctx *ctx, struct transfer *t, const struct receive_transfer *in)
{
	bool *named = arena_array(ctx->arena, t->count, sizeof(*named));

	for (size_t i = 0; in->lines_count == 0 && i < t->count; i++)
		t->line[i].amount = in_transit(&t->line[i]);
	for (size_t i = 0; i < in->lines_count; i++) {
		const struct transfer_arrival *a = &in->lines[i];
		struct line *line;
		size_t place;
		enum err err = line_named(ctx, t, a->line_id, named, i, &place);

		if (err)
			return err;
		line = &t->line[place];
		if (a->quantity.milli + a->disputed_quantity.milli > in_transit(line).milli)
			return too_much(ctx, i, in_transit(line));
		if (a->disputed_quantity.milli > 0 && !a->has_dispute_reason)
			return failf(ctx, ERR_REQUIRED, "/lines/%zu/dispute_reason", i);
		line->amount = a->quantity;
		line->in_question = a->disputed_quantity;
		if (a->disputed_quantity.milli > 0)
			line->dispute_reason =
				enum_code(&transfer_dispute_enum, (int)a->dispute_reason);
	}
	return any(t) ? OK : nothing(ctx);
}

/* The worth of so much of what is on its way or in question; it is taken off. */
static int64_t
take_value(struct line *line, struct qty quantity)
{
	struct qty all = { in_transit(line).milli + line->disputed.milli };
	int64_t value = money_share(line->value, quantity, all);

	line->value -= value;
	return value;
}

/* Put a line's pieces into a level, at what they cost where they came from. */
static enum err
put_in(struct ctx *ctx, struct transfer *t, size_t i, const struct levels *levels,
       struct posted *in)
{
	struct line *line = &t->line[i];
	struct level *level = level_of(levels, line->part);
	int64_t value = take_value(line, line->amount);

	if (!level_put(level, line->amount, value))
		return level_uncountable(ctx, i);
	posted_add(in, level,
	           &(struct posted_line){
			   .quantity = line->amount,
			   .moved = line->amount,
			   .value = value,
			   .transfer_line = line->id,
		   });
	return OK;
}

static bool
in_question(const struct transfer *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->line[i].in_question.milli > 0)
			return true;
	return false;
}

/* Into the levels of one side, counted as received there or as returned. */
static enum err
arrive(struct ctx *ctx, struct transfer *t, const struct levels *levels, bool back,
       struct posted *doc)
{
	posted_init(ctx, doc, "transfer_in", "transfer", t->count);
	doc->transfer = t->id;
	for (size_t i = 0; i < t->count; i++) {
		struct line *line = &t->line[i];
		enum err err;

		if (line->amount.milli > 0) {
			err = put_in(ctx, t, i, levels, doc);
			if (err)
				return err;
			*(back ? &line->returned.milli : &line->received.milli) +=
				line->amount.milli;
		}
		line->disputed.milli += line->in_question.milli;
	}
	return OK;
}

/* Wishes that the transfer was for come first; those for the shelf have it with that. */
static enum err
serve(struct ctx *ctx, const struct transfer *t, struct levels *levels)
{
	struct id *demands = arena_array(ctx->arena, t->count, sizeof(*demands));
	struct qty *came = arena_array(ctx->arena, t->count, sizeof(*came));
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++) {
		if (id_is_none(t->line[i].demand))
			continue;
		came[n] = t->line[i].amount;
		demands[n++] = t->line[i].demand;
	}
	if (n > 0)
		db_write(ctx, demand_shelf_served, ARG(store_id, levels->store),
		         IDS_ARG(demand_ids, demands, n), QTYS_ARG(quantity, came, n));
	return stock_serve_first(ctx, levels, demands, n);
}

enum err
transfer_receive(struct ctx *ctx, struct id id, const struct receive_transfer *in)
{
	struct levels levels;
	struct posted doc = { 0 };
	struct transfer t;
	enum err err = lock_of(ctx, id, OP_receiveTransfer, false, &t);

	if (!err)
		err = take_arrivals(ctx, &t, in);
	if (!err)
		err = lock_levels(ctx, &t, t.store, t.warehouse, true, &levels);
	if (!err)
		err = arrive(ctx, &t, &levels, false, &doc);
	if (!err)
		err = serve(ctx, &t, &levels);
	if (!err && doc.count > 0)
		err = posted_save(ctx, &doc, &levels);
	if (err)
		return err;
	levels_save(ctx, &levels);
	save(ctx, &t, status_of(&t, false), NULL, in_question(&t), "transfer.received");
	return OK;
}

enum err
transfer_return(struct ctx *ctx, struct id id, const struct end_transfer *in)
{
	struct transfer t;
	enum err err = lock(ctx, id, OP_returnTransfer, &t);

	if (!err && GUARDED && !scope_covers(ctx->scope, t.from_store))
		err = check_side(ctx, t.store);
	for (size_t i = 0; !err && i < t.count; i++)
		t.line[i].amount = in_transit(&t.line[i]);
	if (!err && !any(&t))
		err = fail_with(ctx, ERR_ILLEGAL_TRANSITION, NULL,
		                enum_code(&transfer_status_enum, t.status), NULL);
	if (err)
		return err;
	save(ctx, &t, t.to, in->reason, false, "transfer.returning");
	return OK;
}

enum err
transfer_receive_back(struct ctx *ctx, struct id id, const struct receive_transfer *in)
{
	struct levels levels;
	struct posted doc = { 0 };
	struct transfer t;
	enum err err = lock_of(ctx, id, OP_receiveBackTransfer, true, &t);

	if (!err)
		err = take_arrivals(ctx, &t, in);
	if (!err)
		err = lock_levels(ctx, &t, t.from_store, t.from_warehouse, true, &levels);
	if (err)
		return err;
	drop_unsent(&t, &levels);
	unhold(ctx, &t, false);
	err = arrive(ctx, &t, &levels, true, &doc);
	if (!err)
		err = stock_serve_waiting(ctx, &levels);
	if (!err && doc.count > 0)
		err = posted_save(ctx, &doc, &levels);
	if (err)
		return err;
	levels_save(ctx, &levels);
	save(ctx, &t, status_of(&t, true), NULL, in_question(&t), "transfer.received_back");
	return OK;
}

/* ------------------------------------------------------------ in question */

static struct qty
disputed(const struct line *line)
{
	return line->disputed;
}

/* What is lost comes in and goes out at once: the ledger tells where it ended, and at whose cost. */
static enum err
write_off(struct ctx *ctx, const struct transfer *t, const struct levels *levels,
          const struct posted *in, enum transfer_outcome outcome)
{
	struct posted out;

	posted_init(ctx, &out, "scrap",
	            enum_code(&stock_reason_enum, outcome == TRANSFER_OUTCOME_DAMAGED
	                                                  ? STOCK_REASON_DAMAGE
	                                                  : STOCK_REASON_LOSS),
	            in->count);
	out.transfer = t->id;
	for (size_t i = 0; i < in->count; i++) {
		struct level *level = level_of(levels, in->parts[i]);
		int64_t cost = in->cost[i];

		if (!level_take_at(level, in->quantity[i], &cost))
			return fail(ctx, ERR_INSUFFICIENT_STOCK, NULL);
		posted_add(&out, level,
		           &(struct posted_line){
				   .quantity = in->quantity[i],
				   .moved = { -in->quantity[i].milli },
				   .value = -cost,
				   .transfer_line = in->transfer_lines[i],
			   });
	}
	return posted_save(ctx, &out, levels);
}

/* Into the levels of the store that found them or bears the loss. */
static enum err
settle(struct ctx *ctx, struct transfer *t, struct levels *levels, bool back,
       enum transfer_outcome outcome)
{
	struct posted in;
	enum err err;

	posted_init(ctx, &in, "transfer_in", "transfer", t->count);
	in.transfer = t->id;
	for (size_t i = 0; i < t->count; i++) {
		struct line *line = &t->line[i];

		if (line->amount.milli == 0)
			continue;
		err = put_in(ctx, t, i, levels, &in);
		if (err)
			return err;
		line->disputed.milli -= line->amount.milli;
		if (outcome != TRANSFER_OUTCOME_FOUND)
			line->lost.milli += line->amount.milli;
		else if (back)
			line->returned.milli += line->amount.milli;
		else
			line->received.milli += line->amount.milli;
	}
	err = posted_save(ctx, &in, levels);
	if (err)
		return err;
	return outcome == TRANSFER_OUTCOME_FOUND ? serve(ctx, t, levels)
	                                         : write_off(ctx, t, levels, &in, outcome);
}

enum err
transfer_settle(struct ctx *ctx, struct id id, const struct settle_transfer *in)
{
	struct levels levels;
	struct transfer t;
	struct id store;
	bool back;
	enum err err = lock(ctx, id, OP_settleTransfer, &t);

	if (!err)
		err = ctx_store(ctx, in->store_id, &store);
	if (err)
		return err;
	if (!id_equal(store, t.store) && !id_equal(store, t.from_store))
		return fail_with(ctx, ERR_BAD_VALUE, "/store_id", "is none of the transfer's",
		                 NULL);
	if (id_equal(t.disputed_by, ctx->scope->actor))
		return fail(ctx, ERR_OWN_DOCUMENT, NULL);
	err = take_amounts(ctx, &t, in->lines, in->lines_count, disputed);
	if (!err && !any(&t))
		err = nothing(ctx);
	back = !id_equal(store, t.store);
	if (!err)
		err = lock_levels(ctx, &t, store, back ? t.from_warehouse : t.warehouse, true,
		                  &levels);
	if (!err)
		err = settle(ctx, &t, &levels, back, in->outcome);
	if (err)
		return err;
	levels_save(ctx, &levels);
	save(ctx, &t, status_of(&t, false), NULL, false, "transfer.settled");
	return OK;
}
