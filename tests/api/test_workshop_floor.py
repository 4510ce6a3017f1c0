# SPDX-License-Identifier: Apache-2.0
"""The workshop floor: cars on bays, several technicians on one line, outside work, classes of service."""

import datetime

import pytest

from fettle import at_once, soon, told_overdue, uuid7, wait_for
from trade import CONSENT, HANDED_BACK, Trade, days_ahead


def enter(who, order, bay, expect=200, **more):
    return who.post(f"/v1/work-orders/{order['id']}/enter-bay", {"bay_id": bay, **more}, expect=expect)


def standing(store, **params):
    listed = store.dispatcher.get("/v1/bay-occupancies", params={"store_id": store.id, **params}, expect=200).data
    return [(o["bay_id"], o["work_order_id"], o["ends_at"] is None) for o in listed]


def on_board(store):
    bays = store.dispatcher.get("/v1/board", params={"store_id": store.id}, expect=200)["bays"]
    return {bay["id"]: [(o["id"], o["since"] is not None) for o in bay["work_orders"]] for bay in bays}


def test_a_line_tells_what_a_screen_of_jobs_shows(shop, store):
    """G5 G9: in one call who works sees which car it is, where it stands, when it was promised and how urgent it is."""
    order = shop.dispatched(lines=[shop.labour_line()], promised_at=days_ahead(1))
    enter(store.tech1, order, store.bay, expect=200)
    order = store.advisor.patch(f"/v1/work-orders/{order['id']}", {"priority": "emergency"}, version=shop.get(order)["version"], expect=200)
    (mine,) = store.tech1.get("/v1/work-order-lines", params={"technician_id": "me"}, expect=200).data
    wanted = (order["vehicle"], store.bay, days_ahead(1), "emergency")
    assert (mine["vehicle"], mine["bay"]["id"], mine["promised_at"], mine["priority"]) == wanted and mine["vehicle"]["plate"]
    one = store.tech1.get(f"/v1/work-order-lines/{mine['id']}", expect=200)
    assert (one["vehicle"], one["bay"]["id"], one["promised_at"], one["priority"]) == wanted


# --- Bays ---

def test_a_car_comes_moves_and_goes(shop, store, verify):
    """G9: put on a bay, moved to another, taken off; the list says who stood where, the board who stands."""
    one, two = store.bays
    order = shop.dispatched(lines=[shop.labour_line()])
    assert on_board(store)[one] == [(order["id"], False)]  # dispatched there, not yet come
    assert enter(store.tech1, order, one)["bay_id"] == one
    assert on_board(store)[one] == [(order["id"], True)]
    assert standing(store) == [(one, order["id"], True)]
    version = enter(store.tech1, order, one)["version"]  # said twice
    assert standing(store) == [(one, order["id"], True)] and version == shop.get(order)["version"]
    assert enter(store.dispatcher, order, two)["bay_id"] == two
    assert standing(store) == [(two, order["id"], True), (one, order["id"], False)]
    assert standing(store, bay_id=one, standing="true") == []
    assert standing(store, work_order_id=order["id"], standing="true") == [(two, order["id"], True)]
    gone = store.tech1.post(f"/v1/work-orders/{order['id']}/leave-bay", expect=200)
    assert gone["bay_id"] is None and on_board(store) == {one: [], two: []}
    assert store.tech1.post(f"/v1/work-orders/{order['id']}/leave-bay", expect=409).code == "not_on_bay"
    ended = store.dispatcher.get("/v1/bay-occupancies", params={"store_id": store.id}, expect=200).data
    assert [(o["placed_by"], o["taken_by"], o["vehicle"]["plate"], o["work_order_number"]) for o in ended] == [
        (store.dispatcher.id, store.tech1.id, order["vehicle"]["plate"], order["number"]),
        (store.tech1.id, store.dispatcher.id, order["vehicle"]["plate"], order["number"])]
    assert not verify("histories", "references")


def test_a_bay_holds_one_car(shop, store, chain):
    """G9: a second car is refused with the first one's number; of a rush for a free bay one gets it."""
    orders = [shop.dispatched(lines=[shop.labour_line()]) for _ in range(3)]
    enter(store.tech1, orders[0], store.bay)
    refused = enter(store.tech1, orders[1], store.bay, expect=409)
    assert refused.code == "bay_occupied" and orders[0]["number"] in refused["detail"]
    store.tech1.post(f"/v1/work-orders/{orders[0]['id']}/leave-bay", expect=200)
    replies = at_once(*[lambda order=order: store.tech1.post(f"/v1/work-orders/{order['id']}/enter-bay", {"bay_id": store.bay})
                        for order in orders])
    assert sorted((r.status, r.code) for r in replies) == [(200, None), (409, "bay_occupied"), (409, "bay_occupied")]
    assert len(standing(store, standing="true")) == 1
    assert enter(store.tech1, orders[1], chain.store().bay, expect=422).errors == {"/bay_id": "not_found"}
    assert enter(store.tech1, orders[1], uuid7(), expect=422).errors == {"/bay_id": "not_found"}
    enter(store.cashier, orders[1], store.bays[1], expect=403)
    enter(chain.store().tech1, orders[1], store.bays[1], expect=404)
    removed = chain.admin.delete(f"/v1/bays/{store.bay}", expect=409)
    assert removed.code == "in_use"


