-- Reports: views of schema bi, without personal data, and the rows a login sees by its role.
--
-- A login is bound by bi_store and not by settings, which anyone could set.  The views belong to
-- fettle_bi_views, so its policies decide, and current_user in them is the login that asks.
-- CREATE OR REPLACE takes columns at the end only: what a report reads stays as it is.

CREATE SCHEMA IF NOT EXISTS bi;
GRANT USAGE, CREATE ON SCHEMA bi TO fettle_bi_views;
GRANT USAGE ON SCHEMA bi TO fettle_bi;

DROP POLICY IF EXISTS bi_store_bi ON bi_store;
CREATE POLICY bi_store_bi ON bi_store FOR SELECT TO fettle_bi_views USING (role_name = current_user);

DO $$
DECLARE
	t record;
	stores text := $p$CASE WHEN %1$I.%2$I = ANY (ARRAY(SELECT b.store_id FROM bi_store b)) THEN true
     ELSE (SELECT bool_or(b.store_id IS NULL) FROM bi_store b)%3$s END$p$;
	chains text := $p$ AND %1$I.%2$I <> ALL (ARRAY(SELECT s.id FROM store s WHERE s.kind IN ('franchise', 'certified')))$p$;
BEGIN
	-- books: what a store with books of its own shows only to logins that name it
	FOR t IN SELECT * FROM (VALUES ('store', 'id', false), ('vehicle_store', 'store_id', true), ('appointment', 'store_id', true),
	                ('reception', 'store_id', true), ('work_order', 'store_id', true), ('work_order_line', 'store_id', true),
	                ('clock_entry', 'store_id', true), ('settlement', 'store_id', true), ('payment', 'store_id', true),
	                ('payment_refund', 'store_id', true), ('stock_level', 'store_id', true), ('stock_movement', 'store_id', true),
	                ('survey', 'store_id', false), ('complaint', 'store_id', false), ('kpi_day', 'store_id', false))
	           AS s (name, store_column, books)
	LOOP
		EXECUTE format('DROP POLICY IF EXISTS %I ON %I', t.name || '_bi', t.name);
		EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO fettle_bi_views USING (%s)', t.name || '_bi', t.name,
		               format(stores, t.name, t.store_column,
		                      CASE WHEN t.books THEN format(chains, t.name, t.store_column) ELSE '' END));
	END LOOP;
END $$;

-- The car of a visit, by make and model only; in the rows of the stores that know it.
DROP POLICY IF EXISTS vehicle_bi ON vehicle;
CREATE POLICY vehicle_bi ON vehicle FOR SELECT TO fettle_bi_views
	USING (EXISTS (SELECT FROM vehicle_store l WHERE l.vehicle_id = vehicle.id));

GRANT SELECT ON bi_store, region, store, operation, part, kpi, vehicle, vehicle_store, appointment, reception, work_order,
      work_order_line, clock_entry, settlement, payment, payment_refund, stock_level, stock_movement, survey, complaint,
      kpi_day TO fettle_bi_views;

SET ROLE fettle_bi_views;

CREATE OR REPLACE VIEW bi.store AS
SELECT s.id, s.code, s.name, s.kind, r.code AS region_code, r.name AS region_name, s.time_zone, s.currency,
       s.deleted_at IS NULL AS active
  FROM store s
  JOIN region r ON r.id = s.region_id;

CREATE OR REPLACE VIEW bi.operation AS
SELECT o.id, o.code, o.name, o.standard_hours, o.unit_price, o.repair_category, o.service_class,
       o.active AND o.deleted_at IS NULL AS active
  FROM operation o;

CREATE OR REPLACE VIEW bi.part AS
SELECT p.id, p.number, p.brand, p.name, p.unit, p.sale_price, p.active AND p.deleted_at IS NULL AS active
  FROM part p;

CREATE OR REPLACE VIEW bi.vehicle AS
SELECT v.id, v.manufacturer, v.make, v.model, v.model_year, v.energy, v.usage_type
  FROM vehicle v
 WHERE v.deleted_at IS NULL;

-- <what>_on is the store's own day of the instant.
CREATE OR REPLACE VIEW bi.appointment AS
SELECT a.id, a.store_id, a.number, a.status, a.channel, a.customer_id, a.vehicle_id, a.starts_at, a.ends_at,
       (a.starts_at AT TIME ZONE s.time_zone)::date AS starts_on, a.arrived_at, a.late_minutes, a.reason, a.created_at
  FROM appointment a
  JOIN store s ON s.id = a.store_id
 WHERE a.deleted_at IS NULL;

CREATE OR REPLACE VIEW bi.reception AS
SELECT r.id, r.store_id, r.number, r.status, r.appointment_id, r.customer_id, r.vehicle_id, r.odometer_km,
       r.arrived_at, (r.arrived_at AT TIME ZONE s.time_zone)::date AS arrived_on, r.greeted_at, r.handed_over_at, r.left_at,
       r.reason
  FROM reception r
  JOIN store s ON s.id = r.store_id
 WHERE r.deleted_at IS NULL;

