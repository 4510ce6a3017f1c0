# SPDX-License-Identifier: Apache-2.0
"""Where an order is, for its customer (G25)."""

import pytest
from trade import HANDED_BACK, Trade, days_ahead


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


def share(trade, order):
    return trade.store.advisor.post(f"/v1/work-orders/{order['id']}/share-progress", expect=200)


def look(trade, link, **options):
    return trade.chain.anyone.get(f"/v1/public/{link['token']}/progress", **options)


def steps(seen):
    return [s["step"] for s in seen["steps"]]


def test_a_customer_follows_the_order(trade, chain):
    """G25: from the arrival to the keys, with times, promise, advisor and what waits for the customer; nobody's prices or phones."""
    order = trade.order(promised_at=days_ahead(1))
    link = share(trade, order)
    seen = look(trade, link, expect=200)
    assert (seen["number"], seen["status"], seen["promised_at"], seen["late"], seen["poll_seconds"]) == (
        order["number"], "waiting", order["promised_at"], False, 15)
    assert (seen["advisor"]["id"], seen["vehicle"]["id"], seen["store"]["id"]) == (trade.store.advisor.id, order["vehicle_id"], trade.store.id)
    assert steps(seen) == ["arrived", "opened"] and seen["decisions"] == [] and seen["photos"] == []
    assert "unit_price" not in seen.body.decode() and order["customer"]["phone"] not in seen.body.decode()
    assert chain.anyone.get("/v1/public/" + link["token"], expect=200)["vehicle"]["id"] == order["vehicle_id"]
    assert look(trade, link, headers={"If-None-Match": seen.etag}).status == 304
    line = order["lines"][0]["id"]
    trade.step(trade.store.advisor, order, "authorise", {"lines": [line], "method": "phone", "by": {"name": "王小明"}})
    trade.step(trade.store.dispatcher, order, "dispatch", {"assignments": [{"line_id": line, "technician_id": trade.store.tech1.id}]})
    trade.line_step(trade.store.tech1, line, "clock-on")
    now = look(trade, link, headers={"If-None-Match": seen.etag}, expect=200)
    assert (now["status"], steps(now)) == ("repairing", ["arrived", "opened", "agreed", "started"])
    trade.step(trade.store.dispatcher, order, "pause", {"reason": "wait_expert", "note": "内部"})
    paused = look(trade, link, expect=200)
    assert paused["status"] == "paused" and "wait_expert" not in paused.body.decode() and "内部" not in paused.body.decode()
    trade.step(trade.store.dispatcher, order, "resume")
    trade.line_step(trade.store.tech1, line, "clock-on")
    trade.line_step(trade.store.tech1, line, "finish")
    trade.step(trade.store.dispatcher, order, "finish-work")
    assert look(trade, link, expect=200)["status"] == "checking"
    trade.store.inspector.post(f"/v1/quality-checks/{trade.check(order)['id']}/pass", expect=200)
    assert look(trade, link, expect=200)["status"] == "done"
    trade.pay(trade.issued(order))
    trade.step(trade.store.advisor, order, "deliver", HANDED_BACK)
    over = look(trade, link, expect=200)
    assert (over["status"], over["poll_seconds"]) == ("delivered", None)
    assert steps(over) == ["arrived", "opened", "agreed", "started", "finished", "checked", "settled", "delivered"]
    assert [s["at"] for s in over["steps"]] == sorted(s["at"] for s in over["steps"])
    refused = trade.store.advisor.post(f"/v1/work-orders/{order['id']}/share-progress")
    assert refused.code == "illegal_transition"


def test_what_waits_for_the_customer(trade, chain):
    """G25: an estimate that was sent stands there, with the photos that came with it, and no way to decide it."""
    sent, inspection = trade.of_finding()
    order = {"id": sent["work_order_id"]}
    link = share(trade, order)
    seen = look(trade, link, expect=200)
    (waits,) = seen["decisions"]
    assert (waits["id"], waits["number"]) == (sent["id"], sent["number"]) and sent["token"] not in seen.body.decode()
    photo = inspection["findings"][0]["file_ids"][0]
    assert [p["id"] for p in seen["photos"]] == [photo]
    assert chain.anyone.get(f"/v1/public/{link['token']}/files/{photo}").status == 200
    assert chain.anyone.get(f"/v1/public/{link['token']}/files/{trade.file()}").status == 404
    other = share(trade, trade.order())
    assert chain.anyone.get(f"/v1/public/{other['token']}/files/{photo}").status == 404
    decided = chain.anyone.post(f"/v1/public/{link['token']}/estimate-decision", {"option_id": sent["options"][0]["id"], "lines": []})
    assert decided.status >= 400
    trade.store.advisor.post(f"/v1/estimates/{sent['id']}/expire", expect=200)
    assert look(trade, link, expect=200)["decisions"] == []


def test_links_that_open_nothing(trade, chain):
    """G25: one that was made anew, taken back or has expired, and one of another purpose."""
    order = trade.order()
    path = f"/v1/work-orders/{order['id']}/progress-link"
    assert trade.store.advisor.get(path).status == 404
    assert trade.store.advisor.post(f"/v1/work-orders/{order['id']}/stop-sharing").code == "not_shared"
    first, second = share(trade, order), share(trade, order)
    assert look(trade, first).status == 404 and look(trade, second).status == 200
    assert trade.store.advisor.get(path, expect=200)["token"] == second["token"]
    trade.step(trade.store.advisor, order, "stop-sharing")
    assert look(trade, second).status == 404 and trade.store.advisor.get(path).status == 404
    third = share(trade, order)
    with trade.chain.people.db.cursor() as cursor:
        cursor.execute("UPDATE link SET expires_at = now() - interval '1 second' WHERE id = %s", (third["id"],))
    assert look(trade, third).status == 404 and trade.store.advisor.get(path).status == 404
    assert trade.store.advisor.post(f"/v1/work-orders/{order['id']}/stop-sharing").code == "not_shared"
    assert look(trade, {"token": trade.sent_estimate()["token"]}).status == 404
    assert look(trade, {"token": "x" * 43}).status == 404
    assert trade.store.tech1.post(f"/v1/work-orders/{order['id']}/share-progress").code == "forbidden"
    stranger = Trade(chain.store())
    assert stranger.store.advisor.post(f"/v1/work-orders/{order['id']}/share-progress").status == 404
    assert stranger.store.advisor.get(path).status == 404


def test_an_order_that_went_on_elsewhere(trade, verify):
    """G25, G24: the link shows the order where it goes on, until it is shared no longer there; an ended one stays ended."""
    other, both = trade.branch()
    order = trade.order()
    ended, link = share(trade, order), share(trade, order)
    old = both.post(f"/v1/work-orders/{order['id']}/move", {"store_id": other.store.id, "reason": "capacity"}, expect=200)
    new = {"id": old["moved_to_id"]}
    seen = look(trade, link, expect=200)
    assert (seen["store"]["id"], seen["number"], seen["status"], seen["poll_seconds"]) == (other.store.id, other.read(new)["number"], "waiting", 15)
    assert look(trade, ended).status == 404
    assert other.store.advisor.get(f"/v1/work-orders/{new['id']}/progress-link", expect=200)["token"] == link["token"]
    assert trade.store.advisor.get(f"/v1/work-orders/{order['id']}/progress-link").status == 404
    assert verify("progress_links", "references") == []
    other.step(other.store.advisor, new, "stop-sharing")
    assert look(trade, link).status == 404
