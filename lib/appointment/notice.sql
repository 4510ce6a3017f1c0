-- What customers are told before an appointment.

-- Once it is confirmed, and again when it is moved: at once, and so many hours before as the store's policy has then.  What would
-- have been due before is left out.  Who was moved away and back is told again, as the last that was told is another time.
-- name: appointment_notices_plan
INSERT INTO appointment_notice (store_id, appointment_id, kind, lead_hours, starts_at, due_at)
SELECT a.store_id, a.id, n.kind, n.lead, a.starts_at, n.due_at
  FROM appointment a
  JOIN store_policy p ON p.store_id = a.store_id
 CROSS JOIN LATERAL (SELECT 'confirmation' AS kind, 0 AS lead, :now::timestamptz AS due_at
                      UNION ALL
                     SELECT 'reminder', h.hours, a.starts_at - make_interval(hours => h.hours) FROM unnest(p.reminder_hours) h (hours)) n
 WHERE a.id = ANY (:ids) AND a.status = 'confirmed' AND a.starts_at > :now AND n.due_at >= :now
ON CONFLICT (appointment_id, kind, lead_hours, starts_at) DO UPDATE
   SET due_at = excluded.due_at, told_at = NULL, dropped_at = NULL
 WHERE appointment_notice.dropped_at IS NOT NULL
    OR appointment_notice.kind = 'confirmation'
       AND EXISTS (SELECT FROM appointment_notice l
                    WHERE l.appointment_id = appointment_notice.appointment_id AND l.kind = 'confirmation'
                      AND l.told_at > appointment_notice.told_at);

-- The appointment is locked with what is told of it: who is just cancelling or moving it comes first, or is told before.
-- name: appointment_notices_due
WITH due AS MATERIALIZED (
	SELECT n.appointment_id, n.kind, n.lead_hours, n.starts_at, a.ends_at, a.number, a.customer_id, a.vehicle_id,
	       a.status = 'confirmed' AND a.starts_at = n.starts_at AND a.starts_at > :now::timestamptz AS tell
	  FROM appointment_notice n
	  JOIN appointment a ON a.id = n.appointment_id AND a.store_id = n.store_id
	 WHERE n.told_at IS NULL AND n.dropped_at IS NULL AND n.due_at <= :now
	 ORDER BY n.due_at
	 LIMIT 50
	   FOR NO KEY UPDATE OF n, a SKIP LOCKED
)
UPDATE appointment_notice n
   SET told_at = CASE WHEN d.tell THEN :now::timestamptz END, dropped_at = CASE WHEN d.tell THEN NULL ELSE :now::timestamptz END
  FROM due d
  JOIN appointment x ON x.id = d.appointment_id
  JOIN store s ON s.id = x.store_id
 WHERE n.appointment_id = d.appointment_id AND n.kind = d.kind AND n.lead_hours = d.lead_hours AND n.starts_at = d.starts_at
RETURNING n.store_id, n.appointment_id, n.kind, d.tell,
          jsonb_build_object('number', d.number, 'customer_id', d.customer_id, 'vehicle_id', d.vehicle_id, 'lead_hours', d.lead_hours,
                             'starts_at', to_char(d.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                             'ends_at', to_char(d.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'time_zone', s.time_zone,
                             'store', jsonb_build_object('name', s.name, 'phone', s.phone, 'address', s.address, 'directions', s.directions,
                                                         'what_to_bring', s.what_to_bring),
                             'link_id', (SELECT l.id FROM link l
                                          WHERE l.subject_id = n.appointment_id AND l.purpose = 'appointment' AND l.revoked_at IS NULL AND l.expires_at > :now)) AS data;

-- Who arrives later than the store's grace; no row: in time.
-- name: appointment_late
SELECT jsonb_build_object('late_minutes', floor(extract(epoch FROM :happened_at::timestamptz - :starts_at::timestamptz) / 60)::integer,
                          'grace_minutes', p.grace_minutes) AS data
  FROM store_policy p
 WHERE p.store_id = :store_id AND :happened_at::timestamptz > :starts_at::timestamptz + make_interval(mins => p.grace_minutes);

-- Of the last days, where the store has it so; the index of a store's appointments has them.
-- name: appointments_missed
SELECT a.id
  FROM store_policy p
  JOIN appointment a ON a.store_id = p.store_id AND a.status = 'confirmed'
                    AND a.starts_at < :now::timestamptz - make_interval(mins => p.grace_minutes) AND a.starts_at > :now::timestamptz - interval '3 days'
 WHERE p.no_show_automatic
 ORDER BY a.store_id, a.starts_at
 LIMIT 50
   FOR NO KEY UPDATE OF a SKIP LOCKED;

-- What was told was of the appointment, and never after it had begun.
-- name: verify_notices   unnamed
SELECT st.code AS store_code, a.number AS subject, n.kind || ' ' || n.lead_hours AS what, 'before its start' AS expected,
       to_char(n.told_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS found
  FROM appointment_notice n
  JOIN appointment a ON a.id = n.appointment_id
  JOIN store st ON st.id = n.store_id
 WHERE n.told_at >= n.starts_at OR n.told_at < n.due_at
 ORDER BY store_code, subject, what;
