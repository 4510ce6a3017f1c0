# SPDX-License-Identifier: Apache-2.0
"""Quality checks (E6)."""

from fettle import at_once
from samples import PICTURE
from trade import Shop


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
    assert failed["failures"] == [{"line_id": line, "reason": "workmanship", "technician_id": store.tech1.id}]
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
    shop.stock(5)
    assert shop.checking()["required_qc_levels"] == ["mutual", "final"]
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
