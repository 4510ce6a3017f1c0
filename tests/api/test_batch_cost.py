# SPDX-License-Identifier: Apache-2.0
"""Parts that cost what their own batch cost, not the average of all that are there."""

import pytest

from fettle import at_once
from test_part_batches import batches_agree, fitted, out, there  # pylint: disable=unused-import
from test_purchasing import audit
from test_stock import books_agree, level  # pylint: disable=unused-import
from trade import Trade


@pytest.fixture
def trade(store):
    return Trade(store)


@pytest.fixture(autouse=True)
def costs_agree(sql, store):
    """After every story the batches are worth what moved of them, and where all pieces are of some batch, as much as the level."""
    yield
    assert sql("""SELECT b.batch_id, b.value FROM batch_stock b
                   WHERE b.store_id = %s AND b.value <> (SELECT coalesce(sum(v.value), 0) FROM batch_movement v JOIN stock_movement m ON m.id = v.movement_id
                                                         WHERE v.batch_id = b.batch_id AND m.store_id = b.store_id AND m.warehouse_id = b.warehouse_id)""", (store.id,)) == []
    assert sql("""SELECT l.part_id, l.value FROM stock_level l
                    JOIN part p ON p.id = l.part_id AND p.costing = 'batch'
                    JOIN LATERAL (SELECT coalesce(sum(b.quantity), 0) AS quantity, coalesce(sum(b.value), 0) AS value FROM batch_stock b
                                   WHERE b.store_id = l.store_id AND b.warehouse_id = l.warehouse_id AND b.part_id = l.part_id) t ON true
                   WHERE l.store_id = %s AND (t.value > l.value OR t.quantity = l.on_hand AND t.value <> l.value)""", (store.id,)) == []


def costed(trade, **more):
    return trade.part(tracking="batch", costing="batch", **more)["id"]


def came(store, supplier, part, *lines):
    """A receipt of lines (quantity, batch number, unit cost)."""
    made = store.parts.post("/v1/stock-documents", {
        "kind": "receipt", "reason": "purchase", "store_id": store.id, "supplier_id": supplier["id"],
        "lines": [{"part_id": part, "quantity": n, "unit_cost": cost, "batch_number": batch} for n, batch, cost in lines]}, expect=201)
    return audit(store, made)


def worth(store, part):
    """What there is of each batch is worth, for who may read costs."""
    return {b["number"]: b["value"] for b in store.manager.pages("/v1/part-batches", store_id=store.id, part_id=part, in_stock="true")}


def cost(store, document):
    return [line["cost"] for line in store.manager.get(f"/v1/stock-documents/{document['id']}", expect=200)["lines"]]


def test_as_their_batches_cost(store, trade):
    """I14: what leaves costs what its batch cost; the rest of the batch keeps the rest, and the last piece takes the last fen."""
    supplier, p = trade.supplier(), costed(trade)
    came(store, supplier, p, (3, "A", 100), (2, "B", 250))
    came(store, supplier, p, (1, "A", 201))
    assert worth(store, p) == {"A": 501, "B": 500} and level(store, p)[3] == 1001
    assert cost(store, out(store, p, 1, batch_number="B")) == [250]
    assert cost(store, out(store, p, 1)) == [125]            # the oldest: a quarter of 501 fen
    assert worth(store, p) == {"A": 376, "B": 250}
    assert cost(store, out(store, p, 4)) == [626] and level(store, p)[0::3] == (0, 0)
    plain = trade.part(tracking="batch")["id"]
    came(store, supplier, plain, (1, "A", 100), (1, "B", 300))
    assert cost(store, out(store, plain, 1)) == [200]
    assert set(worth(store, plain).values()) == {None}
    came(store, supplier, p, (1, "C", 5))
    assert [b["value"] for b in store.advisor.pages("/v1/part-batches", part_id=p, in_stock="true")] == [None]


def test_two_lines_of_one_part(store, trade):
    """I14: each line of a document costs what it took, also of the same part."""
    supplier, p = trade.supplier(), costed(trade)
    came(store, supplier, p, (2, "A", 100), (2, "B", 1000))
    made = store.parts.post("/v1/stock-documents", {"kind": "scrap", "reason": "damage", "store_id": store.id, "lines": [
        {"part_id": p, "quantity": 1, "batch_number": "B"}, {"part_id": p, "quantity": 3}]}, expect=201)
    audit(store, made)
    assert cost(store, made) == [1000, 1200] and level(store, p)[0::3] == (0, 0)


def test_issued_and_back(store, trade):
    """I14: an order is charged what was fitted had cost, and what comes back is worth what it left with, batch by batch."""
    supplier, p = trade.supplier(), costed(trade)
    came(store, supplier, p, (1, "A", 100), (5, "B", 300))
    job = fitted(trade, p, 3)
    [issue] = store.manager.pages("/v1/stock-documents", work_order_id=job["id"], kind="issue")
    assert cost(store, issue) == [700] and worth(store, p) == {"B": 900}
    back = {"kind": "return", "reason": "return_from_order", "store_id": store.id, "received_by": store.parts.id,
            "lines": [{"work_order_line_id": job["lines"][0]["id"], "quantity": 2}]}
    returned = store.parts.post("/v1/stock-documents", back, expect=201)
    assert cost(store, returned) == [600] and worth(store, p) == {"B": 1500}
    back["lines"][0]["quantity"] = 1
    assert cost(store, store.parts.post("/v1/stock-documents", back, expect=201)) == [100]
    assert worth(store, p) == {"A": 100, "B": 1500}


