-- A file that a signed address names: whoever has the address has no principal, its signature is looked at before.

GRANT SELECT ON file TO fettle_definer;

CREATE OR REPLACE FUNCTION file_find(wanted uuid)
RETURNS TABLE (id uuid, name text, media_type text, size bigint, sha256 text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT f.id, f.name, f.media_type, f.size, f.sha256 FROM file f WHERE f.id = wanted AND f.deleted_at IS NULL
$$;
