-- For `fettled verify`: what tables say of each other, beyond the books of one module.

-- Every number that a counter has given is on one document, and on no other.

-- name: verify_numbers   unnamed
SELECT st.code AS store_code, coalesce(n.kind, c.kind) || '-' || coalesce(n.period, c.period) AS subject, d.what, d.expected, d.found
  FROM (SELECT o.store_id, o.parts[1] AS kind, o.parts[2] AS period, count(*) AS given,
               count(DISTINCT o.parts[3]::bigint) AS different, max(o.parts[3]::bigint) AS last
          FROM (SELECT a.store_id, regexp_match(a.number, '-([A-Z]+)-([0-9]+)-([0-9]+)$') AS parts
                  FROM (SELECT store_id, number FROM appointment
                        UNION ALL SELECT store_id, number FROM reception
                        UNION ALL SELECT store_id, number FROM inspection
                        UNION ALL SELECT store_id, number FROM diagnosis
                        UNION ALL SELECT store_id, number FROM agreement
                        UNION ALL SELECT store_id, number FROM work_order
                        UNION ALL SELECT store_id, number FROM stock_document
                        UNION ALL SELECT store_id, number FROM transfer
                        UNION ALL SELECT store_id, number FROM stocktake
                        UNION ALL SELECT store_id, number FROM purchase_order
                        UNION ALL SELECT store_id, number FROM sales_order
                        UNION ALL SELECT store_id, number FROM deposit
                        UNION ALL SELECT store_id, number FROM settlement WHERE number IS NOT NULL
                        UNION ALL SELECT store_id, number FROM payment
                        UNION ALL SELECT store_id, number FROM estimate WHERE revision = 1
                        UNION ALL SELECT store_id, number FROM incident
                        UNION ALL SELECT store_id, number FROM rescue
                        UNION ALL SELECT store_id, certificate_number FROM work_order WHERE certificate_number IS NOT NULL
                        UNION ALL SELECT store_id, number FROM complaint) a) o
         WHERE o.parts IS NOT NULL
         GROUP BY o.store_id, o.parts[1], o.parts[2]) n
  FULL JOIN document_counter c ON c.store_id = n.store_id AND c.kind = n.kind AND c.period = n.period
  JOIN store st ON st.id = coalesce(n.store_id, c.store_id)
 CROSS JOIN LATERAL (VALUES ('numbers', coalesce(c.last, 0), coalesce(n.given, 0)),
                            ('different numbers', coalesce(n.given, 0), coalesce(n.different, 0)),
                            ('last number', coalesce(c.last, 0), coalesce(n.last, 0))) d (what, expected, found)
 WHERE d.expected <> d.found
 ORDER BY store_code, subject, d.what;

-- What a state says has happened has a date, what it says has not has none, and dates follow each other.

