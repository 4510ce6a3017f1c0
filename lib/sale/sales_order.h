/* SPDX-License-Identifier: Apache-2.0 */
/* Sales orders: parts sold to customers, from the order to the bill. */
#ifndef SALE_SALES_ORDER_H
#define SALE_SALES_ORDER_H

#include "db/machine.h"

extern const struct machine sales_order_machine;

/* Both set ctx->subject.  ERR_NOT_FOUND at /customer_id, /vehicle_id or /lines/<n>/part_id, ERR_BAD_VALUE at
 * /lines/<n>/quantity for an amount above 10^12 fen, ERR_DISCOUNT_TOO_LARGE at /lines/<n>/unit_price. */
MUSTCHECK enum err sales_order_create(struct ctx *ctx, const struct create_sales_order *in);
MUSTCHECK enum err sales_order_update(struct ctx *ctx, struct id id,
                                      const struct update_sales_order *in);

MUSTCHECK enum err sales_order_confirm(struct ctx *ctx, struct id id);
/* Lines: ERR_NOT_FOUND at /lines/<n>/line_id, ERR_NOT_UNIQUE, ERR_BAD_VALUE at /lines/<n>/quantity for more than is
 * still to be shipped (or was, and has not come back). */
MUSTCHECK enum err sales_order_ship(struct ctx *ctx, struct id id,
                                    const struct ship_sales_order *in);
MUSTCHECK enum err sales_order_accept(struct ctx *ctx, struct id id,
                                      const struct accept_sales_order *in);
/* ERR_ALREADY_BILLED. */
MUSTCHECK enum err sales_order_return(struct ctx *ctx, struct id id,
                                      const struct return_sales_order *in);
MUSTCHECK enum err sales_order_cancel(struct ctx *ctx, struct id id,
                                      const struct cancel_sales_order *in);

/* ------------------------------------------------------------ for its bill */

struct sales_order {
	struct id id, store, customer, vehicle;
	enum sales_order_status status;
};

/* Lock the order (FOR NO KEY UPDATE) and tell its state.  ERR_NOT_FOUND at pointer; NULL: of the path. */
MUSTCHECK enum err sales_order_lock(struct ctx *ctx, struct id id, const char *pointer,
                                    struct sales_order *order);

/* Its bill changed: who follows the order is told. */
void sales_order_billed(struct ctx *ctx, const struct sales_order *order, const char *event);

#endif
