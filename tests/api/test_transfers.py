# SPDX-License-Identifier: Apache-2.0
"""Parts between stores: held, on their way, there or accounted for, and a chain's total that never changes by it."""

import random

import pytest

from fettle import at_once, uuid7
from test_stock import books_agree, draft, level, part, posted, verbs, wish  # pylint: disable=unused-import


@pytest.fixture
def there(chain):
    """The store that has the parts."""
    return chain.store()


@pytest.fixture(autouse=True)
def ways_agree(sql, chain):
    """After every story each transfer is what its documents moved, in pieces and in fen."""
    yield
    wrong = sql("""
        SELECT t.number, l.position
          FROM transfer t
          JOIN transfer_line l ON l.transfer_id = t.id
         CROSS JOIN LATERAL (SELECT coalesce(-sum(m.quantity) FILTER (WHERE m.kind = 'transfer_out'), 0) AS out,
                                    coalesce(sum(m.quantity) FILTER (WHERE m.kind = 'transfer_in'), 0) AS came,
                                    coalesce(-sum(m.value) FILTER (WHERE m.kind LIKE 'transfer%%'), 0) AS value
                               FROM stock_document_line n JOIN stock_movement m ON m.line_id = n.id
                              WHERE n.transfer_line_id = l.id) m
         WHERE m.out <> l.shipped_quantity OR m.came <> l.received_quantity + l.returned_quantity + l.lost_quantity
            OR m.value <> l.transit_value""")
    assert wrong == []


def asked(store, there, lines, who=None, expect=201, **more):
    return (who or store.parts).post("/v1/transfers", {"store_id": store.id, "from_store_id": there.id,
                                                       "lines": [{"part_id": p, "quantity": n, **extra} for p, n, *rest in lines for extra in [rest[0] if rest else {}]],
                                                       **more}, expect=expect)


def path(transfer):
    return f"/v1/transfers/{transfer['id']}"


def approved(store, there, lines, **more):
    made = asked(store, there, lines, **more)
    return there.manager.post(path(made) + "/approve", {}, expect=200)


def shipped(store, there, lines, **more):
    made = approved(store, there, lines, **more)
    return there.parts.post(path(made) + "/ship", {}, expect=200)


def amounts(transfer, *names):
    return [tuple(line[f"{name}_quantity"] for name in names) for line in transfer["lines"]]


def test_from_asking_to_arrival(store, there, part):
    """I12: asked for, approved, which holds it, shipped, on its way, received, at what it cost where it was."""
    p, q = part(), part()
    posted(there, p, 3, 100)
    posted(there, p, 1, 101)
    posted(there, q, 10, 7)
    made = asked(store, there, [(p, 2), (q, 10)], note="周五前")
    assert made["status"] == "requested" and made["number"].startswith(f"{store.code}-TR-")
    assert made["lines"][0]["transit_value"] is None    # the keeper has no costs
    assert level(there, p) == (4, 0, 4, 401)
    ok = there.manager.post(path(made) + "/approve", {}, expect=200)
    assert (ok["status"], ok["approved_by"], amounts(ok, "approved", "shipped")) == ("approved", there.manager.id, [(2, 0), (10, 0)])
    assert level(there, p) == (4, 2, 2, 401) and level(store, p) == (0, 0, 0, None)
    held = there.parts.get("/v1/reservations", params={"part_id": p, "status": "active"}).data
    assert [(r["quantity"], r["transfer_line_id"], r["demand_id"]) for r in held] == [(2, ok["lines"][0]["id"], None)]
    assert there.parts.post(f"/v1/reservations/{held[0]['id']}/release").code == "held_for_transfer"
    gone = there.parts.post(path(made) + "/ship", {}, expect=200)
    assert (gone["status"], amounts(gone, "shipped", "in_transit")) == ("in_transit", [(2, 2), (10, 10)])
    assert gone["shipped_at"] and gone["ended_at"] is None
    assert level(there, p) == (2, 0, 2, 200) and level(there, q) == (0, 0, 0, 0)    # 401/2 = 200.5
    assert there.manager.get(path(made))["lines"][0]["transit_value"] == 201
    came = store.parts.post(path(made) + "/receive", {}, expect=200)
    assert (came["status"], amounts(came, "received", "in_transit")) == ("received", [(2, 0), (10, 0)])
    assert came["ended_at"]
    assert level(store, p) == (2, 0, 2, 201) and level(store, q) == (10, 0, 10, 70)
    papers = store.manager.get("/v1/stock-documents", params={"store_id": store.id, "transfer_id": made["id"]}).data
    assert [(d["kind"], d["reason"], d["status"]) for d in papers] == [("transfer_in", "transfer", "posted")]
    hired = store.hire("manager2", "store_manager")
    assert hired.post(f"/v1/stock-documents/{papers[0]['id']}/reverse").code == "not_reversible"
    for kind in ("transfer_in", "transfer_out"):
        assert draft(store, p, 1, 1, kind=kind, reason="transfer", expect=422).errors == {"/kind": "bad_value"}
    assert [h["id"] for h in store.manager.get("/v1/search", params={"q": made["number"]}).data] == [made["id"]]
    assert [h["id"] for h in there.manager.get("/v1/search", params={"q": made["number"]}).data] == [made["id"]]


