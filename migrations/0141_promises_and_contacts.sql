-- Why a promise was changed, as a code; who spoke to the customer about an order.

ALTER TABLE work_order_promise ADD COLUMN reason_code text NOT NULL DEFAULT 'other';
UPDATE work_order_promise SET reason_code = reason
 WHERE reason IN ('opened', 'added_work', 'part_delay', 'diagnosis_longer', 'qc_rework', 'customer_request', 'staff', 'equipment');

CREATE TABLE work_order_contact (
	id            uuid PRIMARY KEY,
	store_id      uuid NOT NULL,
	work_order_id uuid NOT NULL,
	purpose       text NOT NULL,
	method        text NOT NULL CONSTRAINT work_order_contact_method_check CHECK (method IN ('in_person', 'phone', 'wechat', 'sms', 'link')),
	result        text NOT NULL,
	note          text,
	at            timestamptz NOT NULL,
	recorded_at   timestamptz NOT NULL,
	actor_id      uuid,
	CONSTRAINT work_order_contact_order_fkey FOREIGN KEY (store_id, work_order_id) REFERENCES work_order (store_id, id)
);
CREATE INDEX work_order_contact_order_idx ON work_order_contact (work_order_id, at);

-- Beside each order of a list, when its customer was last spoken to.
ALTER TABLE work_order ADD COLUMN last_contact_at timestamptz;
UPDATE work_order w SET last_contact_at = t.at
  FROM (SELECT p.work_order_id, max(p.told_at) AS at FROM work_order_promise p WHERE p.told_at IS NOT NULL GROUP BY 1) t
 WHERE t.work_order_id = w.id;

-- What the whole chain has in its yards, the first promised first; a store's own are few.
CREATE INDEX work_order_open_idx ON work_order (coalesce(promised_at, 'infinity'), id)
	WHERE status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc', 'completed', 'settled');
