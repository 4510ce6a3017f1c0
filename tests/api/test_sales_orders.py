# SPDX-License-Identifier: Apache-2.0
"""Parts sold to customers: ordered, shipped, accepted, returned, billed and paid."""

import pytest

from fettle import at_once, uuid7
from test_documents import document, text
from test_stock import books_agree, level  # pylint: disable=unused-import
from trade import Trade


@pytest.fixture
def trade(store):
    return Trade(store)


def path(order, verb=""):
    return f"/v1/sales-orders/{order['id']}{verb}"


def states(line):
    return [line[k] for k in ("quantity", "held_quantity", "shipped_quantity", "returned_quantity", "cancelled_quantity")]


def verbs(order):
    return {a["verb"]: a["enabled"] or a["why"] for a in order["actions"]}


def test_from_the_wish_to_the_money(trade, store, chain, verify):
    """I21: ordered, held, shipped, accepted, billed, paid; stock and its value follow, and the customer's wish is a demand like any other."""
    made = trade.sale()
    part, line = made["lines"][0]["part"]["id"], made["lines"][0]
    assert (made["status"], made["amount"], line["list_price"], line["unit_price"], line["amount"]) == ("draft", 27200, 6800, 6800, 27200)
    assert made["number"].startswith(f"{store.code}-SO-") and level(store, part)[:3] == (10, 0, 10)
    order = store.advisor.post(path(made, "/confirm"), expect=200)
    assert order["status"] == "confirmed" and states(order["lines"][0]) == [4, 4, 0, 0, 0] and level(store, part)[:3] == (10, 4, 6)
    [demand] = store.parts.get("/v1/demands", params={"sales_order_id": made["id"]}, expect=200).data
    assert (demand["kind"], demand["status"], demand["first_pick_quantity"]) == ("sale", "reserved", 4)
    assert (demand["id"], demand["customer_id"], demand["sales_order_id"]) == (order["lines"][0]["demand_id"], made["customer_id"], made["id"])
    order = store.parts.post(path(made, "/ship"), {}, expect=200)
    assert order["status"] == "shipped" and states(order["lines"][0]) == [4, 0, 4, 0, 0] and level(store, part) == (6, 0, 6, 21000)
    [moved] = store.parts.get("/v1/stock-documents", params={"sales_order_id": made["id"]}, expect=200).data
    assert (moved["kind"], moved["reason"], moved["status"]) == ("sale", "sale", "posted")
    assert store.manager.get(path(made), expect=200)["lines"][0]["cost"] == 14000 and order["lines"][0]["cost"] is None
    order = store.advisor.post(path(made, "/accept"), {"accepted_by": "韩梅梅"}, expect=200)
    assert (order["status"], order["accepted_by"], order["bill"]) == ("accepted", "韩梅梅", None)
    bill = trade.sale_billed(order)
    assert (bill["total"], bill["due"], bill["part_total"], bill["work_order_id"], bill["sales_order"]["number"]) == (27200, 27200, 27200, None, made["number"])
    assert [(n["sales_order_line_id"], n["work_order_line_id"], n["kind"], n["amount"]) for n in bill["lines"]] == [(line["id"], None, "part", 27200)]
    order = store.advisor.get(path(made), expect=200)
    assert (order["bill"]["number"], order["bill"]["due"], verbs(order)["return"]) == (bill["number"], 27200, "forbidden")
    assert verbs(store.manager.get(path(made), expect=200))["return"] == "already_billed"
    paid = store.cashier.post("/v1/payments", {"settlement_id": bill["id"], "amount": 27200, "method": "wechat"}, expect=201)
    assert (paid["sales_order_id"], paid["work_order_id"], paid["settlement"]["status"]) == (made["id"], None, "paid")
    assert store.advisor.get(path(made), expect=200)["bill"]["due"] == 0
    assert [b["id"] for b in store.cashier.get("/v1/settlements", params={"sales_order_id": made["id"]}, expect=200).data] == [bill["id"]]
    assert store.parts.get("/v1/demands", params={"sales_order_id": made["id"]}, expect=200).data[0]["status"] == "fulfilled"
    printed = text(document(store.cashier, "settlements", bill["id"]).body)
    assert all(said in printed for said in ("Bill of parts", made["number"], bill["number"], line["part"]["number"]))
    assert store.advisor.get("/v1/search", params={"q": made["number"]}, expect=200).data[0]["id"] == made["id"]
    assert verify() == []
    told = [e["type"] for e in store.manager.pages("/v1/events", subject_id=made["id"])]
    assert told == [f"sales_order.{what}" for what in ("created", "confirmed", "shipped", "accepted", "bill_drafted", "billed", "paid")]
    assert chain.finance.get(path(made), expect=200)["lines"][0]["cost"] == 14000


