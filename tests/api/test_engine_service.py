# SPDX-License-Identifier: Apache-2.0
"""The service as operators see it: health, metrics, documentation, limits, stopping, and refusing to start."""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import psycopg2
import pytest

from fettle import Client, Daemon, People, fettled, judge_log, uuid7, wait_for
from past import deliver

BIN = "/usr/lib/postgresql/15/bin"


def test_health(anyone):
    assert anyone.get("/healthz", expect=200).body == b"ok\n"
    assert anyone.get("/readyz", expect=200).body == b"ready\n"


SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*)\})? (\d+(?:\.\d+)?)$')


def test_metrics(admin, anyone):
    """The text format of Prometheus: every sample has a type, histograms add up, counters grow."""
    def read():
        types, values = {}, {}
        for line in anyone.get("/metrics", expect=200).body.decode().splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split()
                assert name not in types
                types[name] = kind
            elif not line.startswith("#"):
                name, labels, value = SAMPLE.fullmatch(line).groups()
                assert re.sub("_(bucket|sum|count)$", "", name) in types or name in types, line
                assert (name, labels) not in values
                values[name, labels] = float(value)
        return types, values
    admin.get("/v1/me")
    types, before = read()
    assert {"counter", "gauge", "histogram"} == set(types.values())
    for _ in range(3):
        admin.get("/v1/me")
    _, after = read()
    key = ("fettle_requests_total", 'operation="getMe",status="2xx"')
    assert after[key] >= before[key] + 3
    assert all(after[k] >= v for k, v in before.items() if types.get(k[0]) == "counter")
    buckets = [v for (name, _), v in after.items() if name == "fettle_request_seconds_bucket"]
    assert buckets == sorted(buckets) and buckets[-1] == after["fettle_request_seconds_count", None]
    assert after["fettle_database_up", None] == 1


def test_documentation(anyone, contract):
    """The page and the contract come from the daemon itself, and nothing else may be loaded."""
    page = anyone.get("/docs", expect=200)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe-eval" not in policy and "http" not in policy
    for file in re.findall(r'(?:src|href)="(?:\./)?(?:/docs/|docs/)?([\w.-]+\.(?:js|css|png))"', page.body.decode()):
        asset = anyone.get("/docs/" + file, expect=200)
        assert asset.headers["X-Content-Type-Options"] == "nosniff" and len(asset.body) > 100
    assert not re.search(rb'(src|href)="https?:', page.body)
    for path in ("/docs/nothing.js", "/docs/..%2Fopenapi.json", "/docs/index.html%00.js", "/docs/"):
        assert anyone.get(path).status in (400, 404), path
    assert anyone.get("/openapi.json", expect=200).json == contract.doc


def test_limits_of_one_caller_and_one_address(another, db, contract, book, chain):
    """Beyond its requests a minute a caller is told when to come back; others are not disturbed."""
    daemon = another(RATE_PRINCIPAL=30, RATE_ADDRESS=100, TRUSTED_PROXY="127.0.0.1")
    people = People(db, daemon.port, contract, book)
    greedy, modest = (people.hire(chain.unique().lower(), "hq_admin") for _ in range(2))
    far = {"X-Forwarded-For": "10.9.9.9, 203.0.113.7"}
    replies = [greedy.get("/v1/me", headers=far) for _ in range(35)]
    assert [r.status for r in replies[:30]] == [200] * 30
    late = replies[-1]
    assert (late.status, late.code) == (429, "rate_limited") and 1 <= int(late.headers["Retry-After"]) <= 60
    assert replies[0].headers["RateLimit-Policy"] == '"minute";q=30;w=60' and "r=29" in replies[0].headers["RateLimit"]
    assert modest.get("/v1/me", headers=far).status == 200
    near = {"X-Forwarded-For": "203.0.113.8"}
    anonymous = [people.client().get("/v1/enums", headers=near).status for _ in range(105)]
    assert set(anonymous) <= {401, 429}
    assert modest.get("/v1/me", headers={"X-Forwarded-For": "203.0.113.9"}).status == 200
    # none of them beyond their own, and enough in all for a slow machine, whose bucket fills again meanwhile
    crowd = [people.hire(chain.unique().lower(), "hq_admin") for _ in range(6)]
    seen = [crowd[n % 6].get("/v1/me", headers={"X-Forwarded-For": "198.51.100.1"}).status for n in range(180)]
    assert seen[:100] == [200] * 100 and 429 in seen[100:]


