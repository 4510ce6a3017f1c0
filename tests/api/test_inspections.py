# SPDX-License-Identifier: Apache-2.0
"""Inspections: headquarters' templates, what was found point by point and around the body, and the signed sheet (E2-E5, E13)."""


import pytest

import slots
from fettle import at_once, uuid7
from trade import CONSENT, HANDED_BACK, PICTURE, Trade


@pytest.fixture
def trade(store):
    return Trade(store)


def patch(who, made, body, **expect):
    return who.patch(f"/v1/inspections/{made['id']}", body, version=made["version"], **expect)


def verb(who, made, name, body=None, expect=200):
    return who.post(f"/v1/inspections/{made['id']}/{name}", body, expect=expect)


def enabled(reply):
    return [a["verb"] for a in reply["actions"] if a["enabled"]]


def test_templates_are_headquarters_in_revisions(trade, store, chain):
    """E5: a revision takes the place of the one before, which stays readable; a store publishes none."""
    first = trade.template()
    assert (first["revision"], first["active"]) == (1, True)
    assert [(i["position"], i["section"], i["name"], i["body_position"], i["required"]) for i in first["items"]] == [
        (1, "制动", "前制动片厚度", "front_left_wheel", True), (2, "外观", "漆面", None, False)]
    path = f"/v1/inspection-templates/{first['id']}"
    second = chain.purchaser.post(path + "/revise", {"name": "接车预检 2", "items": [{"name": "雨刮"}]}, expect=201)
    assert (second["code"], second["revision"], second["name"], second["active"]) == (first["code"], 2, "接车预检 2", True)
    was = store.tech1.get(path, expect=200)
    assert (was["active"], was["version"], len(was["items"])) == (False, 2, 2)
    late = chain.purchaser.post(path + "/revise", {"items": [{"name": "灯"}]})
    assert (late.status, late.code) == (409, "not_latest")
    code = {"code": first["code"]}
    assert [t["revision"] for t in store.tech1.pages("/v1/inspection-templates", limit=1, **code)] == [1, 2]
    assert [t["id"] for t in store.tech1.get("/v1/inspection-templates", params={**code, "active": "true"}, expect=200).data] == [second["id"]]
    assert store.manager.post("/v1/inspection-templates", {**code, "name": "x", "items": [{"name": "y"}]}).status == 403
    again = chain.purchaser.post("/v1/inspection-templates", {**code, "name": "x", "items": [{"name": "y"}]})
    assert (again.status, again.errors) == (409, {"/code": "duplicate"})
    assert chain.purchaser.patch(path, {"active": True}, version=2).code == "duplicate"
    retired = chain.purchaser.patch(f"/v1/inspection-templates/{second['id']}", {"active": False}, version=1, expect=200)
    assert not retired["active"]
    reception = trade.received()
    for template in (second["id"], uuid7()):
        gone = store.tech1.post("/v1/inspections", {"reception_id": reception["id"], "template_id": template})
        assert (gone.status, gone.errors) == (422, {"/template_id": "not_found"})


def test_two_who_revise_at_once(trade, chain):
    """E5: one revision follows the other, none is there twice."""
    path = f"/v1/inspection-templates/{trade.template()['id']}/revise"
    replies = at_once(*[lambda: chain.purchaser.post(path, {"items": [{"name": "灯"}]})] * 4)
    assert sorted(r.status for r in replies) == [201, 409, 409, 409]


