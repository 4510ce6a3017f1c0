-- Who could do the work of an order, and why not.

-- name: work_order_named
SELECT w.id FROM work_order w WHERE w.id = :work_order_id AND w.deleted_at IS NULL;

-- A store keeps attendance on a day on which anybody came.
-- name: dispatch_suggestions   page unnamed
WITH work AS MATERIALIZED (
	SELECT l.id, l.store_id, l.position, l.operation_id, l.department_id, o.skill, (:now::timestamptz AT TIME ZONE s.time_zone)::date AS day,
	       date_trunc('day', :now::timestamptz AT TIME ZONE s.time_zone) AT TIME ZONE s.time_zone AS begins,
	       certificates_needed(l.store_id, ARRAY[l.operation_id]) AS certificates
	  FROM work_order_line l
	  JOIN store s ON s.id = l.store_id
	  JOIN operation o ON o.id = l.operation_id
	 WHERE l.work_order_id = :work_order_id AND l.kind = 'labour' AND l.status = 'authorised'
	   AND l.work_status IN ('none', 'assigned', 'paused', 'failed')
), load AS MATERIALIZED (
	SELECT h.technician_id, h.hours FROM open_hours((SELECT k.store_id FROM work k LIMIT 1), :work_order_id) h
), person AS MATERIALIZED (
	SELECT f.id, f.name, p.store_id,
	       technician_works(p.store_id, f.id, :now::timestamptz, :now::timestamptz + interval '1 minute') AS rostered,
	       NOT p.kept OR EXISTS (SELECT FROM attendance a WHERE a.staff_id = f.id AND a.store_id = p.store_id AND a.ended_at IS NULL) AS came,
	       EXISTS (SELECT FROM rescue r WHERE r.technician_id = f.id AND r.status IN ('dispatched', 'on_site')) AS away,
	       coalesce((SELECT d.hours FROM load d WHERE d.technician_id = f.id), 0) AS open_hours
	  FROM (SELECT DISTINCT k.store_id, EXISTS (SELECT FROM attendance a WHERE a.store_id = k.store_id AND a.started_at >= k.begins) AS kept FROM work k) p
	  JOIN staff f ON f.id IN (SELECT staff_with_role(p.store_id, ARRAY['technician', 'team_leader'])) AND f.active AND f.deleted_at IS NULL
 WHERE f.store_id = p.store_id
    OR EXISTS (SELECT FROM shift h
                WHERE h.staff_id = f.id AND h.store_id = p.store_id AND h.status = 'planned' AND h.starts_at <= :now AND h.ends_at > :now)
), judged AS (
	SELECT k.id AS line_id, k.position, p.id, p.name, p.open_hours, p.rostered AND p.came AND NOT p.away AS here, p.rostered AND NOT p.came AS awaited, p.away,
	       (SELECT g.level FROM staff_skill g WHERE g.staff_id = p.id AND g.skill = k.skill) AS level,
	       technician_lacks(k.store_id, p.id, ARRAY[k.operation_id]) IS NULL AS skilled,
	       NOT EXISTS (SELECT FROM unnest(k.certificates) n (kind) WHERE NOT technician_certified(p.id, n.kind, k.day)) AS certified,
	       k.certificates <> '{}' AS certificates_asked,
	       CASE WHEN k.department_id IS NOT NULL
	            THEN EXISTS (SELECT FROM department_member m WHERE m.department_id = k.department_id AND m.staff_id = p.id) END AS of_department
	  FROM work k
	  JOIN person p ON p.store_id = k.store_id
), ranked AS (
	SELECT j.line_id, j.position, j.id, j.name, j.open_hours, j.level, j.skilled, j.certified, j.certificates_asked, j.here, j.awaited, j.away, j.of_department,
	       j.skilled AND j.certified AND j.here AS possible,
	       row_number() OVER (PARTITION BY j.line_id
	                          ORDER BY j.skilled AND j.certified AND j.here DESC, j.of_department DESC, coalesce(j.level, 0) DESC, j.open_hours, j.id)::integer AS rank
	  FROM judged j
)
SELECT r.line_id, r.position, r.rank, r.possible, r.id AS "technician.id", r.name AS "technician.name", r.level, r.open_hours,
       array_remove(ARRAY[CASE WHEN NOT r.skilled THEN 'skill_missing' WHEN r.level IS NOT NULL THEN 'has_skill' END,
                          CASE WHEN NOT r.certified THEN 'certificate_missing' WHEN r.certificates_asked THEN 'has_certificate' END,
                          CASE WHEN r.here THEN 'at_work' WHEN r.away THEN 'on_rescue' ELSE 'not_at_work' END,
                          CASE WHEN r.awaited THEN 'not_clocked_in' END,
                          CASE WHEN r.of_department THEN 'of_department' WHEN NOT r.of_department THEN 'other_department' END,
                          CASE WHEN r.open_hours = 0 THEN 'idle' ELSE 'has_work' END], NULL) AS reasons,
       r.position AS _after_place, r.rank AS _after_rank
  FROM ranked r
 WHERE (:after_place::integer IS NULL OR (r.position, r.rank) > (:after_place, :after_rank::integer))
 ORDER BY r.position, r.rank
 LIMIT :limit;
