# SPDX-License-Identifier: Apache-2.0
"""Work that one store put off and another takes up."""

import pytest

from fettle import at_once, uuid7
from trade import CONSENT, Trade


@pytest.fixture(name="here")
def _here(store):
    return Trade(store)


@pytest.fixture(name="there")
def _there(chain):
    return Trade(chain.store())


def put_off(trade):
    """An order with a line that is deferred and one that is declined."""
    order = trade.order(lines=[{"kind": "fee", "description": "更换制动液", "amount": 30000}, {"kind": "sublet", "description": "曲轴磨削", "amount": 80000}])
    later, never = (line["id"] for line in order["lines"])
    trade.line_step(trade.store.advisor, later, "defer", {"reason": "safe_until"})
    trade.line_step(trade.store.advisor, never, "decline", {"reason": "price"})
    return order, later, never


def visit(trade, car):
    """An order of this car, which comes to this store by its plate."""
    seen = trade.store.advisor.post("/v1/check-ins", {
        "store_id": trade.store.id, "plate": car["plate"], "customer": {"name": "王小明", "phone": trade.chain.phone()},
        "odometer_km": 46000, "concerns": ["保养"]}, expect=201)
    assert seen["vehicle_id"] == car["id"]
    trade.store.advisor.post(f"/v1/receptions/{seen['id']}/greet", expect=200)
    return trade.store.advisor.post("/v1/work-orders", {"reception_id": seen["id"]}, expect=201)


def waiting(trade, car):
    """What the recommendations and the deferred lines tell this store of it."""
    return [{row["source"]["id"] for row in trade.store.advisor.get(f"/v1/vehicles/{car}/recommendations", expect=200).data},
            {row["id"] for row in trade.store.advisor.get(f"/v1/vehicles/{car}/deferred-lines", expect=200).data}]


def again(of, **more):
    return {"kind": "fee", "description": "制动液", "amount": 25000, "revives_elsewhere_id": of, **more}


def test_taken_up_by_another_store(here, there):
    """F6: a line that another store put off is taken up at this store's own price; it then waits in neither, and does again once let go."""
    order, later, never = put_off(here)
    car = here.store.advisor.get(f"/v1/vehicles/{order['vehicle_id']}", expect=200)
    back = visit(there, car)
    assert waiting(here, car["id"]) == [{later, never}, {later, never}] and waiting(there, car["id"]) == [{later, never}, set()]
    lines = f"/v1/work-orders/{back['id']}/lines"
    taken = there.store.advisor.post(lines, again(later), expect=201)
    assert (taken["revives_elsewhere_id"], taken["revives_line_id"], taken["amount"], taken["store_id"]) == (later, None, 25000, there.store.id)
    assert there.store.advisor.get("/v1/work-order-lines", params={"work_order_id": back["id"]}, expect=200).data[0]["revives_elsewhere_id"] == later
    assert waiting(here, car["id"]) == [{never}, {never}] and waiting(there, car["id"]) == [{never}, set()]
    # neither here, nor there, nor in its own order a second time
    refused = there.store.advisor.post(lines, again(later), expect=409)
    assert refused.code == "line_revived"
    own = visit(here, car)
    refused = here.store.advisor.post(f"/v1/work-orders/{own['id']}/lines", {
        "kind": "fee", "description": "制动液", "amount": 100, "revives_line_id": later}, expect=409)
    assert refused.code == "line_revived"
    assert here.store.advisor.post(f"/v1/work-order-lines/{later}/revive", expect=409).code == "line_revived"
    # nothing of the other store is told but that it is so
    assert there.store.advisor.get(f"/v1/work-order-lines/{later}").status == 404
    assert there.store.advisor.get(f"/v1/work-orders/{order['id']}").status == 404
    there.line_step(there.store.advisor, taken["id"], "withdraw", {"reason": "不做"})
    assert waiting(here, car["id"]) == [{later, never}, {later, never}] and waiting(there, car["id"]) == [{later, never}, set()]
    there.store.advisor.post(lines, again(later), expect=201)
    there.step(there.store.manager, back, "cancel", {"reason": "客户离开"})
    assert waiting(here, car["id"]) == [{later, never}, {later, never}]
    assert here.line_step(here.store.advisor, later, "revive")["status"] == "proposed"


def test_taken_up_by_an_estimate(here, there):
    """F6: an estimate's line takes it up once it is decided, in whichever revision; declined again it waits here, as the newer line."""
    order, later, never = put_off(here)
    car = here.store.advisor.get(f"/v1/vehicles/{order['vehicle_id']}", expect=200)
    back = visit(there, car)
    made = there.estimate(order=back, options=[{"label": "A", "lines": [again(later), again(never)]}])
    there.store.advisor.post(f"/v1/estimates/{made['id']}/send", expect=200)
    made = there.store.advisor.post(f"/v1/estimates/{made['id']}/revise", expect=201)
    sent = there.store.advisor.post(f"/v1/estimates/{made['id']}/send", expect=200)
    assert waiting(there, car["id"]) == [{later, never}, set()]
    option = sent["options"][0]
    there.store.advisor.post(f"/v1/estimates/{made['id']}/decide", {"option_id": option["id"], **CONSENT, "lines": [
        {"line_id": option["lines"][1]["id"], "decision": "decline", "reason": "price"}]}, expect=200)
    taken = {line["revives_elsewhere_id"]: line for line in there.store.advisor.get(
        "/v1/work-order-lines", params={"work_order_id": back["id"]}, expect=200).data}
    assert (taken[later]["status"], taken[never]["status"]) == ("authorised", "declined")
    assert waiting(there, car["id"]) == [{taken[never]["id"]}, {taken[never]["id"]}] and waiting(here, car["id"]) == [{taken[never]["id"]}, set()]


