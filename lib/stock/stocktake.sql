-- Stocktakes.  Order of locks: the stocktake, then levels in part order, then demands.

-- name: stocktake_get
SELECT s.id, s.version, s.store_id, s.warehouse_id, s.number, s.status, s.note, s.reason, s.lines_count, s.open_count, s.different_count,
       CASE WHEN :holds_cost_read::boolean THEN s.different_value END AS different_value, s.planned_by, s.audited_by, s.frozen_at, s.ended_at,
       s.created_at, s.updated_at
  FROM stocktake s
 WHERE s.id = ANY (:ids);

-- name: stocktake_list   page unnamed
-- The last of each store, and of those the last.
SELECT l.id, l.version, l.store_id, l.warehouse_id, l.number, l.status, l.note, l.reason, l.lines_count, l.open_count, l.different_count,
       CASE WHEN :holds_cost_read::boolean THEN l.different_value END AS different_value, l.planned_by, l.audited_by, l.frozen_at, l.ended_at,
       l.created_at, l.updated_at, l.created_at AS _after_at, l.id AS _after_id
  FROM store st
 CROSS JOIN LATERAL (
        SELECT s.id, s.version, s.store_id, s.warehouse_id, s.number, s.status, s.note, s.reason, s.lines_count, s.open_count, s.different_count,
               s.different_value, s.planned_by, s.audited_by, s.frozen_at, s.ended_at, s.created_at, s.updated_at
          FROM stocktake s
         WHERE s.store_id = st.id
           AND (:status::text[] IS NULL OR s.status = ANY (:status))
           AND (:updated_after::timestamptz IS NULL OR s.updated_at > :updated_after)
           AND (:after_position::text IS NULL
                OR (s.changed >= :after_position::text::xid8 AND s.changed < pg_snapshot_xmin(pg_current_snapshot())))
           AND (:after_at::timestamptz IS NULL OR (s.created_at, s.id) < (:after_at, :after_id::uuid))
         ORDER BY s.created_at DESC, s.id DESC
         LIMIT :limit) l
 WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
 ORDER BY l.created_at DESC, l.id DESC
 LIMIT :limit;

-- name: stocktake_visible
SELECT s.id FROM stocktake s WHERE s.id = :id;

-- What is expected is told to nobody while it is counted.
-- name: stocktake_lines   page unnamed
SELECT l.id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", CASE WHEN t.told THEN l.expected_quantity END AS expected_quantity,
       l.counted_quantity, CASE WHEN t.told THEN l.counted_quantity - l.expected_quantity END AS difference, l.round,
       l.again OR l.counted_quantity IS NULL AS open, l.counted_by, l.variance_reason, l.note,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('batch_number', b.number, 'expected_quantity', CASE WHEN t.told THEN trim_scale(b.expected_quantity) END,
                                                     'counted_quantity', trim_scale(b.counted_quantity),
                                                     'difference', CASE WHEN t.told THEN trim_scale(b.counted_quantity - b.expected_quantity) END) ORDER BY b.number), '[]')
          FROM stocktake_batch b
         WHERE b.line_id = l.id AND (t.told OR b.counted_quantity > 0)) AS batches,
       l.part_number AS _after_number, l.id AS _after_id
  FROM (SELECT s.id, s.status IN ('counted', 'posted') AS told FROM stocktake s WHERE s.id = :id) t
  JOIN stocktake_line l ON l.stocktake_id = t.id
  JOIN part p ON p.id = l.part_id
 WHERE (:open::boolean IS NULL OR (l.again OR l.counted_quantity IS NULL) = :open)
   AND (:different::boolean IS NULL OR (t.told AND l.different) = :different)
   AND (:after_number::text IS NULL OR (l.part_number, l.id) > (:after_number, :after_id::uuid))
 ORDER BY l.part_number, l.id
 LIMIT :limit;

-- name: stocktake_parts_unknown
SELECT l.n - 1 AS position
  FROM unnest(:part_ids::uuid[]) WITH ORDINALITY l (part_id, n)
 WHERE NOT EXISTS (SELECT FROM part p WHERE p.id = l.part_id AND p.deleted_at IS NULL)
 ORDER BY l.n;

-- name: stocktake_add
INSERT INTO stocktake (id, store_id, warehouse_id, number, status, part_ids, note, planned_by, created_at, updated_at)
VALUES (:stocktake_id, :store_id, :warehouse_id, :number, 'planned', nullif(:part_ids::uuid[], '{}'), :note, :actor_id, :now, :now);

-- name: stocktake_lock
SELECT s.version, s.store_id, s.warehouse_id, s.status, s.part_ids IS NOT NULL AS chosen FROM stocktake s WHERE s.id = :id FOR NO KEY UPDATE;

-- name: stocktake_chosen
SELECT unnest(s.part_ids) AS part_id FROM stocktake s WHERE s.id = :id;

