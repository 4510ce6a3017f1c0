-- Customers, their contacts and consents.  An id that was merged away stands for the one that stayed.

-- name: customer_get
SELECT c.id, c.version, c.kind, c.name, mask_phone(c.phone) AS phone, c.preferred_channel, c.source, c.tags,
       c.created_at, c.updated_at, c.deleted_at, c.deleted_reason, c.merged_into, c.external_ids, c.metadata
  FROM customer c
 WHERE c.id = ANY (ARRAY(SELECT coalesce(m.merged_into, m.id) FROM customer m WHERE m.id = ANY (:ids)))
   AND c.deleted_at IS NULL;

-- name: customer_contacts_of
SELECT k.customer_id AS _parent, k.id, k.version, k.customer_id, k.kind, mask_contact(k.kind, k.value) AS value,
       k.name, k.role, k.created_at, k.updated_at
  FROM customer_contact k
 WHERE k.customer_id = ANY (ARRAY(SELECT coalesce(m.merged_into, m.id) FROM customer m WHERE m.id = ANY (:ids)))
   AND k.deleted_at IS NULL
 ORDER BY k.customer_id, k.created_at, k.id;

-- name: customer_phone_get
SELECT c.id, c.phone, c.id_number
  FROM customer c
 WHERE c.id = ANY (ARRAY(SELECT coalesce(m.merged_into, m.id) FROM customer m WHERE m.id = ANY (:ids)))
   AND c.deleted_at IS NULL;

