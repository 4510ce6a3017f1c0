# SPDX-License-Identifier: Apache-2.0
"""Workshop tablets and PINs (A17)."""

import collections
import datetime

import pytest
import yaml

from fettle import ROOT, Client, at_once, wait_for
from trade import Trade

PIN = "2580"


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


@pytest.fixture(name="give_pin")
def _give_pin(password, chain):
    """give_pin(trade, person) -> their staff number; they have a PIN."""
    def give(trade, person, pin=PIN):
        number = trade.numbered(person)
        password(person.id)
        person.post("/v1/me/pin", {"current": "correct horse", "pin": pin}, expect=204)
        return number
    return give


def log_in(trade, token, number, pin=PIN, through=None):
    return (through or trade.chain.anyone).post("/v1/tablet-sessions", {"tablet_token": token, "staff_number": number, "pin": pin})


def opened(trade, token, number, pin=PIN):
    reply = log_in(trade, token, number, pin)
    assert reply.status == 201, reply
    return trade.chain.people.client(reply["token"])


def ends(client):
    wait_for(lambda: client.get("/v1/me").status == 401)


def events(trade, tablet):
    return collections.Counter(e["type"] for e in trade.store.manager.pages("/v1/events", subject_id=tablet["id"]))


def test_pairing(trade, chain, sql):
    """A17: a code is told once, opens once and for ten minutes; the token opens nothing by itself and is stored hashed."""
    store, other = trade.store, Trade(chain.store())
    made = trade.tablet()
    path = f"/v1/tablets/{made['id']}"
    assert made["status"] == "registered" and len(made["pairing_code"]) == 10
    assert "pairing_code" not in store.manager.get(path, expect=200).json
    wrong = chain.anyone.post("/v1/tablet-pairings", {"code": "0000000000"})
    assert (wrong.status, wrong.code) == (401, "pairing_code_wrong")
    assert chain.anyone.post("/v1/tablet-pairings", {"code": "000"}).errors == {"/code": "too_short"}
    replies = at_once(*(lambda: chain.anyone.post("/v1/tablet-pairings", {"code": made["pairing_code"].lower()}),) * 4)
    assert sorted(r.status for r in replies) == [200, 401, 401, 401]
    paired = next(r for r in replies if r.status == 200)
    assert (paired["id"], paired["store"]["id"]) == (made["id"], store.id)
    read = store.manager.get(path, expect=200)
    assert (read["status"], bool(read["paired_at"]), read["last_seen_at"]) == ("paired", True, None)
    assert chain.people.client(paired["token"]).get("/v1/me").status == 401
    assert sql("SELECT token_hash = sha256(convert_to(%s, 'UTF8')), pairing_hash IS NULL FROM tablet_secret WHERE tablet_id = %s",
               [paired["token"], made["id"]]) == [(True, True)]
    late = trade.tablet(name="二号工位")
    sql("UPDATE tablet SET pairing_until = now() - interval '1 second' WHERE id = %s RETURNING id", [late["id"]])
    assert chain.anyone.post("/v1/tablet-pairings", {"code": late["pairing_code"]}).code == "pairing_code_wrong"
    gone = trade.tablet()
    store.manager.post(f"/v1/tablets/{gone['id']}/revoke", expect=200)
    assert chain.anyone.post("/v1/tablet-pairings", {"code": gone["pairing_code"]}).code == "pairing_code_wrong"
    # whose they are
    assert [t["id"] for t in store.manager.pages("/v1/tablets", limit=1)] == [gone["id"], late["id"], made["id"]]
    assert [t["id"] for t in store.manager.get("/v1/tablets", params={"status": "paired"}, expect=200).data] == [made["id"]]
    assert other.store.manager.get(path).status == 404 and other.store.manager.post(path + "/revoke").status == 404
    assert store.leader.post("/v1/tablets", {"store_id": store.id, "name": "x"}).status == 403 and store.tech1.get(path).status == 403
    assert store.manager.post("/v1/tablets", {"store_id": other.store.id, "name": "x"}).errors == {"/store_id": "not_found"}
    again = store.manager.post(f"/v1/tablets/{late['id']}/unlock")
    assert (again.status, again.code) == (409, "illegal_transition")
    assert events(trade, made) == {"tablet.registered": 1, "tablet.paired": 1}


