/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of work orders, as the files of this module and estimates hand them around. */
#ifndef WORK_ORDER_LINE_H
#define WORK_ORDER_LINE_H

#include "work_order/work_order.h"

struct line {
	struct id id, operation, part, concern, technician, estimate_line, revives, finding;
	int64_t position;
	enum work_order_line_kind kind;
	enum work_order_line_status status;
	enum line_work_status work_status;
	enum line_supply supply;
	enum payer payer;
	const char *description, *category, *service_class, *reason, *note;
	struct qty quantity, issued; /* issued: what is out and has not come back */
	struct qty fixed_hours;      /* of labour at a fixed price, whose quantity is 1; else 0 */
	struct id price_list;
	enum price_source price_source;
	int64_t list_price, unit_price, amount;
	int64_t share_bp; /* of its technician; below 10000: others help */
	bool sublet_out;  /* a vendor has it, or is to have it */
};

struct stock_held;

struct lines {
	struct line *line;
	size_t count;
};

/* Lines turned into one array for each column, and those that say what is done and what it costs as
 * the arguments of a statement. */
struct line_columns {
	struct id *ids, *operations, *parts, *concerns, *estimate_lines, *revives, *price_lists,
		*findings;
	const char **kinds, **descriptions, **categories, **services, **payers, **statuses,
		**supplies, **reasons, **price_sources;
	struct qty *quantities, *fixed_hours;
	int64_t *list_prices, *unit_prices, *amounts;
};
void line_columns(struct arena *arena, const struct lines *lines, struct line_columns *columns);

#define LINE_ARGS(c, n)                                                                         \
	IDS_ARG(line_ids, (c)->ids, n), TEXTS_ARG(kinds, (c)->kinds, n),                        \
		IDS_ARG(operation_ids, (c)->operations, n), IDS_ARG(part_ids, (c)->parts, n),   \
		IDS_ARG(concern_ids, (c)->concerns, n),                                         \
		TEXTS_ARG(descriptions, (c)->descriptions, n),                                  \
		TEXTS_ARG(repair_categories, (c)->categories, n),                               \
		QTYS_ARG(quantities, (c)->quantities, n),                                       \
		QTYS_ARG(fixed_hours, (c)->fixed_hours, n),                                     \
		TEXTS_ARG(price_sources, (c)->price_sources, n),                                \
		IDS_ARG(price_list_ids, (c)->price_lists, n),                                   \
		INTS_ARG(list_prices, (c)->list_prices, n),                                     \
		INTS_ARG(unit_prices, (c)->unit_prices, n), INTS_ARG(amounts, (c)->amounts, n), \
		TEXTS_ARG(payers, (c)->payers, n), IDS_ARG(revives_line_ids, (c)->revives, n),  \
		IDS_ARG(finding_ids, (c)->findings, n)

/* All lines of a locked order, by position. */
MUSTCHECK enum err lines_read(struct ctx *ctx, struct id order, struct lines *lines);

/* The line of this id, NULL when the order has none such. */
struct line *line_of(const struct lines *lines, struct id id);

/* What new lines refer to and may cost. */
struct line_facts {
	struct rows *rows;
	bool may_discount; /* the caller holds price.override in this store */
};

/* One row of work_order_facts for each line, at least one; no row: the reception is not visible. */
MUSTCHECK enum err lines_facts(struct ctx *ctx, struct id order, struct id reception, bool numbered,
                               const struct add_work_order_line *in, size_t count,
                               struct line_facts *facts);

/* The lines with their prices.  at is the pointer of the array ("/lines"), "" for a body that is
 * one line. ERR_REQUIRED, ERR_UNKNOWN_FIELD, ERR_NOT_FOUND, ERR_APPROVAL_REQUIRED (further below
 * list than the store lets this caller go). */
MUSTCHECK enum err lines_price(struct ctx *ctx, const struct line_facts *facts, const char *at,
                               const struct add_work_order_line *in, struct lines *out);

/* Write new lines behind last_position; authorisation belongs to those that are authorised. */
void lines_add(struct ctx *ctx, struct id store, struct id order, int64_t last_position,
               const struct lines *lines, struct id authorisation);

/* Reserve the parts of lines that were decided just now: their supply is told in memory, and written
 * with them.  *held is for stock_hold(), NULL when they want none. */
MUSTCHECK enum err lines_reserve(struct ctx *ctx, struct id store, struct id order,
                                 struct line *const *lines, size_t count, bool refuse,
                                 struct stock_held **held);

/* Give back what stock holds for the part lines. */
MUSTCHECK enum err lines_release(struct ctx *ctx, struct id store, const struct line *const *lines,
                                 size_t count);

/* Write status, reason, note and supply of lines as they are in memory; authorisation may be none. */
void lines_decide(struct ctx *ctx, struct id order, struct line *const *lines, size_t count,
                  struct id authorisation);

/* Write that the parts of lines are out. */
void lines_issued(struct ctx *ctx, const struct id *lines, size_t count);

#endif
