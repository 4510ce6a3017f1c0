# SPDX-License-Identifier: Apache-2.0
"""Batches and serial numbers: from a supplier's delivery to every car, and back."""

import pytest

from fettle import at_once, uuid7
from test_stock import books_agree, level  # pylint: disable=unused-import
from test_purchasing import audit
from trade import CONSENT, Trade


@pytest.fixture
def trade(store):
    return Trade(store)


@pytest.fixture(autouse=True)
def batches_agree(sql, store):
    """After every story there is of each batch what moved of it, and no more of all than of the part."""
    yield
    assert sql("""SELECT b.batch_id, b.quantity FROM batch_stock b
                   WHERE b.store_id = %s AND b.quantity <> (SELECT coalesce(sum(v.quantity), 0) FROM batch_movement v JOIN stock_movement m ON m.id = v.movement_id
                                                            WHERE v.batch_id = b.batch_id AND m.store_id = b.store_id AND m.warehouse_id = b.warehouse_id)""", (store.id,)) == []
    assert sql("""SELECT l.part_id FROM stock_level l WHERE l.store_id = %s
                     AND l.on_hand < (SELECT coalesce(sum(b.quantity), 0) FROM batch_stock b
                                       WHERE b.store_id = l.store_id AND b.warehouse_id = l.warehouse_id AND b.part_id = l.part_id)""", (store.id,)) == []


def came(store, supplier, part, *lines, expect=200, **more):
    """A receipt of lines (quantity, batch number)."""
    made = store.parts.post("/v1/stock-documents", {
        "kind": "receipt", "reason": "purchase", "store_id": store.id, "supplier_id": supplier["id"], **more,
        "lines": [{"part_id": part, "quantity": n, "unit_cost": 100, **({"batch_number": batch} if batch else {})} for n, batch in lines]}, expect=201)
    return audit(store, made, expect)


def there(store, part, **params):
    """What there is of each batch."""
    return {b["number"]: b["on_hand"] for b in store.parts.pages("/v1/part-batches", store_id=store.id, part_id=part, in_stock="true", **params)}


def fitted(trade, part, quantity, **named):
    """An order whose part was issued; the order."""
    order = trade.order([{"kind": "part", "part_id": part, "quantity": quantity}])
    order = trade.step(trade.store.advisor, order, "authorise", {"lines": [order["lines"][0]["id"]], **CONSENT})
    line = order["lines"][0]["id"]
    body = {"received_by": trade.store.tech1.id, **({"batches": [{"line_id": line, "batch_number": named["batch"]}]} if named else {})}
    trade.store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", body, expect=200)
    return trade.read(order)


def out(store, part, quantity, kind="scrap", reason="damage", expect=200, **line):
    made = store.parts.post("/v1/stock-documents", {"kind": kind, "reason": reason, "store_id": store.id,
                                                    "lines": [{"part_id": part, "quantity": quantity, **line}]}, expect=201)
    return audit(store, made, expect)


def test_a_recall(chain, store, trade):
    """Q4 H9: from a delivery to every car its batch went into, in every store, and from a car back to the delivery, in one call each."""
    supplier, other = trade.supplier(), chain.store()
    p = trade.part(tracking="batch")["id"]
    receipt = came(store, supplier, p, (3, "B30-01"), (2, "B30-02"), delivery_note="DN-7")
    elsewhere = came(other, supplier, p, (4, "B30-01"))
    first, second = fitted(trade, p, 2), fitted(trade, p, 2)     # the oldest goes first, the second order gets one of each
    third = fitted(Trade(other), p, 1)
    assert there(store, p) == {"B30-02": 1} and there(other, p) == {"B30-01": 3}
    [batch] = chain.admin.pages("/v1/part-batches", number="B30-01", supplier_id=supplier["id"])
    assert (batch["part"]["id"], batch["on_hand"], batch["supplier"]["id"]) == (p, 3, supplier["id"])
    cars = chain.admin.pages("/v1/part-traces", batch_id=batch["id"], kind="issue")
    assert {(t["vehicle"]["id"], t["work_order"]["id"], t["quantity"]) for t in cars} == {
        (o["vehicle"]["id"], o["id"], -n) for o, n in ((first, 2), (second, 1), (third, 1))}
    mine = store.parts.pages("/v1/part-traces", document_id=receipt["id"], kind="issue")
    assert sorted((t["batch"]["number"], t["work_order"]["id"], t["quantity"]) for t in mine) == sorted(
        [("B30-01", first["id"], -2), ("B30-01", second["id"], -1), ("B30-02", second["id"], -1)])
    back = store.manager.pages("/v1/part-traces", vehicle_id=second["vehicle"]["id"])
    assert {(t["batch"]["number"], t["receipt"]["number"], t["receipt"]["delivery_note"], t["supplier"]["id"]) for t in back} == {
        ("B30-01", receipt["number"], "DN-7", supplier["id"]), ("B30-02", receipt["number"], "DN-7", supplier["id"])}
    assert [t["batch"]["number"] for t in other.parts.pages("/v1/part-traces", work_order_id=third["id"])] == ["B30-01"]
    assert other.parts.pages("/v1/part-traces", work_order_id=first["id"]) == []
    assert {t["document"]["id"] for t in other.parts.pages("/v1/part-traces", batch_id=batch["id"], kind="receipt")} == {elsewhere["id"]}
    bare = store.parts.get("/v1/part-traces")
    assert (bare.status, bare.code) == (400, "bad_parameter")
    assert [(e["parameter"], e["code"], e["message"]) for e in bare["errors"]] == [
        ("batch_id", "some_of", "at least one of batch_id, document_id, vehicle_id, work_order_id must be given")]
    assert store.tech1.get("/v1/part-traces", params={"batch_id": batch["id"]}).status == 403


