# SPDX-License-Identifier: Apache-2.0
"""Price adjustments: new prices of parts by a document that another audits, in force from its day on."""

import pytest

from fettle import at_once, uuid7, wait_for
from test_parts import part  # pylint: disable=unused-import
from test_prices import day


@pytest.fixture
def sql(db):
    def run(text, arguments):
        with db.cursor() as cursor:
            cursor.execute(text, arguments)
    return run


def path(adjustment):
    return f"/v1/price-adjustments/{adjustment['id']}"


@pytest.fixture
def draft(chain):
    def make(*lines, who=None, expect=201, **more):
        return (who or chain.purchaser).post("/v1/price-adjustments", {
            "effective_on": day(0), "reason": "厂家调价", "lines": [{"part_id": p["id"], "new_price": n} for p, n in lines], **more}, expect=expect)
    return make


@pytest.fixture
def audited(chain, draft):
    """In force when its day is today, scheduled when it is later."""
    def make(*lines, **more):
        made = chain.finance.post(path(draft(*lines, **more)) + "/audit", expect=200)
        return made if made["effective_on"] > day(0) else in_force(chain, made)
    return make


def in_force(chain, adjustment):
    return wait_for(lambda: (now := chain.analyst.get(path(adjustment), expect=200))["status"] == "in_force" and now)


def price(client, one):
    return client.get(f"/v1/parts/{one['id']}", expect=200)["sale_price"]


def history(client, one):
    return [(h["price"], h["price_list"] and h["price_list"]["name"], h["valid_to"] is None) for h in client.pages(f"/v1/parts/{one['id']}/prices", limit=2)]


def verbs(adjustment):
    return {a["verb"] for a in adjustment["actions"] if a["enabled"]}


def test_from_draft_to_what_comes_after(chain, store, part, draft, audited):
    """H12: drafted, changed, audited by another, in force on its day, superseded when the last of its prices changes."""
    pads, disc = part(sale_price=6800), part(sale_price=20000)
    made = draft((pads, 7000), id=uuid7())
    assert (made["status"], made["lines_count"], made["created_by"], made["audited_by"], made["in_force_at"]) == ("draft", 1, chain.purchaser.id, None, None)
    assert verbs(made) == {"void"} and verbs(chain.finance.get(path(made), expect=200)) == {"audit"} and verbs(store.manager.get(path(made), expect=200)) == set()
    changed = chain.purchaser.patch(path(made), {"reason": "年度调价", "lines": [{"part_id": p["id"], "new_price": n} for p, n in ((pads, 7200), (disc, 21000))]},
                                    version=made["version"], expect=200)
    assert (changed["reason"], changed["lines_count"], changed["effective_on"]) == ("年度调价", 2, day(0))
    lines = chain.analyst.pages(path(made) + "/lines", limit=1)
    assert [(l["position"], l["part"]["id"], l["old_price"], l["new_price"], l["superseded_at"]) for l in lines] == [
        (1, pads["id"], 6800, 7200, None), (2, disc["id"], 20000, 21000, None)]
    assert (price(store.advisor, pads), price(store.advisor, disc)) == (6800, 20000)
    assert chain.people.hire(chain.unique(), "hq_admin").post(path(made) + "/audit", expect=200)["status"] in ("scheduled", "in_force")
    now = in_force(chain, made)
    assert now["audited_by"] and now["in_force_at"] >= now["audited_at"] and verbs(now) == set()
    assert (price(store.advisor, pads), price(store.advisor, disc)) == (7200, 21000)
    assert chain.purchaser.patch(path(made), {"reason": "x"}, version=now["version"]).code == "illegal_transition"
    ledger = chain.analyst.get("/v1/price-changes", params={"part_id": pads["id"]}, expect=200).data
    assert [(c["old_price"], c["new_price"], c["actor_id"]) for c in ledger] == [(6800, 7200, now["audited_by"])]
    second = audited((pads, 7500))
    assert chain.analyst.get(path(made))["status"] == "in_force"    # of the disc it still is
    assert [l["superseded_at"] is not None for l in chain.analyst.get(path(made) + "/lines").data] == [True, False]
    chain.purchaser.patch(f"/v1/parts/{disc['id']}", {"sale_price": 19900}, version=chain.purchaser.get(f"/v1/parts/{disc['id']}")["version"], expect=200)
    over = chain.analyst.get(path(made))
    assert (over["status"], over["ended_at"] is not None, chain.analyst.get(path(second))["status"]) == ("superseded", True, "in_force")
    assert {a["id"] for a in chain.analyst.pages("/v1/price-adjustments", part_id=pads["id"])} == {made["id"], second["id"]}
    assert {a["id"] for a in chain.analyst.pages("/v1/price-adjustments", part_id=pads["id"], status="superseded")} == {made["id"]}


