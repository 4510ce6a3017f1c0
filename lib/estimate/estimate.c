/* SPDX-License-Identifier: Apache-2.0 */
/* Drafting estimates, sending them, and what becomes of them without a decision. */
#include "estimate/estimate.h"

#include "event/event.h"
#include "inspection/diagnosis.h"
#include "link/link.h"
#include "org/org.h"
#include "price/approval.h"
#include "work_order/line.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_sendEstimate,   FROM(ESTIMATE_STATUS_DRAFT), ESTIMATE_STATUS_SENT },
	{ OP_decideEstimate, FROM(ESTIMATE_STATUS_SENT),  0 },
	{ OP_reviseEstimate,
	  FROM(ESTIMATE_STATUS_SENT) | FROM(ESTIMATE_STATUS_EXPIRED) | FROM(ESTIMATE_STATUS_DECLINED),
	                     ESTIMATE_STATUS_SUPERSEDED },
	{ OP_expireEstimate, FROM(ESTIMATE_STATUS_SENT),  ESTIMATE_STATUS_EXPIRED },
};
/* clang-format on */

const struct machine estimate_machine = MACHINE("status", estimate_status, moves);

enum err
estimate_begin(struct ctx *ctx, struct id id, enum op op, struct work_order *wo,
               struct estimate *estimate, int *to)
{
	struct rows *rows;
	enum err err = db_read(ctx, estimate_order, &rows, ARG(id, id));

	ctx->subject = id;
	*to = 0;
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	/* an estimate never changes its order, so that it may be looked up before both are locked */
	err = work_order_lock(ctx, row_id(rows, 0, "work_order_id"), NULL, wo);
	if (!err)
		err = db_lock(ctx, estimate_lock, id, &rows);
	if (err)
		return err;
	*estimate = (struct estimate){
		.id = id,
		.store = wo->store,
		.number = row_text(rows, 0, "number"),
		.valid_until = row_text(rows, 0, "valid_until"),
		.status = (enum estimate_status)row_enum(rows, 0, "status", &estimate_status_enum),
		.link_until = row_utc(rows, 0, "link_until"),
		.lapsed = row_bool(rows, 0, "lapsed"),
	};
	return machine_check(ctx, &estimate_machine, op, (int)estimate->status, to);
}

enum err
estimate_check_holds(struct ctx *ctx, const struct estimate *estimate)
{
	return estimate->lapsed
	               ? fail_with(ctx, ERR_ESTIMATE_LAPSED, NULL, estimate->valid_until, NULL)
	               : OK;
}

/* ------------------------------------------------------------ options */

void
estimate_lines_of(struct ctx *ctx, const struct rows *rows, struct lines *lines)
{
	lines->count = rows_count(rows);
	lines->line = arena_array(ctx->arena, lines->count + 1, sizeof(*lines->line));
	for (size_t i = 0; i < lines->count; i++)
		lines->line[i] = (struct line){
			.id = id_new(),
			.estimate_line = row_id(rows, i, "id"),
			.operation = row_id(rows, i, "operation_id"),
			.part = row_id(rows, i, "part_id"),
			.concern = row_id(rows, i, "concern_id"),
			.revives = row_id(rows, i, "revives_line_id"),
			.revives_store = row_id(rows, i, "revives_elsewhere_store_id"),
			.revives_elsewhere = row_id(rows, i, "revives_elsewhere_id"),
			.finding = row_id(rows, i, "finding_id"),
			.kind = (enum work_order_line_kind)row_enum(rows, i, "kind",
			                                            &work_order_line_kind_enum),
			.status = WORK_ORDER_LINE_STATUS_AUTHORISED,
			.supply = LINE_SUPPLY_NONE,
			.payer = (enum payer)row_enum(rows, i, "payer", &payer_enum),
			.description = row_text(rows, i, "description"),
			.category = row_text(rows, i, "repair_category"),
			.quantity = row_qty(rows, i, "quantity"),
			.fixed_hours = row_qty(rows, i, "fixed_hours"),
			.price_source = (enum price_source)row_enum(rows, i, "price_source",
			                                            &price_source_enum),
			.price_list = row_id(rows, i, "price_list_id"),
			.package = row_id(rows, i, "package_id"),
			.approval = row_id(rows, i, "approval_id"),
			.package_revision = row_int(rows, i, "package_revision"),
			.list_price = row_int(rows, i, "list_price"),
			.unit_price = row_int(rows, i, "unit_price"),
			.amount = row_int(rows, i, "amount"),
			.discount_limit_bp = row_int(rows, i, "discount_limit_bp"),
		};
}

