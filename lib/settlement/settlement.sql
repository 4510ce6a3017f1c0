-- Settlements, their lines, payments and refunds.

-- name: settlement_get
SELECT s.id, s.version, s.number, s.store_id, s.work_order_id, w.id AS "work_order.id", w.number AS "work_order.number",
       s.sales_order_id, o.id AS "sales_order.id", o.number AS "sales_order.number",
       s.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       s.payer, s.status, s.currency, s.labour_total, s.part_total, s.sublet_total, s.fee_total, s.discount_total,
       s.rounding, s.tax_bp, s.net_total, s.tax_total, s.total, s.paid,
       CASE WHEN s.status IN ('issued', 'partly_paid', 'paid') THEN s.total - s.paid ELSE 0 END AS due,
       s.reason, s.reason_code, s.note, s.issued_at, s.created_at, s.updated_at, s.deleted_at
  FROM settlement s
  LEFT JOIN work_order w ON w.id = s.work_order_id
  LEFT JOIN sales_order o ON o.id = s.sales_order_id
  LEFT JOIN customer c ON c.id = s.customer_id
 WHERE s.id = ANY (:ids) AND s.deleted_at IS NULL;

-- name: settlement_lines
SELECT l.settlement_id AS _parent, l.id, l.work_order_line_id, l.sales_order_line_id, l.position, l.kind,
       CASE l.kind WHEN 'labour' THEN l.heading WHEN 'part' THEN 'material' WHEN 'sublet' THEN 'machining'
                   WHEN 'discount' THEN 'discount' ELSE 'other' END AS heading,
       l.description, l.quantity, l.unit_price, l.amount
  FROM settlement_line l
 WHERE l.settlement_id = ANY (:ids)
 ORDER BY l.settlement_id, l.position;

