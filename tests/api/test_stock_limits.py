# SPDX-License-Identifier: Apache-2.0
"""Limits of stock: what a shelf should have, who is told when it has not, and what ends by itself."""

import random

from fettle import at_once, uuid7
from test_stock import books_agree, level, part, posted, wish  # pylint: disable=unused-import


def limited(store, part, expect=201, who=None, **limits):
    return (who or store.parts).post("/v1/stock-limits", {"store_id": store.id, "part_id": part, **limits}, expect=expect)


def path(limit):
    return f"/v1/stock-limits/{limit['id']}"


def alerts(store, **params):
    return [(a["part"]["id"], a["kind"]) for a in store.parts.pages("/v1/stock-alerts", store_id=store.id, **params)]


def crossings(sql, limit):
    """What was told of a limit, in the order in which it happened."""
    return [(kind, data) for kind, data in sql(
        "SELECT type, data FROM event WHERE subject_id = %s AND type NOT LIKE '%%ed' ORDER BY position, id", (limit["id"],))]


def kinds(sql, limit):
    return [kind.removeprefix("stock_limit.") for kind, _ in crossings(sql, limit)]


def take(store, part, quantity):
    return posted(store, part, quantity, kind="scrap", reason="damage")


def test_a_shelf_runs_low(store, part, sql):
    """I10: going down it is told at the reorder point and below the minimum, once each; what comes ends the alert by itself."""
    p = part()
    posted(store, p, 10, 100)
    limit = limited(store, p, minimum=2, reorder_point=4, maximum=12)
    assert (limit["version"], limit["available"], limit["alert"]) == (1, 10, None)
    assert alerts(store) == [] and kinds(sql, limit) == []
    take(store, p, 5)
    assert alerts(store) == []
    take(store, p, 1)
    assert alerts(store) == [(p, "at_reorder_point")]
    take(store, p, 1)
    take(store, p, 1.5)
    assert alerts(store) == [(p, "under_minimum")]
    take(store, p, 0.5)
    assert kinds(sql, limit) == ["at_reorder_point", "under_minimum"]
    posted(store, p, 2, 100)    # 3: above the minimum, still to be ordered, and that was told
    assert alerts(store) == [(p, "at_reorder_point")]
    posted(store, p, 10, 100)
    assert alerts(store) == [(p, "over_maximum")]
    take(store, p, 3)
    assert alerts(store) == [] and store.parts.get(path(limit))["alert"] is None
    take(store, p, 8.5)    # from 10 to 1.5 at once
    told = crossings(sql, limit)
    assert [kind for kind, _ in told] == ["stock_limit." + k for k in ("at_reorder_point", "under_minimum", "over_maximum", "under_minimum")]
    assert told[-1][1] == {"part_id": p, "warehouse_id": limit["warehouse_id"], "on_hand": 1.5, "available": 1.5}
    feed = store.manager.pages("/v1/events", type="stock_limit.over_maximum", store_id=store.id)
    assert [(e["subject_id"], e["subject_type"], e["subject_version"], e["actor_id"]) for e in feed] == [(limit["id"], "stock_limit", 1, store.manager.id)]


def test_what_is_held_is_not_there(store, part, sql):
    """I10: limits look at what nobody holds: a reservation crosses them as an issue does, and its end comes back."""
    p = part()
    posted(store, p, 5, 100)
    limit = limited(store, p, minimum=3)
    held = wish(store, p, 4)
    assert (level(store, p)[:3], alerts(store)) == ((5, 4, 1), [(p, "under_minimum")])
    store.parts.post(f"/v1/demands/{held['id']}/cancel", {"reason": "不要了"}, expect=200)
    assert alerts(store) == []
    wish(store, p, 4)
    assert kinds(sql, limit) == ["under_minimum"] * 2


