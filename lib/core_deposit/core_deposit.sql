-- Cores: old pieces that the supplier pays a deposit back for.

-- name: core_deposit_get
SELECT c.id, c.version, c.store_id, c.work_order_id, c.sales_order_id, coalesce(w.number, o.number) AS order_number, c.line_id, p.id AS "part.id",
       p.number AS "part.number", p.name AS "part.name", c.quantity, c.deposit, c.amount, c.status,
       coalesce(d.old_part, w.old_parts) = 'taken_back' AND c.status IN ('not_ready', 'ready') AS kept_by_customer, c.place, c.condition,
       s.id AS "supplier.id", s.code AS "supplier.code", s.name AS "supplier.name", c.sent_reference, c.refunded, c.refunded - c.amount AS difference,
       c.refund_reference, c.reason, c.note, c.issued_at, c.collected_at, c.sent_at, c.ended_at, c.created_at, c.updated_at
  FROM core_deposit c
  JOIN part p ON p.id = c.part_id
  LEFT JOIN work_order w ON w.id = c.work_order_id
  LEFT JOIN sales_order o ON o.id = c.sales_order_id
  LEFT JOIN delivery_part d ON d.line_id = c.line_id
  LEFT JOIN supplier s ON s.id = c.supplier_id
 WHERE c.id = ANY (:ids);

-- The last of each store, and of those the last.
-- name: core_deposit_list   page unnamed
SELECT c.id, c.version, c.store_id, c.work_order_id, c.sales_order_id, coalesce(w.number, o.number) AS order_number, c.line_id, p.id AS "part.id",
       p.number AS "part.number", p.name AS "part.name", c.quantity, c.deposit, c.amount, c.status,
       coalesce(d.old_part, w.old_parts) = 'taken_back' AND c.status IN ('not_ready', 'ready') AS kept_by_customer, c.place, c.condition,
       s.id AS "supplier.id", s.code AS "supplier.code", s.name AS "supplier.name", c.sent_reference, c.refunded, c.refunded - c.amount AS difference,
       c.refund_reference, c.reason, c.note, c.issued_at, c.collected_at, c.sent_at, c.ended_at, c.created_at, c.updated_at,
       c.issued_at AS _after_at, c.id AS _after_id
  FROM (SELECT l.id
          FROM store st
         CROSS JOIN LATERAL (
                SELECT e.id, e.issued_at
                  FROM core_deposit e
                 WHERE e.store_id = st.id
                   AND (:status::text[] IS NULL OR e.status = ANY (:status))
                   AND (:part_id::uuid IS NULL OR e.part_id = :part_id)
                   AND (:supplier_id::uuid IS NULL OR e.supplier_id = :supplier_id)
                   AND (:work_order_id::uuid IS NULL OR e.work_order_id = :work_order_id)
                   AND (:sales_order_id::uuid IS NULL OR e.sales_order_id = :sales_order_id)
                   AND (:issued_from::timestamptz IS NULL OR e.issued_at >= :issued_from)
                   AND (:issued_to::timestamptz IS NULL OR e.issued_at < :issued_to)
                   AND (:updated_after::timestamptz IS NULL OR e.updated_at > :updated_after)
                   AND (:after_position::text IS NULL
                        OR (e.changed >= :after_position::text::xid8 AND e.changed < pg_snapshot_xmin(pg_current_snapshot())))
                   AND (:after_at::timestamptz IS NULL OR (e.issued_at, e.id) < (:after_at, :after_id::uuid))
                 ORDER BY e.issued_at DESC, e.id DESC
                 LIMIT :limit) l
         WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
         ORDER BY l.issued_at DESC, l.id DESC
         LIMIT :limit) k
  JOIN core_deposit c ON c.id = k.id
  JOIN part p ON p.id = c.part_id
  LEFT JOIN work_order w ON w.id = c.work_order_id
  LEFT JOIN sales_order o ON o.id = c.sales_order_id
  LEFT JOIN delivery_part d ON d.line_id = c.line_id
  LEFT JOIN supplier s ON s.id = c.supplier_id
 ORDER BY c.issued_at DESC, c.id DESC
 LIMIT :limit;

