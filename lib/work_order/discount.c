/* SPDX-License-Identifier: Apache-2.0 */
/* Discounts fall with the lines they were given on. */
#include "work_order/line.h"
#include "work_order/work_order.h"

static bool
stands(const struct line *line, enum payer payer, bool discount)
{
	return line->status == WORK_ORDER_LINE_STATUS_AUTHORISED && line->payer == payer &&
	       (line->kind == WORK_ORDER_LINE_KIND_DISCOUNT) == discount;
}

/* What one payer is given falls with what this one pays. */
static void
fit(const struct lines *lines, enum payer payer, bool billed)
{
	int64_t gross = 0, limit = 0, left;

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *l = &lines->line[i];

		if (stands(l, payer, false))
			gross += billed ? l->billed : l->amount;
		if (stands(l, payer, true) && l->discount_limit_bp > limit)
			limit = l->discount_limit_bp;
	}
	left = gross / 10000 * limit + gross % 10000 * limit / 10000;
	for (size_t i = 0; i < lines->count; i++) {
		struct line *l = &lines->line[i];
		int64_t amount = l->list_price < left ? l->list_price : left;

		if (!stands(l, payer, true))
			continue;
		/* one of before limits were written down stays as it is */
		if (l->discount_limit_bp < 0 || amount < 0)
			amount = l->discount_limit_bp < 0 ? l->amount : 0;
		left -= amount;
		l->refit = amount != l->amount;
		l->unit_price = amount;
		l->amount = amount;
	}
}

void
lines_fit_discounts(const struct lines *lines, bool billed)
{
	for (int payer = PAYER_NONE + 1; payer < PAYER_COUNT; payer++)
		fit(lines, (enum payer)payer, billed);
}

void
lines_save_discounts(struct ctx *ctx, struct id order, const struct lines *lines)
{
	struct id *ids = arena_array(ctx->arena, lines->count + 1, sizeof(*ids));
	int64_t *amounts = arena_array(ctx->arena, lines->count + 1, sizeof(*amounts));
	size_t n = 0;

	for (size_t i = 0; i < lines->count; i++) {
		if (!lines->line[i].refit)
			continue;
		ids[n] = lines->line[i].id;
		amounts[n++] = lines->line[i].amount;
	}
	if (n > 0)
		db_write(ctx, work_order_discounts_set, ARG(id, order), IDS_ARG(line_ids, ids, n),
		         INTS_ARG(amounts, amounts, n));
}

enum err
work_order_fit_discounts(struct ctx *ctx, const struct work_order *wo, enum payer payer,
                         bool *changed)
{
	struct lines lines = { 0 };
	enum err err = lines_read(ctx, wo->id, &lines);

	*changed = false;
	if (err)
		return err;
	fit(&lines, payer, true);
	for (size_t i = 0; i < lines.count; i++)
		*changed = *changed || lines.line[i].refit;
	if (!*changed)
		return OK;
	lines_save_discounts(ctx, wo->id, &lines);
	db_write(ctx, work_order_touch, ARG(id, wo->id));
	return OK;
}
