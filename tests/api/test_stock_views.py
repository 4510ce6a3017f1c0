# SPDX-License-Identifier: Apache-2.0
"""Views of the stock: what there is, what a period did to it, how long it has lain, and what it is asked for."""

import datetime

import pytest
import yaml

import slots
from fettle import ROOT, at_once, uuid7
from test_stock import draft, part, posted, wish  # pylint: disable=unused-import
from trade import Shop, Trade

TODAY = str(slots.day(0))


def day(ago):
    return str(datetime.date.fromisoformat(TODAY) - datetime.timedelta(days=ago))


@pytest.fixture
def long_ago(sql):
    """long_ago(document, days): it was posted so many days ago."""
    def move(document, days):
        sql("UPDATE stock_movement SET at = at - %s * interval '1 day' WHERE document_id = %s", (days, document["id"]))
    return move


@pytest.fixture
def issued(chain, sql):
    """issued(store, part, quantity, days): an order took them so many days ago; `back` of them came back that day."""
    def take(store, part, quantity, days=0, back=0):
        shop = Shop(chain, store)
        shop.part = {"id": part}
        order = shop.dispatched(lines=[shop.labour_line(), shop.part_line(quantity)])
        store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": store.tech1.id}, expect=200)
        line = next(one["id"] for one in order["lines"] if one["kind"] == "part")
        if back:
            store.parts.post("/v1/stock-documents", {"kind": "return", "store_id": store.id, "reason": "return_from_order", "received_by": store.parts.id,
                                                     "lines": [{"work_order_line_id": line, "quantity": back}]}, expect=201)
        sql("UPDATE stock_movement SET at = at - %s * interval '1 day' WHERE document_id IN"
            " (SELECT id FROM stock_document WHERE work_order_id = %s)", (days, order["id"]))
    return take


def position(who, part, **params):
    got = who.get(f"/v1/parts/{part}/stock-position", params=params, expect=200).json
    names = ("on_hand", "reserved", "available", "frozen", "in_transit", "back_order", "value")
    return tuple(got[n] for n in names), {row["store_id"]: tuple(row[n] for n in names) for row in got["stores"]}


# --- Positions ---

def test_where_all_of_a_part_is(chain, store, part):
    """I2: on hand, held, being counted, on its way and waited for, in one call; each sees the own stores, the chain all of them."""
    p, there = part(), chain.store()
    nothing = ((0, 0, 0, 0, 0, 0, 0), {})
    assert position(store.manager, p) == nothing
    posted(store, p, 10, 100)
    posted(there, p, 4, 200)
    wish(store, p, 3)
    assert position(store.manager, p) == ((10, 3, 7, 0, 0, 0, 1000), {store.id: (10, 3, 7, 0, 0, 0, 1000)})
    asked = there.parts.post("/v1/transfers", {"store_id": there.id, "from_store_id": store.id, "lines": [{"part_id": p, "quantity": 5}]}, expect=201)
    store.manager.post(f"/v1/transfers/{asked['id']}/approve", {}, expect=200)
    assert position(store.manager, p)[0][:3] == (10, 8, 2)
    store.parts.post(f"/v1/transfers/{asked['id']}/ship", {}, expect=200)
    wish(there, p, 6)
    assert position(there.manager, p) == ((4, 4, 0, 0, 5, 2, 800), {there.id: (4, 4, 0, 0, 5, 2, 800)})
    assert position(store.manager, p)[1] == {store.id: (5, 3, 2, 0, 0, 0, 500)}    # what is on its way there is no business of this one
    whole, stores = position(chain.finance, p)
    assert whole == (9, 7, 2, 0, 5, 2, 1300) and set(stores) == {store.id, there.id}
    assert position(chain.finance, p, store_id=there.id) == ((4, 4, 0, 0, 5, 2, 800), {there.id: (4, 4, 0, 0, 5, 2, 800)})
    counted = store.manager.post("/v1/stocktakes", {"store_id": store.id, "part_ids": [p]}, expect=201)
    store.manager.post(f"/v1/stocktakes/{counted['id']}/freeze", expect=200)
    assert position(store.parts, p)[0] == (5, 3, 2, 5, 0, 0, None)
    there.parts.post(f"/v1/transfers/{asked['id']}/return", {"reason": "发错"}, expect=200)
    assert position(there.manager, p)[0][4] == 0 and position(store.manager, p)[0][4] == 5    # on its way back


