/* SPDX-License-Identifier: Apache-2.0 */
/* The link by which a customer follows an order. */
#ifndef WORK_ORDER_PROGRESS_H
#define WORK_ORDER_PROGRESS_H

#include "work_order/work_order.h"

/* Make the link, for 60 days; one that was made before opens nothing any more.  ERR_ILLEGAL_TRANSITION of an
 * order that is over.  The subject is the order. */
MUSTCHECK enum err work_order_share_progress(struct ctx *ctx, struct id id);
/* The link opens nothing any more.  ERR_NOT_SHARED. */
MUSTCHECK enum err work_order_stop_sharing(struct ctx *ctx, struct id id);

#endif
