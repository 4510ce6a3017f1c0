# SPDX-License-Identifier: Apache-2.0
"""Cores: old pieces from the car to the supplier, and the deposit that comes back for them."""

import pytest

from fettle import at_once, uuid7
from trade import DELIVERY, HANDED_BACK, Trade


@pytest.fixture
def trade(store):
    return Trade(store)


def cores(store, **params):
    return store.parts.pages("/v1/core-deposits", limit=2, store_id=store.id, **params)


def states(store, **params):
    return sorted((c["status"], c["quantity"]) for c in cores(store, **params))


def step(who, core, verb, body=None, expect=200):
    return who.post(f"/v1/core-deposits/{core['id']}/{verb}", body or {}, expect=expect)


def give_back(store, order, quantity, expect=201):
    return store.parts.post("/v1/stock-documents", {
        "kind": "return", "reason": "return_from_order", "store_id": store.id, "received_by": store.parts.id,
        "lines": [{"work_order_line_id": order["lines"][0]["id"], "quantity": quantity}]}, expect=expect)


def test_a_part_has_a_deposit(chain, trade, store):
    """H10: what the supplier charges for the old piece is the part's; it can be changed and taken away."""
    part = trade.part(core_deposit=30000)
    assert part["core_deposit"] == 30000 and trade.part()["core_deposit"] is None
    path = f"/v1/parts/{part['id']}"
    part = chain.purchaser.patch(path, {"core_deposit": 25000}, version=part["version"], expect=200)
    assert part["core_deposit"] == 25000
    assert chain.purchaser.patch(path, {"core_deposit": None}, version=part["version"], expect=200)["core_deposit"] is None
    assert chain.purchaser.patch(path, {"core_deposit": 0}, version=part["version"]).errors == {"/core_deposit": "too_small"}


def test_from_the_car_to_the_credit(trade, store, verify):
    """H10: issued, collected, sent, paid back; the deposit is that of the issue, and what came back differs from it by `difference`."""
    part = trade.part(core_deposit=30000)
    order = trade.with_parts(part, 2)
    [core] = cores(store, work_order_id=order["id"])
    assert (core["status"], core["quantity"], core["deposit"], core["amount"], core["part"]["id"]) == ("not_ready", 2, 30000, 60000, part["id"])
    assert (core["order_number"], core["line_id"], core["supplier"], core["sales_order_id"]) == (order["number"], order["lines"][0]["id"], None, None)
    trade.chain.purchaser.patch(f"/v1/parts/{part['id']}", {"core_deposit": 1}, version=part["version"], expect=200)
    supplier = trade.supplier()
    assert [a["verb"] for a in core["actions"] if a["enabled"]] == ["collect", "forgo"]
    got = step(store.parts, core, "collect", {"place": "旧件架 2", "condition": "外壳完好"})
    assert (got["status"], got["place"], got["condition"], got["version"]) == ("ready", "旧件架 2", "外壳完好", 2)
    assert step(store.parts, core, "refund", {"amount": 1}, expect=409).code == "illegal_transition"
    sent = step(store.parts, core, "send", {"supplier_id": supplier["id"], "reference": "RMA-1"})
    assert (sent["status"], sent["supplier"]["id"], sent["sent_reference"]) == ("picked_up", supplier["id"], "RMA-1")
    paid = step(store.parts, core, "refund", {"amount": 55000, "reference": "CN-1"})
    assert (paid["status"], paid["refunded"], paid["difference"], paid["refund_reference"]) == ("refunded", 55000, -5000, "CN-1")
    for verb, body in (("collect", {}), ("send", {"supplier_id": supplier["id"]}), ("refund", {"amount": 1}), ("forgo", {"reason": "lost"})):
        assert step(store.parts, core, verb, body, expect=409).code == "illegal_transition"
    assert verify() == []


