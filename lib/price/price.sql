-- Price lists, their prices, and how prices have changed.

-- name: price_list_get
SELECT p.id, p.version, p.name, nullif(p.store_class, '') AS store_class, p.valid_from, p.valid_to, p.note, p.created_at, p.updated_at,
       p.deleted_at, p.deleted_reason,
       (SELECT count(*) FROM listed_price i WHERE i.price_list_id = p.id) AS prices_count, p.external_ids, p.metadata
  FROM price_list p
 WHERE p.id = ANY (:ids) AND p.deleted_at IS NULL;

-- There are few: the last class first, of a class the latest.

-- name: price_list_list   page unnamed
SELECT p.id, p.version, p.name, nullif(p.store_class, '') AS store_class, p.valid_from, p.valid_to, p.note, p.created_at, p.updated_at,
       p.deleted_at, p.deleted_reason,
       p.store_class AS _after_class, p.valid_from AS _after_day, p.id AS _after_id
  FROM price_list p
 WHERE (:after_position::text IS NOT NULL OR p.deleted_at IS NULL)
   AND (:store_class::text IS NULL OR p.store_class = :store_class)
   AND (:valid_on::date IS NULL OR daterange(p.valid_from, p.valid_to, '[]') @> :valid_on::date)
   AND (:updated_after::timestamptz IS NULL OR p.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (p.changed >= :after_position::text::xid8 AND p.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_class::text IS NULL OR (p.store_class, p.valid_from, p.id) < (:after_class, :after_day::date, :after_id::uuid))
 ORDER BY p.store_class DESC, p.valid_from DESC, p.id DESC
 LIMIT :limit;

-- name: price_list_visible
SELECT p.id FROM price_list p WHERE p.id = :id AND p.deleted_at IS NULL;

-- The days of a class are taken one after the other: the constraint alone would let two wait for each other.

-- name: price_list_wait
SELECT pg_advisory_xact_lock(hashtextextended('price_list', 0));

-- name: price_list_lock
SELECT p.version, p.valid_from, p.valid_to FROM price_list p WHERE p.id = :id AND p.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: price_list_add
INSERT INTO price_list (id, name, store_class, valid_from, valid_to, note, external_ids, metadata, created_at, updated_at)
VALUES (:list_id, :name, coalesce(:store_class, ''), :valid_from, :valid_to, :note, coalesce(:external_ids::jsonb, '{}'),
        coalesce(:metadata::jsonb, '{}'), :now, :now);

-- name: price_list_update   rows: 1
UPDATE price_list
   SET name = CASE WHEN :has_name THEN :name ELSE name END,
       valid_from = CASE WHEN :has_valid_from THEN :valid_from::date ELSE valid_from END,
       valid_to = CASE WHEN :has_valid_to THEN :valid_to::date ELSE valid_to END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: price_list_touch   rows: 1
UPDATE price_list SET version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :id;

-- name: price_list_delete   rows: 1
UPDATE price_list
   SET deleted_at = :now, deleted_by = :actor_id, deleted_reason = :reason,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: listed_price_list   page unnamed
SELECT i.operation_id, i.part_id, coalesce(o.code, a.number) AS code, coalesce(o.name, a.name) AS name, i.basis, i.price, i.updated_at,
       i.subject_id AS _after_id
  FROM listed_price i
  LEFT JOIN operation o ON o.id = i.operation_id
  LEFT JOIN part a ON a.id = i.part_id
 WHERE i.price_list_id = :id
   AND (:operation_id::uuid IS NULL OR i.operation_id = :operation_id)
   AND (:part_id::uuid IS NULL OR i.part_id = :part_id)
   AND (:after_id::uuid IS NULL OR i.subject_id > :after_id)
 ORDER BY i.subject_id
 LIMIT :limit;

-- Which of them name an operation or a part that is not there; either of the two is NULL.

-- name: listed_price_unknown
SELECT n.n - 1 AS position, n.operation_id IS NOT NULL AS is_operation
  FROM unnest(:operation_ids::uuid[], :part_ids::uuid[]) WITH ORDINALITY n (operation_id, part_id, n)
 WHERE NOT EXISTS (SELECT FROM operation o WHERE o.id = n.operation_id AND o.deleted_at IS NULL)
   AND NOT EXISTS (SELECT FROM part a WHERE a.id = n.part_id AND a.deleted_at IS NULL)
 ORDER BY n.n;

-- Before they are set: what that changes.

-- name: listed_price_changes_add
INSERT INTO price_change (id, price_list_id, operation_id, part_id, basis, old_price, new_price, at, actor_id)
SELECT n.id, :list_id, n.operation_id, n.part_id, n.basis, i.price, n.price, :now, :actor_id
  FROM unnest(:change_ids::uuid[], :operation_ids::uuid[], :part_ids::uuid[], :bases::text[], :amounts::bigint[])
       n (id, operation_id, part_id, basis, price)
  LEFT JOIN listed_price i ON i.price_list_id = :list_id AND i.subject_id = coalesce(n.operation_id, n.part_id)
 WHERE i.price IS NULL OR i.price <> n.price OR i.basis <> n.basis;

-- name: listed_price_set
INSERT INTO listed_price (price_list_id, operation_id, part_id, basis, price, updated_at)
SELECT :list_id, n.operation_id, n.part_id, n.basis, n.price, :now
  FROM unnest(:operation_ids::uuid[], :part_ids::uuid[], :bases::text[], :amounts::bigint[]) n (operation_id, part_id, basis, price)
ON CONFLICT (price_list_id, subject_id) DO UPDATE SET basis = excluded.basis, price = excluded.price, updated_at = excluded.updated_at;

-- Those that have no price in the list stay as they are.

-- name: listed_price_removed_add
INSERT INTO price_change (id, price_list_id, operation_id, part_id, basis, old_price, at, actor_id)
SELECT n.id, i.price_list_id, i.operation_id, i.part_id, i.basis, i.price, :now, :actor_id
  FROM unnest(:change_ids::uuid[], :subject_ids::uuid[]) n (id, subject_id)
  JOIN listed_price i ON i.price_list_id = :list_id AND i.subject_id = n.subject_id;

-- name: listed_price_remove
DELETE FROM listed_price WHERE price_list_id = :list_id AND subject_id = ANY (:subject_ids::uuid[]);

-- The ledger is read from its end; of one operation, part or list by its own index.

-- name: price_change_list   page unnamed
SELECT c.id, c.operation_id, c.part_id, coalesce(o.code, a.number) AS code, coalesce(o.name, a.name) AS name,
       c.price_list_id, p.id AS "price_list.id", p.name AS "price_list.name", c.basis, c.old_price, c.new_price, c.at, c.actor_id,
       c.at AS _after_at, c.id AS _after_id
  FROM price_change c
  LEFT JOIN operation o ON o.id = c.operation_id
  LEFT JOIN part a ON a.id = c.part_id
  LEFT JOIN price_list p ON p.id = c.price_list_id
 WHERE (:operation_id::uuid IS NULL OR c.subject_id = :operation_id)
   AND (:part_id::uuid IS NULL OR c.subject_id = :part_id)
   AND (:price_list_id::uuid IS NULL OR c.price_list_id = :price_list_id)
   AND (:created_from::timestamptz IS NULL OR c.at >= :created_from)
   AND (:created_to::timestamptz IS NULL OR c.at < :created_to)
   AND (:after_at::timestamptz IS NULL OR (c.at, c.id) < (:after_at, :after_id::uuid))
 ORDER BY c.at DESC, c.id DESC
 LIMIT :limit;
