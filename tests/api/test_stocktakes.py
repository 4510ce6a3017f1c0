# SPDX-License-Identifier: Apache-2.0
"""Stocktakes: frozen, counted by who does not know what is expected, and the books follow what is there."""

from fettle import at_once, uuid7
from test_stock import books_agree, draft, level, part, posted, verbs, wish  # pylint: disable=unused-import


def planned(store, *parts, **more):
    body = {"store_id": store.id, **({"part_ids": list(parts)} if parts else {}), **more}
    return store.manager.post("/v1/stocktakes", body, expect=201)


def path(stocktake):
    return f"/v1/stocktakes/{stocktake['id']}"


def frozen(store, *parts, **more):
    return store.manager.post(path(planned(store, *parts, **more)) + "/freeze", expect=200)


def count(store, stocktake, *lines, who=None, expect=200):
    return (who or store.parts).post(path(stocktake) + "/count", {"lines": [{"part_id": p, "quantity": n} for p, n in lines]}, expect=expect)


def lines(store, stocktake, **params):
    return {row["part"]["id"]: row for row in store.parts.pages(path(stocktake) + "/lines", **params)}


def submitted(store, stocktake):
    return store.parts.post(path(stocktake) + "/submit", expect=200)


def audit(who, stocktake, *reasons, expect=200):
    return who.post(path(stocktake) + "/audit", {"reasons": [{"part_id": p, "reason": why} for p, why in reasons]}, expect=expect)


def test_from_plan_to_books(store, part):
    """I13 I14: planned, frozen, counted blind, submitted, and audited: what is over and what is missing, in pieces and fen."""
    over, missing, same = part(), part(), part()
    posted(store, over, 4, 100)
    posted(store, missing, 3, 100)
    posted(store, missing, 1, 101)
    posted(store, same, 7, 50)
    made = planned(store, over, missing, same, note="抽盘")
    assert (made["status"], made["lines_count"], made["note"]) == ("planned", 0, "抽盘") and made["number"].startswith(f"{store.code}-SK-")
    assert {v for v, on in verbs(made).items() if on} == {"freeze", "cancel"}
    on = store.manager.post(path(made) + "/freeze", expect=200)
    assert (on["status"], on["lines_count"], on["open_count"], on["different_count"]) == ("counting", 3, 3, None) and on["frozen_at"]
    shown = lines(store, made)
    assert {(row["expected_quantity"], row["counted_quantity"], row["difference"], row["open"], row["round"]) for row in shown.values()} == {(None, None, None, True, 0)}
    count(store, made, (over, 6), (missing, 5))
    count(store, made, (missing, 2))    # corrected
    assert len(lines(store, made, open="true")) == 1 and lines(store, made, different="true") == {}
    late = store.parts.post(path(made) + "/submit")
    assert (late.status, late.code) == (409, "not_counted")
    count(store, made, (same, 7))
    done = submitted(store, made)
    assert (done["status"], done["open_count"], done["different_count"], done["different_value"]) == ("counted", 0, 2, None)
    assert {p: (row["expected_quantity"], row["difference"]) for p, row in lines(store, made).items()} == {over: (4, 2), missing: (4, -2), same: (7, 0)}
    assert set(lines(store, made, different="true")) == {over, missing}
    bare = audit(store.manager, made, (over, "unposted_document"), expect=409)
    assert bare.code == "difference_unexplained"
    assert level(store, over) == (4, 0, 4, 400)
    books = audit(store.manager, made, (over, "unposted_document"), (missing, "miscount"))
    assert (books["status"], books["audited_by"], books["different_count"], books["different_value"]) == ("posted", store.manager.id, 2, 200 - 201)
    assert level(store, over) == (6, 0, 6, 600) and level(store, missing) == (2, 0, 2, 200) and level(store, same) == (7, 0, 7, 350)
    papers = store.manager.get("/v1/stock-documents", params={"stocktake_id": made["id"]}).data
    assert sorted((d["kind"], d["reason"], d["status"]) for d in papers) == [("stocktake", "count_loss", "posted"), ("stocktake", "surplus", "posted")]
    assert store.hire("manager2", "store_manager").post(f"/v1/stock-documents/{papers[0]['id']}/reverse").code == "not_reversible"
    assert draft(store, over, 1, 1, kind="stocktake", reason="surplus", expect=422).errors == {"/kind": "bad_value"}
    assert [h["id"] for h in store.manager.get("/v1/search", params={"q": made["number"]}).data] == [made["id"]]
    posted(store, over, 1, 100)    # moves again


def test_nothing_moves_meanwhile(chain, store, part):
    """I13: frozen stock does not move, in that warehouse; holds do; one stocktake at a time."""
    p, q = part(), part()
    posted(store, p, 5, 100)
    waits = draft(store, p, 1, 100)
    on = frozen(store, p)
    blocked = store.manager.post(waits.headers["Location"] + "/audit")
    assert (blocked.status, blocked.code) == (409, "stock_frozen") and p in blocked["detail"]
    held = wish(store, p, 2)
    assert (held["status"], level(store, p)) == ("reserved", (5, 2, 3, 500))
    posted(store, q, 1, 100)
    other = planned(store, p, q)
    assert store.manager.post(path(other) + "/freeze").code == "stock_frozen"
    off = store.manager.post(path(on) + "/cancel", {"reason": "改期"}, expect=200)
    assert (off["status"], off["reason"]) == ("cancelled", "改期") and off["ended_at"]
    store.manager.post(waits.headers["Location"] + "/audit", expect=200)
    assert level(store, p) == (6, 2, 4, 600)
    assert chain.store().manager.get(path(on)).status == 404


