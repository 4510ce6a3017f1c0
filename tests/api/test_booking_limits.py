# SPDX-License-Identifier: Apache-2.0
"""What a store keeps free, how much of a kind it takes, and which days are full for whom."""

import pytest

from fettle import at_once, uuid7
from samples import PICTURE
from slots import at, day, free, operation


@pytest.fixture
def rules(store):
    """rules(member=value ...): the store's policies from now on."""
    path = f"/v1/stores/{store.id}/policies"
    store.tech1, store.tech2  # pylint: disable=pointless-statement

    def change(expect=200, **more):
        return store.manager.patch(path, more, version=store.manager.get(path, expect=200)["version"], expect=expect)
    return change


def short_day(store, hours=2, ahead=1):
    """A day on which two bays have so many hours each."""
    store.manager.post(f"/v1/stores/{store.id}/holidays", {
        "date": str(day(ahead)), "opens": "08:00", "closes": f"{8 + hours:02}:00"}, expect=201)


def full(store, ahead=1, **more):
    return store.advisor.get("/v1/availability/days", params={
        "store_id": store.id, "from": day(ahead), "to": day(ahead), **more}, expect=200).data[0]


def test_what_is_kept(store, booked, rules):
    """D13, D16: bookings leave the shares of walk-ins and comebacks; those take their own, an emergency all."""
    short_day(store)  # 240 minutes, of which a quarter is kept for either
    rules(walk_in_share_bp=2500, comeback_share_bp=2500)
    for n in range(4):
        booked(at(8, n // 2 * 30), expect=201)
    refused = booked(at(9))
    assert (refused.status, refused.code) == (409, "capacity_kept")
    assert free(store).data == [] and len(free(store, priority="emergency").data) == 2
    told = full(store)
    assert {k: told[k] for k in ("open_minutes", "capacity_minutes", "taken_minutes", "kept_walk_in_minutes", "kept_comeback_minutes",
                                 "starts_at", "reason")} == {
        "open_minutes": 120, "capacity_minutes": 240, "taken_minutes": 120, "kept_walk_in_minutes": 60, "kept_comeback_minutes": 60,
        "starts_at": None, "reason": "kept"}
    assert (full(store, channel="walk_in")["starts_at"], full(store, priority="comeback")["reason"]) == (at(9), None)
    for _ in range(2):
        booked(at(9), channel="walk_in", expect=201)
    assert booked(at(9, 30), channel="walk_in").code == "capacity_kept"
    assert full(store)["kept_walk_in_minutes"] == 0
    again = booked(at(9, 30), priority="comeback", expect=201)["id"]
    # what was no comeback after all gives its share back, and stands in nobody's way
    store.advisor.patch(f"/v1/appointments/{again}", {"priority": "normal", "version": 1}, expect=200)
    assert full(store)["kept_comeback_minutes"] == 60
    assert booked(at(9, 30)).code == "capacity_kept"
    booked(at(9, 30), priority="emergency", expect=201)
    assert (full(store, priority="emergency")["reason"], full(store, ahead=2)["reason"]) == ("taken", None)
    assert booked(at(8), priority="emergency").code == "slot_taken"


def test_holds_and_moves_keep_to_it(store, booked, rules):
    """D13: a hold takes its share as a booking does; a move is judged without the place that is left."""
    short_day(store, hours=1)
    rules(walk_in_share_bp=5000)
    one = booked(at(8), expect=201)["id"]
    held = store.advisor.post("/v1/slot-holds", {"store_id": store.id, "starts_at": at(8)}, expect=201)["id"]
    refused = store.advisor.post("/v1/slot-holds", {"store_id": store.id, "starts_at": at(8, 30)})
    assert (refused.status, refused.code) == (409, "capacity_kept")
    walk_in = store.advisor.post("/v1/slot-holds", {"store_id": store.id, "starts_at": at(8, 30), "channel": "walk_in"}, expect=201)
    assert walk_in["channel"] == "walk_in"
    store.advisor.post(f"/v1/appointments/{one}/reschedule", {"starts_at": at(8, 30), "reason": "customer_time"}, expect=200)
    booked(at(8), hold_id=held, expect=201)


def test_limits_of_a_kind_of_work(store, booked, rules):
    """D15: no more of a class in an hour of the clock and in a day; other work, and other days, go on."""
    rules(booking_limits=[{"service_class": "care", "per_hour": 1, "per_day": 2}])
    care, other = operation(store, service_class="care"), operation(store, service_class="basic")
    booked(at(9), operation_ids=[care], expect=201)
    hour = booked(at(9, 30), operation_ids=[care, other])
    assert (hour.status, hour.code) == (409, "hour_limit")
    assert {at(9), at(9, 30)} & {s["starts_at"] for s in free(store, operation_id=care).data} == set()
    assert {at(9), at(9, 30)} <= {s["starts_at"] for s in free(store, operation_id=other).data}
    booked(at(9, 30), operation_ids=[other], expect=201)
    second = booked(at(10), operation_ids=[care], expect=201)["id"]
    limit = booked(at(15), operation_ids=[care])
    assert (limit.status, limit.code) == (409, "day_limit")
    assert (full(store, operation_id=care)["reason"], full(store, operation_id=other)["reason"]) == ("day_limit", None)
    assert full(store, operation_id=care, ahead=2)["starts_at"] == at(8, 0, 2)
    store.advisor.post(f"/v1/appointments/{second}/reschedule", {"starts_at": at(15), "reason": "customer_time"}, expect=200)
    # what is booked as other work and changed counts as what it is then
    changing = {"starts_at": at(15), "reason": "other_work"}
    path = f"/v1/appointments/{booked(at(15), operation_ids=[other], expect=201)['id']}/reschedule"
    assert store.advisor.post(path, {**changing, "operation_ids": [care]}, expect=409).code == "day_limit"
    store.advisor.post(f"/v1/appointments/{second}/reschedule", {**changing, "operation_ids": [other]}, expect=200)
    store.advisor.post(path, {**changing, "operation_ids": [care]}, expect=200)
    assert booked(at(16), operation_ids=[care], expect=409).code == "day_limit"
    store.advisor.post(path.replace("reschedule", "cancel"), {"reason": "price"}, expect=200)
    booked(at(16), operation_ids=[care], expect=201)


def test_limits_hold_no_emergency_up(store, booked, rules):
    """D16: an emergency has a bay and a technician, whatever the limits of its kind of work; two that are taken hold it up."""
    rules(booking_limits=[{"service_class": "care", "per_hour": 0, "per_day": 1}])
    care = operation(store, service_class="care")
    assert booked(at(9), operation_ids=[care]).code == "hour_limit"
    assert free(store, operation_id=care).data == []
    assert at(9) in {s["starts_at"] for s in free(store, operation_id=care, priority="emergency").data}
    assert full(store, operation_id=care, priority="emergency")["reason"] is None
    for _ in store.bays:
        booked(at(9), operation_ids=[care], priority="emergency", expect=201)
    assert booked(at(9), operation_ids=[care], priority="emergency").code == "slot_taken"
    assert booked(at(10), operation_ids=[care]).code in ("day_limit", "hour_limit")


def test_a_rush_for_a_limit(store, booked, rules):
    """D15: bookings of different bays and technicians at once do not go beyond it together."""
    rules(booking_limits=[{"service_class": "care", "per_day": 3}])
    care = operation(store, service_class="care")
    apart = [(store.bays[0], store.tech1.id), (store.bays[1], store.tech2.id)]
    made = at_once(*[lambda n=n: booked(at(8 + n // 2), operation_ids=[care], bay_id=apart[n % 2][0], technician_id=apart[n % 2][1])
                     for n in range(20)])
    assert sorted(r.status for r in made) == [201] * 3 + [409] * 17
    assert {r.code for r in made if r.status == 409} == {"day_limit"}


def test_rules_of_the_store(store, rules):
    """D13, D15: limits replace each other, and what makes no sense is told."""
    changed = rules(booking_limits=[{"service_class": "care", "per_day": 2}, {"service_class": "basic", "per_hour": 1}])
    assert changed["booking_limits"] == [{"service_class": "basic", "per_hour": 1, "per_day": None},
                                         {"service_class": "care", "per_hour": None, "per_day": 2}]
    assert rules(walk_in_share_bp=100)["booking_limits"] == changed["booking_limits"]
    assert rules(booking_limits=[])["booking_limits"] == []
    assert rules(None, walk_in_share_bp=6000, comeback_share_bp=5000).errors == {"/walk_in_share_bp": "shares_too_large"}
    assert rules(None, booking_limits=[{"service_class": "care"}]).errors == {"/booking_limits": "required"}
    assert rules(None, booking_limits=[{"service_class": "care", "per_day": 2}] * 2).errors == {"/booking_limits": "not_unique"}
    assert rules(None, booking_limits=[{"service_class": "magic", "per_day": -1}]).errors == {
        "/booking_limits/0/service_class": "bad_code", "/booking_limits/0/per_day": "too_small"}


def test_closed_days_and_bad_questions(chain, store):
    """D15: a closed day says so; what cannot be asked is told."""
    store.manager.post(f"/v1/stores/{store.id}/holidays", {"date": str(day()), "closed": True}, expect=201)
    told = full(store)
    assert (told["reason"], told["open_minutes"], told["time_zone"]) == ("closed", 0, "Asia/Shanghai")
    ask = store.advisor.get
    path = "/v1/availability/days"
    assert ask(path, params={"store_id": store.id, "from": day(2), "to": day(1)}).errors == {"to": "bad_value"}
    assert ask(path, params={"store_id": chain.store().id, "from": day(2), "to": day(2)}).status == 422
    assert ask(path, params={"store_id": store.id, "from": day(2), "to": day(2), "operation_id": uuid7()}).errors == {"operation_id": "not_found"}
    days = store.advisor.pages(path, limit=10, store_id=store.id, **{"from": day(2), "to": day(99)})
    assert [d["date"] for d in days] == [str(day(2 + n)) for n in range(31)]


def test_the_earliest_of_several_stores(chain, store, booked):
    """D14: the store that is free first comes first; one of somebody else is not looked at."""
    near = chain.store(region=store.region)
    near.tech1  # pylint: disable=pointless-statement
    near.manager.post(f"/v1/stores/{near.id}/holidays", {"date": str(day()), "opens": "09:30", "closes": "20:00"}, expect=201)
    manager = chain.people.hire(chain.unique().lower(), "region_manager", region=store.region)
    path, when = "/v1/availability/earliest", {"from": at(7), "to": at(12)}
    both = {"store_ids": f"{near.id},{store.id}", **when}
    found = manager.get(path, params=both, expect=200).data
    assert [(s["store_id"], s["starts_at"]) for s in found] == [(store.id, at(8)), (near.id, at(9, 30))]
    assert found[1]["store"]["name"] == f"门店 {near.code}" and found[0]["bay_id"] in store.bays
    for hour, minute in ((8, 0), (8, 0), (8, 30), (8, 30), (9, 0), (9, 0), (9, 30), (9, 30)):
        booked(at(hour, minute), expect=201)
    assert [s["store_id"] for s in manager.pages(path, limit=1, **both)] == [near.id, store.id]
    assert [s["starts_at"] for s in manager.get(path, params=both).data] == [at(9, 30), at(10)]
    assert store.advisor.get(path, params={"store_ids": near.id, **when}, expect=200).data == []
    assert manager.get(path, params={**both, "operation_id": uuid7()}).errors == {"operation_id": "not_found"}
    assert manager.get(path, params={"store_ids": near.id, "from": at(9), "to": at(8)}).errors == {"to": "bad_value"}


def test_what_became_of_an_appointment(chain, store, booked):
    """D8: each booking, move and change of state with who, when and why; the earlier slots stay readable."""
    appointment = booked(at(9), expect=201)
    path = f"/v1/appointments/{appointment['id']}"
    store.advisor.post(path + "/reschedule", {"starts_at": at(11), "reason": "customer_time", "note": "开会"}, expect=200)
    store.manager.post(path + "/confirm", expect=200)
    store.advisor.post(path + "/cancel", {"reason": "weather"}, expect=200)
    steps = store.service.pages(path + "/history", limit=2)
    assert [(s["what"], s["status"], s["starts_at"], s["reason"], s["note"]) for s in steps] == [
        ("booked", "pending", at(9), None, None), ("rescheduled", "pending", at(11), "customer_time", "开会"),
        ("confirmed", "confirmed", at(11), None, None), ("cancelled", "cancelled", at(11), "weather", None)]
    assert [s["actor"]["id"] for s in steps] == [store.advisor.id, store.advisor.id, store.manager.id, store.advisor.id]
    assert steps[0]["bay"]["id"] == appointment["bay_id"] and steps[0]["technician"]["id"] == appointment["technician_id"]
    assert store.parts.get(path + "/history").status == 403
    assert chain.store().advisor.get(path + "/history").status == 404


def test_cancelled_late(store, booked, rules, sql, verify):
    """D18: after the store's cut-off a cancelled appointment counts apart, as a no-show of the customer; before it, or where the store
    cancelled, not."""
    rules(late_cancel_hours=48)
    late, early, ours = booked(at(9), expect=201)["id"], booked(at(9, 0, 3), expect=201)["id"], booked(at(10), expect=201)["id"]
    for id, counts, reason in ((late, True, "customer_time"), (early, False, "customer_time"), (ours, False, "store_staff")):
        done = store.advisor.post(f"/v1/appointments/{id}/cancel", {"reason": reason}, expect=200)
        assert done["late_cancel"] is counts
    coming = booked(at(11), expect=201)
    assert store.advisor.get(f"/v1/appointments/{coming['id']}/briefing", expect=200)["no_shows"] == 1
    day = {"store_id": store.id, "day": at(11)[:10]}
    assert [a["no_shows"] for a in store.advisor.get("/v1/briefing", params=day, expect=200)["appointments"]] == [1]
    assert [a["id"] for a in store.advisor.pages("/v1/appointments", store_id=store.id, late_cancel="true")] == [late]
    assert [a["id"] for a in store.advisor.pages("/v1/appointments", store_id=store.id, late_cancel="false", status="cancelled")] == [ours, early]
    assert verify("slots", "bookings") == []
    sql("DELETE FROM appointment_step WHERE appointment_id = %s AND what = 'cancelled'", (late,))
    assert len(verify("bookings")) == 1


def test_what_was_told_at_the_booking_is_carried_over(store, booked):
    """D9, D19: concerns and photos of the booking; the reception takes the concerns where it is told none."""
    concerns = ["刹车异响", "空调不冷"]
    for sent, there in (({}, concerns), ({"concerns": ["方向盘抖"]}, ["方向盘抖"]), ({"concerns": []}, [])):
        id = booked(at(9 + len(there)), concerns=concerns, odometer_km=42000, expect=201)["id"]
        photo = store.advisor.post("/v1/files", raw=PICTURE, headers={"Content-Type": "image/png"},
                                   params={"subject_type": "appointment", "subject_id": id}, expect=201)
        assert [f["id"] for f in store.advisor.pages("/v1/files", subject_type="appointment", subject_id=id)] == [photo["id"]]
        store.advisor.post(f"/v1/appointments/{id}/confirm", expect=200)
        store.advisor.post(f"/v1/appointments/{id}/arrive", expect=200)
        received = store.advisor.post("/v1/receptions", {"store_id": store.id, "appointment_id": id, "odometer_km": 42010, **sent}, expect=201)
        assert [c["text"] for c in received["concerns"]] == there
        steps = store.advisor.pages(f"/v1/appointments/{id}/history")
        assert [s["what"] for s in steps] == ["booked", "confirmed", "arrived", "converted"]
