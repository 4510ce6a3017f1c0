/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of work orders, as the files of this module and estimates hand them around. */
#ifndef WORK_ORDER_LINE_H
#define WORK_ORDER_LINE_H

#include "work_order/work_order.h"

struct line {
	struct id id, operation, part, concern, technician, estimate_line, revives, finding;
	struct id revives_elsewhere, revives_store; /* a line that another store put off */
	int64_t position;
	enum work_order_line_kind kind;
	enum work_order_line_status status;
	enum line_work_status work_status;
	enum line_supply supply;
	enum payer payer;
	const char *description, *category, *service_class, *reason, *note;
	const char *reason_code, *deferred_until; /* a LineDeclineReason; a date; may be NULL */
	int64_t deferred_km;                      /* valid with has_deferred_km */
	bool has_deferred_km;
	struct qty quantity, issued; /* issued: what is out and has not come back */
	struct qty fixed_hours;      /* of labour at a fixed price, whose quantity is 1; else 0 */
	struct id price_list, package, approval;
	int64_t package_revision;
	enum price_source price_source;
	/* of one whose price has no approval: by list and as it is (of a discount: of all lines) */
	bool unapproved;
	int64_t asked_list, asked_amount;
	int64_t list_price, unit_price, amount;
	int64_t billed; /* of one that was read: what it comes to on a bill; parts as far as they stayed */
	int64_t discount_limit_bp; /* of a discount: what all of them may take off; -1: not known */
	bool refit;                /* a discount whose amount has changed with the lines it is of */
	int64_t share_bp;          /* of its technician; below 10000: others help */
	bool sublet_out;           /* a vendor has it, or is to have it */
	bool sublet_back;          /* a vendor has done it */
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
		*findings, *packages, *approvals;
	const char **kinds, **descriptions, **categories, **services, **payers, **statuses,
		**supplies, **reasons, **reason_codes, **notes, **deferred_untils, **price_sources;
	struct qty *quantities, *fixed_hours;
	int64_t *list_prices, *unit_prices, *amounts, *package_revisions, *discount_limits,
		*deferred_kms;
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
		IDS_ARG(package_ids, (c)->packages, n),                                         \
		INTS_ARG(package_revisions, (c)->package_revisions, n),                         \
		IDS_ARG(approval_ids, (c)->approvals, n),                                       \
		INTS_ARG(list_prices, (c)->list_prices, n),                                     \
		INTS_ARG(unit_prices, (c)->unit_prices, n), INTS_ARG(amounts, (c)->amounts, n), \
		TEXTS_ARG(payers, (c)->payers, n), IDS_ARG(revives_line_ids, (c)->revives, n),  \
		IDS_ARG(finding_ids, (c)->findings, n),                                         \
		INTS_ARG(discount_limits, (c)->discount_limits, n)

/* All lines of a locked order, by position. */
MUSTCHECK enum err lines_read(struct ctx *ctx, struct id order, struct lines *lines);

/* The line of this id, NULL when the order has none such. */
struct line *line_of(const struct lines *lines, struct id id);

/* The package of a line that is asked for; price: its fixed one, or 0; place: in the body. */
struct line_package {
	struct id id;
	int64_t revision, price;
	size_t place;
};

/* Lines that are asked for: those said in the body, then those of its packages. */
struct wishes {
	const struct add_work_order_line *line;
	struct line_package *package; /* of each line; no id: none */
	const char
		*packages_at; /* pointer of the packages ("/packages"), "" for a body that is one */
	size_t said, count;
	bool again; /* of a comeback: at no price of its own, and of what is sold no more */
};

/* The lines of a body and those that its packages are made into.  ERR_NOT_FOUND and
 * ERR_PACKAGE_NOT_SOLD below at. */
MUSTCHECK enum err wishes_gather(struct ctx *ctx, const struct add_work_order_line *lines,
                                 size_t lines_count, const struct use_package *packages,
                                 size_t packages_count, const char *at, struct wishes *wishes);

/* Give each of a package's lines, priced by the lists, its share of a fixed price; the first of labour
 * takes what is left.  False: there is no labour, or more than can be counted. */
MUSTCHECK bool lines_spread(struct line *lines, size_t count, int64_t price);

/* What new lines refer to and may cost. */
struct line_facts {
	struct rows *rows;
	struct rows *
		elsewhere; /* which store put off what each takes up; NULL: none does of another's */
	bool may_discount; /* the caller holds price.override in this store */
	bool limit_known;  /* limit_bp, how far below list the caller may go, was looked up */
	int64_t limit_bp;
};

/* One row of work_order_facts for each line, at least one; no row: the reception is not visible. */
MUSTCHECK enum err lines_facts(struct ctx *ctx, struct id order, struct id reception, bool numbered,
                               const struct wishes *wishes, struct line_facts *facts);

/* The lines with their prices.  at is the pointer of the array ("/lines"), "" for a body that is
 * one line. ERR_REQUIRED, ERR_UNKNOWN_FIELD, ERR_NOT_FOUND; out has room for all wishes.  Those
 * further below list than the caller may go are unapproved. */
MUSTCHECK enum err lines_price(struct ctx *ctx, struct line_facts *facts, const char *at,
                               const struct wishes *wishes, struct lines *out);

/* Authorised discounts take off no more of the authorised lines of their payer than they were allowed to:
 * beyond that they are cut, the last ones first, and grow back up to their list price when lines are added.
 * billed: of what the lines come to on a bill.  Those that change are marked refit. */
void lines_fit_discounts(const struct lines *lines, bool billed);

/* Write the amounts of those that are marked. */
void lines_save_discounts(struct ctx *ctx, struct id order, const struct lines *lines);

/* Ask for approval of the new lines of an order, or of its estimate (else none), that are unapproved. */
void lines_ask(struct ctx *ctx, struct id store, struct id order, struct id estimate,
               const struct lines *lines);

/* Write new lines, asked for, behind last_position; authorisation belongs to those that are authorised. */
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

/* Whether a line of whichever store has taken this one up; nobody else does until this is over. */
MUSTCHECK enum err line_check_waits(struct ctx *ctx, struct id line);

/* What lines take up of what was put off still waits; nobody else takes it up until this is over.
 * ERR_LINE_REVIVED. */
MUSTCHECK enum err lines_check_waiting(struct ctx *ctx, const struct work_order *wo,
                                       const struct lines *lines);

/* Write what lines of an order, or of an estimate, take up of other stores' work. */
void lines_save_revivals(struct ctx *ctx, const struct lines *lines, bool of_estimate);

/* Write status, reason, note and supply of lines as they are in memory; authorisation may be none. */
void lines_decide(struct ctx *ctx, struct id order, struct line *const *lines, size_t count,
                  struct id authorisation);

/* Record what was decided of lines that were not authorised, by whom and how (method NONE, by NULL: not
 * said). */
void lines_record(struct ctx *ctx, struct id store, struct id order, struct line *const *lines,
                  size_t count, enum consent_method method, const struct consent_giver *by);

/* The code of a reason: as it was said beside it, or the reason itself; else NULL. */
const char *line_reason_code(bool has_code, enum line_decline_reason code, const char *reason);

/* ERR_BAD_VALUE at pointer: the day of the store has passed. */
MUSTCHECK enum err line_defer_until(struct ctx *ctx, struct id store, struct date day,
                                    const char *pointer, struct line *line);

/* Write that the parts of lines are out. */
void lines_issued(struct ctx *ctx, const struct id *lines, size_t count);

#endif
