# SPDX-License-Identifier: Apache-2.0
"""Incidents in the workshop (G29)."""

import pytest
from fettle import at_once
from trade import PICTURE, Trade, days_ahead


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
    assert made["number"].split("-")[1] == "IC"  # IN is an inspection's
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


def test_before_there_is_an_order(trade, chain):
    """G29: of a car that was only received the visit is named; its owner is told as that of an order."""
    reception, store, other = trade.received(), trade.store, Trade(chain.store())
    made = report(store.tech1, reception_id=reception["id"], severity="minor")
    assert (made.status, made["reception_id"], made["work_order_id"], made["vehicle"]["id"]) == (
        201, reception["id"], None, reception["vehicle_id"])
    path = f"/v1/incidents/{made['id']}"
    refused = store.advisor.post(path + "/close", {"measures": "补漆"})
    assert (refused.status, refused.code) == (409, "untold") and "owner" in refused["detail"]
    store.advisor.post(path + "/tell-owner", {"method": "in_person"}, expect=200)
    store.advisor.post(path + "/close", {"measures": "补漆"}, expect=200)
    order = trade.order()
    later = report(store.tech1, work_order_id=order["id"])
    assert later["reception_id"] == order["reception_id"]
    for visit, incident in ((reception["id"], made), (order["reception_id"], later)):
        found = store.advisor.get("/v1/incidents", params={"reception_id": visit}, expect=200).data
        assert [i["id"] for i in found] == [incident["id"]]
    both = report(store.tech1, work_order_id=order["id"], reception_id=reception["id"])
    assert (both.status, both.errors) == (422, {"/reception_id": "bad_value"})
    foreign = report(store.tech1, reception_id=other.received()["id"])
    assert (foreign.status, foreign.errors) == (422, {"/reception_id": "not_found"})


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


def test_what_was_reported_is_corrected(trade, chain):
    """G29: severity, words and place are corrected until it is closed, by the version that was read; a serious one then asks for more."""
    store = trade.store
    made = report(store.tech1, severity="minor", kind="safety", place="二号工位")
    path = f"/v1/incidents/{made['id']}"
    assert store.advisor.patch(path, {"severity": "serious"}).status == 428
    changed = store.advisor.patch(path, {"severity": "serious", "place": None}, version=made["version"], expect=200)
    assert (changed["severity"], changed["place"], changed["description"], changed["version"]) == ("serious", None, "举升时滑落", made["version"] + 1)
    assert store.advisor.patch(path, {"description": "漏油"}, version=made["version"]).status == 412
    for body, errors in (({"severity": "huge"}, {"/severity": "bad_code"}), ({"description": ""}, {"/description": "too_short"}),
                         ({"kind": "damage"}, {"/kind": "unknown_field"})):
        refused = store.advisor.patch(path, body, version=changed["version"])
        assert (refused.status, refused.errors) == (422, errors)
    assert store.tech1.patch(path, {"place": "x"}, version=changed["version"]).status == 403
    assert chain.store().advisor.patch(path, {"place": "x"}, version=changed["version"]).status == 404
    assert "insurer" in store.advisor.post(path + "/close", {"measures": "清理"})["detail"]
    store.advisor.post(path + "/tell-insurer", {"insurer": "人保财险"}, expect=200)
    closed = store.advisor.post(path + "/close", {"measures": "清理"}, expect=200)
    late = store.advisor.patch(path, {"place": "x"}, version=closed["version"])
    assert (late.status, late.code, late["state"]) == (409, "illegal_transition", "closed")


def test_photos_of_it(trade, chain):
    """G29 G27: an incident and a rescue have photos, whole or in parts, which another store neither adds nor sees."""
    store, other = trade.store, chain.store()
    for kind, found in (("incident", report(store.tech1)), ("rescue", trade.rescue())):
        subject = {"subject_type": kind, "subject_id": found["id"]}
        sent = store.tech1.post("/v1/files", raw=PICTURE, headers={"Content-Type": "image/png"}, params=subject, expect=201)
        assert (sent["subject_type"], sent["subject_id"], sent["store_id"]) == (kind, found["id"], store.id)
        begun = store.tech1.post("/v1/file-uploads", {**subject, "size": 10}, expect=201)
        assert (begun["subject_type"], begun["store_id"]) == (kind, store.id)
        assert [f["id"] for f in store.advisor.get("/v1/files", params=subject, expect=200).data] == [sent["id"]]
        assert other.advisor.get("/v1/files", params=subject, expect=200).data == []
        foreign = other.tech1.post("/v1/files", raw=PICTURE, headers={"Content-Type": "image/png"}, params=subject)
        assert foreign.status in (400, 422) and foreign.code != "forbidden"
