/* SPDX-License-Identifier: Apache-2.0 */
/* Work orders: what a store has promised to do to one vehicle. */
#ifndef WORK_ORDER_WORK_ORDER_H
#define WORK_ORDER_WORK_ORDER_H

#include "db/db.h"
#include "db/machine.h"

struct work_order {
	struct id id, store, customer, vehicle;
	enum work_order_status status;
	int64_t version;
	bool paid;
};

/* Lock the order (FOR NO KEY UPDATE) and tell its state.  ERR_NOT_FOUND at pointer, a member of the
 * body; NULL: the order is named by the path. */
MUSTCHECK enum err work_order_lock(struct ctx *ctx, struct id id, const char *pointer, struct work_order *wo);

/* For settlement; wo comes from work_order_lock() in this transaction.
 * A settlement was issued: completed becomes settled, settled stays (another payer's); else
 * ERR_ILLEGAL_TRANSITION. */
MUSTCHECK enum err work_order_settle(struct ctx *ctx, const struct work_order *wo);
/* It was voided: settled becomes completed again, completed stays; else ERR_ILLEGAL_TRANSITION. */
MUSTCHECK enum err work_order_unsettle(struct ctx *ctx, const struct work_order *wo);
/* Everything of it is paid, or no longer; a delivered order closes by itself once paid. */
MUSTCHECK enum err work_order_set_paid(struct ctx *ctx, const struct work_order *wo, bool paid);

/* The order is in another state from now on: row, stage and event.  reason may be NULL. */
void work_order_move(struct ctx *ctx, const struct work_order *wo, enum work_order_status to,
                     const char *event, const char *reason);

#endif