-- name: customer_list   page unnamed
-- sort: -created_at   f.id::uuid AS id
-- sort: created_at    f.id::uuid AS id
-- Ids are made in the order of time, nearly all within a day of the customer (the others have an index of their own).
-- What is narrowest leads: words typed, a phone, the store, else the chain, of them the days and the kind (companies are
-- found by an index of theirs); the customers follow one by one, so that row security looks at a page of them and no more.
-- (A leader in order is what lets the planner stop after a page.)
SELECT c.id, c.version, c.kind, c.name, mask_phone(c.phone) AS phone, c.preferred_channel, c.source, c.tags,
       c.created_at, c.updated_at, c.deleted_at, c.deleted_reason, c.merged_into,
       {keys}
  FROM ((SELECT DISTINCT k.subject_id AS id, NULL::boolean AS off
           FROM unnest(:search_kinds::text[], :search_keys::text[], :search_ends::text[]) w (kind, key, past)
           JOIN search_key k ON k.kind = w.kind AND k.subject = 'customer' AND k.key >= w.key AND k.key < w.past
          WHERE :q::text IS NOT NULL
            AND (:search_stores::uuid[] IS NOT NULL AND k.store_id = ANY (:search_stores::uuid[])
                 OR :search_stores::uuid[] IS NULL AND k.store_id IS NULL)
          ORDER BY k.subject_id {down})
        UNION ALL
        (SELECT p.id, NULL FROM customer p WHERE :q::text IS NULL AND p.phone = :phone
          ORDER BY p.id {down})
        UNION ALL
        (SELECT l.customer_id, false FROM customer_store l
          WHERE :q::text IS NULL AND :phone::text IS NULL AND :kind::text[] IS NULL AND l.store_id = :scope_store
            AND (:created_from::timestamptz IS NULL OR l.customer_id >= id_at(:created_from::timestamptz - interval '1 day'))
            AND (:created_to::timestamptz IS NULL OR l.customer_id < id_at(:created_to::timestamptz + interval '1 day'))
          ORDER BY l.customer_id {down})
        UNION ALL
        (SELECT l.customer_id, NULL FROM customer_store l JOIN customer n ON n.id = l.customer_id
          WHERE :q::text IS NULL AND :phone::text IS NULL AND :kind::text[] IS NOT NULL AND l.store_id = :scope_store
            AND n.kind = ANY (:kind)
          ORDER BY l.customer_id {down})
        UNION ALL
        (SELECT a.id, false FROM customer a
          WHERE :q::text IS NULL AND :phone::text IS NULL AND :scope_store::uuid IS NULL
            AND (:kind::text[] IS NULL OR a.kind = ANY (:kind))
            AND (:created_from::timestamptz IS NULL OR a.id >= id_at(:created_from::timestamptz - interval '1 day'))
            AND (:created_to::timestamptz IS NULL OR a.id < id_at(:created_to::timestamptz + interval '1 day'))
          ORDER BY a.id {down})
        UNION ALL
        (SELECT a.id, true FROM customer a
          WHERE :q::text IS NULL AND :phone::text IS NULL AND (:scope_store::uuid IS NULL OR :kind::text[] IS NULL)
            AND id_off(a.id, a.created_at)
            AND (:scope_store::uuid IS NULL OR a.id IN (SELECT l.customer_id FROM customer_store l WHERE l.store_id = :scope_store))
          ORDER BY a.id {down})) f
 CROSS JOIN LATERAL (
       SELECT o.id, o.version, o.kind, o.name, o.phone, o.preferred_channel, o.source, o.tags, o.created_at,
              o.updated_at, o.deleted_at, o.deleted_reason, o.merged_into
         FROM customer o
        WHERE o.id = f.id
          AND (f.off IS NULL OR f.off = id_off(o.id, o.created_at))
          AND (o.deleted_at IS NULL OR :after_position::text IS NOT NULL)
          AND (:phone::text IS NULL OR o.phone = :phone)
          AND (:kind::text[] IS NULL OR o.kind = ANY (:kind))
          AND (:tag::text IS NULL OR :tag = ANY (o.tags))
          AND (:created_from::timestamptz IS NULL OR o.created_at >= :created_from)
          AND (:created_to::timestamptz IS NULL OR o.created_at < :created_to)
          AND (:updated_after::timestamptz IS NULL OR o.updated_at > :updated_after)
          AND (:after_position::text IS NULL
               OR (o.changed >= :after_position::text::xid8 AND o.changed < pg_snapshot_xmin(pg_current_snapshot())))
        LIMIT 1) c
 WHERE {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: customer_list_named   unnamed sorts: customer_list
-- sort: name    c.name COLLATE "zh-x-icu"::text AS name, c.id::uuid AS id
-- sort: -name   c.name COLLATE "zh-x-icu"::text AS name, c.id::uuid AS id
-- Chinese names in the order of their pinyin.  The chain's are read in that order; a store's own, and those that
-- were typed for, are few enough to be put in order.
SELECT c.id, c.version, c.kind, c.name, mask_phone(c.phone) AS phone, c.preferred_channel, c.source, c.tags,
       c.created_at, c.updated_at, c.deleted_at, c.deleted_reason, c.merged_into,
       {keys}
  FROM customer c
 WHERE (c.deleted_at IS NULL OR :after_position::text IS NOT NULL)
   AND (:scope_store::uuid IS NULL OR :q::text IS NOT NULL OR :phone::text IS NOT NULL
        OR c.id = ANY (ARRAY(SELECT l.customer_id FROM customer_store l WHERE l.store_id = :scope_store)))
   AND (:q::text IS NULL
        OR c.id = ANY (ARRAY(SELECT k.subject_id
                               FROM unnest(:search_kinds::text[], :search_keys::text[], :search_ends::text[]) w (kind, key, past)
                               JOIN search_key k ON k.kind = w.kind AND k.subject = 'customer' AND k.key >= w.key AND k.key < w.past
                              WHERE :search_stores::uuid[] IS NOT NULL AND k.store_id = ANY (:search_stores::uuid[])
                                 OR :search_stores::uuid[] IS NULL AND k.store_id IS NULL)))
   AND (:phone::text IS NULL OR c.phone = :phone)
   AND (:kind::text[] IS NULL OR c.kind = ANY (:kind))
   AND (:tag::text IS NULL OR :tag = ANY (c.tags))
   AND (:created_from::timestamptz IS NULL OR c.created_at >= :created_from)
   AND (:created_to::timestamptz IS NULL OR c.created_at < :created_to)
   AND (:updated_after::timestamptz IS NULL OR c.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (c.changed >= :after_position::text::xid8 AND c.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND {after}
 ORDER BY {order}
 LIMIT :limit;

-- name: customer_visible
SELECT c.id
  FROM customer c
 WHERE c.id = (SELECT coalesce(m.merged_into, m.id) FROM customer m WHERE m.id = :id) AND c.deleted_at IS NULL;

-- name: customer_resolve
-- The lock keeps a merge out until the document that names the customer is saved.
SELECT c.id
  FROM customer c
 WHERE c.id = (SELECT coalesce(m.merged_into, m.id) FROM customer m WHERE m.id = :id) AND c.deleted_at IS NULL
   FOR KEY SHARE OF c;

-- name: customer_find
SELECT f.id, f.linked FROM customer_find(:phone, :store_id) f;

-- name: customer_link
INSERT INTO customer_store (customer_id, store_id, why, at)
VALUES (:customer_id, :store_id, :why, :now)
ON CONFLICT DO NOTHING;

-- name: customer_lock
SELECT c.id, c.version, c.kind, c.name, c.phone
  FROM customer c
 WHERE c.id = (SELECT coalesce(m.merged_into, m.id) FROM customer m WHERE m.id = :id) AND c.deleted_at IS NULL
   FOR NO KEY UPDATE;

-- name: customer_lock_alone
-- Also against every document that is being made for them.
SELECT c.id, c.version
  FROM customer c
 WHERE c.id = (SELECT coalesce(m.merged_into, m.id) FROM customer m WHERE m.id = :id) AND c.deleted_at IS NULL
   FOR UPDATE;

-- name: customer_first_open
SELECT o.number
  FROM (SELECT w.number FROM work_order w
         WHERE w.customer_id = :customer_id AND w.status NOT IN ('closed', 'cancelled') AND w.deleted_at IS NULL
        UNION ALL
        SELECT r.number FROM reception r
         WHERE r.customer_id = :customer_id AND r.deleted_at IS NULL
           AND (r.status IN ('waiting', 'greeted', 'checking')
                OR r.status = 'handed_over' AND NOT EXISTS (SELECT FROM work_order w WHERE w.reception_id = r.id))
        UNION ALL
        SELECT a.number FROM appointment a
         WHERE a.customer_id = :customer_id AND a.status IN ('pending', 'confirmed', 'arrived') AND a.deleted_at IS NULL
        UNION ALL
        SELECT s.number FROM sales_order s
         WHERE s.customer_id = :customer_id AND s.status IN ('draft', 'confirmed', 'partly_shipped', 'shipped')
        UNION ALL
        SELECT d.number FROM deposit d WHERE d.customer_id = :customer_id AND d.status = 'held'
        UNION ALL
        SELECT m.number FROM complaint m
         WHERE m.customer_id = :customer_id AND m.status NOT IN ('closed', 'withdrawn', 'archived') AND m.deleted_at IS NULL) o
 LIMIT 1;

-- name: customer_add
INSERT INTO customer (id, kind, name, phone, preferred_channel, source, id_number, tags, external_ids, metadata,
                      created_at, updated_at)
VALUES (:customer_id, :kind, :name, :phone, :preferred_channel, :source, :id_number, coalesce(:tags::text[], '{}'),
        coalesce(:external_ids::jsonb, '{}'), coalesce(:metadata::jsonb, '{}'), :now, :now);

-- name: customer_update
UPDATE customer
   SET kind = CASE WHEN :has_kind THEN :kind ELSE kind END,
       name = CASE WHEN :has_name THEN :name ELSE name END,
       phone = CASE WHEN :has_phone THEN :phone ELSE phone END,
       preferred_channel = CASE WHEN :has_preferred_channel THEN :preferred_channel ELSE preferred_channel END,
       source = CASE WHEN :has_source THEN :source ELSE source END,
       id_number = CASE WHEN :has_id_number THEN :id_number ELSE id_number END,
       tags = CASE WHEN :has_tags THEN coalesce(:tags::text[], '{}') ELSE tags END,
       external_ids = CASE WHEN :has_external_ids THEN :external_ids::jsonb ELSE external_ids END,
       metadata = CASE WHEN :has_metadata THEN :metadata::jsonb ELSE metadata END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :customer_id;

-- name: customer_delete
UPDATE customer
   SET deleted_at = :now, deleted_by = :actor_id, deleted_reason = :reason,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :customer_id;

-- name: customer_merge_lock
-- Both, in one order, against every document that is being made for them.
SELECT c.id, c.name, c.phone, c.kind
  FROM customer c
 WHERE c.id IN (:keep_id, :merge_id) AND c.deleted_at IS NULL
 ORDER BY c.id
   FOR UPDATE;

-- name: customer_repoint
SELECT customer_repoint(:merge_id, :keep_id, :now);

-- name: customer_merge   rows: 1
UPDATE customer
   SET merged_into = :keep_id, deleted_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :merge_id;

-- name: customer_merge_into   rows: 1
UPDATE customer c
   SET phone = coalesce(c.phone, g.phone), source = coalesce(c.source, g.source),
       id_number = coalesce(c.id_number, g.id_number),
       preferred_channel = coalesce(c.preferred_channel, g.preferred_channel),
       tags = ARRAY(SELECT DISTINCT t FROM unnest(c.tags || g.tags) t ORDER BY t),
       external_ids = g.external_ids || c.external_ids, metadata = g.metadata || c.metadata,
       version = c.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM customer g
 WHERE c.id = :keep_id AND g.id = :merge_id;

-- name: customer_phones_of
SELECT k.value FROM customer_contact k
 WHERE k.customer_id = :customer_id AND k.kind = 'phone' AND k.deleted_at IS NULL;

-- Among those who are known to have something in common with another (customer_twin), or had: what still holds is told.
-- name: customer_duplicates   page unnamed
SELECT d.reason, a.id AS "customer.id", a.name AS "customer.name", mask_phone(a.phone) AS "customer.phone",
       b.id AS "other.id", b.name AS "other.name", mask_phone(b.phone) AS "other.phone",
       a.id AS _after_id, b.id AS _after_other
  FROM customer_twin t
  JOIN customer a ON a.id = t.id AND a.deleted_at IS NULL
 CROSS JOIN LATERAL (
       SELECT y.id, 'same_phone' AS reason
         FROM customer y
        WHERE y.phone = a.phone AND y.id > a.id AND y.deleted_at IS NULL
        UNION
       SELECT y.id, 'same_name_and_vehicle'
         FROM vehicle_owner o
         JOIN vehicle_owner p ON p.vehicle_id = o.vehicle_id AND p.customer_id > o.customer_id
         JOIN customer y ON y.id = p.customer_id AND y.deleted_at IS NULL AND y.name = a.name
        WHERE o.customer_id = a.id AND (a.phone IS DISTINCT FROM y.phone OR a.phone IS NULL)) d
  JOIN customer b ON b.id = d.id
 WHERE (:after_id::uuid IS NULL OR t.id >= :after_id AND (t.id, b.id) > (:after_id, :after_other::uuid))
 ORDER BY t.id, b.id
 LIMIT :limit;

-- name: contact_list   page unnamed
SELECT k.id, k.version, k.customer_id, k.kind, mask_contact(k.kind, k.value) AS value, k.name, k.role,
       k.created_at, k.updated_at, k.created_at AS _after_at, k.id AS _after_id
  FROM customer_contact k
 WHERE k.customer_id = (SELECT coalesce(m.merged_into, m.id) FROM customer m WHERE m.id = :id)
   AND k.deleted_at IS NULL
   AND (:updated_after::timestamptz IS NULL OR k.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (k.changed >= :after_position::text::xid8 AND k.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_at::timestamptz IS NULL OR (k.created_at, k.id) > (:after_at, :after_id::uuid))
 ORDER BY k.created_at, k.id
 LIMIT :limit;

-- name: contact_value_list   page unnamed
SELECT k.id, k.version, k.customer_id, k.kind, k.value, k.name, k.role, k.created_at, k.updated_at,
       k.created_at AS _after_at, k.id AS _after_id
  FROM customer_contact k
 WHERE k.customer_id = (SELECT coalesce(m.merged_into, m.id) FROM customer m WHERE m.id = :id)
   AND k.deleted_at IS NULL
   AND (:updated_after::timestamptz IS NULL OR k.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (k.changed >= :after_position::text::xid8 AND k.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_at::timestamptz IS NULL OR (k.created_at, k.id) > (:after_at, :after_id::uuid))
 ORDER BY k.created_at, k.id
 LIMIT :limit;

-- name: contact_get
SELECT k.id, k.version, k.customer_id, k.kind, mask_contact(k.kind, k.value) AS value, k.name, k.role,
       k.created_at, k.updated_at
  FROM customer_contact k
 WHERE k.id = ANY (:ids) AND k.deleted_at IS NULL;

-- name: contact_add
INSERT INTO customer_contact (id, customer_id, kind, value, name, role, created_at, updated_at)
VALUES (:contact_id, :customer_id, :kind, :value, :name, :role, :now, :now);

-- name: contact_lock
-- With the customer, whose keys change: locked first, as a merge does.
SELECT k.version, c.id AS customer_id, c.name, c.kind, c.phone
  FROM customer_contact k
  JOIN customer c ON c.id = k.customer_id AND c.deleted_at IS NULL
 WHERE k.id = :id AND k.deleted_at IS NULL
   FOR NO KEY UPDATE OF c, k;

-- name: contact_delete
UPDATE customer_contact
   SET deleted_at = :now, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: consent_list   page unnamed
SELECT s.id, s.customer_id, s.channel, s.purpose, s.text_version, s.granted_at, s.withdrawn_at,
       s.granted_at AS _after_at, s.id AS _after_id
  FROM customer_consent s
 WHERE s.customer_id = (SELECT coalesce(m.merged_into, m.id) FROM customer m WHERE m.id = :id)
   AND (:after_at::timestamptz IS NULL OR (s.granted_at, s.id) > (:after_at, :after_id::uuid))
 ORDER BY s.granted_at, s.id
 LIMIT :limit;

-- name: consent_get
SELECT s.id, s.customer_id, s.channel, s.purpose, s.text_version, s.granted_at, s.withdrawn_at
  FROM customer_consent s
 WHERE s.id = ANY (:ids);

-- name: consent_add
INSERT INTO customer_consent (id, customer_id, channel, purpose, text_version, granted_at, actor_id)
VALUES (:consent_id, :customer_id, :channel, :purpose, :text_version, :now, :actor_id);

-- name: consent_lock
SELECT s.customer_id FROM customer_consent s WHERE s.id = :id FOR NO KEY UPDATE;

-- name: consent_withdraw
UPDATE customer_consent SET withdrawn_at = coalesce(withdrawn_at, :now) WHERE id = :id;

-- name: customer_vehicle_list   page unnamed
SELECT o.id, v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin", o.role,
       o.from_date AS "from", o.to_date AS "to", o.from_date AS _after_on, o.id AS _after_id
  FROM vehicle_owner o
  LEFT JOIN vehicle v ON v.id = o.vehicle_id
 WHERE o.customer_id = (SELECT coalesce(m.merged_into, m.id) FROM customer m WHERE m.id = :id)
   AND (:after_on::date IS NULL OR (o.from_date, o.id) < (:after_on, :after_id::uuid))
 ORDER BY o.from_date DESC, o.id DESC
 LIMIT :limit;

-- name: customer_timeline   page unnamed
WITH who AS (
    SELECT coalesce(m.merged_into, m.id) AS id FROM customer m WHERE m.id = :id
)
SELECT t.id, t.kind, t.at, t.number, t.status, s.id AS "store.id", s.name AS "store.name",
       v.id AS "vehicle.id", v.plate AS "vehicle.plate", v.vin AS "vehicle.vin",
       t.at AS _after_at, t.id AS _after_id
  FROM (SELECT a.id, 'appointment' AS kind, a.starts_at AS at, a.number, a.status, a.store_id, a.vehicle_id
          FROM appointment a WHERE a.customer_id = (SELECT id FROM who) AND a.deleted_at IS NULL
        UNION ALL
        SELECT r.id, 'reception', r.created_at, r.number, r.status, r.store_id, r.vehicle_id
          FROM reception r WHERE r.customer_id = (SELECT id FROM who) AND r.deleted_at IS NULL
        UNION ALL
        SELECT w.id, 'work_order', w.opened_at, w.number, w.status, w.store_id, w.vehicle_id
          FROM work_order w WHERE w.customer_id = (SELECT id FROM who) AND w.deleted_at IS NULL
        UNION ALL
        SELECT p.id, 'settlement', p.created_at, p.number, p.status, p.store_id, w.vehicle_id
          FROM settlement p LEFT JOIN work_order w ON w.id = p.work_order_id
         WHERE p.customer_id = (SELECT id FROM who)
        UNION ALL
        SELECT c.id, 'complaint', c.received_at, c.number, c.status, c.store_id, c.vehicle_id
          FROM complaint c WHERE c.customer_id = (SELECT id FROM who) AND c.deleted_at IS NULL) t
  JOIN store s ON s.id = t.store_id
  LEFT JOIN vehicle v ON v.id = t.vehicle_id
 WHERE (:scope_store::uuid IS NULL OR t.store_id = :scope_store)
   AND (:after_at::timestamptz IS NULL OR (t.at, t.id) < (:after_at, :after_id::uuid))
 ORDER BY t.at DESC, t.id DESC
 LIMIT :limit;
