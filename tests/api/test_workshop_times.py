# SPDX-License-Identifier: Apache-2.0
"""Where the time of a visit goes: pauses, promises, contacts, stages, and the limits of simple and complex repairs."""

import datetime

import pytest

import slots
from fettle import at_once, soon, told_overdue, uuid7, wait_for
from past import tell
from trade import CONSENT, HANDED_BACK, Trade, days_ahead

STAGES = ("wait", "diagnose", "approve", "parts", "work", "qc", "wash", "pay")


def durations(who, order, **options):
    return who.get(f"/v1/work-orders/{order['id']}/durations", **{"expect": 200, **options})


def ago(sql, order, **minutes):
    """Put what is recorded of an order so many minutes into the past: stages in their order, and whatever is named."""
    stages = minutes.pop("stages", [])
    ids = [row[0] for row in sql("SELECT id FROM work_order_stage WHERE work_order_id = %s ORDER BY id", (order["id"],))]
    assert len(ids) == len(stages), (len(ids), stages)
    for stage, at in zip(ids, stages):
        sql("UPDATE work_order_stage SET at = %s::timestamptz - %s * interval '1 minute' WHERE id = %s", (minutes["now"], at, stage))
    for column in ("opened_at", "completed_at", "washed_at", "delivered_at"):
        if column in minutes:
            sql(f"UPDATE work_order SET {column} = %s::timestamptz - %s * interval '1 minute' WHERE id = %s",
                (minutes["now"], minutes[column], order["id"]))
    for column in ("arrived_at", "greeted_at"):
        if column in minutes:
            sql(f"UPDATE reception SET {column} = %s::timestamptz - %s * interval '1 minute' WHERE id = %s",
                (minutes["now"], minutes[column], order["reception_id"]))