def test_whose_verb_it_is(chain, store, there, part):
    """I12: each step is one store's; a third store sees nothing of it; who asked does not approve."""
    p = part()
    posted(there, p, 5, 100)
    made = asked(store, there, [(p, 2)])
    third = chain.store()
    assert third.manager.get(path(made)).status == 404
    assert third.manager.post(path(made) + "/approve", {}).status == 404
    assert third.parts.get("/v1/transfers").data == []
    assert store.manager.post(path(made) + "/approve", {}).code == "other_store"
    assert store.manager.post(path(made) + "/reject", {"reason": "x"}).code == "other_store"
    assert there.parts.post(path(made) + "/approve", {}).status == 403
    assert there.parts.post(path(made) + "/cancel", {"reason": "x"}).code == "other_store"
    assert {v: on for v, on in verbs(there.manager.get(path(made))).items() if on} == {"approve": True, "reject": True}
    assert {v: on for v, on in verbs(store.parts.get(path(made))).items() if on} == {"cancel": True}
    assert store.parts.post(path(made) + "/receive", {}).code == "illegal_transition"
    there.manager.post(path(made) + "/approve", {}, expect=200)
    assert store.parts.post(path(made) + "/ship", {}).code == "other_store"
    assert store.parts.post(path(made) + "/cancel", {"reason": "x"}).code == "other_store"
    assert {v for v, on in verbs(there.parts.get(path(made))).items() if on} == {"ship", "cancel"}
    there.parts.post(path(made) + "/ship", {}, expect=200)
    assert there.parts.post(path(made) + "/receive", {}).code == "other_store"
    assert {v for v, on in verbs(store.parts.get(path(made))).items() if on} == {"receive", "return"}
    store.parts.post(path(made) + "/receive", {}, expect=200)
    head = chain.admin
    own = asked(store, there, [(p, 1)], who=head)
    assert head.post(path(own) + "/approve", {}).code == "own_document"
    for by, direction, wanted in ((store, None, 2), (store, "in", 2), (store, "out", 0), (there, "out", 2), (there, "in", 0), (there, None, 2)):
        params = {"store_id": by.id, **({"direction": direction} if direction else {})}
        assert len(by.parts.get("/v1/transfers", params=params, expect=200).data) == wanted, (direction, wanted)
    mine = [t["id"] for t in head.pages("/v1/transfers", part_id=p)]
    assert sorted(mine) == sorted({made["id"], own["id"]})
    assert len(head.get("/v1/transfers", params={"part_id": p, "direction": "out"}).data) == 2


