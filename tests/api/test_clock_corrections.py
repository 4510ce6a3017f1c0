# SPDX-License-Identifier: Apache-2.0
"""Clocks of lines that were told wrongly, and those of who goes home (G7)."""

import pytest

from fettle import at_once, uuid7
from samples import ago
from trade import Trade, days_ahead

WHY = {"reason": "忘记打卡"}


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


def line_of(order):
    return "/v1/work-order-lines/" + order["lines"][0]["id"]


def clocks(store, order):
    return store.leader.get(f"/v1/work-orders/{order['id']}/clock-entries", expect=200).data


def corrections(store, order):
    return store.leader.get(f"/v1/work-orders/{order['id']}/clock-corrections", expect=200).data


def began(trade, hours):
    """A line whose technician clocked on some hours ago, and the clock."""
    order = trade.dispatched()
    trade.line_step(trade.store.tech1, order["lines"][0]["id"], "clock-on", {"occurred_at": ago(hours=hours)})
    (entry,) = clocks(trade.store, order)
    return order, entry


def test_who_forgot_to_clock_off(trade, verify):
    """G7: a clock that ran on gets its end; the line stands still since then, and its technician goes on with it."""
    store = trade.store
    order, entry = began(trade, 10)
    path, end = f"/v1/clock-entries/{entry['id']}", ago(hours=4)
    assert (entry["version"], entry["ended_at"]) == (1, None)
    done = store.leader.patch(path, {"ended_at": end, **WHY}, version=1, expect=200)
    assert (done["version"], done["reason"], done["note"], done["voided_at"]) == (2, "other", "忘记打卡", None)
    assert done["started_at"] == entry["started_at"] and done["work_order_id"] == order["id"]
    assert store.tech1.get(line_of(order), expect=200)["work_status"] == "paused"
    (pause,) = store.leader.get("/v1/work-order-pauses", params={"store_id": store.id, "running": "true"}, expect=200).data
    assert (pause["actor_id"], pause["reason_code"], pause["paused_at"]) == (store.tech1.id, "other", done["ended_at"])
    # told otherwise again: the pause began when the clock stopped
    later = store.leader.patch(path, {"started_at": ago(hours=8), "ended_at": ago(hours=2), **WHY}, version=2, expect=200)
    (pause,) = store.leader.get("/v1/work-order-pauses", params={"store_id": store.id, "running": "true"}, expect=200).data
    assert pause["paused_at"] == later["ended_at"]
    one, two = corrections(store, order)
    assert [c["change"] for c in (one, two)] == ["corrected"] * 2 and {c["actor_id"] for c in (one, two)} == {store.leader.id}
    assert (one["started_before"], one["ended_before"], one["ended_at"]) == (entry["started_at"], None, done["ended_at"])
    assert (two["started_before"], two["ended_before"]) == (done["started_at"], done["ended_at"])
    assert (two["started_at"], two["ended_at"], two["reason"]) == (later["started_at"], later["ended_at"], "忘记打卡")
    trade.line_step(store.tech1, order["lines"][0]["id"], "resume")
    assert trade.line_step(store.tech1, order["lines"][0]["id"], "finish")["work_status"] == "done"
    assert verify("work", "histories") == []


def test_hours_follow(trade, verify):
    """G7: what was added, corrected and made void is what the line's hours, its pauses and the use of the day say."""
    store = trade.store
    order = trade.dispatched()
    line = order["lines"][0]["id"]
    for verb, hours in (("clock-on", 9), ("pause", 8), ("resume", 7), ("finish", 6)):
        trade.line_step(store.tech1, line, verb, {"occurred_at": ago(hours=hours)})
    first, second = clocks(store, order)
    longer = store.leader.patch(f"/v1/clock-entries/{first['id']}", {"ended_at": ago(hours=7, minutes=30), **WHY}, version=first["version"], expect=200)
    store.leader.patch(f"/v1/clock-entries/{second['id']}", {"started_at": ago(hours=7, minutes=15), **WHY}, version=second["version"], expect=200)
    (pause,) = store.leader.get("/v1/work-order-pauses", params={"store_id": store.id, "work_order_id": order["id"]}, expect=200).data
    assert pause["paused_at"] == longer["ended_at"] and 900 <= pause["seconds"] < 960  # and what the calls took
    assert store.leader.get(f"/v1/work-orders/{order['id']}/durations", expect=200)["paused_seconds"] == pause["seconds"]
    added = trade.clock(order, started_at=ago(hours=5), ended_at=ago(hours=4))
    assert added["technician_id"] == store.tech1.id and len(clocks(store, order)) == 3
    gone = store.leader.post(f"/v1/clock-entries/{second['id']}/void", {"reason": "误打卡"}, expect=200)
    assert gone["voided_at"] and gone["ended_at"] and [e["id"] for e in clocks(store, order)] == [first["id"], added["id"]]
    assert [c["change"] for c in corrections(store, order)] == ["corrected", "corrected", "added", "voided"]
    assert store.leader.post(f"/v1/clock-entries/{second['id']}/void", {"reason": "误打卡"}).code == "clock_void"
    assert store.leader.patch(f"/v1/clock-entries/{second['id']}", {"ended_at": ago(hours=3), **WHY}, version=gone["version"]).code == "clock_void"
    # where what is void was, somebody may have been
    trade.clock(order, started_at=ago(hours=7, minutes=10), ended_at=ago(hours=7))
    assert verify("work", "histories") == []
    for who, verb in ((store.dispatcher, "finish-work"),):
        trade.step(who, order, verb)
    store.inspector.post(f"/v1/quality-checks/{trade.check(order)['id']}/pass", expect=200)
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    assert store.leader.patch(f"/v1/clock-entries/{first['id']}", {"ended_at": ago(hours=8), **WHY}, version=longer["version"]).code == "billed"
    store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
    assert store.leader.post(f"/v1/clock-entries/{first['id']}/void", WHY).code == "illegal_transition"
    trade.pay(store.cashier.get(f"/v1/settlements/{bill['id']}", expect=200))
    trade.step(store.advisor, order, "deliver", {"old_parts": "given_up", "explained": True, "belongings_returned": True, "odometer_out_km": 41300})
    (credit,) = [c for c in store.manager.get("/v1/labour-credits", params={"store_id": store.id}, expect=200).data if c["line_id"] == line]
    assert abs(credit["clocked_seconds"] - (90 + 60 + 10) * 60) < 60


