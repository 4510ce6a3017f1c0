# SPDX-License-Identifier: Apache-2.0
"""Each limit: what is at it is taken, what is one above and far above is refused, and a good request follows."""

import json
import pathlib
import re
import select
import socket
import struct

import pytest

from fettle import Contract, fettled, is_sanitized, uuid7, wait_for
from shapes import changed, members, plain, right
from sizes import BODY, DEPTH, FILE, HEAD, HEADERS, IMPORT, NO_BODY, TARGET
from wire import Wire

CONTRACT = Contract(json.loads((pathlib.Path(fettled()).parent / "generated/openapi.json").read_text(encoding="utf-8")))
FAR = 4        # times the limit
PIPELINED = 100


def head(first, *fields):
    return "\r\n".join([first, "Host: a", *fields]).encode() + b"\r\n\r\n"


def padded(size):
    """A head of that many octets, its end included."""
    bare = head("GET /healthz HTTP/1.1", "X-A: ")
    return head("GET /healthz HTTP/1.1", "X-A: " + "a" * (size - len(bare)))


def of_target(size):
    return head("GET /" + "a" * (size - 1) + " HTTP/1.1")


def of_fields(count):
    return head("GET /healthz HTTP/1.1", *[f"X-{n}: y" for n in range(count - 1)])


def blanks(size):
    """JSON that is refused for what it says, and not for its size."""
    return b'{"no_such_member":0' + b" " * (size - 20) + b"}"


def nested(depth):
    return b'{"no_such_member":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


# name, limit, what is sent with that much, status at the limit, status above it
HEADS = [("head", HEAD, padded, 200, 431), ("target", TARGET, of_target, 404, 414), ("fields", HEADERS, of_fields, 200, 431)]
AT = (422, "validation_failed")
BODIES = [("body", BODY, blanks, AT, (413, "too_large_body")), ("depth", DEPTH, nested, AT, (400, "malformed_json"))]


def names(value):
    return value if isinstance(value, str) else ""


def around(limit):
    """(size, is it beyond the limit?)"""
    return [(limit, False), (limit + 1, True), (limit * FAR, True)]


@pytest.mark.parametrize("name, limit, make, at, above", HEADS, ids=names)
def test_heads(site, journal, name, limit, make, at, above):
    for size, beyond in around(limit):
        with site.connect() as wire:
            sent = make(size)
            journal.note(sent, limit=name, size=size)
            wire.send(sent)
            answer = wire.answer()
            assert answer and answer.status == (above if beyond else at), (size, answer)
            if beyond:
                answer.check_problem()
                assert wire.answer() is None
        site.alive(f"after-{name}-{size}")


@pytest.mark.parametrize("chunked", [False, True], ids=["told", "in-chunks"])
@pytest.mark.parametrize("name, limit, make, at, above", BODIES, ids=names)
def test_bodies(chain, name, limit, make, at, above, chunked):
    for size, beyond in around(limit):
        body = make(size)
        client = chain.people.client(chain.admin.token)
        raw = iter([body[i:i + 65536] for i in range(0, size, 65536)]) if chunked and name == "body" else body
        try:
            reply = client.post("/v1/regions", raw=raw)
        except (BrokenPipeError, ConnectionResetError):
            # http.client does not read what was said before it was through with its body
            assert beyond and name == "body", size
        else:
            assert (reply.status, reply.code) == (above if beyond else at), (size, reply)
        client.close()
        chain.admin.get("/v1/me", expect=200)


PICTURE = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
PIECE = 1 << 18
GROWTH = 8 << 10  # KiB


def memory(daemon):
    """KiB of its own: what it has mapped of a file is the file's."""
    status = (pathlib.Path("/proc") / str(daemon.process.pid) / "status").read_text(encoding="utf-8")
    return int(re.search(r"RssAnon:\s+(\d+)", status).group(1))


