-- Workshop tablets.

-- name: tablet_get
SELECT t.id, t.version, t.store_id, t.name, t.status, t.pairing_until, t.paired_at, u.last_seen_at, t.revoked_at, t.created_at, t.updated_at
  FROM tablet t
  LEFT JOIN tablet_use u ON u.tablet_id = t.id
 WHERE t.id = ANY (:ids);

-- A store has a handful, and those it once had.
-- name: tablet_list   page unnamed
SELECT t.id, t.version, t.store_id, t.name, t.status, t.pairing_until, t.paired_at, u.last_seen_at, t.revoked_at, t.created_at, t.updated_at,
       t.created_at AS _after_at, t.id AS _after_id
  FROM tablet t
  LEFT JOIN tablet_use u ON u.tablet_id = t.id
 WHERE (:scope_store::uuid IS NULL OR t.store_id = :scope_store)
   AND (:status::text IS NULL OR t.status = :status)
   AND (:updated_after::timestamptz IS NULL OR t.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (t.changed >= :after_position::text::xid8 AND t.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_at::timestamptz IS NULL OR (t.created_at, t.id) < (:after_at, :after_id::uuid))
 ORDER BY t.created_at DESC, t.id DESC
 LIMIT :limit;

-- name: tablet_lock
SELECT t.version, t.store_id, t.status FROM tablet t WHERE t.id = :id FOR NO KEY UPDATE;

-- name: tablet_add
INSERT INTO tablet (id, store_id, name, pairing_until, created_at, updated_at)
VALUES (:tablet_id, :store_id, :name, :expires_at, :now, :now);

-- name: tablet_code_set
SELECT tablet_code_set(:tablet_id, :token_hash::bytea);

-- name: tablet_revoke   rows: 1
UPDATE tablet
   SET status = :status, revoked_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: tablet_unlock
SELECT tablet_unlock(:tablet_id);

-- name: tablet_pair
SELECT p.id, p.name, p.store_id, p.store_name FROM tablet_pair(:pairing_hash::bytea, :token_hash::bytea, :now) p;

-- name: tablet_login_find
SELECT f.tablet_id, f.store_id, f.minutes, f.wait_seconds, f.failures, f.staff_id, f.name, f.username, f.pin
  FROM tablet_login_find(:token_hash::bytea, :number, :now) f;

-- name: tablet_login_tried
SELECT tablet_login_tried(:tablet_id, :store_id, :number, :ok, :now);

-- name: tablet_session_add
SELECT tablet_session_add(:session_id, :token_hash::bytea, :staff_id, :tablet_id, :now, :expires_at);

-- name: pin_owner
SELECT f.store_id, f.employee_no FROM staff f WHERE f.id = :actor_id;

-- name: pin_set
SELECT pin_set(:staff_id, :pin, :now);

-- name: pin_unlock
SELECT pin_unlock(:staff_id, :store_id);
