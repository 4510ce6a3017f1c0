-- Staffing of a week, and the appointments that a change of the roster, the hours, a bay or the equipment has broken.

-- name: staffing
WITH place AS MATERIALIZED (
	SELECT s.id, s.time_zone, w.monday, w.monday::timestamp AT TIME ZONE s.time_zone AS begins, (w.monday + 7)::timestamp AT TIME ZONE s.time_zone AS ends
	  FROM store s
	 CROSS JOIN LATERAL (SELECT date_trunc('week', coalesce(:week::date, (:now::timestamptz AT TIME ZONE s.time_zone)::date)::timestamp)::date AS monday) w
	 WHERE s.id = :store_id AND s.deleted_at IS NULL
), atwork AS MATERIALIZED (
	SELECT t.day, t.technician, t.rostered, t.works FROM place s CROSS JOIN LATERAL technicians_at_work(s.id, s.monday, s.monday + 6) t
), booked AS MATERIALIZED (
	SELECT (a.starts_at AT TIME ZONE s.time_zone)::date AS day, a.starts_at, a.ends_at, a.operation_ids
	  FROM place s
	  JOIN appointment a ON a.store_id = s.id AND a.starts_at >= s.begins AND a.starts_at < s.ends
	 WHERE a.status IN ('pending', 'confirmed', 'arrived', 'converted') AND a.no_show_at IS NULL AND a.released_at IS NULL
)
SELECT s.id AS store_id, s.time_zone, s.monday AS week,
       (SELECT jsonb_agg(jsonb_build_object(
                   'date', d.day, 'rostered', p.rostered, 'rostered_hours', p.hours, 'booked_hours', b.hours, 'skills', k.skills, 'people', p.people)
                   ORDER BY d.day)
          FROM (SELECT generate_series(s.monday::timestamp, s.monday::timestamp + interval '6 days', '1 day')::date AS day) d
          CROSS JOIN LATERAL (
               SELECT coalesce(bool_or(t.rostered), false) AS rostered, coalesce(sum(hours_of(t.works)), 0) AS hours,
                      coalesce(jsonb_agg(jsonb_build_object('staff_id', t.technician, 'name', f.name, 'hours', hours_of(t.works))
                                         ORDER BY f.name, t.technician), '[]') AS people
                 FROM atwork t
                 LEFT JOIN staff f ON f.id = t.technician
                WHERE t.day = d.day) p
          CROSS JOIN LATERAL (
               SELECT coalesce(round(sum(extract(epoch FROM a.ends_at - a.starts_at)) / 3600, 3), 0) AS hours
                 FROM booked a
                WHERE a.day = d.day) b
          CROSS JOIN LATERAL (
               SELECT coalesce(jsonb_agg(jsonb_build_object('skill', n.skill, 'rostered_hours', n.rostered, 'booked_hours', n.booked)
                                         ORDER BY n.skill), '[]') AS skills
                 FROM (SELECT x.skill, sum(x.rostered) AS rostered, sum(x.booked) AS booked
                         FROM (SELECT g.skill, hours_of(t.works) AS rostered, 0 AS booked
                                 FROM atwork t
                                 JOIN staff_skill g ON g.staff_id = t.technician
                                WHERE t.day = d.day
                                UNION ALL
                               SELECT o.skill, 0, o.standard_hours
                                 FROM booked a
                                 JOIN operation o ON o.id = ANY (a.operation_ids) AND o.skill IS NOT NULL
                                WHERE a.day = d.day) x
                        GROUP BY x.skill) n) k) AS days
  FROM place s;

-- What is still to come and cannot be kept.  A store's own coming weeks are few; row by row they are looked at in their order.
-- name: broken_list   page unnamed
SELECT a.id, a.number, a.starts_at, a.ends_at, a.bay_id, a.technician_id, b.reasons,
       a.starts_at AS _after_at, a.id AS _after_id
  FROM appointment a
 CROSS JOIN LATERAL appointment_broken(a.store_id, a.starts_at, a.ends_at, a.bay_id, a.technician_id, a.operation_ids) b
 WHERE a.store_id = :store_id AND a.starts_at > :now AND a.status IN ('pending', 'confirmed') AND b.reasons <> '{}'
   AND (:to::timestamptz IS NULL OR a.starts_at < :to)
   AND (:after_at::timestamptz IS NULL OR (a.starts_at, a.id) > (:after_at, :after_id::uuid))
 ORDER BY a.starts_at, a.id
 LIMIT :limit;

