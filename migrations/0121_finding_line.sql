-- A finding of an inspection becomes a line of an estimate or of an order.

ALTER TABLE estimate_line
	ADD COLUMN finding_id uuid,
	ADD CONSTRAINT estimate_line_finding_fkey FOREIGN KEY (store_id, finding_id) REFERENCES inspection_finding (store_id, id);
ALTER TABLE work_order_line
	ADD COLUMN finding_id uuid,
	ADD CONSTRAINT work_order_line_finding_fkey FOREIGN KEY (store_id, finding_id) REFERENCES inspection_finding (store_id, id);

-- What became of a finding; few lines have one.
CREATE INDEX estimate_line_finding_idx ON estimate_line (finding_id) WHERE finding_id IS NOT NULL;
CREATE INDEX work_order_line_finding_idx ON work_order_line (finding_id) WHERE finding_id IS NOT NULL;
