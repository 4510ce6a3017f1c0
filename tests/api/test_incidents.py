# SPDX-License-Identifier: Apache-2.0
"""Incidents in the workshop (G29)."""

import pytest
from fettle import at_once
from trade import Trade, days_ahead


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


def report(client, **more):
    return client.post("/v1/incidents", {"kind": "damage", "severity": "serious", "description": "举升时滑落", **more})


def test_who_has_to_know(trade):
    """G29: a car's owner, and of a serious one the insurer, are told before it is closed."""
    order, store = trade.order(), trade.store
    made = report(store.tech1, work_order_id=order["id"], place="二号工位")
    assert (made.status, made["status"], made["vehicle"]["id"], made["reported_by"]) == (201, "open", order["vehicle_id"], store.tech1.id)
    assert made["number"].split("-")[1] == "IN"
    path = f"/v1/incidents/{made['id']}"
    closing = {"measures": "更换举升臂锁止"}
    first = store.advisor.post(path + "/close", closing)
    assert (first.status, first.code) == (409, "untold") and "owner" in first["detail"]
    told = store.advisor.post(path + "/tell-owner", {"method": "phone"}, expect=200)
    assert (told["owner_told_method"], told["owner_told_at"] is not None) == ("phone", True)
    assert "insurer" in store.advisor.post(path + "/close", closing)["detail"]
    told = store.advisor.post(path + "/tell-insurer", {"insurer": "人保财险", "reference": "PD-1"}, expect=200)
    assert (told["insurer"], told["insurer_reference"]) == ("人保财险", "PD-1")
    assert {a["verb"]: a["enabled"] for a in store.advisor.get(path, expect=200)["actions"]} == {
        "tell-owner": True, "tell-insurer": True, "close": True}
    replies = at_once(*(lambda: store.advisor.post(path + "/close", closing),) * 2)
    assert sorted(reply.status for reply in replies) == [200, 409]
    for verb, body in (("close", closing), ("tell-owner", {"method": "sms"}), ("tell-insurer", {"insurer": "人保财险"})):
        again = store.advisor.post(f"{path}/{verb}", body)
        assert (again.code, again["state"]) == ("illegal_transition", "closed")
    minor = report(store.tech2, kind="safety", severity="minor")
    assert store.advisor.post(f"/v1/incidents/{minor['id']}/close", closing, expect=200)["measures"] == closing["measures"]
    assert [i["id"] for i in store.manager.pages("/v1/incidents", limit=1)] == [minor["id"], made["id"]]
    assert [i["id"] for i in store.manager.get("/v1/incidents", params={"kind": "damage", "status": "closed"}, expect=200).data] == [made["id"]]


def test_wrong_incidents(trade, chain):
    """G29: another store's order or incident, a time to come, or who may not."""
    other = Trade(chain.store())
    foreign = report(trade.store.tech1, work_order_id=other.order()["id"])
    assert (foreign.status, foreign.errors) == (422, {"/work_order_id": "not_found"})
    assert report(trade.store.tech1, happened_at=days_ahead(1)).errors == {"/happened_at": "bad_value"}
    assert report(trade.store.tech1, kind="theft").errors == {"/kind": "bad_code"}
    assert report(trade.store.cashier).status == 403
    path = f"/v1/incidents/{report(trade.store.tech1)['id']}"
    assert other.store.manager.get(path).status == 404
    assert other.store.advisor.post(path + "/tell-owner", {"method": "phone"}).status == 404
    assert trade.store.tech1.post(path + "/close", {"measures": "x"}).status == 403
    late = trade.store.advisor.post(path + "/tell-insurer", {"insurer": "人保财险", "at": days_ahead(1)})
    assert (late.status, late.errors) == (422, {"/at": "bad_value"})
    assert trade.store.advisor.get(path, expect=200)["insurer"] is None
