-- A work order as it is printed: for the customer to sign, for the workshop to take along.

-- name: work_order_document
SELECT w.id, w.version, w.store_id, w.number, w.status, st.currency,
       to_char(w.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at,
       st.id AS "store.id", st.name AS "store.name", st.address AS "store.address", st.phone AS "store.phone",
       st.licence_class AS "store.licence_class", st.licence_number AS "store.licence_number",
       c.id AS "customer.id", c.name AS "customer.name",
       CASE WHEN :holds_customer_contact::boolean THEN c.phone ELSE mask_phone(c.phone) END AS "customer.phone",
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", v.make AS "vehicle.make",
       v.model AS "vehicle.model",
       r.number AS reception_number, f.name AS advisor, to_char(w.opened_at AT TIME ZONE st.time_zone, 'YYYY-MM-DD HH24:MI') AS opened,
       to_char(w.promised_at AT TIME ZONE st.time_zone, 'YYYY-MM-DD HH24:MI') AS promised, w.odometer_in_km, b.code AS bay, w.note, w.old_parts,
       (SELECT coalesce(sum(CASE l.kind WHEN 'discount' THEN -l.amount ELSE l.amount END), 0)::bigint
          FROM work_order_line l
         WHERE l.work_order_id = w.id AND l.status = 'authorised') AS authorised_total,
       (SELECT l.id FROM link l
         WHERE l.subject_id = w.id AND l.purpose = 'progress' AND l.revoked_at IS NULL AND l.expires_at > :now) AS _link_id
  FROM work_order w
  JOIN store st ON st.id = w.store_id
  LEFT JOIN reception r ON r.id = w.reception_id
  LEFT JOIN customer c ON c.id = w.customer_id
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
  LEFT JOIN staff f ON f.id = w.advisor_id
  LEFT JOIN bay b ON b.id = w.bay_id
 WHERE w.id = ANY (:ids) AND w.deleted_at IS NULL;

-- name: work_order_document_concerns
SELECT w.id AS _parent, k.id, k.text
  FROM work_order w
  JOIN reception_concern k ON k.reception_id = w.reception_id
 WHERE w.id = ANY (:ids)
 ORDER BY w.id, k.position;

-- name: work_order_document_lines
SELECT l.work_order_id AS _parent, l.id, l.position, l.kind, l.description, l.quantity, l.unit_price, l.amount, l.status,
       p.number AS part_number, p.unit, f.name AS technician
  FROM work_order_line l
  LEFT JOIN part p ON p.id = l.part_id
  LEFT JOIN staff f ON f.id = l.technician_id
 WHERE l.work_order_id = ANY (:ids)
 ORDER BY l.work_order_id, l.position;

-- name: work_order_document_consents
SELECT a.work_order_id AS _parent, a.id, a.method, a.by_name, a.amount, to_char(a.at AT TIME ZONE st.time_zone, 'YYYY-MM-DD HH24:MI') AS given
  FROM authorisation a
  JOIN store st ON st.id = a.store_id
 WHERE a.work_order_id = ANY (:ids)
 ORDER BY a.work_order_id, a.at, a.id;
