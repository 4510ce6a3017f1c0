# SPDX-License-Identifier: Apache-2.0
"""Departments of a store, and how work gets to them (A17)."""

import pytest

from fettle import at_once
from trade import CONSENT, Trade


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


def rule(trade, department, position=10, **asks):
    return trade.store.manager.post("/v1/routing-rules", {
        "store_id": trade.store.id, "position": position, "department_id": department["id"], **asks}, expect=201)


def line_of(trade, order, position=0):
    return trade.store.dispatcher.get(f"/v1/work-order-lines/{order['lines'][position]['id']}", expect=200)


def skilled(trade, skill, **more):
    return [{"kind": "labour", "operation_id": trade.operation(skill=skill, **more)["id"]}]


def refused(reply, status, code, pointer=None):
    assert reply.status == status and (reply.errors == {pointer: code} if pointer else reply.code == code), reply


def test_rules_send_work(trade, chain):
    """A17: new labour goes where the first rule says that fits it, the store's before the chain's; parts go nowhere."""
    store, skill, other = trade.store, chain.unique(), chain.unique()
    body, quick, rest = (trade.department(code=code, kind=kind) for code, kind in (("BODY", "body"), ("QUICK", "quick"), ("REST", "mechanical")))
    rule(trade, body, 10, skill=skill)
    rule(trade, quick, 20, service_class="preventive")
    everything = rule(trade, rest, 30)
    order = trade.order(lines=skilled(trade, skill, service_class="preventive") + skilled(trade, other, service_class="preventive") + skilled(trade, other)
                        + [{"kind": "part", "part_id": trade.part()["id"], "quantity": 1}])
    assert [line_of(trade, order, n)["department_id"] for n in range(4)] == [body["id"], quick["id"], rest["id"], None]
    first = line_of(trade, order)
    assert (first["department"], first["department_reason"]) == ({"id": body["id"], "name": body["name"]}, None)
    # what is said of the line counts before what is said of its operation
    said = [{**skilled(trade, other)[0], "service_class": "preventive"}]
    assert line_of(trade, trade.order(lines=said))["department_id"] == quick["id"]
    # by category, and in the order of the positions
    rule(trade, body, 5, repair_category="special")
    assert line_of(trade, trade.order(lines=skilled(trade, other, repair_category="special")))["department_id"] == body["id"]
    assert [r["position"] for r in store.tech1.get("/v1/routing-rules", params={"store_id": store.id}, expect=200).data if r["store_id"]] == [5, 10, 20, 30]
    store.manager.delete(f"/v1/routing-rules/{everything['id']}", params={"reason": "不再需要"}, expect=204)
    assert line_of(trade, trade.order(lines=skilled(trade, other)))["department_id"] is None
    # the chain's come after the store's, and name a kind
    wide = chain.admin.post("/v1/routing-rules", {"position": 1, "skill": skill, "department_kind": "mechanical"}, expect=201)
    chain.admin.post("/v1/routing-rules", {"position": 1, "skill": other, "department_kind": "mechanical"}, expect=201)
    assert (wide["store_id"], wide["department"]) == (None, None)
    order = trade.order(lines=skilled(trade, skill) + skilled(trade, other))
    assert [line_of(trade, order, n)["department_id"] for n in range(2)] == [body["id"], rest["id"]]
    elsewhere = Trade(chain.store())
    assert line_of(elsewhere, elsewhere.order(lines=skilled(elsewhere, other)))["department_id"] is None
    assert elsewhere.store.tech1.get(f"/v1/routing-rules/{wide['id']}").status == 200
    for one in (wide["id"], everything["id"]):
        refused(elsewhere.store.manager.patch(f"/v1/routing-rules/{one}", {"position": 3}, version=1), *((403, "forbidden") if one == wide["id"] else (404, "not_found")))


