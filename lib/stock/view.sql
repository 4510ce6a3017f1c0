-- What there is of a part, what a period did to it, how long it has lain, and what it is asked for.

-- name: part_position
SELECT p.id, p.number, p.name, sum(x.on_hand) AS on_hand, sum(x.quarantine) AS quarantine, sum(x.reserved) AS reserved, sum(x.available) AS available,
       sum(x.frozen) AS frozen, sum(x.in_transit) AS in_transit, sum(x.on_order) AS on_order, sum(x.back_order) AS back_order,
       CASE WHEN :holds_cost_read::boolean THEN sum(x.value)::bigint END AS value
  FROM part p
 CROSS JOIN store s
 CROSS JOIN LATERAL stock_position(s.id, p.id) x
 WHERE p.id = ANY (:ids) AND p.deleted_at IS NULL AND (:scope_store::uuid IS NULL OR s.id = :scope_store)
 GROUP BY p.id;

-- name: part_position_stores
SELECT p.id AS _parent, s.id AS store_id, x.on_hand, x.quarantine, x.reserved, x.available, x.frozen, x.in_transit, x.on_order, x.back_order,
       CASE WHEN :holds_cost_read::boolean THEN x.value END AS value
  FROM part p
 CROSS JOIN store s
 CROSS JOIN LATERAL stock_position(s.id, p.id) x
 WHERE p.id = ANY (:ids) AND (:scope_store::uuid IS NULL OR s.id = :scope_store)
   AND (x.on_hand > 0 OR x.in_transit > 0 OR x.on_order > 0 OR x.back_order > 0)
 ORDER BY s.code;

-- The sums of a store from what it has now, and what has moved since the period began: the length of its history does not matter.
-- name: stock_summary
SELECT s.id, :from::date AS "from", :to::date AS "to", t.closing - t.moved AS opening_quantity, t.incoming AS in_quantity, t.outgoing AS out_quantity,
       t.closing AS closing_quantity, CASE WHEN :holds_cost_read::boolean THEN t.closing_value - t.moved_value END AS opening_value,
       CASE WHEN :holds_cost_read::boolean THEN t.incoming_value END AS in_value, CASE WHEN :holds_cost_read::boolean THEN t.outgoing_value END AS out_value,
       CASE WHEN :holds_cost_read::boolean THEN t.closing_value END AS closing_value
  FROM store s
 CROSS JOIN LATERAL store_days(s.time_zone, :from, :to) d
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(l.on_hand), 0) AS quantity, coalesce(sum(l.value), 0)::bigint AS value FROM stock_level l WHERE l.store_id = s.id) n
 CROSS JOIN LATERAL (
       SELECT n.quantity - coalesce(sum(m.quantity) FILTER (WHERE m.at >= d.ends), 0) AS closing,
              (n.value - coalesce(sum(m.value) FILTER (WHERE m.at >= d.ends), 0))::bigint AS closing_value,
              coalesce(sum(m.quantity) FILTER (WHERE m.at < d.ends), 0) AS moved,
              coalesce(sum(m.value) FILTER (WHERE m.at < d.ends), 0)::bigint AS moved_value,
              coalesce(sum(m.quantity) FILTER (WHERE m.at < d.ends AND m.quantity > 0), 0) AS incoming,
              coalesce(sum(m.value) FILTER (WHERE m.at < d.ends AND m.quantity > 0), 0)::bigint AS incoming_value,
              coalesce(-sum(m.quantity) FILTER (WHERE m.at < d.ends AND m.quantity < 0), 0) AS outgoing,
              coalesce(-sum(m.value) FILTER (WHERE m.at < d.ends AND m.quantity < 0), 0)::bigint AS outgoing_value
         FROM stock_movement m
        WHERE m.store_id = s.id AND m.at >= d.begins) t
 WHERE s.id = :store_id AND s.deleted_at IS NULL;

-- name: stock_summary_reasons
SELECT s.id AS _parent, CASE WHEN m.quantity > 0 THEN 'in' ELSE 'out' END AS direction, m.kind, m.reason, abs(sum(m.quantity)) AS quantity,
       CASE WHEN :holds_cost_read::boolean THEN abs(sum(m.value))::bigint END AS value
  FROM store s
 CROSS JOIN LATERAL store_days(s.time_zone, :from, :to) d
  JOIN stock_movement m ON m.store_id = s.id AND m.at >= d.begins AND m.at < d.ends
 WHERE s.id = :store_id
 GROUP BY s.id, m.quantity > 0, m.kind, m.reason
 ORDER BY m.quantity > 0 DESC, m.kind, m.reason;

