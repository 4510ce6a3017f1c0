# SPDX-License-Identifier: Apache-2.0
"""Guarantees on repairs and comebacks (G18 G19 L1)."""

import datetime

import pytest
import slots
from fettle import at_once, uuid7
from trade import CONSENT, HANDED_BACK, Trade


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


def today(days=0):
    day = slots.day(0)
    return str(day + datetime.timedelta(days=days))


def given(trade, order):
    return trade.store.advisor.get("/v1/guarantees", params={"work_order_id": order["id"]}, expect=200).data


def may(row):
    return [a["verb"] for a in row["actions"] if a["enabled"]]


def of_vehicle(client, vehicle, **params):
    return client.get(f"/v1/vehicles/{vehicle}/guarantees", params=params, expect=200).data


def test_what_the_law_gives(trade, chain):
    """L1: each delivered line has the period of its legal category and the vehicle's kind, from the day of delivery."""
    rules = [r for r in chain.admin.pages("/v1/guarantee-rules", limit=5) if r["statutory"]]
    table = {(r["vehicle_kind"], r["repair_category"]): (r["days"], r["km"]) for r in rules}
    assert len(table) == 18 and all(r["source"] for r in rules)
    assert [table["automobile", c] for c in ("whole_vehicle", "assembly", "maint_2", "maint_1", "minor", "special")] == [
        (100, 20000), (100, 20000), (30, 5000), (10, 2000), (10, 2000), (10, 2000)]
    assert [table["motorcycle", c] for c in ("assembly", "maint_2", "minor")] == [(80, 7000), (10, 800), (10, 800)]
    assert [table["other", c] for c in ("whole_vehicle", "maint_1")] == [(60, 6000), (7, 700)]
    lines = [{"kind": "labour", "operation_id": trade.operation(repair_category=c)["id"]} for c in ("assembly", "maint_2", "minor")]
    order = trade.delivered(lines=lines)
    rows = sorted(given(trade, order), key=lambda g: g["ends_on"], reverse=True)
    assert [(g["repair_category"], g["starts_on"], g["ends_on"], g["starts_km"], g["ends_km"], g["status"]) for g in rows] == [
        ("assembly", today(), today(100), 41200, 61200, "active"), ("maint_2", today(), today(30), 41200, 46200, "active"),
        ("minor", today(), today(10), 41200, 43200, "active")]
    assert trade.store.advisor.get(f"/v1/guarantees/{rows[0]['id']}", expect=200)["line_id"] == order["lines"][0]["id"]


def test_a_motorcycle_and_a_part(trade):
    """L1: another kind of vehicle has other periods; a part has that of the order's weightiest work."""
    vehicle = trade.vehicle(kind="motorcycle")
    assert vehicle["kind"] == "motorcycle"
    part = trade.part()["id"]
    trade.stock_up(part)
    order = trade.order_of(vehicle["id"])
    for line in ({"kind": "labour", "operation_id": trade.operation(repair_category="assembly")["id"]},
                 {"kind": "part", "part_id": part, "quantity": 1}, {"kind": "fee", "description": "清洗", "amount": 100}):
        trade.store.advisor.post(f"/v1/work-orders/{order['id']}/lines", line, expect=201)
    lines = trade.read(order)["lines"]
    trade.step(trade.store.advisor, order, "authorise", {"lines": [line["id"] for line in lines], **CONSENT})
    trade.step(trade.store.dispatcher, order, "dispatch", {"assignments": [{"line_id": lines[0]["id"], "technician_id": trade.store.tech1.id}]})
    trade.line_step(trade.store.tech1, lines[0]["id"], "clock-on")
    trade.store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": trade.store.tech1.id}, expect=200)
    trade.line_step(trade.store.tech1, lines[0]["id"], "finish")
    trade.step(trade.store.dispatcher, order, "finish-work")
    trade.store.inspector.post(f"/v1/quality-checks/{trade.check(order)['id']}/pass", expect=200)
    trade.pay(trade.issued(order))
    trade.step(trade.store.advisor, order, "deliver", HANDED_BACK)
    assert sorted((g["line_id"], g["ends_on"], g["ends_km"]) for g in given(trade, order)) == sorted(
        (line["id"], today(80), 48200) for line in lines[:2])


