-- Where in a warehouse the pieces of a part lie.  What its level has beyond these lies in no bin that anybody named.
CREATE TABLE bin_stock (
	id           uuid CONSTRAINT bin_stock_pkey PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	store_id     uuid NOT NULL REFERENCES store,
	warehouse_id uuid NOT NULL,
	bin_id       uuid NOT NULL,
	part_id      uuid NOT NULL CONSTRAINT bin_stock_part_fkey REFERENCES part,
	home         boolean NOT NULL DEFAULT false,  -- what comes in without a bin goes here, what leaves is taken here first
	quantity     numeric(14,3) NOT NULL DEFAULT 0 CONSTRAINT bin_stock_quantity_check CHECK (quantity >= 0),
	minimum      numeric(14,3) CONSTRAINT bin_stock_minimum_check CHECK (minimum >= 0),
	maximum      numeric(14,3) CONSTRAINT bin_stock_maximum_check CHECK (maximum >= 0),
	alert        text GENERATED ALWAYS AS (CASE WHEN quantity < minimum THEN 'under_minimum' WHEN quantity > maximum THEN 'over_maximum' END) STORED,
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT bin_stock_store_key UNIQUE (store_id, id),
	CONSTRAINT bin_stock_part_key UNIQUE (store_id, warehouse_id, part_id, bin_id),
	CONSTRAINT bin_stock_bin_fkey FOREIGN KEY (store_id, bin_id) REFERENCES bin (store_id, id),
	CONSTRAINT bin_stock_warehouse_fkey FOREIGN KEY (store_id, warehouse_id) REFERENCES warehouse (store_id, id),
	CONSTRAINT bin_stock_order_check CHECK (minimum <= maximum)
);
CREATE UNIQUE INDEX bin_stock_home_key ON bin_stock (store_id, warehouse_id, part_id) WHERE home;
CREATE INDEX bin_stock_bin_idx ON bin_stock (bin_id, part_id);
CREATE INDEX bin_stock_alert_idx ON bin_stock (store_id, bin_id, part_id) WHERE alert IS NOT NULL;

-- Pieces that somebody laid from one bin into another, or from where nobody had named one.
CREATE TABLE bin_move (
	id           uuid CONSTRAINT bin_move_pkey PRIMARY KEY,
	store_id     uuid NOT NULL REFERENCES store,
	warehouse_id uuid NOT NULL,
	part_id      uuid NOT NULL CONSTRAINT bin_move_part_fkey REFERENCES part,
	from_bin_id  uuid,
	to_bin_id    uuid,
	quantity     numeric(14,3) NOT NULL CONSTRAINT bin_move_quantity_check CHECK (quantity > 0),
	note         text,
	actor_id     uuid,
	created_at   timestamptz NOT NULL,
	CONSTRAINT bin_move_store_key UNIQUE (store_id, id),
	CONSTRAINT bin_move_warehouse_fkey FOREIGN KEY (store_id, warehouse_id) REFERENCES warehouse (store_id, id),
	CONSTRAINT bin_move_from_fkey FOREIGN KEY (store_id, from_bin_id) REFERENCES bin (store_id, id),
	CONSTRAINT bin_move_to_fkey FOREIGN KEY (store_id, to_bin_id) REFERENCES bin (store_id, id),
	CONSTRAINT bin_move_bins_check CHECK (from_bin_id IS DISTINCT FROM to_bin_id)
);
CREATE INDEX bin_move_list_idx ON bin_move (store_id, created_at, id);

-- What a movement of the ledger, or such a move, put into a bin or took from it: never changed.
CREATE TABLE bin_movement (
	movement_id uuid NOT NULL,  -- (of either; `fettled verify` looks after it)
	bin_id      uuid NOT NULL,
	store_id    uuid NOT NULL REFERENCES store,
	part_id     uuid NOT NULL CONSTRAINT bin_movement_part_fkey REFERENCES part,
	quantity    numeric(14,3) NOT NULL CONSTRAINT bin_movement_quantity_check CHECK (quantity <> 0),
	at          timestamptz NOT NULL,
	CONSTRAINT bin_movement_pkey PRIMARY KEY (movement_id, bin_id),
	CONSTRAINT bin_movement_bin_fkey FOREIGN KEY (store_id, bin_id) REFERENCES bin (store_id, id)
);
CREATE INDEX bin_movement_bin_idx ON bin_movement (bin_id, part_id, at, movement_id);
