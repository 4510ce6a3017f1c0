-- SPDX-License-Identifier: Apache-2.0
-- The large data set, second part: what stores :from to :to did.  Order n is of store n % 50, and is its order j = n / 50;
-- the last of a store are still in the workshop (:open of them), all others are delivered, paid and closed.  Every :every-th of
-- a store, k = j / :every, is whole: it has parts, a bill and what follows; the others are labour only.
-- Variables: orders, customers, vehicles, parts, open, every, base.  Indexes and constraints are made afterwards.
\ir key.sql

-- People and cars
CREATE TEMP TABLE surname (n, zh, pinyin) AS
SELECT n - 1, split_part(w, ' ', 1), split_part(w, ' ', 2)
  FROM unnest(ARRAY['王 wang', '李 li', '张 zhang', '刘 liu', '陈 chen', '杨 yang', '黄 huang', '赵 zhao', '周 zhou', '吴 wu', '徐 xu', '孙 sun',
                    '马 ma', '朱 zhu', '胡 hu', '林 lin', '郭 guo', '高 gao', '罗 luo', '郑 zheng']) WITH ORDINALITY x (w, n);
CREATE TEMP TABLE given (n, zh, pinyin) AS
SELECT n - 1, split_part(w, ' ', 1), split_part(w, ' ', 2)
  FROM unnest(ARRAY['伟 wei', '芳 fang', '敏 min', '静 jing', '丽 li', '磊 lei', '军 jun', '洋 yang', '勇 yong', '艳 yan', '杰 jie', '娟 juan', '涛 tao',
                    '明 ming', '超 chao', '秀 xiu', '霞 xia', '平 ping', '刚 gang', '桂 gui', '英 ying', '华 hua', '玉 yu', '兰 lan', '萍 ping', '红 hong',
                    '健 jian', '俊 jun', '帆 fan', '晨 chen']) WITH ORDINALITY x (w, n);
CREATE TEMP TABLE person AS
SELECT c AS n, c % 50 AS s, f.zh || g.zh || h.zh AS name, f.pinyin || g.pinyin || h.pinyin AS pinyin,
       left(f.pinyin, 1) || left(g.pinyin, 1) || left(h.pinyin, 1) AS initials, '139' || lpad(c::text, 8, '0') AS phone
  FROM generate_series(0, :customers - 1) c
  JOIN surname f ON f.n = c % 20
  JOIN given g ON g.n = c / 20 % 30
  JOIN given h ON h.n = c / 600 % 30
 WHERE c % 50 BETWEEN :from AND :to;
INSERT INTO customer (id, kind, name, phone, created_at, updated_at)
SELECT pg_temp.key(7, n), 'person', name, phone, pg_temp.made(n), :'base' FROM person;
INSERT INTO customer_store (customer_id, store_id, why, at)
SELECT pg_temp.key(7, n), pg_temp.key(2, s), 'created', :'base' FROM person;
INSERT INTO search_key (kind, key, subject, subject_id)
SELECT k.kind, k.key, 'customer', pg_temp.key(7, p.n)
  FROM person p
 CROSS JOIN LATERAL (SELECT 'phone_tail' AS kind, reverse(p.phone) AS key
                     UNION ALL SELECT 'pinyin', p.pinyin
                     UNION ALL SELECT 'initials', p.initials
                     UNION ALL SELECT 'name', substr(p.name, i) FROM generate_series(1, length(p.name)) i) k;

CREATE TEMP TABLE car AS
SELECT v AS n, v % 50 AS s, 'LSVAA' || lpad(v::text, 12, '0') AS vin,
       substr('沪京粤苏浙', v / 2000000 + 1, 1) || substr('ABCDEFGHJKLMNPQRSTUV', v / 100000 % 20 + 1, 1) || lpad((v % 100000)::text, 5, '0') AS plate
  FROM generate_series(0, :vehicles - 1) v
 WHERE v % 50 BETWEEN :from AND :to;
