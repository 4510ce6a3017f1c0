-- What a vehicle needs, a page at a time.

-- name: recommendation_list   page unnamed
SELECT d.kind, d.store_id, d.store_name, d.id AS "source.id", d.type AS "source.type", d.number AS "source.number", d.severity, d.description,
       d.reason, d.risk_text, d.amount, d.due_on, d.due_km, d.since, d.rank AS _after_n, d.since AS _after_at, d.id AS _after_id
  FROM vehicle v
 CROSS JOIN vehicle_recommendations(v.id, :now) d
 WHERE v.id = :id
   AND (:after_n::integer IS NULL OR (d.rank, d.since, d.id) > (:after_n, :after_at::timestamptz, :after_id::uuid))
 ORDER BY d.rank, d.since, d.id
 LIMIT :limit;
