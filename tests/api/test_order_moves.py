# SPDX-License-Identifier: Apache-2.0
"""Orders that go on at another store (G24)."""

import pytest
from fettle import at_once, uuid7
from trade import CONSENT, Trade, days_ahead


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


@pytest.fixture(name="branch")
def _branch(trade):
    return trade.branch()


def move(who, order, to, **more):
    return who.post(f"/v1/work-orders/{order['id']}/move", {"store_id": to.store.id, "reason": "equipment", **more})


def moved(who, order, to, **more):
    """The order as it goes on there."""
    old = move(who, order, to, **more)
    assert old.status == 200, old
    return to.store.manager.get(f"/v1/work-orders/{old['moved_to_id']}", expect=200).json


def available(trade, part):
    (level,) = trade.store.parts.get("/v1/stock-levels", params={"part_id": part, "store_id": trade.store.id}, expect=200).data
    return level["on_hand"], level["reserved"]


def test_an_order_goes_on_elsewhere(trade, branch):
    """G24: cancelled here, opened there, with what was agreed, promised and asked for; parts change places with it."""
    other, both = branch
    part, rare = trade.part()["id"], trade.part()["id"]
    trade.stock_up(part)
    trade.stock_up(rare)
    other.stock_up(part)
    order = trade.order(promised_at=days_ahead(2), note="小心漆面", lines=[
        {"kind": "labour", "operation_id": trade.operation()["id"]}, {"kind": "part", "part_id": part, "quantity": 2, "unit_price": 6800},
        {"kind": "part", "part_id": rare, "quantity": 1}, {"kind": "fee", "description": "检测", "amount": 3000},
        {"kind": "fee", "description": "打蜡", "amount": 9900}, {"kind": "fee", "description": "镀膜", "amount": 99000}])
    ids = [line["id"] for line in order["lines"]]
    trade.step(trade.store.advisor, order, "authorise", {"lines": ids[:3], "declined": [{"line_id": ids[4], "reason": "太贵"}], **CONSENT})
    trade.line_step(trade.store.advisor, ids[5], "defer", {"reason": "下次"})
    trade.step(trade.store.dispatcher, order, "dispatch", {
        "bay_id": trade.store.bay, "assignments": [{"line_id": ids[0], "technician_id": trade.store.tech1.id}]})
    trade.step(trade.store.dispatcher, order, "enter-bay", {"bay_id": trade.store.bay})
    assert available(trade, part) == (10, 2) and available(other, part) == (10, 0)
    old = move(both, order, other, note="本店无四轮定位仪", advisor_id=other.store.advisor.id)
    assert (old.status, old["status"], old["reason"], old["moved_from_id"]) == (200, "cancelled", "moved", None)
    assert [(line["status"], line["reason"], line["supply"]) for line in old["lines"]] == [
        ("withdrawn", "moved", "none")] * 4 + [("declined", "太贵", "none"), ("withdrawn", "moved", "none")]
    new = other.read({"id": old["moved_to_id"]})
    assert (new["status"], new["moved_from_id"], new["moved_to_id"], new["store_id"]) == ("ready", order["id"], None, other.store.id)
    assert (new["customer_id"], new["vehicle_id"], new["promised_at"], new["first_promised_at"], new["note"], new["advisor_id"]) == (
        order["customer_id"], order["vehicle_id"], order["promised_at"], order["first_promised_at"], "小心漆面", other.store.advisor.id)
    assert [(n["kind"], n["status"], n["supply"], n["amount"], n["work_status"], n["technician_id"]) for n in new["lines"]] == [
        ("labour", "authorised", "none", 18000, "none", None), ("part", "authorised", "reserved", 13600, "none", None),
        ("part", "authorised", "short", 6800, "none", None), ("fee", "proposed", "none", 3000, "none", None),
        ("fee", "deferred", "none", 99000, "none", None)]
    assert available(trade, part) == (10, 0) and available(other, part) == (10, 2)
    (waits,) = other.store.parts.get("/v1/demands", params={"work_order_id": new["id"], "status": "open"}, expect=200).data
    assert (waits["part"]["id"], waits["short_quantity"]) == (rare, 1)
    (agreed,) = other.store.advisor.get(f"/v1/work-orders/{new['id']}/authorisations", expect=200).data
    assert (agreed["by_name"], agreed["method"]) == ("王小明", "in_person")
    reception = other.store.advisor.get(f"/v1/receptions/{new['reception_id']}", expect=200)
    assert (reception["status"], [c["text"] for c in reception["concerns"]]) == ("handed_over", ["发动机异响"])
    assert trade.store.advisor.get(f"/v1/receptions/{order['reception_id']}", expect=200)["departed_at"]
    assert other.store.advisor.get(f"/v1/customers/{new['customer_id']}", expect=200)["name"] == "王小明"
    assert not next(b for b in trade.store.dispatcher.get("/v1/board", params={"store_id": trade.store.id}, expect=200)["bays"]
                    if b["id"] == trade.store.bay)["work_orders"]
    (came,) = other.store.advisor.get("/v1/work-order-moves", params={"work_order_id": new["id"]}, expect=200).data
    assert (came["from_order_id"], came["reason"], came["note"], came["actor_id"]) == (order["id"], "equipment", "本店无四轮定位仪", both.id)
    assert trade.store.advisor.get("/v1/work-order-moves", expect=200).data == []
    # it goes on there to its end, and back it does not come by itself
    other.line_step(other.store.manager, new["lines"][3]["id"], "withdraw", {"reason": "不需要"})
    other.stock_up(rare)
    labour = new["lines"][0]["id"]
    other.step(other.store.dispatcher, new, "dispatch", {"assignments": [{"line_id": labour, "technician_id": other.store.tech1.id}]})
    other.line_step(other.store.tech1, labour, "clock-on")
    other.store.parts.post(f"/v1/work-orders/{new['id']}/issue-parts", {"received_by": other.store.tech1.id}, expect=200)
    other.line_step(other.store.tech1, labour, "finish")
    other.step(other.store.dispatcher, new, "finish-work")
    other.store.inspector.post(f"/v1/quality-checks/{other.check(new)['id']}/pass", expect=200)
    other.pay(other.issued(new))
    assert move(both, order, other).code == "illegal_transition"


