-- References between tables of a store carry the store, since foreign keys see through row security.

ALTER TABLE payment ADD CONSTRAINT payment_store_key UNIQUE (store_id, id);
ALTER TABLE payment_refund DROP CONSTRAINT payment_refund_payment_fkey,
	ADD CONSTRAINT payment_refund_payment_fkey FOREIGN KEY (store_id, payment_id) REFERENCES payment (store_id, id);

ALTER TABLE quality_check ADD CONSTRAINT quality_check_store_key UNIQUE (store_id, id);
ALTER TABLE quality_check_failure DROP CONSTRAINT quality_check_failure_check_id_fkey,
	ADD CONSTRAINT quality_check_failure_check_fkey FOREIGN KEY (store_id, check_id) REFERENCES quality_check (store_id, id);

ALTER TABLE demand ADD CONSTRAINT demand_store_key UNIQUE (store_id, id);
ALTER TABLE reservation DROP CONSTRAINT reservation_demand_id_fkey,
	ADD CONSTRAINT reservation_demand_fkey FOREIGN KEY (store_id, demand_id) REFERENCES demand (store_id, id);

ALTER TABLE stock_document_line ADD CONSTRAINT stock_document_line_store_key UNIQUE (store_id, id);
ALTER TABLE stock_movement DROP CONSTRAINT stock_movement_line_fkey,
	ADD CONSTRAINT stock_movement_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES stock_document_line (store_id, id);

ALTER TABLE link ADD CONSTRAINT link_store_key UNIQUE (store_id, id);
ALTER TABLE survey DROP CONSTRAINT survey_link_id_fkey,
	ADD CONSTRAINT survey_link_fkey FOREIGN KEY (store_id, link_id) REFERENCES link (store_id, id);
