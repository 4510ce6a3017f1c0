# SPDX-License-Identifier: Apache-2.0
"""Quality checks (E6)."""

import datetime

import slots
from fettle import at_once
from samples import PICTURE
from trade import Shop, Trade


def begin(client, order, level="final"):
    return client.post("/v1/quality-checks", {"work_order_id": order["id"], "level": level})


def test_work_that_fails_is_done_again(shop, store):
    """E6: a failed line goes back to its technician and is counted; then it passes."""
    order = shop.checking(lines=[shop.labour_line()])
    line = order["lines"][0]["id"]
    check = begin(store.inspector, order)
    assert (check.status, check["status"], check["inspector_id"]) == (201, "open", store.inspector.id)
    failed = store.inspector.post(f"/v1/quality-checks/{check['id']}/fail", {
        "lines": [{"line_id": line, "reason": "workmanship"}], "note": "扭矩不足"}, expect=200)
    assert failed["failures"] == [{"line_id": line, "reason": "workmanship", "reason_code": "workmanship", "technician_id": store.tech1.id}]
    back = shop.get(order)
    assert (back["status"], back["lines"][0]["work_status"], back["lines"][0]["reason"]) == (
        "in_progress", "failed", "workmanship")
    assert shop.verb(store.dispatcher, order, "finish-work", expect=409).code == "work_unfinished"
    again = store.tech1.post(f"/v1/work-order-lines/{line}/rework", expect=200)
    assert (again["work_status"], again["rework_count"]) == ("working", 1)
    store.tech1.post(f"/v1/work-order-lines/{line}/finish", expect=200)
    shop.verb(store.dispatcher, order, "finish-work")
    decided = store.inspector.post(f"/v1/quality-checks/{check['id']}/pass")
    assert (decided.code, decided["state"]) == ("illegal_transition", "failed")
    second = begin(store.inspector, order)
    passed = store.inspector.post(f"/v1/quality-checks/{second['id']}/pass", {"road_test_km": 2.5}, expect=200)
    assert (passed["status"], passed["road_test_km"]) == ("passed", 2.5)
    assert shop.get(order)["status"] == "completed"
    assert shop.verb(store.advisor, order, "cancel", {"reason": "x"}, expect=409)["state"] == "completed"
    both = store.advisor.pages("/v1/quality-checks", work_order_id=order["id"], limit=1)
    assert [c["status"] for c in both] == ["passed", "failed"]


def test_levels_and_who_checks(shop, store):
    """E6 J2: each level has its permission; nobody checks their own work finally."""
    order = shop.dispatched(lines=[shop.labour_line()])
    shop.work(order)
    early = begin(store.inspector, order)
    assert (early.code, early["state"]) == ("illegal_transition", "in_progress")
    own = begin(store.tech1, order, "self")
    assert own.status == 201
    assert begin(store.tech1, order, "self").code == "check_open"
    assert store.tech2.post(f"/v1/quality-checks/{own['id']}/pass").code == "not_your_check"
    store.tech1.post(f"/v1/quality-checks/{own['id']}/pass", expect=200)
    mutual = begin(store.leader, order, "mutual")
    store.leader.post(f"/v1/quality-checks/{mutual['id']}/pass", expect=200)
    assert shop.get(order)["status"] == "in_progress"
    shop.verb(store.dispatcher, order, "finish-work")
    for client in (store.advisor, store.tech2, store.leader):
        assert begin(client, order).status == 403
    assert begin(store.tech2, order, "mutual").status == 403
    final = begin(store.inspector, order)
    assert store.advisor.post(f"/v1/quality-checks/{final['id']}/pass").status == 403
    assert store.tech2.post(f"/v1/quality-checks/{final['id']}/pass").status == 403
    other = store.hire("inspector2", "quality_inspector")
    assert other.post(f"/v1/quality-checks/{final['id']}/pass", expect=200)["inspector_id"] == other.id
    assert shop.get(order)["status"] == "completed"


