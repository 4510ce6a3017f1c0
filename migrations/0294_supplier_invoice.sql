-- What suppliers bill, matched against what came, and what is owed.
CREATE TABLE supplier_invoice (
	id           uuid CONSTRAINT supplier_invoice_pkey PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	store_id     uuid NOT NULL REFERENCES store,
	supplier_id  uuid NOT NULL CONSTRAINT supplier_invoice_supplier_fkey REFERENCES supplier,
	kind         text NOT NULL CONSTRAINT supplier_invoice_kind_check CHECK (kind IN ('invoice', 'credit_note')),
	status       text NOT NULL CONSTRAINT supplier_invoice_status_check
		CHECK (status IN ('matched', 'disputed', 'partly_paid', 'paid', 'void')),
	number       text NOT NULL,  -- the supplier's
	invoiced_on  date NOT NULL,
	due_on       date NOT NULL,
	amount       bigint NOT NULL CONSTRAINT supplier_invoice_amount_check CHECK (amount > 0),  -- fen, tax included
	paid         bigint NOT NULL DEFAULT 0,
	note         text,
	reason       text,  -- why what does not match was accepted, or it was voided
	created_by   uuid NOT NULL,
	accepted_by  uuid,
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT supplier_invoice_store_key UNIQUE (store_id, id),
	CONSTRAINT supplier_invoice_paid_check CHECK (paid BETWEEN 0 AND amount),
	CONSTRAINT supplier_invoice_others_check CHECK (accepted_by IS DISTINCT FROM created_by)
);
-- A supplier numbers each of its invoices once; a void one may be written anew.
CREATE UNIQUE INDEX supplier_invoice_number_key ON supplier_invoice (supplier_id, number) WHERE status <> 'void';
CREATE INDEX supplier_invoice_list_idx ON supplier_invoice (store_id, created_at, id);
CREATE INDEX supplier_invoice_open_idx ON supplier_invoice (store_id, supplier_id, due_on, id) WHERE status IN ('matched', 'disputed', 'partly_paid');
CREATE INDEX supplier_invoice_supplier_idx ON supplier_invoice (supplier_id, store_id, created_at, id);

CREATE TABLE supplier_invoice_line (
	id               uuid CONSTRAINT supplier_invoice_line_pkey PRIMARY KEY,
	store_id         uuid NOT NULL,
	invoice_id       uuid NOT NULL,
	position         integer NOT NULL,
	document_line_id uuid NOT NULL,  -- what came, or went back (`fettled verify` looks after it)
	quantity         numeric(14,3) NOT NULL CONSTRAINT supplier_invoice_line_quantity_check CHECK (quantity > 0),
	unit_price       bigint NOT NULL CONSTRAINT supplier_invoice_line_price_check CHECK (unit_price >= 0),
	agreed_price     bigint NOT NULL,
	open_quantity    numeric(14,3) NOT NULL,  -- what was not billed before
	CONSTRAINT supplier_invoice_line_key UNIQUE (invoice_id, position),
	CONSTRAINT supplier_invoice_line_invoice_fkey FOREIGN KEY (store_id, invoice_id) REFERENCES supplier_invoice (store_id, id)
);
CREATE INDEX supplier_invoice_line_document_idx ON supplier_invoice_line (document_line_id);

CREATE TABLE supplier_payment (
	id         uuid CONSTRAINT supplier_payment_pkey PRIMARY KEY,
	store_id   uuid NOT NULL REFERENCES store,
	invoice_id uuid NOT NULL,
	amount     bigint NOT NULL CONSTRAINT supplier_payment_amount_check CHECK (amount > 0),
	method     text NOT NULL CONSTRAINT supplier_payment_method_check CHECK (method IN ('bank', 'cash', 'wechat', 'alipay', 'offset')),
	reference  text,
	paid_on    date NOT NULL,
	actor_id   uuid,
	at         timestamptz NOT NULL,
	CONSTRAINT supplier_payment_invoice_fkey FOREIGN KEY (store_id, invoice_id) REFERENCES supplier_invoice (store_id, id)
);
CREATE INDEX supplier_payment_invoice_idx ON supplier_payment (invoice_id, at, id);

ALTER TABLE stock_document_line
	ADD COLUMN invoiced_quantity numeric(14,3) NOT NULL DEFAULT 0 CONSTRAINT stock_document_line_invoiced_check CHECK (invoiced_quantity >= 0);
