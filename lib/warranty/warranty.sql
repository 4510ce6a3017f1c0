-- Guarantees on repairs, and work that comes back under them.

-- name: guarantee_rule_get
SELECT r.id, r.version, r.vehicle_kind, r.repair_category, r.valid_from, r.days, r.km, r.source, r.statutory, r.until, r.withdrawn_at, r.created_at, r.updated_at
  FROM guarantee_rule r
 WHERE r.id = ANY (:ids);

-- name: guarantee_rule_list   page unnamed
SELECT r.id, r.version, r.vehicle_kind, r.repair_category, r.valid_from, r.days, r.km, r.source, r.statutory, r.until, r.withdrawn_at, r.created_at, r.updated_at,
       r.id AS _after_id
  FROM guarantee_rule r
 WHERE (:updated_after::timestamptz IS NULL OR r.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (r.changed >= :after_position::text::xid8 AND r.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_id::uuid IS NULL OR r.id > :after_id)
 ORDER BY r.id
 LIMIT :limit;

-- What the law asks for on a day, and whether the day is over in every store.
-- name: guarantee_rule_minimum
SELECT d.is_past, r.days, r.km
  FROM (SELECT :valid_from::date < min((:now::timestamptz AT TIME ZONE s.time_zone)::date) AS is_past FROM store s) d
  LEFT JOIN LATERAL (
       SELECT g.days, g.km
         FROM guarantee_rule g
        WHERE g.vehicle_kind = :vehicle_kind AND g.repair_category = :repair_category AND g.statutory AND g.withdrawn_at IS NULL AND g.valid_from <= :valid_from::date
        ORDER BY g.valid_from DESC
        LIMIT 1) r ON true;

-- name: guarantee_rule_add
INSERT INTO guarantee_rule (id, vehicle_kind, repair_category, valid_from, days, km, source, created_at, updated_at)
VALUES (:rule_id, :vehicle_kind, :repair_category, :valid_from, :days, :km, :source, :now, :now);

-- Whoever delivers keeps the rules as they are; whoever takes one back keeps deliveries waiting.
-- name: guarantee_rules_keep
SELECT pg_advisory_xact_lock_shared(hashtext('guarantee_rules'));

-- name: guarantee_rules_hold
SELECT pg_advisory_xact_lock(hashtext('guarantee_rules'));

-- name: guarantee_rule_lock
SELECT r.version, r.valid_from, r.statutory OR r.withdrawn_at IS NOT NULL OR coalesce(r.until < d.today, false) AS over,
       :until::date < r.valid_from AS before_it, :until::date < d.today AS is_past, guarantee_rule_used(r.id) AS used
  FROM guarantee_rule r
 CROSS JOIN (SELECT min((:now::timestamptz AT TIME ZONE s.time_zone)::date) AS today FROM store s) d
 WHERE r.id = :id
   FOR NO KEY UPDATE OF r;

-- name: guarantee_rule_end   rows: 1
UPDATE guarantee_rule
   SET until = :until, withdrawn_at = CASE WHEN :until::date IS NULL THEN :now::timestamptz END,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- name: guarantee_get
SELECT g.id, g.version, g.store_id, g.vehicle_id, g.work_order_id, w.number AS work_order_number, g.line_id, l.description,
       g.repair_category, g.rule_id, g.starts_on, g.ends_on, g.starts_km, g.ends_km,
       CASE WHEN g.reworked_at IS NOT NULL THEN 'reworked'
            WHEN g.ends_on < (:now::timestamptz AT TIME ZONE s.time_zone)::date THEN 'expired' ELSE 'active' END AS status,
       CASE WHEN g.reworked_at IS NOT NULL THEN 'reworked'
            WHEN g.ends_on < (:now::timestamptz AT TIME ZONE s.time_zone)::date THEN 'days_over'
            WHEN g.ends_km < v.odometer_km THEN 'km_over' END AS ended_by,
       g.reworked_at, g.created_at, g.updated_at
  FROM guarantee g
  JOIN store s ON s.id = g.store_id
  JOIN work_order w ON w.id = g.work_order_id
  JOIN work_order_line l ON l.id = g.line_id
  LEFT JOIN vehicle v ON v.id = g.vehicle_id
 WHERE g.id = ANY (:ids);

-- By id, which is made at the delivery: one index for a store, one for a vehicle, the key for the chain.
-- name: guarantee_list   page unnamed
-- Which they are first, and what belongs to them of those alone.
SELECT g.id, g.version, g.store_id, g.vehicle_id, g.work_order_id, w.number AS work_order_number, g.line_id, l.description,
       g.repair_category, g.rule_id, g.starts_on, g.ends_on, g.starts_km, g.ends_km, k.status,
       CASE WHEN k.status = 'reworked' THEN 'reworked'
            WHEN k.status = 'expired' THEN 'days_over'
            WHEN g.ends_km < v.odometer_km THEN 'km_over' END AS ended_by,
       g.reworked_at, g.created_at, g.updated_at, g.id AS _after_id
  FROM (SELECT g.id, e.status
          FROM guarantee g
          JOIN store s ON s.id = g.store_id
         CROSS JOIN LATERAL (SELECT CASE WHEN g.reworked_at IS NOT NULL THEN 'reworked'
                                         WHEN g.ends_on < (:now::timestamptz AT TIME ZONE s.time_zone)::date THEN 'expired' ELSE 'active' END AS status) e
         WHERE (:scope_store::uuid IS NULL OR g.store_id = :scope_store)
           AND (:vehicle_id::uuid IS NULL OR g.vehicle_id = :vehicle_id)
           AND (:work_order_id::uuid IS NULL OR g.work_order_id = :work_order_id)
           AND (:status::text[] IS NULL OR e.status = ANY (:status))
           AND (:updated_after::timestamptz IS NULL OR g.updated_at > :updated_after)
           AND (:after_position::text IS NULL
                OR (g.changed >= :after_position::text::xid8 AND g.changed < pg_snapshot_xmin(pg_current_snapshot())))
           AND (:after_id::uuid IS NULL OR g.id < :after_id)
         ORDER BY g.id DESC
         LIMIT :limit) k
  JOIN guarantee g ON g.id = k.id
  JOIN work_order w ON w.id = g.work_order_id
  JOIN work_order_line l ON l.id = g.line_id
  LEFT JOIN vehicle v ON v.id = g.vehicle_id
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
   AND (l.kind = 'labour' OR l.kind = 'part' AND l.issued_quantity > l.returned_quantity
        -- outside work whose kind of repair was said
        OR l.kind = 'sublet' AND l.repair_category IS NOT NULL)
 ORDER BY l.position;

-- A part has the longest period of the order's work, done here or outside, and what is done again never less than what it came back for, which
-- another store may have given: each by the rule of its category that holds on the day.
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
        WHERE g.vehicle_kind = v.kind AND guarantee_rule_holds(g, d.day)
          AND NOT EXISTS (SELECT FROM guarantee_rule n
                           WHERE n.vehicle_kind = g.vehicle_kind AND n.repair_category = g.repair_category
                             AND n.valid_from > g.valid_from AND guarantee_rule_holds(n, d.day))
          AND g.repair_category IN (SELECT c.category
                                      FROM work_order_line o
                                     CROSS JOIN LATERAL (
                                           SELECT coalesce(o.repair_category, 'minor')
                                            UNION ALL
                                           SELECT b.repair_category
                                             FROM comeback k
                                            CROSS JOIN LATERAL vehicle_guarantees(w.vehicle_id) b
                                            WHERE k.line_id = o.id AND k.cancelled_at IS NULL AND b.id = k.guarantee_id) c (category)
                                     WHERE o.work_order_id = w.id AND o.status = 'authorised'
                                       AND (o.id = l.id OR l.kind = 'part' AND o.kind IN ('labour', 'sublet')))
        ORDER BY g.days DESC, g.km DESC, g.id
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
INSERT INTO comeback (id, store_id, work_order_id, line_id, guarantee_id, of_store_id, of_line_id, payer, cause, note, repeat, created_at, updated_at)
SELECT n.to_id, l.store_id, l.work_order_id, l.id, c.guarantee_id, c.of_store_id, c.of_line_id, c.payer, c.cause, c.note, c.repeat, :now, :now
  FROM unnest(:from_ids::uuid[], :to_ids::uuid[], :line_ids::uuid[]) n (from_id, to_id, line_id)
  JOIN comeback c ON c.id = n.from_id
  JOIN work_order_line l ON l.id = n.line_id;

-- Of a vehicle the guarantee that a comeback names, with how it stands by day and by what the order's odometer showed.
-- name: guarantee_find
SELECT g.store_id, g.line_id, g.kind, g.operation_id, g.part_id, g.description, g.quantity, g.repair_category, g.ends_on, g.ends_km,
       CASE WHEN g.reworked_at IS NOT NULL THEN 'reworked'
            WHEN g.ends_on < (:now::timestamptz AT TIME ZONE g.time_zone)::date THEN 'days_over'
            WHEN g.ends_km < w.odometer_in_km THEN 'km_over' END AS ended_by
  FROM work_order w
 CROSS JOIN vehicle_guarantees(w.vehicle_id) g
 WHERE w.id = :id AND g.id = :guarantee_id;

-- name: comeback_add
INSERT INTO comeback (id, store_id, work_order_id, line_id, guarantee_id, of_store_id, of_line_id, payer, cause, note, repeat, created_at, updated_at)
VALUES (:comeback_id, :store_id, :id, :line_id, :guarantee_id, :of_store_id, :of_line_id, :payer, :cause, :note,
        comeback_repeat(:guarantee_id, :of_line_id, :now), :now, :now);

-- name: comeback_get
SELECT c.id, c.version, c.store_id, c.work_order_id, w.number AS work_order_number, c.line_id, l.description, l.status AS line_status,
       c.guarantee_id, c.of_store_id, c.of_line_id, c.payer, c.cause, c.note, c.repeat,
       CASE WHEN c.delivered_at IS NOT NULL THEN 'delivered' WHEN c.cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'open' END AS status,
       c.objection, c.objection_reason, c.objected_at, c.objection_note, c.objection_decided_at,
       c.delivered_at, c.cancelled_at, c.created_at, c.updated_at
  FROM comeback c
  JOIN work_order w ON w.id = c.work_order_id
  JOIN work_order_line l ON l.id = c.line_id
 WHERE c.id = ANY (:ids);

-- name: comeback_classifications
SELECT h.comeback_id AS _parent, h.cause, h.note, h.classified_by, h.classified_at, h.after_month
  FROM comeback_classification h
 WHERE h.comeback_id = ANY (:ids)
 ORDER BY h.comeback_id, h.id;

-- name: comeback_list   page unnamed
SELECT c.id, c.version, c.store_id, c.work_order_id, w.number AS work_order_number, c.line_id, l.description, l.status AS line_status,
       c.guarantee_id, c.of_store_id, c.of_line_id, c.payer, c.cause, c.note, c.repeat,
       CASE WHEN c.delivered_at IS NOT NULL THEN 'delivered' WHEN c.cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'open' END AS status,
       c.objection, c.delivered_at, c.cancelled_at, c.created_at, c.updated_at, c.id AS _after_id
  FROM comeback c
  JOIN work_order w ON w.id = c.work_order_id
  JOIN work_order_line l ON l.id = c.line_id
 WHERE (:scope_store::uuid IS NULL OR c.store_id = :scope_store)
   AND (:work_order_id::uuid IS NULL OR c.work_order_id = :work_order_id)
   AND (:cause::text[] IS NULL OR c.cause = ANY (:cause))
   AND (:classified::boolean IS NULL OR CASE WHEN :classified THEN c.cause IS NOT NULL ELSE c.cause IS NULL END)
   AND (:status::text[] IS NULL
        OR CASE WHEN c.delivered_at IS NOT NULL THEN 'delivered' WHEN c.cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'open' END = ANY (:status))
   AND (:repeat::boolean IS NULL OR CASE WHEN :repeat THEN c.repeat > 1 ELSE c.repeat = 1 END)
   AND (:updated_after::timestamptz IS NULL OR c.updated_at > :updated_after)
   AND (:after_position::text IS NULL
        OR (c.changed >= :after_position::text::xid8 AND c.changed < pg_snapshot_xmin(pg_current_snapshot())))
   AND (:after_id::uuid IS NULL OR c.id < :after_id)
 ORDER BY c.id DESC
 LIMIT :limit;

-- name: comeback_charged_get
SELECT c.id, c.store_id, c.store_name, c.work_order_number, c.of_store_id, c.of_line_id, c.description, c.payer, c.cause,
       CASE WHEN c.delivered_at IS NOT NULL THEN 'delivered' WHEN c.cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'open' END AS status,
       c.amount, c.objection, c.objection_reason, c.objection_note, c.delivered_at, c.created_at
  FROM unnest(:ids::uuid[]) i (id)
 CROSS JOIN comebacks_charged(i.id, NULL, NULL, 1) c;

-- name: comeback_charged_list   page unnamed
SELECT c.id, c.store_id, c.store_name, c.work_order_number, c.of_store_id, c.of_line_id, c.description, c.payer, c.cause,
       CASE WHEN c.delivered_at IS NOT NULL THEN 'delivered' WHEN c.cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'open' END AS status,
       c.amount, c.objection, c.objection_reason, c.objection_note, c.delivered_at, c.created_at, c.id AS _after_id
  FROM comebacks_charged(NULL, :scope_store, :after_id, :limit) c
 ORDER BY c.id DESC
 LIMIT :limit;

-- name: comeback_charged_lock
SELECT c.version, c.store_id, c.of_store_id, c.objection, c.owed FROM comeback_charged_lock(:id) c;

-- name: comeback_object
SELECT comeback_object(:id, :reason, :actor_id, :now);

-- name: comeback_decide   rows: 1
UPDATE comeback
   SET objection = :decision, objection_note = :note, objection_decided_by = :actor_id, objection_decided_at = :now,
       version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- What one store owes another for work done again for nothing, at the prices on its lines.
-- name: comeback_owed_list   page unnamed
SELECT o.id AS "owed_by.id", o.name AS "owed_by.name", s.id AS "owed_to.id", s.name AS "owed_to.name", d.comebacks, d.amount,
       o.code || ' ' || s.code AS _after_code, s.id AS _after_id
  FROM (SELECT c.of_store_id, c.store_id, count(*) AS comebacks, sum(comeback_amount(c))::bigint AS amount
          FROM (SELECT t.id, :from::date::timestamp AT TIME ZONE t.time_zone AS begins, (:to::date + 1)::timestamp AT TIME ZONE t.time_zone AS ends
                  FROM store t OFFSET 0) t
          JOIN comeback c ON c.store_id = t.id AND c.delivered_at >= t.begins AND c.delivered_at < t.ends
         WHERE c.of_store_id <> c.store_id AND comeback_is_owed(c)
         GROUP BY c.of_store_id, c.store_id) d
  JOIN store o ON o.id = d.of_store_id
  JOIN store s ON s.id = d.store_id
 WHERE (:after_code::text IS NULL OR (o.code || ' ' || s.code, s.id) > (:after_code, :after_id::uuid))
 ORDER BY o.code || ' ' || s.code, s.id
 LIMIT :limit;

-- name: comeback_lock
SELECT c.version, c.store_id, c.of_store_id, c.objection,
       CASE WHEN c.delivered_at IS NOT NULL THEN 'delivered' WHEN c.cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'open' END AS status
  FROM comeback c
 WHERE c.id = :id
   FOR NO KEY UPDATE;

-- name: comeback_classify
UPDATE comeback
   SET cause = :cause, note = coalesce(:note, note), version = version + 1, updated_at = :now, changed = pg_current_xact_id()
 WHERE id = :id;

-- In the days of the store: the month of the delivery may be over, and what was owed for it told already.
-- name: comeback_classification_add
INSERT INTO comeback_classification (id, store_id, comeback_id, cause, note, classified_by, classified_at, after_month)
SELECT :classification_id, c.store_id, c.id, :cause, :note, :actor_id, :now,
       coalesce(date_trunc('month', c.delivered_at AT TIME ZONE s.time_zone) < date_trunc('month', :now::timestamptz AT TIME ZONE s.time_zone), false)
  FROM comeback c
  JOIN store s ON s.id = c.store_id
 WHERE c.id = :id;

-- For `fettled verify`: every line delivered since guarantees are kept has its own, as long as a rule of its day says, a part as long as the
-- work it was fitted with and what was done again as long as its category then gave; work that was done again ended the guarantee it came
-- back for; and no rule promises less than the law.

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
	 coalesce((SELECT c.line_id::text FROM comeback c WHERE c.guarantee_id = g.id AND c.delivered_at IS NOT NULL
	            ORDER BY c.delivered_at DESC, c.id DESC LIMIT 1), 'none'),
	 coalesce(g.reworked_by_line_id::text, 'none'))) d (what, expected, found)
 WHERE d.expected <> d.found
