-- Levels, reservations, demands.  Order of locks: levels by part, then demands, then lines of work orders.

-- name: stock_levels_ensure
INSERT INTO stock_level (store_id, warehouse_id, part_id, updated_at)
SELECT w.store_id, w.id, p.id, :now::timestamptz
  FROM warehouse w
 CROSS JOIN (SELECT DISTINCT unnest(:part_ids::uuid[]) AS id) p
 WHERE w.store_id = :store_id
   AND CASE WHEN :warehouse_id::uuid IS NULL THEN w.is_default ELSE w.id = :warehouse_id END
 ORDER BY p.id
ON CONFLICT (store_id, warehouse_id, part_id) DO NOTHING;

-- All of them or, while some are missing, none: what is made later would be locked out of order.
-- name: stock_levels_lock
WITH place AS MATERIALIZED (
	SELECT w.id FROM warehouse w
	 WHERE w.store_id = :store_id
	   AND CASE WHEN :warehouse_id::uuid IS NULL THEN w.is_default ELSE w.id = :warehouse_id END
)
SELECT l.warehouse_id, l.part_id, l.on_hand, l.reserved, l.value, l.movements, l.stocktake_id IS NOT NULL AS frozen,
       part_tracking(p.tracking, p.key_class) <> 'none' AS tracked, coalesce(p.core_deposit, 0) AS core_deposit,
       EXISTS (SELECT FROM bin_stock b WHERE b.store_id = l.store_id AND b.warehouse_id = l.warehouse_id AND b.part_id = l.part_id) AS binned
  FROM stock_level l
  JOIN part p ON p.id = l.part_id
 WHERE l.store_id = :store_id AND l.warehouse_id = (SELECT e.id FROM place e) AND l.part_id = ANY (:part_ids::uuid[])
   AND (SELECT count(*) FROM stock_level a
         WHERE a.store_id = :store_id AND a.warehouse_id = (SELECT e.id FROM place e)
           AND a.part_id = ANY (:part_ids::uuid[])) = :count::bigint
 ORDER BY l.part_id
   FOR NO KEY UPDATE OF l;

-- name: stock_levels_lock_of_lines
SELECT l.part_id
  FROM stock_level l
 WHERE l.store_id = :store_id
   AND l.warehouse_id = (SELECT w.id FROM warehouse w WHERE w.store_id = :store_id AND w.is_default)
   AND l.part_id IN (SELECT d.part_id FROM demand d WHERE d.work_order_line_id = ANY (:line_ids::uuid[]))
 ORDER BY l.part_id
   FOR NO KEY UPDATE;

-- name: stock_levels_lock_of_order
SELECT l.part_id
  FROM stock_level l
 WHERE l.store_id = :store_id
   AND l.warehouse_id = (SELECT w.id FROM warehouse w WHERE w.store_id = :store_id AND w.is_default)
   AND l.part_id IN (SELECT d.part_id FROM demand d WHERE d.work_order_id = :work_order_id)
 ORDER BY l.part_id
   FOR NO KEY UPDATE;

-- name: stock_levels_save
UPDATE stock_level l
   SET on_hand = n.on_hand, reserved = n.reserved, value = n.value, movements = n.movements, updated_at = :now
  FROM unnest(:part_ids::uuid[], :on_hand::numeric[], :reserved::numeric[], :value::bigint[], :movements::bigint[])
       n (part_id, on_hand, reserved, value, movements)
 WHERE l.store_id = :store_id AND l.warehouse_id = :warehouse_id AND l.part_id = n.part_id;

-- name: stock_movements_add
INSERT INTO stock_movement (id, store_id, warehouse_id, part_id, document_id, line_id, kind, reason, quantity, value,
                            on_hand_after, value_after, ordinal, at, actor_id)
SELECT m.id, :store_id::uuid, :warehouse_id::uuid, m.part_id, :document_id::uuid, m.line_id, :kind::text, :reason::text,
       m.quantity, m.value, m.on_hand_after, m.value_after, m.ordinal, :now::timestamptz, :actor_id::uuid
  FROM unnest(:movement_ids::uuid[], :part_ids::uuid[], :line_ids::uuid[], :quantity::numeric[], :value::bigint[],
              :on_hand::numeric[], :value_after::bigint[], :ordinal::bigint[])
       m (id, part_id, line_id, quantity, value, on_hand_after, value_after, ordinal);

