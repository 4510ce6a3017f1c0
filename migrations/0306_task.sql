-- Follow-up tasks: somebody of the store calls a customer, until it is done or the customer cannot be reached.

-- How often nobody answers before it is given up, and how soon after the parts have come, or after a call, one calls.
ALTER TABLE store_policy
	ADD COLUMN call_attempts integer NOT NULL DEFAULT 3 CONSTRAINT store_policy_call_attempts_check CHECK (call_attempts > 0),
	ADD COLUMN call_in_minutes integer NOT NULL DEFAULT 60 CONSTRAINT store_policy_call_in_minutes_check CHECK (call_in_minutes >= 0);

CREATE TABLE task (
	id               uuid CONSTRAINT task_pkey PRIMARY KEY,
	version          bigint NOT NULL DEFAULT 1,
	store_id         uuid NOT NULL REFERENCES store,
	kind             text NOT NULL CONSTRAINT task_kind_check CHECK (kind IN ('call_in', 'follow_up', 'other')),
	source           text NOT NULL CONSTRAINT task_source_check CHECK (source IN ('staff', 'parts')),
	status           text NOT NULL CONSTRAINT task_status_check CHECK (status IN ('planned', 'attempted', 'done', 'unreachable', 'cancelled')),
	title            text,
	note             text,
	customer_id      uuid CONSTRAINT task_customer_fkey REFERENCES customer,
	vehicle_id       uuid CONSTRAINT task_vehicle_fkey REFERENCES vehicle,
	work_order_id    uuid,
	demand_id        uuid,
	assignee_id      uuid CONSTRAINT task_assignee_fkey REFERENCES staff,
	due_at           timestamptz NOT NULL,
	attempts_count   integer NOT NULL DEFAULT 0,
	unanswered_count integer NOT NULL DEFAULT 0,  -- of them the last ones in a row
	parts_arrived_at timestamptz,                 -- when the last of the awaited parts came
	outcome          text CONSTRAINT task_outcome_check CHECK (outcome IN ('will_come', 'appointment_made', 'settled', 'not_wanted', 'other')),
	outcome_note     text,
	cancel_cause     text CONSTRAINT task_cancel_cause_check CHECK (cancel_cause IN ('by_hand', 'order_cancelled', 'order_delivered', 'parts_missing', 'not_needed')),
	cancel_reason    text,
	ended_at         timestamptz,
	created_by       uuid,
	created_at       timestamptz NOT NULL,
	updated_at       timestamptz NOT NULL,
	changed          xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT task_store_key UNIQUE (store_id, id),
	CONSTRAINT task_work_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT task_demand_fkey FOREIGN KEY (store_id, demand_id) REFERENCES demand (store_id, id),
	CONSTRAINT task_about_check CHECK (num_nonnulls(customer_id, vehicle_id, work_order_id, demand_id) > 0),
	CONSTRAINT task_done_check CHECK ((status = 'done') = (outcome IS NOT NULL)),
	CONSTRAINT task_cancelled_check CHECK ((status = 'cancelled') = (cancel_cause IS NOT NULL)),
	CONSTRAINT task_ended_check CHECK ((status IN ('planned', 'attempted')) = (ended_at IS NULL)),
	CONSTRAINT task_attempts_check CHECK (unanswered_count BETWEEN 0 AND attempts_count AND (status = 'planned') <= (attempts_count = 0))
);
CREATE INDEX task_due_idx ON task (store_id, due_at, id);
CREATE INDEX task_due_chain_idx ON task (due_at, id);
CREATE INDEX task_list_idx ON task (store_id, created_at, id);
CREATE INDEX task_chain_idx ON task (created_at, id);
CREATE INDEX task_open_idx ON task (store_id, due_at, id) WHERE status IN ('planned', 'attempted');
CREATE INDEX task_open_chain_idx ON task (due_at, id) WHERE status IN ('planned', 'attempted');
CREATE INDEX task_assignee_open_idx ON task (assignee_id, due_at, id) WHERE status IN ('planned', 'attempted');
CREATE INDEX task_assignee_idx ON task (assignee_id, due_at, id) WHERE assignee_id IS NOT NULL;
CREATE INDEX task_customer_idx ON task (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX task_vehicle_idx ON task (vehicle_id) WHERE vehicle_id IS NOT NULL;
CREATE INDEX task_work_order_idx ON task (work_order_id) WHERE work_order_id IS NOT NULL;
CREATE INDEX task_demand_idx ON task (demand_id) WHERE demand_id IS NOT NULL;
-- Whatever comes at once, the customer of an order is called in once.
CREATE UNIQUE INDEX task_call_in_key ON task (work_order_id) WHERE kind = 'call_in' AND status IN ('planned', 'attempted');

-- Each call, as it was: never changed.
CREATE TABLE task_attempt (
	id          uuid CONSTRAINT task_attempt_pkey PRIMARY KEY,
	store_id    uuid NOT NULL REFERENCES store,
	task_id     uuid NOT NULL,
	ordinal     integer NOT NULL,
	method      text NOT NULL CONSTRAINT task_attempt_method_check CHECK (method IN ('in_person', 'phone', 'wechat', 'sms', 'link')),
	result      text NOT NULL CONSTRAINT task_attempt_result_check CHECK (result IN ('reached', 'no_answer', 'message_left', 'call_later', 'refused', 'wrong_number')),
	note        text,
	at          timestamptz NOT NULL,
	recorded_at timestamptz NOT NULL,
	actor_id    uuid,
	CONSTRAINT task_attempt_ordinal_key UNIQUE (task_id, ordinal),
	CONSTRAINT task_attempt_task_fkey FOREIGN KEY (store_id, task_id) REFERENCES task (store_id, id)
);
