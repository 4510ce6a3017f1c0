# SPDX-License-Identifier: Apache-2.0
"""A log that is flooded, that nobody reads, or that has no room: the service goes on, and says later what is missing."""

import collections
import concurrent.futures
import fcntl
import os
import re
import shutil
import socket
import subprocess
import time

from fettle import Client, Daemon, judge_log, wait_for
from front import free_port
from wire import Wire

LINES_A_SECOND = 10  # as lib/core/log.c has it
SMALL = 32768         # octets of the pipe: some hundred lines
CALLS = 200


def lines_of(log):
    """{event: [second of the clock]} and {event: lines that were left out}, access lines aside."""
    lines, dropped = collections.defaultdict(list), collections.Counter()
    for second, event, count in re.findall(r"time=(\S+?)[.Z]\S* level=\S+ event=(\S+)(?: dropped=(\d+))?", log):
        if event != "request":
            lines[event].append(second)
            dropped[event] += int(count or 0)
    return lines, dropped


def check_cap(log, event, times):
    """All that happened was told or counted, in no second more than the cap; a second of the daemon's may lie in two of the clock."""
    lines, dropped = lines_of(log)
    assert lines[event] and len(lines[event]) + dropped[event] == times, (event, len(lines[event]), dropped[event], times)
    for name, seconds in lines.items():
        assert max(collections.Counter(seconds).values()) <= 2 * LINES_A_SECOND, (name, seconds)
        assert len(seconds) <= LINES_A_SECOND * (len(set(seconds)) + 1), (name, seconds)


def test_cut_connections_do_not_flood_the_log(another):
    """Some hundred connections cut within a second."""
    daemon = another(HEAD_SECONDS=1)
    dripping = [socket.create_connection(("127.0.0.1", daemon.port), 10) for _ in range(300)]
    for wire in dripping:
        wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n")
    for wire in dripping:
        try:
            assert wire.recv(100) == b""
        except ConnectionError:
            pass
        wire.close()
    time.sleep(1.1)  # what was left out stands in the next line
    with socket.create_connection(("127.0.0.1", daemon.port), 10) as last:
        last.sendall(b"GET /healthz HTTP/1.1\r\n")
        assert last.recv(100) == b""
    check_cap(daemon.log(), "http_cut", 301)


def test_failing_requests_do_not_flood_the_log(another, allow_log, chain, contract, book):
    """Uploads fail for want of a folder: each is refused, and ten a second are told to the operator."""
    for event in ("http_spool_failed", "import_file"):
        allow_log("event=" + event)
    daemon = another()
    client = Client(daemon.port, contract, book, chain.admin.token)
    store = chain.store(bays=0).id

    def send():
        return client.post("/v1/imports", raw=b"name,kind,phone\nx,person,13900000000\n", params={"kind": "customers", "store_id": store},
                           headers={"Content-Type": "text/csv"})
    assert send().status == 202
    for folder, event in (("imports", "import_file"), ("files", "http_spool_failed")):
        path = daemon.folder / "data" / folder
        shutil.rmtree(path)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            replies = list(pool.map(lambda _: send(), range(80)))
        assert {reply.status for reply in replies} == {503}, replies[-1]
        time.sleep(1.1)
        assert send().status == 503
        check_cap(daemon.log(), event, 81)
        path.mkdir(mode=0o700)
        assert send().status == 202


def ready(daemon):
    """A log that is not read cannot tell so."""
    assert daemon.process.poll() is None
    try:
        with Wire(daemon.port, timeout=5) as wire:
            wire.send(b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
            return wire.answer().status == 200
    except ConnectionRefusedError:
        return False


def start(daemon, stderr):
    """As Daemon.start(), but what it says goes elsewhere."""
    daemon.port = free_port()
    daemon.settings["PORT"] = str(daemon.port)
    daemon.process = subprocess.Popen([daemon.program, "serve"], env=daemon.environment(), stdin=subprocess.DEVNULL,
                                      stdout=stderr, stderr=stderr)
    wait_for(lambda: ready(daemon), 60)


def use(daemon, chain, contract, book):
    """Reads from the loop, commands from workers, refusals: all of them are served, and in time."""
    client = Client(daemon.port, contract, book, chain.admin.token)
    for n in range(CALLS):
        began = time.monotonic()
        client.get("/v1/me", expect=200)
        client.post("/v1/regions", {"code": chain.unique(), "name": "x"}, expect=201)
        client.get("/v1/nothing", expect=404)
        assert time.monotonic() - began < 5, n


def make(folder, run):
    return Daemon(folder, DATABASE_URL=run["dsn"].replace("user=postgres", "user=fettle_app"))


def test_a_log_that_nobody_reads(tmp_path, run, chain, contract, book):
    """Stderr is a pipe that is full: no request waits, the next line that is read tells of those before, and the daemon ends well."""
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, SMALL)
    os.set_blocking(read, False)
    daemon = make(tmp_path, run)
    try:
        start(daemon, write)
        use(daemon, chain, contract, book)
        early = os.read(read, 2 * SMALL).decode()
        assert early.endswith("\n") and "event=request" in early
        Client(daemon.port, contract, book, chain.admin.token).get("/v1/me", expect=200)
        late = os.read(read, 2 * SMALL).decode()
        lost = re.search(r"event=request lost=(\d+) id=", late)
        assert lost and 3 * CALLS - early.count("\n") < int(lost.group(1)) < 4 * CALLS, (early.count("\n"), late)
        assert not judge_log(early + late)
        use(daemon, chain, contract, book)
    finally:
        status = daemon.stop()
        os.close(write)
        os.close(read)
    assert status == 0


def test_a_log_whose_reader_is_gone(tmp_path, run, chain, contract, book):
    """Stderr is a pipe of which nobody holds the other end."""
    read, write = os.pipe()
    daemon = make(tmp_path, run)
    try:
        start(daemon, write)
        os.close(read)
        use(daemon, chain, contract, book)
    finally:
        status = daemon.stop()
        os.close(write)
    assert status == 0


def test_a_log_on_a_full_file_system(tmp_path, run, chain, contract, book):
    """Stderr takes nothing: ENOSPC for every line."""
    daemon = make(tmp_path, run)
    with open("/dev/full", "wb", buffering=0) as full:
        start(daemon, full)
        try:
            use(daemon, chain, contract, book)
        finally:
            status = daemon.stop()
    assert status == 0
