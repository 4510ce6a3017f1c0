# SPDX-License-Identifier: Apache-2.0
"""Suppliers and purchase orders: who may sell, who lets the store buy, what came, and who waited for it."""


import pytest

import slots
from fettle import at_once, uuid7
from test_stock import books_agree, draft, level, part, posted, verbs, wish  # pylint: disable=unused-import
from trade import CONSENT, Trade


@pytest.fixture
def trade(store):
    return Trade(store)


def day(ahead=0):
    return str(slots.day(ahead))


def path(order):
    return f"/v1/purchase-orders/{order['id']}"


def receive(store, order, *lines, who=None, expect=201, **more):
    """lines: (quantity, more of the line) in the order's order."""
    body = [{"line_id": order["lines"][i]["id"], "quantity": n, **extra} for i, (n, extra) in enumerate(lines)]
    return (who or store.parts).post(path(order) + "/receive", {"lines": body, **more}, expect=expect)


def audit(store, document, expect=200):
    return store.manager.post(f"/v1/stock-documents/{document['id']}/audit", expect=expect)


def read(store, order):
    return store.manager.get(path(order), expect=200)


def counts(order, line=0):
    row = order["lines"][line]
    return tuple(row[k] for k in ("pending_quantity", "received_quantity", "returned_quantity", "open_quantity"))


def test_suppliers(chain, store, trade):
    """J1: terms and qualifications, found by code, name and pinyin; changed by headquarters alone."""
    code = chain.unique()[-12:]
    made = chain.purchaser.post("/v1/suppliers", {
        "code": code, "name": "长安配件供应站", "payment_terms": "after_invoice", "payment_days": 45, "lead_days": 3, "minimum_amount": 50000,
        "contact": "王经理", "phone": "13800001111", "qualifications": [
            {"kind": "business_licence", "number": "9150", "valid_to": day(-1)}, {"kind": "business_licence", "number": "9151", "valid_from": day(), "valid_to": day()},
            {"kind": "quality_system", "number": "IATF", "valid_to": day(-1)}]}, expect=201)
    assert [q["holds"] for q in made["qualifications"]] == [False, True, False] and made["qualified"] is False
    for typed in (code, "长安配件", "CAPJ", "changanpeijian"):
        assert made["id"] in [s["id"] for s in store.parts.get("/v1/suppliers", params={"q": typed}).data], typed
    assert [h["id"] for h in store.manager.get("/v1/search", params={"q": code}).data] == [made["id"]]
    better = chain.purchaser.patch(f"/v1/suppliers/{made['id']}", {"qualifications": [{"kind": "quality_system"}], "name": "渝安汽配", "phone": None},
                                   version=1, expect=200)
    assert (better["qualified"], better["name"], better["phone"], better["contact"]) == (True, "渝安汽配", None, "王经理")
    assert made["id"] in [s["id"] for s in store.parts.get("/v1/suppliers", params={"q": "YAQP"}).data]
    assert store.manager.patch(f"/v1/suppliers/{made['id']}", {"lead_days": 1}, version=2).status == 403
    assert store.tech1.get(f"/v1/suppliers/{made['id']}").status == 403
    bad = chain.purchaser.post("/v1/suppliers", {"code": code, "name": "x", "payment_terms": "barter", "qualifications": [{"kind": "other", "valid_from": "2026-02-02", "valid_to": "2026-02-01"}]}, expect=422)
    assert "/payment_terms" in bad.errors
    turned = chain.purchaser.post("/v1/suppliers", {"code": code + "2", "name": "x", "payment_terms": "monthly", "qualifications": [
        {"kind": "other", "valid_from": "2026-02-02", "valid_to": "2026-02-01"}]}, expect=422)
    assert turned.errors == {"/qualifications/0/valid_to": "bad_value"}
    assert chain.purchaser.post("/v1/suppliers", {"code": code, "name": "x", "payment_terms": "monthly"}).errors == {"/code": "duplicate"}


