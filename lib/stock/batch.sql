-- Batches: what there is of them, and where it went.

-- name: stock_batches_post
SELECT stock_batches_post(:document_id, :batch_ids::uuid[]) IS NULL AS done;

-- name: part_batch_get
SELECT b.id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", u.id AS "supplier.id", u.code AS "supplier.code", u.name AS "supplier.name",
       b.number, b.certificate_number, (SELECT coalesce(sum(s.quantity), 0) FROM batch_stock s WHERE s.batch_id = b.id) AS on_hand, b.created_at
  FROM part_batch b
  JOIN part p ON p.id = b.part_id
  LEFT JOIN supplier u ON u.id = b.supplier_id
 WHERE b.id = ANY (:ids);

-- name: part_batch_list   page unnamed
SELECT b.id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", u.id AS "supplier.id", u.code AS "supplier.code", u.name AS "supplier.name",
       b.number, b.certificate_number, h.on_hand, b.created_at, b.id AS _after_id
  FROM part_batch b
  JOIN part p ON p.id = b.part_id
  LEFT JOIN supplier u ON u.id = b.supplier_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(s.quantity), 0) AS on_hand FROM batch_stock s
                      WHERE s.batch_id = b.id AND (:scope_store::uuid IS NULL OR s.store_id = :scope_store)) h
 WHERE (:part_id::uuid IS NULL OR b.part_id = :part_id)
   AND (:number::text IS NULL OR b.number = :number)
   AND (:supplier_id::uuid IS NULL OR b.supplier_id = :supplier_id)
   AND (:in_stock::boolean IS NULL OR (h.on_hand > 0) = :in_stock)
   AND (:after_id::uuid IS NULL OR b.id < :after_id)
 ORDER BY b.id DESC
 LIMIT :limit;

-- Each time that pieces of these batches moved, the last first; with whom they were bought from, and which car they went into.
-- name: part_trace_list   page unnamed
SELECT v.movement_id AS id, v.store_id, k.id AS "batch.id", k.number AS "batch.number", k.certificate_number AS "batch.certificate_number",
       p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", u.id AS "supplier.id", u.code AS "supplier.code", u.name AS "supplier.name",
       d.id AS "document.id", d.number AS "document.number", d.kind, d.reason, v.quantity, v.at,
       r.id AS "receipt.id", r.number AS "receipt.number", r.delivery_note AS "receipt.delivery_note", r.posted_at AS "receipt.at",
       w.id AS "work_order.id", w.number AS "work_order.number", so.id AS "sales_order.id", so.number AS "sales_order.number",
       x.id AS "customer.id", x.name AS "customer.name", mask_phone(x.phone) AS "customer.phone", c.id AS "vehicle.id", c.vin AS "vehicle.vin", c.plate AS "vehicle.plate",
       v.at AS _after_at, v.movement_id AS _after_id, v.batch_id AS _after_batch
  FROM batch_movement v
  JOIN part_batch k ON k.id = v.batch_id
  JOIN part p ON p.id = k.part_id
  LEFT JOIN supplier u ON u.id = k.supplier_id
  JOIN stock_document d ON d.id = v.document_id
  LEFT JOIN work_order w ON w.id = d.work_order_id
  LEFT JOIN sales_order so ON so.id = d.sales_order_id
  LEFT JOIN customer x ON x.id = so.customer_id
  LEFT JOIN vehicle c ON c.id = CASE WHEN w.id IS NOT NULL THEN w.vehicle_id ELSE so.vehicle_id END
  LEFT JOIN LATERAL (SELECT f.id, f.number, f.delivery_note, f.posted_at
                       FROM batch_movement o
                       JOIN stock_document f ON f.id = o.document_id AND f.kind = 'receipt'
                      WHERE o.batch_id = v.batch_id AND o.quantity > 0
                      ORDER BY o.at, o.movement_id
                      LIMIT 1) r ON true
 WHERE v.batch_id = ANY (ARRAY(SELECT :batch_id::uuid WHERE :batch_id::uuid IS NOT NULL
                               UNION
                               SELECT o.batch_id FROM batch_movement o WHERE o.document_id = :document_id
                               UNION
                               SELECT o.batch_id FROM batch_movement o
                                WHERE o.document_id IN (SELECT s.id FROM stock_document s WHERE s.work_order_id = :work_order_id)
                               UNION
                               SELECT o.batch_id FROM batch_movement o
                                WHERE o.document_id IN (SELECT s.id FROM work_order e JOIN stock_document s ON s.work_order_id = e.id
                                                         WHERE e.vehicle_id = :vehicle_id)
                               UNION
                               SELECT o.batch_id FROM batch_movement o
                                WHERE o.document_id IN (SELECT s.id FROM sales_order e JOIN stock_document s ON s.sales_order_id = e.id
                                                         WHERE e.vehicle_id = :vehicle_id)))
   AND (:work_order_id::uuid IS NULL OR w.id = :work_order_id)
   AND (:vehicle_id::uuid IS NULL OR c.id = :vehicle_id)
   AND (:scope_store::uuid IS NULL OR v.store_id = :scope_store)
   AND (:kind::text[] IS NULL OR d.kind = ANY (:kind))
   AND (:after_at::timestamptz IS NULL OR (v.at, v.movement_id, v.batch_id) < (:after_at, :after_id::uuid, :after_batch::uuid))
 ORDER BY v.at DESC, v.movement_id DESC, v.batch_id DESC
 LIMIT :limit;

-- Recomputed by `fettled verify`: what there is of a batch is the sum of what moved of it, and no more of all of them than of the part.

-- name: verify_batches   unnamed
SELECT s.code AS store_code, p.number AS subject, 'batch ' || k.number AS what, coalesce(m.quantity, 0) AS expected, b.quantity AS found
  FROM batch_stock b
  JOIN store s ON s.id = b.store_id
  JOIN part p ON p.id = b.part_id
  JOIN part_batch k ON k.id = b.batch_id
  LEFT JOIN LATERAL (SELECT sum(v.quantity) AS quantity
                       FROM batch_movement v
                       JOIN stock_movement o ON o.id = v.movement_id AND o.warehouse_id = b.warehouse_id
                      WHERE v.batch_id = b.batch_id AND v.store_id = b.store_id) m ON true
 WHERE b.quantity <> coalesce(m.quantity, 0)
UNION ALL
SELECT s.code, p.number, 'all batches', l.on_hand, t.quantity
  FROM (SELECT b.store_id, b.warehouse_id, b.part_id, sum(b.quantity) AS quantity FROM batch_stock b GROUP BY b.store_id, b.warehouse_id, b.part_id) t
  JOIN stock_level l ON l.store_id = t.store_id AND l.warehouse_id = t.warehouse_id AND l.part_id = t.part_id
  JOIN store s ON s.id = t.store_id
  JOIN part p ON p.id = t.part_id
 WHERE t.quantity > l.on_hand
UNION ALL
SELECT s.code, d.number, 'batches of a movement', o.quantity, t.quantity
  FROM (SELECT v.movement_id, sum(v.quantity) AS quantity FROM batch_movement v GROUP BY v.movement_id) t
  JOIN stock_movement o ON o.id = t.movement_id
  JOIN stock_document d ON d.id = o.document_id
  JOIN store s ON s.id = o.store_id
 WHERE abs(t.quantity) > abs(o.quantity) OR sign(t.quantity) <> sign(o.quantity)
 ORDER BY store_code, subject, what;
