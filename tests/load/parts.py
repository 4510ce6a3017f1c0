#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measure what a parts department of a large chain does with its lists.

How many rows a second an import of parts and one of prices takes, against psql: COPY of the same rows into a staging table and
one INSERT ... SELECT into the same tables.  Both work on one private cluster, in turn, each round with parts of its own; what
they write is compared.  psql is handed what an import works out for itself: normalised numbers, pinyin and the other search keys.
Before that, how long each way to look for one of so many parts takes, one call after the other.
"""
import argparse
import csv
import http.client
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

from cluster import Daemon, HERE, pg_bin, psql, say

TREE = HERE.parent.parent
PLACES = ["前", "后", "左前", "右前", "左后", "右后", "上", "下", "内", "外", "主", "副", "中央", "组合", "加强", "电动", "液压", "可调", "重庆长安", "空调"]
THINGS = ["制动盘", "制动片", "减振器", "稳定杆", "控制臂", "轮毂轴承", "机油滤清器", "空气滤清器", "燃油泵", "火花塞", "点火线圈", "氧传感器", "节温器", "水泵", "散热器",
          "冷凝器", "压缩机", "蒸发器", "发电机", "起动机", "蓄电池", "正时皮带", "张紧轮", "离合器片", "传动轴", "半轴", "转向机", "球头", "大灯总成", "尾灯", "雾灯",
          "后视镜", "雨刮片", "玻璃升降器", "门锁", "保险杠", "翼子板", "发动机罩", "密封条", "支架"]
# What one INSERT ... SELECT needs: the rows of the list with all that is derived of them.
COPY = r"""
CREATE TEMP TABLE staged (nth bigint, id uuid, number text, norm text, brand text, name text, unit text, price bigint, scheme text, company text, source text,
                          of_group text, subgroup text, piece text, structure text, of_change text, kinds text[], keys text[]);
\copy staged FROM '{file}'
WITH parts AS (
	INSERT INTO part (id, number, number_norm, brand, name, unit, sale_price, number_scheme, number_company, number_source, number_group, number_subgroup, number_piece,
	                  number_structure, number_change, created_at, updated_at)
	SELECT id, number, norm, brand, name, unit, price, scheme, company, source, of_group, subgroup, piece, structure, of_change, now(), now() FROM staged ORDER BY nth
), events AS (
	INSERT INTO event (id, at, type, subject_type, subject_id, subject_version, request_id)
	SELECT gen_random_uuid(), now(), 'part.created', 'part', id, 1, 'psql' FROM staged ORDER BY nth
)
INSERT INTO search_key (kind, key, subject, subject_id)
SELECT k.kind, k.key, 'part', s.id FROM staged s CROSS JOIN unnest(s.kinds, s.keys) k (kind, key);
"""
# Every part fits cars of one or two of 300 models; a tenth carries a barcode; one car of each model.
FITMENTS = """
INSERT INTO part_fitment (id, part_id, position, make, model, year_from, year_to)
SELECT gen_random_uuid(), p.id, f.n, 'Make ' || f.model / 10, 'Model ' || f.model, 2010 + p.nth % 8, 2018 + p.nth % 8
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS nth FROM part) p
 CROSS JOIN LATERAL (SELECT n, (p.nth * 31 + n * 17) % 300 AS model FROM generate_series(1, 1 + p.nth % 2) n) f;