-- name: verify_dates   unnamed
WITH fact AS (
	SELECT w.store_id, w.number AS subject, f.what, f.expected, f.dated
	  FROM work_order w
	 CROSS JOIN LATERAL (VALUES
		('started_at', true, w.status IN ('opened', 'ready', 'dispatched', 'cancelled') OR w.started_at IS NOT NULL),
		('finished_at', true, w.status NOT IN ('awaiting_qc', 'completed', 'settled', 'delivered', 'closed') OR w.finished_at IS NOT NULL),
		('completed_at', true, w.status NOT IN ('completed', 'settled', 'delivered', 'closed') OR w.completed_at IS NOT NULL),
		('settled_at', w.status IN ('settled', 'delivered', 'closed'), w.settled_at IS NOT NULL),
		('delivered_at', w.status IN ('delivered', 'closed'), w.delivered_at IS NOT NULL),
		('closed_at', w.status = 'closed', w.closed_at IS NOT NULL),
		('cancelled_at', w.status = 'cancelled', w.cancelled_at IS NOT NULL)) f (what, expected, dated)
	UNION ALL
	SELECT a.store_id, a.number, f.what, f.expected, f.dated
	  FROM appointment a
	 CROSS JOIN LATERAL (VALUES
		('arrived_at', a.status IN ('arrived', 'converted') OR a.left_at IS NOT NULL, a.arrived_at IS NOT NULL),
		('cancelled', a.left_at IS NOT NULL, a.status = 'cancelled' AND a.left_at IS NOT NULL),
		('no_show_at', true, a.status <> 'no_show' OR a.no_show_at IS NOT NULL),
		('reception_id', a.status = 'converted', a.reception_id IS NOT NULL)) f (what, expected, dated)
	UNION ALL
	SELECT r.store_id, r.number, f.what, f.expected, f.dated
	  FROM reception r
	 CROSS JOIN LATERAL (VALUES
		('greeted_at', true, r.status IN ('waiting', 'left_without_service') OR r.greeted_at IS NOT NULL
		                     OR EXISTS (SELECT FROM work_order w WHERE w.reception_id = r.id AND w.moved_from_id IS NOT NULL)),
		('checking_at', true, r.status <> 'checking' OR r.checking_at IS NOT NULL),
		('handed_over_at', r.status = 'handed_over', r.handed_over_at IS NOT NULL),
		('left_at', r.status = 'left_without_service', r.left_at IS NOT NULL),
		('departed_at', true, r.departed_at IS NOT NULL
		                      OR r.status <> 'left_without_service'
		                         AND NOT coalesce((SELECT bool_and(w.status IN ('delivered', 'closed', 'cancelled')) AND bool_or(w.delivered_at IS NOT NULL)
		                                             FROM work_order w WHERE w.reception_id = r.id AND w.deleted_at IS NULL), false))) f (what, expected, dated)
	UNION ALL
	SELECT d.store_id, d.number, 'posted_at', d.status IN ('posted', 'reversed'), d.posted_at IS NOT NULL
	  FROM stock_document d
	UNION ALL
	SELECT s.store_id, coalesce(s.number, s.id::text), 'issued_at', s.number IS NOT NULL, s.issued_at IS NOT NULL
	  FROM settlement s
	UNION ALL
	SELECT c.store_id, c.number, 'closed_at', c.status IN ('closed', 'archived'), c.closed_at IS NOT NULL
	  FROM complaint c
	UNION ALL
	SELECT r.store_id, 'reservation ' || r.id, 'ended_at', r.status <> 'active', r.ended_at IS NOT NULL
	  FROM reservation r
	UNION ALL
	SELECT q.store_id, 'quality check ' || q.id, 'decided_at', q.status <> 'open', q.decided_at IS NOT NULL
	  FROM quality_check q
	UNION ALL
	SELECT y.store_id, 'survey ' || y.id, 'completed_at', y.status = 'completed', y.completed_at IS NOT NULL
	  FROM survey y
)
SELECT st.code AS store_code, f.subject, f.what, CASE WHEN f.expected THEN 'set' ELSE 'none' END AS expected,
       CASE WHEN f.dated THEN 'set' ELSE 'none' END AS found
  FROM fact f
  JOIN store st ON st.id = f.store_id
 WHERE f.expected <> f.dated
UNION ALL
SELECT st.code, d.subject, d.what, 'not before ' || d.earlier, d.later::text
  FROM (SELECT w.store_id, w.number AS subject, f.what, f.earlier, f.later
          FROM work_order w
         CROSS JOIN LATERAL (VALUES ('started_at', w.opened_at, w.started_at), ('completed_at', w.opened_at, w.completed_at),
                                    ('settled_at', w.completed_at, w.settled_at), ('delivered_at', w.settled_at, w.delivered_at),
                                    ('closed_at', w.delivered_at, w.closed_at)) f (what, earlier, later)) d
  JOIN store st ON st.id = d.store_id
 WHERE d.later < d.earlier
 ORDER BY store_code, subject, what;

-- The same of what moves goods.

