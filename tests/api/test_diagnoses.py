# SPDX-License-Identifier: Apache-2.0
"""Diagnoses: complaint, cause and correction, fault codes, and the second person of a complex one (E7-E9)."""

import pytest

from fettle import at_once, uuid7
from trade import Trade


@pytest.fixture
def trade(store):
    return Trade(store)


def verb(who, made, name, body=None, expect=200):
    return who.post(f"/v1/diagnoses/{made['id']}/{name}", body, expect=expect)


def enabled(reply):
    return [a["verb"] for a in reply["actions"] if a["enabled"]]


def test_complaint_cause_correction(trade, store):
    """E7: from what the customer said to what is to be done, signed by who found it."""
    reception = trade.received("greet")
    concern = reception["concerns"][0]["id"]
    made = store.tech1.post("/v1/diagnoses", {
        "reception_id": reception["id"], "concern_id": concern, "complaint": "冷车抖动", "cause_code": "8A-17"}, expect=201)
    assert made["number"].startswith(store.code + "-DG-") and (made["status"], made["complex"]) == ("draft", False)
    assert (made["concern_id"], made["vehicle"]["id"], made["created_by"]) == (concern, reception["vehicle_id"], store.tech1.id)
    short = verb(store.tech1, made, "submit", expect=409)
    assert short.code == "diagnosis_incomplete" and "cause, correction" in short["detail"]
    full = store.tech1.patch(f"/v1/diagnoses/{made['id']}", {"cause": "积碳", "correction": "清洗节气门"}, version=1, expect=200)
    assert enabled(full) == ["submit"]
    done = verb(store.tech1, full, "submit")
    assert (done["status"], done["submitted_by"], enabled(done)) == ("submitted", store.tech1.id, ["sign", "request-review"])
    signed = verb(store.tech1, done, "sign")
    assert (signed["status"], signed["signed_by"], enabled(signed)) == ("signed", store.tech1.id, [])
    late = store.tech1.patch(f"/v1/diagnoses/{made['id']}", {"cause": "x"}, version=signed["version"])
    assert (late.code, late["state"]) == ("illegal_transition", "signed")
    order = store.advisor.post("/v1/work-orders", {"reception_id": reception["id"]}, expect=201)
    for params in ({"work_order_id": order["id"]}, {"reception_id": reception["id"]}, {"vehicle_id": reception["vehicle_id"]}):
        assert [d["id"] for d in store.tech1.get("/v1/diagnoses", params=params, expect=200).data] == [made["id"]]
    assert store.tech1.get("/v1/diagnoses", params={"work_order_id": uuid7()}, expect=200).data == []


def test_fault_codes_by_control_unit(trade, store, chain, sql):
    """E7 E8: codes with control unit and state, explained by the vehicle's maker or for all where nobody says more."""
    reception = trade.received("greet")
    sql("UPDATE vehicle SET make = 'Ford' WHERE id = %s", (reception["vehicle_id"],))
    (ford,) = sql("SELECT f.code, f.description, g.description FROM fault_code f JOIN fault_code g ON g.code = f.code AND g.manufacturer = 'GENERIC'"
                  " WHERE f.manufacturer = 'FORD' AND f.description <> g.description ORDER BY f.code LIMIT 1") or [None]
    codes = [{"code": "b0001", "control_unit": "安全气囊", "state": "active"}, {"code": "XX99", "description": "厂家码"}, {"code": "YY99"}]
    codes += [{"code": ford[0]}] if ford else []
    made = trade.diagnosis(reception=reception, fault_codes=codes)
    assert [(c["code"], c["control_unit"], c["state"], c["description"]) for c in made["fault_codes"]][:3] == [
        ("B0001", "安全气囊", "active", "Driver Frontal Stage 1 Deployment Control"), ("XX99", None, None, "厂家码"), ("YY99", None, None, None)]
    assert not ford or made["fault_codes"][3]["description"] == ford[1]
    other = trade.diagnosis(fault_codes=[{"code": "YY99"}], complex=True)

    def listed(**params):
        return [d["id"] for d in store.tech1.pages("/v1/diagnoses", limit=1, **params)]

    assert listed(fault_code="yy99") == [other["id"], made["id"]] and listed(fault_code="XX99") == [made["id"]] and listed(fault_code="ZZ") == []
    assert listed(fault_code="YY99", complex="true") == [other["id"]] and listed(complex="false") == [made["id"]]
    assert Trade(chain.store()).store.tech1.get("/v1/diagnoses", params={"fault_code": "YY99"}, expect=200).data == []
    fewer = store.tech1.patch(f"/v1/diagnoses/{made['id']}", {"fault_codes": []}, version=1, expect=200)
    assert fewer["fault_codes"] == [] and listed(fault_code="XX99") == []


