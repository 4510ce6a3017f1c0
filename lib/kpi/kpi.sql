-- KPIs: days of stores, folded from what happened and read in any grain.

-- name: kpi_list   page unnamed
SELECT k.id, CASE :language::text WHEN 'zh-CN' THEN k.name_zh ELSE k.name_en END AS name, k.name_en, k.name_zh,
       k.unit, k.direction, k.formula, k.formula_version, k.position AS _after_place
  FROM kpi k
 WHERE :after_place::integer IS NULL OR k.position > :after_place::integer
 ORDER BY k.position
 LIMIT :limit;

-- Rates are sums of numerators over sums of denominators, of stores as of days.  A stock has its last
-- known value in a period.  By month, months that lie wholly in the range are read as such, and days in
-- the stretches before and behind them; else all of it is one stretch.

-- name: kpi_value_list   page unnamed
WITH place AS (
	SELECT s.id, s.region_id, (:now::timestamptz AT TIME ZONE s.time_zone)::date AS today
	  FROM store s
	 WHERE s.deleted_at IS NULL
	   AND (:scope_store::uuid IS NULL OR s.id = :scope_store)
	   AND (:region_id::uuid IS NULL OR s.region_id = :region_id)
), whole AS (
	SELECT CASE WHEN coalesce(:grain, 'day') = 'month' THEN (date_trunc('month', :from::date - interval '1 day') + interval '1 month')::date
	            ELSE :to::date + 1 END AS starts,
	       date_trunc('month', :to::date + interval '1 day')::date AS ends
), stretch AS (
	SELECT :from::date AS first, least(:to, w.starts - 1) AS last FROM whole w
	UNION ALL
	SELECT greatest(w.starts, w.ends), :to::date FROM whole w
), part AS (
	SELECT d.kpi, date_trunc(coalesce(:grain, 'day'), d.day::timestamp)::date AS period, d.store_id,
	       d.numerator, d.denominator, d.n, d.as_of
	  FROM stretch r
	  JOIN kpi_day d ON d.day BETWEEN r.first AND r.last
	 WHERE d.kpi IN (SELECT k.id FROM kpi k WHERE k.id = ANY (:kpi) AND k.aggregation = 'sum')
	   AND (:scope_store::uuid IS NULL OR d.store_id = :scope_store)
	UNION ALL
	SELECT m.kpi, m.month, m.store_id, m.numerator, m.denominator, m.n, m.as_of
	  FROM whole w
	  JOIN kpi_month m ON m.month >= w.starts AND m.month < w.ends
	 WHERE m.kpi = ANY (:kpi)
	   AND (:scope_store::uuid IS NULL OR m.store_id = :scope_store)
	UNION ALL
	SELECT k.id, g.starts::date, p.id, d.numerator, d.denominator, d.n, d.as_of
	  FROM kpi k
	 CROSS JOIN place p
	 CROSS JOIN generate_series(date_trunc(coalesce(:grain, 'day'), :from::date::timestamp), :to::date::timestamp,
	                            ('1 ' || coalesce(:grain, 'day'))::interval) g (starts)
	 CROSS JOIN LATERAL (SELECT d.numerator, d.denominator, d.n, d.as_of
	                       FROM kpi_day d
	                      WHERE d.store_id = p.id AND d.kpi = k.id
	                        AND d.day <= least((g.starts + ('1 ' || coalesce(:grain, 'day'))::interval)::date - 1, :to::date)
	                      ORDER BY d.day DESC
	                      LIMIT 1) d
	 WHERE k.id = ANY (:kpi) AND k.aggregation = 'last' AND g.starts::date <= p.today
), total AS (
	SELECT t.kpi, t.period,
	       CASE WHEN coalesce(:by, 'store') = 'store' THEN t.store_id END AS store_id,
	       CASE WHEN coalesce(:by, 'store') <> 'chain' THEN p.region_id END AS region_id,
	       sum(t.numerator) AS numerator, sum(t.denominator) AS denominator, sum(t.n)::bigint AS n, max(t.as_of) AS as_of
	  FROM (SELECT t.kpi, t.period, t.store_id, sum(t.numerator) AS numerator, sum(t.denominator) AS denominator, sum(t.n)::bigint AS n, max(t.as_of) AS as_of
	          FROM part t GROUP BY 1, 2, 3) t
	  JOIN place p ON p.id = t.store_id
	 GROUP BY 1, 2, 3, 4
)
SELECT t.kpi, t.period, t.store_id, t.region_id,
       CASE WHEN k.scale IS NULL THEN t.numerator ELSE round(t.numerator * k.scale / nullif(t.denominator, 0), 3) END AS value,
       t.numerator, t.denominator, t.n, t.as_of, k.formula_version,
       t.kpi AS _after_kpi, t.period AS _after_period, coalesce(t.store_id, t.region_id, '00000000-0000-0000-0000-000000000000') AS _after_id
  FROM total t
  JOIN kpi k ON k.id = t.kpi
 WHERE :after_kpi::text IS NULL
    OR (t.kpi, t.period, coalesce(t.store_id, t.region_id, '00000000-0000-0000-0000-000000000000'))
       > (:after_kpi, :after_period::date, :after_id::uuid)
 ORDER BY t.kpi, t.period, coalesce(t.store_id, t.region_id, '00000000-0000-0000-0000-000000000000')
 LIMIT :limit;

