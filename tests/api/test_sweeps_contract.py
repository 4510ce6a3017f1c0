# SPDX-License-Identifier: Apache-2.0
"""What holds for every operation of the contract, whatever it does: tokens, permissions, limits.

Nothing here needs an object to be there: all of it is decided before one is looked for.  Callers without a
token and ids of other stores are asked about in tests/isolation.
"""

import json
import pathlib

import pytest
import yaml

from fettle import Contract, ROOT, fettled, uuid7
from shapes import changed, members, plain, right, wrong_values

CONTRACT = Contract(json.loads((pathlib.Path(fettled()).parent / "generated/openapi.json").read_text(encoding="utf-8")))
OPERATIONS = sorted(CONTRACT.operations, key=lambda op: op.id)
KNOWN = [op for op in OPERATIONS if op.auth == "token"]
PERMISSIONS = yaml.safe_load((ROOT / "api-spec/permissions.yaml").read_text(encoding="utf-8"))


def named(operations):
    return pytest.mark.parametrize("op", operations, ids=lambda op: op.id)


def somewhere(op):
    """The operation's path with ids that name nothing."""
    path = op.path
    for parameter in op.parameters:
        if parameter["in"] == "path":
            schema, _ = plain(CONTRACT, parameter["schema"])
            value = uuid7() if schema.get("format") == "uuid" else right(CONTRACT, schema)
            path = path.replace("{%s}" % parameter["name"], value)
    return path


def required_query(op):
    return {p["name"]: right(CONTRACT, p["schema"]) for p in op.parameters
            if p["in"] == "query" and p.get("required")}


def send(client, op, body=None, path=None, **options):
    """The operation as a client would send it, with a version where one is needed."""
    if op.method in ("PATCH", "PUT"):
        options.setdefault("version", 1)
    if "x-spool" in op.described and body is None:
        kind = op.described["x-spool"]["types"][0]
        options.setdefault("raw", b"x")
        options["headers"] = {"Content-Type": kind, **options.get("headers", {})}
    options.setdefault("params", required_query(op))
    return client.request(op.method, path or somewhere(op), body, **options)


# --- Who ---

def expand(role):
    """The permissions of a role, read from the file anew: patterns, @role and !x."""
    found = set()
    for word in PERMISSIONS["roles"][role]["permissions"]:
        if word.startswith("@"):
            found |= expand(word[1:])
            continue
        names = {p for p in PERMISSIONS["permissions"]
                 if p == word.lstrip("!") or word.lstrip("!").endswith("*") and p.startswith(word.lstrip("!")[:-1])
                 or word.lstrip("!").startswith("*") and p.endswith(word.lstrip("!")[1:])}
        assert names, word
        found = found - names if word.startswith("!") else found | names
    return found


@pytest.fixture(scope="module")
def everyone(chain):
    """{role: (a holder in one store, a holder in the chain)}."""
    store = chain.store(bays=0)
    hire = chain.people.hire
    return {role: (hire(f"{store.code}-s-{role}".lower(), role, store=store.id),
                   hire(f"{store.code}-c-{role}".lower(), role)) for role in PERMISSIONS["roles"]}


@named(KNOWN)
def test_permissions(everyone, op):
    """Each role gets in where the table says so, and is told which permission is missing where not."""
    if not op.permissions:
        return  # everyone who is known
    for role, (in_store, in_chain) in everyone.items():
        holds = bool(set(op.permissions) & expand(role))
        for client, allowed in ((in_store, holds and op.described.get("x-scope") != "chain"), (in_chain, holds)):
            reply = send(client, op, {} if op.body else None)
            where = f"{role} in {'a store' if client is in_store else 'the chain'}: {reply}"
            if allowed:
                assert reply.code != "forbidden", where
            else:
                assert (reply.status, reply.code) == (403, "forbidden"), where
                assert op.permissions[0] in reply["detail"], where


# --- What ---

