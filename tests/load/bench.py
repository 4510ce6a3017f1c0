#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measure fettled against pgbench and Fastify on the large data set.

Everything runs on this machine in one run, alternating, and is told as ratios of medians.
The data set is made once and kept (--data); a run takes about five minutes after that.
"""
import argparse
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

from recorded import key, key_sql, record, script

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent.parent


def say(text):
    print(text, flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Daemon:
    """fettled on its private cluster, the cluster tuned for a large data set."""

    def __init__(self, binary, data):
        self.binary, self.data = binary, data
        self.port = free_port()
        self.process = None

    def start(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith("FETTLE_")}
        env.update(FETTLE_DATA=str(self.data), FETTLE_PORT=str(self.port), FETTLE_RATE_PRINCIPAL="0",
                   FETTLE_RATE_ADDRESS="0", FETTLE_LOG_LEVEL="warn", FETTLE_IDLE_SECONDS="600")
        self.log = open(self.data.parent / "bench-daemon.log", "wb")
        self.process = subprocess.Popen([self.binary, "serve"], env=env, stderr=self.log)
        until = time.time() + 120
        while time.time() < until:
            try:
                c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
                c.request("GET", "/readyz")
                if c.getresponse().status == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                sys.exit(f"the daemon ended; see {self.log.name}")
            time.sleep(0.1)
        sys.exit("the daemon is not ready after two minutes")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def postmaster(self):
        out = subprocess.run(["ps", "-o", "pid=,ppid=,args=", "-A"], capture_output=True, text=True).stdout
        lines = [line.split(None, 2) for line in out.splitlines()]
        # the daemon's child starts it
        starters = {pid for pid, ppid, _ in lines if int(ppid) == self.process.pid}
        for pid, ppid, args in lines:
            if ppid in starters and "postgres" in args:
                return int(pid), args
        sys.exit("the private cluster's postmaster is not found")

    def socket_dir(self):
        _, args = self.postmaster()
        status = pathlib.Path(re.search(r"-D\s*(\S+)", args).group(1)) / "postmaster.pid"
        return status.read_text().splitlines()[4]

    def cpu(self):
        """CPU seconds of the daemon, and of PostgreSQL's processes that are alive."""
        ticks = os.sysconf("SC_CLK_TCK")

        def of(pid):
            try:
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
            except OSError:
                return 0  # a backend that has just ended
            return (int(fields[11]) + int(fields[12])) / ticks

        master, _ = self.postmaster()
        out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(master)], capture_output=True, text=True).stdout
        return of(self.process.pid), sum(of(int(p)) for p in out.split())

    def rss_mib(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024


def pg_bin(name):
    found = shutil.which(name)
    return found or sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))[-1].as_posix()


def psql(host, sql=None, file=None, **variables):
    cmd = [pg_bin("psql"), "-h", host, "-U", "postgres", "-d", "fettle", "-qAt", "-v", "ON_ERROR_STOP=1"]
    for name, value in variables.items():
        cmd += ["-v", f"{name}={value}"]
    cmd += ["-c", sql] if sql else ["-f", str(file)]
    return subprocess.run(cmd, check=True, capture_output=True, text=True).stdout.strip()


def prepare(daemon, orders):
    marker = daemon.data / f"loaded-{orders}"
    daemon.start()
    host = daemon.socket_dir()
    if not marker.exists():
        if psql(host, "SELECT count(*) FROM store") != "0":
            sys.exit(f"{daemon.data} holds other data: remove it")
        say(f"loading {orders} work orders (once) ...")
        began = time.time()
        psql(host, "ALTER SYSTEM SET shared_buffers = '2GB'; ")
        psql(host, "ALTER SYSTEM SET max_wal_size = '8GB'; ")
        psql(host, "ALTER SYSTEM SET checkpoint_timeout = '30min'")
        psql(host, file=HERE / "data.sql", orders=orders)
        marker.touch()
        say(f"loaded in {time.time() - began:.0f} s")
        daemon.stop()
        daemon.start()
        host = daemon.socket_dir()
    return host


def pgbench(host, path, clients, seconds, orders, user="postgres", start=0):
    cmd = [pg_bin("pgbench"), "-n", "-M", "prepared", "-h", host, "-U", user, "-d", "fettle", "-f", str(path),
           "-c", str(clients), "-j", "2", "-T", str(seconds), "-D", f"orders={orders}", "-D", f"k={start}"]
    out = subprocess.run(cmd, capture_output=True, text=True)
    tps = re.search(r"tps = ([\d.]+)", out.stdout)
    if not tps:
        sys.exit(out.stdout + out.stderr)
    return float(tps.group(1))


