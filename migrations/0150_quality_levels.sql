-- Which checks an order needs, which of them a line has passed since it was last worked on, and what the last one gives.

-- Of every order, of one with work that the law wants certified, of one with a part of a key class; the final check always.
ALTER TABLE store_policy
	ADD COLUMN qc_levels text[] NOT NULL DEFAULT '{final}'
		CONSTRAINT store_policy_qc_levels_check CHECK (qc_levels <@ '{self,mutual,final}'),
	ADD COLUMN qc_levels_regulated text[] NOT NULL DEFAULT '{final}'
		CONSTRAINT store_policy_qc_levels_regulated_check CHECK (qc_levels_regulated <@ '{self,mutual,final}'),
	ADD COLUMN qc_levels_key_parts text[] NOT NULL DEFAULT '{final}'
		CONSTRAINT store_policy_qc_levels_key_parts_check CHECK (qc_levels_key_parts <@ '{self,mutual,final}');

-- 1, 2, 3: parts on which safety or emissions depend; NULL: any other.
ALTER TABLE part ADD COLUMN key_class integer CONSTRAINT part_key_class_check CHECK (key_class BETWEEN 1 AND 3);

-- NULL: of an order before its work began.
ALTER TABLE work_order
	ADD COLUMN required_qc_levels text[],
	ADD COLUMN certificate_number text CONSTRAINT work_order_certificate_key UNIQUE,
	ADD COLUMN washed boolean;
ALTER TABLE work_order_line ADD COLUMN passed_levels text[];

ALTER TABLE quality_check
	ADD COLUMN signature_file_id uuid,
	ADD CONSTRAINT quality_check_signature_fkey FOREIGN KEY (store_id, signature_file_id) REFERENCES file (store_id, id);

-- Two technicians of one order check their own work side by side.
DROP INDEX quality_check_open_key;
CREATE UNIQUE INDEX quality_check_open_key ON quality_check (work_order_id, level, (CASE WHEN level = 'self' THEN inspector_id ELSE work_order_id END))
	WHERE status = 'open';

-- What technicians have to answer for: who did what failed.
CREATE INDEX quality_check_failure_list_idx ON quality_check_failure (store_id, id);
CREATE INDEX quality_check_failure_technician_idx ON quality_check_failure (technician_id, id);
