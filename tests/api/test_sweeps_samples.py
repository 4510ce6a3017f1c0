# SPDX-License-Identifier: Apache-2.0
"""What holds for every operation once there is something to work on: one right call of each, from
samples.py, made by the right person, twice and at once.  Other stores' people and ids: tests/isolation."""

import datetime
import json

import pytest

from fettle import at_once, uuid7
from samples import SAMPLES
from shapes import members, plain
from test_sweeps_contract import CONTRACT, OPERATIONS, named, refuses_wrong_bodies
from trade import Trade

COMMANDS = [op for op in OPERATIONS if op.method != "GET"]
# Verbs that move a state say so: the object answers with what can be done next.
# What is so already stays so, and is no conflict.
SAME_AGAIN = {"closeWorkOrder"}
# Verbs that add something to an object, whatever its state.
ADDING = {"attemptTask", "addWorkOrderPackage", "serviceEquipment", "stopSharingProgress", "shareAppointment", "stopSharingAppointment", "shareWaitingEntry",
          "stopSharingWaitingEntry"}
MOVES = [op for op in COMMANDS if op.method == "POST" and "{id}/" in op.path and op.success == 200]


@pytest.fixture
def trade(store):
    return Trade(store)


def tells_actions(op):
    """Does a call answer with an object that says what can be done with it?"""
    content = op.responses[str(op.success)].get("content", {}).get("application/json")
    return bool(content) and "actions" in json.dumps(CONTRACT.inline(content["schema"]))


def prepare(op, trade):
    assert op.id in SAMPLES, f"samples.py has no sample of {op.id}"
    return SAMPLES[op.id](trade)


def make(op, prepared, **more):
    client, path, body, options = prepared
    return client.request(op.method, path, body, **{**options, **more})


@named(OPERATIONS)
def test_it_succeeds(trade, op):
    """The operation does what the contract says, for the person whose work it is."""
    reply = make(op, prepare(op, trade))
    assert reply.status == op.success or reply.status == 200 and op.method == "GET", reply


@named([op for op in OPERATIONS if op.method == "POST" and op.described.get("x-idempotent", True) and op.auth == "token"])
def test_a_repeat_with_a_key(trade, op):
    """The second of two equal calls changes nothing and answers as the first."""
    prepared, key = prepare(op, trade), uuid7()
    first, second = make(op, prepared, key=key), make(op, prepared, key=key)
    assert first.status == op.success and second.status == first.status, (first, second)
    assert second.replayed and not first.replayed
    if first.body:
        assert first.json.get("id") == second.json.get("id")
    if "raw" in prepared[3]:
        return
    third = make(op, (prepared[0], prepared[1], {**(prepared[2] or {}), "no_such_member": "red"}, prepared[3]), key=key)
    assert third.code in ("validation_failed", "idempotency_key_reused")


@named([op for op in OPERATIONS if op.method in ("PATCH", "PUT")])
def test_a_stale_version(trade, op):
    prepared = prepare(op, trade)
    stale = make(op, prepared, version=999)
    assert (stale.status, stale.code) == (412, "stale_version") and stale["current"], stale
    done = make(op, prepared, expect=200)
    assert done["version"] == stale["current"]["version"] + 1
    assert make(op, prepared).code == "stale_version"


def clearable(op):
    """The members of a body that may be null."""
    return [name for name, schema in plain(CONTRACT, op.body)[0].get("properties", {}).items() if plain(CONTRACT, schema)[1]]


@named([op for op in OPERATIONS if op.method == "PATCH" and clearable(op)])
def test_null_clears(trade, op):
    """What may be null is null afterwards, but for what a rule wants to be there, which is named."""
    client, path, _, options = prepare(op, trade)
    body = dict.fromkeys(clearable(op))
    reply = client.request(op.method, path, body, **options)
    for pointer in reply.errors:
        del body[pointer[1:]]
    if reply.errors:
        reply = client.request(op.method, path, body, **options)
    assert reply.status == 200, reply
    assert {name: reply[name] for name in body if name in reply.json} == {name: None for name in body if name in reply.json}


@named([op for op in OPERATIONS if op.method == "DELETE" and "{id}" in op.path])
def test_removing_a_stale_version(trade, op):
    """DELETE needs no If-Match, but keeps to one that is sent, and tells the object as it is."""
    client, path, body, options = prepare(op, trade)
    stale = make(op, (client, path, body, options), version='"999.0a1b"')
    assert (stale.status, stale.code) == (412, "stale_version"), stale
    if CONTRACT.find("GET", path):
        assert stale["current"] == client.get(path, expect=200).json
        make(op, (client, path, body, options), version=stale["current"]["version"], expect=204)
        assert client.get(path).status == 404 or op.id == "deleteApiKey"
    else:
        make(op, (client, path, body, options), expect=204)


