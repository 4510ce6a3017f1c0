# SPDX-License-Identifier: Apache-2.0
"""What suppliers bill: matched against what was ordered and what came, accepted, paid, and what is owed."""

import pytest

from fettle import at_once, uuid7
from test_stock import books_agree  # pylint: disable=unused-import
from test_purchasing import audit, day, receive
from trade import Trade


@pytest.fixture
def trade(store):
    return Trade(store)


def lines_of(store, order):
    """The lines of the documents of a purchase order, the first document first."""
    papers = store.parts.pages("/v1/stock-documents", store_id=store.id, purchase_order_id=order["id"])
    return [line for paper in sorted(papers, key=lambda d: d["number"]) for line in store.parts.get(f"/v1/stock-documents/{paper['id']}")["lines"]]


def bill(chain, store, supplier, *lines, who=None, expect=201, **more):
    """lines: (document line, quantity, price)."""
    return (who or chain.finance).post("/v1/supplier-invoices", {
        "store_id": store.id, "supplier_id": supplier["id"], "number": chain.unique(), "invoiced_on": day(-1),
        "lines": [{"document_line_id": line, "quantity": n, "unit_price": price} for line, n, price in lines], **more}, expect=expect)


def post(who, invoice, verb, body=None, expect=200):
    return who.post(f"/v1/supplier-invoices/{invoice['id']}/{verb}", body, expect=expect)


def owed(chain, store, supplier):
    rows = [p for p in chain.finance.pages("/v1/payables", store_id=store.id) if p["supplier"]["id"] == supplier["id"]]
    return tuple(rows[0][k] for k in ("open", "overdue", "disputed", "unbilled")) if rows else None


def test_matched_and_paid(chain, store, trade):
    """J10 J11: an invoice that agrees with order and receipts is matched, due by the terms, paid in parts, and owed until then."""
    supplier = trade.supplier(payment_terms="after_invoice", payment_days=10)
    order = trade.purchase("send", supplier=supplier)
    for n in (6, 4):
        audit(store, receive(store, order, (n, {})))
    assert owed(chain, store, supplier) == (0, 0, 0, 32000)
    first, second = (line["id"] for line in lines_of(store, order))
    made = bill(chain, store, supplier, (first, 6, 3200), (second, 3, 3200))
    assert (made["status"], made["amount"], made["open"], made["due_on"], made["overdue"]) == ("matched", 28800, 28800, day(9), False)
    assert [(l["quantity"], l["open_quantity"], l["agreed_price"], l["difference"], l["purchase_order_id"]) for l in made["lines"]] == [
        (6, 6, 3200, None, order["id"]), (3, 4, 3200, None, order["id"])]
    assert owed(chain, store, supplier) == (28800, 0, 0, 3200)
    part = post(chain.finance, made, "pay", {"amount": 8800, "method": "bank", "reference": "R1", "paid_on": day(-1)})
    assert (part["status"], part["paid"], part["open"]) == ("partly_paid", 8800, 20000) and part["payments"][0]["reference"] == "R1"
    assert post(chain.finance, made, "pay", {"amount": 20001, "method": "bank"}, 422).errors == {"/amount": "bad_value"}
    assert post(chain.finance, made, "void", {"reason": "x"}, 409).code == "illegal_transition"
    assert post(chain.finance, made, "pay", {"amount": 20000, "method": "offset"})["status"] == "paid"
    assert owed(chain, store, supplier) == (0, 0, 0, 3200)
    late = bill(chain, store, supplier, (second, 1, 3200), due_on=day(-1))
    assert late["overdue"] is True and owed(chain, store, supplier) == (3200, 3200, 0, 0)
    assert [i["id"] for i in chain.finance.pages("/v1/supplier-invoices", store_id=store.id, supplier_id=supplier["id"], status="matched", due_to=day())] == [late["id"]]


def test_what_differs(chain, store, trade):
    """J10: another price, or more than came, is disputed, not paid until somebody else accepts it, or void; its lines can be billed again."""
    supplier = trade.supplier()
    order = trade.purchase("audit", supplier=supplier)
    [line] = [l["id"] for l in lines_of(store, order)]
    more = bill(chain, store, supplier, (line, 11, 3300))
    assert (more["status"], more["lines"][0]["difference"]) == ("disputed", "both")
    assert post(chain.finance, more, "pay", {"amount": 1, "method": "bank"}, 409).code == "illegal_transition"
    post(chain.finance, more, "void", {"reason": "对方重开"})
    dearer = bill(chain, store, supplier, (line, 10, 3300), number=more["number"])
    assert (dearer["status"], dearer["lines"][0]["difference"], owed(chain, store, supplier)) == ("disputed", "price", (33000, 0, 33000, 0))
    assert chain.finance.post(f"/v1/supplier-invoices/{dearer['id']}/accept", {"reason": "x"}).status == 403
    mine = bill(chain, store, trade.supplier(), (line, 1, 1), expect=422)
    assert mine.errors == {"/lines/0/document_line_id": "not_found"}
    fine = post(store.manager, dearer, "accept", {"reason": "电话确认涨价"})
    assert (fine["status"], fine["accepted_by"], fine["reason"]) == ("matched", store.manager.id, "电话确认涨价")
    twice = bill(chain, store, supplier, (line, 1, 3200))
    assert (twice["status"], twice["lines"][0]["open_quantity"]) == ("disputed", 0)
    own = store.manager.post("/v1/supplier-invoices", {"store_id": store.id, "supplier_id": supplier["id"], "number": chain.unique(), "invoiced_on": day(),
                                                       "lines": [{"document_line_id": line, "quantity": 1, "unit_price": 1}]}, expect=201)
    assert post(store.manager, own, "accept", {"reason": "x"}, 409).code == "own_document"
    same = chain.finance.post("/v1/supplier-invoices", {"store_id": store.id, "supplier_id": supplier["id"], "number": more["number"], "invoiced_on": day(),
                                                        "lines": [{"document_line_id": line, "quantity": 1, "unit_price": 1}]})
    assert same.errors == {"/number": "duplicate"}
    [receipt] = store.parts.pages("/v1/stock-documents", store_id=store.id, purchase_order_id=order["id"])
    assert store.hire("boss", "store_manager").post(f"/v1/stock-documents/{receipt['id']}/reverse").code == "receipt_invoiced"


