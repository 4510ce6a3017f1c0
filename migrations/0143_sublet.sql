-- Outside work: what a vendor does for a line of an order, what it costs, and the vendor's invoice.

CREATE TABLE sublet (
	id             uuid PRIMARY KEY,
	version        bigint NOT NULL DEFAULT 1,
	store_id       uuid NOT NULL,
	work_order_id  uuid NOT NULL,
	line_id        uuid NOT NULL,
	status         text NOT NULL DEFAULT 'planned' CONSTRAINT sublet_status_check CHECK (status IN ('planned', 'sent', 'returned', 'billed', 'cancelled')),
	vendor         text NOT NULL,
	vendor_phone   text,
	cost           bigint CONSTRAINT sublet_cost_check CHECK (cost >= 0),
	due_at         timestamptz,
	invoice_number text,
	invoiced_on    date,
	reason         text,
	note           text,
	sent_at        timestamptz,
	returned_at    timestamptz,
	billed_at      timestamptz,
	created_by     uuid,
	created_at     timestamptz NOT NULL,
	updated_at     timestamptz NOT NULL,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT sublet_store_key UNIQUE (store_id, id),
	CONSTRAINT sublet_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT sublet_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES work_order_line (store_id, id),
	CONSTRAINT sublet_sent_check CHECK ((status IN ('sent', 'returned', 'billed')) <= (sent_at IS NOT NULL)),
	CONSTRAINT sublet_returned_check CHECK ((status IN ('returned', 'billed')) <= (returned_at IS NOT NULL)),
	CONSTRAINT sublet_billed_check CHECK ((status = 'billed') = (invoice_number IS NOT NULL) AND (status = 'billed') <= (cost IS NOT NULL))
);
-- A line is with one vendor at a time.
CREATE UNIQUE INDEX sublet_live_key ON sublet (line_id) WHERE status <> 'cancelled';
CREATE INDEX sublet_list_idx ON sublet (store_id, created_at, id);
CREATE INDEX sublet_chain_idx ON sublet (created_at, id);
CREATE INDEX sublet_order_idx ON sublet (work_order_id);
INSERT INTO audit_class VALUES ('sublet', 'vendor_phone', 'personal');
