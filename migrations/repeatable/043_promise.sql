-- When work could be done at the earliest, for who promises it.  All but one with the caller's rights, on what booking counts with
-- (034_booking.sql, 033_roster.sql, 036_staffing.sql).

GRANT SELECT ON work_order, work_order_line, work_order_line_helper, clock_entry, reception, occupation TO fettle_definer;

-- What technicians have before them of work that is dispatched, in seconds: their shares of the planned hours less what they have
-- clocked, and less what the booking of the visit still takes of them, which is taken already.  Busy until: a clock runs on
-- work whose hours are over; until its order is promised, or for an hour.  Who leads a line is found in every store, helpers
-- among the open orders of this one.  It looks past row security and tells nothing but this.
CREATE OR REPLACE FUNCTION technicians_backlog(of_store uuid, technicians uuid[], but_for uuid[], at timestamptz)
RETURNS TABLE (technician uuid, seconds numeric, busy_until timestamptz)
LANGUAGE plpgsql STABLE ROWS 10 SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH share AS (
		SELECT l.technician_id AS id, l.id AS line_id, l.work_order_id, coalesce(l.fixed_hours, l.quantity) * 3600 * l.share_bp / 10000 AS planned
		  FROM work_order_line l
		 WHERE l.technician_id = ANY (technicians) AND l.work_status IN ('assigned', 'working', 'paused', 'failed') AND l.status = 'authorised'
		 UNION ALL
		SELECT h.technician_id, l.id, l.work_order_id, coalesce(l.fixed_hours, l.quantity) * 3600 * h.share_bp / 10000
		  FROM work_order w
		  JOIN work_order_line l ON l.work_order_id = w.id AND l.work_status IN ('assigned', 'working', 'paused', 'failed') AND l.status = 'authorised'
		  JOIN work_order_line_helper h ON h.line_id = l.id AND h.technician_id = ANY (technicians)
		 WHERE w.store_id = of_store AND w.status IN ('dispatched', 'in_progress', 'paused')
	), work AS (
		SELECT x.id, x.work_order_id, sum(greatest(0, x.planned - c.clocked)) AS rest, bool_or(c.running AND c.clocked >= x.planned) AS over
		  FROM share x
		 CROSS JOIN LATERAL (SELECT coalesce(sum(extract(epoch FROM coalesce(e.ended_at, at) - e.started_at)), 0) AS clocked,
		                            coalesce(bool_or(e.ended_at IS NULL), false) AS running
		                       FROM clock_entry e
		                      WHERE e.line_id = x.line_id AND e.technician_id = x.id AND e.voided_at IS NULL) c
		 GROUP BY x.id, x.work_order_id
	)
	SELECT k.id, sum(greatest(0, k.rest - coalesce(extract(epoch FROM o.ends_at - greatest(o.starts_at, at)), 0))),
	       max(CASE WHEN k.over THEN CASE WHEN w.promised_at > at THEN w.promised_at ELSE at + interval '1 hour' END END)
	  FROM work k
	  JOIN work_order w ON w.id = k.work_order_id AND w.status IN ('dispatched', 'in_progress', 'paused') AND w.deleted_at IS NULL AND w.id <> ALL (but_for)
	  LEFT JOIN reception r ON r.id = w.reception_id
	  LEFT JOIN occupation o ON o.id = r.appointment_id AND o.technician_id = k.id AND o.ends_at > at
	 GROUP BY k.id;
END $$;

-- The first time at which some minutes of work are done by one technician on one bay, from first on and before last, with the
-- breaks that hours, shifts, bookings, cars on bays and equipment make, and behind the work that the technician has already; no
-- row: not before last.  Without: as if this one limit were not there (bay, technician, skill, hours, equipment).
DROP FUNCTION IF EXISTS promise_finish(uuid, uuid[], bigint, timestamptz, timestamptz, text, timestamptz);
CREATE OR REPLACE FUNCTION promise_finish(of_store uuid, operations uuid[], minutes bigint, first timestamptz, last timestamptz, without text,
                                          but_for uuid[], at timestamptz)
RETURNS TABLE (starts_at timestamptz, ends_at timestamptz, bay_id uuid, technician_id uuid)
LANGUAGE plpgsql STABLE ROWS 1 AS $$
#variable_conflict use_column
DECLARE
	since timestamptz := least(first, at); -- from then on they work off what they have
	asked tstzmultirange := tstzmultirange(tstzrange(first, last));
	zone text := (SELECT s.time_zone FROM store s WHERE s.id = of_store);
	hours tstzmultirange := CASE without WHEN 'hours' THEN tstzmultirange(tstzrange(since, last)) ELSE (
		SELECT coalesce(range_agg(tstzrange(o.opens_at, o.closes_at)), '{}') * tstzmultirange(tstzrange(since, last))
		  FROM store_open(of_store, (since AT TIME ZONE zone)::date, (last AT TIME ZONE zone)::date) o) END;
	skills text[] := CASE without WHEN 'skill' THEN '{}' ELSE skills_needed(of_store, operations) END;
	certificates text[] := CASE without WHEN 'skill' THEN '{}' ELSE certificates_needed(of_store, operations) END;
	technicians uuid[] := ARRAY(SELECT k.id FROM store_technicians(of_store, NULL) k WHERE without IS DISTINCT FROM 'technician' ORDER BY k.id);
	usable tstzmultirange := hours * CASE without WHEN 'equipment' THEN asked
		ELSE equipment_free(of_store, equipment_needed(of_store, operations), first, last, 1, but_for, at) END;