def test_billed_or_taken_back(chain, store, trade):
    """J8 J10: of who bills a receipt and who takes it back at once one is refused; what is void is owed as not billed again, and can go back."""
    supplier, boss = trade.supplier(), store.hire("boss", "store_manager")
    for _ in range(5):
        order = trade.purchase("audit", supplier=supplier)
        [line] = lines_of(store, order)
        [receipt] = store.parts.pages("/v1/stock-documents", store_id=store.id, purchase_order_id=order["id"])
        billed, back = at_once(lambda line=line: bill(chain, store, supplier, (line["id"], 10, 3200), expect=None),
                               lambda receipt=receipt: boss.post(f"/v1/stock-documents/{receipt['id']}/reverse"))
        assert (billed.status, billed.errors, back.status, back.code) in (
            (201, {}, 409, "receipt_invoiced"), (422, {"/lines/0/document_line_id": "not_found"}, 200, None)), (billed, back)
        if billed.status == 201:
            assert owed(chain, store, supplier) == (32000, 0, 0, 0)
            post(chain.finance, billed, "void", {"reason": "退货"})
            assert owed(chain, store, supplier) == (0, 0, 0, 32000)
            boss.post(f"/v1/stock-documents/{receipt['id']}/reverse", expect=200)
        assert owed(chain, store, supplier) is None


def test_credit_notes(chain, store, trade):
    """J7 J11: what goes back is credited by a note that bills the return, and lessens what is owed."""
    supplier = trade.supplier()
    order = trade.purchase("audit", supplier=supplier)
    [line] = lines_of(store, order)
    bill(chain, store, supplier, (line["id"], 10, 3200))
    back = store.parts.post("/v1/stock-documents", {
        "kind": "supplier_return", "reason": "damage", "store_id": store.id, "supplier_id": supplier["id"],
        "lines": [{"part_id": line["part"]["id"], "quantity": 2, "unit_cost": 3200, "purchase_order_line_id": order["lines"][0]["id"]}]}, expect=201)
    assert bill(chain, store, supplier, (back["lines"][0]["id"], 2, 3200), kind="credit_note", expect=422).errors == {"/lines/0/document_line_id": "not_found"}
    audit(store, back)
    assert bill(chain, store, supplier, (back["lines"][0]["id"], 2, 3200), expect=422).errors == {"/lines/0/document_line_id": "not_found"}
    note = bill(chain, store, supplier, (back["lines"][0]["id"], 2, 3200), kind="credit_note")
    assert (note["kind"], note["status"], note["amount"]) == ("credit_note", "matched", 6400)
    assert owed(chain, store, supplier)[0] == 32000 - 6400
    post(chain.finance, note, "pay", {"amount": 6400, "method": "offset"})
    assert owed(chain, store, supplier)[0] == 32000


def test_who_sees_it(chain, store, trade):
    """J11: finance and the manager; never another store, nor who buys."""
    made = trade.supplier_invoice()
    assert store.manager.get(f"/v1/supplier-invoices/{made['id']}", expect=200)["number"] == made["number"]
    assert store.parts.get(f"/v1/supplier-invoices/{made['id']}").status == 403
    other = chain.store()
    assert other.manager.get(f"/v1/supplier-invoices/{made['id']}").status == 404
    assert other.manager.pages("/v1/payables") == []
    for body, errors in (({"lines": []}, {"/lines": "too_few"}), ({"invoiced_on": "soon"}, {"/invoiced_on": "bad_format"})):
        wrong = {"store_id": store.id, "supplier_id": made["supplier"]["id"], "number": "1", "invoiced_on": day(),
                 "lines": [{"document_line_id": uuid7(), "quantity": 1, "unit_price": 1}], **body}
        assert set(chain.finance.post("/v1/supplier-invoices", wrong, expect=422).errors) == set(errors)


def test_billed_once(chain, store, trade):
    """J10: eight clerks bill the same delivery at once: one agrees with what came, the others do not; eight pay it: what is open is paid once."""
    supplier = trade.supplier()
    [line] = [l["id"] for l in lines_of(store, trade.purchase("audit", supplier=supplier))]
    made = at_once(*[lambda: bill(chain, store, supplier, (line, 10, 3200))] * 8)
    assert sorted(i["status"] for i in made) == ["disputed"] * 7 + ["matched"]
    [good] = [i for i in made if i["status"] == "matched"]
    paid = at_once(*[lambda: chain.finance.post(f"/v1/supplier-invoices/{good['id']}/pay", {"amount": 20000, "method": "bank"})] * 8)
    assert sorted(r.status for r in paid) == [200] + [422] * 7
