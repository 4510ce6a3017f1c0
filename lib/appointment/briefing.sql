-- One visit, for who receives it.  An appointment is found by its key, what hangs on it by an index of its customer, its vehicle or
-- itself, of which each has few: however long the history is, each statement reads some dozen rows.

-- name: visit_briefing
SELECT a.id, a.version, a.store_id, a.number, a.status, a.starts_at, a.ends_at, s.time_zone, a.arrived_at, a.customer_confirmed_at, a.channel,
       b.id AS "bay.id", b.name AS "bay.name", f.id AS "technician.id", f.name AS "technician.name", a.concerns,
       ARRAY(SELECT o.name FROM unnest(a.operation_ids) WITH ORDINALITY n (id, n) JOIN operation o ON o.id = n.id ORDER BY n.n) AS services,
       a.odometer_km, a.priority, a.transport, a.note,
       c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       (SELECT count(*) FROM appointment n WHERE n.customer_id = a.customer_id AND (n.status = 'no_show' OR n.late_cancel)) AS no_shows,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('channel', k.channel, 'purpose', k.purpose,
                                                     'granted_at', to_char(k.granted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                                  ORDER BY k.purpose, k.channel, k.granted_at), '[]')
          FROM customer_consent k
         WHERE k.customer_id = a.customer_id AND k.withdrawn_at IS NULL) AS consents,
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", v.make AS "vehicle.make", v.model AS "vehicle.model",
       v.model_year AS "vehicle.model_year", v.energy AS "vehicle.energy", v.odometer_km AS "vehicle.odometer_km", v.odometer_at AS "vehicle.odometer_at",
       t.id AS "transport_agreed.id", t.mode AS "transport_agreed.mode", t.note AS "transport_agreed.note",
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'kind', d.kind, 'status', d.status, 'address', d.address,
                                                     'due_at', to_char(d.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                                                     'driver_id', d.driver_id,
                                                     'done_at', to_char(d.done_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                                  ORDER BY d.due_at, d.id), '[]')
          FROM drive d
         WHERE d.transport_id = t.id) AS "transport_agreed.drives",
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'status', l.status, 'loaner_car_id', l.loaner_car_id, 'plate', r.plate,
                                                     'starts_at', to_char(l.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                                                     'ends_at', to_char(l.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                                  ORDER BY l.starts_at, l.id), '[]')
          FROM loan l
          JOIN loaner_car r ON r.id = l.loaner_car_id
         WHERE l.appointment_id = a.id AND l.status <> 'cancelled') AS loans
  FROM appointment a
  JOIN store s ON s.id = a.store_id
  LEFT JOIN customer c ON c.id = a.customer_id
  LEFT JOIN vehicle v ON v.id = a.vehicle_id
  LEFT JOIN bay b ON b.id = a.bay_id
  LEFT JOIN staff f ON f.id = a.technician_id
  LEFT JOIN transport t ON t.appointment_id = a.id AND t.status = 'planned'
 WHERE a.id = ANY (:ids);

-- name: visit_briefing_visits
SELECT a.id AS _parent, h.id, h.number, h.store_id AS "store.id", h.store_name AS "store.name", h.status, h.opened_at, h.completed_at,
       h.delivered_at, h.odometer_km, h.work
  FROM appointment a
 CROSS JOIN LATERAL (SELECT x.* FROM vehicle_history(a.vehicle_id) x ORDER BY x.opened_at DESC, x.id DESC LIMIT 5) h
 WHERE a.id = ANY (:ids)
 ORDER BY a.id, h.opened_at DESC, h.id DESC;

-- name: visit_briefing_recommendations
SELECT a.id AS _parent, d.kind, d.store_id, d.store_name, d.id AS "source.id", d.type AS "source.type", d.number AS "source.number", d.severity,
       d.description, d.reason, d.risk_text, d.amount, d.due_on, d.due_km, d.since
  FROM appointment a
  JOIN vehicle v ON v.id = a.vehicle_id
 CROSS JOIN LATERAL (SELECT x.* FROM vehicle_recommendations(v.id, :now) x ORDER BY x.rank, x.since, x.id LIMIT 20) d
 WHERE a.id = ANY (:ids)
 ORDER BY a.id, d.rank, d.since, d.id;

-- name: visit_briefing_guarantees
SELECT a.id AS _parent, g.id, g.store_id, g.store_name, g.work_order_number, g.line_id, g.kind, g.description, g.repair_category,
       g.starts_on, g.ends_on, g.starts_km, g.ends_km, NULL::text AS ended_by, true AS holds, e.days_left, e.km_left
  FROM appointment a
  JOIN vehicle v ON v.id = a.vehicle_id
 CROSS JOIN LATERAL vehicle_guarantees(v.id) g
 CROSS JOIN LATERAL (SELECT g.ends_on - (:now::timestamptz AT TIME ZONE g.time_zone)::date AS days_left,
                            g.ends_km - greatest(a.odometer_km, v.odometer_km) AS km_left) e
 WHERE a.id = ANY (:ids) AND g.reworked_at IS NULL AND e.days_left >= 0 AND coalesce(e.km_left, 0) >= 0
 ORDER BY a.id, g.id DESC;

-- name: visit_briefing_complaints
SELECT a.id AS _parent, k.id, k.number, k.store_id, k.status, k.severity, k.category, k.description, k.received_at
  FROM appointment a
  JOIN complaint k ON k.customer_id = a.customer_id AND k.status NOT IN ('closed', 'archived', 'withdrawn') AND k.deleted_at IS NULL
 WHERE a.id = ANY (:ids)
 ORDER BY a.id, k.received_at DESC, k.id;

-- name: visit_briefing_incidents
SELECT a.id AS _parent, i.id, i.number, i.store_id, i.kind, i.severity, i.description, i.happened_at, w.id AS work_order_id,
       w.number AS work_order_number
  FROM appointment a
  JOIN work_order w ON w.vehicle_id = a.vehicle_id
  JOIN incident i ON i.work_order_id = w.id AND i.status = 'open'
 WHERE a.id = ANY (:ids)
 ORDER BY a.id, i.happened_at DESC, i.id;

-- name: visit_briefing_unpaid
SELECT a.id AS _parent, p.id, p.number, p.store_id, p.work_order_id, w.number AS work_order_number, p.total, p.total - p.paid AS due, p.issued_at
  FROM appointment a
  JOIN settlement p ON p.customer_id = a.customer_id AND p.status IN ('issued', 'partly_paid') AND p.payer = 'customer' AND p.deleted_at IS NULL
                   AND p.total > p.paid
  JOIN work_order w ON w.id = p.work_order_id
 WHERE a.id = ANY (:ids)
 ORDER BY a.id, p.issued_at, p.id;

-- name: visit_briefing_files
SELECT a.id AS _parent, f.id, f.name, f.media_type, f.created_at
  FROM appointment a
  JOIN file f ON f.subject_id = a.id AND f.deleted_at IS NULL
 WHERE a.id = ANY (:ids)
 ORDER BY a.id, f.created_at, f.id;
