-- Why a bill is void, refunds one by one, and the way from an order's line to what its parts cost.

ALTER TABLE settlement ADD COLUMN note text;

CREATE TABLE payment_refund (
	id         uuid PRIMARY KEY,
	store_id   uuid NOT NULL REFERENCES store,
	payment_id uuid NOT NULL CONSTRAINT payment_refund_payment_fkey REFERENCES payment,
	amount     bigint NOT NULL CONSTRAINT payment_refund_amount_check CHECK (amount > 0),
	reason     text NOT NULL,
	note       text,
	at         timestamptz NOT NULL,
	actor_id   uuid
);
CREATE INDEX payment_refund_payment_idx ON payment_refund (payment_id, at, id);

CREATE INDEX stock_document_line_order_line_idx ON stock_document_line (work_order_line_id) WHERE work_order_line_id IS NOT NULL;
CREATE INDEX settlement_changed_idx ON settlement (store_id, changed);
CREATE INDEX payment_changed_idx ON payment (store_id, changed);
