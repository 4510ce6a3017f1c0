-- Suppliers' invoices.  Order of locks: the invoice, then stock documents in the order of their ids: with them what is billed of their lines.

-- name: supplier_invoice_get
SELECT i.id, i.version, i.store_id, s.id AS "supplier.id", s.code AS "supplier.code", s.name AS "supplier.name", i.kind, i.status, i.number, i.invoiced_on,
       i.due_on, i.due_on < chain_day(:now) AND i.status IN ('matched', 'disputed', 'partly_paid') AS overdue, i.amount, i.paid,
       CASE WHEN i.status = 'void' THEN 0 ELSE i.amount - i.paid END AS open, i.note, i.reason, i.created_by, i.accepted_by, i.created_at, i.updated_at
  FROM supplier_invoice i
  JOIN supplier s ON s.id = i.supplier_id
 WHERE i.id = ANY (:ids);

-- name: supplier_invoice_lines
SELECT l.invoice_id AS _parent, l.id, l.position, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", l.document_line_id,
       d.id AS "document.id", d.number AS "document.number", d.purchase_order_id, l.quantity, l.unit_price, l.open_quantity, l.agreed_price,
       CASE WHEN l.quantity > l.open_quantity AND l.unit_price <> l.agreed_price THEN 'both' WHEN l.quantity > l.open_quantity THEN 'quantity'
            WHEN l.unit_price <> l.agreed_price THEN 'price' END AS difference
  FROM supplier_invoice_line l
  JOIN stock_document_line n ON n.id = l.document_line_id
  JOIN stock_document d ON d.id = n.document_id
  JOIN part p ON p.id = n.part_id
 WHERE l.invoice_id = ANY (:ids)
 ORDER BY l.invoice_id, l.position;

-- name: supplier_invoice_payments
SELECT y.invoice_id AS _parent, y.id, y.amount, y.method, y.reference, y.paid_on, y.actor_id, y.at
  FROM supplier_payment y
 WHERE y.invoice_id = ANY (:ids)
 ORDER BY y.invoice_id, y.at, y.id;

-- name: supplier_invoice_list   page unnamed
-- The last of each store, and of those the last.
SELECT i.id, i.version, i.store_id, s.id AS "supplier.id", s.code AS "supplier.code", s.name AS "supplier.name", i.kind, i.status, i.number, i.invoiced_on,
       i.due_on, i.due_on < chain_day(:now) AND i.status IN ('matched', 'disputed', 'partly_paid') AS overdue, i.amount, i.paid,
       CASE WHEN i.status = 'void' THEN 0 ELSE i.amount - i.paid END AS open, i.note, i.reason, i.created_by, i.accepted_by, i.created_at, i.updated_at,
       i.created_at AS _after_at, i.id AS _after_id
  FROM (SELECT l.id
          FROM store st
         CROSS JOIN LATERAL (
                SELECT i.id, i.created_at
                  FROM supplier_invoice i
                 WHERE i.store_id = st.id
                   AND (:supplier_id::uuid IS NULL OR i.supplier_id = :supplier_id)
                   AND (:status::text[] IS NULL OR i.status = ANY (:status))
                   AND (:due_to::date IS NULL OR i.due_on <= :due_to)
                   AND (:updated_after::timestamptz IS NULL OR i.updated_at > :updated_after)
                   AND (:after_position::text IS NULL
                        OR (i.changed >= :after_position::text::xid8 AND i.changed < pg_snapshot_xmin(pg_current_snapshot())))
                   AND (:after_at::timestamptz IS NULL OR (i.created_at, i.id) < (:after_at, :after_id::uuid))
                 ORDER BY i.created_at DESC, i.id DESC
                 LIMIT :limit) l
         WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
         ORDER BY l.created_at DESC, l.id DESC
         LIMIT :limit) k
  JOIN supplier_invoice i ON i.id = k.id
  JOIN supplier s ON s.id = i.supplier_id
 ORDER BY i.created_at DESC, i.id DESC
 LIMIT :limit;

