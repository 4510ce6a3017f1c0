/* SPDX-License-Identifier: Apache-2.0 */
/* From a draft of new prices to the catalogue, and to what comes after it. */
#include "part/price_adjustment.h"

#include "event/event.h"
#include "org/org.h"
#include "part/part.h"

static const struct id chain;

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_auditPriceAdjustment,  FROM(PRICE_ADJUSTMENT_STATUS_DRAFT),     PRICE_ADJUSTMENT_STATUS_SCHEDULED },
	{ OP_voidPriceAdjustment,   FROM(PRICE_ADJUSTMENT_STATUS_DRAFT),     PRICE_ADJUSTMENT_STATUS_VOID },
	{ OP_cancelPriceAdjustment, FROM(PRICE_ADJUSTMENT_STATUS_SCHEDULED), PRICE_ADJUSTMENT_STATUS_CANCELLED },
};
/* clang-format on */

const struct machine price_adjustment_machine =
	MACHINE_OF_CHAIN("status", price_adjustment_status, moves);

/* ------------------------------------------------------------ drafting */

static enum err
check_day(struct ctx *ctx, struct date day)
{
	struct rows *rows;
	enum err err = db_read(ctx, price_adjustment_day_over, &rows, ARG(effective_on, day));

	if (!err && row_bool(rows, 0, "over"))
		err = fail_with(ctx, ERR_BAD_VALUE, "/effective_on", "must not be before today",
		                NULL);
	return err;
}

static enum err
check_lines(struct ctx *ctx, const struct new_price_adjustment_line *lines, size_t count)
{
	struct id *parts = arena_array(ctx->arena, count + 1, sizeof(*parts));

	for (size_t i = 0; i < count; i++) {
		parts[i] = lines[i].part_id;
		for (size_t k = 0; k < i; k++)
			if (id_equal(parts[k], parts[i]))
				return failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/part_id", i);
	}
	return parts_check(ctx, parts, count);
}

enum err
price_adjustment_create(struct ctx *ctx, const struct create_price_adjustment *in)
{
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (!err)
		err = check_day(ctx, in->effective_on);
	if (!err)
		err = check_lines(ctx, in->lines, in->lines_count);
	if (err)
		return err;
	db_write(ctx, price_adjustment_add, ARG(adjustment_id, ctx->subject),
	         BODY_ARG(create_price_adjustment, in));
	db_write(ctx, price_adjustment_lines_add, ARG(adjustment_id, ctx->subject),
	         BODY_ARG(create_price_adjustment, in));
	event_add_new(ctx, "price_adjustment.created", chain, ctx->subject);
	return OK;
}

enum err
price_adjustment_update(struct ctx *ctx, struct id id, const struct update_price_adjustment *in)
{
	struct rows *rows;
	int to;
	enum err err = db_lock(ctx, price_adjustment_lock, id, &rows);

	/* what can be voided is a draft */
	if (!err)
		err = machine_check(ctx, &price_adjustment_machine, OP_voidPriceAdjustment,
		                    row_enum(rows, 0, "status", &price_adjustment_status_enum),
		                    &to);
	if (!err && in->has_effective_on)
		err = check_day(ctx, in->effective_on);
	if (!err && in->has_lines)
		err = check_lines(ctx, in->lines, in->lines_count);
	if (err)
		return err;
	if (in->has_lines) {
		db_write(ctx, price_adjustment_lines_clear, ARG(id, id));
		db_write(ctx, price_adjustment_lines_add, ARG(adjustment_id, id),
		         BODY_ARG(update_price_adjustment, in));
	}
	db_write(ctx, price_adjustment_update, ARG(id, id), BODY_ARG(update_price_adjustment, in));
	event_add(ctx, "price_adjustment.updated", chain, id);
	return OK;
}

/* ------------------------------------------------------------ what is decided */

static void
set(struct ctx *ctx, struct id id, int to, const char *reason, const char *event)
{
	db_write(ctx, price_adjustment_set, ARG(id, id),
	         ENUM_ARG(status, price_adjustment_status, to), ARG(reason, reason));
	event_add(ctx, event, chain, id);
}

