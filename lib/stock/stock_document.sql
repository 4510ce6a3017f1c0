-- Stock documents: drafts move nothing, posted ones are never changed.

-- name: stock_document_get
SELECT d.id, d.version, d.store_id, d.number, d.kind, d.status, d.warehouse_id, d.reason, d.note, d.work_order_id, d.sales_order_id, d.transfer_id, d.stocktake_id,
       d.supplier_id, d.purchase_order_id, d.delivery_note, d.reverses_id, d.received_by, d.created_by, d.audited_by, d.posted_at, d.created_at, d.updated_at
  FROM stock_document d
 WHERE d.id = ANY (:ids);

-- name: stock_document_lines
SELECT l.document_id AS _parent, l.id, l.position, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       l.quantity, CASE WHEN :holds_cost_read::boolean THEN l.unit_cost END AS unit_cost,
       CASE WHEN :holds_cost_read::boolean THEN l.cost END AS cost, l.bin_id, l.work_order_line_id,
       l.sales_order_line_id, l.purchase_order_line_id, l.rejected_quantity, l.rejected_reason, l.certificate_number, l.batch_number
  FROM stock_document_line l
  JOIN part p ON p.id = l.part_id
 WHERE l.document_id = ANY (:ids)
 ORDER BY l.document_id, l.position;

