-- Inspections and the templates they follow.

-- name: inspection_template_get
SELECT t.id, t.version, t.code, t.revision, t.name, t.active, t.created_at, t.updated_at, t.external_ids, t.metadata
  FROM inspection_template t
 WHERE t.id = ANY (:ids) AND t.deleted_at IS NULL;

-- name: inspection_template_items
SELECT i.template_id AS _parent, i.id, i.position, i.section, i.name, i.body_position, i.limits, i.required
  FROM inspection_template_item i
 WHERE i.template_id = ANY (:ids)
 ORDER BY i.template_id, i.position;

-- name: inspection_template_list   page unnamed
SELECT t.id, t.version, t.code, t.revision, t.name, t.active, t.created_at, t.updated_at,
       t.code AS _after_code, t.revision AS _after_revision
  FROM inspection_template t
 WHERE t.deleted_at IS NULL
   AND (:code::text IS NULL OR t.code = :code)
   AND (:active::boolean IS NULL OR t.active = :active)
   AND (:updated_after::timestamptz IS NULL OR t.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (t.changed >= :after_position::text::xid8 AND t.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_code::text IS NULL OR (t.code, t.revision) > (:after_code, :after_revision::integer))
 ORDER BY t.code, t.revision
 LIMIT :limit;

-- Under the lock of all its code's revisions, so that two who revise at once get one revision after the other.

-- name: inspection_template_lock
SELECT t.version, t.code, t.revision, t.name, (SELECT max(l.revision) FROM inspection_template l WHERE l.code = t.code) AS latest
  FROM inspection_template t
 WHERE t.id = :id AND t.deleted_at IS NULL
   FOR NO KEY UPDATE;

-- name: inspection_template_add
INSERT INTO inspection_template (id, code, revision, name, created_by, external_ids, metadata, created_at, updated_at)
VALUES (:template_id, :code, 1, :name, :actor_id, coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now);

-- name: inspection_template_add_revision   rows: 1
INSERT INTO inspection_template (id, code, revision, name, created_by, external_ids, metadata, created_at, updated_at)
SELECT :template_id, t.code, t.revision + 1, coalesce(:name, t.name), :actor_id, t.external_ids, t.metadata, :now, :now
  FROM inspection_template t
 WHERE t.id = :id;

-- name: inspection_template_items_add
INSERT INTO inspection_template_item (id, template_id, position, section, name, body_position, limits, required)
SELECT i.id, :template_id, i.position, i.section, i.name, i.body_position, i.limits, coalesce(i.required, true)
  FROM unnest(:item_ids::uuid[], :items.section::text[], :items.name::text[], :items.body_position::text[], :items.limits::text[],
              :items.required::boolean[])
       WITH ORDINALITY i (id, section, name, body_position, limits, required, position);

-- name: inspection_template_retire
UPDATE inspection_template SET active = false, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id AND active;

-- name: inspection_template_update   rows: 1
UPDATE inspection_template
   SET name = CASE WHEN :has_name THEN :name ELSE name END,
       active = CASE WHEN :has_active THEN :active ELSE active END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: inspection_get
SELECT n.id, n.version, n.store_id, n.number, n.status, n.reception_id,
       n.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", n.template_id,
       f.green_count, f.yellow_count, f.red_count, n.submitted_at, n.submitted_by, n.signed_at, n.created_by, n.created_at, n.updated_at,
       n.fuel_percent, n.battery_percent, n.lamps, n.belongings, n.note,
       n.customer_signature_file_id, n.technician_signature_file_id, n.signed_by_name, n.technician_id, n.external_ids, n.metadata
  FROM inspection n
  LEFT JOIN vehicle v ON v.id = n.vehicle_id
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE f.severity = 'green') AS green_count, count(*) FILTER (WHERE f.severity = 'yellow') AS yellow_count,
              count(*) FILTER (WHERE f.severity = 'red') AS red_count
         FROM inspection_finding f
        WHERE f.inspection_id = n.id) f
 WHERE n.id = ANY (:ids) AND n.deleted_at IS NULL;

-- name: inspection_findings
SELECT f.inspection_id AS _parent, f.id, f.position, f.item_id, i.name AS item, f.body_position, f.damage, f.severity, f.measured, i.limits,
       f.note, f.customer_text, f.risk_text,
       ARRAY(SELECT p.file_id FROM inspection_finding_file p WHERE p.finding_id = f.id ORDER BY p.position) AS file_ids,
       ARRAY(SELECT l.id FROM estimate_line l WHERE l.finding_id = f.id ORDER BY l.id) AS estimate_line_ids,
       ARRAY(SELECT l.id FROM work_order_line l WHERE l.finding_id = f.id ORDER BY l.id) AS work_order_line_ids
  FROM inspection_finding f
  LEFT JOIN inspection_template_item i ON i.id = f.item_id
 WHERE f.inspection_id = ANY (:ids)
 ORDER BY f.inspection_id, f.position;

-- A store's page is read off (store_id, created_at, id), the chain's off (created_at, id); the counts are of the page's rows.