-- name: kpi_fact_list   page unnamed
SELECT f.kpi, f.day, :store_id::uuid AS store_id, f.subject_type, f.subject_id, f.numerator, f.denominator,
       f.subject_id AS _after_id
  FROM (SELECT k.kpi, k.day, k.subject_type, k.subject_id, k.numerator, k.denominator
          FROM kpi_facts(:store_id, :day, :day) k
         WHERE k.kpi = :kpi
        UNION ALL
        SELECT 'stock_value', :day::date, 'stock_movement', m.id, m.value, NULL
          FROM (SELECT s.id, :day::date::timestamp AT TIME ZONE s.time_zone AS begins, (:day::date + 1)::timestamp AT TIME ZONE s.time_zone AS ends
                  FROM store s WHERE s.id = :store_id AND :kpi = 'stock_value' OFFSET 0) d
          JOIN stock_movement m ON m.store_id = d.id AND m.at >= d.begins AND m.at < d.ends) f
 WHERE :after_id::uuid IS NULL OR f.subject_id > :after_id
 ORDER BY f.subject_id
 LIMIT :limit;

-- Folding: which business days some events have touched, and those days anew from what they are made of;
-- then their months anew from their days.

-- name: kpi_touched
WITH moment AS (
	SELECT e.store_id, w.delivered_at AS at, false AS stock
	  FROM event e JOIN work_order w ON w.id = e.subject_id
	 WHERE e.id = ANY (:events) AND e.type = 'work_order.delivered'
	UNION ALL
	SELECT e.store_id, r.arrived_at, false
	  FROM event e JOIN reception r ON r.id = e.subject_id
	 WHERE e.id = ANY (:events) AND e.type IN ('reception.greeted', 'reception.left')
	UNION ALL
	SELECT e.store_id, r.arrived_at, false
	  FROM event e JOIN queue_ticket q ON q.id = e.subject_id JOIN reception r ON r.id = q.reception_id
	 WHERE e.id = ANY (:events) AND e.type = 'queue_ticket.served'
	UNION ALL
	SELECT e.store_id, a.arrived_at, false
	  FROM event e JOIN appointment a ON a.id = e.subject_id
	 WHERE e.id = ANY (:events) AND e.type = 'appointment.left'
	UNION ALL
	SELECT e.store_id, a.starts_at, false
	  FROM event e JOIN appointment a ON a.id = e.subject_id
	 WHERE e.id = ANY (:events)
	   AND e.type IN ('appointment.arrived', 'appointment.converted', 'appointment.left', 'appointment.no_show', 'appointment.cancelled')
	UNION ALL
	SELECT e.store_id, t.issued_at, false
	  FROM event e JOIN settlement t ON t.id = e.subject_id
	 WHERE e.id = ANY (:events) AND e.type IN ('settlement.issued', 'settlement.voided')
	UNION ALL
	SELECT e.store_id, y.completed_at, false
	  FROM event e JOIN survey y ON y.id = e.subject_id
	 WHERE e.id = ANY (:events) AND e.type = 'survey.completed'
	UNION ALL
	SELECT e.store_id, c.received_at, false
	  FROM event e JOIN complaint c ON c.id = e.subject_id
	 WHERE e.id = ANY (:events) AND e.type = 'complaint.received'
	UNION ALL
	SELECT e.store_id, e.at, true
	  FROM event e
	 WHERE e.id = ANY (:events) AND e.type = 'stock_document.posted'
)
SELECT DISTINCT m.store_id, (m.at AT TIME ZONE s.time_zone)::date AS day, m.stock
  FROM moment m
  JOIN store s ON s.id = m.store_id
 WHERE m.at IS NOT NULL;

