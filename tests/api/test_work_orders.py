# SPDX-License-Identifier: Apache-2.0
"""Work orders: from the counter to the customer's hand (F5, F8, G1-G23)."""

import datetime

from fettle import at_once, uuid7, wait_for
from trade import DELIVERY, Shop


def states(reply):
    return [entry["status"] for entry in reply.data]


def test_the_story_of_one_repair(shop, store):
    """G1 F5 I3 I4 G16 G21: reception, order, consent, parts, work, check, bill, delivery; it closes by itself."""
    shop.stock(5)
    reception = shop.reception()
    order = store.advisor.post("/v1/work-orders", {
        "reception_id": reception["id"], "promised_at": "2036-01-02T10:00:00Z",
        "lines": [shop.labour_line(), shop.part_line()]}, expect=201)
    assert (order["status"], order["customer_status"], order["old_parts"]) == ("opened", "waiting", "taken_back")
    assert order["number"].startswith(store.code + "-WO-") and order["odometer_in_km"] == 45000
    assert order["customer"]["name"] == "王芳" and "****" in order["customer"]["phone"]
    assert order["vehicle"]["plate"] == shop.plate
    labour, part = order["lines"]
    assert (labour["hours"], labour["quantity"], labour["amount"]) == (1.5, 1.5, 30000)
    assert (part["hours"], part["list_price"], part["amount"], part["status"]) == (None, 33333, 66666, "proposed")

    ready = shop.verb(store.advisor, order, "authorise", {
        "lines": [labour["id"], part["id"]], "method": "phone", "by": {"name": "王芳", "phone": "13800001111"},
        "amount_limit": 100000})
    assert ready["status"] == "ready" and [l["status"] for l in ready["lines"]] == ["authorised"] * 2
    assert (ready["lines"][1]["supply"], shop.level()) == ("reserved", (5, 2))
    consents = store.advisor.get(f"/v1/work-orders/{order['id']}/authorisations", expect=200).data
    assert [(c["amount"], c["by_phone"]) for c in consents] == [(96666, "138****1111")]

    shop.verb(store.dispatcher, order, "dispatch", {"bay_id": store.bay, "assignments": [
        {"line_id": labour["id"], "technician_id": store.tech1.id}]})
    mine = store.tech1.get("/v1/work-order-lines", params={"technician_id": "me", "work_status": "assigned"}, expect=200)
    assert [l["id"] for l in mine.data] == [labour["id"]]
    line = store.tech1.post(f"/v1/work-order-lines/{labour['id']}/clock-on", expect=200)
    assert (line["work_status"], line["work_order_status"]) == ("working", "in_progress")
    unfinished = shop.verb(store.dispatcher, order, "finish-work", expect=409)
    assert unfinished.code == "work_unfinished" and "1, 2" in unfinished["detail"]
    issue = store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": store.tech1.id}, expect=200)
    assert (issue["kind"], issue["status"], shop.level()) == ("issue", "posted", (3, 0))
    store.tech1.post(f"/v1/work-order-lines/{labour['id']}/finish", expect=200)
    entries = store.dispatcher.get(f"/v1/work-orders/{order['id']}/clock-entries", expect=200).data
    assert [(e["technician_id"], e["ended_at"] is not None) for e in entries] == [(store.tech1.id, True)]
    assert shop.verb(store.dispatcher, order, "finish-work")["customer_status"] == "checking"

    check = store.inspector.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "final"}, expect=201)
    store.inspector.post(f"/v1/quality-checks/{check['id']}/pass", {"road_test_km": 3.5}, expect=200)
    done = shop.get(order)
    assert (done["status"], done["lines"][0]["work_status"]) == ("completed", "passed")
    assert (done["lines"][1]["supply"], done["lines"][1]["issued_quantity"]) == ("issued", 2)

    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    assert bill["total"] == 96666
    store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
    assert shop.verb(store.advisor, order, "deliver", DELIVERY, expect=409).code == "unpaid"
    store.cashier.post("/v1/payments", {"settlement_id": bill["id"], "amount": 96666, "method": "wechat"}, expect=201)
    concern = store.advisor.get(f"/v1/receptions/{reception['id']}", expect=200)["concerns"][0]["id"]
    delivered = shop.verb(store.advisor, order, "deliver", {
        **DELIVERY, "odometer_out_km": 45003, "acceptance": [{"concern_id": concern, "solved": True}],
        "next_service": {"date": "2036-07-01", "odometer_km": 55000}})
    assert delivered["status"] in ("delivered", "closed") and delivered["next_service_on"] == "2036-07-01"
    assert (delivered["odometer_out_km"], delivered["explained"]) == (45003, True)
    closed = wait_for(lambda: shop.get(order) if shop.get(order)["status"] == "closed" else None)
    assert closed["closed_at"] >= closed["delivered_at"]
    assert shop.verb(store.advisor, order, "close")["status"] == "closed"
    stages = store.advisor.get(f"/v1/work-orders/{order['id']}/stages", expect=200)
    assert states(stages) == ["opened", "ready", "dispatched", "in_progress", "awaiting_qc", "completed", "settled",
                              "delivered", "closed"]
    history = store.advisor.pages(f"/v1/work-orders/{order['id']}/history", limit=3)
    assert len(history) == 12 and {h["kind"] for h in history} == {"stage", "authorisation", "promise", "quality_check"}