def test_offers_follow_each_other(chain, store, trade):
    """J1 J9: an offer ends the one before; one that begins later stands in the way; it ends once."""
    supplier, p = trade.supplier(), trade.part()["id"]
    first = trade.offer(supplier, p, price=3000, valid_from=day(-10))
    second = trade.offer(supplier, p, price=3300, valid_from=day(-3))
    seen = {o["id"]: (o["price"], o["valid_to"], o["holds"]) for o in chain.purchaser.pages("/v1/supplier-offers", supplier_id=supplier["id"])}
    assert seen == {first["id"]: (3000, day(-3), False), second["id"]: (3300, None, True)}
    assert [o["id"] for o in chain.purchaser.pages("/v1/supplier-offers", part_id=p, holds="true")] == [second["id"]]
    future = chain.purchaser.post(f"/v1/suppliers/{supplier['id']}/offers", {"part_id": p, "price": 1, "valid_from": day(5)}, expect=201)
    before = chain.purchaser.post(f"/v1/suppliers/{supplier['id']}/offers", {"part_id": p, "price": 1, "valid_from": day(4)}, expect=409)
    assert before.code == "offer_in_the_way"
    assert chain.purchaser.post(f"/v1/suppliers/{supplier['id']}/offers", {"part_id": uuid7(), "price": 1}, expect=422).errors == {"/part_id": "not_found"}
    assert store.parts.get(f"/v1/supplier-offers/{future['id']}")["price"] is None       # no cost.read
    ended = chain.purchaser.post(f"/v1/supplier-offers/{future['id']}/end", {"valid_to": day(6)}, expect=200)
    assert ended["valid_to"] == day(6)
    assert chain.purchaser.post(f"/v1/supplier-offers/{future['id']}/end", {"valid_to": day(7)}, expect=422).errors == {"/valid_to": "bad_value"}
    assert chain.purchaser.post(f"/v1/supplier-offers/{future['id']}/end", {"valid_to": day(1)}, expect=422).errors == {"/valid_to": "bad_value"}
    assert second["supplier_number"] == "HT-1"


