# SPDX-License-Identifier: Apache-2.0
"""Hazardous waste: what a store keeps of it, for how long, and which licensed collector took it."""

import pytest

from fettle import at_once, uuid7
from test_prices import day
from trade import Trade

COLLECTED = {"collector": "环保科技", "licence_number": "SH-0001", "manifest_number": "310120260001"}


@pytest.fixture
def sql(db):
    def run(text, arguments):
        with db.cursor() as cursor:
            cursor.execute(text, arguments)
    return run


@pytest.fixture
def kind(chain):
    def make(expect=201, **more):
        return chain.purchaser.post("/v1/waste-kinds", {"category": "HW08", "code": "900-249-08", "name": "废机油滤清器 " + chain.unique(), "unit": "gram", **more}, expect=expect)
    return make


def put(store, kind, quantity, who=None, expect=201, **more):
    return (who or store.parts).post("/v1/waste-entries", {"store_id": store.id, "kind_id": kind["id"], "quantity": quantity, **more}, expect=expect)


def collect(store, kind, quantity, who=None, expect=201, **more):
    return (who or store.parts).post("/v1/waste-collections", {"store_id": store.id, "kind_id": kind["id"], "quantity": quantity, "licence_valid_to": day(0), **COLLECTED, **more},
                                     expect=expect)


def balance(store, kind, **params):
    rows = store.parts.pages("/v1/waste-balances", store_id=store.id, kind_id=kind["id"], **params)
    return rows[0] if rows else None


def ledger(store, kind):
    return [(e["direction"], e["quantity"], e["quantity_after"]) for e in store.parts.pages("/v1/waste-entries", limit=2, store_id=store.id, kind_id=kind["id"])]


def test_the_national_list(chain, store, kind):
    """H11: waste oil, batteries and what oil stuck to are there by their codes; a chain adds and changes kinds."""
    # (other tests write kinds of the same codes)
    assert {(k["code"], k["category"], k["unit"], k["limit_days"]) for k in store.parts.pages("/v1/waste-kinds", limit=2)} >= {
        ("900-214-08", "HW08", "gram", 365), ("900-052-31", "HW31", "gram", 365), ("900-041-49", "HW49", "gram", 365)}
    made = kind(unit="millilitre", limit_quantity=1000)
    path = f"/v1/waste-kinds/{made['id']}"
    now = chain.purchaser.patch(path, {"limit_days": 90, "limit_quantity": None, "active": False}, version=made["version"], expect=200)
    assert (now["limit_days"], now["limit_quantity"], now["active"], now["unit"]) == (90, None, False, "millilitre")
    assert made["id"] not in {k["id"] for k in store.parts.pages("/v1/waste-kinds", active="true")}
    assert store.manager.patch(path, {"limit_days": 1}, version=now["version"]).status == 403
    assert kind(name=made["name"], expect=409).errors == {"/name": "duplicate"}
    assert set(kind(category="HW 08", code="", unit="litre", limit_days=0, expect=422).errors) == {"/category", "/code", "/unit", "/limit_days"}
    assert put(store, made, 1, expect=422).errors == {"/kind_id": "bad_value"}


def test_in_out_and_taken_back(store, kind):
    """H11: stored of an order and of nothing, collected with licence and manifest, taken back by a counter-entry; the sum is what is there."""
    oil, order = kind(), Trade(store).order()
    first = put(store, oil, 4000, work_order_id=order["id"], note="更换机油")
    assert (first["direction"], first["quantity"], first["quantity_after"], first["work_order_id"], first["actor_id"]) == ("stored", 4000, 4000, order["id"], store.parts.id)
    second = put(store, oil, 1000)
    gone = collect(store, oil, 4500)
    assert (gone["direction"], gone["quantity"], gone["quantity_after"], gone["licence_valid_to"]) == ("collected", -4500, 500, day(0))
    assert {n: gone[n] for n in COLLECTED} == COLLECTED
    assert (balance(store, oil)["quantity"], balance(store, oil)["stored_since"]) == (500, second["created_at"])
    short = collect(store, oil, 501, expect=409)
    assert short.code == "waste_not_there" and "500" in short["detail"]
    path = f"/v1/waste-entries/{gone['id']}"
    assert store.parts.post(path + "/reverse", {"reason": "联单作废"}).status == 403
    back = store.manager.post(path + "/reverse", {"reason": "联单作废"}, expect=200)
    assert (back["direction"], back["quantity"], back["quantity_after"], back["reverses_id"], back["reason"]) == ("reversed", 4500, 5000, gone["id"], "联单作废")
    assert store.parts.get(path, expect=200)["reversed_by_id"] == back["id"]
    assert balance(store, oil)["stored_since"] == first["created_at"]
    for once in (gone, back):
        assert store.manager.post(f"/v1/waste-entries/{once['id']}/reverse", {"reason": "x"}).code == "waste_reversed"
    wrong = store.manager.post(f"/v1/waste-entries/{first['id']}/reverse", {"reason": "重量录错"}, expect=200)
    assert (wrong["quantity_after"], balance(store, oil)["stored_since"]) == (1000, second["created_at"])
    collect(store, oil, 1000, manifest_number="310120260002")
    assert (balance(store, oil)["quantity"], balance(store, oil)["stored_since"]) == (0, None)
    assert store.manager.post(f"/v1/waste-entries/{second['id']}/reverse", {"reason": "x"}).code == "waste_not_there"
    assert ledger(store, oil) == [("collected", -1000, 0), ("reversed", -4000, 1000), ("reversed", 4500, 5000), ("collected", -4500, 500), ("stored", 1000, 5000), ("stored", 4000, 4000)]
    assert [e["id"] for e in store.parts.pages("/v1/waste-entries", work_order_id=order["id"])] == [first["id"]]
    assert [e["id"] for e in store.parts.pages("/v1/waste-entries", store_id=store.id, manifest_number=COLLECTED["manifest_number"])] == [gone["id"]]


