-- Staff, sessions, keys.

-- name: session_find
SELECT f.kind, f.actor_id, f.session_id, f.role, f.scopes, f.store_id, f.chain, f.purpose, f.subject_id
  FROM session_find(:token_hash::bytea, :now) f;

-- name: link_find
SELECT f.kind, f.actor_id, f.session_id, f.role, f.scopes, f.store_id, f.chain, f.purpose, f.subject_id
  FROM link_find(:link_id, :now) f;

-- name: credential_find
SELECT c.staff_id, c.name, c.username, c.password, c.failures, c.failed_at FROM credential_find(:username) c;

-- name: credential_tried
SELECT credential_tried(:staff_id, :ok, :now);

-- name: credential_set
SELECT credential_set(:staff_id, :password, :now);

-- name: session_add
SELECT session_add(:session_id, :token_hash::bytea, :staff_id, :now, :expires_at);

-- name: session_revoke
SELECT session_revoke(:session_id, NULL, :now);

-- name: me_get
SELECT f.id, f.name, f.username,
       coalesce((SELECT array_agg(DISTINCT g.role ORDER BY g.role) FROM staff_grant g
                  WHERE g.staff_id = f.id AND g.revoked_at IS NULL), '{}') AS roles
  FROM staff f
 WHERE f.id = :actor_id
UNION ALL
SELECT k.id, k.name, NULL, CASE WHEN k.role IS NULL THEN '{}' ELSE ARRAY[k.role] END
  FROM api_key k
 WHERE k.id = :actor_id;

-- name: me_stores
SELECT :actor_id::uuid AS _parent, s.id, s.code, s.name, s.time_zone
  FROM store s
 WHERE s.deleted_at IS NULL
 ORDER BY s.code
 LIMIT 200;

-- name: staff_add
INSERT INTO staff (id, store_id, name, username, phone, employee_no, created_at, updated_at)
VALUES (:staff_id, :store_id, :name, :username, :phone, :employee_no, :now, :now);

-- name: staff_grant_add
INSERT INTO staff_grant (id, staff_id, role, scope, store_id, region_id, created_at)
VALUES (:grant_id, :staff_id, :role,
        CASE WHEN :store_id::uuid IS NOT NULL THEN 'store' WHEN :region_id::uuid IS NOT NULL THEN 'region' ELSE 'chain' END,
        :store_id, :region_id, :now);
