-- Approvals of prices.

-- name: approval_get
SELECT a.id, a.version, a.store_id, a.status, a.work_order_id, w.id AS "work_order.id", w.number AS "work_order.number",
       a.estimate_id, a.description, a.list_amount, a.amount, a.taken_off_bp, a.asked_by, a.expires_at, a.decided_by, a.decided_at,
       a.reason, a.note, a.created_at, a.updated_at
  FROM approval a
  JOIN work_order w ON w.id = a.work_order_id
 WHERE a.id = ANY (:ids) AND a.deleted_at IS NULL;

-- Of a store, or of the chain, from the index of the order asked for; of an order or an estimate by its own.

-- name: approval_list   page unnamed
-- sort: -created_at   a.created_at::timestamptz AS at, a.id::uuid AS id
-- sort: created_at    a.created_at::timestamptz AS at, a.id::uuid AS id
SELECT a.id, a.version, a.store_id, a.status, a.work_order_id, w.id AS "work_order.id", w.number AS "work_order.number",
       a.estimate_id, a.description, a.list_amount, a.amount, a.taken_off_bp, a.asked_by, a.expires_at, a.decided_by, a.decided_at,
       a.reason, a.note, a.created_at, a.updated_at,
       {keys}
  FROM approval a
  JOIN work_order w ON w.id = a.work_order_id
 WHERE a.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR a.store_id = :scope_store)
   AND (:status::text[] IS NULL OR a.status = ANY (:status))
   AND (:work_order_id::uuid IS NULL OR a.work_order_id = :work_order_id)
   AND (:estimate_id::uuid IS NULL OR a.estimate_id = :estimate_id)
   AND (:created_from::timestamptz IS NULL OR a.created_at >= :created_from)
   AND (:created_to::timestamptz IS NULL OR a.created_at < :created_to)
   AND (:updated_after::timestamptz IS NULL OR a.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (a.changed >= :after_position::text::xid8 AND a.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: approval_lock
SELECT a.version, a.store_id, a.status, a.asked_by, a.expires_at <= :now::timestamptz AS lapsed
  FROM approval a
 WHERE a.id = :id AND a.deleted_at IS NULL
   FOR NO KEY UPDATE;

-- name: approvals_add
INSERT INTO approval (id, store_id, work_order_id, estimate_id, description, list_amount, amount, taken_off_bp, asked_by, expires_at,
                      created_at, updated_at)
SELECT n.id, :store_id, :order_id, :estimate_id, n.description, n.list_amount, n.amount,
       CASE WHEN n.list_amount > 0 THEN ((n.list_amount - n.amount)::numeric * 10000 / n.list_amount)::bigint ELSE 10000 END,
       :actor_id, :now::timestamptz + make_interval(hours => p.approval_hours), :now, :now
  FROM store_policy p,
       unnest(:approval_ids::uuid[], :descriptions::text[], :list_amounts::bigint[], :amounts::bigint[]) n (id, description, list_amount, amount)
 WHERE p.store_id = :store_id;

-- name: approval_decide   rows: 1
UPDATE approval
   SET status = :status, decided_by = :actor_id, decided_at = :now, reason = :reason, note = :note,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Nobody waits for it any more: of one line, of an estimate, of all of the order.

-- name: approvals_withdraw
UPDATE approval a
   SET status = 'withdrawn', version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE a.work_order_id = :order_id AND a.status = 'pending'
   AND (:approval_id::uuid IS NULL OR a.id = :approval_id)
   AND (:estimate_id::uuid IS NULL OR a.estimate_id = :estimate_id)
RETURNING a.id, a.store_id;

-- name: approvals_expire_due
UPDATE approval a
   SET status = 'expired', version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE a.id IN (SELECT d.id FROM approval d
                 WHERE d.status = 'pending' AND d.expires_at <= :now
                 ORDER BY d.expires_at, d.id LIMIT 500
                   FOR NO KEY UPDATE SKIP LOCKED)
RETURNING a.id, a.store_id;

-- How far below list the caller's roles let them go in a store.

-- name: discount_limit_of_actor
SELECT coalesce(max(d.limit_bp), 0) AS limit_bp
  FROM discount_limit d
  JOIN store s ON s.id = d.store_id
  JOIN staff_grant g ON g.role = d.role AND g.staff_id = :actor_id AND g.revoked_at IS NULL
                    AND (g.store_id = s.id OR g.region_id = s.region_id OR g.scope = 'chain')
 WHERE d.store_id = :store_id;
