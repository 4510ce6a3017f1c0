-- Operations: labour that is sold by the standard hour.

-- name: operation_get
SELECT o.id, o.version, o.code, o.name, o.standard_hours, o.unit_price, o.repair_category, o.heading, o.service_class, o.skill,
       o.certificate, o.equipment, o.bay_kind, o.active, o.requirement_revision, o.created_at, o.updated_at, o.external_ids, o.metadata
  FROM operation o
 WHERE o.id = ANY (:ids) AND o.deleted_at IS NULL;

-- name: operation_list   page unnamed
SELECT o.id, o.version, o.code, o.name, o.standard_hours, o.unit_price, o.repair_category, o.heading, o.service_class, o.skill,
       o.certificate, o.equipment, o.bay_kind, o.active, o.created_at, o.updated_at, o.code AS _after_code, o.id AS _after_id
  FROM operation o
 WHERE o.deleted_at IS NULL
   AND (:code::text IS NULL OR o.code = :code)
   AND (:active::boolean IS NULL OR o.active = :active)
   AND (:q::text IS NULL OR starts_with(lower(o.code), lower(:q)) OR strpos(lower(o.name), lower(:q)) > 0
        OR starts_with(o.initials, lower(:q)))
   AND (:updated_after::timestamptz IS NULL OR o.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (o.changed >= :after_position::text::xid8 AND o.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_code::text IS NULL OR (o.code, o.id) > (:after_code, :after_id::uuid))
 ORDER BY o.code, o.id
 LIMIT :limit;

-- name: operation_for_lines
SELECT o.id, o.name, o.standard_hours, o.unit_price, o.repair_category
  FROM operation o
 WHERE o.id = ANY (:ids) AND o.active AND o.deleted_at IS NULL;

-- name: operation_lock
SELECT o.version, o.code, o.requirement_revision FROM operation o WHERE o.id = :id AND o.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: operation_add
INSERT INTO operation (id, code, name, initials, standard_hours, unit_price, repair_category, heading, service_class, skill, certificate, equipment, bay_kind, active,
                       external_ids, metadata, created_at, updated_at)
VALUES (:operation_id, :code, :name, :initials, :standard_hours, :unit_price, coalesce(:repair_category, 'minor'),
        coalesce(:heading, 'labour'), coalesce(:service_class, 'repair'), :skill, :certificate, :equipment, :bay_kind, coalesce(:active, true), coalesce(:external_ids::jsonb, '{}'),
        coalesce(:metadata::jsonb, '{}'), :now, :now);

-- name: operation_price_changed
INSERT INTO price_change (id, operation_id, basis, old_price, new_price, at, actor_id)
SELECT :change_id, o.id, 'hour', o.unit_price, :unit_price, :now, :actor_id FROM operation o WHERE o.id = :id AND o.unit_price <> :unit_price;

-- name: operation_update
UPDATE operation
   SET name = CASE WHEN :has_name THEN :name ELSE name END,
       initials = CASE WHEN :has_name THEN :initials ELSE initials END,
       standard_hours = CASE WHEN :has_standard_hours THEN :standard_hours ELSE standard_hours END,
       unit_price = CASE WHEN :has_unit_price THEN :unit_price ELSE unit_price END,
       repair_category = CASE WHEN :has_repair_category THEN :repair_category ELSE repair_category END,
       heading = CASE WHEN :has_heading THEN :heading ELSE heading END,
       service_class = CASE WHEN :has_service_class THEN :service_class ELSE service_class END,
       skill = CASE WHEN :has_skill THEN :skill ELSE skill END,
       certificate = CASE WHEN :has_certificate THEN :certificate ELSE certificate END,
       equipment = CASE WHEN :has_equipment THEN :equipment ELSE equipment END,
       bay_kind = CASE WHEN :has_bay_kind THEN :bay_kind ELSE bay_kind END,
       active = CASE WHEN :has_active THEN :active ELSE active END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;
