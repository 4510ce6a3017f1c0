# SPDX-License-Identifier: Apache-2.0
"""How customer and car get to the store and back: drives and loaner cars (D12)."""

import datetime

import pytest

from fettle import at_once, told_overdue, uuid7, wait_for
from trade import Trade, days_ahead

LICENCE = "310115198501012345"


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


def drives(store, **params):
    return store.dispatcher.get("/v1/drives", params={"store_id": store.id, **params}, expect=200).data


def drive(who, made, verb, body=None, **options):
    return who.post(f"/v1/drives/{made['id']}/{verb}", body, **options)


def loan(who, made, verb, body=None, **options):
    return who.post(f"/v1/loans/{made['id']}/{verb}", body, **options)


def available(store, start, end):
    return [c["id"] for c in store.advisor.get("/v1/loaner-cars/available", params={"store_id": store.id, "from": start, "to": end}, expect=200).data]


def later(**ahead):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**ahead)).isoformat()


def test_picked_up_and_brought_back(trade):
    """D12: what was agreed becomes a pick-up and a delivery of a day, each with driver, time and kilometres."""
    store = trade.store
    made = trade.transport(note="打电话再上楼")
    assert (made["mode"], made["status"], made["note"], made["loans"]) == ("pick_up_and_delivery", "planned", "打电话再上楼", [])
    assert [(d["kind"], d["status"], d["address"]) for d in made["drives"]] == [
        ("pick_up", "planned", "世纪大道 100 号"), ("delivery", "planned", "浦东南路 8 号")]
    assert {a["verb"]: a["enabled"] for a in made["actions"]} == {"replan": True, "cancel": True}
    today = drives(store, date=days_ahead(1)[:10])
    assert [d["id"] for d in today] == [d["id"] for d in made["drives"]] and drives(store, date=days_ahead(2)[:10]) == []
    assert (today[0]["customer"]["name"], today[0]["late"], today[0]["driver"]) == ("王小明", False, None)
    assert [d["id"] for d in drives(store, kind="delivery", sort="-due_at")] == [made["drives"][1]["id"]]
    first = made["drives"][0]
    for verb, body in (("start", None), ("finish", {"odometer_km": 1})):
        refused = drive(store.dispatcher, first, verb, body)
        assert (refused.code, refused["state"], refused["allowed"]) == ("illegal_transition", "planned", ["assign", "cancel"])
    given = drive(store.dispatcher, first, "assign", {"driver_id": store.tech1.id}, expect=200)
    assert (given["status"], given["driver"]["id"]) == ("assigned", store.tech1.id)
    assert [d["id"] for d in drives(store, driver_id=store.tech1.id, status="assigned")] == [first["id"]]
    assert drive(store.tech2, first, "start").code == "forbidden"
    assert [d["id"] for d in store.tech1.get("/v1/drives", params={"driver_id": "me"}, expect=200).data] == [first["id"]]
    under_way = drive(store.tech1, first, "start", {"odometer_km": 41190}, expect=200)
    assert (under_way["status"], under_way["odometer_start_km"]) == ("started", 41190)
    assert drive(store.tech1, first, "finish", {"odometer_km": 41189}).errors == {"/odometer_km": "too_small"}
    assert store.advisor.post(f"/v1/transports/{made['id']}/cancel", {"reason": "x"}).code == "drive_begun"
    done = drive(store.tech1, first, "finish", {"odometer_km": 41203, "note": "轻微划痕已拍照"}, expect=200)
    assert (done["status"], done["odometer_km"], done["note"]) == ("done", 41203, "轻微划痕已拍照") and done["done_at"]
    assert drive(store.dispatcher, first, "cancel", {"reason": "x"}).code == "illegal_transition"
    assert drive(store.dispatcher, made["drives"][1], "cancel", {"reason": "客户自取"}, expect=200)["reason"] == "客户自取"


