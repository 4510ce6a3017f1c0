-- Mark-up matrices: prices of parts that stand in no list, by what the store has paid.

CREATE TABLE markup_matrix (
	id             uuid PRIMARY KEY,
	version        bigint NOT NULL DEFAULT 1,
	name           text NOT NULL,
	store_class    text NOT NULL DEFAULT '',
	rounding       text NOT NULL CONSTRAINT markup_matrix_rounding_check CHECK (rounding IN ('up', 'nearest', 'down')),
	rounding_fen   integer NOT NULL CONSTRAINT markup_matrix_rounding_fen_check CHECK (rounding_fen > 0),
	created_at     timestamptz NOT NULL,
	updated_at     timestamptz NOT NULL,
	deleted_at     timestamptz,
	deleted_by     uuid,
	deleted_reason text,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE UNIQUE INDEX markup_matrix_class_key ON markup_matrix (store_class) WHERE deleted_at IS NULL;

CREATE TABLE markup_band (
	matrix_id uuid NOT NULL CONSTRAINT markup_band_matrix_fkey REFERENCES markup_matrix,
	cost_from bigint NOT NULL CONSTRAINT markup_band_cost_check CHECK (cost_from >= 0),
	markup_bp integer NOT NULL CONSTRAINT markup_band_markup_check CHECK (markup_bp >= 0),
	changed   xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT markup_band_pkey PRIMARY KEY (matrix_id, cost_from)
);

ALTER TABLE work_order_line
	DROP CONSTRAINT work_order_line_price_source_check,
	ADD CONSTRAINT work_order_line_price_source_check CHECK (price_source IN ('catalogue', 'price_list', 'package', 'markup', 'entered'));
ALTER TABLE estimate_line
	DROP CONSTRAINT estimate_line_price_source_check,
	ADD CONSTRAINT estimate_line_price_source_check CHECK (price_source IN ('catalogue', 'price_list', 'package', 'markup', 'entered'));
