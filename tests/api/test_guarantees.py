# SPDX-License-Identifier: Apache-2.0
"""Guarantees on repairs and comebacks (G18 G19 L1)."""

import datetime

import pytest
from fettle import at_once
from trade import CONSENT, HANDED_BACK, Trade


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


def today(days=0):
    day = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    return str(day + datetime.timedelta(days=days))


def given(trade, order):
    return trade.store.advisor.get("/v1/guarantees", params={"work_order_id": order["id"]}, expect=200).data


def of_vehicle(client, vehicle, **params):
    return client.get(f"/v1/vehicles/{vehicle}/guarantees", params=params, expect=200).data


def again(trade, order):
    """The order with its comeback lines done, checked, billed to the guarantee and delivered."""
    store = trade.store
    order = trade.read(order)
    lines = [line["id"] for line in order["lines"]]
    trade.step(store.advisor, order, "authorise", {"lines": lines, **CONSENT})
    trade.step(store.dispatcher, order, "dispatch", {"assignments": [{"line_id": line, "technician_id": store.tech1.id} for line in lines]})
    for line in lines:
        trade.line_step(store.tech1, line, "clock-on")
        trade.line_step(store.tech1, line, "finish")
    trade.step(store.dispatcher, order, "finish-work")
    store.inspector.post(f"/v1/quality-checks/{trade.check(order)['id']}/pass", expect=200)
    payer = order["lines"][0]["payer"]
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"], "payer": payer}, expect=201)
    store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
    if payer == "customer":
        trade.pay(store.cashier.get(f"/v1/settlements/{bill['id']}", expect=200))
    return trade.step(store.advisor, order, "deliver", {**HANDED_BACK, "odometer_out_km": 41300})


def test_what_the_law_gives(trade, chain):
    """L1: each delivered line has the period of its legal category and the vehicle's kind, from the day of delivery."""
    rules = chain.admin.pages("/v1/guarantee-rules", limit=5)
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
    cursor.execute("UPDATE guarantee SET starts_on = starts_on - 11, ends_on = ends_on - 11 WHERE id = %s", (guarantee["id"],))
    (old,) = of_vehicle(advisor, vehicle)
    assert (old["holds"], old["days_left"], old["ended_by"]) == (False, -1, "days_over")
    assert given(trade, {"id": guarantee["work_order_id"]})[0]["status"] == "expired"
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
    assert again(trade, back)["status"] in ("delivered", "closed")
    assert trade.store.advisor.get(f"/v1/comebacks/{comeback['id']}", expect=200)["status"] == "delivered"
    rows = {g["line_id"]: g for g in of_vehicle(trade.store.advisor, first["vehicle_id"])}
    assert (rows[first["line_id"]]["holds"], rows[first["line_id"]]["ended_by"]) == (False, "reworked")
    assert (rows[kept["line_id"]]["holds"], rows[kept["line_id"]]["ends_km"]) == (True, 43200)
    assert (rows[comeback["line_id"]]["holds"], rows[comeback["line_id"]]["ends_km"]) == (True, 43300)
    refused = trade.store.advisor.post(f"/v1/work-orders/{trade.order_of(first['vehicle_id'])['id']}/comebacks", {"guarantee_id": first["id"]})
    assert (refused.code, "reworked" in refused["detail"]) == ("guarantee_ended", True)


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
    again(other, order)
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
