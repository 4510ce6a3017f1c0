-- How much of a part a warehouse should have free: at least, when to order, at most.
CREATE TABLE stock_limit (
	id             uuid CONSTRAINT stock_limit_pkey PRIMARY KEY,
	version        bigint NOT NULL DEFAULT 1,
	store_id       uuid NOT NULL,
	warehouse_id   uuid NOT NULL,
	part_id        uuid NOT NULL,
	minimum        numeric(14,3) CONSTRAINT stock_limit_minimum_check CHECK (minimum >= 0),
	reorder_point  numeric(14,3) CONSTRAINT stock_limit_reorder_point_check CHECK (reorder_point >= 0),
	maximum        numeric(14,3) CONSTRAINT stock_limit_maximum_check CHECK (maximum >= 0),
	created_at     timestamptz NOT NULL,
	updated_at     timestamptz NOT NULL,
	deleted_at     timestamptz,
	deleted_by     uuid,
	deleted_reason text,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT stock_limit_store_key UNIQUE (store_id, id),
	CONSTRAINT stock_limit_level_fkey FOREIGN KEY (store_id, warehouse_id, part_id) REFERENCES stock_level (store_id, warehouse_id, part_id),
	CONSTRAINT stock_limit_some_check CHECK (num_nonnulls(minimum, reorder_point, maximum) > 0),
	CONSTRAINT stock_limit_order_check CHECK (minimum <= reorder_point AND minimum <= maximum AND reorder_point <= maximum)
);
CREATE UNIQUE INDEX stock_limit_level_key ON stock_limit (store_id, warehouse_id, part_id) WHERE deleted_at IS NULL;
CREATE INDEX stock_limit_list_idx ON stock_limit (store_id, warehouse_id, part_id, id);

-- The level carries the limits that hold for it: who moves it has them under its lock, and the alert is always that of the row.
-- (`fettled verify` compares them.)
ALTER TABLE stock_level
	ADD COLUMN limit_id      uuid,
	ADD COLUMN minimum       numeric(14,3),
	ADD COLUMN reorder_point numeric(14,3),
	ADD COLUMN maximum       numeric(14,3),
	ADD COLUMN alert         text GENERATED ALWAYS AS (
		CASE WHEN limit_id IS NOT NULL THEN
			CASE WHEN on_hand - reserved < minimum THEN 'under_minimum'
			     WHEN on_hand - reserved <= reorder_point THEN 'at_reorder_point'
			     WHEN on_hand - reserved > maximum THEN 'over_maximum' END END) STORED,
	ADD CONSTRAINT stock_level_limit_fkey FOREIGN KEY (store_id, limit_id) REFERENCES stock_limit (store_id, id);
CREATE INDEX stock_level_limit_idx ON stock_level (store_id, limit_id) WHERE limit_id IS NOT NULL;
CREATE INDEX stock_level_alert_idx ON stock_level (store_id, alert, part_id) WHERE alert IS NOT NULL;
