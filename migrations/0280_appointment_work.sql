-- The work of a booking changes, too; until now it never did.
ALTER TABLE appointment_step ADD COLUMN operation_ids uuid[];
UPDATE appointment_step h SET operation_ids = a.operation_ids FROM appointment a WHERE a.id = h.appointment_id;
ALTER TABLE appointment_step ALTER COLUMN operation_ids SET NOT NULL, ALTER COLUMN operation_ids SET DEFAULT '{}';
