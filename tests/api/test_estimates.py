# SPDX-License-Identifier: Apache-2.0
"""Estimates: alternative plans, their revisions, and the customer's decision that becomes the order (F1-F8, F12)."""


import pytest

import slots
from fettle import at_once, uuid7, wait_for
from trade import CONSENT


def day(days):
    return str(slots.day(days))


@pytest.fixture
def plans(shop):
    """Two ways to do it: new parts, or a repair."""
    return [{"label": "更换总成", "pros": "保修一年", "cons": "费用较高", "duration_minutes": 180, "finish_at": "2036-01-02T10:00:00Z", "lines": [
                shop.labour_line(), shop.part_line(2), {"kind": "sublet", "description": "四轮定位", "amount": 20000},
                {"kind": "fee", "description": "检测费", "amount": 5000, "payer": "insurer"},
                {"kind": "discount", "description": "会员", "amount": 1000}]},
            {"label": "修复", "cons": "可能再次渗漏", "duration_minutes": 60, "lines": [{"kind": "fee", "description": "修复", "amount": 10000}]}]


@pytest.fixture
def draft(shop, store, plans):
    def make(**more):
        order = more.pop("order", None) or shop.open(lines=[])
        # the discount is the manager's to give
        return store.manager.post("/v1/estimates", {"work_order_id": order["id"], "options": plans, **more}, expect=201)
    return make


@pytest.fixture
def sent(draft, store):
    return lambda **more: verb(store.advisor, draft(**more), "send")


def verb(who, estimate, name, body=None, expect=200):
    return who.post(f"/v1/estimates/{estimate['id']}/{name}", body, expect=expect)


def decide(who, estimate, option=0, expect=200, **more):
    chosen = {} if option is None else {"option_id": estimate["options"][option]["id"]}
    return verb(who, estimate, "decide", {**chosen, **CONSENT, **more}, expect)


def test_alternative_plans(store, draft):
    """F1 F2 F13: plans with pros, cons, time and price, of every kind of line, each line with its payer."""
    made = draft(valid_until=day(14))
    assert made["number"].startswith(store.code + "-ES-") and (made["revision"], made["status"]) == (1, "draft")
    first, second = made["options"]
    assert (first["label"], first["pros"], first["cons"], first["duration_minutes"]) == ("更换总成", "保修一年", "费用较高", 180)
    assert first["finish_at"] == "2036-01-02T10:00:00Z" and second["finish_at"] is None
    assert [first[k + "_total"] for k in ("labour", "part", "sublet", "fee", "discount")] == [30000, 66666, 20000, 5000, 1000]
    assert (first["total"], first["customer_total"], second["total"]) == (120666, 115666, 10000)
    assert [l["kind"] for l in first["lines"]] == ["labour", "part", "sublet", "fee", "discount"]
    assert {(l["decision"], l["work_order_line_id"]) for l in first["lines"]} == {(None, None)}
    assert made["token"] is None and [a["verb"] for a in made["actions"] if a["enabled"]] == ["send"]
    listed = store.advisor.get("/v1/estimates", params={"work_order_id": made["work_order_id"]}, expect=200).data
    assert [(e["id"], e["customer"]["name"]) for e in listed] == [(made["id"], "王芳")]


def test_acceptance_becomes_the_order(shop, store, sent):
    """F5 F1: the chosen plan's lines stand in the order, authorised with who, how and how much; the other plan does not."""
    shop.stock(5)
    estimate = sent()
    done = decide(store.advisor, estimate)
    assert (done["status"], done["method"], done["by_name"]) == ("accepted", CONSENT["method"], CONSENT["by"]["name"])
    assert done["chosen_option_id"] == estimate["options"][0]["id"]
    order = store.advisor.get(f"/v1/work-orders/{estimate['work_order_id']}", expect=200)
    assert order["status"] == "ready" and [l["status"] for l in order["lines"]] == ["authorised"] * 5
    assert [l["amount"] for l in order["lines"]] == [30000, 66666, 20000, 5000, 1000]
    assert order["lines"][1]["supply"] == "reserved" and shop.level() == (5, 2)
    assert [l["work_order_line_id"] for l in done["options"][0]["lines"]] == [l["id"] for l in order["lines"]]
    consents = store.advisor.get(f"/v1/work-orders/{order['id']}/authorisations", expect=200).data
    assert [(c["id"], c["amount"]) for c in consents] == [(done["authorisation_id"], 120666)]
    again = decide(store.advisor, estimate, expect=409)
    assert (again.code, again["state"], again["allowed"]) == ("illegal_transition", "accepted", [])


