-- KPIs: the dictionary, and the facts that each of them is made of.

-- scale: what numerator / denominator is multiplied by; NULL: the numerator itself is the value.
-- aggregation: a period's parts are the sum of its days, or those of its last day.
CREATE OR REPLACE VIEW kpi (id, position, name_en, name_zh, unit, direction, scale, aggregation, formula, formula_version) AS VALUES
	('orders_delivered', 1, 'Orders delivered', '交车台次', 'orders', 'up', NULL::integer, 'sum',
	 'work orders delivered, by day of delivery', 1),
	('sales', 2, 'Sales', '产值', 'fen', 'up', NULL, 'sum',
	 'totals of settlements issued and not voided, with tax, by day of issue', 1),
	('on_time_delivery', 3, 'On-time delivery', '准时交车率', 'percent', 'up', 100, 'sum',
	 'orders completed at or before the current promise / orders delivered with a promise, by day of delivery', 1),
	('on_time_delivery_first', 4, 'On-time delivery, first promise', '准时交车率（首次承诺）', 'percent', 'up', 100, 'sum',
	 'orders completed at or before the first promise / orders delivered with a promise, by day of delivery', 1),
	('satisfaction', 5, 'Satisfaction', '服务满意度', 'points', 'up', 1, 'sum',
	 'sum of satisfaction, (score - min) / (max - min) x 100 / surveys completed, by day of completion', 1),
	('complaint_rate', 6, 'Complaint rate', '客户投诉率', 'percent', 'down', 100, 'sum',
	 'complaints of origin customer, by day received / orders delivered, by day of delivery', 1),
	('all_complaints_per_100', 7, 'Complaints per 100 orders', '每百单投诉数', 'per_100', 'down', 100, 'sum',
	 'complaints of every origin, by day received / orders delivered, by day of delivery', 1),
	('stock_value', 8, 'Stock value', '库存金额', 'fen', 'down', NULL, 'last',
	 'value of what is in stock at the end of the day, at cost', 1),
	('simple_repair_kept', 9, 'Simple repairs in time', '一般故障限时完成率', 'percent', 'up', 100, 'sum',
	 'simple repairs completed within the store''s limit from the arrival (24 h) / those delivered that had one, by day of delivery', 1),
	('simple_repair_kept_net', 10, 'Simple repairs in time, without pauses', '一般故障限时完成率（扣除暂停）', 'percent', 'up', 100, 'sum',
	 'simple repairs completed within the limit, the time in which all their open work was paused taken off / those delivered that had one, by day of delivery', 2),
	('complex_repair_kept', 11, 'Complex repairs in time', '复杂故障限时完成率', 'percent', 'up', 100, 'sum',
	 'complex repairs completed within the store''s limit from the arrival (72 h) / those delivered that had one, by day of delivery', 1),
	('complex_repair_kept_net', 12, 'Complex repairs in time, without pauses', '复杂故障限时完成率（扣除暂停）', 'percent', 'up', 100, 'sum',
	 'complex repairs completed within the limit, the time in which all their open work was paused taken off / those delivered that had one, by day of delivery', 2),
	('greeted_in_time', 13, 'Greeted in time', '三分钟接待率', 'percent', 'up', 100, 'sum',
	 'customers greeted within the store''s limit from their arrival (180 s) / customers greeted or gone before, by day of arrival', 2),
	('concerns_solved', 14, 'Concerns solved the first time', '诉求一次解决率', 'percent', 'up', 100, 'sum',
	 'concerns that customers call solved at delivery / those they call solved or not, of orders without a comeback, by day of delivery', 1),
	('no_show_rate', 15, 'No-shows and late cancels', '爽约率', 'percent', 'down', 100, 'sum',
	 'appointments whose customer did not come or cancelled late / those and the ones whose customer came, by day of the start', 1);

