-- Orders that go on at another store.  Whoever moves one sees both stores.

-- name: order_move_target
SELECT s.kind,
       :advisor_id::uuid IS NULL
       OR EXISTS (SELECT FROM staff f
                   WHERE f.id = :advisor_id AND f.active AND f.deleted_at IS NULL
                     AND f.id IN (SELECT staff_with_role(s.id, ARRAY['service_advisor', 'store_manager']))) AS advisor
  FROM store s
 WHERE s.id = :to_store_id AND s.deleted_at IS NULL;

-- What has to be done away with first, by positions and numbers.
-- name: order_move_blocks
SELECT string_agg(l.position::text, ', ' ORDER BY l.position) FILTER (WHERE l.work_status = 'working') AS at_work,
       string_agg(l.position::text, ', ' ORDER BY l.position)
           FILTER (WHERE l.work_status IN ('done', 'passed', 'failed')
                      OR l.kind = 'sublet' AND EXISTS (SELECT FROM sublet s WHERE s.line_id = l.id AND s.status IN ('returned', 'billed') AND s.failed_at IS NULL)) AS done,
       string_agg(l.position::text, ', ' ORDER BY l.position) FILTER (WHERE l.issued_quantity > l.returned_quantity) AS issued,
       coalesce(bool_or(l.kind = 'sublet' AND EXISTS (SELECT FROM sublet s WHERE s.line_id = l.id AND s.status IN ('planned', 'sent') AND s.failed_at IS NULL)),
                false) AS sublet_out,
       coalesce(bool_or(l.status IN ('proposed', 'deferred') AND (SELECT a.status FROM approval a WHERE a.id = l.approval_id) <> 'approved'),
                false)
       OR EXISTS (SELECT FROM estimate e
                    JOIN estimate_line n ON n.estimate_id = e.id
                    JOIN approval a ON a.id = n.approval_id
                   WHERE e.work_order_id = :id AND e.status = 'draft' AND e.deleted_at IS NULL AND a.status <> 'approved') AS unapproved,
       (SELECT string_agg(e.number, ', ' ORDER BY e.number) FROM estimate e
         WHERE e.work_order_id = :id AND e.status = 'sent' AND e.deleted_at IS NULL) AS estimates,
       (SELECT string_agg(coalesce(s.number, s.id::text), ', ' ORDER BY s.id) FROM settlement s
         WHERE s.work_order_id = :id AND s.status <> 'void' AND s.deleted_at IS NULL) AS bills
  FROM work_order_line l
 WHERE l.work_order_id = :id;

-- Nobody takes up what is put off of it meanwhile.
-- name: order_move_revival_wait
SELECT pg_advisory_xact_lock(hashtextextended('revive ' || n.id, 0))
  FROM (SELECT l.id FROM work_order_line l WHERE l.work_order_id = :id AND l.status = 'deferred' ORDER BY l.id) n;

-- What is put off and was taken up stays behind: it waits no longer, and would wait again there.
-- name: order_move_lines
SELECT l.id, l.kind, l.part_id, l.quantity, l.status, coalesce(l.revives_line_id, l.revives_elsewhere_id) AS revived_id,
       CASE WHEN l.revives_line_id IS NOT NULL THEN l.store_id ELSE l.revives_elsewhere_store_id END AS revived_store
  FROM work_order_line l
 WHERE l.work_order_id = :id AND (l.status IN ('proposed', 'authorised') OR l.status = 'deferred' AND NOT line_revived(l.id))
 ORDER BY l.position;

-- What it wants beside its lines.
-- name: order_move_demands
SELECT d.part_id, d.quantity
  FROM demand d
 WHERE d.work_order_id = :id AND d.work_order_line_id IS NULL AND d.status IN ('open', 'reserved', 'on_order', 'in_transfer') AND d.kind <> 'stock'
   AND d.deleted_at IS NULL
 ORDER BY d.id;

-- While its lines are open, as it counts for the order itself.
-- name: order_move_paused
SELECT floor(extract(epoch FROM work_order_paused(:id, :now)) * 1000000)::bigint AS us;

