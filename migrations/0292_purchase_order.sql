-- Purchase orders: what a store buys, from the wish to what is on its shelves.
CREATE TABLE purchase_order (
	id           uuid CONSTRAINT purchase_order_pkey PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	store_id     uuid NOT NULL REFERENCES store,
	warehouse_id uuid NOT NULL,  -- where it is to be delivered
	supplier_id  uuid NOT NULL CONSTRAINT purchase_order_supplier_fkey REFERENCES supplier,
	number       text NOT NULL CONSTRAINT purchase_order_number_key UNIQUE,
	order_class  text NOT NULL CONSTRAINT purchase_order_class_check CHECK (order_class IN ('emergency', 'vehicle_off_road', 'stock', 'daily')),
	status       text NOT NULL CONSTRAINT purchase_order_status_check
		CHECK (status IN ('draft', 'submitted', 'approved', 'sent', 'partly_received', 'received', 'closed', 'cancelled')),
	amount       bigint NOT NULL CONSTRAINT purchase_order_amount_check CHECK (amount >= 0),  -- fen, of all lines as ordered
	expected_on  date,
	note         text,
	reason       text,  -- why it was rejected, cancelled or closed short
	created_by   uuid NOT NULL,
	submitted_by uuid,
	approved_by  uuid,
	sent_at      timestamptz,
	ended_at     timestamptz,
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT purchase_order_store_key UNIQUE (store_id, id),
	CONSTRAINT purchase_order_warehouse_fkey FOREIGN KEY (store_id, warehouse_id) REFERENCES warehouse (store_id, id),
	CONSTRAINT purchase_order_others_check CHECK (approved_by IS NULL OR approved_by IS DISTINCT FROM created_by)
);
CREATE INDEX purchase_order_list_idx ON purchase_order (store_id, created_at, id);
CREATE INDEX purchase_order_open_idx ON purchase_order (store_id, created_at, id) WHERE status IN ('draft', 'submitted', 'approved', 'sent', 'partly_received');
CREATE INDEX purchase_order_supplier_idx ON purchase_order (supplier_id, store_id, created_at, id);

CREATE TABLE purchase_order_line (
	id                uuid CONSTRAINT purchase_order_line_pkey PRIMARY KEY,
	store_id          uuid NOT NULL,
	order_id          uuid NOT NULL,
	position          integer NOT NULL,
	part_id           uuid NOT NULL CONSTRAINT purchase_order_line_part_fkey REFERENCES part,
	supplier_number   text,
	demand_id         uuid,  -- whom it was ordered for
	quantity          numeric(14,3) NOT NULL CONSTRAINT purchase_order_line_quantity_check CHECK (quantity > 0),
	unit_price        bigint NOT NULL CONSTRAINT purchase_order_line_price_check CHECK (unit_price >= 0),
	promised_on       date,  -- by the supplier
	first_promised_on date,  -- kept: what it is measured by
	ordered           boolean NOT NULL DEFAULT false,  -- sent, and not given up
	pending_quantity  numeric(14,3) NOT NULL DEFAULT 0,  -- in drafts of receipts
	received_quantity numeric(14,3) NOT NULL DEFAULT 0,  -- by posted receipts
	returned_quantity numeric(14,3) NOT NULL DEFAULT 0,  -- to the supplier
	CONSTRAINT purchase_order_line_key UNIQUE (order_id, position),
	CONSTRAINT purchase_order_line_store_key UNIQUE (store_id, id),
	CONSTRAINT purchase_order_line_order_fkey FOREIGN KEY (store_id, order_id) REFERENCES purchase_order (store_id, id),
	CONSTRAINT purchase_order_line_demand_fkey FOREIGN KEY (store_id, demand_id) REFERENCES demand (store_id, id),
	CONSTRAINT purchase_order_line_received_check CHECK (pending_quantity >= 0 AND received_quantity >= 0
		AND pending_quantity + received_quantity <= quantity),
	CONSTRAINT purchase_order_line_returned_check CHECK (returned_quantity BETWEEN 0 AND received_quantity)
);
-- what is on its way to a store
CREATE INDEX purchase_order_line_open_idx ON purchase_order_line (store_id, part_id, id) WHERE ordered AND received_quantity < quantity;
CREATE INDEX purchase_order_line_demand_idx ON purchase_order_line (demand_id) WHERE demand_id IS NOT NULL;

ALTER TABLE demand ADD COLUMN promised_on date;

-- What came, by whom, for which line, and how it looked.
ALTER TABLE stock_document
	ADD COLUMN supplier_id uuid CONSTRAINT stock_document_supplier_fkey REFERENCES supplier,
	ADD COLUMN purchase_order_id uuid,
	ADD COLUMN delivery_note text,
	ADD CONSTRAINT stock_document_purchase_fkey FOREIGN KEY (store_id, purchase_order_id) REFERENCES purchase_order (store_id, id);
ALTER TABLE stock_document_line
	ADD COLUMN purchase_order_line_id uuid,
	ADD COLUMN rejected_quantity numeric(14,3) NOT NULL DEFAULT 0 CONSTRAINT stock_document_line_rejected_check CHECK (rejected_quantity >= 0),
	ADD COLUMN rejected_reason text CONSTRAINT stock_document_line_rejected_reason_check
		CHECK (rejected_reason IN ('damaged', 'wrong_part', 'no_certificate', 'expired', 'not_ordered', 'other')),
	ADD COLUMN certificate_number text,
	ADD COLUMN batch_number text,
	ADD CONSTRAINT stock_document_line_purchase_fkey FOREIGN KEY (store_id, purchase_order_line_id) REFERENCES purchase_order_line (store_id, id),
	DROP CONSTRAINT stock_document_line_quantity_check,
	-- what was all sent back at the door came in none
	ADD CONSTRAINT stock_document_line_quantity_check CHECK (quantity <> 0 OR rejected_quantity > 0) NOT VALID;
ALTER TABLE stock_document_line VALIDATE CONSTRAINT stock_document_line_quantity_check;
CREATE INDEX stock_document_purchase_idx ON stock_document (purchase_order_id, id) WHERE purchase_order_id IS NOT NULL;
CREATE INDEX stock_document_supplier_idx ON stock_document (supplier_id, store_id, created_at, id) WHERE supplier_id IS NOT NULL;
CREATE INDEX stock_document_line_purchase_idx ON stock_document_line (purchase_order_line_id) WHERE purchase_order_line_id IS NOT NULL;
