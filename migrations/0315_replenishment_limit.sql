-- What a store had set for a part when it was proposed (none: nothing).
ALTER TABLE replenishment_line
	ADD COLUMN limit_id            uuid,
	ADD COLUMN limit_minimum       numeric(14,3),
	ADD COLUMN limit_reorder_point numeric(14,3),
	ADD COLUMN limit_maximum       numeric(14,3),
	ADD CONSTRAINT replenishment_line_limit_fkey FOREIGN KEY (store_id, limit_id) REFERENCES stock_limit (store_id, id);
CREATE INDEX replenishment_line_limit_idx ON replenishment_line (limit_id) WHERE limit_id IS NOT NULL;
