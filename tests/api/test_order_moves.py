# SPDX-License-Identifier: Apache-2.0
"""Orders that go on at another store (G24)."""

import pytest
from fettle import at_once, uuid7
from trade import CONSENT, Trade, days_ahead


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


@pytest.fixture(name="branch")
def _branch(trade):
    return trade.branch()


def move(who, order, to, **more):
    return who.post(f"/v1/work-orders/{order['id']}/move", {"store_id": to.store.id, "reason": "equipment", **more})


def moved(who, order, to, **more):
    """The order as it goes on there."""
    old = move(who, order, to, **more)
    assert old.status == 200, old
    return to.store.manager.get(f"/v1/work-orders/{old['moved_to_id']}", expect=200).json


def available(trade, part):
    (level,) = trade.store.parts.get("/v1/stock-levels", params={"part_id": part, "store_id": trade.store.id}, expect=200).data
    return level["on_hand"], level["reserved"]


def test_an_order_goes_on_elsewhere(trade, branch):
    """G24: cancelled here, opened there, with what was agreed, promised and asked for; parts change places with it."""
    other, both = branch
    part, rare = trade.part()["id"], trade.part()["id"]
    trade.stock_up(part)
    trade.stock_up(rare)
    other.stock_up(part)
    order = trade.order(promised_at=days_ahead(2), note="小心漆面", lines=[
        {"kind": "labour", "operation_id": trade.operation()["id"]}, {"kind": "part", "part_id": part, "quantity": 2, "unit_price": 6800},
        {"kind": "part", "part_id": rare, "quantity": 1}, {"kind": "fee", "description": "检测", "amount": 3000},
        {"kind": "fee", "description": "打蜡", "amount": 9900}, {"kind": "fee", "description": "镀膜", "amount": 99000}])
    ids = [line["id"] for line in order["lines"]]
    trade.step(trade.store.advisor, order, "authorise", {"lines": ids[:3], "declined": [{"line_id": ids[4], "reason": "太贵"}], **CONSENT})
    trade.line_step(trade.store.advisor, ids[5], "defer", {"reason": "下次"})
    trade.step(trade.store.dispatcher, order, "dispatch", {
        "bay_id": trade.store.bay, "assignments": [{"line_id": ids[0], "technician_id": trade.store.tech1.id}]})
    trade.step(trade.store.dispatcher, order, "enter-bay", {"bay_id": trade.store.bay})
    assert available(trade, part) == (10, 2) and available(other, part) == (10, 0)
    old = move(both, order, other, note="本店无四轮定位仪", advisor_id=other.store.advisor.id)
    assert (old.status, old["status"], old["reason"], old["moved_from_id"]) == (200, "cancelled", "moved", None)
    assert [(line["status"], line["reason"], line["supply"]) for line in old["lines"]] == [
        ("withdrawn", "moved", "none")] * 4 + [("declined", "太贵", "none"), ("withdrawn", "moved", "none")]
    new = other.read({"id": old["moved_to_id"]})
    assert (new["status"], new["moved_from_id"], new["moved_to_id"], new["store_id"]) == ("ready", order["id"], None, other.store.id)
    assert (new["customer_id"], new["vehicle_id"], new["promised_at"], new["first_promised_at"], new["note"], new["advisor_id"]) == (
        order["customer_id"], order["vehicle_id"], order["promised_at"], order["first_promised_at"], "小心漆面", other.store.advisor.id)
    assert [(n["kind"], n["status"], n["supply"], n["amount"], n["work_status"], n["technician_id"]) for n in new["lines"]] == [
        ("labour", "authorised", "none", 18000, "none", None), ("part", "authorised", "reserved", 13600, "none", None),
        ("part", "authorised", "short", 6800, "none", None), ("fee", "proposed", "none", 3000, "none", None),
        ("fee", "deferred", "none", 99000, "none", None)]
    assert available(trade, part) == (10, 0) and available(other, part) == (10, 2)
    (waits,) = other.store.parts.get("/v1/demands", params={"work_order_id": new["id"], "status": "open"}, expect=200).data
    assert (waits["part"]["id"], waits["short_quantity"]) == (rare, 1)
    (agreed,) = other.store.advisor.get(f"/v1/work-orders/{new['id']}/authorisations", expect=200).data
    assert (agreed["by_name"], agreed["method"]) == ("王小明", "in_person")
    reception = other.store.advisor.get(f"/v1/receptions/{new['reception_id']}", expect=200)
    assert (reception["status"], [c["text"] for c in reception["concerns"]]) == ("handed_over", ["发动机异响"])
    assert trade.store.advisor.get(f"/v1/receptions/{order['reception_id']}", expect=200)["departed_at"]
    assert other.store.advisor.get(f"/v1/customers/{new['customer_id']}", expect=200)["name"] == "王小明"
    assert not next(b for b in trade.store.dispatcher.get("/v1/board", params={"store_id": trade.store.id}, expect=200)["bays"]
                    if b["id"] == trade.store.bay)["work_orders"]
    (came,) = other.store.advisor.get("/v1/work-order-moves", params={"work_order_id": new["id"]}, expect=200).data
    assert (came["from_order_id"], came["reason"], came["note"], came["actor_id"]) == (order["id"], "equipment", "本店无四轮定位仪", both.id)
    assert trade.store.advisor.get("/v1/work-order-moves", expect=200).data == []
    # it goes on there to its end, and back it does not come by itself
    other.line_step(other.store.manager, new["lines"][3]["id"], "withdraw", {"reason": "不需要"})
    other.stock_up(rare)
    labour = new["lines"][0]["id"]
    other.step(other.store.dispatcher, new, "dispatch", {"assignments": [{"line_id": labour, "technician_id": other.store.tech1.id}]})
    other.line_step(other.store.tech1, labour, "clock-on")
    other.store.parts.post(f"/v1/work-orders/{new['id']}/issue-parts", {"received_by": other.store.tech1.id}, expect=200)
    other.line_step(other.store.tech1, labour, "finish")
    other.step(other.store.dispatcher, new, "finish-work")
    other.store.inspector.post(f"/v1/quality-checks/{other.check(new)['id']}/pass", expect=200)
    other.pay(other.issued(new))
    assert move(both, order, other).code == "illegal_transition"


