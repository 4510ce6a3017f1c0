/* SPDX-License-Identifier: Apache-2.0 */
/* What a new line is and costs: from the catalogue, or as it was said, within the store's rules. */
#include "org/org.h"
#include "work_order/line.h"

#define AMOUNT_MAX INT64_C(1000000000000) /* fen of one line */

enum err
lines_facts(struct ctx *ctx, struct id order, struct id reception, bool numbered,
            const struct add_work_order_line *in, size_t count, struct line_facts *facts)
{
	struct id *labour = arena_array(ctx->arena, count + 1, sizeof(*labour));
	struct id *parts = arena_array(ctx->arena, count + 1, sizeof(*parts));
	struct id *concerns = arena_array(ctx->arena, count + 1, sizeof(*concerns));
	struct id *revives = arena_array(ctx->arena, count + 1, sizeof(*revives));
	struct id *findings = arena_array(ctx->arena, count + 1, sizeof(*findings));
	enum err err;

	for (size_t i = 0; i < count; i++) {
		labour[i] = in[i].operation_id;
		parts[i] = in[i].part_id;
		concerns[i] = in[i].concern_id;
		revives[i] = in[i].revives_line_id;
		findings[i] = in[i].finding_id;
	}
	err = db_read(
		ctx, work_order_facts, &facts->rows, ARG(id, order), ARG(reception_id, reception),
		ARG(numbered, numbered), IDS_ARG(operation_ids, labour, count),
		IDS_ARG(part_ids, parts, count), IDS_ARG(concern_ids, concerns, count),
		IDS_ARG(revives_line_ids, revives, count), IDS_ARG(finding_ids, findings, count));
	if (!err && rows_count(facts->rows) > 0)
		facts->may_discount = scope_covers(ctx->beyond, row_id(facts->rows, 0, "store_id"));
	return err;
}

static void
note_at(struct ctx *ctx, enum err err, const char *at, const char *member)
{
	note_failure(ctx, err, arena_printf(ctx->arena, "%s/%s", at, member), NULL, NULL);
}

/* Each kind has members of its own; the others have no meaning in it. */
static enum err
check_members(struct ctx *ctx, const struct add_work_order_line *in, const char *at)
{
	bool labour = in->kind == WORK_ORDER_LINE_KIND_LABOUR,
	     part = in->kind == WORK_ORDER_LINE_KIND_PART;
	const struct {
		const char *name;
		bool sent, fits, needed;
	} members[] = {
		{ "operation_id", in->has_operation_id, labour, labour },
		{ "hours", in->has_hours, labour, false },
		{ "part_id", in->has_part_id, part, part },
		{ "quantity", in->has_quantity, part, part },
		{ "unit_price", in->has_unit_price, labour || part, false },
		{ "description", in->has_description, true, !labour && !part },
		{ "amount", in->has_amount, !labour && !part, !labour && !part },
	};
	size_t before = ctx->failures_count;

	for (size_t i = 0; i < COUNT_OF(members); i++) {
		if (members[i].sent && !members[i].fits)
			note_at(ctx, ERR_UNKNOWN_FIELD, at, members[i].name);
		if (members[i].needed && !members[i].sent)
			note_at(ctx, ERR_REQUIRED, at, members[i].name);
	}
	return ctx->failures_count > before ? ERR_VALIDATION_FAILED : OK;
}

/* The price of the store's list, where it has one, instead of the catalogue's. */
static void
take_from_list(const struct rows *rows, size_t i, struct line *out)
{
	out->price_source = PRICE_SOURCE_CATALOGUE;
	if (row_is_null(rows, i, "price_list_id"))
		return;
	out->price_source = PRICE_SOURCE_PRICE_LIST;
	out->price_list = row_id(rows, i, "price_list_id");
	out->list_price = row_int(rows, i, "listed_price");
	if (row_enum(rows, i, "price_basis", &price_basis_enum) != PRICE_BASIS_FIXED)
		return;
	out->fixed_hours = out->quantity;
	out->quantity = (struct qty){ 1000 };
}

