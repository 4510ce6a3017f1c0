# SPDX-License-Identifier: Apache-2.0
"""Repair agreements: limit, old parts, the document's hash, and both signatures (E11, E14)."""

import hashlib

import pytest

from fettle import at_once, uuid7
from trade import PAPER, Trade


@pytest.fixture
def trade(store):
    return Trade(store)


def verb(who, made, name, body=None, expect=200):
    return who.post(f"/v1/agreements/{made['id']}/{name}", body, expect=expect)


def enabled(reply):
    return [a["verb"] for a in reply["actions"] if a["enabled"]]


def test_drafted_signed_and_voided(trade, store, sql):
    """E11 E14: a draft is changed, then signed by both with the hash of the paper; a manager voids it with a reason."""
    made = trade.agreement(terms="质保一年")
    assert made["number"].startswith(store.code + "-AG-") and (made["status"], made["old_parts"], made["amount_limit"]) == ("draft", "given_up", 200000)
    changed = store.advisor.patch(f"/v1/agreements/{made['id']}", {"old_parts": "taken_back", "amount_limit": 150000, "terms": None}, version=1, expect=200)
    assert (changed["old_parts"], changed["amount_limit"], changed["terms"], enabled(changed)) == ("taken_back", 150000, None, ["sign"])
    papers = trade.papers(made)
    signed = verb(store.advisor, made, "sign", {**papers, "document_sha256": hashlib.sha256(PAPER).hexdigest().upper()})
    assert (signed["status"], signed["document_sha256"], signed["signed_by_name"], signed["signed_by"]) == (
        "signed", hashlib.sha256(PAPER).hexdigest(), "王小明", store.advisor.id)
    assert store.advisor.patch(f"/v1/agreements/{made['id']}", {"terms": "x"}, version=signed["version"]).code == "illegal_transition"
    assert verb(store.advisor, made, "void", {"reason": "x"}, 403).code == "forbidden"
    assert verb(store.manager, made, "void", {}, 422).errors == {"/reason": "required"}
    gone = verb(store.manager, made, "void", {"reason": "更换委托人", "note": "客户要求"})
    assert (gone["status"], gone["reason"], gone["voided_by"], enabled(gone)) == ("void", "更换委托人", store.manager.id, [])
    assert verb(store.manager, made, "void", {"reason": "x"}, 409).code == "illegal_transition"
    assert [e for (e,) in sql("SELECT type FROM event WHERE subject_id = %s ORDER BY position, id", (made["id"],))] == [
        "agreement.drafted", "agreement.updated", "agreement.signed", "agreement.voided"]
    audited = sql("SELECT after ->> 'signed_by_name' FROM audit_entry WHERE row_id = %s AND after ? 'signed_by_name'"
                  " AND after ->> 'signed_by_name' IS NOT NULL", (made["id"],))
    assert audited == [("***",)]


def test_the_limit_is_held_against_what_is_authorised(trade, store):
    """E14: what the customer has authorised stands beside the limit."""
    order = trade.order(lines=[{"kind": "fee", "description": "检测", "amount": 5000}, {"kind": "fee", "description": "保险", "amount": 9000, "payer": "insurer"},
                               {"kind": "fee", "description": "增项", "amount": 3000}])
    made = trade.agreement(order=order, amount_limit=6000)
    assert (made["authorised_amount"], made["over_limit"]) == (0, False)
    first, second, third = (line["id"] for line in order["lines"])
    store.advisor.post(f"/v1/work-orders/{order['id']}/authorise", {"lines": [first, second], "method": "phone", "by": {"name": "王小明"}}, expect=200)
    assert store.advisor.get(f"/v1/agreements/{made['id']}", expect=200)["over_limit"] is False
    store.advisor.post(f"/v1/work-orders/{order['id']}/authorise", {"lines": [third], "method": "phone", "by": {"name": "王小明"}}, expect=200)
    over = store.advisor.get("/v1/agreements", params={"work_order_id": order["id"]}, expect=200).data
    assert [(a["authorised_amount"], a["over_limit"]) for a in over] == [(8000, True)]