def test_what_is_held_back_and_what_is_on_order(store, part):
    """I2: what lies in quarantine is on hand, but not available; what suppliers owe is on order until it has come."""
    p, trade = part(), Trade(store)
    held = store.manager.post("/v1/warehouses", {"store_id": store.id, "code": "QC", "name": "待检库", "purpose": "quarantine"}, expect=201)
    posted(store, p, 5, 100)
    posted(store, p, 2, 100, warehouse_id=held["id"])
    trade.purchase("approve", part=p)

    def seen():
        got = store.parts.get(f"/v1/parts/{p}/stock-position", expect=200)
        assert {k: v for k, v in got["stores"][0].items() if k in got.json and k != "value"} == {k: v for k, v in got.json.items() if k in got["stores"][0] and k != "value"}
        return [got[k] for k in ("on_hand", "quarantine", "available", "on_order")]

    assert seen() == [7, 2, 5, 0]   # approved is not yet sent
    trade.purchase("send", part=p, quantity=4)
    assert seen() == [7, 2, 5, 4]
    trade.purchase("audit", part=p, quantity=3)
    assert seen() == [10, 2, 8, 4]


def test_positions_are_asked_for_rightly(chain, store, part):
    """I2: an unknown part, another's store, and who may not."""
    p, there = part(), chain.store()
    posted(there, p, 1, 100)
    assert store.parts.get(f"/v1/parts/{uuid7()}/stock-position").status == 404
    other = store.parts.get(f"/v1/parts/{p}/stock-position", params={"store_id": there.id})
    assert (other.status, other.json["errors"][0]["parameter"], other.json["errors"][0]["code"]) == (422, "store_id", "not_found")
    assert store.tech1.get(f"/v1/parts/{p}/stock-position").status == 403


# --- Summaries of a period ---

def summary(store, first, last, who=None):
    return (who or store.manager).get("/v1/stock-summary", params={"store_id": store.id, "from": first, "to": last}, expect=200).json


def by_part(store, first, last, who=None, **more):
    return {row["part"]["id"]: row for row in
            (who or store.manager).pages("/v1/stock-summary/parts", store_id=store.id, **{"from": first, "to": last}, **more)}


def figures(row):
    return [(row[f"{what}_quantity"], row[f"{what}_value"]) for what in ("opening", "in", "out", "closing")]


def reasons(row):
    return {(r["direction"], r["kind"], r["reason"]): (r["quantity"], r["value"]) for r in row["reasons"]}


def test_what_a_month_did(chain, part, long_ago, issued):
    """I22: opening, in and out by reason, closing, in pieces and fen, by part and together, for this month and one long gone."""
    store = chain.store()
    p, q, untouched, gone = part(), part(), part(), part()
    long_ago(posted(store, p, 10, 100), 60)
    long_ago(posted(store, untouched, 5, 1000), 60)
    long_ago(posted(store, gone, 2, 50), 60)
    long_ago(posted(store, gone, 2, kind="scrap", reason="damage"), 50)
    posted(store, p, 5, 130)
    issued(store, p, 3, back=1)    # 1650 of 15: three for 330, one of them back
    posted(store, p, 2, kind="scrap", reason="damage")    # 1430 of 13
    long_ago(posted(store, q, 4, 25), 40)
    long_ago(posted(store, q, 4, 25, expect=201), 20)
    rows = by_part(store, day(30), TODAY, limit=1)
    assert set(rows) == {p, q, untouched}
    assert figures(rows[p]) == [(10, 1000), (6, 760), (5, 550), (11, 1210)]
    assert reasons(rows[p]) == {("in", "receipt", "purchase"): (5, 650), ("in", "return", "return_from_order"): (1, 110),
                                ("out", "issue", "order_fit"): (3, 330), ("out", "scrap", "damage"): (2, 220)}
    assert figures(rows[q]) == [(4, 100), (4, 100), (0, 0), (8, 200)]
    assert figures(rows[untouched]) == [(5, 5000), (0, 0), (0, 0), (5, 5000)] and rows[untouched]["reasons"] == []
    whole = summary(store, day(30), TODAY)
    assert figures(whole) == [(19, 6100), (10, 860), (5, 550), (24, 6410)]
    assert reasons(whole) == {**reasons(rows[p]), ("in", "receipt", "purchase"): (9, 750)}
    earlier = by_part(store, day(61), day(31))
    assert figures(earlier[gone]) == [(0, 0), (2, 100), (2, 100), (0, 0)] and figures(earlier[q]) == [(0, 0), (4, 100), (0, 0), (4, 100)]
    assert figures(summary(store, day(61), day(31))) == [(0, 0), (21, 6200), (2, 100), (19, 6100)]
    assert figures(summary(store, day(200), day(100))) == [(0, 0)] * 4 and by_part(store, day(200), day(100)) == {}
    assert list(by_part(store, day(30), TODAY, part_id=q)) == [q]
    numbers = [row["part"]["number"] for row in store.manager.pages("/v1/stock-summary/parts", store_id=store.id, **{"from": day(30), "to": TODAY})]
    assert numbers == sorted(numbers)


