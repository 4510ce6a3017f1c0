-- Purchase orders.  Order of locks: the receipt (a stock document), the order, levels in part order, demands.

-- name: purchase_order_get
SELECT o.id, o.version, o.store_id, o.warehouse_id, o.number, s.id AS "supplier.id", s.code AS "supplier.code", s.name AS "supplier.name", o.order_class,
       o.status, CASE WHEN :holds_cost_read::boolean THEN o.amount END AS amount, o.expected_on, o.central_purchase_id, o.note, o.reason, o.created_by, o.submitted_by,
       o.approved_by, o.sent_at, o.ended_at, o.created_at, o.updated_at
  FROM purchase_order o
  JOIN supplier s ON s.id = o.supplier_id
 WHERE o.id = ANY (:ids);

-- name: purchase_order_lines
SELECT l.order_id AS _parent, l.id, l.position, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", l.supplier_number, l.demand_id,
       l.quantity, CASE WHEN :holds_cost_read::boolean THEN l.unit_price END AS unit_price, l.promised_on, l.pending_quantity, l.received_quantity,
       l.returned_quantity, CASE WHEN l.ordered THEN l.quantity - l.received_quantity ELSE 0 END AS open_quantity,
       (SELECT sum(e.amount - e.refunded)::bigint
          FROM deposit e
         WHERE e.line_id = (SELECT CASE WHEN w.work_order_line_id IS NOT NULL THEN w.work_order_line_id
                                        ELSE (SELECT n.id FROM sales_order_line n WHERE n.demand_id = w.id) END
                              FROM demand w WHERE w.id = l.demand_id)) AS deposit
  FROM purchase_order_line l
  JOIN part p ON p.id = l.part_id
 WHERE l.order_id = ANY (:ids)
 ORDER BY l.order_id, l.position;

-- name: purchase_order_list   page unnamed
-- The last of each store, and of those the last.
SELECT o.id, o.version, o.store_id, o.warehouse_id, o.number, s.id AS "supplier.id", s.code AS "supplier.code", s.name AS "supplier.name", o.order_class,
       o.status, CASE WHEN :holds_cost_read::boolean THEN o.amount END AS amount, o.expected_on, o.central_purchase_id, o.note, o.reason, o.created_by, o.submitted_by,
       o.approved_by, o.sent_at, o.ended_at, o.created_at, o.updated_at, o.created_at AS _after_at, o.id AS _after_id
  FROM (SELECT l.id
          FROM store st
         CROSS JOIN LATERAL (
                SELECT o.id, o.created_at
                  FROM purchase_order o
                 WHERE o.store_id = st.id
                   AND (:status::text[] IS NULL OR o.status = ANY (:status))
                   AND (:order_class::text[] IS NULL OR o.order_class = ANY (:order_class))
                   AND (:supplier_id::uuid IS NULL OR o.supplier_id = :supplier_id)
                   AND (:part_id::uuid IS NULL OR EXISTS (SELECT FROM purchase_order_line n WHERE n.order_id = o.id AND n.part_id = :part_id))
                   AND (:updated_after::timestamptz IS NULL OR o.updated_at > :updated_after)
                   AND (:after_position::text IS NULL
                        OR (o.changed >= :after_position::text::xid8 AND o.changed < pg_snapshot_xmin(pg_current_snapshot())))
                   AND (:after_at::timestamptz IS NULL OR (o.created_at, o.id) < (:after_at, :after_id::uuid))
                 ORDER BY o.created_at DESC, o.id DESC
                 LIMIT :limit) l
         WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
         ORDER BY l.created_at DESC, l.id DESC
         LIMIT :limit) k
  JOIN purchase_order o ON o.id = k.id
  JOIN supplier s ON s.id = o.supplier_id
 ORDER BY o.created_at DESC, o.id DESC
 LIMIT :limit;

-- name: part_on_order   page unnamed
SELECT l.id, l.store_id, o.id AS "purchase_order.id", o.number AS "purchase_order.number", s.id AS "supplier.id", s.code AS "supplier.code",
       s.name AS "supplier.name", o.order_class, l.demand_id, l.quantity - l.received_quantity AS quantity, l.promised_on,
       coalesce(l.promised_on, 'infinity'::date) AS _after_on, l.id AS _after_id
  FROM store st
 CROSS JOIN LATERAL (
        SELECT l.id, l.store_id, l.order_id, l.demand_id, l.quantity, l.received_quantity, l.promised_on
          FROM purchase_order_line l
         WHERE l.store_id = st.id AND l.part_id = :id AND l.ordered AND l.received_quantity < l.quantity
           AND (:after_on::date IS NULL OR (coalesce(l.promised_on, 'infinity'::date), l.id) > (:after_on, :after_id::uuid))
         ORDER BY coalesce(l.promised_on, 'infinity'::date), l.id
         LIMIT :limit) l
  JOIN purchase_order o ON o.id = l.order_id
  JOIN supplier s ON s.id = o.supplier_id
 WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
 ORDER BY coalesce(l.promised_on, 'infinity'::date), l.id
 LIMIT :limit;

