/* SPDX-License-Identifier: Apache-2.0 */
/* Appending events. */
#include "event/event.h"

#include <string.h>

#define EVENTS_MAX 64
#define PAGE_MAX   5000 /* that a consumer looks through at once */

/* Events on their way into one statement, column by column. */
struct events {
	size_t count;
	struct id ids[EVENTS_MAX], stores[EVENTS_MAX], subjects[EVENTS_MAX];
	const char *types[EVENTS_MAX], *subject_types[EVENTS_MAX], *data[EVENTS_MAX];
	int64_t versions[EVENTS_MAX];
};

void
event_gather(struct ctx *ctx)
{
	ctx->events = arena_alloc(ctx->arena, sizeof(*ctx->events));
	ctx->events->count = 0;
}

static void
send(struct ctx *ctx, struct events *e)
{
	if (e->count > 0)
		db_write(ctx, event_add_all, IDS_ARG(event_ids, e->ids, e->count),
		         TEXTS_ARG(types, e->types, e->count),
		         IDS_ARG(store_ids, e->stores, e->count),
		         TEXTS_ARG(subject_types, e->subject_types, e->count),
		         IDS_ARG(subject_ids, e->subjects, e->count),
		         INTS_ARG(subject_versions, e->versions, e->count),
		         TEXTS_ARG(data, e->data, e->count));
	e->count = 0;
}

void
event_write(struct ctx *ctx)
{
	send(ctx, ctx->events);
	ctx->events = NULL;
}

#define UNKNOWN 0 /* the version: the database looks it up */
#define FIRST   1

static void
gather(struct ctx *ctx, const char *type, struct id store, struct id subject,
       const char *subject_type, int64_t version, const char *data)
{
	struct events *e = ctx->events;
	size_t at;

	if (e->count == EVENTS_MAX)
		send(ctx, e);
	at = e->count++;
	e->ids[at] = id_new();
	e->types[at] = type;
	e->stores[at] = store;
	e->subject_types[at] = subject_type;
	e->subjects[at] = subject;
	e->versions[at] = version;
	e->data[at] = data;
}

static void
add(struct ctx *ctx, const char *type, struct id store, struct id subject, int64_t version,
    const char *data)
{
	const char *subject_type = arena_copy(ctx->arena, type, strcspn(type, "."));

	if (ctx->events)
		gather(ctx, type, store, subject, subject_type, version, data);
	else
		db_write(ctx, event_add, ARG(event_id, id_new()), ARG(type, type),
		         ARG(store_id, store), ARG(subject_type, subject_type),
		         ARG(subject_id, subject), ARG(subject_version, version), ARG(data, data));
}

void
event_add_data(struct ctx *ctx, const char *type, struct id store, struct id subject,
               const char *data)
{
	add(ctx, type, store, subject, UNKNOWN, data);
}

void
event_add(struct ctx *ctx, const char *type, struct id store, struct id subject)
{
	add(ctx, type, store, subject, UNKNOWN, NULL);
}

void
event_add_new(struct ctx *ctx, const char *type, struct id store, struct id subject)
{
	add(ctx, type, store, subject, FIRST, NULL);
}

enum err
event_take(struct ctx *ctx, const struct event_wish *wish, struct rows **events, size_t *count,
           bool *more)
{
	struct rows *lock;
	size_t n;
	enum err err = db_read(ctx, event_lock, &lock, ARG(consumer, wish->consumer));

	*count = 0;
	*more = false;
	if (err)
		return err;
	/* who has not got the lock takes nothing */
	if (!row_bool(lock, 0, "locked"))
		return OK;
	err = db_read(ctx, event_take, events, ARG(consumer, wish->consumer), ARG(page, PAGE_MAX),
	              ARG(limit, wish->limit),
	              wish->types ? TEXTS_ARG(types, wish->types, wish->types_count)
	                          : NULL_ARG(types));
	n = err ? 0 : rows_count(*events);
	if (n == 0)
		return err;
	/* the last row is the page's */
	*count = n - 1;
	*more = n - 1 == (size_t)wish->limit;
	if (*more)
		n--;
	else
		*more = row_bool(*events, n - 1, "full");
	db_write(ctx, event_taken, ARG(consumer, wish->consumer),
	         ARG(position, row_text(*events, n - 1, "position")),
	         ARG(last_id, row_id(*events, n - 1, "id")));
	return OK;
}
