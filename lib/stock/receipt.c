/* SPDX-License-Identifier: Apache-2.0 */
/* Between purchase orders and the stock. */
#include "stock/receipt.h"

#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "stock/stock.h"

static enum err
wrong_line(struct ctx *ctx, size_t i, const char *member, const char *what)
{
	return fail_with(ctx, ERR_BAD_VALUE, arena_printf(ctx->arena, "/lines/%zu/%s", i, member),
	                 what, NULL);
}

static size_t
place_of(const struct rows *rows, struct id line)
{
	size_t row = 0;

	while (row < rows_count(rows) && !id_equal(row_id(rows, row, "id"), line))
		row++;
	return row;
}

/* One line of what came, of the order's lines. */
static enum err
check_line(struct ctx *ctx, const struct received_line *line, const struct rows *lines, size_t i)
{
	size_t row = place_of(lines, line->line_id);
	int64_t open;

	if (row == rows_count(lines))
		return failf(ctx, ERR_NOT_FOUND, "/lines/%zu/line_id", i);
	open = row_qty(lines, row, "quantity").milli -
	       row_qty(lines, row, "received_quantity").milli -
	       row_qty(lines, row, "pending_quantity").milli;
	if (line->quantity.milli > open)
		return wrong_line(ctx, i, "quantity", "is more than is still to come");
	if (line->quantity.milli == 0 && line->rejected_quantity.milli == 0)
		return wrong_line(ctx, i, "quantity",
		                  "must be positive where nothing was rejected");
	if (line->rejected_quantity.milli > 0 && !line->has_rejected_reason)
		return failf(ctx, ERR_REQUIRED, "/lines/%zu/rejected_reason", i);
	if (line->rejected_quantity.milli == 0 && line->has_rejected_reason)
		return wrong_line(ctx, i, "rejected_reason", "is of what was rejected only");
	return OK;
}

static enum err
check_lines(struct ctx *ctx, const struct receipt_order *order,
            const struct receive_purchase_order *in)
{
	struct rows *lines;
	enum err err = db_read(ctx, purchase_lines_now, &lines, ARG(order_id, order->id));

	for (size_t i = 0; !err && i < in->lines_count; i++) {
		err = check_line(ctx, &in->lines[i], lines, i);
		for (size_t k = 0; !err && k < i; k++)
			if (id_equal(in->lines[k].line_id, in->lines[i].line_id))
				err = failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/line_id", i);
	}
	if (!err)
		err = db_read(ctx, receipt_bins_unknown, &lines,
		              ARG(warehouse_id, order->warehouse),
		              BODY_ARG(receive_purchase_order, in));
	if (!err && rows_count(lines) > 0)
		err = failf(ctx, ERR_NOT_FOUND, "/lines/%lld/bin_id",
		            (long long)row_int(lines, 0, "position"));
	return err;
}

/* What the document does to the order's lines: pending, received, returned; each +1, 0 or -1. */
static void
move_lines(struct ctx *ctx, struct id document, int64_t pending, int64_t received, int64_t returned)
{
	db_write(ctx, receipt_lines_move, ARG(document_id, document), ARG(pending_sign, pending),
	         ARG(received_sign, received), ARG(returned_sign, returned));
}

enum err
receipt_create(struct ctx *ctx, const struct receipt_order *order,
               const struct receive_purchase_order *in)
{
	struct id *ids = arena_array(ctx->arena, in->lines_count, sizeof(*ids));
	struct id document;
	const char *number;
	enum err err = new_id(ctx, in->id, &document);

	if (!err)
		err = check_lines(ctx, order, in);
	if (!err)
		err = document_number(ctx, order->store, "SD", &number);
	if (err)
		return err;
	for (size_t i = 0; i < in->lines_count; i++)
		ids[i] = id_new();
	db_write(ctx, receipt_add, ARG(document_id, document), ARG(order_id, order->id),
	         ARG(store_id, order->store), ARG(warehouse_id, order->warehouse),
	         ARG(supplier_id, order->supplier), ARG(number, number),
	         BODY_ARG(receive_purchase_order, in));
	db_write(ctx, receipt_lines_add, ARG(document_id, document), ARG(order_id, order->id),
	         ARG(store_id, order->store), IDS_ARG(document_line_ids, ids, in->lines_count),
	         BODY_ARG(receive_purchase_order, in));
	move_lines(ctx, document, 1, 0, 0);
	search_add(ctx, "number", number, "stock_document", document, order->store);
	event_add(ctx, "stock_document.created", order->store, document);
	ctx->subject = document;
	return OK;
}

