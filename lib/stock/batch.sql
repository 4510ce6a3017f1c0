-- Batches: what there is of them, and where it went.

-- name: stock_batches_post
SELECT p.nth, p.value
  FROM stock_batches_post(:store_id, :warehouse_id, :document_id, :now, :batch_ids::uuid[], :movement_ids::uuid[], :line_ids::uuid[], :part_ids::uuid[],
                          :quantity::numeric[], :value::bigint[], :on_hand::numeric[], :value_after::bigint[]) p;

-- name: part_batch_get
SELECT b.id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", u.id AS "supplier.id", u.code AS "supplier.code", u.name AS "supplier.name",
       b.number, b.certificate_number, h.on_hand, CASE WHEN :holds_cost_read::boolean AND p.costing = 'batch' AND h.on_hand > 0 THEN h.value END AS value, b.created_at
  FROM part_batch b
  JOIN part p ON p.id = b.part_id
  LEFT JOIN supplier u ON u.id = b.supplier_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(s.quantity), 0) AS on_hand, sum(s.value) AS value FROM batch_stock s WHERE s.batch_id = b.id) h
 WHERE b.id = ANY (:ids);

-- name: part_batch_list   page unnamed
SELECT b.id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", u.id AS "supplier.id", u.code AS "supplier.code", u.name AS "supplier.name",
       b.number, b.certificate_number, h.on_hand, CASE WHEN :holds_cost_read::boolean AND p.costing = 'batch' AND h.on_hand > 0 THEN h.value END AS value, b.created_at, b.id AS _after_id
  FROM part_batch b
  JOIN part p ON p.id = b.part_id
  LEFT JOIN supplier u ON u.id = b.supplier_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(s.quantity), 0) AS on_hand, sum(s.value) AS value FROM batch_stock s
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

-- Recomputed by `fettled verify`: what there is of a batch, and what it is worth, is the sum of what moved of it; of all of them there is no
-- more than of the part; and what was costed by batch makes up the movement.

-- name: verify_batches   unnamed
SELECT s.code AS store_code, p.number AS subject, v.what || ' ' || k.number AS what, v.expected, v.found
  FROM batch_stock b
  JOIN store s ON s.id = b.store_id
  JOIN part p ON p.id = b.part_id
  JOIN part_batch k ON k.id = b.batch_id
  LEFT JOIN LATERAL (SELECT sum(v.quantity) AS quantity, sum(v.value) AS value
                       FROM batch_movement v
                       JOIN stock_movement o ON o.id = v.movement_id AND o.warehouse_id = b.warehouse_id
                      WHERE v.batch_id = b.batch_id AND v.store_id = b.store_id) m ON true
 CROSS JOIN LATERAL (VALUES ('batch', coalesce(m.quantity, 0), b.quantity), ('value of batch', coalesce(m.value, 0), b.value)) v (what, expected, found)
 WHERE v.expected <> v.found
UNION ALL
SELECT s.code, p.number, v.what, v.most, v.found
  FROM (SELECT b.store_id, b.warehouse_id, b.part_id, sum(b.quantity) AS quantity, sum(b.value) AS value FROM batch_stock b GROUP BY b.store_id, b.warehouse_id, b.part_id) t
  JOIN stock_level l ON l.store_id = t.store_id AND l.warehouse_id = t.warehouse_id AND l.part_id = t.part_id
  JOIN store s ON s.id = t.store_id
  JOIN part p ON p.id = t.part_id
 CROSS JOIN LATERAL (VALUES ('all batches', l.on_hand, t.quantity), ('value of all batches', l.value, t.value)) v (what, most, found)
 WHERE v.found > v.most OR p.costing = 'batch' AND v.what = 'value of all batches' AND t.quantity = l.on_hand AND v.found <> v.most
UNION ALL
SELECT s.code, d.number, v.what, v.most, v.found
  FROM (SELECT v.movement_id, sum(v.quantity) AS quantity, sum(v.value) AS value FROM batch_movement v GROUP BY v.movement_id) t
  JOIN stock_movement o ON o.id = t.movement_id
  JOIN stock_document d ON d.id = o.document_id
  JOIN store s ON s.id = o.store_id
 CROSS JOIN LATERAL (VALUES ('batches of a movement', o.quantity, t.quantity), ('value of batches of a movement', o.value, t.value)) v (what, most, found)
 WHERE abs(v.found) > abs(v.most) OR sign(v.found) = -sign(v.most) AND v.most <> 0 OR t.quantity = o.quantity AND v.found <> v.most
 ORDER BY store_code, subject, what;
