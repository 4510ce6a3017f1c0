-- Where in a warehouse pieces lie.

-- name: stock_bins_post
SELECT stock_bins_post(:document_id, :bin_stock_ids::uuid[]) IS NULL AS done;

-- name: bin_stock_get
SELECT s.id, s.version, s.store_id, s.warehouse_id, b.id AS "bin.id", b.code AS "bin.code", p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       s.home, s.quantity, s.minimum, s.maximum, s.alert, s.created_at, s.updated_at
  FROM bin_stock s
  JOIN bin b ON b.id = s.bin_id
  JOIN part p ON p.id = s.part_id
 WHERE s.id = ANY (:ids);

-- In the order in which a warehouse is walked through.
-- name: bin_stock_list   page unnamed
SELECT s.id, s.version, s.store_id, s.warehouse_id, b.id AS "bin.id", b.code AS "bin.code", p.id AS "part.id", p.number AS "part.number", p.name AS "part.name",
       s.home, s.quantity, s.minimum, s.maximum, s.alert, s.created_at, s.updated_at,
       s.store_id AS _after_store, b.code AS _after_code, s.id AS _after_id
  FROM bin_stock s
  JOIN bin b ON b.id = s.bin_id
  JOIN part p ON p.id = s.part_id
 WHERE (:scope_store::uuid IS NULL OR s.store_id = :scope_store)
   AND (:warehouse_id::uuid IS NULL OR s.warehouse_id = :warehouse_id)
   AND (:bin_id::uuid IS NULL OR s.bin_id = :bin_id)
   AND (:part_id::uuid IS NULL OR s.part_id = :part_id)
   AND (:alert::text[] IS NULL OR s.alert = ANY (:alert))
   AND (:in_stock::boolean IS NULL OR (s.quantity > 0) = :in_stock)
   AND (:updated_after::timestamptz IS NULL OR s.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (s.changed >= :after_position::text::xid8 AND s.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_store::uuid IS NULL OR (s.store_id, b.code, s.id) > (:after_store, :after_code::text, :after_id::uuid))
 ORDER BY s.store_id, b.code, s.id
 LIMIT :limit;

-- name: bin_stock_bin
SELECT b.store_id, b.warehouse_id FROM bin b WHERE b.id = :bin_id AND b.deleted_at IS NULL;

-- name: bin_stock_of
SELECT s.id FROM bin_stock s WHERE s.store_id = :store_id AND s.warehouse_id = :warehouse_id AND s.part_id = :part_id AND s.bin_id = :bin_id;

-- name: bin_stock_find
SELECT s.store_id, s.warehouse_id, s.part_id FROM bin_stock s WHERE s.id = :id;

-- name: bin_stock_lock
SELECT s.version, s.part_id FROM bin_stock s WHERE s.id = :id FOR NO KEY UPDATE;

-- A part has one home in a warehouse: the new one ends the one before.
-- name: bin_stock_leave_home
UPDATE bin_stock
   SET home = false, version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE store_id = :store_id AND warehouse_id = :warehouse_id AND part_id = :part_id AND home;

-- name: bin_stock_add
INSERT INTO bin_stock (id, store_id, warehouse_id, bin_id, part_id, home, minimum, maximum, created_at, updated_at)
VALUES (:bin_stock_id, :store_id, :warehouse_id, :bin_id, :part_id, coalesce(:home, false), :minimum, :maximum, :now, :now);

-- name: bin_stock_set   rows: 1
UPDATE bin_stock
   SET home = coalesce(:home, false), minimum = :minimum, maximum = :maximum,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- How much of a part lies in a bin (none: in no bin); its level is locked.
-- name: bin_stock_there
SELECT CASE WHEN :bin_id::uuid IS NULL
            THEN (SELECT l.on_hand FROM stock_level l WHERE l.store_id = :store_id AND l.warehouse_id = :warehouse_id AND l.part_id = :part_id)
                 - (SELECT coalesce(sum(s.quantity), 0) FROM bin_stock s WHERE s.store_id = :store_id AND s.warehouse_id = :warehouse_id AND s.part_id = :part_id)
            ELSE coalesce((SELECT s.quantity FROM bin_stock s
                            WHERE s.store_id = :store_id AND s.warehouse_id = :warehouse_id AND s.part_id = :part_id AND s.bin_id = :bin_id), 0) END AS quantity;

-- name: bin_move_add
INSERT INTO bin_move (id, store_id, warehouse_id, part_id, from_bin_id, to_bin_id, quantity, note, actor_id, created_at)
VALUES (:move_id, :store_id, :warehouse_id, :part_id, :from_bin_id, :to_bin_id, :quantity, :note, :actor_id, :now);

-- name: bin_stock_put
SELECT bin_put(:bin_stock_id, :movement_id, :store_id, :warehouse_id, :part_id, :bin_id, :delta_quantity::numeric, :now) IS NULL AS done;

-- name: bin_move_get
SELECT m.id, m.store_id, m.warehouse_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", f.id AS "from_bin.id", f.code AS "from_bin.code",
       t.id AS "to_bin.id", t.code AS "to_bin.code", m.quantity, m.note, m.actor_id, m.created_at
  FROM bin_move m
  JOIN part p ON p.id = m.part_id
  LEFT JOIN bin f ON f.id = m.from_bin_id
  LEFT JOIN bin t ON t.id = m.to_bin_id
 WHERE m.id = ANY (:ids);

-- The last of each store, and of those the last.
-- name: bin_move_list   page unnamed
SELECT m.id, m.store_id, m.warehouse_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", f.id AS "from_bin.id", f.code AS "from_bin.code",
       t.id AS "to_bin.id", t.code AS "to_bin.code", m.quantity, m.note, m.actor_id, m.created_at, m.created_at AS _after_at, m.id AS _after_id
  FROM (SELECT l.id
          FROM store st
         CROSS JOIN LATERAL (
                SELECT e.id, e.created_at
                  FROM bin_move e
                 WHERE e.store_id = st.id
                   AND (:part_id::uuid IS NULL OR e.part_id = :part_id)
                   AND (:bin_id::uuid IS NULL OR e.from_bin_id = :bin_id OR e.to_bin_id = :bin_id)
                   AND (:created_from::timestamptz IS NULL OR e.created_at >= :created_from)
                   AND (:created_to::timestamptz IS NULL OR e.created_at < :created_to)
                   AND (:after_at::timestamptz IS NULL OR (e.created_at, e.id) < (:after_at, :after_id::uuid))
                 ORDER BY e.created_at DESC, e.id DESC
                 LIMIT :limit) l
         WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
         ORDER BY l.created_at DESC, l.id DESC
         LIMIT :limit) k
  JOIN bin_move m ON m.id = k.id
  JOIN part p ON p.id = m.part_id
  LEFT JOIN bin f ON f.id = m.from_bin_id
  LEFT JOIN bin t ON t.id = m.to_bin_id
 ORDER BY m.created_at DESC, m.id DESC
 LIMIT :limit;

-- What a bin has is what was put into it less what was taken; all bins of a warehouse have no more of a part than the warehouse; no movement went into bins
-- with more than it moved.

-- name: verify_bin_stock   unnamed
SELECT st.code AS store_code, p.number AS subject, 'bin ' || b.code AS what, coalesce(m.quantity, 0) AS expected, s.quantity AS found
  FROM bin_stock s
  JOIN store st ON st.id = s.store_id
  JOIN part p ON p.id = s.part_id
  JOIN bin b ON b.id = s.bin_id
  LEFT JOIN (SELECT v.bin_id, v.part_id, sum(v.quantity) AS quantity FROM bin_movement v GROUP BY v.bin_id, v.part_id) m
       ON m.bin_id = s.bin_id AND m.part_id = s.part_id
 WHERE s.quantity <> coalesce(m.quantity, 0)
UNION ALL
SELECT st.code, p.number, 'all bins', l.on_hand, t.quantity
  FROM (SELECT s.store_id, s.warehouse_id, s.part_id, sum(s.quantity) AS quantity FROM bin_stock s GROUP BY s.store_id, s.warehouse_id, s.part_id) t
  LEFT JOIN stock_level l ON l.store_id = t.store_id AND l.warehouse_id = t.warehouse_id AND l.part_id = t.part_id
  JOIN store st ON st.id = t.store_id
  JOIN part p ON p.id = t.part_id
 WHERE t.quantity > coalesce(l.on_hand, 0)
UNION ALL
SELECT st.code, p.number, 'bins of a movement', coalesce(o.quantity, 0), t.quantity
  FROM (SELECT v.movement_id, v.store_id, v.part_id, sum(v.quantity) AS quantity, sum(abs(v.quantity)) AS all_of_it FROM bin_movement v GROUP BY v.movement_id, v.store_id, v.part_id) t
  LEFT JOIN stock_movement o ON o.id = t.movement_id
  LEFT JOIN bin_move g ON g.id = t.movement_id
  JOIN store st ON st.id = t.store_id
  JOIN part p ON p.id = t.part_id
 WHERE CASE WHEN g.id IS NULL THEN t.all_of_it > abs(coalesce(o.quantity, 0)) OR t.all_of_it <> abs(t.quantity) OR sign(t.quantity) <> sign(coalesce(o.quantity, 0))
            ELSE t.quantity <> CASE WHEN g.from_bin_id IS NULL THEN g.quantity WHEN g.to_bin_id IS NULL THEN -g.quantity ELSE 0 END END
 ORDER BY store_code, subject, what;
