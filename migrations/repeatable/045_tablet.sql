-- Tablets before there is a principal.

CREATE OR REPLACE FUNCTION tablet_code_set(of_tablet uuid, hash bytea) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	INSERT INTO tablet_secret (tablet_id, pairing_hash) VALUES (of_tablet, hash)
$$;

-- A code opens once, in its time: of two who have it one gets a row.
CREATE OR REPLACE FUNCTION tablet_pair(code bytea, token bytea, at timestamptz)
RETURNS TABLE (id uuid, name text, store_id uuid, store_name text)
LANGUAGE plpgsql VOLATILE ROWS 1 SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
	found uuid;
BEGIN
	SELECT t.id INTO found
	  FROM tablet_secret s
	  JOIN tablet t ON t.id = s.tablet_id
	 WHERE s.pairing_hash = code AND t.status = 'registered' AND t.pairing_until > at
	   FOR NO KEY UPDATE OF t;
	IF found IS NULL THEN
		RETURN;
	END IF;
	UPDATE tablet_secret SET pairing_hash = NULL, token_hash = token WHERE tablet_id = found;
	RETURN QUERY
	UPDATE tablet t
	   SET status = 'paired', paired_at = at, version = t.version + 1, updated_at = at, changed = pg_current_xact_id()
	  FROM store o
	 WHERE t.id = found AND o.id = t.store_id
	RETURNING t.id, t.name, t.store_id, o.name;
END $$;

-- Under which wrong PINs are counted, of a tablet and of a staff number in a store, whether anybody has it.  No username has a line feed.
CREATE OR REPLACE FUNCTION pin_name(of_what text, of_where uuid) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$ SELECT sha256(convert_to(E'pin\n' || of_where || E'\n' || of_what, 'UTF8')) $$;

-- A tablet's token and a staff number to the stored PIN: one row for a tablet that is paired, also for a number that nobody has or that
-- two people have.  Attempts of one tablet, and of one number, come one after another: each sees what became of those before.
-- Five wrong ones lock for a quarter of an hour; a quarter of an hour without any, and they are forgotten.
CREATE OR REPLACE FUNCTION tablet_login_find(token bytea, number text, at timestamptz)
RETURNS TABLE (tablet_id uuid, store_id uuid, minutes integer, wait_seconds integer, failures integer,
               staff_id uuid, name text, username text, pin text)
LANGUAGE plpgsql VOLATILE ROWS 1 SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
	here    record;
	person  record;
	of_tablet record;
	of_number record;
BEGIN
	SELECT t.id, t.store_id, o.region_id, p.tablet_minutes INTO here
	  FROM tablet_secret s
	  JOIN tablet t ON t.id = s.tablet_id AND t.status = 'paired'
	  JOIN store o ON o.id = t.store_id
	  JOIN store_policy p ON p.store_id = t.store_id
	 WHERE s.token_hash = token
	   FOR NO KEY UPDATE OF t;
	IF here.id IS NULL THEN
		RETURN;
	END IF;
	INSERT INTO tablet_use AS u (tablet_id, store_id, last_seen_at) VALUES (here.id, here.store_id, at)
	ON CONFLICT (tablet_id) DO UPDATE SET last_seen_at = greatest(u.last_seen_at, excluded.last_seen_at);
	INSERT INTO login_failure AS l (name_hash, failures, failed_at) VALUES (pin_name('', here.id), 0, at)
	ON CONFLICT (name_hash) DO UPDATE SET failures = CASE WHEN l.failed_at <= at - interval '15 minutes' THEN 0 ELSE l.failures END
	RETURNING l.failures, l.failed_at INTO of_tablet;
	INSERT INTO login_failure AS l (name_hash, failures, failed_at) VALUES (pin_name(number, here.store_id), 0, at)
	ON CONFLICT (name_hash) DO UPDATE SET failures = CASE WHEN l.failed_at <= at - interval '15 minutes' THEN 0 ELSE l.failures END
	RETURNING l.failures, l.failed_at INTO of_number;
	SELECT min(f.id::text)::uuid AS id, min(f.name) AS name, min(f.username) AS username, min(c.pin) AS pin INTO person
	  FROM staff f
	  JOIN credential c ON c.staff_id = f.id
	 WHERE f.employee_no = number AND f.active AND f.deleted_at IS NULL
	   AND EXISTS (SELECT FROM staff_grant g
	                WHERE g.staff_id = f.id AND g.revoked_at IS NULL
	                  AND (g.store_id = here.store_id OR g.region_id = here.region_id OR g.scope = 'chain'))
	HAVING count(*) = 1;
	RETURN QUERY
	SELECT here.id, here.store_id, here.tablet_minutes,
	       greatest(CASE WHEN of_tablet.failures >= 5 THEN ceil(extract(epoch FROM of_tablet.failed_at + interval '15 minutes' - at)) ELSE 0 END,
	                CASE WHEN of_number.failures >= 5 THEN ceil(extract(epoch FROM of_number.failed_at + interval '15 minutes' - at)) ELSE 0 END)::integer,
	       greatest(of_tablet.failures, of_number.failures), person.id, person.name, person.username, person.pin;
END $$;

-- After tablet_login_find.  A right PIN does not clear the tablet: else whoever has one could guess those of others for ever.
CREATE OR REPLACE FUNCTION tablet_login_tried(of_tablet uuid, of_store uuid, number text, ok boolean, at timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	DELETE FROM login_failure WHERE ok AND name_hash = pin_name(number, of_store);
	UPDATE login_failure SET failures = failures + 1, failed_at = at
	 WHERE NOT ok AND name_hash IN (pin_name('', of_tablet), pin_name(number, of_store))
$$;

CREATE OR REPLACE FUNCTION tablet_unlock(of_tablet uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	DELETE FROM login_failure WHERE name_hash = pin_name('', of_tablet)
$$;

CREATE OR REPLACE FUNCTION pin_unlock(of_staff uuid, of_store uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	DELETE FROM login_failure l USING staff f WHERE f.id = of_staff AND l.name_hash = pin_name(f.employee_no, of_store)
$$;

CREATE OR REPLACE FUNCTION tablet_session_add(session uuid, hash bytea, staff uuid, of_tablet uuid, at timestamptz, until timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	INSERT INTO session (id, token_hash, staff_id, tablet_id, created_at, expires_at) VALUES (session, hash, staff, of_tablet, at, until)
$$;

-- What was opened with the old PIN ends.
CREATE OR REPLACE FUNCTION pin_set(of_staff uuid, new_pin text, at timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	UPDATE credential SET pin = new_pin, updated_at = at WHERE staff_id = of_staff;
	UPDATE session SET revoked_at = at WHERE staff_id = of_staff AND tablet_id IS NOT NULL AND revoked_at IS NULL
$$;
