# SPDX-License-Identifier: Apache-2.0
"""Stock: what comes in and goes out, to the piece and to the fen, and who gets the last one."""

import random

import pytest

from fettle import at_once, uuid7


@pytest.fixture
def part(chain):
    """part(): the id of a new part."""
    def make(name="机油滤清器"):
        return chain.purchaser.post("/v1/parts", {"number": chain.unique(), "name": name, "unit": "件",
                                                  "sale_price": 6800}, expect=201)["id"]
    return make


@pytest.fixture(autouse=True)
def books_agree(sql, store):
    """After every story the levels are what the ledger and the reservations say, entry by entry."""
    yield
    wrong = sql("""
        SELECT l.store_id, l.part_id, l.on_hand, l.value, l.reserved, m.on_hand, m.value, r.reserved
          FROM stock_level l
          LEFT JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS on_hand, coalesce(sum(value), 0) AS value, count(*) AS n,
                                    bool_and(ordinal_is_right) AS chain
                               FROM (SELECT quantity, value, sum(quantity) OVER w = on_hand_after
                                            AND sum(value) OVER w = value_after
                                            AND row_number() OVER w = ordinal AS ordinal_is_right
                                       FROM stock_movement s
                                      WHERE s.store_id = l.store_id AND s.warehouse_id = l.warehouse_id AND s.part_id = l.part_id
                                     WINDOW w AS (ORDER BY ordinal)) x) m ON true
          LEFT JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS reserved FROM reservation r
                              WHERE r.store_id = l.store_id AND r.warehouse_id = l.warehouse_id AND r.part_id = l.part_id
                                AND r.status = 'active') r ON true
         WHERE l.store_id = %s AND (l.on_hand <> m.on_hand OR l.value <> m.value OR l.reserved <> r.reserved
               OR l.movements <> m.n OR NOT coalesce(m.chain, true))""", (store.id,))
    assert wrong == []


def draft(store, part, quantity, unit_cost=None, kind="receipt", reason="purchase", expect=201, who=None, **more):
    line = {"part_id": part, "quantity": quantity, **({} if unit_cost is None else {"unit_cost": unit_cost})}
    return (who or store.parts).post("/v1/stock-documents", {"kind": kind, "store_id": store.id, "reason": reason,
                                                             "lines": [line], **more}, expect=expect)


def posted(store, part, quantity, unit_cost=None, **more):
    made = draft(store, part, quantity, unit_cost, **more)
    return store.manager.post(made.headers["Location"] + "/audit", expect=200)


def level(store, part, who=None):
    rows = (who or store.manager).get("/v1/stock-levels", params={"store_id": store.id, "part_id": part}).data
    if not rows:
        return (0, 0, 0, None)
    return tuple(rows[0][k] for k in ("on_hand", "reserved", "available", "value"))


def wish(store, part, quantity, kind="sale", **more):
    return store.parts.post("/v1/demands", {"kind": kind, "store_id": store.id,
                                            "lines": [{"part_id": part, "quantity": quantity}], **more}, expect=201)


def verbs(reply):
    return {a["verb"]: a["enabled"] for a in reply["actions"]}


def test_receipt_is_audited_by_another(store, part):
    """I6: a receipt moves nothing until somebody else audits it."""
    p = part()
    made = draft(store, p, 10, 3500)
    assert (made["status"], made["posted_at"], made["audited_by"]) == ("draft", None, None)
    assert made["number"].startswith(f"{store.code}-SD-") and made["created_by"] == store.parts.id
    assert verbs(made) == {"audit": False, "void": True, "reverse": False}
    assert level(store, p) == (0, 0, 0, None)
    path = made.headers["Location"]
    assert store.parts.post(path + "/audit").status == 403
    after = store.manager.post(path + "/audit", expect=200)
    assert (after["status"], after["audited_by"]) == ("posted", store.manager.id)
    assert [(line["quantity"], line["unit_cost"], line["cost"]) for line in after["lines"]] == [(10, 3500, 35000)]
    assert level(store, p) == (10, 0, 10, 35000)
    assert store.manager.post(path + "/audit").code == "illegal_transition"
    assert store.manager.post(path + "/void", {"reason": "x"}).code == "illegal_transition"
    mine = draft(store, p, 5, 100, who=store.manager)
    own = store.manager.post(mine.headers["Location"] + "/audit")
    assert (own.status, own.code) == (409, "own_document")
    assert level(store, p) == (10, 0, 10, 35000)
    ledger = store.parts.get("/v1/stock-movements", params={"part_id": p}).data
    assert [(m["quantity"], m["on_hand_after"], m["document_number"], m["value"]) for m in ledger] == \
        [(10, 10, made["number"], None)]


