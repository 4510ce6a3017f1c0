-- Price adjustments.  Order of locks: the adjustment, then parts in their order, then adjustments in force in theirs.

-- name: price_adjustment_get
SELECT a.id, a.version, a.status, a.effective_on, a.reason, a.lines_count, a.created_by, a.audited_by, a.audited_at, a.in_force_at,
       a.ended_at, a.ended_reason, a.created_at, a.updated_at
  FROM price_adjustment a
 WHERE a.id = ANY (:ids);

-- name: price_adjustment_list   page unnamed
-- sort: -created_at    a.created_at::timestamptz AS at, a.id::uuid AS id
-- sort: created_at     a.created_at::timestamptz AS at, a.id::uuid AS id
-- sort: -effective_on  a.effective_on::date AS day, a.id::uuid AS id
-- sort: effective_on   a.effective_on::date AS day, a.id::uuid AS id
SELECT a.id, a.version, a.status, a.effective_on, a.reason, a.lines_count, a.created_by, a.audited_by, a.audited_at, a.in_force_at,
       a.ended_at, a.ended_reason, a.created_at, a.updated_at,
       {keys}
  FROM price_adjustment a
 WHERE (:status::text[] IS NULL OR a.status = ANY (:status))
   AND (:part_id::uuid IS NULL OR a.id = ANY (ARRAY(SELECT l.adjustment_id FROM price_adjustment_line l WHERE l.part_id = :part_id)))
   AND (:updated_after::timestamptz IS NULL OR a.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (a.changed >= :after_position::text::xid8 AND a.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: price_adjustment_visible
SELECT a.id FROM price_adjustment a WHERE a.id = :id;

-- name: price_adjustment_lines   page unnamed
SELECT l.position, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", l.old_price, l.new_price, l.superseded_at,
       l.position AS _after_place, l.part_id AS _after_id
  FROM price_adjustment_line l
  JOIN part p ON p.id = l.part_id
 WHERE l.adjustment_id = :id
   AND (:after_place::integer IS NULL OR (l.position, l.part_id) > (:after_place, :after_id::uuid))
 ORDER BY l.position, l.part_id
 LIMIT :limit;

-- name: price_adjustment_lock
SELECT a.version, a.status, a.effective_on, a.effective_on < chain_day(:now) AS over, :actor_id::uuid = ANY (a.writers) AS own
  FROM price_adjustment a
 WHERE a.id = :id
   FOR NO KEY UPDATE;

-- name: price_adjustment_day_over
SELECT :effective_on::date < chain_day(:now) AS over;

-- name: price_adjustment_add
INSERT INTO price_adjustment (id, effective_on, reason, lines_count, writers, created_by, created_at, updated_at)
VALUES (:adjustment_id, :effective_on, :reason, cardinality(:lines.part_id::uuid[]), ARRAY[:actor_id::uuid], :actor_id, :now, :now);

-- name: price_adjustment_lines_add
INSERT INTO price_adjustment_line (adjustment_id, position, part_id, old_price, new_price)
SELECT :adjustment_id::uuid, n.n, n.part_id, p.sale_price, n.new_price
  FROM unnest(:lines.part_id::uuid[], :lines.new_price::bigint[]) WITH ORDINALITY n (part_id, new_price, n)
  JOIN part p ON p.id = n.part_id;

-- name: price_adjustment_lines_clear
DELETE FROM price_adjustment_line WHERE adjustment_id = :id;

-- name: price_adjustment_update   rows: 1
UPDATE price_adjustment
   SET effective_on = CASE WHEN :has_effective_on THEN :effective_on::date ELSE effective_on END,
       reason = CASE WHEN :has_reason THEN :reason ELSE reason END,
       lines_count = CASE WHEN :has_lines THEN cardinality(:lines.part_id::uuid[]) ELSE lines_count END,
       writers = CASE WHEN :actor_id::uuid = ANY (writers) THEN writers ELSE writers || :actor_id::uuid END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: price_adjustment_set   rows: 1
UPDATE price_adjustment
   SET status = :status,
       audited_by = CASE WHEN :status::text = 'scheduled' THEN :actor_id::uuid ELSE audited_by END,
       audited_at = CASE WHEN :status::text = 'scheduled' THEN :now::timestamptz ELSE audited_at END,
       in_force_at = CASE WHEN :status::text = 'in_force' THEN :now::timestamptz ELSE in_force_at END,
       ended_at = CASE WHEN :status::text IN ('void', 'cancelled') THEN :now::timestamptz END,
       ended_reason = :reason,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Adjustments come into force one after the other: of two of a part the one that was audited last stands.

-- name: price_adjustment_turn
SELECT pg_advisory_xact_lock(hashtextextended('price_adjustment', 0)) IS NULL AS turn;

-- name: price_adjustment_due
SELECT a.id
  FROM price_adjustment a
 WHERE a.status = 'scheduled' AND a.effective_on <= chain_day(:now)
 ORDER BY a.effective_on, a.audited_at, a.id
 LIMIT 1
   FOR NO KEY UPDATE;

-- name: price_adjustment_parts
SELECT p.id
  FROM price_adjustment_line l
  JOIN part p ON p.id = l.part_id
 WHERE l.adjustment_id = :id
 ORDER BY p.id
   FOR NO KEY UPDATE OF p;

-- name: price_adjustment_changes_add
INSERT INTO price_change (id, part_id, basis, old_price, new_price, at, actor_id, adjustment_id)
SELECT n.id, p.id, 'piece', p.sale_price, l.new_price, :now, a.audited_by, a.id
  FROM unnest(:change_ids::uuid[], :part_ids::uuid[]) n (id, part_id)
  JOIN price_adjustment a ON a.id = :id
  JOIN price_adjustment_line l ON l.adjustment_id = a.id AND l.part_id = n.part_id
  JOIN part p ON p.id = l.part_id
 WHERE p.sale_price <> l.new_price;

-- name: price_adjustment_price
UPDATE part p
   SET sale_price = l.new_price, version = p.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM price_adjustment_line l
 WHERE l.adjustment_id = :id AND p.id = l.part_id AND p.sale_price <> l.new_price
RETURNING p.id;

-- name: price_adjustment_lines_in_force
UPDATE price_adjustment_line SET in_force_at = :now WHERE adjustment_id = :id;

-- What a later change of a part's price ends: first the adjustments, under lock, so that of two that end the last lines of one
-- the second sees what the first did.

-- name: price_adjustments_of_parts
SELECT a.id
  FROM price_adjustment a
 WHERE a.id IN (SELECT l.adjustment_id FROM price_adjustment_line l
                 WHERE l.part_id = ANY (:part_ids::uuid[]) AND l.in_force_at IS NOT NULL AND l.superseded_at IS NULL)
 ORDER BY a.id
   FOR NO KEY UPDATE;

-- name: price_adjustment_lines_supersede
UPDATE price_adjustment_line SET superseded_at = :now
 WHERE part_id = ANY (:part_ids::uuid[]) AND in_force_at IS NOT NULL AND superseded_at IS NULL;

-- name: price_adjustments_supersede
UPDATE price_adjustment a
   SET status = 'superseded', ended_at = :now, version = a.version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE a.id = ANY (:adjustment_ids::uuid[])
   AND NOT EXISTS (SELECT FROM price_adjustment_line l WHERE l.adjustment_id = a.id AND l.superseded_at IS NULL)
RETURNING a.id;

-- Recomputed by `fettled verify`: a part costs what its price was last changed to, and what is in force says.

-- name: verify_part_prices   unnamed
SELECT 'chain' AS store_code, p.number AS subject, 'sale_price' AS what, c.new_price AS expected, p.sale_price AS found
  FROM (SELECT DISTINCT ON (h.part_id) h.part_id, h.new_price
          FROM price_change h
         WHERE h.part_id IS NOT NULL AND h.price_list_id IS NULL
         ORDER BY h.part_id, h.at DESC, h.id DESC) c
  JOIN part p ON p.id = c.part_id
 WHERE p.sale_price <> c.new_price
UNION ALL
SELECT 'chain', p.number, 'price in force', l.new_price, p.sale_price
  FROM price_adjustment_line l
  JOIN part p ON p.id = l.part_id
 WHERE l.in_force_at IS NOT NULL AND l.superseded_at IS NULL AND l.new_price <> p.sale_price
UNION ALL
SELECT 'chain', a.id::text, 'lines in force', CASE WHEN a.status = 'in_force' THEN 1 ELSE 0 END, n.n
  FROM price_adjustment a
 CROSS JOIN LATERAL (SELECT count(*) AS n FROM price_adjustment_line l
                      WHERE l.adjustment_id = a.id AND l.in_force_at IS NOT NULL AND l.superseded_at IS NULL) n
 WHERE (a.status = 'in_force') <> (n.n > 0)
 ORDER BY store_code, subject, what;
