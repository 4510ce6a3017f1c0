-- A version of 0: looked up by the trigger.

-- name: event_add
INSERT INTO event (id, at, type, store_id, subject_type, subject_id, subject_version, data, actor_id, request_id)
VALUES (:event_id, :now, :type, :store_id, :subject_type, :subject_id, nullif(:subject_version::bigint, 0), coalesce(:data::jsonb, '{}'), :actor_id, :request_id);

-- name: event_add_all
INSERT INTO event (id, at, type, store_id, subject_type, subject_id, subject_version, data, actor_id, request_id)
SELECT e.id, :now, e.type, e.store_id, e.subject_type, e.subject_id, nullif(e.subject_version, 0), coalesce(e.data, '{}'), :actor_id, :request_id
  FROM unnest(:event_ids::uuid[], :types::text[], :store_ids::uuid[], :subject_types::text[], :subject_ids::uuid[],
              :subject_versions::bigint[], :data::jsonb[])
       e (id, type, store_id, subject_type, subject_id, subject_version, data);

-- The feed stays below the oldest transaction that still runs: what commits late is never skipped.
-- name: event_known
SELECT 1 AS known
 WHERE :after::uuid IS NULL OR EXISTS (SELECT FROM event e WHERE e.id = :after);

-- name: event_list   page unnamed
SELECT e.id, e.position::text AS position, e.at, e.type, e.store_id, e.subject_type, e.subject_id, e.subject_version,
       e.data, e.actor_id, e.request_id, e.position AS _after_place, e.id AS _after_id
  FROM event e
 WHERE e.position < pg_snapshot_xmin(pg_current_snapshot())
   AND (:scope_store::uuid IS NULL OR e.store_id = :scope_store)
   AND (:type::text IS NULL OR e.type = :type)
   AND (:subject_id::uuid IS NULL OR e.subject_id = :subject_id)
   AND (:after::uuid IS NULL OR (e.position, e.id) > (SELECT p.position, p.id FROM event p WHERE p.id = :after))
   AND (:after_place::text IS NULL OR (e.position, e.id) > (:after_place::text::xid8, :after_id::uuid))
 ORDER BY e.position, e.id
 LIMIT :limit;

-- A consumer's next events.  Below the oldest running transaction nothing can appear any more, so none
-- is left out; of several daemons one gets the lock, the others find nothing.  The lock is a statement
-- before the one that reads: within one, the snapshot would be older than the lock, and show again
-- what another has just taken.

-- name: event_lock
SELECT pg_try_advisory_xact_lock(hashtext(:consumer::text)) AS locked;

-- Of a page of events those that the consumer looks for, and behind them the page's last, which tells where to go on and whether the page was full.
-- name: event_take
WITH page AS MATERIALIZED (
	SELECT e.id, e.position, e.type, e.store_id, e.subject_id
	  FROM event e
	 WHERE (e.position, e.id) > ((SELECT c.position FROM event_consumer c WHERE c.name = :consumer),
	                             (SELECT coalesce(c.last_id, '00000000-0000-0000-0000-000000000000')
	                                FROM event_consumer c WHERE c.name = :consumer))
	   AND e.position < pg_snapshot_xmin(pg_current_snapshot())
	 ORDER BY e.position, e.id
	 LIMIT :page
), wanted AS (
	SELECT p.id, p.position, p.type, p.store_id, p.subject_id
	  FROM page p
	 WHERE CASE WHEN :types::text[] IS NULL THEN p.store_id IS NOT NULL ELSE p.type = ANY (:types) END
	 ORDER BY p.position, p.id
	 LIMIT :limit
)
SELECT w.id, w.position::text AS position, w.type, w.store_id, w.subject_id, false AS full FROM wanted w
UNION ALL
(SELECT l.id, l.position::text, NULL, NULL, NULL, (SELECT count(*) FROM page) = :page FROM page l ORDER BY l.position DESC, l.id DESC LIMIT 1);

-- name: event_taken
UPDATE event_consumer
   SET position = :position::text::xid8, last_id = :last_id, at = :now
 WHERE name = :consumer AND (position, coalesce(last_id, '00000000-0000-0000-0000-000000000000'))
                          < (:position::text::xid8, :last_id::uuid);
