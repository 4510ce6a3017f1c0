-- How an item of a checklist stands by the last answer to it: done (NULL: of another kind than tick), within its bounds.
CREATE OR REPLACE FUNCTION check_state(done boolean, within boolean, out_of_bounds text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN within IS NULL OR done IS FALSE THEN 'open'
            WHEN NOT within AND out_of_bounds = 'fail' THEN 'failed' ELSE 'done' END;

-- Which attempt at a line is the present one: a failed check begins the next.
CREATE OR REPLACE FUNCTION line_attempt(rework_count integer, work_status text) RETURNS integer
LANGUAGE sql IMMUTABLE
RETURN 1 + rework_count + (work_status = 'failed')::integer;

-- Whether a photo of a step counts at an attempt: of the finished work those of that attempt alone.
CREATE OR REPLACE FUNCTION photo_counts(step text, taken_at integer, attempt integer) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN step <> 'finish' OR taken_at = attempt;

-- What a line still lacks of what its operation asks for: photos too few, required items open, values that fail, at its
-- present attempt.  Places count from 0, as the lists of the requirement stand in its reply.
CREATE OR REPLACE FUNCTION line_lacks(line uuid)
RETURNS TABLE (list text, place integer, what text, state text, wanted integer)
LANGUAGE sql STABLE ROWS 1 AS $$
	SELECT 'evidence', e.position - 1, e.label, 'open', e.minimum - p.n
	  FROM work_order_line l
	  JOIN operation_evidence e ON e.operation_id = l.operation_id AND e.revision = l.requirement_revision
	 CROSS JOIN LATERAL (SELECT count(*)::integer AS n FROM line_photo p
	                     WHERE p.line_id = l.id AND p.code = e.code
	                       AND photo_counts(e.step, p.attempt, line_attempt(l.rework_count, l.work_status))) p
	 WHERE l.id = line AND p.n < e.minimum
	UNION ALL
	SELECT 'checklist', c.position - 1, c.text, s.state, 1
	  FROM work_order_line l
	  JOIN operation_check c ON c.operation_id = l.operation_id AND c.revision = l.requirement_revision
	  LEFT JOIN LATERAL (SELECT a.done, a.within FROM line_check a
	                      WHERE a.line_id = l.id AND a.code = c.code AND a.attempt = line_attempt(l.rework_count, l.work_status)
	                      ORDER BY a.id DESC LIMIT 1) a ON true
	 CROSS JOIN LATERAL (SELECT check_state(a.done, a.within, c.out_of_bounds) AS state) s
	 WHERE l.id = line AND (s.state = 'failed' OR s.state = 'open' AND c.required)
	 ORDER BY 1 DESC, 2
$$;