def test_from_wish_to_shelf(chain, store, trade):
    """J2 J4: drafted, submitted, approved, sent, received in two deliveries with a check, closed; the books follow the audits."""
    p, q = trade.part()["id"], trade.part()["id"]
    supplier = trade.supplier()
    trade.offer(supplier, p, price=3200, pack_quantity=4, minimum_quantity=8, supplier_number="HT-77")
    no_offer = store.parts.post("/v1/purchase-orders", {"store_id": store.id, "supplier_id": supplier["id"], "lines": [{"part_id": q, "quantity": 1}]}, expect=422)
    assert no_offer.errors == {"/lines/0/unit_price": "required"}
    for wrong in (10, 4):
        body = {"store_id": store.id, "supplier_id": supplier["id"], "lines": [{"part_id": p, "quantity": wrong}]}
        assert store.parts.post("/v1/purchase-orders", body, expect=422).errors == {"/lines/0/quantity": "bad_value"}
    made = store.parts.post("/v1/purchase-orders", {
        "store_id": store.id, "supplier_id": supplier["id"], "order_class": "daily",
        "lines": [{"part_id": p, "quantity": 12}, {"part_id": q, "quantity": 2.5, "unit_price": 333, "promised_on": day(9)}]}, expect=201)
    assert made["number"].startswith(f"{store.code}-PO-") and (made["status"], made["amount"]) == ("draft", None)
    assert {v for v, on in verbs(made).items() if on} == {"submit", "cancel"}
    assert read(store, made)["amount"] == 12 * 3200 + 833     # 832.5 is rounded up
    changed = store.parts.patch(path(made), {"note": "周五前", "expected_on": day(4)}, version=1, expect=200)
    assert (changed["note"], changed["expected_on"], len(changed["lines"])) == ("周五前", day(4), 2)
    store.parts.post(path(made) + "/submit", expect=200)
    assert store.parts.patch(path(made), {"note": "x"}, version=3).code == "illegal_transition"
    assert store.parts.post(path(made) + "/approve").status == 403
    back = store.manager.post(path(made) + "/reject", {"reason": "再议"}, expect=200)
    assert (back["status"], back["reason"], back["submitted_by"]) == ("draft", "再议", None)
    store.parts.post(path(made) + "/submit", expect=200)
    assert store.manager.post(path(made) + "/approve", expect=200)["approved_by"] == store.manager.id
    sent = store.parts.post(path(made) + "/send", expect=200)
    assert sent["status"] == "sent" and [l["promised_on"] for l in sent["lines"]] == [day(4), day(9)] and sent["lines"][0]["supplier_number"] == "HT-77"
    coming = store.advisor.get(f"/v1/parts/{p}/on-order", params={"store_id": store.id}).data
    assert [(c["quantity"], c["promised_on"], c["purchase_order"]["number"], c["order_class"]) for c in coming] == [(12, day(4), made["number"], "daily")]

    first = receive(store, sent, (5, {"certificate_number": "HG-1", "batch_number": "B1"}), (0, {"rejected_quantity": 2.5, "rejected_reason": "damaged"}),
                    delivery_note="DN-1")
    assert (first["kind"], first["status"], first["supplier_id"], first["purchase_order_id"], first["delivery_note"]) == ("receipt", "draft", supplier["id"], made["id"], "DN-1")
    assert [(l["quantity"], l["rejected_quantity"], l["rejected_reason"], l["batch_number"]) for l in first["lines"]] == [(5, 0, None, "B1"), (0, 2.5, "damaged", None)]
    now = read(store, made)
    assert (now["status"], counts(now)) == ("sent", (5, 0, 0, 12)) and level(store, p) == (0, 0, 0, None)
    assert receive(store, sent, (8, {}), expect=422).errors == {"/lines/0/quantity": "bad_value"}
    for verb, body in (("cancel", {"reason": "x"}), ("close", {"reason": "x"})):
        assert store.parts.post(f"{path(made)}/{verb}", body).code == "receipt_pending"
    assert audit(store, first, 200)["status"] == "posted"
    now = read(store, made)
    assert (now["status"], counts(now)) == ("partly_received", (0, 5, 0, 7)) and level(store, p)[0::3] == (5, 5 * 3200)
    second = receive(store, sent, (7, {}))
    assert store.manager.post(f"/v1/stock-documents/{second['id']}/void", {"reason": "点错"}, expect=200)["status"] == "void"
    assert counts(read(store, made)) == (0, 5, 0, 7)
    audit(store, receive(store, sent, (7, {}), (2.5, {})))
    done = read(store, made)
    assert (done["status"], counts(done), counts(done, 1)) == ("received", (0, 12, 0, 0), (0, 2.5, 0, 0)) and level(store, p)[0] == 12
    assert store.parts.post(path(made) + "/receive", {"lines": [{"line_id": made["lines"][0]["id"], "quantity": 1}]}).code == "illegal_transition"
    assert store.advisor.get(f"/v1/parts/{p}/on-order").data == []
    boss = store.hire("boss", "store_manager")
    boss.post(f"/v1/stock-documents/{first['id']}/reverse", expect=200)
    now = read(store, made)
    assert (now["status"], counts(now)) == ("partly_received", (0, 7, 0, 5)) and level(store, p)[0] == 7
    short = store.parts.post(path(made) + "/close", {}, expect=422)
    assert short.errors == {"/reason": "required"}
    over = store.parts.post(path(made) + "/close", {"reason": "厂家停产"}, expect=200)
    assert (over["status"], over["reason"], counts(over)[3]) == ("closed", "厂家停产", 0) and over["ended_at"]
    assert [d["id"] for d in store.parts.pages("/v1/stock-documents", store_id=store.id, purchase_order_id=made["id"], status="draft")] == []
    assert [o["id"] for o in store.parts.pages("/v1/purchase-orders", store_id=store.id, part_id=q, status="closed")] == [made["id"]]


