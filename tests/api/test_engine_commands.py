# SPDX-License-Identifier: Apache-2.0
"""Commands: repeats under a key, versions, tokens, and what reaches the database."""

import shutil
import tempfile
import threading
import time

import psycopg2
import pytest

from fettle import Daemon, People, at_once, uuid7, wait_for


def new_region(chain, **more):
    return {"code": chain.unique(), "name": "区", **more}


# --- Repeats ---

def test_the_same_key_has_one_effect(admin, chain, sql):
    """Sixteen tablets repeat at once: one region, and everyone who is answered is told the same."""
    body, key = new_region(chain), uuid7()
    replies = at_once(*[lambda: admin.post("/v1/regions", body, key=key)] * 16)
    created = [r for r in replies if r.status == 201]
    assert created and {r.status for r in replies} <= {201, 409}
    assert {r.code for r in replies if r.status == 409} <= {"idempotency_in_progress"}
    assert len({r["id"] for r in created}) == 1 and sum(not r.replayed for r in created) == 1
    assert sql("SELECT count(*) FROM region WHERE code = %s", (body["code"],)) == [(1,)]
    late = admin.post("/v1/regions", body, key=key, expect=201)
    assert late.replayed and late["id"] == created[0]["id"] and late.headers["Location"] == created[0].headers["Location"]
    assert sql("SELECT count(*) FROM event WHERE subject_id = %s", (late["id"],)) == [(1,)]


def test_a_repeat_answers_with_the_object_as_it_is(admin, chain):
    body, key = new_region(chain), uuid7()
    made = admin.post("/v1/regions", body, key=key, expect=201)
    admin.patch(made.headers["Location"], {"name": "改名"}, version=1, expect=200)
    again = admin.post("/v1/regions", body, key=key, expect=201)
    assert (again["name"], again["version"]) == ("改名", 2)


