# SPDX-License-Identifier: Apache-2.0
"""KPIs: what the stores did, counted from their documents by business day (K1, K3)."""

import concurrent.futures
import datetime
import re

import pytest

import slots
from fettle import Daemon, uuid7, wait_for
from past import deliver, tell
from trade import DELIVERY, Shop, Trade

DAY = "2026-03-10"
RANGE = {"from": DAY, "to": DAY}


@pytest.fixture
def value(store):
    """value(kpi): the store's one row of DAY once it is as wanted."""
    def get(kpi, seen=lambda row: True, who=None, seconds=10, **query):
        params = {"kpi": kpi, "store_id": store.id, **RANGE, **query}
        def look():
            rows = (who or store.manager).get("/v1/kpi-values", params=params, expect=200).data
            return rows if rows and seen(rows[-1]) else None
        return wait_for(look, seconds)[-1]
    return get


def test_the_range_is_bounded(store, contract):
    """H1: what one call reads is bounded, as the contract tells; a range of the wrong order is told too."""
    described = contract.by_id["listKpiValues"].described["description"]
    days = int(re.search(r"at most ([\d,]+) days", described).group(1).replace(",", ""))
    def ask(kpis, length):
        last = datetime.date(2026, 3, 10)
        return store.manager.get("/v1/kpi-values", params={
            "kpi": kpis, "from": last - datetime.timedelta(days=length - 1), "to": last, "grain": "month"})
    several = ["orders_delivered", "sales", "satisfaction"]
    assert ask(several[:1], days).status == 200 and ask(several, days // 3).status == 200
    for kpis, length in ((several[:1], days + 1), (several, days // 3 + 1), (several, 40_000)):
        refused = ask(kpis, length)
        assert (refused.status, refused.code, refused.errors) == (400, "bad_parameter", {"to": "range_too_long"})
        assert str(days // len(kpis)) in refused["errors"][0]["message"]
    assert ask(several, 0).errors == {"to": "bad_value"}


def parts(row):
    return row["value"], row["numerator"], row["denominator"], row["n"]


def settle(sql, store, order, at, total):
    """An issued settlement."""
    bill = uuid7()
    sql("INSERT INTO settlement (id, store_id, number, work_order_id, payer, customer_id, status, currency,"
        " labour_total, part_total, sublet_total, fee_total, discount_total, rounding, tax_bp, tax_total, net_total,"
        " total, issued_at, created_at, updated_at) SELECT %s, store_id, %s, id, 'customer', customer_id, 'issued',"
        " 'CNY', %s, 0, 0, 0, 0, 0, 0, 0, %s, %s, %s, %s, %s FROM work_order WHERE id = %s",
        (bill, "S" + bill, total, total, total, at, at, at, order))
    tell(sql, "settlement.issued", store, bill, at)
    return bill


def complain(store, **more):
    return store.service.post("/v1/complaints", {
        "store_id": store.id, "contact": {"name": "李雷"}, "channel": "phone", "category": "other",
        "description": "x", **more}, expect=201)


def today():
    return slots.day(0).isoformat()


def test_a_visit_from_bill_to_value(chain, store, admin, anyone, value, verify):
    """H1, H2, K1: a visit is billed, paid, delivered and asked about; within a second all of it is counted."""
    shop = Shop(chain, store)
    shop.stock(5)
    order = shop.completed(promised_at="2036-01-02T10:00:00Z")
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    bill = store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
    store.cashier.post("/v1/payments", {"settlement_id": bill["id"], "amount": bill["total"], "method": "wechat"},
                       expect=201)
    shop.verb(store.advisor, order, "deliver", DELIVERY)
    survey = wait_for(lambda: admin.get("/v1/surveys", params={"work_order_id": order["id"]}).data, 1)[0]
    questions = anyone.get("/v1/public/" + survey["token"], expect=200)["survey"]["questions"]
    anyone.post(f"/v1/public/{survey['token']}/survey-response", {"answers": [
        {"question_id": q["id"], "score": 1} for q in questions if q["required"]]}, expect=200)
    complaint = store.service.get("/v1/complaints", params={"work_order_id": order["id"]}, expect=200).data[0]
    assert complaint["origin"] == "survey" and complaint["customer_id"] == order["customer_id"]
    now = {"from": today(), "to": today(), "seconds": 1}
    assert parts(value("all_complaints_per_100", lambda r: r["numerator"] == 1, **now)) == (100, 1, 1, 1)
    assert parts(value("complaint_rate", **now)) == (0, 0, 1, 1)
    assert parts(value("orders_delivered", **now)) == (1, 1, None, 1)
    assert parts(value("sales", **now)) == (bill["total"], bill["total"], None, 1)
    assert parts(value("on_time_delivery", **now)) == (100, 1, 1, 1)
    assert parts(value("satisfaction", **now)) == (0, 0, 1, 1)
    stocked = value("stock_value", **now)
    assert (stocked["value"], stocked["n"]) == (60000, 2)  # five came at 200.00, two went
    assert verify("KPIs") == []


def test_delivered_today(sql, store, value):
    """K1: an order delivered now is counted within a second."""
    deliver(sql, store)
    row = value("orders_delivered", seconds=1, **{"from": today(), "to": today(), "grain": "day"})
    assert parts(row) == (1, 1, None, 1) and row["period"] == today() and row["store_id"] == store.id
    assert row["region_id"] == store.region and row["formula_version"] == 1 and row["as_of"]


def test_greeted_in_time(sql, store, value, verify):
    """E1: of five who came one was greeted in time by the rule of that moment, one later, one left before, one who was booked left
    before being received, and one still waits."""
    trade = Trade(store)
    booked = f"/v1/appointments/{trade.appointment()['id']}"
    for verb, body in (("confirm", None), ("arrive", None), ("leave", {"reason": "wait_too_long"})):
        gone = store.advisor.post(f"{booked}/{verb}", body, expect=200)
    came = [trade.reception() for _ in range(4)]
    sql("UPDATE reception SET arrived_at = arrived_at - interval '190 seconds' WHERE id = %s", (came[1]["id"],))
    for reception in came[:2]:
        store.advisor.post(f"/v1/receptions/{reception['id']}/greet", {}, expect=200)
    store.advisor.post(f"/v1/receptions/{came[2]['id']}/leave", {"reason": "wait_too_long"}, expect=200)
    now = {"from": today(), "to": today()}
    assert parts(value("greeted_in_time", lambda r: r["n"] == 4, **now)) == (25, 1, 4, 4)
    policies = f"/v1/stores/{store.id}/policies"
    store.manager.patch(policies, {"greeting_seconds": 600}, version=store.manager.get(policies, expect=200)["version"], expect=200)
    facts = store.manager.get("/v1/kpi-values/explain", params={"kpi": "greeted_in_time", "store_id": store.id, "day": today()}, expect=200).data
    assert {f["subject_id"]: f["numerator"] for f in facts} == {
        **{r["id"]: int(i == 0) for i, r in enumerate(came[:3])}, gone["id"]: 0}
    assert verify("KPIs") == []


def test_no_show_rate(sql, store, value, verify):
    """D18, D6: of six who were booked one did not come and one cancelled late, one came and one came and left; what the store
    cancelled late, or somebody in time, does not count."""
    trade = Trade(store)
    made = [trade.appointment(days=2) for _ in range(6)]
    day = made[0]["starts_at"][:10]

    def go(one, *verbs):
        for verb, body in verbs:
            store.advisor.post(f"/v1/appointments/{one['id']}/{verb}", body, expect=200)

    confirm, come, leave = ("confirm", None), ("arrive", None), ("leave", {"reason": "price"})
    policies = f"/v1/stores/{store.id}/policies"
    go(made[0], confirm, come)
    go(made[1], confirm, come, leave)
    go(made[2], confirm)
    go(made[3], ("cancel", {"reason": "weather"}))
    store.manager.patch(policies, {"late_cancel_hours": 168, "grace_minutes": 0}, version=store.manager.get(policies, expect=200)["version"],
                        expect=200)
    go(made[4], ("cancel", {"reason": "customer_time"}))
    go(made[5], ("cancel", {"reason": "store_no_capacity"}))
    sql("UPDATE appointment SET starts_at = now() - interval '1 minute', ends_at = now() + interval '1 hour' WHERE id = %s", (made[2]["id"],))
    go(made[2], ("mark-no-show", None))
    booked = {"from": day, "to": day}
    assert parts(value("no_show_rate", lambda r: r["n"] == 3, **booked)) == (33.333, 1, 3, 3)
    now = today()
    assert parts(value("no_show_rate", **{"from": now, "to": now})) == (100, 1, 1, 1)
    facts = store.manager.get("/v1/kpi-values/explain", params={"kpi": "no_show_rate", "store_id": store.id, "day": day}, expect=200).data
    assert {f["subject_id"]: f["numerator"] for f in facts} == {made[0]["id"]: 0, made[1]["id"]: 0, made[4]["id"]: 1}
    assert verify("KPIs") == []


def test_the_stores_own_day(sql, store, value):
    """K1: a day begins and ends in the store's time zone."""
    deliver(sql, store, at=f"{DAY} 00:00:00+08")
    deliver(sql, store, at=f"{DAY} 23:59:59.999999+08")
    deliver(sql, store, at="2026-03-11 00:00:00+08")
    deliver(sql, store, at="2026-03-09 23:59:59+08")
    assert parts(value("orders_delivered", lambda r: r["n"] == 2)) == (2, 2, None, 2)


def test_promises_kept(sql, store, value):
    """K1: on time is judged by the current promise and by the first one."""
    at = f"{DAY} 17:00+08"
    deliver(sql, store, at, completed=f"{DAY} 16:00+08", promised=f"{DAY} 16:00+08")
    deliver(sql, store, at, completed=f"{DAY} 16:00+08", promised=f"{DAY} 16:30+08", first_promised=f"{DAY} 12:00+08")
    deliver(sql, store, at, completed=f"{DAY} 16:31+08", promised=f"{DAY} 16:30+08")
    deliver(sql, store, at)
    assert value("orders_delivered", lambda r: r["n"] == 4)["value"] == 4
    assert parts(value("on_time_delivery")) == (66.667, 2, 3, 3)
    assert parts(value("on_time_delivery_first")) == (33.333, 1, 3, 3)


def test_sales(sql, store, value):
    """K1: what was issued counts on its day, until it is voided."""
    first = settle(sql, store, deliver(sql, store, f"{DAY} 10:00+08"), f"{DAY} 09:00+08", 42705)
    settle(sql, store, deliver(sql, store, f"{DAY} 10:00+08"), f"{DAY} 09:00+08", 10000)
    assert parts(value("sales", lambda r: r["n"] == 2)) == (52705, 52705, None, 2)
    sql("UPDATE settlement SET status = 'void' WHERE id = %s", (first,))
    tell(sql, "settlement.voided", store, first, "now()")
    assert parts(value("sales", lambda r: r["n"] == 1)) == (10000, 10000, None, 1)


def test_a_day_that_is_voided_away(sql, store):
    """K1: when nothing is left to count the day has no value."""
    bill = settle(sql, store, deliver(sql, store, f"{DAY} 10:00+08"), "2026-03-12 09:00+08", 100)
    query = {"kpi": "sales", "from": "2026-03-12", "to": "2026-03-12"}
    wait_for(lambda: store.manager.get("/v1/kpi-values", params=query).data)
    sql("UPDATE settlement SET status = 'void' WHERE id = %s", (bill,))
    tell(sql, "settlement.voided", store, bill, "now()")
    wait_for(lambda: not store.manager.get("/v1/kpi-values", params=query).data)


def test_satisfaction_and_complaints(sql, store, admin, anyone, value):
    """K1, H2: satisfaction is the mean of answers; the complaint rate counts customers' complaints, the other all."""
    now = {"from": today(), "to": today()}
    complain(store)
    assert parts(value("complaint_rate", **now)) == (None, 1, 0, 0)  # nothing delivered: no rate
    for score in (10, 1, 4):
        order = deliver(sql, store)
        survey = wait_for(lambda: admin.get("/v1/surveys", params={"work_order_id": order}).data)[0]
        url = "/v1/public/" + survey["token"]
        anyone.post(url + "/survey-response", {"answers": [
            {"question_id": q["id"], "score": score} for q in anyone.get(url)["survey"]["questions"]
            if q["required"]]}, expect=200)
    # 100, 0 and 33
    assert parts(value("satisfaction", lambda r: r["n"] == 3, **now)) == (44.333, 133, 3, 3)
    assert parts(value("complaint_rate", lambda r: r["n"] == 3, **now)) == (33.333, 1, 3, 3)
    assert parts(value("all_complaints_per_100", lambda r: r["numerator"] == 3, **now)) == (100, 3, 3, 3)


def move_stock(sql, store, part, at, value):
    """A posted document with one movement of one piece."""
    document, line = uuid7(), uuid7()
    warehouse = sql("SELECT id FROM warehouse WHERE store_id = %s AND is_default", (store.id,))[0][0]
    sql("INSERT INTO stock_level (store_id, warehouse_id, part_id, on_hand, updated_at)"
        " VALUES (%s, %s, %s, 1, now()) ON CONFLICT DO NOTHING", (store.id, warehouse, part))
    sql("UPDATE stock_level SET value = value + %s, movements = movements + 1 WHERE store_id = %s AND part_id = %s",
        (value, store.id, part))
    sql("INSERT INTO stock_document (id, store_id, warehouse_id, number, kind, status, reason, created_by, created_at,"
        " updated_at) VALUES (%s, %s, %s, %s, 'adjustment', 'posted', 'other', %s, %s, %s)",
        (document, store.id, warehouse, "D" + document, store.parts.id, at, at))
    sql("INSERT INTO stock_document_line (id, store_id, document_id, position, part_id, quantity)"
        " VALUES (%s, %s, %s, 1, %s, 1)", (line, store.id, document, part))
    sql("INSERT INTO stock_movement (id, store_id, warehouse_id, part_id, document_id, line_id, kind, reason, quantity,"
        " value, on_hand_after, value_after, at, ordinal) SELECT %s, store_id, warehouse_id, part_id, %s, %s,"
        " 'adjustment', 'other', 1, %s, 1, value, %s, movements FROM stock_level WHERE store_id = %s AND part_id = %s",
        (uuid7(), document, line, value, at, store.id, part))
    tell(sql, "stock_document.posted", store, document, at)


def test_stock_value(sql, store):
    """K1: the value of the stock stands until it changes; a week has that of its last day."""
    part = uuid7()
    sql("INSERT INTO part (id, number, number_norm, name, unit, sale_price, created_at, updated_at)"
        " VALUES (%s, %s, %s, '机滤', '个', 1, now(), now())", (part, part, part))
    move_stock(sql, store, part, "2026-03-10 09:00+08", 50000)
    move_stock(sql, store, part, "2026-03-12 09:00+08", -20000)
    def days(**query):
        rows = store.manager.get("/v1/kpi-values", params={
            "kpi": "stock_value", "from": "2026-03-09", "to": "2026-03-14", **query}, expect=200).data
        return [(r["period"][5:], r["value"]) for r in rows]
    expected = [("03-10", 50000), ("03-11", 50000), ("03-12", 30000), ("03-13", 30000), ("03-14", 30000)]
    wait_for(lambda: days() == expected)
    assert days(grain="week") == [("03-09", 30000)]
    # a document that is told late changes its own day and every day after it
    move_stock(sql, store, part, "2026-03-11 09:00+08", 1000)
    wait_for(lambda: days()[2:3] == [("03-12", 31000)])
    assert [v for _, v in days()] == [50000, 51000, 31000, 31000, 31000]
    facts = store.manager.get("/v1/kpi-values/explain", params={
        "kpi": "stock_value", "store_id": store.id, "day": "2026-03-12"}, expect=200).data
    assert [(f["subject_type"], f["numerator"]) for f in facts] == [("stock_movement", -20000)]


def test_stock_value_today(store, chain, value):
    """K1, C3: a receipt that is audited is in the value of the stock within a second."""
    part = chain.admin.post("/v1/parts", {"number": chain.unique(), "name": "刹车片", "unit": "套",
                                          "sale_price": 32000}, expect=201)
    receipt = store.parts.post("/v1/stock-documents", {
        "kind": "receipt", "store_id": store.id, "reason": "purchase",
        "lines": [{"part_id": part["id"], "quantity": 2.5, "unit_cost": 20000}]}, expect=201)
    store.manager.post(f"/v1/stock-documents/{receipt['id']}/audit", expect=200)
    assert parts(value("stock_value", **{"from": today(), "to": today()})) == (50000, 50000, None, 1)


def test_sums_of_parts(sql, chain):
    """K1: headquarters sees sums of parts by grain and place, never the mean of percentages."""
    region = chain.region()
    big, small = chain.store(region), chain.store(region)
    for n in range(4):
        deliver(sql, big, f"2026-03-1{n} 12:00+08", promised=f"2026-03-1{n} {'13' if n else '11'}:00+08")
    deliver(sql, small, "2026-03-31 12:00+08", promised="2026-03-31 11:00+08")
    query = {"kpi": ["on_time_delivery", "orders_delivered"], "region_id": region, "from": "2026-03-01",
             "to": "2026-03-31"}
    def rows(**more):
        found = chain.analyst.get("/v1/kpi-values", params={**query, **more}, expect=200).data
        return [(r["kpi"], r["period"], r["store_id"], r["region_id"], r["value"]) for r in found]
    wait_for(lambda: sum(r[4] for r in rows(kpi="orders_delivered")) == 5)
    assert rows(grain="month", by="region") == [
        ("on_time_delivery", "2026-03-01", None, region, 60), ("orders_delivered", "2026-03-01", None, region, 5)]
    assert {r[2]: r[4] for r in rows(grain="month") if r[0] == "on_time_delivery"} == {big.id: 75, small.id: 0}
    weeks = [(r[1], r[4]) for r in rows(grain="week", by="region", kpi="orders_delivered")]
    assert weeks == [("2026-03-09", 4), ("2026-03-30", 1)]
    assert rows(by="chain", kpi="orders_delivered", grain="month") == [
        ("orders_delivered", "2026-03-01", None, None, 5)]
    # whole unless a limit is sent; then page by page, none lost
    assert len(rows()) == 10
    assert [(r["kpi"], r["period"], r["store_id"]) for r in chain.analyst.pages("/v1/kpi-values", limit=3, **query)] \
        == [(r[0], r[1], r[2]) for r in rows()]


def test_who_sees_what(sql, store, chain, value):
    """K2: a manager sees the own store, an advisor none."""
    deliver(sql, store, f"{DAY} 12:00+08")
    value("orders_delivered")
    other = chain.store()
    assert other.manager.get("/v1/kpi-values", params={"kpi": "orders_delivered", **RANGE}, expect=200).data == []
    other.manager.get("/v1/kpi-values", params={"kpi": "orders_delivered", "store_id": store.id, **RANGE}, expect=422)
    other.manager.get("/v1/kpi-values/explain", params={"kpi": "sales", "store_id": store.id, "day": DAY}, expect=422)
    store.advisor.get("/v1/kpi-values", params={"kpi": "orders_delivered", **RANGE}, expect=403)
    assert value("orders_delivered", who=chain.analyst)["value"] == 1


def test_wrong_questions(store):
    """A8: what is not known is refused, not ignored."""
    def errors(**query):
        return store.manager.get("/v1/kpi-values", params=query, expect=400).errors
    assert errors(**RANGE) == {"kpi": "required"}
    assert errors(kpi="beauty", **RANGE) == {"kpi": "bad_code"}
    assert errors(kpi="sales") == {"from": "required", "to": "required"}
    assert errors(kpi="sales", grain="year", **RANGE) == {"grain": "bad_code"}
    assert errors(kpi="sales", limit=10001, **RANGE) == {"limit": "too_large"}


def test_explained(sql, store, value):
    """K3: a value is explained by its documents, and they add up to it."""
    orders = [deliver(sql, store, f"{DAY} 12:00+08", promised=f"{DAY} {hour}:00+08") for hour in (11, 13)]
    row = value("on_time_delivery", lambda r: r["n"] == 2)
    facts = store.manager.pages("/v1/kpi-values/explain", limit=1, kpi="on_time_delivery", store_id=store.id, day=DAY)
    assert sorted((f["subject_id"], f["numerator"], f["denominator"]) for f in facts) == sorted(
        [(orders[0], 0, 1), (orders[1], 1, 1)])
    assert sum(f["numerator"] for f in facts) == row["numerator"]


def test_verified(sql, store, value, verify):
    """H4: what was folded is recomputed from the documents, and each difference is told."""
    order = deliver(sql, store, f"{DAY} 12:00+08", promised=f"{DAY} 13:00+08")
    value("on_time_delivery")
    wait_for(lambda: store.manager.get("/v1/surveys", params={"work_order_id": order}).data)  # its event comes later
    assert verify("KPIs") == []
    def change(text, kpi):
        sql("UPDATE kpi_day SET " + text + " WHERE store_id = %s AND kpi = %s", (store.id, kpi))
    change("denominator = 2", "on_time_delivery")
    sql("DELETE FROM kpi_day WHERE store_id = %s AND kpi = 'complaint_rate'", (store.id,))
    change("kpi = 'sales'", "orders_delivered")
    name = f"KPIs: {store.code}"
    assert verify("KPIs") == [
        f"{name} complaint_rate: denominator of {DAY} is none, should be 1",
        f"{name} complaint_rate: n of {DAY} is none, should be 1",
        f"{name} complaint_rate: numerator of {DAY} is none, should be 0",
        f"{name} on_time_delivery: denominator of {DAY} is 2, should be 1",
        f"{name} orders_delivered: n of {DAY} is none, should be 1",
        f"{name} orders_delivered: numerator of {DAY} is none, should be 1",
        f"{name} sales: n of {DAY} is 1, should be none",
        f"{name} sales: numerator of {DAY} is 1, should be none"]
    # an order more on that day makes it anew
    deliver(sql, store, f"{DAY} 12:00+08", promised=f"{DAY} 13:00+08")
    value("orders_delivered", lambda r: r["n"] == 2)
    assert verify("KPIs") == []


def test_counted_anew(chain, run, sql, store, value, verify, tmp_path):
    """H4: what verify finds wrong is mended by counting the days anew, and no other day or store is touched."""
    shop = Shop(chain, store)
    shop.stock(5)
    deliver(sql, store, f"{DAY} 12:00+08", promised=f"{DAY} 13:00+08")
    deliver(sql, store, "2026-03-12 12:00+08")
    value("on_time_delivery")
    value("orders_delivered", **{"from": "2026-03-12", "to": "2026-03-12"})
    value("stock_value", **{"from": today(), "to": today()})
    assert verify("KPIs") == []
    sql("UPDATE kpi_day SET numerator = numerator + 7 WHERE store_id = %s", (store.id,))
    sql("UPDATE kpi_day SET kpi = 'sales' WHERE store_id = %s AND kpi = 'on_time_delivery'", (store.id,))
    url = run["dsn"].replace("user=postgres", "user=fettle_app")
    def recount(*args):
        return Daemon(tmp_path, DATABASE_URL=url).run("recount", *args)
    done = recount("--store", store.code, DAY, "2026-03-11")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"store {store.id}: 9 values changed\n", "")
    wrong = verify("KPIs")  # of other days, and of their month, which is made of them
    assert wrong and all(re.search(rf" of (2026-03-12|2026-03|{today()}) is ", line) for line in wrong)
    assert recount("--store", store.code, "2026-03-12", today()).returncode == 0 and verify("KPIs") == []
    assert recount("--store", store.code, DAY, today()).stdout == ""
    for args in ((DAY,), ("--store", store.code, today(), DAY), ("--store", store.code, "now", DAY), ("--store", "?", DAY, DAY)):
        refused = recount(*args)
        assert refused.returncode in (64, 65) and refused.stderr.startswith("fettled: "), args


@pytest.fixture
def months(store):
    """months(kpi, first, last, **query) -> what grain=month tells, which must be the sum of what grain=day tells."""
    def read(grain, who, params):
        return who.get("/v1/kpi-values", params={**params, "grain": grain}, expect=200).data
    def get(kpi, first, last, who=None, **query):
        who = who or store.manager
        query = {"kpi": kpi, "from": first, "to": last, **query}
        told, rows, days = None, None, {}
        while rows is None or told != read("month", who, query):  # nothing was folded in between
            told, rows = read("month", who, query), read("day", who, query)
        for row in rows:
            days.setdefault((row["kpi"], row["period"][:7] + "-01", row["store_id"], row["region_id"]), []).append(row)
        assert [(r["kpi"], r["period"], r["store_id"], r["region_id"]) for r in told] == sorted(
            days, key=lambda k: (k[0], k[1], k[2] or k[3] or ""))
        for row, parts in zip(told, (days[r["kpi"], r["period"], r["store_id"], r["region_id"]] for r in told)):
            assert row["numerator"] == sum(p["numerator"] for p in parts)
            assert row["denominator"] == (None if parts[0]["denominator"] is None else sum(p["denominator"] for p in parts))
            assert row["n"] == sum(p["n"] for p in parts) and row["as_of"] == max(p["as_of"] for p in parts)
        return [(r["period"][:7], r["value"]) for r in told]
    return get


def test_months(sql, store, months):
    """H1: whole months and the days before and behind them are told as one, wherever a range starts and ends."""
    for day in ("01-31", "02-01", "02-28", "03-01", "03-16", "03-17", "03-31", "04-01", "04-30", "05-01", "05-02"):
        deliver(sql, store, f"2026-{day} 12:00+08", promised=f"2026-{day} {'11' if day < '03' else '13'}:00+08")
    both = ["orders_delivered", "on_time_delivery"]
    def orders(first, last):
        return months("orders_delivered", "2026-" + first, "2026-" + last)
    wait_for(lambda: sum(v for _, v in orders("01-01", "12-31")) == 11)
    assert orders("03-01", "03-31") == [("2026-03", 4)]
    assert orders("03-17", "03-31") == [("2026-03", 2)]
    assert orders("03-02", "03-16") == [("2026-03", 1)]
    assert orders("03-17", "04-29") == [("2026-03", 2), ("2026-04", 1)]
    assert orders("02-28", "05-01") == [("2026-02", 1), ("2026-03", 4), ("2026-04", 2), ("2026-05", 1)]
    assert orders("02-01", "04-01") == [("2026-02", 2), ("2026-03", 4), ("2026-04", 1)]
    assert orders("01-31", "05-31") == [("2026-01", 1), ("2026-02", 2), ("2026-03", 4), ("2026-04", 2), ("2026-05", 2)]
    assert orders("06-01", "07-31") == []
    assert months(both, "2026-02-01", "2026-03-31") == [("2026-02", 0), ("2026-03", 100), ("2026-02", 2), ("2026-03", 4)]
    assert months(both, "2025-12-31", "2026-03-01", store_id=store.id)[:3] == [("2026-01", 0), ("2026-02", 0), ("2026-03", 100)]
    def weeks(first, last):
        rows = store.manager.get("/v1/kpi-values", params={
            "kpi": "orders_delivered", "from": first, "to": last, "grain": "week"}, expect=200).data
        return [(r["period"][5:], r["value"]) for r in rows]
    assert weeks("2026-02-01", "2026-02-28") == [("01-26", 1), ("02-23", 1)]


def test_a_month_is_that_of_each_store(sql, chain, months):
    """K1: where a month begins is told by each store's own clock; the region's month is the sum of the stores'."""
    region = chain.region()
    east, west = chain.store(region), chain.store(region, time_zone="Asia/Urumqi")  # two hours behind
    for store in (east, west):
        for at in ("2026-02-28 16:30Z", "2026-02-28 18:30Z", "2026-03-31 16:30Z"):
            deliver(sql, store, at)
    def told(**query):
        return months("orders_delivered", "2026-02-01", "2026-04-30", chain.analyst, region_id=region, **query)
    wait_for(lambda: sum(v for _, v in told(by="region")) == 6)
    assert told(by="region") == [("2026-02", 1), ("2026-03", 4), ("2026-04", 1)]
    assert told(by="chain") == told(by="region")
    assert told(store_id=east.id) == [("2026-03", 2), ("2026-04", 1)]
    assert told(store_id=west.id) == [("2026-02", 1), ("2026-03", 2)]


def test_a_month_that_changes_late(sql, store, months, verify):
    """H1, H4: what is told of a month that is over makes it anew, and a month in which nothing is left has no value."""
    first = settle(sql, store, deliver(sql, store, "2026-01-20 10:00+08"), "2026-01-20 09:00+08", 300)
    second = settle(sql, store, deliver(sql, store, "2026-02-10 10:00+08"), "2026-02-10 09:00+08", 500)
    def sales():
        return months("sales", "2026-01-01", "2026-02-28")
    wait_for(lambda: sales() == [("2026-01", 300), ("2026-02", 500)])
    third = settle(sql, store, deliver(sql, store, "2026-01-25 10:00+08"), "2026-01-25 09:00+08", 20)
    wait_for(lambda: sales() == [("2026-01", 320), ("2026-02", 500)])
    for bill in (first, second):
        sql("UPDATE settlement SET status = 'void' WHERE id = %s", (bill,))
        tell(sql, "settlement.voided", store, bill, "now()")
    wait_for(lambda: sales() == [("2026-01", 20)])
    assert verify("KPIs") == []
    sql("UPDATE settlement SET status = 'void' WHERE id = %s", (third,))
    tell(sql, "settlement.voided", store, third, "now()")
    wait_for(lambda: sales() == [])
    assert verify("KPIs") == []


def test_months_counted_anew(run, sql, store, months, verify, tmp_path):
    """H4: a month that is not the sum of its documents is told and mended by counting any of its days anew."""
    for day in ("2026-01-05", "2026-02-05", "2026-03-05"):
        deliver(sql, store, f"{day} 12:00+08")
    def orders():
        return [v for _, v in months("orders_delivered", "2026-01-01", "2026-03-31")]
    wait_for(lambda: orders() == [1, 1, 1])
    assert verify("KPIs") == []
    sql("UPDATE kpi_month SET numerator = 9, as_of = now() WHERE store_id = %s AND kpi = 'orders_delivered' AND month = '2026-02-01'", (store.id,))
    sql("DELETE FROM kpi_month WHERE store_id = %s AND kpi = 'orders_delivered' AND month = '2026-01-01'", (store.id,))
    sql("UPDATE kpi_month SET month = '2026-04-01' WHERE store_id = %s AND kpi = 'complaint_rate' AND month = '2026-03-01'", (store.id,))
    name = f"KPIs: {store.code}"
    assert verify("KPIs") == [
        f"{name} complaint_rate: denominator of 2026-03 is none, should be 1",
        f"{name} complaint_rate: n of 2026-03 is none, should be 1",
        f"{name} complaint_rate: numerator of 2026-03 is none, should be 0",
        f"{name} complaint_rate: denominator of 2026-04 is 1, should be none",
        f"{name} complaint_rate: n of 2026-04 is 1, should be none",
        f"{name} complaint_rate: numerator of 2026-04 is 0, should be none",
        f"{name} orders_delivered: n of 2026-01 is none, should be 1",
        f"{name} orders_delivered: numerator of 2026-01 is none, should be 1",
        f"{name} orders_delivered: numerator of 2026-02 is 9, should be 1"]
    def recount(first, last):
        done = Daemon(tmp_path, DATABASE_URL=run["dsn"].replace("user=postgres", "user=fettle_app")).run(
            "recount", "--store", store.code, first, last)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout
    assert recount("2026-02-20", "2026-02-21") == f"store {store.id}: 1 values changed\n"
    assert recount("2026-01-01", "2026-04-01") == f"store {store.id}: 3 values changed\n"
    assert recount("2026-01-01", "2026-04-01") == "" and orders() == [1, 1, 1] and verify("KPIs") == []


def test_two_who_fold(run, sql, store, months, verify, tmp_path):
    """H4: a month into whose days two write at once, the worker and who counts anew, is their sum in the end."""
    url = run["dsn"].replace("user=postgres", "user=fettle_app")
    def recount(_):
        return Daemon(tmp_path, DATABASE_URL=url).run("recount", "--store", store.code, "2026-03-01", "2026-03-31")
    def orders():
        return months("orders_delivered", "2026-03-01", "2026-03-31")
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        counting = pool.map(recount, range(12))
        for day in range(1, 29):
            deliver(sql, store, f"2026-03-{day:02} 12:00+08", promised=f"2026-03-{day:02} 13:00+08")
        done = list(counting)
    assert [(d.returncode, d.stderr) for d in done] == [(0, "")] * 12
    wait_for(lambda: orders() == [("2026-03", 28)])
    assert verify("KPIs") == []


def test_the_dictionary(sql, store, contract):
    """K1: every KPI of the contract is in the dictionary, under the same names."""
    kpis = {k["id"]: k for k in store.manager.pages("/v1/kpis")}
    schema = contract.doc["components"]["schemas"]["Kpi"]
    assert {k: [v["name_en"], v["name_zh"]] for k, v in kpis.items()} == schema["x-labels"]
    assert list(kpis) == schema["enum"]
    assert kpis["complaint_rate"]["direction"] == "down" and kpis["complaint_rate"]["unit"] == "percent"
    chinese = store.manager.get("/v1/kpis", headers={"Accept-Language": "zh-CN"}).data
    assert chinese[0]["name"] == "交车台次"
