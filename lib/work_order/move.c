/* SPDX-License-Identifier: Apache-2.0 */
/* Moving an order to another store: everything that is not done is over here and begins there. */
#include "work_order/move.h"

#include <string.h>

#include "customer/customer.h"
#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "stock/stock.h"
#include "vehicle/vehicle.h"
#include "visit/visit.h"

/* Rows that are written anew, and what they become. */
struct pairs {
	struct id *from, *to;
	size_t count;
};

#define PAIRS_ARGS(p) IDS_ARG(from_ids, (p)->from, (p)->count), IDS_ARG(to_ids, (p)->to, (p)->count)
#define BAG_ARGS(name, p)                                  \
	IDS_ARG(from_##name##_ids, (p)->from, (p)->count), \
		IDS_ARG(to_##name##_ids, (p)->to, (p)->count)

/* What comes along beside the lines, by its name in order_move_baggage. */
enum bag {
	BAG_CONCERN,
	BAG_PROMISE,
	BAG_CONTACT,
	BAG_DECISION,
	BAG_VARIANCE,
	BAG_ESTIMATE,
	BAG_OPTION,
	BAG_OFFER,
	BAG_AUTHORISATION,
	BAG_FILE,
	BAG_INSPECTION,
	BAG_FINDING,
	BAG_DIAGNOSIS,
	BAG_REVIEW,
	BAG_ANSWER,
	BAG_COUNT
};

static const char *const bag_names[BAG_COUNT] = {
	[BAG_CONCERN] = "concern",
	[BAG_PROMISE] = "promise",
	[BAG_CONTACT] = "contact",
	[BAG_DECISION] = "decision",
	[BAG_VARIANCE] = "variance",
	[BAG_ESTIMATE] = "estimate",
	[BAG_OPTION] = "option",
	[BAG_OFFER] = "offer",
	[BAG_AUTHORISATION] = "authorisation",
	[BAG_FILE] = "file",
	[BAG_INSPECTION] = "inspection",
	[BAG_FINDING] = "finding",
	[BAG_DIAGNOSIS] = "diagnosis",
	[BAG_REVIEW] = "review",
	[BAG_ANSWER] = "answer",
};

struct removal {
	const struct move_work_order *in;
	struct work_order from; /* as it was */
	struct id store, order, reception;
	struct rows *rows;    /* of the lines that go */
	struct rows *demands; /* beside the lines */
	struct pairs lines, bags[BAG_COUNT];
	const char **bag_numbers[BAG_COUNT]; /* of those that are numbered */
	const char **statuses, **supplies;
	struct id *revived, *revived_stores; /* what each has taken up, and whose it was */
	bool agreed;                         /* to any of them */
	int64_t paused_us;                   /* here */
	struct stock_held *held;
};

static void
pair(struct pairs *pairs, struct id from)
{
	pairs->from[pairs->count] = from;
	pairs->to[pairs->count++] = id_new();
}

static void
pairs_init(struct ctx *ctx, struct pairs *pairs, size_t most)
{
	*pairs = (struct pairs){
		.from = arena_array(ctx->arena, most + 1, sizeof(struct id)),
		.to = arena_array(ctx->arena, most + 1, sizeof(struct id)),
	};
}

static enum err
check_target(struct ctx *ctx, struct removal *r)
{
	struct rows *rows = NULL;
	enum err err = ctx_store(ctx, r->in->store_id, &r->store);

	if (!err)
		err = db_read(ctx, order_move_target, &rows, ARG(to_store_id, r->store),
		              ARG(advisor_id, r->in->advisor_id));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/store_id");
	if (id_equal(r->store, r->from.store))
		return fail_with(ctx, ERR_BAD_VALUE, "/store_id", "is where the order is", NULL);
	if (row_enum(rows, 0, "kind", &store_kind_enum) == STORE_KIND_WAREHOUSE)
		return fail_with(ctx, ERR_BAD_VALUE, "/store_id", "is no workshop", NULL);
	return row_bool(rows, 0, "advisor") ? OK : fail(ctx, ERR_NOT_FOUND, "/advisor_id");
}

/* Nothing may stay behind that somebody still has to do, bring back, decide or pay. */
static enum err
check_free(struct ctx *ctx, const struct removal *r)
{
	static const struct {
		const char *column;
		enum err err;
	} named[] = {
		{ "at_work", ERR_ORDER_AT_WORK },
		{ "bills", ERR_ORDER_BILLED },
		{ "done", ERR_WORK_DONE },
		{ "issued", ERR_PARTS_OUT },
		{ "estimates", ERR_ESTIMATE_UNDECIDED },
	};
	struct rows *rows = NULL;
	enum err err = db_read(ctx, order_move_blocks, &rows, ARG(id, r->from.id));

	for (size_t i = 0; !err && i < COUNT_OF(named); i++)
		if (!row_is_null(rows, 0, named[i].column))
			err = fail_with(ctx, named[i].err, NULL, row_text(rows, 0, named[i].column),
			                NULL);
	if (!err && row_bool(rows, 0, "sublet_out"))
		err = fail(ctx, ERR_SUBLET_OUT, NULL);
	if (!err && row_bool(rows, 0, "unapproved"))
		err = fail(ctx, ERR_APPROVAL_REQUIRED, NULL);
	return err;
}

static void
pack(struct ctx *ctx, struct removal *r, const struct rows *baggage)
{
	size_t n = rows_count(baggage);

	for (int bag = 0; bag < BAG_COUNT; bag++) {
		pairs_init(ctx, &r->bags[bag], n);
		for (size_t i = 0; i < n; i++) {
			const char *kind = row_text(baggage, i, "kind");

			if (kind && !strcmp(kind, bag_names[bag]))
				pair(&r->bags[bag], row_id(baggage, i, "id"));
		}
	}
}

/* The numbers that the papers of a bag have there. */
static enum err
number_bag(struct ctx *ctx, struct removal *r, enum bag bag, const char *kind)
{
	size_t n = r->bags[bag].count;
	enum err err = OK;

	r->bag_numbers[bag] = arena_array(ctx->arena, n + 1, sizeof(**r->bag_numbers));
	for (size_t i = 0; !err && i < n; i++)
		err = document_number(ctx, r->store, kind, &r->bag_numbers[bag][i]);
	return err;
}

static enum err
gather(struct ctx *ctx, struct removal *r)
{
	struct rows *baggage = NULL, *paused = NULL;
	size_t n;
	enum err err;

	db_write(ctx, order_move_revival_wait, ARG(id, r->from.id));
	err = db_read(ctx, order_move_lines, &r->rows, ARG(id, r->from.id));
	if (!err)
		err = db_read(ctx, order_move_demands, &r->demands, ARG(id, r->from.id));
	if (!err)
		err = db_read(ctx, order_move_paused, &paused, ARG(id, r->from.id));
	if (!err)
		err = db_read(ctx, order_move_baggage, &baggage, ARG(id, r->from.id),
		              ARG(reception_id, r->from.reception));
	if (err)
		return err;
	r->paused_us = row_int(paused, 0, "us");
	n = rows_count(r->rows);
	pairs_init(ctx, &r->lines, n);
	r->statuses = arena_array(ctx->arena, n + 1, sizeof(*r->statuses));
	r->supplies = arena_array(ctx->arena, n + 1, sizeof(*r->supplies));
	r->revived = arena_array(ctx->arena, n + 1, sizeof(*r->revived));
	r->revived_stores = arena_array(ctx->arena, n + 1, sizeof(*r->revived_stores));
	for (size_t i = 0; i < n; i++) {
		pair(&r->lines, row_id(r->rows, i, "id"));
		r->statuses[i] = row_text(r->rows, i, "status");
		r->revived[i] = row_id(r->rows, i, "revived_id");
		r->revived_stores[i] = row_id(r->rows, i, "revived_store");
		r->supplies[i] = enum_code(&line_supply_enum, LINE_SUPPLY_NONE);
		r->agreed =
			r->agreed || row_enum(r->rows, i, "status", &work_order_line_status_enum) ==
					     WORK_ORDER_LINE_STATUS_AUTHORISED;
	}
	pack(ctx, r, baggage);
	return OK;
}

/* Reserve there what was agreed to, as an authorisation does, and what was wanted beside the lines; what is
 * short waits as a demand. */
static enum err
reserve(struct ctx *ctx, struct removal *r)
{
	size_t beside = rows_count(r->demands), most = r->lines.count + beside + 1;
	struct stock_want *wants = arena_array(ctx->arena, most, sizeof(*wants));
	size_t *places = arena_array(ctx->arena, most, sizeof(*places));
	bool *is_short = arena_array(ctx->arena, most, sizeof(*is_short));
	size_t n = 0, lines;
	enum err err;

	for (size_t i = 0; i < r->lines.count; i++) {
		if (row_enum(r->rows, i, "kind", &work_order_line_kind_enum) !=
		            WORK_ORDER_LINE_KIND_PART ||
		    row_enum(r->rows, i, "status", &work_order_line_status_enum) !=
		            WORK_ORDER_LINE_STATUS_AUTHORISED)
			continue;
		places[n] = i;
		wants[n++] = (struct stock_want){
			.line = r->lines.to[i],
			.part = row_id(r->rows, i, "part_id"),
			.quantity = row_qty(r->rows, i, "quantity"),
		};
	}
	lines = n;
	for (size_t i = 0; i < beside; i++)
		wants[n++] = (struct stock_want){
			.part = row_id(r->demands, i, "part_id"),
			.quantity = row_qty(r->demands, i, "quantity"),
		};
	if (n == 0)
		return OK;
	err = stock_pick(ctx, r->store, r->order, wants, n, false, is_short, &r->held);
	for (size_t i = 0; !err && i < lines; i++)
		r->supplies[places[i]] = enum_code(
			&line_supply_enum, is_short[i] ? LINE_SUPPLY_SHORT : LINE_SUPPLY_RESERVED);
	return err;
}

/* Levels of both stores: those of the store with the smaller id first, so that two orders that cross on
 * their ways do not wait for each other. */
static enum err
move_parts(struct ctx *ctx, struct removal *r)
{
	bool there_first = memcmp(r->store.b, r->from.store.b, sizeof(r->store.b)) < 0;
	enum err err = there_first ? reserve(ctx, r) : OK;

	if (!err)
		err = stock_release_order(ctx, r->from.store, r->from.id);
	if (!err && !there_first)
		err = reserve(ctx, r);
	return err;
}

/* Drives, and a loaner that was promised, were of this store; who has its car keeps it until the order is
 * over, wherever. */
static enum err
leave(struct ctx *ctx, const struct removal *r)
{
	const struct work_order *wo = &r->from;
	enum err err = work_order_let_go(ctx, wo->id, "moved", r->in->note);

	if (err)
		return err;
	db_write(ctx, order_move_lines_out, IDS_ARG(from_ids, r->lines.from, r->lines.count));
	db_write(ctx, order_move_out, ARG(id, wo->id), ARG(order_id, r->order));
	work_order_move(ctx, wo, WORK_ORDER_STATUS_CANCELLED, "work_order.moved", "moved",
	                r->in->note);
	db_write(ctx, reception_depart_lock, ARG(reception_id, wo->reception));
	db_write(ctx, order_move_depart, ARG(reception_id, wo->reception));
	return visit_end(ctx, wo->reception, wo->id, true, "moved");
}

/* Files first: what was seen names them. */
static void
unpack_seen(struct ctx *ctx, const struct removal *r)
{
	const struct pairs *files = &r->bags[BAG_FILE], *seen = &r->bags[BAG_INSPECTION];
	const struct pairs *findings = &r->bags[BAG_FINDING];

	if (files->count > 0)
		db_write(ctx, order_move_files_add, ARG(id, r->from.id), ARG(to_store_id, r->store),
		         ARG(order_id, r->order), ARG(reception_id, r->reception),
		         PAIRS_ARGS(files));
	if (seen->count == 0)
		return;
	db_write(ctx, order_move_inspections_add, ARG(to_store_id, r->store),
	         ARG(reception_id, r->reception), PAIRS_ARGS(seen), BAG_ARGS(file, files),
	         TEXTS_ARG(numbers, r->bag_numbers[BAG_INSPECTION], seen->count));
	db_write(ctx, order_move_findings_add, ARG(to_store_id, r->store), PAIRS_ARGS(findings),
	         BAG_ARGS(inspection, seen));
	db_write(ctx, order_move_finding_files_add, ARG(to_store_id, r->store),
	         PAIRS_ARGS(findings), BAG_ARGS(file, files));
	db_write(ctx, order_move_inspections_out, IDS_ARG(from_ids, seen->from, seen->count));
	for (size_t i = 0; i < seen->count; i++)
		event_add_new(ctx, "inspection.moved", r->store, seen->to[i]);
}

static void
unpack_diagnoses(struct ctx *ctx, const struct removal *r)
{
	const struct pairs *thought = &r->bags[BAG_DIAGNOSIS];

	if (thought->count == 0)
		return;
	db_write(ctx, order_move_diagnoses_add, ARG(to_store_id, r->store),
	         ARG(reception_id, r->reception), PAIRS_ARGS(thought),
	         BAG_ARGS(concern, &r->bags[BAG_CONCERN]),
	         TEXTS_ARG(numbers, r->bag_numbers[BAG_DIAGNOSIS], thought->count));
	db_write(ctx, order_move_codes_add, ARG(to_store_id, r->store), PAIRS_ARGS(thought));
	db_write(ctx, order_move_reviews_add, ARG(to_store_id, r->store),
	         PAIRS_ARGS(&r->bags[BAG_REVIEW]), BAG_ARGS(diagnosis, thought));
	for (size_t i = 0; i < thought->count; i++)
		event_add_new(ctx, "diagnosis.moved", r->store, thought->to[i]);
}

static void
unpack_drafts(struct ctx *ctx, const struct removal *r)
{
	const struct pairs *drafts = &r->bags[BAG_ESTIMATE], *options = &r->bags[BAG_OPTION];

	if (drafts->count == 0)
		return;
	db_write(ctx, order_move_drafts_out, IDS_ARG(from_ids, drafts->from, drafts->count));
	db_write(ctx, order_move_drafts_add, ARG(to_store_id, r->store), ARG(order_id, r->order),
	         PAIRS_ARGS(drafts),
	         TEXTS_ARG(numbers, r->bag_numbers[BAG_ESTIMATE], drafts->count));
	db_write(ctx, order_move_options_add, ARG(to_store_id, r->store), PAIRS_ARGS(options),
	         BAG_ARGS(estimate, drafts));
	db_write(ctx, order_move_offers_add, ARG(to_store_id, r->store),
	         PAIRS_ARGS(&r->bags[BAG_OFFER]), BAG_ARGS(estimate, drafts),
	         BAG_ARGS(option, options), BAG_ARGS(line, &r->lines),
	         BAG_ARGS(concern, &r->bags[BAG_CONCERN]),
	         BAG_ARGS(finding, &r->bags[BAG_FINDING]));
	for (size_t i = 0; i < drafts->count; i++) {
		event_add(ctx, "estimate.superseded", r->from.store, drafts->from[i]);
		event_add_new(ctx, "estimate.drafted", r->store, drafts->to[i]);
	}
}

/* What was decided, shown and ticked of a line counts there. */
static void
unpack_lines(struct ctx *ctx, const struct removal *r)
{
	if (r->bags[BAG_DECISION].count > 0)
		db_write(ctx, order_move_decisions_add, ARG(to_store_id, r->store),
		         ARG(order_id, r->order), PAIRS_ARGS(&r->bags[BAG_DECISION]),
		         BAG_ARGS(line, &r->lines));
	if (r->bags[BAG_VARIANCE].count > 0)
		db_write(ctx, order_move_variances_add, ARG(to_store_id, r->store),
		         ARG(order_id, r->order), PAIRS_ARGS(&r->bags[BAG_VARIANCE]),
		         BAG_ARGS(line, &r->lines));
	if (r->bags[BAG_ANSWER].count > 0)
		db_write(ctx, order_move_answers_add, ARG(to_store_id, r->store),
		         PAIRS_ARGS(&r->bags[BAG_ANSWER]), BAG_ARGS(line, &r->lines));
	if (r->bags[BAG_FILE].count > 0)
		db_write(ctx, order_move_photos_add, ARG(to_store_id, r->store),
		         PAIRS_ARGS(&r->lines), BAG_ARGS(file, &r->bags[BAG_FILE]));
}

/* What the customer was told, follows and waits for. */
static enum err
unpack_talks(struct ctx *ctx, const struct removal *r)
{
	struct id transport = id_new(), drive = id_new();
	struct rows *links = NULL, *home = NULL;
	enum err err = db_read(ctx, order_move_link, &links, ARG(id, r->from.id),
	                       ARG(to_store_id, r->store), ARG(order_id, r->order));

	if (!err)
		err = db_read(ctx, order_move_way_home, &home, ARG(id, r->from.id),
		              ARG(reception_id, r->from.reception), ARG(to_store_id, r->store),
		              ARG(order_id, r->order), ARG(transport_id, transport),
		              ARG(drive_id, drive));
	if (err)
		return err;
	if (rows_count(links) > 0)
		event_add_new(ctx, "work_order.progress_shared", r->store, r->order);
	if (rows_count(home) > 0) {
		event_add_new(ctx, "transport.planned", r->store, transport);
		event_add_new(ctx, "drive.planned", r->store, drive);
	}
	db_write(ctx, order_move_promises_add, ARG(to_store_id, r->store), ARG(order_id, r->order),
	         PAIRS_ARGS(&r->bags[BAG_PROMISE]));
	db_write(ctx, order_move_contacts_add, ARG(to_store_id, r->store), ARG(order_id, r->order),
	         PAIRS_ARGS(&r->bags[BAG_CONTACT]));
	return OK;
}

static void
receive(struct ctx *ctx, const struct removal *r, const char *number)
{
	customer_link(ctx, r->from.customer, r->store, "document");
	vehicle_link(ctx, r->from.vehicle, r->store, "document");
	db_write(ctx, order_move_reception_add, ARG(id, r->from.id), ARG(to_store_id, r->store),
	         ARG(reception_id, r->reception), ARG(number, number));
	db_write(ctx, order_move_concerns_add, ARG(to_store_id, r->store),
	         ARG(reception_id, r->reception), PAIRS_ARGS(&r->bags[BAG_CONCERN]));
	unpack_seen(ctx, r);
	unpack_diagnoses(ctx, r);
	search_add(ctx, "number", number, "reception", r->reception, r->store);
	event_add_new(ctx, "reception.opened", r->store, r->reception);
}

static void
open_there(struct ctx *ctx, const struct removal *r, const char *number)
{
	const enum work_order_status stages[] = { WORK_ORDER_STATUS_OPENED,
		                                  WORK_ORDER_STATUS_READY };
	const struct work_order wo = { .id = r->order, .store = r->store };

	db_write(ctx, order_move_order_add, ARG(id, r->from.id), ARG(to_store_id, r->store),
	         ARG(order_id, r->order), ARG(reception_id, r->reception), ARG(number, number),
	         ARG(advisor_id, r->in->advisor_id), ARG(paused_us, r->paused_us),
	         ENUM_ARG(status, work_order_status, stages[r->agreed ? 1 : 0]));
	search_add(ctx, "number", number, "work_order", r->order, r->store);
	work_order_stages(ctx, &wo, stages, r->agreed ? 2 : 1, "moved", r->in->note);
	event_add_new(ctx, "work_order.opened", r->store, r->order);
	if (r->agreed)
		event_add_new(ctx, "work_order.authorised", r->store, r->order);
	db_write(ctx, order_move_authorisations_add, ARG(to_store_id, r->store),
	         ARG(order_id, r->order), PAIRS_ARGS(&r->bags[BAG_AUTHORISATION]));
	db_write(ctx, order_move_lines_add, ARG(to_store_id, r->store), ARG(order_id, r->order),
	         PAIRS_ARGS(&r->lines), TEXTS_ARG(statuses, r->statuses, r->lines.count),
	         TEXTS_ARG(supplies, r->supplies, r->lines.count),
	         IDS_ARG(revived_ids, r->revived, r->lines.count),
	         IDS_ARG(revived_stores, r->revived_stores, r->lines.count),
	         BAG_ARGS(concern, &r->bags[BAG_CONCERN]),
	         BAG_ARGS(authorisation, &r->bags[BAG_AUTHORISATION]),
	         BAG_ARGS(finding, &r->bags[BAG_FINDING]));
	db_write(ctx, order_move_lines_link, ARG(to_store_id, r->store),
	         ARG(from_store_id, r->from.store), PAIRS_ARGS(&r->lines));
	unpack_lines(ctx, r);
	unpack_drafts(ctx, r);
	if (r->held)
		stock_hold(ctx, r->held);
	db_write(ctx, order_move_add, ARG(move_id, id_new()), ARG(to_store_id, r->store),
	         ARG(order_id, r->order), ARG(from_store_id, r->from.store), ARG(id, r->from.id),
	         BODY_ARG(move_work_order, r->in));
}

enum err
work_order_move_away(struct ctx *ctx, struct id id, const struct move_work_order *in)
{
	struct removal r = { .in = in, .order = id_new(), .reception = id_new() };
	enum work_order_status to = WORK_ORDER_STATUS_NONE;
	const char *visit = NULL, *number = NULL;
	enum err err = work_order_begin(ctx, id, OP_moveWorkOrder, &r.from, &to);

	if (!err)
		err = check_target(ctx, &r);
	if (!err)
		err = check_free(ctx, &r);
	if (!err)
		err = gather(ctx, &r);
	if (!err)
		err = move_parts(ctx, &r);
	if (!err)
		err = document_number(ctx, r.store, "RC", &visit);
	if (!err)
		err = document_number(ctx, r.store, "WO", &number);
	if (!err)
		err = number_bag(ctx, &r, BAG_INSPECTION, "IN");
	if (!err)
		err = number_bag(ctx, &r, BAG_DIAGNOSIS, "DG");
	if (!err)
		err = number_bag(ctx, &r, BAG_ESTIMATE, "ES");
	if (!err)
		err = leave(ctx, &r);
	if (err)
		return err;
	receive(ctx, &r, visit);
	open_there(ctx, &r, number);
	ctx->subject = id;
	return unpack_talks(ctx, &r);
}