-- What comes along with them, each to be written anew, in the order it came: of the visit, of the lines that go, and what was found
-- earlier that they, or what is still being estimated, mend.
-- name: order_move_baggage
WITH going AS (
	SELECT l.id, l.status, l.authorisation_id, l.finding_id
	  FROM work_order_line l
	 WHERE l.work_order_id = :id AND (l.status IN ('proposed', 'authorised') OR l.status = 'deferred' AND NOT line_revived(l.id))
), drafted AS (
	SELECT e.id FROM estimate e WHERE e.work_order_id = :id AND e.status = 'draft' AND e.deleted_at IS NULL
), seen AS (
	SELECT i.id, i.status, i.customer_signature_file_id, i.technician_signature_file_id
	  FROM inspection i
	 WHERE i.deleted_at IS NULL
	   AND i.id IN (SELECT v.id FROM inspection v WHERE v.reception_id = :reception_id
	                 UNION SELECT f.inspection_id FROM inspection_finding f JOIN going g ON g.finding_id = f.id
	                 UNION SELECT f.inspection_id FROM inspection_finding f JOIN estimate_line n ON n.finding_id = f.id
	                         JOIN drafted d ON d.id = n.estimate_id)
), thought AS (
	SELECT d.id, d.status FROM diagnosis d WHERE d.reception_id = :reception_id AND d.deleted_at IS NULL
)
SELECT b.kind, b.id, b.status
  FROM (SELECT 'concern' AS kind, k.id, k.position, NULL AS status
          FROM reception_concern k
         WHERE k.reception_id = :reception_id
         UNION ALL
        SELECT 'promise', p.id, 0, NULL
          FROM work_order_promise p
         WHERE p.work_order_id = :id
         UNION ALL
        SELECT DISTINCT 'authorisation', g.authorisation_id, 0, NULL
          FROM going g
         WHERE g.status = 'authorised' AND g.authorisation_id IS NOT NULL
         UNION ALL
        SELECT 'inspection', s.id, 0, s.status FROM seen s
         UNION ALL
        SELECT 'finding', f.id, 0, NULL FROM seen s JOIN inspection_finding f ON f.inspection_id = s.id
         UNION ALL
        SELECT 'diagnosis', d.id, 0, d.status FROM thought d
         UNION ALL
        SELECT 'review', r.id, 0, NULL FROM thought d JOIN diagnosis_review r ON r.diagnosis_id = d.id
         UNION ALL
        SELECT 'answer', c.id, 0, NULL FROM going g JOIN line_check c ON c.line_id = g.id
         UNION ALL
        SELECT 'contact', c.id, 0, NULL FROM work_order_contact c WHERE c.work_order_id = :id
         UNION ALL
        SELECT 'estimate', d.id, 0, NULL FROM drafted d
         UNION ALL
        SELECT 'option', o.id, o.position, NULL FROM drafted d JOIN estimate_option o ON o.estimate_id = d.id
         UNION ALL
        SELECT 'offer', n.id, n.position, NULL FROM drafted d JOIN estimate_line n ON n.estimate_id = d.id
         UNION ALL
        SELECT 'variance', v.id, 0, NULL FROM variance_reason v
         WHERE v.work_order_id = :id AND (v.line_id IS NULL OR v.line_id IN (SELECT g.id FROM going g))
         UNION ALL
        SELECT 'decision', d.id, 0, NULL FROM line_decision d JOIN going g ON g.id = d.line_id WHERE d.work_order_id = :id
         UNION ALL
        SELECT 'file', f.id, 0, NULL
          FROM (SELECT o.id FROM file o WHERE o.subject_id IN (:id, :reception_id) AND o.deleted_at IS NULL
                UNION SELECT p.file_id FROM seen s
                        JOIN inspection_finding n ON n.inspection_id = s.id
                        JOIN inspection_finding_file p ON p.finding_id = n.id
                UNION SELECT u.file_id FROM seen s
                       CROSS JOIN LATERAL (VALUES (s.customer_signature_file_id), (s.technician_signature_file_id)) u (file_id)
                       WHERE u.file_id IS NOT NULL
                UNION SELECT p.file_id FROM going g JOIN line_photo p ON p.line_id = g.id) f) b
 ORDER BY b.kind, b.position, b.id;

