/* SPDX-License-Identifier: Apache-2.0 */
/* Surveys: sent once a vehicle is delivered, answered once through their link. */
#ifndef SURVEY_SURVEY_H
#define SURVEY_SURVEY_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine survey_machine;

/* Send a survey for each of these delivered orders that has none; a customer who does not want to
 * be asked gets one that is suppressed. */
MUSTCHECK enum err survey_send(struct ctx *ctx, const struct id *work_orders, size_t count);

/* Mark as expired what nobody can answer any more. */
void survey_expire(struct ctx *ctx);

/* Do not ask: the link ends.  ERR_NOT_FOUND, ERR_ILLEGAL_TRANSITION. */
MUSTCHECK enum err survey_suppress(struct ctx *ctx, struct id id, const struct suppress_survey *in);

/* By the link's holder: it has been looked at. */
void survey_opened(struct ctx *ctx);

/* By the link's holder: the answers, with every wrong one told.  A score at or below the store's
 * limit opens a complaint.  ERR_ALREADY_ANSWERED the second time. */
MUSTCHECK enum err survey_answer(struct ctx *ctx, const struct survey_response *in);

#endif
