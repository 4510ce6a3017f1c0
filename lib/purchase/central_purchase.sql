-- Central purchases.

-- name: central_purchase_get
SELECT c.id, c.version, s.id AS "supplier.id", s.code AS "supplier.code", s.name AS "supplier.name", c.note, o.orders AS orders_count,
       CASE WHEN :holds_cost_read::boolean THEN o.amount END AS amount, c.created_by, c.created_at, c.updated_at
  FROM central_purchase c
  JOIN supplier s ON s.id = c.supplier_id
 CROSS JOIN LATERAL (SELECT count(*) AS orders, coalesce(sum(p.amount) FILTER (WHERE p.status <> 'cancelled'), 0)::bigint AS amount
                       FROM purchase_order p WHERE p.central_purchase_id = c.id) o
 WHERE c.id = ANY (:ids);

-- name: central_purchase_orders
SELECT p.central_purchase_id AS _parent, p.id, p.store_id, p.number, p.status, CASE WHEN :holds_cost_read::boolean THEN p.amount END AS amount
  FROM purchase_order p
 WHERE p.central_purchase_id = ANY (:ids)
 ORDER BY p.central_purchase_id, p.number;

-- name: central_purchase_list   page unnamed
SELECT c.id, c.version, s.id AS "supplier.id", s.code AS "supplier.code", s.name AS "supplier.name", c.note, o.orders AS orders_count,
       CASE WHEN :holds_cost_read::boolean THEN o.amount END AS amount, c.created_by, c.created_at, c.updated_at,
       c.created_at AS _after_at, c.id AS _after_id
  FROM central_purchase c
  JOIN supplier s ON s.id = c.supplier_id
 CROSS JOIN LATERAL (SELECT count(*) AS orders, coalesce(sum(p.amount) FILTER (WHERE p.status <> 'cancelled'), 0)::bigint AS amount
                       FROM purchase_order p WHERE p.central_purchase_id = c.id) o
 WHERE (:updated_after::timestamptz IS NULL OR c.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (c.changed >= :after_position::text::xid8 AND c.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_at::timestamptz IS NULL OR (c.created_at, c.id) < (:after_at, :after_id::uuid))
 ORDER BY c.created_at DESC, c.id DESC
 LIMIT :limit;

-- name: central_purchase_add
INSERT INTO central_purchase (id, supplier_id, note, created_by, created_at, updated_at) VALUES (:central_purchase_id, :supplier_id, :note, :actor_id, :now, :now);

-- Which of the stores named is none.
-- name: central_stores_unknown
SELECT l.n - 1 AS position FROM unnest(:store_ids::uuid[]) WITH ORDINALITY l (store_id, n)
 WHERE NOT EXISTS (SELECT FROM store s WHERE s.id = l.store_id)
 ORDER BY l.n;

-- What the orders of a central purchase come to together.
-- name: purchase_amount_together
SELECT coalesce(sum(p.amount), 0)::bigint AS amount FROM purchase_order p WHERE p.central_purchase_id = :central_purchase_id AND p.status <> 'cancelled';
