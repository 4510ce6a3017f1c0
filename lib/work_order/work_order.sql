-- Work orders: the order itself.

-- name: work_order_lock
SELECT w.id, w.version, w.store_id, w.customer_id, w.vehicle_id, w.status, w.paid
  FROM work_order w
 WHERE w.id = :id AND w.deleted_at IS NULL
   FOR NO KEY UPDATE;

-- name: work_order_move   rows: 1
UPDATE work_order
   SET status = :status,
       reason = :reason,
       started_at = CASE WHEN :status = 'in_progress' THEN coalesce(started_at, :now) ELSE started_at END,
       finished_at = CASE :status WHEN 'awaiting_qc' THEN :now WHEN 'in_progress' THEN NULL ELSE finished_at END,
       completed_at = CASE WHEN :status = 'completed' THEN coalesce(completed_at, :now) ELSE completed_at END,
       settled_at = CASE :status WHEN 'settled' THEN :now WHEN 'completed' THEN NULL ELSE settled_at END,
       delivered_at = CASE WHEN :status = 'delivered' THEN :now ELSE delivered_at END,
       closed_at = CASE WHEN :status = 'closed' THEN :now ELSE closed_at END,
       cancelled_at = CASE WHEN :status = 'cancelled' THEN :now ELSE cancelled_at END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: work_order_touch   rows: 1
UPDATE work_order SET version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :id;

-- name: work_order_set_paid   rows: 1
UPDATE work_order
   SET paid = :paid, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: work_order_stage_add
INSERT INTO work_order_stage (id, store_id, work_order_id, status, reason, at, actor_id)
VALUES (:stage_id, :store_id, :id, :status, :reason, :now, :actor_id);
