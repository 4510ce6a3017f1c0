-- Chores of the database itself.

-- name: job_lock
SELECT pg_try_advisory_xact_lock(hashtext(:job_name::text)) AS locked;

-- name: idempotency_expire
DELETE FROM idempotency
 WHERE (actor_id, key) IN (SELECT i.actor_id, i.key FROM idempotency i
                            WHERE i.at < :now::timestamptz - interval '7 days' LIMIT 1000);
