-- SPDX-License-Identifier: Apache-2.0
-- The large data set, what the shop's screens walk over: written by trade.sql, from its tables o and booked.  Of the whole orders
-- some stood still, some went outside, some had work put off, and so on, as often as in a shop; the last days are not over yet.
CREATE TEMP TABLE w AS
SELECT o.*, pg_temp.key(12, n) AS order_id, pg_temp.key(13, n * 3) AS line_id, pg_temp.key(4, 1000 + s * 4 + k % 4) AS technician_id
  FROM o WHERE whole;
ANALYZE w;

INSERT INTO work_order_line (id, store_id, work_order_id, position, kind, operation_id, description, quantity, list_price, unit_price, amount, status, reason_code,
                             deferred_until, created_at, updated_at)
SELECT pg_temp.key(32, n), store_id, order_id, 4, 'labour', pg_temp.key(9, (n + 1) % 200), '更换后制动片', 1, price, price, price,
       CASE k % 3 WHEN 0 THEN 'declined' ELSE 'deferred' END, 'price', CASE WHEN k % 3 <> 0 THEN t::date + 180 END, t, t
  FROM w WHERE k % 7 = 3;
INSERT INTO work_order_line (id, store_id, work_order_id, position, kind, description, quantity, list_price, unit_price, amount, status, created_at, updated_at)
SELECT pg_temp.key(33, n), store_id, order_id, 5, 'sublet', '轮毂修复', 1, 0, 0, 0, 'authorised', t, t FROM w WHERE k % 25 = 4;
INSERT INTO sublet (id, store_id, work_order_id, line_id, status, vendor, cost, due_at, sent_at, returned_at, created_at, updated_at)
SELECT pg_temp.key(33, n), store_id, order_id, pg_temp.key(33, n), CASE WHEN closed THEN 'returned' ELSE 'sent' END, '轮毂店', 20000, t + interval '1 day', t,
       CASE WHEN closed THEN t + interval '3 hours' END, t, t
  FROM w WHERE k % 25 = 4;

INSERT INTO work_order_promise (id, store_id, work_order_id, promised_at, reason, at)
SELECT pg_temp.key(34, n), store_id, order_id, t + interval '4 hours', 'opened', t FROM w;
INSERT INTO work_order_pause (id, store_id, work_order_id, reason_code, paused_at, resumed_at)
SELECT pg_temp.key(35, n), store_id, order_id, CASE k % 3 WHEN 0 THEN 'wait_part' WHEN 1 THEN 'wait_authorisation' ELSE 'wait_bay' END, t + interval '20 minutes',
       CASE WHEN closed THEN t + interval '50 minutes' END
  FROM w WHERE k % 8 = 5;
INSERT INTO clock_entry (id, store_id, line_id, technician_id, started_at, ended_at, recorded_at)
SELECT pg_temp.key(36, n), store_id, line_id, technician_id, t + interval '10 minutes', t + interval '70 minutes', t FROM w WHERE closed;
-- Each bay has one car after the other.
INSERT INTO bay_occupancy (id, store_id, bay_id, work_order_id, starts_at, ends_at)
SELECT pg_temp.key(37, n), store_id, pg_temp.key(14, s * 4 + k % 4), order_id, t, lead(t, 1, 'infinity') OVER (PARTITION BY s, k % 4 ORDER BY t)
  FROM w;
INSERT INTO guarantee (id, store_id, vehicle_id, work_order_id, line_id, repair_category, rule_id, starts_on, ends_on, created_at, updated_at)
SELECT pg_temp.key(38, n), store_id, pg_temp.key(8, v), order_id, line_id, r.repair_category, r.id, t::date, t::date + r.days, t, t
  FROM w, guarantee_rule r
 WHERE closed AND r.vehicle_kind = 'automobile' AND r.repair_category = 'minor';