def test_the_stages_of_a_visit_add_up_to_it(shop, store, sql):
    """G26: wait, diagnose, approve, parts, work, QC, wash and pay, in seconds, without a gap."""
    shop.stock(5)
    order = shop.open()
    estimate = store.advisor.post("/v1/estimates", {"work_order_id": order["id"], "options": [
        {"label": "A", "lines": [{"kind": "fee", "description": "检测", "amount": 100}]}]}, expect=201)
    store.advisor.post(f"/v1/estimates/{estimate['id']}/send", expect=200)
    store.advisor.post(f"/v1/estimates/{estimate['id']}/decide", {"option_id": estimate["options"][0]["id"], "method": "phone",
                                                                  "by": {"name": "王芳"}}, expect=200)
    shop.verb(store.advisor, order, "authorise", {"lines": [line["id"] for line in order["lines"]], **CONSENT})
    shop.verb(store.dispatcher, order, "dispatch", {"bay_id": store.bay, "assignments": [
        {"line_id": order["lines"][0]["id"], "technician_id": store.tech1.id}]})
    line = f"/v1/work-order-lines/{order['lines'][0]['id']}"
    store.tech1.post(line + "/clock-on", expect=200)
    shop.verb(store.tech1, order, "pause", {"reason": "wait_part", "note": "少一颗螺栓"})
    shop.verb(store.tech1, order, "resume")
    shop.verb(store.tech1, order, "pause", {"reason": "wait_customer"})
    shop.verb(store.tech1, order, "resume")
    shop.verb(store.tech1, order, "pause", {"reason": "wait_tool"})
    shop.verb(store.tech1, order, "resume")
    store.tech1.post(line + "/resume", expect=200)
    store.tech1.post(line + "/finish", expect=200)
    store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": store.tech1.id}, expect=200)
    shop.verb(store.dispatcher, order, "finish-work")
    check = store.inspector.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "final"}, expect=201)
    store.inspector.post(f"/v1/quality-checks/{check['id']}/pass", expect=200)
    assert shop.verb(store.tech1, order, "wash")["washed_at"]
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    # the estimate was of the diagnosis alone
    store.advisor.post(f"/v1/work-orders/{order['id']}/variance", {"reason": "added_work"}, expect=200)
    bill = store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
    store.cashier.post("/v1/payments", {"settlement_id": bill["id"], "amount": bill["due"], "method": "cash"}, expect=201)
    shop.verb(store.advisor, order, "deliver", HANDED_BACK)

    now = sql("SELECT now()")[0][0]
    wait_for(lambda: shop.get(order)["status"] == "closed")
    sql("UPDATE estimate SET sent_at = %s::timestamptz - 280 * interval '1 minute' WHERE id = %s", (now, estimate["id"]))
    pauses = [row[0] for row in sql("SELECT id FROM work_order_pause WHERE work_order_id = %s ORDER BY id", (order["id"],))]
    for pause, (since, until) in zip(pauses, ((200, 180), (170, 165), (150, 147))):
        sql("UPDATE work_order_pause SET paused_at = %s::timestamptz - %s * interval '1 minute', resumed_at = %s::timestamptz - %s * interval '1 minute'"
            " WHERE id = %s", (now, since, now, until, pause))
    # opened, ready, dispatched, in_progress, paused, in_progress, ... awaiting_qc, completed, settled, delivered, closed
    ago(sql, order, now=now, arrived_at=310, greeted_at=307, opened_at=300, completed_at=90, washed_at=75, delivered_at=50,
        stages=[300, 260, 240, 230, 200, 180, 170, 165, 150, 147, 100, 90, 60, 50, 49])
    spent = durations(store.advisor, order).json
    minutes = {stage: spent[stage] / 60 for stage in STAGES}
    assert minutes == {"wait": 3 + 20 + 10 + 3, "diagnose": 7 + 20, "approve": 20 + 5, "parts": 20, "work": 30 + 10 + 15 + 47,
                       "qc": 10, "wash": 15, "pay": 25}
    assert sum(spent[stage] for stage in STAGES) == spent["total"] == 260 * 60 and spent["ends_at"]
    assert (spent["repair_seconds"], spent["paused_seconds"]) == (220 * 60, 28 * 60)
    assert (spent["kept"], spent["kept_net"], spent["fault_class"]) == (True, True, "simple")


def test_an_open_visit_runs_on(shop, store, sql):
    """G26: up to now, whatever the moment; before the first greeting it is waiting, a part that is missing counts as parts."""
    order = shop.open()
    spent = durations(store.tech1, order)
    assert spent["ends_at"] is None and spent["total"] == sum(spent[stage] for stage in STAGES) < 60
    shop.verb(store.advisor, order, "authorise", {"lines": [line["id"] for line in order["lines"]], **CONSENT})
    now = sql("SELECT now()")[0][0]
    ago(sql, order, now=now, arrived_at=100, greeted_at=90, opened_at=80, stages=[80, 60])
    spent = durations(store.advisor, order)
    assert [round(spent[stage] / 60) for stage in STAGES] == [10, 10, 20, 60, 0, 0, 0, 0]
    shop.stock(2)
    sql("UPDATE work_order_line SET supplied_at = %s::timestamptz - interval '20 minutes' WHERE id = %s AND supplied_at IS NOT NULL",
        (now, order["lines"][1]["id"]))
    spent = durations(store.advisor, order)
    assert [round(spent[stage] / 60) for stage in STAGES] == [30, 10, 20, 40, 0, 0, 0, 0]
    shop.verb(store.manager, order, "cancel", {"reason": "客户取消"})
    first = durations(store.advisor, order)
    assert first["ends_at"] and first["total"] == durations(store.advisor, order)["total"]


