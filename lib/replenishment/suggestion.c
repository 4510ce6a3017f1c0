/* SPDX-License-Identifier: Apache-2.0 */
/* From what was asked for to what is to be bought. */
#include "replenishment/suggestion.h"

#include <stdlib.h>
#include <string.h>

#include "event/event.h"
#include "org/org.h"
#include "purchase/purchase_order.h"
#include "replenishment/forecast.h"
#include "replenishment/order_level.h"

/* Where nobody says; api-spec/replenishment.yaml tells them. */
#define SERVICE_BP  9500
#define REVIEW_DAYS 7
#define MONTHS      24
#define PARTS_MAX   5000

/* Of a purchase order; api-spec/purchase-orders.yaml tells it. */
#define ORDER_LINES_MAX 200

/* One part that should be bought. */
struct line {
	struct id part, supplier;
	struct id limit; /* none where the store has set nothing */
	struct order_limits limits;
	const char *order_class;
	int64_t months, demand_months, cover_days, lead_days;
	int64_t price, amount; /* fen; -1: nobody offers it */
	struct qty month, cover, deviation, available, coming, waited, pack, quantity;
	struct order_level level;
	bool within; /* the budget */
};

struct run {
	unsigned service_bp, review_days;
	size_t count;
	struct line *lines;
	int64_t amount;
};

/* ------------------------------------------------------------ forecasting */

static unsigned
months_of(unsigned days)
{
	unsigned months = (days + FORECAST_MONTH_DAYS - 1) / FORECAST_MONTH_DAYS;

	return months > FORECAST_HORIZON_MAX ? FORECAST_HORIZON_MAX : months;
}

/* Month after month from the first to those that are over; what was asked for in some of them stands in pairs of
 * the month and its thousandths. */
static void
read_history(const struct rows *facts, size_t i, struct forecast *forecast, struct line *line)
{
	const char *text = row_is_null(facts, i, "history") ? "" : row_text(facts, i, "history");
	int64_t until = row_int(facts, i, "until"), month = row_int(facts, i, "first"), asked;
	char *end;

	for (asked = strtoll(text, &end, 10); month < until; month++, line->months++) {
		struct qty quantity = { 0 };

		if (end != text && asked == month) {
			quantity.milli = strtoll(end, &end, 10);
			text = end;
			asked = strtoll(text, &end, 10);
		}
		forecast_add(forecast, quantity);
	}
}

static struct qty
at_most(struct qty a, int64_t milli)
{
	return (struct qty){ a.milli < milli ? a.milli : milli };
}

/* In whole packs, and not less than the supplier's minimum. */
static struct qty
packed(struct qty wanted, struct qty pack, struct qty least)
{
	int64_t milli = wanted.milli < least.milli ? least.milli : wanted.milli;

	return (struct qty){ (milli + pack.milli - 1) / pack.milli * pack.milli };
}

static void
expect(const struct run *run, const struct rows *facts, size_t i, struct line *line)
{
	unsigned days = (unsigned)line->lead_days + run->review_days;
	struct forecast forecast;

	forecast_init(&forecast, months_of(days));
	read_history(facts, i, &forecast, line);
	line->cover_days = days;
	line->month = forecast_mean(&forecast, 1);
	line->cover = at_most(forecast_mean_of_days(&forecast, days), QTY_MAX_MILLI / 1000);
	line->deviation = at_most(forecast_deviation_of_days(&forecast, days), UINT32_MAX);
	line->level =
		order_level_of(line->cover, line->deviation, (struct qty){ 0 }, run->service_bp);
}

static struct qty
said(const struct rows *facts, size_t i, const char *column)
{
	const struct qty nothing = { -1 };

	return row_is_null(facts, i, column) ? nothing : row_qty(facts, i, column);
}