-- Levels to be frozen, under lock in their order, as they are once who moved them is done.
-- name: stocktake_levels
SELECT l.part_id, l.on_hand, l.stocktake_id IS NOT NULL AS frozen,
       (SELECT p.number_norm FROM part p WHERE p.id = l.part_id) AS number
  FROM stock_level l
 WHERE l.store_id = :store_id AND l.warehouse_id = :warehouse_id
   AND CASE WHEN cardinality(:part_ids::uuid[]) = 0 THEN l.on_hand <> 0 OR l.reserved <> 0 ELSE l.part_id = ANY (:part_ids) END
 ORDER BY l.part_id
   FOR NO KEY UPDATE;

-- name: stocktake_lines_add
INSERT INTO stocktake_line (id, store_id, stocktake_id, part_id, part_number, expected_quantity)
SELECT n.id, :store_id::uuid, :id::uuid, n.part_id, n.number, n.quantity
  FROM unnest(:stocktake_line_ids::uuid[], :part_ids::uuid[], :numbers::text[], :quantity::numeric[]) n (id, part_id, number, quantity);

-- name: stocktake_levels_freeze
UPDATE stock_level SET stocktake_id = :id, updated_at = :now
 WHERE store_id = :store_id AND warehouse_id = :warehouse_id AND part_id = ANY (:part_ids::uuid[]);

-- name: stocktake_levels_held
SELECT l.part_id FROM stock_level l WHERE l.stocktake_id = :id ORDER BY l.part_id FOR NO KEY UPDATE;

-- name: stocktake_levels_thaw
UPDATE stock_level SET stocktake_id = NULL, updated_at = :now WHERE stocktake_id = :id;

-- The lines of some parts: the round that a count now is of, and who counted in the one before.
-- name: stocktake_lines_of
SELECT l.id, l.part_id, r.round, part_tracking(p.tracking, p.key_class) AS tracking,
       (SELECT c.actor_id FROM stocktake_count c WHERE c.line_id = l.id AND c.round = r.round - 1 ORDER BY c.ordinal DESC LIMIT 1) AS before_by
  FROM stocktake_line l
  JOIN part p ON p.id = l.part_id
 CROSS JOIN LATERAL (SELECT CASE WHEN l.again THEN l.round + 1 ELSE greatest(l.round, 1) END AS round) r
 WHERE l.stocktake_id = :id AND l.part_id = ANY (:part_ids::uuid[]);

-- name: stocktake_counts_add
INSERT INTO stocktake_count (store_id, line_id, round, ordinal, quantity, actor_id, at)
SELECT :store_id::uuid, n.id, n.round, 1 + (SELECT count(*) FROM stocktake_count c WHERE c.line_id = n.id AND c.round = n.round), n.quantity, :actor_id::uuid, :now::timestamptz
  FROM unnest(:stocktake_line_ids::uuid[], :rounds::bigint[], :quantity::numeric[]) n (id, round, quantity);

-- name: stocktake_lines_counted
UPDATE stocktake_line l
   SET counted_quantity = n.quantity, round = n.round, counted_by = :actor_id, again = false, batches_differ = false, note = coalesce(n.note, l.note)
  FROM unnest(:stocktake_line_ids::uuid[], :rounds::bigint[], :quantity::numeric[], :notes::text[]) n (id, round, quantity, note)
 WHERE l.id = n.id;

-- Each count of a part takes the place of the one before it, with its batches.
-- name: stocktake_batches_clear
DELETE FROM stocktake_batch WHERE line_id = ANY (:stocktake_line_ids::uuid[]);

-- What was counted of each batch, and nothing of those that there should be some of and that nobody counted: the part is frozen.
-- name: stocktake_batches_add
INSERT INTO stocktake_batch (store_id, line_id, number, expected_quantity, counted_quantity)
SELECT :store_id::uuid, coalesce(c.line_id, e.line_id), coalesce(c.number, e.number), coalesce(e.quantity, 0), coalesce(c.quantity, 0)
  FROM unnest(:stocktake_line_ids::uuid[], :batch_numbers::text[], :quantity::numeric[]) c (line_id, number, quantity)
  FULL JOIN (SELECT l.id AS line_id, k.number, sum(s.quantity) AS quantity
               FROM stocktake_line l
               JOIN batch_stock s ON s.store_id = l.store_id AND s.warehouse_id = :warehouse_id AND s.part_id = l.part_id AND s.quantity > 0
               JOIN part_batch k ON k.id = s.batch_id
              WHERE l.id = ANY (:stocktake_line_ids)
              GROUP BY l.id, k.number) e ON e.line_id = c.line_id AND e.number = c.number;

-- name: stocktake_batches_compare
UPDATE stocktake_line l
   SET batches_differ = EXISTS (SELECT FROM stocktake_batch b WHERE b.line_id = l.id AND b.counted_quantity <> b.expected_quantity)
 WHERE l.id = ANY (:stocktake_line_ids::uuid[]);

