# SPDX-License-Identifier: Apache-2.0
"""What breaks: one function for each, in the order they run."""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
import uuid

import psycopg2

import corruptions
from department import Department, Month
from postgres import Cluster
from fettle import Client, Daemon, wait_for
from proxy import Proxy
from shop import Caller, Journal, Load
from trade import Trade
from trial import Skipped, Trial, check_verified, must, until_ready

SCENARIOS = []


def scenario(name):
    def register(function):
        SCENARIOS.append((name, function))
        return function
    return register


def times(world, short, long):
    return long if world.long else short


# --- Ended at once ------------------------------------------------------------------------------

@scenario("kill the daemon")
def _(world):
    """R1: what it had acknowledged is there; it serves again as soon as it is started."""
    slowest = 0.0
    with Trial(world, "kill-daemon") as trial:
        for n in range(times(world, 20, 300)):
            # one life in twenty is long enough for the slowest request of a busy machine
            time.sleep(world.dice.uniform(0.05, 0.5) if n % 20 else 3)
            trial.daemon.process.kill()
            trial.daemon.process.wait()
            began = time.monotonic()
            trial.daemon.settings["PORT"] = str(trial.daemon.port)
            trial.daemon.start()
            slowest = max(slowest, time.monotonic() - began)
    return f"{trial.say()}; up after at most {slowest:.2f} s"


@scenario("kill a backend")
def _(world):
    """R2: the server throws everybody out and recovers; the daemon is never restarted."""
    with Trial(world, "kill-backend") as trial:
        for _ in range(times(world, 20, 100)):
            time.sleep(world.dice.uniform(0.05, 0.5))
            try:
                pids = world.cluster.backends()
            except psycopg2.OperationalError:
                pids = []
            if pids:
                os.kill(world.dice.choice(pids), signal.SIGKILL)
            until_ready(trial.daemon, trial.shops[0].store.manager, 30)
    return trial.say()


@scenario("kill the postmaster")
def _(world):
    """R2, R3: away and started again."""
    slowest = 0.0
    with Trial(world, "kill-postmaster") as trial:
        for _ in range(times(world, 20, 50)):
            time.sleep(world.dice.uniform(0.05, 0.5))
            world.cluster.kill()
            time.sleep(0.2)
            world.cluster.restart()
            slowest = max(slowest, until_ready(trial.daemon, trial.shops[0].store.manager, 30))
    must(slowest < 5, f"served {slowest:.1f} s after the server did")
    return f"{trial.say()}; serves {slowest:.2f} s after the server does"