def test_two_places_at_once(shop, store):
    """G9: a car is on one bay, however many push it at the same moment."""
    order = shop.dispatched(lines=[shop.labour_line()])
    replies = at_once(*[lambda bay=bay: store.dispatcher.post(f"/v1/work-orders/{order['id']}/enter-bay", {"bay_id": bay}) for bay in store.bays])
    assert [r.status for r in replies] == [200, 200]
    assert len(standing(store, standing="true")) == 1 and len(standing(store)) == 2


def test_the_bay_is_free_when_the_car_is_gone(shop, store, sql):
    """G9: delivering and cancelling take the car off; then no verb puts it back; what stood in a day is listed for it."""
    order = shop.completed(lines=[shop.labour_line()])
    enter(store.tech1, order, store.bay)
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    bill = store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
    assert on_board(store)[store.bay] == [(order["id"], True)]  # done, and in the way
    store.cashier.post("/v1/payments", {"settlement_id": bill["id"], "amount": bill["due"], "method": "cash"}, expect=201)
    shop.verb(store.advisor, order, "deliver", HANDED_BACK)
    assert standing(store, standing="true") == [] and on_board(store)[store.bay] == []
    assert enter(store.tech1, order, store.bay, expect=409).code == "illegal_transition"
    other = shop.dispatched(lines=[shop.labour_line()])
    enter(store.tech1, other, store.bay)
    shop.verb(store.manager, other, "cancel", {"reason": "客户取消"})
    assert standing(store, standing="true") == []
    sql("UPDATE bay_occupancy SET starts_at = starts_at - interval '2 days', ends_at = ends_at - interval '1 day' WHERE work_order_id = %s", (order["id"],))
    assert standing(store, **{"from": store_ago(30 * 60), "to": store_ago(60)}) == [(store.bay, order["id"], False)]
    assert standing(store, **{"from": days_ahead(-9), "to": days_ahead(-5)}) == []


def test_a_tablet_tells_late(shop, store):
    """G9: what happened an hour ago counts from then, but not before the car came, nor while another stood there."""
    first, second = (shop.dispatched(lines=[shop.labour_line()]) for _ in range(2))
    enter(store.tech1, first, store.bay)
    early = enter(store.tech1, first, store.bays[1], occurred_at=store_ago(60), expect=422)
    assert early.errors == {"/occurred_at": "bad_value"}
    store.tech1.post(f"/v1/work-orders/{first['id']}/leave-bay", expect=200)
    assert enter(store.tech1, second, store.bay, occurred_at=store_ago(60), expect=409).code == "bay_occupied"
    enter(store.tech1, second, store.bays[1], occurred_at=store_ago(60))
    told = store.dispatcher.get("/v1/bay-occupancies", params={"bay_id": store.bays[1]}, expect=200).data
    assert told[0]["seconds"] >= 3590


def store_ago(minutes):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- Several technicians on a line ---

def give(store, order, *shares, expect=200, verb="assignments"):
    """The order's first line to these (technician, share)."""
    return store.dispatcher.post(f"/v1/work-orders/{order['id']}/{verb}", {"assignments": [
        {"line_id": order["lines"][0]["id"], "technician_id": who.id, **({"share_bp": share} if share else {})}
        for who, share in shares]}, expect=expect)


def test_two_on_one_line(shop, store, verify):
    """G5: shares add up to the whole; both clock on, the line is done when the last one finishes."""
    order = shop.ready(lines=[shop.labour_line()])
    one, two, line = store.tech1, store.tech2, f"/v1/work-order-lines/{order['lines'][0]['id']}"
    given = give(store, order, (one, 6000), (two, 4000), verb="dispatch")
    assert given["lines"][0]["technicians"] == [{"technician_id": one.id, "share_bp": 6000}, {"technician_id": two.id, "share_bp": 4000}]
    assert given["lines"][0]["technician_id"] == one.id
    store.leader.post(line + "/clock-on", expect=409)
    assert one.post(line + "/clock-on", expect=200)["work_status"] == "working"
    assert two.post(line + "/finish", expect=409).code == "not_clocked_on"
    assert two.post(line + "/clock-on", expect=200)["work_status"] == "working"
    assert two.post(line + "/clock-on", expect=409).code == "illegal_transition"
    assert one.post(line + "/pause", {"reason": "wait_tool"}, expect=200)["work_status"] == "working"
    stopped = store.dispatcher.get("/v1/work-order-pauses", params={"running": "true"}, expect=200).data
    assert [(p["line_id"], p["actor_id"], p["reason_code"]) for p in stopped] == [(order["lines"][0]["id"], one.id, "wait_tool")]
    assert one.post(line + "/resume", expect=200)["work_status"] == "working"
    assert store.dispatcher.get("/v1/work-order-pauses", params={"running": "true"}, expect=200).data == []
    assert one.post(line + "/finish", expect=200)["work_status"] == "working"
    assert two.post(line + "/finish", expect=200)["work_status"] == "done"
    entries = store.manager.get(f"/v1/work-orders/{order['id']}/clock-entries", expect=200).data
    assert sorted(e["technician_id"] for e in entries) == sorted([one.id, one.id, two.id]) and all(e["ended_at"] for e in entries)
    for who in (one, two):
        mine = who.get("/v1/work-order-lines", params={"technician_id": "me", "work_status": "done"}, expect=200).data
        assert [entry["id"] for entry in mine] == [order["lines"][0]["id"]]
        assert [w["id"] for w in who.get("/v1/work-orders", params={"technician_id": "me"}, expect=200).data] == [order["id"]]
    assert store.leader.get("/v1/work-order-lines", params={"technician_id": "me"}, expect=200).data == []
    shop.verb(store.dispatcher, order, "finish-work")
    assert not verify("lines", "references")