def test_bad_receipts(chain, store, trade):
    """J4: what was turned away needs its reason; lines are the order's; bins are the warehouse's."""
    sent = trade.purchase("send")
    line = sent["lines"][0]["id"]
    for lines, errors in (
            ([{"line_id": line, "quantity": 0}], {"/lines/0/quantity": "bad_value"}),
            ([{"line_id": line, "quantity": 1, "rejected_quantity": 1}], {"/lines/0/rejected_reason": "required"}),
            ([{"line_id": line, "quantity": 1, "rejected_reason": "damaged"}], {"/lines/0/rejected_reason": "bad_value"}),
            ([{"line_id": uuid7(), "quantity": 1}], {"/lines/0/line_id": "not_found"}),
            ([{"line_id": line, "quantity": 1}, {"line_id": line, "quantity": 1}], {"/lines/1/line_id": "not_unique"}),
            ([{"line_id": line, "quantity": 1, "bin_id": uuid7()}], {"/lines/0/bin_id": "not_found"}),
            ([{"line_id": line, "quantity": 10.001}], {"/lines/0/quantity": "bad_value"})):
        assert store.parts.post(path(sent) + "/receive", {"lines": lines}, expect=422).errors == errors, lines
    assert counts(read(store, sent)) == (0, 0, 0, 10)
    other = chain.store()
    assert other.parts.post(path(sent) + "/receive", {"lines": [{"line_id": line, "quantity": 1}]}).status == 404
    assert other.manager.get(path(sent)).status == 404 and store.tech1.get(path(sent)).status == 403
    mixed = Trade(other).purchase("send")
    assert other.parts.post(path(mixed) + "/receive", {"lines": [{"line_id": line, "quantity": 1}]}, expect=422).errors == {"/lines/0/line_id": "not_found"}


def test_who_approves(chain, store, trade):
    """J2 J3: somebody else than the author, up to what their roles let pass; below the supplier's minimum only what is urgent."""
    boss = store.hire("boss", "store_manager")
    own = store.manager.post("/v1/purchase-orders", {"store_id": store.id, "supplier_id": trade.supplier()["id"],
                                                     "lines": [{"part_id": trade.part()["id"], "quantity": 1, "unit_price": 10000}]}, expect=201)
    boss.post(path(own) + "/submit", expect=200)
    assert store.manager.post(path(own) + "/approve").code == "own_document" and boss.post(path(own) + "/approve").code == "own_document"
    version = store.manager.get(f"/v1/stores/{store.id}/policies")["version"]
    set_to = store.manager.patch(f"/v1/stores/{store.id}/policies", {"purchase_limits": [{"role": "store_manager", "limit_amount": 32000}]}, version=version, expect=200)
    assert set_to["purchase_limits"] == [{"role": "store_manager", "limit_amount": 32000}]
    assert store.manager.patch(f"/v1/stores/{store.id}/policies", {"purchase_limits": [{"role": "cashier", "limit_amount": 1}] * 2},
                               version=version + 1, expect=422).errors == {"/purchase_limits/1/role": "not_unique"}
    within, beyond = trade.purchase("submit", quantity=10), trade.purchase("submit", quantity=10.001)
    store.manager.post(path(within) + "/approve", expect=200)
    no = store.manager.post(path(beyond) + "/approve")
    assert (no.status, no.code) == (403, "purchase_limit") and "32003" in no["detail"] and "32000" in no["detail"]
    assert chain.admin.post(path(beyond) + "/approve").code == "purchase_limit"      # has no limit of its own here
    supplier = trade.supplier(minimum_amount=32001)
    low = trade.purchase(supplier=supplier)
    assert store.parts.post(path(low) + "/submit").code == "below_minimum_order"
    urgent = trade.purchase("submit", supplier=supplier, order_class="vehicle_off_road")
    assert (urgent["status"], urgent["order_class"]) == ("submitted", "vehicle_off_road")
    only = store.parts.pages("/v1/purchase-orders", store_id=store.id, order_class="vehicle_off_road,emergency")
    assert [o["id"] for o in only] == [urgent["id"]]