/* Whether a part is to be bought: below its reorder point, or somebody waits for it. */
static bool
propose(const struct run *run, const struct rows *facts, size_t i, struct line *line)
{
	struct qty position, missing;

	*line = (struct line){
		.part = row_id(facts, i, "part_id"),
		.supplier = row_id(facts, i, "supplier_id"),
		.limit = row_id(facts, i, "limit_id"),
		.limits = { said(facts, i, "minimum"), said(facts, i, "reorder_point"),
		            said(facts, i, "maximum") },
		.demand_months = row_int(facts, i, "demand_months"),
		.lead_days = row_int(facts, i, "lead_days"),
		.available = row_qty(facts, i, "available_quantity"),
		.coming = row_qty(facts, i, "coming_quantity"),
		.waited = row_qty(facts, i, "back_order_quantity"),
		.pack = row_qty(facts, i, "pack_quantity"),
		.price = row_is_null(facts, i, "price") ? -1 : row_int(facts, i, "price"),
		.amount = -1,
	};
	expect(run, facts, i, line);
	if (!id_is_none(line->limit))
		order_level_limit(&line->level, &line->limits);
	position.milli = line->available.milli + line->coming.milli - line->waited.milli;
	missing = order_level_missing(&line->level, position);
	if (missing.milli == 0)
		return false;
	line->quantity = packed(missing, line->pack, row_qty(facts, i, "minimum_quantity"));
	line->order_class =
		enum_code(&order_class_enum,
	                  line->waited.milli > 0 ? ORDER_CLASS_EMERGENCY : ORDER_CLASS_STOCK);
	/* what cannot be counted has no amount, and is not ordered by itself */
	if (line->price >= 0 && !money_mul_qty(line->price, line->quantity, &line->amount))
		line->amount = -1;
	return true;
}

/* ------------------------------------------------------------ the most urgent first */

/* How much of its reorder point is covered, in thousandths: what somebody waits for, not at all. */
static int64_t
covered(const struct line *l)
{
	int64_t position = l->available.milli + l->coming.milli - l->waited.milli;

	if (l->waited.milli > 0)
		return INT64_MIN;
	return l->level.reorder_point.milli > 0 ? position * 1000 / l->level.reorder_point.milli
	                                        : 0;
}

static int
by_urgency(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int64_t cx = covered(x), cy = covered(y);

	if (cx != cy)
		return cx < cy ? -1 : 1;
	return memcmp(&x->part, &y->part, sizeof(x->part));
}

/* As far as the budget reaches; what does not fit leaves room for what is smaller. */
static void
spend(struct run *run, int64_t budget)
{
	qsort(run->lines, run->count, sizeof(*run->lines), by_urgency);
	for (size_t i = 0; i < run->count; i++) {
		struct line *l = &run->lines[i];
		int64_t sum;

		if (l->amount < 0 || !money_add(run->amount, l->amount, &sum) || sum > budget)
			continue;
		l->within = true;
		run->amount = sum;
	}
}

/* ------------------------------------------------------------ writing */

