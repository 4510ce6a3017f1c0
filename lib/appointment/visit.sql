-- The day to come: what it wants in parts, and who comes with what behind them.

-- name: appointment_parts_get
SELECT a.id, a.version, a.store_id, a.number, a.status, a.starts_at
  FROM appointment a
 WHERE a.id = ANY (:ids);

-- name: appointment_parts_of
SELECT a.id AS _parent, p.id, p.source, p.part_id, t.id AS "part.id", t.number AS "part.number", t.name AS "part.name", p.quantity, t.unit,
       p.bin, p.on_hand, p.available, p.on_order, p.short,
       CASE WHEN p.short = 0 THEN 'available' WHEN p.on_order >= p.short THEN 'on_order' ELSE 'missing' END AS outlook,
       p.package_id, p.work_order_id
  FROM appointment a
 CROSS JOIN LATERAL appointment_parts(a.store_id, a.starts_at, a.starts_at + interval '1 second', :now) p
  LEFT JOIN part t ON t.id = p.part_id
 WHERE a.id = ANY (:ids) AND p.appointment_id = a.id
 ORDER BY a.id, p.source, p.place, p.id;

-- name: appointment_parts_drop
DELETE FROM appointment_part WHERE appointment_id = :id;

-- name: appointment_parts_add
INSERT INTO appointment_part (id, store_id, appointment_id, position, part_id, quantity, package_id)
SELECT n.id, :store_id, :id, n.position, n.part_id, n.quantity, n.package_id
  FROM unnest(:part_line_ids::uuid[], :part_ids::uuid[], :quantity::numeric[], :package_ids::uuid[])
       WITH ORDINALITY n (id, part_id, quantity, package_id, position);

-- name: appointment_touch   rows: 1
UPDATE appointment SET version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :id;

-- Of what is asked for by name or in a package: the parts; without one, what is not to be had.
-- name: appointment_parts_asked
SELECT n.n - 1 AS place, false AS of_package, a.id AS part_id, NULL::numeric AS quantity
  FROM unnest(:part_ids::uuid[]) WITH ORDINALITY n (id, n)
  LEFT JOIN part a ON a.id = n.id AND a.active AND a.deleted_at IS NULL
 UNION ALL
SELECT n.n - 1, true, a.id, i.quantity
  FROM unnest(:package_ids::uuid[]) WITH ORDINALITY n (id, n)
  LEFT JOIN package p ON p.id = n.id AND p.active AND p.deleted_at IS NULL
  LEFT JOIN package_item i ON i.package_id = p.id AND i.revision = p.revision AND i.part_id IS NOT NULL
  LEFT JOIN part a ON a.id = i.part_id AND a.active AND a.deleted_at IS NULL
 WHERE p.id IS NULL OR i.part_id IS NOT NULL
 ORDER BY 2, 1;

