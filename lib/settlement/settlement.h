/* SPDX-License-Identifier: Apache-2.0 */
/* Settlements: the bills of a work order, one for each payer, or of a sales order; and the payments that meet
 * them. */
#ifndef SETTLEMENT_SETTLEMENT_H
#define SETTLEMENT_SETTLEMENT_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine settlement_machine, payment_machine;

/* What a bill comes to, in fen.  The lines' sums go in; rounding (not positive), total, tax and net
 * come out.  Prices contain the tax. */
struct settlement_sums {
	int64_t labour, part, sublet, fee, discount;
	int64_t rounding, total, tax, net;
};

/* Round down to a multiple of rounding_fen (at least 1); tax = total x bp / (10000 + bp), half a
 * fen up.  False when a sum overflows; a total below zero is the caller's to refuse. */
MUSTCHECK bool settlement_sum(struct settlement_sums *sums, int64_t tax_bp, int64_t rounding_fen);

/* Draft the bill of a completed (or settled) work order for one payer from its authorised lines, or that of a
 * sales order of which nothing is to be shipped any more.  ERR_ONE_OF, ERR_ILLEGAL_TRANSITION, ERR_NOTHING_TO_BILL, ERR_NEGATIVE_TOTAL, ERR_DUPLICATE (there is one). */
MUSTCHECK enum err settlement_create(struct ctx *ctx, const struct create_settlement *in);

/* Number and issue a draft; the order is settled once every payer's lines are billed. */
MUSTCHECK enum err settlement_issue(struct ctx *ctx, struct id id);

/* Discard a draft, which is in nobody's way then; ERR_ILLEGAL_TRANSITION for what was issued. */
MUSTCHECK enum err settlement_discard(struct ctx *ctx, struct id id);

/* Take back an issued bill of which nothing is paid.  Its number stays used, the order is
 * completed. */
MUSTCHECK enum err settlement_void(struct ctx *ctx, struct id id, const struct void_settlement *in);

/* An order counts as paid when its customer's bill is, whatever other payers still owe; without a
 * bill of the customer's, when it is settled.  Each of these keeps that up to date. */

/* ERR_OVERPAID beyond what is due, ERR_NOT_BILLED for an order without an issued bill. */
MUSTCHECK enum err payment_take(struct ctx *ctx, const struct create_payment *in);

/* ERR_REFUND_TOO_LARGE beyond what is left of the payment. */
MUSTCHECK enum err payment_refund(struct ctx *ctx, struct id id, const struct refund_payment *in);

/* ------------------------------------------------------------ variances */

struct work_order;

/* Say why the bill of an order differs from what was first agreed to; sets ctx->subject to the order.
 * ERR_REQUIRED at /reason, ERR_NOT_FOUND at /lines/0/line_id for one that is not in it or named twice. */
MUSTCHECK enum err variance_explain(struct ctx *ctx, struct id id,
                                    const struct explain_variance *in);
/* ERR_VARIANCE_UNEXPLAINED while the store's share is passed and nobody has said why; the order is locked. */
MUSTCHECK enum err variance_check(struct ctx *ctx, const struct work_order *wo);

#endif