-- name: payable_list   page unnamed
SELECT s.id AS "supplier.id", s.code AS "supplier.code", s.name AS "supplier.name", s.payment_terms, i.invoices AS invoices_count, i.open, i.overdue, i.due_soon,
       i.disputed, u.unbilled, i.next_due_on, s.code AS _after_code
  FROM supplier s
 CROSS JOIN LATERAL (
        SELECT count(*) AS invoices, coalesce(sum(o.open), 0)::bigint AS open,
               coalesce(sum(o.open) FILTER (WHERE o.kind = 'invoice' AND o.due_on < chain_day(:now)), 0)::bigint AS overdue,
               coalesce(sum(o.open) FILTER (WHERE o.kind = 'invoice' AND o.due_on BETWEEN chain_day(:now) AND chain_day(:now) + 7), 0)::bigint AS due_soon,
               coalesce(sum(o.open) FILTER (WHERE o.status = 'disputed'), 0)::bigint AS disputed,
               min(o.due_on) FILTER (WHERE o.kind = 'invoice') AS next_due_on
          FROM store st
         CROSS JOIN LATERAL (
                SELECT n.kind, n.status, n.due_on, CASE n.kind WHEN 'invoice' THEN n.amount - n.paid ELSE n.paid - n.amount END AS open
                  FROM supplier_invoice n
                 WHERE n.store_id = st.id AND n.supplier_id = s.id AND n.status IN ('matched', 'disputed', 'partly_paid')) o
         WHERE :scope_store::uuid IS NULL OR st.id = :scope_store) i
 CROSS JOIN LATERAL (
        SELECT coalesce(sum(round((l.quantity - l.invoiced_quantity) * l.unit_cost)), 0)::bigint AS unbilled
          FROM stock_document d
          JOIN stock_document_line l ON l.document_id = d.id AND l.invoiced_quantity < l.quantity
         WHERE d.supplier_id = s.id AND d.kind = 'receipt' AND d.status = 'posted' AND NOT d.billed AND (:scope_store::uuid IS NULL OR d.store_id = :scope_store)) u
 WHERE (i.invoices > 0 OR u.unbilled > 0)
   AND (:after_code::text IS NULL OR s.code > :after_code)
 ORDER BY s.code
 LIMIT :limit;

-- When an invoice of a supplier is due, as the terms say; none: there is no such supplier.
-- name: supplier_invoice_due
SELECT CASE s.payment_terms
            WHEN 'monthly' THEN (date_trunc('month', :invoiced_on::date) + interval '1 month - 1 day')::date + s.payment_days
            WHEN 'after_invoice' THEN :invoiced_on::date + s.payment_days
            ELSE :invoiced_on::date END AS due_on
  FROM supplier s
 WHERE s.id = :supplier_id;

-- Before what is billed of them is read: who takes one back, or bills it too, comes before or after.
-- name: supplier_invoice_documents_lock
SELECT d.id FROM stock_document d
 WHERE d.id IN (SELECT l.document_id FROM stock_document_line l WHERE l.id = ANY (:document_line_ids::uuid[])) AND d.store_id = :store_id
 ORDER BY d.id
   FOR NO KEY UPDATE;

-- What came or went back and can be billed: only posted documents of the supplier.
-- name: supplier_invoice_billable
SELECT l.id, l.part_id, l.quantity - l.invoiced_quantity AS quantity, l.unit_cost
  FROM stock_document_line l
  JOIN stock_document d ON d.id = l.document_id AND d.status = 'posted' AND d.reverses_id IS NULL AND d.supplier_id = :supplier_id
                       AND d.kind = CASE :kind::text WHEN 'credit_note' THEN 'supplier_return' ELSE 'receipt' END
 WHERE l.id = ANY (:document_line_ids::uuid[]) AND l.store_id = :store_id
 ORDER BY l.id;

-- name: supplier_invoice_add
INSERT INTO supplier_invoice (id, store_id, supplier_id, kind, status, number, invoiced_on, due_on, amount, note, created_by, created_at, updated_at)
VALUES (:invoice_id, :store_id, :supplier_id, coalesce(:kind, 'invoice'), :status, :number, :invoiced_on, coalesce(:due_on::date, :due), :amount, :note, :actor_id,
        :now, :now);

-- name: supplier_invoice_lines_add
INSERT INTO supplier_invoice_line (id, store_id, invoice_id, position, document_line_id, quantity, unit_price, agreed_price, open_quantity)
SELECT n.id, :store_id::uuid, :invoice_id::uuid, l.n, l.document_line_id, l.quantity, l.unit_price, n.agreed_price, n.open_quantity
  FROM unnest(:lines.document_line_id::uuid[], :lines.quantity::numeric[], :lines.unit_price::bigint[])
       WITH ORDINALITY l (document_line_id, quantity, unit_price, n)
  JOIN unnest(:invoice_line_ids::uuid[], :agreed_prices::bigint[], :quantity::numeric[]) WITH ORDINALITY n (id, agreed_price, open_quantity, n) USING (n);