/* Description, quantity and list price from the catalogue, or from the line itself. */
static enum err
take_from_catalogue(struct ctx *ctx, const struct rows *rows, size_t i,
                    const struct add_work_order_line *in, const char *at, struct line *out)
{
	const char *name = in->description;

	if (in->kind == WORK_ORDER_LINE_KIND_LABOUR) {
		name = row_text(rows, i, "operation_name");
		out->quantity = in->has_hours ? in->hours : row_qty(rows, i, "standard_hours");
		out->list_price = row_int(rows, i, "operation_price");
		out->category = row_text(rows, i, "repair_category");
		if (!name)
			return failf(ctx, ERR_NOT_FOUND, "%s/operation_id", at);
	} else if (in->kind == WORK_ORDER_LINE_KIND_PART) {
		name = row_text(rows, i, "part_name");
		out->quantity = in->quantity;
		out->list_price = row_int(rows, i, "part_price");
		if (!name)
			return failf(ctx, ERR_NOT_FOUND, "%s/part_id", at);
	} else {
		out->quantity = (struct qty){ 1000 };
		out->list_price = in->amount;
		out->price_source = PRICE_SOURCE_ENTERED;
	}
	if (out->price_source == PRICE_SOURCE_NONE)
		take_from_list(rows, i, out);
	out->description = in->has_description ? in->description : name;
	if (in->has_concern_id && row_is_null(rows, i, "concern_id"))
		return failf(ctx, ERR_NOT_FOUND, "%s/concern_id", at);
	if (in->has_revives_line_id && row_is_null(rows, i, "revives_line_id"))
		return failf(ctx, ERR_NOT_FOUND, "%s/revives_line_id", at);
	if (in->has_finding_id && row_is_null(rows, i, "finding_id"))
		return failf(ctx, ERR_NOT_FOUND, "%s/finding_id", at);
	return OK;
}

/* How far below list this caller may go: not at all, or as far as the store's rule says. */
static bool
is_within(const struct line_facts *facts, int64_t list, int64_t taken_off)
{
	int64_t limit_bp = facts->may_discount ? row_int(facts->rows, 0, "discount_limit_bp") : 0;

	return taken_off <= 0 || taken_off * 10000 <= list * limit_bp;
}

static enum err
price_line(struct ctx *ctx, const struct line_facts *facts, size_t i,
           const struct add_work_order_line *in, const char *at, struct line *out)
{
	enum err err = check_members(ctx, in, at);

	if (!err)
		err = new_id(ctx, in->id, &out->id);
	if (!err)
		err = take_from_catalogue(ctx, facts->rows, i, in, at, out);
	if (err)
		return err;
	out->kind = in->kind;
	out->operation = in->operation_id;
	out->part = in->part_id;
	out->concern = in->concern_id;
	out->revives = in->revives_line_id;
	out->finding = in->finding_id;
	/* NULL: that of its operation, or of the order */
	out->service_class = in->has_service_class
	                             ? enum_code(&service_class_enum, (int)in->service_class)
	                             : NULL;
	out->payer = in->has_payer ? in->payer : PAYER_CUSTOMER;
	out->status = WORK_ORDER_LINE_STATUS_PROPOSED;
	out->supply = LINE_SUPPLY_NONE;
	out->unit_price = in->has_unit_price ? in->unit_price : out->list_price;
	if (!money_mul_qty(out->unit_price, out->quantity, &out->amount) ||
	    out->amount > AMOUNT_MAX)
		return fail_with(
			ctx, ERR_BAD_VALUE,
			arena_printf(ctx->arena, "%s/%s", at, in->has_hours ? "hours" : "quantity"),
			"makes an amount above 10000000000.00", NULL);
	if (!is_within(facts, out->list_price, out->list_price - out->unit_price))
		return failf(ctx, ERR_APPROVAL_REQUIRED, "%s/unit_price", at);
	return OK;
}

enum err
lines_price(struct ctx *ctx, const struct line_facts *facts, const char *at,
            const struct add_work_order_line *in, struct lines *out)
{
	int64_t gross = row_int(facts->rows, 0, "gross"),
		discounts = row_int(facts->rows, 0, "discounts");
	bool discounted = false;

	for (size_t i = 0; i < out->count; i++) {
		const char *here = *at ? arena_printf(ctx->arena, "%s/%zu", at, i) : at;
		struct line *line = &out->line[i];
		enum err err = price_line(ctx, facts, i, &in[i], here, line);

		if (err)
			return err;
		if (line->kind == WORK_ORDER_LINE_KIND_DISCOUNT) {
			discounts += line->amount;
			discounted = true;
		} else {
			gross += line->amount;
		}
	}
	if (discounted && !is_within(facts, gross, discounts))
		return fail(ctx, ERR_APPROVAL_REQUIRED, *at ? at : "/amount");
	return OK;
}