-- Reservations.

-- name: reservation_add
INSERT INTO reservation (id, store_id, warehouse_id, part_id, demand_id, work_order_line_id, quantity, status, created_at)
SELECT r.id, :store_id::uuid, :warehouse_id::uuid, r.part_id, r.demand_id, r.line_id, r.quantity, 'active', :now::timestamptz
  FROM unnest(:reservation_ids::uuid[], :part_ids::uuid[], :demand_ids::uuid[], :line_ids::uuid[], :quantity::numeric[])
       r (id, part_id, demand_id, line_id, quantity)
 WHERE r.quantity > 0;

-- name: reservation_add_one
INSERT INTO reservation (id, store_id, warehouse_id, part_id, demand_id, work_order_line_id, quantity, status, created_at)
VALUES (:reservation_id, :store_id, :warehouse_id, :part_id, :demand_id, :line_id, :quantity, 'active', :now);

-- Of the line's own part, where it is taken from: nothing else that names the line is touched by its issue.

-- name: reservation_held_for_lines
SELECT r.work_order_line_id AS whom, sum(r.quantity) AS quantity
  FROM unnest(:line_ids::uuid[], :part_ids::uuid[]) n (line_id, part_id)
  JOIN reservation r ON r.work_order_line_id = n.line_id AND r.part_id = n.part_id AND r.status = 'active'
 WHERE r.warehouse_id = :warehouse_id
 GROUP BY r.work_order_line_id;

-- name: reservation_release_lines
WITH ended AS (
	UPDATE reservation SET status = 'released', ended_at = :now
	 WHERE work_order_line_id = ANY (:line_ids::uuid[]) AND status = 'active'
	RETURNING store_id, warehouse_id, part_id, quantity
), freed AS (
	SELECT store_id, warehouse_id, part_id, sum(quantity) AS quantity FROM ended GROUP BY store_id, warehouse_id, part_id
)
UPDATE stock_level l SET reserved = l.reserved - f.quantity, updated_at = :now
  FROM freed f
 WHERE l.store_id = f.store_id AND l.warehouse_id = f.warehouse_id AND l.part_id = f.part_id;

-- name: reservation_release_demands
WITH ended AS (
	UPDATE reservation SET status = 'released', ended_at = :now
	 WHERE demand_id = ANY (:demand_ids::uuid[]) AND status = 'active'
	RETURNING store_id, warehouse_id, part_id, quantity
), freed AS (
	SELECT store_id, warehouse_id, part_id, sum(quantity) AS quantity FROM ended GROUP BY store_id, warehouse_id, part_id
)
UPDATE stock_level l SET reserved = l.reserved - f.quantity, updated_at = :now
  FROM freed f
 WHERE l.store_id = f.store_id AND l.warehouse_id = f.warehouse_id AND l.part_id = f.part_id;

-- name: reservation_consume_lines
UPDATE reservation r SET status = 'consumed', ended_at = :now
  FROM unnest(:line_ids::uuid[], :part_ids::uuid[]) n (line_id, part_id)
 WHERE r.work_order_line_id = n.line_id AND r.part_id = n.part_id AND r.warehouse_id = :warehouse_id
   AND r.status = 'active';

-- name: reservation_find
SELECT r.store_id, r.warehouse_id, r.part_id, r.demand_id, r.work_order_line_id, r.transfer_line_id, r.quantity, r.status
  FROM reservation r
 WHERE r.id = :id;

-- name: reservation_end
UPDATE reservation SET status = 'released', ended_at = :now WHERE id = :id;

-- name: reservation_get
SELECT r.id, r.store_id, r.status, r.warehouse_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       r.demand_id, r.work_order_line_id, r.transfer_line_id, r.quantity, r.created_at, r.ended_at
  FROM reservation r
  JOIN part p ON p.id = r.part_id
 WHERE r.id = ANY (:ids);

