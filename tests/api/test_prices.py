# SPDX-License-Identifier: Apache-2.0
"""Headquarters' prices: lists by class of store and day, and what a line costs (F9, F10)."""


import pytest

import slots
from fettle import at_once, uuid7
from trade import CONSENT


def day(days):
    """A day of the stores, which are in China."""
    return str(slots.day(days))


@pytest.fixture
def classed(chain, store):
    """A class that only this test's store has."""
    name = chain.unique()
    path = f"/v1/stores/{store.id}"
    version = chain.admin.get(path, expect=200)["version"]
    chain.admin.patch(path, {"store_class": name}, version=version, expect=200)
    return name


@pytest.fixture
def lists(chain, classed):
    def make(prices=(), expect=201, **more):
        return chain.purchaser.post("/v1/price-lists", {"name": "一类店", "store_class": classed, "valid_from": day(0), "prices": list(prices), **more},
                                    expect=expect)
    return make


def changes(chain, **params):
    found = chain.analyst.get("/v1/price-changes", params=params, expect=200).data
    return [(c["basis"], c["old_price"], c["new_price"]) for c in found]


def test_lines_take_the_price_of_their_store_and_day(chain, shop, store, lists):
    """F9 F10: labour by the hour and parts cost what the list of the store's class says today, in orders and estimates alike."""
    other = chain.store()
    later = lists([{"operation_id": shop.labour["id"], "price": 1}], valid_from=day(30))
    made = lists([{"operation_id": shop.labour["id"], "price": 24000}, {"part_id": shop.part["id"], "price": 30000}], valid_to=day(29))
    assert (made["prices_count"], made["valid_from"], made["valid_to"]) == (2, day(0), day(29))
    order = shop.open()
    labour, part = order["lines"]
    assert (labour["list_price"], labour["hours"], labour["quantity"], labour["amount"]) == (24000, 1.5, 1.5, 36000)
    assert (part["list_price"], part["unit_price"], part["amount"]) == (30000, 30000, 60000)
    assert {(l["price_source"], l["price_list_id"]) for l in order["lines"]} == {("price_list", made["id"])}
    estimate = store.advisor.post("/v1/estimates", {"work_order_id": order["id"], "options": [
        {"label": "A", "lines": [shop.labour_line(), shop.part_line(1), {"kind": "fee", "description": "检测", "amount": 100}]}]}, expect=201)
    lines = estimate["options"][0]["lines"]
    assert [(l["amount"], l["price_source"], l["price_list_id"]) for l in lines] == [
        (36000, "price_list", made["id"]), (30000, "price_list", made["id"]), (100, "entered", None)]
    added = store.advisor.post(f"/v1/work-orders/{order['id']}/lines", shop.part_line(1), expect=201)
    assert (added["amount"], added["price_list_id"]) == (30000, made["id"])
    elsewhere = type(shop)(chain, other)
    elsewhere.labour, elsewhere.part = shop.labour, shop.part
    assert [(l["amount"], l["price_source"], l["price_list_id"]) for l in elsewhere.open()["lines"]] == [
        (30000, "catalogue", None), (66666, "catalogue", None)]
    chain.purchaser.delete(f"/v1/price-lists/{made['id']}", expect=204)
    after = shop.open()["lines"]
    assert [(l["amount"], l["price_source"]) for l in after] == [(30000, "catalogue"), (66666, "catalogue")]
    assert [l["amount"] for l in shop.get(order)["lines"]][:2] == [36000, 60000]  # what was written stays
    assert later["id"] not in {l["price_list_id"] for l in after}


def test_a_price_on_the_other_side_of_its_days(shop, lists):
    """F10: the first and the last day count, those around them do not."""
    past = lists([{"part_id": shop.part["id"], "price": 100}], valid_from=day(-10), valid_to=day(-1))
    ahead = lists([{"part_id": shop.part["id"], "price": 200}], valid_from=day(1))
    line, = shop.open([shop.part_line()])["lines"]
    assert (line["list_price"], line["price_list_id"]) == (33333, None)
    today = lists([{"part_id": shop.part["id"], "price": 300}], valid_to=day(0))
    line, = shop.open([shop.part_line()])["lines"]
    assert (line["list_price"], line["price_list_id"]) == (300, today["id"])
    assert len({past["id"], ahead["id"], today["id"]}) == 3


