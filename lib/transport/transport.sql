-- What was agreed about the way to the store and back, and the drives it takes.

-- name: transport_get
SELECT t.id, t.version, t.store_id, t.mode, t.status, t.appointment_id, t.work_order_id,
       t.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       t.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", t.note, t.reason,
       t.created_at, t.updated_at
  FROM transport t
  LEFT JOIN customer c ON c.id = t.customer_id
  LEFT JOIN vehicle v ON v.id = t.vehicle_id
 WHERE t.id = ANY (:ids);

-- name: transport_drives
SELECT d.transport_id AS _parent, d.id, d.kind, d.status, d.address, d.due_at, d.driver_id, d.done_at
  FROM drive d
 WHERE d.transport_id = ANY (:ids)
 ORDER BY d.transport_id, d.due_at, d.id;

-- name: transport_loans
SELECT t.id AS _parent, l.id, l.status, l.loaner_car_id, c.plate, l.starts_at, l.ends_at
  FROM transport t
  JOIN loan l ON l.store_id = t.store_id AND (l.appointment_id = t.appointment_id OR l.work_order_id = t.work_order_id)
  JOIN loaner_car c ON c.id = l.loaner_car_id
 WHERE t.id = ANY (:ids)
 ORDER BY t.id, l.starts_at, l.id;

