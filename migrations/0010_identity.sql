-- Who took something away and why, codes that are free again afterwards, and audit of who may do what.

ALTER TABLE staff ADD COLUMN deleted_by uuid, ADD COLUMN deleted_reason text;
ALTER TABLE region ADD COLUMN deleted_by uuid, ADD COLUMN deleted_reason text;
ALTER TABLE bay ADD COLUMN deleted_by uuid, ADD COLUMN deleted_reason text;

ALTER TABLE region DROP CONSTRAINT region_code_key;
CREATE UNIQUE INDEX region_code_key ON region (code) WHERE deleted_at IS NULL;
ALTER TABLE bay DROP CONSTRAINT bay_code_key;
CREATE UNIQUE INDEX bay_code_key ON bay (store_id, code) WHERE deleted_at IS NULL;
ALTER TABLE staff DROP CONSTRAINT staff_username_key;
CREATE UNIQUE INDEX staff_username_key ON staff (username) WHERE deleted_at IS NULL;

-- A table with this column gets the audit trigger.
ALTER TABLE staff_grant ADD COLUMN changed xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE store_hours ADD COLUMN changed xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE store_holiday ADD COLUMN changed xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE INDEX staff_name_idx ON staff (name, id);
CREATE INDEX api_key_created_by_idx ON api_key (created_by) WHERE revoked_at IS NULL;
-- The trail is read newest first.
CREATE INDEX audit_entry_id_idx ON audit_entry (id);
CREATE INDEX audit_entry_store_id_idx ON audit_entry (store_id, id);
CREATE INDEX access_log_store_idx ON access_log (store_id, at, id);
