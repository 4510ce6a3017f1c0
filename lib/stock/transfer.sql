-- Transfers.  Order of locks: the transfer, then the levels of one of its stores, then demands.

-- name: transfer_get
SELECT t.id, t.version, t.store_id, t.warehouse_id, t.from_store_id, t.from_warehouse_id, t.number, t.status, t.note, t.reason, t.requested_by,
       t.approved_by, t.shipped_at, t.ended_at, t.created_at, t.updated_at,
       CASE WHEN NOT EXISTS (SELECT FROM store s WHERE s.id = t.store_id) THEN 'other_store' END AS _not_getting,
       CASE WHEN NOT EXISTS (SELECT FROM store s WHERE s.id = t.from_store_id) THEN 'other_store' END AS _not_giving,
       CASE WHEN NOT EXISTS (SELECT FROM store s WHERE s.id = CASE t.status WHEN 'requested' THEN t.store_id ELSE t.from_store_id END)
            THEN 'other_store' END AS _not_cancelling
  FROM transfer t
 WHERE t.id = ANY (:ids);

-- name: transfer_lines
SELECT l.transfer_id AS _parent, l.id, l.position, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", l.demand_id, l.quantity,
       l.approved_quantity, l.shipped_quantity, l.received_quantity, l.returned_quantity,
       l.shipped_quantity - l.received_quantity - l.returned_quantity - l.disputed_quantity - l.lost_quantity AS in_transit_quantity,
       l.disputed_quantity, l.lost_quantity, l.dispute_reason, CASE WHEN :holds_cost_read::boolean THEN l.transit_value END AS transit_value
  FROM transfer_line l
  JOIN part p ON p.id = l.part_id
 WHERE l.transfer_id = ANY (:ids)
 ORDER BY l.transfer_id, l.position;

-- What stores get and what they give, each once: of two stores that are both seen, with the one that gets it.
-- name: transfer_list   page unnamed
SELECT t.id, t.version, t.store_id, t.warehouse_id, t.from_store_id, t.from_warehouse_id, t.number, t.status, t.note, t.reason, t.requested_by,
       t.approved_by, t.shipped_at, t.ended_at, t.created_at, t.updated_at,
       CASE WHEN NOT EXISTS (SELECT FROM store s WHERE s.id = t.store_id) THEN 'other_store' END AS _not_getting,
       CASE WHEN NOT EXISTS (SELECT FROM store s WHERE s.id = t.from_store_id) THEN 'other_store' END AS _not_giving,
       CASE WHEN NOT EXISTS (SELECT FROM store s WHERE s.id = CASE t.status WHEN 'requested' THEN t.store_id ELSE t.from_store_id END)
            THEN 'other_store' END AS _not_cancelling,
       t.created_at AS _after_at, t.id AS _after_id
  FROM (SELECT l.id
          FROM store st
         CROSS JOIN LATERAL (
                (SELECT t.id, t.created_at
                   FROM transfer t
                  WHERE t.store_id = st.id
                    AND (:direction::text IS NULL OR :direction = 'in')
                    AND (:status::text[] IS NULL OR t.status = ANY (:status))
                    AND (:part_id::uuid IS NULL OR EXISTS (SELECT FROM transfer_line n WHERE n.transfer_id = t.id AND n.part_id = :part_id))
                    AND (:demand_id::uuid IS NULL OR t.id = ANY (ARRAY(SELECT n.transfer_id FROM transfer_line n WHERE n.demand_id = :demand_id)))
                    AND (:updated_after::timestamptz IS NULL OR t.updated_at > :updated_after)
                    AND (:after_position::text IS NULL
                         OR (t.changed >= :after_position::text::xid8 AND t.changed < pg_snapshot_xmin(pg_current_snapshot())))
                    AND (:after_at::timestamptz IS NULL OR (t.created_at, t.id) < (:after_at, :after_id::uuid))
                  ORDER BY t.created_at DESC, t.id DESC
                  LIMIT :limit)
                UNION ALL
                (SELECT t.id, t.created_at
                   FROM transfer t
                  WHERE t.from_store_id = st.id
                    AND (:direction::text IS NULL OR :direction = 'out')
                    AND (:direction::text = 'out' OR t.store_id <> st.id AND (:scope_store::uuid IS NOT NULL OR NOT EXISTS (SELECT FROM store o WHERE o.id = t.store_id)))
                    AND (:status::text[] IS NULL OR t.status = ANY (:status))
                    AND (:part_id::uuid IS NULL OR EXISTS (SELECT FROM transfer_line n WHERE n.transfer_id = t.id AND n.part_id = :part_id))
                    AND (:demand_id::uuid IS NULL OR t.id = ANY (ARRAY(SELECT n.transfer_id FROM transfer_line n WHERE n.demand_id = :demand_id)))
                    AND (:updated_after::timestamptz IS NULL OR t.updated_at > :updated_after)
                    AND (:after_position::text IS NULL
                         OR (t.changed >= :after_position::text::xid8 AND t.changed < pg_snapshot_xmin(pg_current_snapshot())))
                    AND (:after_at::timestamptz IS NULL OR (t.created_at, t.id) < (:after_at, :after_id::uuid))
                  ORDER BY t.created_at DESC, t.id DESC
                  LIMIT :limit)) l
         WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
         ORDER BY l.created_at DESC, l.id DESC
         LIMIT :limit) k
  JOIN transfer t ON t.id = k.id
 ORDER BY t.created_at DESC, t.id DESC
 LIMIT :limit;

