-- Who has come and waits to be called: tickets, numbered for each store, day and kind.

CREATE TABLE queue_counter (
	store_id uuid NOT NULL REFERENCES store,
	day      date NOT NULL,
	kind     text NOT NULL,
	last     integer NOT NULL,
	CONSTRAINT queue_counter_pkey PRIMARY KEY (store_id, day, kind)
);

CREATE TABLE queue_ticket (
	id             uuid PRIMARY KEY,
	version        bigint NOT NULL DEFAULT 1,
	store_id       uuid NOT NULL REFERENCES store,
	day            date NOT NULL,
	kind           text NOT NULL CONSTRAINT queue_ticket_kind_check CHECK (kind IN ('inspection', 'repair', 'collect')),
	ordinal        integer NOT NULL,
	number         text NOT NULL,
	status         text NOT NULL DEFAULT 'waiting' CONSTRAINT queue_ticket_status_check CHECK (status IN ('waiting', 'called', 'served', 'no_show', 'left', 'lapsed')),
	plate          text,
	note           text,
	appointment_id uuid,
	reception_id   uuid,
	counter        text,
	queued_at      timestamptz NOT NULL,
	skips          integer NOT NULL DEFAULT 0,
	calls          integer NOT NULL DEFAULT 0,
	called_at      timestamptz,
	called_by      uuid,
	ended_at       timestamptz,
	created_by     uuid NOT NULL,
	created_at     timestamptz NOT NULL,
	updated_at     timestamptz NOT NULL,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT queue_ticket_store_key UNIQUE (store_id, id),
	CONSTRAINT queue_ticket_number_key UNIQUE (store_id, day, kind, ordinal),
	CONSTRAINT queue_ticket_called_check CHECK (status NOT IN ('called', 'served', 'no_show') OR (called_at IS NOT NULL AND called_by IS NOT NULL)),
	CONSTRAINT queue_ticket_ended_check CHECK ((ended_at IS NULL) = (status IN ('waiting', 'called'))),
	CONSTRAINT queue_ticket_served_check CHECK (reception_id IS NULL OR status = 'served'),
	CONSTRAINT queue_ticket_appointment_fkey FOREIGN KEY (store_id, appointment_id) REFERENCES appointment (store_id, id),
	CONSTRAINT queue_ticket_reception_fkey FOREIGN KEY (store_id, reception_id) REFERENCES reception (store_id, id)
);
CREATE INDEX queue_ticket_list_idx ON queue_ticket (store_id, queued_at, id);
CREATE INDEX queue_ticket_chain_idx ON queue_ticket (queued_at, id);
CREATE INDEX queue_ticket_waiting_idx ON queue_ticket (store_id, kind, queued_at, id) WHERE status = 'waiting';
CREATE INDEX queue_ticket_open_idx ON queue_ticket (store_id, day) WHERE status IN ('waiting', 'called');
CREATE INDEX queue_ticket_reception_idx ON queue_ticket (reception_id) WHERE reception_id IS NOT NULL;

ALTER TABLE store_policy ADD COLUMN queue_minutes integer NOT NULL DEFAULT 10;