def test_named_oldest_and_unknown(store, trade):
    """H9: what leaves is of the batch that is named, else of the oldest; what was there before is older than all."""
    supplier, p = trade.supplier(), trade.part()["id"]
    trade.stock_up(p, 2)
    assert there(store, p) == {}
    assert trade.chain.purchaser.patch(f"/v1/parts/{p}", {"tracking": "batch"}, version=1, expect=200)["tracking"] == "batch"
    came(store, supplier, p, (3, "A"))
    came(store, supplier, p, (3, "B"))
    unnumbered = came(store, supplier, p, (1, None))
    assert there(store, p) == {"A": 3, "B": 3, unnumbered["number"]: 1}
    out(store, p, 2)                         # of no known batch
    assert there(store, p) == {"A": 3, "B": 3, unnumbered["number"]: 1}
    out(store, p, 1)
    fitted(trade, p, 2, batch="B")
    assert there(store, p) == {"A": 2, "B": 1, unnumbered["number"]: 1}
    assert out(store, p, 2, batch_number="B", expect=409).code == "insufficient_batch"
    assert out(store, p, 1, batch_number="C", expect=409).code == "insufficient_batch"
    out(store, p, 4, kind="adjustment", reason="surplus", unit_cost=1)      # of no known batch
    assert there(store, p) == {"A": 2, "B": 1, unnumbered["number"]: 1} and level(store, p)[0] == 8
    order = trade.order([{"kind": "part", "part_id": p, "quantity": 1}])
    order = trade.step(store.advisor, order, "authorise", {"lines": [order["lines"][0]["id"]], **CONSENT})
    wrong = {"received_by": store.tech1.id, "batches": [{"line_id": uuid7(), "batch_number": "B"}]}
    assert store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", wrong, expect=422).errors == {"/batches/0/line_id": "not_found"}


def test_back_where_it_came_from(store, trade):
    """H9 J7: returns, counter-documents and what goes back to the supplier are of the batches that went."""
    supplier, p = trade.supplier(), trade.part(key_class=1)
    assert (p["tracking"], p["tracked_by"]) == (None, "batch")
    p = p["id"]
    order = trade.purchase("send", supplier=supplier, part=p, quantity=6)
    came(store, supplier, p, (2, "old"))
    line = order["lines"][0]["id"]
    receipt = store.parts.post(f"/v1/purchase-orders/{order['id']}/receive", {"lines": [{"line_id": line, "quantity": 6, "batch_number": "new"}]}, expect=201)
    audit(store, receipt)
    job = fitted(trade, p, 4)
    assert there(store, p) == {"new": 4}
    back = {"kind": "return", "reason": "return_from_order", "store_id": store.id, "received_by": store.parts.id,
            "lines": [{"work_order_line_id": job["lines"][0]["id"], "quantity": 3}]}
    store.parts.post("/v1/stock-documents", back, expect=201)
    assert sum(there(store, p).values()) == 7
    sent_back = store.parts.post("/v1/stock-documents", {
        "kind": "supplier_return", "reason": "damage", "store_id": store.id, "supplier_id": supplier["id"],
        "lines": [{"part_id": p, "quantity": 2, "unit_cost": 3200, "purchase_order_line_id": line}]}, expect=201)
    before = there(store, p)
    audit(store, sent_back)
    after = there(store, p)
    assert before["new"] - after["new"] == 2 and {k: v for k, v in before.items() if k != "new"} == {k: v for k, v in after.items() if k != "new"}
    boss = store.hire("boss", "store_manager")
    boss.post(f"/v1/stock-documents/{sent_back['id']}/reverse", expect=200)
    assert there(store, p) == before
    one = came(store, supplier, p, (5, "wrong"))
    boss.post(f"/v1/stock-documents/{one['id']}/reverse", expect=200)
    assert there(store, p) == before


