-- SPDX-License-Identifier: Apache-2.0
-- The large data set: :orders work orders with three lines each over 50 stores, 200,000 customers and
-- 250,000 vehicles, 20,000 parts on the shelf of every store.  Run as superuser on a migrated, empty database:
--   psql -v orders=1000000 -f data.sql
\set ON_ERROR_STOP on
SET session_replication_role = replica;   -- no foreign key checks and no audit for rows that are right by construction
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';

-- UUIDv7-like: the time in front, the kind and a counter behind, so that children can be computed.
CREATE OR REPLACE FUNCTION pg_temp.key(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT (lpad(to_hex(1700000000000 + n * 7), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid $$;

INSERT INTO region (id, code, name, created_at, updated_at)
SELECT pg_temp.key(1, r), 'R' || r, 'Region ' || r, '2024-01-01', '2024-01-01' FROM generate_series(0, 4) r;

INSERT INTO store (id, code, name, region_id, created_at, updated_at)
SELECT pg_temp.key(2, s), 'L' || lpad(s::text, 3, '0'), 'Store ' || s, pg_temp.key(1, s % 5), '2024-01-01', '2024-01-01' FROM generate_series(0, 49) s;
INSERT INTO store_policy (store_id, updated_at) SELECT id, '2024-01-01' FROM store;
INSERT INTO store_hours (store_id, weekday, opens, closes) SELECT id, d, '08:30', '18:00' FROM store, generate_series(1, 7) d;
INSERT INTO warehouse (id, store_id, code, name, is_default, created_at, updated_at)
SELECT pg_temp.key(3, s), pg_temp.key(2, s), 'MAIN', 'MAIN', true, '2024-01-01', '2024-01-01' FROM generate_series(0, 49) s;

INSERT INTO staff (id, store_id, name, username, created_at, updated_at)
SELECT pg_temp.key(4, s), pg_temp.key(2, s), 'Advisor ' || s, 'load-advisor-' || s, '2024-01-01', '2024-01-01' FROM generate_series(0, 49) s;
INSERT INTO staff_grant (id, staff_id, role, scope, store_id, created_at)
SELECT pg_temp.key(5, s), pg_temp.key(4, s), 'service_advisor', 'store', pg_temp.key(2, s), '2024-01-01' FROM generate_series(0, 49) s;
-- the token of store s's advisor is 'load-token-<s>'
INSERT INTO session (id, token_hash, staff_id, created_at, expires_at)
SELECT pg_temp.key(6, s), sha256(convert_to('load-token-' || s, 'UTF8')), pg_temp.key(4, s), '2024-01-01', '2100-01-01' FROM generate_series(0, 49) s;

INSERT INTO customer (id, kind, name, phone, created_at, updated_at)
SELECT pg_temp.key(7, c), 'person', 'Customer ' || c, '139' || lpad(c::text, 8, '0'), '2024-01-01', '2024-01-01' FROM generate_series(0, 199999) c;
INSERT INTO customer_store (customer_id, store_id, why, at)
SELECT pg_temp.key(7, c), pg_temp.key(2, c % 50), 'created', '2024-01-01' FROM generate_series(0, 199999) c;
INSERT INTO vehicle (id, vin, vin_check, plate, make, model, model_year, created_at, updated_at)
SELECT pg_temp.key(8, v), 'LSVAA' || lpad(v::text, 12, '0'), 'failed', '沪A' || lpad((v % 100000)::text, 5, '0'), 'Volkswagen', 'Lavida', 2020, '2024-01-01', '2024-01-01'
  FROM generate_series(0, 249999) v;
INSERT INTO vehicle_store (vehicle_id, store_id, why, at)
SELECT pg_temp.key(8, v), pg_temp.key(2, v % 50), 'created', '2024-01-01' FROM generate_series(0, 249999) v;

INSERT INTO operation (id, code, name, standard_hours, unit_price, created_at, updated_at)
SELECT pg_temp.key(9, o), 'LOAD-' || o, 'Operation ' || o, 0.5 + o % 8, 18000 + o % 7 * 1000, '2024-01-01', '2024-01-01' FROM generate_series(0, 199) o;
INSERT INTO part (id, number, number_norm, name, unit, sale_price, created_at, updated_at)
SELECT pg_temp.key(10, p), 'LP-' || p, 'LP' || p, 'Part ' || p, 'pc', 1000 + p % 900 * 100, '2024-01-01', '2024-01-01' FROM generate_series(0, 19999) p;
INSERT INTO stock_level (store_id, warehouse_id, part_id, on_hand, reserved, value, updated_at)
SELECT pg_temp.key(2, s), pg_temp.key(3, s), pg_temp.key(10, p), 1000000, 0, 1000000 * (600 + p % 900 * 60)::bigint, '2024-01-01'
  FROM generate_series(0, 49) s, generate_series(0, 19999) p;

-- Order n is of store n % 50; its customer and vehicle have a link there.
INSERT INTO reception (id, store_id, number, customer_id, vehicle_id, status, odometer_km, arrived_at, created_at, updated_at)
SELECT pg_temp.key(11, n), pg_temp.key(2, n % 50), 'L' || n % 50 || '-RC-' || n, pg_temp.key(7, n % 200000), pg_temp.key(8, n % 250000), 'handed_over', n % 200000,
       t, t, t
  FROM generate_series(0, :orders - 1) n, LATERAL (SELECT '2024-01-01'::timestamptz + n * (interval '900 days' / :orders) AS t) x;
INSERT INTO work_order (id, store_id, number, reception_id, customer_id, vehicle_id, status, promised_at, first_promised_at, opened_at, delivered_at, paid, created_at, updated_at)
SELECT pg_temp.key(12, n), pg_temp.key(2, n % 50), 'L' || n % 50 || '-WO-' || n, pg_temp.key(11, n), pg_temp.key(7, n % 200000), pg_temp.key(8, n % 250000),
       CASE WHEN n % 20 = 0 THEN 'in_progress' ELSE 'closed' END, t + interval '1 day', t + interval '1 day', t, t + interval '20 hours', n % 20 <> 0, t, t
  FROM generate_series(0, :orders - 1) n, LATERAL (SELECT '2024-01-01'::timestamptz + n * (interval '900 days' / :orders) AS t) x;
INSERT INTO work_order_line (id, store_id, work_order_id, position, kind, operation_id, part_id, description, quantity, list_price, unit_price, amount, status, work_status, supply, created_at, updated_at)
SELECT pg_temp.key(13, n * 3 + l), pg_temp.key(2, n % 50), pg_temp.key(12, n), l + 1,
       CASE l WHEN 0 THEN 'labour' ELSE 'part' END,
       CASE l WHEN 0 THEN pg_temp.key(9, n % 200) END, CASE WHEN l > 0 THEN pg_temp.key(10, (n * 3 + l) % 20000) END,
       CASE l WHEN 0 THEN '更换前制动片' ELSE '前制动片 8W0-698-151AG' END, 1 + l, 20000, 20000, 20000 * (1 + l), 'authorised',
       CASE l WHEN 0 THEN 'passed' ELSE 'none' END, CASE l WHEN 0 THEN 'none' ELSE 'issued' END, '2024-01-01', '2024-01-01'
  FROM generate_series(0, :orders - 1) n, generate_series(0, 2) l;

-- A month of roll-ups for the dashboards
INSERT INTO kpi_day (store_id, kpi, day, numerator, denominator, n, as_of)
SELECT pg_temp.key(2, s), k, '2026-01-01'::date + d, 20 + (s + d) % 30, CASE WHEN k IN ('orders_delivered', 'sales') THEN NULL ELSE 40 END, 40, '2026-11-01'
  FROM generate_series(0, 49) s, generate_series(0, 330) d, unnest(ARRAY['orders_delivered', 'sales', 'on_time_delivery', 'satisfaction', 'complaint_rate', 'stock_value']) k;
VACUUM ANALYZE;
