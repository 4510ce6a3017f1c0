# SPDX-License-Identifier: Apache-2.0
"""Holds: a slot is kept while it is being booked, and never given twice."""

import datetime

from fettle import at_once, uuid7, wait_for
from slots import at, free


def hold(store, starts_at, by=None, expect=None, **more):
    return (by or store.advisor).post("/v1/slot-holds", {"store_id": store.id, "starts_at": starts_at, **more}, expect=expect)


def lapse(sql, held):
    """Its time has passed; the job has not come by when the next call is made, or it has."""
    sql("UPDATE slot_hold SET expires_at = now() - interval '1 second' WHERE id = %s", (held,))
    sql("UPDATE occupation SET held_until = now() - interval '1 second' WHERE id = %s", (held,))


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_a_hold_keeps_the_slot_and_becomes_the_booking(store, booked):
    """D4: what is held is nobody else's; the booking takes exactly that, once."""
    held = hold(store, at(9), bay_id=store.bays[1], expect=201)
    assert (held["status"], held["bay_id"], held["ends_at"]) == ("held", store.bays[1], at(9, 30))
    assert [a["verb"] for a in held["actions"] if a["enabled"]] == ["release"]
    lasts = instant(held["expires_at"]) - instant(held["created_at"])
    assert lasts == datetime.timedelta(minutes=5)
    other = [s for s in free(store).data if s["starts_at"] == at(9)][0]
    assert other["bay_id"] == store.bays[0] and other["technician_id"] != held["technician_id"]
    assert booked(at(9), bay_id=store.bays[1]).code == "slot_taken"
    assert hold(store, at(9), technician_id=held["technician_id"]).code == "slot_taken"
    made = booked(at(9), hold_id=held["id"], expect=201)
    assert (made["bay_id"], made["technician_id"]) == (held["bay_id"], held["technician_id"])
    used = store.advisor.get(f"/v1/slot-holds/{held['id']}", expect=200)
    assert (used["status"], used["appointment_id"], used["actions"][0]["enabled"]) == ("booked", made["id"], False)
    again = booked(at(9), hold_id=held["id"])
    assert (again.status, again.code, again.errors) == (409, "hold_ended", {"/hold_id": "hold_ended"}) and "booked" in again["detail"]
    booked(at(9), expect=201)
    assert booked(at(9)).code == "slot_taken"


def test_a_hold_ends(store, booked, sql):
    """D4: released or out of time it keeps nothing, and nothing is booked with it."""
    one = hold(store, at(9), bay_id=store.bay, expect=201)["id"]
    assert store.advisor.post(f"/v1/slot-holds/{one}/release", expect=200)["status"] == "released"
    gone = store.advisor.post(f"/v1/slot-holds/{one}/release")
    assert (gone.status, gone.code, gone["state"]) == (409, "illegal_transition", "released")
    assert "released" in booked(at(9), hold_id=one)["detail"]
    two = hold(store, at(9), bay_id=store.bay, expect=201)["id"]
    lapse(sql, two)
    assert store.advisor.get(f"/v1/slot-holds/{two}", expect=200)["status"] == "expired"
    assert store.advisor.post(f"/v1/slot-holds/{two}/release").code == "illegal_transition"
    late = booked(at(9), hold_id=two)
    assert (late.status, late.code) == (409, "hold_ended") and "expired" in late["detail"]
    assert store.bay in [s["bay_id"] for s in free(store).data if s["starts_at"] == at(9)]
    booked(at(9), bay_id=store.bay, expect=201)
    wait_for(lambda: sql("SELECT 1 FROM event WHERE type = 'slot_hold.expired' AND subject_id = %s", (two,)))
    assert sql("SELECT 1 FROM occupation WHERE id = ANY (%s::uuid[])", ([one, two],)) == []
    assert [h["id"] for h in store.advisor.pages("/v1/slot-holds", store_id=store.id, limit=1)] == [two, one]
    assert [h["id"] for h in store.advisor.pages("/v1/slot-holds", store_id=store.id, status="released")] == [one]