def test_open_with_consent(shop, store):
    """G1 F5 I3: one call opens the order, records consent and reserves; its repeat makes no second one."""
    shop.stock(4)
    line = uuid7()
    body = {"id": uuid7(), "reception_id": shop.reception()["id"], "promised_at": "2036-01-02T10:00:00Z",
            "lines": [shop.labour_line(hours=0.5), shop.part_line(1, id=line), shop.part_line(3)],
            "authorise": {"lines": [line], "declined": [], "method": "wechat", "by": {"name": "王芳"}}}
    order = store.advisor.post("/v1/work-orders", body, key="open-" + line, expect=201)
    assert (order["id"], order["status"]) == (body["id"], "ready")
    assert [(l["status"], l["supply"]) for l in order["lines"]] == [
        ("proposed", "none"), ("authorised", "reserved"), ("proposed", "none")]
    assert [l["position"] for l in order["lines"]] == [1, 2, 3] and shop.level() == (4, 1)
    again = store.advisor.post("/v1/work-orders", body, key="open-" + line, expect=201)
    assert again.replayed and again["id"] == order["id"]
    assert store.advisor.post("/v1/work-orders", body).code == "duplicate"
    promises = store.advisor.get(f"/v1/work-orders/{order['id']}/promises", expect=200).data
    assert [p["promised_at"] for p in promises] == ["2036-01-02T10:00:00Z"]


def test_consent_comes_before_work(shop, store):
    """F8: nothing is dispatched, started or worked on without consent."""
    order = shop.open([shop.labour_line()])
    line = order["lines"][0]["id"]
    for client, verb, body in ((store.dispatcher, "dispatch", {"assignments": []}), (store.tech1, "start", None),
                               (store.dispatcher, "finish-work", None)):
        refused = shop.verb(client, order, verb, body, expect=409)
        assert (refused.code, refused["state"]) == ("illegal_transition", "opened")
        assert refused["allowed"] == ["authorise", "enter-bay", "leave-bay", "cancel", "move"]
    assert store.tech1.post(f"/v1/work-order-lines/{line}/clock-on").code == "illegal_transition"
    enabled = {a["verb"]: (a["enabled"], a["why"]) for a in shop.get(order)["actions"]}
    assert enabled["authorise"] == (True, None) and enabled["start"] == (False, "illegal_transition")
    over = shop.verb(store.advisor, order, "authorise", {
        "lines": [line], "method": "phone", "by": {"name": "王芳"}, "amount_limit": 29999}, expect=422)
    assert over.errors == {"/amount_limit": "too_small"}
    shop.verb(store.advisor, order, "authorise", {"lines": [], "declined": [{"line_id": line, "reason": "price"}],
                                                  "method": "phone", "by": {"name": "王芳"}})
    assert (shop.get(order)["status"], shop.get(order)["lines"][0]["reason"]) == ("opened", "price")
    twice = shop.verb(store.advisor, order, "authorise", {"lines": [line], "method": "phone", "by": {"name": "王芳"}},
                      expect=409)
    assert twice.code == "line_status" and twice.errors == {"/lines/0": "line_status"}
    store.advisor.post(f"/v1/work-order-lines/{line}/revive", expect=200)
    assert shop.verb(store.advisor, order, "authorise", {
        "lines": [line], "method": "phone", "by": {"name": "王芳"}})["status"] == "ready"


def test_consent_names_a_line_once(shop, store):
    """F5: a line is agreed to or declined; consent to a whole order leaves out what is declined."""
    order = shop.open([shop.labour_line(), shop.labour_line()])
    first, second = [line["id"] for line in order["lines"]]
    no = [{"line_id": line, "reason": "price"} for line in (first, second, second)]
    for yes, declined, at in (([first], no[:1], 0), ([first], no[1:], 1), ([], no, 2), ([second, first], no[2:], 0)):
        refused = shop.verb(store.advisor, order, "authorise", {"lines": yes, "declined": declined, "method": "phone",
                                                                "by": {"name": "王芳"}}, expect=422)
        assert refused.errors == {f"/declined/{at}/line_id": "not_unique"}
    assert {line["status"] for line in shop.get(order)["lines"]} == {"proposed"}
    ids = [uuid7(), uuid7()]
    made = store.advisor.post("/v1/work-orders", {
        "reception_id": shop.reception()["id"], "lines": [{**shop.labour_line(), "id": i} for i in ids],
        "authorise": {"declined": [{"line_id": ids[1], "reason": "price"}], "method": "phone", "by": {"name": "王芳"}}}, expect=201)
    assert [(line["id"], line["status"]) for line in made["lines"]] == [(ids[0], "authorised"), (ids[1], "declined")]


