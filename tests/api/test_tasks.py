# SPDX-License-Identifier: Apache-2.0
"""Follow-up tasks: whom the store calls, how often, and customers who are called in when their parts have come."""

import datetime

import pytest

from fettle import at_once, uuid7, wait_for
from trade import HANDED_BACK, Trade, days_ahead

OPEN = "planned,attempted"
NO_ANSWER = {"method": "phone", "result": "no_answer"}


@pytest.fixture
def trade(store):
    return Trade(store)


def rules(store, **more):
    path = f"/v1/stores/{store.id}/policies"
    return store.manager.patch(path, more, version=store.manager.get(path, expect=200)["version"], expect=200)


def verb(who, task, name, body, expect=200, **options):
    return who.post(f"/v1/tasks/{task['id']}/{name}", body, expect=expect, **options)


def read(store, task):
    return store.advisor.get(f"/v1/tasks/{task['id']}", expect=200)


def calls(store, about="work_order_id", **params):
    """The tasks of an order, first to last."""
    key = params.pop("of", None)
    found = store.advisor.pages("/v1/tasks", store_id=store.id, sort="-created_at", **({about: key} if key else {}), **params)
    return found[::-1]


def states(store, order):
    return [(t["kind"], t["status"], t["cancel_cause"]) for t in calls(store, of=order["id"])]


def waiting(trade, *parts, quantity=1):
    """An order whose customer agreed to parts that are not there."""
    return trade.authorised(lines=[{"kind": "part", "part_id": part, "quantity": quantity} for part in parts])


def parts(trade, count):
    return [trade.part()["id"] for _ in range(count)]


def actions(task):
    return {a["verb"]: a["enabled"] for a in task["actions"]}


def seconds_until(instant):
    return (datetime.datetime.fromisoformat(instant) - datetime.datetime.now(datetime.timezone.utc)).total_seconds()


def events(store, one, *expected):
    """Sooner or later: an event is told once all that began before it is over."""
    wait_for(lambda: [e["type"] for e in store.manager.pages("/v1/events", subject_id=one["id"])] == list(expected))


# --- By hand ---

def test_a_task_from_plan_to_done(store, trade):
    """Somebody plans a call, another is given it, tries, reaches the customer, and says what came of it."""
    customer = trade.customer()["id"]
    made = store.service.post("/v1/tasks", {"store_id": store.id, "kind": "follow_up", "customer_id": customer, "due_at": days_ahead(1), "title": "保养后回访", "note": "异响是否消失"},
                              expect=201)
    assert made.headers["Location"] == f"/v1/tasks/{made['id']}"
    assert (made["source"], made["status"], made["overdue"], made["attempts"], made["created_by"], made["customer"]["id"]) == (
        "staff", "planned", False, [], store.service.id, customer)
    assert actions(made) == {"attempt": True, "done": True, "cancel": True}
    path = f"/v1/tasks/{made['id']}"
    given = store.advisor.patch(path, {"assignee_id": store.advisor.id, "due_at": days_ahead(2), "note": None}, version=1, expect=200)
    assert (given["assignee"]["id"], given["note"], given["title"], given["version"]) == (store.advisor.id, None, "保养后回访", 2)
    assert store.advisor.patch(path, {"title": "x"}, version=1).code == "stale_version"
    tried = verb(store.advisor, made, "attempt", {**NO_ANSWER, "note": "关机", "next_at": days_ahead(3)})
    assert (tried["status"], tried["due_at"][:10], tried["attempts_count"], tried["unanswered_count"]) == ("attempted", days_ahead(3)[:10], 1, 1)
    later = verb(store.advisor, made, "attempt", {"method": "wechat", "result": "call_later"})
    assert (later["status"], later["attempts_count"], later["unanswered_count"]) == ("attempted", 2, 0)
    assert 3500 < seconds_until(later["due_at"]) <= 3600
    done = verb(store.advisor, made, "done", {"outcome": "appointment_made", "note": "周六上午"})
    assert (done["status"], done["outcome"], done["outcome_note"], done["overdue"]) == ("done", "appointment_made", "周六上午", False)
    assert done["ended_at"] and actions(done) == {"attempt": False, "done": False, "cancel": False}
    assert [(a["ordinal"], a["method"], a["result"], a["note"], a["actor_id"]) for a in done["attempts"]] == [
        (1, "phone", "no_answer", "关机", store.advisor.id), (2, "wechat", "call_later", None, store.advisor.id)]
    events(store, made, "task.created", "task.updated", "task.attempted", "task.attempted", "task.done")
    for name, body in (("attempt", NO_ANSWER), ("done", {"outcome": "other"}), ("cancel", {"reason": "x"})):
        assert verb(store.advisor, made, name, body, expect=409).code == "illegal_transition"
    refused = store.advisor.patch(path, {"title": "x"}, version=done["version"], expect=409)
    assert (refused.code, refused["state"]) == ("illegal_transition", "done")