def stream(wire, first, size, watch):
    """A chunked body of that many octets, until it is out or an answer comes; watch() beside it."""
    sent = 0
    while sent < size and not select.select([wire.socket], [], [], 0)[0]:
        part = (bytes(PIECE) if sent else first.ljust(PIECE, b"\0"))[:size - sent]
        wire.send(b"%x\r\n" % len(part) + part + b"\r\n")
        sent += len(part)
        watch()
    if sent == size:
        wire.send(b"0\r\n\r\n")
    return wire.answer()


# path, type, how it begins, the limit, and what is said at it: an import of no kind does not begin
SPOOLED = [("/v1/files?name=x", "image/png", PICTURE, FILE, (201, None)),
           ("/v1/imports?kind=nothing", "text/csv", b"code\n", IMPORT, (400, "bad_parameter"))]


@pytest.mark.parametrize("path, kind, first, limit, at", SPOOLED, ids=["file", "import"])
def test_what_goes_to_a_file(another, chain, store, path, kind, first, limit, at):
    """Really sent, piece by piece: taken up to the limit, refused above it, and the daemon's memory stays."""
    daemon = another()
    fields = (f"Authorization: Bearer {chain.admin.token}", f"Content-Type: {kind}", "Transfer-Encoding: chunked")
    with Wire(daemon.port) as wire:
        assert served(wire)
    seen = [memory(daemon)]
    for size, beyond in around(limit):
        with Wire(daemon.port, timeout=60) as wire:
            wire.send(head(f"POST {path}&store_id={store.id} HTTP/1.1", *fields))
            answer = stream(wire, first, size, lambda: seen.append(memory(daemon)))
        assert (answer.status, answer.code) == ((413, "too_large_body") if beyond else at), (size, answer)
        with Wire(daemon.port) as wire:
            assert served(wire)
    print({"KiB before": seen[0], "at most": max(seen)})
    assert is_sanitized() or max(seen) - seen[0] < GROWTH


@pytest.mark.parametrize("op", [op for op in CONTRACT.operations if op.method != "GET"], ids=lambda op: op.id)
def test_sizes_that_are_told(site, op):
    """Before a body is sent, each operation says whether it takes so much."""
    usual = op.described.get("x-max-body", BODY if "x-body" in op.described else NO_BODY)
    spool = op.described.get("x-spool", {"max": usual, "types": ["application/json"]})
    path = re.sub(r"\{\w+\}", lambda _: uuid7(), op.path)
    for size, beyond in around(spool["max"]):
        with site.connect() as wire:
            wire.send(head(f"{op.method} {path} HTTP/1.1", f"Content-Type: {spool['types'][0]}", f"Content-Length: {size}", "Expect: 100-continue"))
            answer = wire.answer()
            assert answer.status == (413 if beyond else 100), (size, answer)


@pytest.mark.parametrize("op", [op for op in CONTRACT.operations if op.query("limit") and op.auth == "token"], ids=lambda op: op.id)
def test_pages(chain, op):
    path = re.sub(r"\{\w+\}", lambda _: uuid7(), op.path)
    for size, beyond in around(plain(CONTRACT, op.query("limit")["schema"])[0]["maximum"]):
        reply = chain.admin.get(path, params={"limit": size})
        if reply.code == "forbidden":
            return  # headquarters may not
        told = reply.errors.get("limit") if reply.status >= 400 else None
        assert told == ("too_large" if beyond else None), (size, reply)


def limited(op):
    """(pointer, limit, code beyond it, part) of texts and arrays of a body."""
    for pointer, schema in members(CONTRACT, op.body):
        schema, _ = plain(CONTRACT, schema)
        if "maxItems" in schema:
            yield pointer, schema["maxItems"], "too_many", [right(CONTRACT, schema["items"])]
        elif "maxLength" in schema and "enum" not in schema and "format" not in schema:
            yield pointer, schema["maxLength"], "too_long", "龍"


