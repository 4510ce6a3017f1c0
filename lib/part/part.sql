-- The list of parts.

-- name: part_get
SELECT p.id, p.version, p.number, p.brand, p.name, p.unit, p.sale_price, p.active, p.created_at, p.updated_at,
       p.key_class, p.external_ids, p.metadata
  FROM part p
 WHERE p.id = ANY (:ids) AND p.deleted_at IS NULL;

-- In the order of the keys that were typed, else of the numbers: a page is the beginning of what the indexes hold, however
-- much more there is.  A part that is found by several keys stands at its first; the parts follow one by one.

-- name: part_list   page unnamed
-- sort: number
SELECT p.id, p.version, p.number, p.brand, p.name, p.unit, p.sale_price, p.active, p.created_at, p.updated_at,
       f.key AS _after_key, f.id AS _after_id
  FROM ((SELECT k.key, k.kind, k.subject_id AS id FROM search_key k
          WHERE k.kind = 'part_number' AND k.subject = 'part' AND k.store_id IS NULL AND part_key(:q) <> '' AND k.key >= part_key(:q) AND k.key < part_key(:q) || chr(1114111)
            AND (:after_key::text IS NULL OR (k.key, k.subject_id) > (:after_key, :after_id::uuid))
          ORDER BY k.key, k.subject_id)
        UNION ALL
        (SELECT k.key, k.kind, k.subject_id AS id FROM search_key k
          WHERE k.kind = 'initials' AND k.subject = 'part' AND k.store_id IS NULL AND part_key(:q) <> '' AND k.key >= part_key(:q) AND k.key < part_key(:q) || chr(1114111)
            AND (:after_key::text IS NULL OR (k.key, k.subject_id) > (:after_key, :after_id::uuid))
          ORDER BY k.key, k.subject_id)
        UNION ALL
        (SELECT k.key, k.kind, k.subject_id AS id FROM search_key k
          WHERE k.kind = 'pinyin' AND k.subject = 'part' AND k.store_id IS NULL AND part_key(:q) <> '' AND k.key >= part_key(:q) AND k.key < part_key(:q) || chr(1114111)
            AND (:after_key::text IS NULL OR (k.key, k.subject_id) > (:after_key, :after_id::uuid))
          ORDER BY k.key, k.subject_id)
        UNION ALL
        (SELECT k.key, k.kind, k.subject_id AS id FROM search_key k
          WHERE k.kind = 'name' AND k.subject = 'part' AND k.store_id IS NULL AND part_key(:q) <> '' AND k.key >= part_key(:q) AND k.key < part_key(:q) || chr(1114111)
            AND (:after_key::text IS NULL OR (k.key, k.subject_id) > (:after_key, :after_id::uuid))
          ORDER BY k.key, k.subject_id)
        UNION ALL
        (SELECT n.number_norm, '', n.id FROM part n
          WHERE :q::text IS NULL
            AND (:number::text IS NULL OR n.number_norm = upper(part_key(:number)))
            AND (:after_key::text IS NULL OR (n.number_norm, n.id) > (:after_key, :after_id::uuid))
          ORDER BY n.number_norm, n.id)) f
 CROSS JOIN LATERAL (
       SELECT o.id, o.version, o.number, o.brand, o.name, o.unit, o.sale_price, o.active, o.created_at, o.updated_at
         FROM part o
        WHERE o.id = f.id AND o.deleted_at IS NULL
          AND (:number::text IS NULL OR o.number_norm = upper(part_key(:number)))
          AND (:active::boolean IS NULL OR o.active = :active)
          AND (:updated_after::timestamptz IS NULL OR o.updated_at > :updated_after)
          AND (:after_position::text IS NULL
               OR (o.changed >= :after_position::text::xid8 AND o.changed < pg_snapshot_xmin(pg_current_snapshot())))
          AND (:q::text IS NULL
               OR NOT EXISTS (SELECT FROM search_key e
                               WHERE e.subject_id = f.id AND e.store_id IS NULL AND e.kind IN ('part_number', 'initials', 'pinyin', 'name')
                                 AND e.key >= part_key(:q) AND e.key < part_key(:q) || chr(1114111)
                                 AND (e.key, e.kind) < (f.key, f.kind)))
        LIMIT 1) p
 ORDER BY f.key, f.id
 LIMIT :limit;

