/* SPDX-License-Identifier: Apache-2.0 */
/* What comes for purchase orders: checked at the door, written as the draft of a stock document, and received once
 * somebody else has audited that. */
#ifndef STOCK_RECEIPT_H
#define STOCK_RECEIPT_H

#include "stock/level.h"

/* The order, under lock. */
struct receipt_order {
	struct id id, store, warehouse, supplier;
};

/* Sets ctx->subject to the stock document.  ERR_BAD_VALUE at /lines/<n>/quantity for more than is still to
 * come, ERR_NOT_FOUND at /lines/<n>/line_id or bin_id. */
MUSTCHECK enum err receipt_create(struct ctx *ctx, const struct receipt_order *order,
                                  const struct receive_purchase_order *in);

/* What the fate of a document means for the order it came for (none: nothing). */
enum receipt_fate {
	RECEIPT_POSTED,
	RECEIPT_VOID,
	RECEIPT_REVERSED
};
/* Take the order's lock: after the document's, before any level's. */
MUSTCHECK enum err receipt_lock_order(struct ctx *ctx, struct id order);
void receipt_follow(struct ctx *ctx, struct id document, struct id order,
                    enum stock_document_kind kind, enum receipt_fate fate);

/* Serve whom the document's parts were ordered for, and after them who waits longest. */
MUSTCHECK enum err receipt_serve(struct ctx *ctx, struct levels *levels, struct id document);

/* Parts that go back to a supplier, by the lines that they were bought by: all of one order (*order, none
 * where none is named) of the supplier, of the part, and not more than came.  ERR_NOT_FOUND, ERR_BAD_VALUE at
 * /lines/<n>/... */
MUSTCHECK enum err receipt_check_returns(struct ctx *ctx, struct id store,
                                         const struct create_stock_document *in, struct id *order);

#endif