def test_agreed_otherwise(trade):
    """D12: another mode, place or time changes the drives that have not begun, and no other."""
    store = trade.store
    made = trade.transport()
    path = f"/v1/transports/{made['id']}/replan"
    moved = store.advisor.post(path, {"mode": "pick_up", "pick_up": {"address": "张杨路 1 号", "at": days_ahead(2)}}, expect=200)
    assert moved["mode"] == "pick_up"
    assert [(d["kind"], d["status"], d["address"]) for d in moved["drives"]] == [
        ("delivery", "cancelled", "浦东南路 8 号"), ("pick_up", "planned", "张杨路 1 号")]
    assert store.advisor.post(path, {"mode": "pick_up_and_delivery"}).errors == {"/delivery": "required"}
    assert store.advisor.post(path, {"mode": "wait", "pick_up": {"address": "x", "at": days_ahead(2)}}).errors == {"/pick_up": "bad_value"}
    assert store.advisor.post(path, {"mode": "pick_up", "pick_up": {"address": "x", "at": days_ahead(-1)}}).errors == {"/pick_up/at": "bad_value"}
    pick_up = moved["drives"][1]
    drive(store.dispatcher, pick_up, "assign", {"driver_id": store.tech1.id}, expect=200)
    drive(store.tech1, pick_up, "start", expect=200)
    assert store.advisor.post(path, {"mode": "drop_off"}).code == "drive_begun"
    back = store.advisor.post(path, {"mode": "pick_up_and_delivery", "delivery": {"address": "张杨路 1 号", "at": days_ahead(3)}}, expect=200)
    assert [(d["kind"], d["status"]) for d in back["drives"]] == [("delivery", "cancelled"), ("pick_up", "started"), ("delivery", "planned")]
    drive(store.tech1, pick_up, "finish", {"odometer_km": 5}, expect=200)
    assert store.advisor.post(path, {"mode": "drop_off"}, expect=200)["mode"] == "drop_off"
    assert [d["status"] for d in store.advisor.get(f"/v1/transports/{made['id']}", expect=200)["drives"]] == ["cancelled", "done", "cancelled"]


def test_of_an_order(trade):
    """D12: an order has what was agreed at the booking; one holds at a time; a delivered order takes none."""
    store = trade.store
    booked = trade.appointment()
    agreed = trade.transport(appointment_id=booked["id"])
    reception = store.advisor.post("/v1/receptions", {"store_id": store.id, "appointment_id": booked["id"], "odometer_km": 7}, expect=201)
    store.advisor.post(f"/v1/receptions/{reception['id']}/greet", expect=200)
    order = store.advisor.post("/v1/work-orders", {"reception_id": reception["id"]}, expect=201)
    found = store.advisor.get("/v1/transports", params={"work_order_id": order["id"]}, expect=200).data
    assert [t["id"] for t in found] == [agreed["id"]]
    twice = store.advisor.post("/v1/transports", {"work_order_id": order["id"], "mode": "wait"})
    assert (twice.status, twice.code, twice["existing"]) == (409, "duplicate", {"type": "transport", "id": agreed["id"]})
    store.advisor.post(f"/v1/transports/{agreed['id']}/cancel", {"reason": "自取"}, expect=200)
    anew = store.advisor.post("/v1/transports", {"work_order_id": order["id"], "mode": "wait"}, expect=201)
    assert (anew["work_order_id"], anew["appointment_id"], anew["drives"]) == (order["id"], booked["id"], [])
    listed = store.advisor.get("/v1/transports", params={"status": "planned", "mode": "wait"}, expect=200).data
    assert [t["id"] for t in listed] == [anew["id"]]
    over = store.advisor.post("/v1/transports", {"work_order_id": trade.delivered()["id"], "mode": "wait"})
    assert (over.status, over.code) == (409, "illegal_transition")


