# SPDX-License-Identifier: Apache-2.0
"""kill -9 under writes: what was acknowledged is there, once, and a repeat under its key changes nothing."""

import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import tempfile
import threading
import time
import uuid

import psycopg2
import pytest

from fettle import Daemon, uuid7

KILLS = int(os.environ.get("FETTLE_TEST_KILLS", "20"))
WRITERS = 8
SEED = int(os.environ.get("FETTLE_TEST_SEED", "0")) or random.randrange(1, 2 ** 31)


@pytest.fixture
def daemon():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fettle-kill-", dir="/tmp"))
    folder.chmod(0o711)
    d = Daemon(folder)
    made = d.run("create-admin", "root", "Root", text="a-good-password\n")
    assert made.returncode == 0, made.stderr
    d.start()
    yield d
    d.stop()
    shutil.rmtree(folder, ignore_errors=True)


class Journal:
    """Every request before it is sent and after it is answered."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged = {}  # key -> (id, name)
        self.unknown = {}       # key -> body
        self.refused = []
        self.slowest_503 = 0.0


def call(daemon, token, path, body, key=None, timeout=10):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=timeout)
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    try:
        connection.request("POST", path, json.dumps(body).encode(), headers)
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read() or b"{}")
    finally:
        connection.close()


def login(daemon):
    status, reply = call(daemon, "", "/v1/sessions", {"username": "root", "password": "a-good-password"})
    assert status == 201, reply
    return reply["token"]


def write(daemon, token, store, journal, stop, number):
    n = 0
    while not stop.is_set():
        n += 1
        key, name = str(uuid.uuid4()), f"writer {number} customer {n}"
        body = {"kind": "person", "name": name, "phone": f"13{number}{n:08d}", "store_id": store}
        with journal.lock:
            journal.unknown[key] = body
        attempt(daemon, token, journal, key, body)


def attempt(daemon, token, journal, key, body):
    try:
        status, reply = call(daemon, token, "/v1/customers", body, key)
    except (OSError, http.client.HTTPException, ValueError):
        time.sleep(0.02)
        return False
    with journal.lock:
        if status == 201:
            journal.acknowledged[key] = (reply["id"], body["name"])
            journal.unknown.pop(key, None)
            return True
        if status != 503 and not (status == 409 and reply.get("code") == "idempotency_in_progress"):
            journal.refused.append((status, reply))
    time.sleep(0.02)
    return False


def kill_daemon(daemon, _):
    daemon.process.kill()
    daemon.process.wait()
    began = time.monotonic()
    daemon.start()
    return time.monotonic() - began


def kill_postmaster(daemon, _):
    """The one that serves now: the file of the one before may still lie there."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.kill(int((daemon.folder / "data/postgres/postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
            return until_ready(daemon)
        except (OSError, ValueError, IndexError):
            time.sleep(0.05)
    raise AssertionError("no postmaster half a minute after the last kill")


def kill_backend(daemon, dice):
    try:
        with psycopg2.connect(daemon.dsn, connect_timeout=5) as c, c.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'fettled'")
            pids = [row[0] for row in cursor.fetchall()]
    except psycopg2.OperationalError:
        return 0  # still recovering from the last one
    if pids:
        os.kill(dice.choice(pids), signal.SIGKILL)
    return until_ready(daemon)


def until_ready(daemon):
    began = time.monotonic()
    time.sleep(0.05)
    while time.monotonic() - began < 30:
        try:
            c = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=2)
            c.request("GET", "/readyz")
            if c.getresponse().status == 200:
                return time.monotonic() - began
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("not ready half a minute after the kill")


@pytest.mark.parametrize("kill", [kill_daemon, kill_backend, kill_postmaster])
def test_nothing_acknowledged_is_lost_or_doubled(daemon, kill):
    dice = random.Random(SEED)
    print(f"seed {SEED}")
    token = login(daemon)
    _, region = call(daemon, token, "/v1/regions", {"code": "R", "name": "R"})
    store = uuid7()
    status, reply = call(daemon, token, "/v1/stores", {"id": store, "code": "K1", "name": "K", "region_id": region["id"]})
    assert status == 201, reply

    journal, stop = Journal(), threading.Event()
    writers = [threading.Thread(target=write, args=(daemon, token, store, journal, stop, i)) for i in range(WRITERS)]
    for thread in writers:
        thread.start()
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.05, 0.5))
        kill(daemon, dice)
    time.sleep(0.5)
    stop.set()
    for thread in writers:
        thread.join()
    assert not journal.refused, journal.refused[:3]

    # what was left open is repeated with its key until it is answered
    acknowledged_before = dict(journal.acknowledged)
    deadline = time.monotonic() + 30
    while journal.unknown and time.monotonic() < deadline:
        for key, body in list(journal.unknown.items()):
            attempt(daemon, token, journal, key, body)
    assert not journal.unknown
    assert len(acknowledged_before) > KILLS * 5

    with psycopg2.connect(daemon.dsn) as c, c.cursor() as cursor:
        cursor.execute("SELECT id, name FROM customer")
        found = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM customer_store")
        links = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM event WHERE type = 'customer.created'")
        events = cursor.fetchone()[0]
    names = [name for _, name in found]
    assert len(set(names)) == len(names), "a repeated request had a second effect"
    assert {str(i): n for i, n in found} == {i: n for i, n in journal.acknowledged.values()}
    assert links == events == len(found)

    # a repeat of what was acknowledged answers with the same customer
    for key, (customer, name) in dice.sample(sorted(acknowledged_before.items()), 20):
        number, n = name.split()[1], int(name.split()[3])
        status, reply = call(daemon, token, "/v1/customers",
                             {"kind": "person", "name": name, "phone": f"13{number}{n:08d}", "store_id": store}, key)
        assert (status, reply["id"]) == (201, customer)
    daemon.stop()
    verified = daemon.run("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