def test_bad_fields(chain, store, there, part):
    """I12: what is wrong is told by its field, and nothing happens."""
    p = part()
    posted(there, p, 5, 100)
    unknown = uuid7()
    assert asked(store, there, [(unknown, 1)], expect=422).errors == {"/lines/0/part_id": "not_found"}
    assert asked(store, there, [(p, 1, {"demand_id": unknown})], expect=422).errors == {"/lines/0/demand_id": "not_found"}
    none = store.parts.post("/v1/transfers", {"store_id": store.id, "from_store_id": unknown, "lines": [{"part_id": p, "quantity": 1}]})
    assert (none.status, none.errors) == (422, {"/from_store_id": "not_found"})
    assert asked(store, there, [(p, -1)], expect=422).errors == {"/lines/0/quantity": "too_small"}
    assert asked(there, store, [(p, 1)], who=store.parts, expect=422).errors == {"/store_id": "not_found"}
    made = asked(store, there, [(p, 3)])
    line = made["lines"][0]["id"]
    ask = lambda verb, who, **body: who.post(path(made) + "/" + verb, body)    # noqa: E731
    assert ask("approve", there.manager, lines=[{"line_id": unknown, "quantity": 1}]).errors == {"/lines/0/line_id": "not_found"}
    assert ask("approve", there.manager, lines=[{"line_id": line, "quantity": 4}]).errors == {"/lines/0/quantity": "bad_value"}
    assert ask("approve", there.manager, lines=[{"line_id": line, "quantity": 0}]).errors == {"/lines": "bad_value"}
    assert ask("approve", there.manager, lines=[{"line_id": line, "quantity": 1}] * 2).errors == {"/lines/1/line_id": "not_unique"}
    assert ask("approve", there.manager, warehouse_id=unknown).errors == {"/warehouse_id": "not_found"}
    assert level(there, p) == (5, 0, 5, 500)
    too_many = asked(store, there, [(p, 6)])
    assert there.manager.post(path(too_many) + "/approve", {}).code == "insufficient_stock"
    assert ask("approve", there.manager, lines=[{"line_id": line, "quantity": 2}]).status == 200
    assert ask("ship", there.parts, lines=[{"line_id": line, "quantity": 2.5}]).errors == {"/lines/0/quantity": "bad_value"}
    assert ask("ship", there.parts, lines=[{"line_id": line, "quantity": 2}]).status == 200
    late = ask("receive", store.parts, lines=[{"line_id": line, "quantity": 1, "disputed_quantity": 1}])
    assert late.errors == {"/lines/0/dispute_reason": "required"}
    much = ask("receive", store.parts, lines=[{"line_id": line, "quantity": 1, "disputed_quantity": 1.5, "dispute_reason": "missing"}])
    assert much.errors == {"/lines/0/quantity": "bad_value"}
    assert level(store, p) == (0, 0, 0, None)


def test_no_more_wanted(store, there, part):
    """I12: rejected, cancelled when asked and when approved; what was held is let go."""
    p = part()
    posted(there, p, 5, 100)
    no = there.manager.post(path(asked(store, there, [(p, 1)])) + "/reject", {"reason": "自用"}, expect=200)
    assert (no["status"], no["reason"]) == ("rejected", "自用")
    off = store.parts.post(path(asked(store, there, [(p, 1)])) + "/cancel", {"reason": "不要了"}, expect=200)
    assert off["status"] == "cancelled"
    made = approved(store, there, [(p, 4)])
    assert level(there, p) == (5, 4, 1, 500)
    off = there.parts.post(path(made) + "/cancel", {"reason": "不要了"}, expect=200)
    assert (off["status"], amounts(off, "approved")) == ("cancelled", [(0,)])
    assert level(there, p) == (5, 0, 5, 500)
    assert there.parts.get("/v1/reservations", params={"part_id": p, "status": "active"}).data == []


