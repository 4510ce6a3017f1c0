# SPDX-License-Identifier: Apache-2.0
"""Packages of headquarters on orders and estimates: what is in them, their prices, their revisions (F3)."""

import pytest

from fettle import at_once, uuid7
from trade import CONSENT


@pytest.fixture
def package(chain, shop):
    """An hour and a half of labour and two parts, which cost 30000 and 66666 one by one."""
    def make(**more):
        return chain.purchaser.post("/v1/packages", {
            "code": chain.unique(), "name": "刹车套餐",
            "items": [{"operation_id": shop.labour["id"]}, {"part_id": shop.part["id"], "quantity": 2}], **more}, expect=201)
    return make


def told(lines):
    return [(l["kind"], l["list_price"], l["quantity"], l["unit_price"], l["amount"], l["price_source"]) for l in lines]


def test_a_sum_costs_what_its_lines_cost(shop, store, package):
    """F3: without a price of its own a package is its lines at the store's prices, in one call; they know their package."""
    made = package()
    order = shop.open([])
    done = store.advisor.post(f"/v1/work-orders/{order['id']}/packages", {"package_id": made["id"], "payer": "insurer"}, expect=200)
    assert told(done["lines"]) == [("labour", 20000, 1.5, 20000, 30000, "catalogue"), ("part", 33333, 2, 33333, 66666, "catalogue")]
    assert {(l["package_id"], l["package_revision"], l["payer"], l["status"]) for l in done["lines"]} == {(made["id"], 1, "insurer", "proposed")}
    assert done["version"] == order["version"] + 1


def test_a_fixed_price_is_spread_to_the_fen(shop, store, package, verify):
    """F3: the lines come to the fixed price; parts take their share, rounded down, labour what is left, which is no discount."""
    made = package(price=80001)
    opened = shop.open([{"kind": "fee", "description": "检测", "amount": 100}], packages=[{"package_id": made["id"]}, {"package_id": made["id"]}],
                       authorise=CONSENT)
    assert opened["status"] == "ready" and [l["amount"] for l in opened["lines"]][0] == 100
    one, two = opened["lines"][1:3], opened["lines"][3:]
    assert told(one) == told(two) == [("labour", 30000, 1, 24829, 24829, "package"), ("part", 33333, 2, 27586, 55172, "package")]
    assert (one[0]["hours"], sum(l["amount"] for l in one)) == (1.5, 80001)
    assert verify("lines") == []
    dearer = package(price=200000, items=[{"part_id": shop.part["id"], "quantity": 0.5}, {"operation_id": shop.labour["id"], "hours": 0.1}])
    lines = shop.open([], packages=[{"package_id": dearer["id"]}])["lines"]
    assert sum(l["amount"] for l in lines) == 200000 and (lines[1]["hours"], lines[1]["quantity"]) == (0.1, 1)


def test_a_price_that_cannot_be_spread(chain, shop, store, package):
    """F3: what is beyond all counting names the package, and adds nothing."""
    part = chain.purchaser.post("/v1/parts", {"number": chain.unique(), "name": "金件", "unit": "件", "sale_price": 10 ** 11}, expect=201)["id"]
    made = package(price=10 ** 11, items=[{"operation_id": shop.labour["id"]}, {"part_id": part, "quantity": 1}])
    order = shop.open([])
    assert store.advisor.post(f"/v1/work-orders/{order['id']}/packages", {"package_id": made["id"]}).errors == {"/package_id": "bad_value"}
    assert shop.get(order)["lines"] == []


def test_a_package_in_an_estimate(shop, store, package):
    """F3: an option takes packages beside lines or alone; what is chosen becomes the order's lines with their package."""
    made = package(price=80001)
    order = shop.open([])
    estimate = store.advisor.post("/v1/estimates", {"work_order_id": order["id"], "options": [
        {"label": "套餐", "packages": [{"package_id": made["id"]}]},
        {"label": "加检", "lines": [{"kind": "fee", "description": "检测", "amount": 100}], "packages": [{"package_id": made["id"]}]}]}, expect=201)
    assert [(o["total"], len(o["lines"])) for o in estimate["options"]] == [(80001, 2), (80101, 3)]
    path = f"/v1/estimates/{estimate['id']}"
    store.advisor.post(path + "/send", expect=200)
    revised = store.advisor.post(path + "/revise", expect=201)
    assert [o["total"] for o in revised["options"]] == [80001, 80101]
    path = f"/v1/estimates/{revised['id']}"
    store.advisor.post(path + "/send", expect=200)
    store.advisor.post(path + "/decide", {"option_id": revised["options"][0]["id"], **CONSENT}, expect=200)
    assert [(l["amount"], l["package_id"], l["package_revision"]) for l in shop.get(order)["lines"]] == [(24829, made["id"], 1), (55172, made["id"], 1)]
    empty = store.advisor.post("/v1/estimates", {"work_order_id": order["id"], "options": [{"label": "无"}]}, expect=422)
    assert empty.errors == {"/options/0/lines": "required"}