def test_who_cannot_be_reached(store, trade):
    """After as many calls in a row as the store's policies say, it is given up; who was spoken to counts anew."""
    assert rules(store, call_attempts=2, call_in_minutes=0)["call_attempts"] == 2
    task = trade.task()
    verb(store.advisor, task, "attempt", NO_ANSWER)
    assert verb(store.advisor, task, "attempt", {"method": "phone", "result": "reached"})["unanswered_count"] == 0
    assert verb(store.advisor, task, "attempt", {"method": "sms", "result": "message_left"})["status"] == "attempted"
    due = read(store, task)["due_at"]
    over = verb(store.advisor, task, "attempt", {"method": "phone", "result": "wrong_number"})
    assert (over["status"], over["attempts_count"], over["unanswered_count"], over["due_at"]) == ("unreachable", 4, 2, due)
    assert over["ended_at"] and actions(over) == {"attempt": False, "done": False, "cancel": False}
    events(store, task, "task.created", *["task.attempted"] * 3, "task.unreachable")
    assert verb(store.advisor, task, "attempt", NO_ANSWER, expect=409)["state"] == "unreachable"
    dropped = verb(store.advisor, trade.task(), "cancel", {"reason": "客户已到店"})
    assert (dropped["status"], dropped["cancel_cause"], dropped["cancel_reason"]) == ("cancelled", "by_hand", "客户已到店")
    path = f"/v1/stores/{store.id}/policies"
    wrong = store.manager.patch(path, {"call_attempts": 0, "call_in_minutes": -1}, version=store.manager.get(path)["version"], expect=422)
    assert wrong.errors == {"/call_attempts": "too_small", "/call_in_minutes": "too_small"}


def test_what_a_task_is_about(store, trade):
    """A customer, a car, an order or a wish; the last two say who the others are."""
    order, other = trade.order(), trade.order()
    about = {"store_id": store.id, "kind": "call_in", "due_at": days_ahead(1)}

    def plan(expect=201, **more):
        return store.advisor.post("/v1/tasks", {**about, **more}, expect=expect)

    made = plan(work_order_id=order["id"], assignee_id=store.service.id)
    assert (made["customer_id"], made["vehicle_id"], made["work_order_number"], made["assignee"]["id"]) == (
        order["customer_id"], order["vehicle_id"], order["number"], store.service.id)
    assert plan(work_order_id=order["id"], expect=409).errors == {"/work_order_id": "duplicate"}
    assert plan(work_order_id=order["id"], kind="follow_up")["status"] == "planned"
    wish = trade.demand(trade.part()["id"], kind="repair", work_order_id=other["id"])
    assert plan(work_order_id=order["id"], demand_id=wish["id"], kind="other", expect=422).errors == {"/demand_id": "bad_value"}
    of_wish = plan(demand_id=wish["id"])
    assert (of_wish["work_order_id"], of_wish["customer_id"], of_wish["demand_id"]) == (other["id"], other["customer_id"], wish["id"])
    assert plan(demand_id=wish["id"], expect=409).errors == {"/work_order_id": "duplicate"}
    own = trade.customer()["id"]
    assert plan(vehicle_id=trade.vehicle(own)["id"])["customer_id"] is None
    for more, wrong in (({"customer_id": own, "work_order_id": order["id"]}, {"/customer_id": "bad_value"}),
                        ({"vehicle_id": trade.vehicle()["id"], "work_order_id": order["id"]}, {"/vehicle_id": "bad_value"}),
                        ({}, {"/customer_id": "required"}), ({"customer_id": own, "due_at": days_ahead(-1)}, {"/due_at": "bad_value"}),
                        ({"customer_id": uuid7()}, {"/customer_id": "not_found"}), ({"vehicle_id": uuid7()}, {"/vehicle_id": "not_found"}),
                        ({"work_order_id": uuid7()}, {"/work_order_id": "not_found"}), ({"demand_id": uuid7()}, {"/demand_id": "not_found"}),
                        ({"customer_id": own, "assignee_id": uuid7()}, {"/assignee_id": "not_found"})):
        refused = store.advisor.post("/v1/tasks", {**about, **more})
        assert (refused.status >= 400, refused.errors) == (True, wrong)
    assert plan(kind="visit", due_at="soon", title="", expect=422).errors.keys() == {"/kind", "/due_at", "/title"}
    task = trade.task()
    assert verb(store.advisor, task, "attempt", {**NO_ANSWER, "next_at": days_ahead(-1)}, expect=422).errors == {"/next_at": "bad_value"}
    assert verb(store.advisor, task, "attempt", {"method": "smoke"}, expect=422).errors.keys() == {"/method", "/result"}
    assert verb(store.advisor, task, "done", {"outcome": "fine"}, expect=422).errors.keys() == {"/outcome"}
    assert verb(store.advisor, task, "cancel", {}, expect=422).errors == {"/reason": "required"}
    wrong = store.advisor.patch(f"/v1/tasks/{task['id']}", {"assignee_id": uuid7()}, version=1)
    assert (wrong.status >= 400, wrong.errors) == (True, {"/assignee_id": "not_found"})
    assert store.advisor.patch(f"/v1/tasks/{task['id']}", {"due_at": days_ahead(-1)}, version=1, expect=422).errors == {"/due_at": "bad_value"}
    same = uuid7()
    assert plan(kind="other", customer_id=own, id=same)["id"] == same
    assert plan(kind="other", customer_id=own, id=same, expect=409).errors == {"/id": "duplicate"}


