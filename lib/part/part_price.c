/* SPDX-License-Identifier: Apache-2.0 */
/* Price lists change what the catalogue says, at once. */
#include "part/part_price.h"

#include "event/event.h"
#include "part/part_number.h"
#include "part/price_adjustment.h"

static const struct id chain;

/* New prices of parts, column by column. */
struct changes {
	size_t count;
	struct id *ids, *parts;
	int64_t *prices;
};

static enum err
change(struct ctx *ctx, const struct changes *c)
{
	enum err err = price_adjustments_supersede(ctx, c->parts, c->count);

	if (err)
		return err;
	db_write(ctx, part_prices_changed, IDS_ARG(change_ids, c->ids, c->count),
	         IDS_ARG(part_ids, c->parts, c->count), INTS_ARG(prices, c->prices, c->count));
	db_write(ctx, part_prices_set, IDS_ARG(part_ids, c->parts, c->count),
	         INTS_ARG(prices, c->prices, c->count));
	event_gather(ctx);
	for (size_t i = 0; i < c->count; i++)
		event_add(ctx, "part.updated", chain, c->parts[i]);
	event_write(ctx);
	return OK;
}

enum err
parts_set_prices(struct ctx *ctx, const struct set_part_price *in, size_t count, struct id *parts,
                 struct failure *wrong)
{
	const char **norms = arena_array(ctx->arena, count, sizeof(*norms));
	struct changes c = {
		.ids = arena_array(ctx->arena, count, sizeof(*c.ids)),
		.parts = arena_array(ctx->arena, count, sizeof(*c.parts)),
		.prices = arena_array(ctx->arena, count, sizeof(*c.prices)),
	};
	struct rows *rows;
	enum err err;

	for (size_t i = 0; i < count; i++) {
		norms[i] = part_number_normalise(ctx->arena, in[i].number);
		parts[i] = (struct id){ { 0 } };
		wrong[i] = (struct failure){ .err = ERR_NOT_FOUND, .pointer = "/number" };
	}
	err = db_read(ctx, part_prices_lock, &rows, BODIES_ARG(prices, set_part_price, in, count),
	              TEXTS_ARG(numbers_norm, norms, count));
	/* a row for each that names a part; of one part only the last is to change it */
	for (size_t k = 0; !err && k < rows_count(rows); k++) {
		size_t i = (size_t)row_int(rows, k, "position");

		if (row_bool(rows, k, "price_audited") && row_bool(rows, k, "other")) {
			wrong[i] = (struct failure){ .err = ERR_PRICE_AUDITED,
				                     .pointer = "/sale_price" };
			continue;
		}
		wrong[i].err = OK;
		parts[i] = row_id(rows, k, "id");
		if (!row_bool(rows, k, "other") || !row_bool(rows, k, "last"))
			continue;
		c.ids[c.count] = id_new();
		c.parts[c.count] = parts[i];
		c.prices[c.count++] = in[i].sale_price;
	}
	return err || c.count == 0 ? err : change(ctx, &c);
}

enum err
part_set_price(struct ctx *ctx, const struct set_part_price *in)
{
	struct failure wrong;
	enum err err = parts_set_prices(ctx, in, 1, &ctx->subject, &wrong);

	return err || !wrong.err ? err : fail(ctx, wrong.err, wrong.pointer);
}
