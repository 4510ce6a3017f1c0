/* SPDX-License-Identifier: Apache-2.0 */
/* From a plan to books that tell what is on the shelves. */
#include "stock/stocktake.h"

#include <string.h>

#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "stock/bin.h"
#include "stock/stocktake_books.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_freezeStocktake, FROM(STOCKTAKE_STATUS_PLANNED), STOCKTAKE_STATUS_COUNTING },
	{ OP_countStocktake, FROM(STOCKTAKE_STATUS_COUNTING), STOCKTAKE_STATUS_COUNTING },
	{ OP_submitStocktake, FROM(STOCKTAKE_STATUS_COUNTING), STOCKTAKE_STATUS_COUNTED },
	{ OP_recountStocktake, FROM(STOCKTAKE_STATUS_COUNTED), STOCKTAKE_STATUS_COUNTING },
	{ OP_auditStocktake, FROM(STOCKTAKE_STATUS_COUNTED), STOCKTAKE_STATUS_POSTED },
	{ OP_cancelStocktake, FROM(STOCKTAKE_STATUS_PLANNED) | FROM(STOCKTAKE_STATUS_COUNTING) |
	  FROM(STOCKTAKE_STATUS_COUNTED), STOCKTAKE_STATUS_CANCELLED },
};
/* clang-format on */

const struct machine stocktake_machine = MACHINE("status", stocktake_status, moves);

struct stocktake {
	struct id id, store, warehouse;
	bool chosen; /* some parts only */
	int to;      /* where op leads */
};

static enum err
lock(struct ctx *ctx, struct id id, enum op op, struct stocktake *s)
{
	struct rows *rows;
	enum err err = db_lock(ctx, stocktake_lock, id, &rows);

	if (err)
		return err;
	*s = (struct stocktake){
		.id = id,
		.store = row_id(rows, 0, "store_id"),
		.warehouse = row_id(rows, 0, "warehouse_id"),
		.chosen = row_bool(rows, 0, "chosen"),
	};
	return machine_check(ctx, &stocktake_machine, op,
	                     row_enum(rows, 0, "status", &stocktake_status_enum), &s->to);
}

/* After its lines are written: they are counted here.  value: fen, of what was posted; may be NULL. */
static void
save(struct ctx *ctx, const struct stocktake *s, const char *reason, const int64_t *value,
     const char *event)
{
	struct arg worth = NULL_ARG(value);

	if (value)
		worth = ARG(value, *value);
	db_write(ctx, stocktake_set, ARG(id, s->id), ENUM_ARG(status, stocktake_status, s->to),
	         ARG(reason, reason), worth);
	event_add(ctx, event, s->store, s->id);
}

/* ------------------------------------------------------------ planning */

static enum err
check_parts(struct ctx *ctx, const struct id *parts, size_t count, const char *before,
            const char *after)
{
	struct rows *unknown;
	enum err err =
		db_read(ctx, stocktake_parts_unknown, &unknown, IDS_ARG(part_ids, parts, count));

	if (err || rows_count(unknown) == 0)
		return err;
	return failf(ctx, ERR_NOT_FOUND, "%s%lld%s", before,
	             (long long)row_int(unknown, 0, "position"), after);
}

enum err
stocktake_create(struct ctx *ctx, const struct create_stocktake *in)
{
	struct id store, warehouse;
	const char *number;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (!err)
		err = warehouse_find(ctx, store, in->warehouse_id, &warehouse);
	if (!err)
		err = check_parts(ctx, in->part_ids, in->part_ids_count, "/part_ids/", "");
	if (!err)
		err = document_number(ctx, store, "SK", &number);
	if (err)
		return err;
	db_write(ctx, stocktake_add, ARG(stocktake_id, ctx->subject), ARG(store_id, store),
	         ARG(warehouse_id, warehouse), ARG(number, number),
	         IDS_ARG(part_ids, in->part_ids, in->part_ids_count), ARG(note, in->note));
	search_add(ctx, "number", number, "stocktake", ctx->subject, store);
	event_add(ctx, "stocktake.planned", store, ctx->subject);
	return OK;
}

/* ------------------------------------------------------------ freezing */