def test_line_by_line(shop, store, sent):
    """F5 F6: each line is authorised, declined or deferred with a reason; what was not wanted is kept with the order."""
    estimate = sent()
    lines = estimate["options"][0]["lines"]
    partly = decide(store.advisor, estimate, lines=[
        {"line_id": lines[1]["id"], "decision": "defer", "reason": "safe_until"}, {"line_id": lines[2]["id"], "decision": "decline", "reason": "price"}])
    assert partly["status"] == "partly_accepted"
    assert [l["decision"] for l in partly["options"][0]["lines"]] == ["authorise", "defer", "decline", "authorise", "authorise"]
    order = store.advisor.get(f"/v1/work-orders/{estimate['work_order_id']}", expect=200)
    assert [(l["status"], l["reason"]) for l in order["lines"]][:3] == [("authorised", None), ("deferred", "safe_until"), ("declined", "price")]
    assert order["lines"][1]["supply"] == "none"
    consents = store.advisor.get(f"/v1/work-orders/{order['id']}/authorisations", expect=200).data
    assert [c["amount"] for c in consents] == [30000 + 5000 - 1000]


def test_declined_as_a_whole(store, sent, verify):
    """F5: without a plan nothing is authorised, and there must be a reason; the first plan is kept with the order as declined."""
    estimate = sent()
    assert decide(store.advisor, estimate, option=None, expect=422).errors == {"/reason": "required"}
    done = decide(store.advisor, estimate, option=None, reason="second_opinion")
    assert (done["status"], done["reason"], done["chosen_option_id"]) == ("declined", "second_opinion", None)
    order = store.advisor.get(f"/v1/work-orders/{estimate['work_order_id']}", expect=200)
    assert order["status"] == "opened"
    assert [(l["status"], l["reason"], l["reason_code"], l["authorisation_id"]) for l in order["lines"]] == [
        ("declined", "second_opinion", "second_opinion", None)] * 5
    assert {(l["decision"], bool(l["work_order_line_id"])) for l in done["options"][0]["lines"]} == {("decline", True)}
    assert {l["decision"] for l in done["options"][1]["lines"]} == {None}
    assert verify("lines") == []


def kinds(store, estimate):
    return sorted(l["kind"] for l in store.advisor.get(f"/v1/vehicles/{estimate['vehicle_id']}/deferred-lines", expect=200).data)


def test_a_declined_estimate_comes_back(shop, store, chain, sent, verify):
    """F6: the work of an estimate that was declined as a whole waits with the vehicle and can be taken up; made anew, it is offered again instead."""
    estimate = sent()
    chain.anyone.post(f"/v1/public/{estimate['token']}/estimate-decision", {"reason": "太贵"}, expect=200)
    assert kinds(store, estimate) == ["fee", "labour", "part", "sublet"]
    order = store.advisor.get(f"/v1/work-orders/{estimate['work_order_id']}", expect=200)
    revived = store.advisor.post(f"/v1/work-order-lines/{order['lines'][3]['id']}/revive", expect=200)
    assert (revived["status"], revived["reason"], revived["reason_code"]) == ("proposed", None, None)
    recommended = store.advisor.get(f"/v1/vehicles/{estimate['vehicle_id']}/recommendations", expect=200).data
    assert sorted((r["kind"], r["amount"]) for r in recommended) == [("deferred_line", 20000), ("deferred_line", 30000), ("deferred_line", 66666)]
    second = verb(store.advisor, estimate, "revise", expect=201)
    assert kinds(store, estimate) == []
    second = verb(store.advisor, second, "send")
    shop.stock(5)
    assert decide(store.advisor, second)["status"] == "accepted"
    assert verify("lines") == []


