# SPDX-License-Identifier: Apache-2.0
"""The day to come: what it wants in parts, and who comes."""

import pytest

from fettle import at_once, uuid7
from slots import at, day
from trade import CONSENT, Trade


@pytest.fixture
def trade(store):
    return Trade(store)


@pytest.fixture
def wants(store):
    """wants(appointment) -> its parts."""
    def ask(appointment, who=None):
        return (who or store.advisor).get(f"/v1/appointments/{appointment['id']}/parts", expect=200)
    return ask


def picks(store, ahead=1):
    return store.parts.get("/v1/pick-list", params={"store_id": store.id, "day": day(ahead)}, expect=200)


def brief(store, ahead=1, who=None):
    return (who or store.advisor).get("/v1/briefing", params={"store_id": store.id, "day": day(ahead)}, expect=200)


def lines(reply, *members):
    return [tuple(p[m] for m in members) for p in reply["parts"]]


def test_parts_of_an_appointment(store, trade, booked, wants):
    """D10: parts and packages are named with the booking or later; who comes first has what is there."""
    filter_, oil = trade.part()["id"], trade.part(unit="升")["id"]
    trade.stock_up(filter_, 3)
    package = trade.package(items=[{"operation_id": trade.operation()["id"]}, {"part_id": oil, "quantity": 4}])["id"]
    late = booked(at(14), expect=201, parts=[{"part_id": filter_, "quantity": 2}])
    early = booked(at(9), expect=201, parts=[{"part_id": filter_, "quantity": 2}], package_ids=[package])
    mine = wants(early)
    assert lines(mine, "source", "part_id", "quantity", "available", "short", "outlook") == [
        ("booked", filter_, 2, 3, 0, "available"), ("package", oil, 4, 0, 4, "missing")]
    assert [(p["package_id"], p["unit"]) for p in mine["parts"]] == [(None, "件"), (package, "升")]
    assert lines(wants(late), "quantity", "available", "short", "outlook") == [(2, 3, 1, "missing")]
    changed = store.advisor.put(f"/v1/appointments/{early['id']}/parts", {"parts": [{"part_id": filter_, "quantity": 1}]},
                                version=mine["version"], expect=200)
    assert lines(changed, "part_id", "quantity") == [(filter_, 1)] and changed["version"] == mine["version"] + 1
    assert lines(wants(late), "short") == [(0,)]
    assert store.advisor.put(f"/v1/appointments/{early['id']}/parts", {"parts": []}, version=mine["version"]).status == 412
    levels = store.parts.get("/v1/stock-levels", params={"store_id": store.id, "part_id": filter_}, expect=200).data
    assert [(level["on_hand"], level["reserved"]) for level in levels] == [(3, 0)]  # named, not reserved
    store.advisor.post(f"/v1/appointments/{early['id']}/cancel", {"reason": "customer_time"}, expect=200)
    gone = store.advisor.put(f"/v1/appointments/{early['id']}/parts", {"parts": []}, version=changed["version"] + 1)
    assert (gone.status, gone.code, gone["state"]) == (409, "illegal_transition", "cancelled")
    assert wants(early)["parts"] == []


def test_parts_are_wanted_until_the_order(store, trade, booked, wants):
    """D10: a received car's parts stand on the pick list, and are not offered to others, until its order takes them or it leaves."""
    filter_ = trade.part()["id"]
    trade.stock_up(filter_, 2)
    named = {"parts": [{"part_id": filter_, "quantity": 2}]}
    one, gone = (booked(at(hour), expect=201, **named) for hour in (9, 10))
    assert (lines(wants(one), "short"), lines(wants(gone), "short")) == ([(0,)], [(2,)])
    came = []
    for each in (one, gone):
        store.advisor.post(f"/v1/appointments/{each['id']}/confirm", expect=200)
        came.append(store.advisor.post("/v1/receptions", {"store_id": store.id, "appointment_id": each["id"], "odometer_km": 1}, expect=201)["id"])
    assert (lines(wants(one), "short"), lines(wants(gone), "short")) == ([(0,)], [(2,)])
    assert [a["status"] for a in picks(store)["appointments"]] == ["converted", "converted"] and picks(store)["short"] == 1
    store.advisor.post(f"/v1/receptions/{came[1]}/leave", {"reason": "other", "note": "改天"}, expect=200)
    assert [a["id"] for a in picks(store)["appointments"]] == [one["id"]]
    store.advisor.post(f"/v1/receptions/{came[0]}/greet", expect=200)
    store.advisor.post("/v1/work-orders", {"reception_id": came[0]}, expect=201)
    assert wants(one)["parts"] == picks(store)["appointments"] == []


