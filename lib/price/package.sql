-- Packages, their revisions, and what is in them.

-- name: package_get
SELECT p.id, p.version, p.code, p.name, p.revision, r.price, p.active, p.created_at, p.updated_at, p.note, p.external_ids, p.metadata
  FROM package p
  JOIN package_revision r ON r.package_id = p.id AND r.revision = p.revision
 WHERE p.id = ANY (:ids) AND p.deleted_at IS NULL;

-- name: package_items
SELECT i.package_id AS _parent, i.position, i.operation_id, i.part_id, coalesce(o.code, a.number) AS code,
       coalesce(o.name, a.name) AS name, i.hours, i.quantity
  FROM package p
  JOIN package_item i ON i.package_id = p.id AND i.revision = p.revision
  LEFT JOIN operation o ON o.id = i.operation_id
  LEFT JOIN part a ON a.id = i.part_id
 WHERE p.id = ANY (:ids)
 ORDER BY i.package_id, i.position;

-- name: package_list   page unnamed
SELECT p.id, p.version, p.code, p.name, p.revision, r.price, p.active, p.created_at, p.updated_at,
       p.code AS _after_code, p.id AS _after_id
  FROM package p
  JOIN package_revision r ON r.package_id = p.id AND r.revision = p.revision
 WHERE p.deleted_at IS NULL
   AND (:code::text IS NULL OR p.code = :code)
   AND (:active::boolean IS NULL OR p.active = :active)
   AND (:q::text IS NULL OR starts_with(lower(p.code), lower(:q)) OR strpos(lower(p.name), lower(:q)) > 0)
   AND (:updated_after::timestamptz IS NULL OR p.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (p.changed >= :after_position::text::xid8 AND p.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_code::text IS NULL OR (p.code, p.id) > (:after_code, :after_id::uuid))
 ORDER BY p.code, p.id
 LIMIT :limit;

-- name: package_visible
SELECT p.id FROM package p WHERE p.id = :id AND p.deleted_at IS NULL;

-- name: package_revision_list   page unnamed
SELECT r.revision, r.price,
       (SELECT jsonb_agg(jsonb_build_object('position', i.position, 'operation_id', i.operation_id, 'part_id', i.part_id,
                                            'code', coalesce(o.code, a.number), 'name', coalesce(o.name, a.name),
                                            'hours', trim_scale(i.hours), 'quantity', trim_scale(i.quantity)) ORDER BY i.position)
          FROM package_item i
          LEFT JOIN operation o ON o.id = i.operation_id
          LEFT JOIN part a ON a.id = i.part_id
         WHERE i.package_id = r.package_id AND i.revision = r.revision) AS items,
       r.created_at, r.actor_id, r.revision AS _after_revision, r.package_id AS _after_id
  FROM package_revision r
 WHERE r.package_id = :id
   AND (:after_revision::integer IS NULL OR (r.revision, r.package_id) < (:after_revision, :after_id::uuid))
 ORDER BY r.revision DESC, r.package_id DESC
 LIMIT :limit;

-- name: package_lock
SELECT p.version, p.revision FROM package p WHERE p.id = :id AND p.deleted_at IS NULL FOR NO KEY UPDATE;

-- A statement of its own: it sees the revision that was made while the lock was waited for.

-- name: package_revision_now
SELECT r.price,
       (SELECT count(*) FROM package_item i
         WHERE i.package_id = r.package_id AND i.revision = r.revision AND i.operation_id IS NOT NULL) AS operations
  FROM package_revision r
 WHERE r.package_id = :id AND r.revision = :revision;

-- name: package_add
INSERT INTO package (id, code, name, note, active, external_ids, metadata, created_at, updated_at)
VALUES (:package_id, :code, :name, :note, coalesce(:active, true), coalesce(:external_ids::jsonb, '{}'),
        coalesce(:metadata::jsonb, '{}'), :now, :now);

-- name: package_revision_add
INSERT INTO package_revision (package_id, revision, price, created_at, actor_id)
VALUES (:package_id, :revision, nullif(:package_price::bigint, 0), :now, :actor_id);

-- name: package_items_add
INSERT INTO package_item (package_id, revision, position, operation_id, part_id, hours, quantity)
SELECT :package_id, :revision, n.position, n.operation_id, n.part_id, n.hours, n.quantity
  FROM unnest(:items.operation_id::uuid[], :items.part_id::uuid[], :items.hours::numeric[], :items.quantity::numeric[])
       WITH ORDINALITY n (operation_id, part_id, hours, quantity, position);

-- name: package_items_copy
INSERT INTO package_item (package_id, revision, position, operation_id, part_id, hours, quantity)
SELECT i.package_id, :revision, i.position, i.operation_id, i.part_id, i.hours, i.quantity
  FROM package_item i
 WHERE i.package_id = :package_id AND i.revision = :revision::integer - 1;

-- name: package_update   rows: 1
UPDATE package
   SET name = CASE WHEN :has_name THEN :name ELSE name END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       active = CASE WHEN :has_active THEN :active ELSE active END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       revision = :revision, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Which of them name an operation or a part that is not sold; either of the two is NULL.

-- name: package_items_unknown
SELECT n.n - 1 AS position, n.operation_id IS NOT NULL AS is_operation
  FROM unnest(:operation_ids::uuid[], :part_ids::uuid[]) WITH ORDINALITY n (operation_id, part_id, n)
 WHERE NOT EXISTS (SELECT FROM operation o WHERE o.id = n.operation_id AND o.active AND o.deleted_at IS NULL)
   AND NOT EXISTS (SELECT FROM part a WHERE a.id = n.part_id AND a.active AND a.deleted_at IS NULL)
 ORDER BY n.n;

-- What lines packages are made into: those that are wanted, in their order, item by item.

-- name: package_contents
SELECT w.n - 1 AS place, p.id AS package_id, p.code, p.revision, r.price, i.operation_id, i.part_id, i.hours, i.quantity,
       p.active AND coalesce(o.active AND o.deleted_at IS NULL, a.active AND a.deleted_at IS NULL, false) AS sold
  FROM unnest(:package_ids::uuid[]) WITH ORDINALITY w (id, n)
  LEFT JOIN package p ON p.id = w.id AND p.deleted_at IS NULL
  LEFT JOIN package_revision r ON r.package_id = p.id AND r.revision = p.revision
  LEFT JOIN package_item i ON i.package_id = p.id AND i.revision = p.revision
  LEFT JOIN operation o ON o.id = i.operation_id
  LEFT JOIN part a ON a.id = i.part_id
 ORDER BY w.n, i.position;
