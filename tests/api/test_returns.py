# SPDX-License-Identifier: Apache-2.0
"""Parts that come back from an order, are asked for again, and what of them is billed."""

import pytest

from fettle import at_once, uuid7
from trade import CONSENT


def give_back(shop, line, quantity, **more):
    return shop.store.parts.post("/v1/stock-documents", {
        "kind": "return", "store_id": shop.store.id, "reason": "return_from_order", "received_by": shop.store.parts.id,
        "lines": [{"work_order_line_id": line, "quantity": quantity}], **more})


def ask(shop, order, line, quantity=2, part=None, **more):
    return shop.store.parts.post("/v1/demands", {
        "kind": "repair", "store_id": shop.store.id, "work_order_id": order["id"],
        "lines": [{"part_id": part or shop.part["id"], "quantity": quantity, "work_order_line_id": line}], **more})


def issue(shop, order, **more):
    return shop.store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": shop.store.tech1.id, **more},
                                 expect=200)


def part_of(shop, order, which=0):
    return [line for line in shop.get(order)["lines"] if line["kind"] == "part"][which]


@pytest.fixture
def issued(shop):
    """An order at work with two pieces issued, and its line of parts."""
    shop.stock(10)
    order = shop.dispatched()
    issue(shop, order)
    return order, part_of(shop, order)["id"]


@pytest.fixture(autouse=True)
def books_agree(verify):
    yield
    assert verify() == []


def test_all_came_back(shop, issued):
    """A line whose parts all came back has nothing issued: the order may be cancelled."""
    order, line = issued
    assert shop.verb(shop.store.advisor, order, "cancel", {"reason": "price"}, expect=409).code == "parts_issued"
    before = shop.get(order)["version"]
    assert give_back(shop, line, 1).status == 201
    assert part_of(shop, order)["supply"] == "issued"
    assert shop.verb(shop.store.advisor, order, "cancel", {"reason": "price"}, expect=409).code == "parts_issued"
    assert give_back(shop, line, 1).status == 201
    after = shop.get(order)
    assert after["version"] == before + 2
    assert [(part["supply"], part["issued_quantity"], part["returned_quantity"])
            for part in after["lines"] if part["kind"] == "part"] == [("none", 2, 2)]
    assert shop.level() == (10, 0)
    shop.verb(shop.store.advisor, order, "cancel", {"reason": "price"})


def test_withdrawn_after_all_came_back(shop, issued):
    """... and the line may be withdrawn; another line's consent does not reserve for it again."""
    order, line = issued
    shop.store.tech1.post(f"/v1/work-order-lines/{order['lines'][0]['id']}/clock-on", expect=200)
    shop.store.tech1.post(f"/v1/work-order-lines/{order['lines'][0]['id']}/finish", expect=200)
    assert shop.store.advisor.post(f"/v1/work-order-lines/{line}/withdraw", {"reason": "x"}).code == "parts_issued"
    give_back(shop, line, 2)
    more = shop.store.advisor.post(f"/v1/work-orders/{order['id']}/lines", shop.part_line(1), expect=201)
    shop.verb(shop.store.advisor, order, "authorise", {"lines": [more["id"]], **CONSENT})
    assert [part_of(shop, order, n)["supply"] for n in (0, 1)] == ["none", "reserved"]
    assert shop.level() == (10, 1)
    assert shop.verb(shop.store.dispatcher, order, "finish-work", expect=409).code == "work_unfinished"
    gone = shop.store.advisor.post(f"/v1/work-order-lines/{line}/withdraw", {"reason": "x"}, expect=200)
    assert (gone["status"], gone["supply"]) == ("withdrawn", "none")
    issue(shop, order)
    shop.verb(shop.store.dispatcher, order, "finish-work")


