-- Lines of work orders.

-- name: work_order_line_get
SELECT l.id, l.position, l.kind, l.operation_id, l.part_id, l.concern_id, l.description,
       l.repair_category, l.quantity, CASE WHEN l.kind = 'labour' THEN coalesce(l.fixed_hours, l.quantity) END AS hours,
       l.price_source, l.price_list_id, l.package_id, l.package_revision, l.approval_id, l.list_price, l.unit_price, l.amount, l.payer, l.status, l.work_status, l.supply,
       CASE WHEN l.supply = 'short' THEN (SELECT max(x.promised_on) FROM demand x WHERE x.work_order_line_id = l.id AND x.status = 'on_order') END AS part_expected_on,
       l.issued_quantity, l.returned_quantity, l.technician_id, l.reason, l.reason_code, l.deferred_until, l.deferred_until_km, l.note, l.rework_count, l.authorisation_id,
       l.estimate_line_id, l.revives_line_id, l.revives_elsewhere_id, coalesce(l.passed_levels, '{}') AS passed_levels, l.finding_id,
       l.service_class, line_technicians(l.id, l.technician_id, l.share_bp) AS technicians,
       l.created_at, l.updated_at, l.department_id, d.id AS "department.id", d.name AS "department.name",
       l.department_reason, l.department_note, l.store_id, l.work_order_id, w.number AS work_order_number, w.status AS work_order_status,
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", b.id AS "bay.id", b.name AS "bay.name", w.promised_at, w.priority
  FROM work_order_line l
  JOIN work_order w ON w.id = l.work_order_id
  LEFT JOIN department d ON d.id = l.department_id
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
  LEFT JOIN bay b ON b.id = w.bay_id
 WHERE l.id = ANY (:ids);

-- name: work_order_line_list   page unnamed
-- The last of each store, and of those the last: the chain needs no index of its own.
SELECT l.id, l.position, l.kind, l.operation_id, l.part_id, l.concern_id, l.description,
       l.repair_category, l.quantity, CASE WHEN l.kind = 'labour' THEN coalesce(l.fixed_hours, l.quantity) END AS hours,
       l.price_source, l.price_list_id, l.package_id, l.package_revision, l.approval_id, l.list_price, l.unit_price, l.amount, l.payer, l.status, l.work_status, l.supply,
       CASE WHEN l.supply = 'short' THEN (SELECT max(x.promised_on) FROM demand x WHERE x.work_order_line_id = l.id AND x.status = 'on_order') END AS part_expected_on,
       l.issued_quantity, l.returned_quantity, l.technician_id, l.reason, l.reason_code, l.deferred_until, l.deferred_until_km, l.note, l.rework_count, l.authorisation_id,
       l.estimate_line_id, l.revives_line_id, l.revives_elsewhere_id, coalesce(l.passed_levels, '{}') AS passed_levels, l.finding_id,
       l.service_class, line_technicians(l.id, l.technician_id, l.share_bp) AS technicians,
       l.created_at, l.updated_at, l.department_id, d.id AS "department.id", d.name AS "department.name",
       l.department_reason, l.department_note, l.store_id, l.work_order_id, w.number AS work_order_number, w.status AS work_order_status,
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", b.id AS "bay.id", b.name AS "bay.name", w.promised_at, w.priority,
       l.created_at AS _after_at, l.id AS _after_id
  FROM ((SELECT n.id, n.created_at
           FROM store st
          CROSS JOIN LATERAL (
                SELECT l.id, l.created_at
                  FROM work_order_line l
                 WHERE l.store_id = st.id
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
                 LIMIT :limit) n
          WHERE :technician_id::uuid IS NULL AND (:scope_store::uuid IS NULL OR st.id = :scope_store)
          ORDER BY n.created_at DESC, n.id DESC
          LIMIT :limit)
        UNION ALL
        -- a technician's own, and those they help with
        (SELECT l.id, l.created_at
           FROM ((SELECT o.id, o.store_id, o.created_at, o.work_order_id, o.kind, o.status, o.work_status, o.supply, o.updated_at, o.changed
                    FROM work_order_line o
                   WHERE o.technician_id = :technician_id
                   ORDER BY o.created_at DESC, o.id DESC)
                 UNION ALL
                 (SELECT o.id, o.store_id, o.created_at, o.work_order_id, o.kind, o.status, o.work_status, o.supply, o.updated_at, o.changed
                    FROM work_order_line_helper h
                    JOIN work_order_line o ON o.id = h.line_id
                   WHERE h.technician_id = :technician_id
                   ORDER BY o.created_at DESC, o.id DESC)) l
          WHERE :technician_id IS NOT NULL
            -- (nearly all that a technician did is of one store: a filter that is not taken for a rare one)
            AND (:scope_store IS NULL OR coalesce(l.store_id = :scope_store, false))
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
          LIMIT :limit)
         ORDER BY created_at DESC, id DESC
         LIMIT :limit) k
  JOIN work_order_line l ON l.id = k.id
  JOIN work_order w ON w.id = l.work_order_id
  LEFT JOIN department d ON d.id = l.department_id
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
  LEFT JOIN bay b ON b.id = w.bay_id
 ORDER BY l.created_at DESC, l.id DESC
 LIMIT :limit;