@pytest.mark.parametrize("shares, errors", [
    (((1, 6000), (2, 3000)), {"/assignments/1/share_bp": "bad_value"}),
    (((1, 10000), (2, 1)), {"/assignments/1/share_bp": "bad_value"}),
    (((1, 4000),), {"/assignments/0/share_bp": "bad_value"}),
    (((1, None), (2, None)), {"/assignments/1/line_id": "not_unique"}),
    (((1, 5000), (2, None)), {"/assignments/1/line_id": "not_unique"}),
    (((1, 5000), (1, 5000)), {"/assignments/1/technician_id": "not_unique"})])
def test_shares_are_the_whole(shop, store, shares, errors):
    """G5: wrong shares are told at their place, and nothing is given."""
    order = shop.ready(lines=[shop.labour_line()])
    people = {1: store.tech1, 2: store.tech2}
    wrong = give(store, order, *[(people[who], share) for who, share in shares], verb="dispatch", expect=422)
    assert wrong.errors == errors
    assert shop.get(order)["status"] == "ready" and shop.get(order)["lines"][0]["technicians"] == []
    assert give(store, order, (store.tech1, 10001), verb="dispatch", expect=422).errors == {"/assignments/0/share_bp": "too_large"}


def test_a_second_joins_while_one_works(shop, store):
    """G5: a helper comes to a running line; whose clock runs is not taken off it; afterwards one may have it alone."""
    order = shop.ready(lines=[shop.labour_line()])
    line = f"/v1/work-order-lines/{order['lines'][0]['id']}"
    give(store, order, (store.tech1, None), verb="dispatch")
    store.tech1.post(line + "/clock-on", expect=200)
    assert give(store, order, (store.tech2, None), expect=409).errors == {"/assignments/0/line_id": "line_status"}
    joined = give(store, order, (store.tech1, 7000), (store.tech2, 3000))
    assert joined["lines"][0]["work_status"] == "working"
    store.tech2.post(line + "/clock-on", expect=200)
    store.tech1.post(line + "/pause", expect=200)
    assert give(store, order, (store.tech2, None))["lines"][0]["technicians"] == [{"technician_id": store.tech2.id, "share_bp": 10000}]
    assert store.tech1.post(line + "/resume", expect=409).code == "illegal_transition"  # it is at work, and no longer theirs
    assert store.tech2.post(line + "/finish", expect=200)["work_status"] == "done"


def test_both_finish_at_once(shop, store, verify):
    """G5: two clocks that end at the same moment leave one line done, and none running."""
    order = shop.ready(lines=[shop.labour_line()])
    line = f"/v1/work-order-lines/{order['lines'][0]['id']}"
    give(store, order, (store.tech1, 5000), (store.tech2, 5000), verb="dispatch")
    at_once(*[lambda who=who: who.post(line + "/clock-on", expect=200) for who in (store.tech1, store.tech2)])
    replies = at_once(*[lambda who=who: who.post(line + "/finish", expect=200) for who in (store.tech1, store.tech2)])
    assert sorted(r["work_status"] for r in replies) == ["done", "working"]
    assert shop.get(order)["lines"][0]["work_status"] == "done"
    assert not verify("lines")


def test_credit_follows_the_shares(shop, store, chain):
    """G5: of a delivered order each has the share of hours and amount; the parts are the whole, to the fen."""
    order = shop.ready(lines=[shop.labour_line(hours=2.001)])
    line = f"/v1/work-order-lines/{order['lines'][0]['id']}"
    give(store, order, (store.tech1, 3333), (store.tech2, 3333), (store.leader, 3334), verb="dispatch")
    store.tech2.post(line + "/clock-on", expect=200)
    store.tech2.post(line + "/finish", expect=200)
    shop.verb(store.dispatcher, order, "finish-work")
    check = store.inspector.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "final"}, expect=201)
    store.inspector.post(f"/v1/quality-checks/{check['id']}/pass", expect=200)
    params = {"store_id": store.id}
    assert store.manager.get("/v1/labour-credits", params=params, expect=200).data == []
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    bill = store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
    store.cashier.post("/v1/payments", {"settlement_id": bill["id"], "amount": bill["due"], "method": "cash"}, expect=201)
    shop.verb(store.advisor, order, "deliver", HANDED_BACK)
    credits = store.manager.pages("/v1/labour-credits", limit=1, **params)
    assert {c["technician_id"]: (c["share_bp"], c["credited_hours"], c["credited_amount"]) for c in credits} == {
        store.tech1.id: (3333, 0.668, 13340), store.tech2.id: (3333, 0.666, 13338), store.leader.id: (3334, 0.667, 13342)}
    assert sum(c["credited_amount"] for c in credits) == order["lines"][0]["amount"] == 40020
    mine = store.manager.get("/v1/labour-credits", params={**params, "technician_id": store.tech2.id, "from": days_ahead(-1), "to": days_ahead(1)},
                             expect=200).data
    assert [c["line_id"] for c in mine] == [order["lines"][0]["id"]]
    assert store.manager.get("/v1/labour-credits", params={**params, "to": days_ahead(-1)}, expect=200).data == []
    store.tech1.get("/v1/labour-credits", expect=403)
    assert chain.store().manager.get("/v1/labour-credits", expect=200).data == []