INSERT INTO reception_concern (id, store_id, reception_id, position, text)
SELECT pg_temp.key(39, n), store_id, pg_temp.key(11, n), 1, '刹车异响' FROM w;
INSERT INTO acceptance (work_order_id, store_id, concern_id, answer, at)
SELECT order_id, store_id, pg_temp.key(39, n), CASE WHEN k % 40 = 0 THEN 'not_solved' ELSE 'solved' END, t + interval '3 hours' FROM w WHERE closed;
INSERT INTO estimate (id, store_id, number, work_order_id, customer_id, vehicle_id, status, sent_at, decided_at, created_at, updated_at)
SELECT pg_temp.key(40, n), store_id, code || '-ES-' || nth, order_id, pg_temp.key(7, c), pg_temp.key(8, v), CASE WHEN closed THEN 'accepted' ELSE 'sent' END, t,
       CASE WHEN closed THEN t END, t, t
  FROM w WHERE k % 3 = 0;
INSERT INTO inspection (id, store_id, number, reception_id, vehicle_id, status, fuel_percent, submitted_at, created_at, updated_at)
SELECT pg_temp.key(41, n), store_id, code || '-IN-' || nth, pg_temp.key(11, n), pg_temp.key(8, v), 'submitted', 50, t, t, t FROM w WHERE k % 2 = 0;
INSERT INTO diagnosis (id, store_id, number, reception_id, vehicle_id, status, complaint, cause, correction, submitted_at, signed_at, created_at, updated_at)
SELECT pg_temp.key(42, n), store_id, code || '-DG-' || nth, pg_temp.key(11, n), pg_temp.key(8, v), 'signed', '刹车异响', '制动片磨损', '更换', t, t, t, t FROM w WHERE k % 5 = 0;

INSERT INTO transport (id, store_id, mode, work_order_id, customer_id, vehicle_id, created_at, updated_at)
SELECT pg_temp.key(43, n), store_id, 'pick_up', order_id, pg_temp.key(7, c), pg_temp.key(8, v), t, t FROM w WHERE k % 20 = 9;
INSERT INTO drive (id, store_id, transport_id, kind, status, address, due_at, driver_id, started_at, odometer_start_km, done_at, odometer_km, created_at, updated_at)
SELECT pg_temp.key(43, n), store_id, pg_temp.key(43, n), 'pick_up', CASE WHEN closed THEN 'done' ELSE 'assigned' END, '人民路 1 号', t, technician_id,
       CASE WHEN closed THEN t END, CASE WHEN closed THEN 1000 END, CASE WHEN closed THEN t END, CASE WHEN closed THEN 1010 END, t, t
  FROM w WHERE k % 20 = 9;
INSERT INTO loan (id, store_id, loaner_car_id, status, customer_id, work_order_id, starts_at, ends_at, licence_number, handed_out_at, odometer_out_km, fuel_out_percent,
                  returned_at, odometer_in_km, fuel_in_percent, created_at, updated_at)
SELECT pg_temp.key(44, n), store_id, pg_temp.key(44, s), 'returned', pg_temp.key(7, c), order_id, t, t + interval '1 day', 'L', t, 1000, 50, t + interval '1 day', 1050, 50, t, t
  FROM w WHERE closed AND k % 25 = 11;
INSERT INTO rescue (id, store_id, number, kind, status, caller_name, caller_phone, place, technician_id, promised_at, eta_at, reported_at, dispatched_at, on_site_at, ended_at,
                    reception_id, created_at, updated_at)
SELECT pg_temp.key(45, n), store_id, code || '-RS-' || nth, 'tow', 'towed_in', '王芳', '13900000000', '外环路', technician_id, t, t, t - interval '2 hours', t - interval '90 minutes',
       t - interval '1 hour', t, pg_temp.key(11, n), t, t
  FROM w WHERE closed AND k % 40 = 21;
