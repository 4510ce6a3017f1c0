# SPDX-License-Identifier: Apache-2.0
"""Deposits: put down for an order, paying its bill, given back."""

import pytest

from fettle import at_once, uuid7
from trade import Trade


@pytest.fixture
def trade(store):
    return Trade(store)


def put_down(store, order, amount=20000, of="sales_order_id", expect=201, **more):
    return store.cashier.post("/v1/deposits", {of: order["id"], "amount": amount, "method": "wechat", **more}, expect=expect)


def seen(store, deposit):
    got = store.cashier.get(f"/v1/deposits/{deposit['id']}", expect=200)
    return [got[k] for k in ("status", "applied", "refunded", "held")]


def test_for_a_special_order(trade, store, verify):
    """J5: a part is got specially for a line of a work order: the purchase order shows what its customer put down, and the bill is paid by it."""
    part = trade.part()["id"]
    order = trade.authorised(lines=[{"kind": "part", "part_id": part, "quantity": 2}])
    line = order["lines"][0]
    [demand] = store.parts.get("/v1/demands", params={"work_order_id": order["id"]}, expect=200).data
    made = put_down(store, order, 5000, "work_order_id", line_id=line["id"], note="订件定金")
    assert made["number"].startswith(f"{store.code}-DJ-") and (made["status"], made["held"], made["customer_id"]) == ("held", 5000, order["customer_id"])
    bought = trade.purchase("send", part=part, line={"demand_id": demand["id"]})
    assert bought["lines"][0]["deposit"] == 5000
    assert [d["id"] for d in store.cashier.get("/v1/deposits", params={"work_order_id": order["id"]}, expect=200).data] == [made["id"]]
    assert verify() == []


def test_it_pays_the_bill(trade, store, verify):
    """J5: what is held pays the bill when that is issued, the oldest first; what is over is held on, and given back."""
    order = trade.sale("accept")   # of 272 yuan
    first, second, third = put_down(store, order, 20000), put_down(store, order, 5000), put_down(store, order, 8000, method="cash")
    bill = trade.sale_billed(order)
    assert (bill["status"], bill["paid"], bill["due"]) == ("paid", 27200, 0)
    assert [seen(store, d) for d in (first, second, third)] == [["applied", 20000, 0, 0], ["applied", 5000, 0, 0], ["held", 2200, 0, 5800]]
    paid = store.cashier.get("/v1/payments", params={"sales_order_id": order["id"]}, expect=200).data
    assert sorted((p["amount"], p["method"], p["deposit_id"]) for p in paid) == sorted(
        [(20000, "deposit", first["id"]), (5000, "deposit", second["id"]), (2200, "deposit", third["id"])])
    assert [(p["amount"], p["settlement_id"]) for p in store.cashier.get(f"/v1/deposits/{third['id']}", expect=200)["payments"]] == [(2200, bill["id"])]
    late = put_down(store, order, 1, expect=409)
    assert late.code == "already_billed"
    over = store.manager.post(f"/v1/deposits/{third['id']}/refund", {"amount": 5801, "reason": "customer_request"})
    assert (over.status, over.code, over.errors) == (409, "refund_too_large", {"/amount": "refund_too_large"})
    given = store.manager.post(f"/v1/deposits/{third['id']}/refund", {"amount": 5800, "reason": "customer_request"}, expect=200)
    assert (given["status"], given["held"], [r["amount"] for r in given["refunds"]]) == ("applied", 0, [5800])
    # the bill is taken back: the money is held again, and pays the next
    for payment in paid:
        store.manager.post(f"/v1/payments/{payment['id']}/refund", {"amount": payment["amount"], "reason": "other"}, expect=200)
    store.manager.post(f"/v1/settlements/{bill['id']}/void", {"reason": "wrong_price"}, expect=200)
    assert [seen(store, d) for d in (first, third)] == [["held", 0, 0, 20000], ["held", 0, 5800, 2200]]
    assert trade.sale_billed(order)["status"] == "paid"
    assert verify() == []


