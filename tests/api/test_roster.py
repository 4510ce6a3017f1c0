# SPDX-License-Identifier: Apache-2.0
"""The roster: who works when, can do what and may do it, and what booking makes of it."""

import datetime

import pytest

from fettle import at_once, uuid7, wait_for
from slots import at, day, free
from trade import Trade


@pytest.fixture
def trade(store):
    return Trade(store)


def times(slots):
    return [s["starts_at"] for s in slots]


def events_of(store, subject):
    """What the feed tells of it so far: it stays below the oldest transaction that is open."""
    return [e["type"] for e in store.manager.get("/v1/events", params={"subject_id": subject["id"]}, expect=200).data]


def operation(store, hours=1, **more):
    return store.chain.purchaser.post("/v1/operations", {
        "code": store.chain.unique(), "name": "高压系统检修", "standard_hours": hours, "unit_price": 10000, **more}, expect=201)["id"]


def test_a_shift_from_planning_to_cancelling(store, trade):
    """D2: a shift stands in the store's clock and in everybody's; it moves, and is cancelled with a reason."""
    shift = trade.shift(note="早班")
    assert (shift["date"], shift["from"], shift["to"], shift["starts_at"], shift["ends_at"]) == (
        str(day()), "09:00", "17:00", at(9), at(17))
    assert (shift["status"], shift["staff"]["id"], shift["time_zone"], shift["note"]) == ("planned", store.tech1.id, "Asia/Shanghai", "早班")
    path = f"/v1/shifts/{shift['id']}"
    moved = store.manager.patch(path, {"date": str(day(2)), "to": "18:30", "note": None}, version=1, expect=200)
    assert (moved["starts_at"], moved["ends_at"], moved["note"], moved["version"]) == (at(9, 0, 2), at(18, 30, 2), None, 2)
    assert [s["id"] for s in store.tech2.pages("/v1/shifts", store_id=store.id)] == [shift["id"]]
    assert [s["id"] for s in store.tech2.pages(f"/v1/staff/{store.tech1.id}/shifts", **{"from": at(18, 0, 2), "to": at(19, 0, 2)})] == [shift["id"]]
    assert store.tech2.pages("/v1/shifts", **{"from": at(18, 30, 2)}) == store.tech2.pages("/v1/shifts", to=at(9, 0, 2)) == []
    cancelled = store.manager.post(path + "/cancel", {"reason": "店庆"}, expect=200)
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "店庆")
    again = store.manager.post(path + "/cancel")
    assert (again.status, again.code, again["state"]) == (409, "illegal_transition", "cancelled")
    assert store.manager.patch(path, {"to": "19:00"}, version=3).code == "illegal_transition"
    assert store.tech2.pages("/v1/shifts", status="planned") == []
    wait_for(lambda: events_of(store, shift) == ["shift.planned", "shift.changed", "shift.cancelled"])


def test_nobody_is_on_two_shifts_at_once(store, trade, sql):
    """D2: shifts of one person do not overlap, in whatever stores and however many are planned at once."""
    first = trade.shift()
    for wrong in ({"from": "16:59", "to": "20:00"}, {"from": "08:00", "to": "09:01"}):
        refused = store.manager.post(f"/v1/staff/{store.tech1.id}/shifts", {"date": str(day()), **wrong})
        assert (refused.status, refused.code) == (409, "shift_overlap")
    late = trade.shift(**{"from": "17:00", "to": "20:00"})
    moved = store.manager.patch(f"/v1/shifts/{late['id']}", {"from": "16:00"}, version=1)
    assert (moved.status, moved.code) == (409, "shift_overlap")
    body = {"date": str(day(3)), "from": "08:00", "to": "12:00"}
    replies = at_once(*[lambda: store.manager.post(f"/v1/staff/{store.tech1.id}/shifts", body)] * 16)
    assert sorted(r.status for r in replies) == [201] + [409] * 15
    store.manager.post(f"/v1/shifts/{first['id']}/cancel", expect=200)
    trade.shift(**{"from": "08:00"})
    another = store.chain.store(region=store.region)
    roving = store.chain.people.hire(store.chain.unique().lower(), "technician", region=store.region)
    store.manager.post(f"/v1/staff/{roving.id}/shifts", body, expect=201)
    elsewhere = another.manager.post(f"/v1/staff/{roving.id}/shifts", body)
    assert (elsewhere.status, elsewhere.code) == (409, "shift_overlap")
    assert sql("SELECT count(*) FROM shift WHERE store_id = %s", (another.id,)) == [(0,)]