def test_promises_come_along(trade, branch):
    """G24: the first promise and the last are those that were given."""
    other, both = branch
    order = trade.order(promised_at=days_ahead(1))
    trade.store.advisor.post(f"/v1/work-orders/{order['id']}/promises", {
        "promised_at": days_ahead(3), "reason": "part_delay", "customer_told": {"method": "phone"}}, expect=201)
    new = moved(both, order, other)
    assert (new["status"], new["first_promised_at"], new["promised_at"]) == ("opened", days_ahead(1), days_ahead(3))
    assert new["last_contact_at"]
    told = other.store.advisor.get(f"/v1/work-orders/{new['id']}/promises", expect=200).data
    assert [(p["promised_at"], p["reason_code"]) for p in told] == [(days_ahead(1), "opened"), (days_ahead(3), "part_delay")]
    # and on to a third, or back
    home = moved(both, new, trade)
    assert (home["moved_from_id"], home["store_id"], len(home["lines"])) == (new["id"], trade.store.id, 1)


def test_what_keeps_it(trade, branch):
    """G24: work, parts, outside work, estimates and bills hold it where it is, each by name, and nothing has changed."""
    other, both = branch
    part = trade.part()["id"]
    trade.stock_up(part)

    def held(order, code, named=None):
        before = trade.read(order).json
        refused = move(both, order, other)
        assert (refused.status, refused.code) == (409, code), refused
        assert named is None or named in refused["detail"], refused
        assert trade.read(order).json == before

    working = trade.started()
    held(working, "order_at_work", "1")
    trade.line_step(trade.store.tech1, working["lines"][0]["id"], "finish")
    held(working, "work_done", "1")
    held(trade.step(trade.store.dispatcher, working, "finish-work"), "illegal_transition", "awaiting_qc")
    out = trade.dispatched(lines=[{"kind": "labour", "operation_id": trade.operation()["id"]}, {"kind": "part", "part_id": part, "quantity": 1}])
    trade.store.parts.post(f"/v1/work-orders/{out['id']}/issue-parts", {"received_by": trade.store.tech1.id}, expect=200)
    held(out, "parts_out", "2")
    asked = trade.sent_estimate(order=trade.order())
    held({"id": asked["work_order_id"]}, "estimate_undecided", asked["number"])
    trade.store.advisor.post(f"/v1/estimates/{asked['id']}/expire", expect=200)
    moved(both, {"id": asked["work_order_id"]}, other)
    away = trade.store.advisor.get(f"/v1/sublets/{trade.sublet('send')['id']}", expect=200)
    held({"id": away["work_order_id"]}, "sublet_out")
    price = trade.approval()
    held({"id": price["work_order_id"]}, "approval_required")
    cheap = trade.estimate(options=[{"label": "更换", "lines": [
        {"kind": "fee", "description": "打蜡", "amount": 9900}, {"kind": "discount", "description": "老客户", "amount": 100}]}])
    held({"id": cheap["work_order_id"]}, "approval_required")


