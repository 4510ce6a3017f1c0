-- Equipment of stores.

-- name: equipment_get
SELECT e.id, e.version, e.store_id, e.code, e.name, e.kind, e.serial_number, e.status, e.reason, e.reason_note, e.out_since,
       e.serviced_on, e.service_due, e.calibrated_on, e.calibration_due, nullif(e.due_on, 'infinity') AS due_on, e.note,
       e.created_at, e.updated_at, e.deleted_at, e.deleted_reason
  FROM equipment e
 WHERE e.id = ANY (:ids) AND e.deleted_at IS NULL;

-- By the index that leads with the store and the day it is due.
-- name: equipment_list   page unnamed
SELECT e.id, e.version, e.store_id, e.code, e.name, e.kind, e.serial_number, e.status, e.reason, e.reason_note, e.out_since,
       e.serviced_on, e.service_due, e.calibrated_on, e.calibration_due, nullif(e.due_on, 'infinity') AS due_on, e.note,
       e.created_at, e.updated_at, e.deleted_at, e.deleted_reason,
       e.due_on AS _after_day, e.id AS _after_id
  FROM equipment e
 WHERE (:after_position::text IS NOT NULL OR e.deleted_at IS NULL)
   AND (:scope_store::uuid IS NULL OR e.store_id = :scope_store)
   AND (:kind::text IS NULL OR e.kind = :kind)
   AND (:status::text IS NULL OR e.status = :status)
   AND (:due_before::date IS NULL OR e.due_on < :due_before)
   AND (:updated_after::timestamptz IS NULL OR e.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (e.changed >= :after_position::text::xid8 AND e.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_day::date IS NULL OR (e.due_on, e.id) > (:after_day, :after_id::uuid))
 ORDER BY e.due_on, e.id
 LIMIT :limit;

-- name: equipment_lock
SELECT e.version, e.store_id, e.status, (:now::timestamptz AT TIME ZONE s.time_zone)::date AS today
  FROM equipment e
  JOIN store s ON s.id = e.store_id
 WHERE e.id = :id AND e.deleted_at IS NULL
   FOR NO KEY UPDATE OF e;

-- name: equipment_add
INSERT INTO equipment (id, store_id, code, name, kind, serial_number, serviced_on, service_due, calibrated_on, calibration_due, note,
                       created_at, updated_at)
VALUES (:equipment_id, :store_id, :code, :name, :kind, :serial_number, :serviced_on, :service_due, :calibrated_on, :calibration_due, :note,
        :now, :now);

-- name: equipment_update
UPDATE equipment
   SET name = CASE WHEN :has_name THEN :name ELSE name END,
       serial_number = CASE WHEN :has_serial_number THEN :serial_number ELSE serial_number END,
       service_due = CASE WHEN :has_service_due THEN :service_due ELSE service_due END,
       calibration_due = CASE WHEN :has_calibration_due THEN :calibration_due ELSE calibration_due END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: equipment_set_status
UPDATE equipment
   SET status = :status, reason = :reason, reason_note = :note, out_since = CASE WHEN :status::text = 'out_of_service' THEN :now::timestamptz END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: equipment_serviced
UPDATE equipment
   SET serviced_on = CASE WHEN :kind::text = 'service' THEN :date ELSE serviced_on END,
       service_due = CASE WHEN :kind::text = 'service' THEN :next_due ELSE service_due END,
       calibrated_on = CASE WHEN :kind::text = 'calibration' THEN :date ELSE calibrated_on END,
       calibration_due = CASE WHEN :kind::text = 'calibration' THEN :next_due ELSE calibration_due END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: equipment_delete
UPDATE equipment
   SET deleted_at = :now, deleted_by = :actor_id, deleted_reason = :reason,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;