def test_costs_are_for_those_who_may(chain, store, part):
    """I14: the keeper counts pieces, who holds cost.read sees fen too."""
    p = part()
    made = posted(store, p, 3, 1000)
    assert level(store, p, store.parts) == (3, 0, 3, None)
    assert store.parts.get(f"/v1/stock-documents/{made['id']}")["lines"][0]["cost"] is None
    row = chain.finance.get("/v1/stock-levels", params={"part_id": p}).data[0]
    assert (row["average_cost"], row["value"], row["part"]["id"]) == (1000, 3000, p)
    keeper_there = chain.store().parts
    assert keeper_there.get("/v1/stock-levels", params={"part_id": p}).data == []
    assert keeper_there.get(f"/v1/parts/{p}/stock", expect=200).data == []
    assert store.parts.get(f"/v1/parts/{p}/stock").data[0]["average_cost"] is None
    assert store.manager.get(f"/v1/parts/{p}/movements").data[0]["value_after"] == 3000


def test_moving_average_to_the_fen(store, part):
    """I14: an issue takes value x quantity / on hand, half up; the last piece takes the rest."""
    p = part()
    posted(store, p, 2, 100)
    posted(store, p, 1, 101)
    assert level(store, p) == (3, 0, 3, 301)
    costs = [posted(store, p, 1, kind="scrap", reason="damage")["lines"][0]["cost"] for _ in range(3)]
    assert costs == [100, 101, 100]    # 301/3 = 100.33; 201/2 = 100.5; the rest
    assert level(store, p) == (0, 0, 0, 0)
    posted(store, p, 0.003, 333)
    assert level(store, p)[::3] == (0.003, 1)


def test_adjustment_and_reversal(store, part):
    """I5 I16: an adjustment has a sign and a reason; a posted document is only taken back by a counter-document."""
    p = part()
    receipt = posted(store, p, 10, 200)
    posted(store, p, -4, kind="adjustment", reason="count_loss")
    assert level(store, p) == (6, 0, 6, 1200)
    posted(store, p, 1, kind="adjustment", reason="surplus")    # at the average
    assert level(store, p) == (7, 0, 7, 1400)
    path = f"/v1/stock-documents/{receipt['id']}"
    assert store.manager.post(path + "/reverse").code == "insufficient_stock"
    posted(store, p, 5, 300)
    assert level(store, p) == (12, 0, 12, 2900)
    assert verbs(store.manager.get(path)) == {"audit": False, "void": False, "reverse": True}
    assert store.manager.post(path + "/reverse", expect=200)["status"] == "reversed"
    assert level(store, p) == (2, 0, 2, 900)
    counter = [d for d in store.manager.get("/v1/stock-documents", params={"store_id": store.id}).data
               if d["reverses_id"] == receipt["id"]]
    assert [(d["status"], d["kind"]) for d in counter] == [("posted", "receipt")]
    assert store.manager.post(path + "/reverse").code == "illegal_transition"
    other = store.hire("manager2", "store_manager")
    assert other.post(f"/v1/stock-documents/{counter[0]['id']}/reverse").code == "not_reversible"
    given_up = draft(store, p, 1, 1)
    assert store.parts.post(given_up.headers["Location"] + "/void", {"reason": "错单"}, expect=200)["note"] == "错单"
    assert store.manager.post(given_up.headers["Location"] + "/audit").code == "illegal_transition"