static void
add_option(struct ctx *ctx, const struct work_order *wo, struct id estimate, size_t i,
           const struct new_estimate_option *option, const struct lines *lines)
{
	struct id id = id_new();
	struct line_columns c;

	line_columns(ctx->arena, lines, &c);
	db_write(ctx, estimate_option_add, ARG(option_id, id), ARG(store_id, wo->store),
	         ARG(estimate_id, estimate), ARG(position, (int64_t)i + 1),
	         BODY_ARG(new_estimate_option, option));
	lines_ask(ctx, wo->store, wo->id, estimate, lines);
	db_write(ctx, estimate_lines_add, ARG(store_id, wo->store), ARG(estimate_id, estimate),
	         ARG(option_id, id), LINE_ARGS(&c, lines->count));
	lines_save_revivals(ctx, lines, true);
}

/* Price the lines of every option and write them. */
static enum err
add_options(struct ctx *ctx, const struct work_order *wo, struct id estimate,
            const struct new_estimate_option *options, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct new_estimate_option *option = &options[i];
		const char *at = arena_printf(ctx->arena, "/options/%zu", i);
		struct wishes wishes = { 0 };
		struct lines lines = { 0 };
		struct line_facts facts;
		enum err err = wishes_gather(ctx, option->lines, option->lines_count,
		                             option->packages, option->packages_count,
		                             arena_printf(ctx->arena, "%s/packages", at), &wishes);

		at = arena_printf(ctx->arena, "%s/lines", at);
		if (!err && wishes.count == 0)
			err = fail(ctx, ERR_REQUIRED, at);
		if (!err)
			err = lines_facts(ctx, wo->id, wo->reception, false, &wishes, &facts);
		lines.line = arena_array(ctx->arena, wishes.count + 1, sizeof(*lines.line));
		if (!err)
			err = lines_price(ctx, &facts, at, &wishes, &lines);
		if (err)
			return err;
		add_option(ctx, wo, estimate, i, option, &lines);
	}
	return OK;
}

/* The options of one revision for another, at the prices they have. */
static enum err
copy_options(struct ctx *ctx, struct id from, const struct work_order *wo, struct id estimate)
{
	struct rows *options;
	enum err err = db_read(ctx, estimate_options_copied, &options, ARG(id, from));

	for (size_t i = 0; !err && i < rows_count(options); i++) {
		const struct new_estimate_option option = {
			.label = row_text(options, i, "label"),
			.pros = row_text(options, i, "pros"),
			.has_pros = !row_is_null(options, i, "pros"),
			.cons = row_text(options, i, "cons"),
			.has_cons = !row_is_null(options, i, "cons"),
			.duration_minutes = row_int(options, i, "duration_minutes"),
			.has_duration_minutes = !row_is_null(options, i, "duration_minutes"),
			.finish_at = row_utc(options, i, "finish_at"),
			.has_finish_at = !row_is_null(options, i, "finish_at"),
		};
		struct rows *rows;
		struct lines lines;

		err = db_read(ctx, estimate_option_lines, &rows, ARG(id, from),
		              ARG(option_id, row_id(options, i, "id")));
		if (err)
			break;
		estimate_lines_of(ctx, rows, &lines);
		add_option(ctx, wo, estimate, i, &option, &lines);
	}
	return err;
}

/* The last day of the store on which it holds has not passed. */
static enum err
check_valid_until(struct ctx *ctx, struct id store, struct date day)
{
	struct rows *rows;
	enum err err =
		db_read(ctx, estimate_day, &rows, ARG(store_id, store), ARG(valid_until, day));

	if (!err && row_bool(rows, 0, "lapsed"))
		err = fail_with(ctx, ERR_BAD_VALUE, "/valid_until", "must not be in the past",
		                NULL);
	return err;
}

enum err
estimate_create(struct ctx *ctx, const struct create_estimate *in)
{
	const char *number = NULL;
	struct work_order wo = { 0 };
	struct id id;
	enum err err = new_id(ctx, in->id, &id);

	if (!err)
		err = work_order_lock(ctx, in->work_order_id, "/work_order_id", &wo);
	if (!err)
		err = work_order_check_open(ctx, &wo);
	if (!err && in->has_valid_until)
		err = check_valid_until(ctx, wo.store, in->valid_until);
	if (!err)
		err = document_number(ctx, wo.store, "ES", &number);
	if (err)
		return err;
	db_write(ctx, estimate_add, ARG(estimate_id, id), ARG(store_id, wo.store),
	         ARG(number, number), ARG(customer_id, wo.customer), ARG(vehicle_id, wo.vehicle),
	         BODY_ARG(create_estimate, in));
	event_add(ctx, "estimate.drafted", wo.store, id);
	ctx->subject = id;
	return add_options(ctx, &wo, id, in->options, in->options_count);
}