-- name: order_move_lines_out
UPDATE work_order_line
   SET status = 'withdrawn', reason = 'moved', work_status = 'none', supply = 'none',
       revives_line_id = NULL, revives_elsewhere_store_id = NULL, revives_elsewhere_id = NULL,
       department_id = NULL, department_reason = NULL, department_note = NULL, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = ANY (:from_ids::uuid[]);

-- name: order_move_out   rows: 1
UPDATE work_order SET moved_to_id = :order_id, changed = pg_current_xact_id() WHERE id = :id;

-- The car is gone with the last open order of its visit.
-- name: order_move_depart
UPDATE reception r
   SET departed_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE r.id = :reception_id AND r.departed_at IS NULL
   AND NOT EXISTS (SELECT FROM work_order w
                    WHERE w.reception_id = r.id AND w.deleted_at IS NULL AND w.status NOT IN ('delivered', 'closed', 'cancelled'));

-- The car is handed over from store to store; nobody is greeted.
-- name: order_move_reception_add   rows: 1
INSERT INTO reception (id, store_id, number, customer_id, vehicle_id, status, contact_name, contact_phone, odometer_km, old_parts, priority, note,
                       arrived_at, handed_over_at, created_by, created_at, updated_at)
SELECT :reception_id, :to_store_id, :number, w.customer_id, w.vehicle_id, 'handed_over', r.contact_name, r.contact_phone, r.odometer_km,
       r.old_parts, w.priority, r.note, :now, :now, :actor_id, :now, :now
  FROM work_order w
  JOIN reception r ON r.id = w.reception_id
 WHERE w.id = :id;

-- name: order_move_concerns_add
INSERT INTO reception_concern (id, store_id, reception_id, position, text)
SELECT n.to_id, :to_store_id, :reception_id, k.position, k.text
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN reception_concern k ON k.id = n.from_id;

-- The limit for the repair counts from the first arrival, wherever that was, and the pauses since then are taken off it; what was agreed
-- to first stays what the bill is held against.
-- name: order_move_order_add   rows: 1
INSERT INTO work_order (id, store_id, number, reception_id, customer_id, vehicle_id, status, promised_at, first_promised_at, last_contact_at,
                        old_parts, advisor_id, odometer_in_km, fault_class, repair_due_at, service_class, priority, note, metadata, moved_from_id,
                        paused_before, estimated_until, opened_at, created_at, updated_at)
SELECT :order_id, :to_store_id, :number, :reception_id, w.customer_id, w.vehicle_id, :status, w.promised_at, w.first_promised_at,
       w.last_contact_at, w.old_parts, :advisor_id, w.odometer_in_km,
       w.fault_class, w.repair_due_at, w.service_class, w.priority, w.note, w.metadata, w.id,
       w.paused_before + make_interval(secs => :paused_us::bigint / 1e6),
       coalesce(w.estimated_until,
                (SELECT min(e.decided_at) FROM estimate e WHERE e.work_order_id = w.id AND e.status IN ('accepted', 'partly_accepted')),
                w.started_at), :now, :now, :now
  FROM work_order w
 WHERE w.id = :id;

-- name: order_move_promises_add
INSERT INTO work_order_promise (id, store_id, work_order_id, promised_at, reason, reason_code, told_method, told_at, at, actor_id)
SELECT n.to_id, :to_store_id, :order_id, p.promised_at, p.reason, p.reason_code, p.told_method, p.told_at, p.at, p.actor_id
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN work_order_promise p ON p.id = n.from_id;