enum err
receipt_lock_order(struct ctx *ctx, struct id order)
{
	struct rows *rows;

	return id_is_none(order) ? OK
	                         : db_read(ctx, receipt_order_lock, &rows, ARG(order_id, order));
}

void
receipt_follow(struct ctx *ctx, struct id document, struct id order, enum stock_document_kind kind,
               enum receipt_fate fate)
{
	int64_t done = fate == RECEIPT_POSTED ? 1 : (fate == RECEIPT_REVERSED ? -1 : 0);

	if (id_is_none(order))
		return;
	if (kind == STOCK_DOCUMENT_KIND_SUPPLIER_RETURN)
		move_lines(ctx, document, 0, 0, done);
	else
		move_lines(ctx, document, fate == RECEIPT_REVERSED ? 0 : -1, done, 0);
	db_write(ctx, receipt_order_follow, ARG(order_id, order));
}

/* Where one line of a body says by which line its part was bought. */
static enum err
check_return(struct ctx *ctx, const struct create_stock_document *in, const struct rows *bought,
             size_t i, struct id *order)
{
	const struct create_stock_document_line *line = &in->lines[i];
	size_t row = place_of(bought, line->purchase_order_line_id);

	if (row == rows_count(bought) ||
	    !id_equal(row_id(bought, row, "supplier_id"), in->supplier_id))
		return failf(ctx, ERR_NOT_FOUND, "/lines/%zu/purchase_order_line_id", i);
	if (!id_equal(row_id(bought, row, "part_id"), line->part_id))
		return wrong_line(ctx, i, "purchase_order_line_id", "is a line of another part");
	if (!id_is_none(*order) && !id_equal(row_id(bought, row, "order_id"), *order))
		return wrong_line(ctx, i, "purchase_order_line_id",
		                  "is of another purchase order than the first");
	if (line->quantity.milli > row_qty(bought, row, "quantity").milli)
		return wrong_line(ctx, i, "quantity", "is more than came and did not go back");
	for (size_t k = 0; k < i; k++)
		if (id_equal(in->lines[k].purchase_order_line_id, line->purchase_order_line_id))
			return failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/purchase_order_line_id", i);
	*order = row_id(bought, row, "order_id");
	return OK;
}

enum err
receipt_check_returns(struct ctx *ctx, struct id store, const struct create_stock_document *in,
                      struct id *order)
{
	struct id *lines = arena_array(ctx->arena, in->lines_count, sizeof(*lines));
	struct rows *bought;
	size_t n = 0;
	enum err err;

	for (size_t i = 0; i < in->lines_count; i++) {
		if (!in->lines[i].has_purchase_order_line_id)
			continue;
		if (in->kind != STOCK_DOCUMENT_KIND_SUPPLIER_RETURN)
			return wrong_line(ctx, i, "purchase_order_line_id",
			                  "is of a supplier_return only");
		lines[n++] = in->lines[i].purchase_order_line_id;
	}
	if (n == 0)
		return OK;
	err = db_read(ctx, receipt_returnable, &bought, ARG(store_id, store),
	              IDS_ARG(purchase_line_ids, lines, n));
	for (size_t i = 0; !err && i < in->lines_count; i++)
		if (in->lines[i].has_purchase_order_line_id)
			err = check_return(ctx, in, bought, i, order);
	return err;
}

enum err
receipt_serve(struct ctx *ctx, struct levels *levels, struct id document)
{
	struct rows *rows;
	struct qty *quantity;
	struct id *demands;
	size_t n;
	enum err err = db_read(ctx, receipt_demands, &rows, ARG(document_id, document));

	if (err)
		return err;
	n = rows_count(rows);
	demands = arena_array(ctx->arena, n + 1, sizeof(*demands));
	quantity = arena_array(ctx->arena, n + 1, sizeof(*quantity));
	for (size_t i = 0; i < n; i++) {
		demands[i] = row_id(rows, i, "demand_id");
		quantity[i] = row_qty(rows, i, "quantity");
	}
	if (n > 0)
		db_write(ctx, demand_shelf_served, ARG(store_id, levels->store),
		         IDS_ARG(demand_ids, demands, n), QTYS_ARG(quantity, quantity, n));
	return stock_serve_first(ctx, levels, demands, n);
}