def test_a_session_on_a_tablet(trade, chain, give_pin):
    """A17: a number and a PIN open a session of minutes; clocking, ticks and findings go, prices, money, people and other stores do not."""
    store = trade.store
    token, number = trade.paired(), give_pin(trade, store.tech1)
    reply = log_in(trade, token, number)
    assert (reply.status, reply["staff"]["id"], reply.headers["Location"]) == (201, store.tech1.id, "/v1/sessions/current")
    left = datetime.datetime.fromisoformat(reply["expires_at"].replace("Z", "+00:00")) - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=14) < left < datetime.timedelta(minutes=16)
    tech = chain.people.client(reply["token"])
    line = trade.dispatched()["lines"][0]["id"]
    tech.post(f"/v1/work-order-lines/{line}/clock-on", expect=200)
    tech.post(f"/v1/work-order-lines/{line}/pause", {"reason": "break"}, expect=200)
    tech.get(f"/v1/work-order-lines/{line}/requirements", expect=200)
    version = store.manager.get(f"/v1/stores/{store.id}/policies", expect=200)["version"]
    store.manager.patch(f"/v1/stores/{store.id}/policies", {"tablet_minutes": 1}, version=version, expect=200)
    short = datetime.datetime.fromisoformat(log_in(trade, token, number)["expires_at"].replace("Z", "+00:00"))
    assert short - datetime.datetime.now(datetime.timezone.utc) < datetime.timedelta(minutes=1, seconds=5)
    tech.delete("/v1/sessions/current", expect=204)
    ends(tech)


def test_a_tablet_gives_no_more(trade, chain, give_pin):
    """A17: whoever they are, on a tablet they may do at most what a tablet may, in its store."""
    store = trade.store
    allowed = set(yaml.safe_load((ROOT / "api-spec/permissions.yaml").read_text(encoding="utf-8"))["tablet"])
    region = chain.people.hire(chain.unique().lower(), "region_manager", region=store.region, home=store.id)
    beside = chain.store(region=store.region)
    token = trade.paired()
    chief = chain.people.hire(chain.unique().lower(), "hq_admin", home=store.id)
    numbers = {person.id: give_pin(Trade(store) if person is store.manager else trade_of(trade, chain.admin), person)
               for person in (store.manager, region, chief)}
    for person in (store.manager, region, chief):
        here = opened(trade, token, numbers[person.id])
        me = here.get("/v1/me", expect=200)
        assert set(me["permissions"]) == allowed and [s["id"] for s in me["stores"]] == [store.id]
        here.get("/v1/work-orders", expect=200)
        for path in ("/v1/customers", "/v1/settlements", "/v1/staff", "/v1/payments", "/v1/api-keys", "/v1/tablets", "/v1/approvals"):
            assert here.get(path).status == 403, path
        assert here.get(f"/v1/stores/{beside.id}").status == 404
        assert here.post("/v1/tablets", {"store_id": store.id, "name": "x"}).status == 403
        assert here.patch(f"/v1/stores/{store.id}", {"name": "x"}, version=1).status == 403
    # one role of the workshop is not more on a tablet than elsewhere
    tech = opened(trade, token, give_pin(trade, store.tech1))
    assert set(tech.get("/v1/me", expect=200)["permissions"]) < allowed


def trade_of(trade, admin):
    """The same trade, by somebody who may change everybody."""
    class Office(Trade):
        def numbered(self, person):
            number = self.chain.unique()
            version = admin.get(f"/v1/staff/{person.id}", expect=200)["version"]
            admin.patch(f"/v1/staff/{person.id}", {"employee_no": number}, version=version, expect=200)
            return number
    return Office(trade.store)


