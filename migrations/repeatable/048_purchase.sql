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

-- Of what an order waits for: when the last of it that was promised is to come, and whether that is after the day that the customer was
-- promised, in the store's time.
CREATE OR REPLACE FUNCTION parts_coming(of_store uuid, of_order uuid, promised_at timestamptz) RETURNS TABLE (expected_on date, late boolean)
LANGUAGE sql STABLE AS $$
	SELECT m.expected_on, coalesce(m.expected_on > (promised_at AT TIME ZONE (SELECT s.time_zone FROM store s WHERE s.id = of_store))::date, false)
	  FROM (SELECT max(d.promised_on) AS expected_on
	          FROM demand d
	         WHERE d.work_order_id = of_order AND d.status = 'on_order' AND d.kind <> 'stock' AND d.short_quantity > 0) m
$$;