def test_who_may_and_where_to(trade, branch, chain):
    """G24: who may at both stores; another store is none that there is, and a warehouse or the same store is no place to go."""
    other, both = branch
    order = trade.order()
    for one in (trade, other):
        refused = move(one.store.manager, order, other)
        assert (refused.status, refused.errors) == ((422, {"/store_id": "not_found"}) if one is trade else (404, {})), refused
    assert move(trade.store.advisor, order, other).code == "forbidden"
    stranger = Trade(chain.store())
    assert move(both, order, stranger).errors == {"/store_id": "not_found"}
    assert move(both, order, trade).errors == {"/store_id": "bad_value"}
    house = Trade(chain.store(trade.store.region, kind="warehouse"))
    assert move(chain.admin, order, house).errors == {"/store_id": "bad_value"}
    assert move(both, order, other, advisor_id=trade.store.tech1.id).errors == {"/advisor_id": "not_found"}
    assert move(both, order, other, reason="no").errors == {"/reason": "bad_code"}
    assert move(both, {"id": uuid7()}, other).status == 404
    region = trade.chain.people.hire(chain.unique().lower(), "region_manager", region=trade.store.region)
    assert moved(region, order, other)["status"] == "opened"


def test_a_comeback_comes_along(trade, branch):
    """G24: what is done again under a guarantee stays that; there it is open, here it is over."""
    other, both = branch
    guarantee = trade.guarantee()
    back = trade.comeback(guarantee)
    new = moved(both, {"id": back["work_order_id"]}, other)
    (there,) = other.store.advisor.get("/v1/comebacks", params={"work_order_id": new["id"]}, expect=200).data
    assert (there["status"], there["guarantee_id"], there["payer"], there["of_store_id"]) == (
        "open", guarantee["id"], "quality_guarantee", trade.store.id)
    assert trade.store.advisor.get(f"/v1/comebacks/{back['id']}", expect=200)["status"] == "cancelled"


def test_moving_while_somebody_works(trade, branch):
    """G24: of moving and clocking on, or issuing, at one moment one wins, and parts are in one place."""
    other, both = branch
    part = trade.part()["id"]
    trade.stock_up(part)
    other.stock_up(part)
    lines = [{"kind": "labour", "operation_id": trade.operation()["id"]}, {"kind": "part", "part_id": part, "quantity": 1}]
    there = 0
    for turn in range(6):
        order = trade.dispatched(lines=lines)
        labour = order["lines"][0]["id"]
        at_work = [lambda labour=labour: trade.store.tech1.post(f"/v1/work-order-lines/{labour}/clock-on"),
                   lambda order=order: trade.store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts",
                                                              {"received_by": trade.store.tech1.id})][turn % 2]
        gone, begun = at_once(lambda order=order: move(both, order, other), at_work)
        assert sorted((gone.status, begun.status)) == [200, 409], (gone, begun)
        assert gone.status == 200 or gone.code in ("order_at_work", "parts_out"), gone
        there += gone.status == 200
        if gone.status != 200 and turn % 2 == 0:
            trade.line_step(trade.store.tech1, labour, "pause")
    assert available(other, part)[1] == there
    on_hand, reserved = available(trade, part)
    assert on_hand - reserved + sum(1 for o in trade.store.manager.get("/v1/work-order-lines", params={
        "store_id": trade.store.id, "kind": "part", "supply": "reserved,issued"}, expect=200).data) == 10


def test_orders_that_cross(trade, branch):
    """G24: two orders that want the same part change stores at once, and both arrive."""
    other, both = branch
    part = trade.part()["id"]
    trade.stock_up(part)
    other.stock_up(part)
    for _ in range(3):
        mine, theirs = (t.authorised(lines=[{"kind": "part", "part_id": part, "quantity": 1}]) for t in (trade, other))
        replies = at_once(lambda order=mine: move(both, order, other), lambda order=theirs: move(both, order, trade))
        assert [r.status for r in replies] == [200, 200], replies
    assert available(trade, part) == (10, 3) and available(other, part) == (10, 3)


