/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of all that hangs on a visit when it is called off.  A module of its own, since bookings
 * and orders call it off and what hangs on them knows of both. */
#include "visit/visit.h"

#include "event/event.h"

enum err
visit_off(struct ctx *ctx, struct id appointment, struct id order, const char *reason)
{
	struct rows *gone;
	enum err err = db_read(ctx, visit_off, &gone, ARG(appointment_id, appointment),
	                       ARG(work_order_id, order), ARG(reason, reason));

	for (size_t i = 0; !err && i < rows_count(gone); i++)
		event_add(ctx, row_text(gone, i, "what"), row_id(gone, i, "store_id"),
		          row_id(gone, i, "id"));
	return err;
}
