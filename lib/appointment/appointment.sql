-- Booking: what is free, and appointments.

-- One row if each operation that was asked for is in the catalogue, in use or not: what was booked is moved.

-- name: availability_operations
SELECT true AS known
 WHERE NOT EXISTS (SELECT FROM unnest(:operation_id::uuid[]) i (id)
                     LEFT JOIN operation o ON o.id = i.id AND o.deleted_at IS NULL
                    WHERE o.id IS NULL);

-- The same for packages.
-- name: availability_packages
SELECT true AS known
 WHERE NOT EXISTS (SELECT FROM unnest(:package_id::uuid[]) i (id)
                     LEFT JOIN package p ON p.id = i.id AND p.active AND p.deleted_at IS NULL
                    WHERE p.id IS NULL);

-- Only what is still to come is moved.
-- name: availability_appointment
SELECT true AS known
 WHERE :appointment_id::uuid IS NULL
    OR EXISTS (SELECT FROM appointment a WHERE a.id = :appointment_id AND a.store_id = :store_id::uuid AND a.status IN ('pending', 'confirmed'));

-- name: availability_technician
SELECT true AS known
 WHERE :technician_id::uuid IS NULL OR EXISTS (SELECT FROM staff f WHERE f.id = :technician_id AND f.deleted_at IS NULL);

-- Dates are days of the store and inclusive; instants are from inclusive to exclusive.  What is short is there when somebody says so.
-- name: availability_list   page unnamed
SELECT f.starts_at, f.ends_at, f.bay_id, f.technician_id, k.time_zone, CASE WHEN p.short THEN :parts_at::timestamptz END AS parts_at,
       f.starts_at AS _after_at
  FROM (SELECT s.id AS store_id, s.time_zone, array_remove(ARRAY[a.id], NULL) AS moves, coalesce(:operation_id::uuid[], a.operation_ids) AS operations,
               booking_share(coalesce(:priority, a.priority), coalesce(:channel, a.channel)) AS share,
               greatest(:now::timestamptz, CASE WHEN length(:from::text) = 10 THEN :from::text::timestamp AT TIME ZONE s.time_zone
                                                         ELSE :from::text::timestamptz END) AS "from",
               CASE WHEN length(:to::text) = 10 THEN (:to::text::date + 1)::timestamp AT TIME ZONE s.time_zone
                    ELSE :to::text::timestamptz END AS "to"
          FROM store s
          LEFT JOIN appointment a ON a.id = :appointment_id::uuid AND a.store_id = s.id
         WHERE s.id = :store_id AND s.deleted_at IS NULL) k
 CROSS JOIN LATERAL (SELECT booking_parts_short(k.store_id, :part_id::uuid[], :quantity::numeric[], :package_id::uuid[], :now) AS short OFFSET 0) p
 CROSS JOIN LATERAL booking_slots(k.store_id, k.operations, :technician_id::uuid,
                                  greatest(k."from", CASE WHEN p.short THEN :parts_at::timestamptz END, :after_at::timestamptz + interval '1 microsecond'),
                                  least(k."to", k."from" + interval '31 days'), k.share, k.moves, true, :limit, :now) f
 WHERE NOT p.short OR :parts_at::timestamptz IS NOT NULL
 ORDER BY f.starts_at
 LIMIT :limit;