-- name: kpi_fold_day
WITH fresh AS MATERIALIZED (
	SELECT f.kpi, sum(f.numerator) AS numerator, sum(f.denominator) AS denominator, sum(f.n)::bigint AS n
	  FROM kpi_facts(:store_id, :day, :day) f
	 GROUP BY f.kpi
), gone AS (
	DELETE FROM kpi_day d
	 WHERE d.store_id = :store_id AND d.day = :day AND d.kpi <> 'stock_value' AND d.kpi NOT IN (SELECT f.kpi FROM fresh f)
)
INSERT INTO kpi_day AS d (store_id, kpi, day, numerator, denominator, n, as_of)
SELECT :store_id, f.kpi, :day, f.numerator, f.denominator, f.n, :now FROM fresh f
ON CONFLICT (store_id, kpi, day) DO UPDATE
   SET numerator = excluded.numerator, denominator = excluded.denominator, n = excluded.n, as_of = excluded.as_of;

-- name: kpi_fold_stock
INSERT INTO kpi_day AS d (store_id, kpi, day, numerator, n, as_of)
SELECT :store_id, 'stock_value', k.day, k.value, k.n, :now FROM kpi_stock(:store_id, :day) k
ON CONFLICT (store_id, kpi, day) DO UPDATE
   SET numerator = excluded.numerator, n = excluded.n, as_of = excluded.as_of;

-- changed: how many months had another value.

-- name: kpi_fold_months
WITH fresh AS MATERIALIZED (
	SELECT f.kpi, f.month, f.numerator, f.denominator, f.n, f.as_of
	  FROM kpi_months(:store_id, :first, :last) f
), was AS MATERIALIZED (
	SELECT m.kpi, m.month, m.numerator, m.denominator, m.n
	  FROM kpi_month m
	 WHERE m.store_id = :store_id
	   AND m.month BETWEEN date_trunc('month', :first::date::timestamp)::date AND :last::date
), gone AS (
	DELETE FROM kpi_month m
	 USING was w
	 WHERE m.store_id = :store_id AND m.kpi = w.kpi AND m.month = w.month
	   AND NOT EXISTS (SELECT FROM fresh f WHERE f.kpi = w.kpi AND f.month = w.month)
), written AS (
	INSERT INTO kpi_month AS m (store_id, kpi, month, numerator, denominator, n, as_of)
	SELECT :store_id, f.kpi, f.month, f.numerator, f.denominator, f.n, f.as_of FROM fresh f
	ON CONFLICT (store_id, kpi, month) DO UPDATE
	   SET numerator = excluded.numerator, denominator = excluded.denominator, n = excluded.n, as_of = excluded.as_of
	 WHERE (m.numerator, m.denominator, m.n, m.as_of)
	       IS DISTINCT FROM (excluded.numerator, excluded.denominator, excluded.n, excluded.as_of)
)
SELECT count(*) AS changed
  FROM fresh f
  FULL JOIN was w ON w.kpi = f.kpi AND w.month = f.month
 WHERE (f.numerator, f.denominator, f.n) IS DISTINCT FROM (w.numerator, w.denominator, w.n);

-- Counted anew by `fettled recount`, store by store; the lock is that of who folds events (event_take).

-- name: kpi_recount_next
SELECT s.id
  FROM store s
 WHERE s.deleted_at IS NULL AND (:code::text IS NULL OR s.code = :code)
   AND (:store_id::uuid IS NULL OR s.id > :store_id)
 ORDER BY s.id
 LIMIT 1;

-- name: kpi_recount_lock
SELECT pg_advisory_xact_lock(hashtext('kpis'));