INSERT INTO part_barcode (code, part_id) SELECT '69' || lpad(row_number() OVER (ORDER BY id)::text, 11, '0'), id FROM part WHERE sale_price % 10 = 0;
INSERT INTO vehicle (id, plate, make, model, model_year, created_at, updated_at)
SELECT gen_random_uuid(), 'T' || m, 'Make ' || m / 10, 'Model ' || m, 2014 + m % 5, now(), now() FROM generate_series(0, 299) m;
INSERT INTO staff (id, name, username, created_at, updated_at) VALUES ('01900000-0000-7000-8000-000000000003', 'HQ', 'hq', now(), now());
INSERT INTO staff_grant (id, staff_id, role, scope, created_at) VALUES ('01900000-0000-7000-8000-000000000004', '01900000-0000-7000-8000-000000000003', 'hq_admin', 'chain', now());
INSERT INTO session (id, token_hash, staff_id, created_at, expires_at)
VALUES ('01900000-0000-7000-8000-000000000005', sha256('hq'), '01900000-0000-7000-8000-000000000003', now(), '2100-01-01');
"""
# What is typed, of a part: its number as somebody writes it, part of its name, pinyin (of 重庆, 长安, 空调 too), a barcode, a car.
SEARCHES = {
    "number": lambda p: {"q": p["number"].lower().replace("-", " ")},
    "beginning of a number": lambda p: {"q": p["number"].replace("-", ".")[:6]},
    "whole number": lambda p: {"number": p["number"].replace("-", "/")},
    "name": lambda p: {"q": p["name"]},
    "word of the name": lambda p: {"q": p["name"][-3:]},
    "initials": lambda p: {"q": p["initials"]},
    "pinyin": lambda p: {"q": p["pinyin"]},
    "initials of 重庆长安": lambda p: {"q": "cqca"},
    "pinyin of 空调": lambda p: {"q": "kongtiao"},
    "barcode": lambda p: {"barcode": p["barcode"]},
    "fits a car": lambda p: {"fits_vehicle_id": p["vehicle"]},
    "fits a car, by name": lambda p: {"fits_vehicle_id": p["vehicle"], "q": p["name"][-3:]},
    "fits a car, by initials": lambda p: {"fits_vehicle_id": p["vehicle"], "q": p["initials"]},
}
PRICES = r"""
CREATE TEMP TABLE staged (nth bigint, id uuid, price bigint);
\copy staged FROM '{file}'
WITH prices AS (
	UPDATE part p SET sale_price = s.price, version = p.version + 1, updated_at = now(), changed = pg_current_xact_id() FROM staged s WHERE p.id = s.id
), events AS (
	INSERT INTO event (id, at, type, subject_type, subject_id, subject_version, request_id)
	SELECT gen_random_uuid(), now(), 'part.updated', 'part', id, 2, 'psql' FROM staged ORDER BY nth
)
INSERT INTO price_change (id, part_id, basis, old_price, new_price, at)
SELECT gen_random_uuid(), p.id, 'piece', p.sale_price, s.price, now() FROM staged s JOIN part p ON p.id = s.id;
"""


def number(head, n, mixed):
    return f"{head}{mixed // 1000:03d}-{n % 1000:03d}-{chr(65 + n % 26)}"


def write_list(file, head, rows):
    """A list of parts: numbers as makers write them, names of Chinese parts."""
    with open(file, "w", encoding="utf-8", newline="") as out:
        to = csv.writer(out)
        to.writerow(["number", "brand", "name", "unit", "sale_price"])
        for n in range(rows):
            mixed = n * 7919 % rows
            to.writerow([number(head, n, mixed), "OE" if n % 3 else "SACHS", PLACES[mixed % len(PLACES)] + THINGS[mixed // len(PLACES) % len(THINGS)], "件", 1000 + mixed])


def write_prices(file, head, rows):
    """New prices of all of them."""
    with open(file, "w", encoding="utf-8", newline="") as out:
        to = csv.writer(out)
        to.writerow(["number", "brand", "sale_price"])
        for n in range(rows):
            mixed = n * 7919 % rows
            to.writerow([number(head, n, mixed).replace("-", " "), "OE" if n % 3 else "SACHS", 2000 + mixed])


class Bench:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.again = folder / "again"
        self.again.touch()
        self.again.chmod(0o666)  # the cluster's user writes it
        self.daemon = Daemon(args.binary, folder / "data")
        self.daemon.data.mkdir()
        self.daemon.start()
        self.host = self.daemon.host
        psql(self.host, "INSERT INTO region (id, code, name, created_at, updated_at) VALUES ('01900000-0000-7000-8000-000000000001', 'R', 'R', now(), now())")
        psql(self.host, "INSERT INTO store (id, region_id, code, name, created_at, updated_at)"
                        " VALUES ('01900000-0000-7000-8000-000000000002', '01900000-0000-7000-8000-000000000001', 'S', 'S', now(), now())")

    def ours(self, kind, file):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        done = subprocess.run([self.args.binary, "import", "--kind", kind, "--store", "S", str(file)], capture_output=True, text=True,
                              env=dict(os.environ, FETTLE_DATABASE_URL=self.daemon.url(), FETTLE_DATA=str(self.daemon.data)))
        if done.returncode:
            sys.exit(done.stderr)
        if self.args.statements:
            use = resource.getrusage(resource.RUSAGE_CHILDREN)
            say(f"  {use.ru_utime - before.ru_utime + use.ru_stime - before.ru_stime:.2f} s of CPU outside PostgreSQL")
        return time.monotonic() - began

    def psql(self, text, file):
        script = self.folder / "script.sql"
        script.write_text(text.format(file=file), encoding="utf-8")
        began = time.monotonic()
        done = subprocess.run([pg_bin("psql"), "-h", self.host, "-U", "postgres", "-d", "fettle", "-qX1", "-v", "ON_ERROR_STOP=1", "-f", script],
                              capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        return time.monotonic() - began

    def counts(self, tables):
        return [int(n) for n in psql(self.host, "SELECT " + ", ".join(f"(SELECT count(*) FROM {t})" for t in tables)).split("|")]

    def same_for_psql(self, head, other):
        """What an import made of a list, for psql to make again under other numbers."""
        psql(self.host, f"""COPY (
            SELECT row_number() OVER (ORDER BY p.id), gen_random_uuid(), '{other}' || substr(p.number, 3), '{other}' || substr(p.number_norm, 3), p.brand, p.name, p.unit, p.sale_price,
                   p.number_scheme, p.number_company, p.number_source, p.number_group, p.number_subgroup, p.number_piece, p.number_structure, p.number_change, k.kinds, k.keys
              FROM part p
             CROSS JOIN LATERAL (SELECT array_agg(s.kind ORDER BY s.kind, s.key) AS kinds,
                                        array_agg(CASE s.kind WHEN 'part_number' THEN '{other.lower()}' || substr(s.key, 3) ELSE s.key END ORDER BY s.kind, s.key) AS keys
                                   FROM search_key s WHERE s.subject_id = p.id AND s.store_id IS NULL) k
             WHERE p.number LIKE '{head}%') TO '{self.again}'""")

    def quiet(self):
        """Wait until what follows from the rows before has been done."""
        while psql(self.host, "SELECT count(*) FROM event e JOIN event_consumer c ON (e.position, e.id) > (c.position, c.last_id)") != "0":
            time.sleep(0.2)
        psql(self.host, "CHECKPOINT")

    def measure(self, kind, file, again, text, tables):
        """Seconds of an import and of psql, and what each of them added to the tables."""
        before = self.counts(tables)
        ours = self.ours(kind, file)
        between = self.counts(tables)
        self.quiet()
        again()
        theirs = self.psql(text, self.again)
        after = self.counts(tables)
        self.quiet()
        made = [[b - a for a, b in zip(x, y)] for x, y in ((before, between), (between, after))]
        if made[0][:2] != made[1][:2]:
            sys.exit(f"they differ: {made}")
        return ours, theirs

    def round(self, nth):
        rows, head, other = self.args.rows, f"{chr(65 + nth)}X", f"{chr(65 + nth)}Y"
        parts, prices = self.folder / "parts.csv", self.folder / "prices.csv"
        write_list(parts, head, rows)
        write_prices(prices, head, rows)
        yield "parts", self.measure("parts", parts, lambda: self.same_for_psql(head, other), COPY, ("part", "search_key", "event"))
        psql(self.host, "ANALYZE part")
        yield "prices", self.measure("part_prices", prices, lambda: psql(
            self.host, f"COPY (SELECT row_number() OVER (ORDER BY id), id, sale_price + 1000 FROM part WHERE number LIKE '{other}%') TO '{self.again}'"),
            PRICES, ("part", "price_change", "event"))


    def searches(self):
        """Milliseconds of each search: median and 99th percentile of calls one after the other."""
        write_list(self.folder / "parts.csv", "S0", self.args.rows)
        self.ours("parts", self.folder / "parts.csv")
        self.quiet()
        psql(self.host, FITMENTS)
        psql(self.host, "VACUUM ANALYZE")
        parts = [json.loads(line) for line in psql(self.host, """
            SELECT json_build_object('number', p.number, 'name', p.name, 'barcode', b.code,
                                     'initials', (SELECT k.key FROM search_key k WHERE k.subject_id = p.id AND k.kind = 'initials' LIMIT 1),
                                     'pinyin', (SELECT k.key FROM search_key k WHERE k.subject_id = p.id AND k.kind = 'pinyin' LIMIT 1),
                                     'vehicle', (SELECT v.id FROM vehicle v JOIN part_fitment f ON f.make = v.make AND f.model = v.model WHERE f.part_id = p.id LIMIT 1))
              FROM part p JOIN part_barcode b ON b.part_id = p.id ORDER BY md5(p.number) LIMIT 300""").splitlines()]
        c = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=30)
        for path in ("/v1/parts", "/v1/search"):
            for name, typed in SEARCHES.items():
                if path == "/v1/search" and "q" not in typed(parts[0]) or path == "/v1/search" and "fits" in name:
                    continue
                took, found = [], 0
                for part in parts:
                    began = time.monotonic()
                    c.request("GET", path + "?" + urllib.parse.urlencode({**typed(part), "limit": 20}), headers={"Authorization": "Bearer hq"})
                    reply = c.getresponse()
                    body = reply.read()
                    took.append(1000 * (time.monotonic() - began))
                    if reply.status != 200:
                        sys.exit(body.decode())
                    found += bool(json.loads(body)["data"])
                took.sort()
                yield f"{path}, {name}: {took[len(took) // 2]:.1f} ms, p99 {took[len(took) * 99 // 100]:.1f} ms, {found} of {len(parts)} found something"


def statements(host):
    return json.loads(psql(host, "SELECT json_agg(x) FROM (SELECT round(total_exec_time) AS ms, calls, rows, left(query, 110) AS query"
                                 " FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 14) x"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=os.environ.get("FETTLED", TREE / "build" / "release" / "fettled"))
    parser.add_argument("--rows", type=int, default=200000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--statements", action="store_true", help="tell what each statement took (pg_stat_statements)")
    args = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fettle-parts-"))
    folder.chmod(0o755)
    bench = Bench(args, folder)
    try:
        if args.statements:
            psql(bench.host, "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
            bench.daemon.restart()
            psql(bench.host, "CREATE EXTENSION pg_stat_statements")
        for line in bench.searches():
            say(line)
        ratios = {}
        for nth in range(args.rounds):
            for what, (ours, theirs) in bench.round(nth):
                ratios.setdefault(what, []).append(theirs / ours)
                say(f"round {nth + 1}, {what}: {args.rows / ours:.0f} rows/s, psql {args.rows / theirs:.0f} rows/s, ratio {theirs / ours:.2f}")
                if args.statements:
                    for line in statements(bench.host):
                        say(f"  {line['ms']:>8} ms {line['calls']:>7} calls {line['rows']:>9} rows  {line['query']}".replace("\n", " "))
                    psql(bench.host, "SELECT pg_stat_statements_reset()")
        for what, of in ratios.items():
            say(f"{what}: median ratio {statistics.median(of):.2f} of {len(of)} rounds, {min(of):.2f} to {max(of):.2f}")
    finally:
        bench.daemon.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
