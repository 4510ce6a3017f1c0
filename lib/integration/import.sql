-- Imports and their rows.

-- name: import_get
SELECT j.id, j.version, j.store_id, j.kind, j.format, j.status, j.dry_run, j.sha256, j.rows_total, j.rows_done,
       j.rows_failed, j.problem::jsonb AS problem, j.created_by, j.finished_at, j.created_at, j.updated_at
  FROM import_job j
 WHERE j.id = ANY (:ids) AND j.deleted_at IS NULL;

-- name: import_list   page unnamed
SELECT j.id, j.version, j.store_id, j.kind, j.format, j.status, j.dry_run, j.sha256, j.rows_total, j.rows_done,
       j.rows_failed, j.problem::jsonb AS problem, j.created_by, j.finished_at, j.created_at, j.updated_at,
       j.created_at AS _after_at, j.id AS _after_id
  FROM import_job j
 WHERE j.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR j.store_id = :scope_store)
   AND (:kind::text IS NULL OR j.kind = :kind)
   AND (:status::text[] IS NULL OR j.status = ANY (:status))
   AND (:updated_after::timestamptz IS NULL OR j.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (j.changed >= :after_position::text::xid8 AND j.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_at::timestamptz IS NULL OR (j.created_at, j.id) < (:after_at, :after_id::uuid))
 ORDER BY j.created_at DESC, j.id DESC
 LIMIT :limit;

-- name: import_visible
SELECT j.id FROM import_job j WHERE j.id = :id AND j.deleted_at IS NULL;

-- name: import_row_list   page unnamed
SELECT r.line, r.status, r.subject_id, coalesce(r.problems, '[]'::jsonb) AS problems, r.line AS _after_line
  FROM import_row r
 WHERE r.import_id = :id
   AND (:status::text IS NULL OR r.status = :status)
   AND (:after_line::bigint IS NULL OR r.line > :after_line)
 ORDER BY r.line
 LIMIT :limit;

-- name: import_add
INSERT INTO import_job (id, store_id, kind, format, status, dry_run, sha256, language, created_by, created_at, updated_at)
VALUES (:id, :store_id, :kind, :format, 'queued', :dry_run, :sha256, :language, :actor_id::uuid, :now, :now);

-- name: import_lock
SELECT j.version, j.store_id, j.status FROM import_job j WHERE j.id = :id AND j.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: import_end   rows: 1
UPDATE import_job
   SET status = :status, problem = :problem, finished_at = :now,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: import_forget_data
UPDATE import_row SET data = NULL WHERE import_id = :id AND data IS NOT NULL;

-- name: import_claim
SELECT j.id, j.store_id, j.created_by, j.kind, j.format, j.status, j.dry_run, j.language, j.sha256, j.created_at,
       j.staged_octets, j.staged_line
  FROM import_job j
 WHERE j.status IN ('queued', 'staging', 'applying')
   AND (:id::uuid IS NULL OR j.id = :id)
 ORDER BY j.updated_at
 LIMIT :max_jobs::bigint
   FOR NO KEY UPDATE SKIP LOCKED;

-- name: import_rows_add
INSERT INTO import_row (import_id, line, data, status, problems)
SELECT :id, r.line, r.data, CASE WHEN r.data IS NULL THEN 'failed' ELSE 'staged' END, r.problems
  FROM unnest(:lines::bigint[], :data::text[], :problems::jsonb[]) r (line, data, problems);

-- name: import_staged   rows: 1
UPDATE import_job
   SET status = :status, staged_octets = :octets, staged_line = :line,
       rows_total = rows_total + :total::bigint, rows_failed = rows_failed + :failed::bigint,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: import_rows_next
SELECT r.line, r.data
  FROM import_row r
 WHERE r.import_id = :id AND r.status = 'staged'
 ORDER BY r.line
 LIMIT :max_rows::bigint;

-- What a row held is not kept: it is in the object now, where erasing a person finds it.

-- name: import_rows_set
UPDATE import_row r
   SET status = CASE WHEN u.problems IS NULL THEN 'done' ELSE 'failed' END,
       subject_id = u.subject_id, problems = u.problems, data = NULL
  FROM unnest(:lines::bigint[], :subjects::uuid[], :problems::jsonb[]) u (line, subject_id, problems)
 WHERE r.import_id = :id AND r.line = u.line;

-- name: import_applied   rows: 1
UPDATE import_job
   SET status = :status, rows_done = rows_done + :done::bigint, rows_failed = rows_failed + :failed::bigint,
       finished_at = CASE WHEN :status = 'done' THEN :now::timestamptz END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- Whose files may go: the rows of an import that has ended, or that has all its rows, need none.

-- name: import_files_needed
SELECT j.id FROM import_job j WHERE j.status IN ('queued', 'staging') AND j.id = ANY (:ids);

-- For the command line.

-- name: import_store
SELECT s.id FROM store s WHERE s.code = :code AND s.deleted_at IS NULL;

-- name: import_progress
SELECT j.status, j.rows_total, j.rows_done, j.rows_failed, j.problem::jsonb ->> 'message' AS problem
  FROM import_job j
 WHERE j.id = :id;

-- name: import_rejected
SELECT r.line, json_build_object('line', r.line, 'problems', r.problems)::text AS text
  FROM import_row r
 WHERE r.import_id = :id AND r.status = 'failed' AND r.line > :line
 ORDER BY r.line
 LIMIT 1000;