INSERT INTO vehicle (id, vin, vin_check, plate, make, model, model_year, created_at, updated_at)
SELECT pg_temp.key(8, n), vin, 'failed', plate, 'Volkswagen', 'Lavida', 2020, pg_temp.made(n), :'base' FROM car;
INSERT INTO vehicle_store (vehicle_id, store_id, why, at)
SELECT pg_temp.key(8, n), pg_temp.key(2, s), 'created', :'base' FROM car;
INSERT INTO vehicle_owner (id, vehicle_id, customer_id, role, from_date, created_at)
SELECT pg_temp.key(30, n), pg_temp.key(8, n), pg_temp.key(7, n % :customers), 'owner', :'base', :'base' FROM car;
INSERT INTO vehicle_plate (id, vehicle_id, plate, plate_kind, from_date, created_at)
SELECT pg_temp.key(31, n), pg_temp.key(8, n), plate, 'ordinary', :'base', :'base' FROM car;
INSERT INTO search_key (kind, key, subject, subject_id)
SELECT k.kind, k.key, 'vehicle', pg_temp.key(8, c.n)
  FROM car c
 CROSS JOIN LATERAL (SELECT 'vin_tail' AS kind, lower(reverse(c.vin)) AS key
                     UNION ALL SELECT 'plate', lower(substr(c.plate, i)) FROM generate_series(1, 3) i) k;

-- Every store has the keys of its own
INSERT INTO search_key (kind, key, subject, subject_id, store_id)
SELECT k.kind, k.key, k.subject, k.subject_id, l.store_id
  FROM search_key k
  JOIN (SELECT customer_id AS id, store_id FROM customer_store
        UNION ALL SELECT vehicle_id, store_id FROM vehicle_store) l ON l.id = k.subject_id
 WHERE k.store_id IS NULL AND l.store_id IN (SELECT pg_temp.key(2, s) FROM generate_series(:from, :to) s);

-- The orders of 900 days, within the opening hours.  price: of an hour and of a piece.
CREATE TEMP TABLE o AS
SELECT n, n % 50 AS s, n / 50 / :every AS k, n / 50 % :every = 0 AS whole, n / 50 < :orders / 50 - :open AS closed, n % :vehicles AS v, n % :vehicles % :customers AS c,
       pg_temp.key(2, n % 50) AS store_id, 'L' || lpad((n % 50)::text, 3, '0') AS code, lpad((n / 50 + 1)::text, 7, '0') AS nth, 10000 + n % 90 * 100 AS price,
       :'base'::timestamptz + floor(x) * interval '1 day' + (x - floor(x)) * interval '9 hours' + interval '30 minutes' AS t
  FROM generate_series(0, :orders - 1) n, LATERAL (SELECT n / 50 * 900.0 / (:orders / 50) AS x) day
 WHERE n % 50 BETWEEN :from AND :to;
ANALYZE o;

-- Every sixth whole one came by appointment, to one bay and one technician after the other; two weeks are two fifths full.
CREATE TEMP TABLE booked AS
SELECT n, s, store_id, code, nth, c, v, 'converted' AS status, k / 6 % 4 AS bay, date_bin('30 minutes', t, :'base'::timestamptz) AS starts_at, t AS arrived_at
  FROM o WHERE whole AND k % 6 = 0
UNION ALL
SELECT :orders + f * 50 + s, s, pg_temp.key(2, s), 'L' || lpad(s::text, 3, '0'), lpad((:orders / 50 + f + 1)::text, 7, '0'), s + f % (:customers / 50) * 50,
       s + f % (:customers / 50) * 50, 'confirmed', f % 4, :'base'::timestamptz + make_interval(days => 901 + f / 76, mins => 30 + 30 * (f / 4 % 19)), NULL
  FROM generate_series(:from, :to) s, generate_series(0, 14 * 76 - 1) f
 WHERE (f + f / 4 * 2 + f / 76) % 5 < 2;
INSERT INTO appointment (id, store_id, number, customer_id, vehicle_id, status, starts_at, ends_at, bay_id, technician_id, channel, arrived_at, reception_id,
                         created_at, updated_at)
SELECT pg_temp.key(15, n), store_id, code || '-AP-' || nth, pg_temp.key(7, c), pg_temp.key(8, v), status, starts_at, starts_at + interval '30 minutes',
       pg_temp.key(14, s * 4 + bay), pg_temp.key(4, 1000 + s * 4 + bay), 'phone', arrived_at,
       CASE WHEN status = 'converted' THEN pg_temp.key(11, n) END, starts_at - interval '2 days', starts_at
  FROM booked;
INSERT INTO appointment_step (id, store_id, appointment_id, what, status, starts_at, ends_at, bay_id, technician_id, at)
SELECT pg_temp.key(15, n), store_id, pg_temp.key(15, n), status, status, starts_at, starts_at + interval '30 minutes',
       pg_temp.key(14, s * 4 + bay), pg_temp.key(4, 1000 + s * 4 + bay), starts_at
  FROM booked;
INSERT INTO occupation (id, store_id, bay_id, technician_id, starts_at, ends_at)
SELECT pg_temp.key(15, n), store_id, pg_temp.key(14, s * 4 + bay), pg_temp.key(4, 1000 + s * 4 + bay), starts_at, starts_at + interval '30 minutes'
  FROM booked;
