-- What should have happened by now, and has not.

-- Each is told once for each instant at which it was due; what was due before the daemon began to look, or while it stood still,
-- is told for a week.  What is open is found by indexes of what is, and most of what is due among it was told before.
-- name: overdue_tell
INSERT INTO overdue (store_id, subject_type, subject_id, due_at, told_at)
SELECT d.store_id, d.subject_type, d.subject_id, d.due_at, :now
  FROM (SELECT w.store_id, 'work_order' AS subject_type, w.id AS subject_id, w.promised_at AS due_at
          FROM work_order w
         WHERE w.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc') AND w.deleted_at IS NULL
           AND coalesce(w.promised_at, 'infinity') < :now::timestamptz AND coalesce(w.promised_at, 'infinity') > :now::timestamptz - interval '7 days'
         UNION ALL
        SELECT s.store_id, 'sublet', s.id, s.due_at
          FROM sublet s
         WHERE s.status IN ('planned', 'sent') AND s.due_at < :now::timestamptz AND s.due_at > :now::timestamptz - interval '7 days'
         UNION ALL
        SELECT r.store_id, 'rescue', r.id, coalesce(r.eta_at, r.promised_at)
          FROM rescue r
         WHERE r.status IN ('reported', 'dispatched')
           AND coalesce(r.eta_at, r.promised_at) < :now::timestamptz AND coalesce(r.eta_at, r.promised_at) > :now::timestamptz - interval '7 days'
         UNION ALL
        SELECT l.store_id, 'loan', l.id, l.ends_at
          FROM loan l
         WHERE l.status = 'out' AND l.ends_at < :now::timestamptz AND l.ends_at > :now::timestamptz - interval '7 days') d
 WHERE NOT EXISTS (SELECT FROM overdue o WHERE o.subject_id = d.subject_id AND o.due_at = d.due_at)
 ORDER BY d.due_at, d.subject_id
 LIMIT 100
ON CONFLICT (subject_id, due_at) DO NOTHING
RETURNING store_id, subject_type, subject_id,
          jsonb_build_object('due_at', to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) AS data;
