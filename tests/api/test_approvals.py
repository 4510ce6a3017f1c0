# SPDX-License-Identifier: Apache-2.0
"""Prices below what somebody may give: asked for by themselves, decided by somebody else (F14)."""

import pytest

from fettle import at_once, wait_for
from trade import CONSENT


@pytest.fixture
def path(shop):
    return f"/v1/work-orders/{shop.open([])['id']}"


def line(who, path, price, expect=201, **more):
    return who.post(path + "/lines", {**more, "unit_price": price}, expect=expect)


def approval_of(who, made):
    return who.get(f"/v1/approvals/{made['approval_id']}", expect=200)


def decide(who, made, verb, expect=200):
    return who.post(f"/v1/approvals/{made['approval_id']}/{verb}", {"reason": "低于成本"} if verb == "reject" else None, expect=expect)


def authorise(who, path, *lines, expect=200):
    return who.post(path + "/authorise", {"lines": [l["id"] for l in lines], **CONSENT}, expect=expect)


def limits(store, **more):
    where = f"/v1/stores/{store.id}/policies"
    version = store.manager.get(where, expect=200)["version"]
    return store.manager.patch(where, more, version=version, expect=200)


def test_a_line_waits_for_its_price(shop, store, path):
    """F14: a price above the limit is asked for; its line cannot be authorised before somebody else has let it pass."""
    made = line(store.advisor, path, 20000, **shop.part_line(2))
    asked = approval_of(store.advisor, made)
    assert (asked["status"], asked["list_amount"], asked["amount"], asked["taken_off_bp"]) == ("pending", 66666, 40000, 4000)
    assert (asked["asked_by"], asked["description"], asked["work_order"]["id"]) == (store.advisor.id, "前制动片", made["work_order_id"])
    refused = authorise(store.advisor, path, made, expect=409)
    assert (refused.code, refused.errors) == ("approval_required", {"/lines/0": "approval_required"})
    assert store.advisor.post(f"/v1/approvals/{asked['id']}/approve").status == 403
    done = decide(store.manager, made, "approve")
    assert (done["status"], done["decided_by"], done["version"]) == ("approved", store.manager.id, 2)
    assert [a["verb"] for a in done["actions"] if a["enabled"]] == []
    assert authorise(store.advisor, path, made)["lines"][0]["status"] == "authorised"
    again = decide(store.manager, made, "reject", expect=409)
    assert (again.code, again["state"]) == ("illegal_transition", "approved")


def test_two_lines_wait_for_their_prices(shop):
    """F14: of one request each line that is too cheap waits by itself."""
    lines = shop.open([shop.part_line(unit_price=20000), shop.part_line(unit_price=33333), shop.part_line(unit_price=10000)])["lines"]
    assert [bool(l["approval_id"]) for l in lines] == [True, False, True] and lines[0]["approval_id"] != lines[2]["approval_id"]


def test_limits_by_role(shop, store, path):
    """F14: each role goes as far as the store says; who holds price.override as far as the store's rule, whichever is more."""
    set_to = limits(store, discount_limits=[{"role": "service_advisor", "limit_bp": 500}, {"role": "technician", "limit_bp": 9000}], discount_limit_bp=1000)
    assert {(l["role"], l["limit_bp"]) for l in set_to["discount_limits"]} == {("service_advisor", 500), ("technician", 9000)}
    assert line(store.advisor, path, 31667, **shop.part_line())["approval_id"] is None  # 4.998 %
    assert line(store.advisor, path, 31666, **shop.part_line())["approval_id"]  # 5.001 %
    assert line(store.manager, path, 30000, **shop.part_line())["approval_id"] is None
    assert line(store.manager, path, 29999, **shop.part_line())["approval_id"]
    limits(store, discount_limits=[{"role": "store_manager", "limit_bp": 10000}])
    assert line(store.manager, path, 0, **shop.part_line())["approval_id"] is None
    assert line(store.advisor, path, 33332, **shop.part_line())["approval_id"]
    twice = store.manager.patch(f"/v1/stores/{store.id}/policies", {"discount_limits": [{"role": "cashier", "limit_bp": 1}] * 2}, version=3, expect=422)
    assert twice.errors == {"/discount_limits/1/role": "not_unique"}


