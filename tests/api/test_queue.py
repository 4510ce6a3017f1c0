# SPDX-License-Identifier: Apache-2.0
"""The queue at the counter: numbers, calls that are never of the same ticket, and what the lobby may see."""

import json

import pytest

from fettle import at_once, uuid7, wait_for
from slots import day
from trade import Trade


@pytest.fixture
def trade(store):
    return Trade(store)


def call_next(store, by=None, expect=None, **more):
    return (by or store.advisor).post("/v1/queue-tickets/call-next", {"store_id": store.id, **more}, expect=expect)


def read(store, ticket):
    return store.advisor.get(f"/v1/queue-tickets/{ticket['id']}", expect=200)


def board(store, who=None):
    return (who or store.advisor).get("/v1/queue-board", params={"store_id": store.id}, expect=200)


def verbs(ticket):
    return [a["verb"] for a in ticket["actions"] if a["enabled"]]


def test_a_ticket_from_the_door_to_the_desk(store, trade, verify):
    """D11: numbered by day and kind, called in turn, skipped, served by a reception."""
    one, two, three = trade.ticket(plate="沪A12345", note="刹车"), trade.ticket(), trade.ticket()
    look = trade.ticket(kind="inspection")
    assert [t["number"] for t in (one, two, three, look, trade.ticket(kind="collect"))] == ["B001", "B002", "B003", "A001", "C001"]
    assert (one["day"], one["status"], one["plate"], one["ahead"], three["ahead"], look["ahead"]) == (str(day(0)), "waiting", "沪A12345", 0, 2, 0)
    assert (one["estimated_wait_minutes"], three["estimated_wait_minutes"]) == (0, 20)
    called = call_next(store, kinds=["repair"], counter="3", expect=200)
    assert (called["id"], called["status"], called["counter"], called["calls"], called["caller"]["id"]) == (one["id"], "called", "3", 1, store.advisor.id)
    assert verbs(called) == ["call", "skip", "mark-no-show", "serve", "leave"] and called["ahead"] is None
    again = store.advisor.post(f"/v1/queue-tickets/{one['id']}/call", expect=200)
    assert (again["calls"], again["counter"]) == (2, "3")
    back = store.advisor.post(f"/v1/queue-tickets/{one['id']}/skip", expect=200)
    assert (back["status"], back["skips"], back["ahead"]) == ("waiting", 1, 2)
    assert call_next(store, kinds=["repair"], expect=200)["id"] == two["id"]
    gone = store.advisor.post(f"/v1/queue-tickets/{two['id']}/mark-no-show", expect=200)
    assert gone["status"] == "no_show" and verbs(gone) == ["call"] and gone["ended_at"]
    reception = trade.reception()["id"]
    assert store.advisor.post(f"/v1/queue-tickets/{three['id']}/serve", {"reception_id": reception}).code == "illegal_transition"
    assert call_next(store, kinds=["repair"], expect=200)["id"] == three["id"]
    done = store.advisor.post(f"/v1/queue-tickets/{three['id']}/serve", {"reception_id": reception}, expect=200)
    assert (done["status"], done["reception_id"], verbs(done)) == ("served", reception, [])
    assert [t["id"] for t in store.advisor.pages("/v1/queue-tickets", reception_id=reception)] == [three["id"]]
    late = store.advisor.post(f"/v1/queue-tickets/{two['id']}/call", {"counter": "1"}, expect=200)
    assert (late["status"], late["counter"], late["ended_at"]) == ("called", "1", None)
    assert call_next(store, kinds=["repair"], expect=200)["id"] == one["id"]
    assert call_next(store, kinds=["repair"]).code == "queue_empty"
    left = store.cashier.post(f"/v1/queue-tickets/{look['id']}/leave", expect=200)
    refused = store.advisor.post(f"/v1/queue-tickets/{look['id']}/call")
    assert (left["status"], refused.status, refused.code, refused["state"]) == ("left", 409, "illegal_transition", "left")
    assert [t["number"] for t in store.advisor.pages("/v1/queue-tickets", limit=2, store_id=store.id, status="waiting,called", day=day(0))] == [
        "B002", "C001", "B001"]
    assert verify("queue") == []


def test_nobody_is_called_twice(store, trade, verify):
    """D11: many take tickets and many call at once: each number once, each ticket called once."""
    callers = [store.advisor, store.cashier, store.manager] * 5
    taken = at_once(*[lambda: store.advisor.post("/v1/queue-tickets", {"store_id": store.id, "kind": "repair"}, expect=201)
                      for _ in range(12)])
    assert sorted(t["number"] for t in taken) == [f"B{n:03}" for n in range(1, 13)]
    called = at_once(*[lambda who=who: call_next(store, who) for who in callers])
    assert sorted(r.status for r in called) == [200] * 12 + [409] * 3
    assert len({r["id"] for r in called if r.status == 200}) == 12
    assert {r.code for r in called if r.status == 409} == {"queue_empty"}
    once = at_once(*[lambda: store.advisor.post(f"/v1/queue-tickets/{taken[0]['id']}/serve")] * 6)
    assert sorted(r.status for r in once) == [200] + [409] * 5
    assert verify("queue") == []


