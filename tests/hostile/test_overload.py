# SPDX-License-Identifier: Apache-2.0
"""More than can be served: what is critical is served all the same, and one caller does not take everything."""

import contextlib
import json
import re
import resource
import shutil
import sys
import tempfile
import threading
import time

import psycopg2
import pytest

from fettle import Chain, Daemon, People, at_once, judge_log, uuid7, wait_for
from flood import CONNECTIONS, Flood
from trade import Trade

SLOW = 0.05    # seconds that each look at a region takes in this database
WORKERS, LANES, QUEUE = 5, 3, 40
AT_ONCE = 10   # commands and reads of a caller, a fifth of them for critical ones alone
CALLERS = 40


def head(method, path, token, *fields):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: a", f"Authorization: Bearer {token}", *fields]).encode() + b"\r\n\r\n"


class World:
    """A daemon with a database of its own, in which regions are slow and nothing else is."""

    def __init__(self, daemon, contract, book):
        self.daemon = daemon
        self.db = psycopg2.connect(self.daemon.dsn)
        self.db.autocommit = True
        self.people = People(self.db, self.daemon.port, contract, book)
        self.chain = Chain(self.people)
        self.store = self.chain.store()
        self.trade = Trade(self.store)
        part = self.trade.part()["id"]
        self.trade.stock_up(part, 100000)
        self.part = part
        operation = self.trade.operation(unit_price=10 ** 7)["id"]
        self.bill = self.trade.issued(self.trade.completed(lines=[{"kind": "labour", "operation_id": operation}]))
        self.regions = [self.chain.region() for _ in range(30)]
        self.callers = [self.people.hire(f"caller{n}", "hq_admin") for n in range(CALLERS)]
        self.named = 0
        with self.db.cursor() as cursor:
            cursor.execute("ALTER TABLE region ENABLE ROW LEVEL SECURITY")
            cursor.execute("CREATE POLICY slow ON region USING ((SELECT pg_sleep(%s)) IS NOT NULL) WITH CHECK (true)", (SLOW,))

    def metrics(self):
        text = self.people.client().get("/metrics", expect=200).body.decode()
        return {name: int(value) for name, value in re.findall(r"^(fettle_[a-z_]+(?:\{[a-z]+=\"\w+\"\})?) (\d+)$", text, re.M)}

    def idle(self):
        now = self.metrics()
        return not any(count for name, count in now.items() if name.startswith(("fettle_commands_", "fettle_reads_")))

    def command(self, token):
        """A region is made, and read for the answer."""
        self.named += 1
        body = json.dumps({"code": f"F{self.named}", "name": "洪水"}).encode()
        return head("POST", "/v1/regions", token, "Content-Type: application/json", f"Content-Length: {len(body)}") + body

    def read(self, token, n):
        return head("GET", f"/v1/regions/{self.regions[n % len(self.regions)]}", token)

    def pay(self, caller):
        """One fen at a time."""
        return caller.post("/v1/payments", {"settlement_id": self.bill["id"], "amount": 1, "method": "cash"})

    def look(self, caller):
        return caller.get(f"/v1/settlements/{self.bill['id']}")

    def want(self, caller):
        return caller.post("/v1/demands", {"store_id": self.store.id, "kind": "sale", "lines": [{"part_id": self.part, "quantity": 1}]})


@pytest.fixture(scope="module")
def world(contract, book):
    folder = tempfile.mkdtemp(prefix="fettle-load-")
    daemon = Daemon(folder, WORKERS=WORKERS, LANES=LANES, QUEUE=QUEUE, COMMANDS_PRINCIPAL=AT_ONCE, READS_PRINCIPAL=AT_ONCE)
    try:
        made = World(daemon.start(), contract, book)
        yield made
        made.db.close()
    finally:
        status = daemon.stop()
    assert status == 0 and not judge_log(daemon.log()), daemon.log()[-4000:]
    shutil.rmtree(folder)


