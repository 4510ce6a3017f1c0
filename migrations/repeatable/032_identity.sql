-- What people may see of themselves, and how their other sessions end.

-- Everyone sees their own row, wherever they belong; changing it needs the store.
DROP POLICY IF EXISTS staff_self ON staff;
CREATE POLICY staff_self ON staff FOR SELECT TO fettle_app, fettle_owner
	USING (id = nullif(current_setting('app.actor', true), '')::uuid);

-- Who may act in the caller's stores, by a grant of the store, of its region or of the chain; and of headquarters, the
-- people of the stores it leaves out: their names stand in its own orders too.
CREATE OR REPLACE FUNCTION staff_acting() RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	RETURN QUERY
	WITH here AS MATERIALIZED (
		SELECT s.id, s.region_id
		  FROM store s
		 WHERE s.id = nullif(current_setting('app.store', true), '')::uuid
		    OR s.id = ANY (nullif(current_setting('app.stores', true), '')::uuid[]) AND current_setting('app.hq', true) <> 'but'
	)
	SELECT g.staff_id FROM here s JOIN staff_grant g ON g.store_id = s.id AND g.revoked_at IS NULL
	UNION ALL
	SELECT g.staff_id FROM here s JOIN staff_grant g ON g.region_id = s.region_id AND g.revoked_at IS NULL
	UNION ALL
	SELECT g.staff_id FROM staff_grant g
	 WHERE g.scope = 'chain' AND g.revoked_at IS NULL AND EXISTS (SELECT FROM here)
	UNION ALL
	SELECT f.id FROM staff f
	 WHERE current_setting('app.hq', true) = 'but' AND f.store_id = ANY (nullif(current_setting('app.stores', true), '')::uuid[]);
END $$;

-- A store sees everyone who may act in it, wherever they are at home; changing them needs the home.
DROP POLICY IF EXISTS staff_acting ON staff;
CREATE POLICY staff_acting ON staff FOR SELECT TO fettle_app, fettle_owner
	USING (id IN (SELECT staff_acting()));

-- Who holds one of these roles for a store, by whatever grant.
CREATE OR REPLACE FUNCTION staff_with_role(of_store uuid, roles text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE AS $$
	SELECT DISTINCT g.staff_id
	  FROM store s
	  JOIN staff_grant g ON g.role = ANY (roles) AND g.revoked_at IS NULL
	                    AND (g.store_id = s.id OR g.region_id = s.region_id OR g.scope = 'chain')
	 WHERE s.id = of_store AND s.deleted_at IS NULL
$$;

CREATE OR REPLACE FUNCTION session_revoke_others(of_staff uuid, keep uuid, at timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	UPDATE session SET revoked_at = at WHERE revoked_at IS NULL AND staff_id = of_staff AND id <> keep
$$;
