-- What an order's bill is against what was first agreed to.

-- name: variance_get
SELECT w.id, w.version, w.number, w.store_id, s.currency, t.estimated AS estimated_total, t.billed AS billed_total,
       t.billed - t.estimated AS difference, p.variance_limit_bp AS limit_bp,
       r.id IS NULL AND p.variance_limit_bp < 1000000
       AND abs(t.billed - t.estimated)::numeric * 10000 > t.estimated::numeric * p.variance_limit_bp AS reason_needed,
       r.reason, r.note, r.actor_id AS explained_by, r.updated_at AS explained_at
  FROM work_order w
  JOIN store s ON s.id = w.store_id
  JOIN store_policy p ON p.store_id = w.store_id
  LEFT JOIN variance_reason r ON r.work_order_id = w.id AND r.line_id IS NULL
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(CASE v.kind WHEN 'discount' THEN -v.estimated ELSE v.estimated END), 0)::bigint AS estimated,
              coalesce(sum(CASE v.kind WHEN 'discount' THEN -v.billed ELSE v.billed END), 0)::bigint AS billed
         FROM order_variance(w.id) v
        WHERE v.payer = 'customer') t
 WHERE w.id = ANY (:ids) AND w.deleted_at IS NULL;

-- name: variance_lines
SELECT o.id AS _parent, v.line_id, v.position, v.kind, v.description, v.payer, v.status, v.estimated, v.billed,
       CASE v.kind WHEN 'discount' THEN v.estimated - v.billed ELSE v.billed - v.estimated END AS difference, r.reason, r.note
  FROM unnest(:ids::uuid[]) o (id)
 CROSS JOIN LATERAL order_variance(o.id) v
  LEFT JOIN variance_reason r ON r.work_order_id = o.id AND r.line_id = v.line_id
 ORDER BY o.id, v.position;

-- name: variance_lines_unknown
SELECT n.n - 1 AS position
  FROM unnest(:lines.line_id::uuid[]) WITH ORDINALITY n (id, n)
 WHERE NOT EXISTS (SELECT FROM order_variance(:order_id) v WHERE v.line_id = n.id)
    OR EXISTS (SELECT FROM unnest(:lines.line_id::uuid[]) WITH ORDINALITY e (id, n) WHERE e.id = n.id AND e.n < n.n)
 ORDER BY n.n;

-- name: variance_explain
INSERT INTO variance_reason (id, store_id, work_order_id, line_id, reason, note, actor_id, updated_at)
VALUES (:reason_id, :store_id, :order_id, NULL, :reason, :note, :actor_id, :now)
ON CONFLICT (work_order_id, line_id)
DO UPDATE SET reason = excluded.reason, note = excluded.note, actor_id = excluded.actor_id, updated_at = excluded.updated_at,
              changed = pg_current_xact_id();

-- name: variance_explain_lines
INSERT INTO variance_reason (id, store_id, work_order_id, line_id, reason, note, actor_id, updated_at)
SELECT n.id, :store_id, :order_id, n.line_id, n.reason, n.note, :actor_id, :now
  FROM unnest(:reason_ids::uuid[], :lines.line_id::uuid[], :lines.reason::text[], :lines.note::text[]) n (id, line_id, reason, note)
ON CONFLICT (work_order_id, line_id)
DO UPDATE SET reason = excluded.reason, note = excluded.note, actor_id = excluded.actor_id, updated_at = excluded.updated_at,
              changed = pg_current_xact_id();