-- name: order_move_contacts_add
INSERT INTO work_order_contact (id, store_id, work_order_id, purpose, method, result, note, at, recorded_at, actor_id)
SELECT n.to_id, :to_store_id, :order_id, c.purpose, c.method, c.result, c.note, c.at, c.recorded_at, c.actor_id
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN work_order_contact c ON c.id = n.from_id;

-- By the link that the customer has, the order is followed to where it is.
-- name: order_move_link
UPDATE link SET store_id = :to_store_id, subject_id = :order_id
 WHERE subject_id = :id AND purpose = 'progress' AND revoked_at IS NULL AND expires_at > :now
RETURNING id;

-- The car is awaited at home, wherever it comes from: the way back that ended here with the visit is planned there, without a driver.
-- name: order_move_way_home
WITH home AS (
	SELECT d.address, d.due_at, d.note, t.note AS agreed, t.customer_id, t.vehicle_id
	  FROM transport t
	  JOIN drive d ON d.transport_id = t.id
	 WHERE d.kind = 'delivery' AND d.status = 'cancelled' AND d.reason = 'moved' AND d.updated_at = :now
	   AND (t.work_order_id = :id OR t.appointment_id = (SELECT r.appointment_id FROM reception r WHERE r.id = :reception_id))
), made AS (
	INSERT INTO transport (id, store_id, mode, work_order_id, customer_id, vehicle_id, note, created_by, created_at, updated_at)
	SELECT :transport_id, :to_store_id, 'pick_up_and_delivery', :order_id, h.customer_id, h.vehicle_id, h.agreed, :actor_id, :now, :now
	  FROM home h
)
INSERT INTO drive (id, store_id, transport_id, kind, address, due_at, note, created_at, updated_at)
SELECT :drive_id, :to_store_id, :transport_id, 'delivery', h.address, h.due_at, h.note, :now, :now
  FROM home h
RETURNING id;

-- What the customer has agreed to stays agreed, by whom and how.
-- name: order_move_authorisations_add
INSERT INTO authorisation (id, store_id, work_order_id, method, by_name, by_phone, amount, amount_limit, at, actor_id)
SELECT n.to_id, :to_store_id, :order_id, a.method, a.by_name, a.by_phone, a.amount, a.amount_limit, a.at, a.actor_id
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN authorisation a ON a.id = n.from_id;

-- At the prices that were agreed, and in place of what was put off and they took up; what belongs to the old store alone (approval, estimate) is found through the old line.
-- name: order_move_lines_add
INSERT INTO work_order_line (id, store_id, work_order_id, position, kind, operation_id, part_id, concern_id, description, repair_category,
                             quantity, fixed_hours, price_source, price_list_id, package_id, package_revision, list_price, unit_price, amount,
                             payer, status, supply, reason, reason_code, deferred_until, deferred_until_km, note, authorisation_id, discount_limit_bp, service_class, requirement_revision, rework_count,
                             finding_id, revives_line_id, revives_elsewhere_store_id, revives_elsewhere_id, department_id, created_at, updated_at)
