-- Loaner cars and their loans.

-- name: loaner_car_get
SELECT c.id, c.version, c.store_id, c.plate, c.model, c.status, c.reason, c.odometer_km, c.insurance_until, c.inspection_until, c.lent_until,
       c.note, c.created_at, c.updated_at
  FROM loaner_car c
 WHERE c.id = ANY (:ids);

-- name: loaner_car_list   page unnamed
SELECT c.id, c.version, c.store_id, c.plate, c.model, c.status, c.reason, c.odometer_km, c.insurance_until, c.inspection_until, c.lent_until,
       c.note, c.created_at, c.updated_at, c.plate AS _after_key, c.id AS _after_id
  FROM loaner_car c
 WHERE (:scope_store::uuid IS NULL OR c.store_id = :scope_store)
   AND (:status::text IS NULL OR c.status = :status)
   AND (:due_before::date IS NULL OR c.lent_until < :due_before)
   AND (:updated_after::timestamptz IS NULL OR c.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (c.changed >= :after_position::text::xid8 AND c.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_key::text IS NULL OR (c.plate, c.id) > (:after_key, :after_id::uuid))
 ORDER BY c.plate, c.id
 LIMIT :limit;

-- A store has some dozen cars; who has one in the period is told by the constraint's own index.
-- name: loaner_car_available   page unnamed
SELECT c.id, c.store_id, c.plate, c.model, c.odometer_km, c.lent_until,
       EXISTS (SELECT FROM loan l WHERE l.loaner_car_id = c.id AND l.status = 'out' AND l.ends_at < :now::timestamptz) AS out_late,
       c.plate AS _after_key, c.id AS _after_id
  FROM loaner_car c
  JOIN store s ON s.id = c.store_id
 WHERE c.store_id = :store_id::uuid AND c.status = 'in_service' AND :from::timestamptz < :to::timestamptz
   AND c.lent_until >= (:to::timestamptz AT TIME ZONE s.time_zone)::date
   AND NOT EXISTS (SELECT FROM loan l
                    WHERE l.loaner_car_id = c.id AND l.status IN ('reserved', 'out')
                      AND l.starts_at < :to AND l.ends_at > :from)
   AND (:after_key::text IS NULL OR (c.plate, c.id) > (:after_key, :after_id::uuid))
 ORDER BY c.plate, c.id
 LIMIT :limit;

-- name: loaner_car_lock
SELECT c.version, c.store_id, c.status FROM loaner_car c WHERE c.id = :id FOR NO KEY UPDATE;

-- name: loaner_car_driven
SELECT coalesce(max(greatest(l.odometer_out_km, l.odometer_in_km)), 0) AS odometer_km FROM loan l WHERE l.loaner_car_id = :id;

-- Loans of one car are made and handed out one after the other.
-- name: loaner_car_for_loan
SELECT c.store_id, c.odometer_km, c.lent_until,
       c.status = 'in_service' AND (:ends_at::timestamptz AT TIME ZONE s.time_zone)::date <= c.lent_until AS fit
  FROM loaner_car c
  JOIN store s ON s.id = c.store_id
 WHERE c.id = :loaner_car_id
   FOR NO KEY UPDATE OF c;

-- name: loaner_car_add
INSERT INTO loaner_car (id, store_id, plate, model, odometer_km, insurance_until, inspection_until, note, created_at, updated_at)
VALUES (:loaner_car_id, :store_id, :plate, :model, :odometer_km, :insurance_until, :inspection_until, :note, :now, :now);

-- name: loaner_car_update   rows: 1
UPDATE loaner_car
   SET model = CASE WHEN :has_model THEN :model ELSE model END,
       odometer_km = CASE WHEN :has_odometer_km THEN :odometer_km ELSE odometer_km END,
       insurance_until = CASE WHEN :has_insurance_until THEN :insurance_until ELSE insurance_until END,
       inspection_until = CASE WHEN :has_inspection_until THEN :inspection_until ELSE inspection_until END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: loaner_car_set_status   rows: 1
UPDATE loaner_car
   SET status = :status, reason = :reason, note = coalesce(:note, note),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: loaner_car_drive   rows: 1
UPDATE loaner_car
   SET odometer_km = :odometer_km, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :loaner_car_id;

-- name: loan_get
SELECT l.id, l.version, l.store_id, l.status, l.loaner_car_id, c.id AS "loaner_car.id", c.plate AS "loaner_car.plate",
       c.model AS "loaner_car.model", l.customer_id, k.id AS "customer.id", k.name AS "customer.name", mask_phone(k.phone) AS "customer.phone",
       l.appointment_id, l.work_order_id, l.starts_at, l.ends_at,
       l.status = 'out' AND (l.ends_at < :now::timestamptz OR visit_over(l.appointment_id, l.work_order_id)) AS ask_back,
       CASE WHEN l.status IN ('out', 'returned') AND coalesce(l.returned_at, :now) > l.ends_at
            THEN (extract(epoch FROM coalesce(l.returned_at, :now) - l.ends_at) / 60)::integer END AS late_minutes,
       repeat('*', length(l.licence_number) - 4) || right(l.licence_number, 4) AS licence_number, l.handed_out_at, l.odometer_out_km,
       l.fuel_out_percent, l.returned_at, l.odometer_in_km, l.fuel_in_percent, l.damage, l.reason, l.note, l.created_at, l.updated_at
  FROM loan l
  JOIN loaner_car c ON c.id = l.loaner_car_id
  LEFT JOIN customer k ON k.id = l.customer_id
 WHERE l.id = ANY (:ids);

-- Each order is an index that leads with the store, or the chain's own.
-- name: loan_list   page unnamed
-- sort: -starts_at   l.starts_at::timestamptz AS at, l.id::uuid AS id
-- sort: starts_at    l.starts_at::timestamptz AS at, l.id::uuid AS id
SELECT l.id, l.version, l.store_id, l.status, l.loaner_car_id, c.id AS "loaner_car.id", c.plate AS "loaner_car.plate",
       c.model AS "loaner_car.model", l.customer_id, k.id AS "customer.id", k.name AS "customer.name", mask_phone(k.phone) AS "customer.phone",
       l.appointment_id, l.work_order_id, l.starts_at, l.ends_at,
       l.status = 'out' AND (l.ends_at < :now::timestamptz OR visit_over(l.appointment_id, l.work_order_id)) AS ask_back,
       CASE WHEN l.status IN ('out', 'returned') AND coalesce(l.returned_at, :now) > l.ends_at
            THEN (extract(epoch FROM coalesce(l.returned_at, :now) - l.ends_at) / 60)::integer END AS late_minutes,
       repeat('*', length(l.licence_number) - 4) || right(l.licence_number, 4) AS licence_number, l.handed_out_at, l.odometer_out_km,
       l.fuel_out_percent, l.returned_at, l.odometer_in_km, l.fuel_in_percent, l.damage, l.reason, l.note, l.created_at, l.updated_at,
       {keys}
  FROM loan l
  JOIN loaner_car c ON c.id = l.loaner_car_id
  LEFT JOIN customer k ON k.id = l.customer_id
 WHERE (:scope_store::uuid IS NULL OR l.store_id = :scope_store)
   AND (:status::text[] IS NULL OR l.status = ANY (:status))
   AND (:loaner_car_id::uuid IS NULL OR l.loaner_car_id = :loaner_car_id)
   AND (:customer_id::uuid IS NULL OR l.customer_id = :customer_id)
   AND (:appointment_id::uuid IS NULL OR l.appointment_id = :appointment_id)
   AND (:work_order_id::uuid IS NULL
        OR l.id = ANY (ARRAY(SELECT o.id FROM loan o WHERE o.work_order_id = :work_order_id
                             UNION
                             SELECT b.id FROM work_order w
                               JOIN reception r ON r.id = w.reception_id
                               JOIN loan b ON b.appointment_id = r.appointment_id
                              WHERE w.id = :work_order_id)))
   AND (:updated_after::timestamptz IS NULL OR l.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (l.changed >= :after_position::text::xid8 AND l.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- What is out at all is in an index of its own: no more than a store has cars.
-- name: loan_late   page unnamed
SELECT l.id, l.version, l.store_id, l.status, l.loaner_car_id, c.id AS "loaner_car.id", c.plate AS "loaner_car.plate",
       c.model AS "loaner_car.model", l.customer_id, k.id AS "customer.id", k.name AS "customer.name", mask_phone(k.phone) AS "customer.phone",
       l.appointment_id, l.work_order_id, l.starts_at, l.ends_at, true AS ask_back,
       CASE WHEN l.ends_at < :now::timestamptz THEN (extract(epoch FROM :now - l.ends_at) / 60)::integer END AS late_minutes,
       repeat('*', length(l.licence_number) - 4) || right(l.licence_number, 4) AS licence_number, l.handed_out_at, l.odometer_out_km,
       l.fuel_out_percent, l.returned_at, l.odometer_in_km, l.fuel_in_percent, l.damage, l.reason, l.note, l.created_at, l.updated_at,
       l.ends_at AS _after_at, l.id AS _after_id
  FROM loan l
  JOIN loaner_car c ON c.id = l.loaner_car_id
  LEFT JOIN customer k ON k.id = l.customer_id
 WHERE l.status = 'out'
   AND (:scope_store::uuid IS NULL OR l.store_id = :scope_store)
   AND (l.ends_at < :now OR visit_over(l.appointment_id, l.work_order_id))
   AND (:after_at::timestamptz IS NULL OR (l.ends_at, l.id) > (:after_at, :after_id::uuid))
 ORDER BY l.ends_at, l.id
 LIMIT :limit;

-- name: loan_lock
SELECT l.version, l.store_id, l.status, l.loaner_car_id, l.starts_at, l.ends_at, l.odometer_out_km FROM loan l WHERE l.id = :id FOR NO KEY UPDATE;

-- name: loan_add
INSERT INTO loan (id, store_id, loaner_car_id, customer_id, appointment_id, work_order_id, starts_at, ends_at, note, created_by, created_at, updated_at)
VALUES (:loan_id, :store_id, :loaner_car_id, :customer_id, :appointment_id, :work_order_id, :starts_at, :ends_at, :note, :actor_id, :now, :now);

-- name: loan_extend   rows: 1
UPDATE loan SET ends_at = :ends_at, version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :id;

-- Handed out earlier than promised it begins then, which the constraint sees.
-- name: loan_hand_out   rows: 1
UPDATE loan
   SET status = 'out', handed_out_at = :happened_at, starts_at = least(starts_at, :happened_at), licence_number = :licence_number,
       odometer_out_km = :odometer_km, fuel_out_percent = :fuel_percent,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: loan_return   rows: 1
UPDATE loan
   SET status = 'returned', returned_at = greatest(handed_out_at, :happened_at), odometer_in_km = :odometer_km,
       fuel_in_percent = :fuel_percent, damage = :damage,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: loan_cancel   rows: 1
UPDATE loan
   SET status = 'cancelled', reason = :reason, note = coalesce(:note, note),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;