-- name: verify_goods_dates   unnamed
WITH fact AS (
	SELECT t.store_id, t.number AS subject, f.what, f.expected, f.dated
	  FROM transfer t
	 CROSS JOIN LATERAL (VALUES
		('shipped_at', CASE WHEN t.status = 'cancelled' THEN t.shipped_at IS NOT NULL ELSE t.status NOT IN ('requested', 'approved', 'rejected') END,
		 t.shipped_at IS NOT NULL),
		('ended_at', t.status IN ('rejected', 'received', 'returned', 'cancelled'), t.ended_at IS NOT NULL)) f (what, expected, dated)
	UNION ALL
	SELECT k.store_id, k.number, f.what, f.expected, f.dated
	  FROM stocktake k
	 CROSS JOIN LATERAL (VALUES
		('frozen_at', CASE WHEN k.status = 'cancelled' THEN k.frozen_at IS NOT NULL ELSE k.status <> 'planned' END, k.frozen_at IS NOT NULL),
		('ended_at', k.status IN ('posted', 'cancelled'), k.ended_at IS NOT NULL)) f (what, expected, dated)
	UNION ALL
	SELECT o.store_id, o.number, f.what, f.expected, f.dated
	  FROM purchase_order o
	 CROSS JOIN LATERAL (VALUES
		('sent_at', CASE WHEN o.status IN ('closed', 'cancelled') THEN o.sent_at IS NOT NULL ELSE o.status IN ('sent', 'partly_received', 'received') END,
		 o.sent_at IS NOT NULL),
		('ended_at', o.status IN ('closed', 'cancelled'), o.ended_at IS NOT NULL)) f (what, expected, dated)
	UNION ALL
	SELECT o.store_id, o.number, f.what, f.expected, f.dated
	  FROM sales_order o
	 CROSS JOIN LATERAL (VALUES
		('confirmed_at', true, o.status IN ('draft', 'cancelled') OR o.confirmed_at IS NOT NULL),
		('shipped_at', true, o.status NOT IN ('shipped', 'accepted') OR o.shipped_at IS NOT NULL),
		('accepted_at', true, o.status <> 'accepted' OR o.accepted_at IS NOT NULL),
		('ended_at', o.status = 'cancelled', o.ended_at IS NOT NULL)) f (what, expected, dated)
)
SELECT st.code AS store_code, f.subject, f.what, CASE WHEN f.expected THEN 'set' ELSE 'none' END AS expected,
       CASE WHEN f.dated THEN 'set' ELSE 'none' END AS found
  FROM fact f
  JOIN store st ON st.id = f.store_id
 WHERE f.expected <> f.dated
UNION ALL
SELECT st.code, d.subject, d.what, 'not before ' || d.earlier, d.later::text
  FROM (SELECT t.store_id, t.number AS subject, f.what, f.earlier, f.later
          FROM transfer t
         CROSS JOIN LATERAL (VALUES ('shipped_at', t.created_at, t.shipped_at), ('ended_at', coalesce(t.shipped_at, t.created_at), t.ended_at)) f (what, earlier, later)
        UNION ALL
        SELECT k.store_id, k.number, f.what, f.earlier, f.later
          FROM stocktake k
         CROSS JOIN LATERAL (VALUES ('frozen_at', k.created_at, k.frozen_at), ('ended_at', coalesce(k.frozen_at, k.created_at), k.ended_at)) f (what, earlier, later)
        UNION ALL
        SELECT o.store_id, o.number, f.what, f.earlier, f.later
          FROM purchase_order o
         CROSS JOIN LATERAL (VALUES ('sent_at', o.created_at, o.sent_at), ('ended_at', coalesce(o.sent_at, o.created_at), o.ended_at)) f (what, earlier, later)
        UNION ALL
        SELECT o.store_id, o.number, f.what, f.earlier, f.later
          FROM sales_order o
         CROSS JOIN LATERAL (VALUES ('confirmed_at', o.created_at, o.confirmed_at), ('shipped_at', o.confirmed_at, o.shipped_at),
                                    ('accepted_at', o.shipped_at, o.accepted_at)) f (what, earlier, later)) d
  JOIN store st ON st.id = d.store_id
 WHERE d.later < d.earlier
 ORDER BY store_code, subject, what;