def test_a_hold_that_ran_out_elsewhere_gives_way(chain, store, booked, sql):
    """D4: a technician held by another store is not free here, and is at once when that hold has run out."""
    another = chain.store(region=store.region)
    shared = chain.people.hire(chain.unique().lower(), "technician", region=store.region, home=store.id)
    held = hold(another, at(9), by=chain.admin, technician_id=shared.id, expect=201)["id"]
    assert at(9) not in [s["starts_at"] for s in free(store, technician_id=shared.id).data]
    assert booked(at(9), technician_id=shared.id).code == "slot_taken"
    lapse(sql, held)
    assert at(9) in [s["starts_at"] for s in free(store, technician_id=shared.id).data]
    booked(at(9), technician_id=shared.id, expect=201)


def test_how_long_is_the_stores_policy(store):
    """D4: a store says how many minutes."""
    path = f"/v1/stores/{store.id}/policies"
    store.tech1  # pylint: disable=pointless-statement
    rules = store.manager.get(path, expect=200)
    assert rules["hold_minutes"] == 5
    store.manager.patch(path, {"hold_minutes": 12}, version=rules["version"], expect=200)
    held = hold(store, at(9), expect=201)
    assert instant(held["expires_at"]) - instant(held["created_at"]) == datetime.timedelta(minutes=12)
    assert store.manager.patch(path, {"hold_minutes": 0}, version=2).errors == {"/hold_minutes": "too_small"}


def test_a_move_to_a_hold(store, booked):
    """D3: rescheduled to what is held, in one step; the old slot is free, also where both overlap."""
    appointment = booked(at(9), bay_id=store.bay, technician_id=store.tech1.id, expect=201)
    held = hold(store, at(11), bay_id=store.bays[1], technician_id=store.tech2.id, expect=201)["id"]
    move = f"/v1/appointments/{appointment['id']}/reschedule"
    wrong = store.advisor.post(move, {"starts_at": at(12), "reason": "customer_time", "hold_id": held})
    assert (wrong.status, wrong.errors) == (422, {"/starts_at": "bad_value"})
    wrong = store.advisor.post(move, {"starts_at": at(11), "reason": "customer_time", "hold_id": held, "bay_id": store.bay})
    assert wrong.errors == {"/bay_id": "bad_value"}
    wrong = store.advisor.post(move, {"starts_at": at(11), "reason": "customer_time", "hold_id": held, "technician_id": store.tech1.id})
    assert wrong.errors == {"/technician_id": "bad_value"}
    moved = store.advisor.post(move, {"starts_at": at(11), "reason": "customer_time", "hold_id": held}, expect=200)
    assert (moved["starts_at"], moved["bay_id"], moved["technician_id"]) == (at(11), store.bays[1], store.tech2.id)
    booked(at(9), bay_id=store.bay, technician_id=store.tech1.id, expect=201)
    assert store.advisor.post(move, {"starts_at": at(11), "reason": "customer_time", "hold_id": held}).code == "hold_ended"
    held = hold(store, at(11, 30), bay_id=store.bays[1], technician_id=store.tech2.id, expect=201)["id"]
    store.advisor.post(move, {"starts_at": at(11, 30), "reason": "customer_time", "hold_id": held}, expect=200)


