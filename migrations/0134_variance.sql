-- Why a bill is not what was first agreed to, and from which share on that must be said.

-- A hundred times: never.
ALTER TABLE store_policy ADD COLUMN variance_limit_bp integer NOT NULL DEFAULT 1000000 CONSTRAINT store_policy_variance_check CHECK (variance_limit_bp BETWEEN 0 AND 1000000);

-- Of a line, or (no line) of the whole order.
CREATE TABLE variance_reason (
	id            uuid PRIMARY KEY,
	store_id      uuid NOT NULL,
	work_order_id uuid NOT NULL,
	line_id       uuid,
	reason        text NOT NULL CONSTRAINT variance_reason_reason_check CHECK (reason IN ('added_work', 'less_work', 'parts_price', 'parts_returned', 'estimate_error', 'discount', 'other')),
	note          text,
	actor_id      uuid,
	updated_at    timestamptz NOT NULL,
	changed       xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT variance_reason_key UNIQUE NULLS NOT DISTINCT (work_order_id, line_id),
	CONSTRAINT variance_reason_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT variance_reason_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES work_order_line (store_id, id)
);