def test_somebody_waits(store, part, sql):
    """I10: nothing there and somebody waits: out of stock, whether or not there is a limit; without anybody it is none."""
    bare, kept, wanted = part(), part(), part()
    posted(store, kept, 1, 100)
    limited(store, kept, reorder_point=2)
    posted(store, wanted, 3, 100)
    empty = wish(store, bare, 2)
    wish(store, bare, 1, kind="stock")    # a wish for the shelf: nobody stands at the counter
    wish(store, kept, 4)
    wish(store, wanted, 3)
    assert sorted(alerts(store)) == sorted([(bare, "out_of_stock"), (kept, "out_of_stock")])
    row = [a for a in store.parts.get("/v1/stock-alerts", params={"store_id": store.id}).data if a["part"]["id"] == kept][0]
    assert (row["waiting_quantity"], row["on_hand"], row["reserved"], row["available"], row["reorder_point"], row["minimum"]) == (3, 1, 1, 0, 2, None)
    posted(store, bare, 2, 100)    # the one who waits gets it
    assert store.parts.get(f"/v1/demands/{empty['id']}")["status"] == "reserved"
    assert alerts(store) == [(kept, "out_of_stock")]
    posted(store, kept, 3, 100)
    assert alerts(store) == [(kept, "at_reorder_point")]


def test_the_worst_first_and_pages(store, part):
    """I10: out of stock, below the minimum, to be ordered, too much; pages lose none, and kinds can be chosen."""
    wanted = []
    for kind, quantity in (("over_maximum", 9), ("at_reorder_point", 4), ("under_minimum", 1), ("out_of_stock", 0)) * 2:
        p = part()
        if quantity:
            posted(store, p, quantity, 100)
        limited(store, p, minimum=3, reorder_point=4, maximum=6)
        if kind == "out_of_stock":
            wish(store, p, 1)
        wanted.append((p, kind))
    places = ["out_of_stock", "under_minimum", "at_reorder_point", "over_maximum"]
    got = alerts(store, limit=3)
    assert sorted(got) == sorted(wanted) and [places.index(k) for _, k in got] == [0, 0, 1, 1, 2, 2, 3, 3]
    few = alerts(store, kind="under_minimum,over_maximum")
    assert sorted(few) == sorted(a for a in wanted if a[1] in ("under_minimum", "over_maximum"))
    assert alerts(store, warehouse_id=uuid7()) == []


def test_set_anew_and_removed(store, part, sql):
    """I10: a limit that is set past the level is crossed then; what is not said holds no more; without limits there is no alert."""
    p = part()
    posted(store, p, 5, 100)
    limit = limited(store, p, minimum=2)
    raised = store.parts.put(path(limit), {"minimum": 6, "maximum": 20}, version=1, expect=200)
    assert (raised["version"], raised["minimum"], raised["reorder_point"], raised["maximum"], raised["alert"]) == (2, 6, None, 20, "under_minimum")
    assert kinds(sql, limit) == ["under_minimum"]
    assert store.parts.put(path(limit), {"minimum": 1}, version=1).code == "stale_version"
    lowered = store.parts.put(path(limit), {"reorder_point": 0}, version=2, expect=200)
    assert (lowered["minimum"], lowered["reorder_point"], lowered["maximum"], lowered["alert"]) == (None, 0, None, None)
    take(store, p, 5)
    assert alerts(store) == [(p, "at_reorder_point")]
    again = limited(store, p, minimum=1, expect=409)
    assert (again.code, again["existing"]) == ("duplicate", {"type": "stock_limit", "id": limit["id"]})
    store.parts.delete(path(limit), params={"reason": "停售"}, expect=204)
    assert alerts(store) == [] and store.parts.get(path(limit)).status == 404
    assert store.parts.get("/v1/stock-limits", params={"store_id": store.id}).data == []
    other = limited(store, p, minimum=1)
    assert other["alert"] == "under_minimum"
    assert sql("SELECT after->>'deleted_reason' FROM audit_entry WHERE row_id = %s AND action = 'update' AND after ? 'deleted_at'", (limit["id"],)) == [("停售",)]