def wrk(port, script, seconds, orders, connections=64, one_token=False):
    env = dict(os.environ, ORDERS=str(orders))
    if one_token:
        env["ONE_TOKEN"] = "1"
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script),
                          f"http://127.0.0.1:{port}"], capture_output=True, text=True, env=env).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    total = int(re.search(r"(\d+) requests in", out).group(1))
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", out)
    p99_ms = float(p99.group(1)) * {"us": 0.001, "ms": 1, "s": 1000}[p99.group(2)]
    return {"rate": rate, "bad": int(bad.group(1)) if bad else 0, "total": total, "p99": p99_ms}


def fastify(host, port):
    node = HERE / "node"
    if not (node / "node_modules").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=node, check=True,
                       capture_output=True)
    read_sql = re.sub(r"^\\set.*\n", "", (HERE / "read.sql").read_text(), flags=re.M)
    read_sql = read_sql.replace("::text\n  FROM work_order w", " AS document\n  FROM work_order w")
    read_sql = re.sub(r"WHERE w\.id = .*;", "WHERE w.id = $1 AND w.store_id = $2", read_sql)
    env = dict(os.environ, DATABASE=f"postgresql://postgres@/fettle?host={host}", PORT=str(port), READ_SQL=read_sql,
               NODE_ENV="production")
    process = subprocess.Popen(["node", "server.js"], cwd=node, env=env, start_new_session=True)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return process
        except OSError:
            time.sleep(0.1)
    sys.exit("the Fastify server does not start")


def record_order(daemon, host, orders, folder):
    """The statements of one POST as a pgbench script, and for Fastify."""
    n, p = orders // 2 // 50 * 50, 400
    known = {key(11, n): key_sql(11, ":n"), key(2, n % 50): key_sql(2, ":n % 50"), key(3, n % 50): key_sql(3, ":n % 50"),
             key(4, n % 50): key_sql(4, ":n % 50"), key(7, n % 200000): key_sql(7, ":n % 200000"),
             key(8, n % 250000): key_sql(8, ":n % 250000"), key(9, 3): key_sql(9, "3")}
    for i in range(4):
        known[key(10, p + i)] = key_sql(10, f":p + {i}")
    body = {"reception_id": key(11, n), "authorise": {"method": "in_person", "by": {"name": "load"}},
            "lines": [{"kind": "labour", "operation_id": key(9, 3)}]
            + [{"kind": "part", "part_id": key(10, p + i), "quantity": 1} for i in range(4)]}
    number = {}

    def send():
        for i in range(40):  # every worker's connection has prepared its statements by then
            c = http.client.HTTPConnection("127.0.0.1", daemon.port)
            c.request("POST", "/v1/work-orders", json.dumps(body), {
                "Authorization": f"Bearer load-token-{n % 50}", "Content-Type": "application/json",
                "Idempotency-Key": f"recorded{i}-{time.time()}"})
            reply = c.getresponse()
            got = json.loads(reply.read())
            if reply.status != 201:
                sys.exit(f"an order is refused: {got}")
            number.setdefault("first", got["number"])

    psql(host, "ALTER ROLE fettle_app SET log_min_duration_statement = 0")
    daemon.stop()
    daemon.start()
    statements = record(daemon.data / "postgres.log", send, "work_order_add")
    psql(host, "ALTER ROLE fettle_app RESET log_min_duration_statement")
    daemon.stop()
    daemon.start()
    own = [v for name, _, values in statements for v in values.values() if "recorded" in v or number["first"] in v]
    unique = {re.search(r"recorded\d+-[\d.]+|" + re.escape(number["first"]), v).group() for v in own}
    path = folder / "write.sql"
    path.write_text(script(statements, known, unique), encoding="utf-8")
    return path


