-- KPIs that are sums, by calendar month: what a range of months is read from.  And days that are read from the index alone.

CREATE TABLE kpi_month (
	store_id    uuid NOT NULL REFERENCES store,
	kpi         text NOT NULL,
	month       date NOT NULL CONSTRAINT kpi_month_check CHECK (extract(day FROM month) = 1),
	numerator   numeric(22,3) NOT NULL,
	denominator numeric(22,3),
	n           bigint NOT NULL,
	as_of       timestamptz NOT NULL,
	CONSTRAINT kpi_month_pkey PRIMARY KEY (store_id, kpi, month)
);
INSERT INTO kpi_month (store_id, kpi, month, numerator, denominator, n, as_of)
SELECT d.store_id, d.kpi, date_trunc('month', d.day::timestamp)::date, sum(d.numerator), sum(d.denominator), sum(d.n), max(d.as_of)
  FROM kpi_day d
 WHERE d.kpi <> 'stock_value'
 GROUP BY 1, 2, 3;
CREATE INDEX kpi_month_kpi_idx ON kpi_month (kpi, month, store_id) INCLUDE (numerator, denominator, n, as_of);

DROP INDEX kpi_day_kpi_idx;
CREATE INDEX kpi_day_kpi_idx ON kpi_day (kpi, day, store_id) INCLUDE (numerator, denominator, n, as_of);