def test_what_a_department_takes(trade, chain):
    """A17: a rule is passed over whose department does not take the work or is retired; a line that was agreed to later goes then."""
    store, skill = trade.store, chain.unique()
    only, rest = trade.department(code="ONLY", skills=[chain.unique()]), trade.department(code="REST")
    rule(trade, only, 1)
    assert line_of(trade, trade.order(lines=skilled(trade, skill)))["department_id"] is None
    waiting = trade.order(lines=skilled(trade, skill))
    rule(trade, rest, 2)
    assert line_of(trade, trade.order(lines=skilled(trade, skill)))["department_id"] == rest["id"]
    trade.step(store.advisor, waiting, "authorise", {"lines": [waiting["lines"][0]["id"]], **CONSENT})
    assert line_of(trade, waiting)["department_id"] == rest["id"]
    changed = store.manager.patch(f"/v1/departments/{only['id']}", {"skills": [skill], "lead_id": store.leader.id, "name": "专项组"}, version=1, expect=200)
    assert (changed["skills"], changed["lead"], changed["name"]) == ([skill], {"id": store.leader.id, "name": changed["lead"]["name"]}, "专项组")
    assert line_of(trade, trade.order(lines=skilled(trade, skill)))["department_id"] == only["id"]
    # what the customer does not want is in none, until it is proposed again
    line = f"/v1/work-order-lines/{trade.order(lines=skilled(trade, skill))['lines'][0]['id']}"
    assert store.advisor.post(line + "/defer", {"reason": "price"}, expect=200)["department_id"] is None
    assert store.advisor.post(line + "/revive", expect=200)["department_id"] == only["id"]


def test_a_link_sends_work_too(trade):
    """A17: what a customer agrees to by the link of an estimate goes where the rules say."""
    here = trade.department()
    rule(trade, here)
    estimate = trade.sent_estimate()
    option = estimate["options"][0]
    trade.chain.anyone.post(f"/v1/public/{estimate['token']}/estimate-decision", {
        "option_id": option["id"], "lines": [{"line_id": n["id"], "decision": "authorise"} for n in option["lines"]]}, expect=200)
    lines = trade.store.dispatcher.get("/v1/work-order-lines", params={"work_order_id": estimate["work_order_id"], "kind": "labour"}, expect=200).data
    assert lines and {n["department_id"] for n in lines} == {here["id"]}


def test_a_foreman_sends_work_elsewhere(trade, chain):
    """A17: labour that is not done is sent to another department with a reason; nowhere else, and by nobody else."""
    store, other = trade.store, Trade(chain.store())
    here, there, picky = (trade.department(code=code) for code in ("A", "B", "C"))
    rule(trade, here)
    store.manager.patch(f"/v1/departments/{picky['id']}", {"service_classes": ["care"]}, version=1, expect=200)
    order = trade.dispatched(lines=skilled(trade, chain.unique()) + [{"kind": "fee", "description": "检测", "amount": 1000}])
    path = f"/v1/work-order-lines/{order['lines'][0]['id']}"
    wish = {"department_id": there["id"], "reason": "workload", "note": "忙"}
    moved = store.leader.post(path + "/route", wish, expect=200)
    assert (moved["department_id"], moved["department_reason"], moved["department_note"]) == (there["id"], "workload", "忙")
    refused(store.tech1.post(path + "/route", wish), 403, "forbidden")
    refused(other.store.leader.post(path + "/route", wish), 404, "not_found")
    refused(store.leader.post(path + "/route", {**wish, "department_id": other.department()["id"]}), 422, "not_found", "/department_id")
    refused(store.leader.post(path + "/route", {**wish, "department_id": picky["id"]}), 422, "work_not_taken", "/department_id")
    refused(store.leader.post(path + "/route", {"department_id": there["id"]}), 422, "required", "/reason")
    refused(store.leader.post(f"/v1/work-order-lines/{order['lines'][1]['id']}/route", wish), 409, "line_status")
    store.tech1.post(path + "/clock-on", expect=200)
    store.tech1.post(path + "/finish", expect=200)
    refused(store.leader.post(path + "/route", wish), 409, "illegal_transition")
    gone = trade.order(lines=skilled(trade, chain.unique()))
    refused(store.leader.post(f"/v1/work-order-lines/{store.advisor.post('/v1/work-order-lines/' + gone['lines'][0]['id'] + '/decline', {'reason': 'price'}, expect=200)['id']}/route", wish), 409, "line_status")
    trade.step(store.manager, gone, "cancel", {"reason": "customer"})
    assert store.leader.post(f"/v1/work-order-lines/{gone['lines'][0]['id']}/route", wish).status == 409