def test_periods_fit_together(chain, part, long_ago):
    """I22: whatever happened: opening + in - out = closing, by reason too, the parts make up the whole, and one period opens as the last closed."""
    store, parts = chain.store(), [part() for _ in range(3)]
    for n, (days, which, quantity) in enumerate([(90, 0, 7), (80, 1, 3.5), (45, 0, 2), (45, 2, 1), (31, 1, 0.125), (30, 2, 9), (10, 0, 1), (0, 1, 4)]):
        long_ago(posted(store, parts[which], quantity, 101 + n), days)
    for days, which, quantity in [(70, 0, 1), (44, 1, 1.5), (29, 2, 3), (5, 0, 2.5)]:
        long_ago(posted(store, parts[which], quantity, kind="scrap", reason="loss"), days)
    closed = None
    for first, last in ((day(120), day(75)), (day(74), day(31)), (day(30), day(30)), (day(29), TODAY)):
        rows, whole = by_part(store, first, last), summary(store, first, last)
        for row in [*rows.values(), whole]:
            (o, ov), (i, iv), (u, uv), (c, cv) = figures(row)
            assert (c, cv) == (o + i - u, ov + iv - uv)
            for n, side in enumerate(("in", "out"), start=1):
                told = [r for r in row["reasons"] if r["direction"] == side]
                assert (sum(r["quantity"] for r in told), sum(r["value"] for r in told)) == figures(row)[n]
        for n in range(4):
            assert tuple(sum(figures(row)[n][k] for row in rows.values()) for k in (0, 1)) == figures(whole)[n]
        assert closed in (None, figures(whole)[0])
        closed = figures(whole)[3]
    levels = store.manager.get("/v1/stock-levels", params={"store_id": store.id}).data
    assert closed == (sum(row["on_hand"] for row in levels), sum(row["value"] for row in levels))


def test_summaries_are_asked_for_rightly(chain, store, part):
    """I22: values are for who sees costs; days that are none, another's store, and who may not."""
    p, there = part(), chain.store()
    posted(store, p, 2, 100)
    kept = by_part(store, TODAY, TODAY, who=store.parts)[p]
    assert figures(kept) == [(0, None), (2, None), (0, None), (2, None)] and reasons(kept) == {("in", "receipt", "purchase"): (2, None)}
    assert figures(summary(store, TODAY, TODAY, who=store.parts))[3][1] is None
    for path in ("/v1/stock-summary", "/v1/stock-summary/parts"):
        asked = {"store_id": store.id, "from": TODAY, "to": TODAY}
        assert "to" in str(store.parts.get(path, params={**asked, "to": day(1)}).json["errors"])
        assert store.parts.get(path, params={"store_id": store.id, "from": TODAY}).status in (400, 422)
        assert store.parts.get(path, params={**asked, "store_id": there.id}).json["errors"][0]["code"] == "not_found"
        assert store.tech1.get(path, params=asked).status == 403


# --- Ages ---

def ages(store, who=None, **params):
    return {row["part"]["id"]: row for row in (who or store.manager).pages("/v1/stock-ageing/parts", store_id=store.id, **params)}


def bands(row):
    return [(b["quantity"], b["value"]) for b in row["bands"]]