def test_each_warehouse_has_its_own(store, part):
    """I1 I10: a part has a limit for each warehouse; what stands in one does not fill another."""
    p = part()
    back = store.manager.post("/v1/warehouses", {"store_id": store.id, "code": "BACK", "name": "后仓"}, expect=201)["id"]
    posted(store, p, 5, 100)
    front = limited(store, p, minimum=1)
    behind = limited(store, p, minimum=1, warehouse_id=back)
    assert front["warehouse_id"] != back == behind["warehouse_id"]
    assert alerts(store, warehouse_id=back) == alerts(store) == [(p, "under_minimum")]
    posted(store, p, 1, 100, warehouse_id=back)
    assert alerts(store) == []
    assert [m["id"] for m in store.parts.pages("/v1/stock-limits", store_id=store.id, warehouse_id=back)] == [behind["id"]]
    assert {m["id"] for m in store.parts.pages("/v1/stock-limits", store_id=store.id, part_id=p, limit=1)} == {front["id"], behind["id"]}


def test_bad_fields(chain, store, part):
    """I10: what is wrong is told by its field; who only sells sets none; another store's is not there."""
    p = part()
    there = chain.store()
    other = there.manager.post("/v1/warehouses", {"store_id": there.id, "code": "BACK", "name": "后仓"}, expect=201)["id"]
    for body, errors in (({}, {"/minimum": "required"}), ({"minimum": 3, "reorder_point": 2}, {"/reorder_point": "bad_value"}),
                         ({"minimum": 3, "maximum": 2}, {"/maximum": "bad_value"}), ({"reorder_point": 3, "maximum": 2}, {"/maximum": "bad_value"}),
                         ({"minimum": -1}, {"/minimum": "too_small"}), ({"minimum": 0.0001}, {"/minimum": "not_multiple"}),
                         ({"minimum": 1, "part_id": uuid7()}, {"/part_id": "not_found"}), ({"minimum": 1, "warehouse_id": other}, {"/warehouse_id": "not_found"})):
        got = store.parts.post("/v1/stock-limits", {"store_id": store.id, "part_id": p, **body})
        assert (got.status, got.errors) == (422, errors), (body, got)
    assert limited(there, p, minimum=1, who=store.parts, expect=422).errors == {"/store_id": "not_found"}
    assert limited(store, p, minimum=1, who=store.advisor, expect=403).code == "forbidden"
    theirs = limited(there, p, minimum=1)
    for call in (store.parts.get(path(theirs)), store.parts.put(path(theirs), {"minimum": 2}, version=1), store.parts.delete(path(theirs))):
        assert call.status == 404
    assert alerts(store) == [] and alerts(there) == [(p, "under_minimum")]
    mine = limited(store, p, minimum=1)
    assert store.parts.put(path(mine), {"reorder_point": 2, "maximum": 1}, version=1).errors == {"/maximum": "bad_value"}
    assert store.advisor.put(path(mine), {"minimum": 2}, version=1).status == 403
    assert chain.purchaser.get(path(mine), expect=200)["id"] == mine["id"]    # the chain's purchaser sees what runs low
    assert p in {a["part"]["id"] for a in chain.purchaser.pages("/v1/stock-alerts", store_id=store.id)}


def test_limits_move_while_parts_do(store, part, sql):
    """I10: while limits are set and parts go out from many hands, the alert is that of the level, and each crossing is told once."""
    p = part()
    posted(store, p, 12, 100)
    made = at_once(*[lambda: limited(store, p, reorder_point=6, expect=None) for _ in range(6)])
    assert sorted(r.status for r in made) == [201] + [409] * 5
    limit = next(r for r in made if r.status == 201)
    drafts = [store.parts.post("/v1/stock-documents", {"kind": "scrap", "store_id": store.id, "reason": "damage",
                                                       "lines": [{"part_id": p, "quantity": 1}]}, expect=201) for _ in range(10)]
    random.shuffle(drafts)
    at_once(*[lambda d=d: store.manager.post(d.headers["Location"] + "/audit", expect=200) for d in drafts],
            *[lambda: store.parts.put(path(limit), {"reorder_point": 6}, version=1) for _ in range(2)])
    assert level(store, p)[0] == 2 and alerts(store) == [(p, "at_reorder_point")]
    assert kinds(sql, limit) == ["at_reorder_point"]
    assert sql("SELECT l.reorder_point = m.reorder_point, m.version FROM stock_limit m JOIN stock_level l ON l.limit_id = m.id"
               " WHERE m.id = %s", (limit["id"],)) == [(True, 2)]