@named([op for op in OPERATIONS if op.auth != "link"])
def test_unknown_parameters(admin, op):
    reply = send(admin, op, {} if op.body else None, params={**required_query(op), "no_such_member": "red"})
    assert reply.status == 400 and reply.errors.get("no_such_member") == "unknown_parameter", reply


@named([op for op in KNOWN if any(p["in"] == "query" for p in op.parameters)])
def test_parameters_have_limits(admin, op):
    """One wrong parameter at a time; the answer names it."""
    for parameter in op.parameters:
        if parameter["in"] != "query":
            continue
        schema, _ = plain(CONTRACT, parameter["schema"])
        if schema.get("type") == "array":
            schema, _ = plain(CONTRACT, schema["items"])
        for value, code in wrong_values(CONTRACT, schema):
            # Everything is a text there.
            if value is None or isinstance(value, (dict, list, bool)) or code == "wrong_type" and value in (7, "1", 1, "true"):
                continue
            if value == "" or schema.get("type") == "array":
                continue
            reply = send(admin, op, params={**required_query(op), parameter["name"]: value})
            assert reply.status == 400, (parameter["name"], value, reply)
            assert parameter["name"] in reply.errors or reply.code == "bad_cursor", (value, reply)


def refuses_wrong_bodies(op, ask):
    """One wrong member at a time in a body that is otherwise right; the answer names it and nothing else."""
    whole = right(CONTRACT, op.body)
    tried = 0
    for pointer, schema in members(CONTRACT, op.body):
        for value, code in wrong_values(CONTRACT, schema):
            reply = ask(changed(whole, pointer, value))
            assert reply.status == 422 and reply.code == "validation_failed", (pointer, value, reply)
            at = {p: c for p, c in reply.errors.items() if p == pointer or p.startswith(pointer + "/")}
            assert at == reply.errors and code in at.values(), (pointer, value, code, reply)
            tried += 1
    for pointer in [""] + [p for p, s in members(CONTRACT, op.body) if plain(CONTRACT, s)[0].get("properties")]:
        reply = ask(changed(whole, pointer + "/never_heard_of", "red"))
        assert reply.status == 422 and reply.errors == {pointer + "/never_heard_of": "unknown_field"}, reply
    schema, _ = plain(CONTRACT, op.body)
    for name in schema.get("required", []):
        reply = ask({k: v for k, v in whole.items() if k != name})
        assert reply.status == 422 and reply.errors == {"/" + name: "required"}, reply
    assert tried or not whole


@named([op for op in OPERATIONS if op.body and op.auth != "link"])
def test_bodies_have_limits(admin, op):
    refuses_wrong_bodies(op, lambda body: send(admin, op, body))


@named([op for op in OPERATIONS if op.method in ("PATCH", "PUT")])
def test_changes_need_a_version(admin, op):
    body = right(CONTRACT, op.body)
    body.pop("version", None)
    reply = admin.request(op.method, somewhere(op), body, params=required_query(op))
    assert (reply.status, reply.code) == (428, "version_required")
    assert admin.request(op.method, somewhere(op), body, version=1, params=required_query(op)).status in (404, 409, 422)


@named([op for op in KNOWN if "{id}" in op.path])
def test_ids_that_name_nothing(admin, op):
    """404 for an id that is unknown, and for what is no id."""
    body = right(CONTRACT, op.body) if op.body else None
    if body and "version" in body:
        body.pop("version")
    reply = send(admin, op, body)
    assert reply.status == 404 or reply.status == 422 and set(reply.errors.values()) == {"not_found"}, reply
    wrong = send(admin, op, body, op.path.replace("{id}", "1").replace("{grant_id}", uuid7()), version=1)
    assert (wrong.status, wrong.code) == (404, "not_found")


@named([op for op in OPERATIONS if op.body and op.auth == "token"])
def test_only_json_in(admin, op):
    reply = send(admin, op, raw=b"a=b", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (reply.status, reply.code) == (415, "unsupported_media_type")
    reply = send(admin, op, raw=b'{"a":1,"a":2}')
    assert (reply.status, reply.code) == (400, "malformed_json")