@scenario("kill a private cluster's postmaster")
def _(world):
    """The daemon's own server: it starts it again by itself."""
    daemon = Daemon(world.folder / "private", WORKERS=4)
    world.running.append(daemon)
    daemon.start()
    for _ in range(times(world, 2, 20)):
        os.kill(int((daemon.folder / "data/postgres/postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
        time.sleep(0.3)
        until_ready(daemon, seconds=30)
    world.end(daemon)
    verified = daemon.run("verify")
    must(verified.returncode == 0, verified.stdout + verified.stderr)


# --- Standing still -----------------------------------------------------------------------------

def paused(pid, seconds):
    os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(pid, signal.SIGCONT)


@scenario("stop the daemon for a while")
def _(world):
    """For longer than the server leaves a transaction idle, too: it has ended those sessions (25P03)."""
    stands = times(world, 11, 30)
    with Trial(world, "pause-daemon", deadline=stands + 9) as trial:
        time.sleep(0.5)
        paused(trial.daemon.process.pid, stands)
        time.sleep(0.5)
    return trial.say()


@scenario("stop backends for a while")
def _(world):
    """R5: one backend after the other stands still for longer than any deadline."""
    with Trial(world, "pause-backend") as trial:
        time.sleep(0.5)
        for _ in range(times(world, 1, 5)):
            pids = world.dice.sample(world.cluster.backends(), 3)
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            time.sleep(6)
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
            time.sleep(0.5)
    return trial.say()


@scenario("stop the whole server for a while")
def _(world):
    """R5: nobody waits past the deadline, and nothing piles up."""
    with Trial(world, "pause-server") as trial:
        time.sleep(0.5)
        pids = world.cluster.backends() + [world.cluster.process.pid]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(times(world, 6, 30))
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)
        time.sleep(0.5)
    must(trial.journal.answers[503] > 0, "nobody was told to come back later")
    return trial.say()


# --- The way in between -------------------------------------------------------------------------

def behind_proxy(world):
    proxy = Proxy(world.cluster.port)
    world.running.append(proxy)
    return proxy, world.daemon(world.cluster, url=world.cluster.tcp("fettle_app", proxy.port))


@scenario("cut between COMMIT and its answer")
def _(world):
    """Nobody knows what became of it: the request under its key finds out."""
    proxy, daemon = behind_proxy(world)
    with Trial(world, "cut-commit", daemon=daemon) as trial:
        for _ in range(times(world, 8, 200)):
            proxy.set("commit", times=2)
            time.sleep(0.2)
            proxy.set("pass")
            time.sleep(0.05)
    must(proxy.cuts > 5, f"only {proxy.cuts} cuts")
    return f"{proxy.cuts} cuts; {trial.say()}"


@scenario("cut in the middle of an answer")
def _(world):
    proxy, daemon = behind_proxy(world)
    with Trial(world, "cut-middle", daemon=daemon) as trial:
        for _ in range(times(world, 8, 200)):
            proxy.set("middle", times=2)
            time.sleep(0.2)
            proxy.set("pass")
            proxy.cut()
            time.sleep(0.1)
    must(proxy.cuts > 5, f"only {proxy.cuts} cuts")
    return f"{proxy.cuts} cuts; {trial.say()}"


@scenario("stall and delay the way to the server")
def _(world):
    proxy, daemon = behind_proxy(world)
    with Trial(world, "stall", daemon=daemon) as trial:
        time.sleep(0.3)
        proxy.set("delay", 0.02)
        time.sleep(1)
        proxy.set("stall")
        time.sleep(times(world, 6, 30))
        proxy.set("pass")
        time.sleep(0.5)
    return trial.say()


@scenario("cut and delay the way to the clients")
def _(world):
    """Replies are lost on their way: the same key has the same answer."""
    daemon = world.daemon(world.cluster).start()
    proxy = Proxy(daemon.port)
    world.running.append(proxy)
    with Trial(world, "clients", daemon=daemon, port=proxy.port, deadline=20) as trial:
        for _ in range(times(world, 10, 200)):
            time.sleep(world.dice.uniform(0.05, 0.2))
            proxy.cut()
            proxy.set("middle", times=3)
            time.sleep(0.1)
            proxy.set(world.dice.choice(["pass", "delay"]), 0.01)
        proxy.set("pass")
    return trial.say()


# --- No room ------------------------------------------------------------------------------------

@scenario("too many connections")
def _(world):
    """R7: others take every connection the server has; ours are lost one by one."""
    with Trial(world, "connections") as trial:
        taken = []

        def take():
            try:
                while True:
                    taken.append(psycopg2.connect(world.cluster.dsn("fettle_app"), connect_timeout=5))
            except psycopg2.OperationalError:
                pass
        take()
        ends = time.monotonic() + times(world, 3, 20)
        while time.monotonic() < ends:  # by the connections kept for superusers
            with contextlib.suppress(psycopg2.OperationalError):  # who was ended may hold the last of them for a moment
                for pid in world.cluster.backends():
                    world.cluster.sql("SELECT pg_terminate_backend(%s)", (pid,))
                    take()
            time.sleep(0.1)
        must(len(taken) > 70, f"only {len(taken)} connections taken")
        for connection in taken:
            connection.close()
    must(trial.journal.answers[503] > 0, "nobody was told to come back later")
    return f"{len(taken)} taken; {trial.say()}"


def small_disk(world, name, megabytes):
    """A file system of that size, or a word why not."""
    place = world.folder / name
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", str(place)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Skipped("mount is not permitted here")
    return place


def fill(path):
    """Take the rest of its file system."""
    with open(path, "wb", buffering=0) as file:
        try:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue
        except OSError:
            pass


def disk_full(world, name, wal):
    """R6: filled under load, freed, and served again without a restart of the daemon."""
    place = small_disk(world, name, 320)
    cluster = Cluster(world.folder / (name + "-cluster"), data=None if wal else place / "postgres",
                      max_wal_size="64MB", min_wal_size="32MB", checkpoint_timeout="30s")
    world.running.append(cluster)
    try:
        world.cluster.stop()
        if wal:
            cluster.copy_from(world.cluster)
            cluster.move_wal(place)
        else:
            cluster.copy_from(world.cluster)
        world.cluster.restart()
        cluster.start()
        with Trial(world, name, cluster=cluster) as trial:
            time.sleep(0.5)
            fill(place / "filler")
            if wal:  # the segment that is open still takes some
                for _ in range(4):
                    try:
                        cluster.sql("SELECT pg_switch_wal()")
                    except psycopg2.Error:
                        break
            time.sleep(times(world, 3, 20))
            (place / "filler").unlink()
            if cluster.process.poll() is not None:
                cluster.restart()
            cluster.wait_ready()
            until_ready(trial.daemon, trial.shops[0].store.manager, 30)
            time.sleep(0.5)
        return trial.say()
    finally:
        world.abandon()
        subprocess.run(["umount", "-l", str(place)], check=False)


@scenario("disk full of data")
def _(world):
    return disk_full(world, "disk-data", wal=False)


@scenario("disk full of WAL")
def _(world):
    return disk_full(world, "disk-wal", wal=True)


# --- Told to end, moved, out of step ------------------------------------------------------------

@scenario("SIGTERM under load")
def _(world):
    """R17: what it has taken it ends, and answers; then it ends with 0, in time."""
    slowest = 0.0
    with Trial(world, "sigterm") as trial:
        for _ in range(times(world, 3, 50)):
            time.sleep(world.dice.uniform(0.3, 0.8))
            began = time.monotonic()
            status = trial.daemon.stop()
            slowest = max(slowest, time.monotonic() - began)
            must(status == 0, f"ended with {status}")
            trial.daemon.settings["PORT"] = str(trial.daemon.port)
            trial.daemon.start()
    must(slowest < 11, f"took {slowest:.1f} s to end")
    return f"ended within {slowest:.1f} s; {trial.say()}"


@scenario("fail over to a standby")
def _(world):
    """R4: a synchronous standby is promoted; the daemon's URL names both."""
    first = Cluster(world.folder / "first", synchronous_standby_names="second", max_connections=80)
    world.cluster.stop()
    first.copy_from(world.cluster)
    world.cluster.restart()
    world.running.append(first)
    first.start(wait=False)
    second = Cluster(world.folder / "second", max_connections=80, hot_standby="on")
    world.running.append(second)
    first.wait_ready()
    second.data.mkdir()
    second.own(second.data)
    second.tool("pg_basebackup", "-D", second.data, "-d", f"host={first.run_dir} port={first.port} user=postgres", "--checkpoint=fast",
                "--no-sync", "--wal-method=stream")
    with open(second.data / "postgresql.auto.conf", "a", encoding="utf-8") as conf:
        conf.write(f"primary_conninfo = 'host={first.run_dir} port={first.port} user=postgres application_name=second'\n")
    (second.data / "standby.signal").touch()
    second.start()
    began = time.monotonic()
    while not first.sql("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"):
        must(time.monotonic() - began < 30, "the standby does not follow")
        time.sleep(0.05)
    url = (f"host=127.0.0.1,127.0.0.1 port={first.port},{second.port} user=fettle_app dbname=fettle"
           " target_session_attrs=read-write connect_timeout=2")
    daemon = world.daemon(first, url=url)
    with Trial(world, "failover", cluster=first, daemon=daemon) as trial:
        time.sleep(1)
        first.kill()
        time.sleep(0.2)
        second.tool("pg_ctl", "promote", "-D", second.data, "-w")
        slowest = until_ready(daemon, trial.shops[0].store.manager)
        trial.cluster = second
        time.sleep(1)
    must(slowest < 5, f"served {slowest:.1f} s after the promotion")
    return f"{trial.say()}; serves {slowest:.2f} s after the promotion"


FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


@scenario("clocks that differ")
def _(world):
    """A server whose clock leaves the daemon's by more than a second is not served from; when it is back, it is."""
    cluster = Cluster(world.folder / "clock")
    if not os.path.exists(FAKETIME):
        raise Skipped("faketime is not installed")
    ahead = cluster.folder / "ahead"
    ahead.write_text("+0s\n")
    ahead.chmod(0o644)
    world.cluster.stop()
    cluster.copy_from(world.cluster)
    world.cluster.restart()
    world.running.append(cluster)
    cluster.environment = {"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(ahead), "FAKETIME_NO_CACHE": "1",
                           "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    cluster.start()
    daemon = world.daemon(cluster).start()
    manager = world.shops[0].store.manager
    until_ready(daemon, manager)
    ahead.write_text("+3s\n")
    began = time.monotonic()
    while answer(daemon, manager)[0] != 503:
        must(time.monotonic() - began < 12, "still serves with clocks that differ by 3 s")
        time.sleep(0.2)
    noticed = time.monotonic() - began
    other = world.daemon(cluster)
    refused = other.run("serve")
    world.running.remove(other)
    must(refused.returncode == 78 and "clocks" in refused.stderr, f"starts all the same: {refused.returncode} {refused.stderr[-300:]}")
    ahead.write_text("+0s\n")
    until_ready(daemon, manager)
    world.end(daemon, allowed=("event=clocks",))
    return f"noticed after {noticed:.1f} s"


def answer(daemon, who, method="GET", path="/v1/me", body=None, key=None):
    caller = Caller(Load(daemon.port, [], Journal(os.devnull), deadline=60))
    said = caller.exchange(who, method, path, body, key)
    caller.close()
    return said


# --- Rushes -------------------------------------------------------------------------------------

def together(count, function):
    """What each of so many threads answers."""
    answers, gate = [None] * count, threading.Barrier(count)

    def one(n):
        gate.wait()
        answers[n] = function(n)
    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@scenario("a rush for the last pieces")
def _(world):
    """R8: 64 want one of 10, with a session killed in between: 10 have one."""
    daemon = world.daemon(world.cluster).start()
    shop = world.shops[0]
    for round_number in range(times(world, 2, 1000)):
        part = fresh_part(world, daemon, shop)
        keys = [str(uuid.uuid4()) for _ in range(64)]

        def want(n, part=part, keys=keys):
            while True:
                said = answer(daemon, shop.store.parts, "POST", "/v1/demands", {
                    "store_id": shop.store.id, "kind": "sale", "lines": [{"part_id": part, "quantity": 1}]}, keys[n])
                if said and said[0] != 503 and said[2].get("code") != "idempotency_in_progress":
                    return said[0]
        if round_number % 2:
            killer = threading.Timer(0.1, lambda: os.kill(world.dice.choice(world.cluster.backends()), signal.SIGKILL))
            killer.start()
        must(together(64, want) == [201] * 64, "a demand was refused")
        world.cluster.wait_ready()
        rows = world.cluster.sql(
            "SELECT l.on_hand, l.reserved, (SELECT sum(quantity) FROM reservation r WHERE r.part_id = l.part_id AND r.status = 'active'),"
            " (SELECT count(*) FROM demand d WHERE d.part_id = l.part_id AND d.status = 'reserved'),"
            " (SELECT count(*) FROM demand d WHERE d.part_id = l.part_id) FROM stock_level l WHERE l.part_id = %s", (part,))
        must([int(n) for n in rows[0]] == [10, 10, 10, 10, 64], f"on hand, reserved, reservations, holders, demands: {rows}")
    until_ready(daemon, shop.store.manager, 30)
    world.end(daemon)


def fresh_part(world, daemon, shop):
    """Ten pieces of a new part."""
    purchaser, store = shop.trade.chain.purchaser, shop.store
    part = answer(daemon, purchaser, "POST", "/v1/parts", {"number": "R" + uuid.uuid4().hex[:12], "name": "离合器", "unit": "件",
                                                          "sale_price": 900})[2]["id"]
    document = answer(daemon, store.parts, "POST", "/v1/stock-documents", {
        "kind": "receipt", "store_id": store.id, "reason": "purchase", "lines": [{"part_id": part, "quantity": 10, "unit_cost": 1}]})[2]["id"]
    must(answer(daemon, store.manager, "POST", f"/v1/stock-documents/{document}/audit", {})[0] == 200, "the receipt is not posted")
    return part


@scenario("one key sixteen times at once")
def _(world):
    """R11: one effect; everybody is told the same or to wait; another body under the key is refused."""
    daemon = world.daemon(world.cluster).start()
    advisor, store = world.shops[0].store.advisor, world.shops[0].store
    for _ in range(times(world, 5, 200)):
        key, body = str(uuid.uuid4()), {"kind": "person", "name": "一人", "store_id": store.id}
        said = together(16, lambda n, body=body, key=key: answer(daemon, advisor, "POST", "/v1/customers", body, key))
        ids = {s[2]["id"] for s in said if s[0] == 201}
        must(len(ids) == 1 and {s[0] for s in said} <= {201, 409}, f"{[s[0] for s in said]}: {ids}")
        must(answer(daemon, advisor, "POST", "/v1/customers", body, key)[2]["id"] in ids, "another object under the same key")
        other = answer(daemon, advisor, "POST", "/v1/customers", {**body, "name": "另一人"}, key)
        must(other[0] == 422, f"another body under the key: {other[0]}")
        rows = world.cluster.sql("SELECT count(*) FROM event WHERE type = 'customer.created' AND subject_id = %s", tuple(ids))
        must(rows[0][0] == 1, "created twice")
    world.end(daemon)


@scenario("lost updates")
def _(world):
    """R12: the version counts the changes that were acknowledged, and each read what it changed."""
    daemon = world.daemon(world.cluster).start()
    admin, path = world.shops[0].trade.chain.admin, f"/v1/stores/{world.shops[0].store.id}"
    before = answer(daemon, admin, "GET", path)[2]["version"]

    def change(n):
        done = 0
        for i in range(times(world, 10, 200)):
            looked = answer(daemon, admin, "GET", path)
            must(looked[0] in (200, 429, 503), f"{looked[0]} {looked[2]}")
            if looked[0] != 200:  # on a busy machine
                continue
            said = answer(daemon, admin, "PATCH", path, {"address": f"{n} {i}", "version": looked[2]["version"]})
            must(said[0] in (200, 409, 412), f"{said[0]} {said[2]}")
            done += said[0] == 200
        return done
    done = together(16, change)
    must(None not in done, "a client failed")
    after = answer(daemon, admin, "GET", path)[2]["version"]
    must(after - before == sum(done) > 0, f"version {before} to {after} with {sum(done)} changes")
    must(answer(daemon, admin, "PATCH", path, {"address": "x"})[0] == 428, "a change without a version is taken")
    world.end(daemon)
    return f"{sum(done)} of {16 * times(world, 10, 200)} changes went through"


@scenario("every worker waits for a lock")
def _(world):
    """R7: past the queue there is 503 at once, health is told at once, and nothing is stuck afterwards."""
    daemon = world.daemon(world.cluster, QUEUE=8)
    daemon.settings["WORKERS"] = "4"
    daemon.start()
    store = world.shops[0].store
    until_ready(daemon, store.manager)
    holder = world.cluster.connect()
    holder.autocommit = False
    holder.cursor().execute("LOCK TABLE customer IN EXCLUSIVE MODE")
    slow = []

    def health():
        for _ in range(20):
            began = time.monotonic()
            caller = Caller(Load(daemon.port, [], Journal(os.devnull), deadline=60))
            must(caller.exchange(store.manager, "GET", "/healthz")[0] == 200, "no health")
            slow.append(time.monotonic() - began)
            caller.close()
            time.sleep(0.05)

    def ask(n):
        began = time.monotonic()
        said = answer(daemon, store.advisor, "POST", "/v1/customers", {"kind": "person", "name": f"等待 {n}", "store_id": store.id})
        return said and said[0], time.monotonic() - began
    watcher = threading.Thread(target=health)
    watcher.start()
    said = together(60, ask)
    watcher.join()
    holder.rollback()
    holder.close()
    must({status for status, _ in said} == {503}, f"answers: {sorted({str(s) for s, _ in said})}")
    at_once = sorted(seconds for _, seconds in said)[:60 - 12]
    must(at_once[-1] < 2, f"the queue is full, and still somebody waited {at_once[-1]:.1f} s")
    must(max(seconds for _, seconds in said) < 8, "somebody waited past the deadline")
    until_ready(daemon, store.manager)
    must(ask(0)[0] == 201, "nothing is done after the lock is gone")
    world.end(daemon)
    return f"48 refused within {at_once[-1]:.2f} s, health within {max(slow):.2f} s"


@scenario("books read while they are written")
def _(world):
    """R9: whatever the moment, a snapshot of the books is in order, as is one of everything; and what is not is named."""
    looks = times(world, 200, 3000)
    with Trial(world, "books") as trial:
        began = time.monotonic()
        audit(world, "--books", "--times", looks, "--every", 20)
        spent = time.monotonic() - began
        audit(world, "--times", 3)
    code = world.cluster.sql("SELECT code FROM store WHERE id = %s", (world.shops[0].store.id,))[0][0]
    auditor = world.auditor(world.cluster, "--books", "--times", 10 ** 9, "--every", 20)
    time.sleep(0.5)
    must(auditor.poll() is None, "the auditor ended while all was in order")
    more = "SET session_replication_role = replica; UPDATE stock_level SET on_hand = on_hand + %s WHERE part_id = %s"
    world.cluster.sql(more, (1, world.shops[0].part))
    try:
        said = auditor.communicate(timeout=30)[0]
    finally:
        auditor.kill()
        world.cluster.sql(more, (-1, world.shops[0].part))
    must(auditor.returncode == 1 and re.match(rf"stock levels: {code} \S+: on_hand is ", said),
         f"a piece too many was not named: {auditor.returncode} {said[:300]}")
    return f"{looks} snapshots in {spent:.0f} s, 3 of everything; {trial.say()}"


def audit(world, *options):
    """Every snapshot that is asked for is in order: the first that is not would be the last."""
    status, lines = world.verify(world.cluster, *options)
    must(status == 0 and not lines, f"a snapshot under load is wrong ({status}): {lines[:3]}")


@scenario("a parts department under kills")
def _(world):
    """R1: sixty-four clients buy, use, sell, hold, send, count and send back the same few parts, the daemon is killed in between: every
    piece of the chain is accounted for, and the books agree to the fen."""
    daemon = world.daemon(world.cluster).start()
    shops = world.open_shops(world.cluster, daemon.port)
    department = Department(shops, world.dice)
    journal = Journal(world.folder / "journal-department")
    with department.load(daemon.port, journal, 64):
        for _ in range(times(world, 4, 40)):
            time.sleep(world.dice.uniform(2, 4))
            daemon.process.kill()
            daemon.process.wait()
            daemon.settings["PORT"] = str(daemon.port)
            daemon.start()
        time.sleep(3)
    must(not journal.wrong, "; ".join(journal.wrong[:3]))
    until_ready(daemon, shops[0].store.manager, 30)
    world.end(daemon)
    wrong = department.wrong(world.cluster)
    must(not wrong, f"pieces there and pieces tallied: {wrong}")
    check_verified(world, world.cluster)
    must(all(department.done[story] for story in ("receipt", "purchase", "internal", "supplier_return", "wish", "transfer", "lost", "stocktake", "sale", "sale return")),
         f"not all of it happened: {dict(department.done)}")
    return ", ".join(f"{n} {story}" for story, n in sorted(department.done.items()))


@scenario("a month of a parts department")
def _(world):
    """Nothing breaks: deliveries, 5,000 issues, 300 transfers, a count with variances and a return to the supplier (a tenth of it unless long)
    leave every piece accounted for and books without a fault."""
    daemon = world.daemon(world.cluster).start()
    journal = Journal(world.folder / "journal-month")
    month = Month(world.open_shops(world.cluster, daemon.port), world.dice, times(world, 500, 5000), times(world, 30, 300))
    month.happen(daemon.port, journal)
    world.end(daemon)
    must(not journal.wrong, "; ".join(journal.wrong[:3]))
    done = month.done
    must(done["issues"] == times(world, 500, 5000) and done["transfers"] == times(world, 30, 300), f"not all of it happened: {dict(done)}")
    there = month.there(world.cluster)
    must(there == done["in"] - done["out"], f"{there} pieces there, {done['in']} came in and {done['out']} went out")
    check_verified(world, world.cluster)
    return f"{done['receipts']} receipts, {done['issues']} issues, {done['returns']} returns, {done['transfers']} transfers"


# --- What is left, looked at --------------------------------------------------------------------

@scenario("corruptions")
def _(world):
    """R10: each is named with its store, row and amount, and nothing else was said before."""
    daemon = world.daemon(world.cluster).start()
    trade = Trade(world.shops[0].store)
    trade.chain.people.port = daemon.port
    for client in [v for v in (*vars(trade.store).values(), *vars(trade.chain).values()) if isinstance(v, Client)]:
        client.port = daemon.port
        client.close()
    trade.chain.people.db = world.cluster.connect()
    trade.complaint("assign")
    trade.shared()
    trade.invited()
    trade.chain.people.client().post(f"/v1/public/{trade.invited()['token']}/appointment/cancel", {"reason": "price"}, expect=200)
    trade.transport()
    trade.loan("hand-out", "return")
    trade.transfer("ship")
    disputed = trade.transfer("receive")
    trade.store.manager.post(f"/v1/transfers/{disputed['id']}/settle", {"store_id": trade.store.id, "outcome": "lost"}, expect=200)
    trade.stock_limit()
    counted = trade.stocktake("submit")
    trade.store.manager.post(f"/v1/stocktakes/{counted['id']}/audit", {"reasons": [{"part_id": counted["part_id"], "reason": "miscount"}]}, expect=200)
    trade.purchase("audit")
    trade.purchase("send")
    trade.purchase("receive")
    trade.tracked()
    trade.tracked(costing="batch")
    trade.supplier_invoice()
    sold = trade.sale("accept")
    trade.store.cashier.post("/v1/deposits", {"sales_order_id": sold["id"], "amount": 100, "method": "cash"}, expect=201)
    trade.sale_billed(sold)
    trade.deposit()
    trade.bin_move()
    trade.core("collect")
    trade.core()
    trade.waste()
    trade.task()
    trade.ticket()
    trade.routed()
    trade.measured()
    trade.authorised()
    trade.store.advisor.post(f"/v1/appointments/{trade.appointment()['id']}/confirm", expect=200)
    other, both = trade.branch()
    seen = trade.inspection("submit")
    order = trade.store.advisor.post("/v1/work-orders", {"reception_id": seen["reception_id"], "lines": [
        {"kind": "labour", "operation_id": trade.operation()["id"], "finding_id": seen["findings"][0]["id"]}]}, expect=201)
    both.post(f"/v1/work-orders/{order['id']}/move", {"store_id": other.store.id, "reason": "capacity"}, expect=200)
    with Load(daemon.port, world.shops[:1], Journal(os.devnull), deadline=60):
        wait_for(lambda: len(world.cluster.sql("SELECT 1 FROM settlement WHERE status = 'paid' AND work_order_id IS NOT NULL AND part_total > 0")) > 2, 60)
    wait_for(lambda: world.cluster.sql("SELECT 1 FROM appointment_notice WHERE told_at IS NOT NULL"))
    link = trade.survey()["token"]
    anyone = trade.chain.people.client()
    questions = anyone.get(f"/v1/public/{link}", expect=200)["survey"]["questions"]
    anyone.post(f"/v1/public/{link}/survey-response", {
        "answers": [{"question_id": q["id"], "score": 9} for q in questions if q["required"]]}, expect=200)
    wait_consumed(world.cluster, "fettle")
    world.end(daemon)
    status, lines = world.verify(world.cluster)
    must(status == 0 and not lines, f"before anything was corrupted: {lines[:5]}")
    world.cluster.sql("CREATE SCHEMA saved")
    groups = [[name] for name in corruptions.CORRUPTIONS] if world.long else corruptions.batches()
    wrong = [why for names in groups for why in corruptions.check(world.cluster, lambda: world.verify(world.cluster), names)]
    must(not wrong, f"{len(wrong)} not found:\n  " + "\n  ".join(wrong))
    status, lines = world.verify(world.cluster)
    must(status == 0 and not lines, f"after all was undone: {lines[:5]}")
    world.cluster.sql("DROP SCHEMA saved CASCADE")
    return f"{len(corruptions.CORRUPTIONS)} found, in {len(groups)} looks"


def fingerprints(cluster, database):
    """{table: (rows, hash of them)}."""
    names = [row[0] for row in cluster.sql(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname IN ('public', 'bi') ORDER BY 1", database=database)]
    each = [f"SELECT '{name}', count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {name} t" for name in names]
    return {name: (rows, sum_of) for name, rows, sum_of in cluster.sql(" UNION ALL ".join(each), database=database)}


@scenario("a restored copy")
def _(world):
    """R19: every row of every table is in it, and it can be served from: here, and on another server."""
    cluster, shop = world.cluster, world.shops[0]
    dump = cluster.run_dir / "dump"
    cluster.tool("pg_dump", "--format=custom", "--file", dump, cluster.dsn())
    cluster.sql("CREATE DATABASE copy ENCODING 'UTF8' TEMPLATE template0", database="postgres")
    cluster.tool("pg_restore", "--dbname", cluster.dsn(database="copy"), "--exit-on-error", dump)
    there, copy = fingerprints(cluster, "fettle"), fingerprints(cluster, "copy")
    must(there == copy, f"differ: {[name for name in there if there[name] != copy.get(name)]}")
    must(len(there) > 60 and there["work_order"][0] > 1, f"{len(there)} tables, {there['work_order']}")
    serve_from(world, cluster, "copy", shop)

    other = Cluster(world.folder / "restored")
    world.running.append(other)
    other.make()
    other.tool("pg_restore", "--dbname", other.dsn(), "--clean", "--if-exists", "--exit-on-error", dump)
    must(fingerprints(other, "fettle") == there, "differs on another server")
    refused = world.daemon(other)
    said = refused.run("serve")
    world.running.remove(refused)
    must(said.returncode == 78 and "pg_resetwal" in said.stderr, f"starts although its feeds would skip: {said.returncode} {said.stderr[-300:]}")
    other.stop()
    other.tool("pg_resetwal", "--epoch=1", "-D", other.data)
    other.start()
    serve_from(world, other, "fettle", shop)
    return f"{len(there)} tables, {sum(rows for rows, _ in there.values())} rows"


def wait_consumed(cluster, database):
    """Until the jobs have seen every event, and nothing more followed from them for a while."""
    began = quiet = time.monotonic()
    while time.monotonic() - quiet < 1.2:
        left = cluster.sql("SELECT e.type, e.position::text, c.name, c.position::text FROM event e"
                           "  JOIN event_consumer c ON (e.position, e.id) > (c.position, c.last_id) LIMIT 3", database=database)
        if left:
            quiet = time.monotonic()
        must(quiet - began < 15, f"events that nobody consumes: {left}; " + str(cluster.sql(
            "SELECT datname, state, backend_xid::text, backend_xmin::text, left(query, 60) FROM pg_stat_activity"
            " WHERE backend_xid IS NOT NULL OR backend_xmin IS NOT NULL")))
        time.sleep(0.1)


def serve_from(world, cluster, database, shop):
    """Reads what is there, changes something, and the jobs go on."""
    daemon = world.daemon(cluster, url=cluster.dsn("fettle_app", database=database)).start()
    store = shop.store
    until_ready(daemon, store.manager)
    orders = answer(daemon, store.manager, "GET", f"/v1/work-orders?store_id={store.id}")[2]["data"]
    must(orders, "no orders in the copy")
    made = answer(daemon, store.advisor, "POST", "/v1/customers", {"kind": "person", "name": "新客", "store_id": store.id})
    must(made[0] == 201, f"cannot be written: {made[0]}")
    wait_consumed(cluster, database)
    world.end(daemon)
    verified = daemon.run("verify")
    must(verified.returncode == 0, f"verify of the copy: {verified.stdout[:500]}{verified.stderr[-300:]}")