def test_guessing_is_slow(another, db, contract, book):
    """Who tries many names from one address is stopped, whatever the names."""
    daemon = another(RATE_LOGIN=5)
    client = Client(daemon.port, contract, book)
    codes = [client.post("/v1/sessions", {"username": f"nobody{n}", "password": "wrong one"}).code for n in range(7)]
    assert codes == ["bad_credentials"] * 5 + ["too_many_attempts"] * 2


def test_stopping_loses_nothing(another, db, contract, book, chain, sql):
    """SIGTERM under load: what was acknowledged is there, what was not is not, and the daemon ends well."""
    daemon = another()
    people = People(db, daemon.port, contract, book)
    writer = people.hire(chain.unique().lower(), "hq_admin")
    prefix, acknowledged, tried, stop = chain.unique() + "-", set(), set(), threading.Event()

    def write(thread):
        for n in range(100000):
            code = f"{prefix}{thread}.{n}"
            tried.add(code)
            try:
                reply = writer.post("/v1/regions", {"code": code, "name": "载"})
            except (ConnectionError, OSError):
                return
            if reply.status == 201:
                acknowledged.add(code)
            else:
                assert reply.status == 503, reply
            if stop.is_set() and reply.status == 503:
                return
    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(acknowledged) > 100)
    daemon.process.send_signal(signal.SIGTERM)
    stop.set()
    begin = time.monotonic()
    assert daemon.process.wait(30) == 0
    assert time.monotonic() - begin < 12
    for thread in threads:
        thread.join()
    saved = {code for (code,) in sql("SELECT code FROM region WHERE code LIKE %s", (prefix + "%",))}
    assert saved == acknowledged, (saved - acknowledged, acknowledged - saved)
    assert len(tried) > len(acknowledged) > 100 and "event=stopped" in daemon.log()


def test_the_first_administrator(run, tmp_path, anyone, chain):
    """create-admin takes what the API takes, in the same normal form: who is made can log in."""
    daemon = Daemon(tmp_path, DATABASE_URL=run["dsn"].replace("user=postgres", "user=fettle_app"))
    name = "Chief." + chain.unique()
    assert daemon.run("create-admin", name, "总管", text="correct horse\n").returncode == 0
    logged_in = anyone.post("/v1/sessions", {"username": name, "password": "correct horse"}, expect=201)
    assert logged_in["staff"]["username"] == name.lower()
    for username, full, password, said in ((name, "x", "correct horse", "taken"), ("a b", "x", "correct horse", "username"),
                                           ("b" + name, "x", "canary", "password"), ("b" + name, "", "correct horse", "name"),
                                           ("b" + name, "x", "x" * 5000, "password")):
        done = daemon.run("create-admin", username, full, text=password + "\n")
        assert done.returncode > 0 and said in done.stderr and password not in done.stderr, done