-- What was completed has passed every check it needed, and has its certificate (orders from before the levels were kept aside).

-- name: verify_quality   unnamed
SELECT st.code AS store_code, w.number AS subject, 'passed levels of line ' || l.position AS what,
       array_to_string(w.required_qc_levels, ' ') AS expected, coalesce(array_to_string(l.passed_levels, ' '), 'none') AS found
  FROM work_order w
  JOIN store st ON st.id = w.store_id
  JOIN work_order_line l ON l.work_order_id = w.id AND l.kind = 'labour' AND l.status = 'authorised'
 WHERE w.status IN ('completed', 'settled', 'delivered', 'closed') AND w.required_qc_levels IS NOT NULL
   AND NOT w.required_qc_levels <@ coalesce(l.passed_levels, '{}')
UNION ALL
SELECT st.code, w.number, 'certificate', 'given', 'none'
  FROM work_order w
  JOIN store st ON st.id = w.store_id
 WHERE w.status IN ('completed', 'settled', 'delivered', 'closed') AND w.required_qc_levels IS NOT NULL AND w.certificate_number IS NULL
   AND EXISTS (SELECT FROM work_order_line l
                WHERE l.work_order_id = w.id AND l.status = 'authorised' AND needs_certificate(l.repair_category))
 ORDER BY store_code, subject, what;

-- Where an order, a complaint or a promise stands is written in its history.

-- name: verify_histories   unnamed
WITH history AS (
	SELECT w.store_id, w.number AS subject, 'status' AS what, w.status AS found,
	       (SELECT g.status FROM work_order_stage g WHERE g.work_order_id = w.id ORDER BY g.status = w.status DESC, g.id DESC LIMIT 1) AS expected
	  FROM work_order w
	UNION ALL
	SELECT c.store_id, c.number, 'status', c.status,
	       (SELECT g.status FROM complaint_step g WHERE g.complaint_id = c.id ORDER BY g.status = c.status DESC, g.id DESC LIMIT 1)
	  FROM complaint c
	UNION ALL
	SELECT l.store_id, w.number, 'approval of line ' || l.position, a.status, 'approved'
	  FROM work_order_line l
	  JOIN work_order w ON w.id = l.work_order_id
	  JOIN approval a ON a.id = l.approval_id
	 WHERE l.status = 'authorised'
	UNION ALL
	SELECT w.store_id, w.number, d.what, d.found::text, d.expected::text
	  FROM work_order w
	 CROSS JOIN LATERAL (VALUES
		('promised_at', w.promised_at,
		 (SELECT p.promised_at FROM work_order_promise p WHERE p.work_order_id = w.id ORDER BY p.id DESC LIMIT 1)),
		('first_promised_at', w.first_promised_at,
		 (SELECT p.promised_at FROM work_order_promise p WHERE p.work_order_id = w.id ORDER BY p.id LIMIT 1)),
		('last_contact_at', w.last_contact_at,
		 greatest((SELECT max(p.told_at) FROM work_order_promise p WHERE p.work_order_id = w.id),
		          (SELECT max(c.at) FROM work_order_contact c WHERE c.work_order_id = w.id AND c.result IN ('reached', 'call_later', 'refused'))))) d (what, found, expected)
	UNION ALL
	-- what stands still has a pause that runs
	SELECT w.store_id, w.number, 'running pause',
	       (EXISTS (SELECT FROM work_order_pause p WHERE p.work_order_id = w.id AND p.line_id IS NULL AND p.resumed_at IS NULL))::text,
	       (w.status = 'paused')::text
	  FROM work_order w
	UNION ALL
	-- what is gone stands nowhere, what is done is back from its vendors
	SELECT w.store_id, w.number, 'stands on a bay', 'true' AS found, 'false' AS expected
	  FROM bay_occupancy o
	  JOIN work_order w ON w.id = o.work_order_id AND w.status IN ('delivered', 'closed', 'cancelled')
	 WHERE o.ends_at = 'infinity'
	UNION ALL
	SELECT w.store_id, w.number, 'outside work', s.status, 'returned'
	  FROM sublet s
	  JOIN work_order w ON w.id = s.work_order_id AND w.status NOT IN ('opened', 'ready', 'dispatched', 'in_progress', 'paused')
	 WHERE s.status IN ('planned', 'sent')
)
SELECT st.code AS store_code, h.subject, h.what, coalesce(h.expected, 'none') AS expected, coalesce(h.found, 'none') AS found
  FROM history h
  JOIN store st ON st.id = h.store_id
 WHERE h.expected IS DISTINCT FROM h.found
 ORDER BY store_code, subject, h.what;

