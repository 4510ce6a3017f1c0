/* SPDX-License-Identifier: Apache-2.0 */
/* Guarantees begin at delivery; comebacks are lines of a new order, which is locked first. */
#include "warranty/warranty.h"

#include "event/event.h"
#include "org/org.h"
#include "work_order/work_order.h"

static const struct id chain;

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_classifyComeback,
	  FROM(COMEBACK_STATUS_OPEN) | FROM(COMEBACK_STATUS_DELIVERED) |
	          FROM(COMEBACK_STATUS_CANCELLED),
	  0 },
	{ OP_decideComebackObjection, FROM(COMEBACK_STATUS_DELIVERED), 0 },
};

static const struct machine_guard guards[] = {
	{ OP_decideComebackObjection, FROM(OBJECTION_STATUS_OPEN), "objection",
	  &objection_status_enum },
	{ OP_NONE, 0, NULL, NULL },
};
/* clang-format on */

const struct machine comeback_machine = MACHINE_GUARDED("status", comeback_status, moves, guards);

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
	db_write(ctx, guarantee_rules_keep, NO_ARGS);
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

enum err
guarantee_rule_add(struct ctx *ctx, const struct create_guarantee_rule *in)
{
	struct rows *law = NULL;
	struct id id;
	bool refused = false;
	enum err err = new_id(ctx, in->id, &id);

	if (!err)
		err = db_read(ctx, guarantee_rule_minimum, &law,
		              BODY_ARG(create_guarantee_rule, in));
	if (!err && row_bool(law, 0, "is_past"))
		err = fail_with(ctx, ERR_BAD_VALUE, "/valid_from", "must not be in the past", NULL);
	if (err)
		return err;
	if (in->days < row_int(law, 0, "days")) {
		note_failure(ctx, ERR_TOO_SMALL, "/days", row_text(law, 0, "days"), NULL);
		refused = true;
	}
	if (in->km < row_int(law, 0, "km")) {
		note_failure(ctx, ERR_TOO_SMALL, "/km", row_text(law, 0, "km"), NULL);
		refused = true;
	}
	if (refused)
		return ERR_TOO_SMALL;
	db_write(ctx, guarantee_rule_add, ARG(rule_id, id), BODY_ARG(create_guarantee_rule, in));
	event_add(ctx, "guarantee_rule.created", chain, id);
	ctx->subject = id;
	return OK;
}

