-- What keeps its slot takes it, just so, and nothing else does.

-- name: verify_slots   unnamed
SELECT st.code AS store_code, coalesce(w.subject, 'occupation ' || o.id) AS subject, 'slot' AS what,
       coalesce(w.slot, 'none') AS expected, coalesce(o.slot, 'none') AS found
  FROM (SELECT a.id, a.store_id, a.number AS subject, concat_ws(' ', a.bay_id, a.technician_id, a.starts_at, a.ends_at) AS slot
          FROM appointment a
         WHERE a.status IN ('pending', 'confirmed', 'arrived', 'converted') AND a.no_show_at IS NULL AND a.released_at IS NULL
        UNION ALL
        SELECT h.id, h.store_id, 'hold ' || h.id, concat_ws(' ', h.bay_id, h.technician_id, h.starts_at, h.ends_at, h.expires_at)
          FROM slot_hold h
         WHERE h.status = 'held') w
  FULL JOIN (SELECT t.id, t.store_id, concat_ws(' ', t.bay_id, t.technician_id, t.starts_at, t.ends_at, t.held_until) AS slot
               FROM occupation t) o ON o.id = w.id AND o.store_id = w.store_id
  JOIN store st ON st.id = coalesce(w.store_id, o.store_id)
  LEFT JOIN slot_hold h ON h.id = w.id
 WHERE w.slot IS DISTINCT FROM o.slot
   AND (o.id IS NOT NULL OR h.id IS NULL OR h.expires_at > :now)  -- a hold that has run out may have lost its slot
 ORDER BY store_code, subject;

-- The last that was noted of an appointment is as it is.

-- name: verify_appointment_steps   unnamed
SELECT st.code AS store_code, a.number AS subject, 'last step' AS what, concat_ws(' ', a.status, a.starts_at, a.bay_id, a.operation_ids) AS expected,
       coalesce(h.said, 'none') AS found
  FROM appointment a
  JOIN store st ON st.id = a.store_id
  LEFT JOIN LATERAL (SELECT concat_ws(' ', h.status, h.starts_at, h.bay_id, h.operation_ids) AS said
                       FROM appointment_step h
                      WHERE h.appointment_id = a.id
                      ORDER BY h.at DESC, h.id DESC
                      LIMIT 1) h ON true
 WHERE h.said IS DISTINCT FROM concat_ws(' ', a.status, a.starts_at, a.bay_id, a.operation_ids)
 ORDER BY store_code, subject;
