-- Inspections: what was seen of a vehicle when it came, point by point and around it, with what lay in it.

-- Headquarters' lists of points.  A revision is a row of its own, so that what was inspected by an older one reads as it was.
CREATE TABLE inspection_template (
	id           uuid PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	code         text NOT NULL,
	revision     integer NOT NULL DEFAULT 1,
	name         text NOT NULL,
	active       boolean NOT NULL DEFAULT true,
	created_by   uuid,
	external_ids jsonb NOT NULL DEFAULT '{}',
	metadata     jsonb NOT NULL DEFAULT '{}',
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	deleted_at   timestamptz,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT inspection_template_revision_key UNIQUE (code, revision)
);
CREATE UNIQUE INDEX inspection_template_active_key ON inspection_template (code) WHERE active;

CREATE TABLE inspection_template_item (
	id            uuid PRIMARY KEY,
	template_id   uuid NOT NULL REFERENCES inspection_template,
	position      integer NOT NULL,
	section       text,
	name          text NOT NULL,
	body_position text,
	required      boolean NOT NULL,
	CONSTRAINT inspection_template_item_key UNIQUE (template_id, position)
);

CREATE TABLE inspection (
	id                           uuid PRIMARY KEY,
	version                      bigint NOT NULL DEFAULT 1,
	store_id                     uuid NOT NULL REFERENCES store,
	number                       text NOT NULL CONSTRAINT inspection_number_key UNIQUE,
	reception_id                 uuid NOT NULL,
	vehicle_id                   uuid NOT NULL CONSTRAINT inspection_vehicle_fkey REFERENCES vehicle,
	template_id                  uuid REFERENCES inspection_template,
	status                       text NOT NULL DEFAULT 'draft' CONSTRAINT inspection_status_check CHECK (status IN ('draft', 'submitted', 'signed')),
	fuel_percent                 integer,
	battery_percent              integer,
	lamps                        text[] NOT NULL DEFAULT '{}',
	belongings                   text[] NOT NULL DEFAULT '{}',
	note                         text,
	customer_signature_file_id   uuid,
	technician_signature_file_id uuid,
	submitted_by                 uuid,
	submitted_at                 timestamptz,
	signed_at                    timestamptz,
	created_by                   uuid,
	external_ids                 jsonb NOT NULL DEFAULT '{}',
	metadata                     jsonb NOT NULL DEFAULT '{}',
	created_at                   timestamptz NOT NULL,
	updated_at                   timestamptz NOT NULL,
	deleted_at                   timestamptz,
	changed                      xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT inspection_store_key UNIQUE (store_id, id),
	CONSTRAINT inspection_reception_fkey FOREIGN KEY (store_id, reception_id) REFERENCES reception (store_id, id),
	CONSTRAINT inspection_customer_signature_fkey FOREIGN KEY (store_id, customer_signature_file_id) REFERENCES file (store_id, id),
	CONSTRAINT inspection_technician_signature_fkey FOREIGN KEY (store_id, technician_signature_file_id) REFERENCES file (store_id, id),
	CONSTRAINT inspection_submitted_check CHECK ((status = 'draft') = (submitted_at IS NULL)),
	CONSTRAINT inspection_signed_check CHECK ((status = 'signed') = (signed_at IS NOT NULL AND customer_signature_file_id IS NOT NULL AND technician_signature_file_id IS NOT NULL))
);
CREATE INDEX inspection_list_idx ON inspection (store_id, created_at, id);
CREATE INDEX inspection_chain_idx ON inspection (created_at, id);
CREATE INDEX inspection_reception_idx ON inspection (reception_id);
CREATE INDEX inspection_vehicle_idx ON inspection (vehicle_id);

-- A point of the template, a place of the body, or both.
CREATE TABLE inspection_finding (
	id            uuid PRIMARY KEY,
	store_id      uuid NOT NULL,
	inspection_id uuid NOT NULL,
	position      integer NOT NULL,
	item_id       uuid REFERENCES inspection_template_item,
	body_position text CONSTRAINT inspection_finding_body_position_check CHECK (body_position IN ('front', 'rear', 'left_side', 'right_side', 'bonnet', 'roof', 'boot', 'front_bumper', 'rear_bumper', 'front_left_wing', 'front_right_wing', 'rear_left_wing', 'rear_right_wing', 'front_left_door', 'front_right_door', 'rear_left_door', 'rear_right_door', 'left_mirror', 'right_mirror', 'windscreen', 'rear_window', 'front_left_wheel', 'front_right_wheel', 'rear_left_wheel', 'rear_right_wheel', 'underbody', 'engine_bay', 'interior')),
	damage        text CONSTRAINT inspection_finding_damage_check CHECK (damage IN ('scratch', 'dent', 'crack', 'broken', 'missing', 'rust', 'wear', 'leak', 'other')),
	severity      text NOT NULL CONSTRAINT inspection_finding_severity_check CHECK (severity IN ('green', 'yellow', 'red', 'not_applicable')),
	measured      text,
	note          text,
	customer_text text,
	risk_text     text,
	CONSTRAINT inspection_finding_store_key UNIQUE (store_id, id),
	CONSTRAINT inspection_finding_key UNIQUE (inspection_id, position),
	CONSTRAINT inspection_finding_place_check CHECK (num_nonnulls(item_id, body_position) > 0),
	CONSTRAINT inspection_finding_inspection_fkey FOREIGN KEY (store_id, inspection_id) REFERENCES inspection (store_id, id)
);
CREATE UNIQUE INDEX inspection_finding_item_key ON inspection_finding (inspection_id, item_id) WHERE item_id IS NOT NULL;

CREATE TABLE inspection_finding_file (
	finding_id uuid NOT NULL,
	file_id    uuid NOT NULL,
	store_id   uuid NOT NULL,
	position   integer NOT NULL,
	PRIMARY KEY (finding_id, file_id),
	CONSTRAINT inspection_finding_file_finding_fkey FOREIGN KEY (store_id, finding_id) REFERENCES inspection_finding (store_id, id),
	CONSTRAINT inspection_finding_file_file_fkey FOREIGN KEY (store_id, file_id) REFERENCES file (store_id, id)
);