def test_who_may(chain, store, trade):
    """Who talks to customers; who works and who keeps parts does not.  Another store's tasks are not there."""
    task = trade.task()
    for who in (store.tech1, store.parts, store.cashier):
        assert who.get(f"/v1/tasks/{task['id']}").status == 403
        assert verb(who, task, "attempt", NO_ANSWER, expect=403).code == "forbidden"
    assert chain.analyst.get(f"/v1/tasks/{task['id']}", expect=200)["id"] == task["id"]
    assert verb(chain.analyst, task, "done", {"outcome": "other"}, expect=403).code == "forbidden"
    there = chain.store()
    assert there.advisor.get(f"/v1/tasks/{task['id']}").status == 404
    assert verb(there.advisor, task, "done", {"outcome": "other"}, expect=404).status == 404
    assert there.advisor.patch(f"/v1/tasks/{task['id']}", {"title": "x"}, version=1).status == 404
    assert there.advisor.pages("/v1/tasks") == []
    order = Trade(there).order()
    about = {"kind": "other", "due_at": days_ahead(1)}
    assert store.advisor.post("/v1/tasks", {**about, "store_id": there.id, "customer_id": trade.customer()["id"]}).errors == {"/store_id": "not_found"}
    for member, one in (("work_order_id", order["id"]), ("customer_id", order["customer_id"]), ("vehicle_id", order["vehicle_id"]),
                        ("assignee_id", there.advisor.id)):
        refused = store.advisor.post("/v1/tasks", {**about, "store_id": store.id, "customer_id": trade.customer()["id"], member: one})
        assert (refused.status >= 400, refused.errors) == (True, {f"/{member}": "not_found"})