def test_who_may_be_ordered_from(chain, store, trade):
    """J1: nothing goes to a supplier whose qualification has run out, or that is not used any more."""
    supplier = trade.supplier(qualifications=[{"kind": "business_licence", "number": "1", "valid_to": day(-1)}])
    approved = trade.purchase("approve", supplier=supplier)
    no = store.parts.post(path(approved) + "/send")
    assert (no.status, no.code) == (409, "supplier_unqualified") and "business_licence" in no["detail"]
    chain.purchaser.patch(f"/v1/suppliers/{supplier['id']}", {"qualifications": [{"kind": "business_licence", "number": "2", "valid_to": day()}], "active": False},
                          version=1, expect=200)
    assert store.parts.post(path(approved) + "/send").code == "supplier_inactive"
    body = {"store_id": store.id, "supplier_id": supplier["id"], "lines": [{"part_id": trade.part()["id"], "quantity": 1, "unit_price": 1}]}
    assert store.parts.post("/v1/purchase-orders", body).code == "supplier_inactive"
    chain.purchaser.patch(f"/v1/suppliers/{supplier['id']}", {"active": True}, version=2, expect=200)
    assert store.parts.post(path(approved) + "/send", expect=200)["status"] == "sent"
    assert store.parts.post("/v1/purchase-orders", {**body, "supplier_id": uuid7()}, expect=422).errors == {"/supplier_id": "not_found"}


def test_ordered_for_somebody(store, trade, sql):
    """J5 I9: a wish is on order with its promised day, is told when that changes, gets its parts first, and waits again when the order is given up."""
    p = trade.part()["id"]
    earlier = wish(store, p, 3)
    mine = wish(store, p, 4)
    shelf = wish(store, p, 2, kind="stock")
    lines = [{"part_id": p, "quantity": 4, "unit_price": 100, "demand_id": mine["id"]}, {"part_id": p, "quantity": 2, "unit_price": 100, "demand_id": shelf["id"]}]
    supplier = trade.supplier(lead_days=2)
    body = {"store_id": store.id, "supplier_id": supplier["id"], "lines": lines}
    assert store.parts.post("/v1/purchase-orders", {**body, "lines": [lines[0], lines[0]]}, expect=422).errors == {"/lines/1/demand_id": "not_unique"}
    wrong = {**lines[0], "part_id": trade.part()["id"]}
    assert store.parts.post("/v1/purchase-orders", {**body, "lines": [wrong]}, expect=422).errors == {"/lines/0/demand_id": "not_found"}

    def ordered():
        made = store.parts.post("/v1/purchase-orders", body, expect=201)
        store.parts.post(path(made) + "/submit", expect=200)
        store.manager.post(path(made) + "/approve", expect=200)
        return store.parts.post(path(made) + "/send", expect=200)

    def state(demand):
        now = store.parts.get(f"/v1/demands/{demand['id']}")
        return now["status"], now["short_quantity"], now["promised_on"]

    given_up = ordered()
    assert state(mine) == ("on_order", 4, day(2)) and state(earlier) == ("open", 3, None)
    store.parts.post(path(given_up) + "/cancel", {"reason": "客户取消"}, expect=200)
    assert state(mine) == ("open", 4, None)
    sent = ordered()
    promise = {"lines": [{"line_id": sent["lines"][0]["id"], "promised_on": day(7)}]}
    assert store.parts.post(path(sent) + "/promise", promise, expect=200)["lines"][0]["promised_on"] == day(7)
    assert state(mine) == ("on_order", 4, day(7))
    unknown = store.parts.post(path(sent) + "/promise", {"lines": [{"line_id": uuid7(), "promised_on": day(7)}]}, expect=422)
    assert unknown.errors == {"/lines/0/line_id": "not_found"}
    audit(store, receive(store, sent, (4, {}), (2, {})))
    assert state(mine)[:2] == ("reserved", 0) and state(shelf)[:2] == ("fulfilled", 0)
    assert state(earlier)[:2] == ("open", 1)      # what came for the shelf serves who waits
    told = [kind for (kind,) in sql("SELECT type FROM event WHERE subject_id = %s", (mine["id"],))]
    assert told.count("demand.promised") == 3


