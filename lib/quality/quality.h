/* SPDX-License-Identifier: Apache-2.0 */
/* Quality checks: self, mutual, final.  A level waits for the lower ones that the order requires.  A
 * passed final check completes the order, a failed check sends lines back to work, where they begin
 * with the lowest level again. */
#ifndef QUALITY_QUALITY_H
#define QUALITY_QUALITY_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine quality_check_machine;

/* Each sets ctx->subject to the check. */

/* ERR_NOT_FOUND, ERR_ILLEGAL_TRANSITION (the order is not there yet), ERR_OWN_WORK (nobody checks
 * finally, or as a colleague, what they have worked on), ERR_NOTHING_TO_CHECK (no work is done yet,
 * by oneself: of one's own), ERR_LEVEL_MISSING, ERR_CHECK_OPEN. */
MUSTCHECK enum err quality_check_open(struct ctx *ctx, const struct create_quality_check *in);

/* A final check is decided by anybody who may check finally and, by the store's `certificate_rule`,
 * holds a certificate of inspection on that day (domain-facts 2.2), the others by who began them:
 * ERR_NOT_YOUR_CHECK, ERR_FORBIDDEN, ERR_INSPECTOR_UNCERTIFIED, ERR_OWN_WORK, ERR_NOTHING_TO_CHECK,
 * ERR_LEVEL_MISSING, ERR_ILLEGAL_TRANSITION.
 * The final check of work that asks for it gives the order the number of its certificate. */
MUSTCHECK enum err quality_check_pass(struct ctx *ctx, struct id id,
                                      const struct pass_quality_check *in);

/* ERR_NOT_FOUND, ERR_LINE_STATUS (only work that is done can fail), ERR_NOT_TECHNICIAN, beside
 * those above. */
MUSTCHECK enum err quality_check_fail(struct ctx *ctx, struct id id,
                                      const struct fail_quality_check *in);

#endif
