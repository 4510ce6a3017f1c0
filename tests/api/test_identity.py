# SPDX-License-Identifier: Apache-2.0
"""Who works here, what they may do where, and the traces they leave."""

import datetime
import email.utils
import shutil
import tempfile
import threading
import time

import psycopg2
import pytest

from fettle import STORE_ROLES, Client, Daemon, People, at_once, uuid7, wait_for
from trade import Trade

PASSWORD = "a long enough one"


def log_in(chain, username, password=PASSWORD, expect=201):
    reply = chain.anyone.post("/v1/sessions", {"username": username, "password": password}, expect=expect)
    return chain.people.client(reply["token"]) if expect == 201 else reply


def new_staff(by, chain, **more):
    """A staff member without grants, who can log in."""
    name = chain.unique()
    return by.post("/v1/staff", {"name": "员工 " + name, "username": name.lower(), "password": PASSWORD, **more},
                   expect=201)


def grant(by, staff, role, expect=201, **where):
    return by.post(f"/v1/staff/{staff['id']}/grants", {"role": role, **where}, expect=expect)


def test_a_new_advisor(chain, store):
    """A4, A6: the manager hires, grants a role in the store, and the newcomer logs in and sees that store."""
    phone = chain.phone()
    hired = new_staff(store.manager, chain, phone=phone, employee_no="E-1", metadata={"team": "A"})
    assert hired.headers["Location"] == "/v1/staff/" + hired["id"]
    assert (hired["store_id"], hired["active"], hired["roles"], hired["grants"]) == (store.id, True, [], [])
    assert hired["phone"] == phone[:3] + "****" + phone[-4:]

    advisor = log_in(chain, hired["username"])
    assert advisor.get("/v1/stores").status == 403
    with_role = grant(store.manager, hired, "service_advisor", store_id=store.id)
    assert with_role["roles"] == ["service_advisor"]
    assert [(g["scope"], g["store_id"]) for g in with_role["grants"]] == [("store", store.id)]
    wait_for(lambda: advisor.get("/v1/stores").status == 200)
    me = advisor.get("/v1/me", expect=200)
    assert (me["roles"], [s["id"] for s in me["stores"]]) == (["service_advisor"], [store.id])
    assert "customer.write" in me["permissions"] and "staff.write" not in me["permissions"]
    again = store.manager.post(f"/v1/staff/{hired['id']}/grants", {"role": "service_advisor", "store_id": store.id})
    assert (again.status, again.code, again.errors) == (409, "duplicate", {"/role": "duplicate"})


def test_staff_lists(chain, store):
    """A4: a store lists its own people, by role, by name, page by page; another store sees none of them."""
    other = chain.store()
    one, two = (new_staff(store.manager, chain) for _ in range(2))
    grant(store.manager, two, "cashier", store_id=store.id)
    mine = store.manager.pages("/v1/staff", limit=1)
    assert {one["id"], two["id"], store.manager.id} == {s["id"] for s in mine}
    assert [s["name"] for s in mine] == sorted(s["name"] for s in mine)
    cashiers = {s["id"] for s in store.manager.pages("/v1/staff", role="cashier")}
    assert two["id"] in cashiers and one["id"] not in cashiers  # and whoever is one for the whole chain
    assert [s["id"] for s in chain.admin.pages("/v1/staff", username=one["username"].upper())] == [one["id"]]
    assert {s["id"] for s in chain.admin.pages("/v1/staff", store_id=store.id)} == {s["id"] for s in mine}
    assert [g["role"] for g in store.manager.pages(f"/v1/staff/{two['id']}/grants")] == ["cashier"]
    assert other.manager.get(f"/v1/staff/{one['id']}").status == 404
    assert other.manager.get(f"/v1/staff/{one['id']}/grants").status == 404
    assert store.tech1.get("/v1/staff").status == 403
    assert other.manager.get("/v1/staff", params={"store_id": store.id}).errors == {"store_id": "not_found"}


def test_changing_a_person(chain, store):
    """A4, A15: fields change by version; another store's manager, a wrong store and a taken name do not get through."""
    other = chain.store()
    person, colleague = (new_staff(store.manager, chain) for _ in range(2))
    path = "/v1/staff/" + person["id"]
    changed = store.manager.patch(path, {"name": "李雷", "employee_no": None}, version=person["version"], expect=200)
    assert (changed["name"], changed["employee_no"], changed["version"]) == ("李雷", None, person["version"] + 1)
    assert store.manager.patch(path, {"name": "x"}, version=person["version"]).status == 412
    assert store.advisor.patch(path, {"name": "x"}, version=changed["version"]).status == 403
    assert other.manager.patch(path, {"name": "x"}, version=changed["version"]).status == 404
    away = store.manager.patch(path, {"store_id": other.id}, version=changed["version"])
    assert (away.status, away.errors) == (422, {"/store_id": "not_found"})
    taken = store.manager.patch(path, {"username": colleague["username"]}, version=changed["version"])
    assert (taken.status, taken.errors) == (409, {"/username": "duplicate"})
    wrong = store.manager.post("/v1/staff", {"name": "", "password": "short", "phone": "none", "nick": 1})
    assert wrong.errors == {"/name": "too_short", "/password": "too_short", "/phone": "bad_format",
                            "/nick": "unknown_field"}
    nameless = store.manager.post("/v1/staff", {"name": "无", "password": PASSWORD})
    assert nameless.errors == {"/username": "required"}
    nowhere = chain.admin.post("/v1/staff", {"name": "无", "store_id": uuid7()})
    assert (nowhere.status, nowhere.errors) == (422, {"/store_id": "not_found"})
    moved = chain.admin.patch(path, {"store_id": other.id}, version=changed["version"], expect=200)
    assert moved["store_id"] == other.id and store.manager.get(path).status == 404


