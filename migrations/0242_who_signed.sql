-- Who signed the sheet of an inspection: the customer's side by name, ours by who it is.  Not known of those signed before.

ALTER TABLE inspection
	ADD COLUMN signed_by_name text,
	ADD COLUMN technician_id uuid CONSTRAINT inspection_technician_fkey REFERENCES staff;
INSERT INTO audit_class VALUES ('inspection', 'signed_by_name', 'personal') ON CONFLICT DO NOTHING;
