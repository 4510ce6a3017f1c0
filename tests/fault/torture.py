# SPDX-License-Identifier: Apache-2.0
"""The k-th call of libpq and the k-th allocation fail, for k = 1, 2, ... until a request passes untouched.

    torture.py [--ops NAME ...] [--sample N] [--modes MODE ...] [--step N] [--seconds N] [--seed N]

A sound daemon prepares what each operation needs (tests/api/samples.py); the one that is tortured, with one
lane and one worker on the same database, answers the one request that counts.  A failed call is answered
rightly or with 503 and Retry-After in time; a failed allocation ends the process with a line in its log.
Afterwards the next request is good, and the request again under its key has its effect once: the tables
have grown by as many rows as an untouched call adds.  At the end nothing has leaked and `fettled verify`
finds nothing.  Every try is a line in the journal.
"""

import argparse
import http.client
import json
import mmap
import os
import pathlib
import random
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

import psycopg2

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))

from fettle import BAD, Book, Chain, Client, Contract, Daemon, People, fettled  # noqa: E402
from samples import SAMPLES  # noqa: E402
from trade import Trade  # noqa: E402

# As torture.c has them.
MODES = {"refuse": 1, "cut": 2, "terminate": 3, "memory": 4}
# Written by jobs, from events, whenever they come to it; or by every attempt, as it should be.
OF_JOBS = {"survey", "link", "kpi_day", "kpi_month", "event_consumer", "import_row", "search_key", "import_job", "access_log", "api_key_use",
           "appointment_notice", "overdue"}
# Answers that tell of the moment.
OF_THE_MOMENT = {"getMetrics", "getReadiness", "getHealth", "listAvailability", "listAvailableDays", "listEarliestSlots", "listAccessLog", "listEvents", "listImports", "listImportRows", "getImport"}
# What follows from it is a job's, or a job may have done it already.
LATER = {"createImport", "answerSurvey", "closeWorkOrder"}
DEADLINE = {"read": 2.0, "command": 5.0}
SLACK = 1.5
RARE = ("createCustomer", "createWorkOrder", "getFileContent", "createPayment", "auditStockDocument", "updateVehicle", "getWorkOrder",
        "listWorkOrders", "createSession")


class Patient(Daemon):
    """The tortured daemon: told by a file what fails next."""

    def __init__(self, folder, **settings):
        super().__init__(folder, LANES="1", WORKERS="1", ARGON2_THREADS="1", **settings)
        self.program = str(pathlib.Path(fettled()).parent / "fettled-torture")
        self.control = self.folder / "control"
        self.control.write_bytes(bytes(4096))
        with open(self.control, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 4096)

    def environment(self):
        return {**super().environment(), "TORTURE_CONTROL": str(self.control),
                "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:handle_abort=0"}

    def arm(self, mode, at, forever=False):
        self.memory[:20] = struct.pack("=5i", 0, at, forever, 0, 0)
        self.memory[:4] = struct.pack("=i", MODES[mode])

    def disarm(self):
        """How often it has struck."""
        self.memory[:4] = bytes(4)
        return struct.unpack("=i", self.memory[16:20])[0]

    def died(self):
        """Wait for its end."""
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            return None


class Wrong(Exception):
    pass


def must(condition, what):
    if not condition:
        raise Wrong(what)