@pytest.mark.parametrize("role", ["hq_admin", "hq_analyst", "auditor", "region_manager", "finance", "purchaser"])
def test_a_manager_gives_no_role_of_headquarters(chain, store, role):
    """A4: not even for the own store; headquarters does."""
    person = new_staff(store.manager, chain)
    refused = grant(store.manager, person, role, 403, store_id=store.id)
    assert refused.code == "forbidden"
    assert store.manager.get("/v1/staff/" + person["id"], expect=200)["grants"] == []
    assert grant(chain.admin, person, role, store_id=store.id)["roles"] == [role]


def test_nobody_grants_beyond_themselves(chain, store):
    """A4, A15: not in another store, a region or the chain, not to oneself, and not by way of a key."""
    other = chain.store()
    person = new_staff(store.manager, chain)
    elsewhere = grant(store.manager, person, "technician", 422, store_id=other.id)
    assert elsewhere.errors == {"/store_id": "not_found"}
    grant(store.manager, person, "technician", 403, region_id=store.region)
    grant(store.manager, person, "technician", 403)
    grant(store.manager, {"id": store.manager.id}, "technician", 403)
    both = grant(chain.admin, person, "technician", 422, store_id=store.id, region_id=store.region)
    assert both.errors == {"/region_id": "one_of"}
    assert grant(chain.admin, person, "technician", 422, region_id=uuid7()).errors == {"/region_id": "not_found"}
    assert grant(chain.admin, person, "technician", 422, store_id=uuid7()).errors == {"/store_id": "not_found"}
    assert grant(store.manager, person, "owner", 422, store_id=store.id).errors == {"/role": "bad_code"}
    grant(store.advisor, person, "technician", 403, store_id=store.id)
    key = chain.admin.post("/v1/api-keys", {"name": "staff", "scopes": ["staff.read", "staff.write"],
                                            "store_ids": [store.id]}, expect=201)
    keyed = chain.people.client(key["token"])
    grant(keyed, person, "technician", 403, store_id=store.id)
    assert store.manager.get("/v1/staff/" + person["id"], expect=200)["grants"] == []
    assert grant(chain.admin, person, "technician", region_id=store.region)["grants"][0]["scope"] == "region"


@pytest.mark.parametrize("role", sorted(set(STORE_ROLES.values())))
def test_managers_staff_their_stores(chain, store, role):
    """A4: a manager of the store or of its region gives every role of the shop there, and takes it back."""
    other = chain.store()
    region_manager = chain.people.hire(chain.unique().lower(), "region_manager", region=store.region)
    for manager in (store.manager, region_manager):
        person = new_staff(manager, chain, store_id=store.id)
        given = grant(manager, person, role, store_id=store.id)["grants"][0]
        manager.delete(f"/v1/staff/{person['id']}/grants/{given['id']}", expect=204)
        assert grant(manager, person, role, 422, store_id=other.id).errors == {"/store_id": "not_found"}
        grant(manager, person, role, 403)
        assert manager.get("/v1/staff/" + person["id"], expect=200)["grants"] == []
    grant(region_manager, person, role, region_id=store.region)
    grant(region_manager, person, role, 403, region_id=other.region)


def test_nobody_raises_themselves(chain, store):
    """A4: not a manager of a region, nor by way of a person they make."""
    region_manager = chain.people.hire(chain.unique().lower(), "region_manager", region=store.region, home=store.id)
    puppet = new_staff(store.manager, chain)
    for manager in (region_manager, store.manager):
        own = chain.admin.get("/v1/staff/" + manager.id, expect=200)["grants"]
        for role in ("hq_admin", "hq_analyst", "auditor", "purchaser"):
            for who in ({"id": manager.id}, puppet):
                for place in ({}, {"region_id": store.region}, {"store_id": store.id}):
                    assert grant(manager, who, role, 403, **place).code == "forbidden"
        assert chain.admin.get("/v1/staff/" + manager.id, expect=200)["grants"] == own
        assert chain.admin.get("/v1/staff/" + puppet["id"], expect=200)["grants"] == []