def test_round_the_car(trade, store):
    """E2 E3 E5 E13: points with a colour, damage by place with photos, belongings, fuel and lamps."""
    reception = trade.received("greet", "start-check")
    made = trade.inspection(reception=reception, fuel_percent=40, battery_percent=90, lamps=["engine", "abs"], belongings=["雨伞", "高尔夫球包"], note="雨天")
    assert made["number"].startswith(store.code + "-IN-") and made["status"] == "draft" and enabled(made) == ["submit"]
    assert (made["vehicle"]["id"], made["reception_id"]) == (reception["vehicle_id"], reception["id"])
    assert (made["fuel_percent"], made["battery_percent"], made["lamps"], made["belongings"]) == (40, 90, ["engine", "abs"], ["雨伞", "高尔夫球包"])
    point, scratch = made["findings"]
    assert (point["item"], point["severity"], point["measured"], point["customer_text"], point["risk_text"], len(point["file_ids"])) == (
        "前制动片厚度", "red", "2.5 mm", "前制动片即将磨完", "制动距离变长", 1)
    assert (scratch["item"], scratch["body_position"], scratch["damage"], scratch["severity"]) == (None, "front_left_door", "scratch", "yellow")
    assert (made["green_count"], made["yellow_count"], made["red_count"]) == (0, 1, 1)
    more = patch(store.advisor, made, {"fuel_percent": 35, "lamps": [], "findings": [
        {"item_id": point["item_id"], "severity": "green"}, {"body_position": "roof", "severity": "not_applicable"}]}, expect=200)
    assert (more["fuel_percent"], more["lamps"], more["belongings"]) == (35, [], ["雨伞", "高尔夫球包"])
    assert [(f["severity"], f["file_ids"]) for f in more["findings"]] == [("green", []), ("not_applicable", [])]
    listed = store.tech1.get("/v1/inspections", params={"reception_id": reception["id"]}, expect=200).data
    assert [(i["id"], i["green_count"]) for i in listed] == [(made["id"], 1)]


def test_bad_findings_are_named(trade, store, chain):
    """E2 E5: each wrong finding by its place; nothing is changed."""
    other = Trade(chain.store())
    made, theirs = trade.inspection(), other.inspection()
    item = made["findings"][0]["item_id"]
    wrong = patch(store.tech1, made, {"findings": [
        {"severity": "red"}, {"item_id": item, "severity": "red"}, {"item_id": item, "severity": "green"},
        {"item_id": theirs["findings"][0]["item_id"], "severity": "green"},
        {"body_position": "roof", "severity": "red", "file_ids": [trade.file(), other.file(), uuid7()]}]})
    assert (wrong.status, wrong.errors) == (422, {
        "/findings/0/body_position": "required", "/findings/2/item_id": "not_unique", "/findings/3/item_id": "not_found",
        "/findings/4/file_ids/1": "not_found", "/findings/4/file_ids/2": "not_found"})
    assert patch(store.tech1, made, {"findings": [{"body_position": "wing", "severity": "blue"}]}).errors == {
        "/findings/0/body_position": "bad_code", "/findings/0/severity": "bad_code"}
    assert patch(store.tech1, made, {"fuel_percent": 101}).errors == {"/fuel_percent": "too_large"}
    assert patch(store.tech1, made, {"lamps": ["oil", "oil"]}).errors == {"/lamps/1": "not_unique"}
    assert store.tech1.get(f"/v1/inspections/{made['id']}", expect=200)["findings"] == made["findings"]
    for reception in (other.received()["id"], uuid7()):
        refused = store.tech1.post("/v1/inspections", {"reception_id": reception})
        assert (refused.status, refused.errors) == (422, {"/reception_id": "not_found"})
    assert store.tech1.get(f"/v1/inspections/{theirs['id']}").status == 404
    gone = trade.reception()
    store.advisor.post(f"/v1/receptions/{gone['id']}/leave", {"reason": "price"}, expect=200)
    assert store.tech1.post("/v1/inspections", {"reception_id": gone["id"]}).code == "customer_left"


