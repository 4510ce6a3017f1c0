-- Sales orders.

-- name: sales_order_get
SELECT o.id, o.version, o.store_id, o.number, o.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       o.vehicle_id, o.status, o.amount, t.id AS "bill.id", t.number AS "bill.number", t.status AS "bill.status", t.total AS "bill.total",
       CASE WHEN t.status IN ('issued', 'partly_paid', 'paid') THEN t.total - t.paid ELSE 0 END AS "bill.due",
       o.note, o.reason, o.accepted_by, o.created_by, o.confirmed_at, o.shipped_at, o.accepted_at, o.ended_at, o.created_at, o.updated_at,
       CASE WHEN t.id IS NOT NULL THEN 'already_billed' END AS _billed
  FROM sales_order o
  LEFT JOIN customer c ON c.id = o.customer_id
  LEFT JOIN settlement t ON t.sales_order_id = o.id AND t.status <> 'void' AND t.deleted_at IS NULL
 WHERE o.id = ANY (:ids);

-- name: sales_order_lines
SELECT l.order_id AS _parent, l.id, l.position, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", l.demand_id, l.quantity, l.list_price,
       l.unit_price, l.amount,
       (SELECT coalesce(sum(r.quantity), 0) FROM reservation r WHERE r.demand_id = l.demand_id AND r.status = 'active') AS held_quantity,
       (SELECT d.promised_on FROM demand d WHERE d.id = l.demand_id) AS expected_on, l.shipped_quantity, l.returned_quantity, l.cancelled_quantity,
       CASE WHEN :holds_cost_read::boolean THEN sale_line_cost(l) END AS cost
  FROM sales_order_line l
  JOIN part p ON p.id = l.part_id
 WHERE l.order_id = ANY (:ids)
 ORDER BY l.order_id, l.position;

-- The last of each store, and of those the last.
-- name: sales_order_list   page unnamed
SELECT o.id, o.version, o.store_id, o.number, o.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       o.vehicle_id, o.status, o.amount, t.id AS "bill.id", t.number AS "bill.number", t.status AS "bill.status", t.total AS "bill.total",
       CASE WHEN t.status IN ('issued', 'partly_paid', 'paid') THEN t.total - t.paid ELSE 0 END AS "bill.due",
       o.note, o.reason, o.accepted_by, o.created_by, o.confirmed_at, o.shipped_at, o.accepted_at, o.ended_at, o.created_at, o.updated_at,
       CASE WHEN t.id IS NOT NULL THEN 'already_billed' END AS _billed, o.created_at AS _after_at, o.id AS _after_id
  FROM (SELECT l.id
          FROM store st
         CROSS JOIN LATERAL (
                SELECT o.id, o.created_at
                  FROM sales_order o
                 WHERE o.store_id = st.id
                   AND (:status::text[] IS NULL OR o.status = ANY (:status))
                   AND (:customer_id::uuid IS NULL OR o.customer_id = :customer_id)
                   AND (:part_id::uuid IS NULL OR EXISTS (SELECT FROM sales_order_line n WHERE n.order_id = o.id AND n.part_id = :part_id))
                   AND (:updated_after::timestamptz IS NULL OR o.updated_at > :updated_after)
                   AND (:after_position::text IS NULL
                        OR (o.changed >= :after_position::text::xid8 AND o.changed < pg_snapshot_xmin(pg_current_snapshot())))
                   AND (:after_at::timestamptz IS NULL OR (o.created_at, o.id) < (:after_at, :after_id::uuid))
                 ORDER BY o.created_at DESC, o.id DESC
                 LIMIT :limit) l
         WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
         ORDER BY l.created_at DESC, l.id DESC
         LIMIT :limit) k
  JOIN sales_order o ON o.id = k.id
  LEFT JOIN customer c ON c.id = o.customer_id
  LEFT JOIN settlement t ON t.sales_order_id = o.id AND t.status <> 'void' AND t.deleted_at IS NULL
 ORDER BY o.created_at DESC, o.id DESC
 LIMIT :limit;