def test_labour_at_a_fixed_price(shop, store, lists, verify):
    """F9: labour at a fixed price costs it whatever its hours; they are told beside, and the bill has one of it."""
    made = lists([{"operation_id": shop.labour["id"], "basis": "fixed", "price": 45000}])
    line, = shop.open([shop.labour_line(hours=0.7)])["lines"]
    assert (line["list_price"], line["quantity"], line["hours"], line["amount"]) == (45000, 1, 0.7, 45000)
    order = shop.open([])
    estimate = store.advisor.post("/v1/estimates", {"work_order_id": order["id"], "options": [{"label": "A", "lines": [shop.labour_line()]}]}, expect=201)
    assert [(l["quantity"], l["hours"], l["amount"]) for l in estimate["options"][0]["lines"]] == [(1, 1.5, 45000)]
    path = f"/v1/estimates/{estimate['id']}"
    store.advisor.post(path + "/send", expect=200)
    store.advisor.post(path + "/decide", {"option_id": estimate["options"][0]["id"], **CONSENT}, expect=200)
    taken, = shop.get(order)["lines"]
    assert (taken["hours"], taken["amount"], taken["price_list_id"], taken["price_source"]) == (1.5, 45000, made["id"], "price_list")
    done = shop.completed(lines=[shop.labour_line()])
    bill = store.cashier.post("/v1/settlements", {"work_order_id": done["id"]}, expect=201)
    assert [(l["quantity"], l["unit_price"], l["amount"]) for l in bill["lines"]] == [(1, 45000, 45000)]
    assert verify("lines", "settlement totals") == []


def test_a_class_comes_before_all_stores(chain, shop, lists):
    """F9: what the class has no price for costs what the list for all stores says."""
    general = chain.purchaser.get("/v1/price-lists", params={"valid_on": day(0)}, expect=200).data
    general = next((l for l in general if l["store_class"] is None), None) or chain.purchaser.post(
        "/v1/price-lists", {"name": "全国", "valid_from": "2020-01-01"}, expect=201)
    path = f"/v1/price-lists/{general['id']}/prices"
    chain.purchaser.post(path, {"prices": [{"operation_id": shop.labour["id"], "price": 11000}, {"part_id": shop.part["id"], "price": 12000}]}, expect=200)
    own = lists([{"part_id": shop.part["id"], "price": 13000}])
    assert [(l["list_price"], l["price_list_id"]) for l in shop.open()["lines"]] == [(11000, general["id"]), (13000, own["id"])]


def test_days_cannot_overlap(chain, lists):
    """F10: two lists of a class never hold on the same day, whichever end meets; a removed one stands in nobody's way."""
    first = lists(valid_from=day(10), valid_to=day(20))
    for days in ({"valid_from": day(20)}, {"valid_from": day(5), "valid_to": day(10)}, {"valid_from": day(12), "valid_to": day(13)}, {"valid_from": day(1)}):
        refused = lists(expect=409, **days)
        assert (refused.code, refused.errors) == ("price_days_taken", {"/valid_from": "price_days_taken"})
    before, after = lists(valid_from=day(1), valid_to=day(9)), lists(valid_from=day(21))
    patch = chain.purchaser.patch(f"/v1/price-lists/{before['id']}", {"valid_to": day(10)}, version=1)
    assert patch.code == "price_days_taken"
    chain.purchaser.patch(f"/v1/price-lists/{first['id']}", {"valid_to": None}, version=1, expect=409)
    chain.purchaser.delete(f"/v1/price-lists/{after['id']}", params={"reason": "录错"}, expect=204)
    opened = chain.purchaser.patch(f"/v1/price-lists/{first['id']}", {"valid_to": None, "name": "长期"}, version=1, expect=200)
    assert (opened["valid_to"], opened["name"], opened["version"]) == (None, "长期", 2)
    assert chain.purchaser.get(f"/v1/price-lists/{after['id']}").status == 404


def test_two_lists_at_once(chain, lists):
    """F10: of two that would hold on the same day and are made at the same moment, one is."""
    made = at_once(*[lambda n=n: lists(expect=None, valid_from=day(n), valid_to=day(n + 5)) for n in range(4)])
    assert sorted(r.status for r in made) == [201, 409, 409, 409]
    assert {r.code for r in made if r.status == 409} == {"price_days_taken"}
    kept = next(r for r in made if r.status == 201)
    free = chain.purchaser.post("/v1/price-lists", {"name": "x", "store_class": kept["store_class"], "valid_from": day(40)}, expect=201)
    both = at_once(lambda: chain.purchaser.patch(f"/v1/price-lists/{kept['id']}", {"valid_to": day(60)}, version=1),
                   lambda: chain.purchaser.patch(f"/v1/price-lists/{free['id']}", {"valid_from": day(6)}, version=1))
    assert sorted(r.status for r in both) in ([200, 409], [409, 409])


