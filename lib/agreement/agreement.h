/* SPDX-License-Identifier: Apache-2.0 */
/* Repair agreements of orders: the limit, the old parts, and the document that both sides signed. */
#ifndef AGREEMENT_AGREEMENT_H
#define AGREEMENT_AGREEMENT_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine agreement_machine;

/* A draft of an order that is not over.  ERR_NOT_FOUND at /work_order_id, ERR_ILLEGAL_TRANSITION. */
MUSTCHECK enum err agreement_create(struct ctx *ctx, const struct create_agreement *in);
/* Only the members that are sent, only of a draft. */
MUSTCHECK enum err agreement_update(struct ctx *ctx, struct id id,
                                    const struct update_agreement *in);
/* The document is a PDF of the store, its SHA-256 kept.  ERR_NOT_FOUND at a file's pointer,
 * ERR_BAD_VALUE at /document_file_id (no PDF) or /document_sha256 (another document),
 * ERR_AGREEMENT_SIGNED. */
MUSTCHECK enum err agreement_sign(struct ctx *ctx, struct id id, const struct sign_agreement *in);
MUSTCHECK enum err agreement_void(struct ctx *ctx, struct id id, const struct reason_given *in);

#endif
