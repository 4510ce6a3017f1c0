-- What a customer is to be told before an appointment, and whether it was: each once for an appointment, a lead and a start.

CREATE TABLE appointment_notice (
	store_id       uuid NOT NULL REFERENCES store,
	appointment_id uuid NOT NULL,
	kind           text NOT NULL CONSTRAINT appointment_notice_kind_check CHECK (kind IN ('confirmation', 'reminder')),
	lead_hours     integer NOT NULL,
	starts_at      timestamptz NOT NULL,
	due_at         timestamptz NOT NULL,
	told_at        timestamptz,
	dropped_at     timestamptz,
	CONSTRAINT appointment_notice_pkey PRIMARY KEY (appointment_id, kind, lead_hours, starts_at),
	CONSTRAINT appointment_notice_end_check CHECK (told_at IS NULL OR dropped_at IS NULL),
	CONSTRAINT appointment_notice_appointment_fkey FOREIGN KEY (store_id, appointment_id) REFERENCES appointment (store_id, id)
);
CREATE INDEX appointment_notice_due_idx ON appointment_notice (due_at) WHERE told_at IS NULL AND dropped_at IS NULL;

ALTER TABLE store ADD COLUMN directions text;
ALTER TABLE store_policy
	ADD COLUMN reminder_hours integer[] NOT NULL DEFAULT '{24}',
	ADD COLUMN grace_minutes integer NOT NULL DEFAULT 15,
	ADD COLUMN no_show_automatic boolean NOT NULL DEFAULT false;

-- Who was booked before anybody was told is told nothing now.
INSERT INTO event_consumer (name, position, at)
VALUES ('appointment_notices', pg_snapshot_xmin(pg_current_snapshot()), '2026-01-01 00:00+00');