-- name: inspection_list   page unnamed
-- sort: -created_at   n.created_at::timestamptz AS at, n.id::uuid AS id
-- sort: created_at    n.created_at::timestamptz AS at, n.id::uuid AS id
SELECT n.id, n.version, n.store_id, n.number, n.status, n.reception_id,
       n.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", n.template_id,
       (SELECT count(*) FROM inspection_finding f WHERE f.inspection_id = n.id AND f.severity = 'green') AS green_count,
       (SELECT count(*) FROM inspection_finding f WHERE f.inspection_id = n.id AND f.severity = 'yellow') AS yellow_count,
       (SELECT count(*) FROM inspection_finding f WHERE f.inspection_id = n.id AND f.severity = 'red') AS red_count,
       n.submitted_at, n.submitted_by, n.signed_at, n.created_by, n.created_at, n.updated_at,
       {keys}
  FROM inspection n
  LEFT JOIN vehicle v ON v.id = n.vehicle_id
 WHERE n.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR n.store_id = :scope_store)
   AND (:status::text[] IS NULL OR n.status = ANY (:status))
   AND (:reception_id::uuid IS NULL OR n.reception_id = :reception_id)
   AND (:vehicle_id::uuid IS NULL OR n.vehicle_id = :vehicle_id)
   AND (:number::text IS NULL OR n.number = :number)
   AND (:created_from::timestamptz IS NULL OR n.created_at >= :created_from)
   AND (:created_to::timestamptz IS NULL OR n.created_at < :created_to)
   AND (:updated_after::timestamptz IS NULL OR n.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (n.changed >= :after_position::text::xid8 AND n.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- The reception may not end meanwhile.

-- name: inspection_reception
SELECT r.store_id, r.vehicle_id, r.status FROM reception r WHERE r.id = :reception_id AND r.deleted_at IS NULL FOR SHARE;

-- name: inspection_points
SELECT i.id, i.name, i.required, t.active
  FROM inspection_template t
  JOIN inspection_template_item i ON i.template_id = t.id
 WHERE t.id = :template_id AND t.deleted_at IS NULL
 ORDER BY i.position;

-- name: inspection_missing
SELECT string_agg(i.name, ', ' ORDER BY i.position) AS missing
  FROM inspection n
  JOIN inspection_template_item i ON i.template_id = n.template_id AND i.required
 WHERE n.id = :id
   AND NOT EXISTS (SELECT FROM inspection_finding f WHERE f.inspection_id = n.id AND f.item_id = i.id);

-- name: inspection_lock
SELECT n.version, n.store_id, n.status, n.template_id, n.reception_id FROM inspection n WHERE n.id = :id AND n.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: inspection_add
INSERT INTO inspection (id, store_id, number, reception_id, vehicle_id, template_id, fuel_percent, battery_percent, lamps, belongings,
                        note, created_by, external_ids, metadata, created_at, updated_at)
VALUES (:inspection_id, :store_id, :number, :reception_id, :vehicle_id, :template_id, :fuel_percent, :battery_percent,
        coalesce(:lamps::text[], '{}'), coalesce(:belongings::text[], '{}'), :note, :actor_id,
        coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now);

-- name: inspection_findings_add
INSERT INTO inspection_finding (id, store_id, inspection_id, position, item_id, body_position, damage, severity, measured, note,
                                customer_text, risk_text)
SELECT f.id, :store_id, :inspection_id, f.position, f.item_id, f.body_position, f.damage, f.severity, f.measured, f.note,
       f.customer_text, f.risk_text
  FROM unnest(:finding_ids::uuid[], :findings.item_id::uuid[], :findings.body_position::text[], :findings.damage::text[],
              :findings.severity::text[], :findings.measured::text[], :findings.note::text[], :findings.customer_text::text[],
              :findings.risk_text::text[])
       WITH ORDINALITY f (id, item_id, body_position, damage, severity, measured, note, customer_text, risk_text, position);

-- name: inspection_files_add
INSERT INTO inspection_finding_file (finding_id, file_id, store_id, position)
SELECT f.id, p.file_id, :store_id, p.position
  FROM unnest(:finding_ids::uuid[], :findings.file_ids::text[]) f (id, files)
 CROSS JOIN LATERAL unnest(f.files::uuid[]) WITH ORDINALITY p (file_id, position);

-- name: inspection_files_remove
DELETE FROM inspection_finding_file p USING inspection_finding f WHERE f.id = p.finding_id AND f.inspection_id = :id;

-- name: inspection_findings_remove
DELETE FROM inspection_finding WHERE inspection_id = :id;

-- name: inspection_update   rows: 1
UPDATE inspection
   SET fuel_percent = CASE WHEN :has_fuel_percent THEN :fuel_percent ELSE fuel_percent END,
       battery_percent = CASE WHEN :has_battery_percent THEN :battery_percent ELSE battery_percent END,
       lamps = CASE WHEN :has_lamps THEN :lamps::text[] ELSE lamps END,
       belongings = CASE WHEN :has_belongings THEN :belongings::text[] ELSE belongings END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: inspection_submit   rows: 1
UPDATE inspection
   SET status = 'submitted', submitted_at = greatest(created_at, :happened_at), submitted_by = :actor_id,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: inspection_sign   rows: 1
UPDATE inspection
   SET status = 'signed', signed_at = greatest(submitted_at, :happened_at), customer_signature_file_id = :customer_signature_file_id,
       technician_signature_file_id = :technician_signature_file_id, signed_by_name = :signed_by_name, technician_id = :technician_id,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;