SELECT n.to_id, :to_store_id, :order_id, n.position, l.kind, l.operation_id, l.part_id,
       (SELECT b.to_id FROM unnest(:from_concern_ids::uuid[], :to_concern_ids::uuid[]) b (from_id, to_id) WHERE b.from_id = l.concern_id),
       l.description, l.repair_category, l.quantity, l.fixed_hours, l.price_source, l.price_list_id, l.package_id, l.package_revision,
       l.list_price, l.unit_price, l.amount, l.payer, n.status, n.supply, CASE WHEN n.status = 'deferred' THEN l.reason END, CASE WHEN n.status = 'deferred' THEN l.reason_code END,
       CASE WHEN n.status = 'deferred' THEN l.deferred_until END, CASE WHEN n.status = 'deferred' THEN l.deferred_until_km END, l.note,
       (SELECT b.to_id FROM unnest(:from_authorisation_ids::uuid[], :to_authorisation_ids::uuid[]) b (from_id, to_id)
         WHERE b.from_id = l.authorisation_id),
       l.discount_limit_bp, l.service_class, l.requirement_revision, l.rework_count,
       (SELECT b.to_id FROM unnest(:from_finding_ids::uuid[], :to_finding_ids::uuid[]) b (from_id, to_id) WHERE b.from_id = l.finding_id),
       CASE WHEN n.revived_store = :to_store_id THEN n.revived_id END,
       CASE WHEN n.revived_store <> :to_store_id THEN n.revived_store END,
       CASE WHEN n.revived_store <> :to_store_id THEN n.revived_id END,
       CASE WHEN l.kind = 'labour' AND n.status IN ('proposed', 'authorised')
                 AND EXISTS (SELECT FROM department d WHERE d.store_id = :to_store_id AND d.status = 'in_use')
            THEN department_for(:to_store_id, l.operation_id, l.service_class, l.repair_category) END, :now, :now
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[], :statuses::text[], :supplies::text[], :revived_ids::uuid[], :revived_stores::uuid[])
       WITH ORDINALITY n (from_id, to_id, status, supply, revived_id, revived_store, position)
  JOIN work_order_line l ON l.id = n.from_id;

-- name: order_move_lines_link
INSERT INTO work_order_line_move (store_id, line_id, from_store_id, from_line_id)
SELECT :to_store_id, n.to_id, :from_store_id, n.from_id
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id);

-- What was still being estimated goes on as a draft, at its prices; here it is done with.
-- name: order_move_drafts_add
INSERT INTO estimate (id, store_id, number, work_order_id, customer_id, vehicle_id, valid_until, note, created_by, metadata, created_at, updated_at)
SELECT n.to_id, :to_store_id, n.number, :order_id, e.customer_id, e.vehicle_id, e.valid_until, e.note, e.created_by, e.metadata, e.created_at, :now
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[], :numbers::text[]) n (from_id, to_id, number)
  JOIN estimate e ON e.id = n.from_id;

-- name: order_move_options_add
INSERT INTO estimate_option (id, store_id, estimate_id, position, label, pros, cons, duration_minutes, finish_at, created_at)
SELECT n.to_id, :to_store_id, b.to_id, o.position, o.label, o.pros, o.cons, o.duration_minutes, o.finish_at, o.created_at
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN estimate_option o ON o.id = n.from_id
  JOIN unnest(:from_estimate_ids::uuid[], :to_estimate_ids::uuid[]) b (from_id, to_id) ON b.from_id = o.estimate_id;

-- name: order_move_offers_add
INSERT INTO estimate_line (id, store_id, estimate_id, option_id, position, kind, operation_id, part_id, concern_id, description, repair_category,
                           quantity, fixed_hours, price_source, price_list_id, package_id, package_revision, list_price, unit_price, amount,
                           payer, finding_id, revives_line_id, revives_elsewhere_store_id, revives_elsewhere_id, discount_limit_bp, created_at)
SELECT n.to_id, :to_store_id, b.to_id, o.to_id, l.position, l.kind, l.operation_id, l.part_id,
       (SELECT k.to_id FROM unnest(:from_concern_ids::uuid[], :to_concern_ids::uuid[]) k (from_id, to_id) WHERE k.from_id = l.concern_id),
       l.description, l.repair_category, l.quantity, l.fixed_hours, l.price_source, l.price_list_id, l.package_id, l.package_revision,
       l.list_price, l.unit_price, l.amount, l.payer,
       (SELECT k.to_id FROM unnest(:from_finding_ids::uuid[], :to_finding_ids::uuid[]) k (from_id, to_id) WHERE k.from_id = l.finding_id),
       CASE WHEN p.store_id = :to_store_id THEN p.id END, CASE WHEN p.store_id <> :to_store_id THEN p.store_id END,
       CASE WHEN p.store_id <> :to_store_id THEN p.id END, l.discount_limit_bp, l.created_at
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN estimate_line l ON l.id = n.from_id
  JOIN unnest(:from_estimate_ids::uuid[], :to_estimate_ids::uuid[]) b (from_id, to_id) ON b.from_id = l.estimate_id
  JOIN unnest(:from_option_ids::uuid[], :to_option_ids::uuid[]) o (from_id, to_id) ON o.from_id = l.option_id
 -- what it takes up; of the order itself that has come along
 CROSS JOIN LATERAL (
       SELECT coalesce(k.to_id, l.revives_line_id, l.revives_elsewhere_id) AS id,
              CASE WHEN k.to_id IS NOT NULL THEN :to_store_id WHEN l.revives_line_id IS NOT NULL THEN l.store_id
                   ELSE l.revives_elsewhere_store_id END AS store_id
         FROM (SELECT 1) one
         LEFT JOIN unnest(:from_line_ids::uuid[], :to_line_ids::uuid[]) k (from_id, to_id) ON k.from_id = l.revives_line_id) p;