-- name: stock_document_list   page unnamed
SELECT d.id, d.version, d.store_id, d.number, d.kind, d.status, d.warehouse_id, d.reason, d.note, d.work_order_id, d.sales_order_id, d.transfer_id, d.stocktake_id,
       d.supplier_id, d.purchase_order_id, d.delivery_note, d.reverses_id, d.received_by, d.created_by, d.audited_by, d.posted_at, d.created_at, d.updated_at,
       d.created_at AS _after_at, d.id AS _after_id
  FROM stock_document d
 WHERE (:scope_store::uuid IS NULL OR d.store_id = :scope_store)
   AND (:kind::text[] IS NULL OR d.kind = ANY (:kind))
   AND (:status::text[] IS NULL OR d.status = ANY (:status))
   AND (:number::text IS NULL OR d.number = :number)
   AND (:work_order_id::uuid IS NULL OR d.work_order_id = :work_order_id)
   AND (:sales_order_id::uuid IS NULL OR d.sales_order_id = :sales_order_id)
   AND (:transfer_id::uuid IS NULL OR d.transfer_id = :transfer_id)
   AND (:stocktake_id::uuid IS NULL OR d.stocktake_id = :stocktake_id)
   AND (:supplier_id::uuid IS NULL OR d.supplier_id = :supplier_id)
   AND (:purchase_order_id::uuid IS NULL OR d.purchase_order_id = :purchase_order_id)
   AND (:updated_after::timestamptz IS NULL OR d.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (d.changed >= :after_position::text::xid8 AND d.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_at::timestamptz IS NULL OR (d.created_at, d.id) < (:after_at, :after_id::uuid))
 ORDER BY d.created_at DESC, d.id DESC
 LIMIT :limit;

-- Which lines name a part or a bin that is not there.

-- name: stock_document_check
SELECT l.n - 1 AS position, p.id IS NULL AS part
  FROM unnest(:lines.part_id::uuid[], :lines.bin_id::uuid[]) WITH ORDINALITY l (part_id, bin_id, n)
  LEFT JOIN part p ON p.id = l.part_id AND p.deleted_at IS NULL
  LEFT JOIN bin b ON b.id = l.bin_id AND b.warehouse_id = :warehouse_id AND b.deleted_at IS NULL
 WHERE p.id IS NULL OR (l.bin_id IS NOT NULL AND b.id IS NULL)
 ORDER BY l.n;

-- name: stock_document_add_draft
INSERT INTO stock_document (id, store_id, warehouse_id, number, kind, status, reason, note, supplier_id, purchase_order_id, delivery_note, received_by,
                            created_by, created_at, updated_at)
VALUES (:document_id, :store_id, :warehouse_id, :number, :kind, 'draft', :reason, :note, :supplier_id, :order_id, :delivery_note, :received_by,
        :actor_id, :now, :now);

-- name: stock_document_lines_add_draft
INSERT INTO stock_document_line (id, store_id, document_id, position, part_id, quantity, unit_cost, bin_id, purchase_order_line_id,
                                 certificate_number, batch_number)
SELECT l.id, :store_id::uuid, :document_id::uuid, l.n, l.part_id, l.quantity, l.unit_cost, l.bin_id, l.purchase_order_line_id, l.certificate_number,
       l.batch_number
  FROM unnest(:document_line_ids::uuid[], :lines.part_id::uuid[], :lines.quantity::numeric[], :lines.unit_cost::bigint[],
              :lines.bin_id::uuid[], :lines.purchase_order_line_id::uuid[], :lines.certificate_number::text[], :lines.batch_number::text[])
       WITH ORDINALITY l (id, part_id, quantity, unit_cost, bin_id, purchase_order_line_id, certificate_number, batch_number, n);

-- name: stock_document_add_posted
INSERT INTO stock_document (id, store_id, warehouse_id, number, kind, status, reason, note, work_order_id, sales_order_id, transfer_id, stocktake_id,
                            reverses_id, received_by, created_by, posted_at, created_at, updated_at)
VALUES (:document_id, :store_id, :warehouse_id, :number, :kind, 'posted', :reason, :note, :work_order_id, :sales_order_id, :transfer_id, :stocktake_id,
        :reverses_id, :received_by, :actor_id, :now, :now, :now);

-- name: stock_document_lines_add_posted
INSERT INTO stock_document_line (id, store_id, document_id, position, part_id, quantity, cost, work_order_line_id, sales_order_line_id, transfer_line_id,
                                 batch_number)
SELECT l.id, :store_id::uuid, :document_id::uuid, l.n, l.part_id, l.quantity, l.cost, l.line_id, l.sale_line_id, l.transfer_line_id, l.batch_number
  FROM unnest(:document_line_ids::uuid[], :part_ids::uuid[], :quantity::numeric[], :cost::bigint[], :line_ids::uuid[], :sale_line_ids::uuid[],
              :transfer_line_ids::uuid[], :batch_numbers::text[])
       WITH ORDINALITY l (id, part_id, quantity, cost, line_id, sale_line_id, transfer_line_id, batch_number, n);

-- name: stock_document_lock
SELECT d.version, d.store_id, d.warehouse_id, d.status, d.kind, d.reason, d.number, d.created_by, d.reverses_id, d.transfer_id,
       d.purchase_order_id, l.id AS line_id, l.part_id, l.quantity, l.unit_cost, l.cost
  FROM stock_document d
  JOIN stock_document_line l ON l.document_id = d.id
 WHERE d.id = :id
 ORDER BY l.position
   FOR NO KEY UPDATE OF d;

-- name: stock_document_billed
SELECT EXISTS (SELECT FROM stock_document_line l WHERE l.document_id = :id AND l.invoiced_quantity > 0) AS billed;

-- name: stock_document_set_posted
UPDATE stock_document
   SET status = 'posted', audited_by = :actor_id, posted_at = :now,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: stock_document_set_status
UPDATE stock_document
   SET status = :status, note = coalesce(:note, note), version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: stock_document_set_costs
UPDATE stock_document_line l SET cost = n.cost
  FROM unnest(:document_line_ids::uuid[], :cost::bigint[]) n (id, cost)
 WHERE l.id = n.id;

-- The order of a line of parts; billing it locks it too.

-- name: stock_return_order
SELECT w.id
  FROM work_order w
 WHERE w.id = (SELECT l.work_order_id FROM work_order_line l
                WHERE l.id = :line_id AND l.store_id = :store_id AND l.kind = 'part')
   FOR NO KEY UPDATE;

-- What was issued for lines of a work order and has not come back, with what it cost, and the bill they stand on.

-- name: stock_return_lines
SELECT l.id, l.part_id, l.work_order_id, l.issued_quantity - l.returned_quantity AS quantity,
       (SELECT coalesce(s.number, s.id::text) FROM settlement s
         WHERE s.work_order_id = l.work_order_id AND s.payer = l.payer AND s.status <> 'void' AND s.deleted_at IS NULL) AS bill,
       (SELECT -coalesce(sum(m.value), 0)
          FROM stock_movement m JOIN stock_document_line dl ON dl.id = m.line_id
         WHERE dl.work_order_line_id = l.id AND m.store_id = l.store_id AND m.part_id = l.part_id) AS cost
  FROM work_order_line l
 WHERE l.id = ANY (:line_ids::uuid[]) AND l.store_id = :store_id AND l.kind = 'part'
 ORDER BY l.id
   FOR NO KEY UPDATE;

-- name: stock_line_returned
UPDATE work_order_line l
   SET returned_quantity = l.returned_quantity + n.quantity,
       supply = CASE WHEN l.issued_quantity = l.returned_quantity + n.quantity THEN 'none' ELSE l.supply END,
       updated_at = :now, changed = pg_current_xact_id()
  FROM unnest(:line_ids::uuid[], :quantity::numeric[]) n (line_id, quantity)
 WHERE l.id = n.line_id;

-- name: stock_line_parts
SELECT l.part_id FROM work_order_line l
 WHERE l.id = ANY (:line_ids::uuid[]) AND l.store_id = :store_id AND l.part_id IS NOT NULL;

-- name: stock_parties
SELECT :supplier_id::uuid IS NULL OR EXISTS (SELECT FROM supplier s WHERE s.id = :supplier_id) AS supplier,
       :staff_id::uuid IS NULL OR EXISTS (SELECT FROM staff f WHERE f.id = :staff_id AND f.active AND f.deleted_at IS NULL) AS staff;

-- name: stock_staff_visible
SELECT f.id FROM staff f WHERE f.id = :staff_id AND f.active AND f.deleted_at IS NULL;
