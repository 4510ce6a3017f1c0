-- Who works when and can do what, for those who book, dispatch and promise.  These look past row security, since a person works
-- in several stores, and tell nothing but yes, no and codes.

GRANT SELECT ON shift, absence, staff_skill, certificate, operation, store_policy TO fettle_definer;

-- Whether somebody works in a store all the time from starts to ends.  A day is rostered once a shift of it was made: then
-- shifts decide.  On any other day whoever is on no shift elsewhere works as long as the store is open.  Leave goes before all.
DROP FUNCTION IF EXISTS technician_works(uuid, uuid, timestamptz, timestamptz, text[]);
CREATE OR REPLACE FUNCTION technician_works(of_store uuid, technician uuid, starts timestamptz, ends timestamptz)
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	IF EXISTS (SELECT FROM absence a
	            WHERE a.staff_id = technician AND a.status = 'planned' AND tstzrange(a.starts_at, a.ends_at) && tstzrange(starts, ends)) THEN
		RETURN false;
	END IF;
	IF EXISTS (SELECT FROM shift h JOIN store s ON s.id = h.store_id
	            WHERE h.store_id = of_store AND h.date = (starts AT TIME ZONE s.time_zone)::date) THEN
		RETURN coalesce((SELECT range_agg(tstzrange(h.starts_at, h.ends_at)) @> tstzrange(starts, ends)
		                   FROM shift h
		                  WHERE h.staff_id = technician AND h.store_id = of_store AND h.status = 'planned'
		                    AND tstzrange(h.starts_at, h.ends_at) && tstzrange(starts, ends)), false);
	END IF;
	RETURN NOT EXISTS (SELECT FROM shift h
	                    WHERE h.staff_id = technician AND h.status = 'planned' AND tstzrange(h.starts_at, h.ends_at) && tstzrange(starts, ends));
END $$;

-- Whether somebody holds a certificate of this kind on a day.
CREATE OR REPLACE FUNCTION technician_certified(technician uuid, wanted text, day date)
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	RETURN EXISTS (SELECT FROM certificate c
	                WHERE c.staff_id = technician AND c.kind = wanted AND c.deleted_at IS NULL AND day BETWEEN c.valid_from AND c.expires_on);
END $$;

-- The certificates that these operations ask for in a store; by house rule a store that has none recorded asks for none.
CREATE OR REPLACE FUNCTION certificates_needed(of_store uuid, operations uuid[])
RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	RETURN (SELECT coalesce(array_agg(DISTINCT o.certificate), '{}')
	          FROM operation o
	         WHERE o.id = ANY (operations) AND o.certificate IS NOT NULL
	           AND EXISTS (SELECT FROM store_policy p
	                        WHERE p.store_id = of_store
	                          AND CASE p.certificate_rule WHEN 'recorded' THEN EXISTS (SELECT FROM certificate c WHERE c.store_id = of_store AND c.deleted_at IS NULL)
	                                                      ELSE p.certificate_rule = 'always' END));
END $$;

-- The skills that these operations ask for in a store; one that records no skills asks for none: everybody can do everything.
CREATE OR REPLACE FUNCTION skills_needed(of_store uuid, operations uuid[])
RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	RETURN (SELECT coalesce(array_agg(DISTINCT o.skill), '{}')
	          FROM operation o
	         WHERE o.id = ANY (operations) AND o.skill IS NOT NULL
	           AND EXISTS (SELECT FROM staff_skill k WHERE k.store_id = of_store));
END $$;

-- The first of them that somebody lacks, or NULL.
CREATE OR REPLACE FUNCTION technician_lacks(of_store uuid, technician uuid, operations uuid[])
RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	RETURN (SELECT n.skill
	          FROM unnest(skills_needed(of_store, operations)) n (skill)
	         WHERE NOT EXISTS (SELECT FROM staff_skill k WHERE k.staff_id = technician AND k.skill = n.skill)
	         ORDER BY n.skill
	         LIMIT 1);
END $$;