def test_wrong_corrections(trade, chain):
    """G7: leaders and managers correct, not their own clocks, not ahead, not overlapping, not for another store."""
    store, other = trade.store, Trade(chain.store()).store
    order, entry = began(trade, 6)
    path, to_line = f"/v1/clock-entries/{entry['id']}", line_of(order) + "/clock-entries"

    def refused(**body):
        return store.leader.patch(path, {**WHY, **body}, version=1).errors

    assert store.leader.patch(path, {"ended_at": ago(hours=1)}, version=1).errors == {"/reason": "required"}
    assert refused() == {"/ended_at": "required"}
    assert refused(started_at=days_ahead(1)) == {"/started_at": "bad_value"} and refused(ended_at=days_ahead(1)) == {"/ended_at": "bad_value"}
    assert refused(ended_at=ago(hours=7)) == {"/ended_at": "bad_value"} and refused(started_at=ago(hours=40), ended_at=ago(hours=1)) == {"/ended_at": "bad_value"}
    for who in (store.tech1, store.advisor, store.dispatcher):
        assert who.patch(path, {"ended_at": ago(hours=1), **WHY}, version=1).status == 403
    assert other.leader.patch(path, {"ended_at": ago(hours=1), **WHY}, version=1).status == 404
    assert other.leader.post(path + "/void", WHY).status == 404 and other.leader.get(path).status == 404
    assert other.leader.get(f"/v1/work-orders/{order['id']}/clock-corrections").status == 404
    body = {"technician_id": store.tech1.id, "started_at": ago(hours=9), "ended_at": ago(hours=7), **WHY}
    assert other.leader.post(to_line, body).status == 404
    assert store.leader.post(to_line, {**body, "technician_id": other.tech1.id}).errors == {"/technician_id": "not_technician"}
    assert store.leader.post(to_line, {**body, "ended_at": ago(hours=10)}).errors == {"/ended_at": "bad_value"}
    assert store.leader.post(to_line, {**body, "ended_at": ago(hours=5)}).code == "clock_overlap"
    assert store.leader.post(f"/v1/work-order-lines/{uuid7()}/clock-entries", body).status == 404
    made = store.leader.post(to_line, {**body, "id": uuid7()}, expect=201)
    assert store.leader.post(to_line, {**body, "id": made["id"], "started_at": ago(hours=12), "ended_at": ago(hours=11)}).code == "duplicate"
    assert store.leader.patch(path, {"started_at": ago(hours=8), **WHY}, version=1).code == "clock_overlap"
    # a colleague may have been at it at the same time
    store.leader.post(to_line, {**body, "technician_id": store.tech2.id}, expect=201)
    # one's own, for who manages the staff only
    own = {**body, "technician_id": store.leader.id}
    assert store.leader.post(to_line, own).status == 403
    mine = store.manager.post(to_line, own, expect=201)
    assert store.leader.post(f"/v1/clock-entries/{mine['id']}/void", WHY).status == 403
    assert store.manager.post(f"/v1/clock-entries/{mine['id']}/void", WHY, expect=200)["voided_at"]
    fresh = trade.authorised()
    assert store.leader.post(line_of(fresh) + "/clock-entries", body).code == "line_status"
    trade.step(store.advisor, fresh, "cancel", WHY)
    assert store.leader.post(line_of(fresh) + "/clock-entries", body).code == "illegal_transition"


