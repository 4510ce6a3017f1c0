-- What was told to be overdue: each thing once for each instant at which it was due.

CREATE TABLE overdue (
	store_id     uuid NOT NULL REFERENCES store,
	subject_type text NOT NULL CONSTRAINT overdue_subject_type_check CHECK (subject_type IN ('work_order', 'sublet', 'rescue', 'loan')),
	subject_id   uuid NOT NULL,
	due_at       timestamptz NOT NULL,
	told_at      timestamptz NOT NULL,
	CONSTRAINT overdue_pkey PRIMARY KEY (subject_id, due_at),
	CONSTRAINT overdue_told_check CHECK (told_at > due_at)
);
-- What is on the road, or out at a vendor, is little: no list needs to be read for it.
CREATE INDEX rescue_due_idx ON rescue (status, coalesce(eta_at, promised_at)) WHERE status IN ('reported', 'dispatched');
CREATE INDEX sublet_out_due_idx ON sublet (due_at) WHERE status IN ('planned', 'sent');
