-- Repair agreements.

-- name: agreement_get
SELECT a.id, a.version, a.store_id, a.number, a.status, a.work_order_id, w.id AS "work_order.id", w.number AS "work_order.number",
       a.amount_limit, m.amount AS authorised_amount, m.amount > a.amount_limit AS over_limit, a.limit_passed_at, a.old_parts, a.terms,
       a.document_file_id, a.document_sha256, a.customer_signature_file_id, a.store_signature_file_id, a.signed_by_name, a.signed_by,
       a.signed_at, a.reason, a.note, a.voided_by, a.voided_at, a.created_by, a.external_ids, a.metadata, a.created_at, a.updated_at
  FROM agreement a
  JOIN work_order w ON w.id = a.work_order_id
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(CASE l.kind WHEN 'discount' THEN -l.amount ELSE l.amount END), 0)::bigint AS amount
         FROM work_order_line l
        WHERE l.work_order_id = w.id AND l.status = 'authorised' AND l.payer = 'customer') m
 WHERE a.id = ANY (:ids) AND a.deleted_at IS NULL;

-- A store's page is read off (store_id, created_at, id), the chain's off (created_at, id).

-- name: agreement_list   page unnamed
-- sort: -created_at   a.created_at::timestamptz AS at, a.id::uuid AS id
-- sort: created_at    a.created_at::timestamptz AS at, a.id::uuid AS id
SELECT a.id, a.version, a.store_id, a.number, a.status, a.work_order_id, w.id AS "work_order.id", w.number AS "work_order.number",
       a.amount_limit, m.amount AS authorised_amount, m.amount > a.amount_limit AS over_limit, a.limit_passed_at, a.old_parts, a.terms,
       a.document_file_id, a.document_sha256, a.customer_signature_file_id, a.store_signature_file_id, a.signed_by_name, a.signed_by,
       a.signed_at, a.reason, a.note, a.voided_by, a.voided_at, a.created_by, a.external_ids, a.metadata, a.created_at, a.updated_at,
       {keys}
  FROM agreement a
  JOIN work_order w ON w.id = a.work_order_id
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(CASE l.kind WHEN 'discount' THEN -l.amount ELSE l.amount END), 0)::bigint AS amount
         FROM work_order_line l
        WHERE l.work_order_id = w.id AND l.status = 'authorised' AND l.payer = 'customer') m
 WHERE a.deleted_at IS NULL
   AND (:scope_store::uuid IS NULL OR a.store_id = :scope_store)
   AND (:status::text[] IS NULL OR a.status = ANY (:status))
   AND (:work_order_id::uuid IS NULL OR a.work_order_id = :work_order_id)
   AND (:number::text IS NULL OR a.number = :number)
   -- agreement_passed_idx and agreement_passed_chain_idx know which
   AND (:limit_passed::boolean IS NOT TRUE OR a.limit_passed_at IS NOT NULL)
   AND (:limit_passed IS NOT FALSE OR a.limit_passed_at IS NULL)
   AND (:created_from::timestamptz IS NULL OR a.created_at >= :created_from)
   AND (:created_to::timestamptz IS NULL OR a.created_at < :created_to)
   AND (:updated_after::timestamptz IS NULL OR a.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (a.changed >= :after_position::text::xid8 AND a.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: agreement_order
SELECT a.work_order_id FROM agreement a WHERE a.id = :id AND a.deleted_at IS NULL;

-- name: agreement_lock
SELECT a.version, a.store_id, a.status FROM agreement a WHERE a.id = :id AND a.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: agreement_add
INSERT INTO agreement (id, store_id, number, work_order_id, amount_limit, old_parts, terms, created_by, external_ids, metadata,
                       created_at, updated_at)
SELECT :agreement_id, w.store_id, :number, w.id, :amount_limit, coalesce(:old_parts, w.old_parts, 'given_up'), :terms, :actor_id,
       coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now
  FROM work_order w
 WHERE w.id = :work_order_id;

-- name: agreement_update   rows: 1
UPDATE agreement
   SET amount_limit = CASE WHEN :has_amount_limit THEN :amount_limit ELSE amount_limit END,
       old_parts = CASE WHEN :has_old_parts THEN :old_parts ELSE old_parts END,
       terms = CASE WHEN :has_terms THEN :terms ELSE terms END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: agreement_document
SELECT f.sha256, f.media_type
  FROM file f
 WHERE f.id = :document_file_id AND f.store_id = :store_id AND f.deleted_at IS NULL;

-- name: agreement_sign   rows: 1
UPDATE agreement
   SET status = 'signed', document_file_id = :document_file_id, document_sha256 = :sha256,
       customer_signature_file_id = :customer_signature_file_id, store_signature_file_id = :store_signature_file_id,
       signed_by_name = :signed_by_name, signed_by = :actor_id, signed_at = greatest(created_at, :happened_at),
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: agreement_void   rows: 1
UPDATE agreement
   SET status = 'void', reason = :reason, note = :note, voided_by = :actor_id, voided_at = :now,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;
