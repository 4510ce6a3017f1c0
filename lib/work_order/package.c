/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that are asked for by a package: what they are, and their shares of its fixed price. */
#include "work_order/line.h"

/* A row of package_contents as a line that somebody could have said. */
static struct add_work_order_line
content(const struct rows *rows, size_t i, const struct use_package *use)
{
	bool labour = !row_is_null(rows, i, "operation_id");

	return (struct add_work_order_line){
		.kind = labour ? WORK_ORDER_LINE_KIND_LABOUR : WORK_ORDER_LINE_KIND_PART,
		.operation_id = row_id(rows, i, "operation_id"),
		.has_operation_id = labour,
		.part_id = row_id(rows, i, "part_id"),
		.has_part_id = !labour,
		.hours = row_qty(rows, i, "hours"),
		.has_hours = !row_is_null(rows, i, "hours"),
		.quantity = row_qty(rows, i, "quantity"),
		.has_quantity = !labour,
		.payer = use->payer,
		.has_payer = use->has_payer,
		.concern_id = use->concern_id,
		.has_concern_id = use->has_concern_id,
	};
}

static enum err
read_contents(struct ctx *ctx, const struct use_package *packages, size_t count, const char *at,
              struct rows **rows)
{
	struct id *ids = arena_array(ctx->arena, count, sizeof(*ids));
	enum err err;

	for (size_t i = 0; i < count; i++)
		ids[i] = packages[i].package_id;
	err = db_read(ctx, package_contents, rows, IDS_ARG(package_ids, ids, count));
	for (size_t i = 0; !err && i < rows_count(*rows); i++) {
		const char *here = *at ? arena_printf(ctx->arena, "%s/%lld/package_id", at,
		                                      (long long)row_int(*rows, i, "place"))
		                       : "/package_id";

		if (row_is_null(*rows, i, "package_id"))
			err = fail(ctx, ERR_NOT_FOUND, here);
		else if (!row_bool(*rows, i, "sold"))
			err = fail_with(ctx, ERR_PACKAGE_NOT_SOLD, here, row_text(*rows, i, "code"),
			                NULL);
	}
	return err;
}

enum err
wishes_gather(struct ctx *ctx, const struct add_work_order_line *lines, size_t lines_count,
              const struct use_package *packages, size_t packages_count, const char *at,
              struct wishes *wishes)
{
	struct rows *rows = NULL;
	struct add_work_order_line *line;
	size_t more = 0;

	if (packages_count > 0) {
		enum err err = read_contents(ctx, packages, packages_count, at, &rows);

		if (err)
			return err;
		more = rows_count(rows);
	}
	*wishes = (struct wishes){
		.line = lines,
		.package = arena_array(ctx->arena, lines_count + more + 1,
		                       sizeof(struct line_package)),
		.packages_at = at,
		.said = lines_count,
		.count = lines_count + more,
	};
	if (more == 0)
		return OK;
	line = arena_array(ctx->arena, wishes->count, sizeof(*line));
	for (size_t i = 0; i < lines_count; i++)
		line[i] = lines[i];
	for (size_t i = 0; i < more; i++) {
		struct line_package *package = &wishes->package[lines_count + i];

		package->id = row_id(rows, i, "package_id");
		package->revision = row_int(rows, i, "revision");
		package->price = row_int(rows, i, "price");
		package->place = (size_t)row_int(rows, i, "place");
		line[lines_count + i] = content(rows, i, &packages[package->place]);
	}
	wishes->line = line;
	return OK;
}

/* The share of one line of what all of them cost, as a price for one of it that does not pass it. */
static bool
take_share(struct line *line, int64_t price, int64_t sum, int64_t *left)
{
	int64_t share = 0;

	if (sum > 0 && (__builtin_mul_overflow(line->amount, price, &share) ||
	                __builtin_mul_overflow(share / sum, 1000, &share)))
		return false;
	line->unit_price = share / line->quantity.milli;
	line->price_source = PRICE_SOURCE_PACKAGE;
	return money_mul_qty(line->unit_price, line->quantity, &line->amount) &&
	       !__builtin_sub_overflow(*left, line->amount, left);
}

bool
lines_spread(struct line *lines, size_t count, int64_t price)
{
	struct line *first = NULL;
	int64_t sum = 0, left = price;

	for (size_t i = 0; i < count; i++) {
		if (!money_add(sum, lines[i].amount, &sum))
			return false;
		if (!first && lines[i].kind == WORK_ORDER_LINE_KIND_LABOUR)
			first = &lines[i];
	}
	if (!first)
		return false;
	for (size_t i = 0; i < count; i++)
		if (&lines[i] != first && !take_share(&lines[i], price, sum, &left))
			return false;
	if (first->fixed_hours.milli == 0) {
		first->fixed_hours = first->quantity;
		first->list_price = first->amount;
		first->quantity = (struct qty){ 1000 };
	}
	first->price_source = PRICE_SOURCE_PACKAGE;
	first->unit_price = left;
	first->amount = left;
	return true;
}
