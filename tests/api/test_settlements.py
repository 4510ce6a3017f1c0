# SPDX-License-Identifier: Apache-2.0
"""Bills and money: what a completed order comes to, who pays it, and that no fen is counted twice."""

import pytest

from fettle import at_once, uuid7, wait_for

# kind, quantity, unit price, payer, status
LINES = [("labour", "1.500", 12000, "customer", "authorised"), ("part", "4.000", 5550, "customer", "authorised"),
         ("sublet", "1.000", 3000, "customer", "authorised"), ("fee", "1.000", 505, "customer", "authorised"),
         ("discount", "1.000", 1000, "customer", "authorised"), ("labour", "1.000", 99900, "customer", "declined")]


@pytest.fixture
def order(sql, chain):
    """order(store, lines): a work order as the final check leaves it; billing begins here."""
    def make(store, lines=LINES, status="completed"):
        customer, vehicle, reception, work_order = (uuid7() for _ in range(4))
        number = chain.unique()
        sql("INSERT INTO customer (id, kind, name, phone, created_at, updated_at)"
            " VALUES (%s, 'person', '王芳', %s, now(), now())", (customer, chain.phone()))
        sql("INSERT INTO customer_store VALUES (%s, %s, 'created', now())", (customer, store.id))
        sql("INSERT INTO vehicle (id, plate, created_at, updated_at) VALUES (%s, %s, now(), now())",
            (vehicle, chain.plate()))
        sql("INSERT INTO reception (id, store_id, number, customer_id, vehicle_id, status, odometer_km, arrived_at,"
            " created_at, updated_at) VALUES (%s, %s, %s, %s, %s, 'handed_over', 1, now(), now(), now())",
            (reception, store.id, number, customer, vehicle))
        sql("INSERT INTO work_order (id, store_id, number, reception_id, customer_id, vehicle_id, status, opened_at,"
            " created_at, updated_at) VALUES (%s, %s, %s, %s, %s, %s, %s, now(), now(), now())",
            (work_order, store.id, number, reception, customer, vehicle, status))
        consent = uuid7()
        sql("INSERT INTO authorisation (id, store_id, work_order_id, method, by_name, amount, at) VALUES (%s, %s, %s, 'in_person', '王芳', 0, now())",
            (consent, store.id, work_order))
        for position, (kind, quantity, price, payer, decided) in enumerate(lines, 1):
            sql("INSERT INTO work_order_line (id, store_id, work_order_id, position, kind, description, quantity,"
                " list_price, unit_price, amount, payer, status, authorisation_id, issued_quantity, created_at, updated_at) VALUES (%s, %s, %s,"
                " %s, %s, '项目', %s, %s, %s, round(%s::numeric * %s), %s, %s, %s, %s, now(), now())",
                (uuid7(), store.id, work_order, position, kind, quantity, price, price, quantity, price, payer,
                 decided, consent if decided == "authorised" else None, quantity if kind == "part" else 0))
        return work_order
    return make


@pytest.fixture
def state(sql):
    """state(order) -> (status, paid) of a work order."""
    return lambda order: sql("SELECT status, paid FROM work_order WHERE id = %s", (order,))[0]


def draft(store, order, **more):
    return store.cashier.post("/v1/settlements", {"work_order_id": order, **more}, expect=201)


def issued(store, order, **more):
    path = draft(store, order, **more).headers["Location"]
    return store.cashier.post(path + "/issue", expect=200)


def pay(store, settlement, amount, method="wechat", **more):
    return store.cashier.post("/v1/payments", {"settlement_id": settlement, "amount": amount, "method": method, **more})


def verbs(reply):
    return {a["verb"]: a["enabled"] for a in reply["actions"]}