def test_a_part_is_short(shop, store):
    """I3 I9: consent stands when the shelf is empty; or it is refused, and nothing has happened."""
    shop.stock(1)
    order = shop.open([shop.labour_line(), shop.part_line(2)])
    consent = {"lines": [l["id"] for l in order["lines"]], "method": "in_person", "by": {"name": "王芳"}}
    refused = shop.verb(store.advisor, order, "authorise", {**consent, "on_shortage": "refuse"}, expect=409)
    assert refused.code == "insufficient_stock" and shop.get(order)["status"] == "opened"
    assert shop.level() == (1, 0)
    ready = shop.verb(store.advisor, order, "authorise", consent)
    assert (ready["status"], ready["lines"][1]["supply"]) == ("ready", "short")
    demands = store.parts.get("/v1/demands", params={"work_order_id": order["id"]}, expect=200).data
    assert [(d["quantity"], d["status"]) for d in demands] == [(2, "open")]
    assert shop.verb(store.parts, order, "issue-parts", {"received_by": store.tech1.id}, expect=409).code == \
        "nothing_to_issue"
    shop.stock(5)
    wait_for(lambda: shop.get(order)["lines"][1]["supply"] == "reserved")
    assert shop.level() == (6, 2)
    enough = shop.open([shop.part_line(4)])
    ready = shop.verb(store.advisor, enough, "authorise", {**consent, "lines": [enough["lines"][0]["id"]], "on_shortage": "refuse"})
    assert (ready["status"], ready["lines"][0]["supply"], shop.level()) == ("ready", "reserved", (6, 6))


def test_two_dispatchers_at_once(shop, store):
    """G1: an order is dispatched once; the other is told its state."""
    order = shop.ready(lines=[shop.labour_line()])
    line = order["lines"][0]["id"]
    other = store.hire("dispatcher2", "dispatcher")
    calls = [lambda c=client, t=tech: c.post(f"/v1/work-orders/{order['id']}/dispatch", {
        "assignments": [{"line_id": line, "technician_id": t}]})
        for client, tech in ((store.dispatcher, store.tech1.id), (other, store.tech2.id))]
    one, two = sorted(at_once(*calls), key=lambda r: r.status)
    assert (one.status, two.status, two.code, two["state"]) == (200, 409, "illegal_transition", "dispatched")
    assert shop.get(order)["lines"][0]["technician_id"] == one["lines"][0]["technician_id"]
    moved = shop.verb(store.leader, order, "assignments", {"assignments": [
        {"line_id": line, "technician_id": store.leader.id}]})
    assert moved["lines"][0]["technician_id"] == store.leader.id
    wrong = shop.verb(store.leader, order, "assignments", {"assignments": [
        {"line_id": line, "technician_id": store.advisor.id}]}, expect=422)
    assert wrong.errors == {"/assignments/0/technician_id": "not_technician"}


def test_a_technicians_day(shop, store):
    """G7 G8: own lines only; pauses stop the clock, a paused order stops everybody's."""
    order = shop.dispatched(lines=[shop.labour_line(), shop.labour_line(hours=1.75)])
    first, second = (f"/v1/work-order-lines/{l['id']}" for l in order["lines"])
    assert store.tech2.post(first + "/clock-on").code == "not_your_line"
    assert store.tech1.post(first + "/finish")["state"] == "assigned"
    store.tech1.post(first + "/clock-on", expect=200)
    store.tech1.post(first + "/pause", expect=200)
    store.tech1.post(first + "/resume", expect=200)
    store.tech1.post(second + "/clock-on", expect=200)
    paused = shop.verb(store.leader, order, "pause", {"reason": "wait_part", "note": "明天到货"})
    assert (paused["status"], paused["reason"], paused["customer_status"]) == ("paused", "wait_part", "repairing")
    assert [l["work_status"] for l in paused["lines"]] == ["paused", "paused"]
    assert store.tech1.post(first + "/resume").code == "illegal_transition"
    entries = store.tech1.get(f"/v1/work-orders/{order['id']}/clock-entries", expect=200).data
    assert len(entries) == 3 and all(e["ended_at"] for e in entries)
    version = shop.verb(store.leader, order, "resume")["version"]
    for path in (first, second):
        store.tech1.post(path + "/resume", expect=200)
        store.tech1.post(path + "/finish", expect=200)
    assert shop.get(order)["version"] == version  # clocks are not the order's
    assert shop.verb(store.dispatcher, order, "finish-work")["status"] == "awaiting_qc"