static void
write_lines(struct ctx *ctx, const struct run *run, struct id id, struct id store)
{
	size_t n = run->count;
	struct id *ids = arena_array(ctx->arena, n + 1, 4 * sizeof(*ids)), *parts = ids + n,
		  *suppliers = parts + n, *limits = suppliers + n;
	int64_t *numbers = arena_array(ctx->arena, n + 1, 6 * sizeof(*numbers));
	struct qty *quantities = arena_array(ctx->arena, n + 1, 13 * sizeof(*quantities));
	const char **classes = arena_array(ctx->arena, n + 1, sizeof(*classes));
	bool *within = arena_array(ctx->arena, n + 1, sizeof(*within));

	for (size_t i = 0; i < n; i++) {
		const struct line *l = &run->lines[i];
		const int64_t of_line[] = { l->months,    l->demand_months, l->cover_days,
			                    l->lead_days, l->price,         l->amount };
		const struct qty how_much[] = { l->month,
			                        l->cover,
			                        l->deviation,
			                        l->available,
			                        l->coming,
			                        l->waited,
			                        l->level.reorder_point,
			                        l->level.order_up_to,
			                        l->quantity,
			                        l->pack,
			                        l->limits.minimum,
			                        l->limits.reorder_point,
			                        l->limits.maximum };

		ids[i] = id_new();
		parts[i] = l->part;
		suppliers[i] = l->supplier;
		limits[i] = l->limit;
		for (size_t k = 0; k < COUNT_OF(of_line); k++)
			numbers[k * n + i] = of_line[k];
		for (size_t k = 0; k < COUNT_OF(how_much); k++)
			quantities[k * n + i] = how_much[k];
		classes[i] = l->order_class;
		within[i] = l->within;
	}
	if (n == 0)
		return;
	db_write(ctx, replenishment_lines_add, ARG(run_id, id), ARG(store_id, store),
	         IDS_ARG(replenishment_line_ids, ids, n), IDS_ARG(part_ids, parts, n),
	         IDS_ARG(supplier_ids, suppliers, n), INTS_ARG(history_months, numbers, n),
	         INTS_ARG(demand_months, numbers + n, n), INTS_ARG(cover_days, numbers + 2 * n, n),
	         INTS_ARG(lead_days, numbers + 3 * n, n), INTS_ARG(unit_prices, numbers + 4 * n, n),
	         INTS_ARG(amounts, numbers + 5 * n, n), QTYS_ARG(month_quantities, quantities, n),
	         QTYS_ARG(cover_quantities, quantities + n, n),
	         QTYS_ARG(deviations, quantities + 2 * n, n),
	         QTYS_ARG(available, quantities + 3 * n, n),
	         QTYS_ARG(coming, quantities + 4 * n, n), QTYS_ARG(waited, quantities + 5 * n, n),
	         QTYS_ARG(points, quantities + 6 * n, n), QTYS_ARG(levels, quantities + 7 * n, n),
	         QTYS_ARG(quantity, quantities + 8 * n, n), QTYS_ARG(packs, quantities + 9 * n, n),
	         IDS_ARG(limit_ids, limits, n), QTYS_ARG(minima, quantities + 10 * n, n),
	         QTYS_ARG(reorder_points, quantities + 11 * n, n),
	         QTYS_ARG(maxima, quantities + 12 * n, n), TEXTS_ARG(order_classes, classes, n),
	         BOOLS_ARG(within, within, n));
}

enum err
replenishment_run_create(struct ctx *ctx, const struct create_replenishment_run *in)
{
	int64_t months = in->has_months ? in->months : MONTHS;
	struct run run = {
		.service_bp = in->has_service_bp ? (unsigned)in->service_bp : SERVICE_BP,
		.review_days = in->has_review_days ? (unsigned)in->review_days : REVIEW_DAYS,
	};
	struct arg budget = NULL_ARG(budget);
	struct rows *facts = NULL;
	struct id store;
	size_t looked;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (!err && in->has_supplier_id)
		err = db_read(ctx, supplier_visible, &facts, ARG(id, in->supplier_id));
	if (!err && in->has_supplier_id && rows_count(facts) == 0)
		err = fail(ctx, ERR_NOT_FOUND, "/supplier_id");
	if (!err)
		err = db_read(ctx, replenishment_facts, &facts, ARG(store_id, store),
		              ARG(supplier_id, in->supplier_id), ARG(months, months),
		              ARG(limit, INT64_C(1) + PARTS_MAX));
	if (err)
		return err;
	if (in->has_budget)
		budget = ARG(budget, in->budget);
	looked = rows_count(facts) > PARTS_MAX ? PARTS_MAX : rows_count(facts);
	run.lines = arena_array(ctx->arena, looked + 1, sizeof(*run.lines));
	for (size_t i = 0; i < looked; i++)
		run.count += propose(&run, facts, i, &run.lines[run.count]);
	spend(&run, in->has_budget ? in->budget : INT64_MAX);
	db_write(ctx, replenishment_run_add, ARG(run_id, ctx->subject), ARG(store_id, store),
	         ARG(supplier_id, in->supplier_id), ARG(service_bp, (int64_t)run.service_bp),
	         ARG(review_days, (int64_t)run.review_days), ARG(months, months), budget,
	         ARG(parts_count, (int64_t)looked), ARG(lines_count, (int64_t)run.count),
	         ARG(amount, run.amount), ARG(truncated, rows_count(facts) > PARTS_MAX));
	write_lines(ctx, &run, ctx->subject, store);
	event_add(ctx, "replenishment_run.created", store, ctx->subject);
	return OK;
}

