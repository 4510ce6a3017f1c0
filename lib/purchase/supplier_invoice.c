/* SPDX-License-Identifier: Apache-2.0 */
/* What suppliers bill, against what came. */
#include "purchase/supplier_invoice.h"

#include "event/event.h"
#include "org/org.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_acceptSupplierInvoice, FROM(SUPPLIER_INVOICE_STATUS_DISPUTED), SUPPLIER_INVOICE_STATUS_MATCHED },
	{ OP_voidSupplierInvoice, FROM(SUPPLIER_INVOICE_STATUS_MATCHED) | FROM(SUPPLIER_INVOICE_STATUS_DISPUTED),
	  SUPPLIER_INVOICE_STATUS_VOID },
	{ OP_paySupplierInvoice, FROM(SUPPLIER_INVOICE_STATUS_MATCHED) | FROM(SUPPLIER_INVOICE_STATUS_PARTLY_PAID), 0 },
};
/* clang-format on */

const struct machine supplier_invoice_machine = MACHINE("status", supplier_invoice_status, moves);

/* Bill what an invoice bills of each line (sign 1), or give it up again (-1); its documents are locked. */
static void
bill(struct ctx *ctx, struct id invoice, int64_t sign)
{
	db_write(ctx, supplier_invoice_bill, ARG(invoice_id, invoice), ARG(sign, sign));
	db_write(ctx, supplier_invoice_billed, ARG(invoice_id, invoice));
}

/* ------------------------------------------------------------ matching */

/* Lines against what they bill. */
struct match {
	struct id *ids;
	int64_t *agreed; /* fen a unit */
	struct qty *open;
	int64_t amount;
	bool differs;
};

static enum err
match_line(struct ctx *ctx, const struct create_supplier_invoice *in, const struct rows *billable,
           size_t i, struct match *m)
{
	const struct new_supplier_invoice_line *line = &in->lines[i];
	int64_t amount;
	size_t row = 0;

	while (row < rows_count(billable) &&
	       !id_equal(row_id(billable, row, "id"), line->document_line_id))
		row++;
	if (row == rows_count(billable))
		return failf(ctx, ERR_NOT_FOUND, "/lines/%zu/document_line_id", i);
	for (size_t k = 0; k < i; k++)
		if (id_equal(in->lines[k].document_line_id, line->document_line_id))
			return failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/document_line_id", i);
	m->ids[i] = id_new();
	m->agreed[i] = row_int(billable, row, "unit_cost");
	m->open[i] = row_qty(billable, row, "quantity");
	m->differs = m->differs || line->unit_price != m->agreed[i] ||
	             line->quantity.milli > m->open[i].milli;
	if (!money_mul_qty(line->unit_price, line->quantity, &amount) ||
	    !money_add(m->amount, amount, &m->amount))
		return fail_with(ctx, ERR_BAD_VALUE,
		                 arena_printf(ctx->arena, "/lines/%zu/quantity", i),
		                 "makes more than can be counted", NULL);
	return OK;
}

static enum err
match(struct ctx *ctx, const struct create_supplier_invoice *in, struct id store, struct match *m)
{
	size_t n = in->lines_count;
	struct id *lines = arena_array(ctx->arena, n, sizeof(*lines));
	struct rows *billable;
	enum err err;

	*m = (struct match){ .ids = arena_array(ctx->arena, n, sizeof(*m->ids)) };
	m->agreed = arena_array(ctx->arena, n, sizeof(*m->agreed));
	m->open = arena_array(ctx->arena, n, sizeof(*m->open));
	for (size_t i = 0; i < n; i++)
		lines[i] = in->lines[i].document_line_id;
	err = db_read(ctx, supplier_invoice_documents_lock, &billable, ARG(store_id, store),
	              IDS_ARG(document_line_ids, lines, n));
	if (err)
		return err;
	err = db_read(ctx, supplier_invoice_billable, &billable, ARG(store_id, store),
	              ARG(supplier_id, in->supplier_id),
	              ENUM_ARG(kind, supplier_invoice_kind,
	                       in->has_kind ? in->kind : SUPPLIER_INVOICE_KIND_INVOICE),
	              IDS_ARG(document_line_ids, lines, n));
	for (size_t i = 0; !err && i < n; i++)
		err = match_line(ctx, in, billable, i, m);
	if (!err && m->amount == 0)
		err = fail_with(ctx, ERR_BAD_VALUE, "/lines", "must come to something", NULL);
	return err;
}