-- A store sees the customers and vehicles of its documents; a survey's link opens that survey.

-- name: verify_links   unnamed
SELECT st.code AS store_code, d.subject, d.what, 'seen by its store' AS expected, 'hidden' AS found
  FROM (SELECT a.store_id, a.number AS subject, 'customer' AS what, a.customer_id AS id FROM appointment a
        UNION ALL SELECT r.store_id, r.number, 'customer', r.customer_id FROM reception r
        UNION ALL SELECT w.store_id, w.number, 'customer', w.customer_id FROM work_order w
        UNION ALL SELECT c.store_id, c.number, 'customer', c.customer_id FROM complaint c) d
  JOIN store st ON st.id = d.store_id
 WHERE d.id IS NOT NULL AND NOT EXISTS (SELECT FROM customer_store l WHERE l.customer_id = d.id AND l.store_id = d.store_id)
UNION ALL
SELECT st.code, d.subject, d.what, 'seen by its store', 'hidden'
  FROM (SELECT a.store_id, a.number AS subject, 'vehicle' AS what, a.vehicle_id AS id FROM appointment a
        UNION ALL SELECT r.store_id, r.number, 'vehicle', r.vehicle_id FROM reception r
        UNION ALL SELECT w.store_id, w.number, 'vehicle', w.vehicle_id FROM work_order w
        UNION ALL SELECT c.store_id, c.number, 'vehicle', c.vehicle_id FROM complaint c) d
  JOIN store st ON st.id = d.store_id
 WHERE d.id IS NOT NULL AND NOT EXISTS (SELECT FROM vehicle_store l WHERE l.vehicle_id = d.id AND l.store_id = d.store_id)
UNION ALL
SELECT st.code, 'survey ' || y.id, 'link', y.id::text, coalesce(k.subject_id::text, 'none')
  FROM survey y
  JOIN store st ON st.id = y.store_id
  LEFT JOIN link k ON k.id = y.link_id AND k.purpose = 'survey'
 WHERE k.subject_id IS DISTINCT FROM y.id
UNION ALL
SELECT st.code, w.number, d.what, d.expected, d.found
  FROM work_order w
  JOIN reception r ON r.id = w.reception_id
  JOIN store st ON st.id = w.store_id
 CROSS JOIN LATERAL (VALUES ('customer', r.customer_id::text, w.customer_id::text),
                            ('vehicle', r.vehicle_id::text, w.vehicle_id::text)) d (what, expected, found)
 WHERE d.expected <> d.found
UNION ALL
SELECT st.code, n.number, 'vehicle', r.vehicle_id::text, n.vehicle_id::text
  FROM (SELECT i.store_id, i.number, i.reception_id, i.vehicle_id FROM inspection i
        UNION ALL SELECT d.store_id, d.number, d.reception_id, d.vehicle_id FROM diagnosis d) n
  JOIN reception r ON r.id = n.reception_id
  JOIN store st ON st.id = n.store_id
 WHERE r.vehicle_id <> n.vehicle_id
