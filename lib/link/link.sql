-- Links for customers: for one purpose and subject each.

-- name: link_add
INSERT INTO link (id, store_id, purpose, subject_id, created_at, expires_at)
VALUES (:link_id, :store_id, :purpose, :subject_id, :now, :expires_at);

-- name: link_end
UPDATE link SET revoked_at = :now
 WHERE subject_id = :subject_id AND purpose = :purpose AND revoked_at IS NULL
RETURNING id, expires_at > :now AS live;

-- name: link_until
UPDATE link SET expires_at = :expires_at
 WHERE subject_id = :subject_id AND purpose = :purpose AND revoked_at IS NULL;

-- The link is the principal.

-- name: link_subject
SELECT l.subject_id FROM link l WHERE l.id = :actor_id AND l.purpose = :purpose;

-- name: link_open
SELECT l.id FROM link l WHERE l.id = :actor_id AND l.revoked_at IS NULL AND l.expires_at > :now;