def test_the_table_of_fault_codes(store):
    """E8: by the beginning of a code, by words, by maker; page by page."""
    def found(**params):
        return store.tech1.get("/v1/fault-codes", params=params, expect=200).data
    first = found(q="b0001")
    assert first[0] == {"code": "B0001", "manufacturer": None, "system": "body", "description": "Driver Frontal Stage 1 Deployment Control"}
    assert {c["code"] for c in found(q="deployment control", limit=200)} >= {"B0001", "B0002"}
    volkswagen = found(manufacturer="Volkswagen", q="P1", limit=200)
    assert {c["manufacturer"] for c in volkswagen} <= {"VOLKSWAGEN", None} and len(volkswagen) > 50
    assert {c["system"] for c in volkswagen} == {"powertrain"}
    paged = list(store.tech1.pages("/v1/fault-codes", q="P000", limit=3))
    assert len(paged) > 3 and [c["code"] for c in paged] == sorted(c["code"] for c in paged)
    assert found(q="no such words here") == []


def test_a_complex_one_needs_a_second_person(trade, store):
    """E9: not signed but agreed, by somebody who has not written it; who objects sends it back and says why."""
    made = trade.diagnosis("submit", complex=True)
    refused = verb(store.tech1, made, "sign", expect=409)
    assert refused.code == "review_needed"
    asked = verb(store.tech1, made, "request-review")
    assert (asked["status"], enabled(store.leader.get(f"/v1/diagnoses/{made['id']}"))) == ("in_review", ["agree", "object"])
    assert verb(store.tech1, made, "agree", expect=403).code == "forbidden"
    assert verb(store.leader, made, "object", {}, 422).errors == {"/reason": "required"}
    back = verb(store.leader, made, "object", {"reason": "test_missing", "note": "未测缸压"})
    assert (back["status"], back["submitted_by"]) == ("draft", None)
    verb(store.tech1, back, "submit")
    verb(store.tech1, back, "request-review")
    replies = at_once(*[lambda: store.leader.post(f"/v1/diagnoses/{made['id']}/agree", {"note": "同意"})] * 4)
    assert sorted(r.status for r in replies) == [200, 409, 409, 409]
    agreed = store.tech1.get(f"/v1/diagnoses/{made['id']}", expect=200)
    assert (agreed["status"], agreed["agreed_by"]) == ("agreed", store.leader.id)
    assert [(r["outcome"], r["reviewer_id"], r["reason"], r["note"]) for r in agreed["reviews"]] == [
        ("objected", store.leader.id, "test_missing", "未测缸压"), ("agreed", store.leader.id, None, "同意")]


def test_nobody_reviews_their_own(trade, store):
    """E9: neither who wrote it nor who submitted it; a plain one becomes complex by asking."""
    own = trade.diagnosis("submit", who=store.leader)
    asked = verb(store.leader, own, "request-review")
    assert asked["complex"] is True
    assert verb(store.leader, own, "agree", expect=409).code == "own_diagnosis"
    assert verb(store.leader, own, "object", {"reason": "other"}, 409).code == "own_diagnosis"
    assert verb(store.inspector, own, "agree")["agreed_by"] == store.inspector.id
    helped = trade.diagnosis(complex=True)
    verb(store.leader, helped, "submit")
    verb(store.tech1, helped, "request-review")
    assert verb(store.leader, helped, "agree", expect=409).code == "own_diagnosis"