def test_work_grows(shop, store):
    """F8: a technician proposes a line; until it is authorised nobody works on it, then the order goes back."""
    order = shop.checking(lines=[shop.labour_line()])
    line = store.tech1.post(f"/v1/work-orders/{order['id']}/lines", shop.labour_line(), expect=201)
    assert (line["status"], line["position"], line["list_price"], line["amount"]) == ("proposed", 2, 20000, 30000)
    assert store.tech1.post(f"/v1/work-orders/{order['id']}/lines", shop.labour_line(unit_price=30000)).status == 403
    back = shop.verb(store.advisor, order, "authorise", {"lines": [line["id"]], "method": "phone",
                                                         "by": {"name": "王芳"}})
    assert (back["status"], back["finished_at"]) == ("in_progress", None)
    shop.verb(store.dispatcher, order, "assignments", {"assignments": [
        {"line_id": line["id"], "technician_id": store.tech2.id}]})
    for verb in ("clock-on", "finish"):
        store.tech2.post(f"/v1/work-order-lines/{line['id']}/{verb}", expect=200)
    assert shop.verb(store.dispatcher, order, "finish-work")["status"] == "awaiting_qc"


def test_prices(shop, store):
    """F14: below list is the manager's, within the store's rule, or asked for; amounts are rounded half up for each line."""
    order = shop.open([])
    path = f"/v1/work-orders/{order['id']}/lines"
    assert store.advisor.post(path, shop.part_line(unit_price=33333), expect=201)["unit_price"] == 33333
    assert store.advisor.post(path, shop.part_line(unit_price=40000), expect=201)["amount"] == 80000
    assert store.advisor.post(path, shop.part_line(unit_price=33332), expect=201)["approval_id"]
    asked = store.manager.post(path, shop.part_line(unit_price=30000), expect=201)
    assert (asked["list_price"], asked["approval_id"]) == (33333, None)
    assert store.manager.post(path, shop.part_line(unit_price=29999), expect=201)["approval_id"]
    assert store.advisor.post(path, shop.part_line(0.001, unit_price=33500), expect=201)["amount"] == 34
    assert store.advisor.post(path, {"kind": "fee", "description": "拖车", "amount": 5000}, expect=201)["quantity"] == 1
    assert store.advisor.post(path, {"kind": "discount", "description": "老客户", "amount": 1}, expect=201)["approval_id"]
    assert store.manager.post(path, {"kind": "discount", "description": "老客户", "amount": 5000}, expect=201)["approval_id"] is None
    assert store.manager.post(path, {"kind": "discount", "description": "老客户", "amount": 50000}, expect=201)["approval_id"]


def test_a_line_is_of_the_order(shop, store, sql):
    """F13: it may be another's to pay; the concern it answers is one of its reception; what it comes to has a limit."""
    order = shop.open([])
    path = f"/v1/work-orders/{order['id']}/lines"
    assert store.advisor.post(path, shop.labour_line(payer="insurer"), expect=201)["payer"] == "insurer"
    assert store.advisor.post(path, shop.labour_line(), expect=201)["payer"] == "customer"
    assert store.advisor.post(path, shop.labour_line(concern_id=uuid7())).errors == {"/concern_id": "not_found"}
    other = shop.reception()["concerns"][0]["id"]
    assert store.advisor.post(path, shop.labour_line(concern_id=other)).errors == {"/concern_id": "not_found"}
    own = store.advisor.get(f"/v1/receptions/{order['reception_id']}", expect=200)["concerns"][0]["id"]
    assert store.advisor.post(path, shop.labour_line(concern_id=own), expect=201)["concern_id"] == own
    dear = shop.part_line(10, unit_price=10 ** 11)
    assert store.advisor.post(path, dear, expect=201)["amount"] == 10 ** 12
    refused = store.advisor.post(path, shop.part_line(10.001, unit_price=10 ** 11))
    assert (refused.status, refused.errors) == (422, {"/quantity": "bad_value"})
    assert refused["errors"][0]["message"] == "makes an amount above 10000000000.00"
    assert store.advisor.post(path, shop.labour_line(hours=10.5, unit_price=10 ** 11)).errors == {"/hours": "bad_value"}
    # of a price that no caller can have set
    price = "UPDATE part SET sale_price = %s WHERE id = %s"
    sql(price, (2 ** 63 - 1, shop.part["id"]))
    assert store.advisor.post(path, shop.part_line(1.001)).errors == {"/quantity": "bad_value"}
    assert store.advisor.post(path, shop.part_line(1.001, unit_price=1)).errors == {"/quantity": "bad_value"}
    sql(price, (shop.part["sale_price"], shop.part["id"]))  # every list of parts shows it
    assert len(shop.get(order)["lines"]) == 4