def test_asked_for_again(shop, issued):
    """A line whose parts came back may ask for them again, once at a time, and they are issued a second time."""
    order, line = issued
    assert ask(shop, order, line).code == "line_status"    # they are out
    give_back(shop, line, 2)
    replies = at_once(*[lambda: ask(shop, order, line) for _ in range(4)])
    assert sorted((r.status, r.code) for r in replies) == [(201, None)] + [(409, "duplicate")] * 3
    made = next(r for r in replies if r.status == 201)
    assert next(r for r in replies if r.status == 409)["existing"] == {"type": "demand", "id": made["id"]}
    assert (made["status"], part_of(shop, order)["supply"], shop.level()) == ("reserved", "reserved", (10, 2))
    issue(shop, order)
    part = part_of(shop, order)
    assert (part["supply"], part["issued_quantity"], part["returned_quantity"]) == ("issued", 4, 2)
    assert shop.level() == (8, 0)
    assert shop.store.parts.get(f"/v1/demands/{made['id']}")["status"] == "fulfilled"
    assert give_back(shop, line, 3).errors == {"/lines/0/quantity": "bad_value"}


def test_several_lines(shop, chain):
    """E6: lines of several parts are asked for, issued and given back together; each is named where it is wrong."""
    store, keeper = shop.store, shop.store.parts
    other = chain.purchaser.post("/v1/parts", {"number": chain.unique(), "name": "火花塞", "unit": "件", "sale_price": 1},
                                 expect=201)["id"]
    shop.stock(10)
    receipt = keeper.post("/v1/stock-documents", {"kind": "receipt", "store_id": store.id, "reason": "purchase", "lines": [
        {"part_id": other, "quantity": 10, "unit_cost": 7}]}, expect=201)
    store.manager.post(receipt.headers["Location"] + "/audit", expect=200)
    order = shop.dispatched(lines=[shop.part_line(2), {"kind": "part", "part_id": other, "quantity": 3}])
    one, two = (part_of(shop, order, n)["id"] for n in (0, 1))
    for demand in keeper.get("/v1/demands", params={"work_order_id": order["id"]}, expect=200).data:
        keeper.post(f"/v1/demands/{demand['id']}/cancel", {"reason": "x"}, expect=200)
    assert [part_of(shop, order, n)["supply"] for n in (0, 1)] == ["short", "short"]
    wishes = [{"part_id": shop.part["id"], "quantity": 2, "work_order_line_id": one}, {"part_id": shop.part["id"], "quantity": 1},
              {"part_id": other, "quantity": 3, "work_order_line_id": two}]
    swapped = [wishes[0], {**wishes[2], "work_order_line_id": uuid7()}]
    assert ask(shop, order, one, lines=swapped).errors == {"/lines/1/work_order_line_id": "not_found"}
    assert ask(shop, order, one, lines=wishes).status == 201
    assert [part_of(shop, order, n)["supply"] for n in (0, 1)] == ["reserved", "reserved"]
    assert shop.level() == (10, 3)
    document = issue(shop, order)
    assert shop.level() == (8, 1)    # the one beside the lines stays held
    issued = keeper.get("/v1/stock-documents", params={"work_order_id": order["id"]}, expect=200).data
    assert [d["kind"] for d in issued] == ["issue"] and document["id"] == issued[0]["id"]
    assert store.manager.post(f"/v1/stock-documents/{document['id']}/reverse").code == "not_reversible"

    def back(*lines):
        return give_back(shop, None, None, lines=[{"work_order_line_id": line, "quantity": n} for line, n in lines])

    assert back((one, 1), (one, 1)).errors == {"/lines/1/work_order_line_id": "not_unique"}
    assert back((one, 1), (uuid7(), 1)).errors == {"/lines/1/work_order_line_id": "not_found"}
    for quantity in (0, -1):
        assert back((one, 1), (two, quantity)).errors == {"/lines/1/quantity": "bad_value"}
    assert give_back(shop, None, None, lines=[{"part_id": other, "quantity": 1}]).errors == {"/lines/0/work_order_line_id": "required"}
    assert back((one, 1), (two, 4)).errors == {"/lines/1/quantity": "bad_value"}
    assert shop.level() == (8, 1)
    done = back((two, 3), (one, 1))
    assert (done.status, [line["cost"] for line in store.manager.get(done.headers["Location"])["lines"]]) == (201, [21, 20000])
    assert shop.level() == (9, 1)
    assert [part_of(shop, order, n)["supply"] for n in (0, 1)] == ["issued", "none"]


