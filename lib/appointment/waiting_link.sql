-- What somebody who waits sees by their link, and what they let go.

-- name: waiting_link_get
SELECT l.id, l.store_id, l.subject_id AS entry_id, l.created_at, l.expires_at
  FROM link l
 WHERE l.subject_id = ANY (:ids) AND l.purpose = 'waiting' AND l.revoked_at IS NULL AND l.expires_at > :now;

-- The link is the principal: its entry, and nothing beside it.
-- name: public_waiting_entry_get
SELECT w.id, w.version, w.store_id, CASE WHEN o.open THEN 'offered' WHEN w.status = 'offered' THEN 'waiting' ELSE w.status END AS status,
       w.starts_from, w.starts_to, s.time_zone,
       CASE WHEN o.open OR w.status = 'booked' THEN h.starts_at END AS offered_starts_at, CASE WHEN o.open THEN w.offer_expires_at END AS offer_expires_at,
       s.id AS "store.id", s.name AS "store.name", s.phone AS "store.phone", s.address AS "store.address",
       s.directions AS "store.directions", s.what_to_bring AS "store.what_to_bring",
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.make AS "vehicle.make", v.model AS "vehicle.model",
       ARRAY(SELECT p.name FROM unnest(w.operation_ids) WITH ORDINALITY n (id, n) JOIN operation p ON p.id = n.id ORDER BY n.n) AS services,
       w.concerns
  FROM link l
  JOIN waiting_entry w ON w.id = l.subject_id AND w.store_id = l.store_id
  JOIN store s ON s.id = w.store_id
 CROSS JOIN LATERAL (SELECT w.status = 'offered' AND w.offer_expires_at > :now AS open) o
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
  LEFT JOIN slot_hold h ON h.id = w.hold_id
 WHERE l.id = :actor_id AND l.purpose = 'waiting';

-- name: waiting_entry_declined   rows: 1
UPDATE waiting_entry w
   SET declined_starts_at = (SELECT h.starts_at FROM slot_hold h WHERE h.id = w.hold_id), changed = pg_current_xact_id()
 WHERE w.id = :id;

-- name: waiting_offer_told
SELECT jsonb_build_object('starts_at', to_char(h.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                          'expires_at', to_char(h.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'time_zone', s.time_zone,
                          'customer_id', w.customer_id, 'vehicle_id', w.vehicle_id,
                          'link_id', (SELECT l.id FROM link l
                                       WHERE l.subject_id = w.id AND l.purpose = 'waiting' AND l.revoked_at IS NULL AND l.expires_at > :now)) AS data
  FROM waiting_entry w
  JOIN slot_hold h ON h.id = w.hold_id
  JOIN store s ON s.id = w.store_id
 WHERE w.id = :id;