def test_history_comes_along(trade, branch, verify):
    """G24: what was found, shown, diagnosed and ticked is read there and counts there; of the old store another's advisor sees nothing."""
    other, both = branch
    here, there = trade.store, other.store
    reception = trade.received("greet", "start-check")
    seen = trade.inspection("submit", "sign", reception=reception, belongings=["行驶证", "雨伞"], fuel_percent=60)
    concern = reception["concerns"][0]["id"]
    thought = trade.diagnosis("submit", reception=reception, concern_id=concern, fault_codes=[{"code": "P0301", "state": "active"}])
    operation = trade.operation(evidence=[{"code": "BEFORE", "label": "拆卸前", "step": "begin"}],
                                checklist=[{"code": "CAPS", "text": "盖好气门嘴帽", "kind": "tick"}])
    red, yellow = (f["id"] for f in seen["findings"])
    order = here.advisor.post("/v1/work-orders", {"reception_id": reception["id"], "lines": [
        {"kind": "labour", "operation_id": operation["id"]},
        {"kind": "fee", "description": "前制动片", "amount": 68000, "finding_id": red},
        {"kind": "fee", "description": "补漆", "amount": 30000, "finding_id": yellow}]}, expect=201)
    labour, brakes, paint = (line["id"] for line in order["lines"])
    trade.step(here.advisor, order, "authorise", {"lines": [labour, brakes], "declined": [{"line_id": paint, "reason": "太贵"}], **CONSENT})
    trade.step(here.dispatcher, order, "dispatch", {"assignments": [{"line_id": labour, "technician_id": here.tech1.id}]})
    trade.line_step(here.tech1, labour, "clock-on")
    shown = trade.photo(order)
    trade.line_step(here.tech1, labour, "attach-photos", {"code": "BEFORE", "file_ids": [shown]})
    trade.line_step(here.tech1, labour, "tick", {"answers": [{"code": "CAPS", "done": True}]})
    trade.line_step(here.tech1, labour, "pause")
    new = moved(both, order, other)

    (found,) = there.advisor.get("/v1/inspections", params={"reception_id": new["reception_id"]}, expect=200).data
    found = there.advisor.get(f"/v1/inspections/{found['id']}", expect=200)
    for member in ("status", "fuel_percent", "belongings", "submitted_at", "submitted_by", "signed_at"):
        assert found[member] == seen[member], member
    assert [(f["severity"], f["measured"], f["risk_text"]) for f in found["findings"]] == [
        (f["severity"], f["measured"], f["risk_text"]) for f in seen["findings"]]
    (picture,) = found["findings"][0]["file_ids"]
    assert picture != seen["findings"][0]["file_ids"][0]
    for one in (picture, found["customer_signature_file_id"]):
        assert there.advisor.get(f"/v1/files/{one}", expect=200)["subject_id"] == new["reception_id"]
    assert new["lines"][1]["finding_id"] == found["findings"][0]["id"]
    (again,) = there.advisor.get("/v1/diagnoses", params={"work_order_id": new["id"]}, expect=200).data
    again = there.advisor.get(f"/v1/diagnoses/{again['id']}", expect=200)
    assert (again["status"], again["cause"], again["fault_codes"], again["number"] == thought["number"]) == (
        "submitted", thought["cause"], thought["fault_codes"], False)
    assert again["concern_id"] == there.advisor.get(f"/v1/receptions/{new['reception_id']}", expect=200)["concerns"][0]["id"] != concern
    for path in (f"inspections/{seen['id']}", f"diagnoses/{thought['id']}", f"files/{shown}"):
        assert there.advisor.get(f"/v1/{path}").status == 404
    needs = [[(r["kind"], r["description"], r["store_id"]) for r in who.get(f"/v1/vehicles/{new['vehicle_id']}/recommendations", expect=200).data]
             for who in (both, here.advisor)]
    assert needs == [[("deferred_line", "补漆", here.id)]] * 2

    # what was done before the move is not asked for again
    line = new["lines"][0]["id"]
    wanted = there.tech1.get(f"/v1/work-order-lines/{line}/requirements", expect=200)
    assert (wanted["complete"], len(wanted["evidence"][0]["files"]), wanted["checklist"][0]["done"]) == (True, 1, True)
    other.step(there.dispatcher, new, "dispatch", {"assignments": [{"line_id": line, "technician_id": there.tech1.id}]})
    other.line_step(there.tech1, line, "clock-on")
    other.line_step(there.tech1, line, "finish")
    assert there.advisor.get(f"/v1/work-orders/{new['id']}/delivery", expect=200)["belongings"] == ["行驶证", "雨伞"]
    assert verify() == []


