-- Who works when and can do what, for those who book, dispatch and promise.  These look past row security, since a person works
-- in several stores, and tell nothing but yes, no and codes.

GRANT SELECT ON shift, absence, staff_skill, certificate, operation, store_policy TO fettle_definer;

-- Whether somebody works in a store all the time from starts to ends, and then holds each of these certificates.  A day is rostered
-- once a shift of it was made: then shifts decide.  On any other day whoever is on no shift elsewhere works as long as
-- the store is open.  Leave goes before all.
CREATE OR REPLACE FUNCTION technician_works(of_store uuid, technician uuid, starts timestamptz, ends timestamptz, needed text[])
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
	day date := (SELECT (starts AT TIME ZONE s.time_zone)::date FROM store s WHERE s.id = of_store);
BEGIN
	IF EXISTS (SELECT FROM absence a
	            WHERE a.staff_id = technician AND a.status = 'planned' AND tstzrange(a.starts_at, a.ends_at) && tstzrange(starts, ends)) THEN
		RETURN false;
	END IF;
	IF EXISTS (SELECT FROM shift h WHERE h.store_id = of_store AND h.date = day) THEN
		IF NOT coalesce((SELECT range_agg(tstzrange(h.starts_at, h.ends_at)) @> tstzrange(starts, ends)
		                   FROM shift h
		                  WHERE h.staff_id = technician AND h.store_id = of_store AND h.status = 'planned'
		                    AND tstzrange(h.starts_at, h.ends_at) && tstzrange(starts, ends)), false) THEN
			RETURN false;
		END IF;
	ELSIF EXISTS (SELECT FROM shift h
	               WHERE h.staff_id = technician AND h.status = 'planned' AND tstzrange(h.starts_at, h.ends_at) && tstzrange(starts, ends)) THEN
		RETURN false;
	END IF;
	RETURN needed = '{}' OR (SELECT bool_and(technician_certified(technician, n.kind, day)) FROM unnest(needed) n (kind));
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

-- The skill of a store's operation that somebody lacks, or NULL; in a store that records no skills everybody can do everything.
CREATE OR REPLACE FUNCTION technician_lacks(of_store uuid, technician uuid, operations uuid[])
RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	RETURN (SELECT o.skill
	          FROM operation o
	         WHERE o.id = ANY (operations) AND o.skill IS NOT NULL
	           AND EXISTS (SELECT FROM staff_skill k WHERE k.store_id = of_store)
	           AND NOT EXISTS (SELECT FROM staff_skill k WHERE k.staff_id = technician AND k.skill = o.skill)
	         ORDER BY o.skill
	         LIMIT 1);
END $$;
