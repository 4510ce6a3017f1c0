/* SPDX-License-Identifier: Apache-2.0 */
/* What the customer decides about an estimate, and the lines of the order that come of it. */
#include "estimate/estimate.h"
#include "event/event.h"
#include "inspection/diagnosis.h"
#include "stock/stock.h"
#include "work_order/consent.h"

/* The chosen option on its way into the order. */
struct choice {
	struct lines lines;
	struct line **each; /* pointers to all of them */
	enum estimate_decision_kind *decisions;
	int64_t last_position; /* of the order's lines */
	struct utc promise; /* when it would be finished, of an order without a promise; or none */
};

static enum err
read_option(struct ctx *ctx, struct id estimate, struct id option, struct choice *choice)
{
	struct rows *rows;
	enum err err = db_read(ctx, estimate_option_lines, &rows, ARG(id, estimate),
	                       ARG(option_id, option));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/option_id");
	estimate_lines_of(ctx, rows, &choice->lines);
	choice->each = arena_array(ctx->arena, choice->lines.count, sizeof(struct line *));
	choice->decisions =
		arena_array(ctx->arena, choice->lines.count, sizeof(*choice->decisions));
	choice->last_position = row_int(rows, 0, "last_position");
	choice->promise = row_utc(rows, 0, "promise");
	for (size_t i = 0; i < choice->lines.count; i++)
		choice->each[i] = &choice->lines.line[i];
	return OK;
}

/* The reason as a code, and when to come back to it. */
static enum err
take_deferral(struct ctx *ctx, struct id store, const struct estimate_line_decision *said, size_t i,
              struct line *line)
{
	bool defer = said->decision == ESTIMATE_DECISION_KIND_DEFER;

	if (!defer && said->has_deferred_until)
		return failf(ctx, ERR_UNKNOWN_FIELD, "/lines/%zu/deferred_until", i);
	if (!defer && said->has_deferred_until_km)
		return failf(ctx, ERR_UNKNOWN_FIELD, "/lines/%zu/deferred_until_km", i);
	line->reason_code =
		line_reason_code(said->has_reason_code, said->reason_code, said->reason);
	line->deferred_km = said->deferred_until_km;
	line->has_deferred_km = said->has_deferred_until_km;
	if (!said->has_deferred_until)
		return OK;
	return line_defer_until(ctx, store, said->deferred_until,
	                        arena_printf(ctx->arena, "/lines/%zu/deferred_until", i), line);
}

/* All of it was declined: the first option's lines are kept, so that they come back. */
static enum err
decline_all(struct ctx *ctx, struct id estimate, const struct decide_estimate *in,
            struct choice *choice)
{
	struct rows *options;
	enum err err = db_read(ctx, estimate_options_copied, &options, ARG(id, estimate));

	if (!err)
		err = read_option(ctx, estimate, row_id(options, 0, "id"), choice);
	for (size_t i = 0; !err && i < choice->lines.count; i++) {
		struct line *line = &choice->lines.line[i];

		choice->decisions[i] = ESTIMATE_DECISION_KIND_DECLINE;
		line->status = WORK_ORDER_LINE_STATUS_DECLINED;
		line->reason = in->reason;
		line->reason_code = line_reason_code(false, LINE_DECLINE_REASON_NONE, in->reason);
	}
	return err;
}

/* What was said of single lines; the others are authorised. */
static enum err
take_decisions(struct ctx *ctx, struct id store, const struct decide_estimate *in,
               struct choice *choice)
{
	static const enum work_order_line_status statuses[] = {
		[ESTIMATE_DECISION_KIND_AUTHORISE] = WORK_ORDER_LINE_STATUS_AUTHORISED,
		[ESTIMATE_DECISION_KIND_DECLINE] = WORK_ORDER_LINE_STATUS_DECLINED,
		[ESTIMATE_DECISION_KIND_DEFER] = WORK_ORDER_LINE_STATUS_DEFERRED,
	};

