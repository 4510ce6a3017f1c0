/* SPDX-License-Identifier: Apache-2.0 */
/* From the dispatcher's desk to the quality check. */
#include "event/event.h"
#include "stock/stock.h"
#include "work_order/evidence.h"
#include "work_order/team.h"

#define UNDONE                                                              \
	(FROM(LINE_WORK_STATUS_ASSIGNED) | FROM(LINE_WORK_STATUS_WORKING) | \
	 FROM(LINE_WORK_STATUS_PAUSED) | FROM(LINE_WORK_STATUS_FAILED))

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_clockOnWorkOrderLine, FROM(LINE_WORK_STATUS_ASSIGNED) | FROM(LINE_WORK_STATUS_PAUSED) |
	                           FROM(LINE_WORK_STATUS_FAILED),  LINE_WORK_STATUS_WORKING },
	{ OP_pauseWorkOrderLine,   FROM(LINE_WORK_STATUS_WORKING), LINE_WORK_STATUS_PAUSED },
	{ OP_resumeWorkOrderLine,  FROM(LINE_WORK_STATUS_PAUSED),  LINE_WORK_STATUS_WORKING },
	{ OP_finishWorkOrderLine,  FROM(LINE_WORK_STATUS_WORKING), LINE_WORK_STATUS_DONE },
	{ OP_reworkWorkOrderLine,  FROM(LINE_WORK_STATUS_FAILED),  LINE_WORK_STATUS_WORKING },
	{ OP_tickWorkOrderLine,    UNDONE, 0 },
	{ OP_attachWorkOrderLinePhotos, UNDONE, 0 },
	{ OP_routeWorkOrderLine,        UNDONE | FROM(LINE_WORK_STATUS_NONE), 0 },
};

#define IN_ORDER(op, in) { op, in, "work_order_status", &work_order_status_enum }
static const struct machine_guard guards[] = {
	IN_ORDER(OP_clockOnWorkOrderLine,      WORK_ORDER_TO_WORK),
	IN_ORDER(OP_pauseWorkOrderLine,        WORK_ORDER_TO_WORK),
	IN_ORDER(OP_resumeWorkOrderLine,       WORK_ORDER_TO_WORK),
	IN_ORDER(OP_finishWorkOrderLine,       WORK_ORDER_TO_WORK),
	IN_ORDER(OP_reworkWorkOrderLine,       WORK_ORDER_TO_WORK),
	IN_ORDER(OP_tickWorkOrderLine,         WORK_ORDER_TO_SHOW),
	IN_ORDER(OP_attachWorkOrderLinePhotos, WORK_ORDER_TO_SHOW),
	IN_ORDER(OP_routeWorkOrderLine,        WORK_ORDER_OPEN),
	{ OP_NONE, 0, NULL, NULL },
};
/* clang-format on */

const struct machine line_work_machine = MACHINE_GUARDED_BESIDE(
	"work_status", line_work_status, moves, guards, &line_consent_machine);

/* ------------------------------------------------------------ who does what */

enum err
technicians_check(struct ctx *ctx, struct id store, const struct id *ids, size_t count,
                  const char *at)
{
	struct rows *rows;
	enum err err = db_read(ctx, technicians_of_store, &rows, ARG(store_id, store),
	                       IDS_ARG(technician_ids, ids, count));

	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < rows_count(rows) && !id_equal(row_id(rows, k, "id"), ids[i]))
			k++;
		if (k == rows_count(rows) && !id_is_none(ids[i]))
			return failf(ctx, ERR_NOT_TECHNICIAN, "%s/%zu/technician_id", at, i);
	}
	return OK;
}

/* The bay stays as it is until the order stands in it: who removes one sees the order, or is seen. */
static enum err
check_bay(struct ctx *ctx, const struct work_order *wo, struct id bay)
{
	struct rows *rows;
	enum err err =
		db_read(ctx, work_order_bay, &rows, ARG(bay_id, bay), ARG(store_id, wo->store));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/bay_id");
	return row_bool(rows, 0, "active") ? OK
	                                   : fail_with(ctx, ERR_BAY_INACTIVE, "/bay_id",
	                                               row_text(rows, 0, "code"), NULL);
}

/* Who gives nobody anything dispatches an order without labour, or one whose labour is somebody's. */
static enum err
check_somebody(struct ctx *ctx, const struct work_order *wo)
{
	struct lines lines = { 0 };
	enum err err = lines_read(ctx, wo->id, &lines);

	for (size_t i = 0; !err && i < lines.count; i++) {
		const struct line *l = &lines.line[i];

		if (l->kind == WORK_ORDER_LINE_KIND_LABOUR &&
		    l->status == WORK_ORDER_LINE_STATUS_AUTHORISED && id_is_none(l->technician))
			err = fail_with(ctx, ERR_TOO_FEW, "/assignments", "1", NULL);
	}
	return err;
}

