-- Receptions: a vehicle arrives, is greeted, checked and handed over.

-- What was booked and is not in an order yet: packages, and what is in none of them; only what is still sold.
-- name: reception_get
SELECT r.id, r.version, r.store_id, r.number, r.status, r.priority, r.appointment_id,
       r.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       r.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       r.contact_name, mask_phone(r.contact_phone) AS contact_phone, r.odometer_km, r.old_parts, r.reason, r.note,
       r.arrived_at, r.greeted_at, extract(epoch FROM r.greeted_at - r.arrived_at)::bigint AS greeted_after_seconds,
       r.checking_at, r.handed_over_at, r.left_at, r.key_tag, r.parking_place, r.departed_at, r.external_ids, r.metadata, r.created_at, r.updated_at,
       l.lines AS proposed_lines, g.packages AS proposed_packages
  FROM reception r
  LEFT JOIN customer c ON c.id = r.customer_id
  LEFT JOIN vehicle v ON v.id = r.vehicle_id
  LEFT JOIN appointment a ON a.id = r.appointment_id
        AND NOT EXISTS (SELECT FROM work_order w WHERE w.reception_id = r.id AND w.status <> 'cancelled' AND w.deleted_at IS NULL)
 CROSS JOIN LATERAL (
       SELECT ARRAY(SELECT p.id
                      FROM appointment_part k
                      JOIN package p ON p.id = k.package_id AND p.active AND p.deleted_at IS NULL
                     WHERE k.appointment_id = a.id
                     GROUP BY p.id
                     ORDER BY min(k.position)) AS ids) b
 CROSS JOIN LATERAL (
       SELECT coalesce(jsonb_agg(jsonb_build_object('package_id', n.id) ORDER BY n.position), '[]') AS packages
         FROM unnest(b.ids) WITH ORDINALITY n (id, position)) g
 CROSS JOIN LATERAL (
       SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('kind', x.kind, 'operation_id', x.operation_id, 'part_id', x.part_id,
                                                                      'quantity', trim_scale(x.quantity))) ORDER BY x.kind, x.position), '[]') AS lines
         FROM (SELECT 'labour' AS kind, n.position, o.id AS operation_id, NULL::uuid AS part_id, NULL::numeric AS quantity
                 FROM unnest(a.operation_ids) WITH ORDINALITY n (id, position)
                 JOIN operation o ON o.id = n.id AND o.active AND o.deleted_at IS NULL
                UNION ALL
               SELECT 'part', k.position, NULL, t.id, k.quantity
                 FROM appointment_part k
                 JOIN part t ON t.id = k.part_id AND t.active AND t.deleted_at IS NULL
                WHERE k.appointment_id = a.id AND (k.package_id IS NULL OR k.package_id <> ALL (b.ids))) x
        WHERE NOT EXISTS (SELECT FROM package p
                            JOIN package_item i ON i.package_id = p.id AND i.revision = p.revision
                           WHERE p.id = ANY (b.ids) AND (i.operation_id = x.operation_id OR i.part_id = x.part_id))) l
 WHERE r.id = ANY (:ids);

-- name: reception_concerns_of
SELECT k.reception_id AS _parent, k.id, k.position, k.text
  FROM reception_concern k
 WHERE k.reception_id = ANY (:ids)
 ORDER BY k.reception_id, k.position;

-- With those that came with the booking.
-- name: reception_photos_of
SELECT r.id AS _parent, f.id, f.name, f.media_type, f.size, f.created_at
  FROM reception r
 CROSS JOIN LATERAL (VALUES ('reception', r.id), ('appointment', r.appointment_id)) k (type, id)
  JOIN file f ON f.subject_type = k.type AND f.subject_id = k.id AND f.deleted_at IS NULL
 WHERE r.id = ANY (:ids)
 ORDER BY r.id, f.created_at, f.id;