def test_what_moves_back(store, part):
    """I14 I16: scrap that was none comes back at its cost; who wrote a document does not reverse it."""
    p, second = part(), store.hire("manager2", "store_manager")
    posted(store, p, 3, 100)
    posted(store, p, 1, 101)
    gone = posted(store, p, 3, kind="scrap", reason="damage")
    assert (gone["lines"][0]["cost"], level(store, p)) == (301, (1, 0, 1, 100))
    back = store.manager.post(f"/v1/stock-documents/{gone['id']}/reverse", expect=200)
    assert (back["status"], level(store, p)) == ("reversed", (4, 0, 4, 401))
    mine = draft(store, p, 1, 100, who=store.manager)
    path = mine.headers["Location"]
    second.post(path + "/audit", expect=200)
    own = store.manager.post(path + "/reverse")
    assert (own.status, own.code, level(store, p)) == (409, "own_document", (5, 0, 5, 501))
    third = store.hire("manager3", "store_manager")
    third.post(path + "/reverse", expect=200)
    assert level(store, p) == (4, 0, 4, 401)


def test_a_receipt_taken_back_late(store, part):
    """I14: what was paid for pieces that have left since cannot be taken back twice: no more value goes than there is."""
    p = part()
    dear = posted(store, p, 1, 1000)
    posted(store, p, 10, 0)
    posted(store, p, 9, kind="scrap", reason="damage")    # 1000 x 9 / 11 = 818.18
    assert level(store, p) == (2, 0, 2, 182)
    store.manager.post(f"/v1/stock-documents/{dear['id']}/reverse", expect=200)
    assert level(store, p) == (1, 0, 1, 0)


def test_a_surplus_is_worth_the_average(store, part):
    """I14: of whatever is there, less than a piece as well; of nothing it is worth nothing."""
    p, q = part(), part()
    posted(store, p, 0.5, 200)
    assert posted(store, p, 1, kind="adjustment", reason="surplus")["lines"][0]["cost"] == 200
    assert level(store, p) == (1.5, 0, 1.5, 300)
    posted(store, p, 0.25, kind="adjustment", reason="surplus")
    assert level(store, p) == (1.75, 0, 1.75, 350)
    posted(store, q, 2, kind="adjustment", reason="surplus")
    assert level(store, q) == (2, 0, 2, 0)


def test_more_than_can_be_counted(store, part, sql):
    """I14: a value that no number holds is refused with the line named, and nothing moves."""
    p = part()
    most = 2 ** 63 - 1
    posted(store, p, 2, 100)
    gone = posted(store, p, 1, kind="scrap", reason="damage")

    def worth(value):
        sql("UPDATE stock_level SET value = %s WHERE store_id = %s AND part_id = %s", (value, store.id, p))

    worth(most)
    receipt = draft(store, p, 1, 1).headers["Location"]
    surplus = draft(store, p, 1.001, kind="adjustment", reason="surplus").headers["Location"]
    for path in (receipt + "/audit", surplus + "/audit", f"/v1/stock-documents/{gone['id']}/reverse"):
        refused = store.manager.post(path)
        assert (refused.status, refused.errors) == (422, {"/lines/0/quantity": "bad_value"}), refused
        assert refused["errors"][0]["message"] == "makes more than can be counted" and level(store, p) == (1, 0, 1, most)
    worth(100)
    store.manager.post(receipt + "/audit", expect=200)
    assert level(store, p) == (2, 0, 2, 101)


def test_never_below_zero_and_never_what_is_held(store, part):
    """I3 I17: what is held for somebody does not leave for somebody else."""
    p = part()
    posted(store, p, 5, 100)
    wish(store, p, 3)
    assert level(store, p) == (5, 3, 2, 500)
    scrap = draft(store, p, 3, kind="scrap", reason="damage")
    refused = store.manager.post(scrap.headers["Location"] + "/audit")
    assert (refused.status, refused.code, refused.errors) == (409, "insufficient_stock",
                                                              {"/lines/0/quantity": "insufficient_stock"})
    assert level(store, p) == (5, 3, 2, 500)
    posted(store, p, 2, kind="scrap", reason="damage")
    assert level(store, p) == (3, 3, 0, 300)


