/* SPDX-License-Identifier: Apache-2.0 */
/* Confirmations and reminders as events, late arrivals, and no-shows by themselves. */
#include "appointment/notice.h"

#include "appointment/appointment.h"
#include "event/event.h"

#define EVENTS_MAX 100

enum err
appointment_tell_late(struct ctx *ctx, struct id store, struct id id, struct utc starts_at)
{
	struct utc at = ctx->happened_at.us ? ctx->happened_at : ctx->now;
	struct rows *rows;
	enum err err;

	if (at.us <= starts_at.us)
		return OK;
	err = db_read(ctx, appointment_late, &rows, ARG(store_id, store),
	              ARG(starts_at, starts_at));
	if (!err && rows_count(rows) > 0)
		event_add_data(ctx, "appointment.arrived_late", store, id,
		               row_text(rows, 0, "data"));
	return err;
}

enum err
appointment_notices_tell(struct ctx *ctx, bool *more)
{
	struct rows *rows;
	enum err err = db_read(ctx, appointment_notices_due, &rows, NO_ARGS);

	for (size_t i = 0; !err && i < rows_count(rows); i++)
		if (row_bool(rows, i, "tell"))
			event_add_data(ctx,
			               arena_printf(ctx->arena, "appointment.%s_due",
			                            row_text(rows, i, "kind")),
			               row_id(rows, i, "store_id"),
			               row_id(rows, i, "appointment_id"),
			               row_text(rows, i, "data"));
	*more = !err && rows_count(rows) > 0;
	return err;
}

enum err
appointment_notices_plan(struct ctx *ctx, bool *more)
{
	static const char *const types[] = { "appointment.confirmed", "appointment.rescheduled" };
	static const struct event_wish wish = { "appointment_notices", types, COUNT_OF(types),
		                                EVENTS_MAX };
	struct id wanted[EVENTS_MAX];
	bool again = false;
	size_t n;
	struct rows *events;
	enum err err = event_take(ctx, &wish, &events, &n, more);

	if (err || n == 0)
		return err;
	for (size_t i = 0; i < n; i++)
		wanted[i] = row_id(events, i, "subject_id");
	db_write(ctx, appointment_notices_plan, IDS_ARG(ids, wanted, n));
	/* confirmations are due at once */
	return appointment_notices_tell(ctx, &again);
}

enum err
appointments_miss_due(struct ctx *ctx, bool *more)
{
	struct rows *rows;
	enum err err = db_read(ctx, appointments_missed, &rows, NO_ARGS);

	*more = !err && rows_count(rows) > 0;
	for (size_t i = 0; !err && i < rows_count(rows); i++)
		err = appointment_move(
			ctx, OP_markNoShowAppointment, row_id(rows, i, "id"),
			enum_code(&no_show_reason_enum, NO_SHOW_REASON_LATE_BEYOND_GRACE), NULL);
	return err;
}