enum err
supplier_invoice_create(struct ctx *ctx, const struct create_supplier_invoice *in)
{
	struct match m;
	struct rows *terms;
	struct id store;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (!err)
		err = db_read(ctx, supplier_invoice_due, &terms, ARG(supplier_id, in->supplier_id),
		              ARG(invoiced_on, in->invoiced_on));
	if (!err && rows_count(terms) == 0)
		err = fail(ctx, ERR_NOT_FOUND, "/supplier_id");
	if (!err)
		err = match(ctx, in, store, &m);
	if (err)
		return err;
	db_write(ctx, supplier_invoice_add, ARG(invoice_id, ctx->subject), ARG(store_id, store),
	         ENUM_ARG(status, supplier_invoice_status,
	                  m.differs ? SUPPLIER_INVOICE_STATUS_DISPUTED
	                            : SUPPLIER_INVOICE_STATUS_MATCHED),
	         ARG(due, row_date(terms, 0, "due_on")), ARG(amount, m.amount),
	         BODY_ARG(create_supplier_invoice, in));
	db_write(ctx, supplier_invoice_lines_add, ARG(invoice_id, ctx->subject),
	         ARG(store_id, store), IDS_ARG(invoice_line_ids, m.ids, in->lines_count),
	         INTS_ARG(agreed_prices, m.agreed, in->lines_count),
	         QTYS_ARG(quantity, m.open, in->lines_count),
	         BODY_ARG(create_supplier_invoice, in));
	bill(ctx, ctx->subject, 1);
	event_add(ctx, m.differs ? "supplier_invoice.disputed" : "supplier_invoice.matched", store,
	          ctx->subject);
	return OK;
}

/* ------------------------------------------------------------ what becomes of it */

static enum err
lock(struct ctx *ctx, struct id id, enum op op, struct rows **rows, int *to)
{
	enum err err = db_lock(ctx, supplier_invoice_lock, id, rows);

	if (err)
		return err;
	return machine_check(ctx, &supplier_invoice_machine, op,
	                     row_enum(*rows, 0, "status", &supplier_invoice_status_enum), to);
}

static void
save(struct ctx *ctx, const struct rows *rows, int to, int64_t amount, const char *reason,
     const char *event)
{
	bool accepted = to == SUPPLIER_INVOICE_STATUS_MATCHED;

	db_write(ctx, supplier_invoice_set, ARG(invoice_id, ctx->subject),
	         ENUM_ARG(status, supplier_invoice_status, to), ARG(amount, amount),
	         ARG(reason, reason), ARG(accepted, accepted));
	event_add(ctx, event, row_id(rows, 0, "store_id"), ctx->subject);
}

enum err
supplier_invoice_accept(struct ctx *ctx, struct id id, const struct purchase_reason *in)
{
	struct rows *rows;
	int to;
	enum err err = lock(ctx, id, OP_acceptSupplierInvoice, &rows, &to);

	if (!err && id_equal(row_id(rows, 0, "created_by"), ctx->scope->actor))
		err = fail(ctx, ERR_OWN_DOCUMENT, NULL);
	if (err)
		return err;
	save(ctx, rows, to, 0, in->reason, "supplier_invoice.accepted");
	return OK;
}

enum err
supplier_invoice_void(struct ctx *ctx, struct id id, const struct purchase_reason *in)
{
	struct rows *rows, *documents;
	int to;
	enum err err = lock(ctx, id, OP_voidSupplierInvoice, &rows, &to);

	if (!err)
		err = db_read(ctx, supplier_invoice_billed_lock, &documents, ARG(invoice_id, id));
	if (err)
		return err;
	bill(ctx, id, -1);
	save(ctx, rows, to, 0, in->reason, "supplier_invoice.voided");
	return OK;
}

enum err
supplier_invoice_pay(struct ctx *ctx, struct id id, const struct pay_supplier_invoice *in)
{
	struct rows *rows;
	int64_t open;
	int same;
	enum err err = lock(ctx, id, OP_paySupplierInvoice, &rows, &same);

	if (err)
		return err;
	open = row_int(rows, 0, "amount") - row_int(rows, 0, "paid");
	if (in->amount > open)
		return fail_with(ctx, ERR_BAD_VALUE, "/amount", "is more than is open", NULL);
	db_write(ctx, supplier_payment_add, ARG(payment_id, id_new()), ARG(invoice_id, id),
	         ARG(store_id, row_id(rows, 0, "store_id")), BODY_ARG(pay_supplier_invoice, in));
	save(ctx, rows,
	     in->amount == open ? SUPPLIER_INVOICE_STATUS_PAID
	                        : SUPPLIER_INVOICE_STATUS_PARTLY_PAID,
	     in->amount, NULL, "supplier_invoice.paid");
	return OK;
}