def test_some_of_them(trade, store, verify):
    """H10: of several pieces each part that goes another way is an entry of its own, and together they are as many as before."""
    order = trade.with_parts(trade.part(core_deposit=101), 4)
    [core] = cores(store, work_order_id=order["id"])
    assert step(store.parts, core, "collect", {"quantity": 5}, expect=422).errors == {"/quantity": "bad_value"}
    assert step(store.parts, core, "collect", {"quantity": 3})["quantity"] == 3
    assert states(store, work_order_id=order["id"]) == [("not_ready", 1), ("ready", 3)]
    [rest] = cores(store, work_order_id=order["id"], status="not_ready")
    lost = step(store.parts, rest, "forgo", {"reason": "lost", "note": "技师已丢弃"})
    assert (lost["status"], lost["reason"], lost["amount"], lost["note"]) == ("not_refundable", "lost", 101, "技师已丢弃")
    supplier = trade.supplier()["id"]
    step(store.parts, core, "send", {"quantity": 2, "supplier_id": supplier})
    [one] = cores(store, work_order_id=order["id"], status="ready")
    assert (one["quantity"], one["place"]) == (1, None)
    step(store.parts, core, "refund", {"quantity": 1, "amount": 101})
    [refused] = cores(store, work_order_id=order["id"], status="picked_up")
    assert step(store.parts, refused, "forgo", {"reason": "refused_by_supplier"})["supplier"]["id"] == supplier
    assert states(store, work_order_id=order["id"]) == [("not_refundable", 1), ("not_refundable", 1), ("ready", 1), ("refunded", 1)]
    assert verify() == []


def test_a_step_back(trade, store, verify):
    """H10: each step can be taken back, to where it was before."""
    order = trade.with_parts(trade.part(core_deposit=5000), 1)
    [core] = cores(store, work_order_id=order["id"])
    supplier = trade.supplier()["id"]
    path = [("collect", {"place": "A-1"}), ("send", {"supplier_id": supplier}), ("refund", {"amount": 5000})]
    for verb, body in path:
        step(store.parts, core, verb, body)
    seen = [step(store.parts, core, "reopen", {"reason": "登记错误"}) for _ in path]
    assert [s["status"] for s in seen] == ["picked_up", "ready", "not_ready"]
    assert [(s["refunded"], s["supplier"] is None, s["place"]) for s in seen] == [(None, False, "A-1"), (None, True, "A-1"), (None, True, None)]
    assert seen[2]["collected_at"] is None and seen[2]["note"] == "登记错误"
    assert step(store.parts, core, "reopen", {"reason": "?"}, expect=409).code == "illegal_transition"
    step(store.parts, core, "forgo", {"reason": "damaged"})
    assert step(store.parts, core, "reopen", {"reason": "?"})["status"] == "not_ready"
    for verb, body in path[:2]:
        step(store.parts, core, verb, body)
    step(store.parts, core, "forgo", {"reason": "refused_by_supplier"})
    again = step(store.parts, core, "reopen", {"reason": "供应商改判"})
    assert (again["status"], again["reason"], again["ended_at"], again["supplier"]["id"]) == ("picked_up", None, None, supplier)
    assert verify() == []


def test_what_comes_back_unused(trade, store, verify):
    """H10: a part that goes back to stock takes its core back: of what is in the car first, never of what the supplier has."""
    order = trade.with_parts(trade.part(core_deposit=5000), 4)
    [core] = cores(store, work_order_id=order["id"])
    step(store.parts, core, "collect", {"quantity": 2})
    give_back(store, order, 1)
    assert states(store, work_order_id=order["id"]) == [("not_ready", 1), ("ready", 2)]
    step(store.parts, core, "send", {"quantity": 1, "supplier_id": trade.supplier()["id"]})
    refused = give_back(store, order, 3, expect=409)
    assert (refused.code, refused.errors) == ("core_sent", {"/lines/0/quantity": "core_sent"})
    assert states(store, work_order_id=order["id"]) == [("not_ready", 1), ("picked_up", 1), ("ready", 1)]
    give_back(store, order, 2)
    assert states(store, work_order_id=order["id"]) == [("picked_up", 1), ("void", 0), ("void", 0)]
    [core] = cores(store, work_order_id=order["id"], status="picked_up")
    step(store.parts, core, "reopen", {"reason": "未发出"})
    give_back(store, order, 1)
    assert states(store, work_order_id=order["id"]) == [("void", 0)] * 3
    assert verify() == []