-- Days of the store, inclusive, each with its first slot.
-- name: availability_days   page unnamed
SELECT d.day AS date, s.id AS store_id, s.time_zone, c.open_minutes, c.capacity AS capacity_minutes, c.taken AS taken_minutes,
       c.kept_walk_in AS kept_walk_in_minutes, c.kept_comeback AS kept_comeback_minutes, CASE WHEN NOT w.waits THEN f.starts_at END AS starts_at,
       CASE WHEN w.waits AND f.reason IS NULL THEN 'taken' ELSE f.reason END AS reason,
       CASE WHEN w.waits AND f.limited_by IS DISTINCT FROM 'closed' THEN 'part' ELSE f.limited_by END AS limited_by,
       d.day AS _after_day
  FROM (SELECT s.id, s.time_zone, array_remove(ARRAY[a.id], NULL) AS moves, coalesce(:operation_id::uuid[], a.operation_ids) AS operations,
               booking_share(coalesce(:priority, a.priority), coalesce(:channel, a.channel)) AS share
          FROM store s
          LEFT JOIN appointment a ON a.id = :appointment_id::uuid AND a.store_id = s.id
         WHERE s.id = :store_id AND s.deleted_at IS NULL) s
 CROSS JOIN LATERAL (SELECT generate_series(:from::date, least(:to::date, :from::date + 30), interval '1 day')::date AS day) d
 CROSS JOIN LATERAL booking_day(s.id, d.day, s.moves, :now) c
 CROSS JOIN LATERAL (SELECT booking_parts_short(s.id, :part_id::uuid[], :quantity::numeric[], :package_id::uuid[], :now) AS short OFFSET 0) p
 CROSS JOIN LATERAL (SELECT d.day::timestamp AT TIME ZONE s.time_zone AS begins, (d.day + 1)::timestamp AT TIME ZONE s.time_zone AS ends) e
 CROSS JOIN LATERAL (SELECT p.short AND (:parts_at::timestamptz IS NULL OR :parts_at >= e.ends) AS waits) w
 CROSS JOIN LATERAL booking_first(s.id, s.operations, :technician_id::uuid,
                                  CASE WHEN p.short AND NOT w.waits THEN greatest(e.begins, :parts_at::timestamptz) ELSE e.begins END, e.ends,
                                  s.share, s.moves, :now) f
 WHERE (:after_day::date IS NULL OR d.day > :after_day::date)
 ORDER BY d.day
 LIMIT :limit;

-- name: availability_earliest   page unnamed
SELECT f.starts_at, f.ends_at, f.bay_id, f.technician_id, s.time_zone, s.id AS store_id, s.id AS "store.id", s.name AS "store.name",
       f.starts_at AS _after_at, s.id AS _after_id
  FROM store s
 CROSS JOIN LATERAL (SELECT booking_parts_short(s.id, :part_id::uuid[], :quantity::numeric[], :package_id::uuid[], :now) AS short OFFSET 0) p
 CROSS JOIN LATERAL booking_first(s.id, :operation_id::uuid[], NULL,
                                  greatest(:from::timestamptz, :now, CASE WHEN p.short THEN :parts_at::timestamptz END),
                                  least(:to::timestamptz, greatest(:from::timestamptz, :now) + interval '31 days'),
                                  booking_share(:priority, :channel), '{}', :now) f
 WHERE s.id = ANY (:store_ids) AND s.deleted_at IS NULL AND f.starts_at IS NOT NULL AND (NOT p.short OR :parts_at::timestamptz IS NOT NULL)
   AND (:after_at::timestamptz IS NULL OR (f.starts_at, s.id) > (:after_at, :after_id::uuid))
 ORDER BY f.starts_at, s.id
 LIMIT :limit;

-- name: appointment_visible
SELECT a.id FROM appointment a WHERE a.id = :id;

-- name: appointment_history   page unnamed
SELECT h.id, h.what, h.status, h.starts_at, h.ends_at, h.bay_id, b.id AS "bay.id", b.name AS "bay.name",
       h.technician_id, f.id AS "technician.id", f.name AS "technician.name", h.operation_ids, h.reason, h.note,
       CASE WHEN k.id IS NOT NULL THEN 'customer' WHEN h.actor_id IS NULL THEN 'system' ELSE 'store' END AS by,
       p.id AS "actor.id", p.name AS "actor.name", h.at,
       h.at AS _after_at, h.id AS _after_id
  FROM appointment_step h
  LEFT JOIN bay b ON b.id = h.bay_id
  LEFT JOIN staff f ON f.id = h.technician_id
  LEFT JOIN staff p ON p.id = h.actor_id
  LEFT JOIN link k ON k.id = h.actor_id
 WHERE h.appointment_id = :id AND h.what NOT IN ('customer_confirmed', 'told_more')
   AND (:after_at::timestamptz IS NULL OR (h.at, h.id) > (:after_at, :after_id::uuid))
 ORDER BY h.at, h.id
 LIMIT :limit;

