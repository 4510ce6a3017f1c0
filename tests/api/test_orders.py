# SPDX-License-Identifier: Apache-2.0
"""Lists in the orders they can be had in: every page in order, every row once, while others write."""

import threading

import pytest

from trade import Trade, days_ahead


def make(store, path, index):
    """One more row for a list, with something to be put in order by, or nothing of it."""
    trade = Trade(store)
    if path == "/v1/work-orders":
        promise = {} if index % 3 == 0 else {"promised_at": days_ahead(1 + index * 7 % 5)}
        return trade.order(lines=[], **promise)
    if path == "/v1/appointments":
        return trade.appointment(days=1 + index, starts_at=days_ahead(1 + index % 27, 1 + index % 9))
    if path == "/v1/receptions":
        return trade.reception()
    if path == "/v1/settlements":
        return trade.bill()
    if path == "/v1/complaints":
        return store.service.post("/v1/complaints", {
            "store_id": store.id, "contact": {"name": "李四", "phone": store.chain.phone()}, "channel": "phone",
            "category": "process", "description": "异响仍在"}, expect=201)
    if path == "/v1/customers":
        return trade.customer(name=("赵一", "Anna", "白二", "赵一", "陈三")[index % 5])
    return trade.part(name=("轴承", "Belt", "垫片", "轴承", "灯泡")[index % 5])


def pinyin(name):
    """What the names above are put in order by; Chinese before Latin letters."""
    return {"白二": "bai er", "陈三": "chen san", "赵一": "zhao yi", "Anna": "~anna", "灯泡": "deng pao", "垫片": "dian pian",
            "轴承": "zhou cheng", "Belt": "~belt"}.get(name, name)


# path -> (rows to make, order -> key of a row); `-` is the same backwards
LISTS = {
    "/v1/work-orders": (7, {"opened_at": lambda w: w["opened_at"], "promised_at": lambda w: w["promised_at"] or "infinity"}),
    "/v1/appointments": (5, {"starts_at": lambda a: a["starts_at"]}),
    "/v1/receptions": (5, {"arrived_at": lambda r: r["arrived_at"]}),
    "/v1/settlements": (3, {"created_at": lambda s: s["created_at"]}),
    "/v1/complaints": (5, {"received_at": lambda k: k["received_at"]}),
    "/v1/customers": (7, {"created_at": lambda c: c["created_at"], "name": lambda c: pinyin(c["name"])}),
    "/v1/parts": (7, {"created_at": lambda p: p["created_at"], "name": lambda p: pinyin(p["name"])}),
}


def narrowed(path, rows):
    """Parts are the whole chain's: of those that others make too, only our own are looked at."""
    mine = {row["id"] for row in rows}
    return lambda seen: [row for row in seen if row["id"] in mine] if path == "/v1/parts" else seen


@pytest.mark.parametrize("path", sorted(LISTS))
def test_every_order_pages_through_every_row_once(store, chain, path):
    """Forwards and backwards, one row on a page or many, in one store and in all of them, beside a writer."""
    count, keys = LISTS[path]
    made = [make(store, path, index) for index in range(count)]
    ours = narrowed(path, made)
    where = {} if path == "/v1/parts" else {"store_id": store.id}
    stop, failed = threading.Event(), []

    def write():
        index = count
        while not stop.is_set() and index < count + 20:
            try:
                make(store, path, index)
            except AssertionError as error:
                failed.append(error)
            index += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for order, key in keys.items():
            for sort, backwards in ((order, False), ("-" + order, True)):
                for reader, limit, more in ((store.manager, 2, where), (store.manager, 200, where),
                                            (chain.analyst if path == "/v1/parts" else chain.admin, 50, where)):
                    seen = reader.pages(path, limit=limit, sort=sort, **more)
                    ids = [row["id"] for row in seen]
                    assert len(ids) == len(set(ids)) and {row["id"] for row in made} <= set(ids), (sort, limit)
                    told = [key(row) for row in ours(seen)]
                    assert told == sorted(told, reverse=backwards), (sort, limit, told)
    finally:
        stop.set()
        writer.join()
    assert not failed