def test_whether_it_holds(trade):
    """G19: by days and by kilometres, whichever come first; the odometer said or last read counts."""
    guarantee = trade.guarantee()
    vehicle, advisor = guarantee["vehicle_id"], trade.store.advisor
    (now,) = of_vehicle(advisor, vehicle)
    assert (now["holds"], now["days_left"], now["km_left"], now["ended_by"]) == (True, 10, 2000, None)
    (last,) = of_vehicle(advisor, vehicle, odometer_km=43200)
    assert (last["holds"], last["km_left"]) == (True, 0)
    (over,) = of_vehicle(advisor, vehicle, odometer_km=43201)
    assert (over["holds"], over["km_left"], over["ended_by"]) == (False, -1, "km_over")
    assert of_vehicle(advisor, vehicle, odometer_km=43201, holds="true") == []
    cursor = trade.chain.people.db.cursor()
    (mine,) = given(trade, {"id": guarantee["work_order_id"]})
    assert (mine["status"], mine["ended_by"]) == ("active", None)
    cursor.execute("UPDATE vehicle SET odometer_km = odometer_km + 2001 WHERE id = %s", (vehicle,))
    (mine,) = given(trade, {"id": guarantee["work_order_id"]})
    assert (mine["status"], mine["ended_by"]) == ("active", "km_over")
    assert advisor.get(f"/v1/guarantees/{mine['id']}", expect=200)["ended_by"] == "km_over"
    cursor.execute("UPDATE vehicle SET odometer_km = odometer_km - 2001 WHERE id = %s", (vehicle,))
    cursor.execute("UPDATE guarantee SET starts_on = starts_on - 11, ends_on = ends_on - 11 WHERE id = %s", (guarantee["id"],))
    (old,) = of_vehicle(advisor, vehicle)
    assert (old["holds"], old["days_left"], old["ended_by"]) == (False, -1, "days_over")
    (mine,) = given(trade, {"id": guarantee["work_order_id"]})
    assert (mine["status"], mine["ended_by"]) == ("expired", "days_over")
    refused = advisor.post(f"/v1/work-orders/{trade.order_of(vehicle)['id']}/comebacks", {"guarantee_id": guarantee["id"]})
    assert (refused.status, refused.code) == (409, "guarantee_ended") and "days_over" in refused["detail"]
    paid = trade.comeback(guarantee, payer="customer")
    assert (paid["payer"], paid["status"]) == ("customer", "open")
    cursor.execute("UPDATE guarantee SET starts_on = starts_on + 11, ends_on = ends_on + 11 WHERE id = %s", (guarantee["id"],))


def test_done_again(trade):
    """G18 G19: the comeback is free, its item's guarantee starts anew, and the others keep their end."""
    order = trade.delivered(lines=[{"kind": "labour", "operation_id": trade.operation()["id"]} for _ in range(2)])
    first, kept = sorted(given(trade, order), key=lambda g: g["line_id"])
    back = trade.order_of(first["vehicle_id"])
    comeback = trade.comeback(first, back)
    assert (comeback["of_line_id"], comeback["payer"], comeback["cause"], comeback["line_status"]) == (
        first["line_id"], "quality_guarantee", None, "proposed")
    twice = trade.store.advisor.post(f"/v1/work-orders/{back['id']}/comebacks", {"guarantee_id": first["id"]})
    assert (twice.status, twice.code) == (409, "comeback_open")
    classified = trade.store.inspector.post(f"/v1/comebacks/{comeback['id']}/classify", {"cause": "workmanship", "note": "扭矩"}, expect=200)
    assert (classified["cause"], classified["note"]) == ("workmanship", "扭矩")
    assert trade.through(back)["status"] in ("delivered", "closed")
    assert trade.store.advisor.get(f"/v1/comebacks/{comeback['id']}", expect=200)["status"] == "delivered"
    rows = {g["line_id"]: g for g in of_vehicle(trade.store.advisor, first["vehicle_id"])}
    assert (rows[first["line_id"]]["holds"], rows[first["line_id"]]["ended_by"]) == (False, "reworked")
    assert (rows[kept["line_id"]]["holds"], rows[kept["line_id"]]["ends_km"]) == (True, 43200)
    assert (rows[comeback["line_id"]]["holds"], rows[comeback["line_id"]]["ends_km"]) == (True, 43300)
    refused = trade.store.advisor.post(f"/v1/work-orders/{trade.order_of(first['vehicle_id'])['id']}/comebacks", {"guarantee_id": first["id"]})
    assert (refused.code, "reworked" in refused["detail"]) == ("guarantee_ended", True)