def test_written_lines_keep_their_price(shop, audited):
    """H12: an order that is open keeps what it was written at; the next one has the new price."""
    before = shop.open([shop.part_line()])
    audited((shop.part, 39900))
    assert shop.get(before)["lines"][0]["unit_price"] == 33333
    assert shop.open([shop.part_line()])["lines"][0]["unit_price"] == 39900


def test_its_day(chain, store, part, draft, audited, sql):
    """H12: before its day it waits and can be taken back; when the day begins it is in force; a day that is over is not."""
    one, other = part(), part()
    waits, gone = audited((one, 7000), effective_on=day(1)), audited((other, 7000), effective_on=day(1))
    assert (waits["status"], verbs(waits), price(store.advisor, one)) == ("scheduled", {"cancel"}, 6800)
    off = chain.finance.post(path(gone) + "/cancel", {"reason": "厂家推迟"}, expect=200)
    assert (off["status"], off["ended_reason"], off["ended_at"] is not None) == ("cancelled", "厂家推迟", True)
    sql("UPDATE price_adjustment SET effective_on = effective_on - 1 WHERE id IN (%s, %s)", (waits["id"], gone["id"]))    # midnight
    in_force(chain, waits)
    assert (price(store.advisor, one), price(store.advisor, other)) == (7000, 6800)
    assert chain.finance.post(path(waits) + "/cancel", {"reason": "x"}).code == "illegal_transition"
    late = draft((one, 1))
    sql("UPDATE price_adjustment SET effective_on = effective_on - 1 WHERE id = %s", (late["id"],))
    refused = chain.finance.post(path(late) + "/audit")
    assert (refused.status, refused.code) == (409, "effective_day_over") and day(-1) in refused["detail"]
    chain.purchaser.patch(path(late), {"effective_on": day(0)}, version=late["version"], expect=200)
    chain.finance.post(path(late) + "/audit", expect=200)
    in_force(chain, late)
    void = chain.purchaser.post(path(draft((one, 2))) + "/void", expect=200)
    assert (void["status"], verbs(void), price(store.advisor, one)) == ("void", set(), 1)


def test_never_by_who_wrote_it(chain, part, draft):
    """H12: neither who drafted it nor who changed the draft audits it."""
    admin, boss = (chain.people.hire(chain.unique(), "hq_admin") for _ in range(2))
    made = draft((part(), 7000), who=admin)
    assert admin.post(path(made) + "/audit").code == "own_adjustment"
    chain.admin.patch(path(made), {"reason": "改"}, version=made["version"], expect=200)
    assert chain.admin.post(path(made) + "/audit").code == "own_adjustment"
    boss.post(path(made) + "/audit", expect=200)
    in_force(chain, made)


def test_by_audit_only(chain, part, audited):
    """H12: where a part says so its price is changed by an adjustment alone; who may not audit cannot say otherwise."""
    one = part()
    where = f"/v1/parts/{one['id']}"
    assert one["price_audited"] is False
    assert chain.purchaser.patch(where, {"price_audited": True}, version=one["version"]).status == 403
    on = chain.admin.patch(where, {"price_audited": True}, version=one["version"], expect=200)
    assert on["price_audited"] is True
    refused = chain.purchaser.patch(where, {"sale_price": 1}, version=on["version"])
    assert (refused.status, refused.code, price(chain.analyst, one)) == (409, "price_audited", 6800)
    same = chain.purchaser.patch(where, {"sale_price": 6800, "name": "机滤"}, version=on["version"], expect=200)
    assert same["name"] == "机滤"
    audited((one, 6900))
    assert price(chain.analyst, one) == 6900


def test_what_a_part_has_cost(chain, store, part, audited):
    """H12: from when to when, whichever way it changed: from its beginning, by hand, by an adjustment and in a list."""
    one = part()
    assert history(store.advisor, one) == [(6800, None, True)]
    chain.purchaser.patch(f"/v1/parts/{one['id']}", {"sale_price": 7000}, version=one["version"], expect=200)
    made = audited((one, 7100))
    chain.purchaser.post("/v1/price-lists", {"name": "一类店", "store_class": chain.unique(), "valid_from": day(0), "prices": [{"part_id": one["id"], "price": 6500}]}, expect=201)
    assert history(store.advisor, one) == [(6500, "一类店", True), (7100, None, True), (7000, None, False), (6800, None, False)]
    rows = store.advisor.get(f"/v1/parts/{one['id']}/prices").data
    assert [r["adjustment_id"] for r in rows] == [None, made["id"], None, None]
    assert rows[3]["valid_from"] == one["created_at"] and rows[3]["valid_to"] == rows[2]["valid_from"] and rows[2]["valid_to"] == rows[1]["valid_from"]
    assert store.advisor.get(f"/v1/parts/{uuid7()}/prices").status == 404