def test_a_wash_is_between_check_and_delivery(shop, store, chain):
    """G26: washed once the work is completed; before it 409, by a cashier 403, of another store 404."""
    order = shop.checking(lines=[shop.labour_line()])
    refused = shop.verb(store.tech1, order, "wash", expect=409)
    assert (refused.code, refused["state"]) == ("illegal_transition", "awaiting_qc")
    check = store.inspector.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "final"}, expect=201)
    store.inspector.post(f"/v1/quality-checks/{check['id']}/pass", expect=200)
    shop.verb(store.cashier, order, "wash", expect=403)
    shop.verb(chain.store().tech1, order, "wash", expect=404)
    washed = shop.verb(store.advisor, order, "wash")
    assert washed["washed_at"] and washed["status"] == "completed"
    assert durations(chain.store().advisor, order, expect=404).code == "not_found"


def test_a_simple_repair_has_a_day_and_a_complex_one_three(shop, store, sql):
    """G12: 24 and 72 hours from the arrival, gross and without the pauses; the limits are the store's."""
    simple, complicated = shop.open(lines=[shop.labour_line()]), shop.open(lines=[shop.labour_line()], fault_class="complex")
    hours = {}
    for order in (simple, complicated):
        arrived = durations(store.advisor, order)["starts_at"]
        due = datetime.datetime.fromisoformat(order["repair_due_at"].replace("Z", "+00:00"))
        hours[order["fault_class"]] = (due - datetime.datetime.fromisoformat(arrived.replace("Z", "+00:00"))).total_seconds() / 3600
    assert hours == {"simple": 24, "complex": 72}

    path = f"/v1/stores/{store.id}/policies"
    rules = store.manager.get(path, expect=200)
    assert (rules["simple_repair_hours"], rules["complex_repair_hours"]) == (24, 72)
    assert store.manager.patch(path, {"complex_repair_hours": 0}, version=rules["version"], expect=422).errors == {"/complex_repair_hours": "too_small"}
    store.manager.patch(path, {"complex_repair_hours": 48}, version=rules["version"], expect=200)
    assert shop.get(complicated)["repair_due_at"] == complicated["repair_due_at"]  # under the rule of its day
    changed = store.advisor.patch(f"/v1/work-orders/{simple['id']}", {"fault_class": "complex"}, version=simple["version"], expect=200)
    arrived = sql("SELECT arrived_at + interval '48 hours' FROM reception WHERE id = %s", (simple["reception_id"],))[0][0]
    assert datetime.datetime.fromisoformat(changed["repair_due_at"].replace("Z", "+00:00")) == arrived
    assert store.advisor.patch(f"/v1/work-orders/{simple['id']}", {"fault_class": "hard"}, version=changed["version"],
                               expect=422).errors == {"/fault_class": "bad_code"}


