# SPDX-License-Identifier: Apache-2.0
"""What takes a store's capacity beside bookings: cars that came without one, leave, equipment, and parts that are not there."""

import pytest

from fettle import at_once, uuid7
from slots import at, day, free
from trade import Trade


@pytest.fixture(name="trade")
def _trade(store):
    store.tech1, store.tech2  # pylint: disable=pointless-statement
    return Trade(store)


def policies(store, **more):
    path = f"/v1/stores/{store.id}/policies"
    return store.manager.patch(path, more, version=store.manager.get(path, expect=200)["version"], expect=200)


def told(store, ahead=1, **more):
    return store.advisor.get("/v1/availability/days", params={
        "store_id": store.id, "from": day(ahead), "to": day(ahead), **more}, expect=200).data[0]


def book(trade, starts_at, expect=None, **more):
    customer = trade.customer()["id"]
    return trade.store.advisor.post("/v1/appointments", {
        "store_id": trade.store.id, "customer_id": customer, "vehicle_id": trade.vehicle(customer)["id"], "starts_at": starts_at,
        "channel": "phone", **more}, expect=expect)


def test_a_car_that_stands_on_a_bay(chain):
    """D2: nothing is booked on a bay before the car on it is promised; one that leaves makes room."""
    trade = Trade(chain.store(bays=1))
    store = trade.store
    order = trade.authorised(promised_at=at(14))
    trade.step(store.dispatcher, order, "dispatch", {"assignments": [{"line_id": order["lines"][0]["id"], "technician_id": store.tech1.id}]})
    assert free(store).data[0]["starts_at"] == at(8)
    trade.step(store.dispatcher, order, "enter-bay", {"bay_id": store.bay})
    assert free(store).data[0]["starts_at"] == at(14) == told(store)["starts_at"]
    assert book(trade, at(10)).code == "slot_taken"
    assert store.advisor.post("/v1/slot-holds", {"store_id": store.id, "starts_at": at(13, 30)}).code == "slot_taken"
    kept = book(trade, at(14), expect=201)
    assert store.advisor.post(f"/v1/appointments/{kept['id']}/reschedule", {"starts_at": at(9), "reason": "customer_time"}).code == "slot_taken"
    trade.step(store.dispatcher, order, "leave-bay")
    book(trade, at(10), expect=201)


