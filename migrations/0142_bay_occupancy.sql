-- Which car stands on which bay, and stood there: two never on one, and none on two.

-- ends_at 'infinity': it stands there still.
CREATE TABLE bay_occupancy (
	id            uuid PRIMARY KEY,
	store_id      uuid NOT NULL,
	bay_id        uuid NOT NULL,
	work_order_id uuid NOT NULL,
	starts_at     timestamptz NOT NULL,
	ends_at       timestamptz NOT NULL DEFAULT 'infinity',
	placed_by     uuid,
	taken_by      uuid,
	CONSTRAINT bay_occupancy_store_key UNIQUE (store_id, id),
	CONSTRAINT bay_occupancy_bay_fkey FOREIGN KEY (store_id, bay_id) REFERENCES bay (store_id, id),
	CONSTRAINT bay_occupancy_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT bay_occupancy_order_check CHECK (starts_at <= ends_at),
	CONSTRAINT bay_occupancy_bay_excl EXCLUDE USING gist (bay_id WITH =, tstzrange(starts_at, ends_at) WITH &&),
	CONSTRAINT bay_occupancy_car_excl EXCLUDE USING gist (work_order_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
);
CREATE INDEX bay_occupancy_list_idx ON bay_occupancy (store_id, starts_at, id);
CREATE INDEX bay_occupancy_chain_idx ON bay_occupancy (starts_at, id);
CREATE INDEX bay_occupancy_order_idx ON bay_occupancy (work_order_id, starts_at);
-- What stands somewhere now, and what stood there lately.
CREATE INDEX bay_occupancy_ends_idx ON bay_occupancy (store_id, ends_at);
