/* SPDX-License-Identifier: Apache-2.0 */
/* Appending events. */
#include "event/event.h"

#include <string.h>

void
event_add_data(struct ctx *ctx, const char *type, struct id store, struct id subject, const char *data)
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
