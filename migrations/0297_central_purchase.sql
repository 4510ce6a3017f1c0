-- What headquarters buys for several stores at once: one order to the supplier for each.
CREATE TABLE central_purchase (
	id          uuid CONSTRAINT central_purchase_pkey PRIMARY KEY,
	version     bigint NOT NULL DEFAULT 1,
	supplier_id uuid NOT NULL CONSTRAINT central_purchase_supplier_fkey REFERENCES supplier,
	note        text,
	created_by  uuid NOT NULL,
	created_at  timestamptz NOT NULL,
	updated_at  timestamptz NOT NULL,
	changed     xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX central_purchase_list_idx ON central_purchase (created_at, id);

ALTER TABLE purchase_order ADD COLUMN central_purchase_id uuid CONSTRAINT purchase_order_central_fkey REFERENCES central_purchase;
CREATE INDEX purchase_order_central_idx ON purchase_order (central_purchase_id) WHERE central_purchase_id IS NOT NULL;
