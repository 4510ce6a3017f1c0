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

-- Whose share of a day's capacity a booking takes (appointments.yaml, BookingPriority).
CREATE OR REPLACE FUNCTION booking_share(priority text, channel text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN priority IN ('emergency', 'comeback') THEN priority WHEN channel = 'walk_in' THEN channel ELSE 'booked' END;

CREATE OR REPLACE FUNCTION booking_classes(operations uuid[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN ARRAY(SELECT DISTINCT o.service_class FROM operation o WHERE o.id = ANY (operations) ORDER BY 1);
END $$;

-- A day of a store in minutes: how long it is open, what bays and technicians can do in it (as rostered, where the day is),
-- what is taken, and what of its shares walk-ins and comebacks have not taken yet.
CREATE OR REPLACE FUNCTION booking_day(of_store uuid, of_day date, but_for uuid[], at timestamptz)
RETURNS TABLE (open_minutes bigint, capacity bigint, taken bigint, kept_walk_in bigint, kept_comeback bigint)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT o.minutes, c.minutes, t.taken,
	       greatest(c.minutes * p.walk_in_share_bp / 10000 - t.walk_in, 0), greatest(c.minutes * p.comeback_share_bp / 10000 - t.comeback, 0)
	  FROM store s
	  JOIN store_policy p ON p.store_id = s.id
	 CROSS JOIN LATERAL (
	       SELECT coalesce(sum(extract(epoch FROM x.closes_at - x.opens_at) / 60), 0)::bigint AS minutes
	         FROM store_open(s.id, of_day, of_day) x) o
	 CROSS JOIN LATERAL (
	       SELECT least(o.minutes * (SELECT count(*) FROM store_bays(s.id, NULL)),
	                    CASE WHEN EXISTS (SELECT FROM shift h WHERE h.store_id = s.id AND h.date = of_day)
	                         THEN (SELECT coalesce(sum(extract(epoch FROM h.ends_at - h.starts_at) / 60), 0)::bigint
	                                 FROM shift h
	                                 JOIN store_technicians(s.id, NULL) f ON f.id = h.staff_id
	                                WHERE h.store_id = s.id AND h.date = of_day AND h.status = 'planned')
	                         ELSE o.minutes * (SELECT count(*) FROM store_technicians(s.id, NULL)) END) AS minutes) c
	 CROSS JOIN LATERAL (
	       SELECT coalesce(sum(m.minutes), 0)::bigint AS taken,
	              coalesce(sum(m.minutes) FILTER (WHERE m.share = 'walk_in'), 0)::bigint AS walk_in,
	              coalesce(sum(m.minutes) FILTER (WHERE m.share = 'comeback'), 0)::bigint AS comeback
	         FROM (SELECT k.share, extract(epoch FROM k.ends_at - k.starts_at) / 60 AS minutes
	                 FROM occupation k
	                WHERE k.store_id = s.id AND k.starts_at >= of_day::timestamp AT TIME ZONE s.time_zone
	                  AND k.starts_at < (of_day + 1)::timestamp AT TIME ZONE s.time_zone
	                  AND (k.held_until IS NULL OR k.held_until > at) AND k.id <> ALL (but_for)) m) t
	 WHERE s.id = of_store;
END $$;

-- Why a slot that is free is not given, by the store's limits and shares; NULL: it is.  An emergency may take what is kept;
-- a walk-in and a comeback take their own share first.
CREATE OR REPLACE FUNCTION booking_refusal(of_store uuid, starts timestamptz, minutes bigint, classes text[], share text,
                                           but_for uuid[], at timestamptz)
RETURNS text
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	rule record;
	day record;
	reached text;
BEGIN
	SELECT s.time_zone AS zone, starts AT TIME ZONE s.time_zone AS local, p.walk_in_share_bp + p.comeback_share_bp AS kept
	  INTO rule
	  FROM store s
	  JOIN store_policy p ON p.store_id = s.id
	 WHERE s.id = of_store;
	reached := (
	SELECT CASE WHEN c.of_day >= l.per_day THEN 'day_limit' ELSE 'hour_limit' END
	  FROM booking_limit l
	 CROSS JOIN LATERAL (
	       SELECT count(*) AS of_day, count(*) FILTER (WHERE date_trunc('hour', k.starts_at AT TIME ZONE rule.zone) = date_trunc('hour', rule.local)) AS of_hour
	         FROM occupation k
	        WHERE k.store_id = of_store AND k.starts_at >= date_trunc('day', rule.local) AT TIME ZONE rule.zone
	          AND k.starts_at < (date_trunc('day', rule.local) + interval '1 day') AT TIME ZONE rule.zone
	          AND l.service_class = ANY (k.service_classes)
	          AND (k.held_until IS NULL OR k.held_until > at) AND k.id <> ALL (but_for)) c
	 WHERE l.store_id = of_store AND l.service_class = ANY (classes) AND (c.of_day >= l.per_day OR c.of_hour >= l.per_hour)
	 ORDER BY 1
	 LIMIT 1);
	IF reached IS NULL AND rule.kept > 0 AND share <> 'emergency' THEN
		SELECT * INTO day FROM booking_day(of_store, rule.local::date, but_for, at);
		IF (day.taken + minutes + CASE share WHEN 'walk_in' THEN 0 ELSE day.kept_walk_in END
		    + CASE share WHEN 'comeback' THEN 0 ELSE day.kept_comeback END > day.capacity) THEN
			reached := 'kept';
		END IF;
	END IF;
	RETURN reached;
END $$;

-- The first slot of a store from first to last (exclusive) for these operations; without one a row that tells why not.
CREATE OR REPLACE FUNCTION booking_first(of_store uuid, operations uuid[], technician uuid, first timestamptz, last timestamptz,
                                         share text, at timestamptz)
RETURNS TABLE (starts_at timestamptz, ends_at timestamptz, bay_id uuid, technician_id uuid, reason text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	length interval := booking_length(of_store, operations);
	bays uuid[] := ARRAY(SELECT b.id FROM store_bays(of_store, NULL) b ORDER BY b.code);
	technicians uuid[] := ARRAY(SELECT t.id FROM store_technicians(of_store, technician) t
	                             WHERE technician_lacks(of_store, t.id, operations) IS NULL AND equipment_missing(of_store, operations) IS NULL
	                             ORDER BY t.id);
	certificates text[] := certificates_needed(of_store, operations);
	classes text[] := booking_classes(operations);
	slot record;
	refusal text;
BEGIN
	reason := 'closed';
	FOR slot IN
		SELECT g.starts_at
		  FROM store s
		  JOIN store_policy p ON p.store_id = s.id
		 CROSS JOIN LATERAL store_open(s.id, (first AT TIME ZONE s.time_zone)::date, (last AT TIME ZONE s.time_zone)::date) o
		 CROSS JOIN LATERAL generate_series(o.opens_at, o.closes_at - length, make_interval(mins => p.slot_minutes)) g (starts_at)
		 WHERE s.id = of_store AND g.starts_at >= first AND g.starts_at < last
		 ORDER BY g.starts_at
	LOOP
		starts_at := slot.starts_at;
		ends_at := slot.starts_at + length;
		IF starts_at >= at THEN
			SELECT f.bay_id, f.technician_id INTO bay_id, technician_id
			  FROM booking_free(of_store, starts_at, ends_at, bays, technicians, certificates, '{}', at) f;
			IF bay_id IS NOT NULL AND technician_id IS NOT NULL THEN
				refusal := booking_refusal(of_store, starts_at, extract(epoch FROM length)::bigint / 60, classes, share, '{}', at);
				IF refusal IS NULL THEN
					reason := NULL;
					RETURN NEXT;
					RETURN;
				END IF;
				reason := refusal;
			END IF;
		END IF;
		IF reason = 'closed' THEN
			reason := 'taken';
		END IF;
	END LOOP;
	starts_at := NULL;
	ends_at := NULL;
	bay_id := NULL;
	technician_id := NULL;
	RETURN NEXT;
END $$;
