/* SPDX-License-Identifier: Apache-2.0 */
/* Suppliers' invoices and credit notes: matched against what was agreed and what came, accepted where they differ, and
 * paid. */
#ifndef PURCHASE_SUPPLIER_INVOICE_H
#define PURCHASE_SUPPLIER_INVOICE_H

#include "db/machine.h"

extern const struct machine supplier_invoice_machine;

/* All set ctx->subject.  ERR_NOT_FOUND at /supplier_id, /lines/<n>/document_line_id (of no posted receipt, or
 * supplier_return, of the supplier). */
MUSTCHECK enum err supplier_invoice_create(struct ctx *ctx,
                                           const struct create_supplier_invoice *in);

/* ERR_OWN_DOCUMENT for who recorded it. */
MUSTCHECK enum err supplier_invoice_accept(struct ctx *ctx, struct id id,
                                           const struct purchase_reason *in);
MUSTCHECK enum err supplier_invoice_void(struct ctx *ctx, struct id id,
                                         const struct purchase_reason *in);
/* ERR_BAD_VALUE at /amount: more than is open. */
MUSTCHECK enum err supplier_invoice_pay(struct ctx *ctx, struct id id,
                                        const struct pay_supplier_invoice *in);

#endif
