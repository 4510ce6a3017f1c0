/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts, their audit, and what takes them back. */
#include "stock/stock_document.h"

#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "stock/bin.h"
#include "stock/posted.h"
#include "stock/receipt.h"
#include "stock/stock.h"
#include "stock/stock_reason.h"
#include "stock/stock_return.h"

static const struct machine_move moves[] = {
	{ OP_auditStockDocument, FROM(STOCK_DOCUMENT_STATUS_DRAFT), STOCK_DOCUMENT_STATUS_POSTED },
	{ OP_voidStockDocument, FROM(STOCK_DOCUMENT_STATUS_DRAFT), STOCK_DOCUMENT_STATUS_VOID },
	{ OP_reverseStockDocument, FROM(STOCK_DOCUMENT_STATUS_POSTED),
	  STOCK_DOCUMENT_STATUS_REVERSED },
};
const struct machine stock_document_machine = MACHINE("status", stock_document_status, moves);

/* ------------------------------------------------------------ drafts */

static const char only_of_a_return[] = "is of a return only";

/* Kinds whose lines tell what leaves. */
static bool
leaves(int kind)
{
	return kind == STOCK_DOCUMENT_KIND_SCRAP || kind == STOCK_DOCUMENT_KIND_INTERNAL ||
	       kind == STOCK_DOCUMENT_KIND_SUPPLIER_RETURN;
}

static enum err
check_trace(struct ctx *ctx, const struct create_stock_document *in, size_t i)
{
	const struct create_stock_document_line *line = &in->lines[i];

	if (in->kind != STOCK_DOCUMENT_KIND_RECEIPT && line->certificate_number)
		return fail_with(ctx, ERR_BAD_VALUE,
		                 arena_printf(ctx->arena, "/lines/%zu/certificate_number", i),
		                 "is of a receipt only", NULL);
	return OK;
}

static enum err
check_line(struct ctx *ctx, const struct create_stock_document *in, size_t i)
{
	const struct create_stock_document_line *line = &in->lines[i];

	if (!line->has_part_id)
		return failf(ctx, ERR_REQUIRED, "/lines/%zu/part_id", i);
	if (line->has_work_order_line_id)
		return fail_with(ctx, ERR_BAD_VALUE,
		                 arena_printf(ctx->arena, "/lines/%zu/work_order_line_id", i),
		                 only_of_a_return, NULL);
	if ((in->kind == STOCK_DOCUMENT_KIND_RECEIPT ||
	     in->kind == STOCK_DOCUMENT_KIND_SUPPLIER_RETURN) &&
	    !line->has_unit_cost)
		return failf(ctx, ERR_REQUIRED, "/lines/%zu/unit_cost", i);
	if (line->quantity.milli == 0 ||
	    (line->quantity.milli < 0 && in->kind != STOCK_DOCUMENT_KIND_ADJUSTMENT))
		return fail_with(ctx, ERR_BAD_VALUE,
		                 arena_printf(ctx->arena, "/lines/%zu/quantity", i),
		                 in->kind == STOCK_DOCUMENT_KIND_ADJUSTMENT ? "must not be 0"
		                                                            : "must be positive",
		                 NULL);
	return check_trace(ctx, in, i);
}

/* Who sold it or gets it back, and who takes it for the shop's own use. */
static enum err
check_parties(struct ctx *ctx, const struct create_stock_document *in)
{
	bool back = in->kind == STOCK_DOCUMENT_KIND_SUPPLIER_RETURN;
	bool internal = in->kind == STOCK_DOCUMENT_KIND_INTERNAL;
	struct rows *rows;
	enum err err;

	if (in->has_received_by && !internal)
		return fail_with(ctx, ERR_BAD_VALUE, "/received_by",
		                 "is of a return or of internal use only", NULL);
	if (internal && !in->has_received_by)
		return fail(ctx, ERR_REQUIRED, "/received_by");
	if (back && !in->has_supplier_id)
		return fail(ctx, ERR_REQUIRED, "/supplier_id");
	if (in->has_supplier_id && !back &&
	    (in->kind != STOCK_DOCUMENT_KIND_RECEIPT || in->reason != STOCK_REASON_PURCHASE))
		return fail_with(ctx, ERR_BAD_VALUE, "/supplier_id",
		                 "is of a purchase or a supplier_return only", NULL);
	err = db_read(ctx, stock_parties, &rows, ARG(supplier_id, in->supplier_id),
	              ARG(staff_id, in->received_by));
	if (err)
		return err;
	if (!row_bool(rows, 0, "supplier"))
		return fail(ctx, ERR_NOT_FOUND, "/supplier_id");
	return row_bool(rows, 0, "staff") ? OK : fail(ctx, ERR_NOT_FOUND, "/received_by");
}