def test_by_its_number(chain, store, part, audited):
    """H12: a price is told by number and brand in any writing; it ends what an adjustment has in force, is a version once, and never of a part by audit."""
    one, by_audit = part(brand="SACHS"), part()
    chain.admin.patch(f"/v1/parts/{by_audit['id']}", {"price_audited": True}, version=1, expect=200)
    audited((one, 4300))
    told = {"number": one["number"].lower().replace("-", "."), "brand": "SACHS", "sale_price": 4700}
    now = chain.purchaser.post("/v1/part-prices", told, expect=200)
    assert (now["id"], now["sale_price"]) == (one["id"], 4700) and history(store.advisor, one)[0] == (4700, None, True)
    assert [a["status"] for a in chain.analyst.pages("/v1/price-adjustments") if any(
        line["part"]["id"] == one["id"] for line in chain.analyst.pages(path(a) + "/lines"))] == ["superseded"]
    assert chain.purchaser.post("/v1/part-prices", told, expect=200)["version"] == now["version"]
    refused = chain.purchaser.post("/v1/part-prices", {"number": by_audit["number"], "sale_price": 1}, expect=409)
    assert (refused.code, refused.errors) == ("price_audited", {"/sale_price": "price_audited"})
    assert chain.purchaser.post("/v1/part-prices", {**told, "brand": "LUK"}, expect=422).errors == {"/number": "not_found"}
    assert chain.purchaser.post("/v1/part-prices", {"number": "", "sale_price": -1}, expect=422).errors.keys() == {"/number", "/sale_price"}
    assert store.manager.post("/v1/part-prices", told).status == 403


def test_who_may_and_bad_fields(chain, store, part, draft):
    """H12: headquarters writes, another of it audits, stores read; what is wrong is told by its field."""
    one = part()
    made = draft((one, 7000))
    for who in (store.manager, store.parts, chain.finance):
        assert draft((one, 1), who=who, expect=None).status == 403
        assert who.post(path(made) + "/void").status == 403
    for who in (store.manager, chain.purchaser):
        assert who.post(path(made) + "/audit").status == 403
    assert store.advisor.get(path(made), expect=200)["id"] == made["id"]
    assert draft((one, 1), (part(), 2), (one, 3), expect=422).errors == {"/lines/2/part_id": "not_unique"}
    assert draft((one, 1), ({"id": uuid7()}, 2), expect=422).errors == {"/lines/1/part_id": "not_found"}
    assert draft((one, -1), expect=422).errors == {"/lines/0/new_price": "too_small"}
    assert draft((one, 1), effective_on=day(-1), expect=422).errors == {"/effective_on": "bad_value"}
    assert draft(expect=422).errors == {"/lines": "too_few"}
    assert draft((one, 1), id=made["id"], expect=409).errors == {"/id": "duplicate"}
    assert chain.purchaser.patch(path(made), {"lines": [{"part_id": uuid7(), "new_price": 1}]}, version=made["version"]).errors == {"/lines/0/part_id": "not_found"}
    assert chain.purchaser.get(f"/v1/price-adjustments/{uuid7()}").status == 404


def test_many_at_once(chain, store, part, draft):
    """H12: many adjustments of the same parts are audited while prices are changed by hand: of each part one price stands, the ledger says which."""
    parts = [part() for _ in range(4)]
    auditor = chain.finance
    drafts = [draft(*[(p, 1000 + 10 * n + i) for i, p in enumerate(parts[n % 2:n % 2 + 3])]) for n in range(8)]

    def by_hand(one):
        now = chain.purchaser.get(f"/v1/parts/{one['id']}")
        return chain.purchaser.patch(f"/v1/parts/{one['id']}", {"sale_price": 5555}, version=now["version"])
    assert {r.status for r in at_once(*[lambda d=d: auditor.post(path(d) + "/audit") for d in drafts], *[lambda p=p: by_hand(p) for p in parts])} <= {200, 412}
    wait_for(lambda: all(chain.analyst.get(path(d))["status"] in ("in_force", "superseded") for d in drafts))
    open_lines = [(l["part"]["id"], l["new_price"]) for d in drafts for l in chain.analyst.pages(path(d) + "/lines") if not l["superseded_at"]]
    assert len(open_lines) == len({p for p, _ in open_lines})
    for one in parts:
        now = price(store.advisor, one)
        assert history(store.advisor, one)[0][0] == now
        assert dict(open_lines).get(one["id"], 5555) == now
    for d in drafts:
        lines = chain.analyst.pages(path(d) + "/lines")
        assert (chain.analyst.get(path(d))["status"] == "superseded") == all(l["superseded_at"] for l in lines)