def test_a_deposit_that_began_later(chain, trade, store, verify):
    """H10: parts that went out before there was a deposit have no core, and come back without one."""
    part = trade.part()
    sale = trade.sale("ship", part=part["id"], quantity=3, stock=1)
    assert cores(store, sales_order_id=sale["id"]) == []
    chain.purchaser.patch(f"/v1/parts/{part['id']}", {"core_deposit": 700}, version=part["version"], expect=200)
    trade.stock_up(part["id"], 2)
    store.parts.post(f"/v1/sales-orders/{sale['id']}/ship", {}, expect=200)
    [core] = cores(store, sales_order_id=sale["id"])
    assert core["quantity"] == 2
    step(store.parts, core, "collect")
    step(store.parts, core, "send", {"supplier_id": trade.supplier()["id"]})
    back = {"reason": "型号不符", "lines": [{"line_id": sale["lines"][0]["id"], "quantity": 1}]}
    store.parts.post(f"/v1/sales-orders/{sale['id']}/return", back, expect=200)
    assert states(store, sales_order_id=sale["id"]) == [("picked_up", 2)]
    assert store.parts.post(f"/v1/sales-orders/{sale['id']}/return", back, expect=409).code == "core_sent"
    assert verify() == []


def test_over_the_counter(trade, store, verify):
    """H10: who buys a part over the counter owes the old piece, too."""
    part = trade.part(core_deposit=8000)["id"]
    sale = trade.sale("ship", part=part, quantity=2)
    [core] = cores(store, sales_order_id=sale["id"])
    assert (core["quantity"], core["amount"], core["order_number"], core["kept_by_customer"]) == (2, 16000, sale["number"], None)
    back = {"reason": "型号不符", "lines": [{"line_id": sale["lines"][0]["id"], "quantity": 1}]}
    store.parts.post(f"/v1/sales-orders/{sale['id']}/return", back, expect=200)
    assert states(store, sales_order_id=sale["id"]) == [("not_ready", 1)]
    step(store.parts, core, "collect")
    step(store.parts, core, "send", {"supplier_id": trade.supplier()["id"]})
    gone = store.parts.post(f"/v1/sales-orders/{sale['id']}/return", back, expect=409)
    assert (gone.code, gone.errors) == ("core_sent", {"/lines/0/quantity": "core_sent"})
    assert verify() == []


@pytest.mark.parametrize("delivery, told, status", [(DELIVERY, True, "not_refundable"), ({**HANDED_BACK, "old_parts": "given_up"}, False, "not_ready")])
def test_the_customer_takes_it_home(trade, store, verify, delivery, told, status):
    """H10: at the delivery what the customer takes home is not paid back; before it the order tells that it will be so."""
    order = trade.with_parts(trade.part(core_deposit=5000), 1, old_parts=delivery["old_parts"])
    [core] = cores(store, work_order_id=order["id"])
    assert core["kept_by_customer"] is told
    trade.handed_over(order, delivery)
    [core] = cores(store, work_order_id=order["id"])
    assert (core["status"], core["reason"]) == (status, "kept_by_customer" if told else None)
    assert verify() == []


def test_a_line_says_otherwise(trade, store):
    """H10: what was said of one line at the delivery holds for it, whatever holds for the others."""
    order = trade.with_parts(trade.part(core_deposit=5000), 1, old_parts="taken_back")
    trade.handed_over(order, {**DELIVERY, "replaced_parts": [{"line_id": order["lines"][0]["id"], "old_parts": "given_up"}]})
    [core] = cores(store, work_order_id=order["id"])
    assert (core["status"], core["kept_by_customer"]) == ("not_ready", False)