def test_waiting_is_served_in_turn(store, part):
    """I9 I20: what is short waits, what could be picked at first look is kept for ever, a receipt serves who came first."""
    p = part()
    posted(store, p, 2, 100)
    first, second, third = wish(store, p, 5), wish(store, p, 1), wish(store, p, 9, kind="stock")
    assert [(d["status"], d["first_pick_quantity"], d["short_quantity"]) for d in (first, second, third)] == \
        [("open", 2, 3), ("open", 0, 1), ("open", 0, 9)]
    assert [(line["available"], line["short_quantity"]) for line in first["lines"]] == [(0, 3)]
    posted(store, p, 3, 100)
    state = [store.parts.get(f"/v1/demands/{d['id']}") for d in (first, second, third)]
    assert [(d["status"], d["first_pick_quantity"], d["short_quantity"]) for d in state] == \
        [("reserved", 2, 0), ("open", 0, 1), ("open", 0, 9)]
    assert level(store, p) == (5, 5, 0, 500)
    posted(store, p, 3, 100)
    refused = store.parts.post(f"/v1/demands/{third['id']}/reserve")
    assert (refused.status, refused.code) == (409, "holds_nothing")
    offered = [{a["verb"] for a in d["actions"]} for d in (first, third)]
    assert offered == [{"cancel", "lose", "reserve"}, {"cancel", "lose"}]
    assert store.parts.get(f"/v1/demands/{second['id']}")["status"] == "reserved"
    assert level(store, p)[:3] == (8, 6, 2)
    held = store.parts.get("/v1/reservations", params={"part_id": p, "status": "active"}).data
    assert sorted(r["quantity"] for r in held) == [1, 2, 3]
    lost = store.parts.post(f"/v1/demands/{first['id']}/lose", {"reason": "too_slow"}, expect=200)
    assert (lost["status"], lost["reason"]) == ("lost", "too_slow")
    assert level(store, p)[:3] == (8, 1, 7)
    assert store.parts.post(f"/v1/demands/{first['id']}/cancel", {"reason": "x"}).code == "illegal_transition"
    one = next(r for r in held if r["demand_id"] == second["id"])
    assert store.parts.post(f"/v1/reservations/{one['id']}/release", expect=200)["status"] == "released"
    assert store.parts.post(f"/v1/reservations/{one['id']}/release").code == "illegal_transition"
    again = store.parts.get(f"/v1/demands/{second['id']}")
    assert (again["status"], again["short_quantity"]) == ("open", 1)
    assert level(store, p)[:3] == (8, 0, 8)
    listed = store.parts.get("/v1/demands", params={"store_id": store.id, "part_id": p, "status": "open,lost"}).data
    assert [d["id"] for d in listed] == [third["id"], second["id"], first["id"]]


def test_sixty_four_hands_for_ten_pieces(store, part):
    """I3: of 64 who want one at the same moment ten get it, and the level says so."""
    p = part()
    posted(store, p, 10, 700)
    keeper = store.parts
    body = {"kind": "sale", "store_id": store.id, "lines": [{"part_id": p, "quantity": 1}]}
    replies = at_once(*[lambda: keeper.post("/v1/demands", body, expect=201) for _ in range(64)])
    assert sorted(r["status"] for r in replies) == ["open"] * 54 + ["reserved"] * 10
    assert level(store, p) == (10, 10, 0, 7000)


def test_no_deadlock_whatever_the_order(store, part):
    """I3: documents and wishes over the same parts in any order of lines end, and the books agree."""
    parts = [part() for _ in range(6)]
    for p in parts:
        posted(store, p, 20, 500)

    def lines(**more):
        return [{"part_id": p, "quantity": 1, **more} for p in random.sample(parts, len(parts))]

    drafts = [store.parts.post("/v1/stock-documents", {
        "kind": kind, "store_id": store.id, "reason": "other", "lines": lines(**({"unit_cost": 400} if kind == "receipt" else {}))},
        expect=201).headers["Location"] for kind in ("receipt", "scrap") * 8]
    calls = [lambda path=path: store.manager.post(path + "/audit", expect=200) for path in drafts]
    calls += [lambda: store.parts.post("/v1/demands", {"kind": "sale", "store_id": store.id, "lines": lines()}, expect=201)
              for _ in range(8)]
    at_once(*calls)
    assert [level(store, p)[:3] for p in parts] == [(20, 8, 12)] * 6


