# SPDX-License-Identifier: Apache-2.0
"""Booking: what is free, and who gets it."""

from fettle import at_once, uuid7
from slots import at, day, free, operation


def test_what_is_free(store, booked):
    """D2: slots follow the opening hours, bays, technicians and what is booked."""
    slots = free(store).data
    assert len(slots) == 24
    assert (slots[0]["starts_at"], slots[-1]["ends_at"]) == (at(8), at(20))
    assert {s["time_zone"] for s in slots} == {"Asia/Shanghai"}
    assert all(s["bay_id"] in store.bays and s["technician_id"] in (store.tech1.id, store.tech2.id) for s in slots)

    first = booked(at(9), expect=201)
    assert first["bay_id"] == slots[2]["bay_id"]
    second = [s for s in free(store).data if s["starts_at"] == at(9)][0]
    assert second["bay_id"] != first["bay_id"] and second["technician_id"] != first["technician_id"]
    booked(at(9), expect=201)
    assert at(9) not in [s["starts_at"] for s in free(store).data]
    assert at(9) not in [s["starts_at"] for s in free(store, technician_id=store.tech1.id).data]
    assert len(free(store, at(9), at(11)).data) == 3
    assert [s["starts_at"] for s in store.advisor.pages(
        "/v1/availability", store_id=store.id, limit=7, **{"from": day(), "to": day(2)})] == [
            s["starts_at"] for s in free(store, last=day(2), limit=200).data]


def test_hours_and_holidays_decide(store, booked):
    """D2: a holiday closes the day, or opens it differently; nothing is booked outside."""
    path = f"/v1/stores/{store.id}/holidays"
    store.manager.post(path, {"date": str(day()), "closed": True}, expect=201)
    store.manager.post(path, {"date": str(day(2)), "opens": "10:00", "closes": "11:00"}, expect=201)
    assert [s["starts_at"] for s in free(store, last=day(2)).data] == [at(10, 0, 2), at(10, 30, 2)]
    for closed in (at(9), at(9, 30, 2), at(10, 45, 2), at(7, 45, 3), at(19, 45, 3)):
        refused = booked(closed)
        assert (refused.status, refused.code) == (409, "store_closed")
    booked(at(10, 30, 2), expect=201)
    past = booked("2026-01-05T03:00:00Z")
    assert (past.status, past.errors) == (422, {"/starts_at": "bad_value"})
    assert len(free(store, day(3), day(200), limit=200).data) == 200
    last = store.advisor.pages("/v1/availability", store_id=store.id, limit=200, **{"from": day(3), "to": day(200)})
    assert last[-1]["ends_at"] == at(20, 0, 33)


def test_work_decides_the_length(store, booked, sql):
    """D2: a slot is as long as its operations take, and moves as long as it is."""
    operations = []
    for hours in ("0.7", "1.05"):
        operations.append(uuid7())
        sql("INSERT INTO operation (id, code, name, standard_hours, unit_price, created_at, updated_at)"
            " VALUES (%s, %s, '项目', %s, 10000, now(), now())", (operations[-1], store.chain.unique(), hours))
    assert free(store, operation_id=operations).data[0]["ends_at"] == at(9, 45)
    assert free(store, operation_id=",".join(operations)).data[-1]["ends_at"] == at(19, 45)
    appointment = booked(at(8), operation_ids=operations, concerns=["刹车异响"], odometer_km=42000, expect=201)
    assert (appointment["ends_at"], appointment["operation_ids"]) == (at(9, 45), operations)
    moved = store.advisor.post(f"/v1/appointments/{appointment['id']}/reschedule",
                               {"starts_at": at(8, 30), "reason": "customer_time"}, expect=200)
    assert (moved["starts_at"], moved["ends_at"], moved["status"]) == (at(8, 30), at(10, 15), "pending")
    unknown = booked(at(12), operation_ids=[operations[0], uuid7()])
    assert (unknown.status, unknown.errors) == (422, {"/operation_ids": "not_found"})


