#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measure fettled against pgbench, Fastify and Express on data sets of several sizes.

Everything runs on this machine, alternating, and is told as medians of the rounds' ratios.  The data sets are made once
and kept, each in its folder below --data.  A whole run writes docs/figures.md and docs/figures.svg.
"""
import argparse
import contextlib
import http.client
import json
import os
import pathlib
import re
import resource
import signal
import socket
import statistics
import subprocess
import sys
import time

import figures
import screens
from cases import CASES, Data, write_requests
from cluster import HERE, free_port, open_set, pg_bin, psql, say
from recorded import having, plain, script

TREE = HERE.parent.parent
CONNECTIONS = 64


def call(port, request):
    method, path, headers, body = request
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    c.request(method, path, body.encode() or None, {k: v for k, v in headers.items() if k != "Host"})
    reply = c.getresponse()
    got = json.loads(reply.read())
    c.close()
    if reply.status not in (200, 201):
        sys.exit(f"{method} {path}: {reply.status} {got}")
    return got


def pgbench(host, files, clients, seconds, user, start=0, **variables):
    cmd = [pg_bin("pgbench"), "-n", "-M", "prepared", "-h", host, "-U", user, "-d", "fettle", "-c", str(clients), "-j", "2",
           "-T", str(seconds), "-D", f"k={start}"]
    for name, value in variables.items():
        cmd += ["-D", f"{name}={value}"]
    for file in files:
        cmd += ["-f", str(file)]
    out = subprocess.run(cmd, capture_output=True, text=True)
    tps = re.search(r"tps = ([\d.]+)", out.stdout)
    if not tps or out.returncode:
        sys.exit(out.stdout + out.stderr[-2000:])
    return float(tps.group(1))


def wrk(port, requests, folder, seconds):
    write_requests(folder / "requests", requests)
    out = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(HERE / "requests.lua"), f"http://127.0.0.1:{port}"],
                         capture_output=True, text=True, env=dict(os.environ, REQUESTS=str(folder / "requests"))).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    total = int(re.search(r"(\d+) requests in", out).group(1))
    if bad or not total:
        sys.exit(f"wrk was refused: {out}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), total


def paced(port, requests, folder, rate, seconds, connections=CONNECTIONS):
    """Percentiles (us) at a fixed rate, counted from when each request was to start."""
    write_requests(folder / "requests", requests)
    out = subprocess.run([folder / "paced", str(port), f"{rate:.0f}", str(seconds), str(connections), folder / "requests"],
                         capture_output=True, text=True)
    if out.returncode:
        sys.exit(out.stderr)
    return json.loads(out.stdout)


def build_paced(folder):
    subprocess.run([os.environ.get("CC", "cc"), "-std=c17", "-O2", "-o", folder / "paced", HERE / "paced.c"], check=True)


class Bench:
    def __init__(self, args, orders):
        self.args, self.orders = args, orders
        self.folder = pathlib.Path(args.data).resolve()
        self.daemon = open_set(args.binary, self.folder, orders)
        self.data = Data(self.daemon, orders, self.get)

    def get(self, path, token):
        return call(self.daemon.port, ("GET", path, {"Authorization": f"Bearer {token}"}, ""))

    def many(self, case, seconds):
        """Enough requests for a while; what makes something is never sent twice."""
        return case.requests(self.data, 2000 if case.method == "GET" else int(3000 * seconds))

    def record(self, cases):
        """pgbench's scripts of each case; the server logs while the requests are made one by one."""
        daemon, path = self.daemon, self.daemon.data / "postgres.log"
        psql(daemon.host, "ALTER ROLE fettle_app SET log_min_duration_statement = 0; ALTER ROLE fettle_app SET log_error_verbosity = 'default'")
        daemon.restart()
        found = {}
        for case in cases:
            start, replies = path.stat().st_size, []
            requests = case.requests(self.data, 40)
            for request in requests:
                replies.append(call(daemon.port, request))
            time.sleep(2)  # the server has written all of it
            recorded = having(path.read_bytes()[start:].decode(), case.marker)
            if not recorded:
                sys.exit(f"no {case.marker} was recorded for {case.name}")
            found[case.name] = self.scripts(case, recorded, requests, replies)
        psql(daemon.host, "ALTER ROLE fettle_app RESET log_min_duration_statement; ALTER ROLE fettle_app RESET log_error_verbosity")
        daemon.restart()
        return found

    def scripts(self, case, recorded, requests, replies):
        files = []
        if case.method == "GET":
            for i, group in enumerate(recorded[:20]):
                files.append(self.folder / f"{case.name.replace(' ', '-')}-{i}.sql")
                files[-1].write_text(plain(group), encoding="utf-8")
            return files
        # the last one: every statement is prepared by then
        headers, body = requests[-1][2], json.loads(requests[-1][3])
        store = int(headers["Authorization"].rsplit("-", 1)[1])
        group = next(g for g in recorded if any(headers["Idempotency-Key"] in v for _, _, values in g for v in values.values()))
        texts = {}
        if "starts_at" in body:
            # eight years behind the others', each half an hour once
            at = f"('{self.data.day(0)} 00:00Z'::timestamptz + make_interval(days => 4000 + ((:k % 100000) * 64 + :client_id) / 19, mins => 30 + ((:k % 100000) * 64 + :client_id) % 19 * 30"
            texts[body["starts_at"][:16].replace("T", " ")] = at + "))"
            texts[replies[-1]["ends_at"][:16].replace("T", " ")] = at + " + 30))"
        unique = {headers["Idempotency-Key"]} | ({replies[-1]["number"]} if replies[-1].get("number") else set())
        file = self.folder / f"{case.name}.sql"
        file.write_text(script(group, store, self.data.sizes, texts, unique), encoding="utf-8")
        return [file]

    def database(self, case, files, seconds):
        if case.method == "GET":
            return max(pgbench(self.daemon.host, files, c, seconds, "fettle_app") for c in ((4,) if self.args.quick else (2, 4, 8)))
        # its cluster has 120 connections for everybody
        tps = max(pgbench(self.daemon.host, files, c, seconds, "fettle_app", int(time.time()) % 1000000 * 1000)
                  for c in ((16,) if self.args.quick else (8, 16, 32)))
        if case.name in ("hold", "booking"):
            psql(self.daemon.host, "SET session_replication_role = replica; " + " ".join(
                f"DELETE FROM {table} WHERE starts_at > '{self.data.day(4000)}';" for table in ("slot_hold", "appointment", "appointment_step", "occupation")))
        return tps

    @contextlib.contextmanager
    def framework(self, name):
        port, host = free_port(), self.daemon.host
        sql = re.sub(r"^\\set.*\n", "", (HERE / "read.sql").read_text(), flags=re.M)
        sql = sql.replace("::text\n  FROM work_order w", " AS document\n  FROM work_order w")
        sql = re.sub(r"WHERE w\.id = .*;", "WHERE w.id = $1 AND w.store_id = $2", sql)
        env = dict(os.environ, DATABASE=f"postgresql://postgres@/fettle?host={host}", PORT=str(port), READ_SQL=sql, NODE_ENV="production", FRAMEWORK=name)
        process = subprocess.Popen(["node", "server.js"], cwd=HERE / "node", env=env, start_new_session=True)
        try:
            for _ in range(200):
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), 0.2).close()
                    break
                time.sleep(0.1)
            else:
                sys.exit(f"the {name} server does not start")
            yield port
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()

    def rounds(self, case, files):
        """One case: fettled, pgbench and the others, in turn."""
        args, row = self.args, {"case": case.name, "title": case.title, "orders": self.orders}
        rates = {"fettled": [], "pgbench": [], "built": [], "fastify": [], "express": []}
        cpu = []
        with contextlib.ExitStack() as stack:
            ports = {}
            if case.others and not args.no_others:
                ports = {name: stack.enter_context(self.framework(name)) for name in ("fastify", "express")}
            for port in ports.values():  # warm: both processes are up, their code is compiled
                wrk(port, self.many(CASES[0], 1), self.folder, 1)
            for _ in range(args.rounds):
                rates["pgbench"].append(self.database(case, files, args.seconds))
                if case.built:
                    rates["built"].append(max(pgbench(self.daemon.host, [HERE / case.built], c, args.seconds, "postgres",
                                                      orders=self.orders, every=self.data.sizes["every"])
                                              for c in ((4,) if args.quick else (2, 4, 8))))
                before = self.daemon.cpu()
                rate, total = wrk(self.daemon.port, self.many(case, args.seconds), self.folder, args.seconds)
                after = self.daemon.cpu()
                rates["fettled"].append(rate)
                cpu.append([(after[i] - before[i]) / total * 1e6 for i in (0, 1)])
                for name, port in ports.items():
                    # a command of theirs may take a second on a busy machine: none would be counted
                    seconds = max(args.seconds, 3)
                    rates[name].append(wrk(port, self.many(case, seconds), self.folder, seconds)[0])
        row["rate"] = statistics.median(rates["fettled"])
        for name in ("pgbench", "built", "fastify", "express"):
            ratios = [a / b for a, b in zip(rates["fettled"], rates[name])]
            row[name] = [statistics.median(ratios), min(ratios), max(ratios)] if ratios else None
        row["cpu"] = [statistics.median(c[i] for c in cpu) for i in (0, 1)]
        row["resident"] = self.daemon.rss_mib()
        for share in (50, 80):
            rate = max(1, row["rate"] * share / 100)
            requests = case.requests(self.data, int(rate * args.seconds) + 1)
            row[f"at{share}"] = paced(self.daemon.port, requests, self.folder, rate, args.seconds)
            if row[f"at{share}"]["refused"]:
                sys.exit(f"{case.name} was refused at a fixed rate")
        say(figures.line(row))
        return row

    def crowd(self, rate):
        """Idle and dripping connections: memory, and latency of documents beside them."""
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        document, rate = CASES[0], max(20, rate / 4)
        requests = document.requests(self.data, 2000)
        alone = paced(self.daemon.port, requests, self.folder, rate, self.args.seconds)
        before, held = self.daemon.rss_mib(), []
        for _ in range(self.args.idle):
            s = socket.create_connection(("127.0.0.1", self.daemon.port))
            s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            s.recv(4096)
            held.append(s)
        idle_mib = self.daemon.rss_mib() - before
        dripping = []
        for _ in range(self.args.dripping):
            dripping.append(socket.create_connection(("127.0.0.1", self.daemon.port)))
            dripping[-1].sendall(b"POST /v1/work-orders HTTP/1.1\r\nHost: x\r\nX-Drip: ")
        drip = subprocess.Popen([sys.executable, "-c", "import os, sys, time\nfds = list(map(int, sys.argv[1:]))\nwhile True:\n"
                                 " for fd in fds:\n  try: os.write(fd, b'a')\n  except OSError: pass\n time.sleep(0.5)"]
                                + [str(s.fileno()) for s in dripping], pass_fds=[s.fileno() for s in dripping])
        try:
            beside = paced(self.daemon.port, requests, self.folder, rate, self.args.seconds)
        finally:
            drip.terminate()
            drip.wait()
            for s in held + dripping:
                s.close()
        return {"idle": self.args.idle, "dripping": self.args.dripping, "idle_mib": idle_mib, "rate": rate, "alone": alone, "beside": beside}

    def start_seconds(self):
        """From exec to ready beside a PostgreSQL that runs: a second daemon on the first one's server."""
        port, data = free_port(), self.folder / "second"
        data.mkdir(exist_ok=True)
        env = {k: v for k, v in os.environ.items() if not k.startswith("FETTLE_")}
        env.update(FETTLE_DATABASE_URL=self.daemon.url(), FETTLE_DATA=str(data), FETTLE_PORT=str(port), FETTLE_JOBS="0",
                   FETTLE_LOG_LEVEL="warn", FETTLE_ALLOW_ROOT="1")
        began = time.perf_counter()
        process = subprocess.Popen([self.args.binary, "serve"], env=env, stderr=subprocess.DEVNULL)
        try:
            while process.poll() is None and time.perf_counter() - began < 30:
                with contextlib.suppress(OSError):
                    c = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
                    c.request("GET", "/readyz")
                    if c.getresponse().status == 200:
                        return time.perf_counter() - began
                time.sleep(0.002)
            sys.exit("a second daemon does not become ready")
        finally:
            process.terminate()
            process.wait(30)

    def row_security(self, files):
        """The document's statements as the app role with its policies, over the same as who is above them."""
        pairs = []
        for _ in range(self.args.rounds):
            pairs.append([pgbench(self.daemon.host, files, 4, self.args.seconds, user) for user in ("fettle_app", "postgres")])
        ratios = [a / b for a, b in pairs]
        return [statistics.median(ratios), min(ratios), max(ratios)]

    def run(self, cases):
        result = {"orders": self.orders, "cases": []}
        try:
            result["screens"] = screens.screens(self.daemon, self.data)
            if self.args.sweep:
                screens.sweep(self.daemon, self.data, json.loads(pathlib.Path(self.args.binary).with_name("generated").joinpath("openapi.json").read_text(encoding="utf-8")))
            files = self.record(cases)
            for case in cases:
                result["cases"].append(self.rounds(case, files[case.name]))
            if any(c.name == "document" for c in cases):
                result["row_security"] = self.row_security(files["document"])
                rate = next(r["rate"] for r in result["cases"] if r["case"] == "document")
                result["crowd"] = self.crowd(rate)
            result["start"] = self.start_seconds()
        finally:
            self.daemon.stop()
        return result