def test_attempts_come_along(trade, branch):
    """G24: what was done again after a failed check counts for that attempt there, too, and what came before it stays before."""
    other, both = branch
    here, there = trade.store, other.store
    operation = trade.operation(evidence=[{"code": "AFTER", "label": "完工", "step": "finish"}],
                                checklist=[{"code": "CAPS", "text": "盖好气门嘴帽", "kind": "tick"}])
    order = trade.started(lines=[{"kind": "labour", "operation_id": operation["id"]}])
    line = order["lines"][0]["id"]

    def do():
        trade.line_step(here.tech1, line, "attach-photos", {"code": "AFTER", "file_ids": [trade.photo(order)]})
        trade.line_step(here.tech1, line, "tick", {"answers": [{"code": "CAPS", "done": True}]})

    do()
    trade.line_step(here.tech1, line, "finish")
    trade.step(here.dispatcher, order, "finish-work")
    here.inspector.post(f"/v1/quality-checks/{trade.check(order)['id']}/fail", {
        "lines": [{"line_id": line, "reason": "螺栓松动"}]}, expect=200)
    trade.line_step(here.tech1, line, "rework")
    do()
    trade.line_step(here.tech1, line, "pause")
    new = moved(both, order, other)
    assert new["lines"][0]["rework_count"] == 1
    wanted = there.tech1.get(f"/v1/work-order-lines/{new['lines'][0]['id']}/requirements", expect=200)
    assert (wanted["attempt"], wanted["complete"]) == (2, True)
    for item in (*wanted["evidence"], *wanted["checklist"]):
        assert [one["attempt"] for one in item["earlier"]] == [1], item


def test_pauses_before_count(trade, branch, sql):
    """G24: a repair that was late but for its pauses is that wherever they were, and no pause counts twice."""
    other, both = branch

    def kept(*pauses, hours):
        """Whether it was in time net of pauses that began two hours ago, by a limit so many hours ago."""
        order = trade.started()
        line = order["lines"][0]["id"]
        if "line" in pauses:
            trade.line_step(trade.store.tech1, line, "pause")
        if "order" in pauses:
            trade.step(trade.store.dispatcher, order, "pause", {"reason": "wait_part"})
        sql("UPDATE work_order_pause SET paused_at = paused_at - interval '2 hours' WHERE work_order_id = %s", (order["id"],))
        for table, column in (("clock_entry", "started_at"), ("clock_entry", "ended_at")):
            sql(f"UPDATE {table} SET {column} = {column} - interval '3 hours' WHERE line_id = %s", (line,))
        sql("UPDATE authorisation SET at = at - interval '4 hours' WHERE work_order_id = %s", (order["id"],))
        sql("UPDATE work_order SET repair_due_at = now() - %s * interval '1 hour' WHERE id = %s", (hours, order["id"]))
        new = moved(both, order, other)
        other.through(new)
        spent = other.store.advisor.get(f"/v1/work-orders/{new['id']}/durations", expect=200)
        assert spent["kept"] is False
        return spent["kept_net"]

    assert kept("order", hours=1)
    assert kept("line", hours=1)
    assert not kept("line", "order", hours=3)


def test_what_was_told_comes_along(trade, branch, verify):
    """G24: whom the customer spoke to, and who put off which line and why, is read there; the last contact is that of before."""
    other, both = branch
    order = trade.order(lines=[{"kind": "fee", "description": what, "amount": 9900} for what in ("打蜡", "镀膜", "内饰清洁")])
    kept, later, never = (line["id"] for line in order["lines"])
    path = f"/v1/work-orders/{order['id']}"
    trade.store.advisor.post(path + "/contacts", {"purpose": "parts", "method": "phone", "result": "reached", "note": "下午再打"}, expect=201)
    trade.line_step(trade.store.advisor, later, "defer", {"reason": "下次", "reason_code": "time", "method": "phone", "by": {"name": "王小明"}})
    trade.line_step(trade.store.advisor, never, "decline", {"reason": "太贵"})
    order = trade.read(order)
    new = moved(both, order, other)
    there, told = f"/v1/work-orders/{new['id']}", ("purpose", "method", "result", "note", "at", "actor_id")
    assert new["last_contact_at"] == order["last_contact_at"]
    assert [[c[name] for name in told] for c in other.store.advisor.get(there + "/contacts", expect=200).data] == [
        [c[name] for name in told] for c in trade.store.advisor.get(path + "/contacts", expect=200).data]
    lines = {line["description"]: line["id"] for line in new["lines"]}
    decided = [(h["line_id"], h["text"], h["method"], h["by_name"], h["reason"])
               for h in other.store.advisor.get(there + "/history", expect=200).data if h["kind"] == "authorisation"]
    assert decided == [(lines["镀膜"], "deferred", "phone", "王小明", "下次")] and kept not in lines.values()
    assert verify() == []


