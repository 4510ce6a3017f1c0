# SPDX-License-Identifier: Apache-2.0
"""Bins: where in a warehouse the pieces of a part lie, and what moves them."""

import pytest

from fettle import at_once, uuid7, wait_for
from trade import Trade


@pytest.fixture
def trade(store):
    return Trade(store)


@pytest.fixture
def part(trade):
    return trade.part()["id"]


def make_bin(store, code, **more):
    return store.parts.post("/v1/bins", {"store_id": store.id, "code": code, **more}, expect=201)


def place(store, where, part, expect=201, **more):
    return store.parts.post("/v1/bin-stock", {"bin_id": where["id"], "part_id": part, **more}, expect=expect)


def lies(store, part, **params):
    return {s["bin"]["code"]: s["quantity"] for s in store.parts.pages("/v1/bin-stock", limit=2, store_id=store.id, part_id=part, **params)}


def lay(store, part, quantity, come=None, go=None, expect=201, **more):
    bins = {name: b["id"] for name, b in (("from_bin_id", come), ("to_bin_id", go)) if b}
    return store.parts.post("/v1/bin-moves", {"part_id": part, "quantity": quantity, **bins, **more}, expect=expect)


def came(trade, part, quantity, where=None):
    """A receipt, into a bin if it says so."""
    store = trade.store
    made = store.parts.post("/v1/stock-documents", {
        "kind": "receipt", "store_id": store.id, "reason": "purchase",
        "lines": [{"part_id": part, "quantity": quantity, "unit_cost": 100, **({"bin_id": where["id"]} if where else {})}]}, expect=201)
    store.manager.post(f"/v1/stock-documents/{made['id']}/audit", expect=200)
    return made


def scrap(trade, part, quantity, where=None):
    store = trade.store
    made = store.parts.post("/v1/stock-documents", {
        "kind": "scrap", "store_id": store.id, "reason": "damage", "lines": [{"part_id": part, "quantity": quantity, **({"bin_id": where["id"]} if where else {})}]}, expect=201)
    return store.manager.post(f"/v1/stock-documents/{made['id']}/audit", expect=200)


def test_in_and_out(trade, store, part, verify):
    """I1: what comes in goes where its line says, else home; what leaves comes from where its line says, then from home, then from the others by code."""
    home, other, third = (make_bin(store, code) for code in ("B-02", "A-01", "C-03"))
    came(trade, part, 3)
    assert lies(store, part) == {}
    place(store, home, part, home=True)
    came(trade, part, 4)
    came(trade, part, 5, other)
    receipt = came(trade, part, 6, third)
    assert lies(store, part) == {"A-01": 5, "B-02": 4, "C-03": 6}
    scrap(trade, part, 1, third)
    assert lies(store, part) == {"A-01": 5, "B-02": 4, "C-03": 5}
    trade.sale("ship", part=part, quantity=6, stock=0)
    assert lies(store, part) == {"A-01": 3, "B-02": 0, "C-03": 5}
    assert lies(store, part, in_stock="true") == {"A-01": 3, "C-03": 5}
    trade.with_parts({"id": part}, 2, stock=1)  # one comes, home; two go, the first of them from home
    assert lies(store, part) == {"A-01": 2, "B-02": 0, "C-03": 5}
    store.manager.post(f"/v1/stock-documents/{receipt['id']}/reverse", expect=200)
    level = store.parts.get("/v1/stock-levels", params={"store_id": store.id, "part_id": part}, expect=200).data[0]["on_hand"]
    assert (lies(store, part), level) == ({"A-01": 1, "B-02": 0, "C-03": 0}, 4)  # taken back from where it went, then from elsewhere; three lie in no bin
    assert verify() == []


def test_from_one_into_another(trade, store, part, verify):
    """I1: pieces are put away, moved and taken out of a bin; the stock stays as it is."""
    first, second = make_bin(store, "A-01"), make_bin(store, "A-02")
    came(trade, part, 5)
    made = lay(store, part, 4, go=first, note="上架")
    assert (made["from_bin"], made["to_bin"]["code"], made["quantity"], made["note"], made["actor_id"]) == (None, "A-01", 4, "上架", store.parts.id)
    assert lay(store, part, 2, go=first, expect=409).errors == {"/quantity": "insufficient_stock"}
    lay(store, part, 3, come=first, go=second)
    assert lay(store, part, 2, come=first, go=second, expect=409).code == "insufficient_stock"
    lay(store, part, 1, come=second)
    assert lies(store, part) == {"A-01": 1, "A-02": 2}
    assert [m["quantity"] for m in store.parts.pages("/v1/bin-moves", limit=1, store_id=store.id, bin_id=second["id"])] == [1, 3]
    assert store.parts.get(f"/v1/bin-moves/{made['id']}", expect=200)["part"]["id"] == part
    level = store.parts.get("/v1/stock-levels", params={"store_id": store.id, "part_id": part}, expect=200).data[0]
    assert level["on_hand"] == 5
    assert verify() == []