def test_an_inspector_who_has_worked_on_it(shop, store, chain):
    """E6: with both roles in one person, the work is still checked by another."""
    order = shop.ready(lines=[shop.labour_line()])
    both = store.hire("both", "technician")
    store.chain.people.db.cursor().execute(
        "INSERT INTO staff_grant (id, staff_id, role, scope, store_id, created_at)"
        " VALUES (gen_random_uuid(), %s, 'quality_inspector', 'store', %s, now())", (both.id, store.id))
    both = chain.people.client(chain.people.session(both.id), id=both.id)
    line = order["lines"][0]["id"]
    shop.verb(store.dispatcher, order, "dispatch", {"assignments": [{"line_id": line, "technician_id": both.id}]})
    for verb in ("clock-on", "finish"):
        both.post(f"/v1/work-order-lines/{line}/{verb}", expect=200)
    shop.verb(store.dispatcher, order, "finish-work")
    assert begin(both, order).code == "own_work"
    check = begin(store.inspector, order)
    assert both.post(f"/v1/quality-checks/{check['id']}/pass").code == "own_work"
    store.inspector.post(f"/v1/quality-checks/{check['id']}/pass", expect=200)


def test_wrong_checks(shop, store, chain):
    """J1 J4: another store's orders, lines and people; lines that were not done."""
    order = shop.checking(lines=[shop.labour_line()])
    other = Shop(chain, chain.store())
    foreign = begin(other.store.inspector, order)
    assert (foreign.status, foreign.errors) == (422, {"/work_order_id": "not_found"})
    check = begin(store.inspector, order)
    path = f"/v1/quality-checks/{check['id']}"
    assert other.store.inspector.get(path).status == 404 and other.store.inspector.post(path + "/pass").status == 404
    line = order["lines"][0]["id"]
    for lines, errors in (
            ([], {"/lines": "too_few"}),
            ([{"line_id": other.open([other.labour_line()])["lines"][0]["id"], "reason": "x"}],
             {"/lines/0/line_id": "not_found"}),
            ([{"line_id": line, "reason": "x", "technician_id": store.advisor.id}],
             {"/lines/0/technician_id": "not_technician"})):
        reply = store.inspector.post(path + "/fail", {"lines": lines})
        assert (reply.status, reply.errors) == (422, errors)
    assert begin(store.inspector, order, "perfect").errors == {"/level": "bad_code"}
    assert store.inspector.post(path + "/pass", {"road_test_km": -1}).errors == {"/road_test_km": "too_small"}


def test_a_line_fails_once(shop, store):
    """E6: a line stands once among the failed ones; nothing is decided when it does not."""
    order = shop.checking(lines=[shop.labour_line()])
    check = begin(store.inspector, order)
    failed = {"line_id": order["lines"][0]["id"], "reason": "leak"}
    wrong = store.inspector.post(f"/v1/quality-checks/{check['id']}/fail", {"lines": [failed, {**failed, "reason": "dirty"}]})
    assert (wrong.status, wrong.errors) == (422, {"/lines/1/line_id": "not_unique"})
    assert store.inspector.get(f"/v1/quality-checks/{check['id']}")["status"] == "open"


def levels(shop, store, **rules):
    path = f"/v1/stores/{store.id}/policies"
    return store.manager.patch(path, rules, version=store.manager.get(path, expect=200)["version"], expect=200)


def sign(client, order, level, **more):
    """Begin a check and pass it."""
    check = begin(client, order, level)
    assert check.status == 201, check
    return client.post(f"/v1/quality-checks/{check['id']}/pass", more or None, expect=200)