@pytest.mark.parametrize("fault_class, late", [("simple", 25), ("complex", 73)])
def test_late_but_for_its_pauses(shop, store, sql, verify, fault_class, late):
    """G12: late gross, in time net of a pause for a part; the KPIs say both of a delivered order."""
    order = shop.dispatched(lines=[shop.labour_line()], fault_class=fault_class)
    shop.verb(store.tech1, order, "start")
    shop.verb(store.tech1, order, "pause", {"reason": "wait_part"})
    sql("UPDATE reception SET arrived_at = arrived_at - %s * interval '1 hour' WHERE id = %s", (late, order["reception_id"]))
    tell(sql, "reception.greeted", store, order["reception_id"], datetime.datetime.now(datetime.timezone.utc))  # counted on another day now
    sql("UPDATE work_order SET repair_due_at = repair_due_at - %s * interval '1 hour' WHERE id = %s", (late, order["id"]))
    sql("UPDATE work_order_pause SET paused_at = paused_at - interval '2 hours' WHERE work_order_id = %s", (order["id"],))
    running = durations(store.advisor, order)
    assert (running["kept"], running["kept_net"]) == (False, None) and running["paused_seconds"] >= 7200
    shop.verb(store.tech1, order, "resume")
    for verb in ("clock-on", "finish"):
        store.tech1.post(f"/v1/work-order-lines/{order['lines'][0]['id']}/{verb}", expect=200)
    shop.verb(store.dispatcher, order, "finish-work")
    check = store.inspector.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "final"}, expect=201)
    store.inspector.post(f"/v1/quality-checks/{check['id']}/pass", expect=200)
    done = durations(store.advisor, order)
    assert (done["kept"], done["kept_net"]) == (False, True)
    refused = store.advisor.patch(f"/v1/work-orders/{order['id']}", {"fault_class": "complex"}, version=shop.get(order)["version"], expect=409)
    assert refused.code == "illegal_transition"
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    bill = store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
    store.cashier.post("/v1/payments", {"settlement_id": bill["id"], "amount": bill["due"], "method": "cash"}, expect=201)
    shop.verb(store.advisor, order, "deliver", HANDED_BACK)
    today = slots.day(0).isoformat()

    def value(kpi):
        found = store.manager.get("/v1/kpi-values", params={"kpi": kpi, "store_id": store.id, "from": today, "to": today, "grain": "day"},
                                  expect=200).data
        return [(v["value"], v["n"]) for v in found]
    assert wait_for(lambda: value(f"{fault_class}_repair_kept_net")) == [(100, 1)]
    assert value(f"{fault_class}_repair_kept") == [(0, 1)]
    assert not verify("histories", "KPIs")


def test_why_work_stands_still(shop, store, chain):
    """G8: reasons are codes, words of one's own count as other; listed with how long, by store, order and reason."""
    order = shop.dispatched(lines=[shop.labour_line()])
    store.tech1.post(f"/v1/work-order-lines/{order['lines'][0]['id']}/clock-on", expect=200)
    store.tech1.post(f"/v1/work-orders/{order['id']}/pause", {}, expect=422)
    shop.verb(store.tech1, order, "pause", {"reason": "wait_part", "note": "缺油封"})
    assert shop.verb(store.tech1, order, "pause", {"reason": "wait_bay"}, expect=409).code == "illegal_transition"
    listed = store.dispatcher.get("/v1/work-order-pauses", params={"store_id": store.id, "running": "true"}, expect=200).data
    assert [(p["work_order_id"], p["reason_code"], p["note"], p["resumed_at"], p["actor_id"], p["line_id"]) for p in listed] == [
        (order["id"], "wait_part", "缺油封", None, store.tech1.id, None)]
    shop.verb(store.tech1, order, "resume")
    shop.verb(store.dispatcher, order, "pause", {"reason": "等老板看一眼"})
    every = store.manager.pages("/v1/work-order-pauses", work_order_id=order["id"], limit=1)
    assert [(p["reason_code"], p["reason"], p["resumed_at"] is None) for p in every] == [
        ("other", "等老板看一眼", True), ("wait_part", "wait_part", False)]
    assert every[1]["seconds"] >= 0
    of_parts = store.manager.get("/v1/work-order-pauses", params={"reason_code": "wait_part", "running": "false"}, expect=200).data
    assert [p["id"] for p in of_parts] == [every[1]["id"]]
    assert store.manager.get("/v1/work-order-pauses", params={"reason_code": "tired"}, expect=400).errors == {"reason_code": "bad_code"}
    assert chain.store().manager.get("/v1/work-order-pauses", params={"work_order_id": order["id"]}, expect=200).data == []
    shop.verb(store.manager, order, "cancel", {"reason": "客户取消"})
    assert store.manager.get("/v1/work-order-pauses", params={"running": "true"}, expect=200).data == []


def test_two_who_stop_an_order_at_once(shop, store, verify):
    """G8: one pause, and the other is told that it stands still already."""
    order = shop.dispatched(lines=[shop.labour_line()])
    shop.verb(store.dispatcher, order, "start")
    replies = at_once(*[lambda who=who: who.post(f"/v1/work-orders/{order['id']}/pause", {"reason": "safety_stop"})
                        for who in (store.tech1, store.dispatcher, store.leader)])
    assert sorted(r.status for r in replies) == [200, 409, 409]
    assert len(store.manager.get("/v1/work-order-pauses", params={"running": "true"}, expect=200).data) == 1
    assert not verify("histories")