# --- Outside work ---

def outside(trade, **more):
    """An order at work with a line for a vendor."""
    order = trade.started(lines=[{"kind": "labour", "operation_id": trade.operation()["id"]},
                                 {"kind": "sublet", "description": "曲轴磨削", "amount": 80000}], **more)
    return order, order["lines"][1]["id"]


def sublet(store, line, expect=201, **more):
    return store.advisor.post("/v1/sublets", {"line_id": line, "vendor": "宏达机加工", **more}, expect=expect)


def step(who, one, verb, body=None, expect=200):
    return who.post(f"/v1/sublets/{one['id']}/{verb}", body, expect=expect)


def test_outside_work_from_plan_to_invoice(store, verify):
    """G13: planned, sent, returned, billed; the work is not finished while it is out; price is the line's, cost the vendor's."""
    trade = Trade(store)
    order, line = outside(trade)
    trade.line_step(store.tech1, order["lines"][0]["id"], "finish")
    one = sublet(store, line, due_at=days_ahead(2), vendor_phone=store.chain.phone())
    assert (one["status"], one["price"], one["cost"], one["work_order_number"]) == ("planned", 80000, None, order["number"])
    assert {a["verb"]: a["enabled"] for a in one["actions"]} == {"send": True, "return": False, "bill": False, "cancel": True}
    blocked = store.dispatcher.post(f"/v1/work-orders/{order['id']}/finish-work", expect=409)
    assert blocked.code == "work_unfinished" and "2" in blocked["detail"]
    assert step(store.advisor, one, "return", expect=409).code == "illegal_transition"
    assert step(store.dispatcher, one, "send")["sent_at"]
    store.dispatcher.post(f"/v1/work-orders/{order['id']}/finish-work", expect=409)
    assert store.advisor.post(f"/v1/work-order-lines/{line}/withdraw", {"reason": "x"}, expect=409).code == "sublet_out"
    assert store.manager.post(f"/v1/work-orders/{order['id']}/cancel", {"reason": "x"}, expect=409).code == "sublet_out"
    back = step(store.advisor, one, "return")
    assert back["status"] == "returned" and back["returned_at"] >= back["sent_at"]
    assert step(store.advisor, one, "bill", {"invoice_number": "HD-1", "invoiced_on": "2026-01-05"}, expect=422).errors == {"/cost": "required"}
    step(store.advisor, one, "bill", {"invoice_number": "HD-1", "invoiced_on": "2026-01-05", "cost": 52000})
    seen = store.manager.get(f"/v1/sublets/{one['id']}", expect=200)
    assert (seen["status"], seen["cost"], seen["price"], seen["invoice_number"], seen["invoiced_on"]) == ("billed", 52000, 80000, "HD-1", "2026-01-05")
    assert store.advisor.get(f"/v1/sublets/{one['id']}", expect=200)["cost"] is None  # not theirs to see
    done = store.dispatcher.post(f"/v1/work-orders/{order['id']}/finish-work", expect=200)
    assert done["status"] == "awaiting_qc"
    assert step(store.advisor, one, "cancel", {"reason": "x"}, expect=409).code == "illegal_transition"
    late = store.advisor.patch(f"/v1/sublets/{one['id']}", {"note": "x"}, version=seen["version"], expect=409)
    assert late.code == "illegal_transition"
    assert not verify("histories", "references", "versions")


def test_whose_outside_work(store, chain):
    """G13: one vendor for a line at a time; authorised lines of that kind alone; other stores and roles see nothing."""
    trade = Trade(store)
    order, line = outside(trade)
    labour = order["lines"][0]["id"]
    assert sublet(store, labour, expect=422).errors == {"/line_id": "bad_value"}
    assert sublet(store, uuid7(), expect=422).errors == {"/line_id": "not_found"}
    assert sublet(store, line, due_at=days_ahead(-1), expect=422).errors == {"/due_at": "bad_value"}
    assert sublet(store, line, vendor="", cost=-1, expect=422).errors == {"/vendor": "too_short", "/cost": "too_small"}
    proposed = store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {"kind": "sublet", "description": "喷漆", "amount": 1}, expect=201)
    assert sublet(store, proposed["id"], expect=409).errors == {"/line_id": "line_status"}
    first = sublet(store, line)
    assert sublet(store, line, expect=409).code == "duplicate"
    changed = store.advisor.patch(f"/v1/sublets/{first['id']}", {"vendor": "精工", "cost": 100}, version=first["version"], expect=200)
    assert changed["vendor"] == "精工"
    store.advisor.patch(f"/v1/sublets/{first['id']}", {"vendor": "x"}, version=first["version"], expect=412)
    step(store.advisor, first, "cancel", {"reason": "太贵"})
    second = sublet(store, line)
    other = chain.store()
    for method, path, body in (("GET", "", None), ("POST", "/send", None), ("POST", "/cancel", {"reason": "x"})):
        assert other.advisor.request(method, f"/v1/sublets/{second['id']}{path}", body).status == 404
    assert sublet(other, line, expect=422).errors == {"/line_id": "not_found"}
    store.tech1.post("/v1/sublets", {"line_id": line, "vendor": "x"}, expect=403)
    step(store.cashier, second, "send", expect=403)
    listed = store.dispatcher.pages("/v1/sublets", limit=1, work_order_id=order["id"])
    assert [(s["id"], s["status"], s["reason"]) for s in listed] == [(second["id"], "planned", None), (first["id"], "cancelled", "太贵")]
    assert [s["id"] for s in store.dispatcher.pages("/v1/sublets", status="planned", store_id=store.id)] == [second["id"]]
    assert other.advisor.get("/v1/sublets", expect=200).data == []


