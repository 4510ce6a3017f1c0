-- Proposals of what to buy.

-- name: replenishment_run_get
SELECT r.id, r.version, r.store_id, r.supplier_id, r.service_bp, r.review_days, r.months, r.budget, r.parts_count, r.truncated, r.lines_count,
       (SELECT count(*) FROM replenishment_line l WHERE l.run_id = r.id AND l.purchase_order_id IS NOT NULL) AS ordered_count,
       CASE WHEN :holds_cost_read::boolean THEN r.amount END AS amount, r.created_by, r.created_at, r.updated_at
  FROM replenishment_run r
 WHERE r.id = ANY (:ids);

-- name: replenishment_run_list   page unnamed
SELECT r.id, r.version, r.store_id, r.supplier_id, r.service_bp, r.review_days, r.months, r.budget, r.parts_count, r.truncated, r.lines_count,
       (SELECT count(*) FROM replenishment_line l WHERE l.run_id = r.id AND l.purchase_order_id IS NOT NULL) AS ordered_count,
       CASE WHEN :holds_cost_read::boolean THEN r.amount END AS amount, r.created_by, r.created_at, r.updated_at, r.created_at AS _after_at, r.id AS _after_id
  FROM (SELECT l.id
          FROM store st
         CROSS JOIN LATERAL (
                SELECT n.id, n.created_at
                  FROM replenishment_run n
                 WHERE n.store_id = st.id
                   AND (:updated_after::timestamptz IS NULL OR n.updated_at > :updated_after)
                   AND (:after_position::text IS NULL
                        OR (n.changed >= :after_position::text::xid8 AND n.changed < pg_snapshot_xmin(pg_current_snapshot())))
                   AND (:after_at::timestamptz IS NULL OR (n.created_at, n.id) < (:after_at, :after_id::uuid))
                 ORDER BY n.created_at DESC, n.id DESC
                 LIMIT :limit) l
         WHERE :scope_store::uuid IS NULL OR st.id = :scope_store
         ORDER BY l.created_at DESC, l.id DESC
         LIMIT :limit) k
  JOIN replenishment_run r ON r.id = k.id
 ORDER BY r.created_at DESC, r.id DESC
 LIMIT :limit;

-- name: replenishment_run_visible
SELECT r.id FROM replenishment_run r WHERE r.id = :id;

