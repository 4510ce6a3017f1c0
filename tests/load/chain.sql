-- SPDX-License-Identifier: Apache-2.0
-- The large data set, first part: the chain, its 50 stores and their people, catalogue and parts.
-- Variables: parts, base (the first day).  Tokens: `load-token-<s>` of store s's advisor, `load-manager-<s>`, `load-technician-<s>`,
-- `load-hq` of headquarters.
\ir key.sql

INSERT INTO region (id, code, name, created_at, updated_at)
SELECT pg_temp.key(1, r), 'R' || r, 'Region ' || r, :'base', :'base' FROM generate_series(0, 4) r;
INSERT INTO store (id, code, name, region_id, created_at, updated_at)
SELECT pg_temp.key(2, s), 'L' || lpad(s::text, 3, '0'), 'Store ' || s, pg_temp.key(1, s % 5), :'base', :'base' FROM generate_series(0, 49) s;
INSERT INTO store_policy (store_id, updated_at) SELECT id, :'base' FROM store;
INSERT INTO store_hours (store_id, weekday, opens, closes) SELECT id, d, '08:30', '18:00' FROM store, generate_series(1, 7) d;
INSERT INTO warehouse (id, store_id, code, name, is_default, created_at, updated_at)
SELECT pg_temp.key(3, s), pg_temp.key(2, s), 'MAIN', 'MAIN', true, :'base', :'base' FROM generate_series(0, 49) s;
INSERT INTO bay (id, store_id, code, name, created_at, updated_at)
SELECT pg_temp.key(14, s * 4 + b), pg_temp.key(2, s), 'B' || b, 'Bay ' || b, :'base', :'base' FROM generate_series(0, 49) s, generate_series(0, 3) b;

-- Staff of store s: its advisor s, its keeper 100 + s, its manager 200 + s, its technicians 1000 + 4 s ...; 999 is headquarters.
INSERT INTO staff (id, store_id, name, username, created_at, updated_at)
SELECT pg_temp.key(4, f.n), f.store, 'Staff ' || f.n, 'load-' || f.n, :'base', :'base'
  FROM (SELECT s AS n, pg_temp.key(2, s) AS store FROM generate_series(0, 49) s
        UNION ALL SELECT 100 + s, pg_temp.key(2, s) FROM generate_series(0, 49) s
        UNION ALL SELECT 200 + s, pg_temp.key(2, s) FROM generate_series(0, 49) s
        UNION ALL SELECT 1000 + t, pg_temp.key(2, t / 4) FROM generate_series(0, 199) t
        UNION ALL SELECT 999, NULL) f;
INSERT INTO staff_grant (id, staff_id, role, scope, store_id, created_at)
SELECT pg_temp.key(5, g.n), pg_temp.key(4, g.n), g.role, CASE WHEN g.s IS NULL THEN 'chain' ELSE 'store' END, pg_temp.key(2, g.s), :'base'
  FROM (SELECT s AS n, 'service_advisor' AS role, s FROM generate_series(0, 49) s
        UNION ALL SELECT 100 + s, 'parts_keeper', s FROM generate_series(0, 49) s
        UNION ALL SELECT 200 + s, 'store_manager', s FROM generate_series(0, 49) s
        UNION ALL SELECT 1000 + t, 'technician', t / 4 FROM generate_series(0, 199) t
        UNION ALL SELECT 999, 'hq_admin', NULL) g;
INSERT INTO session (id, token_hash, staff_id, created_at, expires_at)
SELECT pg_temp.key(6, t.n), sha256(convert_to(t.token, 'UTF8')), pg_temp.key(4, t.n), :'base', '2100-01-01'
  FROM (SELECT s AS n, 'load-token-' || s AS token FROM generate_series(0, 49) s
        UNION ALL SELECT 200 + s, 'load-manager-' || s FROM generate_series(0, 49) s
        UNION ALL SELECT 1000 + 4 * s, 'load-technician-' || s FROM generate_series(0, 49) s
        UNION ALL SELECT 999, 'load-hq') t;

INSERT INTO operation (id, code, name, standard_hours, unit_price, created_at, updated_at)
SELECT pg_temp.key(9, o), 'LOAD-' || o, 'Operation ' || o, 0.5 + o % 8, 18000 + o % 7 * 1000, :'base', :'base' FROM generate_series(0, 199) o;
INSERT INTO search_key (kind, key, subject, subject_id)
SELECT k.kind, k.key, 'operation', pg_temp.key(9, o)
  FROM generate_series(0, 199) o
 CROSS JOIN LATERAL (VALUES ('number', 'load' || o), ('number_tail', reverse('load' || o)), ('name', 'operation' || o)) k (kind, key);

CREATE TEMP TABLE part_name AS
SELECT row_number() OVER () - 1 AS n, w.zh || t.zh AS zh, w.py || t.py AS pinyin, left(w.py, 1) || t.initials AS initials
  FROM (VALUES ('前', 'qian'), ('后', 'hou'), ('左', 'zuo'), ('右', 'you')) w (zh, py),
       (VALUES ('制动片', 'zhidongpian', 'zdp'), ('减震器', 'jianzhenqi', 'jzq'), ('翼子板', 'yiziban', 'yzb'),
               ('保险杠', 'baoxiangang', 'bxg'), ('车门锁', 'chemensuo', 'cms')) t (zh, py, initials);
INSERT INTO part (id, number, number_norm, name, unit, sale_price, created_at, updated_at)
SELECT pg_temp.key(10, p), 'LP-' || p, 'LP' || p, n.zh, 'pc', 1000 + p % 900 * 100, :'base', :'base'
  FROM generate_series(0, :parts - 1) p JOIN part_name n ON n.n = p % 20;
INSERT INTO search_key (kind, key, subject, subject_id)
SELECT k.kind, k.key, 'part', pg_temp.key(10, p)
  FROM generate_series(0, :parts - 1) p
  JOIN part_name n ON n.n = p % 20
 CROSS JOIN LATERAL (SELECT 'part_number' AS kind, 'lp' || p AS key
                     UNION ALL SELECT 'pinyin', n.pinyin
                     UNION ALL SELECT 'initials', n.initials
                     UNION ALL SELECT 'name', substr(n.zh, i) FROM generate_series(1, length(n.zh)) i) k;

INSERT INTO loaner_car (id, store_id, plate, model, odometer_km, insurance_until, inspection_until, created_at, updated_at)
SELECT pg_temp.key(44, s), pg_temp.key(2, s), '沪L' || lpad(s::text, 5, '0'), 'Polo', 1050, '2100-01-01', '2100-01-01', :'base', :'base' FROM generate_series(0, 49) s;
