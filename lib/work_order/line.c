/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing lines, and what their parts do in stock. */
#include "work_order/line.h"

#include "price/approval.h"
#include "stock/stock.h"

enum err
lines_read(struct ctx *ctx, struct id order, struct lines *lines)
{
	struct rows *rows;
	enum err err = db_read(ctx, work_order_line_states, &rows, ARG(id, order));

	if (err)
		return err;
	lines->count = rows_count(rows);
	lines->line = arena_array(ctx->arena, lines->count + 1, sizeof(*lines->line));
	for (size_t i = 0; i < lines->count; i++) {
		lines->line[i] = (struct line){
			.id = row_id(rows, i, "id"),
			.part = row_id(rows, i, "part_id"),
			.technician = row_id(rows, i, "technician_id"),
			.position = row_int(rows, i, "position"),
			.kind = (enum work_order_line_kind)row_enum(rows, i, "kind",
			                                            &work_order_line_kind_enum),
			.status = (enum work_order_line_status)row_enum(
				rows, i, "status", &work_order_line_status_enum),
			.work_status = (enum line_work_status)row_enum(rows, i, "work_status",
			                                               &line_work_status_enum),
			.supply = (enum line_supply)row_enum(rows, i, "supply", &line_supply_enum),
			.quantity = row_qty(rows, i, "quantity"),
			.issued = row_qty(rows, i, "issued_quantity"),
			.payer = (enum payer)row_enum(rows, i, "payer", &payer_enum),
			.approval = row_id(rows, i, "approval_id"),
			.unapproved = row_bool(rows, i, "unapproved"),
			.amount = row_int(rows, i, "amount"),
			.list_price = row_int(rows, i, "list_price"),
			.unit_price = row_int(rows, i, "unit_price"),
			.billed = row_int(rows, i, "billed"),
			.discount_limit_bp = row_int(rows, i, "discount_limit_bp"),
			.share_bp = row_int(rows, i, "share_bp"),
			.sublet_out = row_bool(rows, i, "sublet_out"),
			.sublet_back = row_bool(rows, i, "sublet_back"),
		};
	}
	return OK;
}

struct line *
line_of(const struct lines *lines, struct id id)
{
	for (size_t i = 0; i < lines->count; i++)
		if (id_equal(lines->line[i].id, id))
			return &lines->line[i];
	return NULL;
}

