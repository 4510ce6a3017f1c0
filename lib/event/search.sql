-- Search keys.

-- name: search_key_add
INSERT INTO search_key (kind, key, subject, subject_id, store_id)
SELECT :kind, key, :subject, :subject_id, :store_id
  FROM unnest(:keys::text[]) k (key)
ON CONFLICT DO NOTHING;

-- name: search_key_clear
DELETE FROM search_key WHERE subject_id = :subject_id AND (:kind::text IS NULL OR kind = :kind);