def test_a_part_done_again(trade):
    """G19 L1: a part has no less when it is done again with smaller work, and that of outside work it was fitted with."""
    part = trade.part()["id"]
    trade.stock_up(part)

    def ordered(vehicle, *lines):
        order = trade.order_of(vehicle)
        for line in lines:
            trade.store.advisor.post(f"/v1/work-orders/{order['id']}/lines", line, expect=201)
        return order

    def periods(order):
        kinds = {line["id"]: line["kind"] for line in trade.through(order)["lines"]}
        return {kinds[g["line_id"]]: (g["repair_category"], g["ends_on"], g["ends_km"]) for g in given(trade, order)}

    fitted = {"kind": "part", "part_id": part, "quantity": 1}
    minor, assembly = ({"kind": "labour", "operation_id": trade.operation(repair_category=c)["id"]} for c in ("minor", "assembly"))
    long, short = ("assembly", today(100), 61300), ("minor", today(10), 43300)
    vehicle = trade.vehicle()["id"]
    order = ordered(vehicle, assembly, fitted)
    assert periods(order) == {"labour": long, "part": long}
    (guarantee,) = [g for g in of_vehicle(trade.store.advisor, vehicle) if g["kind"] == "part"]
    back = ordered(vehicle)
    trade.comeback(guarantee, back)
    trade.store.advisor.post(f"/v1/work-orders/{back['id']}/lines", {**minor, "payer": "quality_guarantee"}, expect=201)
    assert periods(back) == {"labour": short, "part": long}
    outside = ordered(trade.vehicle()["id"], minor, {"kind": "sublet", "description": "曲轴磨削", "amount": 80000, "repair_category": "assembly"}, fitted)
    assert periods(outside) == {"labour": short, "sublet": long, "part": long}


def test_another_store_does_it_again(trade, chain):
    """G18 R1: another store sees the guarantee without prices, does the work, and headquarters what it is owed for it."""
    guarantee = trade.guarantee()
    vehicle = trade.store.advisor.get(f"/v1/vehicles/{guarantee['vehicle_id']}", expect=200)
    other = Trade(chain.store())
    advisor = other.store.advisor
    assert advisor.get(f"/v1/vehicles/{vehicle['id']}/guarantees").status == 404
    advisor.post("/v1/vehicles/lookup", {"plate": vehicle["plate"], "store_id": other.store.id}, expect=200)
    (seen,) = of_vehicle(advisor, vehicle["id"])
    assert (seen["id"], seen["store_id"], seen["holds"]) == (guarantee["id"], trade.store.id, True)
    assert not {name for name in seen if "price" in name or "amount" in name}
    assert advisor.get(f"/v1/guarantees/{guarantee['id']}").status == 404
    order = other.order_of(vehicle["id"]) if advisor.get(f"/v1/vehicles/{vehicle['id']}", expect=200)["owner"] else None
    if order is None:
        reception = other.reception(other.customer()["id"], vehicle["id"])
        advisor.post(f"/v1/receptions/{reception['id']}/greet", expect=200)
        order = advisor.post("/v1/work-orders", {"reception_id": reception["id"]}, expect=201)
    comeback = other.comeback(guarantee, order, cause="workmanship")
    assert comeback["of_store_id"] == trade.store.id
    other.through(order)
    (charged,) = trade.store.manager.get("/v1/comebacks/charged", params={"store_id": trade.store.id}, expect=200).data
    assert (charged["store_id"], charged["status"], charged["cause"]) == (other.store.id, "delivered", "workmanship")
    assert other.store.manager.get("/v1/comebacks/charged", expect=200).data == []
    assert trade.store.manager.get(f"/v1/comebacks/{comeback['id']}").status == 404
    assert trade.store.manager.post(f"/v1/comebacks/{comeback['id']}/classify", {"cause": "unrelated"}).status == 404
    period = {"from": today(-1), "to": today(1)}
    owed = [row for row in chain.admin.pages("/v1/comebacks/owed", limit=1, **period) if row["owed_by"]["id"] == trade.store.id]
    assert [(row["owed_to"]["id"], row["comebacks"], row["amount"]) for row in owed] == [(other.store.id, 1, 18000)]
    assert trade.store.manager.get("/v1/comebacks/owed", params=period).status == 403
    assert given(trade, {"id": guarantee["work_order_id"]})[0]["status"] == "reworked"
    advisor.post(f"/v1/comebacks/{comeback['id']}/classify", {"cause": "customer_use"}, expect=200)
    assert not [row for row in chain.admin.pages("/v1/comebacks/owed", **period) if row["owed_by"]["id"] == trade.store.id]


