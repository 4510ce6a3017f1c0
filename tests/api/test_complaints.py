# SPDX-License-Identifier: Apache-2.0
"""Complaints: a word of anger on its way to the archive (H3)."""

import re

from fettle import at_once, uuid7


def complain(store, who=None, **more):
    """A complaint of somebody who is no customer yet."""
    body = {"store_id": store.id, "contact": {"name": "王芳", "phone": store.chain.phone()}, "channel": "phone",
            "category": "attitude", "description": "等待两小时无人接待", **more}
    return (who or store.service).post("/v1/complaints", body, expect=201)


def verb(who, complaint, name, body=None, **options):
    return who.post(f"/v1/complaints/{complaint['id']}/{name}", body, **options)


def enabled(complaint):
    return {a["verb"] for a in complaint["actions"] if a["enabled"]}


def test_from_first_word_to_archive(store):
    """H3: every station of a complaint, with who did it and what was said."""
    made = complain(store, desired_outcome="道歉")
    assert made["status"] == "received" and made["severity"] == "general" and made["origin"] == "customer"
    assert re.fullmatch(re.escape(store.code) + r"-CP-\d{6}-0001", made["number"])
    assert made["contact"]["name"] == "王芳" and re.fullmatch(r"\d{3}\*{4}\d{4}", made["contact"]["phone"])
    assert made["customer"] is None and made["customer_id"] is None
    service = store.service
    assert enabled(made) == {"assign", "withdraw"}
    assigned = verb(service, made, "assign", {"owner_id": store.manager.id}, expect=200)
    assert assigned["status"] == "assigned" and assigned["owner"]["id"] == store.manager.id
    analysed = verb(service, made, "analyse", {"root_cause": "communication", "severity": "important"}, expect=200)
    assert (analysed["status"], analysed["severity"], analysed["root_cause"]) == (
        "analysing", "important", "communication")
    verb(service, made, "plan", {"plan": "店长致电道歉"}, expect=200)
    assert verb(service, made, "tell", {"answer": "已道歉"}, expect=200)["status"] == "fed_back"
    objected = verb(service, made, "object", {"reason": "不满意", "note": "要求书面"}, expect=200)
    assert (objected["status"], objected["objection_count"]) == ("handling", 1)
    verb(service, made, "plan", {"plan": "书面道歉"}, expect=200)
    verb(service, made, "tell", {"answer": "书面道歉已寄出"}, expect=200)
    assert verb(service, made, "confirm", expect=200)["status"] == "tracking"
    closed = verb(service, made, "close", expect=200)
    assert closed["status"] == "closed" and closed["closed_at"]
    reopened = verb(service, made, "reopen", {"reason": "再次来电"}, expect=200)
    assert reopened["status"] == "handling" and reopened["closed_at"] is None
    verb(service, made, "tell", {"answer": "说明"}, expect=200)
    verb(service, made, "confirm", expect=200)
    closed = verb(service, made, "close", expect=200)
    archived = verb(service, made, "archive", {}, expect=200)
    assert archived["status"] == "archived" and archived["closed_at"] == closed["closed_at"]
    assert enabled(archived) == set()
    steps = [(s["status"], s["note"]) for s in archived["steps"]]
    assert steps[:6] == [("received", None), ("assigned", None), ("analysing", None), ("handling", "店长致电道歉"),
                         ("fed_back", "已道歉"), ("handling", "不满意: 要求书面")]
    assert len(steps) == 15 and {s["actor"]["id"] for s in archived["steps"]} == {service.id}


def test_a_station_cannot_be_skipped(store):
    """H3: an illegal move names the state and what can be done in it."""
    made = complain(store)
    refused = verb(store.service, made, "close", expect=409)
    assert refused.code == "illegal_transition" and refused["state"] == "received"
    assert set(refused["allowed"]) == {"assign", "withdraw"}
    withdrawn = verb(store.service, made, "withdraw", {"reason": "误会"}, expect=200)
    assert withdrawn["status"] == "withdrawn" and withdrawn["reason"] == "误会"
    assert verb(store.service, made, "assign", {"owner_id": store.manager.id}, expect=409)["allowed"] == []


def test_the_owner_changes_while_it_is_handled(store):
    """H3: a complaint keeps its station when somebody else takes it over."""
    made = complain(store)
    verb(store.service, made, "assign", {"owner_id": store.manager.id}, expect=200)
    verb(store.service, made, "analyse", expect=200)
    taken = verb(store.service, made, "assign", {"owner_id": store.service.id, "note": "休假"}, expect=200)
    assert taken["status"] == "analysing" and taken["owner_id"] == store.service.id
    assert taken["steps"][-1]["note"] == "休假"


def test_who_may(store):
    """H3: an advisor records, customer service handles, a technician does neither."""
    made = complain(store, who=store.advisor)
    assert {a["why"] for a in made["actions"] if a["verb"] in ("assign", "withdraw")} == {"forbidden"}
    verb(store.advisor, made, "assign", {"owner_id": store.advisor.id}, expect=403)
    store.tech1.get("/v1/complaints", expect=403)
    body = {"channel": "phone", "category": "other", "description": "x", "contact": {"name": "y"}}
    store.tech1.post("/v1/complaints", body, expect=403)