def test_three_levels(shop, store):
    """G16: a level waits for the lower ones that the order requires; failed work begins with the lowest again."""
    rules = levels(shop, store, qc_levels=["mutual", "self"])
    assert (rules["qc_levels"], rules["qc_levels_regulated"]) == (["mutual", "self"], ["final"])
    order = shop.checking(lines=[shop.labour_line()])
    line = order["lines"][0]["id"]
    assert order["required_qc_levels"] == ["self", "mutual", "final"]
    early = begin(store.leader, order, "mutual")
    assert (early.status, early.code) == (409, "level_missing") and "self" in early["detail"]
    assert begin(store.inspector, order).code == "level_missing"
    assert begin(store.tech2, order, "self").code == "nothing_to_check"
    photo = store.tech1.post("/v1/files", raw=PICTURE, headers={"Content-Type": "image/png"},
                             params={"subject_type": "work_order", "subject_id": order["id"]}, expect=201)["id"]
    own = sign(store.tech1, order, "self", signature_file_id=photo)
    assert (own["inspector_id"], own["signature_file_id"], own["decided_at"] is not None) == (store.tech1.id, photo, True)
    assert "mutual" in begin(store.inspector, order)["detail"]
    sign(store.leader, order, "mutual")
    assert shop.get(order)["lines"][0]["passed_levels"] == ["self", "mutual"]
    check = begin(store.inspector, order)
    store.inspector.post(f"/v1/quality-checks/{check['id']}/fail", {"lines": [{"line_id": line, "reason": "leak"}]}, expect=200)
    assert shop.get(order)["lines"][0]["passed_levels"] == []
    for verb in ("rework", "finish"):
        store.tech1.post(f"/v1/work-order-lines/{line}/{verb}", expect=200)
    shop.verb(store.dispatcher, order, "finish-work")
    assert begin(store.inspector, order).code == "level_missing"
    sign(store.tech1, order, "self")
    sign(store.leader, order, "mutual")
    sign(store.inspector, order, "final")
    done = shop.get(order)
    assert (done["status"], done["lines"][0]["passed_levels"]) == ("completed", ["self", "mutual", "final"])


def test_levels_by_work_and_parts(shop, store, chain):
    """G16: the legal category of the work and a part's key class ask for levels of their own."""
    levels(shop, store, qc_levels_regulated=["self"], qc_levels_key_parts=["mutual"])
    assert shop.checking(lines=[shop.labour_line()])["required_qc_levels"] == ["final"]
    chain.admin.patch(f"/v1/parts/{shop.part['id']}", {"key_class": 1}, version=shop.part["version"], expect=200)
    assert chain.admin.get(f"/v1/parts/{shop.part['id']}", expect=200)["key_class"] == 1
    shop.stock(9)
    assert shop.checking()["required_qc_levels"] == ["mutual", "final"]
    airbag = chain.admin.get("/v1/key-part-kinds", params={"key_class": 1}, expect=200).data[0]["id"]
    for kind, wanted in ((None, ["final"]), (airbag, ["mutual", "final"])):
        now = chain.admin.get(f"/v1/parts/{shop.part['id']}", expect=200)["version"]
        chain.admin.patch(f"/v1/parts/{shop.part['id']}", {"key_part_kind_id": kind}, version=now, expect=200)
        assert shop.checking()["required_qc_levels"] == wanted
    gearbox = chain.admin.post("/v1/operations", {"code": chain.unique(), "name": "变速箱总成大修", "standard_hours": 10,
                                                 "unit_price": 20000, "repair_category": "assembly"}, expect=201)
    order = shop.checking(lines=[{"kind": "labour", "operation_id": gearbox["id"]}])
    assert order["required_qc_levels"] == ["self", "final"]
    wrong = store.manager.patch(f"/v1/stores/{store.id}/policies", {"qc_levels": ["final", "final"], "qc_levels_regulated": ["best"]}, version=1)
    assert (wrong.status, wrong.errors) == (422, {"/qc_levels/1": "not_unique", "/qc_levels_regulated/0": "bad_code"})