-- name: work_order_line_of_order   page unnamed
SELECT l.id, l.position, l.kind, l.operation_id, l.part_id, l.concern_id, l.description,
       l.repair_category, l.quantity, CASE WHEN l.kind = 'labour' THEN coalesce(l.fixed_hours, l.quantity) END AS hours,
       l.price_source, l.price_list_id, l.package_id, l.package_revision, l.approval_id, l.list_price, l.unit_price, l.amount, l.payer, l.status, l.work_status, l.supply,
       CASE WHEN l.supply = 'short' THEN (SELECT max(x.promised_on) FROM demand x WHERE x.work_order_line_id = l.id AND x.status = 'on_order') END AS part_expected_on,
       l.issued_quantity, l.returned_quantity, l.technician_id, l.reason, l.reason_code, l.deferred_until, l.deferred_until_km, l.note, l.rework_count, l.authorisation_id,
       l.estimate_line_id, l.revives_line_id, coalesce(l.passed_levels, '{}') AS passed_levels, l.finding_id,
       l.service_class, line_technicians(l.id, l.technician_id, l.share_bp) AS technicians,
       l.created_at, l.updated_at, l.position AS _after_place, l.id AS _after_id
  FROM work_order_line l
 WHERE l.work_order_id = :id
   AND (:after_place::integer IS NULL OR (l.position, l.id) > (:after_place, :after_id::uuid))
 ORDER BY l.position, l.id
 LIMIT :limit;

-- name: work_order_line_states
SELECT l.id, l.position, l.kind, l.part_id, l.quantity, l.amount, l.payer, l.status, l.work_status, l.supply,
       l.issued_quantity - l.returned_quantity AS issued_quantity, l.technician_id, l.share_bp, l.approval_id,
       l.list_price, l.unit_price, billed_amount(l) AS billed,
       coalesce(l.discount_limit_bp, -1) AS discount_limit_bp,
       (SELECT a.status <> 'approved' FROM approval a WHERE a.id = l.approval_id) AS unapproved,
       CASE WHEN l.kind = 'sublet'
            THEN EXISTS (SELECT FROM sublet s WHERE s.line_id = l.id AND s.status IN ('planned', 'sent') AND s.failed_at IS NULL) ELSE false END AS sublet_out,
       CASE WHEN l.kind = 'sublet'
            THEN EXISTS (SELECT FROM sublet s WHERE s.line_id = l.id AND s.status IN ('returned', 'billed') AND s.failed_at IS NULL) ELSE false END AS sublet_back
  FROM work_order_line l
 WHERE l.work_order_id = :id
 ORDER BY l.position;

-- name: work_order_lines_add
INSERT INTO work_order_line (id, store_id, work_order_id, position, kind, operation_id, part_id, concern_id, description,
                             repair_category, quantity, fixed_hours, price_source, price_list_id, package_id, package_revision, approval_id, list_price, unit_price, amount, payer, status, supply, reason, reason_code, deferred_until, deferred_until_km,
                             authorisation_id, estimate_line_id, revives_line_id, finding_id, discount_limit_bp, service_class, requirement_revision, department_id, created_at, updated_at)