def smoke(args):
    """Every case answers on the small set, and so do both others: no time is judged."""
    bench = Bench(args, 10000)
    try:
        for case in CASES:
            for request in case.requests(bench.data, 3):
                got = call(bench.daemon.port, request)
                if case.method == "GET" and not got.get("data", got):
                    sys.exit(f"{case.name} finds nothing: {request[1]}")
        paced(bench.daemon.port, CASES[0].requests(bench.data, 20), bench.folder, 20, 1)
    finally:
        bench.daemon.stop()
    say("everything answers")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("FETTLE_BENCH_DATA", TREE / ".data" / "bench"))
    parser.add_argument("--binary", default=os.environ.get("FETTLED", TREE / "build" / "release" / "fettled"))
    parser.add_argument("--orders", default="10000,1000000", help="sizes of the data sets, with commas between (10000,1000000,10000000)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--idle", type=int, default=10000)
    parser.add_argument("--dripping", type=int, default=200)
    parser.add_argument("--only", help="these cases, with commas between, or none beside the screens' lists: " + ", ".join(c.name for c in CASES))
    parser.add_argument("--sweep", action="store_true", help="tell which of all lists are slow, in every sort and filter")
    parser.add_argument("--no-others", action="store_true", help="without Fastify and Express")
    parser.add_argument("--quick", action="store_true", help="everything shortly, at 10,000 orders; the figures mean nothing")
    parser.add_argument("--smoke", action="store_true", help="only whether everything answers, at 10,000 orders")
    parser.add_argument("--write", type=pathlib.Path, help="folder for figures.md and figures.svg (docs)")
    args = parser.parse_args()
    if args.quick:
        args.orders, args.rounds, args.seconds = "10000", 1, 1
    folder = pathlib.Path(args.data).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    build_paced(folder)
    if args.smoke:
        smoke(args)
        return
    if not args.no_others and not (HERE / "node" / "node_modules").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE / "node", check=True, capture_output=True)
    cases = [c for c in CASES if not args.only or c.name in args.only.split(",")]
    results = [Bench(args, int(n)).run(cases) for n in args.orders.split(",")]
    (folder / "results.json").write_text(json.dumps(results, indent=1))
    text = figures.markdown(results, "./dev bench " + re.sub(r" --data[= ]\S+", "", " " + " ".join(sys.argv[1:])).strip())
    say(text)
    if args.write:
        args.write.mkdir(parents=True, exist_ok=True)
        (args.write / "figures.md").write_text(text, encoding="utf-8")
        if cases:
            (args.write / "figures.svg").write_text(figures.chart(results), encoding="utf-8")


if __name__ == "__main__":
    main()
