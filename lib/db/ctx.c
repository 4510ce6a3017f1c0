/* SPDX-License-Identifier: Apache-2.0 */
/* Failures and defaults of a command's context. */
#include "db/ctx.h"

#include <stdio.h>
#include <string.h>

const struct scope system_scope = { .kind = ACTOR_SYSTEM, .hq = true };

void
note_failure(struct ctx *ctx, enum err err, const char *pointer, const char *arg0, const char *arg1)
{
	if (ctx->failures_count == FAILURES_MAX)
		return;
	ctx->failures[ctx->failures_count++] =
		(struct failure){ .err = err, .pointer = pointer, .args = { arg0, arg1 } };
}

enum err
fail(struct ctx *ctx, enum err err, const char *pointer)
{
	note_failure(ctx, err, pointer, NULL, NULL);
	return err;
}

enum err
failf(struct ctx *ctx, enum err err, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	note_failure(ctx, err, arena_text(ctx->arena, text), NULL, NULL);
	return err;
}

enum err
fail_with(struct ctx *ctx, enum err err, const char *pointer, const char *arg0, const char *arg1)
{
	note_failure(ctx, err, pointer, arg0, arg1);
	return err;
}

enum err
fail_parameter(struct ctx *ctx, enum err err, const char *parameter, const char *arg0)
{
	if (ctx->failures_count < FAILURES_MAX)
		ctx->failures[ctx->failures_count++] =
			(struct failure){ .err = err, .parameter = parameter, .args = { arg0 } };
	return err;
}

enum err
fail_existing(struct ctx *ctx, const char *pointer, const char *type, struct id id)
{
	ctx->existing = id;
	ctx->existing_type = type;
	return fail(ctx, ERR_DUPLICATE, pointer);
}

enum err
ctx_check_version(struct ctx *ctx, int64_t version)
{
	char sent[24], now[24];

	if (ctx->if_match < 0 || ctx->if_match == version)
		return OK;
	snprintf(sent, sizeof(sent), "%lld", (long long)ctx->if_match);
	snprintf(now, sizeof(now), "%lld", (long long)version);
	return fail_with(ctx, ERR_STALE_VERSION, NULL, arena_text(ctx->arena, sent),
	                 arena_text(ctx->arena, now));
}

enum err
ctx_check_happened(struct ctx *ctx)
{
	const int64_t minute = INT64_C(60000000), day = 1440 * minute;
	int64_t ahead = ctx->happened_at.us - ctx->now.us;

	if (ctx->happened_at.us == 0)
		return OK;
	if (ahead > minute || ahead < -day)
		return fail_with(ctx, ERR_BAD_VALUE, "/occurred_at",
		                 "must be within the last 24 hours", NULL);
	if (ahead > 0)
		ctx->happened_at = ctx->now;
	return OK;
}

bool
scope_covers(const struct scope *scope, struct id store)
{
	char text[ID_TEXT];
	bool listed;

	if (!scope || id_is_none(store))
		return false;
	listed = scope->stores && strstr(scope->stores, id_format(store, text));
	return id_equal(scope->store, store) || scope->hq != listed;
}

enum err
ctx_store(struct ctx *ctx, struct id sent, struct id *store)
{
	*store = id_is_none(sent) ? ctx->scope->store : sent;
	if (id_is_none(*store))
		return fail(ctx, ERR_REQUIRED, "/store_id");
	return !GUARDED || scope_covers(ctx->scope, *store) ? OK
	                                                    : fail(ctx, ERR_NOT_FOUND, "/store_id");
}
