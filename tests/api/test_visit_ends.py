# SPDX-License-Identifier: Apache-2.0
"""What hangs on a visit goes with it, however the visit ends: slot, drives, loaner, checks (D6, D8, D12, E12, G23, G24)."""

import datetime

import pytest

from trade import Trade, days_ahead

LEFT = {"reason": "wait_too_long", "note": "下次再来"}


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


def booked(trade, *verbs):
    """A booking of tomorrow with drives and a promised loaner, after these verbs."""
    made = trade.appointment()
    agreed, lent = trade.transport(appointment_id=made["id"]), trade.loan(appointment_id=made["id"])
    for verb in verbs:
        made = trade.store.advisor.post(f"/v1/appointments/{made['id']}/{verb}", expect=200)
    return made, agreed, lent


def standing(trade, agreed, lent):
    """What became of them: the agreement, its drives, the loan, and why."""
    way = trade.store.advisor.get(f"/v1/transports/{agreed['id']}", expect=200)
    loan = trade.store.advisor.get(f"/v1/loans/{lent['id']}", expect=200)
    return way["status"], [d["status"] for d in way["drives"]], loan["status"], loan["reason"]


def received(trade, booking):
    reception = trade.store.advisor.post("/v1/receptions", {
        "store_id": trade.store.id, "appointment_id": booking["id"], "odometer_km": 1000}, expect=201)
    return trade.store.advisor.post(f"/v1/receptions/{reception['id']}/greet", expect=200)


def ordered(trade, reception):
    return trade.store.advisor.post("/v1/work-orders", {"reception_id": reception["id"], "lines": [
        {"kind": "fee", "description": "检测", "amount": 100}]}, expect=201)


def slot_again(trade, booking):
    """Whether its slot can be had by somebody else."""
    customer = trade.customer()["id"]
    reply = trade.store.advisor.post("/v1/appointments", {
        "store_id": trade.store.id, "customer_id": customer, "vehicle_id": trade.vehicle(customer)["id"], "channel": "phone",
        "starts_at": booking["starts_at"], "bay_id": booking["bay_id"], "technician_id": booking["technician_id"]})
    assert reply.status == 201 or reply.code == "slot_taken"
    return reply.status == 201


GONE = ("cancelled", ["cancelled"] * 2, "cancelled")


def test_who_leaves_takes_all_along(trade, verify):
    """E12, D12: who leaves without service gives up the rest of the slot, the drives and the loaner that was promised."""
    booking, agreed, lent = booked(trade, "confirm", "arrive")
    reception = received(trade, booking)
    assert standing(trade, agreed, lent)[:3] == ("planned", ["planned"] * 2, "reserved") and not slot_again(trade, booking)
    trade.store.advisor.post(f"/v1/receptions/{reception['id']}/leave", LEFT, expect=200)
    assert standing(trade, agreed, lent) == (*GONE, "wait_too_long")
    assert slot_again(trade, booking)
    assert verify() == []


def test_who_has_arrived_may_leave_again(trade, verify):
    """E12: a booked customer who was here and leaves before being received: cancelled with the reason, no late cancel, no slot."""
    store = trade.store
    booking, agreed, lent = booked(trade, "confirm")
    path = f"/v1/appointments/{booking['id']}"
    assert store.advisor.post(path + "/leave", LEFT).code == "illegal_transition"
    here = store.advisor.post(path + "/arrive", expect=200)
    assert (here["left_at"], {a["verb"]: a["enabled"] for a in here["actions"]}["leave"]) == (None, True)
    assert store.advisor.post(path + "/leave", {}).errors == {"/reason": "required"}
    assert store.tech1.post(path + "/leave", LEFT).status == 403
    left = store.advisor.post(path + "/leave", LEFT, expect=200)
    assert (left["status"], left["reason"], left["note"], left["late_cancel"]) == ("cancelled", "wait_too_long", "下次再来", False)
    assert left["left_at"] >= left["arrived_at"]
    assert standing(trade, agreed, lent) == (*GONE, "wait_too_long") and slot_again(trade, booking)
    again = store.advisor.post("/v1/receptions", {"store_id": store.id, "appointment_id": booking["id"], "odometer_km": 1})
    assert (again.code, again.errors) == ("illegal_transition", {"/appointment_id": "illegal_transition"})
    assert verify() == []