SELECT n.id, :store_id, :order_id, :last_position::integer + n.position, n.kind, n.operation_id, n.part_id, n.concern_id,
       n.description, n.repair_category, n.quantity, nullif(n.fixed_hours, 0), n.price_source, n.price_list_id, n.package_id, nullif(n.package_revision, 0), n.approval_id, n.list_price, n.unit_price, n.amount, n.payer, n.status, n.supply,
       n.reason, n.reason_code, n.deferred_until::date, nullif(n.deferred_until_km, -1), CASE WHEN n.status = 'authorised' THEN :authorisation_id::uuid END, n.estimate_line_id, n.revives_line_id,
       n.finding_id, nullif(n.discount_limit_bp, -1),
       -- as it was said, or that of the operation, or of the order
       coalesce(n.service_class, (SELECT o.service_class FROM operation o WHERE o.id = n.operation_id),
                (SELECT w.service_class FROM work_order w WHERE w.id = :order_id)),
       (SELECT o.requirement_revision FROM operation o WHERE o.id = n.operation_id),
       -- a store without departments asks no rules
       CASE WHEN n.kind = 'labour' AND n.status IN ('proposed', 'authorised') AND EXISTS (SELECT FROM department d WHERE d.store_id = :store_id AND d.status = 'in_use')
            THEN department_for(:store_id, n.operation_id, n.service_class, n.repair_category) END, :now, :now
  FROM unnest(:line_ids::uuid[], :kinds::text[], :operation_ids::uuid[], :part_ids::uuid[], :concern_ids::uuid[],
              :descriptions::text[], :repair_categories::text[], :quantities::numeric[], :fixed_hours::numeric[],
              :price_sources::text[], :price_list_ids::uuid[], :package_ids::uuid[], :package_revisions::integer[], :approval_ids::uuid[], :list_prices::bigint[],
              :unit_prices::bigint[], :amounts::bigint[], :payers::text[], :statuses::text[], :supplies::text[], :reasons::text[],
              :reason_codes::text[], :deferred_untils::text[], :deferred_kms::integer[], :estimate_line_ids::uuid[], :revives_line_ids::uuid[], :finding_ids::uuid[],
              :discount_limits::integer[], :service_classes::text[])
       WITH ORDINALITY n (id, kind, operation_id, part_id, concern_id, description, repair_category, quantity,
                          fixed_hours, price_source, price_list_id, package_id, package_revision, approval_id, list_price, unit_price, amount, payer, status, supply, reason, reason_code, deferred_until, deferred_until_km, estimate_line_id, revives_line_id, finding_id, discount_limit_bp, service_class, position);

-- name: work_order_lines_decide
UPDATE work_order_line l
   SET status = d.status, reason = d.reason, reason_code = d.reason_code, note = d.note,
       deferred_until = d.deferred_until::date, deferred_until_km = nullif(d.deferred_until_km, -1),
       authorisation_id = CASE WHEN d.status = 'authorised' THEN :authorisation_id::uuid ELSE l.authorisation_id END,
       work_status = CASE WHEN d.status = 'authorised' THEN l.work_status ELSE 'none' END,
       supply = CASE WHEN d.status = 'authorised' THEN d.supply ELSE 'none' END,
       -- what is not wanted is in no department; what is, and was in none, goes where the rules say now
       department_id = CASE WHEN d.status NOT IN ('proposed', 'authorised') THEN NULL
                            WHEN l.department_id IS NULL AND l.kind = 'labour'
                                 AND EXISTS (SELECT FROM department t WHERE t.store_id = l.store_id AND t.status = 'in_use')
                            THEN department_for(l.store_id, l.operation_id, l.service_class, l.repair_category)
                            ELSE l.department_id END,
       department_reason = CASE WHEN d.status IN ('proposed', 'authorised') THEN l.department_reason END,
       department_note = CASE WHEN d.status IN ('proposed', 'authorised') THEN l.department_note END,
       revives_line_id = CASE WHEN d.status <> 'withdrawn' THEN l.revives_line_id END,
       revives_elsewhere_store_id = CASE WHEN d.status <> 'withdrawn' THEN l.revives_elsewhere_store_id END,
       revives_elsewhere_id = CASE WHEN d.status <> 'withdrawn' THEN l.revives_elsewhere_id END,
       updated_at = :now, changed = pg_current_xact_id()
  FROM unnest(:line_ids::uuid[], :statuses::text[], :reasons::text[], :reason_codes::text[], :deferred_untils::text[], :deferred_kms::integer[],
              :notes::text[], :supplies::text[])
       d (id, status, reason, reason_code, deferred_until, deferred_until_km, note, supply)
 WHERE l.id = d.id AND l.work_order_id = :id;

-- name: work_order_discounts_set
UPDATE work_order_line l
   SET unit_price = d.amount, amount = d.amount, updated_at = :now, changed = pg_current_xact_id()
  FROM unnest(:line_ids::uuid[], :amounts::bigint[]) d (id, amount)
 WHERE l.id = d.id AND l.work_order_id = :id AND l.kind = 'discount';

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
        OR EXISTS (SELECT FROM clock_entry e WHERE e.line_id = l.id AND e.technician_id = :actor_id AND e.voided_at IS NULL));

-- Labour, by itself or with a part that it fits.
-- name: work_order_lines_failed
UPDATE work_order_line l
   SET work_status = 'failed', reason = f.reason, passed_levels = NULL, updated_at = :now, changed = pg_current_xact_id()
  FROM unnest(:labour_ids::uuid[], :lines.reason::text[]) f (line_id, reason)
 WHERE l.id = f.line_id AND l.work_order_id = :id AND l.kind = 'labour';