-- name: kpi_recount   unnamed
WITH fresh AS MATERIALIZED (
	SELECT f.kpi, f.day, sum(f.numerator) AS numerator, sum(f.denominator) AS denominator, sum(f.n)::bigint AS n
	  FROM kpi_facts(:store_id, :first::date, :last::date) f
	 GROUP BY f.kpi, f.day
	UNION ALL
	SELECT 'stock_value', k.day, k.value, NULL, k.n
	  FROM kpi_stock(:store_id, '-infinity') k
	 WHERE k.day BETWEEN :first AND :last
), gone AS (
	DELETE FROM kpi_day d
	 WHERE d.store_id = :store_id AND d.day BETWEEN :first AND :last
	   AND NOT EXISTS (SELECT FROM fresh f WHERE f.kpi = d.kpi AND f.day = d.day)
	RETURNING d.kpi
), written AS (
	INSERT INTO kpi_day AS d (store_id, kpi, day, numerator, denominator, n, as_of)
	SELECT :store_id, f.kpi, f.day, f.numerator, f.denominator, f.n, :now FROM fresh f
	ON CONFLICT (store_id, kpi, day) DO UPDATE
	   SET numerator = excluded.numerator, denominator = excluded.denominator, n = excluded.n, as_of = excluded.as_of
	 WHERE (d.numerator, d.denominator, d.n) IS DISTINCT FROM (excluded.numerator, excluded.denominator, excluded.n)
	RETURNING d.kpi
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written) AS changed;

-- Recomputed by `fettled verify`: days and months that are not what their documents say.  A store whose
-- events are not all folded yet is left out.

-- name: verify_kpis   unnamed
WITH settled AS (
	SELECT s.id, s.code
	  FROM store s
	  JOIN event_consumer c ON c.name = 'kpis'
	 WHERE NOT EXISTS (SELECT FROM event e
	                    WHERE e.store_id = s.id
	                      AND (e.position, e.id) > (c.position, coalesce(c.last_id, '00000000-0000-0000-0000-000000000000')))
), fresh AS (
	SELECT s.id AS store_id, f.kpi, f.day, sum(f.numerator) AS numerator, sum(f.denominator) AS denominator, sum(f.n) AS n
	  FROM settled s
	 CROSS JOIN LATERAL kpi_facts(s.id, '2000-01-01', '2999-12-31') f
	 GROUP BY 1, 2, 3
	UNION ALL
	SELECT s.id, 'stock_value', k.day, k.value, NULL, k.n
	  FROM settled s
	 CROSS JOIN LATERAL kpi_stock(s.id, '2000-01-01') k
), expected AS (
	SELECT f.store_id, f.kpi, f.day::text AS period, f.numerator, f.denominator, f.n FROM fresh f
	UNION ALL
	SELECT f.store_id, f.kpi, to_char(f.day, 'YYYY-MM'), sum(f.numerator), sum(f.denominator), sum(f.n)
	  FROM fresh f
	  JOIN kpi k ON k.id = f.kpi AND k.aggregation = 'sum'
	 GROUP BY 1, 2, 3
), kept AS (
	SELECT d.store_id, d.kpi, d.day::text AS period, d.numerator, d.denominator, d.n
	  FROM kpi_day d JOIN settled s ON s.id = d.store_id
	UNION ALL
	SELECT m.store_id, m.kpi, to_char(m.month, 'YYYY-MM'), m.numerator, m.denominator, m.n
	  FROM kpi_month m JOIN settled s ON s.id = m.store_id
)
SELECT s.code AS store_code, coalesce(e.kpi, k.kpi) AS subject, v.what || ' of ' || coalesce(e.period, k.period) AS what,
       coalesce(trim_scale(v.expected)::text, 'none') AS expected, coalesce(trim_scale(v.found)::text, 'none') AS found
  FROM expected e
  FULL JOIN kept k ON k.store_id = e.store_id AND k.kpi = e.kpi AND k.period = e.period
  JOIN settled s ON s.id = coalesce(e.store_id, k.store_id)
 CROSS JOIN LATERAL (VALUES ('numerator', e.numerator, k.numerator),
                            ('denominator', e.denominator, k.denominator),
                            ('n', e.n, k.n)) v (what, expected, found)
 WHERE v.expected IS DISTINCT FROM v.found
 ORDER BY store_code, subject, coalesce(e.period, k.period), v.what;