def test_in_parts(trade, store, verify):
    """I21: what is missing waits, can be shipped as it comes, from what nobody holds too; the rest may be given up."""
    part = trade.part()["id"]
    order = trade.sale("confirm", part=part, quantity=10, stock=6)
    line = order["lines"][0]["id"]
    assert states(order["lines"][0]) == [10, 6, 0, 0, 0]
    order = store.parts.post(path(order, "/ship"), {"lines": [{"line_id": line, "quantity": 2}]}, expect=200)
    assert order["status"] == "partly_shipped" and states(order["lines"][0]) == [10, 4, 2, 0, 0]
    order = store.parts.post(path(order, "/ship"), {}, expect=200)   # all that is held
    assert order["status"] == "partly_shipped" and states(order["lines"][0]) == [10, 0, 6, 0, 0]
    assert store.parts.post(path(order, "/ship"), {}).code == "insufficient_stock"
    trade.stock_up(part, 3)
    assert states(store.parts.get(path(order), expect=200)["lines"][0]) == [10, 3, 6, 0, 0]
    over = store.parts.post(path(order, "/ship"), {"lines": [{"line_id": line, "quantity": 4}]})
    assert (over.status, over.code, over.errors) == (409, "insufficient_stock", {"/lines/0/quantity": "insufficient_stock"})
    order = store.advisor.post(path(order, "/cancel"), {"reason": "其余不要了"}, expect=200)
    assert (order["status"], order["reason"]) == ("shipped", "其余不要了") and states(order["lines"][0]) == [10, 0, 6, 0, 4]
    assert level(store, part)[:3] == (3, 0, 3)
    bill = trade.sale_billed(order)
    assert (bill["total"], bill["lines"][0]["quantity"]) == (6 * 6800, 6)
    assert verify() == []


def test_what_comes_back(trade, store, verify):
    """I21: parts come back at the cost they left with, wait for no bill, and are not billed; all of them: there is nothing to bill."""
    part = trade.part()["id"]
    order = trade.sale("accept", part=part)
    line = order["lines"][0]["id"]
    trade.draft(part, 10)
    back = {"reason": "型号不符", "lines": [{"line_id": line, "quantity": 1}]}
    order = store.parts.post(path(order, "/return"), back, expect=200)
    assert order["status"] == "accepted" and states(order["lines"][0]) == [4, 0, 4, 1, 0] and level(store, part) == (7, 0, 7, 24500)
    bill = store.cashier.post("/v1/settlements", {"sales_order_id": order["id"]}, expect=201)
    assert bill["total"] == 3 * 6800
    refused = store.parts.post(path(order, "/return"), back)
    assert (refused.status, refused.code) == (409, "already_billed")
    store.cashier.delete(f"/v1/settlements/{bill['id']}", expect=204)
    bill = trade.sale_billed(order)
    store.manager.post(f"/v1/settlements/{bill['id']}/void", {"reason": "wrong_line"}, expect=200)
    order = store.parts.post(path(order, "/return"), {**back, "lines": [{"line_id": line, "quantity": 3}]}, expect=200)
    assert order["status"] == "returned" and level(store, part) == (10, 0, 10, 35000)
    assert store.cashier.post("/v1/settlements", {"sales_order_id": order["id"]}).code == "illegal_transition"
    assert verify() == []


