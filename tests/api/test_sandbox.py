# SPDX-License-Identifier: Apache-2.0
"""What the serving daemon has given up: root, and the system calls it does not need."""

import os
import pathlib
import signal
import time

import pytest

from fettle import Daemon, is_sanitized, wait_for

NARROW = pytest.mark.skipif(is_sanitized(), reason="sanitizers need what the sandbox refuses")


def states(pid):
    """{thread: (Seccomp, NoNewPrivs)}; 2 is a filter."""
    found = {}
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        status = dict(line.split(":\t", 1) for line in (thread / "status").read_text(encoding="utf-8").splitlines() if ":\t" in line)
        found[thread.name] = (status["Seccomp"].strip(), status["NoNewPrivs"].strip())
    return found


@NARROW
@pytest.mark.parametrize("command", ["serve", "jobs"])
def test_every_thread_is_in_it(another, command):
    found = states(another(command).process.pid)
    assert len(found) > 1 and set(found.values()) == {("2", "1")}, found


@NARROW
def test_a_setting_switches_it(another):
    assert set(states(another(SANDBOX="0").process.pid).values()) == {("0", "0")}
    killing = another(SANDBOX="2")
    assert set(states(killing.process.pid).values()) == {("2", "1")}
    assert killing.stop() == 0 and "event=stopped" in killing.log()


@pytest.fixture
def own(tmp_path_factory):
    """A daemon with a private cluster of its own."""
    daemon = Daemon(tmp_path_factory.mktemp("own"))
    yield daemon.start()
    daemon.stop()


def children(pid):
    return [int(child) for thread in pathlib.Path(f"/proc/{pid}/task").iterdir()
            for child in (thread / "children").read_text(encoding="utf-8").split()]


def starter(daemon):
    found = [pid for pid in children(daemon.process.pid) if pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="utf-8") == "fettled-starter\n"]
    assert len(found) == 1, children(daemon.process.pid)
    return found[0]


def test_it_starts_postgresql_again_all_the_same(own):
    """The starter, which is outside, does it; what it starts is outside as well."""
    first = children(starter(own))
    assert len(first) == 1 and set(states(first[0]).values()) == {("0", "0")}
    os.kill(first[0], signal.SIGKILL)
    wait_for(lambda: children(starter(own)) not in ([], first), seconds=30)
    assert "event=cluster_died" in own.log()


def test_without_its_starter_it_ends(own):
    """So that whoever supervises it starts all of it again."""
    os.kill(starter(own), signal.SIGKILL)
    own.process.wait(10)
    assert own.process.returncode == -signal.SIGABRT
    assert "the process that starts PostgreSQL has ended" in own.log()
    assert own.start().port and own.stop() == 0


def test_the_starter_ends_with_it(own):
    helper = starter(own)
    postgres = children(helper)[0]
    own.process.kill()
    own.process.wait()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and any(pathlib.Path(f"/proc/{pid}").exists() for pid in (helper, postgres)):
        time.sleep(0.05)
    assert not pathlib.Path(f"/proc/{helper}").exists() and not pathlib.Path(f"/proc/{postgres}").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="tells root apart")
@pytest.mark.parametrize("command", ["serve", "jobs"])
def test_root_does_not_serve(run, tmp_path, command):
    url = run["dsn"].replace("user=postgres", "user=fettle_app")
    done = Daemon(tmp_path, DATABASE_URL=url, ALLOW_ROOT="0").run(command)
    assert done.returncode == 77 and "FETTLE_ALLOW_ROOT" in done.stderr, done