def test_an_appointment_from_booking_to_arrival(store, booked, sql):
    """D1, D6, P21: pending, confirmed, not come once the grace is over and not before, which the actions say, come after all; the
    lost slot stays another's."""
    appointment = booked(at(9), bay_id=store.bays[1], technician_id=store.tech2.id, expect=201)
    path = f"/v1/appointments/{appointment['id']}"
    assert (appointment["status"], appointment["bay_id"]) == ("pending", store.bays[1])
    assert appointment["technician"] == {"id": store.tech2.id, "name": f"{store.code}-tech2".lower()}
    assert appointment["number"].startswith(f"{store.code}-AP-")
    assert [a["verb"] for a in appointment["actions"] if a["enabled"]] == ["confirm", "decline", "reschedule", "cancel"]
    refused = store.advisor.post(path + "/arrive", {})
    assert (refused.status, refused["state"], "confirm" in refused["allowed"]) == (409, "pending", True)
    assert store.advisor.post(path + "/confirm", expect=200)["status"] == "confirmed"
    for minutes in (None, 12, 16):  # the store waits for fifteen
        if minutes:
            sql("UPDATE appointment SET starts_at = now() - make_interval(mins => %s), ends_at = now() + interval '18 minutes'"
                " WHERE id = %s", (minutes, appointment["id"]))
        seen = store.advisor.get(path, expect=200)
        shown = next(a for a in seen["actions"] if a["verb"] == "mark-no-show")
        assert (shown["enabled"], shown["why"]) == ((True, None) if minutes == 16 else (False, "too_early"))
        assert shown in store.advisor.pages("/v1/appointments", number=appointment["number"])[0]["actions"]
        if minutes != 16:
            early = store.advisor.post(path + "/mark-no-show", {})
            assert (early.status, early.code) == (409, "too_early")
    missed = store.advisor.post(path + "/mark-no-show", {"reason": "unreachable"}, expect=200)
    assert (missed["status"], missed["reason"]) == ("no_show", "unreachable")
    sql("INSERT INTO occupation (id, store_id, bay_id, technician_id, starts_at, ends_at)"  # somebody else's from then on
        " SELECT %s, store_id, bay_id, technician_id, starts_at, ends_at FROM appointment WHERE id = %s", (uuid7(), appointment["id"]))
    late = store.advisor.post(path + "/arrive", {}, expect=200)
    assert (late["status"], late["late_minutes"], bool(late["no_show_at"])) == ("arrived", 16, True)
    listed = store.advisor.pages("/v1/appointments", store_id=store.id, status="arrived,converted")
    assert [a["id"] for a in listed] == [appointment["id"]]
    assert [a["number"] for a in store.advisor.pages("/v1/appointments", number=appointment["number"])] == [
        appointment["number"]]