enum err
price_adjustment_audit(struct ctx *ctx, struct id id)
{
	struct rows *rows;
	int to = 0;
	enum err err = db_lock(ctx, price_adjustment_lock, id, &rows);

	if (!err)
		err = machine_check(ctx, &price_adjustment_machine, OP_auditPriceAdjustment,
		                    row_enum(rows, 0, "status", &price_adjustment_status_enum),
		                    &to);
	if (!err && row_bool(rows, 0, "own"))
		err = fail(ctx, ERR_OWN_ADJUSTMENT, NULL);
	if (!err && row_bool(rows, 0, "over"))
		err = fail_with(ctx, ERR_EFFECTIVE_DAY_OVER, NULL,
		                row_text(rows, 0, "effective_on"), NULL);
	if (err)
		return err;
	set(ctx, id, to, NULL, "price_adjustment.scheduled");
	return OK;
}

enum err
price_adjustment_end(struct ctx *ctx, enum op op, struct id id, const char *reason)
{
	struct rows *rows;
	int to = 0;
	enum err err = db_lock(ctx, price_adjustment_lock, id, &rows);

	if (!err)
		err = machine_check(ctx, &price_adjustment_machine, op,
		                    row_enum(rows, 0, "status", &price_adjustment_status_enum),
		                    &to);
	if (err)
		return err;
	set(ctx, id, to, reason,
	    to == PRICE_ADJUSTMENT_STATUS_VOID ? "price_adjustment.voided"
	                                       : "price_adjustment.cancelled");
	return OK;
}

/* ------------------------------------------------------------ its day */

enum err
price_adjustments_supersede(struct ctx *ctx, const struct id *parts, size_t count)
{
	struct rows *rows;
	struct id *ids;
	size_t n;
	enum err err =
		db_read(ctx, price_adjustments_of_parts, &rows, IDS_ARG(part_ids, parts, count));

	if (err || rows_count(rows) == 0)
		return err;
	n = rows_count(rows);
	ids = arena_array(ctx->arena, n, sizeof(*ids));
	for (size_t i = 0; i < n; i++)
		ids[i] = row_id(rows, i, "id");
	db_write(ctx, price_adjustment_lines_supersede, IDS_ARG(part_ids, parts, count));
	err = db_read(ctx, price_adjustments_supersede, &rows, IDS_ARG(adjustment_ids, ids, n));
	for (size_t i = 0; !err && i < rows_count(rows); i++)
		event_add(ctx, "price_adjustment.superseded", chain, row_id(rows, i, "id"));
	return err;
}

static enum err
begin(struct ctx *ctx, struct id id)
{
	struct rows *rows;
	struct id *parts, *changes;
	size_t n;
	enum err err = db_read(ctx, price_adjustment_parts, &rows, ARG(id, id));

	if (err)
		return err;
	n = rows_count(rows);
	parts = arena_array(ctx->arena, n, sizeof(*parts));
	changes = arena_array(ctx->arena, n, sizeof(*changes));
	for (size_t i = 0; i < n; i++) {
		parts[i] = row_id(rows, i, "id");
		changes[i] = id_new();
	}
	err = price_adjustments_supersede(ctx, parts, n);
	if (err)
		return err;
	db_write(ctx, price_adjustment_changes_add, ARG(id, id), IDS_ARG(change_ids, changes, n),
	         IDS_ARG(part_ids, parts, n));
	err = db_read(ctx, price_adjustment_price, &rows, ARG(id, id));
	if (err)
		return err;
	db_write(ctx, price_adjustment_lines_in_force, ARG(id, id));
	set(ctx, id, PRICE_ADJUSTMENT_STATUS_IN_FORCE, NULL, "price_adjustment.in_force");
	event_gather(ctx);
	for (size_t i = 0; i < rows_count(rows); i++)
		event_add(ctx, "part.updated", chain, row_id(rows, i, "id"));
	event_write(ctx);
	return OK;
}

enum err
price_adjustments_begin(struct ctx *ctx, bool *more)
{
	struct rows *rows;
	enum err err = db_read(ctx, price_adjustment_turn, &rows, NO_ARGS);

	*more = false;
	if (!err)
		err = db_read(ctx, price_adjustment_due, &rows, NO_ARGS);
	if (err || rows_count(rows) == 0)
		return err;
	*more = true;
	return begin(ctx, row_id(rows, 0, "id"));
}