def test_what_is_added_free(trade, chain):
    """R1: the gasket that another store adds free is charged with the line that came back, and the charged store sees how much."""
    guarantee = trade.guarantee()
    other, order = trade.elsewhere(guarantee["vehicle_id"])
    comeback = other.comeback(guarantee, order)
    lines = f"/v1/work-orders/{order['id']}/lines"
    other.store.advisor.post(lines, {"kind": "fee", "description": "密封垫", "amount": 500, "payer": "quality_guarantee"}, expect=201)
    path = f"/v1/charged-comebacks/{comeback['id']}"
    before = trade.store.manager.get(path, expect=200)
    assert (before["status"], before["amount"], before["objection"]) == ("open", 0, "none")
    early = trade.store.manager.post(path + "/object", {"reason": "与原维修无关"})
    assert (early.status, early.code) == (409, "comeback_not_owed")
    other.through(order)
    (charged,) = trade.store.manager.get("/v1/comebacks/charged", expect=200).data
    assert charged == trade.store.manager.get(path, expect=200).json and charged["amount"] == 18500
    (owed,) = [row for row in chain.admin.pages("/v1/comebacks/owed", **{"from": today(-1), "to": today(1)}) if row["owed_by"]["id"] == trade.store.id]
    assert (owed["comebacks"], owed["amount"]) == (1, 18500)


def test_an_objection(trade, chain):
    """R1: the charged store objects once, with a reason, and owes until headquarters upholds it; nobody else sees or decides it."""
    comeback = trade.owed()
    path, decide = f"/v1/charged-comebacks/{comeback['id']}", f"/v1/comebacks/{comeback['id']}/decide-objection"
    assert (trade.store.advisor.post(path + "/object", {"reason": "无关"}).status, chain.store().manager.post(path + "/object", {"reason": "无关"}).status) == (403, 404)
    assert trade.store.manager.post(path + "/object", {}).errors == {"/reason": "required"}
    assert chain.admin.post(decide, {"decision": "upheld"}).code == "no_objection"
    replies = at_once(*(lambda: trade.store.manager.post(path + "/object", {"reason": "与原维修无关"}) for _ in range(2)))
    assert sorted(reply.status for reply in replies) == [200, 409]
    seen = chain.admin.get(f"/v1/comebacks/{comeback['id']}", expect=200)
    assert (seen["objection"], seen["objection_reason"], may(seen)) == ("open", "与原维修无关", ["classify", "decide-objection"])
    assert trade.store.manager.get(path, expect=200)["amount"] == 18000
    assert trade.store.manager.post(decide, {"decision": "upheld"}).status == 403
    assert chain.admin.post(decide, {"decision": "maybe"}).errors == {"/decision": "bad_code"}
    decided = chain.admin.post(decide, {"decision": "upheld", "note": "双方照片一致"}, expect=200)
    assert (decided["objection"], decided["objection_note"], may(decided)) == ("upheld", "双方照片一致", ["classify"])
    told = trade.store.manager.get(path, expect=200)
    assert (told["objection"], told["objection_note"], told["amount"]) == ("upheld", "双方照片一致", 0)
    assert not [row for row in chain.admin.pages("/v1/comebacks/owed", **{"from": today(-1), "to": today(1)}) if row["owed_by"]["id"] == trade.store.id]
    assert trade.store.manager.post(path + "/object", {"reason": "又来"}).code == "comeback_not_owed"


def test_what_was_said_of_the_cause(trade, sql):
    """R1: each classification stays, with whether the month of the delivery was over; lists find what waits for one, and by state."""
    comeback = trade.comeback(cause="workmanship", note="初判")
    manager, path = trade.store.manager, f"/v1/comebacks/{comeback['id']}"
    silent = trade.comeback()

    def found(**params):
        return {row["id"] for row in manager.get("/v1/comebacks", params=params, expect=200).data}

    assert (found(classified="false"), found(classified="true")) == ({silent["id"]}, {comeback["id"]})
    trade.through({"id": comeback["work_order_id"]})
    assert (found(status="open"), found(status=["delivered", "cancelled"])) == ({silent["id"]}, {comeback["id"]})
    trade.store.advisor.post(path + "/classify", {"cause": "misdiagnosis"}, expect=200)
    sql("UPDATE comeback SET delivered_at = delivered_at - interval '32 days' WHERE id = %s", (comeback["id"],))
    late = trade.store.advisor.post(path + "/classify", {"cause": "part_defect", "note": "供应商确认"}, expect=200)
    assert [(c["cause"], c["note"], c["after_month"]) for c in late["classifications"]] == [
        ("workmanship", "初判", False), ("misdiagnosis", None, False), ("part_defect", "供应商确认", True)]
    assert {c["classified_by"] for c in late["classifications"]} == {trade.store.advisor.id}
    assert (late["cause"], may(late)) == ("part_defect", ["classify"])
    # what is only said more exactly is no other cause
    trade.store.advisor.post(path + "/classify", {"cause": "part_defect", "note": "批次 7"}, expect=200)
    changes = [(h["kind"], h["text"], h["reason"], h["note"], h["line_id"], h["actor_id"])
               for h in manager.get(f"/v1/work-orders/{comeback['work_order_id']}/history", params={"limit": 200}, expect=200).data
               if (h["text"] or "").startswith("comeback ")]
    line, said = comeback["line_id"], trade.store.advisor.id
    assert changes == [("quality_check", "comeback misdiagnosis", "workmanship", None, line, said),
                       ("quality_check", "comeback part_defect", "misdiagnosis", "供应商确认", line, said)]