enum err
estimate_update(struct ctx *ctx, struct id id, const struct update_estimate *in)
{
	struct estimate estimate = { 0 };
	struct work_order wo = { 0 };
	int same;
	/* what can still be sent can be changed */
	enum err err = estimate_begin(ctx, id, OP_sendEstimate, &wo, &estimate, &same);

	if (!err && in->has_valid_until)
		err = check_valid_until(ctx, wo.store, in->valid_until);
	if (!err && in->has_options) {
		err = work_order_check_open(ctx, &wo);
		if (!err)
			err = approvals_withdraw(ctx, wo.id, id, (struct id){ { 0 } });
		if (err)
			return err;
		db_write(ctx, estimate_lines_remove, ARG(id, id));
		db_write(ctx, estimate_options_remove, ARG(id, id));
		err = add_options(ctx, &wo, id, in->options, in->options_count);
	}
	if (err)
		return err;
	db_write(ctx, estimate_update, ARG(id, id), BODY_ARG(update_estimate, in));
	event_add(ctx, "estimate.updated", wo.store, id);
	return OK;
}

/* ------------------------------------------------------------ verbs */

enum err
estimate_send(struct ctx *ctx, struct id id)
{
	struct estimate estimate = { 0 };
	struct id link;
	struct work_order wo = { 0 };
	struct rows *approvals;
	int to;
	enum err err = estimate_begin(ctx, id, OP_sendEstimate, &wo, &estimate, &to);

	if (!err)
		err = estimate_check_holds(ctx, &estimate);
	if (!err)
		err = work_order_check_open(ctx, &wo);
	if (!err)
		err = db_read(ctx, estimate_unapproved, &approvals, ARG(id, id));
	if (!err && row_bool(approvals, 0, "waits"))
		err = fail(ctx, ERR_APPROVAL_REQUIRED, NULL);
	if (!err)
		err = diagnosis_check_agreed(ctx, wo.store, wo.reception, wo.id, NULL);
	if (err)
		return err;
	link = link_add(ctx, LINK_PURPOSE_ESTIMATE, wo.store, id, estimate.link_until);
	db_write(ctx, estimate_send, ARG(id, id), ARG(link_id, link));
	event_add(ctx, "estimate.sent", wo.store, id);
	return OK;
}

enum err
estimate_revise(struct ctx *ctx, struct id id, const struct revise_estimate *in)
{
	static const struct revise_estimate as_it_is;
	struct estimate estimate = { 0 };
	struct work_order wo = { 0 };
	struct id next;
	int to;
	enum err err = estimate_begin(ctx, id, OP_reviseEstimate, &wo, &estimate, &to);

	if (!in)
		in = &as_it_is;
	if (!err)
		err = work_order_check_open(ctx, &wo);
	if (!err)
		err = new_id(ctx, in->id, &next);
	if (!err && in->has_valid_until)
		err = check_valid_until(ctx, wo.store, in->valid_until);
	if (err)
		return err;
	link_end(ctx, LINK_PURPOSE_ESTIMATE, id);
	db_write(ctx, estimate_move, ARG(id, id), ENUM_ARG(status, estimate_status, to));
	if (estimate.status == ESTIMATE_STATUS_DECLINED)
		db_write(ctx, estimate_declined_retire, ARG(id, id));
	event_add(ctx, "estimate.superseded", wo.store, id);
	db_write(ctx, estimate_add_revision, ARG(id, id), ARG(estimate_id, next),
	         BODY_ARG(revise_estimate, in));
	event_add(ctx, "estimate.drafted", wo.store, next);
	ctx->subject = next;
	if (in->has_options)
		return add_options(ctx, &wo, next, in->options, in->options_count);
	return copy_options(ctx, id, &wo, next);
}

enum err
estimate_expire(struct ctx *ctx, struct id id)
{
	struct estimate estimate = { 0 };
	struct work_order wo = { 0 };
	int to;
	enum err err = estimate_begin(ctx, id, OP_expireEstimate, &wo, &estimate, &to);

	if (err)
		return err;
	link_end(ctx, LINK_PURPOSE_ESTIMATE, id);
	db_write(ctx, estimate_move, ARG(id, id), ENUM_ARG(status, estimate_status, to));
	event_add(ctx, "estimate.expired", wo.store, id);
	return OK;
}

enum err
estimates_expire_due(struct ctx *ctx, bool *more)
{
	struct rows *rows;
	enum err err = db_read(ctx, estimate_expire_due, &rows, NO_ARGS);

	for (size_t i = 0; !err && i < rows_count(rows); i++)
		event_add(ctx, "estimate.expired", row_id(rows, i, "store_id"),
		          row_id(rows, i, "id"));
	*more = !err && rows_count(rows) > 0;
	return err;
}
