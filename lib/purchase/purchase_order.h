/* SPDX-License-Identifier: Apache-2.0 */
/* Purchase orders: drafted, submitted, approved by somebody else within what their roles may let pass, sent, promised,
 * received by receipts that another person audits, and closed. */
#ifndef PURCHASE_PURCHASE_ORDER_H
#define PURCHASE_PURCHASE_ORDER_H

#include "db/machine.h"

extern const struct machine purchase_order_machine;

/* All set ctx->subject.  Lines: ERR_NOT_FOUND at /lines/<n>/part_id or demand_id, ERR_REQUIRED at
 * /lines/<n>/unit_price where the supplier has no offer, ERR_BAD_VALUE at /lines/<n>/quantity for what
 * its offer does not allow. */
MUSTCHECK enum err purchase_order_create(struct ctx *ctx, const struct create_purchase_order *in);
MUSTCHECK enum err purchase_order_update(struct ctx *ctx, struct id id,
                                         const struct update_purchase_order *in);

/* ERR_BELOW_MINIMUM_ORDER, but for what is urgent. */
MUSTCHECK enum err purchase_order_submit(struct ctx *ctx, struct id id);
/* ERR_OWN_DOCUMENT for who wrote or submitted it, ERR_PURCHASE_LIMIT. */
MUSTCHECK enum err purchase_order_approve(struct ctx *ctx, struct id id);
MUSTCHECK enum err purchase_order_reject(struct ctx *ctx, struct id id,
                                         const struct purchase_reason *in);
/* ERR_SUPPLIER_INACTIVE, ERR_SUPPLIER_UNQUALIFIED. */
MUSTCHECK enum err purchase_order_send(struct ctx *ctx, struct id id);
/* ERR_NOT_FOUND at /lines/<n>/line_id. */
MUSTCHECK enum err purchase_order_promise(struct ctx *ctx, struct id id,
                                          const struct promise_purchase_order *in);

/* What came, as the draft of a stock document: ctx->subject.  ERR_BAD_VALUE at /lines/<n>/quantity for
 * more than is still to come. */
MUSTCHECK enum err purchase_order_receive(struct ctx *ctx, struct id id,
                                          const struct receive_purchase_order *in);

/* ERR_RECEIPT_PENDING; close: ERR_REQUIRED at /reason while some of it has not come. */
MUSTCHECK enum err purchase_order_close(struct ctx *ctx, struct id id,
                                        const struct close_purchase_order *in);
MUSTCHECK enum err purchase_order_cancel(struct ctx *ctx, struct id id,
                                         const struct purchase_reason *in);

#endif