def test_what_is_off_takes_its_drives_along(trade):
    """D12: a cancelled booking or order gives up its drives and the loan that was promised; a car that is here stays."""
    store = trade.store
    booked = trade.appointment()
    made, promised = trade.transport(appointment_id=booked["id"]), trade.loan(appointment_id=booked["id"])
    store.advisor.post(f"/v1/appointments/{booked['id']}/cancel", {"reason": "weather"}, expect=200)
    off = store.advisor.get(f"/v1/transports/{made['id']}", expect=200)
    assert (off["status"], off["reason"], {d["status"] for d in off["drives"]}) == ("cancelled", "weather", {"cancelled"})
    assert [l["status"] for l in off["loans"]] == ["cancelled"] and off["loans"][0]["id"] == promised["id"]
    order = trade.order()
    kept = trade.transport(work_order_id=order["id"])
    for verb, body in (("assign", {"driver_id": store.tech1.id}), ("start", None), ("finish", {"odometer_km": 9})):
        drive(store.dispatcher, kept["drives"][0], verb, body, expect=200)
    store.manager.post(f"/v1/work-orders/{order['id']}/cancel", {"reason": "价格"}, expect=200)
    kept = store.advisor.get(f"/v1/transports/{kept['id']}", expect=200)
    assert (kept["status"], [d["status"] for d in kept["drives"]]) == ("planned", ["done", "planned"])


def test_nobody_drives_two_cars(trade):
    """D12: of two drives that one driver begins at once one begins; two dispatchers give a drive away one after the other."""
    store = trade.store
    first, second = trade.drive("assign"), trade.drive("assign")
    replies = at_once(lambda: drive(store.tech1, first, "start"), lambda: drive(store.tech1, second, "start"))
    assert sorted(r.status for r in replies) == [200, 409]
    assert next(r for r in replies if r.status == 409).code == "driver_busy"
    third = trade.drive()
    replies = at_once(*(lambda who=who: drive(store.dispatcher, third, "assign", {"driver_id": who.id}, headers={"If-Match": '"1"'})
                        for who in (store.tech1, store.tech2)))
    assert sorted(r.status for r in replies) == [200, 412]


def test_wrong_transports(trade, chain):
    """D12: both, neither or another store's visit; a driver of another store; who may not."""
    store, other = trade.store, Trade(chain.store())
    booked = trade.appointment()["id"]

    def refused(who=store.advisor, **body):
        return who.post("/v1/transports", {"mode": "wait", **body})

    assert refused().errors == {"/appointment_id": "one_of"}
    assert refused(appointment_id=booked, work_order_id=trade.order()["id"]).errors == {"/appointment_id": "one_of"}
    assert refused(appointment_id=other.appointment()["id"]).errors == {"/appointment_id": "not_found"}
    assert refused(work_order_id=other.order()["id"]).errors == {"/work_order_id": "not_found"}
    assert refused(appointment_id=booked, mode="pick_up").errors == {"/pick_up": "required"}
    assert refused(appointment_id=booked, mode="taxi").errors == {"/mode": "bad_code"}
    assert refused(appointment_id=booked, delivery={"address": "x", "at": days_ahead(1)}).errors == {"/delivery": "bad_value"}
    assert refused(store.tech1, appointment_id=booked).status == 403
    made = trade.drive()
    assert drive(store.dispatcher, made, "assign", {"driver_id": other.store.tech1.id}).errors == {"/driver_id": "not_found"}
    assert drive(store.tech1, made, "assign", {"driver_id": store.tech1.id}).status == 403
    assert drive(other.store.dispatcher, made, "assign", {"driver_id": other.store.tech1.id}).status == 404
    assert other.store.advisor.get('/v1/drives/' + made['id']).status == 404
    assert store.cashier.get("/v1/drives").status == 403
    assert drives(store)[0]["status"] == "planned"


