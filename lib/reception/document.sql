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
       r.note, r.old_parts
  FROM reception r
  JOIN store st ON st.id = r.store_id
  LEFT JOIN customer c ON c.id = r.customer_id
  LEFT JOIN vehicle v ON v.id = r.vehicle_id
  LEFT JOIN appointment a ON a.id = r.appointment_id
 WHERE r.id = ANY (:ids) AND r.deleted_at IS NULL;