UNION ALL
SELECT st.code, w.number, 'guarantee of line ' || l.position, 'given', 'none'
  FROM work_order w
  JOIN store st ON st.id = w.store_id
  JOIN work_order_line l ON l.work_order_id = w.id AND l.status = 'authorised'
                         AND (l.kind = 'labour' OR l.kind = 'sublet' AND l.repair_category IS NOT NULL)
 WHERE EXISTS (SELECT FROM guarantee g WHERE g.work_order_id = w.id) AND NOT EXISTS (SELECT FROM guarantee g WHERE g.line_id = l.id)
UNION ALL
SELECT st.code, w.number, 'guarantee of line ' || l.position || ' days', 'at least ' || f.days, r.days::text
  FROM guarantee g
  JOIN store st ON st.id = g.store_id
  JOIN work_order w ON w.id = g.work_order_id
  JOIN work_order_line l ON l.id = g.line_id
  JOIN guarantee_rule r ON r.id = g.rule_id
  JOIN (SELECT p.id, max(x.days) AS days
          FROM guarantee p
          JOIN work_order_line i ON i.id = p.line_id AND i.kind = 'part'
          JOIN guarantee o ON o.work_order_id = p.work_order_id
          JOIN work_order_line j ON j.id = o.line_id AND j.kind IN ('labour', 'sublet')
          JOIN guarantee_rule x ON x.id = o.rule_id
         GROUP BY p.id
         UNION ALL
        SELECT n.id, x.days
          FROM comeback c
          JOIN guarantee o ON o.id = c.guarantee_id
          JOIN guarantee n ON n.line_id = c.line_id
          JOIN guarantee_rule y ON y.id = n.rule_id
         CROSS JOIN LATERAL (SELECT m.days
                               FROM guarantee_rule m
                              WHERE m.vehicle_kind = y.vehicle_kind AND m.repair_category = o.repair_category AND guarantee_rule_holds(m, n.starts_on)
                                AND (m.statutory OR m.created_at <= n.created_at)
                              ORDER BY m.valid_from DESC
                              LIMIT 1) x
         WHERE c.delivered_at IS NOT NULL) f ON f.id = g.id
 WHERE r.days < f.days
UNION ALL
SELECT st.code, w.number, 'repeat of comeback of line ' || l.position, n.times::text, c.repeat::text
  FROM comeback c
  JOIN store st ON st.id = c.store_id
  JOIN work_order w ON w.id = c.work_order_id
  JOIN work_order_line l ON l.id = c.line_id
 CROSS JOIN LATERAL (SELECT comeback_repeat(c.guarantee_id, c.of_line_id, c.created_at) AS times) n
 WHERE c.repeat <> n.times
UNION ALL
SELECT 'chain', 'guarantee rule ' || r.id, d.what, 'at least ' || d.least, d.found::text
  FROM guarantee_rule r
  JOIN LATERAL (SELECT g.days, g.km
                  FROM guarantee_rule g
                 WHERE g.vehicle_kind = r.vehicle_kind AND g.repair_category = r.repair_category AND g.statutory AND g.valid_from <= r.valid_from
                 ORDER BY g.valid_from DESC
                 LIMIT 1) m ON true
 CROSS JOIN LATERAL (VALUES ('days', m.days, r.days), ('km', m.km, r.km)) d (what, least, found)
 WHERE d.found < d.least
 ORDER BY store_code, subject, what;
