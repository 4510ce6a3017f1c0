/* SPDX-License-Identifier: Apache-2.0 */
/* One bargain, an order for each store. */
#include "purchase/central_purchase.h"

#include "event/event.h"
#include "org/org.h"
#include "purchase/draft.h"

/* What one store gets of one line. */
struct share {
	struct id store;
	size_t line;
	struct qty quantity;
};

struct shares {
	size_t count;
	struct share *share;
	struct id *stores; /* of each */
	size_t *at;        /* its place in the line */
};

static enum err
collect(struct ctx *ctx, const struct create_central_purchase *in, struct shares *s)
{
	size_t most = 0;

	for (size_t i = 0; i < in->lines_count; i++)
		most += in->lines[i].stores_count;
	*s = (struct shares){ .share = arena_array(ctx->arena, most, sizeof(*s->share)) };
	s->stores = arena_array(ctx->arena, most, sizeof(*s->stores));
	s->at = arena_array(ctx->arena, most, sizeof(*s->at));
	for (size_t i = 0; i < in->lines_count; i++) {
		const struct central_purchase_line *line = &in->lines[i];

		for (size_t k = 0; k < line->stores_count; k++) {
			for (size_t n = 0; n < k; n++)
				if (id_equal(line->stores[n].store_id, line->stores[k].store_id))
					return failf(ctx, ERR_NOT_UNIQUE,
					             "/lines/%zu/stores/%zu/store_id", i, k);
			s->at[s->count] = k;
			s->stores[s->count] = line->stores[k].store_id;
			s->share[s->count++] = (struct share){ line->stores[k].store_id, i,
				                               line->stores[k].quantity };
		}
	}
	return OK;
}

static enum err
check_stores(struct ctx *ctx, const struct shares *s)
{
	struct rows *unknown;
	size_t i;
	enum err err = db_read(ctx, central_stores_unknown, &unknown,
	                       IDS_ARG(store_ids, s->stores, s->count));

	if (err || rows_count(unknown) == 0)
		return err;
	i = (size_t)row_int(unknown, 0, "position");
	return failf(ctx, ERR_NOT_FOUND, "/lines/%zu/stores/%zu/store_id", s->share[i].line,
	             s->at[i]);
}

/* What all stores get of each line, priced together: fen a unit. */
static enum err
price_together(struct ctx *ctx, const struct create_central_purchase *in, const struct shares *s,
               int64_t prices[])
{
	struct purchase_draft d;
	enum err err;
	struct new_purchase_order_line *lines =
		arena_array(ctx->arena, in->lines_count, sizeof(*lines));
	struct create_purchase_order whole = { .lines = lines, .lines_count = in->lines_count };

	for (size_t i = 0; i < in->lines_count; i++)
		lines[i] = (struct new_purchase_order_line){
			.part_id = in->lines[i].part_id,
			.has_unit_price = in->lines[i].has_unit_price,
			.unit_price = in->lines[i].unit_price,
		};
	for (size_t i = 0; i < s->count; i++)
		if (!qty_add(lines[s->share[i].line].quantity, s->share[i].quantity,
		             &lines[s->share[i].line].quantity))
			return failf(ctx, ERR_TOO_LARGE, "/lines/%zu/stores", s->share[i].line);
	d = (struct purchase_draft){
		.supplier = in->supplier_id,
		.lines = lines,
		.count = in->lines_count,
		.body = BODY_ARG(create_purchase_order, &whole),
	};
	err = purchase_price_lines(ctx, &d);
	for (size_t i = 0; !err && i < in->lines_count; i++)
		prices[i] = d.prices[i];
	return err;
}

/* The order of the store of one share, with all its shares. */
static enum err
order_for(struct ctx *ctx, const struct create_central_purchase *in, const struct shares *s,
          size_t first, const int64_t prices[], struct id central)
{
	struct new_purchase_order_line *lines =
		arena_array(ctx->arena, in->lines_count, sizeof(*lines));
	struct create_purchase_order body = {
		.store_id = s->stores[first],
		.supplier_id = in->supplier_id,
		.has_order_class = in->has_order_class,
		.order_class = in->order_class,
		.has_expected_on = in->has_expected_on,
		.expected_on = in->expected_on,
		.note = in->note,
		.lines = lines,
	};

	for (size_t i = first; i < s->count; i++) {
		if (!id_equal(s->stores[i], s->stores[first]))
			continue;
		lines[body.lines_count++] = (struct new_purchase_order_line){
			.part_id = in->lines[s->share[i].line].part_id,
			.quantity = s->share[i].quantity,
			.has_unit_price = true,
			.unit_price = prices[s->share[i].line],
		};
	}
	return purchase_order_draft(ctx, &body, central);
}

enum err
central_purchase_create(struct ctx *ctx, const struct create_central_purchase *in)
{
	const struct id chain = { { 0 } };
	int64_t *prices = arena_array(ctx->arena, in->lines_count, sizeof(*prices));
	struct shares s;
	struct rows *supplier;
	struct id id;
	enum err err = new_id(ctx, in->id, &id);

	if (!err)
		err = purchase_check_supplier(ctx, in->supplier_id, &supplier);
	if (!err)
		err = collect(ctx, in, &s);
	if (!err)
		err = check_stores(ctx, &s);
	if (!err)
		err = price_together(ctx, in, &s, prices);
	if (err)
		return err;
	db_write(ctx, central_purchase_add, ARG(central_purchase_id, id),
	         BODY_ARG(create_central_purchase, in));
	for (size_t i = 0, k; !err && i < s.count; i++) {
		for (k = 0; k < i && !id_equal(s.stores[k], s.stores[i]); k++)
			;
		if (k == i)
			err = order_for(ctx, in, &s, i, prices, id);
	}
	if (err)
		return err;
	ctx->subject = id;
	event_add(ctx, "central_purchase.created", chain, id);
	return OK;
}
