/* SPDX-License-Identifier: Apache-2.0 */
/* What is past the instant at which it was due, told as events. */
#ifndef SLA_OVERDUE_H
#define SLA_OVERDUE_H

#include "db/db.h"

/* `work_order.overdue`, `sublet.overdue`, `rescue.overdue` and `loan.overdue`, each once for each
 * instant at which it was due (`due_at`): who promises anew may be late anew.  A job: *more says
 * that there may be more. */
MUSTCHECK enum err overdue_tell(struct ctx *ctx, bool *more);

#endif