def test_lines_are_taken_back(shop, store):
    """I3 G23: withdrawn lines give their parts back, as a cancelled order does; what is issued stays."""
    shop.stock(5)
    order = shop.ready()
    labour, part = order["lines"]
    assert shop.level() == (5, 2)
    gone = store.advisor.post(f"/v1/work-order-lines/{part['id']}/withdraw", {"reason": "own_part"}, expect=200)
    assert (gone["status"], gone["supply"], shop.level()) == ("withdrawn", "none", (5, 0))
    shop.verb(store.dispatcher, order, "dispatch", {"assignments": [
        {"line_id": labour["id"], "technician_id": store.tech1.id}]})
    store.tech1.post(f"/v1/work-order-lines/{labour['id']}/clock-on", expect=200)
    begun = store.advisor.post(f"/v1/work-order-lines/{labour['id']}/withdraw", {"reason": "time"}, expect=409)
    assert begun["state"] == "working"
    other = shop.ready()
    assert shop.level() == (5, 2)
    cancelled = shop.verb(store.advisor, other, "cancel", {"reason": "customer_changed_mind"})
    assert (cancelled["status"], cancelled["customer_status"], shop.level()) == ("cancelled", None, (5, 0))
    assert shop.verb(store.advisor, other, "authorise", {"lines": [part["id"]], "method": "phone",
                                                         "by": {"name": "王"}}, expect=409)["allowed"] == []
    third = shop.dispatched()
    shop.verb(store.parts, third, "issue-parts", {"received_by": store.tech1.id,
                                                  "lines": [third["lines"][1]["id"]]})
    assert shop.verb(store.advisor, third, "cancel", {"reason": "price"}, expect=409).code == "parts_issued"
    assert shop.verb(store.parts, third, "issue-parts", {"received_by": store.tech1.id}, expect=409).code == \
        "nothing_to_issue"


def test_promises(shop, store, sql):
    """G10: the first promise is kept for ever; changes carry a reason and leave the version alone."""
    order = shop.open(promised_at="2036-01-01T10:00:00Z")
    later = shop.verb(store.advisor, order, "promises", {
        "promised_at": "2036-01-05T10:00:00Z", "reason": "part_delay", "customer_told": {"method": "phone"}}, expect=201)
    assert (later["promised_at"], later["first_promised_at"]) == ("2036-01-05T10:00:00Z", "2036-01-01T10:00:00Z")
    assert later["version"] == order["version"]
    told = store.advisor.get(f"/v1/work-orders/{order['id']}/promises", expect=200).data
    assert [(p["reason"], p["told_method"]) for p in told] == [("opened", None), ("part_delay", "phone")]
    late = shop.open(promised_at="2036-01-01T10:00:00Z")
    for table in ("work_order_promise SET promised_at = %s WHERE work_order_id = %s",
                  "work_order SET promised_at = %s, first_promised_at = promised_at WHERE id = %s"):
        sql("UPDATE " + table, ["2026-01-01T10:00:00Z", late["id"]])
    assert [o["id"] for o in store.advisor.pages("/v1/work-orders", store_id=store.id, overdue="true")] == [late["id"]]


def test_a_promise_lies_ahead(shop, store):
    """G10: of what was promised off line, ahead of when that was."""
    def ago(minutes):
        return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")

    late = store.advisor.post("/v1/work-orders", {"reception_id": shop.reception()["id"], "promised_at": ago(1)})
    assert (late.status, late.errors) == (422, {"/promised_at": "bad_value"})
    order = shop.open()
    assert order["promised_at"] is None
    path, body = f"/v1/work-orders/{order['id']}/promises", {"promised_at": ago(30), "reason": "part_delay"}
    for given in ({}, {"occurred_at": ago(29)}):
        refused = store.advisor.post(path, {**body, **given})
        assert (refused.status, refused.errors) == (422, {"/promised_at": "bad_value"})
    assert store.advisor.post(path, {**body, "occurred_at": ago(60 * 25)}).errors == {"/occurred_at": "bad_value"}
    assert store.advisor.get(path, expect=200).data == []
    then = ago(60)
    given = store.advisor.post(path, {**body, "occurred_at": then, "customer_told": {"method": "phone"}}, expect=201)
    assert given["promised_at"] == body["promised_at"]
    told = store.advisor.get(path, expect=200).data[0]
    assert (told["at"], told["told_at"]) == (then, then)


