# SPDX-License-Identifier: Apache-2.0
"""Photos and checklists: what an operation asks for, what technicians show and measure, what stands in the way (G14, G15)."""

import pytest

from fettle import at_once, uuid7
from test_documents import document, in_chinese, words
from trade import PAPER, PICTURE

EVIDENCE = [{"code": "BEFORE", "label": "拆卸前", "step": "begin"},
            {"code": "AFTER", "label": "装复后", "step": "finish", "minimum": 2}]
CHECKLIST = [{"code": "TORQUE", "text": "轮胎螺栓力矩", "kind": "measure", "unit": "N·m", "minimum": 110, "maximum": 130, "out_of_bounds": "fail"},
             {"code": "PLAY", "text": "轴承间隙", "kind": "measure", "unit": "mm", "maximum": 0.25},
             {"code": "FLUID", "text": "制动液", "kind": "choice", "choices": ["正常", "已添加"]},
             {"code": "CAPS", "text": "盖好气门嘴帽", "kind": "tick"},
             {"code": "WASH", "text": "清洁轮毂", "kind": "tick", "required": False}]
GOOD = [{"code": "TORQUE", "value": 120}, {"code": "PLAY", "value": 0.2}, {"code": "FLUID", "choice": "正常"}, {"code": "CAPS", "done": True}]


def photo(who, order, content=PICTURE, kind="image/png"):
    return who.post("/v1/files", raw=content, headers={"Content-Type": kind},
                    params={"subject_type": "work_order", "subject_id": order["id"]}, expect=201)["id"]


def show(who, line, code, files, expect=200):
    return who.post(f"/v1/work-order-lines/{line}/attach-photos", {"code": code, "file_ids": files}, expect=expect)


def tick(who, line, *answers, expect=200):
    return who.post(f"/v1/work-order-lines/{line}/tick", {"answers": list(answers)}, expect=expect)


def asked(who, line):
    return who.get(f"/v1/work-order-lines/{line}/requirements", expect=200)


@pytest.fixture
def operation(chain):
    return chain.purchaser.post("/v1/operations", {
        "code": chain.unique(), "name": "更换轮毂轴承", "standard_hours": 1, "unit_price": 20000, "evidence": EVIDENCE, "checklist": CHECKLIST},
        expect=201)


@pytest.fixture
def at_work(shop, store, operation):
    """An order whose one line asks for it all, and its clock runs; the line's id."""
    order = shop.dispatched(lines=[{"kind": "labour", "operation_id": operation["id"]}])
    line = order["lines"][0]["id"]
    store.tech1.post(f"/v1/work-order-lines/{line}/clock-on", expect=200)
    return order, line


def test_an_operation_asks(chain, store, operation):
    """G14, G15: photos and checklist stand at the operation; what is wrong in them is named; another list is another revision."""
    assert operation["requirement_revision"] == 1
    assert operation["evidence"] == [{"minimum": 1, **EVIDENCE[0]}, EVIDENCE[1]]
    none = {"unit": None, "minimum": None, "maximum": None, "out_of_bounds": None, "choices": [], "required": True}
    assert operation["checklist"] == [{**none, **CHECKLIST[0]}, {**none, "out_of_bounds": "note", **CHECKLIST[1]},
                                      {**none, **CHECKLIST[2]}, {**none, **CHECKLIST[3]}, {**none, **CHECKLIST[4]}]
    path = f"/v1/operations/{operation['id']}"
    named = chain.purchaser.patch(path, {"name": "更换轴承"}, version=1, expect=200)
    assert named["requirement_revision"] == 1
    fewer = chain.purchaser.patch(path, {"evidence": EVIDENCE[:1]}, version=2, expect=200)
    assert (fewer["requirement_revision"], len(fewer["evidence"]), fewer["checklist"]) == (2, 1, operation["checklist"])
    none_left = chain.purchaser.patch(path, {"evidence": [], "checklist": []}, version=3, expect=200)
    assert (none_left["requirement_revision"], none_left["evidence"], none_left["checklist"]) == (3, [], [])
    plain = chain.purchaser.post("/v1/operations", {"code": chain.unique(), "name": "洗车", "standard_hours": 1, "unit_price": 1}, expect=201)
    assert (plain["requirement_revision"], plain["evidence"], plain["checklist"]) == (None, [], [])
    for member, items, errors in (
            ("evidence", [EVIDENCE[0], EVIDENCE[0]], {"/evidence/1/code": "not_unique"}),
            ("evidence", [{**EVIDENCE[0], "minimum": 0}], {"/evidence/0/minimum": "too_small"}),
            ("checklist", [CHECKLIST[3], CHECKLIST[3]], {"/checklist/1/code": "not_unique"}),
            ("checklist", [{**CHECKLIST[3], "unit": "mm"}], {"/checklist/0/unit": "unknown_field"}),
            ("checklist", [CHECKLIST[3], {**CHECKLIST[2], "choices": None}], {"/checklist/1/choices": "wrong_type"}),
            ("checklist", [{"code": "A", "text": "a", "kind": "choice"}], {"/checklist/0/choices": "required"}),
            ("checklist", [{**CHECKLIST[0], "minimum": 131}], {"/checklist/0/maximum": "bad_value"})):
        refused = chain.purchaser.patch(path, {member: items}, version=4, expect=422)
        assert refused.errors == errors
    store.tech1.patch(path, {"evidence": []}, version=4, expect=403)