def test_how_long_it_has_lain(chain, part, long_ago, issued):
    """I15: first in, first out: what is there came last; its value is shared out to the fen; what is dead has been there, unasked for."""
    store = chain.store()
    p, dead, young, asked = part(), part(), part(), part()
    for quantity, days in ((5, 400), (4, 200), (3, 100), (2, 31), (1, 30)):
        long_ago(posted(store, p, quantity, 100), days)
    issued(store, p, 6, days=3)    # the five of long ago, and one of the four
    long_ago(posted(store, dead, 2, 5000), 190)
    long_ago(posted(store, young, 3, 1), 20)
    long_ago(posted(store, asked, 10, 7), 300)
    issued(store, asked, 1, days=10)
    rows = ages(store, limit=1)
    assert list(rows) == [dead, young, asked, p] and [r["idle_days"] for r in rows.values()] == [190, 20, 10, 3]
    assert bands(rows[p]) == [(1, 100), (2, 200), (3, 300), (3, 300), (0, 0)] and rows[p]["on_hand"] == 9
    assert [(b["from_days"], b["to_days"]) for b in rows[p]["bands"]] == [(0, 30), (31, 90), (91, 180), (181, 365), (366, None)]
    assert (rows[p]["received_on"], rows[p]["issued_on"], rows[p]["days_since_receipt"], rows[p]["days_since_issue"]) == (day(30), day(3), 30, 3)
    assert bands(rows[asked]) == [(0, 0)] * 3 + [(9, 63), (0, 0)]
    assert (rows[dead]["issued_on"], rows[dead]["dead"], rows[young]["dead"]) == (None, True, False)
    assert list(ages(store, dead="true")) == [dead]
    assert list(ages(store, dead="true", dead_days=20)) == [dead, young] and list(ages(store, dead="false", dead_days=20)) == [asked, p]
    whole = store.manager.get("/v1/stock-ageing", params={"store_id": store.id}, expect=200)
    assert (whole["on_hand"], whole["value"], whole["dead_parts"], whole["dead_quantity"], whole["dead_value"]) == (23, 10966, 1, 2, 10000)
    assert bands(whole) == [(4, 103), (2, 200), (3, 300), (14, 10363), (0, 0)]
    assert store.manager.get("/v1/stock-ageing", params={"store_id": store.id, "dead_days": 5})["dead_parts"] == 3
    assert bands(ages(store, who=store.parts)[p])[0] == (1, None)


def test_what_did_not_come_anew(chain, part, long_ago, issued, sql):
    """I15: what an order gave back, what was only moved within the store, and a receipt that was reversed make nothing younger."""
    store = chain.store()
    p, moved, wrong = part(), part(), part()
    long_ago(posted(store, p, 4, 100), 200)
    issued(store, p, 4, days=1, back=3)
    assert bands(ages(store)[p]) == [(0, 0)] * 3 + [(3, 300), (0, 0)]
    back = store.manager.post("/v1/warehouses", {"store_id": store.id, "code": "BACK", "name": "后仓"}, expect=201)["id"]
    long_ago(posted(store, moved, 5, 100), 100)
    asked = store.parts.post("/v1/transfers", {"store_id": store.id, "from_store_id": store.id, "warehouse_id": back,
                                               "lines": [{"part_id": moved, "quantity": 2}]}, expect=201)
    store.manager.post(f"/v1/transfers/{asked['id']}/approve", {}, expect=200)
    for verb in ("ship", "receive"):
        store.parts.post(f"/v1/transfers/{asked['id']}/{verb}", {}, expect=200)
    assert bands(ages(store)[moved]) == [(0, 0), (0, 0), (5, 500), (0, 0), (0, 0)]
    long_ago(posted(store, wrong, 3, 100), 40)
    receipt = posted(store, wrong, 30, 100)
    store.manager.post(f"/v1/stock-documents/{receipt['id']}/reverse", expect=200)
    assert bands(ages(store)[wrong]) == [(0, 0), (3, 300), (0, 0), (0, 0), (0, 0)]
    # cents that do not come out even: all of the value is in the bands
    odd = part()
    for days in (300, 100, 0):
        long_ago(posted(store, odd, 1, 33), days)
    long_ago(posted(store, odd, 0.001, 2000), 0)
    row = ages(store)[odd]
    assert sum(v for _, v in bands(row)) == row["value"] == 101 and sum(q for q, _ in bands(row)) == row["on_hand"]


# --- Classes ---