def test_an_estimate_put_off_comes_back(shop, store, sent, verify):
    """F6: where every line was put off the revision offers them again; what it then does is told as put off no more."""
    estimate = sent()
    put_off = decide(store.advisor, estimate, lines=[{"line_id": l["id"], "decision": "defer", "reason": "time", "deferred_until_km": 1}
                                                     for l in estimate["options"][0]["lines"]])
    assert put_off["status"] == "declined" and kinds(store, estimate) == ["fee", "labour", "part", "sublet"]
    second = verb(store.advisor, verb(store.advisor, put_off, "revise", expect=201), "send")
    shop.stock(5)
    assert decide(store.advisor, second)["status"] == "accepted"
    assert kinds(store, estimate) == []
    assert store.advisor.get(f"/v1/vehicles/{estimate['vehicle_id']}/recommendations", expect=200).data == []
    assert verify("lines") == []


def test_when_to_come_back(shop, store, sent, sql):
    """F6: deferred until a day or a reading of the odometer, told with the line, and among the first to recommend once it is reached."""
    estimate = sent()
    lines = estimate["options"][0]["lines"]
    wrong = decide(store.advisor, estimate, expect=422, lines=[{"line_id": lines[0]["id"], "decision": "decline", "reason": "price", "deferred_until_km": 1}])
    assert wrong.errors == {"/lines/0/deferred_until_km": "unknown_field"}
    wrong = decide(store.advisor, estimate, expect=422, lines=[{"line_id": lines[0]["id"], "decision": "defer", "reason": "x", "deferred_until": day(-2)}])
    assert wrong.errors == {"/lines/0/deferred_until": "bad_value"}
    done = decide(store.advisor, estimate, lines=[
        {"line_id": lines[0]["id"], "decision": "defer", "reason": "雨季前", "reason_code": "safe_until", "deferred_until": day(30)},
        {"line_id": lines[2]["id"], "decision": "defer", "reason": "safe_until", "deferred_until_km": 900000}])
    assert [(l["reason_code"], l["deferred_until"], l["deferred_until_km"]) for l in done["options"][0]["lines"]][0:3:2] == [
        ("safe_until", day(30), None), ("safe_until", None, 900000)]
    path = f"/v1/vehicles/{estimate['vehicle_id']}/"
    told = {l["kind"]: l for l in store.advisor.get(path + "deferred-lines", expect=200).data}
    assert (told["labour"]["deferred_until"], told["labour"]["due"], told["sublet"]["deferred_until_km"], told["sublet"]["due"]) == (day(30), False, 900000, False)
    sql("UPDATE vehicle SET odometer_km = 900000 WHERE id = %s", (estimate["vehicle_id"],))
    assert {l["kind"]: l["due"] for l in store.advisor.get(path + "deferred-lines", expect=200).data} == {"labour": False, "sublet": True}
    first = store.advisor.get(path + "recommendations", expect=200).data[0]
    assert (first["description"], first["due_on"], first["due_km"]) == ("四轮定位", None, 900000)
    other = shop.open([shop.part_line(1)])
    line = f"/v1/work-order-lines/{other['lines'][0]['id']}"
    assert store.advisor.post(line + "/defer", {"reason": "x", "deferred_until": day(-2)}, expect=422).errors == {"/deferred_until": "bad_value"}
    put_off = store.advisor.post(line + "/defer", {"reason": "下次", "deferred_until": day(3)}, expect=200)
    assert (put_off["status"], put_off["deferred_until"], put_off["reason_code"]) == ("deferred", day(3), None)
    assert store.advisor.post(line + "/revive", expect=200)["deferred_until"] is None