def test_in_parts(store, there, part):
    """I12: shipped and received in parts; what is final is not sent at all."""
    p, q = part(), part()
    posted(there, p, 10, 100)
    posted(there, q, 10, 100)
    made = approved(store, there, [(p, 6), (q, 2)])
    first, second = (line["id"] for line in made["lines"])
    gone = there.parts.post(path(made) + "/ship", {"lines": [{"line_id": first, "quantity": 2}]}, expect=200)
    assert amounts(gone, "approved", "shipped") == [(6, 2), (2, 0)]
    assert level(there, p) == (8, 4, 4, 800) and level(there, q) == (10, 2, 8, 1000)
    came = store.parts.post(path(made) + "/receive", {"lines": [{"line_id": first, "quantity": 1}]}, expect=200)
    assert (came["status"], amounts(came, "received", "in_transit")) == ("in_transit", [(1, 1), (0, 0)])
    gone = there.parts.post(path(made) + "/ship", {"lines": [{"line_id": first, "quantity": 3}], "final": True}, expect=200)
    assert amounts(gone, "approved", "shipped", "in_transit") == [(5, 5, 4), (0, 0, 0)]
    assert level(there, p) == (5, 0, 5, 500) and level(there, q) == (10, 0, 10, 1000)
    came = store.parts.post(path(made) + "/receive", {}, expect=200)
    assert (came["status"], amounts(came, "received")) == ("received", [(5,), (0,)])
    assert level(store, p) == (5, 0, 5, 500)
    assert len(store.manager.get("/v1/stock-documents", params={"transfer_id": made["id"]}).data) == 2
    assert second and store.parts.post(path(made) + "/receive", {}).code == "illegal_transition"


def test_what_did_not_come(store, there, part):
    """I12: a difference stays in question until another settles it, at a store's cost; none is ever in limbo."""
    p = part()
    posted(there, p, 10, 100)
    made = shipped(store, there, [(p, 10)])
    line = made["lines"][0]["id"]
    came = store.parts.post(path(made) + "/receive", {"lines": [{"line_id": line, "quantity": 4, "disputed_quantity": 6, "dispute_reason": "missing"}]}, expect=200)
    assert (came["status"], amounts(came, "received", "disputed", "in_transit")) == ("disputed", [(4, 6, 0)])
    assert came["lines"][0]["dispute_reason"] == "missing"
    settle = lambda who, **body: who.post(path(made) + "/settle", body)    # noqa: E731
    assert settle(store.parts, outcome="lost").status == 403
    third = settle(store.manager, outcome="lost", store_id=there.id)
    assert (third.status, third.errors) == (422, {"/store_id": "not_found"})
    found = settle(store.manager, outcome="found", lines=[{"line_id": line, "quantity": 1}])
    assert (found["status"], amounts(found, "received", "disputed", "lost")) == ("disputed", [(5, 5, 0)])
    assert level(store, p) == (5, 0, 5, 500)
    found = settle(there.manager, outcome="found", lines=[{"line_id": line, "quantity": 2}])
    assert amounts(found, "received", "returned", "disputed") == [(5, 2, 3)]
    assert level(there, p) == (2, 0, 2, 200)
    broken = settle(there.manager, outcome="damaged", lines=[{"line_id": line, "quantity": 1}])
    assert amounts(broken, "disputed", "lost") == [(2, 1)]
    over = settle(store.manager, outcome="lost")
    assert (over["status"], amounts(over, "received", "returned", "disputed", "lost")) == ("received", [(5, 2, 0, 3)])
    assert level(store, p) == (5, 0, 5, 500) and level(there, p) == (2, 0, 2, 200)
    scrapped = [(d["kind"], d["reason"]) for d in store.manager.get("/v1/stock-documents", params={"transfer_id": made["id"]}).data]
    assert ("scrap", "loss") in scrapped
    assert ("scrap", "damage") in [(d["kind"], d["reason"]) for d in there.manager.get("/v1/stock-documents", params={"transfer_id": made["id"]}).data]