-- name: replenishment_lines   page unnamed
SELECT l.id, l.position, p.id AS "part.id", p.number AS "part.number", p.name AS "part.name", s.id AS "supplier.id", s.code AS "supplier.code",
       s.name AS "supplier.name", l.months, l.demand_months, l.month_quantity, l.cover_days, l.cover_quantity, l.deviation, l.lead_days, l.available_quantity,
       l.coming_quantity, l.back_order_quantity, l.reorder_point, l.order_up_to, l.quantity, l.pack_quantity,
       CASE WHEN :holds_cost_read::boolean THEN l.unit_price END AS unit_price, CASE WHEN :holds_cost_read::boolean THEN l.amount END AS amount,
       l.order_class, l.within_budget, l.purchase_order_id,
       l.limit_id AS "limits.id", l.limit_minimum AS "limits.minimum", l.limit_reorder_point AS "limits.reorder_point", l.limit_maximum AS "limits.maximum",
       format('%s available and %s coming, less %s that is waited for, is ' || n.beneath_en || ' %s. Asked for in %s of %s months; %s a month and %s (give or take %s) in the %s days until the next order would have come are expected. Filled up to %s, in packs of %s.' || n.limited_en,
              n.available, n.coming, n.waited, n.point, l.demand_months, l.months, n.month, n.cover, n.deviation, l.cover_days, n.upto, n.pack) AS "reason.en",
       format('可用 %s、在途 %s，扣除待供 %s 后' || n.beneath_zh || '补货点 %s。%s 个月中有 %s 个月有需求；预计每月 %s，至下次订货到货的 %s 天内 %s（误差 %s）。补至 %s，按每包 %s 取整。' || n.limited_zh,
              n.available, n.coming, n.waited, n.point, l.months, l.demand_months, n.month, l.cover_days, n.cover, n.deviation, n.upto, n.pack) AS "reason.zh",
       l.position AS _after_place
  FROM replenishment_line l
  JOIN part p ON p.id = l.part_id
  LEFT JOIN supplier s ON s.id = l.supplier_id
 CROSS JOIN LATERAL (SELECT trim_scale(l.available_quantity) AS available, trim_scale(l.coming_quantity) AS coming, trim_scale(l.back_order_quantity) AS waited,
                            trim_scale(l.reorder_point) AS point, trim_scale(round(l.month_quantity, 2)) AS month, trim_scale(round(l.cover_quantity, 2)) AS cover,
                            trim_scale(round(l.deviation, 2)) AS deviation, trim_scale(l.order_up_to) AS upto, trim_scale(l.pack_quantity) AS pack,
                            CASE WHEN at.point THEN 'at' ELSE 'below' END AS beneath_en, CASE WHEN at.point THEN '到达' ELSE '低于' END AS beneath_zh,
                            CASE WHEN l.limit_id IS NULL THEN '' ELSE ' The store wants: at least ' || said.least || ', ordered at ' || said.point || ', at most ' || said.most || '.' END
                            AS limited_en,
                            CASE WHEN l.limit_id IS NULL THEN '' ELSE '门店设定：下限 ' || said.least || '、订货点 ' || said.point || '、上限 ' || said.most || '。' END AS limited_zh
                       FROM (SELECT l.available_quantity + l.coming_quantity - l.back_order_quantity = l.reorder_point AS point) at,
                            (SELECT coalesce(trim_scale(l.limit_minimum)::text, '–') AS least, coalesce(trim_scale(l.limit_reorder_point)::text, '–') AS point,
                                    coalesce(trim_scale(l.limit_maximum)::text, '–') AS most) said) n
 WHERE l.run_id = :id
   AND (:within_budget::boolean IS NULL OR l.within_budget = :within_budget)
   AND (:after_place::bigint IS NULL OR l.position > :after_place)
 ORDER BY l.position
 LIMIT :limit;

