/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of the ledger of hazardous waste, one after the other for each store and kind. */
#include "waste/waste.h"

#include "event/event.h"
#include "org/org.h"

static const struct id chain;

/* ------------------------------------------------------------ kinds */

enum err
waste_kind_create(struct ctx *ctx, const struct create_waste_kind *in)
{
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (err)
		return err;
	db_write(ctx, waste_kind_add, ARG(kind_id, ctx->subject), BODY_ARG(create_waste_kind, in));
	event_add_new(ctx, "waste_kind.created", chain, ctx->subject);
	return OK;
}

enum err
waste_kind_update(struct ctx *ctx, struct id id, const struct update_waste_kind *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, waste_kind_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, waste_kind_update, ARG(id, id), BODY_ARG(update_waste_kind, in));
	event_add(ctx, "waste_kind.updated", chain, id);
	return OK;
}

/* ------------------------------------------------------------ the ledger */

struct entry {
	struct id store, kind, work_order, reverses;
	enum waste_direction direction;
	int64_t delta;
	const char *collector, *licence_number, *manifest_number, *reason, *note;
	struct date licence_valid_to;
};

static enum err
lock(struct ctx *ctx, struct id store, struct id kind, struct rows **balance)
{
	db_write(ctx, waste_balance_ensure, ARG(store_id, store), ARG(kind_id, kind));
	return db_read(ctx, waste_balance_lock, balance, ARG(store_id, store), ARG(kind_id, kind));
}

/* Under the lock of its balance. */
static enum err
post(struct ctx *ctx, const struct entry *e, const struct rows *balance, const char *event)
{
	int64_t after, ordinal = row_int(balance, 0, "entries") + 1;

	if (__builtin_add_overflow(row_int(balance, 0, "quantity"), e->delta, &after))
		return fail_with(ctx, ERR_BAD_VALUE, "/quantity", "is too much", NULL);
	if (after < 0)
		return fail_with(ctx, ERR_WASTE_NOT_THERE, NULL, row_text(balance, 0, "quantity"),
		                 NULL);
	db_write(ctx, waste_entry_add, ARG(entry_id, ctx->subject), ARG(store_id, e->store),
	         ARG(kind_id, e->kind), ARG(ordinal, ordinal),
	         ENUM_ARG(direction, waste_direction, e->direction), ARG(delta, e->delta),
	         ARG(quantity_after, after), ARG(work_order_id, e->work_order),
	         ARG(collector, e->collector), ARG(licence_number, e->licence_number),
	         ARG(licence_valid_to, e->licence_valid_to),
	         ARG(manifest_number, e->manifest_number), ARG(reverses_id, e->reverses),
	         ARG(reason, e->reason), ARG(note, e->note));
	db_write(ctx, waste_balance_set, ARG(store_id, e->store), ARG(kind_id, e->kind),
	         ARG(quantity_after, after), ARG(ordinal, ordinal));
	event_add(ctx, event, e->store, ctx->subject);
	return OK;
}

/* Whose it is, and that there is such a kind. */
static enum err
begin(struct ctx *ctx, struct id sent, struct id sent_store, bool stores, struct entry *e)
{
	struct rows *rows = NULL;
	enum err err = ctx_store(ctx, sent_store, &e->store);

	if (!err)
		err = new_id(ctx, sent, &ctx->subject);
	if (!err)
		err = db_read(ctx, waste_kind_find, &rows, ARG(kind_id, e->kind));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/kind_id");
	if (stores && !row_bool(rows, 0, "active"))
		return fail_with(ctx, ERR_BAD_VALUE, "/kind_id", "is not used any more", NULL);
	return OK;
}

enum err
waste_store(struct ctx *ctx, const struct store_waste *in)
{
	struct entry e = {
		.kind = in->kind_id,
		.work_order = in->work_order_id,
		.direction = WASTE_DIRECTION_STORED,
		.delta = in->quantity,
		.note = in->note,
	};
	struct rows *balance;
	enum err err = begin(ctx, in->id, in->store_id, true, &e);

	if (!err)
		err = lock(ctx, e.store, e.kind, &balance);
	return err ? err : post(ctx, &e, balance, "waste_entry.stored");
}

enum err
waste_collect(struct ctx *ctx, const struct collect_waste *in)
{
	struct entry e = {
		.kind = in->kind_id,
		.direction = WASTE_DIRECTION_COLLECTED,
		.delta = -in->quantity,
		.collector = in->collector,
		.licence_number = in->licence_number,
		.licence_valid_to = in->licence_valid_to,
		.manifest_number = in->manifest_number,
		.note = in->note,
	};
	struct rows *rows = NULL;
	enum err err = begin(ctx, in->id, in->store_id, false, &e);

	if (!err)
		err = db_read(ctx, waste_licence_over, &rows, ARG(store_id, e.store),
		              ARG(licence_valid_to, in->licence_valid_to));
	if (!err && rows_count(rows) == 0)
		err = fail(ctx, ERR_NOT_FOUND, "/store_id");
	if (!err && row_bool(rows, 0, "over"))
		err = fail_with(ctx, ERR_BAD_VALUE, "/licence_valid_to", "has run out", NULL);
	if (!err)
		err = lock(ctx, e.store, e.kind, &rows);
	return err ? err : post(ctx, &e, rows, "waste_entry.collected");
}

enum err
waste_entry_reverse(struct ctx *ctx, struct id id, const char *reason)
{
	struct entry e = { .direction = WASTE_DIRECTION_REVERSED, .reverses = id };
	struct rows *rows, *balance;
	enum err err = db_read(ctx, waste_entry_find, &rows, ARG(id, id));

	if (!err && rows_count(rows) == 0)
		err = fail(ctx, ERR_NOT_FOUND, NULL);
	if (err)
		return err;
	e.store = row_id(rows, 0, "store_id");
	e.kind = row_id(rows, 0, "kind_id");
	e.delta = -row_int(rows, 0, "quantity");
	e.reason = reason;
	err = lock(ctx, e.store, e.kind, &balance);
	/* a statement of its own: it sees what was written while the lock was waited for */
	if (!err)
		err = db_read(ctx, waste_entry_find, &rows, ARG(id, id));
	if (!err && row_bool(rows, 0, "over"))
		err = fail(ctx, ERR_WASTE_REVERSED, NULL);
	if (err)
		return err;
	ctx->subject = id_new();
	return post(ctx, &e, balance, "waste_entry.reversed");
}
