/* SPDX-License-Identifier: Apache-2.0 */
/* Who does a line: one technician, or several with a share each (basis points, 10000 in all). */
#ifndef WORK_ORDER_TEAM_H
#define WORK_ORDER_TEAM_H

#include "work_order/line.h"

/* Check what lines are given to whom, and read the order's lines for team_save().  A line may be
 * named several times when each names a share.  ERR_NOT_FOUND, ERR_NOT_UNIQUE, ERR_LINE_STATUS,
 * ERR_BAD_VALUE (the shares), ERR_NOT_TECHNICIAN, ERR_CERTIFICATE_MISSING, each below
 * /assignments. */
MUSTCHECK enum err team_check(struct ctx *ctx, const struct work_order *wo,
                              const struct assignment *all, size_t count, struct lines *lines);
/* Write it: who is named first leads. */
void team_save(struct ctx *ctx, const struct work_order *wo, const struct assignment *all,
               size_t count, const struct lines *lines);

/* The caller at a line. */
struct team {
	bool member;   /* the line is (also) the caller's */
	bool at_work;  /* the caller's clock runs on it */
	size_t others; /* whose clock runs, too */
};
MUSTCHECK enum err team_of_line(struct ctx *ctx, const struct line *line, struct team *team);

#endif