def test_batches_travel(chain, store, trade):
    """H9 I12: what is sent to another store is there of the batch it was here."""
    supplier, other, p = trade.supplier(), chain.store(), trade.part(tracking="batch")["id"]
    came(store, supplier, p, (2, "A"), (5, "B"))
    made = other.parts.post("/v1/transfers", {"store_id": other.id, "from_store_id": store.id, "lines": [{"part_id": p, "quantity": 4}]}, expect=201)
    path = f"/v1/transfers/{made['id']}"
    store.manager.post(path + "/approve", {}, expect=200)
    store.parts.post(path + "/ship", {}, expect=200)
    assert there(store, p) == {"B": 3} and there(other, p) == {}
    other.parts.post(path + "/receive", {}, expect=200)
    assert there(other, p) == {"A": 2, "B": 2}
    [batch] = store.parts.pages("/v1/part-batches", part_id=p, number="A")
    assert {t["kind"] for t in chain.admin.pages("/v1/part-traces", batch_id=batch["id"])} == {"receipt", "transfer_out", "transfer_in"}


def test_piece_by_piece(store, trade):
    """H9: a part told apart by piece comes one a line, each number once; it can be issued by its number."""
    supplier, p = trade.supplier(), trade.part(tracking="serial")["id"]
    came(store, supplier, p, (1, "SN1"), (1, "SN2"))
    for lines in ([(2, "SN3")], [(1, None)], [(1, "SN1")]):
        assert came(store, supplier, p, *lines, expect=409).code == "serial_wanted"
    job = fitted(trade, p, 1, batch="SN2")
    assert there(store, p) == {"SN1": 1}
    assert [t["batch"]["number"] for t in store.parts.pages("/v1/part-traces", work_order_id=job["id"])] == ["SN2"]


def test_many_take_of_the_same(store, trade):
    """H9: sixteen take of two batches at once: each piece goes once."""
    supplier, p = trade.supplier(), trade.part(tracking="batch")["id"]
    came(store, supplier, p, (10, "A"), (6, "B"))
    drafts = [store.parts.post("/v1/stock-documents", {"kind": "scrap", "reason": "damage", "store_id": store.id, "lines": [{"part_id": p, "quantity": 1}]}, expect=201)
              for _ in range(16)]
    at_once(*[lambda d=d: audit(store, d) for d in drafts])
    assert there(store, p) == {} and level(store, p)[0] == 0
    moved = store.parts.pages("/v1/part-traces", document_id=drafts[0]["id"])
    assert sum(t["quantity"] for t in moved) == 0


# --- Counted batch by batch ---

def counting(store, part):
    made = store.manager.post("/v1/stocktakes", {"store_id": store.id, "part_ids": [part]}, expect=201)
    store.manager.post(f"/v1/stocktakes/{made['id']}/freeze", expect=200)
    return f"/v1/stocktakes/{made['id']}"


def counted(store, path, part, quantity, *batches, who=None, expect=200):
    """batches: (number, quantity)."""
    return (who or store.parts).post(path + "/count", {"lines": [{"part_id": part, "quantity": quantity}], "batches": [
        {"part_id": part, "batch_number": number, "quantity": n} for number, n in batches]}, expect=expect)


def shown(store, path):
    [line] = store.parts.pages(path + "/lines")
    return [(b["batch_number"], b["expected_quantity"], b["counted_quantity"], b["difference"]) for b in line["batches"]]


