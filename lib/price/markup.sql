-- Mark-up matrices and their bands.

-- name: markup_matrix_get
SELECT m.id, m.version, m.name, nullif(m.store_class, '') AS store_class, m.rounding, m.rounding_fen, m.created_at, m.updated_at,
       m.deleted_at, m.deleted_reason
  FROM markup_matrix m
 WHERE m.id = ANY (:ids) AND m.deleted_at IS NULL;

-- name: markup_bands
SELECT b.matrix_id AS _parent, b.cost_from, b.markup_bp
  FROM markup_band b
 WHERE b.matrix_id = ANY (:ids)
 ORDER BY b.matrix_id, b.cost_from;

-- One for a class: few.

-- name: markup_matrix_list   page unnamed
SELECT m.id, m.version, m.name, nullif(m.store_class, '') AS store_class, m.rounding, m.rounding_fen, m.created_at, m.updated_at,
       m.deleted_at, m.deleted_reason,
       m.store_class AS _after_class, m.id AS _after_id
  FROM markup_matrix m
 WHERE (:after_position::text IS NOT NULL OR m.deleted_at IS NULL)
   AND (:updated_after::timestamptz IS NULL OR m.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (m.changed >= :after_position::text::xid8 AND m.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_class::text IS NULL OR (m.store_class, m.id) > (:after_class, :after_id::uuid))
 ORDER BY m.store_class, m.id
 LIMIT :limit;

-- name: markup_matrix_lock
SELECT m.version FROM markup_matrix m WHERE m.id = :id AND m.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: markup_matrix_add
INSERT INTO markup_matrix (id, name, store_class, rounding, rounding_fen, created_at, updated_at)
VALUES (:matrix_id, :name, coalesce(:store_class, ''), coalesce(:rounding, 'nearest'), coalesce(:rounding_fen, 1), :now, :now);

-- name: markup_bands_add
INSERT INTO markup_band (matrix_id, cost_from, markup_bp)
SELECT :matrix_id, b.cost_from, b.markup_bp
  FROM unnest(:bands.cost_from::bigint[], :bands.markup_bp::integer[]) b (cost_from, markup_bp);

-- name: markup_bands_remove
DELETE FROM markup_band WHERE matrix_id = :matrix_id;

-- name: markup_matrix_update   rows: 1
UPDATE markup_matrix
   SET name = CASE WHEN :has_name THEN :name ELSE name END,
       rounding = CASE WHEN :has_rounding THEN :rounding ELSE rounding END,
       rounding_fen = CASE WHEN :has_rounding_fen THEN :rounding_fen ELSE rounding_fen END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: markup_matrix_delete   rows: 1
UPDATE markup_matrix
   SET deleted_at = :now, deleted_by = :actor_id, deleted_reason = :reason,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;