def test_outside_work_that_is_late(store):
    """G13: what should be back by now is listed as overdue until it is back; those with a day come in its order."""
    lines = [outside(Trade(store))[1] for _ in range(3)]
    late, later, whenever = sublet(store, lines[0], due_at=soon()), sublet(store, lines[1], due_at=days_ahead(3)), sublet(store, lines[2])

    def listed(**params):
        return [s["id"] for s in store.dispatcher.pages("/v1/sublets", limit=2, store_id=store.id, **params)]

    wait_for(lambda: listed(overdue="true") == [late["id"]])
    wait_for(lambda: len(told_overdue(store, "sublet", late)) == 1)
    assert listed(overdue="false", sort="due_at") == [later["id"], whenever["id"]]
    assert listed(sort="due_at") == [late["id"], later["id"], whenever["id"]] == listed(sort="-due_at")[::-1]
    step(store.advisor, late, "send")
    assert listed(overdue="true") == [late["id"]]
    step(store.advisor, late, "return")
    assert listed(overdue="true") == []


def test_two_vendors_at_once(store):
    """G13: of two who give the same line away at once one succeeds; sent and cancelled at once is one of them."""
    trade = Trade(store)
    _, line = outside(trade)
    replies = at_once(*[lambda n=n: store.advisor.post("/v1/sublets", {"line_id": line, "vendor": f"厂{n}"}) for n in range(3)])
    assert sorted(r.status for r in replies) == [201, 409, 409]
    one = next(r for r in replies if r.status == 201)
    step(store.advisor, one, "send")
    ends = at_once(lambda: step(store.advisor, one, "return", expect=None), lambda: step(store.advisor, one, "cancel", {"reason": "x"}, expect=None))
    assert sorted(r.status for r in ends) == [200, 409]


# --- Classes of service, codes, kilometres ---

def test_classes_of_work(shop, store):
    """G3 and G4: the legal category comes with the operation, the class of service is the line's or the order's."""
    operation = store.chain.admin.post("/v1/operations", {"code": store.chain.unique(), "name": "二级维护", "standard_hours": 2.5, "unit_price": 100,
                                                          "repair_category": "maint_2"}, expect=201)
    order = shop.open(lines=[{"kind": "labour", "operation_id": operation["id"], "service_class": "preventive"}, shop.labour_line(), shop.part_line()],
                      service_class="basic")
    assert [(line["repair_category"], line["service_class"]) for line in order["lines"]] == [
        ("maint_2", "preventive"), (shop.labour["repair_category"], "repair"), (None, "basic")]
    assert order["service_class"] == "basic"
    changed = store.advisor.patch(f"/v1/work-orders/{order['id']}", {"service_class": "care"}, version=order["version"], expect=200)
    assert changed["service_class"] == "care" and changed["lines"][2]["service_class"] == "basic"
    assert [w["id"] for w in store.advisor.pages("/v1/work-orders", service_class="care")] == [order["id"]]
    assert store.advisor.pages("/v1/work-orders", service_class="basic") == []
    wrong = store.advisor.post(f"/v1/work-orders/{order['id']}/lines", shop.labour_line(service_class="luxury"), expect=422)
    assert wrong.errors == {"/service_class": "bad_code"}


def test_what_the_customer_is_told(shop, store):
    """G2: waiting, repairing, checking, done; and nothing of an order that was cancelled."""
    seen = []
    order = shop.open(lines=[shop.labour_line()])
    line = order["lines"][0]["id"]

    def look():
        now = shop.get(order)
        seen.append((now["status"], now["customer_status"]))
    look()
    shop.verb(store.advisor, order, "authorise", {"lines": [line], **CONSENT})
    look()
    give(store, order, (store.tech1, None), verb="dispatch")
    look()
    store.tech1.post(f"/v1/work-order-lines/{line}/clock-on", expect=200)
    look()
    shop.verb(store.tech1, order, "pause", {"reason": "wait_bay"})
    look()
    shop.verb(store.tech1, order, "resume")
    for verb in ("resume", "finish"):
        store.tech1.post(f"/v1/work-order-lines/{line}/{verb}", expect=200)
    shop.verb(store.dispatcher, order, "finish-work")
    look()
    check = store.inspector.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "final"}, expect=201)
    store.inspector.post(f"/v1/quality-checks/{check['id']}/pass", expect=200)
    look()
    assert seen == [("opened", "waiting"), ("ready", "waiting"), ("dispatched", "waiting"), ("in_progress", "repairing"),
                    ("paused", "repairing"), ("awaiting_qc", "checking"), ("completed", "done")]
    gone = shop.open(lines=[])
    assert shop.verb(store.manager, gone, "cancel", {"reason": "客户取消"})["customer_status"] is None