-- What one store did on some of its business days: for each KPI the documents it counts, and their part in it.
CREATE OR REPLACE FUNCTION kpi_facts(of_store uuid, first_day date, last_day date)
RETURNS TABLE (kpi text, day date, subject_type text, subject_id uuid, numerator numeric, denominator numeric, n bigint)
LANGUAGE sql STABLE AS $$
	WITH span AS MATERIALIZED (
		SELECT s.id, s.time_zone, first_day::timestamp AT TIME ZONE s.time_zone AS since,
		       (last_day + 1)::timestamp AT TIME ZONE s.time_zone AS until
		  FROM store s
		 WHERE s.id = of_store
	)
	SELECT k.kpi, (w.delivered_at AT TIME ZONE p.time_zone)::date, 'work_order', w.id, k.numerator, k.denominator, 1
	  FROM span p
	  JOIN work_order w ON w.store_id = p.id AND w.delivered_at >= p.since AND w.delivered_at < p.until
	 -- what was in time, or has no limit, needs no pauses
	 CROSS JOIN LATERAL (SELECT CASE WHEN w.completed_at > w.repair_due_at THEN w.paused_before + work_order_paused(w.id, w.completed_at) ELSE '0' END AS paused) u
	 CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE a.answer = 'solved') AS solved, count(*) AS asked
	                       FROM acceptance a
	                      WHERE a.work_order_id = w.id AND a.answer IN ('solved', 'not_solved')
	                        AND NOT EXISTS (SELECT FROM comeback b WHERE b.work_order_id = w.id AND b.delivered_at IS NOT NULL)) c
	 CROSS JOIN LATERAL (VALUES
		('concerns_solved', c.solved, c.asked, c.asked > 0),
		('orders_delivered', 1, NULL, true),
		('on_time_delivery', (w.completed_at <= w.promised_at)::integer, 1, w.promised_at IS NOT NULL),
		('on_time_delivery_first', (w.completed_at <= w.first_promised_at)::integer, 1, w.first_promised_at IS NOT NULL),
		('complaint_rate', 0, 1, true),
		('all_complaints_per_100', 0, 1, true),
		('simple_repair_kept', (w.completed_at <= w.repair_due_at)::integer, 1, w.repair_due_at IS NOT NULL AND w.fault_class = 'simple'),
		('simple_repair_kept_net', (w.completed_at - u.paused <= w.repair_due_at)::integer, 1, w.repair_due_at IS NOT NULL AND w.fault_class = 'simple'),
		('complex_repair_kept', (w.completed_at <= w.repair_due_at)::integer, 1, w.repair_due_at IS NOT NULL AND w.fault_class = 'complex'),
		('complex_repair_kept_net', (w.completed_at - u.paused <= w.repair_due_at)::integer, 1, w.repair_due_at IS NOT NULL AND w.fault_class = 'complex')) k (kpi, numerator, denominator, counts)
	 WHERE w.deleted_at IS NULL AND k.counts
	UNION ALL
	SELECT 'greeted_in_time', (r.arrived_at AT TIME ZONE p.time_zone)::date, 'reception', r.id,
	       (r.greeted_at IS NOT NULL AND r.greeted_at <= r.arrived_at + make_interval(secs => r.greeting_seconds))::integer, 1, 1
	  FROM span p
	  JOIN reception r ON r.store_id = p.id AND r.arrived_at >= p.since AND r.arrived_at < p.until
	 WHERE (r.greeted_at IS NOT NULL OR r.left_at IS NOT NULL) AND r.deleted_at IS NULL
	UNION ALL
	SELECT 'greeted_in_time', (a.arrived_at AT TIME ZONE p.time_zone)::date, 'appointment', a.id, 0, 1, 1
	  FROM span p
	  JOIN appointment a ON a.store_id = p.id AND a.arrived_at >= p.since AND a.arrived_at < p.until
	 WHERE a.left_at IS NOT NULL
	UNION ALL
	SELECT 'no_show_rate', (a.starts_at AT TIME ZONE p.time_zone)::date, 'appointment', a.id, (a.status = 'no_show' OR a.late_cancel)::integer, 1, 1
	  FROM span p
	  JOIN appointment a ON a.store_id = p.id AND a.starts_at >= p.since AND a.starts_at < p.until
	 WHERE a.status IN ('arrived', 'converted', 'no_show') OR a.late_cancel OR a.left_at IS NOT NULL
	UNION ALL
	SELECT 'sales', (t.issued_at AT TIME ZONE p.time_zone)::date, 'settlement', t.id, t.total, NULL, 1
	  FROM span p
	  JOIN settlement t ON t.store_id = p.id AND t.issued_at >= p.since AND t.issued_at < p.until
	 WHERE t.status <> 'void' AND t.deleted_at IS NULL
	UNION ALL
	SELECT 'satisfaction', (y.completed_at AT TIME ZONE p.time_zone)::date, 'survey', y.id, y.satisfaction, 1, 1
	  FROM span p
	  JOIN survey y ON y.store_id = p.id AND y.completed_at >= p.since AND y.completed_at < p.until
	 WHERE y.satisfaction IS NOT NULL AND y.deleted_at IS NULL
	UNION ALL
	SELECT k.kpi, (c.received_at AT TIME ZONE p.time_zone)::date, 'complaint', c.id, 1, 0, 0
	  FROM span p
	  JOIN complaint c ON c.store_id = p.id AND c.received_at >= p.since AND c.received_at < p.until
	 CROSS JOIN LATERAL (VALUES ('complaint_rate', c.origin = 'customer'), ('all_complaints_per_100', true)) k (kpi, counts)
	 WHERE c.deleted_at IS NULL AND k.counts