def test_who_declined(shop, store, sent):
    """F5: what was declined, deferred, withdrawn or taken up again stands in the history with who said so, when, how and why."""
    order = shop.open([shop.labour_line(), shop.part_line(1), {"kind": "fee", "description": "拖车", "amount": 100}])
    ids = [l["id"] for l in order["lines"]]
    shop.verb(store.advisor, order, "authorise", {"lines": [], "declined": [{"line_id": ids[0], "reason": "等保险", "reason_code": "insurance_pending"}],
                                                  "method": "phone", "by": {"name": "王太太"}})
    assert shop.get(order)["lines"][0]["reason_code"] == "insurance_pending"
    store.advisor.post(f"/v1/work-order-lines/{ids[0]}/revive", expect=200)
    store.advisor.post(f"/v1/work-order-lines/{ids[1]}/decline", {"reason": "price", "method": "wechat", "by": {"name": "王先生"}}, expect=200)
    withdrawn = store.advisor.post(f"/v1/work-order-lines/{ids[2]}/withdraw", {"reason": "写错", "reason_code": "other"}, expect=200)
    assert withdrawn["reason_code"] == "other"
    wrong = store.advisor.post(f"/v1/work-order-lines/{ids[0]}/decline", {"reason": "x", "reason_code": "weather"}, expect=422)
    assert wrong.errors == {"/reason_code": "bad_code"}
    told = [h for h in store.advisor.get(f"/v1/work-orders/{order['id']}/history", expect=200).data if h["line_id"]]
    assert [(h["kind"], h["text"], ids.index(h["line_id"]), h["method"], h["by_name"], h["reason"]) for h in told] == [
        ("authorisation", "declined", 0, "phone", "王太太", "等保险"), ("authorisation", "proposed", 0, None, None, None),
        ("authorisation", "declined", 1, "wechat", "王先生", "price"), ("authorisation", "withdrawn", 2, None, None, "写错")]
    assert {h["actor_id"] for h in told} == {store.advisor.id} and all(h["at"] for h in told)
    by_link = sent()
    store.chain.anyone.post(f"/v1/public/{by_link['token']}/estimate-decision", {"option_id": by_link["options"][0]["id"], "lines": [
        {"line_id": by_link["options"][0]["lines"][2]["id"], "decision": "decline", "reason": "price"}]}, expect=200)
    (link,) = [h for h in store.advisor.get(f"/v1/work-orders/{by_link['work_order_id']}/history", expect=200).data if h["line_id"]]
    assert (link["text"], link["method"], link["by_name"]) == ("declined", "link", "王芳")


def test_bad_decisions_change_nothing(shop, store, sent):
    """F5: every wrong member is named, and the order stays as it was."""
    estimate, other = sent(), sent()
    lines = estimate["options"][0]["lines"]

    def wrong(*said, **more):
        return decide(store.advisor, estimate, expect=422, lines=list(said), **more).errors

    assert wrong({"line_id": estimate["options"][1]["lines"][0]["id"], "decision": "decline", "reason": "price"}) == {"/lines/0/line_id": "not_found"}
    assert wrong({"line_id": lines[0]["id"], "decision": "defer"}) == {"/lines/0/reason": "required"}
    assert wrong({"line_id": lines[0]["id"], "decision": "authorise"}, {"line_id": lines[0]["id"], "decision": "decline", "reason": "price"}) == {
        "/lines/1/line_id": "not_unique"}
    for option in (uuid7(), other["options"][0]["id"]):
        body = {"option_id": option, **CONSENT}
        assert verb(store.advisor, estimate, "decide", body, 422).errors == {"/option_id": "not_found"}
    shop.stock(1)
    assert decide(store.advisor, estimate, expect=409, on_shortage="refuse").code == "insufficient_stock"
    order = store.advisor.get(f"/v1/work-orders/{estimate['work_order_id']}", expect=200)
    assert (order["status"], order["lines"]) == ("opened", [])


def test_bad_drafts_name_the_line(shop, store, plans):
    """F2: a line that is wrong is named by its plan and place."""
    order = shop.open(lines=[])

    def refused(lines, status=422, **more):
        return store.advisor.post("/v1/estimates", {"work_order_id": order["id"], "options": [plans[1], {"label": "B", "lines": lines}], **more},
                                  expect=status)

    assert refused([shop.labour_line(), {"kind": "part", "part_id": uuid7(), "quantity": 1}]).errors == {"/options/1/lines/1/part_id": "not_found"}
    assert refused([{"kind": "fee", "description": "x"}]).errors == {"/options/1/lines/0/amount": "required"}
    assert refused([shop.labour_line()], valid_until=day(-2)).errors == {"/valid_until": "bad_value"}
    unknown = store.advisor.post("/v1/estimates", {"work_order_id": uuid7(), "options": plans}, expect=422)
    assert unknown.errors == {"/work_order_id": "not_found"}
    assert store.advisor.get("/v1/estimates", params={"work_order_id": order["id"]}, expect=200).data == []