UNION ALL
SELECT st.code, a.number, 'document_sha256', f.sha256, coalesce(a.document_sha256, 'none')
  FROM agreement a
  JOIN file f ON f.id = a.document_file_id
  JOIN store st ON st.id = a.store_id
 WHERE f.sha256 IS DISTINCT FROM a.document_sha256
UNION ALL
SELECT st.code, d.number, 'agreed review', coalesce(d.agreed_by::text, 'none'), coalesce(r.reviewer_id::text, 'none')
  FROM diagnosis d
  JOIN store st ON st.id = d.store_id
  LEFT JOIN diagnosis_review r ON r.diagnosis_id = d.id AND r.outcome = 'agreed'
 WHERE r.reviewer_id IS DISTINCT FROM d.agreed_by
UNION ALL
SELECT st.code, w.number, 'finding of line ' || l.position, w.vehicle_id::text, n.vehicle_id::text
  FROM work_order_line l
  JOIN work_order w ON w.id = l.work_order_id
  JOIN inspection_finding f ON f.id = l.finding_id
  JOIN inspection n ON n.id = f.inspection_id
  JOIN store st ON st.id = w.store_id
 WHERE l.finding_id IS NOT NULL AND w.vehicle_id <> n.vehicle_id
UNION ALL
SELECT st.code, n.number, 'finding of ' || i.name, 'there', 'none'
  FROM inspection n
  JOIN inspection_template_item i ON i.template_id = n.template_id AND i.required
  JOIN store st ON st.id = n.store_id
 WHERE n.status <> 'draft' AND NOT EXISTS (SELECT FROM inspection_finding f WHERE f.inspection_id = n.id AND f.item_id = i.id)
 ORDER BY store_code, subject, what;

-- What is looked for is found, by its own key and no other's: numbers, plates, VINs, phones, part numbers exactly;
-- of names only that there is a key.  A store has the keys of those it knows, and of nobody else.

