# SPDX-License-Identifier: Apache-2.0
"""What headquarters buys for several stores at once: one bargain, an order for each."""

import pytest

from fettle import uuid7
from test_purchasing import path, read
from trade import Trade


@pytest.fixture
def trade(store):
    return Trade(store)


def buy(chain, supplier, *lines, expect=201, who=None, **more):
    """lines: (part, price or None, {store id: quantity})."""
    return (who or chain.purchaser).post("/v1/central-purchases", {
        "supplier_id": supplier["id"], **more, "lines": [
            {"part_id": part, **({} if price is None else {"unit_price": price}), "stores": [{"store_id": s, "quantity": n} for s, n in stores.items()]}
            for part, price, stores in lines]}, expect=expect)


def test_one_bargain_for_two_stores(chain, store, trade):
    """J8: each store gets an order of its own at the price of all; packs, minimum and least amount hold for all of it together."""
    other = chain.store()
    supplier = trade.supplier(minimum_amount=100000)
    p, q = trade.part()["id"], trade.part()["id"]
    trade.offer(supplier, p, price=1000, pack_quantity=100)
    for wrong in ({store.id: 40, other.id: 61}, {store.id: 40}):
        assert buy(chain, supplier, (p, None, wrong), expect=422).errors == {"/lines/0/quantity": "bad_value"}
    made = buy(chain, supplier, (p, None, {store.id: 40, other.id: 60}), (q, 500, {other.id: 2}), note="二季度集采", order_class="daily")
    assert (made["supplier"]["id"], made["note"], made["orders_count"], made["amount"]) == (supplier["id"], "二季度集采", 2, 101000)
    orders = {o["store_id"]: o for o in made["orders"]}
    mine = read(store, orders[store.id])
    assert (mine["status"], mine["order_class"], mine["central_purchase_id"]) == ("draft", "daily", made["id"])
    assert [(l["part"]["id"], l["quantity"], l["unit_price"]) for l in mine["lines"]] == [(p, 40, 1000)]
    assert [(l["part"]["id"], l["quantity"], l["unit_price"]) for l in read(other, orders[other.id])["lines"]] == [(p, 60, 1000), (q, 2, 500)]
    assert store.manager.get(path(orders[other.id])).status == 404
    chain.purchaser.post(path(mine) + "/submit", expect=200)    # its 400 yuan alone would be too little
    store.manager.post(path(mine) + "/approve", expect=200)
    now = chain.purchaser.get(f"/v1/central-purchases/{made['id']}", expect=200)
    assert {o["store_id"]: o["status"] for o in now["orders"]} == {store.id: "approved", other.id: "draft"}
    other.parts.post(path(orders[other.id]) + "/cancel", {"reason": "库存充足"}, expect=200)
    now = chain.purchaser.get(f"/v1/central-purchases/{made['id']}", expect=200)
    assert (now["orders_count"], now["amount"]) == (2, 40000)
    assert made["id"] in [c["id"] for c in chain.purchaser.pages("/v1/central-purchases")]


def test_who_and_what_is_wrong(chain, store, trade):
    """J8: headquarters alone; stores that are none, or named twice, are told."""
    supplier, p = trade.supplier(), trade.part()["id"]
    assert store.manager.post("/v1/central-purchases", {"supplier_id": supplier["id"], "lines": [
        {"part_id": p, "unit_price": 1, "stores": [{"store_id": store.id, "quantity": 1}]}]}).status == 403
    assert store.manager.get("/v1/central-purchases").status == 403
    assert buy(chain, supplier, (p, 1, {store.id: 1, uuid7(): 1}), expect=422).errors == {"/lines/0/stores/1/store_id": "not_found"}
    twice = chain.purchaser.post("/v1/central-purchases", {"supplier_id": supplier["id"], "lines": [
        {"part_id": p, "unit_price": 1, "stores": [{"store_id": store.id, "quantity": 1}] * 2}]}, expect=422)
    assert twice.errors == {"/lines/0/stores/1/store_id": "not_unique"}
    assert buy(chain, supplier, (uuid7(), 1, {store.id: 1}), expect=422).errors == {"/lines/0/part_id": "not_found"}
    assert buy(chain, supplier, (p, None, {store.id: 1}), expect=422).errors == {"/lines/0/unit_price": "required"}
    assert buy(chain, {"id": uuid7()}, (p, 1, {store.id: 1}), expect=422).errors == {"/supplier_id": "not_found"}
    assert store.parts.pages("/v1/purchase-orders", store_id=store.id) == []
