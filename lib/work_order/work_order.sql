-- Work orders: the order itself, its promises, consents, stages and clock entries.

-- name: work_order_get
SELECT w.id, w.version, w.number, w.store_id, w.status, w.priority,
       CASE WHEN w.status IN ('opened', 'ready', 'dispatched') THEN 'waiting'
            WHEN w.status IN ('in_progress', 'paused') THEN 'repairing'
            WHEN w.status = 'awaiting_qc' THEN 'checking'
            WHEN w.status <> 'cancelled' THEN 'done' END AS customer_status,
       w.reception_id, w.customer_id,
       c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       w.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       w.promised_at, w.first_promised_at, w.last_contact_at, w.fault_class, w.repair_due_at, w.service_class, w.old_parts, w.bay_id, w.advisor_id, w.odometer_in_km, w.odometer_out_km,
       w.paid, w.reason, w.opened_at, w.started_at, w.finished_at, w.completed_at, w.washed_at, w.settled_at, w.delivered_at,
       w.closed_at, w.cancelled_at, w.created_at, w.updated_at,
       'CNY' AS currency, w.note, coalesce(w.required_qc_levels, '{final}') AS required_qc_levels, w.certificate_number,
       w.explained, w.belongings_returned, w.washed, w.next_service_on, w.next_service_km,
       (SELECT a.arrived_at FROM parts_awaited(w.store_id, w.id, w.customer_id) a WHERE NOT a.waiting) AS parts_arrived_at,
       pc.expected_on AS parts_expected_on, pc.late AND w.completed_at IS NULL AS parts_late,
       w.signature_file_id, w.moved_from_id, w.moved_to_id, w.external_ids, w.metadata
  FROM work_order w
  LEFT JOIN customer c ON c.id = w.customer_id
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
 CROSS JOIN LATERAL parts_coming(w.store_id, w.id, w.promised_at) pc
 WHERE w.id = ANY (:ids) AND w.deleted_at IS NULL;

-- name: work_order_lines
SELECT l.work_order_id AS _parent, l.id, l.position, l.kind, l.operation_id, l.part_id, l.concern_id, l.description,
       l.repair_category, l.quantity, CASE WHEN l.kind = 'labour' THEN coalesce(l.fixed_hours, l.quantity) END AS hours,
       l.price_source, l.price_list_id, l.package_id, l.package_revision, l.approval_id, l.list_price, l.unit_price, l.amount, l.payer, l.status, l.work_status, l.supply,
       CASE WHEN l.supply = 'short' THEN (SELECT max(x.promised_on) FROM demand x WHERE x.work_order_line_id = l.id AND x.status = 'on_order') END AS part_expected_on,
       l.issued_quantity, l.returned_quantity, l.technician_id, l.reason, l.reason_code, l.deferred_until, l.deferred_until_km, l.note, l.rework_count, l.authorisation_id,
       l.estimate_line_id, l.revives_line_id, coalesce(l.passed_levels, '{}') AS passed_levels, l.finding_id,
       l.service_class, line_technicians(l.id, l.technician_id, l.share_bp) AS technicians,
       l.created_at, l.updated_at
  FROM work_order_line l
 WHERE l.work_order_id = ANY (:ids)
 ORDER BY l.work_order_id, l.position;

