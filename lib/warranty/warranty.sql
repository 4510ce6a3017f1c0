-- Guarantees on repairs, and work that comes back under them.

-- name: guarantee_rule_list   page unnamed
SELECT r.id, r.vehicle_kind, r.repair_category, r.valid_from, r.days, r.km, r.source, r.id AS _after_id
  FROM guarantee_rule r
 WHERE (:after_id::uuid IS NULL OR r.id > :after_id)
 ORDER BY r.id
 LIMIT :limit;

-- name: guarantee_get
SELECT g.id, g.version, g.store_id, g.vehicle_id, g.work_order_id, w.number AS work_order_number, g.line_id, l.description,
       g.repair_category, g.rule_id, g.starts_on, g.ends_on, g.starts_km, g.ends_km,
       CASE WHEN g.reworked_at IS NOT NULL THEN 'reworked'
            WHEN g.ends_on < (:now::timestamptz AT TIME ZONE s.time_zone)::date THEN 'expired' ELSE 'active' END AS status,
       g.reworked_at, g.created_at, g.updated_at
  FROM guarantee g
  JOIN store s ON s.id = g.store_id
  JOIN work_order w ON w.id = g.work_order_id
  JOIN work_order_line l ON l.id = g.line_id
 WHERE g.id = ANY (:ids);