-- By how much each batch of what differs does.
-- name: stocktake_batches_of
SELECT b.line_id, b.number, b.counted_quantity - b.expected_quantity AS difference
  FROM stocktake_batch b
 WHERE b.line_id = ANY (:stocktake_line_ids::uuid[])
 ORDER BY b.line_id, b.number;

-- name: stocktake_open
SELECT count(*) AS n FROM stocktake_line l WHERE l.stocktake_id = :id AND (l.again OR l.counted_quantity IS NULL);

-- name: stocktake_again
UPDATE stocktake_line l SET again = true
 WHERE l.stocktake_id = :id
   AND CASE WHEN cardinality(:part_ids::uuid[]) = 0 THEN l.different ELSE l.part_id = ANY (:part_ids) END
RETURNING l.part_id;

-- name: stocktake_counter
SELECT EXISTS (SELECT FROM stocktake_line l JOIN stocktake_count c ON c.line_id = l.id WHERE l.stocktake_id = :id AND c.actor_id = :actor_id) AS counted;

-- name: stocktake_explain
UPDATE stocktake_line l SET variance_reason = n.reason
  FROM unnest(:reasons.part_id::uuid[], :reasons.reason::text[]) n (part_id, reason)
 WHERE l.stocktake_id = :id AND l.part_id = n.part_id AND l.different
RETURNING l.part_id;

-- name: stocktake_differences
SELECT l.id, l.part_id, l.part_number, l.expected_quantity, l.counted_quantity, l.variance_reason
  FROM stocktake_line l
 WHERE l.stocktake_id = :id AND l.different
 ORDER BY l.part_number, l.id;

-- name: stocktake_set
UPDATE stocktake s
   SET status = :status, reason = coalesce(:reason, s.reason),
       lines_count = t.lines, open_count = t.open,
       different_count = CASE WHEN :status::text IN ('counted', 'posted') THEN t.different END,
       different_value = :value,
       audited_by = CASE WHEN :status::text = 'posted' THEN :actor_id::uuid END,
       frozen_at = CASE WHEN :status::text = 'counting' THEN coalesce(s.frozen_at, :now) ELSE s.frozen_at END,
       ended_at = CASE WHEN :status::text IN ('posted', 'cancelled') THEN greatest(:now::timestamptz, s.frozen_at) END,
       version = s.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM (SELECT count(*) AS lines, count(*) FILTER (WHERE l.again OR l.counted_quantity IS NULL) AS open,
               count(*) FILTER (WHERE l.different) AS different
          FROM stocktake_line l WHERE l.stocktake_id = :id) t
 WHERE s.id = :id;

-- What is held of a part, the last first.
-- name: reservations_of_level
SELECT r.id, r.quantity, r.demand_id, r.work_order_line_id, r.transfer_line_id
  FROM reservation r
 WHERE r.store_id = :store_id AND r.warehouse_id = :warehouse_id AND r.part_id = :part_id AND r.status = 'active'
 ORDER BY r.created_at DESC, r.id DESC
   FOR NO KEY UPDATE;

-- What was to be sent and is not there, is not sent.
-- name: transfer_line_dropped
UPDATE transfer_line SET approved_quantity = shipped_quantity WHERE id = :transfer_line_id;

-- Recomputed by `fettled verify`: the books followed what was counted, and only what is being counted is frozen.

-- name: verify_stocktakes   unnamed
SELECT s.code AS store_code, t.number AS subject, 'difference of ' || l.part_number AS what, l.counted_quantity - l.expected_quantity AS expected, m.quantity AS found
  FROM stocktake t
  JOIN stocktake_line l ON l.stocktake_id = t.id
  JOIN store s ON s.id = t.store_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(v.quantity), 0) AS quantity
                       FROM stock_document d
                       JOIN stock_document_line n ON n.document_id = d.id AND n.part_id = l.part_id
                       JOIN stock_movement v ON v.line_id = n.id
                      WHERE d.stocktake_id = t.id) m
 WHERE t.status = 'posted' AND l.counted_quantity - l.expected_quantity <> m.quantity
UNION ALL
SELECT s.code, t.number, 'frozen levels', 0, count(*)
  FROM stocktake t
  JOIN stock_level l ON l.stocktake_id = t.id
  JOIN store s ON s.id = t.store_id
 WHERE t.status NOT IN ('counting', 'counted')
 GROUP BY s.code, t.number
UNION ALL
SELECT s.code, t.number, 'difference by batch of ' || l.part_number, d.differ::integer, l.batches_differ::integer
  FROM stocktake_line l
  JOIN stocktake t ON t.id = l.stocktake_id
  JOIN store s ON s.id = t.store_id
 CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM stocktake_batch b WHERE b.line_id = l.id AND b.counted_quantity <> b.expected_quantity) AS differ) d
 WHERE l.batches_differ <> d.differ
 ORDER BY store_code, subject, what;
