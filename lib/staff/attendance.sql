-- Who was at work when.

-- name: attendance_get
SELECT a.id, a.version, a.store_id, a.staff_id, f.id AS "staff.id", f.name AS "staff.name", a.started_at, a.ended_at, a.reason, a.corrected_by,
       a.created_at, a.updated_at
  FROM attendance a
  LEFT JOIN staff f ON f.id = a.staff_id
 WHERE a.id = ANY (:ids);

-- Each order is an index that leads with the store, or the chain's own; those of a person are found by the constraint's.
-- name: attendance_list   page unnamed
-- sort: -started_at   a.started_at::timestamptz AS at, a.id::uuid AS id
-- sort: started_at    a.started_at::timestamptz AS at, a.id::uuid AS id
SELECT a.id, a.version, a.store_id, a.staff_id, f.id AS "staff.id", f.name AS "staff.name", a.started_at, a.ended_at, a.reason, a.corrected_by,
       a.created_at, a.updated_at,
       {keys}
  FROM attendance a
  LEFT JOIN staff f ON f.id = a.staff_id
 WHERE (:scope_store::uuid IS NULL OR a.store_id = :scope_store)
   AND (:staff_id::uuid IS NULL OR a.staff_id = :staff_id)
   AND (:open::boolean IS NULL OR (a.ended_at IS NULL) = :open)
   AND (:from::timestamptz IS NULL OR a.started_at >= :from)
   AND (:to::timestamptz IS NULL OR a.started_at < :to)
   AND (:updated_after::timestamptz IS NULL OR a.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (a.changed >= :after_position::text::xid8 AND a.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- A day of one store: what began in it, beside its shifts.
-- name: attendance_day   page unnamed
WITH day AS MATERIALIZED (
	SELECT s.id AS store_id, :date::date::timestamp AT TIME ZONE s.time_zone AS begins,
	       (:date::date + 1)::timestamp AT TIME ZONE s.time_zone AS ends
	  FROM store s
	 WHERE s.id = :store_id
), came AS (
	SELECT a.staff_id, min(a.started_at) AS started_at, CASE WHEN bool_and(a.ended_at IS NOT NULL) THEN max(a.ended_at) END AS ended_at,
	       sum(extract(epoch FROM greatest(coalesce(a.ended_at, :now::timestamptz) - a.started_at, interval '0'))) AS seconds
	  FROM day d
	  JOIN attendance a ON a.store_id = d.store_id AND a.started_at >= d.begins AND a.started_at < d.ends
	 GROUP BY a.staff_id
), due AS (
	SELECT h.staff_id, min(h.starts_at) AS starts_at, max(h.ends_at) AS ends_at,
	       bool_or(EXISTS (SELECT FROM absence b
	                        WHERE b.staff_id = h.staff_id AND b.status = 'planned' AND b.starts_at < h.ends_at AND b.ends_at > h.starts_at)) AS on_leave
	  FROM day d
	  JOIN shift h ON h.store_id = d.store_id AND h.date = :date AND h.status = 'planned'
	 GROUP BY h.staff_id
), both_of AS (
	SELECT coalesce(c.staff_id, u.staff_id) AS staff_id, u.starts_at AS shift_starts_at, u.ends_at AS shift_ends_at, c.started_at, c.ended_at,
	       round(coalesce(c.seconds, 0) / 3600, 3) AS attended_hours,
	       CASE WHEN c.started_at > u.starts_at THEN floor(extract(epoch FROM c.started_at - u.starts_at) / 60)::integer END AS late_minutes,
	       CASE WHEN c.ended_at < u.ends_at THEN floor(extract(epoch FROM u.ends_at - c.ended_at) / 60)::integer END AS early_minutes,
	       coalesce(u.on_leave, false) AS on_leave,
	       c.staff_id IS NULL AND NOT u.on_leave AND u.starts_at < :now AS missing
	  FROM came c
	  FULL JOIN due u ON u.staff_id = c.staff_id
)
SELECT b.staff_id, f.name, b.shift_starts_at, b.shift_ends_at, b.started_at, b.ended_at, b.attended_hours, b.late_minutes, b.early_minutes,
       b.on_leave, b.missing, b.staff_id AS _after_id
  FROM both_of b
  LEFT JOIN staff f ON f.id = b.staff_id
 WHERE (:what::text IS NULL OR CASE :what WHEN 'late' THEN b.late_minutes > 0 WHEN 'early' THEN b.early_minutes > 0 ELSE b.missing END)
   AND (:after_id::uuid IS NULL OR b.staff_id > :after_id)
 ORDER BY b.staff_id
 LIMIT :limit;

-- Some days of one store, by the indexes on store and beginning; nobody is at work, or clocked on, for more than some days.
-- name: attendance_utilisation   page unnamed
WITH span AS MATERIALIZED (
	SELECT s.id AS store_id, :from::date::timestamp AT TIME ZONE s.time_zone AS begins,
	       least((least(:to::date, :from + 91) + 1)::timestamp AT TIME ZONE s.time_zone, :now::timestamptz) AS ends
	  FROM store s
	 WHERE s.id = :store_id
), attended AS (
	SELECT a.staff_id, sum(extract(epoch FROM least(coalesce(a.ended_at, p.ends), p.ends) - greatest(a.started_at, p.begins))) AS seconds
	  FROM span p
	  JOIN attendance a ON a.store_id = p.store_id AND a.started_at < p.ends AND a.started_at > p.begins - interval '7 days'
	 WHERE coalesce(a.ended_at, p.ends) > p.begins AND p.begins < p.ends
	 GROUP BY a.staff_id
), clocked AS (
	SELECT e.technician_id AS staff_id, range_agg(tstzrange(greatest(e.started_at, p.begins), least(coalesce(e.ended_at, p.ends), p.ends))) AS times
	  FROM span p
	  JOIN clock_entry e ON e.store_id = p.store_id AND e.voided_at IS NULL AND e.started_at < p.ends AND e.started_at > p.begins - interval '7 days'
	 WHERE coalesce(e.ended_at, p.ends) > p.begins AND p.begins < p.ends
	 GROUP BY e.technician_id
), booked AS (
	SELECT c.staff_id, sum(extract(epoch FROM upper(t.one) - lower(t.one))) AS seconds
	  FROM clocked c, unnest(c.times) t (one)
	 GROUP BY c.staff_id
)
SELECT coalesce(a.staff_id, b.staff_id) AS staff_id, f.name, round(coalesce(a.seconds, 0) / 3600, 3) AS attended_hours,
       round(coalesce(b.seconds, 0) / 3600, 3) AS booked_hours, round(coalesce(b.seconds, 0) / nullif(a.seconds, 0), 3) AS utilisation,
       coalesce(a.staff_id, b.staff_id) AS _after_id
  FROM attended a
  FULL JOIN booked b ON b.staff_id = a.staff_id
  LEFT JOIN staff f ON f.id = coalesce(a.staff_id, b.staff_id)
 WHERE (:staff_id::uuid IS NULL OR coalesce(a.staff_id, b.staff_id) = :staff_id)
   AND (:after_id::uuid IS NULL OR coalesce(a.staff_id, b.staff_id) > :after_id)
 ORDER BY coalesce(a.staff_id, b.staff_id)
 LIMIT :limit;

-- name: attendance_begin
INSERT INTO attendance (id, store_id, staff_id, started_at, created_at, updated_at)
VALUES (:attendance_id, :store_id, :actor_id, :happened_at, :now, :now);

-- name: attendance_open
SELECT a.id, a.version, a.store_id FROM attendance a WHERE a.staff_id = :staff_id AND a.ended_at IS NULL FOR NO KEY UPDATE;

-- Who comes and goes in the same moment was there for it.
-- name: attendance_end   rows: 1
UPDATE attendance
   SET ended_at = greatest(started_at + interval '1 microsecond', :happened_at),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: attendance_lock
SELECT a.version, a.store_id, a.staff_id, a.started_at, a.ended_at FROM attendance a WHERE a.id = :id FOR NO KEY UPDATE;

-- name: attendance_add
INSERT INTO attendance (id, store_id, staff_id, started_at, ended_at, reason, corrected_by, created_at, updated_at)
VALUES (:attendance_id, :store_id, :staff_id, :started_at, :ended_at, :reason, :actor_id, :now, :now);

-- name: attendance_correct   rows: 1
UPDATE attendance
   SET started_at = CASE WHEN :has_started_at THEN :started_at ELSE started_at END,
       ended_at = CASE WHEN :has_ended_at THEN :ended_at ELSE ended_at END,
       reason = :reason, corrected_by = :actor_id,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;