def test_taken_back(store, trade):
    """I14 J7: a counter-document takes the batches of its receipt, and what went to the supplier and did not comes back at what it cost."""
    supplier, p = trade.supplier(), costed(trade)
    boss = store.hire("boss", "store_manager")
    came(store, supplier, p, (2, "A", 100))
    wrong = came(store, supplier, p, (2, "B", 900))
    boss.post(f"/v1/stock-documents/{wrong['id']}/reverse", expect=200)
    assert worth(store, p) == {"A": 200} and level(store, p)[0::3] == (2, 200)
    wrong = came(store, supplier, p, (2, "C", 900), (3, "A", 300))
    boss.post(f"/v1/stock-documents/{wrong['id']}/reverse", expect=200)
    assert worth(store, p) == {"A": 440} and there(store, p) == {"A": 2}     # of five that cost 1100 fen three went
    sent = store.parts.post("/v1/stock-documents", {
        "kind": "supplier_return", "reason": "damage", "store_id": store.id, "supplier_id": supplier["id"],
        "lines": [{"part_id": p, "quantity": 1, "unit_cost": 90}]}, expect=201)
    audit(store, sent)
    assert worth(store, p) == {"A": 220}
    came(store, supplier, p, (1, "A", 500))
    boss.post(f"/v1/stock-documents/{sent['id']}/reverse", expect=200)
    assert worth(store, p) == {"A": 940}


def test_over_the_counter(store, trade):
    """I14 I21: what is sold costs what its batch cost, and so it comes back."""
    supplier, p = trade.supplier(), costed(trade)
    came(store, supplier, p, (1, "A", 100), (2, "B", 300))
    order = store.advisor.post("/v1/sales-orders", {"store_id": store.id, "customer_id": trade.customer()["id"], "lines": [{"part_id": p, "quantity": 2}]}, expect=201)
    path = f"/v1/sales-orders/{order['id']}"
    store.advisor.post(path + "/confirm", expect=200)
    line = store.parts.post(path + "/ship", {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 2, "batch_number": "B"}]}, expect=200)["lines"][0]
    assert worth(store, p) == {"A": 100}
    store.parts.post(path + "/return", {"reason": "型号不符", "lines": [{"line_id": line["id"], "quantity": 1}]}, expect=200)
    assert worth(store, p) == {"A": 100, "B": 300}


def test_on_the_way(chain, store, trade):
    """I14 I12: batches travel at what they cost; what is lost is written off at that, not at what the store that bears it has paid for others."""
    supplier, other, p = trade.supplier(), chain.store(), costed(trade)
    came(store, supplier, p, (1, "A", 100), (3, "B", 400))
    came(other, supplier, p, (5, "Z", 7))
    made = other.parts.post("/v1/transfers", {"store_id": other.id, "from_store_id": store.id, "lines": [{"part_id": p, "quantity": 4}]}, expect=201)
    path, line = f"/v1/transfers/{made['id']}", made["lines"][0]["id"]
    store.manager.post(path + "/approve", {}, expect=200)
    store.parts.post(path + "/ship", {}, expect=200)
    assert level(store, p)[0::3] == (0, 0)
    other.parts.post(path + "/receive", {"lines": [{"line_id": line, "quantity": 2}]}, expect=200)
    assert worth(other, p) == {"B": 800, "Z": 35}
    other.parts.post(path + "/receive", {"lines": [{"line_id": line, "quantity": 1, "disputed_quantity": 1, "dispute_reason": "missing"}]}, expect=200)
    assert worth(other, p) == {"B": 1200, "Z": 35}
    other.manager.post(path + "/settle", {"store_id": other.id, "outcome": "lost"}, expect=200)
    lost = other.manager.pages("/v1/stock-documents", transfer_id=made["id"], kind="scrap", store_id=other.id)
    assert [cost(other, d) for d in lost] == [[100]]
    assert worth(other, p) == {"B": 1200, "Z": 35} and level(other, p)[0::3] == (8, 1235)


def test_counted(store, trade):
    """I14 I13: what a count finds too many is of no batch and worth the average; what it misses is worth what its batches cost."""
    supplier, p = trade.supplier(), costed(trade)
    came(store, supplier, p, (2, "A", 100), (2, "B", 300))

    def count(quantity):
        made = store.manager.post("/v1/stocktakes", {"store_id": store.id, "part_ids": [p]}, expect=201)
        path = f"/v1/stocktakes/{made['id']}"
        store.manager.post(path + "/freeze", expect=200)
        store.parts.post(path + "/count", {"lines": [{"part_id": p, "quantity": quantity}]}, expect=200)
        store.parts.post(path + "/submit", expect=200)
        return store.manager.post(path + "/audit", {"reasons": [{"part_id": p, "reason": "miscount"}]}, expect=200)

    assert count(5)["different_value"] == 200 and level(store, p)[0::3] == (5, 1000)
    assert worth(store, p) == {"A": 200, "B": 600}
    assert count(3)["different_value"] == -300     # that of no batch, and one of the oldest
    assert worth(store, p) == {"A": 100, "B": 600} and level(store, p)[0::3] == (3, 700)


