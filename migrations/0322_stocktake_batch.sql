-- Parts whose batches are told apart can be counted batch by batch.
CREATE TABLE stocktake_batch (
	store_id          uuid NOT NULL,
	line_id           uuid NOT NULL,
	number            text COLLATE "C" NOT NULL,  -- the maker's
	expected_quantity numeric(14,3) NOT NULL,
	counted_quantity  numeric(14,3) NOT NULL CONSTRAINT stocktake_batch_counted_check CHECK (counted_quantity >= 0),
	CONSTRAINT stocktake_batch_pkey PRIMARY KEY (line_id, number),
	CONSTRAINT stocktake_batch_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES stocktake_line (store_id, id)
);

-- As many as expected, but of other batches, is a difference, too.
ALTER TABLE stocktake_line ADD COLUMN batches_differ boolean NOT NULL DEFAULT false;
ALTER TABLE stocktake_line ADD COLUMN different boolean GENERATED ALWAYS AS (counted_quantity <> expected_quantity OR batches_differ) STORED;