def test_a_line_keeps_what_was_asked(chain, shop, store, operation):
    """G14, G15: a line is asked what its operation asked for when it was added, also by an estimate; later lists are for later lines."""
    order = shop.open([{"kind": "labour", "operation_id": operation["id"]}])
    estimate = store.advisor.post("/v1/estimates", {"work_order_id": order["id"], "options": [
        {"label": "再做一边", "lines": [{"kind": "labour", "operation_id": operation["id"]}]}]}, expect=201)
    store.advisor.post(f"/v1/estimates/{estimate['id']}/send", expect=200)
    chain.purchaser.patch(f"/v1/operations/{operation['id']}", {"checklist": CHECKLIST[:1]}, version=1, expect=200)
    store.advisor.post(f"/v1/estimates/{estimate['id']}/decide", {
        "option_id": estimate["options"][0]["id"], "method": "in_person", "by": {"name": "王芳"}}, expect=200)
    store.advisor.post(f"/v1/work-orders/{order['id']}/lines", {"kind": "fee", "description": "洗车", "amount": 100}, expect=201)
    first, second, third = (asked(store.tech1, line["id"]) for line in shop.get(order)["lines"])
    assert (first["revision"], [c["code"] for c in first["checklist"]]) == (1, ["TORQUE", "PLAY", "FLUID", "CAPS", "WASH"])
    assert (second["revision"], [c["code"] for c in second["checklist"]], len(second["evidence"])) == (2, ["TORQUE"], 2)
    assert (third["revision"], third["checklist"], third["evidence"], third["complete"]) == (None, [], [], True)


def test_finishing_names_what_lacks(shop, store, at_work, verify):
    """G14, G15: a line is not finished before each photo and each item is there; the refusal names them one by one."""
    order, line = at_work
    refused = store.tech1.post(f"/v1/work-order-lines/{line}/finish", expect=409)
    assert refused.code == "evidence_missing"
    assert refused.errors == {"/evidence/0": "photo_missing", "/evidence/1": "photo_missing", "/checklist/0": "item_open",
                              "/checklist/1": "item_open", "/checklist/2": "item_open", "/checklist/3": "item_open"}
    assert [e["message"] for e in refused["errors"]][1:3] == ["needs 2 more photo(s): 装复后", "is not done: 轮胎螺栓力矩"]
    assert shop.get(order)["lines"][0]["work_status"] == "working"
    done = tick(store.tech1, line, *GOOD)
    assert [(c["state"], c["value"], c["choice"], c["done"]) for c in done["checklist"]] == [
        ("done", 120, None, None), ("done", 0.2, None, None), ("done", None, "正常", None), ("done", None, None, True), ("open", None, None, None)]
    assert done["checklist"][0]["actor_id"] == store.tech1.id and not done["complete"]
    one = photo(store.tech1, order)
    show(store.tech1, line, "BEFORE", [one])
    show(store.tech1, line, "AFTER", [one, photo(store.tech1, order)])
    again = show(store.tech1, line, "AFTER", [one])  # said twice, it counts once
    assert [len(e["files"]) for e in again["evidence"]] == [1, 2] and again["evidence"][0]["files"][0]["id"] == one
    assert again["complete"]
    assert store.tech1.post(f"/v1/work-order-lines/{line}/finish", expect=200)["work_status"] == "done"
    assert tick(store.tech1, line, GOOD[0], expect=409).code == "illegal_transition"
    assert show(store.tech1, line, "BEFORE", [one], expect=409).code == "illegal_transition"
    assert verify("evidence", "references") == []


