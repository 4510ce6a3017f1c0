-- A line takes up what another store of the chain put off on the same vehicle, once, in whichever store.

ALTER TABLE work_order_line
	ADD COLUMN revives_elsewhere_store_id uuid,
	ADD COLUMN revives_elsewhere_id uuid,
	ADD CONSTRAINT work_order_line_elsewhere_check CHECK ((revives_elsewhere_id IS NULL) = (revives_elsewhere_store_id IS NULL)
	                                                      AND (revives_elsewhere_id IS NULL OR revives_line_id IS NULL)),
	ADD CONSTRAINT work_order_line_elsewhere_fkey FOREIGN KEY (revives_elsewhere_store_id, revives_elsewhere_id) REFERENCES work_order_line (store_id, id);
-- Here and elsewhere together.
CREATE UNIQUE INDEX work_order_line_revived_key ON work_order_line (coalesce(revives_line_id, revives_elsewhere_id))
	WHERE coalesce(revives_line_id, revives_elsewhere_id) IS NOT NULL;

ALTER TABLE estimate_line
	ADD COLUMN revives_elsewhere_store_id uuid,
	ADD COLUMN revives_elsewhere_id uuid,
	ADD CONSTRAINT estimate_line_elsewhere_check CHECK ((revives_elsewhere_id IS NULL) = (revives_elsewhere_store_id IS NULL)
	                                                    AND (revives_elsewhere_id IS NULL OR revives_line_id IS NULL)),
	ADD CONSTRAINT estimate_line_elsewhere_fkey FOREIGN KEY (revives_elsewhere_store_id, revives_elsewhere_id) REFERENCES work_order_line (store_id, id);