def classes(store, who=None, **params):
    return {row["part"]["id"]: row for row in (who or store.manager).pages("/v1/stock-classes/parts", store_id=store.id, **params)}


def test_what_earns_its_place(chain, part, issued, long_ago):
    """I15: ABC by what was issued in twelve months, less what came back; lists, totals and where the classes end."""
    store = chain.store()
    a, b, c, never, old = part(), part(), part(), part(), part()
    for which, cost in ((a, 700), (b, 200), (c, 100), (never, 999), (old, 5000)):
        long_ago(posted(store, which, 10, cost), 500)
    issued(store, a, 10, days=300, back=2)    # 5600
    issued(store, b, 8, days=20)              # 1600
    issued(store, c, 8)                       # 800 of 8000: the last tenth
    issued(store, old, 9, days=400)
    rows = classes(store, limit=1)
    assert [(rows[x]["class"], rows[x]["place"], rows[x]["issued_quantity"], rows[x]["issued_value"], rows[x]["cumulative_share_bp"]) for x in (a, b, c)] == \
        [("a", 1, 8, 5600, 7000), ("a", 2, 8, 1600, 9000), ("b", 3, 8, 800, 10000)]
    assert {rows[x]["class"] for x in (never, old)} == {"c"} and {rows[x]["issued_value"] for x in (never, old)} == {0}
    assert {x: r["class"] for x, r in classes(store, a_percent=70, b_percent=90).items()} == {a: "a", b: "b", c: "c", never: "c", old: "c"}
    assert set(classes(store, **{"class": "b,c"})) == {c, never, old}
    got = store.manager.get("/v1/stock-classes", params={"store_id": store.id}, expect=200)
    assert [(r["class"], r["parts"], r["issued_quantity"], r["issued_value"], r["on_hand"], r["value"]) for r in got["classes"]] == \
        [("a", 2, 16, 7200, 4, 1800), ("b", 1, 8, 800, 2, 200), ("c", 2, 0, 0, 11, 14990)]
    assert got["to"] == TODAY
    hidden = classes(store, who=store.parts)[a]
    assert (hidden["class"], hidden["issued_value"], hidden["cumulative_share_bp"], hidden["value"]) == ("a", None, None, None)


def test_ages_and_classes_are_asked_for_rightly(chain, store, part):
    """I15: parameters that are none, another's store, and who may not."""
    there = chain.store()
    posted(there, part(), 1, 100)
    for path in ("/v1/stock-ageing", "/v1/stock-ageing/parts", "/v1/stock-classes", "/v1/stock-classes/parts"):
        assert store.parts.get(path, params={"store_id": there.id}).json["errors"][0]["code"] == "not_found"
        assert store.tech1.get(path, params={"store_id": store.id}).status == 403
        assert store.parts.get(path).status in (400, 422)
        wrong = {"dead_days": 0} if "ageing" in path else {"a_percent": 100}
        assert store.parts.get(path, params={"store_id": store.id, **wrong}).status in (400, 422)


# --- Elsewhere ---

def elsewhere(who, store, part, **params):
    return who.get(f"/v1/parts/{part}/elsewhere", params={"store_id": store.id, **params}, expect=200).data


def replace(chain, of, by, **more):
    chain.purchaser.post(f"/v1/parts/{of}/replacements", {"part_id": by, "kind": "alternative", **more}, expect=201)