def capacity(world):
    """Commands and reads a second that are served when as many ask as are served at once."""
    served = []

    def ask(caller, until):
        while time.monotonic() < until:
            caller.post("/v1/regions", {"code": world.chain.unique(), "name": "洪水"}, expect=201)
            served.append(caller.get(f"/v1/regions/{world.regions[len(served) % len(world.regions)]}", expect=200).status)
    began = time.monotonic()
    at_once(*[lambda caller=caller: ask(caller, began + 1) for caller in world.callers[:WORKERS]])
    return 2 * len(served) / (time.monotonic() - began)


@pytest.mark.parametrize("flooders", [1, CALLERS - 1], ids=["by-one", "by-many"])
def test_ten_times_the_load(world, flooders, long, record_property):
    """Commands and reads that are not critical, ten times what can be served: paying, reserving and looking at the bill go on,
    for others and for who floods."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(CONNECTIONS + 500, resource.getrlimit(resource.RLIMIT_NOFILE)[0]), resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    wait_for(world.idle)
    rate, before = 10 * capacity(world), world.metrics()
    critical, until = [], time.monotonic() + (30 if long else 4)
    tokens = [caller.token for caller in world.callers[:flooders]]

    def make(n):
        token = tokens[n // 2 % len(tokens)]
        return world.command(token) if n % 2 else world.read(token, n)

    def busy(caller, steps):
        while time.monotonic() < until or len(critical) < 100:
            for step in steps:
                critical.append((step.__name__, step(caller).status))
    with Flood(world.daemon.port, rate, make) as flood:
        at_once(lambda: busy(world.store.cashier, (world.pay, world.look)), lambda: busy(world.store.parts, (world.want,)),
                lambda: busy(world.callers[0], (world.pay, world.look, world.want)))
    grown = {name: value - before.get(name, 0) for name, value in world.metrics().items()}
    good = sum(status < 300 for _, status in critical)
    refused = sum(count for status, count in flood.answers.items() if status in (429, 503))
    figures = {"critical": len(critical), "of them good": good, "flood sent": flood.sent, "answers": dict(flood.answers),
               "asked a second": round(rate), "served a second": round(rate / 10)}
    record_property("figures", str(figures))
    print(figures, file=sys.stderr)
    assert good >= 0.99 * len(critical), (figures, [c for c in critical if c[1] >= 300][:5])
    assert set(flood.answers) <= {200, 201, 429, 503} and flood.silent == 0, figures
    assert refused > sum(flood.answers.values()) / 2, figures  # of those it has had time to read
    assert flood.answers[200] and flood.answers[201], figures
    limits = ("at_once",) if flooders == 1 else ("at_once", "queue")
    assert all(grown[f'fettle_refused_total{{limit="{limit}"}}'] for limit in limits), grown


@contextlib.contextmanager
def held(world):
    """Regions cannot be made nor read until it is left."""
    other = psycopg2.connect(world.daemon.dsn)
    try:
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE region IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        other.close()


@pytest.mark.parametrize("kind", ["commands", "reads"])
def test_at_once(world, kind):
    """A caller has as many under way as the settings say, less what is kept for its critical calls; then it is told so."""
    caller, other = world.callers[:2]
    allowed = AT_ONCE - AT_ONCE // 5
    ask = {"commands": lambda who: who.post("/v1/regions", {"code": uuid7()[24:], "name": "一"}),
           "reads": lambda who: who.get(f"/v1/regions/{world.regions[0]}")}[kind]
    replies = []
    threads = [threading.Thread(target=lambda: replies.append(ask(caller))) for _ in range(allowed + 3)]
    wait_for(world.idle)
    with held(world):
        for thread in threads:
            thread.start()
        wait_for(lambda: len(replies) == 3)
        refused = list(replies)
        mine, bill = world.pay(caller), world.look(caller)
    for thread in threads:
        thread.join()
    for reply in refused:
        assert reply.status == 429 and reply.code == "too_many_at_once" and reply.headers["Retry-After"] == "1", reply
    assert (mine.status, bill.status) == (201, 200), (mine, bill)
    assert sorted({reply.status for reply in replies}) == [201 if kind == "commands" else 200, 429], replies
    assert ask(caller).status < 300 and ask(other).status < 300