def test_who_comes_without_a_booking_takes_of_the_day(trade):
    """D13: an order without a booking takes its planned hours of the walk-ins' share of its day, one that was booked only its slot."""
    store = trade.store
    policies(store, walk_in_share_bp=2000)
    before = told(store, 0)
    assert (before["taken_minutes"], before["kept_walk_in_minutes"]) == (0, before["capacity_minutes"] // 5)
    order = trade.authorised()  # an hour and a half
    after = told(store, 0)
    assert (after["taken_minutes"], after["kept_walk_in_minutes"]) == (90, before["kept_walk_in_minutes"] - 90)
    trade.order(lines=[{"kind": "labour", "operation_id": trade.operation(standard_hours=2)["id"]}])
    assert told(store, 0)["kept_walk_in_minutes"] == before["kept_walk_in_minutes"] - 210
    trade.step(store.advisor, order, "cancel", {"reason": "other", "note": "客户改变主意"})
    assert told(store, 0)["kept_walk_in_minutes"] == before["kept_walk_in_minutes"] - 120
    assert told(store)["kept_walk_in_minutes"] == told(store)["capacity_minutes"] // 5


def test_a_booking_without_a_place_is_a_walk_in(trade, sql):
    """D13: who comes after all when the slot was given away takes the walk-ins' share, as it has no place of its own."""
    store = trade.store
    policies(store, walk_in_share_bp=2000)
    before = told(store, 0)["kept_walk_in_minutes"]
    one = store.advisor.post(f"/v1/appointments/{book(trade, at(9), expect=201)['id']}/confirm", expect=200)
    reception = store.advisor.post("/v1/receptions", {"store_id": store.id, "appointment_id": one["id"], "odometer_km": 1}, expect=201)
    store.advisor.post(f"/v1/receptions/{reception['id']}/greet", expect=200)
    store.advisor.post("/v1/work-orders", {"reception_id": reception["id"], "lines": [
        {"kind": "labour", "operation_id": trade.operation(standard_hours=2)["id"]}]}, expect=201)
    assert told(store, 0)["kept_walk_in_minutes"] == before  # it has its slot
    sql("DELETE FROM occupation WHERE id = %s", (one["id"],))
    assert told(store, 0)["kept_walk_in_minutes"] == before - 120


def test_leave_is_no_capacity(trade):
    """D13: of two technicians one is away: the share is kept of what the other can do."""
    store = trade.store
    policies(store, walk_in_share_bp=2000)
    assert told(store)["capacity_minutes"] == 1440
    store.manager.post(f"/v1/staff/{store.tech2.id}/absences", {"kind": "sick", "starts_at": at(0), "ends_at": at(23, 30)}, expect=201)
    assert (told(store)["capacity_minutes"], told(store)["kept_walk_in_minutes"]) == (720, 144)
    for hour in range(8, 17):  # 540 minutes, and the rest is kept but for 36
        book(trade, at(hour), operation_ids=[trade.operation(standard_hours=1)["id"]], expect=201)
    book(trade, at(17), expect=201)
    refused = book(trade, at(17, 30))
    assert (refused.status, refused.code) == (409, "capacity_kept")
    trade.shift(store.tech1, days=2)  # nine to five
    trade.shift(store.tech2, days=2, **{"from": "18:00", "to": "23:00"})  # of which two hours are open
    assert told(store, 2)["capacity_minutes"] == 600


def broken(reply):
    return {b["id"]: b["reasons"] for b in reply["broken_appointments"]}


def kept_busy(trade, starts_at, work, expect=201, **more):
    return book(trade, starts_at, expect=expect, operation_ids=[work], **more)


def test_one_rig_is_booked_once(trade):
    """G30: work that needs equipment is booked as often at once as there are pieces of it, held or booked; other work goes on."""
    store = trade.store
    rig = trade.equipment(kind="alignment", name="四轮定位仪")
    aligning = trade.operation(standard_hours=1, equipment="alignment")["id"]
    first = kept_busy(trade, at(9), aligning)
    refused = kept_busy(trade, at(9), aligning, expect=409)
    assert refused.code == "equipment_taken" and "alignment" in refused["detail"]
    starts = {s["starts_at"] for s in free(store, operation_id=aligning).data}
    assert {at(8), at(10)} <= starts and not {at(8, 30), at(9), at(9, 30)} & starts
    assert at(9) in {s["starts_at"] for s in free(store).data}
    hold = {"store_id": store.id, "operation_ids": [aligning]}
    store.advisor.post("/v1/slot-holds", {**hold, "starts_at": at(10)}, expect=201)
    assert store.advisor.post("/v1/slot-holds", {**hold, "starts_at": at(10, 30)}).code == "equipment_taken"
    assert kept_busy(trade, at(10, 30), aligning, expect=409).code == "equipment_taken"
    # a move gives its own place up
    path = f"/v1/appointments/{first['id']}/reschedule"
    assert store.advisor.post(path, {"starts_at": at(10, 30), "reason": "customer_time"}).code == "equipment_taken"
    plain = kept_busy(trade, at(10, 30), trade.operation(standard_hours=1)["id"])
    assert store.advisor.post(f"/v1/appointments/{plain['id']}/reschedule", {
        "starts_at": at(10, 30), "operation_ids": [aligning], "reason": "other_work"}).code == "equipment_taken"
    store.advisor.post(f"/v1/appointments/{plain['id']}/cancel", {"reason": "price"}, expect=200)
    store.advisor.post(path, {"starts_at": at(8, 30), "reason": "customer_time"}, expect=200)
    trade.equipment(kind="alignment")
    second = kept_busy(trade, at(8, 30), aligning)
    assert kept_busy(trade, at(12), aligning)["status"] == "pending"
    # of two booked at once one is too many when a piece is out
    out = store.leader.post(f"/v1/equipment/{rig['id']}/take-out", {"reason": "broken"}, expect=200)
    assert broken(out) == {first["id"]: ["equipment_out"], second["id"]: ["equipment_out"]}
    store.advisor.post(f"/v1/appointments/{second['id']}/cancel", {"reason": "store_no_capacity"}, expect=200)
    assert store.advisor.pages("/v1/broken-appointments", store_id=store.id) == []


def test_a_rush_for_a_rig(trade):
    """G30: clients at once, with bays and technicians of their own, do not book one rig twice."""
    store = trade.store
    trade.equipment(kind="alignment")
    aligning = trade.operation(standard_hours=1, equipment="alignment")["id"]
    customer = trade.customer()["id"]
    vehicle = trade.vehicle(customer)["id"]
    body = {"store_id": store.id, "customer_id": customer, "vehicle_id": vehicle, "starts_at": at(9), "channel": "phone", "operation_ids": [aligning]}
    apart = [(store.bays[0], store.tech1.id), (store.bays[1], store.tech2.id)]
    made = at_once(*[lambda n=n: store.advisor.post("/v1/appointments", {**body, "bay_id": apart[n % 2][0], "technician_id": apart[n % 2][1]})
                     for n in range(16)])
    assert sorted(r.status for r in made) == [201] + [409] * 15
    assert {r.code for r in made if r.status == 409} == {"slot_taken", "equipment_taken"}


def test_equipment_that_is_not_calibrated(trade):
    """G30: past the day its calibration is due equipment counts as out, unless the store says otherwise."""
    store = trade.store
    rig = trade.equipment(kind="alignment", calibration_due=str(day(2)))
    aligning = trade.operation(standard_hours=1, equipment="alignment")["id"]
    assert len(free(store, day(2), day(3), operation_id=aligning).data) == 23
    assert told(store, 3, operation_id=aligning)["starts_at"] is None
    refused = kept_busy(trade, at(9, ahead=3), aligning, expect=409)
    assert refused.code == "equipment_out"
    policies(store, equipment_overdue="allow")
    one = kept_busy(trade, at(9, ahead=3), aligning)["id"]
    assert broken(store.manager.get(f"/v1/equipment/{rig['id']}")) == {}
    assert policies(store, equipment_overdue="refuse")["equipment_overdue"] == "refuse"
    assert broken(store.manager.get(f"/v1/equipment/{rig['id']}")) == {one: ["equipment_out"]}
    store.dispatcher.post(f"/v1/equipment/{rig['id']}/service", {"kind": "calibration", "date": str(day(0)), "next_due": str(day(300))}, expect=200)
    assert broken(store.manager.get(f"/v1/equipment/{rig['id']}")) == {}
    path = f"/v1/stores/{store.id}/policies"
    assert store.manager.patch(path, {"equipment_overdue": "maybe"}, version=4).errors == {"/equipment_overdue": "bad_code"}


def test_the_first_shift_of_a_day_names_whom_it_sends_home(trade):
    """D20: once a day has a shift whoever has none is away: their appointments of that day are told with it, and of no other."""
    store = trade.store
    theirs = book(trade, at(10), technician_id=store.tech2.id, expect=201)["id"]
    book(trade, at(10, ahead=2), technician_id=store.tech2.id, expect=201)
    shift = trade.shift(store.tech1)
    assert broken(shift) == {theirs: ["technician_away"]}
    assert broken(trade.shift(store.tech2)) == {} == broken(store.manager.get(f"/v1/shifts/{shift['id']}"))


def test_shorter_hours_name_what_they_break(trade):
    """D20: opening hours of the week that change name the appointments that are now outside."""
    store = trade.store
    late = book(trade, at(19), expect=201)["id"]
    later = book(trade, at(19, ahead=9), expect=201)["id"]
    book(trade, at(10), expect=201)
    week = [{"weekday": n, "opens": "08:00", "closes": "18:00"} for n in range(1, 8)]
    path = f"/v1/stores/{store.id}"
    changed = store.manager.put(path + "/hours", {"hours": week}, version=store.manager.get(path)["version"], expect=200)
    assert broken(changed) == {late: ["store_closed"], later: ["store_closed"]}
    store.manager.post(path + "/holidays", {"date": str(day(9)), "opens": "08:00", "closes": "20:00"}, expect=201)
    assert broken(store.manager.get(path)) == {late: ["store_closed"]}


def bay(store, kind):
    return store.chain.admin.post(f"/v1/stores/{store.id}/bays", {"code": "Z" + store.chain.unique(), "kind": kind}, expect=201)["id"]


def test_cars_are_not_repaired_where_they_are_washed(chain):
    """D2: a bay for washing is no capacity but for what is done there, and by name."""
    trade = Trade(chain.store(bays=1))
    store = trade.store
    store.tech1, store.tech2  # pylint: disable=pointless-statement
    wash = bay(store, "wash")
    assert told(store)["capacity_minutes"] == 720
    washing = trade.operation(standard_hours=0.5, bay_kind="wash")["id"]
    brakes = trade.operation(standard_hours=0.5)["id"]
    assert {s["bay_id"] for s in free(store, operation_id=brakes).data} == {store.bay}
    assert {s["bay_id"] for s in free(store, operation_id=washing).data} == {wash}
    assert {s["bay_id"] for s in free(store, operation_id=f"{brakes},{washing}").data} == {store.bay}
    book(trade, at(9), operation_ids=[brakes], expect=201)
    assert book(trade, at(9), operation_ids=[brakes]).code == "slot_taken"
    assert book(trade, at(9), operation_ids=[brakes], bay_id=wash, expect=201)["bay_id"] == wash
    refused = book(trade, at(11), operation_ids=[washing], bay_id=store.bay)
    assert (refused.status, refused.errors) == (422, {"/bay_id": "bad_value"})
    assert book(trade, at(11), operation_ids=[washing], expect=201)["bay_id"] == wash


def test_work_has_its_kind_of_bay(trade):
    """D2: an operation goes to its kind of bay, what is quick also to a lift; where there is none of the kind, anywhere; a changed bay is told."""
    store = trade.store
    aligning = trade.operation(standard_hours=0.5, bay_kind="alignment")
    assert {s["bay_id"] for s in free(store, operation_id=aligning["id"]).data} == {store.bay}
    rig, body = bay(store, "alignment"), bay(store, "body")
    quick, paint, lifted = (trade.operation(standard_hours=0.5, bay_kind=kind)["id"] for kind in ("quick", "body", "lift"))
    for work, bays in ((aligning["id"], {rig}), (paint, {body}), (lifted, {store.bay}), (quick, {store.bay})):
        assert {s["bay_id"] for s in free(store, operation_id=work).data} == bays, work
    pit = bay(store, "quick")
    assert book(trade, at(9), operation_ids=[quick], bay_id=pit, expect=201)["bay_id"] == pit
    made = book(trade, at(9), operation_ids=[aligning["id"], lifted], expect=201)
    assert made["bay_id"] == rig
    none = book(trade, at(10), operation_ids=[aligning["id"], paint])
    assert (none.status, none.code) == (409, "bay_kind_missing")
    day_told = told(store, operation_id=[aligning["id"], paint])
    assert (day_told["starts_at"], day_told["reason"], day_told["limited_by"]) == (None, "taken", "bay")
    reply = store.advisor.get("/v1/promise-simulation", params={"store_id": store.id, "operation_id": aligning["id"], "from": at(12)}, expect=200)
    assert (reply["bay"]["id"], reply["finishes_at"]) == (rig, at(12, 30))
    bay(store, "alignment")
    changed = store.manager.patch(f"/v1/bays/{rig}", {"kind": "general"}, version=1, expect=200)
    assert broken(changed) == {made["id"]: ["bay_unfit"]}  # D20
    assert {b["id"]: b["reasons"] for b in store.advisor.pages("/v1/broken-appointments", store_id=store.id)} == {made["id"]: ["bay_unfit"]}
    assert (aligning["bay_kind"], trade.operation()["bay_kind"]) == ("alignment", None)
    path = f"/v1/operations/{aligning['id']}"
    changed = store.chain.purchaser.patch(path, {"bay_kind": None}, version=1, expect=200)
    assert changed["bay_kind"] is None
    assert store.chain.purchaser.patch(path, {"bay_kind": "roof"}, version=2).errors == {"/bay_kind": "bad_code"}


def test_what_limits_a_day(trade):
    """D2: a day without a slot says of what everything is taken, and when the work does not fit into a day at all."""
    store = trade.store
    long = trade.operation(standard_hours=14)["id"]
    assert {k: told(store, operation_id=long)[k] for k in ("starts_at", "reason", "limited_by")} == {
        "starts_at": None, "reason": "closed", "limited_by": "too_long"}
    refused = book(trade, at(8), operation_ids=[long])
    assert (refused.status, refused.code) == (409, "too_long_for_a_day") and refused["hint"]
    assert book(trade, at(7)).code == "store_closed"
    store.manager.post(f"/v1/stores/{store.id}/holidays", {"date": str(day(2)), "closed": True}, expect=201)
    assert told(store, 2, operation_id=long)["limited_by"] == "closed"
    all_day = trade.operation(standard_hours=12)["id"]
    book(trade, at(8), operation_ids=[all_day], technician_id=store.tech1.id, expect=201)
    assert (told(store, technician_id=store.tech1.id)["reason"], told(store, technician_id=store.tech1.id)["limited_by"]) == ("taken", "technician")
    book(trade, at(8), operation_ids=[all_day], expect=201)
    assert told(store)["limited_by"] == "bay" and told(store, 3)["limited_by"] is None


def test_slots_wait_for_the_parts(trade):
    """D2: work that needs parts is offered when they are there: at once, or from when somebody says they come; without that not at all."""
    store = trade.store
    part = trade.part()["id"]
    trade.stock_up(part, 3)
    two = {"part_id": part, "quantity": 2}
    slot = free(store, **two).data[0]
    assert (slot["starts_at"], slot["parts_at"]) == (at(8), None)
    book(trade, at(9, ahead=3), parts=[{"part_id": part, "quantity": 2}], expect=201)  # of three one is left
    assert free(store, part_id=part).data[0]["starts_at"] == at(8)
    assert free(store, **two).data == []
    assert [told(store, **two)[k] for k in ("starts_at", "reason", "limited_by")] == [None, "taken", "part"]
    late = free(store, last=day(2), **two, parts_at=at(15)).data[0]
    assert (late["starts_at"], late["parts_at"]) == (at(15), at(15))
    assert free(store, day(2), day(2), **two, parts_at=at(15)).data[0]["starts_at"] == at(8, ahead=2)
    assert told(store, **two, parts_at=at(15))["starts_at"] == at(15) and told(store, **two, parts_at=at(1, ahead=2))["limited_by"] == "part"
    package = trade.package()  # two of a part of which there is none
    assert free(store, package_id=package["id"]).data == []
    earliest = {"store_ids": store.id, "from": at(7), "to": at(20)}
    path = "/v1/availability/earliest"
    assert store.advisor.get(path, params={**earliest, **two}, expect=200).data == []
    assert store.advisor.get(path, params={**earliest, **two, "parts_at": at(12)}, expect=200).data[0]["starts_at"] == at(12)
    assert store.advisor.get(path, params={**earliest, "part_id": part}, expect=200).data[0]["starts_at"] == at(8)
    assert free(store, expect=None, part_id=uuid7()).errors == {"part_id": "not_found"}
    assert free(store, expect=None, package_id=uuid7()).errors == {"package_id": "not_found"}
    assert free(store, expect=None, quantity=1).errors == {"quantity": "bad_value"}