def test_people_of_the_region_and_the_chain_work_in_a_store(chain, store):
    """A4: who may act in a store is somebody there, wherever they are at home."""
    other, far = chain.store(region=store.region), chain.store()
    jumper = chain.people.hire(chain.unique().lower(), "technician", region=store.region, home=other.id)
    expert = chain.people.hire(chain.unique().lower(), "technician")
    lent = chain.people.hire(chain.unique().lower(), "technician", store=store.id, home=far.id)
    def named(who, **query):
        return {s["id"] for s in who.pages("/v1/staff", **query)}
    assert {jumper.id, expert.id, lent.id} <= named(store.dispatcher, role="technician")
    assert {jumper.id, expert.id} <= named(other.dispatcher, role="technician")
    assert {jumper.id, lent.id} & named(far.dispatcher, role="technician") == set()
    assert named(store.dispatcher) == {store.dispatcher.id, lent.id}
    assert lent.id in named(far.manager) and jumper.id not in named(far.manager)
    # booked by name, and given work; who is not there is not
    trade = Trade(store)
    booking = trade.appointment(technician_id=jumper.id)
    assert booking["technician"]["name"] == chain.admin.get("/v1/staff/" + jumper.id, expect=200)["name"]
    order = trade.dispatched()
    def give(technician):
        return store.dispatcher.post(f"/v1/work-orders/{order['id']}/assignments", {"assignments": [
            {"line_id": order["lines"][0]["id"], "technician_id": technician.id}]})
    refused = give(far.hire("tech", "technician"))
    assert (refused.status, refused.errors) == (422, {"/assignments/0/technician_id": "not_technician"})
    for technician in (jumper, expert, lent):
        assert give(technician).status == 200
    assert lent.post(f"/v1/work-order-lines/{order['lines'][0]['id']}/clock-on", expect=200)
    # seen, but not in this store's hands
    assert store.manager.get("/v1/staff/" + jumper.id, expect=200)["store_id"] == other.id
    assert store.manager.patch("/v1/staff/" + jumper.id, {"name": "x"}, version=1).status == 404
    assert grant(store.manager, {"id": jumper.id}, "cashier", 404, store_id=store.id)
    assert far.dispatcher.get("/v1/staff/" + jumper.id).status == 404


def test_nobody_takes_over_those_above(chain, store):
    """A4: a person at home in a store who also has a role of headquarters is out of the manager's hands."""
    person = new_staff(store.manager, chain)
    analyst = grant(chain.admin, person, "hq_analyst")["grants"][0]
    path = "/v1/staff/" + person["id"]
    assert store.manager.post(path + "/password", {"password": PASSWORD}).status == 403
    version = store.manager.get(path, expect=200)["version"]
    assert store.manager.patch(path, {"active": False}, version=version).status == 403
    assert store.manager.delete(path).status == 403
    assert store.manager.delete(f"{path}/grants/{analyst['id']}").status == 403
    assert chain.admin.delete(f"{path}/grants/{uuid7()}").status == 404
    other = new_staff(chain.admin, chain)
    assert chain.admin.delete(f"/v1/staff/{other['id']}/grants/{analyst['id']}").status == 404
    chain.admin.delete(f"{path}/grants/{analyst['id']}", expect=204)
    store.manager.delete(path, expect=204)


def test_a_revoked_grant_is_over_within_a_second(chain, store):
    """A4: also while the principal is in use all the time."""
    person = new_staff(store.manager, chain)
    given = grant(store.manager, person, "cashier", store_id=store.id)
    cashier = log_in(chain, person["username"])
    cashier.get("/v1/stores", expect=200)
    store.manager.delete(f"/v1/staff/{person['id']}/grants/{given['grants'][0]['id']}", expect=204)
    wait_for(lambda: cashier.get("/v1/stores").status == 403, 1.5)
    assert store.manager.get("/v1/staff/" + person["id"], expect=200)["grants"] == []
    # and may be given again
    grant(store.manager, person, "cashier", store_id=store.id)


def test_a_revoked_grant_is_over_in_every_process(chain, store, run, tmp_path, contract, book):
    """A4: a second daemon on the same database hears of it as soon."""
    person = new_staff(store.manager, chain)
    given = grant(store.manager, person, "cashier", store_id=store.id)
    cashier = log_in(chain, person["username"])
    second = Daemon(tmp_path / "second", DATABASE_URL=run["dsn"].replace("user=postgres", "user=fettle_app"))
    try:
        second.start()
        there = Client(second.port, contract, book, cashier.token)
        there.get("/v1/stores", expect=200)
        store.manager.delete(f"/v1/staff/{person['id']}/grants/{given['grants'][0]['id']}", expect=204)
        wait_for(lambda: there.get("/v1/stores").status == 403, 1.5)
        store.manager.delete("/v1/staff/" + person["id"], expect=204)
        wait_for(lambda: there.get("/v1/me").status == 401, 1.5)
    finally:
        second.stop()


def test_two_give_the_same_role(chain, store):
    """A4: one of two at once does."""
    person = new_staff(store.manager, chain)
    body = {"role": "cashier", "store_id": store.id}
    replies = at_once(*[lambda: store.manager.post(f"/v1/staff/{person['id']}/grants", body)] * 2)
    assert sorted(r.status for r in replies) == [201, 409]