def test_two_technicians_check_their_own_work(shop, store):
    """G16: the check by oneself passes one's own lines, and two people make theirs side by side."""
    levels(shop, store, qc_levels=["self"])
    order = shop.ready(lines=[shop.labour_line(), shop.labour_line()])
    first, second = (line["id"] for line in order["lines"])
    shop.verb(store.dispatcher, order, "dispatch", {"assignments": [
        {"line_id": first, "technician_id": store.tech1.id}, {"line_id": second, "technician_id": store.tech2.id}]})
    for who, line in ((store.tech1, first), (store.tech2, second)):
        for verb in ("clock-on", "finish"):
            who.post(f"/v1/work-order-lines/{line}/{verb}", expect=200)
    shop.verb(store.dispatcher, order, "finish-work")
    mine, theirs = begin(store.tech1, order, "self"), begin(store.tech2, order, "self")
    assert (mine.status, theirs.status) == (201, 201)
    store.tech1.post(f"/v1/quality-checks/{mine['id']}/pass", expect=200)
    assert [line["passed_levels"] for line in shop.get(order)["lines"]] == [["self"], []]
    late = begin(store.inspector, order)
    assert late.code == "level_missing" and "2" in late["detail"]
    store.tech2.post(f"/v1/quality-checks/{theirs['id']}/pass", expect=200)
    sign(store.inspector, order, "final")


def test_who_made_what_failed(shop, store, chain):
    """G17: failures are listed by the person they are put down to, with what became of the line."""
    order = shop.checking(lines=[shop.labour_line()])
    line = order["lines"][0]["id"]
    for reason in ("workmanship", "leak"):
        check = begin(store.inspector, order)
        store.inspector.post(f"/v1/quality-checks/{check['id']}/fail", {"lines": [
            {"line_id": line, "reason": reason, "technician_id": store.tech2.id if reason == "leak" else store.tech1.id}]}, expect=200)
        for verb in ("rework", "finish"):
            store.tech1.post(f"/v1/work-order-lines/{line}/{verb}", expect=200)
        shop.verb(store.dispatcher, order, "finish-work")
    both = store.manager.pages("/v1/quality-failures", work_order_id=order["id"], limit=1)
    assert [(f["reason"], f["technician_id"], f["rework_count"], f["work_status"]) for f in both] == [
        ("leak", store.tech2.id, 2, "done"), ("workmanship", store.tech1.id, 2, "done")]
    assert [f["reason"] for f in store.manager.get("/v1/quality-failures", params={"technician_id": store.tech2.id}, expect=200).data] == ["leak"]
    newer, older = [f["failed_at"] for f in both]
    for params, wanted in (({"from": newer}, ["leak"]), ({"to": newer}, ["workmanship"]), ({"from": older}, ["leak", "workmanship"]), ({"to": older}, [])):
        assert [f["reason"] for f in store.manager.pages("/v1/quality-failures", work_order_id=order["id"], **params)] == wanted
    other = Shop(chain, chain.store())
    assert other.store.manager.get("/v1/quality-failures", params={"work_order_id": order["id"]}, expect=200).data == []


def test_a_certificate_where_the_law_asks(shop, store, chain):
    """G20: assembly work has the number of its completion certificate from the final check on; a minor repair has none."""
    gearbox = chain.admin.post("/v1/operations", {"code": chain.unique(), "name": "发动机总成修理", "standard_hours": 10,
                                                 "unit_price": 20000, "repair_category": "assembly"}, expect=201)
    orders = [shop.checking(lines=[{"kind": "labour", "operation_id": gearbox["id"]}]) for _ in range(2)]
    assert orders[0]["certificate_number"] is None
    checks = [begin(store.inspector, order)["id"] for order in orders]
    at_once(*(lambda check=check: store.inspector.post(f"/v1/quality-checks/{check}/pass", expect=200) for check in checks))
    numbers = sorted(shop.get(order)["certificate_number"] for order in orders)
    assert [number.split("-")[1:2] + number.split("-")[3:] for number in numbers] == [["CC", "0001"], ["CC", "0002"]]
    assert shop.completed(lines=[shop.labour_line()])["certificate_number"] is None


def test_one_check_passed_by_two(shop, store):
    """G16: of two who pass the same check one does."""
    order = shop.checking(lines=[shop.labour_line()])
    check = begin(store.inspector, order)["id"]
    other = store.hire("inspector2", "quality_inspector")
    replies = at_once(*(lambda who=who: who.post(f"/v1/quality-checks/{check}/pass") for who in (store.inspector, other)))
    assert sorted(reply.status for reply in replies) == [200, 409]