	for (size_t i = 0; i < in->lines_count; i++) {
		const struct estimate_line_decision *said = &in->lines[i];
		size_t at = 0;
		enum err err;

		while (at < choice->lines.count &&
		       !id_equal(choice->lines.line[at].estimate_line, said->line_id))
			at++;
		if (at == choice->lines.count)
			return failf(ctx, ERR_NOT_FOUND, "/lines/%zu/line_id", i);
		if (choice->decisions[at] != ESTIMATE_DECISION_KIND_NONE)
			return failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/line_id", i);
		if (said->decision != ESTIMATE_DECISION_KIND_AUTHORISE && !said->has_reason)
			return failf(ctx, ERR_REQUIRED, "/lines/%zu/reason", i);
		choice->decisions[at] = said->decision;
		choice->lines.line[at].status = statuses[said->decision];
		choice->lines.line[at].reason = said->reason;
		err = take_deferral(ctx, store, said, i, &choice->lines.line[at]);
		if (err)
			return err;
	}
	for (size_t i = 0; i < choice->lines.count; i++)
		if (choice->decisions[i] == ESTIMATE_DECISION_KIND_NONE)
			choice->decisions[i] = ESTIMATE_DECISION_KIND_AUTHORISE;
	return OK;
}

static void
sum_consent(const struct choice *choice, struct consent *consent)
{
	for (size_t i = 0; i < choice->lines.count; i++) {
		const struct line *line = &choice->lines.line[i];

		if (line->status != WORK_ORDER_LINE_STATUS_AUTHORISED)
			continue;
		consent->authorised++;
		consent->amount +=
			line->kind == WORK_ORDER_LINE_KIND_DISCOUNT ? -line->amount : line->amount;
	}
	if (consent->authorised > 0)
		consent->id = id_new();
}

static void
save_decisions(struct ctx *ctx, const struct choice *choice)
{
	size_t count = choice->lines.count;
	const char **decisions = arena_array(ctx->arena, count, sizeof(*decisions));
	struct line_columns c;

	line_columns(ctx->arena, &choice->lines, &c);
	for (size_t i = 0; i < count; i++)
		decisions[i] = enum_code(&estimate_decision_kind_enum, (int)choice->decisions[i]);
	db_write(ctx, estimate_lines_decide, IDS_ARG(line_ids, c.estimate_lines, count),
	         TEXTS_ARG(decisions, decisions, count), TEXTS_ARG(reasons, c.reasons, count));
}

/* Discounts of the option, and of the order as it is, reach as far as what is authorised now. */
static enum err
fit_discounts(struct ctx *ctx, struct id order, struct choice *choice, struct lines *all)
{
	struct lines old = { 0 };
	size_t n = choice->lines.count;
	enum err err = lines_read(ctx, order, &old);

	if (err)
		return err;
	all->count = old.count + n;
	all->line = arena_array(ctx->arena, all->count + 1, sizeof(*all->line));
	for (size_t i = 0; i < all->count; i++)
		all->line[i] = i < old.count ? old.line[i] : choice->lines.line[i - old.count];
	lines_fit_discounts(all, false);
	for (size_t i = 0; i < n; i++)
		choice->lines.line[i] = all->line[old.count + i];
	all->count = old.count;
	return OK;
}

/* The lines of the option into the order: stock is locked before lines are written. */
static enum err
accept(struct ctx *ctx, const struct work_order *wo, struct choice *choice, struct consent *consent)
{
	struct stock_held *held;
	struct lines old = { 0 };
	enum err err = fit_discounts(ctx, wo->id, choice, &old);

	if (err)
		return err;
	sum_consent(choice, consent);
	err = lines_check_waiting(ctx, wo, &choice->lines);
	/* it may have become a complex one since it was sent */
	if (!err && consent->authorised > 0)
		err = diagnosis_check_agreed(ctx, wo->store, wo->reception, wo->id, NULL);
	if (err)
		return err;
	err = lines_reserve(ctx, wo->store, wo->id, choice->each, choice->lines.count,
	                    consent->refuse, &held);
	if (err)
		return err;
	lines_save_discounts(ctx, wo->id, &old);
	consent_save(ctx, wo, consent);
	lines_add(ctx, wo->store, wo->id, choice->last_position, &choice->lines, consent->id);
	lines_record(ctx, wo->store, wo->id, choice->each, choice->lines.count, consent->in->method,
	             consent->in->by);
	if (held)
		stock_hold(ctx, held);
	if (consent->authorised > 0 && choice->promise.us != 0)
		work_order_set_promise(ctx, wo, choice->promise, "opened", NULL);
	return consent_move(ctx, wo, consent);
}