def test_leaving(chain, store):
    """A12: who is made inactive loses the sessions; who is removed leaves a tombstone with the reason."""
    position = store.manager.get("/v1/staff", expect=200)["position"]
    person = new_staff(store.manager, chain)
    path = "/v1/staff/" + person["id"]
    session = log_in(chain, person["username"])
    session.get("/v1/me", expect=200)
    store.manager.patch(path, {"active": False}, version=person["version"], expect=200)
    wait_for(lambda: session.get("/v1/me").status == 401, 1.5)
    assert log_in(chain, person["username"], expect=401).code == "bad_credentials"
    assert [s["id"] for s in store.manager.pages("/v1/staff", active="false")] == [person["id"]]
    store.manager.delete(path, params={"reason": "离职"}, expect=204)
    assert store.manager.get(path).status == 404 and store.manager.delete(path).status == 404
    assert person["id"] not in [s["id"] for s in store.manager.pages("/v1/staff")]
    grave = wait_for(lambda: [s for s in store.manager.pages("/v1/staff", after_position=position)
                              if s["id"] == person["id"] and s["deleted_at"]])
    assert (grave[0]["deleted_reason"], grave[0]["active"]) == ("离职", False)
    # the name is free again
    assert store.manager.post("/v1/staff", {"name": "新", "username": person["username"]}, expect=201)


def test_passwords(chain, store):
    """A4: one's own is changed by knowing it and ends the other sessions; a manager sets one anew."""
    person = new_staff(store.manager, chain)
    here, there = (log_in(chain, person["username"]) for _ in range(2))
    there.get("/v1/me", expect=200)
    wrong = here.post("/v1/me/password", {"current": "not it", "new": PASSWORD + "!"})
    assert (wrong.status, wrong.errors) == (422, {"/current": "bad_value"})
    assert here.post("/v1/me/password", {"current": PASSWORD, "new": "short"}).errors == {"/new": "too_short"}
    here.post("/v1/me/password", {"current": PASSWORD, "new": PASSWORD + "!"}, expect=204)
    wait_for(lambda: there.get("/v1/me").status == 401, 1.5)
    here.get("/v1/me", expect=200)
    log_in(chain, person["username"], expect=401)
    log_in(chain, person["username"], PASSWORD + "!")
    path = f"/v1/staff/{person['id']}/password"
    assert here.post(path, {"password": PASSWORD}).status == 403
    store.manager.post(path, {"password": PASSWORD}, expect=204)
    wait_for(lambda: here.get("/v1/me").status == 401, 1.5)
    log_in(chain, person["username"])
    nameless = store.manager.post("/v1/staff", {"name": "无"}, expect=201)
    assert store.manager.post(f"/v1/staff/{nameless['id']}/password", {"password": PASSWORD}).errors == {
        "/password": "bad_value"}
    assert chain.store().manager.post(path, {"password": PASSWORD}).status == 404


def test_guessing_passwords(chain, store):
    """A4: after five wrong tries the account waits, whatever it is asked for."""
    person = new_staff(store.manager, chain)
    session = log_in(chain, person["username"])
    for _ in range(3):
        log_in(chain, person["username"], "wrong", expect=401)
    for _ in range(2):
        assert session.post("/v1/me/password", {"current": "wrong", "new": PASSWORD}).status == 422
    assert log_in(chain, person["username"], expect=429).code == "too_many_attempts"
    assert session.post("/v1/me/password", {"current": PASSWORD, "new": PASSWORD}).status == 429
    assert log_in(chain, "nobody-" + person["username"], expect=401).code == "bad_credentials"


def test_logins_are_limited_by_address(tmp_path, contract, book):
    """A4: thirty a minute, unless it is set otherwise; who is logged in goes on."""
    folder = tmp_path / "limited"
    daemon = Daemon(folder, RATE_LOGIN=3)
    try:
        daemon.start()
        client = Client(daemon.port, contract, book)
        replies = [client.post("/v1/sessions", {"username": f"u{n}", "password": "wrong"}) for n in range(4)]
        assert [r.status for r in replies] == [401, 401, 401, 429]
        assert replies[-1].code == "too_many_attempts" and replies[-1].headers["Retry-After"]
        assert client.get("/v1/me").status == 401
    finally:
        daemon.stop()