def test_the_final_inspector_is_certified_on_the_day(shop, store):
    """G16: once the store has recorded a certificate of inspection, who decides a final check holds one on that day; its rule may ask always or never."""
    trade = Trade(store)
    today = slots.day(0)

    def rule(value):
        path = f"/v1/stores/{store.id}/policies"
        store.manager.patch(path, {"certificate_rule": value}, version=store.manager.get(path, expect=200)["version"], expect=200)

    def decide(who, order, verdict="pass"):
        check = trade.check(order)
        line = order["lines"][0]["id"]
        return who.post(f"/v1/quality-checks/{check['id']}/{verdict}", {"lines": [{"line_id": line, "reason": "leak"}]} if verdict == "fail" else None), check
    trade.certificate(kind="repair", expires_on=str(today))
    assert decide(store.inspector, shop.checking(lines=[shop.labour_line()]))[0].status == 200
    trade.certificate(store.inspector, kind="inspection", expires_on=str(today - datetime.timedelta(days=1)))
    trade.certificate(store.inspector, kind="driving", expires_on=str(today))
    order = shop.checking(lines=[shop.labour_line()])
    refused, check = decide(store.inspector, order)
    assert (refused.status, refused.code) == (409, "inspector_uncertified")
    assert str(today) in refused["detail"] and "certificate_rule" in refused["hint"]
    failing = {"lines": [{"line_id": order["lines"][0]["id"], "reason": "leak"}]}
    assert store.inspector.post(f"/v1/quality-checks/{check['id']}/fail", failing, expect=409).code == "inspector_uncertified"
    assert store.inspector.get(f"/v1/quality-checks/{check['id']}", expect=200)["status"] == "open" and shop.get(order)["status"] == "awaiting_qc"
    other = store.hire("inspector2", "quality_inspector")
    trade.certificate(other, kind="inspection", valid_from=str(today), expires_on=str(today))
    assert other.post(f"/v1/quality-checks/{check['id']}/pass", expect=200)["inspector_id"] == other.id
    rule("never")
    assert decide(store.inspector, shop.checking(lines=[shop.labour_line()]))[0].status == 200
    rule("always")
    order = shop.checking(lines=[shop.labour_line()])
    assert decide(store.inspector, order)[0].code == "inspector_uncertified"
    assert sign(store.leader, order, "mutual")["status"] == "passed"


def test_always_asks_before_any_is_recorded(shop, store):
    """G16: where the store's rule is `always` the certificate is asked for though none is recorded."""
    levels(shop, store, certificate_rule="always")
    order = shop.checking(lines=[shop.labour_line()])
    check = begin(store.inspector, order)
    assert store.inspector.post(f"/v1/quality-checks/{check['id']}/pass", expect=409).code == "inspector_uncertified"
    Trade(store).certificate(store.inspector, kind="inspection", expires_on="2099-12-31")
    store.inspector.post(f"/v1/quality-checks/{check['id']}/pass", expect=200)


