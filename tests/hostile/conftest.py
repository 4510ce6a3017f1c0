# SPDX-License-Identifier: Apache-2.0
"""Hostile clients: the seed, the journal of what was sent, and a daemon that is judged by its own log."""

import base64
import json
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile
import time

import pytest

API = pathlib.Path(__file__).resolve().parents[1] / "api"
sys.path.insert(0, str(API))

from fettle import Daemon, judge_log  # noqa: E402
from front import Nginx  # noqa: E402
from wire import Wire  # noqa: E402

SEED = int(os.environ.setdefault("FETTLE_SEED", str(random.SystemRandom().randrange(10 ** 9))))
LONG = os.environ.get("FETTLE_LONG") == "1"
JOURNAL = pathlib.Path(os.environ.get("FETTLE_JOURNAL", "build/hostile")).resolve()


def pytest_report_header():
    return f"hostile: seed {SEED} (FETTLE_SEED), {'long' if LONG else 'short'}, journal in {JOURNAL}"


@pytest.fixture(scope="session")
def long():
    return LONG


@pytest.fixture
def chance(request):
    """Random numbers that are the same for a test whenever it runs with this seed."""
    return random.Random(f"{SEED} {request.node.nodeid}")


class Journal:
    """What a test sent, kept when it failed."""

    def __init__(self, name):
        self.path = JOURNAL / (re.sub(r"[^A-Za-z0-9]+", "-", name)[:80] + f"-{SEED}.ndjson")
        self.entries = []

    def note(self, sent, **more):
        self.entries.append({"time": round(time.time(), 3), "sent": base64.b64encode(sent).decode(), **more})

    def keep(self):
        JOURNAL.mkdir(parents=True, exist_ok=True)
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(json.dumps({"seed": SEED}) + "\n")
            file.writelines(json.dumps(entry, default=repr) + "\n" for entry in self.entries)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    item.failed = getattr(item, "failed", False) or report.failed


@pytest.fixture
def journal(request):
    made = Journal(request.node.name)
    yield made
    if getattr(request.node, "failed", False):
        made.keep()


class Site:
    """A daemon of this process's own and nginx before it."""

    def __init__(self, folder, url):
        self.daemon = Daemon(folder / "daemon", DATABASE_URL=url, TRUSTED_PROXY="127.0.0.1", BODY_SECONDS=2, HEAD_SECONDS=2)
        self.daemon.start()
        self.nginx = None
        self.folder = folder
        self.pid = self.daemon.process.pid
        self.read = 0

    def front(self):
        if not self.nginx:
            folder = self.folder / "nginx"
            folder.mkdir()
            self.nginx = Nginx(folder, self.daemon.port)
            self.nginx.start()
        return self.nginx

    def connect(self, through_nginx=False):
        return Wire(self.front().port, self.front().tls) if through_nginx else Wire(self.daemon.port)

    def requests(self, until):
        """(id, operation, status) of the requests logged since the last call, up to the one with the id `until`."""
        deadline = time.monotonic() + 10
        while True:
            text = self.daemon.log_path.read_bytes()[self.read:]
            whole = text[:text.rfind(b"\n") + 1].decode()
            found = re.findall(r"event=request (?:(?:dropped|lost)=\d+ )*id=(\S+) op=(\S+) status=(\d+)", whole)
            if any(line[0] == until for line in found):
                self.read += len(whole.encode())
                return [(name, operation, int(status)) for name, operation, status in found if name != until]
            assert time.monotonic() < deadline, f"{until} is not in the log: {whole[-2000:]}"
            time.sleep(0.005)

    def alive(self, name):
        """A good request on a new connection is served by the same process."""
        with Wire(self.daemon.port, timeout=5) as wire:
            wire.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nRequest-Id: %s\r\n\r\n" % name.encode())
            answer = wire.answer()
        assert answer and answer.status == 200, answer
        assert self.daemon.process.poll() is None and self.daemon.process.pid == self.pid

    def stop(self):
        if self.nginx:
            self.nginx.stop()
        status = self.daemon.stop()
        assert status == 0, self.daemon.log()[-4000:]
        assert not judge_log(self.daemon.log())


@pytest.fixture(scope="session")
def site(run):
    # nginx's workers are of another user, and put bodies aside in here; pytest takes the way into its own
    # folders from others whenever one of it starts.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fettle-site-"))
    folder.chmod(0o711)
    made = Site(folder, run["dsn"].replace("user=postgres", "user=fettle_app"))
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)