def test_a_loaner_from_promise_to_return(trade):
    """D12: reserved, handed out with a licence, kilometres and fuel, returned; the licence is masked."""
    store = trade.store
    car, order = trade.loaner_car(), trade.order()
    made = trade.loan(car=car, work_order_id=order["id"])
    assert (made["status"], made["customer_id"], made["loaner_car"]["plate"]) == ("reserved", order["customer_id"], car["plate"])
    assert available(store, later(hours=1), later(hours=2)) == []
    assert available(store, days_ahead(3), days_ahead(4)) == [car["id"]]
    assert available(store, days_ahead(4), days_ahead(3)) == []
    assert loan(store.advisor, made, "return", {"odometer_km": 1, "fuel_percent": 1}).code == "illegal_transition"
    hand_out = {"licence_number": LICENCE, "odometer_km": 20099, "fuel_percent": 90}
    assert loan(store.advisor, made, "hand-out", hand_out).errors == {"/odometer_km": "too_small"}
    out = loan(store.advisor, made, "hand-out", {**hand_out, "odometer_km": 20105}, expect=200)
    assert (out["status"], out["licence_number"], out["fuel_out_percent"], out["ask_back"]) == ("out", "*" * 14 + "2345", 90, False)
    assert loan(store.advisor, made, "cancel", {"reason": "x"}).code == "illegal_transition"
    assert loan(store.advisor, made, "return", {"odometer_km": 20100, "fuel_percent": 60}).errors == {"/odometer_km": "too_small"}
    back = loan(store.advisor, made, "return", {"odometer_km": 20310, "fuel_percent": 60, "damage": "右后轮毂刮伤"}, expect=200)
    assert (back["status"], back["odometer_in_km"], back["fuel_in_percent"], back["damage"], back["late_minutes"]) == (
        "returned", 20310, 60, "右后轮毂刮伤", None)
    assert store.advisor.get(f"/v1/loaner-cars/{car['id']}", expect=200)["odometer_km"] == 20310
    assert available(store, later(hours=1), later(hours=2)) == [car["id"]]
    trail = store.manager.get("/v1/audit-entries", params={"limit": 200}, expect=200)
    assert trail.data and LICENCE.encode() not in trail.body


def test_a_car_is_never_promised_twice(trade):
    """D12: of two who promise one car for overlapping periods at once one does; periods that touch are both possible."""
    store, car = trade.store, trade.loaner_car()
    customers = [trade.customer()["id"], trade.customer()["id"]]

    def reserve(customer, start, end):
        return store.advisor.post("/v1/loans", {"loaner_car_id": car["id"], "customer_id": customer, "from": start, "to": end})

    replies = at_once(lambda: reserve(customers[0], days_ahead(1), days_ahead(3)), lambda: reserve(customers[1], days_ahead(2), days_ahead(4)))
    assert sorted(r.status for r in replies) == [201, 409]
    assert next(r for r in replies if r.status == 409).code == "loaner_taken"
    first = next(r for r in replies if r.status == 201)
    after = reserve(customers[0], first["ends_at"], days_ahead(9))
    assert after.status == 201
    assert loan(store.advisor, first, "extend", {"to": days_ahead(8)}).code == "loaner_taken"
    loan(store.advisor, after, "cancel", {"reason": "不需要"}, expect=200)
    assert loan(store.advisor, first, "extend", {"to": days_ahead(8)}, expect=200)["ends_at"] == days_ahead(8)
    # handed out before its time it begins then; while it is out nobody else gets it, promised or not
    now = reserve(customers[1], later(minutes=5), later(hours=1))
    handed = [loan(store.advisor, one, "hand-out", {"licence_number": LICENCE, "odometer_km": 20100, "fuel_percent": 90})
              for one in (first, now)]
    assert (handed[0].status, handed[0].code) == (409, "loaner_taken")
    assert handed[1].status == 200 and handed[1]["starts_at"] < now["starts_at"]