static enum err
decide(struct ctx *ctx, const struct work_order *wo, const struct estimate *estimate,
       const struct decide_estimate *in)
{
	const struct authorise_work_order given = { .method = in->method, .by = in->by };
	struct consent consent = {
		.in = &given,
		.refuse = in->has_on_shortage && in->on_shortage == ON_SHORTAGE_REFUSE,
	};
	struct choice choice = { 0 };
	enum estimate_status status = ESTIMATE_STATUS_DECLINED;
	enum err err = OK;

	if (!in->has_option_id && in->lines_count > 0)
		return fail(ctx, ERR_REQUIRED, "/option_id");
	if (!in->has_option_id && !in->has_reason)
		return fail(ctx, ERR_REQUIRED, "/reason");
	err = estimate_check_holds(ctx, estimate);
	if (!err)
		err = work_order_check_open(ctx, wo);
	if (!err && in->has_option_id) {
		err = read_option(ctx, estimate->id, in->option_id, &choice);
		if (!err)
			err = take_decisions(ctx, wo->store, in, &choice);
	} else if (!err) {
		err = decline_all(ctx, estimate->id, in, &choice);
	}
	if (!err)
		err = accept(ctx, wo, &choice, &consent);
	if (err)
		return err;
	if (consent.authorised > 0)
		status = consent.authorised == choice.lines.count ? ESTIMATE_STATUS_ACCEPTED
		                                                  : ESTIMATE_STATUS_PARTLY_ACCEPTED;
	save_decisions(ctx, &choice);
	db_write(ctx, estimate_decide, ARG(id, estimate->id),
	         ENUM_ARG(status, estimate_status, status), ARG(option_id, in->option_id),
	         ARG(authorisation_id, consent.id), ENUM_ARG(method, consent_method, in->method),
	         ARG(by_name, in->by->name), ARG(reason, in->reason));
	event_add(ctx,
	          status == ESTIMATE_STATUS_DECLINED          ? "estimate.declined"
	          : status == ESTIMATE_STATUS_PARTLY_ACCEPTED ? "estimate.partly_accepted"
	                                                      : "estimate.accepted",
	          estimate->store, estimate->id);
	ctx->subject = estimate->id;
	return OK;
}

enum err
estimate_decide(struct ctx *ctx, struct id id, const struct decide_estimate *in)
{
	struct estimate estimate = { 0 };
	struct work_order wo = { 0 };
	int to;
	enum err err = estimate_begin(ctx, id, OP_decideEstimate, &wo, &estimate, &to);

	return err ? err : decide(ctx, &wo, &estimate, in);
}

enum err
estimate_decide_by_link(struct ctx *ctx, const struct estimate_decision *in)
{
	struct consent_giver customer = { 0 };
	const struct decide_estimate whole = {
		.lines = in->lines,
		.lines_count = in->lines_count,
		.reason = in->reason,
		.by = &customer,
		.method = CONSENT_METHOD_LINK,
		.option_id = in->option_id,
		.has_option_id = in->has_option_id,
		.has_lines = in->has_lines,
		.has_reason = in->has_reason,
	};
	struct estimate estimate = { 0 };
	struct work_order wo = { 0 };
	struct rows *rows;
	int to;
	enum err err = db_read(ctx, estimate_of_link, &rows, NO_ARGS);

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	customer.name = row_text(rows, 0, "customer_name");
	err = estimate_begin(ctx, row_id(rows, 0, "id"), OP_decideEstimate, &wo, &estimate, &to);
	return err ? err : decide(ctx, &wo, &estimate, &whole);
}
