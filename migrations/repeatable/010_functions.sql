-- Functions that the policies, the audit trail and the requests before a principal need.

-- 138****5678: what everyone sees of a phone number.
CREATE OR REPLACE FUNCTION mask_phone(phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN length(phone) >= 7 THEN left(phone, 3) || '****' || right(phone, 4) ELSE repeat('*', length(phone)) END;

-- Who changed what: recorded by the database itself, so that no path around it exists.  Of an update only what
-- changed, and of personal and secret columns only that they did.  Every write pays for this: it calls no SQL function,
-- which would be planned anew each time, and what one statement adds is recorded by one statement.
CREATE OR REPLACE FUNCTION audit_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	INSERT INTO audit_entry (actor_id, request_id, store_id, table_name, row_id, action, after)
	SELECT nullif(current_setting('app.actor', true), '')::uuid,
	       nullif(current_setting('app.request', true), ''),
	       (r.whole ->> CASE WHEN TG_TABLE_NAME = 'store' THEN 'id' ELSE 'store_id' END)::uuid,
	       TG_TABLE_NAME,
	       coalesce(r.whole ->> 'id', r.whole ->> 'store_id')::uuid,
	       'insert',
	       CASE WHEN TG_ARGV[0] = '{}' THEN r.whole
	            ELSE r.whole || (SELECT coalesce(jsonb_object_agg(secret, '***'), '{}')
	                               FROM unnest(TG_ARGV[0]::text[]) secret WHERE r.whole -> secret <> 'null') END
	  FROM (SELECT to_jsonb(a) - 'changed'::text AS whole FROM added a
	        OFFSET 0) r;  -- made once for each row, however often it is used
	RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION audit_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
	was     jsonb := to_jsonb(OLD) - 'changed'::text;
	now_is  jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - 'changed'::text END;
	whole   jsonb := coalesce(now_is, was);
	secret  text;
BEGIN
	IF TG_OP = 'UPDATE' THEN
		SELECT jsonb_object_agg(n.key, was -> n.key), jsonb_object_agg(n.key, n.value) INTO was, now_is
		  FROM jsonb_each(now_is) n
		 WHERE n.value IS DISTINCT FROM was -> n.key AND n.key NOT IN ('version', 'updated_at');
		IF now_is IS NULL THEN
			RETURN NULL;
		END IF;
	END IF;
	FOREACH secret IN ARRAY TG_ARGV[0]::text[] LOOP
		IF was -> secret <> 'null' THEN
			was := was || jsonb_build_object(secret, '***');
		END IF;
		IF now_is -> secret <> 'null' THEN
			now_is := now_is || jsonb_build_object(secret, '***');
		END IF;
	END LOOP;
	INSERT INTO audit_entry (actor_id, request_id, store_id, table_name, row_id, action, before, after)
	VALUES (nullif(current_setting('app.actor', true), '')::uuid,
	        nullif(current_setting('app.request', true), ''),
	        (whole ->> CASE WHEN TG_TABLE_NAME = 'store' THEN 'id' ELSE 'store_id' END)::uuid,
	        TG_TABLE_NAME,
	        coalesce(whole ->> 'id', whole ->> 'store_id')::uuid,
	        lower(TG_OP), was, now_is);
	RETURN NULL;
END $$;
DROP FUNCTION IF EXISTS audit_values(jsonb, text[], text[]);

-- The principal behind a token: one row for each role and store (chain: everywhere); no row: nobody.  reached_kind is the
-- kind of a store to which a grant of its region or the chain reaches; of the chain's own stores a grant of the chain
-- names none.  Asked for with many requests, it is plpgsql: its plan is kept, where one of SQL is made with each call.
DROP FUNCTION IF EXISTS session_find(bytea, timestamptz);
CREATE FUNCTION session_find(hash bytea, at timestamptz)
RETURNS TABLE (kind text, actor_id uuid, session_id uuid, role text, scopes text, store_id uuid, chain boolean, reached_kind text,
               purpose text, subject_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	RETURN QUERY
	SELECT 'staff', f.id, s.id, g.role, NULL::text, coalesce(g.store_id, r.id), g.scope = 'chain', r.kind, NULL::text, NULL::uuid
	  FROM session s
	  JOIN staff f ON f.id = s.staff_id AND f.active AND f.deleted_at IS NULL
	  LEFT JOIN staff_grant g ON g.staff_id = f.id AND g.revoked_at IS NULL
	  LEFT JOIN LATERAL (SELECT o.id, o.kind FROM store o WHERE g.scope = 'region' AND o.region_id = g.region_id
	                     UNION ALL
	                     SELECT o.id, o.kind FROM store o WHERE g.scope = 'chain' AND o.kind <> 'own') r ON true
	 WHERE s.token_hash = hash AND s.revoked_at IS NULL AND s.expires_at > at AND s.tablet_id IS NULL
	UNION ALL
	-- on a tablet: in its store alone, as long as it is paired
	SELECT 'tablet', f.id, s.id, g.role, NULL, o.id, false, CASE WHEN g.scope <> 'store' THEN o.kind END, NULL, NULL
	  FROM session s
	  JOIN tablet t ON t.id = s.tablet_id AND t.status = 'paired'
	  JOIN store o ON o.id = t.store_id
	  JOIN staff f ON f.id = s.staff_id AND f.active AND f.deleted_at IS NULL
	  JOIN staff_grant g ON g.staff_id = f.id AND g.revoked_at IS NULL
	                    AND (g.store_id = o.id OR g.region_id = o.region_id OR g.scope = 'chain')
	 WHERE s.token_hash = hash AND s.revoked_at IS NULL AND s.expires_at > at
	UNION ALL
	SELECT 'key', k.id, k.id, k.role, array_to_string(k.scopes, ','), coalesce(u.store_id, r.id), k.store_ids IS NULL, r.kind,
	       NULL, NULL
	  FROM api_key k
	  LEFT JOIN LATERAL unnest(k.store_ids) u (store_id) ON true
	  LEFT JOIN store r ON k.store_ids IS NULL AND r.kind <> 'own'
	 WHERE k.token_hash = hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > at);
END $$;

-- What a link opens.
DROP FUNCTION IF EXISTS link_find(uuid, timestamptz);
CREATE FUNCTION link_find(link uuid, at timestamptz)
RETURNS TABLE (kind text, actor_id uuid, session_id uuid, role text, scopes text, store_id uuid, chain boolean, reached_kind text,
               purpose text, subject_id uuid)
LANGUAGE plpgsql STABLE ROWS 1 SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	RETURN QUERY
	SELECT 'link', l.id, l.id, NULL::text, ''::text, l.store_id, false, NULL::text, l.purpose, l.subject_id
	  FROM link l WHERE l.id = link AND l.revoked_at IS NULL AND l.expires_at > at;
END $$;

-- Under which the failures of a username are counted.
CREATE OR REPLACE FUNCTION login_name(username text) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$ SELECT sha256(convert_to(username, 'UTF8')) $$;

-- Username to stored password, and how often it failed: one row, also for a name that nobody has. Its failures are locked, so
-- that they are counted one by one; after a day without any they are forgotten.
CREATE OR REPLACE FUNCTION credential_find(wanted text, at timestamptz)
RETURNS TABLE (staff_id uuid, name text, username text, password text, failures integer, failed_at timestamptz)
LANGUAGE sql VOLATILE ROWS 1 SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	WITH tried AS (
		INSERT INTO login_failure AS l (name_hash, failures, failed_at) VALUES (login_name(wanted), 0, at)
		ON CONFLICT (name_hash) DO UPDATE SET failures = CASE WHEN l.failed_at < at - interval '1 day' THEN 0 ELSE l.failures END
		RETURNING l.failures, l.failed_at)
	SELECT f.id, f.name, f.username, c.password, t.failures, t.failed_at
	  FROM tried t
	  LEFT JOIN (staff f JOIN credential c ON c.staff_id = f.id) ON f.username = wanted AND f.active AND f.deleted_at IS NULL
$$;

CREATE OR REPLACE FUNCTION credential_set(staff uuid, new_password text, at timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	INSERT INTO credential (staff_id, password, updated_at) VALUES (staff, new_password, at)
	ON CONFLICT (staff_id) DO UPDATE SET password = excluded.password, updated_at = excluded.updated_at;
	DELETE FROM login_failure l USING staff f WHERE f.id = staff AND l.name_hash = login_name(f.username)
$$;

-- After credential_find. A failure also takes away some that are forgotten, so that tried names do not pile up.
CREATE OR REPLACE FUNCTION credential_tried(wanted text, ok boolean, at timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	DELETE FROM login_failure WHERE ok AND name_hash = login_name(wanted);
	UPDATE login_failure SET failures = failures + 1, failed_at = at WHERE NOT ok AND name_hash = login_name(wanted);
	DELETE FROM login_failure WHERE name_hash IN (
		SELECT l.name_hash FROM login_failure l WHERE NOT ok AND l.failed_at < at - interval '1 day'
		 ORDER BY l.failed_at LIMIT 10 FOR UPDATE SKIP LOCKED)
$$;

CREATE OR REPLACE FUNCTION session_add(session uuid, hash bytea, staff uuid, at timestamptz, until timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	INSERT INTO session (id, token_hash, staff_id, created_at, expires_at) VALUES (session, hash, staff, at, until)
$$;

CREATE OR REPLACE FUNCTION session_revoke(wanted uuid, of_staff uuid, at timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	UPDATE session SET revoked_at = at WHERE revoked_at IS NULL AND (id = wanted OR staff_id = of_staff)
$$;