def test_what_a_booking_could_be_moved_to(chain, store, booked):
    """G6 D8: its own slot, people and bay do not stand in its way; its work holds where none is named."""
    store.manager.delete(f"/v1/bays/{store.bays[1]}", expect=204)
    work = operation(store, standard_hours=2)
    one = booked(at(9), operation_ids=[work], expect=201)
    two = booked(at(11), operation_ids=[work], expect=201)

    def starts(**more):
        return [s["starts_at"] for s in free(store, at(8), at(12), **more).data]

    assert starts(operation_id=work) == []
    assert starts(appointment_id=one["id"]) == [at(8), at(8, 30), at(9)]
    assert starts(appointment_id=two["id"]) == [at(11), at(11, 30)]
    assert starts(appointment_id=one["id"], operation_id=operation(store, standard_hours=1)) == [at(8), at(8, 30), at(9), at(9, 30), at(10)]

    def first_day(who=store, expect=200, **params):
        return who.advisor.get("/v1/availability/days", params={"store_id": who.id, "from": day(), "to": day(), **params}, expect=expect)

    full, moving = first_day(operation_id=operation(store, standard_hours=9)).data[0], first_day(appointment_id=one["id"]).data[0]
    assert moving["starts_at"] == at(8) and moving["taken_minutes"] == full["taken_minutes"] - 120
    moved = store.advisor.post(f"/v1/appointments/{one['id']}/reschedule", {"starts_at": at(8, 30), "reason": "customer_time"}, expect=200)
    assert (moved["starts_at"], moved["ends_at"]) == (at(8, 30), at(10, 30))
    other = chain.store()
    for who, which in ((store, uuid7()), (other, one["id"])):
        assert free(who, appointment_id=which, store_id=who.id, expect=422).errors == {"appointment_id": "not_found"}
        assert first_day(who, appointment_id=which, expect=422).errors == {"appointment_id": "not_found"}
    for ask in (free, first_day):
        assert ask(store, technician_id=uuid7(), expect=422).errors == {"technician_id": "not_found"}
    store.advisor.post(f"/v1/appointments/{two['id']}/cancel", {"reason": "price"}, expect=200)
    assert free(store, appointment_id=two["id"], expect=422).errors == {"appointment_id": "not_found"}
    assert free(store, appointment_id="x", expect=400).errors == {"appointment_id": "bad_format"}


def test_other_work_than_was_booked(chain, store, booked, verify):
    """D1 D8: a booking gets other work and keeps its time, if it fits then; its history tells from what to what."""
    store.manager.delete(f"/v1/bays/{store.bays[1]}", expect=204)
    short, long = (operation(store, standard_hours=hours) for hours in (1, 3))
    one = booked(at(9), operation_ids=[short], expect=201)
    next_one = booked(at(11), expect=201)

    def changed(who, operations, expect, starts=at(9), of=one["id"]):
        return who.post(f"/v1/appointments/{of}/reschedule", {"starts_at": starts, "operation_ids": operations, "reason": "other_work"}, expect=expect)

    assert changed(store.advisor, [long], 409).code == "slot_taken"
    assert store.advisor.get(f"/v1/appointments/{one['id']}", expect=200)["version"] == one["version"]
    assert changed(store.advisor, [short, uuid7()], 422).errors == {"/operation_ids": "not_found"}
    assert changed(store.advisor, [short, short], 422).errors == {"/operation_ids/1": "not_unique"}
    changed(store.tech1, [long], 403)
    changed(chain.store().advisor, [long], 404)
    store.advisor.post(f"/v1/appointments/{next_one['id']}/cancel", {"reason": "price"}, expect=200)
    longer = changed(store.advisor, [long], 200)
    assert (longer["starts_at"], longer["ends_at"], longer["operation_ids"], longer["reason"]) == (at(9), at(12), [long], "other_work")
    kept = store.advisor.post(f"/v1/appointments/{one['id']}/reschedule", {"starts_at": at(10), "reason": "customer_time"}, expect=200)
    assert (kept["ends_at"], kept["operation_ids"]) == (at(13), [long])
    assert changed(store.advisor, [], 200, at(10))["ends_at"] == at(10, 30)
    told = store.advisor.get(f"/v1/appointments/{one['id']}/history", expect=200).data
    assert [(h["what"], h["operation_ids"], h["ends_at"]) for h in told] == [
        ("booked", [short], at(10)), ("rescheduled", [long], at(12)), ("rescheduled", [long], at(13)), ("rescheduled", [], at(10, 30))]
    assert changed(store.advisor, [long], 409, of=next_one["id"]).code == "illegal_transition"
    verify()


