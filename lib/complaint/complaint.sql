-- Complaints and their steps.

-- name: complaint_list   page unnamed
-- sort: -received_at   k.received_at::timestamptz AS at, k.id::uuid AS id
-- sort: received_at   k.received_at::timestamptz AS at, k.id::uuid AS id
SELECT k.id, k.version, k.store_id, k.number, k.origin, k.status,
       k.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       k.contact_name AS "contact.name", mask_phone(k.contact_phone) AS "contact.phone",
       k.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       k.work_order_id, k.survey_id, k.channel, k.category, k.severity, k.description,
       k.owner_id, o.id AS "owner.id", o.name AS "owner.name", k.objection_count,
       k.received_at, k.closed_at, k.created_at, k.updated_at,
       {keys}
  FROM complaint k
  LEFT JOIN customer c ON c.id = k.customer_id
  LEFT JOIN vehicle v ON v.id = k.vehicle_id
  LEFT JOIN staff o ON o.id = k.owner_id
 WHERE k.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR k.store_id = :scope_store)
   AND (:status::text[] IS NULL OR k.status = ANY (:status))
   AND (:origin::text[] IS NULL OR k.origin = ANY (:origin))
   AND (:severity::text[] IS NULL OR k.severity = ANY (:severity))
   AND (:work_order_id::uuid IS NULL OR k.work_order_id = :work_order_id)
   AND (:customer_id::uuid IS NULL OR k.customer_id = :customer_id)
   AND (:owner_id::uuid IS NULL OR k.owner_id = :owner_id)
   AND (:number::text IS NULL OR k.number = :number)
   AND (:from::timestamptz IS NULL OR k.received_at >= :from)
   AND (:to::timestamptz IS NULL OR k.received_at < :to)
   AND (:updated_after::timestamptz IS NULL OR k.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (k.changed >= :after_position::text::xid8 AND k.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: complaint_get
SELECT k.id, k.version, k.store_id, k.number, k.origin, k.status,
       k.customer_id, c.id AS "customer.id", c.name AS "customer.name", mask_phone(c.phone) AS "customer.phone",
       k.contact_name AS "contact.name", mask_phone(k.contact_phone) AS "contact.phone",
       k.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       k.work_order_id, k.survey_id, k.channel, k.category, k.severity, k.description, k.desired_outcome,
       k.owner_id, o.id AS "owner.id", o.name AS "owner.name", k.objection_count,
       k.root_cause, k.plan, k.answer, k.reason, k.external_ids, k.metadata,
       k.received_at, k.closed_at, k.created_at, k.updated_at
  FROM complaint k
  LEFT JOIN customer c ON c.id = k.customer_id
  LEFT JOIN vehicle v ON v.id = k.vehicle_id
  LEFT JOIN staff o ON o.id = k.owner_id
 WHERE k.id = ANY (:ids) AND k.deleted_at IS NULL;

-- name: complaint_steps
SELECT t.complaint_id AS _parent, t.id, t.status, t.note, t.at, f.id AS "actor.id", f.name AS "actor.name"
  FROM complaint_step t
  LEFT JOIN staff f ON f.id = t.actor_id
 WHERE t.complaint_id = ANY (:ids)
 ORDER BY t.complaint_id, t.at, t.id;

-- name: complaint_order
SELECT w.id FROM work_order w WHERE w.id = :work_order_id AND w.store_id = :store_id AND w.deleted_at IS NULL;

-- name: complaint_add
INSERT INTO complaint (id, store_id, number, origin, status, customer_id, contact_name, contact_phone, vehicle_id,
                       work_order_id, survey_id, channel, category, severity, description, desired_outcome,
                       received_at, external_ids, metadata, created_at, updated_at)
VALUES (:id, :store_id, :number, :origin, 'received', :customer_id, :contact.name, :contact.phone, :vehicle_id,
        :work_order_id, :survey_id, :channel, :category, 'general', :description, :desired_outcome,
        :now, coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now);

-- name: complaint_lock
SELECT k.version, k.store_id, k.status FROM complaint k WHERE k.id = :id AND k.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: complaint_owner
SELECT f.id FROM staff f WHERE f.id = :owner_id AND f.active AND f.deleted_at IS NULL;

-- name: complaint_update   rows: 1
UPDATE complaint
   SET channel = CASE WHEN :has_channel THEN :channel ELSE channel END,
       description = CASE WHEN :has_description THEN :description ELSE description END,
       desired_outcome = CASE WHEN :has_desired_outcome THEN :desired_outcome ELSE desired_outcome END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: complaint_move   rows: 1
UPDATE complaint
   SET status = :status, reason = coalesce(:reason, reason),
       objection_count = objection_count + CASE WHEN :objected THEN 1 ELSE 0 END,
       closed_at = CASE :status::text WHEN 'closed' THEN :now WHEN 'archived' THEN closed_at END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: complaint_set_owner
UPDATE complaint SET owner_id = :owner_id, changed = pg_current_xact_id() WHERE id = :id;

-- name: complaint_set_analysis
UPDATE complaint
   SET root_cause = coalesce(:root_cause, root_cause), severity = coalesce(:severity, severity),
       category = coalesce(:category, category), changed = pg_current_xact_id()
 WHERE id = :id;

-- name: complaint_set_plan
UPDATE complaint SET plan = :plan, changed = pg_current_xact_id() WHERE id = :id;

-- name: complaint_set_answer
UPDATE complaint SET answer = :answer, changed = pg_current_xact_id() WHERE id = :id;

-- name: complaint_step_add
INSERT INTO complaint_step (id, store_id, complaint_id, status, note, at, actor_id)
VALUES (:step_id, :store_id, :id, :status, :note, :now, :actor_id);
