-- What a part is, beside its number and price: sources, classes, packs, barcodes, what succeeds it and what it fits.
ALTER TABLE part
	ADD COLUMN source_class text CONSTRAINT part_source_class_check
		CHECK (source_class IN ('original', 'equivalent', 'aftermarket', 'remanufactured', 'repaired', 'used', 'customer_supplied')),
	ADD COLUMN technology_score integer CONSTRAINT part_technology_score_check CHECK (technology_score BETWEEN 0 AND 50),
	ADD COLUMN use_class text CONSTRAINT part_use_class_check CHECK (use_class IN ('consumable', 'wear', 'repair', 'base', 'crash')),
	ADD COLUMN pack_quantity numeric(14,3) NOT NULL DEFAULT 1 CONSTRAINT part_pack_quantity_check CHECK (pack_quantity > 0),
	-- what the number says (QC/T 265), or who wrote it told; parts that are there are read anew when their number is changed
	ADD COLUMN number_scheme text CONSTRAINT part_number_scheme_check CHECK (number_scheme IN ('qc_t_265', 'told')),
	ADD COLUMN number_company text,
	ADD COLUMN number_source text,
	ADD COLUMN number_group text COLLATE "C",
	ADD COLUMN number_subgroup text COLLATE "C",
	ADD COLUMN number_piece text,
	ADD COLUMN number_structure text,
	ADD COLUMN number_change text,
	ADD COLUMN number_repair text;
CREATE INDEX part_subgroup_idx ON part (number_subgroup, id) WHERE number_subgroup IS NOT NULL;

CREATE TABLE part_barcode (
	code    text COLLATE "C" CONSTRAINT part_barcode_pkey PRIMARY KEY,
	part_id uuid NOT NULL CONSTRAINT part_barcode_part_fkey REFERENCES part
);
CREATE INDEX part_barcode_part_idx ON part_barcode (part_id);

CREATE TABLE part_replacement (
	id         uuid CONSTRAINT part_replacement_pkey PRIMARY KEY,
	of_part_id uuid NOT NULL CONSTRAINT part_replacement_of_fkey REFERENCES part,
	by_part_id uuid NOT NULL CONSTRAINT part_replacement_by_fkey REFERENCES part,
	kind       text NOT NULL CONSTRAINT part_replacement_kind_check CHECK (kind IN ('successor', 'alternative')),
	one_way    boolean NOT NULL DEFAULT false,
	valid_from date NOT NULL,
	valid_to   date,  -- exclusive
	note       text,
	created_by uuid,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	changed    xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT part_replacement_self_check CHECK (of_part_id <> by_part_id),
	CONSTRAINT part_replacement_time_check CHECK (valid_from <= valid_to),
	CONSTRAINT part_replacement_successor_excl EXCLUDE USING gist (of_part_id WITH =, daterange(valid_from, valid_to) WITH &&) WHERE (kind = 'successor')
);
CREATE INDEX part_replacement_of_idx ON part_replacement (of_part_id, id);
CREATE INDEX part_replacement_by_idx ON part_replacement (by_part_id, id);

CREATE TABLE part_fitment (
	id        uuid CONSTRAINT part_fitment_pkey PRIMARY KEY,
	part_id   uuid NOT NULL CONSTRAINT part_fitment_part_fkey REFERENCES part,
	position  integer NOT NULL,
	make      text NOT NULL,
	model     text,
	year_from integer,
	year_to   integer,
	engine    text,
	note      text,
	CONSTRAINT part_fitment_years_check CHECK (year_from <= year_to),
	CONSTRAINT part_fitment_place_key UNIQUE (part_id, position)
);
CREATE INDEX part_fitment_make_idx ON part_fitment (lower(make), part_id);
