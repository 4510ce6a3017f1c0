-- Parts sold to customers: ordered, shipped, accepted, returned, billed.
CREATE TABLE sales_order (
	id          uuid CONSTRAINT sales_order_pkey PRIMARY KEY,
	version     bigint NOT NULL DEFAULT 1,
	store_id    uuid NOT NULL REFERENCES store,
	number      text NOT NULL CONSTRAINT sales_order_number_key UNIQUE,
	customer_id uuid NOT NULL,
	vehicle_id  uuid,  -- that the parts are for
	status      text NOT NULL CONSTRAINT sales_order_status_check
		CHECK (status IN ('draft', 'confirmed', 'partly_shipped', 'shipped', 'accepted', 'returned', 'cancelled')),
	amount      bigint NOT NULL CONSTRAINT sales_order_amount_check CHECK (amount >= 0),  -- fen, of all that was ordered
	note        text,
	reason      text,  -- why it, or the rest of it, was given up
	accepted_by text,  -- who took the parts
	created_by  uuid NOT NULL,
	confirmed_at timestamptz,
	shipped_at  timestamptz,  -- the last of it
	accepted_at timestamptz,
	ended_at    timestamptz,  -- cancelled
	created_at  timestamptz NOT NULL,
	updated_at  timestamptz NOT NULL,
	changed     xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT sales_order_store_key UNIQUE (store_id, id)
);
CREATE INDEX sales_order_list_idx ON sales_order (store_id, created_at, id);
CREATE INDEX sales_order_open_idx ON sales_order (store_id, created_at, id) WHERE status IN ('draft', 'confirmed', 'partly_shipped', 'shipped');
CREATE INDEX sales_order_customer_idx ON sales_order (customer_id);
CREATE INDEX sales_order_vehicle_idx ON sales_order (vehicle_id) WHERE vehicle_id IS NOT NULL;

CREATE TABLE sales_order_line (
	id                 uuid CONSTRAINT sales_order_line_pkey PRIMARY KEY,
	store_id           uuid NOT NULL,
	order_id           uuid NOT NULL,
	position           integer NOT NULL,
	part_id            uuid NOT NULL CONSTRAINT sales_order_line_part_fkey REFERENCES part,
	demand_id          uuid,  -- its wish, once it is confirmed
	quantity           numeric(14,3) NOT NULL CONSTRAINT sales_order_line_quantity_check CHECK (quantity > 0),
	list_price         bigint NOT NULL,
	unit_price         bigint NOT NULL CONSTRAINT sales_order_line_price_check CHECK (unit_price >= 0),
	amount             bigint NOT NULL,
	shipped_quantity   numeric(14,3) NOT NULL DEFAULT 0,
	returned_quantity  numeric(14,3) NOT NULL DEFAULT 0,
	cancelled_quantity numeric(14,3) NOT NULL DEFAULT 0,  -- of what had not been shipped
	CONSTRAINT sales_order_line_key UNIQUE (order_id, position),
	CONSTRAINT sales_order_line_store_key UNIQUE (store_id, id),
	CONSTRAINT sales_order_line_order_fkey FOREIGN KEY (store_id, order_id) REFERENCES sales_order (store_id, id),
	CONSTRAINT sales_order_line_demand_fkey FOREIGN KEY (store_id, demand_id) REFERENCES demand (store_id, id),
	CONSTRAINT sales_order_line_shipped_check CHECK (shipped_quantity >= 0 AND cancelled_quantity >= 0 AND shipped_quantity + cancelled_quantity <= quantity),
	CONSTRAINT sales_order_line_returned_check CHECK (returned_quantity BETWEEN 0 AND shipped_quantity)
);
CREATE INDEX sales_order_line_demand_idx ON sales_order_line (demand_id) WHERE demand_id IS NOT NULL;
CREATE INDEX sales_order_line_part_idx ON sales_order_line (part_id);

ALTER TABLE demand
	ADD COLUMN sales_order_id uuid,
	ADD CONSTRAINT demand_sale_fkey FOREIGN KEY (store_id, sales_order_id) REFERENCES sales_order (store_id, id);
CREATE INDEX demand_sale_idx ON demand (sales_order_id) WHERE sales_order_id IS NOT NULL;

ALTER TABLE stock_document
	ADD COLUMN sales_order_id uuid,
	ADD CONSTRAINT stock_document_sale_fkey FOREIGN KEY (store_id, sales_order_id) REFERENCES sales_order (store_id, id);
ALTER TABLE stock_document_line
	ADD COLUMN sales_order_line_id uuid,
	ADD CONSTRAINT stock_document_line_sale_fkey FOREIGN KEY (store_id, sales_order_line_id) REFERENCES sales_order_line (store_id, id);
CREATE INDEX stock_document_sale_idx ON stock_document (sales_order_id, id) WHERE sales_order_id IS NOT NULL;
CREATE INDEX stock_document_line_sale_idx ON stock_document_line (sales_order_line_id) WHERE sales_order_line_id IS NOT NULL;

-- A bill is of a work order or of a sale.
ALTER TABLE settlement
	ALTER COLUMN work_order_id DROP NOT NULL,
	ADD COLUMN sales_order_id uuid,
	ADD CONSTRAINT settlement_sale_fkey FOREIGN KEY (store_id, sales_order_id) REFERENCES sales_order (store_id, id),
	ADD CONSTRAINT settlement_of_check CHECK (num_nonnulls(work_order_id, sales_order_id) = 1);
CREATE UNIQUE INDEX settlement_sale_key ON settlement (sales_order_id) WHERE sales_order_id IS NOT NULL AND status <> 'void' AND deleted_at IS NULL;
CREATE INDEX settlement_sale_idx ON settlement (sales_order_id) WHERE sales_order_id IS NOT NULL;
ALTER TABLE settlement_line
	ALTER COLUMN work_order_line_id DROP NOT NULL,
	ADD COLUMN sales_order_line_id uuid,
	ADD CONSTRAINT settlement_line_of_check CHECK (num_nonnulls(work_order_line_id, sales_order_line_id) = 1);