INSERT INTO reception (id, store_id, number, appointment_id, customer_id, vehicle_id, status, odometer_km, arrived_at, greeted_at, handed_over_at, departed_at,
                       created_at, updated_at)
SELECT pg_temp.key(11, n), store_id, code || '-RC-' || nth, CASE WHEN whole AND k % 6 = 0 THEN pg_temp.key(15, n) END, pg_temp.key(7, c), pg_temp.key(8, v),
       'handed_over', n % 200000, t, t, t, CASE WHEN closed THEN t + make_interval(hours => 2 + n % 7 / 2) END, t, t
  FROM o;
INSERT INTO work_order (id, store_id, number, reception_id, customer_id, vehicle_id, status, promised_at, first_promised_at, advisor_id, opened_at, started_at,
                        finished_at, completed_at, settled_at, delivered_at, closed_at, paid, created_at, updated_at)
SELECT pg_temp.key(12, n), store_id, code || '-WO-' || nth, pg_temp.key(11, n), pg_temp.key(7, c), pg_temp.key(8, v),
       CASE WHEN closed THEN 'closed' WHEN whole AND k % 8 = 5 THEN 'paused' ELSE 'in_progress' END, o.t + interval '4 hours', o.t + interval '4 hours', pg_temp.key(4, s), o.t, o.t,
       d.t, d.t, d.t, d.t, d.t, closed, o.t, coalesce(d.t, o.t)
  FROM o LEFT JOIN LATERAL (SELECT o.t + make_interval(hours => 2 + o.n % 7 / 2) AS t WHERE o.closed) d ON true;

-- Line i = 2 k + l of a store takes part i % :parts, and as :parts is even always 2 or always 3 pieces of it: so the
-- ledger of a part can be computed.  A part costs 600 and more, and a million of each were bought on the first day.
CREATE TEMP TABLE line AS
SELECT n, s, l, closed, store_id, price, t, k * 2 + l - 1 AS i, (k * 2 + l - 1) % :parts AS p, 1 + l AS quantity
  FROM o, generate_series(1, 2) l
 WHERE whole;
INSERT INTO work_order_line (id, store_id, work_order_id, position, kind, operation_id, description, quantity, list_price, unit_price, amount, status, work_status,
                             technician_id, created_at, updated_at)
SELECT pg_temp.key(13, n * 3), store_id, pg_temp.key(12, n), 1, 'labour', pg_temp.key(9, n % 200), '更换前制动片', 1, price, price, price, 'authorised',
       CASE WHEN closed THEN 'passed' ELSE 'assigned' END, pg_temp.key(4, 1000 + s * 4 + k % 4), t, t
  FROM o;
INSERT INTO work_order_line (id, store_id, work_order_id, position, kind, part_id, description, quantity, list_price, unit_price, amount, status, supply,
                             issued_quantity, created_at, updated_at)
SELECT pg_temp.key(13, n * 3 + l), store_id, pg_temp.key(12, n), l + 1, 'part', pg_temp.key(10, p), '前制动片', quantity, price, price, price * quantity,
       'authorised', CASE WHEN closed THEN 'issued' ELSE 'reserved' END, CASE WHEN closed THEN quantity ELSE 0 END, t, t
  FROM line;
INSERT INTO reservation (id, store_id, warehouse_id, part_id, work_order_line_id, quantity, status, created_at)
SELECT pg_temp.key(16, n * 2 + l), store_id, pg_temp.key(3, s), pg_temp.key(10, p), pg_temp.key(13, n * 3 + l), quantity, 'active', t
  FROM line WHERE NOT closed;

INSERT INTO stock_document (id, store_id, warehouse_id, number, kind, status, reason, created_by, audited_by, posted_at, created_at, updated_at)
SELECT pg_temp.key(17, d * 50 + s), pg_temp.key(2, s), pg_temp.key(3, s), 'L' || lpad(s::text, 3, '0') || '-GR-' || d, 'receipt', 'posted', 'purchase',
       pg_temp.key(4, 100 + s), pg_temp.key(4, 999), :'base', :'base', :'base'
  FROM generate_series(:from, :to) s, generate_series(0, (:parts - 1) / 100) d;
INSERT INTO stock_document_line (id, store_id, document_id, position, part_id, quantity, unit_cost, cost)
SELECT pg_temp.key(18, p * 50 + s), pg_temp.key(2, s), pg_temp.key(17, p / 100 * 50 + s), p % 100 + 1, pg_temp.key(10, p), 1000000, 600 + p % 900 * 60,
       1000000::bigint * (600 + p % 900 * 60)
  FROM generate_series(:from, :to) s, generate_series(0, :parts - 1) p;
