-- Several technicians on one line, and what each is credited with.

-- name: line_team
SELECT t.technician_id,
       EXISTS (SELECT FROM clock_entry e
                WHERE e.line_id = :line_id AND e.technician_id = t.technician_id AND e.ended_at IS NULL) AS at_work
  FROM (SELECT l.technician_id FROM work_order_line l WHERE l.id = :line_id
        UNION ALL
        SELECT h.technician_id FROM work_order_line_helper h WHERE h.line_id = :line_id) t;

-- Whose clock runs on lines of an order.
-- name: clocks_running
SELECT e.line_id, e.technician_id
  FROM work_order_line l
  JOIN clock_entry e ON e.line_id = l.id AND e.ended_at IS NULL
 WHERE l.work_order_id = :id;

-- name: line_helpers_remove
DELETE FROM work_order_line_helper WHERE line_id = ANY (:line_ids::uuid[]);

-- name: line_helpers_add
INSERT INTO work_order_line_helper (store_id, line_id, technician_id, position, share_bp)
SELECT :store_id, h.line_id, h.technician_id, h.position, h.share_bp
  FROM unnest(:line_ids::uuid[], :technician_ids::uuid[], :shares::bigint[])
       WITH ORDINALITY h (line_id, technician_id, share_bp, position);

-- Labour of delivered orders by whom it was done.  A helper has the share of hours and amount, rounded down; who leads
-- has the rest, so that the parts are the whole.

-- name: labour_credit_list   page unnamed
-- Read along the deliveries of the store (work_order_delivered_idx), the latest first.
SELECT w.store_id, w.id AS work_order_id, w.number AS work_order_number, l.id AS line_id, l.description, t.technician_id, t.share_bp,
       f.hours,
       CASE WHEN t.leads THEN f.hours - h.hours ELSE trunc(f.hours * t.share_bp / 10000, 3) END AS credited_hours,
       l.amount,
       CASE WHEN t.leads THEN l.amount - h.amount ELSE div(l.amount::numeric * t.share_bp, 10000)::bigint END AS credited_amount,
       (SELECT coalesce(floor(sum(extract(epoch FROM e.ended_at - e.started_at))), 0)::bigint
          FROM clock_entry e WHERE e.line_id = l.id AND e.technician_id = t.technician_id AND e.voided_at IS NULL) AS clocked_seconds,
       w.delivered_at, w.delivered_at AS _after_at, l.id AS _after_line, t.technician_id AS _after_id
  FROM work_order w
  JOIN work_order_line l ON l.work_order_id = w.id AND l.kind = 'labour' AND l.status = 'authorised' AND l.technician_id IS NOT NULL
 CROSS JOIN LATERAL (SELECT coalesce(l.fixed_hours, l.quantity) AS hours) f
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(trunc(f.hours * x.share_bp / 10000, 3)), 0) AS hours,
              coalesce(sum(div(l.amount::numeric * x.share_bp, 10000)), 0)::bigint AS amount
         FROM work_order_line_helper x WHERE x.line_id = l.id) h
 CROSS JOIN LATERAL (
       SELECT l.technician_id, l.share_bp, true AS leads
       UNION ALL
       SELECT x.technician_id, x.share_bp, false FROM work_order_line_helper x WHERE x.line_id = l.id) t
 WHERE w.delivered_at IS NOT NULL AND w.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR w.store_id = :scope_store)
   AND (:technician_id::uuid IS NULL OR t.technician_id = :technician_id)
   AND (:from::timestamptz IS NULL OR w.delivered_at >= :from)
   AND (:to::timestamptz IS NULL OR w.delivered_at < :to)
   AND (:after_at::timestamptz IS NULL
        OR w.delivered_at <= :after_at AND (w.delivered_at, l.id, t.technician_id) < (:after_at, :after_line::uuid, :after_id::uuid))
 ORDER BY w.delivered_at DESC, l.id DESC, t.technician_id DESC
 LIMIT :limit;