-- Which lines name a part that is not there, or a wish that does not wait for it.
-- name: transfer_check
SELECT l.n - 1 AS position, p.id IS NULL AS part
  FROM unnest(:lines.part_id::uuid[], :lines.demand_id::uuid[]) WITH ORDINALITY l (part_id, demand_id, n)
  LEFT JOIN part p ON p.id = l.part_id AND p.deleted_at IS NULL
  LEFT JOIN demand d ON d.id = l.demand_id AND d.store_id = :store_id AND d.part_id = l.part_id
 WHERE p.id IS NULL OR (l.demand_id IS NOT NULL AND d.id IS NULL)
 ORDER BY l.n;

-- name: transfer_add
INSERT INTO transfer (id, store_id, warehouse_id, from_store_id, number, status, note, requested_by, created_at, updated_at)
VALUES (:transfer_id, :store_id, :warehouse_id, :from_store_id, :number, 'requested', :note, :actor_id, :now, :now);

-- name: transfer_lines_add
INSERT INTO transfer_line (id, store_id, from_store_id, transfer_id, position, part_id, demand_id, quantity)
SELECT l.id, :store_id::uuid, :from_store_id::uuid, :transfer_id::uuid, l.n, l.part_id, l.demand_id, l.quantity
  FROM unnest(:transfer_line_ids::uuid[], :lines.part_id::uuid[], :lines.demand_id::uuid[], :lines.quantity::numeric[])
       WITH ORDINALITY l (id, part_id, demand_id, quantity, n);

-- Only wishes that wait; locked in the order of their ids.
-- name: transfer_demands_lock
SELECT d.id, d.status, d.short_quantity FROM demand d
 WHERE d.id = ANY (:demand_ids::uuid[]) ORDER BY d.id FOR NO KEY UPDATE;

-- name: transfer_demands_sent_for
UPDATE demand SET status = 'in_transfer', version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = ANY (:demand_ids::uuid[]) AND status IN ('open', 'on_order');

-- name: transfer_demands_wait
SELECT transfer_demands_wait(:id, :now) IS NULL AS done;

-- name: transfer_lock
SELECT t.version, t.store_id, t.warehouse_id, t.from_store_id, t.from_warehouse_id, t.number, t.status, t.requested_by, t.disputed_by
  FROM transfer t
 WHERE t.id = :id
   FOR NO KEY UPDATE;

-- A statement of its own, after the lock: who waited for it sees the lines as they are now.
-- name: transfer_lines_now
SELECT l.id, l.part_id, l.demand_id, l.quantity, l.approved_quantity, l.shipped_quantity, l.received_quantity, l.returned_quantity,
       l.disputed_quantity, l.lost_quantity, l.transit_value, l.dispute_reason
  FROM transfer_line l
 WHERE l.transfer_id = :id
 ORDER BY l.position;