def test_promises_come_along(trade, branch):
    """G24: the first promise and the last are those that were given."""
    other, both = branch
    order = trade.order(promised_at=days_ahead(1))
    trade.store.advisor.post(f"/v1/work-orders/{order['id']}/promises", {
        "promised_at": days_ahead(3), "reason": "part_delay", "customer_told": {"method": "phone"}}, expect=201)
    new = moved(both, order, other)
    assert (new["status"], new["first_promised_at"], new["promised_at"]) == ("opened", days_ahead(1), days_ahead(3))
    assert new["last_contact_at"]
    told = other.store.advisor.get(f"/v1/work-orders/{new['id']}/promises", expect=200).data
    assert [(p["promised_at"], p["reason_code"]) for p in told] == [(days_ahead(1), "opened"), (days_ahead(3), "part_delay")]
    # and on to a third, or back
    home = moved(both, new, trade)
    assert (home["moved_from_id"], home["store_id"], len(home["lines"])) == (new["id"], trade.store.id, 1)


def test_what_keeps_it(trade, branch):
    """G24: work, parts, outside work, estimates and bills hold it where it is, each by name, and nothing has changed."""
    other, both = branch
    part = trade.part()["id"]
    trade.stock_up(part)

    def held(order, code, named=None):
        before = trade.read(order).json
        refused = move(both, order, other)
        assert (refused.status, refused.code) == (409, code), refused
        assert named is None or named in refused["detail"], refused
        assert trade.read(order).json == before

    working = trade.started()
    held(working, "order_at_work", "1")
    trade.line_step(trade.store.tech1, working["lines"][0]["id"], "finish")
    held(working, "work_done", "1")
    held(trade.step(trade.store.dispatcher, working, "finish-work"), "illegal_transition", "awaiting_qc")
    out = trade.dispatched(lines=[{"kind": "labour", "operation_id": trade.operation()["id"]}, {"kind": "part", "part_id": part, "quantity": 1}])
    trade.store.parts.post(f"/v1/work-orders/{out['id']}/issue-parts", {"received_by": trade.store.tech1.id}, expect=200)
    held(out, "parts_out", "2")
    asked = trade.sent_estimate(order=trade.order())
    held({"id": asked["work_order_id"]}, "estimate_undecided", asked["number"])
    trade.store.advisor.post(f"/v1/estimates/{asked['id']}/expire", expect=200)
    moved(both, {"id": asked["work_order_id"]}, other)
    away = trade.store.advisor.get(f"/v1/sublets/{trade.sublet('send')['id']}", expect=200)
    held({"id": away["work_order_id"]}, "sublet_out")
    price = trade.approval()
    held({"id": price["work_order_id"]}, "approval_required")