-- name: work_order_list   page unnamed
-- sort: -opened_at   w.opened_at::timestamptz AS at, w.id::uuid AS id
-- sort: opened_at   w.opened_at::timestamptz AS at, w.id::uuid AS id
-- An order without a promise stands as if promised for ever after.
-- sort: promised_at   coalesce(w.promised_at, 'infinity')::timestamptz AS at, w.id::uuid AS id
-- sort: -promised_at   coalesce(w.promised_at, 'infinity')::timestamptz AS at, w.id::uuid AS id
SELECT w.id, w.version, w.number, w.store_id, w.status, w.priority,
       CASE WHEN w.status IN ('opened', 'ready', 'dispatched') THEN 'waiting'
            WHEN w.status IN ('in_progress', 'paused') THEN 'repairing'
            WHEN w.status = 'awaiting_qc' THEN 'checking'
            WHEN w.status <> 'cancelled' THEN 'done' END AS customer_status,
       w.reception_id, w.customer_id,
       c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       w.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       w.promised_at, w.first_promised_at, w.last_contact_at, w.fault_class, w.repair_due_at, w.service_class, w.old_parts, w.bay_id, w.advisor_id, w.odometer_in_km, w.odometer_out_km,
       w.paid, w.reason, w.opened_at, w.started_at, w.finished_at, w.completed_at, w.washed_at, w.settled_at, w.delivered_at,
       w.closed_at, w.cancelled_at, w.created_at, w.updated_at,
       {keys}
  FROM work_order w
  LEFT JOIN customer c ON c.id = w.customer_id
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
 WHERE w.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR w.store_id = :scope_store)
   AND (:status::text[] IS NULL OR w.status = ANY (:status))
   -- what is overdue is open: work_order_open_idx and work_order_status_idx know what is
   AND (:overdue::boolean IS NOT TRUE
        OR w.promised_at < :now AND w.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc'))
   AND (:overdue IS NOT FALSE
        OR (w.promised_at < :now AND w.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc')) IS NOT TRUE)
   AND (:parts_arrived::boolean IS NOT TRUE OR w.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc'))
   AND (:parts_arrived IS NULL
        OR :parts_arrived = EXISTS (SELECT FROM parts_awaited(w.store_id, w.id, w.customer_id) a WHERE a.arrived_at IS NOT NULL AND NOT a.waiting))
   AND (:parts_late::boolean IS NOT TRUE OR w.status IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused', 'awaiting_qc'))
   AND (:parts_late IS NULL OR :parts_late = (SELECT a.late FROM parts_coming(w.store_id, w.id, w.promised_at) a))
   AND (:number::text IS NULL OR w.number = :number)
   AND (:plate::text IS NULL OR v.plate = :plate)
   AND (:vehicle_id::uuid IS NULL OR w.vehicle_id = :vehicle_id)
   AND (:customer_id::uuid IS NULL OR w.customer_id = :customer_id)
   AND (:reception_id::uuid IS NULL OR w.reception_id = :reception_id)
   -- from the last that they had a line of on: of who has left it is far back
   AND (:technician_id::uuid IS NULL
        OR w.opened_at <= greatest((SELECT max(l.created_at) FROM work_order_line l WHERE l.technician_id = :technician_id),
                                   (SELECT max(l.created_at) FROM work_order_line_helper h JOIN work_order_line l ON l.id = h.line_id
                                     WHERE h.technician_id = :technician_id))
           AND EXISTS (SELECT FROM work_order_line l
                        WHERE l.work_order_id = w.id
                          AND (l.technician_id = :technician_id
                               OR EXISTS (SELECT FROM work_order_line_helper h WHERE h.line_id = l.id AND h.technician_id = :technician_id))))
   AND (:service_class::text[] IS NULL OR w.service_class = ANY (:service_class))
   AND (:priority::text[] IS NULL OR w.priority = ANY (:priority))
   AND (:created_from::timestamptz IS NULL OR w.opened_at >= :created_from)
   AND (:created_to::timestamptz IS NULL OR w.opened_at < :created_to)
   AND (:updated_after::timestamptz IS NULL OR w.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (w.changed >= :after_position::text::xid8 AND w.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: work_order_visible
SELECT w.id FROM work_order w WHERE w.id = :id AND w.deleted_at IS NULL;

-- name: work_order_lock
SELECT w.id, w.version, w.store_id, w.customer_id, w.vehicle_id, w.reception_id, w.status, w.paid, w.odometer_in_km
  FROM work_order w
 WHERE w.id = :id AND w.deleted_at IS NULL
   FOR NO KEY UPDATE;

-- name: work_order_lock_by_line
SELECT w.id, w.version, w.store_id, w.customer_id, w.vehicle_id, w.reception_id, w.status, w.paid, w.odometer_in_km
  FROM work_order w
 WHERE w.id = (SELECT l.work_order_id FROM work_order_line l WHERE l.id = :line_id) AND w.deleted_at IS NULL
   FOR NO KEY UPDATE;

-- name: work_order_lock_by_check
SELECT w.id, w.version, w.store_id, w.customer_id, w.vehicle_id, w.reception_id, w.status, w.paid, w.odometer_in_km
  FROM work_order w
 WHERE w.id = (SELECT q.work_order_id FROM quality_check q WHERE q.id = :check_id) AND w.deleted_at IS NULL
   FOR NO KEY UPDATE;

-- (A job that was held up knows an earlier moment than some of them: the next one closes those.)
-- name: work_order_lock_to_close
SELECT w.id, w.version, w.store_id, w.customer_id, w.vehicle_id, w.reception_id, w.status, w.paid, w.odometer_in_km
  FROM work_order w
 WHERE w.status = 'delivered' AND w.paid AND w.closed_at IS NULL AND w.deleted_at IS NULL AND w.delivered_at <= :now
 ORDER BY w.id
 LIMIT 100
   FOR NO KEY UPDATE SKIP LOCKED;

-- What an order takes from its reception, the store's rules, and what its new lines refer to: one row for each
-- line (one without, when there are none).  The reception may not end meanwhile.
-- name: work_order_facts
WITH r AS MATERIALIZED (
	SELECT r.id, r.store_id, r.customer_id, r.vehicle_id, r.status, r.odometer_km, r.old_parts, r.arrived_at,
	       s.store_class, (:now::timestamptz AT TIME ZONE s.time_zone)::date AS day,
	       CASE WHEN :numbered THEN document_number_next(r.store_id, 'WO', :now) END AS number
	  FROM reception r
	  JOIN store s ON s.id = r.store_id
	 WHERE r.id = :reception_id AND r.deleted_at IS NULL
	   FOR SHARE OF r
)
SELECT r.store_id, r.customer_id, r.vehicle_id, r.status, r.odometer_km, r.old_parts, r.number, p.discount_limit_bp,
       r.arrived_at, p.simple_repair_hours, p.complex_repair_hours,
       e.last_position, coalesce(g.gross, 0) AS gross, coalesce(g.discounts, 0) AS discounts,
       o.name AS operation_name, o.standard_hours, o.unit_price AS operation_price, o.repair_category,
       a.name AS part_name, a.sale_price AS part_price, x.price_list_id, x.price AS listed_price, x.basis AS price_basis,
       CASE WHEN w.part_id IS NOT NULL AND x.price IS NULL AND EXISTS (SELECT FROM markup_matrix)
            THEN markup_price(r.store_id, r.store_class, w.part_id) END AS markup_price,
       n.id AS concern_id,
       EXISTS (SELECT FROM comeback k WHERE k.work_order_id = :id AND k.delivered_at IS NULL AND k.cancelled_at IS NULL) AS comes_back,
       (SELECT l.id
          FROM work_order_line l
          JOIN work_order b ON b.id = l.work_order_id
         WHERE l.id = w.revives_line_id AND l.status IN ('declined', 'deferred')
           AND b.vehicle_id = r.vehicle_id AND b.store_id = r.store_id) AS revives_line_id,
       (SELECT f.id
          FROM inspection_finding f
          JOIN inspection i ON i.id = f.inspection_id
         WHERE f.id = w.finding_id AND i.status <> 'draft'
           AND i.vehicle_id = r.vehicle_id AND i.store_id = r.store_id) AS finding_id
  FROM r
  JOIN store_policy p ON p.store_id = r.store_id
 CROSS JOIN (SELECT coalesce(max(l.position), 0) AS last_position FROM work_order_line l WHERE l.work_order_id = :id) e
  LEFT JOIN unnest(:operation_ids::uuid[], :part_ids::uuid[], :concern_ids::uuid[], :revives_line_ids::uuid[],
                   :finding_ids::uuid[], :payers::text[])
            WITH ORDINALITY w (operation_id, part_id, concern_id, revives_line_id, finding_id, payer, position) ON true
  -- what the order has of whoever pays for the line
  LEFT JOIN (SELECT l.payer, (sum(l.amount) FILTER (WHERE l.kind <> 'discount'))::bigint AS gross,
                    (sum(l.amount) FILTER (WHERE l.kind = 'discount'))::bigint AS discounts
               FROM work_order_line l
              WHERE l.work_order_id = :id AND l.status IN ('proposed', 'authorised')
              GROUP BY l.payer) g ON g.payer = w.payer
  -- what is done again may be sold no more
  LEFT JOIN operation o ON o.id = w.operation_id AND (:again OR o.active AND o.deleted_at IS NULL)
  LEFT JOIN part a ON a.id = w.part_id AND (:again OR a.active AND a.deleted_at IS NULL)
  LEFT JOIN reception_concern n ON n.id = w.concern_id AND n.reception_id = r.id
  -- of the store's own class before that of no class
  LEFT JOIN LATERAL (SELECT i.price_list_id, i.price, i.basis
                       FROM listed_price i
                       JOIN price_list p ON p.id = i.price_list_id
                      WHERE i.subject_id = coalesce(w.operation_id, w.part_id) AND p.store_class IN ('', r.store_class)
                        AND p.valid_from <= r.day AND coalesce(p.valid_to, 'infinity') >= r.day AND p.deleted_at IS NULL
                      ORDER BY p.store_class DESC
                      LIMIT 1) x ON true
 ORDER BY w.position;

-- name: work_order_add
INSERT INTO work_order (id, store_id, number, reception_id, customer_id, vehicle_id, status, promised_at, first_promised_at,
                        old_parts, advisor_id, odometer_in_km, fault_class, repair_due_at, service_class, priority, note, opened_at, external_ids, metadata,
                        created_at, updated_at)
VALUES (:order_id, :store_id, :number, :reception_id, :customer_id, :vehicle_id, :status, :promised_at, :promised_at,
        coalesce(:old_parts, :reception_old_parts), :actor_id, :odometer_km, coalesce(:fault_class, 'simple'), :repair_due_at, :service_class,
        (SELECT r.priority FROM reception r WHERE r.id = :reception_id), :note, :now,
        coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now);

-- name: work_order_move   rows: 1
UPDATE work_order
   SET status = :status,
       reason = :reason,
       started_at = CASE WHEN :status = 'in_progress' THEN coalesce(started_at, greatest(opened_at, :happened_at)) ELSE started_at END,
       finished_at = CASE :status WHEN 'awaiting_qc' THEN :now WHEN 'in_progress' THEN NULL ELSE finished_at END,
       completed_at = CASE WHEN :status = 'completed' THEN coalesce(completed_at, :now) ELSE completed_at END,
       settled_at = CASE :status WHEN 'settled' THEN :now WHEN 'completed' THEN NULL ELSE settled_at END,
       delivered_at = CASE WHEN :status = 'delivered' THEN :now ELSE delivered_at END,
       closed_at = CASE WHEN :status = 'closed' THEN :now ELSE closed_at END,
       cancelled_at = CASE WHEN :status = 'cancelled' THEN :now ELSE cancelled_at END,
       required_qc_levels = CASE WHEN :status IN ('in_progress', 'awaiting_qc') THEN required_qc_levels(id) ELSE required_qc_levels END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: work_order_touch   rows: 1
UPDATE work_order SET version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :id;

-- name: work_order_update   rows: 1
UPDATE work_order
   SET note = CASE WHEN :has_note THEN :note ELSE note END,
       old_parts = CASE WHEN :has_old_parts THEN :old_parts ELSE old_parts END,
       service_class = CASE WHEN :has_service_class THEN :service_class ELSE service_class END,
       priority = CASE WHEN :has_priority THEN :priority ELSE priority END,
       fault_class = CASE WHEN :has_fault_class THEN :fault_class ELSE fault_class END,
       repair_due_at = CASE WHEN :has_fault_class
                            THEN (SELECT r.arrived_at + make_interval(hours => CASE :fault_class WHEN 'complex' THEN p.complex_repair_hours ELSE p.simple_repair_hours END)
                                    FROM reception r JOIN store_policy p ON p.store_id = r.store_id
                                   WHERE r.id = work_order.reception_id)
                            ELSE repair_due_at END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: work_order_set_paid   rows: 1
UPDATE work_order
   SET paid = :paid, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: work_order_certify   rows: 1
UPDATE work_order SET certificate_number = :number, changed = pg_current_xact_id() WHERE id = :id;

-- name: work_order_bay
SELECT b.code, b.active FROM bay b
 WHERE b.id = :bay_id AND b.store_id = :store_id AND b.deleted_at IS NULL
   FOR SHARE;

-- name: work_order_set_bay
UPDATE work_order SET bay_id = :bay_id, changed = pg_current_xact_id() WHERE id = :id;

-- Where it is to be worked on; a car that stands on a bay is on that one.
-- name: work_order_plan_bay
UPDATE work_order
   SET bay_id = coalesce((SELECT o.bay_id FROM bay_occupancy o WHERE o.work_order_id = work_order.id AND o.ends_at = 'infinity'), :bay_id),
       changed = pg_current_xact_id()
 WHERE id = :id;

-- A promise does not change the order's version: people make them beside other work on it.
-- name: work_order_set_promise
UPDATE work_order
   SET promised_at = :promised_at, first_promised_at = coalesce(first_promised_at, :promised_at),
       last_contact_at = CASE WHEN :told_method::text IS NULL THEN last_contact_at
                              ELSE greatest(last_contact_at, coalesce(:told_at::timestamptz, :happened_at)) END,
       updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: work_order_set_delivery
UPDATE work_order
   SET odometer_out_km = coalesce(:odometer_out_km, odometer_out_km), old_parts = :old_parts, explained = :explained,
       belongings_returned = :belongings_returned, washed = :washed, next_service_on = :next_service.date,
       next_service_km = :next_service.odometer_km, signature_file_id = :signature_file_id,
       changed = pg_current_xact_id()
 WHERE id = :id;

-- name: work_order_stages_add
INSERT INTO work_order_stage (id, store_id, work_order_id, status, reason, note, at, recorded_at, actor_id)
SELECT s.id, :store_id, :id, s.status, :reason, :note, :happened_at, :now, :actor_id
  FROM unnest(:stage_ids::uuid[], :statuses::text[]) s (id, status);

-- name: work_order_promise_add
INSERT INTO work_order_promise (id, store_id, work_order_id, promised_at, reason, reason_code, told_method, told_at, at, actor_id)
VALUES (:promise_id, :store_id, :id, :promised_at, :reason, :reason_code, :told_method,
        CASE WHEN :told_method::text IS NOT NULL THEN coalesce(:told_at::timestamptz, :happened_at) END, :happened_at, :actor_id);

-- name: authorisation_add
INSERT INTO authorisation (id, store_id, work_order_id, method, by_name, by_phone, amount, amount_limit, at, actor_id)
VALUES (:authorisation_id, :store_id, :id, :method, :by_name, :by_phone, :amount, :amount_limit, :now, :actor_id);

-- What follows from a delivery: promises kept, hours, who to ask.
-- name: work_order_delivery_data
SELECT jsonb_build_object(
           'customer_id', w.customer_id, 'vehicle_id', w.vehicle_id, 'advisor_id', w.advisor_id,
           'opened_at', w.opened_at, 'started_at', w.started_at, 'finished_at', w.finished_at,
           'completed_at', w.completed_at, 'settled_at', w.settled_at, 'delivered_at', :now::timestamptz,
           'promised_at', w.promised_at, 'first_promised_at', w.first_promised_at,
           'rework', coalesce((SELECT sum(l.rework_count) FROM work_order_line l WHERE l.work_order_id = w.id), 0),
           'amount', coalesce((SELECT sum(CASE WHEN l.kind = 'discount' THEN -l.amount ELSE billed_amount(l) END)
                                 FROM work_order_line l
                                WHERE l.work_order_id = w.id AND l.status = 'authorised'), 0)) AS data
  FROM work_order w
 WHERE w.id = :id;

-- name: work_order_promise_list   page unnamed
SELECT p.id, p.promised_at, p.reason, p.reason_code, p.told_method, p.told_at, p.at, p.actor_id, p.at AS _after_at, p.id AS _after_id
  FROM work_order_promise p
 WHERE p.work_order_id = :id
   AND (:after_at::timestamptz IS NULL OR (p.at, p.id) > (:after_at, :after_id::uuid))
 ORDER BY p.at, p.id
 LIMIT :limit;

-- name: work_order_stage_list   page unnamed
SELECT s.id, s.status, s.reason, s.note, s.at, s.recorded_at, s.actor_id, s.at AS _after_at, s.id AS _after_id
  FROM work_order_stage s
 WHERE s.work_order_id = :id
   AND (:after_at::timestamptz IS NULL OR (s.at, s.id) > (:after_at, :after_id::uuid))
 ORDER BY s.at, s.id
 LIMIT :limit;

-- name: authorisation_list   page unnamed
SELECT a.id, a.method, a.by_name, mask_phone(a.by_phone) AS by_phone, a.amount, a.amount_limit, a.at, a.actor_id,
       a.at AS _after_at, a.id AS _after_id
  FROM authorisation a
 WHERE a.work_order_id = :id
   AND (:after_at::timestamptz IS NULL OR (a.at, a.id) > (:after_at, :after_id::uuid))
 ORDER BY a.at, a.id
 LIMIT :limit;

-- name: clock_entry_list   page unnamed
SELECT e.id, e.version, e.line_id, e.technician_id, e.started_at, e.ended_at, e.reason, e.note, e.recorded_at,
       e.started_at AS _after_at, e.id AS _after_id
  FROM work_order_line l
  JOIN clock_entry e ON e.line_id = l.id AND e.voided_at IS NULL
 WHERE l.work_order_id = :id
   AND (:after_at::timestamptz IS NULL OR (e.started_at, e.id) > (:after_at, :after_id::uuid))
 ORDER BY e.started_at, e.id
 LIMIT :limit;

-- name: work_order_history   page unnamed
SELECT h.id, h.kind, h.at, h.actor_id, h.text, h.line_id, h.method, h.by_name, h.reason, h.note, h.at AS _after_at, h.id AS _after_id
  FROM (SELECT s.id, 'stage' AS kind, s.at, s.actor_id, s.status AS text, NULL::uuid AS line_id, NULL AS method, NULL AS by_name, s.reason, s.note
          FROM work_order_stage s WHERE s.work_order_id = :id
         UNION ALL
        SELECT a.id, 'authorisation', a.at, a.actor_id, a.method, NULL, a.method, a.by_name, NULL, NULL
          FROM authorisation a WHERE a.work_order_id = :id
         UNION ALL
        SELECT d.id, 'authorisation', d.at, d.actor_id, d.status, d.line_id, d.method, d.by_name, d.reason, d.note
          FROM line_decision d WHERE d.work_order_id = :id
         UNION ALL
        SELECT p.id, 'promise', p.at, p.actor_id,
               to_char(p.promised_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), NULL, NULL, NULL, p.reason, NULL
          FROM work_order_promise p WHERE p.work_order_id = :id
         UNION ALL
        SELECT q.id, 'quality_check', coalesce(q.decided_at, q.created_at), q.inspector_id, q.level || ' ' || q.status, NULL, NULL, NULL, NULL, q.note
          FROM quality_check q WHERE q.work_order_id = :id
         UNION ALL
        -- the cause of a comeback that was told otherwise before
        SELECT n.id, 'quality_check', n.classified_at, n.classified_by, 'comeback ' || n.cause, k.line_id, NULL, NULL, b.cause, n.note
          FROM comeback k
          JOIN comeback_classification n ON n.comeback_id = k.id
         CROSS JOIN LATERAL (SELECT o.cause FROM comeback_classification o WHERE o.comeback_id = k.id AND o.id < n.id ORDER BY o.id DESC LIMIT 1) b
         WHERE k.work_order_id = :id AND b.cause <> n.cause) h
 WHERE (:after_at::timestamptz IS NULL OR (h.at, h.id) > (:after_at, :after_id::uuid))
 ORDER BY h.at, h.id
 LIMIT :limit;
