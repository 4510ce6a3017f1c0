/* SPDX-License-Identifier: Apache-2.0 */
/* What a new line is and costs: from the catalogue, or as it was said, within the store's rules. */
#include "org/org.h"
#include "work_order/line.h"

#define AMOUNT_MAX INT64_C(1000000000000) /* fen of one line */

static enum payer
payer_of(const struct add_work_order_line *in)
{
	return in->has_payer ? in->payer : PAYER_CUSTOMER;
}

/* Whatever is put off, here or elsewhere, is looked at once nobody else takes it up. */
static void
wait_for_others(struct ctx *ctx, const struct wishes *wishes)
{
	struct id *of = arena_array(ctx->arena, wishes->count + 1, sizeof(*of));
	size_t n = 0;

	for (size_t i = 0; i < wishes->count; i++) {
		const struct add_work_order_line *line = &wishes->line[i];

		if (line->has_revives_line_id || line->has_revives_elsewhere_id)
			of[n++] = line->has_revives_line_id ? line->revives_line_id
			                                    : line->revives_elsewhere_id;
	}
	if (n > 0)
		db_write(ctx, lines_revival_wait, IDS_ARG(line_ids, of, n));
}

/* What lines take up of other stores' work. */
static enum err
find_elsewhere(struct ctx *ctx, const struct wishes *wishes, struct line_facts *facts)
{
	struct id *of = arena_array(ctx->arena, wishes->count + 1, sizeof(*of));
	bool any = false;

	for (size_t i = 0; i < wishes->count; i++) {
		of[i] = wishes->line[i].revives_elsewhere_id;
		any = any || wishes->line[i].has_revives_elsewhere_id;
	}
	if (!any)
		return OK;
	return db_read(ctx, lines_put_off_elsewhere, &facts->elsewhere,
	               ARG(vehicle_id, row_id(facts->rows, 0, "vehicle_id")),
	               ARG(store_id, row_id(facts->rows, 0, "store_id")),
	               IDS_ARG(line_ids, of, wishes->count));
}