def test_wrong_shifts(chain, store, trade):
    """D2: past days, other stores' people, wrong roles and fields; what is over stays."""
    path = f"/v1/staff/{store.tech1.id}/shifts"
    body = {"date": str(day()), "from": "08:00", "to": "12:00"}
    past = store.manager.post(path, {**body, "date": str(day(-1))})
    assert (past.status, past.errors) == (422, {"/date": "bad_value"})
    assert store.manager.post(path, {**body, "to": "08:00"}).errors == {"/to": "bad_value"}
    assert store.manager.post(path, {"date": "2026-02-30", "from": "25:00", "x": 1}).errors == {
        "/date": "bad_format", "/from": "bad_format", "/to": "required", "/x": "unknown_field"}
    other = chain.store()
    assert other.manager.post(path, body).status == 404
    assert other.manager.post(path, {**body, "store_id": store.id}).status == 404
    assert store.manager.post(path, {**body, "store_id": other.id}).errors == {"/store_id": "not_found"}
    assert chain.admin.post(path, {**body, "store_id": other.id}).errors == {"/store_id": "not_found"}
    assert store.dispatcher.post(path, body).status == 403
    assert store.manager.post(f"/v1/staff/{uuid7()}/shifts", body).status == 404
    shift = trade.shift()
    assert other.manager.get(f"/v1/shifts/{shift['id']}").status == 404
    assert other.manager.post(f"/v1/shifts/{shift['id']}/cancel").status == 404
    assert other.tech1.pages("/v1/shifts") == []
    assert store.manager.post(path, {**body, "id": shift["id"], "date": str(day(5))}).errors == {"/id": "duplicate"}


def test_what_is_over_stays(store, trade, sql):
    """D2: neither a shift nor an absence that is over is changed."""
    for made, name in ((trade.shift(), "shift"), (trade.absence(), "absence")):
        sql(f"UPDATE {name} SET starts_at = now() - interval '3 hours', ends_at = now() - interval '1 hour' WHERE id = %s", (made["id"],))
        path = f"/v1/{name}s/{made['id']}"
        assert store.manager.post(path + "/cancel").code == "roster_over"
        assert store.manager.patch(path, {"note": "改"}, version=1).code == "roster_over"


def test_shifts_decide_what_is_free(store, booked, trade):
    """D2: on a day with shifts whoever is on one is booked within it; other days follow the opening hours."""
    trade.shift(store.tech1, **{"from": "09:00", "to": "12:00"})
    trade.shift(store.tech1, **{"from": "12:00", "to": "14:00"})
    slots = free(store).data
    assert times(slots) == [at(h, m) for h in range(9, 14) for m in (0, 30)] and {s["technician_id"] for s in slots} == {store.tech1.id}
    assert len(free(store, day(2), day(2)).data) == 24
    for hour, technician in ((8, None), (14, None), (10, store.tech2.id)):
        refused = booked(at(hour), **({"technician_id": technician} if technician else {}))
        assert (refused.status, refused.code) == (409, "slot_taken")
    long = operation(store, 2)
    assert booked(at(11), operation_ids=[long], expect=201)["technician_id"] == store.tech1.id
    assert times(free(store, operation_id=long).data) == [at(9)]
    only = trade.shift(store.tech2, days=2)
    assert {s["technician_id"] for s in free(store, day(2), day(2)).data} == {store.tech2.id}
    store.manager.post(f"/v1/shifts/{only['id']}/cancel", expect=200)
    assert free(store, day(2), day(2)).data == []  # a day that was rostered stays so


