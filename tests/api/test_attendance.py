# SPDX-License-Identifier: Apache-2.0
"""Attendance apart from the clocks of lines (G7)."""

import datetime

import pytest

import slots
from fettle import at_once, uuid7
from trade import Trade, days_ahead

CHINA = datetime.timezone(datetime.timedelta(hours=8))


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


def ago(**past):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**past)).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock_in(who, store, **more):
    return who.post("/v1/attendance/clock-in", {"store_id": store.id, **more})


def clock_out(who, body=None):
    return who.post("/v1/attendance/clock-out", body)


def day(store, date, **params):
    return {d["staff_id"]: d for d in store.manager.get("/v1/attendance/days", params={"store_id": store.id, "date": str(date), **params}, expect=200).data}


def test_in_and_out(store):
    """G7: who comes and goes says so, also later; who is at work is listed."""
    made = clock_in(store.tech1, store, occurred_at=ago(hours=3))
    assert (made.status, made["staff_id"], made["ended_at"], made["reason"]) == (200, store.tech1.id, None, None)
    assert clock_in(store.tech1, store).code == "at_work"
    assert clock_out(store.tech2).code == "not_at_work"

    def listed(**params):
        return [a["id"] for a in store.manager.get("/v1/attendance", params={"store_id": store.id, **params}, expect=200).data]

    assert listed(open="true") == [made["id"]] and listed(open="false") == []
    done = clock_out(store.tech1, {"occurred_at": ago(hours=1)})
    assert (done.status, done["id"], done["version"]) == (200, made["id"], 2) and done["ended_at"]
    assert clock_out(store.tech1).code == "not_at_work"
    again = clock_in(store.tech1, store)
    assert again.status == 200 and listed() == [again["id"], made["id"]] and listed(sort="started_at") == [made["id"], again["id"]]
    assert clock_out(store.tech1).status == 200
    own = store.manager.get(f"/v1/staff/{store.tech1.id}/attendance", expect=200).data
    assert [a["id"] for a in own] == [again["id"], made["id"]]
    assert store.manager.get(f"/v1/staff/{store.tech2.id}/attendance", expect=200).data == []
    assert [a["id"] for a in store.manager.pages("/v1/attendance", limit=1)] == [again["id"], made["id"]]


def test_never_twice(store):
    """G7: of two who clock the same person in at once one does; what was written later does not overlap either."""
    hand = store.tech1
    replies = at_once(*(lambda: clock_in(hand, store),) * 2)
    assert sorted(r.status for r in replies) == [200, 409] and next(r for r in replies if r.status == 409).code == "at_work"
    replies = at_once(*(lambda: clock_out(hand),) * 2)
    assert sorted(r.status for r in replies) == [200, 409]
    path = f"/v1/staff/{store.tech2.id}/attendance"
    body = {"store_id": store.id, "started_at": ago(hours=9), "ended_at": ago(hours=5), "reason": "忘记打卡"}
    first = store.manager.post(path, body, expect=201)
    assert (first["reason"], first["corrected_by"]) == ("忘记打卡", store.manager.id)
    assert store.manager.post(path, {**body, "started_at": ago(hours=6), "ended_at": ago(hours=4)}).code == "at_work"
    second = store.manager.post(path, {**body, "started_at": first["ended_at"], "ended_at": ago(hours=4)}, expect=201)
    moved = store.manager.patch(f"/v1/attendance/{second['id']}", {"started_at": ago(hours=8), "reason": "x"}, version=1)
    assert (moved.status, moved.code) == (409, "at_work")


def test_corrections(trade, chain):
    """G7: a manager corrects with a reason, within a day and not ahead; nobody else does, nor for another store's people."""
    store, other = trade.store, Trade(chain.store())
    made = clock_in(store.tech1, store, occurred_at=ago(hours=20))
    path = f"/v1/attendance/{made['id']}"

    def refused(**body):
        return store.manager.patch(path, {"reason": "忘记打卡", **body}, version=1).errors

    assert store.manager.patch(path, {"ended_at": ago(hours=12)}, version=1).errors == {"/reason": "required"}
    assert refused(started_at=days_ahead(1)) == {"/started_at": "bad_value"} and refused(ended_at=days_ahead(1)) == {"/ended_at": "bad_value"}
    assert refused(ended_at=ago(hours=21)) == {"/ended_at": "bad_value"}
    assert refused(started_at=ago(hours=40), ended_at=ago(hours=12)) == {"/ended_at": "bad_value"}
    done = store.manager.patch(path, {"ended_at": ago(hours=12), "reason": "忘记打卡"}, version=1, expect=200)
    assert (done["reason"], done["corrected_by"], done["version"]) == ("忘记打卡", store.manager.id, 2)
    assert store.manager.patch(path, {"reason": "x"}, version=1).status == 412
    assert store.advisor.patch(path, {"reason": "x"}, version=2).status == 403
    assert other.store.manager.patch(path, {"reason": "x"}, version=2).status == 404 and other.store.manager.get(path).status == 404
    body = {"store_id": store.id, "started_at": ago(hours=9), "ended_at": ago(hours=5), "reason": "忘记打卡"}
    assert store.manager.post(f"/v1/staff/{other.store.tech1.id}/attendance", body).status == 404
    assert store.manager.post(f"/v1/staff/{uuid7()}/attendance", body).status == 404
    assert store.manager.post(f"/v1/staff/{store.tech2.id}/attendance", {**body, "ended_at": ago(hours=10)}).errors == {"/ended_at": "bad_value"}
    assert store.tech2.post(f"/v1/staff/{store.tech2.id}/attendance", body).status == 403
    assert clock_in(store.tech2, other.store).errors == {"/store_id": "not_found"}
    assert store.tech2.get("/v1/attendance").status == 403