enum err
lines_facts(struct ctx *ctx, struct id order, struct id reception, bool numbered,
            const struct wishes *wishes, struct line_facts *facts)
{
	size_t count = wishes->count;
	struct id *labour = arena_array(ctx->arena, count + 1, sizeof(*labour));
	struct id *parts = arena_array(ctx->arena, count + 1, sizeof(*parts));
	struct id *concerns = arena_array(ctx->arena, count + 1, sizeof(*concerns));
	struct id *revives = arena_array(ctx->arena, count + 1, sizeof(*revives));
	struct id *findings = arena_array(ctx->arena, count + 1, sizeof(*findings));
	const char **payers = arena_array(ctx->arena, count + 1, sizeof(*payers));
	enum err err;

	*facts = (struct line_facts){ 0 };
	for (size_t i = 0; i < count; i++) {
		labour[i] = wishes->line[i].operation_id;
		parts[i] = wishes->line[i].part_id;
		concerns[i] = wishes->line[i].concern_id;
		revives[i] = wishes->line[i].revives_line_id;
		findings[i] = wishes->line[i].finding_id;
		payers[i] = enum_code(&payer_enum, (int)payer_of(&wishes->line[i]));
	}
	wait_for_others(ctx, wishes);
	err = db_read(ctx, work_order_facts, &facts->rows, ARG(id, order),
	              ARG(reception_id, reception), ARG(numbered, numbered),
	              IDS_ARG(operation_ids, labour, count), IDS_ARG(part_ids, parts, count),
	              IDS_ARG(concern_ids, concerns, count), ARG(again, wishes->again),
	              IDS_ARG(revives_line_ids, revives, count),
	              IDS_ARG(finding_ids, findings, count), TEXTS_ARG(payers, payers, count));
	if (!err && rows_count(facts->rows) > 0)
		facts->may_discount = scope_covers(ctx->beyond, row_id(facts->rows, 0, "store_id"));
	if (!err && rows_count(facts->rows) > 0)
		err = find_elsewhere(ctx, wishes, facts);
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
	     part = in->kind == WORK_ORDER_LINE_KIND_PART,
	     sublet = in->kind == WORK_ORDER_LINE_KIND_SUBLET;
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
		{ "repair_category", in->has_repair_category, sublet, false },
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

/* The price of the store's list, where it has one, or of its mark-ups, instead of the catalogue's. */
static void
take_from_list(const struct rows *rows, size_t i, struct line *out)
{
	out->price_source = PRICE_SOURCE_CATALOGUE;
	if (!row_is_null(rows, i, "markup_price")) {
		out->price_source = PRICE_SOURCE_MARKUP;
		out->list_price = row_int(rows, i, "markup_price");
	}
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
		if (in->has_repair_category)
			out->category = enum_code(&repair_category_enum, (int)in->repair_category);
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

/* How far below list this caller may go: as the store's rule says, or as their roles may. */
static enum err
check_within(struct ctx *ctx, struct line_facts *facts, int64_t list, int64_t taken_off,
             bool *within)
{
	struct rows *rows;
	enum err err;

	*within = taken_off <= 0;
	if (*within)
		return OK;
	if (!facts->limit_known) {
		int64_t override_bp = row_int(facts->rows, 0, "discount_limit_bp");

		err = db_read(ctx, discount_limit_of_actor, &rows,
		              ARG(store_id, row_id(facts->rows, 0, "store_id")));
		if (err)
			return err;
		facts->limit_known = true;
		facts->limit_bp = row_int(rows, 0, "limit_bp");
		if (facts->may_discount && override_bp > facts->limit_bp)
			facts->limit_bp = override_bp;
	}
	*within = taken_off * 10000 <= list * facts->limit_bp;
	return OK;
}

/* Labour for fewer hours than it takes is below list, like labour at a lower price; what a package says,
 * and what is done again, is not. */
static struct qty
list_quantity(const struct line_facts *facts, const struct wishes *wishes, size_t i,
              const struct line *line)
{
	struct qty standard = { 0 };

	if (line->kind == WORK_ORDER_LINE_KIND_LABOUR && line->fixed_hours.milli == 0 &&
	    i < wishes->said && !wishes->again)
		standard = row_qty(facts->rows, i, "standard_hours");
	return standard.milli > line->quantity.milli ? standard : line->quantity;
}

static void
need_approval(struct line *line, int64_t list, int64_t amount)
{
	line->approval = id_new();
	line->unapproved = true;
	line->asked_list = list;
	line->asked_amount = amount;
}

/* What nobody pays the store for is given away whole, like a discount of all of it; but under a guarantee
 * that an open comeback of the order names. */
static bool
gives_away(const struct line_facts *facts, const struct wishes *wishes, const struct line *line)
{
	bool away =
		line->payer == PAYER_GOODWILL || line->payer == PAYER_INTERNAL ||
		(line->payer == PAYER_QUALITY_GUARANTEE && !row_bool(facts->rows, 0, "comes_back"));

	return away && line->amount > 0 && line->kind != WORK_ORDER_LINE_KIND_DISCOUNT &&
	       !wishes->again && !facts->may_discount;
}

/* The line of another store that this one takes up, instead of one of its own. */
static enum err
take_up(struct ctx *ctx, const struct line_facts *facts, size_t i,
        const struct add_work_order_line *in, const char *at, struct line *out)
{
	if (!in->has_revives_elsewhere_id)
		return OK;
	if (in->has_revives_line_id)
		return failf(ctx, ERR_UNKNOWN_FIELD, "%s/revives_elsewhere_id", at);
	if (row_is_null(facts->elsewhere, i, "store_id"))
		return failf(ctx, ERR_NOT_FOUND, "%s/revives_elsewhere_id", at);
	out->revives_elsewhere = in->revives_elsewhere_id;
	out->revives_store = row_id(facts->elsewhere, i, "store_id");
	return OK;
}

static enum err
price_line(struct ctx *ctx, struct line_facts *facts, const struct wishes *wishes, size_t i,
           const char *at, struct line *out)
{
	const struct add_work_order_line *in = &wishes->line[i];
	struct qty whole;
	int64_t list = 0;
	bool within = true;
	enum err err = check_members(ctx, in, at);

	if (!err)
		err = new_id(ctx, in->id, &out->id);
	if (!err)
		err = take_from_catalogue(ctx, facts->rows, i, in, at, out);
	if (!err)
		err = take_up(ctx, facts, i, in, at, out);
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
	out->payer = payer_of(in);
	out->status = WORK_ORDER_LINE_STATUS_PROPOSED;
	out->supply = LINE_SUPPLY_NONE;
	out->unit_price = in->has_unit_price ? in->unit_price : out->list_price;
	whole = list_quantity(facts, wishes, i, out);
	if (!money_mul_qty(out->unit_price, out->quantity, &out->amount) ||
	    !money_mul_qty(out->list_price, whole, &list) || out->amount > AMOUNT_MAX)
		return fail_with(
			ctx, ERR_BAD_VALUE,
			arena_printf(ctx->arena, "%s/%s", at, in->has_hours ? "hours" : "quantity"),
			"makes an amount above 10000000000.00", NULL);
	if (whole.milli > out->quantity.milli)
		err = check_within(ctx, facts, list, list - out->amount, &within);
	else
		err = check_within(ctx, facts, out->list_price, out->list_price - out->unit_price,
		                   &within);
	if (!err && !within)
		need_approval(out, list, out->amount);
	else if (!err && gives_away(facts, wishes, out))
		need_approval(out, list > out->amount ? list : out->amount, 0);
	return err;
}

static const char *
pointer_of(struct ctx *ctx, const char *at, const struct wishes *wishes, size_t i)
{
	size_t place = i < wishes->said ? i : wishes->package[i].place;
	const char *array = i < wishes->said ? at : wishes->packages_at;

	return *array ? arena_printf(ctx->arena, "%s/%zu", array, place) : array;
}

/* The fixed prices of packages, over the lines of each, which stand side by side. */
static enum err
spread_packages(struct ctx *ctx, const struct wishes *wishes, struct lines *out)
{
	size_t next;

	for (size_t i = wishes->said; i < wishes->count; i = next) {
		const struct line_package *package = &wishes->package[i];

		for (next = i; next < wishes->count; next++) {
			if (wishes->package[next].place != package->place)
				break;
			out->line[next].package = package->id;
			out->line[next].package_revision = package->revision;
		}
		if (package->price > 0 && !lines_spread(&out->line[i], next - i, package->price))
			return fail_with(ctx, ERR_BAD_VALUE,
			                 arena_printf(ctx->arena, "%s/package_id",
			                              pointer_of(ctx, "", wishes, i)),
			                 "comes to more than can be counted", NULL);
	}
	return OK;
}

/* What an approval of the discounts lets pass, rounded up. */
static int64_t
share_bp(int64_t gross, int64_t discounts)
{
	return discounts < gross ? (discounts * 10000 + gross - 1) / gross : 10000;
}

/* The new discounts of one payer are held against what this one pays: others' lines make none larger. */
static enum err
check_discounts(struct ctx *ctx, struct line_facts *facts, enum payer payer,
                const struct lines *lines)
{
	int64_t gross = 0, discounts = 0;
	bool discounted = false, any = false, within = true;
	enum err err = OK;

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->line[i];
		bool discount = line->kind == WORK_ORDER_LINE_KIND_DISCOUNT;

		if (line->payer != payer)
			continue;
		if (!any) {
			gross = row_int(facts->rows, i, "gross");
			discounts = row_int(facts->rows, i, "discounts");
			any = true;
		}
		*(discount ? &discounts : &gross) += line->amount;
		discounted = discounted || discount;
	}
	if (discounted)
		err = check_within(ctx, facts, gross, discounts, &within);
	for (size_t i = 0; !err && discounted && i < lines->count; i++) {
		struct line *line = &lines->line[i];

		if (line->kind != WORK_ORDER_LINE_KIND_DISCOUNT || line->payer != payer)
			continue;
		line->discount_limit_bp = within ? facts->limit_bp : share_bp(gross, discounts);
		if (!within)
			need_approval(line, gross, gross - discounts);
	}
	return err;
}

enum err
lines_price(struct ctx *ctx, struct line_facts *facts, const char *at, const struct wishes *wishes,
            struct lines *out)
{
	enum err err = OK;

	out->count = wishes->count;
	for (size_t i = 0; !err && i < out->count; i++)
		err = price_line(ctx, facts, wishes, i, pointer_of(ctx, at, wishes, i),
		                 &out->line[i]);
	if (!err)
		err = spread_packages(ctx, wishes, out);
	for (int payer = PAYER_NONE + 1; !err && payer < PAYER_COUNT; payer++)
		err = check_discounts(ctx, facts, (enum payer)payer, out);
	return err;
}
