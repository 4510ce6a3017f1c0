-- What hangs on a visit.

-- What is left of a visit once one of its orders, or its reception, has ended: its booking, unless another order is still to be
-- done, and whether one was delivered, whose car may still be on its way home.  The reception is locked.
-- name: visit_left
SELECT CASE WHEN NOT coalesce(bool_or(w.status NOT IN ('delivered', 'closed', 'cancelled')), false) THEN r.appointment_id END AS appointment_id,
       coalesce(bool_or(w.delivered_at IS NOT NULL), false) AS served
  FROM reception r
  LEFT JOIN work_order w ON w.reception_id = r.id AND w.deleted_at IS NULL
 WHERE r.id = :reception_id
 GROUP BY r.id;

-- The visit is off: what was agreed about it goes with it, unless a car is on the way or here, and so does the rest of a slot
-- that it came to.  elsewhere: the car is with another store, and nobody drives it from here.
-- name: visit_off
WITH agreed AS MATERIALIZED (
	SELECT t.id, NOT EXISTS (SELECT FROM drive d WHERE d.transport_id = t.id AND d.status IN ('started', 'done')) AS untouched
	  FROM transport t
	 WHERE t.status = 'planned'
	   AND (t.appointment_id = :appointment_id AND NOT coalesce(:served::boolean, false) OR t.work_order_id = :work_order_id)
), off AS (
	UPDATE transport t
	   SET status = 'cancelled', reason = :reason, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
	  FROM agreed a
	 WHERE t.id = a.id AND a.untouched
	RETURNING t.id, t.store_id
), still AS (
	UPDATE drive d
	   SET status = 'cancelled', reason = :reason, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
	  FROM agreed a
	 WHERE d.transport_id = a.id AND (a.untouched OR :elsewhere) AND d.status IN ('planned', 'assigned')
	RETURNING d.id, d.store_id
), free AS (
	UPDATE loan l
	   SET status = 'cancelled', reason = :reason, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
	 WHERE l.status = 'reserved' AND (l.appointment_id = :appointment_id OR l.work_order_id = :work_order_id)
	RETURNING l.id, l.store_id
), gone AS (
	UPDATE appointment a
	   SET released_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
	 WHERE a.id = :appointment_id AND a.status = 'converted' AND a.no_show_at IS NULL AND a.released_at IS NULL AND a.ends_at > :now
	RETURNING a.id, a.store_id
), freed AS (
	DELETE FROM occupation o USING gone g WHERE o.id = g.id
)
SELECT 'transport.cancelled' AS what, id, store_id FROM off
UNION ALL SELECT 'drive.cancelled', id, store_id FROM still
UNION ALL SELECT 'loan.cancelled', id, store_id FROM free
UNION ALL SELECT 'appointment.released', id, store_id FROM gone;

-- The cars that were promised for a booking, and whether they may be lent as much later as it now begins.
-- name: visit_loans
SELECT c.lent_until,
       c.status = 'in_service'
       AND ((l.ends_at + (:starts_at::timestamptz - :began_at::timestamptz)) AT TIME ZONE s.time_zone)::date <= c.lent_until AS fit
  FROM loan l
  JOIN loaner_car c ON c.id = l.loaner_car_id
  JOIN store s ON s.id = l.store_id
 WHERE l.appointment_id = :appointment_id AND l.status = 'reserved'
 ORDER BY l.id
   FOR NO KEY UPDATE OF l, c;

-- What was agreed about a booking begins as much earlier or later as the booking does.
-- name: visit_shift
WITH driven AS (
	UPDATE drive d
	   SET due_at = d.due_at + (:starts_at::timestamptz - :began_at::timestamptz),
	       version = d.version + 1, updated_at = :now, changed = pg_current_xact_id()
	  FROM transport t
	 WHERE t.appointment_id = :appointment_id AND t.status = 'planned'
	   AND d.transport_id = t.id AND d.status IN ('planned', 'assigned')
	RETURNING d.id, d.store_id
), lent AS (
	UPDATE loan l
	   SET starts_at = l.starts_at + (:starts_at::timestamptz - :began_at::timestamptz),
	       ends_at = l.ends_at + (:starts_at::timestamptz - :began_at::timestamptz),
	       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
	 WHERE l.appointment_id = :appointment_id AND l.status = 'reserved'
	RETURNING l.id, l.store_id
)
SELECT 'drive.changed' AS what, id, store_id FROM driven
UNION ALL SELECT 'loan.moved', id, store_id FROM lent;
