-- Suppliers and what they ask.  Both belong to the chain.

-- name: supplier_get
SELECT s.id, s.version, s.code, s.name, s.credit_code, s.contact, s.phone, s.address, s.payment_terms, s.payment_days, s.lead_days, s.minimum_amount,
       supplier_lacks(s.id, chain_day(:now)) IS NULL AS qualified, s.active, s.note, s.external_ids, s.metadata, s.created_at, s.updated_at
  FROM supplier s
 WHERE s.id = ANY (:ids);

-- name: supplier_qualifications
SELECT q.supplier_id AS _parent, q.kind, q.number, q.valid_from, q.valid_to,
       coalesce(q.valid_from <= chain_day(:now), true) AND coalesce(q.valid_to >= chain_day(:now), true) AS holds
  FROM supplier_qualification q
 WHERE q.supplier_id = ANY (:ids)
 ORDER BY q.supplier_id, q.position;

-- name: supplier_list   page unnamed
SELECT s.id, s.version, s.code, s.name, s.credit_code, s.contact, s.phone, s.address, s.payment_terms, s.payment_days, s.lead_days, s.minimum_amount,
       supplier_lacks(s.id, chain_day(:now)) IS NULL AS qualified, s.active, s.note, s.external_ids, s.metadata, s.created_at, s.updated_at,
       s.code AS _after_code
  FROM supplier s
 WHERE (:q::text IS NULL
        OR s.id = ANY (ARRAY(SELECT e.subject_id
                               FROM search_key e
                              WHERE e.kind IN ('number', 'initials', 'pinyin', 'name') AND e.subject = 'supplier' AND e.store_id IS NULL
                                AND part_key(:q) <> '' AND e.key >= part_key(:q) AND e.key < part_key(:q) || chr(1114111))))
   AND (:active::boolean IS NULL OR s.active = :active)
   AND (:updated_after::timestamptz IS NULL OR s.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (s.changed >= :after_position::text::xid8 AND s.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_code::text IS NULL OR s.code > :after_code)
 ORDER BY s.code
 LIMIT :limit;

-- name: supplier_visible
SELECT s.id FROM supplier s WHERE s.id = :id;

-- name: supplier_lock
SELECT s.version, s.code, s.name FROM supplier s WHERE s.id = :id FOR NO KEY UPDATE;

-- name: supplier_add
INSERT INTO supplier (id, code, name, credit_code, contact, phone, address, payment_terms, payment_days, lead_days, minimum_amount, active, note,
                      external_ids, metadata, created_at, updated_at)
VALUES (:supplier_id, :code, :name, :credit_code, :contact, :phone, :address, :payment_terms, coalesce(:payment_days, 0), :lead_days,
        coalesce(:minimum_amount, 0), coalesce(:active, true), :note, coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now);

-- name: supplier_update
UPDATE supplier
   SET code = CASE WHEN :has_code THEN :code ELSE code END,
       name = CASE WHEN :has_name THEN :name ELSE name END,
       credit_code = CASE WHEN :has_credit_code THEN :credit_code ELSE credit_code END,
       contact = CASE WHEN :has_contact THEN :contact ELSE contact END,
       phone = CASE WHEN :has_phone THEN :phone ELSE phone END,
       address = CASE WHEN :has_address THEN :address ELSE address END,
       payment_terms = CASE WHEN :has_payment_terms THEN :payment_terms ELSE payment_terms END,
       payment_days = CASE WHEN :has_payment_days THEN :payment_days ELSE payment_days END,
       lead_days = CASE WHEN :has_lead_days THEN :lead_days ELSE lead_days END,
       minimum_amount = CASE WHEN :has_minimum_amount THEN :minimum_amount ELSE minimum_amount END,
       active = CASE WHEN :has_active THEN :active ELSE active END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: supplier_qualifications_clear
DELETE FROM supplier_qualification WHERE supplier_id = :supplier_id;

-- name: supplier_qualifications_add
INSERT INTO supplier_qualification (supplier_id, position, kind, number, valid_from, valid_to)
SELECT :supplier_id, q.n, q.kind, q.number, q.valid_from, q.valid_to
  FROM unnest(:qualifications.kind::text[], :qualifications.number::text[], :qualifications.valid_from::date[], :qualifications.valid_to::date[])
       WITH ORDINALITY q (kind, number, valid_from, valid_to, n);

-- name: supplier_offer_get
SELECT o.id, o.supplier_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", o.supplier_number,
       CASE WHEN :holds_cost_read::boolean THEN o.price END AS price, o.pack_quantity, o.minimum_quantity, o.lead_days, o.valid_from, o.valid_to,
       o.valid_from <= chain_day(:now) AND (o.valid_to > chain_day(:now)) IS NOT FALSE AS holds, o.created_at, o.updated_at
  FROM supplier_offer o
  JOIN part p ON p.id = o.part_id
 WHERE o.id = ANY (:ids);

-- name: supplier_offer_list   page unnamed
SELECT o.id, o.supplier_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", o.supplier_number,
       CASE WHEN :holds_cost_read::boolean THEN o.price END AS price, o.pack_quantity, o.minimum_quantity, o.lead_days, o.valid_from, o.valid_to,
       h.holds, o.created_at, o.updated_at, o.id AS _after_id
  FROM supplier_offer o
 CROSS JOIN LATERAL (SELECT o.valid_from <= chain_day(:now) AND (o.valid_to > chain_day(:now)) IS NOT FALSE AS holds) h
  JOIN part p ON p.id = o.part_id
 WHERE (:supplier_id::uuid IS NULL OR o.supplier_id = :supplier_id)
   AND (:part_id::uuid IS NULL OR o.part_id = :part_id)
   AND (:holds::boolean IS NULL OR h.holds = :holds)
   AND (:updated_after::timestamptz IS NULL OR o.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (o.changed >= :after_position::text::xid8 AND o.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_id::uuid IS NULL OR o.id < :after_id)
 ORDER BY o.id DESC
 LIMIT :limit;

-- What held until then ends that day.
-- name: supplier_offer_end_before
UPDATE supplier_offer o
   SET valid_to = coalesce(:valid_from::date, chain_day(:now)), updated_at = :now, changed = pg_current_xact_id()
 WHERE o.supplier_id = :supplier_id AND o.part_id = :part_id
   AND o.valid_from < coalesce(:valid_from::date, chain_day(:now)) AND (o.valid_to > coalesce(:valid_from::date, chain_day(:now))) IS NOT FALSE;

-- name: supplier_offer_add
INSERT INTO supplier_offer (id, supplier_id, part_id, supplier_number, price, pack_quantity, minimum_quantity, lead_days, valid_from, valid_to,
                            created_by, created_at, updated_at)
VALUES (:offer_id, :supplier_id, :part_id, :supplier_number, :price, :pack_quantity, :minimum_quantity, :lead_days,
        coalesce(:valid_from::date, chain_day(:now)), :valid_to::date, :actor_id, :now, :now);

-- name: supplier_offer_lock
SELECT o.supplier_id, coalesce(:valid_to::date, chain_day(:now)) > o.valid_to AS over, coalesce(:valid_to::date, chain_day(:now)) < o.valid_from AS early
  FROM supplier_offer o
 WHERE o.id = :id
   FOR NO KEY UPDATE;

-- name: supplier_offer_end
UPDATE supplier_offer
   SET valid_to = coalesce(:valid_to::date, chain_day(:now)), updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- How a supplier kept what was agreed.
-- name: supplier_scorecard
WITH line AS (
	SELECT l.quantity, l.received_quantity, l.returned_quantity, d.came_on <= l.first_promised_on AS on_time, d.rejected
	  FROM purchase_order o
	  JOIN purchase_order_line l ON l.order_id = o.id
	 CROSS JOIN LATERAL (
	        SELECT coalesce(sum(n.rejected_quantity), 0) AS rejected,
	               CASE WHEN l.received_quantity >= l.quantity THEN max(chain_day(d.created_at)) FILTER (WHERE n.quantity > 0) END AS came_on
	          FROM stock_document_line n
	          JOIN stock_document d ON d.id = n.document_id AND d.kind = 'receipt' AND d.status = 'posted'
	         WHERE n.purchase_order_line_id = l.id) d
	 WHERE o.supplier_id = ANY (:ids) AND o.sent_at IS NOT NULL AND l.first_promised_on BETWEEN :from AND :to
	   AND (NOT l.ordered OR l.received_quantity >= l.quantity OR l.first_promised_on < chain_day(:now))
), sums AS (
	SELECT count(*) AS lines, count(*) FILTER (WHERE on_time) AS on_time, coalesce(sum(quantity), 0) AS ordered, coalesce(sum(received_quantity), 0) AS received,
	       coalesce(sum(rejected), 0) AS rejected, coalesce(sum(returned_quantity), 0) AS returned
	  FROM line
), price AS (
	SELECT count(*) FILTER (WHERE c.price > c.before) AS up, count(*) FILTER (WHERE c.price < c.before) AS down,
	       round(avg((c.price - c.before) * 10000.0 / c.before))::bigint AS change_bp
	  FROM (SELECT o.price, o.valid_from, lag(o.price) OVER (PARTITION BY o.part_id ORDER BY o.valid_from) AS before
	          FROM supplier_offer o WHERE o.supplier_id = ANY (:ids)) c
	 WHERE c.valid_from BETWEEN :from AND :to AND c.before > 0
)
SELECT s.id, m.lines AS lines_count, m.on_time AS on_time_count, CASE WHEN m.lines > 0 THEN m.on_time * 10000 / m.lines END AS on_time_bp,
       m.ordered AS ordered_quantity, m.received AS received_quantity,
       CASE WHEN m.ordered > 0 THEN floor(m.received * 10000 / m.ordered)::bigint END AS fill_bp,
       m.rejected AS rejected_quantity, m.returned AS returned_quantity,
       CASE WHEN m.received + m.rejected > 0 THEN floor((m.rejected + m.returned) * 10000 / (m.received + m.rejected))::bigint END AS defect_bp,
       p.up AS prices_up_count, p.down AS prices_down_count, p.change_bp AS price_change_bp
  FROM supplier s, sums m, price p
 WHERE s.id = ANY (:ids);
