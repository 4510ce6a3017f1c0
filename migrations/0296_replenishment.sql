-- What a store should buy: proposals from what was asked for, each with what it was reckoned from.
CREATE TABLE replenishment_run (
	id           uuid CONSTRAINT replenishment_run_pkey PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	store_id     uuid NOT NULL REFERENCES store,
	supplier_id  uuid CONSTRAINT replenishment_run_supplier_fkey REFERENCES supplier,  -- only what this one sells
	service_bp   integer NOT NULL,
	review_days  integer NOT NULL,
	months       integer NOT NULL,  -- of history, at most
	budget       bigint,  -- fen
	parts_count  integer NOT NULL,  -- that were looked at
	lines_count  integer NOT NULL,
	amount       bigint NOT NULL,  -- fen, of what the budget allows
	truncated    boolean NOT NULL,
	created_by   uuid NOT NULL,
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT replenishment_run_store_key UNIQUE (store_id, id)
);
CREATE INDEX replenishment_run_list_idx ON replenishment_run (store_id, created_at, id);

CREATE TABLE replenishment_line (
	id                 uuid CONSTRAINT replenishment_line_pkey PRIMARY KEY,
	store_id           uuid NOT NULL,
	run_id             uuid NOT NULL,
	position           integer NOT NULL,  -- the most urgent first
	part_id            uuid NOT NULL CONSTRAINT replenishment_line_part_fkey REFERENCES part,
	supplier_id        uuid CONSTRAINT replenishment_line_supplier_fkey REFERENCES supplier,
	months             integer NOT NULL,  -- of history
	demand_months      integer NOT NULL,  -- in which it was asked for
	month_quantity     numeric(14,3) NOT NULL,  -- expected of a month
	cover_days         integer NOT NULL,  -- lead time and review
	cover_quantity     numeric(14,3) NOT NULL,  -- expected of these days
	deviation          numeric(14,3) NOT NULL,
	lead_days          integer NOT NULL,
	available_quantity numeric(14,3) NOT NULL,
	coming_quantity    numeric(14,3) NOT NULL,  -- on order and in transit
	back_order_quantity numeric(14,3) NOT NULL,
	reorder_point      numeric(14,3) NOT NULL,
	order_up_to        numeric(14,3) NOT NULL,
	quantity           numeric(14,3) NOT NULL CONSTRAINT replenishment_line_quantity_check CHECK (quantity > 0),
	pack_quantity      numeric(14,3) NOT NULL,
	unit_price         bigint,
	amount             bigint,
	order_class        text NOT NULL CONSTRAINT replenishment_line_class_check CHECK (order_class IN ('emergency', 'vehicle_off_road', 'stock', 'daily')),
	within_budget      boolean NOT NULL,
	purchase_order_id  uuid,
	CONSTRAINT replenishment_line_key UNIQUE (run_id, position),
	CONSTRAINT replenishment_line_run_fkey FOREIGN KEY (store_id, run_id) REFERENCES replenishment_run (store_id, id),
	CONSTRAINT replenishment_line_order_fkey FOREIGN KEY (store_id, purchase_order_id) REFERENCES purchase_order (store_id, id)
);
