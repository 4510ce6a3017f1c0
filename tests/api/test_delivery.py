# SPDX-License-Identifier: Apache-2.0
"""Deliveries: the customer's answer to each concern, and the record of what was said and handed back (G21, G31)."""

import datetime

import pytest

from fettle import at_once, uuid7, wait_for
from trade import HANDED_BACK


@pytest.fixture
def paid(shop, store):
    """paid(...) -> an order whose car may go."""
    def make(lines=None):
        shop.stock(10)
        order = shop.completed(lines=lines or [shop.labour_line()])
        bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
        bill = store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
        store.cashier.post("/v1/payments", {"settlement_id": bill["id"], "amount": bill["due"], "method": "cash"}, expect=201)
        return order
    return make


def record(who, order, expect=200):
    return who.get(f"/v1/work-orders/{order['id']}/delivery", expect=expect)


def concerns(who, order):
    return [c["concern_id"] for c in record(who, order)["concerns"]]


def said(who, store, **params):
    return [(a["work_order_id"], a["answer"], a["first_time"]) for a in
            who.get("/v1/acceptances", params={"store_id": store.id, **params}, expect=200).data]


def test_each_concern_is_answered(shop, store, paid, sql, verify):
    """G31: solved, not solved or not checked, with a remark and who asked; unanswered is not asked; not solved is an event and a list."""
    order, other = paid(), paid()
    concern = concerns(store.advisor, order)[0]
    assert [c["answer"] for c in record(store.advisor, order)["concerns"]] == ["not_asked"]
    shop.verb(store.advisor, order, "deliver", {**HANDED_BACK, "acceptance": [
        {"concern_id": concern, "answer": "not_solved", "remark": "冷车仍有异响"}]})
    told = record(store.advisor, order)["concerns"]
    assert [(c["answer"], c["remark"], c["asked_by"], c["text"]) for c in told] == [("not_solved", "冷车仍有异响", store.advisor.id, "刹车有异响")]
    shop.verb(store.advisor, other, "deliver", HANDED_BACK)
    assert [c["answer"] for c in record(store.advisor, other)["concerns"]] == ["not_asked"]
    events = sql("SELECT data FROM event WHERE subject_id = %s AND type = 'work_order.concern_not_solved'", (order["id"],))
    assert [e[0]["concerns"] for e in events] == [[{"concern_id": concern, "text": "刹车有异响", "remark": "冷车仍有异响"}]]
    assert said(store.advisor, store, answer="not_solved") == [(order["id"], "not_solved", True)]
    assert said(store.advisor, store, answer="solved,not_checked") == []
    item = store.advisor.get("/v1/acceptances", params={"work_order_id": order["id"]}, expect=200).data[0]
    guarantees = store.advisor.get("/v1/guarantees", params={"work_order_id": order["id"]}, expect=200).data
    assert item["guarantee_ids"] == [g["id"] for g in guarantees] and item["customer"]["name"] == "王芳"
    assert verify("deliveries", "references", "KPIs") == []


def test_the_old_way_of_saying_it(shop, store, paid):
    """G31: `solved` true or false is still understood; one of the two ways is sent, of a concern of this visit, once."""
    order = paid()
    concern = concerns(store.advisor, order)[0]
    for acceptance, errors in (
            ([{"concern_id": concern}], {"/acceptance/0/answer": "one_of"}),
            ([{"concern_id": concern, "solved": True, "answer": "solved"}], {"/acceptance/0/answer": "one_of"}),
            ([{"concern_id": uuid7(), "answer": "solved"}], {"/acceptance/0/concern_id": "not_found"}),
            ([{"concern_id": concern, "answer": "perhaps"}], {"/acceptance/0/answer": "bad_code"}),
            ([{"concern_id": concern, "solved": True}] * 2, {"/acceptance": "not_unique"})):
        refused = shop.verb(store.advisor, order, "deliver", {**HANDED_BACK, "acceptance": acceptance}, expect=422)
        assert refused.errors == errors
    shop.verb(store.advisor, order, "deliver", {**HANDED_BACK, "acceptance": [{"concern_id": concern, "solved": False}]})
    assert record(store.advisor, order)["concerns"][0]["answer"] == "not_solved"


def test_a_store_that_asks_for_all(shop, store, chain, paid):
    """G31: by the store's policy no car goes before every concern has an answer; the refusal names those without."""
    policies = chain.admin.get(f"/v1/stores/{store.id}/policies", expect=200)
    assert policies["acceptance_rule"] == "optional"
    chain.admin.patch(f"/v1/stores/{store.id}/policies", {"acceptance_rule": "required"}, version=policies["version"], expect=200)
    order = paid()
    refused = shop.verb(store.advisor, order, "deliver", HANDED_BACK, expect=422)
    assert refused.errors == {"/acceptance": "not_asked"} and "刹车有异响" in refused["errors"][0]["message"]
    assert shop.get(order)["status"] == "settled"
    shop.verb(store.advisor, order, "deliver", {**HANDED_BACK, "acceptance": [
        {"concern_id": concerns(store.advisor, order)[0], "answer": "not_checked"}]})
    assert said(store.advisor, store) == [(order["id"], "not_checked", True)]