def test_the_order_knows_when(store, trade):
    """I9: a line that is short of its part tells when the supplier promised it, until it has come."""
    p = trade.part()["id"]
    order = trade.order([{"kind": "part", "part_id": p, "quantity": 2}])
    order = trade.step(store.advisor, order, "authorise", {"lines": [order["lines"][0]["id"]], **CONSENT})
    assert (order["lines"][0]["supply"], order["lines"][0]["part_expected_on"]) == ("short", None)
    [demand] = store.parts.pages("/v1/demands", store_id=store.id, work_order_id=order["id"])
    sent = trade.purchase("send", part=p, quantity=2, line={"demand_id": demand["id"], "promised_on": day(3)})
    assert trade.read(order)["lines"][0]["part_expected_on"] == day(3)
    assert [l["part_expected_on"] for l in store.parts.pages("/v1/work-order-lines", store_id=store.id, supply="short")] == [day(3)]
    audit(store, receive(store, sent, (2, {})))
    line = trade.read(order)["lines"][0]
    assert (line["supply"], line["part_expected_on"]) == ("reserved", None)


def test_the_promise_knows_when(chain, sql, store, trade):
    """I9: an order whose part comes after the day that its customer was promised says so, each time a supplier makes it so."""
    p = trade.part()["id"]
    order = trade.order([{"kind": "part", "part_id": p, "quantity": 2}], promised_at=f"{day(2)}T15:59:00Z")      # 23:59 in China
    assert (order["parts_expected_on"], order["parts_late"]) == (None, False)
    order = trade.step(store.advisor, order, "authorise", {"lines": [order["lines"][0]["id"]], **CONSENT})
    [demand] = store.parts.pages("/v1/demands", store_id=store.id, work_order_id=order["id"])

    def now():
        order_now = trade.read(order)
        return order_now["parts_expected_on"], order_now["parts_late"]

    def listed(late, who=store.advisor):
        return order["id"] in [w["id"] for w in who.pages("/v1/work-orders", store_id=store.id, parts_late=late)]

    def told():
        return sql("SELECT count(*) FROM event WHERE subject_id = %s AND type = 'work_order.parts_late'", (order["id"],))[0][0]

    def promised(sent, on):
        store.parts.post(path(sent) + "/promise", {"lines": [{"line_id": sent["lines"][0]["id"], "promised_on": on}]}, expect=200)

    sent = trade.purchase("send", part=p, quantity=2, line={"demand_id": demand["id"], "promised_on": day(2)})
    assert now() == (day(2), False) and not listed("true") and listed("false") and told() == 0
    promised(sent, day(3))
    assert now() == (day(3), True) and listed("true") and not listed("false") and told() == 1
    promised(sent, day(3))
    assert told() == 1
    assert chain.store().advisor.pages("/v1/work-orders", parts_late="true") == []
    store.advisor.post(f"/v1/work-orders/{order['id']}/promises", {"promised_at": f"{day(2)}T16:00:00Z", "reason": "part_delay"}, expect=201)
    assert now() == (day(3), False) and not listed("true")
    promised(sent, day(4))
    assert now() == (day(4), True) and told() == 2
    audit(store, receive(store, sent, (2, {})))
    assert now() == (None, False) and not listed("true")
    bad = store.advisor.get("/v1/work-orders", params={"parts_late": "soon"})
    assert (bad.status, bad["errors"][0]["parameter"]) == (400, "parts_late")