-- What was asked for of each part in the months that are over: pairs of a month, counted from the first of its history, and thousandths; what its
-- predecessors were asked for counts with it.  Beside it what there is, what comes and what is waited for, and who sells it.
-- name: replenishment_facts
WITH span AS MATERIALIZED (
	SELECT date_trunc('month', chain_day(:now))::date AS until, (date_trunc('month', chain_day(:now)) - make_interval(months => :months::integer))::date AS since
), asked AS MATERIALIZED (
	SELECT d.part_id, date_trunc('month', chain_day(d.created_at))::date AS month, sum(d.quantity) AS quantity,
	       coalesce(sum(d.short_quantity) FILTER (WHERE d.status IN ('open', 'on_order', 'in_transfer')), 0) AS waited
	  FROM demand d, span s
	 WHERE d.store_id = :store_id AND d.created_at >= s.since - interval '1 day' AND d.kind IN ('repair', 'sale') AND d.status <> 'cancelled'
	   AND chain_day(d.created_at) >= s.since
	 GROUP BY 1, 2
), current AS MATERIALIZED (
	SELECT k.part_id, CASE WHEN EXISTS (SELECT FROM part_replacement r WHERE r.of_part_id = k.part_id)
	                       THEN part_current(k.part_id, chain_day(:now)) ELSE k.part_id END AS current
	  FROM (SELECT DISTINCT part_id FROM asked) k
), month AS (
	SELECT c.current AS part_id, (date_part('year', a.month) * 12 + date_part('month', a.month))::integer AS month, sum(a.quantity) AS quantity,
	       sum(a.waited) AS waited
	  FROM asked a JOIN current c ON c.part_id = a.part_id
	 GROUP BY 1, 2
), bound AS MATERIALIZED (
	SELECT (date_part('year', s.since) * 12 + date_part('month', s.since))::integer AS since,
	       (date_part('year', s.until) * 12 + date_part('month', s.until))::integer AS until
	  FROM span s
), limited AS (
	SELECT l.part_id, l.limit_id, l.minimum, l.reorder_point, l.maximum
	  FROM stock_level l
	 WHERE l.store_id = :store_id AND l.limit_id IS NOT NULL
	   AND l.warehouse_id = (SELECT h.id FROM warehouse h WHERE h.store_id = :store_id AND h.is_default)
), wanted AS (
	SELECT m.part_id, min(m.month) AS first, sum(m.quantity) AS quantity, sum(m.waited) AS waited, count(*) FILTER (WHERE m.month < b.until) AS demand_months,
	       string_agg(m.month || ' ' || (m.quantity * 1000)::bigint, ' ' ORDER BY m.month) FILTER (WHERE m.month < b.until) AS history
	  FROM month m, bound b
	 GROUP BY m.part_id
	UNION ALL
	-- what nobody asked for, but the store wants to have
	SELECT l.part_id, b.until, 0, 0, 0, NULL
	  FROM limited l, bound b
	 WHERE l.part_id NOT IN (SELECT m.part_id FROM month m)
	 ORDER BY quantity DESC, part_id
	 LIMIT :limit::bigint
)
SELECT w.part_id, w.demand_months, w.waited AS back_order_quantity, w.history,
       least(w.first, greatest(b.since, (date_part('year', chain_day(p.created_at)) * 12 + date_part('month', chain_day(p.created_at)))::integer)) AS first,
       b.until,
       (SELECT coalesce(sum(l.on_hand - l.reserved), 0) FROM stock_level l JOIN warehouse h ON h.id = l.warehouse_id AND h.purpose = 'stock'
         WHERE l.store_id = :store_id AND l.part_id = w.part_id) AS available_quantity,
       (SELECT coalesce(sum(o.quantity - o.received_quantity), 0) FROM purchase_order_line o
         WHERE o.store_id = :store_id AND o.part_id = w.part_id AND o.ordered AND o.received_quantity < o.quantity)
       + (SELECT coalesce(sum(t.shipped_quantity - t.received_quantity - t.returned_quantity - t.lost_quantity), 0) FROM transfer_line t
           WHERE t.store_id = :store_id AND t.part_id = w.part_id AND t.received_quantity + t.returned_quantity + t.lost_quantity < t.shipped_quantity) AS coming_quantity,
       f.supplier_id, f.price, coalesce(f.lead_days, 7) AS lead_days, coalesce(f.pack_quantity, p.pack_quantity) AS pack_quantity,
       coalesce(f.minimum_quantity, 0) AS minimum_quantity, m.limit_id, m.minimum, m.reorder_point, m.maximum
  FROM bound b
 CROSS JOIN wanted w
  LEFT JOIN limited m ON m.part_id = w.part_id
  JOIN part p ON p.id = w.part_id AND p.active AND p.deleted_at IS NULL
  LEFT JOIN LATERAL (
        SELECT o.supplier_id, o.price, coalesce(o.lead_days, u.lead_days) AS lead_days, o.pack_quantity, o.minimum_quantity
          FROM supplier_offer o
          JOIN supplier u ON u.id = o.supplier_id AND u.active AND supplier_lacks(u.id, chain_day(:now)) IS NULL
         WHERE o.part_id = w.part_id AND o.valid_from <= chain_day(:now) AND (o.valid_to > chain_day(:now)) IS NOT FALSE
           AND (:supplier_id::uuid IS NULL OR o.supplier_id = :supplier_id)
         ORDER BY o.price, coalesce(o.lead_days, u.lead_days), o.id
         LIMIT 1) f ON true
 WHERE :supplier_id::uuid IS NULL OR f.supplier_id IS NOT NULL
 ORDER BY w.part_id;