-- Of whose shift it is, and of everybody whom its day leaves without one: its first shift decides for all.
-- name: shift_broken
SELECT h.id AS _parent, a.id, a.number, a.starts_at, a.ends_at, a.bay_id, a.technician_id, b.reasons
  FROM shift h
  JOIN store s ON s.id = h.store_id
 CROSS JOIN LATERAL (SELECT h.date::timestamp AT TIME ZONE s.time_zone AS begins, (h.date + 1)::timestamp AT TIME ZONE s.time_zone AS ends OFFSET 0) d
  JOIN appointment a ON a.store_id = h.store_id AND a.starts_at > :now AND a.status IN ('pending', 'confirmed')
                    AND (a.technician_id = h.staff_id OR a.starts_at >= d.begins AND a.starts_at < d.ends)
 CROSS JOIN LATERAL appointment_broken(a.store_id, a.starts_at, a.ends_at, a.bay_id, a.technician_id, a.operation_ids) b
 WHERE h.id = ANY (:ids) AND b.reasons <> '{}' AND (a.technician_id = h.staff_id OR 'technician_away' = ANY (b.reasons))
 ORDER BY h.id, a.starts_at, a.id
 LIMIT 200;

-- In every store that the caller sees.
-- name: absence_broken
SELECT h.id AS _parent, a.id, a.number, a.starts_at, a.ends_at, a.bay_id, a.technician_id, b.reasons
  FROM absence h
 CROSS JOIN store s
  JOIN appointment a ON a.store_id = s.id AND a.technician_id = h.staff_id AND a.starts_at > :now AND a.status IN ('pending', 'confirmed')
 CROSS JOIN LATERAL appointment_broken(a.store_id, a.starts_at, a.ends_at, a.bay_id, a.technician_id, a.operation_ids) b
 WHERE h.id = ANY (:ids) AND b.reasons <> '{}'
 ORDER BY h.id, a.starts_at, a.id
 LIMIT 200;

-- The hours of the days up to the last booking are put together once, and only what lies outside is looked at.
-- name: store_broken
SELECT s.id AS _parent, a.id, a.number, a.starts_at, a.ends_at, a.bay_id, a.technician_id, b.reasons
  FROM store s
 CROSS JOIN LATERAL (SELECT a.starts_at FROM appointment a
                      WHERE a.store_id = s.id AND a.starts_at > :now AND a.status IN ('pending', 'confirmed')
                      ORDER BY a.starts_at DESC, a.id DESC LIMIT 1) l
 CROSS JOIN LATERAL (SELECT coalesce(range_agg(tstzrange(o.opens_at, o.closes_at)), '{}') AS hours
                       FROM store_open(s.id, (:now::timestamptz AT TIME ZONE s.time_zone)::date, (l.starts_at AT TIME ZONE s.time_zone)::date) o
                     OFFSET 0) h
  JOIN appointment a ON a.store_id = s.id AND a.starts_at > :now AND a.status IN ('pending', 'confirmed')
                    AND NOT h.hours @> tstzrange(a.starts_at, a.ends_at)
 CROSS JOIN LATERAL appointment_broken(a.store_id, a.starts_at, a.ends_at, a.bay_id, a.technician_id, a.operation_ids) b
 WHERE s.id = ANY (:ids) AND 'store_closed' = ANY (b.reasons)
 ORDER BY s.id, a.starts_at, a.id
 LIMIT 200;

-- name: bay_broken
SELECT y.id AS _parent, a.id, a.number, a.starts_at, a.ends_at, a.bay_id, a.technician_id, b.reasons
  FROM bay y
  JOIN appointment a ON a.store_id = y.store_id AND a.bay_id = y.id AND a.starts_at > :now AND a.status IN ('pending', 'confirmed')
 CROSS JOIN LATERAL appointment_broken(a.store_id, a.starts_at, a.ends_at, a.bay_id, a.technician_id, a.operation_ids) b
 WHERE y.id = ANY (:ids) AND b.reasons && ARRAY['bay_out_of_use', 'bay_unfit']
 ORDER BY y.id, a.starts_at, a.id
 LIMIT 200;

-- name: equipment_broken
SELECT e.id AS _parent, a.id, a.number, a.starts_at, a.ends_at, a.bay_id, a.technician_id, b.reasons
  FROM equipment e
  JOIN store s ON s.id = e.store_id
  JOIN appointment a ON a.store_id = e.store_id AND a.starts_at > :now AND a.status IN ('pending', 'confirmed')
 CROSS JOIN LATERAL appointment_broken(a.store_id, a.starts_at, a.ends_at, a.bay_id, a.technician_id, a.operation_ids) b
 WHERE e.id = ANY (:ids) AND 'equipment_out' = ANY (b.reasons)
   AND (e.status = 'out_of_service' OR e.calibration_due < (a.starts_at AT TIME ZONE s.time_zone)::date)
   AND EXISTS (SELECT FROM operation o WHERE o.id = ANY (a.operation_ids) AND o.equipment = e.kind)
 ORDER BY e.id, a.starts_at, a.id
 LIMIT 200;
