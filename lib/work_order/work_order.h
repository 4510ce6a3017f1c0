/* SPDX-License-Identifier: Apache-2.0 */
/* Work orders: what a store has promised to do to one vehicle. */
#ifndef WORK_ORDER_WORK_ORDER_H
#define WORK_ORDER_WORK_ORDER_H

#include "db/db.h"
#include "db/machine.h"

/* In these states of an order its lines may be decided and written, */
#define WORK_ORDER_OPEN                                                                        \
	(FROM(WORK_ORDER_STATUS_OPENED) | FROM(WORK_ORDER_STATUS_READY) | WORK_ORDER_TO_SHOW | \
	 FROM(WORK_ORDER_STATUS_AWAITING_QC))
/* worked on, */
#define WORK_ORDER_TO_WORK \
	(FROM(WORK_ORDER_STATUS_DISPATCHED) | FROM(WORK_ORDER_STATUS_IN_PROGRESS))
/* and documented with photos and checks. */
#define WORK_ORDER_TO_SHOW (WORK_ORDER_TO_WORK | FROM(WORK_ORDER_STATUS_PAUSED))

struct work_order {
	struct id id, store, customer, vehicle, reception;
	enum work_order_status status;
	int64_t version;
	int64_t odometer_in_km;
	bool paid;
};

extern const struct machine work_order_machine; /* the verbs of an order */
/* work on a line, by its technician; beside it whether it is wanted */
extern const struct machine line_work_machine, line_consent_machine;

/* ------------------------------------------------------------ for other modules */

/* Lock the order (FOR NO KEY UPDATE) and tell its state.  ERR_NOT_FOUND at pointer, a member of the
 * body; NULL: the order is named by the path. */
MUSTCHECK enum err work_order_lock(struct ctx *ctx, struct id id, const char *pointer,
                                   struct work_order *wo);
/* The same for the order of a line; pointer as above. */
MUSTCHECK enum err work_order_lock_by_line(struct ctx *ctx, struct id line, const char *pointer,
                                           struct work_order *wo);
/* The same for the order of a clock entry, or of a quality check, named by the path. */
MUSTCHECK enum err work_order_lock_by_clock(struct ctx *ctx, struct id entry,
                                            struct work_order *wo);
MUSTCHECK enum err work_order_lock_by_check(struct ctx *ctx, struct id check,
                                            struct work_order *wo);

/* For settlement; wo comes from work_order_lock() in this transaction.
 * A settlement was issued: completed becomes settled, settled stays (another payer's); else
 * ERR_ILLEGAL_TRANSITION. */
MUSTCHECK enum err work_order_settle(struct ctx *ctx, const struct work_order *wo);
/* It was voided: settled becomes completed again, completed stays; else ERR_ILLEGAL_TRANSITION. */
MUSTCHECK enum err work_order_unsettle(struct ctx *ctx, const struct work_order *wo);
/* Everything of it is paid, or no longer; a delivered order closes by itself once paid. */
void work_order_set_paid(struct ctx *ctx, const struct work_order *wo, bool paid);

/* A verb begins: lock the order of the path, see its version and that its state has the verb (OP_NONE:
 * only that it is not over).  *to is the state it leads to; ctx->subject the order.
 * ERR_NOT_FOUND, ERR_STALE_VERSION, ERR_ILLEGAL_TRANSITION. */
MUSTCHECK enum err work_order_begin(struct ctx *ctx, struct id id, enum op op,
                                    struct work_order *wo, enum work_order_status *to);
/* The order is in another state from now on: row, stage and event.  reason and note may be NULL. */
void work_order_move(struct ctx *ctx, const struct work_order *wo, enum work_order_status to,
                     const char *event, const char *reason, const char *note);
/* Something of it has changed, not its state: the version and an event. */
void work_order_changed(struct ctx *ctx, const struct work_order *wo, const char *event);
/* Only the trace of a state. */
void work_order_stage(struct ctx *ctx, const struct work_order *wo, enum work_order_status status,
                      const char *reason, const char *note);
