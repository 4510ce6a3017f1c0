-- The waiting list: who would come if something fitting became free.

CREATE TABLE waiting_entry (
	id               uuid PRIMARY KEY,
	version          bigint NOT NULL DEFAULT 1,
	store_id         uuid NOT NULL REFERENCES store,
	status           text NOT NULL DEFAULT 'waiting' CONSTRAINT waiting_entry_status_check CHECK (status IN ('waiting', 'offered', 'booked', 'left')),
	customer_id      uuid NOT NULL CONSTRAINT waiting_entry_customer_fkey REFERENCES customer,
	vehicle_id       uuid NOT NULL CONSTRAINT waiting_entry_vehicle_fkey REFERENCES vehicle,
	starts_from      timestamptz NOT NULL,
	starts_to        timestamptz NOT NULL,
	technician_id    uuid CONSTRAINT waiting_entry_technician_fkey REFERENCES staff,
	channel          text NOT NULL,
	concerns         text[] NOT NULL,
	operation_ids    uuid[] NOT NULL,
	hold_id          uuid,
	offers           integer NOT NULL DEFAULT 0,
	offered_at       timestamptz,
	offer_expires_at timestamptz,
	appointment_id   uuid,
	reason           text,
	note             text,
	created_by       uuid NOT NULL,
	created_at       timestamptz NOT NULL,
	updated_at       timestamptz NOT NULL,
	changed          xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT waiting_entry_store_key UNIQUE (store_id, id),
	CONSTRAINT waiting_entry_order_check CHECK (starts_from < starts_to),
	CONSTRAINT waiting_entry_offer_check CHECK ((status <> 'offered') OR (hold_id IS NOT NULL AND offer_expires_at IS NOT NULL)),
	CONSTRAINT waiting_entry_booked_check CHECK ((status = 'booked') = (appointment_id IS NOT NULL)),
	CONSTRAINT waiting_entry_hold_fkey FOREIGN KEY (store_id, hold_id) REFERENCES slot_hold (store_id, id),
	CONSTRAINT waiting_entry_hold_key UNIQUE (hold_id),
	CONSTRAINT waiting_entry_appointment_fkey FOREIGN KEY (store_id, appointment_id) REFERENCES appointment (store_id, id)
);
CREATE INDEX waiting_entry_list_idx ON waiting_entry (store_id, created_at, id);
CREATE INDEX waiting_entry_chain_idx ON waiting_entry (created_at, id);
CREATE INDEX waiting_entry_customer_idx ON waiting_entry (customer_id);
CREATE INDEX waiting_entry_vehicle_idx ON waiting_entry (vehicle_id);
CREATE INDEX waiting_entry_open_idx ON waiting_entry (store_id, offers, created_at) WHERE status IN ('waiting', 'offered');
CREATE INDEX waiting_entry_due_idx ON waiting_entry (offer_expires_at) WHERE status = 'offered';

ALTER TABLE store_policy ADD COLUMN offer_minutes integer NOT NULL DEFAULT 30;

-- What was free before nobody waited is no news.
INSERT INTO event_consumer (name, position, at)
VALUES ('waiting_list', pg_snapshot_xmin(pg_current_snapshot()), '2026-01-01 00:00+00');