def test_limits_of_a_bin(trade, store, part, chain):
    """I10: a bin has limits of its own for a part; crossing one is an event, once each time."""
    bulk, pick = make_bin(store, "Z-99"), make_bin(store, "A-01")
    came(trade, part, 20, bulk)
    made = place(store, pick, part, home=True, minimum=2, maximum=6)
    assert (made["alert"], made["home"], made["quantity"]) == ("under_minimum", True, 0)
    lay(store, part, 5, come=bulk, go=pick)
    assert [s["bin"]["code"] for s in store.parts.pages("/v1/bin-stock", store_id=store.id, alert="under_minimum")] == []
    lay(store, part, 2, come=bulk, go=pick)
    scrap(trade, part, 6)

    def events():
        found = [e for e in chain.admin.pages("/v1/events", store_id=store.id, limit=100) if e["subject_id"] == made["id"]]
        return [e["type"] for e in found if e["type"] in ("bin_stock.under_minimum", "bin_stock.over_maximum")]
    assert wait_for(lambda: len(events()) == 2 and events()) == ["bin_stock.over_maximum", "bin_stock.under_minimum"]
    now = store.parts.get(f"/v1/bin-stock/{made['id']}", expect=200)
    assert (now["quantity"], now["alert"]) == (1, "under_minimum")
    now = store.parts.put(f"/v1/bin-stock/{made['id']}", {"maximum": 9}, version=now["version"], expect=200)
    assert (now["home"], now["minimum"], now["maximum"], now["alert"]) == (False, None, 9, None)


def test_one_home(trade, store, part, verify):
    """I1: a part is at home in one bin of a warehouse; a new home ends the one before."""
    first, second = make_bin(store, "A-01"), make_bin(store, "A-02")
    one, two = place(store, first, part, home=True), place(store, second, part)
    store.parts.put(f"/v1/bin-stock/{two['id']}", {"home": True}, version=two["version"], expect=200)
    assert store.parts.get(f"/v1/bin-stock/{one['id']}", expect=200)["home"] is False
    trade.stock_up(part, 3)
    assert lies(store, part) == {"A-01": 0, "A-02": 3}
    again = place(store, second, part, expect=409)
    assert (again.errors, again["existing"]["id"]) == ({"/part_id": "duplicate"}, two["id"])
    assert verify() == []


def test_a_count_and_a_transfer(trade, store, part, verify):
    """I12 I13: what a count finds missing leaves the bins, what it finds beyond comes home; so does what another warehouse sends."""
    home = make_bin(store, "A-01")
    place(store, home, part, home=True)
    trade.stock_up(part, 10)
    made = store.manager.post("/v1/stocktakes", {"store_id": store.id, "part_ids": [part]}, expect=201)
    path = f"/v1/stocktakes/{made['id']}"
    store.manager.post(path + "/freeze", expect=200)
    store.parts.post(path + "/count", {"lines": [{"part_id": part, "quantity": 8}]}, expect=200)
    store.parts.post(path + "/submit", expect=200)
    store.manager.post(path + "/audit", {"reasons": [{"part_id": part, "reason": "miscount"}]}, expect=200)
    assert lies(store, part) == {"A-01": 8}
    there = trade.warehouse()
    away = make_bin(store, "W-01", warehouse_id=there["id"])
    place(store, away, part, home=True)
    sent = store.parts.post("/v1/transfers", {"store_id": store.id, "from_store_id": store.id, "warehouse_id": there["id"],
                                              "lines": [{"part_id": part, "quantity": 3}]}, expect=201)
    for who, verb in ((store.manager, "approve"), (store.parts, "ship"), (store.parts, "receive")):
        who.post(f"/v1/transfers/{sent['id']}/{verb}", {}, expect=200)
    assert lies(store, part) == {"A-01": 5, "W-01": 3}
    assert verify() == []


def test_who_may_and_what_must_be_said(trade, store, part, chain):
    one, other = make_bin(store, "A-01"), chain.store(store.region, bays=1)
    elsewhere = make_bin(store, "W-01", warehouse_id=trade.warehouse()["id"])
    made = place(store, one, part, minimum=1)
    assert store.advisor.post("/v1/bin-stock", {"bin_id": one["id"], "part_id": part}).status == 403
    assert other.parts.get(f"/v1/bin-stock/{made['id']}").status == 404
    assert other.parts.put(f"/v1/bin-stock/{made['id']}", {}, version=1).status == 404
    assert other.parts.post("/v1/bin-stock", {"bin_id": one["id"], "part_id": part}, expect=422).errors == {"/bin_id": "not_found"}
    assert other.parts.post("/v1/bin-moves", {"part_id": part, "quantity": 1, "to_bin_id": one["id"]}, expect=422).errors == {"/to_bin_id": "not_found"}
    assert place(store, one, uuid7(), expect=422).errors == {"/part_id": "not_found"}
    assert place(store, one, part, minimum=3, maximum=2, expect=422).errors == {"/maximum": "bad_value"}
    assert place(store, one, part, minimum=-1, maximum="a", expect=422).errors.keys() == {"/minimum", "/maximum"}
    assert store.parts.put(f"/v1/bin-stock/{made['id']}", {"minimum": 3, "maximum": 2}, version=1, expect=422).errors == {"/maximum": "bad_value"}
    assert lay(store, part, 1, expect=422).errors == {"/from_bin_id": "some_of"}
    assert lay(store, part, 1, come=one, go=one, expect=422).errors == {"/to_bin_id": "bad_value"}
    assert lay(store, part, 1, come=one, go=elsewhere, expect=422).errors == {"/to_bin_id": "bad_value"}
    assert lay(store, part, 0, go=one, expect=422).errors == {"/quantity": "too_small"}


def test_at_once(trade, store, part, verify):
    """Sixteen take the last eight pieces out of a bin while some are sold: none is there twice."""
    first, second = make_bin(store, "A-01"), make_bin(store, "A-02")
    came(trade, part, 8, first)
    sale = trade.sale("confirm", part=part, quantity=4, stock=0)
    told = at_once(*[lambda: lay(store, part, 1, come=first, go=second, expect=None)] * 8,
                   lambda: store.parts.post(f"/v1/sales-orders/{sale['id']}/ship", {}))
    assert told[-1].status == 200 and {r.status for r in told[:-1]} <= {201, 409}
    left = lies(store, part)
    assert sum(left.values()) == 4 and left.get("A-02", 0) <= 8
    assert verify() == []
