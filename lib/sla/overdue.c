/* SPDX-License-Identifier: Apache-2.0 */
/* Past due, as events. */
#include "sla/overdue.h"

#include "event/event.h"

enum err
overdue_tell(struct ctx *ctx, bool *more)
{
	struct rows *rows;
	enum err err = db_read(ctx, overdue_tell, &rows, NO_ARGS);

	for (size_t i = 0; !err && i < rows_count(rows); i++)
		event_add_data(
			ctx,
			arena_printf(ctx->arena, "%s.overdue", row_text(rows, i, "subject_type")),
			row_id(rows, i, "store_id"), row_id(rows, i, "subject_id"),
			row_text(rows, i, "data"));
	*more = !err && rows_count(rows) > 0;
	return err;
}
