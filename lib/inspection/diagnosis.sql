-- Diagnoses, their fault codes and reviews.

-- name: diagnosis_get
SELECT d.id, d.version, d.store_id, d.number, d.status, d.reception_id,
       d.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", d.concern_id,
       d.complex, d.complaint, d.cause, d.correction, d.cause_code, d.created_by, d.submitted_by, d.submitted_at,
       d.signed_by, d.signed_at, d.review_requested_at, d.agreed_by, d.agreed_at, d.created_at, d.updated_at, d.note, d.external_ids, d.metadata
  FROM diagnosis d
  LEFT JOIN vehicle v ON v.id = d.vehicle_id
 WHERE d.id = ANY (:ids) AND d.deleted_at IS NULL;

-- name: diagnosis_codes
SELECT c.diagnosis_id AS _parent, c.position, c.code, c.control_unit, c.state, c.description
  FROM diagnosis_code c
 WHERE c.diagnosis_id = ANY (:ids)
 ORDER BY c.diagnosis_id, c.position;

-- name: diagnosis_reviews
SELECT r.diagnosis_id AS _parent, r.id, r.outcome, r.reviewer_id, r.reason, r.note, r.at
  FROM diagnosis_review r
 WHERE r.diagnosis_id = ANY (:ids)
 ORDER BY r.diagnosis_id, r.at, r.id;

-- A store's page is read off (store_id, created_at, id), the chain's off (created_at, id).