-- By id, which is made at the delivery: one index for a store, one for a vehicle, the key for the chain.
-- name: guarantee_list   page unnamed
SELECT g.id, g.version, g.store_id, g.vehicle_id, g.work_order_id, w.number AS work_order_number, g.line_id, l.description,
       g.repair_category, g.rule_id, g.starts_on, g.ends_on, g.starts_km, g.ends_km,
       CASE WHEN g.reworked_at IS NOT NULL THEN 'reworked'
            WHEN g.ends_on < (:now::timestamptz AT TIME ZONE s.time_zone)::date THEN 'expired' ELSE 'active' END AS status,
       g.reworked_at, g.created_at, g.updated_at, g.id AS _after_id
  FROM guarantee g
  JOIN store s ON s.id = g.store_id
  JOIN work_order w ON w.id = g.work_order_id
  JOIN work_order_line l ON l.id = g.line_id
 WHERE (:scope_store::uuid IS NULL OR g.store_id = :scope_store)
   AND (:vehicle_id::uuid IS NULL OR g.vehicle_id = :vehicle_id)
   AND (:work_order_id::uuid IS NULL OR g.work_order_id = :work_order_id)
   AND (:status::text[] IS NULL
        OR CASE WHEN g.reworked_at IS NOT NULL THEN 'reworked'
                WHEN g.ends_on < (:now::timestamptz AT TIME ZONE s.time_zone)::date THEN 'expired' ELSE 'active' END = ANY (:status))
   AND (:updated_after::timestamptz IS NULL OR g.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (g.changed >= :after_position::text::xid8 AND g.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_id::uuid IS NULL OR g.id < :after_id)
 ORDER BY g.id DESC
 LIMIT :limit;

-- name: vehicle_guarantee_list   page unnamed
SELECT g.id, g.store_id, g.store_name, g.work_order_number, g.line_id, g.kind, g.description, g.repair_category,
       g.starts_on, g.ends_on, g.starts_km, g.ends_km,
       CASE WHEN g.reworked_at IS NOT NULL THEN 'reworked' WHEN e.days_left < 0 THEN 'days_over' WHEN e.km_left < 0 THEN 'km_over' END AS ended_by,
       g.reworked_at IS NULL AND e.days_left >= 0 AND coalesce(e.km_left, 0) >= 0 AS holds,
       e.days_left, e.km_left, g.id AS _after_id
  FROM vehicle v
 CROSS JOIN vehicle_guarantees(v.id) g
 CROSS JOIN LATERAL (SELECT g.ends_on - (:now::timestamptz AT TIME ZONE g.time_zone)::date AS days_left,
                            g.ends_km - coalesce(:odometer_km::integer, v.odometer_km) AS km_left) e
 WHERE v.id = :id
   AND (:holds::boolean IS NULL OR :holds = (g.reworked_at IS NULL AND e.days_left >= 0 AND coalesce(e.km_left, 0) >= 0))
   AND (:after_id::uuid IS NULL OR g.id < :after_id)
 ORDER BY g.id DESC
 LIMIT :limit;

-- Delivery: the lines that stay with the vehicle, with the work that a comeback did again.
-- name: guarantee_lines
SELECT l.id
  FROM work_order_line l
 WHERE l.work_order_id = :id AND l.status = 'authorised'
   AND (l.kind = 'labour' OR l.kind = 'part' AND l.issued_quantity > l.returned_quantity)
 ORDER BY l.position;

-- A part has the period of the order's weightiest work.
-- name: guarantees_add
INSERT INTO guarantee (id, store_id, vehicle_id, work_order_id, line_id, repair_category, rule_id, starts_on, ends_on, starts_km, ends_km,
                       created_at, updated_at)
SELECT n.id, w.store_id, w.vehicle_id, w.id, n.line_id, r.repair_category, r.id, d.day, d.day + r.days, d.km, d.km + r.km, :now, :now
  FROM unnest(:guarantee_ids::uuid[], :line_ids::uuid[]) n (id, line_id)
  JOIN work_order_line l ON l.id = n.line_id
  JOIN work_order w ON w.id = l.work_order_id
  JOIN store s ON s.id = w.store_id
  JOIN vehicle v ON v.id = w.vehicle_id
 CROSS JOIN LATERAL (SELECT (:now::timestamptz AT TIME ZONE s.time_zone)::date AS day, coalesce(w.odometer_out_km, w.odometer_in_km) AS km) d
 CROSS JOIN LATERAL (
       SELECT g.id, g.repair_category, g.days, g.km
         FROM guarantee_rule g
        WHERE g.vehicle_kind = v.kind AND g.valid_from <= d.day
          AND g.repair_category IN (SELECT coalesce(o.repair_category, 'minor')
                                      FROM work_order_line o
                                     WHERE o.work_order_id = w.id AND o.status = 'authorised'
                                       AND (o.id = l.id OR l.kind = 'part' AND o.kind = 'labour'))
        ORDER BY g.valid_from DESC, g.days DESC, g.id
        LIMIT 1) r;

-- name: comebacks_deliver
UPDATE comeback c
   SET delivered_at = CASE WHEN l.status = 'authorised' THEN :now::timestamptz END, cancelled_at = CASE WHEN l.status <> 'authorised' THEN :now::timestamptz END,
       version = c.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM work_order_line l
 WHERE c.work_order_id = :id AND c.delivered_at IS NULL AND c.cancelled_at IS NULL AND l.id = c.line_id
RETURNING c.id, c.store_id, c.delivered_at IS NOT NULL AS delivered;

-- name: guarantees_rework
SELECT guarantees_rework(:id, :now);

-- name: comebacks_drop
UPDATE comeback c
   SET cancelled_at = :now, version = c.version + 1, updated_at = :now, changed = pg_current_xact_id()
  FROM work_order_line l
  JOIN work_order w ON w.id = l.work_order_id
 WHERE (c.work_order_id = :id OR c.line_id = :id) AND c.delivered_at IS NULL AND c.cancelled_at IS NULL
   AND l.id = c.line_id AND (l.status = 'withdrawn' OR w.status = 'cancelled')
RETURNING c.id, c.store_id;

-- Of an order that has moved to another store: its comebacks go on with the lines that do.
-- name: comebacks_moving
SELECT c.id, m.line_id, m.store_id
  FROM comeback c
  JOIN work_order_line_move m ON m.from_line_id = c.line_id
 WHERE c.work_order_id = :id AND c.delivered_at IS NULL AND c.cancelled_at IS NULL
 ORDER BY c.id;

-- name: comebacks_move
INSERT INTO comeback (id, store_id, work_order_id, line_id, guarantee_id, of_store_id, of_line_id, payer, cause, note, created_at, updated_at)
SELECT n.to_id, l.store_id, l.work_order_id, l.id, c.guarantee_id, c.of_store_id, c.of_line_id, c.payer, c.cause, c.note, :now, :now
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[], :line_ids::uuid[]) n (from_id, to_id, line_id)
  JOIN comeback c ON c.id = n.from_id
  JOIN work_order_line l ON l.id = n.line_id;

