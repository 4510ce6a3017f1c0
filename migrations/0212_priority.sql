-- How urgent a visit is: said at the booking, or at the counter of who comes without one; an order has it from its reception.
ALTER TABLE reception ADD COLUMN priority text;
ALTER TABLE work_order ADD COLUMN priority text;

ALTER TABLE reception DISABLE TRIGGER USER;
ALTER TABLE work_order DISABLE TRIGGER USER;
-- Of what is still here, by reception_yard_idx and work_order_open_idx.
UPDATE reception r
   SET priority = a.priority, changed = pg_current_xact_id()
  FROM appointment a
 WHERE a.id = r.appointment_id AND a.priority IS NOT NULL AND r.departed_at IS NULL;

UPDATE work_order w
   SET priority = r.priority, changed = pg_current_xact_id()
  FROM reception r
 WHERE r.id = w.reception_id AND r.priority IS NOT NULL
   AND w.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc', 'completed', 'settled');
ALTER TABLE reception ENABLE TRIGGER USER;
ALTER TABLE work_order ENABLE TRIGGER USER;
