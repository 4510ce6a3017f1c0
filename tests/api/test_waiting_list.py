# SPDX-License-Identifier: Apache-2.0
"""The waiting list: what becomes free is held for who waits, and never for two."""

import pytest

from fettle import at_once, uuid7, wait_for
from slots import at, day, free
from trade import Trade


@pytest.fixture
def waits(store, booked):
    """waits(from, to, ...) -> reply: the customer of `booked` on the waiting list."""
    def put(starts_from, starts_to, by=None, expect=201, **more):
        return (by or store.advisor).post("/v1/waiting-list", {
            "store_id": store.id, "customer_id": booked.customer, "vehicle_id": booked.vehicle, "starts_from": starts_from,
            "starts_to": starts_to, "channel": "phone", **more}, expect=expect)
    return put


def entry(store, one):
    return store.advisor.get(f"/v1/waiting-list/{one['id']}", expect=200)


def offered(store, one):
    return wait_for(lambda: (lambda e: e if e["status"] == "offered" else None)(entry(store, one)))


def lapse(sql, one):
    """The time of its offer has passed."""
    sql("UPDATE waiting_entry SET offer_expires_at = now() - interval '1 second' WHERE id = %s", (one["id"],))
    sql("UPDATE slot_hold SET expires_at = now() - interval '1 second' WHERE id = %s", (one["hold_id"],))
    sql("UPDATE occupation SET held_until = now() - interval '1 second' WHERE id = %s", (one["hold_id"],))


def test_what_a_cancellation_frees_is_offered(store, booked, waits, verify):
    """D17: the slot is held for who waits longest, and booked when they accept."""
    taken = [booked(at(9), expect=201)["id"] for _ in store.bays]
    late, one, two = waits(at(12), at(13)), waits(at(9), at(9, 30), concerns=["异响"]), waits(at(9), at(9, 30))
    store.advisor.post(f"/v1/appointments/{taken[0]}/cancel", {"reason": "customer_time"}, expect=200)
    got = offered(store, one)
    assert (got["offered_starts_at"], got["offers"]) == (at(9), 1)
    assert [a["verb"] for a in got["actions"] if a["enabled"]] == ["accept", "leave"]
    assert booked(at(9)).code == "slot_taken" and at(9) not in [s["starts_at"] for s in free(store).data]
    assert offered(store, late)["offered_starts_at"] == at(12)  # a look at the list is for all of it
    assert entry(store, two)["status"] == "waiting"
    done = store.manager.post(f"/v1/waiting-list/{one['id']}/accept", expect=200)
    assert done["status"] == "booked"
    appointment = store.advisor.get(f"/v1/appointments/{done['appointment_id']}", expect=200)
    assert (appointment["starts_at"], appointment["concerns"], appointment["status"]) == (at(9), ["异响"], "pending")
    again = store.advisor.post(f"/v1/waiting-list/{one['id']}/accept")
    assert (again.status, again.code, again["state"]) == (409, "illegal_transition", "booked")
    assert verify("slots", "bookings") == []


def test_longer_hours_are_offered(store, waits, verify):
    """D17: a day that is longer than before goes to who waits, too."""
    one, other = waits(at(20), at(21)), waits(at(20, ahead=2), at(21, ahead=2))
    store.manager.post(f"/v1/stores/{store.id}/holidays", {"date": str(day()), "opens": "08:00", "closes": "22:00"}, expect=201)
    assert offered(store, one)["offered_starts_at"] == at(20)
    assert entry(store, other)["status"] == "waiting"
    assert verify("slots", "bookings") == []


def test_another_bay_is_offered(store, booked, waits, verify):
    """D17: so does a bay that there was not before."""
    store.manager.delete(f"/v1/bays/{store.bays[1]}", expect=204)
    booked(at(9), expect=201)
    one = waits(at(9), at(9, 30))
    bay = store.chain.admin.post(f"/v1/stores/{store.id}/bays", {"code": "B9", "kind": "lift"}, expect=201)["id"]
    got = offered(store, one)
    assert got["offered_starts_at"] == at(9) and verify("slots", "bookings") == []
    done = store.advisor.post(f"/v1/waiting-list/{one['id']}/accept", expect=200)
    assert store.advisor.get(f"/v1/appointments/{done['appointment_id']}", expect=200)["bay_id"] == bay