def test_one_audit_of_two_at_once(store, part):
    """I6: two managers audit the same receipt at the same moment: it is posted once."""
    p = part()
    path = draft(store, p, 4, 250).headers["Location"]
    managers = [store.manager, store.hire("manager2", "store_manager")]
    replies = at_once(*[lambda m=m: m.post(path + "/audit") for m in managers])
    assert sorted((r.status, r.code) for r in replies) == [(200, None), (409, "illegal_transition")]
    assert level(store, p) == (4, 0, 4, 1000)


def test_each_kind_has_its_reasons(store, part, contract):
    """I5: the contract tells which, and nothing else is taken."""
    p, schemas = part(), contract.doc["components"]["schemas"]
    told = schemas["CreateStockDocument"]["properties"]["reason"]["description"].removeprefix("Of its kind. ").rstrip(".")
    reasons = {kind: listed.split(", ") for kind, listed in (of.split(": ") for of in told.split("; "))}
    # what these need besides is asked for once their reason is right
    needs = {"return": "/received_by", "internal": "/received_by", "supplier_return": "/supplier_id"}
    assert set(reasons) == {"receipt", "adjustment", "scrap", *needs}
    assert reasons["receipt"] == ["purchase", "transfer", "surplus", "distribution", "internal_sale", "other"]
    for kind, listed in reasons.items():
        for reason in schemas["StockReason"]["enum"]:
            made = draft(store, p, 1, 100, kind=kind, reason=reason, expect=None)
            if reason not in listed:
                assert (made.status, made.errors) == (422, {"/reason": "bad_value"}), (kind, reason)
                assert made["errors"][0]["message"] == f"of a {kind} must be one of " + ", ".join(listed)
            elif kind in needs:
                assert made.errors == {needs[kind]: "required"}, (kind, reason)
            else:
                assert (made.status, made["reason"]) == (201, reason)