def test_the_whole_chain_in_order(chain):
    """Headquarters' list runs through all stores in one order, and a person of two stores sees theirs in it."""
    one, two = chain.store(), chain.store()
    made = [make(one if index % 2 else two, "/v1/work-orders", index) for index in range(6)]
    of_both = chain.people.hire(chain.unique().lower() + "-both", "service_advisor", store=one.id)
    chain.admin.post(f"/v1/staff/{of_both.id}/grants", {"role": "service_advisor", "store_id": two.id}, expect=201)
    seen = of_both.pages("/v1/work-orders", limit=2, sort="promised_at")
    assert {w["id"] for w in seen} == {w["id"] for w in made} and len(seen) == 6
    promises = [w["promised_at"] or "infinity" for w in seen]
    assert promises == sorted(promises) and promises[-2:] == ["infinity"] * 2
    assert [w["id"] for w in of_both.pages("/v1/work-orders", limit=4, sort="-promised_at")] == [w["id"] for w in seen][::-1]
    whole = chain.admin.get("/v1/work-orders", params={"sort": "promised_at", "limit": 100}, expect=200).data
    promises = [w["promised_at"] or "infinity" for w in whole]
    assert promises == sorted(promises)


def test_orders_keep_to_the_filters(store):
    """What narrows a list narrows it in every order; the usual order has no need to be named."""
    made = [make(store, "/v1/work-orders", index) for index in range(4)]
    path, number = "/v1/work-orders", made[2]["number"]
    for sort in ("-opened_at", "opened_at", "promised_at", "-promised_at"):
        assert [w["id"] for w in store.manager.pages(path, sort=sort, number=number)] == [made[2]["id"]]
        assert store.manager.pages(path, sort=sort, overdue="true") == []
        page = store.manager.get(path, params={"sort": sort, "count": "true", "limit": 1}, expect=200)
        assert page["count"] == {"value": 4, "capped": False}
    assert store.manager.pages(path) == store.manager.pages(path, sort="-opened_at")
    part = Trade(store).part(name="专用垫片")
    for sort in ("number", "name", "-name", "created_at", "-created_at"):
        for q in (part["number"].lower(), part["number"]):
            assert [p["id"] for p in store.manager.pages("/v1/parts", sort=sort, q=q)] == [part["id"]]
    customer = Trade(store).customer(name="欧阳独一")
    for sort in ("-created_at", "created_at", "name", "-name"):
        for q in ("欧阳独", "ouyangduyi"):
            assert [c["id"] for c in store.manager.pages("/v1/customers", sort=sort, q=q)] == [customer["id"]], (sort, q)


def test_a_cursor_keeps_its_order(store):
    """The end of a page in one order is no place in another."""
    for index in range(3):
        make(store, "/v1/receptions", index)
    for path, sorts in (("/v1/receptions", (None, "arrived_at", "-arrived_at")),):
        for sort in sorts:
            params = {"limit": 1, **({"sort": sort} if sort else {})}
            cursor = store.manager.get(path, params=params, expect=200)["next_cursor"]
            for other in sorts:
                if other == sort:
                    continue
                reply = store.manager.get(path, params={"limit": 1, "cursor": cursor, **({"sort": other} if other else {})})
                assert (reply.status, reply.code) == (400, "bad_cursor"), (sort, other)


@pytest.mark.parametrize("path", sorted(LISTS))
def test_an_order_that_is_not_offered(store, path):
    """Named with the parameter and what is listed; a list without orders has no such parameter."""
    for wrong in ("", "id", "+created_at", "created_at,name", "-", "OPENED_AT"):
        reply = store.manager.get(path, params={"sort": wrong})
        assert (reply.status, reply.errors) == (400, {"sort": "bad_code"}), (path, wrong, reply)
        listed = next(p for p in store.manager.contract.find("GET", path).described["parameters"] if p.get("name") == "sort")
        message = next(e["message"] for e in reply.json["errors"] if e["parameter"] == "sort")
        assert message == "must be one of " + ", ".join(listed["schema"]["enum"])
    twice = store.manager.get(path + "?sort=created_at&sort=-created_at")
    assert (twice.status, twice.errors) == (400, {"sort": "not_unique"})
    assert store.manager.get("/v1/bays?sort=name").status == 404
    assert store.manager.get(f"/v1/stores/{store.id}/bays?sort=name").errors == {"sort": "unknown_parameter"}