def test_a_draft_is_changed_what_was_sent_is_revised(shop, store, draft, plans):
    """F4: a draft takes changes; a sent one gets a new revision, both are read, and the difference is told."""
    made = draft(note="初稿")
    changed = store.manager.patch(f"/v1/estimates/{made['id']}", {"note": "复核", "options": plans[:1]}, version=1, expect=200)
    assert (changed["version"], changed["note"], len(changed["options"])) == (2, "复核", 1)
    verb(store.advisor, made, "send")
    refused = store.advisor.patch(f"/v1/estimates/{made['id']}", {"note": "x"}, version=3, expect=409)
    assert (refused.code, refused["state"]) == ("illegal_transition", "sent")
    lines = [shop.labour_line(hours=2), shop.part_line(2), {"kind": "fee", "description": "检测费", "amount": 5000, "payer": "insurer"},
             {"kind": "fee", "description": "拖车", "amount": 9000}, {"kind": "discount", "description": "会员", "amount": 1000}]
    second = verb(store.manager, made, "revise", {"options": [{"label": "更换总成", "lines": lines}]}, 201)
    assert (second["number"], second["revision"], second["status"], second["note"]) == (made["number"], 2, "draft", "复核")
    assert store.advisor.get(f"/v1/estimates/{made['id']}", expect=200)["status"] == "superseded"
    versions = store.advisor.get(f"/v1/estimates/{second['id']}/versions", expect=200).data
    assert [(v["revision"], v["id"]) for v in versions] == [(1, made["id"]), (2, second["id"])]

    def diff(estimate, **params):
        return [(c["change"], c["description"], c["member"], c["from"], c["to"])
                for c in store.advisor.get(f"/v1/estimates/{estimate['id']}/diff", params=params, expect=200).data]

    name = second["options"][0]["lines"][0]["description"]
    assert sorted(diff(second)) == sorted([
        ("changed", name, "quantity", "1.5", "2"), ("changed", name, "amount", "30000", "40000"),
        ("removed", "四轮定位", None, "20000", None), ("added", "拖车", None, None, "9000")])
    assert {c[0] for c in diff(made)} == {"added"} and len(diff(made)) == 5
    assert diff(second, against=2) == []
    unknown = store.advisor.get(f"/v1/estimates/{second['id']}/diff", params={"against": 3}, expect=422)
    assert unknown.errors == {"against": "not_found"}


def test_what_a_revision_changed_beside_its_lines(chain, store, draft):
    """F4: the day it holds until, its note, and of each option label, pros, cons, minutes and finish time are compared, too."""
    line = {"kind": "fee", "description": "修复", "amount": 20000}
    first = draft(valid_until=day(3), note="初稿", options=[
        {"label": "更换", "pros": "耐用", "duration_minutes": 60, "finish_at": day(4) + "T02:00:00Z", "lines": [line]},
        {"label": "修复", "cons": "可能渗漏", "lines": [line]}, {"label": "观察", "lines": [line]}])
    verb(store.advisor, first, "send")
    second = verb(store.advisor, first, "revise", {"valid_until": day(5), "options": [
        {"label": "修复", "pros": "便宜", "lines": [line]},
        {"label": "更换", "pros": "耐用", "duration_minutes": 90, "finish_at": day(4) + "T08:30:00Z", "lines": [line]},
        {"label": "暂缓", "lines": [line]}, {"label": "拖走", "pros": "快", "lines": [line]}]}, 201)
    path = f"/v1/estimates/{second['id']}/diff/terms"

    def told(estimate, **params):
        return [tuple(c[member] for member in ("change", "option", "term", "from", "to")) for c in store.advisor.get(
            f"/v1/estimates/{estimate['id']}/diff/terms", params=params, expect=200).data]

    assert told(second) == [
        ("changed", None, "valid_until", day(3), day(5)),
        ("added", "修复", "pros", None, "便宜"), ("removed", "修复", "cons", "可能渗漏", None),
        ("changed", "更换", "duration_minutes", "60", "90"),
        ("changed", "更换", "finish_at", day(4) + "T02:00:00Z", day(4) + "T08:30:00Z"),
        ("changed", "暂缓", "label", "观察", "暂缓"), ("added", "拖走", "label", None, "拖走")]
    assert store.advisor.pages(path, limit=2) == store.advisor.get(path, expect=200).data
    assert told(first) == [("added", None, "valid_until", None, day(3)), ("added", None, "note", None, "初稿")] + [
        ("added", label, "label", None, label) for label in ("更换", "修复", "观察")]
    verb(store.advisor, second, "send")
    third = verb(store.advisor, second, "revise", {"options": [{"label": "更换", "lines": [line]}]}, 201)
    assert ("removed", "修复", "label", "修复", None) in told(third) and told(third, against=3) == []
    assert told(third, against=1)[0] == ("changed", None, "valid_until", day(3), day(5))
    assert store.advisor.get(f"/v1/estimates/{third['id']}/diff/terms", params={"against": 9}, expect=422).errors == {"against": "not_found"}
    assert chain.store().advisor.get(path).status == 404


