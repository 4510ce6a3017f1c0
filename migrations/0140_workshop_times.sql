-- Where the time of a visit goes: pauses with coded reasons, when the car was washed, and when a repair of its class is due.

-- Of an order (line_id NULL) or of one technician's work on a line; not resumed: it still stands still.
CREATE TABLE work_order_pause (
	id            uuid PRIMARY KEY,
	store_id      uuid NOT NULL,
	work_order_id uuid NOT NULL,
	line_id       uuid,
	actor_id      uuid,
	reason_code   text NOT NULL,
	reason        text,
	note          text,
	paused_at     timestamptz NOT NULL,
	resumed_at    timestamptz,
	CONSTRAINT work_order_pause_store_key UNIQUE (store_id, id),
	CONSTRAINT work_order_pause_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id),
	CONSTRAINT work_order_pause_line_fkey FOREIGN KEY (store_id, line_id) REFERENCES work_order_line (store_id, id),
	CONSTRAINT work_order_pause_order_check CHECK (resumed_at >= paused_at)
);
CREATE UNIQUE INDEX work_order_pause_running_key ON work_order_pause (work_order_id) WHERE line_id IS NULL AND resumed_at IS NULL;
CREATE UNIQUE INDEX work_order_pause_line_key ON work_order_pause (line_id, actor_id) WHERE line_id IS NOT NULL AND resumed_at IS NULL;
CREATE INDEX work_order_pause_order_idx ON work_order_pause (work_order_id, paused_at);
CREATE INDEX work_order_pause_list_idx ON work_order_pause (store_id, paused_at, id);
CREATE INDEX work_order_pause_chain_idx ON work_order_pause (paused_at, id);
-- What stands still now is little, whatever the history.
CREATE INDEX work_order_pause_open_idx ON work_order_pause (store_id, paused_at, id) WHERE resumed_at IS NULL;
CREATE INDEX work_order_pause_chain_open_idx ON work_order_pause (paused_at, id) WHERE resumed_at IS NULL;

-- What was paused before: from the stages, under their ids.
INSERT INTO work_order_pause (id, store_id, work_order_id, actor_id, reason_code, reason, note, paused_at, resumed_at)
SELECT s.id, s.store_id, s.work_order_id, s.actor_id,
       CASE WHEN s.reason IN ('wait_part', 'wait_authorisation', 'wait_bay', 'wait_tool', 'wait_expert', 'wait_sublet', 'wait_customer',
                              'shift_end', 'safety_stop') THEN s.reason ELSE 'other' END,
       s.reason, s.note, s.at, greatest(s.next_at, s.at)
  FROM (SELECT g.*, lead(g.at) OVER (PARTITION BY g.work_order_id ORDER BY g.id) AS next_at FROM work_order_stage g) s
 WHERE s.status = 'paused';

-- How long a repair may take from the customer's arrival, by its class.
ALTER TABLE store_policy
	ADD COLUMN simple_repair_hours integer NOT NULL DEFAULT 24 CONSTRAINT store_policy_simple_repair_check CHECK (simple_repair_hours > 0),
	ADD COLUMN complex_repair_hours integer NOT NULL DEFAULT 72 CONSTRAINT store_policy_complex_repair_check CHECK (complex_repair_hours > 0);

-- Orders of before have no limit: none was promised.
ALTER TABLE work_order
	ADD COLUMN fault_class text NOT NULL DEFAULT 'simple' CONSTRAINT work_order_fault_class_check CHECK (fault_class IN ('simple', 'complex')),
	ADD COLUMN repair_due_at timestamptz,
	ADD COLUMN washed_at timestamptz;

-- When stock came for a line that had been short of it.
ALTER TABLE work_order_line ADD COLUMN supplied_at timestamptz;