def test_leave_goes_before_all(store, booked, trade):
    """D2: who is away is not booked, with a shift or without one, in any store."""
    store.tech2  # pylint: disable=pointless-statement
    away = store.manager.post(f"/v1/staff/{store.tech1.id}/absences", {"kind": "sick", "starts_at": at(10), "ends_at": at(12)}, expect=201)
    assert {s["technician_id"] for s in free(store, at(10), at(12)).data} == {store.tech2.id}
    assert free(store, at(9), at(12), technician_id=store.tech1.id).data[-1]["starts_at"] == at(9, 30)
    trade.shift(store.tech1, **{"from": "08:00", "to": "20:00"})
    assert len(free(store).data) == 20
    assert booked(at(11), technician_id=store.tech1.id).code == "slot_taken"
    store.manager.patch(f"/v1/absences/{away['id']}", {"ends_at": at(11)}, version=1, expect=200)
    assert len(free(store).data) == 22
    store.manager.post(f"/v1/absences/{away['id']}/cancel", expect=200)
    assert booked(at(10), technician_id=store.tech1.id).status == 201
    roving = store.chain.people.hire(store.chain.unique().lower(), "technician", region=store.region, home=store.id)
    another = store.chain.store(region=store.region)
    store.manager.post(f"/v1/staff/{roving.id}/absences", {"kind": "annual", "starts_at": at(8), "ends_at": at(12)}, expect=201)
    store.manager.post(f"/v1/staff/{roving.id}/shifts", {"date": str(day()), "from": "14:00", "to": "16:00"}, expect=201)
    assert times(another.advisor.get("/v1/availability", params={
        "store_id": another.id, "from": day(), "to": day(), "technician_id": roving.id}, expect=200).data) == [
            at(h, m) for h in (12, 13, 16, 17, 18, 19) for m in (0, 30)]


def test_absences(chain, store, trade):
    """D2: leave is recorded until it is over, never twice at once; its kind is nobody's business elsewhere."""
    made = trade.absence(note="回家")
    path = f"/v1/staff/{store.tech1.id}/absences"
    assert (made["kind"], made["status"], made["staff"]["id"], made["note"]) == ("annual", "planned", store.tech1.id, "回家")
    body = {"kind": "sick", "starts_at": at(8, 0, 9), "ends_at": at(20, 0, 9)}
    assert store.manager.post(path, {**body, "starts_at": made["starts_at"]}).code == "absence_overlap"
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=30)
    begun = store.manager.post(path, {**body, "starts_at": at(8, 0, -3), "ends_at": soon.isoformat()})
    assert begun.status == 201
    for wrong in ({"ends_at": at(8, 0, 9)}, {"starts_at": at(8, 0, -2), "ends_at": at(8, 0, -1)}, {"ends_at": at(8, 0, 400)}):
        assert store.manager.post(path, {**body, **wrong}).errors == {"/ends_at": "bad_value"}
    assert store.manager.patch(f"/v1/absences/{made['id']}", {"ends_at": at(8, 0, -1)}, version=1).errors == {"/ends_at": "bad_value"}
    other = chain.store()
    assert other.manager.post(path, body).status == 404
    assert other.manager.get(f"/v1/absences/{made['id']}").status == 404
    assert store.tech1.get(f"/v1/absences/{made['id']}").status == 403
    assert store.dispatcher.post(path, body).status == 403
    rover = chain.people.hire(chain.unique().lower(), "technician")
    homeless = chain.admin.post(f"/v1/staff/{rover.id}/absences", body)
    assert (homeless.status, homeless.code) == (409, "no_home_store")
    replies = at_once(*[lambda: store.manager.post(path, body)] * 8)
    assert sorted(r.status for r in replies) == [201] + [409] * 7
    assert len(store.advisor.pages(path)) == 3 == len(store.advisor.pages("/v1/absences", store_id=store.id, staff_id=store.tech1.id))


def test_skills_decide_who_is_booked(store, booked):
    """D2: in a store that records skills an operation goes to whoever has its skill."""
    hybrid = operation(store, skill="hybrid")
    assert {s["technician_id"] for s in free(store, operation_id=hybrid).data} <= {store.tech1.id, store.tech2.id}
    path = f"/v1/staff/{store.tech2.id}/skills"
    skilled = store.manager.put(path, {"skills": [{"skill": "hybrid", "level": 4}, {"skill": "brakes", "level": 2}]}, version=1, expect=200)
    assert skilled["version"] == 2
    slots = free(store, operation_id=hybrid).data
    assert len(slots) == 23 and {s["technician_id"] for s in slots} == {store.tech2.id}
    assert booked(at(9), operation_ids=[hybrid], expect=201)["technician_id"] == store.tech2.id
    for more in ({}, {"technician_id": store.tech1.id}):
        assert booked(at(9), operation_ids=[hybrid], **more).code == "slot_taken"
    assert booked(at(9), expect=201)["technician_id"] == store.tech1.id
    assert free(store, operation_id=[hybrid, operation(store, skill="welding")]).data == []
    assert [(s["skill"], s["level"], s["staff"]["id"]) for s in store.leader.pages("/v1/skills", store_id=store.id, skill="hybrid")] == [
        ("hybrid", 4, store.tech2.id)]
    store.manager.put(path, {"skills": [{"skill": "brakes", "level": 3}]}, version=2, expect=200)
    assert [(s["skill"], s["level"]) for s in store.leader.pages(path)] == [("brakes", 3)]
    assert free(store, operation_id=hybrid).data == []
    assert store.manager.put(path, {"skills": [{"skill": "a", "level": 6}, {"level": 1}]}, version=3).errors == {
        "/skills/0/level": "too_large", "/skills/1/skill": "required"}
    assert store.manager.put(path, {"skills": [{"skill": "a", "level": 1}, {"skill": "a", "level": 2}]}, version=3).errors == {
        "/skills/1/skill": "not_unique"}
    assert store.leader.put(path, {"skills": []}, version=3).status == 403
    assert store.chain.store().manager.put(path, {"skills": []}, version=3).status == 404


