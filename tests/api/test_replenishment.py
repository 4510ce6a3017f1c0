# SPDX-License-Identifier: Apache-2.0
"""What to buy: from what was asked for, what is there and what comes, in packs and within a budget, with the reason."""

import pytest

from fettle import uuid7
from test_purchasing import read
from test_stock import books_agree, posted, wish  # pylint: disable=unused-import
from trade import Trade


@pytest.fixture
def trade(store):
    return Trade(store)


def propose(store, expect=201, **more):
    return store.parts.post("/v1/replenishment-runs", {"store_id": store.id, **more}, expect=expect)


def lines(store, run, who=None, **params):
    return {l["part"]["id"]: l for l in (who or store.manager).pages(f"/v1/replenishment-runs/{run['id']}/lines", **params)}


def test_what_a_store_should_buy(chain, store, trade):
    """J3 J9: what was asked for steadily is filled up to cover lead time and review, in packs; what is there and comes counts; nothing else is bought."""
    steady, plenty, coming, never = (trade.part()["id"] for _ in range(4))
    supplier = trade.supplier(lead_days=5)
    for p in (steady, plenty, coming, never):
        trade.offer(supplier, p, price=1000, pack_quantity=4)
    for p in (steady, plenty, coming):
        trade.asked_for(p, *[6] * 12)
    posted(store, plenty, 30, 100)
    trade.purchase("send", supplier=supplier, part=coming, quantity=28)
    run = propose(store, review_days=10)
    assert (run["service_bp"], run["review_days"], run["months"], run["parts_count"], run["lines_count"], run["truncated"]) == (9500, 10, 24, 3, 1, False)
    assert run["amount"] is None and store.manager.get(f"/v1/replenishment-runs/{run['id']}")["amount"] == 8000
    [line] = lines(store, run).values()
    assert (line["part"]["id"], line["supplier"]["id"], line["months"], line["demand_months"]) == (steady, supplier["id"], 12, 12)
    # six a month without a doubt: three in the fifteen days, and a Poisson quantile of 95 % over it
    assert (line["month_quantity"], line["cover_days"], line["cover_quantity"], line["lead_days"]) == (6, 15, 3, 5)
    assert (line["reorder_point"], line["order_up_to"], line["quantity"], line["unit_price"], line["amount"]) == (6, 6, 8, 1000, 8000)
    assert (line["available_quantity"], line["coming_quantity"], line["back_order_quantity"], line["order_class"], line["within_budget"]) == (0, 0, 0, "stock", True)
    assert "12 of 12 months" in line["reason"]["en"] and "补至 6" in line["reason"]["zh"]
    assert lines(store, run, store.parts)[steady]["unit_price"] is None


def test_the_most_urgent_within_the_budget(chain, store, trade):
    """J3: what somebody waits for comes first and is an emergency; the budget goes as far as it reaches, and what fits is not left out for what does not."""
    waited, dear, cheap, nobody = (trade.part()["id"] for _ in range(4))
    supplier = trade.supplier()
    for p, price in ((waited, 1000), (dear, 50000), (cheap, 10)):
        trade.offer(supplier, p, price=price)
        trade.asked_for(p, *[3] * 12)
    trade.asked_for(nobody, *[3] * 12)
    wish(store, waited, 2)
    run = propose(store, budget=20000)
    got = lines(store, run)
    assert next(iter(got)) == waited and (got[waited]["order_class"], got[waited]["back_order_quantity"]) == ("emergency", 2)
    assert {p: l["within_budget"] for p, l in got.items()} == {waited: True, dear: False, cheap: True, nobody: False}
    assert (got[nobody]["supplier"], got[nobody]["amount"]) == (None, None)
    assert set(lines(store, run, within_budget="true")) == {waited, cheap}
    done = store.parts.post(f"/v1/replenishment-runs/{run['id']}/order", {}, expect=200)
    assert (done["ordered_count"], done["lines_count"]) == (2, 4)
    orders = {l["purchase_order_id"] for l in lines(store, run, within_budget="true").values()}
    drafts = [read(store, {"id": o}) for o in orders]
    assert sorted((o["order_class"], o["status"], [l["part"]["id"] for l in o["lines"]]) for o in drafts) == [("emergency", "draft", [waited]), ("stock", "draft", [cheap])]
    assert drafts[0]["lines"][0]["quantity"] == got[drafts[0]["lines"][0]["part"]["id"]]["quantity"]
    again = store.parts.post(f"/v1/replenishment-runs/{run['id']}/order", {})
    assert (again.status, again.code) == (409, "nothing_to_order")
    named = store.parts.post(f"/v1/replenishment-runs/{run['id']}/order", {"line_ids": [got[dear]["id"]]}, expect=200)
    assert named["ordered_count"] == 3
    for line in (got[dear]["id"], got[nobody]["id"], uuid7()):
        assert store.parts.post(f"/v1/replenishment-runs/{run['id']}/order", {"line_ids": [line]}, expect=422).errors == {"/line_ids/0": "not_found"}