INSERT INTO stock_movement (id, store_id, warehouse_id, part_id, document_id, line_id, kind, reason, quantity, value, on_hand_after, value_after, ordinal, at, actor_id)
SELECT pg_temp.key(19, p * 50 + s), pg_temp.key(2, s), pg_temp.key(3, s), pg_temp.key(10, p), pg_temp.key(17, p / 100 * 50 + s), pg_temp.key(18, p * 50 + s),
       'receipt', 'purchase', 1000000, 1000000::bigint * cost, 1000000, 1000000::bigint * cost, 1, :'base', pg_temp.key(4, 999)
  FROM generate_series(:from, :to) s, generate_series(0, :parts - 1) p, LATERAL (SELECT 600 + p % 900 * 60 AS cost) x;
INSERT INTO stock_document (id, store_id, warehouse_id, number, kind, status, reason, work_order_id, received_by, created_by, posted_at, created_at, updated_at)
SELECT pg_temp.key(20, n), store_id, pg_temp.key(3, s), code || '-GI-' || nth, 'issue', 'posted', 'order_fit', pg_temp.key(12, n), pg_temp.key(4, 1000 + s * 4),
       pg_temp.key(4, 100 + s), t, t, t
  FROM o WHERE closed AND whole;
INSERT INTO stock_document_line (id, store_id, document_id, position, part_id, quantity, cost, work_order_line_id)
SELECT pg_temp.key(21, n * 2 + l), store_id, pg_temp.key(20, n), l, pg_temp.key(10, p), quantity, quantity * (600 + p % 900 * 60), pg_temp.key(13, n * 3 + l)
  FROM line WHERE closed;
INSERT INTO stock_movement (id, store_id, warehouse_id, part_id, document_id, line_id, kind, reason, quantity, value, on_hand_after, value_after, ordinal, at, actor_id)
SELECT pg_temp.key(22, n * 2 + l), store_id, pg_temp.key(3, s), pg_temp.key(10, p), pg_temp.key(20, n), pg_temp.key(21, n * 2 + l), 'issue', 'order_fit',
       -quantity, -quantity * cost, 1000000 - quantity * (i / :parts + 1), (1000000 - quantity * (i / :parts + 1))::bigint * cost, i / :parts + 2, t, pg_temp.key(4, 100 + s)
  FROM line, LATERAL (SELECT 600 + p % 900 * 60 AS cost) x
 WHERE closed;
-- How often a part was issued, from how many lines of the store were: the lines take the parts in turn.
INSERT INTO stock_level (store_id, warehouse_id, part_id, on_hand, reserved, value, movements, updated_at)
SELECT pg_temp.key(2, s), pg_temp.key(3, s), pg_temp.key(10, p), 1000000 - u.times * q, coalesce(r.quantity, 0), (1000000 - u.times * q)::bigint * (600 + p % 900 * 60),
       1 + u.times, :'base'
  FROM generate_series(:from, :to) s
 CROSS JOIN generate_series(0, :parts - 1) p
 CROSS JOIN LATERAL (SELECT (lines + :parts - 1 - p) / :parts AS times, 2 + p % 2 AS q FROM (SELECT 2 * ((:orders / 50 - :open + :every - 1) / :every) AS lines) a) u
  LEFT JOIN (SELECT s AS of, p AS part, sum(quantity) AS quantity FROM line WHERE NOT closed GROUP BY 1, 2) r ON r.of = s AND r.part = p;

-- Bills and payments
INSERT INTO settlement (id, store_id, number, work_order_id, payer, customer_id, status, currency, labour_total, part_total, sublet_total, fee_total, discount_total,
                        rounding, tax_bp, tax_total, net_total, total, paid, issued_at, created_at, updated_at)
SELECT pg_temp.key(23, n), store_id, code || '-ST-' || nth, pg_temp.key(12, n), 'customer', pg_temp.key(7, c), 'paid', 'CNY', price, price * 5, 0, 0, 0, 0, 600,
       tax, price * 6 - tax, price * 6, price * 6, t + interval '2 hours', t + interval '2 hours', t + interval '2 hours'
  FROM o, LATERAL (SELECT round(price * 6 * 600::numeric / 10600)::bigint AS tax) x
 WHERE closed AND whole;