def test_nobody_decides_their_own(shop, store, path):
    """F14: who asked does not decide, whatever they may otherwise."""
    made = line(store.manager, path, 1, **shop.part_line())
    refused = decide(store.manager, made, "approve", expect=409)
    assert refused.code == "own_approval"
    other = store.hire("deputy", "store_manager")
    assert decide(other, made, "approve")["status"] == "approved"


def test_rejected_is_never_authorised(shop, store, path):
    """F14: a rejected price is told why; its line is withdrawn and another takes its place."""
    made = line(store.advisor, path, 1, **shop.part_line())
    done = decide(store.manager, made, "reject")
    assert (done["status"], done["reason"]) == ("rejected", "低于成本")
    assert authorise(store.advisor, path, made, expect=409).code == "approval_required"
    store.advisor.post(f"/v1/work-order-lines/{made['id']}/withdraw", {"reason": "价格未批"}, expect=200)
    assert approval_of(store.advisor, made)["status"] == "rejected"
    pending = line(store.advisor, path, 1, **shop.part_line())
    store.advisor.post(f"/v1/work-order-lines/{pending['id']}/withdraw", {"reason": "录错"}, expect=200)
    assert approval_of(store.advisor, pending)["status"] == "withdrawn"
    assert decide(store.manager, pending, "approve", expect=409)["state"] == "withdrawn"


def test_discounts_ask_too(shop, store):
    """F14: a discount that takes all of them above the limit waits; consent given with the order is not given to it."""
    lines = [shop.part_line(2), {"kind": "discount", "description": "老客户", "amount": 20000}]
    reception = shop.reception()["id"]
    refused = store.advisor.post("/v1/work-orders", {"reception_id": reception, "lines": lines, "authorise": CONSENT}, expect=409)
    assert (refused.code, refused.errors) == ("approval_required", {"/authorise": "approval_required"})
    made = store.advisor.post("/v1/work-orders", {"reception_id": reception, "lines": lines}, expect=201)
    asked = approval_of(store.advisor, made["lines"][1])
    assert (made["lines"][0]["approval_id"], asked["list_amount"], asked["amount"], asked["taken_off_bp"]) == (None, 66666, 46666, 3000)
    found = store.manager.get("/v1/approvals", params={"store_id": store.id, "status": "pending"}, expect=200).data
    assert [a["id"] for a in found] == [asked["id"]]
    store.advisor.post(f"/v1/work-orders/{made['id']}/cancel", {"reason": "客户离开"}, expect=200)
    assert approval_of(store.advisor, made["lines"][1])["status"] == "withdrawn"


def test_fewer_hours_are_a_discount_too(shop, store, path):
    """F14: labour for fewer hours than it takes waits like labour at a lower price; more hours, or what headquarters wrote into a package, do not."""
    made = line(store.advisor, path, 20000, **shop.labour_line(hours=0.1))
    asked = approval_of(store.advisor, made)
    assert (asked["status"], asked["list_amount"], asked["amount"], asked["taken_off_bp"]) == ("pending", 30000, 2000, 9333)
    assert authorise(store.advisor, path, made, expect=409).code == "approval_required"
    limits(store, discount_limits=[{"role": "service_advisor", "limit_bp": 1000}])
    assert line(store.advisor, path, 20000, **shop.labour_line(hours=1.35))["approval_id"] is None
    assert line(store.advisor, path, 20000, **shop.labour_line(hours=1.349))["approval_id"]
    assert line(store.advisor, path, 19000, **shop.labour_line(hours=1.4))["approval_id"]  # both together
    assert line(store.advisor, path, 20000, **shop.labour_line(hours=3))["approval_id"] is None
    package = store.chain.purchaser.post("/v1/packages", {"code": store.chain.unique(), "name": "检查", "items": [
        {"operation_id": shop.labour["id"], "hours": 0.1}]}, expect=201)
    order = shop.open([], packages=[{"package_id": package["id"]}])
    assert [(l["amount"], l["approval_id"]) for l in order["lines"]] == [(2000, None)]