static enum err
check_references(struct ctx *ctx, const struct create_stock_document *in, struct id warehouse)
{
	struct rows *wrong;
	enum err err = db_read(ctx, stock_document_check, &wrong, ARG(warehouse_id, warehouse),
	                       BODY_ARG(create_stock_document, in));

	if (err || rows_count(wrong) == 0)
		return err;
	return failf(ctx, ERR_NOT_FOUND, "/lines/%lld/%s", (long long)row_int(wrong, 0, "position"),
	             row_bool(wrong, 0, "part") ? "part_id" : "bin_id");
}

static enum err
create_draft(struct ctx *ctx, const struct create_stock_document *in, struct id store,
             struct id warehouse)
{
	struct id *lines = arena_array(ctx->arena, in->lines_count, sizeof(*lines));
	struct id order = { 0 };
	const char *number;
	enum err err = check_parties(ctx, in);

	for (size_t i = 0; !err && i < in->lines_count; i++) {
		err = check_line(ctx, in, i);
		lines[i] = id_new();
	}
	if (!err)
		err = check_references(ctx, in, warehouse);
	if (!err)
		err = receipt_check_returns(ctx, store, in, &order);
	if (!err)
		err = document_number(ctx, store, "SD", &number);
	if (err)
		return err;
	db_write(ctx, stock_document_add_draft, ARG(document_id, ctx->subject),
	         ARG(store_id, store), ARG(warehouse_id, warehouse), ARG(number, number),
	         ARG(order_id, order), BODY_ARG(create_stock_document, in));
	db_write(ctx, stock_document_lines_add_draft, ARG(document_id, ctx->subject),
	         ARG(store_id, store), IDS_ARG(document_line_ids, lines, in->lines_count),
	         BODY_ARG(create_stock_document, in));
	search_add(ctx, "number", number, "stock_document", ctx->subject, store);
	event_add(ctx, "stock_document.created", store, ctx->subject);
	return OK;
}

/* ------------------------------------------------------------ creation */

/* Kinds that other commands post. */
static const char *const made_elsewhere[STOCK_DOCUMENT_KIND_COUNT] = {
	[STOCK_DOCUMENT_KIND_ISSUE] = "parts are issued from their work order",
	[STOCK_DOCUMENT_KIND_SALE] = "parts are sold by a sales order",
	[STOCK_DOCUMENT_KIND_TRANSFER_OUT] = "parts are shipped by their transfer",
	[STOCK_DOCUMENT_KIND_TRANSFER_IN] = "parts are received by their transfer",
	[STOCK_DOCUMENT_KIND_STOCKTAKE] = "stock is counted by a stocktake",
};

enum err
stock_document_create(struct ctx *ctx, const struct create_stock_document *in)
{
	struct id store, warehouse;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (!err)
		err = warehouse_find(ctx, store, in->warehouse_id, &warehouse);
	if (err)
		return err;
	if (made_elsewhere[in->kind])
		return fail_with(ctx, ERR_BAD_VALUE, "/kind", made_elsewhere[in->kind], NULL);
	err = stock_reason_check(ctx, in->kind, in->reason);
	if (err)
		return err;
	return in->kind == STOCK_DOCUMENT_KIND_RETURN
	               ? stock_return_create(ctx, in, store, warehouse)
	               : create_draft(ctx, in, store, warehouse);
}

/* ------------------------------------------------------------ moving stock */

/* A document under lock, one row for each line; the state after op in *to. */
static enum err
lock(struct ctx *ctx, struct id id, enum op op, struct rows **rows, int *to)
{
	enum err err = db_lock(ctx, stock_document_lock, id, rows);

	if (err)
		return err;
	return machine_check(ctx, &stock_document_machine, op,
	                     row_enum(*rows, 0, "status", &stock_document_status_enum), to);
}

