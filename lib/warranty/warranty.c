/* SPDX-License-Identifier: Apache-2.0 */
/* Guarantees begin at delivery; comebacks are lines of a new order, which is locked first. */
#include "warranty/warranty.h"

#include "event/event.h"
#include "org/org.h"
#include "work_order/work_order.h"

enum err
warranty_deliver(struct ctx *ctx, struct id order)
{
	struct rows *lines, *back;
	struct id *ids, *of;
	size_t n;
	enum err err = db_read(ctx, guarantee_lines, &lines, ARG(id, order));

	if (err)
		return err;
	n = rows_count(lines);
	ids = arena_array(ctx->arena, n + 1, sizeof(*ids));
	of = arena_array(ctx->arena, n + 1, sizeof(*of));
	for (size_t i = 0; i < n; i++) {
		ids[i] = id_new();
		of[i] = row_id(lines, i, "id");
	}
	db_write(ctx, guarantees_add, IDS_ARG(guarantee_ids, ids, n), IDS_ARG(line_ids, of, n));
	err = db_read(ctx, comebacks_deliver, &back, ARG(id, order));
	if (err)
		return err;
	for (size_t i = 0; i < rows_count(back); i++)
		event_add(ctx,
		          row_bool(back, i, "delivered") ? "comeback.delivered"
		                                         : "comeback.cancelled",
		          row_id(back, i, "store_id"), row_id(back, i, "id"));
	if (rows_count(back) > 0)
		db_write(ctx, guarantees_rework, ARG(id, order));
	return OK;
}

enum err
warranty_drop(struct ctx *ctx, struct id order_or_line)
{
	struct rows *rows;
	enum err err = db_read(ctx, comebacks_drop, &rows, ARG(id, order_or_line));

	for (size_t i = 0; !err && i < rows_count(rows); i++)
		event_add(ctx, "comeback.cancelled", row_id(rows, i, "store_id"),
		          row_id(rows, i, "id"));
	return err;
}

enum err
warranty_move(struct ctx *ctx, struct id order)
{
	struct rows *rows = NULL;
	struct id *from, *to, *lines;
	size_t n;
	enum err err = db_read(ctx, comebacks_moving, &rows, ARG(id, order));

	/* a guarantee has one open comeback: the old one ends first */
	if (!err)
		err = warranty_drop(ctx, order);
	if (err)
		return err;
	n = rows_count(rows);
	from = arena_array(ctx->arena, n + 1, sizeof(*from));
	to = arena_array(ctx->arena, n + 1, sizeof(*to));
	lines = arena_array(ctx->arena, n + 1, sizeof(*lines));
	for (size_t i = 0; i < n; i++) {
		from[i] = row_id(rows, i, "id");
		to[i] = id_new();
		lines[i] = row_id(rows, i, "line_id");
	}
	db_write(ctx, comebacks_move, IDS_ARG(from_ids, from, n), IDS_ARG(to_ids, to, n),
	         IDS_ARG(line_ids, lines, n));
	for (size_t i = 0; i < n; i++)
		event_add_new(ctx, "comeback.opened", row_id(rows, i, "store_id"), to[i]);
	return OK;
}

/* Free work needs a guarantee that holds; the customer may pay for any. */
static enum err
check_payer(struct ctx *ctx, const struct rows *found, enum payer payer)
{
	if (payer == PAYER_CUSTOMER || row_is_null(found, 0, "ended_by"))
		return OK;
	return fail_with(ctx, ERR_GUARANTEE_ENDED, NULL, row_text(found, 0, "ended_by"),
	                 row_text(found, 0, "ends_on"));
}

/* The same work again, as a line of its own. */
static struct add_work_order_line
same_again(const struct rows *found, enum payer payer)
{
	bool labour = row_enum(found, 0, "kind", &work_order_line_kind_enum) ==
	              WORK_ORDER_LINE_KIND_LABOUR;
	struct qty quantity = row_qty(found, 0, "quantity");

	return (struct add_work_order_line){
		.kind = labour ? WORK_ORDER_LINE_KIND_LABOUR : WORK_ORDER_LINE_KIND_PART,
		.has_operation_id = labour,
		.operation_id = row_id(found, 0, "operation_id"),
		.has_hours = labour,
		.hours = quantity,
		.has_part_id = !labour,
		.part_id = row_id(found, 0, "part_id"),
		.has_quantity = !labour,
		.quantity = quantity,
		.has_description = true,
		.description = row_text(found, 0, "description"),
		.has_payer = true,
		.payer = payer,
	};
}

enum err
comeback_open(struct ctx *ctx, struct id order, const struct open_comeback *in)
{
	enum comeback_payer who = in->has_payer ? in->payer : COMEBACK_PAYER_QUALITY_GUARANTEE;
	enum payer payer =
		(enum payer)enum_value(&payer_enum, enum_code(&comeback_payer_enum, (int)who));
	struct add_work_order_line line;
	struct work_order wo;
	enum work_order_status same;
	struct rows *found;
	struct id id;
	enum err err = work_order_begin(ctx, order, OP_NONE, &wo, &same);

	if (!err)
		err = new_id(ctx, in->id, &id);
	if (!err)
		err = db_read(ctx, guarantee_find, &found, ARG(id, order),
		              ARG(guarantee_id, in->guarantee_id));
	if (!err && rows_count(found) == 0)
		err = fail(ctx, ERR_NOT_FOUND, "/guarantee_id");
	if (!err)
		err = check_payer(ctx, found, payer);
	if (err)
		return err;
	line = same_again(found, payer);
	err = work_order_add_line(ctx, order, &line);
	if (err)
		return err;
	db_write(ctx, comeback_add, ARG(comeback_id, id), ARG(store_id, wo.store), ARG(id, order),
	         ARG(line_id, ctx->subject), ARG(of_store_id, row_id(found, 0, "store_id")),
	         ARG(of_line_id, row_id(found, 0, "line_id")), ENUM_ARG(payer, payer, payer),
	         BODY_ARG(open_comeback, in));
	event_add(ctx, "comeback.opened", wo.store, id);
	ctx->subject = id;
	return OK;
}

enum err
comeback_classify(struct ctx *ctx, struct id id, const struct classify_comeback *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, comeback_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, comeback_classify, ARG(id, id), BODY_ARG(classify_comeback, in));
	event_add(ctx, "comeback.classified", row_id(rows, 0, "store_id"), id);
	ctx->subject = id;
	return OK;
}
