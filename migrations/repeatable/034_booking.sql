-- What booking counts with: when a store is open, and which bay and technician are free.
-- All but one run with the caller's rights, under row security.

-- Opening times of a store's own days, first to last: a holiday replaces the hours of the week.
CREATE OR REPLACE FUNCTION store_open(of_store uuid, first date, last date)
RETURNS TABLE (opens_at timestamptz, closes_at timestamptz)
LANGUAGE sql STABLE AS $$
	SELECT (d.day + o.opens::time) AT TIME ZONE s.time_zone, (d.day + o.closes::time) AT TIME ZONE s.time_zone
	  FROM store s
	  CROSS JOIN LATERAL (SELECT generate_series(first::timestamp, last::timestamp, '1 day')::date AS day) d
	  LEFT JOIN store_holiday h ON h.store_id = s.id AND h.date = d.day
	  CROSS JOIN LATERAL (
	       SELECT h.opens, h.closes WHERE h.date IS NOT NULL AND NOT h.closed
	       UNION ALL
	       SELECT w.opens, w.closes FROM store_hours w
	        WHERE h.date IS NULL AND w.store_id = s.id AND w.weekday = extract(isodow FROM d.day)) o
	 WHERE s.id = of_store AND s.deleted_at IS NULL
$$;

-- Bays and technicians that can be booked; wanted: only this one.  Of technicians the store's own: whoever
-- is at home elsewhere is booked by name.
CREATE OR REPLACE FUNCTION store_bays(of_store uuid, wanted uuid)
RETURNS TABLE (id uuid, code text)
LANGUAGE sql STABLE AS $$
	SELECT b.id, b.code
	  FROM bay b
	 WHERE b.store_id = of_store AND b.active AND b.deleted_at IS NULL AND (wanted IS NULL OR b.id = wanted)
$$;
CREATE OR REPLACE FUNCTION store_technicians(of_store uuid, wanted uuid)
RETURNS TABLE (id uuid)
LANGUAGE sql STABLE AS $$
	SELECT f.id
	  FROM (SELECT o.id FROM staff o WHERE wanted IS NULL AND o.store_id = of_store AND o.active AND o.deleted_at IS NULL
	        UNION ALL
	        SELECT o.id FROM staff o WHERE o.id = wanted AND o.active AND o.deleted_at IS NULL) f
	 WHERE EXISTS (SELECT FROM staff_grant g, store s  -- as staff_with_role, but looked up
	                WHERE g.staff_id = f.id AND g.role = 'technician' AND g.revoked_at IS NULL AND s.id = of_store
	                  AND (g.store_id = s.id OR g.region_id = s.region_id OR g.scope = 'chain'))
$$;

-- How long the operations take, and not less than the store's slot.
CREATE OR REPLACE FUNCTION booking_length(of_store uuid, operations uuid[])
RETURNS interval
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (
	SELECT make_interval(mins => greatest(p.slot_minutes,
	           coalesce((SELECT ceil(sum(o.standard_hours) * 60)::integer FROM operation o WHERE o.id = ANY (operations)), 0)))
	  FROM store_policy p
	 WHERE p.store_id = of_store);
END $$;

-- Whether a technician is booked or held, at whatever store: who works in several is nowhere offered twice.  It looks past
-- row security and tells nothing but this.
DROP FUNCTION IF EXISTS technician_is_busy(uuid, timestamptz, timestamptz, uuid);
CREATE OR REPLACE FUNCTION technician_is_busy(technician uuid, starts timestamptz, ends timestamptz, but_for uuid[], at timestamptz)
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	RETURN EXISTS (SELECT FROM occupation o
	                WHERE o.technician_id = technician AND tstzrange(o.starts_at, o.ends_at) && tstzrange(starts, ends)
	                  AND (o.held_until IS NULL OR o.held_until > at) AND o.id <> ALL (but_for));
END $$;

-- Of some bays and technicians the first that are free all the time, and work then with these certificates; NULL: there is none.
-- But_for: what gives its own place up.  Nothing is taken for longer than a day, which lets the index on the start find those that overlap.
DROP FUNCTION IF EXISTS booking_free(uuid, timestamptz, timestamptz, uuid[], uuid[], uuid);
DROP FUNCTION IF EXISTS booking_free(uuid, timestamptz, timestamptz, uuid[], uuid[], uuid[], timestamptz);
CREATE OR REPLACE FUNCTION booking_free(of_store uuid, starts timestamptz, ends timestamptz, bays uuid[], technicians uuid[],
                                        certificates text[], but_for uuid[], at timestamptz)
RETURNS TABLE (bay_id uuid, technician_id uuid)
LANGUAGE sql STABLE AS $$
	SELECT (SELECT b.id FROM unnest(bays) WITH ORDINALITY b (id, place) WHERE b.id <> ALL (busy.bay_ids) ORDER BY b.place LIMIT 1),
	       -- those booked here are known at once, the others are asked about one by one until one is free
	       (SELECT t.id
	          FROM (SELECT o.id FROM unnest(technicians) WITH ORDINALITY o (id, place)
	                 WHERE o.id <> ALL (busy.technician_ids) ORDER BY o.place OFFSET 0) t
	         WHERE NOT technician_is_busy(t.id, starts, ends, but_for, at) AND technician_works(of_store, t.id, starts, ends, certificates)
	         LIMIT 1)
	  FROM (SELECT coalesce(array_agg(o.bay_id), '{}') AS bay_ids, coalesce(array_agg(o.technician_id), '{}') AS technician_ids
	          FROM occupation o
	         WHERE o.store_id = of_store AND o.starts_at > starts - interval '1 day' AND o.starts_at < ends AND o.ends_at > starts
	           AND (o.held_until IS NULL OR o.held_until > at) AND o.id <> ALL (but_for)) busy
	OFFSET 0  -- looked for once, however often the answer is used
$$;

-- Holds of these bays and technicians that have run out give way at once, also those of another store: the constraints
-- cannot tell the time.  One that somebody else is just taking away is left to them.
CREATE OR REPLACE FUNCTION booking_lapse(bays uuid[], technicians uuid[], at timestamptz)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	DELETE FROM occupation
	 WHERE id IN (SELECT o.id FROM occupation o
	               WHERE o.held_until <= at AND (o.bay_id = ANY (bays) OR o.technician_id = ANY (technicians))
	                 FOR UPDATE SKIP LOCKED)
$$;