BEGIN
	RETURN QUERY
	WITH bay AS MATERIALIZED (
		SELECT b.bay AS id, b.free * usable AS free
		  FROM bays_free(of_store, ARRAY(SELECT k.id FROM store_bays(of_store, NULL, bay_kinds_needed(of_store, operations)) k ORDER BY k.code), first, last, but_for, at) b
		 WHERE without IS DISTINCT FROM 'bay'
		UNION ALL
		SELECT NULL, usable WHERE without = 'bay'
	), worker AS MATERIALIZED (
		SELECT t.technician AS id, t.free - tstzmultirange(tstzrange(NULL, greatest(first, g.busy_until, c.through))) AS free
		  FROM technicians_free(of_store, technicians, skills, certificates, since, last, but_for, at) t
		  LEFT JOIN technicians_backlog(of_store, technicians, but_for, at) g ON g.technician = t.technician
		 CROSS JOIN LATERAL (
		       SELECT CASE WHEN g.seconds > 0 THEN coalesce(min(r.upto - make_interval(secs => (r.worked - g.seconds)::double precision)), last) END AS through
		         FROM (SELECT upper(u) AS upto, sum(extract(epoch FROM upper(u) - lower(u))) OVER (ORDER BY lower(u)) AS worked
		                 FROM unnest(CASE WHEN g.seconds > 0 THEN t.free * hours END) u) r
		        WHERE r.worked >= g.seconds) c
		UNION ALL
		SELECT NULL, asked WHERE without = 'technician'
	)
	SELECT d.began, d.upto - make_interval(secs => (d.worked - minutes * 60)::double precision), d.bay, d.worker
	  FROM (SELECT b.id AS bay, w.id AS worker, upper(r) AS upto, min(lower(r)) OVER pair AS began,
	               sum(extract(epoch FROM upper(r) - lower(r))) OVER pair AS worked
	          FROM bay b
	         CROSS JOIN worker w
	         CROSS JOIN LATERAL unnest(b.free * w.free) r
	        WINDOW pair AS (PARTITION BY b.id, w.id ORDER BY lower(r))) d
	 WHERE d.worked >= minutes * 60
	 ORDER BY 2, d.began DESC, d.bay, d.worker
	 LIMIT 1;
END $$;

