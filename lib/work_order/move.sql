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
                      OR l.kind = 'sublet' AND EXISTS (SELECT FROM sublet s WHERE s.line_id = l.id AND s.status IN ('returned', 'billed'))) AS done,
       string_agg(l.position::text, ', ' ORDER BY l.position) FILTER (WHERE l.issued_quantity > l.returned_quantity) AS issued,
       coalesce(bool_or(l.kind = 'sublet' AND EXISTS (SELECT FROM sublet s WHERE s.line_id = l.id AND s.status IN ('planned', 'sent'))),
                false) AS sublet_out,
       coalesce(bool_or(l.status IN ('proposed', 'deferred') AND (SELECT a.status FROM approval a WHERE a.id = l.approval_id) <> 'approved'),
                false) AS unapproved,
       (SELECT string_agg(e.number, ', ' ORDER BY e.number) FROM estimate e
         WHERE e.work_order_id = :id AND e.status = 'sent' AND e.deleted_at IS NULL) AS estimates,
       (SELECT string_agg(coalesce(s.number, s.id::text), ', ' ORDER BY s.id) FROM settlement s
         WHERE s.work_order_id = :id AND s.status <> 'void' AND s.deleted_at IS NULL) AS bills
  FROM work_order_line l
 WHERE l.work_order_id = :id;

-- name: order_move_lines
SELECT l.id, l.kind, l.part_id, l.quantity, l.status
  FROM work_order_line l
 WHERE l.work_order_id = :id AND l.status IN ('proposed', 'authorised', 'deferred')
 ORDER BY l.position;

-- What comes along with them, each to be written anew, in the order it came.
-- name: order_move_baggage
SELECT b.kind, b.id
  FROM (SELECT 'concern' AS kind, k.id, k.position
          FROM reception_concern k
         WHERE k.reception_id = :reception_id
         UNION ALL
        SELECT 'promise', p.id, 0
          FROM work_order_promise p
         WHERE p.work_order_id = :id
         UNION ALL
        SELECT DISTINCT 'authorisation', l.authorisation_id, 0
          FROM work_order_line l
         WHERE l.work_order_id = :id AND l.status = 'authorised' AND l.authorisation_id IS NOT NULL) b
 ORDER BY b.kind, b.position, b.id;

-- name: order_move_lines_out
UPDATE work_order_line
   SET status = 'withdrawn', reason = 'moved', work_status = 'none', supply = 'none', updated_at = :now, changed = pg_current_xact_id()
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
INSERT INTO reception (id, store_id, number, customer_id, vehicle_id, status, contact_name, contact_phone, odometer_km, old_parts, note,
                       arrived_at, handed_over_at, created_by, created_at, updated_at)
SELECT :reception_id, :to_store_id, :number, w.customer_id, w.vehicle_id, 'handed_over', r.contact_name, r.contact_phone, r.odometer_km,
       r.old_parts, r.note, :now, :now, :actor_id, :now, :now
  FROM work_order w
  JOIN reception r ON r.id = w.reception_id
 WHERE w.id = :id;

-- name: order_move_concerns_add
INSERT INTO reception_concern (id, store_id, reception_id, position, text)
SELECT n.to_id, :to_store_id, :reception_id, k.position, k.text
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN reception_concern k ON k.id = n.from_id;

-- The limit for the repair counts from the first arrival, wherever that was.
-- name: order_move_order_add   rows: 1
INSERT INTO work_order (id, store_id, number, reception_id, customer_id, vehicle_id, status, promised_at, first_promised_at, last_contact_at,
                        old_parts, advisor_id, odometer_in_km, fault_class, repair_due_at, service_class, note, metadata, moved_from_id,
                        opened_at, created_at, updated_at)
SELECT :order_id, :to_store_id, :number, :reception_id, w.customer_id, w.vehicle_id, :status, w.promised_at, w.first_promised_at,
       (SELECT max(p.told_at) FROM work_order_promise p WHERE p.work_order_id = w.id), w.old_parts, :advisor_id, w.odometer_in_km,
       w.fault_class, w.repair_due_at, w.service_class, w.note, w.metadata, w.id, :now, :now, :now
  FROM work_order w
 WHERE w.id = :id;

-- name: order_move_promises_add
INSERT INTO work_order_promise (id, store_id, work_order_id, promised_at, reason, reason_code, told_method, told_at, at, actor_id)
SELECT n.to_id, :to_store_id, :order_id, p.promised_at, p.reason, p.reason_code, p.told_method, p.told_at, p.at, p.actor_id
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN work_order_promise p ON p.id = n.from_id;

-- What the customer has agreed to stays agreed, by whom and how.
-- name: order_move_authorisations_add
INSERT INTO authorisation (id, store_id, work_order_id, method, by_name, by_phone, amount, amount_limit, at, actor_id)
SELECT n.to_id, :to_store_id, :order_id, a.method, a.by_name, a.by_phone, a.amount, a.amount_limit, a.at, a.actor_id
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id)
  JOIN authorisation a ON a.id = n.from_id;

-- At the prices that were agreed; what belongs to the old store alone (approval, estimate, finding) is found through the old line.
-- name: order_move_lines_add
INSERT INTO work_order_line (id, store_id, work_order_id, position, kind, operation_id, part_id, concern_id, description, repair_category,
                             quantity, fixed_hours, price_source, price_list_id, package_id, package_revision, list_price, unit_price, amount,
                             payer, status, supply, reason, note, authorisation_id, service_class, requirement_revision, created_at, updated_at)
SELECT n.to_id, :to_store_id, :order_id, n.position, l.kind, l.operation_id, l.part_id,
       (SELECT b.to_id FROM unnest(:from_concern_ids::uuid[], :to_concern_ids::uuid[]) b (from_id, to_id) WHERE b.from_id = l.concern_id),
       l.description, l.repair_category, l.quantity, l.fixed_hours, l.price_source, l.price_list_id, l.package_id, l.package_revision,
       l.list_price, l.unit_price, l.amount, l.payer, n.status, n.supply, CASE WHEN n.status = 'deferred' THEN l.reason END, l.note,
       (SELECT b.to_id FROM unnest(:from_authorisation_ids::uuid[], :to_authorisation_ids::uuid[]) b (from_id, to_id)
         WHERE b.from_id = l.authorisation_id),
       l.service_class, l.requirement_revision, :now, :now
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[], :statuses::text[], :supplies::text[])
       WITH ORDINALITY n (from_id, to_id, status, supply, position)
  JOIN work_order_line l ON l.id = n.from_id;

-- name: order_move_lines_link
INSERT INTO work_order_line_move (store_id, line_id, from_store_id, from_line_id)
SELECT :to_store_id, n.to_id, :from_store_id, n.from_id
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[]) n (from_id, to_id);

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
 WHERE (f.status IN ('proposed', 'authorised', 'deferred')
        OR f.status = 'withdrawn' AND f.reason = 'moved' AND NOT EXISTS (SELECT FROM work_order_line_move n WHERE n.from_line_id = f.id))
 ORDER BY store_code, subject, what;