def test_what_was_promised_and_why_it_changed(shop, store):
    """G10: first and current promise, each change with a coded reason, by whom, and how the customer was told."""
    order = shop.open(promised_at=days_ahead(1))
    path = f"/v1/work-orders/{order['id']}/promises"
    store.advisor.post(path, {"promised_at": days_ahead(2), "reason": "part_delay", "customer_told": {"method": "phone"}}, expect=201)
    later = store.advisor.post(path, {"promised_at": days_ahead(3), "reason": "台风"}, expect=201)
    assert (later["first_promised_at"], later["promised_at"]) == (days_ahead(1), days_ahead(3)) and later["last_contact_at"]
    told = store.tech1.get(path, expect=200).data
    assert [(p["promised_at"], p["reason_code"], p["reason"], p["told_method"], p["actor_id"]) for p in told] == [
        (days_ahead(1), "opened", "opened", None, store.advisor.id), (days_ahead(2), "part_delay", "part_delay", "phone", store.advisor.id),
        (days_ahead(3), "other", "台风", None, store.advisor.id)]
    assert told[1]["told_at"] and not told[2]["told_at"]


def test_a_broken_promise_is_an_event(shop, store, verify):
    """G11: an order that is not done when it was promised is told once, and again when a new promise is broken, too."""
    late, fine = shop.open(), shop.open(promised_at=days_ahead(1))

    def promise():
        body = {"promised_at": soon(), "reason": "part_delay"}
        return store.advisor.post(f"/v1/work-orders/{late['id']}/promises", body, expect=201)["promised_at"][:19] + "Z"

    first = promise()
    assert wait_for(lambda: told_overdue(store, "work_order", late)) == [first]
    second = promise()
    assert wait_for(lambda: told if len(told := told_overdue(store, "work_order", late)) > 1 else None) == [first, second]
    # what broke it is told of the order as it is; nobody's change is refused for it
    assert shop.get(late)["version"] == store.manager.pages("/v1/events", type="work_order.overdue", subject_id=late["id"])[-1]["subject_version"]
    assert told_overdue(store, "work_order", fine) == []
    verify()


def test_who_is_late_and_who_has_been_told(shop, store, chain, sql, verify):
    """G11: the overdue orders of a store, the latest contact with each customer beside them."""
    late, fine, done = (shop.open(promised_at=days_ahead(1)) for _ in range(3))
    for order in (late, done):
        sql("UPDATE work_order SET promised_at = now() - interval '1 hour', first_promised_at = now() - interval '1 hour' WHERE id = %s", (order["id"],))
        sql("UPDATE work_order_promise SET promised_at = w.promised_at FROM work_order w WHERE w.id = work_order_id AND w.id = %s", (order["id"],))
    shop.verb(store.manager, done, "cancel", {"reason": "客户取消"})
    for sort in ("-opened_at", "promised_at"):
        listed = store.advisor.get("/v1/work-orders", params={"overdue": "true", "sort": sort}, expect=200).data
        assert [(w["id"], w["last_contact_at"]) for w in listed] == [(late["id"], None)]
        others = store.advisor.pages("/v1/work-orders", overdue="false", sort=sort)
        assert {w["id"] for w in others} == {fine["id"], done["id"]}
    path = f"/v1/work-orders/{late['id']}/contacts"
    store.advisor.post(path, {"purpose": "overdue", "method": "phone", "result": "no_answer"}, expect=201)
    assert shop.get(late)["last_contact_at"] is None, "nobody was reached"
    answered = store.advisor.post(path, {"purpose": "overdue", "method": "wechat", "result": "reached", "note": "同意明早取车"}, expect=201)
    assert answered["version"] == shop.get(late)["version"] == late["version"]
    contacts = store.dispatcher.get(path, expect=200).data
    assert [(c["purpose"], c["method"], c["result"], c["note"], c["actor_id"]) for c in contacts] == [
        ("overdue", "phone", "no_answer", None, store.advisor.id), ("overdue", "wechat", "reached", "同意明早取车", store.advisor.id)]
    assert store.advisor.get("/v1/work-orders", params={"overdue": "true"}, expect=200).data[0]["last_contact_at"] == contacts[1]["at"]
    assert not verify("histories")

    wrong = store.advisor.post(path, {"purpose": "chat", "method": "fax", "result": "ok"}, expect=422)
    assert wrong.errors == {"/purpose": "bad_code", "/method": "bad_code", "/result": "bad_code"}
    store.tech1.post(path, {"purpose": "overdue", "method": "phone", "result": "reached"}, expect=403)
    right = {"purpose": "ready", "method": "phone", "result": "reached"}
    assert chain.store().advisor.post(path, right, expect=404).code == "not_found"
    store.advisor.post(f"/v1/work-orders/{uuid7()}/contacts", right, expect=404)