def test_two_bookings_grow_at_once(store, booked, verify):
    """D1: of two that want what lies between them one gets it, and the other keeps what it had."""
    store.manager.delete(f"/v1/bays/{store.bays[1]}", expect=204)
    short, long = (operation(store, standard_hours=hours) for hours in (1, 2))
    one, two = booked(at(9), operation_ids=[short], expect=201), booked(at(11), operation_ids=[short], expect=201)
    # the second begins an hour earlier for it
    replies = at_once(*[lambda a=a, starts=starts: store.advisor.post(
        f"/v1/appointments/{a['id']}/reschedule", {"starts_at": starts, "operation_ids": [long], "reason": "other_work"})
        for a, starts in ((one, at(9)), (two, at(10)))])
    assert sorted((r.status, r.code) for r in replies) == [(200, None), (409, "slot_taken")]
    seen = {a["id"]: store.advisor.get(f"/v1/appointments/{a['id']}", expect=200) for a in (one, two)}
    assert sorted(seen[a["id"]]["operation_ids"] == [long] for a in (one, two)) == [False, True]
    verify()


def test_giving_up_frees_the_slot(store, booked):
    """D1: declined and cancelled appointments say why, and make room."""
    for verb in ("decline", "cancel"):
        ids = [booked(at(14), expect=201)["id"] for _ in store.bays]
        full = booked(at(14, 15))
        assert (full.status, full.code) == (409, "slot_taken")
        path = f"/v1/appointments/{ids[0]}/{verb}"
        assert store.advisor.post(path, {}).errors == {"/reason": "required"}
        assert store.advisor.post(path, {"reason": "bored"}).errors == {"/reason": "bad_code"}
        done = store.advisor.post(path, {"reason": "weather", "note": "暴雨"}, expect=200)
        assert (done["reason"], done["note"], [a for a in done["actions"] if a["enabled"]]) == ("weather", "暴雨", [])
        assert store.advisor.post(path, {"reason": "weather"}).code == "illegal_transition"
        again = booked(at(14), expect=201)["id"]
        for id in (again, ids[1]):
            store.advisor.post(f"/v1/appointments/{id}/cancel", {"reason": "duplicate"}, expect=200)


def test_one_slot_and_sixty_four_callers(store, booked):
    """D3: a rush for one slot has exactly as many winners as bays with technicians; nobody waits long."""
    one = at_once(*[lambda: booked(at(10), bay_id=store.bay, technician_id=store.tech1.id)] * 64)
    assert sorted(r.status for r in one) == [201] + [409] * 63
    assert {r.code for r in one if r.status == 409} == {"slot_taken"}
    two = at_once(*[lambda: booked(at(16))] * 64)
    assert sorted(r.status for r in two) == [201] * 2 + [409] * 62
    kept = [r for r in two if r.status == 201]
    assert len({r["bay_id"] for r in kept}) == len({r["technician_id"] for r in kept}) == 2


def test_moves_at_once(store, booked):
    """D3: two appointments move to the same slot; one of them does, the other stays."""
    ids = [booked(at(hour), bay_id=store.bay, technician_id=store.tech1.id, expect=201)["id"] for hour in (8, 9, 10, 11)]
    moves = at_once(*[lambda id=id: store.advisor.post(f"/v1/appointments/{id}/reschedule", {
        "starts_at": at(18), "bay_id": store.bay, "technician_id": store.tech2.id, "reason": "customer_time"})
        for id in ids])
    assert sorted(m.status for m in moves) == [200, 409, 409, 409]
    times = sorted(a["starts_at"] for a in store.advisor.pages("/v1/appointments", store_id=store.id))
    assert len(times) == 4 and times[-1] == at(18)
    shifts = at_once(*[lambda id=id: store.advisor.post(f"/v1/appointments/{id}/confirm", {}) for id in ids[:1] * 4])
    assert sorted(s.status for s in shifts) == [200, 409, 409, 409]


def test_the_same_booking_is_sent_twice(store, booked):
    """A repeat under the same key books nothing more; a client's own id is taken once."""
    key, id = uuid7(), uuid7()
    one, two = booked(at(11), key=key, id=id, expect=201), booked(at(11), key=key, id=id, expect=201)
    assert one["id"] == two["id"] == id and two.replayed
    other = booked(at(12), id=id)
    assert (other.status, other.errors) == (409, {"/id": "duplicate"})


