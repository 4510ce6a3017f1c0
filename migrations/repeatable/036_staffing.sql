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

-- The kind of equipment that operations need and a store has none of in service, or NULL; a store that records no equipment is
-- taken to have all.
CREATE OR REPLACE FUNCTION equipment_missing(of_store uuid, operations uuid[])
RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT o.equipment
	          FROM operation o
	         WHERE o.id = ANY (operations) AND o.equipment IS NOT NULL
	           AND EXISTS (SELECT FROM equipment e WHERE e.store_id = of_store AND e.deleted_at IS NULL)
	           AND NOT EXISTS (SELECT FROM equipment e
	                            WHERE e.store_id = of_store AND e.kind = o.equipment AND e.status = 'in_service' AND e.deleted_at IS NULL)
	         ORDER BY o.equipment
	         LIMIT 1);
END $$;

-- Why an appointment cannot be kept as it was booked; none: it can.
CREATE OR REPLACE FUNCTION appointment_broken(of_store uuid, starts timestamptz, ends timestamptz, bay uuid, technician uuid, operations uuid[])
RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
	day date := (SELECT (starts AT TIME ZONE s.time_zone)::date FROM store s WHERE s.id = of_store);
BEGIN
	RETURN array_remove(ARRAY[
		CASE WHEN NOT EXISTS (SELECT FROM store_open(of_store, day, day) o WHERE o.opens_at <= starts AND o.closes_at >= ends)
		     THEN 'store_closed' END,
		CASE WHEN NOT EXISTS (SELECT FROM store_bays(of_store, bay)) THEN 'bay_out_of_use' END,
		CASE WHEN NOT EXISTS (SELECT FROM store_technicians(of_store, technician)) OR NOT technician_works(of_store, technician, starts, ends)
		     THEN 'technician_away' END,
		CASE WHEN technician_lacks(of_store, technician, operations) IS NOT NULL
		       OR EXISTS (SELECT FROM unnest(certificates_needed(of_store, operations)) n (kind) WHERE NOT technician_certified(technician, n.kind, day))
		     THEN 'technician_unable' END,
		CASE WHEN equipment_missing(of_store, operations) IS NOT NULL THEN 'equipment_out' END], NULL);
END $$;