-- By part, each from the beginning of its ledger to the end of the period: what it had before, and what moved.
-- name: stock_summary_parts   page unnamed
-- (The period is told by subqueries and not joined: so the parts stay in order, and a page ends with its last.)
WITH span AS MATERIALIZED (
	SELECT d.begins, d.ends FROM store s CROSS JOIN LATERAL store_days(s.time_zone, :from, :to) d WHERE s.id = :store_id
)
SELECT p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", m.opening AS opening_quantity, m.incoming AS in_quantity,
       m.outgoing AS out_quantity, m.opening + m.incoming - m.outgoing AS closing_quantity,
       CASE WHEN :holds_cost_read::boolean THEN m.opening_value END AS opening_value, CASE WHEN :holds_cost_read::boolean THEN m.incoming_value END AS in_value,
       CASE WHEN :holds_cost_read::boolean THEN m.outgoing_value END AS out_value,
       CASE WHEN :holds_cost_read::boolean THEN m.opening_value + m.incoming_value - m.outgoing_value END AS closing_value,
       r.reasons, p.number_norm AS _after_number, p.id AS _after_id
  FROM (
       SELECT p.id, p.number, p.name, p.number_norm
         FROM part p
        WHERE p.id = ANY (ARRAY(SELECT l.part_id FROM stock_level l
                                 WHERE l.store_id = :store_id AND l.movements > 0 AND (:part_id::uuid IS NULL OR l.part_id = :part_id)))
          AND (:after_number::text IS NULL OR (p.number_norm, p.id) > (:after_number, :after_id::uuid))
        ORDER BY p.number_norm, p.id
       OFFSET 0) p
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(m.quantity) FILTER (WHERE m.before), 0) AS opening, coalesce(sum(m.value) FILTER (WHERE m.before), 0)::bigint AS opening_value,
              coalesce(sum(m.quantity) FILTER (WHERE NOT m.before AND m.quantity > 0), 0) AS incoming,
              coalesce(sum(m.value) FILTER (WHERE NOT m.before AND m.quantity > 0), 0)::bigint AS incoming_value,
              coalesce(-sum(m.quantity) FILTER (WHERE NOT m.before AND m.quantity < 0), 0) AS outgoing,
              coalesce(-sum(m.value) FILTER (WHERE NOT m.before AND m.quantity < 0), 0)::bigint AS outgoing_value,
              count(*) FILTER (WHERE NOT m.before) AS movements
         FROM (SELECT m.quantity, m.value, m.at < (SELECT d.begins FROM span d) AS before
                 FROM stock_movement m
                WHERE m.store_id = :store_id AND m.part_id = p.id AND m.at < (SELECT d.ends FROM span d)) m
       OFFSET 0) m
 CROSS JOIN LATERAL (
       SELECT coalesce(jsonb_agg(jsonb_build_object('direction', CASE WHEN g.coming THEN 'in' ELSE 'out' END, 'kind', g.kind, 'reason', g.reason,
                                                    'quantity', trim_scale(g.quantity), 'value', CASE WHEN :holds_cost_read::boolean THEN g.value END)
                                 ORDER BY g.coming DESC, g.kind, g.reason), '[]') AS reasons
         FROM (SELECT m.quantity > 0 AS coming, m.kind, m.reason, abs(sum(m.quantity)) AS quantity, abs(sum(m.value))::bigint AS value
                 FROM stock_movement m
                WHERE m.store_id = :store_id AND m.part_id = p.id AND m.at >= (SELECT d.begins FROM span d) AND m.at < (SELECT d.ends FROM span d)
                GROUP BY m.quantity > 0, m.kind, m.reason) g) r
 WHERE m.movements > 0 OR m.opening <> 0 OR m.opening_value <> 0
 ORDER BY p.number_norm, p.id
 LIMIT :limit;