-- name: order_move_drafts_out
UPDATE estimate SET status = 'superseded', version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = ANY (:from_ids::uuid[]);

-- Of a line, or (no line) of the order.
-- name: order_move_variances_add
INSERT INTO variance_reason (id, store_id, work_order_id, line_id, reason, note, actor_id, updated_at)
SELECT n.to_id, :to_store_id, :order_id,
       (SELECT b.to_id FROM unnest(:from_line_ids::uuid[], :to_line_ids::uuid[]) b (from_id, to_id) WHERE b.from_id = v.line_id),
       v.reason, v.note, v.actor_id, v.updated_at
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN variance_reason v ON v.id = n.from_id;

-- Who put it off or took it up again, when and how, stays with the line.
-- name: order_move_decisions_add
INSERT INTO line_decision (id, store_id, work_order_id, line_id, status, reason, reason_code, note, deferred_until, deferred_until_km,
                           method, by_name, by_phone, at, actor_id)
SELECT n.to_id, :to_store_id, :order_id, b.to_id, d.status, d.reason, d.reason_code, d.note, d.deferred_until, d.deferred_until_km,
       d.method, d.by_name, d.by_phone, d.at, d.actor_id
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN line_decision d ON d.id = n.from_id
  JOIN unnest(:from_line_ids::uuid[], :to_line_ids::uuid[]) b (from_id, to_id) ON b.from_id = d.line_id;

-- The same contents under the new subject: a file that belonged to neither came with something seen.
-- name: order_move_files_add
INSERT INTO file (id, store_id, sha256, media_type, size, name, subject_type, subject_id, created_by, created_at, deleted_at)
SELECT n.to_id, :to_store_id, f.sha256, f.media_type, f.size, f.name,
       CASE f.subject_id WHEN :id THEN 'work_order' ELSE 'reception' END,
       CASE f.subject_id WHEN :id THEN :order_id::uuid ELSE :reception_id::uuid END, f.created_by, f.created_at, f.deleted_at
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN file f ON f.id = n.from_id;

-- name: order_move_inspections_add
INSERT INTO inspection (id, store_id, number, reception_id, vehicle_id, template_id, status, fuel_percent, battery_percent, lamps, belongings,
                        note, customer_signature_file_id, technician_signature_file_id, submitted_by, submitted_at, signed_at, created_by,
                        metadata, created_at, updated_at)
SELECT n.to_id, :to_store_id, n.number, :reception_id, i.vehicle_id, i.template_id, i.status, i.fuel_percent, i.battery_percent, i.lamps,
       i.belongings, i.note,
       (SELECT b.to_id FROM unnest(:from_file_ids::uuid[], :to_file_ids::uuid[]) b (from_id, to_id) WHERE b.from_id = i.customer_signature_file_id),
       (SELECT b.to_id FROM unnest(:from_file_ids::uuid[], :to_file_ids::uuid[]) b (from_id, to_id) WHERE b.from_id = i.technician_signature_file_id),
       i.submitted_by, i.submitted_at, i.signed_at, i.created_by, i.metadata, i.created_at, :now
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[], :numbers::text[]) n (from_id, to_id, number)
  JOIN inspection i ON i.id = n.from_id;