def test_a_revision_keeps_the_plans_it_is_not_told_to_change(store, sent):
    """F4: revised without options it has the same plans at the same prices, and the old link is closed."""
    first = sent(valid_until=day(3))
    second = verb(store.advisor, first, "revise", expect=201)
    assert second["valid_until"] == first["valid_until"]
    strip = ("id", "work_order_line_id")
    for old, new in zip(first["options"], second["options"], strict=True):
        assert {k: v for k, v in old.items() if k not in ("id", "lines")} == {k: v for k, v in new.items() if k not in ("id", "lines")}
        assert [{k: v for k, v in l.items() if k not in strip} for l in old["lines"]] == [{k: v for k, v in l.items() if k not in strip} for l in new["lines"]]
    store.chain.anyone.get("/v1/public/" + first["token"], expect=404)
    decide(store.advisor, first, expect=409)


def test_it_holds_until_its_day(store, db, sent, draft):
    """F7: after its last day it is neither sent nor decided, and expires by itself; revised, it holds anew."""
    lapsed, late = sent(valid_until=day(1)), draft(valid_until=day(1))
    with db.cursor() as cursor:
        cursor.execute("UPDATE estimate SET valid_until = valid_until - 10 WHERE id IN (%s, %s)", (lapsed["id"], late["id"]))
    assert verb(store.advisor, late, "send", expect=409).code == "estimate_lapsed"
    refused = decide(store.advisor, lapsed, expect=409)
    assert refused.code in ("estimate_lapsed", "illegal_transition")
    by_hand = sent()
    assert verb(store.advisor, by_hand, "expire")["status"] == "expired"
    assert verb(store.advisor, by_hand, "revise", {"valid_until": day(5)}, 201)["valid_until"] == day(5)


def test_the_customer_decides_by_link(shop, store, chain, sent):
    """F12 E13: without logging in the customer sees plans and prices, and decides once; another's link opens nothing of it."""
    shop.stock(5)
    estimate, other = sent(), sent()
    shown = chain.anyone.get("/v1/public/" + estimate["token"], expect=200)
    assert shown["kind"] == "estimate" and shown["survey"] is None and shown["vehicle"]["plate"] == estimate["vehicle"]["plate"]
    plan = shown["estimate"]["options"][0]
    assert (plan["label"], plan["total"], plan["customer_total"], len(plan["lines"])) == ("更换总成", 120666, 115666, 5)
    path = f"/v1/public/{estimate['token']}/estimate-decision"
    assert chain.anyone.post(path, {"option_id": other["options"][0]["id"]}, expect=422).errors == {"/option_id": "not_found"}
    told = chain.anyone.post(path, {"option_id": plan["id"], "lines": [
        {"line_id": plan["lines"][2]["id"], "decision": "decline", "reason": "price"}]}, expect=200)
    assert (told["estimate"]["status"], told["estimate"]["chosen_option_id"]) == ("partly_accepted", plan["id"])
    done = store.advisor.get(f"/v1/estimates/{estimate['id']}", expect=200)
    assert (done["method"], done["by_name"]) == ("link", "王芳")
    assert chain.anyone.post(path, {"option_id": plan["id"]}, expect=409).code == "illegal_transition"
    order = store.advisor.get(f"/v1/work-orders/{estimate['work_order_id']}", expect=200)
    assert order["status"] == "ready" and shop.level() == (5, 2)