def test_kilometres_in_and_out(shop, store):
    """G22: a car goes out with no less than it came in with, and the reading is the vehicle's."""
    order = shop.completed(lines=[shop.labour_line()])
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    bill = store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
    store.cashier.post("/v1/payments", {"settlement_id": bill["id"], "amount": bill["due"], "method": "cash"}, expect=201)
    assert order["odometer_in_km"] == 45000
    less = shop.verb(store.advisor, order, "deliver", {**HANDED_BACK, "odometer_out_km": 44999}, expect=422)
    assert less.errors == {"/odometer_out_km": "too_small"} and shop.get(order)["status"] == "settled"
    out = shop.verb(store.advisor, order, "deliver", {**HANDED_BACK, "odometer_out_km": 45012})
    assert (out["odometer_in_km"], out["odometer_out_km"]) == (45000, 45012)
    readings = store.advisor.get(f"/v1/vehicles/{order['vehicle_id']}/odometer-readings", expect=200).data
    assert {r["km"] for r in readings} >= {45000, 45012}


# --- The machine ---

VERBS = {"authorise": {"lines": [], "method": "phone", "by": {"name": "x"}}, "dispatch": {"assignments": []},
         "assignments": {"assignments": [{"line_id": uuid7(), "technician_id": uuid7()}]}, "start": None, "pause": {"reason": "other"},
         "resume": None, "wash": None, "enter-bay": {"bay_id": uuid7()}, "leave-bay": None, "finish-work": None, "cancel": {"reason": "x"},
         "deliver": HANDED_BACK, "close": None, "issue-parts": {"received_by": uuid7()}, "void": {"reason": "x"},
         "move": {"store_id": uuid7(), "reason": "capacity"}}
# state -> the verbs that it has
MOVES = {
    "opened": {"authorise", "cancel", "enter-bay", "leave-bay", "move"},
    "ready": {"authorise", "dispatch", "cancel", "issue-parts", "enter-bay", "leave-bay", "move"},
    "dispatched": {"authorise", "assignments", "start", "cancel", "issue-parts", "enter-bay", "leave-bay", "move"},
    "in_progress": {"authorise", "assignments", "pause", "finish-work", "cancel", "issue-parts", "enter-bay", "leave-bay", "move"},
    "paused": {"authorise", "assignments", "resume", "cancel", "issue-parts", "enter-bay", "leave-bay", "move"},
    "awaiting_qc": {"authorise", "cancel", "enter-bay", "leave-bay"},
    "completed": {"wash", "void", "enter-bay", "leave-bay"}, "settled": {"wash", "deliver", "enter-bay", "leave-bay"},
    "delivered": {"close"}, "closed": {"close"}, "cancelled": set()}


def in_state(store, sql, state, **more):
    """An order in this state."""
    trade = Trade(store)
    order = {"opened": trade.order, "ready": trade.authorised, "dispatched": trade.dispatched, "in_progress": trade.started,
             "awaiting_qc": trade.finished, "completed": trade.completed, "paused": trade.started, "settled": trade.completed,
             "delivered": trade.completed, "closed": trade.completed}.get(state, trade.order)(**more)
    if state == "paused":
        trade.step(store.tech1, order, "pause", {"reason": "other"})
    if state in ("settled", "delivered", "closed"):
        trade.pay(trade.issued(order))
    if state in ("delivered", "closed"):
        trade.step(store.advisor, order, "deliver", HANDED_BACK)
        wait_for(lambda: trade.read(order)["status"] == "closed")
    if state == "delivered":  # the job closes what is paid within the second: look at it without
        sql("UPDATE work_order SET status = 'delivered', paid = false WHERE id = %s", (order["id"],))
    if state == "cancelled":
        trade.step(store.manager, order, "cancel", {"reason": "x"})
    return trade.read(order)


@pytest.mark.parametrize("state", sorted(MOVES))
def test_no_verb_but_those_of_the_state(store, sql, state):
    """G1: in every state every other verb is 409 with the state and what is allowed; the actions say the same."""
    trade = Trade(store)
    before = in_state(store, sql, state).json
    order = before
    assert before["status"] == state
    offered = {a["verb"] for a in before["actions"] if a["enabled"]}
    assert offered == MOVES[state] - ({"close"} if state == "closed" else set()), offered
    for verb in sorted(set(VERBS) - MOVES[state]):
        refused = store.manager.post(f"/v1/work-orders/{order['id']}/{verb}", VERBS[verb], expect=409)
        assert (refused.code, refused["state"], verb) == ("illegal_transition", state, verb)
        assert set(refused["allowed"]) == MOVES[state] - ({"close"} if state == "closed" else set())
    assert trade.read(order).json == before


LINE_VERBS = {"clock-on": None, "pause": None, "resume": None, "finish": None, "rework": None, "tick": {"answers": [{"code": "X", "done": True}]},
              "attach-photos": {"code": "X", "file_ids": [uuid7()]}, "decline": {"reason": "x"}, "defer": {"reason": "x"}, "revive": None,
              "withdraw": {"reason": "x"}}