/* Of several at once, one after the other. */
void work_order_stages(struct ctx *ctx, const struct work_order *wo,
                       const enum work_order_status *statuses, size_t count, const char *reason,
                       const char *note);
/* ERR_ILLEGAL_TRANSITION, with the verbs that are allowed now. */
MUSTCHECK enum err work_order_refuse(struct ctx *ctx, const struct work_order *wo);
/* What a locked order that ends here holds beside its parts and lines: prices that wait, checks that
 * nobody has decided, running clocks and pauses, the bay.  note may be NULL. */
MUSTCHECK enum err work_order_let_go(struct ctx *ctx, struct id id, const char *reason,
                                     const char *note);
/* Lines may be written until the order is completed or cancelled; ERR_ILLEGAL_TRANSITION after. */
MUSTCHECK enum err work_order_check_open(struct ctx *ctx, const struct work_order *wo);
/* A promise lies ahead of when it is given (of what was off line, happened_at); ERR_BAD_VALUE at
 * /promised_at. */
MUSTCHECK enum err work_order_check_promise(struct ctx *ctx, struct utc promised_at);
/* The code of a reason of these: itself, or `other` where somebody used words of their own. */
const char *reason_code(const struct enumeration *reasons, const char *said);
/* A promise of the order as it is now written down; told may be NULL. */
void work_order_promise_add(struct ctx *ctx, const struct work_order *wo, struct utc promised_at,
                            const char *reason, const struct customer_told *told);
/* The same, and the order is promised for then. */
void work_order_set_promise(struct ctx *ctx, const struct work_order *wo, struct utc promised_at,
                            const char *reason, const struct customer_told *told);
/* The order (line none), or the caller's work on a line, stands still from happened_at on. */
void work_order_pause_begin(struct ctx *ctx, const struct work_order *wo, struct id line,
                            const char *reason, const char *note);
/* ERR_NOT_TECHNICIAN below at ("/assignments": /assignments/0/technician_id) for an id that is not
 * none and is no active technician of the store. */
MUSTCHECK enum err technicians_check(struct ctx *ctx, struct id store, const struct id *ids,
                                     size_t count, const char *at);

/* --------------------------------------------- verbs; each sets ctx->subject to what it changed */

/* Open an order for a reception, with lines and consent if they are known: opened, or ready. */
MUSTCHECK enum err work_order_open(struct ctx *ctx, const struct create_work_order *in);
/* Change what was written of it; only the members that are sent.  ERR_ILLEGAL_TRANSITION for
 * old_parts of an order that is over; ERR_DIAGNOSIS_REQUIRED at /fault_class for a complex one that is
 * to be simple, unless the caller may agree to diagnoses (ctx->beyond). */
MUSTCHECK enum err work_order_update(struct ctx *ctx, struct id id,
                                     const struct update_work_order *in);
/* Propose a line; the subject is the line. */
MUSTCHECK enum err work_order_add_line(struct ctx *ctx, struct id id,
                                       const struct add_work_order_line *in);
/* The same for work that is done again: of what is sold no more too, and at the hours it had. */
MUSTCHECK enum err work_order_add_again(struct ctx *ctx, struct id id,
                                        const struct add_work_order_line *in);
/* Propose the lines of a package; the subject is the order. */
MUSTCHECK enum err work_order_add_package(struct ctx *ctx, struct id id,
                                          const struct use_package *in);

MUSTCHECK enum err work_order_authorise(struct ctx *ctx, struct id id,
                                        const struct authorise_work_order *in);
/* Decline, defer, revive, withdraw (op) one line, for what reason and by whom, recorded; the subject is the
 * line.  ERR_BAD_VALUE: deferred to a day that has passed. */
MUSTCHECK enum err work_order_line_decide(struct ctx *ctx, enum op op, struct id id,
                                          const struct defer_work_order_line *in);

/* A car that stands on a bay stays on it.  ERR_TOO_FEW at /assignments: labour waits for somebody. */
MUSTCHECK enum err work_order_dispatch(struct ctx *ctx, struct id id,
                                       const struct dispatch_work_order *in);
