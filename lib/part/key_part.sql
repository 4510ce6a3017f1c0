-- Kinds of key parts.

-- name: key_part_kind_get
SELECT k.id, k.version, k.key_class, k.name, k.note, k.active, k.created_at, k.updated_at
  FROM key_part_kind k
 WHERE k.id = ANY (:ids);

-- name: key_part_kind_list   page unnamed
-- By class; there are few.
SELECT k.id, k.version, k.key_class, k.name, k.note, k.active, k.created_at, k.updated_at,
       k.key_class AS _after_class, k.id AS _after_id
  FROM key_part_kind k
 WHERE (:key_class::integer IS NULL OR k.key_class = :key_class)
   AND (:active::boolean IS NULL OR k.active = :active)
   AND (:updated_after::timestamptz IS NULL OR k.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (k.changed >= :after_position::text::xid8 AND k.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_class::integer IS NULL OR (k.key_class, k.id) > (:after_class, :after_id::uuid))
 ORDER BY k.key_class, k.id
 LIMIT :limit;

-- name: key_part_kind_visible
SELECT k.id FROM key_part_kind k WHERE k.id = :id;

-- name: key_part_kind_parts   page unnamed
SELECT p.id, p.version, p.number, p.brand, p.name, p.unit, p.sale_price, p.active, p.created_at, p.updated_at, p.id AS _after_id
  FROM part p
 WHERE p.key_part_kind_id = :id AND p.deleted_at IS NULL AND (:after_id::uuid IS NULL OR p.id > :after_id::uuid)
 ORDER BY p.id
 LIMIT :limit;

-- name: key_part_kind_find
SELECT k.key_class, k.active FROM key_part_kind k WHERE k.id = :key_part_kind_id;

-- name: key_part_kind_lock
SELECT k.version FROM key_part_kind k WHERE k.id = :id FOR NO KEY UPDATE;

-- name: key_part_kind_add
INSERT INTO key_part_kind (id, key_class, name, note, active, created_at, updated_at)
VALUES (:kind_id, :key_class, :name, :note, coalesce(:active, true), :now, :now);

-- name: key_part_kind_update   rows: 1
UPDATE key_part_kind
   SET name = CASE WHEN :has_name THEN :name ELSE name END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       active = CASE WHEN :has_active THEN :active ELSE active END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;
