/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks of lines that are put right: by somebody else, with a reason, until there is a bill. */
#include "work_order/clock.h"

#include "event/event.h"
#include "org/org.h"
#include "work_order/work_order.h"

#define CLOCK_US_MAX (INT64_C(24) * 3600 * 1000000)

struct entry {
	struct id id, line, technician;
	struct utc started_at, ended_at; /* ended_at: none while it runs */
};

/* Times that were worked are paid for: nobody writes their own unless they manage the staff. */
static enum err
check_other(struct ctx *ctx, struct id store, struct id technician)
{
	if (!id_equal(technician, ctx->scope->actor) || scope_covers(ctx->beyond, store))
		return OK;
	return fail_with(ctx, ERR_FORBIDDEN, NULL,
	                 enum_code(&permission_enum, PERMISSION_STAFF_WRITE), NULL);
}

/* A bill, and what follows it, rests on the times as they are. */
static enum err
check_unbilled(struct ctx *ctx, const struct work_order *wo)
{
	struct rows *bills = NULL;
	enum err err = OK;

	if (wo->status != WORK_ORDER_STATUS_COMPLETED)
		err = work_order_check_open(ctx, wo);
	if (!err)
		err = db_read(ctx, order_billed, &bills, ARG(id, wo->id));
	if (!err && rows_count(bills) > 0)
		err = fail(ctx, ERR_BILLED, NULL);
	return err;
}

/* The order first, as everybody at its lines does: then nobody clocks on or off meanwhile. */
static enum err
begin(struct ctx *ctx, struct id id, struct work_order *wo, struct entry *entry)
{
	struct rows *rows = NULL;
	enum err err = work_order_lock_by_clock(ctx, id, wo);

	if (!err)
		err = db_lock(ctx, clock_entry_lock, id, &rows);
	if (err)
		return err;
	*entry = (struct entry){
		.id = id,
		.line = row_id(rows, 0, "line_id"),
		.technician = row_id(rows, 0, "technician_id"),
		.started_at = row_utc(rows, 0, "started_at"),
		.ended_at = row_utc(rows, 0, "ended_at"),
	};
	err = check_other(ctx, wo->store, entry->technician);
	if (!err && row_bool(rows, 0, "voided"))
		err = fail(ctx, ERR_CLOCK_VOID, NULL);
	return err ? err : check_unbilled(ctx, wo);
}

/* end_at: the member that is wrong where the end and the beginning do not go together. */
static enum err
check_period(struct ctx *ctx, const struct entry *now, const char *end_at)
{
	int64_t us = now->ended_at.us - now->started_at.us;
	struct rows *met = NULL;
	enum err err;

	if (now->started_at.us > ctx->now.us)
		return fail_with(ctx, ERR_BAD_VALUE, "/started_at", "must not be in the future",
		                 NULL);
	if (now->ended_at.us > ctx->now.us)
		return fail_with(ctx, ERR_BAD_VALUE, "/ended_at", "must not be in the future",
		                 NULL);
	if (now->ended_at.us && us <= 0)
		return fail_with(ctx, ERR_BAD_VALUE, end_at, "the end must be after the beginning",
		                 NULL);
	if (now->ended_at.us && us > CLOCK_US_MAX)
		return fail_with(ctx, ERR_BAD_VALUE, end_at,
		                 "the end must be within a day of the beginning", NULL);
	err = db_read(ctx, clock_overlap, &met, ARG(line_id, now->line),
	              ARG(technician_id, now->technician), ARG(entry_id, now->id),
	              ARG(started_at, now->started_at), ARG(ended_at, now->ended_at));
	if (!err && rows_count(met) > 0)
		err = fail(ctx, ERR_CLOCK_OVERLAP, NULL);
	return err;
}

static void
record(struct ctx *ctx, struct id store, enum clock_change change, const struct entry *was,
       const struct entry *now, const char *reason)
{
	static const char *const events[] = {
		[CLOCK_CHANGE_ADDED] = "clock_entry.added",
		[CLOCK_CHANGE_CORRECTED] = "clock_entry.corrected",
		[CLOCK_CHANGE_VOIDED] = "clock_entry.voided",
	};

	db_write(ctx, clock_correction_add, ARG(correction_id, id_new()), ARG(store_id, store),
	         ARG(entry_id, ctx->subject), ENUM_ARG(change, clock_change, change),
	         ARG(started_before, was->started_at), ARG(ended_before, was->ended_at),
	         ARG(started_at, now->started_at), ARG(ended_at, now->ended_at),
	         ARG(reason, reason));
	event_add(ctx, events[change], store, ctx->subject);
}

/* A clock has stopped without its technician's doing: they stand still from then on. */
static void
stand_still(struct ctx *ctx, const struct work_order *wo, struct id line, struct id technician,
            struct utc at, enum pause_reason reason, const char *note)
{
	db_write(ctx, line_left, ARG(line_id, line));
	db_write(ctx, clock_pause_add, ARG(pause_id, id_new()), ARG(store_id, wo->store),
	         ARG(order_id, wo->id), ARG(line_id, line), ARG(technician_id, technician),
	         ENUM_ARG(reason, pause_reason, reason), ARG(note, note), ARG(paused_at, at));
}

