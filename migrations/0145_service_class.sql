-- What kind of service an order and its lines are.

ALTER TABLE work_order
	ADD COLUMN service_class text CONSTRAINT work_order_service_class_check CHECK (service_class IN ('basic', 'repair', 'preventive', 'care'));
ALTER TABLE work_order_line
	ADD COLUMN service_class text CONSTRAINT work_order_line_service_class_check CHECK (service_class IN ('basic', 'repair', 'preventive', 'care'));

-- What waits for a part is little, whatever the history.
CREATE INDEX work_order_line_short_idx ON work_order_line (store_id, created_at, id) WHERE supply = 'short';