-- name: reservation_list   page unnamed
-- As of the ledger: the last of each store, and of those the last.
SELECT r.id, r.store_id, r.status, r.warehouse_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       r.demand_id, r.work_order_line_id, r.transfer_line_id, r.quantity, r.created_at, r.ended_at,
       r.created_at AS _after_at, r.id AS _after_id
  FROM (SELECT l.*
          FROM store st
         CROSS JOIN LATERAL (
                SELECT r.id, r.store_id, r.status, r.warehouse_id, r.part_id, r.demand_id, r.work_order_line_id, r.transfer_line_id, r.quantity, r.created_at,
                       r.ended_at
                  FROM reservation r
                 WHERE r.store_id = st.id
                   AND (:part_id::uuid IS NULL OR r.part_id = :part_id)
                   AND (:work_order_id::uuid IS NULL
                        OR r.work_order_line_id = ANY (ARRAY(SELECT l.id FROM work_order_line l WHERE l.work_order_id = :work_order_id)))
                   AND (:status::text[] IS NULL OR r.status = ANY (:status))
                   AND (:after_at::timestamptz IS NULL OR (r.created_at, r.id) < (:after_at, :after_id::uuid))
                 ORDER BY r.created_at DESC, r.id DESC
                 LIMIT :limit) l
         WHERE (:scope_store::uuid IS NULL OR st.id = :scope_store)
           AND (:work_order_id::uuid IS NULL OR st.id = (SELECT w.store_id FROM work_order w WHERE w.id = :work_order_id))
         ORDER BY l.created_at DESC, l.id DESC
         LIMIT :limit) r
  JOIN part p ON p.id = r.part_id
 ORDER BY r.created_at DESC, r.id DESC
 LIMIT :limit;

-- Demands.

-- name: demand_add
INSERT INTO demand (id, store_id, kind, status, batch_id, part_id, work_order_id, work_order_line_id, sales_order_id, customer_id,
                    vehicle_id, quantity, first_pick_quantity, short_quantity, created_at, updated_at)
SELECT d.id, :store_id::uuid, :kind::text,
       CASE WHEN :kind::text <> 'stock' AND d.picked = d.quantity THEN 'reserved' ELSE 'open' END,
       :batch_id::uuid, d.part_id, coalesce(w.id, :work_order_id::uuid), d.line_id, :sales_order_id::uuid, coalesce(w.customer_id, :customer_id::uuid),
       coalesce(w.vehicle_id, :vehicle_id::uuid), d.quantity, d.picked, d.quantity - d.picked, :now::timestamptz, :now::timestamptz
  FROM unnest(:demand_ids::uuid[], :part_ids::uuid[], :line_ids::uuid[], :quantity::numeric[], :first_pick_quantity::numeric[])
       d (id, part_id, line_id, quantity, picked)
  LEFT JOIN work_order w ON w.id = :work_order_id;

-- name: demand_cancel_lines
UPDATE demand
   SET status = 'cancelled', short_quantity = 0, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE work_order_line_id = ANY (:line_ids::uuid[]) AND status IN ('open', 'reserved', 'on_order', 'in_transfer')
RETURNING id;

-- Once the levels are locked: all that an order still wants, for its lines and beside them.

-- name: demand_cancel_order
UPDATE demand
   SET status = 'cancelled', short_quantity = 0, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE work_order_id = :work_order_id AND status IN ('open', 'reserved', 'on_order', 'in_transfer')
RETURNING id;

-- What was not held and could be taken all the same is no longer waited for.

-- name: demand_issue_lines
UPDATE demand d
   SET short_quantity = 0, status = 'fulfilled',
       version = d.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM unnest(:line_ids::uuid[], :part_ids::uuid[]) n (line_id, part_id)
 WHERE d.work_order_line_id = n.line_id AND d.part_id = n.part_id AND d.status IN ('open', 'reserved', 'on_order', 'in_transfer');

-- Orders take from the default warehouse, so what comes elsewhere serves nobody yet.
-- name: demand_waiting
SELECT d.id, d.part_id, d.work_order_line_id, d.short_quantity,
       jsonb_build_object('demand_id', d.id, 'work_order_id', d.work_order_id, 'work_order_line_id', d.work_order_line_id,
                          'sales_order_id', d.sales_order_id) AS data
  FROM demand d
 WHERE d.store_id = :store_id AND d.part_id = ANY (:part_ids::uuid[]) AND d.status IN ('open', 'on_order', 'in_transfer') AND d.kind <> 'stock'
   AND d.short_quantity > 0
   AND (SELECT w.is_default FROM warehouse w WHERE w.id = :warehouse_id)
 ORDER BY d.id = ANY (:demand_ids::uuid[]) DESC, d.created_at, d.id
   FOR NO KEY UPDATE;

