# SPDX-License-Identifier: Apache-2.0
"""All that one visit is about, in one call (D10, C16)."""

import pytest

from trade import PICTURE, Trade, days_ahead


@pytest.fixture(name="trade")
def _trade(store):
    store.tech1, store.tech2  # pylint: disable=pointless-statement
    return Trade(store)


def brief(trade, one, who=None, **options):
    return (who or trade.store.advisor).get(f"/v1/appointments/{one['id']}/briefing", **options)


def complain(store, customer, description):
    return store.service.post("/v1/complaints", {"store_id": store.id, "customer_id": customer, "channel": "phone", "category": "attitude",
                                                 "description": description}, expect=201)


def test_a_customer_with_a_past(trade, store):
    """D10, C16: earlier visits, what was put off and why, what still holds, what is open and unpaid, what comes with it; one call."""
    guarantee = trade.guarantee()
    before = store.advisor.get(f"/v1/work-orders/{guarantee['work_order_id']}", expect=200)
    customer, vehicle = before["customer_id"], before["vehicle_id"]
    order = trade.order_of(vehicle)
    line = store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {"kind": "fee", "description": "更换雨刮", "amount": 9000}, expect=201)
    store.advisor.post(f"/v1/work-order-lines/{line['id']}/defer", {"reason": "price"}, expect=200)
    complaint, closed = complain(store, customer, "等待两小时"), complain(store, customer, "误会")
    store.service.post(f"/v1/complaints/{closed['id']}/withdraw", {"reason": "误会"}, expect=200)
    incident = store.tech1.post("/v1/incidents", {"kind": "damage", "severity": "serious", "description": "刮擦", "work_order_id": before["id"]}, expect=201)
    store.advisor.post(f"/v1/customers/{customer}/consents", {"channel": "sms", "purpose": "service", "text_version": "1"}, expect=201)
    part = trade.part()["id"]
    one = trade.appointment(customer, vehicle, parts=[{"part_id": part, "quantity": 2}], operation_ids=[trade.operation(name="小保养")["id"]], odometer_km=41500)
    loan = store.advisor.post("/v1/loans", {"loaner_car_id": trade.loaner_car()["id"], "appointment_id": one["id"], "from": days_ahead(1, 1),
                                            "to": days_ahead(1, 9)}, expect=201)
    store.advisor.post("/v1/transports", {"appointment_id": one["id"], "mode": "loaner"}, expect=201)
    photo = store.advisor.post("/v1/files", raw=PICTURE, headers={"Content-Type": "image/png"},
                               params={"subject_type": "appointment", "subject_id": one["id"]}, expect=201)
    seen = brief(trade, one, expect=200)
    assert (seen["number"], seen["services"], seen["concerns"], seen["odometer_km"]) == (one["number"], ["小保养"], ["保养"], 41500)
    assert seen["customer"] == one["customer"] and "*" in seen["customer"]["phone"] and seen["no_shows"] == 0
    assert [(c["channel"], c["purpose"]) for c in seen["consents"]] == [("sms", "service")]
    assert seen["vehicle"]["id"] == vehicle and seen["vehicle"]["plate"] == one["vehicle"]["plate"]
    assert {v["id"] for v in seen["visits"]} >= {before["id"], order["id"]} and seen["visits"][0]["id"] == order["id"]
    (deferred,) = [r for r in seen["recommendations"] if r["kind"] == "deferred_line"]
    assert (deferred["source"]["id"], deferred["reason"], deferred["amount"]) == (line["id"], "price", 9000)
    told = store.advisor.get(f"/v1/vehicles/{vehicle}/recommendations", expect=200)["data"]
    assert seen["recommendations"] == told
    held = store.advisor.get(f"/v1/vehicles/{vehicle}/guarantees", params={"holds": "true", "odometer_km": 41500}, expect=200)["data"]
    assert seen["guarantees"] == held and [g["id"] for g in held] == [guarantee["id"]]
    assert [(c["id"], c["description"]) for c in seen["complaints"]] == [(complaint["id"], complaint["description"])]
    assert [(i["id"], i["work_order_number"]) for i in seen["incidents"]] == [(incident["id"], before["number"])]
    assert [(p["part_id"], p["quantity"], p["outlook"]) for p in seen["parts"] if p["source"] == "booked"] == [(part, 2, "missing")]
    assert (seen["transport_agreed"]["mode"], seen["transport_agreed"]["drives"], [k["id"] for k in seen["loans"]]) == ("loaner", [], [loan["id"]])
    assert [f["id"] for f in seen["files"]] == [photo["id"]]
    assert seen["unpaid"] == []


def test_an_unpaid_bill(trade, store):
    """D10: a bill that is open or paid in part stands there until it is paid."""
    bill = trade.issued()
    order = store.advisor.get(f"/v1/work-orders/{bill['work_order_id']}", expect=200)
    one = trade.appointment(order["customer_id"], order["vehicle_id"])
    (unpaid,) = brief(trade, one, expect=200)["unpaid"]
    assert (unpaid["id"], unpaid["number"], unpaid["due"], unpaid["work_order_number"]) == (bill["id"], bill["number"], bill["due"], order["number"])
    trade.pay(bill, 100)
    assert brief(trade, one, expect=200)["unpaid"][0]["due"] == bill["due"] - 100
    trade.pay(bill, bill["due"] - 100)
    assert brief(trade, one, expect=200)["unpaid"] == []


def test_somebody_new(trade, store, chain):
    """D10: of who was never here there is nothing to tell; who may not look, and whose store it is not."""
    one = trade.appointment()
    seen = brief(trade, one, expect=200)
    assert [seen[k] for k in ("visits", "recommendations", "guarantees", "complaints", "incidents", "parts", "unpaid", "files", "loans", "consents")] == [[]] * 10
    assert seen["transport_agreed"] is None
    assert brief(trade, one, headers={"If-None-Match": seen.etag}).status == 304
    assert brief(trade, one, store.manager, expect=200)["id"] == one["id"]
    for who in (store.tech1, store.dispatcher, store.service):
        assert brief(trade, one, who).code == "forbidden"
    assert brief(trade, one, chain.store().advisor).status == 404
