-- What a vehicle needs: put off, found and not mended, or due, in whichever store; prices and notes only of the stores the caller sees.

GRANT SELECT ON inspection, inspection_finding, inspection_template_item TO fettle_definer;

-- Whether a line of whichever store has taken this one up.
CREATE OR REPLACE FUNCTION line_revived(of_line uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT EXISTS (SELECT FROM work_order_line r WHERE coalesce(r.revives_line_id, r.revives_elsewhere_id) = of_line)
$$;

-- The store, another than this, that put off this line of this vehicle; nothing else of the line is told.
CREATE OR REPLACE FUNCTION line_put_off_elsewhere(of_line uuid, of_vehicle uuid, this_store uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT l.store_id
	  FROM work_order_line l
	  JOIN work_order w ON w.id = l.work_order_id
	 WHERE l.id = of_line AND w.vehicle_id = of_vehicle AND l.store_id <> this_store
	   AND l.status IN ('declined', 'deferred') AND l.kind <> 'discount'
$$;

-- What a function returns is changed by making it anew.
DROP FUNCTION IF EXISTS vehicle_recommendations(uuid, timestamptz);

-- Of a vehicle that the caller sees.  Its lines, findings and orders are few, and each is found by an index of its vehicle.  A finding is
-- done with when a line mends it or was put off itself, or when a later inspection, of any store, looked at the same point, or found the same
-- (or nothing) at the same place of the body.  A service is told a month or 1,000 km ahead of what the last delivery that said
-- so told, of any store.
DO $do$
BEGIN
	EXECUTE format($f$
CREATE FUNCTION vehicle_recommendations(wanted uuid, at timestamptz)
RETURNS TABLE (store_id uuid, store_name text, rank integer, kind text, id uuid, type text, number text, severity text, description text,
               reason text, risk_text text, amount bigint, due_on date, due_km integer, since timestamptz)
LANGUAGE plpgsql STABLE ROWS 20 SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT l.store_id, t.name, CASE WHEN l.deferred_until <= (at AT TIME ZONE t.time_zone)::date OR l.deferred_until_km <= v.odometer_km THEN 1
	            WHEN l.status = 'deferred' THEN 2 ELSE 4 END AS rank, 'deferred_line' AS kind, l.id, 'work_order_line' AS type,
	       w.number, k.severity, l.description, coalesce(CASE WHEN %1$s THEN l.reason END, l.reason_code, l.status) AS reason, k.risk_text,
	       CASE WHEN %1$s THEN l.amount END,
	       l.deferred_until AS due_on, l.deferred_until_km AS due_km, l.created_at AS since
	  FROM work_order w
	  JOIN work_order_line l ON l.work_order_id = w.id
	  JOIN store t ON t.id = w.store_id
	  JOIN vehicle v ON v.id = w.vehicle_id
	  LEFT JOIN inspection_finding k ON k.id = l.finding_id
	 WHERE w.vehicle_id = wanted AND l.status IN ('declined', 'deferred') AND l.kind <> 'discount'
	   AND NOT EXISTS (SELECT FROM work_order_line r WHERE coalesce(r.revives_line_id, r.revives_elsewhere_id) = l.id)
	UNION ALL
	SELECT n.store_id, t.name, CASE f.severity WHEN 'red' THEN 1 ELSE 3 END, 'finding', f.id, 'inspection_finding', n.number, f.severity,
	       coalesce(f.customer_text, i.name, CASE WHEN %2$s THEN f.note END, f.body_position), coalesce(f.measured, f.damage, f.severity), f.risk_text, NULL, NULL, NULL,
	       n.submitted_at
	  FROM inspection n
	  JOIN inspection_finding f ON f.inspection_id = n.id
	  JOIN store t ON t.id = n.store_id
	  LEFT JOIN inspection_template_item i ON i.id = f.item_id
	 WHERE n.vehicle_id = wanted AND n.status <> 'draft' AND n.deleted_at IS NULL AND n.moved_at IS NULL AND f.severity IN ('yellow', 'red')
	   AND NOT EXISTS (SELECT FROM work_order_line l
	                     JOIN work_order o ON o.id = l.work_order_id
	                    WHERE l.finding_id IN (SELECT f.id
	                                           UNION ALL SELECT f.origin_id
	                                           UNION ALL SELECT c.id FROM inspection_finding c WHERE c.origin_id = f.origin_id)
	                      AND (l.status IN ('declined', 'deferred') OR l.status <> 'withdrawn' AND o.status <> 'cancelled'))
	   AND NOT EXISTS (SELECT FROM inspection m
	                     JOIN inspection_finding g ON g.inspection_id = m.id
	                     LEFT JOIN inspection_template_item j ON j.id = g.item_id
	                    WHERE m.vehicle_id = n.vehicle_id AND m.status <> 'draft' AND (m.submitted_at, m.id) > (n.submitted_at, n.id)
	                      AND CASE WHEN f.item_id IS NOT NULL THEN j.name = i.name
	                               ELSE g.body_position = f.body_position AND coalesce(g.damage, f.damage, '') = coalesce(f.damage, '') END)
	UNION ALL
	SELECT s.store_id, t.name, 2, 'service', s.id, 'work_order', s.number, NULL, NULL,
	       CASE WHEN s.next_service_on <= (at AT TIME ZONE t.time_zone)::date + 30 THEN 'date' ELSE 'odometer' END,
	       NULL, NULL, s.next_service_on, s.next_service_km, s.delivered_at
	  FROM (SELECT w.id, w.store_id, w.number, w.next_service_on, w.next_service_km, w.delivered_at
	          FROM work_order w
	         WHERE w.vehicle_id = wanted AND w.delivered_at IS NOT NULL AND w.deleted_at IS NULL
	           AND (w.next_service_on IS NOT NULL OR w.next_service_km IS NOT NULL)
	         ORDER BY w.delivered_at DESC
	         LIMIT 1) s
	  JOIN store t ON t.id = s.store_id
	  JOIN vehicle v ON v.id = wanted
	 WHERE s.next_service_on <= (at AT TIME ZONE t.time_zone)::date + 30 OR s.next_service_km <= v.odometer_km + 1000;
END $$$f$, fettle_store_predicate('l.store_id'), fettle_store_predicate('n.store_id'));
END $do$;