def test_the_pick_list(store, trade, booked, chain):
    """D10: what a day wants, with bins, and what an open order of the car still waits for."""
    part, bin_ = trade.part()["id"], store.parts.post("/v1/bins", {"store_id": store.id, "code": "A-07"}, expect=201)["id"]
    draft = trade.draft(part, 2, lines=[{"part_id": part, "quantity": 2, "unit_cost": 3500, "bin_id": bin_}])
    store.manager.post(f"/v1/stock-documents/{draft['id']}/audit", expect=200)
    operation = trade.operation(name="更换空调滤芯")["id"]
    reception = trade.reception(booked.customer, booked.vehicle)
    store.advisor.post(f"/v1/receptions/{reception['id']}/greet", expect=200)
    order = store.advisor.post("/v1/work-orders", {"reception_id": reception["id"], "lines": [
        {"kind": "part", "part_id": part, "quantity": 3}]}, expect=201)
    store.advisor.post(f"/v1/work-orders/{order['id']}/authorise", {"lines": [order["lines"][0]["id"]], **CONSENT}, expect=200)
    first = booked(at(9), expect=201, operation_ids=[operation], parts=[{"part_id": part, "quantity": 1}])
    booked(at(9, ahead=2), expect=201, parts=[{"part_id": part, "quantity": 1}])
    got = picks(store)
    assert (got["id"], got["day"], got["time_zone"], got["short"]) == (store.id, str(day()), "Asia/Shanghai", 2)
    assert [(a["id"], a["operations"], a["vehicle_id"], a["starts_at"]) for a in got["appointments"]] == [
        (first["id"], ["更换空调滤芯"], booked.vehicle, at(9))]
    assert lines(got["appointments"][0], "source", "quantity", "bin", "on_hand", "available", "short", "work_order_id") == [
        ("booked", 1, "A-07", 2, 0, 1, None), ("work_order", 3, "A-07", 2, 0, 1, order["id"])]
    trade.stock_up(part, 5)
    assert lines(picks(store)["appointments"][0], "available", "short")[0] == (4, 0)  # the order took one
    assert picks(store, 5)["appointments"] == []
    other = chain.store()
    for path in ("/v1/pick-list", "/v1/briefing"):
        assert other.manager.get(path, params={"store_id": store.id, "day": day()}).errors == {"store_id": "not_found"}
        assert store.manager.get(path, params={"store_id": uuid7(), "day": day()}).errors == {"store_id": "not_found"}
        assert store.manager.get(path, params={"store_id": store.id}).errors == {"day": "required"}
        assert store.tech1.get(path, params={"store_id": store.id, "day": day()}).status == 403
    assert store.parts.get("/v1/briefing", params={"store_id": store.id, "day": day()}).status == 403


def test_the_briefing(store, trade, booked, sql):
    """D10: the numbers of the day, and of each customer the last visit, what was deferred, and comebacks."""
    guarantee = trade.guarantee()
    order = trade.comeback(guarantee)
    last = store.advisor.get(f"/v1/work-orders/{guarantee['work_order_id']}", expect=200)
    owner = last["customer_id"]
    more = store.advisor.post(f"/v1/work-orders/{order['work_order_id']}/lines", {"kind": "fee", "description": "更换雨刮", "amount": 9000},
                              expect=201)
    store.advisor.post(f"/v1/work-order-lines/{more['id']}/defer", {"reason": "price"}, expect=200)
    mine = booked(at(9), expect=201, customer_id=owner, vehicle_id=guarantee["vehicle_id"], concerns=["仍有异响"], channel="web")
    new = booked(at(10), expect=201, parts=[{"part_id": trade.part()["id"], "quantity": 1}])
    sql("UPDATE reception SET arrived_at = arrived_at - interval '6 days' WHERE store_id = %s", (store.id,))
    got = brief(store)
    assert (got["id"], got["day"], got["open_minutes"], got["booked_minutes"], got["walk_ins_expected"]) == (store.id, str(day()), 720, 60, 1)
    assert got["capacity_minutes"] == 1440
    known, unknown = got["appointments"]
    assert (known["id"], known["concerns"], known["channel"], known["customer"]["id"]) == (mine["id"], ["仍有异响"], "web", owner)
    assert (known["last_visit"]["id"], known["last_visit"]["number"]) == (last["id"], last["number"])
    assert [(d["description"], d["status"], d["reason"]) for d in known["deferred"]] == [("更换雨刮", "deferred", "price")]
    assert [(c["work_order_id"], c["cause"]) for c in known["comebacks"]] == [(order["work_order_id"], None)]
    assert (unknown["id"], unknown["last_visit"], unknown["deferred"], unknown["comebacks"], unknown["short_parts"], unknown["no_shows"]) == (
        new["id"], None, [], [], 1, 0)
    store.advisor.post(f"/v1/appointments/{new['id']}/decline", {"reason": "store_staff"}, expect=200)
    assert [a["id"] for a in brief(store, who=store.dispatcher)["appointments"]] == [mine["id"]]


def test_who_names_parts_and_which(chain, store, booked, trade, wants):
    """D10: advisors, of parts and packages that are sold; each once; two at once leave what one of them said."""
    part, other = trade.part(), chain.store()
    for body, errors in (({"parts": [{"part_id": uuid7(), "quantity": 1}]}, {"/parts/0/part_id": "not_found"}),
                         ({"parts": [], "package_ids": [uuid7()]}, {"/package_ids/0": "not_found"}),
                         ({"parts": [{"part_id": part["id"], "quantity": 1}] * 2}, {"/parts/1/part_id": "not_unique"}),
                         ({"parts": [{"part_id": part["id"], "quantity": 0}]}, {"/parts/0/quantity": "too_small"}),
                         ({"parts": [{"part_id": part["id"]}]}, {"/parts/0/quantity": "required"})):
        assert booked(at(9), **body, expect=422).errors == errors
    made = booked(at(9), expect=201)
    path, body = f"/v1/appointments/{made['id']}/parts", {"parts": [{"part_id": part["id"], "quantity": 1}]}
    assert store.parts.put(path, body, version=1).status == 403 and other.advisor.put(path, body, version=1).status == 404
    assert other.advisor.get(path).status == 404 and store.parts.get(path, expect=200)["parts"] == []
    assert store.advisor.put(path, body).status == 428
    done = at_once(*[lambda n=n: store.advisor.put(path, {"parts": [{"part_id": part["id"], "quantity": n}]}, version=1) for n in range(1, 7)])
    assert sorted(r.status for r in done) == [200] + [412] * 5
    assert lines(wants(made), "quantity") == [(next(r for r in done if r.status == 200)["parts"][0]["quantity"],)]