def test_a_no_show_keeps_nothing(trade, db, verify):
    """D6, D12: who did not come has no loaner reserved and no drive planned."""
    booking, agreed, lent = booked(trade, "confirm")
    with db.cursor() as cursor:  # no call makes a slot begin
        cursor.execute("UPDATE appointment SET starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour' WHERE id = %s",
                       (booking["id"],))
    trade.store.advisor.post(f"/v1/appointments/{booking['id']}/mark-no-show", {"reason": "forgot"}, expect=200)
    assert standing(trade, agreed, lent) == (*GONE, "forgot")
    assert verify("slots", "references", "versions") == []


def later(instant, **by):
    return (datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")) + datetime.timedelta(**by)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_another_day_moves_drives_and_loaner(trade):
    """D8, D12: with another time of the booking its drives and its promised loaner move by as much; if somebody else has the
    car then, or it may not be lent so long, nothing moves and the answer says why."""
    store, car = trade.store, trade.loaner_car(inspection_until=days_ahead(20)[:10])
    booking = trade.appointment()
    agreed = trade.transport(appointment_id=booking["id"])
    lent = trade.loan(car=car, appointment_id=booking["id"], **{"from": days_ahead(1, 1)})
    path = f"/v1/appointments/{booking['id']}"

    def moved(by):
        return store.advisor.post(path + "/reschedule", {"starts_at": later(booking["starts_at"], **by), "reason": "customer_time"})

    def now():
        way = store.advisor.get(f"/v1/transports/{agreed['id']}", expect=200)
        loan = store.advisor.get(f"/v1/loans/{lent['id']}", expect=200)
        return [d["due_at"] for d in way["drives"]], loan["starts_at"], loan["ends_at"]

    assert moved({"days": 3, "hours": 1}).status == 200
    assert now() == ([days_ahead(4, 2), days_ahead(4, 10)], days_ahead(4, 2), days_ahead(5, 3))
    promised = store.advisor.post("/v1/loans", {"loaner_car_id": car["id"], "customer_id": trade.customer()["id"],
                                                "from": days_ahead(7), "to": days_ahead(9)}, expect=201)
    before = now()
    assert moved({"days": 6}).code == "loaner_taken"
    assert moved({"days": 20}).code == "loaner_unfit"
    assert now() == before and store.advisor.get(path, expect=200)["starts_at"] == later(booking["starts_at"], days=3, hours=1)
    store.advisor.post(f"/v1/loans/{promised['id']}/cancel", {"reason": "不需要"}, expect=200)
    assert moved({"days": 6}).status == 200
    # another bay at the same time moves nothing
    before = now()
    store.advisor.post(path + "/reschedule", {"starts_at": later(booking["starts_at"], days=6), "reason": "other"}, expect=200)
    assert now() == before


def test_a_loaner_of_the_booking_is_the_orders(trade):
    """D12: a loan that was agreed with the booking is found by the order, asked back at its delivery, and let go with the last order."""
    store = trade.store
    booking, agreed, lent = booked(trade, "confirm", "arrive")
    reception = received(trade, booking)
    one, two = ordered(trade, reception), ordered(trade, reception)
    assert [l["id"] for l in store.advisor.get("/v1/loans", params={"work_order_id": one["id"]}, expect=200).data] == [lent["id"]]
    store.advisor.post(f"/v1/work-orders/{one['id']}/cancel", {"reason": "价格"}, expect=200)
    assert standing(trade, agreed, lent)[:3] == ("planned", ["planned"] * 2, "reserved")
    store.advisor.post(f"/v1/work-orders/{two['id']}/cancel", {"reason": "价格"}, expect=200)
    assert standing(trade, agreed, lent) == (*GONE, "价格")


def test_it_is_asked_back_at_the_delivery(trade):
    """D12: who has a loaner that was agreed with the booking is asked for it once the last order of the visit is delivered."""
    store = trade.store
    booking, _, lent = booked(trade, "confirm", "arrive")
    store.advisor.post(f"/v1/loans/{lent['id']}/hand-out", {
        "licence_number": "310115198501012345", "odometer_km": 20100, "fuel_percent": 90}, expect=200)
    order = trade.completed(reception_id=received(trade, booking)["id"])

    def asked():
        late = store.advisor.get(f"/v1/loans/late?store_id={store.id}", expect=200).data
        return store.advisor.get(f"/v1/loans/{lent['id']}", expect=200)["ask_back"], [l["id"] for l in late]

    assert asked() == (False, [])
    trade.pay(trade.issued(order))
    trade.step(store.advisor, order, "deliver", {"old_parts": "none", "explained": True, "belongings_returned": True})
    assert asked() == (True, [lent["id"]])


def test_a_move_lets_the_visit_go_here(trade, verify):
    """G24, D12: with the order that goes to another store go the rest of the slot, an open check, drives and a promised loaner; a
    loaner that is out is asked back when the order is over there."""
    store, (other, both) = trade.store, trade.branch()
    booking, agreed, lent = booked(trade, "confirm", "arrive")
    out = trade.loan("hand-out", appointment_id=booking["id"])
    order = trade.order(reception_id=received(trade, booking)["id"], lines=[
        {"kind": "labour", "operation_id": trade.operation()["id"]}, {"kind": "labour", "operation_id": trade.operation()["id"]}])
    ids = [line["id"] for line in order["lines"]]
    trade.step(store.advisor, order, "authorise", {"lines": ids, "method": "in_person", "by": {"name": "王小明"}})
    trade.step(store.dispatcher, order, "dispatch", {"assignments": [{"line_id": i, "technician_id": store.tech1.id} for i in ids]})
    trade.step(store.tech1, order, "start")
    for step in ("clock-on", "finish"):
        trade.line_step(store.tech1, ids[0], step)
    check = store.leader.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "mutual"}, expect=201)
    own = store.tech1.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "self"}, expect=201)
    store.tech1.post(f"/v1/quality-checks/{own['id']}/fail", {"lines": [{"line_id": ids[0], "reason": "leak"}]}, expect=200)
    trade.line_step(store.tech1, ids[0], "rework")
    trade.line_step(store.tech1, ids[0], "pause", {"reason": "wait_part"})
    first = agreed["drives"][0]
    for verb, body in (("assign", {"driver_id": store.tech1.id}), ("start", None), ("finish", {"odometer_km": 9})):
        store.dispatcher.post(f"/v1/drives/{first['id']}/{verb}", body, expect=200)
    old = both.post(f"/v1/work-orders/{order['id']}/move", {"store_id": other.store.id, "reason": "equipment"}, expect=200)
    assert standing(trade, agreed, lent) == ("planned", ["done", "cancelled"], "cancelled", "moved")
    assert store.leader.get(f"/v1/quality-checks/{check['id']}").status == 404
    assert slot_again(trade, booking)
    path = f"/v1/loans/{out['id']}"
    assert store.advisor.get(path, expect=200)["ask_back"] is False
    assert store.advisor.get(f"/v1/loans/late?store_id={store.id}", expect=200).data == []
    assert verify() == []
    other.store.manager.post(f"/v1/work-orders/{old['moved_to_id']}/cancel", {"reason": "客户取消"}, expect=200)
    assert store.advisor.get(path, expect=200)["ask_back"] is True