/* Freeze levels and write the lines that they are; parts NULL: all that the warehouse has. */
static enum err
freeze(struct ctx *ctx, const struct stocktake *s, const struct id *parts, size_t count)
{
	struct id *ids, *frozen;
	const char **numbers;
	struct qty *quantity;
	char text[ID_TEXT];
	struct rows *rows;
	size_t n;
	enum err err;

	if (parts)
		db_write(ctx, stock_levels_ensure, ARG(store_id, s->store),
		         ARG(warehouse_id, s->warehouse), IDS_ARG(part_ids, parts, count));
	err = db_read(ctx, stocktake_levels, &rows, ARG(store_id, s->store),
	              ARG(warehouse_id, s->warehouse), IDS_ARG(part_ids, parts, count));
	if (err)
		return err;
	n = rows_count(rows);
	ids = arena_array(ctx->arena, n + 1, sizeof(*ids));
	frozen = arena_array(ctx->arena, n + 1, sizeof(*frozen));
	numbers = arena_array(ctx->arena, n + 1, sizeof(*numbers));
	quantity = arena_array(ctx->arena, n + 1, sizeof(*quantity));
	for (size_t i = 0; i < n; i++) {
		frozen[i] = row_id(rows, i, "part_id");
		if (row_bool(rows, i, "frozen"))
			return fail_with(ctx, ERR_STOCK_FROZEN, NULL,
			                 arena_text(ctx->arena, id_format(frozen[i], text)), NULL);
		ids[i] = id_new();
		numbers[i] = row_text(rows, i, "number");
		quantity[i] = row_qty(rows, i, "on_hand");
	}
	db_write(ctx, stocktake_levels_freeze, ARG(id, s->id), ARG(store_id, s->store),
	         ARG(warehouse_id, s->warehouse), IDS_ARG(part_ids, frozen, n));
	db_write(ctx, stocktake_lines_add, ARG(id, s->id), ARG(store_id, s->store),
	         IDS_ARG(stocktake_line_ids, ids, n), IDS_ARG(part_ids, frozen, n),
	         TEXTS_ARG(numbers, numbers, n), QTYS_ARG(quantity, quantity, n));
	return OK;
}

enum err
stocktake_freeze(struct ctx *ctx, struct id id)
{
	struct id *parts = NULL;
	struct stocktake s;
	struct rows *rows;
	size_t n = 0;
	enum err err = lock(ctx, id, OP_freezeStocktake, &s);

	if (!err && s.chosen) {
		err = db_read(ctx, stocktake_chosen, &rows, ARG(id, id));
		if (err)
			return err;
		n = rows_count(rows);
		parts = arena_array(ctx->arena, n, sizeof(*parts));
		for (size_t i = 0; i < n; i++)
			parts[i] = row_id(rows, i, "part_id");
	}
	if (!err)
		err = freeze(ctx, &s, parts, n);
	if (err)
		return err;
	save(ctx, &s, NULL, NULL, "stocktake.frozen");
	return OK;
}

/* ------------------------------------------------------------ counting */

static size_t
place_of(const struct rows *rows, struct id part)
{
	size_t row = 0;

	while (row < rows_count(rows) && !id_equal(row_id(rows, row, "part_id"), part))
		row++;
	return row;
}

/* Parts that nobody expected there are counted from now on, too. */
static enum err
add_unexpected(struct ctx *ctx, const struct stocktake *s, const struct rows *lines,
               const struct id *parts, size_t count, bool *any)
{
	struct id *unexpected = arena_array(ctx->arena, count, sizeof(*unexpected));
	size_t n = 0;
	enum err err = check_parts(ctx, parts, count, "/lines/", "/part_id");

	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		if (place_of(lines, parts[i]) == rows_count(lines))
			unexpected[n++] = parts[i];
	*any = n > 0;
	return n ? freeze(ctx, s, unexpected, n) : OK;
}

/* What was counted of one batch: of a line of the body, that says as much, and each batch once. */
static enum err
check_batch(struct ctx *ctx, const struct count_stocktake *in, const struct rows *lines, size_t i)
{
	const struct stocktake_batch_tally *batch = &in->batches[i];
	int64_t milli = batch->quantity.milli, sum = 0;
	const char *wrong = NULL, *member = "quantity";
	size_t line = 0;
	int tracking;

	while (line < in->lines_count && !id_equal(in->lines[line].part_id, batch->part_id))
		line++;
	if (line == in->lines_count)
		return failf(ctx, ERR_NOT_FOUND, "/batches/%zu/part_id", i);
	for (size_t k = 0; k <= i; k++) {
		if (!id_equal(in->batches[k].part_id, batch->part_id))
			continue;
		sum += in->batches[k].quantity.milli;
		if (k < i && strcmp(in->batches[k].batch_number, batch->batch_number) == 0)
			return failf(ctx, ERR_NOT_UNIQUE, "/batches/%zu/batch_number", i);
	}
	tracking =
		row_enum(lines, place_of(lines, batch->part_id), "tracking", &part_tracking_enum);
	if (tracking == PART_TRACKING_NONE) {
		wrong = "must be of a part whose batches are told apart";
		member = "part_id";
	} else if (tracking == PART_TRACKING_SERIAL && milli != 0 && milli != 1000) {
		wrong = "must be 0 or 1 of a piece";
	} else if (sum > in->lines[line].quantity.milli) {
		wrong = "makes more than was counted of the part";
	}
	return wrong ? fail_with(ctx, ERR_BAD_VALUE,
	                         arena_printf(ctx->arena, "/batches/%zu/%s", i, member), wrong,
	                         NULL)
	             : OK;
}