-- name: verify_search_keys   unnamed
WITH wanted AS (
	SELECT d.store_id, d.subject, d.id, 'number' AS kind, part_key(d.number) AS key
	  FROM (SELECT store_id, 'appointment' AS subject, id, number FROM appointment
	        UNION ALL SELECT store_id, 'reception', id, number FROM reception
	        UNION ALL SELECT store_id, 'work_order', id, number FROM work_order
	        UNION ALL SELECT store_id, 'stock_document', id, number FROM stock_document
	        UNION ALL SELECT store_id, 'transfer', id, number FROM transfer
	        UNION ALL SELECT store_id, 'stocktake', id, number FROM stocktake
	        UNION ALL SELECT store_id, 'purchase_order', id, number FROM purchase_order
	        UNION ALL SELECT store_id, 'sales_order', id, number FROM sales_order
	        UNION ALL SELECT from_store_id, 'transfer', id, number FROM transfer WHERE from_store_id <> store_id AND approved_by IS NOT NULL
	        UNION ALL SELECT store_id, 'settlement', id, number FROM settlement WHERE number IS NOT NULL
	        UNION ALL SELECT store_id, 'complaint', id, number FROM complaint) d
	UNION ALL
	SELECT NULL, 'part', p.id, 'part_number', part_key(p.number_norm) FROM part p WHERE p.deleted_at IS NULL
	UNION ALL
	SELECT NULL, 'operation', o.id, 'number', part_key(o.code) FROM operation o WHERE o.deleted_at IS NULL
	UNION ALL
	SELECT NULL, 'supplier', u.id, 'number', part_key(u.code) FROM supplier u
	UNION ALL
	SELECT NULL, 'vehicle', v.id, 'plate', part_key(v.plate) FROM vehicle v WHERE v.deleted_at IS NULL AND v.plate IS NOT NULL
	UNION ALL
	SELECT NULL, 'vehicle', v.id, 'vin_tail', reverse(part_key(v.vin)) FROM vehicle v WHERE v.deleted_at IS NULL AND v.vin IS NOT NULL
	UNION ALL
	SELECT NULL, 'customer', c.id, 'phone_tail', reverse(lower(c.phone)) FROM customer c WHERE c.deleted_at IS NULL AND c.phone IS NOT NULL
	UNION ALL
	SELECT NULL, d.subject, d.id, 'name', NULL
	  FROM (SELECT 'customer' AS subject, id, name FROM customer WHERE deleted_at IS NULL
	        UNION ALL SELECT 'part', id, name FROM part WHERE deleted_at IS NULL
	        UNION ALL SELECT 'operation', id, name FROM operation WHERE deleted_at IS NULL
	        UNION ALL SELECT 'supplier', id, name FROM supplier) d
	 WHERE part_key(d.name) <> ''
), shared AS (
	SELECT l.store_id, k.subject, k.subject_id AS id, k.kind, k.key
	  FROM search_key k
	  JOIN (SELECT 'customer' AS subject, customer_id AS id, store_id FROM customer_store
	        UNION ALL SELECT 'vehicle', vehicle_id, store_id FROM vehicle_store) l ON l.id = k.subject_id AND l.subject = k.subject
	 WHERE k.store_id IS NULL
), copied AS (
	SELECT k.store_id, k.subject, k.subject_id AS id, k.kind, k.key
	  FROM search_key k
	 WHERE k.store_id IS NOT NULL AND k.subject IN ('customer', 'vehicle')
)
SELECT coalesce(st.code, 'chain') AS store_code, d.subject || ' ' || d.id AS subject, d.kind || ' key' AS what, d.expected, d.found
  FROM (SELECT w.store_id, w.subject, w.id, w.kind, coalesce(w.key, 'some') AS expected, 'none' AS found
          FROM wanted w
         WHERE NOT EXISTS (SELECT FROM search_key k
                            WHERE k.subject_id = w.id AND k.kind = w.kind AND k.store_id IS NOT DISTINCT FROM w.store_id
                              AND (w.key IS NULL OR k.key = left(w.key, 64)))
        UNION ALL
        SELECT k.store_id, k.subject, k.subject_id, k.kind, 'none', k.key
          FROM search_key k
         WHERE k.kind IN ('number', 'part_number', 'vin_tail')
           AND NOT EXISTS (SELECT FROM wanted w WHERE w.id = k.subject_id AND w.kind = k.kind AND k.key = left(w.key, 64))
        UNION ALL
        SELECT s.store_id, s.subject, s.id, s.kind, s.key, 'not the store''s'
          FROM (SELECT store_id, subject, id, kind, key FROM shared EXCEPT SELECT store_id, subject, id, kind, key FROM copied) s
        UNION ALL
        SELECT c.store_id, c.subject, c.id, c.kind, 'not the store''s', c.key
          FROM (SELECT store_id, subject, id, kind, key FROM copied EXCEPT SELECT store_id, subject, id, kind, key FROM shared) c) d
  LEFT JOIN store st ON st.id = d.store_id
 ORDER BY store_code, subject, what;

-- Prices of lines, what was billed of them, what was agreed to.