# Verbs of these move an object with a version.
VERSIONED = ("appointments", "receptions", "work-orders", "quality-checks", "settlements", "payments", "complaints", "surveys",
             "demands", "stock-documents", "transfers", "stocktakes", "price-adjustments", "purchase-orders", "sales-orders", "deposits", "supplier-invoices", "shifts", "absences", "equipment", "transports", "drives", "loaner-cars", "loans", "rescues", "tasks")


@named([op for op in MOVES if op.path.split("/")[2] in VERSIONED and op.id not in SAME_AGAIN])
def test_a_verb_about_a_version(trade, op):
    """A verb may say which version it is about: another one is 412 with the object as it is, and nothing moves."""
    client, path, body, options = prepare(op, trade)
    about = path.rsplit("/", 1)[0]
    before = client.get(about)
    stale = client.request(op.method, path, body, **{**options, "headers": {"If-Match": '"999"'}})
    assert (stale.status, stale.code) == (412, "stale_version"), stale
    if before.status != 200:  # whoever does it may not read it
        return
    assert client.get(about).json == before.json
    done = client.request(op.method, path, body, **{**options, "headers": {"If-Match": before.etag}})
    assert done.status == 200, done


@named([op for op in COMMANDS if op.body and any(pointer == "/occurred_at" for pointer, _ in members(CONTRACT, op.body))])
def test_what_happened_off_line(trade, op):
    """It may have happened up to a day ago, and not tomorrow."""
    client, path, body, options = prepare(op, trade)

    def told(**ago):
        at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**ago)
        return client.request(op.method, path, {**(body or {}), "occurred_at": at.isoformat()}, **options)
    for wrong in (told(hours=25), told(minutes=-10)):
        assert (wrong.status, wrong.errors) == (422, {"/occurred_at": "bad_value"}), wrong
    assert told(hours=23).status == op.success


def may_repeat(op, replies):
    """Is the verb allowed again where it leads to?  The object says so itself."""
    actions = next(r for r in replies if r.status < 300).json.get("actions")
    verb = op.path.rsplit("/", 1)[1]
    return actions is None or next((a["enabled"] for a in actions if a["verb"] == verb), True)


def actions_of(client, about):
    """What an object says of its verbs, by verb; none: whoever acts may not read it."""
    read = client.get(about)
    return {a["verb"]: a for a in read["actions"]} if read.status == 200 else {}


@named([op for op in MOVES if op.auth == "token" and op.id not in ADDING and tells_actions(op)])
def test_actions_are_true(trade, op):
    """P21: what an object says can be done is done; what it says cannot be, and why, is refused for that."""
    client, path, body, options = prepare(op, trade)
    about, verb = path.rsplit("/", 1)
    before = actions_of(client, about)
    assert all(a["enabled"] == (a["why"] is None) for a in before.values())
    assert not before or verb in before and before[verb]["enabled"], before
    make(op, (client, path, body, options))
    after = actions_of(client, about).get(verb)
    again = client.post(path, body, **options)
    if after and after["enabled"]:
        assert again.code not in ("illegal_transition", "forbidden"), again
    elif after and op.id not in SAME_AGAIN:
        assert again.status == 409, (after, again)


@named(COMMANDS)
def test_two_at_once(trade, op):
    """Two make the same call at the same moment: no error of ours, and a state moves once."""
    prepared = prepare(op, trade)
    replies = at_once(*[lambda: make(op, prepared)] * 2)
    statuses = sorted(r.status for r in replies)
    assert statuses[0] < 300 and statuses[1] < 500, replies
    if op in MOVES and op.id not in SAME_AGAIN and not may_repeat(op, replies):
        assert statuses[1] == 409, replies


@named([op for op in OPERATIONS if op.auth == "link"])
def test_links_have_limits(trade, op):
    """A link is looked up before what comes with it, so this needs a right one; what is refused changes nothing."""
    client, path, body, options = prepared = prepare(op, trade)
    reply = make(op, prepared, params={"no_such_member": "red"})
    assert reply.status == 400 and reply.errors.get("no_such_member") == "unknown_parameter", reply
    if op.body:
        refuses_wrong_bodies(op, lambda wrong: client.request(op.method, path, wrong, **options))
    assert client.request(op.method, path, body, **options).status == op.success
