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
