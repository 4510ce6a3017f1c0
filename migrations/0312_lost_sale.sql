-- Why a wish was lost, when, and what it would have sold for then.
ALTER TABLE demand
	ADD COLUMN lost_cause text CONSTRAINT demand_lost_cause_check
		CHECK (lost_cause IN ('no_stock', 'too_slow', 'price', 'no_fit', 'brand', 'customer_left')),
	ADD COLUMN lost_at    timestamptz,
	ADD COLUMN lost_value bigint;  -- fen

UPDATE demand d
   SET lost_cause = 'no_stock', lost_at = d.updated_at, lost_value = round(p.sale_price * d.quantity), changed = pg_current_xact_id()
  FROM part p
 WHERE p.id = d.part_id AND d.status = 'lost';

ALTER TABLE demand ADD CONSTRAINT demand_lost_check CHECK (num_nonnulls(lost_cause, lost_at, lost_value) = CASE WHEN status = 'lost' THEN 3 ELSE 0 END);
CREATE INDEX demand_lost_idx ON demand (store_id, lost_at, id) WHERE lost_at IS NOT NULL;