def test_who_is_back_or_stays_longer_is_offered(store, booked, waits, verify):
    """D17: and somebody's absence that is withdrawn, or their longer shift."""
    trade = Trade(store)
    away = [trade.absence(who, starts_at=at(0), ends_at=at(23)) for who in (store.tech1, store.tech2)]
    one = waits(at(9), at(9, 30))
    assert booked(at(9)).code == "slot_taken"
    store.manager.post(f"/v1/absences/{away[0]['id']}/cancel", expect=200)
    assert offered(store, one)["offered_starts_at"] == at(9)
    short = trade.shift(store.tech1, days=2, **{"from": "12:00"})
    trade.shift(store.tech2, days=2, **{"from": "12:00"})
    two = waits(at(9, ahead=2), at(9, 30, ahead=2))
    store.manager.patch(f"/v1/shifts/{short['id']}", {"from": "09:00"}, version=short["version"], expect=200)
    assert offered(store, two)["offered_starts_at"] == at(9, ahead=2)
    assert verify("slots", "bookings") == []


def test_an_offer_is_booked_for_who_waits(store, booked, waits, chain, sql, verify):
    """D17: whose offered hold is booked without the list waits no longer; nobody else's booking takes it, nor is moved there."""
    one, two = waits(at(9), at(9, 30)), waits(at(10), at(10, 30))
    held, other_held = (store.advisor.post(f"/v1/waiting-list/{each['id']}/offer", expect=200)["hold_id"] for each in (one, two))
    other = store.advisor.post("/v1/customers", {"kind": "person", "name": "李雷", "phone": chain.phone()}, expect=201)["id"]
    refused = booked(at(9), hold_id=held, customer_id=other)
    assert (refused.status, refused.code) == (409, "hold_of_another")
    theirs = booked(at(13), customer_id=other, expect=201)
    move = {"starts_at": at(10), "hold_id": other_held, "reason": "customer_time"}
    assert store.advisor.post(f"/v1/appointments/{theirs['id']}/reschedule", move).code == "hold_of_another"
    assert {entry(store, one)["status"], entry(store, two)["status"]} == {"offered"}
    made = booked(at(9), hold_id=held, expect=201)
    assert (entry(store, one)["status"], entry(store, one)["appointment_id"]) == ("booked", made["id"])
    mine = booked(at(14), expect=201)
    store.advisor.post(f"/v1/appointments/{mine['id']}/reschedule", move, expect=200)
    assert (entry(store, two)["status"], entry(store, two)["appointment_id"]) == ("booked", mine["id"])
    assert sql("SELECT count(*) FROM event WHERE type = 'waiting_entry.booked' AND store_id = %s", (store.id,)) == [(2,)]
    assert verify("slots", "bookings") == []


def test_who_wished_for_it_is_looked_at_first(store, booked, waits):
    """D17: what is freed goes to who wished for that time, however many wait longer for another."""
    store.manager.post(f"/v1/stores/{store.id}/holidays", {"date": str(day(2)), "closed": True}, expect=201)
    taken = [booked(at(9), expect=201)["id"] for _ in store.bays]
    for _ in range(51):
        waits(at(9, ahead=2), at(17, ahead=2))
    one = waits(at(9), at(9, 30))
    store.advisor.post(f"/v1/appointments/{taken[0]}/reschedule", {"starts_at": at(15), "reason": "customer_time"}, expect=200)
    assert offered(store, one)["offered_starts_at"] == at(9)


def test_an_offer_that_lapses_goes_to_the_next(store, booked, waits, sql):
    """D17: who does not answer waits on, and another is asked."""
    booked(at(9), expect=201)
    taken = booked(at(9), expect=201)["id"]
    one, two = waits(at(9), at(9, 30)), waits(at(9), at(9, 30))
    store.advisor.post(f"/v1/appointments/{taken}/decline", {"reason": "store_staff"}, expect=200)
    lapse(sql, offered(store, one))
    late = store.advisor.post(f"/v1/waiting-list/{one['id']}/accept")
    assert (late.status, late.code, late["state"]) == (409, "illegal_transition", "waiting")
    assert offered(store, two)["offered_starts_at"] == at(9)
    assert entry(store, one)["status"] == "waiting"
    left = store.advisor.post(f"/v1/waiting-list/{two['id']}/leave", {"reason": "went_elsewhere", "note": "隔壁"}, expect=200)
    assert (left["status"], left["reason"], left["note"]) == ("left", "went_elsewhere", "隔壁")
    assert store.advisor.get(f"/v1/slot-holds/{left['hold_id']}", expect=200)["status"] == "released"
    assert offered(store, one)["offers"] == 2
    assert store.advisor.post(f"/v1/waiting-list/{two['id']}/leave", {"reason": "other"}).code == "illegal_transition"


