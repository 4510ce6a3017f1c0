/* SPDX-License-Identifier: Apache-2.0 */
/* Parts on their way: shipped, and there or accounted for. */
#include "stock/posted.h"
#include "stock/stock.h"
#include "stock/transfer_state.h"

/* ------------------------------------------------------------ on the way */

/* What left travels at what it cost, and no longer once it is somewhere: both from the document, since
 * batches may tell another cost than the average. */
static enum err
travel(struct ctx *ctx, struct transfer *t, const struct posted *doc, bool out)
{
	for (size_t n = 0, i = 0; n < doc->count; n++, i++) {
		while (!id_equal(t->line[i].id, doc->transfer_lines[n]))
			i++;
		if (!money_add(t->line[i].value, out ? doc->cost[n] : -doc->cost[n],
		               &t->line[i].value))
			return level_uncountable(ctx, i);
	}
	return OK;
}

static enum err
take_out(struct ctx *ctx, struct transfer *t, const struct levels *levels, struct posted *out)
{
	for (size_t i = 0; i < t->count; i++) {
		struct transfer_line *line = &t->line[i];
		struct level *level = level_of(levels, line->part);
		int64_t cost;

		if (line->amount.milli == 0)
			continue;
		level->reserved.milli -= line->amount.milli;
		if (!level_take(level, line->amount, &cost))
			return fail(ctx, ERR_INSUFFICIENT_STOCK, NULL);
		line->shipped.milli += line->amount.milli;
		posted_add(out, level,
		           &(struct posted_line){
				   .quantity = line->amount,
				   .moved = { -line->amount.milli },
				   .value = -cost,
				   .transfer_line = line->id,
			   });
	}
	return OK;
}

enum err
transfer_ship(struct ctx *ctx, struct id id, const struct ship_transfer *in)
{
	struct levels levels;
	struct posted out;
	struct transfer t;
	enum err err = transfer_lock_of(ctx, id, OP_shipTransfer, true, &t);

	if (!err)
		err = transfer_take_amounts(ctx, &t, in->lines, in->lines_count, transfer_unsent);
	/* what is final may be that nothing more goes, once something went */
	if (!err && !transfer_any(&t) && !(in->final && t.status == TRANSFER_STATUS_IN_TRANSIT))
		err = transfer_nothing(ctx);
	if (!err)
		err = transfer_lock_levels(ctx, &t, t.from_store, t.from_warehouse, true, &levels);
	if (err)
		return err;
	posted_init(ctx, &out, "transfer_out", "transfer", t.count);
	out.transfer = t.id;
	err = take_out(ctx, &t, &levels, &out);
	if (!err && out.count > 0)
		err = posted_save(ctx, &out, &levels);
	if (!err)
		err = travel(ctx, &t, &out, true);
	if (err)
		return err;
	if (in->final)
		transfer_drop_unsent(&t, &levels);
	transfer_unhold(ctx, &t, true);
	levels_save(ctx, &levels);
	transfer_save(ctx, &t, transfer_status_of(&t, false), NULL, false, "transfer.shipped");
	return OK;
}

/* ------------------------------------------------------------ arrival */

/* What came whole, and what is in question, of each line. */
static enum err
take_arrivals(struct ctx *ctx, struct transfer *t, const struct receive_transfer *in)
{
	bool *named = arena_array(ctx->arena, t->count, sizeof(*named));

	for (size_t i = 0; in->lines_count == 0 && i < t->count; i++)
		t->line[i].amount = transfer_under_way(&t->line[i]);
	for (size_t i = 0; i < in->lines_count; i++) {
		const struct transfer_arrival *a = &in->lines[i];
		struct transfer_line *line;
		size_t place;
		enum err err = transfer_line_named(ctx, t, a->line_id, named, i, &place);

		if (err)
			return err;
		line = &t->line[place];
		if (a->quantity.milli + a->disputed_quantity.milli > transfer_under_way(line).milli)
			return transfer_too_much(ctx, i, transfer_under_way(line));
		if (a->disputed_quantity.milli > 0 && !a->has_dispute_reason)
			return failf(ctx, ERR_REQUIRED, "/lines/%zu/dispute_reason", i);
		line->amount = a->quantity;
		line->in_question = a->disputed_quantity;
		if (a->disputed_quantity.milli > 0)
			line->dispute_reason =
				enum_code(&transfer_dispute_enum, (int)a->dispute_reason);
	}
	return transfer_any(t) ? OK : transfer_nothing(ctx);
}