def test_counted_again_by_another(store, part):
    """I13: what differs is counted again by somebody else; who counted does not audit."""
    p, q = part(), part()
    posted(store, p, 5, 100)
    posted(store, q, 5, 100)
    on = frozen(store, p, q)
    count(store, on, (p, 4))
    count(store, on, (q, 5), who=store.manager)
    submitted(store, on)
    assert audit(store.manager, on, (p, "miscount"), expect=409).code == "own_count"
    boss = store.hire("manager2", "store_manager")
    once_more = boss.post(path(on) + "/recount", {}, expect=200)
    assert (once_more["status"], once_more["open_count"], once_more["different_count"]) == ("counting", 1, None)
    row = lines(store, on)[p]
    assert (row["open"], row["counted_quantity"], row["expected_quantity"]) == (True, 4, None)
    mine = count(store, on, (p, 4), expect=422)
    assert mine.errors == {"/lines/0/part_id": "same_counter"}
    helper = store.hire("keeper2", "parts_keeper")
    count(store, on, (p, 5), who=helper)
    count(store, on, (p, 5), who=helper)    # their own may be corrected
    submitted(store, on)
    row = lines(store, on)[p]
    assert (row["round"], row["difference"], row["counted_by"]) == (2, 0, helper.id)
    assert boss.post(path(on) + "/recount", {}).errors == {"/part_ids": "bad_value"}
    done = audit(boss, on)
    assert (done["different_count"], done["different_value"], level(store, p)) == (0, 0, (5, 0, 5, 500))


def test_held_and_not_there(store, part):
    """I13 I17: what was held and is not there is let go, the last holds first, and waits again."""
    p = part()
    posted(store, p, 6, 100)
    first, second = wish(store, p, 2), wish(store, p, 3)
    on = frozen(store, p)
    count(store, on, (p, 4))
    submitted(store, on)
    audit(store.manager, on, (p, "theft_suspected"))
    assert level(store, p) == (4, 4, 0, 400)
    told = [store.parts.get(f"/v1/demands/{d['id']}") for d in (first, second)]
    assert [(d["status"], d["short_quantity"]) for d in told] == [("reserved", 0), ("open", 1)]


def test_all_that_the_warehouse_has(chain, part):
    """I13: a whole warehouse, and what nobody expected there."""
    store = chain.store()
    p, q, unexpected = part(), part(), part()
    posted(store, p, 5, 100)
    posted(store, q, 2, 100)
    posted(store, q, 2, kind="scrap", reason="damage")
    on = frozen(store)
    assert on["lines_count"] == 1 and set(lines(store, on)) == {p}
    grown = count(store, on, (p, 5), (unexpected, 3))
    assert (grown["lines_count"], grown["open_count"]) == (2, 0)
    submitted(store, on)
    audit(store.manager, on, (unexpected, "unposted_document"))
    assert level(store, unexpected) == (3, 0, 3, 0) and level(store, p) == (5, 0, 5, 500)


def test_bad_fields(chain, store, part):
    """I13: what is wrong is told by its field, and nothing happens."""
    p = part()
    unknown = uuid7()
    assert store.manager.post("/v1/stocktakes", {"store_id": store.id, "part_ids": [p, unknown]}).errors == {"/part_ids/1": "not_found"}
    assert store.parts.post("/v1/stocktakes", {"store_id": store.id}).status == 403
    assert store.manager.post("/v1/stocktakes", {"store_id": chain.store().id}).errors == {"/store_id": "not_found"}
    assert store.manager.post("/v1/stocktakes", {"store_id": store.id, "warehouse_id": unknown}).errors == {"/warehouse_id": "not_found"}
    posted(store, p, 1, 100)
    on = frozen(store, p)
    assert count(store, on, (unknown, 1), expect=422).errors == {"/lines/0/part_id": "not_found"}
    assert count(store, on, (p, 1), (p, 1), expect=422).errors == {"/lines/1/part_id": "not_unique"}
    assert count(store, on, (p, -1), expect=422).errors == {"/lines/0/quantity": "too_small"}
    assert store.advisor.post(path(on) + "/count", {"lines": [{"part_id": p, "quantity": 1}]}).status == 403
    assert audit(store.manager, on, expect=409).code == "illegal_transition"
    count(store, on, (p, 1))
    submitted(store, on)
    assert audit(store.manager, on, (unknown, "miscount"), expect=422).errors == {"/reasons/0/part_id": "not_found"}
    assert store.manager.post(path(on) + "/recount", {"part_ids": [unknown]}).errors == {"/part_ids/0": "not_found"}
    store.manager.post(path(on) + "/cancel", {"reason": "x"}, expect=200)


def test_everybody_counts_at_once(store, part):
    """I13: people count side by side, the keeper reserves, and somebody tries to move: the books agree in the end."""
    parts = [part() for _ in range(8)]
    for p in parts:
        posted(store, p, 10, 100)
    on = frozen(store, *parts)
    drafts = [draft(store, p, 1, 100) for p in parts]
    at_once(*[lambda p=p: count(store, on, (p, 9)) for p in parts],
            *[lambda p=p: wish(store, p, 2) for p in parts],
            *[lambda d=d: store.manager.post(d.headers["Location"] + "/audit", expect=409) for d in drafts])
    submitted(store, on)
    got = at_once(*[lambda: audit(store.manager, on, *[(p, "miscount") for p in parts], expect=None) for _ in range(4)])
    assert sorted(r.status for r in got) == [200, 409, 409, 409]
    assert [level(store, p) for p in parts] == [(9, 2, 7, 900)] * 8
    at_once(*[lambda d=d: store.manager.post(d.headers["Location"] + "/audit", expect=200) for d in drafts])
    assert [level(store, p)[0] for p in parts] == [10] * 8
