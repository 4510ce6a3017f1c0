-- Files: what the bytes under a SHA-256 are, and what they belong to.

-- name: file_get
SELECT f.id, f.store_id, f.subject_type, f.subject_id, f.name, f.media_type, f.size, f.sha256, f.created_at
  FROM file f
 WHERE f.id = ANY (:ids) AND f.deleted_at IS NULL;

-- name: file_url
SELECT f.id FROM file f WHERE f.id = ANY (:ids) AND f.deleted_at IS NULL;

-- name: file_signed
SELECT f.id, f.name, f.media_type, f.size, f.sha256 FROM file_find(:file_id) f;

-- A photo of a finding that the link's estimate mends, one sent for the order that the link follows, or one that the customer sent of
-- the link's appointment.

-- name: file_of_link
SELECT f.id, f.name, f.media_type, f.size, f.sha256
  FROM file f
 WHERE f.id = :id AND f.deleted_at IS NULL
   AND (EXISTS (SELECT FROM inspection_finding_file p
                  JOIN estimate_line l ON l.finding_id = p.finding_id
                  JOIN estimate e ON e.id = l.estimate_id
                 WHERE p.file_id = f.id AND e.link_id = :actor_id)
        OR EXISTS (SELECT FROM link k
                     JOIN estimate e ON e.work_order_id = k.subject_id AND e.sent_at IS NOT NULL
                     JOIN estimate_line l ON l.estimate_id = e.id
                     JOIN inspection_finding_file p ON p.finding_id = l.finding_id AND p.file_id = f.id
                    WHERE k.id = :actor_id AND k.purpose = 'progress')
        OR EXISTS (SELECT FROM link k
                     JOIN link b ON b.id = f.created_by AND b.subject_id = k.subject_id
                    WHERE k.id = :actor_id AND k.purpose = 'appointment' AND k.subject_id = f.subject_id));

-- name: file_list   page unnamed
SELECT f.id, f.store_id, f.subject_type, f.subject_id, f.name, f.media_type, f.size, f.sha256, f.created_at,
       f.created_at AS _after_at, f.id AS _after_id
  FROM file f
 WHERE f.subject_type = :subject_type AND f.subject_id = :subject_id AND f.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR f.store_id = :scope_store)
   AND (:after_at::timestamptz IS NULL OR (f.created_at, f.id) > (:after_at, :after_id::uuid))
 ORDER BY f.created_at, f.id
 LIMIT :limit;

-- name: file_subject_store
SELECT r.store_id FROM reception r WHERE :subject_type::text = 'reception' AND r.id = :subject_id
 UNION ALL
SELECT w.store_id FROM work_order w WHERE :subject_type::text = 'work_order' AND w.id = :subject_id
 UNION ALL
SELECT c.store_id FROM complaint c WHERE :subject_type::text = 'complaint' AND c.id = :subject_id
 UNION ALL
SELECT a.store_id FROM appointment a WHERE :subject_type::text = 'appointment' AND a.id = :subject_id
 UNION ALL
SELECT i.store_id FROM incident i WHERE :subject_type::text = 'incident' AND i.id = :subject_id
 UNION ALL
SELECT r.store_id FROM rescue r WHERE :subject_type::text = 'rescue' AND r.id = :subject_id;

-- name: files_of_store
SELECT f.id IS NOT NULL AS found
  FROM unnest(:file_ids::uuid[]) WITH ORDINALITY w (id, position)
  LEFT JOIN file f ON f.id = w.id AND f.store_id = :store_id AND f.deleted_at IS NULL
 ORDER BY w.position;

-- Those of a visit: its reception's, its orders', or of nothing.

-- name: files_of_visit
SELECT f.id IS NOT NULL AS found
  FROM unnest(:file_ids::uuid[]) WITH ORDINALITY w (id, position)
  LEFT JOIN file f ON f.id = w.id AND f.store_id = :store_id AND f.deleted_at IS NULL
       AND (f.subject_id IS NULL OR f.subject_id = :reception_id
            OR f.subject_id IN (SELECT o.id FROM work_order o WHERE o.reception_id = :reception_id))
 ORDER BY w.position;

-- name: file_add
INSERT INTO file (id, store_id, sha256, media_type, size, name, subject_type, subject_id, created_by, created_at)
VALUES (:file_id, :store_id, :sha256, :media_type, :size, :name, :subject_type, :subject_id, :actor_id, :now);

-- Contents on disk.  Who keeps one holds its lock, shared, from before it is written until its file is committed; who removes
-- one needs the lock alone, and looks again for a file once it is held.

-- name: file_content_lock
SELECT pg_advisory_xact_lock_shared(hashtextextended('file ' || :sha256::text, 0));

-- name: file_contents_try_lock
SELECT h.sha256
  FROM unnest(:hashes::text[]) h (sha256)
 WHERE pg_try_advisory_xact_lock(hashtextextended('file ' || h.sha256, 0));

-- name: file_contents_unnamed
SELECT h.sha256
  FROM unnest(:hashes::text[]) h (sha256)
 WHERE (SELECT f.id FROM file f WHERE f.sha256 = h.sha256 LIMIT 1) IS NULL;