def test_lists(store, trade, sql):
    """What is due, what is overdue, whose it is and what it is about; page by page."""
    tasks = [trade.task(due_at=days_ahead(day), **more) for day, more in ((3, {"assignee_id": store.advisor.id}), (1, {"assignee_id": store.service.id}), (2, {}))]
    sql("UPDATE task SET due_at = now() - interval '1 hour' WHERE id = %s", (tasks[2]["id"],))
    ids = [t["id"] for t in tasks]

    def listed(who=None, **params):
        return [ids.index(t["id"]) for t in (who or store.advisor).pages("/v1/tasks", limit=2, store_id=store.id, **params)]

    assert listed() == listed(sort="due_at") == [2, 1, 0]
    sql("UPDATE task SET created_at = created_at - interval '1 hour' WHERE id = %s", (tasks[1]["id"],))
    assert listed(sort="-created_at") == [2, 0, 1]
    assert listed(overdue="true") == [2] and listed(overdue="false") == [1, 0]
    assert listed(assignee_id="me") == [0] and listed(store.service, assignee_id="me") == [1]
    assert listed(assignee_id=store.service.id) == [1]
    assert listed(due_from=days_ahead(1, 0), due_to=days_ahead(2, 0)) == [1]
    assert listed(customer_id=tasks[0]["customer_id"]) == [0] and listed(kind="call_in") == []
    assert read(store, tasks[2])["overdue"] is True
    verb(store.advisor, tasks[2], "done", {"outcome": "settled"})
    assert read(store, tasks[2])["overdue"] is False and listed(overdue="true") == []
    assert listed(status="done") == [2] and listed(status=OPEN) == [1, 0]


def test_two_attempt_at_once(store, trade):
    """Both calls are kept, unless each says which version it is about; of two ends one is the end."""
    rules(store, call_attempts=20)
    task = trade.task()
    at_once(*[lambda: verb(store.advisor, task, "attempt", NO_ANSWER)] * 6)
    after = read(store, task)
    assert ([a["ordinal"] for a in after["attempts"]], after["attempts_count"], after["unanswered_count"]) == ([1, 2, 3, 4, 5, 6], 6, 6)
    tag = {"If-Match": store.advisor.get(f"/v1/tasks/{task['id']}").etag}
    replies = at_once(*[lambda: store.advisor.post(f"/v1/tasks/{task['id']}/attempt", NO_ANSWER, headers=tag)] * 2)
    assert sorted(r.status for r in replies) == [200, 412] and read(store, task)["attempts_count"] == 7
    replies = at_once(lambda: store.advisor.post(f"/v1/tasks/{task['id']}/done", {"outcome": "other"}),
                      lambda: store.service.post(f"/v1/tasks/{task['id']}/cancel", {"reason": "重复"}))
    assert sorted(r.status for r in replies) == [200, 409]
    assert read(store, task)["status"] in ("done", "cancelled")


# --- When the parts have come ---

def test_all_parts_have_come(store, trade):
    """I23: once the last part is there, and not before, the order says so and its advisor is to call the customer in."""
    first, last = parts(trade, 2)
    order = waiting(trade, first, last, quantity=2)
    assert trade.read(order)["parts_arrived_at"] is None
    trade.stock_up(first)
    trade.stock_up(last, 1)
    assert calls(store, of=order["id"]) == [] and trade.read(order)["parts_arrived_at"] is None
    trade.stock_up(last)
    task, = calls(store, of=order["id"])
    assert (task["kind"], task["source"], task["status"], task["customer_id"], task["vehicle_id"], task["work_order_number"]) == (
        "call_in", "parts", "planned", order["customer_id"], order["vehicle_id"], order["number"])
    assert task["assignee_id"] == order["advisor_id"] == store.advisor.id
    assert trade.read(order)["parts_arrived_at"] == task["parts_arrived_at"]
    assert 3500 < seconds_until(task["due_at"]) <= 3600
    events(store, task, "task.created")
    others = waiting(trade, trade.part()["id"])
    for there, ids in (("true", [order["id"]]), ("false", [others["id"]])):
        assert [w["id"] for w in store.advisor.pages("/v1/work-orders", store_id=store.id, parts_arrived=there)] == ids
    trade.stock_up(first)
    assert len(calls(store, of=order["id"])) == 1
    verb(store.advisor, task, "done", {"outcome": "will_come"})
    trade.stock_up(last)
    assert [s[1] for s in states(store, order)] == ["done"]
    # more is wanted and waited for: called in once more
    trade.demand(third := trade.part()["id"], kind="repair", work_order_id=order["id"])
    assert trade.read(order)["parts_arrived_at"] is None
    trade.stock_up(third)
    assert [s[1] for s in states(store, order)] == ["done", "planned"]


def test_who_did_not_wait_is_not_called(store, trade):
    """Parts that are there at once, and what is wanted for the shelf, call nobody."""
    part = trade.part()["id"]
    trade.stock_up(part, 3)
    order = waiting(trade, part)
    trade.demand(trade.part()["id"], kind="stock", customer_id=trade.customer()["id"])
    trade.stock_up(part)
    assert calls(store) == [] and trade.read(order)["parts_arrived_at"] is None