def test_who_may_book(chain, store, booked):
    """Roles, other stores, and ids of nothing."""
    appointment = booked(at(9), expect=201)["id"]
    other = chain.store()
    assert booked(at(13), by=store.tech1).status == 403
    assert booked(at(13), by=store.service).status == 403
    assert store.service.get(f"/v1/appointments/{appointment}", expect=200)["id"] == appointment
    assert other.advisor.get(f"/v1/appointments/{appointment}").status == 404
    assert other.advisor.post(f"/v1/appointments/{appointment}/confirm", {}).status == 404
    assert [a["id"] for a in other.advisor.pages("/v1/appointments")] == []
    foreign = booked(at(13), by=other.advisor)
    assert (foreign.status, foreign.errors) == (422, {"/store_id": "not_found"})
    hidden = booked(at(13), by=other.advisor, store_id=other.id)
    assert (hidden.status, hidden.errors) == (422, {"/customer_id": "not_found"})
    for member, value in (("bay_id", other.bay), ("technician_id", store.advisor.id), ("vehicle_id", uuid7()),
                          ("customer_id", uuid7()), ("bay_id", uuid7())):
        wrong = booked(at(13), **{member: value})
        assert (wrong.status, wrong.errors) == (422, {"/" + member: "not_found"})
    assert other.advisor.get("/v1/availability", params={"store_id": store.id, "from": day(), "to": day()}).status == 422
    assert chain.analyst.get("/v1/availability", params={"store_id": store.id, "from": day(), "to": day()}).status == 200
    # a store without technicians has nothing to offer
    assert free(other).data == []


def test_bad_fields(store, booked):
    """Every wrong field is told at once."""
    wrong = store.advisor.post("/v1/appointments", {
        "starts_at": "tomorrow", "channel": "smoke", "concerns": ["x" * 201], "odometer_km": -1, "surprise": 1,
        "operation_ids": ["x"]})
    assert wrong.errors == {
        "/customer_id": "required", "/vehicle_id": "required", "/starts_at": "bad_format", "/channel": "bad_code",
        "/concerns/0": "too_long", "/odometer_km": "too_small", "/surprise": "unknown_field",
        "/operation_ids/0": "bad_format"}
    assert free(store, "soon", "2026-02-30", expect=400).errors == {"from": "too_short", "to": "bad_format"}
    for first, last in ((day(3), day(2)), (at(11), at(9)), (at(11), "2026-01-01T00:00:00+08:00")):
        backwards = free(store, first, last, expect=400)
        assert (backwards.code, backwards.errors) == ("bad_parameter", {"to": "bad_value"})
    assert free(store, at(9), at(9)).data == [] and free(store, day(), day()).data
    known = store.chain.purchaser.post("/v1/operations", {"code": store.chain.unique(), "name": "更换机油", "standard_hours": 1,
                                                          "unit_price": 1}, expect=201)["id"]
    assert len(free(store, operation_id=[known, known], expect=200).data) == 23  # an hour, once
    unknown = free(store, operation_id=[known, uuid7()], expect=422)
    assert unknown.errors == {"operation_id": "not_found"}
    assert store.advisor.get("/v1/availability").errors == {"store_id": "required", "from": "required", "to": "required"}
    assert booked("2026-12-01").errors == {"/starts_at": "bad_format"}


