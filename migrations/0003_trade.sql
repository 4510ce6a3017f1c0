-- The trade: customers and vehicles, catalogue, parts and stock, booking, reception, work orders,
-- quality, money, surveys, complaints, KPIs, files, imports.
-- Money is bigint fen, quantities and hours numeric(14,3).  References between tables of a store are
-- composite, because foreign keys see through row security.

-- ---------------------------------------------------------------- customers

CREATE TABLE customer (
	id                uuid PRIMARY KEY,
	version           bigint NOT NULL DEFAULT 1,
	kind              text NOT NULL CONSTRAINT customer_kind_check CHECK (kind IN ('person', 'company', 'fleet')),
	name              text NOT NULL,
	phone             text,
	preferred_channel text,
	source            text,
	id_number         text,
	tags              text[] NOT NULL DEFAULT '{}',
	merged_into       uuid CONSTRAINT customer_merged_fkey REFERENCES customer,
	external_ids      jsonb NOT NULL DEFAULT '{}',
	metadata          jsonb NOT NULL DEFAULT '{}',
	created_at        timestamptz NOT NULL,
	updated_at        timestamptz NOT NULL,
	deleted_at        timestamptz,
	changed           xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX customer_phone_idx ON customer (phone);
CREATE INDEX customer_merged_idx ON customer (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX customer_created_idx ON customer (created_at, id);

-- Which store may see a customer, and why: written with the person or any document of theirs.
CREATE TABLE customer_store (
	customer_id uuid NOT NULL REFERENCES customer,
	store_id    uuid NOT NULL REFERENCES store,
	why         text NOT NULL CONSTRAINT customer_store_why_check CHECK (why IN ('created', 'document', 'found', 'merged')),
	at          timestamptz NOT NULL,
	CONSTRAINT customer_store_pkey PRIMARY KEY (customer_id, store_id)
);
CREATE INDEX customer_store_store_idx ON customer_store (store_id, customer_id);

CREATE TABLE customer_contact (
	id          uuid PRIMARY KEY,
	version     bigint NOT NULL DEFAULT 1,
	customer_id uuid NOT NULL CONSTRAINT customer_contact_customer_fkey REFERENCES customer,
	name        text,
	role        text,
	kind        text NOT NULL CONSTRAINT customer_contact_kind_check CHECK (kind IN ('phone', 'email', 'wechat', 'address')),
	value       text NOT NULL,
	created_at  timestamptz NOT NULL,
	updated_at  timestamptz NOT NULL,
	deleted_at  timestamptz,
	changed     xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX customer_contact_customer_idx ON customer_contact (customer_id);
CREATE INDEX customer_contact_value_idx ON customer_contact (value);

CREATE TABLE customer_consent (
	id           uuid PRIMARY KEY,
	customer_id  uuid NOT NULL CONSTRAINT customer_consent_customer_fkey REFERENCES customer,
	channel      text NOT NULL CONSTRAINT customer_consent_channel_check CHECK (channel IN ('phone', 'sms', 'wechat', 'email', 'post')),
	purpose      text NOT NULL CONSTRAINT customer_consent_purpose_check CHECK (purpose IN ('service', 'survey', 'marketing')),
	text_version text NOT NULL,
	granted_at   timestamptz NOT NULL,
	withdrawn_at timestamptz,
	actor_id     uuid
);
CREATE INDEX customer_consent_customer_idx ON customer_consent (customer_id);

-- ---------------------------------------------------------------- vehicles

CREATE TABLE vehicle (
	id               uuid PRIMARY KEY,
	version          bigint NOT NULL DEFAULT 1,
	vin              text CONSTRAINT vehicle_vin_key UNIQUE,
	vin_check        text CONSTRAINT vehicle_vin_check_check CHECK (vin_check IN ('ok', 'failed', 'absent')),
	plate            text,
	plate_kind       text NOT NULL DEFAULT 'ordinary' CONSTRAINT vehicle_plate_kind_check CHECK (plate_kind IN ('ordinary', 'new_energy', 'none', 'temporary', 'other')),
	energy           text CONSTRAINT vehicle_energy_check CHECK (energy IN ('petrol', 'diesel', 'gas', 'hybrid', 'plug_in_hybrid', 'electric', 'fuel_cell', 'other')),
	usage_type       text CONSTRAINT vehicle_usage_type_check CHECK (usage_type IN ('household', 'commercial', 'dangerous_goods', 'other')),
	manufacturer     text,
	make             text,
	model            text,
	model_year       integer,
	colour           text,
	engine_number    text,
	purchased_on     date,
	delivered_on     date,
	in_service_km    integer,
	odometer_km      integer,
	odometer_at      timestamptz,
	external_ids     jsonb NOT NULL DEFAULT '{}',
	metadata         jsonb NOT NULL DEFAULT '{}',
	created_at       timestamptz NOT NULL,
	updated_at       timestamptz NOT NULL,
	deleted_at       timestamptz,
	changed          xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX vehicle_plate_idx ON vehicle (plate);
CREATE INDEX vehicle_created_idx ON vehicle (created_at, id);

CREATE TABLE vehicle_store (
	vehicle_id uuid NOT NULL REFERENCES vehicle,
	store_id   uuid NOT NULL REFERENCES store,
	why        text NOT NULL CONSTRAINT vehicle_store_why_check CHECK (why IN ('created', 'document', 'found', 'merged')),
	at         timestamptz NOT NULL,
	CONSTRAINT vehicle_store_pkey PRIMARY KEY (vehicle_id, store_id)
);
CREATE INDEX vehicle_store_store_idx ON vehicle_store (store_id, vehicle_id);

CREATE TABLE vehicle_owner (
	id          uuid PRIMARY KEY,
	vehicle_id  uuid NOT NULL CONSTRAINT vehicle_owner_vehicle_fkey REFERENCES vehicle,
	customer_id uuid NOT NULL CONSTRAINT vehicle_owner_customer_fkey REFERENCES customer,
	role        text NOT NULL CONSTRAINT vehicle_owner_role_check CHECK (role IN ('owner', 'driver', 'payer')),
	from_date   date NOT NULL,
	to_date     date,
	created_at  timestamptz NOT NULL,
	CONSTRAINT vehicle_owner_order_check CHECK (to_date IS NULL OR to_date >= from_date)
);
CREATE INDEX vehicle_owner_vehicle_idx ON vehicle_owner (vehicle_id);
CREATE INDEX vehicle_owner_customer_idx ON vehicle_owner (customer_id);

-- Plates are dated history: a plate moves, the VIN stays.
CREATE TABLE vehicle_plate (
	id         uuid PRIMARY KEY,
	vehicle_id uuid NOT NULL CONSTRAINT vehicle_plate_vehicle_fkey REFERENCES vehicle,
	plate      text NOT NULL,
	plate_kind text NOT NULL,
	from_date  date NOT NULL,
	to_date    date,
	created_at timestamptz NOT NULL
);
CREATE INDEX vehicle_plate_vehicle_idx ON vehicle_plate (vehicle_id);
CREATE INDEX vehicle_plate_plate_idx ON vehicle_plate (plate);
CREATE UNIQUE INDEX vehicle_plate_current_key ON vehicle_plate (plate) WHERE to_date IS NULL AND plate_kind IN ('ordinary', 'new_energy');

CREATE TABLE odometer_reading (
	id         uuid PRIMARY KEY,
	vehicle_id uuid NOT NULL CONSTRAINT odometer_reading_vehicle_fkey REFERENCES vehicle,
	km         integer NOT NULL,
	read_at    timestamptz NOT NULL,
	source     text NOT NULL CONSTRAINT odometer_reading_source_check CHECK (source IN ('manual', 'appointment', 'reception', 'delivery', 'import')),
	rollback   boolean NOT NULL DEFAULT false,
	reason     text,
	actor_id   uuid,
	created_at timestamptz NOT NULL
);
CREATE INDEX odometer_reading_vehicle_idx ON odometer_reading (vehicle_id, read_at);

-- ---------------------------------------------------------------- catalogue, parts, stock

CREATE TABLE operation (
	id              uuid PRIMARY KEY,
	version         bigint NOT NULL DEFAULT 1,
	code            text NOT NULL CONSTRAINT operation_code_key UNIQUE,
	name            text NOT NULL,
	initials        text NOT NULL DEFAULT '',
	standard_hours  numeric(14,3) NOT NULL CONSTRAINT operation_hours_check CHECK (standard_hours > 0),
	unit_price      bigint NOT NULL CONSTRAINT operation_price_check CHECK (unit_price >= 0),
	repair_category text NOT NULL DEFAULT 'minor' CONSTRAINT operation_repair_category_check CHECK (repair_category IN ('whole_vehicle', 'assembly', 'maint_2', 'maint_1', 'minor', 'special')),
	service_class   text NOT NULL DEFAULT 'repair' CONSTRAINT operation_service_class_check CHECK (service_class IN ('basic', 'repair', 'preventive', 'care')),
	skill           text,
	active          boolean NOT NULL DEFAULT true,
	external_ids    jsonb NOT NULL DEFAULT '{}',
	metadata        jsonb NOT NULL DEFAULT '{}',
	created_at      timestamptz NOT NULL,
	updated_at      timestamptz NOT NULL,
	deleted_at      timestamptz,
	changed         xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE TABLE part (
	id           uuid PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	number       text NOT NULL,
	number_norm  text COLLATE "C" NOT NULL,
	brand        text NOT NULL DEFAULT '',
	name         text NOT NULL,
	unit         text NOT NULL,
	sale_price   bigint NOT NULL CONSTRAINT part_sale_price_check CHECK (sale_price >= 0),
	active       boolean NOT NULL DEFAULT true,
	external_ids jsonb NOT NULL DEFAULT '{}',
	metadata     jsonb NOT NULL DEFAULT '{}',
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	deleted_at   timestamptz,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT part_number_key UNIQUE (number_norm, brand)
);
CREATE INDEX part_created_idx ON part (created_at, id);

CREATE TABLE warehouse (
	id         uuid PRIMARY KEY,
	version    bigint NOT NULL DEFAULT 1,
	store_id   uuid NOT NULL REFERENCES store,
	code       text NOT NULL,
	name       text NOT NULL,
	is_default boolean NOT NULL DEFAULT false,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	deleted_at timestamptz,
	changed    xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT warehouse_code_key UNIQUE (store_id, code),
	CONSTRAINT warehouse_store_key UNIQUE (store_id, id)
);
CREATE UNIQUE INDEX warehouse_default_key ON warehouse (store_id) WHERE is_default;

CREATE TABLE bin (
	id           uuid PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	store_id     uuid NOT NULL REFERENCES store,
	warehouse_id uuid NOT NULL,
	code         text NOT NULL,
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	deleted_at   timestamptz,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT bin_code_key UNIQUE (store_id, warehouse_id, code),
	CONSTRAINT bin_store_key UNIQUE (store_id, id),
	CONSTRAINT bin_warehouse_fkey FOREIGN KEY (store_id, warehouse_id) REFERENCES warehouse (store_id, id)
);

-- What is there: quantity and value; an issue takes value x quantity / on hand, the last piece the rest.
CREATE TABLE stock_level (
	store_id     uuid NOT NULL REFERENCES store,
	warehouse_id uuid NOT NULL,
	part_id      uuid NOT NULL CONSTRAINT stock_level_part_fkey REFERENCES part,
	on_hand      numeric(14,3) NOT NULL DEFAULT 0,
	reserved     numeric(14,3) NOT NULL DEFAULT 0,
	value        bigint NOT NULL DEFAULT 0,
	updated_at   timestamptz NOT NULL,
	CONSTRAINT stock_level_pkey PRIMARY KEY (store_id, warehouse_id, part_id),
	CONSTRAINT stock_level_warehouse_fkey FOREIGN KEY (store_id, warehouse_id) REFERENCES warehouse (store_id, id),
	CONSTRAINT stock_level_available_check CHECK (reserved >= 0 AND reserved <= on_hand),
	CONSTRAINT stock_level_value_check CHECK (value >= 0 AND (on_hand > 0 OR value = 0))
) WITH (fillfactor = 80);
CREATE INDEX stock_level_part_idx ON stock_level (part_id, store_id);

CREATE TABLE stock_document (
	id            uuid PRIMARY KEY,
	version       bigint NOT NULL DEFAULT 1,
	store_id      uuid NOT NULL REFERENCES store,
	warehouse_id  uuid NOT NULL,
	number        text NOT NULL CONSTRAINT stock_document_number_key UNIQUE,
	kind          text NOT NULL CONSTRAINT stock_document_kind_check CHECK (kind IN ('receipt', 'issue', 'return', 'sale', 'adjustment', 'scrap', 'internal', 'supplier_return', 'transfer_out', 'transfer_in', 'count')),
	status        text NOT NULL CONSTRAINT stock_document_status_check CHECK (status IN ('draft', 'posted', 'void', 'reversed')),
	reason        text NOT NULL,
	note          text,
	work_order_id uuid,
	reverses_id   uuid,
	received_by   uuid,
	created_by    uuid NOT NULL,
	audited_by    uuid,
	posted_at     timestamptz,
	created_at    timestamptz NOT NULL,
	updated_at    timestamptz NOT NULL,
	deleted_at    timestamptz,
	changed       xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT stock_document_store_key UNIQUE (store_id, id),
	CONSTRAINT stock_document_warehouse_fkey FOREIGN KEY (store_id, warehouse_id) REFERENCES warehouse (store_id, id)
);
CREATE INDEX stock_document_list_idx ON stock_document (store_id, created_at, id);

CREATE TABLE stock_document_line (
	id                 uuid PRIMARY KEY,
	store_id           uuid NOT NULL,
	document_id        uuid NOT NULL,
	position           integer NOT NULL,
	part_id            uuid NOT NULL CONSTRAINT stock_document_line_part_fkey REFERENCES part,
	quantity           numeric(14,3) NOT NULL CONSTRAINT stock_document_line_quantity_check CHECK (quantity <> 0),
	unit_cost          bigint,
	cost               bigint,
	bin_id             uuid,
	work_order_line_id uuid,
	CONSTRAINT stock_document_line_key UNIQUE (document_id, position),
	CONSTRAINT stock_document_line_document_fkey FOREIGN KEY (store_id, document_id) REFERENCES stock_document (store_id, id),
	CONSTRAINT stock_document_line_bin_fkey FOREIGN KEY (store_id, bin_id) REFERENCES bin (store_id, id)
);

-- The ledger: never changed, never deleted; on hand is the sum of it.
CREATE TABLE stock_movement (
	id            uuid PRIMARY KEY,
	store_id      uuid NOT NULL REFERENCES store,
	warehouse_id  uuid NOT NULL,
	part_id       uuid NOT NULL CONSTRAINT stock_movement_part_fkey REFERENCES part,
	document_id   uuid NOT NULL,
	line_id       uuid NOT NULL CONSTRAINT stock_movement_line_fkey REFERENCES stock_document_line,
	kind          text NOT NULL,
	reason        text NOT NULL,
	quantity      numeric(14,3) NOT NULL,
	value         bigint NOT NULL,
	on_hand_after numeric(14,3) NOT NULL,
	value_after   bigint NOT NULL,
	at            timestamptz NOT NULL,
	actor_id      uuid,
	CONSTRAINT stock_movement_document_fkey FOREIGN KEY (store_id, document_id) REFERENCES stock_document (store_id, id)
);
CREATE INDEX stock_movement_part_idx ON stock_movement (store_id, part_id, at, id);
CREATE INDEX stock_movement_at_idx ON stock_movement (store_id, at, id);

-- ---------------------------------------------------------------- booking and reception

CREATE TABLE appointment (
	id              uuid PRIMARY KEY,
	version         bigint NOT NULL DEFAULT 1,
	store_id        uuid NOT NULL REFERENCES store,
	number          text NOT NULL CONSTRAINT appointment_number_key UNIQUE,
	customer_id     uuid NOT NULL CONSTRAINT appointment_customer_fkey REFERENCES customer,
	vehicle_id      uuid NOT NULL CONSTRAINT appointment_vehicle_fkey REFERENCES vehicle,
	status          text NOT NULL CONSTRAINT appointment_status_check CHECK (status IN ('pending', 'confirmed', 'declined', 'cancelled', 'arrived', 'no_show', 'converted')),
	starts_at       timestamptz NOT NULL,
	ends_at         timestamptz NOT NULL,
	bay_id          uuid NOT NULL,
	technician_id   uuid NOT NULL CONSTRAINT appointment_technician_fkey REFERENCES staff,
	channel         text NOT NULL,
	concerns        text[] NOT NULL DEFAULT '{}',
	operation_ids   uuid[] NOT NULL DEFAULT '{}',
	odometer_km     integer,
	priority        text,
	transport       text,
	reason          text,
	note            text,
	arrived_at      timestamptz,
	late_minutes    integer,
	reception_id    uuid,
	created_by      uuid,
	external_ids    jsonb NOT NULL DEFAULT '{}',
	metadata        jsonb NOT NULL DEFAULT '{}',
	created_at      timestamptz NOT NULL,
	updated_at      timestamptz NOT NULL,
	deleted_at      timestamptz,
	changed         xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT appointment_store_key UNIQUE (store_id, id),
	CONSTRAINT appointment_order_check CHECK (starts_at < ends_at),
	CONSTRAINT appointment_bay_fkey FOREIGN KEY (store_id, bay_id) REFERENCES bay (store_id, id),
	CONSTRAINT appointment_bay_excl EXCLUDE USING gist (bay_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (status IN ('pending', 'confirmed', 'arrived', 'converted')),
	CONSTRAINT appointment_technician_excl EXCLUDE USING gist (technician_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (status IN ('pending', 'confirmed', 'arrived', 'converted'))
);
CREATE INDEX appointment_list_idx ON appointment (store_id, starts_at, id);
CREATE INDEX appointment_vehicle_idx ON appointment (vehicle_id);

CREATE TABLE reception (
	id              uuid PRIMARY KEY,
	version         bigint NOT NULL DEFAULT 1,
	store_id        uuid NOT NULL REFERENCES store,
	number          text NOT NULL CONSTRAINT reception_number_key UNIQUE,
	appointment_id  uuid,
	customer_id     uuid NOT NULL CONSTRAINT reception_customer_fkey REFERENCES customer,
	vehicle_id      uuid NOT NULL CONSTRAINT reception_vehicle_fkey REFERENCES vehicle,
	status          text NOT NULL CONSTRAINT reception_status_check CHECK (status IN ('waiting', 'greeted', 'checking', 'handed_over', 'left_without_service')),
	contact_name    text,
	contact_phone   text,
	odometer_km     integer NOT NULL,
	old_parts       text CONSTRAINT reception_old_parts_check CHECK (old_parts IN ('taken_back', 'given_up', 'none')),
	reason          text,
	note            text,
	arrived_at      timestamptz NOT NULL,
	greeted_at      timestamptz,
	checking_at     timestamptz,
	handed_over_at  timestamptz,
	left_at         timestamptz,
	created_by      uuid,
	external_ids    jsonb NOT NULL DEFAULT '{}',
	metadata        jsonb NOT NULL DEFAULT '{}',
	created_at      timestamptz NOT NULL,
	updated_at      timestamptz NOT NULL,
	deleted_at      timestamptz,
	changed         xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT reception_store_key UNIQUE (store_id, id),
	CONSTRAINT reception_appointment_fkey FOREIGN KEY (store_id, appointment_id) REFERENCES appointment (store_id, id)
);
CREATE UNIQUE INDEX reception_appointment_key ON reception (appointment_id) WHERE appointment_id IS NOT NULL;
CREATE INDEX reception_list_idx ON reception (store_id, arrived_at, id);
CREATE INDEX reception_vehicle_idx ON reception (vehicle_id);

CREATE TABLE reception_concern (
	id           uuid PRIMARY KEY,
	store_id     uuid NOT NULL,
	reception_id uuid NOT NULL,
	position     integer NOT NULL,
	text         text NOT NULL,
	CONSTRAINT reception_concern_key UNIQUE (reception_id, position),
	CONSTRAINT reception_concern_store_key UNIQUE (store_id, id),
	CONSTRAINT reception_concern_reception_fkey FOREIGN KEY (store_id, reception_id) REFERENCES reception (store_id, id)
);

-- Bytes lie in the data directory under their SHA-256; this says what they are.
CREATE TABLE file (
	id           uuid PRIMARY KEY,
	store_id     uuid NOT NULL REFERENCES store,
	sha256       text NOT NULL,
	media_type   text NOT NULL,
	size         bigint NOT NULL,
	name         text,
	subject_type text CONSTRAINT file_subject_type_check CHECK (subject_type IN ('reception', 'work_order', 'complaint')),
	subject_id   uuid,
	created_by   uuid,
	created_at   timestamptz NOT NULL,
	deleted_at   timestamptz,
	CONSTRAINT file_store_key UNIQUE (store_id, id)
);
CREATE INDEX file_subject_idx ON file (subject_id, created_at, id);

-- ---------------------------------------------------------------- work orders

CREATE TABLE work_order (
	id                uuid PRIMARY KEY,
	version           bigint NOT NULL DEFAULT 1,
	store_id          uuid NOT NULL REFERENCES store,
	number            text NOT NULL CONSTRAINT work_order_number_key UNIQUE,
	reception_id      uuid NOT NULL,
	customer_id       uuid NOT NULL CONSTRAINT work_order_customer_fkey REFERENCES customer,
	vehicle_id        uuid NOT NULL CONSTRAINT work_order_vehicle_fkey REFERENCES vehicle,
	status            text NOT NULL CONSTRAINT work_order_status_check CHECK (status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc', 'completed', 'settled', 'delivered', 'closed', 'cancelled')),
	promised_at       timestamptz,
	first_promised_at timestamptz,
	old_parts         text CONSTRAINT work_order_old_parts_check CHECK (old_parts IN ('taken_back', 'given_up', 'none')),
	bay_id            uuid,
	advisor_id        uuid,
	odometer_in_km    integer,
	odometer_out_km   integer,
	next_service_on   date,
	next_service_km   integer,
	explained         boolean,
	belongings_returned boolean,
	signature_file_id uuid,
	paid              boolean NOT NULL DEFAULT false,
	reason            text,
	note              text,
	opened_at         timestamptz NOT NULL,
	started_at        timestamptz,
	finished_at       timestamptz,
	completed_at      timestamptz,
	settled_at        timestamptz,
	delivered_at      timestamptz,
	closed_at         timestamptz,
	cancelled_at      timestamptz,
	external_ids      jsonb NOT NULL DEFAULT '{}',
	metadata          jsonb NOT NULL DEFAULT '{}',
	created_at        timestamptz NOT NULL,
	updated_at        timestamptz NOT NULL,
	deleted_at        timestamptz,
	changed           xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT work_order_store_key UNIQUE (store_id, id),
	CONSTRAINT work_order_reception_fkey FOREIGN KEY (store_id, reception_id) REFERENCES reception (store_id, id),
	CONSTRAINT work_order_bay_fkey FOREIGN KEY (store_id, bay_id) REFERENCES bay (store_id, id)
);
CREATE INDEX work_order_list_idx ON work_order (store_id, opened_at, id);
CREATE INDEX work_order_status_idx ON work_order (store_id, status, opened_at, id);
CREATE INDEX work_order_vehicle_idx ON work_order (vehicle_id, opened_at);
CREATE INDEX work_order_customer_idx ON work_order (customer_id);
CREATE INDEX work_order_changed_idx ON work_order (store_id, changed);

CREATE TABLE work_order_line (
	id                uuid PRIMARY KEY,
	store_id          uuid NOT NULL,
	work_order_id     uuid NOT NULL,
	position          integer NOT NULL,
	kind              text NOT NULL CONSTRAINT work_order_line_kind_check CHECK (kind IN ('labour', 'part', 'sublet', 'fee', 'discount')),
	operation_id      uuid CONSTRAINT work_order_line_operation_fkey REFERENCES operation,
	part_id           uuid CONSTRAINT work_order_line_part_fkey REFERENCES part,
	concern_id        uuid,
	description       text NOT NULL,
	repair_category   text,
	quantity          numeric(14,3) NOT NULL CONSTRAINT work_order_line_quantity_check CHECK (quantity > 0),
	list_price        bigint NOT NULL,
	unit_price        bigint NOT NULL CONSTRAINT work_order_line_unit_price_check CHECK (unit_price >= 0),
	amount            bigint NOT NULL,
	payer             text NOT NULL DEFAULT 'customer' CONSTRAINT work_order_line_payer_check CHECK (payer IN ('customer', 'maker_warranty', 'insurer', 'internal', 'goodwill', 'supplier', 'quality_guarantee')),
	status            text NOT NULL DEFAULT 'proposed' CONSTRAINT work_order_line_status_check CHECK (status IN ('proposed', 'authorised', 'declined', 'deferred', 'withdrawn')),
	work_status       text NOT NULL DEFAULT 'none' CONSTRAINT work_order_line_work_status_check CHECK (work_status IN ('none', 'assigned', 'working', 'paused', 'done', 'passed', 'failed')),
	supply            text NOT NULL DEFAULT 'none' CONSTRAINT work_order_line_supply_check CHECK (supply IN ('none', 'reserved', 'short', 'issued')),
	issued_quantity   numeric(14,3) NOT NULL DEFAULT 0,
	returned_quantity numeric(14,3) NOT NULL DEFAULT 0,
	technician_id     uuid CONSTRAINT work_order_line_technician_fkey REFERENCES staff,
	reason            text,
	rework_count      integer NOT NULL DEFAULT 0,
	authorisation_id  uuid,
	created_at        timestamptz NOT NULL,
	updated_at        timestamptz NOT NULL,
	changed           xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT work_order_line_key UNIQUE (work_order_id, position),
	CONSTRAINT work_order_line_store_key UNIQUE (store_id, id),
	CONSTRAINT work_order_line_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT work_order_line_concern_fkey FOREIGN KEY (store_id, concern_id) REFERENCES reception_concern (store_id, id),
	CONSTRAINT work_order_line_issued_check CHECK (returned_quantity >= 0 AND returned_quantity <= issued_quantity AND issued_quantity <= quantity)
);
CREATE INDEX work_order_line_technician_idx ON work_order_line (technician_id, work_status);

-- The customer's consent: who, when, how, for how much.
CREATE TABLE authorisation (
	id            uuid PRIMARY KEY,
	store_id      uuid NOT NULL,
	work_order_id uuid NOT NULL,
	method        text NOT NULL CONSTRAINT authorisation_method_check CHECK (method IN ('in_person', 'phone', 'wechat', 'sms', 'link')),
	by_name       text NOT NULL,
	by_phone      text,
	amount        bigint NOT NULL,
	amount_limit  bigint,
	at            timestamptz NOT NULL,
	actor_id      uuid,
	CONSTRAINT authorisation_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id)
);
CREATE INDEX authorisation_order_idx ON authorisation (work_order_id);

CREATE TABLE work_order_promise (
	id            uuid PRIMARY KEY,
	store_id      uuid NOT NULL,
	work_order_id uuid NOT NULL,
	promised_at   timestamptz NOT NULL,
	reason        text NOT NULL,
	told_method   text,
	told_at       timestamptz,
	at            timestamptz NOT NULL,
	actor_id      uuid,
	CONSTRAINT work_order_promise_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id)
);
CREATE INDEX work_order_promise_order_idx ON work_order_promise (work_order_id, at);

CREATE TABLE work_order_stage (
	id            uuid PRIMARY KEY,
	store_id      uuid NOT NULL,
	work_order_id uuid NOT NULL,
	status        text NOT NULL,
	reason        text,
	at            timestamptz NOT NULL,
	actor_id      uuid,
	CONSTRAINT work_order_stage_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id)
);
CREATE INDEX work_order_stage_order_idx ON work_order_stage (work_order_id, at);

CREATE TABLE clock_entry (
	id            uuid PRIMARY KEY,
	store_id      uuid NOT NULL,
	line_id       uuid NOT NULL,
	technician_id uuid NOT NULL REFERENCES staff,
	started_at    timestamptz NOT NULL,
	ended_at      timestamptz,
	CONSTRAINT clock_entry_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES work_order_line (store_id, id),
	CONSTRAINT clock_entry_order_check CHECK (ended_at IS NULL OR ended_at >= started_at)
);
CREATE UNIQUE INDEX clock_entry_open_key ON clock_entry (line_id, technician_id) WHERE ended_at IS NULL;

CREATE TABLE acceptance (
	work_order_id uuid NOT NULL,
	store_id      uuid NOT NULL,
	concern_id    uuid NOT NULL,
	solved        boolean NOT NULL,
	CONSTRAINT acceptance_pkey PRIMARY KEY (work_order_id, concern_id),
	CONSTRAINT acceptance_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT acceptance_concern_fkey FOREIGN KEY (store_id, concern_id) REFERENCES reception_concern (store_id, id)
);

CREATE TABLE quality_check (
	id            uuid PRIMARY KEY,
	version       bigint NOT NULL DEFAULT 1,
	store_id      uuid NOT NULL,
	work_order_id uuid NOT NULL,
	level         text NOT NULL CONSTRAINT quality_check_level_check CHECK (level IN ('self', 'mutual', 'final')),
	status        text NOT NULL CONSTRAINT quality_check_status_check CHECK (status IN ('open', 'passed', 'failed')),
	inspector_id  uuid NOT NULL,
	road_test_km  numeric(14,3),
	note          text,
	decided_at    timestamptz,
	created_at    timestamptz NOT NULL,
	updated_at    timestamptz NOT NULL,
	deleted_at    timestamptz,
	changed       xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT quality_check_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id)
);
CREATE UNIQUE INDEX quality_check_open_key ON quality_check (work_order_id, level) WHERE status = 'open';
CREATE INDEX quality_check_list_idx ON quality_check (store_id, created_at, id);

CREATE TABLE quality_check_failure (
	id            uuid PRIMARY KEY,
	store_id      uuid NOT NULL,
	check_id      uuid NOT NULL REFERENCES quality_check,
	line_id       uuid NOT NULL,
	reason        text NOT NULL,
	technician_id uuid,
	CONSTRAINT quality_check_failure_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES work_order_line (store_id, id)
);
CREATE INDEX quality_check_failure_check_idx ON quality_check_failure (check_id);

-- A wish for a part, with what could be picked at first look kept for ever (fill rate).
CREATE TABLE demand (
	id                  uuid PRIMARY KEY,
	version             bigint NOT NULL DEFAULT 1,
	store_id            uuid NOT NULL REFERENCES store,
	kind                text NOT NULL CONSTRAINT demand_kind_check CHECK (kind IN ('repair', 'sale', 'transfer', 'stock')),
	status              text NOT NULL CONSTRAINT demand_status_check CHECK (status IN ('open', 'reserved', 'on_order', 'in_transfer', 'fulfilled', 'lost', 'cancelled')),
	part_id             uuid NOT NULL CONSTRAINT demand_part_fkey REFERENCES part,
	work_order_id       uuid,
	work_order_line_id  uuid,
	customer_id         uuid,
	vehicle_id          uuid,
	quantity            numeric(14,3) NOT NULL CONSTRAINT demand_quantity_check CHECK (quantity > 0),
	first_pick_quantity numeric(14,3) NOT NULL,
	short_quantity      numeric(14,3) NOT NULL,
	reason              text,
	created_at          timestamptz NOT NULL,
	updated_at          timestamptz NOT NULL,
	deleted_at          timestamptz,
	changed             xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT demand_line_fkey FOREIGN KEY (store_id, work_order_line_id) REFERENCES work_order_line (store_id, id)
);
CREATE INDEX demand_list_idx ON demand (store_id, created_at, id);
CREATE INDEX demand_line_idx ON demand (work_order_line_id);

CREATE TABLE reservation (
	id                 uuid PRIMARY KEY,
	store_id           uuid NOT NULL REFERENCES store,
	warehouse_id       uuid NOT NULL,
	part_id            uuid NOT NULL,
	demand_id          uuid REFERENCES demand,
	work_order_line_id uuid,
	quantity           numeric(14,3) NOT NULL CONSTRAINT reservation_quantity_check CHECK (quantity > 0),
	status             text NOT NULL CONSTRAINT reservation_status_check CHECK (status IN ('active', 'consumed', 'released', 'expired')),
	created_at         timestamptz NOT NULL,
	ended_at           timestamptz,
	CONSTRAINT reservation_level_fkey FOREIGN KEY (store_id, warehouse_id, part_id) REFERENCES stock_level (store_id, warehouse_id, part_id),
	CONSTRAINT reservation_line_fkey FOREIGN KEY (store_id, work_order_line_id) REFERENCES work_order_line (store_id, id)
);
CREATE INDEX reservation_line_idx ON reservation (work_order_line_id) WHERE status = 'active';
CREATE INDEX reservation_level_idx ON reservation (store_id, warehouse_id, part_id) WHERE status = 'active';
CREATE INDEX reservation_list_idx ON reservation (store_id, created_at, id);

-- ---------------------------------------------------------------- money

CREATE TABLE settlement (
	id             uuid PRIMARY KEY,
	version        bigint NOT NULL DEFAULT 1,
	store_id       uuid NOT NULL REFERENCES store,
	number         text CONSTRAINT settlement_number_key UNIQUE,
	work_order_id  uuid NOT NULL,
	payer          text NOT NULL,
	customer_id    uuid NOT NULL,
	status         text NOT NULL CONSTRAINT settlement_status_check CHECK (status IN ('draft', 'issued', 'partly_paid', 'paid', 'void', 'credited', 'written_off')),
	currency       text NOT NULL,
	labour_total   bigint NOT NULL,
	part_total     bigint NOT NULL,
	sublet_total   bigint NOT NULL,
	fee_total      bigint NOT NULL,
	discount_total bigint NOT NULL,
	rounding       bigint NOT NULL,
	tax_bp         integer NOT NULL,
	tax_total      bigint NOT NULL,
	net_total      bigint NOT NULL,
	total          bigint NOT NULL,
	paid           bigint NOT NULL DEFAULT 0,
	reason         text,
	created_by     uuid,
	issued_at      timestamptz,
	issued_by      uuid,
	created_at     timestamptz NOT NULL,
	updated_at     timestamptz NOT NULL,
	deleted_at     timestamptz,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT settlement_store_key UNIQUE (store_id, id),
	CONSTRAINT settlement_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT settlement_total_check CHECK (total = labour_total + part_total + sublet_total + fee_total - discount_total + rounding AND total >= 0),
	CONSTRAINT settlement_net_check CHECK (net_total + tax_total = total),
	CONSTRAINT settlement_paid_check CHECK (paid >= 0 AND paid <= total),
	CONSTRAINT settlement_issued_check CHECK ((status = 'draft') = (number IS NULL))
);
CREATE UNIQUE INDEX settlement_order_key ON settlement (work_order_id, payer) WHERE status <> 'void';
CREATE INDEX settlement_list_idx ON settlement (store_id, created_at, id);

-- The lines as they were billed.
CREATE TABLE settlement_line (
	id                 uuid PRIMARY KEY,
	store_id           uuid NOT NULL,
	settlement_id      uuid NOT NULL,
	position           integer NOT NULL,
	work_order_line_id uuid NOT NULL,
	kind               text NOT NULL,
	description        text NOT NULL,
	quantity           numeric(14,3) NOT NULL,
	unit_price         bigint NOT NULL,
	amount             bigint NOT NULL,
	cost               bigint,
	CONSTRAINT settlement_line_key UNIQUE (settlement_id, position),
	CONSTRAINT settlement_line_settlement_fkey FOREIGN KEY (store_id, settlement_id) REFERENCES settlement (store_id, id)
);

CREATE TABLE payment (
	id            uuid PRIMARY KEY,
	version       bigint NOT NULL DEFAULT 1,
	store_id      uuid NOT NULL REFERENCES store,
	number        text NOT NULL CONSTRAINT payment_number_key UNIQUE,
	settlement_id uuid NOT NULL,
	amount        bigint NOT NULL CONSTRAINT payment_amount_check CHECK (amount > 0),
	refunded      bigint NOT NULL DEFAULT 0,
	method        text NOT NULL CONSTRAINT payment_method_check CHECK (method IN ('cash', 'card', 'wechat', 'alipay', 'bank', 'member', 'package_card', 'coupon')),
	status        text NOT NULL CONSTRAINT payment_status_check CHECK (status IN ('pending', 'succeeded', 'failed', 'partly_refunded', 'refunded')),
	reference     text,
	taken_by      uuid,
	taken_at      timestamptz NOT NULL,
	created_at    timestamptz NOT NULL,
	updated_at    timestamptz NOT NULL,
	deleted_at    timestamptz,
	changed       xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT payment_settlement_fkey FOREIGN KEY (store_id, settlement_id) REFERENCES settlement (store_id, id),
	CONSTRAINT payment_refunded_check CHECK (refunded >= 0 AND refunded <= amount)
);
CREATE INDEX payment_list_idx ON payment (store_id, taken_at, id);
CREATE INDEX payment_settlement_idx ON payment (settlement_id);

-- ---------------------------------------------------------------- voice of the customer

CREATE TABLE survey_template (
	id         uuid PRIMARY KEY,
	version    bigint NOT NULL DEFAULT 1,
	code       text NOT NULL CONSTRAINT survey_template_code_key UNIQUE,
	name       text NOT NULL,
	active     boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	deleted_at timestamptz,
	changed    xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE TABLE survey_question (
	id          uuid PRIMARY KEY,
	template_id uuid NOT NULL REFERENCES survey_template,
	position    integer NOT NULL,
	kind        text NOT NULL CONSTRAINT survey_question_kind_check CHECK (kind IN ('score', 'nps', 'choice', 'text')),
	min         integer,
	max         integer,
	text_en     text NOT NULL,
	text_zh     text NOT NULL,
	choices     text[],
	required    boolean NOT NULL DEFAULT false,
	weight      integer NOT NULL DEFAULT 1,
	CONSTRAINT survey_question_key UNIQUE (template_id, position)
);

CREATE TABLE survey (
	id            uuid PRIMARY KEY,
	version       bigint NOT NULL DEFAULT 1,
	store_id      uuid NOT NULL REFERENCES store,
	work_order_id uuid NOT NULL,
	customer_id   uuid NOT NULL,
	vehicle_id    uuid NOT NULL,
	template_id   uuid NOT NULL REFERENCES survey_template,
	link_id       uuid NOT NULL REFERENCES link,
	status        text NOT NULL CONSTRAINT survey_status_check CHECK (status IN ('scheduled', 'sent', 'opened', 'completed', 'expired', 'suppressed')),
	satisfaction  integer,
	reason        text,
	sent_at       timestamptz,
	completed_at  timestamptz,
	created_at    timestamptz NOT NULL,
	updated_at    timestamptz NOT NULL,
	deleted_at    timestamptz,
	changed       xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT survey_store_key UNIQUE (store_id, id),
	CONSTRAINT survey_order_key UNIQUE (work_order_id, template_id),
	CONSTRAINT survey_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id)
);
CREATE INDEX survey_list_idx ON survey (store_id, created_at, id);

CREATE TABLE survey_answer (
	survey_id   uuid NOT NULL,
	store_id    uuid NOT NULL,
	question_id uuid NOT NULL REFERENCES survey_question,
	score       integer,
	choice      text,
	text        text,
	CONSTRAINT survey_answer_pkey PRIMARY KEY (survey_id, question_id),
	CONSTRAINT survey_answer_survey_fkey FOREIGN KEY (store_id, survey_id) REFERENCES survey (store_id, id)
);

CREATE TABLE complaint (
	id              uuid PRIMARY KEY,
	version         bigint NOT NULL DEFAULT 1,
	store_id        uuid NOT NULL REFERENCES store,
	number          text NOT NULL CONSTRAINT complaint_number_key UNIQUE,
	origin          text NOT NULL CONSTRAINT complaint_origin_check CHECK (origin IN ('customer', 'survey', 'inspection', 'external')),
	status          text NOT NULL CONSTRAINT complaint_status_check CHECK (status IN ('received', 'assigned', 'analysing', 'handling', 'fed_back', 'tracking', 'closed', 'archived', 'withdrawn')),
	customer_id     uuid CONSTRAINT complaint_customer_fkey REFERENCES customer,
	contact_name    text,
	contact_phone   text,
	vehicle_id      uuid CONSTRAINT complaint_vehicle_fkey REFERENCES vehicle,
	work_order_id   uuid,
	survey_id       uuid,
	channel         text NOT NULL,
	category        text NOT NULL CONSTRAINT complaint_category_check CHECK (category IN ('product_quality', 'attitude', 'process', 'response', 'other')),
	severity        text NOT NULL CONSTRAINT complaint_severity_check CHECK (severity IN ('urgent', 'important', 'general')),
	description     text NOT NULL,
	desired_outcome text,
	owner_id        uuid CONSTRAINT complaint_owner_fkey REFERENCES staff,
	plan            text,
	root_cause      text,
	answer          text,
	reason          text,
	objection_count integer NOT NULL DEFAULT 0,
	received_at     timestamptz NOT NULL,
	closed_at       timestamptz,
	external_ids    jsonb NOT NULL DEFAULT '{}',
	metadata        jsonb NOT NULL DEFAULT '{}',
	created_at      timestamptz NOT NULL,
	updated_at      timestamptz NOT NULL,
	deleted_at      timestamptz,
	changed         xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT complaint_store_key UNIQUE (store_id, id),
	CONSTRAINT complaint_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT complaint_survey_fkey FOREIGN KEY (store_id, survey_id) REFERENCES survey (store_id, id),
	CONSTRAINT complaint_who_check CHECK (customer_id IS NOT NULL OR contact_name IS NOT NULL)
);
CREATE UNIQUE INDEX complaint_survey_key ON complaint (survey_id) WHERE survey_id IS NOT NULL;
CREATE INDEX complaint_list_idx ON complaint (store_id, received_at, id);
CREATE INDEX complaint_order_idx ON complaint (work_order_id);

CREATE TABLE complaint_step (
	id           uuid PRIMARY KEY,
	store_id     uuid NOT NULL,
	complaint_id uuid NOT NULL,
	status       text NOT NULL,
	note         text,
	at           timestamptz NOT NULL,
	actor_id     uuid,
	CONSTRAINT complaint_step_complaint_fkey FOREIGN KEY (store_id, complaint_id) REFERENCES complaint (store_id, id)
);
CREATE INDEX complaint_step_complaint_idx ON complaint_step (complaint_id, at);

-- ---------------------------------------------------------------- KPIs

-- Folded from events by one worker: parts of each KPI by store and day.
CREATE TABLE kpi_day (
	store_id    uuid NOT NULL REFERENCES store,
	kpi         text NOT NULL,
	day         date NOT NULL,
	numerator   numeric(20,3) NOT NULL,
	denominator numeric(20,3),
	n           bigint NOT NULL,
	as_of       timestamptz NOT NULL,
	CONSTRAINT kpi_day_pkey PRIMARY KEY (store_id, kpi, day)
);
CREATE INDEX kpi_day_kpi_idx ON kpi_day (kpi, day, store_id);

-- ---------------------------------------------------------------- imports

CREATE TABLE import_job (
	id           uuid PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	store_id     uuid NOT NULL REFERENCES store,
	kind         text NOT NULL CONSTRAINT import_job_kind_check CHECK (kind IN ('customers', 'vehicles', 'parts', 'complaints')),
	format       text NOT NULL CONSTRAINT import_job_format_check CHECK (format IN ('csv', 'ndjson')),
	status       text NOT NULL CONSTRAINT import_job_status_check CHECK (status IN ('queued', 'staging', 'applying', 'done', 'failed', 'cancelled')),
	dry_run      boolean NOT NULL,
	sha256       text NOT NULL,
	rows_total   bigint NOT NULL DEFAULT 0,
	rows_done    bigint NOT NULL DEFAULT 0,
	rows_failed  bigint NOT NULL DEFAULT 0,
	problem      text,
	created_by   uuid,
	finished_at  timestamptz,
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	deleted_at   timestamptz,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX import_job_list_idx ON import_job (store_id, created_at, id);

-- Staged rows; no store_id and so no policy: only reached through their job.
CREATE TABLE import_row (
	import_id  uuid NOT NULL REFERENCES import_job ON DELETE CASCADE,
	line       bigint NOT NULL,
	data       jsonb,
	status     text NOT NULL DEFAULT 'staged' CONSTRAINT import_row_status_check CHECK (status IN ('staged', 'done', 'failed')),
	subject_id uuid,
	problems   jsonb,
	CONSTRAINT import_row_pkey PRIMARY KEY (import_id, line)
);

INSERT INTO audit_class VALUES
	('customer', 'name', 'personal'), ('customer', 'phone', 'personal'), ('customer', 'id_number', 'personal'),
	('customer_contact', 'name', 'personal'), ('customer_contact', 'value', 'personal'),
	('reception', 'contact_name', 'personal'), ('reception', 'contact_phone', 'personal'),
	('complaint', 'contact_name', 'personal'), ('complaint', 'contact_phone', 'personal'),
	('vehicle', 'plate', 'personal'), ('vehicle', 'vin', 'personal');
