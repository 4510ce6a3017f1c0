-- Stocktakes: what the books say is frozen, counted blind, counted again where it differs, and put right by documents.
CREATE TABLE stocktake (
	id           uuid CONSTRAINT stocktake_pkey PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	store_id     uuid NOT NULL REFERENCES store,
	warehouse_id uuid NOT NULL,
	number       text NOT NULL CONSTRAINT stocktake_number_key UNIQUE,
	status       text NOT NULL CONSTRAINT stocktake_status_check CHECK (status IN ('planned', 'counting', 'counted', 'posted', 'cancelled')),
	part_ids     uuid[],  -- only these; NULL: all that the warehouse has
	note         text,
	reason       text,  -- why it was cancelled
	lines_count     integer NOT NULL DEFAULT 0,
	open_count      integer NOT NULL DEFAULT 0,
	different_count integer,  -- once it is counted
	different_value bigint,   -- fen, once it is posted
	planned_by   uuid NOT NULL,
	audited_by   uuid,
	frozen_at    timestamptz,
	ended_at     timestamptz,
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT stocktake_store_key UNIQUE (store_id, id),
	CONSTRAINT stocktake_warehouse_fkey FOREIGN KEY (store_id, warehouse_id) REFERENCES warehouse (store_id, id)
);
CREATE INDEX stocktake_list_idx ON stocktake (store_id, created_at, id);

CREATE TABLE stocktake_line (
	id                uuid CONSTRAINT stocktake_line_pkey PRIMARY KEY,
	store_id          uuid NOT NULL,
	stocktake_id      uuid NOT NULL,
	part_id           uuid NOT NULL CONSTRAINT stocktake_line_part_fkey REFERENCES part,
	part_number       text COLLATE "C" NOT NULL,  -- normalised, to be listed by
	expected_quantity numeric(14,3) NOT NULL,
	counted_quantity  numeric(14,3) CONSTRAINT stocktake_line_counted_check CHECK (counted_quantity >= 0),
	round             integer NOT NULL DEFAULT 0,  -- in which it was counted last
	counted_by        uuid,
	again             boolean NOT NULL DEFAULT false,  -- to be counted once more
	variance_reason   text CONSTRAINT stocktake_line_variance_check
		CHECK (variance_reason IN ('miscount', 'unposted_document', 'wrong_bin', 'wrong_part', 'theft_suspected', 'damage', 'unit_error')),
	note              text,
	CONSTRAINT stocktake_line_key UNIQUE (stocktake_id, part_id),
	CONSTRAINT stocktake_line_store_key UNIQUE (store_id, id),
	CONSTRAINT stocktake_line_stocktake_fkey FOREIGN KEY (store_id, stocktake_id) REFERENCES stocktake (store_id, id)
);

CREATE INDEX stocktake_line_list_idx ON stocktake_line (stocktake_id, part_number, id);

-- Every count that was ever made.
CREATE TABLE stocktake_count (
	store_id  uuid NOT NULL,
	line_id   uuid NOT NULL,
	round     integer NOT NULL,
	ordinal   integer NOT NULL,  -- of the round: who corrects a count counts anew
	quantity  numeric(14,3) NOT NULL,
	actor_id  uuid,
	at        timestamptz NOT NULL,
	CONSTRAINT stocktake_count_pkey PRIMARY KEY (line_id, round, ordinal),
	CONSTRAINT stocktake_count_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES stocktake_line (store_id, id)
);

ALTER TABLE stock_document ADD CONSTRAINT stock_document_stocktake_fkey FOREIGN KEY (store_id, stocktake_id) REFERENCES stocktake (store_id, id);
CREATE INDEX stock_document_stocktake_idx ON stock_document (stocktake_id, id) WHERE stocktake_id IS NOT NULL;
CREATE INDEX stock_level_frozen_idx ON stock_level (stocktake_id, part_id) WHERE stocktake_id IS NOT NULL;
ALTER TABLE stock_level ADD CONSTRAINT stock_level_stocktake_fkey FOREIGN KEY (store_id, stocktake_id) REFERENCES stocktake (store_id, id);