enum err
work_order_dispatch(struct ctx *ctx, struct id id, const struct dispatch_work_order *in)
{
	struct work_order wo = { 0 };
	struct lines lines = { 0 };
	enum work_order_status to = WORK_ORDER_STATUS_NONE;
	enum err err = work_order_begin(ctx, id, OP_dispatchWorkOrder, &wo, &to);

	if (!err)
		err = team_check(ctx, &wo, in->assignments, in->assignments_count, &lines);
	if (!err && in->has_bay_id)
		err = check_bay(ctx, &wo, in->bay_id);
	if (!err && in->assignments_count == 0)
		err = check_somebody(ctx, &wo);
	if (err)
		return err;
	team_save(ctx, &wo, in->assignments, in->assignments_count, &lines);
	if (in->has_bay_id)
		db_write(ctx, work_order_plan_bay, ARG(id, id), ARG(bay_id, in->bay_id));
	work_order_move(ctx, &wo, to, "work_order.dispatched", NULL, NULL);
	return OK;
}

enum err
work_order_assign(struct ctx *ctx, struct id id, const struct assign_work_order_lines *in)
{
	struct work_order wo = { 0 };
	struct lines lines = { 0 };
	enum work_order_status to = WORK_ORDER_STATUS_NONE;
	enum err err = work_order_begin(ctx, id, OP_assignWorkOrderLines, &wo, &to);

	if (!err)
		err = team_check(ctx, &wo, in->assignments, in->assignments_count, &lines);
	if (err)
		return err;
	team_save(ctx, &wo, in->assignments, in->assignments_count, &lines);
	work_order_changed(ctx, &wo, "work_order.assigned");
	return OK;
}

/* ------------------------------------------------------------ the order at work */

enum err
work_order_advance(struct ctx *ctx, enum op op, struct id id)
{
	struct work_order wo;
	enum work_order_status to;
	enum err err = work_order_begin(ctx, id, op, &wo, &to);

	if (err)
		return err;
	if (op == OP_resumeWorkOrder)
		db_write(ctx, work_order_pauses_end, ARG(id, id), NULL_ARG(line_id));
	work_order_move(ctx, &wo, to,
	                op == OP_startWorkOrder ? "work_order.started" : "work_order.resumed", NULL,
	                NULL);
	return OK;
}

enum err
work_order_pause(struct ctx *ctx, struct id id, const struct pause_work_order *in)
{
	struct work_order wo;
	enum work_order_status to;
	enum err err = work_order_begin(ctx, id, OP_pauseWorkOrder, &wo, &to);

	if (err)
		return err;
	db_write(ctx, work_order_lines_pause, ARG(id, id));
	db_write(ctx, clock_entries_end, ARG(id, id), ARG(reason, in->reason), ARG(note, in->note));
	work_order_pause_begin(ctx, &wo, (struct id){ { 0 } }, in->reason, in->note);
	work_order_move(ctx, &wo, to, "work_order.paused", in->reason, in->note);
	return OK;
}

/* Outside work that no vendor ever had is done all the same where the store's rule does not ask. */
static enum err
ask_sublets(struct ctx *ctx, const struct work_order *wo, const struct lines *lines, bool *asked)
{
	struct rows *rows = NULL;
	bool any = false;
	enum err err = OK;

	for (size_t i = 0; i < lines->count; i++)
		any = any || lines->line[i].kind == WORK_ORDER_LINE_KIND_SUBLET;
	if (any)
		err = db_read(ctx, sublets_asked, &rows, ARG(store_id, wo->store));
	*asked = any && !err && row_bool(rows, 0, "asked");
	return err;
}

static bool
is_unfinished(const struct line *l, bool sublets_asked)
{
	if (l->status != WORK_ORDER_LINE_STATUS_AUTHORISED)
		return false;
	if (l->kind == WORK_ORDER_LINE_KIND_LABOUR)
		return l->work_status != LINE_WORK_STATUS_DONE &&
		       l->work_status != LINE_WORK_STATUS_PASSED;
	if (l->kind == WORK_ORDER_LINE_KIND_SUBLET)
		return sublets_asked ? !l->sublet_back : l->sublet_out;
	return l->kind == WORK_ORDER_LINE_KIND_PART && l->supply != LINE_SUPPLY_ISSUED;
}

