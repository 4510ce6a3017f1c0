-- Price adjustments: documents that change the catalogue's prices of parts from a day on, audited by another than who wrote them.
CREATE TABLE price_adjustment (
	id           uuid CONSTRAINT price_adjustment_pkey PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	status       text NOT NULL DEFAULT 'draft'
		CONSTRAINT price_adjustment_status_check CHECK (status IN ('draft', 'scheduled', 'in_force', 'superseded', 'void', 'cancelled')),
	effective_on date NOT NULL,  -- by chain_day()
	reason       text NOT NULL,
	lines_count  integer NOT NULL,
	writers      uuid[] NOT NULL,  -- who drafted it and who changed the draft, none of whom audits it
	created_by   uuid,
	audited_by   uuid,
	audited_at   timestamptz,
	in_force_at  timestamptz,
	ended_at     timestamptz,
	ended_reason text,
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX price_adjustment_created_idx ON price_adjustment (created_at, id);
CREATE INDEX price_adjustment_effective_idx ON price_adjustment (effective_on, id);
CREATE INDEX price_adjustment_due_idx ON price_adjustment (effective_on, audited_at, id) WHERE status = 'scheduled';

CREATE TABLE price_adjustment_line (
	adjustment_id uuid NOT NULL CONSTRAINT price_adjustment_line_adjustment_fkey REFERENCES price_adjustment,
	position      integer NOT NULL,
	part_id       uuid NOT NULL CONSTRAINT price_adjustment_line_part_fkey REFERENCES part,
	old_price     bigint NOT NULL,
	new_price     bigint NOT NULL CONSTRAINT price_adjustment_line_price_check CHECK (new_price >= 0),
	in_force_at   timestamptz,
	superseded_at timestamptz,
	CONSTRAINT price_adjustment_line_pkey PRIMARY KEY (adjustment_id, position),
	CONSTRAINT price_adjustment_line_part_key UNIQUE (part_id, adjustment_id)
);
-- Of a part at most one is in force: whatever changes its price ends the one before.
CREATE UNIQUE INDEX price_adjustment_line_in_force_key ON price_adjustment_line (part_id) WHERE in_force_at IS NOT NULL AND superseded_at IS NULL;

ALTER TABLE price_change ADD COLUMN adjustment_id uuid CONSTRAINT price_change_adjustment_fkey REFERENCES price_adjustment;
ALTER TABLE part ADD COLUMN price_audited boolean NOT NULL DEFAULT false;
