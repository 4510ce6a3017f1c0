# SPDX-License-Identifier: Apache-2.0
"""Calls that nobody thought of: hypothesis makes them from the contract, a real daemon answers.

For every operation one object is prepared (samples.py).  Broken calls, each with one keyword broken, are
refused at that very place; then the sample's own call succeeds, so they have changed nothing; then right
calls with other values are answered as the contract says, and never for what their schema allows.
Every reply's status, headers and body are held against the contract by the client.
"""

import json
import os
import random
import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fettle import Contract, ROOT, fettled
from samples import SAMPLES
from shapes import changed, fetch
from strategies import MISSING, broken_members, broken_parameters, calls
from trade import Trade

LONG = os.environ.get("FETTLE_CONTRACT") == "long"
BROKEN, RIGHT, ROUNDS = (60, 25, 3) if LONG else (6, 3, 1)
CONTRACT = Contract(json.loads((ROOT / fettled()).parent.joinpath("generated/openapi.json").read_text(encoding="utf-8")))
OPERATIONS = sorted(CONTRACT.operations, key=lambda op: op.id)
# Codes that only a value outside its schema may get.  (unknown_field is also said of a member that another
# member rules out: a line of labour has no part.)
OF_SCHEMAS = {"wrong_type", "bad_code", "too_large", "too_small", "too_long", "too_short", "too_many", "too_few",
              "not_multiple", "not_unique", "bad_format", "unknown_parameter"}


LIMIT = re.compile(r"must be at (least|most) (-?[0-9.]+)")


def breaks_a_rule(error, body):
    """Whether a value is beyond the limit that the answer names: a rule's own, where the schema allows it (less than the law's kilometres)."""
    named = LIMIT.search(error["message"])
    if error["code"] not in ("too_small", "too_large") or not named or "pointer" not in error:
        return False
    value, limit = float(fetch(body, error["pointer"])), float(named[2])
    return value < limit if named[1] == "least" else value > limit


def several(examples):
    # A failing call is not made smaller: the object may have moved on. The journal has it as it was.
    return settings(max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck))


class Caller:
    """Makes an operation's calls and writes down the ones that go wrong."""

    def __init__(self, op, prepared, journal):
        self.op, self.journal = op, journal
        self.client, self.path, self.body, self.options = prepared

    def call(self, body, params, judge):
        """One call; judge(reply) says what is wrong with it, by AssertionError."""
        reply = None
        try:
            reply = self.client.request(self.op.method, self.path, body, **{**self.options, "params": params})
            judge(reply)
        except Exception as error:
            (self.journal / (self.op.id + ".json")).write_text(json.dumps({
                "operation": self.op.id, "method": self.op.method, "path": self.path, "query": params, "body": body,
                "version": self.options.get("version"), "status": reply and reply.status,
                "reply": reply and reply.body.decode(errors="replace"), "wrong": str(error)[:4000]}, ensure_ascii=False, indent=1),
                encoding="utf-8")
            raise
        if reply.status == 200 and "version" in self.options:
            self.options["version"] = reply["version"]
        return reply

    def created(self, reply):
        """What was created is where Location says."""
        if reply.status == 201 and self.op.id not in ("createSession", "createTabletSession"):  # that is where it is ended
            read = self.client.get(reply.headers["Location"])
            assert read.status == 200, f"{reply.headers['Location']}: {read}"
            if "id" in reply.json and "id" in read.json:
                assert read["id"] == reply["id"]

    def broken_body(self, spoiled):
        pointer, keyword, value = spoiled
        body = self.body or {}
        if value is MISSING:
            try:
                fetch(body, pointer)
            except (KeyError, IndexError):
                return
            body = removed(body, pointer)
        else:
            body = changed(body, pointer, value)

        def judge(reply):
            assert (reply.status, reply.code) == (422, "validation_failed"), f"{keyword} of {pointer} is broken: {reply}"
            assert all(at == pointer or at.startswith(pointer + "/") for at in reply.errors) and reply.errors, \
                f"{keyword} of {pointer} is broken, and the answer names {list(reply.errors)}"
        self.call(body, self.options.get("params"), judge)

    def broken_query(self, spoiled):
        name, keyword, value = spoiled
        params = {**self.options.get("params", {}), name: value}
        if value is MISSING:
            del params[name]

        def judge(reply):
            assert reply.status == 400, f"{keyword} of {name} is broken: {reply}"
            assert name in reply.errors or reply.code == "bad_cursor", f"{keyword} of {name} is broken: {reply}"
        self.call(self.body, params, judge)

    def right(self, body, params):
        def judge(reply):
            assert reply.status not in (405, 406, 413, 415, 428), reply
            if reply.status in (400, 422):
                refused = {e.get("pointer") or e.get("parameter"): e["code"] for e in reply.json.get("errors", [])
                           if e["code"] in OF_SCHEMAS and not breaks_a_rule(e, body)}
                assert not refused and reply.code != "malformed_json", f"allowed by the schema and refused: {refused} {reply}"
            self.created(reply)
        self.call(body, params, judge)

    def own(self):
        """The sample's own call."""
        def judge(reply):
            assert reply.status == self.op.success, reply
            self.created(reply)
        self.call(self.body, self.options.get("params"), judge)


def removed(body, pointer):
    holder, _, name = pointer.rpartition("/")
    at = dict(fetch(body, holder))
    del at[name]
    return changed(body, holder, at) if holder else at


@pytest.mark.parametrize("turn", range(ROUNDS))
@pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.id)
def test_calls(chain, journal, op, turn):  # pylint: disable=unused-argument
    caller = Caller(op, SAMPLES[op.id](Trade(chain.store())), journal)

    @several(BROKEN)
    @given(st.data())
    def broken(data):
        random.seed()  # hypothesis makes it the same in every example, and plates must differ
        if op.body:
            caller.broken_body(data.draw(broken_members(CONTRACT, op.body, caller.body or {})))
        if op.auth != "link":  # a link is looked up before its parameters
            caller.broken_query(data.draw(broken_parameters(CONTRACT, op)))

    @several(RIGHT)
    @given(st.data())
    def right(data):
        random.seed()
        caller.right(*data.draw(calls(CONTRACT, op, (caller.client, caller.path, caller.body, caller.options))))

    broken()
    caller.own()
    right()