def test_lists(shop, store):
    """By state, plate, number, technician; newest first, none lost between pages."""
    orders = [shop.open([]) for _ in range(3)]
    plate = shop.plate
    working = shop.dispatched(lines=[shop.labour_line()])
    get = lambda **params: [o["id"] for o in store.dispatcher.pages("/v1/work-orders", **params)]  # noqa: E731
    assert get(limit=2) == [working["id"]] + [o["id"] for o in reversed(orders)]
    assert get(status="opened", plate=plate) == [orders[2]["id"]]
    assert get(status="opened,dispatched", number=orders[0]["number"]) == [orders[0]["id"]]
    assert get(technician_id=store.tech1.id) == [working["id"]] == get(vehicle_id=working["vehicle_id"])
    assert get(customer_id=orders[1]["customer_id"]) == [orders[1]["id"]] == get(reception_id=orders[1]["reception_id"])
    assert get(created_to=orders[0]["opened_at"]) == [] and len(get(created_from=orders[0]["opened_at"])) == 4
    assert [o["id"] for o in store.tech1.pages("/v1/work-orders", technician_id="me")] == [working["id"]]
    bad = store.advisor.get("/v1/work-orders", params={"technician_id": "you", "status": "lost"})
    assert (bad.status, set(bad.errors)) == (400, {"technician_id", "status"})
    lines = store.advisor.pages(f"/v1/work-orders/{working['id']}/lines", limit=1)
    assert [l["id"] for l in lines] == [l["id"] for l in working["lines"]]


def test_who_may_do_what(shop, store):
    """A technician records no consent, an advisor dispatches nothing, a dispatcher delivers nothing."""
    order = shop.open([shop.labour_line()])
    line = order["lines"][0]["id"]
    consent = {"lines": [line], "method": "phone", "by": {"name": "王"}}
    for client, verb, body in ((store.tech1, "authorise", consent), (store.dispatcher, "authorise", consent),
                               (store.advisor, "dispatch", {"assignments": []}), (store.tech1, "finish-work", None),
                               (store.tech1, "cancel", {"reason": "x"}), (store.dispatcher, "deliver", DELIVERY),
                               (store.advisor, "issue-parts", {"received_by": store.tech1.id}),
                               (store.cashier, "promises", {"promised_at": "2036-01-01T00:00:00Z", "reason": "x"})):
        assert client.post(f"/v1/work-orders/{order['id']}/{verb}", body).status == 403, verb
    assert store.tech1.post(f"/v1/work-order-lines/{line}/decline", {"reason": "price"}).status == 403
    assert store.tech1.post("/v1/work-orders", {"reception_id": shop.reception()["id"]}).status == 403


def test_another_store_sees_nothing(shop, store, chain):
    """Orders, lines, staff, bays and receptions of another store do not exist."""
    order = shop.ready(lines=[shop.labour_line()])
    line = order["lines"][0]["id"]
    other = Shop(chain, chain.store())
    assert other.store.advisor.get(f"/v1/work-orders/{order['id']}").status == 404
    for path in ("promises", "stages", "history", "lines", "authorisations", "clock-entries"):
        assert other.store.advisor.get(f"/v1/work-orders/{order['id']}/{path}").status == 404
    assert other.store.advisor.post(f"/v1/work-orders/{order['id']}/authorise", {
        "lines": [line], "method": "phone", "by": {"name": "王"}}).status == 404
    assert other.store.advisor.get(f"/v1/work-order-lines/{line}").status == 404
    assert other.store.tech1.post(f"/v1/work-order-lines/{line}/clock-on").status == 404
    assert other.store.advisor.get("/v1/work-orders", expect=200).data == []
    foreign = other.store.advisor.post("/v1/work-orders", {"reception_id": order["reception_id"]})
    assert (foreign.status, foreign.errors) == (422, {"/reception_id": "not_found"})
    mine = other.ready(lines=[other.labour_line()])
    for body, pointer in (({"assignments": [{"line_id": line, "technician_id": other.store.tech1.id}]},
                           "/assignments/0/line_id"),
                          ({"bay_id": store.bay, "assignments": []}, "/bay_id")):
        reply = other.store.dispatcher.post(f"/v1/work-orders/{mine['id']}/dispatch", body)
        assert (reply.status, reply.errors) == (422, {pointer: "not_found"})
    hired = other.store.dispatcher.post(f"/v1/work-orders/{mine['id']}/dispatch", {
        "assignments": [{"line_id": mine["lines"][0]["id"], "technician_id": store.tech1.id}]})
    assert (hired.status, hired.errors) == (422, {"/assignments/0/technician_id": "not_technician"})
    received = other.store.parts.post(f"/v1/work-orders/{mine['id']}/issue-parts", {"received_by": store.tech1.id})
    assert (received.status, received.errors) == (422, {"/received_by": "not_found"})


