# SPDX-License-Identifier: Apache-2.0
"""Orders that come to nothing: what they let go of, and what stands in the way (G23)."""

import pytest

from fettle import at_once
from trade import Trade, days_ahead

WHY = {"reason": "客户取消"}


@pytest.fixture
def trade(store):
    return Trade(store)


@pytest.fixture
def visit(store, booked):
    """visit(starts_at) -> a booking that became a reception: both."""
    def make(starts_at):
        booking = booked(starts_at, bay_id=store.bay, technician_id=store.tech1.id, expect=201)
        for verb in ("confirm", "arrive"):
            store.advisor.post(f"/v1/appointments/{booking['id']}/{verb}", expect=200)
        reception = store.advisor.post("/v1/receptions", {"store_id": store.id, "appointment_id": booking["id"], "odometer_km": 1000}, expect=201)
        return booking, store.advisor.post(f"/v1/receptions/{reception['id']}/greet", expect=200)
    return make


def open_for(store, reception):
    return store.advisor.post("/v1/work-orders", {"reception_id": reception["id"], "lines": [
        {"kind": "fee", "description": "检测", "amount": 100}]}, expect=201)


def test_all_that_it_holds_is_released(shop, store, verify):
    """G23: parts and demands, a price that waits, the clock, the bay: an order that is cancelled keeps nothing, and says why it was."""
    shop.stock(2)
    order = shop.dispatched(lines=[shop.labour_line(), shop.part_line(2), shop.part_line(5)])
    store.tech1.post(f"/v1/work-orders/{order['id']}/enter-bay", {"bay_id": store.bay}, expect=200)
    store.tech1.post(f"/v1/work-order-lines/{order['lines'][0]['id']}/clock-on", expect=200)
    store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {**shop.labour_line(), "unit_price": 1}, expect=201)
    waiting = {"work_order_id": order["id"], "status": "pending"}
    assert shop.level() == (2, 2) and len(store.manager.get("/v1/approvals", params=waiting, expect=200).data) == 1
    done = shop.verb(store.advisor, order, "cancel", {**WHY, "note": "改期"})
    assert (done["status"], done["reason"]) == ("cancelled", "客户取消")
    assert [(line["supply"], line["work_status"]) for line in done["lines"]] == [("none", "none")] * 4
    assert shop.level() == (2, 0)
    assert store.manager.get("/v1/approvals", params=waiting, expect=200).data == []
    demands = store.parts.get("/v1/demands", params={"store_id": store.id}, expect=200).data
    assert {line["status"] for d in demands for line in d.get("lines", [d])} <= {"cancelled"}
    clocks = store.advisor.get(f"/v1/work-orders/{order['id']}/clock-entries", expect=200).data
    assert [c["ended_at"] is not None for c in clocks] == [True]
    assert store.dispatcher.get("/v1/bay-occupancies", params={"store_id": store.id, "standing": "true"}, expect=200).data == []
    assert shop.verb(store.advisor, order, "cancel", WHY, expect=409).code == "illegal_transition"
    assert verify() == []


OPEN_WORK = ("assigned", "working", "paused", "failed")


@pytest.mark.parametrize("state", OPEN_WORK)
def test_nobody_has_its_work_any_more(shop, store, chain, verify, state):
    """G23: whatever the work was at, it is in nobody's list and weighs on nobody once the order is cancelled; nothing of it stands still."""
    order = shop.dispatched(lines=[shop.labour_line()])
    line = order["lines"][0]["id"]
    for verb in {"assigned": (), "working": ("clock-on",), "paused": ("clock-on", "pause"), "failed": ("clock-on", "finish")}[state]:
        store.tech1.post(f"/v1/work-order-lines/{line}/{verb}", expect=200)
    if state == "failed":
        shop.verb(store.dispatcher, order, "finish-work")
        check = store.inspector.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "final"}, expect=201)
        store.inspector.post(f"/v1/quality-checks/{check['id']}/fail", {"lines": [{"line_id": line, "reason": "异响仍在"}]}, expect=200)
    jobs = {"technician_id": "me", "work_status": ",".join(OPEN_WORK)}
    other = shop.ready(lines=[shop.labour_line()])

    def hours():
        found = store.dispatcher.get("/v1/dispatch-suggestions", params={"work_order_id": other["id"]}, expect=200).data
        return {s["technician"]["id"]: s["open_hours"] for s in found}[store.tech1.id]
    assert [j["work_status"] for j in store.tech1.get("/v1/work-order-lines", params=jobs, expect=200).data] == [state] and hours() == 1.5
    shop.verb(store.advisor, order, "cancel", WHY)
    assert store.tech1.get("/v1/work-order-lines", params=jobs, expect=200).data == [] and hours() == 0
    assert store.dispatcher.get("/v1/work-order-pauses", params={"store_id": store.id, "running": "true"}, expect=200).data == []
    assert verify() == []