def test_bought_without_an_order(store, trade, chain):
    """J6: what is bought at the counter is a receipt with its supplier, delivery note, certificate and batch."""
    p, supplier = trade.part()["id"], trade.supplier()
    line = {"part_id": p, "quantity": 2, "unit_cost": 900, "certificate_number": "HG-9", "batch_number": "B9"}
    body = {"kind": "receipt", "reason": "purchase", "store_id": store.id, "supplier_id": supplier["id"], "delivery_note": "小票 12", "lines": [line]}
    made = store.parts.post("/v1/stock-documents", body, expect=201)
    assert (made["supplier_id"], made["delivery_note"], made["lines"][0]["batch_number"], made["lines"][0]["certificate_number"]) == (supplier["id"], "小票 12", "B9", "HG-9")
    audit(store, made)
    assert level(store, p) == (2, 0, 2, 1800)
    assert [d["id"] for d in store.parts.pages("/v1/stock-documents", store_id=store.id, supplier_id=supplier["id"])] == [made["id"]]
    assert store.parts.post("/v1/stock-documents", {**body, "reason": "surplus"}, expect=422).errors == {"/supplier_id": "bad_value"}
    assert store.parts.post("/v1/stock-documents", {**body, "supplier_id": uuid7()}, expect=422).errors == {"/supplier_id": "not_found"}
    scrap = {"kind": "scrap", "reason": "damage", "store_id": store.id, "lines": [{"part_id": p, "quantity": 1, "certificate_number": "B9"}]}
    assert store.parts.post("/v1/stock-documents", scrap, expect=422).errors == {"/lines/0/certificate_number": "bad_value"}


def test_back_to_the_supplier(chain, store, trade):
    """J7: what goes back is audited, leaves at what the stock is worth, and is not more than came."""
    order = trade.purchase("audit")
    p, line = order["lines"][0]["part"]["id"], order["lines"][0]["id"]
    body = {"kind": "supplier_return", "reason": "damage", "store_id": store.id, "supplier_id": order["supplier"]["id"],
            "lines": [{"part_id": p, "quantity": 3, "unit_cost": 3200, "purchase_order_line_id": line}]}

    def wrong(**more):
        return store.parts.post("/v1/stock-documents", {**body, **more}, expect=422).errors

    made = store.parts.post("/v1/stock-documents", body, expect=201)
    assert (made["status"], made["purchase_order_id"], level(store, p)) == ("draft", order["id"], (10, 0, 10, 32000))
    twice = store.parts.post("/v1/stock-documents", {**body, "lines": [{**body["lines"][0], "quantity": 8}]}, expect=201)
    audit(store, made)
    now = read(store, order)
    assert (now["status"], counts(now), level(store, p)) == ("received", (0, 10, 3, 0), (7, 0, 7, 22400))
    posted(store, p, 5, 100)
    assert audit(store, twice, 409).code == "returned_too_much"
    assert wrong(lines=[{**body["lines"][0], "quantity": 8}]) == {"/lines/0/quantity": "bad_value"}
    assert wrong(supplier_id=trade.supplier()["id"]) == {"/lines/0/purchase_order_line_id": "not_found"}
    assert wrong(lines=[{**body["lines"][0], "part_id": trade.part()["id"]}]) == {"/lines/0/purchase_order_line_id": "bad_value"}
    assert store.parts.post("/v1/stock-documents", {k: v for k, v in body.items() if k != "supplier_id"}, expect=422).errors == {"/supplier_id": "required"}
    assert wrong(lines=[{"part_id": p, "quantity": 1}]) == {"/lines/0/unit_cost": "required"}
    assert wrong(reason="loss") == {"/reason": "bad_value"}
    boss = store.hire("boss", "store_manager")
    boss.post(f"/v1/stock-documents/{made['id']}/reverse", expect=200)
    assert counts(read(store, order)) == (0, 10, 0, 0) and level(store, p)[0] == 15
    receipt = store.parts.pages("/v1/stock-documents", store_id=store.id, purchase_order_id=order["id"], kind="receipt")[0]
    audit(store, store.parts.post("/v1/stock-documents", body, expect=201))
    assert boss.post(f"/v1/stock-documents/{receipt['id']}/reverse").code == "returned_too_much"