def test_prices_and_their_changes(chain, shop, store, lists):
    """F9 F10: prices are added, changed and removed together; each change stands in the ledger, those of the catalogue too."""
    made = lists([{"operation_id": shop.labour["id"], "price": 15000}])
    path = f"/v1/price-lists/{made['id']}/prices"
    changed = chain.purchaser.post(path, {"prices": [{"operation_id": shop.labour["id"], "basis": "fixed", "price": 20000},
                                                     {"part_id": shop.part["id"], "price": 29000}]}, expect=200)
    assert (changed["version"], changed["prices_count"]) == (2, 2)
    chain.purchaser.post(path, {"prices": [{"part_id": shop.part["id"], "price": 29000}]}, expect=200)  # is no change
    read = store.advisor.get(path, expect=200).data
    assert {(p["code"], p["basis"], p["price"]) for p in read} == {(shop.labour["code"], "fixed", 20000), (shop.part["number"], "piece", 29000)}
    assert [p["code"] for p in store.advisor.get(path, params={"part_id": shop.part["id"]}, expect=200).data] == [shop.part["number"]]
    chain.purchaser.post(path, {"removed": [shop.part["id"], uuid7()]}, expect=200)
    assert [p["basis"] for p in store.advisor.get(path, expect=200).data] == ["fixed"]
    chain.admin.patch(f"/v1/parts/{shop.part['id']}", {"sale_price": 40000, "name": "新片"}, version=1, expect=200)
    chain.admin.patch(f"/v1/parts/{shop.part['id']}", {"sale_price": 40000}, version=2, expect=200)
    chain.admin.patch(f"/v1/operations/{shop.labour['id']}", {"unit_price": 21000}, version=1, expect=200)
    assert changes(chain, part_id=shop.part["id"]) == [("piece", 33333, 40000), ("piece", 29000, None), ("piece", None, 29000)]
    assert changes(chain, operation_id=shop.labour["id"]) == [("hour", 20000, 21000), ("fixed", 15000, 20000), ("hour", None, 15000)]
    listed = chain.analyst.get("/v1/price-changes", params={"price_list_id": made["id"]}, expect=200).data
    assert len(listed) == 4 and {(c["price_list"]["name"], c["actor_id"]) for c in listed} == {("一类店", chain.purchaser.id)}


def test_bad_prices_name_their_field(chain, shop, lists):
    """F9: what is wrong is named, and nothing is set."""
    made = lists()
    path = f"/v1/price-lists/{made['id']}/prices"

    def wrong(*prices, **more):
        return chain.purchaser.post(path, {"prices": list(prices), **more}, expect=422).errors

    labour, part = {"operation_id": shop.labour["id"], "price": 1}, {"part_id": shop.part["id"], "price": 1}
    assert wrong({"price": 1}) == {"/prices/0/operation_id": "one_of"}
    assert wrong(part, {**labour, **part}) == {"/prices/1/operation_id": "one_of"}
    assert wrong({**part, "basis": "hour"}) == {"/prices/0/basis": "bad_value"}
    assert wrong({**labour, "basis": "piece"}) == {"/prices/0/basis": "bad_value"}
    assert wrong(labour, part, labour) == {"/prices/2/operation_id": "not_unique"}
    assert wrong(part, {**labour, "operation_id": uuid7()}) == {"/prices/1/operation_id": "not_found"}
    assert wrong({**part, "part_id": shop.labour["id"]}) == {"/prices/0/part_id": "not_found"}
    assert chain.purchaser.post(path, {}, expect=422).errors == {"/prices": "required"}
    assert chain.purchaser.get(path, expect=200).data == []
    assert lists(expect=422, valid_from=day(5), valid_to=day(4)).errors == {"/valid_to": "bad_value"}
    assert lists(expect=422, prices=[{**part, "part_id": uuid7()}], valid_from=day(99)).errors == {"/prices/0/part_id": "not_found"}
    assert lists(id=made["id"], valid_from=day(99), expect=409).code == "duplicate"


def test_who_sets_prices(chain, store, lists):
    """F9: headquarters sets prices and says which class a store is; a store reads them."""
    made = lists()
    path = f"/v1/price-lists/{made['id']}"
    for who in (store.manager, store.advisor):
        assert who.get(path, expect=200)["name"] == "一类店"
        assert who.post("/v1/price-lists", {"name": "x", "valid_from": day(0)}).status == 403
        assert who.post(path + "/prices", {"removed": [uuid7()]}).status == 403
        assert who.delete(path).status == 403
    version = store.manager.get(f"/v1/stores/{store.id}", expect=200)["version"]
    refused = store.manager.patch(f"/v1/stores/{store.id}", {"store_class": "A"}, version=version, expect=403)
    assert refused.code == "forbidden"
    none = chain.admin.patch(f"/v1/stores/{store.id}", {"store_class": None}, version=version, expect=200)
    assert none["store_class"] is None
