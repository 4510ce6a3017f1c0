/* SPDX-License-Identifier: Apache-2.0 */
/* Events: what happened, appended in the transaction that did it. */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include "db/db.h"

/* type is `<subject>.<what>` ("work_order.paused").  store may be none for the chain itself. */
void event_add(struct ctx *ctx, const char *type, struct id store, struct id subject);

/* The same of an object that this command makes: it is at its first version, which is not looked up. */
void event_add_new(struct ctx *ctx, const char *type, struct id store, struct id subject);

/* The same with facts for consumers: a JSON object that SQL made (row_text of a jsonb column). */
void event_add_data(struct ctx *ctx, const char *type, struct id store, struct id subject,
                    const char *data);

/* From here on events are gathered in ctx->events, until event_write() sends them together and ends
 * it: for one who appends several.  Nothing in between gives an event's subject a new version. */
void event_gather(struct ctx *ctx);
void event_write(struct ctx *ctx);

/* The next events of a consumer, at most limit of these types (NULL: of any, that belong to a store), each
 * exactly once and in order: id, type, store_id, subject_id of the first *count rows.  They, and the others
 * before them, count as taken when the transaction commits; *more: there may be others behind them. */
struct event_wish {
	const char *consumer;
	const char *const *types;
	size_t types_count;
	int limit;
};
MUSTCHECK enum err event_take(struct ctx *ctx, const struct event_wish *wish, struct rows **events,
                              size_t *count, bool *more);

#endif