def test_counted_by_batch(store, trade):
    """I13 H9: each batch is counted blind; as many as expected, but of others, differs too; the books follow batch by batch, what is of none included."""
    supplier, p = trade.supplier(), trade.part()["id"]
    trade.stock_up(p, 2)
    trade.chain.purchaser.patch(f"/v1/parts/{p}", {"tracking": "batch"}, version=1, expect=200)
    came(store, supplier, p, (3, "A"), (4, "B"), (1, "C"))
    path = counting(store, p)
    counted(store, path, p, 10, ("A", 3), ("B", 5), ("D", 1))     # one of no batch instead of two, one of B and one of D more, none of C
    assert shown(store, path) == [("A", None, 3, None), ("B", None, 5, None), ("D", None, 1, None)]
    done = store.parts.post(path + "/submit", expect=200)
    assert done["different_count"] == 1
    assert shown(store, path) == [("A", 3, 3, 0), ("B", 4, 5, 1), ("C", 1, 0, -1), ("D", 0, 1, 1)]
    [line] = store.parts.pages(path + "/lines", different="true")
    assert (line["expected_quantity"], line["counted_quantity"], line["difference"]) == (10, 10, 0)
    boss = store.hire("boss", "store_manager")
    assert boss.post(path + "/audit", {"reasons": []}).code == "difference_unexplained"
    assert boss.post(path + "/recount", {}, expect=200)["open_count"] == 1
    counted(store, path, p, 10, ("A", 3), ("B", 5), ("D", 1), who=store.manager)
    store.parts.post(path + "/submit", expect=200)
    boss.post(path + "/audit", {"reasons": [{"part_id": p, "reason": "wrong_part"}]}, expect=200)
    assert there(store, p) == {"A": 3, "B": 5, "D": 1} and level(store, p)[0] == 10
    papers = {d["reason"]: store.parts.get(f"/v1/stock-documents/{d['id']}", expect=200)["lines"]
              for d in store.parts.pages("/v1/stock-documents", store_id=store.id, stocktake_id=done["id"])}
    assert {why: [(line["batch_number"], line["quantity"]) for line in lines] for why, lines in papers.items()} == {
        "surplus": [("B", 1), ("D", 1)], "count_loss": [("C", 1), (None, 1)]}
    [b] = store.parts.pages("/v1/part-batches", part_id=p, number="B")
    assert b["supplier"]["id"] == supplier["id"]      # what was found again is of whom it came from


def test_held_to_the_last_and_of_another_batch(store, trade):
    """I13: where all pieces are held and one is of another batch than was thought, who holds them keeps them."""
    supplier, p = trade.supplier(), trade.part(tracking="batch")["id"]
    came(store, supplier, p, (2, "A"))
    trade.demand(p, 2)
    path = counting(store, p)
    counted(store, path, p, 2, ("A", 1), ("B", 1))
    store.parts.post(path + "/submit", expect=200)
    store.manager.post(path + "/audit", {"reasons": [{"part_id": p, "reason": "wrong_part"}]}, expect=200)
    assert there(store, p) == {"A": 1, "B": 1} and level(store, p)[:2] == (2, 2)


def test_the_piece_that_is_missing(store, trade):
    """I13 H9: of pieces the one that was not counted is missing; a later count as a whole takes the batches back."""
    supplier, p = trade.supplier(), trade.part(tracking="serial")["id"]
    came(store, supplier, p, (1, "S1"), (1, "S2"), (1, "S3"))
    path = counting(store, p)
    counted(store, path, p, 2, ("S1", 1))
    counted(store, path, p, 3)
    assert shown(store, path) == []
    counted(store, path, p, 2, ("S1", 1), ("S3", 1), ("S2", 0))
    store.parts.post(path + "/submit", expect=200)
    store.manager.post(path + "/audit", {"reasons": [{"part_id": p, "reason": "theft_suspected"}]}, expect=200)
    assert there(store, p) == {"S1": 1, "S3": 1}


def test_batches_that_cannot_be_counted(store, trade):
    """I13: each batch once, of a line of the same call, no more than it says, 0 or 1 of a piece, and only where batches are told apart."""
    supplier, serial, plain = trade.supplier(), trade.part(tracking="serial")["id"], trade.part()["id"]
    came(store, supplier, serial, (1, "S1"))
    path = counting(store, serial)
    for quantity, batches, errors in ((1, [("S1", 1), ("S1", 0)], {"/batches/1/batch_number": "not_unique"}), (3, [("S1", 2)], {"/batches/0/quantity": "bad_value"}),
                                      (1, [("S1", 1), ("S2", 1)], {"/batches/1/quantity": "bad_value"}), (1, [("", 1)], {"/batches/0/batch_number": "too_short"}),
                                      (1, [("S1", -1)], {"/batches/0/quantity": "too_small"})):
        assert counted(store, path, serial, quantity, *batches, expect=422).errors == errors, batches
    other = store.parts.post(path + "/count", {"lines": [{"part_id": serial, "quantity": 1}], "batches": [{"part_id": plain, "batch_number": "S1", "quantity": 1}]}, expect=422)
    assert other.errors == {"/batches/0/part_id": "not_found"}
    assert counted(store, path, plain, 1, ("A", 1), expect=422).errors == {"/batches/0/part_id": "bad_value"}
    assert shown(store, path) == [] and there(store, serial) == {"S1": 1}