def test_wrong_fields(shop, store):
    """Every wrong member of a new order is told, and what a kind of line needs."""
    reception = shop.reception()
    wrong = store.advisor.post("/v1/work-orders", {
        "reception_id": reception["id"], "lines": [{"kind": "gift"}, shop.part_line(0), shop.labour_line(colour="red")]})
    assert (wrong.status, wrong.errors) == (422, {
        "/lines/0/kind": "bad_code", "/lines/1/quantity": "too_small", "/lines/2/colour": "unknown_field"})
    for line, errors in (
            ({"kind": "labour"}, {"/lines/0/operation_id": "required"}),
            ({"kind": "part", "hours": 1}, {"/lines/0/hours": "unknown_field", "/lines/0/part_id": "required",
                                            "/lines/0/quantity": "required"}),
            ({"kind": "fee"}, {"/lines/0/description": "required", "/lines/0/amount": "required"}),
            ({"kind": "labour", "operation_id": shop.part["id"]}, {"/lines/0/operation_id": "not_found"}),
            (shop.part_line(part_id=uuid7()), {"/lines/0/part_id": "not_found"}),
            (shop.labour_line(concern_id=uuid7()), {"/lines/0/concern_id": "not_found"})):
        reply = store.advisor.post("/v1/work-orders", {"reception_id": reception["id"], "lines": [line]})
        assert (reply.status, reply.errors) == (422, errors), line
    early = store.advisor.post("/v1/work-orders", {"reception_id": shop.reception(greet=False)["id"]})
    assert (early.status, early.code, early["state"]) == (409, "illegal_transition", "waiting")
    ghost = store.advisor.post("/v1/work-orders", {"reception_id": uuid7()})
    assert (ghost.status, ghost.errors) == (422, {"/reception_id": "not_found"})


def test_two_consents_at_once(shop, store):
    """F5 I3: the same line is authorised once, and reserved once."""
    shop.stock(10)
    order = shop.open()
    consent = {"lines": [l["id"] for l in order["lines"]], "method": "phone", "by": {"name": "王芳"}}
    replies = at_once(*[lambda: store.advisor.post(f"/v1/work-orders/{order['id']}/authorise", consent)] * 2)
    assert sorted((r.status, r.code) for r in replies) == [(200, None), (409, "line_status")]
    assert shop.level() == (10, 2)


def ago(**time):
    at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**time)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_tablet_comes_back(shop, store):
    """What a tablet recorded off line keeps the time it happened at, and says when the server heard of it."""
    order = shop.dispatched(lines=[shop.labour_line()])
    path = f"/v1/work-order-lines/{order['lines'][0]['id']}"
    began, stopped, key = ago(hours=2), ago(hours=1), uuid7()
    store.tech1.post(path + "/clock-on", {"occurred_at": began}, key=key, expect=200)
    store.tech1.post(path + "/pause", {"occurred_at": stopped, "reason": "wait_part", "note": "等滤芯"}, expect=200)
    assert store.tech1.post(path + "/clock-on", {"occurred_at": began}, key=key, expect=200).replayed
    store.tech1.post(path + "/resume", {}, expect=200)
    store.tech1.post(path + "/finish", {"occurred_at": ago(hours=3)}, expect=200)
    first, second = store.advisor.get(f"/v1/work-orders/{order['id']}/clock-entries", expect=200).data
    assert (first["started_at"], first["ended_at"], first["reason"], first["note"]) == (began, stopped, "wait_part", "等滤芯")
    assert first["recorded_at"] > stopped
    assert second["ended_at"] == second["started_at"], "it does not end before it began"
    stage = store.advisor.get(f"/v1/work-orders/{order['id']}/stages", expect=200).data[0]
    assert (stage["status"], stage["at"]) == ("in_progress", began) and stage["recorded_at"] > began
    assert shop.get(order)["started_at"] == order["opened_at"], "no work begins before its order"


def test_a_note_beside_the_reason(shop, store):
    """Notes are kept where the reason is, and told with the history."""
    order = shop.dispatched(lines=[shop.labour_line()])
    store.tech1.post(f"/v1/work-order-lines/{order['lines'][0]['id']}/clock-on", expect=200)
    shop.verb(store.dispatcher, order, "pause", {"reason": "wait_part", "note": "明早到货"})
    shop.verb(store.dispatcher, order, "resume")
    line = store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {"kind": "fee", "description": "检测费", "amount": 5000},
                              expect=201)
    declined = store.advisor.post(f"/v1/work-order-lines/{line['id']}/decline", {"reason": "price", "note": "下次再说"}, expect=200)
    assert (declined["reason"], declined["note"]) == ("price", "下次再说")
    shop.verb(store.manager, order, "cancel", {"reason": "customer", "note": "客户赶时间"})
    told = [(e["text"], e["reason"], e["note"])
            for e in store.advisor.get(f"/v1/work-orders/{order['id']}/history", expect=200).data if e["note"]]
    assert told == [("paused", "wait_part", "明早到货"), ("declined", "price", "下次再说"), ("cancelled", "customer", "客户赶时间")]