def test_as_it_was_done(trade, chain, sql):
    """G18 R1: a comeback has the hours of labour at a fixed price and the pieces that stayed, and may be of what is sold no more."""
    operation, part = trade.operation(standard_hours=8), trade.part()
    trade.stock_up(part["id"])
    order = trade.delivered(lines=[{"kind": "labour", "operation_id": operation["id"]}])
    sql("UPDATE work_order_line SET fixed_hours = quantity, quantity = 1, unit_price = amount WHERE id = %s", (order["lines"][0]["id"],))
    guarantee, = given(trade, order)
    version = chain.purchaser.get(f"/v1/operations/{operation['id']}", expect=200)["version"]
    chain.purchaser.patch(f"/v1/operations/{operation['id']}", {"active": False}, version=version, expect=200)
    back = trade.order_of(guarantee["vehicle_id"])
    refused = trade.store.advisor.post(f"/v1/work-orders/{back['id']}/lines", {"kind": "labour", "operation_id": operation["id"]})
    assert (refused.status, refused.errors) == (422, {"/operation_id": "not_found"})
    trade.comeback(guarantee, back)
    line, = trade.read(back)["lines"]
    assert (line["hours"], line["operation_id"], line["approval_id"]) == (8, operation["id"], None)


def test_the_longest_of_the_newest(trade, sql):
    """L1: a part has the longest period of the order's work, though the rule of shorter work is newer; of a category the newest rule holds."""
    sql("INSERT INTO guarantee_rule (id, vehicle_kind, repair_category, valid_from, days, km, source, created_at, updated_at) VALUES"
        " (gen_random_uuid(), 'other', 'maint_2', '2026-01-01', 8, 800, 'test', now(), now()) ON CONFLICT DO NOTHING")
    vehicle = trade.vehicle(kind="other")
    part = trade.part()["id"]
    trade.stock_up(part)
    order = trade.order_of(vehicle["id"])
    for line in [{"kind": "labour", "operation_id": trade.operation(repair_category=c)["id"]} for c in ("assembly", "maint_2")] + [
            {"kind": "part", "part_id": part, "quantity": 1}]:
        trade.store.advisor.post(f"/v1/work-orders/{order['id']}/lines", line, expect=201)
    lines = trade.read(order)["lines"]
    trade.step(trade.store.advisor, order, "authorise", {"lines": [line["id"] for line in lines], **CONSENT})
    trade.step(trade.store.dispatcher, order, "dispatch", {"assignments": [{"line_id": line["id"], "technician_id": trade.store.tech1.id} for line in lines[:2]]})
    for line in lines[:2]:
        trade.line_step(trade.store.tech1, line["id"], "clock-on")
        trade.line_step(trade.store.tech1, line["id"], "finish")
    trade.store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": trade.store.tech1.id}, expect=200)
    trade.step(trade.store.dispatcher, order, "finish-work")
    trade.store.inspector.post(f"/v1/quality-checks/{trade.check(order)['id']}/pass", expect=200)
    trade.pay(trade.issued(order))
    trade.step(trade.store.advisor, order, "deliver", HANDED_BACK)
    periods = {g["line_id"]: g["ends_on"] for g in given(trade, order)}
    assert [periods[line["id"]] for line in lines] == [today(60), today(8), today(60)]


