-- Packages of headquarters: operations and parts under one name, in revisions.

CREATE TABLE package (
	id           uuid PRIMARY KEY,
	version      bigint NOT NULL DEFAULT 1,
	code         text NOT NULL CONSTRAINT package_code_key UNIQUE,
	name         text NOT NULL,
	note         text,
	revision     integer NOT NULL DEFAULT 1,
	active       boolean NOT NULL DEFAULT true,
	external_ids jsonb NOT NULL DEFAULT '{}',
	metadata     jsonb NOT NULL DEFAULT '{}',
	created_at   timestamptz NOT NULL,
	updated_at   timestamptz NOT NULL,
	deleted_at   timestamptz,
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id()
);

-- Lines are of a revision, which never changes.
CREATE TABLE package_revision (
	package_id uuid NOT NULL CONSTRAINT package_revision_package_fkey REFERENCES package,
	revision   integer NOT NULL,
	price      bigint CONSTRAINT package_revision_price_check CHECK (price > 0),
	created_at timestamptz NOT NULL,
	actor_id   uuid,
	CONSTRAINT package_revision_pkey PRIMARY KEY (package_id, revision)
);

CREATE TABLE package_item (
	package_id   uuid NOT NULL,
	revision     integer NOT NULL,
	position     integer NOT NULL,
	operation_id uuid CONSTRAINT package_item_operation_fkey REFERENCES operation,
	part_id      uuid CONSTRAINT package_item_part_fkey REFERENCES part,
	hours        numeric(14,3) CONSTRAINT package_item_hours_check CHECK (hours > 0),
	quantity     numeric(14,3) CONSTRAINT package_item_quantity_check CHECK (quantity > 0),
	CONSTRAINT package_item_pkey PRIMARY KEY (package_id, revision, position),
	CONSTRAINT package_item_revision_fkey FOREIGN KEY (package_id, revision) REFERENCES package_revision,
	CONSTRAINT package_item_kind_check CHECK ((operation_id IS NULL) <> (part_id IS NULL)),
	CONSTRAINT package_item_amount_check CHECK ((part_id IS NULL) = (quantity IS NULL) AND (operation_id IS NOT NULL OR hours IS NULL))
);

-- From what a line's price came: of a package with a fixed price, its share of it.
ALTER TABLE work_order_line
	ADD COLUMN package_id uuid,
	ADD COLUMN package_revision integer,
	ADD CONSTRAINT work_order_line_package_fkey FOREIGN KEY (package_id, package_revision) REFERENCES package_revision,
	DROP CONSTRAINT work_order_line_price_source_check,
	ADD CONSTRAINT work_order_line_price_source_check CHECK (price_source IN ('catalogue', 'price_list', 'package', 'entered'));
ALTER TABLE estimate_line
	ADD COLUMN package_id uuid,
	ADD COLUMN package_revision integer,
	ADD CONSTRAINT estimate_line_package_fkey FOREIGN KEY (package_id, package_revision) REFERENCES package_revision,
	DROP CONSTRAINT estimate_line_price_source_check,
	ADD CONSTRAINT estimate_line_price_source_check CHECK (price_source IN ('catalogue', 'price_list', 'package', 'entered'));
