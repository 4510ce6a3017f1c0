/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks of lines that were told wrongly, put right by somebody else; and those that run on when who is at
 * work goes home. */
#ifndef WORK_ORDER_CLOCK_H
#define WORK_ORDER_CLOCK_H

#include "db/db.h"

/* Each needs a reason, is recorded with what was before, and sets ctx->subject to the entry.  One's own
 * clocks only where the caller also manages staff (ctx->beyond), else ERR_FORBIDDEN.  ERR_NOT_FOUND,
 * ERR_STALE_VERSION, ERR_ILLEGAL_TRANSITION or ERR_BILLED (the order is over, or has a bill),
 * ERR_CLOCK_VOID, ERR_CLOCK_OVERLAP (the person was at the line then); ERR_BAD_VALUE at /started_at or
 * /ended_at (ahead, not after the beginning, more than a day). */

/* One that runs and is given an end stops there, and the line stands still. */
MUSTCHECK enum err clock_correct(struct ctx *ctx, struct id id,
                                 const struct correct_clock_entry *in);
/* ERR_LINE_STATUS: nobody was given the line; ERR_NOT_TECHNICIAN at /technician_id. */
MUSTCHECK enum err clock_add(struct ctx *ctx, struct id line, const struct add_clock_entry *in);
/* It counts nowhere any more. */
MUSTCHECK enum err clock_void(struct ctx *ctx, struct id id, const struct void_clock_entry *in);

/* Somebody went home at that time: their clocks stop, and lines that nobody else is at stand still. */
MUSTCHECK enum err clocks_leave(struct ctx *ctx, struct id staff, struct utc at);

#endif