def test_certificates_decide_who_is_booked(store, booked, trade):
    """A9: where certificates are recorded an operation that asks for one is booked with whoever holds it on that day."""
    volts = operation(store, certificate="high_voltage")
    assert len(free(store, operation_id=volts).data) == 23
    made = trade.certificate(store.tech2, expires_on=str(day(2)))
    assert {s["technician_id"] for s in free(store, day(), day(3), operation_id=volts).data} == {store.tech2.id}
    assert free(store, day(3), day(3), operation_id=volts).data == []
    assert booked(at(9), operation_ids=[volts], technician_id=store.tech1.id).code == "slot_taken"
    assert booked(at(9), operation_ids=[volts], expect=201)["technician_id"] == store.tech2.id
    policies = f"/v1/stores/{store.id}/policies"
    store.manager.patch(policies, {"certificate_rule": "never"}, version=1, expect=200)
    assert len(free(store, day(3), day(3), operation_id=volts).data) == 23
    store.manager.patch(policies, {"certificate_rule": "always"}, version=2, expect=200)
    store.manager.delete(f"/v1/certificates/{made['id']}", params={"reason": "作废"}, expect=204)
    assert free(store, operation_id=volts).data == []
    store.manager.patch(policies, {"certificate_rule": "recorded"}, version=3, expect=200)
    assert len(free(store, operation_id=volts).data) > 20


def test_certificates(chain, store, trade):
    """A9: certificates stand with their last day, the first to expire first; a number is recorded once."""
    number = chain.unique()
    never = trade.certificate(number=number)
    soon = trade.certificate(store.tech2, kind="repair", expires_on="2027-01-31", issuer="交通运输部")
    assert (never["expires_on"], soon["expires_on"], soon["issuer"]) == (None, "2027-01-31", "交通运输部")
    listed = store.dispatcher.pages("/v1/certificates", store_id=store.id, limit=1)
    assert [c["id"] for c in listed] == [soon["id"], never["id"]]
    for found, params in (([soon["id"]], {"expires_before": "2027-02-01"}), ([], {"expires_before": "2027-01-31"}), ([soon["id"]], {"kind": "repair"}),
                          ([never["id"]], {"valid_on": "2027-02-01"}), ([], {"valid_on": "2025-12-31"})):
        assert [c["id"] for c in store.dispatcher.pages("/v1/certificates", store_id=store.id, **params)] == found, params
    twice = store.manager.post(f"/v1/staff/{store.tech2.id}/certificates", {"kind": "high_voltage", "number": number, "valid_from": "2026-01-01"})
    assert (twice.status, twice.errors) == (409, {"/number": "duplicate"})
    path = f"/v1/certificates/{never['id']}"
    assert store.manager.patch(path, {"expires_on": "2025-01-01"}, version=1).errors == {"/expires_on": "bad_value"}
    assert store.manager.patch(path, {"expires_on": "2026-06-30"}, version=1, expect=200)["expires_on"] == "2026-06-30"
    assert store.manager.patch(path, {"valid_from": "2026-07-01"}, version=2).errors == {"/expires_on": "bad_value"}
    assert store.manager.patch(path, {"expires_on": None}, version=2, expect=200)["expires_on"] is None
    other = chain.store()
    assert other.manager.get(path).status == other.manager.delete(path).status == 404
    assert store.tech1.get(path).status == 403 and store.dispatcher.delete(path).status == 403
    assert other.manager.post(f"/v1/staff/{store.tech1.id}/certificates", {"kind": "other", "number": "1", "valid_from": "2026-01-01"}).status == 404
    store.manager.delete(path, params={"reason": "录入错误"}, expect=204)
    assert store.manager.get(path).status == 404
    trade.certificate(number=number)


