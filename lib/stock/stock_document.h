/* SPDX-License-Identifier: Apache-2.0 */
/* Stock documents: what moves stock, written by one person and posted by another. */
#ifndef STOCK_STOCK_DOCUMENT_H
#define STOCK_STOCK_DOCUMENT_H

#include "db/machine.h"

extern const struct machine stock_document_machine;

/* Receipt, adjustment, scrap: a draft that moves nothing.  Return of issued parts: posted at once,
 * at the cost they left with, signed by received_by; a line whose parts all came back has nothing
 * issued.  ERR_ALREADY_BILLED: a bill has them, void it first.  Sets ctx->subject. */
MUSTCHECK enum err stock_document_create(struct ctx *ctx, const struct create_stock_document *in);

/* Post a draft: levels and ledger move, and who waits for a part gets it.  ERR_OWN_DOCUMENT for its
 * author, ERR_INSUFFICIENT_STOCK when more would leave than nobody has reserved. */
MUSTCHECK enum err stock_document_audit(struct ctx *ctx, struct id id);

MUSTCHECK enum err stock_document_void(struct ctx *ctx, struct id id,
                                       const struct void_stock_document *in);

/* Post the same lines the other way, at the cost they moved with as far as the value is still
 * there. ERR_NOT_REVERSIBLE for issues and returns: lines of work orders stand behind them. */
MUSTCHECK enum err stock_document_reverse(struct ctx *ctx, struct id id);

#endif
