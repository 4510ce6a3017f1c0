-- An estimate whose order has ended waits for nobody: it is found by an index of its own, not among all that wait.

ALTER TABLE estimate ADD COLUMN order_ended boolean NOT NULL DEFAULT false;
UPDATE estimate e
   SET order_ended = true
  FROM work_order w
 WHERE w.id = e.work_order_id AND e.status = 'sent' AND w.status IN ('completed', 'settled', 'delivered', 'closed', 'cancelled');
CREATE INDEX estimate_ended_idx ON estimate (id) WHERE status = 'sent' AND order_ended;