-- name: order_move_findings_add
INSERT INTO inspection_finding (id, store_id, inspection_id, position, item_id, body_position, damage, severity, measured, note,
                                customer_text, risk_text, origin_id)
SELECT n.to_id, :to_store_id, b.to_id, f.position, f.item_id, f.body_position, f.damage, f.severity, f.measured, f.note,
       f.customer_text, f.risk_text, coalesce(f.origin_id, f.id)
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN inspection_finding f ON f.id = n.from_id
  JOIN unnest(:from_inspection_ids::uuid[], :to_inspection_ids::uuid[]) b (from_id, to_id) ON b.from_id = f.inspection_id;

-- name: order_move_finding_files_add
INSERT INTO inspection_finding_file (finding_id, file_id, store_id, position)
SELECT n.to_id, b.to_id, :to_store_id, p.position
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN inspection_finding_file p ON p.finding_id = n.from_id
  JOIN unnest(:from_file_ids::uuid[], :to_file_ids::uuid[]) b (from_id, to_id) ON b.from_id = p.file_id;

-- What was submitted is seen to where the vehicle is now.
-- name: order_move_inspections_out
UPDATE inspection SET moved_at = :now, changed = pg_current_xact_id() WHERE id = ANY (:from_ids::uuid[]) AND status <> 'draft' AND moved_at IS NULL;

-- name: order_move_diagnoses_add
INSERT INTO diagnosis (id, store_id, number, reception_id, vehicle_id, concern_id, status, complex, complaint, cause, correction, cause_code,
                       note, submitted_by, submitted_at, signed_by, signed_at, review_requested_at, agreed_by, agreed_at, editors, created_by, metadata,
                       created_at, updated_at)
SELECT n.to_id, :to_store_id, n.number, :reception_id, d.vehicle_id,
       (SELECT b.to_id FROM unnest(:from_concern_ids::uuid[], :to_concern_ids::uuid[]) b (from_id, to_id) WHERE b.from_id = d.concern_id),
       d.status, d.complex, d.complaint, d.cause, d.correction, d.cause_code, d.note, d.submitted_by, d.submitted_at, d.signed_by, d.signed_at,
       d.review_requested_at, d.agreed_by, d.agreed_at, d.editors, d.created_by, d.metadata, d.created_at, :now
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[], :numbers::text[]) n (from_id, to_id, number)
  JOIN diagnosis d ON d.id = n.from_id;

-- name: order_move_codes_add
INSERT INTO diagnosis_code (diagnosis_id, store_id, position, code, control_unit, state, description)
SELECT n.to_id, :to_store_id, c.position, c.code, c.control_unit, c.state, c.description
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN diagnosis_code c ON c.diagnosis_id = n.from_id;

-- name: order_move_reviews_add
INSERT INTO diagnosis_review (id, store_id, diagnosis_id, outcome, reviewer_id, reason, note, at)
SELECT n.to_id, :to_store_id, b.to_id, r.outcome, r.reviewer_id, r.reason, r.note, r.at
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN diagnosis_review r ON r.id = n.from_id
  JOIN unnest(:from_diagnosis_ids::uuid[], :to_diagnosis_ids::uuid[]) b (from_id, to_id) ON b.from_id = r.diagnosis_id;

-- name: order_move_answers_add
INSERT INTO line_check (id, store_id, line_id, code, done, value, choice, within, note, at, recorded_at, actor_id, attempt)
SELECT n.to_id, :to_store_id, b.to_id, c.code, c.done, c.value, c.choice, c.within, c.note, c.at, c.recorded_at, c.actor_id, c.attempt
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN line_check c ON c.id = n.from_id
  JOIN unnest(:from_line_ids::uuid[], :to_line_ids::uuid[]) b (from_id, to_id) ON b.from_id = c.line_id;