static enum err
tally_batches(struct ctx *ctx, const struct stocktake *s, const struct count_stocktake *in,
              const struct rows *lines)
{
	size_t n = in->batches_count;
	struct id *ids = arena_array(ctx->arena, n + 1, sizeof(*ids));
	const char **numbers = arena_array(ctx->arena, n + 1, sizeof(*numbers));
	struct qty *quantity = arena_array(ctx->arena, n + 1, sizeof(*quantity));

	for (size_t i = 0; i < n; i++) {
		enum err err = check_batch(ctx, in, lines, i);

		if (err)
			return err;
		ids[i] = row_id(lines, place_of(lines, in->batches[i].part_id), "id");
		numbers[i] = in->batches[i].batch_number;
		quantity[i] = in->batches[i].quantity;
	}
	if (n == 0)
		return OK;
	db_write(ctx, stocktake_batches_add, ARG(store_id, s->store),
	         ARG(warehouse_id, s->warehouse), IDS_ARG(stocktake_line_ids, ids, n),
	         TEXTS_ARG(batch_numbers, numbers, n), QTYS_ARG(quantity, quantity, n));
	db_write(ctx, stocktake_batches_compare, IDS_ARG(stocktake_line_ids, ids, n));
	return OK;
}

static enum err
tally(struct ctx *ctx, const struct stocktake *s, const struct count_stocktake *in,
      const struct rows *lines)
{
	size_t n = in->lines_count;
	struct id *ids = arena_array(ctx->arena, n, sizeof(*ids));
	int64_t *rounds = arena_array(ctx->arena, n, sizeof(*rounds));
	struct qty *quantity = arena_array(ctx->arena, n, sizeof(*quantity));
	const char **notes = arena_array(ctx->arena, n, sizeof(*notes));

	for (size_t i = 0; i < n; i++) {
		size_t row = place_of(lines, in->lines[i].part_id);

		if (id_equal(row_id(lines, row, "before_by"), ctx->scope->actor))
			return failf(ctx, ERR_SAME_COUNTER, "/lines/%zu/part_id", i);
		ids[i] = row_id(lines, row, "id");
		rounds[i] = row_int(lines, row, "round");
		quantity[i] = in->lines[i].quantity;
		notes[i] = in->lines[i].note;
	}
	db_write(ctx, stocktake_batches_clear, IDS_ARG(stocktake_line_ids, ids, n));
	db_write(ctx, stocktake_counts_add, ARG(store_id, s->store),
	         IDS_ARG(stocktake_line_ids, ids, n), INTS_ARG(rounds, rounds, n),
	         QTYS_ARG(quantity, quantity, n));
	db_write(ctx, stocktake_lines_counted, IDS_ARG(stocktake_line_ids, ids, n),
	         INTS_ARG(rounds, rounds, n), QTYS_ARG(quantity, quantity, n),
	         TEXTS_ARG(notes, notes, n));
	return tally_batches(ctx, s, in, lines);
}

enum err
stocktake_count(struct ctx *ctx, struct id id, const struct count_stocktake *in)
{
	struct id *parts = arena_array(ctx->arena, in->lines_count, sizeof(*parts));
	struct stocktake s;
	struct rows *lines = NULL;
	bool added = false;
	enum err err = lock(ctx, id, OP_countStocktake, &s);

	for (size_t i = 0; !err && i < in->lines_count; i++) {
		parts[i] = in->lines[i].part_id;
		for (size_t k = 0; !err && k < i; k++)
			if (id_equal(parts[k], parts[i]))
				err = failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/part_id", i);
	}
	if (!err)
		err = db_read(ctx, stocktake_lines_of, &lines, ARG(id, id),
		              IDS_ARG(part_ids, parts, in->lines_count));
	if (!err)
		err = add_unexpected(ctx, &s, lines, parts, in->lines_count, &added);
	if (!err && added)
		err = db_read(ctx, stocktake_lines_of, &lines, ARG(id, id),
		              IDS_ARG(part_ids, parts, in->lines_count));
	if (!err)
		err = tally(ctx, &s, in, lines);
	if (err)
		return err;
	save(ctx, &s, NULL, NULL, "stocktake.tallied");
	return OK;
}