def test_another_store_sees_nothing(store, chain):
    """K2: complaints belong to their store."""
    made, other = complain(store), chain.store()
    other.service.get(f"/v1/complaints/{made['id']}", expect=404)
    verb(other.service, made, "assign", {"owner_id": other.service.id}, expect=404)
    assert other.service.get("/v1/complaints", expect=200).data == []
    stranger = verb(store.service, made, "assign", {"owner_id": other.service.id}, expect=422)
    assert stranger.errors == {"/owner_id": "not_found"}
    foreign = {"store_id": store.id, "channel": "phone", "category": "other", "description": "x",
               "contact": {"name": "y"}}
    other.service.post("/v1/complaints", foreign, expect=422)


def test_wrong_bodies(store):
    """A8: every wrong field is told with its pointer."""
    wrong = store.service.post("/v1/complaints", {"channel": "pigeon", "category": "price"}, expect=422)
    assert wrong.errors == {"/channel": "bad_code", "/category": "bad_code", "/description": "required"}
    base = {"channel": "phone", "category": "other", "description": "x"}
    assert store.service.post("/v1/complaints", base, expect=422).errors == {"/customer_id": "one_of"}
    unknown = {**base, "contact": {"name": "y"}, "work_order_id": uuid7()}
    assert store.service.post("/v1/complaints", unknown, expect=422).errors == {"/work_order_id": "not_found"}
    unknown = {**base, "contact": {"name": "y"}, "vehicle_id": uuid7()}
    assert store.service.post("/v1/complaints", unknown, expect=422).errors == {"/vehicle_id": "not_found"}
    unknown = {**base, "customer_id": uuid7()}
    assert store.service.post("/v1/complaints", unknown, expect=422).errors == {"/customer_id": "not_found"}
    survey = {**base, "contact": {"name": "y"}, "origin": "survey"}
    assert store.service.post("/v1/complaints", survey, expect=422).errors == {"/origin": "bad_code"}
    made = complain(store)
    assert verb(store.service, made, "object", {}, expect=422).errors == {"/reason": "required"}


def test_two_colleagues_close_it_at_once(store):
    """H3: of two who move it at the same moment one is told that it has moved."""
    made = complain(store)
    calls = [lambda: verb(store.service, made, "assign", {"owner_id": store.manager.id}),
             lambda: verb(store.service, made, "withdraw", {"reason": "误会"})]
    replies = at_once(*calls)
    final = store.service.get(f"/v1/complaints/{made['id']}", expect=200)
    assert final["status"] == "withdrawn"
    assert sorted(r.status for r in replies) in ([200, 200], [200, 409])
    assert len(final["steps"]) == 1 + sum(r.status == 200 for r in replies)


def test_list_and_filters(store):
    """H3: the desk finds its complaints."""
    first, second = complain(store), complain(store, origin="external", category="other")
    verb(store.service, first, "assign", {"owner_id": store.manager.id}, expect=200)
    def ids(**query):
        return [k["id"] for k in store.service.pages("/v1/complaints", **query)]
    assert ids() == [second["id"], first["id"]] == ids(limit=1)
    assert ids(status="assigned") == [first["id"]]
    assert ids(status="assigned,received") == [second["id"], first["id"]]
    assert ids(origin="external") == [second["id"]]
    assert ids(owner_id=store.manager.id) == [first["id"]]
    assert ids(number=second["number"]) == [second["id"]]
    assert ids(to=second["received_at"]) == [first["id"]]
    assert ids(**{"from": second["received_at"]}) == [second["id"]]
    assert ids(work_order_id=uuid7()) == []
    store.service.get("/v1/complaints", params={"mood": "bad"}, expect=400)


def test_headquarters_records_for_a_store(store, chain):
    """H3, A3: the store sees a customer from the moment a complaint of theirs is recorded there."""
    elsewhere = chain.store()
    customer = elsewhere.advisor.post("/v1/customers", {"kind": "person", "name": "韩梅梅", "phone": chain.phone()},
                                      expect=201)
    body = {"store_id": store.id, "customer_id": customer["id"], "channel": "phone", "category": "response",
            "description": "没人回电"}
    assert store.service.post("/v1/complaints", body, expect=422).errors == {"/customer_id": "not_found"}
    made = chain.admin.post("/v1/complaints", body, expect=201)
    seen = store.service.get(f"/v1/complaints/{made['id']}", expect=200)
    assert seen["customer"]["name"] == "韩梅梅" and "****" in seen["customer"]["phone"] and seen["contact"] is None
    store.service.get(f"/v1/customers/{customer['id']}", expect=200)
    assert [k["id"] for k in store.service.pages("/v1/complaints", customer_id=customer["id"])] == [made["id"]]
    found = store.service.get("/v1/search", params={"q": made["number"]}, expect=200).data
    assert made["id"] in [f["id"] for f in found]


def test_key_makes_a_repeat_safe(store):
    """A8: the same key records one complaint."""
    body = {"store_id": store.id, "contact": {"name": "李雷"}, "channel": "walk_in", "category": "other",
            "description": "x"}
    key = uuid7()
    made = store.service.post("/v1/complaints", body, key=key, expect=201)
    again = store.service.post("/v1/complaints", body, key=key, expect=201)
    assert again.replayed and again["id"] == made["id"]
    assert len(store.service.get("/v1/complaints").data) == 1
