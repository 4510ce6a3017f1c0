-- Booked against rostered hours, and the appointments that a change has broken.

GRANT SELECT ON store_hours, store_holiday TO fettle_definer;

-- When each technician of a store works on its days, first to last, as technician_works has it.  It looks past row security,
-- since leave and shifts are kept in several stores; ask for stores of the caller only.
CREATE OR REPLACE FUNCTION technicians_at_work(of_store uuid, first date, last date)
RETURNS TABLE (day date, technician uuid, rostered boolean, works tstzmultirange)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	RETURN QUERY
	WITH hours AS (
		SELECT (o.opens_at AT TIME ZONE s.time_zone)::date AS of_day, range_agg(tstzrange(o.opens_at, o.closes_at)) AS opened
		  FROM store s
		 CROSS JOIN LATERAL store_open(s.id, first, last) o
		 WHERE s.id = of_store
		 GROUP BY 1
	), people AS (
		SELECT t.id FROM store_technicians(of_store, NULL) t
		UNION
		SELECT h.staff_id FROM shift h
		 WHERE h.store_id = of_store AND h.date BETWEEN first AND last AND h.status = 'planned'
		   AND EXISTS (SELECT FROM store_technicians(of_store, h.staff_id))
	), days AS (
		SELECT g::date AS of_day, EXISTS (SELECT FROM shift h WHERE h.store_id = of_store AND h.date = g::date) AS is_rostered
		  FROM generate_series(first::timestamp, last::timestamp, '1 day') g
	), stints AS (
		SELECT d.of_day, d.is_rostered, p.id,
		       CASE WHEN d.is_rostered
		            THEN (SELECT range_agg(tstzrange(h.starts_at, h.ends_at)) FROM shift h
		                   WHERE h.store_id = of_store AND h.date = d.of_day AND h.staff_id = p.id AND h.status = 'planned')
		            ELSE (SELECT o.opened - coalesce((SELECT range_agg(tstzrange(h.starts_at, h.ends_at)) FROM shift h
		                                               WHERE h.staff_id = p.id AND h.status = 'planned' AND h.date BETWEEN d.of_day - 1 AND d.of_day + 1), '{}')
		                    FROM hours o WHERE o.of_day = d.of_day) END AS planned
		  FROM days d CROSS JOIN people p
	)
	SELECT s.of_day, s.id, s.is_rostered,
	       coalesce(s.planned, '{}') - coalesce((SELECT range_agg(tstzrange(a.starts_at, a.ends_at)) FROM absence a
	                                              WHERE a.staff_id = s.id AND a.status = 'planned'), '{}')
	  FROM stints s;
END $$;

CREATE OR REPLACE FUNCTION hours_of(stints tstzmultirange) RETURNS numeric
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(round(sum(extract(epoch FROM upper(r) - lower(r))) / 3600, 3), 0) FROM unnest(stints) r
$$;

