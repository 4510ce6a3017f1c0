/* SPDX-License-Identifier: Apache-2.0 */
/* Orders that go on at another store. */
#ifndef WORK_ORDER_MOVE_H
#define WORK_ORDER_MOVE_H

#include "work_order/work_order.h"

/* Cancel an order here and open it anew there, with all its lines that are neither done nor declined, as they
 * are: what was agreed stays agreed, at its price, parts are reserved there or wait there.  With it go what was
 * seen and diagnosed of the vehicle, drafts of estimates, its files, what was decided, shown and ticked of the
 * lines, what the customer was told, the link by which they follow it, and the way home that they wait for.
 * What holds it here is told by name: ERR_ORDER_AT_WORK, ERR_WORK_DONE, ERR_PARTS_OUT, ERR_SUBLET_OUT,
 * ERR_APPROVAL_REQUIRED, ERR_ESTIMATE_UNDECIDED, ERR_ORDER_BILLED.  ERR_NOT_FOUND at /store_id (the caller
 * must be allowed at both) and /advisor_id, ERR_BAD_VALUE at /store_id. */
MUSTCHECK enum err work_order_move_away(struct ctx *ctx, struct id id,
                                        const struct move_work_order *in);

#endif
