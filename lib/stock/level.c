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

/* Which batches the pieces of tracked parts are of. */
static void
save_batches(struct ctx *ctx, const struct levels *levels, struct id document,
             const struct posting *postings, size_t count)
{
	struct id *ids = arena_array(ctx->arena, count, sizeof(*ids));
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (level_of(levels, postings[i].part)->tracked)
			ids[n++] = id_new();
	if (n > 0)
		db_write(ctx, stock_batches_post, ARG(document_id, document),
		         IDS_ARG(batch_ids, ids, n));
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

void
postings_save(struct ctx *ctx, const struct levels *levels, struct id document, const char *kind,
              const char *reason, const struct posting *postings, size_t count)
{
	struct id *ids = arena_array(ctx->arena, count, sizeof(*ids));
	struct id *lines = arena_array(ctx->arena, count, sizeof(*lines));
	struct id *parts = arena_array(ctx->arena, count, sizeof(*parts));
	struct qty *quantity = arena_array(ctx->arena, count, sizeof(*quantity));
	struct qty *on_hand = arena_array(ctx->arena, count, sizeof(*on_hand));
	int64_t *value = arena_array(ctx->arena, count, sizeof(*value));
	int64_t *value_after = arena_array(ctx->arena, count, sizeof(*value_after));
	int64_t *ordinal = arena_array(ctx->arena, count, sizeof(*ordinal));

	for (size_t i = 0; i < count; i++) {
		ids[i] = id_new();
		lines[i] = postings[i].line;
		parts[i] = postings[i].part;
		quantity[i] = postings[i].quantity;
		value[i] = postings[i].value;
		on_hand[i] = postings[i].on_hand_after;
		value_after[i] = postings[i].value_after;
		ordinal[i] = postings[i].ordinal;
	}
	db_write(ctx, stock_movements_add, ARG(store_id, levels->store),
	         ARG(warehouse_id, levels->warehouse), ARG(document_id, document), ARG(kind, kind),
	         ARG(reason, reason), IDS_ARG(movement_ids, ids, count),
	         IDS_ARG(line_ids, lines, count), IDS_ARG(part_ids, parts, count),
	         QTYS_ARG(quantity, quantity, count), INTS_ARG(value, value, count),
	         QTYS_ARG(on_hand, on_hand, count), INTS_ARG(value_after, value_after, count),
	         INTS_ARG(ordinal, ordinal, count));
	save_batches(ctx, levels, document, postings, count);
	save_bins(ctx, levels, document, kind, postings, count);
}
