-- Follow-up tasks.  Whoever makes or ends a call-in holds task_call_in_wait for its order.

-- name: task_get
SELECT t.id, t.version, t.store_id, t.kind, t.source, t.status, t.title, t.note,
       t.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       t.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       t.work_order_id, w.number AS work_order_number, t.demand_id, t.assignee_id, f.id AS "assignee.id", f.name AS "assignee.name", t.due_at,
       t.status IN ('planned', 'attempted') AND t.due_at < :now::timestamptz AS overdue, t.attempts_count, t.unanswered_count, t.parts_arrived_at,
       t.outcome, t.outcome_note, t.cancel_cause, t.cancel_reason, t.ended_at, t.created_by, t.created_at, t.updated_at
  FROM task t
  LEFT JOIN customer c ON c.id = t.customer_id
  LEFT JOIN vehicle v ON v.id = t.vehicle_id
  LEFT JOIN work_order w ON w.id = t.work_order_id
  LEFT JOIN staff f ON f.id = t.assignee_id
 WHERE t.id = ANY (:ids);

-- name: task_attempts
SELECT a.task_id AS _parent, a.id, a.ordinal, a.method, a.result, a.note, a.at, a.recorded_at, a.actor_id
  FROM task_attempt a
 WHERE a.task_id = ANY (:ids)
 ORDER BY a.task_id, a.ordinal;

