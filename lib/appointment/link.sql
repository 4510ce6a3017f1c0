-- What a customer sees of an appointment by its link, and what they say there.

-- name: appointment_link_get
SELECT l.id, l.store_id, l.subject_id AS appointment_id, l.created_at, l.expires_at
  FROM link l
 WHERE l.subject_id = ANY (:ids) AND l.purpose = 'appointment' AND l.revoked_at IS NULL AND l.expires_at > :now;

-- Of the appointment's steps, those by a link.
-- name: customer_act_list   page unnamed
SELECT h.id, h.what, h.starts_at, h.reason, h.note, h.at, h.at AS _after_at, h.id AS _after_id
  FROM appointment_step h
  JOIN link k ON k.id = h.actor_id
 WHERE h.appointment_id = :id
   AND (:after_at::timestamptz IS NULL OR (h.at, h.id) > (:after_at, :after_id::uuid))
 ORDER BY h.at, h.id
 LIMIT :limit;

-- name: appointment_customer_comes   rows: 1
UPDATE appointment
   SET customer_confirmed_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: appointment_add_facts   rows: 1
UPDATE appointment
   SET concerns = concerns || ARRAY(SELECT n.concern FROM unnest(:concerns::text[]) WITH ORDINALITY n (concern, place)
                                     WHERE n.concern <> ALL (concerns) ORDER BY n.place),
       odometer_km = coalesce(:odometer_km, odometer_km),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- By this link and those before it.
-- name: appointment_photos_sent
SELECT count(*) AS sent
  FROM file f
  JOIN link k ON k.id = f.created_by AND k.subject_id = f.subject_id
 WHERE f.subject_id = :id AND f.deleted_at IS NULL;

-- The link is the principal: its appointment, and nothing beside it.  No name, no phone but the store's and what shows the customer
-- which of theirs it has; nothing that the store noted for itself.
-- name: public_appointment_get
SELECT a.id, a.version, a.store_id, a.number, a.status, a.starts_at, a.ends_at, s.time_zone, a.customer_confirmed_at,
       a.starts_at - make_interval(hours => p.late_cancel_hours) AS cancel_until, mask_phone(c.phone) AS contact_phone,
       s.id AS "store.id", s.name AS "store.name", s.phone AS "store.phone", s.address AS "store.address",
       s.directions AS "store.directions", s.what_to_bring AS "store.what_to_bring",
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.make AS "vehicle.make", v.model AS "vehicle.model",
       ARRAY(SELECT o.name FROM unnest(a.operation_ids) WITH ORDINALITY n (id, n) JOIN operation o ON o.id = n.id ORDER BY n.n) AS services,
       a.concerns, a.odometer_km, a.transport, t.mode AS "transport_agreed.mode",
       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', d.kind, 'status', d.status, 'address', d.address,
                                                     'due_at', to_char(d.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                                  ORDER BY d.due_at, d.id), '[]')
          FROM drive d
         WHERE d.transport_id = t.id AND d.status <> 'cancelled') AS "transport_agreed.drives",
       b.plate AS "loaner.plate", b.model AS "loaner.model", b.starts_at AS "loaner.starts_at", b.ends_at AS "loaner.ends_at",
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'media_type', f.media_type) ORDER BY f.created_at, f.id), '[]')
          FROM file f
          JOIN link k ON k.id = f.created_by AND k.subject_id = f.subject_id
         WHERE f.subject_id = a.id AND f.deleted_at IS NULL) AS photos
  FROM link l
  JOIN appointment a ON a.id = l.subject_id AND a.store_id = l.store_id
  JOIN store s ON s.id = a.store_id
  JOIN store_policy p ON p.store_id = a.store_id
  LEFT JOIN customer c ON c.id = a.customer_id
  LEFT JOIN vehicle v ON v.id = a.vehicle_id
  LEFT JOIN transport t ON t.appointment_id = a.id AND t.status = 'planned'
  LEFT JOIN LATERAL (SELECT r.plate, r.model, n.starts_at, n.ends_at
                       FROM loan n
                       JOIN loaner_car r ON r.id = n.loaner_car_id
                      WHERE n.appointment_id = a.id AND n.status IN ('reserved', 'out')
                      ORDER BY n.starts_at, n.id
                      LIMIT 1) b ON true
 WHERE l.id = :actor_id AND l.purpose = 'appointment';

-- name: public_appointment_open
SELECT a.id
  FROM link l
  JOIN appointment a ON a.id = l.subject_id AND a.store_id = l.store_id AND a.status IN ('pending', 'confirmed')
 WHERE l.id = :actor_id AND l.purpose = 'appointment';

-- As availability_list, of the link's own store, operations and share.
-- name: public_slots   page unnamed
SELECT f.starts_at, f.ends_at, k.time_zone, f.starts_at AS _after_at
  FROM (SELECT a.id, a.store_id, a.operation_ids, a.priority, a.channel, s.time_zone,
               greatest(:now::timestamptz, :from::date::timestamp AT TIME ZONE s.time_zone) AS "from",
               (:to::date + 1)::timestamp AT TIME ZONE s.time_zone AS "to"
          FROM link l
          JOIN appointment a ON a.id = l.subject_id AND a.store_id = l.store_id
          JOIN store s ON s.id = a.store_id
         WHERE l.id = :actor_id AND l.purpose = 'appointment') k
 CROSS JOIN LATERAL booking_slots(k.store_id, k.operation_ids, NULL, greatest(k."from", :after_at::timestamptz + interval '1 microsecond'),
                                  least(k."to", k."from" + interval '31 days'), booking_share(k.priority, k.channel), ARRAY[k.id], true, :limit, :now) f
 ORDER BY f.starts_at
 LIMIT :limit;

-- For `fettled verify`: a link that shows an appointment names one of its store, and opens it while it is to come.
-- name: verify_appointment_links   unnamed
SELECT st.code AS store_code, 'link ' || l.id AS subject, 'appointment' AS what, 'to come' AS expected, coalesce(a.status, 'none') AS found
  FROM link l
  JOIN store st ON st.id = l.store_id
  LEFT JOIN appointment a ON a.id = l.subject_id AND a.store_id = l.store_id
 WHERE l.purpose = 'appointment' AND (a.id IS NULL OR (l.revoked_at IS NULL AND a.status NOT IN ('pending', 'confirmed')))
 ORDER BY store_code, subject;
