-- Limits of stock, and what is beyond them.  The levels carry the limits that hold for them, and their alert.

-- name: stock_limit_get
SELECT m.id, m.version, m.store_id, m.warehouse_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       m.minimum, m.reorder_point, m.maximum, l.on_hand, l.reserved, l.on_hand - l.reserved AS available, l.alert,
       m.created_at, m.updated_at, m.deleted_at, m.deleted_reason
  FROM stock_limit m
  JOIN stock_level l ON l.store_id = m.store_id AND l.warehouse_id = m.warehouse_id AND l.part_id = m.part_id
  JOIN part p ON p.id = m.part_id
 WHERE m.id = ANY (:ids) AND m.deleted_at IS NULL;

-- name: stock_limit_list   page unnamed
SELECT m.id, m.version, m.store_id, m.warehouse_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       m.minimum, m.reorder_point, m.maximum, l.on_hand, l.reserved, l.on_hand - l.reserved AS available,
       CASE WHEN m.deleted_at IS NULL THEN l.alert END AS alert, m.created_at, m.updated_at, m.deleted_at, m.deleted_reason,
       m.store_id AS _after_store, m.warehouse_id AS _after_warehouse, m.part_id AS _after_part, m.id AS _after_id
  FROM stock_limit m
  JOIN stock_level l ON l.store_id = m.store_id AND l.warehouse_id = m.warehouse_id AND l.part_id = m.part_id
  JOIN part p ON p.id = m.part_id
 WHERE (:after_position::text IS NOT NULL OR m.deleted_at IS NULL)
   AND (:scope_store::uuid IS NULL OR m.store_id = :scope_store)
   AND (:warehouse_id::uuid IS NULL OR m.warehouse_id = :warehouse_id)
   AND (:part_id::uuid IS NULL OR m.part_id = :part_id)
   AND (:updated_after::timestamptz IS NULL OR m.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (m.changed >= :after_position::text::xid8 AND m.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_store::uuid IS NULL
        OR (m.store_id, m.warehouse_id, m.part_id, m.id) > (:after_store, :after_warehouse::uuid, :after_part::uuid, :after_id::uuid))
 ORDER BY m.store_id, m.warehouse_id, m.part_id, m.id
 LIMIT :limit;

-- name: stock_limit_part
SELECT p.id FROM part p WHERE p.id = :part_id AND p.deleted_at IS NULL;

-- name: stock_limit_of
SELECT m.id FROM stock_limit m
 WHERE m.store_id = :store_id AND m.warehouse_id = :warehouse_id AND m.part_id = :part_id AND m.deleted_at IS NULL;

-- name: stock_limit_lock
SELECT m.version, m.store_id FROM stock_limit m WHERE m.id = :id AND m.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: stock_limit_add
INSERT INTO stock_limit (id, store_id, warehouse_id, part_id, minimum, reorder_point, maximum, created_at, updated_at)
VALUES (:limit_id, :store_id, :warehouse_id, :part_id, :minimum, :reorder_point, :maximum, :now, :now);

-- name: stock_limit_set
UPDATE stock_limit
   SET minimum = :minimum, reorder_point = :reorder_point, maximum = :maximum,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: stock_limit_delete
UPDATE stock_limit
   SET deleted_at = :now, deleted_by = :actor_id, deleted_reason = :reason,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: stock_level_limit   rows: 1
UPDATE stock_level l
   SET limit_id = m.id, minimum = m.minimum, reorder_point = m.reorder_point, maximum = m.maximum, updated_at = :now
  FROM stock_limit m
 WHERE m.id = :limit_id AND l.store_id = m.store_id AND l.warehouse_id = m.warehouse_id AND l.part_id = m.part_id;

-- name: stock_level_unlimit   rows: 1
UPDATE stock_level l
   SET limit_id = NULL, minimum = NULL, reorder_point = NULL, maximum = NULL, updated_at = :now
  FROM stock_limit m
 WHERE m.id = :limit_id AND l.store_id = m.store_id AND l.warehouse_id = m.warehouse_id AND l.part_id = m.part_id;

-- Levels beyond their limits, and those that somebody waits for: each once, by what is worst.  Demands are served from the
-- default warehouse alone.
-- name: stock_alert_list   page unnamed
WITH named AS (
	SELECT l.store_id, l.warehouse_id, l.part_id
	  FROM stock_level l
	 WHERE l.alert IS NOT NULL AND (:scope_store::uuid IS NULL OR l.store_id = :scope_store)
	 UNION
	SELECT d.store_id, w.id, d.part_id
	  FROM demand d
	  JOIN warehouse w ON w.store_id = d.store_id AND w.is_default
	 WHERE d.status IN ('open', 'on_order', 'in_transfer') AND d.kind <> 'stock' AND d.short_quantity > 0
	   AND (:scope_store::uuid IS NULL OR d.store_id = :scope_store)
)
SELECT k.kind, l.store_id, l.warehouse_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       l.on_hand, l.reserved, l.on_hand - l.reserved AS available, d.quantity AS waiting_quantity,
       l.limit_id, l.minimum, l.reorder_point, l.maximum,
       k.place AS _after_place, l.store_id AS _after_store, l.warehouse_id AS _after_warehouse, l.part_id AS _after_part
  FROM named n
  JOIN stock_level l ON l.store_id = n.store_id AND l.warehouse_id = n.warehouse_id AND l.part_id = n.part_id
  JOIN warehouse w ON w.id = l.warehouse_id
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(d.short_quantity), 0) AS quantity
         FROM demand d
        WHERE d.store_id = l.store_id AND d.part_id = l.part_id AND d.status IN ('open', 'on_order', 'in_transfer') AND d.kind <> 'stock'
          AND w.is_default) d
 CROSS JOIN LATERAL (
       SELECT s.kind, array_position(ARRAY['out_of_stock', 'under_minimum', 'at_reorder_point', 'over_maximum'], s.kind) AS place
         FROM (SELECT CASE WHEN d.quantity > 0 AND l.on_hand = l.reserved THEN 'out_of_stock' ELSE l.alert END AS kind) s) k
  JOIN part p ON p.id = l.part_id
 WHERE k.kind IS NOT NULL
   AND (:kind::text[] IS NULL OR k.kind = ANY (:kind))
   AND (:warehouse_id::uuid IS NULL OR l.warehouse_id = :warehouse_id)
   AND (:after_place::integer IS NULL
        OR (k.place, l.store_id, l.warehouse_id, l.part_id) > (:after_place, :after_store::uuid, :after_warehouse::uuid, :after_part::uuid))
 ORDER BY k.place, l.store_id, l.warehouse_id, l.part_id
 LIMIT :limit;

-- Recomputed by `fettled verify`: the limits that levels carry are those that were set.

-- name: verify_stock_limits   unnamed
SELECT s.code AS store_code, p.number AS subject, v.what, coalesce(v.expected, 'none') AS expected, coalesce(v.found, 'none') AS found
  FROM stock_level l
  FULL JOIN (SELECT id, store_id, warehouse_id, part_id, minimum, reorder_point, maximum FROM stock_limit WHERE deleted_at IS NULL) m
       ON m.store_id = l.store_id AND m.warehouse_id = l.warehouse_id AND m.part_id = l.part_id
  JOIN store s ON s.id = coalesce(l.store_id, m.store_id)
  JOIN part p ON p.id = coalesce(l.part_id, m.part_id)
 CROSS JOIN LATERAL (VALUES ('limit', m.id::text, l.limit_id::text),
                            ('minimum', m.minimum::text, l.minimum::text),
                            ('reorder point', m.reorder_point::text, l.reorder_point::text),
                            ('maximum', m.maximum::text, l.maximum::text)) v (what, expected, found)
 WHERE v.expected IS DISTINCT FROM v.found
 ORDER BY store_code, subject, v.what;