def test_work_of_a_department(trade, chain):
    """A17: a department's work by state, page by page; the board counts it, and dispatch prefers its people and says so."""
    store = trade.store
    here = trade.department(code="A")
    rule(trade, here)
    assert store.tech1.get("/v1/board", params={"store_id": store.id}, expect=200)["departments"] == [
        {"id": here["id"], "code": "A", "name": here["name"], "kind": here["kind"], "open": 0, "unassigned": 0, "working": 0, "hours": 0}]
    skill = chain.unique()
    first, second = trade.authorised(lines=skilled(trade, skill)), trade.dispatched(lines=skilled(trade, skill))
    store.tech1.post(f"/v1/work-order-lines/{second['lines'][0]['id']}/clock-on", expect=200)
    lines = [second["lines"][0]["id"], first["lines"][0]["id"]]
    path = f"/v1/departments/{here['id']}/work"
    assert [n["id"] for n in store.tech1.pages(path, limit=1)] == lines
    assert [n["id"] for n in store.tech1.get(path, params={"work_status": "working"}, expect=200).data] == lines[:1]
    assert [n["id"] for n in store.tech1.get(path, params={"status": "proposed"}, expect=200).data] == []
    assert [n["id"] for n in store.tech1.get(path, params={"open": "true"}, expect=200).data] == lines
    trade.step(store.manager, first, "cancel", {"reason": "customer"})
    assert [n["id"] for n in store.tech1.get(path, params={"open": "true"}, expect=200).data] == lines[:1]
    assert [n["id"] for n in store.tech1.get(path, params={"open": "false"}, expect=200).data] == lines[1:]
    board = store.tech1.get("/v1/board", params={"store_id": store.id}, expect=200)["departments"][0]
    assert (board["open"], board["unassigned"], board["working"], board["hours"]) == (1, 0, 1, 1.5)
    # people
    staff = f"/v1/staff/{store.tech2.id}"
    version = store.manager.get(staff, expect=200)["version"]
    store.manager.put(staff + "/departments", {"store_id": store.id, "department_ids": [here["id"]]}, version=version, expect=200)
    third = trade.authorised(lines=skilled(trade, skill))
    ranked = store.dispatcher.get("/v1/dispatch-suggestions", params={"work_order_id": third["id"]}, expect=200).data
    assert ranked[0]["technician"]["id"] == store.tech2.id and "of_department" in ranked[0]["reasons"]
    assert all("other_department" in r["reasons"] for r in ranked[1:]) and len(ranked) > 1


def test_people_of_departments(trade, chain):
    """A17: somebody is of several departments, one of them first; only of departments of a store they work in."""
    store, other = trade.store, Trade(chain.store())
    one, two = trade.department(code="A"), trade.department(code="B")
    path = f"/v1/staff/{store.tech1.id}"

    def put(*ids, who=store.manager, **more):
        return who.put(path + "/departments", {"store_id": store.id, "department_ids": list(ids), **more}, version=store.manager.get(path)["version"])

    def listed():
        return [(m["department"]["id"], m["first"]) for m in store.manager.pages(path + "/departments", limit=1)]

    assert put(two["id"], one["id"]).status == 200 and listed() == [(two["id"], True), (one["id"], False)]
    assert put(one["id"], two["id"]).status == 200 and listed() == [(one["id"], True), (two["id"], False)]
    assert [(m["id"], m["first"]) for m in store.tech1.get(f"/v1/departments/{two['id']}", expect=200)["members"]] == [(store.tech1.id, False)]
    refused(put(one["id"], other.department()["id"]), 422, "not_found", "/department_ids/1")
    refused(put(one["id"], one["id"]), 422, "not_unique", "/department_ids/1")
    refused(put(one["id"], who=store.tech1), 403, "forbidden")
    refused(put(one["id"], store_id=other.store.id), 422, "not_found", "/store_id")
    store.manager.post(f"/v1/departments/{two['id']}/retire", expect=200)
    refused(put(two["id"]), 422, "department_retired", "/department_ids/0")
    refused(other.store.manager.put(path + "/departments", {"department_ids": []}, version=1), 404, "not_found")
    assert put().status == 200 and listed() == []


