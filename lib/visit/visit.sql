-- What hangs on a visit.

-- The visit is off: what was agreed about it goes with it, unless a car is on the way or here.
-- name: visit_off
WITH off AS (
	UPDATE transport t
	   SET status = 'cancelled', reason = :reason, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
	 WHERE t.status = 'planned' AND (t.appointment_id = :appointment_id OR t.work_order_id = :work_order_id)
	   AND NOT EXISTS (SELECT FROM drive d WHERE d.transport_id = t.id AND d.status IN ('started', 'done'))
	RETURNING t.id, t.store_id
), still AS (
	UPDATE drive d
	   SET status = 'cancelled', reason = :reason, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
	 WHERE d.transport_id IN (SELECT id FROM off) AND d.status IN ('planned', 'assigned')
	RETURNING d.id, d.store_id
), free AS (
	UPDATE loan l
	   SET status = 'cancelled', reason = :reason, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
	 WHERE l.status = 'reserved' AND (l.appointment_id = :appointment_id OR l.work_order_id = :work_order_id)
	RETURNING l.id, l.store_id
)
SELECT 'transport.cancelled' AS what, id, store_id FROM off
UNION ALL SELECT 'drive.cancelled', id, store_id FROM still
UNION ALL SELECT 'loan.cancelled', id, store_id FROM free;
