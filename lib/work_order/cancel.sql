-- What a cancelled order lets go of, beside its lines, parts and bay.

-- A statement of its own: it sees a bill that was drafted while the lock was waited for.

-- name: order_billed
SELECT s.id
  FROM settlement s
 WHERE s.work_order_id = :id AND s.status <> 'void' AND s.deleted_at IS NULL
 LIMIT 1;

-- A check that nobody has decided is about work that ends here.

-- name: order_checks_drop
UPDATE quality_check q
   SET deleted_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE q.work_order_id = :id AND q.status = 'open' AND q.deleted_at IS NULL
RETURNING q.id, q.store_id;

-- The rest of the slot of a visit that has no other order left; the reception is locked, so that of two orders that are
-- cancelled at once the second sees the first.

-- name: order_slot_release
WITH gone AS (
	UPDATE appointment a
	   SET released_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
	 WHERE a.id = (SELECT r.appointment_id FROM reception r WHERE r.id = :reception_id)
	   AND a.status = 'converted' AND a.no_show_at IS NULL AND a.released_at IS NULL AND a.ends_at > :now
	   AND NOT EXISTS (SELECT FROM work_order w
	                    WHERE w.reception_id = :reception_id AND w.deleted_at IS NULL AND w.status NOT IN ('delivered', 'closed', 'cancelled'))
	RETURNING a.id, a.store_id
), freed AS (
	DELETE FROM occupation o USING gone g WHERE o.id = g.id
)
SELECT g.id, g.store_id FROM gone g;