def test_it_stays_complex_once_asked(trade, store):
    """E9: after a review was asked for nobody makes it a plain one and signs it alone; before, it is only what its writer thinks."""
    plain = trade.diagnosis(complex=True)
    assert store.tech1.patch(f"/v1/diagnoses/{plain['id']}", {"complex": False}, version=1, expect=200)["complex"] is False
    made = trade.diagnosis("submit", "request-review")
    assert made["review_requested_at"] is not None and plain["review_requested_at"] is None
    back = verb(store.leader, made, "object", {"reason": "test_missing"})
    refused = store.tech1.patch(f"/v1/diagnoses/{made['id']}", {"complex": False, "cause": "x"}, version=back["version"], expect=422)
    assert refused.errors == {"/complex": "stays_complex"}
    same = store.tech1.patch(f"/v1/diagnoses/{made['id']}", {"complex": True, "cause": "缸压不足"}, version=back["version"], expect=200)
    assert (same["complex"], same["cause"]) == (True, "缸压不足")
    assert verb(store.tech1, verb(store.tech1, same, "submit"), "sign", expect=409).code == "review_needed"


@pytest.mark.parametrize("change", [{"cause": "缸压不足"}, {"fault_codes": []}, {"note": "已测缸压"}])
def test_who_changed_the_text_does_not_review_it(trade, store, change):
    """E9: whoever changed the text of somebody else's draft has written it, too."""
    made = trade.diagnosis()
    store.leader.patch(f"/v1/diagnoses/{made['id']}", change, version=made["version"], expect=200)
    for name in ("submit", "request-review"):
        verb(store.tech1, made, name)
    for name, body in (("agree", None), ("object", {"reason": "other"})):
        assert verb(store.leader, made, name, body, 409).code == "own_diagnosis"
    assert verb(store.inspector, made, "agree")["agreed_by"] == store.inspector.id


def test_a_complex_order_waits_for_its_diagnosis(trade, store):
    """E9: where the store asks for it, the estimate of a complex order is not sent nor its work authorised before a second person agreed."""
    consent = {"method": "in_person", "by": {"name": "王芳"}}

    def opened(**more):
        order = trade.order(fault_class="complex", **more)
        return order, {"lines": [order["lines"][0]["id"]], **consent}
    opened(authorise=consent)
    path = f"/v1/stores/{store.id}/policies"
    policies = store.manager.get(path, expect=200)
    assert policies["diagnosis_required"] == "never"
    assert store.manager.patch(path, {"diagnosis_required": "always"}, version=policies["version"]).errors == {"/diagnosis_required": "bad_code"}
    policies = store.manager.patch(path, {"diagnosis_required": "complex"}, version=policies["version"], expect=200)
    assert policies["diagnosis_required"] == "complex"
    order, wanted = opened()
    estimate = trade.estimate(order=order)
    new = store.advisor.post("/v1/work-orders", {"reception_id": trade.received("greet")["id"], "fault_class": "complex", "authorise": consent,
                                                 "lines": [{"kind": "labour", "operation_id": trade.operation()["id"]}]}, expect=409)
    made = trade.diagnosis("submit", "sign", reception={"id": order["reception_id"]})
    for refused in (new, store.advisor.post(f"/v1/estimates/{estimate['id']}/send", expect=409),
                    store.advisor.post(f"/v1/work-orders/{order['id']}/authorise", wanted, expect=409)):
        assert refused.code == "diagnosis_required" and "diagnosis_required" in refused["hint"]
    assert made["status"] == "signed"
    made = trade.diagnosis("submit", "request-review", reception={"id": order["reception_id"]})
    verb(store.leader, made, "agree")
    assert store.advisor.post(f"/v1/estimates/{estimate['id']}/send", expect=200)["status"] == "sent"
    assert trade.step(store.advisor, order, "authorise", wanted)["status"] == "ready"
    other, wanted = opened()
    declined = {"lines": [], "declined": [{"line_id": other["lines"][0]["id"], "reason": "price"}], **consent}
    assert trade.step(store.advisor, other, "authorise", declined)["status"] == "opened"
    plain = trade.order(authorise=consent)
    assert plain["status"] == "ready"