def test_counted_by_batch(store, trade):
    """I14 I13: what a count finds of a batch is worth what the rest of that batch is; what it misses what that cost."""
    supplier, p = trade.supplier(), costed(trade)
    came(store, supplier, p, (2, "A", 100), (2, "B", 300))
    made = store.manager.post("/v1/stocktakes", {"store_id": store.id, "part_ids": [p]}, expect=201)
    path = f"/v1/stocktakes/{made['id']}"
    store.manager.post(path + "/freeze", expect=200)
    store.parts.post(path + "/count", {"lines": [{"part_id": p, "quantity": 4}], "batches": [
        {"part_id": p, "batch_number": "A", "quantity": 1}, {"part_id": p, "batch_number": "B", "quantity": 3}]}, expect=200)
    store.parts.post(path + "/submit", expect=200)
    posted = store.manager.post(path + "/audit", {"reasons": [{"part_id": p, "reason": "wrong_part"}]}, expect=200)
    assert (posted["different_count"], posted["different_value"]) == (1, 200)
    assert worth(store, p) == {"A": 100, "B": 900} and level(store, p)[0::3] == (4, 1000)


def test_how_a_part_is_costed(chain, store, trade):
    """I14: by batch only where batches are told apart; and it changes only while there is none, in no store and on no way."""
    supplier, other = trade.supplier(), chain.store()
    assert trade.part()["costing"] == "moving_average"
    bad = chain.purchaser.post("/v1/parts", {"number": chain.unique(), "name": "火花塞", "unit": "件", "sale_price": 1, "costing": "batch"})
    assert (bad.status, bad.code, bad.errors) == (409, "costing_untracked", {"/costing": "costing_untracked"})
    p = trade.part(key_class=1, costing="batch")
    assert (p["costing"], p["tracked_by"]) == ("batch", "batch")
    path = f"/v1/parts/{p['id']}"

    def change(body, version=1):
        return chain.purchaser.patch(path, body, version=version)

    assert change({"key_class": None}).code == "costing_untracked"
    assert change({"tracking": "none"}).code == "costing_untracked"
    assert change({"costing": None}).errors.keys() == {"/costing"}
    assert store.tech1.patch(path, {"costing": "moving_average"}, version=1).status == 403
    came(store, supplier, p["id"], (1, "A", 100))
    no = change({"costing": "moving_average"})
    assert (no.status, no.code, no.errors) == (409, "part_in_stock", {"/costing": "part_in_stock"})
    assert change({"costing": "batch", "name": "火花塞"})["version"] == 2
    made = other.parts.post("/v1/transfers", {"store_id": other.id, "from_store_id": store.id, "lines": [{"part_id": p["id"], "quantity": 1}]}, expect=201)
    store.manager.post(f"/v1/transfers/{made['id']}/approve", {}, expect=200)
    store.parts.post(f"/v1/transfers/{made['id']}/ship", {}, expect=200)
    assert change({"costing": "moving_average"}, 2).code == "part_in_stock"
    other.parts.post(f"/v1/transfers/{made['id']}/receive", {}, expect=200)
    job = fitted(Trade(other), p["id"], 1)
    assert change({"costing": "moving_average"}, 2)["costing"] == "moving_average"
    other.parts.post("/v1/stock-documents", {"kind": "return", "reason": "return_from_order", "store_id": other.id, "received_by": other.parts.id,
                                             "lines": [{"work_order_line_id": job["lines"][0]["id"], "quantity": 1}]}, expect=201)
    assert level(other, p["id"])[0::3] == (1, 100) and worth(other, p["id"]) == {"A": None}
    out(other, p["id"], 1)
    assert change({"costing": "batch"}, 3)["costing"] == "batch"


def test_first_stock_against_another_costing(chain, store, trade):
    """I14: the first receipt and a change of costing at once: whichever comes first, the books agree."""
    supplier = trade.supplier()
    for n in range(6):
        p = trade.part(tracking="batch")
        made = store.parts.post("/v1/stock-documents", {"kind": "receipt", "reason": "purchase", "store_id": store.id, "supplier_id": supplier["id"],
                                                        "lines": [{"part_id": p["id"], "quantity": 2, "unit_cost": 100 + n, "batch_number": "A"}]}, expect=201)
        changed, _ = at_once(lambda p=p: chain.purchaser.patch(f"/v1/parts/{p['id']}", {"costing": "batch"}, version=1), lambda m=made: audit(store, m))
        assert changed.status == 200 or changed.code == "part_in_stock"
        assert worth(store, p["id"]) == {"A": 200 + 2 * n if changed.status == 200 else None}
        assert cost(store, out(store, p["id"], 1)) == [100 + n]