enum err
guarantee_rule_end(struct ctx *ctx, struct id id, const struct end_guarantee_rule *in)
{
	struct arg day = NULL_ARG(until);
	struct rows *rows = NULL;
	enum err err;

	if (in->has_until)
		day = ARG(until, in->until);
	db_write(ctx, guarantee_rules_hold, NO_ARGS);
	ctx->subject = id;
	err = db_read(ctx, guarantee_rule_lock, &rows, ARG(id, id), day);
	if (!err && rows_count(rows) == 0)
		err = fail(ctx, ERR_NOT_FOUND, NULL);
	if (!err)
		err = ctx_check_version(ctx, row_int(rows, 0, "version"));
	if (!err && row_bool(rows, 0, "over"))
		err = fail(ctx, ERR_GUARANTEE_RULE_OVER, NULL);
	if (err)
		return err;
	if (!in->has_until && row_bool(rows, 0, "used"))
		return fail(ctx, ERR_GUARANTEE_RULE_USED, NULL);
	if (in->has_until && row_bool(rows, 0, "before_it"))
		return fail_with(ctx, ERR_BAD_VALUE, "/until", "must not be before valid_from",
		                 NULL);
	if (in->has_until && row_bool(rows, 0, "is_past"))
		return fail_with(ctx, ERR_BAD_VALUE, "/until", "must not be in the past", NULL);
	db_write(ctx, guarantee_rule_end, ARG(id, id), day);
	event_add(ctx, in->has_until ? "guarantee_rule.ended" : "guarantee_rule.withdrawn",
	          (struct id){ { 0 } }, id);
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
same_again(const struct rows *found, const struct open_comeback *in, enum payer payer)
{
	enum work_order_line_kind kind =
		(enum work_order_line_kind)row_enum(found, 0, "kind", &work_order_line_kind_enum);
	bool labour = kind == WORK_ORDER_LINE_KIND_LABOUR, part = kind == WORK_ORDER_LINE_KIND_PART,
	     sublet = kind == WORK_ORDER_LINE_KIND_SUBLET;
	struct qty quantity = row_qty(found, 0, "quantity");

	return (struct add_work_order_line){
		.kind = kind,
		.has_operation_id = labour,
		.operation_id = row_id(found, 0, "operation_id"),
		.has_hours = labour,
		.hours = quantity,
		.has_part_id = part,
		.part_id = row_id(found, 0, "part_id"),
		.has_quantity = part,
		.quantity = quantity,
		.has_amount = sublet,
		.amount = in->amount,
		.has_repair_category = sublet,
		.repair_category = (enum repair_category)row_enum(found, 0, "repair_category",
		                                                  &repair_category_enum),
		.has_description = true,
		.description = row_text(found, 0, "description"),
		.has_payer = true,
		.payer = payer,
	};
}

static void
note_cause(struct ctx *ctx, struct id id, enum comeback_cause cause, const char *note)
{
	db_write(ctx, comeback_classification_add, ARG(id, id), ARG(classification_id, id_new()),
	         ENUM_ARG(cause, comeback_cause, cause), ARG(note, note));
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
	struct rows *found = NULL;
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
	if (!err && in->has_amount &&
	    row_enum(found, 0, "kind", &work_order_line_kind_enum) != WORK_ORDER_LINE_KIND_SUBLET)
		err = fail(ctx, ERR_UNKNOWN_FIELD, "/amount");
	if (err)
		return err;
	line = same_again(found, in, payer);
	err = work_order_add_again(ctx, order, &line);
	if (err)
		return err;
	db_write(ctx, comeback_add, ARG(comeback_id, id), ARG(store_id, wo.store), ARG(id, order),
	         ARG(line_id, ctx->subject), ARG(of_store_id, row_id(found, 0, "store_id")),
	         ARG(of_line_id, row_id(found, 0, "line_id")), ENUM_ARG(payer, payer, payer),
	         BODY_ARG(open_comeback, in));
	if (in->has_cause)
		note_cause(ctx, id, in->cause, in->note);
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
	note_cause(ctx, id, in->cause, in->note);
	event_add(ctx, "comeback.classified", row_id(rows, 0, "store_id"), id);
	ctx->subject = id;
	return OK;
}

enum err
comeback_object(struct ctx *ctx, struct id id, const struct object_to_comeback *in)
{
	struct rows *rows = NULL;
	enum err err = db_lock(ctx, comeback_charged_lock, id, &rows);

	if (err)
		return err;
	if (!row_bool(rows, 0, "owed") ||
	    row_enum(rows, 0, "objection", &objection_status_enum) != OBJECTION_STATUS_NONE)
		return fail_with(ctx, ERR_COMEBACK_NOT_OWED, NULL, row_text(rows, 0, "objection"),
		                 NULL);
	db_write(ctx, comeback_object, ARG(id, id), BODY_ARG(object_to_comeback, in));
	/* each store has its own feed */
	event_add(ctx, "comeback.objected", row_id(rows, 0, "store_id"), id);
	event_add(ctx, "comeback.objected", row_id(rows, 0, "of_store_id"), id);
	ctx->subject = id;
	return OK;
}

enum err
comeback_decide_objection(struct ctx *ctx, struct id id, const struct decide_comeback_objection *in)
{
	struct rows *rows = NULL;
	enum err err = db_lock(ctx, comeback_lock, id, &rows);

	if (err)
		return err;
	if (row_enum(rows, 0, "objection", &objection_status_enum) != OBJECTION_STATUS_OPEN)
		return fail_with(ctx, ERR_NO_OBJECTION, NULL, row_text(rows, 0, "objection"), NULL);
	db_write(ctx, comeback_decide, ARG(id, id), BODY_ARG(decide_comeback_objection, in));
	event_add(ctx, "comeback.objection_decided", row_id(rows, 0, "store_id"), id);
	event_add(ctx, "comeback.objection_decided", row_id(rows, 0, "of_store_id"), id);
	ctx->subject = id;
	return OK;
}
