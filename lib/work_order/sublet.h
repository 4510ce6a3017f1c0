/* SPDX-License-Identifier: Apache-2.0 */
/* Outside work on lines of orders.  Its price is the line's; its cost is the vendor's. */
#ifndef WORK_ORDER_SUBLET_H
#define WORK_ORDER_SUBLET_H

#include "work_order/work_order.h"

extern const struct machine sublet_machine;

/* Plan it for an authorised line of kind sublet that no other vendor has.  ERR_NOT_FOUND,
 * ERR_LINE_STATUS at /line_id, ERR_DUPLICATE, ERR_ILLEGAL_TRANSITION (the order is completed). */
MUSTCHECK enum err sublet_create(struct ctx *ctx, const struct create_sublet *in);
/* Only the members that are sent; ERR_ILLEGAL_TRANSITION once it is billed or cancelled. */
MUSTCHECK enum err sublet_update(struct ctx *ctx, struct id id, const struct update_sublet *in);
/* It has gone to the vendor. */
MUSTCHECK enum err sublet_send(struct ctx *ctx, struct id id);
/* It has come back: the order's work may be finished. */
MUSTCHECK enum err sublet_return(struct ctx *ctx, struct id id);
/* The vendor's invoice; ERR_REQUIRED at /cost when nobody has said it yet. */
MUSTCHECK enum err sublet_bill(struct ctx *ctx, struct id id, const struct bill_sublet *in);
MUSTCHECK enum err sublet_cancel(struct ctx *ctx, struct id id, const struct reason_given *in);

/* Outside work of these lines of a locked order did not pass a quality check: what came back stays, and
 * is planned anew. */
MUSTCHECK enum err sublets_fail(struct ctx *ctx, const struct work_order *wo,
                                const struct id *lines, size_t count);

#endif