def test_what_is_known_moves_with_the_person(chain, store, trade):
    """A9: who changes the store takes skills, certificates and leave along; shifts stay where they are worked."""
    trade.certificate()
    trade.absence()
    store.manager.put(f"/v1/staff/{store.tech1.id}/skills", {"skills": [{"skill": "brakes", "level": 2}]}, version=1, expect=200)
    trade.shift(days=5)
    another = chain.store()
    chain.admin.patch(f"/v1/staff/{store.tech1.id}", {"store_id": another.id}, version=2, expect=200)
    for path in ("/v1/certificates", "/v1/absences", "/v1/skills"):
        assert [r["staff_id"] for r in another.manager.pages(path)] == [store.tech1.id], path
        assert store.manager.pages(path) == [], path
    assert len(store.manager.pages("/v1/shifts")) == 1 and another.manager.pages("/v1/shifts") == []


def broken(reply):
    return {b["id"]: b["reasons"] for b in reply["broken_appointments"]}


def test_a_change_names_what_it_breaks(store, booked, trade):
    """D20: a shift, leave, a holiday and a bay answer with the appointments they break, which are listed until they are solved."""
    first = booked(at(9), technician_id=store.tech1.id, bay_id=store.bay, expect=201)["id"]
    second = booked(at(15), technician_id=store.tech1.id, bay_id=store.bay, expect=201)["id"]
    later = booked(at(9, 0, 3), technician_id=store.tech2.id, bay_id=store.bay, expect=201)["id"]

    def listed(**more):
        return {b["id"]: b["reasons"] for b in store.advisor.pages("/v1/broken-appointments", store_id=store.id, **more)}
    assert listed() == {}
    shift = trade.shift(store.tech1, **{"from": "08:00", "to": "12:00"})
    assert broken(shift) == {second: ["technician_away"]} == listed()
    path = f"/v1/shifts/{shift['id']}"
    assert broken(store.manager.patch(path, {"to": "18:00"}, version=1, expect=200)) == {} == listed()
    assert set(broken(store.manager.post(path + "/cancel", expect=200))) == {first, second} == set(listed())
    trade.shift(store.tech1, **{"from": "08:00", "to": "18:00"})
    away = store.manager.post(f"/v1/staff/{store.tech2.id}/absences", {"kind": "sick", "starts_at": at(8, 0, 3), "ends_at": at(12, 0, 3)}, expect=201)
    assert broken(away) == {later: ["technician_away"]} == listed() and listed(to=at(20, 0, 2)) == {}
    assert broken(store.manager.post(f"/v1/absences/{away['id']}/cancel", expect=200)) == {}
    closed = store.manager.post(f"/v1/stores/{store.id}/holidays", {"date": str(day(3)), "closed": True}, expect=201)
    assert broken(closed) == {later: ["store_closed"]} == listed()
    bay = store.manager.patch(f"/v1/bays/{store.bay}", {"active": False}, version=1, expect=200)
    assert broken(bay) == {first: ["bay_out_of_use"], second: ["bay_out_of_use"], later: ["store_closed", "bay_out_of_use"]} == listed()
    store.advisor.post(f"/v1/appointments/{later}/cancel", {"reason": "store_staff"}, expect=200)
    store.advisor.post(f"/v1/appointments/{first}/reschedule", {"starts_at": at(10), "reason": "store_no_capacity"}, expect=200)
    assert listed() == {second: ["bay_out_of_use"]}
    other = store.chain.store()
    assert other.advisor.get("/v1/broken-appointments", params={"store_id": store.id}).status == 422
    assert store.tech1.get("/v1/broken-appointments", params={"store_id": store.id}).status == 403