-- name: diagnosis_list   page unnamed
-- sort: -created_at   d.created_at::timestamptz AS at, d.id::uuid AS id
-- sort: created_at    d.created_at::timestamptz AS at, d.id::uuid AS id
SELECT d.id, d.version, d.store_id, d.number, d.status, d.reception_id,
       d.vehicle_id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", d.concern_id,
       d.complex, d.complaint, d.cause, d.correction, d.cause_code, d.created_by, d.submitted_by, d.submitted_at,
       d.signed_by, d.signed_at, d.review_requested_at, d.agreed_by, d.agreed_at, d.created_at, d.updated_at,
       {keys}
  FROM diagnosis d
  LEFT JOIN vehicle v ON v.id = d.vehicle_id
 WHERE d.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR d.store_id = :scope_store)
   AND (:status::text[] IS NULL OR d.status = ANY (:status))
   AND (:reception_id::uuid IS NULL OR d.reception_id = :reception_id)
   AND (:work_order_id::uuid IS NULL OR d.reception_id = (SELECT w.reception_id FROM work_order w WHERE w.id = :work_order_id))
   AND (:vehicle_id::uuid IS NULL OR d.vehicle_id = :vehicle_id)
   AND (:number::text IS NULL OR d.number = :number)
   AND (:fault_code::text IS NULL OR d.id = ANY (ARRAY(SELECT c.diagnosis_id FROM diagnosis_code c WHERE c.code = upper(:fault_code))))
   AND (:complex::boolean IS NULL OR d.complex = :complex)
   AND (:created_from::timestamptz IS NULL OR d.created_at >= :created_from)
   AND (:created_to::timestamptz IS NULL OR d.created_at < :created_to)
   AND (:updated_after::timestamptz IS NULL OR d.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (d.changed >= :after_position::text::xid8 AND d.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: fault_code_list   page unnamed
SELECT f.code, nullif(f.manufacturer, 'GENERIC') AS manufacturer,
       CASE left(f.code, 1) WHEN 'C' THEN 'chassis' WHEN 'B' THEN 'body' WHEN 'U' THEN 'network' ELSE 'powertrain' END AS system,
       f.description, f.code AS _after_code, f.manufacturer AS _after_key
  FROM fault_code f
 WHERE (:q::text IS NULL OR starts_with(f.code, upper(:q)) OR strpos(lower(f.description), lower(:q)) > 0)
   AND (:manufacturer::text IS NULL OR f.manufacturer IN (upper(:manufacturer), 'GENERIC'))
   AND (:after_code::text IS NULL OR (f.code, f.manufacturer) > (:after_code, :after_key))
 ORDER BY f.code, f.manufacturer
 LIMIT :limit;

-- name: diagnosis_concern
SELECT k.id FROM reception_concern k WHERE k.id = :concern_id AND k.reception_id = :reception_id;

-- name: diagnosis_lock
SELECT d.version, d.store_id, d.status, d.complex, d.cause, d.correction, d.submitted_by, d.created_by, d.review_requested_at IS NOT NULL AS reviewed,
       :actor_id = ANY (d.editors) AS edited
  FROM diagnosis d
 WHERE d.id = :id AND d.deleted_at IS NULL
   FOR NO KEY UPDATE;

-- name: diagnosis_add
INSERT INTO diagnosis (id, store_id, number, reception_id, vehicle_id, concern_id, complex, complaint, cause, correction, cause_code,
                       note, created_by, external_ids, metadata, created_at, updated_at)
VALUES (:diagnosis_id, :store_id, :number, :reception_id, :vehicle_id, :concern_id, coalesce(:complex, false), :complaint, :cause,
        :correction, :cause_code, :note, :actor_id, coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now);

-- A code means what was said, else what it means at the vehicle's maker, else what it means for all.

-- name: diagnosis_codes_add
INSERT INTO diagnosis_code (diagnosis_id, store_id, position, code, control_unit, state, description)
SELECT d.id, d.store_id, c.position, upper(c.code), c.control_unit, c.state,
       coalesce(c.description, (SELECT f.description
                                  FROM fault_code f
                                 WHERE f.code = upper(c.code) AND f.manufacturer IN (upper(v.make), 'GENERIC')
                                 ORDER BY f.manufacturer = 'GENERIC'
                                 LIMIT 1))
  FROM diagnosis d
  LEFT JOIN vehicle v ON v.id = d.vehicle_id
 CROSS JOIN unnest(:fault_codes.code::text[], :fault_codes.control_unit::text[], :fault_codes.state::text[],
                   :fault_codes.description::text[])
       WITH ORDINALITY c (code, control_unit, state, description, position)
 WHERE d.id = :diagnosis_id;

-- name: diagnosis_codes_remove
DELETE FROM diagnosis_code WHERE diagnosis_id = :diagnosis_id;

-- Who changes the text has written of it.

-- name: diagnosis_update   rows: 1
UPDATE diagnosis
   SET editors = CASE WHEN (:has_complaint OR :has_cause OR :has_correction OR :has_cause_code OR :has_note OR :has_fault_codes)
                           AND NOT :actor_id::uuid = ANY (editors)
                      THEN editors || :actor_id::uuid ELSE editors END,
       complaint = CASE WHEN :has_complaint THEN :complaint ELSE complaint END,
       cause = CASE WHEN :has_cause THEN :cause ELSE cause END,
       correction = CASE WHEN :has_correction THEN :correction ELSE correction END,
       cause_code = CASE WHEN :has_cause_code THEN :cause_code ELSE cause_code END,
       complex = CASE WHEN :has_complex THEN :complex ELSE complex END,
       note = CASE WHEN :has_note THEN :note ELSE note END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: diagnosis_move   rows: 1
UPDATE diagnosis
   SET status = :status,
       complex = complex OR :status = 'in_review',
       review_requested_at = CASE :status::text WHEN 'in_review' THEN :now ELSE review_requested_at END,
       submitted_at = CASE :status::text WHEN 'draft' THEN NULL WHEN 'submitted' THEN greatest(created_at, :happened_at) ELSE submitted_at END,
       submitted_by = CASE :status::text WHEN 'draft' THEN NULL WHEN 'submitted' THEN :actor_id ELSE submitted_by END,
       signed_at = CASE :status::text WHEN 'signed' THEN :now ELSE signed_at END,
       signed_by = CASE :status::text WHEN 'signed' THEN :actor_id ELSE signed_by END,
       agreed_at = CASE :status::text WHEN 'agreed' THEN :now ELSE agreed_at END,
       agreed_by = CASE :status::text WHEN 'agreed' THEN :actor_id ELSE agreed_by END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: diagnosis_review_add
INSERT INTO diagnosis_review (id, store_id, diagnosis_id, outcome, reviewer_id, reason, note, at)
VALUES (:review_id, :store_id, :id, :outcome, :actor_id, :reason, :note, :now);

-- Whether a complex order lacks a diagnosis agreed by a second person where its store asks for one.

-- name: diagnosis_lacking
SELECT EXISTS (SELECT
                 FROM store_policy p
                WHERE p.store_id = :store_id AND p.diagnosis_required = 'complex'
                  AND (:work_order_id::uuid IS NULL
                       OR EXISTS (SELECT FROM work_order w WHERE w.id = :work_order_id AND w.fault_class = 'complex'))
                  AND NOT EXISTS (SELECT FROM diagnosis d
                                   WHERE d.reception_id = :reception_id AND d.status = 'agreed' AND d.deleted_at IS NULL)) AS lacking;