def test_bins_and_bad_bodies(chain, store, part):
    """I6: references that are not there are named; another store's are not there."""
    p, other = part(), chain.store()
    made = store.parts.post("/v1/bins", {"code": "A-01", "store_id": store.id}, expect=201)
    assert store.parts.post("/v1/bins", {"code": "A-01"}).code == "duplicate"
    assert [b["id"] for b in store.parts.pages("/v1/bins", warehouse_id=made["warehouse_id"])] == [made["id"]]
    assert store.parts.get(made.headers["Location"], expect=200)["code"] == "A-01"
    assert [w["id"] for w in store.parts.pages("/v1/warehouses")] == [made["warehouse_id"]]
    assert other.parts.get(made.headers["Location"]).status == 404
    theirs = other.parts.post("/v1/bins", {"code": "A-01"}, expect=201)

    def send(who=store.parts, **body):
        return who.post("/v1/stock-documents", {"kind": "receipt", "store_id": store.id, "reason": "purchase", **body})

    def line(**more):
        return {"part_id": p, "quantity": 1, "unit_cost": 5, **more}

    assert send(lines=[line(bin_id=made["id"])]).status == 201
    assert send(lines=[line(), line(bin_id=theirs["id"])]).errors == {"/lines/1/bin_id": "not_found"}
    assert send(lines=[line(), line(part_id=uuid7())]).errors == {"/lines/1/part_id": "not_found"}
    assert send(lines=[line()], warehouse_id=theirs["warehouse_id"]).errors == {"/warehouse_id": "not_found"}
    for kind, reason, quantity, said in (("receipt", "purchase", -1, "must be positive"), ("receipt", "purchase", 0, "must be positive"),
                                         ("scrap", "damage", -1, "must be positive"), ("adjustment", "surplus", 0, "must not be 0")):
        wrong = send(kind=kind, reason=reason, lines=[line(quantity=quantity)])
        assert [(e["pointer"], e["message"]) for e in wrong["errors"]] == [("/lines/0/quantity", said)], wrong
    of_a_return = send(lines=[line(), line(work_order_line_id=uuid7())])
    assert [(e["pointer"], e["message"]) for e in of_a_return["errors"]] == [
        ("/lines/1/work_order_line_id", "is of a return only")]
    assert send(lines=[line()], received_by=store.parts.id).errors == {"/received_by": "bad_value"}
    old = "f47ac10b-58cc-4372-a567-0e02b2c3d479"    # a UUID of version 4
    assert send(lines=[line()], id=old).errors == {"/id": "bad_value"}
    assert store.parts.post("/v1/bins", {"code": "A-02", "id": old}).errors == {"/id": "bad_value"}
    assert store.parts.post("/v1/bins", {"code": "A-02", "store_id": other.id}).errors == {"/store_id": "not_found"}
    assert store.parts.post("/v1/bins", {"code": "A-02", "warehouse_id": theirs["warehouse_id"]}).errors == {
        "/warehouse_id": "not_found"}
    assert send(lines=[{"part_id": p, "quantity": 1}]).errors == {"/lines/0/unit_cost": "required"}
    assert send(lines=[{"quantity": 1, "unit_cost": 1}]).errors == {"/lines/0/part_id": "required"}
    assert send(lines=[]).errors == {"/lines": "too_few"}
    assert send(kind="issue", lines=[line()]).errors == {"/kind": "bad_value"}
    assert send(lines=[line(quantity=0.0001)]).status == 422
    assert send(who=other.parts, lines=[line()]).errors == {"/store_id": "not_found"}
    assert send(who=store.advisor, lines=[line()]).status == 403
    mine = draft(store, p, 1, 1)
    for verb, body in (("audit", None), ("void", {"reason": "x"}), ("reverse", None)):
        assert other.manager.post(f"{mine.headers['Location']}/{verb}", body).status == 404
    assert other.parts.get(mine.headers["Location"]).status == 404
    wanted = {"kind": "sale", "store_id": store.id, "lines": [{"part_id": p, "quantity": 1}]}
    assert store.parts.post("/v1/demands", {**wanted, "store_id": other.id}).errors == {"/store_id": "not_found"}
    for name in ("work_order_id", "customer_id", "vehicle_id"):
        assert store.parts.post("/v1/demands", {**wanted, name: uuid7()}).errors == {"/" + name: "not_found"}
    assert store.parts.post("/v1/demands", {**wanted, "lines": [{"part_id": uuid7(), "quantity": 1}]}).errors == {
        "/lines/0/part_id": "not_found"}


def test_verify_names_every_difference(store, part, sql, verify):
    """I16: the books are recomputed from the ledger; each difference is told with store, part and amount."""
    p = part()
    posted(store, p, 10, 700)
    receipt = posted(store, p, 2, 100)
    wish(store, p, 3)
    assert verify() == []
    name = f"{store.code} " + sql("SELECT number FROM part WHERE id = %s", (p,))[0][0]

    def change(text):
        sql("UPDATE stock_level SET " + text + " WHERE store_id = %s AND part_id = %s", (store.id, p))

    change("on_hand = on_hand + 1, reserved = 4, value = value - 7")
    assert verify() == [f"stock levels: {name}: on_hand is 13.000, should be 12.000",
                        f"stock levels: {name}: reserved is 4.000, should be 3.000",
                        f"stock levels: {name}: value is 7193, should be 7200"]
    change("on_hand = on_hand - 1, reserved = 3, value = value + 7")
    assert verify() == []

    def ledger(text, ordinal):
        sql("UPDATE stock_movement SET " + text + " WHERE store_id = %s AND ordinal = %s", (store.id, ordinal))

    ledger("on_hand_after = 11", 1)
    assert verify() == [f"stock ledger: {name}: on_hand_after of entry 1 is 11.000, should be 10.000"]
    ledger("on_hand_after = 10, value = value - 1", 1)
    ledger("value = value + 1", 2)
    assert verify() == [
        f"stock ledger: {name}: value_after of entry 1 is 7000, should be 6999",
        f"stock documents: {store.code} {first_number(store, receipt)}: cost of line 1 is 6999, should be 7000",
        f"stock documents: {store.code} {receipt['number']}: cost of line 1 is 201, should be 200"]
    ledger("value = value + 1", 1)
    ledger("value = value - 1", 2)
    assert verify() == []


