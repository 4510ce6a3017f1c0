-- Who was at work when, apart from the clocks of lines.

CREATE TABLE attendance (
	id           uuid PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	store_id     uuid NOT NULL REFERENCES store,
	staff_id     uuid NOT NULL CONSTRAINT attendance_staff_fkey REFERENCES staff,
	started_at   timestamptz NOT NULL,
	ended_at     timestamptz,
	reason       text,
	corrected_by uuid,
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT attendance_period_check CHECK (started_at < ended_at),
	CONSTRAINT attendance_staff_excl EXCLUDE USING gist (staff_id WITH =, tstzrange(started_at, ended_at) WITH &&)
);
CREATE INDEX attendance_list_idx ON attendance (store_id, started_at, id);
CREATE INDEX attendance_chain_idx ON attendance (started_at, id);
CREATE UNIQUE INDEX attendance_open_key ON attendance (staff_id) WHERE ended_at IS NULL;

-- What was worked on lines of a store in some time.
CREATE INDEX clock_entry_store_idx ON clock_entry (store_id, started_at);
