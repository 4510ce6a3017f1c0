-- Estimates: what the work would cost, in one or more ways, and what the customer made of it.

-- A revision is a row of its own, so that what was sent stays as it was.
CREATE TABLE estimate (
	id               uuid PRIMARY KEY,
	version          bigint NOT NULL DEFAULT 1,
	store_id         uuid NOT NULL REFERENCES store,
	number           text NOT NULL,
	revision         integer NOT NULL DEFAULT 1,
	work_order_id    uuid NOT NULL,
	customer_id      uuid NOT NULL CONSTRAINT estimate_customer_fkey REFERENCES customer,
	vehicle_id       uuid NOT NULL CONSTRAINT estimate_vehicle_fkey REFERENCES vehicle,
	status           text NOT NULL DEFAULT 'draft' CONSTRAINT estimate_status_check CHECK (status IN ('draft', 'sent', 'accepted', 'partly_accepted', 'declined', 'expired', 'superseded')),
	valid_until      date,
	note             text,
	chosen_option_id uuid,
	authorisation_id uuid,
	method           text CONSTRAINT estimate_method_check CHECK (method IN ('in_person', 'phone', 'wechat', 'sms', 'link')),
	by_name          text,
	reason           text,
	link_id          uuid CONSTRAINT estimate_link_key UNIQUE,
	sent_at          timestamptz,
	decided_at       timestamptz,
	created_by       uuid,
	external_ids     jsonb NOT NULL DEFAULT '{}',
	metadata         jsonb NOT NULL DEFAULT '{}',
	created_at       timestamptz NOT NULL,
	updated_at       timestamptz NOT NULL,
	deleted_at       timestamptz,
	changed          xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT estimate_store_key UNIQUE (store_id, id),
	CONSTRAINT estimate_revision_key UNIQUE (number, revision),
	CONSTRAINT estimate_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT estimate_link_fkey FOREIGN KEY (store_id, link_id) REFERENCES link (store_id, id),
	CONSTRAINT estimate_sent_check CHECK ((status = 'draft') <= (sent_at IS NULL)),
	CONSTRAINT estimate_decided_check CHECK ((status IN ('accepted', 'partly_accepted', 'declined')) <= (decided_at IS NOT NULL))
);
CREATE INDEX estimate_list_idx ON estimate (store_id, created_at, id);
CREATE INDEX estimate_chain_idx ON estimate (created_at, id);
CREATE INDEX estimate_customer_idx ON estimate (customer_id);
CREATE INDEX estimate_vehicle_idx ON estimate (vehicle_id);
CREATE INDEX estimate_order_idx ON estimate (work_order_id, created_at);
-- One at a time waits for the customer.
CREATE UNIQUE INDEX estimate_live_key ON estimate (number) WHERE status IN ('draft', 'sent');
CREATE INDEX estimate_sent_idx ON estimate (valid_until, id) WHERE status = 'sent';

CREATE TABLE estimate_option (
	id               uuid PRIMARY KEY,
	store_id         uuid NOT NULL,
	estimate_id      uuid NOT NULL,
	position         integer NOT NULL,
	label            text NOT NULL,
	pros             text,
	cons             text,
	duration_minutes integer,
	finish_at        timestamptz,
	created_at       timestamptz NOT NULL,
	CONSTRAINT estimate_option_store_key UNIQUE (store_id, id),
	CONSTRAINT estimate_option_key UNIQUE (estimate_id, position),
	CONSTRAINT estimate_option_estimate_fkey FOREIGN KEY (store_id, estimate_id) REFERENCES estimate (store_id, id)
);

CREATE TABLE estimate_line (
	id              uuid PRIMARY KEY,
	store_id        uuid NOT NULL,
	estimate_id     uuid NOT NULL,
	option_id       uuid NOT NULL,
	position        integer NOT NULL,
	kind            text NOT NULL CONSTRAINT estimate_line_kind_check CHECK (kind IN ('labour', 'part', 'sublet', 'fee', 'discount')),
	operation_id    uuid CONSTRAINT estimate_line_operation_fkey REFERENCES operation,
	part_id         uuid CONSTRAINT estimate_line_part_fkey REFERENCES part,
	concern_id      uuid,
	description     text NOT NULL,
	repair_category text,
	quantity        numeric(14,3) NOT NULL CONSTRAINT estimate_line_quantity_check CHECK (quantity > 0),
	list_price      bigint NOT NULL,
	unit_price      bigint NOT NULL CONSTRAINT estimate_line_unit_price_check CHECK (unit_price >= 0),
	amount          bigint NOT NULL,
	payer           text NOT NULL CONSTRAINT estimate_line_payer_check CHECK (payer IN ('customer', 'maker_warranty', 'insurer', 'internal', 'goodwill', 'supplier', 'quality_guarantee')),
	decision        text CONSTRAINT estimate_line_decision_check CHECK (decision IN ('authorise', 'decline', 'defer')),
	reason          text,
	revives_line_id uuid,
	created_at      timestamptz NOT NULL,
	CONSTRAINT estimate_line_store_key UNIQUE (store_id, id),
	CONSTRAINT estimate_line_key UNIQUE (option_id, position),
	CONSTRAINT estimate_line_estimate_fkey FOREIGN KEY (store_id, estimate_id) REFERENCES estimate (store_id, id),
	CONSTRAINT estimate_line_option_fkey FOREIGN KEY (store_id, option_id) REFERENCES estimate_option (store_id, id),
	CONSTRAINT estimate_line_concern_fkey FOREIGN KEY (store_id, concern_id) REFERENCES reception_concern (store_id, id),
	CONSTRAINT estimate_line_revives_fkey FOREIGN KEY (store_id, revives_line_id) REFERENCES work_order_line (store_id, id)
);
CREATE INDEX estimate_line_estimate_idx ON estimate_line (estimate_id);

ALTER TABLE estimate
	ADD CONSTRAINT estimate_option_fkey FOREIGN KEY (store_id, chosen_option_id) REFERENCES estimate_option (store_id, id);

-- The line of the estimate that a line of an order was, and the line of an earlier visit that it takes up again.
ALTER TABLE work_order_line
	ADD COLUMN estimate_line_id uuid,
	ADD COLUMN revives_line_id uuid,
	ADD CONSTRAINT work_order_line_revives_key UNIQUE (revives_line_id),
	ADD CONSTRAINT work_order_line_revives_fkey FOREIGN KEY (store_id, revives_line_id) REFERENCES work_order_line (store_id, id),
	ADD CONSTRAINT work_order_line_estimate_key UNIQUE (estimate_line_id),
	ADD CONSTRAINT work_order_line_estimate_fkey FOREIGN KEY (store_id, estimate_line_id) REFERENCES estimate_line (store_id, id);
