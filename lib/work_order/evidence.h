/* SPDX-License-Identifier: Apache-2.0 */
/* What a line's operation asks to be shown and measured, in the revision that held when the line was added. */
#ifndef WORK_ORDER_EVIDENCE_H
#define WORK_ORDER_EVIDENCE_H

#include "work_order/work_order.h"

/* Answer items of the checklist; the subject is the line.  ERR_NOT_YOUR_LINE, ERR_ILLEGAL_TRANSITION (the line is
 * not at work), below /answers: ERR_NOT_FOUND, ERR_NOT_UNIQUE, ERR_UNKNOWN_FIELD, ERR_REQUIRED, ERR_BAD_VALUE. */
MUSTCHECK enum err line_tick(struct ctx *ctx, struct id id, const struct tick_work_order_line *in);
/* Show images of the order for a step; the subject is the line.  The same errors, at /code and below /file_ids. */
MUSTCHECK enum err line_attach_photos(struct ctx *ctx, struct id id,
                                      const struct attach_line_photos *in);

/* The line lacks nothing.  ERR_EVIDENCE_MISSING, with each photo and item that lacks noted where it stands in
 * the line's requirements ("/checklist/2"). */
MUSTCHECK enum err line_check_evidence(struct ctx *ctx, struct id line);

#endif