enum err
work_order_finish(struct ctx *ctx, struct id id)
{
	const char *unfinished = NULL;
	struct work_order wo = { 0 };
	struct lines lines = { 0 };
	enum work_order_status to = WORK_ORDER_STATUS_NONE;
	bool asked = false;
	enum err err = work_order_begin(ctx, id, OP_finishWorkOrder, &wo, &to);

	if (!err)
		err = lines_read(ctx, id, &lines);
	if (!err)
		err = ask_sublets(ctx, &wo, &lines, &asked);
	if (err)
		return err;
	for (size_t i = 0; i < lines.count; i++)
		if (is_unfinished(&lines.line[i], asked))
			unfinished = arena_printf(
				ctx->arena, "%s%s%lld", unfinished ? unfinished : "",
				unfinished ? ", " : "", (long long)lines.line[i].position);
	if (unfinished)
		return fail_with(ctx, ERR_WORK_UNFINISHED, NULL, unfinished, NULL);
	work_order_move(ctx, &wo, to, "work_order.finished", NULL, NULL);
	return OK;
}

/* ------------------------------------------------------------ a technician at a line */

static bool
begins(enum op op)
{
	return op != OP_pauseWorkOrderLine && op != OP_finishWorkOrderLine;
}

/* Whoever begins may do the work on that day, as whoever it is given to must, and has left the line
 * before. */
static enum err
check_begin(struct ctx *ctx, struct id line)
{
	struct rows *rows = NULL;
	enum err err = db_read(ctx, clock_facts, &rows, ARG(line_id, line));

	if (err)
		return err;
	if (!row_is_null(rows, 0, "certificate"))
		return fail_with(ctx, ERR_CERTIFICATE_MISSING, NULL,
		                 row_text(rows, 0, "certificate"), NULL);
	if (ctx->happened_at.us && !row_is_null(rows, 0, "left_at") &&
	    ctx->happened_at.us < row_utc(rows, 0, "left_at").us)
		return fail_with(ctx, ERR_BAD_VALUE, "/occurred_at",
		                 "must not lie before you last left the line", NULL);
	return OK;
}

/* The caller's own clock, and the pauses that are made or over: those of all who were at the line, once
 * it is worked on again or done. */
static void
clock(struct ctx *ctx, const struct work_order *wo, struct id line, enum op op, int to,
      const struct pause_work_order_line *why)
{
	bool pauses = op == OP_pauseWorkOrderLine;
	const char *other = enum_code(&pause_reason_enum, PAUSE_REASON_OTHER);
	const char *reason = why && why->reason ? why->reason : pauses ? other : NULL;
	const char *note = why ? why->note : NULL;

	if (begins(op) || to == LINE_WORK_STATUS_DONE)
		db_write(ctx, work_order_pauses_end, ARG(id, wo->id), ARG(line_id, line));
	if (begins(op))
		db_write(ctx, clock_entry_begin, ARG(entry_id, id_new()), ARG(store_id, wo->store),
		         ARG(line_id, line));
	else
		db_write(ctx, clock_entry_end, ARG(line_id, line), ARG(reason, reason),
		         ARG(note, note));
	if (pauses)
		work_order_pause_begin(ctx, wo, line, reason, note);
}

/* Where the verb leads the line, with those who are at it.  Who comes to a colleague's side, or goes
 * from it, leaves the line at work. */
static enum err
line_goes(struct ctx *ctx, enum op op, const struct line *line, const struct team *team, int *to)
{
	bool joins = (op == OP_clockOnWorkOrderLine || op == OP_resumeWorkOrderLine) &&
	             line->work_status == LINE_WORK_STATUS_WORKING && team->member &&
	             !team->at_work;
	enum err err;

	*to = LINE_WORK_STATUS_WORKING;
	if (joins)
		return OK;
	err = machine_check(ctx, &line_work_machine, op, (int)line->work_status, to);
	if (!err && !team->member)
		err = fail(ctx, ERR_NOT_YOUR_LINE, NULL);
	if (!err && line->work_status == LINE_WORK_STATUS_WORKING && !team->at_work)
		err = fail(ctx, ERR_NOT_CLOCKED_ON, NULL);
	if (!err && team->others > 0)
		*to = LINE_WORK_STATUS_WORKING;
	return err;
}

enum err
work_order_line_work(struct ctx *ctx, enum op op, struct id id,
                     const struct pause_work_order_line *in)
{
	struct work_order wo = { 0 };
	struct lines lines = { 0 };
	struct team team = { 0 };
	struct line *line;
	bool again;
	int to = 0;
	enum err err = work_order_lock_by_line(ctx, id, NULL, &wo);

	if (!err)
		err = lines_read(ctx, wo.id, &lines);
	if (err)
		return err;
	line = line_of(&lines, id);
	err = team_of_line(ctx, line, &team);
	if (!err)
		err = line_goes(ctx, op, line, &team, &to);
	if (err)
		return err;
	if (!(WORK_ORDER_TO_WORK & FROM(wo.status)))
		return work_order_refuse(ctx, &wo);
	if (to == LINE_WORK_STATUS_DONE)
		err = line_check_evidence(ctx, id);
	else if (begins(op))
		err = check_begin(ctx, id);
	if (err)
		return err;
	again = line->work_status == LINE_WORK_STATUS_FAILED;
	db_write(ctx, work_order_line_set_work, ARG(line_id, id),
	         ENUM_ARG(work_status, line_work_status, to), ARG(reworks, again ? 1 : 0));
	clock(ctx, &wo, id, op, to, in);
	if (wo.status == WORK_ORDER_STATUS_DISPATCHED)
		work_order_move(ctx, &wo, WORK_ORDER_STATUS_IN_PROGRESS, "work_order.started", NULL,
		                NULL);
	ctx->subject = id;
	return OK;
}

