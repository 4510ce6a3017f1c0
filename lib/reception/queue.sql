-- Tickets of who has come.  Those of a day are few, and those that wait have an index of their own.

-- name: queue_ticket_get
SELECT q.id, q.version, q.store_id, q.day, q.kind, q.number, q.status, q.plate, q.note, q.appointment_id, q.reception_id,
       q.counter, q.queued_at, q.skips, q.calls, q.called_at, q.called_by, f.id AS "caller.id", f.name AS "caller.name", q.ended_at,
       w.ahead, w.minutes AS estimated_wait_minutes, q.created_at, q.updated_at
  FROM queue_ticket q
  LEFT JOIN staff f ON f.id = q.called_by
  LEFT JOIN LATERAL queue_wait(q.store_id, q.day, q.kind, q.status, q.queued_at, q.id, :now) w ON true
 WHERE q.id = ANY (:ids);

-- name: queue_ticket_list   page unnamed
-- sort: queued_at   q.queued_at::timestamptz AS at, q.id::uuid AS id
-- sort: -queued_at   q.queued_at::timestamptz AS at, q.id::uuid AS id
SELECT q.id, q.version, q.store_id, q.day, q.kind, q.number, q.status, q.plate, q.note, q.appointment_id, q.reception_id,
       q.counter, q.queued_at, q.skips, q.calls, q.called_at, q.called_by, f.id AS "caller.id", f.name AS "caller.name", q.ended_at,
       w.ahead, w.minutes AS estimated_wait_minutes, q.created_at, q.updated_at,
       {keys}
  FROM queue_ticket q
  LEFT JOIN staff f ON f.id = q.called_by
  LEFT JOIN LATERAL queue_wait(q.store_id, q.day, q.kind, q.status, q.queued_at, q.id, :now) w ON true
 WHERE (:scope_store::uuid IS NULL OR q.store_id = :scope_store)
   AND (:status::text[] IS NULL OR q.status = ANY (:status))
   AND (:kind::text[] IS NULL OR q.kind = ANY (:kind))
   AND (:day::date IS NULL OR q.day = :day)
   AND (:number::text IS NULL OR q.number = :number)
   AND (:reception_id::uuid IS NULL OR q.reception_id = :reception_id)
   AND (:updated_after::timestamptz IS NULL OR q.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (q.changed >= :after_position::text::xid8 AND q.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: queue_ticket_lock
SELECT q.version, q.store_id, q.status FROM queue_ticket q WHERE q.id = :id FOR NO KEY UPDATE;

-- The counter's row is what keeps numbers apart.
-- name: queue_ticket_add   rows: 1
WITH given AS (
	INSERT INTO queue_counter AS c (store_id, day, kind, last)
	VALUES (:store_id, coalesce((SELECT (:now::timestamptz AT TIME ZONE s.time_zone)::date FROM store s WHERE s.id = :store_id), :now::timestamptz::date),
	        :kind, 1)
	ON CONFLICT (store_id, day, kind) DO UPDATE SET last = c.last + 1
	RETURNING c.store_id, c.day, c.kind, c.last
)
INSERT INTO queue_ticket (id, store_id, day, kind, ordinal, number, plate, note, appointment_id, queued_at, created_by, created_at, updated_at)
SELECT :ticket_id, g.store_id, g.day, g.kind, g.last,
       CASE g.kind WHEN 'inspection' THEN 'A' WHEN 'repair' THEN 'B' ELSE 'C' END || lpad(g.last::text, greatest(3, length(g.last::text)), '0'),
       :plate, :note, :appointment_id, :now, :actor_id, :now, :now
  FROM given g;

-- The one who waits longest, today.  Who is just being called, or changed, by somebody else is passed over.
-- name: queue_ticket_next
UPDATE queue_ticket t
   SET status = 'called', counter = :counter, calls = t.calls + 1, called_at = :now, called_by = :actor_id, ended_at = NULL,
       version = t.version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE t.id = (SELECT q.id
                 FROM queue_ticket q
                 JOIN store s ON s.id = q.store_id
                WHERE q.store_id = :store_id AND q.status = 'waiting' AND q.day = (:now::timestamptz AT TIME ZONE s.time_zone)::date
                  AND (:kinds::text[] IS NULL OR q.kind = ANY (:kinds))
                ORDER BY q.queued_at, q.id
                LIMIT 1
                  FOR NO KEY UPDATE OF q SKIP LOCKED)
RETURNING t.id;

-- Who is skipped waits again, behind all others.
-- name: queue_ticket_move   rows: 1
UPDATE queue_ticket
   SET status = :status,
       calls = calls + CASE WHEN :status::text = 'called' THEN 1 ELSE 0 END,
       called_at = CASE WHEN :status::text = 'called' THEN :now ELSE called_at END,
       called_by = CASE WHEN :status::text = 'called' THEN :actor_id ELSE called_by END,
       counter = CASE WHEN :status::text = 'called' THEN coalesce(:counter, counter) ELSE counter END,
       skips = skips + CASE WHEN :status::text = 'waiting' THEN 1 ELSE 0 END,
       queued_at = CASE WHEN :status::text = 'waiting' THEN :now ELSE queued_at END,
       ended_at = CASE WHEN :status::text IN ('waiting', 'called') THEN NULL ELSE :now::timestamptz END,
       reception_id = :reception_id,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Who took a ticket had come by then.
-- name: queue_ticket_arrival
UPDATE reception r
   SET arrived_at = q.created_at, version = r.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM queue_ticket q
  JOIN store s ON s.id = q.store_id
 WHERE q.id = :id AND r.id = :reception_id AND r.store_id = q.store_id AND r.arrived_at > q.created_at
   AND (r.arrived_at AT TIME ZONE s.time_zone)::date = q.day;

-- Whose day is over.
-- name: queue_tickets_lapse
UPDATE queue_ticket t
   SET status = 'lapsed', ended_at = :now, version = t.version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE t.id IN (SELECT q.id
                  FROM store s
                 CROSS JOIN LATERAL (SELECT k.id
                                       FROM queue_ticket k
                                      WHERE k.store_id = s.id AND k.status IN ('waiting', 'called')
                                        AND k.day < (:now::timestamptz AT TIME ZONE s.time_zone)::date
                                      LIMIT 50
                                        FOR NO KEY UPDATE SKIP LOCKED) q
                 LIMIT 500)
RETURNING t.id, t.store_id;

-- For a screen in the lobby: numbers, and nothing of whose they are.

-- name: queue_board
SELECT s.id, s.name, s.time_zone, :now::timestamptz AS at, (:now::timestamptz AT TIME ZONE s.time_zone)::date AS day
  FROM store s
 WHERE s.id = :store_id AND s.deleted_at IS NULL;

-- name: queue_board_called
SELECT q.store_id AS _parent, q.number, q.kind, q.counter, q.called_at
  FROM store s
  JOIN queue_ticket q ON q.store_id = s.id AND q.status = 'called' AND q.day = (:now::timestamptz AT TIME ZONE s.time_zone)::date
 WHERE s.id = :store_id
 ORDER BY q.called_at DESC, q.id
 LIMIT 20;

-- name: queue_board_waiting
SELECT s.id AS _parent, k.kind, w.ahead AS waiting, w.minutes AS estimated_wait_minutes,
       ARRAY(SELECT q.number
               FROM queue_ticket q
              WHERE q.store_id = s.id AND q.kind = k.kind AND q.status = 'waiting' AND q.day = (:now::timestamptz AT TIME ZONE s.time_zone)::date
              ORDER BY q.queued_at, q.id
              LIMIT 10) AS next
  FROM store s
 CROSS JOIN (VALUES (1, 'inspection'), (2, 'repair'), (3, 'collect')) k (place, kind)
 CROSS JOIN LATERAL queue_wait(s.id, (:now::timestamptz AT TIME ZONE s.time_zone)::date, k.kind, 'waiting', 'infinity', s.id, :now) w
 WHERE s.id = :store_id
 ORDER BY k.place;

-- Every number was given once, and none is missing.
-- name: verify_queue   unnamed
SELECT st.code AS store_code, concat_ws(' ', coalesce(c.kind, t.kind), coalesce(c.day, t.day)) AS subject, d.what, d.expected::text AS expected, d.found::text AS found
  FROM queue_counter c
  FULL JOIN (SELECT q.store_id, q.day, q.kind, count(*) AS given, max(q.ordinal) AS last
               FROM queue_ticket q
              GROUP BY q.store_id, q.day, q.kind) t ON t.store_id = c.store_id AND t.day = c.day AND t.kind = c.kind
  JOIN store st ON st.id = coalesce(c.store_id, t.store_id)
 CROSS JOIN LATERAL (VALUES ('tickets', coalesce(c.last, 0), coalesce(t.given, 0)), ('last ticket', coalesce(c.last, 0), coalesce(t.last, 0)))
                    d (what, expected, found)
 WHERE d.expected <> d.found
 ORDER BY store_code, subject, d.what;