def test_a_key_is_for_one_request_of_one_caller(admin, chain, people):
    body, key = new_region(chain), uuid7()
    made = admin.post("/v1/regions", body, key=key, expect=201)
    other = admin.post("/v1/regions", {**body, "name": "另"}, key=key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert admin.post("/v1/stores", {"code": chain.unique(), "name": "x", "region_id": made["id"]}, key=key).code == \
        "idempotency_key_reused"
    second = people.hire(chain.unique().lower(), "hq_admin")
    theirs = second.post("/v1/regions", new_region(chain), key=key, expect=201)
    assert theirs["id"] != made["id"] and not theirs.replayed


def test_what_failed_is_not_remembered(admin, chain):
    key = uuid7()
    assert admin.post("/v1/regions", {"code": chain.unique()}, key=key).status == 422
    taken = new_region(chain)
    admin.post("/v1/regions", taken, expect=201)
    assert admin.post("/v1/regions", taken, key=key).status == 409
    assert not admin.post("/v1/regions", new_region(chain), key=key, expect=201).replayed


@pytest.mark.parametrize("key, status", [("k" * 255, 201), ("k" * 256, 400), ("", 400), ("键".encode().decode("latin-1"), 201),
                                         ("\xff\xfe", 400)])
def test_keys(admin, chain, key, status):
    reply = admin.post("/v1/regions", new_region(chain), key=key)
    assert reply.status == status, reply
    if status == 400:
        assert list(reply.errors) == ["Idempotency-Key"]
    else:
        assert admin.post("/v1/regions", new_region(chain), key=key).code == "idempotency_key_reused"


def test_only_what_may_be_repeated_takes_a_key(admin, chain):
    """A PATCH has its version for that: sent twice under one key it is two."""
    path, key = "/v1/regions/" + chain.region(), uuid7()
    assert not admin.patch(path, {"name": "一"}, version=1, key=key, expect=200).replayed
    again = admin.patch(path, {"name": "一"}, version=1, key=key)
    assert (again.status, again.code) == (412, "stale_version")
    assert admin.patch(path, {"name": "二"}, version=2, key=key, expect=200)["name"] == "二"


def test_a_key_that_its_own_lost_try_holds(run, store, chain, sql):
    """A command whose session is ended tries again by itself.  While the server still keeps the key for what was lost, nobody
    is told that somebody else is at it: the answer is to come back, and then it is done once."""
    part = chain.purchaser.post("/v1/parts", {"number": chain.unique(), "name": "滤芯", "unit": "件", "sale_price": 1}, expect=201)["id"]
    draft = store.parts.post("/v1/stock-documents", {
        "kind": "receipt", "store_id": store.id, "reason": "purchase",
        "lines": [{"part_id": part, "quantity": 1, "unit_cost": 1}]}, expect=201)
    path, key = f"/v1/stock-documents/{draft['id']}/void", uuid7()
    hash_of_key = "hashtextextended(%s || %s, 0)"
    holders = (f"SELECT l.pid, l.granted FROM pg_locks l, (SELECT {hash_of_key} AS h) k WHERE l.locktype = 'advisory'"
               " AND l.classid::bigint = (k.h >> 32 & 4294967295) AND l.objid::bigint = (k.h & 4294967295)")

    def held(granted):
        return [pid for pid, is_held in sql(holders, (store.parts.id, key)) if is_held == granted]

    row, later = psycopg2.connect(run["dsn"]), psycopg2.connect(run["dsn"])
    replies = []
    try:
        row.cursor().execute("SELECT 1 FROM stock_document WHERE id = %s FOR UPDATE", (draft["id"],))
        caller = threading.Thread(target=lambda: replies.append(store.parts.post(path, {"reason": "错单"}, key=key)))
        caller.start()
        first, = wait_for(lambda: held(True))
        waiter = threading.Thread(target=lambda: later.cursor().execute(
            f"SELECT pg_advisory_xact_lock({hash_of_key})", (store.parts.id, key)))
        waiter.start()
        wait_for(lambda: held(False))
        sql("SELECT pg_terminate_backend(%s)", (first,))
        waiter.join(10)
        row.rollback()
        caller.join(30)
        later.rollback()  # and not when the server finds out that it is closed
    finally:
        row.close()
        later.close()
    assert (replies[0].status, replies[0].code) == (503, "unavailable") and int(replies[0].headers["Retry-After"]) > 0
    assert store.parts.get(f"/v1/stock-documents/{draft['id']}")["status"] == "draft"
    done = store.parts.post(path, {"reason": "错单"}, key=key, expect=200)
    assert (done["status"], done.replayed) == ("void", False)
    assert store.parts.post(path, {"reason": "错单"}, key=key, expect=200).replayed


def test_keys_that_cannot_be_looked_up(contract, book):
    """Where it cannot be known whether a request is a repeat, nothing is done: a daemon and a database of its own."""
    folder = tempfile.mkdtemp(prefix="fettle-keys-")  # short: a socket's path has its limit
    daemon = Daemon(folder).start()
    db, other = psycopg2.connect(daemon.dsn), psycopg2.connect(daemon.dsn)
    db.autocommit = True
    try:
        admin = People(db, daemon.port, contract, book).hire("one", "hq_admin")
        body, key = {"code": "E", "name": "东区"}, uuid7()
        admin.get("/v1/regions", expect=200)
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE idempotency IN ACCESS EXCLUSIVE MODE")
        refused = admin.post("/v1/regions", body, key=key)
        assert (refused.status, refused.code) == (503, "unavailable") and int(refused.headers["Retry-After"]) > 0
        other.rollback()
        assert admin.get("/v1/regions", expect=200).data == []
        made = admin.post("/v1/regions", body, key=key, expect=201)
        assert not made.replayed and admin.post("/v1/regions", body, key=key, expect=201)["id"] == made["id"]
    finally:
        db.close()
        other.close()
        assert daemon.stop() == 0, daemon.log()
        shutil.rmtree(folder)


# --- Versions ---

def test_versions(admin, chain):
    path = "/v1/regions/" + chain.region()
    etag = admin.get(path).etag
    assert etag.startswith('"1.') and etag.endswith('"')
    missing = admin.patch(path, {"name": "a"})
    assert (missing.status, missing.code) == (428, "version_required")
    for tag, name in ((etag, "b"), ('"2"', "c"), ('W/"3"', "d"), ('W/"4.0123456789abcdef"', "e"), ('"5.abc"', "f"), ("6", "g")):
        assert admin.patch(path, {"name": name}, version=tag, expect=200)["name"] == name
    for tag in ('"6"', '"8"', "*", '"x"', '""', '"-7"', '"7', "7x", '"99999999999999999999"', '"6", "7"', '" 7"'):
        stale = admin.patch(path, {"name": "z"}, version=tag)
        assert stale.status == 412 and stale.code == "stale_version", (tag, stale)
        assert stale["current"]["version"] == 7 and stale["current"]["name"] == "g"
    assert admin.get(path)["version"] == 7


def test_two_change_at_once(admin, chain):
    """Of eight who read version 1, one changes it."""
    path = "/v1/regions/" + chain.region()
    replies = at_once(*[lambda n=n: admin.patch(path, {"name": f"n{n}"}, version=1) for n in range(8)])
    assert sorted(r.status for r in replies) == [200] + [412] * 7
    assert admin.get(path)["name"] == next(r for r in replies if r.status == 200)["name"]


def test_nothing_new_is_not_sent_again(admin, chain):
    path = "/v1/regions/" + chain.region()
    etag = admin.get(path).etag
    for tag in (etag, "W/" + etag, f'"x", {etag}', "*"):
        reply = admin.get(path, headers={"If-None-Match": tag}, expect=304)
        assert reply.etag == etag and reply.body == b""
    assert admin.head(path, headers={"If-None-Match": etag}).status == 304
    for tag in ('"1"', '"1.0000000000000000"', etag[:-2] + '"'):
        assert admin.get(path, headers={"If-None-Match": tag}).status == 200
    admin.patch(path, {"name": "新"}, version=1, expect=200)
    changed = admin.get(path, headers={"If-None-Match": etag}, expect=200)
    assert changed.etag != etag
    pages = admin.get("/v1/regions?limit=1", expect=200)
    assert admin.get("/v1/regions?limit=1", headers={"If-None-Match": pages.etag}).status in (200, 304)


def test_ids_of_the_client(admin, chain):
    """A tablet may choose the id; a second use is told."""
    body = new_region(chain, id=uuid7())
    assert admin.post("/v1/regions", body, expect=201)["id"] == body["id"]
    twice = admin.post("/v1/regions", new_region(chain, id=body["id"]))
    assert (twice.status, twice.code) == (409, "duplicate") and twice.errors == {"/id": "duplicate"}
    for bad in ("", "x", "00000000-0000-0000-0000-000000000000", "{" + uuid7() + "}", 7, None):
        assert admin.post("/v1/regions", new_region(chain, id=bad)).errors.get("/id"), bad


# --- Tokens ---

def test_a_token_dies_everywhere_within_a_second(chain, people, second):
    """Logging out, and losing a grant, hold in every daemon of the chain."""
    staff = people.hire(chain.unique().lower(), "hq_admin")
    there = second.client(staff.token)
    assert staff.get("/v1/me").status == there.get("/v1/me").status == 200
    staff.delete("/v1/sessions/current", expect=204)
    begin = time.monotonic()
    wait_for(lambda: staff.get("/v1/me").status == 401 and there.get("/v1/me").status == 401)
    assert time.monotonic() - begin < 10  # what is remembered of it is so for a second


def test_a_lost_grant_is_felt_within_a_second(store, sql):
    path = f"/v1/stores/{store.id}"
    assert store.advisor.get(path).status == 200
    sql("UPDATE staff_grant SET revoked_at = now() WHERE staff_id = %s", (store.advisor.id,))
    wait_for(lambda: store.advisor.get(path).status == 403, 1.3)
    sql("UPDATE staff SET active = false WHERE id = %s", (store.advisor.id,))
    wait_for(lambda: store.advisor.get(path).status == 401, 1.3)


def test_expired_tokens(store, anyone, sql):
    assert store.tech1.get("/v1/me").status == 200
    sql("UPDATE session SET expires_at = now() - interval '1 second' WHERE staff_id = %s", (store.tech1.id,))
    wait_for(lambda: store.tech1.get("/v1/me").status == 401, 1.3)


# --- Logging in ---

def test_logging_in(anyone, chain, store, run, sql, password):
    """The right password gives a token; the wrong ones make the next try wait."""
    username = sql("SELECT username FROM staff WHERE id = %s", (store.advisor.id,))[0][0]
    password(store.advisor.id)
    session = anyone.post("/v1/sessions", {"username": username.upper(), "password": "correct horse"}, expect=201)
    me = anyone.get("/v1/me", headers={"Authorization": "Bearer " + session["token"]}, expect=200)
    assert me["id"] == session["staff"]["id"] == store.advisor.id and me["roles"] == ["service_advisor"]
    assert [s["id"] for s in me["stores"]] == [store.id] and "work_order.write" in me["permissions"]
    for _ in range(5):
        wrong = anyone.post("/v1/sessions", {"username": username, "password": "battery staple"})
        assert (wrong.status, wrong.code) == (401, "bad_credentials")
    locked = anyone.post("/v1/sessions", {"username": username, "password": "correct horse"})
    assert (locked.status, locked.code) == (429, "too_many_attempts") and int(locked.headers["Retry-After"]) > 0
    sql("UPDATE login_failure SET failed_at = now() - interval '1 hour' WHERE name_hash = login_name(%s)", (username,))
    anyone.post("/v1/sessions", {"username": username, "password": "correct horse"}, expect=201)
    unknown = anyone.post("/v1/sessions", {"username": "nobody-" + username, "password": "correct horse"})
    assert (unknown.status, unknown["detail"]) == (401, wrong["detail"])


def test_unknown_names_take_as_long(anyone, chain, store, sql, password):
    """How long a refusal takes does not tell whether the account exists."""
    username = sql("SELECT username FROM staff WHERE id = %s", (store.manager.id,))[0][0]
    password(store.manager.id)

    def median(name):
        times = []
        for _ in range(3):
            begin = time.monotonic()
            assert anyone.post("/v1/sessions", {"username": name, "password": "wrong one"}).status == 401
            times.append(time.monotonic() - begin)
        return sorted(times)[1]
    known, unknown = median(username), median("nobody-" + username)
    assert 0.4 < known / unknown < 2.5, (known, unknown)
