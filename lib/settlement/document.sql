-- A settlement as it is printed: what stands on it, in the store's own time.

-- name: settlement_document
SELECT s.id, s.version, s.store_id, s.number, s.status, s.payer, s.currency,
       to_char(s.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at,
       st.id AS "store.id", st.name AS "store.name", st.address AS "store.address", st.phone AS "store.phone",
       st.licence_class AS "store.licence_class", st.licence_number AS "store.licence_number",
       c.id AS "customer.id", c.name AS "customer.name",
       CASE WHEN :holds_customer_contact::boolean THEN c.phone ELSE mask_phone(c.phone) END AS "customer.phone",
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", v.make AS "vehicle.make",
       v.model AS "vehicle.model",
       w.id AS "work_order.id", w.number AS "work_order.number", w.odometer_in_km AS "work_order.odometer_in_km",
       w.odometer_out_km AS "work_order.odometer_out_km", w.old_parts AS "work_order.old_parts", so.id AS "sales_order.id", so.number AS "sales_order.number",
       r.number AS reception_number, to_char(r.arrived_at AT TIME ZONE st.time_zone, 'YYYY-MM-DD HH24:MI') AS arrived,
       to_char(w.delivered_at AT TIME ZONE st.time_zone, 'YYYY-MM-DD HH24:MI') AS delivered, to_char(s.issued_at AT TIME ZONE st.time_zone, 'YYYY-MM-DD HH24:MI') AS issued,
       (SELECT l.repair_category
          FROM work_order_line l
         WHERE l.work_order_id = s.work_order_id AND l.status = 'authorised' AND l.repair_category IS NOT NULL
         ORDER BY array_position(ARRAY['whole_vehicle', 'assembly', 'maint_2', 'maint_1', 'special', 'minor'], l.repair_category)
         LIMIT 1) AS repair_category,
       w.certificate_number, f.name AS cashier,
       (SELECT i.name
          FROM quality_check q
          JOIN staff i ON i.id = q.inspector_id
         WHERE q.work_order_id = s.work_order_id AND q.level = 'final' AND q.status = 'passed'
         ORDER BY q.decided_at DESC
         LIMIT 1) AS inspector,
       s.labour_total, h.diagnosis_total, h.test_total, s.part_total, s.sublet_total, s.fee_total, s.discount_total,
       s.rounding, s.total, s.tax_total, s.paid,
       CASE WHEN s.status IN ('issued', 'partly_paid', 'paid') THEN s.total - s.paid ELSE 0 END AS due,
       (SELECT l.id FROM link l
         WHERE l.subject_id = s.work_order_id AND l.purpose = 'progress' AND l.revoked_at IS NULL AND l.expires_at > :now) AS _link_id
  FROM settlement s
  JOIN store st ON st.id = s.store_id
  LEFT JOIN work_order w ON w.id = s.work_order_id
  LEFT JOIN sales_order so ON so.id = s.sales_order_id
  LEFT JOIN reception r ON r.id = w.reception_id
  LEFT JOIN customer c ON c.id = s.customer_id
  LEFT JOIN vehicle v ON v.id = CASE WHEN w.id IS NOT NULL THEN w.vehicle_id ELSE so.vehicle_id END
  LEFT JOIN staff f ON f.id = s.issued_by
 CROSS JOIN LATERAL (SELECT coalesce(sum(l.amount) FILTER (WHERE l.heading = 'diagnosis'), 0)::bigint AS diagnosis_total,
                            coalesce(sum(l.amount) FILTER (WHERE l.heading = 'test'), 0)::bigint AS test_total
                       FROM settlement_line l
                      WHERE l.settlement_id = s.id AND l.kind = 'labour') h
 WHERE s.id = ANY (:ids) AND s.deleted_at IS NULL;

-- name: settlement_document_lines
SELECT l.settlement_id AS _parent, l.id, l.kind,
       CASE l.kind WHEN 'labour' THEN l.heading WHEN 'part' THEN 'material' WHEN 'sublet' THEN 'machining'
                   WHEN 'discount' THEN 'discount' ELSE 'other' END AS heading,
       l.description, l.quantity, l.unit_price, l.amount, p.number AS part_number, p.unit
  FROM settlement_line l
  LEFT JOIN work_order_line o ON o.id = l.work_order_line_id
  LEFT JOIN sales_order_line so ON so.id = l.sales_order_line_id
  LEFT JOIN part p ON p.id = coalesce(o.part_id, so.part_id)
 WHERE l.settlement_id = ANY (:ids)
 ORDER BY l.settlement_id, l.position;

-- name: settlement_document_payments
SELECT p.settlement_id AS _parent, p.id, p.number, p.method, p.amount, p.refunded,
       to_char(p.taken_at AT TIME ZONE st.time_zone, 'YYYY-MM-DD HH24:MI') AS taken
  FROM payment p
  JOIN store st ON st.id = p.store_id
 WHERE p.settlement_id = ANY (:ids) AND p.status NOT IN ('pending', 'failed') AND p.deleted_at IS NULL
 ORDER BY p.settlement_id, p.taken_at, p.id;