def test_a_value_out_of_its_bounds(store, at_work):
    """G15: as the item says, such a value needs a note, or fails and stands in the way until another is measured."""
    _, line = at_work
    bare = tick(store.tech1, line, {"code": "PLAY", "value": 0.3}, expect=422)
    assert bare.errors == {"/answers/0/note": "required"}
    kept = tick(store.tech1, line, {"code": "PLAY", "value": 0.3, "note": "客户下次更换"}, {"code": "TORQUE", "value": 131})
    assert [(c["state"], c["within"]) for c in kept["checklist"]][:2] == [("failed", False), ("done", False)]
    refused = store.tech1.post(f"/v1/work-order-lines/{line}/finish", expect=409)
    assert (refused.errors["/checklist/0"], "/checklist/1" in refused.errors) == ("item_failed", False)
    mended = tick(store.tech1, line, {"code": "TORQUE", "value": 130}, {"code": "CAPS", "done": True})["checklist"]
    assert [c["state"] for c in mended] == ["done", "done", "open", "done", "open"]
    taken_back = tick(store.tech1, line, {"code": "CAPS", "done": False})
    assert taken_back["checklist"][3]["state"] == "open"


def test_an_answer_is_of_its_kind(chain, shop, store, at_work):
    """G14, G15: wrong answers, foreign photos and papers are named, and change nothing; only who does the line says what was done."""
    order, line = at_work
    wrong = tick(store.tech1, line, {"code": "TORQUE", "done": True}, {"code": "FLUID", "choice": "缺"}, {"code": "NONE", "done": True},
                 {"code": "CAPS", "done": True}, {"code": "CAPS", "done": True}, expect=422)
    assert wrong.errors == {"/answers/0/done": "unknown_field", "/answers/0/value": "required", "/answers/1/choice": "bad_value",
                            "/answers/2/code": "not_found", "/answers/4/code": "not_unique"}
    mine, other = photo(store.tech1, order), photo(store.tech1, shop.open([]))
    refused = show(store.tech1, line, "AFTER", [mine, other, photo(store.tech1, order, PAPER, "application/pdf"), uuid7()], expect=422)
    assert refused.errors == {"/file_ids/1": "not_found", "/file_ids/2": "bad_value", "/file_ids/3": "not_found"}
    assert show(store.tech1, line, "NEVER", [mine], expect=422).errors == {"/code": "not_found"}
    state = asked(store.advisor, line)
    assert {c["state"] for c in state["checklist"]} == {"open"} and [e["files"] for e in state["evidence"]] == [[], []]
    assert tick(store.tech2, line, GOOD[0], expect=409).code == "not_your_line"
    assert show(store.tech2, line, "AFTER", [mine], expect=409).code == "not_your_line"
    tick(store.advisor, line, GOOD[0], expect=403)
    stranger = chain.store()
    tick(stranger.tech1, line, GOOD[0], expect=404)
    show(stranger.tech1, line, "AFTER", [mine], expect=404)
    stranger.advisor.get(f"/v1/work-order-lines/{line}/requirements", expect=404)


def test_finishing_beside_a_failing_value(store, at_work):
    """G15: of a finish and a value that fails, told at the same moment, one comes first: what is done never lacks anything."""
    order, line = at_work
    tick(store.tech1, line, *GOOD)
    show(store.tech1, line, "BEFORE", [photo(store.tech1, order)])
    show(store.tech1, line, "AFTER", [photo(store.tech1, order, PICTURE), photo(store.tech1, order)])
    finished, failed = at_once(lambda: store.tech1.post(f"/v1/work-order-lines/{line}/finish"),
                               lambda: store.tech1.post(f"/v1/work-order-lines/{line}/tick", {"answers": [{"code": "TORQUE", "value": 1}]}))
    assert (finished.status, failed.status) in ((200, 409), (409, 200))
    state = asked(store.tech1, line)
    assert (state["work_status"], state["complete"]) == (("done", True) if finished.status == 200 else ("working", False))


