-- Receptions: a vehicle arrives, is greeted, checked and handed over.

-- name: reception_get
SELECT r.id, r.version, r.store_id, r.number, r.status, r.appointment_id,
       r.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       r.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       r.contact_name, mask_phone(r.contact_phone) AS contact_phone, r.odometer_km, r.old_parts, r.reason, r.note,
       r.arrived_at, r.greeted_at, extract(epoch FROM r.greeted_at - r.arrived_at)::bigint AS greeted_after_seconds,
       r.checking_at, r.handed_over_at, r.left_at, r.key_tag, r.parking_place, r.departed_at, r.external_ids, r.metadata, r.created_at, r.updated_at
  FROM reception r
  LEFT JOIN customer c ON c.id = r.customer_id
  LEFT JOIN vehicle v ON v.id = r.vehicle_id
 WHERE r.id = ANY (:ids);

-- name: reception_concerns_of
SELECT k.reception_id AS _parent, k.id, k.position, k.text
  FROM reception_concern k
 WHERE k.reception_id = ANY (:ids)
 ORDER BY k.reception_id, k.position;

-- name: reception_photos_of
SELECT f.subject_id AS _parent, f.id, f.name, f.media_type, f.size, f.created_at
  FROM file f
 WHERE f.subject_type = 'reception' AND f.subject_id = ANY (:ids) AND f.deleted_at IS NULL
 ORDER BY f.subject_id, f.created_at, f.id;

