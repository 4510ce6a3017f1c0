-- What came into a store, by part: how old its stock is, is told from this.
CREATE INDEX stock_movement_in_idx ON stock_movement (store_id, part_id, at, id) WHERE quantity > 0 AND kind <> 'return';