-- Of a vehicle the guarantee that a comeback names, with how it stands by day and by what the order's odometer showed.
-- name: guarantee_find
SELECT g.store_id, g.line_id, g.kind, g.operation_id, g.part_id, g.description, g.quantity, g.ends_on, g.ends_km,
       CASE WHEN g.reworked_at IS NOT NULL THEN 'reworked'
            WHEN g.ends_on < (:now::timestamptz AT TIME ZONE g.time_zone)::date THEN 'days_over'
            WHEN g.ends_km < w.odometer_in_km THEN 'km_over' END AS ended_by
  FROM work_order w
 CROSS JOIN vehicle_guarantees(w.vehicle_id) g
 WHERE w.id = :id AND g.id = :guarantee_id;

-- name: comeback_add
INSERT INTO comeback (id, store_id, work_order_id, line_id, guarantee_id, of_store_id, of_line_id, payer, cause, note, created_at, updated_at)
VALUES (:comeback_id, :store_id, :id, :line_id, :guarantee_id, :of_store_id, :of_line_id, :payer, :cause, :note, :now, :now);

-- name: comeback_get
SELECT c.id, c.version, c.store_id, c.work_order_id, w.number AS work_order_number, c.line_id, l.description, l.status AS line_status,
       c.guarantee_id, c.of_store_id, c.of_line_id, c.payer, c.cause, c.note,
       CASE WHEN c.delivered_at IS NOT NULL THEN 'delivered' WHEN c.cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'open' END AS status,
       c.delivered_at, c.cancelled_at, c.created_at, c.updated_at
  FROM comeback c
  JOIN work_order w ON w.id = c.work_order_id
  JOIN work_order_line l ON l.id = c.line_id
 WHERE c.id = ANY (:ids);

