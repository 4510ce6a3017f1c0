-- Price lists by class of store and day, and what a line's price came from.

-- '' is no class: its list is for every store, after that of the store's own class.
ALTER TABLE store ADD COLUMN store_class text NOT NULL DEFAULT '';

CREATE TABLE price_list (
	id             uuid PRIMARY KEY,
	version        bigint NOT NULL DEFAULT 1,
	name           text NOT NULL,
	store_class    text NOT NULL DEFAULT '',
	valid_from     date NOT NULL,
	valid_to       date,
	note           text,
	external_ids   jsonb NOT NULL DEFAULT '{}',
	metadata       jsonb NOT NULL DEFAULT '{}',
	created_at     timestamptz NOT NULL,
	updated_at     timestamptz NOT NULL,
	deleted_at     timestamptz,
	deleted_by     uuid,
	deleted_reason text,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT price_list_order_check CHECK (valid_to IS NULL OR valid_to >= valid_from),
	CONSTRAINT price_list_days_excl EXCLUDE USING gist (store_class WITH =, daterange(valid_from, valid_to, '[]') WITH &&) WHERE (deleted_at IS NULL)
);

-- One row for an operation or a part of a list.
CREATE TABLE listed_price (
	price_list_id uuid NOT NULL CONSTRAINT listed_price_list_fkey REFERENCES price_list,
	operation_id  uuid CONSTRAINT listed_price_operation_fkey REFERENCES operation,
	part_id       uuid CONSTRAINT listed_price_part_fkey REFERENCES part,
	subject_id    uuid NOT NULL GENERATED ALWAYS AS (coalesce(operation_id, part_id)) STORED,
	basis         text NOT NULL CONSTRAINT listed_price_basis_check CHECK (basis IN ('hour', 'fixed', 'piece')),
	price         bigint NOT NULL CONSTRAINT listed_price_price_check CHECK (price >= 0),
	updated_at    timestamptz NOT NULL,
	CONSTRAINT listed_price_pkey PRIMARY KEY (price_list_id, subject_id),
	CONSTRAINT listed_price_subject_check CHECK ((operation_id IS NULL) <> (part_id IS NULL)),
	CONSTRAINT listed_price_of_check CHECK ((basis = 'piece') = (part_id IS NOT NULL))
);
CREATE INDEX listed_price_subject_idx ON listed_price (subject_id, price_list_id);

-- The ledger of prices, of lists and (no list) of the catalogue: never changed.
CREATE TABLE price_change (
	id            uuid PRIMARY KEY,
	price_list_id uuid CONSTRAINT price_change_list_fkey REFERENCES price_list,
	operation_id  uuid CONSTRAINT price_change_operation_fkey REFERENCES operation,
	part_id       uuid CONSTRAINT price_change_part_fkey REFERENCES part,
	subject_id    uuid NOT NULL GENERATED ALWAYS AS (coalesce(operation_id, part_id)) STORED,
	basis         text NOT NULL CONSTRAINT price_change_basis_check CHECK (basis IN ('hour', 'fixed', 'piece')),
	old_price     bigint,
	new_price     bigint,
	at            timestamptz NOT NULL,
	actor_id      uuid,
	CONSTRAINT price_change_subject_check CHECK ((operation_id IS NULL) <> (part_id IS NULL))
);
CREATE INDEX price_change_at_idx ON price_change (at, id);
CREATE INDEX price_change_subject_idx ON price_change (subject_id, at, id);
CREATE INDEX price_change_list_idx ON price_change (price_list_id, at, id);

-- Labour at a fixed price is one of it; its hours stand beside.
ALTER TABLE work_order_line
	ADD COLUMN price_source text CONSTRAINT work_order_line_price_source_check CHECK (price_source IN ('catalogue', 'price_list', 'entered')),
	ADD COLUMN price_list_id uuid CONSTRAINT work_order_line_price_list_fkey REFERENCES price_list,
	ADD COLUMN fixed_hours numeric(14,3) CONSTRAINT work_order_line_fixed_check CHECK (fixed_hours IS NULL OR fixed_hours > 0 AND quantity = 1);
ALTER TABLE estimate_line
	ADD COLUMN price_source text CONSTRAINT estimate_line_price_source_check CHECK (price_source IN ('catalogue', 'price_list', 'entered')),
	ADD COLUMN price_list_id uuid CONSTRAINT estimate_line_price_list_fkey REFERENCES price_list,
	ADD COLUMN fixed_hours numeric(14,3) CONSTRAINT estimate_line_fixed_check CHECK (fixed_hours IS NULL OR fixed_hours > 0 AND quantity = 1);