def test_for_the_shop_itself(store, trade):
    """I19: what the shop uses itself is signed for and audited, and leaves at its cost."""
    p = trade.part()["id"]
    posted(store, p, 10, 50)
    body = {"kind": "internal", "reason": "consumable", "store_id": store.id, "received_by": store.tech1.id, "lines": [{"part_id": p, "quantity": 4}]}
    made = store.parts.post("/v1/stock-documents", body, expect=201)
    assert made["received_by"] == store.tech1.id
    audit(store, made)
    assert level(store, p) == (6, 0, 6, 300)
    assert store.parts.post("/v1/stock-documents", {k: v for k, v in body.items() if k != "received_by"}, expect=422).errors == {"/received_by": "required"}
    assert store.parts.post("/v1/stock-documents", {**body, "received_by": uuid7()}, expect=422).errors == {"/received_by": "not_found"}
    assert store.parts.post("/v1/stock-documents", {**body, "reason": "damage"}, expect=422).errors == {"/reason": "bad_value"}
    store.hire("boss", "store_manager").post(f"/v1/stock-documents/{made['id']}/reverse", expect=200)
    assert level(store, p) == (10, 0, 10, 500)


def test_scorecard(chain, store, trade):
    """J9: on time, in full, turned away, sent back, and how prices moved: of the days asked for."""
    supplier, p = trade.supplier(lead_days=0), trade.part()["id"]
    params = {"from": day(-1), "to": day(1)}
    empty = store.manager.get(f"/v1/suppliers/{supplier['id']}/scorecard", params=params, expect=200)
    assert (empty["lines_count"], empty["on_time_bp"], empty["fill_bp"], empty["defect_bp"], empty["price_change_bp"]) == (0, None, None, None, None)
    for price, ahead in ((1000, -20), (1100, -1), (1045, 0)):
        chain.purchaser.post(f"/v1/suppliers/{supplier['id']}/offers", {"part_id": p, "price": price, "valid_from": day(ahead)}, expect=201)
    trade.purchase("audit", supplier=supplier, part=p)                                  # today, in full
    late = trade.purchase("send", supplier=supplier, part=p, line={"promised_on": day(-1)})
    audit(store, receive(store, late, (6, {"rejected_quantity": 2, "rejected_reason": "damaged"})))
    trade.purchase("send", supplier=supplier, part=p, line={"promised_on": day(30)})    # not of these days
    card = store.manager.get(f"/v1/suppliers/{supplier['id']}/scorecard", params=params, expect=200)
    assert (card["lines_count"], card["on_time_count"], card["on_time_bp"]) == (2, 1, 5000)
    assert (card["ordered_quantity"], card["received_quantity"], card["fill_bp"], card["rejected_quantity"]) == (20, 16, 8000, 2)
    assert card["defect_bp"] == 2 * 10000 // 18
    assert (card["prices_up_count"], card["prices_down_count"], card["price_change_bp"]) == (1, 1, 250)
    assert chain.store().manager.get(f"/v1/suppliers/{supplier['id']}/scorecard", params=params, expect=200)["lines_count"] == 0
    turned = store.manager.get(f"/v1/suppliers/{supplier['id']}/scorecard", params={"from": day(1), "to": day(-1)})
    assert turned.status == 400
    assert store.tech1.get(f"/v1/suppliers/{supplier['id']}/scorecard", params=params).status == 403


def test_never_more_than_ordered(store, trade):
    """J4: sixteen receive the same line at once, and each receipt is audited three times at once: never more than was ordered comes."""
    sent = trade.purchase("send", quantity=10)
    body = {"lines": [{"line_id": sent["lines"][0]["id"], "quantity": 3}]}
    got = at_once(*[lambda: store.parts.post(path(sent) + "/receive", body)] * 16)
    drafts = [r for r in got if r.status == 201]
    assert len(drafts) == 3 and {r.status for r in got} == {201, 422}
    done = at_once(*[lambda d=d: store.manager.post(f"/v1/stock-documents/{d['id']}/audit") for d in drafts] * 3)
    assert sorted(r.status for r in done) == [200] * 3 + [409] * 6
    now = read(store, sent)
    assert (now["status"], counts(now), level(store, now["lines"][0]["part"]["id"])[0]) == ("partly_received", (0, 9, 0, 1), 9)
