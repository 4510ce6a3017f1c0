-- Several technicians on one line: the line's own leads, the others help; shares in basis points add up to 10000.

ALTER TABLE work_order_line
	ADD COLUMN share_bp integer NOT NULL DEFAULT 10000 CONSTRAINT work_order_line_share_check CHECK (share_bp BETWEEN 1 AND 10000);

CREATE TABLE work_order_line_helper (
	store_id      uuid NOT NULL,
	line_id       uuid NOT NULL,
	technician_id uuid NOT NULL CONSTRAINT work_order_line_helper_technician_fkey REFERENCES staff,
	position      integer NOT NULL,
	share_bp      integer NOT NULL CONSTRAINT work_order_line_helper_share_check CHECK (share_bp BETWEEN 1 AND 9999),
	CONSTRAINT work_order_line_helper_pkey PRIMARY KEY (line_id, technician_id),
	CONSTRAINT work_order_line_helper_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES work_order_line (store_id, id)
);
CREATE INDEX work_order_line_helper_technician_idx ON work_order_line_helper (technician_id);

-- What technicians are credited with, by delivery, for the whole chain too; a store's own are in work_order_delivered_idx.
CREATE INDEX work_order_chain_delivered_idx ON work_order (delivered_at, id) WHERE delivered_at IS NOT NULL;