def test_what_it_costs(trade, store, chain):
    """I21: the store's price list before the part's own price; below list only as far as the roles may, above at will."""
    part = trade.part()["id"]
    body = {"store_id": store.id, "customer_id": trade.customer()["id"], "lines": [{"part_id": part, "quantity": 1, "unit_price": 6700}]}
    cheap = store.advisor.post("/v1/sales-orders", body)
    assert (cheap.status, cheap.code, cheap.errors) == (403, "discount_too_large", {"/lines/0/unit_price": "discount_too_large"})
    policies = f"/v1/stores/{store.id}/policies"
    rule = store.manager.get(policies, expect=200)
    store.manager.patch(policies, {"discount_limits": [{"role": "service_advisor", "limit_bp": 1000}]}, version=rule["version"], expect=200)
    made = store.advisor.post("/v1/sales-orders", body, expect=201)
    assert (made["amount"], made["lines"][0]["list_price"]) == (6700, 6800)
    assert store.advisor.patch(path(made), {"lines": [{"part_id": part, "quantity": 2, "unit_price": 6000}]}, version=1).code == "discount_too_large"
    more = store.advisor.patch(path(made), {"lines": [{"part_id": part, "quantity": 2, "unit_price": 7000}], "note": "加急"}, version=1, expect=200)
    assert (more["amount"], more["note"], len(more["lines"]), more["version"]) == (14000, "加急", 1, 2)
    name, here = chain.unique(), f"/v1/stores/{store.id}"
    chain.admin.patch(here, {"store_class": name}, version=store.manager.get(here, expect=200)["version"], expect=200)
    trade.price_list(store_class=name, prices=[{"part_id": part, "price": 6100}])
    assert trade.sale(part=part)["lines"][0]["list_price"] == 6100
    assert store.advisor.patch(path(made), {"lines": []}, version=2).errors == {"/lines": "too_few"}


def test_only_as_it_goes(trade, store):
    """I21: each step in its turn; the wish of a line ends with its order alone."""
    order = trade.sale()
    for verb, body in (("ship", {}), ("accept", {}), ("return", {"reason": "x", "lines": [{"line_id": uuid7(), "quantity": 1}]})):
        refused = store.manager.post(path(order, f"/{verb}"), body)
        assert (refused.status, refused.code) == (409, "illegal_transition")
    assert store.cashier.post("/v1/settlements", {"sales_order_id": order["id"]}).code == "illegal_transition"
    order = store.advisor.post(path(order, "/confirm"), expect=200)
    assert store.advisor.patch(path(order), {"note": "x"}, version=order["version"]).code == "illegal_transition"
    demand = order["lines"][0]["demand_id"]
    for verb in ("cancel", "lose"):
        refused = store.parts.post(f"/v1/demands/{demand}/{verb}", {"reason": "x"})
        assert (refused.status, refused.code) == (409, "of_sales_order")
    seen = store.parts.get(f"/v1/demands/{demand}", expect=200)
    assert verbs(seen)["cancel"] == "of_sales_order"
    gone = store.advisor.post(path(order, "/cancel"), {"reason": "客户取消"}, expect=200)
    assert gone["status"] == "cancelled" and states(gone["lines"][0]) == [4, 0, 0, 0, 4]
    assert store.parts.get(f"/v1/demands/{demand}", expect=200)["status"] == "cancelled"
    assert level(store, order["lines"][0]["part"]["id"])[:3] == (10, 0, 10)


@pytest.mark.parametrize("change, errors", (
    ({"customer_id": "no"}, {"/customer_id": "bad_format"}),
    ({"customer_id": uuid7()}, {"/customer_id": "not_found"}),
    ({"vehicle_id": uuid7()}, {"/vehicle_id": "not_found"}),
    ({"lines": []}, {"/lines": "too_few"}),
    ({"lines": [{"part_id": uuid7(), "quantity": 1}]}, {"/lines/0/part_id": "not_found"}),
    ({"lines": [{"part_id": uuid7(), "quantity": 0}]}, {"/lines/0/quantity": "too_small"}),
    ({"lines": [{"quantity": 1}]}, {"/lines/0/part_id": "required"}),
    ({"colour": "red"}, {"/colour": "unknown_field"})))
def test_bad_fields(trade, store, change, errors):
    """I21: what is wrong is named, and nothing is written."""
    body = {"store_id": store.id, "customer_id": trade.customer()["id"], "lines": [{"part_id": trade.part()["id"], "quantity": 1}], **change}
    got = store.advisor.post("/v1/sales-orders", body)
    assert got.status in (400, 422) and {k: v for k, v in got.errors.items() if k in errors} == errors
    assert store.advisor.get("/v1/sales-orders", params={"store_id": store.id}, expect=200).data == []