def test_who_may(shop, store, chain, sent):
    """F5 F12: technicians see no prices, only who hands links out sees them, another store finds nothing."""
    estimate = sent()
    path = f"/v1/estimates/{estimate['id']}"
    assert estimate["token"]
    assert chain.people.hire(chain.unique().lower(), "hq_analyst").get(path, expect=200)["token"] is None
    for who in (store.tech1, store.dispatcher, store.cashier):
        who.get(path, expect=403)
        decide(who, estimate, expect=403)
    other = chain.store()
    other.advisor.get(path, expect=404)
    decide(other.advisor, estimate, expect=404)
    assert other.advisor.post("/v1/estimates", {"work_order_id": estimate["work_order_id"], "options": [{"label": "x", "lines": [shop.labour_line()]}]},
                              expect=422).errors == {"/work_order_id": "not_found"}


def test_two_decide_at_once(shop, store, chain, sent):
    """F5: the customer by link and the advisor on the phone: one decision counts, its lines stand in the order once."""
    shop.stock(9)
    for _ in range(4):
        estimate = sent()
        replies = at_once(
            lambda e=estimate: decide(store.advisor, e, expect=None),
            lambda e=estimate: chain.anyone.post(f"/v1/public/{e['token']}/estimate-decision", {"option_id": e["options"][1]["id"]}, expect=None),
            lambda e=estimate: verb(store.advisor, e, "revise", expect=None))
        done = [r.status < 300 for r in replies]
        # a revision closes the link
        assert done.count(True) == 1 and {r.status for r in replies} - {200, 201} <= {409, 404 if done[2] else 409}
        order = store.advisor.get(f"/v1/work-orders/{estimate['work_order_id']}", expect=200)
        assert len(order["lines"]) == {0: 5, 1: 1, 2: 0}[done.index(True)]


def test_what_was_declined_comes_back(shop, store, chain, sent):
    """F6: declined and deferred work waits with the vehicle until a later line takes it up, once and for this vehicle only."""
    estimate = sent()
    lines = estimate["options"][0]["lines"]
    decide(store.advisor, estimate, lines=[
        {"line_id": lines[0]["id"], "decision": "defer", "reason": "safe_until"}, {"line_id": lines[2]["id"], "decision": "decline", "reason": "price"}])
    path = f"/v1/vehicles/{estimate['vehicle_id']}/deferred-lines"
    waiting = {l["kind"]: l for l in store.advisor.get(path, expect=200).data}
    assert {(l["status"], l["reason"], l["amount"]) for l in waiting.values()} == {("deferred", "safe_until", 30000), ("declined", "price", 20000)}
    chain.store().advisor.get(path, expect=404)

    def visit(vehicle=None):
        reception = store.advisor.post("/v1/receptions", {
            "store_id": store.id, "customer_id": estimate["customer_id"], "vehicle_id": vehicle or estimate["vehicle_id"],
            "odometer_km": 46000, "concerns": []}, expect=201)
        store.advisor.post(f"/v1/receptions/{reception['id']}/greet", expect=200)
        return store.advisor.post("/v1/work-orders", {"reception_id": reception["id"], "lines": []}, expect=201)

    order = visit()
    add = f"/v1/work-orders/{order['id']}/lines"
    again = {**shop.labour_line(), "revives_line_id": waiting["labour"]["id"]}
    line = store.advisor.post(add, again, expect=201)
    assert line["revives_line_id"] == waiting["labour"]["id"]
    assert [l["kind"] for l in store.advisor.get(path, expect=200).data] == ["sublet"]
    taken = store.advisor.post(add, again, expect=409)
    assert (taken.code, taken.errors) == ("duplicate", {"/revives_line_id": "duplicate"})
    assert store.advisor.post(add, {**again, "revives_line_id": line["id"]}, expect=422).errors == {"/revives_line_id": "not_found"}
    # by way of another estimate, which is declined again: it waits again, as the newer line
    second = store.advisor.post("/v1/estimates", {"work_order_id": order["id"], "options": [{"label": "外协", "lines": [
        {"kind": "sublet", "description": "四轮定位", "amount": 18000, "revives_line_id": waiting["sublet"]["id"]}]}]}, expect=201)
    second = verb(store.advisor, second, "send")
    decide(store.advisor, second, lines=[{"line_id": second["options"][0]["lines"][0]["id"], "decision": "decline", "reason": "price"}])
    assert [(l["amount"], l["work_order_id"]) for l in store.advisor.get(path, expect=200).data] == [(18000, order["id"])]
    other = visit(store.advisor.post("/v1/vehicles", {"plate": chain.plate(), "customer_id": estimate["customer_id"]}, expect=201)["id"])
    assert store.advisor.post(f"/v1/work-orders/{other['id']}/lines", again, expect=422).errors == {"/revives_line_id": "not_found"}