def test_what_is_overdue(chain, store, kind, sql):
    """H11: kept longer than it may be, or more than may be; what was stored first leaves first."""
    oil = kind(limit_days=30, limit_quantity=3000)
    put(store, oil, 2000)
    sql("UPDATE waste_entry SET created_at = created_at - interval '31 days' WHERE store_id = %s", (store.id,))
    put(store, oil, 1000)
    old = balance(store, oil, overdue="true")
    assert (old["quantity"], old["over_time"], old["over_quantity"], old["code"], old["kind"]["id"]) == (3000, True, False, "900-249-08", oil["id"]) and old["stored_since"] < old["keep_until"]
    collect(store, oil, 2000)
    fresh = balance(store, oil, overdue="false")
    assert (fresh["quantity"], fresh["over_time"], fresh["over_quantity"], balance(store, oil, overdue="true")) == (1000, False, False, None)
    put(store, oil, 2001)
    assert (balance(store, oil, overdue="true")["over_quantity"], balance(store, oil)["over_time"]) == (True, False)
    assert {b["store_id"] for b in chain.analyst.pages("/v1/waste-balances", kind_id=oil["id"])} == {store.id}


def test_bad_fields_and_other_stores(chain, store, kind):
    """H11: what is wrong is told by its field; another store's ledger is not there."""
    oil, other = kind(), chain.store()
    first = put(store, oil, 100)
    assert put(store, oil, 0, expect=422).errors == {"/quantity": "too_small"}
    assert put(store, {"id": uuid7()}, 1, expect=422).errors == {"/kind_id": "not_found"}
    assert put(store, oil, 1, work_order_id=Trade(other).order()["id"], expect=422).errors == {"/work_order_id": "not_found"}
    assert put(store, oil, 1, id=first["id"], expect=409).errors == {"/id": "duplicate"}
    assert put(other, oil, 1, who=store.parts, expect=422).errors == {"/store_id": "not_found"}
    assert put(store, oil, 1, who=store.advisor, expect=None).status == 403
    assert collect(store, oil, 1, licence_valid_to=day(-1), expect=422).errors == {"/licence_valid_to": "bad_value"}
    bare = store.parts.post("/v1/waste-collections", {"store_id": store.id, "kind_id": oil["id"], "quantity": 1})
    assert bare.errors == dict.fromkeys(("/collector", "/licence_number", "/licence_valid_to", "/manifest_number"), "required")
    assert other.parts.get(f"/v1/waste-entries/{first['id']}").status == 404
    assert other.manager.post(f"/v1/waste-entries/{first['id']}/reverse", {"reason": "x"}).status == 404
    assert (balance(other, oil), ledger(store, oil)) == (None, [("stored", 100, 100)])


def test_many_at_once(store, kind):
    """H11: many store, collect and take back at once: never below nothing, entry by entry without a gap, and each is taken back once."""
    oil, boss = kind(), store.manager
    first = put(store, oil, 1000)
    got = at_once(*[lambda: collect(store, oil, 300, expect=None) for _ in range(6)], *[lambda: put(store, oil, 100) for _ in range(3)],
                  *[lambda: boss.post(f"/v1/waste-entries/{first['id']}/reverse", {"reason": "x"}) for _ in range(3)])
    assert {r.status for r in got} <= {200, 201, 409} and sum(r.status == 200 for r in got) <= 1
    rows = sorted(store.parts.pages("/v1/waste-entries", store_id=store.id, kind_id=oil["id"]), key=lambda e: e["ordinal"])
    assert [e["ordinal"] for e in rows] == list(range(1, len(rows) + 1))
    total = 0
    for entry in rows:
        total += entry["quantity"]
        assert total == entry["quantity_after"] >= 0
    assert balance(store, oil)["quantity"] == total
