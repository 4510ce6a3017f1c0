-- Hazardous waste.  Who writes an entry holds the lock of its balance.

-- name: waste_kind_get
SELECT k.id, k.version, k.category, k.code, k.name, k.unit, k.limit_days, k.limit_quantity, k.active, k.created_at, k.updated_at
  FROM waste_kind k
 WHERE k.id = ANY (:ids);

-- name: waste_kind_list   page unnamed
SELECT k.id, k.version, k.category, k.code, k.name, k.unit, k.limit_days, k.limit_quantity, k.active, k.created_at, k.updated_at,
       k.code AS _after_code, k.id AS _after_id
  FROM waste_kind k
 WHERE (:active::boolean IS NULL OR k.active = :active)
   AND (:updated_after::timestamptz IS NULL OR k.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (k.changed >= :after_position::text::xid8 AND k.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_code::text IS NULL OR (k.code, k.id) > (:after_code, :after_id::uuid))
 ORDER BY k.code, k.id
 LIMIT :limit;

-- name: waste_kind_lock
SELECT k.version FROM waste_kind k WHERE k.id = :id FOR NO KEY UPDATE;

-- name: waste_kind_find
SELECT k.active FROM waste_kind k WHERE k.id = :kind_id;

-- name: waste_kind_add
INSERT INTO waste_kind (id, category, code, name, unit, limit_days, limit_quantity, active, created_at, updated_at)
VALUES (:kind_id, :category, :code, :name, :unit, :limit_days, :limit_quantity, coalesce(:active, true), :now, :now);

-- name: waste_kind_update   rows: 1
UPDATE waste_kind
   SET category = CASE WHEN :has_category THEN :category ELSE category END,
       code = CASE WHEN :has_code THEN :code ELSE code END,
       name = CASE WHEN :has_name THEN :name ELSE name END,
       limit_days = CASE WHEN :has_limit_days THEN :limit_days ELSE limit_days END,
       limit_quantity = CASE WHEN :has_limit_quantity THEN :limit_quantity ELSE limit_quantity END,
       active = CASE WHEN :has_active THEN :active ELSE active END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: waste_balance_list   page unnamed
-- A handful for each store.
SELECT b.store_id, k.id AS "kind.id", k.name AS "kind.name", k.code, k.unit, b.quantity, b.stored_since, o.keep_until, k.limit_quantity,
       o.over_time, o.over_quantity, b.store_id AS _after_store, b.kind_id AS _after_kind
  FROM waste_balance b
  JOIN waste_kind k ON k.id = b.kind_id
 CROSS JOIN LATERAL (SELECT b.stored_since + make_interval(days => k.limit_days) AS keep_until,
                            coalesce(b.stored_since + make_interval(days => k.limit_days) < :now::timestamptz, false) AS over_time,
                            coalesce(b.quantity > k.limit_quantity, false) AS over_quantity) o
 WHERE (:scope_store::uuid IS NULL OR b.store_id = :scope_store)
   AND (:kind_id::uuid IS NULL OR b.kind_id = :kind_id)
   AND (:overdue::boolean IS NULL OR (o.over_time OR o.over_quantity) = :overdue)
   AND (:after_store::uuid IS NULL OR (b.store_id, b.kind_id) > (:after_store, :after_kind::uuid))
 ORDER BY b.store_id, b.kind_id
 LIMIT :limit;

-- name: waste_entry_get
SELECT e.id, e.store_id, k.id AS "kind.id", k.name AS "kind.name", k.unit, e.ordinal, e.direction, e.quantity, e.quantity_after, e.work_order_id, e.collector,
       e.licence_number, e.licence_valid_to, e.manifest_number, e.reverses_id, r.id AS reversed_by_id, e.reason, e.note, e.actor_id, e.created_at
  FROM waste_entry e
  JOIN waste_kind k ON k.id = e.kind_id
  LEFT JOIN waste_entry r ON r.reverses_id = e.id
 WHERE e.id = ANY (:ids);

-- name: waste_entry_list   page unnamed
-- The last of each store, and of those the last.
SELECT l.id, l.store_id, k.id AS "kind.id", k.name AS "kind.name", k.unit, l.ordinal, l.direction, l.quantity, l.quantity_after, l.work_order_id, l.collector,
       l.licence_number, l.licence_valid_to, l.manifest_number, l.reverses_id, r.id AS reversed_by_id, l.reason, l.note, l.actor_id, l.created_at,
       l.created_at AS _after_at, l.id AS _after_id
  FROM store st
 CROSS JOIN LATERAL (
        SELECT e.id, e.store_id, e.kind_id, e.ordinal, e.direction, e.quantity, e.quantity_after, e.work_order_id, e.collector, e.licence_number,
               e.licence_valid_to, e.manifest_number, e.reverses_id, e.reason, e.note, e.actor_id, e.created_at
          FROM waste_entry e
         WHERE e.store_id = st.id
           AND (:kind_id::uuid IS NULL OR e.kind_id = :kind_id)
           AND (:direction::text[] IS NULL OR e.direction = ANY (:direction))
           AND (:work_order_id::uuid IS NULL OR e.work_order_id = :work_order_id)
           AND (:manifest_number::text IS NULL OR e.manifest_number = :manifest_number)
           AND (:created_from::timestamptz IS NULL OR e.created_at >= :created_from)
           AND (:created_to::timestamptz IS NULL OR e.created_at < :created_to)
           AND (:after_at::timestamptz IS NULL OR (e.created_at, e.id) < (:after_at, :after_id::uuid))
         ORDER BY e.created_at DESC, e.id DESC
         LIMIT :limit) l
  JOIN waste_kind k ON k.id = l.kind_id
  LEFT JOIN waste_entry r ON r.reverses_id = l.id
 WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
 ORDER BY l.created_at DESC, l.id DESC
 LIMIT :limit;

-- name: waste_licence_over
SELECT :licence_valid_to::date < (:now::timestamptz AT TIME ZONE s.time_zone)::date AS over FROM store s WHERE s.id = :store_id;

-- name: waste_balance_ensure
INSERT INTO waste_balance (store_id, kind_id, quantity, entries) VALUES (:store_id, :kind_id, 0, 0) ON CONFLICT (store_id, kind_id) DO NOTHING;

-- name: waste_balance_lock
SELECT b.quantity, b.entries FROM waste_balance b WHERE b.store_id = :store_id AND b.kind_id = :kind_id FOR NO KEY UPDATE;

-- name: waste_entry_find
SELECT e.store_id, e.kind_id, e.quantity, e.direction = 'reversed' OR EXISTS (SELECT FROM waste_entry r WHERE r.reverses_id = e.id) AS over
  FROM waste_entry e
 WHERE e.id = :id;

-- name: waste_entry_add
INSERT INTO waste_entry (id, store_id, kind_id, ordinal, direction, quantity, quantity_after, work_order_id, collector, licence_number, licence_valid_to,
                         manifest_number, reverses_id, reason, note, actor_id, created_at)
VALUES (:entry_id, :store_id, :kind_id, :ordinal, :direction, :delta, :quantity_after, :work_order_id, :collector, :licence_number, :licence_valid_to,
        :manifest_number, :reverses_id, :reason, :note, :actor_id, :now);

-- First in, first out: what is there are the last that were stored.

-- name: waste_balance_set   rows: 1
UPDATE waste_balance
   SET quantity = :quantity_after, entries = :ordinal,
       stored_since = CASE WHEN :quantity_after::bigint > 0 THEN
            (SELECT w.created_at
               FROM (SELECT e.ordinal, e.created_at, sum(e.quantity) OVER (ORDER BY e.ordinal DESC) AS stored
                       FROM waste_entry e
                      WHERE e.store_id = :store_id AND e.kind_id = :kind_id AND e.direction = 'stored'
                        AND NOT EXISTS (SELECT FROM waste_entry r WHERE r.reverses_id = e.id)) w
              WHERE w.stored >= :quantity_after::bigint
              ORDER BY w.ordinal DESC
              LIMIT 1) END
 WHERE store_id = :store_id AND kind_id = :kind_id;

-- Recomputed by `fettled verify`: what is there is the sum of the ledger, entry by entry.

-- name: verify_waste   unnamed
SELECT s.code AS store_code, k.name AS subject, d.what, d.expected, d.found
  FROM (SELECT b.store_id, b.kind_id, b.quantity, b.entries, coalesce(sum(e.quantity), 0) AS total, count(e.id) AS written
          FROM waste_balance b
          LEFT JOIN waste_entry e ON e.store_id = b.store_id AND e.kind_id = b.kind_id
         GROUP BY b.store_id, b.kind_id) w
 CROSS JOIN LATERAL (VALUES ('quantity', w.total, w.quantity::numeric), ('entries', w.written, w.entries::numeric)) d (what, expected, found)
  JOIN store s ON s.id = w.store_id
  JOIN waste_kind k ON k.id = w.kind_id
 WHERE d.expected <> d.found
UNION ALL
SELECT s.code, k.name, 'quantity after entry ' || e.ordinal, e.total, e.quantity_after
  FROM (SELECT n.store_id, n.kind_id, n.ordinal, n.quantity_after, sum(n.quantity) OVER (PARTITION BY n.store_id, n.kind_id ORDER BY n.ordinal) AS total
          FROM waste_entry n) e
  JOIN store s ON s.id = e.store_id
  JOIN waste_kind k ON k.id = e.kind_id
 WHERE e.total <> e.quantity_after
 ORDER BY store_code, subject, what;