def test_from_draft_to_paid(store, order, state):
    """B7: the bill sums rounded lines, contains the tax, gets its number at issue, and is paid in two parts."""
    bill = draft(store, order(store))
    assert {k: bill[k] for k in ("labour_total", "part_total", "sublet_total", "fee_total", "discount_total")} == {
        "labour_total": 18000, "part_total": 22200, "sublet_total": 3000, "fee_total": 505, "discount_total": 1000}
    assert (bill["rounding"], bill["total"], bill["paid"], bill["due"]) == (0, 42705, 0, 0)
    # 42705 x 600 / 10600 = 2417.26
    assert (bill["tax_bp"], bill["tax_total"], bill["net_total"], bill["currency"]) == (600, 2417, 40288, "CNY")
    assert (bill["status"], bill["number"], bill["payer"]) == ("draft", None, "customer")
    assert [(line["position"], line["kind"], line["amount"]) for line in bill["lines"]] == [
        (1, "labour", 18000), (2, "part", 22200), (3, "sublet", 3000), (4, "fee", 505), (5, "discount", 1000)]
    assert bill["customer"]["name"] == "王芳" and "****" in bill["customer"]["phone"]
    assert verbs(bill) == {"issue": True, "void": False}
    assert pay(store, bill["id"], 100).code == "illegal_transition"

    bill = store.advisor.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
    assert (bill["status"], bill["due"]) == ("issued", 42705)
    assert bill["number"].startswith(f"{store.code}-ST-") and bill["number"].endswith("-0001")
    assert state(bill["work_order_id"]) == ("settled", False)
    assert store.cashier.post(f"/v1/settlements/{bill['id']}/issue").code == "illegal_transition"
    assert verbs(store.manager.get(f"/v1/settlements/{bill['id']}")) == {"issue": False, "void": True}

    first = pay(store, bill["id"], 20000, "cash")
    assert (first.status, first["status"]) == (201, "succeeded")
    assert first["settlement"] == {"id": bill["id"], "status": "partly_paid", "due": 22705}
    over = pay(store, bill["id"], 22706)
    assert (over.status, over.code, over.errors) == (409, "overpaid", {"/amount": "overpaid"})
    rest = pay(store, bill["id"], 22705, reference="4200002026")
    assert rest["settlement"] == {"id": bill["id"], "status": "paid", "due": 0}
    assert state(bill["work_order_id"]) == ("settled", True)
    assert pay(store, bill["id"], 1).code == "overpaid"
    assert [p["id"] for p in store.cashier.get("/v1/payments", params={"settlement_id": bill["id"]}).data] == [
        rest["id"], first["id"]]
    assert store.cashier.get(rest.headers["Location"], expect=200)["reference"] == "4200002026"
    assert [s["id"] for s in store.cashier.get("/v1/settlements", params={"status": "paid"}).data] == [bill["id"]]
    assert store.cashier.get("/v1/settlements", params={"number": bill["number"], "count": "true"})["count"]["value"] == 1


@pytest.mark.parametrize("rounding, tax_bp, total, off, tax", [
    (100, 600, 42700, -5, 2417), (1000, 1300, 42000, -705, 4832), (1, 0, 42705, 0, 0), (10, 900, 42700, -5, 3526)])
def test_house_rules_of_money(store, order, rounding, tax_bp, total, off, tax):
    """B7: the total is rounded down to the store's step, tax is told out of it, half a fen up."""
    path = f"/v1/stores/{store.id}/policies"
    store.manager.patch(path, {"rounding_fen": rounding, "tax_bp": tax_bp},
                        version=store.manager.get(path)["version"], expect=200)
    bill = draft(store, order(store))
    assert (bill["total"], bill["rounding"], bill["tax_total"]) == (total, off, tax)
    assert bill["net_total"] + bill["tax_total"] == bill["total"]


def test_each_payer_has_a_bill(store, order, state):
    """B7: the order is settled once every payer is billed; it is paid when its customer has paid."""
    work_order = order(store, [("labour", "1", 10000, "customer", "authorised"),
                               ("labour", "1", 7000, "maker_warranty", "authorised")])
    mine = issued(store, work_order)
    assert state(work_order) == ("completed", False)
    assert store.cashier.post("/v1/settlements", {"work_order_id": work_order, "payer": "insurer"}).code == \
        "nothing_to_bill"
    theirs = issued(store, work_order, payer="maker_warranty")
    assert (theirs["total"], state(work_order)) == (7000, ("settled", False))
    again = store.cashier.post("/v1/settlements", {"work_order_id": work_order})
    assert (again.status, again.code, again["existing"]) == (
        409, "duplicate", {"type": "settlement", "id": mine["id"]})
    paid = store.cashier.post("/v1/payments", {"work_order_id": work_order, "amount": 10000, "method": "alipay"},
                              expect=201)
    assert (paid["settlement"]["id"], state(work_order)) == (mine["id"], ("settled", True))

    internal = order(store, [("labour", "1", 10000, "internal", "authorised")])
    issued(store, internal, payer="internal")
    assert state(internal) == ("settled", True)
    free = order(store, [("fee", "1", 100, "customer", "authorised"), ("discount", "1", 100, "customer", "authorised")])
    assert (issued(store, free)["total"], state(free)) == (0, ("settled", True))
    absurd = order(store, [("fee", "1", 100, "customer", "authorised"), ("discount", "1", 101, "customer", "authorised")])
    assert store.cashier.post("/v1/settlements", {"work_order_id": absurd}).code == "negative_total"


