-- A workshop at a glance: what is to come today, who waits, what stands where.

-- name: board
-- Everything counted is open, and so few: history does not make it slower.
SELECT s.id AS store_id, s.time_zone, :now::timestamptz AS at,
       a.bookings AS "counts.bookings", a.expected AS "counts.expected", r.waiting AS "counts.waiting", r.received AS "counts.received",
       w.opened AS "counts.opened", w.ready AS "counts.ready", w.dispatched AS "counts.dispatched", w.in_progress AS "counts.in_progress",
       w.paused AS "counts.paused", w.awaiting_qc AS "counts.awaiting_qc", w.completed AS "counts.completed", w.settled AS "counts.settled",
       w.overdue AS "counts.overdue", w.due_today AS "counts.due_today", w.short_of_parts AS "counts.short_of_parts",
       r.receptions AS waiting,
       bays_now(s.id, :now) AS bays, departments_now(s.id) AS departments
  FROM store s
 CROSS JOIN LATERAL (SELECT date_trunc('day', :now::timestamptz AT TIME ZONE s.time_zone) AS day) t
 CROSS JOIN LATERAL (SELECT t.day AT TIME ZONE s.time_zone AS begins, (t.day + interval '1 day') AT TIME ZONE s.time_zone AS ends OFFSET 0) d
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE p.status NOT IN ('cancelled', 'declined')) AS bookings,
              count(*) FILTER (WHERE p.status IN ('pending', 'confirmed')) AS expected
         FROM appointment p
        WHERE p.store_id = s.id AND p.starts_at >= d.begins AND p.starts_at < d.ends) a
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE c.status = 'waiting') AS waiting, count(*) FILTER (WHERE c.status <> 'waiting') AS received,
              coalesce(jsonb_agg(jsonb_build_object('reception_id', c.id, 'number', c.number, 'plate', v.plate, 'priority', c.priority,
                                                    'minutes', floor(extract(epoch FROM :now::timestamptz - c.arrived_at) / 60)::integer)
                                 ORDER BY c.arrived_at, c.id) FILTER (WHERE c.status = 'waiting'), '[]') AS receptions
         FROM reception c
         LEFT JOIN vehicle v ON v.id = c.vehicle_id
        WHERE c.store_id = s.id AND c.status IN ('waiting', 'greeted', 'checking') AND c.departed_at IS NULL AND c.deleted_at IS NULL) r
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE o.status = 'opened') AS opened, count(*) FILTER (WHERE o.status = 'ready') AS ready,
              count(*) FILTER (WHERE o.status = 'dispatched') AS dispatched, count(*) FILTER (WHERE o.status = 'in_progress') AS in_progress,
              count(*) FILTER (WHERE o.status = 'paused') AS paused, count(*) FILTER (WHERE o.status = 'awaiting_qc') AS awaiting_qc,
              count(*) FILTER (WHERE o.status = 'completed') AS completed, count(*) FILTER (WHERE o.status = 'settled') AS settled,
              count(*) FILTER (WHERE o.promised_at < :now::timestamptz AND o.status NOT IN ('completed', 'settled')) AS overdue,
              count(*) FILTER (WHERE o.promised_at >= :now::timestamptz AND o.promised_at < d.ends AND o.status NOT IN ('completed', 'settled')) AS due_today,
              count(*) FILTER (WHERE EXISTS (SELECT FROM work_order_line l WHERE l.work_order_id = o.id AND l.supply = 'short')) AS short_of_parts
         FROM work_order o
        WHERE o.store_id = s.id AND o.deleted_at IS NULL
          AND o.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc', 'completed', 'settled')) w
 WHERE s.id = :store_id AND s.deleted_at IS NULL;
