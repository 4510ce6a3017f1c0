-- What comes for purchase orders.  The order is locked after the document and before the levels.

-- name: receipt_add
INSERT INTO stock_document (id, store_id, warehouse_id, number, kind, status, reason, note, supplier_id, purchase_order_id, delivery_note, created_by,
                            created_at, updated_at)
VALUES (:document_id, :store_id, :warehouse_id, :number, 'receipt', 'draft', 'purchase', :note, :supplier_id, :order_id, :delivery_note, :actor_id, :now, :now);

-- name: receipt_lines_add
INSERT INTO stock_document_line (id, store_id, document_id, position, part_id, quantity, unit_cost, bin_id, purchase_order_line_id, rejected_quantity,
                                 rejected_reason, certificate_number, batch_number)
SELECT n.id, :store_id::uuid, :document_id::uuid, r.n, l.part_id, r.quantity, l.unit_price, r.bin_id, r.line_id, coalesce(r.rejected_quantity, 0),
       r.rejected_reason, r.certificate_number, r.batch_number
  FROM unnest(:lines.line_id::uuid[], :lines.quantity::numeric[], :lines.bin_id::uuid[], :lines.rejected_quantity::numeric[],
              :lines.rejected_reason::text[], :lines.certificate_number::text[], :lines.batch_number::text[])
       WITH ORDINALITY r (line_id, quantity, bin_id, rejected_quantity, rejected_reason, certificate_number, batch_number, n)
  JOIN unnest(:document_line_ids::uuid[]) WITH ORDINALITY n (id, n) USING (n)
  JOIN purchase_order_line l ON l.id = r.line_id AND l.order_id = :order_id;

-- Which of the bins named is not one of the warehouse.
-- name: receipt_bins_unknown
SELECT r.n - 1 AS position
  FROM unnest(:lines.bin_id::uuid[]) WITH ORDINALITY r (bin_id, n)
 WHERE r.bin_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM bin b WHERE b.id = r.bin_id AND b.warehouse_id = :warehouse_id AND b.deleted_at IS NULL)
 ORDER BY r.n;

-- name: receipt_order_lock
SELECT o.status FROM purchase_order o WHERE o.id = :order_id FOR NO KEY UPDATE;

-- What a document does to the lines it came for: pending is what its draft waits for, received what it brought in, returned what
-- it took back out.
-- name: receipt_lines_move
UPDATE purchase_order_line l
   SET pending_quantity = l.pending_quantity + :pending_sign::bigint * n.quantity,
       received_quantity = l.received_quantity + :received_sign::bigint * n.quantity,
       returned_quantity = l.returned_quantity + :returned_sign::bigint * n.quantity
  FROM (SELECT d.purchase_order_line_id AS line_id, sum(d.quantity) AS quantity
          FROM stock_document_line d
         WHERE d.document_id = :document_id AND d.purchase_order_line_id IS NOT NULL
         GROUP BY d.purchase_order_line_id) n
 WHERE l.id = n.line_id;

-- Its state follows what came of it; one that is over stays so.
-- name: receipt_order_follow
UPDATE purchase_order o
   SET status = CASE WHEN o.status IN ('closed', 'cancelled') THEN o.status WHEN t.whole THEN 'received' WHEN t.some THEN 'partly_received' ELSE 'sent' END,
       version = o.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM (SELECT bool_and(l.received_quantity >= l.quantity) AS whole, bool_or(l.received_quantity > 0) AS some
          FROM purchase_order_line l WHERE l.order_id = :order_id) t
 WHERE o.id = :order_id;

-- Whom a document brings parts for: orders in the order of their lines, and what comes for the shelf.
-- name: receipt_demands
SELECT p.demand_id, d.kind, sum(l.quantity) AS quantity
  FROM stock_document_line l
  JOIN purchase_order_line p ON p.id = l.purchase_order_line_id
  JOIN demand d ON d.id = p.demand_id
 WHERE l.document_id = :document_id AND l.quantity > 0
   AND (SELECT k.kind FROM stock_document k WHERE k.id = :document_id) = 'receipt'
 GROUP BY p.demand_id, d.kind
 ORDER BY p.demand_id;

-- What lines of orders can be sent back: of the supplier, of that part, and not more than came.
-- name: receipt_returnable
SELECT l.id, l.part_id, l.order_id, o.supplier_id, l.received_quantity - l.returned_quantity AS quantity
  FROM purchase_order_line l
  JOIN purchase_order o ON o.id = l.order_id
 WHERE l.id = ANY (:purchase_line_ids::uuid[]) AND l.store_id = :store_id;

-- Recomputed by `fettled verify`: what orders say came is what posted documents brought, and what waits is in drafts.

-- name: verify_purchases   unnamed
SELECT s.code AS store_code, o.number AS subject, q.what || ' of line ' || l.position AS what, q.expected, q.found
  FROM purchase_order o
  JOIN purchase_order_line l ON l.order_id = o.id
  JOIN store s ON s.id = o.store_id
 CROSS JOIN LATERAL (
        SELECT coalesce(sum(n.quantity) FILTER (WHERE d.kind = 'receipt' AND d.status = 'draft'), 0) AS pending,
               coalesce(sum(n.quantity) FILTER (WHERE d.kind = 'receipt' AND d.status = 'posted'), 0) AS received,
               coalesce(sum(n.quantity) FILTER (WHERE d.kind = 'supplier_return' AND d.status = 'posted'), 0) AS returned
          FROM stock_document_line n
          JOIN stock_document d ON d.id = n.document_id AND d.reverses_id IS NULL
         WHERE n.purchase_order_line_id = l.id) m
 CROSS JOIN LATERAL (VALUES ('pending', m.pending, l.pending_quantity), ('received', m.received, l.received_quantity),
                            ('returned', m.returned, l.returned_quantity)) q (what, expected, found)
 WHERE q.expected <> q.found
UNION ALL
SELECT s.code, o.number, 'amount', sum(round(l.quantity * l.unit_price)), o.amount
  FROM purchase_order o
  JOIN purchase_order_line l ON l.order_id = o.id
  JOIN store s ON s.id = o.store_id
 GROUP BY s.code, o.number, o.amount
HAVING sum(round(l.quantity * l.unit_price)) <> o.amount
UNION ALL
SELECT s.code, o.number, 'open lines', 0, count(*)
  FROM purchase_order o
  JOIN purchase_order_line l ON l.order_id = o.id
  JOIN store s ON s.id = o.store_id
 WHERE l.ordered <> (o.status IN ('sent', 'partly_received', 'received'))
 GROUP BY s.code, o.number
 ORDER BY store_code, subject, what;
