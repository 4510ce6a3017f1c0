-- What booking counts with: when a store is open, and which bay and technician are free.
-- All but one run with the caller's rights, under row security.
GRANT SELECT ON rescue TO fettle_definer;

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

-- The kinds of bay that operations ask for in a store; one that it has no bay of it does anywhere.  A car that is washed too is
-- washed afterwards.
CREATE OR REPLACE FUNCTION bay_kinds_needed(of_store uuid, operations uuid[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN ARRAY(SELECT DISTINCT o.bay_kind
	               FROM operation o
	              WHERE o.id = ANY (operations)
	                AND EXISTS (SELECT FROM bay b WHERE b.store_id = of_store AND b.kind = o.bay_kind AND b.deleted_at IS NULL)
	                AND NOT (o.bay_kind = 'wash' AND EXISTS (SELECT FROM operation x WHERE x.id = ANY (operations) AND x.bay_kind IS DISTINCT FROM 'wash'))
	              ORDER BY 1);
END $$;

-- Whether work that asks for a kind of bay can be done on one of another: what is quick on a lift, what needs a lift over an
-- alignment rig.
CREATE OR REPLACE FUNCTION bay_does(kind text, asked text) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN CASE asked WHEN 'quick' THEN kind IN ('quick', 'general', 'lift', 'alignment') WHEN 'general' THEN kind IN ('general', 'lift', 'alignment')
                  WHEN 'lift' THEN kind IN ('lift', 'alignment') ELSE kind = asked END;

-- Bays and technicians that can be booked; wanted: only this one.  Of bays those that do all that is asked for; what asks for none
-- is not done where cars are washed, but by name.  Of technicians the store's own: whoever is at home elsewhere is booked by name.
DROP FUNCTION IF EXISTS store_bays(uuid, uuid);
CREATE OR REPLACE FUNCTION store_bays(of_store uuid, wanted uuid, kinds text[])
RETURNS TABLE (id uuid, code text)
LANGUAGE sql STABLE AS $$
	SELECT b.id, b.code
	  FROM bay b
	 WHERE b.store_id = of_store AND b.active AND b.deleted_at IS NULL AND (wanted IS NULL OR b.id = wanted)
	   AND CASE WHEN kinds = '{}' THEN wanted IS NOT NULL OR b.kind <> 'wash'
	            ELSE NOT EXISTS (SELECT FROM unnest(kinds) n (kind) WHERE NOT bay_does(b.kind, n.kind)) END
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

-- When technicians are free for a store between two instants: at work there with these skills and certificates (033_roster.sql
-- says when), and neither booked nor held, at whatever store: who works in several is nowhere offered twice.  Those that lack a
-- skill are left out.  But_for: what gives its own place up.  It looks past row security and tells nothing but this.
DROP FUNCTION IF EXISTS technician_is_busy(uuid, timestamptz, timestamptz, uuid[], timestamptz);
GRANT SELECT ON rescue TO fettle_definer;
CREATE OR REPLACE FUNCTION technicians_free(of_store uuid, technicians uuid[], skills text[], certificates text[],
                                            first timestamptz, last timestamptz, but_for uuid[], at timestamptz)
RETURNS TABLE (technician uuid, free tstzmultirange)
LANGUAGE plpgsql STABLE ROWS 10 SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
	asked tstzrange := tstzrange(first, last);
	zone text;
	rostered tstzmultirange; -- its days with a roster
BEGIN
	zone := (SELECT s.time_zone FROM store s WHERE s.id = of_store);
	rostered := (
	SELECT coalesce(range_agg(tstzrange(h.date::timestamp AT TIME ZONE zone, (h.date + 1)::timestamp AT TIME ZONE zone)), '{}')
	  FROM (SELECT DISTINCT x.date FROM shift x
	         WHERE x.store_id = of_store AND x.date BETWEEN (first AT TIME ZONE zone)::date AND (last AT TIME ZONE zone)::date) h);
	RETURN QUERY
	SELECT t.id,
	       (rostered * coalesce(h.here, '{}') + (tstzmultirange(asked) - rostered - coalesce(h.anywhere, '{}'))
	        - coalesce(l.away, '{}') - coalesce(o.taken, '{}'))
	       * CASE WHEN certificates = '{}' THEN tstzmultirange(asked)
	              ELSE (SELECT range_intersect_agg(coalesce(c.held, '{}'))
	                      FROM unnest(certificates) n (kind)
	                      LEFT JOIN LATERAL (SELECT range_agg(tstzrange(v.valid_from::timestamp AT TIME ZONE zone,
	                                                                    (v.expires_on + 1)::timestamp AT TIME ZONE zone)) AS held
	                                           FROM certificate v
	                                          WHERE v.staff_id = t.id AND v.kind = n.kind AND v.deleted_at IS NULL) c ON true) END
	  FROM unnest(technicians) WITH ORDINALITY t (id, place)
	 CROSS JOIN LATERAL (SELECT range_agg(tstzrange(x.starts_at, x.ends_at)) FILTER (WHERE x.store_id = of_store) AS here,
	                            range_agg(tstzrange(x.starts_at, x.ends_at)) AS anywhere
	                       FROM shift x
	                      WHERE x.staff_id = t.id AND x.status = 'planned' AND tstzrange(x.starts_at, x.ends_at) && asked) h
	 CROSS JOIN LATERAL (SELECT range_agg(tstzrange(x.starts_at, x.ends_at)) AS away
	                       FROM (SELECT a.starts_at, a.ends_at FROM absence a
	                              WHERE a.staff_id = t.id AND a.status = 'planned' AND tstzrange(a.starts_at, a.ends_at) && asked
	                              UNION ALL
	                             -- who is out to help somebody is back an hour after they are there
	                             SELECT least(r.dispatched_at, at), CASE WHEN r.status = 'dispatched' THEN greatest(r.eta_at, at) ELSE at END + interval '1 hour'
	                               FROM rescue r
	                              WHERE r.technician_id = t.id AND r.status IN ('dispatched', 'on_site')) x) l
	 CROSS JOIN LATERAL (SELECT range_agg(tstzrange(x.starts_at, x.ends_at)) AS taken
	                       FROM occupation x
	                      WHERE x.technician_id = t.id AND tstzrange(x.starts_at, x.ends_at) && asked
	                        AND (x.held_until IS NULL OR x.held_until > at) AND x.id <> ALL (but_for)) o
	 WHERE NOT EXISTS (SELECT FROM unnest(skills) n (skill)
	                    WHERE NOT EXISTS (SELECT FROM staff_skill k WHERE k.staff_id = t.id AND k.skill = n.skill))
	 ORDER BY t.place;
END $$;

-- When bays of a store are free between two instants: neither booked nor held, and no car on them; one that stands there leaves
-- when its order is promised, or in an hour.  Nothing is booked for longer than a day, which lets the index on the start find
-- those that overlap.
CREATE OR REPLACE FUNCTION bays_free(of_store uuid, bays uuid[], first timestamptz, last timestamptz, but_for uuid[], at timestamptz)
RETURNS TABLE (bay uuid, free tstzmultirange)
LANGUAGE plpgsql STABLE ROWS 10 AS $$
BEGIN
	RETURN QUERY
	SELECT b.id, tstzmultirange(tstzrange(first, last)) - coalesce(o.taken, '{}') - coalesce(c.taken, '{}')
	  FROM unnest(bays) WITH ORDINALITY b (id, place)
	  LEFT JOIN (SELECT x.bay_id, range_agg(tstzrange(x.starts_at, x.ends_at)) AS taken
	               FROM occupation x
	              WHERE x.store_id = of_store AND x.starts_at > first - interval '1 day' AND x.starts_at < last AND x.ends_at > first
	                AND (x.held_until IS NULL OR x.held_until > at) AND x.id <> ALL (but_for)
	              GROUP BY x.bay_id) o ON o.bay_id = b.id
	  LEFT JOIN (SELECT x.bay_id, range_agg(tstzrange(x.starts_at, CASE WHEN w.promised_at > at THEN w.promised_at ELSE at + interval '1 hour' END)) AS taken
	               FROM bay_occupancy x
	               JOIN work_order w ON w.id = x.work_order_id
	              WHERE x.store_id = of_store AND x.ends_at = 'infinity' AND x.starts_at <= at AND x.work_order_id <> ALL (but_for)
	              GROUP BY x.bay_id) c ON c.bay_id = b.id
	 ORDER BY b.place;
END $$;

-- Of some bays and technicians the first that are free all the time; NULL: there is none.
DROP FUNCTION IF EXISTS booking_free(uuid, timestamptz, timestamptz, uuid[], uuid[], text[], uuid[], timestamptz);
CREATE OR REPLACE FUNCTION booking_free(of_store uuid, starts timestamptz, ends timestamptz, bays uuid[], technicians uuid[], operations uuid[],
                                        but_for uuid[], at timestamptz)
RETURNS TABLE (bay_id uuid, technician_id uuid)
LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
	RETURN QUERY
	SELECT (SELECT b.bay FROM bays_free(of_store, bays, starts, ends, but_for, at) b WHERE b.free @> tstzrange(starts, ends) LIMIT 1),
	       (SELECT t.technician
	          FROM technicians_free(of_store, technicians, skills_needed(of_store, operations), certificates_needed(of_store, operations),
	                                starts, ends, but_for, at) t
	         WHERE t.free @> tstzrange(starts, ends)
	         LIMIT 1);
END $$;

-- Holds in the way of a booking that have run out give way at once, also those of another store: the constraints cannot tell
-- the time.  One that somebody else is just taking away is left to them.
DROP FUNCTION IF EXISTS booking_lapse(uuid[], uuid[], timestamptz);
CREATE OR REPLACE FUNCTION booking_lapse(bay uuid, technician uuid, starts timestamptz, ends timestamptz, at timestamptz)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	DELETE FROM occupation
	 WHERE id IN (SELECT o.id FROM occupation o
	               WHERE (o.bay_id = bay OR o.technician_id = technician) AND tstzrange(o.starts_at, o.ends_at) && tstzrange(starts, ends)
	                 AND o.held_until <= at
	                 FOR UPDATE SKIP LOCKED);
END $$;

-- Whose share of a day's capacity a booking takes (appointments.yaml, BookingPriority).
CREATE OR REPLACE FUNCTION booking_share(priority text, channel text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN priority IN ('emergency', 'comeback') THEN priority WHEN channel = 'walk_in' THEN channel ELSE 'booked' END;

CREATE OR REPLACE FUNCTION booking_classes(operations uuid[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN ARRAY(SELECT DISTINCT o.service_class FROM operation o WHERE o.id = ANY (operations) ORDER BY 1);
END $$;

-- A day of a store in minutes: how long it is open, what bays and technicians can do in it (as rostered, where the day is, and
-- without leave), what is taken, and what of its shares walk-ins and comebacks have not taken yet.  An order opened that day
-- without a booking, or whose booking takes no place any more, takes its planned hours, of the comebacks' share where its work is
-- done again.
CREATE OR REPLACE FUNCTION booking_day(of_store uuid, of_day date, but_for uuid[], at timestamptz)
RETURNS TABLE (open_minutes bigint, capacity bigint, taken bigint, kept_walk_in bigint, kept_comeback bigint)
LANGUAGE plpgsql STABLE ROWS 1 AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT o.minutes, c.minutes, t.taken,
	       greatest(c.minutes * p.walk_in_share_bp / 10000 - t.walk_in, 0), greatest(c.minutes * p.comeback_share_bp / 10000 - t.comeback, 0)
	  FROM store s
	  JOIN store_policy p ON p.store_id = s.id
	 CROSS JOIN LATERAL (SELECT of_day::timestamp AT TIME ZONE s.time_zone AS starts, (of_day + 1)::timestamp AT TIME ZONE s.time_zone AS ends OFFSET 0) d
	 CROSS JOIN LATERAL (
	       SELECT coalesce(sum(extract(epoch FROM x.closes_at - x.opens_at) / 60), 0)::bigint AS minutes,
	              coalesce(range_agg(tstzrange(x.opens_at, x.closes_at)), '{}') AS hours
	         FROM store_open(s.id, of_day, of_day) x) o
	 CROSS JOIN LATERAL (
	       SELECT least(o.minutes * (SELECT count(*) FROM store_bays(s.id, NULL, '{}')),
	                    coalesce(sum(extract(epoch FROM upper(r) - lower(r)) / 60), 0)::bigint) AS minutes
	         FROM store_technicians(s.id, NULL) f
	         JOIN technicians_at_work(s.id, of_day, of_day) w ON w.technician = f.id
	        CROSS JOIN unnest(w.works * o.hours) r) c
	 CROSS JOIN LATERAL (
	       SELECT coalesce(sum(m.minutes), 0)::bigint AS taken,
	              coalesce(sum(m.minutes) FILTER (WHERE m.share = 'walk_in'), 0)::bigint AS walk_in,
	              coalesce(sum(m.minutes) FILTER (WHERE m.share = 'comeback'), 0)::bigint AS comeback
	         FROM (SELECT k.share, extract(epoch FROM k.ends_at - k.starts_at) / 60 AS minutes
	                 FROM occupation k
	                WHERE k.store_id = s.id AND k.starts_at >= d.starts AND k.starts_at < d.ends
	                  AND (k.held_until IS NULL OR k.held_until > at) AND k.id <> ALL (but_for)
	               UNION ALL
	               SELECT CASE WHEN EXISTS (SELECT FROM comeback b WHERE b.line_id = l.id AND b.cancelled_at IS NULL) THEN 'comeback' ELSE 'walk_in' END,
	                      coalesce(l.fixed_hours, l.quantity) * 60
	                 FROM work_order w
	                 JOIN work_order_line l ON l.work_order_id = w.id AND l.kind = 'labour' AND l.status IN ('proposed', 'authorised')
	                WHERE w.store_id = s.id AND w.opened_at >= d.starts AND w.opened_at < d.ends AND w.status <> 'cancelled'
	                  AND w.deleted_at IS NULL AND w.id <> ALL (but_for)
	                  AND NOT EXISTS (SELECT FROM reception r JOIN occupation k ON k.id = r.appointment_id WHERE r.id = w.reception_id)) m) t
	 WHERE s.id = of_store;
END $$;

-- The limits of a store that a day has reached for work of some classes: of the whole day (hour NULL), or of an hour.  None holds
-- an emergency up.
DROP FUNCTION IF EXISTS booking_reached(uuid, date, text[], uuid[], timestamptz);
CREATE OR REPLACE FUNCTION booking_reached(of_store uuid, of_day date, classes text[], share text, but_for uuid[], at timestamptz)
RETURNS TABLE (hour integer, reason text)
LANGUAGE plpgsql STABLE ROWS 3 AS $$
BEGIN
	IF share = 'emergency'
	   OR NOT EXISTS (SELECT FROM booking_limit l WHERE l.store_id = of_store AND l.service_class = ANY (classes)) THEN
		RETURN;
	END IF;
	RETURN QUERY
	WITH booked AS (
		SELECT l.service_class, l.per_hour, l.per_day, extract(hour FROM k.starts_at AT TIME ZONE s.time_zone)::integer AS of_hour, count(k.id) AS n
		  FROM (SELECT t.id, t.time_zone, of_day::timestamp AT TIME ZONE t.time_zone AS starts, (of_day + 1)::timestamp AT TIME ZONE t.time_zone AS ends
		          FROM store t WHERE t.id = of_store OFFSET 0) s
		  JOIN booking_limit l ON l.store_id = s.id AND l.service_class = ANY (classes)
		  LEFT JOIN occupation k ON k.store_id = s.id AND k.starts_at >= s.starts AND k.starts_at < s.ends
		                        AND l.service_class = ANY (k.service_classes)
		                        AND (k.held_until IS NULL OR k.held_until > at) AND k.id <> ALL (but_for)
		 GROUP BY 1, 2, 3, 4
	)
	SELECT NULL::integer, 'day_limit' FROM booked b GROUP BY b.service_class, b.per_day HAVING sum(b.n) >= b.per_day
	UNION ALL
	SELECT h.of_hour, 'hour_limit'
	  FROM booked b
	 CROSS JOIN LATERAL (SELECT b.of_hour UNION SELECT g FROM generate_series(0, 23) g WHERE b.per_hour = 0) h (of_hour)
	 WHERE b.n >= b.per_hour;
END $$;

-- The minutes of a day that are left for bookings of a share; NULL: the store keeps none back.  An emergency may take what is
-- kept; a walk-in and a comeback take their own share first.
CREATE OR REPLACE FUNCTION booking_room(of_store uuid, of_day date, share text, but_for uuid[], at timestamptz)
RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF share = 'emergency'
	   OR NOT EXISTS (SELECT FROM store_policy p WHERE p.store_id = of_store AND p.walk_in_share_bp + p.comeback_share_bp > 0) THEN
		RETURN NULL;
	END IF;
	RETURN (SELECT d.capacity - d.taken - CASE share WHEN 'walk_in' THEN 0 ELSE d.kept_walk_in END
	               - CASE share WHEN 'comeback' THEN 0 ELSE d.kept_comeback END
	          FROM booking_day(of_store, of_day, but_for, at) d);
END $$;

-- Why a slot that is free is not given, by the store's limits and shares; NULL: it is.
CREATE OR REPLACE FUNCTION booking_refusal(of_store uuid, starts timestamptz, minutes bigint, classes text[], share text,
                                           but_for uuid[], at timestamptz)
RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	here timestamp := (SELECT starts AT TIME ZONE s.time_zone FROM store s WHERE s.id = of_store);
BEGIN
	RETURN coalesce(
		(SELECT r.reason FROM booking_reached(of_store, here::date, classes, share, but_for, at) r
		  WHERE r.hour IS NULL OR r.hour = extract(hour FROM here) ORDER BY 1 LIMIT 1),
		CASE WHEN minutes > booking_room(of_store, here::date, share, but_for, at) THEN 'kept' END);
END $$;

-- The slots of a store from first to last (exclusive) for these operations, in order of time, and why one cannot be had (taken,
-- or as booking_refusal says; limited_by: what is taken); no more than wanted, and only those that can be had if so asked.  A day at a time, so that no
-- more days are looked at than it takes.
DROP FUNCTION IF EXISTS booking_slots(uuid, uuid[], uuid, timestamptz, timestamptz, text, boolean, bigint, timestamptz);
DROP FUNCTION IF EXISTS booking_slots(uuid, uuid[], uuid, timestamptz, timestamptz, text, uuid[], boolean, bigint, timestamptz);
CREATE FUNCTION booking_slots(of_store uuid, operations uuid[], technician uuid, first timestamptz, last timestamptz,
                              share text, but_for uuid[], only_free boolean, wanted bigint, at timestamptz)
RETURNS TABLE (starts_at timestamptz, ends_at timestamptz, bay_id uuid, technician_id uuid, reason text, limited_by text)
LANGUAGE plpgsql STABLE ROWS 50 AS $$
#variable_conflict use_column
DECLARE
	length interval := booking_length(of_store, operations);
	needed bigint := extract(epoch FROM length)::bigint / 60; -- minutes
	bays uuid[] := ARRAY(SELECT b.id FROM store_bays(of_store, NULL, bay_kinds_needed(of_store, operations)) b ORDER BY b.code);
	technicians uuid[] := ARRAY(SELECT t.id FROM store_technicians(of_store, technician) t ORDER BY t.id);
	skills text[] := skills_needed(of_store, operations);
	certificates text[] := certificates_needed(of_store, operations);
	classes text[] := booking_classes(operations);
	equipment text[] := equipment_needed(of_store, operations);
	fit tstzmultirange;
	step interval := (SELECT make_interval(mins => p.slot_minutes) FROM store_policy p WHERE p.store_id = of_store);
	day record;
	got bigint;
BEGIN
	FOR day IN
		SELECT (o.opens_at AT TIME ZONE s.time_zone)::date AS date, min(o.opens_at) AS opens_at, max(o.closes_at) AS closes_at,
		       range_agg(tstzrange(o.opens_at, o.closes_at)) AS hours
		  FROM store s
		 CROSS JOIN LATERAL store_open(s.id, (first AT TIME ZONE s.time_zone)::date, (last AT TIME ZONE s.time_zone)::date) o
		 WHERE s.id = of_store AND o.closes_at > first AND o.opens_at < last
		 GROUP BY 1
		 ORDER BY 1
	LOOP
		fit := equipment_free(of_store, equipment, day.opens_at, day.closes_at, 1, but_for, at);
		RETURN QUERY
		WITH bay AS MATERIALIZED (
			SELECT b.bay, b.free FROM bays_free(of_store, bays, day.opens_at, day.closes_at, but_for, at) b
		), worker AS MATERIALIZED (
			SELECT t.technician, t.free
			  FROM technicians_free(of_store, technicians, skills, certificates, day.opens_at, day.closes_at, but_for, at) t
		), reached AS MATERIALIZED (
			SELECT r.hour, r.reason FROM booking_reached(of_store, day.date, classes, share, but_for, at) r
		), room AS MATERIALIZED (
			SELECT booking_room(of_store, day.date, share, but_for, at) AS minutes
		)
		SELECT slot.starts_at, slot.starts_at + length, f.bay, f.technician, w.reason,
		       CASE w.reason WHEN 'taken' THEN CASE WHEN f.bay IS NULL THEN 'bay' WHEN f.technician IS NULL THEN 'technician' ELSE 'equipment' END
		                     ELSE w.reason END
		  FROM (SELECT g.starts_at
		          FROM unnest(day.hours) o
		         CROSS JOIN LATERAL generate_series(lower(o), upper(o) - length, step) g (starts_at)
		         WHERE g.starts_at >= first AND g.starts_at < last
		         ORDER BY 1) slot
		 CROSS JOIN LATERAL (
		       SELECT (SELECT b.bay FROM bay b WHERE b.free @> tstzrange(slot.starts_at, slot.starts_at + length) AND slot.starts_at >= at LIMIT 1) AS bay,
		              (SELECT t.technician FROM worker t WHERE t.free @> tstzrange(slot.starts_at, slot.starts_at + length) LIMIT 1) AS technician
		       OFFSET 0) f
		 CROSS JOIN LATERAL (
		       SELECT CASE WHEN f.bay IS NULL OR f.technician IS NULL OR NOT fit @> tstzrange(slot.starts_at, slot.starts_at + length) THEN 'taken'
		                   ELSE coalesce((SELECT min(r.reason) FROM reached r, store s
		                                   WHERE s.id = of_store AND (r.hour IS NULL OR r.hour = extract(hour FROM slot.starts_at AT TIME ZONE s.time_zone))),
		                                 (SELECT 'kept' FROM room r WHERE needed > r.minutes)) END AS reason
		       OFFSET 0) w
		 WHERE NOT only_free OR w.reason IS NULL
		 LIMIT wanted;
		GET DIAGNOSTICS got = ROW_COUNT;
		wanted := wanted - got;
		EXIT WHEN wanted = 0;
	END LOOP;
END $$;

-- Whether a store is short of what work needs in parts, by name or in packages: of what is free, beside what the visits to come want.
CREATE OR REPLACE FUNCTION booking_parts_short(of_store uuid, parts uuid[], quantities numeric[], packages uuid[], at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF coalesce(cardinality(parts), 0) + coalesce(cardinality(packages), 0) = 0 THEN
		RETURN false;
	END IF;
	RETURN (
	WITH wanted AS MATERIALIZED (
		SELECT w.id, sum(w.quantity) AS quantity
		  FROM (SELECT u.id, coalesce(u.quantity, 1) AS quantity FROM unnest(parts, quantities) u (id, quantity)
		         UNION ALL
		        SELECT i.part_id, i.quantity
		          FROM package p
		          JOIN package_item i ON i.package_id = p.id AND i.revision = p.revision
		         WHERE p.id = ANY (packages)) w
		 WHERE w.id IS NOT NULL
		 GROUP BY w.id
	), coming AS MATERIALIZED (
		SELECT p.part_id AS id, sum(p.quantity) AS quantity
		  FROM appointment a
		  JOIN appointment_part p ON p.appointment_id = a.id
		 WHERE a.store_id = of_store AND a.starts_at > at - interval '1 day' AND appointment_wants_parts(a.status, a.reception_id)
		 GROUP BY p.part_id
	)
	SELECT coalesce(bool_or(w.quantity > v.available - coalesce(c.quantity, 0)), false)
	  FROM wanted w
	  LEFT JOIN coming c ON c.id = w.id
	 CROSS JOIN LATERAL (SELECT coalesce(sum(l.on_hand - l.reserved), 0) AS available
	                       FROM warehouse h
	                       JOIN stock_level l ON l.store_id = h.store_id AND l.warehouse_id = h.id AND l.part_id = w.id
	                      WHERE h.store_id = of_store AND h.is_default) v);
END $$;

-- Whether a store is open between two instants, but on no day for as long as the work takes.
CREATE OR REPLACE FUNCTION booking_too_long(of_store uuid, operations uuid[], first timestamptz, last timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT max(o.closes_at - o.opens_at) < booking_length(of_store, operations)
	          FROM store s
	         CROSS JOIN LATERAL store_open(s.id, (first AT TIME ZONE s.time_zone)::date, (last AT TIME ZONE s.time_zone - interval '1 microsecond')::date) o
	         WHERE s.id = of_store AND o.closes_at > first AND o.opens_at < last);
END $$;

-- The first slot that can be had; without one a row that tells why not.
DROP FUNCTION IF EXISTS booking_first(uuid, uuid[], uuid, timestamptz, timestamptz, text, timestamptz);
DROP FUNCTION IF EXISTS booking_first(uuid, uuid[], uuid, timestamptz, timestamptz, text, uuid[], timestamptz);
CREATE FUNCTION booking_first(of_store uuid, operations uuid[], technician uuid, first timestamptz, last timestamptz,
                              share text, but_for uuid[], at timestamptz)
RETURNS TABLE (starts_at timestamptz, ends_at timestamptz, bay_id uuid, technician_id uuid, reason text, limited_by text)
LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
	RETURN QUERY
	SELECT s.* FROM booking_slots(of_store, operations, technician, first, last, share, but_for, true, 1, at) s;
	IF NOT FOUND THEN
		RETURN QUERY
		SELECT NULL::timestamptz, NULL::timestamptz, NULL::uuid, NULL::uuid, coalesce(l.reason, 'closed'),
		       coalesce(l.limited_by, CASE WHEN booking_too_long(of_store, operations, first, last) THEN 'too_long' ELSE 'closed' END)
		  FROM (VALUES (1)) one
		  LEFT JOIN (SELECT s.reason, s.limited_by FROM booking_slots(of_store, operations, technician, first, last, share, but_for, false, NULL, at) s
		              ORDER BY s.reason = 'taken', s.starts_at DESC LIMIT 1) l ON true;
	END IF;
END $$;