enum err
stocktake_submit(struct ctx *ctx, struct id id)
{
	struct stocktake s;
	struct rows *rows;
	enum err err = lock(ctx, id, OP_submitStocktake, &s);

	if (!err)
		err = db_read(ctx, stocktake_open, &rows, ARG(id, id));
	if (err)
		return err;
	if (row_int(rows, 0, "n") > 0)
		return fail_with(ctx, ERR_NOT_COUNTED, NULL, row_text(rows, 0, "n"), NULL);
	save(ctx, &s, NULL, NULL, "stocktake.counted");
	return OK;
}

enum err
stocktake_recount(struct ctx *ctx, struct id id, const struct recount_stocktake *in)
{
	struct stocktake s;
	struct rows *rows = NULL;
	enum err err = lock(ctx, id, OP_recountStocktake, &s);

	if (!err)
		err = db_read(ctx, stocktake_again, &rows, ARG(id, id),
		              IDS_ARG(part_ids, in->part_ids_count ? in->part_ids : NULL,
		                      in->part_ids_count));
	if (err)
		return err;
	for (size_t i = 0; i < in->part_ids_count; i++)
		if (place_of(rows, in->part_ids[i]) == rows_count(rows))
			return failf(ctx, ERR_NOT_FOUND, "/part_ids/%zu", i);
	if (rows_count(rows) == 0)
		return fail_with(ctx, ERR_BAD_VALUE, "/part_ids",
		                 "must name what is to be counted again, nothing differs", NULL);
	save(ctx, &s, NULL, NULL, "stocktake.recounted");
	return OK;
}

/* ------------------------------------------------------------ what comes of it */

/* Every difference has its reason. */
static enum err
explain(struct ctx *ctx, struct id id, const struct audit_stocktake *in, struct rows **differences)
{
	const char *numbers = NULL;
	struct rows *known;
	size_t lacking = 0;
	enum err err =
		db_read(ctx, stocktake_explain, &known, ARG(id, id), BODY_ARG(audit_stocktake, in));

	if (err)
		return err;
	for (size_t i = 0; i < in->reasons_count; i++)
		if (place_of(known, in->reasons[i].part_id) == rows_count(known))
			return failf(ctx, ERR_NOT_FOUND, "/reasons/%zu/part_id", i);
	err = db_read(ctx, stocktake_differences, differences, ARG(id, id));
	for (size_t i = 0; !err && i < rows_count(*differences); i++) {
		if (!row_is_null(*differences, i, "variance_reason"))
			continue;
		if (lacking++ < 5)
			numbers = arena_printf(ctx->arena, "%s%s%s", numbers ? numbers : "",
			                       numbers ? ", " : "",
			                       row_text(*differences, i, "part_number"));
	}
	if (err || lacking == 0)
		return err;
	return fail_with(ctx, ERR_DIFFERENCE_UNEXPLAINED, NULL,
	                 arena_printf(ctx->arena, "%zu", lacking), numbers);
}

enum err
stocktake_audit(struct ctx *ctx, struct id id, const struct audit_stocktake *in)
{
	struct rows *rows, *differences = NULL;
	struct stocktake s;
	int64_t value = 0;
	enum err err = lock(ctx, id, OP_auditStocktake, &s);

	if (!err)
		err = db_read(ctx, stocktake_counter, &rows, ARG(id, id));
	if (!err && row_bool(rows, 0, "counted"))
		err = fail(ctx, ERR_OWN_COUNT, NULL);
	if (!err)
		err = explain(ctx, id, in, &differences);
	if (!err)
		err = db_read(ctx, stocktake_levels_held, &rows, ARG(id, id));
	if (!err && rows_count(differences) > 0)
		err = stocktake_correct(ctx,
		                        &(struct stocktake_books){
						.stocktake = id,
						.store = s.store,
						.warehouse = s.warehouse,
						.differences = differences,
					},
		                        &value);
	if (err)
		return err;
	db_write(ctx, stocktake_levels_thaw, ARG(id, id));
	save(ctx, &s, NULL, &value, "stocktake.posted");
	return OK;
}

enum err
stocktake_cancel(struct ctx *ctx, struct id id, const struct cancel_stocktake *in)
{
	struct stocktake s;
	struct rows *rows;
	enum err err = lock(ctx, id, OP_cancelStocktake, &s);

	if (!err)
		err = db_read(ctx, stocktake_levels_held, &rows, ARG(id, id));
	if (err)
		return err;
	db_write(ctx, stocktake_levels_thaw, ARG(id, id));
	save(ctx, &s, in->reason, NULL, "stocktake.cancelled");
	return OK;
}