def test_who_could_help_out(chain, part, long_ago, issued):
    """I11 R2: other stores' free stock, the same region first, there what has lain longest first; and whether it would miss it."""
    region = chain.region()
    here, near, dead, far = chain.store(region), chain.store(region), chain.store(region), chain.store(chain.region())
    p = part()
    assert elsewhere(here.parts, here, p) == []
    posted(here, p, 9, 100)    # what one has oneself is not elsewhere
    long_ago(posted(near, p, 6, 100), 30)
    issued(near, p, 1, days=4)
    long_ago(posted(dead, p, 2, 100), 300)
    long_ago(posted(far, p, 50, 100), 900)
    near.parts.post("/v1/stock-limits", {"store_id": near.id, "part_id": p, "minimum": 3}, expect=201)
    wish(near, p, 1)    # held: not to be had
    rows = elsewhere(here.parts, here, p, quantity=2)
    assert [(r["store"]["id"], r["distance"], r["available"], r["enough"], r["days_since_issue"], r["idle_days"], r["leaves_under_minimum"]) for r in rows] == [
        (dead.id, "same_region", 2, True, None, 300, False), (near.id, "same_region", 4, True, 4, 4, True),
        (far.id, "other_region", 50, True, None, 900, False)]
    assert rows[0]["store"] == {"id": dead.id, "code": dead.code, "name": chain.admin.get(f"/v1/stores/{dead.id}")["name"]}
    assert [(r["enough"], r["leaves_under_minimum"]) for r in elsewhere(here.parts, here, p)] == [(True, False)] * 3
    assert [r["enough"] for r in elsewhere(here.parts, here, p, quantity=5)] == [False, False, True]
    paged = here.parts.pages(f"/v1/parts/{p}/elsewhere", store_id=here.id, quantity=2, limit=1)
    assert paged == rows
    counted = far.manager.post("/v1/stocktakes", {"store_id": far.id, "part_ids": [p]}, expect=201)
    far.manager.post(f"/v1/stocktakes/{counted['id']}/freeze", expect=200)
    assert [r["store"]["id"] for r in elsewhere(here.parts, here, p)] == [dead.id, near.id]
    # it is all that is told of them
    assert here.parts.get("/v1/stock-levels", params={"part_id": p}).data[0]["store_id"] == here.id
    assert here.parts.get(f"/v1/parts/{p}/stock", params={"store_id": near.id}).status != 200 or not here.parts.get(
        f"/v1/parts/{p}/stock", params={"store_id": near.id}).data


def test_what_could_stand_in(chain, part):
    """I11: what succeeds a part and its alternatives serve too, one way where that is said, and only while that holds."""
    region = chain.region()
    here, there = chain.store(region), chain.store(region)
    old, new, either, only, mine, over = (part() for _ in range(6))
    for p in (old, new, either, only, mine, over):
        posted(there, p, 3, 100)
    replace(chain, old, new, kind="successor")
    replace(chain, old, either)
    replace(chain, old, only, one_way=True)
    replace(chain, mine, old, one_way=True)
    replace(chain, old, over)
    ended = [r for r in chain.purchaser.get(f"/v1/parts/{old}/replacements").data if r["part"]["id"] == over][0]
    chain.purchaser.post(f"/v1/part-replacements/{ended['id']}/end", {}, expect=200)
    assert [(r["part"]["id"], r["relation"]) for r in elsewhere(here.parts, here, old)][:2] == [(old, "same"), (new, "successor")]
    assert {r["part"]["id"]: r["relation"] for r in elsewhere(here.parts, here, old)} == {
        old: "same", new: "successor", either: "alternative", only: "alternative"}
    assert {r["part"]["id"] for r in elsewhere(here.parts, here, either)} == {either, old}
    assert {r["part"]["id"] for r in elsewhere(here.parts, here, only)} == {only}
    assert {r["part"]["id"] for r in elsewhere(here.parts, here, mine)} == {mine, old}
    assert {r["part"]["id"] for r in elsewhere(here.parts, here, new)} == {new}    # the old one does not serve for the new


def test_who_keeps_to_themselves(chain, part):
    """I11: only stores whose books are the chain's are told of and told anything, whatever their region; and who may ask."""
    kinds = yaml.safe_load((ROOT / "api-spec/permissions.yaml").read_text(encoding="utf-8"))["store_kinds"]
    shared = {kind for kind, info in kinds.items() if "reach" not in info}
    region, p = chain.region(), part()
    stores = {kind: chain.store(region, kind=kind) for kind in kinds}
    for store in stores.values():
        posted(store, p, 2, 100)
    for kind, store in stores.items():
        told = {r["store"]["id"] for r in store.parts.pages(f"/v1/parts/{p}/elsewhere", store_id=store.id)}
        assert told == ({stores[k].id for k in shared - {kind}} if kind in shared else set()), kind
    own = stores["own"]
    assert own.tech1.get(f"/v1/parts/{p}/elsewhere", params={"store_id": own.id}).status == 403
    assert own.parts.get(f"/v1/parts/{uuid7()}/elsewhere", params={"store_id": own.id}).status == 404
    assert own.parts.get(f"/v1/parts/{p}/elsewhere", params={"store_id": stores["warehouse"].id}).json["errors"][0]["code"] == "not_found"
    assert own.parts.get(f"/v1/parts/{p}/elsewhere").status in (400, 422)
    assert own.parts.get(f"/v1/parts/{p}/elsewhere", params={"store_id": own.id, "quantity": 0}).status in (400, 422)


