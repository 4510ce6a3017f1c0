-- Approvals of prices below what a role may give, and how far each role may go.

ALTER TABLE store_policy ADD COLUMN approval_hours integer NOT NULL DEFAULT 24 CONSTRAINT store_policy_approval_hours_check CHECK (approval_hours > 0);

CREATE TABLE discount_limit (
	store_id uuid NOT NULL REFERENCES store,
	role     text NOT NULL,
	limit_bp integer NOT NULL CONSTRAINT discount_limit_limit_check CHECK (limit_bp BETWEEN 0 AND 10000),
	changed  xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT discount_limit_pkey PRIMARY KEY (store_id, role)
);

CREATE TABLE approval (
	id            uuid PRIMARY KEY,
	version       bigint NOT NULL DEFAULT 1,
	store_id      uuid NOT NULL REFERENCES store,
	status        text NOT NULL DEFAULT 'pending' CONSTRAINT approval_status_check CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'withdrawn')),
	work_order_id uuid NOT NULL,
	estimate_id   uuid,
	description   text NOT NULL,
	list_amount   bigint NOT NULL,
	amount        bigint NOT NULL,
	taken_off_bp  bigint NOT NULL,
	asked_by      uuid,
	expires_at    timestamptz NOT NULL,
	decided_by    uuid,
	decided_at    timestamptz,
	reason        text,
	note          text,
	created_at    timestamptz NOT NULL,
	updated_at    timestamptz NOT NULL,
	deleted_at    timestamptz,
	changed       xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT approval_store_key UNIQUE (store_id, id),
	CONSTRAINT approval_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT approval_estimate_fkey FOREIGN KEY (store_id, estimate_id) REFERENCES estimate (store_id, id),
	CONSTRAINT approval_decided_check CHECK ((status IN ('approved', 'rejected')) = (decided_at IS NOT NULL)),
	CONSTRAINT approval_others_check CHECK (status NOT IN ('approved', 'rejected') OR decided_by IS DISTINCT FROM asked_by)
);
CREATE INDEX approval_list_idx ON approval (store_id, created_at, id);
CREATE INDEX approval_chain_idx ON approval (created_at, id);
CREATE INDEX approval_order_idx ON approval (work_order_id, created_at);
CREATE INDEX approval_estimate_idx ON approval (estimate_id) WHERE estimate_id IS NOT NULL;
CREATE INDEX approval_pending_idx ON approval (expires_at, id) WHERE status = 'pending';

ALTER TABLE work_order_line
	ADD COLUMN approval_id uuid,
	ADD CONSTRAINT work_order_line_approval_fkey FOREIGN KEY (store_id, approval_id) REFERENCES approval (store_id, id);
ALTER TABLE estimate_line
	ADD COLUMN approval_id uuid,
	ADD CONSTRAINT estimate_line_approval_fkey FOREIGN KEY (store_id, approval_id) REFERENCES approval (store_id, id);