def test_who_disputes_does_not_settle(store, there, part):
    """I12: one person alone does not lose parts on the way."""
    p = part()
    posted(there, p, 1, 100)
    made = shipped(store, there, [(p, 1)])
    bad = {"lines": [{"line_id": made["lines"][0]["id"], "quantity": 0, "disputed_quantity": 1, "dispute_reason": "damaged"}]}
    assert store.manager.post(path(made) + "/receive", bad, expect=200)["status"] == "disputed"
    assert store.manager.post(path(made) + "/settle", {"outcome": "damaged"}).code == "own_document"
    assert there.manager.post(path(made) + "/settle", {"outcome": "damaged"}, expect=200)["status"] == "received"


def test_sent_back(store, there, part):
    """I12: what is on its way goes back by either store's word; what had not left stays."""
    p = part()
    posted(there, p, 10, 100)
    made = approved(store, there, [(p, 6)])
    line = made["lines"][0]["id"]
    assert store.parts.post(path(made) + "/return", {"reason": "x"}).code == "illegal_transition"
    there.parts.post(path(made) + "/ship", {"lines": [{"line_id": line, "quantity": 5}]}, expect=200)
    store.parts.post(path(made) + "/receive", {"lines": [{"line_id": line, "quantity": 1}]}, expect=200)
    back = store.parts.post(path(made) + "/return", {"reason": "发错型号"}, expect=200)
    assert (back["status"], back["reason"]) == ("returning", "发错型号")
    assert store.parts.post(path(made) + "/receive-back", {}).code == "other_store"
    home = there.parts.post(path(made) + "/receive-back", {"lines": [{"line_id": line, "quantity": 1}]}, expect=200)
    assert (home["status"], amounts(home, "approved", "returned", "in_transit")) == ("returning", [(5, 1, 3)])
    assert level(there, p) == (6, 0, 6, 600)
    home = there.parts.post(path(made) + "/receive-back", {"lines": [{"line_id": line, "quantity": 2, "disputed_quantity": 1, "dispute_reason": "missing"}]}, expect=200)
    assert home["status"] == "disputed"
    home = there.manager.post(path(made) + "/settle", {"outcome": "lost"}, expect=200)
    assert (home["status"], amounts(home, "received", "returned", "lost")) == ("received", [(1, 3, 1)])
    assert level(there, p) == (8, 0, 8, 800) and level(store, p) == (1, 0, 1, 100)
    whole = shipped(store, there, [(p, 2)])
    there.parts.post(path(whole) + "/return", {"reason": "车坏了"}, expect=200)
    assert there.parts.post(path(whole) + "/receive-back", {}, expect=200)["status"] == "returned"


def test_what_it_was_asked_for_comes_first(store, there, part):
    """I12 I9: a wish that a transfer was asked for is in_transfer, and gets the parts before who waits longer."""
    p = part()
    posted(there, p, 5, 100)
    longer = wish(store, p, 2)
    mine = wish(store, p, 3)
    shelf = wish(store, p, 1, kind="stock")
    made = asked(store, there, [(p, 3, {"demand_id": mine["id"]}), (p, 1, {"demand_id": shelf["id"]})])
    demand = lambda d: store.parts.get(f"/v1/demands/{d['id']}")    # noqa: E731
    assert (demand(mine)["status"], demand(longer)["status"], demand(shelf)["status"]) == ("in_transfer", "open", "in_transfer")
    assert [t["id"] for t in store.parts.get("/v1/transfers", params={"demand_id": mine["id"]}).data] == [made["id"]]
    there.manager.post(path(made) + "/approve", {}, expect=200)
    there.parts.post(path(made) + "/ship", {}, expect=200)
    line = made["lines"][0]["id"]
    store.parts.post(path(made) + "/receive", {"lines": [{"line_id": line, "quantity": 1}]}, expect=200)
    assert (demand(mine)["status"], demand(mine)["short_quantity"]) == ("in_transfer", 2)
    store.parts.post(path(made) + "/receive", {}, expect=200)
    assert (demand(mine)["status"], demand(longer)["status"], demand(shelf)["status"]) == ("reserved", "open", "fulfilled")
    assert (demand(longer)["short_quantity"], level(store, p)) == (1, (4, 4, 0, 400))
    done = asked(store, there, [(p, 1, {"demand_id": mine["id"]})], expect=409)
    assert done.code == "illegal_transition"
    again = wish(store, p, 1)
    refused = asked(store, there, [(p, 1, {"demand_id": again["id"]})])
    there.manager.post(path(refused) + "/reject", {"reason": "自用"}, expect=200)
    assert demand(again)["status"] == "open"
    for d in (mine, longer, again):
        store.parts.post(f"/v1/demands/{d['id']}/cancel", {"reason": "x"}, expect=200)