@pytest.mark.parametrize("state", sorted(MOVES))
def test_what_lines_say_is_true(store, sql, state):
    """P21: in every state of its order, what a line says can be done is done, and what it says cannot be is refused for that, as is the list."""
    order = in_state(store, sql, state, lines=[{"kind": "labour", "operation_id": Trade(store).operation()["id"]},
                                               {"kind": "fee", "description": "检测", "amount": 100}])
    for who, verbs in ((store.tech1, ("clock-on", "pause", "resume", "finish", "rework", "tick", "attach-photos")),
                       (store.advisor, ("decline", "defer", "revive", "withdraw"))):
        listed = {l["id"]: l["actions"] for l in who.get("/v1/work-order-lines", params={"work_order_id": order["id"]}, expect=200).data}
        for line in order["lines"]:
            path = f"/v1/work-order-lines/{line['id']}"
            assert who.get(path, expect=200)["actions"] == listed[line["id"]]
            for verb in verbs:
                (said,) = [a for a in who.get(path, expect=200)["actions"] if a["verb"] == verb]
                reply = who.post(f"{path}/{verb}", LINE_VERBS[verb])
                if said["enabled"]:
                    assert reply.code not in ("illegal_transition", "forbidden"), (verb, line["kind"], reply)
                else:
                    assert (reply.status, reply.code) == (409, said["why"]), (verb, line["kind"], reply)


def test_the_board_shows_where_it_stands(shop, store, sql, migrate):
    """G9: a car stands where it was put, whatever bay it is dispatched to afterwards; with nothing on a bay, there."""
    one, two = store.bays
    order = shop.ready(lines=[shop.labour_line()])
    enter(store.dispatcher, order, one)
    given = {"assignments": [{"line_id": order["lines"][0]["id"], "technician_id": store.tech1.id}], "bay_id": two}
    assert shop.verb(store.dispatcher, order, "dispatch", given)["bay_id"] == one
    assert on_board(store) == {one: [(order["id"], True)], two: []} and standing(store) == [(one, order["id"], True)]
    sql("UPDATE work_order SET bay_id = %s WHERE id = %s", (two, order["id"]))  # as it was written before
    assert on_board(store) == {one: [(order["id"], True)], two: []}
    migrate("0192_one_clock")
    assert shop.get(order)["bay_id"] == one
    store.tech1.post(f"/v1/work-orders/{order['id']}/leave-bay", expect=200)
    other = shop.ready(lines=[shop.labour_line()])
    given["assignments"][0]["line_id"] = other["lines"][0]["id"]
    assert shop.verb(store.dispatcher, other, "dispatch", given)["bay_id"] == two
    assert on_board(store) == {one: [], two: [(other["id"], False)]}


def test_nobody_is_given_anything(shop, store):
    """E4: an order with labour is dispatched to somebody; one without goes on without."""
    order = shop.ready(lines=[shop.labour_line()])
    wrong = shop.verb(store.dispatcher, order, "dispatch", {"assignments": []}, expect=422)
    assert wrong.errors == {"/assignments": "too_few"} and shop.get(order)["status"] == "ready"
    free = shop.ready(lines=[{"kind": "fee", "description": "检测", "amount": 100}])
    assert shop.verb(store.dispatcher, free, "dispatch", {"assignments": []})["status"] == "dispatched"


# --- Clocks and pauses of those at a line ---

def test_a_pause_ends_with_the_line(shop, store, verify):
    """G8: who paused and did not come back before a colleague finished the line stands still no longer."""
    order = shop.ready(lines=[shop.labour_line()])
    one, two, line = store.tech1, store.tech2, f"/v1/work-order-lines/{order['lines'][0]['id']}"
    give(store, order, (one, 6000), (two, 4000), verb="dispatch")
    for who in (one, two):
        who.post(line + "/clock-on", expect=200)
    one.post(line + "/pause", {"reason": "wait_tool"}, expect=200)
    running = {"store_id": store.id, "running": "true"}
    assert [p["actor_id"] for p in store.dispatcher.get("/v1/work-order-pauses", params=running, expect=200).data] == [one.id]
    assert two.post(line + "/finish", expect=200)["work_status"] == "done"
    assert store.dispatcher.get("/v1/work-order-pauses", params=running, expect=200).data == []
    assert verify("work", "histories") == []


def test_a_pause_has_a_reason(shop, store):
    """G8: who pauses a line without a reason pauses it for another one; a code is kept, in the pause and in the clock entry."""
    order = shop.dispatched(lines=[shop.labour_line()])
    line = f"/v1/work-order-lines/{order['lines'][0]['id']}"
    for body, said, code in ((None, "other", "other"), ({}, "other", "other"), ({"note": "x"}, "other", "other"),
                             ({"reason": "wait_part"}, "wait_part", "wait_part"), ({"reason": "午休"}, "午休", "other")):
        store.tech1.post(line + "/clock-on", expect=200)
        store.tech1.post(line + "/pause", body, expect=200)
        (running,) = store.dispatcher.get("/v1/work-order-pauses", params={"store_id": store.id, "running": "true"}, expect=200).data
        assert (running["reason"], running["reason_code"]) == (said, code)
        assert store.manager.get(f"/v1/work-orders/{order['id']}/clock-entries", expect=200).data[-1]["reason"] == said