def test_beside_the_roster(trade, db):
    """G7: who was late, left early, is missing or on leave on a day, beside the shift of that day."""
    store = trade.store
    date = slots.day(-1)
    people = {name: store.hire(name, "technician") for name in ("late", "early", "missing", "away", "unasked")}
    with db.cursor() as cursor:
        for name in ("late", "early", "missing", "away"):
            cursor.execute("INSERT INTO shift (id, store_id, staff_id, date, starts_at, ends_at, created_at, updated_at)"
                           " VALUES (%s, %s, %s, %s, %s::date + interval '1 hour', %s::date + interval '9 hours', now(), now())",
                           (uuid7(), store.id, people[name].id, date, date, date))
        cursor.execute("INSERT INTO absence (id, store_id, staff_id, kind, starts_at, ends_at, created_at, updated_at)"
                       " VALUES (%s, %s, %s, 'sick', %s::date - 1, %s::date + 1, now(), now())", (uuid7(), store.id, people["away"].id, date, date))
    for name, start, end in (("late", "01:12", "09:00"), ("early", "00:55", "08:30"), ("unasked", "02:00", "03:30")):
        trade.attendance(people[name], started_at=f"{date}T{start}:00Z", ended_at=f"{date}T{end}:00Z")
    seen = day(store, date)
    told = {name: tuple(seen[who.id][k] for k in ("late_minutes", "early_minutes", "on_leave", "missing", "attended_hours"))
            for name, who in people.items()}
    assert told == {"late": (12, None, False, False, 7.8), "early": (None, 30, False, False, 7.583), "missing": (None, None, False, True, 0),
                    "away": (None, None, True, False, 0), "unasked": (None, None, False, False, 1.5)}
    assert seen[people["unasked"].id]["shift_starts_at"] is None and seen[people["late"].id]["shift_starts_at"] == f"{date}T01:00:00Z"
    for what in ("late", "early", "missing"):
        assert set(day(store, date, what=what)) == {people[what].id}
    assert day(store, date - datetime.timedelta(days=1)) == {}
    assert store.cashier.get("/v1/attendance/days", params={"store_id": store.id, "date": str(date)}).status == 403


def test_utilisation(trade, db):
    """G7: hours on lines of hours at work; two lines at once count once, and what is outside the days does not count."""
    store = trade.store
    date = slots.day(-2)
    trade.attendance(store.tech1, started_at=f"{date}T01:00:00Z", ended_at=f"{date}T09:00:00Z")
    line = trade.dispatched()["lines"][0]["id"]
    with db.cursor() as cursor:
        for start, end in (("01:00", "03:00"), ("02:00", "05:00"), ("06:00", "08:00")):
            cursor.execute("INSERT INTO clock_entry (id, store_id, line_id, technician_id, started_at, ended_at, recorded_at)"
                           " VALUES (%s, %s, %s, %s, %s, %s, now())",
                           (uuid7(), store.id, line, store.tech1.id, f"{date}T{start}Z", f"{date}T{end}Z"))

    def told(start, end):
        return store.manager.get("/v1/attendance/utilisation", params={"store_id": store.id, "from": str(start), "to": str(end)}, expect=200).data

    assert [(u["staff_id"], u["attended_hours"], u["booked_hours"], u["utilisation"]) for u in told(date, date)] == [(store.tech1.id, 8, 6, 0.75)]
    before = date - datetime.timedelta(days=1)
    assert told(before, before) == []
    wrong = store.manager.get("/v1/attendance/utilisation", params={"store_id": store.id, "from": str(date), "to": str(before)})
    assert (wrong.status, wrong.errors) == (400, {"to": "bad_value"})
    assert store.tech1.get("/v1/attendance/utilisation", params={"store_id": store.id, "from": str(date), "to": str(date)}).status == 403
