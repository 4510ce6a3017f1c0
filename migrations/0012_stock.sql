-- Stock: the ledger of a part is numbered, and wishes that were made together stay together.

ALTER TABLE stock_level ADD COLUMN movements bigint NOT NULL DEFAULT 0;
ALTER TABLE stock_movement ADD COLUMN ordinal bigint NOT NULL;
-- The place of a movement in its part's ledger, given under the lock of the level; clocks cannot tell.
CREATE UNIQUE INDEX stock_movement_ordinal_key ON stock_movement (store_id, warehouse_id, part_id, ordinal);

ALTER TABLE demand ADD COLUMN batch_id uuid NOT NULL;
CREATE INDEX demand_batch_idx ON demand (batch_id);
CREATE INDEX demand_open_idx ON demand (store_id, part_id, created_at, id) WHERE status = 'open' AND kind <> 'stock';

CREATE INDEX stock_document_reverses_idx ON stock_document (reverses_id) WHERE reverses_id IS NOT NULL;
