-- Late repairs whose open lines all were paused count net of that, too: the days counted before are mended.  The function is of the rule as it
-- is now, and is replaced by the repeatable one.

CREATE OR REPLACE FUNCTION work_order_paused(of_order uuid, until timestamptz) RETURNS interval
LANGUAGE sql STABLE AS $$
	WITH pause AS MATERIALIZED (
		SELECT p.line_id, range_agg(tstzrange(p.paused_at, least(coalesce(p.resumed_at, until), until))) AS during
		  FROM work_order_pause p
		 WHERE p.work_order_id = of_order AND p.paused_at < until
		 GROUP BY p.line_id
	), line AS (
		SELECT coalesce(p.during, '{}') - coalesce(k.during, '{}') AS still,
		       tstzmultirange(tstzrange(s.opened, greatest(s.opened, k.left_at))) AS open
		  FROM work_order_line l
		  LEFT JOIN authorisation a ON a.id = l.authorisation_id
		  LEFT JOIN pause p ON p.line_id = l.id
		 CROSS JOIN LATERAL (SELECT coalesce(a.at, l.created_at) AS opened) s
		 CROSS JOIN LATERAL (SELECT range_agg(tstzrange(e.started_at, e.ended_at)) AS during,
		                            CASE WHEN l.work_status IN ('done', 'passed') THEN coalesce(max(e.ended_at), s.opened)
		                                 ELSE 'infinity' END AS left_at
		                       FROM clock_entry e WHERE e.line_id = l.id) k
		 WHERE l.work_order_id = of_order AND l.kind = 'labour' AND l.status = 'authorised'
		   AND EXISTS (SELECT FROM pause u WHERE u.line_id IS NOT NULL)
	), still AS (
		SELECT coalesce((SELECT p.during FROM pause p WHERE p.line_id IS NULL), '{}')
		       + coalesce(range_agg(l.still) * range_intersect_agg(l.still + ('{(,)}' - l.open)), '{}') AS during
		  FROM line l
	)
	SELECT coalesce(sum(upper(r.during) - lower(r.during)), '0') FROM still s CROSS JOIN LATERAL unnest(s.during) r (during)
$$;

CREATE TABLE paused_line_day AS
	SELECT w.store_id, w.fault_class || '_repair_kept_net' AS kpi, (w.delivered_at AT TIME ZONE s.time_zone)::date AS day, count(*) AS orders
	  FROM (SELECT DISTINCT p.work_order_id FROM work_order_pause p WHERE p.line_id IS NOT NULL) p
	  JOIN work_order w ON w.id = p.work_order_id
	  JOIN store s ON s.id = w.store_id
	 WHERE w.delivered_at IS NOT NULL AND w.deleted_at IS NULL AND w.completed_at > w.repair_due_at
	   AND w.completed_at - work_order_paused(w.id, w.completed_at) <= w.repair_due_at
	   AND w.completed_at - (SELECT coalesce(sum(o.resumed_at - o.paused_at), '0')
	                           FROM work_order_pause o WHERE o.work_order_id = w.id AND o.line_id IS NULL) > w.repair_due_at
	 GROUP BY 1, 2, 3;
UPDATE kpi_day d SET numerator = d.numerator + p.orders, as_of = now()
  FROM paused_line_day p
 WHERE d.store_id = p.store_id AND d.kpi = p.kpi AND d.day = p.day;
UPDATE kpi_month m SET numerator = m.numerator + p.orders, as_of = now()
  FROM (SELECT p.store_id, p.kpi, date_trunc('month', p.day::timestamp)::date AS month, sum(p.orders) AS orders
          FROM paused_line_day p
          JOIN kpi_day d ON d.store_id = p.store_id AND d.kpi = p.kpi AND d.day = p.day
         GROUP BY 1, 2, 3) p
 WHERE m.store_id = p.store_id AND m.kpi = p.kpi AND m.month = p.month;
DROP TABLE paused_line_day;