void
line_columns(struct arena *arena, const struct lines *lines, struct line_columns *c)
{
	size_t n = lines->count + 1;

	*c = (struct line_columns){
		.ids = arena_array(arena, n, sizeof(*c->ids)),
		.operations = arena_array(arena, n, sizeof(*c->operations)),
		.parts = arena_array(arena, n, sizeof(*c->parts)),
		.concerns = arena_array(arena, n, sizeof(*c->concerns)),
		.estimate_lines = arena_array(arena, n, sizeof(*c->estimate_lines)),
		.revives = arena_array(arena, n, sizeof(*c->revives)),
		.findings = arena_array(arena, n, sizeof(*c->findings)),
		.kinds = arena_array(arena, n, sizeof(*c->kinds)),
		.descriptions = arena_array(arena, n, sizeof(*c->descriptions)),
		.categories = arena_array(arena, n, sizeof(*c->categories)),
		.services = arena_array(arena, n, sizeof(*c->services)),
		.payers = arena_array(arena, n, sizeof(*c->payers)),
		.statuses = arena_array(arena, n, sizeof(*c->statuses)),
		.supplies = arena_array(arena, n, sizeof(*c->supplies)),
		.reasons = arena_array(arena, n, sizeof(*c->reasons)),
		.reason_codes = arena_array(arena, n, sizeof(*c->reason_codes)),
		.notes = arena_array(arena, n, sizeof(*c->notes)),
		.deferred_untils = arena_array(arena, n, sizeof(*c->deferred_untils)),
		.deferred_kms = arena_array(arena, n, sizeof(*c->deferred_kms)),
		.price_lists = arena_array(arena, n, sizeof(*c->price_lists)),
		.packages = arena_array(arena, n, sizeof(*c->packages)),
		.approvals = arena_array(arena, n, sizeof(*c->approvals)),
		.package_revisions = arena_array(arena, n, sizeof(*c->package_revisions)),
		.price_sources = arena_array(arena, n, sizeof(*c->price_sources)),
		.fixed_hours = arena_array(arena, n, sizeof(*c->fixed_hours)),
		.quantities = arena_array(arena, n, sizeof(*c->quantities)),
		.list_prices = arena_array(arena, n, sizeof(*c->list_prices)),
		.unit_prices = arena_array(arena, n, sizeof(*c->unit_prices)),
		.amounts = arena_array(arena, n, sizeof(*c->amounts)),
		.discount_limits = arena_array(arena, n, sizeof(*c->discount_limits)),
	};
	for (size_t i = 0; i < lines->count; i++) {
		const struct line *l = &lines->line[i];

		c->ids[i] = l->id;
		c->operations[i] = l->operation;
		c->parts[i] = l->part;
		c->concerns[i] = l->concern;
		c->estimate_lines[i] = l->estimate_line;
		c->revives[i] = l->revives;
		c->findings[i] = l->finding;
		c->kinds[i] = enum_code(&work_order_line_kind_enum, (int)l->kind);
		c->descriptions[i] = l->description;
		c->categories[i] = l->category;
		c->services[i] = l->service_class;
		c->payers[i] = enum_code(&payer_enum, (int)l->payer);
		c->statuses[i] = enum_code(&work_order_line_status_enum, (int)l->status);
		c->supplies[i] = enum_code(&line_supply_enum, (int)l->supply);
		c->reasons[i] = l->reason;
		c->reason_codes[i] = l->reason_code;
		c->notes[i] = l->note;
		c->deferred_untils[i] = l->deferred_until;
		c->deferred_kms[i] = l->has_deferred_km ? l->deferred_km : -1;
		c->quantities[i] = l->quantity;
		c->fixed_hours[i] = l->fixed_hours;
		c->price_sources[i] = enum_code(&price_source_enum, (int)l->price_source);
		c->price_lists[i] = l->price_list;
		c->packages[i] = l->package;
		c->approvals[i] = l->approval;
		c->package_revisions[i] = l->package_revision;
		c->list_prices[i] = l->list_price;
		c->unit_prices[i] = l->unit_price;
		c->amounts[i] = l->amount;
		c->discount_limits[i] =
			l->kind == WORK_ORDER_LINE_KIND_DISCOUNT ? l->discount_limit_bp : -1;
	}
}

void
lines_ask(struct ctx *ctx, struct id store, struct id order, struct id estimate,
          const struct lines *lines)
{
	struct approval_wanted *wanted = arena_array(ctx->arena, lines->count + 1, sizeof(*wanted));
	size_t n = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *l = &lines->line[i];

		if (l->unapproved)
			wanted[n++] = (struct approval_wanted){
				.id = l->approval,
				.description = l->description,
				.list_amount = l->asked_list,
				.amount = l->asked_amount,
			};
	}
	approvals_ask(ctx, store, order, estimate, wanted, n);
}

void
lines_add(struct ctx *ctx, struct id store, struct id order, int64_t last_position,
          const struct lines *lines, struct id authorisation)
{
	size_t n = lines->count;
	struct line_columns c;

	if (n == 0)
		return;
	lines_ask(ctx, store, order, (struct id){ { 0 } }, lines);
	line_columns(ctx->arena, lines, &c);
	db_write(ctx, work_order_lines_add, ARG(store_id, store), ARG(order_id, order),
	         ARG(last_position, last_position), ARG(authorisation_id, authorisation),
	         LINE_ARGS(&c, n), TEXTS_ARG(statuses, c.statuses, n),
	         TEXTS_ARG(supplies, c.supplies, n), TEXTS_ARG(reasons, c.reasons, n),
	         TEXTS_ARG(reason_codes, c.reason_codes, n),
	         TEXTS_ARG(deferred_untils, c.deferred_untils, n),
	         INTS_ARG(deferred_kms, c.deferred_kms, n),
	         IDS_ARG(estimate_line_ids, c.estimate_lines, n),
	         TEXTS_ARG(service_classes, c.services, n));
	lines_save_revivals(ctx, lines, false);
}