CREATE OR REPLACE VIEW bi.work_order AS
SELECT w.id, w.store_id, w.number, w.status, w.reception_id, w.customer_id, w.vehicle_id, w.advisor_id, w.bay_id,
       w.opened_at, (w.opened_at AT TIME ZONE s.time_zone)::date AS opened_on, w.promised_at, w.first_promised_at,
       w.started_at, w.finished_at, w.completed_at, w.settled_at, w.delivered_at,
       (w.delivered_at AT TIME ZONE s.time_zone)::date AS delivered_on, w.closed_at, w.cancelled_at, w.paid,
       w.odometer_in_km, w.odometer_out_km, w.reason
  FROM work_order w
  JOIN store s ON s.id = w.store_id
 WHERE w.deleted_at IS NULL;

CREATE OR REPLACE VIEW bi.work_order_line AS
SELECT l.id, l.store_id, l.work_order_id, l.position, l.kind, l.operation_id, l.part_id, l.repair_category, l.quantity,
       l.list_price, l.unit_price, l.amount, l.payer, l.status, l.work_status, l.supply, l.issued_quantity,
       l.returned_quantity, l.technician_id, l.rework_count, l.reason
  FROM work_order_line l;

CREATE OR REPLACE VIEW bi.clock_entry AS
SELECT c.id, c.store_id, c.line_id AS work_order_line_id, c.technician_id, c.started_at, c.ended_at
  FROM clock_entry c
 WHERE c.voided_at IS NULL;

CREATE OR REPLACE VIEW bi.settlement AS
SELECT t.id, t.store_id, t.number, t.work_order_id, t.payer, t.customer_id, t.status, t.currency, t.labour_total, t.part_total,
       t.sublet_total, t.fee_total, t.discount_total, t.rounding, t.tax_bp, t.tax_total, t.net_total, t.total, t.paid,
       t.issued_at, (t.issued_at AT TIME ZONE s.time_zone)::date AS issued_on, t.reason, t.sales_order_id
  FROM settlement t
  JOIN store s ON s.id = t.store_id
 WHERE t.deleted_at IS NULL;

CREATE OR REPLACE VIEW bi.payment AS
SELECT p.id, p.store_id, p.number, p.settlement_id, p.amount, p.refunded, p.method, p.status, p.taken_at,
       (p.taken_at AT TIME ZONE s.time_zone)::date AS taken_on
  FROM payment p
  JOIN store s ON s.id = p.store_id
 WHERE p.deleted_at IS NULL;

CREATE OR REPLACE VIEW bi.payment_refund AS
SELECT f.id, f.store_id, f.payment_id, f.amount, f.reason, f.at, (f.at AT TIME ZONE s.time_zone)::date AS refunded_on
  FROM payment_refund f
  JOIN store s ON s.id = f.store_id;

CREATE OR REPLACE VIEW bi.stock_level AS
SELECT l.store_id, l.warehouse_id, l.part_id, l.on_hand, l.reserved, l.value, l.updated_at
  FROM stock_level l;

CREATE OR REPLACE VIEW bi.stock_movement AS
SELECT m.id, m.store_id, m.warehouse_id, m.part_id, m.kind, m.reason, m.quantity, m.value, m.at,
       (m.at AT TIME ZONE s.time_zone)::date AS moved_on
  FROM stock_movement m
  JOIN store s ON s.id = m.store_id;

CREATE OR REPLACE VIEW bi.survey AS
SELECT y.id, y.store_id, y.work_order_id, y.customer_id, y.vehicle_id, y.status, y.satisfaction, y.sent_at, y.completed_at,
       (y.completed_at AT TIME ZONE s.time_zone)::date AS completed_on
  FROM survey y
  JOIN store s ON s.id = y.store_id
 WHERE y.deleted_at IS NULL;

CREATE OR REPLACE VIEW bi.complaint AS
SELECT c.id, c.store_id, c.number, c.origin, c.status, c.channel, c.category, c.severity, c.customer_id, c.vehicle_id,
       c.work_order_id, c.survey_id, c.owner_id, c.objection_count, c.received_at,
       (c.received_at AT TIME ZONE s.time_zone)::date AS received_on, c.closed_at, c.reason
  FROM complaint c
  JOIN store s ON s.id = c.store_id
 WHERE c.deleted_at IS NULL;

CREATE OR REPLACE VIEW bi.kpi AS
SELECT k.id, k.position, k.name_en, k.name_zh, k.unit, k.direction, k.scale, k.aggregation, k.formula, k.formula_version
  FROM kpi k;

CREATE OR REPLACE VIEW bi.kpi_day AS
SELECT d.store_id, d.kpi, d.day, d.numerator, d.denominator, d.n, d.as_of
  FROM kpi_day d;

RESET ROLE;

GRANT SELECT ON ALL TABLES IN SCHEMA bi TO fettle_bi;
