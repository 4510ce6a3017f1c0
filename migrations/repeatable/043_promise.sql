-- When work could be done at the earliest, for who promises it.  All with the caller's rights, on what booking counts with
-- (034_booking.sql, 033_roster.sql).

-- The first time at which some minutes of work are done by one technician on one bay, from first on and before last, with the
-- breaks that hours, shifts and bookings make; no row: not before last.  A car that stands on a bay leaves it when its order is
-- promised, or in an hour.  Without: as if this one limit were not there (bay, technician, skill, hours).
CREATE OR REPLACE FUNCTION promise_finish(of_store uuid, operations uuid[], minutes bigint, first timestamptz, last timestamptz, without text,
                                          at timestamptz)
RETURNS TABLE (starts_at timestamptz, ends_at timestamptz, bay_id uuid, technician_id uuid)
LANGUAGE plpgsql STABLE ROWS 1 AS $$
#variable_conflict use_column
DECLARE
	asked tstzmultirange := tstzmultirange(tstzrange(first, last));
	zone text := (SELECT s.time_zone FROM store s WHERE s.id = of_store);
	hours tstzmultirange := CASE without WHEN 'hours' THEN asked ELSE (
		SELECT coalesce(range_agg(tstzrange(o.opens_at, o.closes_at)), '{}') * asked
		  FROM store_open(of_store, (first AT TIME ZONE zone)::date, (last AT TIME ZONE zone)::date) o) END;
	skills text[] := CASE without WHEN 'skill' THEN '{}' ELSE skills_needed(of_store, operations) END;
	certificates text[] := CASE without WHEN 'skill' THEN '{}' ELSE certificates_needed(of_store, operations) END;
BEGIN
	RETURN QUERY
	WITH bay AS MATERIALIZED (
		SELECT b.bay AS id, (b.free - coalesce(o.taken, '{}')) * hours AS free
		  FROM bays_free(of_store, ARRAY(SELECT k.id FROM store_bays(of_store, NULL) k ORDER BY k.code), first, last, '{}', at) b
		  LEFT JOIN (SELECT o.bay_id, range_agg(tstzrange(o.starts_at, CASE WHEN w.promised_at > at THEN w.promised_at ELSE at + interval '1 hour' END)) AS taken
		               FROM bay_occupancy o
		               JOIN work_order w ON w.id = o.work_order_id
		              WHERE o.store_id = of_store AND o.ends_at = 'infinity' AND o.starts_at <= at
		              GROUP BY o.bay_id) o ON o.bay_id = b.bay
		 WHERE without IS DISTINCT FROM 'bay'
		UNION ALL
		SELECT NULL, hours WHERE without = 'bay'
	), worker AS MATERIALIZED (
		SELECT t.technician AS id, t.free
		  FROM technicians_free(of_store, ARRAY(SELECT k.id FROM store_technicians(of_store, NULL) k ORDER BY k.id), skills, certificates,
		                        first, last, '{}', at) t
		 WHERE without IS DISTINCT FROM 'technician'
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
CREATE OR REPLACE FUNCTION promise_simulate(of_store uuid, operations uuid[], minutes bigint, wanted timestamptz, parts_at timestamptz, at timestamptz)
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
		SELECT f.* INTO found FROM promise_finish(of_store, operations, minutes, first, last, NULL, at) f;
		EXIT WHEN found.ends_at IS NOT NULL;
	END LOOP;
	IF found.ends_at <= wanted + make_interval(mins => minutes::integer, secs => 1) THEN
		RETURN QUERY SELECT found.starts_at, found.ends_at, found.bay_id, found.technician_id, 'work', '[]'::jsonb;
		RETURN;
	END IF;
	RETURN QUERY
	WITH gain AS MATERIALIZED (
		SELECT n.limited, n.place, f.ends_at
		  FROM (VALUES (1, 'part'), (2, 'skill'), (3, 'bay'), (4, 'technician'), (5, 'hours')) n (place, limited)
		 CROSS JOIN LATERAL promise_finish(of_store, operations, minutes, CASE n.limited WHEN 'part' THEN wanted ELSE first END, last,
		                                   n.limited, at) f
		 WHERE (n.limited <> 'part' OR first > wanted) AND (found.ends_at IS NULL OR f.ends_at < found.ends_at)
	)
	SELECT found.starts_at, found.ends_at, found.bay_id, found.technician_id,
	       coalesce((SELECT g.limited FROM gain g ORDER BY g.ends_at, g.place LIMIT 1), CASE WHEN found.ends_at IS NULL THEN 'several' ELSE 'work' END),
	       coalesce((SELECT jsonb_agg(jsonb_build_object('limit', g.limited, 'finishes_at', to_char(g.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
	                                  ORDER BY g.ends_at, g.place) FROM gain g), '[]');
END $$;
