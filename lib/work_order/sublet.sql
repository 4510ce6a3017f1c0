-- Outside work.

-- name: sublet_get
SELECT s.id, s.version, s.store_id, s.status, s.work_order_id, w.number AS work_order_number, s.line_id, l.description,
       s.vendor, s.vendor_phone, l.amount AS price, CASE WHEN :holds_cost_read::boolean THEN s.cost END AS cost,
       s.due_at, s.invoice_number, s.invoiced_on, s.reason, s.note, s.sent_at, s.returned_at, s.failed_at, s.billed_at, s.created_at, s.updated_at
  FROM sublet s
  JOIN work_order w ON w.id = s.work_order_id
  JOIN work_order_line l ON l.id = s.line_id
 WHERE s.id = ANY (:ids);

-- name: sublet_list   page unnamed
-- sort: -created_at   s.created_at::timestamptz AS at, s.id::uuid AS id
-- sort: created_at    s.created_at::timestamptz AS at, s.id::uuid AS id
-- sort: due_at        coalesce(s.due_at, 'infinity')::timestamptz AS at, s.id::uuid AS id
-- sort: -due_at       coalesce(s.due_at, 'infinity')::timestamptz AS at, s.id::uuid AS id
SELECT s.id, s.version, s.store_id, s.status, s.work_order_id, w.number AS work_order_number, s.line_id, l.description,
       s.vendor, s.vendor_phone, l.amount AS price, CASE WHEN :holds_cost_read::boolean THEN s.cost END AS cost,
       s.due_at, s.invoice_number, s.invoiced_on, s.reason, s.note, s.sent_at, s.returned_at, s.failed_at, s.billed_at, s.created_at, s.updated_at,
       {keys}
  FROM sublet s
  JOIN work_order w ON w.id = s.work_order_id
  JOIN work_order_line l ON l.id = s.line_id
 WHERE (:scope_store::uuid IS NULL OR s.store_id = :scope_store)
   AND (:status::text[] IS NULL OR s.status = ANY (:status))
   AND (:work_order_id::uuid IS NULL OR s.work_order_id = :work_order_id)
   AND (:line_id::uuid IS NULL OR s.line_id = :line_id)
   -- what is overdue is still to come back: sublet_out_idx knows what is
   AND (:overdue::boolean IS NOT TRUE OR s.status IN ('planned', 'sent'))
   AND (:overdue IS NULL OR :overdue = coalesce(s.status IN ('planned', 'sent') AND s.due_at < :now::timestamptz, false))
   AND (:created_from::timestamptz IS NULL OR s.created_at >= :created_from)
   AND (:created_to::timestamptz IS NULL OR s.created_at < :created_to)
   AND (:updated_after::timestamptz IS NULL OR s.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (s.changed >= :after_position::text::xid8 AND s.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: sublet_lock
SELECT s.version, s.store_id, s.status, s.cost FROM sublet s WHERE s.id = :id FOR NO KEY UPDATE;

-- name: sublet_add
INSERT INTO sublet (id, store_id, work_order_id, line_id, vendor, vendor_phone, cost, due_at, note, created_by, created_at, updated_at)
VALUES (:sublet_id, :store_id, :work_order_id, :line_id, :vendor, :vendor_phone, :cost, :due_at, :note, :actor_id, :now, :now);

-- name: sublet_update   rows: 1
UPDATE sublet
   SET vendor = CASE WHEN :has_vendor THEN :vendor ELSE vendor END,
       vendor_phone = CASE WHEN :has_vendor_phone THEN :vendor_phone ELSE vendor_phone END,
       cost = CASE WHEN :has_cost THEN :cost ELSE cost END,
       due_at = CASE WHEN :has_due_at THEN :due_at ELSE due_at END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: sublet_move   rows: 1
UPDATE sublet
   SET status = :status,
       reason = :reason,
       note = coalesce(:note, note),
       sent_at = CASE WHEN :status = 'sent' THEN :happened_at ELSE sent_at END,
       returned_at = CASE WHEN :status = 'returned' THEN greatest(sent_at, :happened_at) ELSE returned_at END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: sublet_bill   rows: 1
UPDATE sublet
   SET status = :status, invoice_number = :invoice_number, invoiced_on = :invoiced_on,
       cost = CASE WHEN :has_cost THEN :cost ELSE cost END, billed_at = :now,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- What a quality check did not pass: each that came back stays as it is, and its line is planned anew.
-- name: sublets_fail
WITH bad AS (
	UPDATE sublet s
	   SET failed_at = :now, version = s.version + 1, updated_at = :now, changed = pg_current_xact_id()
	  FROM unnest(:line_ids::uuid[], :sublet_ids::uuid[]) f (line_id, id)
	 WHERE s.line_id = f.line_id AND s.work_order_id = :id AND s.status IN ('returned', 'billed') AND s.failed_at IS NULL
	RETURNING s.id AS was, f.id, s.store_id, s.work_order_id, s.line_id, s.vendor, s.vendor_phone
)
INSERT INTO sublet AS n (id, store_id, work_order_id, line_id, vendor, vendor_phone, created_by, created_at, updated_at)
SELECT b.id, b.store_id, b.work_order_id, b.line_id, b.vendor, b.vendor_phone, :actor_id, :now, :now
  FROM bad b
RETURNING n.id, (SELECT b.was FROM bad b WHERE b.id = n.id) AS was;

-- Whether the store asks that outside work came back; by house rule one that has none recorded does not.
-- name: sublets_asked
SELECT CASE p.sublet_rule WHEN 'recorded' THEN EXISTS (SELECT FROM sublet s WHERE s.store_id = p.store_id) ELSE p.sublet_rule = 'always' END AS asked
  FROM store_policy p
 WHERE p.store_id = :store_id;