/* ------------------------------------------------------------ parts */

/* The lines somebody named, each of which must be waiting for its part. */
static enum err
named_lines(struct ctx *ctx, const struct lines *lines, const struct issue_work_order_parts *in,
            struct stock_want *wants)
{
	for (size_t i = 0; i < in->lines_count; i++) {
		const struct line *l = line_of(lines, in->lines[i]);

		if (!l || l->kind != WORK_ORDER_LINE_KIND_PART)
			return failf(ctx, ERR_NOT_FOUND, "/lines/%zu", i);
		if (l->status != WORK_ORDER_LINE_STATUS_AUTHORISED)
			return fail_with(
				ctx, ERR_LINE_STATUS, arena_printf(ctx->arena, "/lines/%zu", i),
				enum_code(&work_order_line_status_enum, (int)l->status), NULL);
		if (l->supply == LINE_SUPPLY_ISSUED)
			return fail_with(ctx, ERR_LINE_STATUS,
			                 arena_printf(ctx->arena, "/lines/%zu", i),
			                 enum_code(&line_supply_enum, (int)l->supply), NULL);
		wants[i] = (struct stock_want){
			.line = l->id,
			.part = l->part,
			.quantity = l->quantity,
		};
	}
	return OK;
}

static size_t
reserved_lines(const struct lines *lines, struct stock_want *wants)
{
	size_t n = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *l = &lines->line[i];

		if (l->status == WORK_ORDER_LINE_STATUS_AUTHORISED &&
		    l->supply == LINE_SUPPLY_RESERVED)
			wants[n++] = (struct stock_want){
				.line = l->id,
				.part = l->part,
				.quantity = l->quantity,
			};
	}
	return n;
}

static enum err
issue(struct ctx *ctx, const struct work_order *wo, struct id received_by,
      const struct stock_want *wants, size_t n)
{
	int64_t *cost = arena_array(ctx->arena, n, sizeof(*cost));
	struct id *ids = arena_array(ctx->arena, n, sizeof(*ids));
	struct id document;
	enum err err = stock_issue(ctx, wo->store, wo->id, received_by, wants, n, &document, cost);

	if (err)
		return err;
	for (size_t i = 0; i < n; i++)
		ids[i] = wants[i].line;
	lines_issued(ctx, ids, n);
	work_order_changed(ctx, wo, "work_order.parts_issued");
	ctx->subject = document;
	return OK;
}

/* Of which batches lines are to be issued. */
static enum err
name_batches(struct ctx *ctx, const struct issue_work_order_parts *in, struct stock_want *wants,
             size_t n)
{
	for (size_t i = 0, k; i < in->batches_count; i++) {
		for (k = 0; k < n && !id_equal(wants[k].line, in->batches[i].line_id); k++)
			;
		if (k == n)
			return failf(ctx, ERR_NOT_FOUND, "/batches/%zu/line_id", i);
		wants[k].batch = in->batches[i].batch_number;
	}
	return OK;
}

enum err
work_order_issue_parts(struct ctx *ctx, struct id id, const struct issue_work_order_parts *in)
{
	struct stock_want *wants;
	struct work_order wo;
	struct lines lines;
	struct rows *rows;
	enum work_order_status to;
	size_t n = in->lines_count;
	enum err err = work_order_begin(ctx, id, OP_issueWorkOrderParts, &wo, &to);

	if (!err)
		err = lines_read(ctx, id, &lines);
	if (!err)
		err = db_read(ctx, staff_of_store, &rows, ARG(staff_id, in->received_by));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/received_by");
	wants = arena_array(ctx->arena, lines.count + n + 1, sizeof(*wants));
	if (in->has_lines)
		err = named_lines(ctx, &lines, in, wants);
	else
		n = reserved_lines(&lines, wants);
	if (!err)
		err = name_batches(ctx, in, wants, n);
	if (err)
		return err;
	return n ? issue(ctx, &wo, in->received_by, wants, n)
	         : fail(ctx, ERR_NOTHING_TO_ISSUE, NULL);
}