-- name: appointment_get
SELECT a.id, a.version, a.store_id, a.number, a.status,
       a.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       a.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       a.starts_at, a.ends_at, s.time_zone, a.bay_id, b.id AS "bay.id", b.name AS "bay.name",
       a.technician_id, f.id AS "technician.id", f.name AS "technician.name",
       a.channel, a.concerns, a.operation_ids, a.odometer_km, a.priority, a.transport, a.reason, a.note,
       a.customer_confirmed_at, a.arrived_at, a.late_minutes, a.left_at, a.no_show_at, a.late_cancel, a.reception_id, a.external_ids, a.metadata, a.created_at, a.updated_at,
       CASE WHEN :now::timestamptz <= a.starts_at + make_interval(mins => p.grace_minutes) THEN 'too_early' END AS _no_show_why
  FROM appointment a
  JOIN store s ON s.id = a.store_id
  JOIN store_policy p ON p.store_id = a.store_id
  LEFT JOIN customer c ON c.id = a.customer_id
  LEFT JOIN vehicle v ON v.id = a.vehicle_id
  LEFT JOIN bay b ON b.id = a.bay_id
  LEFT JOIN staff f ON f.id = a.technician_id
 WHERE a.id = ANY (:ids);

-- name: appointment_list   page unnamed
-- sort: starts_at   a.starts_at::timestamptz AS at, a.id::uuid AS id
-- sort: -starts_at   a.starts_at::timestamptz AS at, a.id::uuid AS id
SELECT a.id, a.version, a.store_id, a.number, a.status,
       a.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       a.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       a.starts_at, a.ends_at, s.time_zone, a.bay_id, b.id AS "bay.id", b.name AS "bay.name",
       a.technician_id, f.id AS "technician.id", f.name AS "technician.name",
       a.channel, a.concerns, a.operation_ids, a.odometer_km, a.priority, a.transport, a.reason, a.note,
       a.customer_confirmed_at, a.arrived_at, a.late_minutes, a.left_at, a.no_show_at, a.late_cancel, a.reception_id, a.external_ids, a.metadata, a.created_at, a.updated_at,
       CASE WHEN :now::timestamptz <= a.starts_at + make_interval(mins => p.grace_minutes) THEN 'too_early' END AS _no_show_why,
       {keys}
  FROM appointment a
  JOIN store s ON s.id = a.store_id
  JOIN store_policy p ON p.store_id = a.store_id
  LEFT JOIN customer c ON c.id = a.customer_id
  LEFT JOIN vehicle v ON v.id = a.vehicle_id
  LEFT JOIN bay b ON b.id = a.bay_id
  LEFT JOIN staff f ON f.id = a.technician_id
 WHERE (:scope_store::uuid IS NULL OR a.store_id = :scope_store)
   AND (:status::text[] IS NULL OR a.status = ANY (:status))
   AND (:from::timestamptz IS NULL OR a.starts_at >= :from)
   AND (:to::timestamptz IS NULL OR a.starts_at < :to)
   AND (:number::text IS NULL OR a.number = :number)
   AND (:plate::text IS NULL OR v.plate = :plate)
   AND (:customer_id::uuid IS NULL OR a.customer_id = :customer_id)
   AND (:vehicle_id::uuid IS NULL OR a.vehicle_id = :vehicle_id)
   AND (:technician_id::uuid IS NULL OR a.technician_id = :technician_id)
   AND (:late_cancel::boolean IS NULL OR a.late_cancel = :late_cancel)
   AND (:channel::text[] IS NULL OR a.channel = ANY (:channel))
   AND (:updated_after::timestamptz IS NULL OR a.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (a.changed >= :after_position::text::xid8 AND a.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- One booking at a time for the store, whose limits and shares are counted over all of them, then for each technician it may
-- take, whom another store may be booking: without these locks the exclusion constraints let the losers of a rush wait for each other in circles.
-- name: booking_wait
SELECT pg_advisory_xact_lock(hashtextextended(k.id::text, 0))
  FROM (SELECT 0 AS kind, :store_id::uuid AS id
         UNION ALL
        SELECT 1, t.id FROM store_technicians(:store_id::uuid, :technician_id::uuid) t
         ORDER BY 1, 2) k;

-- What can be had from starts_at on, with its number when one is asked for; but_for: what gives its own place up.
-- name: booking_choose
WITH wanted AS MATERIALIZED (
	SELECT s.id AS store_id, (:starts_at::timestamptz AT TIME ZONE s.time_zone)::date AS day,
	       :starts_at::timestamptz + booking_length(s.id, :operation_ids::uuid[]) AS ends_at,
	       ARRAY(SELECT b.id FROM store_bays(s.id, :bay_id::uuid, bay_kinds_needed(s.id, :operation_ids::uuid[])) b ORDER BY b.code) AS bays,
	       ARRAY(SELECT t.id FROM store_technicians(s.id, :technician_id::uuid) t ORDER BY t.id) AS technicians
	  FROM store s
	 WHERE s.id = :store_id AND s.deleted_at IS NULL
)
SELECT w.ends_at, f.bay_id, f.technician_id,
       EXISTS (SELECT FROM store_open(w.store_id, w.day, w.day) o
                WHERE o.opens_at <= :starts_at::timestamptz AND o.closes_at >= w.ends_at) AS is_open,
       equipment_missing(w.store_id, :operation_ids::uuid[], w.day) AS equipment_missing,
       r.equipment AS equipment_taken,
       booking_too_long(w.store_id, :operation_ids::uuid[], :starts_at::timestamptz, :starts_at::timestamptz + interval '1 day') AS too_long,
       EXISTS (SELECT FROM store_bays(w.store_id, :bay_id::uuid, '{}')) AS has_bay, w.bays <> '{}' AS has_fit_bay, w.technicians <> '{}' AS has_technician,
       (SELECT count(*) FROM operation o
         WHERE o.id = ANY (:operation_ids::uuid[]) AND o.active AND o.deleted_at IS NULL) AS operations,
       r.refusal,
       CASE WHEN :numbered AND f.bay_id IS NOT NULL AND f.technician_id IS NOT NULL AND r.refusal IS NULL AND r.equipment IS NULL
            THEN document_number_next(w.store_id, 'AP', :now) END AS number
  FROM wanted w
  CROSS JOIN LATERAL booking_free(w.store_id, :starts_at::timestamptz, w.ends_at, w.bays, w.technicians, :operation_ids::uuid[],
                                   :but_for::uuid[], :now) f
  CROSS JOIN LATERAL (SELECT booking_refusal(w.store_id, :starts_at::timestamptz, extract(epoch FROM w.ends_at - :starts_at::timestamptz)::bigint / 60,
                                             booking_classes(:operation_ids::uuid[]), booking_share(:priority, :channel), :but_for::uuid[], :now) AS refusal,
                             equipment_taken(w.store_id, :operation_ids::uuid[], :starts_at::timestamptz, w.ends_at, :but_for::uuid[], :now) AS equipment
                      OFFSET 0) r;

-- What is taken.

-- name: booking_lapse
SELECT booking_lapse(:bay_id::uuid, :technician_id::uuid, :starts_at::timestamptz, :ends_at::timestamptz, :now);

-- name: occupation_add
INSERT INTO occupation (id, store_id, bay_id, technician_id, starts_at, ends_at, service_classes, equipment, share)
VALUES (:appointment_id, :store_id, :bay_id, :technician_id, :starts_at, :ends_at, booking_classes(:operation_ids::uuid[]),
        booking_equipment(:operation_ids::uuid[]), booking_share(:priority, :channel));

-- name: occupation_move   rows: 1
UPDATE occupation
   SET starts_at = :starts_at, ends_at = :ends_at, bay_id = :bay_id, technician_id = :technician_id,
       service_classes = booking_classes(:operation_ids::uuid[]), equipment = booking_equipment(:operation_ids::uuid[])
 WHERE id = :id;

-- name: occupation_share
UPDATE occupation k SET share = booking_share(a.priority, a.channel) FROM appointment a WHERE a.id = k.id AND k.id = :id;

-- name: occupation_free
DELETE FROM occupation WHERE id = :id;

-- name: appointment_add
INSERT INTO appointment (id, store_id, number, customer_id, vehicle_id, status, starts_at, ends_at, bay_id, technician_id,
                         channel, concerns, operation_ids, odometer_km, priority, transport, created_by, external_ids, metadata,
                         created_at, updated_at)
VALUES (:appointment_id, :store_id, :number, :customer_id, :vehicle_id, 'pending', :starts_at, :ends_at, :bay_id, :technician_id,
        :channel, coalesce(:concerns::text[], '{}'), coalesce(:operation_ids::uuid[], '{}'), :odometer_km, :priority, :transport,
        :actor_id, coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now);

-- name: appointment_lock
SELECT a.version, a.store_id, a.status, a.customer_id, a.vehicle_id, a.starts_at, a.ends_at, a.operation_ids, a.priority, a.channel,
       a.customer_confirmed_at, cardinality(a.concerns) AS concerns,
       a.starts_at + make_interval(mins => (SELECT p.grace_minutes FROM store_policy p WHERE p.store_id = a.store_id)) AS missed_at
  FROM appointment a
 WHERE a.id = :id
   FOR NO KEY UPDATE;

-- name: appointment_update   rows: 1
UPDATE appointment
   SET concerns = CASE WHEN :has_concerns THEN coalesce(:concerns::text[], '{}') ELSE concerns END,
       odometer_km = CASE WHEN :has_odometer_km THEN :odometer_km ELSE odometer_km END,
       priority = CASE WHEN :has_priority THEN :priority ELSE priority END,
       transport = CASE WHEN :has_transport THEN :transport ELSE transport END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: appointment_set_status   rows: 1
UPDATE appointment a
   SET status = :status,
       arrived_at = CASE WHEN :status::text = 'arrived' THEN :happened_at::timestamptz ELSE arrived_at END,
       late_minutes = CASE WHEN :status::text = 'arrived'
                           THEN greatest(0, floor(extract(epoch FROM :happened_at::timestamptz - starts_at) / 60))::integer
                           ELSE late_minutes END,
       no_show_at = CASE WHEN :status::text = 'no_show' THEN :now ELSE no_show_at END,
       left_at = CASE WHEN :status::text = 'cancelled' AND a.status = 'arrived' THEN :now ELSE left_at END,
       late_cancel = CASE WHEN :status::text = 'cancelled' AND a.status <> 'arrived' AND NOT starts_with(:reason, 'store_')
                          THEN :now > starts_at - make_interval(hours => (SELECT p.late_cancel_hours FROM store_policy p WHERE p.store_id = a.store_id))
                          ELSE late_cancel END,
       reason = coalesce(:reason, reason),
       note = coalesce(:note, note),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: appointment_reschedule   rows: 1
UPDATE appointment
   SET starts_at = :starts_at, ends_at = :ends_at, bay_id = :bay_id, technician_id = :technician_id,
       operation_ids = CASE WHEN :has_operation_ids THEN :operation_ids::uuid[] ELSE operation_ids END,
       customer_confirmed_at = CASE WHEN starts_at = :starts_at THEN customer_confirmed_at END, reason = :reason, note = coalesce(:note, note),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Of two commands at once, the one that came first may have waited for the other: steps stand in the order in which they were done.
-- name: appointment_step_add
INSERT INTO appointment_step (id, store_id, appointment_id, what, status, starts_at, ends_at, bay_id, technician_id, operation_ids, reason, note, actor_id, at)
SELECT :step_id, a.store_id, a.id, :what, a.status, a.starts_at, a.ends_at, a.bay_id, a.technician_id, a.operation_ids, :reason, :note, :actor_id,
       greatest(:now, (SELECT max(h.at) + interval '1 microsecond' FROM appointment_step h WHERE h.appointment_id = a.id))
  FROM appointment a
 WHERE a.id = :id;

-- Who is received has arrived.
-- name: appointment_convert   rows: 1
UPDATE appointment
   SET status = 'converted', reception_id = :reception_id,
       arrived_at = coalesce(arrived_at, :happened_at),
       late_minutes = coalesce(late_minutes, greatest(0, floor(extract(epoch FROM :happened_at::timestamptz - starts_at) / 60))::integer),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;
