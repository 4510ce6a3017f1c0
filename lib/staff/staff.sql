-- Staff, sessions, keys.

-- name: session_find
SELECT f.kind, f.actor_id, f.session_id, f.role, f.scopes, f.store_id, f.chain, f.reached_kind, f.purpose, f.subject_id
  FROM session_find(:token_hash::bytea, :now) f;

-- name: link_find
SELECT f.kind, f.actor_id, f.session_id, f.role, f.scopes, f.store_id, f.chain, f.reached_kind, f.purpose, f.subject_id
  FROM link_find(:link_id, :now) f;

-- name: credential_find
SELECT c.staff_id, c.name, c.username, c.password, c.failures, c.failed_at FROM credential_find(:username, :now) c;

-- name: credential_tried
SELECT credential_tried(:username, :ok, :now);

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

-- name: session_revoke_of
SELECT session_revoke(NULL, :id, :now);

-- name: session_revoke_others
SELECT session_revoke_others(:actor_id, :session_id, :now);

-- name: credential_own
SELECT c.staff_id, c.username, c.password, c.failures, c.failed_at
  FROM staff f
 CROSS JOIN LATERAL credential_find(f.username, :now) c
 WHERE f.id = :actor_id AND c.staff_id IS NOT NULL;

-- Staff members.

-- name: staff_get
SELECT f.id, f.version, f.store_id, f.name, f.username, mask_phone(f.phone) AS phone, f.employee_no, f.active,
       ARRAY(SELECT DISTINCT g.role FROM staff_grant g WHERE g.staff_id = f.id AND g.revoked_at IS NULL ORDER BY g.role) AS roles,
       f.created_at, f.updated_at, f.deleted_at, f.deleted_reason, f.external_ids, f.metadata
  FROM staff f
 WHERE f.id = ANY (:ids) AND f.deleted_at IS NULL;

-- name: staff_grants_of
SELECT g.staff_id AS _parent, g.id, g.role, g.scope, g.store_id, g.region_id, g.created_at
  FROM staff_grant g
 WHERE g.staff_id = ANY (:ids) AND g.revoked_at IS NULL
 ORDER BY g.staff_id, g.created_at, g.id;

