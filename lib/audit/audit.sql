-- Reading the audit trail and the access log.

-- name: audit_entry_list   page unnamed
SELECT a.id, a.at, a.actor_id AS "actor.id", coalesce(f.name, k.name) AS "actor.name", a.request_id, a.store_id,
       a.table_name, a.row_id, a.action, a.before, a.after, a.id AS _after_id
  FROM audit_entry a
  LEFT JOIN staff f ON f.id = a.actor_id
  LEFT JOIN api_key k ON k.id = a.actor_id
 WHERE (:scope_store::uuid IS NULL OR a.store_id = :scope_store)
   AND (:table_name::text IS NULL OR a.table_name = :table_name)
   AND (:row_id::uuid IS NULL OR a.row_id = :row_id)
   AND (:actor_id::uuid IS NULL OR a.actor_id = :actor_id)
   AND (:from::timestamptz IS NULL OR a.at >= :from)
   AND (:to::timestamptz IS NULL OR a.at < :to)
   AND (:after_id::text IS NULL OR a.id < :after_id::text::bigint)
 ORDER BY a.id DESC
 LIMIT :limit;

-- name: access_log_list   page unnamed
SELECT l.id, l.at, l.actor_id AS "actor.id", coalesce(f.name, k.name) AS "actor.name", l.store_id, l.operation,
       l.subject_type, l.subject_id, l.request_id, l.at AS _after_at, l.id AS _after_id
  FROM access_log l
  LEFT JOIN staff f ON f.id = l.actor_id
  LEFT JOIN api_key k ON k.id = l.actor_id
 WHERE (:scope_store::uuid IS NULL OR l.store_id = :scope_store)
   AND (:subject_id::uuid IS NULL OR l.subject_id = :subject_id)
   AND (:actor_id::uuid IS NULL OR l.actor_id = :actor_id)
   AND (:from::timestamptz IS NULL OR l.at >= :from)
   AND (:to::timestamptz IS NULL OR l.at < :to)
   AND (:after_at::timestamptz IS NULL OR (l.at, l.id) < (:after_at, :after_id::uuid))
 ORDER BY l.at DESC, l.id DESC
 LIMIT :limit;