void
lines_save_revivals(struct ctx *ctx, const struct lines *lines, bool of_estimate)
{
	size_t n = lines->count, count = 0;
	struct id *ids = arena_array(ctx->arena, n + 1, sizeof(*ids));
	struct id *stores = arena_array(ctx->arena, n + 1, sizeof(*stores));
	struct id *of = arena_array(ctx->arena, n + 1, sizeof(*of));

	for (size_t i = 0; i < n; i++) {
		if (id_is_none(lines->line[i].revives_elsewhere))
			continue;
		ids[count] = lines->line[i].id;
		stores[count] = lines->line[i].revives_store;
		of[count++] = lines->line[i].revives_elsewhere;
	}
	if (count == 0)
		return;
	if (of_estimate)
		db_write(ctx, estimate_lines_revive_elsewhere, IDS_ARG(line_ids, ids, count),
		         IDS_ARG(store_ids, stores, count), IDS_ARG(of_ids, of, count));
	else
		db_write(ctx, work_order_lines_revive_elsewhere, IDS_ARG(line_ids, ids, count),
		         IDS_ARG(store_ids, stores, count), IDS_ARG(of_ids, of, count));
}

enum err
lines_check_waiting(struct ctx *ctx, const struct work_order *wo, const struct lines *lines)
{
	struct id *of = arena_array(ctx->arena, lines->count + 1, sizeof(*of));
	struct id *stores = arena_array(ctx->arena, lines->count + 1, sizeof(*stores));
	struct rows *rows = NULL;
	size_t n = 0;
	enum err err;

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *l = &lines->line[i];
		bool here = !id_is_none(l->revives);

		if (!here && id_is_none(l->revives_elsewhere))
			continue;
		stores[n] = l->revives_store;
		of[n++] = here ? l->revives : l->revives_elsewhere;
	}
	if (n == 0)
		return OK;
	db_write(ctx, lines_revival_wait, IDS_ARG(line_ids, of, n));
	err = db_read(ctx, lines_put_off, &rows, ARG(vehicle_id, wo->vehicle),
	              ARG(store_id, wo->store), IDS_ARG(line_ids, of, n),
	              IDS_ARG(store_ids, stores, n));
	if (!err && !row_bool(rows, 0, "wait"))
		err = fail(ctx, ERR_LINE_REVIVED, NULL);
	return err;
}

enum err
line_check_waits(struct ctx *ctx, struct id line)
{
	struct rows *rows;
	enum err err;

	db_write(ctx, lines_revival_wait, IDS_ARG(line_ids, &line, 1));
	err = db_read(ctx, line_revived, &rows, ARG(id, line));
	if (!err && row_bool(rows, 0, "revived"))
		err = fail(ctx, ERR_LINE_REVIVED, NULL);
	return err;
}

/* The columns of lines that stand here and there. */
static void
columns_of(struct ctx *ctx, struct line *const *lines, size_t count, struct line_columns *c)
{
	struct lines side_by_side = { .count = count };

	side_by_side.line = arena_array(ctx->arena, count + 1, sizeof(*side_by_side.line));
	for (size_t i = 0; i < count; i++)
		side_by_side.line[i] = *lines[i];
	line_columns(ctx->arena, &side_by_side, c);
}

void
lines_decide(struct ctx *ctx, struct id order, struct line *const *lines, size_t count,
             struct id authorisation)
{
	struct line_columns c;

	columns_of(ctx, lines, count, &c);
	db_write(ctx, work_order_lines_decide, ARG(id, order), ARG(authorisation_id, authorisation),
	         IDS_ARG(line_ids, c.ids, count), TEXTS_ARG(statuses, c.statuses, count),
	         TEXTS_ARG(reasons, c.reasons, count),
	         TEXTS_ARG(reason_codes, c.reason_codes, count),
	         TEXTS_ARG(deferred_untils, c.deferred_untils, count),
	         INTS_ARG(deferred_kms, c.deferred_kms, count), TEXTS_ARG(notes, c.notes, count),
	         TEXTS_ARG(supplies, c.supplies, count));
}