def first_number(store, other):
    """Number of the store's one document that is not the other."""
    documents = store.manager.pages("/v1/stock-documents", store_id=store.id)
    return next(d["number"] for d in documents if d["id"] != other["id"])


@pytest.fixture
def issued(sql, chain, store):
    """issued(part, document): the line of a work order that a posted document's parts went into."""
    def make(part, document, quantity):
        customer, vehicle, reception, order, line = (uuid7() for _ in range(5))
        number = chain.unique()
        sql("INSERT INTO customer (id, kind, name, created_at, updated_at) VALUES (%s, 'person', '王芳', now(), now())", (customer,))
        sql("INSERT INTO vehicle (id, plate, created_at, updated_at) VALUES (%s, %s, now(), now())", (vehicle, chain.plate()))
        sql("INSERT INTO reception (id, store_id, number, customer_id, vehicle_id, status, odometer_km, arrived_at, created_at,"
            " updated_at) VALUES (%s, %s, %s, %s, %s, 'handed_over', 1, now(), now(), now())",
            (reception, store.id, number, customer, vehicle))
        sql("INSERT INTO work_order (id, store_id, number, reception_id, customer_id, vehicle_id, status, opened_at, created_at,"
            " updated_at) VALUES (%s, %s, %s, %s, %s, %s, 'in_progress', now(), now(), now())",
            (order, store.id, number, reception, customer, vehicle))
        sql("INSERT INTO work_order_line (id, store_id, work_order_id, position, kind, part_id, description, quantity, list_price,"
            " unit_price, amount, status, supply, issued_quantity, created_at, updated_at) VALUES (%s, %s, %s, 1, 'part', %s,"
            " '配件', %s, 1, 1, 1, 'authorised', 'issued', %s, now(), now())", (line, store.id, order, part, quantity, quantity))
        sql("UPDATE stock_document_line SET work_order_line_id = %s WHERE document_id = %s", (line, document["id"]))
        sql("UPDATE stock_movement SET kind = 'issue' WHERE document_id = %s", (document["id"],))
        return line
    return make


def test_issued_parts_come_back(chain, store, part, issued, sql, verify):
    """I4: what was issued and not used comes back at the cost it left with, never more than was issued."""
    p, other = part(), chain.store()
    posted(store, p, 3, 100)
    posted(store, p, 1, 101)
    line = issued(p, posted(store, p, 3, kind="scrap", reason="other"), 3)    # 401 x 3 / 4 = 300.75
    assert level(store, p) == (1, 0, 1, 100)
    waiting = wish(store, p, 2)
    assert (waiting["status"], waiting["short_quantity"]) == ("open", 1)

    def give_back(quantity, who=store.parts, received_by=store.parts.id, **more):
        return who.post("/v1/stock-documents", {
            "kind": "return", "store_id": store.id, "reason": "return_from_order", "received_by": received_by,
            "lines": [{"work_order_line_id": line, "quantity": quantity}], **more})

    assert give_back(4).errors == {"/lines/0/quantity": "bad_value"}
    assert give_back(1, received_by=None).errors == {"/received_by": "wrong_type"}
    assert give_back(1, received_by=other.parts.id).errors == {"/received_by": "not_found"}
    assert give_back(1, lines=[{"work_order_line_id": uuid7(), "quantity": 1}]).errors == {
        "/lines/0/work_order_line_id": "not_found"}
    first = give_back(1)
    assert (first.status, first["status"], first["kind"], first["received_by"]) == (201, "posted", "return", store.parts.id)
    assert level(store, p) == (2, 2, 0, 200)
    assert store.parts.get(f"/v1/demands/{waiting['id']}")["status"] == "reserved"
    replies = at_once(*[lambda: give_back(1) for _ in range(6)])
    assert sorted(r.status for r in replies) == [201] * 2 + [422] * 4
    assert level(store, p) == (4, 2, 2, 401)
    assert sql("SELECT issued_quantity, returned_quantity FROM work_order_line WHERE id = %s", (line,)) == [(3, 3)]
    assert store.manager.post(f"/v1/stock-documents/{first['id']}/reverse").code == "not_reversible"
    assert not [told for told in verify() if told.startswith(("issued parts", "stock levels", "stock ledger"))]