def test_what_was_written_is_changed(shop, store):
    """PATCH changes what is sent and nothing else; old parts are settled once the vehicle is gone."""
    order = shop.open(note="先看刹车")
    path = f"/v1/work-orders/{order['id']}"
    assert store.advisor.patch(path, {"note": "x"}).code == "version_required"
    wrong = store.advisor.patch(path, {"old_parts": "lost", "status": "closed"}, version=1)
    assert wrong.errors == {"/old_parts": "bad_code", "/status": "unknown_field"}
    changed = store.advisor.patch(path, {"note": None, "metadata": {"row": "3"}}, version=1, expect=200)
    assert (changed["note"], changed["metadata"], changed["old_parts"]) == (None, {"row": "3"}, order["old_parts"])
    assert store.advisor.patch(path, {"note": "x"}, version=1)["current"]["version"] == 2
    shop.verb(store.manager, order, "cancel", {"reason": "x"})
    over = store.advisor.get(path, expect=200)
    assert store.advisor.patch(path, {"old_parts": "none"}, version=over["version"]).code == "illegal_transition"
    store.advisor.patch(path, {"external_ids": {"erp": "9"}}, version=over["version"], expect=200)


def test_a_line_is_given_once(shop, store):
    """G5: a line stands once among the assignments; nothing is given when it does not."""
    order = shop.ready(lines=[shop.labour_line(), shop.labour_line()])
    first, second = (line["id"] for line in order["lines"])
    twice = [{"line_id": line, "technician_id": who.id} for line, who in (
        (first, store.tech1), (second, store.tech1), (first, store.tech2))]
    wrong = shop.verb(store.dispatcher, order, "dispatch", {"assignments": twice}, expect=422)
    assert wrong.errors == {"/assignments/2/line_id": "not_unique"}
    assert [line["technician_id"] for line in shop.get(order)["lines"]] == [None, None]
    shop.verb(store.dispatcher, order, "dispatch", {"assignments": twice[:1]})
    wrong = shop.verb(store.dispatcher, order, "assignments", {"assignments": twice}, expect=422)
    assert wrong.errors == {"/assignments/2/line_id": "not_unique"}
    assert shop.get(order)["status"] == "dispatched"


def test_bays_in_use(chain, shop, store):
    """G9: an order goes to a bay of its store that is in use, and a bay an order stands in is not removed."""
    order = shop.ready(lines=[shop.labour_line()])
    bay = chain.admin.post(f"/v1/stores/{store.id}/bays", {"code": "B7"}, expect=201)
    path = f"/v1/bays/{bay['id']}"
    given = [{"line_id": order["lines"][0]["id"], "technician_id": store.tech1.id}]

    def dispatch(to, expect):
        return shop.verb(store.dispatcher, order, "dispatch", {"bay_id": to, "assignments": given}, expect=expect)

    chain.admin.patch(path, {"active": False}, version=bay["version"], expect=200)
    wrong = dispatch(bay["id"], 422)
    assert wrong.errors == {"/bay_id": "bay_inactive"} and "B7" in wrong["errors"][0]["message"]
    for strange in (chain.store().bay, uuid7()):
        assert dispatch(strange, 422).errors == {"/bay_id": "not_found"}
    assert shop.get(order)["status"] == "ready"
    chain.admin.patch(path, {"active": True}, version=chain.admin.get(path)["version"], expect=200)
    replies = at_once(lambda: store.dispatcher.post(f"/v1/work-orders/{order['id']}/dispatch",
                                                    {"bay_id": bay["id"], "assignments": given}),
                      lambda: chain.admin.delete(path))
    assert [r.status for r in replies] in ([200, 409], [422, 204])
    if replies[0].status == 200:
        assert replies[1].code == "in_use" and order["number"] in replies[1]["detail"]
    else:
        assert replies[0].errors == {"/bay_id": "not_found"}


def test_technicians_of_the_region_and_the_chain(chain, shop, store):
    """G5: whoever is a technician by a region or by the chain takes lines in each of its stores."""
    order = shop.ready(lines=[shop.labour_line(), shop.labour_line()])
    people = [chain.people.hire(chain.unique().lower(), "technician", **grant) for grant in ({"region": store.region}, {})]
    elsewhere = chain.people.hire(chain.unique().lower(), "technician", region=chain.region())
    wrong = shop.verb(store.dispatcher, order, "dispatch", {"assignments": [
        {"line_id": order["lines"][0]["id"], "technician_id": elsewhere.id}]}, expect=422)
    assert wrong.errors == {"/assignments/0/technician_id": "not_technician"}
    done = shop.verb(store.dispatcher, order, "dispatch", {"assignments": [
        {"line_id": line["id"], "technician_id": who.id} for line, who in zip(order["lines"], people)]})
    assert [line["technician_id"] for line in done["lines"]] == [who.id for who in people]
    for line, who in zip(order["lines"], people):
        assert who.post(f"/v1/work-order-lines/{line['id']}/clock-on", expect=200)["work_status"] == "working"