-- name: sales_order_lock
SELECT o.id, o.version, o.store_id, o.customer_id, o.vehicle_id, o.status FROM sales_order o WHERE o.id = :id FOR NO KEY UPDATE;

-- What each part costs in this store today; none where there is no such part.
-- name: sales_lines_facts
SELECT w.n - 1 AS position, p.discount_limit_bp,
       CASE WHEN a.id IS NOT NULL
            THEN coalesce(part_listed_price(s.store_class, a.id, (:now::timestamptz AT TIME ZONE s.time_zone)::date),
                          markup_price(s.id, s.store_class, a.id), a.sale_price) END AS list_price
  FROM store s
  JOIN store_policy p ON p.store_id = s.id
 CROSS JOIN unnest(:part_ids::uuid[]) WITH ORDINALITY w (part_id, n)
  LEFT JOIN part a ON a.id = w.part_id AND a.active AND a.deleted_at IS NULL
 WHERE s.id = :store_id
 ORDER BY w.n;

-- name: sales_order_add
INSERT INTO sales_order (id, store_id, number, customer_id, vehicle_id, status, amount, note, created_by, created_at, updated_at)
VALUES (:order_id, :store_id, :number, :customer_id, :vehicle_id, 'draft', :amount, :note, :actor_id, :now, :now);

-- name: sales_lines_clear
DELETE FROM sales_order_line WHERE order_id = :order_id;

-- name: sales_lines_add
INSERT INTO sales_order_line (id, store_id, order_id, position, part_id, quantity, list_price, unit_price, amount)
SELECT l.id, :store_id::uuid, :order_id::uuid, l.n, l.part_id, l.quantity, l.list_price, l.unit_price, l.amount
  FROM unnest(:sale_line_ids::uuid[], :part_ids::uuid[], :quantity::numeric[], :list_prices::bigint[], :unit_prices::bigint[], :amounts::bigint[])
       WITH ORDINALITY l (id, part_id, quantity, list_price, unit_price, amount, n);

-- name: sales_order_update
UPDATE sales_order
   SET vehicle_id = CASE WHEN :has_vehicle_id THEN :vehicle_id ELSE vehicle_id END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       amount = CASE WHEN :has_lines THEN :amount ELSE amount END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :order_id;

-- name: sales_order_set
UPDATE sales_order
   SET status = :status, reason = coalesce(:reason, reason),
       confirmed_at = CASE WHEN :status::text = 'confirmed' THEN :now::timestamptz ELSE confirmed_at END,
       shipped_at = CASE WHEN :status::text = 'shipped' THEN coalesce(shipped_at, greatest(:now::timestamptz, confirmed_at)) ELSE shipped_at END,
       accepted_at = CASE WHEN :status::text = 'accepted' THEN coalesce(accepted_at, greatest(:now::timestamptz, shipped_at)) ELSE accepted_at END,
       ended_at = CASE WHEN :status::text = 'cancelled' THEN :now::timestamptz END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :order_id;

-- name: sales_order_accept
UPDATE sales_order SET accepted_by = :accepted_by, changed = pg_current_xact_id() WHERE id = :order_id;

-- name: sales_order_touch
UPDATE sales_order SET version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :order_id;

-- Statements of their own, after the lock: who waited for it sees the lines as they are now.
-- name: sales_lines_now
SELECT l.id, l.part_id, l.demand_id, l.quantity - l.shipped_quantity - l.cancelled_quantity AS open_quantity
  FROM sales_order_line l
 WHERE l.order_id = :order_id
 ORDER BY l.position;

-- name: sales_lines_out
SELECT l.id, l.part_id, l.shipped_quantity - l.returned_quantity AS out_quantity, sale_line_cost(l) AS cost
  FROM sales_order_line l
 WHERE l.order_id = :order_id
 ORDER BY l.position;

