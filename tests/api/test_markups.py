# SPDX-License-Identifier: Apache-2.0
"""Mark-ups: what a part costs that stands in no price list, by what the store has paid for it (F11)."""

import pytest

from fettle import at_once
from trade import days_ahead

BANDS = [{"cost_from": 0, "markup_bp": 6000}, {"cost_from": 10000, "markup_bp": 3550}, {"cost_from": 20001, "markup_bp": 0}]


@pytest.fixture
def matrix(chain, store):
    """The matrix of a class that only this test's store has."""
    name = chain.unique()
    path = f"/v1/stores/{store.id}"
    version = chain.admin.get(path, expect=200)["version"]
    chain.admin.patch(path, {"store_class": name}, version=version, expect=200)
    return lambda expect=201, **more: chain.purchaser.post("/v1/markup-matrices", {
        "name": "加价", "store_class": name, "bands": BANDS, **more}, expect=expect)


def price(shop):
    line, = shop.open([shop.part_line(1)])["lines"]
    return line["list_price"], line["price_source"]


def test_a_part_costs_its_cost_and_the_mark_up(chain, shop, store, matrix):
    """F11: cost times the band's mark-up, rounded; a list's price comes first, and without a cost the catalogue's stands."""
    made = matrix(rounding="up", rounding_fen=100)
    assert price(shop) == (33333, "catalogue")  # nothing was ever received
    shop.stock(3, 19999)
    assert price(shop) == (27100, "markup")  # 27098.6
    order = shop.open([])
    estimate = store.advisor.post("/v1/estimates", {"work_order_id": order["id"], "options": [{"label": "A", "lines": [shop.part_line(2)]}]}, expect=201)
    assert [(l["unit_price"], l["amount"], l["price_source"]) for l in estimate["options"][0]["lines"]] == [(27100, 54200, "markup")]
    path = f"/v1/markup-matrices/{made['id']}"
    chain.purchaser.patch(path, {"rounding": "down"}, version=1, expect=200)
    assert price(shop) == (27000, "markup")
    chain.purchaser.patch(path, {"rounding": "nearest", "rounding_fen": 1}, version=2, expect=200)
    assert price(shop) == (27099, "markup")
    shop.stock(3, 20001)  # 20000 on average: still the second band
    assert price(shop) == (27100, "markup")
    chain.purchaser.post("/v1/price-lists", {"name": "价目表", "store_class": made["store_class"], "valid_from": days_ahead(-1)[:10],
                                             "prices": [{"part_id": shop.part["id"], "price": 5}]}, expect=201)
    assert price(shop) == (5, "price_list")
    labour, = shop.open([shop.labour_line()])["lines"]
    assert labour["price_source"] == "catalogue"


def test_what_ran_out_costs_as_it_last_came(shop, store, matrix):
    """F11: of a part that is not in stock any more its last receipt says the cost."""
    matrix()
    shop.stock(1, 9999)
    order = shop.ready(lines=[shop.part_line(1)])
    store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": store.tech1.id}, expect=200)
    assert shop.level() == (0, 0)
    assert price(shop) == (15998, "markup")  # 15998.4


def test_bands(chain, shop, store, matrix):
    """F11: a cost of the next band takes its mark-up; bands replace each other, a removed matrix is gone."""
    made = matrix()
    assert made["bands"] == BANDS and (made["rounding"], made["rounding_fen"]) == ("nearest", 1)
    shop.stock(1, 20001)
    assert price(shop) == (20001, "markup")
    path = f"/v1/markup-matrices/{made['id']}"
    changed = chain.purchaser.patch(path, {"bands": BANDS[:1], "name": "新"}, version=1, expect=200)
    assert (changed["bands"], changed["name"]) == (BANDS[:1], "新")
    assert price(shop) == (32002, "markup")
    chain.purchaser.delete(path, params={"reason": "停用"}, expect=204)
    assert price(shop) == (33333, "catalogue")
    assert store.manager.get(path).status == 404
    matrix()  # another in its place


def test_bad_matrices_name_their_field(chain, store, matrix):
    """F11: bands begin at nothing and go up; a class has one matrix, also when two are made at once; costs are not everybody's."""
    assert matrix(expect=422, bands=BANDS[1:]).errors == {"/bands/0/cost_from": "bad_value"}
    assert matrix(expect=422, bands=[BANDS[0], BANDS[2], BANDS[1]]).errors == {"/bands/2/cost_from": "bad_value"}
    assert matrix(expect=422, bands=[]).errors == {"/bands": "too_few"}
    made = at_once(*[lambda: matrix(expect=None)] * 3)
    assert sorted(r.status for r in made) == [201, 409, 409]
    assert {(r.code, *r.errors) for r in made if r.status == 409} == {("duplicate", "/store_class")}
    path = "/v1/markup-matrices/" + next(r for r in made if r.status == 201)["id"]
    assert chain.purchaser.patch(path, {"bands": BANDS[1:]}, version=1, expect=422).errors == {"/bands/0/cost_from": "bad_value"}
    assert store.manager.get(path, expect=200)["bands"] == BANDS
    assert store.advisor.get(path).status == 403
    assert store.manager.delete(path).status == 403