-- name: reception_list   page unnamed
-- sort: -arrived_at   r.arrived_at::timestamptz AS at, r.id::uuid AS id
-- sort: arrived_at   r.arrived_at::timestamptz AS at, r.id::uuid AS id
SELECT r.id, r.version, r.store_id, r.number, r.status, r.priority, r.appointment_id,
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
   AND (:priority::text[] IS NULL OR r.priority = ANY (:priority))
   AND (:updated_after::timestamptz IS NULL OR r.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (r.changed >= :after_position::text::xid8 AND r.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- Those who wait are few at any time, and an index has them alone; of bookings, those who came today.

-- name: reception_waiting_list   page unnamed
SELECT r.kind, r.id, r.store_id, r.number, r.priority, r.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       r.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", r.appointment_id, r.arrived_at,
       w.seconds AS waiting_seconds, w.seconds / 60 AS waiting_minutes, w.seconds > r.greeting_seconds AS late,
       r.arrived_at AS _after_at, r.id AS _after_id
  FROM ((SELECT 'reception' AS kind, r.id, r.store_id, r.number, r.priority, r.customer_id, r.vehicle_id, r.appointment_id, r.arrived_at, r.greeting_seconds
           FROM reception r
          WHERE r.status = 'waiting' AND r.deleted_at IS NULL
            AND (:scope_store::uuid IS NULL OR r.store_id = :scope_store)
            AND (:priority::text[] IS NULL OR r.priority = ANY (:priority))
            AND (:after_at::timestamptz IS NULL OR (r.arrived_at, r.id) > (:after_at, :after_id::uuid))
          ORDER BY r.arrived_at, r.id
          LIMIT :limit)
        UNION ALL
        (SELECT 'appointment', a.id, a.store_id, a.number, a.priority, a.customer_id, a.vehicle_id, a.id, a.arrived_at, p.greeting_seconds
           FROM appointment a
           JOIN store s ON s.id = a.store_id
           JOIN store_policy p ON p.store_id = a.store_id
          WHERE :with_appointments::boolean AND a.status = 'arrived'
            AND a.arrived_at > :now::timestamptz - interval '25 hours'
            AND (a.arrived_at AT TIME ZONE s.time_zone)::date = (:now::timestamptz AT TIME ZONE s.time_zone)::date
            AND (:scope_store::uuid IS NULL OR a.store_id = :scope_store)
            AND (:priority::text[] IS NULL OR a.priority = ANY (:priority))
            AND (:after_at::timestamptz IS NULL OR (a.arrived_at, a.id) > (:after_at, :after_id::uuid))
          ORDER BY a.arrived_at, a.id
          LIMIT :limit)) r
  LEFT JOIN customer c ON c.id = r.customer_id
  LEFT JOIN vehicle v ON v.id = r.vehicle_id
 CROSS JOIN LATERAL (SELECT greatest(0, floor(extract(epoch FROM :now::timestamptz - r.arrived_at)))::bigint AS seconds) w
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

-- Who was booked or took a ticket came when that was marked, if it was on the same day; unless the body says when.  It is as urgent as it was booked,
-- unless the body says how urgent.
-- name: reception_add
INSERT INTO reception (id, store_id, number, appointment_id, customer_id, vehicle_id, status, contact_name, contact_phone,
                       odometer_km, old_parts, priority, arrived_at, greeting_seconds, created_by, external_ids, metadata, created_at, updated_at)
SELECT :reception_id, s.id, :number, :appointment_id, :customer_id, :vehicle_id, 'waiting', :contact.name, :contact.phone, :odometer_km, :old_parts,
       coalesce(:priority, (SELECT a.priority FROM appointment a WHERE a.id = :appointment_id)),
       CASE WHEN :has_occurred_at THEN :happened_at::timestamptz
            ELSE least(:now,
                       (SELECT a.arrived_at FROM appointment a
                         WHERE a.id = :appointment_id AND (a.arrived_at AT TIME ZONE s.time_zone)::date = t.day),
                       (SELECT min(q.created_at) FROM queue_ticket q WHERE q.store_id = s.id AND q.appointment_id = :appointment_id AND q.day = t.day
                           AND q.queued_at > :now::timestamptz - interval '25 hours')) END,
       p.greeting_seconds, :actor_id, coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now
  FROM store s
  JOIN store_policy p ON p.store_id = s.id
 CROSS JOIN LATERAL (SELECT (:now::timestamptz AT TIME ZONE s.time_zone)::date AS day) t
 WHERE s.id = :store_id;

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
       priority = CASE WHEN :has_priority THEN :priority ELSE priority END,
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