-- Whether a supplier can be ordered from, and on what terms.
-- name: purchase_supplier
SELECT s.name, s.active, s.minimum_amount, s.lead_days, supplier_lacks(s.id, chain_day(:now)) AS lacks FROM supplier s WHERE s.id = :supplier_id;

-- What each line names: whether it is there, and what the supplier asks for it today.
-- name: purchase_lines_facts
SELECT l.n - 1 AS position, p.id IS NOT NULL AS part, l.demand_id IS NULL OR d.id IS NOT NULL AS demand, f.price, f.supplier_number, f.pack_quantity,
       f.minimum_quantity
  FROM unnest(:lines.part_id::uuid[], :lines.demand_id::uuid[]) WITH ORDINALITY l (part_id, demand_id, n)
  LEFT JOIN part p ON p.id = l.part_id AND p.deleted_at IS NULL
  LEFT JOIN demand d ON d.id = l.demand_id AND d.store_id = :store_id AND d.part_id = l.part_id AND d.status IN ('open', 'on_order', 'in_transfer')
  LEFT JOIN supplier_offer f ON f.supplier_id = :supplier_id AND f.part_id = l.part_id AND f.valid_from <= chain_day(:now)
                            AND (f.valid_to > chain_day(:now)) IS NOT FALSE
 ORDER BY l.n;

-- name: purchase_order_add
INSERT INTO purchase_order (id, store_id, warehouse_id, supplier_id, number, order_class, status, amount, expected_on, note, central_purchase_id, created_by, created_at,
                            updated_at)
VALUES (:order_id, :store_id, :warehouse_id, :supplier_id, :number, coalesce(:order_class, 'stock'), 'draft', :amount, :expected_on, :note,
        :central_purchase_id, :actor_id, :now, :now);

-- name: purchase_lines_clear
DELETE FROM purchase_order_line WHERE order_id = :order_id;

-- name: purchase_lines_add
INSERT INTO purchase_order_line (id, store_id, order_id, position, part_id, supplier_number, demand_id, quantity, unit_price, promised_on)
SELECT n.id, :store_id::uuid, :order_id::uuid, l.n, l.part_id, n.supplier_number, l.demand_id, l.quantity, n.unit_price, l.promised_on
  FROM unnest(:lines.part_id::uuid[], :lines.demand_id::uuid[], :lines.quantity::numeric[], :lines.promised_on::date[])
       WITH ORDINALITY l (part_id, demand_id, quantity, promised_on, n)
  JOIN unnest(:purchase_line_ids::uuid[], :supplier_numbers::text[], :unit_prices::bigint[])
       WITH ORDINALITY n (id, supplier_number, unit_price, n) USING (n);

-- name: purchase_order_lock
SELECT o.version, o.store_id, o.warehouse_id, o.supplier_id, o.central_purchase_id, o.number, o.status, o.order_class, o.amount, o.created_by, o.submitted_by
  FROM purchase_order o
 WHERE o.id = :id
   FOR NO KEY UPDATE;

-- A statement of its own, after the lock: who waited for it sees the lines as they are now.
-- name: purchase_lines_now
SELECT l.id, l.position, l.part_id, l.demand_id, l.quantity, l.unit_price, l.promised_on, l.pending_quantity, l.received_quantity, l.returned_quantity
  FROM purchase_order_line l
 WHERE l.order_id = :order_id
 ORDER BY l.position;

-- name: purchase_order_update
UPDATE purchase_order
   SET order_class = CASE WHEN :has_order_class THEN :order_class ELSE order_class END,
       expected_on = CASE WHEN :has_expected_on THEN :expected_on ELSE expected_on END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       amount = CASE WHEN :has_lines THEN :amount ELSE amount END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :order_id;

