/* SPDX-License-Identifier: Apache-2.0 */
/* Quality checks: self, mutual, final.  A passed final check completes the order, a failed check
 * sends lines back to work. */
#ifndef QUALITY_QUALITY_H
#define QUALITY_QUALITY_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine quality_check_machine;

/* Each sets ctx->subject to the check. */

/* ERR_NOT_FOUND, ERR_ILLEGAL_TRANSITION (the order is not there yet), ERR_OWN_WORK (nobody checks
 * finally, or as a colleague, what they have worked on), ERR_CHECK_OPEN. */
MUSTCHECK enum err quality_check_open(struct ctx *ctx, const struct create_quality_check *in);

/* A final check is decided by anybody who may check finally, the others by who began them:
 * ERR_NOT_YOUR_CHECK, ERR_FORBIDDEN, ERR_OWN_WORK, ERR_ILLEGAL_TRANSITION. */
MUSTCHECK enum err quality_check_pass(struct ctx *ctx, struct id id,
                                      const struct pass_quality_check *in);

/* ERR_NOT_FOUND, ERR_LINE_STATUS (only work that is done can fail), ERR_NOT_TECHNICIAN, beside
 * those above. */
MUSTCHECK enum err quality_check_fail(struct ctx *ctx, struct id id,
                                      const struct fail_quality_check *in);

#endif