def test_a_weeks_staffing(store, booked, trade):
    """D20: booked against rostered hours, by day and skill."""
    store.tech2  # pylint: disable=pointless-statement
    monday = day(14 - day(14).weekday())
    ahead = (monday - day(0)).days
    store.manager.put(f"/v1/staff/{store.tech1.id}/skills", {"skills": [{"skill": "hybrid", "level": 4}]}, version=1, expect=200)
    for person, hours in ((store.tech1, {"from": "08:00", "to": "16:00"}), (store.tech2, {"from": "08:00", "to": "12:30"})):
        trade.shift(person, days=ahead + 1, **hours)
    store.manager.post(f"/v1/staff/{store.tech1.id}/absences", {
        "kind": "personal", "starts_at": at(14, 0, ahead + 1), "ends_at": at(20, 0, ahead + 1)}, expect=201)
    booked(at(8, 0, ahead + 1), operation_ids=[operation(store, 1.5, skill="hybrid")], expect=201)
    booked(at(8, 0, ahead + 1), operation_ids=[operation(store, 2)], expect=201)
    week = store.advisor.get("/v1/staffing", params={"store_id": store.id, "week": str(monday)}, expect=200)
    assert (week["week"], [d["date"] for d in week["days"]]) == (str(monday), [str(day(ahead + n)) for n in range(7)])
    free_day, full = week["days"][0], week["days"][1]
    assert (free_day["rostered"], free_day["rostered_hours"], free_day["booked_hours"]) == (False, 24, 0)
    assert free_day["skills"] == [{"skill": "hybrid", "rostered_hours": 12, "booked_hours": 0}]
    assert (full["rostered"], full["rostered_hours"], full["booked_hours"]) == (True, 10.5, 3.5)
    assert full["skills"] == [{"skill": "hybrid", "rostered_hours": 6, "booked_hours": 1.5}]
    assert {p["staff_id"]: p["hours"] for p in full["people"]} == {store.tech1.id: 6, store.tech2.id: 4.5}
    other = store.chain.store()
    assert other.advisor.get("/v1/staffing", params={"store_id": store.id}).status in (404, 422)
    assert store.advisor.get("/v1/staffing", params={"store_id": store.id}, expect=200)["days"][6]["date"] == str(day(6 - day(0).weekday()))


def test_equipment_decides_what_can_be_booked(store, booked, trade):
    """G30: an operation that needs equipment is booked while one of the kind is in service; what is taken out names what it breaks."""
    aligning = operation(store, equipment="alignment")
    assert len(free(store, operation_id=aligning).data) == 23
    lift = trade.equipment()
    assert free(store, operation_id=aligning).data == [] and len(free(store).data) == 24
    none = booked(at(9), operation_ids=[aligning])
    assert (none.status, none.code) == (409, "equipment_out")
    rig = trade.equipment(kind="alignment", name="四轮定位仪", calibration_due=str(day(20)), service_due=str(day(10)))
    assert (rig["status"], rig["due_on"], lift["due_on"]) == ("in_service", str(day(10)), None)
    kept = booked(at(9), operation_ids=[aligning], expect=201)["id"]
    booked(at(12), expect=201)
    path = f"/v1/equipment/{rig['id']}"
    out = store.leader.post(path + "/take-out", {"reason": "broken", "note": "漏油"}, expect=200)
    assert (out["status"], out["reason"], out["reason_note"], bool(out["out_since"]), broken(out)) == (
        "out_of_service", "broken", "漏油", True, {kept: ["equipment_out"]})
    again = store.leader.post(path + "/take-out", {"reason": "broken"})
    assert (again.status, again.code, again["allowed"]) == (409, "illegal_transition", ["put-back"])
    assert booked(at(14), operation_ids=[aligning]).code == "equipment_out"
    spare = trade.equipment(kind="alignment")
    assert broken(store.manager.get(path)) == {} and booked(at(14), operation_ids=[aligning]).status == 201
    store.manager.delete(f"/v1/equipment/{spare['id']}", params={"reason": "报废"}, expect=204)
    back = store.dispatcher.post(path + "/put-back", expect=200)
    assert (back["status"], back["reason"], back["out_since"]) == ("in_service", None, None)
    assert store.advisor.pages("/v1/broken-appointments", store_id=store.id) == []