def test_the_share_that_was_solved(shop, store, chain, paid):
    """G31: the KPI counts solved over solved and not solved, of orders that were no comeback; not checked counts for nothing."""
    for answer in ("solved", "solved", "not_solved", "not_checked"):
        order = paid()
        shop.verb(store.advisor, order, "deliver", {**HANDED_BACK, "acceptance": [
            {"concern_id": concerns(store.advisor, order)[0], "answer": answer}]})
    day = day_of(shop.get(order))

    def value():
        values = store.manager.get("/v1/kpi-values", params={"kpi": "concerns_solved", "store_id": store.id, "from": day, "to": day}, expect=200).data
        return values and (values[0]["numerator"], values[0]["denominator"], values[0]["value"], values[0]["n"])
    assert wait_for(lambda: value() if value() and value()[1] == 3 else None) == (2, 3, 66.667, 3)


def day_of(order):
    """Of the delivery, in the store."""
    at = datetime.datetime.fromisoformat(order["delivered_at"].replace("Z", "+00:00"))
    return at.astimezone(datetime.timezone(datetime.timedelta(hours=8))).strftime("%Y-%m-%d")


def test_the_record_of_a_delivery(shop, store, chain, paid, verify):
    """G21: what was explained, what becomes of each old part, the wash, the belongings, who took it and who gave it, in one record."""
    order = paid([shop.labour_line(), shop.part_line(2), shop.part_line(1)])
    labour, one, two = (line["id"] for line in order["lines"])
    before = record(store.advisor, order)
    assert [(p["line_id"], p["quantity"], p["old_parts"], p["part_number"]) for p in before["parts"]] == [
        (one, 2, "taken_back", shop.part["number"]), (two, 1, "taken_back", shop.part["number"])]
    assert (before["delivered_at"], before["explained_items"], before["taken_by"]) == (None, [], None)
    body = {**HANDED_BACK, "old_parts": "given_up", "washed": True}
    for wrong, errors in (
            ({"replaced_parts": [{"line_id": labour, "old_parts": "none"}]}, {"/replaced_parts/0/line_id": "not_found"}),
            ({"replaced_parts": [{"line_id": one, "old_parts": "none"}] * 2}, {"/replaced_parts/1/line_id": "not_unique"}),
            ({"explained": False, "explained_items": ["bill"]}, {"/explained_items": "bad_value"}),
            ({"explained_items": ["bill", "weather"]}, {"/explained_items/1": "bad_code"})):
        assert shop.verb(store.advisor, order, "deliver", {**body, **wrong}, expect=422).errors == errors
    shop.verb(store.advisor, order, "deliver", {
        **body, "replaced_parts": [{"line_id": one, "old_parts": "taken_back"}], "explained_items": ["work", "parts", "bill"],
        "taken_by": "王小明（丈夫）", "note": "备用钥匙一并交还", "next_service": {"odometer_km": 55000}})
    after = record(store.advisor, order)
    assert [p["old_parts"] for p in after["parts"]] == ["taken_back", "given_up"]
    assert (after["explained"], after["explained_items"], after["washed"], after["belongings_returned"]) == (True, ["work", "parts", "bill"], True, True)
    assert (after["taken_by"], after["note"], after["delivered_by"], after["next_service_km"]) == ("王小明（丈夫）", "备用钥匙一并交还", store.advisor.id, 55000)
    assert after["delivered_at"] == shop.get(order)["delivered_at"]
    record(chain.store().advisor, order, expect=404)
    assert order["id"] not in [a["work_order_id"] for a in chain.store().advisor.get("/v1/acceptances", expect=200).data]
    assert verify("deliveries", "references") == []


def test_two_hand_it_back_at_once(shop, store, paid):
    """G21, G31: of two deliveries at the same moment one is recorded, with its answers."""
    order = paid()
    concern = concerns(store.advisor, order)[0]
    replies = at_once(*[lambda answer=answer: store.advisor.post(f"/v1/work-orders/{order['id']}/deliver", {
        **HANDED_BACK, "acceptance": [{"concern_id": concern, "answer": answer}]}) for answer in ("solved", "not_solved")])
    assert sorted(r.status for r in replies) == [200, 409]
    won = "solved" if replies[0].status == 200 else "not_solved"
    assert [c["answer"] for c in record(store.advisor, order)["concerns"]] == [won]