INSERT INTO queue_ticket (id, store_id, day, kind, ordinal, number, status, reception_id, queued_at, called_at, called_by, ended_at, created_by, created_at, updated_at)
SELECT pg_temp.key(46, n), store_id, day, 'repair', ordinal, 'R' || ordinal, 'served', pg_temp.key(11, n), t, t, pg_temp.key(4, s), t, pg_temp.key(4, s), t, t
  FROM (SELECT n, s, store_id, t, t::date AS day, row_number() OVER (PARTITION BY s, t::date ORDER BY t) AS ordinal FROM w WHERE k % 3 = 1) q;
INSERT INTO queue_ticket (id, store_id, day, kind, ordinal, number, status, queued_at, created_by, created_at, updated_at)
SELECT pg_temp.key(50, s * 8 + i), pg_temp.key(2, s), :'base'::date + 900, 'collect', i, 'C' || i, 'waiting', x.t, pg_temp.key(4, s), x.t, x.t
  FROM generate_series(:from, :to) s, generate_series(1, 8) i, LATERAL (SELECT :'base'::timestamptz + interval '900 days' + make_interval(mins => i) AS t) x;
INSERT INTO queue_counter (store_id, day, kind, last)
SELECT store_id, day, kind, max(ordinal) FROM queue_ticket WHERE store_id IN (SELECT pg_temp.key(2, s) FROM generate_series(:from, :to) s) GROUP BY 1, 2, 3;
INSERT INTO attendance (id, store_id, staff_id, started_at, ended_at, created_at, updated_at)
SELECT pg_temp.key(47, (s * 4 + p) * 1000 + d), pg_temp.key(2, s), pg_temp.key(4, 1000 + s * 4 + p), a.t, CASE WHEN d < 900 THEN a.t + interval '9 hours' END, a.t, a.t
  FROM generate_series(:from, :to) s, generate_series(0, 3) p, generate_series(0, 900) d, LATERAL (SELECT :'base'::timestamptz + make_interval(days => d, mins => 30) AS t) a;

-- Who is there this moment, and who waits for a slot
INSERT INTO reception (id, store_id, number, customer_id, vehicle_id, status, odometer_km, arrived_at, created_at, updated_at)
SELECT pg_temp.key(48, s * 8 + i), pg_temp.key(2, s), 'L' || lpad(s::text, 3, '0') || '-RC-W' || i, pg_temp.key(7, s), pg_temp.key(8, s), 'waiting', 1000,
       x.t, x.t, x.t
  FROM generate_series(:from, :to) s, generate_series(0, 7) i, LATERAL (SELECT :'base'::timestamptz + interval '900 days' + make_interval(mins => i) AS t) x;
INSERT INTO search_key (kind, key, subject, subject_id, store_id)
SELECT k.kind, k.key, 'reception', pg_temp.key(48, s * 8 + i), pg_temp.key(2, s)
  FROM generate_series(:from, :to) s, generate_series(0, 7) i, LATERAL (SELECT 'l' || lpad(s::text, 3, '0') || 'rcw' || i AS number) x
 CROSS JOIN LATERAL (VALUES ('number', x.number), ('number_tail', reverse(x.number))) k (kind, key);
INSERT INTO waiting_entry (id, store_id, status, customer_id, vehicle_id, starts_from, starts_to, channel, concerns, operation_ids, created_by, created_at, updated_at)
SELECT pg_temp.key(49, s * 4000 + i), pg_temp.key(2, s), CASE WHEN i < 20 THEN 'waiting' ELSE 'left' END, pg_temp.key(7, s), pg_temp.key(8, s), x.t, x.t + interval '30 days',
       'phone', '{}', '{}', pg_temp.key(4, s), x.t, x.t
  FROM generate_series(:from, :to) s, generate_series(0, least(3999, :orders / 50 / 50)) i,
       LATERAL (SELECT :'base'::timestamptz + make_interval(days => CASE WHEN i < 20 THEN 905 ELSE i % 900 END) AS t) x;
