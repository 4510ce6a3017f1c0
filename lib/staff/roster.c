/* SPDX-License-Identifier: Apache-2.0 */
/* Shifts and absences. */
#include "staff/roster.h"

#include <string.h>

#include "event/event.h"
#include "org/org.h"
#include "staff/staff.h"

#define ABSENCE_US_MAX (INT64_C(366) * 24 * 3600 * 1000000)

static const struct machine_move shift_moves[] = {
	{ OP_cancelShift, FROM(SHIFT_STATUS_PLANNED), SHIFT_STATUS_CANCELLED },
};

static const struct machine_move absence_moves[] = {
	{ OP_cancelAbsence, FROM(ABSENCE_STATUS_PLANNED), ABSENCE_STATUS_CANCELLED },
};

const struct machine shift_machine = MACHINE("status", shift_status, shift_moves);
const struct machine absence_machine = MACHINE("status", absence_status, absence_moves);

/* ------------------------------------------------------------ shifts */

/* When somebody works in a store, by its clock and by everybody's. */
struct turn {
	struct id store, staff;
	struct date date;
	const char *from, *to;
	struct utc starts_at, ends_at;
};

/* What is over stays as it was, and what was cancelled is not changed either. */
static enum err
check_stands(struct ctx *ctx, const struct machine *machine, enum op cancel,
             const struct rows *rows)
{
	int to = 0;
	enum err err = machine_check(ctx, machine, cancel,
	                             row_enum(rows, 0, machine->column, machine->states), &to);

	if (err)
		return err;
	return row_utc(rows, 0, "ends_at").us <= ctx->now.us ? fail(ctx, ERR_ROSTER_OVER, NULL)
	                                                     : OK;
}

static enum err
shift_begin(struct ctx *ctx, struct id id, struct rows **rows)
{
	enum err err;

	db_write(ctx, shift_wait, ARG(id, id));
	err = db_lock(ctx, shift_lock, id, rows);
	return err ? err : check_stands(ctx, &shift_machine, OP_cancelShift, *rows);
}

static enum err
place(struct ctx *ctx, struct turn *turn)
{
	struct rows *rows;
	enum err err;

	if (strcmp(turn->from, turn->to) >= 0)
		return fail_with(ctx, ERR_BAD_VALUE, "/to", "must be after from", NULL);
	err = db_read(ctx, shift_place, &rows, ARG(store_id, turn->store),
	              ARG(staff_id, turn->staff), ARG(date, turn->date), ARG(from, turn->from),
	              ARG(to, turn->to));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	if (!row_bool(rows, 0, "works_here"))
		return fail(ctx, ERR_NOT_FOUND, "/store_id");
	if (row_bool(rows, 0, "is_past"))
		return fail_with(ctx, ERR_BAD_VALUE, "/date", "must not be in the past", NULL);
	turn->starts_at = row_utc(rows, 0, "starts_at");
	turn->ends_at = row_utc(rows, 0, "ends_at");
	return OK;
}

enum err
shift_create(struct ctx *ctx, struct id staff, const struct create_shift *in)
{
	struct turn turn = { .staff = staff, .date = in->date, .from = in->from, .to = in->to };
	struct rows *known;
	enum err err;

	db_write(ctx, staff_wait, ARG(id, staff));
	err = db_read(ctx, staff_visible, &known, ARG(id, staff));
	if (!err && rows_count(known) == 0)
		err = fail(ctx, ERR_NOT_FOUND, NULL);
	if (!err)
		err = ctx_store(ctx, in->store_id, &turn.store);
	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (!err)
		err = place(ctx, &turn);
	if (err)
		return err;
	db_write(ctx, shift_add, ARG(shift_id, ctx->subject), ARG(store_id, turn.store),
	         ARG(staff_id, staff), ARG(date, turn.date), ARG(starts_at, turn.starts_at),
	         ARG(ends_at, turn.ends_at), ARG(note, in->note));
	event_add_new(ctx, "shift.planned", turn.store, ctx->subject);
	return OK;
}

