-- What sales orders hold, take and give back.

-- name: reservation_held_for_demands
SELECT r.demand_id AS whom, sum(r.quantity) AS quantity
  FROM reservation r
 WHERE r.demand_id = ANY (:demand_ids::uuid[]) AND r.status = 'active' AND r.warehouse_id = :warehouse_id
 GROUP BY r.demand_id;

-- All but what is held on.
-- name: reservation_consume_demands
UPDATE reservation SET status = 'consumed', ended_at = :now
 WHERE demand_id = ANY (:demand_ids::uuid[]) AND status = 'active' AND warehouse_id = :warehouse_id AND NOT id = ANY (:reservation_ids::uuid[]);

-- What is held on has been held since it came.
-- name: reservation_hold_on
INSERT INTO reservation (id, store_id, warehouse_id, part_id, demand_id, quantity, status, created_at)
SELECT n.id, :store_id::uuid, :warehouse_id::uuid, n.part_id, n.demand_id, n.quantity, 'active', r.created_at
  FROM unnest(:reservation_ids::uuid[], :part_ids::uuid[], :demand_ids::uuid[], :quantity::numeric[]) n (id, part_id, demand_id, quantity)
 CROSS JOIN LATERAL (SELECT max(r.created_at) AS created_at FROM reservation r WHERE r.demand_id = n.demand_id AND r.status = 'active') r
 WHERE n.quantity > 0;

-- rest: what is still wanted of each, held: what lies there for it.
-- name: demand_shipped
UPDATE demand d
   SET short_quantity = n.rest - n.held,
       status = CASE WHEN n.rest = 0 THEN 'fulfilled' WHEN n.rest = n.held THEN 'reserved' WHEN d.status = 'reserved' THEN 'open' ELSE d.status END,
       version = d.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM unnest(:demand_ids::uuid[], :rest::numeric[], :held::numeric[]) n (id, rest, held)
 WHERE d.id = n.id;

-- name: stock_levels_lock_of_sale
SELECT l.part_id
  FROM stock_level l
 WHERE l.store_id = :store_id
   AND l.warehouse_id = (SELECT w.id FROM warehouse w WHERE w.store_id = :store_id AND w.is_default)
   AND l.part_id IN (SELECT d.part_id FROM demand d WHERE d.sales_order_id = :sales_order_id)
 ORDER BY l.part_id
   FOR NO KEY UPDATE;

-- name: demand_end_sale
UPDATE demand d
   SET status = CASE WHEN (SELECT l.shipped_quantity FROM sales_order_line l WHERE l.demand_id = d.id) > 0 THEN 'fulfilled' ELSE 'cancelled' END,
       short_quantity = 0, promised_on = NULL, version = d.version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE d.sales_order_id = :sales_order_id AND d.status IN ('open', 'reserved', 'on_order', 'in_transfer')
RETURNING d.id;