def test_what_it_took_up_waits_again(shop, store, trade, verify):
    """G23: work that was put off, and a red finding, wait with the vehicle again when the line that took them up is withdrawn or its order cancelled."""
    reception = trade.received("greet", "start-check")
    seen = trade.inspection("submit", reception=reception)
    first = open_for(store, reception)
    put_off = store.advisor.post(f"/v1/work-orders/{first['id']}/lines", shop.labour_line(), expect=201)
    store.advisor.post(f"/v1/work-order-lines/{put_off['id']}/defer", {"reason": "price"}, expect=200)
    car, finding = f"/v1/vehicles/{reception['vehicle_id']}", seen["findings"][0]["id"]

    def waiting():
        needed = store.advisor.get(f"{car}/recommendations", expect=200).data
        assert [l["id"] for l in store.advisor.get(f"{car}/deferred-lines", expect=200).data] == [
            n["source"]["id"] for n in needed if n["kind"] == "deferred_line"]
        return {n["source"]["id"] for n in needed} & {put_off["id"], finding}

    def take_up(order):
        return store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {
            **shop.labour_line(), "revives_line_id": put_off["id"], "finding_id": finding}, expect=201)
    assert waiting() == {put_off["id"], finding}
    taken = take_up(first)
    assert waiting() == set()
    gone = store.advisor.post(f"/v1/work-order-lines/{taken['id']}/withdraw", WHY, expect=200)
    assert gone["revives_line_id"] is None and waiting() == {put_off["id"], finding}
    for agreed in (False, True):
        order = open_for(store, reception)
        taken = take_up(order)
        if agreed:
            shop.verb(store.advisor, order, "authorise", {"lines": [taken["id"]], "method": "in_person", "by": {"name": "王芳"}})
        assert waiting() == set()
        shop.verb(store.advisor, order, "cancel", WHY)
        assert waiting() == {put_off["id"], finding}
    assert verify() == []


def test_what_was_wrong_before_is_mended(shop, store, trade, sql, migrate, verify):
    """G23: work of orders cancelled before, what they took up, and pauses of what a colleague finished are put right when the schema is brought up to date."""
    reception = trade.received("greet")
    first, second = open_for(store, reception), open_for(store, reception)
    old = store.advisor.post(f"/v1/work-orders/{first['id']}/lines", shop.labour_line(), expect=201)["id"]
    store.advisor.post(f"/v1/work-order-lines/{old}/defer", {"reason": "price"}, expect=200)
    new = store.advisor.post(f"/v1/work-orders/{second['id']}/lines", shop.labour_line(), expect=201)["id"]
    order = shop.dispatched(lines=[shop.labour_line()])
    line = order["lines"][0]["id"]
    for verb in ("clock-on", "pause"):
        store.tech1.post(f"/v1/work-order-lines/{line}/{verb}", expect=200)
    shop.verb(store.advisor, second, "cancel", WHY)
    shop.verb(store.advisor, order, "cancel", WHY)
    sql("UPDATE work_order_line SET revives_line_id = %s WHERE id = %s", (old, new))
    sql("UPDATE work_order_line SET work_status = 'paused' WHERE id = %s", (line,))
    sql("UPDATE work_order_pause SET resumed_at = NULL WHERE line_id = %s", (line,))
    assert len(verify("work")) == 2
    migrate("0190_work_of_nobody")
    done = store.advisor.get(f"/v1/work-order-lines/{line}", expect=200)
    assert done["work_status"] == "none"
    assert store.advisor.get(f"/v1/work-order-lines/{new}", expect=200)["revives_line_id"] is None
    (pause,) = store.dispatcher.get("/v1/work-order-pauses", params={"work_order_id": order["id"]}, expect=200).data
    assert pause["resumed_at"] >= pause["paused_at"] and verify("work") == []


def test_what_it_put_off_waits_once(shop, store, trade):
    """G23: what was put off in the cancelled order itself goes on waiting, as the one line it is, and not its finding beside it."""
    reception = trade.received("greet", "start-check")
    finding = trade.inspection("submit", reception=reception)["findings"][0]["id"]
    car = f"/v1/vehicles/{reception['vehicle_id']}/recommendations"
    lines = []
    for more in ({"finding_id": finding}, {"finding_id": finding}):
        order = open_for(store, reception)
        line = store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {
            **shop.labour_line(), **more, **({"revives_line_id": lines[-1]} if lines else {})}, expect=201)
        store.advisor.post(f"/v1/work-order-lines/{line['id']}/defer", {"reason": "price"}, expect=200)
        shop.verb(store.advisor, order, "cancel", WHY)
        lines.append(line["id"])
        found = store.advisor.get(car, expect=200).data
        assert [n["source"]["id"] for n in found if n["severity"] == "red"] == [line["id"]]


