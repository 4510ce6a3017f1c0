-- Parts of a line may go out again after they came back: never more of them at once than the line wants.

ALTER TABLE work_order_line DROP CONSTRAINT work_order_line_issued_check;
ALTER TABLE work_order_line ADD CONSTRAINT work_order_line_issued_check
	CHECK (returned_quantity >= 0 AND returned_quantity <= issued_quantity AND issued_quantity - returned_quantity <= quantity);

-- A line whose parts all came back has nothing issued.
UPDATE work_order_line SET supply = 'none', changed = pg_current_xact_id()
 WHERE supply = 'issued' AND issued_quantity > 0 AND issued_quantity = returned_quantity;

-- What a demand holds is looked up when it ends.
CREATE INDEX reservation_demand_idx ON reservation (demand_id) WHERE status = 'active';
