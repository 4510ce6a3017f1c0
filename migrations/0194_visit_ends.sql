-- Whoever had arrived may leave again, and what was left hanging on visits that came to nothing is let go of.

ALTER TABLE appointment ADD COLUMN left_at timestamptz;

-- Checks of orders that went to another store.
UPDATE quality_check q
   SET deleted_at = now(), version = q.version + 1, updated_at = now(), changed = pg_current_xact_id()
  FROM work_order w
 WHERE w.id = q.work_order_id AND q.status = 'open' AND q.deleted_at IS NULL AND w.status = 'cancelled';

-- Slots to come of visits that ended without an order that is still to be done.
WITH gone AS (
	UPDATE appointment a
	   SET released_at = now(), version = a.version + 1, updated_at = now(), changed = pg_current_xact_id()
	  FROM reception r
	 WHERE a.starts_at > now() - interval '7 days' AND a.ends_at > now() AND a.status = 'converted' AND a.no_show_at IS NULL AND a.released_at IS NULL
	   AND r.id = a.reception_id
	   AND (r.status = 'left_without_service' OR EXISTS (SELECT FROM work_order w WHERE w.reception_id = r.id AND w.moved_to_id IS NOT NULL))
	   AND NOT EXISTS (SELECT FROM work_order w
	                    WHERE w.reception_id = r.id AND w.deleted_at IS NULL AND w.status NOT IN ('delivered', 'closed', 'cancelled'))
	RETURNING a.id
)
DELETE FROM occupation o USING gone g WHERE o.id = g.id;

-- Cars promised, and drives planned, for who did not come, left, or whose orders were cancelled or went to another store.
CREATE TEMPORARY TABLE visit_ended ON COMMIT DROP AS
SELECT k.appointment_id, k.work_order_id
  FROM (SELECT l.appointment_id, l.work_order_id FROM loan l WHERE l.status = 'reserved'
        UNION
        SELECT t.appointment_id, t.work_order_id
          FROM drive d
          JOIN transport t ON t.id = d.transport_id AND t.status = 'planned'
         WHERE d.status IN ('planned', 'assigned')) k
  LEFT JOIN appointment a ON a.id = k.appointment_id
  LEFT JOIN reception r ON r.id = a.reception_id
 WHERE a.status IN ('declined', 'cancelled', 'no_show') OR r.status = 'left_without_service'
    OR EXISTS (SELECT FROM work_order w WHERE (w.id = k.work_order_id OR w.reception_id = r.id) AND w.status = 'cancelled')
       AND NOT EXISTS (SELECT FROM work_order w WHERE (w.id = k.work_order_id OR w.reception_id = r.id) AND w.status <> 'cancelled');
UPDATE loan l
   SET status = 'cancelled', reason = 'visit_ended', version = l.version + 1, updated_at = now(), changed = pg_current_xact_id()
  FROM visit_ended v
 WHERE l.status = 'reserved' AND l.appointment_id IS NOT DISTINCT FROM v.appointment_id AND l.work_order_id IS NOT DISTINCT FROM v.work_order_id;
WITH off AS (
	UPDATE transport t
	   SET status = 'cancelled', reason = 'visit_ended', version = t.version + 1, updated_at = now(), changed = pg_current_xact_id()
	  FROM visit_ended v
	 WHERE t.status = 'planned' AND t.appointment_id IS NOT DISTINCT FROM v.appointment_id AND t.work_order_id IS NOT DISTINCT FROM v.work_order_id
	   AND NOT EXISTS (SELECT FROM drive d WHERE d.transport_id = t.id AND d.status IN ('started', 'done'))
	RETURNING t.id
)
UPDATE drive d
   SET status = 'cancelled', reason = 'visit_ended', version = d.version + 1, updated_at = now(), changed = pg_current_xact_id()
  FROM off o
 WHERE d.transport_id = o.id AND d.status IN ('planned', 'assigned');
