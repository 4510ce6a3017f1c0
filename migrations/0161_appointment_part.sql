-- What an appointment wants in parts, so that they are there when it starts.

CREATE TABLE appointment_part (
	id             uuid PRIMARY KEY,
	store_id       uuid NOT NULL REFERENCES store,
	appointment_id uuid NOT NULL,
	position       integer NOT NULL,
	part_id        uuid NOT NULL CONSTRAINT appointment_part_part_fkey REFERENCES part,
	quantity       numeric(14,3) NOT NULL CONSTRAINT appointment_part_quantity_check CHECK (quantity > 0),
	package_id     uuid CONSTRAINT appointment_part_package_fkey REFERENCES package,
	CONSTRAINT appointment_part_key UNIQUE (appointment_id, position),
	CONSTRAINT appointment_part_appointment_fkey FOREIGN KEY (store_id, appointment_id) REFERENCES appointment (store_id, id)
);

CREATE INDEX demand_coming_idx ON demand (store_id, part_id) WHERE status IN ('on_order', 'in_transfer');
CREATE INDEX comeback_under_way_idx ON comeback (store_id, work_order_id) WHERE delivered_at IS NULL AND cancelled_at IS NULL;
