-- How many were greeted within three minutes, of the days before it was counted.

INSERT INTO kpi_day (store_id, kpi, day, numerator, denominator, n, as_of)
SELECT r.store_id, 'greeted_in_time', (r.arrived_at AT TIME ZONE s.time_zone)::date,
       count(*) FILTER (WHERE r.greeted_at <= r.arrived_at + interval '3 minutes'), count(*), count(*), now()
  FROM reception r
  JOIN store s ON s.id = r.store_id
 WHERE (r.greeted_at IS NOT NULL OR r.left_at IS NOT NULL) AND r.deleted_at IS NULL
 GROUP BY 1, 3;
INSERT INTO kpi_month (store_id, kpi, month, numerator, denominator, n, as_of)
SELECT d.store_id, d.kpi, date_trunc('month', d.day::timestamp)::date, sum(d.numerator), sum(d.denominator), sum(d.n), max(d.as_of)
  FROM kpi_day d
 WHERE d.kpi = 'greeted_in_time'
 GROUP BY 1, 2, 3;