-- The same with what keeps it from being earlier: the limit without which it would be done first (a skill before its
-- technicians), `work` where it takes no longer than its own time.  A day or three are enough mostly, else 31 days are looked at.
DROP FUNCTION IF EXISTS promise_simulate(uuid, uuid[], bigint, timestamptz, timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION promise_simulate(of_store uuid, operations uuid[], minutes bigint, wanted timestamptz, parts_at timestamptz, but_for uuid[],
                                            at timestamptz)
RETURNS TABLE (starts_at timestamptz, finishes_at timestamptz, bay_id uuid, technician_id uuid, limited_by text, gains jsonb)
LANGUAGE plpgsql STABLE ROWS 1 AS $$
#variable_conflict use_column
DECLARE
	first timestamptz := greatest(wanted, parts_at);
	last timestamptz;
	found record;
	days integer;
BEGIN
	FOREACH days IN ARRAY '{3,10,31}'::integer[] LOOP
		last := first + make_interval(days => days);
		SELECT f.* INTO found FROM promise_finish(of_store, operations, minutes, first, last, NULL, but_for, at) f;
		EXIT WHEN found.ends_at IS NOT NULL;
	END LOOP;
	IF found.ends_at <= wanted + make_interval(mins => minutes::integer, secs => 1) THEN
		RETURN QUERY SELECT found.starts_at, found.ends_at, found.bay_id, found.technician_id, 'work', '[]'::jsonb;
		RETURN;
	END IF;
	RETURN QUERY
	WITH gain AS MATERIALIZED (
		SELECT n.limited, n.place, f.ends_at
		  FROM (VALUES (1, 'part'), (2, 'skill'), (3, 'bay'), (4, 'technician'), (5, 'hours'), (6, 'equipment')) n (place, limited)
		 CROSS JOIN LATERAL promise_finish(of_store, operations, minutes, CASE n.limited WHEN 'part' THEN wanted ELSE first END, last,
		                                   n.limited, but_for, at) f
		 WHERE (n.limited <> 'part' OR first > wanted) AND (found.ends_at IS NULL OR f.ends_at < found.ends_at)
	)
	SELECT found.starts_at, found.ends_at, found.bay_id, found.technician_id,
	       coalesce((SELECT g.limited FROM gain g ORDER BY g.ends_at, g.place LIMIT 1), CASE WHEN found.ends_at IS NULL THEN 'several' ELSE 'work' END),
	       coalesce((SELECT jsonb_agg(jsonb_build_object('limit', g.limited, 'finishes_at', to_char(g.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
	                                  ORDER BY g.ends_at, g.place) FROM gain g), '[]');
END $$;

-- What is to be simulated: the operations that are named, or what is left of an order, or what was booked; and what of its own
-- does not count against it: the order's car and work, and the slot of the visit.
CREATE OR REPLACE FUNCTION promise_work(named uuid[], of_order uuid, of_appointment uuid, at timestamptz)
RETURNS TABLE (operations uuid[], minutes bigint, but_for uuid[])
LANGUAGE plpgsql STABLE ROWS 1 AS $$
#variable_conflict use_column
DECLARE
	untold boolean := coalesce(cardinality(named), 0) = 0;
BEGIN
	RETURN QUERY
	SELECT coalesce(array_agg(DISTINCT i.id) FILTER (WHERE i.id IS NOT NULL), '{}'), coalesce(ceil(sum(i.minutes)), 0)::bigint,
	       array_remove(ARRAY[of_order, of_appointment,
	                          (SELECT r.appointment_id FROM work_order w JOIN reception r ON r.id = w.reception_id WHERE w.id = of_order),
	                          (SELECT w.id FROM reception r JOIN work_order w ON w.reception_id = r.id WHERE r.appointment_id = of_appointment
	                            ORDER BY w.opened_at DESC, w.id DESC LIMIT 1)], NULL)
	  FROM (SELECT o.id, o.standard_hours * 60 AS minutes FROM unnest(named) n (id) JOIN operation o ON o.id = n.id
	         UNION ALL
	        SELECT l.operation_id, greatest(0, coalesce(l.fixed_hours, l.quantity) * 60 - c.minutes)
	          FROM work_order_line l
	         CROSS JOIN LATERAL (SELECT coalesce(sum(extract(epoch FROM coalesce(e.ended_at, at) - e.started_at)), 0) / 60 AS minutes
	                               FROM clock_entry e WHERE e.line_id = l.id AND e.voided_at IS NULL) c
	         WHERE untold AND l.work_order_id = of_order AND l.kind = 'labour' AND l.status IN ('proposed', 'authorised')
	           AND l.work_status NOT IN ('done', 'passed')
	         UNION ALL
	        SELECT o.id, o.standard_hours * 60
	          FROM appointment a
	          JOIN operation o ON o.id = ANY (a.operation_ids)
	         WHERE untold AND of_order IS NULL AND a.id = of_appointment) i;
END $$;

-- The parts it needs, by what is named, left of the order or booked, and what of them is free; what an order has reserved is free for it.
CREATE OR REPLACE FUNCTION promise_parts(of_store uuid, named uuid[], quantities numeric[], of_order uuid, of_appointment uuid)
RETURNS TABLE (part_id uuid, quantity numeric, available numeric, place bigint)
LANGUAGE plpgsql STABLE ROWS 5 AS $$
#variable_conflict use_column
DECLARE
	untold boolean := coalesce(cardinality(named), 0) = 0;
BEGIN
	RETURN QUERY
	SELECT n.id, n.quantity, v.available + o.reserved, n.place
	  FROM (SELECT i.id, sum(i.quantity) AS quantity, min(i.place) AS place
	          FROM (SELECT u.id, coalesce(u.quantity, 1) AS quantity, u.place FROM unnest(named, quantities) WITH ORDINALITY u (id, quantity, place)
	                 UNION ALL
	                SELECT l.part_id, l.quantity - l.issued_quantity, l.position
	                  FROM work_order_line l
	                 WHERE untold AND l.work_order_id = of_order AND l.kind = 'part' AND l.status IN ('proposed', 'authorised')
	                   AND l.issued_quantity < l.quantity
	                 UNION ALL
	                SELECT p.part_id, p.quantity, p.position FROM appointment_part p WHERE untold AND of_order IS NULL AND p.appointment_id = of_appointment) i
	         WHERE i.id IS NOT NULL
	         GROUP BY i.id) n
	 CROSS JOIN LATERAL (SELECT coalesce(sum(l.on_hand - l.reserved), 0) AS available
	                       FROM warehouse h
	                       JOIN stock_level l ON l.store_id = h.store_id AND l.warehouse_id = h.id AND l.part_id = n.id
	                      WHERE h.store_id = of_store AND h.is_default) v
	 CROSS JOIN LATERAL (SELECT coalesce(sum(r.quantity), 0) AS reserved
	                       FROM work_order_line l
	                       JOIN reservation r ON r.work_order_line_id = l.id AND r.status = 'active'
	                      WHERE l.work_order_id = of_order AND l.part_id = n.id) o;
END $$;