def test_headquarters_promises_more(trade, chain, sql):
    """L1: headquarters adds a rule; what is delivered from its day on has its period, what was delivered before keeps its own."""
    def deliver(category="special"):
        order = trade.order_of(trade.vehicle(kind="motorcycle")["id"])
        trade.store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {
            "kind": "labour", "operation_id": trade.operation(repair_category=category)["id"]}, expect=201)
        return given(trade, trade.through(order))

    before, = deliver()
    assert (before["ends_on"], before["ends_km"] - before["starts_km"]) == (today(10), 800)
    promise = {"vehicle_kind": "motorcycle", "repair_category": "special", "valid_from": today(), "days": 10, "km": 801, "source": "两轮车质保承诺"}
    rule = chain.purchaser.post("/v1/guarantee-rules", promise, expect=201)
    assert (promise.items() <= rule.json.items(), rule["statutory"], rule["version"]) == (True, False, 1)
    later = chain.purchaser.post("/v1/guarantee-rules", {**promise, "valid_from": today(1), "days": 99}, expect=201)
    after, = deliver()
    assert (after["rule_id"], after["ends_on"], after["ends_km"] - after["starts_km"]) == (rule["id"], today(10), 801)
    assert given(trade, {"id": before["work_order_id"]}) == [before]
    other, = deliver("minor")  # the rule is of one category
    assert (other["ends_on"], other["ends_km"] - other["starts_km"]) == (today(10), 800)
    listed = {r["id"]: r for r in trade.store.tech1.pages("/v1/guarantee-rules", limit=7)}
    assert listed[rule["id"]] == trade.store.tech1.get(f"/v1/guarantee-rules/{rule['id']}", expect=200).json and later["id"] in listed
    told = sql("SELECT action FROM audit_entry WHERE table_name = 'guarantee_rule' AND row_id = %s", (rule["id"],))
    assert len(told) == 1
    assert sql("SELECT count(*) FROM event WHERE type = 'guarantee_rule.created' AND subject_id = %s", (rule["id"],)) == [(1,)]


def test_never_less_than_the_law(trade, chain):
    """L1: a rule is never shorter than the law's, begins today or later, is headquarters' own, and there is one of a day."""
    def refused(**more):
        return chain.purchaser.post("/v1/guarantee-rules", trade.guarantee_promise(**more), expect=422).errors

    assert refused(days=6) == {"/days": "too_small"} and refused(km=699) == {"/km": "too_small"}
    assert refused(days=6, km=1) == {"/days": "too_small", "/km": "too_small"}
    car = {"vehicle_kind": "automobile", "repair_category": "assembly"}
    assert refused(**car, days=99, km=20000) == {"/days": "too_small"} and refused(**car, days=100, km=19999) == {"/km": "too_small"}
    assert refused(valid_from=today(-3)) == {"/valid_from": "bad_value"}
    assert refused(days=4000) == {"/days": "too_large"} and refused(repair_category="paint") == {"/repair_category": "bad_code"}
    for who in (trade.store.manager, trade.store.advisor, trade.store.tech1):
        assert who.post("/v1/guarantee-rules", trade.guarantee_promise()).status == 403
    promise = trade.guarantee_promise(days=7, km=700)
    both = at_once(*[lambda: chain.purchaser.post("/v1/guarantee-rules", promise)] * 2)
    assert sorted(reply.status for reply in both) == [201, 409]
    lost = next(reply for reply in both if reply.status == 409)
    assert (lost.code, lost.errors) == ("guarantee_rule_taken", {"/valid_from": "guarantee_rule_taken"})
    assert [r["days"] for r in chain.admin.pages("/v1/guarantee-rules") if r["valid_from"] == promise["valid_from"]] == [7]


def test_taken_up_by_two(trade):
    """G18: of two orders that take one guarantee up at the same moment one does; cancelled or withdrawn, it is free again."""
    guarantee = trade.guarantee()
    orders = [trade.order_of(guarantee["vehicle_id"]) for _ in range(2)]
    replies = at_once(*(lambda order=order: trade.store.advisor.post(
        f"/v1/work-orders/{order['id']}/comebacks", {"guarantee_id": guarantee["id"]}) for order in orders))
    assert sorted(reply.status for reply in replies) == [201, 409]
    won = next(reply for reply in replies if reply.status == 201)
    assert [len(trade.read(order)["lines"]) for order in orders] in ([1, 0], [0, 1])
    trade.step(trade.store.advisor, {"id": won["work_order_id"]}, "cancel", {"reason": "customer_changed_mind"})
    assert trade.store.advisor.get(f"/v1/comebacks/{won['id']}", expect=200)["status"] == "cancelled"
    second = trade.comeback(guarantee)
    trade.line_step(trade.store.advisor, second["line_id"], "withdraw", {"reason": "误报"})
    assert trade.store.advisor.get(f"/v1/comebacks/{second['id']}", expect=200)["status"] == "cancelled"
    trade.comeback(guarantee)


def test_wrong_comebacks(trade, chain):
    """G18: a guarantee of another vehicle, another store's order, a wrong payer or cause, or who may not."""
    guarantee = trade.guarantee()
    order = trade.order_of(guarantee["vehicle_id"])
    path = f"/v1/work-orders/{order['id']}/comebacks"
    for body, errors in (({}, {"/guarantee_id": "required"}),
                         ({"guarantee_id": trade.guarantee()["id"]}, {"/guarantee_id": "not_found"}),
                         ({"guarantee_id": guarantee["id"], "payer": "insurer"}, {"/payer": "bad_code"}),
                         ({"guarantee_id": guarantee["id"], "cause": "magic"}, {"/cause": "bad_code"})):
        reply = trade.store.advisor.post(path, body)
        assert (reply.status, reply.errors) == (422, errors)
    assert trade.store.tech1.post(path, {"guarantee_id": guarantee["id"]}).status == 403
    assert chain.store().advisor.post(path, {"guarantee_id": guarantee["id"]}).status == 404
    assert trade.read(order)["lines"] == []