def test_added_work_waits_for_consent(shop, store):
    """F8: what is found during the work cannot be started before the customer agrees to it."""
    order = shop.dispatched(lines=[shop.labour_line()])
    added = store.tech1.post(f"/v1/work-orders/{order['id']}/lines", shop.labour_line(), expect=201)
    body = {"assignments": [{"line_id": added["id"], "technician_id": store.tech1.id}]}
    assert store.dispatcher.post(f"/v1/work-orders/{order['id']}/assignments", body, expect=409).code == "line_status"
    store.tech1.post(f"/v1/work-order-lines/{added['id']}/clock-on", expect=409)
    shop.verb(store.advisor, order, "authorise", {"lines": [added["id"]], **CONSENT})
    shop.verb(store.dispatcher, order, "assignments", body)
    assert store.tech1.post(f"/v1/work-order-lines/{added['id']}/clock-on", expect=200)["work_status"] == "working"


def test_an_ended_order_takes_its_estimates_along(shop, store, sent):
    """F7: an estimate of a cancelled order can no longer be decided, and expires."""
    estimate = sent()
    shop.verb(store.advisor, {"id": estimate["work_order_id"]}, "cancel", {"reason": "customer_changed_mind"})
    assert decide(store.advisor, estimate, expect=409).code == "illegal_transition"
    wait_for(lambda: store.advisor.get(f"/v1/estimates/{estimate['id']}", expect=200)["status"] == "expired", 30)


def test_how_long_an_estimate_holds_by_the_rule(store, draft, chain, sql):
    """F7: where nobody says, as many days as the store's rule says, of a revision too; its link ends with it. Without a rule as before."""
    def local(days):
        return str(slots.day(days))

    path = f"/v1/stores/{store.id}/policies"
    rule = store.manager.get(path, expect=200)
    assert rule["estimate_valid_days"] is None and draft()["valid_until"] is None
    wrong = store.manager.patch(path, {"estimate_valid_days": 0}, version=rule["version"], expect=422)
    assert wrong.errors == {"/estimate_valid_days": "too_small"}
    rule = store.manager.patch(path, {"estimate_valid_days": 14}, version=rule["version"], expect=200)
    made = draft()
    assert (made["valid_until"], draft(valid_until=local(3))["valid_until"]) == (local(14), local(3))
    sent = verb(store.advisor, made, "send")
    ends = sql("SELECT expires_at = (%s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' FROM link WHERE subject_id = %s", (made["valid_until"], made["id"]))
    assert ends == [(True,)]
    sql("UPDATE estimate SET valid_until = valid_until - 30 WHERE id = %s", (made["id"],))
    assert verb(store.advisor, sent, "revise", expect=201)["valid_until"] == local(14)
    assert store.manager.patch(path, {"estimate_valid_days": None}, version=rule["version"], expect=200)["estimate_valid_days"] is None


def test_the_plan_that_was_chosen_is_promised(shop, store, draft):
    """F1 G10: each plan tells the hours of its labour; when the chosen one would be finished is the order's promise, where it has none."""
    order = shop.open(lines=[])
    made = verb(store.advisor, draft(order=order), "send")
    assert [o["hours_total"] for o in made["options"]] == [1.5, 0]
    decide(store.advisor, made)
    promised = shop.get(order)
    assert promised["promised_at"] == promised["first_promised_at"] == made["options"][0]["finish_at"]
    promises = store.advisor.get(f"/v1/work-orders/{order['id']}/promises", expect=200).data
    assert [(p["promised_at"], p["reason_code"]) for p in promises] == [("2036-01-02T10:00:00Z", "opened")]
    again = verb(store.advisor, draft(order=order, options=[{"label": "B", "finish_at": "2037-01-02T10:00:00Z", "lines": [
        {"kind": "fee", "description": "x", "amount": 1}]}]), "send")
    decide(store.advisor, again)
    assert shop.get(order)["promised_at"] == promised["promised_at"]