-- name: comeback_list   page unnamed
SELECT c.id, c.version, c.store_id, c.work_order_id, w.number AS work_order_number, c.line_id, l.description, l.status AS line_status,
       c.guarantee_id, c.of_store_id, c.of_line_id, c.payer, c.cause, c.note,
       CASE WHEN c.delivered_at IS NOT NULL THEN 'delivered' WHEN c.cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'open' END AS status,
       c.delivered_at, c.cancelled_at, c.created_at, c.updated_at, c.id AS _after_id
  FROM comeback c
  JOIN work_order w ON w.id = c.work_order_id
  JOIN work_order_line l ON l.id = c.line_id
 WHERE (:scope_store::uuid IS NULL OR c.store_id = :scope_store)
   AND (:work_order_id::uuid IS NULL OR c.work_order_id = :work_order_id)
   AND (:cause::text[] IS NULL OR c.cause = ANY (:cause))
   AND (:updated_after::timestamptz IS NULL OR c.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (c.changed >= :after_position::text::xid8 AND c.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_id::uuid IS NULL OR c.id < :after_id)
 ORDER BY c.id DESC
 LIMIT :limit;

-- name: comeback_charged_list   page unnamed
SELECT c.id, c.store_id, c.store_name, c.work_order_number, c.of_store_id, c.of_line_id, c.description, c.payer, c.cause,
       CASE WHEN c.delivered_at IS NOT NULL THEN 'delivered' WHEN c.cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'open' END AS status,
       c.delivered_at, c.created_at, c.id AS _after_id
  FROM comebacks_charged() c
 WHERE (:scope_store::uuid IS NULL OR c.of_store_id = :scope_store)
   AND (:after_id::uuid IS NULL OR c.id < :after_id)
 ORDER BY c.id DESC
 LIMIT :limit;

-- What one store owes another for work done again for nothing, at the prices on its lines; not where the work was not at fault.
-- name: comeback_owed_list   page unnamed
SELECT o.id AS "owed_by.id", o.name AS "owed_by.name", s.id AS "owed_to.id", s.name AS "owed_to.name", d.comebacks, d.amount,
       o.code || ' ' || s.code AS _after_code, s.id AS _after_id
  FROM (SELECT c.of_store_id, c.store_id, count(*) AS comebacks, sum(billed_amount(l))::bigint AS amount
          FROM comeback c
          JOIN store t ON t.id = c.store_id
          JOIN work_order_line l ON l.id = c.line_id
         WHERE c.of_store_id <> c.store_id AND c.payer <> 'customer'
           AND CASE WHEN c.cause IN ('unrelated', 'customer_use', 'not_found') THEN false ELSE true END
           AND c.delivered_at >= (:from::date)::timestamp AT TIME ZONE t.time_zone
           AND c.delivered_at < (:to::date + 1)::timestamp AT TIME ZONE t.time_zone
         GROUP BY c.of_store_id, c.store_id) d
  JOIN store o ON o.id = d.of_store_id
  JOIN store s ON s.id = d.store_id
 WHERE (:after_code::text IS NULL OR (o.code || ' ' || s.code, s.id) > (:after_code, :after_id::uuid))
 ORDER BY o.code || ' ' || s.code, s.id
 LIMIT :limit;

-- name: comeback_lock
SELECT c.version, c.store_id FROM comeback c WHERE c.id = :id FOR NO KEY UPDATE;

-- name: comeback_classify
UPDATE comeback
   SET cause = :cause, note = coalesce(:note, note), version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- For `fettled verify`: every line delivered since guarantees are kept has its own, as long as a rule of its day says; and work that
-- was done again ended the guarantee it came back for.

-- name: verify_guarantees   unnamed
SELECT st.code AS store_code, w.number AS subject, d.what, d.expected, d.found
  FROM guarantee g
  JOIN store st ON st.id = g.store_id
  JOIN work_order w ON w.id = g.work_order_id
  JOIN work_order_line l ON l.id = g.line_id
  JOIN guarantee_rule r ON r.id = g.rule_id
 CROSS JOIN LATERAL (VALUES
	('guarantee of line ' || l.position || ' starts_on', (w.delivered_at AT TIME ZONE st.time_zone)::date::text, g.starts_on::text),
	('guarantee of line ' || l.position || ' ends_on', (g.starts_on + r.days)::text, g.ends_on::text),
	('guarantee of line ' || l.position || ' ends_km', coalesce((g.starts_km + r.km)::text, 'none'), coalesce(g.ends_km::text, 'none')),
	('guarantee of line ' || l.position || ' reworked by',
	 coalesce((SELECT c.line_id::text FROM comeback c WHERE c.guarantee_id = g.id AND c.delivered_at IS NOT NULL), 'none'),
	 coalesce(g.reworked_by_line_id::text, 'none'))) d (what, expected, found)
 WHERE d.expected <> d.found
UNION ALL
SELECT st.code, w.number, 'guarantee of line ' || l.position, 'given', 'none'
  FROM work_order w
  JOIN store st ON st.id = w.store_id
  JOIN work_order_line l ON l.work_order_id = w.id AND l.status = 'authorised' AND l.kind = 'labour'
 WHERE EXISTS (SELECT FROM guarantee g WHERE g.work_order_id = w.id) AND NOT EXISTS (SELECT FROM guarantee g WHERE g.line_id = l.id)
 ORDER BY store_code, subject, what;