def test_late_returns(trade, db):
    """D12: who is late, or whose order is delivered, is asked for the car; nobody else gets it before it is back."""
    store, car = trade.store, trade.loaner_car()
    out = trade.loan("hand-out", car=car)
    late = f"/v1/loans/late?store_id={store.id}"
    assert store.advisor.get(late, expect=200).data == []
    with db.cursor() as cursor:
        cursor.execute("UPDATE loan SET starts_at = now() - interval '2 days', ends_at = now() - interval '3 hours' WHERE id = %s", (out["id"],))
    asked = store.advisor.get(late, expect=200).data
    assert [(l["id"], l["ask_back"], l["late_minutes"]) for l in asked] == [(out["id"], True, 180)]
    wait_for(lambda: len(told_overdue(store, "loan", out)) == 1)
    free = store.advisor.get("/v1/loaner-cars/available", params={"store_id": store.id, "from": later(hours=1), "to": later(hours=2)}, expect=200)
    assert [(c["id"], c["out_late"]) for c in free.data] == [(car["id"], True)]
    next_one = trade.loan(car=car)
    body = {"licence_number": LICENCE, "odometer_km": 20400, "fuel_percent": 50}
    assert loan(store.advisor, next_one, "hand-out", body).code == "loaner_out"
    back = loan(store.advisor, out, "return", {"odometer_km": 20310, "fuel_percent": 60}, expect=200)
    assert (back["late_minutes"], back["ask_back"]) == (180, False)
    loan(store.advisor, next_one, "hand-out", body, expect=200)
    delivered = trade.completed()
    lent = trade.loan("hand-out", work_order_id=delivered["id"])
    assert store.advisor.get(f"/v1/loans/{lent['id']}", expect=200)["ask_back"] is False
    trade.pay(trade.issued(delivered))
    trade.step(store.advisor, delivered, "deliver", {"old_parts": "none", "explained": True, "belongings_returned": True})
    assert [(l["id"], l["late_minutes"]) for l in store.advisor.get(late, expect=200).data] == [(lent["id"], None)]


def test_cars_that_may_not_be_lent(trade, chain, db):
    """D12: not after insurance or inspection end, not while withdrawn; not another store's; not in the past."""
    store, other = trade.store, Trade(chain.store())
    car, customer = trade.loaner_car(inspection_until=days_ahead(3)[:10]), trade.customer()["id"]
    assert car["lent_until"] == days_ahead(3)[:10]
    body = {"loaner_car_id": car["id"], "customer_id": customer, "to": days_ahead(4)}
    assert store.advisor.post("/v1/loans", body).code == "loaner_unfit" and available(store, days_ahead(1), days_ahead(4)) == []
    assert [c["id"] for c in store.advisor.get("/v1/loaner-cars", params={"due_before": days_ahead(5)[:10]}, expect=200).data] == [car["id"]]
    assert store.advisor.post("/v1/loans", {**body, "to": days_ahead(-1)}).errors == {"/to": "bad_value"}
    assert store.advisor.post("/v1/loans", {**body, "from": days_ahead(-1)}).errors == {"/from": "bad_value"}
    assert store.advisor.post("/v1/loans", {**body, "to": days_ahead(400)}).errors == {"/to": "bad_value"}
    assert store.advisor.post("/v1/loans", {**body, "customer_id": None}).errors == {"/customer_id": "wrong_type"}
    assert store.advisor.post("/v1/loans", {"loaner_car_id": car["id"], "to": days_ahead(2)}).errors == {"/customer_id": "one_of"}
    assert store.advisor.post("/v1/loans", {**body, "loaner_car_id": other.loaner_car()["id"]}).errors == {"/loaner_car_id": "not_found"}
    assert store.advisor.post("/v1/loans", {**body, "loaner_car_id": uuid7()}).errors == {"/loaner_car_id": "not_found"}
    assert store.tech1.post("/v1/loans", body).status == 403
    made = trade.loan(car=car)
    assert loan(store.advisor, made, "extend", {"to": days_ahead(4)}).code == "loaner_unfit"
    withdrawn = store.advisor.post(f"/v1/loaner-cars/{car['id']}/withdraw", {"reason": "追尾"}, expect=200)
    assert (withdrawn["status"], withdrawn["reason"]) == ("withdrawn", "追尾") and available(store, days_ahead(1), days_ahead(2)) == []
    hand_out = {"licence_number": LICENCE, "odometer_km": 20100, "fuel_percent": 90}
    assert loan(store.advisor, made, "hand-out", hand_out).code == "loaner_unfit"
    assert store.advisor.post(f"/v1/loaner-cars/{car['id']}/withdraw", {"reason": "x"}).code == "illegal_transition"
    assert store.advisor.post(f"/v1/loaner-cars/{car['id']}/put-back", expect=200)["reason"] is None
    with db.cursor() as cursor:
        cursor.execute("UPDATE loan SET starts_at = now() - interval '2 days', ends_at = now() - interval '1 minute' WHERE id = %s", (made["id"],))
    assert loan(store.advisor, made, "hand-out", hand_out).code == "loan_lapsed"
    assert loan(other.store.advisor, made, "cancel", {"reason": "x"}).status == 404
    assert store.advisor.post("/v1/loaner-cars", {"plate": "沪A1", "model": "x", "odometer_km": 1, "insurance_until": "2099-01-01",
                                                  "inspection_until": "2099-01-01"}).status == 403
    again = store.manager.post("/v1/loaner-cars", {"store_id": store.id, "plate": car["plate"], "model": "x", "odometer_km": 1,
                                                   "insurance_until": "2099-01-01", "inspection_until": "2099-01-01"})
    assert (again.status, again.code) == (409, "duplicate")


