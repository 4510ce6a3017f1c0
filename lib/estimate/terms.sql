-- What one revision of an estimate made of another beside its lines.

-- Options are the same by label, in their order; of those that are left, what stands in the same place was given another label.
-- name: estimate_terms_diff   page unnamed
WITH this AS (
	SELECT e.number, e.revision, coalesce(:against::integer, e.revision - 1) AS against FROM estimate e WHERE e.id = :id
), revision AS (
	SELECT side.is_new, e.id, e.valid_until::text AS valid_until, e.note
	  FROM this t
	 CROSS JOIN LATERAL (VALUES (true, t.revision), (false, t.against)) side (is_new, revision)
	  JOIN estimate e ON e.number = t.number AND e.revision = side.revision
), plan AS (
	SELECT r.is_new, o.position, o.label, o.pros, o.cons, o.duration_minutes::text AS duration_minutes,
	       to_char(o.finish_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS finish_at,
	       row_number() OVER (PARTITION BY r.is_new, o.label ORDER BY o.position) AS nth
	  FROM revision r
	  JOIN estimate_option o ON o.estimate_id = r.id
), keyed AS (
	SELECT p.is_new, p.position, p.label, p.pros, p.cons, p.duration_minutes, p.finish_at,
	       CASE WHEN NOT p.is_new THEN p.position
	            ELSE coalesce((SELECT o.position FROM plan o WHERE NOT o.is_new AND o.label = p.label AND o.nth = p.nth),
	                          (SELECT o.position
	                             FROM plan o
	                            WHERE NOT o.is_new AND o.position = p.position
	                              AND NOT EXISTS (SELECT FROM plan m WHERE m.is_new AND m.label = o.label AND m.nth = o.nth)),
	                          -1 - p.position) END AS key
	  FROM plan p
), pair AS (
	SELECT coalesce(n.position, o.position) AS position, coalesce(n.label, o.label) AS option, n.key IS NOT NULL AND o.key IS NOT NULL AS is_kept,
	       n.label AS new_label, o.label AS old_label, n.pros AS new_pros, o.pros AS old_pros, n.cons AS new_cons, o.cons AS old_cons,
	       n.duration_minutes AS new_minutes, o.duration_minutes AS old_minutes, n.finish_at AS new_finish, o.finish_at AS old_finish
	  FROM (SELECT k.position, k.label, k.pros, k.cons, k.duration_minutes, k.finish_at, k.key FROM keyed k WHERE k.is_new) n
	  FULL JOIN (SELECT k.position, k.label, k.pros, k.cons, k.duration_minutes, k.finish_at, k.key FROM keyed k WHERE NOT k.is_new) o
	    ON o.key = n.key
), term AS (
	SELECT 0 AS position, NULL AS option, m.place, m.term, m.was, m.now
	  FROM (SELECT r.valid_until, r.note FROM revision r WHERE r.is_new) n
	  LEFT JOIN (SELECT r.valid_until, r.note FROM revision r WHERE NOT r.is_new) o ON true
	 CROSS JOIN LATERAL (VALUES (1, 'valid_until', o.valid_until, n.valid_until), (2, 'note', o.note, n.note)) m (place, term, was, now)
	UNION ALL
	SELECT p.position + 1, p.option, m.place, m.term, m.was, m.now
	  FROM pair p
	 CROSS JOIN LATERAL (VALUES (1, 'label', p.old_label, p.new_label), (2, 'pros', p.old_pros, p.new_pros), (3, 'cons', p.old_cons, p.new_cons),
	                            (4, 'duration_minutes', p.old_minutes, p.new_minutes),
	                            (5, 'finish_at', p.old_finish, p.new_finish)) m (place, term, was, now)
	 WHERE p.is_kept OR m.place = 1
), changes AS (
	SELECT CASE WHEN t.was IS NULL THEN 'added' WHEN t.now IS NULL THEN 'removed' ELSE 'changed' END AS change, t.option, t.term,
	       t.was AS "from", t.now AS "to", row_number() OVER (ORDER BY t.position, t.option, t.place) AS n
	  FROM term t
	 WHERE t.was IS DISTINCT FROM t.now
)
SELECT c.change, c.option, c.term, c."from", c."to", c.n AS _after_n
  FROM changes c
 WHERE (:after_n::bigint IS NULL OR c.n > :after_n)
 ORDER BY c.n
 LIMIT :limit;