enum err
shift_update(struct ctx *ctx, struct id id, const struct update_shift *in)
{
	struct turn turn;
	struct rows *rows;
	enum err err = shift_begin(ctx, id, &rows);

	if (err)
		return err;
	turn = (struct turn){
		.store = row_id(rows, 0, "store_id"),
		.staff = row_id(rows, 0, "staff_id"),
		.date = in->has_date ? in->date : row_date(rows, 0, "date"),
		.from = in->has_from ? in->from : row_text(rows, 0, "from"),
		.to = in->has_to ? in->to : row_text(rows, 0, "to"),
	};
	err = place(ctx, &turn);
	if (err)
		return err;
	db_write(ctx, shift_update, ARG(id, id), ARG(date, turn.date),
	         ARG(starts_at, turn.starts_at), ARG(ends_at, turn.ends_at), ARG(note, in->note),
	         ARG(has_note, in->has_note));
	event_add(ctx, "shift.changed", turn.store, id);
	return OK;
}

enum err
shift_cancel(struct ctx *ctx, struct id id, const char *reason)
{
	struct rows *rows;
	enum err err = shift_begin(ctx, id, &rows);

	if (err)
		return err;
	db_write(ctx, shift_cancel, ARG(id, id), ARG(reason, reason));
	event_add(ctx, "shift.cancelled", row_id(rows, 0, "store_id"), id);
	return OK;
}

/* ------------------------------------------------------------ absences */

static enum err
check_period(struct ctx *ctx, struct utc starts_at, struct utc ends_at)
{
	const char *wrong = ends_at.us <= starts_at.us  ? "must be after starts_at"
	                    : ends_at.us <= ctx->now.us ? "must not be in the past"
	                    : ends_at.us - starts_at.us > ABSENCE_US_MAX
	                            ? "must be within a year of starts_at"
	                            : NULL;

	return wrong ? fail_with(ctx, ERR_BAD_VALUE, "/ends_at", wrong, NULL) : OK;
}

enum err
absence_create(struct ctx *ctx, struct id staff, const struct create_absence *in)
{
	struct id store = { { 0 } }, id = { { 0 } };
	enum err err = new_id(ctx, in->id, &id);

	db_write(ctx, staff_wait, ARG(id, staff));
	if (!err)
		err = staff_home(ctx, staff, &store);
	if (!err)
		err = check_period(ctx, in->starts_at, in->ends_at);
	if (err)
		return err;
	ctx->subject = id;
	db_write(ctx, absence_add, ARG(absence_id, id), ARG(store_id, store), ARG(staff_id, staff),
	         BODY_ARG(create_absence, in));
	event_add_new(ctx, "absence.planned", store, id);
	return OK;
}

static enum err
absence_begin(struct ctx *ctx, struct id id, struct rows **rows)
{
	enum err err;

	db_write(ctx, absence_wait, ARG(id, id));
	err = db_lock(ctx, absence_lock, id, rows);
	return err ? err : check_stands(ctx, &absence_machine, OP_cancelAbsence, *rows);
}

enum err
absence_update(struct ctx *ctx, struct id id, const struct update_absence *in)
{
	struct rows *rows;
	enum err err = absence_begin(ctx, id, &rows);

	if (!err)
		err = check_period(
			ctx, in->has_starts_at ? in->starts_at : row_utc(rows, 0, "starts_at"),
			in->has_ends_at ? in->ends_at : row_utc(rows, 0, "ends_at"));
	if (err)
		return err;
	db_write(ctx, absence_update, ARG(id, id), BODY_ARG(update_absence, in));
	event_add(ctx, "absence.changed", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
absence_cancel(struct ctx *ctx, struct id id)
{
	struct rows *rows;
	enum err err = absence_begin(ctx, id, &rows);

	if (err)
		return err;
	db_write(ctx, absence_cancel, ARG(id, id));
	event_add(ctx, "absence.cancelled", row_id(rows, 0, "store_id"), id);
	return OK;
}
