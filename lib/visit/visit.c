/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of all that hangs on a visit when it is called off or moved.  A module of its own, since
 * bookings and orders do that and what hangs on them knows of both. */
#include "visit/visit.h"

#include "event/event.h"

static void
tell(struct ctx *ctx, const struct rows *rows)
{
	for (size_t i = 0; i < rows_count(rows); i++)
		event_add(ctx, row_text(rows, i, "what"), row_id(rows, i, "store_id"),
		          row_id(rows, i, "id"));
}

enum err
visit_off(struct ctx *ctx, struct id appointment, const char *reason)
{
	struct rows *gone;
	enum err err = db_read(ctx, visit_off, &gone, ARG(appointment_id, appointment),
	                       NULL_ARG(work_order_id), ARG(served, false), ARG(elsewhere, false),
	                       ARG(reason, reason));

	if (!err)
		tell(ctx, gone);
	return err;
}

enum err
visit_end(struct ctx *ctx, struct id reception, struct id order, bool elsewhere, const char *reason)
{
	struct rows *left, *gone;
	enum err err = db_read(ctx, visit_left, &left, ARG(reception_id, reception));

	if (!err)
		err = db_read(ctx, visit_off, &gone,
		              ARG(appointment_id, row_id(left, 0, "appointment_id")),
		              ARG(work_order_id, order), ARG(served, row_bool(left, 0, "served")),
		              ARG(elsewhere, elsewhere), ARG(reason, reason));
	if (!err)
		tell(ctx, gone);
	return err;
}

enum err
visit_shift(struct ctx *ctx, struct id appointment, struct utc from, struct utc to)
{
	struct rows *loans, *moved;
	enum err err;

	if (from.us == to.us)
		return OK;
	err = db_read(ctx, visit_loans, &loans, ARG(appointment_id, appointment),
	              ARG(began_at, from), ARG(starts_at, to));
	for (size_t i = 0; !err && i < rows_count(loans); i++)
		if (!row_bool(loans, i, "fit"))
			err = fail_with(ctx, ERR_LOANER_UNFIT, NULL,
			                row_text(loans, i, "lent_until"), NULL);
	if (!err)
		err = db_read(ctx, visit_shift, &moved, ARG(appointment_id, appointment),
		              ARG(began_at, from), ARG(starts_at, to));
	if (!err)
		tell(ctx, moved);
	return err;
}