-- What somebody who clocks on to a line lacks for it on that day, as assignment_uncertified has it, and when they left it last.
-- name: clock_facts
SELECT (SELECT max(e.ended_at) FROM clock_entry e WHERE e.line_id = l.id AND e.technician_id = :actor_id AND e.voided_at IS NULL) AS left_at,
       (SELECT c.kind
          FROM unnest(certificates_needed(l.store_id, ARRAY[l.operation_id])) c (kind)
         WHERE NOT technician_certified(:actor_id, c.kind, (:happened_at::timestamptz AT TIME ZONE s.time_zone)::date)
         ORDER BY c.kind
         LIMIT 1) AS certificate
  FROM work_order_line l
  JOIN store s ON s.id = l.store_id
 WHERE l.id = :line_id;

-- Nobody is at a line twice at a time: a clock that was stopped some minutes ahead goes on from there.
-- name: clock_entry_begin
INSERT INTO clock_entry (id, store_id, line_id, technician_id, started_at, recorded_at)
SELECT :entry_id, :store_id, :line_id, :actor_id, greatest(:happened_at, max(e.ended_at)), :now
  FROM clock_entry e
 WHERE e.line_id = :line_id AND e.technician_id = :actor_id AND e.voided_at IS NULL;

-- name: clock_entry_end
UPDATE clock_entry
   SET ended_at = greatest(started_at, :happened_at), reason = :reason, note = :note, recorded_at = :now, version = version + 1
 WHERE line_id = :line_id AND technician_id = :actor_id AND ended_at IS NULL;

-- name: clock_entries_end
UPDATE clock_entry e
   SET ended_at = greatest(e.started_at, :happened_at), reason = :reason, note = :note, recorded_at = :now, version = e.version + 1
  FROM work_order_line l
 WHERE l.work_order_id = :id AND e.line_id = l.id AND e.ended_at IS NULL;

-- name: staff_of_store
SELECT f.id FROM staff f WHERE f.id = :staff_id AND f.active AND f.deleted_at IS NULL;

-- Nothing is held, worked on or waited for any more, and what was put off before waits again with the vehicle.
-- name: work_order_lines_cancel
UPDATE work_order_line
   SET work_status = CASE WHEN work_status IN ('done', 'passed') THEN work_status ELSE 'none' END,
       supply = 'none',
       revives_line_id = CASE WHEN status NOT IN ('proposed', 'authorised') THEN revives_line_id END,
       revives_elsewhere_store_id = CASE WHEN status NOT IN ('proposed', 'authorised') THEN revives_elsewhere_store_id END,
       revives_elsewhere_id = CASE WHEN status NOT IN ('proposed', 'authorised') THEN revives_elsewhere_id END,
       updated_at = :now, changed = pg_current_xact_id()
 WHERE work_order_id = :id
   AND (work_status NOT IN ('none', 'done', 'passed') OR supply IN ('reserved', 'short')
        OR (revives_line_id IS NOT NULL OR revives_elsewhere_id IS NOT NULL) AND status IN ('proposed', 'authorised'));

-- name: line_decisions_add
INSERT INTO line_decision (id, store_id, work_order_id, line_id, status, reason, reason_code, note, deferred_until, deferred_until_km, method, by_name,
                           by_phone, at, actor_id)
SELECT d.id, :store_id, :order_id, d.line_id, d.status, d.reason, d.reason_code, d.note, d.deferred_until::date, nullif(d.deferred_until_km, -1),
       :method, :by_name, :by_phone, :now, :actor_id
  FROM unnest(:decision_ids::uuid[], :line_ids::uuid[], :statuses::text[], :reasons::text[], :reason_codes::text[], :notes::text[],
              :deferred_untils::text[], :deferred_kms::integer[])
       d (id, line_id, status, reason, reason_code, note, deferred_until, deferred_until_km);

-- name: deferral_day
SELECT :deferred_until::date < (:now::timestamptz AT TIME ZONE s.time_zone)::date AS lapsed
  FROM store s
 WHERE s.id = :store_id;

-- Once: the first time that what is authorised comes to more than the agreement that holds says.

-- name: agreement_pass
UPDATE agreement a
   SET limit_passed_at = :now, version = a.version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE a.work_order_id = :id AND a.status = 'signed' AND a.deleted_at IS NULL AND a.limit_passed_at IS NULL
   AND a.amount_limit < (SELECT sum(CASE l.kind WHEN 'discount' THEN -l.amount ELSE l.amount END)
                           FROM work_order_line l
                          WHERE l.work_order_id = a.work_order_id AND l.status = 'authorised' AND l.payer = 'customer')
RETURNING a.id;
