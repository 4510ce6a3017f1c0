-- Deposits, and what became of them.

-- name: deposit_get
SELECT d.id, d.version, d.number, d.store_id, d.work_order_id, d.sales_order_id, d.line_id, d.customer_id, c.id AS "customer.id", c.name AS "customer.name",
       mask_phone(c.phone) AS "customer.phone", d.amount, d.applied, d.refunded, d.amount - d.applied - d.refunded AS held, d.method, d.status, d.reference,
       d.note, d.taken_by, d.taken_at, d.created_at, d.updated_at
  FROM deposit d
  LEFT JOIN customer c ON c.id = d.customer_id
 WHERE d.id = ANY (:ids);

-- name: deposit_payments
SELECT p.deposit_id AS _parent, p.id, p.number, p.settlement_id, p.amount, p.refunded, p.taken_at
  FROM payment p
 WHERE p.deposit_id = ANY (:ids)
 ORDER BY p.deposit_id, p.taken_at, p.id;

-- name: deposit_refunds
SELECT r.deposit_id AS _parent, r.id, r.amount, r.reason, r.reason_code, r.note, r.at, r.actor_id
  FROM deposit_refund r
 WHERE r.deposit_id = ANY (:ids)
 ORDER BY r.deposit_id, r.at, r.id;

-- The last of each store, and of those the last.
-- name: deposit_list   page unnamed
SELECT d.id, d.version, d.number, d.store_id, d.work_order_id, d.sales_order_id, d.line_id, d.customer_id, c.id AS "customer.id", c.name AS "customer.name",
       mask_phone(c.phone) AS "customer.phone", d.amount, d.applied, d.refunded, d.amount - d.applied - d.refunded AS held, d.method, d.status, d.reference,
       d.note, d.taken_by, d.taken_at, d.created_at, d.updated_at, d.taken_at AS _after_at, d.id AS _after_id
  FROM (SELECT l.id
          FROM store st
         CROSS JOIN LATERAL (
                SELECT d.id, d.taken_at
                  FROM deposit d
                 WHERE d.store_id = st.id
                   AND (:status::text[] IS NULL OR d.status = ANY (:status))
                   AND (:work_order_id::uuid IS NULL OR d.work_order_id = :work_order_id)
                   AND (:sales_order_id::uuid IS NULL OR d.sales_order_id = :sales_order_id)
                   AND (:customer_id::uuid IS NULL OR d.customer_id = :customer_id)
                   AND (:updated_after::timestamptz IS NULL OR d.updated_at > :updated_after)
                   AND (:after_position::text IS NULL
                        OR (d.changed >= :after_position::text::xid8 AND d.changed < pg_snapshot_xmin(pg_current_snapshot())))
                   AND (:after_at::timestamptz IS NULL OR (d.taken_at, d.id) < (:after_at, :after_id::uuid))
                 ORDER BY d.taken_at DESC, d.id DESC
                 LIMIT :limit) l
         WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
         ORDER BY l.taken_at DESC, l.id DESC
         LIMIT :limit) k
  JOIN deposit d ON d.id = k.id
  LEFT JOIN customer c ON c.id = d.customer_id
 ORDER BY d.taken_at DESC, d.id DESC
 LIMIT :limit;

-- name: deposit_order
SELECT d.work_order_id, d.sales_order_id FROM deposit d WHERE d.id = :id;

-- name: deposit_lock
SELECT d.id, d.version, d.store_id, d.amount, d.applied, d.refunded, d.status FROM deposit d WHERE d.id = :id FOR NO KEY UPDATE;

-- The order is locked: whether it has the line, with a part, and which bill of its customer's was issued.
-- name: deposit_facts
SELECT coalesce((SELECT l.id FROM work_order_line l WHERE l.id = :line_id AND l.work_order_id = :work_order_id AND l.kind = 'part'),
                (SELECT l.id FROM sales_order_line l WHERE l.id = :line_id AND l.order_id = :sales_order_id)) AS line_id,
       coalesce((SELECT s.number FROM settlement s
                  WHERE s.work_order_id = :work_order_id AND s.payer = 'customer' AND s.status IN ('issued', 'partly_paid', 'paid') AND s.deleted_at IS NULL),
                (SELECT s.number FROM settlement s
                  WHERE s.sales_order_id = :sales_order_id AND s.status IN ('issued', 'partly_paid', 'paid') AND s.deleted_at IS NULL)) AS bill;

-- name: deposit_add
INSERT INTO deposit (id, store_id, number, work_order_id, sales_order_id, line_id, customer_id, amount, method, status, reference, note, taken_by, taken_at,
                     created_at, updated_at)
VALUES (:deposit_id, :store_id, :number, :work_order_id, :sales_order_id, :line_id, :customer_id, :amount, :method, 'held', :reference, :note, :actor_id,
        :happened_at, :now, :now);

-- name: deposit_set   rows: 1
UPDATE deposit
   SET applied = :applied, refunded = :refunded, status = :status, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: deposit_refund_add
INSERT INTO deposit_refund (id, store_id, deposit_id, amount, reason, reason_code, note, at, actor_id)
VALUES (:refund_id, :store_id, :id, :amount, :reason, :reason_code, :note, :now, :actor_id);

-- name: deposits_held
SELECT d.id, d.store_id, d.amount, d.applied, d.refunded
  FROM deposit d
 WHERE (d.work_order_id = :work_order_id OR d.sales_order_id = :sales_order_id) AND d.status = 'held'
 ORDER BY d.taken_at, d.id
   FOR NO KEY UPDATE;

-- name: deposit_payment_add
INSERT INTO payment (id, store_id, number, settlement_id, amount, method, status, taken_by, taken_at, deposit_id, created_at, updated_at)
VALUES (:payment_id, :store_id, :number, :settlement_id, :amount, 'deposit', 'succeeded', :actor_id, :now, :deposit_id, :now, :now);

-- For `fettled verify`: what payments and refunds say of deposits, made anew.
-- name: verify_deposits   unnamed
SELECT st.code AS store_code, d.number AS subject, f.what, f.expected, f.found
  FROM deposit d
  JOIN store st ON st.id = d.store_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(p.amount - p.refunded), 0) AS applied FROM payment p WHERE p.deposit_id = d.id) p
 CROSS JOIN LATERAL (SELECT coalesce(sum(r.amount), 0) AS refunded FROM deposit_refund r WHERE r.deposit_id = d.id) r
 CROSS JOIN LATERAL (VALUES ('applied', p.applied::text, d.applied::text), ('refunded', r.refunded::text, d.refunded::text),
                            ('status', CASE WHEN p.applied + r.refunded < d.amount THEN 'held' WHEN p.applied > 0 THEN 'applied' ELSE 'refunded' END,
                             d.status)) f (what, expected, found)
 WHERE f.expected <> f.found
 ORDER BY store_code, subject, f.what;