class Torture:
    def __init__(self, folder, seed):
        self.seed = seed
        self.folder = pathlib.Path(folder)
        key = {"LINK_KEY": "torture"}
        self.sound = Daemon(self.folder / "sound", **key)
        self.patient = Patient(self.folder / "patient", DATABASE_URL=self.sound.url("fettle_app"),
                               **{**key, "DATA": str(self.sound.folder / "data")})
        self.db = self.chain = self.count_sql = None
        self.tries = 0
        self.contract = Contract(json.loads((pathlib.Path(fettled()).parent / "generated/openapi.json").read_text(encoding="utf-8")))
        self.book = Book(self.folder, "torture")
        self.journal = open(self.folder / "journal", "w", encoding="utf-8", buffering=1)

    def start(self):
        self.sound.start()
        self.patient.start()
        self.db = psycopg2.connect(self.sound.dsn)
        self.db.autocommit = True
        self.chain = Chain(People(self.db, self.sound.port, self.contract, self.book))
        self.count_sql = self.all_counts()

    def all_counts(self):
        with self.db.cursor() as cursor:
            cursor.execute("SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace")
            names = sorted(row[0] for row in cursor.fetchall() if row[0] not in OF_JOBS)
        names = [name for name in names if not name.startswith(("vpic", "wmi", "audit_entry", "kpi"))]
        # a delivered order's survey is sent by a job, the order closed and a booking's customer told by one, some time after
        mine = {"event": " WHERE subject_type <> 'survey' AND type NOT IN ('work_order.closed', 'appointment.confirmation_due')", "work_order_stage": " WHERE status <> 'closed'"}
        return " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" + mine.get(name, "") for name in names)

    def rows(self):
        with self.db.cursor() as cursor:
            cursor.execute(self.count_sql)
            return dict(cursor.fetchall())

    def note(self, **what):
        self.journal.write(json.dumps(what, ensure_ascii=False) + "\n")

    def prepare(self, op):
        return SAMPLES[op.id](Trade(self.chain.store()))

    def aimed(self, prepared):
        """The same call, at the patient."""
        client, path, body, options = prepared
        other = Client(self.patient.port, self.contract, self.book, client.token)
        other.headers = client.headers
        return other, path, body, options

    def make(self, op, prepared, **more):
        client, path, body, options = prepared
        try:
            return client.request(op.method, path, body, **{**options, **more})
        finally:
            client.close()

    def settled(self):
        """The patient answers again: 200 from what needs the database."""
        client = Client(self.patient.port, self.contract, self.book, self.chain.admin.token)
        deadline = time.monotonic() + 5
        while True:
            try:
                if client.get("/v1/regions", params={"limit": 1}).status == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            client.close()
            must(time.monotonic() < deadline, "not ready 5 s after the failure")
            time.sleep(0.02)

    def calm(self, op, prepared, key):
        """An untouched call: its reply, and how the tables grow."""
        before = self.rows()
        reply = self.make(op, self.aimed(prepared), **key)
        must(reply.status < 300, f"the sample itself fails: {reply}")
        return reply, self.growth(before)

    def growth(self, before):
        return {name: n - before[name] for name, n in self.rows().items() if n != before[name]}

    def strike(self, op, prepared, mode, k, key, forever=False):
        """The call with its k-th part failing: the reply or None, whether it struck, seconds."""
        reply = None
        self.patient.arm(mode, k, forever)
        began = time.monotonic()
        try:
            reply = self.make(op, self.aimed(prepared), **key)
        except (OSError, http.client.HTTPException) as error:
            self.note(op=op.id, mode=mode, k=k, error=repr(error))
        seconds = time.monotonic() - began
        fired = self.patient.disarm()
        self.tries += 1
        self.note(op=op.id, mode=mode, k=k, forever=forever, fired=fired, key=key.get("key"),
                  status=reply and reply.status, code=reply and reply.code, seconds=round(seconds, 3))
        return reply, fired, seconds

    def judge_death(self, reply):
        """An allocation failed: the process ended, in order."""
        must(reply is None, f"answered without memory: {reply}")
        status = self.patient.died()
        must(status == -signal.SIGABRT, f"ended with {status}")
        last = self.patient.log()[-4000:]
        must("<2>fettled: out of memory" in last, "no line tells why: " + last[-500:])
        self.patient.start()

    def judge_reply(self, op, reply, seconds):
        must(reply is not None, "closed without an answer")
        limit = DEADLINE["read" if op.method == "GET" else "command"] + SLACK
        must(seconds < limit, f"{seconds:.1f} s")
        if reply.status >= 300:
            must(reply.status == 503 and reply.code in ("unavailable", "outcome_unknown"), f"a wrong answer: {reply}")
            must(reply.headers.get("Retry-After"), "503 without Retry-After")

    def once(self, op, mode, k, prepared, wanted, forever=False):
        """One k.  False when the request passed untouched."""
        key = keyed(op)
        before = self.rows()
        reply, fired, seconds = self.strike(op, prepared, mode, k, key, forever)
        if not fired:
            must(reply is not None and reply.status < 300, f"untouched, and yet: {reply}")
            return False
        if mode == "memory":
            self.judge_death(reply)
        else:
            self.judge_reply(op, reply, seconds)
        self.settled()
        unknown = reply is None or reply.code == "outcome_unknown"
        if unknown and not key and op.method != "GET":
            # nothing tells a repeat from a second call: it was done once, or not at all
            growth = self.growth(before)
            must(op.id in LATER or growth in ({}, wanted[1]), f"the tables grew by {growth}, not {wanted[1]}")
            return True
        if unknown or reply.status >= 300:
            reply = self.make(op, self.aimed(prepared), **key)
            must(reply.status < 300, f"the same call again: {reply}")
        if op.method == "GET":
            if op.id not in OF_THE_MOMENT:
                must_equal(reply, wanted[0])
        else:
            growth = self.growth(before)
            must(op.id in LATER or growth == wanted[1], f"the tables grew by {growth}, not {wanted[1]}")
        return True

    def torture(self, op, mode, step, start, until, forever=False):
        """Every step-th k; how many there were."""
        prepared = self.prepare(op)
        wanted = self.calm(op, prepared, keyed(op))
        n, k = 0, start
        while time.monotonic() < until:
            if op.method != "GET":
                prepared = self.prepare(op)
            if not self.once(op, mode, k, prepared, wanted, forever):
                break
            n += 1
            k += step
        return n

    def finish(self):
        """What can be said at the end only."""
        wrong = []
        status = self.patient.stop()
        if status != 0:
            wrong.append(f"the patient ended with {status}: " + self.patient.log()[-3000:])
        log = self.patient.log()
        wrong += ["in the log: " + line for line in log.splitlines() if BAD.search(line)][:20]
        verify = subprocess.run([fettled(), "verify"], env={**self.sound.environment(), "FETTLE_DATABASE_URL": self.sound.url("fettle_owner")},
                                capture_output=True, text=True, check=False)
        if verify.returncode != 0:
            wrong.append("verify: " + verify.stdout[-2000:] + verify.stderr[-2000:])
        if self.db:
            self.db.close()
        if self.sound.stop() != 0:
            wrong.append("the sound daemon ended badly: " + self.sound.log()[-2000:])
        return wrong


