# SPDX-License-Identifier: Apache-2.0
"""The board: a workshop in one call (G28)."""

import datetime

from fettle import uuid7
from trade import CONSENT, Trade


def board(who, store, expect=200):
    return who.get("/v1/board", params={"store_id": store.id}, expect=expect)


def test_a_workshop_at_a_glance(shop, store, db):
    """G28: counters of the day, who waits how long, orders by state, and what stands on each bay."""
    empty = board(store.dispatcher, store)
    assert empty["store_id"] == store.id and empty["time_zone"] == "Asia/Shanghai" and empty["waiting"] == []
    assert set(empty["counts"].values()) == {0}
    assert [(b["id"], b["work_orders"]) for b in empty["bays"]] == [(bay, []) for bay in store.bays]

    soon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
    working = shop.dispatched(lines=[shop.labour_line()], promised_at=soon)
    shop.work(working)  # started by the first clock
    shop.open(lines=[shop.labour_line()])
    short = shop.open(lines=[shop.part_line(3)])
    shop.verb(store.advisor, short, "authorise", {"lines": [short["lines"][0]["id"]], **CONSENT})
    waits = store.advisor.post("/v1/receptions", {"store_id": store.id, "customer_id": working["customer_id"], "vehicle_id": working["vehicle_id"],
                                                  "odometer_km": 50000, "concerns": []}, expect=201)
    with db.cursor() as cursor:
        cursor.execute("UPDATE reception SET arrived_at = arrived_at - interval '7 minutes' WHERE id = %s", (waits["id"],))
    shown = board(store.dispatcher, store)
    counts = shown["counts"]
    assert [counts[k] for k in ("opened", "ready", "in_progress", "short_of_parts", "waiting", "overdue")] == [1, 1, 1, 1, 1, 0]
    assert [(w["reception_id"], w["plate"], w["minutes"]) for w in shown["waiting"]] == [(waits["id"], working["vehicle"]["plate"], 7)]
    first, second = shown["bays"]
    assert [(o["id"], o["number"], o["status"], o["plate"], o["promised_at"], o["overdue"]) for o in first["work_orders"]] == [
        (working["id"], working["number"], "in_progress", working["vehicle"]["plate"], soon, False)]
    assert second["work_orders"] == []

    with db.cursor() as cursor:
        cursor.execute("UPDATE work_order SET promised_at = now() - interval '1 minute' WHERE id = %s", (working["id"],))
    late = board(store.dispatcher, store)
    assert late["counts"]["overdue"] == 1 and late["bays"][0]["work_orders"][0]["overdue"]
    shop.verb(store.dispatcher, working, "finish-work")
    assert board(store.dispatcher, store)["counts"]["awaiting_qc"] == 1
    with db.cursor() as cursor:
        cursor.execute("UPDATE work_order SET status = 'completed' WHERE id = %s", (working["id"],))
    done = board(store.dispatcher, store)
    assert done["counts"]["overdue"] == 0 and not any(o["overdue"] for b in done["bays"] for o in b["work_orders"])


def test_bookings_of_the_day_by_the_stores_clock(store, db):
    """G28: today is the store's; what was cancelled does not count, who has come is not expected."""
    trade = Trade(store)
    booked = [trade.appointment() for _ in range(3)]
    store.advisor.post(f"/v1/appointments/{booked[2]['id']}/cancel", {"reason": "customer_time"}, expect=200)
    with db.cursor() as cursor:
        for n, appointment in enumerate(booked):
            cursor.execute("UPDATE appointment SET starts_at = d.noon + %s * interval '1 hour', ends_at = d.noon + %s * interval '1 hour' FROM"
                           " (SELECT (date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai') + interval '12 hours') AT TIME ZONE 'Asia/Shanghai' AS noon) d"
                           " WHERE id = %s", (n, n + 1, appointment["id"]))
    counts = board(store.dispatcher, store)["counts"]
    assert (counts["bookings"], counts["expected"]) == (2, 2)
    store.advisor.post(f"/v1/appointments/{booked[0]['id']}/confirm", expect=200)
    store.advisor.post(f"/v1/appointments/{booked[0]['id']}/arrive", expect=200)
    counts = board(store.dispatcher, store)["counts"]
    assert (counts["bookings"], counts["expected"]) == (2, 1)


def test_whose_board_it_is(store, chain):
    """G28: another store's is not there, and a store must be named."""
    other = chain.store()
    assert board(other.dispatcher, store, expect=422).errors == {"store_id": "not_found"}
    board(store.tech1, store)
    board(chain.admin, store)
    board(store.cashier, store)
    store.dispatcher.get("/v1/board", expect=400)
    store.dispatcher.get("/v1/board", params={"store_id": uuid7()}, expect=422)
