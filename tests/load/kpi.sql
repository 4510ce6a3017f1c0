-- SPDX-License-Identifier: Apache-2.0
-- The large data set, last part: KPIs of stores :from to :to, folded by the functions that fold them from events.
\ir key.sql
INSERT INTO kpi_day (store_id, kpi, day, numerator, denominator, n, as_of)
SELECT s.id, f.kpi, f.day, sum(f.numerator), sum(f.denominator), sum(f.n), :'base'::timestamptz + interval '900 days'
  FROM store s CROSS JOIN LATERAL kpi_facts(s.id, '2000-01-01', '2999-12-31') f
 WHERE s.id IN (SELECT pg_temp.key(2, n) FROM generate_series(:from, :to) n)
 GROUP BY s.id, f.kpi, f.day
UNION ALL
SELECT s.id, 'stock_value', k.day, k.value, NULL, k.n, :'base'::timestamptz + interval '900 days'
  FROM store s CROSS JOIN LATERAL kpi_stock(s.id, '2000-01-01') k
 WHERE s.id IN (SELECT pg_temp.key(2, n) FROM generate_series(:from, :to) n);
INSERT INTO kpi_month (store_id, kpi, month, numerator, denominator, n, as_of)
SELECT s.id, m.kpi, m.month, m.numerator, m.denominator, m.n, m.as_of
  FROM store s CROSS JOIN LATERAL kpi_months(s.id, '2000-01-01', '2999-12-31') m
 WHERE s.id IN (SELECT pg_temp.key(2, n) FROM generate_series(:from, :to) n);
