-- Chores of the database itself.

-- A piece at a time; how many there were.
-- name: idempotency_expire
WITH gone AS (
	DELETE FROM idempotency
	 WHERE (actor_id, key) IN (SELECT i.actor_id, i.key FROM idempotency i
	                            WHERE i.at < :now::timestamptz - interval '7 days'
	                            LIMIT :limit FOR UPDATE SKIP LOCKED)
	RETURNING 1)
SELECT count(*) AS n FROM gone;
