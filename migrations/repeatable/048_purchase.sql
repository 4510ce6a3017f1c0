-- Which kind of a supplier's qualifications does not hold on a day: one that is recorded must.
CREATE OR REPLACE FUNCTION supplier_lacks(supplier uuid, day date) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT q.kind
	  FROM supplier_qualification q
	 WHERE q.supplier_id = supplier
	 GROUP BY q.kind
	HAVING NOT bool_or(coalesce(q.valid_from <= day, true) AND coalesce(q.valid_to >= day, true))
	 ORDER BY q.kind
	 LIMIT 1
$$;
