-- What a supplier charges for a piece until the old one comes back.
ALTER TABLE part
	ADD COLUMN core_deposit bigint CONSTRAINT part_core_deposit_check CHECK (core_deposit > 0);  -- fen for a piece

-- Old pieces that are worth their deposit: of what one document put out for one line; a part of them that goes another way gets a row of its own.
CREATE TABLE core_deposit (
	id             uuid CONSTRAINT core_deposit_pkey PRIMARY KEY,
	version        bigint NOT NULL DEFAULT 1,
	store_id       uuid NOT NULL REFERENCES store,
	work_order_id  uuid,
	sales_order_id uuid,
	line_id        uuid NOT NULL,  -- of the order
	document_id    uuid NOT NULL,  -- the issue or the sale
	part_id        uuid NOT NULL CONSTRAINT core_deposit_part_fkey REFERENCES part,
	quantity       numeric(12,3) NOT NULL CONSTRAINT core_deposit_quantity_check CHECK (quantity >= 0 AND (quantity = 0) = (status = 'void')),
	deposit        bigint NOT NULL CONSTRAINT core_deposit_deposit_check CHECK (deposit > 0),  -- for a piece, as it was at the issue
	amount         bigint NOT NULL GENERATED ALWAYS AS (round(deposit * quantity)::bigint) STORED,
	status         text NOT NULL CONSTRAINT core_deposit_status_check
		CHECK (status IN ('not_ready', 'ready', 'picked_up', 'refunded', 'not_refundable', 'void')),
	place          text,    -- where it lies
	condition      text,
	supplier_id    uuid CONSTRAINT core_deposit_supplier_fkey REFERENCES supplier,
	sent_reference text,
	refunded       bigint CONSTRAINT core_deposit_refunded_check CHECK (refunded >= 0),
	refund_reference text,
	reason         text CONSTRAINT core_deposit_reason_check
		CHECK (reason IN ('kept_by_customer', 'damaged', 'incomplete', 'lost', 'refused_by_supplier', 'too_late', 'other')),
	note           text,
	issued_at      timestamptz NOT NULL,
	collected_at   timestamptz,
	sent_at        timestamptz,
	ended_at       timestamptz,  -- refunded, or never to be
	created_at     timestamptz NOT NULL,
	updated_at     timestamptz NOT NULL,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT core_deposit_store_key UNIQUE (store_id, id),
	CONSTRAINT core_deposit_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT core_deposit_sale_fkey FOREIGN KEY (store_id, sales_order_id) REFERENCES sales_order (store_id, id),
	CONSTRAINT core_deposit_document_fkey FOREIGN KEY (store_id, document_id) REFERENCES stock_document (store_id, id),
	CONSTRAINT core_deposit_of_check CHECK (num_nonnulls(work_order_id, sales_order_id) = 1),
	CONSTRAINT core_deposit_sent_check CHECK (status NOT IN ('picked_up', 'refunded') OR supplier_id IS NOT NULL AND sent_at IS NOT NULL),
	CONSTRAINT core_deposit_ended_check CHECK ((status IN ('refunded', 'not_refundable')) = (ended_at IS NOT NULL)),
	CONSTRAINT core_deposit_refund_check CHECK ((status = 'refunded') = (refunded IS NOT NULL)),
	CONSTRAINT core_deposit_why_check CHECK ((status = 'not_refundable') = (reason IS NOT NULL))
);
CREATE INDEX core_deposit_list_idx ON core_deposit (store_id, issued_at, id);
CREATE INDEX core_deposit_open_idx ON core_deposit (store_id, supplier_id, issued_at) WHERE status IN ('not_ready', 'ready', 'picked_up');
CREATE INDEX core_deposit_line_idx ON core_deposit (line_id, id);
CREATE INDEX core_deposit_order_idx ON core_deposit (work_order_id, id) WHERE work_order_id IS NOT NULL;
CREATE INDEX core_deposit_sale_idx ON core_deposit (sales_order_id, id) WHERE sales_order_id IS NOT NULL;
CREATE INDEX core_deposit_part_idx ON core_deposit (part_id, issued_at, id);
CREATE INDEX core_deposit_supplier_idx ON core_deposit (supplier_id, issued_at, id) WHERE supplier_id IS NOT NULL;