def test_bad_lines(trade, store):
    """I21: a line of another order, one named twice, and more than there is to ship or to bring back."""
    order, other = trade.sale("confirm"), trade.sale("confirm")
    line = order["lines"][0]["id"]

    def ship(*lines, verb="ship", **more):
        return store.parts.post(path(order, f"/{verb}"), {"lines": [{"line_id": i, "quantity": q} for i, q in lines], **more}).errors

    assert ship((other["lines"][0]["id"], 1)) == {"/lines/0/line_id": "not_found"}
    assert ship((line, 1), (line, 1)) == {"/lines/1/line_id": "not_unique"}
    assert ship((line, 5)) == {"/lines/0/quantity": "bad_value"}
    store.parts.post(path(order, "/ship"), {}, expect=200)
    assert ship((line, 4.001), verb="return", reason="x") == {"/lines/0/quantity": "bad_value"}
    bill = store.cashier.post("/v1/settlements", {"sales_order_id": order["id"], "payer": "insurer"})
    assert bill.errors == {"/payer": "bad_value"}
    assert store.cashier.post("/v1/settlements", {}).errors == {"/work_order_id": "one_of"}


def test_of_this_store_alone(trade, store, chain):
    """I21: another store neither sees nor moves it; who does not sell, does not."""
    order, elsewhere = trade.sale("confirm"), chain.store()
    assert elsewhere.advisor.get(path(order)).status == 404
    assert elsewhere.parts.post(path(order, "/ship"), {}).status == 404
    assert elsewhere.cashier.post("/v1/settlements", {"sales_order_id": order["id"]}).errors == {"/sales_order_id": "not_found"}
    assert store.tech1.get(path(order)).status == 403
    assert store.advisor.post(path(order, "/ship"), {}).status == 403
    assert store.cashier.post(path(order, "/cancel"), {"reason": "x"}).status == 403


def test_sixteen_at_once(trade, store, verify):
    """I21: the last pieces are shipped once, whoever asks; two cashiers make one bill."""
    part = trade.part()["id"]
    trade.stock_up(part, 12)
    orders = [trade.sale("confirm", part=part, quantity=2, stock=0) for _ in range(8)]
    lines = [[{"line_id": o["lines"][0]["id"], "quantity": 2}] for o in orders]
    replies = at_once(*[lambda o=o, l=l: store.parts.post(path(o, "/ship"), {"lines": l}) for o, l in zip(orders, lines) for _ in range(2)])
    assert sorted(r.status for r in replies) == [200] * 6 + [409] * 10
    assert level(store, part) == (0, 0, 0, 0)
    store.cashier  # pylint: disable=pointless-statement
    shipped = [o for o in (store.advisor.get(path(o), expect=200) for o in orders) if o["status"] == "shipped"]
    assert len(shipped) == 6
    bills = at_once(*[lambda: store.cashier.post("/v1/settlements", {"sales_order_id": shipped[0]["id"]}) for _ in range(4)])
    assert sorted(b.status for b in bills) == [201, 409, 409, 409]
    back = {"reason": "x", "lines": [{"line_id": shipped[1]["lines"][0]["id"], "quantity": 2}]}
    replies = at_once(*[lambda: store.parts.post(path(shipped[1], "/return"), back) for _ in range(4)])
    assert [r.status for r in replies].count(200) == 1
    assert verify() == []


