-- Batches and serial numbers: of which delivery the pieces of a part are, and where each went.
ALTER TABLE part ADD COLUMN tracking text CONSTRAINT part_tracking_check CHECK (tracking IN ('none', 'batch', 'serial'));

-- A batch is the chain's: the same number of the same supplier, whichever store it came to.
CREATE TABLE part_batch (
	id                 uuid CONSTRAINT part_batch_pkey PRIMARY KEY,
	part_id            uuid NOT NULL CONSTRAINT part_batch_part_fkey REFERENCES part,
	supplier_id        uuid CONSTRAINT part_batch_supplier_fkey REFERENCES supplier,
	number             text COLLATE "C" NOT NULL,
	certificate_number text,  -- of its first delivery
	created_at         timestamptz NOT NULL,
	CONSTRAINT part_batch_number_key UNIQUE NULLS NOT DISTINCT (part_id, number, supplier_id)
);
CREATE INDEX part_batch_supplier_idx ON part_batch (supplier_id, id);
CREATE INDEX part_batch_number_idx ON part_batch (number, id);

-- How much of each is where.  What a warehouse has beyond these is of no known batch: it was there before the part was tracked.
CREATE TABLE batch_stock (
	store_id     uuid NOT NULL REFERENCES store,
	warehouse_id uuid NOT NULL,
	part_id      uuid NOT NULL CONSTRAINT batch_stock_part_fkey REFERENCES part,
	batch_id     uuid NOT NULL CONSTRAINT batch_stock_batch_fkey REFERENCES part_batch,
	quantity     numeric(14,3) NOT NULL CONSTRAINT batch_stock_quantity_check CHECK (quantity >= 0),
	serial       boolean NOT NULL,  -- it is one piece
	first_at     timestamptz NOT NULL,  -- when some of it first came here
	CONSTRAINT batch_stock_serial_check CHECK (NOT serial OR quantity <= 1),
	CONSTRAINT batch_stock_pkey PRIMARY KEY (store_id, warehouse_id, part_id, batch_id),
	CONSTRAINT batch_stock_warehouse_fkey FOREIGN KEY (store_id, warehouse_id) REFERENCES warehouse (store_id, id)
);
CREATE INDEX batch_stock_batch_idx ON batch_stock (batch_id);

-- What of a movement of the ledger was of which batch: never changed.
CREATE TABLE batch_movement (
	movement_id uuid NOT NULL,  -- (of the ledger; `fettled verify` looks after it)
	batch_id    uuid NOT NULL CONSTRAINT batch_movement_batch_fkey REFERENCES part_batch,
	store_id    uuid NOT NULL REFERENCES store,
	document_id uuid NOT NULL,
	line_id     uuid NOT NULL,
	quantity    numeric(14,3) NOT NULL CONSTRAINT batch_movement_quantity_check CHECK (quantity <> 0),
	at          timestamptz NOT NULL,
	CONSTRAINT batch_movement_pkey PRIMARY KEY (movement_id, batch_id),
	CONSTRAINT batch_movement_document_fkey FOREIGN KEY (store_id, document_id) REFERENCES stock_document (store_id, id)
);
CREATE INDEX batch_movement_batch_idx ON batch_movement (batch_id, at, movement_id);
CREATE INDEX batch_movement_document_idx ON batch_movement (document_id);
CREATE INDEX batch_movement_line_idx ON batch_movement (line_id);