def test_only_what_was_put_off_on_this_car(here, there, verify):
    """F6: the line is of the same vehicle, of another store, and was put off; a line takes up one of its own or one of another's."""
    order, later, _ = put_off(here)
    car = here.store.advisor.get(f"/v1/vehicles/{order['vehicle_id']}", expect=200)
    back = visit(there, car)
    stranger = here.order()["lines"][0]["id"]
    mine = there.store.advisor.post(f"/v1/work-orders/{back['id']}/lines", {"kind": "fee", "description": "洗车", "amount": 100}, expect=201)["id"]
    there.line_step(there.store.advisor, mine, "decline", {"reason": "price"})

    def refused(where, **more):
        return there.store.advisor.post(f"/v1/work-orders/{where['id']}/lines", again(**more), expect=422).errors

    for of in (stranger, mine, uuid7()):
        assert refused(back, of=of) == {"/revives_elsewhere_id": "not_found"}
    assert refused(there.order(), of=later) == {"/revives_elsewhere_id": "not_found"}
    assert refused(back, of=later, revives_line_id=mine) == {"/revives_elsewhere_id": "unknown_field"}
    made = there.store.advisor.post("/v1/work-orders", {"reception_id": back["reception_id"], "lines": [again(later), again(stranger)]}, expect=422)
    assert made.errors == {"/lines/1/revives_elsewhere_id": "not_found"}
    assert there.store.tech1.post(f"/v1/work-orders/{back['id']}/lines", again(stranger)).status in (403, 422)
    assert waiting(here, car["id"])[0] >= {later} and verify() == []


def test_two_stores_at_once(here, there, chain):
    """F6: of two stores that take one line up at the same moment one does, its own store among them."""
    order, later, _ = put_off(here)
    car = here.store.advisor.get(f"/v1/vehicles/{order['vehicle_id']}", expect=200)
    orders = [(trade, visit(trade, car)) for trade in (there, Trade(chain.store()))]
    calls = [lambda trade=trade, back=back: trade.store.advisor.post(f"/v1/work-orders/{back['id']}/lines", again(later)) for trade, back in orders]
    calls.append(lambda: here.store.advisor.post(f"/v1/work-order-lines/{later}/revive"))
    replies = at_once(*calls)
    won = [reply for reply in replies if reply.status in (200, 201)]
    assert len(won) == 1, [reply.status for reply in replies]
    assert {reply.code for reply in replies if reply.status == 409} <= {"line_revived"}
    assert {reply.status for reply in replies} <= {200, 201, 409, 422}  # 422: put off no more


def test_two_orders_at_once(here, there):
    """F6: of two orders of its own store, another store's, and its own line revived at the same moment, one takes it up."""
    for _ in range(3):
        order, later, _ = put_off(here)
        car = here.store.advisor.get(f"/v1/vehicles/{order['vehicle_id']}", expect=200)
        own, other, away = visit(here, car), visit(here, car), visit(there, car)
        line = {"kind": "fee", "description": "制动液", "amount": 100, "revives_line_id": later}
        replies = at_once(*(lambda back=back: here.store.advisor.post(f"/v1/work-orders/{back['id']}/lines", line) for back in (own, other)),
                          lambda away=away, later=later: there.store.advisor.post(f"/v1/work-orders/{away['id']}/lines", again(later)),
                          lambda later=later: here.store.advisor.post(f"/v1/work-order-lines/{later}/revive"))
        assert len([reply for reply in replies if reply.status in (200, 201)]) == 1, replies
        assert {reply.status for reply in replies} <= {200, 201, 409, 422}, replies
        assert waiting(here, car["id"])[0].isdisjoint({later})


def test_an_estimate_comes_too_late(here, verify):
    """F6: an estimate that takes up a line is not accepted once the line goes on in its own order; at the same moment one of the two is."""
    for at_the_same_moment in (False, True):
        order, later, _ = put_off(here)
        car = here.store.advisor.get(f"/v1/vehicles/{order['vehicle_id']}", expect=200)
        made = here.estimate(order=visit(here, car), options=[{"label": "A", "lines": [
            {"kind": "fee", "description": "制动液", "amount": 100, "revives_line_id": later}]}])
        sent = here.store.advisor.post(f"/v1/estimates/{made['id']}/send", expect=200)
        calls = [lambda later=later: here.store.advisor.post(f"/v1/work-order-lines/{later}/revive"),
                 lambda made=made, sent=sent: here.store.advisor.post(f"/v1/estimates/{made['id']}/decide", {"option_id": sent["options"][0]["id"], **CONSENT})]
        replies = at_once(*calls) if at_the_same_moment else [call() for call in calls]
        assert sorted(reply.status for reply in replies) == [200, 409]
        assert [reply.code for reply in replies if reply.status == 409] == ["line_revived"]
    assert verify() == []
