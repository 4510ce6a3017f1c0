-- Rescues and jobs on site: who called from where, who was sent, and what became of it.

CREATE TABLE rescue (
	id                     uuid PRIMARY KEY,
	version                bigint NOT NULL DEFAULT 1,
	store_id               uuid NOT NULL REFERENCES store,
	number                 text NOT NULL CONSTRAINT rescue_number_key UNIQUE,
	kind                   text NOT NULL CONSTRAINT rescue_kind_check CHECK (kind IN ('tow', 'jump_start', 'tyre', 'fuel', 'lockout', 'accident', 'on_site_repair')),
	status                 text NOT NULL DEFAULT 'reported' CONSTRAINT rescue_status_check CHECK (status IN ('reported', 'dispatched', 'on_site', 'towed_in', 'repaired', 'cancelled')),
	caller_name            text NOT NULL,
	caller_phone           text NOT NULL,
	customer_id            uuid CONSTRAINT rescue_customer_fkey REFERENCES customer,
	vehicle_id             uuid CONSTRAINT rescue_vehicle_fkey REFERENCES vehicle,
	plate                  text,
	place                  text NOT NULL,
	latitude_microdegrees  integer,
	longitude_microdegrees integer,
	description            text,
	technician_id          uuid CONSTRAINT rescue_technician_fkey REFERENCES staff,
	truck                  text,
	promised_at            timestamptz,
	eta_at                 timestamptz,
	reported_at            timestamptz NOT NULL,
	dispatched_at          timestamptz,
	on_site_at             timestamptz,
	ended_at               timestamptz,
	reception_id           uuid,
	reason                 text CONSTRAINT rescue_reason_check CHECK (reason IN ('solved_otherwise', 'went_elsewhere', 'unreachable', 'not_found', 'no_capacity', 'out_of_area', 'price', 'duplicate', 'other')),
	note                   text,
	created_by             uuid,
	created_at             timestamptz NOT NULL,
	updated_at             timestamptz NOT NULL,
	changed                xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT rescue_reception_fkey FOREIGN KEY (store_id, reception_id) REFERENCES reception (store_id, id),
	CONSTRAINT rescue_place_check CHECK (num_nulls(latitude_microdegrees, longitude_microdegrees) IN (0, 2)),
	CONSTRAINT rescue_dispatched_check CHECK ((status IN ('dispatched', 'on_site', 'towed_in', 'repaired')) <= (dispatched_at IS NOT NULL AND technician_id IS NOT NULL AND eta_at IS NOT NULL)),
	CONSTRAINT rescue_on_site_check CHECK ((status IN ('on_site', 'towed_in', 'repaired')) <= (on_site_at IS NOT NULL)),
	CONSTRAINT rescue_ended_check CHECK ((status IN ('towed_in', 'repaired', 'cancelled')) = (ended_at IS NOT NULL)),
	CONSTRAINT rescue_received_check CHECK ((status IN ('towed_in', 'repaired')) = (reception_id IS NOT NULL)),
	CONSTRAINT rescue_cancelled_check CHECK ((status = 'cancelled') = (reason IS NOT NULL)),
	CONSTRAINT rescue_times_check CHECK (reported_at <= dispatched_at AND dispatched_at <= on_site_at AND on_site_at <= ended_at)
);
-- Nobody is sent to two places.
CREATE UNIQUE INDEX rescue_technician_key ON rescue (technician_id) WHERE status IN ('dispatched', 'on_site');
CREATE UNIQUE INDEX rescue_reception_key ON rescue (reception_id) WHERE reception_id IS NOT NULL;
CREATE INDEX rescue_list_idx ON rescue (store_id, reported_at, id);
CREATE INDEX rescue_chain_idx ON rescue (reported_at, id);
-- What is open is little, whatever the history.
CREATE INDEX rescue_open_idx ON rescue (store_id, reported_at, id) WHERE status IN ('reported', 'dispatched', 'on_site');
CREATE INDEX rescue_customer_idx ON rescue (customer_id);

INSERT INTO audit_class VALUES
	('rescue', 'caller_name', 'personal'),
	('rescue', 'caller_phone', 'personal'),
	('rescue', 'place', 'personal')
ON CONFLICT DO NOTHING;