def test_retiring(trade, chain, verify):
    """A17: a department with lines of orders that are here is not retired, or hands them over; retired, it gets no more."""
    store, skill = trade.store, chain.unique()
    old, new = trade.department(code="OLD"), trade.department(code="NEW")
    rule(trade, old, 1)
    rule(trade, new, 2)
    orders = [trade.order(lines=skilled(trade, skill)), trade.dispatched(lines=skilled(trade, skill))]
    path = f"/v1/departments/{old['id']}"
    busy = store.manager.post(path + "/retire")
    refused(busy, 409, "department_busy")
    assert busy["detail"].startswith("2 ")
    refused(store.manager.post(path + "/retire", {"into_id": old["id"]}), 422, "bad_value", "/into_id")
    refused(store.manager.post(path + "/retire", {"into_id": Trade(chain.store()).department()["id"]}), 422, "not_found", "/into_id")
    refused(store.leader.post(path + "/retire", {"into_id": new["id"]}), 403, "forbidden")
    done = store.manager.post(path + "/retire", {"into_id": new["id"]}, expect=200)
    assert (done["status"], bool(done["retired_at"])) == ("retired", True)
    assert [(n["department_id"], n["department_reason"]) for n in (line_of(trade, o) for o in orders)] == [(new["id"], "department_retired")] * 2
    assert line_of(trade, trade.order(lines=skilled(trade, skill)))["department_id"] == new["id"]
    refused(store.leader.post(f"/v1/work-order-lines/{orders[0]['lines'][0]['id']}/route", {"department_id": old["id"], "reason": "other"}), 422,
            "department_retired", "/department_id")
    refused(store.manager.post("/v1/routing-rules", {"store_id": store.id, "position": 3, "department_id": old["id"]}), 422, "department_retired", "/department_id")
    refused(store.manager.post(f"/v1/departments/{new['id']}/retire", {"into_id": old["id"]}), 422, "department_retired", "/into_id")
    again = store.manager.post(path + "/retire")
    refused(again, 409, "illegal_transition")
    assert again["allowed"] == ["reinstate"]
    assert verify("departments") == []
    back = store.manager.post(path + "/reinstate", expect=200)
    assert (back["status"], back["retired_at"]) == ("in_use", None)
    assert line_of(trade, trade.order(lines=skilled(trade, skill)))["department_id"] == old["id"]


def test_retired_while_work_comes(trade, chain, sql):
    """A17: of a department that is retired while orders are opened no line is left behind."""
    store, skill = trade.store, chain.unique()
    for n in range(4):
        here = trade.department(code=f"D{n}")
        rule(trade, here, 1)
        receptions = [trade.received("greet")["id"] for _ in range(5)]
        lines = skilled(trade, skill)
        calls = [lambda r=r: store.advisor.post("/v1/work-orders", {"reception_id": r, "lines": lines}) for r in receptions]
        replies = at_once(*calls[:3], lambda: store.manager.post(f"/v1/departments/{here['id']}/retire"), *calls[3:])
        retired = replies.pop(3)
        assert [r.status for r in replies] == [201] * 5 and retired.status in (200, 409), (retired, replies)
        left = sql("SELECT count(*) FROM work_order_line l JOIN department d ON d.id = l.department_id WHERE d.id = %s AND d.status = 'retired'", [here["id"]])
        assert left[0][0] == 0
        if retired.status == 409:
            assert retired.code == "department_busy"
            store.manager.post(f"/v1/departments/{here['id']}/retire", {"into_id": trade.department(code=f"E{n}")["id"]}, expect=200)