def test_how_sessions_end(trade, chain, give_pin, sql):
    """A17: with the tablet, with another PIN, when the person leaves or loses the last role there, and by themselves."""
    store = trade.store
    made = trade.tablet()
    token = chain.anyone.post("/v1/tablet-pairings", {"code": made["pairing_code"]}, expect=200)["token"]
    number, second = give_pin(trade, store.tech1), give_pin(trade, store.tech2)
    first = opened(trade, token, number)
    store.tech1.post("/v1/me/pin", {"current": "correct horse", "pin": "97531"}, expect=204)
    ends(first)
    store.tech1.get("/v1/me", expect=200)
    assert log_in(trade, token, number).code == "wrong_pin"
    first, other = opened(trade, token, number, "97531"), opened(trade, token, second)
    store.manager.patch(f"/v1/staff/{store.tech1.id}", {"active": False}, version=store.manager.get(f"/v1/staff/{store.tech1.id}")["version"], expect=200)
    ends(first)
    assert log_in(trade, token, number, "97531").code == "wrong_pin"
    grant = store.manager.get(f"/v1/staff/{store.tech2.id}", expect=200)["grants"][0]["id"]
    store.manager.delete(f"/v1/staff/{store.tech2.id}/grants/{grant}", expect=204)
    ends(other)
    assert log_in(trade, token, second).code == "wrong_pin"
    third = give_pin(trade, store.leader)
    client = opened(trade, token, third)
    sql("UPDATE session SET expires_at = now() WHERE staff_id = %s AND tablet_id IS NOT NULL RETURNING id", [store.leader.id])
    ends(client)
    store.manager.post(f"/v1/tablets/{made['id']}/unlock", expect=200)
    client = opened(trade, token, third)
    done = store.manager.post(f"/v1/tablets/{made['id']}/revoke", expect=200)
    assert (done["status"], bool(done["last_seen_at"])) == ("revoked", True)
    ends(client)
    late = log_in(trade, token, third)
    assert (late.status, late.code) == (401, "tablet_unknown")
    assert log_in(trade, "fettle_t_" + "0" * 43, third).code == "tablet_unknown"
    assert store.manager.post(f"/v1/tablets/{made['id']}/revoke").code == "illegal_transition"


def test_whose_number(trade, chain, give_pin):
    """A17: a number of another store, of two people, of somebody without a PIN and a wrong PIN are one answer."""
    store, other = trade.store, Trade(chain.store())
    token, number = trade.paired(), give_pin(trade, store.tech1)
    told = [log_in(trade, token, number, "1111"), log_in(trade, token, chain.unique()), log_in(trade, token, give_pin(other, other.store.tech1)),
            log_in(trade, token, trade.numbered(store.tech2))]
    assert {(r.status, r.code, r["detail"]) for r in told} == {(401, "wrong_pin", "The staff number or the PIN is wrong.")}
    # a second one without a PIN is not in the way, nor a name to log in with that is gone
    again = trade.paired(name="二号工位")
    version = store.manager.get(f"/v1/staff/{store.tech2.id}", expect=200)["version"]
    store.manager.patch(f"/v1/staff/{store.tech2.id}", {"employee_no": number}, version=version, expect=200)
    version = store.manager.get(f"/v1/staff/{store.tech1.id}", expect=200)["version"]
    store.manager.patch(f"/v1/staff/{store.tech1.id}", {"username": None}, version=version, expect=200)
    assert log_in(trade, again, number)["staff"]["username"] is None


def test_two_with_one_number(trade, give_pin):
    """A17: a number that two people with PINs have opens nothing."""
    store = trade.store
    token, number = trade.paired(), give_pin(trade, store.tech1)
    give_pin(trade, store.tech2, "1379")
    version = store.manager.get(f"/v1/staff/{store.tech2.id}", expect=200)["version"]
    store.manager.patch(f"/v1/staff/{store.tech2.id}", {"employee_no": number}, version=version, expect=200)
    assert log_in(trade, token, number).code == log_in(trade, token, number, "1379").code == "wrong_pin"


