/* SPDX-License-Identifier: Apache-2.0 */
/* Suppliers' invoices, and what is owed. */
#include "purchase/supplier_invoice.h"
#include "reply.h"
#include "routes/routes.h"

static enum err
create_supplier_invoice(struct request *req)
{
	return supplier_invoice_create(&req->ctx, req->body);
}

static enum err
accept_supplier_invoice(struct request *req)
{
	return supplier_invoice_accept(&req->ctx, req->id, req->body);
}

static enum err
void_supplier_invoice(struct request *req)
{
	return supplier_invoice_void(&req->ctx, req->id, req->body);
}

static enum err
pay_supplier_invoice(struct request *req)
{
	return supplier_invoice_pay(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route supplier_invoice_routes[] = {
	READ_ACTIONS(OP_listSupplierInvoices, &supplier_invoice_machine, PAGE(supplier_invoice_list)),
	READ_ACTIONS(OP_getSupplierInvoice,   &supplier_invoice_machine, ONE(supplier_invoice_get),
	  MANY(lines, supplier_invoice_lines), MANY(payments, supplier_invoice_payments)),
	READ(OP_listPayables,                 PAGE(payable_list)),
	COMMAND(OP_createSupplierInvoice, create_supplier_invoice, THEN(OP_getSupplierInvoice)),
	COMMAND(OP_acceptSupplierInvoice, accept_supplier_invoice, THEN(OP_getSupplierInvoice)),
	COMMAND(OP_voidSupplierInvoice,   void_supplier_invoice,   THEN(OP_getSupplierInvoice)),
	COMMAND(OP_paySupplierInvoice,    pay_supplier_invoice,    THEN(OP_getSupplierInvoice)),
	ROUTES_END
};
/* clang-format on */