def test_of_a_work_order(trade, store, verify):
    """J5: of a work order in the same way; a part of the bill is paid by it, the rest at the counter, and the car may go."""
    order = trade.completed()
    made = put_down(store, order, 100, "work_order_id")
    bill = trade.issued(order)
    assert (bill["status"], bill["paid"]) == ("partly_paid", 100) and seen(store, made) == ["applied", 100, 0, 0]
    assert store.advisor.get(f"/v1/work-orders/{order['id']}", expect=200)["paid"] is False
    trade.pay(bill)
    assert store.advisor.get(f"/v1/work-orders/{order['id']}", expect=200)["paid"] is True
    assert verify() == []


def test_given_back_whole(trade, store):
    """J5: when the order is given up the money is still there, and is given back; nothing more is put down for it."""
    order = trade.sale("confirm")
    made = put_down(store, order)
    store.advisor.post(f"/v1/sales-orders/{order['id']}/cancel", {"reason": "客户取消"}, expect=200)
    assert put_down(store, order, expect=409).code == "illegal_transition"
    assert store.manager.get("/v1/deposits", params={"store_id": store.id, "status": "held"}, expect=200).data[0]["id"] == made["id"]
    back = store.manager.post(f"/v1/deposits/{made['id']}/refund", {"amount": 20000, "reason": "customer_request"}, expect=200)
    assert (back["status"], back["refunded"]) == ("refunded", 20000)
    assert store.manager.post(f"/v1/deposits/{made['id']}/refund", {"amount": 1, "reason": "other"}).code == "illegal_transition"


def test_bad_deposits(trade, store, chain):
    """J5: what is wrong is named; another store's order and line are not known; who takes no money, takes none."""
    order, other = trade.sale("confirm"), trade.sale("confirm")
    elsewhere = chain.store()

    def errors(**body):
        return store.cashier.post("/v1/deposits", {"sales_order_id": order["id"], "amount": 1, "method": "cash", **body}).errors

    assert errors(work_order_id=uuid7()) == {"/work_order_id": "one_of"}
    assert store.cashier.post("/v1/deposits", {"amount": 1, "method": "cash"}).errors == {"/work_order_id": "one_of"}
    assert errors(amount=0) == {"/amount": "too_small"}
    assert errors(method="deposit") == {"/method": "bad_code"}
    assert errors(line_id=other["lines"][0]["id"]) == {"/line_id": "not_found"}
    assert errors(sales_order_id=uuid7()) == {"/sales_order_id": "not_found"}
    assert put_down(elsewhere, order, expect=422).errors == {"/sales_order_id": "not_found"}
    made = put_down(store, order, line_id=order["lines"][0]["id"])
    assert elsewhere.cashier.get(f"/v1/deposits/{made['id']}").status == 404
    assert elsewhere.manager.post(f"/v1/deposits/{made['id']}/refund", {"amount": 1, "reason": "other"}).status == 404
    assert store.cashier.post(f"/v1/deposits/{made['id']}/refund", {"amount": 1, "reason": "other"}).status == 403
    assert store.parts.post("/v1/deposits", {"sales_order_id": order["id"], "amount": 1, "method": "cash"}).status == 403
    bill = store.cashier.post("/v1/payments", {"settlement_id": uuid7(), "amount": 1, "method": "deposit"})
    assert bill.errors == {"/method": "bad_value"}


def test_the_bill_and_the_refund_at_once(trade, store, verify):
    """J5: money is either given back or pays the bill, whoever comes first, and never both."""
    for _ in range(4):
        order = trade.sale("accept")
        made = put_down(store, order, 27200)
        bill = store.cashier.post("/v1/settlements", {"sales_order_id": order["id"]}, expect=201)
        store.manager  # pylint: disable=pointless-statement
        replies = at_once(lambda b=bill: store.cashier.post(f"/v1/settlements/{b['id']}/issue"),
                          *[lambda d=made: store.manager.post(f"/v1/deposits/{d['id']}/refund", {"amount": 27200, "reason": "other"}) for _ in range(3)])
        assert replies[0].status == 200 and sum(r.status == 200 for r in replies[1:]) <= 1
        given = any(r.status == 200 for r in replies[1:])
        assert seen(store, made) == (["refunded", 0, 27200, 0] if given else ["applied", 27200, 0, 0])
        assert store.cashier.get(f"/v1/settlements/{bill['id']}", expect=200)["paid"] == (0 if given else 27200)
    assert verify() == []
