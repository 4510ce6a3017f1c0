-- How customer and car get to the store and back: what was agreed, the drives it takes, and loaner cars.

-- Of an appointment, of an order, or of both where the order came from the appointment.
CREATE TABLE transport (
	id             uuid PRIMARY KEY,
	version        bigint NOT NULL DEFAULT 1,
	store_id       uuid NOT NULL REFERENCES store,
	mode           text NOT NULL CONSTRAINT transport_mode_check CHECK (mode IN ('wait', 'drop_off', 'pick_up', 'pick_up_and_delivery', 'loaner')),
	status         text NOT NULL DEFAULT 'planned' CONSTRAINT transport_status_check CHECK (status IN ('planned', 'cancelled')),
	appointment_id uuid,
	work_order_id  uuid,
	customer_id    uuid NOT NULL CONSTRAINT transport_customer_fkey REFERENCES customer,
	vehicle_id     uuid NOT NULL CONSTRAINT transport_vehicle_fkey REFERENCES vehicle,
	note           text,
	reason         text,
	created_by     uuid,
	created_at     timestamptz NOT NULL,
	updated_at     timestamptz NOT NULL,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT transport_store_key UNIQUE (store_id, id),
	CONSTRAINT transport_appointment_fkey FOREIGN KEY (store_id, appointment_id) REFERENCES appointment (store_id, id),
	CONSTRAINT transport_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT transport_visit_check CHECK (num_nonnulls(appointment_id, work_order_id) > 0)
);
-- One holds at a time.
CREATE UNIQUE INDEX transport_appointment_key ON transport (appointment_id) WHERE status = 'planned';
CREATE UNIQUE INDEX transport_order_key ON transport (work_order_id) WHERE status = 'planned';
CREATE INDEX transport_appointment_idx ON transport (appointment_id);
CREATE INDEX transport_order_idx ON transport (work_order_id);
CREATE INDEX transport_list_idx ON transport (store_id, created_at, id);
CREATE INDEX transport_chain_idx ON transport (created_at, id);
CREATE INDEX transport_customer_idx ON transport (customer_id);

CREATE TABLE drive (
	id                uuid PRIMARY KEY,
	version           bigint NOT NULL DEFAULT 1,
	store_id          uuid NOT NULL,
	transport_id      uuid NOT NULL,
	kind              text NOT NULL CONSTRAINT drive_kind_check CHECK (kind IN ('pick_up', 'delivery')),
	status            text NOT NULL DEFAULT 'planned' CONSTRAINT drive_status_check CHECK (status IN ('planned', 'assigned', 'started', 'done', 'cancelled')),
	address           text NOT NULL,
	due_at            timestamptz NOT NULL,
	driver_id         uuid CONSTRAINT drive_driver_fkey REFERENCES staff,
	note              text,
	reason            text,
	started_at        timestamptz,
	odometer_start_km integer,
	done_at           timestamptz,
	odometer_km       integer,
	created_at        timestamptz NOT NULL,
	updated_at        timestamptz NOT NULL,
	changed           xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT drive_store_key UNIQUE (store_id, id),
	CONSTRAINT drive_transport_fkey FOREIGN KEY (store_id, transport_id) REFERENCES transport (store_id, id),
	CONSTRAINT drive_driver_check CHECK ((status IN ('assigned', 'started', 'done')) <= (driver_id IS NOT NULL)),
	CONSTRAINT drive_started_check CHECK ((status IN ('started', 'done')) = (started_at IS NOT NULL)),
	CONSTRAINT drive_done_check CHECK ((status = 'done') = (done_at IS NOT NULL) AND (status = 'done') = (odometer_km IS NOT NULL))
);
CREATE UNIQUE INDEX drive_live_key ON drive (transport_id, kind) WHERE status <> 'cancelled';
-- Nobody drives two cars.
CREATE UNIQUE INDEX drive_driver_key ON drive (driver_id) WHERE status = 'started';
CREATE INDEX drive_transport_idx ON drive (transport_id);
CREATE INDEX drive_list_idx ON drive (store_id, due_at, id);
CREATE INDEX drive_chain_idx ON drive (due_at, id);