-- name: stock_ageing
WITH part_ages AS MATERIALIZED (
	SELECT a.on_hand, a.value, a.idle_days >= coalesce(:dead_days::integer, 180) AS dead, a.quantities, a.worth FROM stock_ages(:store_id, NULL, :now) a
)
SELECT s.id, a.quantity AS on_hand, CASE WHEN :holds_cost_read::boolean THEN a.value END AS value, a.dead_parts, a.dead_quantity,
       CASE WHEN :holds_cost_read::boolean THEN a.dead_value END AS dead_value,
       (SELECT jsonb_agg(jsonb_build_object('from_days', b.from_days, 'to_days', b.to_days, 'quantity', trim_scale(coalesce(g.quantity, 0)),
                                            'value', CASE WHEN :holds_cost_read::boolean THEN coalesce(g.value, 0) END) ORDER BY b.band)
          FROM stock_age_bands() b
          LEFT JOIN (SELECT g.band, sum(g.quantity) AS quantity, sum(g.value)::bigint AS value
                       FROM part_ages a, unnest(a.quantities, a.worth) WITH ORDINALITY g (quantity, value, band)
                      GROUP BY g.band) g ON g.band = b.band) AS bands
  FROM store s
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(a.on_hand), 0) AS quantity, coalesce(sum(a.value), 0)::bigint AS value, count(*) FILTER (WHERE a.dead) AS dead_parts,
              coalesce(sum(a.on_hand) FILTER (WHERE a.dead), 0) AS dead_quantity, coalesce(sum(a.value) FILTER (WHERE a.dead), 0)::bigint AS dead_value
         FROM part_ages a) a
 WHERE s.id = :store_id AND s.deleted_at IS NULL;

-- What has lain longest without being asked for, first.
-- name: stock_ageing_parts   page unnamed
SELECT p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", a.on_hand, CASE WHEN :holds_cost_read::boolean THEN a.value END AS value,
       a.received_on, a.issued_on, a.today - a.received_on AS days_since_receipt, a.today - a.issued_on AS days_since_issue, a.idle_days,
       a.idle_days >= coalesce(:dead_days::integer, 180) AS dead,
       (SELECT jsonb_agg(jsonb_build_object('from_days', b.from_days, 'to_days', b.to_days, 'quantity', trim_scale(g.quantity),
                                            'value', CASE WHEN :holds_cost_read::boolean THEN g.value END) ORDER BY b.band)
          FROM unnest(a.quantities, a.worth) WITH ORDINALITY g (quantity, value, band)
          JOIN stock_age_bands() b ON b.band = g.band) AS bands,
       a.idle_days AS _after_days, p.id AS _after_id
  FROM stock_ages(:store_id, :part_id, :now) a
  JOIN part p ON p.id = a.part_id
 WHERE (:dead::boolean IS NULL OR (a.idle_days >= coalesce(:dead_days::integer, 180)) = :dead)
   AND (:after_days::integer IS NULL OR (-a.idle_days, p.id) > (-(:after_days::integer), :after_id::uuid))
 ORDER BY -a.idle_days, p.id
 LIMIT :limit;

-- name: stock_classes
SELECT s.id, (d.today - interval '12 months')::date AS "from", d.today AS "to"
  FROM store s
 CROSS JOIN LATERAL (SELECT (:now::timestamptz AT TIME ZONE s.time_zone)::date AS today) d
 WHERE s.id = :store_id AND s.deleted_at IS NULL;

-- name: stock_classes_totals
SELECT s.id AS _parent, c.class, count(*) AS parts, sum(c.issued_quantity) AS issued_quantity,
       CASE WHEN :holds_cost_read::boolean THEN sum(c.issued_value)::bigint END AS issued_value, sum(c.on_hand) AS on_hand,
       CASE WHEN :holds_cost_read::boolean THEN sum(c.value)::bigint END AS value
  FROM store s
 CROSS JOIN LATERAL stock_classes(s.id, coalesce(:a_percent::integer, 80), coalesce(:b_percent::integer, 95), :now) c
 WHERE s.id = :store_id
 GROUP BY s.id, c.class
 ORDER BY c.class;

-- name: stock_class_parts   page unnamed
SELECT p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", c.class, c.place, c.issued_quantity,
       CASE WHEN :holds_cost_read::boolean THEN c.issued_value END AS issued_value,
       CASE WHEN :holds_cost_read::boolean THEN c.up_to_bp END AS cumulative_share_bp, c.on_hand,
       CASE WHEN :holds_cost_read::boolean THEN c.value END AS value, c.place AS _after_place
  FROM stock_classes(:store_id, coalesce(:a_percent::integer, 80), coalesce(:b_percent::integer, 95), :now) c
  JOIN part p ON p.id = c.part_id
 WHERE (:class::text[] IS NULL OR c.class = ANY (:class))
   AND (:part_id::uuid IS NULL OR c.part_id = :part_id)
   AND (:after_place::bigint IS NULL OR c.place > :after_place)
 ORDER BY c.place
 LIMIT :limit;