def test_issued_without_being_held(shop):
    """E6: a named line takes what is held for it and then what nobody holds, never what somebody else does."""
    store, keeper = shop.store, shop.store.parts
    shop.stock(3)
    wish = keeper.post("/v1/demands", {"kind": "sale", "store_id": store.id, "lines": [
        {"part_id": shop.part["id"], "quantity": 2}]}, expect=201)
    order = shop.dispatched()
    line = part_of(shop, order)
    assert (line["supply"], shop.level()) == ("short", (3, 3))
    body = {"received_by": store.tech1.id, "lines": [line["id"]]}
    refused = keeper.post(f"/v1/work-orders/{order['id']}/issue-parts", body)
    assert (refused.status, refused.code, shop.level()) == (409, "insufficient_stock", (3, 3))
    keeper.post(f"/v1/demands/{wish['id']}/cancel", {"reason": "x"}, expect=200)
    assert shop.level() == (3, 1)
    issue(shop, order, lines=[line["id"]])
    assert (part_of(shop, order)["supply"], shop.level()) == ("issued", (1, 0))
    demand, = keeper.get("/v1/demands", params={"work_order_id": order["id"]}, expect=200).data
    assert (demand["status"], demand["short_quantity"]) == ("fulfilled", 0)

    shop.stock(1)
    order = shop.dispatched()
    line = part_of(shop, order)
    held, = keeper.get("/v1/reservations", params={"part_id": shop.part["id"], "status": "active"}).data
    keeper.post(f"/v1/reservations/{held['id']}/release", expect=200)
    assert (part_of(shop, order)["supply"], shop.level()) == ("short", (2, 0))
    issue(shop, order, lines=[line["id"]])
    assert (part_of(shop, order)["supply"], shop.level()) == ("issued", (0, 0))


def test_a_return_that_cannot_be_counted(shop, issued, sql):
    """E6: a level whose value would pass what a number holds takes nothing back."""
    _, line = issued
    values = "UPDATE stock_level SET value = %s WHERE store_id = %s"
    before = sql("SELECT value FROM stock_level WHERE store_id = %s", (shop.store.id,))[0][0]
    sql(values, (2 ** 63 - 1, shop.store.id))
    refused = give_back(shop, line, 1)
    assert (refused.status, refused.errors) == (422, {"/lines/0/quantity": "bad_value"})
    sql(values, (before, shop.store.id))
    assert give_back(shop, line, 1).status == 201
    assert shop.level() == (9, 0)


def test_only_what_stayed_is_billed(shop):
    """B7: a partly returned line is billed for what stayed, and a line that is on a bill gives nothing back."""
    shop.stock(10)
    order = shop.completed()
    line = part_of(shop, order)["id"]
    store = shop.store
    give_back(shop, line, 0.5)
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    assert bill["part_total"] == 50000    # 1.5 x 33333 = 49999.5
    assert [(entry["quantity"], entry["amount"]) for entry in bill["lines"] if entry["kind"] == "part"] == [(1.5, 50000)]
    path = bill.headers["Location"]

    def refused(by):
        problem = give_back(shop, line, 0.5)
        assert (problem.status, problem.code, problem.errors) == (409, "already_billed",
                                                                  {"/lines/0/work_order_line_id": "already_billed"})
        assert by in problem["detail"]

    refused(by=bill["id"])
    refused(by=store.cashier.post(path + "/issue", expect=200)["number"])
    assert shop.level() == (8.5, 0)
    store.manager.post(path + "/void", {"reason": "wrong_line"}, expect=200)
    assert give_back(shop, line, 1.5).status == 201
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    assert (bill["part_total"], bill["total"]) == (0, bill["labour_total"])
    assert [(entry["quantity"], entry["amount"]) for entry in bill["lines"] if entry["kind"] == "part"] == [(0, 0)]


