-- Suppliers: who may sell to the chain, on what terms, and what they ask for which part.
CREATE TABLE supplier (
	id            uuid CONSTRAINT supplier_pkey PRIMARY KEY,
	version       bigint NOT NULL DEFAULT 1,
	code          text COLLATE "C" NOT NULL CONSTRAINT supplier_code_key UNIQUE,
	name          text NOT NULL,
	credit_code   text,  -- of the enterprise (统一社会信用代码)
	contact       text,
	phone         text,
	address       text,
	payment_terms text NOT NULL CONSTRAINT supplier_payment_terms_check CHECK (payment_terms IN ('prepaid', 'on_delivery', 'after_invoice', 'monthly')),
	payment_days  integer NOT NULL DEFAULT 0 CONSTRAINT supplier_payment_days_check CHECK (payment_days >= 0),
	lead_days     integer CONSTRAINT supplier_lead_days_check CHECK (lead_days >= 0),
	minimum_amount bigint NOT NULL DEFAULT 0 CONSTRAINT supplier_minimum_amount_check CHECK (minimum_amount >= 0),
	active        boolean NOT NULL DEFAULT true,
	note          text,
	external_ids  jsonb NOT NULL DEFAULT '{}',
	metadata      jsonb NOT NULL DEFAULT '{}',
	created_at    timestamptz NOT NULL,
	updated_at    timestamptz NOT NULL,
	changed       xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE TABLE supplier_qualification (
	supplier_id uuid NOT NULL CONSTRAINT supplier_qualification_supplier_fkey REFERENCES supplier,
	position    integer NOT NULL,
	kind        text NOT NULL CONSTRAINT supplier_qualification_kind_check
		CHECK (kind IN ('business_licence', 'brand_authorisation', 'quality_system', 'product_certificate', 'hazardous_goods', 'other')),
	number      text,
	valid_from  date,
	valid_to    date,  -- the last day
	changed     xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT supplier_qualification_pkey PRIMARY KEY (supplier_id, position),
	CONSTRAINT supplier_qualification_time_check CHECK (valid_from <= valid_to)
);

-- What a supplier asks for a part, from a day on, until another offer or none.
CREATE TABLE supplier_offer (
	id               uuid CONSTRAINT supplier_offer_pkey PRIMARY KEY,
	supplier_id      uuid NOT NULL CONSTRAINT supplier_offer_supplier_fkey REFERENCES supplier,
	part_id          uuid NOT NULL CONSTRAINT supplier_offer_part_fkey REFERENCES part,
	supplier_number  text,
	price            bigint NOT NULL CONSTRAINT supplier_offer_price_check CHECK (price >= 0),
	pack_quantity    numeric(14,3) CONSTRAINT supplier_offer_pack_check CHECK (pack_quantity > 0),
	minimum_quantity numeric(14,3) CONSTRAINT supplier_offer_minimum_check CHECK (minimum_quantity > 0),
	lead_days        integer CONSTRAINT supplier_offer_lead_check CHECK (lead_days >= 0),
	valid_from       date NOT NULL,
	valid_to         date,  -- exclusive
	created_by       uuid,
	created_at       timestamptz NOT NULL,
	updated_at       timestamptz NOT NULL,
	changed          xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT supplier_offer_time_check CHECK (valid_from <= valid_to),
	CONSTRAINT supplier_offer_excl EXCLUDE USING gist (supplier_id WITH =, part_id WITH =, daterange(valid_from, valid_to) WITH &&)
);
CREATE INDEX supplier_offer_supplier_idx ON supplier_offer (supplier_id, id);
CREATE INDEX supplier_offer_part_idx ON supplier_offer (part_id, id);

-- How much who may let a store buy by one order; a store without any of these has no limit.
CREATE TABLE purchase_limit (
	store_id     uuid NOT NULL REFERENCES store,
	role         text NOT NULL,
	limit_amount bigint NOT NULL CONSTRAINT purchase_limit_amount_check CHECK (limit_amount >= 0),
	changed      xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT purchase_limit_pkey PRIMARY KEY (store_id, role)
);
