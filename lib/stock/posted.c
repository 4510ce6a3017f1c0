/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that nobody audits: an issue, a return, a counter-document, what a transfer or a count moved. */
#include "stock/posted.h"

#include "core_deposit/core_deposit.h"
#include "event/event.h"
#include "event/search.h"
#include "org/org.h"

void
posted_init(struct ctx *ctx, struct posted *posted, const char *kind, const char *reason,
            size_t most)
{
	*posted = (struct posted){ .document = id_new(), .kind = kind, .reason = reason };
	posted->lines = arena_array(ctx->arena, most, sizeof(*posted->lines));
	posted->parts = arena_array(ctx->arena, most, sizeof(*posted->parts));
	posted->order_lines = arena_array(ctx->arena, most, sizeof(*posted->order_lines));
	posted->sale_lines = arena_array(ctx->arena, most, sizeof(*posted->sale_lines));
	posted->transfer_lines = arena_array(ctx->arena, most, sizeof(*posted->transfer_lines));
	posted->quantity = arena_array(ctx->arena, most, sizeof(*posted->quantity));
	posted->cost = arena_array(ctx->arena, most, sizeof(*posted->cost));
	posted->batches = arena_array(ctx->arena, most, sizeof(*posted->batches));
	posted->postings = arena_array(ctx->arena, most, sizeof(*posted->postings));
}

void
posted_add(struct posted *posted, struct level *level, const struct posted_line *line)
{
	size_t i = posted->count++;

	posted->lines[i] = id_new();
	posted->parts[i] = level->part;
	posted->order_lines[i] = line->order_line;
	posted->sale_lines[i] = line->sale_line;
	posted->transfer_lines[i] = line->transfer_line;
	posted->quantity[i] = line->quantity;
	posted->batches[i] = line->batch;
	posted->postings[i] = (struct posting){
		.line = posted->lines[i],
		.part = level->part,
		.quantity = line->moved,
		.value = line->value,
	};
	posted->cost[i] = posting_cost(&posted->postings[i]);
	level_post(level, &posted->postings[i]);
}

/* Old pieces follow the parts of an order: they are awaited of what goes out, and not of what comes
 * back. */
static enum err
cores_follow(struct ctx *ctx, const struct posted *posted, const struct levels *levels)
{
	const struct core_deposit_document document = {
		.id = posted->document,
		.store = levels->store,
		.work_order = posted->work_order,
		.sales_order = posted->sales_order,
	};
	const struct id *lines =
		id_is_none(posted->work_order) ? posted->sale_lines : posted->order_lines;

	if (id_is_none(posted->work_order) && id_is_none(posted->sales_order))
		return OK;
	if (posted->count > 0 && posted->postings[0].quantity.milli > 0)
		return core_deposits_returned(ctx, levels->store, lines, posted->quantity,
		                              posted->count);
	for (size_t i = 0; i < posted->count; i++) {
		int64_t deposit = level_of(levels, posted->parts[i])->deposit;

		if (deposit > 0)
			core_deposit_issued(ctx, &document, lines[i], posted->parts[i],
			                    posted->quantity[i], deposit);
	}
	return OK;
}

/* What was written with the lines is not what the batches tell. */
static void
save_costs(struct ctx *ctx, const struct posted *posted)
{
	bool other = false;

	for (size_t i = 0; i < posted->count; i++) {
		int64_t cost = posting_cost(&posted->postings[i]);

		other = other || cost != posted->cost[i];
		posted->cost[i] = cost;
	}
	if (other)
		db_write(ctx, stock_document_set_costs,
		         IDS_ARG(document_line_ids, posted->lines, posted->count),
		         INTS_ARG(cost, posted->cost, posted->count));
}

enum err
posted_save(struct ctx *ctx, const struct posted *posted, const struct levels *levels)
{
	size_t n = posted->count;
	const char *number;
	enum err err = document_number(ctx, levels->store, "SD", &number);

	if (err)
		return err;
	db_write(ctx, stock_document_add_posted, ARG(document_id, posted->document),
	         ARG(store_id, levels->store), ARG(warehouse_id, levels->warehouse),
	         ARG(number, number), ARG(kind, posted->kind), ARG(reason, posted->reason),
	         ARG(note, posted->note), ARG(work_order_id, posted->work_order),
	         ARG(sales_order_id, posted->sales_order), ARG(transfer_id, posted->transfer),
	         ARG(stocktake_id, posted->stocktake), ARG(received_by, posted->received_by),
	         ARG(reverses_id, posted->reverses));
	db_write(ctx, stock_document_lines_add_posted, ARG(document_id, posted->document),
	         ARG(store_id, levels->store), IDS_ARG(document_line_ids, posted->lines, n),
	         IDS_ARG(part_ids, posted->parts, n), QTYS_ARG(quantity, posted->quantity, n),
	         INTS_ARG(cost, posted->cost, n), IDS_ARG(line_ids, posted->order_lines, n),
	         IDS_ARG(sale_line_ids, posted->sale_lines, n),
	         IDS_ARG(transfer_line_ids, posted->transfer_lines, n),
	         TEXTS_ARG(batch_numbers, posted->batches, n));
	err = postings_save(ctx, levels, posted->document, posted->kind, posted->reason,
	                    posted->postings, n);
	if (err)
		return err;
	save_costs(ctx, posted);
	search_add(ctx, "number", number, "stock_document", posted->document, levels->store);
	event_add(ctx, "stock_document.posted", levels->store, posted->document);
	return cores_follow(ctx, posted, levels);
}
