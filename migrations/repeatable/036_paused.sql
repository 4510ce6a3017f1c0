-- How long the work of an order stood still, up to a moment: while the order was paused, or every labour line of it that was still open
-- stood still; never counted twice.  A line is open from its authorisation to the last clock-off of it once it is done, and
-- stands still in a pause of it while nobody else is at it.
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
		                       FROM clock_entry e WHERE e.line_id = l.id AND e.voided_at IS NULL) k
		 WHERE l.work_order_id = of_order AND l.kind = 'labour' AND l.status = 'authorised'
		   AND EXISTS (SELECT FROM pause u WHERE u.line_id IS NOT NULL)
	), still AS (
		SELECT coalesce((SELECT p.during FROM pause p WHERE p.line_id IS NULL), '{}')
		       + coalesce(range_agg(l.still) * range_intersect_agg(l.still + ('{(,)}' - l.open)), '{}') AS during
		  FROM line l
	)
	SELECT coalesce(sum(upper(r.during) - lower(r.during)), '0') FROM still s CROSS JOIN LATERAL unnest(s.during) r (during)
$$;
