# SPDX-License-Identifier: Apache-2.0
"""One daemon for a whole run, whatever the number of processes, judged by its log at the end; and a chain of stores in it."""

import json
import os
import pathlib
import shutil
import sys
import tempfile
import urllib.request

import psycopg2
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "api"))

from fettle import (  # noqa: E402
    BAD, Book, Chain, Contract, Daemon, People, fettled, judge_log, judge_privacy, judge_secrets)

def is_worker(config):
    return hasattr(config, "workerinput")


def pytest_sessionstart(session):
    """The controlling process starts the daemon; workers are told where it is."""
    config = session.config
    if is_worker(config):
        config.fettle = config.workerinput["fettle"]
        return
    config.fettle = None
    config.fettle_daemon = None
    if config.option.collectonly:
        return
    folder = tempfile.mkdtemp(prefix="fettle-test-")
    config.fettle_daemon = daemon = Daemon(folder, LOG_LEVEL="debug")
    try:
        daemon.start()
    except RuntimeError as error:
        daemon.stop()
        pytest.exit(str(error), returncode=1)
    config.fettle = {"folder": folder, "port": daemon.port, "dsn": daemon.dsn}


def pytest_configure_node(node):
    node.workerinput["fettle"] = node.config.fettle


def judge(folder, log, metrics):
    """What is wrong with the run as a whole."""
    wrong = ["in the log: " + line for line in judge_log(log, Book.load(folder, "allowed"))]
    secrets, sent = Book.load(folder, "secrets"), Book.load(folder, "sent")
    database = (pathlib.Path(folder) / "data/postgres.log").read_text(encoding="utf-8", errors="replace")
    database = database.partition("You can now start the database server")[2] or database  # behind what initdb says
    for name, said in (("log", log), ("metrics", metrics), ("database's log", database)):
        wrong += [f"a secret stands in the {name}: {secret[:6]}..." for secret in judge_secrets(said, secrets)]
        wrong += [f"what was sent stands in the {name}: {line}" for line in judge_privacy(said, sent)]
    if os.environ.get("FETTLE_TEST_ALL") == "1":
        contract = json.loads((pathlib.Path(folder) / "openapi.json").read_text(encoding="utf-8"))
        every = {op["operationId"] for item in contract["paths"].values() for op in item.values()}
        missed = sorted(every - Book.load(folder, "reached"))
        if missed:
            wrong.append(f"{len(missed)} operations never succeeded: " + " ".join(missed))
    return wrong


def last_metrics(daemon):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}/metrics", timeout=10) as reply:
            return reply.read().decode()
    except OSError:
        return ""  # its end is judged by its status


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    config = session.config
    if getattr(config, "fettle_book", None):
        config.fettle_book.save()
    if is_worker(config) or not getattr(config, "fettle_daemon", None):
        return
    daemon = config.fettle_daemon
    metrics = last_metrics(daemon)
    status = daemon.stop()
    wrong = judge(daemon.folder, daemon.log(), metrics)
    if status != 0:
        wrong.append(f"fettled ended with status {status}")
    config.fettle_wrong = wrong
    if wrong and session.exitstatus in (0, 1):
        session.exitstatus = 1
    if session.exitstatus == 1:
        config.fettle_log = daemon.log()[-20000:]
    shutil.rmtree(daemon.folder, ignore_errors=True)


def pytest_terminal_summary(terminalreporter, config):
    wrong = getattr(config, "fettle_wrong", [])
    if wrong:
        terminalreporter.section("the run as a whole", red=True)
        for line in wrong[:40]:
            terminalreporter.line(line)
    if getattr(config, "fettle_log", None):
        terminalreporter.section("end of the daemon's log")
        terminalreporter.write(config.fettle_log[-6000:])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A failed test shows the daemon's errors during it."""
    report = (yield).get_result()
    if report.when == "call" and report.failed and item.config.fettle:
        log = pathlib.Path(item.config.fettle["folder"]) / "fettled.log"
        lines = [line for line in log.read_text(errors="replace").splitlines()[-400:] if BAD.search(line)]
        if lines:
            report.sections.append(("errors in the daemon's log", "\n".join(lines[-10:])))


@pytest.fixture(scope="session")
def run(request):
    """Where the daemon is: folder, port, dsn."""
    return request.config.fettle


@pytest.fixture(scope="session")
def db(run):
    """The superuser's connection, for what the API does not tell.  Each statement commits."""
    connection = psycopg2.connect(run["dsn"])
    connection.autocommit = True
    yield connection
    connection.close()


@pytest.fixture
def sql(db):
    """sql(statement, arguments) -> rows."""
    def execute(statement, arguments=None):
        with db.cursor() as cursor:
            cursor.execute(statement, arguments)
            return cursor.fetchall() if cursor.description else []
    return execute


@pytest.fixture(scope="session")
def contract():
    """The contract as it was built beside the daemon."""
    text = (pathlib.Path(fettled()).parent / "generated/openapi.json").read_text(encoding="utf-8")
    return Contract(json.loads(text))


@pytest.fixture(scope="session")
def book(request, run, contract):
    """What the session has reached, and what must not be in the log."""
    name = getattr(request.config, "workerinput", {}).get("workerid", "main")
    request.config.fettle_book = Book(run["folder"], name)
    (pathlib.Path(run["folder"]) / "openapi.json").write_text(json.dumps(contract.doc), encoding="utf-8")
    return request.config.fettle_book


@pytest.fixture
def allow_log(book):
    """allow_log(pattern): a line of the log that this test provokes."""
    return lambda pattern: book.allowed.add(pattern)


@pytest.fixture(scope="session")
def people(run, db, contract, book):
    return People(db, run["port"], contract, book)


@pytest.fixture(scope="session")
def chain(people):
    """Headquarters, its people, and new regions and stores."""
    return Chain(people)


@pytest.fixture(scope="session")
def admin(chain):
    """A client of an administrator of the chain."""
    return chain.admin


@pytest.fixture
def store(chain):
    """A store of this test's own, with people: store.advisor.post(...)."""
    return chain.store()


@pytest.fixture
def another(run, tmp_path_factory, book):
    """another(command, **settings): one more daemon on the same database; it ends with the test."""
    daemons = []

    def start(command="serve", **settings):
        url = run["dsn"].replace("user=postgres", "user=fettle_app")
        daemon = Daemon(tmp_path_factory.mktemp("another"), **{"DATABASE_URL": url, **settings})
        daemons.append(daemon)
        return daemon.start(command=command)
    yield start
    for daemon in daemons:
        assert daemon.stop() == 0, daemon.log()
        assert not judge_log(daemon.log(), book.allowed)