def test_the_paper_tells(store, at_work):
    """G14, G15: the order on paper has what was asked, what came out, and who says so."""
    order, line = at_work
    tick(store.tech1, line, {"code": "TORQUE", "value": 131}, {"code": "FLUID", "choice": "已添加", "note": "加 50 ml"})
    show(store.tech1, line, "AFTER", [photo(store.tech1, order)])
    paper = words(in_chinese(store.advisor, "work-orders", order["id"]).body)
    for said in ("过程照片与检查", "拆卸前", "0/1", "1/2", "131N·m", "不合格", "已添加", "加50ml", "未完成"):
        assert said in paper, said
    assert "Photosandchecks" in words(document(store.advisor, "work-orders", order["id"]).body)


def test_a_rework_is_asked_anew(shop, store, at_work, verify):
    """G14, G15: after a failed check finished work is shown and checked anew; what was there is kept; photos of before the work are late once it began."""
    order, line = at_work
    tick(store.tech1, line, *GOOD)
    before, one, two = (photo(store.tech1, order) for _ in range(3))
    shown = show(store.tech1, line, "BEFORE", [before])
    assert (shown["attempt"], shown["evidence"][0]["files"][0]["late"]) == (1, True)  # the clock ran already
    shown = show(store.tech1, line, "AFTER", [one, two])
    assert [(f["late"], f["attempt"]) for f in shown["evidence"][1]["files"]] == [(False, 1)] * 2
    store.tech1.post(f"/v1/work-order-lines/{line}/finish", expect=200)
    shop.verb(store.dispatcher, order, "finish-work")
    check = store.inspector.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "final"}, expect=201)
    store.inspector.post(f"/v1/quality-checks/{check['id']}/fail", {"lines": [{"line_id": line, "reason": "螺栓松动"}]}, expect=200)
    failed = asked(store.tech1, line)
    assert (failed["attempt"], failed["complete"], failed["work_status"]) == (2, False, "failed")
    assert [f["id"] for f in failed["evidence"][0]["files"]] == [before] and failed["evidence"][0]["earlier"] == []
    assert failed["evidence"][1]["files"] == [] and {f["id"] for f in failed["evidence"][1]["earlier"]} == {one, two}
    assert {c["state"] for c in failed["checklist"]} == {"open"}
    assert [(a["attempt"], a["value"], a["state"], a["actor_id"]) for a in failed["checklist"][0]["earlier"]] == [(1, 120, "done", store.tech1.id)]
    store.tech1.post(f"/v1/work-order-lines/{line}/rework", expect=200)
    refused = store.tech1.post(f"/v1/work-order-lines/{line}/finish", expect=409)
    assert refused.errors == {"/evidence/1": "photo_missing", "/checklist/0": "item_open", "/checklist/1": "item_open", "/checklist/2": "item_open",
                              "/checklist/3": "item_open"}
    three, four = (photo(store.tech1, order) for _ in range(2))
    assert show(store.tech1, line, "AFTER", [three, one], expect=422).errors == {"/file_ids/1": "bad_value"}
    assert show(store.tech1, line, "BEFORE", [three], expect=422).errors == {"/code": "bad_value"}
    show(store.tech1, line, "AFTER", [three, four])
    again = tick(store.tech1, line, *GOOD)
    assert (again["attempt"], again["complete"], len(again["checklist"][0]["earlier"])) == (2, True, 1)
    assert store.tech1.post(f"/v1/work-order-lines/{line}/finish", expect=200)["work_status"] == "done"
    assert verify("evidence", "references") == []


def test_a_photo_of_before_the_work_is_in_time(shop, store, operation):
    """G14: what was shown before the first clock-on is not late."""
    order = shop.dispatched(lines=[{"kind": "labour", "operation_id": operation["id"]}])
    line = order["lines"][0]["id"]
    show(store.tech1, line, "BEFORE", [photo(store.tech1, order)])
    store.tech1.post(f"/v1/work-order-lines/{line}/clock-on", expect=200)
    late = show(store.tech1, line, "BEFORE", [photo(store.tech1, order)])["evidence"][0]["files"]
    assert [f["late"] for f in late] == [False, True]
