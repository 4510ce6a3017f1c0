/* SPDX-License-Identifier: Apache-2.0 */
/* SQL as domain code sees it: named statements, named arguments, rows.
 *
 * db_read() sends everything queued and waits for rows; db_write() only queues.  Errors of queued
 * writes surface at the next db_read() or at COMMIT, already mapped to a problem.  All memory and
 * all rows live in ctx->arena. */
#ifndef DB_DB_H
#define DB_DB_H

#include "db/ctx.h"
#include "statements.h"

enum arg_kind {
	ARG_KIND_NULL,
	ARG_KIND_TEXT,
	ARG_KIND_ID,
	ARG_KIND_INT,
	ARG_KIND_QTY,
	ARG_KIND_BOOL,
	ARG_KIND_UTC,
	ARG_KIND_DATE,
	ARG_KIND_STRUCT,
	ARG_KIND_BODIES, /* every member of a shaped struct is a parameter of its name */
	ARG_KIND_TEXTS,
	ARG_KIND_IDS,
	ARG_KIND_INTS,
	ARG_KIND_QTYS,
	ARG_KIND_BOOLS
};

/* One argument of a statement.  None values (NULL text, zero id, zero utc, unset date) are NULL. */
struct arg {
	enum arg_kind kind;
	uint16_t param; /* enum param; 0 with ARG_KIND_STRUCT */
	union {
		const char *text;
		struct id id;
		int64_t integer;
		struct qty qty;
		bool boolean;
		struct utc utc;
		struct date date;
		const void *pointer;
	} value;
	size_t count;
	const struct shape *shape;
};

static inline struct arg
arg_text(uint16_t param, const char *v)
{
	return (struct arg){ .kind = ARG_KIND_TEXT, .param = param, .value.text = v };
}
static inline struct arg
arg_id(uint16_t param, struct id v)
{
	return (struct arg){ .kind = ARG_KIND_ID, .param = param, .value.id = v };
}
static inline struct arg
arg_int(uint16_t param, int64_t v)
{
	return (struct arg){ .kind = ARG_KIND_INT, .param = param, .value.integer = v };
}
static inline struct arg
arg_qty(uint16_t param, struct qty v)
{
	return (struct arg){ .kind = ARG_KIND_QTY, .param = param, .value.qty = v };
}
static inline struct arg
arg_bool(uint16_t param, bool v)
{
	return (struct arg){ .kind = ARG_KIND_BOOL, .param = param, .value.boolean = v };
}
static inline struct arg
arg_utc(uint16_t param, struct utc v)
{
	return (struct arg){ .kind = ARG_KIND_UTC, .param = param, .value.utc = v };
}
static inline struct arg
arg_date(uint16_t param, struct date v)
{
	return (struct arg){ .kind = ARG_KIND_DATE, .param = param, .value.date = v };
}
static inline struct arg
arg_array(enum arg_kind kind, uint16_t param, const void *v, size_t count)
{
	return (struct arg){ .kind = kind, .param = param, .value.pointer = v, .count = count };
}

/* ARG(name, value): the parameter :name.  Enumerations go as ENUM_ARG, arrays as IDS_ARG etc.,
 * a decoded body or parameter struct as BODY_ARG.  __typeof__, since cppcheck takes `struct id:
 * arg_id` for a bit-field. */
