/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons of stock documents. */
#ifndef STOCK_STOCK_REASON_H
#define STOCK_STOCK_REASON_H

#include "db/db.h"

/* What comes in is not given a reason of what leaves, and the other way round (domain-facts 3, stock
 * in and stock out).  An issue has its reason from its order and none here.  ERR_BAD_VALUE at
 * /reason, with those that may be. */
MUSTCHECK enum err stock_reason_check(struct ctx *ctx, enum stock_document_kind kind,
                                      enum stock_reason reason);

#endif