$$;

-- The stock's value at the end of each day with movements, from a day on: the value before that day, as
-- it was folded, and what has moved since.  So it costs those days, not the whole ledger.
CREATE OR REPLACE FUNCTION kpi_stock(of_store uuid, first_day date)
RETURNS TABLE (day date, value numeric, n bigint)
LANGUAGE sql STABLE AS $$
	WITH span AS MATERIALIZED (
		SELECT s.id, s.time_zone, first_day::timestamp AT TIME ZONE s.time_zone AS since FROM store s WHERE s.id = of_store
	), opening AS (
		SELECT coalesce((SELECT d.numerator FROM kpi_day d
		                  WHERE d.store_id = p.id AND d.kpi = 'stock_value' AND d.day < first_day ORDER BY d.day DESC LIMIT 1),
		                (SELECT sum(m.value) FROM stock_movement m WHERE m.store_id = p.id AND m.at < p.since), 0) AS value
		  FROM span p
	), moved AS (
		SELECT (m.at AT TIME ZONE p.time_zone)::date AS day, sum(m.value) AS change, count(*) AS n
		  FROM span p
		  JOIN stock_movement m ON m.store_id = p.id AND m.at >= p.since
		 GROUP BY 1
	)
	SELECT m.day, o.value + sum(m.change) OVER (ORDER BY m.day), m.n
	  FROM moved m CROSS JOIN opening o
$$;

-- Whole calendar months of one store, made of its days: those from the month of one day to that of another.
CREATE OR REPLACE FUNCTION kpi_months(of_store uuid, first_day date, last_day date)
RETURNS TABLE (kpi text, month date, numerator numeric, denominator numeric, n bigint, as_of timestamptz)
LANGUAGE sql STABLE AS $$
	SELECT d.kpi, date_trunc('month', d.day::timestamp)::date, sum(d.numerator), sum(d.denominator), sum(d.n)::bigint, max(d.as_of)
	  FROM kpi_day d
	 WHERE d.store_id = of_store AND d.kpi IN (SELECT k.id FROM kpi k WHERE k.aggregation = 'sum')
	   AND d.day >= date_trunc('month', first_day::timestamp)::date
	   AND d.day < (date_trunc('month', last_day::timestamp) + interval '1 month')::date
	 GROUP BY 1, 2
$$;