def test_submitted_and_signed_by_both(trade, store, chain, sql):
    """E4 E5: nothing is submitted while a required point is open; then both sign, and the sheet is as it is."""
    made = trade.inspection()
    item = made["findings"][0]["item_id"]
    less = patch(store.tech1, made, {"findings": [{"body_position": "roof", "severity": "green"}]}, expect=200)
    open_point = verb(store.tech1, less, "submit", expect=409)
    assert open_point.code == "inspection_incomplete" and "前制动片厚度" in open_point["detail"] and "漆面" not in open_point["detail"]
    assert verb(store.advisor, less, "sign", {}, 422).errors == {
        "/customer_signature_file_id": "required", "/technician_signature_file_id": "required"}
    reception = {"id": made["reception_id"]}
    files = {"customer_signature_file_id": trade.file(reception), "technician_signature_file_id": trade.file(reception),
             "signed_by_name": "王太太", "technician_id": store.tech2.id}
    early = verb(store.advisor, less, "sign", files, 409)
    assert (early.code, early["state"], early["allowed"]) == ("illegal_transition", "draft", ["submit"])
    full = patch(store.tech1, less, {"findings": [{"item_id": item, "severity": "green"}]}, expect=200)
    done = verb(store.tech1, full, "submit")
    assert (done["status"], done["submitted_by"]) == ("submitted", store.tech1.id) and enabled(store.advisor.get(f"/v1/inspections/{made['id']}")) == ["sign"]
    assert patch(store.tech1, done, {"note": "x"}).code == "illegal_transition"
    assert verb(store.tech1, done, "sign", files, 403).code == "forbidden"
    assert verb(store.advisor, done, "sign", {**files, "customer_signature_file_id": uuid7()}, 422).errors == {"/customer_signature_file_id": "not_found"}
    gone = trade.file(reception)
    sql("UPDATE file SET deleted_at = now() WHERE id = %s", (gone,))
    for file in (gone, trade.file()):  # deleted, or of another visit
        assert verb(store.advisor, done, "sign", {**files, "technician_signature_file_id": file}, 422).errors == {"/technician_signature_file_id": "not_found"}
    for who in (chain.store().tech1.id, uuid7()):
        assert verb(store.advisor, done, "sign", {**files, "technician_id": who}, 422).errors == {"/technician_id": "not_found"}
    replies = at_once(*[lambda: store.advisor.post(f"/v1/inspections/{made['id']}/sign", files)] * 4)
    assert sorted(r.status for r in replies) == [200, 409, 409, 409]
    signed = store.advisor.get(f"/v1/inspections/{made['id']}", expect=200)
    assert (signed["status"], signed["customer_signature_file_id"]) == ("signed", files["customer_signature_file_id"]) and enabled(signed) == []
    assert (signed["signed_by_name"], signed["technician_id"]) == ("王太太", store.tech2.id)
    audited = sql("SELECT DISTINCT after ->> 'signed_by_name' FROM audit_entry WHERE row_id = %s AND after ->> 'signed_by_name' IS NOT NULL", (made["id"],))
    assert audited == [("***",)]
    assert [e for (e,) in sql("SELECT type FROM event WHERE subject_id = %s ORDER BY position, id", (made["id"],))] == [
        "inspection.drafted", "inspection.updated", "inspection.updated", "inspection.submitted", "inspection.signed"]


def test_who_may_inspect(trade, store):
    """E5: technicians and advisors inspect; who keeps parts does not."""
    reception = trade.received()
    assert store.parts.post("/v1/inspections", {"reception_id": reception["id"]}).status == 403
    assert store.parts.get("/v1/inspections").status == 403
    assert store.dispatcher.get("/v1/inspections", expect=200).data == []
    assert store.dispatcher.post("/v1/inspections", {"reception_id": reception["id"]}).status == 403
    assert store.inspector.post("/v1/inspections", {"reception_id": reception["id"]}, expect=201)["template_id"] is None


# --- What was found is mended ---