-- name: order_move_photos_add
INSERT INTO line_photo (store_id, line_id, code, file_id, at, recorded_at, actor_id, attempt)
SELECT :to_store_id, n.to_id, p.code, b.to_id, p.at, p.recorded_at, p.actor_id, p.attempt
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN line_photo p ON p.line_id = n.from_id
  JOIN unnest(:from_file_ids::uuid[], :to_file_ids::uuid[]) b (from_id, to_id) ON b.from_id = p.file_id;

-- name: order_move_add
INSERT INTO work_order_move (id, store_id, work_order_id, from_store_id, from_order_id, reason, note, actor_id, at)
VALUES (:move_id, :to_store_id, :order_id, :from_store_id, :id, :reason, :note, :actor_id, :now);

-- Of a store by work_order_move_list_idx, of the chain by the key: ids are made as the moves are.
-- name: work_order_move_list   page unnamed
SELECT m.id, m.store_id, m.work_order_id, w.number AS work_order_number, m.from_store_id, m.from_order_id, m.reason, m.note, m.actor_id, m.at,
       m.id AS _after_id
  FROM work_order_move m
  JOIN work_order w ON w.id = m.work_order_id
 WHERE (:scope_store::uuid IS NULL OR m.store_id = :scope_store)
   AND (:work_order_id::uuid IS NULL OR m.work_order_id = :work_order_id)
   AND (:after_id::uuid IS NULL OR m.id < :after_id)
 ORDER BY m.id DESC
 LIMIT :limit;

-- For `fettled verify`: what was moved is over where it was and names where it is, and every line of it is in one of the two.
-- name: verify_moves   unnamed
SELECT st.code AS store_code, w.number AS subject, d.what, d.expected, d.found
  FROM work_order_move m
  JOIN store st ON st.id = m.store_id
  JOIN work_order w ON w.id = m.work_order_id
  JOIN work_order o ON o.id = m.from_order_id
 CROSS JOIN LATERAL (VALUES
	('moved_from_id', o.id::text, coalesce(w.moved_from_id::text, 'none')),
	('order before it', 'cancelled', o.status),
	('moved_to_id of the order before it', w.id::text, coalesce(o.moved_to_id::text, 'none')),
	('vehicle', o.vehicle_id::text, w.vehicle_id::text)) d (what, expected, found)
 WHERE d.expected <> d.found
UNION ALL
SELECT st.code, w.number, 'line ' || l.position, d.expected, d.found
  FROM work_order_line_move m
  JOIN store st ON st.id = m.store_id
  JOIN work_order_line l ON l.id = m.line_id
  JOIN work_order w ON w.id = l.work_order_id
  JOIN work_order_line f ON f.id = m.from_line_id
 CROSS JOIN LATERAL (VALUES
	('withdrawn before it', f.status || ' before it'),
	(coalesce(f.operation_id, f.part_id)::text, coalesce(l.operation_id, l.part_id)::text),
	('of order ' || coalesce(w.moved_from_id::text, 'none'), 'of order ' || f.work_order_id::text)) d (expected, found)
 WHERE d.expected IS DISTINCT FROM d.found
UNION ALL
SELECT st.code, o.number, 'line ' || f.position, 'moved', f.status
  FROM work_order_move m
  JOIN work_order o ON o.id = m.from_order_id
  JOIN store st ON st.id = o.store_id
  JOIN work_order_line f ON f.work_order_id = o.id
 WHERE (f.status IN ('proposed', 'authorised')
        OR f.status = 'withdrawn' AND f.reason = 'moved' AND NOT EXISTS (SELECT FROM work_order_line_move n WHERE n.from_line_id = f.id))
UNION ALL
SELECT st.code, n.number, 'finding ' || f.position, 'moved', 'here alone'
  FROM inspection n
  JOIN inspection_finding f ON f.inspection_id = n.id
  JOIN store st ON st.id = n.store_id
 WHERE n.moved_at IS NOT NULL
   AND NOT EXISTS (SELECT FROM inspection_finding g WHERE g.origin_id = coalesce(f.origin_id, f.id) AND g.id > f.id)
 ORDER BY store_code, subject, what;
