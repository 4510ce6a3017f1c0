-- Estimates, their options and lines.

-- name: estimate_get
SELECT e.id, e.version, e.number, e.revision, e.store_id, e.status, e.work_order_id,
       w.id AS "work_order.id", w.number AS "work_order.number",
       e.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       e.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       e.valid_until, e.note, e.chosen_option_id, e.authorisation_id, e.method, e.by_name, e.reason, e.sent_at, e.decided_at,
       e.created_at, e.updated_at, e.link_id AS _link_id,
       s.currency, e.external_ids, e.metadata
  FROM estimate e
  JOIN work_order w ON w.id = e.work_order_id
  LEFT JOIN customer c ON c.id = e.customer_id
  LEFT JOIN vehicle v ON v.id = e.vehicle_id
  JOIN store s ON s.id = e.store_id
 WHERE e.id = ANY (:ids) AND e.deleted_at IS NULL;

-- name: estimate_options
SELECT o.estimate_id AS _parent, o.id, o.position, o.label, o.pros, o.cons, o.duration_minutes, o.finish_at,
       t.hours_total, t.labour_total, t.part_total, t.sublet_total, t.fee_total, t.discount_total,
       t.labour_total + t.part_total + t.sublet_total + t.fee_total - t.discount_total AS total, t.customer_total
  FROM estimate_option o
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(coalesce(l.fixed_hours, l.quantity)) FILTER (WHERE l.kind = 'labour'), 0) AS hours_total,
              coalesce(sum(l.amount) FILTER (WHERE l.kind = 'labour'), 0)::bigint AS labour_total,
              coalesce(sum(l.amount) FILTER (WHERE l.kind = 'part'), 0)::bigint AS part_total,
              coalesce(sum(l.amount) FILTER (WHERE l.kind = 'sublet'), 0)::bigint AS sublet_total,
              coalesce(sum(l.amount) FILTER (WHERE l.kind = 'fee'), 0)::bigint AS fee_total,
              coalesce(sum(l.amount) FILTER (WHERE l.kind = 'discount'), 0)::bigint AS discount_total,
              coalesce(sum(CASE l.kind WHEN 'discount' THEN -l.amount ELSE l.amount END)
                       FILTER (WHERE l.payer = 'customer'), 0)::bigint AS customer_total
         FROM estimate_line l
        WHERE l.option_id = o.id) t
 WHERE o.estimate_id = ANY (:ids)
 ORDER BY o.estimate_id, o.position;

-- name: estimate_lines
SELECT l.option_id AS _parent, l.id, l.position, l.kind, l.operation_id, l.part_id, l.concern_id, l.description,
       l.repair_category, l.quantity, CASE WHEN l.kind = 'labour' THEN coalesce(l.fixed_hours, l.quantity) END AS hours,
       l.price_source, l.price_list_id, l.package_id, l.package_revision, l.approval_id, l.list_price, l.unit_price, l.amount, l.payer, l.decision, l.reason,
       n.reason_code, n.deferred_until, n.deferred_until_km, n.id AS work_order_line_id, l.finding_id
  FROM estimate_line l
  LEFT JOIN work_order_line n ON n.estimate_line_id = l.id
 WHERE l.estimate_id = ANY (:ids)
 ORDER BY l.option_id, l.position;