def test_a_finding_becomes_a_line(trade, store):
    """E6: a finding is a line of an estimate and then of the order; both sides show it."""
    estimate, seen = trade.of_finding()
    finding = seen["findings"][0]
    line = estimate["options"][0]["lines"][0]
    assert line["finding_id"] == finding["id"]
    store.advisor.post(f"/v1/estimates/{estimate['id']}/decide", {"option_id": estimate["options"][0]["id"], **CONSENT}, expect=200)
    (ordered,) = store.advisor.get(f"/v1/work-orders/{estimate['work_order_id']}", expect=200)["lines"]
    assert (ordered["finding_id"], ordered["estimate_line_id"]) == (finding["id"], line["id"])
    now = store.tech1.get(f"/v1/inspections/{seen['id']}", expect=200)["findings"]
    assert [(f["estimate_line_ids"], f["work_order_line_ids"]) for f in now] == [([line["id"]], [ordered["id"]]), ([], [])]
    direct = store.tech1.post(f"/v1/work-orders/{estimate['work_order_id']}/lines", {
        "kind": "labour", "operation_id": trade.operation()["id"], "finding_id": seen["findings"][1]["id"]}, expect=201)
    assert direct["finding_id"] == seen["findings"][1]["id"]


def test_a_revision_keeps_its_findings(trade, store):
    """E6: what is revised without new options still says what it mends."""
    estimate, seen = trade.of_finding()
    revised = store.advisor.post(f"/v1/estimates/{estimate['id']}/revise", expect=201)
    assert revised["options"][0]["lines"][0]["finding_id"] == seen["findings"][0]["id"]


def test_only_submitted_findings_of_the_vehicle(trade, store, chain):
    """E6: a draft's, another vehicle's and another store's finding are nothing to this order."""
    reception = trade.received("greet", "start-check")
    draft, other_car = trade.inspection(reception=reception), trade.inspection("submit")
    theirs = Trade(chain.store()).inspection("submit")
    order = store.advisor.post("/v1/work-orders", {"reception_id": reception["id"]}, expect=201)
    for finding in (draft["findings"][0]["id"], other_car["findings"][0]["id"], theirs["findings"][0]["id"], uuid7()):
        fee = {"kind": "fee", "description": "x", "amount": 1, "finding_id": finding}
        refused = store.advisor.post("/v1/estimates", {"work_order_id": order["id"], "options": [{"label": "A", "lines": [fee]}]})
        assert (refused.status, refused.errors) == (422, {"/options/0/lines/0/finding_id": "not_found"})
        refused = store.advisor.post(f"/v1/work-orders/{order['id']}/lines", fee)
        assert (refused.status, refused.errors) == (422, {"/finding_id": "not_found"})


def test_the_customer_sees_why(trade, anyone, sql):
    """E13: the link shows severity, what was measured where and what it should be, plain words, risk and photos of what a line mends, and no other file."""
    estimate, seen = trade.of_finding()
    path = "/v1/public/" + estimate["token"]
    (line,) = anyone.get(path, expect=200)["estimate"]["options"][0]["lines"]
    photo = seen["findings"][0]["file_ids"][0]
    assert line["finding"] == {"severity": "red", "item": "前制动片厚度", "body_position": "front_left_wheel", "damage": None,
                               "measured": "2.5 mm", "limits": "不小于 3 mm", "customer_text": "前制动片即将磨完", "risk_text": "制动距离变长",
                               "photos": [{"id": photo, "media_type": "image/png"}]}
    picture = anyone.get(f"{path}/files/{photo}", expect=200)
    assert picture.body == PICTURE and picture.headers["Content-Type"] == "image/png"
    for other in (trade.file(), uuid7()):
        assert anyone.get(f"{path}/files/{other}").status == 404
    sql("UPDATE link SET revoked_at = now() WHERE subject_id = %s", (estimate["id"],))
    assert anyone.get(f"{path}/files/{photo}").status == 404


# --- What the vehicle needs ---

def recommended(who, vehicle):
    return [(r["kind"], r["severity"], r["description"], r["reason"]) for r in who.get(f"/v1/vehicles/{vehicle}/recommendations", expect=200).data]


