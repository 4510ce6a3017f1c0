-- What a customer sees of an order by its link.

-- name: progress_link_get
SELECT l.id, l.store_id, l.subject_id AS work_order_id, l.created_at, l.expires_at
  FROM link l
 WHERE l.subject_id = ANY (:ids) AND l.purpose = 'progress' AND l.revoked_at IS NULL AND l.expires_at > :now;

-- The link is the principal: its order, and nothing beside it.  No prices, no phones but the store's, no reasons of the workshop.
-- name: public_progress_get
SELECT w.id, w.number,
       CASE WHEN w.moved_to_id IS NOT NULL THEN 'moved'
            WHEN w.status IN ('opened', 'ready', 'dispatched') THEN 'waiting'
            WHEN w.status = 'in_progress' THEN 'repairing'
            WHEN w.status = 'awaiting_qc' THEN 'checking'
            WHEN w.status IN ('completed', 'settled') THEN 'done'
            WHEN w.status = 'closed' THEN 'delivered' ELSE w.status END AS status,
       s.id AS "store.id", s.name AS "store.name", s.phone AS "store.phone",
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.make AS "vehicle.make", v.model AS "vehicle.model",
       f.id AS "advisor.id", f.name AS "advisor.name", w.promised_at, w.promised_at < :now AND w.completed_at IS NULL AND w.cancelled_at IS NULL AS late,
       (SELECT jsonb_agg(jsonb_build_object('step', p.step, 'at', to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) ORDER BY p.at, p.place)
          FROM (VALUES (1, 'arrived', r.arrived_at), (2, 'opened', w.opened_at),
                       (3, 'agreed', (SELECT min(a.at) FROM authorisation a WHERE a.work_order_id = w.id)), (4, 'started', w.started_at),
                       (5, 'finished', w.finished_at), (6, 'checked', w.completed_at), (7, 'washed', w.washed_at),
                       (8, 'settled', w.settled_at), (9, 'delivered', w.delivered_at), (10, 'cancelled', w.cancelled_at)) p (place, step, at)
         WHERE p.at IS NOT NULL) AS steps,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'number', e.number,
                                                     'sent_at', to_char(e.sent_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                                                     'valid_until', e.valid_until) ORDER BY e.sent_at), '[]')
          FROM estimate e
         WHERE e.work_order_id = w.id AND e.status = 'sent' AND e.deleted_at IS NULL) AS decisions,
       (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object('id', m.id, 'media_type', m.media_type)), '[]')
          FROM estimate e
          JOIN estimate_line n ON n.estimate_id = e.id
          JOIN inspection_finding_file p ON p.finding_id = n.finding_id
          JOIN file m ON m.id = p.file_id AND m.deleted_at IS NULL
         WHERE e.work_order_id = w.id AND e.sent_at IS NOT NULL AND e.deleted_at IS NULL) AS photos,
       CASE WHEN w.status NOT IN ('delivered', 'closed', 'cancelled') THEN 15 END AS poll_seconds
  FROM link l
  JOIN work_order w ON w.id = l.subject_id AND w.store_id = l.store_id AND w.deleted_at IS NULL
  JOIN store s ON s.id = w.store_id
  JOIN reception r ON r.id = w.reception_id
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
  LEFT JOIN staff f ON f.id = w.advisor_id
 WHERE l.id = :actor_id AND l.purpose = 'progress';

-- For `fettled verify`: a link by which an order is followed names one of its store.
-- name: verify_progress_links   unnamed
SELECT st.code AS store_code, 'link ' || l.id AS subject, 'work order' AS what, 'of its store' AS expected, 'none' AS found
  FROM link l
  JOIN store st ON st.id = l.store_id
 WHERE l.purpose = 'progress' AND NOT EXISTS (SELECT FROM work_order w WHERE w.id = l.subject_id AND w.store_id = l.store_id)
 ORDER BY store_code, subject;
