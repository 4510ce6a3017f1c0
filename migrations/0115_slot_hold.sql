-- Holds: a slot that is kept for some minutes, under the same constraints as appointments.

-- What is taken: a row for each appointment that keeps its slot and each hold that has not been let go, so that one
-- pair of constraints guards both.  Bay and technician are referred to by whoever takes the slot.
CREATE TABLE occupation (
	id            uuid PRIMARY KEY,  -- of the appointment or the hold
	store_id      uuid NOT NULL,
	bay_id        uuid NOT NULL,
	technician_id uuid NOT NULL,
	starts_at     timestamptz NOT NULL,
	ends_at       timestamptz NOT NULL,
	held_until    timestamptz,       -- of a hold: from then on it takes nothing
	CONSTRAINT occupation_order_check CHECK (starts_at < ends_at)
);
INSERT INTO occupation (id, store_id, bay_id, technician_id, starts_at, ends_at)
SELECT a.id, a.store_id, a.bay_id, a.technician_id, a.starts_at, a.ends_at
  FROM appointment a
 WHERE a.status IN ('pending', 'confirmed', 'arrived', 'converted') AND a.no_show_at IS NULL;
ALTER TABLE occupation
	ADD CONSTRAINT occupation_bay_excl EXCLUDE USING gist (bay_id WITH =, tstzrange(starts_at, ends_at) WITH &&),
	ADD CONSTRAINT occupation_technician_excl EXCLUDE USING gist (technician_id WITH =, tstzrange(starts_at, ends_at) WITH &&);
CREATE INDEX occupation_store_idx ON occupation (store_id, starts_at);
CREATE INDEX occupation_held_idx ON occupation (held_until) WHERE held_until IS NOT NULL;
ALTER TABLE appointment DROP CONSTRAINT appointment_bay_excl, DROP CONSTRAINT appointment_technician_excl;

CREATE TABLE slot_hold (
	id             uuid PRIMARY KEY,
	version        bigint NOT NULL DEFAULT 1,
	store_id       uuid NOT NULL REFERENCES store,
	status         text NOT NULL DEFAULT 'held' CONSTRAINT slot_hold_status_check CHECK (status IN ('held', 'booked', 'released', 'expired')),
	starts_at      timestamptz NOT NULL,
	ends_at        timestamptz NOT NULL,
	bay_id         uuid NOT NULL,
	technician_id  uuid NOT NULL CONSTRAINT slot_hold_technician_fkey REFERENCES staff,
	operation_ids  uuid[] NOT NULL,
	expires_at     timestamptz NOT NULL,
	appointment_id uuid,
	created_by     uuid NOT NULL,
	created_at     timestamptz NOT NULL,
	updated_at     timestamptz NOT NULL,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT slot_hold_store_key UNIQUE (store_id, id),
	CONSTRAINT slot_hold_order_check CHECK (starts_at < ends_at),
	CONSTRAINT slot_hold_booked_check CHECK ((status = 'booked') = (appointment_id IS NOT NULL)),
	CONSTRAINT slot_hold_bay_fkey FOREIGN KEY (store_id, bay_id) REFERENCES bay (store_id, id),
	CONSTRAINT slot_hold_appointment_fkey FOREIGN KEY (store_id, appointment_id) REFERENCES appointment (store_id, id)
);
CREATE INDEX slot_hold_list_idx ON slot_hold (store_id, created_at, id);
CREATE INDEX slot_hold_chain_idx ON slot_hold (created_at, id);
CREATE INDEX slot_hold_due_idx ON slot_hold (expires_at) WHERE status = 'held';

ALTER TABLE store_policy ADD COLUMN hold_minutes integer NOT NULL DEFAULT 5;
