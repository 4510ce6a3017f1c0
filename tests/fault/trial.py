# SPDX-License-Identifier: Apache-2.0
"""A load on a daemon, a fault in the middle of it, and the reckoning: the journal against SQL and the API."""

import collections
import json
import os
import pathlib
import random
import subprocess
import threading
import time

from postgres import Cluster
from fettle import Book, Chain, Contract, Daemon, People, fettled, judge_log, wait_for
from shop import Caller, Journal, Load, Shop
from trade import Trade

RECOVERY = 10.0  # seconds until it serves again; on a machine that others use too
SHOPS = 2
ENOUGH = 20      # acknowledged requests that tell something
# What a daemon may say when its database is away.
EXPECTED = (r"event=cluster_died", r"event=lane_lost")


class Wrong(Exception):
    pass


class Skipped(Exception):
    """What this machine does not let a test do, in plain words."""


def must(condition, what):
    if not condition:
        raise Wrong(what)


class World:
    """One cluster, its stores, and a daemon of its own for each scenario."""

    def __init__(self, folder, seed, long):
        self.folder, self.seed, self.long = pathlib.Path(folder), seed, long
        self.dice = random.Random(seed)
        self.cluster = Cluster(self.folder / "cluster", max_connections=80)
        self.book = Book(self.folder, "fault")
        self.contract = Contract(json.loads((pathlib.Path(fettled()).parent / "generated/openapi.json").read_text(encoding="utf-8")))
        self.names = 0
        self.shops = []
        self.running = []  # what must not outlive a scenario
        self.journal = None

    def start(self):
        self.cluster.make()
        daemon = self.daemon(self.cluster)
        daemon.settings["OWNER_URL"] = self.cluster.dsn("fettle_owner")
        daemon.start("--migrate")
        self.shops = self.open_shops(self.cluster, daemon.port)
        return self.end(daemon)

    def open_shops(self, cluster, port, count=SHOPS):
        db = cluster.connect()
        chain = Chain(People(db, port, self.contract, self.book))
        shops = [Shop(Trade(chain.store())) for _ in range(count)]
        db.close()
        return shops

    def daemon(self, cluster, url=None, **settings):
        self.names += 1
        daemon = Daemon(self.folder / f"daemon-{self.names}", DATABASE_URL=url or cluster.dsn("fettle_app"), WORKERS=8,
                        LINK_KEY="fault", **settings)
        self.running.append(daemon)
        return daemon

    def end(self, daemon, allowed=()):
        """SIGTERM, and a look at how it ended and at what it said."""
        status = daemon.stop()
        self.running.remove(daemon)
        must(status == 0, f"fettled ended with {status}: {daemon.log()[-1500:]}")
        wrong = judge_log(daemon.log(), (*EXPECTED, *allowed))
        must(not wrong, "in the log: " + "\n".join(wrong[:5]))

    def auditor(self, cluster, *options):
        """A `fettled verify` that has begun."""
        daemon = Daemon(self.folder / "verify", DATABASE_URL=cluster.dsn("fettle_app"))
        return subprocess.Popen([daemon.program, "verify", *map(str, options)], env=daemon.environment(), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def verify(self, cluster, *options):
        """(status, lines) of `fettled verify`."""
        auditor = self.auditor(cluster, *options)
        said = auditor.communicate()[0]
        return auditor.returncode, said.splitlines()

    def abandon(self):
        for thing in self.running:
            if isinstance(thing, Daemon):
                if thing.process and thing.process.poll() is None:
                    thing.process.kill()
                    thing.process.wait()
            else:
                thing.stop()
        self.running = []


def size_of(daemon):
    """(resident KiB, descriptors) of a daemon."""
    proc = pathlib.Path(f"/proc/{daemon.process.pid}")
    status = (proc / "status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]), len(list((proc / "fd").iterdir()))


def until_ready(daemon, who=None, seconds=RECOVERY):
    """How long until a read and a command are answered again."""
    began = time.monotonic()
    load = Load(daemon.port, [], Journal(os.devnull), deadline=60)
    caller = Caller(load)
    while True:
        answers = [caller.exchange(who, "GET", "/v1/me") if who else caller.exchange(NOBODY, "GET", "/readyz")]
        if all(answer and answer[0] == 200 for answer in answers):
            caller.close()
            return time.monotonic() - began
        must(time.monotonic() - began < seconds, f"does not serve again {seconds} s after the fault: {answers}")
        time.sleep(0.05)


NOBODY = collections.namedtuple("Nobody", "token")("")


def on_hand(cluster, shop):
    return cluster.sql("SELECT on_hand FROM stock_level WHERE store_id = %s AND part_id = %s", (shop.store.id, shop.part))[0][0]


# --- What was acknowledged, held against what is there ------------------------------------------

def check_effects(world, cluster, daemon, journal, shops, began):
    """The journal against SQL, by the API, and by repeating."""
    must(not journal.wrong, "; ".join(journal.wrong[:3]))
    effects = journal.effects
    must(len(effects) > ENOUGH, f"only {len(effects)} requests were acknowledged")
    kinds = sorted({e.event for e in effects if e.event})
    stores = [shop.store.id for shop in shops]

    events = collections.Counter({(kind, str(subject)): n for kind, subject, n in cluster.sql(
        "SELECT e.type, e.subject_id, count(*) FROM event e LEFT JOIN stock_document d ON d.id = e.subject_id"
        " WHERE e.position >= %s::text::xid8 AND e.type = ANY(%s) AND coalesce(d.kind, 'receipt') = 'receipt' GROUP BY 1, 2",
        (began["position"], kinds))})
    told = collections.Counter((e.event, e.subject) for e in effects if e.event)
    lost, extra = told - events, events - told
    must(not lost, f"acknowledged and not there: {list(lost.items())[:3]}")
    must(not extra, f"there, or there twice, and acknowledged once or never: {list(extra.items())[:3]}")

    keys = {(str(actor), key): (status, subject and str(subject)) for actor, key, status, subject in cluster.sql(
        "SELECT actor_id, key, status, subject_id FROM idempotency WHERE key = ANY(%s)", ([e.key for e in effects],))}
    for e in effects:
        found = keys.get((e.who.id, e.key))
        must(found, f"no trace of the key of {e.path}")
        must(found[0] == e.status, f"{e.path}: answered {e.status}, kept {found[0]}")

    for shop in shops:
        own = [e.event for e in effects if e.who.store is shop.store]
        moved = own.count("stock_document.posted") * 3 - own.count("work_order.parts_issued") * 2
        found = on_hand(cluster, shop) - began[shop]
        must(found == moved, f"{found} pieces more on hand, {moved} by the journal")
    overbooked = cluster.sql(
        "SELECT a.bay_id FROM appointment a JOIN appointment b ON b.bay_id = a.bay_id AND b.id > a.id AND a.starts_at < b.ends_at"
        "   AND b.starts_at < a.ends_at AND b.status <> 'cancelled' WHERE a.store_id = ANY(%s::uuid[]) AND a.status <> 'cancelled'", (stores,))
    must(not overbooked, f"booked twice: {overbooked}")
    repeat(daemon, world.dice.sample(effects, min(25, len(effects))))


def repeat(daemon, effects):
    """Under its key a request has its answer again, and its object can be read."""
    caller = Caller(Load(daemon.port, [], Journal(os.devnull), deadline=60))
    for e in effects:
        answer = None
        for _ in range(20):  # another daemon's key may still be held by a session that the server has not missed yet
            answer = caller.exchange(e.who, "POST", e.path, e.body, e.key)
            if answer and answer[0] not in (503, 409):
                break
            time.sleep(0.1)
        must(answer and answer[0] == e.status and answer[2].get("id") == e.id and answer[1].get("Idempotent-Replayed") == "true",
             f"repeating {e.path}: {e.status} {e.id} before, now {answer and (answer[0], answer[2].get('id'), answer[2].get('code'))}")
        if e.status == 201:
            read = caller.exchange(e.who, "GET", f"{e.path}/{e.id}")
            must(read and read[0] == 200 and read[2]["id"] == e.id, f"GET {e.path}/{e.id}: {read and read[0]}")
    caller.close()


def check_verified(world, cluster):
    status, lines = world.verify(cluster)
    must(status == 0 and not lines, f"verify ends with {status}: {lines[:5]}")


class Trial:
    """A load on a daemon, a fault in the middle of it, and the reckoning."""

    def __init__(self, world, name, cluster=None, shops=None, port=None, daemon=None, deadline=None, allowed=(), grows=24, **settings):
        self.world, self.name = world, name
        self.cluster = cluster or world.cluster
        self.shops = shops or world.shops
        self.daemon = daemon or world.daemon(self.cluster, **settings)
        self.port, self.deadline, self.allowed, self.grows = port, deadline, allowed, grows
        self.journal = Journal(world.folder / f"journal-{name}")
        self.began = self.load = self.before = None

    def __enter__(self):
        if not self.daemon.process:
            self.daemon.start()
        self.warm_up()
        self.before = size_of(self.daemon)
        self.began = {shop: on_hand(self.cluster, shop) for shop in self.shops}
        self.began["position"] = self.cluster.sql("SELECT pg_current_xact_id()::text")[0][0]
        options = {"deadline": self.deadline} if self.deadline else {}
        self.load = Load(self.port or self.daemon.port, self.shops, self.journal, **options)
        self.load.__enter__()
        return self

    def warm_up(self):
        """Every worker and lane has its connection, and memory is what work needs."""
        shop = self.shops[0]
        def read():
            caller = Caller(Load(self.daemon.port, [], Journal(os.devnull), deadline=60))
            for _ in range(20):
                caller.exchange(shop.store.manager, "GET", f"/v1/work-orders?store_id={shop.store.id}")
                caller.exchange(shop.store.advisor, "POST", "/v1/appointments/" + shop.store.id + "/confirm", {})
            caller.close()
        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def __exit__(self, kind, *_):
        if kind is None:
            # on a busy machine little goes on while the fault lasts
            wait_for(lambda: len(self.journal.effects) > ENOUGH, 60)
        self.load.__exit__()
        if kind is None:
            self.reckon()

    def reckon(self):
        until_ready(self.daemon, self.shops[0].store.manager)
        check_effects(self.world, self.cluster, self.daemon, self.journal, self.shops, self.began)
        time.sleep(0.3)
        after = size_of(self.daemon)
        must(after[1] <= self.before[1] + 12, f"{after[1]} descriptors, {self.before[1]} before")
        must("asan" in fettled() or after[0] <= self.before[0] + self.grows * 1024, f"{after[0]} KiB resident, {self.before[0]} before")
        self.world.end(self.daemon, self.allowed)
        check_verified(self.world, self.cluster)

    def say(self):
        answers = self.journal.answers
        return (f"{len(self.journal.effects)} effects, {answers[503]} times 503, {answers['lost']} connections lost, "
                f"slowest {self.journal.slowest:.1f} s")