@pytest.mark.parametrize("begun", [False, True])
def test_the_way_home_is_planned_there(trade, branch, begun, verify):
    """G24: a car that is awaited at home is brought there by who has it; here nobody drives it, and what was done is done."""
    other, both = branch
    order = trade.order()
    agreed = trade.transport(work_order_id=order["id"], note="门禁 8 号")
    fetch, bring = sorted(agreed["drives"], key=lambda drive: drive["kind"], reverse=True)
    for verb, body in (("assign", {"driver_id": trade.store.tech1.id}), ("start", None), ("finish", {"odometer_km": 9})) if begun else ():
        trade.store.advisor.post(f"/v1/drives/{fetch['id']}/{verb}", body, expect=200)
    new = moved(both, order, other)
    here = trade.store.advisor.get(f"/v1/transports/{agreed['id']}", expect=200)
    assert {d["kind"]: d["status"] for d in here["drives"]} == {"pick_up": "done" if begun else "cancelled", "delivery": "cancelled"}
    (there,) = other.store.advisor.get("/v1/transports", params={"work_order_id": new["id"]}, expect=200).data
    there = other.store.advisor.get(f"/v1/transports/{there['id']}", expect=200)
    assert (there["status"], there["note"], there["customer_id"]) == ("planned", "门禁 8 号", order["customer_id"])
    assert [(d["kind"], d["status"], d["address"], d["due_at"], d["driver_id"]) for d in there["drives"]] == [
        ("delivery", "planned", bring["address"], bring["due_at"], None)]
    assert verify() == []


def test_moving_twice_at_once(trade, branch, chain):
    """G24: an order goes to one store, whoever sends it where at one moment; and it is agreed to where it is."""
    other, both = branch
    third = Trade(chain.store(trade.store.region, bays=1))
    chain.admin.post(f"/v1/staff/{both.id}/grants", {"role": "store_manager", "store_id": third.store.id}, expect=201)
    for turn in range(4):
        order = trade.order()
        lines = [line["id"] for line in order["lines"]]
        second = [lambda order=order: move(both, order, third),
                  lambda order=order, lines=lines: trade.store.advisor.post(f"/v1/work-orders/{order['id']}/authorise", {"lines": lines, **CONSENT})][turn % 2]
        first, other_one = at_once(lambda order=order: move(both, order, other), second)
        old = trade.read(order)
        assert old["status"] == "cancelled" and [line["status"] for line in old["lines"]] == ["withdrawn"]
        assert sum(len(t.store.manager.get("/v1/work-order-moves", params={"work_order_id": old["moved_to_id"]}, expect=200).data)
                   for t in (other, third)) == 1
        if turn % 2 == 0:
            assert sorted((first.status, other_one.status)) == [200, 409], (first, other_one)
        else:
            assert first.status == 200 and other_one.status in (200, 409), (first, other_one)
            new = other.read({"id": old["moved_to_id"]})
            assert (new["status"] == "ready") == (other_one.status == 200) and new["lines"][0]["status"] == (
                "authorised" if other_one.status == 200 else "proposed")


def test_the_bill_is_held_against_what_was_agreed_first(trade, branch):
    """G24, F15: what was agreed to after the work had begun is no part of the first estimate at the next store either, nor is its reason lost."""
    other, both = branch
    order = trade.started()
    line = order["lines"][0]["id"]
    fee = trade.store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {"kind": "fee", "description": "拖车", "amount": 5000}, expect=201)["id"]
    trade.step(trade.store.advisor, order, "authorise", {"lines": [fee], **CONSENT})
    trade.line_step(trade.store.tech1, line, "pause")
    path = f"/v1/work-orders/{order['id']}/variance"
    before = trade.store.advisor.post(path, {"reason": "added_work", "note": "抛锚", "lines": [{"line_id": fee, "reason": "added_work"}]}, expect=200)
    assert before["difference"] == 5000

    def told(store, order):
        seen = store.cashier.get(f"/v1/work-orders/{order['id']}/variance", expect=200)
        return (*(seen[name] for name in ("estimated_total", "billed_total", "difference", "reason", "note")),
                [(l["estimated"], l["billed"], l["reason"]) for l in seen["lines"]])

    wanted = told(trade.store, order)
    new = moved(both, order, other)
    assert told(other.store, new) == wanted
    assert told(trade.store, moved(both, new, trade)) == wanted