def test_technicians_of_the_region_and_the_chain(chain, store, booked):
    """D2: whoever is a technician by a region or by the chain is booked by name; at home in the store, unasked too."""
    people = chain.people
    region, everywhere, resident = (people.hire(chain.unique().lower(), "technician", **grant) for grant in (
        {"region": store.region}, {}, {"region": store.region, "home": store.id}))
    elsewhere = people.hire(chain.unique().lower(), "technician", region=chain.region())
    for hour, who in ((9, region), (10, everywhere), (11, resident)):
        assert {s["technician_id"] for s in free(store, technician_id=who.id).data} == {who.id}
        assert booked(at(hour), technician_id=who.id, expect=201)["technician_id"] == who.id
        assert booked(at(hour), technician_id=who.id).code == "slot_taken"
    assert free(store, technician_id=elsewhere.id, expect=422).errors == {"technician_id": "not_found"}
    assert booked(at(12), technician_id=elsewhere.id).errors == {"/technician_id": "not_found"}
    third = store.chain.admin.post(f"/v1/stores/{store.id}/bays", {"code": "B9"}, expect=201)["id"]
    taken = [booked(at(13), expect=201) for _ in range(3)]
    assert {a["technician_id"] for a in taken} == {store.tech1.id, store.tech2.id, resident.id}
    assert third in {a["bay_id"] for a in taken}


def test_who_works_in_two_stores_is_offered_once(chain, store, booked):
    """D2: a technician who is booked at another store is not free here; an appointment without a name takes the other."""
    another = chain.store(region=store.region)
    shared = chain.people.hire(chain.unique().lower(), "technician", region=store.region, home=store.id)
    admin = chain.admin
    for hour, place in ((9, another), (11, store)):
        taken = admin.post("/v1/appointments", {
            "store_id": place.id, "customer_id": booked.customer, "vehicle_id": booked.vehicle, "starts_at": at(hour),
            "technician_id": shared.id, "channel": "phone"}, expect=201)
        there = store if place is another else another
        offered = [s["starts_at"] for s in admin.get("/v1/availability", params={
            "store_id": there.id, "from": day(), "to": day(), "technician_id": shared.id}, expect=200).data]
        assert at(hour) not in offered and at(hour + 1) in offered
        refused = booked(at(hour), by=admin, store_id=there.id, technician_id=shared.id)
        assert (refused.status, refused.code) == (409, "slot_taken")
        admin.post(f"/v1/appointments/{taken['id']}/reschedule", {
            "starts_at": at(hour), "technician_id": shared.id, "reason": "customer_time"}, expect=200)
    for person in (store.tech1, store.tech2):
        store.manager.patch(f"/v1/staff/{person.id}", {"active": False, "version": store.manager.get(f"/v1/staff/{person.id}")["version"]}, expect=200)
    assert at(9) not in [s["starts_at"] for s in free(store).data]
    admin.post(f"/v1/appointments/{taken['id']}/cancel", {"reason": "price"}, expect=200)
    assert at(11) in [s["starts_at"] for s in free(store).data]


def test_a_bay_somebody_comes_to_stays(store, booked):
    """A1: a bay is not removed while somebody is booked into it; the problem names the appointment."""
    admin, bay = store.chain.admin, store.bay
    first = booked(at(9), bay_id=bay, expect=201)
    refused = admin.delete(f"/v1/bays/{bay}")
    assert (refused.status, refused.code) == (409, "in_use") and first["number"] in refused["detail"]
    store.advisor.post(f"/v1/appointments/{first['id']}/cancel", {"reason": "price"}, expect=200)
    admin.delete(f"/v1/bays/{bay}", expect=204)
    assert admin.delete(f"/v1/bays/{bay}").status == 404
    assert booked(at(9), bay_id=bay).errors == {"/bay_id": "not_found"}


def test_a_bay_is_booked_and_removed_at_once(store, booked):
    """A1: of a booking and the removal of its bay at the same moment exactly one succeeds."""
    admin = store.chain.admin
    for _ in range(5):
        bay = admin.post(f"/v1/stores/{store.id}/bays", {"code": store.chain.unique()}, expect=201)["id"]
        made, gone = at_once(lambda b=bay: booked(at(9), bay_id=b), lambda b=bay: admin.delete(f"/v1/bays/{b}"))
        assert (made.status, gone.status) in ((201, 409), (422, 204))
        if made.status == 201:
            store.advisor.post(f"/v1/appointments/{made['id']}/cancel", {"reason": "price"}, expect=200)
