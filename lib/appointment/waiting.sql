-- The waiting list.  An offer whose time has passed waits again, whether or not the job has come by.

-- name: waiting_entry_get
SELECT w.id, w.version, w.store_id, CASE WHEN w.status = 'offered' AND w.offer_expires_at <= :now THEN 'waiting' ELSE w.status END AS status,
       w.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       w.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       w.starts_from, w.starts_to, w.technician_id, w.channel, w.concerns, w.operation_ids, w.offers, w.offered_at, w.offer_expires_at,
       w.hold_id, h.starts_at AS offered_starts_at, w.appointment_id, w.reason, w.note, w.created_by, w.created_at, w.updated_at
  FROM waiting_entry w
  LEFT JOIN customer c ON c.id = w.customer_id
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
  LEFT JOIN slot_hold h ON h.id = w.hold_id
 WHERE w.id = ANY (:ids);

-- name: waiting_entry_list   page unnamed
-- sort: created_at   w.created_at::timestamptz AS at, w.id::uuid AS id
SELECT w.id, w.version, w.store_id, CASE WHEN w.status = 'offered' AND w.offer_expires_at <= :now THEN 'waiting' ELSE w.status END AS status,
       w.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       w.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       w.starts_from, w.starts_to, w.technician_id, w.channel, w.concerns, w.operation_ids, w.offers, w.offered_at, w.offer_expires_at,
       w.hold_id, h.starts_at AS offered_starts_at, w.appointment_id, w.reason, w.note, w.created_by, w.created_at, w.updated_at,
       {keys}
  FROM waiting_entry w
  LEFT JOIN customer c ON c.id = w.customer_id
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
  LEFT JOIN slot_hold h ON h.id = w.hold_id
 WHERE (:scope_store::uuid IS NULL OR w.store_id = :scope_store)
   AND (:status::text[] IS NULL
        OR CASE WHEN w.status = 'offered' AND w.offer_expires_at <= :now THEN 'waiting' ELSE w.status END = ANY (:status))
   AND (:customer_id::uuid IS NULL OR w.customer_id = :customer_id)
   AND (:updated_after::timestamptz IS NULL OR w.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (w.changed >= :after_position::text::xid8 AND w.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: waiting_entry_lock
SELECT w.version, w.store_id, CASE WHEN w.status = 'offered' AND w.offer_expires_at <= :now THEN 'waiting' ELSE w.status END AS status,
       w.customer_id, w.vehicle_id, w.starts_from, w.starts_to, w.technician_id, w.channel, w.operation_ids, w.hold_id, w.declined_starts_at, w.created_by
  FROM waiting_entry w
 WHERE w.id = :id
   FOR NO KEY UPDATE;

-- name: waiting_entry_add
INSERT INTO waiting_entry (id, store_id, customer_id, vehicle_id, starts_from, starts_to, technician_id, channel, concerns, operation_ids, note,
                           created_by, created_at, updated_at)
VALUES (:entry_id, :store_id, :customer_id, :vehicle_id, :starts_from, :starts_to, :technician_id, :channel,
        coalesce(:concerns::text[], '{}'), coalesce(:operation_ids::uuid[], '{}'), :note, :actor_id, :now, :now);

-- Whether technician and operations can be had there.
-- name: waiting_entry_check
SELECT :technician_id::uuid IS NULL OR EXISTS (SELECT FROM store_technicians(:store_id::uuid, :technician_id::uuid)) AS has_technician,
       (SELECT count(*) FROM operation o WHERE o.id = ANY (:operation_ids::uuid[]) AND o.active AND o.deleted_at IS NULL) AS operations;

-- name: waiting_entry_first
SELECT f.starts_at
  FROM waiting_entry w
 CROSS JOIN LATERAL booking_first(w.store_id, w.operation_ids, w.technician_id, greatest(w.starts_from, :now), w.starts_to,
                                  booking_share(NULL, w.channel), '{}', :now) f
 WHERE w.id = :id;

-- name: waiting_entry_things
SELECT t.operation_id, t.concern
  FROM waiting_entry w
 CROSS JOIN LATERAL unnest(w.operation_ids, w.concerns) WITH ORDINALITY t (operation_id, concern, place)
 WHERE w.id = :id
 ORDER BY t.place;

-- name: waiting_entry_offer   rows: 1
UPDATE waiting_entry w
   SET status = 'offered', hold_id = h.id, offers = offers + 1, offered_at = :now, offer_expires_at = h.expires_at,
       version = w.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM slot_hold h
 WHERE w.id = :id AND h.id = :hold_id;

-- name: waiting_entry_move   rows: 1
UPDATE waiting_entry
   SET status = :status, appointment_id = :appointment_id, reason = :reason, note = coalesce(:note, note),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: waiting_entries_lapse
UPDATE waiting_entry w
   SET status = 'waiting', version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE w.id IN (SELECT d.id FROM waiting_entry d WHERE d.status = 'offered' AND d.offer_expires_at <= :now LIMIT 500 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING w.id, w.store_id;

-- Whose time is over; the store had nothing for them.
-- name: waiting_entries_end
UPDATE waiting_entry w
   SET status = 'left', reason = 'store_no_capacity', version = w.version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE w.id IN (SELECT d.id FROM waiting_entry d WHERE d.status = 'waiting' AND d.starts_to <= :now LIMIT 500 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING w.id, w.store_id;

-- Who may be offered something: who waited already when one of these events widened what their store has, and who wishes for a time
-- within a day of one that has just been freed (of appointments and holds that were let go, and where those that were moved had been; limits and shares are counted
-- by the day).  First those who wish for just that time, of them those with the fewest offers, then the
-- longest waiting.  Who has let three pass is asked by people only.
-- name: waiting_entries_to_offer
WITH freed AS MATERIALIZED (
	SELECT a.store_id, a.starts_at, a.ends_at FROM appointment a WHERE a.id = ANY (:subject_ids::uuid[])
	 UNION
	SELECT p.store_id, p.starts_at, p.ends_at FROM appointment_step p WHERE p.appointment_id = ANY (:subject_ids::uuid[])
	 UNION
	SELECT h.store_id, h.starts_at, h.ends_at FROM slot_hold h WHERE h.id = ANY (:subject_ids::uuid[])
)
SELECT t.id
  FROM (SELECT x.id, max(x.at) AS widened
          FROM (SELECT e.store_id AS id, e.at FROM event e WHERE e.id = ANY (:event_ids::uuid[])
                 UNION ALL
                SELECT f.store_id, NULL FROM freed f) x
         GROUP BY x.id) s
 CROSS JOIN LATERAL (
       SELECT w.id, w.store_id, w.offers, w.created_at, f.wished
         FROM waiting_entry w
        CROSS JOIN LATERAL (SELECT coalesce(bool_or(f.starts_at < w.starts_to AND f.ends_at > w.starts_from), false) AS wished, count(*) AS near
                              FROM freed f
                             WHERE f.store_id = w.store_id AND f.starts_at - interval '1 day' < w.starts_to
                               AND f.ends_at + interval '1 day' > w.starts_from) f
        WHERE w.store_id = s.id AND w.status IN ('waiting', 'offered') AND (w.status = 'waiting' OR w.offer_expires_at <= :now)
          AND w.offers < 3 AND w.starts_to > :now AND (w.created_at < s.widened OR f.near > 0)
        ORDER BY f.wished DESC, w.offers, w.created_at
        LIMIT 100) t
 ORDER BY t.store_id, t.wished DESC, t.offers, t.created_at;