-- name: estimate_list   page unnamed
-- sort: -created_at   e.created_at::timestamptz AS at, e.id::uuid AS id
-- sort: created_at    e.created_at::timestamptz AS at, e.id::uuid AS id
SELECT e.id, e.version, e.number, e.revision, e.store_id, e.status, e.work_order_id,
       w.id AS "work_order.id", w.number AS "work_order.number",
       e.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       e.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       e.valid_until, e.note, e.chosen_option_id, e.authorisation_id, e.method, e.by_name, e.reason, e.sent_at, e.decided_at,
       e.created_at, e.updated_at, e.link_id AS _link_id,
       {keys}
  FROM estimate e
  JOIN work_order w ON w.id = e.work_order_id
  LEFT JOIN customer c ON c.id = e.customer_id
  LEFT JOIN vehicle v ON v.id = e.vehicle_id
 WHERE e.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR e.store_id = :scope_store)
   AND (:status::text[] IS NULL OR e.status = ANY (:status))
   AND (:work_order_id::uuid IS NULL OR e.work_order_id = :work_order_id)
   AND (:customer_id::uuid IS NULL OR e.customer_id = :customer_id)
   AND (:vehicle_id::uuid IS NULL OR e.vehicle_id = :vehicle_id)
   AND (:number::text IS NULL OR e.number = :number)
   AND (:created_from::timestamptz IS NULL OR e.created_at >= :created_from)
   AND (:created_to::timestamptz IS NULL OR e.created_at < :created_to)
   AND (:updated_after::timestamptz IS NULL OR e.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (e.changed >= :after_position::text::xid8 AND e.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: estimate_visible
SELECT e.id FROM estimate e WHERE e.id = :id AND e.deleted_at IS NULL;

-- name: estimate_versions   page unnamed
SELECT e.id, e.version, e.number, e.revision, e.store_id, e.status, e.work_order_id,
       w.id AS "work_order.id", w.number AS "work_order.number",
       e.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       e.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       e.valid_until, e.note, e.chosen_option_id, e.authorisation_id, e.method, e.by_name, e.reason, e.sent_at, e.decided_at,
       e.created_at, e.updated_at, e.link_id AS _link_id,
       e.revision AS _after_revision, e.id AS _after_id
  FROM estimate e
  JOIN work_order w ON w.id = e.work_order_id
  LEFT JOIN customer c ON c.id = e.customer_id
  LEFT JOIN vehicle v ON v.id = e.vehicle_id
 WHERE e.number = (SELECT o.number FROM estimate o WHERE o.id = :id) AND e.deleted_at IS NULL
   AND (:after_revision::integer IS NULL OR (e.revision, e.id) > (:after_revision, :after_id::uuid))
 ORDER BY e.revision, e.id
 LIMIT :limit;

-- What one revision made of another; lines of the same option, kind and thing are the same, in their order.

-- name: estimate_revision
SELECT o.id
  FROM estimate e
  JOIN estimate o ON o.number = e.number AND o.revision = CASE WHEN :against::integer IS NULL THEN e.revision ELSE :against::integer END
 WHERE e.id = :id AND o.deleted_at IS NULL;

-- name: estimate_diff   page unnamed
WITH this AS (
	SELECT e.number, e.revision, coalesce(:against::integer, e.revision - 1) AS against FROM estimate e WHERE e.id = :id
), line AS (
	SELECT side.is_new, o.label, l.kind, w.what, l.description, l.quantity, l.unit_price, l.amount, l.payer,
	       o.position AS option_position, l.position,
	       row_number() OVER (PARTITION BY side.is_new, o.label, l.kind, w.what ORDER BY l.position) AS nth
	  FROM this t
	 CROSS JOIN LATERAL (VALUES (true, t.revision), (false, t.against)) side (is_new, revision)
	  JOIN estimate e ON e.number = t.number AND e.revision = side.revision
	  JOIN estimate_line l ON l.estimate_id = e.id
	  JOIN estimate_option o ON o.id = l.option_id
	 CROSS JOIN LATERAL (SELECT coalesce(l.operation_id::text, l.part_id::text, l.description) AS what) w
), new AS (
	SELECT n.label, n.kind, n.what, n.nth, n.description, n.quantity, n.unit_price, n.amount, n.payer, n.option_position, n.position
	  FROM line n WHERE n.is_new
), old AS (
	SELECT o.label, o.kind, o.what, o.nth, o.description, o.quantity, o.unit_price, o.amount, o.payer, o.option_position, o.position
	  FROM line o WHERE NOT o.is_new
), both_sides AS (
	SELECT coalesce(n.label, o.label) AS option, coalesce(n.description, o.description) AS description,
	       coalesce(n.option_position, o.option_position) AS option_position, coalesce(n.position, o.position) AS position,
	       CASE WHEN o.what IS NULL THEN 'added' WHEN n.what IS NULL THEN 'removed' ELSE 'changed' END AS change,
	       n.quantity AS new_quantity, o.quantity AS old_quantity, n.unit_price AS new_price, o.unit_price AS old_price,
	       n.amount AS new_amount, o.amount AS old_amount, n.payer AS new_payer, o.payer AS old_payer
	  FROM new n
	  FULL JOIN old o ON o.label = n.label AND o.kind = n.kind AND o.what = n.what AND o.nth = n.nth
), changes AS (
	SELECT b.change, b.option, b.description, m.member, m.was AS "from", m.now AS "to",
	       row_number() OVER (ORDER BY b.option_position, b.option, b.position, b.change, m.place) AS n
	  FROM both_sides b
	 CROSS JOIN LATERAL (
	       SELECT 1 AS place, NULL AS member, NULL AS was, b.new_amount::text AS now WHERE b.change = 'added'
	        UNION ALL SELECT 1, NULL, b.old_amount::text, NULL WHERE b.change = 'removed'
	        UNION ALL
	       SELECT d.place, d.member, d.was, d.now
	         FROM (VALUES (1, 'quantity', trim_scale(b.old_quantity)::text, trim_scale(b.new_quantity)::text),
	                      (2, 'unit_price', b.old_price::text, b.new_price::text),
	                      (3, 'amount', b.old_amount::text, b.new_amount::text),
	                      (4, 'payer', b.old_payer, b.new_payer)) d (place, member, was, now)
	        WHERE b.change = 'changed' AND d.was <> d.now) m
)
SELECT c.change, c.option, c.description, c.member, c."from", c."to", c.n AS _after_n
  FROM changes c
 WHERE (:after_n::bigint IS NULL OR c.n > :after_n)
 ORDER BY c.n
 LIMIT :limit;

-- name: estimate_order
SELECT e.work_order_id FROM estimate e WHERE e.id = :id AND e.deleted_at IS NULL;

-- name: estimate_lock
SELECT e.version, e.number, e.status, e.valid_until::text AS valid_until,
       -- its link ends with it; one without a last day is shown for 90 days
       least(:now::timestamptz + interval '90 days', (e.valid_until + 1)::timestamp AT TIME ZONE s.time_zone) AS link_until,
       coalesce((:now::timestamptz AT TIME ZONE s.time_zone)::date > e.valid_until, false) AS lapsed
  FROM estimate e
  JOIN store s ON s.id = e.store_id
 WHERE e.id = :id AND e.deleted_at IS NULL
   FOR NO KEY UPDATE OF e;

-- name: estimate_day
SELECT coalesce(:valid_until::date < (:now::timestamptz AT TIME ZONE s.time_zone)::date, false) AS lapsed
  FROM store s
 WHERE s.id = :store_id;

-- name: estimate_add
INSERT INTO estimate (id, store_id, number, work_order_id, customer_id, vehicle_id, valid_until, note, created_by,
                      external_ids, metadata, created_at, updated_at)
SELECT :estimate_id, p.store_id, :number, :work_order_id, :customer_id, :vehicle_id,
       coalesce(:valid_until::date, (:now::timestamptz AT TIME ZONE s.time_zone)::date + p.estimate_valid_days), :note, :actor_id,
       coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now
  FROM store_policy p
  JOIN store s ON s.id = p.store_id
 WHERE p.store_id = :store_id;

-- name: estimate_add_revision
INSERT INTO estimate (id, store_id, number, revision, work_order_id, customer_id, vehicle_id, valid_until, note, created_by,
                      external_ids, metadata, created_at, updated_at)
SELECT :estimate_id, e.store_id, e.number, (SELECT max(r.revision) + 1 FROM estimate r WHERE r.number = e.number),
       e.work_order_id, e.customer_id, e.vehicle_id,
       coalesce(:valid_until::date, v.valid_until, (:now::timestamptz AT TIME ZONE s.time_zone)::date + p.estimate_valid_days), coalesce(:note, e.note), :actor_id,
       e.external_ids, e.metadata, :now, :now
  FROM estimate e
  JOIN store s ON s.id = e.store_id
  JOIN store_policy p ON p.store_id = e.store_id
 -- what has run out is not taken over
  LEFT JOIN LATERAL (SELECT e.valid_until WHERE e.valid_until >= (:now::timestamptz AT TIME ZONE s.time_zone)::date) v ON true
 WHERE e.id = :id;

-- name: estimate_option_add
INSERT INTO estimate_option (id, store_id, estimate_id, position, label, pros, cons, duration_minutes, finish_at, created_at)
VALUES (:option_id, :store_id, :estimate_id, :position, :label, :pros, :cons, :duration_minutes, :finish_at, :now);

-- name: estimate_lines_add
INSERT INTO estimate_line (id, store_id, estimate_id, option_id, position, kind, operation_id, part_id, concern_id, description,
                           repair_category, quantity, fixed_hours, price_source, price_list_id, package_id, package_revision, approval_id, list_price, unit_price, amount, payer,
                           revives_line_id, finding_id, discount_limit_bp, created_at)
SELECT n.id, :store_id, :estimate_id, :option_id, n.position, n.kind, n.operation_id, n.part_id, n.concern_id, n.description,
       n.repair_category, n.quantity, nullif(n.fixed_hours, 0), n.price_source, n.price_list_id, n.package_id, nullif(n.package_revision, 0), n.approval_id, n.list_price, n.unit_price, n.amount, n.payer, n.revives_line_id, n.finding_id, nullif(n.discount_limit_bp, -1), :now
  FROM unnest(:line_ids::uuid[], :kinds::text[], :operation_ids::uuid[], :part_ids::uuid[], :concern_ids::uuid[],
              :descriptions::text[], :repair_categories::text[], :quantities::numeric[], :fixed_hours::numeric[],
              :price_sources::text[], :price_list_ids::uuid[], :package_ids::uuid[], :package_revisions::integer[], :approval_ids::uuid[], :list_prices::bigint[],
              :unit_prices::bigint[], :amounts::bigint[], :payers::text[], :revives_line_ids::uuid[], :finding_ids::uuid[], :discount_limits::integer[])
       WITH ORDINALITY n (id, kind, operation_id, part_id, concern_id, description, repair_category, quantity, fixed_hours, price_source,
                          price_list_id, package_id, package_revision, approval_id, list_price, unit_price, amount, payer, revives_line_id, finding_id, discount_limit_bp, position);

-- name: estimate_options_copied
SELECT o.id, o.label, o.pros, o.cons, o.duration_minutes, o.finish_at FROM estimate_option o WHERE o.estimate_id = :id ORDER BY o.position;

-- name: estimate_lines_remove
DELETE FROM estimate_line WHERE estimate_id = :id;

-- name: estimate_options_remove
DELETE FROM estimate_option WHERE estimate_id = :id;

-- name: estimate_update   rows: 1
UPDATE estimate
   SET valid_until = CASE WHEN :has_valid_until THEN :valid_until::date ELSE valid_until END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: estimate_send   rows: 1
UPDATE estimate
   SET status = 'sent', sent_at = :now, link_id = :link_id,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: estimate_move   rows: 1
UPDATE estimate SET status = :status, version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :id;

-- name: estimate_option_lines
SELECT l.id, l.kind, l.operation_id, l.part_id, l.concern_id, l.description, l.repair_category, l.quantity, l.fixed_hours, l.price_source, l.price_list_id, l.package_id, l.package_revision, l.approval_id, l.list_price,
       l.unit_price, l.amount, l.payer, l.revives_line_id, l.revives_elsewhere_store_id, l.revives_elsewhere_id, l.finding_id,
       coalesce(l.discount_limit_bp, -1) AS discount_limit_bp,
       (SELECT coalesce(max(n.position), 0) FROM work_order_line n WHERE n.work_order_id = e.work_order_id) AS last_position,
       CASE WHEN w.promised_at IS NULL AND o.finish_at > :now::timestamptz THEN o.finish_at END AS promise
  FROM estimate_line l
  JOIN estimate e ON e.id = l.estimate_id
  JOIN estimate_option o ON o.id = l.option_id
  JOIN work_order w ON w.id = e.work_order_id
 WHERE l.option_id = :option_id AND l.estimate_id = :id
 ORDER BY l.position;

-- name: estimate_unapproved
SELECT EXISTS (SELECT FROM estimate_line l JOIN approval a ON a.id = l.approval_id
                WHERE l.estimate_id = :id AND a.status <> 'approved') AS waits;

-- name: estimate_lines_decide
UPDATE estimate_line l
   SET decision = d.decision, reason = d.reason
  FROM unnest(:line_ids::uuid[], :decisions::text[], :reasons::text[]) d (id, decision, reason)
 WHERE l.id = d.id;

-- What was declined or put off with an estimate that is made anew is offered again with it.

-- name: estimate_declined_retire
UPDATE work_order_line
   SET status = 'withdrawn', revives_line_id = NULL, revives_elsewhere_store_id = NULL, revives_elsewhere_id = NULL, updated_at = :now, changed = pg_current_xact_id()
 WHERE estimate_line_id IN (SELECT l.id FROM estimate_line l WHERE l.estimate_id = :id) AND status IN ('declined', 'deferred');

-- name: estimate_decide   rows: 1
UPDATE estimate
   SET status = :status, chosen_option_id = :option_id, authorisation_id = :authorisation_id, method = :method,
       by_name = :by_name, reason = :reason, decided_at = :now,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: estimate_of_link
SELECT e.id, c.name AS customer_name
  FROM estimate e
  JOIN customer c ON c.id = e.customer_id
 WHERE e.link_id = :actor_id AND e.deleted_at IS NULL;

-- What was sent and no longer holds in its store, or whose order has ended.  No store's day is more than one ahead of UTC's,
-- so that the first of the two conditions, which the indexes serve, leaves none out.

-- name: estimate_expire_due
UPDATE estimate e
   SET status = 'expired', version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE e.id IN (SELECT d.id
                  FROM estimate d
                  JOIN store s ON s.id = d.store_id
                 WHERE d.status = 'sent'
                   AND (d.order_ended OR d.valid_until <= (:now::timestamptz AT TIME ZONE 'UTC')::date)
                   AND (d.order_ended OR d.valid_until < (:now::timestamptz AT TIME ZONE s.time_zone)::date)
                 LIMIT 500
                   FOR NO KEY UPDATE OF d SKIP LOCKED)
RETURNING e.id, e.store_id;

-- What was not wanted of a vehicle's work in the stores the caller sees, until a later line takes it up.

-- name: deferred_lines   page unnamed
SELECT l.id, l.store_id, l.work_order_id, w.number AS work_order_number, l.kind, l.operation_id, l.part_id, l.description,
       l.quantity, l.unit_price, l.amount, l.payer, l.status, l.reason, l.reason_code, l.deferred_until, l.deferred_until_km,
       coalesce(l.deferred_until <= (:now::timestamptz AT TIME ZONE s.time_zone)::date, false)
       OR coalesce(l.deferred_until_km <= v.odometer_km, false) AS due, l.note, w.opened_at, l.updated_at,
       l.created_at AS _after_at, l.id AS _after_id
  FROM work_order w
  JOIN work_order_line l ON l.work_order_id = w.id
  JOIN store s ON s.id = w.store_id
  JOIN vehicle v ON v.id = w.vehicle_id
 WHERE w.vehicle_id = :id AND l.status IN ('declined', 'deferred') AND l.kind <> 'discount'
   AND NOT line_revived(l.id)
   AND (:after_at::timestamptz IS NULL OR (l.created_at, l.id) < (:after_at, :after_id::uuid))
 ORDER BY l.created_at DESC, l.id DESC
 LIMIT :limit;