/* ------------------------------------------------------------ ordering */

static bool
same_order(const struct rows *rows, size_t a, size_t b)
{
	return id_equal(row_id(rows, a, "supplier_id"), row_id(rows, b, "supplier_id")) &&
	       strcmp(row_text(rows, a, "order_class"), row_text(rows, b, "order_class")) == 0;
}

/* One purchase order of the rows from a row on; *next is the first that is not in it. */
static enum err
order_rows(struct ctx *ctx, struct id store, const struct rows *rows, size_t from, size_t *next)
{
	struct new_purchase_order_line *lines =
		arena_array(ctx->arena, ORDER_LINES_MAX, sizeof(*lines));
	struct id *ids = arena_array(ctx->arena, ORDER_LINES_MAX, sizeof(*ids));
	struct create_purchase_order body = {
		.has_store_id = true,
		.store_id = store,
		.supplier_id = row_id(rows, from, "supplier_id"),
		.has_order_class = true,
		.order_class =
			(enum order_class)row_enum(rows, from, "order_class", &order_class_enum),
		.lines = lines,
	};
	enum err err;

	for (*next = from; *next < rows_count(rows) && *next - from < ORDER_LINES_MAX &&
	                   same_order(rows, from, *next);
	     ++*next) {
		ids[*next - from] = row_id(rows, *next, "id");
		lines[*next - from] = (struct new_purchase_order_line){
			.part_id = row_id(rows, *next, "part_id"),
			.quantity = row_qty(rows, *next, "quantity"),
			.has_unit_price = true,
			.unit_price = row_int(rows, *next, "unit_price"),
		};
	}
	body.lines_count = *next - from;
	err = purchase_order_create(ctx, &body);
	if (err)
		return err;
	db_write(ctx, replenishment_lines_ordered, ARG(order_id, ctx->subject),
	         IDS_ARG(replenishment_line_ids, ids, body.lines_count));
	return OK;
}

enum err
replenishment_run_order(struct ctx *ctx, struct id id, const struct order_replenishment_run *in)
{
	struct rows *rows, *run;
	struct id store;
	enum err err = db_lock(ctx, replenishment_run_lock, id, &run);

	if (!err)
		err = db_read(ctx, replenishment_orderable, &rows, ARG(id, id),
		              IDS_ARG(replenishment_line_ids, in->line_ids, in->line_ids_count));
	if (err)
		return err;
	for (size_t i = 0, row; i < in->line_ids_count; i++) {
		for (row = 0;
		     row < rows_count(rows) && !id_equal(row_id(rows, row, "id"), in->line_ids[i]);
		     row++)
			;
		if (row == rows_count(rows))
			return failf(ctx, ERR_NOT_FOUND, "/line_ids/%zu", i);
	}
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOTHING_TO_ORDER, NULL);
	store = row_id(run, 0, "store_id");
	for (size_t from = 0, next; !err && from < rows_count(rows); from = next)
		err = order_rows(ctx, store, rows, from, &next);
	if (err)
		return err;
	db_write(ctx, replenishment_run_touch, ARG(id, id));
	ctx->subject = id;
	event_add(ctx, "replenishment_run.ordered", store, id);
	return OK;
}