@pytest.fixture
def short_path():
    """A folder whose path leaves room for a socket's name."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fettle-"))
    yield folder
    shutil.rmtree(folder)


def test_the_jobs_can_be_a_process_of_their_own(short_path, book):
    """FETTLE_JOBS=0 leaves the background work to `fettled jobs`; a private cluster is not shared."""
    short_path.chmod(0o711)
    served = Daemon(short_path / "serve", JOBS=0).start()
    jobs = Daemon(short_path / "jobs", DATABASE_URL=served.url("fettle_app"))
    try:
        database = psycopg2.connect(served.dsn)
        database.autocommit = True
        with database.cursor() as cursor:
            cursor.execute("INSERT INTO idempotency (actor_id, key, request_hash, operation, status, at)"
                           " SELECT %s, n::text, 'x', 'createRegion', 201, now() - interval '8 days'"
                           " FROM generate_series(1, 2500) n", (uuid7(),))

            def left():
                cursor.execute("SELECT count(*) FROM idempotency")
                return cursor.fetchone()[0]
            cursor.execute("INSERT INTO api_key (id, token_hash, name, hint, scopes, created_by, created_at, updated_at)"
                           " VALUES (%s, sha256('fettle_k_test'), 'x', 'x', '{store.read}', %s, now(), now())", (uuid7(), uuid7()))
            asked = http.client.HTTPConnection("127.0.0.1", served.port)
            asked.request("GET", "/v1/me", headers={"Authorization": "Bearer fettle_k_test"})
            assert asked.getresponse().status == 200

            def uses():
                cursor.execute("SELECT count(*) FROM api_key_use")
                return cursor.fetchone()[0]
            wait_for(lambda: uses() == 1)    # of who serves; the rest is left
            assert left() == 2500
            jobs.start(command="jobs")
            wait_for(lambda: left() == 0)
        database.close()
        assert jobs.stop() == 0 and "event=stopped" in jobs.log()
        assert not judge_log(jobs.log(), book.allowed)
    finally:
        jobs.stop()
        assert served.stop() == 0
    done = Daemon(short_path / "serve").run("jobs")
    assert done.returncode > 0 and "FETTLE_DATABASE_URL" in done.stderr


def test_jobs_beside_each_other_do_nothing_twice(another, admin, sql, store):
    """Three processes look for the same work: each delivered order has one survey and counts once."""
    for _ in range(2):
        another("jobs")
    orders = {deliver(sql, store) for _ in range(30)}

    def asked():
        return [found for (found,) in sql("SELECT work_order_id FROM survey WHERE store_id = %s", (store.id,))]
    wait_for(lambda: set(map(str, asked())) == orders)

    def delivered():
        return [(v["value"], v["n"]) for v in admin.get("/v1/kpi-values", params={
            "kpi": "orders_delivered", "store_id": store.id, "from": "2020-01-01", "to": "2030-01-01", "grain": "month"},
            expect=200).data]
    wait_for(lambda: sum(value for value, _ in delivered()) == len(orders))
    time.sleep(0.5)  # what came twice would come now
    assert len(asked()) == len(orders) and sum(value for value, _ in delivered()) == len(orders)


# --- It does not start where it could do harm ---

def test_it_ends_well_where_it_cannot_listen(run, tmp_path):
    app = run["dsn"].replace("user=postgres", "user=fettle_app")
    assert "http_listen_failed" in refusal(tmp_path, DATABASE_URL=app, ADDRESS="192.0.2.1")
    assert "at most 1023 octets" in refusal(tmp_path, DATABASE_URL=app + " application_name=" + "x" * 1024)


def refusal(folder, *args, **settings):
    done = Daemon(folder, **settings).run(*(args or ("serve",)))
    assert done.returncode not in (0, -signal.SIGSEGV, -signal.SIGABRT), done
    return done.stderr


@pytest.mark.parametrize("role, said", [("postgres", "superuser|bypass"), ("fettle_owner", "own")])
def test_it_will_not_run_as_one_who_may_too_much(run, tmp_path, role, said):
    """A role that row security does not bind, or that owns the tables, is refused."""
    assert re.search(said, refusal(tmp_path, DATABASE_URL=run["dsn"].replace("user=postgres", "user=" + role)))


def test_it_will_not_run_as_one_who_bypasses(run, tmp_path, sql, chain):
    role = "bypass_" + chain.unique().lower()
    sql(f"CREATE ROLE {role} LOGIN BYPASSRLS IN ROLE fettle_app; GRANT CONNECT ON DATABASE fettle TO {role}")
    try:
        assert re.search("row security|bypass|BYPASSRLS", refusal(
            tmp_path, DATABASE_URL=run["dsn"].replace("user=postgres", "user=" + role)))
    finally:
        sql(f"REVOKE ALL ON DATABASE fettle FROM {role}; DROP ROLE {role}")


@pytest.fixture
def careless():
    """A cluster that does not write through to its disk: its superuser's connection string."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fettle-careless-"))
    user = [] if os.geteuid() else ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    if user:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    subprocess.run([*user, f"{BIN}/initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"], check=True,
                   capture_output=True)
    with subprocess.Popen([*user, f"{BIN}/postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        dsn = f"host={folder} port=5432 user=postgres dbname=fettle"

        def psql(database, *what):
            return subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", dsn.replace("dbname=fettle", "dbname=" + database),
                                   *what], capture_output=True, check=False)
        wait_for(lambda: psql("postgres", "-c", "SELECT 1").returncode == 0, 20)
        psql("postgres", "-c", "CREATE DATABASE fettle ENCODING 'UTF8' TEMPLATE template0")
        root = pathlib.Path(__file__).resolve().parents[2]
        assert psql("fettle", "-f", str(root / "migrations/bootstrap.sql")).returncode == 0
        yield dsn
        server.send_signal(signal.SIGINT)
        server.wait(30)
    shutil.rmtree(folder)