def test_outside_work(trade):
    """G9 L1: outside work has the guarantee of the category its line says, of estimates too, none without one; it comes back as outside work."""
    fresh = trade.order_of(trade.vehicle()["id"])
    grinding = {"kind": "sublet", "description": "曲轴磨削", "amount": 80000, "repair_category": "assembly"}
    estimate = trade.store.advisor.post("/v1/estimates", {"work_order_id": fresh["id"], "options": [{"label": "A", "lines": [grinding]}]}, expect=201)
    assert estimate["options"][0]["lines"][0]["repair_category"] == "assembly"
    for line, field in (({"kind": "fee", "description": "清洗", "amount": 1, "repair_category": "minor"}, "unknown_field"),
                        ({"kind": "labour", "operation_id": trade.operation()["id"], "repair_category": "minor"}, "unknown_field"),
                        ({**grinding, "repair_category": "engine"}, "bad_code")):
        refused = trade.store.advisor.post(f"/v1/work-orders/{fresh['id']}/lines", line)
        assert (refused.status, refused.errors) == (422, {"/repair_category": field})
    assert trade.read(fresh)["lines"] == []
    order = trade.delivered(lines=[{"kind": "labour", "operation_id": trade.operation(repair_category="minor")["id"]}, grinding,
                                   {"kind": "sublet", "description": "洗车", "amount": 100}])
    labour, outside, plain = order["lines"]
    assert (outside["repair_category"], plain["repair_category"]) == ("assembly", None)
    assert order["certificate_number"]
    rows = {g["line_id"]: g for g in given(trade, order)}
    assert {line: (g["repair_category"], g["ends_on"]) for line, g in rows.items()} == {
        labour["id"]: ("minor", today(10)), outside["id"]: ("assembly", today(100))}
    back = trade.order_of(order["vehicle"]["id"])
    path = f"/v1/work-orders/{back['id']}/comebacks"
    refused = trade.store.advisor.post(path, {"guarantee_id": rows[labour["id"]]["id"], "amount": 1})
    assert (refused.status, refused.errors) == (422, {"/amount": "unknown_field"})
    trade.comeback(rows[outside["id"]], back, amount=30000)
    (line,) = trade.read(back)["lines"]
    assert (line["kind"], line["repair_category"], line["amount"], line["payer"], line["operation_id"]) == (
        "sublet", "assembly", 30000, "quality_guarantee", None)


def test_back_and_back_again(trade, chain):
    """G18: an item that comes back under its comeback's guarantee, in whichever store, tells how often; what was withdrawn does not count."""
    guarantee = trade.guarantee()
    first = trade.comeback(guarantee)
    assert first["repeat"] == 1
    trade.line_step(trade.store.advisor, first["line_id"], "withdraw", {"reason": "误报"})
    again = trade.comeback(guarantee)
    assert again["repeat"] == 1
    order = trade.through({"id": again["work_order_id"]})
    renewed, = given(trade, order)
    plate = trade.store.advisor.get(f"/v1/vehicles/{guarantee['vehicle_id']}", expect=200)["plate"]
    other = Trade(chain.store())
    other.store.advisor.post("/v1/vehicles/lookup", {"plate": plate, "store_id": other.store.id}, expect=200)
    reception = other.reception(other.customer()["id"], guarantee["vehicle_id"])
    other.store.advisor.post(f"/v1/receptions/{reception['id']}/greet", expect=200)
    there = other.store.advisor.post("/v1/work-orders", {"reception_id": reception["id"]}, expect=201)
    second = other.comeback(renewed, there)
    assert second["repeat"] == 2
    assert other.store.advisor.get(f"/v1/comebacks/{second['id']}", expect=200)["repeat"] == 2

    def told(who, **params):
        return [row["id"] for row in who.get("/v1/comebacks", params=params, expect=200).data]

    assert told(other.store.manager, repeat="true") == [second["id"]]
    assert told(other.store.manager, repeat="false") == []
    assert told(trade.store.manager, repeat="true") == []
    assert told(trade.store.manager, repeat="false") == [again["id"], first["id"]]
    assert trade.store.manager.get("/v1/comebacks", params={"repeat": "often"}).status == 400
    # the customer pays for what was done again already
    third = trade.comeback(guarantee, payer="customer")
    assert third["repeat"] == 2