def test_a_drive_that_comes_to_nothing(trade):
    """D12: a drive that has begun is given up with a reason and no kilometres, by its driver; its part of the way is planned anew."""
    store, made = trade.store, trade.drive("assign")
    assert drive(store.tech1, made, "abort", {"reason": "客户不在"}).code == "illegal_transition"
    drive(store.tech1, made, "start", expect=200)
    assert drive(store.tech1, made, "abort", {}).errors == {"/reason": "required"}
    assert drive(store.tech2, made, "abort", {"reason": "客户不在"}).code == "forbidden"
    off = drive(store.tech1, made, "abort", {"reason": "客户不在", "note": "电话未接"}, expect=200)
    assert (off["status"], off["reason"], off["note"], off["odometer_km"], off["done_at"]) == ("cancelled", "客户不在", "电话未接", None, None)
    assert off["started_at"]
    again = store.advisor.post(f"/v1/transports/{made['transport_id']}/replan", {
        "mode": "pick_up_and_delivery", "pick_up": {"address": "张杨路 1 号", "at": days_ahead(2)}}, expect=200)
    assert sorted((d["kind"], d["status"]) for d in again["drives"]) == [
        ("delivery", "planned"), ("pick_up", "cancelled"), ("pick_up", "planned")]
    drive(store.tech1, trade.drive("assign"), "start", expect=200)  # and the driver is free


def test_a_loaner_keeps_its_kilometres(trade):
    """D12: a loaner's kilometres are corrected, but not to fewer than it went out or came back with."""
    store, car = trade.store, trade.loaner_car()
    trade.loan("hand-out", "return", car=car)
    path = f"/v1/loaner-cars/{car['id']}"
    version = store.manager.get(path, expect=200)["version"]
    refused = store.manager.patch(path, {"odometer_km": 20309}, version=version)
    assert (refused.status, refused.errors) == (422, {"/odometer_km": "too_small"}) and "20310" in str(refused.json["errors"])
    assert store.manager.get(path, expect=200)["odometer_km"] == 20310
    up = store.manager.patch(path, {"odometer_km": 23010}, version=version, expect=200)
    assert store.manager.patch(path, {"odometer_km": 20310}, version=up["version"], expect=200)["odometer_km"] == 20310
