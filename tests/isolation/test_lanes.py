# SPDX-License-Identifier: Apache-2.0
"""One connection to the database reads for everybody in turn: nobody is answered with another's rows."""

import http.client
import json
import random
import shutil
import socket
import tempfile
import threading

import psycopg2
import pytest

from fettle import Chain, Daemon, People, judge_log, uuid7
from trade import Trade

READS = ("/v1/work-orders", "/v1/customers", "/v1/vehicles", "/v1/receptions", "/v1/complaints", "/v1/stores", "/v1/staff",
         "/v1/work-order-lines")
THREADS = 6


class Side:
    """A store with a mark in its texts."""

    def __init__(self, chain, mark):
        self.mark = mark
        trade = Trade(chain.store())
        self.store, self.token = trade.store.id, trade.store.manager.token
        for _ in range(3):
            customer = trade.customer(name=mark)["id"]
            trade.reception(customer, trade.vehicle(customer, make=mark)["id"], concerns=[mark])
            trade.store.service.post("/v1/complaints", {
                "store_id": self.store, "contact": {"name": mark}, "channel": "phone", "category": "attitude",
                "description": mark}, expect=201)
        self.order = trade.order()["id"]


class Reader(threading.Thread):
    """One kept connection over which the stores and headquarters take turns by chance."""

    def __init__(self, port, sides, admin, seed, count):
        super().__init__()
        self.port, self.sides, self.admin, self.count = port, sides, admin, count
        self.dice = random.Random(seed)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.statuses, self.wrong = {}, []

    def exchange(self, method, path, token, body=None):
        self.connection.request(method, path, body=body, headers={
            "Authorization": "Bearer " + token, **({"Content-Type": "application/json"} if body else {})})
        response = self.connection.getresponse()
        text = response.read().decode()
        self.statuses[response.status] = self.statuses.get(response.status, 0) + 1
        return response.status, text

    def one(self):
        """A request of one side; what must come back, and that nothing of the other's does."""
        ours, theirs = self.dice.sample(self.sides, 2)
        kind = self.dice.random()
        sure, told = "", theirs.store
        if kind < 0.05:  # a caller who goes away without waiting
            with socket.create_connection(("127.0.0.1", self.port), 10) as gone:
                gone.sendall(f"GET /v1/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {theirs.token}\r\n\r\n".encode())
            return
        if kind < 0.15:  # headquarters, who sees both
            status, text = self.exchange("GET", "/v1/complaints?limit=200", self.admin)
            assert status == 503 or status == 200 and ours.mark in text and theirs.mark in text, (status, text[:300])
            return
        if kind < 0.25:  # an error in the middle of it
            path = self.dice.choice(("/v1/customers?cursor=x", f"/v1/work-orders/{theirs.order}", "/v1/settlements/" + uuid7(),
                                     f"/v1/work-orders?store_id={theirs.store}"))
            status, text = self.exchange("GET", path, ours.token)
            expected = (400, 404, 422)
        elif kind < 0.3:  # a command
            status, text = self.exchange("POST", "/v1/customers", ours.token, json.dumps(
                {"kind": "person", "name": ours.mark, "store_id": ours.store}))
            expected, sure = (201,), ours.mark
        else:
            path = self.dice.choice(READS + (f"/v1/work-orders/{ours.order}",))
            status, text = self.exchange("GET", path, ours.token)
            # customers belong to the chain and name no store
            expected, sure = (200,), ours.mark if path in ("/v1/customers", "/v1/vehicles") else ours.store
        assert status == 503 or status in expected and sure in text, (kind, status, text[:300])
        assert theirs.mark not in text and told not in text and theirs.order not in text, (kind, status, text[:2000])

    def run(self):
        try:
            for _ in range(self.count):
                self.one()
        except Exception as error:  # pylint: disable=broad-except
            self.wrong.append(repr(error))
        finally:
            self.connection.close()


@pytest.fixture
def daemon():
    """With a cluster of its own, whose connections may be cut."""
    folder = tempfile.mkdtemp(prefix="fettle-lane-")
    daemon = Daemon(folder, LANES=1)
    yield daemon.start("--migrate")
    assert daemon.stop() == 0, daemon.log()
    # a connection that was cut says so, also one whose COMMIT was on its way; jobs are run again
    wrong = judge_log(daemon.log(), {"state=57P01", "event=job .* code=outcome_unknown"})
    shutil.rmtree(folder)
    assert not wrong, wrong


def test_one_lane_for_everybody(daemon, contract, book, long, dice):
    """Thousands of requests of two stores and headquarters in turn, with errors, callers who go away,
    commands, and connections to the database that are cut: no answer has the other's rows."""
    db = psycopg2.connect(daemon.dsn)
    db.autocommit = True
    chain = Chain(People(db, daemon.port, contract, book))
    sides = [Side(chain, mark + uuid7()[-6:]) for mark in ("markalef", "markbeth")]
    count = (30_000 if long else 4_000) // THREADS + 1
    readers = [Reader(daemon.port, sides, chain.admin.token, dice.random(), count) for _ in range(THREADS)]
    for reader in readers:
        reader.start()
    cuts = 0
    while any(reader.is_alive() for reader in readers):
        readers[0].join(0.5)
        with db.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'fettle_app'"
                           " ORDER BY random() LIMIT 2")
            cuts += cursor.rowcount
    for reader in readers:
        reader.join()
    wrong = [error for reader in readers for error in reader.wrong]
    statuses = {}
    for reader in readers:
        for status, n in reader.statuses.items():
            statuses[status] = statuses.get(status, 0) + n
    assert not wrong, wrong[:3]
    assert sum(statuses.values()) > 0.9 * count * THREADS and statuses[200] > 0.5 * count * THREADS, statuses
    assert cuts > 1
    db.close()
    print(f"{statuses}, {cuts} connections cut")