-- What is still to come back, by the supplier it was sent to; what was not sent yet is of none.
-- name: core_deposit_balances   page unnamed
SELECT b.store_id, s.id AS "supplier.id", s.code AS "supplier.code", s.name AS "supplier.name", b.not_ready_quantity, b.not_ready_amount, b.ready_quantity,
       b.ready_amount, b.sent_quantity, b.sent_amount, b.since, b.store_id AS _after_store, b.of_supplier AS _after_supplier
  FROM (SELECT c.store_id, coalesce(c.supplier_id, '00000000-0000-0000-0000-000000000000') AS of_supplier,
               coalesce(sum(c.quantity) FILTER (WHERE c.status = 'not_ready'), 0) AS not_ready_quantity,
               coalesce(sum(c.amount) FILTER (WHERE c.status = 'not_ready'), 0)::bigint AS not_ready_amount,
               coalesce(sum(c.quantity) FILTER (WHERE c.status = 'ready'), 0) AS ready_quantity,
               coalesce(sum(c.amount) FILTER (WHERE c.status = 'ready'), 0)::bigint AS ready_amount,
               coalesce(sum(c.quantity) FILTER (WHERE c.status = 'picked_up'), 0) AS sent_quantity,
               coalesce(sum(c.amount) FILTER (WHERE c.status = 'picked_up'), 0)::bigint AS sent_amount, min(c.issued_at) AS since
          FROM core_deposit c
         WHERE c.status IN ('not_ready', 'ready', 'picked_up') AND (:scope_store::uuid IS NULL OR c.store_id = :scope_store)
           AND (:supplier_id::uuid IS NULL OR c.supplier_id = :supplier_id)
         GROUP BY c.store_id, c.supplier_id) b
  LEFT JOIN supplier s ON s.id = b.of_supplier
 WHERE (:after_store::uuid IS NULL OR (b.store_id, b.of_supplier) > (:after_store, :after_supplier::uuid))
 ORDER BY b.store_id, b.of_supplier
 LIMIT :limit;

-- name: core_deposit_add
INSERT INTO core_deposit (id, store_id, work_order_id, sales_order_id, line_id, document_id, part_id, quantity, deposit, status, issued_at, created_at, updated_at)
VALUES (:core_deposit_id, :store_id, :work_order_id, :sales_order_id, :line_id, :document_id, :part_id, :quantity, :deposit, 'not_ready', :now, :now, :now);

-- name: core_deposits_lock
SELECT c.id, c.line_id, c.quantity, c.status
  FROM core_deposit c
 WHERE c.line_id = ANY (:line_ids::uuid[])
 ORDER BY c.id
   FOR NO KEY UPDATE;

-- name: core_deposit_take   rows: 1
UPDATE core_deposit
   SET quantity = quantity - :quantity, status = CASE WHEN quantity = :quantity THEN 'void' ELSE status END,
       reason = CASE WHEN quantity > :quantity THEN reason END, ended_at = CASE WHEN quantity > :quantity THEN ended_at END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Lines with more old pieces than parts that went out for them and stayed out: the rest of those that came back has gone to the supplier.
-- name: core_deposits_beyond
SELECT n.nth - 1 AS position
  FROM unnest(:line_ids::uuid[]) WITH ORDINALITY n (line_id, nth)
 WHERE (SELECT coalesce(sum(c.quantity), 0) FROM core_deposit c WHERE c.line_id = n.line_id)
     > (SELECT coalesce(sum(CASE WHEN d.kind = 'return' THEN -l.quantity ELSE l.quantity END), 0)
          FROM (SELECT w.document_id, w.quantity FROM stock_document_line w WHERE w.work_order_line_id = n.line_id
                UNION ALL
                SELECT o.document_id, o.quantity FROM stock_document_line o WHERE o.sales_order_line_id = n.line_id) l
          JOIN stock_document d ON d.id = l.document_id)
 ORDER BY n.nth
 LIMIT 1;

-- What its customer takes home, as was said of the line or of all.
-- name: core_deposits_kept
UPDATE core_deposit c
   SET status = 'not_refundable', reason = 'kept_by_customer', ended_at = :now, version = c.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM work_order w
 WHERE w.id = :work_order_id AND c.work_order_id = w.id AND c.status IN ('not_ready', 'ready')
   AND coalesce((SELECT d.old_part FROM delivery_part d WHERE d.line_id = c.line_id), w.old_parts) = 'taken_back'
RETURNING c.id;

-- name: core_deposit_lock
SELECT c.version, c.store_id, c.quantity, c.status FROM core_deposit c WHERE c.id = :id FOR NO KEY UPDATE;

-- name: core_deposit_supplier
SELECT s.id FROM supplier s WHERE s.id = :supplier_id;