def told(reply):
    """What a read says, but for how far the database is, which stands in cursors too."""
    if not reply.headers.get("Content-Type", "").startswith("application/json"):
        return reply.body
    return {name: value for name, value in reply.json.items() if name not in ("position", "next_cursor")}


def must_equal(reply, calm):
    if told(reply) != told(calm):
        at = len(os.path.commonprefix([reply.body, calm.body]))
        raise Wrong(f"a wrong body: ...{reply.body[max(0, at - 100):at + 200]} and not ...{calm.body[max(0, at - 100):at + 200]}")


def keyed(op):
    """A new key, where the operation takes one."""
    if op.method == "POST" and op.described.get("x-idempotent", True) and op.auth == "token":
        return {"key": "torture-%016x" % random.getrandbits(64)}
    return {}


def choose(contract, options):
    known = [op for op in contract.operations if op.id in SAMPLES]
    if options.ops:
        return [op for op in known if op.id in options.ops]
    if options.sample is None:
        return known
    rare = [op for op in known if op.id in RARE]
    rest = [op for op in known if op.id not in RARE]
    return rare + random.sample(rest, min(options.sample, len(rest)))


def run(torture, options):
    passed = failed = 0
    end = time.monotonic() + options.seconds if options.seconds else float("inf")
    work = [(op, mode, forever) for op in choose(torture.contract, options) for mode in options.modes
            for forever in ((False, True) if options.forever and mode in ("refuse", "cut") else (False,))]
    if options.seconds:
        random.shuffle(work)
    for op, mode, forever in work:
        if time.monotonic() >= end:
            break
        name = f"{op.id} {mode}{' forever' if forever else ''}"
        try:
            n = torture.torture(op, mode, options.step, random.randint(1, options.step), end, forever)
            print(f"{name}: {n}", flush=True)
            passed += 1
        except (Wrong, AssertionError, OSError, ValueError, http.client.HTTPException) as error:
            failed += 1
            print(f"{name}: FAILED: {error}", flush=True)
            torture.note(op=op.id, mode=mode, wrong=str(error))
            torture.patient.disarm()
            if torture.patient.process.poll() is not None:
                print("    " + torture.patient.log()[-3000:].replace("\n", "\n    "))
                torture.patient.start()
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description="Fail the k-th call of libpq or allocation of every operation.")
    parser.add_argument("--ops", nargs="*", default=[])
    parser.add_argument("--modes", nargs="*", choices=MODES, default=list(MODES))
    parser.add_argument("--sample", type=int, help="only the ones that matter most and so many others")
    parser.add_argument("--step", type=int, default=1, help="every so many k")
    parser.add_argument("--forever", action="store_true", help="also: the k-th and all that follow")
    parser.add_argument("--seconds", type=int, default=0, help="end after so long")
    parser.add_argument("--seed", type=int, default=random.randrange(1, 2 ** 31))
    options = parser.parse_args()
    random.seed(options.seed)
    print(f"seed {options.seed}", flush=True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    folder = tempfile.mkdtemp(prefix="fettle-torture-", dir="/tmp")
    pathlib.Path(folder).chmod(0o711)
    torture = Torture(folder, options.seed)
    try:
        torture.start()
        passed, failed = run(torture, options)
    finally:
        wrong = torture.finish()
    for line in wrong:
        print(line)
    passed, failed = (passed, failed + 1) if wrong else (passed + 1, failed)
    print(f"{torture.tries} tries")
    if failed:
        print(f"journal: {folder}/journal, seed {options.seed}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