void
lines_record(struct ctx *ctx, struct id store, struct id order, struct line *const *lines,
             size_t count, enum consent_method method, const struct consent_giver *by)
{
	struct line **told = arena_array(ctx->arena, count + 1, sizeof(struct line *));
	struct id *ids = arena_array(ctx->arena, count + 1, sizeof(*ids));
	struct line_columns c;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (lines[i]->status == WORK_ORDER_LINE_STATUS_AUTHORISED)
			continue;
		ids[n] = id_new();
		told[n++] = lines[i];
	}
	if (n == 0)
		return;
	columns_of(ctx, told, n, &c);
	db_write(ctx, line_decisions_add, ARG(store_id, store), ARG(order_id, order),
	         IDS_ARG(decision_ids, ids, n), IDS_ARG(line_ids, c.ids, n),
	         TEXTS_ARG(statuses, c.statuses, n), TEXTS_ARG(reasons, c.reasons, n),
	         TEXTS_ARG(reason_codes, c.reason_codes, n), TEXTS_ARG(notes, c.notes, n),
	         TEXTS_ARG(deferred_untils, c.deferred_untils, n),
	         INTS_ARG(deferred_kms, c.deferred_kms, n),
	         method == CONSENT_METHOD_NONE ? NULL_ARG(method)
	                                       : ENUM_ARG(method, consent_method, method),
	         ARG(by_name, by ? by->name : NULL), ARG(by_phone, by ? by->phone : NULL));
}

const char *
line_reason_code(bool has_code, enum line_decline_reason code, const char *reason)
{
	int same = has_code || !reason ? (int)code : enum_value(&line_decline_reason_enum, reason);

	return same > 0 ? enum_code(&line_decline_reason_enum, same) : NULL;
}

enum err
line_defer_until(struct ctx *ctx, struct id store, struct date day, const char *pointer,
                 struct line *line)
{
	char *text = arena_alloc(ctx->arena, DATE_TEXT);
	struct rows *rows;
	enum err err =
		db_read(ctx, deferral_day, &rows, ARG(store_id, store), ARG(deferred_until, day));

	if (!err && row_bool(rows, 0, "lapsed"))
		err = fail_with(ctx, ERR_BAD_VALUE, pointer, "must not be in the past", NULL);
	line->deferred_until = date_format(day, text);
	return err;
}

void
lines_issued(struct ctx *ctx, const struct id *lines, size_t count)
{
	db_write(ctx, work_order_lines_issued, IDS_ARG(line_ids, lines, count));
}

enum err
lines_reserve(struct ctx *ctx, struct id store, struct id order, struct line *const *lines,
              size_t count, bool refuse, struct stock_held **held)
{
	struct stock_want *wants = arena_array(ctx->arena, count + 1, sizeof(*wants));
	struct line **wanting = arena_array(ctx->arena, count + 1, sizeof(struct line *));
	bool *is_short = arena_array(ctx->arena, count + 1, sizeof(*is_short));
	size_t n = 0;
	enum err err;

	*held = NULL;
	for (size_t i = 0; i < count; i++) {
		struct line *l = lines[i];

		if (l->kind != WORK_ORDER_LINE_KIND_PART ||
		    l->status != WORK_ORDER_LINE_STATUS_AUTHORISED || l->supply != LINE_SUPPLY_NONE)
			continue;
		wants[n] = (struct stock_want){
			.line = l->id,
			.part = l->part,
			.quantity = l->quantity,
		};
		wanting[n++] = l;
	}
	if (n == 0)
		return OK;
	err = stock_pick(ctx, store, order, wants, n, refuse, is_short, held);
	for (size_t i = 0; !err && i < n; i++)
		wanting[i]->supply = is_short[i] ? LINE_SUPPLY_SHORT : LINE_SUPPLY_RESERVED;
	return err;
}

enum err
lines_release(struct ctx *ctx, struct id store, const struct line *const *lines, size_t count)
{
	struct id *ids = arena_array(ctx->arena, count + 1, sizeof(*ids));
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (lines[i]->supply == LINE_SUPPLY_RESERVED ||
		    lines[i]->supply == LINE_SUPPLY_SHORT)
			ids[n++] = lines[i]->id;
	return n ? stock_release(ctx, store, ids, n) : OK;
}