def idle(port, count):
    """Memory of idle keep-alive connections, and the slowest good request beside them."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    connections = []
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    for _ in range(count):
        s = socket.create_connection(("127.0.0.1", port))
        s.sendall(request)
        s.recv(4096)
        connections.append(s)
    return connections


def read_benchmark(daemon, host, orders, rounds, seconds, with_fastify):
    rows = {"pgbench": [], "fettled": [], "one_token": [], "fastify": []}
    cpu = []
    node_port = free_port()
    node = fastify(host, node_port) if with_fastify else None
    try:
        for _ in range(rounds):
            rows["pgbench"].append(max(pgbench(host, HERE / "read.sql", c, seconds, orders) for c in (2, 4, 8)))
            before = daemon.cpu()
            got = wrk(daemon.port, HERE / "read.lua", seconds, orders)
            after = daemon.cpu()
            if got["bad"]:
                sys.exit(f"{got['bad']} bad answers")
            cpu.append(((after[0] - before[0]) / got["total"] * 1e6, (after[1] - before[1]) / got["total"] * 1e6))
            rows["fettled"].append(got)
            rows["one_token"].append(wrk(daemon.port, HERE / "read.lua", seconds, orders, one_token=True))
            if node:
                rows["fastify"].append(wrk(node_port, HERE / "read.lua", seconds, orders))
    finally:
        if node:
            os.killpg(node.pid, signal.SIGTERM)
            node.wait()
    return rows, cpu


def write_benchmark(daemon, host, orders, rounds, seconds, with_fastify):
    rows = {"pgbench": [], "fettled": [], "fastify": []}
    path = record_order(daemon, host, orders, daemon.data.parent)
    host = daemon.socket_dir()
    node_port = free_port()
    node = fastify(host, node_port) if with_fastify else None
    try:
        for _ in range(rounds):
            # the same role, row security and audit on both sides
            rows["pgbench"].append(pgbench(host, path, 64, seconds, orders, "fettle_app", int(time.time()) % 1000000 * 10))
            got = wrk(daemon.port, HERE / "write.lua", seconds, orders)
            if got["bad"]:
                sys.exit(f"{got['bad']} of {got['total']} orders were refused")
            rows["fettled"].append(got)
            if node:
                rows["fastify"].append(wrk(node_port, HERE / "write.lua", seconds, orders))
    finally:
        if node:
            os.killpg(node.pid, signal.SIGTERM)
            node.wait()
    return rows


def ratio(rows, base):
    """Median of the ratios of each round, and their spread."""
    pairs = [(r["rate"] if isinstance(r, dict) else r) / (b["rate"] if isinstance(b, dict) else b) for r, b in zip(rows, base)]
    return f"{statistics.median(pairs):.2f} ({min(pairs):.2f} to {max(pairs):.2f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("FETTLE_BENCH_DATA", TREE / ".data" / "bench"))
    parser.add_argument("--binary", default=TREE / "build" / "release" / "fettled")
    parser.add_argument("--orders", type=int, default=1000000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--no-fastify", action="store_true")
    parser.add_argument("--only", choices=["read", "write", "idle"])
    args = parser.parse_args()
    data = pathlib.Path(args.data).resolve()
    data.mkdir(parents=True, exist_ok=True)
    daemon = Daemon(args.binary, data / "cluster")
    daemon.data.mkdir(exist_ok=True)
    host = prepare(daemon, args.orders)
    try:
        if args.only in (None, "read"):
            rows, cpu = read_benchmark(daemon, host, args.orders, args.rounds, args.seconds, not args.no_fastify)
            say(f"GET /v1/work-orders/{{id}}, {args.orders} orders, 64 connections, row security on")
            say(f"  tokens of 50 stores / pgbench (best of 2, 4, 8)  {ratio(rows['fettled'], rows['pgbench'])}")
            say(f"  one shared token    / pgbench                    {ratio(rows['one_token'], rows['pgbench'])}")
            if rows["fastify"]:
                say(f"  tokens of 50 stores / Fastify, two processes     {ratio(rows['fettled'], rows['fastify'])}")
            say(f"  p99 {statistics.median(r['p99'] for r in rows['fettled']):.1f} ms; CPU a request: daemon "
                f"{statistics.median(c[0] for c in cpu):.0f} us, PostgreSQL {statistics.median(c[1] for c in cpu):.0f} us; "
                f"resident {daemon.rss_mib():.0f} MiB")
        if args.only in (None, "write"):
            rows = write_benchmark(daemon, host, args.orders, args.rounds, args.seconds, not args.no_fastify)
            say("POST /v1/work-orders with five lines, parts reserved, audit on")
            say(f"  fettled, 64 connections / pgbench, 64 clients, same statements one by one  {ratio(rows['fettled'], rows['pgbench'])}")
            if rows["fastify"]:
                say(f"  fettled / Fastify, two processes                                         {ratio(rows['fettled'], rows['fastify'])}")
            say(f"  p99 {statistics.median(r['p99'] for r in rows['fettled']):.1f} ms")
        if args.only in (None, "idle"):
            before = daemon.rss_mib()
            held = idle(daemon.port, 10000)
            worst = 0.0
            for _ in range(500):
                began = time.perf_counter()
                c = http.client.HTTPConnection("127.0.0.1", daemon.port)
                c.request("GET", "/healthz")
                c.getresponse().read()
                worst = max(worst, time.perf_counter() - began)
            say(f"10,000 idle keep-alive connections cost {daemon.rss_mib() - before:.0f} MiB; the slowest of 500 good "
                f"requests beside them took {worst * 1000:.1f} ms")
            for s in held:
                s.close()
    finally:
        daemon.stop()


if __name__ == "__main__":
    main()