def test_a_customer_without_an_order(store, trade):
    """Who ordered at the counter is called when all of it is there; nobody is, where nobody is named."""
    customer = trade.customer()["id"]
    one, two, nobodys = parts(trade, 3)
    rules(store, call_in_minutes=30)
    trade.demand(one, customer_id=customer)
    wish = trade.demand(two, customer_id=customer)
    trade.demand(nobodys)
    trade.stock_up(nobodys)
    trade.stock_up(one)
    assert calls(store) == []
    trade.stock_up(two)
    task, = calls(store)
    assert (task["kind"], task["source"], task["customer"]["id"], task["work_order_id"], task["demand_id"], task["assignee_id"]) == (
        "call_in", "parts", customer, None, wish["id"], None)
    assert 1700 < seconds_until(task["due_at"]) <= 1800
    trade.stock_up(two)
    assert len(calls(store)) == 1


def test_a_call_that_is_planned_already(store, trade):
    """An open call of somebody's is the one: it knows when the parts came, and stays when they go."""
    part = trade.part()["id"]
    order = waiting(trade, part)
    task = trade.task(kind="call_in", customer_id=order["customer_id"], work_order_id=order["id"])
    assert task["parts_arrived_at"] is None
    trade.stock_up(part, 1)
    assert states(store, order) == [("call_in", "planned", None)]
    assert read(store, task)["parts_arrived_at"] == trade.read(order)["parts_arrived_at"] is not None
    held, = store.parts.get("/v1/reservations", params={"work_order_id": order["id"]}, expect=200).data
    store.parts.post(f"/v1/reservations/{held['id']}/release", expect=200)
    kept = read(store, task)
    assert (kept["status"], kept["parts_arrived_at"]) == ("planned", None)


def test_parts_that_go_again(store, trade):
    """Before the call: what was held is given to others, or its receipt is taken back, and nobody is called; when it comes again, somebody is."""
    part = trade.part()["id"]
    order = waiting(trade, part)
    receipt = trade.stock_up(part, 1)
    assert states(store, order) == [("call_in", "planned", None)]
    held, = store.parts.get("/v1/reservations", params={"work_order_id": order["id"]}, expect=200).data
    store.parts.post(f"/v1/reservations/{held['id']}/release", expect=200)
    assert states(store, order) == [("call_in", "cancelled", "parts_missing")] and trade.read(order)["parts_arrived_at"] is None
    task, = calls(store, of=order["id"])
    events(store, task, "task.created", "task.cancelled")
    store.manager.post(f"/v1/stock-documents/{receipt['id']}/reverse", expect=200)
    trade.stock_up(part, 1)
    assert states(store, order) == [("call_in", "cancelled", "parts_missing"), ("call_in", "planned", None)]
    # a stocktake does not find it; what it finds somewhere else serves
    for counted, then in ((0, [("call_in", "cancelled", "parts_missing")] * 2),
                          (1, [("call_in", "cancelled", "parts_missing")] * 2 + [("call_in", "planned", None)])):
        made = store.manager.post("/v1/stocktakes", {"store_id": store.id, "part_ids": [part]}, expect=201)
        for name, who, body in (("freeze", store.manager, None), ("count", store.parts, {"lines": [{"part_id": part, "quantity": counted}]}),
                                ("submit", store.parts, None), ("audit", store.manager, {"reasons": [{"part_id": part, "reason": "miscount"}]})):
            who.post(f"/v1/stocktakes/{made['id']}/{name}", body, expect=200)
        assert states(store, order) == then


