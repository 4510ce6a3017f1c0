-- What a vehicle needs: put off, found and not mended, or due; for those who see the stores it comes from.

-- A vehicle's lines, findings and orders are few, and each is found by an index of its vehicle.  A finding is done with when a
-- line mends it, or when a later inspection looked at the same point.  A service is told a month or 1,000 km ahead.

-- name: recommendation_list   page unnamed
WITH needed AS (
	SELECT CASE l.status WHEN 'deferred' THEN 2 ELSE 4 END AS rank, 'deferred_line' AS kind, l.store_id, l.id, 'work_order_line' AS type,
	       w.number, k.severity, l.description, coalesce(l.reason, l.status) AS reason, k.risk_text, l.amount,
	       NULL::date AS due_on, NULL::integer AS due_km, l.created_at AS since
	  FROM work_order w
	  JOIN work_order_line l ON l.work_order_id = w.id
	  LEFT JOIN inspection_finding k ON k.id = l.finding_id
	 WHERE w.vehicle_id = :id AND l.status IN ('declined', 'deferred')
	   AND NOT EXISTS (SELECT FROM work_order_line r WHERE r.revives_line_id = l.id)
	UNION ALL
	SELECT CASE f.severity WHEN 'red' THEN 1 ELSE 3 END, 'finding', n.store_id, f.id, 'inspection_finding', n.number, f.severity,
	       coalesce(f.customer_text, i.name, f.note, f.body_position), coalesce(f.measured, f.damage, f.severity), f.risk_text, NULL, NULL, NULL,
	       n.submitted_at
	  FROM inspection n
	  JOIN inspection_finding f ON f.inspection_id = n.id
	  LEFT JOIN inspection_template_item i ON i.id = f.item_id
	 WHERE n.vehicle_id = :id AND n.status <> 'draft' AND n.deleted_at IS NULL AND f.severity IN ('yellow', 'red')
	   AND NOT EXISTS (SELECT FROM work_order_line l WHERE l.finding_id = f.id AND l.status <> 'withdrawn')
	   AND NOT EXISTS (SELECT FROM inspection m
	                     JOIN inspection_finding g ON g.inspection_id = m.id
	                     JOIN inspection_template_item j ON j.id = g.item_id
	                    WHERE m.vehicle_id = n.vehicle_id AND m.status <> 'draft' AND m.submitted_at > n.submitted_at AND j.name = i.name)
	UNION ALL
	SELECT 2, 'service', s.store_id, s.id, 'work_order', s.number, NULL, NULL,
	       CASE WHEN s.next_service_on <= (:now::timestamptz AT TIME ZONE t.time_zone)::date + 30 THEN 'date' ELSE 'odometer' END,
	       NULL, NULL, s.next_service_on, s.next_service_km, s.delivered_at
	  FROM (SELECT w.id, w.store_id, w.number, w.next_service_on, w.next_service_km, w.delivered_at
	          FROM work_order w
	         WHERE w.vehicle_id = :id AND w.delivered_at IS NOT NULL AND w.deleted_at IS NULL
	         ORDER BY w.delivered_at DESC
	         LIMIT 1) s
	  JOIN store t ON t.id = s.store_id
	  JOIN vehicle v ON v.id = :id
	 WHERE s.next_service_on <= (:now::timestamptz AT TIME ZONE t.time_zone)::date + 30 OR s.next_service_km <= v.odometer_km + 1000
)
SELECT d.kind, d.store_id, d.id AS "source.id", d.type AS "source.type", d.number AS "source.number", d.severity, d.description, d.reason,
       d.risk_text, d.amount, d.due_on, d.due_km, d.since, d.rank AS _after_n, d.since AS _after_at, d.id AS _after_id
  FROM needed d
 WHERE (:after_n::integer IS NULL OR (d.rank, d.since, d.id) > (:after_n, :after_at::timestamptz, :after_id::uuid))
 ORDER BY d.rank, d.since, d.id
 LIMIT :limit;