def test_an_api_key(chain, store):
    """A5: shown once, limited to a store and to scopes, gone at once when it is revoked."""
    other = chain.store()
    made = chain.admin.post("/v1/api-keys", {"name": "ERP", "scopes": ["store.read", "staff.read"],
                                             "store_ids": [store.id]}, expect=201)
    assert made["token"].startswith("fettle_k_") and made["hint"] == "fettle_k_..." + made["token"][-4:]
    path = "/v1/api-keys/" + made["id"]
    assert made.headers["Location"] == path
    read = chain.admin.get(path, expect=200)
    assert "token" not in read.json and read["created_by"]["id"] == chain.admin.id
    assert (read["scopes"], read["store_ids"], read["role"]) == (["store.read", "staff.read"], [store.id], None)
    assert made["id"] in [k["id"] for k in chain.admin.pages("/v1/api-keys", limit=1)]

    key = chain.people.client(made["token"])
    assert [s["id"] for s in key.get("/v1/stores", expect=200).data] == [store.id]
    assert key.get(f"/v1/stores/{other.id}").status == 404
    assert key.post("/v1/staff", {"name": "x"}).status == 403
    me = key.get("/v1/me", expect=200)
    assert (me["id"], me["username"], me["permissions"]) == (made["id"], None, ["store.read", "staff.read"])
    assert key.post("/v1/me/password", {"current": "x", "new": PASSWORD}).status == 404

    assert read["last_used_at"] is None
    used = wait_for(lambda: chain.admin.get(path, expect=200)["last_used_at"])
    first = me.headers["Date"]
    assert abs(datetime.datetime.fromisoformat(used.replace("Z", "+00:00")) - email.utils.parsedate_to_datetime(first)) < datetime.timedelta(seconds=30)
    assert [k["last_used_at"] for k in chain.admin.pages("/v1/api-keys") if k["id"] == made["id"]] == [used]
    # it is no change of the key, and is written once a minute
    assert chain.admin.get(path)["version"] == 1
    assert len(chain.admin.pages("/v1/audit-entries", row_id=made["id"])) == 1
    time.sleep(2.2)
    key.get("/v1/stores", expect=200)
    time.sleep(1.2)
    assert chain.admin.get(path)["last_used_at"] == used

    chain.admin.delete(path, expect=204)
    wait_for(lambda: key.get("/v1/stores").status == 401, 10)
    assert chain.admin.delete(path).status == 404
    assert made["id"] not in [k["id"] for k in chain.admin.pages("/v1/api-keys")]


def test_a_key_has_what_role_and_scopes_share(chain):
    """A5: for the whole chain when no store is named."""
    made = chain.admin.post("/v1/api-keys", {"name": "BI", "scopes": ["store.read", "store.write"],
                                             "role": "hq_analyst"}, expect=201)
    assert made["store_ids"] is None
    key = chain.people.client(made["token"])
    assert key.get("/v1/me", expect=200)["permissions"] == ["store.read"]
    assert key.get("/v1/regions", expect=200).data


def test_keys_are_made_by_headquarters(chain, store):
    """A5: not by a manager, not by a key, not with what is wrong."""
    body = {"name": "x", "scopes": ["store.read"]}
    assert store.manager.post("/v1/api-keys", body).status == 403
    assert store.manager.get("/v1/api-keys").status == 403
    unknown = chain.admin.post("/v1/api-keys", {**body, "store_ids": [store.id, uuid7()]})
    assert (unknown.status, unknown.errors) == (422, {"/store_ids/1": "not_found"})
    past = chain.admin.post("/v1/api-keys", {**body, "expires_at": "2020-01-01T00:00:00Z"})
    assert past.errors == {"/expires_at": "bad_value"}
    wrong = chain.admin.post("/v1/api-keys", {"name": "x", "scopes": ["all"], "role": "owner"})
    assert wrong.errors == {"/scopes/0": "bad_code", "/role": "bad_code"}
    made = chain.admin.post("/v1/api-keys", {"name": "maker", "scopes": ["key.write"]}, expect=201)
    keyed = chain.people.client(made["token"])
    assert keyed.get("/v1/api-keys", expect=200).data
    assert keyed.post("/v1/api-keys", {"name": "more", "scopes": ["key.write"]}).status == 403
    assert keyed.post("/v1/api-keys", body).code == "forbidden"


