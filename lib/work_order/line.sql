-- Lines of work orders.

-- name: work_order_line_get
SELECT l.id, l.position, l.kind, l.operation_id, l.part_id, l.concern_id, l.description,
       l.repair_category, l.quantity, CASE WHEN l.kind = 'labour' THEN coalesce(l.fixed_hours, l.quantity) END AS hours,
       l.price_source, l.price_list_id, l.package_id, l.package_revision, l.approval_id, l.list_price, l.unit_price, l.amount, l.payer, l.status, l.work_status, l.supply,
       l.issued_quantity, l.returned_quantity, l.technician_id, l.reason, l.note, l.rework_count, l.authorisation_id,
       l.estimate_line_id, l.revives_line_id, coalesce(l.passed_levels, '{}') AS passed_levels, l.finding_id,
       l.service_class, line_technicians(l.id, l.technician_id, l.share_bp) AS technicians,
       l.created_at, l.updated_at, l.store_id, l.work_order_id, w.number AS work_order_number, w.status AS work_order_status
  FROM work_order_line l
  JOIN work_order w ON w.id = l.work_order_id
 WHERE l.id = ANY (:ids);

-- name: work_order_line_list   page unnamed
SELECT l.id, l.position, l.kind, l.operation_id, l.part_id, l.concern_id, l.description,
       l.repair_category, l.quantity, CASE WHEN l.kind = 'labour' THEN coalesce(l.fixed_hours, l.quantity) END AS hours,
       l.price_source, l.price_list_id, l.package_id, l.package_revision, l.approval_id, l.list_price, l.unit_price, l.amount, l.payer, l.status, l.work_status, l.supply,
       l.issued_quantity, l.returned_quantity, l.technician_id, l.reason, l.note, l.rework_count, l.authorisation_id,
       l.estimate_line_id, l.revives_line_id, coalesce(l.passed_levels, '{}') AS passed_levels, l.finding_id,
       l.service_class, line_technicians(l.id, l.technician_id, l.share_bp) AS technicians,
       l.created_at, l.updated_at, l.store_id, l.work_order_id, w.number AS work_order_number, w.status AS work_order_status,
       l.created_at AS _after_at, l.id AS _after_id
  FROM work_order_line l
  JOIN work_order w ON w.id = l.work_order_id
 WHERE (:scope_store::uuid IS NULL OR l.store_id = :scope_store)
   -- a technician's own lines and those they help with, read first: they are few beside the store's
   AND (:technician_id::text IS NULL
        OR l.id = ANY (ARRAY(SELECT o.id FROM work_order_line o
                              WHERE o.technician_id = coalesce(nullif(:technician_id, 'me')::uuid, :actor_id::uuid)
                                AND (:work_status::text[] IS NULL OR o.work_status = ANY (:work_status))
                              UNION ALL
                             SELECT h.line_id FROM work_order_line_helper h
                              WHERE h.technician_id = coalesce(nullif(:technician_id, 'me')::uuid, :actor_id::uuid))))
   AND (:work_order_id::uuid IS NULL OR l.work_order_id = :work_order_id)
   AND (:kind::text[] IS NULL OR l.kind = ANY (:kind))
   AND (:status::text[] IS NULL OR l.status = ANY (:status))
   AND (:work_status::text[] IS NULL OR l.work_status = ANY (:work_status))
   AND (:supply::text[] IS NULL OR l.supply = ANY (:supply))
   AND (:updated_after::timestamptz IS NULL OR l.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (l.changed >= :after_position::text::xid8 AND l.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_at::timestamptz IS NULL OR (l.created_at, l.id) < (:after_at, :after_id::uuid))
 ORDER BY l.created_at DESC, l.id DESC
 LIMIT :limit;

-- name: work_order_line_of_order   page unnamed
SELECT l.id, l.position, l.kind, l.operation_id, l.part_id, l.concern_id, l.description,
       l.repair_category, l.quantity, CASE WHEN l.kind = 'labour' THEN coalesce(l.fixed_hours, l.quantity) END AS hours,
       l.price_source, l.price_list_id, l.package_id, l.package_revision, l.approval_id, l.list_price, l.unit_price, l.amount, l.payer, l.status, l.work_status, l.supply,
       l.issued_quantity, l.returned_quantity, l.technician_id, l.reason, l.note, l.rework_count, l.authorisation_id,
       l.estimate_line_id, l.revives_line_id, coalesce(l.passed_levels, '{}') AS passed_levels, l.finding_id,
       l.service_class, line_technicians(l.id, l.technician_id, l.share_bp) AS technicians,
       l.created_at, l.updated_at, l.position AS _after_place, l.id AS _after_id
  FROM work_order_line l
 WHERE l.work_order_id = :id
   AND (:after_place::integer IS NULL OR (l.position, l.id) > (:after_place, :after_id::uuid))
 ORDER BY l.position, l.id
 LIMIT :limit;

-- name: work_order_line_states
SELECT l.id, l.position, l.kind, l.part_id, l.quantity, l.amount, l.status, l.work_status, l.supply,
       l.issued_quantity - l.returned_quantity AS issued_quantity, l.technician_id, l.share_bp, l.approval_id,
       (SELECT a.status <> 'approved' FROM approval a WHERE a.id = l.approval_id) AS unapproved,
       CASE WHEN l.kind = 'sublet'
            THEN EXISTS (SELECT FROM sublet s WHERE s.line_id = l.id AND s.status IN ('planned', 'sent')) ELSE false END AS sublet_out
  FROM work_order_line l
 WHERE l.work_order_id = :id
 ORDER BY l.position;

-- name: work_order_lines_add
INSERT INTO work_order_line (id, store_id, work_order_id, position, kind, operation_id, part_id, concern_id, description,
                             repair_category, quantity, fixed_hours, price_source, price_list_id, package_id, package_revision, approval_id, list_price, unit_price, amount, payer, status, supply, reason,
                             authorisation_id, estimate_line_id, revives_line_id, finding_id, service_class, requirement_revision, created_at, updated_at)
SELECT n.id, :store_id, :order_id, :last_position::integer + n.position, n.kind, n.operation_id, n.part_id, n.concern_id,
       n.description, n.repair_category, n.quantity, nullif(n.fixed_hours, 0), n.price_source, n.price_list_id, n.package_id, nullif(n.package_revision, 0), n.approval_id, n.list_price, n.unit_price, n.amount, n.payer, n.status, n.supply,
       n.reason, CASE WHEN n.status = 'authorised' THEN :authorisation_id::uuid END, n.estimate_line_id, n.revives_line_id,
       n.finding_id,
       -- as it was said, or that of the operation, or of the order
       coalesce(n.service_class, (SELECT o.service_class FROM operation o WHERE o.id = n.operation_id),
                (SELECT w.service_class FROM work_order w WHERE w.id = :order_id)),
       (SELECT o.requirement_revision FROM operation o WHERE o.id = n.operation_id), :now, :now
  FROM unnest(:line_ids::uuid[], :kinds::text[], :operation_ids::uuid[], :part_ids::uuid[], :concern_ids::uuid[],
              :descriptions::text[], :repair_categories::text[], :quantities::numeric[], :fixed_hours::numeric[],
              :price_sources::text[], :price_list_ids::uuid[], :package_ids::uuid[], :package_revisions::integer[], :approval_ids::uuid[], :list_prices::bigint[],
              :unit_prices::bigint[], :amounts::bigint[], :payers::text[], :statuses::text[], :supplies::text[], :reasons::text[],
              :estimate_line_ids::uuid[], :revives_line_ids::uuid[], :finding_ids::uuid[],
              :service_classes::text[])
       WITH ORDINALITY n (id, kind, operation_id, part_id, concern_id, description, repair_category, quantity,
                          fixed_hours, price_source, price_list_id, package_id, package_revision, approval_id, list_price, unit_price, amount, payer, status, supply, reason, estimate_line_id, revives_line_id, finding_id, service_class, position);

-- name: work_order_lines_decide
UPDATE work_order_line l
   SET status = d.status, reason = d.reason, note = d.note,
       authorisation_id = CASE WHEN d.status = 'authorised' THEN :authorisation_id::uuid ELSE l.authorisation_id END,
       work_status = CASE WHEN d.status = 'authorised' THEN l.work_status ELSE 'none' END,
       supply = CASE WHEN d.status = 'authorised' THEN d.supply ELSE 'none' END,
       updated_at = :now, changed = pg_current_xact_id()
  FROM unnest(:line_ids::uuid[], :statuses::text[], :reasons::text[], :notes::text[], :supplies::text[])
       d (id, status, reason, note, supply)
 WHERE l.id = d.id AND l.work_order_id = :id;

-- name: work_order_lines_issued
UPDATE work_order_line
   SET supply = 'issued', issued_quantity = issued_quantity + quantity,
       updated_at = :now, changed = pg_current_xact_id()
 WHERE id = ANY (:line_ids::uuid[]);

-- name: work_order_lines_assign
UPDATE work_order_line l
   SET technician_id = a.technician_id, share_bp = a.share_bp,
       work_status = CASE WHEN l.work_status = 'none' THEN 'assigned' ELSE l.work_status END,
       updated_at = :now, changed = pg_current_xact_id()
  FROM unnest(:line_ids::uuid[], :technician_ids::uuid[], :shares::bigint[]) a (line_id, technician_id, share_bp)
 WHERE l.id = a.line_id AND l.work_order_id = :id;

-- Who may be given work in a store.
-- name: technicians_of_store
SELECT f.id
  FROM staff f
 WHERE f.id = ANY (:technician_ids::uuid[]) AND f.active AND f.deleted_at IS NULL
   AND f.id IN (SELECT staff_with_role(:store_id, ARRAY['technician', 'team_leader']));

-- The first assignment whose technician does not hold what the store asks for.
-- name: assignment_uncertified
SELECT (a.n - 1)::integer AS place, c.kind AS certificate
  FROM unnest(:line_ids::uuid[], :technician_ids::uuid[]) WITH ORDINALITY a (line_id, technician_id, n)
  JOIN work_order_line l ON l.id = a.line_id AND l.work_order_id = :id
  JOIN store s ON s.id = l.store_id
 CROSS JOIN LATERAL unnest(certificates_needed(l.store_id, ARRAY[l.operation_id])) c (kind)
 WHERE NOT technician_certified(a.technician_id, c.kind, (:now::timestamptz AT TIME ZONE s.time_zone)::date)
 ORDER BY a.n, c.kind
 LIMIT 1;

-- name: work_order_line_set_work
UPDATE work_order_line
   SET work_status = :work_status, rework_count = rework_count + :reworks::integer,
       updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :line_id;

-- name: work_order_lines_pause
UPDATE work_order_line
   SET work_status = 'paused', updated_at = :now, changed = pg_current_xact_id()
 WHERE work_order_id = :id AND work_status = 'working';

-- name: work_order_lines_passed
UPDATE work_order_line
   SET work_status = 'passed', updated_at = :now, changed = pg_current_xact_id()
 WHERE work_order_id = :id AND work_status = 'done' AND status = 'authorised';

-- A level is passed by the work that is done; the check by oneself by one's own.
-- name: work_order_lines_passed_level
UPDATE work_order_line l
   SET passed_levels = array_append(l.passed_levels, :level::text), updated_at = :now, changed = pg_current_xact_id()
 WHERE l.work_order_id = :id AND l.work_status = 'done' AND l.status = 'authorised' AND NOT :level = ANY (coalesce(l.passed_levels, '{}'))
   AND (:level <> 'self' OR l.technician_id = :actor_id
        OR EXISTS (SELECT FROM clock_entry e WHERE e.line_id = l.id AND e.technician_id = :actor_id));

-- name: work_order_lines_failed
UPDATE work_order_line l
   SET work_status = 'failed', reason = f.reason, passed_levels = NULL, updated_at = :now, changed = pg_current_xact_id()
  FROM unnest(:lines.line_id::uuid[], :lines.reason::text[]) f (line_id, reason)
 WHERE l.id = f.line_id AND l.work_order_id = :id;

-- name: clock_entry_begin
INSERT INTO clock_entry (id, store_id, line_id, technician_id, started_at, recorded_at)
VALUES (:entry_id, :store_id, :line_id, :actor_id, :happened_at, :now);

-- name: clock_entry_end
UPDATE clock_entry
   SET ended_at = greatest(started_at, :happened_at), reason = :reason, note = :note, recorded_at = :now
 WHERE line_id = :line_id AND technician_id = :actor_id AND ended_at IS NULL;

-- name: clock_entries_end
UPDATE clock_entry e
   SET ended_at = greatest(e.started_at, :happened_at), reason = :reason, note = :note, recorded_at = :now
  FROM work_order_line l
 WHERE l.work_order_id = :id AND e.line_id = l.id AND e.ended_at IS NULL;

-- name: staff_of_store
SELECT f.id FROM staff f WHERE f.id = :staff_id AND f.active AND f.deleted_at IS NULL;

-- Nothing is held, worked on or waited for any more.
-- name: work_order_lines_cancel
UPDATE work_order_line
   SET work_status = CASE WHEN work_status = 'working' THEN 'paused' ELSE work_status END,
       supply = 'none', updated_at = :now, changed = pg_current_xact_id()
 WHERE work_order_id = :id AND (work_status = 'working' OR supply IN ('reserved', 'short'));
