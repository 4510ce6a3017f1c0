-- Parts on their way from one warehouse to another: what has left is in neither stock, and every piece of it is accounted for.
CREATE TABLE transfer (
	id                uuid CONSTRAINT transfer_pkey PRIMARY KEY,
	version           bigint NOT NULL DEFAULT 1,
	store_id          uuid NOT NULL REFERENCES store,  -- that gets the parts
	warehouse_id      uuid NOT NULL,
	from_store_id     uuid NOT NULL CONSTRAINT transfer_from_store_fkey REFERENCES store,
	from_warehouse_id uuid,  -- who approves says it
	number            text NOT NULL CONSTRAINT transfer_number_key UNIQUE,
	status            text NOT NULL CONSTRAINT transfer_status_check
		CHECK (status IN ('requested', 'approved', 'rejected', 'in_transit', 'returning', 'disputed', 'received', 'returned', 'cancelled')),
	note              text,
	reason            text,  -- why it was rejected, cancelled or sent back
	requested_by      uuid NOT NULL,
	approved_by       uuid,
	disputed_by       uuid,  -- who last said that pieces are missing or damaged
	shipped_at        timestamptz,  -- the first of it
	ended_at          timestamptz,
	created_at        timestamptz NOT NULL,
	updated_at        timestamptz NOT NULL,
	changed           xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT transfer_store_key UNIQUE (store_id, id),
	CONSTRAINT transfer_warehouse_fkey FOREIGN KEY (store_id, warehouse_id) REFERENCES warehouse (store_id, id),
	CONSTRAINT transfer_from_warehouse_fkey FOREIGN KEY (from_store_id, from_warehouse_id) REFERENCES warehouse (store_id, id),
	CONSTRAINT transfer_places_check CHECK (warehouse_id <> from_warehouse_id)
);
CREATE INDEX transfer_list_idx ON transfer (store_id, created_at, id);
CREATE INDEX transfer_from_list_idx ON transfer (from_store_id, created_at, id);
CREATE INDEX transfer_open_idx ON transfer (store_id, created_at, id) WHERE status IN ('requested', 'approved', 'in_transit', 'returning', 'disputed');
CREATE INDEX transfer_from_open_idx ON transfer (from_store_id, created_at, id) WHERE status IN ('requested', 'approved', 'in_transit', 'returning', 'disputed');

CREATE TABLE transfer_line (
	id                uuid CONSTRAINT transfer_line_pkey PRIMARY KEY,
	store_id          uuid NOT NULL,
	from_store_id     uuid NOT NULL,
	transfer_id       uuid NOT NULL,
	position          integer NOT NULL,
	part_id           uuid NOT NULL CONSTRAINT transfer_line_part_fkey REFERENCES part,
	demand_id         uuid,
	quantity          numeric(14,3) NOT NULL CONSTRAINT transfer_line_quantity_check CHECK (quantity > 0),
	approved_quantity numeric(14,3) NOT NULL DEFAULT 0,
	shipped_quantity  numeric(14,3) NOT NULL DEFAULT 0,
	received_quantity numeric(14,3) NOT NULL DEFAULT 0,
	returned_quantity numeric(14,3) NOT NULL DEFAULT 0,
	disputed_quantity numeric(14,3) NOT NULL DEFAULT 0,
	lost_quantity     numeric(14,3) NOT NULL DEFAULT 0,
	transit_value     bigint NOT NULL DEFAULT 0,  -- fen, of what is on its way or disputed
	dispute_reason    text CONSTRAINT transfer_line_dispute_check CHECK (dispute_reason IN ('missing', 'damaged', 'wrong_part')),
	CONSTRAINT transfer_line_key UNIQUE (transfer_id, position),
	CONSTRAINT transfer_line_transfer_fkey FOREIGN KEY (store_id, transfer_id) REFERENCES transfer (store_id, id),
	CONSTRAINT transfer_line_demand_fkey FOREIGN KEY (store_id, demand_id) REFERENCES demand (store_id, id),
	CONSTRAINT transfer_line_sent_check CHECK (shipped_quantity <= approved_quantity),
	CONSTRAINT transfer_line_transit_check CHECK (received_quantity >= 0 AND returned_quantity >= 0 AND disputed_quantity >= 0 AND lost_quantity >= 0 AND transit_value >= 0
		AND received_quantity + returned_quantity + disputed_quantity + lost_quantity <= shipped_quantity)
);
CREATE INDEX transfer_line_demand_idx ON transfer_line (demand_id) WHERE demand_id IS NOT NULL;
-- of a part on its way to a store, and from one
CREATE INDEX transfer_line_part_idx ON transfer_line (store_id, part_id) WHERE received_quantity + returned_quantity + lost_quantity < shipped_quantity;

-- (of either of its stores, so none of these carries the transfer's; `fettled verify` looks after them)
ALTER TABLE stock_document
	ADD COLUMN transfer_id uuid,
	ADD COLUMN stocktake_id uuid;
ALTER TABLE stock_document_line ADD COLUMN transfer_line_id uuid;
CREATE INDEX stock_document_transfer_idx ON stock_document (transfer_id, id) WHERE transfer_id IS NOT NULL;
CREATE INDEX stock_document_line_transfer_idx ON stock_document_line (transfer_line_id) WHERE transfer_line_id IS NOT NULL;

ALTER TABLE reservation ADD COLUMN transfer_line_id uuid;
CREATE INDEX reservation_transfer_idx ON reservation (transfer_line_id) WHERE status = 'active';

-- What waits for a part, also what was sent for: whatever comes first serves it.
DROP INDEX demand_open_idx;
CREATE INDEX demand_short_idx ON demand (store_id, part_id, created_at, id) WHERE status IN ('open', 'on_order', 'in_transfer') AND kind <> 'stock';

-- Stock that is being counted does not move.
ALTER TABLE stock_level ADD COLUMN stocktake_id uuid;

ALTER TABLE stock_document DROP CONSTRAINT stock_document_kind_check;
ALTER TABLE stock_document ADD CONSTRAINT stock_document_kind_check
	CHECK (kind IN ('receipt', 'issue', 'return', 'sale', 'adjustment', 'scrap', 'internal', 'supplier_return', 'transfer_out', 'transfer_in', 'stocktake'));
