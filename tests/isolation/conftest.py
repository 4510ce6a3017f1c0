# SPDX-License-Identifier: Apache-2.0
"""Two stores whose people must know nothing of each other; the seed, and the journal of what was sent."""

import os
import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))

from fettle import Daemon, ROOT, fettled, judge_log  # noqa: E402
from world import CANARY, Journal, World  # noqa: E402

LONG = os.environ.get("FETTLE_ISOLATION_LONG") == "1"
# Workers inherit what the first process of a run has set.
SEED = os.environ.setdefault("FETTLE_SEED", str(random.randrange(10 ** 9)))
JOURNALS = ROOT / "build/isolation"


def pytest_report_header():
    return f"isolation: {'long' if LONG else 'short'} run; to repeat it: FETTLE_SEED={SEED}"


@pytest.fixture(scope="session")
def journal(request):
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    JOURNALS.mkdir(parents=True, exist_ok=True)
    journal = Journal(JOURNALS / f"journal-{worker}.ndjson")
    failed = request.session.testsfailed
    yield journal
    journal.close(keep=request.session.testsfailed > failed)


@pytest.fixture
def dice(request):
    """Chance of this test's own, whatever ran before it."""
    return random.Random(f"{SEED} {request.node.name}")


def binary_of(daemon):
    return pathlib.Path(daemon.program).name


@pytest.fixture(scope="session")
def daemons(run, db, tmp_path_factory, book):
    """start(binary, **settings): a daemon on the run's database.  Its commits do not wait for the disk:
    nobody pulls the plug of this database, and most of a run would be waiting."""
    with db.cursor() as cursor:
        # two processes at once would both add the same row
        cursor.execute("SELECT pg_advisory_lock(hashtext('isolation'))")
        cursor.execute("ALTER ROLE fettle_app SET synchronous_commit = off")
        cursor.execute("SELECT pg_advisory_unlock(hashtext('isolation'))")
    running = []

    def start(binary="fettled", **settings):
        url = run["dsn"].replace("user=postgres", "user=fettle_app")
        # two of them for each process of the run share the server's connections with the run's own daemon
        daemon = Daemon(tmp_path_factory.mktemp(binary), DATABASE_URL=url, **{"WORKERS": "6", **settings})
        daemon.program = str(pathlib.Path(fettled()).with_name(binary))
        running.append(daemon)
        return daemon.start()
    yield start
    for daemon in running:
        assert daemon.stop() == 0, daemon.log()
        # Row security refuses what the unguarded one asks for.
        allowed = {"state=42501"} if binary_of(daemon) == "fettled_unguarded" else set()
        wrong = judge_log(daemon.log(), allowed) + [f"theirs: {word}" for word in set(CANARY.findall(daemon.log()))]
        assert not wrong, wrong[:20]


@pytest.fixture(scope="session")
def world(daemons, db, contract, book, journal):
    return World(daemons().port, db, contract, book, journal)


@pytest.fixture(scope="session")
def unguarded(daemons):
    """The port of the daemon that asks for no permission, on the same database."""
    daemon = daemons("fettled_unguarded")
    assert "event=unguarded" in daemon.log()
    return daemon.port


@pytest.fixture(scope="session")
def long():
    return LONG