def test_bill_and_return_at_once(shop):
    """B7: of a bill and a return of its parts at the same moment, the bill knows of the return or the return is refused."""
    shop.stock(20)
    for _ in range(3):
        order = shop.completed()
        line = part_of(shop, order)["id"]
        bill, back = at_once(
            lambda: shop.store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201),
            lambda: give_back(shop, line, 1))
        assert (back.status, bill["part_total"]) in ((201, 33333), (409, 66666))


def test_lines_of_one_order(shop, issued):
    """E6: a return is of one order."""
    order, line = issued
    other = shop.dispatched()
    issue(shop, other)
    theirs = part_of(shop, other)["id"]
    assert give_back(shop, line, 1, lines=[{"work_order_line_id": line, "quantity": 1},
                                           {"work_order_line_id": theirs, "quantity": 1}]).errors == {
        "/lines/1/work_order_line_id": "bad_value"}
    assert shop.level() == (6, 0)
    for wanted in (order, other):
        assert part_of(shop, wanted)["returned_quantity"] == 0


def test_a_demand_names_its_own_line(chain, shop):
    """E5: a demand for a line is of that part, order and quantity, and of a line that was consented to and waits for nothing."""
    store = shop.store
    shop.stock(10)
    order, other = shop.ready(lines=[shop.part_line(), shop.labour_line()]), shop.ready(lines=[shop.part_line(1)])
    line, labour = (entry["id"] for entry in order["lines"])
    theirs = other["lines"][0]["id"]
    level = shop.level()
    strange = chain.purchaser.post("/v1/parts", {"number": chain.unique(), "name": "火花塞", "unit": "件", "sale_price": 1},
                                   expect=201)["id"]
    at = "/lines/0/work_order_line_id"
    for wrong in (theirs, labour, uuid7()):
        assert ask(shop, order, wrong).errors == {at: "not_found"}
    assert ask(shop, order, line, part=strange).errors == {at: "bad_value"}
    assert ask(shop, order, line, work_order_id=uuid7()).errors == {"/work_order_id": "not_found"}
    assert ask(shop, order, line, kind="sale").errors == {"/kind": "bad_value"}
    waiting = ask(shop, order, line)
    assert (waiting.status, waiting.code, waiting["existing"]["type"]) == (409, "duplicate", "demand")
    unnamed = store.parts.post("/v1/demands", {"kind": "repair", "store_id": store.id, "lines": [
        {"part_id": shop.part["id"], "quantity": 2, "work_order_line_id": line}]})
    assert unnamed.errors == {"/work_order_id": "required"}
    twice = [{"part_id": shop.part["id"], "quantity": 2, "work_order_line_id": line}] * 2
    assert ask(shop, order, line, lines=twice).errors == {"/lines/1/work_order_line_id": "not_unique"}
    proposed = store.advisor.post(f"/v1/work-orders/{order['id']}/lines", shop.part_line(1), expect=201)["id"]
    assert ask(shop, order, proposed).errors == {at: "line_status"}
    assert shop.level() == level
    given_up = store.parts.get("/v1/demands", params={"work_order_id": order["id"]}).data[0]["id"]
    store.parts.post(f"/v1/demands/{given_up}/cancel", {"reason": "x"}, expect=200)
    assert part_of(shop, order)["supply"] == "short"
    assert ask(shop, order, line, 1).errors == {"/lines/0/quantity": "bad_value"}
    assert ask(shop, order, line).status == 201
    assert (part_of(shop, order)["supply"], shop.level()) == ("reserved", level)
    shop.verb(store.advisor, order, "cancel", {"reason": "x"})
    assert ask(shop, order, line).errors == {"/work_order_id": "illegal_transition"}
    assert shop.level() == (10, 1)