def amounts(shop, order):
    return [(l["status"], l["list_price"], l["amount"]) for l in shop.get(order)["lines"] if l["kind"] == "discount"]


def test_a_discount_falls_with_its_lines(shop, store, chain, verify):
    """F14 F2: by link the customer may not keep the discount and decline what it was given on; what is left of it is what may be taken off the rest."""
    order = shop.open([])
    options = [{"label": "A", "lines": [shop.labour_line(), shop.part_line(1), {"kind": "discount", "description": "会员", "amount": 6000}]}]
    made = store.manager.post("/v1/estimates", {"work_order_id": order["id"], "options": options}, expect=201)
    assert made["options"][0]["lines"][2]["approval_id"] is None  # 9.47 % of 63333
    sent = store.advisor.post(f"/v1/estimates/{made['id']}/send", expect=200)
    option = sent["options"][0]
    chain.anyone.post(f"/v1/public/{sent['token']}/estimate-decision", {"option_id": option["id"], "lines": [
        {"line_id": option["lines"][0]["id"], "decision": "decline", "reason": "price"}]}, expect=200)
    assert amounts(shop, order) == [("authorised", 6000, 3333)]
    consents = store.advisor.get(f"/v1/work-orders/{order['id']}/authorisations", expect=200).data
    assert [c["amount"] for c in consents] == [33333 - 3333]
    labour = next(l for l in shop.get(order)["lines"] if l["kind"] == "labour")
    store.advisor.post(f"/v1/work-order-lines/{labour['id']}/revive", expect=200)
    authorise(store.advisor, f"/v1/work-orders/{order['id']}", labour)
    assert amounts(shop, order) == [("authorised", 6000, 6000)]
    store.advisor.post(f"/v1/work-order-lines/{labour['id']}/withdraw", {"reason": "不做"}, expect=200)
    assert amounts(shop, order) == [("authorised", 6000, 3333)]
    assert verify("lines") == []


def test_a_discount_reaches_as_far_as_consent(shop, store, path):
    """F14: authorised with a small line alone a discount takes off what it may of that; an approved one as much as was approved."""
    order = {"id": path.rsplit("/", 1)[1]}
    big, small = (store.manager.post(path + "/lines", {"kind": "fee", "description": "x", "amount": n}, expect=201) for n in (90000, 10000))
    less = store.manager.post(path + "/lines", {"kind": "discount", "description": "会员", "amount": 9000}, expect=201)
    body = {"lines": [small["id"], less["id"]], **CONSENT}
    refused = store.advisor.post(path + "/authorise", {**body, "amount_limit": 8999}, expect=422)
    assert list(refused.errors) == ["/amount_limit"]
    store.advisor.post(path + "/authorise", {**body, "amount_limit": 9000}, expect=200)
    assert amounts(shop, order) == [("authorised", 9000, 1000)]
    authorise(store.advisor, path, big)
    assert amounts(shop, order) == [("authorised", 9000, 9000)]
    more = store.advisor.post(path + "/lines", {"kind": "discount", "description": "投诉", "amount": 31000}, expect=201)
    decide(store.manager, more, "approve")
    authorise(store.advisor, path, more)
    assert [a for _, _, a in amounts(shop, order)] == [9000, 31000]
    store.advisor.post(f"/v1/work-order-lines/{big['id']}/withdraw", {"reason": "不做"}, expect=200)
    assert [a for _, _, a in amounts(shop, order)] == [4000, 0]