def test_who_may_and_where_to(trade, branch, chain):
    """G24: who may at both stores; another store is none that there is, and a warehouse or the same store is no place to go."""
    other, both = branch
    order = trade.order()
    for one in (trade, other):
        refused = move(one.store.manager, order, other)
        assert (refused.status, refused.errors) == ((422, {"/store_id": "not_found"}) if one is trade else (404, {})), refused
    assert move(trade.store.advisor, order, other).code == "forbidden"
    stranger = Trade(chain.store())
    assert move(both, order, stranger).errors == {"/store_id": "not_found"}
    assert move(both, order, trade).errors == {"/store_id": "bad_value"}
    house = Trade(chain.store(trade.store.region, kind="warehouse"))
    assert move(chain.admin, order, house).errors == {"/store_id": "bad_value"}
    assert move(both, order, other, advisor_id=trade.store.tech1.id).errors == {"/advisor_id": "not_found"}
    assert move(both, order, other, reason="no").errors == {"/reason": "bad_code"}
    assert move(both, {"id": uuid7()}, other).status == 404
    region = trade.chain.people.hire(chain.unique().lower(), "region_manager", region=trade.store.region)
    assert moved(region, order, other)["status"] == "opened"


def test_a_comeback_comes_along(trade, branch):
    """G24: what is done again under a guarantee stays that; there it is open, here it is over."""
    other, both = branch
    guarantee = trade.guarantee()
    back = trade.comeback(guarantee)
    new = moved(both, {"id": back["work_order_id"]}, other)
    (there,) = other.store.advisor.get("/v1/comebacks", params={"work_order_id": new["id"]}, expect=200).data
    assert (there["status"], there["guarantee_id"], there["payer"], there["of_store_id"]) == (
        "open", guarantee["id"], "quality_guarantee", trade.store.id)
    assert trade.store.advisor.get(f"/v1/comebacks/{back['id']}", expect=200)["status"] == "cancelled"


def test_moving_while_somebody_works(trade, branch):
    """G24: of moving and clocking on, or issuing, at one moment one wins, and parts are in one place."""
    other, both = branch
    part = trade.part()["id"]
    trade.stock_up(part)
    other.stock_up(part)
    lines = [{"kind": "labour", "operation_id": trade.operation()["id"]}, {"kind": "part", "part_id": part, "quantity": 1}]
    there = 0
    for turn in range(6):
        order = trade.dispatched(lines=lines)
        labour = order["lines"][0]["id"]
        at_work = [lambda labour=labour: trade.store.tech1.post(f"/v1/work-order-lines/{labour}/clock-on"),
                   lambda order=order: trade.store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts",
                                                              {"received_by": trade.store.tech1.id})][turn % 2]
        gone, begun = at_once(lambda order=order: move(both, order, other), at_work)
        assert sorted((gone.status, begun.status)) == [200, 409], (gone, begun)
        assert gone.status == 200 or gone.code in ("order_at_work", "parts_out"), gone
        there += gone.status == 200
        if gone.status != 200 and turn % 2 == 0:
            trade.line_step(trade.store.tech1, labour, "pause")
    assert available(other, part)[1] == there
    on_hand, reserved = available(trade, part)
    assert on_hand - reserved + sum(1 for o in trade.store.manager.get("/v1/work-order-lines", params={
        "store_id": trade.store.id, "kind": "part", "supply": "reserved,issued"}, expect=200).data) == 10


def test_orders_that_cross(trade, branch):
    """G24: two orders that want the same part change stores at once, and both arrive."""
    other, both = branch
    part = trade.part()["id"]
    trade.stock_up(part)
    other.stock_up(part)
    for _ in range(3):
        mine, theirs = (t.authorised(lines=[{"kind": "part", "part_id": part, "quantity": 1}]) for t in (trade, other))
        replies = at_once(lambda order=mine: move(both, order, other), lambda order=theirs: move(both, order, trade))
        assert [r.status for r in replies] == [200, 200], replies
    assert available(trade, part) == (10, 3) and available(other, part) == (10, 3)