def test_departments_of_a_store(trade, chain):
    """A17: codes are unique in their store; who is of another store does not see, lead or change a department."""
    store, other = trade.store, Trade(chain.store())
    made = trade.department(code="A", kind="paint", lead_id=store.leader.id)
    trade.department(code="B", kind="body")
    assert (made["status"], made["lead_id"], made["members"], [a["verb"] for a in made["actions"] if a["enabled"]]) == ("in_use", store.leader.id, [], ["retire"])
    refused(store.manager.post("/v1/departments", {"store_id": store.id, "code": "A", "name": "又", "kind": "body"}), 409, "duplicate")
    refused(store.manager.post("/v1/departments", {"store_id": store.id, "code": "C", "name": "组", "kind": "bakery"}), 422, "bad_code", "/kind")
    refused(store.manager.post("/v1/departments", {"store_id": store.id, "code": "C", "name": "组", "kind": "body", "lead_id": other.store.leader.id}), 422,
            "not_found", "/lead_id")
    refused(store.advisor.post("/v1/departments", {"store_id": store.id, "code": "C", "name": "组", "kind": "body"}), 403, "forbidden")
    refused(store.manager.patch(f"/v1/departments/{made['id']}", {"lead_id": other.store.leader.id}, version=1), 422, "not_found", "/lead_id")
    assert store.manager.patch(f"/v1/departments/{made['id']}", {"lead_id": None, "note": "夜班"}, version=1, expect=200)["lead"] is None
    assert [d["code"] for d in store.tech1.pages("/v1/departments", limit=1, store_id=store.id)] == ["A", "B"]
    assert [d["code"] for d in store.tech1.get("/v1/departments", params={"store_id": store.id, "kind": "body"}, expect=200).data] == ["B"]
    assert [d["code"] for d in store.tech1.get("/v1/departments", params={"store_id": store.id, "status": "retired"}, expect=200).data] == []
    refused(other.store.manager.get(f"/v1/departments/{made['id']}"), 404, "not_found")
    refused(other.store.manager.post(f"/v1/departments/{made['id']}/retire"), 404, "not_found")
    refused(other.store.manager.get(f"/v1/departments/{made['id']}/work"), 404, "not_found")


def test_rules_say_where(trade, chain):
    """A17: a store's rule names one of its departments, one of the chain a kind; headquarters alone writes those."""
    store, other = trade.store, Trade(chain.store())
    here = trade.department()
    post = lambda body, who=store.manager: who.post("/v1/routing-rules", {"position": 1, **body})
    refused(post({"store_id": store.id}), 422, "required", "/department_id")
    refused(post({"store_id": store.id, "department_id": here["id"], "department_kind": "body"}), 422, "unknown_field", "/department_kind")
    refused(post({"store_id": store.id, "department_id": other.department()["id"]}), 422, "not_found", "/department_id")
    refused(post({"department_kind": "body"}), 403, "forbidden")
    refused(post({"department_kind": "body"}, store.advisor), 403, "forbidden")
    refused(post({"department_kind": "body", "department_id": here["id"]}, chain.admin), 422, "unknown_field", "/department_id")
    refused(post({"position": 0, "store_id": store.id, "department_id": here["id"]}), 422, "too_small", "/position")
    wide = chain.admin.post("/v1/routing-rules", {"position": 9000, "skill": chain.unique(), "department_kind": "body"}, expect=201)
    refused(store.manager.delete(f"/v1/routing-rules/{wide['id']}"), 403, "forbidden")
    refused(chain.admin.patch(f"/v1/routing-rules/{wide['id']}", {"department_id": here["id"]}, version=1), 422, "unknown_field", "/department_id")
    assert chain.admin.patch(f"/v1/routing-rules/{wide['id']}", {"department_kind": "paint"}, version=1, expect=200)["department_kind"] == "paint"
    chain.admin.delete(f"/v1/routing-rules/{wide['id']}", params={"reason": "试行结束"}, expect=204)
    made = rule(trade, here, 7, skill=chain.unique(), note="钣金")
    changed = store.manager.patch(f"/v1/routing-rules/{made['id']}", {"skill": None, "repair_category": "minor", "position": 8}, version=1, expect=200)
    assert (changed["skill"], changed["repair_category"], changed["position"], changed["note"]) == (None, "minor", 8, "钣金")
    refused(store.manager.patch(f"/v1/routing-rules/{made['id']}", {"department_kind": "body"}, version=2), 422, "unknown_field", "/department_kind")
    refused(other.store.manager.delete(f"/v1/routing-rules/{made['id']}"), 404, "not_found")