-- What could come from other stores instead of being bought.  The function tells of stores that the caller does not see.
-- name: part_elsewhere   page unnamed
WITH wanted AS MATERIALIZED (
	SELECT w.part_id, min(w.place) AS place
	  FROM (SELECT :id::uuid AS part_id, 1 AS place
	        UNION ALL SELECT part_current(:id, chain_day(:now)), 2
	        UNION ALL SELECT r.by_part_id, 3 FROM part_replacement r
	                   WHERE r.of_part_id = :id AND r.kind = 'alternative'
	                     AND r.valid_from <= chain_day(:now) AND (r.valid_to > chain_day(:now)) IS NOT FALSE
	        UNION ALL SELECT r.of_part_id, 3 FROM part_replacement r
	                   WHERE r.by_part_id = :id AND r.kind = 'alternative' AND NOT r.one_way
	                     AND r.valid_from <= chain_day(:now) AND (r.valid_to > chain_day(:now)) IS NOT FALSE) w
	 GROUP BY w.part_id
)
SELECT e.store_id AS "store.id", e.code AS "store.code", e.name AS "store.name", CASE WHEN e.near THEN 'same_region' ELSE 'other_region' END AS distance,
       p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", (ARRAY['same', 'successor', 'alternative'])[w.place] AS relation,
       e.available, e.available >= coalesce(:quantity::numeric, 1) AS enough, e.days_since_issue, e.idle_days, e.leaves_under_minimum,
       NOT e.near AS _after_far, w.place AS _after_place, e.idle_days AS _after_days, e.store_id AS _after_store, p.id AS _after_part
  FROM store s
 CROSS JOIN wanted w
 CROSS JOIN LATERAL stock_elsewhere(s.id, w.part_id, coalesce(:quantity::numeric, 1), :now) e
  JOIN part p ON p.id = w.part_id AND p.deleted_at IS NULL
 WHERE s.id = :store_id
   AND (:after_far::boolean IS NULL
        OR (NOT e.near, w.place, -e.idle_days, e.store_id, p.id)
           > (:after_far, :after_place::integer, -(:after_days::integer), :after_store::uuid, :after_part::uuid))
 ORDER BY NOT e.near, w.place, -e.idle_days, e.store_id, p.id
 LIMIT :limit;

-- Wishes that were lost: the last of each store, and of those the last.
-- name: lost_sale_list   page unnamed
SELECT d.id, d.store_id, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", d.kind, d.lost_cause AS cause, d.reason, d.quantity,
       d.lost_value AS value, d.work_order_id, d.customer_id, d.created_at, d.lost_at, d.lost_at AS _after_at, d.id AS _after_id
  FROM (SELECT l.*
          FROM store st
         CROSS JOIN LATERAL store_days(st.time_zone, :from, :to) y
         CROSS JOIN LATERAL (
                SELECT d.id, d.store_id, d.part_id, d.kind, d.lost_cause, d.reason, d.quantity, d.lost_value, d.work_order_id, d.customer_id, d.created_at, d.lost_at
                  FROM demand d
                 WHERE d.store_id = st.id AND d.lost_at IS NOT NULL
                   AND (:part_id::uuid IS NULL OR d.part_id = :part_id)
                   AND (:cause::text[] IS NULL OR d.lost_cause = ANY (:cause))
                   AND (:from::date IS NULL OR d.lost_at >= y.begins)
                   AND (:to::date IS NULL OR d.lost_at < y.ends)
                   AND (:after_at::timestamptz IS NULL OR (d.lost_at, d.id) < (:after_at, :after_id::uuid))
                 ORDER BY d.lost_at DESC, d.id DESC
                 LIMIT :limit) l
         WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
         ORDER BY l.lost_at DESC, l.id DESC
         LIMIT :limit) d
  JOIN part p ON p.id = d.part_id
 ORDER BY d.lost_at DESC, d.id DESC
 LIMIT :limit;

-- name: lost_sale_causes   page unnamed
SELECT d.lost_cause AS cause, count(*) AS sales, sum(d.quantity) AS quantity, sum(d.lost_value)::bigint AS value, d.lost_cause AS _after_cause
  FROM store st
 CROSS JOIN LATERAL store_days(st.time_zone, :from, :to) y
  JOIN demand d ON d.store_id = st.id AND d.lost_at IS NOT NULL
 WHERE (:scope_store::uuid IS NULL OR st.id = :scope_store)
   AND (:part_id::uuid IS NULL OR d.part_id = :part_id)
   AND (:from::date IS NULL OR d.lost_at >= y.begins)
   AND (:to::date IS NULL OR d.lost_at < y.ends)
   AND (:after_cause::text IS NULL OR d.lost_cause > :after_cause)
 GROUP BY d.lost_cause
 ORDER BY d.lost_cause
 LIMIT :limit;