-- name: staff_list   page unnamed
SELECT f.id, f.version, f.store_id, f.name, f.username, mask_phone(f.phone) AS phone, f.employee_no, f.active,
       ARRAY(SELECT DISTINCT g.role FROM staff_grant g WHERE g.staff_id = f.id AND g.revoked_at IS NULL ORDER BY g.role) AS roles,
       f.created_at, f.updated_at, f.deleted_at, f.deleted_reason,
       f.name AS _after_name, f.id AS _after_id
  FROM staff f
 WHERE (:after_position::text IS NOT NULL OR f.deleted_at IS NULL)
   AND (:role::text IS NOT NULL OR current_setting('app.hq', true) = '1' AND :scope_store::uuid IS NULL
        OR f.store_id IN (SELECT s.id FROM store s WHERE :scope_store::uuid IS NULL OR s.id = :scope_store)
        -- store by store: every grant that is looked at is judged by its person
        OR f.id IN (SELECT g.staff_id
                      FROM store s
                     CROSS JOIN LATERAL (SELECT t.staff_id FROM staff_grant t WHERE t.store_id = s.id AND t.revoked_at IS NULL OFFSET 0) g
                     WHERE :scope_store::uuid IS NULL OR s.id = :scope_store))
   AND (:username::text IS NULL OR f.username = :username)
   AND (:active::boolean IS NULL OR f.active = :active)
   AND (:role::text IS NULL
        OR CASE WHEN :scope_store::uuid IS NULL
                THEN EXISTS (SELECT FROM staff_grant g WHERE g.staff_id = f.id AND g.role = :role AND g.revoked_at IS NULL)
                ELSE f.id IN (SELECT staff_with_role(:scope_store, ARRAY[:role::text])) END)
   AND (:updated_after::timestamptz IS NULL OR f.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (f.changed >= :after_position::text::xid8 AND f.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_name::text IS NULL OR (f.name, f.id) > (:after_name, :after_id::uuid))
 ORDER BY f.name, f.id
 LIMIT :limit;

-- name: staff_visible
SELECT f.id FROM staff f WHERE f.id = :id AND f.deleted_at IS NULL;

-- name: staff_lock
SELECT f.version, f.username, f.store_id FROM staff f WHERE f.id = :id AND f.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: staff_add
INSERT INTO staff (id, store_id, name, username, phone, employee_no, external_ids, metadata, created_at, updated_at)
VALUES (:staff_id, :store_id, :name, :username, :phone, :employee_no,
        coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now);

-- name: staff_update
UPDATE staff
   SET store_id = CASE WHEN :has_store_id THEN :store_id ELSE store_id END,
       name = CASE WHEN :has_name THEN :name ELSE name END,
       username = CASE WHEN :has_username THEN :username ELSE username END,
       phone = CASE WHEN :has_phone THEN :phone ELSE phone END,
       employee_no = CASE WHEN :has_employee_no THEN :employee_no ELSE employee_no END,
       active = CASE WHEN :has_active THEN :active ELSE active END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: staff_touch
UPDATE staff SET version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :id;

-- name: staff_delete
UPDATE staff
   SET active = false, deleted_at = :now, deleted_by = :actor_id, deleted_reason = :reason,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Grants.

-- name: staff_grant_list   page unnamed
SELECT g.id, g.role, g.scope, g.store_id, g.region_id, g.created_at,
       g.created_at AS _after_at, g.id AS _after_id
  FROM staff_grant g
 WHERE g.staff_id = :id AND g.revoked_at IS NULL
   AND (:after_at::timestamptz IS NULL OR (g.created_at, g.id) > (:after_at, :after_id::uuid))
 ORDER BY g.created_at, g.id
 LIMIT :limit;

-- name: staff_grant_add
INSERT INTO staff_grant (id, staff_id, role, scope, store_id, region_id, created_at)
VALUES (:grant_id, :staff_id, :role,
        CASE WHEN :store_id::uuid IS NOT NULL THEN 'store' WHEN :region_id::uuid IS NOT NULL THEN 'region' ELSE 'chain' END,
        :store_id, :region_id, :now);

-- name: staff_grant_revoke
UPDATE staff_grant SET revoked_at = :now, changed = pg_current_xact_id() WHERE id = :grant_id;

-- So that two administrators who revoke each other are not both gone: one after another, and each looks anew.
-- name: staff_admins_lock
SELECT pg_advisory_xact_lock(hashtext('staff_admins'));

-- A row when nobody but this person administers the chain.
-- name: staff_admin_last
SELECT g.id
  FROM staff_grant g
 WHERE g.staff_id = :staff_id AND g.role = 'hq_admin' AND g.scope = 'chain' AND g.revoked_at IS NULL
   AND (:grant_id::uuid IS NULL OR g.id = :grant_id)
   AND NOT EXISTS (SELECT FROM staff_grant o
                     JOIN staff f ON f.id = o.staff_id AND f.active AND f.deleted_at IS NULL
                    WHERE o.role = 'hq_admin' AND o.scope = 'chain' AND o.revoked_at IS NULL AND o.staff_id <> :staff_id);

-- For each grant of a person (or for one of them) what the caller may do where it holds: one row for each
-- role or key of the caller that covers it, one with nulls when none does.  What is being granted (made_id) is not yet
-- the caller's own, though they grant it to themselves.
-- name: staff_authority
WITH own AS (
	SELECT g.role, NULL::text AS scopes, g.scope = 'chain' AS chain, g.store_id, g.region_id
	  FROM staff_grant g
	 WHERE g.staff_id = :actor_id AND g.revoked_at IS NULL AND g.id IS DISTINCT FROM :made_id::uuid
	UNION ALL
	SELECT k.role, array_to_string(k.scopes, ','), k.store_ids IS NULL, u.store_id, NULL
	  FROM api_key k
	  LEFT JOIN LATERAL unnest(k.store_ids) u (store_id) ON true
	 WHERE k.id = :actor_id AND k.revoked_at IS NULL
)
SELECT w.id, w.role, o.role AS own_role, o.scopes AS own_scopes, coalesce(o.chain, false) AS own_chain
  FROM staff_grant w
  LEFT JOIN store s ON s.id = w.store_id
  LEFT JOIN own o ON o.chain OR o.store_id = w.store_id OR o.region_id = coalesce(w.region_id, s.region_id)
 WHERE w.staff_id = :staff_id AND w.revoked_at IS NULL
   AND (:grant_id::uuid IS NULL OR w.id = :grant_id)
 ORDER BY w.id;

-- API keys.

-- name: api_key_get
SELECT k.id, k.version, k.name, k.hint, k.role, k.scopes, k.store_ids, k.created_by AS "created_by.id",
       f.name AS "created_by.name", k.created_at, k.expires_at, k.revoked_at, u.last_used_at
  FROM api_key k
  LEFT JOIN staff f ON f.id = k.created_by
  LEFT JOIN api_key_use u ON u.key_id = k.id
 WHERE k.id = ANY (:ids);

-- name: api_key_list   page unnamed
SELECT k.id, k.version, k.name, k.hint, k.role, k.scopes, k.store_ids, k.created_by AS "created_by.id",
       f.name AS "created_by.name", k.created_at, k.expires_at, k.revoked_at, u.last_used_at,
       k.created_at AS _after_at, k.id AS _after_id
  FROM api_key k
  LEFT JOIN staff f ON f.id = k.created_by
  LEFT JOIN api_key_use u ON u.key_id = k.id
 WHERE (:after_position::text IS NOT NULL OR k.revoked_at IS NULL)
   AND (:updated_after::timestamptz IS NULL OR k.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (k.changed >= :after_position::text::xid8 AND k.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_at::timestamptz IS NULL OR (k.created_at, k.id) < (:after_at, :after_id::uuid))
 ORDER BY k.created_at DESC, k.id DESC
 LIMIT :limit;

-- name: api_key_unknown_store
SELECT (u.place - 1)::integer AS place
  FROM unnest(:store_ids::uuid[]) WITH ORDINALITY u (store_id, place)
 WHERE NOT EXISTS (SELECT FROM store s WHERE s.id = u.store_id AND s.deleted_at IS NULL)
 ORDER BY u.place
 LIMIT 1;

-- name: api_key_add
INSERT INTO api_key (id, token_hash, name, hint, role, scopes, store_ids, created_by, created_at, updated_at, expires_at)
VALUES (:key_id, :token_hash::bytea, :name, :hint, :role, :scopes, :store_ids, :actor_id, :now, :now, :expires_at);

-- name: api_key_used
INSERT INTO api_key_use (key_id, last_used_at)
SELECT u.key_id, timestamptz 'epoch' + u.used_us * interval '1 microsecond'
  FROM unnest(:key_ids::uuid[], :used_us::bigint[]) u (key_id, used_us)
 ORDER BY u.key_id
ON CONFLICT (key_id) DO UPDATE SET last_used_at = greatest(api_key_use.last_used_at, excluded.last_used_at);

-- name: api_key_lock
SELECT k.version FROM api_key k WHERE k.id = :id AND k.revoked_at IS NULL FOR NO KEY UPDATE;

-- name: api_key_revoke
UPDATE api_key SET revoked_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :id;

-- name: api_key_revoke_of
UPDATE api_key
   SET revoked_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE created_by = :id AND revoked_at IS NULL;

-- Whether somebody works in a store at all.
-- name: staff_worker
SELECT CASE WHEN f.store_id = s.id THEN true
            ELSE EXISTS (SELECT FROM staff_grant g
                          WHERE g.staff_id = f.id AND g.revoked_at IS NULL
                            AND (g.store_id = s.id OR g.region_id = s.region_id OR g.scope = 'chain')) END AS works_here
  FROM staff f, store s
 WHERE f.id = :staff_id AND f.active AND f.deleted_at IS NULL AND s.id = :store_id AND s.deleted_at IS NULL;