def test_batches_go_and_come_back(trade, store):
    """I21, H9: a part whose batches are told apart: the named batch goes to the customer, and comes back as what it was."""
    p = trade.part(tracking="batch")["id"]
    for number in ("B1", "B2"):
        trade.store.manager.post(f"/v1/stock-documents/{trade.draft(p, 3, lines=[{'part_id': p, 'quantity': 3, 'unit_cost': 100, 'batch_number': number}])['id']}/audit",
                                 expect=200)
    order = trade.sale("confirm", part=p, quantity=2, stock=0)
    line = order["lines"][0]["id"]
    store.parts.post(path(order, "/ship"), {"lines": [{"line_id": line, "quantity": 2, "batch_number": "B2"}]}, expect=200)

    def there():
        return {b["number"]: b["on_hand"] for b in store.parts.get("/v1/part-batches", params={"part_id": p}, expect=200).data}

    assert there() == {"B1": 3, "B2": 1}
    [gone] = store.parts.get("/v1/part-traces", params={"batch_id": next(b["id"] for b in store.parts.get("/v1/part-batches", params={
        "part_id": p, "number": "B2"}, expect=200).data), "kind": "sale"}, expect=200).data
    assert (gone["sales_order"]["id"], gone["customer"]["id"], gone["quantity"], gone["work_order"]) == (order["id"], order["customer_id"], -2, None)
    store.parts.post(path(order, "/return"), {"reason": "x", "lines": [{"line_id": line, "quantity": 1}]}, expect=200)
    assert there() == {"B1": 3, "B2": 2}


def test_what_becomes_of_a_wish(trade, store, chain):
    """I7 I20: each wish is recorded with what was there at first look, and ends in a repair, a sale, a transfer, an order, or as lost or cancelled."""
    part, there = trade.part()["id"], Trade(chain.store())
    trade.stock_up(part, 5)
    there.stock_up(part, 9)
    order = trade.authorised(lines=[{"kind": "part", "part_id": part, "quantity": 2}])
    sold = trade.sale("ship", part=part, quantity=3, stock=0)
    sent, bought, lost, gone = (trade.demand(part, n)["lines"][0] for n in (4, 1, 1, 1))
    store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": store.tech1.id}, expect=200)
    asked = store.parts.post("/v1/transfers", {"store_id": store.id, "from_store_id": there.store.id,
                                               "lines": [{"part_id": part, "quantity": 4, "demand_id": sent["id"]}]}, expect=201)
    there.store.manager.post(f"/v1/transfers/{asked['id']}/approve", {}, expect=200)
    trade.purchase("send", part=part, line={"demand_id": bought["id"]})
    store.parts.post(f"/v1/demands/{lost['id']}/lose", {"reason": "等不及"}, expect=200)
    store.parts.post(f"/v1/demands/{gone['id']}/cancel", {"reason": "客户取消"}, expect=200)
    told = {d["id"]: (d["kind"], d["status"], d["first_pick_quantity"]) for d in store.parts.pages("/v1/demands", store_id=store.id, part_id=part)}
    [repair] = store.parts.get("/v1/demands", params={"work_order_id": order["id"]}, expect=200).data
    assert [told[i] for i in (repair["id"], sold["lines"][0]["demand_id"])] == [("repair", "fulfilled", 2), ("sale", "fulfilled", 3)]
    assert [told[d["id"]][1:] for d in (sent, bought, lost, gone)] == [("in_transfer", 0), ("on_order", 0), ("lost", 0), ("cancelled", 0)]


def test_whose_it_is(trade, store, chain):
    """I21: an order of a customer who was merged away is that of the one who stayed; who has an open order, or money with the store, is not deleted."""
    one, other = trade.customer(), trade.customer()
    part = {"part_id": trade.part()["id"], "quantity": 1}
    first = trade.sale(customer_id=other["id"])
    chain.admin.post("/v1/customers/merge", {"keep_id": one["id"], "merge_id": other["id"]}, expect=200)
    second = store.advisor.post("/v1/sales-orders", {"store_id": store.id, "customer_id": other["id"], "lines": [part]}, expect=201)
    assert [store.advisor.get(path(o), expect=200)["customer"]["id"] for o in (first, second)] == [one["id"]] * 2
    held = store.cashier.post("/v1/deposits", {"sales_order_id": first["id"], "amount": 5, "method": "cash"}, expect=201)
    for order in (first, second):
        assert chain.admin.delete(f"/v1/customers/{one['id']}").code == "in_use"
        store.advisor.post(path(order, "/cancel"), {"reason": "客户取消"}, expect=200)
    assert chain.admin.delete(f"/v1/customers/{one['id']}").code == "in_use"
    store.manager.post(f"/v1/deposits/{held['id']}/refund", {"amount": 5, "reason": "other"}, expect=200)
    chain.admin.delete(f"/v1/customers/{one['id']}", expect=204)