def test_a_key_expires(chain, sql):
    """A5: at its own time."""
    soon = (datetime.datetime.utcnow() + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    made = chain.admin.post("/v1/api-keys", {"name": "x", "scopes": ["store.read"], "expires_at": soon}, expect=201)
    key = chain.people.client(made["token"])
    key.get("/v1/me", expect=200)
    sql("UPDATE api_key SET expires_at = now(), changed = pg_current_xact_id() WHERE id = %s", (made["id"],))
    wait_for(lambda: key.get("/v1/me").status == 401, 1.5)


@pytest.mark.parametrize("end", ["grant", "inactive", "removed"])
def test_keys_end_with_their_maker(chain, end):
    """A5: who loses the right to make keys, or leaves, takes their keys along."""
    person = new_staff(chain.admin, chain)
    path = "/v1/staff/" + person["id"]
    granted = grant(chain.admin, person, "hq_admin")
    made = log_in(chain, person["username"]).post("/v1/api-keys", {"name": "x", "scopes": ["store.read"]}, expect=201)
    key = chain.people.client(made["token"])
    key.get("/v1/me", expect=200)
    if end == "grant":
        chain.admin.delete(f"{path}/grants/{granted['grants'][0]['id']}", expect=204)
    elif end == "inactive":
        chain.admin.patch(path, {"active": False}, version=granted["version"], expect=200)
    else:
        chain.admin.delete(path, expect=204)
    wait_for(lambda: key.get("/v1/me").status == 401, 1.5)


def test_a_person_of_the_chain_sees_themselves(chain, store):
    """A6: a region manager belongs to no store, and is somebody all the same."""
    manager = chain.people.hire(chain.unique().lower(), "region_manager", region=store.region)
    me = manager.get("/v1/me", expect=200)
    assert (me["id"], me["roles"], [s["id"] for s in me["stores"]]) == (manager.id, ["region_manager"], [store.id])
    assert manager.patch("/v1/staff/" + manager.id, {"name": "x"}, version=1).status == 404


def test_bays_and_regions_go(chain, store):
    """A1, A3, A12: a bay leaves a tombstone and its code; a region only when it is empty."""
    position = chain.admin.get("/v1/regions", expect=200)["position"]
    bays = f"/v1/stores/{store.id}/bays"
    bay = store.manager.get("/v1/bays/" + store.bay, expect=200)
    changed = store.manager.patch("/v1/bays/" + store.bay, {"kind": "wash", "active": False}, version=bay["version"],
                                  expect=200)
    assert (changed["kind"], changed["active"], changed["version"]) == ("wash", False, bay["version"] + 1)
    assert store.manager.patch("/v1/bays/" + store.bay, {"name": "x"}, version=bay["version"]).status == 412
    assert store.tech1.delete("/v1/bays/" + store.bay).status == 403
    assert chain.store().manager.delete("/v1/bays/" + store.bay).status == 404
    store.manager.delete("/v1/bays/" + store.bay, params={"reason": "改建"}, expect=204)
    assert store.manager.get("/v1/bays/" + store.bay).status == 404
    assert [b["id"] for b in store.manager.pages(bays)] == store.bays[1:]
    graves = wait_for(lambda: [b for b in store.manager.pages(bays, after_position=position) if b["deleted_at"]])
    assert [(b["id"], b["deleted_reason"]) for b in graves] == [(store.bay, "改建")]
    store.manager.post(bays, {"code": bay["code"]}, expect=201)

    full = chain.admin.delete("/v1/regions/" + store.region)
    assert (full.status, full.code) == (409, "in_use") and store.code in full["detail"]
    region = chain.region()
    assert store.manager.delete("/v1/regions/" + region).status == 403
    chain.admin.delete("/v1/regions/" + region, params={"reason": "合并"}, expect=204)
    assert chain.admin.get("/v1/regions/" + region).status == 404
    late = chain.admin.post("/v1/stores", {"code": chain.unique(), "name": "无", "region_id": region})
    assert (late.status, late.errors) == (422, {"/region_id": "not_found"})
    graves = wait_for(lambda: [r for r in chain.admin.pages("/v1/regions", after_position=position)
                               if r["id"] == region and r["deleted_at"]])
    assert graves[0]["deleted_reason"] == "合并"


def test_a_holiday_is_called_off(store):
    """A3: the store opens on that day as on any other; another day was none."""
    path = f"/v1/stores/{store.id}"
    store.manager.post(path + "/holidays", {"date": "2026-10-01"}, expect=201)
    assert store.advisor.delete(path + "/holidays/2026-10-01").status == 403
    assert store.manager.delete(path + "/holidays/2026-10-02").status == 404
    store.manager.delete(path + "/holidays/2026-10-01", expect=204)
    assert store.manager.get(path, expect=200)["holidays"] == []


def test_a_store_and_the_end_of_its_region(chain):
    """A1: of a store that opens and a region that goes at once, one is told no."""
    for _ in range(5):
        region = chain.region()
        opened, gone = at_once(
            lambda: chain.admin.post("/v1/stores", {"code": chain.unique(), "name": "新", "region_id": region}),
            lambda: chain.admin.delete("/v1/regions/" + region))
        assert (opened.status, gone.status) in ((201, 409), (422, 204))


def test_the_audit_trail(chain, store):
    """A11: who changed what, before and after, without personal values, and only for auditors."""
    person = new_staff(store.manager, chain, phone=chain.phone())
    changed = store.manager.patch("/v1/staff/" + person["id"], {"name": "韩梅梅", "phone": chain.phone(),
                                                                "employee_no": "E-2"},
                                  version=person["version"], expect=200)
    entries = chain.auditor.pages("/v1/audit-entries", row_id=person["id"], limit=1)
    assert [e["action"] for e in entries] == ["update", "insert"]
    update = entries[0]
    assert (update["table_name"], update["store_id"]) == ("staff", store.id)
    assert update["actor"]["id"] == store.manager.id
    assert update["request_id"] == changed.headers["Request-Id"]
    assert update["before"] == {"name": "***", "phone": "***", "employee_no": None}
    assert update["after"] == {"name": "***", "phone": "***", "employee_no": "E-2"}

    before = store.manager.get(f"/v1/stores/{store.id}", expect=200)
    store.manager.patch(f"/v1/stores/{store.id}", {"address": "南京路 1 号"}, version=before["version"], expect=200)
    newest = chain.auditor.get("/v1/audit-entries", params={"store_id": store.id, "table_name": "store"}, expect=200)
    assert (newest.data[0]["before"], newest.data[0]["after"]) == ({"address": None}, {"address": "南京路 1 号"})
    ids = [e["id"] for e in chain.auditor.pages("/v1/audit-entries", store_id=store.id, limit=3)]
    assert ids == sorted(ids, reverse=True) and len(ids) == len(set(ids)) > 6
    assert {"staff", "store", "bay"} <= {e["table_name"] for e in
                                         chain.auditor.pages("/v1/audit-entries", store_id=store.id)}


def test_the_audit_trail_by_whom_and_when(chain, store):
    """A11: filters of the trail, and who may read it."""
    person = new_staff(store.manager, chain)
    given = grant(store.manager, person, "technician", store_id=store.id)["grants"][0]
    store.manager.delete(f"/v1/staff/{person['id']}/grants/{given['id']}", expect=204)
    mine = chain.auditor.pages("/v1/audit-entries", actor_id=store.manager.id)
    assert {e["actor"]["id"] for e in mine} == {store.manager.id}
    grants = [e for e in mine if e["table_name"] == "staff_grant"]
    assert [e["action"] for e in grants] == ["update", "insert"] and grants[0]["after"]["revoked_at"]
    at = grants[0]["at"]
    assert [e["id"] for e in chain.auditor.pages("/v1/audit-entries", row_id=given["id"], to=at)] == [grants[1]["id"]]
    since = chain.auditor.pages("/v1/audit-entries", row_id=given["id"], **{"from": at})
    assert [e["id"] for e in since] == [grants[0]["id"]]
    assert chain.admin.get("/v1/audit-entries", params={"limit": 1}, expect=200).data
    assert chain.analyst.get("/v1/audit-entries").status == 403
    assert store.advisor.get("/v1/audit-entries").status == 403
    other = chain.store()
    assert all(e["store_id"] == other.id for e in other.manager.pages("/v1/audit-entries"))
    assert other.manager.pages("/v1/audit-entries", row_id=person["id"]) == []


def test_a_customers_change_is_audited(chain, store):
    """A11: with before and after, and without who it is."""
    made = store.advisor.post("/v1/customers", {"kind": "person", "name": "赵六", "phone": chain.phone(),
                                                "store_id": store.id}, expect=201)
    path = "/v1/customers/" + made["id"]
    store.advisor.patch(path, {"name": "赵七"}, version=made["version"], expect=200)
    entry = chain.auditor.get("/v1/audit-entries", params={"row_id": made["id"], "table_name": "customer"},
                              expect=200).data[0]
    assert (entry["action"], entry["actor"]["id"]) == ("update", store.advisor.id)
    assert entry["before"]["name"] == entry["after"]["name"] == "***"


def test_the_access_log(chain, store, sql):
    """A11: who looked; a store's managers see their own store's entries only."""
    other, subject = chain.store(), uuid7()
    for place in (store, other):
        sql("INSERT INTO access_log (id, at, actor_id, store_id, operation, subject_type, subject_id)"
            " VALUES (%s, now(), %s, %s, 'getCustomerContacts', 'customer', %s)",
            (uuid7(), place.advisor.id, place.id, subject))
    entries = chain.auditor.pages("/v1/access-log", subject_id=subject, limit=1)
    assert {e["actor"]["id"] for e in entries} == {store.advisor.id, other.advisor.id}
    assert [e["at"] for e in entries] == sorted((e["at"] for e in entries), reverse=True)
    assert [e["store_id"] for e in store.manager.pages("/v1/access-log", subject_id=subject)] == [store.id]
    assert [e["store_id"] for e in chain.auditor.pages("/v1/access-log", actor_id=other.advisor.id)] == [other.id]
    assert chain.auditor.pages("/v1/access-log", subject_id=subject, to=entries[-1]["at"]) == []
    assert store.advisor.get("/v1/access-log").status == 403


def feed(client, after, **params):
    return client.get("/v1/events", params={**params, **({"after": after} if after else {})}, expect=200)


def test_the_feed_goes_on_where_it_was_left(chain, store):
    """A11: page by page and poll by poll, in order, each event once, of the own store only."""
    other = chain.store()
    mine = wait_for(lambda: [p for p in [feed(store.manager, None).data] if len(p) >= 2][0:1])[0]
    last = mine[-1]["id"]
    people = [new_staff(store.manager, chain) for _ in range(3)]
    new_staff(other.manager, chain)
    seen = []
    wait_for(lambda: seen.extend(feed(store.manager, seen[-1]["id"] if seen else last, limit=2).data) or len(seen) >= 3)
    assert [e["subject_id"] for e in seen] == [p["id"] for p in people]
    assert {(e["type"], e["store_id"], e["subject_type"]) for e in seen} == {("staff.created", store.id, "staff")}
    assert seen[0]["request_id"] == people[0].headers["Request-Id"] and seen[0]["actor_id"] == store.manager.id
    assert feed(store.manager, seen[-1]["id"]).data == []
    assert [e["id"] for e in store.manager.pages("/v1/events", after=last, limit=1)] == [e["id"] for e in seen]
    assert [e["id"] for e in chain.analyst.pages("/v1/events", subject_id=people[1]["id"])] == [seen[1]["id"]]
    assert feed(store.manager, None, type="bay.created").data[0]["type"] == "bay.created"
    for client, after in ((other.manager, last), (store.manager, uuid7())):
        unknown = client.get("/v1/events", params={"after": after}, expect=422)
        assert (unknown.code, unknown.errors, unknown["errors"][0].get("parameter")) == ("not_found", {"after": "not_found"}, "after")
    assert store.tech1.get("/v1/events").status == 403


def test_the_feed_tells_versions(chain, store):
    """A11: which version an object had when something happened to it; null for what has none."""
    person = new_staff(store.manager, chain)
    changed = store.manager.patch(f"/v1/staff/{person['id']}", {"name": "李雷", "version": 1}, expect=200)
    assert changed["version"] == 2
    seen = wait_for(lambda: [d for d in [feed(store.manager, None, subject_id=person["id"]).data] if len(d) == 2])[0]
    assert [(e["type"], e["subject_version"]) for e in seen] == [("staff.created", 1), ("staff.updated", 2)]
    trade = Trade(store)
    order = trade.dispatched()
    told = wait_for(lambda: [d for d in [feed(store.manager, None, subject_id=order["id"]).data] if len(d) == 3])[0]
    versions = [e["subject_version"] for e in told]
    assert versions[0] == 1 and versions == sorted(set(versions)) and versions[-1] == order["version"]


def test_the_feed_skips_nothing_that_commits_late(chain, store, run):
    """A11: an event that began earlier and commits later holds back what is behind it, and then comes first."""
    # what was there before may be told late, as long as somebody's older transaction was open; before this one it is told
    mark = new_staff(store.manager, chain)["id"]
    last = wait_for(lambda: [e["id"] for e in store.manager.pages("/v1/events") if e["subject_id"] == mark])[-1]
    slow, subject = psycopg2.connect(run["dsn"]), uuid7()
    try:
        slow.cursor().execute("INSERT INTO event (id, at, type, store_id, subject_type, subject_id)"
                              " VALUES (%s, now(), 'test.slow', %s, 'test', %s)", (uuid7(), store.id, subject))
        quick = new_staff(store.manager, chain)
        assert feed(store.manager, last).data == []
        slow.commit()
    finally:
        slow.close()
    seen = wait_for(lambda: [d for d in [feed(store.manager, last).data] if len(d) == 2])[0]
    assert [e["subject_id"] for e in seen] == [subject, quick["id"]]


def test_many_writers_one_reader(chain, store):
    """A11: a reader that polls while others write gets every event once."""
    wait_for(lambda: len(feed(store.manager, None).data) >= 2)
    last = store.manager.pages("/v1/events")[-1]["id"]
    made, seen, done = [], [], threading.Event()

    def read():
        after = last
        while True:
            over = done.is_set()
            data = feed(store.manager, after, limit=3).data
            seen.extend(e["subject_id"] for e in data)
            after = data[-1]["id"] if data else after
            if over and not data and set(made) <= set(seen):
                return

    def write():
        for _ in range(10):
            made.append(store.manager.post("/v1/staff", {"name": "并发"}, expect=201)["id"])

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    at_once(*[write] * 4)
    done.set()
    reader.join(60)
    # what was there before may be told late, as long as somebody's older transaction was open
    assert not reader.is_alive() and sorted(id for id in seen if id in made) == sorted(made)


def test_the_last_administrator_stays(contract, book):
    """A4: a chain of its own, where two administrators want to be rid of each other at the same moment."""
    folder = tempfile.mkdtemp(prefix="fettle-admin-")  # short: a socket's path has its limit
    daemon = Daemon(folder).start()
    db = psycopg2.connect(daemon.dsn)
    db.autocommit = True
    people = People(db, daemon.port, contract, book)
    one = people.hire("one", "hq_admin")
    try:
        for _ in range(5):
            two = people.hire("two" + uuid7(), "hq_admin")
            ends = [f"/v1/staff/{who.id}/grants/{who.get('/v1/staff/' + who.id, expect=200)['grants'][0]['id']}"
                    for who in (one, two)]
            replies = at_once(lambda by=one, path=ends[1]: by.delete(path), lambda by=two, path=ends[0]: by.delete(path))
            # the later one is the last by now, or has lost the right
            assert sorted(r.status for r in replies)[0] == 204, replies
            assert {r.code for r in replies} in ({None, "last_admin"}, {None, "forbidden"}), replies
            one, gone = (one, two) if replies[0].status == 204 else (two, one)
            wait_for(lambda gone=gone: gone.get("/v1/staff").status == 403)
        path = "/v1/staff/" + one.id
        last = one.get(path, expect=200)
        refused = [one.delete(f"{path}/grants/{last['grants'][0]['id']}"), one.delete(path),
                   one.patch(path, {"active": False}, version=last["version"])]
        assert [(r.status, r.code) for r in refused] == [(409, "last_admin")] * 3
        assert one.get(path, expect=200).json == last.json
        # another role of theirs may go, and they themselves once there is somebody else
        other = grant(one, last, "auditor")["grants"][-1]
        one.delete(f"{path}/grants/{other['id']}", expect=204)
        people.hire("three", "hq_admin")
        one.delete(path, expect=204)
    finally:
        db.close()
        assert daemon.stop() == 0, daemon.log()
        shutil.rmtree(folder)