def test_what_equipment_is_due(chain, store, trade):
    """G30: what is due stands first; a service moves its day; other stores and roles have no part in it."""
    rig = trade.equipment(kind="alignment", calibration_due=str(day(20)), service_due=str(day(10)))
    trade.equipment()
    path = f"/v1/equipment/{rig['id']}"
    due = {"store_id": store.id, "due_before": str(day(15))}
    assert [e["id"] for e in store.tech1.pages("/v1/equipment", **due)] == [rig["id"]]
    assert [e["id"] for e in store.tech1.pages("/v1/equipment", limit=1)][0] == rig["id"]
    for wrong, at_fault in (({"date": str(day(1))}, "/date"), ({"date": str(day(0)), "next_due": str(day(0))}, "/next_due")):
        assert store.leader.post(path + "/service", {"kind": "service", **wrong}).errors == {at_fault: "bad_value"}
    done = store.leader.post(path + "/service", {"kind": "service", "date": str(day(0)), "next_due": str(day(90))}, expect=200)
    assert (done["serviced_on"], done["service_due"], done["due_on"]) == (str(day(0)), str(day(90)), str(day(20)))
    assert store.tech1.pages("/v1/equipment", **due) == []
    done = store.leader.post(path + "/service", {"kind": "calibration", "date": str(day(-1))}, expect=200)
    assert (done["calibrated_on"], done["calibration_due"], done["due_on"]) == (str(day(-1)), None, str(day(90)))
    twice = store.manager.post("/v1/equipment", {"code": rig["code"], "name": "重复", "kind": "lift"})
    assert (twice.status, twice.errors) == (409, {"/code": "duplicate"})
    assert store.manager.post("/v1/equipment", {"code": "X", "name": "", "kind": "crane"}).errors == {"/name": "too_short", "/kind": "bad_code"}
    other = chain.store()
    assert other.manager.get(path).status == other.manager.post(path + "/put-back").status == 404
    assert store.tech1.post(path + "/take-out", {"reason": "broken"}).status == 403
    assert store.leader.post("/v1/equipment", {"code": "X", "name": "X", "kind": "lift"}).status == 403
    wait_for(lambda: events_of(store, rig) == ["equipment.created", "equipment.serviced", "equipment.serviced"])


def test_work_is_given_to_who_may_do_it(store, trade):
    """A9: a technician without the certificate that the work asks for is not assigned, and the problem names it."""
    volts = operation(store, certificate="high_voltage")
    order = trade.authorised(lines=[{"kind": "labour", "operation_id": operation(store)}, {"kind": "labour", "operation_id": volts}])
    lines = [line["id"] for line in order["lines"]]
    trade.certificate(store.tech2, expires_on=str(day(0)))
    trade.certificate(store.tech1, kind="repair")

    def dispatch(technician):
        return store.dispatcher.post(f"/v1/work-orders/{order['id']}/dispatch", {
            "assignments": [{"line_id": line, "technician_id": technician.id} for line in lines]})
    refused = dispatch(store.tech1)
    assert (refused.status, refused.code, refused.errors) == (409, "certificate_missing", {"/assignments/1/technician_id": "certificate_missing"})
    assert "high_voltage" in refused["detail"] + str(refused["errors"]) and trade.read(order)["status"] == "ready"
    assert dispatch(store.tech2).status == 200
    again = store.dispatcher.post(f"/v1/work-orders/{order['id']}/assignments", {"assignments": [{"line_id": lines[1], "technician_id": store.tech1.id}]})
    assert again.code == "certificate_missing"
    store.manager.patch(f"/v1/stores/{store.id}/policies", {"certificate_rule": "never"}, version=1, expect=200)
    store.dispatcher.post(f"/v1/work-orders/{order['id']}/assignments", {"assignments": [{"line_id": lines[1], "technician_id": store.tech1.id}]},
                          expect=200)


def test_who_should_do_it(chain, store, trade):
    """G6: those who can do a line now come first, by level and load; the others say why not."""
    third = chain.people.hire(chain.unique().lower(), "technician", store=store.id)
    fourth = chain.people.hire(chain.unique().lower(), "technician", store=store.id)
    busy = trade.dispatched()  # an hour and a half of tech1's
    for person, level in ((store.tech1, 4), (store.tech2, 4), (third, 5)):
        store.manager.put(f"/v1/staff/{person.id}/skills", {"skills": [{"skill": "hybrid", "level": level}]}, version=1, expect=200)
        if person is not third:
            trade.certificate(person)
    order = trade.authorised(lines=[{"kind": "labour", "operation_id": operation(store, skill="hybrid", certificate="high_voltage")}])

    def suggested(**more):
        found = store.dispatcher.pages("/v1/dispatch-suggestions", work_order_id=order["id"], **more)
        assert {s["line_id"] for s in found} == {order["lines"][0]["id"]} and [s["rank"] for s in found] == [1, 2, 3, 4]
        return [(s["technician"]["id"], s["possible"], s["level"], s["open_hours"], s["reasons"]) for s in found]
    first, second, *rest = suggested(limit=1)
    assert first == (store.tech2.id, True, 4, 0, ["has_skill", "has_certificate", "at_work", "idle"])
    assert second == (store.tech1.id, True, 4, 1.5, ["has_skill", "has_certificate", "at_work", "has_work"])
    assert rest == [(third.id, False, 5, 0, ["has_skill", "certificate_missing", "at_work", "idle"]),
                    (fourth.id, False, None, 0, ["skill_missing", "certificate_missing", "at_work", "idle"])]
    store.manager.post(f"/v1/staff/{store.tech2.id}/absences", {"kind": "sick", "starts_at": at(0, 0, -1), "ends_at": at(20, 0, 2)}, expect=201)
    first, *rest = suggested()
    assert first[:2] == (store.tech1.id, True) and {r[0]: r[4][2] for r in rest}[store.tech2.id] == "not_at_work"
    assert store.dispatcher.get("/v1/dispatch-suggestions", params={"work_order_id": busy["id"]}, expect=200).data
    other = chain.store()
    hidden = other.dispatcher.get("/v1/dispatch-suggestions", params={"work_order_id": order["id"]})
    assert (hidden.status, hidden.errors) == (422, {"work_order_id": "not_found"})
    assert store.advisor.get("/v1/dispatch-suggestions", params={"work_order_id": order["id"]}).status == 403
    assert store.dispatcher.get("/v1/dispatch-suggestions").errors == {"work_order_id": "required"}


