# SPDX-License-Identifier: Apache-2.0
"""How urgent a visit is, from the booking on (D16, D19)."""

import pytest
from trade import CONSENT, Trade


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


def ids(who, path, **params):
    return [row["id"] for row in who.get(path, params=params, expect=200).data]


def receive(trade, appointment, **more):
    return trade.store.advisor.post("/v1/receptions", {"appointment_id": appointment["id"], "odometer_km": 1200, **more}, expect=201)


def test_an_emergency_stays_one(trade):
    """D16, D19: reception and order are as urgent as the booking, and lists and board tell so."""
    store = trade.store
    booked = trade.appointment(priority="emergency")
    for verb in ("confirm", "arrive"):
        store.advisor.post(f"/v1/appointments/{booked['id']}/{verb}", {}, expect=200)
    waiting = store.advisor.get("/v1/receptions/waiting", params={"with_appointments": "true", "priority": "emergency"}, expect=200).data
    assert [(w["kind"], w["id"], w["priority"]) for w in waiting] == [("appointment", booked["id"], "emergency")]
    urgent, usual = receive(trade, booked), trade.reception()
    assert (urgent["priority"], usual["priority"]) == ("emergency", None)
    waiting = store.advisor.get("/v1/receptions/waiting", expect=200).data
    assert {w["id"]: w["priority"] for w in waiting} == {urgent["id"]: "emergency", usual["id"]: None}
    for path in ("/v1/receptions", "/v1/receptions/waiting"):
        assert ids(store.advisor, path, priority="emergency") == [urgent["id"]]
        assert ids(store.advisor, path, priority="comeback") == []
    board = store.dispatcher.get("/v1/board", params={"store_id": store.id}, expect=200)
    assert {w["reception_id"]: w["priority"] for w in board["waiting"]} == {urgent["id"]: "emergency", usual["id"]: None}

    orders = []
    for reception in (urgent, usual):
        store.advisor.post(f"/v1/receptions/{reception['id']}/greet", {}, expect=200)
        orders.append(store.advisor.post("/v1/work-orders", {
            "reception_id": reception["id"], "lines": [{"kind": "labour", "operation_id": trade.operation()["id"]}],
            "authorise": CONSENT}, expect=201))
    assert [order["priority"] for order in orders] == ["emergency", None]
    assert ids(store.advisor, "/v1/work-orders", priority="emergency,comeback") == [orders[0]["id"]]
    assert {o["id"]: o["priority"] for o in store.advisor.get("/v1/work-orders", expect=200).data} == {
        orders[0]["id"]: "emergency", orders[1]["id"]: None}
    trade.step(store.dispatcher, orders[0], "enter-bay", {"bay_id": store.bay})
    board = store.dispatcher.get("/v1/board", params={"store_id": store.id}, expect=200)
    assert [(o["id"], o["priority"]) for bay in board["bays"] for o in bay["work_orders"]] == [(orders[0]["id"], "emergency")]


def test_said_at_the_counter(trade):
    """D16: who comes without a booking can be urgent, what is said now counts for more, and it can be corrected."""
    store, chain = trade.store, trade.store.chain
    walk_in = store.advisor.post("/v1/check-ins", {
        "plate": chain.plate(), "customer": {"name": "王芳", "phone": chain.phone()}, "odometer_km": 9, "priority": "emergency"}, expect=201)
    assert walk_in["priority"] == "emergency"
    assert receive(trade, trade.appointment(priority="emergency"), priority="normal")["priority"] == "normal"
    made = trade.reception(priority="emergency")
    bad = store.advisor.post("/v1/receptions", {"customer_id": made["customer_id"], "vehicle_id": made["vehicle_id"], "odometer_km": 1, "priority": "very urgent"})
    assert (bad.status, list(bad.errors)) == (422, ["/priority"])
    path = f"/v1/receptions/{made['id']}"
    again = store.advisor.patch(path, {"priority": None, "version": made["version"]}, expect=200)
    assert again["priority"] is None
    store.advisor.post(path + "/greet", {}, expect=200)
    order = store.advisor.post("/v1/work-orders", {"reception_id": made["id"]}, expect=201)
    assert order["priority"] is None
    path = f"/v1/work-orders/{order['id']}"
    assert store.tech1.patch(path, {"priority": "emergency", "version": order["version"]}).status == 403
    assert store.advisor.patch(path, {"priority": "emergency", "version": order["version"]}, expect=200)["priority"] == "emergency"


