/* SPDX-License-Identifier: Apache-2.0 */
/* The department of a line.  New labour gets one by the rules (SQL's department_for()), as it is written. */
#ifndef WORK_ORDER_ROUTING_H
#define WORK_ORDER_ROUTING_H

#include "work_order/work_order.h"

/* Send labour that is not done to another department of its store; the subject is the line.  ERR_ILLEGAL_TRANSITION,
 * ERR_LINE_STATUS; at /department_id ERR_NOT_FOUND, ERR_DEPARTMENT_RETIRED, ERR_WORK_NOT_TAKEN. */
MUSTCHECK enum err line_route(struct ctx *ctx, struct id id,
                              const struct route_work_order_line *in);

#endif