def test_what_others_pay(store, order, state):
    """B7: the bill of an insurer moves the order with the others, but only its customer's money makes it paid; an order
    without a customer's lines is paid as soon as all of it is billed."""
    work_order = order(store, [("labour", "1", 10000, "customer", "authorised"),
                               ("labour", "1", 7000, "insurer", "authorised")])
    theirs = issued(store, work_order, payer="insurer")
    assert state(work_order) == ("completed", False)
    payment = pay(store, theirs["id"], 7000)
    assert (payment["settlement"]["status"], state(work_order)) == ("paid", ("completed", False))
    store.manager.post(f"/v1/payments/{payment['id']}/refund", {"amount": 7000, "reason": "x"}, expect=200)
    store.manager.post(f"/v1/settlements/{theirs['id']}/void", {"reason": "x"}, expect=200)
    assert state(work_order) == ("completed", False)
    mine = issued(store, work_order)
    assert state(work_order) == ("completed", False)
    theirs = issued(store, work_order, payer="insurer")
    assert state(work_order) == ("settled", False)
    pay(store, mine["id"], 10000)
    assert state(work_order) == ("settled", True)
    store.manager.post(f"/v1/settlements/{theirs['id']}/void", {"reason": "x"}, expect=200)
    assert state(work_order) == ("completed", True)

    work_order = order(store, [("labour", "1", 10000, "internal", "authorised"), ("labour", "1", 7000, "insurer", "authorised")])
    one = issued(store, work_order, payer="internal")
    assert state(work_order) == ("completed", False)
    issued(store, work_order, payer="insurer")
    assert state(work_order) == ("settled", True)
    store.manager.post(f"/v1/settlements/{one['id']}/void", {"reason": "x"}, expect=200)
    assert state(work_order) == ("completed", False)


def test_more_than_can_be_counted(store, order, state):
    """B7: a total or a tax that no number holds is refused, not cut."""
    for lines in ([(kind, "1", 2 ** 62, "customer", "authorised") for kind in ("labour", "fee")],
                  [("fee", "1", 2 ** 53, "customer", "authorised")]):
        work_order = order(store, lines)
        path = f"/v1/stores/{store.id}/policies"
        store.manager.patch(path, {"tax_bp": 1300}, version=store.manager.get(path)["version"], expect=200)
        refused = store.cashier.post("/v1/settlements", {"work_order_id": work_order})
        assert (refused.status, refused.errors) == (422, {"/work_order_id": "bad_value"}), refused
        assert state(work_order) == ("completed", False)


def test_void_and_bill_anew(store, order, state):
    """B7 P21: a void bill keeps its number, tells why as a code, too, and gives the order back; a paid one cannot be voided."""
    work_order = order(store)
    first = issued(store, work_order)
    path = f"/v1/settlements/{first['id']}/void"
    assert store.cashier.post(path, {"reason": "wrong"}).status == 403
    assert store.manager.post(path, {}).errors == {"/reason": "required"}
    taken = pay(store, first["id"], 5)
    assert store.manager.post(path, {"reason": "wrong"}).code == "illegal_transition"
    store.manager.post(f"/v1/payments/{taken['id']}/refund", {"amount": 5, "reason": "wrong bill"}, expect=200)
    void = store.manager.post(path, {"reason": "wrong_payer", "note": "另开"}, expect=200)
    assert (void["status"], void["number"], void["due"], void["reason"], void["reason_code"]) == ("void", first["number"], 0, "wrong_payer", "other")
    (told,) = store.manager.get("/v1/settlements", params={"work_order_id": work_order, "status": "void"}, expect=200).data
    assert told["reason_code"] == "other"
    assert state(work_order) == ("completed", False)
    second = issued(store, work_order)
    assert int(second["number"][-4:]) == int(first["number"][-4:]) + 1
    assert state(work_order) == ("settled", False)
    late = pay(store, first["id"], 5)
    assert (late.code, late["state"]) == ("illegal_transition", "void")