static enum err
lock_levels(struct ctx *ctx, const struct rows *rows, struct levels *levels)
{
	size_t n = rows_count(rows);
	struct id *parts = arena_array(ctx->arena, n, sizeof(*parts));
	enum err err;

	for (size_t i = 0; i < n; i++)
		parts[i] = row_id(rows, i, "part_id");
	err = levels_lock(ctx, row_id(rows, 0, "store_id"), row_id(rows, 0, "warehouse_id"), parts,
	                  n, levels);
	return err ? err : levels_movable(ctx, levels);
}

/* Value of what comes in: its unit cost, or the average of what is there. */
static bool
value_in(const struct rows *rows, size_t row, const struct level *level, struct qty quantity,
         int64_t *value)
{
	*value = 0;
	if (!row_is_null(rows, row, "unit_cost"))
		return money_mul_qty(row_int(rows, row, "unit_cost"), quantity, value);
	return level->on_hand.milli == 0 ||
	       money_scale(level->value, quantity, level->on_hand, value);
}

/* One line of a draft, on its level.  What tells what leaves turns its sign. */
static enum err
move(struct ctx *ctx, const struct rows *rows, size_t row, struct level *level,
     struct posting *posting)
{
	int64_t milli = row_qty(rows, row, "quantity").milli, value;

	if (leaves(row_enum(rows, row, "kind", &stock_document_kind_enum)))
		milli = -milli;
	if (milli < 0) {
		if (!level_take(level, (struct qty){ -milli }, &value))
			return failf(ctx, ERR_INSUFFICIENT_STOCK, "/lines/%zu/quantity", row);
		value = -value;
	} else if (!value_in(rows, row, level, (struct qty){ milli }, &value) ||
	           !level_put(level, (struct qty){ milli }, value)) {
		return level_uncountable(ctx, row);
	}
	*posting = (struct posting){
		.line = row_id(rows, row, "line_id"),
		.part = level->part,
		.quantity = { milli },
		.value = value,
	};
	level_post(level, posting);
	return OK;
}

/* The other way, at the cost it moved with. */
static enum err
move_back(struct ctx *ctx, const struct rows *rows, size_t row, struct level *level,
          struct posted *counter)
{
	int64_t milli = row_qty(rows, row, "quantity").milli, value = row_int(rows, row, "cost");
	struct qty quantity = { -milli };

	if (!leaves(row_enum(rows, row, "kind", &stock_document_kind_enum)))
		milli = -milli;
	if (milli < 0) {
		if (!level_take_at(level, (struct qty){ -milli }, &value))
			return failf(ctx, ERR_INSUFFICIENT_STOCK, "/lines/%zu/quantity", row);
		value = -value;
	} else if (!level_put(level, (struct qty){ milli }, value)) {
		return level_uncountable(ctx, row);
	}
	posted_add(
		counter, level,
		&(struct posted_line){ .quantity = quantity, .moved = { milli }, .value = value });
	return OK;
}

/* What came for an order, or went back, changes it. */
static void
follow_order(struct ctx *ctx, const struct rows *rows, struct id id, enum receipt_fate fate)
{
	receipt_follow(
		ctx, id, row_id(rows, 0, "purchase_order_id"),
		(enum stock_document_kind)row_enum(rows, 0, "kind", &stock_document_kind_enum),
		fate);
}

static void
save_costs(struct ctx *ctx, const struct posting *postings, size_t count)
{
	struct id *lines = arena_array(ctx->arena, count + 1, sizeof(*lines));
	int64_t *cost = arena_array(ctx->arena, count + 1, sizeof(*cost));

	for (size_t i = 0; i < count; i++) {
		lines[i] = postings[i].line;
		cost[i] = posting_cost(&postings[i]);
	}
	db_write(ctx, stock_document_set_costs, IDS_ARG(document_line_ids, lines, count),
	         INTS_ARG(cost, cost, count));
}

