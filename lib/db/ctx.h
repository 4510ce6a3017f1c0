/* SPDX-License-Identifier: Apache-2.0 */
/* What a command or a job works in: its arena, its clock, its principal, its transaction. */
#ifndef DB_CTX_H
#define DB_CTX_H

#include <stdarg.h>

#include "contract.h"
#include "core/arena.h"
#include "core/base.h"
#include "err.h"

struct conn;
struct search_keys;
struct events;

enum actor_kind {
	ACTOR_SYSTEM, /* migrations, jobs, import, verify */
	ACTOR_STAFF,
	ACTOR_KEY,
	ACTOR_LINK,
	ACTOR_CUSTOMER
};

/* Who asks, and what row security lets through for this one operation (architecture.md 4). */
struct scope {
	enum actor_kind kind;
	struct id actor;    /* staff, key or link id */
	bool hq;            /* the whole chain, but for `stores` */
	struct id store;    /* set when the scope is exactly one store */
	const char *stores; /* else a uuid[] literal; NULL when none */
	struct id customer; /* set for ACTOR_CUSTOMER only */
};

/* One thing that is wrong: a problem, where, and what to put into its text. */
struct failure {
	enum err err;
	const char *pointer;   /* JSON Pointer into the body, or NULL */
	const char *parameter; /* name of a path or query parameter, or NULL */
	const char *args[2];
};

#define FAILURES_MAX 50

struct ctx {
	struct arena *arena;
	struct utc now; /* taken once per request; SQL gets it as :now */
	/* when it happened, of what was recorded off line; none: now.  SQL gets :happened_at */
	struct utc happened_at;
	int language; /* of texts for people: 0 English, 1 Chinese */
	const struct scope *scope;
	/* where the operation's x-permission-beyond is held too; NULL: nowhere */
	const struct scope *beyond;
	const char *request_id;
	struct conn *conn;
	struct search_keys *search; /* where event/search.h gathers, or NULL */
	struct events *events;      /* where event/event.h gathers, or NULL */
	int64_t if_match;           /* version the caller read; -1: none was sent */

	/* Results */
	struct id subject; /* what the command made or changed: reply read, Location, idempotency */
	struct id existing; /* with ERR_DUPLICATE: the one that is there already */
	const char *existing_type;
	/* with ERR_ILLEGAL_TRANSITION: verbs that are allowed, comma separated */
	const char *allowed;
	size_t failures_count;
	struct failure failures[FAILURES_MAX];
};

/* Record what is wrong and return err, for `return fail(...)`.  pointer may be NULL. */
MUSTCHECK enum err fail(struct ctx *ctx, enum err err, const char *pointer);
/* The same with a formatted pointer. */
MUSTCHECK enum err failf(struct ctx *ctx, enum err err, const char *format, ...) PRINTF_LIKE(3, 4);
/* The same with texts for the {0} and {1} of the problem's detail; borrowed, arena or static. */
MUSTCHECK enum err fail_with(struct ctx *ctx, enum err err, const char *pointer, const char *arg0,
                             const char *arg1);
/* The same for a parameter of the path or the query. */
MUSTCHECK enum err fail_parameter(struct ctx *ctx, enum err err, const char *parameter,
                                  const char *arg0);
/* Record without deciding: several wrong fields are told at once. */
void note_failure(struct ctx *ctx, enum err err, const char *pointer, const char *arg0,
                  const char *arg1);
/* Record that an object stands in the way; ERR_DUPLICATE. */
MUSTCHECK enum err fail_existing(struct ctx *ctx, const char *pointer, const char *type,
                                 struct id id);

/* OK when no If-Match was asked for or it is this version; ERR_STALE_VERSION else. */
MUSTCHECK enum err ctx_check_version(struct ctx *ctx, int64_t version);

/* happened_at must lie within the last 24 hours; a clock that is less than a minute fast
 * counts as now.  ERR_BAD_VALUE at /occurred_at. */
MUSTCHECK enum err ctx_check_happened(struct ctx *ctx);

/* store_id as sent, or the principal's only store; ERR_REQUIRED at /store_id when neither,
 * ERR_NOT_FOUND when it is outside the scope. */
MUSTCHECK enum err ctx_store(struct ctx *ctx, struct id sent, struct id *store);

/* Only the daemon that tests/isolation builds beside the real one asks for no permission and takes
 * any store's id: there row security has to hold by itself. */
#ifdef FETTLE_UNGUARDED
#define GUARDED false
#else
#define GUARDED true
#endif

/* Whether a scope (NULL: nobody's) reaches a store. */
bool scope_covers(const struct scope *scope, struct id store);

/* Row security's principal of migrations, jobs and import: sees the whole chain. */
extern const struct scope system_scope;

#endif