-- name: replenishment_run_add
INSERT INTO replenishment_run (id, store_id, supplier_id, service_bp, review_days, months, budget, parts_count, lines_count, amount, truncated, created_by,
                               created_at, updated_at)
VALUES (:run_id, :store_id, :supplier_id, :service_bp, :review_days, :months, :budget, :parts_count, :lines_count, :amount, :truncated, :actor_id, :now, :now);

-- name: replenishment_lines_add
INSERT INTO replenishment_line (id, store_id, run_id, position, part_id, supplier_id, months, demand_months, month_quantity, cover_days, cover_quantity, deviation,
                                lead_days, available_quantity, coming_quantity, back_order_quantity, reorder_point, order_up_to, quantity, pack_quantity,
                                unit_price, amount, limit_id, limit_minimum, limit_reorder_point, limit_maximum, order_class, within_budget)
SELECT n.id, :store_id::uuid, :run_id::uuid, n.n, n.part_id, n.supplier_id, n.months, n.demand_months, n.month_quantity, n.cover_days, n.cover_quantity, n.deviation,
       n.lead_days, n.available, n.coming, n.waited, n.point, n.upto, n.quantity, n.pack, nullif(n.price, -1), nullif(n.amount, -1),
       n.limit_id, CASE WHEN n.minimum >= 0 AND n.limit_id IS NOT NULL THEN n.minimum END, CASE WHEN n.reorder >= 0 AND n.limit_id IS NOT NULL THEN n.reorder END,
       CASE WHEN n.maximum >= 0 AND n.limit_id IS NOT NULL THEN n.maximum END, n.order_class, n.within
  FROM unnest(:replenishment_line_ids::uuid[], :part_ids::uuid[], :supplier_ids::uuid[], :history_months::bigint[], :demand_months::bigint[], :month_quantities::numeric[],
              :cover_days::bigint[], :cover_quantities::numeric[], :deviations::numeric[], :lead_days::bigint[], :available::numeric[], :coming::numeric[],
              :waited::numeric[], :points::numeric[], :levels::numeric[], :quantity::numeric[], :packs::numeric[], :unit_prices::bigint[], :amounts::bigint[],
              :limit_ids::uuid[], :minima::numeric[], :reorder_points::numeric[], :maxima::numeric[], :order_classes::text[], :within::boolean[])
       WITH ORDINALITY n (id, part_id, supplier_id, months, demand_months, month_quantity, cover_days, cover_quantity, deviation, lead_days, available, coming,
                          waited, point, upto, quantity, pack, price, amount, limit_id, minimum, reorder, maximum, order_class, within, n);

-- name: replenishment_run_lock
SELECT r.version, r.store_id FROM replenishment_run r WHERE r.id = :id FOR NO KEY UPDATE;

-- What can be ordered of a run: what is named, or all that the budget allows; by supplier and class.
-- name: replenishment_orderable
SELECT l.id, l.part_id, l.supplier_id, l.order_class, l.quantity, l.unit_price
  FROM replenishment_line l
 WHERE l.run_id = :id AND l.purchase_order_id IS NULL AND l.supplier_id IS NOT NULL
   AND CASE WHEN cardinality(:replenishment_line_ids::uuid[]) = 0 THEN l.within_budget ELSE l.id = ANY (:replenishment_line_ids) END
 ORDER BY l.supplier_id, l.order_class, l.position;

-- name: replenishment_lines_ordered
UPDATE replenishment_line SET purchase_order_id = :order_id WHERE id = ANY (:replenishment_line_ids::uuid[]);

-- name: replenishment_run_touch
UPDATE replenishment_run SET version = version + 1, updated_at = :now, changed = pg_current_xact_id() WHERE id = :id;
