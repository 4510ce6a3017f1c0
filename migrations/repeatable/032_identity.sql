-- What people may see of themselves, and how their other sessions end.

-- Everyone sees their own row, wherever they belong; changing it needs the store.
DROP POLICY IF EXISTS staff_self ON staff;
CREATE POLICY staff_self ON staff FOR SELECT TO fettle_app, fettle_owner
	USING (id = nullif(current_setting('app.actor', true), '')::uuid);

CREATE OR REPLACE FUNCTION session_revoke_others(of_staff uuid, keep uuid, at timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	UPDATE session SET revoked_at = at WHERE revoked_at IS NULL AND staff_id = of_staff AND id <> keep
$$;