def test_predecessors_and_forgetting(chain, store, trade):
    """J3 H7: what a part's predecessor was asked for counts for it; cancelled wishes do not; what nobody asks for any more is not bought."""
    old, new, faded, cancelled = (trade.part()["id"] for _ in range(4))
    supplier = trade.supplier()
    for p in (new, faded, cancelled):
        trade.offer(supplier, p)
    trade.asked_for(old, *[5] * 12)
    chain.purchaser.post(f"/v1/parts/{old}/replacements", {"part_id": new, "kind": "successor"}, expect=201)
    trade.asked_for(faded, 2, *[0] * 23)
    [line] = wish(store, cancelled, 9)["lines"]
    store.parts.post(f"/v1/demands/{line['id']}/cancel", {"reason": "不要了"}, expect=200)
    got = lines(store, propose(store))
    assert set(got) == {new} and got[new]["month_quantity"] == 5
    sparse = trade.part()["id"]
    trade.offer(supplier, sparse)
    trade.asked_for(sparse, 0, 0, 1, 0, 0, 0, 2, 0, 0, 1, 0, 0)
    got = lines(store, propose(store, service_bp=9900, months=12))
    assert 0 < got[sparse]["month_quantity"] < 1 and got[sparse]["demand_months"] == 3 and got[sparse]["quantity"] >= 1


def test_of_one_supplier(chain, store, trade):
    """J1 J3: of the cheapest that is qualified, or of the one that is named."""
    p = trade.part()["id"]
    cheap, dear, lapsed = trade.supplier(), trade.supplier(), trade.supplier(qualifications=[{"kind": "business_licence", "valid_to": "2020-01-01"}])
    for supplier, price in ((cheap, 900), (dear, 1000), (lapsed, 1)):
        trade.offer(supplier, p, price=price)
    trade.asked_for(p, *[4] * 12)
    assert lines(store, propose(store))[p]["supplier"]["id"] == cheap["id"]
    assert lines(store, propose(store, supplier_id=dear["id"]))[p]["supplier"]["id"] == dear["id"]
    assert lines(store, propose(store, supplier_id=lapsed["id"])) == {}
    assert propose(store, 422, supplier_id=uuid7()).errors == {"/supplier_id": "not_found"}


def test_who_proposes(chain, store, trade):
    """J3: who buys; never in another store; wrong numbers are named."""
    run = trade.replenishment()
    other = chain.store()
    assert other.manager.get(f"/v1/replenishment-runs/{run['id']}").status == 404
    assert other.manager.post(f"/v1/replenishment-runs/{run['id']}/order", {}).status == 404
    assert other.manager.get(f"/v1/replenishment-runs/{run['id']}/lines").status == 404
    assert store.advisor.post("/v1/replenishment-runs", {"store_id": store.id}).status == 403
    assert store.tech1.get(f"/v1/replenishment-runs/{run['id']}").status == 403
    for body, errors in (({"service_bp": 4999}, {"/service_bp": "too_small"}), ({"service_bp": 9991}, {"/service_bp": "too_large"}), ({"months": 2}, {"/months": "too_small"}),
                         ({"review_days": 0}, {"/review_days": "too_small"}), ({"budget": 0}, {"/budget": "too_small"})):
        assert propose(store, 422, **body).errors == errors
    assert [r["id"] for r in store.parts.pages("/v1/replenishment-runs", store_id=store.id)] == [run["id"]]


def test_what_the_store_wants_to_have(store, trade):
    """I10, J3: limits of the default warehouse hold whatever is expected: ordered below the minimum and at the reorder point, up to the maximum and never beyond."""
    supplier = trade.supplier()
    below, at, above, most, plain = parts = [trade.part()["id"] for _ in range(5)]
    for p in parts:
        trade.offer(supplier, p, price=1000)
    for p, limits, there in ((below, {"minimum": 2}, 1), (at, {"reorder_point": 3, "maximum": 9}, 3), (above, {"minimum": 1, "reorder_point": 3, "maximum": 9}, 4),
                             (most, {"maximum": 2}, 0), (plain, None, 0)):
        if there:
            posted(store, p, there, 100)
        if limits:
            store.parts.post("/v1/stock-limits", {"store_id": store.id, "part_id": p, **limits}, expect=201)
    for p in (most, plain):
        trade.asked_for(p, *[6] * 12)
    got = lines(store, propose(store, review_days=10))
    assert set(got) == {below, at, most, plain}
    assert [(got[p]["reorder_point"], got[p]["order_up_to"], got[p]["quantity"]) for p in (below, at, most)] == [(2, 3, 2), (3, 9, 6), (2, 2, 2)]
    assert got[plain]["quantity"] > 2 and got[plain]["limits"] is None
    assert {k: v for k, v in got[at]["limits"].items() if k != "id"} == {"minimum": None, "reorder_point": 3, "maximum": 9}
    assert "is at 3" in got[at]["reason"]["en"] and "ordered at 3, at most 9" in got[at]["reason"]["en"] and "到达补货点 3" in got[at]["reason"]["zh"]
    assert "门店设定" not in got[plain]["reason"]["zh"] and "is below" in got[plain]["reason"]["en"]
    wish(store, most, 5)   # what somebody waits for is bought beside it
    assert lines(store, propose(store, review_days=10))[most]["quantity"] == 7