-- name: purchase_order_set
UPDATE purchase_order
   SET status = :status, reason = coalesce(:reason, reason),
       submitted_by = CASE :status::text WHEN 'submitted' THEN :actor_id::uuid WHEN 'draft' THEN NULL ELSE submitted_by END,
       approved_by = CASE WHEN :status::text = 'approved' THEN :actor_id::uuid ELSE approved_by END,
       sent_at = CASE WHEN :status::text = 'sent' THEN coalesce(sent_at, :now) ELSE sent_at END,
       ended_at = CASE WHEN :status::text IN ('closed', 'cancelled') THEN greatest(:now::timestamptz, sent_at) END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :order_id;

-- How much the caller's roles let a store buy by one order, and whether it has limits at all.
-- name: purchase_limit_of_actor
SELECT EXISTS (SELECT FROM purchase_limit d WHERE d.store_id = :store_id) AS limited,
       (SELECT coalesce(max(d.limit_amount), 0)
          FROM purchase_limit d
          JOIN store s ON s.id = d.store_id
          JOIN staff_grant g ON g.role = d.role AND g.staff_id = :actor_id AND g.revoked_at IS NULL
                            AND (g.store_id = s.id OR g.region_id = s.region_id OR g.scope = 'chain')
         WHERE d.store_id = :store_id) AS limit_amount;

-- What was ordered is on order; without a word of the supplier it is promised for what its lead time leads to.
-- name: purchase_lines_ordered
UPDATE purchase_order_line l
   SET ordered = true,
       promised_on = coalesce(l.promised_on, o.expected_on, chain_day(:now) + coalesce(f.lead_days, s.lead_days)),
       first_promised_on = coalesce(l.promised_on, o.expected_on, chain_day(:now) + coalesce(f.lead_days, s.lead_days))
  FROM purchase_order o
  JOIN supplier s ON s.id = o.supplier_id
  JOIN purchase_order_line k ON k.order_id = o.id
  LEFT JOIN supplier_offer f ON f.supplier_id = o.supplier_id AND f.part_id = k.part_id AND f.valid_from <= chain_day(:now)
                            AND (f.valid_to > chain_day(:now)) IS NOT FALSE
 WHERE o.id = :order_id AND l.id = k.id;

-- Whose wishes it is for: they wait for it now.
-- name: purchase_demands_lock
SELECT d.id FROM demand d
 WHERE d.id IN (SELECT l.demand_id FROM purchase_order_line l WHERE l.order_id = :order_id)
 ORDER BY d.id
   FOR NO KEY UPDATE;

-- name: purchase_demands_ordered
UPDATE demand d
   SET status = CASE WHEN d.status = 'open' THEN 'on_order' ELSE d.status END, promised_on = l.promised_on,
       version = d.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM (SELECT l.demand_id, max(l.promised_on) AS promised_on FROM purchase_order_line l
         WHERE l.order_id = :order_id AND l.demand_id IS NOT NULL GROUP BY l.demand_id) l
 WHERE d.id = l.demand_id AND d.status IN ('open', 'on_order', 'in_transfer')
   AND (d.status = 'open' OR d.promised_on IS DISTINCT FROM l.promised_on)
RETURNING d.id;

-- Whose orders cannot be done when their customers were told.
-- name: purchase_orders_late
SELECT w.id
  FROM work_order w
 CROSS JOIN LATERAL parts_coming(w.store_id, w.id, w.promised_at) c
 WHERE w.id IN (SELECT d.work_order_id FROM demand d WHERE d.id = ANY (:demand_ids::uuid[])) AND c.late AND w.completed_at IS NULL
 ORDER BY w.id;

-- What is not to come any more is waited for as before, unless another order brings it.
-- name: purchase_demands_wait
UPDATE demand d
   SET status = 'open', promised_on = NULL, version = d.version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE d.id IN (SELECT l.demand_id FROM purchase_order_line l WHERE l.order_id = :order_id)
   AND d.status = 'on_order'
   AND (SELECT o.id FROM purchase_order_line o
         WHERE o.demand_id = d.id AND o.order_id <> :order_id AND o.ordered AND o.received_quantity < o.quantity
         LIMIT 1) IS NULL;

-- name: purchase_lines_given_up
UPDATE purchase_order_line SET ordered = false WHERE order_id = :order_id AND ordered;

-- name: purchase_lines_promised
UPDATE purchase_order_line l
   SET promised_on = n.promised_on, first_promised_on = coalesce(l.first_promised_on, n.promised_on)
  FROM unnest(:lines.line_id::uuid[], :lines.promised_on::date[]) n (line_id, promised_on)
 WHERE l.id = n.line_id AND l.order_id = :order_id
RETURNING l.id;
