-- Rescues and jobs on site.

-- name: rescue_get
SELECT r.id, r.version, r.store_id, r.number, r.kind, r.status, r.caller_name, mask_phone(r.caller_phone) AS caller_phone,
       r.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       r.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", r.plate, r.place,
       r.latitude_microdegrees, r.longitude_microdegrees, r.description, r.technician_id, f.id AS "technician.id", f.name AS "technician.name",
       r.truck, r.promised_at, r.eta_at,
       coalesce(r.status IN ('reported', 'dispatched') AND coalesce(r.eta_at, r.promised_at) < :now::timestamptz, false) AS overdue,
       r.reported_at, r.dispatched_at, r.on_site_at, r.ended_at,
       floor(extract(epoch FROM r.dispatched_at - r.reported_at) / 60)::integer AS dispatched_after_minutes,
       floor(extract(epoch FROM r.on_site_at - r.reported_at) / 60)::integer AS on_site_after_minutes,
       floor(extract(epoch FROM r.ended_at - r.reported_at) / 60)::integer AS ended_after_minutes,
       r.reception_id, (SELECT w.id FROM work_order w WHERE w.reception_id = r.reception_id ORDER BY w.id LIMIT 1) AS work_order_id,
       r.reason, r.note, r.created_at, r.updated_at
  FROM rescue r
  LEFT JOIN customer c ON c.id = r.customer_id
  LEFT JOIN vehicle v ON v.id = r.vehicle_id
  LEFT JOIN staff f ON f.id = r.technician_id
 WHERE r.id = ANY (:ids);

-- name: rescue_phone_get
SELECT r.id, r.caller_phone AS phone FROM rescue r WHERE r.id = ANY (:ids);

-- Each order is an index that leads with the store, or the chain's own; what is open or overdue has an index to itself.
-- name: rescue_list   page unnamed
-- sort: -reported_at   r.reported_at::timestamptz AS at, r.id::uuid AS id
-- sort: reported_at    r.reported_at::timestamptz AS at, r.id::uuid AS id
SELECT r.id, r.version, r.store_id, r.number, r.kind, r.status, r.caller_name, mask_phone(r.caller_phone) AS caller_phone,
       r.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       r.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", r.plate, r.place,
       r.latitude_microdegrees, r.longitude_microdegrees, r.description, r.technician_id, f.id AS "technician.id", f.name AS "technician.name",
       r.truck, r.promised_at, r.eta_at,
       coalesce(r.status IN ('reported', 'dispatched') AND coalesce(r.eta_at, r.promised_at) < :now::timestamptz, false) AS overdue,
       r.reported_at, r.dispatched_at, r.on_site_at, r.ended_at,
       floor(extract(epoch FROM r.dispatched_at - r.reported_at) / 60)::integer AS dispatched_after_minutes,
       floor(extract(epoch FROM r.on_site_at - r.reported_at) / 60)::integer AS on_site_after_minutes,
       floor(extract(epoch FROM r.ended_at - r.reported_at) / 60)::integer AS ended_after_minutes,
       r.reception_id, (SELECT w.id FROM work_order w WHERE w.reception_id = r.reception_id ORDER BY w.id LIMIT 1) AS work_order_id,
       r.reason, r.note, r.created_at, r.updated_at,
       {keys}
  FROM rescue r
  LEFT JOIN customer c ON c.id = r.customer_id
  LEFT JOIN vehicle v ON v.id = r.vehicle_id
  LEFT JOIN staff f ON f.id = r.technician_id
 WHERE (:scope_store::uuid IS NULL OR r.store_id = :scope_store)
   AND (:status::text[] IS NULL OR r.status = ANY (:status))
   AND (:overdue::boolean IS NOT TRUE OR r.status IN ('reported', 'dispatched'))
   AND (:overdue IS NULL
        OR :overdue = coalesce(r.status IN ('reported', 'dispatched') AND coalesce(r.eta_at, r.promised_at) < :now, false))
   AND (:kind::text[] IS NULL OR r.kind = ANY (:kind))
   AND (:technician_id::uuid IS NULL OR r.technician_id = :technician_id)
   AND (:customer_id::uuid IS NULL OR r.customer_id = :customer_id)
   AND (:work_order_id::uuid IS NULL OR r.reception_id = (SELECT w.reception_id FROM work_order w WHERE w.id = :work_order_id))
   AND (:from::timestamptz IS NULL OR r.reported_at >= :from)
   AND (:to::timestamptz IS NULL OR r.reported_at < :to)
   AND (:updated_after::timestamptz IS NULL OR r.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (r.changed >= :after_position::text::xid8 AND r.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: rescue_lock
SELECT r.version, r.store_id, r.status, r.technician_id, r.caller_name, r.caller_phone, r.customer_id, r.vehicle_id, r.plate, r.description,
       (SELECT v.plate FROM vehicle v WHERE v.id = r.vehicle_id) AS vehicle_plate, (SELECT v.vin FROM vehicle v WHERE v.id = r.vehicle_id) AS vehicle_vin
  FROM rescue r
 WHERE r.id = :id
   FOR NO KEY UPDATE;

-- name: rescue_add
INSERT INTO rescue (id, store_id, number, kind, caller_name, caller_phone, customer_id, vehicle_id, plate, place, latitude_microdegrees,
                    longitude_microdegrees, description, promised_at, reported_at, created_by, created_at, updated_at)
VALUES (:rescue_id, :store_id, :number, :kind, :caller_name, :caller_phone, :customer_id, :vehicle_id, :plate, :place,
        :latitude_microdegrees, :longitude_microdegrees, :description, :promised_at, :happened_at, :actor_id, :now, :now);

-- name: rescue_dispatch   rows: 1
UPDATE rescue
   SET status = 'dispatched', technician_id = :technician_id, truck = :truck, eta_at = :eta_at,
       dispatched_at = coalesce(dispatched_at, :now::timestamptz),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: rescue_arrive   rows: 1
UPDATE rescue
   SET status = 'on_site', on_site_at = greatest(dispatched_at, :happened_at),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: rescue_receive   rows: 1
UPDATE rescue
   SET status = :status, ended_at = greatest(on_site_at, :happened_at), reception_id = :reception_id, customer_id = :customer_id,
       vehicle_id = :vehicle_id, note = coalesce(:note, note),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: rescue_cancel   rows: 1
UPDATE rescue
   SET status = 'cancelled', reason = :reason, note = coalesce(:note, note), ended_at = greatest(on_site_at, dispatched_at, reported_at, :now),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;