def test_a_cancelled_order_holds_nothing(shop):
    """E6: what was asked for in an order's name, beside its lines, is given back with the rest; then it wants nothing more."""
    shop.stock(5)
    store, order = shop.store, shop.ready(lines=[shop.part_line(2)])
    body = {"kind": "repair", "store_id": store.id, "work_order_id": order["id"], "lines": [{"part_id": shop.part["id"], "quantity": 1}]}
    held, short = [store.parts.post("/v1/demands", {**body, "lines": [{"part_id": shop.part["id"], "quantity": n}]}, expect=201)["id"]
                   for n in (1, 4)]
    assert shop.level() == (5, 5)
    shop.verb(store.advisor, order, "cancel", {"reason": "x"})
    assert shop.level() == (5, 0)
    wishes = store.parts.get("/v1/demands", params={"work_order_id": order["id"]}, expect=200).data
    assert len(wishes) == 3 and {d["id"] for d in wishes} >= {held, short}
    assert {(d["status"], d["short_quantity"]) for d in wishes} == {("cancelled", 0)}
    assert store.parts.get("/v1/reservations", params={"part_id": shop.part["id"], "status": "active"}, expect=200).data == []
    late = store.parts.post("/v1/demands", body, expect=409)
    assert (late.code, late.errors) == ("illegal_transition", {"/work_order_id": "illegal_transition"})
    assert shop.level() == (5, 0)


def test_issue_leaves_what_another_part_holds(sql, chain, shop):
    """E6: what is held in a line's name of another part is not taken off the line's own part."""
    store = shop.store
    shop.stock(5)
    order = shop.dispatched()
    line = part_of(shop, order)["id"]
    strange = chain.purchaser.post("/v1/parts", {"number": chain.unique(), "name": "火花塞", "unit": "件", "sale_price": 1},
                                   expect=201)["id"]
    receipt = store.parts.post("/v1/stock-documents", {
        "kind": "receipt", "store_id": store.id, "reason": "purchase",
        "lines": [{"part_id": strange, "quantity": 3, "unit_cost": 1}]}, expect=201)
    store.manager.post(f"/v1/stock-documents/{receipt['id']}/audit", expect=200)
    odd = store.parts.post("/v1/demands", {"kind": "sale", "store_id": store.id, "lines": [
        {"part_id": strange, "quantity": 3}]}, expect=201)["id"]
    for table, key in (("demand", "id"), ("reservation", "demand_id")):
        sql(f"UPDATE {table} SET work_order_line_id = %s WHERE {key} = %s", (line, odd))
    issue(shop, order)
    assert shop.level() == (3, 0)
    assert store.parts.get(f"/v1/demands/{odd}")["status"] == "reserved"
    held = store.parts.get("/v1/reservations", params={"part_id": strange, "status": "active"}).data
    assert [entry["quantity"] for entry in held] == [3]


def test_reserve_what_became_free(shop):
    """E5: what somebody gave back is held for an open demand when it is asked for; nobody gets a piece twice."""
    store = shop.store
    part = shop.part["id"]

    def wish(quantity):
        return store.parts.post("/v1/demands", {"kind": "sale", "store_id": store.id, "lines": [
            {"part_id": part, "quantity": quantity}]}, expect=201)["id"]

    shop.stock(3)
    first, second, third = wish(3), wish(2), wish(2)
    nothing = store.parts.post(f"/v1/demands/{second}/reserve")
    assert (nothing.status, nothing.code) == (409, "insufficient_stock")
    store.parts.post(f"/v1/demands/{first}/cancel", {"reason": "x"}, expect=200)
    replies = at_once(*[lambda d=d: store.parts.post(f"/v1/demands/{d}/reserve", expect=200) for d in (second, third)])
    assert sorted((r["status"], r["short_quantity"]) for r in replies) == [("open", 1), ("reserved", 0)]
    assert shop.level() == (3, 3)
    done = next(r for r in replies if r["status"] == "reserved")
    assert store.parts.post(f"/v1/demands/{done['id']}/reserve").code == "illegal_transition"
    assert {a["verb"]: a["enabled"] for a in done["actions"]} == {"reserve": False, "cancel": True, "lose": True}