def test_wishes_that_are_given_up(store, trade):
    """The last missing part is not wanted any more: the others are all there.  And when none is, nobody is called."""
    first, last = parts(trade, 2)
    order = trade.order()
    wishes = [trade.demand(part, kind="repair", work_order_id=order["id"]) for part in (first, last)]
    trade.stock_up(first)
    assert states(store, order) == []
    store.parts.post(f"/v1/demands/{wishes[1]['id']}/lose", {"reason": "等不及"}, expect=200)
    assert states(store, order) == [("call_in", "planned", None)]
    store.parts.post(f"/v1/demands/{wishes[0]['id']}/cancel", {"reason": "自带配件"}, expect=200)
    assert states(store, order) == [("call_in", "cancelled", "not_needed")]
    # the same by lines of the order
    third, fourth = parts(trade, 2)
    order = waiting(trade, third, fourth)
    trade.stock_up(third)
    assert states(store, order) == []
    for line, then in ((order["lines"][1], ("call_in", "planned", None)), (order["lines"][0], ("call_in", "cancelled", "not_needed"))):
        store.advisor.post(f"/v1/work-order-lines/{line['id']}/withdraw", {"reason": "price"}, expect=200)
        assert states(store, order) == [then]


def test_orders_that_end(store, trade, sql, verify):
    """A cancelled or delivered order calls nobody in, whoever planned it; and nobody plans it for one."""
    part = trade.part()["id"]
    order = waiting(trade, part)
    trade.stock_up(part)
    store.advisor.post(f"/v1/work-orders/{order['id']}/cancel", {"reason": "customer_request"}, expect=200)
    assert states(store, order) == [("call_in", "cancelled", "order_cancelled")]
    done = trade.completed()
    about = {"work_order_id": done["id"], "customer_id": done["customer_id"]}
    trade.task(**about, kind="call_in")
    other = trade.task(**about, kind="follow_up")
    trade.pay(trade.issued(done))
    trade.step(store.advisor, done, "deliver", HANDED_BACK)
    assert [s for s in states(store, done) if s[0] == "call_in"] == [("call_in", "cancelled", "order_delivered")]
    assert read(store, other)["status"] == "planned"
    for over in (order, done):
        refused = store.advisor.post("/v1/tasks", {"store_id": store.id, "kind": "call_in", "work_order_id": over["id"], "due_at": days_ahead(1)}, expect=409)
        assert (refused.code, refused.errors) == ("illegal_transition", {"/work_order_id": "illegal_transition"})
    assert verify("tasks") == []
    sql("UPDATE task SET status = 'planned', cancel_cause = NULL, ended_at = NULL WHERE work_order_id = %s", (order["id"],))
    assert verify("tasks") == [f"tasks: {store.code} {order['number']}: open calls of an order that is cancelled is 1, should be 0"]


def test_parts_that_are_issued(store, trade):
    """The customer has come without a call: once all the awaited parts are at work, none is due; before, it is."""
    first, last = parts(trade, 2)
    order = trade.started(lines=[{"kind": "labour", "operation_id": trade.operation()["id"]}] + [{"kind": "part", "part_id": part, "quantity": 1} for part in (first, last)])
    trade.stock_up(first)
    trade.stock_up(last)
    task, = calls(store, of=order["id"])
    for line, then in ((order["lines"][2], ("planned", None)), (order["lines"][1], ("cancelled", "not_needed"))):
        trade.step(store.parts, order, "issue-parts", {"received_by": store.tech1.id, "lines": [line["id"]]})
        after = read(store, task)
        assert (after["status"], after["cancel_cause"], after["parts_arrived_at"]) == (*then, task["parts_arrived_at"])
    assert trade.read(order)["parts_arrived_at"] is None


def test_many_receipts_at_once(store, trade):
    """Sixteen parts of one order come in sixteen receipts at the same moment: the last one calls, and it alone."""
    wanted = parts(trade, 16)
    order = waiting(trade, *wanted)
    papers, manager = [trade.draft(part, 1) for part in wanted], store.manager
    at_once(*[lambda paper=paper: manager.post(f"/v1/stock-documents/{paper['id']}/audit", expect=200) for paper in papers])
    assert states(store, order) == [("call_in", "planned", None)]
    assert trade.read(order)["parts_arrived_at"] == calls(store, of=order["id"])[0]["parts_arrived_at"]


def test_an_order_is_cancelled_while_its_part_comes(store, trade, verify):
    """Whoever is first: nobody is called in for a cancelled order."""
    manager = store.manager
    for _ in range(6):
        part = trade.part()["id"]
        order = waiting(trade, part)
        paper = trade.draft(part, 1)
        replies = at_once(lambda paper=paper: manager.post(f"/v1/stock-documents/{paper['id']}/audit"),
                          lambda order=order: store.advisor.post(f"/v1/work-orders/{order['id']}/cancel", {"reason": "customer_request"}))
        assert [r.status for r in replies] == [200, 200], replies
        assert states(store, order) in ([], [("call_in", "cancelled", "order_cancelled")])
    assert verify("tasks", "stock levels") == []