def test_it_will_not_run_where_a_crash_loses_data(careless, tmp_path):
    """fsync off is refused; and so is a database that was not migrated."""
    app, owner = (careless.replace("user=postgres", "user=" + role) for role in ("fettle_app", "fettle_owner"))
    said = refusal(tmp_path, DATABASE_URL=app, OWNER_URL=owner)
    assert re.search("fsync|migrat", said)
    assert "FETTLE_DATABASE_URL is not set" in refusal(tmp_path, OWNER_URL=owner)
    done = Daemon(tmp_path, OWNER_URL=owner).run("migrate")
    assert done.returncode == 0 and not (tmp_path / "data").exists(), done.stderr
    assert "fsync" in refusal(tmp_path, DATABASE_URL=app, OWNER_URL=owner)


def test_settings(tmp_path):
    """A misspelt setting is refused with the nearest right one, and a secret is never printed."""
    assert "did you mean FETTLE_PORT?" in refusal(tmp_path, PROT="1")
    assert "whole number from 0 to 65535" in refusal(tmp_path, PORT="70000")
    assert "fettled" in refusal(tmp_path, "no-such-command")
    shown = Daemon(tmp_path, LINK_KEY="canary-key", DATABASE_URL="host=x password=canary").run("config")
    assert shown.returncode == 0 and "canary" not in shown.stdout + shown.stderr and "FETTLE_PORT" in shown.stdout
    assert Daemon(tmp_path).run("version").stdout.startswith("fettled ")
    assert json.loads((pathlib.Path(fettled()).parent / "generated/openapi.json").read_text())["openapi"].startswith("3.1")


@pytest.mark.parametrize("option", [("--times", "0"), ("--times", "-1"), ("--times", "2x"), ("--times", ""), ("--times", " 2"),
                                    ("--every", "0.2"), ("--every", "99999999999999999999"), ("--times",), ("--book5",)])
def test_a_look_that_cannot_be_meant(tmp_path, option):
    """`fettled verify` says how it is used before it touches a database."""
    done = Daemon(tmp_path).run("verify", *option)
    assert done.returncode == 64 and "usage: fettled" in done.stderr and not (tmp_path / "data").exists(), done


def test_the_books_again_and_again(run, tmp_path):
    """As many looks as were asked for, no sooner than asked, over one connection, unless one differs."""
    auditor = Daemon(tmp_path, DATABASE_URL=run["dsn"].replace("user=postgres", "user=fettle_app"))
    began = time.monotonic()
    done = auditor.run("verify", "--books", "--times", "5", "--every", "200")
    assert done.returncode == (1 if done.stdout else 0), done.stderr
    assert done.stdout or time.monotonic() - began >= 0.8
    assert all(line.split(":")[0] not in ("numbers", "KPIs", "references", "search keys") for line in done.stdout.splitlines())