CREATE TABLE loaner_car (
	id               uuid PRIMARY KEY,
	version          bigint NOT NULL DEFAULT 1,
	store_id         uuid NOT NULL REFERENCES store,
	plate            text NOT NULL,
	model            text NOT NULL,
	status           text NOT NULL DEFAULT 'in_service' CONSTRAINT loaner_car_status_check CHECK (status IN ('in_service', 'withdrawn')),
	reason           text,
	odometer_km      integer NOT NULL,
	insurance_until  date NOT NULL,
	inspection_until date NOT NULL,
	lent_until       date NOT NULL GENERATED ALWAYS AS (least(insurance_until, inspection_until)) STORED,
	note             text,
	created_at       timestamptz NOT NULL,
	updated_at       timestamptz NOT NULL,
	changed          xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT loaner_car_store_key UNIQUE (store_id, id),
	CONSTRAINT loaner_car_plate_key UNIQUE (store_id, plate)
);
CREATE INDEX loaner_car_chain_idx ON loaner_car (plate, id);

CREATE TABLE loan (
	id               uuid PRIMARY KEY,
	version          bigint NOT NULL DEFAULT 1,
	store_id         uuid NOT NULL,
	loaner_car_id    uuid NOT NULL,
	status           text NOT NULL DEFAULT 'reserved' CONSTRAINT loan_status_check CHECK (status IN ('reserved', 'out', 'returned', 'cancelled')),
	customer_id      uuid NOT NULL CONSTRAINT loan_customer_fkey REFERENCES customer,
	appointment_id   uuid,
	work_order_id    uuid,
	starts_at        timestamptz NOT NULL,
	ends_at          timestamptz NOT NULL,
	licence_number   text,
	handed_out_at    timestamptz,
	odometer_out_km  integer,
	fuel_out_percent integer,
	returned_at      timestamptz,
	odometer_in_km   integer,
	fuel_in_percent  integer,
	damage           text,
	reason           text,
	note             text,
	created_by       uuid,
	created_at       timestamptz NOT NULL,
	updated_at       timestamptz NOT NULL,
	changed          xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT loan_car_fkey FOREIGN KEY (store_id, loaner_car_id) REFERENCES loaner_car (store_id, id),
	CONSTRAINT loan_appointment_fkey FOREIGN KEY (store_id, appointment_id) REFERENCES appointment (store_id, id),
	CONSTRAINT loan_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT loan_period_check CHECK (starts_at < ends_at),
	CONSTRAINT loan_out_check CHECK ((status IN ('out', 'returned')) = (handed_out_at IS NOT NULL)
	                                 AND (handed_out_at IS NULL) = (licence_number IS NULL) AND (handed_out_at IS NULL) = (odometer_out_km IS NULL)),
	CONSTRAINT loan_returned_check CHECK ((status = 'returned') = (returned_at IS NOT NULL) AND odometer_in_km >= odometer_out_km),
	CONSTRAINT loan_car_excl EXCLUDE USING gist (loaner_car_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (status IN ('reserved', 'out'))
);
-- Who brings it back late has it all the same.
CREATE UNIQUE INDEX loan_out_key ON loan (loaner_car_id) WHERE status = 'out';
CREATE INDEX loan_list_idx ON loan (store_id, starts_at, id);
CREATE INDEX loan_chain_idx ON loan (starts_at, id);
CREATE INDEX loan_late_idx ON loan (store_id, ends_at, id) WHERE status = 'out';
CREATE INDEX loan_late_chain_idx ON loan (ends_at, id) WHERE status = 'out';
CREATE INDEX loan_appointment_idx ON loan (appointment_id);
CREATE INDEX loan_order_idx ON loan (work_order_id);
CREATE INDEX loan_customer_idx ON loan (customer_id);

INSERT INTO audit_class VALUES
	('drive', 'address', 'personal'),
	('loan', 'licence_number', 'personal')
ON CONFLICT DO NOTHING;