def test_contacts_and_pauses_are_added_side_by_side(store):
    """G11: many people speak to a customer at once; every word is kept, and the last one shows."""
    order = Trade(store).order()
    body = {"purpose": "other", "method": "phone", "result": "reached"}
    at_once(*[lambda: store.advisor.post(f"/v1/work-orders/{order['id']}/contacts", body, expect=201) for _ in range(6)])
    contacts = store.advisor.get(f"/v1/work-orders/{order['id']}/contacts", expect=200).data
    assert len(contacts) == 6
    assert store.advisor.get(f"/v1/work-orders/{order['id']}", expect=200)["last_contact_at"] == contacts[-1]["at"]


def test_a_line_that_stands_still_alone_stops_the_order(shop, store, sql):
    """G15, G12: net of pauses counts when every open line stood still, together with the order's own pauses, never twice."""
    order = shop.dispatched(lines=[shop.labour_line(), shop.labour_line()])
    first, second = (line["id"] for line in order["lines"])
    if not order["lines"][1]["technician_id"]:
        shop.verb(store.dispatcher, order, "assign", {"assignments": [{"line_id": second, "technician_id": store.tech1.id}]})
    for line in (first, second):
        store.tech1.post(f"/v1/work-order-lines/{line}/clock-on", expect=200)
        store.tech1.post(f"/v1/work-order-lines/{line}/pause", {"reason": "wait_part"}, expect=200)
    store.tech1.post(f"/v1/work-order-lines/{first}/clock-on", expect=200)
    store.tech1.post(f"/v1/work-order-lines/{first}/finish", expect=200)
    shop.verb(store.tech1, order, "pause", {"reason": "wait_bay"})
    now = sql("SELECT now()")[0][0]

    def at(table, where, key, **columns):
        for column, minutes in columns.items():
            sql(f"UPDATE {table} SET {column} = %s::timestamptz - %s * interval '1 minute' WHERE {where}", (now, minutes, key))

    # both are authorised at 300; the first works 280-260 and 200-180, paused between; the second 290-250, and is paused since
    at("reception", "id = %s", order["reception_id"], arrived_at=310)
    at("authorisation", "work_order_id = %s", order["id"], at=300)
    at("work_order_pause", "line_id = %s", first, paused_at=260, resumed_at=200)
    at("work_order_pause", "line_id = %s", second, paused_at=250)
    at("work_order_pause", "line_id IS NULL AND work_order_id = %s", order["id"], paused_at=150)
    (early, _), (late, _) = sql("SELECT id, started_at FROM clock_entry WHERE line_id = %s ORDER BY id", (first,))
    at("clock_entry", "id = %s", early, started_at=280, ended_at=260)
    at("clock_entry", "id = %s", late, started_at=200, ended_at=180)
    at("clock_entry", "line_id = %s", second, started_at=290, ended_at=250)

    def paused():
        return durations(store.advisor, order)["paused_seconds"] // 60
    # 250-200 both stand still; since 180 the only open one does, and since 150 the order, too
    assert paused() == 50 + 180
    # G26: the first from 260 to 200 and the second from 250 on for a part, the order from 150 on for a bay
    assert [(p["reason_code"], p["seconds"] // 60) for p in durations(store.advisor, order)["pauses"]] == [("wait_part", 260), ("wait_bay", 150)]
    shop.verb(store.tech1, order, "resume")
    assert paused() == 50 + 180  # the line itself still stands
    # a colleague at the paused line's side keeps it going
    sql("INSERT INTO clock_entry (id, store_id, line_id, technician_id, started_at, ended_at, recorded_at)"
        " SELECT gen_random_uuid(), store_id, line_id, %s, %s::timestamptz - interval '240 minutes', %s::timestamptz - interval '220 minutes', now()"
        "   FROM clock_entry WHERE line_id = %s", (store.tech2.id, now, now, second))
    assert paused() == 30 + 180


def test_net_of_a_technicians_pause(shop, store, sql, verify):
    """G15, G12: a part that the technician waits for on the only line keeps a late repair in time, net; the KPI says so."""
    order = shop.dispatched(lines=[shop.labour_line()])
    line = f"/v1/work-order-lines/{order['lines'][0]['id']}"
    store.tech1.post(line + "/clock-on", expect=200)
    store.tech1.post(line + "/pause", {"reason": "wait_part"}, expect=200)
    sql("UPDATE reception SET arrived_at = arrived_at - interval '25 hours' WHERE id = %s", (order["reception_id"],))
    tell(sql, "reception.greeted", store, order["reception_id"], datetime.datetime.now(datetime.timezone.utc))  # counted on another day now
    for table, column, hours in (("work_order", "repair_due_at", 25), ("authorisation", "at", 4)):
        where = "id" if table == "work_order" else "work_order_id"
        sql(f"UPDATE {table} SET {column} = {column} - %s * interval '1 hour' WHERE {where} = %s", (hours, order["id"]))
    sql("UPDATE clock_entry SET started_at = started_at - interval '3 hours', ended_at = ended_at - interval '2 hours' WHERE line_id = %s",
        (order["lines"][0]["id"],))
    sql("UPDATE work_order_pause SET paused_at = paused_at - interval '2 hours' WHERE work_order_id = %s", (order["id"],))
    store.tech1.post(line + "/resume", expect=200)
    store.tech1.post(line + "/finish", expect=200)
    shop.verb(store.dispatcher, order, "finish-work")
    check = store.inspector.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "final"}, expect=201)
    store.inspector.post(f"/v1/quality-checks/{check['id']}/pass", expect=200)
    done = durations(store.advisor, order)
    assert (done["kept"], done["kept_net"], done["paused_seconds"] // 3600) == (False, True, 2)
    assert [(p["reason_code"], p["seconds"] // 3600) for p in done["pauses"]] == [("wait_part", 2)]
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    bill = store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
    store.cashier.post("/v1/payments", {"settlement_id": bill["id"], "amount": bill["due"], "method": "cash"}, expect=201)
    shop.verb(store.advisor, order, "deliver", HANDED_BACK)
    today = slots.day(0).isoformat()

    def net():
        found = store.manager.get("/v1/kpi-values", params={"kpi": "simple_repair_kept_net", "store_id": store.id, "from": today, "to": today,
                                                            "grain": "day"}, expect=200).data
        return [(v["value"], v["n"], v["formula_version"]) for v in found]
    assert wait_for(net) == [(100, 1, 2)]
    assert not verify("histories", "KPIs")