def test_a_call_is_planned_while_the_car_goes(store, trade, verify):
    """Either the order is delivered before, and nobody plans a call, or after, and the call is withdrawn."""
    assert store.service.id    # hired before the race
    for _ in range(3):
        order = trade.completed()
        trade.pay(trade.issued(order))
        planned, gone = at_once(
            lambda order=order: store.service.post("/v1/tasks", {"store_id": store.id, "kind": "call_in", "work_order_id": order["id"], "due_at": days_ahead(1)}),
            lambda order=order: store.advisor.post(f"/v1/work-orders/{order['id']}/deliver", HANDED_BACK))
        assert (gone.status, planned.status) in ((200, 201), (200, 409)), (gone, planned)
        assert states(store, order) == ([("call_in", "cancelled", "order_delivered")] if planned.status == 201 else [])
    assert verify("tasks") == []


def test_orders_that_wait_for_the_same_parts(store, trade):
    """Two orders want two parts each that come at once, in either order: both customers are called in, and no receipt fails."""
    manager = store.manager
    for _ in range(3):
        wanted = parts(trade, 4)
        orders = [waiting(trade, *wanted) for _ in range(2)]
        papers = [trade.store.parts.post("/v1/stock-documents", {"kind": "receipt", "store_id": store.id, "reason": "purchase", "lines": [
            {"part_id": part, "quantity": 2, "unit_cost": 100} for part in some]}, expect=201) for some in (wanted[:2], wanted[:1:-1])]
        at_once(*[lambda paper=paper: manager.post(f"/v1/stock-documents/{paper['id']}/audit", expect=200) for paper in papers])
        assert [states(store, order) for order in orders] == [[("call_in", "planned", None)]] * 2


def test_what_another_store_sends(chain, store, trade):
    """Whatever brings it: a transfer that arrives calls in as a receipt does, and not before."""
    part = trade.part()["id"]
    order = waiting(trade, part)
    there = Trade(chain.store())
    there.stock_up(part)
    made = store.parts.post("/v1/transfers", {"store_id": store.id, "from_store_id": there.store.id, "lines": [{"part_id": part, "quantity": 1}]}, expect=201)
    for name, who in (("approve", there.store.manager), ("ship", there.store.parts), ("receive", store.parts)):
        assert states(store, order) == []
        who.post(f"/v1/transfers/{made['id']}/{name}", {}, expect=200)
    assert states(store, order) == [("call_in", "planned", None)]


def test_an_order_that_moves(store, trade):
    """It goes on at another store: the call of the old one is withdrawn."""
    part = trade.part()["id"]
    order = waiting(trade, part)
    trade.stock_up(part)
    other, both = trade.branch()
    both.post(f"/v1/work-orders/{order['id']}/move", {"store_id": other.store.id, "reason": "capacity"}, expect=200)
    assert states(store, order) == [("call_in", "cancelled", "order_cancelled")]


def test_parts_of_a_sale(store, trade):
    """I23: who ordered over the counter is called in when all of it has come, and no more once it was handed over or given up; not for what was there."""
    there, part = trade.part()["id"], trade.part()["id"]
    trade.stock_up(there, 2)

    def calls(order):
        return [(t["status"], t["cancel_cause"], t["source"]) for t in store.advisor.pages("/v1/tasks", store_id=store.id, customer_id=order["customer_id"])]

    orders = [trade.sale("confirm", stock=0, lines=[{"part_id": there, "quantity": 1}, {"part_id": part, "quantity": 2}]) for _ in range(2)]
    assert [calls(o) for o in orders] == [[], []]
    trade.stock_up(part, 4)
    assert [calls(o) for o in orders] == [[("planned", None, "parts")]] * 2
    store.parts.post(f"/v1/sales-orders/{orders[0]['id']}/ship", {}, expect=200)
    store.advisor.post(f"/v1/sales-orders/{orders[1]['id']}/cancel", {"reason": "客户取消"}, expect=200)
    assert [calls(o) for o in orders] == [[("cancelled", "not_needed", "parts")]] * 2