def test_nobody_is_at_a_line_twice_at_a_time(shop, store, sql, migrate, verify):
    """G7: what is told later begins no earlier than its teller left the line, so that no hour counts twice."""
    order = shop.dispatched(lines=[shop.labour_line()])
    line = f"/v1/work-order-lines/{order['lines'][0]['id']}"
    store.tech1.post(line + "/clock-on", {"occurred_at": store_ago(180)}, expect=200)
    store.tech1.post(line + "/pause", {"occurred_at": store_ago(120)}, expect=200)
    for verb in ("clock-on", "resume"):
        wrong = store.tech1.post(f"{line}/{verb}", {"occurred_at": store_ago(150)}, expect=422)
        assert wrong.errors == {"/occurred_at": "bad_value"}
    store.tech1.post(line + "/clock-on", {"occurred_at": store_ago(60)}, expect=200)
    store.tech1.post(line + "/finish", {"occurred_at": store_ago(30)}, expect=200)

    def entries():
        return [(e["started_at"], e["ended_at"]) for e in store.manager.get(f"/v1/work-orders/{order['id']}/clock-entries", expect=200).data]
    told = entries()
    assert len(told) == 2 and told[0][1] <= told[1][0] and verify("work") == []
    # as it could be told before
    sql("UPDATE clock_entry SET started_at = %s WHERE line_id = %s AND started_at = %s", (store_ago(150), line.rsplit("/", 1)[1], told[1][0]))
    assert len(verify("work")) == 1
    migrate("0192_one_clock")
    assert entries() == [told[0], (told[0][1], told[1][1])] and verify("work") == []


def test_a_certificate_that_has_lapsed(shop, store):
    """A9: who lost the certificate after the work was given to them does not begin it, nor goes on; with a new one they do."""
    trade = Trade(store)
    volts = trade.operation(certificate="high_voltage")["id"]
    held = trade.certificate(store.tech1)
    trade.certificate(store.tech2)  # certificates are recorded in this store
    order = trade.dispatched(lines=[{"kind": "labour", "operation_id": volts}])
    line = f"/v1/work-order-lines/{order['lines'][0]['id']}"

    def lapse(one):
        store.manager.delete(f"/v1/certificates/{one['id']}", expect=204)
    lapse(held)
    refused = store.tech1.post(line + "/clock-on", expect=409)
    assert refused.code == "certificate_missing" and "high_voltage" in refused["detail"]
    assert store.tech1.get(line, expect=200)["work_status"] == "assigned" and shop.get(order)["status"] == "dispatched"
    held = trade.certificate(store.tech1)
    store.tech1.post(line + "/clock-on", expect=200)
    lapse(held)
    store.tech1.post(line + "/pause", {"reason": "shift_end"}, expect=200)
    assert store.tech1.post(line + "/resume", expect=409).code == "certificate_missing"


# --- Outside work that is done, or never was ---

def test_done_outside_work_stays(store):
    """G13: what a vendor has returned or billed is on the order for good: the line is not withdrawn."""
    trade = Trade(store)
    order, line = outside(trade)
    one = sublet(store, line, cost=100)

    def withdraw():
        return store.advisor.post(f"/v1/work-order-lines/{line}/withdraw", {"reason": "x"}, expect=409).code
    assert withdraw() == "sublet_out"
    step(store.advisor, one, "send")
    assert withdraw() == "sublet_out"
    step(store.advisor, one, "return")
    assert withdraw() == "sublet_back"
    step(store.advisor, one, "bill", {"invoice_number": "HD-2", "invoiced_on": "2026-01-05"})
    assert withdraw() == "sublet_back"
    assert trade.read(order)["lines"][1]["status"] == "authorised"


def test_outside_work_that_nobody_did(store, chain):
    """G13: authorised outside work that no vendor had is not done, by the store's rule: where outside work is recorded, always, never."""
    trade = Trade(store)
    order, line = outside(trade)
    trade.line_step(store.tech1, order["lines"][0]["id"], "finish")
    policies = f"/v1/stores/{store.id}/policies"

    def rule(code):
        version = store.manager.get(policies, expect=200)["version"]
        assert store.manager.patch(policies, {"sublet_rule": code}, version=version, expect=200)["sublet_rule"] == code

    def refused():
        reply = store.dispatcher.post(f"/v1/work-orders/{order['id']}/finish-work", expect=409)
        assert reply.code == "work_unfinished" and "2" in reply["detail"] and "sublet_rule" in reply["hint"]
    assert store.manager.get(policies, expect=200)["sublet_rule"] == "recorded"
    assert store.manager.patch(policies, {"sublet_rule": "often"}, version=1).errors == {"/sublet_rule": "bad_code"}
    rule("always")
    refused()
    rule("recorded")
    made = sublet(store, line)
    refused()
    step(store.advisor, made, "cancel", {"reason": "太贵"})
    refused()
    rule("never")
    other = sublet(store, line)
    refused()  # what is planned is not done, whatever the rule
    step(store.advisor, other, "cancel", {"reason": "太贵"})
    store.dispatcher.post(f"/v1/work-orders/{order['id']}/finish-work", expect=200)
    strange = Trade(chain.store())
    second, _ = outside(strange)
    strange.line_step(strange.store.tech1, second["lines"][0]["id"], "finish")
    strange.step(strange.store.dispatcher, second, "finish-work")  # nothing outside is recorded there