-- name: part_list_otherwise   unnamed sorts: part_list
-- sort: name          p.name COLLATE "zh-x-icu"::text AS name, p.id::uuid AS id
-- sort: -name         p.name COLLATE "zh-x-icu"::text AS name, p.id::uuid AS id
-- sort: -created_at   p.created_at::timestamptz AS at, p.id::uuid AS id
-- sort: created_at    p.created_at::timestamptz AS at, p.id::uuid AS id
SELECT p.id, p.version, p.number, p.brand, p.name, p.unit, p.sale_price, p.active, p.created_at, p.updated_at,
       {keys}
  FROM part p
 WHERE p.deleted_at IS NULL
   AND (:q::text IS NULL
        OR p.id = ANY (ARRAY(SELECT e.subject_id
                               FROM search_key e
                              WHERE e.kind IN ('part_number', 'initials', 'pinyin', 'name') AND e.subject = 'part' AND e.store_id IS NULL
                                AND part_key(:q) <> '' AND e.key >= part_key(:q) AND e.key < part_key(:q) || chr(1114111))))
   AND (:number::text IS NULL OR p.number_norm = upper(part_key(:number)))
   AND (:active::boolean IS NULL OR p.active = :active)
   AND (:updated_after::timestamptz IS NULL OR p.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (p.changed >= :after_position::text::xid8 AND p.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: part_visible
SELECT p.id FROM part p WHERE p.id = :id AND p.deleted_at IS NULL;

-- name: part_lock
SELECT p.version, p.number_norm, p.name FROM part p WHERE p.id = :id AND p.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: part_add
INSERT INTO part (id, number, number_norm, brand, name, unit, sale_price, key_class, active, external_ids, metadata, created_at, updated_at)
VALUES (:part_id, :number, :number_norm, coalesce(:brand, ''), :name, :unit, :sale_price, :key_class, coalesce(:active, true),
        coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now)
ON CONFLICT (number_norm, brand) DO NOTHING
RETURNING id;

-- name: part_by_number
SELECT p.id FROM part p WHERE p.number_norm = :number_norm AND p.brand = coalesce(:brand, '');

-- name: part_price_changed
INSERT INTO price_change (id, part_id, basis, old_price, new_price, at, actor_id)
SELECT :change_id, p.id, 'piece', p.sale_price, :sale_price, :now, :actor_id FROM part p WHERE p.id = :id AND p.sale_price <> :sale_price;

-- name: part_update
UPDATE part
   SET number = CASE WHEN :has_number THEN :number ELSE number END,
       number_norm = CASE WHEN :has_number THEN :number_norm ELSE number_norm END,
       brand = CASE WHEN :has_brand THEN coalesce(:brand, '') ELSE brand END,
       name = CASE WHEN :has_name THEN :name ELSE name END,
       unit = CASE WHEN :has_unit THEN :unit ELSE unit END,
       sale_price = CASE WHEN :has_sale_price THEN :sale_price ELSE sale_price END,
       key_class = CASE WHEN :has_key_class THEN :key_class ELSE key_class END,
       active = CASE WHEN :has_active THEN :active ELSE active END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: part_unknown
SELECT l.n - 1 AS position
  FROM unnest(:part_ids::uuid[]) WITH ORDINALITY l (part_id, n)
 WHERE NOT EXISTS (SELECT FROM part p WHERE p.id = l.part_id AND p.deleted_at IS NULL)
 ORDER BY l.n;
