-- Clocks of lines that were told wrongly: corrected, added later, or void.

ALTER TABLE clock_entry
	ADD COLUMN version bigint NOT NULL DEFAULT 1,
	ADD COLUMN voided_at timestamptz,
	ADD CONSTRAINT clock_entry_void_check CHECK (voided_at IS NULL OR ended_at IS NOT NULL),
	ADD CONSTRAINT clock_entry_store_key UNIQUE (store_id, id);
-- Whose clocks run: few, whatever the history.
CREATE INDEX clock_entry_running_idx ON clock_entry (technician_id) WHERE ended_at IS NULL;

-- What it was and what it is; NULL before of one that was added, after of one that is void.
CREATE TABLE clock_correction (
	id             uuid PRIMARY KEY,
	store_id       uuid NOT NULL,
	entry_id       uuid NOT NULL,
	change         text NOT NULL CONSTRAINT clock_correction_change_check CHECK (change IN ('added', 'corrected', 'voided')),
	started_before timestamptz,
	ended_before   timestamptz,
	started_at     timestamptz,
	ended_at       timestamptz,
	reason         text NOT NULL,
	at             timestamptz NOT NULL,
	actor_id       uuid,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT clock_correction_entry_fkey FOREIGN KEY (store_id, entry_id) REFERENCES clock_entry (store_id, id)
);
CREATE INDEX clock_correction_entry_idx ON clock_correction (entry_id);