-- name: sales_lines_wanted
UPDATE sales_order_line l SET demand_id = n.demand_id
  FROM unnest(:sale_line_ids::uuid[], :demand_ids::uuid[]) n (id, demand_id)
 WHERE l.id = n.id;

-- name: sales_lines_shipped
UPDATE sales_order_line l SET shipped_quantity = l.shipped_quantity + n.quantity
  FROM unnest(:sale_line_ids::uuid[], :quantity::numeric[]) n (id, quantity)
 WHERE l.id = n.id;

-- name: sales_lines_returned
UPDATE sales_order_line l SET returned_quantity = l.returned_quantity + n.quantity
  FROM unnest(:sale_line_ids::uuid[], :quantity::numeric[]) n (id, quantity)
 WHERE l.id = n.id;

-- name: sales_lines_cancelled
UPDATE sales_order_line SET cancelled_quantity = quantity - shipped_quantity WHERE order_id = :order_id;

-- name: sales_order_bill
SELECT coalesce(t.number, t.id::text) AS bill FROM settlement t WHERE t.sales_order_id = :order_id AND t.status <> 'void' AND t.deleted_at IS NULL;

-- For `fettled verify`: what lines say was shipped and came back is what documents moved for them, what is held is what their wishes lack not, and a
-- bill has what stayed with the customer.
-- name: verify_sales_orders   unnamed
SELECT s.code AS store_code, o.number AS subject, d.what || ' of line ' || l.position AS what, d.expected::text AS expected, d.found::text AS found
  FROM sales_order_line l
  JOIN sales_order o ON o.id = l.order_id
  JOIN store s ON s.id = o.store_id
  LEFT JOIN (SELECT dl.sales_order_line_id AS line_id, -sum(m.quantity) FILTER (WHERE m.kind = 'sale') AS shipped,
                    sum(m.quantity) FILTER (WHERE m.kind = 'return') AS returned
               FROM stock_movement m JOIN stock_document_line dl ON dl.id = m.line_id
              WHERE dl.sales_order_line_id IS NOT NULL
              GROUP BY dl.sales_order_line_id) m ON m.line_id = l.id
  LEFT JOIN demand w ON w.id = l.demand_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(r.quantity), 0) AS quantity FROM reservation r WHERE r.demand_id = l.demand_id AND r.status = 'active') h
 CROSS JOIN LATERAL (VALUES ('shipped', coalesce(m.shipped, 0), l.shipped_quantity), ('returned', coalesce(m.returned, 0), l.returned_quantity),
                            ('short', CASE WHEN w.status IN ('open', 'on_order', 'in_transfer', 'reserved')
                                           THEN l.quantity - l.shipped_quantity - l.cancelled_quantity - h.quantity ELSE 0 END,
                             coalesce(w.short_quantity, 0)),
                            ('amount', round(l.unit_price * l.quantity), l.amount)) d (what, expected, found)
 WHERE d.expected <> d.found
UNION ALL
SELECT s.code, o.number, v.what, v.expected, v.found
  FROM sales_order o
  JOIN store s ON s.id = o.store_id
 CROSS JOIN LATERAL (SELECT sum(l.amount) AS amount, sum(l.shipped_quantity) AS shipped, sum(l.returned_quantity) AS returned,
                            sum(l.quantity - l.shipped_quantity - l.cancelled_quantity) AS open
                       FROM sales_order_line l WHERE l.order_id = o.id) l
 CROSS JOIN LATERAL (SELECT CASE WHEN o.status IN ('draft', 'confirmed', 'cancelled') AND l.shipped = 0 THEN o.status
                                 WHEN l.open > 0 THEN 'partly_shipped' WHEN l.returned = l.shipped THEN 'returned'
                                 WHEN o.accepted_at IS NOT NULL THEN 'accepted' ELSE 'shipped' END AS status) f
 CROSS JOIN LATERAL (VALUES ('status', f.status, o.status), ('amount', l.amount::text, o.amount::text)) v (what, expected, found)
 WHERE v.expected <> v.found
 ORDER BY store_code, subject, what;
