-- Incidents in the workshop.

-- name: incident_get
SELECT i.id, i.version, i.store_id, i.number, i.kind, i.severity, i.status, i.reception_id, i.work_order_id, w.number AS work_order_number,
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", i.happened_at, i.place, i.description, i.reported_by,
       i.owner_told_at, i.owner_told_method, i.insurer, i.insurer_reference, i.insurer_told_at, i.measures, i.closed_at,
       i.created_at, i.updated_at
  FROM incident i
  LEFT JOIN work_order w ON w.id = i.work_order_id
  LEFT JOIN reception r ON r.id = i.reception_id
  LEFT JOIN vehicle v ON v.id = r.vehicle_id
 WHERE i.id = ANY (:ids);

-- By id, which is made with the report: one index for a store, the key for the chain.
-- name: incident_list   page unnamed
SELECT i.id, i.version, i.store_id, i.number, i.kind, i.severity, i.status, i.reception_id, i.work_order_id, w.number AS work_order_number,
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", i.happened_at, i.place, i.description, i.reported_by,
       i.owner_told_at, i.owner_told_method, i.insurer, i.insurer_reference, i.insurer_told_at, i.measures, i.closed_at,
       i.created_at, i.updated_at, i.id AS _after_id
  FROM incident i
  LEFT JOIN work_order w ON w.id = i.work_order_id
  LEFT JOIN reception r ON r.id = i.reception_id
  LEFT JOIN vehicle v ON v.id = r.vehicle_id
 WHERE (:scope_store::uuid IS NULL OR i.store_id = :scope_store)
   AND (:status::text[] IS NULL OR i.status = ANY (:status))
   AND (:kind::text[] IS NULL OR i.kind = ANY (:kind))
   AND (:work_order_id::uuid IS NULL OR i.work_order_id = :work_order_id)
   AND (:reception_id::uuid IS NULL OR i.reception_id = :reception_id)
   AND (:updated_after::timestamptz IS NULL OR i.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (i.changed >= :after_position::text::xid8 AND i.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_id::uuid IS NULL OR i.id < :after_id)
 ORDER BY i.id DESC
 LIMIT :limit;

-- name: incident_order
SELECT w.reception_id FROM work_order w WHERE w.id = :work_order_id AND w.store_id = :store_id;

-- name: incident_add
INSERT INTO incident (id, store_id, number, kind, severity, reception_id, work_order_id, happened_at, place, description, reported_by, created_at, updated_at)
VALUES (:incident_id, :store_id, :number, :kind, :severity, :visit_id, :work_order_id, coalesce(:happened_at, :now::timestamptz), :place,
        :description, :actor_id, :now, :now);

-- name: incident_lock
SELECT i.version, i.store_id, i.status, i.severity, i.reception_id IS NOT NULL AS has_owner, i.owner_told_at, i.insurer_told_at
  FROM incident i
 WHERE i.id = :id
   FOR NO KEY UPDATE;

-- name: incident_update   rows: 1
UPDATE incident
   SET severity = CASE WHEN :has_severity THEN :severity ELSE severity END,
       description = CASE WHEN :has_description THEN :description ELSE description END,
       place = CASE WHEN :has_place THEN :place ELSE place END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: incident_tell_owner
UPDATE incident
   SET owner_told_method = :method, owner_told_at = coalesce(:at, :now::timestamptz),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: incident_tell_insurer
UPDATE incident
   SET insurer = :insurer, insurer_reference = :reference, insurer_told_at = coalesce(:at, :now::timestamptz),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: incident_close
UPDATE incident
   SET status = 'closed', measures = :measures, closed_at = :now,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;
