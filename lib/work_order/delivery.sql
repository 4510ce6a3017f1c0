-- The delivery of an order: what was explained, given back and taken, and what the customer says of each concern.

-- name: work_order_delivery
SELECT w.id, w.store_id, w.number, w.status, p.acceptance_rule, w.delivered_at, d.delivered_by, w.odometer_out_km, w.explained,
       coalesce(d.explained_items, '{}') AS explained_items, w.old_parts, w.washed, w.washed_at, w.belongings_returned,
       coalesce((SELECT i.belongings FROM inspection i
                  WHERE i.reception_id = w.reception_id AND i.status <> 'draft'
                  ORDER BY i.submitted_at DESC LIMIT 1), '{}') AS belongings,
       d.taken_by, d.note, w.next_service_on, w.next_service_km, w.signature_file_id
  FROM work_order w
  JOIN store_policy p ON p.store_id = w.store_id
  LEFT JOIN delivery d ON d.work_order_id = w.id
 WHERE w.id = ANY (:ids) AND w.deleted_at IS NULL;

-- name: work_order_delivery_concerns
SELECT w.id AS _parent, k.id AS concern_id, k.text, coalesce(a.answer, 'not_asked') AS answer, a.remark, a.asked_by, a.at
  FROM work_order w
  JOIN reception_concern k ON k.reception_id = w.reception_id
  LEFT JOIN acceptance a ON a.work_order_id = w.id AND a.concern_id = k.id
 WHERE w.id = ANY (:ids)
 ORDER BY w.id, k.position;

-- Each part that went in has taken one out: what was said of it, or of all.

-- name: work_order_delivery_parts
SELECT l.work_order_id AS _parent, l.id AS line_id, l.position, l.part_id, a.number AS part_number, l.description,
       l.issued_quantity - l.returned_quantity AS quantity, coalesce(d.old_part, w.old_parts) AS old_parts
  FROM work_order w
  JOIN work_order_line l ON l.work_order_id = w.id
  LEFT JOIN part a ON a.id = l.part_id
  LEFT JOIN delivery_part d ON d.line_id = l.id
 WHERE w.id = ANY (:ids) AND l.kind = 'part' AND l.status = 'authorised' AND l.issued_quantity > l.returned_quantity
 ORDER BY l.work_order_id, l.position;

-- name: delivery_concerns
SELECT k.id, k.text, p.acceptance_rule
  FROM work_order w
  JOIN store_policy p ON p.store_id = w.store_id
  JOIN reception_concern k ON k.reception_id = w.reception_id
 WHERE w.id = :id
 ORDER BY k.position;

-- name: delivery_add
INSERT INTO delivery (work_order_id, store_id, explained_items, taken_by, note, delivered_by)
VALUES (:id, :store_id, coalesce(:explained_items::text[], '{}'), :taken_by, :note, :actor_id);

-- name: delivery_parts_add
INSERT INTO delivery_part (work_order_id, store_id, line_id, old_part)
SELECT :id, :store_id, p.line_id, p.old_parts
  FROM unnest(:replaced_parts.line_id::uuid[], :replaced_parts.old_parts::text[]) p (line_id, old_parts);

-- name: acceptance_add
INSERT INTO acceptance (work_order_id, store_id, concern_id, answer, remark, asked_by, at)
SELECT :id, :store_id, a.concern_id, n.answer, a.remark, :actor_id, :now
  FROM unnest(:acceptance.concern_id::uuid[], :acceptance.remark::text[]) WITH ORDINALITY a (concern_id, remark, n)
  JOIN unnest(:answers::text[]) WITH ORDINALITY n (answer, n) USING (n);

-- What the customer says is not solved, for who follows it up.

-- name: acceptance_unsolved
SELECT jsonb_build_object('concerns', jsonb_agg(jsonb_build_object('concern_id', k.id, 'text', k.text, 'remark', a.remark)
                                                ORDER BY k.position)) AS data
  FROM acceptance a
  JOIN reception_concern k ON k.id = a.concern_id
 WHERE a.work_order_id = :id AND a.answer = 'not_solved';

-- By the moment of the answer: the store and the chain have an index each, and one more of what is not solved.

-- name: acceptance_list   page unnamed
SELECT a.store_id, a.work_order_id, w.number AS work_order_number, a.concern_id, k.text, a.answer, a.remark, a.asked_by, a.at,
       w.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       w.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       NOT EXISTS (SELECT FROM comeback b WHERE b.work_order_id = a.work_order_id AND b.cancelled_at IS NULL) AS first_time,
       coalesce((SELECT jsonb_agg(g.id ORDER BY g.id)
                   FROM guarantee g
                   JOIN work_order_line l ON l.id = g.line_id
                  WHERE g.work_order_id = a.work_order_id AND coalesce(l.concern_id, a.concern_id) = a.concern_id), '[]') AS guarantee_ids,
       a.at AS _after_at, a.work_order_id AS _after_order, a.concern_id AS _after_id
  FROM acceptance a
  JOIN work_order w ON w.id = a.work_order_id
  JOIN reception_concern k ON k.id = a.concern_id
  LEFT JOIN customer c ON c.id = w.customer_id
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
 WHERE (:scope_store::uuid IS NULL OR a.store_id = :scope_store)
   AND (:answer::text[] IS NULL OR a.answer = ANY (:answer))
   AND (:work_order_id::uuid IS NULL OR a.work_order_id = :work_order_id)
   AND (:from::timestamptz IS NULL OR a.at >= :from)
   AND (:to::timestamptz IS NULL OR a.at < :to)
   AND (:after_at::timestamptz IS NULL OR (a.at, a.work_order_id, a.concern_id) < (:after_at, :after_order::uuid, :after_id::uuid))
 ORDER BY a.at DESC, a.work_order_id DESC, a.concern_id DESC
 LIMIT :limit;

-- What was answered and written at a delivery is of that order, and of one that was delivered.

-- name: verify_deliveries   unnamed
SELECT st.code AS store_code, w.number AS subject, d.what, d.expected, d.found
  FROM (SELECT a.work_order_id, 'concern ' || a.concern_id AS what, w.reception_id::text AS expected, k.reception_id::text AS found
          FROM acceptance a
          JOIN work_order w ON w.id = a.work_order_id
          JOIN reception_concern k ON k.id = a.concern_id
        UNION ALL
        SELECT a.work_order_id, 'answer to concern ' || a.concern_id, 'delivered', CASE WHEN w.delivered_at IS NULL THEN w.status ELSE 'delivered' END
          FROM acceptance a
          JOIN work_order w ON w.id = a.work_order_id
        UNION ALL
        SELECT d.work_order_id, 'delivery', 'delivered', CASE WHEN w.delivered_at IS NULL THEN w.status ELSE 'delivered' END
          FROM delivery d
          JOIN work_order w ON w.id = d.work_order_id
        UNION ALL
        SELECT p.work_order_id, 'old part of line ' || l.position, p.work_order_id::text, l.work_order_id::text
          FROM delivery_part p
          JOIN work_order_line l ON l.id = p.line_id) d
  JOIN work_order w ON w.id = d.work_order_id
  JOIN store st ON st.id = w.store_id
 WHERE d.expected IS DISTINCT FROM d.found
 ORDER BY store_code, subject, d.what;
