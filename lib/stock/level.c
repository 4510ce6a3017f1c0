/* SPDX-License-Identifier: Apache-2.0 */
/* Levels are read under lock, changed in memory and written back as they then are. */
#include "stock/level.h"

#include <assert.h>
#include <string.h>

static size_t
count_different(const struct id *parts, size_t count)
{
	size_t different = 0;

	for (size_t i = 0, k; i < count; i++) {
		for (k = 0; k < i && !id_equal(parts[k], parts[i]); k++)
			;
		different += k == i;
	}
	return different;
}

enum err
levels_lock(struct ctx *ctx, struct id store, struct id warehouse, const struct id *parts,
            size_t count, struct levels *levels)
{
	int64_t different = (int64_t)count_different(parts, count);
	struct rows *rows;
	enum err err = db_read(ctx, stock_levels_lock, &rows, ARG(store_id, store),
	                       ARG(warehouse_id, warehouse), IDS_ARG(part_ids, parts, count),
	                       ARG(count, different));

	if (!err && rows_count(rows) == 0) {
		db_write(ctx, stock_levels_ensure, ARG(store_id, store),
		         ARG(warehouse_id, warehouse), IDS_ARG(part_ids, parts, count));
		err = db_read(ctx, stock_levels_lock, &rows, ARG(store_id, store),
		              ARG(warehouse_id, warehouse), IDS_ARG(part_ids, parts, count),
		              ARG(count, different));
	}
	if (err)
		return err;
	/* where the store is hidden from the caller, nothing can be made in it */
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/store_id");
	*levels = (struct levels){ .store = store, .count = rows_count(rows) };
	levels->level = arena_array(ctx->arena, levels->count, sizeof(*levels->level));
	for (size_t i = 0; i < levels->count; i++) {
		levels->warehouse = row_id(rows, i, "warehouse_id");
		levels->level[i] = (struct level){
			.part = row_id(rows, i, "part_id"),
			.on_hand = row_qty(rows, i, "on_hand"),
			.reserved = row_qty(rows, i, "reserved"),
			.value = row_int(rows, i, "value"),
			.movements = row_int(rows, i, "movements"),
			.frozen = row_bool(rows, i, "frozen"),
			.tracked = row_bool(rows, i, "tracked"),
			.binned = row_bool(rows, i, "binned"),
			.deposit = row_int(rows, i, "core_deposit"),
		};
	}
	return OK;
}

enum err
levels_movable(struct ctx *ctx, const struct levels *levels)
{
	char text[ID_TEXT];

	for (size_t i = 0; i < levels->count; i++)
		if (levels->level[i].frozen)
			return fail_with(
				ctx, ERR_STOCK_FROZEN, NULL,
				arena_text(ctx->arena, id_format(levels->level[i].part, text)),
				NULL);
	return OK;
}

struct level *
level_of(const struct levels *levels, struct id part)
{
	for (size_t i = 0;; i++) {
		assert(i < levels->count); /* it was locked */
		if (id_equal(levels->level[i].part, part))
			return &levels->level[i];
	}
}

struct qty
level_available(const struct level *level)
{
	return (struct qty){ level->on_hand.milli - level->reserved.milli };
}

struct qty
level_held_for(const struct rows *held, struct id whom)
{
	for (size_t i = 0; i < rows_count(held); i++)
		if (id_equal(row_id(held, i, "whom"), whom))
			return row_qty(held, i, "quantity");
	return (struct qty){ 0 };
}

bool
level_take(struct level *level, struct qty quantity, int64_t *cost)
{
	if (quantity.milli > level_available(level).milli)
		return false;
	*cost = money_share(level->value, quantity, level->on_hand);
	level->on_hand.milli -= quantity.milli;
	level->value -= *cost;
	return true;
}

bool
level_take_at(struct level *level, struct qty quantity, int64_t *cost)
{
	if (quantity.milli > level_available(level).milli)
		return false;
	level->on_hand.milli -= quantity.milli;
	if (level->on_hand.milli == 0 || *cost > level->value)
		*cost = level->value;
	level->value -= *cost;
	return true;
}

bool
level_put(struct level *level, struct qty quantity, int64_t value)
{
	return qty_add(level->on_hand, quantity, &level->on_hand) &&
	       money_add(level->value, value, &level->value);
}

enum err
level_uncountable(struct ctx *ctx, size_t line)
{
	return fail_with(ctx, ERR_BAD_VALUE, arena_printf(ctx->arena, "/lines/%zu/quantity", line),
	                 "makes more than can be counted", NULL);
}

void
level_post(struct level *level, struct posting *posting)
{
	posting->id = id_new();
	posting->on_hand_after = level->on_hand;
	posting->value_after = level->value;
	posting->ordinal = ++level->movements;
}

void
levels_save(struct ctx *ctx, const struct levels *levels)
{
	size_t n = levels->count;
	struct id *parts = arena_array(ctx->arena, n, sizeof(*parts));
	struct qty *on_hand = arena_array(ctx->arena, n, sizeof(*on_hand));
	struct qty *reserved = arena_array(ctx->arena, n, sizeof(*reserved));
	int64_t *value = arena_array(ctx->arena, n, sizeof(*value));
	int64_t *movements = arena_array(ctx->arena, n, sizeof(*movements));

	for (size_t i = 0; i < n; i++) {
		parts[i] = levels->level[i].part;
		on_hand[i] = levels->level[i].on_hand;
		reserved[i] = levels->level[i].reserved;
		value[i] = levels->level[i].value;
		movements[i] = levels->level[i].movements;
	}
	db_write(ctx, stock_levels_save, ARG(store_id, levels->store),
	         ARG(warehouse_id, levels->warehouse), IDS_ARG(part_ids, parts, n),
	         QTYS_ARG(on_hand, on_hand, n), QTYS_ARG(reserved, reserved, n),
	         INTS_ARG(value, value, n), INTS_ARG(movements, movements, n));
}