-- What an invoice bills of each line, or gives up again.
-- name: supplier_invoice_bill
UPDATE stock_document_line d
   SET invoiced_quantity = d.invoiced_quantity + :sign::bigint * l.quantity
  FROM supplier_invoice_line l
 WHERE l.invoice_id = :invoice_id AND d.id = l.document_line_id;

-- Which documents are billed in full after that.
-- name: supplier_invoice_billed
UPDATE stock_document d
   SET billed = b.billed, changed = pg_current_xact_id()
  FROM (SELECT n.document_id, bool_and(n.invoiced_quantity >= n.quantity) AND bool_or(n.invoiced_quantity > 0) AS billed
          FROM stock_document_line n
         WHERE n.document_id IN (SELECT k.document_id FROM supplier_invoice_line l JOIN stock_document_line k ON k.id = l.document_line_id WHERE l.invoice_id = :invoice_id)
         GROUP BY n.document_id) b
 WHERE d.id = b.document_id AND d.billed <> b.billed;

-- name: supplier_invoice_lock
SELECT i.version, i.store_id, i.status, i.amount, i.paid, i.created_by FROM supplier_invoice i WHERE i.id = :id FOR NO KEY UPDATE;

-- name: supplier_invoice_billed_lock
SELECT d.id FROM stock_document d
 WHERE d.id IN (SELECT n.document_id FROM supplier_invoice_line l JOIN stock_document_line n ON n.id = l.document_line_id WHERE l.invoice_id = :invoice_id)
 ORDER BY d.id
   FOR NO KEY UPDATE;

-- name: supplier_invoice_set
UPDATE supplier_invoice
   SET status = :status, reason = coalesce(:reason, reason), paid = paid + :amount::bigint,
       accepted_by = CASE WHEN :accepted::boolean THEN :actor_id::uuid ELSE accepted_by END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :invoice_id;

-- name: supplier_payment_add
INSERT INTO supplier_payment (id, store_id, invoice_id, amount, method, reference, paid_on, actor_id, at)
VALUES (:payment_id, :store_id, :invoice_id, :amount, :method, :reference, coalesce(:paid_on::date, chain_day(:now)), :actor_id, :now);

-- Recomputed by `fettled verify`: amounts, what was paid, and what of each line is billed.

-- name: verify_supplier_invoices   unnamed
SELECT s.code AS store_code, i.number AS subject, q.what, q.expected, q.found
  FROM supplier_invoice i
  JOIN store s ON s.id = i.store_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(round(l.quantity * l.unit_price)), 0)::bigint AS amount FROM supplier_invoice_line l WHERE l.invoice_id = i.id) a
 CROSS JOIN LATERAL (SELECT coalesce(sum(y.amount), 0)::bigint AS paid FROM supplier_payment y WHERE y.invoice_id = i.id) y
 CROSS JOIN LATERAL (VALUES ('amount', a.amount, i.amount), ('paid', y.paid, i.paid)) q (what, expected, found)
 WHERE q.expected <> q.found
UNION ALL
SELECT s.code, d.number, 'billed of line ' || l.position, b.quantity, l.invoiced_quantity
  FROM stock_document_line l
  JOIN stock_document d ON d.id = l.document_id
  JOIN store s ON s.id = l.store_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(n.quantity), 0) AS quantity
                       FROM supplier_invoice_line n JOIN supplier_invoice i ON i.id = n.invoice_id AND i.status <> 'void'
                      WHERE n.document_line_id = l.id) b
 WHERE l.invoiced_quantity <> b.quantity
UNION ALL
SELECT s.code, d.number, 'billed in full', b.billed::integer, d.billed::integer
  FROM stock_document d
  JOIN store s ON s.id = d.store_id
 CROSS JOIN LATERAL (SELECT bool_and(l.invoiced_quantity >= l.quantity) AND bool_or(l.invoiced_quantity > 0) AS billed
                       FROM stock_document_line l WHERE l.document_id = d.id) b
 WHERE d.billed <> b.billed
 ORDER BY store_code, subject, what;