-- What came for the shelf.
-- name: demand_shelf_served
UPDATE demand d
   SET short_quantity = greatest(0, d.short_quantity - n.quantity),
       status = CASE WHEN d.short_quantity <= n.quantity THEN 'fulfilled' ELSE d.status END,
       version = d.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM unnest(:demand_ids::uuid[], :quantity::numeric[]) n (id, quantity)
 WHERE d.id = n.id AND d.store_id = :store_id AND d.kind = 'stock' AND d.status IN ('on_order', 'in_transfer');

-- name: demand_serve
UPDATE demand
   SET short_quantity = short_quantity - :quantity::numeric,
       status = CASE WHEN short_quantity > :quantity::numeric THEN status ELSE 'reserved' END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :demand_id;

-- name: demand_unserve
UPDATE demand
   SET short_quantity = short_quantity + :quantity::numeric, status = 'open',
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :demand_id;

-- name: demand_line_supplied
UPDATE work_order_line
   SET supply = 'reserved', supplied_at = :now, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :line_id AND supply = 'short';

-- name: demand_line_unsupplied
UPDATE work_order_line
   SET supply = 'short', updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :line_id AND supply = 'reserved';

-- name: demand_lines_set_supply
UPDATE work_order_line l
   SET supply = CASE WHEN n.short_of THEN 'short' ELSE 'reserved' END, updated_at = :now, changed = pg_current_xact_id()
  FROM unnest(:line_ids::uuid[], :short_of::boolean[]) n (line_id, short_of)
 WHERE l.id = n.line_id;

-- name: stock_order_changed   rows: 1
UPDATE work_order SET version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :work_order_id;

-- The order that parts are asked for, its lines named; and what each of them is.

-- name: demand_order_lock
SELECT w.status FROM work_order w
 WHERE w.id = :work_order_id AND w.store_id = :store_id AND w.deleted_at IS NULL
   FOR NO KEY UPDATE;

-- name: demand_order_lines
SELECT l.id, l.part_id, l.quantity, l.status, l.supply,
       (SELECT d.id FROM demand d
         WHERE d.work_order_line_id = l.id AND d.status IN ('open', 'reserved', 'on_order', 'in_transfer')
         ORDER BY d.id LIMIT 1) AS demand_id
  FROM work_order_line l
 WHERE l.work_order_id = :work_order_id AND l.id = ANY (:line_ids::uuid[]) AND l.kind = 'part';

-- name: demand_find
SELECT d.store_id, d.part_id FROM demand d WHERE d.id = :id;

-- name: demand_lock
SELECT d.id, d.version, d.store_id, d.status, d.kind, d.part_id, d.work_order_line_id, d.sales_order_id, d.short_quantity,
       jsonb_build_object('demand_id', d.id, 'work_order_id', d.work_order_id, 'work_order_line_id', d.work_order_line_id,
                          'sales_order_id', d.sales_order_id) AS data
  FROM demand d
 WHERE d.id = :id
   FOR NO KEY UPDATE;

-- What is lost, is lost at the price of that day.
-- name: demand_end
UPDATE demand d
   SET status = :status, reason = :reason, lost_cause = :cause, lost_at = CASE WHEN :cause::text IS NOT NULL THEN :now::timestamptz END,
       lost_value = CASE WHEN :cause::text IS NOT NULL THEN (SELECT round(p.sale_price * d.quantity) FROM part p WHERE p.id = d.part_id) END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: demand_get
SELECT d.id, d.version, d.store_id, d.kind, d.status, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       d.work_order_id, d.work_order_line_id, d.sales_order_id, d.customer_id, d.vehicle_id, d.quantity, d.first_pick_quantity,
       d.short_quantity, d.promised_on, d.reason, d.lost_cause, d.created_at, d.updated_at,
       CASE WHEN d.sales_order_id IS NOT NULL THEN 'of_sales_order' END AS _of_sale
  FROM demand d
  JOIN part p ON p.id = d.part_id
 WHERE d.id = ANY (:ids);