def test_guessing_pins(trade, chain, give_pin, sql, another):
    """A17: 64 who guess at once get five guesses; then number and tablet are locked for a quarter of an hour, or until the manager unlocks them."""
    store = trade.store
    made, beside = trade.tablet(), trade.paired(name="二号工位")
    token = chain.anyone.post("/v1/tablet-pairings", {"code": made["pairing_code"]}, expect=200)["token"]
    number, second = give_pin(trade, store.tech1), give_pin(trade, store.tech2)
    # at a daemon of their own: they take all of its hashers' time
    anyone = chain.anyone
    through = Client(another().port, anyone.contract, anyone.book)
    replies = at_once(*(lambda n=n: log_in(trade, token if n % 2 else beside, number, f"{1000 + n}", through) for n in range(64)))
    count = collections.Counter(r.status for r in replies)
    assert count[401] == 5 and set(count) <= {401, 429, 503}, count
    locked = log_in(trade, token, number)
    assert (locked.status, locked.code) == (429, "too_many_attempts") and 800 < int(locked.headers["Retry-After"]) <= 900
    # others go on, on a tablet that is not locked itself
    third = trade.paired(name="三号工位")
    assert log_in(trade, third, number).status == 429
    opened(trade, third, second)
    for _ in range(5):
        assert log_in(trade, third, chain.unique()).code == "wrong_pin"
    assert log_in(trade, third, second).status == 429
    # a quarter of an hour later
    sql("UPDATE login_failure SET failed_at = failed_at - interval '15 minutes' WHERE failures >= 5 AND name_hash IN (SELECT pin_name('', t.id) FROM tablet t"
        " WHERE t.store_id = %s) RETURNING failures", [store.id])
    opened(trade, third, second)
    assert log_in(trade, third, number).status == 429
    path = f"/v1/staff/{store.tech1.id}/unlock-pin"
    assert store.leader.post(path, {"store_id": store.id}).status == 403
    assert store.manager.post(path, {"store_id": chain.store().id}).errors == {"/store_id": "not_found"}
    store.manager.post(path, expect=200)
    opened(trade, third, number)


def test_a_tablet_is_locked(trade, chain, give_pin):
    """A17: wrong PINs on a tablet lock it whatever the numbers; a right one in between does not clear it; all of it is on record."""
    store = trade.store
    made = trade.tablet()
    token = chain.anyone.post("/v1/tablet-pairings", {"code": made["pairing_code"]}, expect=200)["token"]
    number = give_pin(trade, store.tech1)
    for n in range(5):
        assert log_in(trade, token, chain.unique()).code == "wrong_pin"
        if n < 4:
            opened(trade, token, number)
    assert log_in(trade, token, number).code == "too_many_attempts"
    wait_for(lambda: events(trade, made) == {"tablet.registered": 1, "tablet.paired": 1, "tablet.pin_refused": 5, "tablet.locked": 1, "tablet.opened": 4})
    assert store.leader.post(f"/v1/tablets/{made['id']}/unlock").status == 403
    store.manager.post(f"/v1/tablets/{made['id']}/unlock", expect=200)
    opened(trade, token, number)


@pytest.mark.parametrize("pin,code", [("1111", "weak_pin"), ("1234", "weak_pin"), ("87654321", "weak_pin"), ("7890", "weak_pin"), ("3210", "weak_pin"),
                                      ("12a4", "bad_format"), ("123", "too_short"), ("123456789", "too_long")])
def test_bad_pins(store, pin, code):
    """A17: four to eight digits, not one repeated, no run up or down."""
    assert store.tech1.post("/v1/me/pin", {"current": "x", "pin": pin}).errors == {"/pin": code}


def test_setting_a_pin(trade, chain, password, sql):
    """A17: by one's own password, whose wrong tries count, and with a staff number; it is stored hashed and told nowhere."""
    store = trade.store
    password(store.tech1.id)
    ask = {"current": "correct horse", "pin": PIN}
    assert store.tech1.post("/v1/me/pin", ask).errors == {"/pin": "bad_value"}
    trade.numbered(store.tech1)
    for _ in range(5):
        assert store.tech1.post("/v1/me/pin", {**ask, "current": "wrong"}).errors == {"/current": "bad_value"}
    assert store.tech1.post("/v1/me/pin", ask).code == "too_many_attempts"
    sql("DELETE FROM login_failure l USING staff f WHERE f.id = %s AND l.name_hash = login_name(f.username) RETURNING failures", [store.tech1.id])
    store.tech1.post("/v1/me/pin", ask, expect=204)
    assert sql("SELECT pin LIKE '$argon2id$%%' FROM credential WHERE staff_id = %s", [store.tech1.id]) == [(True,)]
    assert store.tech2.post("/v1/me/pin", ask).status == 404  # has no password
    assert Client(chain.people.port, chain.people.contract, chain.people.book).post("/v1/me/pin", ask).status == 401