def test_what_they_have_to_do(store, trade):
    """G6: open work counts by its hours, also at a fixed price, for each by their share, and no longer than the order lasts."""
    eight = operation(store, hours=8)
    one, two = store.tech1, store.tech2
    asked = trade.authorised()

    def hours():
        found = store.dispatcher.pages("/v1/dispatch-suggestions", work_order_id=asked["id"])
        return {s["technician"]["id"]: s["open_hours"] for s in found}
    assert hours() == {one.id: 0, two.id: 0}
    order = trade.authorised(lines=[{"kind": "labour", "operation_id": eight}])
    store.dispatcher.post(f"/v1/work-orders/{order['id']}/dispatch", {"assignments": [
        {"line_id": order["lines"][0]["id"], "technician_id": one.id, "share_bp": 7500},
        {"line_id": order["lines"][0]["id"], "technician_id": two.id, "share_bp": 2500}]}, expect=200)
    assert hours() == {one.id: 6, two.id: 2}
    store_class = store.chain.unique()
    path = f"/v1/stores/{store.id}"
    store.chain.admin.patch(path, {"store_class": store_class}, version=store.chain.admin.get(path, expect=200)["version"], expect=200)
    store.chain.purchaser.post("/v1/price-lists", {"name": "一类店", "store_class": store_class, "valid_from": str(day(-1)), "prices": [
        {"operation_id": eight, "basis": "fixed", "price": 45000}]}, expect=201)
    fixed = trade.authorised(lines=[{"kind": "labour", "operation_id": eight}])
    assert (fixed["lines"][0]["hours"], fixed["lines"][0]["quantity"]) == (8, 1)
    store.dispatcher.post(f"/v1/work-orders/{fixed['id']}/dispatch", {"assignments": [
        {"line_id": fixed["lines"][0]["id"], "technician_id": two.id}]}, expect=200)
    assert hours() == {one.id: 6, two.id: 10}
    trade.step(store.advisor, order, "cancel", {"reason": "x"})
    assert hours() == {one.id: 0, two.id: 8}


def test_on_the_roster_and_not_there(store, trade):
    """G6: where attendance is kept that day, who has not clocked in is not at work, and the suggestion says so."""
    one, two = store.tech1, store.tech2
    order = trade.authorised()

    def suggested():
        found = store.dispatcher.pages("/v1/dispatch-suggestions", work_order_id=order["id"])
        return {s["technician"]["id"]: (s["rank"], s["possible"], s["reasons"]) for s in found}
    assert all(s[1:] == (True, ["at_work", "idle"]) for s in suggested().values())
    two.post("/v1/attendance/clock-in", {"store_id": store.id}, expect=200)
    assert suggested() == {two.id: (1, True, ["at_work", "idle"]), one.id: (2, False, ["not_at_work", "not_clocked_in", "idle"])}
    one.post("/v1/attendance/clock-in", {"store_id": store.id}, expect=200)
    two.post("/v1/attendance/clock-out", expect=200)
    assert suggested() == {one.id: (1, True, ["at_work", "idle"]), two.id: (2, False, ["not_at_work", "not_clocked_in", "idle"])}
