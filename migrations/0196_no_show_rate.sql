-- Who did not come or cancelled late, as a KPI; what a store cancelled itself is no late cancel of the customer's.  Waiting entries end with
-- their time; a drive that has begun can come to nothing.

UPDATE appointment a
   SET late_cancel = false, version = a.version + 1, updated_at = now(), changed = pg_current_xact_id()
 WHERE a.late_cancel AND a.status = 'cancelled' AND starts_with(a.reason, 'store_');

INSERT INTO kpi_day (store_id, kpi, day, numerator, denominator, n, as_of)
SELECT a.store_id, 'no_show_rate', (a.starts_at AT TIME ZONE s.time_zone)::date,
       count(*) FILTER (WHERE a.status = 'no_show' OR a.late_cancel), count(*), count(*), now()
  FROM appointment a
  JOIN store s ON s.id = a.store_id
 WHERE a.status IN ('arrived', 'converted', 'no_show') OR a.late_cancel
 GROUP BY 1, 3;
INSERT INTO kpi_month (store_id, kpi, month, numerator, denominator, n, as_of)
SELECT d.store_id, d.kpi, date_trunc('month', d.day::timestamp)::date, sum(d.numerator), sum(d.denominator), sum(d.n), max(d.as_of)
  FROM kpi_day d
 WHERE d.kpi = 'no_show_rate'
 GROUP BY 1, 2, 3;

CREATE INDEX waiting_entry_ends_idx ON waiting_entry (starts_to) WHERE status = 'waiting';

ALTER TABLE drive
	DROP CONSTRAINT drive_started_check,
	ADD CONSTRAINT drive_started_check CHECK (status = 'cancelled' OR (status IN ('started', 'done')) = (started_at IS NOT NULL));
CREATE INDEX loan_of_car_idx ON loan (loaner_car_id);