-- What is left of the row as it is now, and then the row.
-- name: core_deposit_split
WITH rest AS (
	INSERT INTO core_deposit (id, store_id, work_order_id, sales_order_id, line_id, document_id, part_id, quantity, deposit, status, place, condition,
	                          supplier_id, sent_reference, refunded, refund_reference, reason, note, issued_at, collected_at, sent_at, ended_at, created_at,
	                          updated_at)
	SELECT :rest_id, c.store_id, c.work_order_id, c.sales_order_id, c.line_id, c.document_id, c.part_id, c.quantity - :quantity, c.deposit, c.status,
	       c.place, c.condition, c.supplier_id, c.sent_reference, c.refunded, c.refund_reference, c.reason, c.note, c.issued_at, c.collected_at, c.sent_at,
	       c.ended_at, :now, :now
	  FROM core_deposit c
	 WHERE c.id = :id
)
UPDATE core_deposit SET quantity = :quantity, changed = pg_current_xact_id() WHERE id = :id;

-- name: core_deposit_set_collected   rows: 1
UPDATE core_deposit
   SET status = :status, place = :place, condition = :condition, note = coalesce(:note, note), collected_at = :now,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: core_deposit_set_sent   rows: 1
UPDATE core_deposit
   SET status = :status, supplier_id = :supplier_id, sent_reference = :reference, note = coalesce(:note, note), sent_at = :now,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: core_deposit_set_refunded   rows: 1
UPDATE core_deposit
   SET status = :status, refunded = :amount, refund_reference = :reference, note = coalesce(:note, note), ended_at = :now,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: core_deposit_set_forgone   rows: 1
UPDATE core_deposit
   SET status = :status, reason = :reason, note = coalesce(:note, note), ended_at = :now,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- From its end to where it was before; from the supplier to the store; from the store to the car.
-- name: core_deposit_set_back   rows: 1
UPDATE core_deposit
   SET status = CASE WHEN ended_at IS NOT NULL AND sent_at IS NOT NULL THEN 'picked_up'
                     WHEN status = 'picked_up' OR ended_at IS NOT NULL AND collected_at IS NOT NULL THEN 'ready'
                     ELSE 'not_ready' END,
       supplier_id = CASE WHEN ended_at IS NOT NULL THEN supplier_id END, sent_reference = CASE WHEN ended_at IS NOT NULL THEN sent_reference END,
       sent_at = CASE WHEN ended_at IS NOT NULL THEN sent_at END,
       place = CASE WHEN status <> 'ready' THEN place END, condition = CASE WHEN status <> 'ready' THEN condition END,
       collected_at = CASE WHEN status <> 'ready' THEN collected_at END,
       refunded = NULL, refund_reference = NULL, reason = NULL, ended_at = NULL, note = :note,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- No more old pieces than parts of the line went out and stayed out, and as many where each of its documents has some; what lies at the store or was
-- sent has been collected.

-- name: verify_core_deposits   unnamed
SELECT st.code AS store_code, coalesce(w.number, o.number) AS subject, 'old pieces of part ' || p.number AS what, k.expected::text AS expected, k.found::text AS found
  FROM (SELECT c.store_id, c.line_id, c.part_id, c.work_order_id, c.sales_order_id, sum(c.quantity) AS found, max(g.quantity) AS expected,
               bool_and(g.covered) AS covered
          FROM core_deposit c
         CROSS JOIN LATERAL (
                SELECT coalesce(-sum(m.quantity), 0) AS quantity,
                       coalesce(bool_and(m.quantity > 0 OR EXISTS (SELECT FROM core_deposit e WHERE e.line_id = c.line_id AND e.document_id = m.document_id)), true) AS covered
                  FROM (SELECT a.id FROM stock_document_line a WHERE a.work_order_line_id = c.line_id
                        UNION ALL
                        SELECT b.id FROM stock_document_line b WHERE b.sales_order_line_id = c.line_id) d
                  JOIN stock_movement m ON m.line_id = d.id) g
         GROUP BY c.store_id, c.line_id, c.part_id, c.work_order_id, c.sales_order_id) k
  JOIN store st ON st.id = k.store_id
  JOIN part p ON p.id = k.part_id
  LEFT JOIN work_order w ON w.id = k.work_order_id
  LEFT JOIN sales_order o ON o.id = k.sales_order_id
 WHERE k.found > k.expected OR k.covered AND k.found < k.expected
UNION ALL
SELECT st.code, coalesce(w.number, o.number), 'collected_at of old pieces of part ' || p.number, CASE WHEN c.status = 'not_ready' THEN 'none' ELSE 'some' END,
       coalesce(c.collected_at::text, 'none')
  FROM core_deposit c
  JOIN store st ON st.id = c.store_id
  JOIN part p ON p.id = c.part_id
  LEFT JOIN work_order w ON w.id = c.work_order_id
  LEFT JOIN sales_order o ON o.id = c.sales_order_id
 WHERE c.status IN ('not_ready', 'ready', 'picked_up', 'refunded') AND (c.status <> 'not_ready') <> (c.collected_at IS NOT NULL)
 ORDER BY store_code, subject, what;