def test_what_is_still_to_come_back(trade, store):
    """H10: by supplier how many pieces and how much; what was not sent yet is of none."""
    part = trade.part(core_deposit=1000)
    first, second = (trade.with_parts(part, 3) for _ in "12")
    [core] = cores(store, work_order_id=first["id"])
    supplier = trade.supplier()["id"]
    step(store.parts, core, "collect", {"quantity": 2})
    step(store.parts, core, "send", {"quantity": 1, "supplier_id": supplier})
    rows = store.parts.pages("/v1/core-deposit-balances", limit=1, store_id=store.id)
    told = {(r["supplier"] or {}).get("id"): r for r in rows}
    assert len(rows) == len(told) == 2
    here, sent = told[None], told[supplier]
    assert [here[k] for k in ("not_ready_quantity", "not_ready_amount", "ready_quantity", "ready_amount", "sent_quantity")] == [4, 4000, 1, 1000, 0]
    assert [sent[k] for k in ("not_ready_quantity", "ready_quantity", "sent_quantity", "sent_amount")] == [0, 0, 1, 1000]
    assert here["since"] == core["issued_at"]
    assert [r["supplier"]["id"] for r in store.parts.get("/v1/core-deposit-balances", params={"store_id": store.id, "supplier_id": supplier}, expect=200).data] == [supplier]
    assert {c["work_order_id"] for c in cores(store, part_id=part["id"], issued_from=second["created_at"])} == {second["id"]}
    assert [c["quantity"] for c in cores(store, supplier_id=supplier)] == [1]


def test_who_may_and_what_must_be_said(chain, trade, store):
    second = chain.store(store.region, bays=1)
    order = trade.with_parts(trade.part(core_deposit=5000), 1)
    [core] = cores(store, work_order_id=order["id"])
    assert step(store.advisor, core, "collect", expect=403).code == "forbidden"
    assert step(store.tech1, core, "forgo", {"reason": "lost"}, expect=403).code == "forbidden"
    assert step(second.parts, core, "collect", expect=404).code == "not_found"
    assert second.parts.get(f"/v1/core-deposits/{core['id']}").status == 404
    assert step(store.parts, core, "forgo", {"reason": "stolen", "quantity": 0}, expect=422).errors.keys() == {"/reason", "/quantity"}
    step(store.parts, core, "collect")
    assert step(store.parts, core, "send", {"supplier_id": uuid7()}, expect=422).errors == {"/supplier_id": "not_found"}
    assert step(store.parts, core, "send", {}, expect=422).errors == {"/supplier_id": "required"}
    assert store.parts.post(f"/v1/core-deposits/{core['id']}/forgo", {"reason": "lost"}, version=1).status == 412


def test_at_once(trade, store, verify):
    """Sixteen collect one old piece: one does.  Who gives the part back and who sends its old piece: either, never both."""
    order = trade.with_parts(trade.part(core_deposit=5000), 1)
    [core] = cores(store, work_order_id=order["id"])
    assert sorted(r.status for r in at_once(*[lambda: step(store.parts, core, "collect", expect=None)] * 16)) == [200] + [409] * 15
    supplier = trade.supplier()["id"]
    for _ in range(5):
        order = trade.with_parts(trade.part(core_deposit=5000), 1)
        [core] = cores(store, work_order_id=order["id"])
        step(store.parts, core, "collect")
        told = at_once(lambda: give_back(store, order, 1, expect=None),  # pylint: disable=cell-var-from-loop
                       lambda: step(store.parts, core, "send", {"supplier_id": supplier}, expect=None))  # pylint: disable=cell-var-from-loop
        assert [r.status < 300 for r in told].count(True) == 1, told
    assert verify() == []