/* clang-format off */
#define ARG(name, v) _Generic((v), \
	bool: arg_bool, char *: arg_text, const char *: arg_text, \
	int: arg_int, unsigned: arg_int, \
	long: arg_int, unsigned long: arg_int, long long: arg_int, \
	__typeof__(struct id): arg_id, __typeof__(struct qty): arg_qty, \
	__typeof__(struct utc): arg_utc, __typeof__(struct date): arg_date)(PARAM_##name, (v))
/* clang-format on */
#define ENUM_ARG(name, type, v) arg_text(PARAM_##name, enum_code(&type##_enum, (int)(v)))
#define NULL_ARG(name)          ((struct arg){ .kind = ARG_KIND_NULL, .param = PARAM_##name })
#define IDS_ARG(name, v, n)     arg_array(ARG_KIND_IDS, PARAM_##name, (v), (n))
#define TEXTS_ARG(name, v, n)   arg_array(ARG_KIND_TEXTS, PARAM_##name, (v), (n))
#define INTS_ARG(name, v, n)    arg_array(ARG_KIND_INTS, PARAM_##name, (v), (n))
#define QTYS_ARG(name, v, n)    arg_array(ARG_KIND_QTYS, PARAM_##name, (v), (n))
#define BOOLS_ARG(name, v, n)   arg_array(ARG_KIND_BOOLS, PARAM_##name, (v), (n))
#define BODY_ARG(type, v) \
	((struct arg){ .kind = ARG_KIND_STRUCT, .value.pointer = (v), .shape = &type##_shape })

/* Decoded bodies that go together, as columns: a member of each is :name.member, an array. */
#define BODIES_ARG(name, type, v, n)            \
	((struct arg){ .kind = ARG_KIND_BODIES, \
	               .param = PARAM_##name,   \
	               .value.pointer = (v),    \
	               .count = (n),            \
	               .shape = &type##_shape })

#define NO_ARGS ((struct arg){ 0 }) /* for a statement that takes none */

struct rows;

MUSTCHECK enum err db_read_args(struct ctx *ctx, enum sql sql, struct rows **rows,
                                const struct arg *args, size_t count);
void db_write_args(struct ctx *ctx, enum sql sql, const struct arg *args, size_t count);

/* db_read(ctx, work_order_lock, &rows, ARG(id, id)); db_write(ctx, work_order_set, ARG(id, id),
 * ...). :now, :happened_at (occurred_at as told, else :now), :actor_id and :request_id come from ctx
 * and need no argument. */
#define db_read(ctx, sql, rows, ...)                                                 \
	db_read_args(ctx, SQL_##sql, rows, (struct arg[]){ { 0 }, __VA_ARGS__ } + 1, \
	             sizeof((struct arg[]){ { 0 }, __VA_ARGS__ }) / sizeof(struct arg) - 1)
#define db_write(ctx, sql, ...)                                                 \
	db_write_args(ctx, SQL_##sql, (struct arg[]){ { 0 }, __VA_ARGS__ } + 1, \
	              sizeof((struct arg[]){ { 0 }, __VA_ARGS__ }) / sizeof(struct arg) - 1)

/* Lock the root row a command is about: `sql` selects one row by :id, with its `version`, and locks
 * it.  ctx->subject becomes id.  ERR_NOT_FOUND when there is none (or none for this principal),
 * ERR_STALE_VERSION when the request names another version. */
MUSTCHECK enum err db_lock_row(struct ctx *ctx, enum sql sql, struct id id, struct rows **rows);
#define db_lock(ctx, sql, id, rows) db_lock_row(ctx, SQL_##sql, id, rows)

/* Queue a read whose rows are there after the next trip (the COMMIT's at the latest): what does not
 * depend on one another is asked in one.  NULL until then, and for good when the trip failed.  *rows
 * must outlive the transaction: its end is a trip, too. */
void db_read_later_args(struct ctx *ctx, enum sql sql, struct rows **rows,
                        const char *const *values);

/* Rows that are to come.  They are told in the arena, so that they may come when whoever asked has
 * failed and gone. */
struct later {
	struct rows *rows;
};
struct later *db_later(struct ctx *ctx, enum sql sql, const char *const *values);
#define db_read_later(ctx, sql, ...)                                  \
	db_later(ctx, SQL_##sql,                                      \
	         bind_args((ctx)->arena, &statements[SQL_##sql], ctx, \
	                   (struct arg[]){ { 0 }, __VA_ARGS__ } + 1,  \
	                   sizeof((struct arg[]){ { 0 }, __VA_ARGS__ }) / sizeof(struct arg) - 1))
/* Call guard once, when the first trip is answered; its error ends the transaction. */
void db_guard(struct ctx *ctx, enum err (*guard)(struct ctx *ctx, void *arg), void *arg);

/* Send what is queued and wait, so that its errors are known; rarely needed. */
MUSTCHECK enum err db_flush(struct ctx *ctx);

/* Text values of a statement's parameters, NULL for NULL, in the arena; what db_read and the lanes
 * send. */
const char **bind_args(struct arena *arena, const struct statement *statement,
                       const struct ctx *ctx, const struct arg *args, size_t count);

/* Rows.  A column that is not there is a mistake in the program and ends it. */
size_t rows_count(const struct rows *rows);
bool row_is_null(const struct rows *rows, size_t row, const char *column);
const char *row_text(const struct rows *rows, size_t row, const char *column);
struct id row_id(const struct rows *rows, size_t row, const char *column);
int64_t row_int(const struct rows *rows, size_t row, const char *column); /* 0 for NULL */
struct qty row_qty(const struct rows *rows, size_t row, const char *column);
bool row_bool(const struct rows *rows, size_t row, const char *column);
struct utc row_utc(const struct rows *rows, size_t row, const char *column);
struct date row_date(const struct rows *rows, size_t row, const char *column);
int row_enum(const struct rows *rows, size_t row, const char *column, const struct enumeration *e);

#endif