INSERT INTO settlement_line (id, store_id, settlement_id, position, work_order_line_id, kind, description, quantity, unit_price, amount)
SELECT pg_temp.key(24, n * 3 + l), store_id, pg_temp.key(23, n), l + 1, pg_temp.key(13, n * 3 + l), CASE l WHEN 0 THEN 'labour' ELSE 'part' END,
       CASE l WHEN 0 THEN '更换前制动片' ELSE '前制动片' END, 1 + l, price, price * (1 + l)
  FROM o, generate_series(0, 2) l WHERE closed AND whole;
INSERT INTO payment (id, store_id, number, settlement_id, amount, method, status, taken_at, created_at, updated_at)
SELECT pg_temp.key(25, n), store_id, code || '-PY-' || nth, pg_temp.key(23, n), price * 6, 'wechat', 'succeeded', t + interval '2 hours', t + interval '2 hours', t + interval '2 hours'
  FROM o WHERE closed AND whole;

-- Every fourth customer of a whole order answered, of every hundredth somebody complained
INSERT INTO link (id, store_id, purpose, subject_id, created_at, expires_at)
SELECT pg_temp.key(26, n), store_id, 'survey', pg_temp.key(27, n), t + interval '1 day', t + interval '30 days' FROM o WHERE closed AND whole AND k % 4 = 1;
INSERT INTO survey (id, store_id, work_order_id, customer_id, vehicle_id, template_id, link_id, status, satisfaction, sent_at, completed_at, created_at, updated_at)
SELECT pg_temp.key(27, n), store_id, pg_temp.key(12, n), pg_temp.key(7, c), pg_temp.key(8, v), q.template_id, pg_temp.key(26, n), 'completed',
       round((6 + n % 4) * 100.0 / 9)::integer, t + interval '1 day', t + interval '2 days', t + interval '1 day', t + interval '2 days'
  FROM o, survey_question q WHERE closed AND whole AND k % 4 = 1 AND q.position = 1;
INSERT INTO survey_answer (survey_id, store_id, question_id, score)
SELECT pg_temp.key(27, n), store_id, q.id, 7 + n % 4 FROM o, survey_question q WHERE closed AND whole AND k % 4 = 1 AND q.kind IN ('score', 'nps');
INSERT INTO complaint (id, store_id, number, origin, status, customer_id, vehicle_id, work_order_id, channel, category, severity, description, received_at, closed_at,
                       created_at, updated_at)
SELECT pg_temp.key(28, n), store_id, code || '-CP-' || nth, 'customer', 'closed', pg_temp.key(7, c), pg_temp.key(8, v), pg_temp.key(12, n), 'phone', 'process', 'general',
       '等待时间过长', t + interval '3 days', t + interval '5 days', t + interval '3 days', t + interval '5 days'
  FROM o WHERE closed AND whole AND k % 100 = 50;
INSERT INTO complaint_step (id, store_id, complaint_id, status, at)
SELECT pg_temp.key(29, n), store_id, pg_temp.key(28, n), 'closed', t + interval '5 days' FROM o WHERE closed AND whole AND k % 100 = 50;

-- Numbers are found from both ends; of the labour only, the order's
INSERT INTO search_key (kind, key, subject, subject_id, store_id)
SELECT k.kind, k.key, d.subject, d.id, d.store_id
  FROM (SELECT 'work_order' AS subject, pg_temp.key(12, n) AS id, store_id, lower(code) || 'wo' || nth AS number FROM o
        UNION ALL SELECT 'reception', pg_temp.key(11, n), store_id, lower(code) || 'rc' || nth FROM o WHERE whole
        UNION ALL SELECT 'settlement', pg_temp.key(23, n), store_id, lower(code) || 'st' || nth FROM o WHERE closed AND whole
        UNION ALL SELECT 'stock_document', pg_temp.key(20, n), store_id, lower(code) || 'gi' || nth FROM o WHERE closed AND whole
        UNION ALL SELECT 'stock_document', pg_temp.key(17, d * 50 + s), pg_temp.key(2, s), 'l' || lpad(s::text, 3, '0') || 'gr' || d
                    FROM generate_series(:from, :to) s, generate_series(0, (:parts - 1) / 100) d
        UNION ALL SELECT 'complaint', pg_temp.key(28, n), store_id, lower(code) || 'cp' || nth FROM o WHERE closed AND whole AND k % 100 = 50
        UNION ALL SELECT 'appointment', pg_temp.key(15, n), store_id, lower(code) || 'ap' || nth FROM booked) d
 CROSS JOIN LATERAL (VALUES ('number', d.number), ('number_tail', reverse(d.number))) k (kind, key);

\ir shop.sql
