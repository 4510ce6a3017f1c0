# SPDX-License-Identifier: Apache-2.0
"""The daemon under load on its private cluster, and the large data sets in it."""
import atexit
import concurrent.futures
import datetime
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
STORES = 50


def say(text):
    print(text, flush=True)


def key(kind, n):
    """The id of a data set's n-th object of a kind (key.sql)."""
    head, tail = f"{1700000000000 + n * 7:012x}", f"{n:015x}"
    return f"{head[:8]}-{head[8:12]}-7{kind:03x}-8{tail[:3]}-{tail[3:]}"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pg_bin(name):
    found = shutil.which(name)
    return found or sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))[-1].as_posix()


def psql(host, sql=None, file=None, **variables):
    cmd = [pg_bin("psql"), "-h", host, "-U", "postgres", "-d", "fettle", "-qAtX", "-v", "ON_ERROR_STOP=1"]
    for name, value in variables.items():
        cmd += ["-v", f"{name}={value}"]
    cmd += ["-c", sql] if sql else ["-f", str(file)]
    done = subprocess.run(cmd, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{file or sql[:200]}: {done.stderr.strip()}")
    return done.stdout.strip()


def cpu_of(pid, first=11):
    """CPU seconds of a process, none when it has just ended; first 13: of its children that have ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return (int(fields[first]) + int(fields[first + 1])) / os.sysconf("SC_CLK_TCK")


class Daemon:
    """fettled on its private cluster."""

    def __init__(self, binary, data):
        self.binary, self.data = binary, data
        self.jobs = True
        self.port = free_port()
        self.process = None
        self.host = None

    def start(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith("FETTLE_")}
        env.update(FETTLE_DATA=str(self.data), FETTLE_PORT=str(self.port), FETTLE_RATE_PRINCIPAL="0",
                   FETTLE_RATE_ADDRESS="0", FETTLE_COMMANDS_PRINCIPAL="0", FETTLE_READS_PRINCIPAL="0",
                   FETTLE_LOG_LEVEL="warn", FETTLE_IDLE_SECONDS="600", FETTLE_JOBS="1" if self.jobs else "0")
        with open(self.data / "bench-daemon.log", "ab") as log:
            self.process = subprocess.Popen([self.binary, "serve"], env=env, stderr=log)
        atexit.register(self.stop)  # whatever goes wrong, it does not outlive the run
        self.wait_ready(120)
        self.host = self.socket_dir()

    def wait_ready(self, seconds):
        until = time.time() + seconds
        while time.time() < until:
            try:
                c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
                c.request("GET", "/readyz")
                if c.getresponse().status == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                sys.exit(f"the daemon ended; see {self.data}/bench-daemon.log")
            time.sleep(0.01)
        sys.exit(f"the daemon is not ready after {seconds} seconds")

    def stop(self):
        atexit.unregister(self.stop)
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(300)

    def restart(self):
        self.stop()
        self.start()

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
        return status.read_text(encoding="utf-8").splitlines()[4]

    def cpu(self):
        """CPU seconds of the daemon, and of PostgreSQL's processes, ended ones too."""
        master, _ = self.postmaster()
        out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(master)], capture_output=True, text=True).stdout
        return cpu_of(self.process.pid), sum(cpu_of(int(p)) for p in out.split()) + cpu_of(master, 13)

    def rss_mib(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024

    def url(self, role="fettle_app"):
        return f"postgresql://{role}@/fettle?host={self.host}"


def sizes(orders):
    """How many of everything there are beside so many orders; all multiples of the stores, parts even.  Of the largest sets
    every tenth order is whole, so that they fit on a disk."""
    per_store = orders // STORES
    return {"orders": orders, "customers": max(STORES, orders // 5 // STORES * STORES), "vehicles": max(STORES, orders // 4 // STORES * STORES),
            "parts": min(20000, max(200, orders // 50 // 2 * 2)), "open": min(60, max(2, per_store // 10)), "every": 1 if orders <= 1000000 else 10}


def shares(host, file, **variables):
    """A script for two halves of the stores, side by side."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        halves = [(0, STORES // 2 - 1), (STORES // 2, STORES - 1)]
        list(pool.map(lambda half: psql(host, file=HERE / file, **{"from": half[0], "to": half[1]}, **variables), halves))


def rebuild(host):
    """Indexes and keys side by side, the largest tables first; foreign keys after them, which checks all rows."""
    places = psql(host, "SELECT place FROM load_rebuild WHERE step = 1 GROUP BY 1 ORDER BY max(pg_relation_size(place::regclass)) DESC").splitlines()
    settings = "SET maintenance_work_mem = '512MB'; SET session_replication_role = replica;"

    def table(place):
        commands = json.loads(psql(host, f"SELECT json_agg(command ORDER BY command) FROM load_rebuild WHERE step = 1 AND place = '{place}'"))
        psql(host, settings + ";".join(commands))

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(table, places))
    commands = json.loads(psql(host, "SELECT json_agg(command) FROM load_rebuild WHERE step = 2"))
    psql(host, settings + ";".join(commands) + "; DROP TABLE load_rebuild")


# While rows are loaded nothing has to survive a crash: a load that was interrupted is begun anew.
LOADING = {"wal_level": "minimal", "max_wal_senders": "0", "fsync": "off", "full_page_writes": "off", "autovacuum": "off", "max_wal_size": "2GB"}


def load(daemon, orders):
    began = time.time()
    base = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=900)).strftime("%Y-%m-%d 00:00Z")
    daemon.jobs = False  # they would look through tables without indexes
    daemon.start()
    # the daemon refuses to serve on a server that may lose what it has promised: that is switched off under way
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    for name, value in {"shared_buffers": f"{min(2048, max(128, memory // 8))}MB", "checkpoint_timeout": "30min", "wal_level": LOADING["wal_level"],
                        "max_wal_senders": LOADING["max_wal_senders"]}.items():
        psql(daemon.host, f"ALTER SYSTEM SET {name} = '{value}'")
    daemon.restart()
    host = daemon.host
    for name, value in LOADING.items():
        psql(host, f"ALTER SYSTEM SET {name} = '{value}'")
    psql(host, "SELECT pg_reload_conf()")
    psql(host, file=HERE / "rebuild.sql")
    psql(host, file=HERE / "chain.sql", base=base, parts=sizes(orders)["parts"])
    shares(host, "trade.sql", base=base, **sizes(orders))
    rows = time.time()
    rebuild(host)
    psql(host, "VACUUM ANALYZE")
    shares(host, "kpi.sql", base=base)
    for name in LOADING:
        psql(host, f"ALTER SYSTEM RESET {name}")
    psql(host, "ALTER SYSTEM SET max_wal_size = '4GB'")
    psql(host, "SELECT pg_reload_conf()")
    psql(host, "VACUUM ANALYZE kpi_day, kpi_month")
    psql(host, "CHECKPOINT")
    os.sync()
    daemon.stop()
    daemon.jobs = True
    say(f"loaded {orders} orders in {time.time() - began:.0f} s, of it indexes, constraints and KPIs {time.time() - rows:.0f} s")


def grown(daemon, orders):
    """Whether earlier runs have added a tenth to the set: it is not that set any longer."""
    ours = int(psql(daemon.host, "SELECT count(*) FROM work_order"))
    return ours > orders + max(orders // 10, 1000)


def open_set(binary, folder, orders):
    """The daemon on the data set of so many orders, which is loaded where it is not there."""
    data = folder / str(orders)
    loaded = data / "loaded"
    if data.exists() and not loaded.exists():
        if next(data.iterdir(), None) and not (data / "loading").exists():
            sys.exit(f"{data} holds other data: remove it")
        shutil.rmtree(data)
    for _ in range(2):
        data.mkdir(parents=True, exist_ok=True)
        daemon = Daemon(binary, data)
        if not loaded.exists():
            say(f"loading {orders} orders ...")
            (data / "loading").touch()
            load(daemon, orders)
            (data / "loading").rename(loaded)
        daemon.start()
        if not grown(daemon, orders):
            return daemon
        daemon.stop()
        say(f"earlier runs have added too much to {data}: it is made anew")
        shutil.rmtree(data)
    sys.exit(f"{data} cannot be made")