def test_a_rule_ends(trade, chain):
    """L1: a rule holds up to its last day, then what held before it; taken back it never did, and its day is free; guarantees given stay."""
    def deliver():
        order = trade.order_of(trade.vehicle(kind="motorcycle")["id"])
        trade.store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {
            "kind": "labour", "operation_id": trade.operation(repair_category="maint_1")["id"]}, expect=201)
        return given(trade, trade.through(order))[0]

    def promised(km, **more):
        return chain.purchaser.post("/v1/guarantee-rules", {"vehicle_kind": "motorcycle", "repair_category": "maint_1", "valid_from": today(), "days": 30,
                                                            "km": km, "source": "两轮车质保承诺", **more}, expect=201)

    def end(rule, who=chain.purchaser, **body):
        return who.post(f"/v1/guarantee-rules/{rule['id']}/end", body or None)

    wrong = promised(80000)
    gone = end(wrong)
    assert (gone.status, gone["version"], gone["until"]) == (200, 2, None) and gone["withdrawn_at"]
    assert end(wrong).code == "guarantee_rule_over" and end(wrong, until=today(1)).code == "guarantee_rule_over"
    law = deliver()
    assert law["ends_km"] - law["starts_km"] == 800
    right = promised(900)
    kept = deliver()
    assert kept["rule_id"] == right["id"] and end(right).code == "guarantee_rule_used"
    assert end(right, until=today(-3)).errors == {"/until": "bad_value"}
    done = end(right, until=today(5))
    assert (done.status, done["until"], done["withdrawn_at"]) == (200, today(5), None)
    assert deliver()["rule_id"] == right["id"] and given(trade, {"id": kept["work_order_id"]}) == [kept]
    assert end(right, until=today()).status == 200  # sooner
    newer = promised(1000, valid_from=today(400))
    assert end(newer, until=today(399)).errors == {"/until": "bad_value"}
    assert end(newer).status == 200
    statutory = next(r for r in chain.purchaser.pages("/v1/guarantee-rules") if r["statutory"])
    assert end(statutory, until=today(1)).code == "guarantee_rule_over"
    for who in (trade.store.manager, trade.store.advisor):
        assert end(right, who, until=today(2)).status == 403
    assert end({"id": uuid7()}).status == 404


def test_after_its_last_day(trade, chain, sql):
    """L1: the day after, what is delivered has the period of the law again."""
    rule = chain.purchaser.post("/v1/guarantee-rules", {"vehicle_kind": "motorcycle", "repair_category": "maint_2", "valid_from": today(), "days": 30,
                                                        "km": 950, "source": "两轮车质保承诺"}, expect=201)
    sql("UPDATE guarantee_rule SET valid_from = valid_from - 9, until = valid_from - 3 WHERE id = %s", (rule["id"],))
    assert chain.purchaser.post(f"/v1/guarantee-rules/{rule['id']}/end", {"until": today(9)}).code == "guarantee_rule_over"
    order = trade.order_of(trade.vehicle(kind="motorcycle")["id"])
    trade.store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {
        "kind": "labour", "operation_id": trade.operation(repair_category="maint_2")["id"]}, expect=201)
    one = given(trade, trade.through(order))[0]
    assert one["rule_id"] != rule["id"] and one["ends_km"] - one["starts_km"] == 800


def test_taken_back_while_a_car_is_delivered(trade, chain, sql):
    """L1: a rule that is taken back as a car is delivered gave that delivery nothing, or stays."""
    order = trade.completed(lines=[{"kind": "labour", "operation_id": trade.operation(repair_category="whole_vehicle")["id"]}])
    sql("UPDATE vehicle SET kind = 'motorcycle' WHERE id = %s", (order["vehicle_id"],))
    trade.pay(trade.issued(order))
    rule = chain.purchaser.post("/v1/guarantee-rules", {"vehicle_kind": "motorcycle", "repair_category": "whole_vehicle", "valid_from": today(), "days": 120,
                                                        "km": 30000, "source": "质保承诺"}, expect=201)
    out, back = at_once(lambda: trade.step(trade.store.advisor, order, "deliver", HANDED_BACK),
                        lambda: chain.purchaser.post(f"/v1/guarantee-rules/{rule['id']}/end"))
    assert out["status"] in ("delivered", "closed")
    used = given(trade, order)[0]["rule_id"] == rule["id"]
    assert (back.status, back.code if used else None) == ((409, "guarantee_rule_used") if used else (200, None))
    if used:
        chain.purchaser.post(f"/v1/guarantee-rules/{rule['id']}/end", {"until": today()}, expect=200)