@pytest.mark.parametrize("op", [op for op in CONTRACT.operations if op.body and op.auth == "token"], ids=lambda op: op.id)
def test_texts_and_arrays(chain, op):
    """A member that nobody knows keeps all of them from being taken."""
    body = {"no_such_member": 0, **right(CONTRACT, op.body)}
    path = re.sub(r"\{\w+\}", lambda _: uuid7(), op.path)
    for pointer, limit, code, part in limited(op):
        for size, beyond in around(limit):
            reply = chain.admin.request(op.method, path, changed(body, pointer, part * size), version=1 if op.method in ("PATCH", "PUT") else None)
            if reply.code == "forbidden":
                return  # headquarters may not; the limits of its stores' people are the same
            assert reply.status == 422 and (reply.errors.get(pointer) == code) is beyond, (pointer, size, reply)


@pytest.mark.parametrize("count", [PIPELINED, PIPELINED + 1, PIPELINED * FAR])
def test_pipelined_requests(site, chain, count):
    """All of them are answered, in their order, whether the loop or the database answers."""
    targets = ("/healthz", "/v1/me", "/nothing")
    statuses = (200, 200, 404)
    with site.connect() as wire:
        wire.send(b"".join(head(f"GET {targets[n % 3]} HTTP/1.1", f"Authorization: Bearer {chain.admin.token}", f"Request-Id: pipe-{n}") for n in range(count)))
        answers = [wire.answer() for _ in range(count)]
    assert [(a.status, a["Request-Id"]) for a in answers] == [(statuses[n % 3], f"pipe-{n}") for n in range(count)]


def served(wire):
    wire.send(head("GET /healthz HTTP/1.1"))
    answer = wire.answer()
    return answer and answer.status == 200


LIMIT = 12  # connections


def full(daemon):
    kept = [Wire(daemon.port) for _ in range(LIMIT)]
    assert all(served(wire) for wire in kept)
    return kept


def test_connections_of_one_address(another):
    """Those that are there stay, those beyond are closed, and whoever goes makes room."""
    daemon = another(MAX_CONNECTIONS_PER_ADDRESS=LIMIT)
    kept = full(daemon)
    for _ in range(LIMIT * FAR):
        with Wire(daemon.port, timeout=5) as wire:
            assert not served(wire)
    assert all(served(wire) for wire in kept)
    kept.pop().socket.close()

    def again():
        with Wire(daemon.port, timeout=5) as wire:
            return served(wire)
    wait_for(again)
    assert all(served(wire) for wire in kept)


def test_connections_over_ipv6(another):
    """On :: an IPv4 address is counted as itself, beside that of IPv6."""
    daemon = another(ADDRESS="::", MAX_CONNECTIONS_PER_ADDRESS=LIMIT)
    kept = full(daemon)

    def served_by(host):
        with socket.create_connection((host, daemon.port), 5) as wire:
            wire.sendall(head("GET /healthz HTTP/1.1", "Connection: close"))
            try:
                return wire.recv(100).startswith(b"HTTP/1.1 200 ")
            except ConnectionError:
                return False
    assert not served_by("127.0.0.1") and served_by("::1")
    for wire in kept:
        wire.socket.close()
    wait_for(lambda: served_by("127.0.0.1"))
    kept = [socket.create_connection(("::1", daemon.port), 5) for _ in range(LIMIT)]
    wait_for(lambda: not served_by("::1"))
    assert served_by("127.0.0.1")
    for wire in kept:
        wire.close()


def test_connections_of_all(another):
    """Those that are there stay, those beyond wait for room."""
    daemon = another(MAX_CONNECTIONS=LIMIT)
    kept = full(daemon)
    waiting = [Wire(daemon.port, timeout=30) for _ in range(LIMIT * FAR)]
    for wire in waiting:
        wire.send(head("GET /healthz HTTP/1.1", "Connection: close"))
    assert waiting[0].silent(), waiting[0].received
    assert all(served(wire) for wire in kept)
    kept.pop().socket.close()
    assert [wire.answer().status for wire in waiting] == [200] * len(waiting)
    assert all(served(wire) for wire in kept)