/* Put a line's pieces into a level, at their share of what is on its way or in question. */
static enum err
put_in(struct ctx *ctx, struct transfer *t, size_t i, const struct levels *levels,
       struct posted *in)
{
	struct transfer_line *line = &t->line[i];
	struct level *level = level_of(levels, line->part);
	struct qty all = { transfer_under_way(line).milli + line->disputed.milli };
	int64_t value = money_share(line->value, line->amount, all);

	if (!level_put(level, line->amount, value))
		return level_uncountable(ctx, i);
	posted_add(in, level,
	           &(struct posted_line){
			   .quantity = line->amount,
			   .moved = line->amount,
			   .value = value,
			   .transfer_line = line->id,
		   });
	return OK;
}

/* Post what came in, if anything did. */
static enum err
arrived(struct ctx *ctx, struct transfer *t, const struct posted *doc, const struct levels *levels)
{
	enum err err = doc->count > 0 ? posted_save(ctx, doc, levels) : OK;

	return err ? err : travel(ctx, t, doc, false);
}

static bool
in_question(const struct transfer *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->line[i].in_question.milli > 0)
			return true;
	return false;
}

/* Into the levels of one side, counted as received there or as returned. */
static enum err
arrive(struct ctx *ctx, struct transfer *t, const struct levels *levels, bool back,
       struct posted *doc)
{
	posted_init(ctx, doc, "transfer_in", "transfer", t->count);
	doc->transfer = t->id;
	for (size_t i = 0; i < t->count; i++) {
		struct transfer_line *line = &t->line[i];
		enum err err;

		if (line->amount.milli > 0) {
			err = put_in(ctx, t, i, levels, doc);
			if (err)
				return err;
			*(back ? &line->returned.milli : &line->received.milli) +=
				line->amount.milli;
		}
		line->disputed.milli += line->in_question.milli;
	}
	return OK;
}

/* Wishes that the transfer was for come first; those for the shelf have it with that. */
static enum err
serve(struct ctx *ctx, const struct transfer *t, struct levels *levels)
{
	struct id *demands = arena_array(ctx->arena, t->count, sizeof(*demands));
	struct qty *came = arena_array(ctx->arena, t->count, sizeof(*came));
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++) {
		if (id_is_none(t->line[i].demand))
			continue;
		came[n] = t->line[i].amount;
		demands[n++] = t->line[i].demand;
	}
	if (n > 0)
		db_write(ctx, demand_shelf_served, ARG(store_id, levels->store),
		         IDS_ARG(demand_ids, demands, n), QTYS_ARG(quantity, came, n));
	return stock_serve_first(ctx, levels, demands, n);
}

enum err
transfer_receive(struct ctx *ctx, struct id id, const struct receive_transfer *in)
{
	struct levels levels;
	struct posted doc = { 0 };
	struct transfer t;
	enum err err = transfer_lock_of(ctx, id, OP_receiveTransfer, false, &t);

	if (!err)
		err = take_arrivals(ctx, &t, in);
	if (!err)
		err = transfer_lock_levels(ctx, &t, t.store, t.warehouse, true, &levels);
	if (!err)
		err = arrive(ctx, &t, &levels, false, &doc);
	if (!err)
		err = serve(ctx, &t, &levels);
	if (!err)
		err = arrived(ctx, &t, &doc, &levels);
	if (err)
		return err;
	levels_save(ctx, &levels);
	transfer_save(ctx, &t, transfer_status_of(&t, false), NULL, in_question(&t),
	              "transfer.received");
	return OK;
}

enum err
transfer_return(struct ctx *ctx, struct id id, const struct end_transfer *in)
{
	struct transfer t;
	enum err err = transfer_lock(ctx, id, OP_returnTransfer, &t);

	if (!err && GUARDED && !scope_covers(ctx->scope, t.from_store))
		err = transfer_check_side(ctx, t.store);
	for (size_t i = 0; !err && i < t.count; i++)
		t.line[i].amount = transfer_under_way(&t.line[i]);
	if (!err && !transfer_any(&t))
		err = fail_with(ctx, ERR_ILLEGAL_TRANSITION, NULL,
		                enum_code(&transfer_status_enum, t.status), NULL);
	if (err)
		return err;
	transfer_save(ctx, &t, t.to, in->reason, false, "transfer.returning");
	return OK;
}