def test_nothing_done_is_not_checked(shop, store):
    """G16: no check of any level is begun or passed while no work is done, nor by oneself before one's own is; an order without labour has its checks."""
    order = shop.ready(lines=[shop.labour_line(), shop.labour_line()])
    first, second = (line["id"] for line in order["lines"])
    shop.verb(store.dispatcher, order, "dispatch", {"assignments": [
        {"line_id": first, "technician_id": store.tech1.id}, {"line_id": second, "technician_id": store.tech2.id}]})
    for who, line in ((store.tech1, first), (store.tech2, second)):
        who.post(f"/v1/work-order-lines/{line}/clock-on", expect=200)
    for who, level in ((store.leader, "mutual"), (store.tech1, "self"), (store.tech2, "self")):
        refused = begin(who, order, level)
        assert (refused.status, refused.code) == (409, "nothing_to_check") and refused["hint"]
    store.tech1.post(f"/v1/work-order-lines/{first}/finish", expect=200)
    assert begin(store.tech2, order, "self").code == "nothing_to_check"
    sign(store.tech1, order, "self")
    check = begin(store.leader, order, "mutual")
    store.leader.post(f"/v1/quality-checks/{check['id']}/fail", {"lines": [{"line_id": first, "reason": "leak"}]}, expect=200)
    assert begin(store.leader, order, "mutual").code == "nothing_to_check"
    assert [line["passed_levels"] for line in shop.get(order)["lines"]] == [[], []]
    washed = shop.dispatched(lines=[{"kind": "fee", "description": "洗车", "amount": 3000}])
    for who, verb in ((store.tech1, "start"), (store.dispatcher, "finish-work")):
        shop.verb(who, washed, verb)
    assert sign(store.inspector, washed, "final")["status"] == "passed"


def test_why_it_failed_as_a_code(shop, store, admin):
    """G17: what failed says why as a code beside the words; words that are a code say it by themselves, and failures are listed by their codes."""
    codes = admin.get("/v1/reason-codes", params={"kind": "quality_fail_reason"}, expect=200)["quality_fail_reason"]
    assert codes["may_grow"] is True and {"code": "leak", "en": "Leak", "zh": "渗漏"} in codes["values"] and len(codes["values"]) == 9
    order = shop.checking(lines=[shop.labour_line() for _ in range(3)])
    lines = [line["id"] for line in order["lines"]]
    check = begin(store.inspector, order)
    path = f"/v1/quality-checks/{check['id']}"
    wrong = store.inspector.post(path + "/fail", {"lines": [{"line_id": lines[0], "reason": "x", "reason_code": "weather"}]}, expect=422)
    assert wrong.errors == {"/lines/0/reason_code": "bad_code"}
    said = [("螺栓松动", "torque_or_fit"), ("leak", None), ("异响", None)]
    store.inspector.post(path + "/fail", {"lines": [
        {"line_id": line, "reason": words, **({"reason_code": code} if code else {})} for line, (words, code) in zip(lines, said)]}, expect=200)
    told = {f["line_id"]: (f["reason"], f["reason_code"]) for f in store.inspector.get(path, expect=200)["failures"]}
    assert told == dict(zip(lines, [("螺栓松动", "torque_or_fit"), ("leak", "leak"), ("异响", None)]))

    def listed(*wanted):
        return {f["line_id"]: f["reason_code"] for f in store.manager.get(
            "/v1/quality-failures", params={"work_order_id": order["id"], "reason_code": wanted} if wanted else {"work_order_id": order["id"]},
            expect=200).data}
    assert listed() == dict(zip(lines, ["torque_or_fit", "leak", None]))
    assert listed("leak") == {lines[1]: "leak"} and listed("dirty") == {}
    assert listed("leak", "torque_or_fit") == {lines[0]: "torque_or_fit", lines[1]: "leak"}
    assert store.manager.get("/v1/quality-failures", params={"reason_code": "weather"}, expect=400).errors == {"reason_code": "bad_code"}


def outside_order(shop, store, *kinds):
    """An order at its final check, whose outside work came back from its vendor."""
    order = shop.dispatched(lines=[{"kind": "sublet", "description": "曲轴磨削", "amount": 80000} if kind == "sublet" else
                                   shop.part_line() if kind == "part" else shop.labour_line() for kind in kinds])
    shop.work(order)
    if "part" in kinds:
        store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": store.tech1.id}, expect=200)
    lines = {kind: [line["id"] for line in order["lines"] if line["kind"] == kind] for kind in set(kinds)}
    sublet = None
    if "sublet" in kinds:
        sublet = store.advisor.post("/v1/sublets", {"line_id": lines["sublet"][0], "vendor": "宏达机加工", "cost": 52000}, expect=201)
        for verb in ("send", "return"):
            store.advisor.post(f"/v1/sublets/{sublet['id']}/{verb}", expect=200)
    return shop.verb(store.dispatcher, order, "finish-work"), lines, sublet