def test_a_draft_goes_on_there(trade, branch, verify):
    """G24: what was still being estimated is sent and agreed to at the next store; here nobody sends it, and a price that waits for approval holds it."""
    other, both = branch
    reception = trade.received("greet", "start-check")
    seen = trade.inspection("submit", reception=reception)
    order = trade.store.advisor.post("/v1/work-orders", {"reception_id": reception["id"]}, expect=201)
    draft = trade.estimate(order=order, note="含税", options=[
        {"label": "更换", "pros": "原厂", "duration_minutes": 90, "lines": [
            {"kind": "labour", "operation_id": trade.operation()["id"], "concern_id": reception["concerns"][0]["id"]},
            {"kind": "fee", "description": "前制动片", "amount": 68000, "finding_id": seen["findings"][0]["id"]}]},
        {"label": "打磨", "lines": [{"kind": "fee", "description": "打磨", "amount": 9000}]}])
    new = moved(both, order, other)
    assert trade.store.advisor.get(f"/v1/estimates/{draft['id']}", expect=200)["status"] == "superseded"
    assert trade.store.advisor.post(f"/v1/estimates/{draft['id']}/send").code == "illegal_transition"
    (there,) = other.store.advisor.get("/v1/estimates", params={"work_order_id": new["id"]}, expect=200).data
    there = other.store.advisor.get(f"/v1/estimates/{there['id']}", expect=200)
    assert (there["status"], there["note"], there["revision"], there["number"] == draft["number"]) == ("draft", "含税", 1, False)
    of_option, of_line = ("label", "pros", "duration_minutes"), ("kind", "description", "operation_id", "quantity", "unit_price", "amount", "payer")
    assert [([o[n] for n in of_option], [[l[n] for n in of_line] for l in o["lines"]]) for o in there["options"]] == [
        ([o[n] for n in of_option], [[l[n] for n in of_line] for l in o["lines"]]) for o in draft["options"]]
    (found,) = other.store.advisor.get("/v1/inspections", params={"reception_id": new["reception_id"]}, expect=200).data
    found = other.store.advisor.get(f"/v1/inspections/{found['id']}", expect=200)
    labour, pads = there["options"][0]["lines"]
    assert pads["finding_id"] == found["findings"][0]["id"]
    assert labour["concern_id"] == other.store.advisor.get(f"/v1/receptions/{new['reception_id']}", expect=200)["concerns"][0]["id"]
    other.store.advisor.post(f"/v1/estimates/{there['id']}/send", expect=200)
    other.store.advisor.post(f"/v1/estimates/{there['id']}/decide", {
        "option_id": there["options"][0]["id"], **CONSENT}, expect=200)
    assert [line["amount"] for line in other.read(new)["lines"]] == [18000, 68000]
    assert verify() == []


def put_off(trade, *texts):
    """Lines of a cancelled order of a car that wait with it."""
    order = trade.order(lines=[{"kind": "fee", "description": text, "amount": 5000} for text in texts])
    for line in order["lines"]:
        trade.line_step(trade.store.advisor, line["id"], "defer", {"reason": "safe_until"})
    trade.step(trade.store.advisor, order, "cancel", {"reason": "客户离开"})
    return order["vehicle_id"], [line["id"] for line in order["lines"]]


def back_again(trade, vehicle):
    """An order of a car that was here before, without lines."""
    car = trade.store.advisor.get(f"/v1/vehicles/{vehicle}", expect=200)
    seen = trade.store.advisor.post("/v1/check-ins", {
        "store_id": trade.store.id, "plate": car["plate"], "customer": {"name": "王小明", "phone": trade.chain.phone()},
        "odometer_km": 46000, "concerns": ["保养"]}, expect=201)
    trade.store.advisor.post(f"/v1/receptions/{seen['id']}/greet", expect=200)
    return trade.store.advisor.post("/v1/work-orders", {"reception_id": seen["id"]}, expect=201)


def taken_up(trade, order, of, name="revives_line_id"):
    return trade.store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {"kind": "fee", "description": "制动液", "amount": 100, name: of})


def waiting(trade, vehicle):
    return {row["source"]["id"] for row in trade.store.advisor.get(f"/v1/vehicles/{vehicle}/recommendations", expect=200).data}


def held(trade, order):
    return [(line["revives_line_id"], line["revives_elsewhere_id"]) for line in trade.store.manager.get(
        "/v1/work-order-lines", params={"work_order_id": order["id"]}, expect=200).data]


def test_what_was_taken_up_comes_along(trade, branch, verify):
    """G24: what a line took up is taken up by its copy there, once in the chain; let go there it waits again; home again it is the store's own."""
    other, both = branch
    vehicle, (first, second) = put_off(trade, "更换制动液", "更换机油")
    order = back_again(trade, vehicle)
    for of in (first, second):
        assert taken_up(trade, order, of).status == 201
    new = moved(both, order, other)
    assert held(trade, order) == [(None, None)] * 2 and sorted(held(other, new)) == sorted([(None, first), (None, second)])
    assert waiting(trade, vehicle) == waiting(other, vehicle) == set() and verify() == []
    own = back_again(trade, vehicle)
    assert taken_up(trade, own, first).code == "line_revived"
    gone = next(line["id"] for line in other.store.manager.get("/v1/work-order-lines", params={"work_order_id": new["id"]}, expect=200).data
                if line["revives_elsewhere_id"] == second)
    other.line_step(other.store.manager, gone, "withdraw", {"reason": "不做"})
    assert waiting(trade, vehicle) == {second}
    assert taken_up(trade, own, second).status == 201
    home = moved(both, new, trade)
    assert held(trade, home) == [(first, None)] and held(other, new) == [(None, None)] * 2
    trade.step(trade.store.manager, home, "cancel", {"reason": "客户离开"})
    assert waiting(trade, vehicle) == {first} and verify() == []