def test_between_two_warehouses(store, part):
    """I1 I12: a store moves parts between its own warehouses; orders take from the default one only."""
    p = part()
    posted(store, p, 5, 100)
    other = store.manager.post("/v1/warehouses", {"store_id": store.id, "code": "Q" + p[-6:], "name": "待检库"}, expect=201)["id"]
    again = store.manager.post("/v1/warehouses", {"store_id": store.id, "code": "Q" + p[-6:], "name": "待检库"})
    assert (again.code, again.errors) == ("duplicate", {"/code": "duplicate"})
    assert store.parts.post("/v1/warehouses", {"store_id": store.id, "code": "X", "name": "x"}).status == 403
    same = asked(store, store, [(p, 1)])
    assert store.manager.post(path(same) + "/approve", {}).errors == {"/warehouse_id": "bad_value"}
    made = asked(store, store, [(p, 2)], warehouse_id=other)
    store.manager.post(path(made) + "/approve", {}, expect=200)
    store.parts.post(path(made) + "/ship", {}, expect=200)
    waiting = wish(store, p, 4)
    assert waiting["short_quantity"] == 1
    store.parts.post(path(made) + "/receive", {}, expect=200)
    assert store.parts.get(f"/v1/demands/{waiting['id']}")["short_quantity"] == 1
    rows = {r["warehouse_id"]: r["on_hand"] for r in store.parts.get("/v1/stock-levels", params={"part_id": p}).data}
    assert sorted(rows.values()) == [2, 3] and rows[other] == 2


def test_clients_that_cross(store, there, part):
    """I12 I17: 64 clients ask, approve, ship, receive, take back and reserve at once: nothing is lost or made."""
    parts = [part() for _ in range(3)]
    for p in parts:
        posted(store, p, 40, 101)
        posted(there, p, 40, 99)
    sides = [(store, there), (there, store)]
    rng = random.Random(5)
    plans = [(rng.choice(sides), [(p, rng.randint(1, 5)) for p in rng.sample(parts, 2)], rng.random()) for _ in range(64)]

    def walk(plan):
        (gets, gives), lines, luck = plan
        made = asked(gets, gives, lines)
        if gives.manager.post(path(made) + "/approve", {}).status != 200:
            return
        if luck < 0.15:
            gives.parts.post(path(made) + "/cancel", {"reason": "x"}, expect=200)
            return
        gone = gives.parts.post(path(made) + "/ship", {}, expect=200)
        if luck < 0.3:
            gets.parts.post(path(made) + "/return", {"reason": "x"}, expect=200)
            gives.parts.post(path(made) + "/receive-back", {}, expect=200)
        elif luck < 0.5:
            one = gone["lines"][0]
            gets.parts.post(path(made) + "/receive", {"lines": [{"line_id": one["id"], "quantity": one["in_transit_quantity"] - 1,
                                                                 "disputed_quantity": 1, "dispute_reason": "missing"}]}, expect=200)
            gets.parts.post(path(made) + "/receive", {}, expect=200)
            gets.manager.post(path(made) + "/settle", {"outcome": "lost" if luck < 0.4 else "found"}, expect=200)
        else:
            gets.parts.post(path(made) + "/receive", {}, expect=200)
            gets.parts.post("/v1/demands", {"kind": "sale", "store_id": gets.id, "lines": [{"part_id": lines[0][0], "quantity": 1}]}, expect=201)

    at_once(*[lambda plan=plan: walk(plan) for plan in plans])
    scrapped = {}
    for side in (store, there):
        for d in side.manager.pages("/v1/stock-documents", store_id=side.id, kind="scrap"):
            for line in side.manager.get(f"/v1/stock-documents/{d['id']}")["lines"]:
                was = scrapped.setdefault(line["part"]["id"], [0, 0])
                was[0] += line["quantity"]
                was[1] += line["cost"]
    for p in parts:
        here, away = level(store, p), level(there, p)
        lost = scrapped.get(p, [0, 0])
        assert here[0] + away[0] + lost[0] == 80, p
        assert here[3] + away[3] + lost[1] == 8000, p
    open_ones = [t for t in store.manager.pages("/v1/transfers", store_id=store.id) if t["status"] in ("in_transit", "disputed", "returning", "approved")]
    assert open_ones == []