def test_whoever_passes_the_limit_is_told(trade, store, sql):
    """E14: the first authorisation that passes the limit of the signed agreement, the customer's by link too, is an event; those passed are listed."""
    def fees(*amounts, **more):
        return [{"kind": "fee", "description": "检测", "amount": n, **more} for n in amounts]

    def passed(made):
        return len(sql("SELECT 1 FROM event WHERE type = 'agreement.limit_passed' AND subject_id = %s", (made["id"],)))

    def authorise(*lines):
        store.advisor.post(f"/v1/work-orders/{order['id']}/authorise", {"lines": lines, "method": "phone", "by": {"name": "王小明"}}, expect=200)

    order = trade.order(lines=fees(5000, 1000) + fees(9000, payer="insurer") + fees(1, 1))
    made = trade.agreement(order=order, amount_limit=6000)
    verb(store.advisor, made, "sign", trade.papers(made))
    first, second, third, fourth, fifth = (line["id"] for line in order["lines"])
    authorise(first, second, third)
    assert passed(made) == 0
    authorise(fourth)
    authorise(fifth)
    now = store.advisor.get(f"/v1/agreements/{made['id']}", expect=200)
    assert passed(made) == 1 and now["over_limit"] and now["limit_passed_at"]
    other = trade.order(lines=[])
    held = trade.agreement(order=other, amount_limit=6000)
    verb(store.advisor, held, "sign", trade.papers(held))
    estimate = store.advisor.post("/v1/estimates", {"work_order_id": other["id"], "options": [{"label": "A", "lines": fees(6001)}]}, expect=201)
    sent = store.advisor.post(f"/v1/estimates/{estimate['id']}/send", expect=200)
    store.chain.anyone.post(f"/v1/public/{sent['token']}/estimate-decision", {"option_id": sent["options"][0]["id"]}, expect=200)
    assert passed(held) == 1
    late = trade.agreement(order=trade.order(lines=fees(5)), amount_limit=4)

    def listed(**more):
        return {a["id"] for a in store.advisor.get("/v1/agreements", params={"store_id": store.id, **more}, expect=200).data}

    assert (listed(limit_passed="true"), listed(limit_passed="false")) == ({made["id"], held["id"]}, {late["id"]})


def test_one_that_holds(trade, store):
    """E14: of several drafts of an order signed at once one holds; when it is void the next may be signed."""
    order = trade.order()
    drafts = [trade.agreement(order=order) for _ in range(3)]
    papers = trade.papers(drafts[0])
    replies = at_once(*[lambda d=d: store.advisor.post(f"/v1/agreements/{d['id']}/sign", papers) for d in drafts])
    assert sorted((r.status, r.code) for r in replies) == [(200, None), (409, "agreement_signed"), (409, "agreement_signed")]
    (held,) = store.advisor.get("/v1/agreements", params={"work_order_id": order["id"], "status": "signed"}, expect=200).data
    verb(store.manager, held, "void", {"reason": "重签"})
    again = next(d for d in drafts if d["id"] != held["id"])
    assert verb(store.advisor, again, "sign", papers)["status"] == "signed"


def test_bad_papers_are_named(trade, store, chain, sql):
    """E11: the document is a PDF of this store, and the one that was shown."""
    other = Trade(chain.store())
    made, theirs = trade.agreement(), other.agreement()
    papers = trade.papers(made)

    def wrong(**more):
        return verb(store.advisor, made, "sign", {**papers, **more}, 422).errors

    assert wrong(document_file_id=trade.file()) == {"/document_file_id": "bad_value"}
    assert wrong(document_sha256="0" * 64) == {"/document_sha256": "bad_value"}
    assert wrong(document_sha256="0") == {"/document_sha256": "too_short"}
    for name in ("customer_signature_file_id", "store_signature_file_id"):
        gone = trade.papers(made)[name]
        sql("UPDATE file SET deleted_at = now() WHERE id = %s", (gone,))
        # deleted; of another visit
        assert wrong(**{name: gone}) == wrong(**{name: trade.papers(trade.agreement())[name]}) == {"/" + name: "not_found"}
    foreign = other.papers(theirs)
    for name in ("document_file_id", "customer_signature_file_id", "store_signature_file_id"):
        assert wrong(**{name: foreign[name]}) == {"/" + name: "not_found"}
        assert wrong(**{name: uuid7()}) == {"/" + name: "not_found"}
    assert verb(store.advisor, made, "sign", {}, 422).errors == dict.fromkeys(
        ("/document_file_id", "/customer_signature_file_id", "/store_signature_file_id", "/signed_by_name"), "required")
    assert store.advisor.get(f"/v1/agreements/{made['id']}", expect=200)["version"] == 1
    assert store.advisor.get(f"/v1/agreements/{theirs['id']}").status == 404
    for order in (theirs["work_order_id"], uuid7()):
        assert store.advisor.post("/v1/agreements", {"work_order_id": order, "amount_limit": 1}, expect=422).errors == {"/work_order_id": "not_found"}
    over = trade.completed()
    assert store.advisor.post("/v1/agreements", {"work_order_id": over["id"], "amount_limit": 1}, expect=409).code == "illegal_transition"
    assert store.tech1.get("/v1/agreements").status == 403
    assert store.cashier.post("/v1/agreements", {"work_order_id": made["work_order_id"], "amount_limit": 1}).status == 403


def test_a_cancelled_order_has_nothing_to_sign(trade, store):
    """E14: the draft of an order that was cancelled is not signed."""
    made = trade.agreement()
    papers = trade.papers(made)
    store.advisor.post(f"/v1/work-orders/{made['work_order_id']}/cancel", {"reason": "客户离开"}, expect=200)
    refused = verb(store.advisor, made, "sign", papers, 409)
    assert (refused.code, refused["state"]) == ("illegal_transition", "cancelled")
    assert store.advisor.get(f"/v1/agreements/{made['id']}", expect=200)["status"] == "draft"