def test_the_slot_is_free_again(store, visit, booked, verify):
    """G23: with the last order of a visit the rest of its slot is free to book; while another order is open it is not."""
    at = days_ahead(1)
    _, reception = visit(at)
    one, two = open_for(store, reception), open_for(store, reception)

    def again(expect):
        return booked(at, bay_id=store.bay, technician_id=store.tech1.id, expect=expect)
    assert again(409).code == "slot_taken"
    store.advisor.post(f"/v1/work-orders/{one['id']}/cancel", WHY, expect=200)
    assert again(409).code == "slot_taken"
    store.advisor.post(f"/v1/work-orders/{two['id']}/cancel", WHY, expect=200)
    again(201)
    assert verify("slots", "bookings", "references", "versions") == []


def test_the_last_two_at_once(store, visit, booked):
    """G23: of the last two orders cancelled at the same moment, one frees the slot."""
    at = days_ahead(1)
    _, reception = visit(at)
    orders = [open_for(store, reception) for _ in range(2)]
    replies = at_once(*[lambda order=order: store.advisor.post(f"/v1/work-orders/{order['id']}/cancel", WHY) for order in orders])
    assert [r.status for r in replies] == [200, 200]
    booked(at, bay_id=store.bay, technician_id=store.tech1.id, expect=201)


def test_the_tag_hangs_until_the_car_leaves(store, trade):
    """G23: a cancelled order leaves the car in the yard with its tag; when the customer leaves, the tag is free."""
    order = trade.order()
    store.advisor.patch(f"/v1/receptions/{order['reception_id']}", {"key_tag": "A7"}, expect=200,
                        version=store.advisor.get(f"/v1/receptions/{order['reception_id']}", expect=200)["version"])
    store.advisor.post(f"/v1/work-orders/{order['id']}/cancel", WHY, expect=200)
    other = trade.received("greet")

    def hang():
        return store.advisor.patch(f"/v1/receptions/{other['id']}", {"key_tag": "A7"}, version=other["version"])
    assert hang().code == "key_tag_taken"
    store.advisor.post(f"/v1/receptions/{order['reception_id']}/leave", {"reason": "other"}, expect=200)
    assert hang().status == 200


def test_what_stands_in_the_way_is_named(shop, store, trade):
    """G23: parts that are out and work at a vendor are named line by line; once they are back the order can go."""
    shop.stock(2)
    order = shop.dispatched(lines=[shop.labour_line(), shop.part_line(2), {"kind": "sublet", "description": "曲轴磨削", "amount": 80000}])
    store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": store.tech1.id}, expect=200)
    sublet = store.advisor.post("/v1/sublets", {"line_id": order["lines"][2]["id"], "vendor": "宏达机加工"}, expect=201)
    refused = shop.verb(store.advisor, order, "cancel", WHY, expect=409)
    assert (refused.code, refused.errors) == ("parts_issued", {"/lines/1": "parts_issued", "/lines/2": "sublet_out"})
    store.advisor.post(f"/v1/sublets/{sublet['id']}/cancel", {"reason": "客户取消"}, expect=200)
    assert shop.verb(store.advisor, order, "cancel", WHY, expect=409).errors == {"/lines/1": "parts_issued"}
    assert shop.get(order)["status"] == "dispatched"


def test_an_undecided_check_goes_with_it(shop, store):
    """G23: a check that nobody has decided is dropped with its order."""
    order = shop.checking(lines=[shop.labour_line()])
    check = store.inspector.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "final"}, expect=201)
    shop.verb(store.advisor, order, "cancel", WHY)
    assert store.inspector.get(f"/v1/quality-checks/{check['id']}").status == 404
    assert store.inspector.post(f"/v1/quality-checks/{check['id']}/pass").status == 404


def test_a_completed_order_is_void(shop, store, chain, verify):
    """G23: what is not to be billed is voided by the manager, with a reason; a bill stands in the way, even a draft."""
    order = shop.completed(lines=[shop.labour_line()])
    assert shop.verb(store.advisor, order, "cancel", WHY, expect=409).code == "illegal_transition"
    shop.verb(store.advisor, order, "void", WHY, expect=403)
    shop.verb(chain.store().manager, order, "void", WHY, expect=404)
    assert shop.verb(store.manager, order, "void", {}, expect=422).errors == {"/reason": "required"}
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    assert shop.verb(store.manager, order, "void", WHY, expect=409).code == "billed"
    store.cashier.delete(f"/v1/settlements/{bill['id']}", expect=204)
    done = shop.verb(store.manager, order, "void", {"reason": "重复开单", "note": "见另一工单"})
    assert (done["status"], done["reason"], done["cancelled_at"] is not None) == ("cancelled", "重复开单", True)
    assert done["lines"][0]["work_status"] == "passed"  # that it was done is history
    assert shop.verb(store.manager, order, "void", WHY, expect=409).code == "illegal_transition"
    assert shop.verb(store.manager, shop.open([]), "void", WHY, expect=409)["state"] == "opened"
    assert verify() == []


def test_billed_or_void(shop, store):
    """G23: of a bill and a void at the same moment one is made."""
    order = shop.completed(lines=[shop.labour_line()])
    bill, void = at_once(lambda: store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}),
                         lambda: store.manager.post(f"/v1/work-orders/{order['id']}/void", WHY))
    assert (bill.status, void.status) in ((201, 409), (409, 200))
