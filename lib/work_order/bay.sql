-- Cars on bays.

-- Who puts a car on a bay waits for who does the same there.
-- name: bay_place_lock
SELECT b.code, b.active
  FROM bay b
 WHERE b.id = :bay_id AND b.store_id = :store_id AND b.deleted_at IS NULL
   FOR NO KEY UPDATE;

-- Who stands there, so that the problem can name them; the constraint decides.
-- name: bay_standing
SELECT w.number
  FROM bay_occupancy o
  JOIN work_order w ON w.id = o.work_order_id
 WHERE o.store_id = :store_id AND o.bay_id = :bay_id AND o.ends_at > :happened_at AND o.work_order_id <> :id
 ORDER BY o.starts_at
 LIMIT 1;

-- Where it stands, or stood last.
-- name: bay_occupancy_of_order
SELECT o.id, o.bay_id, o.ends_at = 'infinity' AS standing, CASE WHEN o.ends_at = 'infinity' THEN o.starts_at ELSE o.ends_at END AS changed_at
  FROM bay_occupancy o
 WHERE o.work_order_id = :id
 ORDER BY o.starts_at DESC, o.id DESC
 LIMIT 1;

-- name: bay_occupancy_begin
INSERT INTO bay_occupancy (id, store_id, bay_id, work_order_id, starts_at, placed_by)
VALUES (:occupancy_id, :store_id, :bay_id, :id, :happened_at, :actor_id);

-- name: bay_occupancy_end
UPDATE bay_occupancy
   SET ends_at = greatest(starts_at, :happened_at), taken_by = :actor_id
 WHERE work_order_id = :id AND ends_at = 'infinity';

-- name: bay_occupancy_list   page unnamed
-- Of a day: what began before its end and ended after its beginning.  A bay holds one car at a time: before the day began only the last of each bay.
SELECT o.id, o.store_id, o.bay_id, b.id AS "bay.id", b.name AS "bay.name", o.work_order_id, w.number AS work_order_number,
       w.status AS work_order_status, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       o.starts_at, nullif(o.ends_at, 'infinity') AS ends_at,
       greatest(0, floor(extract(epoch FROM least(o.ends_at, :now::timestamptz) - o.starts_at)))::bigint AS seconds,
       o.placed_by, o.taken_by, o.starts_at AS _after_at, o.id AS _after_id
  FROM bay_occupancy o
  JOIN bay b ON b.id = o.bay_id
  JOIN work_order w ON w.id = o.work_order_id
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
 WHERE (:scope_store::uuid IS NULL OR o.store_id = :scope_store)
   AND (:bay_id::uuid IS NULL OR o.bay_id = :bay_id)
   AND (:work_order_id::uuid IS NULL OR o.work_order_id = :work_order_id)
   AND (:standing::boolean IS NOT TRUE OR o.ends_at = 'infinity')
   AND (:from::timestamptz IS NULL
        OR o.ends_at > :from
           AND o.starts_at >= (SELECT coalesce(min(p.starts_at), :from)
                                 FROM bay y
                                CROSS JOIN LATERAL (SELECT p.starts_at, p.ends_at FROM bay_occupancy p
                                                     WHERE p.bay_id = y.id AND p.starts_at < :from
                                                     ORDER BY p.starts_at DESC LIMIT 1) p
                                WHERE (:scope_store IS NULL OR y.store_id = :scope_store) AND p.ends_at > :from))
   AND (:to::timestamptz IS NULL OR o.starts_at < :to)
   AND (:after_at::timestamptz IS NULL OR (o.starts_at, o.id) < (:after_at, :after_id::uuid))
 ORDER BY o.starts_at DESC, o.id DESC
 LIMIT :limit;
