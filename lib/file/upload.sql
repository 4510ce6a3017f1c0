-- Uploads in parts.

-- name: file_upload_get
SELECT u.id, u.version, u.store_id, u.subject_type, u.subject_id, u.name, u.status, u.size, u.received, u.file_id,
       u.updated_at + interval '24 hours' AS expires_at, u.created_at, u.updated_at
  FROM file_upload u
 WHERE u.id = ANY (:ids);

-- name: file_upload_lock
SELECT u.version, u.store_id, u.subject_type, u.subject_id, u.name, u.status, u.size, u.received,
       u.updated_at + interval '24 hours' < :now AS expired
  FROM file_upload u
 WHERE u.id = :id
   FOR NO KEY UPDATE;

-- name: file_upload_add
INSERT INTO file_upload (id, store_id, subject_type, subject_id, name, size, created_by, created_at, updated_at)
VALUES (:upload_id, :store_id, :subject_type, :subject_id, :name, :size, :actor_id, :now, :now);

-- name: file_upload_received   rows: 1
UPDATE file_upload SET received = :received, version = version + 1, updated_at = :now WHERE id = :id;

-- name: file_upload_finish   rows: 1
UPDATE file_upload SET status = 'finished', file_id = :file_id, version = version + 1, updated_at = :now WHERE id = :id;