enum err
stock_document_audit(struct ctx *ctx, struct id id)
{
	struct levels levels;
	struct posting *postings;
	struct rows *rows;
	size_t n = 0;
	int to;
	enum err err = lock(ctx, id, OP_auditStockDocument, &rows, &to);

	if (err)
		return err;
	if (id_equal(row_id(rows, 0, "created_by"), ctx->scope->actor))
		return fail(ctx, ERR_OWN_DOCUMENT, NULL);
	postings = arena_array(ctx->arena, rows_count(rows), sizeof(*postings));
	err = receipt_lock_order(ctx, row_id(rows, 0, "purchase_order_id"));
	if (!err)
		err = lock_levels(ctx, rows, &levels);
	for (size_t i = 0; !err && i < rows_count(rows); i++) {
		/* all of it was turned away at the door */
		if (row_qty(rows, i, "quantity").milli == 0)
			continue;
		err = move(ctx, rows, i, level_of(&levels, row_id(rows, i, "part_id")),
		           &postings[n++]);
	}
	if (!err)
		err = receipt_serve(ctx, &levels, id);
	if (!err)
		err = postings_save(ctx, &levels, id, row_text(rows, 0, "kind"),
		                    row_text(rows, 0, "reason"), postings, n);
	if (err)
		return err;
	levels_save(ctx, &levels);
	save_costs(ctx, postings, n);
	db_write(ctx, stock_document_set_posted, ARG(id, id));
	follow_order(ctx, rows, id, RECEIPT_POSTED);
	event_add(ctx, "stock_document.posted", levels.store, id);
	return OK;
}

enum err
stock_document_void(struct ctx *ctx, struct id id, const struct void_stock_document *in)
{
	struct rows *rows;
	int to = 0;
	enum err err = lock(ctx, id, OP_voidStockDocument, &rows, &to);

	if (!err)
		err = receipt_lock_order(ctx, row_id(rows, 0, "purchase_order_id"));
	if (err)
		return err;
	follow_order(ctx, rows, id, RECEIPT_VOID);
	db_write(ctx, stock_document_set_status, ARG(id, id),
	         ENUM_ARG(status, stock_document_status, to), ARG(note, in->reason));
	event_add(ctx, "stock_document.voided", row_id(rows, 0, "store_id"), id);
	return OK;
}

static enum err
check_reversible(struct ctx *ctx, struct id id, const struct rows *rows)
{
	int kind = row_enum(rows, 0, "kind", &stock_document_kind_enum);
	bool of_others = made_elsewhere[kind] || kind == STOCK_DOCUMENT_KIND_RETURN ||
	                 !row_is_null(rows, 0, "transfer_id");
	struct rows *billed;
	enum err err;

	if (id_equal(row_id(rows, 0, "created_by"), ctx->scope->actor))
		return fail(ctx, ERR_OWN_DOCUMENT, NULL);
	if (of_others || !row_is_null(rows, 0, "reverses_id"))
		return fail_with(ctx, ERR_NOT_REVERSIBLE, NULL, row_text(rows, 0, "kind"), NULL);
	/* who billed it held the lock that is ours now: the lines are as they were before */
	err = db_read(ctx, stock_document_billed, &billed, ARG(id, id));
	if (err)
		return err;
	return row_bool(billed, 0, "billed") ? fail(ctx, ERR_RECEIPT_INVOICED, NULL) : OK;
}

enum err
stock_document_reverse(struct ctx *ctx, struct id id)
{
	struct levels levels;
	struct posted counter;
	struct rows *rows;
	int to = 0;
	enum err err = lock(ctx, id, OP_reverseStockDocument, &rows, &to);

	if (!err)
		err = check_reversible(ctx, id, rows);
	if (!err)
		err = receipt_lock_order(ctx, row_id(rows, 0, "purchase_order_id"));
	if (!err)
		err = lock_levels(ctx, rows, &levels);
	if (err)
		return err;
	posted_init(ctx, &counter, row_text(rows, 0, "kind"), row_text(rows, 0, "reason"),
	            rows_count(rows));
	counter.reverses = id;
	for (size_t i = 0; !err && i < rows_count(rows); i++)
		if (row_qty(rows, i, "quantity").milli != 0)
			err = move_back(ctx, rows, i, level_of(&levels, row_id(rows, i, "part_id")),
			                &counter);
	if (!err)
		err = stock_serve_waiting(ctx, &levels);
	if (!err)
		err = posted_save(ctx, &counter, &levels);
	if (err)
		return err;
	levels_save(ctx, &levels);
	db_write(ctx, stock_document_set_status, ARG(id, id),
	         ENUM_ARG(status, stock_document_status, to), NULL_ARG(note));
	follow_order(ctx, rows, id, RECEIPT_REVERSED);
	event_add(ctx, "stock_document.reversed", levels.store, id);
	return OK;
}
