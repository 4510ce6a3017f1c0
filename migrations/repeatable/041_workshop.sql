-- Who does a line, and where the time of a visit went.

-- Who leads first, then who helps; most lines have one technician, and nothing is looked up.  It is plpgsql, since a function
-- of SQL is set up anew with each call.
DROP FUNCTION IF EXISTS line_technicians(uuid, uuid, integer);
CREATE FUNCTION line_technicians(line uuid, lead uuid, lead_share integer) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF lead IS NULL THEN
		RETURN '[]';
	END IF;
	IF lead_share = 10000 THEN
		RETURN '[{"technician_id":"' || lead || '","share_bp":10000}]';
	END IF;
	RETURN (SELECT json_agg(json_build_object('technician_id', t.id, 'share_bp', t.share_bp) ORDER BY t.position)
	          FROM (SELECT lead AS id, lead_share AS share_bp, -1 AS position
	                 UNION ALL
	                SELECT h.technician_id, h.share_bp, h.position FROM work_order_line_helper h WHERE h.line_id = line) t);
END $$;

-- The visit of an order from the customer's arrival to the delivery (or the end of the order, or this instant) cut into
-- spans without gaps.  Stages in the order they were recorded: what was told late does not turn time back.
CREATE OR REPLACE FUNCTION work_order_spans(of_order uuid, at timestamptz)
RETURNS TABLE (stage text, starts timestamptz, ends timestamptz)
LANGUAGE sql STABLE AS $$
	WITH visit AS MATERIALIZED (
		SELECT r.arrived_at, coalesce(r.greeted_at, w.opened_at) AS greeted_at, w.washed_at,
		       greatest(r.arrived_at, coalesce(w.delivered_at, w.cancelled_at, at)) AS ends,
		       (SELECT min(e.sent_at) FROM estimate e WHERE e.work_order_id = w.id) AS sent_at,
		       -- until when a part of it was missing
		       (SELECT max(CASE WHEN l.supply = 'short' THEN 'infinity' ELSE l.supplied_at END)
		          FROM work_order_line l WHERE l.work_order_id = w.id AND l.status = 'authorised') AS parts_until
		  FROM work_order w
		  JOIN reception r ON r.id = w.reception_id
		 WHERE w.id = of_order
	), step AS MATERIALIZED (
		SELECT s.id, s.status, max(s.at) OVER (ORDER BY s.id) AS starts FROM work_order_stage s WHERE s.work_order_id = of_order
	), point AS (
		SELECT DISTINCT least(greatest(p.at, v.arrived_at), v.ends) AS at
		  FROM visit v
		 CROSS JOIN LATERAL (SELECT unnest(ARRAY[v.arrived_at, v.greeted_at, v.sent_at, v.parts_until, v.washed_at, v.ends])
		                      UNION ALL SELECT s.starts FROM step s) p (at)
		 WHERE p.at IS NOT NULL
	), span AS (
		SELECT p.at AS starts, lead(p.at) OVER (ORDER BY p.at) AS ends FROM point p
	)
	SELECT CASE WHEN s.status IS NULL THEN CASE WHEN p.starts < v.greeted_at THEN 'wait' ELSE 'diagnose' END
	            WHEN s.status = 'opened' THEN CASE WHEN p.starts < v.sent_at THEN 'diagnose' ELSE 'approve' END
	            WHEN s.status IN ('ready', 'dispatched') THEN CASE WHEN p.starts < v.parts_until THEN 'parts' ELSE 'wait' END
	            WHEN s.status = 'in_progress' THEN 'work'
	            WHEN s.status = 'paused' THEN CASE WHEN w.reason_code = 'wait_part' THEN 'parts'
	                                               WHEN w.reason_code IN ('wait_authorisation', 'wait_customer') THEN 'approve'
	                                               ELSE 'wait' END
	            WHEN s.status = 'awaiting_qc' THEN 'qc'
	            WHEN p.starts < v.washed_at THEN 'wash'
	            ELSE 'pay' END,
	       p.starts, p.ends
	  FROM visit v
	 CROSS JOIN span p
	  LEFT JOIN LATERAL (SELECT g.status FROM step g WHERE g.starts <= p.starts ORDER BY g.id DESC LIMIT 1) s ON true
	  LEFT JOIN LATERAL (SELECT u.reason_code FROM work_order_pause u
	                      WHERE u.work_order_id = of_order AND u.line_id IS NULL AND u.paused_at <= p.starts
	                      ORDER BY u.paused_at DESC LIMIT 1) w ON s.status = 'paused'
	 WHERE p.ends IS NOT NULL
	 ORDER BY p.starts
$$;

-- What everybody still has to do in a store, one order apart, in standard hours: of who leads a line and who helps, each by their
-- share; a fixed price has a quantity of 1, whatever its hours.  Open work is little: it is read off the store's open orders.
CREATE OR REPLACE FUNCTION open_hours(of_store uuid, but_order uuid) RETURNS TABLE (technician_id uuid, hours numeric)
LANGUAGE sql STABLE AS $$
	SELECT t.technician_id, round(sum(coalesce(l.fixed_hours, l.quantity) * t.share_bp / 10000), 3)
	  FROM work_order w
	  JOIN work_order_line l ON l.work_order_id = w.id AND l.work_status IN ('assigned', 'working', 'paused', 'failed') AND l.status = 'authorised'
	 CROSS JOIN LATERAL (SELECT l.technician_id, l.share_bp
	                     UNION ALL
	                     SELECT h.technician_id, h.share_bp FROM work_order_line_helper h WHERE h.line_id = l.id) t
	 WHERE w.store_id = of_store AND w.status IN ('dispatched', 'in_progress', 'paused') AND w.id <> but_order
	 GROUP BY t.technician_id
$$;