enum err
transfer_receive_back(struct ctx *ctx, struct id id, const struct receive_transfer *in)
{
	struct levels levels;
	struct posted doc = { 0 };
	struct transfer t;
	enum err err = transfer_lock_of(ctx, id, OP_receiveBackTransfer, true, &t);

	if (!err)
		err = take_arrivals(ctx, &t, in);
	if (!err)
		err = transfer_lock_levels(ctx, &t, t.from_store, t.from_warehouse, true, &levels);
	if (err)
		return err;
	transfer_drop_unsent(&t, &levels);
	transfer_unhold(ctx, &t, false);
	err = arrive(ctx, &t, &levels, true, &doc);
	if (!err)
		err = stock_serve_waiting(ctx, &levels);
	if (!err)
		err = arrived(ctx, &t, &doc, &levels);
	if (err)
		return err;
	levels_save(ctx, &levels);
	transfer_save(ctx, &t, transfer_status_of(&t, true), NULL, in_question(&t),
	              "transfer.received_back");
	return OK;
}

/* ------------------------------------------------------------ in question */

static struct qty
disputed(const struct transfer_line *line)
{
	return line->disputed;
}

/* What is lost comes in and goes out at once: the ledger tells where it ended, and at whose cost. */
static enum err
write_off(struct ctx *ctx, const struct transfer *t, const struct levels *levels,
          const struct posted *in, enum transfer_outcome outcome)
{
	struct posted out;

	posted_init(ctx, &out, "scrap",
	            enum_code(&stock_reason_enum, outcome == TRANSFER_OUTCOME_DAMAGED
	                                                  ? STOCK_REASON_DAMAGE
	                                                  : STOCK_REASON_LOSS),
	            in->count);
	out.transfer = t->id;
	for (size_t i = 0; i < in->count; i++) {
		struct level *level = level_of(levels, in->parts[i]);
		int64_t cost = in->cost[i];

		if (!level_take_at(level, in->quantity[i], &cost))
			return fail(ctx, ERR_INSUFFICIENT_STOCK, NULL);
		posted_add(&out, level,
		           &(struct posted_line){
				   .quantity = in->quantity[i],
				   .moved = { -in->quantity[i].milli },
				   .value = -cost,
				   .transfer_line = in->transfer_lines[i],
			   });
	}
	return posted_save(ctx, &out, levels);
}

/* Into the levels of the store that found them or bears the loss. */
static enum err
settle(struct ctx *ctx, struct transfer *t, struct levels *levels, bool back,
       enum transfer_outcome outcome)
{
	struct posted in;
	enum err err;

	posted_init(ctx, &in, "transfer_in", "transfer", t->count);
	in.transfer = t->id;
	for (size_t i = 0; i < t->count; i++) {
		struct transfer_line *line = &t->line[i];

		if (line->amount.milli == 0)
			continue;
		err = put_in(ctx, t, i, levels, &in);
		if (err)
			return err;
		line->disputed.milli -= line->amount.milli;
		if (outcome != TRANSFER_OUTCOME_FOUND)
			line->lost.milli += line->amount.milli;
		else if (back)
			line->returned.milli += line->amount.milli;
		else
			line->received.milli += line->amount.milli;
	}
	err = arrived(ctx, t, &in, levels);
	if (err)
		return err;
	return outcome == TRANSFER_OUTCOME_FOUND ? serve(ctx, t, levels)
	                                         : write_off(ctx, t, levels, &in, outcome);
}

enum err
transfer_settle(struct ctx *ctx, struct id id, const struct settle_transfer *in)
{
	struct levels levels;
	struct transfer t;
	struct id store;
	bool back;
	enum err err = transfer_lock(ctx, id, OP_settleTransfer, &t);

	if (!err)
		err = ctx_store(ctx, in->store_id, &store);
	if (err)
		return err;
	if (!id_equal(store, t.store) && !id_equal(store, t.from_store))
		return fail_with(ctx, ERR_BAD_VALUE, "/store_id", "is none of the transfer's",
		                 NULL);
	if (id_equal(t.disputed_by, ctx->scope->actor))
		return fail(ctx, ERR_OWN_DOCUMENT, NULL);
	err = transfer_take_amounts(ctx, &t, in->lines, in->lines_count, disputed);
	if (!err && !transfer_any(&t))
		err = transfer_nothing(ctx);
	back = !id_equal(store, t.store);
	if (!err)
		err = transfer_lock_levels(ctx, &t, store, back ? t.from_warehouse : t.warehouse,
		                           true, &levels);
	if (!err)
		err = settle(ctx, &t, &levels, back, in->outcome);
	if (err)
		return err;
	levels_save(ctx, &levels);
	transfer_save(ctx, &t, transfer_status_of(&t, false), NULL, false, "transfer.settled");
	return OK;
}