def test_who_may_hold(chain, store, booked):
    """D4: advisors of the store; who did not make a hold does not book with it; ids of nothing and of others."""
    held = hold(store, at(9), expect=201)["id"]
    other = chain.store()
    assert hold(store, at(10), by=store.tech1).status == hold(store, at(10), by=store.service).status == 403
    assert store.service.get(f"/v1/slot-holds/{held}", expect=200)["id"] == held
    assert other.advisor.get(f"/v1/slot-holds/{held}").status == 404
    assert other.advisor.post(f"/v1/slot-holds/{held}/release").status == 404
    assert other.advisor.pages("/v1/slot-holds") == []
    assert hold(store, at(10), by=other.advisor).errors == {"/store_id": "not_found"}
    theirs = booked(at(9), by=store.manager, hold_id=held)
    assert (theirs.status, theirs.code, theirs.errors) == (409, "hold_of_another", {"/hold_id": "hold_of_another"})
    store.manager.post(f"/v1/slot-holds/{held}/release", expect=200)
    assert booked(at(9), hold_id=uuid7()).errors == {"/hold_id": "not_found"}
    other.tech1  # pylint: disable=pointless-statement
    foreign = hold(other, at(9), expect=201)["id"]
    assert booked(at(9), hold_id=foreign).errors == {"/hold_id": "not_found"}
    away = hold(other, at(10), by=chain.admin, expect=201)["id"]
    assert booked(at(10), by=chain.admin, hold_id=away).errors == {"/hold_id": "not_found"}
    wrong = store.advisor.post("/v1/slot-holds", {"starts_at": "soon", "operation_ids": ["x"], "minutes": 3})
    assert wrong.errors == {"/starts_at": "bad_format", "/operation_ids/0": "bad_format", "/minutes": "unknown_field"}
    for member, value in (("bay_id", other.bay), ("technician_id", store.advisor.id)):
        assert hold(store, at(10), **{member: value}).errors == {"/" + member: "not_found"}
    assert hold(store, "2026-01-05T03:00:00Z").errors == {"/starts_at": "bad_value"}
    assert hold(store, at(7)).code == "store_closed"


def test_holding_and_booking_at_once(store, booked):
    """D3: one hold, used by many at the same moment, makes one appointment."""
    held = hold(store, at(9), expect=201)["id"]
    made = at_once(*[lambda: booked(at(9), hold_id=held)] * 8)
    assert sorted(r.status for r in made) == [201] + [409] * 7
    assert {r.code for r in made if r.status == 409} == {"hold_ended"}


def test_sixty_four_in_any_mix(store, booked, sql, verify):
    """D3, D4: holds, bookings, bookings with holds and reschedules at once: nothing is taken twice, and what was
    promised is what is there."""
    apart = [booked(at(hour), expect=201)["id"] for hour in (15, 16, 17, 18) for _ in store.bays]
    first = hold(store, at(9), expect=201)["id"]

    def move(id):
        return store.advisor.post(f"/v1/appointments/{id}/reschedule", {"starts_at": at(9, 15), "reason": "customer_time"})

    calls = []
    for n in range(64):
        kind = n % 4
        if kind == 0:
            calls.append(lambda n=n: hold(store, at(9, n % 3 * 15)))
        elif kind == 1:
            calls.append(lambda n=n: booked(at(9, n % 2 * 30)))
        elif kind == 2:
            calls.append(lambda: booked(at(9), hold_id=first))
        else:
            calls.append(lambda id=apart[n // 4 % len(apart)]: move(id))
    done = at_once(*calls)
    assert {r.status for r in done} <= {200, 201, 409}
    assert {r.code for r in done if r.status == 409} <= {"slot_taken", "hold_ended"}
    assert len([r for n, r in enumerate(done) if n % 4 == 2 and r.status == 201]) == 1
    for thing in ("bay_id", "technician_id"):
        taken = f"""SELECT a.{thing}, a.id, a.starts_at, a.ends_at FROM appointment a
                     WHERE a.store_id = %(store)s AND a.status IN ('pending', 'confirmed')
                     UNION ALL SELECT h.{thing}, h.id, h.starts_at, h.ends_at FROM slot_hold h
                     WHERE h.store_id = %(store)s AND h.status = 'held'"""
        assert sql(f"WITH t AS ({taken}) SELECT a.id, b.id FROM t a JOIN t b ON a.{thing} = b.{thing} AND a.id < b.id"
                   " AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at", {"store": store.id}) == []
    promised = {r["id"]: r["starts_at"] for r in done if r.status in (200, 201)}
    there = {a["id"]: a["starts_at"] for path in ("/v1/appointments", "/v1/slot-holds") for a in store.advisor.pages(
        path, store_id=store.id, status="held" if "holds" in path else "pending")}
    assert all(there[id] == starts for id, starts in promised.items())
    assert len([s for s in there.values() if s in (at(9), at(9, 15), at(9, 30))]) >= 2
    assert verify("slots") == []
