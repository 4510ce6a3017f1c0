-- Where the time of a visit goes: pauses, the washing, contacts with the customer.

-- name: work_order_pause_add
INSERT INTO work_order_pause (id, store_id, work_order_id, line_id, actor_id, reason_code, reason, note, paused_at)
VALUES (:pause_id, :store_id, :id, :line_id, :actor_id, :reason_code, :reason, :note, :happened_at);

-- Of the order (no line), or of a line.
-- name: work_order_pauses_end
UPDATE work_order_pause
   SET resumed_at = greatest(paused_at, :happened_at)
 WHERE work_order_id = :id AND resumed_at IS NULL
   AND CASE WHEN :line_id::uuid IS NULL THEN line_id IS NULL ELSE line_id = :line_id END;

-- name: work_order_pauses_end_all
UPDATE work_order_pause SET resumed_at = greatest(paused_at, :happened_at) WHERE work_order_id = :id AND resumed_at IS NULL;

-- Of a store by its time (work_order_pause_list_idx), of what stands still by the index of that alone.
-- name: work_order_pause_list   page unnamed
SELECT p.id, p.store_id, p.work_order_id, w.number AS work_order_number, p.line_id, p.actor_id, p.reason_code, p.reason, p.note,
       p.paused_at, p.resumed_at,
       greatest(0, floor(extract(epoch FROM coalesce(p.resumed_at, :now::timestamptz) - p.paused_at)))::bigint AS seconds,
       p.paused_at AS _after_at, p.id AS _after_id
  FROM work_order_pause p
  JOIN work_order w ON w.id = p.work_order_id
 WHERE (:scope_store::uuid IS NULL OR p.store_id = :scope_store)
   AND (:work_order_id::uuid IS NULL OR p.work_order_id = :work_order_id)
   AND (:reason_code::text[] IS NULL OR p.reason_code = ANY (:reason_code))
   AND (:running::boolean IS NOT TRUE OR p.resumed_at IS NULL)
   AND (:running IS NOT FALSE OR p.resumed_at IS NOT NULL)
   AND (:from::timestamptz IS NULL OR p.paused_at >= :from)
   AND (:to::timestamptz IS NULL OR p.paused_at < :to)
   AND (:after_at::timestamptz IS NULL OR (p.paused_at, p.id) < (:after_at, :after_id::uuid))
 ORDER BY p.paused_at DESC, p.id DESC
 LIMIT :limit;

-- name: work_order_wash   rows: 1
UPDATE work_order
   SET washed_at = :happened_at, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Whole seconds of the spans' ends, so that the stages add up.
-- name: work_order_durations
SELECT w.id, r.arrived_at AS starts_at, coalesce(w.delivered_at, w.cancelled_at) AS ends_at,
       d.total, d.wait, d.diagnose, d.approve, d.parts, d.work, d.qc, d.wash, d.pay, w.fault_class, w.repair_due_at,
       floor(extract(epoch FROM e.ends - r.arrived_at))::bigint AS repair_seconds,
       floor(extract(epoch FROM u.paused))::bigint AS paused_seconds,
       (SELECT coalesce(json_agg(json_build_object('reason_code', c.reason_code, 'seconds', c.seconds) ORDER BY c.seconds DESC, c.reason_code), '[]')
          FROM (SELECT p.reason_code, floor(sum(extract(epoch FROM upper(x.during) - lower(x.during))))::bigint AS seconds
                  FROM (SELECT y.reason_code, range_agg(tstzrange(y.paused_at, least(coalesce(y.resumed_at, e.ends), e.ends))) AS during
                          FROM work_order_pause y
                         WHERE y.work_order_id = w.id AND y.paused_at < e.ends
                         GROUP BY y.reason_code) p
                 CROSS JOIN LATERAL unnest(p.during) x (during)
                 GROUP BY p.reason_code) c) AS pauses,
       CASE WHEN e.ends > w.repair_due_at THEN false WHEN w.completed_at IS NOT NULL THEN w.completed_at <= w.repair_due_at END AS kept,
       CASE WHEN e.ends - u.paused - w.paused_before > w.repair_due_at THEN false
            WHEN w.completed_at IS NOT NULL THEN w.completed_at - u.paused - w.paused_before <= w.repair_due_at END AS kept_net
  FROM work_order w
  JOIN reception r ON r.id = w.reception_id
 CROSS JOIN LATERAL (SELECT coalesce(w.completed_at, w.cancelled_at, :now::timestamptz) AS ends) e
 CROSS JOIN LATERAL (SELECT work_order_paused(w.id, e.ends) AS paused) u
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(s.seconds), 0)::bigint AS total,
              coalesce(sum(s.seconds) FILTER (WHERE s.stage = 'wait'), 0)::bigint AS wait,
              coalesce(sum(s.seconds) FILTER (WHERE s.stage = 'diagnose'), 0)::bigint AS diagnose,
              coalesce(sum(s.seconds) FILTER (WHERE s.stage = 'approve'), 0)::bigint AS approve,
              coalesce(sum(s.seconds) FILTER (WHERE s.stage = 'parts'), 0)::bigint AS parts,
              coalesce(sum(s.seconds) FILTER (WHERE s.stage = 'work'), 0)::bigint AS work,
              coalesce(sum(s.seconds) FILTER (WHERE s.stage = 'qc'), 0)::bigint AS qc,
              coalesce(sum(s.seconds) FILTER (WHERE s.stage = 'wash'), 0)::bigint AS wash,
              coalesce(sum(s.seconds) FILTER (WHERE s.stage = 'pay'), 0)::bigint AS pay
         FROM (SELECT o.stage, floor(extract(epoch FROM o.ends)) - floor(extract(epoch FROM o.starts)) AS seconds
                 FROM work_order_spans(w.id, :now) o) s) d
 WHERE w.id = ANY (:ids) AND w.deleted_at IS NULL;

-- What was said to the customer about an order.

-- name: work_order_contact_add
INSERT INTO work_order_contact (id, store_id, work_order_id, purpose, method, result, note, at, recorded_at, actor_id)
VALUES (:contact_id, :store_id, :id, :purpose, :method, :result, :note, :happened_at, :now, :actor_id);

-- Like a promise, it does not change the order's version.
-- Of a call that nobody answered, and of a message, the customer knows nothing yet.
-- name: work_order_contacted
UPDATE work_order
   SET last_contact_at = CASE WHEN :result::text IN ('reached', 'call_later', 'refused') THEN greatest(last_contact_at, :happened_at) ELSE last_contact_at END,
       updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: work_order_contact_list   page unnamed
SELECT c.id, c.purpose, c.method, c.result, c.note, c.at, c.recorded_at, c.actor_id, c.at AS _after_at, c.id AS _after_id
  FROM work_order_contact c
 WHERE c.work_order_id = :id
   AND (:after_at::timestamptz IS NULL OR (c.at, c.id) > (:after_at, :after_id::uuid))
 ORDER BY c.at, c.id
 LIMIT :limit;