-- All that was asked for at once with it.

-- name: demand_lines
SELECT one.id AS _parent, d.id, d.status, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       d.work_order_line_id, d.quantity,
       (SELECT coalesce(sum(l.on_hand - l.reserved), 0) FROM stock_level l
         WHERE l.store_id = d.store_id AND l.part_id = d.part_id) AS available,
       d.short_quantity
  FROM demand one
  JOIN demand d ON d.batch_id = one.batch_id
  JOIN part p ON p.id = d.part_id
 WHERE one.id = ANY (:ids)
 ORDER BY one.id, d.id;

-- name: demand_list   page unnamed
-- As of the ledger: the last of each store, and of those the last.
SELECT d.id, d.version, d.store_id, d.kind, d.status, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       d.work_order_id, d.work_order_line_id, d.sales_order_id, d.customer_id, d.vehicle_id, d.quantity, d.first_pick_quantity,
       d.short_quantity, d.promised_on, d.reason, d.lost_cause, d.created_at, d.updated_at,
       CASE WHEN d.sales_order_id IS NOT NULL THEN 'of_sales_order' END AS _of_sale, d.created_at AS _after_at, d.id AS _after_id
  FROM (SELECT l.*
          FROM store st
         CROSS JOIN LATERAL (
                SELECT d.id, d.version, d.store_id, d.kind, d.status, d.part_id, d.work_order_id, d.work_order_line_id, d.sales_order_id, d.customer_id,
                       d.vehicle_id, d.quantity, d.first_pick_quantity, d.short_quantity, d.promised_on, d.reason, d.lost_cause, d.created_at, d.updated_at
                  FROM demand d
                 WHERE d.store_id = st.id
                   AND (:part_id::uuid IS NULL OR d.part_id = :part_id)
                   AND (:work_order_id::uuid IS NULL OR d.work_order_id = :work_order_id)
                   AND (:sales_order_id::uuid IS NULL OR d.sales_order_id = :sales_order_id)
                   AND (:status::text[] IS NULL OR d.status = ANY (:status))
                   AND (:updated_after::timestamptz IS NULL OR d.updated_at > :updated_after)
                   AND (:after_position::text IS NULL
                        OR (d.changed >= :after_position::text::xid8 AND d.changed < pg_snapshot_xmin(pg_current_snapshot())))
                   AND (:after_at::timestamptz IS NULL OR (d.created_at, d.id) < (:after_at, :after_id::uuid))
                 ORDER BY d.created_at DESC, d.id DESC
                 LIMIT :limit) l
         WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
         ORDER BY l.created_at DESC, l.id DESC
         LIMIT :limit) d
  JOIN part p ON p.id = d.part_id
 ORDER BY d.created_at DESC, d.id DESC
 LIMIT :limit;

-- name: demand_references
SELECT :customer_id::uuid IS NULL OR EXISTS (SELECT FROM customer c WHERE c.id = :customer_id) AS customer,
       :vehicle_id::uuid IS NULL OR EXISTS (SELECT FROM vehicle v WHERE v.id = :vehicle_id) AS vehicle;

-- Warehouses, bins, levels, the ledger.  Costs are shown to who holds cost.read.

