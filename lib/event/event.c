/* SPDX-License-Identifier: Apache-2.0 */
/* Appending events. */
#include "event/event.h"

#include <string.h>

void
event_add_data(struct ctx *ctx, const char *type, struct id store, struct id subject,
               const char *data)
{
	const char *subject_type = arena_copy(ctx->arena, type, strcspn(type, "."));

	db_write(ctx, event_add, ARG(event_id, id_new()), ARG(type, type), ARG(store_id, store),
	         ARG(subject_type, subject_type), ARG(subject_id, subject), ARG(data, data));
}

void
event_add(struct ctx *ctx, const char *type, struct id store, struct id subject)
{
	event_add_data(ctx, type, store, subject, NULL);
}

enum err
event_take(struct ctx *ctx, const char *consumer, int limit, struct rows **events)
{
	struct rows *lock;
	enum err err = db_read(ctx, event_lock, &lock, ARG(consumer, consumer));
	size_t n;

	if (err)
		return err;
	/* who has not got the lock takes nothing */
	err = db_read(ctx, event_take, events, ARG(consumer, consumer),
	              ARG(limit, row_bool(lock, 0, "locked") ? limit : 0));
	n = err ? 0 : rows_count(*events);
	if (n > 0)
		db_write(ctx, event_taken, ARG(consumer, consumer),
		         ARG(position, row_text(*events, n - 1, "position")),
		         ARG(last_id, row_id(*events, n - 1, "id")));
	return err;
}