-- name: settlement_list   page unnamed
-- sort: -created_at   s.created_at::timestamptz AS at, s.id::uuid AS id
-- sort: created_at   s.created_at::timestamptz AS at, s.id::uuid AS id
SELECT s.id, s.version, s.number, s.store_id, s.work_order_id, w.id AS "work_order.id", w.number AS "work_order.number",
       s.sales_order_id, o.id AS "sales_order.id", o.number AS "sales_order.number",
       s.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       s.payer, s.status, s.currency, s.labour_total, s.part_total, s.sublet_total, s.fee_total, s.discount_total,
       s.rounding, s.tax_bp, s.net_total, s.tax_total, s.total, s.paid,
       CASE WHEN s.status IN ('issued', 'partly_paid', 'paid') THEN s.total - s.paid ELSE 0 END AS due,
       s.reason, s.reason_code, s.note, s.issued_at, s.created_at, s.updated_at, s.deleted_at,
       {keys}
  FROM settlement s
  LEFT JOIN work_order w ON w.id = s.work_order_id
  LEFT JOIN sales_order o ON o.id = s.sales_order_id
  LEFT JOIN customer c ON c.id = s.customer_id
 WHERE (s.deleted_at IS NULL OR :after_position::text IS NOT NULL)
   AND (:scope_store::uuid IS NULL OR s.store_id = :scope_store)
   AND (:status::text[] IS NULL OR s.status = ANY (:status))
   AND (:work_order_id::uuid IS NULL OR s.work_order_id = :work_order_id)
   AND (:sales_order_id::uuid IS NULL OR s.sales_order_id = :sales_order_id)
   AND (:customer_id::uuid IS NULL OR s.customer_id = :customer_id)
   AND (:payer::text IS NULL OR s.payer = :payer)
   AND (:number::text IS NULL OR s.number = :number)
   AND (:created_from::timestamptz IS NULL OR s.created_at >= :created_from)
   AND (:created_to::timestamptz IS NULL OR s.created_at < :created_to)
   AND (:updated_after::timestamptz IS NULL OR s.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (s.changed >= :after_position::text::xid8 AND s.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- What a draft is made of; the order is locked already.

-- name: settlement_facts
SELECT coalesce(sum(l.amount) FILTER (WHERE l.kind = 'labour'), 0)::bigint AS labour_total,
       coalesce(sum(billed_amount(l)) FILTER (WHERE l.kind = 'part'), 0)::bigint AS part_total,
       coalesce(sum(l.amount) FILTER (WHERE l.kind = 'sublet'), 0)::bigint AS sublet_total,
       coalesce(sum(l.amount) FILTER (WHERE l.kind = 'fee'), 0)::bigint AS fee_total,
       coalesce(sum(l.amount) FILTER (WHERE l.kind = 'discount'), 0)::bigint AS discount_total,
       count(l.id) AS lines, p.tax_bp, p.rounding_fen,
       (SELECT s.id FROM settlement s
         WHERE s.work_order_id = :work_order_id AND s.payer = :payer AND s.status <> 'void'
           AND s.deleted_at IS NULL) AS existing
  FROM work_order w
  JOIN store_policy p ON p.store_id = w.store_id
  LEFT JOIN work_order_line l ON l.work_order_id = w.id AND l.status = 'authorised' AND l.payer = :payer
 WHERE w.id = :work_order_id
 GROUP BY p.tax_bp, p.rounding_fen;

-- name: settlement_add
INSERT INTO settlement (id, store_id, work_order_id, sales_order_id, payer, customer_id, status, currency, labour_total, part_total,
                        sublet_total, fee_total, discount_total, rounding, tax_bp, tax_total, net_total, total,
                        created_by, created_at, updated_at)
SELECT :id, s.id, :work_order_id, :sales_order_id, :payer, :customer_id, 'draft', s.currency, :labour_total, :part_total,
       :sublet_total, :fee_total, :discount_total, :rounding, :tax_bp, :tax_total, :net_total, :total,
       :actor_id::uuid, :now, :now
  FROM store s
 WHERE s.id = :store_id;

-- name: settlement_lines_add
INSERT INTO settlement_line (id, store_id, settlement_id, position, work_order_line_id, kind, description, quantity,
                             unit_price, amount, heading, cost)
SELECT i.id, l.store_id, :id, i.position, l.id, l.kind, l.description, l.quantity, l.unit_price, l.amount,
       coalesce((SELECT p.heading FROM operation p WHERE p.id = l.operation_id), 'labour'),
       (SELECT sum(CASE d.kind WHEN 'return' THEN -abs(dl.cost) ELSE abs(dl.cost) END)
          FROM stock_document_line dl
          JOIN stock_document d ON d.id = dl.document_id AND d.status = 'posted'
         WHERE dl.work_order_line_id = l.id)::bigint
  FROM (SELECT o.id, o.store_id, o.kind, o.operation_id, o.description, billed_quantity(o) AS quantity, o.unit_price, billed_amount(o) AS amount,
               row_number() OVER (ORDER BY o.position) AS nth
          FROM work_order_line o
         WHERE o.work_order_id = :work_order_id AND o.status = 'authorised' AND o.payer = :payer) l
  JOIN unnest(:line_ids::uuid[]) WITH ORDINALITY i (id, position) ON i.position = l.nth;

-- The same of a sales order: what stayed with the customer.

-- name: settlement_sale_facts
SELECT 0::bigint AS labour_total, coalesce(sum(round(l.unit_price * (l.shipped_quantity - l.returned_quantity))), 0)::bigint AS part_total, 0::bigint AS sublet_total,
       0::bigint AS fee_total, 0::bigint AS discount_total, count(l.id) AS lines, p.tax_bp, p.rounding_fen,
       (SELECT s.id FROM settlement s
         WHERE s.sales_order_id = :sales_order_id AND s.status <> 'void' AND s.deleted_at IS NULL) AS existing
  FROM sales_order o
  JOIN store_policy p ON p.store_id = o.store_id
  LEFT JOIN sales_order_line l ON l.order_id = o.id AND l.shipped_quantity > l.returned_quantity
 WHERE o.id = :sales_order_id
 GROUP BY p.tax_bp, p.rounding_fen;

-- name: settlement_sale_lines_add
INSERT INTO settlement_line (id, store_id, settlement_id, position, sales_order_line_id, kind, description, quantity, unit_price, amount, cost)
SELECT i.id, l.store_id, :id, i.position, l.id, 'part', l.name, l.quantity, l.unit_price, round(l.unit_price * l.quantity), l.cost
  FROM (SELECT o.id, o.store_id, p.name, o.shipped_quantity - o.returned_quantity AS quantity, o.unit_price, sale_line_cost(o) AS cost,
               row_number() OVER (ORDER BY o.position) AS nth
          FROM sales_order_line o
          JOIN part p ON p.id = o.part_id
         WHERE o.order_id = :sales_order_id AND o.shipped_quantity > o.returned_quantity) l
  JOIN unnest(:line_ids::uuid[]) WITH ORDINALITY i (id, position) ON i.position = l.nth;

-- name: settlement_order
SELECT s.work_order_id, s.sales_order_id FROM settlement s WHERE s.id = :id AND s.deleted_at IS NULL;

-- name: settlement_of_customer
SELECT s.id
  FROM settlement s
 WHERE s.work_order_id = :work_order_id AND s.payer = 'customer' AND s.status IN ('issued', 'partly_paid', 'paid')
   AND s.deleted_at IS NULL;

-- The order is locked first, so that who is billed does not change behind this look.

-- name: settlement_lock
SELECT s.version, s.store_id, s.payer, s.status, s.total, s.paid,
       NOT EXISTS (SELECT FROM work_order_line l
                    WHERE l.work_order_id = s.work_order_id AND l.status = 'authorised' AND l.payer <> s.payer
                      AND NOT EXISTS (SELECT FROM settlement o
                                       WHERE o.work_order_id = s.work_order_id AND o.payer = l.payer
                                         AND o.status NOT IN ('draft', 'void') AND o.deleted_at IS NULL)) AS others_billed,
       EXISTS (SELECT FROM work_order_line l
                WHERE l.work_order_id = s.work_order_id AND l.status = 'authorised' AND l.payer = 'customer') AS has_customer
  FROM settlement s
 WHERE s.id = :id AND s.deleted_at IS NULL
   FOR NO KEY UPDATE OF s;

-- name: settlement_issue   rows: 1
UPDATE settlement
   SET status = 'issued', number = :number, issued_at = :now, issued_by = :actor_id::uuid,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: settlement_void   rows: 1
UPDATE settlement
   SET status = 'void', reason = :reason, reason_code = :reason_code, note = :note,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: settlement_discard   rows: 1
UPDATE settlement
   SET deleted_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: settlement_set_paid   rows: 1
UPDATE settlement
   SET paid = :paid, status = :status, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: payment_get
SELECT p.id, p.version, p.number, p.store_id, p.settlement_id,
       s.id AS "settlement.id", s.status AS "settlement.status",
       CASE WHEN s.status IN ('issued', 'partly_paid', 'paid') THEN s.total - s.paid ELSE 0 END AS "settlement.due",
       s.work_order_id, s.sales_order_id, p.amount, p.refunded, s.currency, p.method, p.status, p.deposit_id, p.reference, p.taken_by, p.taken_at,
       p.created_at, p.updated_at
  FROM payment p
  JOIN settlement s ON s.id = p.settlement_id
 WHERE p.id = ANY (:ids) AND p.deleted_at IS NULL;

-- name: payment_refunds
SELECT r.payment_id AS _parent, r.id, r.amount, r.reason, r.reason_code, r.note, r.at, r.actor_id
  FROM payment_refund r
 WHERE r.payment_id = ANY (:ids)
 ORDER BY r.payment_id, r.at, r.id;

-- name: payment_list   page unnamed
SELECT p.id, p.version, p.number, p.store_id, p.settlement_id,
       s.id AS "settlement.id", s.status AS "settlement.status",
       CASE WHEN s.status IN ('issued', 'partly_paid', 'paid') THEN s.total - s.paid ELSE 0 END AS "settlement.due",
       s.work_order_id, s.sales_order_id, p.amount, p.refunded, s.currency, p.method, p.status, p.deposit_id, p.reference, p.taken_by, p.taken_at,
       p.created_at, p.updated_at, p.taken_at AS _after_at, p.id AS _after_id
  FROM payment p
  JOIN settlement s ON s.id = p.settlement_id
 WHERE p.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR p.store_id = :scope_store)
   AND (:status::text[] IS NULL OR p.status = ANY (:status))
   AND (:settlement_id::uuid IS NULL OR p.settlement_id = :settlement_id)
   AND (:work_order_id::uuid IS NULL OR s.work_order_id = :work_order_id)
   AND (:sales_order_id::uuid IS NULL OR s.sales_order_id = :sales_order_id)
   AND (:method::text IS NULL OR p.method = :method)
   AND (:number::text IS NULL OR p.number = :number)
   AND (:created_from::timestamptz IS NULL OR p.taken_at >= :created_from)
   AND (:created_to::timestamptz IS NULL OR p.taken_at < :created_to)
   AND (:updated_after::timestamptz IS NULL OR p.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (p.changed >= :after_position::text::xid8 AND p.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_at::timestamptz IS NULL OR (p.taken_at, p.id) < (:after_at, :after_id::uuid))
 ORDER BY p.taken_at DESC, p.id DESC
 LIMIT :limit;

-- name: payment_add
INSERT INTO payment (id, store_id, number, settlement_id, amount, method, status, reference, taken_by, taken_at,
                     created_at, updated_at)
VALUES (:id, :store_id, :number, :settlement_id, :amount, :method, 'succeeded', :reference, :actor_id::uuid, :happened_at, :now, :now);

-- name: payment_settlement
SELECT p.settlement_id, s.work_order_id, s.sales_order_id
  FROM payment p
  JOIN settlement s ON s.id = p.settlement_id
 WHERE p.id = :id AND p.deleted_at IS NULL;

-- name: payment_lock
SELECT p.version, p.amount, p.refunded, p.status, p.deposit_id FROM payment p WHERE p.id = :id FOR NO KEY UPDATE;

-- name: payment_refund   rows: 1
UPDATE payment
   SET refunded = refunded + :amount, status = :status,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: payment_refund_add
INSERT INTO payment_refund (id, store_id, payment_id, amount, reason, reason_code, note, at, actor_id)
VALUES (:refund_id, :store_id, :id, :amount, :reason, :reason_code, :note, :now, :actor_id::uuid);

-- For `fettled verify`: what bills, payments and orders say of each other, made anew.

-- name: verify_settlement_totals   unnamed
SELECT st.code AS store_code, coalesce(s.number, s.id::text) AS subject, d.what, d.expected, d.found
  FROM settlement s
  JOIN store st ON st.id = s.store_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(l.amount) FILTER (WHERE l.kind = 'labour'), 0) AS labour,
                            coalesce(sum(l.amount) FILTER (WHERE l.kind = 'part'), 0) AS part,
                            coalesce(sum(l.amount) FILTER (WHERE l.kind = 'sublet'), 0) AS sublet,
                            coalesce(sum(l.amount) FILTER (WHERE l.kind = 'fee'), 0) AS fee,
                            coalesce(sum(l.amount) FILTER (WHERE l.kind = 'discount'), 0) AS discount
                       FROM settlement_line l
                      WHERE l.settlement_id = s.id) l
 CROSS JOIN LATERAL (VALUES ('labour_total', l.labour, s.labour_total), ('part_total', l.part, s.part_total),
                            ('sublet_total', l.sublet, s.sublet_total), ('fee_total', l.fee, s.fee_total),
                            ('discount_total', l.discount, s.discount_total),
                            ('total', l.labour + l.part + l.sublet + l.fee - l.discount + s.rounding, s.total),
                            ('tax_total', round(s.total::numeric * s.tax_bp / (10000 + s.tax_bp)), s.tax_total)
                    ) d (what, expected, found)
 WHERE d.expected <> d.found
 ORDER BY store_code, subject, d.what;