def test_an_order_that_became_complex_after_its_estimate(trade, store):
    """E9: what was sent of a plain order is accepted only once the diagnosis is agreed to, when it has become a complex one; it can be declined."""
    path = f"/v1/stores/{store.id}/policies"
    store.manager.patch(path, {"diagnosis_required": "complex"}, version=store.manager.get(path, expect=200)["version"], expect=200)
    by = {"method": "in_person", "by": {"name": "王芳"}}
    sent = []
    for _ in range(2):
        order = trade.order()
        sent.append(trade.sent_estimate(order=order))
        version = trade.read(order)["version"]
        store.advisor.patch(f"/v1/work-orders/{order['id']}", {"fault_class": "complex"}, version=version, expect=200)
    option = sent[0]["options"][0]["id"]
    assert store.advisor.post(f"/v1/estimates/{sent[0]['id']}/decide", {"option_id": option, **by}, expect=409).code == "diagnosis_required"
    assert store.advisor.post(f"/v1/estimates/{sent[1]['id']}/decide", {"reason": "price", **by}, expect=200)["status"] == "declined"
    made = trade.diagnosis("submit", "request-review", reception={"id": trade.read({"id": sent[0]["work_order_id"]})["reception_id"]})
    verb(store.leader, made, "agree")
    assert store.advisor.post(f"/v1/estimates/{sent[0]['id']}/decide", {"option_id": option, **by}, expect=200)["status"] == "accepted"


def test_a_complex_order_does_not_become_simple_by_itself(trade, store):
    """E9: whoever needs a second person for a complex order does not call it simple instead; who may be that person does, and anybody after."""
    path = f"/v1/stores/{store.id}/policies"

    def call_it(who, order, fault_class):
        return who.patch(f"/v1/work-orders/{order['id']}", {"fault_class": fault_class}, version=trade.read(order)["version"])

    free = trade.order(fault_class="complex")
    assert call_it(store.advisor, free, "simple").status == 200  # where nobody asks for a diagnosis
    store.manager.patch(path, {"diagnosis_required": "complex"}, version=store.manager.get(path, expect=200)["version"], expect=200)
    order, other = trade.order(fault_class="complex"), trade.order()
    refused = call_it(store.advisor, order, "simple")
    assert (refused.status, refused.code, refused.errors) == (409, "diagnosis_required", {"/fault_class": "diagnosis_required"})
    assert trade.read(order)["fault_class"] == "complex" and call_it(store.advisor, order, "complex").status == 200
    # the other way round, and of what was never complex
    assert call_it(store.advisor, other, "simple").status == 200 and call_it(store.advisor, other, "complex").status == 200
    assert call_it(store.manager, other, "simple")["fault_class"] == "simple"
    made = trade.diagnosis("submit", "request-review", reception={"id": order["reception_id"]})
    verb(store.leader, made, "agree")
    assert call_it(store.advisor, order, "simple")["fault_class"] == "simple"


def test_bad_bodies_and_other_stores(trade, store, chain):
    """E7: what is wrong is named; another store's reception, concern and diagnosis are not there."""
    other = Trade(chain.store())
    theirs, reception = other.diagnosis(), trade.received("greet")
    body = {"reception_id": reception["id"], "complaint": "异响"}
    assert store.tech1.post("/v1/diagnoses", {"fault_codes": [{"code": "P 1", "state": "old"}]}, expect=422).errors == {
        "/reception_id": "required", "/complaint": "required", "/fault_codes/0/code": "bad_format", "/fault_codes/0/state": "bad_code"}
    for concern in (trade.received("greet")["concerns"][0]["id"], uuid7()):
        assert store.tech1.post("/v1/diagnoses", {**body, "concern_id": concern}, expect=422).errors == {"/concern_id": "not_found"}
    for wrong in (theirs["reception_id"], uuid7()):
        assert store.tech1.post("/v1/diagnoses", {**body, "reception_id": wrong}, expect=422).errors == {"/reception_id": "not_found"}
    assert store.tech1.get(f"/v1/diagnoses/{theirs['id']}").status == 404
    assert store.parts.post("/v1/diagnoses", body).status == 403
    assert store.advisor.post("/v1/diagnoses", body).status == 403
