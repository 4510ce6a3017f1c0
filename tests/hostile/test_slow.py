# SPDX-License-Identifier: Apache-2.0
"""Silent, dripping and deaf clients beside good ones: all good requests are served, and the others are cut."""

import pathlib
import resource
import selectors
import socket
import statistics
import time

import pytest

GOOD = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
BIG = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
LIMIT = 3  # seconds for a head and for a body
REQUESTS = 300


def connect(port):
    made = socket.create_connection(("127.0.0.1", port), 30)
    made.settimeout(30)
    return made


def measure(port, count):
    """Milliseconds of good requests, one after another on kept connections: p50, p99."""
    times = []
    with connect(port) as wire:
        for _ in range(count):
            begin = time.perf_counter()
            wire.sendall(GOOD)
            answer = b""
            while not answer.endswith(b"ok\n"):
                part = wire.recv(4096)
                assert part, answer
                answer += part
            times.append((time.perf_counter() - begin) * 1000)
    quantiles = statistics.quantiles(times, n=100)
    return round(quantiles[49], 2), round(quantiles[98], 2)


def is_open(wire):
    wire.setblocking(False)
    try:
        return bool(wire.recv(65536))
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def drip(wires, octets, seconds):
    """An octet to each of them, again and again; those that were cut."""
    cut, position, deadline = set(), 0, time.monotonic() + seconds
    while time.monotonic() < deadline and len(cut) < len(wires):
        for wire in wires:
            if wire in cut:
                continue
            try:
                wire.sendall(octets[position % len(octets):][:1])
            except OSError:
                cut.add(wire)
            else:
                if not is_open(wire):
                    cut.add(wire)
        position += 1
        time.sleep(0.2)
    return cut


def resident(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(text.split("VmRSS:")[1].split()[0]) // 1024


@pytest.fixture
def alone(another):
    return another(HEAD_SECONDS=LIMIT, BODY_SECONDS=LIMIT, IDLE_SECONDS=60)


def test_bad_company(alone, long, record_property):
    """Idle, dripping and deaf clients at once."""
    idle, dripping, deaf = (10000, 200, 64) if long else (1000, 60, 30)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, idle + 2000), hard))
    before = measure(alone.port, REQUESTS)
    silent = [connect(alone.port) for _ in range(idle)]
    unread = [connect(alone.port) for _ in range(deaf)]
    for wire in unread:
        wire.sendall(BIG * 20)
    heads = [connect(alone.port) for _ in range(dripping)]
    bodies = [connect(alone.port) for _ in range(dripping)]
    for wire in bodies:
        wire.sendall(b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n")
    beside = measure(alone.port, REQUESTS)
    cut = drip(heads + bodies, b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 400, 10 * LIMIT)
    after = measure(alone.port, REQUESTS)
    megabytes = resident(alone.process.pid)
    figures = {"p50, p99 ms alone": before, "beside": beside, "after": after, "cut": len(cut), "of": 2 * dripping, "MiB": megabytes}
    record_property("figures", str(figures))
    print(figures)
    assert len(cut) == 2 * dripping, figures
    assert all(is_open(wire) for wire in silent), "idle connections were cut"
    assert megabytes < 400, figures
    for wire in silent + unread + heads + bodies:
        wire.close()


def test_who_leaves_is_let_go(alone):
    """A client that closed its side and waits for nothing does not hold a connection until its time is over."""
    gone = [connect(alone.port) for _ in range(50)]
    for wire in gone:
        wire.sendall(GOOD)
        wire.shutdown(socket.SHUT_WR)
    waiting, deadline = selectors.DefaultSelector(), time.monotonic() + 20
    for wire in gone:
        waiting.register(wire, selectors.EVENT_READ)
    answers = dict.fromkeys(gone, b"")
    while waiting.get_map() and time.monotonic() < deadline:
        for key, _ in waiting.select(1):
            part = key.fileobj.recv(4096)
            answers[key.fileobj] += part
            if not part:
                waiting.unregister(key.fileobj)
    assert not waiting.get_map(), f"{len(waiting.get_map())} connections are still open"
    assert all(answer.endswith(b"ok\n") for answer in answers.values())


def test_a_stuck_chunk_stops_nobody(alone):
    """A chunk's line longer than the library's memory: it asks to be run for ever, and others are served all the same."""
    stuck = connect(alone.port)
    stuck.sendall(b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1;"
                  + b"a" * 65536)
    with connect(alone.port) as wire:
        wire.sendall(b"GET /v1/me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer nobody\r\nConnection: close\r\n\r\n")
        assert wire.recv(4096).startswith(b"HTTP/1.1 401 ")
    stuck.settimeout(5 * LIMIT)
    try:
        assert stuck.recv(100) == b"", "it was answered"
    except ConnectionError:
        pass