-- name: reception_list   page unnamed
-- sort: -arrived_at   r.arrived_at::timestamptz AS at, r.id::uuid AS id
-- sort: arrived_at   r.arrived_at::timestamptz AS at, r.id::uuid AS id
SELECT r.id, r.version, r.store_id, r.number, r.status, r.appointment_id,
       r.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       r.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       r.contact_name, mask_phone(r.contact_phone) AS contact_phone, r.odometer_km, r.old_parts, r.reason, r.note,
       r.arrived_at, r.greeted_at, extract(epoch FROM r.greeted_at - r.arrived_at)::bigint AS greeted_after_seconds,
       r.checking_at, r.handed_over_at, r.left_at, r.key_tag, r.parking_place, r.departed_at, r.external_ids, r.metadata, r.created_at, r.updated_at,
       {keys}
  FROM reception r
  LEFT JOIN customer c ON c.id = r.customer_id
  LEFT JOIN vehicle v ON v.id = r.vehicle_id
 WHERE (:scope_store::uuid IS NULL OR r.store_id = :scope_store)
   AND (:status::text[] IS NULL OR r.status = ANY (:status))
   AND (:from::timestamptz IS NULL OR r.arrived_at >= :from)
   AND (:to::timestamptz IS NULL OR r.arrived_at < :to)
   AND (:number::text IS NULL OR r.number = :number)
   AND (:plate::text IS NULL OR v.plate = :plate)
   AND (:customer_id::uuid IS NULL OR r.customer_id = :customer_id)
   AND (:vehicle_id::uuid IS NULL OR r.vehicle_id = :vehicle_id)
   AND (:in_yard::boolean IS NULL OR (r.departed_at IS NULL) = :in_yard)
   AND (:key_tag::text IS NULL OR r.key_tag = :key_tag)
   AND (:reason::text[] IS NULL OR r.reason = ANY (:reason))
   AND (:updated_after::timestamptz IS NULL OR r.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (r.changed >= :after_position::text::xid8 AND r.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- Those who wait are few at any time, and an index has them alone.

-- name: reception_waiting_list   page unnamed
SELECT r.id, r.store_id, r.number, r.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       r.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", r.appointment_id, r.arrived_at,
       w.seconds AS waiting_seconds, w.seconds / 60 AS waiting_minutes, w.seconds > 180 AS late,
       r.arrived_at AS _after_at, r.id AS _after_id
  FROM reception r
  LEFT JOIN customer c ON c.id = r.customer_id
  LEFT JOIN vehicle v ON v.id = r.vehicle_id
 CROSS JOIN LATERAL (SELECT greatest(0, floor(extract(epoch FROM :now::timestamptz - r.arrived_at)))::bigint AS seconds) w
 WHERE r.status = 'waiting' AND r.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR r.store_id = :scope_store)
   AND (:after_at::timestamptz IS NULL OR (r.arrived_at, r.id) > (:after_at, :after_id::uuid))
 ORDER BY r.arrived_at, r.id
 LIMIT :limit;

-- name: reception_lock
SELECT r.version, r.store_id, r.status FROM reception r WHERE r.id = :id FOR NO KEY UPDATE;

-- name: reception_open_order
SELECT w.id FROM work_order w WHERE w.reception_id = :id AND w.status <> 'cancelled' AND w.deleted_at IS NULL LIMIT 1;

-- What a work order takes from its reception.
-- name: reception_for_order
SELECT r.store_id, r.customer_id, r.vehicle_id, r.status, r.odometer_km, r.old_parts
  FROM reception r
 WHERE r.id = :reception_id;

-- name: reception_add
INSERT INTO reception (id, store_id, number, appointment_id, customer_id, vehicle_id, status, contact_name, contact_phone,
                       odometer_km, old_parts, arrived_at, created_by, external_ids, metadata, created_at, updated_at)
VALUES (:reception_id, :store_id, :number, :appointment_id, :customer_id, :vehicle_id, 'waiting', :contact.name, :contact.phone,
        :odometer_km, :old_parts, :now, :actor_id, coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'),
        :now, :now);

-- name: reception_take_concerns
INSERT INTO reception_concern (id, store_id, reception_id, position, text)
SELECT k.id, a.store_id, :reception_id, k.position, k.text
  FROM appointment a
 CROSS JOIN LATERAL unnest(:concern_ids::uuid[], a.concerns) WITH ORDINALITY k (id, text, position)
 WHERE a.id = :appointment_id;

-- name: reception_add_concerns
INSERT INTO reception_concern (id, store_id, reception_id, position, text)
SELECT k.id, :store_id, :reception_id, k.position, k.text
  FROM unnest(:concern_ids::uuid[], :concerns::text[]) WITH ORDINALITY k (id, text, position);

-- name: reception_update   rows: 1
UPDATE reception
   SET contact_name = CASE WHEN :has_contact_name THEN :contact_name ELSE contact_name END,
       contact_phone = CASE WHEN :has_contact_phone THEN :contact_phone ELSE contact_phone END,
       old_parts = CASE WHEN :has_old_parts THEN :old_parts ELSE old_parts END,
       key_tag = CASE WHEN :has_key_tag THEN :key_tag ELSE key_tag END,
       parking_place = CASE WHEN :has_parking_place THEN :parking_place ELSE parking_place END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: reception_set_status   rows: 1
UPDATE reception
   SET status = :status,
       greeted_at = CASE :status::text WHEN 'greeted' THEN greatest(arrived_at, :happened_at) ELSE greeted_at END,
       checking_at = CASE :status::text WHEN 'checking' THEN greatest(greeted_at, :happened_at) ELSE checking_at END,
       handed_over_at = CASE :status::text WHEN 'handed_over' THEN greatest(checking_at, :happened_at) ELSE handed_over_at END,
       left_at = CASE :status::text WHEN 'left_without_service' THEN :now ELSE left_at END,
       departed_at = CASE :status::text WHEN 'left_without_service' THEN :now ELSE departed_at END,
       reason = coalesce(:reason, reason),
       note = coalesce(:note, note),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: reception_set_place
UPDATE reception
   SET key_tag = coalesce(:key_tag, key_tag), parking_place = coalesce(:parking_place, parking_place), changed = pg_current_xact_id()
 WHERE id = :id;

-- The last order of a visit is delivered, or cancelled beside one that was: the car is gone.  The lock comes first, so that of two that are delivered at once
-- the second sees the first.

-- name: reception_depart_lock
SELECT r.id FROM reception r WHERE r.id = :reception_id FOR NO KEY UPDATE;

-- name: reception_depart
UPDATE reception r
   SET departed_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE r.id = :reception_id AND r.departed_at IS NULL
   AND EXISTS (SELECT FROM work_order w WHERE w.reception_id = r.id AND w.delivered_at IS NOT NULL)
   AND NOT EXISTS (SELECT FROM work_order w
                    WHERE w.reception_id = r.id AND w.deleted_at IS NULL AND w.status NOT IN ('delivered', 'closed', 'cancelled'));
