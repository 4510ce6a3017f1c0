-- An estimate as it is printed: its options to be chosen from.

-- name: estimate_document
SELECT e.id, e.version, e.store_id, e.number, e.revision, e.status, st.currency, e.chosen_option_id,
       to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at,
       st.id AS "store.id", st.name AS "store.name", st.address AS "store.address", st.phone AS "store.phone",
       st.licence_class AS "store.licence_class", st.licence_number AS "store.licence_number",
       c.id AS "customer.id", c.name AS "customer.name",
       CASE WHEN :holds_customer_contact::boolean THEN c.phone ELSE mask_phone(c.phone) END AS "customer.phone",
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", v.make AS "vehicle.make",
       v.model AS "vehicle.model",
       w.id AS "work_order.id", w.number AS "work_order.number", w.odometer_in_km AS "work_order.odometer_in_km",
       e.valid_until::text AS valid, e.note, e.by_name, to_char(e.decided_at AT TIME ZONE st.time_zone, 'YYYY-MM-DD HH24:MI') AS decided,
       e.link_id AS _link_id
  FROM estimate e
  JOIN store st ON st.id = e.store_id
  JOIN work_order w ON w.id = e.work_order_id
  LEFT JOIN customer c ON c.id = e.customer_id
  LEFT JOIN vehicle v ON v.id = e.vehicle_id
 WHERE e.id = ANY (:ids) AND e.deleted_at IS NULL;

-- name: estimate_document_concerns
SELECT e.id AS _parent, k.id, k.text
  FROM estimate e
  JOIN work_order w ON w.id = e.work_order_id
  JOIN reception_concern k ON k.reception_id = w.reception_id
 WHERE e.id = ANY (:ids)
 ORDER BY e.id, k.position;

-- name: estimate_document_options
SELECT o.estimate_id AS _parent, o.id, o.position, o.label, o.pros, o.cons, o.duration_minutes,
       to_char(o.finish_at AT TIME ZONE st.time_zone, 'YYYY-MM-DD HH24:MI') AS finish,
       (SELECT coalesce(sum(CASE l.kind WHEN 'discount' THEN -l.amount ELSE l.amount END), 0)::bigint
          FROM estimate_line l WHERE l.option_id = o.id) AS total,
       (SELECT coalesce(sum(CASE l.kind WHEN 'discount' THEN -l.amount ELSE l.amount END), 0)::bigint
          FROM estimate_line l WHERE l.option_id = o.id AND l.payer = 'customer') AS customer_total
  FROM estimate_option o
  JOIN store st ON st.id = o.store_id
 WHERE o.estimate_id = ANY (:ids)
 ORDER BY o.estimate_id, o.position;

-- name: estimate_document_lines
SELECT l.option_id AS _parent, l.id, l.kind, l.description, l.quantity, l.unit_price, l.amount, l.payer, l.decision,
       p.number AS part_number, p.unit
  FROM estimate_line l
  LEFT JOIN part p ON p.id = l.part_id
 WHERE l.estimate_id = ANY (:ids)
 ORDER BY l.option_id, l.position;