-- name: verify_lines   unnamed
SELECT st.code AS store_code, d.subject, d.what || ' of line ' || d.position AS what, d.expected, d.found
  FROM (SELECT l.store_id, w.number AS subject, l.position, 'amount' AS what, round(l.quantity * l.unit_price) AS expected, l.amount AS found
          FROM work_order_line l
          JOIN work_order w ON w.id = l.work_order_id
        UNION ALL
        SELECT l.store_id, w.number, l.position, 'shares', 10000,
               l.share_bp + coalesce((SELECT sum(h.share_bp) FROM work_order_line_helper h WHERE h.line_id = l.id), 0)
          FROM work_order_line l
          JOIN work_order w ON w.id = l.work_order_id
        UNION ALL
        -- a part is billed as far as it was issued and has not come back
        SELECT l.store_id, coalesce(s.number, s.id::text), l.position, 'amount',
               CASE WHEN o.kind = 'part' THEN round(o.unit_price * (o.issued_quantity - o.returned_quantity)) ELSE o.amount END,
               l.amount
          FROM settlement_line l
          JOIN settlement s ON s.id = l.settlement_id AND s.status <> 'void' AND s.deleted_at IS NULL
          JOIN work_order_line o ON o.id = l.work_order_line_id
        UNION ALL
        SELECT l.store_id, coalesce(s.number, s.id::text), l.position, 'amount', round(o.unit_price * (o.shipped_quantity - o.returned_quantity)), l.amount
          FROM settlement_line l
          JOIN settlement s ON s.id = l.settlement_id AND s.status <> 'void' AND s.deleted_at IS NULL
          JOIN sales_order_line o ON o.id = l.sales_order_line_id
        UNION ALL
        -- what was decided of an estimate stands in the order
        SELECT l.store_id, e.number, l.position, 'amount', l.amount, CASE n.kind WHEN 'discount' THEN n.list_price ELSE n.amount END
          FROM estimate_line l
          JOIN estimate e ON e.id = l.estimate_id
          LEFT JOIN work_order_line n ON n.estimate_line_id = l.id
         WHERE l.decision IS NOT NULL
        UNION ALL
        -- discounts take off what they may of the lines of their payer that are authorised with them
        SELECT w.store_id, w.number, d.last, 'discounts until that', least(d.taken, floor(d.gross * d.limit_bp / 10000)), d.taken
          FROM (SELECT l.work_order_id, l.payer, max(l.position) FILTER (WHERE l.kind = 'discount') AS last,
                       sum(l.amount) FILTER (WHERE l.kind = 'discount') AS taken,
                       coalesce(sum(l.amount) FILTER (WHERE l.kind <> 'discount'), 0) AS gross,
                       max(l.discount_limit_bp) AS limit_bp
                  FROM work_order_line l
                 WHERE l.status = 'authorised'
                   AND l.work_order_id IN (SELECT t.work_order_id FROM work_order_line t
                                            WHERE t.discount_limit_bp IS NOT NULL AND t.status = 'authorised')
                 GROUP BY l.work_order_id, l.payer
                HAVING bool_and(l.kind <> 'discount' OR l.discount_limit_bp IS NOT NULL)) d
          JOIN work_order w ON w.id = d.work_order_id
        UNION ALL
        SELECT y.store_id, 'survey ' || y.id, 0, 'satisfaction', a.satisfaction, y.satisfaction
          FROM survey y
         CROSS JOIN LATERAL (SELECT round(sum(q.weight * (a.score - q.min) * 100.0 / (q.max - q.min)) / sum(q.weight)) AS satisfaction
                               FROM survey_answer a
                               JOIN survey_question q ON q.id = a.question_id
                              WHERE a.survey_id = y.id AND q.kind = 'score') a
         WHERE y.status = 'completed') d
  JOIN store st ON st.id = d.store_id
 WHERE d.expected IS DISTINCT FROM d.found
 ORDER BY store_code, d.subject, d.position;

-- Rows whose other end is not there, and rows that feeds would not show.

-- name: verify_references   unnamed
SELECT coalesce(st.code, 'chain') AS store_code, r.subject, r.what, r.expected, r.found
  FROM verify_references() r
  LEFT JOIN store st ON st.id = r.store_id
 ORDER BY store_code, r.subject, r.what;

-- name: verify_versions   unnamed
SELECT coalesce(st.code, 'chain') AS store_code, v.subject, v.what, v.expected, v.found
  FROM verify_versions() v
  LEFT JOIN store st ON st.id = v.store_id
 ORDER BY store_code, v.subject, v.what;