def test_refund(store, order, state):
    """B7 P21: money goes back piece by piece, never more than came, with a reason that is a code or words; the bill is due again."""
    bill = issued(store, order(store))
    payment = pay(store, bill["id"], bill["total"])
    path = f"/v1/payments/{payment['id']}/refund"
    assert store.cashier.post(path, {"amount": 1, "reason": "x"}).status == 403
    part = store.manager.post(path, {"amount": 705, "reason": "rounding"}, expect=200)
    assert (part["status"], part["refunded"]) == ("partly_refunded", 705)
    assert part["settlement"] == {"id": bill["id"], "status": "partly_paid", "due": 705}
    assert state(bill["work_order_id"]) == ("settled", False)
    much = store.manager.post(path, {"amount": 42001, "reason": "x"})
    assert (much.status, much.code) == (409, "refund_too_large")
    whole = store.manager.post(path, {"amount": 42000, "reason": "customer_request"}, expect=200)
    assert (whole["status"], whole["settlement"]["status"]) == ("refunded", "issued")
    assert [(r["amount"], r["reason"], r["reason_code"]) for r in whole["refunds"]] == [
        (705, "rounding", "other"), (42000, "customer_request", "customer_request")]
    assert store.manager.post(path, {"amount": 1, "reason": "x"}).code == "illegal_transition"


def test_what_is_refused(chain, store, order):
    """Wrong states, wrong bodies, wrong people, and another store's bill."""
    early = store.cashier.post("/v1/settlements", {"work_order_id": order(store, status="in_progress")})
    assert (early.status, early.code, early["state"]) == (409, "illegal_transition", "in_progress")
    assert store.tech1.post("/v1/settlements", {"work_order_id": uuid7()}).status == 403
    assert store.cashier.post("/v1/settlements", {"work_order_id": uuid7()}).errors == {"/work_order_id": "not_found"}
    unbilled = order(store)
    assert store.cashier.post("/v1/payments", {"work_order_id": unbilled, "amount": 1, "method": "cash"}).code == \
        "not_billed"
    old = "f47ac10b-58cc-4372-a567-0e02b2c3d479"    # a UUID of version 4
    assert store.cashier.post("/v1/settlements", {"id": old, "work_order_id": unbilled}).errors == {"/id": "bad_value"}
    assert store.cashier.post("/v1/payments", {"work_order_id": uuid7(), "amount": 1, "method": "cash"}).errors == {
        "/work_order_id": "not_found"}
    bill = issued(store, unbilled)
    assert pay(store, bill["id"], 1, id=old).errors == {"/id": "bad_value"}
    assert pay(store, bill["id"], 0).errors == {"/amount": "too_small"}
    assert pay(store, bill["id"], 1, work_order_id=unbilled).errors == {"/settlement_id": "one_of"}
    assert pay(store, bill["id"], 1, "gold").errors == {"/method": "bad_code"}
    assert store.advisor.post("/v1/payments", {"settlement_id": bill["id"], "amount": 1, "method": "cash"}).status == 403

    other = chain.store()
    assert other.cashier.get(f"/v1/settlements/{bill['id']}").status == 404
    assert other.cashier.post(f"/v1/settlements/{bill['id']}/issue").status == 404
    assert other.manager.post(f"/v1/settlements/{bill['id']}/void", {"reason": "x"}).status == 404
    foreign = pay(other, bill["id"], 1)
    assert (foreign.status, foreign.errors) == (422, {"/settlement_id": "not_found"})
    payment = pay(store, bill["id"], 1)
    assert other.manager.post(f"/v1/payments/{payment['id']}/refund", {"amount": 1, "reason": "x"}).status == 404
    assert other.cashier.get("/v1/settlements").data == [] and other.cashier.get("/v1/payments").data == []


def test_a_hundred_at_once(store, order, sql):
    """A rush at closing time: a hundred bills are issued at once, no number is missing and none is there twice."""
    drafts = [draft(store, order(store, LINES[:1]))["id"] for _ in range(100)]
    client = store.cashier
    replies = at_once(*[lambda one=one: client.post(f"/v1/settlements/{one}/issue") for one in drafts])
    late = [one for one, reply in zip(drafts, replies) if reply.status == 503]
    replies = [r for r in replies if r.status != 503] + [client.post(f"/v1/settlements/{one}/issue") for one in late]
    assert [r.status for r in replies] == [200] * 100
    assert sorted(int(r["number"].rsplit("-", 1)[1]) for r in replies) == list(range(1, 101))
    assert sql("SELECT count(DISTINCT number), count(*) FROM settlement WHERE store_id = %s", (store.id,)) == [(100, 100)]