def test_what_is_put_off_waits_once(trade, branch, verify):
    """G24: what is put off goes with its order unless somebody took it up; a draft takes up what it did, also of the order itself."""
    other, both = branch
    order = trade.order(lines=[{"kind": "fee", "description": text, "amount": 5000} for text in ("制动液", "机油", "空调滤芯")])
    vehicle, (first, second, third) = order["vehicle_id"], (line["id"] for line in order["lines"])
    for line in (first, second):
        trade.line_step(trade.store.advisor, line, "defer", {"reason": "safe_until"})
    own = back_again(trade, vehicle)
    assert taken_up(trade, own, first).status == 201
    draft = trade.estimate(order=order, options=[{"label": "A", "lines": [{"kind": "fee", "description": "机油", "amount": 100, "revives_line_id": second}]}])
    new = moved(both, order, other)
    left = {line["id"]: line["status"] for line in trade.store.manager.get(f"/v1/work-orders/{order['id']}", expect=200)["lines"]}
    assert left == {first: "deferred", second: "withdrawn", third: "withdrawn"}
    assert [line["status"] for line in new["lines"]] == ["deferred", "proposed"]
    assert waiting(trade, vehicle) == {new["lines"][0]["id"]} and verify() == []
    # the draft, there, is about the copy
    (there,) = other.store.advisor.get("/v1/estimates", params={"work_order_id": new["id"]}, expect=200).data
    assert there["id"] != draft["id"]
    sent = other.store.advisor.post(f"/v1/estimates/{there['id']}/send", expect=200)
    other.store.advisor.post(f"/v1/estimates/{there['id']}/decide", {"option_id": sent["options"][0]["id"], **CONSENT}, expect=200)
    assert (new["lines"][0]["id"], None) in held(other, new) and waiting(trade, vehicle) == set() and verify() == []


def test_demands_beside_the_lines_come_along(trade, branch, verify):
    """G24: what an order wants beside its lines is wanted there and no longer here."""
    other, both = branch
    part, rare = trade.part()["id"], trade.part()["id"]
    trade.stock_up(part)
    other.stock_up(part)
    order = trade.order()
    for wanted in (part, rare):
        trade.store.parts.post("/v1/demands", {"store_id": trade.store.id, "kind": "repair", "work_order_id": order["id"],
                                               "lines": [{"part_id": wanted, "quantity": 3}]}, expect=201)
    given_up = trade.store.parts.post("/v1/demands", {"store_id": trade.store.id, "kind": "repair", "work_order_id": order["id"],
                                                      "lines": [{"part_id": part, "quantity": 1}]}, expect=201)
    trade.store.parts.post(f"/v1/demands/{given_up['id']}/cancel", {"reason": "不需要"}, expect=200)
    assert available(trade, part) == (10, 3)
    new = moved(both, order, other)
    assert available(trade, part) == (10, 0) and available(other, part) == (10, 3)
    here = trade.store.parts.get("/v1/demands", params={"work_order_id": order["id"]}, expect=200).data
    there = other.store.parts.get("/v1/demands", params={"work_order_id": new["id"]}, expect=200).data
    assert {d["status"] for d in here} == {"cancelled"} and len(here) == 3
    assert {(d["part"]["id"], d["status"]) for d in there} == {(part, "reserved"), (rare, "open")}
    assert verify() == []


def test_moves_of_before(trade, branch, sql, migrate, verify):
    """G24: a line that was moved when what it took up stayed behind has it now."""
    other, both = branch
    vehicle, (first,) = put_off(trade, "更换制动液")
    order = back_again(trade, vehicle)
    assert taken_up(trade, order, first).status == 201
    new = moved(both, order, other)
    sql("UPDATE work_order_line SET revives_elsewhere_id = NULL, revives_elsewhere_store_id = NULL WHERE work_order_id = %s", (new["id"],))
    sql("UPDATE work_order_line SET revives_line_id = %s WHERE work_order_id = %s", (first, order["id"]))
    assert len(verify("work")) == 1
    migrate("0275_moved_revivals")
    assert held(trade, order) == [(None, None)] and held(other, new) == [(None, first)] and verify("work", "moves") == []