def test_corrections_that_meet(trade, verify):
    """G7: of two corrections at once one counts, and of one that meets the technician's own clocking off."""
    store = trade.store
    order, entry = began(trade, 5)
    path = f"/v1/clock-entries/{entry['id']}"
    replies = at_once(*(lambda who=who: who.patch(path, {"ended_at": ago(hours=1), **WHY}, version=1) for who in (store.leader, store.manager)))
    assert sorted(r.status for r in replies) == [200, 412] and len(corrections(store, order)) == 1
    order, entry = began(trade, 5)
    path = f"/v1/clock-entries/{entry['id']}"
    told, off = at_once(lambda: store.leader.patch(path, {"ended_at": ago(hours=1), **WHY}, version=1),
                        lambda: store.tech1.post(line_of(order) + "/finish"))
    assert (told.status, off.status) in ((200, 409), (412, 200)), (told, off)
    assert store.leader.get(path, expect=200)["ended_at"] and verify("work", "histories") == []


def test_a_void_clock_runs_no_more(trade, verify):
    """G7: who clocked on to the wrong line is not at it; nor does a colleague's clock stop."""
    store = trade.store
    order = trade.authorised()
    line = order["lines"][0]["id"]
    trade.step(store.dispatcher, order, "dispatch", {"assignments": [{"line_id": line, "technician_id": who.id, "share_bp": 5000}
                                                                     for who in (store.tech1, store.tech2)]})
    for who in (store.tech1, store.tech2):
        trade.line_step(who, line, "clock-on")
    one, two = ([e["id"] for e in clocks(store, order) if e["technician_id"] == who.id][0] for who in (store.tech1, store.tech2))
    store.leader.post(f"/v1/clock-entries/{one}/void", {"reason": "误打卡"}, expect=200)
    assert store.tech1.get(line_of(order), expect=200)["work_status"] == "working"
    assert store.tech1.post(line_of(order) + "/finish").code == "not_clocked_on"
    store.leader.post(f"/v1/clock-entries/{two}/void", {"reason": "误打卡"}, expect=200)
    assert store.tech1.get(line_of(order), expect=200)["work_status"] == "paused" and clocks(store, order) == []
    trade.line_step(store.tech1, line, "resume")
    assert verify("work", "histories") == []


def test_who_goes_home_leaves_the_line(trade, verify):
    """G7: clocking out for the day stops the clocks that run, at that moment, with a reason that says so; so does a correction of it."""
    store = trade.store
    orders = [trade.dispatched() for _ in range(2)]
    store.tech1.post("/v1/attendance/clock-in", {"store_id": store.id, "occurred_at": ago(hours=9)}, expect=200)
    for order in orders:
        trade.line_step(store.tech1, order["lines"][0]["id"], "clock-on", {"occurred_at": ago(hours=8)})
    gone = store.tech1.post("/v1/attendance/clock-out", {"occurred_at": ago(hours=1)}, expect=200)
    for order in orders:
        (entry,) = clocks(store, order)
        assert (entry["ended_at"], entry["reason"]) == (gone["ended_at"], "shift_end")
        assert store.tech1.get(line_of(order), expect=200)["work_status"] == "paused"
    pauses = store.leader.get("/v1/work-order-pauses", params={"store_id": store.id, "running": "true"}, expect=200).data
    assert {(p["actor_id"], p["reason_code"], p["paused_at"]) for p in pauses} == {(store.tech1.id, "shift_end", gone["ended_at"])}
    # the next day
    here = store.tech1.post("/v1/attendance/clock-in", {"store_id": store.id}, expect=200)
    trade.line_step(store.tech1, orders[0]["lines"][0]["id"], "resume", {"occurred_at": ago(minutes=40)})
    at = ago(minutes=20)
    store.manager.patch(f"/v1/attendance/{here['id']}", {"started_at": ago(minutes=50), "ended_at": at, **WHY}, version=1, expect=200)
    last = clocks(store, orders[0])[-1]
    assert last["reason"] == "shift_end" and last["ended_at"][:19] == at[:19]
    trade.line_step(store.tech1, orders[0]["lines"][0]["id"], "resume")
    assert verify("work", "histories") == []


def test_going_home_meets_clocking_off(trade, verify):
    """G7: who finishes a line and goes home at the same moment does both, and no clock runs on."""
    store = trade.store
    store.tech1.post("/v1/attendance/clock-in", {"store_id": store.id}, expect=200)
    order = trade.started()
    out, off = at_once(lambda: store.tech1.post("/v1/attendance/clock-out"), lambda: store.tech1.post(line_of(order) + "/finish"))
    assert out.status == 200 and off.status in (200, 409), (out, off)
    assert clocks(store, order)[0]["ended_at"] and verify("work", "histories") == []