-- A day of a store and its appointments are found by the index of its appointments; what is looked up for each is found by it.
-- (The day's ends are made first, by OFFSET 0: row security keeps a condition that makes a local time itself from an index.)

-- name: pick_list
SELECT s.id, s.time_zone, :day::date AS day, (SELECT count(*) FROM appointment_parts(s.id, d.begins, d.ends, :now) p WHERE p.short > 0) AS short
  FROM store s
 CROSS JOIN LATERAL (SELECT :day::date::timestamp AT TIME ZONE s.time_zone AS begins,
                            (:day::date + 1)::timestamp AT TIME ZONE s.time_zone AS ends OFFSET 0) d
 WHERE s.id = :store_id AND s.deleted_at IS NULL;

-- name: pick_list_appointments
SELECT s.id AS _parent, a.id, a.number, a.status, a.starts_at, a.ends_at,
       a.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       a.bay_id, b.id AS "bay.id", b.name AS "bay.name", a.technician_id, f.id AS "technician.id", f.name AS "technician.name",
       ARRAY(SELECT o.name FROM unnest(a.operation_ids) WITH ORDINALITY n (id, n) JOIN operation o ON o.id = n.id ORDER BY n.n) AS operations
  FROM store s
 CROSS JOIN LATERAL (SELECT :day::date::timestamp AT TIME ZONE s.time_zone AS begins,
                            (:day::date + 1)::timestamp AT TIME ZONE s.time_zone AS ends OFFSET 0) d
  JOIN appointment a ON a.store_id = s.id AND appointment_wants_parts(a.status, a.reception_id) AND a.starts_at >= d.begins AND a.starts_at < d.ends
  LEFT JOIN vehicle v ON v.id = a.vehicle_id
  LEFT JOIN bay b ON b.id = a.bay_id
  LEFT JOIN staff f ON f.id = a.technician_id
 WHERE s.id = :store_id
 ORDER BY a.starts_at, a.id;

-- name: pick_list_parts
SELECT p.appointment_id AS _parent, p.id, p.source, p.part_id, t.id AS "part.id", t.number AS "part.number", t.name AS "part.name", p.quantity, t.unit,
       p.bin, p.on_hand, p.available, p.on_order, p.short,
       CASE WHEN p.short = 0 THEN 'available' WHEN p.on_order >= p.short THEN 'on_order' ELSE 'missing' END AS outlook,
       p.package_id, p.work_order_id
  FROM store s
 CROSS JOIN LATERAL appointment_parts(s.id, :day::date::timestamp AT TIME ZONE s.time_zone,
                                      (:day::date + 1)::timestamp AT TIME ZONE s.time_zone, :now) p
  LEFT JOIN part t ON t.id = p.part_id
 WHERE s.id = :store_id
 ORDER BY p.appointment_id, p.source, p.place, p.id;

-- Walk-ins come as they came on this weekday, on average of the last four weeks.
-- name: briefing
SELECT s.id, s.time_zone, :day::date AS day, c.open_minutes, c.capacity AS capacity_minutes, c.taken AS booked_minutes,
       c.kept_walk_in AS kept_walk_in_minutes, c.kept_comeback AS kept_comeback_minutes,
       (SELECT ceil(count(*) / 4.0)::bigint
          FROM (SELECT (:day::date - 7 * n.week)::timestamp AT TIME ZONE s.time_zone AS begins,
                       (:day::date - 7 * n.week + 1)::timestamp AT TIME ZONE s.time_zone AS ends
                  FROM generate_series(1, 4) n (week) OFFSET 0) d
          JOIN reception r ON r.store_id = s.id AND r.arrived_at >= d.begins AND r.arrived_at < d.ends
                          AND r.appointment_id IS NULL AND r.deleted_at IS NULL) AS walk_ins_expected
  FROM store s
 CROSS JOIN LATERAL booking_day(s.id, :day::date, '{}', :now) c
 WHERE s.id = :store_id AND s.deleted_at IS NULL;

-- name: briefing_appointments
SELECT s.id AS _parent, a.id, a.number, a.status, a.starts_at, a.ends_at,
       a.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       a.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       a.bay_id, b.id AS "bay.id", b.name AS "bay.name", a.technician_id, f.id AS "technician.id", f.name AS "technician.name",
       a.channel, a.concerns,
       ARRAY(SELECT o.name FROM unnest(a.operation_ids) WITH ORDINALITY n (id, n) JOIN operation o ON o.id = n.id ORDER BY n.n) AS operations,
       a.odometer_km, a.priority, a.transport, a.note,
       l.id AS "last_visit.id", l.number AS "last_visit.number", l.store_id AS "last_visit.store_id",
       l.delivered_at AS "last_visit.delivered_at", l.odometer_out_km AS "last_visit.odometer_km",
       (SELECT count(*) FROM appointment n WHERE n.customer_id = a.customer_id AND (n.status = 'no_show' OR n.late_cancel)) AS no_shows,
       coalesce(p.short, 0) AS short_parts
  FROM store s
 CROSS JOIN LATERAL (SELECT :day::date::timestamp AT TIME ZONE s.time_zone AS begins,
                            (:day::date + 1)::timestamp AT TIME ZONE s.time_zone AS ends OFFSET 0) d
  JOIN appointment a ON a.store_id = s.id AND a.starts_at >= d.begins AND a.starts_at < d.ends
                    AND a.status IN ('pending', 'confirmed', 'arrived', 'converted')
  LEFT JOIN (SELECT w.appointment_id, count(*) FILTER (WHERE w.short > 0) AS short
               FROM store x
              CROSS JOIN LATERAL appointment_parts(x.id, :day::date::timestamp AT TIME ZONE x.time_zone,
                                                   (:day::date + 1)::timestamp AT TIME ZONE x.time_zone, :now) w
              WHERE x.id = :store_id
              GROUP BY w.appointment_id) p ON p.appointment_id = a.id
  LEFT JOIN customer c ON c.id = a.customer_id
  LEFT JOIN vehicle v ON v.id = a.vehicle_id
  LEFT JOIN bay b ON b.id = a.bay_id
  LEFT JOIN staff f ON f.id = a.technician_id
  LEFT JOIN LATERAL (SELECT w.id, w.number, w.store_id, w.delivered_at, w.odometer_out_km
                       FROM work_order w
                      WHERE w.vehicle_id = a.vehicle_id AND w.delivered_at IS NOT NULL AND w.deleted_at IS NULL
                      ORDER BY w.opened_at DESC
                      LIMIT 1) l ON true
 WHERE s.id = :store_id
 ORDER BY a.starts_at, a.id;

-- name: briefing_deferred
SELECT a.id AS _parent, l.id, l.work_order_id, l.kind, l.description, l.quantity, l.status, l.reason, l.updated_at AS at
  FROM store s
 CROSS JOIN LATERAL (SELECT :day::date::timestamp AT TIME ZONE s.time_zone AS begins,
                            (:day::date + 1)::timestamp AT TIME ZONE s.time_zone AS ends OFFSET 0) d
  JOIN appointment a ON a.store_id = s.id AND a.starts_at >= d.begins AND a.starts_at < d.ends
                    AND a.status IN ('pending', 'confirmed', 'arrived', 'converted')
 CROSS JOIN LATERAL (SELECT l.id, l.work_order_id, l.kind, l.description, l.quantity, l.status, l.reason, l.created_at, l.updated_at
                       FROM work_order w
                       JOIN work_order_line l ON l.work_order_id = w.id
                      WHERE w.vehicle_id = a.vehicle_id AND l.status IN ('declined', 'deferred')
                        AND NOT line_revived(l.id)
                      ORDER BY l.created_at DESC, l.id DESC
                      LIMIT 20) l
 WHERE s.id = :store_id
 ORDER BY a.id, l.created_at DESC, l.id DESC;

-- name: briefing_comebacks
SELECT a.id AS _parent, k.id, k.store_id, k.work_order_id, w.number AS work_order_number, l.description, k.cause, k.created_at
  FROM store s
 CROSS JOIN LATERAL (SELECT :day::date::timestamp AT TIME ZONE s.time_zone AS begins,
                            (:day::date + 1)::timestamp AT TIME ZONE s.time_zone AS ends OFFSET 0) d
  JOIN appointment a ON a.store_id = s.id AND a.starts_at >= d.begins AND a.starts_at < d.ends
                    AND a.status IN ('pending', 'confirmed', 'arrived', 'converted')
  JOIN work_order w ON w.vehicle_id = a.vehicle_id
  JOIN comeback k ON k.work_order_id = w.id AND k.store_id = w.store_id AND k.delivered_at IS NULL AND k.cancelled_at IS NULL
  LEFT JOIN work_order_line l ON l.id = k.of_line_id
 WHERE s.id = :store_id
 ORDER BY a.id, k.id;