/* The car stands on a bay from happened_at on, and on no other.  ERR_NOT_FOUND, ERR_BAY_INACTIVE at
 * /bay_id, ERR_BAY_OCCUPIED, ERR_BAD_VALUE at /occurred_at (it was elsewhere then). */
MUSTCHECK enum err work_order_enter_bay(struct ctx *ctx, struct id id, const struct enter_bay *in);
/* ERR_NOT_ON_BAY. */
MUSTCHECK enum err work_order_leave_bay(struct ctx *ctx, struct id id);
MUSTCHECK enum err work_order_assign(struct ctx *ctx, struct id id,
                                     const struct assign_work_order_lines *in);
/* Start, resume (op): the moves that need nothing else. */
MUSTCHECK enum err work_order_advance(struct ctx *ctx, enum op op, struct id id);
/* Running clocks stop, too. */
MUSTCHECK enum err work_order_pause(struct ctx *ctx, struct id id,
                                    const struct pause_work_order *in);
/* Clock on, pause, resume, finish, rework (op) by the line's own technician; the subject is the
 * line; in, of a pause, else NULL.  ERR_NOT_YOUR_LINE, ERR_NOT_CLOCKED_ON (a colleague works on it);
 * of who begins, ERR_CERTIFICATE_MISSING and ERR_BAD_VALUE at /occurred_at (they were at it then). */
MUSTCHECK enum err work_order_line_work(struct ctx *ctx, enum op op, struct id id,
                                        const struct pause_work_order_line *in);
/* To the quality check; ERR_WORK_UNFINISHED names the lines that are not done, not issued or, by the
 * store's rule, not back from a vendor. */
MUSTCHECK enum err work_order_finish(struct ctx *ctx, struct id id);
/* The subject is the issue document.  ERR_NOTHING_TO_ISSUE, ERR_INSUFFICIENT_STOCK,
 * ERR_LINE_STATUS. */
MUSTCHECK enum err work_order_issue_parts(struct ctx *ctx, struct id id,
                                          const struct issue_work_order_parts *in);

/* The vehicle has been washed: the time before counts as washing, not as waiting for the payment. */
MUSTCHECK enum err work_order_wash(struct ctx *ctx, struct id id);
/* Somebody spoke to the customer about the order, or tried to. */
MUSTCHECK enum err work_order_contact(struct ctx *ctx, struct id id,
                                      const struct add_work_order_contact *in);
MUSTCHECK enum err work_order_promise(struct ctx *ctx, struct id id,
                                      const struct promise_work_order *in);
/* The signed agreement of the order whose limit its authorised lines pass for the first time says so. */
MUSTCHECK enum err work_order_hold_limit(struct ctx *ctx, const struct work_order *wo);
/* Before the bill of a payer: the discounts of this one as far as what is billed lets them reach. */
MUSTCHECK enum err work_order_fit_discounts(struct ctx *ctx, const struct work_order *wo,
                                            enum payer payer, bool *changed);
/* Cancel an open order, or void (op) a completed one; what it holds is released, the slot of the visit too
 * once no order of it is left.  ERR_PARTS_ISSUED, ERR_SUBLET_OUT, noted at each line ("/lines/0"), while
 * parts or outside work of it are out; ERR_BILLED for one to be voided. */
MUSTCHECK enum err work_order_cancel(struct ctx *ctx, enum op op, struct id id,
                                     const struct reason_given *in);
/* ERR_UNPAID: there are no credit terms. */
MUSTCHECK enum err work_order_deliver(struct ctx *ctx, struct id id,
                                      const struct deliver_work_order *in);
/* ERR_UNPAID; closing what has closed by itself meanwhile is no error. */
MUSTCHECK enum err work_order_close(struct ctx *ctx, struct id id);
/* A job: close what is delivered and paid, a hundred at a time. */
MUSTCHECK enum err work_orders_close_paid(struct ctx *ctx, bool *more);

#endif
