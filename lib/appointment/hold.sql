-- Holds: a slot kept for some minutes.  One whose time has passed is expired, whether or not the job has come by.

-- name: slot_hold_get
SELECT h.id, h.version, h.store_id, CASE WHEN h.status = 'held' AND h.expires_at <= :now THEN 'expired' ELSE h.status END AS status,
       h.starts_at, h.ends_at, s.time_zone, h.bay_id, b.id AS "bay.id", b.name AS "bay.name",
       h.technician_id, f.id AS "technician.id", f.name AS "technician.name",
       h.operation_ids, h.priority, h.channel, h.expires_at, h.appointment_id, h.created_by, h.created_at, h.updated_at
  FROM slot_hold h
  JOIN store s ON s.id = h.store_id
  LEFT JOIN bay b ON b.id = h.bay_id
  LEFT JOIN staff f ON f.id = h.technician_id
 WHERE h.id = ANY (:ids);

-- name: slot_hold_list   page unnamed
-- sort: -created_at   h.created_at::timestamptz AS at, h.id::uuid AS id
SELECT h.id, h.version, h.store_id, CASE WHEN h.status = 'held' AND h.expires_at <= :now THEN 'expired' ELSE h.status END AS status,
       h.starts_at, h.ends_at, s.time_zone, h.bay_id, b.id AS "bay.id", b.name AS "bay.name",
       h.technician_id, f.id AS "technician.id", f.name AS "technician.name",
       h.operation_ids, h.priority, h.channel, h.expires_at, h.appointment_id, h.created_by, h.created_at, h.updated_at,
       {keys}
  FROM slot_hold h
  JOIN store s ON s.id = h.store_id
  LEFT JOIN bay b ON b.id = h.bay_id
  LEFT JOIN staff f ON f.id = h.technician_id
 WHERE (:scope_store::uuid IS NULL OR h.store_id = :scope_store)
   AND (:status::text[] IS NULL
        OR CASE WHEN h.status = 'held' AND h.expires_at <= :now THEN 'expired' ELSE h.status END = ANY (:status))
   AND (:updated_after::timestamptz IS NULL OR h.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (h.changed >= :after_position::text::xid8 AND h.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: slot_hold_lock
SELECT h.version, h.store_id, CASE WHEN h.status = 'held' AND h.expires_at <= :now THEN 'expired' ELSE h.status END AS status,
       h.starts_at, h.bay_id, h.technician_id, h.created_by
  FROM slot_hold h
 WHERE h.id = :id
   FOR NO KEY UPDATE;

-- name: slot_hold_add
INSERT INTO slot_hold (id, store_id, starts_at, ends_at, bay_id, technician_id, operation_ids, priority, channel, expires_at, created_by,
                       created_at, updated_at)
SELECT :hold_id, p.store_id, :starts_at, :ends_at, :bay_id, :technician_id, coalesce(:operation_ids::uuid[], '{}'), :priority, :channel,
       :now::timestamptz + make_interval(mins => CASE WHEN :for_offer THEN p.offer_minutes ELSE p.hold_minutes END), :held_by, :now, :now
  FROM store_policy p
 WHERE p.store_id = :store_id;

-- It takes the slot until it expires.
-- name: slot_hold_occupy
INSERT INTO occupation (id, store_id, bay_id, technician_id, starts_at, ends_at, held_until, service_classes, equipment, share)
SELECT h.id, h.store_id, h.bay_id, h.technician_id, h.starts_at, h.ends_at, h.expires_at, booking_classes(h.operation_ids),
       booking_equipment(h.operation_ids), booking_share(h.priority, h.channel)
  FROM slot_hold h
 WHERE h.id = :hold_id;

-- name: slot_hold_move   rows: 1
UPDATE slot_hold
   SET status = :status, appointment_id = :appointment_id, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Who was offered what is held is locked before it, as everywhere.
-- name: slot_hold_entry
SELECT w.id, w.store_id, w.customer_id FROM waiting_entry w WHERE w.hold_id = :id AND w.status = 'offered' FOR NO KEY UPDATE;

-- name: slot_hold_entry_waits   rows: 1
UPDATE waiting_entry
   SET status = 'waiting', version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: slot_hold_expire_due
WITH gone AS (
	UPDATE slot_hold h
	   SET status = 'expired', version = version + 1, updated_at = :now, changed = pg_current_xact_id()
	 WHERE h.id IN (SELECT d.id FROM slot_hold d WHERE d.status = 'held' AND d.expires_at <= :now LIMIT 500 FOR NO KEY UPDATE SKIP LOCKED)
	RETURNING h.id, h.store_id
), freed AS (
	DELETE FROM occupation o USING gone g WHERE o.id = g.id
)
SELECT g.id, g.store_id FROM gone g;
