/* SPDX-License-Identifier: Apache-2.0 */
/* Complaints: from the first word to the archive, each step kept with who and when. */
#ifndef COMPLAINT_COMPLAINT_H
#define COMPLAINT_COMPLAINT_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine complaint_machine;

/* All set ctx->subject to the complaint.  Unknown ones are ERR_NOT_FOUND, moves that its state does
 * not have ERR_ILLEGAL_TRANSITION. */

/* Record a complaint; its severity is general until triage.  ERR_ONE_OF unless exactly one of
 * customer_id and contact is there, ERR_NOT_FOUND at the pointer of what the caller does not
 * see. */
MUSTCHECK enum err complaint_create(struct ctx *ctx, const struct create_complaint *in);

/* The complaint that a bad answer to a survey opens; what `in` names is known to be there. */
MUSTCHECK enum err complaint_from_survey(struct ctx *ctx, struct id store, struct id survey,
                                         const struct create_complaint *in);

MUSTCHECK enum err complaint_assign(struct ctx *ctx, struct id id,
                                    const struct assign_complaint *in);
MUSTCHECK enum err complaint_analyse(struct ctx *ctx, struct id id,
                                     const struct analyse_complaint *in);
MUSTCHECK enum err complaint_plan(struct ctx *ctx, struct id id, const struct plan_complaint *in);
MUSTCHECK enum err complaint_tell(struct ctx *ctx, struct id id, const struct tell_complaint *in);

/* Verbs that only move: confirm, close, archive (in NULL), and object, reopen, withdraw with their
 * reason. */
MUSTCHECK enum err complaint_move(struct ctx *ctx, struct id id, enum op verb,
                                  const struct complaint_reason *in);

/* Change what was written of it, whatever its state; only the members that are sent. */
MUSTCHECK enum err complaint_update(struct ctx *ctx, struct id id,
                                    const struct update_complaint *in);

#endif