def test_what_a_vehicle_needs(trade, store):
    """C16: findings until they are mended or looked at again, and what was put off, each with why and its source."""
    reception = trade.received("greet", "start-check")
    car = reception["vehicle_id"]
    seen = trade.inspection(reception=reception)
    assert recommended(store.advisor, car) == []
    verb(store.tech1, seen, "submit")
    red, yellow = ("finding", "red", "前制动片即将磨完", "2.5 mm"), ("finding", "yellow", "front_left_door", "scratch")
    assert recommended(store.advisor, car) == [red, yellow]
    (first, _) = store.advisor.get(f"/v1/vehicles/{car}/recommendations", expect=200).data
    assert first["source"] == {"id": seen["findings"][0]["id"], "type": "inspection_finding", "number": seen["number"]}
    assert (first["risk_text"], first["store_id"]) == ("制动距离变长", store.id)
    order = store.advisor.post("/v1/work-orders", {"reception_id": reception["id"]}, expect=201)
    line = store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {
        "kind": "fee", "description": "更换制动片", "amount": 68000, "finding_id": seen["findings"][0]["id"]}, expect=201)
    assert recommended(store.advisor, car) == [yellow]
    store.advisor.post(f"/v1/work-order-lines/{line['id']}/defer", {"reason": "price"}, expect=200)
    assert recommended(store.advisor, car) == [("deferred_line", "red", "更换制动片", "price"), yellow]
    paged = store.advisor.pages(f"/v1/vehicles/{car}/recommendations", limit=1)
    assert [(r["kind"], r["amount"]) for r in paged] == [("deferred_line", 68000), ("finding", None)]
    assert store.tech1.get(f"/v1/vehicles/{car}/recommendations").status == 403


def test_a_later_look_counts(trade, store):
    """C16: the same point in order at the next inspection is not recommended any more."""
    reception = trade.received("greet", "start-check")
    template = trade.template()
    item = template["items"][0]["id"]

    def look(severity):
        made = store.tech1.post("/v1/inspections", {"reception_id": reception["id"], "template_id": template["id"],
                                                    "findings": [{"item_id": item, "severity": severity}]}, expect=201)
        verb(store.tech1, made, "submit")

    look("yellow")
    assert recommended(store.advisor, reception["vehicle_id"]) == [("finding", "yellow", "前制动片厚度", "yellow")]
    look("green")
    assert recommended(store.advisor, reception["vehicle_id"]) == []


@pytest.mark.parametrize("days, km, due", ((10, 99000, "date"), (90, 42000, "odometer"), (90, 99000, None)))
def test_the_next_service_comes_near(trade, store, days, km, due):
    """C16: what the last delivery said of the next service, within 30 days or 1,000 km."""
    order = trade.completed()
    trade.pay(trade.issued(order))
    on = str(slots.day(days))
    trade.step(store.advisor, order, "deliver", {**HANDED_BACK, "odometer_out_km": 41210, "next_service": {"date": on, "odometer_km": km}})
    found = store.advisor.get(f"/v1/vehicles/{order['vehicle_id']}/recommendations", expect=200).data
    assert [(r["kind"], r["reason"], r["due_on"], r["due_km"], r["source"]["id"]) for r in found] == (
        [("service", due, on, km, order["id"])] if due else [])


def test_the_next_service_stays_told(trade, store):
    """C16: a delivery that says nothing of the next service leaves what the one before said."""
    order = trade.completed()
    trade.pay(trade.issued(order))
    trade.step(store.advisor, order, "deliver", {**HANDED_BACK, "odometer_out_km": 41210, "next_service": {"odometer_km": 42000}})
    again = trade.order_of(order["vehicle_id"])
    store.advisor.post(f"/v1/work-orders/{again['id']}/lines", {"kind": "labour", "operation_id": trade.operation()["id"]}, expect=201)
    trade.through(again)
    found = store.advisor.get(f"/v1/vehicles/{order['vehicle_id']}/recommendations", expect=200).data
    assert [(r["kind"], r["due_km"], r["source"]["id"]) for r in found] == [("service", 42000, order["id"])]