-- name: task_list   page unnamed
-- sort: due_at        t.due_at::timestamptz AS at, t.id::uuid AS id
-- sort: -created_at   t.created_at::timestamptz AS at, t.id::uuid AS id
SELECT t.id, t.version, t.store_id, t.kind, t.source, t.status, t.title, t.note,
       t.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       t.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       t.work_order_id, w.number AS work_order_number, t.demand_id, t.assignee_id, f.id AS "assignee.id", f.name AS "assignee.name", t.due_at,
       t.status IN ('planned', 'attempted') AND t.due_at < :now::timestamptz AS overdue, t.attempts_count, t.unanswered_count, t.parts_arrived_at,
       t.outcome, t.outcome_note, t.cancel_cause, t.cancel_reason, t.ended_at, t.created_by, t.created_at, t.updated_at,
       {keys}
  FROM task t
  LEFT JOIN customer c ON c.id = t.customer_id
  LEFT JOIN vehicle v ON v.id = t.vehicle_id
  LEFT JOIN work_order w ON w.id = t.work_order_id
  LEFT JOIN staff f ON f.id = t.assignee_id
 WHERE (:scope_store::uuid IS NULL OR t.store_id = :scope_store)
   AND (:kind::text[] IS NULL OR t.kind = ANY (:kind))
   AND (:status::text[] IS NULL OR t.status = ANY (:status))
   AND (:assignee_id::uuid IS NULL OR t.assignee_id = :assignee_id)
   AND (:customer_id::uuid IS NULL OR t.customer_id = :customer_id)
   AND (:vehicle_id::uuid IS NULL OR t.vehicle_id = :vehicle_id)
   AND (:work_order_id::uuid IS NULL OR t.work_order_id = :work_order_id)
   -- what is overdue is open: task_open_idx knows what is
   AND (:overdue::boolean IS NOT TRUE OR t.status IN ('planned', 'attempted') AND t.due_at < :now)
   AND (:overdue IS NOT FALSE OR NOT (t.status IN ('planned', 'attempted') AND t.due_at < :now))
   AND (:due_from::timestamptz IS NULL OR t.due_at >= :due_from)
   AND (:due_to::timestamptz IS NULL OR t.due_at < :due_to)
   AND (:updated_after::timestamptz IS NULL OR t.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (t.changed >= :after_position::text::xid8 AND t.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- What a task is about, as the order that is named, or that the wish is for, says; and who is to do it.
-- name: task_subject
SELECT d.id AS demand_id, d.work_order_id AS demand_order, w.id AS work_order_id, w.status AS order_status,
       coalesce(w.customer_id, d.customer_id) AS customer_id, coalesce(w.vehicle_id, d.vehicle_id) AS vehicle_id, f.id AS assignee_id
  FROM (SELECT 1) one
  LEFT JOIN demand d ON d.id = :demand_id AND d.store_id = :store_id
  LEFT JOIN work_order w ON w.id = coalesce(:work_order_id::uuid, d.work_order_id) AND w.store_id = :store_id AND w.deleted_at IS NULL
  LEFT JOIN staff f ON f.id = :assignee_id AND f.active AND f.deleted_at IS NULL;

-- name: task_assignee
SELECT f.id FROM staff f WHERE f.id = :assignee_id AND f.active AND f.deleted_at IS NULL;

-- name: task_add
INSERT INTO task (id, store_id, kind, source, status, title, note, customer_id, vehicle_id, work_order_id, demand_id, assignee_id, due_at, created_by,
                  created_at, updated_at)
VALUES (:task_id, :store_id, :kind, 'staff', 'planned', :title, :note, :of_customer_id, :of_vehicle_id, :of_order_id, :demand_id, :assignee_id, :due_at,
        :actor_id, :now, :now);

-- name: task_lock
SELECT t.version, t.store_id, t.status, t.unanswered_count, p.call_attempts
  FROM task t
  JOIN store_policy p ON p.store_id = t.store_id
 WHERE t.id = :id
   FOR NO KEY UPDATE OF t;

-- name: task_update   rows: 1
UPDATE task
   SET due_at = CASE WHEN :has_due_at THEN :due_at ELSE due_at END,
       assignee_id = CASE WHEN :has_assignee_id THEN :assignee_id ELSE assignee_id END,
       title = CASE WHEN :has_title THEN :title ELSE title END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Before task_attempted counts it.
-- name: task_attempt_add
INSERT INTO task_attempt (id, store_id, task_id, ordinal, method, result, note, at, recorded_at, actor_id)
SELECT :attempt_id, t.store_id, t.id, t.attempts_count + 1, :method, :result, :note, :happened_at, :now, :actor_id
  FROM task t
 WHERE t.id = :id;

-- name: task_attempted   rows: 1
UPDATE task t
   SET status = :status, attempts_count = t.attempts_count + 1, unanswered_count = :unanswered,
       due_at = CASE WHEN :status::text = 'unreachable' THEN t.due_at
                     ELSE coalesce(:next_at::timestamptz,
                                   (SELECT :now::timestamptz + make_interval(mins => p.call_in_minutes) FROM store_policy p WHERE p.store_id = t.store_id)) END,
       ended_at = CASE WHEN :status::text = 'unreachable' THEN :now::timestamptz END,
       version = t.version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE t.id = :id;

-- name: task_done   rows: 1
UPDATE task
   SET status = 'done', outcome = :outcome, outcome_note = :note, ended_at = :now,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: task_cancel   rows: 1
UPDATE task
   SET status = 'cancelled', cancel_cause = 'by_hand', cancel_reason = :reason, ended_at = :now,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Calling customers in whose parts have come.

-- One at a time for each order, and each customer without one, in the same order for all: what comes at once for one order is
-- seen by whoever comes last.
-- name: task_call_in_wait
SELECT pg_advisory_xact_lock(hashtextextended('call in ' || k.id::text, 0))
  FROM (SELECT DISTINCT n.id
          FROM (SELECT :work_order_id::uuid AS id
                 UNION ALL
                SELECT coalesce(d.work_order_id, d.customer_id) FROM demand d WHERE d.id = ANY (:demand_ids::uuid[])) n
         WHERE n.id IS NOT NULL
         ORDER BY n.id) k;

-- For each order, or customer without one, of these wishes: whether they are to be called in now, have been since, and their task.
-- name: task_parts_state
SELECT p.work_order_id, coalesce(w.customer_id, p.customer_id) AS customer_id, coalesce(w.vehicle_id, p.vehicle_id) AS vehicle_id,
       CASE WHEN p.work_order_id IS NULL THEN p.demand_id END AS demand_id, f.id AS assignee_id, a.waiting, a.arrived_at,
       a.arrived_at IS NOT NULL AND NOT a.waiting
       AND (p.work_order_id IS NULL OR w.status NOT IN ('delivered', 'closed', 'cancelled')) AS wanted,
       EXISTS (SELECT FROM task h
                WHERE h.work_order_id = p.work_order_id AND h.kind = 'call_in' AND h.parts_arrived_at >= a.arrived_at
                  AND coalesce(h.cancel_cause, 'by_hand') = 'by_hand')
       OR EXISTS (SELECT FROM task h
                   WHERE p.work_order_id IS NULL AND h.customer_id = p.customer_id AND h.work_order_id IS NULL AND h.store_id = :store_id
                     AND h.kind = 'call_in' AND h.parts_arrived_at >= a.arrived_at AND coalesce(h.cancel_cause, 'by_hand') = 'by_hand') AS told,
       t.id AS task_id, t.source, t.parts_arrived_at
  FROM (SELECT d.work_order_id, CASE WHEN d.work_order_id IS NULL THEN d.customer_id END AS customer_id, min(d.id::text)::uuid AS demand_id,
               CASE WHEN count(DISTINCT d.vehicle_id) = 1 THEN min(d.vehicle_id::text)::uuid END AS vehicle_id
          FROM demand d
         WHERE d.id = ANY (:demand_ids::uuid[]) AND (d.work_order_id IS NOT NULL OR d.customer_id IS NOT NULL)
         GROUP BY 1, 2) p
  LEFT JOIN work_order w ON w.id = p.work_order_id
  LEFT JOIN staff f ON f.id = w.advisor_id AND f.active AND f.deleted_at IS NULL
 CROSS JOIN LATERAL parts_awaited(:store_id::uuid, p.work_order_id, p.customer_id) a
  LEFT JOIN LATERAL (
        SELECT o.id, o.source, o.parts_arrived_at
          FROM task o
         WHERE o.work_order_id = p.work_order_id AND o.kind = 'call_in' AND o.status IN ('planned', 'attempted')
         UNION ALL
        SELECT o.id, o.source, o.parts_arrived_at
          FROM task o
         WHERE p.work_order_id IS NULL AND o.customer_id = p.customer_id AND o.work_order_id IS NULL AND o.store_id = :store_id
           AND o.kind = 'call_in' AND o.status IN ('planned', 'attempted')) t ON true
 ORDER BY p.work_order_id, p.customer_id, t.id;

-- What an order wanted whose customer is to be called in.
-- name: task_call_in_demands
SELECT d.id
  FROM task t
  JOIN demand d ON d.work_order_id = t.work_order_id
 WHERE t.work_order_id = :work_order_id AND t.kind = 'call_in' AND t.status IN ('planned', 'attempted');

-- name: task_call_in_add
INSERT INTO task (id, store_id, kind, source, status, customer_id, vehicle_id, work_order_id, demand_id, assignee_id, due_at, parts_arrived_at, created_by,
                  created_at, updated_at)
SELECT :task_id, p.store_id, 'call_in', 'parts', 'planned', :of_customer_id::uuid, :of_vehicle_id::uuid, :of_order_id::uuid, :demand_id::uuid, :assignee_id::uuid,
       :now::timestamptz + make_interval(mins => p.call_in_minutes), :parts_arrived_at::timestamptz, :actor_id, :now::timestamptz, :now::timestamptz
  FROM store_policy p
 WHERE p.store_id = :store_id;

-- Somebody may have ended it meanwhile.
-- name: task_set_arrived
UPDATE task
   SET parts_arrived_at = :parts_arrived_at, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id AND status IN ('planned', 'attempted')
RETURNING id;

-- name: task_withdraw
UPDATE task
   SET status = 'cancelled', cancel_cause = :cause, ended_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id AND status IN ('planned', 'attempted')
RETURNING id;

-- name: task_withdraw_order
UPDATE task
   SET status = 'cancelled', cancel_cause = :cause, ended_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE work_order_id = :work_order_id AND kind = 'call_in' AND status IN ('planned', 'attempted')
RETURNING id, store_id;

-- For `fettled verify`: nobody is called in for an order that is over, and tasks count their calls.

-- name: verify_tasks   unnamed
SELECT s.code AS store_code, d.subject, d.what, d.expected, d.found
  FROM (SELECT t.store_id, w.number AS subject, 'open calls of an order that is ' || w.status AS what, 0 AS expected, count(*) AS found
          FROM task t
          JOIN work_order w ON w.id = t.work_order_id
         WHERE t.kind = 'call_in' AND t.status IN ('planned', 'attempted') AND w.status IN ('delivered', 'closed', 'cancelled')
         GROUP BY t.store_id, w.number, w.status
        UNION ALL
        SELECT t.store_id, t.id::text, 'attempts', count(a.id), t.attempts_count
          FROM task t
          LEFT JOIN task_attempt a ON a.task_id = t.id
         GROUP BY t.id
        HAVING count(a.id) <> t.attempts_count) d
  JOIN store s ON s.id = d.store_id
 ORDER BY store_code, d.subject, d.what;