-- name: transfer_set
UPDATE transfer
   SET status = :status, reason = coalesce(:reason, reason),
       from_warehouse_id = coalesce(:warehouse_id::uuid, from_warehouse_id),
       approved_by = CASE WHEN :status::text = 'approved' AND status = 'requested' THEN :actor_id::uuid ELSE approved_by END,
       disputed_by = CASE WHEN :disputed::boolean THEN :actor_id::uuid ELSE disputed_by END,
       shipped_at = CASE WHEN :status::text = 'in_transit' THEN coalesce(shipped_at, :now) ELSE shipped_at END,
       ended_at = CASE WHEN :status::text IN ('rejected', 'received', 'returned', 'cancelled') THEN greatest(:now::timestamptz, shipped_at) END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: transfer_lines_save
UPDATE transfer_line l
   SET approved_quantity = n.approved, shipped_quantity = n.shipped, received_quantity = n.received, returned_quantity = n.returned,
       disputed_quantity = n.disputed, lost_quantity = n.lost, transit_value = n.value, dispute_reason = n.reason
  FROM unnest(:transfer_line_ids::uuid[], :approved::numeric[], :shipped::numeric[], :received::numeric[], :returned::numeric[],
              :disputed_quantities::numeric[], :lost::numeric[], :value::bigint[], :reasons::text[])
       n (id, approved, shipped, received, returned, disputed, lost, value, reason)
 WHERE l.id = n.id;

-- name: transfer_hold
INSERT INTO reservation (id, store_id, warehouse_id, part_id, transfer_line_id, quantity, status, created_at)
SELECT r.id, :store_id::uuid, :warehouse_id::uuid, r.part_id, r.line_id, r.quantity, 'active', :now::timestamptz
  FROM unnest(:reservation_ids::uuid[], :part_ids::uuid[], :line_ids::uuid[], :quantity::numeric[]) r (id, part_id, line_id, quantity)
 WHERE r.quantity > 0;

-- What of a hold has left, is used up; the rest of it is let go, and held anew where it still will leave.
-- name: transfer_unhold
UPDATE reservation r
   SET status = CASE WHEN n.quantity > 0 THEN 'consumed' ELSE 'released' END,
       quantity = CASE WHEN n.quantity > 0 THEN n.quantity ELSE r.quantity END, ended_at = :now
  FROM unnest(:line_ids::uuid[], :quantity::numeric[]) n (line_id, quantity)
 WHERE r.transfer_line_id = n.line_id AND r.status = 'active';

-- Recomputed by `fettled verify`: what left and came is what documents moved, and what is on its way is worth what is missing of it.

-- name: verify_transfers   unnamed
SELECT s.code AS store_code, t.number AS subject, v.what || ' of line ' || l.position AS what, v.expected, v.found
  FROM transfer t
  JOIN transfer_line l ON l.transfer_id = t.id
  JOIN store s ON s.id = t.store_id
 CROSS JOIN LATERAL (
        SELECT coalesce(-sum(m.quantity) FILTER (WHERE m.kind = 'transfer_out'), 0) AS shipped,
               coalesce(sum(m.quantity) FILTER (WHERE m.kind = 'transfer_in'), 0) AS came,
               coalesce(-sum(m.quantity) FILTER (WHERE m.kind = 'scrap'), 0) AS lost,
               coalesce(-sum(m.value) FILTER (WHERE m.kind IN ('transfer_out', 'transfer_in')), 0) AS value
          FROM stock_document_line n
          JOIN stock_movement m ON m.line_id = n.id
         WHERE n.transfer_line_id = l.id) m
 CROSS JOIN LATERAL (VALUES ('shipped', m.shipped, l.shipped_quantity),
                            ('received, returned and lost', m.came, l.received_quantity + l.returned_quantity + l.lost_quantity),
                            ('lost', m.lost, l.lost_quantity),
                            ('value on its way', m.value, l.transit_value::numeric)) v (what, expected, found)
 WHERE v.expected <> v.found
 ORDER BY store_code, subject, l.position, v.what;