def test_an_emergency_moves_as_one(trade):
    """D16, G24: at the other store the reception and the order are as urgent."""
    other, both = trade.branch()
    order = trade.order()
    trade.store.advisor.patch(f"/v1/work-orders/{order['id']}", {"priority": "emergency", "version": order["version"]}, expect=200)
    old = both.post(f"/v1/work-orders/{order['id']}/move", {"store_id": other.store.id, "reason": "equipment"}, expect=200)
    new = other.read({"id": old["moved_to_id"]})
    reception = other.store.advisor.get(f"/v1/receptions/{new['reception_id']}", expect=200)
    assert (new["priority"], reception["priority"]) == ("emergency", "emergency")


def test_what_was_booked_is_proposed(trade):
    """D19: packages, and operations and parts that are in none of them, go into the order as they were booked."""
    store = trade.store
    package, part = trade.package(), trade.part()["id"]
    work, of_package = trade.operation()["id"], package["items"][0]["operation_id"]
    booked = trade.appointment(operation_ids=[work, of_package], package_ids=[package["id"]], parts=[
        {"part_id": part, "quantity": 1.5}, {"part_id": package["items"][1]["part_id"], "quantity": 1}])
    reception = receive(trade, booked)
    assert reception["proposed_packages"] == [{"package_id": package["id"]}]
    assert reception["proposed_lines"] == [{"kind": "labour", "operation_id": work}, {"kind": "part", "part_id": part, "quantity": 1.5}]
    path = f"/v1/receptions/{reception['id']}"
    store.advisor.post(path + "/greet", {}, expect=200)
    body = {"reception_id": reception["id"], "lines": reception["proposed_lines"], "packages": reception["proposed_packages"]}
    order = store.advisor.post("/v1/work-orders", body, expect=201)
    assert [(line["operation_id"], line["part_id"], line["quantity"], line["package_id"]) for line in order["lines"]][:2] == [
        (work, None, 1.5, None), (None, part, 1.5, None)]
    assert [line["operation_id"] or line["part_id"] for line in order["lines"][2:]] == [
        of_package, package["items"][1]["part_id"]]
    ordered = store.advisor.get(path, expect=200)
    assert (ordered["proposed_lines"], ordered["proposed_packages"]) == ([], [])
    trade.step(store.advisor, order, "cancel", {"reason": "customer_changed_mind"})
    assert store.advisor.get(path, expect=200)["proposed_packages"] == reception["proposed_packages"]
    usual = trade.reception()
    assert (usual["proposed_lines"], usual["proposed_packages"]) == ([], [])


def test_only_what_is_still_sold_is_proposed(trade):
    """D19: what left the catalogue after the booking is not proposed, and what its package had stands for itself."""
    package, gone = trade.package(), trade.operation()
    work, part = (item[name] for item, name in zip(package["items"], ("operation_id", "part_id")))
    booked = trade.appointment(operation_ids=[work, gone["id"]], package_ids=[package["id"]])
    for path, thing in (("operations", gone), ("packages", package)):
        trade.chain.purchaser.patch(f"/v1/{path}/{thing['id']}", {"active": False, "version": thing["version"]}, expect=200)
    reception = receive(trade, booked)
    assert reception["proposed_packages"] == []
    assert reception["proposed_lines"] == [{"kind": "labour", "operation_id": work}, {"kind": "part", "part_id": part, "quantity": 2}]