def test_a_hold_that_is_let_go_is_offered_on(store, booked, waits, sql):
    """D17: whose offered hold is released waits on at once, and the slot goes to the next; whose time has passed waits no longer."""
    booked(at(9), expect=201)
    taken = booked(at(9), expect=201)["id"]
    one, two = waits(at(9), at(9, 30)), waits(at(9), at(9, 30))
    store.advisor.post(f"/v1/appointments/{taken}/cancel", {"reason": "weather"}, expect=200)
    got = offered(store, one)
    store.advisor.post(f"/v1/slot-holds/{got['hold_id']}/release", expect=200)
    assert entry(store, one)["status"] == "waiting"
    assert offered(store, two)["offered_starts_at"] == at(9)
    sql("UPDATE waiting_entry SET starts_from = now() - interval '2 hours', starts_to = now() - interval '1 second' WHERE id = %s", (one["id"],))
    over = wait_for(lambda: (lambda e: e if e["status"] == "left" else None)(entry(store, one)))
    assert over["reason"] == "store_no_capacity"
    listed = store.advisor.pages("/v1/waiting-list", store_id=store.id, status="waiting,offered")
    assert [w["id"] for w in listed] == [two["id"]]


def test_offered_by_hand(store, booked, waits):
    """D17: the first slot that fits, or the one that is named; what is not free is not offered."""
    one, two = waits(at(9), at(11)), waits(at(9), at(11))
    first = store.advisor.post(f"/v1/waiting-list/{one['id']}/offer", expect=200)
    assert (first["status"], first["offered_starts_at"]) == ("offered", at(9))
    named = store.advisor.post(f"/v1/waiting-list/{two['id']}/offer", {"starts_at": at(9, 30), "bay_id": store.bay}, expect=200)
    assert named["offered_starts_at"] == at(9, 30)
    assert booked(at(9, 30), bay_id=store.bay).code == "slot_taken"
    assert store.advisor.post(f"/v1/waiting-list/{two['id']}/offer").code == "illegal_transition"
    for _ in store.bays:
        booked(at(12), expect=201)
    full = waits(at(12), at(12, 30))
    assert store.advisor.post(f"/v1/waiting-list/{full['id']}/offer").code == "slot_taken"
    assert store.advisor.post(f"/v1/waiting-list/{full['id']}/offer", {"starts_at": at(12)}).code == "slot_taken"
    assert [e["id"] for e in store.advisor.pages("/v1/waiting-list", limit=1, store_id=store.id, status="offered")] == [one["id"], two["id"]]
    assert [e["id"] for e in store.advisor.pages("/v1/waiting-list", customer_id=uuid7())] == []


def test_one_slot_for_many_who_wait(store, booked, waits, sql):
    """D17: offers by hand, the job and bookings at once: the slot is had once."""
    for _ in range(2):
        booked(at(9), expect=201)
    taken = store.advisor.pages("/v1/appointments", store_id=store.id)[0]["id"]
    entries = [waits(at(9), at(9, 30)) for _ in range(6)]
    calls = [lambda: store.advisor.post(f"/v1/appointments/{taken}/cancel", {"reason": "price"}, expect=200)]
    calls += [lambda e=e: store.advisor.post(f"/v1/waiting-list/{e['id']}/offer") for e in entries for _ in range(2)]
    calls += [lambda: booked(at(9))] * 4
    done = at_once(*calls)
    assert {r.status for r in done} <= {200, 201, 409}
    wait_for(lambda: sql("SELECT count(*) FROM occupation WHERE store_id = %s", (store.id,))[0][0] == 2)
    holding = sql("SELECT count(*) FROM slot_hold WHERE store_id = %s AND status = 'held'", (store.id,))[0][0]
    assert holding == len([e for e in entries if entry(store, e)["status"] == "offered"]) <= 1


def test_who_may_wait(chain, store, waits, booked):
    """D17: advisors of the store; ids of nothing and of others; what makes no sense."""
    one = waits(at(9), at(10))
    other = chain.store()
    path = f"/v1/waiting-list/{one['id']}"
    for verb, body in (("offer", None), ("accept", None), ("leave", {"reason": "other"})):
        assert store.service.post(f"{path}/{verb}", body).status == 403
        assert other.advisor.post(f"{path}/{verb}", body).status == 404
    assert store.service.get(path, expect=200)["id"] == one["id"] and other.advisor.get(path).status == 404
    assert other.advisor.pages("/v1/waiting-list") == []
    assert waits(at(9), at(10), by=other.advisor, expect=422).errors == {"/store_id": "not_found"}
    assert waits(at(9), at(10), by=other.advisor, expect=422, store_id=other.id).errors == {"/customer_id": "not_found"}
    for member, value in (("vehicle_id", uuid7()), ("customer_id", uuid7()), ("technician_id", store.advisor.id), ("operation_ids", [uuid7()])):
        assert waits(at(9), at(10), expect=422, **{member: value}).errors == {"/" + member: "not_found"}
    assert waits(at(9), at(8), expect=422).errors == {"/starts_to": "bad_value"}
    assert waits("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", expect=422).errors == {"/starts_to": "bad_value"}
    assert store.advisor.post(path + "/leave", {}).errors == {"/reason": "required"}
    assert store.advisor.post(path + "/offer", {"bay_id": other.bay}).errors == {"/bay_id": "not_found"}
