-- A reception as it is printed: the hand-over sheet.

-- name: reception_document
SELECT r.id, r.version, r.store_id, r.number, r.status,
       to_char(r.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at,
       st.id AS "store.id", st.name AS "store.name", st.address AS "store.address", st.phone AS "store.phone",
       st.licence_class AS "store.licence_class", st.licence_number AS "store.licence_number",
       c.id AS "customer.id", c.name AS "customer.name",
       CASE WHEN :holds_customer_contact::boolean THEN c.phone ELSE mask_phone(c.phone) END AS "customer.phone",
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", v.make AS "vehicle.make",
       v.model AS "vehicle.model", v.colour AS "vehicle.colour",
       r.contact_name, CASE WHEN :holds_customer_contact::boolean THEN r.contact_phone ELSE mask_phone(r.contact_phone) END AS contact_phone,
       to_char(r.arrived_at AT TIME ZONE st.time_zone, 'YYYY-MM-DD HH24:MI') AS arrived,
       to_char(r.handed_over_at AT TIME ZONE st.time_zone, 'YYYY-MM-DD HH24:MI') AS handed_over, r.odometer_km, a.number AS appointment_number,
       (SELECT count(*) FROM file f WHERE f.subject_type = 'reception' AND f.subject_id = r.id AND f.deleted_at IS NULL) AS files,
       r.note, r.old_parts,
       (SELECT l.id
          FROM work_order w
          JOIN link l ON l.subject_id = w.id AND l.purpose = 'progress' AND l.revoked_at IS NULL AND l.expires_at > :now
         WHERE w.reception_id = r.id AND w.deleted_at IS NULL
         ORDER BY l.created_at DESC, l.id DESC
         LIMIT 1) AS _link_id
  FROM reception r
  JOIN store st ON st.id = r.store_id
  LEFT JOIN customer c ON c.id = r.customer_id
  LEFT JOIN vehicle v ON v.id = r.vehicle_id
  LEFT JOIN appointment a ON a.id = r.appointment_id
 WHERE r.id = ANY (:ids) AND r.deleted_at IS NULL;

-- How the vehicle was found: what was submitted, for those who may read it.  Who signed for it is who was named, or who brought the vehicle and who
-- submitted what was found.

-- name: reception_document_inspections
SELECT n.reception_id AS _parent, n.id, n.number, n.status, t.name AS template, n.fuel_percent, n.battery_percent, n.lamps, n.belongings, n.note,
       i.name AS submitted_by_name, to_char(n.submitted_at AT TIME ZONE st.time_zone, 'YYYY-MM-DD HH24:MI') AS submitted,
       coalesce(n.signed_by_name, r.contact_name, c.name) AS signed_by_name, coalesce(y.name, i.name) AS technician_name, to_char(n.signed_at AT TIME ZONE st.time_zone, 'YYYY-MM-DD HH24:MI') AS signed
  FROM inspection n
  JOIN store st ON st.id = n.store_id
  JOIN reception r ON r.id = n.reception_id
  LEFT JOIN customer c ON c.id = r.customer_id
  LEFT JOIN inspection_template t ON t.id = n.template_id
  LEFT JOIN staff i ON i.id = n.submitted_by
  LEFT JOIN staff y ON y.id = n.technician_id
 WHERE n.reception_id = ANY (:ids) AND n.status IN ('submitted', 'signed') AND n.deleted_at IS NULL AND :holds_inspection_read::boolean
 ORDER BY n.reception_id, n.submitted_at, n.id;

-- name: reception_document_findings
SELECT f.inspection_id AS _parent, f.id, i.section, i.name AS item, coalesce(f.body_position, i.body_position) AS body_position, f.damage,
       f.severity, f.measured, f.note, f.customer_text, f.risk_text,
       (SELECT count(*) FROM inspection_finding_file p WHERE p.finding_id = f.id) AS files
  FROM inspection n
  JOIN inspection_finding f ON f.inspection_id = n.id
  LEFT JOIN inspection_template_item i ON i.id = f.item_id
 WHERE n.reception_id = ANY (:ids) AND n.status IN ('submitted', 'signed') AND n.deleted_at IS NULL AND :holds_inspection_read::boolean
 ORDER BY f.inspection_id, f.position;