-- name: verify_settlement_paid   unnamed
SELECT st.code AS store_code, coalesce(s.number, s.id::text) AS subject, d.what, d.expected, d.found
  FROM settlement s
  JOIN store st ON st.id = s.store_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(p.amount - p.refunded), 0) AS paid
                       FROM payment p
                      WHERE p.settlement_id = s.id AND p.status NOT IN ('pending', 'failed')) p
 CROSS JOIN LATERAL (VALUES ('paid', p.paid::text, s.paid::text),
                            ('status', CASE WHEN s.status NOT IN ('issued', 'partly_paid', 'paid') THEN s.status
                                            WHEN p.paid = 0 THEN 'issued'
                                            WHEN p.paid = s.total THEN 'paid' ELSE 'partly_paid' END, s.status)
                    ) d (what, expected, found)
 WHERE d.expected <> d.found
 ORDER BY store_code, subject, d.what;

-- name: verify_payment_refunds   unnamed
SELECT st.code AS store_code, p.number AS subject, d.what, d.expected, d.found
  FROM payment p
  JOIN store st ON st.id = p.store_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(r.amount), 0) AS refunded FROM payment_refund r WHERE r.payment_id = p.id) r
 CROSS JOIN LATERAL (VALUES ('refunded', r.refunded::text, p.refunded::text),
                            ('status', CASE WHEN p.status IN ('pending', 'failed') THEN p.status
                                            WHEN r.refunded = 0 THEN 'succeeded'
                                            WHEN r.refunded = p.amount THEN 'refunded' ELSE 'partly_refunded' END, p.status)
                    ) d (what, expected, found)
 WHERE d.expected <> d.found
 ORDER BY store_code, subject, d.what;

-- An order is paid when its customer's bill is; without lines of the customer's, when it is settled.

-- name: verify_order_paid   unnamed
SELECT st.code AS store_code, w.number AS subject, 'paid' AS what, b.paid AS expected, w.paid AS found
  FROM work_order w
  JOIN store st ON st.id = w.store_id
 CROSS JOIN LATERAL (SELECT CASE WHEN EXISTS (SELECT FROM work_order_line l
                                               WHERE l.work_order_id = w.id AND l.status = 'authorised' AND l.payer = 'customer')
                                 THEN EXISTS (SELECT FROM settlement s
                                               WHERE s.work_order_id = w.id AND s.payer = 'customer' AND s.total = s.paid
                                                 AND s.status IN ('issued', 'partly_paid', 'paid')
                                                 AND s.deleted_at IS NULL)
                                 ELSE w.settled_at IS NOT NULL END AS paid) b
 WHERE w.deleted_at IS NULL AND b.paid <> w.paid
   AND EXISTS (SELECT FROM settlement s WHERE s.work_order_id = w.id AND s.deleted_at IS NULL)
 ORDER BY store_code, subject;
