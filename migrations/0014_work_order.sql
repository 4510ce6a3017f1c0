-- What the workshop's reads and its own closing need beside the tables of the trade.

ALTER TABLE work_order
	ADD CONSTRAINT work_order_signature_fkey FOREIGN KEY (store_id, signature_file_id) REFERENCES file (store_id, id);

-- Paid and handed back: closed by a job.
CREATE INDEX work_order_to_close_idx ON work_order (status, id) WHERE paid AND closed_at IS NULL;

CREATE INDEX work_order_line_list_idx ON work_order_line (store_id, created_at, id);
CREATE INDEX clock_entry_line_idx ON clock_entry (line_id);
CREATE INDEX quality_check_order_idx ON quality_check (work_order_id);
