-- Work that was put off, here or by another store, and is taken up.

-- Of two that take one line up, here, there or elsewhere, the second sees what the first did.
-- name: lines_revival_wait
SELECT pg_advisory_xact_lock(hashtextextended('revive ' || n.id, 0))
  FROM (SELECT DISTINCT u.id FROM unnest(:line_ids::uuid[]) u (id) WHERE u.id IS NOT NULL ORDER BY u.id) n;

-- name: lines_put_off_elsewhere
SELECT line_put_off_elsewhere(n.id, :vehicle_id, :store_id) AS store_id
  FROM unnest(:line_ids::uuid[]) WITH ORDINALITY n (id, position)
 ORDER BY n.position;

-- Those that lines of an estimate take up, when it is decided.
-- name: lines_put_off
SELECT coalesce(bool_and(CASE WHEN n.store_id IS NOT NULL THEN line_put_off_elsewhere(n.id, :vehicle_id, :store_id) IS NOT NULL
                              ELSE EXISTS (SELECT FROM work_order_line l WHERE l.id = n.id AND l.status IN ('declined', 'deferred')) END), true) AS wait
  FROM unnest(:line_ids::uuid[], :store_ids::uuid[]) n (id, store_id);

-- name: line_revived
SELECT line_revived(:id) AS revived;

-- name: work_order_lines_revive_elsewhere
UPDATE work_order_line l
   SET revives_elsewhere_store_id = n.store_id, revives_elsewhere_id = n.of_id, changed = pg_current_xact_id()
  FROM unnest(:line_ids::uuid[], :store_ids::uuid[], :of_ids::uuid[]) n (id, store_id, of_id)
 WHERE l.id = n.id AND n.of_id IS NOT NULL;

-- name: estimate_lines_revive_elsewhere
UPDATE estimate_line l
   SET revives_elsewhere_store_id = n.store_id, revives_elsewhere_id = n.of_id
  FROM unnest(:line_ids::uuid[], :store_ids::uuid[], :of_ids::uuid[]) n (id, store_id, of_id)
 WHERE l.id = n.id AND n.of_id IS NOT NULL;
