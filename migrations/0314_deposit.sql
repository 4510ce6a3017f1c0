-- What a customer puts down for an order before there is a bill.
CREATE TABLE deposit (
	id             uuid CONSTRAINT deposit_pkey PRIMARY KEY,
	version        bigint NOT NULL DEFAULT 1,
	store_id       uuid NOT NULL REFERENCES store,
	number         text NOT NULL CONSTRAINT deposit_number_key UNIQUE,
	work_order_id  uuid,
	sales_order_id uuid,
	line_id        uuid,  -- of the order: what is got specially for it
	customer_id    uuid NOT NULL,
	amount         bigint NOT NULL CONSTRAINT deposit_amount_check CHECK (amount > 0),
	applied        bigint NOT NULL DEFAULT 0,  -- to bills, by payments
	refunded       bigint NOT NULL DEFAULT 0,
	method         text NOT NULL CONSTRAINT deposit_method_check CHECK (method IN ('cash', 'card', 'wechat', 'alipay', 'bank', 'member', 'package_card', 'coupon')),
	status         text NOT NULL CONSTRAINT deposit_status_check CHECK (status IN ('held', 'applied', 'refunded')),
	reference      text,
	note           text,
	taken_by       uuid,
	taken_at       timestamptz NOT NULL,
	created_at     timestamptz NOT NULL,
	updated_at     timestamptz NOT NULL,
	changed        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT deposit_store_key UNIQUE (store_id, id),
	CONSTRAINT deposit_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT deposit_sale_fkey FOREIGN KEY (store_id, sales_order_id) REFERENCES sales_order (store_id, id),
	CONSTRAINT deposit_of_check CHECK (num_nonnulls(work_order_id, sales_order_id) = 1),
	CONSTRAINT deposit_left_check CHECK (applied >= 0 AND refunded >= 0 AND applied + refunded <= amount)
);
CREATE INDEX deposit_list_idx ON deposit (store_id, taken_at, id);
CREATE INDEX deposit_held_idx ON deposit (store_id, taken_at, id) WHERE status = 'held';
CREATE INDEX deposit_order_idx ON deposit (work_order_id, taken_at, id) WHERE work_order_id IS NOT NULL;
CREATE INDEX deposit_sale_idx ON deposit (sales_order_id, taken_at, id) WHERE sales_order_id IS NOT NULL;
CREATE INDEX deposit_line_idx ON deposit (line_id) WHERE line_id IS NOT NULL;
CREATE INDEX deposit_customer_idx ON deposit (customer_id);

CREATE TABLE deposit_refund (
	id          uuid CONSTRAINT deposit_refund_pkey PRIMARY KEY,
	store_id    uuid NOT NULL,
	deposit_id  uuid NOT NULL,
	amount      bigint NOT NULL CONSTRAINT deposit_refund_amount_check CHECK (amount > 0),
	reason      text NOT NULL,
	reason_code text NOT NULL,
	note        text,
	at          timestamptz NOT NULL,
	actor_id    uuid,
	CONSTRAINT deposit_refund_deposit_fkey FOREIGN KEY (store_id, deposit_id) REFERENCES deposit (store_id, id)
);
CREATE INDEX deposit_refund_deposit_idx ON deposit_refund (deposit_id, at, id);

-- What of a bill a deposit paid.
ALTER TABLE payment
	ADD COLUMN deposit_id uuid,
	ADD CONSTRAINT payment_deposit_fkey FOREIGN KEY (store_id, deposit_id) REFERENCES deposit (store_id, id),
	DROP CONSTRAINT payment_method_check,
	ADD CONSTRAINT payment_method_check
		CHECK (method IN ('cash', 'card', 'wechat', 'alipay', 'bank', 'member', 'package_card', 'coupon', 'deposit')),
	ADD CONSTRAINT payment_deposit_check CHECK ((method = 'deposit') = (deposit_id IS NOT NULL));
CREATE INDEX payment_deposit_idx ON payment (deposit_id) WHERE deposit_id IS NOT NULL;