-- name: warehouse_list   page unnamed
SELECT w.id, w.version, w.store_id, w.code, w.name, w.is_default, w.purpose, w.created_at, w.updated_at,
       w.store_id AS _after_store, w.code AS _after_code
  FROM warehouse w
 WHERE w.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR w.store_id = :scope_store)
   AND (:updated_after::timestamptz IS NULL OR w.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (w.changed >= :after_position::text::xid8 AND w.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_store::uuid IS NULL OR (w.store_id, w.code) > (:after_store, :after_code::text))
 ORDER BY w.store_id, w.code
 LIMIT :limit;

-- name: bin_list   page unnamed
SELECT b.id, b.version, b.store_id, b.warehouse_id, b.code, b.created_at, b.updated_at,
       b.code AS _after_code, b.id AS _after_id
  FROM bin b
 WHERE b.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR b.store_id = :scope_store)
   AND (:warehouse_id::uuid IS NULL OR b.warehouse_id = :warehouse_id)
   AND (:updated_after::timestamptz IS NULL OR b.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (b.changed >= :after_position::text::xid8 AND b.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_code::text IS NULL OR (b.code, b.id) > (:after_code, :after_id::uuid))
 ORDER BY b.code, b.id
 LIMIT :limit;

-- name: bin_get
SELECT b.id, b.version, b.store_id, b.warehouse_id, b.code, b.created_at, b.updated_at
  FROM bin b
 WHERE b.id = ANY (:ids) AND b.deleted_at IS NULL;

-- name: warehouse_get
SELECT w.id, w.version, w.store_id, w.code, w.name, w.is_default, w.purpose, w.created_at, w.updated_at
  FROM warehouse w
 WHERE w.id = ANY (:ids) AND w.deleted_at IS NULL;

-- name: warehouse_add
INSERT INTO warehouse (id, store_id, code, name, purpose, created_at, updated_at)
VALUES (:warehouse_id, :store_id, :code, :name, coalesce(:purpose, 'stock'), :now, :now);

-- name: bin_add
INSERT INTO bin (id, store_id, warehouse_id, code, created_at, updated_at)
VALUES (:bin_id, :store_id, :warehouse_id, :code, :now, :now);

-- name: warehouse_find
SELECT w.id
  FROM warehouse w
 WHERE w.store_id = :store_id AND w.deleted_at IS NULL
   AND CASE WHEN :warehouse_id::uuid IS NULL THEN w.is_default ELSE w.id = :warehouse_id END;

-- name: warehouse_purpose
SELECT w.purpose FROM warehouse w WHERE w.id = :warehouse_id;

-- name: stock_level_list   page unnamed
SELECT l.store_id, l.warehouse_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       l.on_hand, l.reserved, l.on_hand - l.reserved AS available,
       CASE WHEN :holds_cost_read::boolean AND l.on_hand > 0 THEN round(l.value / l.on_hand)::bigint END AS average_cost,
       CASE WHEN :holds_cost_read::boolean THEN l.value END AS value, l.updated_at,
       l.store_id AS _after_store, l.warehouse_id AS _after_warehouse, l.part_id AS _after_part
  FROM stock_level l
  JOIN part p ON p.id = l.part_id
 WHERE (:scope_store::uuid IS NULL OR l.store_id = :scope_store)
   AND (:part_id::uuid IS NULL OR l.part_id = :part_id)
   AND (:warehouse_id::uuid IS NULL OR l.warehouse_id = :warehouse_id)
   AND (:purpose::text[] IS NULL OR l.warehouse_id IN (SELECT w.id FROM warehouse w WHERE w.purpose = ANY (:purpose)))
   AND (:updated_after::timestamptz IS NULL OR l.updated_at > :updated_after)
   AND (:after_store::uuid IS NULL
        OR (l.store_id, l.warehouse_id, l.part_id) > (:after_store, :after_warehouse::uuid, :after_part::uuid))
 ORDER BY l.store_id, l.warehouse_id, l.part_id
 LIMIT :limit;

-- name: part_stock_list   page unnamed
SELECT l.store_id, l.warehouse_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       l.on_hand, l.reserved, l.on_hand - l.reserved AS available,
       CASE WHEN :holds_cost_read::boolean AND l.on_hand > 0 THEN round(l.value / l.on_hand)::bigint END AS average_cost,
       CASE WHEN :holds_cost_read::boolean THEN l.value END AS value, l.updated_at,
       l.store_id AS _after_store, l.warehouse_id AS _after_warehouse
  FROM stock_level l
  JOIN part p ON p.id = l.part_id
 WHERE l.part_id = :id
   AND (:scope_store::uuid IS NULL OR l.store_id = :scope_store)
   AND (:updated_after::timestamptz IS NULL OR l.updated_at > :updated_after)
   AND (:after_store::uuid IS NULL OR (l.store_id, l.warehouse_id) > (:after_store, :after_warehouse::uuid))
 ORDER BY l.store_id, l.warehouse_id
 LIMIT :limit;

-- name: stock_movement_list   page unnamed
-- The last of each store, and of those the last: the ledger, the largest table of all, has no index of the whole chain's
-- for it.  A document's are found among those of its parts.
SELECT m.id, m.store_id, m.warehouse_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       m.document_id, d.number AS document_number, m.kind, m.reason, m.quantity,
       CASE WHEN :holds_cost_read::boolean THEN m.value END AS value, m.on_hand_after,
       CASE WHEN :holds_cost_read::boolean THEN m.value_after END AS value_after, m.at, m.actor_id,
       m.at AS _after_at, m.id AS _after_id
  FROM (SELECT l.*
          FROM store st
         CROSS JOIN LATERAL (
                SELECT m.id, m.store_id, m.warehouse_id, m.part_id, m.document_id, m.kind, m.reason, m.quantity, m.value, m.on_hand_after,
                       m.value_after, m.at, m.actor_id
                  FROM stock_movement m
                 WHERE m.store_id = st.id
                   AND (:part_id::uuid IS NULL OR m.part_id = :part_id)
                   AND (:document_id::uuid IS NULL
                        OR m.document_id = :document_id
                       AND m.part_id = ANY (ARRAY(SELECT n.part_id FROM stock_document_line n WHERE n.document_id = :document_id)))
                   AND (:created_from::timestamptz IS NULL OR m.at >= :created_from)
                   AND (:created_to::timestamptz IS NULL OR m.at < :created_to)
                   AND (:after_at::timestamptz IS NULL OR (m.at, m.id) < (:after_at, :after_id::uuid))
                 ORDER BY m.at DESC, m.id DESC
                 LIMIT :limit) l
         WHERE (:scope_store::uuid IS NULL OR st.id = :scope_store)
           AND (:document_id::uuid IS NULL OR st.id = (SELECT n.store_id FROM stock_document n WHERE n.id = :document_id))
         ORDER BY l.at DESC, l.id DESC
         LIMIT :limit) m
  JOIN part p ON p.id = m.part_id
  JOIN stock_document d ON d.id = m.document_id
 ORDER BY m.at DESC, m.id DESC
 LIMIT :limit;

-- name: part_movement_list   page unnamed
SELECT m.id, m.store_id, m.warehouse_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       m.document_id, d.number AS document_number, m.kind, m.reason, m.quantity,
       CASE WHEN :holds_cost_read::boolean THEN m.value END AS value, m.on_hand_after,
       CASE WHEN :holds_cost_read::boolean THEN m.value_after END AS value_after, m.at, m.actor_id,
       m.at AS _after_at, m.id AS _after_id
  FROM (SELECT l.*
          FROM store st
         CROSS JOIN LATERAL (
                SELECT m.id, m.store_id, m.warehouse_id, m.part_id, m.document_id, m.kind, m.reason, m.quantity, m.value, m.on_hand_after,
                       m.value_after, m.at, m.actor_id
                  FROM stock_movement m
                 WHERE m.store_id = st.id
                   AND m.part_id = :id
                   AND (:after_at::timestamptz IS NULL OR (m.at, m.id) < (:after_at, :after_id::uuid))
                 ORDER BY m.at DESC, m.id DESC
                 LIMIT :limit) l
         WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
         ORDER BY l.at DESC, l.id DESC
         LIMIT :limit) m
  JOIN part p ON p.id = m.part_id
  JOIN stock_document d ON d.id = m.document_id
 ORDER BY m.at DESC, m.id DESC
 LIMIT :limit;

-- Recomputed by `fettled verify`: what the ledger and the reservations say that the levels should be.

-- name: verify_stock_levels   unnamed
SELECT s.code AS store_code, coalesce(p.number, l.part_id::text) AS subject, d.what, d.expected, d.found
  FROM (SELECT coalesce(l.store_id, m.store_id) AS store_id, coalesce(l.part_id, m.part_id) AS part_id,
               coalesce(l.warehouse_id, m.warehouse_id) AS warehouse_id,
               coalesce(l.on_hand, 0) AS on_hand, coalesce(l.value, 0) AS value, coalesce(l.reserved, 0) AS reserved,
               coalesce(l.movements, 0) AS movements, coalesce(m.on_hand, 0) AS ledger_on_hand,
               coalesce(m.value, 0) AS ledger_value, coalesce(m.movements, 0) AS ledger_movements
          FROM stock_level l
          FULL JOIN (SELECT store_id, warehouse_id, part_id, sum(quantity) AS on_hand, sum(value) AS value, count(*) AS movements
                       FROM stock_movement GROUP BY store_id, warehouse_id, part_id) m
               ON m.store_id = l.store_id AND m.warehouse_id = l.warehouse_id AND m.part_id = l.part_id) l
  LEFT JOIN (SELECT store_id, warehouse_id, part_id, sum(quantity) AS reserved
               FROM reservation WHERE status = 'active' GROUP BY store_id, warehouse_id, part_id) r
       ON r.store_id = l.store_id AND r.warehouse_id = l.warehouse_id AND r.part_id = l.part_id
  JOIN store s ON s.id = l.store_id
  LEFT JOIN part p ON p.id = l.part_id
 CROSS JOIN LATERAL (VALUES ('on_hand', l.ledger_on_hand, l.on_hand),
                            ('value', l.ledger_value, l.value),
                            ('movements', l.ledger_movements, l.movements),
                            ('reserved', coalesce(r.reserved, 0), l.reserved)) d (what, expected, found)
 WHERE d.expected <> d.found
 ORDER BY store_code, subject, d.what;

-- Each entry of the ledger tells how the level stands after it.

-- name: verify_stock_ledger   unnamed
SELECT s.code AS store_code, p.number AS subject, d.what || ' of entry ' || m.ordinal AS what, d.expected, d.found
  FROM (SELECT store_id, part_id, ordinal, on_hand_after, value_after,
               sum(quantity) OVER entries AS on_hand, sum(value) OVER entries AS value,
               row_number() OVER entries AS place
          FROM stock_movement
        WINDOW entries AS (PARTITION BY store_id, warehouse_id, part_id ORDER BY ordinal)) m
  JOIN store s ON s.id = m.store_id
  JOIN part p ON p.id = m.part_id
 CROSS JOIN LATERAL (VALUES ('on_hand_after', m.on_hand, m.on_hand_after),
                            ('value_after', m.value, m.value_after),
                            ('ordinal', m.place, m.ordinal)) d (what, expected, found)
 WHERE d.expected <> d.found
 ORDER BY store_code, subject, m.ordinal, d.what;

-- A posted document is its movements: as much and as dear as its lines say.

-- name: verify_stock_documents   unnamed
SELECT s.code AS store_code, d.number AS subject, v.what || ' of line ' || l.position AS what, v.expected, v.found
  FROM stock_document d
  JOIN stock_document_line l ON l.document_id = d.id
  JOIN store s ON s.id = d.store_id
  LEFT JOIN (SELECT line_id, sum(quantity) AS quantity, sum(value) AS value FROM stock_movement GROUP BY line_id) m
       ON m.line_id = l.id
 CROSS JOIN LATERAL (VALUES ('quantity', CASE WHEN d.status IN ('posted', 'reversed') THEN abs(l.quantity) ELSE 0 END,
                             coalesce(abs(m.quantity), 0)),
                            ('cost', CASE WHEN d.status IN ('posted', 'reversed') THEN coalesce(l.cost, 0) ELSE 0 END,
                             coalesce(abs(m.value), 0))) v (what, expected, found)
 WHERE v.expected <> v.found
 ORDER BY store_code, subject, l.position, v.what;

-- What lines of work orders say was issued and returned is what documents moved for them.

-- name: verify_stock_issued   unnamed
SELECT s.code AS store_code, w.number AS subject, d.what || ' of line ' || l.position AS what, d.expected, d.found
  FROM work_order_line l
  JOIN work_order w ON w.id = l.work_order_id
  JOIN store s ON s.id = l.store_id
  LEFT JOIN (SELECT dl.work_order_line_id AS line_id,
                    -sum(m.quantity) FILTER (WHERE m.kind = 'issue') AS issued,
                    sum(m.quantity) FILTER (WHERE m.kind = 'return') AS returned
               FROM stock_movement m JOIN stock_document_line dl ON dl.id = m.line_id
              WHERE dl.work_order_line_id IS NOT NULL
              GROUP BY dl.work_order_line_id) m ON m.line_id = l.id
 CROSS JOIN LATERAL (VALUES ('issued', coalesce(m.issued, 0), l.issued_quantity),
                            ('returned', coalesce(m.returned, 0), l.returned_quantity)) d (what, expected, found)
 WHERE d.expected <> d.found
 ORDER BY store_code, subject, l.position, d.what;