int64_t
posting_cost(const struct posting *posting)
{
	return posting->value < 0 ? -posting->value : posting->value;
}

/* Postings as columns of a statement. */
struct entries {
	size_t count;
	size_t *of; /* the place of each among the postings */
	struct id *ids, *lines, *parts;
	struct qty *quantity, *on_hand;
	int64_t *value, *value_after, *ordinal;
};

/* All of them, or of tracked parts only. */
static struct entries
entries_of(struct ctx *ctx, const struct levels *levels, const struct posting *postings,
           size_t count, bool tracked)
{
	struct entries e = { 0 };

	e.of = arena_array(ctx->arena, count, sizeof(*e.of));
	e.ids = arena_array(ctx->arena, count, sizeof(*e.ids));
	e.lines = arena_array(ctx->arena, count, sizeof(*e.lines));
	e.parts = arena_array(ctx->arena, count, sizeof(*e.parts));
	e.quantity = arena_array(ctx->arena, count, sizeof(*e.quantity));
	e.on_hand = arena_array(ctx->arena, count, sizeof(*e.on_hand));
	e.value = arena_array(ctx->arena, count, sizeof(*e.value));
	e.value_after = arena_array(ctx->arena, count, sizeof(*e.value_after));
	e.ordinal = arena_array(ctx->arena, count, sizeof(*e.ordinal));
	for (size_t i = 0; i < count; i++) {
		const struct posting *p = &postings[i];
		size_t n = e.count;

		if (tracked && !level_of(levels, p->part)->tracked)
			continue;
		e.of[n] = i;
		e.ids[n] = p->id;
		e.lines[n] = p->line;
		e.parts[n] = p->part;
		e.quantity[n] = p->quantity;
		e.on_hand[n] = p->on_hand_after;
		e.value[n] = p->value;
		e.value_after[n] = p->value_after;
		e.ordinal[n] = p->ordinal;
		e.count++;
	}
	return e;
}

/* Where a posting moved more or less worth than was thought, so did all that stands after it. */
static void
revalue(const struct levels *levels, struct posting *postings, size_t count, size_t i,
        int64_t value)
{
	int64_t off = value - postings[i].value;

	postings[i].value = value;
	for (size_t k = i; k < count; k++)
		if (id_equal(postings[k].part, postings[i].part))
			postings[k].value_after += off;
	level_of(levels, postings[i].part)->value += off;
}

/* Which batches the pieces of tracked parts are of, and what they cost where that is told by batch. */
static enum err
save_batches(struct ctx *ctx, const struct levels *levels, struct id document,
             struct posting *postings, size_t count)
{
	struct entries e = entries_of(ctx, levels, postings, count, true);
	struct id *batches = arena_array(ctx->arena, e.count + 1, sizeof(*batches));
	struct rows *rows;
	enum err err;

	if (e.count == 0)
		return OK;
	for (size_t i = 0; i < e.count; i++)
		batches[i] = id_new();
	err = db_read(ctx, stock_batches_post, &rows, ARG(store_id, levels->store),
	              ARG(warehouse_id, levels->warehouse), ARG(document_id, document),
	              IDS_ARG(batch_ids, batches, e.count), IDS_ARG(movement_ids, e.ids, e.count),
	              IDS_ARG(line_ids, e.lines, e.count), IDS_ARG(part_ids, e.parts, e.count),
	              QTYS_ARG(quantity, e.quantity, e.count), INTS_ARG(value, e.value, e.count),
	              QTYS_ARG(on_hand, e.on_hand, e.count),
	              INTS_ARG(value_after, e.value_after, e.count));
	for (size_t i = 0; !err && i < rows_count(rows); i++)
		revalue(levels, postings, count, e.of[row_int(rows, i, "nth") - 1],
		        row_int(rows, i, "value"));
	return err;
}

/* Where the pieces lie: a line of these kinds may name a bin that has had none of the part. */
static void
save_bins(struct ctx *ctx, const struct levels *levels, struct id document, const char *kind,
          const struct posting *postings, size_t count)
{
	struct id *ids = arena_array(ctx->arena, count, sizeof(*ids));
	bool any = strcmp(kind, "receipt") == 0 || strcmp(kind, "adjustment") == 0;

	for (size_t i = 0; i < count; i++) {
		any = any || level_of(levels, postings[i].part)->binned;
		ids[i] = id_new();
	}
	if (any)
		db_write(ctx, stock_bins_post, ARG(document_id, document),
		         IDS_ARG(bin_stock_ids, ids, count));
}

enum err
postings_save(struct ctx *ctx, const struct levels *levels, struct id document, const char *kind,
              const char *reason, struct posting *postings, size_t count)
{
	enum err err = save_batches(ctx, levels, document, postings, count);
	struct entries e;

	if (err)
		return err;
	e = entries_of(ctx, levels, postings, count, false);
	db_write(ctx, stock_movements_add, ARG(store_id, levels->store),
	         ARG(warehouse_id, levels->warehouse), ARG(document_id, document), ARG(kind, kind),
	         ARG(reason, reason), IDS_ARG(movement_ids, e.ids, count),
	         IDS_ARG(line_ids, e.lines, count), IDS_ARG(part_ids, e.parts, count),
	         QTYS_ARG(quantity, e.quantity, count), INTS_ARG(value, e.value, count),
	         QTYS_ARG(on_hand, e.on_hand, count), INTS_ARG(value_after, e.value_after, count),
	         INTS_ARG(ordinal, e.ordinal, count));
	save_bins(ctx, levels, document, kind, postings, count);
	return OK;
}