def test_lines_keep_their_revision(chain, shop, store, package):
    """F3: another price or other items are a new revision; old lines and the old revision stay as they were."""
    made = package(price=80001)
    order = shop.open([], packages=[{"package_id": made["id"]}])
    path = f"/v1/packages/{made['id']}"
    named = chain.purchaser.patch(path, {"name": "刹车保养"}, version=1, expect=200)
    assert (named["revision"], named["version"]) == (1, 2)
    priced = chain.purchaser.patch(path, {"price": None}, version=2, expect=200)
    assert (priced["revision"], priced["price"], len(priced["items"])) == (2, None, 2)
    chain.purchaser.patch(path, {"price": 50000, "items": [{"operation_id": shop.labour["id"], "hours": 2}]}, version=3, expect=200)
    newer = shop.open([], packages=[{"package_id": made["id"]}])
    assert [(l["amount"], l["hours"], l["package_revision"]) for l in newer["lines"]] == [(50000, 2, 3)]
    assert [l["package_revision"] for l in shop.get(order)["lines"]] == [1, 1]
    revisions = store.advisor.get(path + "/revisions", expect=200).data
    assert [(r["revision"], r["price"], [(i["code"], i["hours"], i["quantity"]) for i in r["items"]]) for r in revisions] == [
        (3, 50000, [(shop.labour["code"], 2, None)]),
        (2, None, [(shop.labour["code"], None, None), (shop.part["number"], None, 2)]),
        (1, 80001, [(shop.labour["code"], None, None), (shop.part["number"], None, 2)])]
    both = at_once(*[lambda p=p: chain.purchaser.patch(path, {"price": p}, version=4) for p in (1000, 2000)])
    assert sorted(r.status for r in both) == [200, 412]


def test_what_is_not_sold(chain, shop, store, package):
    """F3: a package that is switched off, or of which something is, or that is not there, makes no lines."""
    made, other = package(), package()
    order = shop.open([])
    path = f"/v1/work-orders/{order['id']}/packages"
    chain.purchaser.patch(f"/v1/packages/{other['id']}", {"active": False}, version=1, expect=200)
    refused = store.advisor.post(path, {"package_id": other["id"]}, expect=409)
    assert (refused.code, refused.errors) == ("package_not_sold", {"/package_id": "package_not_sold"})
    assert store.advisor.post(path, {"package_id": uuid7()}, expect=422).errors == {"/package_id": "not_found"}
    assert store.advisor.post(path, {"package_id": made["id"], "concern_id": uuid7()}, expect=422).errors == {"/concern_id": "not_found"}
    chain.admin.patch(f"/v1/parts/{shop.part['id']}", {"active": False}, version=1, expect=200)
    body = {"reception_id": shop.reception()["id"], "packages": [{"package_id": other["id"]}]}
    assert store.advisor.post("/v1/work-orders", body, expect=409).errors == {"/packages/0/package_id": "package_not_sold"}
    assert store.advisor.post(path, {"package_id": made["id"]}, expect=409).code == "package_not_sold"
    assert shop.get(order)["lines"] == []
    assert store.tech1.post(path, {"package_id": made["id"]}).status == 403
    stranger = chain.store().advisor
    assert stranger.post(path, {"package_id": made["id"]}).status == 404


def test_bad_packages_name_their_field(chain, shop, store, package):
    """F3: an item is an operation, or a part and its quantity; a fixed price needs labour; a code is used once."""
    def wrong(items, **more):
        return chain.purchaser.post("/v1/packages", {"code": chain.unique(), "name": "x", "items": items, **more}, expect=422).errors

    labour, part = {"operation_id": shop.labour["id"]}, {"part_id": shop.part["id"], "quantity": 1}
    assert wrong([{}]) == {"/items/0/operation_id": "one_of"}
    assert wrong([labour, {**labour, **part}]) == {"/items/1/operation_id": "one_of"}
    assert wrong([{**labour, "quantity": 1}]) == {"/items/0/quantity": "unknown_field"}
    assert wrong([{**part, "hours": 1}]) == {"/items/0/hours": "unknown_field"}
    assert wrong([{"part_id": shop.part["id"]}]) == {"/items/0/quantity": "required"}
    assert wrong([labour, {"operation_id": uuid7()}]) == {"/items/1/operation_id": "not_found"}
    assert wrong([part], price=100) == {"/price": "bad_value"}
    made = package(items=[part])
    patch = chain.purchaser.patch(f"/v1/packages/{made['id']}", {"price": 100}, version=1, expect=422)
    assert patch.errors == {"/price": "bad_value"}
    again = chain.purchaser.post("/v1/packages", {"code": made["code"], "name": "x", "items": [labour]}, expect=409)
    assert (again.code, again.errors) == ("duplicate", {"/code": "duplicate"})
    assert store.manager.post("/v1/packages", {"code": "X", "name": "x", "items": [labour]}).status == 403
    assert [p["id"] for p in store.advisor.get("/v1/packages", params={"q": made["code"]}, expect=200).data] == [made["id"]]
