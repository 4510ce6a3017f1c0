-- Statements of the database layer itself.

-- name: principal_set
SELECT set_config('app.store', coalesce(:scope_store, ''), true),
       set_config('app.hq', coalesce(:scope_hq, ''), true),
       set_config('app.stores', coalesce(:scope_stores, ''), true),
       set_config('app.customer', coalesce(:scope_customer, ''), true),
       set_config('app.actor', coalesce(:scope_actor, ''), true),
       set_config('app.request', coalesce(:request_id, ''), true);

-- name: principal_change
SELECT set_config('app.store', coalesce(:scope_store, ''), true),
       set_config('app.actor', coalesce(:scope_actor, ''), true);

-- name: transaction_begin
BEGIN;

-- Not by the connection's settings: one whose sessions are read only is not one to target for reads and writes.
-- name: transaction_begin_report
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: session_read_only
SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;

-- name: server_clock
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS clock;

-- name: transaction_commit
COMMIT;

-- name: transaction_savepoint
SAVEPOINT one;

-- name: transaction_rollback_to
ROLLBACK TO SAVEPOINT one;

-- name: transaction_release
RELEASE SAVEPOINT one;

-- name: list_position
SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS position;

-- Before the look-up and not within it, whose snapshot would be older than the lock: what another
-- has just saved under the key would not be seen.
-- name: idempotency_lock
SELECT pg_try_advisory_xact_lock(hashtextextended(:actor_id::text || :idempotency_key::text, 0)) AS locked;

-- name: idempotency_find
SELECT i.request_hash, i.status, i.subject_id
  FROM (SELECT 1) one
  LEFT JOIN idempotency i ON i.actor_id = :actor_id::uuid AND i.key = :idempotency_key::text;

-- name: idempotency_keep
INSERT INTO idempotency (actor_id, key, request_hash, operation, status, subject_id, at)
VALUES (:actor_id, :idempotency_key, :request_hash, :operation, :status, :subject_id, :now);

-- name: access_log_add
INSERT INTO access_log (id, at, actor_id, store_id, operation, subject_type, subject_id, request_id)
VALUES (:log_id, :now, :actor_id, :log_store_id, :operation, :subject_type, :subject_id, :request_id);
