# SPDX-License-Identifier: Apache-2.0
"""Quality checks (E6)."""


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