-- The kinds of equipment that operations take, and those that a store asks for: one that records no equipment is taken to have all.
CREATE OR REPLACE FUNCTION booking_equipment(operations uuid[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN ARRAY(SELECT DISTINCT o.equipment FROM operation o WHERE o.id = ANY (operations) AND o.equipment IS NOT NULL ORDER BY 1);
END $$;
CREATE OR REPLACE FUNCTION equipment_needed(of_store uuid, operations uuid[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
	kinds text[] := booking_equipment(operations);
BEGIN
	IF kinds <> '{}' AND NOT EXISTS (SELECT FROM equipment e WHERE e.store_id = of_store AND e.deleted_at IS NULL) THEN
		RETURN '{}';
	END IF;
	RETURN kinds;
END $$;

-- The pieces of a store that are fit, until when: in service and, where the store's policy asks for it, not past the day their
-- calibration is due.
CREATE OR REPLACE FUNCTION equipment_fit(of_store uuid, kinds text[])
RETURNS TABLE (kind text, fit_until timestamptz)
LANGUAGE plpgsql STABLE ROWS 3 AS $$
BEGIN
	RETURN QUERY
	SELECT e.kind, CASE WHEN p.equipment_overdue = 'refuse' AND e.calibration_due IS NOT NULL
	                    THEN (e.calibration_due + 1)::timestamp AT TIME ZONE s.time_zone ELSE 'infinity' END
	  FROM store s
	  JOIN store_policy p ON p.store_id = s.id
	  JOIN equipment e ON e.store_id = s.id AND e.kind = ANY (kinds) AND e.status = 'in_service' AND e.deleted_at IS NULL
	 WHERE s.id = of_store;
END $$;

-- When at least so many fit pieces of each of some kinds are left between two instants beside what is booked and held: 1 for who
-- wants one, 0 where those that are booked are enough of.
CREATE OR REPLACE FUNCTION equipment_free(of_store uuid, kinds text[], first timestamptz, last timestamptz, spare integer, but_for uuid[], at timestamptz)
RETURNS tstzmultirange
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF kinds = '{}' THEN
		RETURN tstzmultirange(tstzrange(first, last));
	END IF;
	RETURN (
	WITH fit AS (
		SELECT f.kind, f.fit_until FROM equipment_fit(of_store, kinds) f WHERE f.fit_until > first
	), taken AS (
		SELECT n.kind, greatest(k.starts_at, first) AS since, k.ends_at
		  FROM occupation k
		  JOIN unnest(kinds) n (kind) ON n.kind = ANY (k.equipment)
		 WHERE k.store_id = of_store AND k.starts_at > first - interval '1 day' AND k.starts_at < last AND k.ends_at > first
		   AND (k.held_until IS NULL OR k.held_until > at) AND k.id <> ALL (but_for)
	), edge AS (
		SELECT n.kind, first AS since, 0 AS pieces FROM unnest(kinds) n (kind)
		 UNION ALL
		SELECT f.kind, first, 1 FROM fit f
		 UNION ALL
		SELECT f.kind, f.fit_until, -1 FROM fit f WHERE f.fit_until < last
		 UNION ALL
		SELECT t.kind, t.since, -1 FROM taken t
		 UNION ALL
		SELECT t.kind, t.ends_at, 1 FROM taken t WHERE t.ends_at < last
	), level AS (
		SELECT e.since, lead(e.since, 1, last) OVER of_kind AS upto, sum(sum(e.pieces)) OVER of_kind AS rest
		  FROM edge e
		 GROUP BY e.kind, e.since
		WINDOW of_kind AS (PARTITION BY e.kind ORDER BY e.since)
	)
	SELECT tstzmultirange(tstzrange(first, last)) - coalesce(range_agg(tstzrange(l.since, l.upto)), '{}') FROM level l WHERE l.rest < spare);
END $$;

-- The first kind that operations need and of which a store has no fit piece on a day, or none left for some time; NULL: there is one.
DROP FUNCTION IF EXISTS equipment_missing(uuid, uuid[]);
CREATE OR REPLACE FUNCTION equipment_missing(of_store uuid, operations uuid[], of_day date) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	kinds text[] := equipment_needed(of_store, operations);
BEGIN
	IF kinds = '{}' THEN
		RETURN NULL;
	END IF;
	RETURN (SELECT n.kind
	          FROM store s
	         CROSS JOIN unnest(kinds) n (kind)
	         WHERE s.id = of_store
	           AND NOT EXISTS (SELECT FROM equipment_fit(of_store, kinds) f
	                            WHERE f.kind = n.kind AND f.fit_until > of_day::timestamp AT TIME ZONE s.time_zone)
	         ORDER BY n.kind
	         LIMIT 1);
END $$;
CREATE OR REPLACE FUNCTION equipment_taken(of_store uuid, operations uuid[], starts timestamptz, ends timestamptz, but_for uuid[], at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT n.kind
	          FROM unnest(equipment_needed(of_store, operations)) n (kind)
	         WHERE NOT equipment_free(of_store, ARRAY[n.kind], starts, ends, 1, but_for, at) @> tstzrange(starts, ends)
	         ORDER BY n.kind
	         LIMIT 1);
END $$;

-- Why an appointment cannot be kept as it was booked; none: it can.  A statement that asks it of many has it in its own plan:
-- as a function of its own, to begin with so many questions takes longer than to answer them.
DROP FUNCTION IF EXISTS appointment_broken(uuid, timestamptz, timestamptz, uuid, uuid, uuid[]);
CREATE FUNCTION appointment_broken(of_store uuid, starts timestamptz, ends timestamptz, bay uuid, technician uuid, operations uuid[])
RETURNS TABLE (reasons text[])
LANGUAGE sql STABLE AS $$
	SELECT array_remove(ARRAY[
		CASE WHEN NOT EXISTS (SELECT FROM store_open(of_store, d.day, d.day) o WHERE o.opens_at <= starts AND o.closes_at >= ends)
		     THEN 'store_closed' END,
		CASE WHEN NOT EXISTS (SELECT FROM store_bays(of_store, bay, '{}')) THEN 'bay_out_of_use'
		     WHEN NOT EXISTS (SELECT FROM store_bays(of_store, bay, bay_kinds_needed(of_store, operations))) THEN 'bay_unfit' END,
		CASE WHEN NOT EXISTS (SELECT FROM store_technicians(of_store, technician)) OR NOT technician_works(of_store, technician, starts, ends)
		     THEN 'technician_away' END,
		CASE WHEN technician_lacks(of_store, technician, operations) IS NOT NULL
		       OR EXISTS (SELECT FROM unnest(certificates_needed(of_store, operations)) n (kind) WHERE NOT technician_certified(technician, n.kind, d.day))
		     THEN 'technician_unable' END,
		CASE WHEN equipment_missing(of_store, operations, d.day) IS NOT NULL
		       OR NOT equipment_free(of_store, equipment_needed(of_store, operations), starts, ends, 0, '{}', now()) @> tstzrange(starts, ends)
		     THEN 'equipment_out' END], NULL)
	  FROM (SELECT (SELECT (starts AT TIME ZONE s.time_zone)::date FROM store s WHERE s.id = of_store) AS day OFFSET 0) d
	OFFSET 0
$$;
