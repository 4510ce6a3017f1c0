-- Clocks of lines that somebody puts right, and those of who goes home.

-- name: clock_entry_get
SELECT e.id, e.version, e.store_id, e.line_id, e.technician_id, e.started_at, e.ended_at, e.reason, e.note, e.recorded_at, e.voided_at,
       l.work_order_id, w.number AS work_order_number
  FROM clock_entry e
  JOIN work_order_line l ON l.id = e.line_id
  JOIN work_order w ON w.id = l.work_order_id
 WHERE e.id = ANY (:ids);

-- name: clock_correction_list   page unnamed
SELECT c.id, c.entry_id, e.line_id, e.technician_id, c.change, c.started_before, c.ended_before, c.started_at, c.ended_at, c.reason, c.at, c.actor_id,
       c.at AS _after_at, c.id AS _after_id
  FROM work_order_line l
  JOIN clock_entry e ON e.line_id = l.id
  JOIN clock_correction c ON c.entry_id = e.id
 WHERE l.work_order_id = :id
   AND (:after_at::timestamptz IS NULL OR (c.at, c.id) > (:after_at, :after_id::uuid))
 ORDER BY c.at, c.id
 LIMIT :limit;

-- name: work_order_lock_by_clock
SELECT w.id, w.version, w.store_id, w.customer_id, w.vehicle_id, w.reception_id, w.status, w.paid, w.odometer_in_km
  FROM work_order w
 WHERE w.id = (SELECT l.work_order_id FROM clock_entry e JOIN work_order_line l ON l.id = e.line_id WHERE e.id = :entry_id) AND w.deleted_at IS NULL
   FOR NO KEY UPDATE;

-- name: clock_entry_lock
SELECT e.version, e.line_id, e.technician_id, e.started_at, e.ended_at, e.voided_at IS NOT NULL AS voided
  FROM clock_entry e
 WHERE e.id = :id
   FOR NO KEY UPDATE;

-- name: clock_line
SELECT l.status, l.work_status FROM work_order_line l WHERE l.id = :line_id AND l.kind = 'labour';

-- The other clocks of a person on a line that meet this one.
-- name: clock_overlap
SELECT e.id
  FROM clock_entry e
 WHERE e.line_id = :line_id AND e.technician_id = :technician_id AND e.voided_at IS NULL AND e.id <> :entry_id
   AND e.started_at < coalesce(:ended_at::timestamptz, 'infinity') AND coalesce(e.ended_at, 'infinity') > :started_at
 LIMIT 1;

-- name: clock_entry_add
INSERT INTO clock_entry (id, store_id, line_id, technician_id, started_at, ended_at, recorded_at)
VALUES (:entry_id, :store_id, :line_id, :technician_id, :started_at, :ended_at, :now);

-- name: clock_entry_correct   rows: 1
UPDATE clock_entry
   SET started_at = :started_at, ended_at = :ended_at, reason = coalesce(:reason, reason), note = coalesce(:note, note),
       recorded_at = :now, version = version + 1
 WHERE id = :id;

-- What is void no longer runs.
-- name: clock_entry_void   rows: 1
UPDATE clock_entry
   SET ended_at = coalesce(ended_at, greatest(started_at, :now)), voided_at = :now, recorded_at = :now, version = version + 1
 WHERE id = :id;

-- name: clock_correction_add
INSERT INTO clock_correction (id, store_id, entry_id, change, started_before, ended_before, started_at, ended_at, reason, at, actor_id)
VALUES (:correction_id, :store_id, :entry_id, :change, :started_before, :ended_before, :started_at, :ended_at, :reason, :now, :actor_id);

-- A pause began when the clock stopped, and was over when one began: it moves with them.
-- name: clock_pauses_follow
UPDATE work_order_pause
   SET paused_at = CASE WHEN paused_at = :ended_before THEN least(:ended_at, resumed_at) ELSE paused_at END,
       resumed_at = CASE WHEN resumed_at = :started_before AND paused_at IS DISTINCT FROM :ended_before
                         THEN greatest(:started_at, paused_at) ELSE resumed_at END
 WHERE work_order_id = :order_id AND line_id = :line_id AND actor_id = :technician_id AND (paused_at = :ended_before OR resumed_at = :started_before);

-- A line that nobody is at any more stands still.
-- name: line_left
UPDATE work_order_line l
   SET work_status = 'paused', updated_at = :now, changed = pg_current_xact_id()
 WHERE l.id = :line_id AND l.work_status = 'working'
   AND NOT EXISTS (SELECT FROM clock_entry e WHERE e.line_id = l.id AND e.ended_at IS NULL);

-- name: clock_pause_add
INSERT INTO work_order_pause (id, store_id, work_order_id, line_id, actor_id, reason_code, reason, note, paused_at)
VALUES (:pause_id, :store_id, :order_id, :line_id, :technician_id, :reason, :reason, :note, :paused_at);

-- name: orders_at_work
SELECT DISTINCT l.work_order_id AS id
  FROM clock_entry e
  JOIN work_order_line l ON l.id = e.line_id
 WHERE e.technician_id = :staff_id AND e.ended_at IS NULL
 ORDER BY 1;

-- name: clocks_leave
UPDATE clock_entry e
   SET ended_at = greatest(e.started_at, :ended_at), reason = :reason, recorded_at = :now, version = e.version + 1
  FROM work_order_line l
 WHERE l.work_order_id = :order_id AND e.line_id = l.id AND e.technician_id = :staff_id AND e.ended_at IS NULL
RETURNING e.line_id, e.ended_at;
