-- Booking: who does not come loses the slot, also when they arrive after all.

ALTER TABLE appointment ADD COLUMN no_show_at timestamptz;
ALTER TABLE appointment DROP CONSTRAINT appointment_bay_excl;
ALTER TABLE appointment DROP CONSTRAINT appointment_technician_excl;
ALTER TABLE appointment ADD CONSTRAINT appointment_bay_excl
	EXCLUDE USING gist (bay_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
	WHERE (status IN ('pending', 'confirmed', 'arrived', 'converted') AND no_show_at IS NULL);
ALTER TABLE appointment ADD CONSTRAINT appointment_technician_excl
	EXCLUDE USING gist (technician_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
	WHERE (status IN ('pending', 'confirmed', 'arrived', 'converted') AND no_show_at IS NULL);

INSERT INTO audit_class VALUES
	('reception', 'contact_name', 'personal'),
	('reception', 'contact_phone', 'personal')
ON CONFLICT DO NOTHING;