def test_a_bill_without_its_parts_has_less_discount(shop, store, verify):
    """F14: parts that came back are billed no more, and no discount is given on them."""
    order = without_its_parts(shop, store)
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    assert (bill["labour_total"], bill["part_total"], bill["discount_total"], bill["total"]) == (30000, 0, 3000, 27000)
    assert verify("lines", "settlement totals") == []


def test_a_bill_of_parts_that_came_back_alone(shop, store, verify):
    """F14: where the discount is all that is left for the customer to pay, it is cut before the bill is judged; another's bill is no hindrance."""
    order = without_its_parts(shop, store, "insurer")
    other = store.cashier.post("/v1/settlements", {"work_order_id": order["id"], "payer": "insurer"}, expect=201)
    assert (other["discount_total"], other["total"]) == (0, 30000)
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    assert (bill["part_total"], bill["discount_total"], bill["total"]) == (0, 0, 0)
    assert verify("lines", "settlement totals") == []


def test_a_discount_is_of_its_payer(shop, store, path, verify):
    """F14 F13: what an insurer pays is no reason to give the customer more, neither when the discount is given nor when it is agreed to."""
    limits(store, discount_limit_bp=500)

    def add(kind, amount, **more):
        return store.manager.post(path + "/lines", {"kind": kind, "description": "x", "amount": amount, **more}, expect=201)

    small, big, theirs = add("fee", 10000), add("fee", 90000), add("fee", 190000, payer="insurer")
    given = add("discount", 10000)
    asked = approval_of(store.manager, given)
    assert (asked["list_amount"], asked["amount"], asked["taken_off_bp"]) == (100000, 90000, 1000)
    store.manager.post(f"/v1/work-order-lines/{given['id']}/withdraw", {"reason": "x"}, expect=200)
    less, more = add("discount", 5000), add("discount", 9500, payer="insurer")
    assert less["approval_id"] is None and more["approval_id"] is None
    assert add("discount", 1, payer="insurer")["approval_id"]
    authorise(store.advisor, path, small, theirs, less, more)
    order = {"id": path.rsplit("/", 1)[1]}
    assert amounts(shop, order)[1:3] == [("authorised", 5000, 500), ("authorised", 9500, 9500)]
    authorise(store.advisor, path, big)
    assert amounts(shop, order)[1:3] == [("authorised", 5000, 5000), ("authorised", 9500, 9500)]
    assert verify("lines") == []


def without_its_parts(shop, store, labour_payer="customer"):
    """A completed order with labour, a discount for the customer, and parts that came back."""
    shop.stock(5)
    order = shop.ready(lines=[shop.labour_line(payer=labour_payer), shop.part_line(2)])
    less = store.manager.post(f"/v1/work-orders/{order['id']}/lines", {"kind": "discount", "description": "会员", "amount": 6000}, expect=201)
    authorise(store.advisor, f"/v1/work-orders/{order['id']}", less)
    shop.verb(store.dispatcher, order, "dispatch", {"bay_id": store.bay, "assignments": [
        {"line_id": order["lines"][0]["id"], "technician_id": store.tech1.id}]})
    shop.work(order)
    store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": store.tech1.id}, expect=200)
    shop.verb(store.dispatcher, order, "finish-work")
    check = store.inspector.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "final"}, expect=201)
    store.inspector.post(f"/v1/quality-checks/{check['id']}/pass", expect=200)
    store.parts.post("/v1/stock-documents", {"kind": "return", "store_id": store.id, "reason": "return_from_order", "received_by": store.parts.id,
                                             "lines": [{"quantity": 2, "work_order_line_id": order["lines"][1]["id"]}]}, expect=201)
    assert amounts(shop, order) == [("authorised", 6000, 6000)]
    return order