def test_how_long_it_takes(store, trade, sql):
    """D11: as the last ones of the day took, by as many as call; before that as the store's policy says."""
    policy = store.manager.get(f"/v1/stores/{store.id}/policies", expect=200)
    assert policy["queue_minutes"] == 10
    store.manager.patch(f"/v1/stores/{store.id}/policies", {"queue_minutes": 4}, version=policy["version"], expect=200)
    for _ in range(3):
        trade.ticket("call", "serve")
    waiting = [trade.ticket() for _ in range(3)]
    sql("UPDATE queue_ticket SET called_at = ended_at - interval '6 minutes' WHERE store_id = %s AND status = 'served' AND number <> 'B001'", (store.id,))
    sql("UPDATE queue_ticket SET status = 'left', called_at = ended_at - interval '6 minutes' WHERE store_id = %s AND number = 'B001'", (store.id,))
    assert read(store, waiting[2])["estimated_wait_minutes"] == 8  # two are too few to go by
    sql("UPDATE queue_ticket SET status = 'served' WHERE store_id = %s AND number = 'B001'", (store.id,))
    assert read(store, waiting[2])["estimated_wait_minutes"] == 12
    call_next(store, store.cashier, expect=200)
    assert (read(store, waiting[2])["ahead"], read(store, waiting[2])["estimated_wait_minutes"]) == (1, 3)


def test_the_screen_in_the_lobby(chain, store, trade):
    """D11: a key of the door's tablet takes tickets, one of the screen reads numbers; nobody's data is on it."""
    key = chain.admin.post("/v1/api-keys", {"name": "门口平板", "scopes": ["queue.take"], "store_ids": [store.id]}, expect=201)["token"]
    screen = chain.admin.post("/v1/api-keys", {"name": "大厅屏", "scopes": ["queue.board"], "store_ids": [store.id]}, expect=201)["token"]
    tablet, wall = chain.people.client(key), chain.people.client(screen)
    mine = tablet.post("/v1/queue-tickets", {"store_id": store.id, "kind": "repair", "plate": "沪A88888", "note": "王女士"}, expect=201)
    assert (mine["number"], mine["ahead"]) == ("B001", 0) and tablet.get(f"/v1/queue-tickets/{mine['id']}", expect=200)["id"] == mine["id"]
    trade.ticket()
    for path, body in (("/v1/queue-tickets/call-next", {"store_id": store.id}), (f"/v1/queue-tickets/{mine['id']}/leave", None)):
        assert tablet.post(path, body).status == 403 and wall.post(path, body).status == 403
    assert tablet.get("/v1/queue-tickets").status == 403 and wall.get(f"/v1/queue-tickets/{mine['id']}").status == 403
    call_next(store, counter="2", expect=200)
    seen = board(store, wall)
    assert [(c["number"], c["kind"], c["counter"]) for c in seen["called"]] == [("B001", "repair", "2")]
    assert [(w["kind"], w["waiting"], w["next"]) for w in seen["waiting"]] == [("inspection", 0, []), ("repair", 1, ["B002"]), ("collect", 0, [])]
    assert not [word for word in ("沪A88888", "王女士", store.advisor.id) if word in json.dumps(seen.json, ensure_ascii=False)]


def test_a_day_that_is_over(store, trade, sql):
    """D11: numbers begin anew each day; who still waits from yesterday is not called."""
    old, also = trade.ticket(), trade.ticket("call")
    sql("UPDATE queue_ticket SET day = day - 1 WHERE store_id = %s", (store.id,))
    sql("UPDATE queue_counter SET day = day - 1 WHERE store_id = %s", (store.id,))
    new = trade.ticket()
    assert (new["number"], new["ahead"]) == ("B001", 0)
    assert call_next(store, expect=200)["id"] == new["id"] and call_next(store).code == "queue_empty"
    assert board(store)["waiting"][1]["waiting"] == 0
    wait_for(lambda: [read(store, t)["status"] for t in (old, also)] == ["lapsed", "lapsed"], 20)


def test_who_may_queue(chain, store, trade):
    """D11: advisors and cashiers of the store; ids of nothing and of others."""
    ticket, other = trade.ticket("call"), chain.store()
    path = f"/v1/queue-tickets/{ticket['id']}"
    for verb in ("call", "skip", "mark-no-show", "serve", "leave"):
        assert store.dispatcher.post(f"{path}/{verb}").status == 403 and other.advisor.post(f"{path}/{verb}").status == 404
    assert other.advisor.get(path).status == 404 and store.tech1.get(path).status == 403
    assert other.advisor.get("/v1/queue-board", params={"store_id": store.id}).errors == {"store_id": "not_found"}
    # headquarters sees every store, and none that there is not
    assert chain.admin.get("/v1/queue-board", params={"store_id": uuid7()}).errors == {"store_id": "not_found"}
    assert chain.admin.post("/v1/queue-tickets/call-next", {"store_id": uuid7()}).errors == {"/store_id": "not_found"}
    assert call_next(store, other.advisor).errors == {"/store_id": "not_found"}
    assert other.advisor.pages("/v1/queue-tickets") == []
    theirs = Trade(other).reception()["id"]
    for reception in (uuid7(), theirs):
        assert store.advisor.post(f"{path}/serve", {"reception_id": reception}).errors == {"/reception_id": "not_found"}
    for body, errors in (({}, {"/kind": "required"}), ({"kind": "wash"}, {"/kind": "bad_code"}),
                         ({"kind": "repair", "appointment_id": uuid7()}, {"/appointment_id": "not_found"})):
        assert store.advisor.post("/v1/queue-tickets", {"store_id": store.id, **body}).errors == errors
    assert call_next(store, kinds=["wash"]).errors == {"/kinds/0": "bad_code"}
    assert read(store, ticket)["status"] == "called"
