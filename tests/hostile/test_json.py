# SPDX-License-Identifier: Apache-2.0
"""Every document of documents.py to operations of every shape of body: what is no JSON is 400 and changes nothing, and all of it is cheap."""

import concurrent.futures
import json
import pathlib
import re
import time

import pytest

from documents import BAD, DOCUMENTS, GOOD, VALUES, enormous
from fettle import Client, Contract, fettled, is_sanitized, uuid7
from shapes import members, plain
from sizes import BODY, DEPTH, VALUES as VALUES_MAX

CONTRACT = Contract(json.loads((pathlib.Path(fettled()).parent / "generated/openapi.json").read_text(encoding="utf-8")))
CLASSES = [("value", *key) for key in VALUES] + [("document", *key) for key in DOCUMENTS]
SECONDS = 5        # for one document; only one whose cost grows faster than its size takes them
A_TIME = 3         # operations a class in a short run
GROWTH = 16 << 10  # KiB of the daemon, after what its threads keep is there


def shape(op):
    """What kinds of members the body has, and whether it may be left out."""
    kinds = {"optional"} if "x-body-optional" in op.described else set()
    for pointer, schema in members(CONTRACT, op.body):
        inner, nullable = plain(CONTRACT, schema)
        kinds |= {inner.get("type") + ("s" if pointer.rstrip("0").endswith("/") else ""), "null" if nullable else "", inner.get("format") or ""}
    return op.method, op.auth, frozenset(kinds)


def of_every_shape():
    found = {}
    for op in CONTRACT.operations:
        if op.body and op.auth != "link":
            found.setdefault(shape(op), op)
    return list(found.values())


OPERATIONS = of_every_shape()


def path_of(op):
    """Ids that name nothing: a body is read before anything is looked for."""
    return re.sub(r"\{\w+\}", lambda _: uuid7(), op.path)


def send(client, op, body):
    began = time.monotonic()
    reply = client.request(op.method, path_of(op), raw=body, version=1 if op.method in ("PATCH", "PUT") else None)
    assert time.monotonic() - began < SECONDS, (op.id, body[:80])
    return reply


def check(reply, op, body, wanted):
    where = (op.id, body[:200], reply)
    assert 400 <= reply.status < 500 and reply.headers["Content-Type"] == "application/problem+json", where
    is_malformed = (reply.status, reply.code) == (400, "malformed_json")
    if wanted == BAD:
        assert is_malformed, where
    elif wanted == GOOD:
        assert not is_malformed, where


def bodies(level, documents):
    """A value stands as a member that the body may have and as one that it has not, and within an array."""
    for document in documents:
        if level == "document":
            yield document
        else:
            yield b'{"no_such_member":0,"name":' + document + b"}"
            yield b'{"no_such_member":[1,' + document + b"]}"


@pytest.mark.parametrize("level, kind, wanted", CLASSES, ids=lambda value: value.replace(" ", "-"))
def test_documents(chain, journal, chance, long, level, kind, wanted):
    documents = (VALUES if level == "value" else DOCUMENTS)[kind, wanted]
    for op in OPERATIONS if long else chance.sample(OPERATIONS, A_TIME):
        for body in bodies(level, documents):
            journal.note(body, operation=op.id)
            check(send(chain.admin, op, body), op, body, wanted)


def resident(daemon):
    status = (pathlib.Path("/proc") / str(daemon.process.pid) / "status").read_text(encoding="utf-8")
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


def test_enormous_documents(another, chain, contract, book, journal, long):
    """As much as a body may hold, in each form, from several clients at once: refused in time, and the daemon does not grow by them."""
    daemon = another(WORKERS=4)
    create, change = CONTRACT.by_id["createCustomer"], CONTRACT.by_id["updateCustomer"]
    documents = list(enormous(BODY, DEPTH))
    client = Client(daemon.port, contract, book, chain.admin.token)

    def all_of_them(_):
        for number, (name, body, wanted) in enumerate(documents):
            assert len(body) <= BODY, name
            op = (create, change)[number % 2]
            check(send(client, op, body), op, body, wanted)
    for name, body, _ in documents:
        journal.note(body[:1000], document=name)
    all_of_them(0)
    before = resident(daemon)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(all_of_them, range(4)))
        after = resident(daemon)
        for _ in range(10 if long else 0):
            list(pool.map(all_of_them, range(4)))
    print({"KiB before": before, "after": after, "at the end": resident(daemon)})
    # a sanitizer keeps what was freed for a while
    assert is_sanitized() or resident(daemon) - before < GROWTH


def most(schema):
    """Values in the largest body of a schema."""
    schema, _ = plain(CONTRACT, schema)
    count = 1 + sum(most(sub) for sub in schema.get("properties", {}).values())
    if "items" in schema:
        count += schema["maxItems"] * most(schema["items"])
    return count + schema.get("maxProperties", 0)


@pytest.mark.parametrize("count, wanted", [(VALUES_MAX, GOOD), (VALUES_MAX + 1, BAD), (50 * VALUES_MAX // 2, BAD)])
def test_values(chain, count, wanted):
    """The limit of a body's values lets the largest body through that the contract describes."""
    assert all(2 * most(op.body) < VALUES_MAX for op in CONTRACT.operations if op.body)
    op = CONTRACT.by_id["createCustomer"]
    body = b'{"no_such_member":[' + b",".join([b"0"] * (count - 2)) + b"]}"
    check(send(chain.admin, op, body), op, body, wanted)
