# SPDX-License-Identifier: Apache-2.0
"""Limits of callers, addresses and logins: who goes beyond is told when to come back, and nobody else notices."""

import re
import threading
import time

import pytest

from fettle import People

MINUTE = 60
NOBODY = "x" * 43


def from_address(address):
    return {"X-Forwarded-For": address}


def told(reply):
    """Name, limit and rest of the bucket that a reply tells of."""
    policy = re.fullmatch(r'"(minute|login)";q=(\d+);w=60', reply.headers["RateLimit-Policy"])
    rate = re.fullmatch(r'"(minute|login)";r=(\d+);t=(\d+)', reply.headers["RateLimit"])
    assert policy and rate and policy.group(1) == rate.group(1), dict(reply.headers)
    left, until, limit = int(rate.group(2)), int(rate.group(3)), int(policy.group(2))
    assert 0 <= left < limit and 0 < until <= MINUTE, dict(reply.headers)
    return policy.group(1), limit, left


def check_refusal(reply, name, limit):
    """It tells which limit it is, and no more than the time until the next token."""
    assert reply.status == 429 and reply.code == ("too_many_attempts" if name == "login" else "rate_limited"), reply
    assert told(reply) == (name, limit, 0), dict(reply.headers)
    assert 1 <= int(reply.headers["Retry-After"]) <= -(-MINUTE // limit), dict(reply.headers)


@pytest.fixture
def limited(another, db, contract, book, chain):
    """limited(**settings) -> a way to make callers of a daemon with these limits, behind a proxy it trusts."""
    def start(**settings):
        daemon = another(TRUSTED_PROXY="127.0.0.1", **settings)
        people = People(db, daemon.port, contract, book)
        return people, lambda: people.hire(chain.unique().lower(), "hq_admin")
    return start


def known(people, hire):
    caller = hire()
    return lambda address: caller.get("/v1/me", headers=from_address(address))


def unknown_token(people, hire):
    caller = people.client(NOBODY)
    return lambda address: caller.get("/v1/me", headers=from_address(address))


def no_token(people, hire):
    caller = people.client()
    return lambda address: caller.get("/v1/me", headers=from_address(address))


def unknown_link(people, hire):
    caller = people.client()
    return lambda address: caller.get("/v1/public/" + NOBODY, headers=from_address(address))


def wrong_body(people, hire):
    caller = hire()
    return lambda address: caller.post("/v1/regions", raw=b"{", headers=from_address(address))


def wrong_login(people, hire):
    caller, count = people.client(), iter(range(10 ** 6))
    return lambda address: caller.post("/v1/sessions", {"username": f"nobody{next(count)}", "password": "wrong one"}, headers=from_address(address))


# limit's setting, name of the bucket, what the caller does, what comes while there are tokens; does another address help?
TABLE = [
    ("RATE_PRINCIPAL", "minute", known, 200, False),
    ("RATE_PRINCIPAL", "minute", wrong_body, 400, False),
    ("RATE_ADDRESS", "minute", known, 200, True),
    ("RATE_ADDRESS", "minute", wrong_body, 400, True),
    ("RATE_ADDRESS", "minute", unknown_token, 401, True),
    ("RATE_ADDRESS", "minute", no_token, 401, True),
    ("RATE_ADDRESS", "minute", unknown_link, 404, True),
    ("RATE_LOGIN", "login", wrong_login, 401, True),
]


@pytest.mark.parametrize("setting, name, kind, status, address_helps", TABLE, ids=lambda value: getattr(value, "__name__", None))
def test_limits(limited, setting, name, kind, status, address_helps):
    """As many as are allowed, then refusals until the bucket fills; neither another caller nor another address is touched."""
    # a bucket that fills slowly beside what is asked of it, on a busy machine too; passwords take their time
    limit = 6 if name == "login" else 12
    people, hire = limited(**{setting: limit})
    call, other = kind(people, hire), kind(people, hire)
    began = time.monotonic()
    replies = []
    while not replies or replies[-1].status != 429:
        replies.append(call("203.0.113.1"))
        assert len(replies) <= limit + (time.monotonic() - began) * limit / MINUTE + 1, "no limit"
    assert len(replies) > limit, replies[-1]
    assert {reply.status for reply in replies[:-1]} == {status}, replies[0]
    assert told(replies[0]) == (name, limit, limit - 1)
    check_refusal(replies[-1], name, limit)
    assert other("203.0.113.2").status == status, "another caller at another address"
    assert (other("203.0.113.1").status == status) is not address_helps, "another caller at this address"
    assert (call("203.0.113.3").status == status) is address_helps, "this caller at another address"
    time.sleep(int(replies[-1].headers["Retry-After"]))
    assert call("203.0.113.1").status == status, "after Retry-After"


# two spellings, are they one address?
SAME = [
    ("203.0.113.1", "::ffff:203.0.113.1", True),
    ("203.0.113.2", "203.0.113.3", False),
    ("2001:db8::1", "2001:db8::ffff:1:2:3", True),
    ("2001:db8:0:1::1", "2001:DB8:0:1:9::", True),
    ("2001:db8:0:2::1", "2001:db8:0:3::1", False),
    ("203.0.113.4", "cb00:7104::", False),
    ("127.0.0.1", "no address", True),   # then it is the proxy's own
]


@pytest.mark.parametrize("setting, kind", [("RATE_ADDRESS", no_token), ("RATE_LOGIN", wrong_login)], ids=["minute", "login"])
def test_who_is_one_address(limited, setting, kind):
    """Whoever has one IPv6 address has its /64, and an IPv4 address is the same however it is spelt."""
    call = kind(*limited(**{setting: 1}))
    for one, other, same in SAME:
        assert call(one).status == 401, one
        assert call(other).status == (429 if same else 401), (one, other)


@pytest.mark.parametrize("exists", [True, False], ids=["account", "nobody"])
def test_an_account_says_when(sql, chain, another, db, contract, book, exists):
    """Who is locked out for wrong passwords is told the seconds that are left of it; so is who tries a name that nobody has."""
    daemon = another()
    client = People(db, daemon.port, contract, book).client()
    name = chain.unique().lower()
    if exists:
        chain.admin.post("/v1/staff", {"username": name, "name": name, "password": "right and long"}, expect=201)
    wrong = {"username": name, "password": "wrong and long"}
    for _ in range(5):
        client.post("/v1/sessions", wrong, expect=401)
    for failures, seconds in ((5, 2), (9, 32), (40, 900)):
        assert sql("UPDATE login_failure SET failures = %s, failed_at = now() WHERE name_hash = login_name(%s) RETURNING failures", (failures, name))
        reply = client.post("/v1/sessions", wrong, expect=429)
        assert seconds - 1 <= int(reply.headers["Retry-After"]) <= seconds, dict(reply.headers)


def test_failures_are_forgotten(sql, another, db, contract, book, chain):
    """A day after the last one they count no longer, and the table does not grow with every name that was tried."""
    client = People(db, another().port, contract, book).client()
    name = chain.unique().lower()
    wrong = {"username": name, "password": "wrong and long"}
    old = [chain.unique().lower() for _ in range(5)]
    sql("INSERT INTO login_failure SELECT login_name(n), 3, now() - interval '25 hours' FROM unnest(%s) n", (old,))
    for _ in range(5):
        client.post("/v1/sessions", wrong, expect=401)
    client.post("/v1/sessions", wrong, expect=429)
    assert not sql("SELECT FROM login_failure l JOIN unnest(%s) n ON l.name_hash = login_name(n)", (old,))
    sql("UPDATE login_failure SET failures = 40, failed_at = now() - interval '25 hours' WHERE name_hash = login_name(%s)", (name,))
    client.post("/v1/sessions", wrong, expect=401)
    assert sql("SELECT failures FROM login_failure WHERE name_hash = login_name(%s)", (name,)) == [(1,)]


def test_a_greedy_caller(limited, long):
    """Ten times what one may ask, from one address, by callers known and unknown: all others are served, each time."""
    limit = 600
    people, hire = limited(RATE_PRINCIPAL=limit, RATE_ADDRESS=4 * limit)
    greedy, others, stop = hire(), [hire() for _ in range(4)], threading.Event()
    sent, refused, served = [0] * 4, [0] * 4, []

    def hurry(thread):
        caller = greedy if thread < 3 else people.client(NOBODY)
        while not stop.is_set():
            reply = caller.get("/v1/regions?limit=1", headers=from_address("203.0.113.66"))
            sent[thread] += 1
            refused[thread] += reply.status == 429
    threads = [threading.Thread(target=hurry, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + (60 if long else 4)
    while time.monotonic() < deadline or sum(sent) < 5 * limit:
        for n, other in enumerate(others):
            served.append(other.get("/v1/regions?limit=1", headers=from_address(f"203.0.113.{n}")).status)
        time.sleep(0.2)
        assert time.monotonic() < deadline + 60
    stop.set()
    for thread in threads:
        thread.join()
    assert set(served) == {200}, served
    assert sum(refused) > 0.5 * sum(sent), (sum(refused), sum(sent))