def test_outside_work_fails(shop, store):
    """G16: outside work that a check does not pass is planned anew, whatever was billed; the work is finished only once it is back."""
    order, lines, first = outside_order(shop, store, "labour", "sublet")
    store.advisor.post(f"/v1/sublets/{first['id']}/bill", {"invoice_number": "HD-1", "invoiced_on": "2026-01-05"}, expect=200)
    check = begin(store.inspector, order)
    path, line = f"/v1/quality-checks/{check['id']}/fail", lines["sublet"][0]
    odd = store.inspector.post(path, {"lines": [{"line_id": line, "reason": "leak", "labour_line_id": lines["labour"][0]}]})
    assert (odd.status, odd.errors) == (422, {"/lines/0/labour_line_id": "unknown_field"})
    failed = store.inspector.post(path, {"lines": [{"line_id": line, "reason": "torque_or_fit"}]}, expect=200)
    assert [(f["line_id"], f["reason_code"], f["technician_id"]) for f in failed["failures"]] == [(line, "torque_or_fit", None)]
    now = shop.get(order)
    assert (now["status"], {entry["id"]: entry["work_status"] for entry in now["lines"]}[lines["labour"][0]]) == ("in_progress", "done")
    again, was = store.advisor.get("/v1/sublets", params={"line_id": line}, expect=200).data
    assert (was["id"], was["status"], was["invoice_number"], was["failed_at"] is not None) == (first["id"], "billed", "HD-1", True)
    assert (again["status"], again["vendor"], again["failed_at"]) == ("planned", "宏达机加工", None)
    assert shop.verb(store.dispatcher, order, "finish-work", expect=409).code == "work_unfinished"
    for verb in ("send", "return"):
        store.advisor.post(f"/v1/sublets/{again['id']}/{verb}", expect=200)
    shop.verb(store.dispatcher, order, "finish-work")
    sign(store.inspector, order, "final")
    assert shop.get(order)["status"] == "completed"
    (told,) = store.manager.get("/v1/quality-failures", params={"work_order_id": order["id"]}, expect=200).data
    assert (told["line_id"], told["work_status"]) == (line, "none")


def test_a_part_fails(shop, store):
    """G16: with a part that fails the labour that fits it is done again: the order's only one, or the one that is named."""
    shop.stock(4)
    order, lines, _ = outside_order(shop, store, "labour", "part")
    part, labour = lines["part"][0], lines["labour"][0]
    check = begin(store.inspector, order)
    failed = store.inspector.post(f"/v1/quality-checks/{check['id']}/fail", {"lines": [{"line_id": part, "reason": "wrong_part"}]}, expect=200)
    assert [(f["line_id"], f["technician_id"]) for f in failed["failures"]] == [(part, store.tech1.id)]
    now = {line["id"]: line for line in shop.get(order)["lines"]}
    assert (now[labour]["work_status"], now[labour]["reason"], now[part]["work_status"]) == ("failed", "wrong_part", "none")
    order, lines, _ = outside_order(shop, store, "labour", "labour", "part")
    part, (one, other) = lines["part"][0], lines["labour"]
    check = begin(store.inspector, order)
    path, failing = f"/v1/quality-checks/{check['id']}/fail", {"line_id": part, "reason": "leak"}
    assert store.inspector.post(path, {"lines": [failing]}).errors == {"/lines/0/labour_line_id": "required"}
    assert store.inspector.post(path, {"lines": [{**failing, "labour_line_id": part}]}).errors == {"/lines/0/labour_line_id": "not_found"}
    assert store.inspector.get(f"/v1/quality-checks/{check['id']}")["status"] == "open"
    store.inspector.post(path, {"lines": [{**failing, "labour_line_id": other}]}, expect=200)
    now = {line["id"]: line["work_status"] for line in shop.get(order)["lines"]}
    assert (now[one], now[other], shop.get(order)["status"]) == ("done", "failed", "in_progress")