-- Each order is an index that leads with the store, or the chain's own; of an appointment or an order there are few.
-- name: transport_list   page unnamed
-- sort: -created_at   t.created_at::timestamptz AS at, t.id::uuid AS id
-- sort: created_at    t.created_at::timestamptz AS at, t.id::uuid AS id
SELECT t.id, t.version, t.store_id, t.mode, t.status, t.appointment_id, t.work_order_id,
       t.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       t.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", t.note, t.reason,
       t.created_at, t.updated_at,
       {keys}
  FROM transport t
  LEFT JOIN customer c ON c.id = t.customer_id
  LEFT JOIN vehicle v ON v.id = t.vehicle_id
 WHERE (:scope_store::uuid IS NULL OR t.store_id = :scope_store)
   AND (:mode::text[] IS NULL OR t.mode = ANY (:mode))
   AND (:status::text IS NULL OR t.status = :status)
   AND (:appointment_id::uuid IS NULL OR t.appointment_id = :appointment_id)
   AND (:work_order_id::uuid IS NULL
        OR t.id = ANY (ARRAY(SELECT o.id FROM transport o WHERE o.work_order_id = :work_order_id
                             UNION
                             SELECT b.id FROM work_order w
                               JOIN reception r ON r.id = w.reception_id
                               JOIN transport b ON b.appointment_id = r.appointment_id
                              WHERE w.id = :work_order_id)))
   AND (:created_from::timestamptz IS NULL OR t.created_at >= :created_from)
   AND (:created_to::timestamptz IS NULL OR t.created_at < :created_to)
   AND (:updated_after::timestamptz IS NULL OR t.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (t.changed >= :after_position::text::xid8 AND t.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- The appointment that an order came from.
-- name: transport_booked
SELECT r.appointment_id
  FROM work_order w
  JOIN reception r ON r.id = w.reception_id
 WHERE w.id = :work_order_id;

-- name: transport_standing
SELECT t.id
  FROM transport t
 WHERE t.status = 'planned' AND (t.appointment_id = :appointment_id OR t.work_order_id = :work_order_id)
 LIMIT 1;

-- name: transport_lock
SELECT t.version, t.store_id, t.status FROM transport t WHERE t.id = :id FOR NO KEY UPDATE;

-- name: transport_add
INSERT INTO transport (id, store_id, mode, appointment_id, work_order_id, customer_id, vehicle_id, note, created_by, created_at, updated_at)
VALUES (:transport_id, :store_id, :mode, :appointment_id, :work_order_id, :customer_id, :vehicle_id, :note, :actor_id, :now, :now);

-- name: transport_replan   rows: 1
UPDATE transport
   SET mode = :mode, note = coalesce(:note, note), version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: transport_cancel   rows: 1
UPDATE transport
   SET status = 'cancelled', reason = :reason, note = coalesce(:note, note),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- The drives that stand, locked: their drivers may be about to begin.
-- name: drives_lock
SELECT d.id, d.kind, d.status
  FROM drive d
 WHERE d.transport_id = :id AND d.status <> 'cancelled'
 ORDER BY d.id
   FOR NO KEY UPDATE;

-- name: drive_get
SELECT d.id, d.version, d.store_id, d.transport_id, d.kind, d.status, d.address, d.due_at,
       d.status IN ('planned', 'assigned') AND d.due_at < :now::timestamptz AS late, d.note, t.appointment_id, t.work_order_id,
       t.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       t.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       d.driver_id, f.id AS "driver.id", f.name AS "driver.name", d.started_at, d.odometer_start_km, d.done_at, d.odometer_km, d.reason,
       d.created_at, d.updated_at
  FROM drive d
  JOIN transport t ON t.id = d.transport_id
  LEFT JOIN customer c ON c.id = t.customer_id
  LEFT JOIN vehicle v ON v.id = t.vehicle_id
  LEFT JOIN staff f ON f.id = d.driver_id
 WHERE d.id = ANY (:ids);

-- By an index on the time they are due; no clock is more than 14 hours from UTC, which lets it find a day of any store.
-- name: drive_list   page unnamed
-- sort: due_at    d.due_at::timestamptz AS at, d.id::uuid AS id
-- sort: -due_at   d.due_at::timestamptz AS at, d.id::uuid AS id
SELECT d.id, d.version, d.store_id, d.transport_id, d.kind, d.status, d.address, d.due_at,
       d.status IN ('planned', 'assigned') AND d.due_at < :now::timestamptz AS late, d.note, t.appointment_id, t.work_order_id,
       t.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       t.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       d.driver_id, f.id AS "driver.id", f.name AS "driver.name", d.started_at, d.odometer_start_km, d.done_at, d.odometer_km, d.reason,
       d.created_at, d.updated_at,
       {keys}
  FROM drive d
  JOIN transport t ON t.id = d.transport_id
  JOIN store s ON s.id = d.store_id
  LEFT JOIN customer c ON c.id = t.customer_id
  LEFT JOIN vehicle v ON v.id = t.vehicle_id
  LEFT JOIN staff f ON f.id = d.driver_id
 WHERE (:scope_store::uuid IS NULL OR d.store_id = :scope_store)
   AND (:date::date IS NULL
        OR d.due_at >= :date::date::timestamp AT TIME ZONE 'UTC' - interval '14 hours'
           AND d.due_at < :date::date::timestamp AT TIME ZONE 'UTC' + interval '38 hours'
           AND (d.due_at AT TIME ZONE s.time_zone)::date = :date)
   AND (:kind::text IS NULL OR d.kind = :kind)
   AND (:status::text[] IS NULL OR d.status = ANY (:status))
   AND (:driver_id::uuid IS NULL OR d.driver_id = :driver_id)
   AND (:updated_after::timestamptz IS NULL OR d.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (d.changed >= :after_position::text::xid8 AND d.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: drive_lock
SELECT d.version, d.store_id, d.status, d.driver_id, d.started_at, d.odometer_start_km FROM drive d WHERE d.id = :id FOR NO KEY UPDATE;

-- name: drive_add
INSERT INTO drive (id, store_id, transport_id, kind, address, due_at, note, created_at, updated_at)
VALUES (:drive_id, :store_id, :transport_id, :kind, :address, :at, :note, :now, :now);

-- name: drive_change   rows: 1
UPDATE drive
   SET address = :address, due_at = :at, note = :note, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: drive_cancel   rows: 1
UPDATE drive
   SET status = 'cancelled', reason = :reason, note = coalesce(:note, note),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: drive_assign   rows: 1
UPDATE drive
   SET status = 'assigned', driver_id = :driver_id, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: drive_start   rows: 1
UPDATE drive
   SET status = 'started', started_at = :happened_at, odometer_start_km = :odometer_km,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: drive_finish   rows: 1
UPDATE drive
   SET status = 'done', done_at = greatest(started_at, :happened_at), odometer_km = :odometer_km, note = coalesce(:note, note),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;