enum err
clock_correct(struct ctx *ctx, struct id id, const struct correct_clock_entry *in)
{
	struct work_order wo = { 0 };
	struct entry was = { 0 }, now = { 0 };
	bool stops = false;
	enum err err = begin(ctx, id, &wo, &was);

	if (!err && !in->has_started_at && !in->has_ended_at)
		err = fail(ctx, ERR_REQUIRED, "/ended_at");
	if (err)
		return err;
	now = was;
	if (in->has_started_at)
		now.started_at = in->started_at;
	if (in->has_ended_at)
		now.ended_at = in->ended_at;
	err = check_period(ctx, &now, in->has_ended_at ? "/ended_at" : "/started_at");
	if (err)
		return err;
	stops = !was.ended_at.us && now.ended_at.us;
	db_write(ctx, clock_entry_correct, ARG(id, id), ARG(started_at, now.started_at),
	         ARG(ended_at, now.ended_at),
	         ARG(reason,
	             stops ? enum_code(&pause_reason_enum, PAUSE_REASON_OTHER) : (char *)NULL),
	         ARG(note, stops ? in->reason : (char *)NULL));
	db_write(ctx, clock_pauses_follow, ARG(order_id, wo.id), ARG(line_id, now.line),
	         ARG(technician_id, now.technician), ARG(started_before, was.started_at),
	         ARG(ended_before, was.ended_at), ARG(started_at, now.started_at),
	         ARG(ended_at, now.ended_at));
	if (stops)
		stand_still(ctx, &wo, now.line, now.technician, now.ended_at, PAUSE_REASON_OTHER,
		            in->reason);
	record(ctx, wo.store, CLOCK_CHANGE_CORRECTED, &was, &now, in->reason);
	return OK;
}

/* Agreed to, and somebody's: there are no hours of what nobody was to do. */
static enum err
check_line(struct ctx *ctx, struct id line)
{
	struct rows *rows = NULL;
	enum err err = db_read(ctx, clock_line, &rows, ARG(line_id, line));

	if (!err && rows_count(rows) == 0)
		err = fail(ctx, ERR_NOT_FOUND, NULL);
	if (err)
		return err;
	if (row_enum(rows, 0, "status", &work_order_line_status_enum) !=
	    WORK_ORDER_LINE_STATUS_AUTHORISED)
		return fail_with(ctx, ERR_LINE_STATUS, NULL, row_text(rows, 0, "status"), NULL);
	if (row_enum(rows, 0, "work_status", &line_work_status_enum) == LINE_WORK_STATUS_NONE)
		return fail_with(ctx, ERR_LINE_STATUS, NULL, row_text(rows, 0, "work_status"),
		                 NULL);
	return OK;
}

static enum err
check_technician(struct ctx *ctx, struct id store, struct id technician)
{
	struct rows *rows = NULL;
	enum err err = db_read(ctx, technicians_of_store, &rows, ARG(store_id, store),
	                       IDS_ARG(technician_ids, &technician, 1));

	if (!err && rows_count(rows) == 0)
		err = fail(ctx, ERR_NOT_TECHNICIAN, "/technician_id");
	return err;
}

enum err
clock_add(struct ctx *ctx, struct id line, const struct add_clock_entry *in)
{
	static const struct entry nothing;
	struct work_order wo = { 0 };
	struct entry now = {
		.line = line,
		.technician = in->technician_id,
		.started_at = in->started_at,
		.ended_at = in->ended_at,
	};
	enum err err = work_order_lock_by_line(ctx, line, NULL, &wo);

	if (!err)
		err = check_other(ctx, wo.store, now.technician);
	if (!err)
		err = check_unbilled(ctx, &wo);
	if (!err)
		err = check_line(ctx, line);
	if (!err)
		err = check_technician(ctx, wo.store, now.technician);
	if (!err)
		err = new_id(ctx, in->id, &now.id);
	if (!err)
		err = check_period(ctx, &now, "/ended_at");
	if (err)
		return err;
	ctx->subject = now.id;
	db_write(ctx, clock_entry_add, ARG(entry_id, now.id), ARG(store_id, wo.store),
	         ARG(line_id, line), ARG(technician_id, now.technician),
	         ARG(started_at, now.started_at), ARG(ended_at, now.ended_at));
	record(ctx, wo.store, CLOCK_CHANGE_ADDED, &nothing, &now, in->reason);
	return OK;
}

enum err
clock_void(struct ctx *ctx, struct id id, const struct void_clock_entry *in)
{
	static const struct entry nothing;
	struct work_order wo = { 0 };
	struct entry was = { 0 };
	enum err err = begin(ctx, id, &wo, &was);

	if (err)
		return err;
	db_write(ctx, clock_entry_void, ARG(id, id));
	if (!was.ended_at.us)
		stand_still(ctx, &wo, was.line, was.technician, ctx->now, PAUSE_REASON_OTHER,
		            in->reason);
	record(ctx, wo.store, CLOCK_CHANGE_VOIDED, &was, &nothing, in->reason);
	return OK;
}

enum err
clocks_leave(struct ctx *ctx, struct id staff, struct utc at)
{
	struct rows *orders = NULL, *left = NULL;
	struct work_order wo = { 0 };
	enum err err = db_read(ctx, orders_at_work, &orders, ARG(staff_id, staff));

	for (size_t i = 0; !err && i < rows_count(orders); i++) {
		err = work_order_lock(ctx, row_id(orders, i, "id"), NULL, &wo);
		if (!err)
			err = db_read(ctx, clocks_leave, &left, ARG(order_id, wo.id),
			              ARG(staff_id, staff), ARG(ended_at, at),
			              ENUM_ARG(reason, pause_reason, PAUSE_REASON_SHIFT_END));
		for (size_t k = 0; !err && k < rows_count(left); k++)
			stand_still(ctx, &wo, row_id(left, k, "line_id"), staff,
			            row_utc(left, k, "ended_at"), PAUSE_REASON_SHIFT_END, NULL);
	}
	return err;
}