def test_an_estimate_waits(shop, store):
    """F14: an estimate with a price that waits is not sent; replaced lines are waited for no more; the order's line keeps its approval."""
    order = shop.open([])
    options = [{"label": "A", "lines": [shop.part_line(1, unit_price=10000), shop.labour_line()]}]
    made = store.advisor.post("/v1/estimates", {"work_order_id": order["id"], "options": options}, expect=201)
    path, first = f"/v1/estimates/{made['id']}", made["options"][0]["lines"][0]
    assert approval_of(store.advisor, first)["estimate_id"] == made["id"]
    assert store.advisor.post(path + "/send", expect=409).code == "approval_required"
    changed = store.advisor.patch(path, {"options": options}, version=1, expect=200)
    second = changed["options"][0]["lines"][0]
    assert approval_of(store.advisor, first)["status"] == "withdrawn"
    decide(store.manager, second, "approve")
    store.advisor.post(path + "/send", expect=200)
    revised = store.advisor.post(path + "/revise", expect=201)
    assert revised["options"][0]["lines"][0]["approval_id"] == second["approval_id"]
    path = f"/v1/estimates/{revised['id']}"
    store.advisor.post(path + "/send", expect=200)
    store.advisor.post(path + "/decide", {"option_id": revised["options"][0]["id"], **CONSENT}, expect=200)
    assert [(l["status"], l["approval_id"]) for l in shop.get(order)["lines"]] == [("authorised", second["approval_id"]), ("authorised", None)]


def test_it_expires(shop, store, path, sql):
    """F14: what nobody decides in the store's time has expired, at once for who decides, soon in its state."""
    limits(store, approval_hours=1)
    made, other = (line(store.advisor, path, price, **shop.part_line()) for price in (1, 2))
    sql("UPDATE approval SET expires_at = created_at WHERE id = %s", (made["approval_id"],))
    assert decide(store.manager, made, "approve", expect=409)["state"] == "expired"
    wait_for(lambda: approval_of(store.advisor, made)["status"] == "expired", 20)
    assert authorise(store.advisor, path, made, expect=409).code == "approval_required"
    assert approval_of(store.advisor, other)["status"] == "pending"


def test_two_decide_at_once(chain, shop, store, path):
    """F14: one of two decisions counts, and consent that meets it either has the approval or has to wait."""
    made, manager = line(store.advisor, path, 1, **shop.part_line()), store.manager
    both = at_once(lambda: decide(manager, made, "approve", expect=None), lambda: decide(manager, made, "reject", expect=None))
    assert sorted(r.status for r in both) == [200, 409]
    made = line(store.advisor, path, 2, **shop.part_line())
    _, consent = at_once(lambda: decide(manager, made, "approve"), lambda: authorise(store.advisor, path, made, expect=None))
    assert consent.status == 200 or consent.code == "approval_required"
    elsewhere = chain.store().manager
    assert decide(elsewhere, made, "approve", expect=404).code == "not_found"
    assert elsewhere.get("/v1/approvals", expect=200).data == []


def test_what_nobody_pays_for(shop, store, path):
    """F13, F14: work that the store bears is given away whole: somebody else lets it pass, whoever may override prices proposes it alone."""
    for payer in ("goodwill", "internal", "quality_guarantee"):
        made = store.advisor.post(path + "/lines", {**shop.part_line(2), "payer": payer}, expect=201)
        asked = approval_of(store.advisor, made)
        assert (asked["status"], asked["list_amount"], asked["amount"], asked["taken_off_bp"]) == ("pending", 66666, 0, 10000)
        assert authorise(store.advisor, path, made, expect=409).code == "approval_required"
        decide(store.manager, made, "approve")
        assert authorise(store.advisor, path, made)["status"] == "ready"
        free = store.manager.post(path + "/lines", {"kind": "fee", "description": "洗车", "amount": 3000, "payer": payer}, expect=201)
        assert free["approval_id"] is None
        refused = store.tech1.post(path + "/lines", {**shop.part_line(1), "payer": payer})
        assert refused.status == 403, refused
    for payer in ("insurer", "maker_warranty", "supplier"):
        assert store.advisor.post(path + "/lines", {**shop.part_line(1), "payer": payer}, expect=201)["approval_id"] is None