def test_an_old_scratch(trade, store):
    """C16: damage at a place of the body that the next inspection finds again is recommended once; other damage there stays."""
    reception = trade.received()

    def looked(*findings):
        car = trade.reception(reception["customer_id"], reception["vehicle_id"])
        store.advisor.post(f"/v1/receptions/{car['id']}/greet", expect=200)
        made = store.advisor.post("/v1/inspections", {"reception_id": car["id"], "findings": [
            {"body_position": p, "severity": s, "customer_text": t, **({"damage": d} if d else {})} for p, d, s, t in findings]}, expect=201)
        store.advisor.post(f"/v1/inspections/{made['id']}/submit", expect=200)
        return [r[2] for r in recommended(store.advisor, reception["vehicle_id"])]

    assert looked(("roof", "scratch", "yellow", "一"), ("roof", "dent", "yellow", "二")) == ["一", "二"]
    assert looked(("roof", "scratch", "yellow", "三")) == ["二", "三"]
    assert looked(("roof", None, "green", "好")) == []


def test_another_stores_recommendations(trade, chain):
    """C16: a vehicle that only another store knows is not there."""
    other = chain.store()
    assert other.advisor.get(f"/v1/vehicles/{trade.inspection('submit')['vehicle_id']}/recommendations").status == 404


def test_what_another_store_found(trade, store, chain):
    """F6 C16: a store that gets to know the vehicle is told what is red or put off elsewhere, of which store, without prices and that store's own words; its own look ends it everywhere."""
    reception = trade.received("greet", "start-check")
    car = reception["vehicle_id"]
    template = trade.template()

    def look(who, of, severity):
        made = who.post("/v1/inspections", {"reception_id": of["id"], "template_id": template["id"],
                                            "findings": [{"item_id": template["items"][0]["id"], "severity": severity}]}, expect=201)
        who.post(f"/v1/inspections/{made['id']}/submit", expect=200)
        return made

    brake = look(store.advisor, reception, "red")
    order = store.advisor.post("/v1/work-orders", {"reception_id": reception["id"]}, expect=201)
    line = store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {"kind": "fee", "description": "清洗", "amount": 68000}, expect=201)
    store.advisor.post(f"/v1/work-order-lines/{line['id']}/defer", {"reason": "王先生嫌贵，电话 139", "reason_code": "price"}, expect=200)
    third = store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {"kind": "fee", "description": "打蜡", "amount": 100}, expect=201)
    store.advisor.post(f"/v1/work-order-lines/{third['id']}/defer", {"reason": "老板不同意"}, expect=200)
    other = Trade(chain.store())
    advisor = other.store.advisor
    path = f"/v1/vehicles/{car}/recommendations"
    assert advisor.get(path).status == 404
    plate = store.advisor.get(f"/v1/vehicles/{car}", expect=200)["plate"]
    advisor.post("/v1/vehicles/lookup", {"plate": plate, "store_id": other.store.id}, expect=200)
    told = advisor.get(path, expect=200).data
    name = chain.admin.get(f"/v1/stores/{store.id}", expect=200)["name"]
    assert [(r["kind"], r["source"]["id"], r["severity"], r["reason"], r["amount"]) for r in told] == [
        ("finding", brake["findings"][0]["id"], "red", "red", None), ("deferred_line", line["id"], None, "price", None),
        ("deferred_line", third["id"], None, "deferred", None)]
    assert {(r["store_id"], r["store_name"]) for r in told} == {(store.id, name)}
    own = store.advisor.get(path, expect=200).data
    assert [(r["reason"], r["amount"]) for r in own] == [("red", None), ("王先生嫌贵，电话 139", 68000), ("老板不同意", 100)]
    assert advisor.get(f"/v1/work-order-lines/{line['id']}").status == 404
    assert advisor.get(f"/v1/vehicles/{car}/deferred-lines", expect=200).data == []
    visit = other.reception(other.customer()["id"], car)
    advisor.post(f"/v1/receptions/{visit['id']}/greet", expect=200)
    look(advisor, visit, "green")
    for who in (advisor, store.advisor):
        assert [r["kind"] for r in who.get(path, expect=200).data] == ["deferred_line"] * 2