def test_two_cashiers(store, order, sql):
    """Two take the same money at the same moment: it is taken once."""
    bill = issued(store, order(store))
    second = store.hire("cashier2", "cashier")
    body = {"settlement_id": bill["id"], "amount": bill["total"], "method": "cash"}
    replies = at_once(*[lambda c=c: c.post("/v1/payments", body) for c in (store.cashier, second) * 4])
    assert sorted(r.status for r in replies) == [201] + [409] * 7
    assert {r.code for r in replies if r.status == 409} == {"overpaid"}
    assert sql("SELECT sum(amount) FROM payment WHERE settlement_id = %s", (bill["id"],))[0][0] == bill["total"]
    parts = issued(store, order(store))
    replies = at_once(*[lambda: store.cashier.post("/v1/payments", {**body, "settlement_id": parts["id"],
                                                                    "amount": 10000}) for _ in range(8)])
    assert sorted(r.status for r in replies) == [201] * 4 + [409] * 4
    assert store.cashier.get(f"/v1/settlements/{parts['id']}")["due"] == 2705
    one = store.cashier.post("/v1/payments", {**body, "settlement_id": parts["id"], "amount": 5}, key="once", expect=201)
    again = store.cashier.post("/v1/payments", {**body, "settlement_id": parts["id"], "amount": 5}, key="once")
    assert (again["id"], again.replayed) == (one["id"], True)


def test_verified(store, order, sql, verify):
    """Bills, payments and numbers are made anew from what they come from; every difference is named."""
    books = ("settlement totals", "settlements paid", "refunds", "orders paid", "numbers")
    lines = [line for line in LINES if line[0] != "part"]    # parts have a ledger of their own
    bill = issued(store, order(store, lines))
    other = issued(store, order(store, lines))
    payment = pay(store, bill["id"], 20000)
    store.manager.post(f"/v1/payments/{payment['id']}/refund", {"amount": 500, "reason": "x"}, expect=200)
    store.manager.post(f"/v1/settlements/{other['id']}/void", {"reason": "x"}, expect=200)
    assert verify(*books) == []

    number = sql("SELECT number FROM work_order WHERE id = %s", (bill["work_order_id"],))[0][0]
    sql("UPDATE settlement_line SET amount = amount + 1 WHERE settlement_id = %s AND position = 1", (bill["id"],))
    sql("UPDATE settlement SET paid = 19501 WHERE id = %s", (bill["id"],))
    sql("UPDATE payment_refund SET amount = 499 WHERE payment_id = %s", (payment["id"],))
    sql("UPDATE work_order SET paid = true WHERE id = %s", (bill["work_order_id"],))
    sql("UPDATE settlement SET number = replace(number, '-0002', '-0003') WHERE id = %s", (other["id"],))
    assert verify(*books) == [
        f"settlement totals: {store.code} {bill['number']}: labour_total is 18000, should be 18001",
        f"settlement totals: {store.code} {bill['number']}: total is 20505, should be 20506",
        f"settlements paid: {store.code} {bill['number']}: paid is 19501, should be 19500",
        f"refunds: {store.code} {payment['number']}: refunded is 500, should be 499",
        f"orders paid: {store.code} {number}: paid is t, should be f",
        f"numbers: {store.code} {bill['number'][len(store.code) + 1:-5]}: last number is 3, should be 2"]
    sql("UPDATE settlement_line SET amount = amount - 1 WHERE settlement_id = %s AND position = 1", (bill["id"],))
    sql("UPDATE settlement SET paid = 19500 WHERE id = %s", (bill["id"],))
    sql("UPDATE payment_refund SET amount = 500 WHERE payment_id = %s", (payment["id"],))
    sql("UPDATE work_order SET paid = false WHERE id = %s", (bill["work_order_id"],))
    sql("UPDATE settlement SET number = replace(number, '-0003', '-0002') WHERE id = %s", (other["id"],))
    assert verify(*books) == []


def test_a_draft_that_was_wrong(store, order):
    """A discarded draft is gone and blocks nothing; lists with a position tell of it; an issued bill stays."""
    work = order(store)
    position = store.cashier.get("/v1/settlements", params={"store_id": store.id}, expect=200)["position"]
    draft = store.cashier.post("/v1/settlements", {"work_order_id": work}, expect=201)
    path = f"/v1/settlements/{draft['id']}"
    assert store.cashier.delete(path, version=7).code == "stale_version"
    store.cashier.delete(path, expect=204)
    assert store.cashier.get(path).status == 404
    assert store.cashier.get("/v1/settlements", params={"work_order_id": work}, expect=200).data == []
    gone = wait_for(lambda: store.cashier.get("/v1/settlements", params={"store_id": store.id, "after_position": position},
                                              expect=200).data)
    assert [(s["id"], s["deleted_at"] is None) for s in gone] == [(draft["id"], False)]
    bill = store.cashier.post("/v1/settlements", {"work_order_id": work}, expect=201)
    issued = store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
    assert issued["number"].endswith("-0001")
    refused = store.cashier.delete(f"/v1/settlements/{bill['id']}")
    assert (refused.code, refused["state"]) == ("illegal_transition", "issued")