def test_two_receive_at_once(store, there, part):
    """I12: what is on its way comes in once, whoever is first."""
    p = part()
    posted(there, p, 8, 100)
    made = shipped(store, there, [(p, 8)])
    line = made["lines"][0]["id"]
    got = at_once(*[lambda: store.parts.post(path(made) + "/receive", {"lines": [{"line_id": line, "quantity": 3}]}) for _ in range(16)])
    assert sorted({r.status for r in got}) == [200, 422]
    assert [r.status for r in got].count(200) == 2 and level(store, p) == (6, 0, 6, 600)


def test_what_is_held_back(chain, store, part):
    """I18: what is in quarantine serves nobody, comes back by a transfer within the store, and goes to no other store."""
    p, other = part(), chain.store()
    held = store.manager.post("/v1/warehouses", {"store_id": store.id, "code": "QC", "name": "待检库", "purpose": "quarantine"}, expect=201)
    assert (held["purpose"], held["is_default"]) == ("quarantine", False)
    posted(store, p, 5, 100, warehouse_id=held["id"])
    assert wish(store, p, 2)["status"] == "open"
    here = store.parts.pages("/v1/stock-levels", store_id=store.id, part_id=p, purpose="quarantine,damaged")
    assert [(l["warehouse_id"], l["on_hand"]) for l in here] == [(held["id"], 5)]
    assert [l["on_hand"] for l in store.parts.pages("/v1/stock-levels", store_id=store.id, part_id=p, purpose="stock")] == [0]
    theirs = other.parts.post("/v1/transfers", {"store_id": other.id, "from_store_id": store.id, "lines": [{"part_id": p, "quantity": 1}]}, expect=201)
    no = store.manager.post(f"/v1/transfers/{theirs['id']}/approve", {"warehouse_id": held["id"]}, expect=422)
    assert no.errors == {"/warehouse_id": "bad_value"}
    back = store.parts.post("/v1/transfers", {"store_id": store.id, "from_store_id": store.id, "lines": [{"part_id": p, "quantity": 3}]}, expect=201)
    store.manager.post(f"/v1/transfers/{back['id']}/approve", {"warehouse_id": held["id"]}, expect=200)
    store.parts.post(f"/v1/transfers/{back['id']}/ship", {}, expect=200)
    store.parts.post(f"/v1/transfers/{back['id']}/receive", {}, expect=200)
    assert [d["status"] for d in store.parts.pages("/v1/demands", store_id=store.id, part_id=p)] == ["reserved"]
    assert store.manager.post("/v1/warehouses", {"store_id": store.id, "code": "X", "name": "x", "purpose": "lost"}, expect=422).errors == {"/purpose": "bad_code"}