# --- Lost sales ---

def lose(store, part, quantity, expect=200, who=None, **body):
    made = wish(store, part, quantity)
    return (who or store.parts).post(f"/v1/demands/{made['id']}/lose", {"reason": "客户去别处", **body}, expect=expect)


def test_what_was_lost_and_why(chain, part, sql):
    """I8: each lost wish with its cause and what it would have sold for that day; by store, part, cause and day, and summed up by cause."""
    store, there = chain.store(), chain.store()
    p, q = part(), part()    # 68.00 each
    first = lose(store, p, 2)
    assert (first["status"], first["lost_cause"], first["reason"]) == ("lost", "no_stock", "客户去别处")
    chain.purchaser.patch(f"/v1/parts/{p}", {"sale_price": 7000}, version=1, expect=200)
    second = lose(store, p, 1.5, cause="too_slow")
    third = lose(store, q, 1, cause="price")
    lose(there, q, 3, cause="price")
    kept = wish(store, q, 1)
    store.parts.post(f"/v1/demands/{kept['id']}/cancel", {"reason": "x"}, expect=200)
    sql("UPDATE demand SET lost_at = lost_at - interval '10 days' WHERE id = %s", (first["id"],))
    rows = store.parts.pages("/v1/lost-sales", store_id=store.id, limit=1)
    assert [(r["id"], r["cause"], r["quantity"], r["value"], r["part"]["id"]) for r in rows] == [
        (third["id"], "price", 1, 6800, q), (second["id"], "too_slow", 1.5, 10500, p), (first["id"], "no_stock", 2, 13600, p)]

    def ids(**params):
        return [r["id"] for r in store.parts.pages("/v1/lost-sales", **params)]
    assert ids(part_id=p) == [second["id"], first["id"]] and ids(cause="price,no_stock") == [third["id"], first["id"]]
    assert ids(**{"from": TODAY}) == [third["id"], second["id"]] and ids(to=day(1)) == [first["id"]] == ids(**{"from": day(10), "to": day(10)})

    def causes(who=store.parts, **params):
        return {r["cause"]: (r["sales"], r["quantity"], r["value"]) for r in who.pages("/v1/lost-sales/causes", **params)}
    assert causes() == {"no_stock": (1, 2, 13600), "price": (1, 1, 6800), "too_slow": (1, 1.5, 10500)}
    assert causes(**{"from": TODAY, "part_id": p}) == {"too_slow": (1, 1.5, 10500)}
    assert causes(chain.finance, part_id=q) == {"price": (2, 4, 27200)} and len(chain.finance.pages("/v1/lost-sales", part_id=q)) == 2
    assert store.parts.get(f"/v1/demands/{kept['id']}")["lost_cause"] is None


def test_lost_rightly(chain, store, part):
    """I8: a cause that is none, another's wish, one lost twice and from two sides at once, and who may look."""
    p, there = part(), chain.store()
    assert lose(store, p, 1, cause="weather", expect=422).errors == {"/cause": "bad_code"}
    theirs = wish(there, p, 1)
    assert store.parts.post(f"/v1/demands/{theirs['id']}/lose", {"reason": "x", "cause": "price"}).status == 404
    made = wish(store, p, 1)
    got = at_once(*[lambda cause=cause: store.parts.post(f"/v1/demands/{made['id']}/lose", {"reason": "x", "cause": cause}) for cause in ("price", "brand")],
                  lambda: store.parts.post(f"/v1/demands/{made['id']}/cancel", {"reason": "x"}))
    assert sorted(r.status for r in got) == [200, 409, 409]
    won = next(r for r in got if r.status == 200)
    told = [r["cause"] for r in store.parts.pages("/v1/lost-sales", store_id=store.id, part_id=p)]
    assert told == ([won["lost_cause"]] if won["status"] == "lost" else [])
    for path in ("/v1/lost-sales", "/v1/lost-sales/causes"):
        assert store.tech1.get(path).status == 403
        assert not (store.parts.get(path, params={"store_id": there.id}).json.get("data"))
