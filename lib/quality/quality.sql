-- Quality checks.

-- name: quality_check_get
SELECT q.id, q.version, q.store_id, q.work_order_id, w.number AS work_order_number, q.level, q.status, q.inspector_id,
       q.road_test_km, q.note, q.signature_file_id, q.decided_at, q.created_at, q.updated_at
  FROM quality_check q
  JOIN work_order w ON w.id = q.work_order_id
 WHERE q.id = ANY (:ids) AND q.deleted_at IS NULL;

-- name: quality_check_failures
SELECT f.check_id AS _parent, f.line_id, f.reason, f.reason_code, f.technician_id
  FROM quality_check_failure f
 WHERE f.check_id = ANY (:ids)
 ORDER BY f.check_id, f.id;

-- name: quality_check_list   page unnamed
SELECT q.id, q.version, q.store_id, q.work_order_id, w.number AS work_order_number, q.level, q.status, q.inspector_id,
       q.road_test_km, q.note, q.signature_file_id, q.decided_at, q.created_at, q.updated_at,
       q.created_at AS _after_at, q.id AS _after_id
  FROM quality_check q
  JOIN work_order w ON w.id = q.work_order_id
 WHERE q.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR q.store_id = :scope_store)
   AND (:work_order_id::uuid IS NULL OR q.work_order_id = :work_order_id)
   AND (:level::text[] IS NULL OR q.level = ANY (:level))
   AND (:status::text[] IS NULL OR q.status = ANY (:status))
   AND (:updated_after::timestamptz IS NULL OR q.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (q.changed >= :after_position::text::xid8 AND q.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_at::timestamptz IS NULL OR (q.created_at, q.id) < (:after_at, :after_id::uuid))
 ORDER BY q.created_at DESC, q.id DESC
 LIMIT :limit;

-- By the failure's id, which is made with it: an index leads with the store, or the technician, whatever the age of the chain;
-- of few reasons it reads on until a page is full, of a small part of the orders.
-- name: quality_failure_list   page unnamed
SELECT f.id, f.store_id, f.check_id, q.level, q.inspector_id, q.work_order_id, w.number AS work_order_number, f.line_id, l.description,
       f.reason, f.reason_code, f.technician_id, l.work_status, l.rework_count, q.decided_at AS failed_at, f.id AS _after_id
  FROM quality_check_failure f
  JOIN quality_check q ON q.id = f.check_id
  JOIN work_order w ON w.id = q.work_order_id
  JOIN work_order_line l ON l.id = f.line_id
 WHERE (:scope_store::uuid IS NULL OR f.store_id = :scope_store)
   AND (:technician_id::uuid IS NULL OR f.technician_id = :technician_id)
   AND (:work_order_id::uuid IS NULL OR q.work_order_id = :work_order_id)
   AND (:reason_code::text[] IS NULL OR f.reason_code = ANY (:reason_code))
   -- no failure is written before it happened
   AND (:from::timestamptz IS NULL OR f.id >= id_at(:from::timestamptz - interval '1 day') AND q.decided_at >= :from)
   AND (:to::timestamptz IS NULL OR q.decided_at < :to)
   AND (:after_id::uuid IS NULL OR f.id < :after_id)
 ORDER BY f.id DESC
 LIMIT :limit;

-- The check, its order being locked, and the day on which whoever decides a final one lacks the certificate that the store asks for.
-- name: quality_check_state
SELECT q.version, q.level, q.status, q.inspector_id,
       CASE WHEN q.level = 'final'
             AND CASE p.certificate_rule
                 WHEN 'recorded' THEN EXISTS (SELECT FROM certificate c WHERE c.store_id = q.store_id AND c.kind = 'inspection' AND c.deleted_at IS NULL)
                 ELSE p.certificate_rule = 'always' END
             AND NOT technician_certified(:actor_id, 'inspection', (:happened_at::timestamptz AT TIME ZONE s.time_zone)::date)
            THEN (:happened_at::timestamptz AT TIME ZONE s.time_zone)::date::text END AS uncertified
  FROM quality_check q
  JOIN store_policy p ON p.store_id = q.store_id
  JOIN store s ON s.id = q.store_id
 WHERE q.id = :id AND q.deleted_at IS NULL
   FOR NO KEY UPDATE OF q;

-- The lines of an order and who has worked on them.

-- name: quality_worked_lines
SELECT l.id, l.position, l.work_status, l.technician_id,
       (SELECT r.level
          FROM work_order w
         CROSS JOIN LATERAL unnest(w.required_qc_levels) r (level)
         WHERE w.id = l.work_order_id
           AND qc_rank(r.level) < qc_rank(:level)
           AND NOT r.level = ANY (coalesce(l.passed_levels, '{}'))
         ORDER BY qc_rank(r.level)
         LIMIT 1) AS lacking,
       l.technician_id = :actor_id::uuid
       OR EXISTS (SELECT FROM clock_entry e WHERE e.line_id = l.id AND e.technician_id = :actor_id::uuid AND e.voided_at IS NULL)
       OR EXISTS (SELECT FROM work_order_line_helper h WHERE h.line_id = l.id AND h.technician_id = :actor_id::uuid) AS own
  FROM work_order_line l
 WHERE l.work_order_id = :id AND l.kind = 'labour' AND l.status = 'authorised'
 ORDER BY l.position;

-- What else of the order can be failed: parts and outside work, with what keeps it from that.
-- name: quality_other_lines
SELECT l.id, l.kind,
       CASE WHEN l.kind = 'part' AND l.issued_quantity <= l.returned_quantity THEN 'not_issued'
            WHEN l.kind = 'sublet'
            THEN (SELECT s.status FROM sublet s WHERE s.line_id = l.id AND s.status IN ('planned', 'sent') AND s.failed_at IS NULL LIMIT 1) END AS hindered_by
  FROM work_order_line l
 WHERE l.work_order_id = :id AND l.kind IN ('part', 'sublet') AND l.status = 'authorised';

-- Of labour and of outside work.
-- name: quality_certificate
SELECT EXISTS (SELECT FROM work_order_line l
                WHERE l.work_order_id = :id AND l.status = 'authorised' AND needs_certificate(l.repair_category)) AS needed;

-- name: quality_check_add
INSERT INTO quality_check (id, store_id, work_order_id, level, status, inspector_id, note, created_at, updated_at)
VALUES (:check_id, :store_id, :id, :level, 'open', :actor_id, :note, :now, :now);

-- name: quality_check_decide   rows: 1
UPDATE quality_check
   SET status = :status, inspector_id = :actor_id, road_test_km = :road_test_km, signature_file_id = :signature_file_id, note = coalesce(:note, note),
       decided_at = :happened_at, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :check_id;

-- name: quality_check_failures_add
INSERT INTO quality_check_failure (id, store_id, check_id, line_id, reason, reason_code, technician_id)
SELECT f.id, :store_id, :check_id, f.line_id, f.reason, f.reason_code, f.technician_id
  FROM unnest(:failure_ids::uuid[], :lines.line_id::uuid[], :lines.reason::text[], :reason_codes::text[], :technician_ids::uuid[])
       f (id, line_id, reason, reason_code, technician_id);
